//! The quick reader is held against the full parser.

use crate::syntax::testing::{file, quick_reader};
use crate::syntax::yaml::full;
use crate::syntax::{Node, NodeKind};

use super::stream;

fn same(full: &Node, own: &Node, text: &str) {
    match (&full.kind, &own.kind) {
        (NodeKind::Seq(full), NodeKind::Seq(own)) if full.len() == own.len() => {
            full.iter().zip(own).for_each(|(full, own)| same(full, own, text));
        }
        (NodeKind::Map(full), NodeKind::Map(own)) if full.len() == own.len() => {
            for ((key, value), (own_key, own)) in full.iter().zip(own) {
                same(key, own_key, text);
                same(value, own, text);
            }
        }
        (full, own) => assert_eq!(full, own, "{text}"),
    }
    assert_eq!((full.span, &full.tag), (own.span, &own.tag), "{own:?} {text}");
}

/// True if the text is read here; then the full parser reads the same.
fn agrees(text: &str) -> bool {
    let (_, view) = file(text.as_bytes());
    let Some(tree) = stream(&view) else { return false };
    let full = full(&view, text);
    assert_eq!(full.errors, [], "{text}");
    assert_eq!(full.tree.len(), tree.len(), "{text}");
    full.tree.iter().zip(&tree).for_each(|(full, own)| same(full, own, text));
    true
}

#[test]
fn the_tree_is_that_of_the_full_parser() {
    const SIGNS: &[u8] = b"\n\n   :::--#''\"\"[]{},|>&*!?%@\\x0~<\t.";
    let (read, all) = quick_reader(&["yaml", "yml"], SIGNS, agrees);
    assert!(read * 10 > all * 9, "{read} of {all} texts");
}
