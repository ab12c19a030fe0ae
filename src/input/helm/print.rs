//! Values as Go prints them. Source: golang/go `src/fmt` (`format.go`, `print.go`), `src/strconv/ftoa.go`.

use std::fmt::Write as _;

use crate::text::{Span, Traced, Why};
use crate::value::{Kind, Number, Value};

use crate::input::yaml_values::quoted;

/// The widest field of a format.
const MAX_WIDTH: usize = 200;

/// A number as `%v` prints it: one with fractions has an exponent from a million on.
pub(super) fn number(number: &Number, at: Span) -> Traced {
    let plain = number.to_traced(at);
    if !number.is_floating() {
        return plain;
    }
    let text = shortest(number.value());
    if text.as_bytes() == plain.bytes() { plain } else { Traced::made(text, at) }
}

/// `strconv.FormatFloat(f, 'g', -1, 64)`.
pub(super) fn shortest(value: f64) -> String {
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    match exponent.parse::<i32>() {
        Ok(-4..6) => format!("{value}"),
        Ok(n) => format!("{digits}e{}{:02}", if n < 0 { '-' } else { '+' }, n.abs()),
        Err(_) => text,
    }
}

/// A value as `%v` prints it.
pub(super) fn shown(value: &Value, at: Span) -> Traced {
    match &value.kind {
        Kind::Null => Traced::made("<nil>", at),
        Kind::Number(n) => number(n, value.at).through_all(&value.via),
        Kind::List(_) => {
            let items: Vec<_> = value.items().iter().map(|item| shown(item, at)).collect();
            bracketed("[", &Traced::join(&items, &Traced::made(" ", at)), at)
        }
        Kind::Map(inner) => {
            let mut keys: Vec<_> = inner.entries.keys().collect();
            keys.sort();
            let pair = |key: &&std::sync::Arc<str>| {
                let mut pair = Traced::made(format!("{key}:"), at);
                pair.push(&value.get(key).map(|v| shown(&v, at)).unwrap_or_default());
                pair
            };
            let mut pairs: Vec<_> = keys.iter().map(pair).collect();
            pairs.extend(inner.open.clone().map(|why| Traced::unknown(at, why)));
            bracketed("map[", &Traced::join(&pairs, &Traced::made(" ", at)), at)
        }
        Kind::Either(_) => Traced::unknown(at, Why::NotUnderstood("a value that depends on a condition".into())),
        _ => value.to_traced().unwrap_or_default(),
    }
}

fn bracketed(open: &str, inner: &Traced, at: Span) -> Traced {
    let mut out = Traced::made(open, at);
    out.push(inner);
    out.push_made(b"]", at);
    out
}

/// The text that an action prints, or that a function takes: nothing for a missing value.
pub(super) fn printed(value: &Value, at: Span) -> Traced {
    if value.is_null() { Traced::new() } else { shown(value, at) }
}

/// Go's name for the type of a value; `None` if it is not known.
pub(super) fn type_of(value: &Value) -> Option<&'static str> {
    Some(match &value.kind {
        Kind::Null => "<nil>",
        Kind::Bool(_) => "bool",
        Kind::Number(n) if n.is_floating() => "float64",
        Kind::Number(n) if n.is_literal() => "int",
        Kind::Str(_) => "string",
        Kind::List(_) => "[]interface {}",
        Kind::Map(_) => "map[string]interface {}",
        Kind::Number(_) | Kind::Unknown(_) | Kind::Either(_) => return None,
    })
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// One directive of a format.
struct Verb {
    minus: bool,
    zero: bool,
    plus: bool,
    width: usize,
    precision: Option<usize>,
    name: u8,
}

