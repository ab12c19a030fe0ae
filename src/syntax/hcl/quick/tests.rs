//! The quick reader is held against the grammar.

use crate::syntax::hcl::parse::{MAX_ENTRIES, by_grammar};
use crate::syntax::testing::{file, quick_reader};

use super::body;

/// True if the text is read here; then the grammar reads the same.
fn agrees(text: &str) -> bool {
    let (_, view) = file(text.as_bytes());
    let Some(tree) = body(&view, MAX_ENTRIES) else { return false };
    let full = by_grammar(&view);
    assert_eq!(full.errors, [], "{text}");
    assert_eq!(full.tree, tree, "{text}");
    true
}

#[test]
fn the_tree_is_that_of_the_grammar() {
    const SIGNS: &[u8] = b"\n\n   ===\"\"\"[]{}(),.:?$%#/*-+!<>&|~\\0x_\tEOT";
    let (read, all) = quick_reader(&["tf", "hcl", "tfvars"], SIGNS, agrees);
    assert!(read * 10 > all * 9, "{read} of {all} texts");
}
