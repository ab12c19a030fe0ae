//! From the paths on the command line to the files of a scan.
//!
//! The walk visits each folder once, in parallel, and looks at each file when it meets it. What a walk meets is inside the root,
//! because it follows no link. Ignore files are read as git reads them: only regular files, never through links, none outside the
//! root; and those of the user (`~/.gitconfig`) do not count, so that a scan says the same on every machine.

mod index;
mod only;
mod rules;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::text::hold;

use rules::Rules;

pub(crate) use only::Only;

/// Folders that hold what tools have fetched. They are entered only if named on the command line. What the CDK has built in
/// `cdk.out` is read where no ignore file leaves it out: its programs are not evaluated.
const SKIPPED: &[&str] = &[".git", ".hg", ".jj", ".svn", ".terraform", ".terragrunt-cache", "node_modules"];

/// True if a folder holds what tools have fetched.
pub(crate) fn is_skipped(path: &Path) -> bool {
    path.file_name().is_some_and(is_skipped_name)
}

fn is_skipped_name(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| SKIPPED.contains(&name))
}

/// True if a folder has a repository of its own: that of a work tree or submodule names the folder in turn.
pub(crate) fn is_repository(dir: &Path) -> bool {
    index::git_dir(dir).is_some()
}

/// What was found below one path.
#[derive(Debug)]
pub(crate) struct Collected<T> {
    /// Regular files, absolute, sorted, with what a look at each has found.
    pub files: Vec<(PathBuf, T)>,
    /// What could not be read: the path and the system's error.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Links, and files and folders that are skipped or that ignore files leave out.
    pub left_out: Vec<PathBuf>,
    /// Ignore files and indexes of git that could not be read, each with what follows from it.
    pub ignorance: Vec<(PathBuf, String)>,
}

/// What a walk looks for.
pub(crate) struct Walk<'a, T> {
    /// Outside of it nothing is read. Absolute, without symbolic links.
    pub root: &'a Path,
    /// Ignore files do not apply.
    pub ignored: bool,
    /// Called once for each file, with its absolute path.
    pub look: &'a (dyn Fn(&Path) -> T + Sync),
    /// Enter only folders that may hold some files; `None` for all.
    pub only: Option<&'a Only<'a>>,
    /// Called with each folder before its files are looked at.
    pub enter: &'a Enter<'a>,
}

/// Is told of a folder, and has a test for the names directly in it.
pub(crate) type Enter<'a> = dyn Fn(&Path, &dyn Fn(&str) -> bool) + Sync + 'a;

/// What one folder holds, sorted by name.
type Listing<T> = Vec<(OsString, Held<T>)>;

enum Held<T> {
    File(T),
    /// The number of a listing.
    Folder(usize),
}

/// What the threads of a walk have found so far.
struct Found<T> {
    listings: Vec<Listing<T>>,
    repositories: Vec<PathBuf>,
    left_out: Vec<PathBuf>,
    unreadable: Vec<(PathBuf, String)>,
    ignorance: Vec<(PathBuf, String)>,
}

