//! JSON: one tree, as `encoding/json` and CloudFormation read it; duplicate keys are kept.

mod escape;
mod quick;

use jsonc_parser::ast::{ObjectPropName, StringLit, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::text::{View, budget};

use super::{MAX_DEPTH, Node, NodeKind, Parsed, Scalar, Style, SyntaxError, TOO_DEEP};

/// The byte-order mark, which JSON readers ignore.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// Replaces an unknown part (with the length of [`crate::text::UNKNOWN_MARK`]): valid as a value, and harmless inside a string.
const PLACEHOLDER: &str = "111";

/// Parses a JSON text; `None` if it is empty or broken. Comments and trailing commas are errors.
///
/// An unknown part may be inside a string or a whole value.
pub(crate) fn parse(view: &View) -> Parsed<Option<Node>> {
    let text = match view.as_str() {
        Ok(text) => text,
        Err(at) => return Parsed { tree: None, errors: vec![SyntaxError::not_utf8(view, at)] },
    };
    let skip = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let mut parsed = match budget::attempt(|| quick::value(view, skip)) {
        Some(node) => Parsed { tree: Some(node), errors: Vec::new() },
        None => in_full(view, text, skip),
    };
    super::tree::seal(view, parsed.tree.as_mut_slice());
    parsed
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
        return Parsed { tree: None, errors: vec![super::too_many(view.span(0..0))] };
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
                    // The parser refuses a key without quotes.
                    let ObjectPropName::String(key) = &property.name else { continue };
                    pairs.push((self.string(key), self.node(&property.value, depth + 1)?));
                }
                NodeKind::Map(pairs)
            }
        };
        Some(Node { kind, span, tag: None })
    }

    fn string(&mut self, literal: &StringLit<'_>) -> Node {
        let range = self.range(literal.range);
        let (text, control) = escape::unescape(self.view, range.start + 1..range.end.saturating_sub(1));
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

#[cfg(test)]
mod tests;
