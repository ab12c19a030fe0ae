//! Intrinsic functions, evaluated as far as the source allows: parameters have their defaults, values that only a
//! deployment knows are unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::syntax::{Node, NodeKind, Resolved, Scalar, Schema, resolve};
use crate::text::{Layer, Span, Traced, Why, budget};
use crate::value::{Alternative, Guard, Kind, MAX_ALTERNATIVES, Value};
use base64::Engine;

use super::choice::Answer;
use super::choice::{Choice, Chosen, Export, is};
use super::serverless::of_serverless;
use super::template::{Expr, Template};
use crate::input::template_text::trimmed;
use crate::input::yaml_values::mapped;

/// The longest composed text, in bytes. User data is at most 16 KiB.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// The most bytes and steps of one template.
const MAX_WORK: usize = 64 << 20;

/// The deepest nesting that is evaluated; a template nests a level or two for each function.
pub(super) const MAX_NESTED: usize = 100;

/// The most items that a text is split into.
const MAX_ITEMS: usize = 1000;

/// The cost of one step in addition to its bytes.
const STEP: usize = 64;

/// Evaluates the expressions of one template.
pub(super) struct Evaluator<'a> {
    pub(super) template: &'a Template<'a>,
    pub(super) answers: BTreeMap<String, Answer>,
    /// The current nesting of expressions, including conditions in conditions.
    pub(super) depth: usize,
    /// The work done so far, in bytes and steps.
    pub(super) work: usize,
    /// Parameters that the deployment sets.
    pub(super) given: Given,
    /// Those of them that follow from defaults, for which a deployment may choose other values.
    pub(super) open: BTreeSet<String>,
    /// True if what was evaluated follows from such a default.
    pub(super) by_default: bool,
    /// Resources are there even if their condition holds for no value that was tried.
    pub(super) lenient: bool,
    /// The choices that were made.
    pub(super) chosen: Chosen,
    /// Choices that are still open.
    pub(super) wanted: Vec<(String, Vec<Choice>)>,
    /// What other templates export, and the names that were imported.
    pub(super) exports: Arc<Vec<Export>>,
    pub(super) imports: Vec<String>,
    defaults: BTreeMap<String, Value>,
}

/// Parameters that are set from outside, by name.
pub(super) type Given = BTreeMap<String, Value>;

impl<'a> Evaluator<'a> {
    pub(super) fn new(template: &'a Template<'a>) -> Self {
        Self {
            template,
            answers: BTreeMap::new(),
            depth: 0,
            work: 0,
            given: Given::new(),
            open: BTreeSet::new(),
            by_default: false,
            lenient: false,
            chosen: Chosen::new(),
            wanted: Vec::new(),
            exports: Arc::default(),
            imports: Vec::new(),
            defaults: BTreeMap::new(),
        }
    }

    /// An evaluator for the parameters `given`, after `work` for the same unit.
    pub(super) fn with(template: &'a Template<'a>, given: Given, work: usize) -> Self {
        Self { work, given, ..Self::new(template) }
    }

    /// Counts one step that handles `bytes`; false past the bound.
    pub(super) fn charge(&mut self, bytes: usize) -> bool {
        self.work = self.work.saturating_add(bytes + STEP);
        self.work <= MAX_WORK && budget::spend(STEP)
    }

    /// The value of an expression.
    pub(super) fn eval(&mut self, expr: Expr<'_>) -> Value {
        if !self.charge(0) || self.depth >= MAX_NESTED {
            return too_much(expr.span);
        }
        self.depth += 1;
        let value = self.eval_inner(expr);
        self.depth -= 1;
        value
    }

    fn eval_inner(&mut self, expr: Expr<'_>) -> Value {
        if let Some(call) = expr.call() {
            return self.function(call.name, call.argument, expr.span);
        }
        match expr.kind {
            NodeKind::Scalar(scalar) if !self.charge(scalar.text.len()) => too_much(expr.span),
            NodeKind::Scalar(scalar) => literal(scalar, expr),
            NodeKind::Seq(items) => {
                let items = items.iter().map(|n| self.eval(n.into())).collect();
                Value::list(items, expr.span)
            }
            NodeKind::Map(pairs) => self.map(pairs, expr.span),
        }
    }

    fn map(&mut self, pairs: &[(Node, Node)], at: Span) -> Value {
        mapped(pairs, at, |value| self.eval(value.into()))
    }

