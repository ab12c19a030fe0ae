//! Operators and tests of Jinja, and items of lists and texts. Sources: pallets/jinja `src/jinja2/nodes.py`, `tests.py`.

use crate::input::template_text;
use crate::text::{Span, Traced, Why};
use crate::value::{Kind, Number, Value, equal};

use super::values::{is_missing, printed, truth, unknown, within};

/// The most items of `range`.
const MAX_RANGE: usize = 1_000;

/// The result of an operator.
pub(super) fn binary(left: &Value, sign: &str, right: &Value, at: Span) -> Value {
    let bool = |answer| template_text::answered(answer, at);
    let joined = || Value::str(Traced::join([&printed(left, at), &printed(right, at)], &Traced::new()), at);
    let numbers = || match (&left.kind, &right.kind) {
        (Kind::Number(a), Kind::Number(b)) => Some((a.value(), b.value())),
        _ => None,
    };
    match sign {
        "==" => bool(equal(left, right)),
        "!=" => bool(equal(left, right).map(|e| !e)),
        "in" => bool(within(left, right)),
        "~" => joined(),
        "+" if matches!(
            (&left.kind, &right.kind),
            (Kind::Str(_), Kind::Str(_) | Kind::Unknown(_)) | (Kind::Unknown(_), Kind::Str(_))
        ) =>
        {
            joined()
        }
        "+" if matches!((&left.kind, &right.kind), (Kind::List(_), Kind::List(_))) => {
            let mut items = left.items();
            items.extend(right.items());
            Value::list(items, at)
        }
        "<" => bool(numbers().map(|(a, b)| a < b)),
        ">" => bool(numbers().map(|(a, b)| a > b)),
        "<=" => bool(numbers().map(|(a, b)| a <= b)),
        ">=" => bool(numbers().map(|(a, b)| a >= b)),
        _ => {
            let Some((a, b)) = numbers() else { return Value::unknown(unknown(left), at) };
            let result = match sign {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "**" => a.powf(b),
                "/" if b != 0.0 => return decimal(a / b, at),
                "//" if b != 0.0 => (a / b).floor(),
                // The result has the sign of the divisor.
                "%" if b != 0.0 => a - b * (a / b).floor(),
                _ => return Value::unknown(Why::NotUnderstood(format!("`{sign}`").into()), at),
            };
            if result.is_finite() {
                Value::new(Kind::Number(Number::new(result)), at)
            } else {
                Value::unknown(Why::NotUnderstood(format!("`{sign}`").into()), at)
            }
        }
    }
}

/// A number with a fraction, as Python prints it.
pub(super) fn decimal(number: f64, at: Span) -> Value {
    let text = if number.fract() == 0.0 && number.abs() < 1e16 { format!("{number:.1}") } else { number.to_string() };
    Value::str(Traced::made(text, at), at)
}

/// `a[key]`: of a list or a text from its end for a negative number. `None` if there is no such item.
pub(super) fn item(of: &Value, key: &Value, at: Span) -> Option<Value> {
    let Kind::Number(number) = &key.kind else {
        return key.as_known_str().and_then(|k| of.get(k).or_else(|| of.item(k.parse().ok()?)));
    };
    let place = |length: usize| {
        let from_end = template_text::count(-number.value());
        if number.value() < 0.0 { length.checked_sub(from_end) } else { Some(template_text::count(number.value())) }
    };
    match &of.kind {
        Kind::Str(text) => {
            let text = text.through_all(&of.via);
            let n = place(text.known_str().filter(|t| t.is_ascii())?.len())?;
            (n < text.len()).then(|| Value::str(text.slice(n..n + 1), at))
        }
        _ => of.item(place(of.items().len())?),
    }
}

