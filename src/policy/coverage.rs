//! What a scan has read: only of that is anything said to have no effect.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files and folders that a scan has read, and those that a configuration leaves out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage {
    /// The folders that were read, if nothing but folders was named.
    pub complete: Vec<PathBuf>,
    /// The files that a configuration excludes.
    pub excluded: BTreeSet<PathBuf>,
    /// Files with ignore requests that an excluded file may use.
    pub shared: BTreeSet<PathBuf>,
}

impl Coverage {
    /// True if a file, or what stands directly in a folder, was read, or would have been if it was there.
    pub(crate) fn has(&self, path: &Path) -> bool {
        let is_in = |excluded: &PathBuf| excluded == path || excluded.parent() == Some(path);
        self.complete.iter().any(|folder| path.starts_with(folder)) && !self.excluded.iter().any(is_in)
    }

    /// True if all that can use a file was read.
    pub(crate) fn has_uses_of(&self, path: &Path) -> bool {
        !self.complete.is_empty() && !self.shared.contains(path)
    }
}
