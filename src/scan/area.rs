//! From the paths of a request to the files and units of a scan.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::collect::{self, Walk};
use crate::input::reach::{self, Around};
use crate::input::{FileList, Seen};
use crate::node::{Given, Variable};
use crate::text::{Disk, FileError, Files, Source};

use super::beside::Beside;
use super::narrow::Named;
use super::net;
use super::note::Note;
use super::overlay::{Edited, Overlay};
use super::request::{Request, ScanError};
use super::search::Searcher;
use super::units::{Claimed, Unwound, units_of};
use super::unread;

/// Files below one root that are scanned together.
pub(super) struct Area {
    /// The folder of the repository, or the one that was named.
    pub(super) root: PathBuf,
    pub(super) files: Box<dyn Files>,
    /// What was named below it, absolute.
    pub(super) paths: Vec<PathBuf>,
    pub(super) list: FileList,
    /// How folders of Terraform without a word about nodes were left out, if they were.
    pub(super) dismissal: Option<Around<'static>>,
    /// Files of Terraform that the list does not have.
    pub(super) left_out: Vec<PathBuf>,
    pub(super) named: Option<Named>,
    /// The applications of the repository, if only folders of it are read.
    pub(super) beside: Option<Beside>,
    /// What could not be read while files were looked for.
    pub(super) problems: Vec<Note>,
    /// The number of files that the configuration excludes.
    pub(super) excluded: BTreeSet<PathBuf>,
}

impl Area {
    /// The units to read.
    pub(super) fn units(&self) -> Vec<Claimed> {
        let mut units = units_of(&self.list);
        if let Some(beside) = &self.beside {
            beside.add(&mut units);
        }
        match &self.named {
            Some(named) => named.users(units, &self.list, &*self.files),
            None => units,
        }
    }

    /// True if a unit has findings that no named file is on the path of.
    pub(super) fn has_other_findings(&self, unit: &Unwound) -> bool {
        let has = |path: &Path| self.named.as_ref().is_none_or(|named| named.has(path));
        let told =
            |f: &crate::check::Finding| has(f.at.place.source.path()) || f.passes.iter().any(|p| has(p.source.path()));
        unit.near && !unit.scan.findings.iter().all(told)
    }
}

/// The areas of a request, one for each root.
pub(super) fn areas(request: &Request, given: &Given) -> Result<Vec<Area>, ScanError> {
    // Those of the arguments may be outside the root.
    let outside = given.modules.iter().map(|(_, dir)| dir.clone());
    let mut out = Vec::new();
    if let Some((bytes, path, shown)) = request.piped() {
        let root = collect::root_of(&request.current, &request.current);
        let disk = Disk::new(&root).map_err(|e| ScanError::unreadable(&root, &e.to_string()))?;
        let mut edited = Edited::default();
        edited.insert(&path, Arc::new(Source::new(shown, bytes)));
        let files = Overlay { disk, edited };
        let paths = vec![path];
        out.push(Area {
            root,
            list: FileList::of(paths.clone()),
            files: Box::new(files),
            paths,
            dismissal: None,
            left_out: Vec::new(),
            named: None,
            beside: None,
            problems: Vec::new(),
            excluded: BTreeSet::new(),
        });
    }
    for (root, paths) in request.by_root()? {
        let disk = Disk::new(&root).map_err(|e| ScanError::unreadable(&root, &e.to_string()))?;
        out.push(below(disk.and_below(outside.clone()), paths, request, given)?);
    }
    Ok(out)
}

