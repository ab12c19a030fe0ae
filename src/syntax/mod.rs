//! Parsers: from text to trees with spans. Values are not interpreted here; that is up to the consumer.

pub(crate) mod broken;
pub(crate) mod documents;
pub(crate) mod go_template;
pub(crate) mod hcl;
pub(crate) mod jinja;
pub(crate) mod json;
mod marks;
pub(crate) mod patches;
pub(crate) mod powershell;
pub(crate) mod python;
mod scalar;
pub(crate) mod shell;
mod template;
#[cfg(test)]
mod testing;
pub(crate) mod toml;
mod tree;
pub(crate) mod unit;
pub(crate) mod yaml;

use crate::text::{Span, budget};

pub(crate) use scalar::{Resolved, Schema, file_mode, key_text, resolve};
pub(crate) use tree::{Node, NodeKind, Parsed, Scalar, Style, SyntaxError};

/// The deepest nesting of a tree. Because of this limit, consumers may walk trees recursively.
pub(crate) const MAX_DEPTH: usize = 128;

/// The most errors that are reported for one text; a text with more is probably in another format.
const MAX_ERRORS: usize = 20;

/// The message for a text with deeper nesting.
const TOO_DEEP: &str = "nested deeper than 128 levels";

/// The message for the text with which a unit has more keys and values than it may have, and for all that it reads afterwards.
pub(crate) const TOO_MANY: &str = "too many keys and values for one unit, the rest is not read";

/// The error of a text of more keys and values than its unit may have, which is remembered.
fn too_many(at: Span) -> SyntaxError {
    budget::reached("keys and values of one unit");
    SyntaxError { at, message: TOO_MANY.to_owned() }
}

/// What a key or a value takes of the budget of the unit, beside its text.
const NODE: usize = 128;

/// `text` with every unknown part replaced by `placeholder`, without changing offsets. For grammars that reject the mark of an
/// unknown part.
fn unknowns_as<'a>(view: &crate::text::View, text: &'a str, placeholder: &str) -> std::borrow::Cow<'a, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, mark) in text.match_indices(crate::text::UNKNOWN_MARK) {
        // The mark may also be ordinary text.
        if placeholder.len() == mark.len() && view.unknown_in(&(at..at + mark.len())).is_some() {
            out.push_str(text.get(done..at).unwrap_or_default());
            out.push_str(placeholder);
            done = at + mark.len();
        }
    }
    if done == 0 {
        return text.into();
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out.into()
}
