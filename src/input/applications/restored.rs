//! Placeholders that a parser has taken for unknown, and that a tool here fills in.

use crate::text::{Texts, Traced, Whence};

/// How they start.
const MARKS: [&[u8]; 2] = [b"$", b"{{"];

/// The text with each placeholder that its parser has taken for unknown as it is written.
pub(in crate::input) fn restored(text: &Traced, texts: &Texts) -> Traced {
    let mut out = Traced::new();
    for (range, piece) in text.ranges() {
        match &piece.whence {
            Whence::Unknown(span, _) if MARKS.iter().any(|mark| texts.slice(*span).starts_with(mark)) => {
                out.push_same(texts.slice(*span), *span);
            }
            _ => out.push(&text.slice(range)),
        }
    }
    out
}
