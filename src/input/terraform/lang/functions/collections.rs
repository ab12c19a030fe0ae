//! Functions on lists, sets and maps, and conversions between types. A set is a sorted list without duplicates.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::text::{Span, UNKNOWN_MARK, Why};
use crate::value::{Alternative, Condition, Entry, Guard, Kind, Map, Value};

use super::super::convert::{equal, keyed, text_to_bool, text_to_number, to_bool, to_key, to_text_value};
use super::super::data::Data;
use super::super::env::Env;
use super::super::evaluate::Evaluate;
use super::super::outcome::{Computed, Early, are_apart, both_ways, combined, entries_of, more, refused, with};
use super::super::steps::{choice, item};
use super::arguments::{
    all_known, as_set, in_order, list, none_unknown, not_unknown, number, unified, unknown, whole_number,
};
use super::defaults::or_default;

fn map_of(value: &Value) -> Result<&Map, Early> {
    match &value.kind {
        Kind::Map(map) => Ok(map),
        _ => Err(refused("a map is required")),
    }
}

/// `wanted` if it is found; the opposite if it certainly is not.
pub(super) fn truths(args: &[Value], at: Span, wanted: bool) -> Computed {
    let items = list(&args[0])?;
    if items.iter().any(|v| to_bool(v) == Some(wanted)) {
        return Ok(Value::bool(wanted, at));
    }
    none_unknown(&items, at)?;
    if !items.iter().all(|v| v.is_null() || to_bool(v).is_some()) {
        return Err(refused("a list of truth values is required"));
    }
    Ok(Value::bool(!wanted && !items.iter().any(Value::is_null), at))
}

pub(super) fn chunklist(args: &[Value], at: Span) -> Computed {
    let items = unified(list(&args[0])?);
    let size = whole_number(&args[1])?;
    if size < 0.0 {
        return Err(refused("a size that is not negative is required"));
    }
    let size = size as usize;
    let chunks = items.chunks(if size == 0 { items.len().max(1) } else { size });
    Ok(Value::list(chunks.map(|c| Value::list(c.to_vec(), at)).collect(), at))
}

pub(super) fn coalesce(args: &[Value], at: Span) -> Computed {
    let collection = |a: &Value| matches!(a.kind, Kind::List(_) | Kind::Map(_));
    let simple = |a: &Value| matches!(a.kind, Kind::Str(_) | Kind::Number(_) | Kind::Bool(_));
    if args.iter().any(collection) && args.iter().any(simple) {
        return Err(refused("the arguments are of different types"));
    }
    let as_text = args.iter().any(|a| matches!(a.kind, Kind::Str(_)));
    let mut ways: Vec<Alternative> = Vec::new();
    let mut skipped = Guard::always();
    for arg in args {
        let decided = match &arg.kind {
            Kind::Null => continue,
            Kind::Str(text) if text.is_empty() => continue,
            Kind::Str(text) if text.is_unknown() => text.first_unknown().map(|(_, why)| why.clone()),
            Kind::Unknown(why) => Some(why.clone()),
            _ => None,
        };
        let value = if as_text { to_text_value(arg).unwrap_or_else(|| arg.clone()) } else { arg.clone() };
        let Some(why) = decided else {
            ways.push(Alternative { when: skipped, value });
            return Ok(Value::either(ways, at));
        };
        // The result depends on whether the unknown value is set.
        let Some(name) = why.name() else { return Ok(Value::unknown(why, at)) };
        let set = Condition::new(format!("{name} is set"), true);
        if let Some(when) = skipped.and(&Guard::of(set.clone())) {
            ways.push(Alternative { when, value });
        }
        match skipped.and(&Guard::of(set.opposite())) {
            Some(rest) => skipped = rest,
            None => return Ok(Value::either(ways, at)),
        }
    }
    match &ways[..] {
        // All are unknown. Which one it is makes no difference, unless one says what image it is.
        [first, others @ ..] if others.iter().all(|way| is_of_resource(&way.value)) => Ok(first.value.clone()),
        // If all others are empty, Terraform reports an error, so the last unknown one must be set.
        [_, ..] => Ok(Value::either(ways, at)),
        [] => Err(refused("no argument is set")),
    }
}