    fn function(&mut self, name: &str, argument: Expr<'_>, at: Span) -> Value {
        match name {
            "Ref" => match argument.as_str() {
                Some(name) => self.reference(name, at, &format!("Ref {name}").into()),
                None => Value::unknown(Why::NotUnderstood("Ref of something other than a name".into()), at),
            },
            "Base64" => {
                let value = self.eval(argument);
                self.lift(&[value], at, &mut |_, parts| base64(&parts[0], at))
            }
            "Sub" => self.sub(argument, at),
            "Join" => self.join(argument, at),
            "Select" => self.select(argument, at),
            "Split" => self.split(argument, at),
            "If" => self.choose(argument, at),
            "FindInMap" => self.find_in_map(argument, at),
            "Length" => self.length(argument, at),
            "ToJsonString" => self.json(argument, at, false),
            "GetAtt" => {
                let parts: Vec<_> = argument.items().iter().filter_map(Node::as_str).collect();
                let what = argument.as_str().map_or_else(|| parts.join("."), str::to_owned);
                self.attribute(&what, at)
            }
            "ImportValue" => self.import(argument, at),
            "GetAZs" | "Cidr" => Value::unknown(Why::FromOutside(format!("Fn::{name}").into()), at),
            "Condition" => Value::unknown(Why::NotUnderstood("a condition used as a value".into()), at),
            "Transform" => Value::unknown(transformed(argument), at),
            other => Value::unknown(Why::NotUnderstood(format!("Fn::{other}").into()), at),
        }
    }

    /// The result of `Ref` at `at`; `step` is the reference as shown to people.
    fn reference(&mut self, name: &str, at: Span, step: &Arc<str>) -> Value {
        if name == "AWS::NoValue" {
            return Value::null(at);
        }
        if let Some(Choice { value: Some(value), .. }) = self.chosen.get(name) {
            return value.clone().through(at, step);
        }
        if name.starts_with("AWS::") {
            return Value::unknown(Why::FromOutside(name.into()), at);
        }
        let Some(parameter) = self.template.parameters.get(name).copied() else {
            return if self.template.names.contains_key(name) {
                Value::unknown(Why::FromOutside(format!("the name of {name}").into()), at)
            } else {
                Value::unknown(
                    Why::NotUnderstood(format!("the name {name}, which the template does not define").into()),
                    at,
                )
            };
        };
        let kind = parameter.get("Type").and_then(Node::as_str).unwrap_or_default();
        if kind.starts_with("AWS::SSM::Parameter::Value<") {
            return Value::unknown(Why::FromOutside(format!("the SSM parameter behind {name}").into()), at);
        }
        if parameter.get("NoEcho").and_then(Node::as_str).is_some_and(|s| s.eq_ignore_ascii_case("true")) {
            return Value::unknown(Why::Secret, at);
        }
        if let Some(given) = self.given.get(name).cloned() {
            self.by_default |= self.open.contains(name);
            return self.as_parameter(given, kind).through(at, step);
        }
        let default = parameter.get("Default");
        self.want_allowed(name, parameter, default, kind);
        let Some(default) = default else {
            return Value::unknown(Why::NoDefault(format!("parameter {name}").into()), at);
        };
        if !self.defaults.contains_key(name) {
            let value = self.default_value(name, default, kind);
            self.defaults.insert(name.to_owned(), value);
        }
        let value = self.defaults.get(name).cloned().unwrap_or_else(|| Value::null(at));
        value.through(at, step)
    }

    /// Records the allowed values of a parameter as a choice.
    fn want_allowed(&mut self, name: &str, parameter: &Node, default: Option<&Node>, kind: &str) {
        let Some(allowed) = parameter.get("AllowedValues").filter(|_| !is_list(kind)) else {
            self.by_default = true;
            return;
        };
        let default = default.and_then(Node::as_str);
        let choices = allowed.items().iter().filter_map(|item| {
            let text = item.as_scalar()?.text.clone();
            let written = text.known_str()?.to_owned();
            let when = if default == Some(&written) { Guard::always() } else { is(name, &written) };
            Some(Choice { value: Some(Value::str(text, item.span)), when })
        });
        let choices: Vec<_> = choices.collect();
        self.want(name, choices);
    }

    /// The value of a parameter, converted to its type.
    fn as_parameter(&mut self, given: Value, kind: &str) -> Value {
        let at = given.at;
        if !is_list(kind) {
            return match &given.kind {
                // A list that is passed down is joined.
                Kind::List(items) if items.iter().all(|v| v.to_traced().is_some()) => {
                    let items: Vec<_> = given.items().iter().filter_map(Value::to_traced).collect();
                    let comma = Traced::made(",", at);
                    self.text(Traced::join(&items, &comma), at)
                }
                _ => given,
            };
        }
        self.lift(&[given], at, &mut |this, one| match &one[0].kind {
            Kind::Str(text) if !this.charge(text.len()) => too_much(at),
            Kind::Str(text) => match text.first_unknown() {
                Some((_, why)) => Value::unknown(why.clone(), at),
                None => Value { via: one[0].via.clone(), ..comma_list(text, at) },
            },
            _ => one[0].clone(),
        })
    }

