//! Arguments as what a function needs them to be: text, numbers, items.

use std::sync::Arc;

use crate::text::{Span, Traced};
use crate::value::{Kind, Number, Value};

use super::super::convert::{equal, to_number, to_text};
use super::super::outcome::Refused;

/// What is known of arguments. A function ends here with a refusal, or with the hole that one of them is.
macro_rules! given {
    ($argument:expr) => {
        match $argument? {
            Ok(known) => known,
            Err(unknown) => return Ok(unknown),
        }
    };
    ($first:expr, $second:expr) => {
        match ($first?, $second?) {
            (Ok(first), Ok(second)) => (first, second),
            (Err(unknown), _) | (_, Err(unknown)) => return Ok(unknown),
        }
    };
}
pub(super) use given;

/// An argument as text; null is refused.
pub(super) fn text(args: &[Value], index: usize) -> Result<Traced, Refused> {
    args.get(index).map_or_else(|| Err(Refused::new("an argument is missing")), to_text)
}

/// An argument as text that must be known. The outer error is a refusal, the inner one a hole.
pub(super) fn known(args: &[Value], index: usize, at: Span) -> Result<Result<String, Value>, Refused> {
    let text = text(args, index)?;
    Ok(match (text.known_str(), text.first_unknown()) {
        (Some(known), _) => Ok(known.to_owned()),
        (None, Some((_, why))) => Err(Value::unknown(why.clone(), at)),
        (None, None) => return Err(Refused::new("not UTF-8")),
    })
}

pub(super) fn number(value: f64, at: Span) -> Value {
    Value::new(Kind::Number(Number::new(value)), at)
}

/// The items of a list or set.
pub(super) fn list(value: &Value) -> Result<Vec<Value>, Refused> {
    match &value.kind {
        Kind::List(_) => Ok(value.items()),
        _ => Err(Refused::new("a list is required")),
    }
}

/// Items of one type, as a list or set of Terraform needs them: text if one of them is text.
pub(super) fn unified(items: Vec<Value>) -> Vec<Value> {
    let is_text = |v: &Value| matches!(v.kind, Kind::Str(_));
    if !items.iter().any(is_text) || items.iter().all(is_text) {
        return items;
    }
    items.into_iter().map(|v| to_text_value(&v).unwrap_or(v)).collect()
}

/// A number or truth value as text.
pub(super) fn to_text_value(value: &Value) -> Option<Value> {
    match &value.kind {
        Kind::Number(_) | Kind::Bool(_) => {
            let plain = Value { via: None, ..value.clone() };
            Some(Value { kind: Kind::Str(Arc::new(plain.to_traced()?)), ..value.clone() })
        }
        _ => None,
    }
}

/// Items without repetition; text comes in its order, as Terraform walks through a set of text.
pub(in super::super) fn as_set(items: Vec<Value>) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for item in items {
        let seen = match &item.kind {
            // Long lists of text are common, so they are compared by their bytes only.
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
    }
    out
}
