//! The disk with some files as they would be after a change, as they are in an editor, or from standard input.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::text::{Disk, FileError, Files, MAX_DATA_BYTES, Source, normal};

use super::kept::Kept;

/// Files by absolute path, as they would be. They need not be on the disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edited {
    files: BTreeMap<PathBuf, Arc<Source>>,
    /// What is remembered of the files on the disk.
    pub kept: Option<Arc<Kept>>,
}

impl Edited {
    /// Sets what is read for a file. `path` is absolute and without symbolic links.
    pub(crate) fn insert(&mut self, path: &Path, source: Arc<Source>) {
        self.files.insert(path.to_owned(), source);
    }

    /// What is read for a file instead of what is on the disk.
    pub(super) fn get(&self, path: &Path) -> Option<&Arc<Source>> {
        self.files.get(path)
    }
}

/// The disk with a few changed files on top.
pub(super) struct Overlay {
    pub(super) disk: Disk,
    pub(super) edited: Edited,
}

impl Overlay {
    fn own(&self, path: &Path) -> Option<&Arc<Source>> {
        let again = || self.edited.get(&normal(path)?);
        self.edited.get(path).or_else(|| if self.edited.files.is_empty() { None } else { again() })
    }
}

impl Files for Overlay {
    fn read(&self, path: &Path) -> Result<Arc<Source>, FileError> {
        let source = match self.own(path) {
            Some(source) => Arc::clone(source),
            None => {
                let source = self.disk.read(path)?;
                // A link may lead to one of them.
                self.edited.get(source.path()).map_or(source, Arc::clone)
            }
        };
        if source.bytes().len() as u64 > MAX_DATA_BYTES { Err(FileError::TooLarge(MAX_DATA_BYTES)) } else { Ok(source) }
    }

    fn glance(&self, path: &Path) -> Option<Arc<[u8]>> {
        // Another repository may be open as well.
        let own = self.edited.kept.as_ref().filter(|_| path.starts_with(self.disk.root()));
        let kept = || own.and_then(|kept| kept.text(path)).or_else(|| self.disk.glance(path));
        self.own(path).map_or_else(kept, |source| Some(source.bytes()))
    }

    fn list(&self, dir: &Path) -> Vec<PathBuf> {
        let mut names = self.disk.list(dir);
        let more: Vec<_> = self.edited.files.keys().filter(|path| path.parent() == Some(dir)).cloned().collect();
        if !more.is_empty() {
            names.extend(more);
            names.sort();
            names.dedup();
        }
        names
    }

    fn folders(&self, dir: &Path) -> Vec<PathBuf> {
        self.disk.folders(dir)
    }

    fn is_dir(&self, dir: &Path) -> bool {
        self.disk.is_dir(dir)
    }

    fn root(&self) -> &Path {
        self.disk.root()
    }

    fn stream(&self, path: &Path) -> Result<(PathBuf, Box<dyn Read>), FileError> {
        match self.own(path) {
            Some(source) => Ok((source.path().to_owned(), Box::new(Cursor::new(source.bytes())))),
            None => self.disk.stream(path),
        }
    }

    fn large_file_holds(&self, path: &Path, wanted: &dyn Fn(&[u8]) -> bool) -> bool {
        self.own(path).map_or_else(|| self.disk.large_file_holds(path, wanted), |source| wanted(&source.bytes()))
    }
}