    /// The value of a parameter's default. References share it.
    fn default_value(&mut self, name: &str, default: &Node, kind: &str) -> Value {
        match &default.kind {
            NodeKind::Scalar(scalar) if !self.charge(scalar.text.len()) => too_much(default.span),
            NodeKind::Scalar(scalar) if is_list(kind) => comma_list(&scalar.text, default.span),
            // A default is always text.
            NodeKind::Scalar(scalar) => Value::str(scalar.text.clone(), default.span),
            NodeKind::Seq(_) | NodeKind::Map(_) => {
                Value::unknown(Why::NotUnderstood(format!("the default of {name}").into()), default.span)
            }
        }
    }

    fn sub(&mut self, argument: Expr<'_>, at: Span) -> Value {
        let (text, variables) = match argument.items() {
            [text, variables] => {
                let NodeKind::Map(pairs) = &variables.kind else {
                    return Value::unknown(Why::NotUnderstood("Fn::Sub with variables that are not a map".into()), at);
                };
                (Expr::from(text), self.map(pairs, variables.span))
            }
            [text] => (Expr::from(text), Value::null(at)),
            _ => (argument, Value::null(at)),
        };
        if let Some(call) = text.call() {
            let what = format!("{} inside Fn::Sub", call.name);
            return Value::unknown(Why::NotUnderstood(what.into()), at);
        }
        let NodeKind::Scalar(Scalar { text, .. }) = text.kind else {
            return Value::unknown(Why::NotUnderstood("Fn::Sub of something other than a string".into()), at);
        };
        if !self.charge(text.len()) {
            return too_much(at);
        }
        let mut literals = Vec::new();
        let mut values = Vec::new();
        let mut literal = Traced::new();
        let mut rest = 0;
        while let Some((start, end)) = next_reference(text.bytes(), rest) {
            literal.push(&text.slice(rest..start));
            let inside = text.slice(start + 2..end - 1);
            rest = end;
            if inside.bytes().starts_with(b"!") {
                literal.push(&text.slice(start..start + 2));
                literal.push(&text.slice(start + 3..end));
                continue;
            }
            let span = text.slice(start..end).span().unwrap_or(at);
            let value = match inside.known_str().map(str::trim) {
                Some(name) => self.named(name, &variables, span),
                None => Value::unknown(Why::NotUnderstood("an unknown name".into()), span),
            };
            literals.push(std::mem::take(&mut literal));
            values.push(value);
        }
        literal.push(&text.slice(rest..text.len()));
        literals.push(literal);
        self.lift(&values, at, &mut |this, parts| {
            let mut out = Traced::new();
            for (literal, value) in literals.iter().zip(parts) {
                out.push(literal);
                if out.len() <= MAX_TEXT {
                    out.push(&part(value));
                }
            }
            out.push(&literals[parts.len()]);
            this.text(out, at)
        })
    }

    /// The value of `${name}` at `at`.
    fn named(&mut self, name: &str, variables: &Value, at: Span) -> Value {
        let step: Arc<str> = format!("${{{name}}}").into();
        if let Some(value) = variables.get(name) {
            return value.through(at, &step);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '_' | '-');
        if name.is_empty() || !name.chars().all(plain) {
            return Value::unknown(Why::NotUnderstood(format!("{step} in Fn::Sub").into()), at);
        }
        if name.contains('.') {
            return self.attribute(name, at);
        }
        self.reference(name, at, &step)
    }

    fn join(&mut self, argument: Expr<'_>, at: Span) -> Value {
        let [between, list] = argument.items() else { return wrong("Fn::Join", at) };
        let between = self.eval(between.into());
        let list = self.eval(list.into());
        self.lift(&[between, list], at, &mut |this, both| {
            let Some(between) = both[0].to_traced() else { return wrong("Fn::Join", at) };
            let Kind::List(_) = both[1].kind else {
                return unless_unknown(&both[1], at, "Fn::Join of something other than a list");
            };
            let items: Vec<_> = both[1].items().into_iter().filter(|v| !v.is_null()).collect();
            this.lift(&items, at, &mut |this, items| {
                let mut out = Traced::new();
                for (n, item) in items.iter().filter(|v| !v.is_null()).enumerate() {
                    if out.len() > MAX_TEXT {
                        break;
                    }
                    if n > 0 {
                        out.push(&between);
                    }
                    out.push(&part(item));
                }
                this.text(out, at)
            })
        })
    }

