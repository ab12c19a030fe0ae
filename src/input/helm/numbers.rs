//! Functions of numbers. Source: Masterminds/sprig `numeric.go`, as in 3.3. What has fractions keeps them only in a few.

use crate::text::{Span, budget};
use crate::value::{Kind, Number, Value};

use crate::input::template_text::{count, counted};

/// The most items that a function creates.
pub(super) const MAX_ITEMS: usize = 1000;
/// Above it, a whole number is not exact here.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// A value as a number, as Sprig converts it: a text may be octal or hexadecimal, and any other text is zero.
pub(super) fn number_of(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Number(number) => Some(number.value()),
        Kind::Str(text) => text.known_str().map(|t| {
            let (sign, digits) = t.strip_prefix('-').map_or((1.0, t), |rest| (-1.0, rest));
            let radix = |prefix: &str, radix| {
                digits
                    .strip_prefix(prefix)
                    .and_then(|d| u32::from_str_radix(d, radix).ok())
                    .map(|n| sign * f64::from(n))
            };
            radix("0x", 16)
                .or_else(|| radix("0o", 8))
                .or_else(|| radix("0b", 2))
                .or_else(|| radix("0", 8))
                .unwrap_or_else(|| t.parse().unwrap_or(0.0))
        }),
        Kind::Bool(value) => Some(f64::from(u8::from(*value))),
        Kind::Null => Some(0.0),
        _ => None,
    }
}

/// The numbers from `from` to before `to`.
pub(super) fn steps(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let next = move |n: &f64| Some(n + step);
    let inside = move |n: &f64| if step > 0.0 { *n < to } else { step < 0.0 && *n > to };
    budget::at_most(std::iter::successors(Some(from), next).take_while(inside), MAX_ITEMS, "items of a list")
}

/// Calls a function of numbers; `None` if it is none, or its result is not known.
pub(super) fn call(name: &str, args: &[Value], at: Span) -> Option<Value> {
    let number = |n: f64, floating: bool| {
        let number = if floating { Number::new(n).floating() } else { Number::new(n) };
        (n.is_finite() && n.abs() < MAX_EXACT).then(|| Value::new(Kind::Number(number), at))
    };
    let numbers: Vec<f64> = match name {
        "int" | "int64" | "float64" | "atoi" | "toDecimal" | "add" | "add1" | "sub" | "mul" | "div" | "mod" | "max"
        | "biggest" | "min" | "addf" | "add1f" | "subf" | "mulf" | "divf" | "maxf" | "minf" | "floor" | "ceil"
        | "round" | "until" | "untilStep" => {
            // A text with fractions is no whole number.
            let fractions = name.ends_with('f') || matches!(name, "float64" | "floor" | "ceil" | "round");
            let read = |value: &Value| {
                let n = number_of(value)?;
                Some(if matches!(value.kind, Kind::Str(_)) && n.fract() != 0.0 && !fractions { 0.0 } else { n })
            };
            args.iter().map(read).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let (last, first) = (*numbers.last()?, numbers[0]);
    let whole: Vec<f64> = numbers.iter().map(|n| n.trunc()).collect();
    let fold = |f: fn(f64, f64) -> f64| number(whole.iter().copied().reduce(f)?, false);
    let floats = |f: fn(f64, f64) -> f64| number(numbers.iter().copied().reduce(f)?, true);
    let zero = whole.iter().skip(1).any(|n| *n == 0.0);
    match name {
        "int" | "int64" | "atoi" => {
            let value = args.last()?;
            match &value.kind {
                Kind::Number(known)
                    if *known == Number::new(last.trunc()) && !known.is_floating() && name != "int64" =>
                {
                    Some(value.clone())
                }
                // The digits that a person wrote stay.
                Kind::Number(known) if *known == Number::new(last.trunc()) && name == "int" => {
                    let plain = Number::parse(known.to_traced(value.at)).unwrap_or(Number::new(last.trunc()));
                    Some(value.replaced(Kind::Number(plain)))
                }
                _ => number(last.trunc(), false).map(|n| value.replaced(n.kind.clone())),
            }
        }
        "float64" => number(last, true).map(|n| n.with_outer(&args[0].via)),
        "toDecimal" => {
            let text = args.last()?.as_known_str()?;
            number(f64::from(u32::from_str_radix(text.trim(), 8).ok()?), false)
        }
        "add" => fold(|a, b| a + b),
        "add1" => number(whole[0] + 1.0, false),
        "sub" => fold(|a, b| a - b),
        "mul" => fold(|a, b| a * b),
        "max" | "biggest" => fold(f64::max),
        "min" => fold(f64::min),
        "div" if !zero => fold(|a, b| (a / b).trunc()),
        "mod" if !zero => fold(|a, b| a % b),
        "addf" => floats(|a, b| a + b),
        "add1f" => number(first + 1.0, true),
        "subf" => floats(|a, b| a - b),
        "mulf" => floats(|a, b| a * b),
        "divf" => floats(|a, b| a / b),
        "maxf" => floats(f64::max),
        "minf" => floats(f64::min),
        "floor" => number(last.floor(), true),
        "ceil" => number(last.ceil(), true),
        "round" => {
            let scale = 10f64.powi(numbers.get(1).map_or(0, |n| i32::try_from(count(*n)).unwrap_or(0)));
            number((first * scale).round() / scale, true)
        }
        "until" => {
            let step = if last < 0.0 { -1.0 } else { 1.0 };
            Some(Value::list(steps(0.0, last, step).filter_map(|n| number(n, false)).collect(), at))
        }
        "untilStep" => {
            let [from, to, step] = whole[..] else { return None };
            Some(Value::list(steps(from, to, step).filter_map(|n| number(n, false)).collect(), at))
        }
        _ => None,
    }
}

/// The length of a value; `None` if it is not known.
pub(super) fn length(value: &Value, at: Span) -> Option<Value> {
    match &value.kind {
        Kind::Str(text) if !text.has_unknown() => Some(counted(text.len(), at)),
        Kind::List(items) => Some(counted(items.len(), at)),
        Kind::Map(inner) if inner.open.is_none() => Some(counted(inner.entries.len(), at)),
        _ => None,
    }
}