/// True for an unknown attribute of a resource, and not of a data source or a module.
fn is_of_resource(value: &Value) -> bool {
    let Kind::Unknown(Why::Attribute(address, _)) = &value.kind else { return false };
    let mut parts = address.rsplit('.').skip(1);
    parts.next().is_some_and(|kind| kind.contains('_')) && parts.next() != Some("data")
}

pub(super) fn coalescelist(args: &[Value], at: Span) -> Computed {
    for arg in args.iter().filter(|arg| !arg.is_null()) {
        not_unknown(arg, at)?;
        if !in_order(arg)?.is_empty() {
            return Ok(arg.clone());
        }
    }
    Err(refused("every list is empty"))
}

/// The most optional items of a list that give separate alternatives.
const MAX_OPTIONAL: usize = 3;

/// A list with optional items, each on the condition with these words: one alternative for each combination. An unknown
/// item may stand for several if it comes from an unknown list; text joined from it keeps its known parts. Past
/// [`MAX_OPTIONAL`] all items are included as unknown values, if at least one item is certain.
pub(in super::super) fn optional_items(items: Vec<(Value, Option<String>)>, at: Span) -> Value {
    let open: Vec<&String> = items.iter().filter_map(|(_, words)| words.as_ref()).collect();
    if open.len() > MAX_OPTIONAL && open.len() == items.len() {
        // It is not even known whether there is an item.
        let why = items.iter().find_map(|(v, _)| match &v.kind {
            Kind::Unknown(why) => Some(why.clone()),
            _ => None,
        });
        return Value::unknown(why.unwrap_or(Why::Limit("items that may be missing")), at);
    }
    if open.len() > MAX_OPTIONAL {
        return Value::list(items.into_iter().map(|(v, _)| v).collect(), at);
    }
    let mut ways: Vec<(Guard, Vec<Value>)> = vec![(Guard::always(), Vec::new())];
    for (item, words) in &items {
        let Some(words) = words else {
            for (_, list) in &mut ways {
                list.push(item.clone());
            }
            continue;
        };
        let there = both_ways(&Condition::new(words.as_str(), true));
        ways = combined(&ways, &there, |list, holds| if *holds { with(list, item) } else { list.clone() });
    }
    let ways = ways.into_iter().map(|(when, list)| Alternative { when, value: Value::list(list, at) }).collect();
    Value::either(ways, at)
}

/// The name of an unknown value, if it has one of its own.
fn name_of(value: &Value) -> Option<Arc<str>> {
    match &value.kind {
        Kind::Unknown(why) => why.name(),
        Kind::Str(text) if text.is_unknown() => text.first_unknown()?.1.name(),
        _ => None,
    }
}

pub(super) fn compact(args: &[Value], at: Span) -> Computed {
    not_unknown(&args[0], at)?;
    let keep = |v: &Value| !v.is_null() && !matches!(&v.kind, Kind::Str(text) if text.is_empty());
    let items = list(&args[0])?;
    if items.iter().any(|v| matches!(v.kind, Kind::List(_) | Kind::Map(_))) {
        return Err(refused("a list of text is required"));
    }
    // What is not text becomes text.
    let items = items.into_iter().filter(keep).map(|v| to_text_value(&v).unwrap_or(v));
    let optional = |v: Value| {
        let words = name_of(&v).map(|name| format!("{name} is set"));
        (v, words)
    };
    Ok(optional_items(items.map(optional).collect(), at))
}

pub(super) fn concat(args: &[Value], at: Span) -> Computed {
    let mut out = Vec::new();
    for arg in args {
        match (&arg.kind, name_of(arg)) {
            (Kind::Unknown(_), Some(name)) => out.push((arg.clone(), Some(format!("{name} has entries")))),
            // It stands for some items: the others are there anyway.
            (Kind::Unknown(Why::Limit(_)), None) => out.push((arg.clone(), None)),
            (Kind::Unknown(why), None) => return Ok(Value::unknown(why.clone(), at)),
            _ => out.extend(in_order(arg)?.into_iter().map(|v| (v, None))),
        }
    }
    Ok(optional_items(out, at))
}

