//! Values of an expression language as trees.

use std::sync::Arc;

use crate::syntax::{MAX_DEPTH, Node, NodeKind, Resolved, Schema, Style, key_text, resolve};
use crate::text::{Span, Traced, UNKNOWN_MARK, Whence, Why};
use crate::value::{Entry, Kind, Map, Number, Value};

/// The value as a tree, as if written as JSON. Unknown values and values with alternatives
/// are unknown scalars; a map that may have more entries than listed gets an unknown entry.
pub(in crate::input) fn node_of(value: &Value) -> Node {
    convert(value, 0)
}

fn convert(value: &Value, depth: usize) -> Node {
    let at = value.at;
    if depth >= MAX_DEPTH {
        return Node::plain(Traced::unknown(at, Why::limit("depth of a value")), at);
    }
    if !value.may_copy() {
        return Node::plain(Traced::unknown(at, Why::limit("size of a value")), at);
    }
    match &value.kind {
        Kind::Null => Node::plain(Traced::made("null", at), at),
        Kind::Str(_) => Node::quoted(value.to_traced().unwrap_or_default(), at),
        Kind::Bool(_) | Kind::Number(_) | Kind::Unknown(_) => Node::plain(value.to_traced().unwrap_or_default(), at),
        Kind::Either(_) => {
            let why = Why::NotUnderstood("a value inside an object that depends on a condition".into());
            Node::plain(Traced::unknown(at, why), at)
        }
        Kind::List(_) => {
            let items = value.items().iter().map(|item| convert(item, depth + 1)).collect();
            Node::new(NodeKind::Seq(items), at)
        }
        Kind::Map(map) => {
            let mut pairs = Vec::new();
            if let Some(why) = &map.open {
                let unknown = Node::plain(Traced::unknown(at, why.clone()), at);
                pairs.push((unknown.clone(), unknown));
            }
            // One that is not known is above.
            for (name, entry) in map.entries.iter().filter(|(name, _)| !name.contains(UNKNOWN_MARK)) {
                let key = Node::quoted(Traced::made(name.as_bytes(), entry.key), entry.key);
                let inner = entry.value.clone().with_outer(&value.via);
                pairs.push((key, convert(&inner, depth + 1)));
            }
            Node::map(pairs, at)
        }
    }
}

/// The tree of a YAML document as a value, as Kubernetes tools parse it. An unknown key leaves the map open.
pub(in crate::input) fn value_of(node: &Node) -> Value {
    let at = node.span;
    match &node.kind {
        NodeKind::Scalar(scalar) => match resolve(scalar, node.tag.as_deref(), Schema::Kubernetes) {
            Resolved::Null => Value::null(at),
            Resolved::Bool(value) => Value::bool(value, at),
            Resolved::Int(whole) => {
                let value = Number::new(whole.to_string().parse().unwrap_or(0.0));
                // An octal number is not what its digits say.
                let number = Number::parse(scalar.text.clone()).filter(|read| *read == value).unwrap_or(value);
                Value::new(Kind::Number(number), at)
            }
            Resolved::Float(number) => Value::new(Kind::Number(Number::new(number)), at),
            Resolved::Str => match scalar.text.first_unknown() {
                Some((_, why)) if scalar.text.is_unknown() && scalar.style == Style::Plain => {
                    Value::unknown(why.clone(), at)
                }
                _ => Value::str(scalar.text.clone(), at),
            },
        },
        NodeKind::Seq(items) => Value::list(items.iter().map(value_of).collect(), at),
        NodeKind::Map(pairs) => {
            let mut map = Map::default();
            for (key, value) in pairs {
                match key_text(key, Schema::Kubernetes) {
                    Some(name) => {
                        map.entries.insert(Arc::from(name), Entry { key: key.span, value: value_of(value) });
                    }
                    None => {
                        let why = key.as_scalar().and_then(|s| s.text.first_unknown()).map(|(_, why)| why.clone());
                        map.open = Some(why.unwrap_or(Why::NotUnderstood("a key that is not a string".into())));
                    }
                }
            }
            Value::new(Kind::Map(Arc::new(map)), at)
        }
    }
}

/// A map of what `read` makes of each value. Keys that are not text are left out.
pub(in crate::input) fn mapped(pairs: &[(Node, Node)], at: Span, mut read: impl FnMut(&Node) -> Value) -> Value {
    let mut map = Map::default();
    for (key, value) in pairs {
        if let Some(name) = key.as_str() {
            map.entries.insert(Arc::from(name), Entry { key: key.span, value: read(value) });
        }
    }
    Value::new(Kind::Map(Arc::new(map)), at)
}

/// A value as JSON.
pub(in crate::input) fn json_of(value: &Value) -> Traced {
    let mut out = Traced::new();
    json(&node_of(value), &mut out);
    out
}

/// A tree as JSON. A tree is bounded in depth.
fn json(node: &Node, out: &mut Traced) {
    let at = node.span;
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style == Style::Plain => out.push(&scalar.text),
        NodeKind::Scalar(scalar) => out.push(&quoted(&scalar.text, at)),
        NodeKind::Seq(items) => {
            out.push_made(b"[", at);
            for (n, item) in items.iter().enumerate() {
                out.push_made(if n > 0 { b"," } else { b"" }, at);
                json(item, out);
            }
            out.push_made(b"]", at);
        }
        NodeKind::Map(pairs) => {
            out.push_made(b"{", at);
            for (n, (key, value)) in pairs.iter().enumerate() {
                out.push_made(if n > 0 { b"," } else { b"" }, at);
                json(key, out);
                out.push_made(b":", at);
                json(value, out);
            }
            out.push_made(b"}", at);
        }
    }
}

/// A text in double quotes, with the escapes of JSON. Every byte keeps its place.
pub(in crate::input) fn quoted(text: &Traced, at: Span) -> Traced {
    let mut out = Traced::made("\"", at);
    let bytes = text.bytes();
    let mut done = 0;
    for (n, byte) in bytes.iter().enumerate() {
        let escape = match byte {
            b'"' => "\\\"".to_owned(),
            b'\\' => "\\\\".to_owned(),
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            0..0x20 => format!("\\u{byte:04x}"),
            _ => continue,
        };
        out.push(&text.slice(done..n));
        let place = text.slice(n..n + 1);
        out.push_piece(escape.as_bytes(), Whence::Made(place.span().unwrap_or(at)), place.via());
        done = n + 1;
    }
    out.push(&text.slice(done..bytes.len()));
    out.push_made(b"\"", at);
    out
}
