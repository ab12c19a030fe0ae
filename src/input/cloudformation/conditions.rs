//! Conditions, evaluated as far as the defaults of the parameters allow.

use std::sync::Arc;

use crate::syntax::Node;
use crate::text::pattern::compiled;
use crate::value::{Condition, Kind, Value};

use super::choice::Answer;
use super::intrinsics::{Evaluator, MAX_NESTED};
use super::template::{Call, Expr};

impl Evaluator<'_> {
    /// The answer of the condition called `name`.
    pub(super) fn condition(&mut self, name: &str) -> Answer {
        if let Some(answer) = self.answers.get(name) {
            return answer.clone();
        }
        let words: Arc<str> = format!("condition {name}").into();
        let open = Answer::Open(Condition::new(Arc::clone(&words), true));
        let Some(node) = self.template.conditions.get(name).copied() else { return open };
        // A condition that refers to itself gets this answer.
        self.answers.insert(name.to_owned(), open);
        let answer = self.answer(node, &words);
        self.answers.insert(name.to_owned(), answer.clone());
        answer
    }

    /// The answer of an expression. `words` describe it if it is undecided.
    fn answer(&mut self, node: &Node, words: &Arc<str>) -> Answer {
        let open = Answer::Open(Condition::new(Arc::clone(words), true));
        let Some(call) = Expr::from(node).call() else { return open };
        if self.depth >= MAX_NESTED {
            return open;
        }
        if !self.charge(0) {
            return open;
        }
        self.depth += 1;
        let answer = self.call_answer(call, open, words);
        self.depth -= 1;
        answer
    }

    fn call_answer(&mut self, call: Call<'_>, open: Answer, words: &Arc<str>) -> Answer {
        let items = call.argument.items();
        match (call.name, items) {
            ("Condition", _) => call.argument.as_str().map_or(open, |name| self.condition(name)),
            ("Not", [item]) => self.answer(item, words).not(),
            ("And", items) => self.all(items, words, true),
            // Not all of them are false.
            ("Or", items) => self.all(items, words, false).not(),
            ("Equals", [a, b]) => {
                if self.excluded(a, b) || self.excluded(b, a) {
                    return Answer::Known(false);
                }
                let outer = std::mem::take(&mut self.by_default);
                let (a, b) = (self.eval(a.into()), self.eval(b.into()));
                let by_default = std::mem::replace(&mut self.by_default, outer);
                match equal(&a, &b) {
                    Some(holds) if by_default => Answer::Default(holds),
                    Some(holds) => Answer::Known(holds),
                    None => open,
                }
            }
            _ => open,
        }
    }

    /// True if `reference` is a parameter that no deployment may set to the text `other`.
    fn excluded(&self, reference: &Node, other: &Node) -> bool {
        let (Some(call), None, Some(text)) = (Expr::from(reference).call(), Expr::from(other).call(), other.as_str())
        else {
            return false;
        };
        let name = call.argument.as_str().filter(|name| call.name == "Ref" && !self.given.contains_key(*name));
        name.and_then(|name| self.template.parameters.get(name)).is_some_and(|parameter| !accepts(parameter, text))
    }

    /// Whether the answer of each of `items` is `want`.
    fn all(&mut self, items: &[Node], words: &Arc<str>, want: bool) -> Answer {
        let mut left: Vec<Condition> = Vec::new();
        let (mut by_default, mut fails) = (false, false);
        for (n, item) in items.iter().enumerate() {
            let part: Arc<str> = format!("{words}, part {}", n + 1).into();
            let answer = self.answer(item, &part);
            match if want { answer } else { answer.not() } {
                Answer::Known(true) => {}
                Answer::Known(false) => return Answer::Known(false),
                Answer::Default(holds) => {
                    by_default = true;
                    fails |= !holds;
                }
                Answer::Open(c) if left.contains(&c) => {}
                Answer::Open(c) => left.push(c),
            }
        }
        if fails {
            return Answer::Default(false);
        }
        match left.len() {
            0 if by_default => Answer::Default(true),
            0 => Answer::Known(true),
            1 => Answer::Open(left.swap_remove(0)),
            // It is not clear which of them decides, so the whole is one condition.
            _ => Answer::Open(Condition::new(Arc::clone(words), want)),
        }
    }
}

/// False if CloudFormation refuses a value of a parameter, by its pattern, its length or its limits as a number.
fn accepts(parameter: &Node, text: &str) -> bool {
    let kind = parameter.get("Type").and_then(Node::as_str).unwrap_or_default();
    // Its limits are about the name of what is stored, not about the value that a condition sees.
    if kind.starts_with("AWS::SSM::Parameter::Value") {
        return true;
    }
    let limit = |key: &str| parameter.get(key).and_then(Node::as_str).and_then(|s| s.trim().parse::<f64>().ok());
    let within = |value: f64, least: &str, most: &str| {
        limit(least).is_none_or(|l| value >= l) && limit(most).is_none_or(|m| value <= m)
    };
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let number = match kind {
        "Number" => text.trim().parse().is_ok_and(|n| within(n, "MinValue", "MaxValue")),
        _ => true,
    };
    // The pattern is for the whole value.
    let pattern = parameter.get("AllowedPattern").and_then(Node::as_str);
    let pattern = pattern.and_then(|p| compiled(&format!("^(?:{p})$")));
    number && within(length.into(), "MinLength", "MaxLength") && pattern.is_none_or(|p| p.is_match(text.as_bytes()))
}

/// Whether two values are equal, as CloudFormation compares them: as text. `None` if that is not known.
fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::List(x), Kind::List(y)) => {
            if x.len() != y.len() {
                return Some(false);
            }
            x.iter().zip(y.iter()).try_fold(true, |all, (x, y)| equal(x, y).map(|e| all && e))
        }
        _ => {
            let (a, b) = (a.to_traced()?, b.to_traced()?);
            Some(a.known_str()? == b.known_str()?)
        }
    }
}
