//! Values in files, as the kubelet's JSON decoder reads them for a field (`encoding/json`).

use serde_json::{Map, Value, json};

use super::super::schema::{json_type, whole};
use crate::setting::Kind;
use crate::syntax::{Node, NodeKind, Resolved, Schema, key_text, resolve};
use crate::text::{Span, Why};

/// What a value in a file is.
#[derive(Clone, Debug)]
pub(super) enum Read {
    /// A value of the right type.
    Value(Value),
    /// Null: unset.
    Null,
    /// Unknown.
    Unknown(Why),
    /// A value of another type: the place and the message.
    Wrong(Span, String),
}

/// Reads a value of a type. With `base`, it is merged over that value as a JSON merge patch (RFC 7386): maps and objects are
/// merged by key, a null deletes a key, everything else is replaced.
pub(super) fn read(node: &Node, kind: &Kind, schema: Schema, path: &str, base: Option<&Value>) -> Read {
    if let Some((_, why)) = node.as_scalar().and_then(|s| s.text.first_unknown()) {
        return Read::Unknown(why.clone());
    }
    let Some(is) = json_type(node, schema) else { return Read::Null };
    let wrong = |go: &str| Read::Wrong(node.span, format!("cannot unmarshal {is} into {path} of type {go}"));
    let text = || node.as_scalar().map(|s| s.text.to_text().into_owned()).unwrap_or_default();
    match kind {
        Kind::Bool => match node.as_scalar().map(|s| resolve(s, node.tag.as_deref(), schema)) {
            Some(Resolved::Bool(truth)) => Read::Value(json!(truth)),
            _ => wrong("bool"),
        },
        Kind::Int(least, most, go) => {
            let number = whole(node, schema).and_then(|n| i64::try_from(n).ok());
            match number.filter(|n| least <= n && n <= most) {
                Some(number) => Read::Value(json!(number)),
                None => wrong(go),
            }
        }
        Kind::Float => match whole(node, schema).and_then(|n| i64::try_from(n).ok()) {
            Some(number) => Read::Value(json!(number)),
            None => match node.as_scalar().map(|s| resolve(s, node.tag.as_deref(), schema)) {
                Some(Resolved::Float(number)) => Read::Value(json!(number)),
                _ => wrong("float64"),
            },
        },
        Kind::Text | Kind::Duration if is == "string" => Read::Value(json!(text())),
        Kind::Text | Kind::Duration => wrong("string"),
        Kind::DurationOrNumber | Kind::Quantity => match is {
            "string" if *kind == Kind::Quantity && !is_quantity(&text()) => {
                Read::Wrong(node.span, format!("{path}: {:?} is not a quantity", text()))
            }
            "string" | "number" => Read::Value(json!(text())),
            _ => wrong("string"),
        },
        Kind::List(item) => match &node.kind {
            NodeKind::Seq(items) => list(items, item, schema, path),
            _ => wrong("a list"),
        },
        Kind::Map(value) if node.is_map() => map(node, value, schema, path, base),
        Kind::Object(members) if node.is_map() => {
            let mut out = Map::new();
            for member in *members {
                let before = base.and_then(|b| b.get(member.name));
                let found = node.pairs().iter().rev().find(|(key, _)| key.as_str() == Some(member.name));
                let value = match found
                    .map(|(_, v)| read(v, &member.kind, schema, path, base.map(|_| before.unwrap_or(&Value::Null))))
                {
                    Some(Read::Value(value)) => Some(value),
                    Some(Read::Null) => None,
                    Some(other) => return other,
                    None => before.cloned(),
                };
                let value = value.or_else(|| member.always.then(|| member.kind.zero()));
                if let Some(value) = value.filter(|v| member.always || *v != member.kind.zero()) {
                    out.insert(member.name.to_owned(), value);
                }
            }
            Read::Value(Value::Object(out))
        }
        Kind::Map(_) | Kind::Object(_) | Kind::Parent => wrong("a map"),
    }
}

fn list(items: &[Node], kind: &Kind, schema: Schema, path: &str) -> Read {
    let mut out = Vec::new();
    for item in items {
        match read(item, kind, schema, path, None) {
            Read::Value(value) => out.push(value),
            Read::Null => out.push(kind.zero()),
            other => return other,
        }
    }
    Read::Value(Value::Array(out))
}

fn map(node: &Node, kind: &Kind, schema: Schema, path: &str, base: Option<&Value>) -> Read {
    let mut out = base.and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, value) in node.pairs() {
        let Some(name) = key_text(key, schema) else {
            let why = key.as_scalar().and_then(|s| s.text.first_unknown()).map(|(_, why)| why.clone());
            return Read::Unknown(why.unwrap_or(Why::NotUnderstood("a key that is not text".into())));
        };
        match read(value, kind, schema, path, None) {
            Read::Value(value) => {
                out.insert(name, value);
            }
            Read::Null if base.is_some() => {
                out.shift_remove(&name);
            }
            Read::Null => {
                out.insert(name, kind.zero());
            }
            other => return other,
        }
    }
    Read::Value(Value::Object(out))
}

/// Whether apimachinery's `resource.ParseQuantity` accepts it: a decimal number with a suffix or an exponent.
pub(super) fn is_quantity(text: &str) -> bool {
    const SUFFIXES: &[&str] = &["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let exponent = suffix.strip_prefix(['e', 'E']).map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    let is_exponent = exponent.is_some_and(|e| !e.is_empty() && e.chars().all(|c| c.is_ascii_digit()));
    digits > 0 && number.len() - digits <= 1 && (SUFFIXES.contains(&suffix) || is_exponent)
}
