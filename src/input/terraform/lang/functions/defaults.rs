//! Defaults of values that may be missing.

use crate::setting::{Reading, read_duration};
use crate::text::Span;
use crate::value::{Alternative, Condition, Kind, Value};

use super::super::outcome::both_ways;

/// An unknown value that may be missing, or its default: both ways if the default may set a timeout.
pub(super) fn or_default(value: Value, default: Value, at: Span) -> Value {
    let Kind::Unknown(why) = &value.kind else { return value };
    let Some(name) = why.name().filter(|_| may_set_a_timeout(&default, 0)) else { return value };
    let ways = both_ways(&Condition::new(format!("{name} is set"), true)).into_iter();
    let ways = ways.map(|(when, set)| Alternative { when, value: if set { value.clone() } else { default.clone() } });
    Value::either(ways.collect(), at)
}

/// True for a text about a timeout, a zero, or a collection with one.
fn may_set_a_timeout(value: &Value, depth: usize) -> bool {
    const DEEPEST: usize = 4;
    let inner = |value: &Value| depth < DEEPEST && may_set_a_timeout(value, depth + 1);
    match &value.kind {
        Kind::Str(text) => {
            let about = |word: &[u8]| text.bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
            about(b"timeout") || read_duration(text.bytes()) == Reading::Duration(0)
        }
        Kind::Number(number) => number.value() == 0.0,
        Kind::List(items) => items.iter().any(inner),
        Kind::Map(map) => {
            map.entries.iter().any(|(key, entry)| key.to_lowercase().contains("timeout") || inner(&entry.value))
        }
        Kind::Either(_) => value.alternatives().iter().any(|(_, value)| inner(value)),
        _ => false,
    }
}
