//! `printf`.

use crate::text::{Span, Traced, Why};

use super::builtins::{Escapes, unescape};
use super::parameters;
use super::state::ScriptRun;
use super::status::Status;

/// The widest field that is padded.
const MAX_WIDTH: usize = 4096;

/// A conversion specification in a format.
struct Spec {
    left: bool,
    zero: bool,
    /// What stands before a number that is not negative.
    sign: &'static str,
    width: usize,
    precision: Option<usize>,
    conversion: u8,
    /// The number of bytes after the percent sign.
    length: usize,
}

pub(super) fn printf(words: &[Traced], span: Span, path: &mut ScriptRun) {
    let mut words = words;
    let mut variable = None;
    if let [flag, name, rest @ ..] = words
        && flag.known_str() == Some("-v")
    {
        variable = name.known_str().map(str::to_owned);
        words = rest;
    }
    if words.first().and_then(|w| w.known_str()) == Some("--") {
        words = &words[1..];
    }
    let Some((format, arguments)) = words.split_first() else { return };
    let (format, _) = unescape(format, Escapes::Format, span);
    let mut out = Traced::new();
    let mut rest = arguments.iter();
    loop {
        let before = rest.len();
        let bytes = format.bytes();
        let mut at = 0;
        while at < bytes.len() {
            let length = bytes[at..].iter().position(|b| *b == b'%').unwrap_or(bytes.len() - at);
            out.push(&format.slice(at..at + length));
            at += length;
            if at >= bytes.len() {
                break;
            }
            if bytes.get(at + 1) == Some(&b'%') {
                out.push(&format.slice(at..at + 1));
                at += 2;
                continue;
            }
            let Some(spec) = spec(&bytes[at + 1..], &mut rest) else {
                rest.next();
                out.push_unknown(span, Why::NotUnderstood("a printf format".into()));
                at += 2;
                continue;
            };
            at += 1 + spec.length;
            let argument = rest.next();
            out.push(&fill(&spec, argument, span, path));
        }
        if rest.len() == 0 || rest.len() == before {
            break;
        }
    }
    match variable {
        Some(name) => match name.split_once('[').and_then(|(n, k)| Some((n, k.strip_suffix(']')?))) {
            Some((name, key)) => path.set_element(name, key, out),
            None => path.set(&name, out),
        },
        None => path.out.push(&out),
    }
}

fn spec<'a>(bytes: &[u8], rest: &mut impl Iterator<Item = &'a Traced>) -> Option<Spec> {
    let mut spec = Spec { left: false, zero: false, sign: "", width: 0, precision: None, conversion: b's', length: 0 };
    let mut at = 0;
    while let Some(flag) = bytes.get(at).filter(|b| b"-0+ #".contains(b)) {
        match flag {
            b'-' => spec.left = true,
            b'0' => spec.zero = true,
            b'+' => spec.sign = "+",
            b' ' if spec.sign.is_empty() => spec.sign = " ",
            b'#' => return None,
            _ => {}
        }
        at += 1;
    }
    let mut number = |at: &mut usize| -> Option<usize> {
        if bytes.get(*at) == Some(&b'*') {
            *at += 1;
            return rest.next()?.known_str()?.parse().ok();
        }
        let length = bytes.get(*at..)?.iter().take_while(|b| b.is_ascii_digit()).count();
        let text = std::str::from_utf8(&bytes[*at..*at + length]).ok()?;
        *at += length;
        if text.is_empty() { Some(0) } else { text.parse().ok() }
    };
    spec.width = number(&mut at)?.min(MAX_WIDTH);
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        spec.precision = Some(number(&mut at)?.min(MAX_WIDTH));
    }
    while bytes
        .get(at)
        .is_some_and(|b| b"hlLqjzt".contains(b) && bytes.get(at + 1).is_some_and(|n| b"diouxX".contains(n)))
    {
        at += 1;
    }
    spec.conversion = *bytes.get(at)?;
    spec.length = at + 1;
    b"sdiuxXocbq".contains(&spec.conversion).then_some(spec)
}

