//! From the paths on the command line to the files of a scan.

mod index;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkBuilder;
use walkdir::WalkDir;

/// Folders that hold what tools have fetched or built. They are entered only if named on the command line.
const SKIPPED: &[&str] = &[".git", ".hg", ".jj", ".svn", ".terraform", ".terragrunt-cache", "node_modules", "cdk.out"];

/// True if a folder holds what tools have fetched or built.
pub fn is_skipped(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|name| SKIPPED.contains(&name))
}

/// What was found below one path.
#[derive(Debug, Default)]
pub struct Collected {
    /// Regular files, absolute, sorted.
    pub files: Vec<PathBuf>,
    /// What could not be read: the path and the system's error.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Indexes of git that could not be read, and why: tracked files may be missing.
    pub indexes: Vec<(PathBuf, String)>,
}

/// The regular files at or below `path` (absolute, without symbolic links). A file that is named directly is included regardless of
/// git's ignore files, and so is one that git tracks. With `ignored`, ignore files do not apply below a directory either. Symbolic
/// links below a directory are not followed.
pub fn collect(path: &Path, ignored: bool) -> Collected {
    let mut found = Collected::default();
    if !path.is_dir() {
        found.files.push(path.to_owned());
        return found;
    }
    let skipped = |entry: &Path, depth: usize| depth > 0 && is_skipped(entry);
    if ignored {
        let walk =
            WalkDir::new(path).into_iter().filter_entry(|e| !(e.file_type().is_dir() && skipped(e.path(), e.depth())));
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_file() => found.files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => {
                    let at = error.path().unwrap_or(path).to_owned();
                    found
                        .unreadable
                        .push((at, error.io_error().map_or_else(|| error.to_string(), ToString::to_string)));
                }
            }
        }
    } else {
        let repositories = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&repositories);
        let walk = WalkBuilder::new(path)
            .hidden(false)
            .ignore(false)
            .require_git(false)
            .filter_entry(move |e| {
                if e.file_name() == ".git" && e.depth() > 0 {
                    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                    seen.extend(e.path().parent().map(Path::to_owned));
                }
                !(e.file_type().is_some_and(|t| t.is_dir()) && skipped(e.path(), e.depth()))
            })
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => found.files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => {
                    let at = error_path(&error).unwrap_or(path).to_owned();
                    // The system's error, without the path that the outer one repeats.
                    let inner =
                        error.io_error().and_then(|e| e.get_ref()?.downcast_ref::<walkdir::Error>()?.io_error());
                    let words = inner.or(error.io_error()).map_or_else(|| error.to_string(), ToString::to_string);
                    found.unreadable.push((at, words));
                }
            }
        }
        let seen = std::mem::take(&mut *repositories.lock().unwrap_or_else(PoisonError::into_inner));
        let own = path.ancestors().find(|dir| dir.join(".git").exists()).map(Path::to_owned);
        found.files.sort();
        found.add_tracked(own.into_iter().chain(seen).collect(), path);
    }
    found.files.sort();
    found.files.dedup();
    found
}

impl Collected {
    /// Adds the files below `path` that repositories and their submodules track and the walk has left out.
    fn add_tracked(&mut self, repositories: Vec<PathBuf>, path: &Path) {
        let walked = self.files.len();
        let mut seen = BTreeSet::new();
        let mut open = repositories;
        while let Some(root) = open.pop() {
            if !seen.insert(root.clone()) {
                continue;
            }
            let tracked = match index::tracked(&root) {
                Some(Ok(tracked)) => tracked,
                Some(Err(why)) => {
                    self.indexes.push((root.join(".git"), why));
                    continue;
                }
                None => continue,
            };
            open.extend(tracked.submodules.iter().map(|dir| root.join(dir)).filter(|dir| may_hold(dir, path)));
            for file in tracked.files {
                let file = root.join(file);
                if !may_hold(&file, path) || self.files[..walked].binary_search(&file).is_ok() {
                    continue;
                }
                // A folder on the way may have become a symbolic link.
                let real = file.symlink_metadata().is_ok_and(|meta| meta.is_file());
                if real && file.canonicalize().is_ok_and(|real| real == file) {
                    self.files.push(file);
                }
            }
        }
    }
}

/// True if `inner` is below `path`, and in no folder that is skipped.
fn may_hold(inner: &Path, path: &Path) -> bool {
    let skipped = |part: &OsStr| part.to_str().is_some_and(|name| SKIPPED.contains(&name));
    inner.strip_prefix(path).is_ok_and(|inner| !inner.parent().is_some_and(|dir| dir.iter().any(skipped)))
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        _ => None,
    }
}

/// The root for `path`, outside which nothing is read: its repository, else the current directory if `path` is in it, else the
/// directory itself. All paths are absolute.
pub fn root_of(path: &Path, current: &Path) -> PathBuf {
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
pub fn is_there(root: &Path, path: &str) -> bool {
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