/// `printf`. What is not modelled is an unknown part.
pub(super) fn formatted(format: &Traced, args: &[Value], at: Span) -> Traced {
    let mut out = Traced::new();
    let bytes = format.bytes();
    let (mut run, mut n, mut next) = (0, 0, 0);
    while n < bytes.len() {
        if bytes[n] != b'%' {
            n += 1;
            continue;
        }
        out.push(&format.slice(run..n));
        let (verb, end) = directive(bytes, n + 1, args, &mut next);
        n = end;
        run = n;
        match verb {
            None => {
                out.push_unknown(at, Why::NotUnderstood("a verb of `printf`".into()));
                next = args.len();
            }
            Some(verb) if verb.name == b'%' => out.push_made(b"%", at),
            Some(verb) => {
                next += 1;
                match args.get(next - 1) {
                    Some(value) => out.push(&padded(&one(&verb, value, at), &verb, at)),
                    None => out.push_made(format!("%!{}(MISSING)", char::from(verb.name)).as_bytes(), at),
                }
            }
        }
    }
    out.push(&format.slice(run..bytes.len()));
    if next < args.len() {
        let extra = |value: &Value| {
            let mut out = Traced::made(format!("{}=", type_of(value).unwrap_or("int")), at);
            out.push(&shown(value, at));
            if value.is_null() { shown(value, at) } else { out }
        };
        let extra: Vec<_> = args[next..].iter().map(extra).collect();
        out.push_made(b"%!(EXTRA ", at);
        out.push(&Traced::join(&extra, &Traced::made(", ", at)));
        out.push_made(b")", at);
    }
    out
}

/// The directive from `from` on (after the `%`), and where it ends. `*` takes an argument.
fn directive(bytes: &[u8], from: usize, args: &[Value], next: &mut usize) -> (Option<Verb>, usize) {
    let mut verb = Verb { minus: false, zero: false, plus: false, width: 0, precision: None, name: b'%' };
    let mut n = from;
    while let Some(flag @ (b'-' | b'0' | b'+' | b'#' | b' ')) = bytes.get(n) {
        match flag {
            b'-' => verb.minus = true,
            b'0' => verb.zero = true,
            b'+' => verb.plus = true,
            _ => return (None, after(bytes, n)),
        }
        n += 1;
    }
    let mut count = |n: &mut usize| {
        if bytes.get(*n) == Some(&b'*') {
            *n += 1;
            *next += 1;
            return match args.get(*next - 1).map(|v| &v.kind) {
                Some(Kind::Number(number)) => Some(crate::input::template_text::count(number.value())),
                _ => None,
            };
        }
        let digits = bytes[*n..].iter().take_while(|b| b.is_ascii_digit()).count();
        let text = std::str::from_utf8(&bytes[*n..*n + digits]).unwrap_or_default();
        *n += digits;
        if text.is_empty() { Some(0) } else { text.parse().ok() }
    };
    let Some(width) = count(&mut n) else { return (None, after(bytes, n)) };
    verb.width = width.min(MAX_WIDTH);
    if bytes.get(n) == Some(&b'.') {
        n += 1;
        let Some(precision) = count(&mut n) else { return (None, after(bytes, n)) };
        verb.precision = Some(precision.min(MAX_WIDTH));
    }
    match bytes.get(n) {
        Some(name) if name.is_ascii_alphabetic() || *name == b'%' => {
            verb.name = *name;
            (Some(verb), n + 1)
        }
        _ => (None, after(bytes, n)),
    }
}

/// The end of a directive that is not understood.
fn after(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    (from + rest.iter().take_while(|b| !b.is_ascii_alphabetic()).count() + 1).min(bytes.len())
}

