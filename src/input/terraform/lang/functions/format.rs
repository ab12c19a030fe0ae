//! `format`, `formatlist` and `join`: text built from values with alternatives.

use crate::text::{Span, Traced, Why};
use crate::value::{Guard, Kind, Value};

use super::super::convert::{to_number, to_text};
use super::super::data::Data;
use super::super::env::Env;
use super::super::evaluate::Evaluate;
use super::super::outcome::{Computed, Early, Refused, refused};
use super::super::template::{text_value, ways_of};
use super::arguments::{known, list, not_unknown, text};
use super::encoding::json_text;

/// The most rows that `formatlist` makes.
const MAX_ROWS: usize = 10_000;

/// The largest width of a verb, in characters.
const MAX_WIDTH: usize = 1_000;

/// A part of a format string.
enum Piece {
    /// Text, as a range of the format string.
    Text(std::ops::Range<usize>),
    Verb(Verb),
}

/// `%[flags][width][.precision][index]verb`.
#[derive(Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "the flags are independent of each other")]
struct Verb {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    index: Option<usize>,
    letter: char,
}

/// The grammar of go-cty's `stdlib.Format`.
fn parse(spec: &str) -> Result<Vec<Piece>, Early> {
    let mut pieces = Vec::new();
    let bytes = spec.as_bytes();
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != b'%' {
            at += 1;
            continue;
        }
        if from < at {
            pieces.push(Piece::Text(from..at));
        }
        if bytes.get(at + 1) == Some(&b'%') {
            pieces.push(Piece::Text(at + 1..at + 2));
            at += 2;
            from = at;
            continue;
        }
        let mut verb = Verb::default();
        at += 1;
        while let Some(flag) = bytes.get(at) {
            match flag {
                b'-' => verb.minus = true,
                b'+' => verb.plus = true,
                b' ' => verb.space = true,
                b'0' => verb.zero = true,
                b'#' => verb.sharp = true,
                _ => break,
            }
            at += 1;
        }
        let number = |at: &mut usize| {
            let start = *at;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            spec.get(start..*at).unwrap_or_default().parse::<usize>().ok()
        };
        verb.width = number(&mut at).map(|w| w.min(MAX_WIDTH));
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            verb.precision = Some(number(&mut at).unwrap_or(0).min(MAX_WIDTH));
        }
        if bytes.get(at) == Some(&b'[') {
            at += 1;
            verb.index = number(&mut at);
            if bytes.get(at) != Some(&b']') {
                return Err(refused("a broken format"));
            }
            at += 1;
        }
        verb.letter = spec.get(at..).and_then(|rest| rest.chars().next()).ok_or_else(|| refused("a broken format"))?;
        at += verb.letter.len_utf8();
        pieces.push(Piece::Verb(verb));
        from = at;
    }
    if from < bytes.len() {
        pieces.push(Piece::Text(from..bytes.len()));
    }
    Ok(pieces)
}

