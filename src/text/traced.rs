//! Bytes that carry the place where each of them came from.
//!
//! Invariants: the pieces' ends rise strictly, the last end is the number of bytes, and a [`Whence::Same`] piece is as long as
//! its span. All operations keep them; the property tests at the end check this.

use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use super::via::{Link, Via, beyond};
use super::why::Why;
use super::{Span, budget};

/// The bytes in place of an unknown value: one private-use character (U+E000), a word character in every grammar that is read
/// here. Only the piece decides whether bytes are unknown, never this text.
pub(crate) const UNKNOWN_MARK: &str = "\u{E000}";

/// How a piece of bytes got where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whence {
    /// Byte for byte from the span.
    Same(Span),
    /// Computed from the span as a whole: an escape, a decoded group, a rendered number.
    Made(Span),
    /// Unknown; the span is the expression that could not be evaluated.
    Unknown(Span, Arc<Why>),
}

impl Whence {
    /// The span that the piece came from.
    pub fn span(&self) -> Span {
        match self {
            Self::Same(span) | Self::Made(span) | Self::Unknown(span, _) => *span,
        }
    }
}

/// A run of bytes of one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Offset one past the last byte of the piece in the bytes it belongs to.
    pub end: u32,
    /// Where the bytes came from.
    pub whence: Whence,
    /// The references that the bytes passed through.
    pub via: Via,
}

/// The encodings that a source language applies to a text and that EC2 or the node decodes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Base64.
    Base64,
    /// Gzip.
    Gzip,
    /// No encoding: an unknown value of a variable, which is the original if the variable is not set.
    Default,
}

/// Bytes with a map back to the texts that they came from.
///
/// Bytes encoded by a `Layer` remember the original: decoding returns it with its exact places, where the encoded bytes could
/// only name groups. Nested layers nest their originals. They are kept inside a larger text, such as a JSON document, and dropped
/// when only a part of the bytes is left.
/// A copy shares what it holds until one of the two changes.
#[derive(Default)]
pub struct Traced(Option<Arc<Held>>);

/// What a text holds that is not empty. Most texts are short and have one piece, and a tree has many texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Held {
    bytes: SmallVec<[u8; 16]>,
    pieces: SmallVec<[Piece; 1]>,
    encodes: Option<Arc<Vec<Encoded>>>,
}

/// What a text without bytes holds.
static NOTHING: Held = Held { bytes: SmallVec::new_const(), pieces: SmallVec::new_const(), encodes: None };

/// A range of bytes that are an original encoded by a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The encoded bytes.
    pub range: Range<usize>,
    /// The encoding.
    pub layer: Layer,
    /// The original.
    pub original: Traced,
}

/// What a piece takes of the budget of the unit, with the reasons and references that it may hold.
const PIECE: usize = 72;

/// The most originals that a text remembers, with those in them.
const MAX_ENCODED: usize = 64;

impl Clone for Traced {
    fn clone(&self) -> Self {
        // Most copies end soon, and a copy takes less than a byte that is worked out.
        budget::spend(self.weight() / 8);
        Self(self.0.clone())
    }
}

impl PartialEq for Traced {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.held(), other.held()) || self.held() == other.held()
    }
}

impl Eq for Traced {}

impl std::fmt::Debug for Traced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.held().fmt(f)
    }
}

impl Traced {
    /// A copy for that of a value, which takes nothing of the budget.
    pub(crate) fn shared(&self) -> Self {
        Self(self.0.clone())
    }

    fn held(&self) -> &Held {
        self.0.as_deref().unwrap_or(&NOTHING)
    }

