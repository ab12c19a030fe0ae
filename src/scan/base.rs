//! A commit that a scan is compared with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::collect;
use crate::input::{FileList, Seen};
use crate::policy::{FILE_NAMES, Policy};
use crate::text::{Commit, Earlier, Entry, Files, Objects, Source, hold};

/// A commit that the files on disk are compared with.
#[derive(Debug)]
pub(crate) struct Base {
    pub(super) commit: Commit,
    /// The policy that was in force there.
    pub policy: Policy,
    /// Findings whose path passes through a named file count even if the base has them.
    pub keeps_named: bool,
    /// Its policy decides now, so nothing that was changed in the present one counts.
    pub decides: bool,
}

impl Base {
    /// The commit with these paths, in the repository at `root`, with the default policy.
    pub(crate) fn new(root: &Path, entries: Vec<Entry>, objects: Box<dyn Objects>) -> Self {
        Self {
            commit: Commit::new(root, entries, objects, collect::is_skipped),
            policy: Policy::default(),
            keeps_named: false,
            decides: false,
        }
    }

    /// The files of the commit; `now` are those on disk.
    pub(crate) fn files<'a>(&'a self, now: &'a dyn Files) -> Earlier<'a> {
        Earlier::new(&self.commit, now)
    }

    /// The folders with a configuration, sorted.
    pub(crate) fn configured(&self) -> Vec<PathBuf> {
        let is = |file: &Path| file.file_name().is_some_and(|name| FILE_NAMES.iter().any(|known| name == *known));
        let files = self.commit.files_that(is);
        let dirs: BTreeSet<_> = files.iter().filter_map(|file| file.parent().map(Path::to_owned)).collect();
        dirs.into_iter().collect()
    }

    /// The files that control `now`, and those of the policy that was in force then, that differ.
    pub(super) fn changed(&self, now: &Policy, earlier: &Earlier<'_>) -> Vec<Arc<Source>> {
        let sources = |policy: &Policy| {
            let near = policy.in_use();
            policy.sources.iter().chain(near.iter().flat_map(|near| &near.sources)).cloned().collect::<Vec<_>>()
        };
        let mut all = if self.decides { Vec::new() } else { [sources(now), sources(&self.policy)].concat() };
        all.retain(|source| earlier.differs(source.path()));
        let mut seen = BTreeSet::new();
        all.retain(|source| seen.insert(source.path().to_owned()));
        all
    }

    /// The files that are gone; those that a walk has found, sorted, are not.
    pub(super) fn deleted(&self, found: &[PathBuf]) -> Vec<PathBuf> {
        let is_found = |file: &Path| found.binary_search_by(|known| hold::order(known, file)).is_ok();
        self.commit.files_that(|file| !is_found(file) && file.symlink_metadata().is_err())
    }

    /// The files of a scan of `paths`, where a scan of what is there now has those in `now`.
    pub(super) fn list(&self, paths: &[PathBuf], now: &FileList, earlier: &Earlier<'_>) -> FileList {
        let root = self.commit.root();
        let named = |file: &Path| {
            let skipped = |inside: &Path| inside.ancestors().skip(1).any(collect::is_skipped);
            paths.iter().any(|path| file.strip_prefix(path).is_ok_and(|inside| !skipped(inside)))
        };
        let all = paths.iter().any(|path| path == root);
        // What was deleted may have been moved to one of the paths.
        let wanted = |file: &PathBuf| {
            named(file) || !all && (now.files.binary_search(file).is_ok() || file.symlink_metadata().is_err())
        };
        let mut files: Vec<_> = self.commit.files().into_iter().filter(wanted).collect();
        files.extend(now.files.iter().filter(|f| !self.commit.has_file(f) && earlier.had(f)).cloned());
        files.retain(|file| !self.policy.excludes(file));
        files.sort();
        files.dedup();
        // In a file that is the same stand the same words.
        let seen = |file: PathBuf| {
            let seen = now.seen(&file).filter(|_| earlier.is_same_text(&file)).unwrap_or(Seen::ANY);
            (file, seen)
        };
        FileList::searched(files.into_par_iter().map(seen).collect())
    }
}

/// True if a folder has a repository of its own.
pub(crate) fn is_repository(dir: &Path) -> bool {
    collect::is_repository(dir)
}
