//! Bottlerocket's settings as a tree, written as the TOML that the node reads.

use crate::syntax::{Node, NodeKind, Resolved, Schema, resolve};
use crate::text::{Span, Traced, Why};

use crate::input::yaml_files;

/// The user data with these settings; or the first value that is unknown or has no TOML form.
pub(in crate::input) fn user_data(settings: &Node) -> Result<Traced, (Span, Why)> {
    let mut out = Traced::new();
    lines(settings, &Traced::made("settings", settings.span), &mut out)?;
    Ok(out)
}

/// One line for each leaf. A tree is bounded in depth by its parser.
fn lines(node: &Node, path: &Traced, out: &mut Traced) -> Result<(), (Span, Why)> {
    if let NodeKind::Map(pairs) = &node.kind {
        for (key, value) in pairs {
            let mut inner = path.clone();
            inner.push_made(b".", key.span);
            quoted(key, &mut inner)?;
            lines(value, &inner, out)?;
        }
        return Ok(());
    }
    out.push(path);
    out.push_made(b" = ", node.span);
    value(node, out)?;
    out.push_made(b"\n", node.span);
    Ok(())
}

fn value(node: &Node, out: &mut Traced) -> Result<(), (Span, Why)> {
    match &node.kind {
        NodeKind::Scalar(scalar) => match resolve(scalar, node.tag.as_deref(), Schema::Kubernetes) {
            Resolved::Bool(value) => out.push_made(if value { b"true" } else { b"false" }, node.span),
            Resolved::Int(value) if scalar.text.known_str() == Some(&value.to_string()) => out.push(&scalar.text),
            Resolved::Int(value) => out.push_made(value.to_string().as_bytes(), node.span),
            Resolved::Float(value) => out.push_made(value.to_string().as_bytes(), node.span),
            Resolved::Null => return Err((node.span, Why::NotUnderstood("null as a setting of Bottlerocket".into()))),
            Resolved::Str => quoted(node, out)?,
        },
        NodeKind::Seq(items) => {
            out.push_made(b"[", node.span);
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push_made(b", ", item.span);
                }
                value(item, out)?;
            }
            out.push_made(b"]", node.span);
        }
        NodeKind::Map(pairs) => {
            out.push_made(b"{", node.span);
            for (n, (key, inner)) in pairs.iter().enumerate() {
                if n > 0 {
                    out.push_made(b", ", key.span);
                }
                quoted(key, out)?;
                out.push_made(b" = ", key.span);
                value(inner, out)?;
            }
            out.push_made(b"}", node.span);
        }
    }
    Ok(())
}

/// A scalar as a TOML string. Bytes that need no escape keep their place.
fn quoted(node: &Node, out: &mut Traced) -> Result<(), (Span, Why)> {
    let Some(scalar) = node.as_scalar() else {
        return Err((node.span, Why::NotUnderstood("a key that is not a string".into())));
    };
    if let Some((at, why)) = yaml_files::unknown(node) {
        out.push_made(b"\"", node.span);
        out.push_unknown(at, why);
        out.push_made(b"\"", node.span);
        return Ok(());
    }
    out.push_made(b"\"", node.span);
    let bytes = scalar.text.bytes();
    let mut run = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f) {
            out.push(&scalar.text.slice(run..at));
            out.push_made(format!("\\u{byte:04X}").as_bytes(), node.span);
            run = at + 1;
        }
    }
    out.push(&scalar.text.slice(run..bytes.len()));
    out.push_made(b"\"", node.span);
    Ok(())
}
