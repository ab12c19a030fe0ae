//! Trees written out as JSON text, every character with its place.

use crate::syntax::{Node, NodeKind, Resolved, Scalar, Schema, key_text, resolve};
use crate::text::Traced;

/// `node` as JSON. Scalars are read by `schema`; numbers and truth values stand as Go's encoder writes them.
pub(super) fn render(node: &Node, schema: Schema) -> Traced {
    let mut out = Traced::new();
    write(node, schema, &mut out);
    out
}

fn write(node: &Node, schema: Schema, out: &mut Traced) {
    match &node.kind {
        NodeKind::Scalar(scalar) => write_scalar(scalar, node, schema, out),
        NodeKind::Seq(items) => {
            out.push_made(b"[", node.span);
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push_made(b",", node.span);
                }
                write(item, schema, out);
            }
            out.push_made(b"]", node.span);
        }
        NodeKind::Map(pairs) => {
            out.push_made(b"{", node.span);
            for (n, (key, value)) in pairs.iter().enumerate() {
                out.push_made(if n > 0 { b",\n" } else { b"\n" }, node.span);
                let as_written =
                    |s: &&Scalar| s.text.has_hole() || s.text.known_str() == key_text(key, schema).as_deref();
                match key.as_scalar().filter(as_written) {
                    Some(scalar) => write_text(&scalar.text, out, key.span),
                    None => {
                        let text = key_text(key, schema).unwrap_or_default();
                        write_text(&Traced::made(text.as_bytes(), key.span), out, key.span);
                    }
                }
                out.push_made(b": ", node.span);
                write(value, schema, out);
            }
            out.push_made(b"\n}", node.span);
        }
    }
}

fn write_scalar(scalar: &Scalar, node: &Node, schema: Schema, out: &mut Traced) {
    // What is not known at all may be anything; as bare text it stays so to whoever reads it.
    if scalar.text.is_hole() {
        out.push(&scalar.text);
        return;
    }
    match resolve(scalar, node.tag.as_deref(), schema) {
        Resolved::Str => write_text(&scalar.text, out, node.span),
        Resolved::Null => out.push_made(b"null", node.span),
        Resolved::Bool(value) => same_or_made(scalar, if value { "true" } else { "false" }, node, out),
        Resolved::Int(value) => same_or_made(scalar, &value.to_string(), node, out),
        Resolved::Float(value) => same_or_made(scalar, &value.to_string(), node, out),
    }
}

fn same_or_made(scalar: &Scalar, text: &str, node: &Node, out: &mut Traced) {
    if scalar.text.known_str() == Some(text) {
        out.push(&scalar.text);
    } else {
        out.push_made(text.as_bytes(), node.span);
    }
}

fn write_text(text: &Traced, out: &mut Traced, at: crate::text::Span) {
    out.push_made(b"\"", at);
    let bytes = text.bytes();
    let mut from = 0;
    for (n, byte) in bytes.iter().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"".to_owned(),
            b'\\' => "\\\\".to_owned(),
            b'\n' => "\\n".to_owned(),
            0..=0x1F => format!("\\u{byte:04x}"),
            _ => continue,
        };
        out.push(&text.slice(from..n));
        let span = text.slice(n..n + 1).span().unwrap_or(at);
        out.push_made(escaped.as_bytes(), span);
        from = n + 1;
    }
    out.push(&text.slice(from..bytes.len()));
    out.push_made(b"\"", at);
}