/// `a[from:to]`
pub(super) fn slice(of: &Value, from: Option<&Value>, to: Option<&Value>, at: Span) -> Value {
    let bound = |value: Option<&Value>, length: usize, open: usize| match value.map(|v| &v.kind) {
        None | Some(Kind::Null) => Some(open),
        Some(Kind::Number(n)) if n.value() < 0.0 => Some(length.saturating_sub(template_text::count(-n.value()))),
        Some(Kind::Number(n)) => Some(template_text::count(n.value()).min(length)),
        Some(_) => None,
    };
    let range = |length: usize| {
        let (from, to) = (bound(from, length, 0)?, bound(to, length, length)?);
        Some(from..to.max(from))
    };
    let found = match &of.kind {
        Kind::Str(text) => {
            let text = text.through_all(&of.via);
            let length = text.known_str().filter(|t| t.is_ascii()).map(str::len);
            length.and_then(range).map(|range| Value::str(text.slice(range), at))
        }
        Kind::List(_) => {
            let items = of.items();
            range(items.len()).map(|range| Value::list(items[range].to_vec(), at))
        }
        _ => None,
    };
    found.unwrap_or_else(|| Value::unknown(unknown(of), at))
}

/// `range(to)`, `range(from, to)` and `range(from, to, step)`
pub(super) fn range(bounds: &[Value], at: Span) -> Value {
    let numbers: Option<Vec<f64>> = bounds
        .iter()
        .map(|bound| match &bound.kind {
            Kind::Number(n) => Some(n.value()),
            _ => None,
        })
        .collect();
    let (from, to, step) = match numbers.as_deref() {
        Some([to]) => (0.0, *to, 1.0),
        Some([from, to]) => (*from, *to, 1.0),
        Some([from, to, step]) if *step != 0.0 => (*from, *to, *step),
        _ => return Value::unknown(Why::NotUnderstood("`range`".into()), at),
    };
    let inside = |n: &f64| if step > 0.0 { *n < to } else { *n > to };
    let numbers = std::iter::successors(Some(from), |n| Some(n + step)).take_while(inside);
    let numbers: Vec<f64> = numbers.take(MAX_RANGE + 1).collect();
    if numbers.len() > MAX_RANGE {
        return Value::unknown(Why::limit("items of `range`"), at);
    }
    Value::list(numbers.into_iter().map(|n| Value::new(Kind::Number(Number::new(n)), at)).collect(), at)
}

/// Whether a test holds; `None` if unknown.
pub(super) fn test(name: &str, value: &Value, args: &[Value]) -> Option<bool> {
    let known = || (!value.is_unknown()).then_some(());
    let number = |value: &Value| match &value.kind {
        Kind::Number(n) => Some(n.value()),
        _ => None,
    };
    let other = || args.first();
    let two = || Some((number(value)?, number(other()?)?));
    match name {
        "defined" | "undefined" if is_missing(value) => Some(name == "undefined"),
        "defined" => known().map(|()| true),
        "undefined" => known().map(|()| false),
        "none" => known().map(|()| value.is_null()),
        "true" | "truthy" => truth(value),
        "false" | "falsy" => truth(value).map(|t| !t),
        "string" => known().map(|()| matches!(value.kind, Kind::Str(_))),
        "mapping" => known().map(|()| matches!(value.kind, Kind::Map(_))),
        "number" | "integer" => known().map(|()| number(value).is_some()),
        "boolean" => known().map(|()| matches!(value.kind, Kind::Bool(_))),
        "iterable" | "sequence" => known().map(|()| matches!(value.kind, Kind::Str(_) | Kind::List(_) | Kind::Map(_))),
        "eq" | "equalto" | "==" => equal(value, other()?),
        "ne" | "!=" => equal(value, other()?).map(|same| !same),
        "lt" | "lessthan" | "<" => two().map(|(a, b)| a < b),
        "gt" | "greaterthan" | ">" => two().map(|(a, b)| a > b),
        "le" | "<=" => two().map(|(a, b)| a <= b),
        "ge" | ">=" => two().map(|(a, b)| a >= b),
        "even" => number(value).map(|n| n % 2.0 == 0.0),
        "odd" => number(value).map(|n| n % 2.0 != 0.0),
        "divisibleby" => two().filter(|(_, b)| *b != 0.0).map(|(a, b)| a % b == 0.0),
        "in" => within(value, other()?),
        "contains" => within(other()?, value),
        _ => None,
    }
}