fn fill(spec: &Spec, argument: Option<&Traced>, span: Span, path: &mut ScriptRun) -> Traced {
    let given = argument.cloned().unwrap_or_default();
    let text = match spec.conversion {
        b's' => given,
        b'b' => match unescape(&given, Escapes::Argument, span) {
            (text, false) => text,
            _ => Traced::unknown(span, Why::NotUnderstood("a printf that ends early".into())),
        },
        b'q' => quoted(&given, span),
        b'c' => given.slice(0..given.len().min(1)),
        _ => {
            let Some(known) = given.known_str() else {
                return if given.has_unknown() { given } else { Traced::made("0", span) };
            };
            let (value, whole) = integer(known.trim());
            if !whole && argument.is_some() {
                path.status = Status::NonZero;
            }
            let shown = match spec.conversion {
                b'x' => format!("{value:x}"),
                b'X' => format!("{value:X}"),
                b'o' => format!("{value:o}"),
                _ if value >= 0 => format!("{}{value}", spec.sign),
                _ => value.to_string(),
            };
            if shown == known { given } else { Traced::made(shown, given.span().unwrap_or(span)) }
        }
    };
    let number = b"diuxXo".contains(&spec.conversion);
    let text = match spec.precision {
        Some(most) if !number && !text.has_unknown() && most < text.len() => text.slice(0..most),
        Some(digits) if number && text.len() < digits => {
            let mut out = Traced::made("0".repeat(digits - text.len()), span);
            out.push(&text);
            out
        }
        _ => text,
    };
    let length = text.known_str().map_or(text.len(), |t| t.chars().count());
    if length >= spec.width {
        return text;
    }
    let missing = spec.width - length;
    let mut out = Traced::new();
    if spec.left {
        out.push(&text);
        out.push_made(" ".repeat(missing).as_bytes(), span);
    } else if spec.zero && number {
        let signed = text.bytes().first().is_some_and(|b| b"+- ".contains(b));
        out.push(&text.slice(0..usize::from(signed)));
        out.push_made("0".repeat(missing).as_bytes(), span);
        out.push(&text.slice(usize::from(signed)..text.len()));
    } else {
        out.push_made(" ".repeat(missing).as_bytes(), span);
        out.push(&text);
    }
    out
}

/// A number as `%d` reads it: what the text begins with, and whether that is all of it.
fn integer(text: &str) -> (i64, bool) {
    if let Some(rest) = text.strip_prefix(['\'', '"']) {
        return (rest.chars().next().map_or(0, |c| i64::from(u32::from(c))), true);
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (radix, digits) = match hex.filter(|hex| hex.starts_with(|c: char| c.is_ascii_hexdigit())) {
        Some(hex) => (16, hex),
        None => (if digits.starts_with('0') { 8 } else { 10 }, digits),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let value = digits.get(..end).filter(|digits| !digits.is_empty());
    let value = value.map(|digits| i64::from_str_radix(digits, radix).unwrap_or(i64::MAX));
    (sign * value.unwrap_or_default(), value.is_some() && end == digits.len())
}

/// `%q`: quotes a text so that the shell reads it back unchanged.
fn quoted(text: &Traced, span: Span) -> Traced {
    if text.is_empty() {
        return Traced::made("''", span);
    }
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"%+-./:=@_,".contains(b) || *b >= 0x80;
    if text.has_unknown() || text.bytes().iter().all(plain) {
        return text.clone();
    }
    if text.bytes().iter().any(|b| *b < b' ') {
        return parameters::quote(text, span);
    }
    let mut out = Traced::new();
    for at in 0..text.len() {
        if !plain(&text.bytes()[at]) {
            out.push_made(b"\\", span);
        }
        out.push(&text.slice(at..at + 1));
    }
    out
}