    fn select(&mut self, argument: Expr<'_>, at: Span) -> Value {
        let [index, list] = argument.items() else { return wrong("Fn::Select", at) };
        let index = self.eval(index.into());
        let list = self.eval(list.into());
        self.lift(&[index, list], at, &mut |_, both| {
            let Kind::List(_) = both[1].kind else {
                return unless_unknown(&both[1], at, "Fn::Select from something other than a list");
            };
            let index = both[0].to_traced().and_then(|t| t.known_str().and_then(|s| s.trim().parse::<usize>().ok()));
            match index {
                Some(index) => both[1].item(index).unwrap_or_else(|| wrong("Fn::Select past the end of a list", at)),
                None => unless_unknown(&both[0], at, "Fn::Select by something other than a number"),
            }
        })
    }

    fn split(&mut self, argument: Expr<'_>, at: Span) -> Value {
        let [sep, text] = argument.items() else { return wrong("Fn::Split", at) };
        let sep = self.eval(sep.into());
        let text = self.eval(text.into());
        self.lift(&[sep, text], at, &mut |this, both| {
            let (Some(sep), Some(text)) = (both[0].to_traced(), both[1].to_traced()) else {
                return wrong("Fn::Split", at);
            };
            // An unknown part may contain the separator, which would shift every later item.
            if let Some((_, why)) = text.first_unknown().or_else(|| sep.first_unknown()) {
                return Value::unknown(why.clone(), at);
            }
            if this.charge(text.len()) { split(&text, sep.bytes(), at) } else { too_much(at) }
        })
    }

    fn choose(&mut self, argument: Expr<'_>, at: Span) -> Value {
        let [name, yes, no] = argument.items() else { return wrong("Fn::If", at) };
        let Some(name) = name.as_str() else { return wrong("Fn::If by something other than a name", at) };
        let answer = self.condition(name);
        self.by_default |= matches!(answer, Answer::Default(_));
        let mut alternatives = Vec::new();
        for (branch, holds) in [(yes, true), (no, false)] {
            if let Some(when) = answer.clone().guard(holds) {
                alternatives.push(Alternative { when, value: self.eval(branch.into()) });
            }
        }
        Value::either(alternatives, at)
    }

    /// A text, unless it exceeds the limits.
    pub(super) fn text(&mut self, text: Traced, at: Span) -> Value {
        if !self.charge(text.len()) || text.len() > MAX_TEXT {
            return Value::unknown(Why::limit("length of a text"), at);
        }
        Value::str(text, at)
    }

    /// Applies `f` to the values. If a value has alternatives, `f` is applied to each of them. Past the limit, a
    /// value with alternatives counts as unknown.
    pub(super) fn lift(
        &mut self,
        values: &[Value],
        at: Span,
        f: &mut dyn FnMut(&mut Self, &[Value]) -> Value,
    ) -> Value {
        let mut outcomes: Vec<(Guard, Vec<Value>)> = vec![(Guard::always(), Vec::with_capacity(values.len()))];
        for value in values {
            let alternatives = value.alternatives();
            if let [(_, only)] = alternatives.as_slice() {
                for (_, way) in &mut outcomes {
                    way.push(only.clone());
                }
                continue;
            }
            let mut next = Vec::new();
            for (guard, way) in &outcomes {
                for (when, value) in &alternatives {
                    if let Some(guard) = guard.and(when) {
                        let mut way = way.clone();
                        way.push(value.clone());
                        next.push((guard, way));
                    }
                }
            }
            if next.len() > MAX_ALTERNATIVES {
                for (_, way) in &mut outcomes {
                    way.push(Value::unknown(Why::Limit("alternatives of one value"), value.at));
                }
            } else {
                outcomes = next;
            }
        }
        if let [(guard, way)] = outcomes.as_slice()
            && guard.is_always()
        {
            return f(self, way);
        }
        let alternatives = outcomes.into_iter().map(|(when, way)| Alternative { when, value: f(self, &way) }).collect();
        Value::either(alternatives, at)
    }
}

/// The value itself if it is unknown, else an unknown value with the reason `what`.
pub(super) fn unless_unknown(value: &Value, at: Span, what: &'static str) -> Value {
    if value.is_unknown() { value.clone() } else { wrong(what, at) }
}

pub(super) fn wrong(what: &'static str, at: Span) -> Value {
    Value::unknown(Why::NotUnderstood(what.into()), at)
}

