//! Shared parts of the Go and Jinja template parsers: texts between delimiters, the first word of a tag, quoted strings.

use std::ops::Range;

use crate::text::{Span, Traced, View};

use super::{MAX_DEPTH, SyntaxError, TOO_DEEP};

pub(super) fn error(at: Span, message: &str) -> SyntaxError {
    SyntaxError { at, message: message.to_owned() }
}

/// A text or the content of delimiters, before nesting is resolved.
pub(super) enum Piece {
    Text(Range<usize>),
    /// An expression to print.
    Output(Range<usize>),
    Tag(Range<usize>),
}

/// A tag: its range, its first word, and the rest.
pub(super) struct Tag {
    pub(super) at: Span,
    pub(super) whole: Range<usize>,
    pub(super) word: String,
    pub(super) rest: Range<usize>,
}

/// The next element of a template.
pub(super) enum Next {
    Text(Span),
    Output(Range<usize>),
    Tag(Tag),
}

/// The remaining pieces of a template.
pub(super) struct Pieces<'v> {
    pub(super) view: &'v View,
    list: std::vec::IntoIter<Piece>,
}

impl<'v> Pieces<'v> {
    pub(super) fn new(view: &'v View, pieces: Vec<Piece>) -> Self {
        Self { view, list: pieces.into_iter() }
    }

    /// The next piece. Tags are limited to the nesting depth of trees.
    pub(super) fn next(&mut self, depth: usize) -> Result<Option<Next>, SyntaxError> {
        let Some(piece) = self.list.next() else { return Ok(None) };
        Ok(Some(match piece {
            Piece::Text(range) => Next::Text(self.view.span(range)),
            Piece::Output(range) => Next::Output(range),
            Piece::Tag(whole) => {
                let at = self.view.span(whole.clone());
                if depth >= MAX_DEPTH {
                    return Err(error(at, TOO_DEEP));
                }
                let (word, rest) = first_word(self.view, whole.clone());
                Next::Tag(Tag { at, whole, word, rest })
            }
        }))
    }
}

/// The first word, and the text after it.
pub(super) fn first_word(view: &View, range: Range<usize>) -> (String, Range<usize>) {
    let bytes = &view.bytes[range.clone()];
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let length = bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let word = String::from_utf8_lossy(&bytes[start..start + length]).into_owned();
    (word, range.start + start + length..range.end)
}

/// A text without the white space on trimmed sides; `None` if nothing is left.
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

/// The value of what follows a backslash, and its length.
pub(super) type Escape = fn(&[u8]) -> (Vec<u8>, usize);

/// The quoted string that starts at `start` and must close before `end`, and where it ends. `escape` returns the value of
/// what follows a backslash, and its length; without it, a backslash is an ordinary byte.
pub(super) fn quoted(
    view: &View,
    start: usize,
    end: usize,
    escape: Option<Escape>,
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
                let (made, length) = escape(&bytes[at + 1..]);
                run = (at + 1 + length).min(end);
                view.push_escape(&mut out, &made, at..run);
                at = run;
            }
            (Some(_), _) => at += 1,
            (None, _) => return Err(error(view.span(start..start + 1), "a quote is not closed")),
        }
    }
    view.push_onto(&mut out, run..at);
    if out.is_empty() {
        out = Traced::made("", view.span(start..at + 1));
    }
    Ok((out, at + 1))
}
