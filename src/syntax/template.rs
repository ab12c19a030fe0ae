//! What the templates of Go and of Jinja share: texts between marks, the first word of a tag, text in quotes.

use std::ops::Range;

use crate::text::{Span, Traced, View};

use super::{MAX_DEPTH, SyntaxError, TOO_DEEP};

pub(super) fn fault(at: Span, message: &str) -> SyntaxError {
    SyntaxError { at, message: message.to_owned() }
}

/// A text or what stands between marks, before it is known what belongs together.
pub(super) enum Piece {
    Text(Range<usize>),
    /// An expression whose value is put there.
    Output(Range<usize>),
    Tag(Range<usize>),
}

/// A tag: all of it, its first word, and what stands behind the word.
pub(super) struct Tag {
    pub(super) at: Span,
    pub(super) whole: Range<usize>,
    pub(super) word: String,
    pub(super) rest: Range<usize>,
}

/// What comes next in a template.
pub(super) enum Next {
    Text(Span),
    Output(Range<usize>),
    Tag(Tag),
}

/// The pieces of a template, from the one at hand.
pub(super) struct Pieces<'v> {
    pub(super) view: &'v View,
    list: std::vec::IntoIter<Piece>,
}

impl<'v> Pieces<'v> {
    pub(super) fn new(view: &'v View, pieces: Vec<Piece>) -> Self {
        Self { view, list: pieces.into_iter() }
    }

    /// The next piece. No tag may stand deeper than trees nest.
    pub(super) fn next(&mut self, depth: usize) -> Result<Option<Next>, SyntaxError> {
        let Some(piece) = self.list.next() else { return Ok(None) };
        Ok(Some(match piece {
            Piece::Text(range) => Next::Text(self.view.span(range)),
            Piece::Output(range) => Next::Output(range),
            Piece::Tag(whole) => {
                let at = self.view.span(whole.clone());
                if depth >= MAX_DEPTH {
                    return Err(fault(at, TOO_DEEP));
                }
                let (word, rest) = first_word(self.view, whole.clone());
                Next::Tag(Tag { at, whole, word, rest })
            }
        }))
    }
}

/// The first word, and what stands behind it.
pub(super) fn first_word(view: &View, range: Range<usize>) -> (String, Range<usize>) {
    let bytes = &view.bytes[range.clone()];
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let length = bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let word = String::from_utf8_lossy(&bytes[start..start + length]).into_owned();
    (word, range.start + start + length..range.end)
}

/// The piece of a text, without the white space at the sides that are trimmed; `None` if nothing is left.
pub(super) fn trimmed(bytes: &[u8], text: Range<usize>, left: bool, right: bool) -> Option<Piece> {
    let Range { mut start, mut end } = text;
    let blank = |b: &&u8| b.is_ascii_whitespace();
    if left {
        start += bytes[start..end].iter().take_while(blank).count();
    }
    if right {
        end -= bytes[start..end].iter().rev().take_while(blank).count();
    }
    (start < end).then_some(Piece::Text(start..end))
}

/// The text in quotes that starts at `start` and must close before `end`, and where it ends. `escape` says what a byte
/// behind a backslash stands for; without it a backslash is a byte as others.
pub(super) fn quoted(
    view: &View,
    start: usize,
    end: usize,
    escape: Option<fn(u8) -> Vec<u8>>,
) -> Result<(Traced, usize), SyntaxError> {
    let bytes = &view.bytes[..end];
    let mut out = Traced::new();
    let mut at = start + 1;
    let mut run = at;
    loop {
        match (bytes.get(at), escape) {
            (Some(b), _) if *b == bytes[start] => break,
            (Some(b'\\'), Some(escape)) => {
                view.push_onto(&mut out, run..at);
                let made = escape(bytes.get(at + 1).copied().unwrap_or(b'\\'));
                run = (at + 2).min(end);
                view.push_escape(&mut out, &made, at..run);
                at = run;
            }
            (Some(_), _) => at += 1,
            (None, _) => return Err(fault(view.span(start..start + 1), "a quote is not closed")),
        }
    }
    view.push_onto(&mut out, run..at);
    if out.is_empty() {
        out = Traced::made("", view.span(start..at + 1));
    }
    Ok((out, at + 1))
}
