//! Files and folders that could not be read: each is a problem, unless nothing in it says that a node may come of it.

use std::path::Path;
use std::sync::Arc;

use crate::decode::packed;
use crate::input::{Unit, is_watched, is_wide};
use crate::text::{FileError, Files, LIMIT, Place, Source, budget};

use super::note::{Note, Weight};

/// A problem of a file or folder as a whole. It has no text to point into, so an empty one of its name stands for it.
pub(super) fn note(path: &Path, message: &str) -> Note {
    let source = Arc::new(Source::new(path, Vec::new()));
    Note { place: Place { source, start: 0, end: 0 }, message: message.to_owned(), weight: Weight::Unread, remedy: "" }
}

/// The problem of a file of which something is left out. Little speaks for a zero in the rest of a packed text.
pub(super) fn limit(path: &Path, what: &str) -> Note {
    let note = note(path, &format!("only partly read: {LIMIT}{what}"));
    if what == packed::SIZE { Note { weight: Weight::None, ..note } } else { note }
}

/// True for the problem of a limit.
pub(super) fn is_limit(note: &Note) -> bool {
    note.message.contains(LIMIT)
}

/// The problem of a unit that takes too much.
pub(super) fn budget(unit: &Unit) -> Note {
    let words = if budget::is_share() {
        "takes more memory or steps than the many units of this run may together, so it was not read to its end: check it by itself"
    } else {
        "takes more memory or steps than one unit may, so it was not read to its end: split it into smaller ones"
    };
    // A folder may be the root, which has no name in a report.
    note(unit.files.first().unwrap_or(&unit.path), words)
}

/// The problem of a file that something looks at and that is too large. A plan of Terraform may be read in another way.
pub(super) fn large(path: &Path, files: &dyn Files) -> Option<Note> {
    let error = files.read(path).err().filter(|error| matches!(error, FileError::TooLarge(_)))?;
    let plan = path.extension().is_some_and(|end| end == "json");
    (!plan).then(|| note(path, &error.problem()))
}

/// The problem of a file that some kind of input looks at and cannot read.
pub(super) fn file(path: &Path, files: &dyn Files) -> Option<Note> {
    let problem = match files.read(path) {
        Ok(source) => {
            let unread = is_wide(&source.bytes())
                && std::str::from_utf8(&source.bytes()).map_or(true, |text| text.contains('\0'));
            (unread && is_watched(&source.bytes())).then(|| "cannot be read: UTF-16: save it as UTF-8".to_owned())
        }
        Err(error @ FileError::TooLarge(_)) => files.large_file_holds(path, &is_watched).then(|| error.problem()),
        Err(error @ FileError::Io(_)) => Some(error.problem()),
        Err(FileError::Missing | FileError::Outside | FileError::NotAFile) => None,
    };
    problem.map(|message| note(path, &message))
}
