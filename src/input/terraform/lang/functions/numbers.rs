//! Functions on numbers.

use crate::text::Span;
use crate::value::Value;

use super::super::convert::to_number;
use super::super::outcome::{Computed, refused};
use super::arguments::{known, list, number, whole_number};

/// The longest list that `range` of Terraform returns.
const MAX_RANGE: usize = 1024;

fn finite(value: f64, at: Span) -> Computed {
    if value.is_finite() { Ok(number(value + 0.0, at)) } else { Err(refused("the result is not a number")) }
}

/// A function of one number.
pub(super) fn of(args: &[Value], at: Span, function: fn(f64) -> f64) -> Computed {
    finite(function(to_number(&args[0])?), at)
}

pub(super) fn signum(args: &[Value], at: Span) -> Computed {
    let value = whole_number(&args[0])?;
    finite(if value == 0.0 { 0.0 } else { value.signum() }, at)
}

/// The smallest or largest of several numbers.
pub(super) fn among(args: &[Value], at: Span, better: fn(f64, f64) -> f64) -> Computed {
    let all = args.iter().map(to_number).collect::<Result<Vec<_>, _>>()?;
    all.into_iter().reduce(better).map_or_else(|| Err(refused("the result is not a number")), |best| finite(best, at))
}

/// A function of two numbers.
pub(super) fn of_two(args: &[Value], at: Span, function: fn(f64, f64) -> f64) -> Computed {
    finite(function(to_number(&args[0])?, to_number(&args[1])?), at)
}

pub(super) fn sum(args: &[Value], at: Span) -> Computed {
    let items = list(&args[0])?;
    if items.is_empty() {
        return Err(refused("nothing to add up"));
    }
    if let Some(unknown) = items.iter().find(|v| v.is_unknown()) {
        return Ok(unknown.clone());
    }
    finite(items.iter().map(to_number).sum::<Result<f64, _>>()?, at)
}

pub(super) fn parseint(args: &[Value], at: Span) -> Computed {
    if !matches!(args[0].kind, crate::value::Kind::Str(_)) {
        return Err(refused("text is required"));
    }
    let digits = known(args, 0, at)?;
    let base = to_number(&args[1])?;
    if !(2.0..=62.0).contains(&base) || base.fract() != 0.0 {
        return Err(refused("the base must be between 2 and 62"));
    }
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
    };
    // Above 36, capital letters are digits of their own, after the small ones.
    let digit = |c: char| match c {
        '0'..='9' => Some(f64::from(u32::from(c) - 48)),
        'a'..='z' => Some(f64::from(u32::from(c) - 87)),
        'A'..='Z' => Some(f64::from(u32::from(c) - if base > 36.0 { 29 } else { 55 })),
        _ => None,
    };
    let add = |all: f64, c: char| digit(c).filter(|digit| *digit < base).map(|digit| all * base + digit);
    let value = digits.chars().try_fold(0.0, add).filter(|_| !digits.is_empty());
    let value = value.ok_or_else(|| refused("not a whole number"))?;
    finite(if negative { -value } else { value }, at)
}

pub(super) fn range(args: &[Value], at: Span) -> Computed {
    let n = args.iter().map(to_number).collect::<Result<Vec<_>, _>>()?;
    let (start, limit) = match n[..] {
        [limit] => (0.0, limit),
        [start, limit, ..] => (start, limit),
        [] => return Err(refused("the wrong number of arguments")),
    };
    let down = limit < start;
    let step = n.get(2).copied().unwrap_or(if down { -1.0 } else { 1.0 });
    if step == 0.0 || (down && step > 0.0) || (!down && step < 0.0) {
        return Err(refused("the step does not lead to the limit"));
    }
    let mut out = Vec::new();
    let mut next = start;
    while if down { next > limit } else { next < limit } {
        if out.len() >= MAX_RANGE {
            return Err(refused("the range is longer than Terraform allows"));
        }
        out.push(number(next, at));
        next += step;
    }
    Ok(Value::list(out, at))
}