pub(super) fn contains(args: &[Value], at: Span) -> Computed {
    not_unknown(&args[0], at)?;
    let items = list(&args[0])?;
    let answers: Vec<_> = items.iter().map(|v| equal(v, &args[1])).collect();
    if answers.contains(&Some(true)) {
        return Ok(Value::bool(true, at));
    }
    if answers.contains(&None) {
        none_unknown(&items, at)?;
        none_unknown(&args[1..], at)?;
        return Err(unknown(&Why::NotUnderstood("this comparison".into()), at));
    }
    Ok(Value::bool(false, at))
}

pub(super) fn distinct(args: &[Value], at: Span) -> Computed {
    let mut out: Vec<Value> = Vec::new();
    for item in unified(list(&args[0])?) {
        if !out.iter().any(|o| equal(o, &item) == Some(true)) {
            out.push(item);
        }
    }
    Ok(Value::list(out, at))
}

pub(super) fn element(args: &[Value], at: Span) -> Computed {
    let items = in_order(&args[0])?;
    let index = whole_number(&args[1])?;
    if items.is_empty() {
        return Err(refused("there is no such item"));
    }
    if index < 0.0 {
        // Terraform counts from the end of a list, and fails for a tuple.
        return Ok(Value::unknown(Why::NotUnderstood("an item with a negative number".into()), at));
    }
    Ok(item(&args[0], &number(index % items.len() as f64, at), at)?)
}

pub(super) fn flatten(args: &[Value], at: Span) -> Computed {
    /// An unknown item may be a list of any length.
    fn walk(value: &Value, out: &mut Vec<(Value, Option<String>)>) -> Result<(), Why> {
        for item in value.items() {
            match (&item.kind, name_of(&item)) {
                (Kind::List(_), _) => walk(&item, out)?,
                (Kind::Unknown(_), Some(name)) => {
                    let words = format!("{name} has entries");
                    out.push((item, Some(words)));
                }
                (Kind::Unknown(why), None) => return Err(why.clone()),
                _ => out.push((item, None)),
            }
        }
        Ok(())
    }
    not_unknown(&args[0], at)?;
    list(&args[0])?;
    let mut out = Vec::new();
    walk(&args[0], &mut out).map_err(|why| unknown(&why, at))?;
    Ok(optional_items(out, at))
}

pub(super) fn index(args: &[Value], at: Span) -> Computed {
    not_unknown(&args[0], at)?;
    let items = in_order(&args[0])?;
    for (n, v) in items.iter().enumerate() {
        match equal(v, &args[1]) {
            Some(true) => return Ok(number(n as f64, at)),
            Some(false) => {}
            None => return Ok(Value::unknown(Why::NotUnderstood("this comparison".into()), at)),
        }
    }
    Err(refused("the list has no such item"))
}

/// The keys or the values of a map.
pub(super) fn of_entries(args: &[Value], at: Span, part: fn((Value, Value)) -> Value) -> Computed {
    map_of(&args[0])?;
    match entries_of(&args[0]).map_err(|why| refused(why.to_string()))? {
        (_, Some(why)) => Ok(Value::unknown(why, at)),
        (entries, None) => Ok(Value::list(entries.into_iter().map(part).collect(), at)),
    }
}

pub(super) fn length(args: &[Value], at: Span) -> Computed {
    match &args[0].kind {
        Kind::List(items) => Ok(number(items.len() as f64, at)),
        Kind::Map(map) => match more(map) {
            Some(why) => Ok(Value::unknown(why, at)),
            None => Ok(number(map.entries.len() as f64, at)),
        },
        Kind::Str(text) => match text.first_unknown() {
            Some((_, why)) => Ok(Value::unknown(why.clone(), at)),
            None => Ok(number(text.to_text().chars().count() as f64, at)),
        },
        _ => Err(refused("this has no length")),
    }
}