/// The area below the root of `disk`.
fn below(disk: Disk, paths: Vec<PathBuf>, request: &Request, given: &Given) -> Result<Area, ScanError> {
    let root = disk.root().to_owned();
    let disk = Overlay { disk, edited: request.edited.clone() };
    request.policy.enter(&root);
    let mut named = Named::of(request, &root, &disk);
    let mut found = Found::default();
    let mut near = Found::default();
    let mut searcher = Searcher::default();
    let mut whole = true;
    match &mut named {
        Some(named) if named.are_code() => {
            whole = false;
            (near.files, near.left_out) = named.terraform(request, given, &disk);
        }
        Some(named) => {
            whole = named.in_repository();
            // What an editor keeps of a file is for any request.
            searcher.mentions = named.first_mentions().filter(|_| request.edited.kept.is_none());
            named.searched = searcher.mentions.is_some();
            named.around().iter().for_each(|dir| near.walk(dir, &root, request, &searcher));
            named.beside().into_iter().for_each(|path| near.take(path.clone(), look(&path, &root, request, &searcher)));
        }
        None => {}
    }
    for path in &paths {
        if path.is_dir() {
            found.walk(path, &root, request, &searcher);
        } else {
            // The search is not worth it for one file.
            found.take(path.clone(), (!request.policy.excludes(path)).then_some(Seen::ANY));
        }
    }
    if let Some(error) = request.policy.failure() {
        return Err(error.into());
    }
    let mut given = given.clone();
    let (var_files, modules) = request.policy.elsewhere();
    given.var_files.extend(var_files);
    given.modules.extend(modules);
    let mut problems = found.problems;
    let left_out = [near.left_out, found.left_out].into_iter().flatten();
    let mut left_out: Vec<PathBuf> = left_out.chain(near.excluded).chain(found.excluded.iter().cloned()).collect();
    // What a search has found comes before what is only named.
    let mut list = FileList::searched(near.files.into_iter().chain(found.files).collect());
    if let Some(named) = &mut named {
        named.look_for_deleted(request, &list.files, &disk);
    }
    let hidden = named.is_none() && !paths.contains(&root) || hides(&left_out, &list, &disk);
    left_out.retain(|path| reach::is_terraform(path));
    let dismissal = (!reads_all(request)).then(|| {
        let (values, modules) = (speak(&given, &disk), !given.modules.is_empty());
        let quiet = reach::dismissed(&list, Around { left_out: &left_out, whole, hidden, values, modules }, &disk);
        list.dismiss(quiet);
        Around { left_out: &[], whole, hidden, values, modules }
    });
    for path in request.named_files() {
        if path.starts_with(&root) && request.edited.get(&path).is_none() {
            match disk.disk.check(&path) {
                Ok(()) => {}
                Err(error @ FileError::Io(_)) => problems.push(unread::note(&path, &error.problem())),
                Err(error) => return Err(ScanError::unreadable(&path, &error.to_string())),
            }
        }
    }
    let beside = if named.is_none() { Beside::of(&paths, &list, &root, request) } else { None };
    let files = Box::new(disk);
    // Of what is near a named file, all is read.
    let dismissal = dismissal.filter(|_| named.is_none());
    Ok(Area { root, files, paths, list, dismissal, left_out, named, beside, problems, excluded: found.excluded })
}

/// The most files that a list does not have and that are looked at nevertheless.
const MAX_LOOKS: usize = 32;

/// True if something that a list does not have may say anything: a folder, or a file that names a setting. What git tracks is in
/// the list all the same, and a link may lead to a file that is.
fn hides(left_out: &[PathBuf], list: &FileList, disk: &dyn Files) -> bool {
    let listed = |path: &Path| list.seen(path).is_some();
    let may_say = |path: &PathBuf| {
        !path.canonicalize().is_ok_and(|real| listed(&real))
            && disk.glance(path).is_none_or(|text| reach::may_set(&text))
    };
    let mut unlisted = left_out.iter().filter(|path| !listed(path));
    list.files.iter().any(|path| reach::is_code(path))
        && (unlisted.by_ref().take(MAX_LOOKS).any(may_say) || unlisted.next().is_some())
}

/// True if values of the command line or of the configuration speak about kubelets.
fn speak(given: &Given, disk: &dyn Files) -> bool {
    let searcher = Searcher::default();
    let in_file = |path: &PathBuf| disk.glance(path).is_none_or(|text| searcher.is_topical(&text));
    given.var_files.values().flatten().any(in_file)
        || given.variables.iter().any(|variable| match variable {
            Variable::File(path) => in_file(path),
            Variable::Set(_, source) => searcher.is_topical(&source.bytes()),
        })
}

/// What walks have found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: Vec<(PathBuf, Seen)>,
    pub(super) left_out: Vec<PathBuf>,
    excluded: BTreeSet<PathBuf>,
    problems: Vec<Note>,
}

impl Found {
    /// Adds the files below a folder, and what a search of each has found.
    fn walk(&mut self, dir: &Path, root: &Path, request: &Request, searcher: &Searcher) {
        let look = |path: &Path| look(path, root, request, searcher);
        let enter = |dir: &Path, has: &dyn Fn(&str) -> bool| request.policy.pass(dir, has);
        let found = Walk { root, ignored: request.no_ignore, look: &look, only: None, enter: &enter }.collect(dir);
        self.left_out.extend(found.left_out);
        found.files.into_iter().for_each(|(path, seen)| self.take(path, seen));
        let unread = found.unreadable.into_iter().filter(|(at, _)| !request.policy.excludes(at));
        self.problems.extend(unread.map(|(at, words)| unread::note(&at, &FileError::Io(words).problem())));
        self.problems.extend(found.ignorance.iter().map(|(at, message)| unread::note(at, message)));
    }

    fn take(&mut self, path: PathBuf, seen: Option<Seen>) {
        match seen {
            Some(seen) => self.files.push((path, seen)),
            None => drop(self.excluded.insert(path)),
        }
    }
}

/// What a search of a file has found; `None` if the configuration excludes it.
fn look(path: &Path, root: &Path, request: &Request, searcher: &Searcher) -> Option<Seen> {
    match request.policy.excludes(path) {
        true => None,
        false if reads_all(request) => Some(Seen::ANY),
        false if net::says_nothing(path, root) => Some(Seen::default()),
        false => Some(searcher.look(path, &request.edited)),
    }
}

/// True if no search decides what is read. For named files, all is read that a scan of the repository reads.
fn reads_all(request: &Request) -> bool {
    request.reads_all && !request.only_named
}
