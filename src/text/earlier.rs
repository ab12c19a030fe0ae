//! The files as they were at a commit. What no commit holds is the same then and now.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Source;
use super::commit::{Commit, Found, is_object};
use super::files::{FileError, Files, most_bytes, normal};

/// What a path was at the commit, compared with what it is now.
#[derive(Clone, Debug)]
enum Then {
    /// The same.
    Same,
    /// A file with other bytes: the id of these, and the path without links.
    File(String, PathBuf),
    /// It could not be read.
    Not(FileError),
}

/// The contents of a folder at the commit, and whether they differ now.
type Listed = (Vec<PathBuf>, bool);

/// The files of a commit, with `now` for what is the same.
pub(crate) struct Earlier<'a> {
    commit: &'a Commit,
    now: &'a dyn Files,
    then: Mutex<HashMap<OsString, Then>>,
    sources: Mutex<HashMap<OsString, Result<Arc<Source>, FileError>>>,
    listed: Mutex<HashMap<(bool, OsString), Listed>>,
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Earlier<'a> {
    /// The files of `commit`; `now` are those on disk.
    pub(crate) fn new(commit: &'a Commit, now: &'a dyn Files) -> Self {
        Self { commit, now, then: Mutex::default(), sources: Mutex::default(), listed: Mutex::default() }
    }

    /// The files as they are now.
    pub(crate) fn now(&self) -> &'a dyn Files {
        self.now
    }

    /// True if the file at `path` had other bytes, or was not there, or is not there now.
    pub(crate) fn differs(&self, path: &Path) -> bool {
        !matches!(self.then(path), Then::Same)
    }

    /// True if the file at `path`, which is a regular one now, was one with the same text. It is not kept.
    pub(crate) fn is_same_text(&self, path: &Path) -> bool {
        matches!(self.commit.find(path), Found::File(id, real)
            if real == path && self.now.glance(path).is_some_and(|bytes| is_object(id, &bytes)))
    }

    /// True if the file at `path`, which is there now, was there.
    pub(crate) fn had(&self, path: &Path) -> bool {
        match self.commit.find(path) {
            Found::File(..) => true,
            Found::Module(module) => self.commit.has_same_module(&module),
            Found::Missing(real) => self.commit.is_beside(&real),
            Found::Folder(_) | Found::Outside => false,
        }
    }

    fn then(&self, path: &Path) -> Then {
        if let Some(known) = locked(&self.then).get(path.as_os_str()) {
            return known.clone();
        }
        let then = self.compare(path);
        locked(&self.then).insert(path.into(), then.clone());
        then
    }

    fn compare(&self, path: &Path) -> Then {
        let Some(path) = normal(path).filter(|p| p.starts_with(self.commit.root())) else { return Then::Same };
        match self.commit.find(&path) {
            Found::File(id, real) => match self.now.read(&path) {
                Ok(source) if source.path() == real && is_object(id, &source.bytes()) => Then::Same,
                Err(FileError::TooLarge(_)) if self.streams(&path, &real, id) => Then::Same,
                _ => Then::File(id.to_owned(), real),
            },
            Found::Module(module) if self.commit.has_same_module(&module) => Then::Same,
            _ if matches!(self.now.read(&path), Err(FileError::Missing | FileError::Outside | FileError::NotAFile)) => {
                Then::Same
            }
            Found::Folder(_) => Then::Not(FileError::NotAFile),
            Found::Module(_) => Then::Not(FileError::Missing),
            Found::Outside => Then::Not(FileError::Outside),
            Found::Missing(real) if self.commit.is_beside(&real) => Then::Same,
            Found::Missing(_) => Then::Not(FileError::Missing),
        }
    }

    /// True if a file that is too large to be read as a whole has these bytes.
    fn streams(&self, path: &Path, real: &Path, id: &str) -> bool {
        let mut bytes = Vec::new();
        let same = self.now.stream(path).is_ok_and(|(at, mut from)| at == real && from.read_to_end(&mut bytes).is_ok());
        same && is_object(id, &bytes)
    }

    /// The files or folders in a folder at the commit.
    fn listed(&self, dir: &Path, folders: bool) -> Listed {
        let key = (folders, dir.as_os_str().to_owned());
        if let Some(known) = locked(&self.listed).get(&key) {
            return known.clone();
        }
        let now = if folders { self.now.folders(dir) } else { self.now.list(dir) };
        let then = self.names(dir, folders, &now);
        let out = (then.clone(), then != now);
        locked(&self.listed).insert(key, out.clone());
        out
    }

    fn names(&self, dir: &Path, folders: bool, now: &[PathBuf]) -> Vec<PathBuf> {
        let Some(path) = normal(dir).filter(|p| p.starts_with(self.commit.root())) else { return now.to_vec() };
        let real = match self.commit.find(&path) {
            Found::Folder(real) => real,
            Found::Module(module) if self.commit.has_same_module(&module) => return now.to_vec(),
            Found::Missing(real) if self.commit.is_beside(&real) => return now.to_vec(),
            _ => return Vec::new(),
        };
        let (files, inner) = self.commit.names(&real);
        let mut out = BTreeSet::new();
        if folders {
            out.extend(inner.into_iter().map(|name| dir.join(name)));
        }
        for name in files {
            // A link counts as what it leads to, but a linked folder is not listed.
            let path = real.join(name);
            let kept = match self.commit.find(&path) {
                Found::File(..) => !folders,
                Found::Module(at) => folders && at == path && self.commit.has_same_module(&at),
                Found::Missing(_) => !folders && now.binary_search(&dir.join(name)).is_ok(),
                Found::Folder(_) | Found::Outside => false,
            };
            if kept {
                out.insert(dir.join(name));
            }
        }
        for path in now.iter().filter(|path| !out.contains(*path)).cloned().collect::<Vec<_>>() {
            let here = path.file_name().map(|name| real.join(name)).unwrap_or_default();
            let missing = matches!(self.commit.find(&here), Found::Missing(there) if there == here);
            if missing && self.commit.is_beside(&here) {
                out.insert(path);
            }
        }
        out.into_iter().collect()
    }
}

