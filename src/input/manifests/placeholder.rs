//! Placeholders that another tool fills in before a document is used: `${NAME}`, `{{ name }}`, `$(NAME)`, `<name>`.
//!
//! In a kubelet setting, a placeholder is not a value. Scripts are left alone: `${NAME}` is a variable there.

use crate::syntax::{Node, NodeKind};
use crate::text::{Traced, Why};

/// The text with each placeholder as an unknown part. A placeholder does not span lines.
pub(super) fn in_text(text: &Traced) -> Traced {
    const MARKS: &[(&[u8], &[u8])] = &[(b"${", b"}"), (b"{{", b"}}"), (b"$(", b")"), (b"{%", b"%}")];
    let bytes = text.bytes();
    if !bytes.contains(&b'$') && !bytes.windows(2).any(|w| matches!(w, b"{{" | b"{%")) {
        return text.clone();
    }
    let mut out = Traced::new();
    let (mut done, mut at) = (0, 0);
    while at < bytes.len() {
        let found = MARKS.iter().find_map(|(open, close)| {
            let rest = bytes[at..].strip_prefix(*open)?;
            let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
            let length = line.windows(close.len()).position(|w| w == *close)?;
            Some(open.len() + length + close.len())
        });
        let Some(length) = found else {
            at += 1;
            continue;
        };
        out.push(&text.slice(done..at));
        let mark = text.slice(at..at + length);
        if let Some(span) = mark.span() {
            let words = format!("`{}`, a placeholder that another tool fills in,", mark.to_text());
            out.push_unknown(span, Why::NotUnderstood(words.into()));
        }
        at += length;
        done = at;
    }
    out.push(&text.slice(done..bytes.len()));
    out
}

/// The tree with each placeholder in its scalars unknown. A tree is bounded in depth by its parser.
pub(super) fn in_tree(node: &Node) -> Node {
    let mut node = node.clone();
    fill_tree(&mut node);
    node
}

fn fill_tree(node: &mut Node) {
    match &mut node.kind {
        NodeKind::Scalar(scalar) => scalar.text = in_text(&scalar.text),
        NodeKind::Seq(items) => items.iter_mut().for_each(fill_tree),
        NodeKind::Map(pairs) => pairs.iter_mut().for_each(|(key, value)| {
            fill_tree(key);
            fill_tree(value);
        }),
    }
}
