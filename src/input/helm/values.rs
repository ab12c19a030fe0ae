//! Values in Go templates: what counts as true, what is unknown, and merging of maps.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::text::{Span, Texts, Traced, Why};
use crate::value::{Entry, Kind, Map, Value};

/// Whether a value counts as true; `None` if unknown.
pub(super) fn truth(value: &Value) -> Option<bool> {
    Some(match &value.kind {
        Kind::Null => false,
        Kind::Bool(value) => *value,
        Kind::Number(number) => number.value() != 0.0,
        Kind::Str(text) if text.is_unknown() => return None,
        Kind::Str(text) => !text.is_empty(),
        Kind::List(items) => !items.is_empty(),
        Kind::Map(map) if map.entries.is_empty() && map.open.is_some() => return None,
        Kind::Map(map) => !map.entries.is_empty(),
        Kind::Unknown(_) | Kind::Either(_) => return None,
    })
}

/// `base` overridden with `over`: maps are merged, everything else is replaced, and a null removes a key.
pub(in crate::input) fn overlay(base: &Value, over: &Value) -> Value {
    let (Kind::Map(below), Kind::Map(above)) = (&base.kind, &over.kind) else { return over.clone() };
    let mut out = Map::clone(below);
    for (name, entry) in &above.entries {
        let value = entry.value.clone().with_outer(&over.via);
        if value.is_null() {
            out.entries.shift_remove(name);
            continue;
        }
        let value = match out.entries.get(name) {
            Some(known) => overlay(&known.value, &value),
            None => value,
        };
        out.entries.insert(Arc::clone(name), Entry { key: entry.key, value });
    }
    out.open = out.open.or_else(|| above.open.clone());
    base.replaced(Kind::Map(Arc::new(out)))
}

/// `base` with missing and empty entries from `extra`, as Sprig's `merge` does.
pub(super) fn underlay(base: &Value, extra: &Value) -> Value {
    let (Kind::Map(above), Kind::Map(below)) = (&base.kind, &extra.kind) else { return base.clone() };
    let mut out = Map::clone(above);
    for (name, entry) in &below.entries {
        let value = match out.entries.get(name) {
            Some(known) if truth(&known.value) == Some(false) => entry.value.clone(),
            Some(known) => underlay(&known.value, &entry.value),
            None => entry.value.clone(),
        };
        out.entries.insert(Arc::clone(name), Entry { key: entry.key, value });
    }
    base.replaced(Kind::Map(Arc::new(out)))
}

/// Why a value is unknown.
pub(super) fn unknown(value: &Value) -> Option<Why> {
    match &value.kind {
        Kind::Unknown(why) => Some(why.clone()),
        Kind::Str(text) if text.is_unknown() => text.first_unknown().map(|(_, why)| why.clone()),
        _ => None,
    }
}

/// A map of these entries, all at `at`.
pub(super) fn map(entries: impl IntoIterator<Item = (Arc<str>, Value)>, at: Span) -> Value {
    let entries: IndexMap<_, _> = entries.into_iter().map(|(k, value)| (k, Entry { key: at, value })).collect();
    Value::map(entries, at)
}

/// The key of a map as text, with its place if the source contains it literally.
pub(super) fn key(name: &Arc<str>, at: Span, texts: &Texts) -> Traced {
    let mut out = Traced::new();
    if texts.slice(at) == name.as_bytes() {
        out.push_same(name.as_bytes(), at);
    } else {
        out.push_made(name.as_bytes(), at);
    }
    out
}
