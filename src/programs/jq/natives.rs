//! The filters that the engine's library leaves to the type of the values.

use std::rc::Rc;

use jaq_core::ValR;
use jaq_core::data::JustLut;
use jaq_core::native::{Fun, bome, run, unary, v};
use jaq_std::ValT as _;
use regex::RegexBuilder;

use crate::decode::base64::{Strictness, decode, encode};
use crate::text::Traced;

use super::input;
use super::ops::{fault, number_of};
use super::value::{Pairs, Val, give_up_on, made, next_input, not_followed, tick};

/// The data of a run: the table of its filters.
pub(super) type Data = JustLut<Val>;

/// The largest compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 20;

/// All filters that are not written in jq.
pub(super) fn all() -> impl Iterator<Item = Fun<Data>> {
    // Some of the engine's own would stop the program, read its environment, or count without a limit.
    const REPLACED: [&str; 4] = ["halt", "range", "ltrimstr", "rtrimstr"];
    let core = jaq_core::funs::<Data>().chain(jaq_std::base_funs::<Data>());
    own().into_iter().chain(core.filter(|(name, ..)| !REPLACED.contains(name)))
}

fn own() -> Vec<Fun<Data>> {
    vec![
        run(("!ok", v(0), |_| bome(Ok(Val::from(tick()))))),
        run(("input", v(0), |_| bome(next_input().map_or_else(|| fault("No more inputs"), Ok)))),
        run(("inputs", v(0), |_| Box::new(std::iter::from_fn(|| next_input().map(Ok))))),
        run(("range", v(3), |mut cv| {
            let (by, upto, from) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
            match (from.as_number(), upto.as_number(), by.as_number()) {
                (Some(from), Some(upto), Some(by)) => {
                    let mut next = from;
                    Box::new(std::iter::from_fn(move || {
                        let more = if by > 0.0 { next < upto } else { by < 0.0 && next > upto };
                        (more && tick()).then(|| {
                            let now = next;
                            next += by;
                            Ok(Val::number(now))
                        })
                    }))
                }
                _ => bome(fault("range bounds must be numeric")),
            }
        })),
        run(("type", v(0), |cv| bome(cv.1.type_name().map_or_else(|| fault("not known"), |name| Ok(Val::str(name)))))),
        run(("length", v(0), |cv| bome(length(&cv.1)))),
        run(("has", v(1), |cv| unary(cv, |val, key| has(&val, &key)))),
        run(("contains", v(1), |cv| unary(cv, |a, b| Ok(contains(&a, &b))))),
        run(("indices", v(1), |cv| {
            not_followed("jq's indices");
            bome(Ok(cv.1))
        })),
        run(("delpaths", v(1), |cv| unary(cv, |val, paths| delete_paths(val, &paths)))),
        run(("tojson", v(0), |cv| bome(Ok(Val::Str(Rc::new(cv.1.compact())))))),
        run(("fromjson", v(0), |cv| bome(from_json(&cv.1)))),
        run(("tonumber", v(0), |cv| {
            bome(match &cv.1 {
                Val::Number(..) => Ok(cv.1),
                Val::Str(text) => number_of(text).map_or_else(|| fault("cannot be parsed as a number"), Ok),
                _ => fault("cannot be parsed as a number"),
            })
        })),
        run(("ltrimstr", v(1), |cv| unary(cv, |val, fix| Ok(trim(val, &fix, true))))),
        run(("rtrimstr", v(1), |cv| unary(cv, |val, fix| Ok(trim(val, &fix, false))))),
        run(("_matches", v(2), |mut cv| {
            let (flags, re) = (cv.0.pop_var(), cv.0.pop_var());
            bome(matches(&cv.1, &re, &flags))
        })),
        run(("_base64", v(0), |cv| {
            bome(Ok(match &cv.1 {
                Val::Str(text) => text.span().map_or_else(|| Val::str(""), |at| Val::Str(Rc::new(encode(text, 0, at)))),
                other => other.known_str().map_or_else(Val::null, Val::str),
            }))
        })),
        run(("_base64d", v(0), |cv| {
            bome(match &cv.1 {
                Val::Str(text) => {
                    give_up_on(text);
                    decode(text, Strictness::Lenient)
                        .ok()
                        .filter(|plain| plain.as_str().is_some())
                        .map_or_else(|| fault("is not valid base64 data"), |plain| Ok(Val::Str(Rc::new(plain))))
                }
                _ => fault("is not valid base64 data"),
            })
        })),
    ]
}

