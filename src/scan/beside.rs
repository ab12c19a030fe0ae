//! Folders that are named alone: the applications of the repository that deliver what stands in them count, as the callers of a
//! module do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::collect::Walk;
use crate::input::{APPLICATIONS, FileList, may_matter_to_applications};

use super::narrow::Named;
use super::request::Request;
use super::search::Searcher;
use super::units::{Claimed, Unwound, units_of};

/// The applications of a repository, for folders in it.
pub(super) struct Beside {
    named: Named,
    list: FileList,
}

impl Beside {
    /// The applications around `paths`, whose files are in `list`, if these are folders of a repository, and what an application
    /// could deliver is among them.
    pub(super) fn of(paths: &[PathBuf], list: &FileList, root: &Path, request: &Request) -> Option<Self> {
        let inside = paths.iter().all(|path| path != root && path.is_dir()) && root.join(".git").exists();
        let delivered =
            || (0..list.files.len()).any(|n| may_matter_to_applications(&list.files[n], list.words(n), true));
        if !inside || request.base.is_some() || !delivered() {
            return None;
        }
        let searcher = Searcher::default();
        let look = |path: &Path| (!request.policy.excludes(path)).then(|| searcher.look(path, &request.edited));
        // What git ignores belongs to no application of the repository, even if the folder itself is read with it.
        let enter = |dir: &Path, has: &dyn Fn(&str) -> bool| request.policy.pass(dir, has);
        let found = Walk { root, ignored: false, look: &look, only: None, enter: &enter }.collect(root);
        let files = found.files.into_iter().filter_map(|(path, seen)| Some((path, seen?)));
        let files = files.filter(|(path, seen)| may_matter_to_applications(path, seen.words, false));
        Some(Self { named: Named::folders(paths, root), list: FileList::searched(files.collect()) })
    }

    /// Replaces the applications of the folders by those of the repository.
    pub(super) fn add(&self, units: &mut Vec<Claimed>) {
        let ours = |(input, _): &Claimed| input.name() == APPLICATIONS;
        units.retain(|unit| !ours(unit));
        units.extend(units_of(&self.list).into_iter().filter(ours));
    }

    /// Drops what applications say about other folders.
    pub(super) fn narrow(&self, results: &mut [Unwound]) {
        for result in results.iter_mut().filter(|result| result.input == APPLICATIONS) {
            self.named.narrow(&mut result.scan, &BTreeSet::new());
        }
    }
}