pub(super) fn format(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Computed {
    Ok(data.lift(&args[..1], at, &mut |data, spec| row(data, &spec[0], &args[1..], at).or_else(Early::outcome))?)
}

fn row(data: &mut dyn Data, spec: &Value, args: &[Value], at: Span) -> Computed {
    let words = known(std::slice::from_ref(spec), 0, at)?;
    let source = text(std::slice::from_ref(spec), 0)?;
    let mut next = 0;
    let mut used = 0;
    let mut parts: Vec<Vec<(Guard, Traced)>> = Vec::new();
    for piece in parse(&words)? {
        match piece {
            Piece::Text(range) => parts.push(vec![(Guard::always(), source.slice(range))]),
            Piece::Verb(verb) => {
                let index = verb.index.map_or(next, |n| n.wrapping_sub(1));
                next = index.wrapping_add(1);
                used = used.max(next);
                let arg = args.get(index).ok_or_else(|| refused("not enough arguments for the format"))?;
                let mut ways = Vec::new();
                let alternatives = arg.alternatives();
                let several = alternatives.len() > 1;
                for (guard, value) in alternatives {
                    if value.is_null() {
                        // Terraform returns no value for an untyped null.
                        return Ok(Value::unknown(Why::NotUnderstood("a null in a format".into()), at));
                    }
                    match one(&verb, &value) {
                        Ok(text) => ways.push((guard, text)),
                        Err(Early::Refused(Refused(why))) if several => {
                            ways.push((guard, Traced::unknown(value.at, Why::Invalid(why))));
                        }
                        Err(refused) => return Err(refused),
                    }
                }
                parts.push(ways);
            }
        }
    }
    if used < args.len() {
        return Err(refused("too many arguments for the format"));
    }
    Ok(text_value(data.put_together(parts, &Traced::new(), at), at))
}

/// Formats one value with a verb.
fn one(verb: &Verb, value: &Value) -> Result<Traced, Early> {
    if let Kind::Unknown(why) = &value.kind {
        return Ok(Traced::unknown(value.at, why.clone()).through_all(&value.via));
    }
    let unknown = |text: &Traced| text.first_unknown().map(|(at, why)| Traced::unknown(at, why.clone()));
    let collection = matches!(value.kind, Kind::List(_) | Kind::Map(_));
    match verb.letter {
        's' | 'v' if !(collection || verb.letter == 'v' && verb.sharp) => {
            // Text is cut and padded, and keeps its place in the source.
            let mut text = to_text(value)?;
            if let Some(precision) = verb.precision {
                let end = text.to_text().char_indices().nth(precision).map_or(text.len(), |(n, _)| n);
                text = text.slice(0..end);
            }
            Ok(pad(verb, text, value.at))
        }
        'v' => {
            let text = json_text(value);
            Ok(unknown(&text).unwrap_or_else(|| pad(verb, text, value.at)))
        }
        's' => Err(refused("a list or map is not a string")),
        'q' => {
            let text = json_text(&Value { kind: Kind::Str(to_text(value)?), at: value.at, via: None });
            Ok(pad(verb, text, value.at))
        }
        't' => {
            let b = value.as_bool().ok_or_else(|| refused("true or false is required"))?;
            Ok(Traced::made(if b { "true" } else { "false" }, value.at))
        }
        'd' if matches!(value.kind, Kind::Number(_)) && verb.width.is_none() && !verb.plus && !verb.space => {
            whole(value)?;
            Ok(to_text(value)?)
        }
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => {
            if let Kind::Str(text) = &value.kind
                && let Some(unknown) = unknown(text)
            {
                return Ok(unknown);
            }
            number(verb, value)
        }
        _ => Err(refused("a verb that is not supported")),
    }
}

fn whole(value: &Value) -> Result<i64, Early> {
    let n = to_number(value)?;
    if n.fract() == 0.0 && n.abs() < 9.0e15 { Ok(n as i64) } else { Err(refused("a whole number is required")) }
}

fn number(verb: &Verb, value: &Value) -> Result<Traced, Early> {
    let n = to_number(value)?;
    let digits = match verb.letter {
        'b' => format!("{:b}", whole(value)?.abs()),
        'o' => format!("{:o}", whole(value)?.abs()),
        'x' => format!("{:x}", whole(value)?.abs()),
        'X' => format!("{:X}", whole(value)?.abs()),
        'd' => format!("{}", whole(value)?.abs()),
        'f' => format!("{:.*}", verb.precision.unwrap_or(6), n.abs()),
        'e' | 'E' => exponent(n.abs(), verb.precision.unwrap_or(6), verb.letter),
        _ => general(n.abs(), verb),
    };
    let sign = match (n < 0.0, verb.plus, verb.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    let width = verb.width.unwrap_or(0);
    let text = if verb.zero && !verb.minus {
        format!("{sign}{}{digits}", "0".repeat(width.saturating_sub(sign.len() + digits.len())))
    } else {
        format!("{sign}{digits}")
    };
    Ok(pad(verb, Traced::made(text, value.at), value.at).through_all(&value.via))
}

/// Go writes the exponent with a sign and at least two digits.
fn exponent(n: f64, precision: usize, verb: char) -> String {
    let text = format!("{n:.precision$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    format!("{digits}{verb}{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

/// `%g`: the shortest form; with an exponent below -4 or from 21 on (or from the precision on).
fn general(n: f64, verb: &Verb) -> String {
    let e = if verb.letter == 'G' { 'E' } else { 'e' };
    let shortest = format!("{n:e}");
    let (digits, power) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let count = digits.len() - usize::from(digits.contains('.'));
    let limit = verb.precision.map_or(count.max(6), |p| p.max(1));
    let limit = i32::try_from(limit).unwrap_or(i32::MAX);
    if n != 0.0 && (power < -4 || power >= limit) {
        return format!("{digits}{e}{}{:02}", if power < 0 { '-' } else { '+' }, power.abs());
    }
    format!("{n}")
}

fn pad(verb: &Verb, text: Traced, at: Span) -> Traced {
    let missing = verb.width.unwrap_or(0).saturating_sub(text.to_text().chars().count());
    if missing == 0 || text.has_unknown() {
        return text;
    }
    let mut out = Traced::new();
    if verb.minus {
        out.push(&text);
    }
    // The minus takes the zeros from numbers alone.
    let blank = if verb.zero && "svq".contains(verb.letter) { "0" } else { " " };
    out.push_made(blank.repeat(missing).as_bytes(), at);
    if !verb.minus {
        out.push(&text);
    }
    out
}

pub(super) fn formatlist(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Computed {
    args.iter().try_for_each(|arg| not_unknown(arg, at))?;
    if args.iter().any(Value::is_null) {
        return Ok(Value::unknown(Why::NotUnderstood("formatlist with null".into()), at));
    }
    let lists = args.iter().filter(|a| matches!(a.kind, Kind::List(_)));
    let lengths: Vec<usize> = lists.map(|a| a.items().len()).collect();
    let rows = lengths.first().copied().unwrap_or(1);
    if lengths.iter().any(|n| *n != rows) {
        return Err(refused("the lists differ in length"));
    }
    let mut out = Vec::new();
    for n in 0..rows.min(MAX_ROWS) {
        let own: Vec<Value> = args.iter().map(|arg| arg.item(n).unwrap_or_else(|| arg.clone())).collect();
        out.push(data.deeper(at, |data| row(data, &own[0], &own[1..], at).or_else(Early::outcome))?);
    }
    Ok(Value::list(out, at))
}

pub(super) fn join(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Computed {
    let between = text(args, 0)?;
    let mut parts = Vec::new();
    for arg in &args[1..] {
        if let Kind::Unknown(why) = &arg.kind {
            return Ok(Value::str(Traced::unknown(at, why.clone()), at));
        }
        for item in list(arg)? {
            parts.push(ways_of(&item)?);
        }
    }
    Ok(if parts.is_empty() {
        Value::str(Traced::new(), at)
    } else {
        text_value(data.put_together(parts, &between, at), at)
    })
}
