//! Moves alternatives inside a value to the outside.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::text::Why;
use crate::value::{Entry, Guard, Kind, MAX_ALTERNATIVES, Map, Value};

use super::data::Data;
use super::evaluate::Evaluate;
use super::functions::arguments::as_set;
use super::outcome::{combined, with};

impl dyn Data + '_ {
    /// The alternatives of a value, none of which contains further alternatives. If there are too many, a part of the
    /// value becomes unknown instead.
    pub(in super::super) fn hoist(&mut self, value: &Value) -> Vec<(Guard, Value)> {
        if !holds_either(value) || !self.charge(64) {
            return vec![(Guard::always(), value.clone())];
        }
        match &value.kind {
            Kind::Either(_) => {
                let mut out = Vec::new();
                for (guard, inner) in value.alternatives() {
                    for (when, inner) in self.hoist(&inner) {
                        if let Some(when) = guard.and(&when) {
                            out.push((when, inner));
                        }
                    }
                }
                if out.len() > MAX_ALTERNATIVES {
                    return vec![(Guard::always(), Value::unknown(Why::Limit("alternatives of one value"), value.at))];
                }
                out
            }
            Kind::List(items) => {
                let ways = self.product(items.iter());
                let list = |new| {
                    let new = if items.is_set { Value::set(as_set(new), value.at) } else { Value::list(new, value.at) };
                    Value { kind: new.kind, ..value.clone() }
                };
                ways.into_iter().map(|(when, items)| (when, list(items))).collect()
            }
            Kind::Map(map) => {
                let ways = self.product(map.entries.values().map(|e| &e.value));
                ways.into_iter()
                    .map(|(when, values)| {
                        let keys = map.entries.iter().map(|(k, e)| (Arc::clone(k), e.key));
                        let entries: IndexMap<_, _> =
                            keys.zip(values).map(|((name, key), value)| (name, Entry { key, value })).collect();
                        let map = Map { entries, open: map.open.clone(), ..Map::default() };
                        (when, value.replaced(Kind::Map(Arc::new(map))))
                    })
                    .collect()
            }
            _ => vec![(Guard::always(), value.clone())],
        }
    }

    fn product<'v>(&mut self, values: impl Iterator<Item = &'v Value>) -> Vec<(Guard, Vec<Value>)> {
        let mut out: Vec<(Guard, Vec<Value>)> = vec![(Guard::always(), Vec::new())];
        for value in values {
            let next = combined(&out, &self.hoist(value), |items, value| with(items, value));
            if next.len() > MAX_ALTERNATIVES || !self.charge(next.len()) {
                let unknown = Value::unknown(Why::Limit("alternatives of one value"), value.at);
                for (_, items) in &mut out {
                    items.push(unknown.clone());
                }
            } else {
                out = next;
            }
        }
        out
    }
}

/// The recursion is as deep as the value, which is bounded.
fn holds_either(value: &Value) -> bool {
    match &value.kind {
        Kind::Either(_) => true,
        Kind::List(items) => items.iter().any(holds_either),
        Kind::Map(map) => map.entries.values().any(|e| holds_either(&e.value)),
        _ => false,
    }
}
