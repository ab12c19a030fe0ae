//! JSON text to values, each scalar with its place.

use std::rc::Rc;

use crate::programs::document::{self, Data, NoData};
use crate::text::{Span, Traced, Why};

use super::value::{Val, number_text};

/// The deepest input that is read, in brackets. jq itself reads 256 levels of it (1.6) or more.
const MAX_BRACKETS: usize = 100;

/// The most values that one stream may hold.
const MAX_VALUES: usize = 10_000;

/// Why there is no value: the program refuses the text, or it is unknown.
#[derive(Debug)]
pub(super) enum NoValue {
    /// Not JSON.
    Refused,
    /// Unknown.
    Unknown(Why),
}

/// All values of a stream, up to the first that cannot be read.
pub(super) fn stream(text: &Traced) -> (Vec<Val>, Option<NoValue>) {
    let mut out = Vec::new();
    let bytes = text.bytes();
    let mut at = if bytes.starts_with("\u{FEFF}".as_bytes()) { 3 } else { 0 };
    loop {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace()) {
            at += 1;
        }
        if at >= bytes.len() {
            return (out, None);
        }
        if out.len() >= MAX_VALUES {
            return (out, Some(NoValue::Unknown(Why::limit("values of a JSON stream"))));
        }
        let end = match value_end(bytes, at) {
            Ok(end) => end,
            Err(why) => return (out, Some(why)),
        };
        match value(&text.slice(at..end)) {
            Ok(val) => out.push(val),
            Err(why) => return (out, Some(why)),
        }
        at = end;
    }
}

/// One past the last byte of the value that begins at `at`.
fn value_end(bytes: &[u8], at: usize) -> Result<usize, NoValue> {
    let mut depth = 0_usize;
    let mut n = at;
    while let Some(byte) = bytes.get(n) {
        match byte {
            b'"' => {
                n += 1;
                while let Some(inner) = bytes.get(n) {
                    match inner {
                        b'"' => break,
                        b'\\' => n += 2,
                        _ => n += 1,
                    }
                }
                n += 1;
                if depth == 0 {
                    return Ok(n.min(bytes.len()));
                }
                continue;
            }
            b'[' | b'{' => {
                if depth == 0 && n > at {
                    return Ok(n);
                }
                depth += 1;
                if depth > MAX_BRACKETS {
                    return Err(NoValue::Unknown(Why::limit("depth of JSON")));
                }
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(n + 1);
                }
            }
            b if depth == 0 && b.is_ascii_whitespace() => return Ok(n),
            _ => {}
        }
        n += 1;
    }
    Ok(bytes.len())
}

/// One value.
fn value(text: &Traced) -> Result<Val, NoValue> {
    let known = |data| convert(data).ok_or(NoValue::Refused);
    match document::from_json(text) {
        Ok(data) => known(data),
        Err(NoData::Broken) => Err(NoValue::Refused),
        Err(NoData::Unknown(why)) => Err(NoValue::Unknown(why)),
    }
}

fn convert(data: Data) -> Option<Val> {
    Some(match data {
        Data::Null(text) | Data::Bool(_, text) | Data::Number(text) => bare(Rc::new(text))?,
        Data::Str(text) => Val::Str(Rc::new(text)),
        Data::Unknown(text) => Val::Unknown(Rc::new(text)),
        Data::List(items) => Val::arr(items.into_iter().map(convert).collect::<Option<_>>()?),
        Data::Map(pairs) => {
            let pairs = pairs.into_iter().map(|(k, v)| Some((k.bytes().to_vec(), (Rc::new(k), convert(v)?))));
            Val::obj(pairs.collect::<Option<_>>()?)
        }
    })
}

/// A bare word of JSON.
pub(super) fn bare(text: Rc<Traced>) -> Option<Val> {
    match text.as_str()? {
        "null" => Some(Val::Null(text)),
        "true" => Some(Val::Bool(true, text)),
        "false" => Some(Val::Bool(false, text)),
        word => {
            let Some(Val::Number(value, canonical)) = number(word, || text.span()) else { return None };
            let same = canonical.bytes() == text.bytes();
            Some(Val::Number(value, if same { text } else { canonical }))
        }
    }
}

/// A number, in the form that jq writes.
pub(super) fn number(word: &str, at: impl Fn() -> Option<Span>) -> Option<Val> {
    let first = word.trim_start_matches('-').bytes().next()?;
    if !(first.is_ascii_digit() || first == b'.') || !word.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
    {
        return None;
    }
    let value = word.parse::<f64>().ok()?;
    Some(Val::Number(value, Rc::new(Traced::made(number_text(value), at()?))))
}