fn length(val: &Val) -> ValR<Val> {
    Ok(match val {
        Val::Null(_) => Val::number(0.0),
        Val::Bool(..) => return fault("has no length"),
        Val::Number(value, _) => Val::number(value.abs()),
        Val::Str(text) => {
            give_up_on(text);
            Val::from(text.to_text().chars().count())
        }
        Val::Arr(arr) => Val::from(arr.items.len()),
        Val::Obj(obj) => {
            if obj.unknown_keys {
                not_followed("the length of an object with unknown keys");
            }
            Val::from(obj.pairs.len())
        }
        Val::Unknown(text) => {
            give_up_on(text);
            Val::null()
        }
    })
}

fn has(val: &Val, key: &Val) -> ValR<Val> {
    match (val, key) {
        (Val::Obj(obj), Val::Str(_)) => {
            if obj.unknown_keys {
                not_followed("an object with unknown keys");
            }
            Ok(Val::from(key.known_str().is_some_and(|k| obj.pairs.contains_key(k.as_bytes()))))
        }
        (Val::Arr(arr), Val::Number(at, _)) => Ok(Val::from(*at >= 0.0 && *at < arr.items.len() as f64)),
        (Val::Unknown(text), _) | (_, Val::Unknown(text)) => {
            give_up_on(text);
            Ok(Val::null())
        }
        _ => fault("cannot check whether it has such a key"),
    }
}

fn contains(val: &Val, part: &Val) -> Val {
    match (val, part) {
        (Val::Str(a), Val::Str(b)) => {
            give_up_on(a);
            give_up_on(b);
            Val::from(a.to_text().contains(&*b.to_text()))
        }
        _ => {
            not_followed("jq's contains of anything but text");
            Val::null()
        }
    }
}

/// Deletes all paths together: those of a list are resolved before any of them is deleted.
fn delete_paths(val: Val, paths: &Val) -> ValR<Val> {
    let Val::Arr(paths) = paths else { return fault("paths must be specified as an array") };
    let mut sorted: Vec<&Val> = paths.items.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut val = val;
    for path in sorted.into_iter().rev() {
        let Val::Arr(path) = path else { return fault("a path must be specified as an array") };
        val = delete(val, &path.items)?;
    }
    Ok(val)
}

fn delete(val: Val, path: &[Val]) -> ValR<Val> {
    let Some((first, rest)) = path.split_first() else { return Ok(Val::null()) };
    if !tick() {
        return Ok(val);
    }
    match (&val, first) {
        (Val::Null(_), _) => Ok(val),
        (Val::Obj(obj), Val::Str(name)) => {
            give_up_on(name);
            if obj.unknown_keys {
                not_followed("an object with unknown keys");
            }
            let mut pairs: Pairs = obj.pairs.clone();
            if rest.is_empty() {
                pairs.shift_remove(name.bytes());
            } else if let Some((_, old)) = pairs.get_mut(name.bytes()) {
                *old = delete(old.clone(), rest)?;
            }
            Ok(Val::obj(pairs))
        }
        (Val::Arr(arr), Val::Number(at, _)) => {
            let whole = if *at < 0.0 { at.floor() + arr.items.len() as f64 } else { at.floor() };
            let mut items = arr.items.clone();
            if whole < 0.0 || whole >= items.len() as f64 {
                return Ok(val);
            }
            let at = whole as usize;
            if rest.is_empty() {
                items.remove(at);
            } else if let Some(old) = items.get_mut(at) {
                *old = delete(old.clone(), rest)?;
            }
            Ok(Val::arr(items))
        }
        (Val::Unknown(text), _) => {
            give_up_on(text);
            Ok(val)
        }
        (Val::Arr(_), Val::Obj(_)) => {
            not_followed("the deletion of a slice");
            Ok(val)
        }
        _ => fault("cannot delete this"),
    }
}

