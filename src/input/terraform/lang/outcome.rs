//! The results of an evaluation: a value, an error of Terraform, or the possible answers of a condition.

use std::sync::Arc;

use crate::text::{Span, Traced, UNKNOWN_MARK, Why};
use crate::value::{Alternative, Condition, Entry, Guard, Kind, Map, Number, Value};

/// Terraform rejects the expression, for this reason.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Refused(pub(in super::super) Arc<str>);

impl Refused {
    pub(in super::super) fn new(why: impl Into<Arc<str>>) -> Self {
        Self(why.into())
    }
}

/// A value, which may be unknown, or the error with which Terraform rejects the expression.
pub(in super::super) type Outcome = Result<Value, Refused>;

/// Why a function returns early: Terraform rejects the call, or an argument is unknown.
#[derive(Debug)]
pub(in super::super) enum Early {
    Refused(Refused),
    Unknown(Value),
}

/// The result of a function.
pub(in super::super) type Computed = Result<Value, Early>;

impl From<Refused> for Early {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Early {
    /// The outcome of a function that returned early.
    pub(in super::super) fn outcome(self) -> Outcome {
        match self {
            Self::Refused(refused) => Err(refused),
            Self::Unknown(value) => Ok(value),
        }
    }
}

/// The error of a function whose call Terraform rejects.
pub(super) fn refused(why: impl Into<Arc<str>>) -> Early {
    Early::Refused(Refused::new(why))
}

/// The possible answers of a condition; their guards exclude each other.
pub(in super::super) type Truth = Vec<(Guard, bool)>;

/// Every possible combination of two sets of alternatives.
pub(in super::super) fn combined<A, B, C>(
    ways: &[(Guard, A)],
    more: &[(Guard, B)],
    mut join: impl FnMut(&A, &B) -> C,
) -> Vec<(Guard, C)> {
    let pairs = ways.iter().flat_map(|way| more.iter().map(move |other| (way, other)));
    pairs.filter_map(|((guard, a), (when, b))| Some((guard.and(when)?, join(a, b)))).collect()
}

/// A list with one more item.
pub(in super::super) fn with<T: Clone>(items: &[T], item: &T) -> Vec<T> {
    items.iter().chain([item]).cloned().collect()
}

/// One of several outcomes. It is an error only if every one of them is.
pub(in super::super) fn either(outcomes: Vec<(Guard, Outcome)>, at: Span) -> Outcome {
    if let Some((_, Err(first))) = outcomes.first()
        && outcomes.iter().all(|(_, o)| o.is_err())
    {
        return Err(first.clone());
    }
    let alternatives = outcomes
        .into_iter()
        .map(|(when, outcome)| Alternative {
            when,
            value: outcome.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), at)),
        })
        .collect();
    Ok(Value::either(alternatives, at))
}

/// Both answers of a condition.
pub(in super::super) fn both_ways(condition: &Condition) -> Truth {
    vec![(Guard::of(condition.clone()), true), (Guard::of(condition.opposite()), false)]
}

/// The boolean, or one for each condition.
pub(in super::super) fn from_truth(truth: Truth, at: Span) -> Value {
    if let Some((_, first)) = truth.first()
        && truth.iter().all(|(_, b)| b == first)
    {
        return Value::bool(*first, at);
    }
    Value::either(truth.into_iter().map(|(when, b)| Alternative { when, value: Value::bool(b, at) }).collect(), at)
}

/// The value of `each` for an entry, or of the iterator of a dynamic block.
pub(in super::super) fn key_and_value(key: Value, value: Value) -> Value {
    let at = key.at;
    let entries = [("key", key), ("value", value)];
    Value::map(entries.into_iter().map(|(name, value)| (name.into(), Entry { key: at, value })).collect(), at)
}

/// The reason for which a map with unknown keys is open.
pub(super) fn unknown_key() -> Why {
    Why::NotUnderstood("an unknown key".into())
}

/// The key that an entry has a name for.
fn key_of(name: &str, at: Span) -> Value {
    let mut key = Traced::new();
    for (n, part) in name.split(UNKNOWN_MARK).enumerate() {
        if n % 2 == 0 {
            key.push_made(part.as_bytes(), at);
        } else {
            key.push_unknown(at, unknown_key());
        }
    }
    Value::str(key, at)
}

/// True if two keys differ even if neither is known: what is not known is the same, and what is known differs in one place.
pub(super) fn are_apart(a: &str, b: &str) -> bool {
    let [a, b]: [Vec<&str>; 2] = [a, b].map(|name| name.split(UNKNOWN_MARK).collect());
    let mut different = (0..a.len()).filter(|n| a.get(*n) != b.get(*n));
    a.len() == b.len() && different.next().is_some_and(|n| n % 2 == 0) && different.next().is_none()
}

/// Why a map may have more entries than are listed.
pub(super) fn more(map: &Map) -> Option<Why> {
    let listed = |why: &Why| *why == unknown_key() && map.entries.keys().any(|name| name.contains(UNKNOWN_MARK));
    map.open.clone().filter(|why| !listed(why))
}

/// Keys and values, and the reason if there may be more of them.
pub(in super::super) type Entries = (Vec<(Value, Value)>, Option<Why>);

/// The keys and values of a collection in the order in which Terraform iterates over it (maps by key), and the reason
/// if there may be more. `Err` is the reason why it cannot be iterated over.
pub(in super::super) fn entries_of(collection: &Value) -> Result<Entries, Why> {
    match &collection.kind {
        Kind::List(list) => {
            let items = collection.items();
            let at = collection.at;
            let index = |n: usize| Value::new(Kind::Number(Number::new(n as f64)), at);
            // The key of an item of a set is the item itself.
            let keyed = items.into_iter().enumerate();
            Ok((keyed.map(|(n, v)| (if list.is_set { v.clone() } else { index(n) }, v)).collect(), None))
        }
        Kind::Map(map) => {
            let mut names: Vec<_> = map.entries.iter().collect();
            names.sort_by(|a, b| a.0.cmp(b.0));
            let entries = names
                .into_iter()
                .map(|(name, entry)| (key_of(name, entry.key), entry.value.clone().with_outer(&collection.via)))
                .collect();
            Ok((entries, more(map)))
        }
        Kind::Unknown(why) => Err(why.clone()),
        _ => Err(Why::Invalid("this cannot be walked through".into())),
    }
}
