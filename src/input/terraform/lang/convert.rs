//! Terraform's conversions between simple types, comparison and arithmetic.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::syntax::hcl::Binary;
use crate::text::{Span, Traced, UNKNOWN_MARK, Whence, Why};
use crate::value::{Entry, Kind, Map, Number, Value};

use super::outcome::{Outcome, Refused, unknown_key};

/// The value as a number. Text that contains a number is converted.
pub(in super::super) fn to_number(value: &Value) -> Result<f64, Refused> {
    match &value.kind {
        Kind::Number(number) => Ok(number.value()),
        Kind::Str(text) => {
            let number = text.known_str().and_then(parse_number);
            number.ok_or_else(|| Refused::new("a number is required"))
        }
        _ => Err(Refused::new("a number is required")),
    }
}

/// The value as a boolean; `None` if it is not one or unknown. Text is converted like in go-cty: `true` and `1`,
/// `false` and `0`.
pub(super) fn to_bool(value: &Value) -> Option<bool> {
    match value.as_known_str() {
        Some("1") => Some(true),
        Some("0") => Some(false),
        _ => value.as_bool(),
    }
}

/// Converts text to a boolean; text with an unknown part is unknown.
pub(super) fn text_to_bool(value: &Value) -> Result<Kind, Refused> {
    match (&value.kind, to_bool(value)) {
        (Kind::Str(text), _) if text.has_unknown() => {
            Ok(text.first_unknown().map_or(Kind::Null, |(_, w)| Kind::Unknown(w.clone())))
        }
        (_, known) => known.map(Kind::Bool).ok_or_else(|| Refused::new("true or false is required")),
    }
}

/// Converts text to a number; text with an unknown part is unknown.
pub(super) fn text_to_number(text: &Traced) -> Result<Kind, Refused> {
    if let Some((_, why)) = text.first_unknown() {
        return Ok(Kind::Unknown(why.clone()));
    }
    let n = text.known_str().and_then(parse_number).ok_or_else(|| Refused::new("a number is required"))?;
    Ok(Kind::Number(Number::parse(text.clone()).unwrap_or_else(|| Number::new(n))))
}

/// Parses a decimal number like Terraform.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

/// The value as text with its places. An unknown value is an unknown part.
pub(super) fn to_text(value: &Value) -> Result<Traced, Refused> {
    value.to_traced().ok_or_else(|| {
        Refused::new(match value.kind {
            Kind::Null => "null is not a string",
            Kind::Either(_) => "one of several values",
            _ => "a list or map is not a string",
        })
    })
}

/// The value as the key of a map; `None` if it is not known.
pub(in super::super) fn to_key(value: &Value) -> Result<Option<Arc<str>>, Refused> {
    match &value.kind {
        Kind::Either(_) => Ok(None),
        Kind::Str(text) => Ok(text.known_str().map(Arc::from)),
        _ => Ok(to_text(value)?.known_str().map(Arc::from)),
    }
}

/// The name of the entry for a key. If the key is not known, the map becomes open, and the name is what is known, and between two
/// marks what is not.
pub(super) fn name_in(map: &mut Map, key: &Value) -> Result<Option<Arc<str>>, Refused> {
    if let Some(name) = to_key(key)? {
        return Ok(Some(name));
    }
    if let Kind::Either(_) = key.kind {
        map.open = Some(Why::NotUnderstood("a key that depends on a condition".into()));
        return Ok(None);
    }
    let (text, mut name) = (to_text(key)?, String::new());
    for (range, piece) in text.ranges() {
        match &piece.whence {
            Whence::Unknown(_, why) => name.extend([UNKNOWN_MARK, &why.to_string(), UNKNOWN_MARK]),
            Whence::Same(_) | Whence::Made(_) => name.push_str(&String::from_utf8_lossy(&text.bytes()[range])),
        }
    }
    map.open.get_or_insert_with(unknown_key);
    Ok(Some(name.into()))
}

/// A map of these keys and values. An unknown key leaves the map open.
pub(super) fn keyed<'v>(pairs: impl Iterator<Item = (&'v Value, Value)>, at: Span) -> Outcome {
    let mut map = Map::default();
    for (key, value) in pairs {
        if let Some(name) = name_in(&mut map, key)? {
            map.entries.insert(name, Entry { key: key.at, value });
        }
    }
    Ok(Value::new(Kind::Map(Arc::new(map)), at))
}

/// Compares two values; `None` if the source does not decide it. Values of different types are never equal.
pub(super) fn equal(a: &Value, b: &Value) -> Option<bool> {
    crate::value::equal_but(a, b, &|a, b| match (&a.kind, &b.kind) {
        // An object of which only the type is known may be null.
        (Kind::Null, Kind::Map(_)) if only_shape(b) => Some(None),
        (Kind::Map(_), Kind::Null) if only_shape(a) => Some(None),
        _ => None,
    })
}

/// True if only the names of the attributes are known.
fn only_shape(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(_) => true,
        Kind::Map(map) => !map.entries.is_empty() && map.entries.values().all(|e| only_shape(&e.value)),
        _ => false,
    }
}