fn from_json(val: &Val) -> ValR<Val> {
    let Val::Str(text) = val else { return fault("only strings can be parsed") };
    if text.bytes().iter().all(u8::is_ascii_whitespace) {
        not_followed("fromjson of nothing");
    }
    match input::stream(text) {
        (vals, None) if vals.len() == 1 => vals.into_iter().next().map_or_else(|| fault("no JSON"), Ok),
        (_, Some(input::NoValue::Unknown(why))) => {
            super::value::give_up(why);
            Ok(Val::null())
        }
        _ => fault("cannot be parsed as JSON"),
    }
}

fn trim(val: Val, fix: &Val, start: bool) -> Val {
    let (Val::Str(text), Val::Str(fix)) = (&val, fix) else { return val };
    give_up_on(fix);
    give_up_on(text);
    let (bytes, fix) = (text.bytes(), fix.bytes());
    let rest = if start { bytes.strip_prefix(fix) } else { bytes.strip_suffix(fix) };
    match rest {
        Some(rest) => val.as_sub_str(rest),
        None => val,
    }
}

/// The matches of a pattern as jq's `match` gives them.
fn matches(val: &Val, re: &Val, flags: &Val) -> ValR<Val> {
    let (Val::Str(text), Val::Str(_)) = (val, re) else { return fault("cannot be matched, as it is not a string") };
    let (Some(whole), Some(pattern)) = (val.known_str(), re.known_str()) else { return Ok(Val::null()) };
    let flags = match flags {
        Val::Null(_) => "",
        other => other.known_str().unwrap_or_default(),
    };
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(MAX_PATTERN);
    let (mut global, mut skip_empty) = (false, false);
    for flag in flags.chars() {
        match flag {
            'g' => global = true,
            'n' => skip_empty = true,
            'i' => drop(builder.case_insensitive(true)),
            'x' => drop(builder.ignore_whitespace(true)),
            's' => {}
            _ => {
                not_followed("a flag of jq's regular expressions");
                return Ok(Val::null());
            }
        }
    }
    // Oniguruma's `.` excludes line ends as well, and its `^` and `$` match at every line, in the Ruby syntax that jq uses.
    builder.multi_line(true);
    let Ok(regex) = builder.build() else {
        not_followed("this regular expression");
        return Ok(Val::null());
    };
    let mut out = Vec::new();
    for found in regex.captures_iter(whole) {
        let Some(all) = found.get(0) else { continue };
        if !tick() || skip_empty && all.is_empty() {
            continue;
        }
        let mut pairs = position(text, whole, Some(all.range()));
        let captures = regex.capture_names().enumerate().skip(1).map(|(n, name)| {
            let mut pairs = position(text, whole, found.get(n).map(|m| m.range()));
            pairs.insert("name".into(), (made("name"), name.map_or_else(Val::null, Val::str)));
            Val::obj(pairs)
        });
        pairs.insert("captures".into(), (made("captures"), Val::arr(captures.collect())));
        out.push(Val::obj(pairs));
        if !global {
            break;
        }
    }
    Ok(Val::arr(out))
}

fn position(text: &Rc<Traced>, whole: &str, range: Option<std::ops::Range<usize>>) -> Pairs {
    let count = |part: Option<&str>| part.map_or(0, |p| p.chars().count());
    let (offset, length, string) = match range {
        Some(range) => (
            Val::from(count(whole.get(..range.start))),
            Val::from(count(whole.get(range.clone()))),
            Val::Str(Rc::new(text.slice(range))),
        ),
        None => (Val::number(-1.0), Val::number(0.0), Val::null()),
    };
    let mut pairs = Pairs::new();
    for (name, val) in [("offset", offset), ("length", length), ("string", string)] {
        pairs.insert(name.into(), (made(name), val));
    }
    pairs
}
