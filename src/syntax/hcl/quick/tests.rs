//! The quick reader is held against the grammar.

use crate::syntax::hcl::parse::{MAX_ENTRIES, by_grammar, template_by_grammar};
use crate::syntax::testing::{file, quick_reader};

use super::{body, template};

/// True if the text is read here; then the grammar reads the same.
fn agrees(text: &str) -> bool {
    let (_, view) = file(text.as_bytes());
    let Some(tree) = body(&view, MAX_ENTRIES) else { return false };
    let full = by_grammar(&view);
    assert_eq!(full.errors, [], "{text}");
    assert_eq!(full.tree, tree, "{text}");
    true
}

/// The same for a template file.
fn template_agrees(text: &str) -> bool {
    let (_, view) = file(text.as_bytes());
    let Some(tree) = template(&view) else { return false };
    assert_eq!(template_by_grammar(&view, text), Ok(tree), "{text}");
    true
}

#[test]
fn the_tree_of_a_template_is_that_of_the_grammar() {
    const SIGNS: &[u8] = b"\n ${}{}{}%~~\"()[].,:?x0\\";
    let (read, all) = quick_reader(&["tpl", "tftpl", "tmpl", "sh", "j2"], SIGNS, template_agrees);
    assert!(read * 2 > all, "{read} of {all} texts");
}

#[test]
fn the_tree_is_that_of_the_grammar() {
    const SIGNS: &[u8] = b"\n\n   ===\"\"\"[]{}(),.:?$%#/*-+!<>&|~\\0x_\tEOT";
    let (read, all) = quick_reader(&["tf", "hcl", "tfvars"], SIGNS, agrees);
    assert!(read * 10 > all * 9, "{read} of {all} texts");
}
