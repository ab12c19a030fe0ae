//! Functions on sets.

use crate::text::Span;
use crate::value::Value;

use super::super::convert::equal;
use super::super::engine::Outcome;
use super::collections::{as_set, list, unified};

fn has(items: &[Value], wanted: &Value) -> bool {
    items.iter().any(|v| equal(v, wanted) == Some(true))
}

pub(super) fn union(args: &[Value], at: Span) -> Outcome {
    let mut out = Vec::new();
    for arg in args {
        out.extend(list(arg)?);
    }
    Ok(Value::list(as_set(out), at))
}

pub(super) fn intersection(args: &[Value], at: Span) -> Outcome {
    let mut out = list(&args[0])?;
    for arg in &args[1..] {
        let other = list(arg)?;
        out.retain(|v| has(&other, v));
    }
    Ok(Value::list(as_set(out), at))
}

pub(super) fn subtract(args: &[Value], at: Span) -> Outcome {
    let (mut out, other) = (list(&args[0])?, list(&args[1])?);
    out.retain(|v| !has(&other, v));
    Ok(Value::list(as_set(out), at))
}

/// The most combinations that are made.
const MAX_PRODUCT: usize = 10_000;

pub(super) fn product(args: &[Value], at: Span) -> Outcome {
    let lists = args.iter().map(|a| list(a).map(unified)).collect::<Result<Vec<_>, _>>()?;
    let count = lists.iter().map(Vec::len).try_fold(1_usize, usize::checked_mul);
    if count.is_none_or(|n| n > MAX_PRODUCT) {
        return Ok(Value::unknown(crate::text::Why::Limit("size of a value"), at));
    }
    let mut out: Vec<Vec<Value>> = vec![Vec::new()];
    for items in lists {
        out = out
            .into_iter()
            .flat_map(|before| {
                items.iter().map(move |item| {
                    let mut row = before.clone();
                    row.push(item.clone());
                    row
                })
            })
            .collect();
    }
    Ok(Value::list(out.into_iter().map(|row| Value::list(row, at)).collect(), at))
}
