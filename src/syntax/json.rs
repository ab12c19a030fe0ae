//! JSON: one tree, as `encoding/json` and CloudFormation read it; duplicate keys are kept.

mod quick;

use jsonc_parser::ast::{ObjectPropName, StringLit, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::text::{Traced, View, budget};

use super::{MAX_DEPTH, Node, NodeKind, Parsed, Scalar, Style, SyntaxError, TOO_DEEP};

/// The byte-order mark, which JSON readers ignore.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// Replaces an unknown part (with the length of [`crate::text::UNKNOWN_MARK`]): valid as a value, and harmless inside a string.
const PLACEHOLDER: &str = "111";

/// Parses a JSON text; `None` if it is empty or broken. Comments and trailing commas are errors.
///
/// An unknown part may be inside a string or a whole value.
pub fn parse(view: &View) -> Parsed<Option<Node>> {
    let text = match view.as_str() {
        Ok(text) => text,
        Err(at) => return Parsed { tree: None, errors: vec![SyntaxError::not_utf8(view, at)] },
    };
    let skip = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    match budget::attempt(|| quick::value(view, skip)) {
        Some(node) => Parsed { tree: Some(node), errors: Vec::new() },
        None => in_full(view, text, skip),
    }
}

/// The same, with errors.
fn in_full(view: &View, text: &str, skip: usize) -> Parsed<Option<Node>> {
    let known = super::unknowns_as(view, text, PLACEHOLDER);
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    if !budget::spend(super::NODE * values(text.as_bytes())) {
        let error = SyntaxError { at: view.span(0..0), message: super::TOO_MANY.to_owned() };
        return Parsed { tree: None, errors: vec![error] };
    }
    let mut reader = JsonReader { view, skip, errors: Vec::new() };
    match parse_to_ast(known.get(skip..).unwrap_or_default(), &CollectOptions::default(), &options) {
        Ok(read) => {
            let tree = read.value.and_then(|v| reader.node(&v, 0));
            Parsed { tree, errors: reader.errors }
        }
        Err(error) => {
            let at = reader.range(error.range());
            let mut message = error.kind().to_string();
            if let Some(first) = message.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            Parsed { tree: None, errors: vec![SyntaxError { at: view.span(at), message }] }
        }
    }
}

/// About how many keys and values there are: the whole tree is made at once.
fn values(text: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(next) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
                    at += next;
                    if text.get(at) == Some(&b'"') {
                        break;
                    }
                    at += 2;
                }
            }
            b',' | b':' | b'[' | b'{' => count += 1,
            _ => {}
        }
        at += 1;
    }
    count
}

struct JsonReader<'a> {
    view: &'a View,
    skip: usize,
    errors: Vec<SyntaxError>,
}

impl JsonReader<'_> {
    fn range(&self, range: Range) -> std::ops::Range<usize> {
        let end = self.view.bytes.len();
        let start = (range.start + self.skip).min(end);
        start..(range.end + self.skip).clamp(start, end)
    }

    /// The tree of a value; `None`, with an error, if it is too deep.
    fn node(&mut self, value: &Value<'_>, depth: usize) -> Option<Node> {
        let range = self.range(value.range());
        let span = self.view.span(range.clone());
        if depth >= MAX_DEPTH {
            self.errors.push(SyntaxError { at: span, message: TOO_DEEP.to_owned() });
            return None;
        }
        let kind = match value {
            Value::StringLit(literal) => return Some(self.string(literal)),
            Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => {
                NodeKind::Scalar(Scalar { text: self.view.traced(range), style: Style::Plain })
            }
            Value::Array(array) => {
                NodeKind::Seq(array.elements.iter().map(|v| self.node(v, depth + 1)).collect::<Option<_>>()?)
            }
            Value::Object(object) => {
                let mut pairs = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    let key = match &property.name {
                        ObjectPropName::String(literal) => self.string(literal),
                        ObjectPropName::Word(word) => {
                            let range = self.range(word.range);
                            Node {
                                kind: NodeKind::Scalar(Scalar {
                                    text: self.view.traced(range.clone()),
                                    style: Style::Plain,
                                }),
                                span: self.view.span(range),
                                tag: None,
                            }
                        }
                    };
                    pairs.push((key, self.node(&property.value, depth + 1)?));
                }
                NodeKind::Map(pairs)
            }
        };
        Some(Node { kind, span, tag: None })
    }

    fn string(&mut self, literal: &StringLit<'_>) -> Node {
        let range = self.range(literal.range);
        let (text, control) = unescape(self.view, range.start + 1..range.end.saturating_sub(1));
        if let Some(at) = control {
            let at = self.view.span(at..at + 1);
            self.errors.push(SyntaxError { at, message: "control character in a string".to_owned() });
        }
        Node {
            kind: NodeKind::Scalar(Scalar { text, style: Style::DoubleQuoted }),
            span: self.view.span(range),
            tag: None,
        }
    }
}

/// The value of a string without its quotes, and the offset of the first raw control character in it, which strict readers
/// reject.
fn unescape(view: &View, range: std::ops::Range<usize>) -> (Traced, Option<usize>) {
    let bytes = &view.bytes;
    let mut out = Traced::new();
    let mut control = None;
    let end = range.end.min(bytes.len());
    let mut run = range.start;
    let mut at = run;
    while at < end {
        match bytes[at] {
            b'\\' => {
                view.push_onto(&mut out, run..at);
                let (c, length) = escape(bytes, at);
                view.push_escape(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes(), at..(at + length).min(end));
                at += length;
                run = at;
            }
            b if b < 0x20 => {
                control = control.or(Some(at));
                at += 1;
            }
            _ => at += 1,
        }
    }
    view.push_onto(&mut out, run.min(end)..end);
    (out, control)
}

/// The character of the escape at `at`, and its length in bytes. Half a surrogate pair becomes U+FFFD.
fn escape(bytes: &[u8], at: usize) -> (char, usize) {
    let hex = |at: usize| {
        let digits = bytes.get(at..at + 4)?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    match bytes.get(at + 1) {
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'u') => match (hex(at + 2), bytes.get(at + 6..at + 8), hex(at + 8)) {
            (Some(high @ 0xD800..0xDC00), Some(b"\\u"), Some(low @ 0xDC00..0xE000)) => {
                let whole = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                (char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
            }
            (Some(code), ..) => (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            (None, ..) => (char::REPLACEMENT_CHARACTER, 2),
        },
        Some(c) if c.is_ascii() => (char::from(*c), 2),
        _ => (char::REPLACEMENT_CHARACTER, 1),
    }
}

#[cfg(test)]
mod tests;
