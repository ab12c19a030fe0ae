//! What every part of an evaluation needs: bounds, conditions, and each way that a value may go.

use std::sync::Arc;

use crate::text::{Span, Why};
use crate::value::{Condition, Guard, Kind, MAX_ALTERNATIVES, Value};

use super::data::{Data, MAX_PIECES, MAX_TEXT};
use super::env::Env;
use super::outcome::{Outcome, combined, either, with};

/// How deep expressions and references may nest while they are evaluated. Fits a stack of 2 MiB without optimization.
const MAX_DEPTH: usize = 150;

/// The most values inside one value.
const MAX_NODES: usize = 50_000;

/// How deep values may nest.
const MAX_VALUE_DEPTH: usize = 64;

/// The most characters of a condition that are shown.
const MAX_WORDS: usize = 80;

/// What whoever has [`Data`] can do with it.
pub(in super::super) trait Evaluate: Data {
    /// Takes `amount` (bytes or items) from what is allowed. False if nothing is left.
    fn charge(&mut self, amount: usize) -> bool {
        self.evaluation().charge(amount)
    }

    /// The address of something in a module instance.
    fn addressed(&self, instance: usize, name: &str) -> Arc<str> {
        match self.address(instance) {
            Some(address) if !address.is_empty() => format!("{address}.{name}").into(),
            _ => name.into(),
        }
    }

    /// Goes one level deeper for `inner`; past the bounds the value is not known.
    fn deeper(&mut self, at: Span, inner: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if !self.charge(0) {
            return Ok(Value::unknown(Why::Limit("steps of evaluation"), at));
        }
        if self.evaluation().depth >= MAX_DEPTH {
            return Ok(Value::unknown(Why::Limit("depth of evaluation"), at));
        }
        self.evaluation().depth += 1;
        let outcome = inner(self);
        self.evaluation().depth -= 1;
        outcome
    }

    /// A value that was put together, if it is not too large.
    fn bounded(&mut self, value: Value) -> Value {
        let mut nodes = 0;
        if !weigh(&value, 0, &mut nodes) || !self.charge(nodes) {
            return Value::unknown(Why::Limit("size of a value"), value.at);
        }
        value
    }

    /// The text of a place, for people: on one line and short.
    fn words(&self, at: Span) -> String {
        let text = String::from_utf8_lossy(self.texts().slice(at)).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() <= MAX_WORDS {
            return text;
        }
        let cut: String = text.chars().take(MAX_WORDS - 1).collect();
        format!("{cut}…")
    }

    /// The condition that stands at `at` where the source cannot decide it. The same expression over the same names gives
    /// the same condition; another instance or another round of a loop gives another one.
    fn condition(&mut self, words: String, at: Span, env: &Env) -> Condition {
        let bound = bound_at(self, at, env);
        let full: String =
            format!("{words}\0{}", if words.ends_with('…') { self.texts().slice(at) } else { &[] }.escape_ascii());
        let instance = env.instance.and_then(|i| Some((i, self.address(i)?)));
        let words = match instance {
            Some((_, "")) => words,
            Some((_, address)) => format!("{words} in {address}"),
            // In a template.
            None => match self.texts().place(at).source.path().file_name() {
                Some(name) => format!("{words} in {}", name.to_string_lossy()),
                None => words,
            },
        };
        // The shown words are the identity of a condition, so different ones get different words.
        let key = (full, env.instance, bound);
        let known = self.evaluation().conditions.entry(words.clone()).or_default();
        let index = known.iter().position(|k| *k == key).unwrap_or_else(|| {
            known.push(key);
            known.len() - 1
        });
        let words = if index == 0 { words } else { format!("{words} ({})", index + 1) };
        Condition::new(words, true)
    }

    /// Applies `f` to every combination of the alternatives that the arguments leave open.
    fn lift(&mut self, args: &[Value], at: Span, f: &mut dyn FnMut(&mut Self, &[Value]) -> Outcome) -> Outcome {
        if !args.iter().any(|a| matches!(a.kind, Kind::Either(_))) {
            return f(self, args);
        }
        let mut combinations: Vec<(Guard, Vec<Value>)> = vec![(Guard::always(), Vec::new())];
        for arg in args {
            let next = combined(&combinations, &arg.alternatives(), |values, value| with(values, value));
            if next.len() > MAX_ALTERNATIVES {
                return Ok(Value::unknown(Why::Limit("alternatives of one value"), at));
            }
            combinations = next;
        }
        either(combinations.into_iter().map(|(when, values)| (when, f(self, &values))).collect(), at)
    }
}

impl<D: Data + ?Sized> Evaluate for D {}

/// What tells this binding from others, if the text at `at` uses a name that is bound here and not everywhere.
fn bound_at<D: Data + ?Sized>(data: &D, at: Span, env: &Env) -> Arc<str> {
    let text = String::from_utf8_lossy(data.texts().slice(at));
    let mut names = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
    if env.names.is_some() && names.any(|n| !n.is_empty() && env.lookup(n).is_some()) { env.id() } else { "".into() }
}

/// Counts the values inside a value. False if there are too many, or too deep.
fn weigh(value: &Value, depth: usize, nodes: &mut usize) -> bool {
    *nodes += 1;
    if *nodes > MAX_NODES || depth > MAX_VALUE_DEPTH {
        return false;
    }
    match &value.kind {
        Kind::List(items) => items.iter().all(|v| weigh(v, depth + 1, nodes)),
        Kind::Map(map) => map.entries.values().all(|e| weigh(&e.value, depth + 1, nodes)),
        Kind::Either(list) => list.iter().all(|a| weigh(&a.value, depth + 1, nodes)),
        Kind::Str(text) => {
            // A large text weighs more, so that copies of it are counted.
            *nodes += text.len() / 256;
            *nodes += text.pieces().len() / 16;
            text.len() <= MAX_TEXT && text.pieces().len() <= MAX_PIECES
        }
        _ => true,
    }
}
