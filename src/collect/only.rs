//! A walk for some files of a repository: its index says in which folders they are, so the others are not listed.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;

use super::index;

/// Which files a walk is for.
pub(crate) struct Only<'a> {
    wanted: &'a (dyn Fn(&Path) -> bool + Sync),
    /// The folders that git knows, and whether a wanted file is below.
    folders: HashMap<OsString, bool>,
}

impl<'a> Only<'a> {
    /// Files below `root` that `wanted` accepts by their paths. `None` if there is no index that can be read.
    pub(crate) fn of(root: &Path, wanted: &'a (dyn Fn(&Path) -> bool + Sync)) -> Option<Self> {
        let tracked = index::tracked(root)?.ok()?;
        let mut folders: HashMap<OsString, bool> = HashMap::new();
        for file in tracked.files {
            let wanted = wanted(&file);
            for dir in file.ancestors().skip(1).filter(|dir| !dir.as_os_str().is_empty()) {
                match folders.get_mut(dir.as_os_str()) {
                    Some(known) if *known || !wanted => break,
                    Some(known) => *known = true,
                    None => drop(folders.insert(dir.into(), wanted)),
                }
            }
        }
        let folders = folders.into_iter().map(|(dir, wanted)| (root.join(dir).into_os_string(), wanted)).collect();
        Some(Self { wanted, folders })
    }

    /// True if a wanted file may be below a folder. Of one that git does not know, nothing is known.
    pub(super) fn may_be_in(&self, dir: &Path) -> bool {
        self.folders.get(dir.as_os_str()).copied().unwrap_or(true)
    }

    /// True if a file is wanted.
    pub(super) fn wants(&self, path: &Path) -> bool {
        (self.wanted)(path)
    }
}
