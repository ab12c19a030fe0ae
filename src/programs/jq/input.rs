//! JSON text to values, each scalar with the place where it stands.

use std::rc::Rc;

use crate::programs::document::back;
use crate::syntax::{Node, NodeKind, Scalar, Style, json};
use crate::text::{Span, Texts, Traced, Why};

use super::value::{Pairs, Val, number_text};

/// The deepest input that is read, in brackets. jq itself reads 256 levels of it (1.6) or more.
const MAX_BRACKETS: usize = 120;

/// The most values that one stream may hold.
const MAX_VALUES: usize = 10_000;

/// Why there is no value: the program refuses the text, or nobody knows.
#[derive(Debug)]
pub(in crate::programs) enum NoValue {
    /// Not JSON.
    Refused,
    /// Not known.
    Unknown(Why),
}

/// All values of a stream, up to the first that cannot be read.
pub(in crate::programs) fn stream(text: &Traced) -> (Vec<Val>, Option<NoValue>) {
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
            return (out, Some(NoValue::Unknown(Why::Limit("values of a JSON stream"))));
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
                    return Err(NoValue::Unknown(Why::Limit("depth of JSON")));
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
pub(in crate::programs) fn value(text: &Traced) -> Result<Val, NoValue> {
    let no = || match text.first_hole() {
        Some((_, why)) => NoValue::Unknown(why.clone()),
        None => NoValue::Refused,
    };
    let Some(at) = text.span() else { return Err(NoValue::Refused) };
    // A text of its own, to whose offsets the reader's places are, and from which they are taken back at once.
    let mut texts = Texts::new();
    let id = texts.add_made("JSON", text, at);
    let tree = json::parse(&texts.view(id)).tree.ok_or_else(no)?;
    let back = Back { text };
    back.val(&tree).ok_or_else(no)
}

struct Back<'a> {
    text: &'a Traced,
}

impl Back<'_> {
    /// What was read from the text of its own, with the places of the original.
    fn traced(&self, read: &Traced) -> Traced {
        back(self.text, read)
    }

    fn val(&self, node: &Node) -> Option<Val> {
        match &node.kind {
            NodeKind::Scalar(scalar) => self.scalar(scalar),
            NodeKind::Seq(items) => Some(Val::arr(items.iter().map(|n| self.val(n)).collect::<Option<_>>()?)),
            NodeKind::Map(nodes) => {
                let mut pairs = Pairs::new();
                for (key, value) in nodes {
                    let name = self.traced(&key.as_scalar()?.text);
                    pairs.insert(name.bytes().to_vec(), (Rc::new(name), self.val(value)?));
                }
                Some(Val::obj(pairs))
            }
        }
    }

    fn scalar(&self, scalar: &Scalar) -> Option<Val> {
        let text = self.traced(&scalar.text);
        if scalar.style != Style::Plain {
            return Some(Val::Str(Rc::new(text)));
        }
        if text.has_hole() {
            return text.is_hole().then(|| Val::Hole(Rc::new(text)));
        }
        bare(Rc::new(text))
    }
}

/// A bare word of JSON.
pub(in crate::programs) fn bare(text: Rc<Traced>) -> Option<Val> {
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

/// A number, in the one form that jq writes.
pub(super) fn number(word: &str, at: impl Fn() -> Option<Span>) -> Option<Val> {
    let first = word.trim_start_matches('-').bytes().next()?;
    if !(first.is_ascii_digit() || first == b'.') || !word.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
    {
        return None;
    }
    let value = word.parse::<f64>().ok()?;
    Some(Val::Number(value, Rc::new(Traced::made(number_text(value), at()?))))
}
