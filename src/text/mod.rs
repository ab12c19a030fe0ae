//! The lowest layer: texts that track the origin of every byte. Does not interpret the texts.

pub(crate) mod budget;
mod commit;
mod earlier;
mod files;
mod finder;
pub(crate) mod hold;
pub(crate) mod pattern;
pub(crate) mod placeholder;
mod secret;
mod source;
mod span;
mod store;
mod traced;
mod via;
mod why;

pub(crate) use commit::{Commit, Entry, EntryKind, Objects};
pub(crate) use earlier::{Earlier, Watched};
pub use files::Memory;
pub(crate) use files::{
    Disk, FileError, Files, MAX_DATA_BYTES, MAX_STREAM_BYTES, most_bytes, normal, relative_to, repository_of,
};
pub(crate) use finder::{Finder, holds};
pub(crate) use secret::{neighbour, quoting_no_secrets, without_secrets};
pub(crate) use source::Cut;
pub use source::{Place, Point, Source};
pub use span::Span;
pub(crate) use span::TextId;
pub(crate) use store::{Origin, Texts, Trail, View};

pub use traced::Traced;
pub(crate) use traced::{Encoded, Layer, Piece, UNKNOWN_MARK, Whence};
pub(crate) use via::{Link, Via, beyond};
pub(crate) use why::LIMIT;
pub use why::Why;

#[cfg(test)]
mod tests;
