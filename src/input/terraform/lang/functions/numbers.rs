//! Functions on numbers.

use crate::text::Span;
use crate::value::Value;

use super::super::convert::to_number;
use super::super::outcome::{Outcome, Refused};
use super::arguments::{given, known, list, number};

/// The longest list that Terraform's `range` makes.
const MAX_RANGE: usize = 1024;

fn finite(value: f64, at: Span) -> Outcome {
    if value.is_finite() { Ok(number(value, at)) } else { Err(Refused::new("the result is not a number")) }
}

pub(super) fn abs(args: &[Value], at: Span) -> Outcome {
    finite(to_number(&args[0])?.abs(), at)
}

pub(super) fn ceil(args: &[Value], at: Span) -> Outcome {
    finite(to_number(&args[0])?.ceil(), at)
}

pub(super) fn floor(args: &[Value], at: Span) -> Outcome {
    finite(to_number(&args[0])?.floor(), at)
}

pub(super) fn log(args: &[Value], at: Span) -> Outcome {
    finite(to_number(&args[0])?.ln() / to_number(&args[1])?.ln(), at)
}

pub(super) fn pow(args: &[Value], at: Span) -> Outcome {
    finite(to_number(&args[0])?.powf(to_number(&args[1])?), at)
}

pub(super) fn signum(args: &[Value], at: Span) -> Outcome {
    let n = to_number(&args[0])?;
    finite(if n == 0.0 { 0.0 } else { n.signum() }, at)
}

pub(super) fn max(args: &[Value], at: Span) -> Outcome {
    let all = args.iter().map(to_number).collect::<Result<Vec<_>, _>>()?;
    finite(all.into_iter().fold(f64::NEG_INFINITY, f64::max), at)
}

pub(super) fn min(args: &[Value], at: Span) -> Outcome {
    let all = args.iter().map(to_number).collect::<Result<Vec<_>, _>>()?;
    finite(all.into_iter().fold(f64::INFINITY, f64::min), at)
}

pub(super) fn sum(args: &[Value], at: Span) -> Outcome {
    let items = list(&args[0])?;
    if items.is_empty() {
        return Err(Refused::new("nothing to add up"));
    }
    if let Some(unknown) = items.iter().find(|v| v.is_unknown()) {
        return Ok(unknown.clone());
    }
    finite(items.iter().map(to_number).sum::<Result<f64, _>>()?, at)
}

pub(super) fn parseint(args: &[Value], at: Span) -> Outcome {
    if !matches!(args[0].kind, crate::value::Kind::Str(_)) {
        return Err(Refused::new("text is required"));
    }
    let digits = given!(known(args, 0, at));
    let base = to_number(&args[1])?;
    // Terraform knows bases up to 62; the digits of those above 36 are told apart by case.
    if !(2.0..=36.0).contains(&base) || base.fract() != 0.0 {
        return Err(Refused::new("the base must be between 2 and 36"));
    }
    let value = i64::from_str_radix(&digits, base as u32).map_err(|_| Refused::new("not a whole number"))?;
    finite(value as f64, at)
}

pub(super) fn range(args: &[Value], at: Span) -> Outcome {
    let n = args.iter().map(to_number).collect::<Result<Vec<_>, _>>()?;
    let (start, limit) = match n[..] {
        [limit] => (0.0, limit),
        [start, limit, ..] => (start, limit),
        [] => return Err(Refused::new("the wrong number of arguments")),
    };
    let down = limit < start;
    let step = n.get(2).copied().unwrap_or(if down { -1.0 } else { 1.0 });
    if step == 0.0 || (down && step > 0.0) || (!down && step < 0.0) {
        return Err(Refused::new("the step does not lead to the limit"));
    }
    let mut out = Vec::new();
    let mut next = start;
    while if down { next > limit } else { next < limit } {
        if out.len() >= MAX_RANGE {
            return Err(Refused::new("the range is longer than Terraform allows"));
        }
        out.push(number(next, at));
        next += step;
    }
    Ok(Value::list(out, at))
}
