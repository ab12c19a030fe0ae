//! Values in Jinja: as text and as booleans.

use crate::input::template_text::any_equal;
use crate::input::yaml_values::json_of;
use crate::text::{Span, Traced, Why};
use crate::value::{Kind, Value};

/// Why a value is unknown or unusable.
pub(super) fn unknown(value: &Value) -> Why {
    match &value.kind {
        Kind::Unknown(why) => why.clone(),
        Kind::Str(text) => text.first_unknown().map_or(Why::NotUnderstood("a value".into()), |(_, why)| why.clone()),
        _ => Why::NotUnderstood("a value".into()),
    }
}

/// How the name of an item begins that a map does not have.
const ITEM: &str = "the item ";

/// An item that a map does not have.
pub(super) fn missing(key: &str, at: Span) -> Value {
    Value::unknown(Why::NoDefault(format!("{ITEM}{key}").into()), at)
}

/// True for an item that a map does not have.
pub(super) fn is_missing(value: &Value) -> bool {
    matches!(&value.kind, Kind::Unknown(Why::NoDefault(name)) if name.starts_with(ITEM))
}

/// The text that a template prints for a value.
pub(super) fn printed(value: &Value, at: Span) -> Traced {
    match &value.kind {
        Kind::Null => Traced::new(),
        Kind::Bool(value_) => Traced::made(if *value_ { "True" } else { "False" }, value.at).through_all(&value.via),
        Kind::List(_) | Kind::Map(_) => json_of(value),
        _ => value.to_traced().unwrap_or_else(|| Traced::unknown(at, Why::NotUnderstood("a value".into()))),
    }
}

/// What the filter `bool` makes of a value; `None` if unknown.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match &value.kind {
        Kind::Str(text) => {
            let text = text.known_str()?.trim().to_ascii_lowercase();
            Some(matches!(text.as_str(), "true" | "yes" | "on" | "1"))
        }
        Kind::Number(number) => Some((number.value() - 1.0).abs() < f64::EPSILON),
        _ => truth(value),
    }
}

/// Whether a value counts as true; `None` if unknown. Every text does that is not empty, also `false`.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match &value.kind {
        Kind::Str(text) if text.has_unknown() => None,
        Kind::Str(text) => Some(!text.is_empty()),
        Kind::Null => Some(false),
        Kind::Bool(value) => Some(*value),
        Kind::Number(number) => Some(number.value() != 0.0),
        Kind::List(items) => Some(!items.is_empty()),
        Kind::Map(map) => Some(!map.entries.is_empty()),
        Kind::Unknown(_) | Kind::Either(_) => None,
    }
}

/// Whether a list contains a value, or a text another one.
pub(super) fn within(value: &Value, list: &Value) -> Option<bool> {
    match &list.kind {
        Kind::List(_) => any_equal(value, &list.items()),
        Kind::Str(text) => Some(text.known_str()?.contains(value.as_known_str()?)),
        Kind::Map(map) if map.open.is_none() => Some(map.entries.contains_key(value.as_known_str()?)),
        _ => None,
    }
}
