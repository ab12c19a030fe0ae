//! Values: their kinds, and the operations on all of them.

use std::sync::Arc;

use indexmap::IndexMap;
use smallvec::SmallVec;

use crate::text::{Link, Span, Traced, Via, Why, beyond, budget};

use super::condition::Guard;
use super::number::Number;
use super::size::{Counted, Size};

/// The most alternatives that are kept for one value or one text; above it the value becomes unknown.
pub(crate) const MAX_ALTERNATIVES: usize = 32;

/// The deepest nesting of values, and the most values inside one; above it a value becomes unknown.
const MAX_DEPTH: usize = 200;
const MAX_NODES: usize = 1 << 20;

/// What a copy of a value in a collection takes of the budget of the unit.
const COPY: usize = 256;

/// A value, the place of the expression that gave it, and the references it passed since.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    /// What it is.
    pub kind: Kind,
    /// The literal, or the expression that computed it.
    pub at: Span,
    /// References passed on the way outward. Applies to everything inside.
    pub via: Via,
}

/// The kinds of values.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text, possibly with unknown parts.
    Str(Traced),
    /// Values in order.
    List(Arc<List>),
    /// Values by key, in the order of the source.
    Map(Arc<Map>),
    /// Unknown.
    Unknown(Why),
    /// One of several, depending on conditions that the source cannot decide. At least two.
    Either(Arc<Vec<Alternative>>),
}

/// A copy shares what the value holds.
impl Clone for Kind {
    fn clone(&self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Bool(value) => Self::Bool(*value),
            Self::Number(number) => Self::Number(number.clone()),
            Self::Str(text) => Self::Str(text.shared()),
            Self::List(list) => Self::List(Arc::clone(list)),
            Self::Map(map) => Self::Map(Arc::clone(map)),
            Self::Unknown(why) => Self::Unknown(why.clone()),
            Self::Either(ways) => Self::Either(Arc::clone(ways)),
        }
    }
}

/// What is shared is equal to itself, without a look inside: large values are mostly compared with copies.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Unknown(a), Self::Unknown(b)) => a == b,
            (Self::Either(a), Self::Either(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

/// Values in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct List {
    items: Vec<Value>,
    /// True for a set: its items are sorted and have no positions.
    pub is_set: bool,
    pub(super) size: Counted,
}

impl From<Vec<Value>> for List {
    fn from(items: Vec<Value>) -> Self {
        Self { items, is_set: false, size: Counted::default() }
    }
}

impl std::ops::Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}

/// Entries by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Map {
    /// The entries.
    pub entries: IndexMap<Arc<str>, Entry>,
    /// Set if there may be more or other entries than are listed.
    pub open: Option<Why>,
    /// How large it is; `Counted::default()` in a new one.
    pub size: Counted,
}

/// One entry of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub key: Span,
    /// The value.
    pub value: Value,
}

/// One of the values that an undecided condition leaves open.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alternative {
    /// When it is this one.
    pub when: Guard,
    /// The value; never itself `Either`.
    pub value: Value,
}

impl Value {
    /// A value written or computed at `at`.
    pub(crate) fn new(kind: Kind, at: Span) -> Self {
        Self { kind, at, via: None }.limited()
    }

    /// The same place and references with another value.
    #[must_use]
    pub(crate) fn replaced(&self, kind: Kind) -> Self {
        Self { kind, at: self.at, via: self.via.clone() }.limited()
    }

    /// How large it is.
    pub(crate) fn size(&self) -> Size {
        match &self.kind {
            Kind::List(list) => list.size.or(|| Size::of_all(list.iter().map(Self::size))),
            Kind::Map(map) => map.size.or(|| Size::of_all(map.entries.values().map(|e| e.value.size()))),
            Kind::Either(ways) => Size::of_all(ways.iter().map(|way| way.value.size())),
            Kind::Str(text) => Size::of_text(text),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Unknown(_) => Size { nodes: 1, ..Size::default() },
        }
    }

    /// How many values it holds directly.
    fn held(&self) -> usize {
        match &self.kind {
            Kind::List(list) => list.len(),
            Kind::Map(map) => map.entries.len(),
            _ => 0,
        }
    }

    /// Takes what a copy of what it holds directly takes from the budget of the unit, and says whether there is enough. Values
    /// share what they hold, but a copy of all that is inside does not: each value in it asks for itself.
    pub(crate) fn may_copy(&self) -> bool {
        budget::spend(self.held() * COPY)
    }

    /// A collection takes memory for each item, and time for each value inside. A value that is too large is unknown.
    fn limited(mut self) -> Self {
        let held = self.held();
        if held == 0 {
            return self;
        }
        let size = self.size();
        if !budget::spend(held * size_of::<Self>()) || size.depth > MAX_DEPTH || size.nodes > MAX_NODES {
            self.kind = Kind::Unknown(Why::limit("size of a value"));
        }
        self
    }

    /// Nothing.
    pub(crate) fn null(at: Span) -> Self {
        Self::new(Kind::Null, at)
    }

    /// A truth value.
    pub(crate) fn bool(value: bool, at: Span) -> Self {
        Self::new(Kind::Bool(value), at)
    }

    /// Text.
    pub(crate) fn str(text: Traced, at: Span) -> Self {
        Self::new(Kind::Str(text), at)
    }

    /// A list.
    pub(crate) fn list(items: Vec<Value>, at: Span) -> Self {
        Self::new(Kind::List(Arc::new(items.into())), at)
    }