impl Files for Earlier<'_> {
    fn read(&self, path: &Path) -> Result<Arc<Source>, FileError> {
        let (id, real) = match self.then(path) {
            Then::Same => return self.now.read(path),
            Then::Not(error) => return Err(error),
            Then::File(id, real) => (id, real),
        };
        if let Some(known) = locked(&self.sources).get(real.as_os_str()) {
            return known.clone();
        }
        let most = most_bytes(&real);
        let read = match self.commit.read(&id) {
            Ok(bytes) if bytes.len() as u64 > most => Err(FileError::TooLarge(most)),
            Ok(bytes) => Ok(Arc::new(Source::new(&*real, bytes))),
            Err(error) => Err(error),
        };
        locked(&self.sources).entry(real.into_os_string()).or_insert(read).clone()
    }

    fn list(&self, dir: &Path) -> Vec<PathBuf> {
        self.listed(dir, false).0
    }

    fn folders(&self, dir: &Path) -> Vec<PathBuf> {
        self.listed(dir, true).0
    }

    fn is_dir(&self, dir: &Path) -> bool {
        let Some(path) = normal(dir).filter(|p| p.starts_with(self.commit.root())) else { return self.now.is_dir(dir) };
        match self.commit.find(&path) {
            Found::Folder(_) => true,
            Found::Module(module) => self.commit.has_same_module(&module) && self.now.is_dir(dir),
            Found::Missing(real) => self.now.is_dir(dir) && self.commit.is_beside(&real),
            Found::File(..) | Found::Outside => false,
        }
    }

    fn root(&self) -> &Path {
        self.now.root()
    }

    fn stream(&self, path: &Path) -> Result<(PathBuf, Box<dyn Read>), FileError> {
        match self.then(path) {
            Then::Same => self.now.stream(path),
            Then::Not(error) => Err(error),
            Then::File(id, real) => Ok((real, Box::new(Cursor::new(self.commit.read(&id)?)))),
        }
    }

    fn large_file_holds(&self, path: &Path, wanted: &dyn Fn(&[u8]) -> bool) -> bool {
        !matches!(self.then(path), Then::Same) || self.now.large_file_holds(path, wanted)
    }
}

