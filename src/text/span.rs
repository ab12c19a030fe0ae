//! Byte ranges in a text.

use std::fmt;

/// Names one text. That of a source is the same in every unit of work, and any [`Texts`](super::Texts) that the source was
/// added to resolves it; that of a derived text only the one that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub(super) u32);

/// A range of bytes in one text; `end` is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the offsets refer to.
    pub text: TextId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Short, because it is a part of many keys.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}-{}", self.text.0, self.start, self.end)
    }
}

impl Span {
    /// The span of `range` (bytes) in `text`. Texts are bounded far below 4 GiB, so offsets fit 32 bits.
    pub fn new(text: TextId, range: std::ops::Range<usize>) -> Self {
        Self { text, start: range.start as u32, end: range.end.max(range.start) as u32 }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True for a span of no bytes.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The range of bytes, for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The span from the start of `self` to the end of `other`. Both must be in the same text; otherwise the result is `self`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.text != other.text {
            return self;
        }
        Self { text: self.text, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}
