//! Prints TOML tables like go-toml v2, with which nodeadm writes containerd's configuration.

use crate::syntax::{Node, NodeKind, Style};
use crate::text::{Span, Traced, budget};

/// The deepest table that is printed.
const MAX_DEPTH: usize = 32;
const DEPTH: &str = "depth of a table in TOML";

/// Prints a table like a map in go-toml v2: first the values that are not tables, then the tables, each sorted by key.
pub(super) fn table(tree: &Node, header: &Traced, at: Span, out: &mut Traced, depth: usize) {
    if depth > MAX_DEPTH {
        return budget::reached(DEPTH);
    }
    let mut pairs: Vec<&(Node, Node)> = tree.pairs().iter().collect();
    let name = |pair: &(Node, Node)| pair.0.as_scalar().map(|s| s.text.to_text().into_owned());
    pairs.sort_by_key(|pair| name(pair));
    for (key, value) in pairs.iter().filter(|(_, v)| !v.is_map()) {
        let Some(key) = key.as_scalar() else { continue };
        if key.text.is_unknown() && value.as_scalar() == Some(key) {
            // It represents whole lines.
            out.push(&key.text);
        } else {
            out.push(&quoted(&key.text, at, true));
            out.push_made(b" = ", at);
            inline(value, at, out, depth + 1);
        }
        out.push_made(b"\n", at);
    }
    for (key, value) in pairs.iter().filter(|(_, v)| v.is_map()) {
        let Some(key) = key.as_scalar() else { continue };
        let mut path = header.clone();
        if !path.is_empty() {
            path.push_made(b".", at);
        }
        path.push(&quoted(&key.text, at, true));
        out.push_made(b"\n[", at);
        out.push(&path);
        out.push_made(b"]\n", at);
        table(value, &path, at, out, depth + 1);
    }
}

fn inline(value: &Node, at: Span, out: &mut Traced, depth: usize) {
    if depth > MAX_DEPTH {
        return budget::reached(DEPTH);
    }
    match &value.kind {
        NodeKind::Scalar(scalar) if scalar.style == Style::Plain => out.push(&scalar.text),
        NodeKind::Scalar(scalar) => out.push(&quoted(&scalar.text, at, false)),
        NodeKind::Seq(items) => {
            out.push_made(b"[", at);
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push_made(b", ", at);
                }
                inline(item, at, out, depth + 1);
            }
            out.push_made(b"]", at);
        }
        NodeKind::Map(pairs) => {
            out.push_made(b"{", at);
            for (n, (key, item)) in pairs.iter().enumerate() {
                if n > 0 {
                    out.push_made(b", ", at);
                }
                if let Some(key) = key.as_scalar() {
                    out.push(&quoted(&key.text, at, true));
                    out.push_made(b" = ", at);
                    inline(item, at, out, depth + 1);
                }
            }
            out.push_made(b"}", at);
        }
    }
}

/// A string in single quotes, or in double quotes if needed. A key that needs no quotes has none.
fn quoted(text: &Traced, at: Span, key: bool) -> Traced {
    let bytes = text.bytes();
    if key && !bytes.is_empty() && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(b)) {
        return text.clone();
    }
    let mut out = Traced::new();
    if bytes.iter().any(|b| *b == b'\'' || b.is_ascii_control()) {
        let mut inner = text.replace(b"\\", &Traced::made("\\\\", at)).replace(b"\"", &Traced::made("\\\"", at));
        for (byte, escape) in [(b"\n", "\\n"), (b"\r", "\\r"), (b"\t", "\\t")] {
            inner = inner.replace(byte, &Traced::made(escape, at));
        }
        out.push_made(b"\"", at);
        out.push(&inner);
        out.push_made(b"\"", at);
    } else {
        out.push_made(b"'", at);
        out.push(text);
        out.push_made(b"'", at);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::node::Cx;
    use crate::syntax::toml;
    use crate::text::{Memory, Source};

    proptest::proptest! {
        /// A printed table parses to the same values.
        #[test]
        fn a_printed_table_parses_to_the_same_values(
            text in "(\\[[a-c](\\.'[a-c. ]{1,2}')?\\]\n|[d-g] = ('[a-z \\\\\"]{0,3}'|\"(\\\\n|\\\\t|'|é){0,3}\"|[0-9]|true|\\['x', 2\\]|\\{x = 'y', z.w = 1\\})\n){0,6}",
        ) {
            let files = Memory::default();
            let mut cx = Cx::new(&files);
            let id = cx.texts.add_source(Arc::new(Source::new("/x.toml", text.as_bytes())));
            let parsed = toml::parse(&cx.texts.view(id));
            proptest::prop_assume!(parsed.errors.is_empty());
            let tree = parsed.tree.unwrap();
            let mut out = Traced::new();
            let at = cx.texts.view(id).span(0..0);
            table(&tree, &Traced::new(), at, &mut out, 0);
            let made = cx.texts.add_made("printed", &out, at);
            let again = toml::parse(&cx.texts.view(made));
            proptest::prop_assert!(again.errors.is_empty(), "{}", out.to_text());
            proptest::prop_assert_eq!(shape(&tree), shape(&again.tree.unwrap()), "{}", out.to_text());
        }
    }

    /// Keys and values regardless of order and place.
    fn shape(node: &Node) -> String {
        match &node.kind {
            NodeKind::Scalar(scalar) => format!("{:?}{}", scalar.style == Style::Plain, scalar.text.to_text()),
            NodeKind::Seq(items) => items.iter().map(shape).collect::<Vec<_>>().join(","),
            NodeKind::Map(pairs) => {
                let mut pairs: Vec<_> = pairs
                    .iter()
                    .map(|(key, value)| format!("{:?}: {}", key.as_scalar().map(|k| k.text.to_text()), shape(value)))
                    .collect();
                pairs.sort();
                format!("{{{}}}", pairs.join("; "))
            }
        }
    }
}