    /// A set of these items, which are sorted and have no duplicates.
    pub(crate) fn set(items: Vec<Value>, at: Span) -> Self {
        Self::new(Kind::List(Arc::new(List { is_set: true, ..items.into() })), at)
    }

    /// A map that is complete.
    pub(crate) fn map(entries: IndexMap<Arc<str>, Entry>, at: Span) -> Self {
        Self::new(Kind::Map(Arc::new(Map { entries, ..Map::default() })), at)
    }

    /// An unknown value.
    pub(crate) fn unknown(why: Why, at: Span) -> Self {
        Self::new(Kind::Unknown(why), at)
    }

    /// One of several, without nesting and contradictions; a single one is returned itself; of too many, the last is unknown.
    pub(crate) fn either(alternatives: Vec<Alternative>, at: Span) -> Self {
        let mut flat: Vec<Alternative> = Vec::new();
        for alternative in alternatives {
            for (when, value) in alternative.value.alternatives() {
                if let Some(when) = alternative.when.and(&when) {
                    flat.push(Alternative { when, value });
                }
            }
        }
        if flat.len() > MAX_ALTERNATIVES {
            if flat.windows(2).all(|w| w[0].value == w[1].value) {
                return flat.swap_remove(0).value;
            }
            // What is beyond stands for itself: one of these is not known.
            flat.truncate(MAX_ALTERNATIVES);
            if let Some(last) = flat.last_mut() {
                last.value = Self::unknown(Why::Limit("alternatives of one value"), at);
            }
        }
        match flat.len() {
            0 => Self::unknown(Why::NotUnderstood("conditions that contradict each other".into()), at),
            1 => flat.swap_remove(0).value,
            _ if flat.windows(2).all(|w| w[0].value == w[1].value) => flat.swap_remove(0).value,
            _ => Self::new(Kind::Either(Arc::new(flat)), at),
        }
    }

    /// One value in the place of its alternatives, of which there are too many: what differs is unknown. Of maps the keys stay.
    #[must_use]
    pub(crate) fn without_alternatives(&self) -> Self {
        let Kind::Either(ways) = &self.kind else { return self.clone() };
        let unknown = |at| Self::unknown(Why::Limit("alternatives of one value"), at);
        let mut out = Map::default();
        for way in ways.iter() {
            let Kind::Map(map) = &way.value.kind else { return unknown(self.at) };
            out.open = out.open.or_else(|| map.open.clone());
            for (key, entry) in &map.entries {
                let same = |way: &Alternative| way.value.get(key).is_some_and(|value| value == entry.value);
                let value = if ways.iter().all(same) { entry.value.clone() } else { unknown(entry.value.at) };
                out.entries.entry(Arc::clone(key)).or_insert(Entry { key: entry.key, value });
            }
        }
        Self { kind: Kind::Map(Arc::new(out)), at: self.at, via: self.via.clone() }.limited()
    }

    /// The same value after passing a reference at `at`, described by `step`.
    #[must_use]
    pub(crate) fn through(mut self, at: Span, step: &Arc<str>) -> Self {
        self.via = Some(Arc::new(Link { at, step: Arc::clone(step), inner: self.via.take() }));
        self
    }

    /// Everything that this value may be, each with its condition; a plain value is one alternative that always holds.
    /// References that the value passed are passed on.
    pub(crate) fn alternatives(&self) -> SmallVec<[(Guard, Value); 1]> {
        match &self.kind {
            Kind::Either(list) => {
                list.iter().map(|a| (a.when.clone(), a.value.clone().with_outer(&self.via))).collect()
            }
            _ => SmallVec::from_buf([(Guard::always(), self.clone())]),
        }
    }

    /// The value with the references of its container, which were passed after its own.
    #[must_use]
    pub(crate) fn with_outer(mut self, outer: &Via) -> Self {
        self.via = beyond(self.via, outer);
        self
    }

    /// The entry of a map, if the value is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<Value> {
        match &self.kind {
            Kind::Map(map) => map.entries.get(key).map(|e| e.value.clone().with_outer(&self.via)),
            _ => None,
        }
    }

    /// The item of a list, if the value is a list that has it.
    pub(crate) fn item(&self, index: usize) -> Option<Value> {
        match &self.kind {
            Kind::List(items) => items.get(index).map(|v| v.clone().with_outer(&self.via)),
            _ => None,
        }
    }

    /// The items of a list; empty for anything else.
    pub(crate) fn items(&self) -> Vec<Value> {
        match &self.kind {
            Kind::List(items) if budget::spend(items.len() * size_of::<Self>()) => {
                items.iter().map(|v| v.clone().with_outer(&self.via)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// True if nothing about the value is known.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// True for null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The text of a string, number or truth value as Terraform and CloudFormation would put it into a string, with the
    /// references it passed. An unknown value gives an unknown part. `None` for null, lists, maps and `Either`.
    pub(crate) fn to_traced(&self) -> Option<Traced> {
        let plain = match &self.kind {
            Kind::Str(text) => text.clone(),
            Kind::Bool(value) => Traced::made(if *value { "true" } else { "false" }, self.at),
            Kind::Number(number) => number.to_traced(self.at),
            Kind::Unknown(why) => Traced::unknown(self.at, why.clone()),
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Either(_) => return None,
        };
        Some(plain.through_all(&self.via))
    }

    /// The text of a string that is fully known.
    pub(crate) fn as_known_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Str(text) => text.known_str(),
            _ => None,
        }
    }

    /// The truth value, also if written as text, as Terraform and CloudFormation convert it.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            Kind::Str(text) => match text.known_str()? {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }
}
