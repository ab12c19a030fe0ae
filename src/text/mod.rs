//! The lowest layer: texts that track the origin of every byte. Does not interpret the texts.

pub mod budget;
mod commit;
mod earlier;
mod files;
mod finder;
pub mod hold;
pub mod placeholder;
mod secret;
mod source;
mod span;
mod store;
mod traced;
mod why;

pub use commit::{Commit, Entry, EntryKind, Objects};
pub use earlier::{Earlier, Watched};
pub use files::{
    Disk, FileError, Files, MAX_DATA_BYTES, MAX_FILE_BYTES, MAX_STREAM_BYTES, Memory, most_bytes, normal, relative_to,
    repository_of,
};
pub use finder::Finder;
pub use secret::{neighbour, quoting_no_secrets, without_secrets};
pub use source::{Cut, Place, Point, Source};
pub use span::{Span, TextId};
pub use store::{Hop, Origin, Text, Texts, Trail, View};

pub use traced::{Encoded, Layer, Link, Piece, Traced, UNKNOWN_MARK, Via, Whence, beyond};
pub use why::{LIMIT, Why};

#[cfg(test)]
mod tests;