impl<T: Send> Walk<'_, T> {
    /// The regular files at or below `path` (absolute, without symbolic links). A file that is named directly is included
    /// regardless of git's ignore files, and so is one that git tracks. Symbolic links below a directory are not followed.
    pub(crate) fn collect(&self, path: &Path) -> Collected<T> {
        if !path.is_dir() {
            let file = (path.to_owned(), (self.look)(path));
            return Collected {
                files: vec![file],
                unreadable: Vec::new(),
                left_out: Vec::new(),
                ignorance: Vec::new(),
            };
        }
        let found = Found {
            listings: vec![Vec::new()],
            repositories: Vec::new(),
            left_out: Vec::new(),
            unreadable: Vec::new(),
            ignorance: Vec::new(),
        };
        let found = Mutex::new(found);
        let above = if self.ignored { None } else { self.above(path, &found) };
        rayon::scope(|scope| self.enter(path.to_owned(), 0, above, &found, scope));
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let files = flat(path, found.listings);
        let mut out =
            Collected { files, unreadable: found.unreadable, left_out: found.left_out, ignorance: found.ignorance };
        out.unreadable.sort();
        out.ignorance.sort();
        if !self.ignored {
            let own = path.ancestors().find(|dir| dir.join(".git").exists()).map(Path::to_owned);
            self.add_tracked(own.into_iter().chain(found.repositories).collect(), path, &mut out);
        }
        out
    }

    /// The rules of the folders from the root down to the one around `path`.
    fn above(&self, path: &Path, found: &Mutex<Found<T>>) -> Option<Arc<Rules>> {
        let around: Vec<_> = path.ancestors().skip(1).take_while(|dir| dir.starts_with(self.root)).collect();
        around.into_iter().rev().fold(None, |above, dir| {
            let is = |name: &str, kind: fn(&std::fs::Metadata) -> bool| {
                dir.join(name).symlink_metadata().is_ok_and(|meta| kind(&meta))
            };
            let git = dir.join(".git").symlink_metadata().is_ok();
            rules(dir, (is(rules::FILE, std::fs::Metadata::is_file), git), above, found)
        })
    }

    /// Lists a folder, looks at its files, and enters its folders.
    fn enter<'s>(
        &'s self,
        dir: PathBuf,
        number: usize,
        above: Option<Arc<Rules>>,
        found: &'s Mutex<Found<T>>,
        scope: &rayon::Scope<'s>,
    ) {
        let locked = || found.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) => return locked().unreadable.push((dir, error.to_string())),
        };
        let mut names = Vec::new();
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                Ok(named) => names.push(named),
                Err(error) => locked().unreadable.push((dir.clone(), error.to_string())),
            }
        }
        names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let rules = if self.ignored {
            None
        } else {
            let named = |wanted: &str| names.iter().find(|(name, _)| name == wanted).map(|(_, kind)| kind);
            let git = named(".git").is_some();
            if git && number > 0 {
                locked().repositories.push(dir.clone());
            }
            rules(&dir, (named(rules::FILE).is_some_and(|kind| kind.is_file()), git), above, found)
        };
        (self.enter)(&dir, &|wanted| {
            names.binary_search_by(|(name, _)| name.as_os_str().cmp(OsStr::new(wanted))).is_ok()
        });
        let mut listing = Vec::with_capacity(names.len());
        let mut left_out = Vec::new();
        for (name, kind) in names {
            let folder = kind.is_dir();
            let path = dir.join(&name);
            if folder && is_skipped_name(&name) {
                if name != ".git" {
                    left_out.push(path);
                }
                continue;
            }
            if folder && self.only.is_some_and(|only| !only.may_be_in(&path)) {
                continue;
            }
            let other = !folder && !kind.is_file();
            if other || rules.as_ref().is_some_and(|rules| rules.ignore(&path, folder)) {
                left_out.push(path);
                continue;
            }
            if !folder {
                listing.push((name, Held::File((self.look)(&path))));
                continue;
            }
            let inner = {
                let mut found = locked();
                found.listings.push(Vec::new());
                found.listings.len() - 1
            };
            listing.push((name, Held::Folder(inner)));
            let rules = rules.clone();
            scope.spawn(move |scope| self.enter(path, inner, rules, found, scope));
        }
        let mut found = locked();
        found.listings[number] = listing;
        found.left_out.append(&mut left_out);
    }

    /// Adds the files below `path` that repositories and their submodules track and the walk has left out.
    fn add_tracked(&self, repositories: Vec<PathBuf>, path: &Path, out: &mut Collected<T>) {
        let mut more = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = repositories;
        while let Some(root) = open.pop() {
            if !seen.insert(root.clone()) {
                continue;
            }
            let tracked = match index::tracked(&root) {
                Some(Ok(tracked)) => tracked,
                Some(Err(why)) => {
                    let told = "git's index cannot be read, so tracked files that `.gitignore` names are left out";
                    out.ignorance.push((root.join(".git"), format!("{told}: {why}: pass `--no-gitignore`")));
                    continue;
                }
                None => continue,
            };
            open.extend(tracked.submodules.iter().map(|dir| root.join(dir)).filter(|dir| may_hold(dir, path)));
            for file in tracked.files {
                let file = root.join(file);
                let walked = || out.files.binary_search_by(|(known, _)| hold::order(known, &file)).is_ok();
                if self.only.is_some_and(|only| !only.wants(&file)) || walked() || !may_hold(&file, path) {
                    continue;
                }
                // A folder on the way may have become a symbolic link.
                let real = file.symlink_metadata().is_ok_and(|meta| meta.is_file());
                if real && file.canonicalize().is_ok_and(|real| real == file) {
                    more.push((file.clone(), (self.look)(&file)));
                }
            }
        }
        if !more.is_empty() {
            out.files.append(&mut more);
            out.files.sort_unstable_by(|(a, _), (b, _)| hold::order(a, b));
            out.files.dedup_by(|(a, _), (b, _)| a == b);
        }
    }
}

