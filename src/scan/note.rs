//! A message about a place.

use crate::text::{Place, Span, Texts};

/// A message about a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The place.
    pub place: Place,
    /// One line, lower case, no full stop.
    pub message: String,
}

/// A note at the place in a file that `at` leads to.
pub(super) fn note(at: Span, message: String, texts: &Texts) -> Note {
    Note { place: texts.place(texts.trail(at).origin()).first_line(), message }
}
