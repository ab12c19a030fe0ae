//! Text to trees with spans. No meaning: what a scalar stands for is the consumer's business.

pub mod go_template;
pub mod hcl;
pub mod jinja;
pub mod json;
pub mod powershell;
pub(crate) mod python;
mod scalar;
pub mod shell;
mod template;
#[cfg(test)]
mod testing;
pub mod toml;
mod tree;
pub mod unit;
pub mod yaml;

pub use scalar::{Resolved, Schema, key_text, resolve};
pub use tree::{Node, NodeKind, Parsed, Scalar, Style, SyntaxError};

/// The deepest nesting that is read, in levels. Consumers may walk a tree recursively because of it.
pub const MAX_DEPTH: usize = 128;

/// The most faults that are told of one text; a text that has more is of another kind.
const MAX_ERRORS: usize = 20;

/// What is said of a text that nests deeper.
const TOO_DEEP: &str = "nested deeper than 128 levels";

/// `text` with `stand_in` for every part that is not known, byte for byte as long as before. For grammars to which the mark
/// of a hole is no word.
fn unknowns_as<'a>(view: &crate::text::View, text: &'a str, stand_in: &str) -> std::borrow::Cow<'a, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, mark) in text.match_indices(crate::text::UNKNOWN_MARK) {
        // The same character may also stand in the text by itself.
        if stand_in.len() == mark.len() && view.unknown_in(&(at..at + mark.len())).is_some() {
            out.push_str(&text[done..at]);
            out.push_str(stand_in);
            done = at + mark.len();
        }
    }
    if done == 0 {
        return text.into();
    }
    out.push_str(&text[done..]);
    out.into()
}
