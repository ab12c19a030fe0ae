//! Functions on sets.

use crate::text::Span;
use crate::value::{Kind, Value};

use super::super::convert::equal;
use super::super::outcome::{Computed, Early, refused};
use super::arguments::{as_set, list, unified};

fn has(items: &[Value], wanted: &Value) -> bool {
    items.iter().any(|v| equal(v, wanted) == Some(true))
}

/// The items of several sets, converted to one type: text if one of them is text. Collections cannot be mixed with
/// simple values.
fn of_one_type(args: &[Value]) -> Result<Vec<Vec<Value>>, Early> {
    let lists = args.iter().map(list).collect::<Result<Vec<_>, _>>()?;
    let lengths: Vec<usize> = lists.iter().map(Vec::len).collect();
    let all: Vec<Value> = lists.into_iter().flatten().collect();
    let compound = |v: &Value| matches!(v.kind, Kind::List(_) | Kind::Map(_));
    if all.iter().any(compound) && all.iter().any(|v| !compound(v) && !v.is_null() && !v.is_unknown()) {
        return Err(refused("sets of different types"));
    }
    let mut all = unified(all).into_iter();
    Ok(lengths.into_iter().map(|n| all.by_ref().take(n).collect()).collect())
}

pub(super) fn union(args: &[Value], at: Span) -> Computed {
    let out = of_one_type(args)?.into_iter().flatten().collect();
    Ok(Value::set(as_set(out), at))
}

pub(super) fn intersection(args: &[Value], at: Span) -> Computed {
    let mut lists = of_one_type(args)?.into_iter();
    let mut out = lists.next().unwrap_or_default();
    for other in lists {
        out.retain(|v| has(&other, v));
    }
    Ok(Value::set(as_set(out), at))
}

pub(super) fn subtract(args: &[Value], at: Span) -> Computed {
    let mut lists = of_one_type(args)?.into_iter();
    let (mut out, other) = (lists.next().unwrap_or_default(), lists.next().unwrap_or_default());
    out.retain(|v| !has(&other, v));
    Ok(Value::set(as_set(out), at))
}

/// The most combinations of `setproduct`.
const MAX_PRODUCT: usize = 10_000;

pub(super) fn product(args: &[Value], at: Span) -> Computed {
    if args.len() < 2 {
        return Err(refused("at least two arguments are required"));
    }
    let sets = args.iter().any(|a| matches!(&a.kind, Kind::List(items) if items.is_set));
    let lists = args.iter().map(|a| list(a).map(unified)).collect::<Result<Vec<_>, _>>()?;
    let count = lists.iter().map(Vec::len).try_fold(1_usize, usize::checked_mul);
    if count.is_none_or(|n| n > MAX_PRODUCT) {
        return Ok(Value::unknown(crate::text::Why::limit("size of a value"), at));
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
    let rows = out.into_iter().map(|row| Value::list(row, at)).collect();
    Ok(if sets { Value::set(as_set(rows), at) } else { Value::list(rows, at) })
}
