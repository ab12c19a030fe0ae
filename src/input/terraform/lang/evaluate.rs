//! Helpers for every part of an evaluation: limits, conditions and alternatives.

use std::sync::Arc;

use crate::text::{Span, Why};
use crate::value::{Condition, Guard, Kind, MAX_ALTERNATIVES, Value};

use super::data::{Data, MAX_PIECES, MAX_TEXT};
use super::env::Env;
use super::outcome::{Outcome, combined, either, with};

/// How deep expressions and references may nest during evaluation. Fits a stack of 2 MiB in a build without
/// optimization.
const MAX_DEPTH: usize = 150;

/// The most values inside one value.
const MAX_NODES: usize = 50_000;

/// How deep values may nest.
const MAX_VALUE_DEPTH: usize = 64;

/// The most characters shown for a condition.
const MAX_WORDS: usize = 80;

/// Methods available on every [`Data`].
pub(in super::super) trait Evaluate: Data {
    /// Takes `amount` (bytes or items) from the remaining steps. False if none are left.
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

    /// Runs `inner` one level deeper. Past the limits the value is unknown.
    fn deeper(&mut self, at: Span, inner: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if !self.charge(0) {
            return Ok(Value::unknown(Why::limit("steps of evaluation"), at));
        }
        if self.evaluation().depth >= MAX_DEPTH {
            return Ok(Value::unknown(Why::limit("depth of evaluation"), at));
        }
        self.evaluation().depth += 1;
        let outcome = inner(self);
        self.evaluation().depth -= 1;
        outcome
    }

    /// Returns a computed value, or an unknown value if it is too large.
    fn bounded(&mut self, value: Value) -> Value {
        let size = value.size();
        let fits = size.nodes <= MAX_NODES
            && size.depth <= MAX_VALUE_DEPTH
            && size.bytes <= MAX_TEXT
            && size.pieces <= MAX_PIECES;
        if !fits || !self.charge(size.nodes) {
            return Value::unknown(Why::limit("size of a value"), value.at);
        }
        value
    }

    /// The source text at `at` as shown to users: short and on one line.
    fn words(&self, at: Span) -> String {
        let text = String::from_utf8_lossy(self.texts().slice(at)).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() <= MAX_WORDS {
            return text;
        }
        let cut: String = text.chars().take(MAX_WORDS - 1).collect();
        format!("{cut}…")
    }

    /// The condition at `at`, which the source cannot decide. The same expression over the same names gives the same
    /// condition; another instance or another iteration of a loop gives a different one.
    fn condition(&mut self, words: String, at: Span, env: &Env) -> Condition {
        let bound = bound_at(self, at, env);
        let full: String =
            format!("{words}\0{}", if words.ends_with('…') { self.texts().slice(at) } else { &[] }.escape_ascii());
        let instance = env.instance.and_then(|i| Some((i, self.address(i)?)));
        let words = match instance {
            Some((_, "")) => words,
            Some((_, address)) => format!("{words} in {address}"),
            // Inside a template.
            None => match self.texts().place(at).source.path().file_name() {
                Some(name) => format!("{words} in {}", name.to_string_lossy()),
                None => words,
            },
        };
        // The shown words identify a condition, so different conditions need different words.
        let key = (full, env.instance, bound);
        let known = self.evaluation().conditions.entry(words.clone()).or_default();
        let index = known.iter().position(|k| *k == key).unwrap_or_else(|| {
            known.push(key);
            known.len() - 1
        });
        let words = if index == 0 { words } else { format!("{words} ({})", index + 1) };
        Condition::new(words, true)
    }

    /// Applies `f` to every combination of the alternatives of the arguments.
    fn lift(&mut self, args: &[Value], at: Span, f: &mut dyn FnMut(&mut Self, &[Value]) -> Outcome) -> Outcome {
        if !args.iter().any(|a| matches!(a.kind, Kind::Either(_))) {
            return f(self, args);
        }
        let mut combinations: Vec<(Guard, Vec<Value>)> = vec![(Guard::always(), Vec::new())];
        for arg in args {
            let next = combined(&combinations, &arg.alternatives(), |values, value| with(values, value));
            if next.len() > MAX_ALTERNATIVES {
                let blurred = arg.without_alternatives();
                for (_, values) in &mut combinations {
                    values.push(blurred.clone());
                }
            } else {
                combinations = next;
            }
        }
        either(combinations.into_iter().map(|(when, values)| (when, f(self, &values))).collect(), at)
    }
}

impl<D: Data + ?Sized> Evaluate for D {}

/// The id of this binding, if the text at `at` uses a name that is bound here only.
fn bound_at<D: Data + ?Sized>(data: &D, at: Span, env: &Env) -> Arc<str> {
    let text = String::from_utf8_lossy(data.texts().slice(at));
    let mut names = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
    if env.names.is_some() && names.any(|n| !n.is_empty() && env.lookup(n).is_some()) {
        env.id()
    } else {
        Arc::default()
    }
}
