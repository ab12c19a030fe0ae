//! Writes a tree as YAML text. Every scalar keeps its map, so rendered values keep their source.

use crate::syntax::{Node, NodeKind, Scalar, Style};
use crate::text::{Span, Traced};

/// The tree as one YAML document in block style. Unquoted scalars stay unquoted; all others are double-quoted.
pub(crate) fn write(node: &Node) -> Traced {
    let mut out = Traced::new();
    block(node, 0, &mut out);
    if !matches!(out.bytes().last(), Some(b'\n')) {
        out.push_made(b"\n", node.span);
    }
    out
}

/// A tree is at most [`crate::syntax::MAX_DEPTH`] deep, which limits the recursion.
fn block(node: &Node, indent: usize, out: &mut Traced) {
    let lead = " ".repeat(indent);
    match &node.kind {
        NodeKind::Map(pairs) if !pairs.is_empty() => {
            for (key, value) in pairs {
                out.push_made(lead.as_bytes(), key.span);
                inline(key, out);
                out.push_made(b":", key.span);
                inner(value, indent + 2, out);
            }
        }
        NodeKind::Seq(items) if !items.is_empty() => {
            for item in items {
                out.push_made(lead.as_bytes(), item.span);
                out.push_made(b"-", item.span);
                inner(item, indent + 2, out);
            }
        }
        _ => {
            inline(node, out);
            out.push_made(b"\n", node.span);
        }
    }
}

/// The text after a key or a list marker.
fn inner(node: &Node, indent: usize, out: &mut Traced) {
    let nested = match &node.kind {
        NodeKind::Map(pairs) => !pairs.is_empty(),
        NodeKind::Seq(items) => !items.is_empty(),
        NodeKind::Scalar(_) => false,
    };
    if nested {
        out.push_made(b"\n", node.span);
        block(node, indent, out);
    } else {
        out.push_made(b" ", node.span);
        inline(node, out);
        out.push_made(b"\n", node.span);
    }
}

fn inline(node: &Node, out: &mut Traced) {
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            if let Some(tag) = node.tag.as_deref().filter(|t| t.starts_with("!!")) {
                out.push_made(format!("{tag} ").as_bytes(), node.span);
            }
            self::scalar(scalar, node.span, out);
        }
        NodeKind::Map(_) => out.push_made(b"{}", node.span),
        NodeKind::Seq(_) => out.push_made(b"[]", node.span),
    }
}

fn scalar(scalar: &Scalar, at: Span, out: &mut Traced) {
    let bytes = scalar.text.bytes();
    if scalar.style == Style::Plain && !bytes.contains(&b'\n') {
        if bytes.is_empty() {
            out.push_made(b"null", at);
        } else {
            out.push(&scalar.text);
        }
        return;
    }
    out.push_made(b"\"", at);
    let mut run = 0;
    for (n, byte) in bytes.iter().enumerate() {
        let escaped = match byte {
            b'\n' => "\\n".to_owned(),
            b'"' | b'\\' => format!("\\{}", char::from(*byte)),
            0..0x20 | 0x7f => format!("\\x{byte:02X}"),
            _ => continue,
        };
        out.push(&scalar.text.slice(run..n));
        out.push_made(escaped.as_bytes(), at);
        run = n + 1;
    }
    out.push(&scalar.text.slice(run..bytes.len()));
    out.push_made(b"\"", at);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::write;
    use crate::syntax::yaml::parse;
    use crate::syntax::{Node, NodeKind};
    use crate::text::{Source, Texts};

    /// A compact form of a tree, without positions.
    fn compact(node: &Node) -> String {
        match &node.kind {
            NodeKind::Scalar(s) => format!("{}{:?}", node.tag.as_deref().unwrap_or_default(), s.text.to_text()),
            NodeKind::Seq(items) => format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(",")),
            NodeKind::Map(pairs) => {
                let pair = |(k, v): &(Node, Node)| format!("{}:{}", compact(k), compact(v));
                format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(","))
            }
        }
    }

    #[test]
    fn written_text_round_trips_with_its_source() {
        for text in [
            "a: 0s\nb: [x, \"0\", {c: 'd''e'}]\nf: {}\ng: []\n",
            "a: |\n  one\n  \"two\"\n\n  three\nb: >-\n  x\n  y\n",
            "- - 1\n  - 2\n- a: b\n  c:\n  - d\n",
            "\"k: 1\": \"tab\\tquote\\\" \\u00e9\"\n? !!str 1\n: !!int '2'\n",
            "just text\n",
            "a: *x\n",
        ] {
            let mut texts = Texts::new();
            let id = texts.add_source(Arc::new(Source::new("/x.yaml", text.as_bytes())));
            let tree = parse(&texts.view(id)).tree;
            let Some(tree) = tree.first() else { continue };
            let out = write(tree);
            let again = texts.add_made("again", &out, tree.span);
            let again = parse(&texts.view(again));
            assert!(again.errors.is_empty(), "{:?} in {}", again.errors, out.to_text());
            assert_eq!(compact(&again.tree[0]), compact(tree), "{}", out.to_text());
            if let Some(value) = again.tree[0].get("a").and_then(Node::as_scalar)
                && text.starts_with("a: 0s")
            {
                let place = texts.trail(texts.trail_of(&value.text).map(|t| t.origin()).unwrap()).origin();
                assert_eq!(texts.slice(place), b"0s");
            }
        }
    }
}