    fn change(&mut self) -> &mut Held {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    /// No bytes at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes computed from `span` as a whole.
    pub fn made(bytes: impl Into<Vec<u8>>, span: Span) -> Self {
        let mut new = Self::new();
        new.push_made(&bytes.into(), span);
        new
    }

    /// `outer`, known to be `original` encoded by `layer`.
    #[must_use]
    pub fn encoded(mut outer: Self, layer: Layer, original: Self) -> Self {
        let range = 0..outer.len();
        if outer.held().encodes.is_some() {
            outer.change().encodes = None;
        }
        outer.remember(Encoded { range, layer, original });
        outer
    }

    /// The unknown value of a variable, which is `value` if the variable is not set.
    #[must_use]
    pub fn with_default(at: Span, step: &Arc<str>, value: &Self) -> Self {
        Self::encoded(Self::unknown(at, Why::FromOutside(Arc::clone(step))), Layer::Default, value.through(at, step))
    }

    /// The original of these bytes, if they were encoded by `layer` and not changed since, apart from white space around them.
    pub fn original(&self, layer: Layer) -> Option<&Self> {
        let known = self.encoded_parts().iter().filter(|part| part.layer == layer);
        let around = |range: &Range<usize>| {
            let (before, after) = (self.bytes().get(..range.start)?, self.bytes().get(range.end..)?);
            before.iter().chain(after).all(u8::is_ascii_whitespace).then_some(())
        };
        known.into_iter().find(|part| around(&part.range).is_some()).map(|part| &part.original)
    }

    /// The parts of these bytes that were encoded, in order.
    pub fn encoded_parts(&self) -> &[Encoded] {
        self.held().encodes.as_deref().map_or(&[], Vec::as_slice)
    }

    /// How many originals this text remembers, with those in them.
    fn remembered(&self) -> usize {
        self.encoded_parts().iter().map(|part| 1 + part.original.remembered()).sum()
    }

    /// Remembers the original of some of the bytes, unless it is known or one too many.
    pub fn remember(&mut self, mut part: Encoded) {
        if self.encoded_parts().iter().any(|known| known.range == part.range && known.layer == part.layer) {
            return;
        }
        if 1 + part.original.remembered() > MAX_ENCODED {
            part.original.change().encodes = None;
        }
        if self.remembered() + 1 + part.original.remembered() <= MAX_ENCODED {
            Arc::make_mut(self.change().encodes.get_or_insert_default()).push(part);
        }
    }

    /// One unknown part: the value of `span` is not known.
    pub fn unknown(span: Span, why: Why) -> Self {
        let mut new = Self::new();
        new.push_piece(UNKNOWN_MARK.as_bytes(), Whence::Unknown(span, why.into()), None);
        new
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.held().bytes
    }

    /// The bytes as text, if they are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes()).ok()
    }

    /// The bytes as text, unless a part of them is unknown or they are not UTF-8.
    pub fn known_str(&self) -> Option<&str> {
        if self.has_unknown() { None } else { self.as_str() }
    }