pub(super) fn lookup(args: &[Value], at: Span) -> Computed {
    if let Kind::Unknown(_) = &args[0].kind {
        let found = item(&args[0], &args[1], at)?;
        return Ok(args.get(2).map_or(found.clone(), |default| or_default(found, default.clone(), at)));
    }
    let map = map_of(&args[0])?;
    if let Kind::Unknown(why) = &args[1].kind
        && let Some(chosen) = choice(&args[0], why, args.get(2), at)
    {
        return Ok(chosen);
    }
    let Some(key) = to_key(&args[1])? else {
        return Ok(Value::unknown(Why::NotUnderstood("an unknown key".into()), at));
    };
    match (args[0].get(&key), &map.open, args.get(2)) {
        (Some(found), ..) => Ok(found),
        (None, Some(why), _) => Ok(Value::unknown(why.clone(), at)),
        (None, None, Some(default)) => Ok(default.clone()),
        (None, None, None) => Err(refused(format!("there is no {key:?}"))),
    }
}

pub(super) fn matchkeys(args: &[Value], at: Span) -> Computed {
    let (values, keys, wanted) = (list(&args[0])?, list(&args[1])?, list(&args[2])?);
    if values.len() != keys.len() {
        return Err(refused("both lists must be equally long"));
    }
    none_unknown(&keys, at)?;
    none_unknown(&wanted, at)?;
    let found = |key: &Value| wanted.iter().any(|w| equal(w, key) == Some(true));
    Ok(Value::list(values.into_iter().zip(keys).filter(|(_, k)| found(k)).map(|(v, _)| v).collect(), at))
}

/// Merges maps; later ones win. A value that an unknown map may override becomes two alternatives: unknown, or the
/// value on the condition that it is not overridden.
pub(super) fn merge(data: &mut dyn Data, args: &[Value], at: Span, env: &Env) -> Computed {
    let mut out = Map::default();
    for arg in args {
        let (why, entries) = match &arg.kind {
            Kind::Null => continue,
            Kind::Map(map) => (map.open.clone(), Some(map)),
            Kind::Unknown(why) => (Some(why.clone()), None),
            _ => return Err(refused("a map is required")),
        };
        if let Some(why) = why {
            let from = why.name().map_or_else(|| data.words(arg.at), |name| name.to_string());
            let others = |key: &str, map: &Map| {
                let mut unknown = map.entries.keys().filter(|name| name.contains(UNKNOWN_MARK));
                more(map).is_none() && unknown.all(|name| are_apart(name, key))
            };
            for (key, entry) in &mut out.entries {
                if entries.is_some_and(|m| m.entries.contains_key(key) || others(key, m)) {
                    continue;
                }
                let shown: Vec<_> = key.split(UNKNOWN_MARK).step_by(2).collect();
                let condition = data.condition(format!("{from} sets {}", shown.join("…")), arg.at, env);
                let unknown = Value::unknown(why.clone(), arg.at);
                let ways = vec![
                    Alternative { when: Guard::of(condition.opposite()), value: entry.value.clone() },
                    Alternative { when: Guard::of(condition), value: unknown },
                ];
                entry.value = Value::either(ways, entry.value.at);
            }
            if more(&out).is_none() {
                out.open = Some(why);
            }
        }
        for (key, entry) in entries.iter().flat_map(|m| &m.entries) {
            let value = entry.value.clone().with_outer(&arg.via);
            out.entries.insert(Arc::clone(key), Entry { key: entry.key, value });
        }
    }
    Ok(Value::new(Kind::Map(Arc::new(out)), at))
}

pub(super) fn one(args: &[Value], at: Span) -> Computed {
    match &list(&args[0])?[..] {
        [] => Ok(Value::null(at)),
        [only] => Ok(only.clone()),
        _ => Err(refused("more than one item")),
    }
}

pub(super) fn reverse(args: &[Value], at: Span) -> Computed {
    let mut items = list(&args[0])?;
    items.reverse();
    Ok(Value::list(items, at))
}

pub(super) fn slice(args: &[Value], at: Span) -> Computed {
    let items = in_order(&args[0])?;
    let (from, to) = (whole_number(&args[1])?, whole_number(&args[2])?);
    if from < 0.0 || to < from || to > items.len() as f64 {
        return Err(refused("the range is outside the list"));
    }
    Ok(Value::list(items[from as usize..to as usize].to_vec(), at))
}