/// A scalar that is not a call. Numbers and booleans stay as written, because they end up in texts.
fn literal(scalar: &Scalar, expr: Expr<'_>) -> Value {
    if scalar.text.is_unknown()
        && let Some((at, why)) = scalar.text.first_unknown()
    {
        return Value::unknown(why.clone(), at);
    }
    match resolve(scalar, expr.tag, Schema::Python) {
        Resolved::Null => Value::null(expr.span),
        Resolved::Bool(value) if !matches!(scalar.text.known_str(), Some("true" | "false")) => {
            Value::bool(value, expr.span)
        }
        _ => Value::str(of_serverless(&scalar.text), expr.span),
    }
}

/// A value as a part of a text; unknown if it has no text form.
pub(super) fn part(value: &Value) -> Traced {
    value
        .to_traced()
        .unwrap_or_else(|| Traced::unknown(value.at, Why::NotUnderstood("a value that is not a string".into())))
}

/// The parts of a text as a list.
fn split(text: &Traced, sep: &[u8], at: Span) -> Value {
    let count = text.bytes().windows(sep.len().max(1)).filter(|w| *w == sep).count();
    if count >= MAX_ITEMS {
        return Value::unknown(Why::limit("items of a list"), at);
    }
    Value::list(text.split(sep).iter().map(|part| Value::str(part.clone(), at)).collect(), at)
}

pub(super) fn too_much(at: Span) -> Value {
    Value::unknown(Why::limit("work on one template"), at)
}

/// True if a parameter of this type is a list.
fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

/// The items of a text that are separated by commas.
fn comma_list(text: &Traced, at: Span) -> Value {
    let list = split(text, b",", at);
    let items: Vec<_> = list.items().iter().filter_map(Value::to_traced).collect();
    match list.kind {
        Kind::List(_) => Value::list(
            items.iter().map(|t| Value::str(trimmed(t, &u8::is_ascii_whitespace, true, true), list.at)).collect(),
            list.at,
        ),
        _ => list,
    }
}

/// Why the result of a transform is not known.
pub(super) fn transformed(argument: Expr<'_>) -> Why {
    match include(argument) {
        Some(place) => Why::FromOutside(format!("the value of {place}").into()),
        None => Why::NotUnderstood("Fn::Transform".into()),
    }
}

/// The place that `AWS::Include` is to include, as written.
fn include(argument: Expr<'_>) -> Option<&str> {
    let NodeKind::Map(pairs) = argument.kind else { return None };
    let find = |key: &str| pairs.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v);
    if find("Name")?.as_str()? != "AWS::Include" {
        return None;
    }
    find("Parameters")?.get("Location")?.as_str()
}

/// The next `${…}` at or after `from`: its start and end.
fn next_reference(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let start = from + bytes.get(from..)?.windows(2).position(|w| w == b"${")?;
    let end = start + bytes.get(start..)?.iter().position(|b| *b == b'}')? + 1;
    Some((start, end))
}

/// Base64 of a value, which keeps the original. An unknown value stays unknown.
fn base64(value: &Value, at: Span) -> Value {
    if value.is_unknown() || value.is_null() {
        return value.clone();
    }
    let Some(text) = value.to_traced() else { return wrong("Fn::Base64 of something other than a string", at) };
    let text = dynamic_references(&text);
    let outer = match text.first_unknown() {
        Some((span, why)) => Traced::unknown(span, why.clone()),
        None => Traced::made(base64::engine::general_purpose::STANDARD.encode(text.bytes()), at),
    };
    Value::str(Traced::encoded(outer, Layer::Base64, text), at)
}

/// The text with each `{{resolve:…}}` unknown, which CloudFormation looks up when it deploys.
pub(super) fn dynamic_references(text: &Traced) -> Traced {
    const START: &[u8] = b"{{resolve:";
    let bytes = text.bytes();
    let mut out = Traced::new();
    let mut rest = 0;
    while let Some(start) = bytes.get(rest..).and_then(|b| b.windows(START.len()).position(|w| w == START)) {
        let start = rest + start;
        let Some(length) = bytes[start..].windows(2).position(|w| w == b"}}") else { break };
        let end = start + length + 2;
        let reference = text.slice(start..end);
        out.push(&text.slice(rest..start));
        if let Some(span) = reference.span() {
            out.push_unknown(span, Why::FromOutside("a dynamic reference".into()));
        }
        rest = end;
    }
    if rest == 0 {
        return text.clone();
    }
    out.push(&text.slice(rest..bytes.len()));
    out
}