/// The files as they are now; notes whether any that was read differs from the commit.
pub(crate) struct Watched<'a> {
    now: &'a dyn Files,
    earlier: Option<&'a Earlier<'a>>,
    differs: AtomicBool,
    named: &'a (dyn Fn(&Path) -> bool + Sync),
    near: AtomicBool,
    large: Mutex<BTreeSet<PathBuf>>,
}

impl<'a> Watched<'a> {
    /// The files of `now`, compared with `earlier`.
    pub(crate) fn new(now: &'a dyn Files, earlier: Option<&'a Earlier<'a>>) -> Self {
        let [differs, near] = [false, false].map(AtomicBool::new);
        Self { now, earlier, differs, named: &|_| false, near, large: Mutex::default() }
    }

    /// The same; also notes whether one of these files was read.
    #[must_use]
    pub(crate) fn with_named(self, named: &'a (dyn Fn(&Path) -> bool + Sync)) -> Self {
        Self { named, ..self }
    }

    /// True if a named file was read, or a folder listed that differs.
    pub(crate) fn near(&self) -> bool {
        self.near.load(Ordering::Relaxed)
    }

    /// True if something that was read or listed differs.
    pub(crate) fn differs(&self) -> bool {
        self.differs.load(Ordering::Relaxed)
    }

    /// The files that were looked at and are too large to be read.
    pub(crate) fn large(&self) -> BTreeSet<PathBuf> {
        locked(&self.large).clone()
    }

    fn note(&self, differs: impl FnOnce(&Earlier<'_>) -> bool) {
        if let Some(earlier) = self.earlier
            && !self.differs()
            && differs(earlier)
        {
            self.differs.store(true, Ordering::Relaxed);
        }
    }
}

impl Files for Watched<'_> {
    fn read(&self, path: &Path) -> Result<Arc<Source>, FileError> {
        self.note(|earlier| earlier.differs(path));
        if (self.named)(path) {
            self.near.store(true, Ordering::Relaxed);
        }
        let found = self.now.read(path);
        if matches!(found, Err(FileError::TooLarge(_))) {
            locked(&self.large).insert(path.to_owned());
        }
        found
    }

    fn glance(&self, path: &Path) -> Option<Arc<[u8]>> {
        self.note(|earlier| earlier.differs(path));
        let found = self.now.glance(path);
        if found.is_none() {
            drop(self.read(path));
        }
        found
    }

    fn list(&self, dir: &Path) -> Vec<PathBuf> {
        self.note(|earlier| {
            let differs = earlier.listed(dir, false).1;
            self.near.fetch_or(differs, Ordering::Relaxed);
            differs
        });
        self.now.list(dir)
    }

    fn folders(&self, dir: &Path) -> Vec<PathBuf> {
        self.note(|earlier| earlier.listed(dir, true).1);
        self.now.folders(dir)
    }

    fn is_dir(&self, dir: &Path) -> bool {
        let now = self.now.is_dir(dir);
        self.note(|earlier| earlier.is_dir(dir) != now);
        now
    }

    fn root(&self) -> &Path {
        self.now.root()
    }

    fn stream(&self, path: &Path) -> Result<(PathBuf, Box<dyn Read>), FileError> {
        self.note(|earlier| earlier.differs(path));
        self.now.stream(path)
    }

    fn large_file_holds(&self, path: &Path, wanted: &dyn Fn(&[u8]) -> bool) -> bool {
        self.note(|earlier| earlier.differs(path));
        self.now.large_file_holds(path, wanted)
    }
}
