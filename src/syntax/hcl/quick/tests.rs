//! The quick reader is held against the grammar.

use crate::syntax::hcl::parse::{MAX_ENTRIES, by_grammar};
use crate::syntax::testing::file;

use super::body;

/// Numbers that look random.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

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
    let root = format!("{}/testdata", env!("CARGO_MANIFEST_DIR"));
    let (mut state, mut all, mut read) = (7, 0, 0);
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let named = path.extension().is_some_and(|e| e == "tf" || e == "hcl" || e == "tfvars");
        let Some(text) = named.then(|| std::fs::read_to_string(&path).ok()).flatten() else { continue };
        all += 1;
        read += usize::from(agrees(&text));
        // Changes at random, of which many are errors.
        for _ in 0..4 {
            let mut changed: Vec<char> = text.chars().collect();
            for _ in 0..=next(&mut state) % 3 {
                let at = next(&mut state) % (changed.len() + 1);
                let sign = char::from(SIGNS[next(&mut state) % SIGNS.len()]);
                match next(&mut state) % 4 {
                    0 if at < changed.len() => drop(changed.remove(at)),
                    1 if at < changed.len() => changed[at] = sign,
                    2 => changed.truncate(at),
                    _ => changed.insert(at, sign),
                }
            }
            agrees(&changed.into_iter().collect::<String>());
        }
    }
    assert!(read * 10 > all * 9, "{read} of {all} texts");
}