pub(super) fn sort(args: &[Value], at: Span) -> Computed {
    let items = list(&args[0])?;
    none_unknown(&items, at)?;
    let mut items: Vec<Value> = items
        .into_iter()
        .map(|v| if v.as_known_str().is_some() { Ok(v) } else { to_text_value(&v).ok_or_else(|| refused("not text")) })
        .collect::<Result<_, _>>()?;
    items.sort_by(|a, b| a.as_known_str().cmp(&b.as_known_str()));
    Ok(Value::list(items, at))
}

pub(super) fn tobool(args: &[Value], at: Span) -> Computed {
    match &args[0].kind {
        Kind::Null => Ok(Value::null(at)),
        Kind::Str(text) => {
            all_known(text, at)?;
            Ok(Value { kind: text_to_bool(&args[0])?, ..args[0].clone() })
        }
        Kind::Bool(_) => Ok(args[0].clone()),
        _ => Err(refused("true or false is required")),
    }
}

pub(super) fn tonumber(args: &[Value], at: Span) -> Computed {
    match &args[0].kind {
        Kind::Null | Kind::Number(_) => Ok(args[0].clone()),
        Kind::Str(text) => {
            all_known(text, at)?;
            Ok(Value { kind: text_to_number(text)?, ..args[0].clone() })
        }
        _ => Err(refused("a number is required")),
    }
}

pub(super) fn tostring(args: &[Value], _: Span) -> Computed {
    match &args[0].kind {
        Kind::Null | Kind::Str(_) => Ok(args[0].clone()),
        _ => to_text_value(&args[0]).ok_or_else(|| refused("a list or map is not a string")),
    }
}

pub(super) fn tolist(args: &[Value], at: Span) -> Computed {
    match &args[0].kind {
        Kind::Null => Ok(args[0].clone()),
        _ => Ok(Value::list(unified(list(&args[0])?), at)),
    }
}

pub(super) fn toset(args: &[Value], at: Span) -> Computed {
    match &args[0].kind {
        Kind::Null | Kind::Unknown(_) => Ok(args[0].clone()),
        _ => Ok(Value::set(as_set(unified(list(&args[0])?)), at)),
    }
}

pub(super) fn tomap(args: &[Value], _: Span) -> Computed {
    if args[0].is_null() {
        return Ok(args[0].clone());
    }
    let map = map_of(&args[0])?;
    let values = unified(map.entries.values().map(|e| e.value.clone()).collect());
    let entries: IndexMap<_, _> = map
        .entries
        .iter()
        .zip(values)
        .map(|((key, entry), value)| (Arc::clone(key), Entry { key: entry.key, value }))
        .collect();
    let map = Map { entries, open: map.open.clone(), ..Map::default() };
    Ok(args[0].replaced(Kind::Map(Arc::new(map))))
}

pub(super) fn transpose(args: &[Value], at: Span) -> Computed {
    let (entries, open) = entries_of(&args[0]).map_err(|why| refused(why.to_string()))?;
    if let Some(why) = open {
        return Ok(Value::unknown(why, at));
    }
    let mut out: IndexMap<Arc<str>, Entry> = IndexMap::new();
    for (key, items) in entries {
        for item in list(&items)? {
            let Some(name) = to_key(&item)? else {
                return Ok(Value::unknown(Why::NotUnderstood("an unknown key".into()), at));
            };
            let entry = out.entry(name).or_insert_with(|| Entry { key: item.at, value: Value::list(Vec::new(), at) });
            let mut all = entry.value.items();
            all.push(key.clone());
            entry.value = Value::list(all, at);
        }
    }
    Ok(Value::map(out, at))
}

pub(super) fn zipmap(args: &[Value], at: Span) -> Computed {
    let (keys, values) = (list(&args[0])?, list(&args[1])?);
    if keys.len() != values.len() {
        return Err(refused("both lists must be equally long"));
    }
    Ok(keyed(keys.iter().zip(values), at)?)
}

/// A map of keys, each before its value.
pub(super) fn map(args: &[Value], at: Span) -> Computed {
    if !args.len().is_multiple_of(2) {
        return Err(refused("a key has no value"));
    }
    Ok(keyed(args.chunks_exact(2).map(|pair| (&pair[0], pair[1].clone())), at)?)
}
