//! Converts arguments to what a function needs: text, numbers, items.

use std::sync::Arc;

use crate::text::{Span, Traced, Why};
use crate::value::{Kind, Number, Value};

use super::super::convert::{equal, to_number, to_text, to_text_value};
use super::super::data::Data;
use super::super::evaluate::Evaluate;
use super::super::outcome::{Early, refused};

/// The result of a function that needs an unknown value.
pub(super) fn unknown(why: &Why, at: Span) -> Early {
    Early::Unknown(Value::unknown(why.clone(), at))
}

/// Returns early if an argument is unknown.
pub(super) fn not_unknown(value: &Value, at: Span) -> Result<(), Early> {
    match &value.kind {
        Kind::Unknown(why) => Err(unknown(why, at)),
        _ => Ok(()),
    }
}

/// Returns early if a part of a text is unknown.
pub(super) fn all_known(text: &Traced, at: Span) -> Result<(), Early> {
    text.first_unknown().map_or(Ok(()), |(_, why)| Err(unknown(why, at)))
}

/// Returns early if an item, or a part of its text, is unknown.
pub(super) fn none_unknown(items: &[Value], at: Span) -> Result<(), Early> {
    items.iter().try_for_each(|item| match &item.kind {
        Kind::Str(text) => all_known(text, at),
        _ => not_unknown(item, at),
    })
}

/// Takes `amount` bytes from the remaining steps, or returns early.
pub(super) fn spend(data: &mut dyn Data, amount: usize, at: Span) -> Result<(), Early> {
    if data.charge(amount) { Ok(()) } else { Err(unknown(&Why::limit("steps of evaluation"), at)) }
}

/// An argument as text; null is an error.
pub(super) fn text(args: &[Value], index: usize) -> Result<Traced, Early> {
    Ok(to_text(args.get(index).ok_or_else(|| refused("an argument is missing"))?)?)
}

/// An argument as text that must be known.
pub(super) fn known(args: &[Value], index: usize, at: Span) -> Result<String, Early> {
    let text = text(args, index)?;
    all_known(&text, at)?;
    text.known_str().map(str::to_owned).ok_or_else(|| refused("not UTF-8"))
}

/// The first two arguments as text that must be known. An error in one of them takes precedence over an unknown value.
pub(super) fn both_known(args: &[Value], at: Span) -> Result<(String, String), Early> {
    match (known(args, 0, at), known(args, 1, at)) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (Err(early @ Early::Refused(_)), _) | (_, Err(early @ Early::Refused(_))) => Err(early),
        (Err(early), _) | (_, Err(early)) => Err(early),
    }
}

pub(super) fn number(value: f64, at: Span) -> Value {
    Value::new(Kind::Number(Number::new(value)), at)
}

/// The items of a list or set.
pub(super) fn list(value: &Value) -> Result<Vec<Value>, Early> {
    match &value.kind {
        Kind::List(_) => Ok(value.items()),
        _ => Err(refused("a list is required")),
    }
}

/// The items of a list, which have positions.
pub(super) fn in_order(value: &Value) -> Result<Vec<Value>, Early> {
    match &value.kind {
        Kind::List(items) if items.is_set => Err(refused("a set has no order")),
        _ => list(value),
    }
}

/// A whole number.
pub(super) fn whole_number(value: &Value) -> Result<f64, Early> {
    let number = to_number(value)?;
    if number.fract() == 0.0 { Ok(number) } else { Err(refused("a whole number is required")) }
}

/// Items converted to one type, as in a list or set of Terraform: text if one of them is text.
pub(super) fn unified(items: Vec<Value>) -> Vec<Value> {
    let is_text = |v: &Value| matches!(v.kind, Kind::Str(_));
    if !items.iter().any(is_text) || items.iter().all(is_text) {
        return items;
    }
    items.into_iter().map(|v| to_text_value(&v).unwrap_or(v)).collect()
}

/// How deep the items of a set are looked at to sort them.
const MAX_SORTED: usize = 8;

/// The text by which Terraform sorts other items (zclconf/go-cty, `set_internals.go`: `makeSetHashBytes`).
fn sort_key(value: &Value, depth: usize) -> String {
    let inner = |item: &Value| sort_key(item, depth + 1);
    match &value.kind {
        Kind::Bool(value) => if *value { "T" } else { "F" }.to_owned(),
        Kind::Str(text) => format!("{:?}", text.to_text()),
        Kind::Number(number) => number.value().to_string(),
        Kind::List(items) if depth < MAX_SORTED => {
            format!("[{}]", items.iter().map(|item| inner(item) + ";").collect::<String>())
        }
        Kind::Map(map) if depth < MAX_SORTED => {
            let mut entries: Vec<_> = map.entries.iter().collect();
            entries.sort_by_key(|(name, _)| Arc::clone(name));
            format!("<{}>", entries.into_iter().map(|(_, entry)| inner(&entry.value) + ";").collect::<String>())
        }
        _ => "~".to_owned(),
    }
}

/// Items without duplicates. Text is sorted, as Terraform iterates over a set of text.
pub(in super::super) fn as_set(items: Vec<Value>) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for item in items {
        let seen = match &item.kind {
            // Long lists of text are common, so text is compared by its bytes only.
            Kind::Str(text) => {
                out.iter().any(|o| matches!(&o.kind, Kind::Str(t) if t.bytes() == text.bytes() && !t.has_unknown()))
            }
            _ => out.iter().any(|o| equal(o, &item) == Some(true)),
        };
        if !seen {
            out.push(item);
        }
    }
    if out.iter().all(|v| v.as_known_str().is_some()) {
        out.sort_by(|a, b| a.as_known_str().cmp(&b.as_known_str()));
    } else if out.iter().all(|v| matches!(v.kind, Kind::Number(_))) {
        out.sort_by(|a, b| to_number(a).unwrap_or(0.0).total_cmp(&to_number(b).unwrap_or(0.0)));
    } else {
        out.sort_by_cached_key(|item| sort_key(item, 0));
    }
    out
}
