//! The files on a machine, by absolute path.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::text::{Traced, Why};

/// A file on the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum File {
    /// Its content, which may have unknown parts.
    Known(Arc<Traced>),
    /// It was written or changed, and its content is unknown.
    Unknown(Why),
    /// It was removed.
    Removed,
}

/// All files by absolute path.
pub(super) type Files = BTreeMap<String, File>;

/// `path` as an absolute path without `.`, `..` and doubled slashes, relative to `dir`.
pub(super) fn absolute(path: &str, dir: &str) -> String {
    let dir = if path.starts_with('/') { "" } else { dir };
    let mut out = String::with_capacity(dir.len() + path.len() + 2);
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => out.truncate(out.rfind('/').unwrap_or(0)),
            part => {
                out.push('/');
                out.push_str(part);
            }
        }
    }
    if out.is_empty() {
        out.push('/');
    }
    out
}

/// The rest of a path that is `folder` or below it.
pub(super) fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    path.strip_prefix(folder).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The files whose paths begin with `start`, a folder with a slash at its end, each with the rest of its path.
pub(super) fn inside<'a>(files: &'a Files, start: &'a str) -> impl Iterator<Item = (&'a str, &'a File)> {
    let from = files.range::<str, _>((Bound::Included(start), Bound::Unbounded));
    from.map_while(move |(path, file)| Some((path.strip_prefix(start)?, file)))
}
