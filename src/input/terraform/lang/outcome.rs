//! What an evaluation yields: a value, the news that Terraform refuses the expression, the ways that a condition may go.

use std::sync::Arc;

use crate::text::{Span, Traced, Why};
use crate::value::{Alternative, Condition, Entry, Guard, Kind, Number, Value};

/// Terraform refuses the expression. The words say why.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Refused(pub(in super::super) Arc<str>);

impl Refused {
    pub(in super::super) fn new(why: impl Into<Arc<str>>) -> Self {
        Self(why.into())
    }
}

/// A value (which may be a hole), or the news that Terraform refuses the expression.
pub(in super::super) type Outcome = Result<Value, Refused>;

/// Why a function ends before it has computed its value: Terraform refuses the call, or an argument is not known.
#[derive(Debug)]
pub(in super::super) enum Early {
    Refused(Refused),
    Unknown(Value),
}

/// What a function yields.
pub(in super::super) type Computed = Result<Value, Early>;

impl From<Refused> for Early {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Early {
    /// The outcome of a function that ended early.
    pub(in super::super) fn outcome(self) -> Outcome {
        match self {
            Self::Refused(refused) => Err(refused),
            Self::Unknown(value) => Ok(value),
        }
    }
}

/// The end of a function whose call Terraform refuses.
pub(super) fn refused(why: impl Into<Arc<str>>) -> Early {
    Early::Refused(Refused::new(why))
}

/// The ways a condition may go; their guards exclude each other.
pub(in super::super) type Truth = Vec<(Guard, bool)>;

/// Every combination of two sets of ways that can come together.
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

/// One of several outcomes. Refused altogether only if every one of them is.
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

/// Holds, or does not.
pub(in super::super) fn both_ways(condition: &Condition) -> Truth {
    vec![(Guard::of(condition.clone()), true), (Guard::of(condition.opposite()), false)]
}

/// The truth value, or several under their conditions.
pub(in super::super) fn from_truth(truth: Truth, at: Span) -> Value {
    if let Some((_, first)) = truth.first()
        && truth.iter().all(|(_, b)| b == first)
    {
        return Value::bool(*first, at);
    }
    Value::either(truth.into_iter().map(|(when, b)| Alternative { when, value: Value::bool(b, at) }).collect(), at)
}

/// What `each` is for an entry, and the iterator of a dynamic block.
pub(in super::super) fn key_and_value(key: Value, value: Value) -> Value {
    let at = key.at;
    let entries = [("key", key), ("value", value)];
    Value::map(entries.into_iter().map(|(name, value)| (name.into(), Entry { key: at, value })).collect(), at)
}

/// Keys and values, and why there may be more of them.
pub(in super::super) type Entries = (Vec<(Value, Value)>, Option<Why>);

/// Keys and values of a collection in the order in which Terraform walks through it (maps by key), and why there may be more.
/// `Err` tells why it cannot be walked through.
pub(in super::super) fn entries_of(collection: &Value) -> Result<Entries, Why> {
    match &collection.kind {
        Kind::List(_) => {
            let items = collection.items();
            let at = collection.at;
            let keyed = items.into_iter().enumerate();
            Ok((keyed.map(|(n, v)| (Value::new(Kind::Number(Number::new(n as f64)), at), v)).collect(), None))
        }
        Kind::Map(map) => {
            let mut names: Vec<_> = map.entries.iter().collect();
            names.sort_by(|a, b| a.0.cmp(b.0));
            let entries = names
                .into_iter()
                .map(|(name, entry)| {
                    let key = Traced::made(name.as_bytes(), entry.key);
                    (Value::str(key, entry.key), entry.value.clone().with_outer(&collection.via))
                })
                .collect();
            Ok((entries, map.open.clone()))
        }
        Kind::Unknown(why) => Err(why.clone()),
        _ => Err(Why::Invalid("this cannot be walked through".into())),
    }
}
