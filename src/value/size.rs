//! How large a value is. A value may hold another one many times over, so the size is counted once and kept.

use std::sync::OnceLock;

use crate::text::Traced;

use super::kind::{Kind, Value};

/// The bytes of a text, and the pieces of one, that count as one value more.
const BYTES: usize = 256;
const PIECES: usize = 16;

/// How large a value is, with all that it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
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
    fn of_text(text: &Traced) -> Self {
        let (bytes, pieces) = (text.len(), text.pieces().len());
        Self { nodes: 1 + bytes / BYTES + pieces / PIECES, depth: 0, bytes, pieces }
    }

    fn of_all<'v>(values: impl Iterator<Item = &'v Value>) -> Self {
        values.map(Value::size).fold(Self { nodes: 1, ..Self::default() }, |all, one| Self {
            nodes: all.nodes.saturating_add(one.nodes),
            depth: all.depth.max(one.depth + 1),
            bytes: all.bytes.max(one.bytes),
            pieces: all.pieces.max(one.pieces),
        })
    }
}

/// The size of a collection, once it is known. A copy may be changed, so it has none.
#[derive(Debug, Default)]
pub struct Counted(OnceLock<Size>);

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

impl Value {
    /// How large it is.
    pub fn size(&self) -> Size {
        match &self.kind {
            Kind::List(list) => *list.size.0.get_or_init(|| Size::of_all(list.iter())),
            Kind::Map(map) => *map.size.0.get_or_init(|| Size::of_all(map.entries.values().map(|e| &e.value))),
            Kind::Either(ways) => Size::of_all(ways.iter().map(|way| &way.value)),
            Kind::Str(text) => Size::of_text(text),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Unknown(_) => Size { nodes: 1, ..Size::default() },
        }
    }
}