/// A value as one verb prints it, before it is padded.
fn one(verb: &Verb, value: &Value, at: Span) -> Traced {
    let made = |text: String| Traced::made(text, value.at).through_all(&value.via);
    let bad = || match type_of(value) {
        Some("<nil>") => Traced::made(format!("%!{}(<nil>)", char::from(verb.name)), at),
        Some(name) => {
            let mut out = Traced::made(format!("%!{}({name}=", char::from(verb.name)), at);
            out.push(&shown(value, at));
            out.push_made(b")", at);
            out
        }
        None => Traced::unknown(at, Why::NotUnderstood("a verb of `printf` for a value of another type".into())),
    };
    let inner = |open: &str, items: Vec<Traced>| bracketed(open, &Traced::join(&items, &Traced::made(" ", at)), at);
    match (verb.name, &value.kind) {
        (b'T', _) => type_of(value).map_or_else(bad, |name| Traced::made(name, at)),
        (_, Kind::Unknown(_) | Kind::Either(_)) | (b'v', _) => shown(value, at),
        (_, Kind::List(_)) => inner("[", value.items().iter().map(|item| one(verb, item, at)).collect()),
        (_, Kind::Map(_)) => {
            if verb.name == b's' && has_only_texts(value) {
                shown(value, at)
            } else {
                bad()
            }
        }
        (b's', Kind::Str(_)) => {
            let text = shown(value, at);
            match verb.precision.filter(|_| !text.has_unknown()) {
                Some(most) => {
                    let end = text.to_text().char_indices().nth(most).map_or(text.len(), |(n, _)| n);
                    text.slice(0..end)
                }
                None => text,
            }
        }
        (b'q', Kind::Str(_)) => quoted(&shown(value, at), at),
        (b't', Kind::Bool(_)) => shown(value, at),
        (b'x', Kind::Str(text)) if !text.has_unknown() => made(hex(text.bytes())),
        (b'd', Kind::Number(n)) if !n.is_floating() => {
            let mut out = Traced::made(if verb.plus && n.value() >= 0.0 { "+" } else { "" }, at);
            out.push(&shown(value, at));
            out
        }
        (name @ (b'x' | b'X' | b'o' | b'b' | b'c' | b'U'), Kind::Number(n)) if !n.is_floating() => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "larger numbers are cut, as nothing prints them this way"
            )]
            let n = n.value() as i64;
            made(match name {
                b'x' => format!("{n:x}"),
                b'X' => format!("{n:X}"),
                b'o' => format!("{n:o}"),
                b'b' => format!("{n:b}"),
                b'c' => u32::try_from(n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(),
                _ => format!("U+{n:04X}"),
            })
        }
        (b'f' | b'F', Kind::Number(n)) if n.is_floating() => {
            made(format!("{:.*}", verb.precision.unwrap_or(6), n.value()))
        }
        (b'g', Kind::Number(n)) if n.is_floating() && verb.precision.is_none() => made(shortest(n.value())),
        (b'e', Kind::Number(n)) if n.is_floating() => {
            let text = format!("{:.*e}", verb.precision.unwrap_or(6), n.value());
            let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let n: i32 = exponent.parse().unwrap_or(0);
            made(format!("{digits}e{}{:02}", if n < 0 { '-' } else { '+' }, n.abs()))
        }
        _ => bad(),
    }
}

fn has_only_texts(value: &Value) -> bool {
    match &value.kind {
        Kind::Map(inner) => inner.entries.values().all(|entry| matches!(entry.value.kind, Kind::Str(_))),
        _ => false,
    }
}

/// The text with blanks or zeros up to the width.
fn padded(text: &Traced, verb: &Verb, at: Span) -> Traced {
    let length = text.to_text().chars().count();
    if length >= verb.width {
        return text.clone();
    }
    if text.has_unknown() {
        return Traced::unknown(at, Why::NotUnderstood("the width of something unknown".into()));
    }
    let zero = verb.zero && !verb.minus;
    let fill = Traced::made(if zero { "0" } else { " " }.repeat(verb.width - length), at);
    let mut out = Traced::new();
    let sign = usize::from(zero && matches!(text.bytes().first(), Some(b'-' | b'+')));
    out.push(&text.slice(0..sign));
    if !verb.minus {
        out.push(&fill);
    }
    out.push(&text.slice(sign..text.len()));
    if verb.minus {
        out.push(&fill);
    }
    out
}
