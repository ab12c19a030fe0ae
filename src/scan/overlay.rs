//! The disk with some files as they would be after a change.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::text::{Disk, FileError, Files, Source};

/// Files by absolute path, as they would be.
#[derive(Clone, Debug, Default)]
pub struct Edited(BTreeMap<PathBuf, Arc<Source>>);

impl Edited {
    /// Sets the contents of a file. `path` is absolute and without symbolic links.
    pub fn insert(&mut self, path: &Path, bytes: Vec<u8>) {
        self.0.insert(path.to_owned(), Arc::new(Source::new(path, bytes)));
    }

    /// True if a file would be different.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }
}

/// The disk with a few changed files on top.
pub(super) struct Overlay {
    pub(super) disk: Disk,
    pub(super) edited: Edited,
}

impl Files for Overlay {
    fn read(&self, path: &Path) -> Result<Arc<Source>, FileError> {
        let source = self.disk.read(path)?;
        Ok(self.edited.0.get(source.path()).map_or(source, Arc::clone))
    }

    fn glance(&self, path: &Path) -> Option<Arc<[u8]>> {
        self.edited.0.get(path).map_or_else(|| self.disk.glance(path), |source| Some(source.bytes()))
    }

    fn list(&self, dir: &Path) -> Vec<PathBuf> {
        self.disk.list(dir)
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
        self.disk.stream(path)
    }

    fn large_file_holds(&self, path: &Path, wanted: &dyn Fn(&[u8]) -> bool) -> bool {
        self.disk.large_file_holds(path, wanted)
    }
}