    /// The bytes as text, with a mark for what is not UTF-8.
    pub fn to_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.bytes().len()
    }

    /// True if there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.held().pieces
    }

    /// The pieces with the range of bytes that each covers.
    pub fn ranges(&self) -> impl Iterator<Item = (Range<usize>, &Piece)> {
        let mut start = 0;
        self.pieces().iter().map(move |piece| {
            let range = start..piece.end as usize;
            start = piece.end as usize;
            (range, piece)
        })
    }

    /// True if any byte is unknown.
    pub fn has_unknown(&self) -> bool {
        self.pieces().iter().any(|p| matches!(p.whence, Whence::Unknown(..)))
    }

    /// True if there is nothing but unknown parts.
    pub fn is_unknown(&self) -> bool {
        !self.pieces().is_empty() && self.pieces().iter().all(|p| matches!(p.whence, Whence::Unknown(..)))
    }

    /// The first unknown part, if any.
    pub fn first_unknown(&self) -> Option<(Span, &Why)> {
        self.pieces().iter().find_map(|p| match &p.whence {
            Whence::Unknown(span, why) => Some((*span, &**why)),
            _ => None,
        })
    }

    /// The unknown parts as ranges of these bytes, each with its place and reason.
    pub fn unknowns(&self) -> impl Iterator<Item = (Range<usize>, Span, &Why)> {
        self.ranges().filter_map(|(range, piece)| match &piece.whence {
            Whence::Unknown(span, why) => Some((range, *span, &**why)),
            _ => None,
        })
    }

    /// A span for these bytes: the source of the first byte that a person wrote, widened over all that follows it without a
    /// break in the same text. `None` if there are no bytes.
    pub fn span(&self) -> Option<Span> {
        let first = self
            .pieces()
            .iter()
            .position(|p| matches!(p.whence, Whence::Same(_)))
            .or_else(|| self.pieces().iter().position(|p| matches!(p.whence, Whence::Made(_))))
            .unwrap_or(0);
        let mut span = self.pieces().get(first)?.whence.span();
        for piece in &self.pieces()[first + 1..] {
            let next = piece.whence.span();
            if next.text == span.text && next.start >= span.start && next.start <= span.end {
                span = span.to(next);
            } else {
                break;
            }
        }
        Some(span)
    }

    /// The references that the bytes named by [`span`](Self::span) passed through.
    pub fn via(&self) -> Via {
        self.pieces()
            .iter()
            .find(|p| matches!(p.whence, Whence::Same(_)))
            .or_else(|| self.pieces().iter().find(|p| matches!(p.whence, Whence::Made(_))))
            .or_else(|| self.pieces().first())
            .and_then(|p| p.via.clone())
    }

    /// Appends bytes that came from elsewhere. `Same` needs a span as long as the bytes; otherwise the piece becomes `Made`.
    pub fn push_piece(&mut self, bytes: &[u8], whence: Whence, via: Via) {
        if bytes.is_empty() {
            return;
        }
        let whence = match whence {
            Whence::Same(span) if span.len() != bytes.len() => Whence::Made(span),
            other => other,
        };
        if !budget::spend(bytes.len()) {
            return self.stop(whence.span());
        }
        if self.0.is_none() {
            // Most texts have one piece, and a tree has many texts.
            budget::spend(PIECE);
            let pieces = SmallVec::from_iter([Piece { end: bytes.len() as u32, whence, via }]);
            self.0 = Some(Arc::new(Held { bytes: SmallVec::from_slice(bytes), pieces, encodes: None }));
            return;
        }
        let held = self.change();
        held.bytes.extend_from_slice(bytes);
        let end = held.bytes.len() as u32;
        if let Some(last) = held.pieces.last_mut()
            && last.via == via
        {
            match (&mut last.whence, &whence) {
                (Whence::Same(a), Whence::Same(b)) if a.text == b.text && a.end == b.start => {
                    a.end = b.end;
                    last.end = end;
                    return;
                }
                (Whence::Made(a), Whence::Made(b)) if a == b => {
                    last.end = end;
                    return;
                }
                _ => {}
            }
        }
        budget::spend(PIECE);
        held.pieces.push(Piece { end, whence, via });
    }

    /// What it takes to keep a copy, in bytes.
    pub fn weight(&self) -> usize {
        self.bytes().len() + self.pieces().len() * PIECE
    }

    /// Ends a text that grows after the budget of its unit was spent: the rest is unknown, and grows no more.
    fn stop(&mut self, at: Span) {
        let why = Why::limit("what one unit may take");
        if self
            .pieces()
            .last()
            .is_none_or(|last| !matches!(&last.whence, Whence::Unknown(_, why) if matches!(**why, Why::Limit(_))))
        {
            let held = self.change();
            held.bytes.extend_from_slice(UNKNOWN_MARK.as_bytes());
            let end = held.bytes.len() as u32;
            held.pieces.push(Piece { end, whence: Whence::Unknown(at, why.into()), via: None });
        }
    }

    /// Appends bytes that are at `span`, byte for byte.
    pub fn push_same(&mut self, bytes: &[u8], span: Span) {
        self.push_piece(bytes, Whence::Same(span), None);
    }

    /// Appends bytes that were computed from `span`.
    pub fn push_made(&mut self, bytes: &[u8], span: Span) {
        self.push_piece(bytes, Whence::Made(span), None);
    }

    /// Appends an unknown part.
    pub fn push_unknown(&mut self, span: Span, why: Why) {
        self.push_piece(UNKNOWN_MARK.as_bytes(), Whence::Unknown(span, why.into()), None);
    }

    /// Appends another text with its map.
    pub fn push(&mut self, other: &Self) {
        if self.bytes().is_empty() {
            self.clone_from(other);
            return;
        }
        let shift = self.bytes().len();
        for (range, piece) in other.ranges() {
            self.push_piece(&other.bytes()[range], piece.whence.clone(), piece.via.clone());
        }
        for part in other.encoded_parts() {
            let range = part.range.start + shift..part.range.end + shift;
            self.remember(Encoded { range, layer: part.layer, original: part.original.clone() });
        }
    }

    /// The bytes of `range` with their map. A range past the end is clipped.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        if range.start == 0 && range.end >= self.bytes().len() {
            return self.clone();
        }
        let mut out = Self::new();
        let end = range.end.min(self.bytes().len());
        let mut from = range.start.min(end);
        let mut index = self.pieces().partition_point(|p| p.end as usize <= from);
        while from < end {
            let piece = &self.pieces()[index];
            let begin = if index == 0 { 0 } else { self.pieces()[index - 1].end as usize };
            let to = end.min(piece.end as usize);
            let whence = match &piece.whence {
                Whence::Same(span) => Whence::Same(Span {
                    text: span.text,
                    start: span.start + (from - begin) as u32,
                    end: span.start + (to - begin) as u32,
                }),
                other => other.clone(),
            };
            out.push_piece(&self.bytes()[from..to], whence, piece.via.clone());
            from = to;
            index += 1;
        }
        for part in self.encoded_parts().iter().filter(|p| p.range.start >= range.start && p.range.end <= end) {
            let own = part.range.start - range.start..part.range.end - range.start;
            out.remember(Encoded { range: own, layer: part.layer, original: part.original.clone() });
        }
        out
    }

    /// The parts joined by `between`.
    #[must_use]
    pub fn join<'a>(parts: impl IntoIterator<Item = &'a Self>, between: &Self) -> Self {
        let mut out = Self::new();
        for (n, part) in parts.into_iter().enumerate() {
            if n > 0 {
                out.push(between);
            }
            out.push(part);
        }
        out
    }

    /// Every occurrence of `needle` replaced; occurrences do not overlap. An empty needle changes nothing.
    #[must_use]
    pub fn replace(&self, needle: &[u8], with: &Self) -> Self {
        if needle.is_empty() || needle.len() > self.bytes().len() {
            return self.clone();
        }
        let mut out = Self::new();
        let mut from = 0;
        let mut at = 0;
        while at + needle.len() <= self.bytes().len() {
            if &self.bytes()[at..at + needle.len()] == needle {
                out.push(&self.slice(from..at));
                out.push(with);
                at += needle.len();
                from = at;
            } else {
                at += 1;
            }
        }
        out.push(&self.slice(from..self.bytes().len()));
        out
    }

    /// The words between blanks, tabs and line ends.
    pub fn words(&self) -> Vec<Self> {
        let mut at = 0;
        let word = |word: &[u8]| {
            at += word.len() + 1;
            (!word.is_empty()).then(|| self.slice(at - word.len() - 1..at - 1))
        };
        self.bytes().split(|byte| b" \t\n".contains(byte)).filter_map(word).collect()
    }

    /// The text with its escapes resolved: each is a backslash, a character of `table`, and means the text next to it there. A
    /// backslash before another character that is no letter or digit stays if `others` do. `None` if an escape is not known.
    pub fn unescaped(&self, table: &[(u8, &str)], others: bool) -> Option<Self> {
        let mut out = Self::new();
        let (mut done, mut at) = (0, 0);
        while let Some(length) = self.bytes().get(at..)?.iter().position(|byte| *byte == b'\\') {
            at += length;
            let escaped = self.bytes().get(at + 1)?;
            match table.iter().find(|(byte, _)| byte == escaped) {
                Some((byte, text)) => {
                    out.push(&self.slice(done..at));
                    done = at + 1 + usize::from(text.as_bytes() != [*byte]);
                    if done == at + 2 {
                        out.push_made(text.as_bytes(), self.slice(at..done).span()?);
                    }
                }
                None if others && !escaped.is_ascii_alphanumeric() => {}
                None => return None,
            }
            at += 2;
        }
        out.push(&self.slice(done..self.len()));
        Some(out)
    }

    /// The parts between the occurrences of `sep`. An empty separator gives the whole.
    pub fn split(&self, sep: &[u8]) -> Vec<Self> {
        let mut out = Vec::new();
        let mut from = 0;
        let mut at = 0;
        while !sep.is_empty() && at + sep.len() <= self.bytes().len() {
            if &self.bytes()[at..at + sep.len()] == sep {
                out.push(self.slice(from..at));
                at += sep.len();
                from = at;
            } else {
                at += 1;
            }
        }
        out.push(self.slice(from..self.bytes().len()));
        out
    }

    /// The same bytes after passing a reference at `at`, described by `step`.
    #[must_use]
    pub fn through(&self, at: Span, step: &Arc<str>) -> Self {
        let mut out = self.clone();
        if out.0.is_none() {
            return out;
        }
        budget::spend(2 * PIECE * out.pieces().len());
        let held = out.change();
        for piece in &mut held.pieces {
            piece.via = Some(Arc::new(Link { at, step: Arc::clone(step), inner: piece.via.take() }));
        }
        if let Some(parts) = &mut held.encodes {
            for part in Arc::make_mut(parts) {
                part.original = part.original.through(at, step);
            }
        }
        out
    }

    /// The same bytes after passing all references of `via` (whose innermost is passed first).
    #[must_use]
    pub fn through_all(&self, via: &Via) -> Self {
        let mut out = self.clone();
        if out.0.is_none() || via.is_none() {
            return out;
        }
        let held = out.change();
        for piece in &mut held.pieces {
            piece.via = beyond(piece.via.take(), via);
        }
        if let Some(parts) = &mut held.encodes {
            for part in Arc::make_mut(parts) {
                part.original = part.original.through_all(via);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