/// `<`, `<=`, `>`, `>=`, which compare only numbers.
pub(super) fn order(op: Binary, a: &Value, b: &Value) -> Result<Option<bool>, Refused> {
    if a.is_unknown() || b.is_unknown() {
        return Ok(None);
    }
    let unknown = |v: &Value| matches!(&v.kind, Kind::Str(text) if text.has_unknown());
    if unknown(a) || unknown(b) {
        return Ok(None);
    }
    let order = to_number(a)?.partial_cmp(&to_number(b)?);
    Ok(order.map(|order| match op {
        Binary::Less => order == Ordering::Less,
        Binary::LessEq => order != Ordering::Greater,
        Binary::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }))
}

/// `+ - * / %`. Terraform calculates in decimal with hundreds of digits; 15 digits are kept here.
pub(super) fn arithmetic(op: Binary, a: f64, b: f64) -> Result<f64, Refused> {
    let result = match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        // The remainder of a division by zero is the number itself (zclconf/go-cty, `Value.Modulo`).
        Binary::Mod if b == 0.0 => a,
        Binary::Div if b == 0.0 => return Err(Refused::new("division by zero")),
        Binary::Div => a / b,
        _ => a % b,
    };
    if !result.is_finite() {
        return Err(Refused::new("the number is too large"));
    }
    let whole = result.fract() == 0.0 && result.abs() < 9.0e15;
    // Terraform calculates with 512 bits. If only the last bit differs, the shorter number is the one that Terraform
    // has.
    let short: f64 = format!("{result:.14e}").parse().unwrap_or(result);
    let near = (short - result).abs() <= result.abs() * f64::EPSILON * 2.0;
    Ok(if whole || !near { result } else { short })
}

/// The name of an unknown value after one more step of a reference.
pub(super) fn extend(why: &Why, step: &str) -> Why {
    const MAX_NAME: usize = 120;
    match why {
        Why::NoDefault(name) if name.len() < MAX_NAME => Why::NoDefault(format!("{name}{step}").into()),
        Why::FromOutside(name) if name.len() < MAX_NAME => Why::FromOutside(format!("{name}{step}").into()),
        Why::Attribute(of, steps) if of.len() + steps.len() < MAX_NAME => {
            Why::Attribute(Arc::clone(of), format!("{steps}{step}").into())
        }
        other => other.clone(),
    }
}

/// A number or boolean as text.
pub(super) fn to_text_value(value: &Value) -> Option<Value> {
    match &value.kind {
        Kind::Number(_) | Kind::Bool(_) => {
            let plain = Value { via: None, ..value.clone() };
            Some(Value { kind: Kind::Str(plain.to_traced()?), ..value.clone() })
        }
        _ => None,
    }
}

/// How deep values are converted to a common type.
const MAX_COMMON: usize = 16;

/// True if there is a number or a boolean in the value.
pub(super) fn has_plain(value: &Value, depth: usize) -> bool {
    match &value.kind {
        Kind::Number(_) | Kind::Bool(_) => true,
        Kind::List(items) => depth < MAX_COMMON && items.iter().any(|item| has_plain(item, depth + 1)),
        Kind::Map(map) => depth < MAX_COMMON && map.entries.values().any(|entry| has_plain(&entry.value, depth + 1)),
        _ => false,
    }
}

/// A branch of a conditional as Terraform gives it. Both branches have one type: a number or boolean is text where the other
/// branch has text. `None` if that changes nothing.
pub(super) fn in_common(value: &Value, other: &Value, depth: usize) -> Option<Value> {
    let kind = match (&value.kind, &other.kind) {
        (Kind::Number(_) | Kind::Bool(_), Kind::Str(_)) => return to_text_value(value),
        (Kind::List(items), Kind::List(others)) if depth < MAX_COMMON && !items.is_set => {
            let (items, others) = (items.iter().collect::<Vec<_>>(), others.iter().collect::<Vec<_>>());
            Value::list(all_in_common(&items, &others, items.len() == others.len(), depth)?, value.at).kind
        }
        (Kind::Map(map), Kind::Map(others)) if depth < MAX_COMMON => {
            let items: Vec<_> = map.entries.values().map(|entry| &entry.value).collect();
            let same: Option<Vec<_>> = map.entries.keys().map(|key| Some(&others.entries.get(key)?.value)).collect();
            let same = same.filter(|same| same.len() == others.entries.len());
            let paired = same.is_some();
            let others = same.unwrap_or_else(|| others.entries.values().map(|entry| &entry.value).collect());
            let mut entries = map.entries.clone();
            for (entry, value) in entries.values_mut().zip(all_in_common(&items, &others, paired, depth)?) {
                entry.value = value;
            }
            Kind::Map(Arc::new(Map { entries, open: map.open.clone(), ..Map::default() }))
        }
        _ => return None,
    };
    Some(Value { kind, ..value.clone() })
}

/// The items of a branch beside those of the other: in pairs, or all of one type.
fn all_in_common(items: &[&Value], others: &[&Value], paired: bool, depth: usize) -> Option<Vec<Value>> {
    let all = others.iter().chain(items);
    let sample = all.clone().find(|item| matches!(item.kind, Kind::Str(_))).or(all.clone().next())?;
    let other = |n: usize| others.get(n).filter(|_| paired).unwrap_or(sample);
    let new: Vec<_> = items.iter().enumerate().map(|(n, item)| in_common(item, other(n), depth + 1)).collect();
    let changed = new.iter().any(Option::is_some);
    changed.then(|| new.into_iter().zip(items).map(|(new, old)| new.unwrap_or_else(|| Value::clone(old))).collect())
}
