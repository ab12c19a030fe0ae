//! How large a value is. A value may hold another one many times over, so the size is counted once and kept.

use std::sync::OnceLock;

use crate::text::Traced;

/// The bytes of a text, and the pieces of one, that count as one value more.
const BYTES: usize = 256;
const PIECES: usize = 16;

/// How large a value is, with all that it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// The number of values; a large text counts for more than one, so copies of it are limited.
    pub nodes: usize,
    /// How deep they nest.
    pub depth: usize,
    /// The bytes of the longest text.
    pub bytes: usize,
    /// The pieces of the text with the most.
    pub pieces: usize,
}

impl Size {
    /// That of a text.
    pub(super) fn of_text(text: &Traced) -> Self {
        let (bytes, pieces) = (text.len(), text.pieces().len());
        Self { nodes: 1 + bytes / BYTES + pieces / PIECES, depth: 0, bytes, pieces }
    }

    /// That of what holds values of these sizes.
    pub(super) fn of_all(values: impl Iterator<Item = Self>) -> Self {
        values.fold(Self { nodes: 1, ..Self::default() }, |all, one| Self {
            nodes: all.nodes.saturating_add(one.nodes),
            depth: all.depth.max(one.depth + 1),
            bytes: all.bytes.max(one.bytes),
            pieces: all.pieces.max(one.pieces),
        })
    }
}

/// The size of a collection, once it is known. A copy may be changed, so it has none.
#[derive(Debug, Default)]
pub(crate) struct Counted(OnceLock<Size>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Counted {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Counted {
    /// The size, counted by `count` the first time.
    pub(super) fn or(&self, count: impl FnOnce() -> Size) -> Size {
        *self.0.get_or_init(count)
    }
}
