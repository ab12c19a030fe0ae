//! A variable: plain, an array, a map, or a reference to another variable.

use std::sync::Arc;

use crate::text::{Span, Traced, Why, budget};

/// The most elements of an array that are tracked.
const MAX_ELEMENTS: usize = 4096;

/// The most bytes of an array.
const MAX_BYTES: usize = 4 << 20;

/// The type of a variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum VariableKind {
    /// A text.
    #[default]
    Plain,
    /// An array with numeric keys.
    Array,
    /// `declare -A`
    Map,
    /// `declare -n`: its value is the name of another variable.
    Reference,
}

/// An element of an array that bash itself keeps.
pub(super) enum Element {
    Number(i64),
    /// It is not set.
    Unset,
    /// It depends on the machine.
    Outside,
}

/// A variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Variable {
    /// Its value, or the values of an array.
    pub(super) values: Arc<Vec<Traced>>,
    /// The keys of the values; `None` for an array without gaps.
    pub(super) keys: Option<Arc<Vec<String>>>,
    pub(super) kind: VariableKind,
    pub(super) exported: bool,
    /// `declare -u` and `declare -l`: true if what is assigned becomes upper case, false for lower case.
    pub(super) upper: Option<bool>,
    /// `declare -i`: what is assigned is evaluated as a number.
    pub(super) integer: bool,
}

impl Variable {
    pub(super) fn plain(value: Traced, exported: bool) -> Self {
        Self { values: Arc::new(vec![value]), exported, ..Self::default() }
    }

    pub(super) fn array(values: Vec<Traced>, exported: bool) -> Self {
        Self { values: Arc::new(values), kind: VariableKind::Array, exported, ..Self::default() }
    }

    /// Itself with an unknown value, or a plain one if there is none. All that lose theirs share one value.
    pub(super) fn unknown(known: Option<&Self>, values: &Arc<Vec<Traced>>) -> Self {
        let kind = if known.is_some_and(Self::is_array) { VariableKind::Array } else { VariableKind::Plain };
        let exported = known.is_some_and(|known| known.exported);
        Self { values: Arc::clone(values), kind, exported, ..Self::default() }
    }

    pub(super) fn is_array(&self) -> bool {
        matches!(self.kind, VariableKind::Array | VariableKind::Map)
    }

    /// True for an array that is unknown as a whole.
    pub(super) fn is_unknown(&self) -> bool {
        self.is_array() && self.keys.is_none() && matches!(self.values.as_slice(), [only] if only.is_unknown())
    }

    fn index(&self, key: &str) -> Option<usize> {
        match &self.keys {
            Some(keys) => keys.iter().position(|k| k == key),
            None => key.parse().ok().filter(|n| *n < self.values.len()),
        }
    }

    /// The normalised key: a negative number counts from the end.
    pub(super) fn key(&self, key: &str) -> Option<String> {
        if self.kind == VariableKind::Map {
            return Some(key.to_owned());
        }
        let number: i64 = key.trim().parse().ok()?;
        if number >= 0 {
            return Some(number.to_string());
        }
        let last = match &self.keys {
            Some(keys) => keys.last().and_then(|k| k.parse::<i64>().ok())?,
            None => i64::try_from(self.values.len()).ok()? - 1,
        };
        Some((last + 1 + number).to_string())
    }

    pub(super) fn get(&self, key: &str) -> Option<&Traced> {
        self.values.get(self.index(key)?)
    }

    pub(super) fn keys(&self) -> Vec<String> {
        match &self.keys {
            Some(keys) => keys.to_vec(),
            None => (0..self.values.len()).map(|n| n.to_string()).collect(),
        }
    }

    pub(super) fn insert(&mut self, key: &str, value: Traced) {
        if self.kind == VariableKind::Plain {
            self.kind = VariableKind::Array;
        }
        let size = || self.values.iter().map(Traced::len).sum::<usize>();
        if self.values.len() >= MAX_ELEMENTS || value.len() > MAX_BYTES / MAX_ELEMENTS && size() > MAX_BYTES {
            // Too many elements to track: all of them become unknown.
            if let Some(at) = value.span() {
                self.values = Arc::new(vec![Traced::unknown(at, Why::limit("elements of an array"))]);
                self.keys = None;
            }
            return;
        }
        if let Some(at) = self.index(key) {
            Arc::make_mut(&mut self.values)[at] = value;
            return;
        }
        if self.keys.is_none() && self.kind != VariableKind::Map && key.parse() == Ok(self.values.len()) {
            Arc::make_mut(&mut self.values).push(value);
            return;
        }
        let mut keys = self.keys();
        // Numeric keys are sorted; others stay in insertion order.
        let number = |k: &String| k.parse::<u64>().unwrap_or(u64::MAX);
        let at = match self.kind {
            VariableKind::Map => keys.len(),
            _ => keys.iter().position(|k| number(k) > number(&key.to_owned())).unwrap_or(keys.len()),
        };
        keys.insert(at, key.to_owned());
        Arc::make_mut(&mut self.values).insert(at, value);
        self.keys = Some(Arc::new(keys));
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Some(at) = self.index(key) {
            let mut keys = self.keys();
            keys.remove(at);
            Arc::make_mut(&mut self.values).remove(at);
            self.keys = Some(Arc::new(keys));
        }
    }
}

/// A text in upper or lower case, or only its first letter.
pub(super) fn case(text: &Traced, upper: bool, all: bool, span: Span) -> Traced {
    let Some(known) = text.known_str() else {
        return Traced::unknown(span, Why::NotUnderstood("an expansion of an unknown text".into()));
    };
    budget::spend(known.len());
    let mut chars = known.chars();
    let changed: String = match (upper, all) {
        (true, true) => chars.flat_map(char::to_uppercase).collect(),
        (false, true) => chars.flat_map(char::to_lowercase).collect(),
        (true, false) => chars.next().into_iter().flat_map(char::to_uppercase).collect::<String>() + chars.as_str(),
        (false, false) => chars.next().into_iter().flat_map(char::to_lowercase).collect::<String>() + chars.as_str(),
    };
    if changed == known { text.clone() } else { Traced::made(changed, text.span().unwrap_or(span)) }
}
