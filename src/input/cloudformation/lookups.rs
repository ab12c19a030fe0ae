//! `Fn::FindInMap`, and the functions that the language extensions add: `Fn::Length` and `Fn::ToJsonString`.

use crate::syntax::{Node, NodeKind, Resolved, Schema, resolve};
use crate::text::{Span, Traced, Why};
use crate::value::{Kind, Value};

use super::choice::{Choice, is, when};
use super::intrinsics::{Evaluator, MAX_NESTED, too_much, unless_unknown, wrong};
use super::template::Expr;
use crate::input::yaml_values::{json_of, quoted};

/// A part of a composed text.
enum Part {
    /// Written unchanged.
    Text(Traced),
    /// The value with this number, as JSON.
    Value(usize),
}

impl Evaluator<'_> {
    pub(super) fn find_in_map(&mut self, argument: Expr<'_>, at: Span) -> Value {
        let (nodes, default) = match argument.items() {
            keys @ [_, _, _] => (keys, None),
            [keys @ .., default] if keys.len() == 3 => (keys, default.get("DefaultValue")),
            _ => return wrong("Fn::FindInMap", at),
        };
        let keys: Vec<_> = nodes.iter().map(|k| self.eval(k.into())).collect();
        let default = default.map(|d| self.eval(d.into()));
        self.lift(&keys, at, &mut |this, keys| {
            let mut place = None;
            let mut names: Vec<String> = Vec::new();
            for (n, (key, node)) in keys.iter().zip(nodes).enumerate() {
                let known = key.to_traced().and_then(|t| t.known_str().map(str::to_owned));
                let name = match (known, place) {
                    (Some(name), _) => Some(name),
                    (None, Some(level)) => {
                        let subject = subject(node, names.first().map_or("", String::as_str), n);
                        match this.chosen.get(&subject) {
                            Some(Choice { value: Some(value), .. }) => value.as_known_str().map(str::to_owned),
                            Some(Choice { value: None, .. }) => {
                                return default.clone().unwrap_or_else(|| unless_unknown(key, at, "Fn::FindInMap"));
                            }
                            None => {
                                this.want_key(&subject, key, level, default.is_some());
                                None
                            }
                        }
                    }
                    (None, None) => None,
                };
                let Some(name) = name else {
                    return match &key.kind {
                        Kind::Unknown(why @ (Why::Secret | Why::Limit(_))) => Value::unknown(why.clone(), at),
                        _ => Value::unknown(Why::FromOutside("a key of Fn::FindInMap".into()), at),
                    };
                };
                place = match (n, place) {
                    (0, _) => this.template.mappings.get(name.as_str()).copied(),
                    (_, Some(level)) => level.get(&name),
                    (_, None) => None,
                };
                names.push(name);
                if place.is_none() {
                    return default.clone().unwrap_or_else(|| wrong("Fn::FindInMap without such an entry", at));
                }
            }
            match place {
                Some(node) => this.eval(node.into()).through(at, &names.join(".").into()),
                None => wrong("Fn::FindInMap without such an entry", at),
            }
        })
    }

    /// Records the keys of a level of a mapping as a choice.
    fn want_key(&mut self, subject: &str, key: &Value, level: &Node, default: bool) {
        if matches!(key.kind, Kind::Unknown(Why::Secret | Why::Limit(_))) {
            return;
        }
        let mut choices: Vec<Choice> = level
            .pairs()
            .iter()
            .filter_map(|(key, _)| {
                let text = key.as_scalar()?.text.clone();
                let when = is(subject, text.known_str()?);
                Some(Choice { value: Some(Value::str(text, key.span)), when })
            })
            .collect();
        if default {
            choices.push(Choice { value: None, when: when(format!("the mapping has no key {subject}")) });
        }
        self.want(subject, choices);
    }

    pub(super) fn length(&mut self, argument: Expr<'_>, at: Span) -> Value {
        let list = self.eval(argument);
        self.lift(&[list], at, &mut |_, one| match &one[0].kind {
            Kind::List(items) => Value::str(Traced::made(items.len().to_string(), at), at),
            _ => unless_unknown(&one[0], at, "Fn::Length of something other than a list"),
        })
    }

    /// The expression as compact JSON. With `texts`, numbers and booleans become texts, as they do when CloudFormation
    /// stores them with a resource.
    pub(super) fn json(&mut self, expr: Expr<'_>, at: Span, texts: bool) -> Value {
        let mut parts = Vec::new();
        let mut values = Vec::new();
        if !self.json_parts(expr, texts, &mut parts, &mut values, 0) {
            return too_much(at);
        }
        self.lift(&values, at, &mut |this, values| {
            let mut out = Traced::new();
            for part in &parts {
                match part {
                    Part::Text(text) => out.push(text),
                    Part::Value(n) => out.push(&json_of(&values[*n])),
                }
                if !this.charge(0) || out.len() > super::intrinsics::MAX_TEXT {
                    return Value::unknown(Why::limit("length of a text"), at);
                }
            }
            this.text(out, at)
        })
    }

    fn json_parts(
        &mut self,
        expr: Expr<'_>,
        texts: bool,
        parts: &mut Vec<Part>,
        values: &mut Vec<Value>,
        depth: usize,
    ) -> bool {
        if depth > MAX_NESTED || !self.charge(0) {
            return false;
        }
        let made = |text: &str| Part::Text(Traced::made(text, expr.span));
        if expr.call().is_none() {
            match expr.kind {
                NodeKind::Seq(items) => {
                    parts.push(made("["));
                    for (n, item) in items.iter().enumerate() {
                        if n > 0 {
                            parts.push(made(","));
                        }
                        if !self.json_parts(item.into(), texts, parts, values, depth + 1) {
                            return false;
                        }
                    }
                    parts.push(made("]"));
                    return true;
                }
                NodeKind::Map(pairs) => {
                    parts.push(made("{"));
                    for (n, (key, value)) in pairs.iter().enumerate() {
                        let mut text = Traced::new();
                        if n > 0 {
                            text.push_made(b",", expr.span);
                        }
                        if let Some(scalar) = key.as_scalar() {
                            text.push(&quoted(&scalar.text, key.span));
                        }
                        text.push_made(b":", expr.span);
                        parts.push(Part::Text(text));
                        if !self.json_parts(value.into(), texts, parts, values, depth + 1) {
                            return false;
                        }
                    }
                    parts.push(made("}"));
                    return true;
                }
                NodeKind::Scalar(scalar) => {
                    let bare = match resolve(scalar, expr.tag, Schema::Json) {
                        Resolved::Null => true,
                        Resolved::Str => false,
                        _ => !texts,
                    };
                    if bare {
                        parts.push(Part::Text(scalar.text.clone()));
                        return true;
                    }
                }
            }
        }
        let value = self.eval(expr);
        parts.push(Part::Value(values.len()));
        values.push(value);
        true
    }
}

/// The name of an unknown key: the name that it refers to, or its position.
fn subject(node: &Node, map: &str, n: usize) -> String {
    match Expr::from(node).call() {
        Some(call) if call.name == "Ref" => call.argument.as_str().unwrap_or_default().to_owned(),
        _ if n == 1 => format!("the key of {map}"),
        _ => format!("the second key of {map}"),
    }
}