/// The rules of a folder on top of those above it.
fn rules<T>(
    dir: &Path,
    (file, git): (bool, bool),
    above: Option<Arc<Rules>>,
    found: &Mutex<Found<T>>,
) -> Option<Arc<Rules>> {
    if !file && !git {
        return above;
    }
    let mut unread = Vec::new();
    let rules = Rules::of(dir, (file, git), above, &mut unread);
    found.lock().unwrap_or_else(PoisonError::into_inner).ignorance.append(&mut unread);
    Some(Arc::new(rules))
}

/// The files of all listings, the first of which is of `path`, in the order of paths.
fn flat<T>(path: &Path, mut listings: Vec<Listing<T>>) -> Vec<(PathBuf, T)> {
    let mut out = Vec::new();
    let first = std::mem::take(&mut listings[0]);
    let mut open = vec![(path.to_owned(), first.into_iter())];
    while let Some((dir, entries)) = open.last_mut() {
        match entries.next() {
            Some((name, Held::File(found))) => out.push((dir.join(name), found)),
            Some((name, Held::Folder(number))) => {
                let inner = (dir.join(name), std::mem::take(&mut listings[number]).into_iter());
                open.push(inner);
            }
            None => drop(open.pop()),
        }
    }
    out
}

/// True if `inner` is below `path`, and in no folder that is skipped.
fn may_hold(inner: &Path, path: &Path) -> bool {
    inner.strip_prefix(path).is_ok_and(|inner| !inner.parent().is_some_and(|dir| dir.iter().any(is_skipped_name)))
}
/// The root for `path`, outside which nothing is read: its repository, else the current directory if `path` is in it, else the
/// directory itself. All paths are absolute.
pub(crate) fn root_of(path: &Path, current: &Path) -> PathBuf {
    let dir = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    // `.git` is a file in work trees and submodules.
    let repository = dir.ancestors().find(|d| d.join(".git").exists());
    match repository {
        Some(repository) => repository.to_owned(),
        None if dir.starts_with(current) => current.to_owned(),
        None => dir.to_owned(),
    }
}

/// True if a path below `root` is a file, or a folder with a file that is not hidden. A path that leads out of `root` is not looked
/// at and counts as there.
pub(crate) fn is_there(root: &Path, path: &str) -> bool {
    if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return true;
    }
    let path = root.join(path);
    let file = |entry: &std::fs::DirEntry| {
        entry.file_type().is_ok_and(|kind| !kind.is_dir()) && !entry.file_name().to_string_lossy().starts_with('.')
    };
    let has_files = || std::fs::read_dir(&path).is_ok_and(|entries| entries.flatten().any(|e| file(&e)));
    path.symlink_metadata().is_ok_and(|meta| !meta.is_dir() || has_files())
}
