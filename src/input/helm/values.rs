//! Values in Go templates: what counts as true, what is unknown, and merging of maps.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::syntax::MAX_DEPTH;
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

/// The defaults `base` of a chart overridden with given values: maps are merged, everything else is replaced. A null removes a
/// default, and is kept where there is none.
pub(in crate::input) fn overlay(base: &Value, over: &Value) -> Value {
    merge(base, over, true)
}

/// One values file, or one dictionary, overridden with another one, where nulls are values like others.
pub(in crate::input) fn merged(base: &Value, over: &Value) -> Value {
    merge(base, over, false)
}

fn merge(base: &Value, over: &Value, removes: bool) -> Value {
    let (Kind::Map(below), Kind::Map(above)) = (&base.kind, &over.kind) else { return over.clone() };
    if !base.may_copy() {
        return over.clone();
    }
    let mut out = Map::clone(below);
    let mut removed = HashSet::new();
    for (name, entry) in &above.entries {
        let value = entry.value.clone().with_outer(&over.via);
        let known = out.entries.get(name);
        if removes && value.is_null() && known.is_some_and(|known| !known.value.is_null()) {
            removed.insert(name);
            continue;
        }
        let value = known.map_or(value.clone(), |known| merge(&known.value, &value, removes));
        out.entries.insert(Arc::clone(name), Entry { key: entry.key, value });
    }
    if !removed.is_empty() {
        out.entries.retain(|name, _| !removed.contains(name));
    }
    out.open = out.open.or_else(|| above.open.clone());
    base.replaced(Kind::Map(Arc::new(out)))
}

/// The value without the nulls of its maps; `None` if there are none.
pub(super) fn without_nulls(value: &Value) -> Option<Value> {
    let Kind::Map(map) = &value.kind else { return None };
    value.may_copy().then_some(())?;
    let (mut out, mut changed) = (Map::clone(map), false);
    out.entries.retain(|_, entry| {
        if let Some(inner) = without_nulls(&entry.value) {
            entry.value = inner;
            changed = true;
        }
        changed |= entry.value.is_null();
        !entry.value.is_null()
    });
    changed.then(|| value.replaced(Kind::Map(Arc::new(out))))
}

/// `base` with missing and empty entries from `extra`, as Sprig's `merge` does.
pub(super) fn underlay(base: &Value, extra: &Value) -> Value {
    let (Kind::Map(above), Kind::Map(below)) = (&base.kind, &extra.kind) else { return base.clone() };
    if !base.may_copy() {
        return base.clone();
    }
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

/// The value as one that was read from JSON or YAML: every number is of a type with fractions.
pub(super) fn from_json(value: &Value) -> Value {
    numbers(value, 0)
}

fn numbers(value: &Value, depth: usize) -> Value {
    let kind = match &value.kind {
        Kind::Number(number) => Kind::Number(number.clone().floating()),
        Kind::List(items) if depth < MAX_DEPTH && value.may_copy() => {
            Kind::List(Arc::new(items.iter().map(|item| numbers(item, depth + 1)).collect::<Vec<_>>().into()))
        }
        Kind::Map(map) if depth < MAX_DEPTH && value.may_copy() => {
            let mut map = Map::clone(map);
            map.entries.values_mut().for_each(|entry| entry.value = numbers(&entry.value, depth + 1));
            Kind::Map(Arc::new(map))
        }
        other => other.clone(),
    };
    value.replaced(kind)
}

/// Maps that were changed, each with what it is now. As in Go, a map is known by where it is in memory: a map that
/// two names stand for is one.
#[derive(Default)]
pub(super) struct Changes(Vec<(Arc<Map>, Arc<Map>)>);

impl Changes {
    /// How many there were so far.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Remembers a change.
    pub(super) fn add(&mut self, old: Arc<Map>, new: Arc<Map>) {
        self.0.push((old, new));
    }

    /// Applies those from the number `from` on to a value. Returns how many maps were looked at.
    pub(super) fn apply<'v>(&self, from: usize, values: impl IntoIterator<Item = &'v mut Value>) -> usize {
        let mut steps = 0;
        let values: Vec<&mut Value> = values.into_iter().collect();
        let mut values = values;
        for (old, new) in self.0.get(from..).unwrap_or_default() {
            let mut seen = HashMap::new();
            for value in &mut values {
                replace(value, old, new, &mut seen, 0);
            }
            steps += seen.len();
        }
        steps
    }
}

/// What each map that was looked at is now; `None` if it stays.
type Seen = HashMap<*const Map, Option<Arc<Map>>>;

/// Replaces a map in a value, at any depth. True if something changed.
fn replace(value: &mut Value, old: &Arc<Map>, new: &Arc<Map>, seen: &mut Seen, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match &mut value.kind {
        Kind::Map(map) if Arc::ptr_eq(map, old) => *map = Arc::clone(new),
        Kind::Map(map) => match seen.get(&Arc::as_ptr(map)) {
            Some(Some(known)) => *map = Arc::clone(known),
            Some(None) => return false,
            None => {
                let before = Arc::as_ptr(map);
                let mut inner = Map::clone(map);
                // A map cannot hold itself: it is built from the inside out.
                seen.insert(before, None);
                let each = inner.entries.values_mut().map(|entry| replace(&mut entry.value, old, new, seen, depth + 1));
                if each.filter(|changed| *changed).count() == 0 {
                    return false;
                }
                let inner = Arc::new(inner);
                seen.insert(before, Some(Arc::clone(&inner)));
                *map = inner;
            }
        },
        Kind::List(list) => {
            let mut items = list.to_vec();
            if items.iter_mut().map(|item| replace(item, old, new, seen, depth + 1)).filter(|changed| *changed).count()
                == 0
            {
                return false;
            }
            *list = Arc::new(items.into());
        }
        _ => return false,
    }
    true
}

/// The value, with an unknown one for each key that it does not have, also in the maps inside.
pub(in crate::input) fn open(value: &Value, why: Why) -> Value {
    let Kind::Map(map) = &value.kind else { return value.clone() };
    if !value.may_copy() {
        return value.clone();
    }
    let mut out = Map::clone(map);
    for entry in out.entries.values_mut() {
        entry.value = open(&entry.value, why.clone());
    }
    out.open = out.open.or(Some(why));
    Value { kind: Kind::Map(Arc::new(out)), ..value.clone() }
}

/// The map, with an unknown value for each key that it does not have itself.
pub(super) fn open_top(value: Value, why: Why) -> Value {
    match &value.kind {
        Kind::Map(map) => value.replaced(Kind::Map(Arc::new(Map { open: Some(why), ..Map::clone(map) }))),
        _ => value,
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
