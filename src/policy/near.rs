//! What is known of each folder: the nearest configuration counts.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::settings::SettingsError;

/// Reads what stands in a folder, given what counts above it; `None` if nothing does.
type Load<'a, T> = &'a dyn Fn(&Path, &T) -> Result<Option<T>, SettingsError>;

/// The most configurations of a run.
const MOST: usize = 1_000;

/// What counts in a folder, and whether something there was looked up.
type Known<T> = (Arc<T>, AtomicBool);

/// What counts in each folder, read when it is first looked up.
#[derive(Debug)]
pub(super) struct Near<T> {
    /// The current directory.
    pub(super) current: PathBuf,
    /// What counts where there is nothing.
    plain: Arc<T>,
    /// Nothing outside these folders is read.
    roots: RwLock<Vec<PathBuf>>,
    known: RwLock<HashMap<OsString, Known<T>>>,
    /// The number of those that were read.
    count: Mutex<usize>,
    failed: Mutex<BTreeMap<PathBuf, SettingsError>>,
    /// True if nothing more is read.
    sealed: bool,
}

impl<T> Near<T> {
    pub(super) fn new(plain: T, current: &Path, root: PathBuf) -> Self {
        Self {
            current: current.to_owned(),
            plain: Arc::new(plain),
            roots: RwLock::new(vec![root]),
            known: RwLock::default(),
            count: Mutex::default(),
            failed: Mutex::default(),
            sealed: false,
        }
    }

    /// Reads nothing more, and forgets the errors.
    pub(super) fn seal(&mut self) {
        self.sealed = true;
        self.failed = Mutex::default();
    }

    /// Also reads in this folder.
    pub(super) fn enter(&self, root: &Path) {
        let mut roots = self.roots.write().unwrap_or_else(PoisonError::into_inner);
        if roots.iter().all(|known| known != root) {
            roots.push(root.to_owned());
        }
    }

    /// What counts in the folder `dir`. `load` reads what is directly in a folder, and gets what counts around it.
    pub(super) fn get(&self, dir: &Path, load: Load<T>, asked: bool) -> Arc<T> {
        let dir = if dir.is_absolute() { dir } else { &self.current };
        if let Some(known) = self.known(dir.as_os_str(), asked) {
            return known;
        }
        let mut above = Arc::clone(&self.plain);
        let mut open = Vec::new();
        for dir in dir.ancestors() {
            if let Some(known) = self.known(dir.as_os_str(), false) {
                above = known;
                break;
            }
            let roots = self.roots.read().unwrap_or_else(PoisonError::into_inner);
            if !roots.iter().any(|root| dir.starts_with(root)) {
                break;
            }
            drop(roots);
            open.push(dir);
            // Another repository begins here.
            if !self.sealed && dir.join(".git").exists() {
                break;
            }
        }
        for (n, dir) in open.iter().enumerate().rev() {
            let own = if self.sealed { None } else { self.read(dir, &above, load) };
            let fresh = own.map_or(above, Arc::new);
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            let entry = known.entry(dir.as_os_str().to_owned()).or_insert((fresh, AtomicBool::new(false)));
            entry.1.fetch_or(asked && n == 0, Ordering::Relaxed);
            above = Arc::clone(&entry.0);
        }
        above
    }

    /// What counts around a folder counts in it as well: a listing shows that it has nothing of its own.
    pub(super) fn pass(&self, dir: &Path) {
        if let Some(above) = dir.parent().and_then(|above| self.known(above.as_os_str(), false)) {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known.entry(dir.as_os_str().to_owned()).or_insert((above, AtomicBool::new(false)));
        }
    }

    fn read(&self, dir: &Path, above: &T, load: Load<T>) -> Option<T> {
        let own = load(dir, above).and_then(|own| {
            let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
            *count += usize::from(own.is_some());
            if *count > MOST {
                return Err(SettingsError::plain(format!("more than {MOST} configurations: exclude folders")));
            }
            Ok(own)
        });
        own.unwrap_or_else(|error| {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).insert(dir.to_owned(), error);
            None
        })
    }

    fn known(&self, dir: &OsStr, asked: bool) -> Option<Arc<T>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (found, flag) = known.get(dir)?;
        flag.fetch_or(asked, Ordering::Relaxed);
        Some(Arc::clone(found))
    }

    /// The first error, in the order of folders.
    pub(super) fn failure(&self) -> Option<SettingsError> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.first_key_value().map(|(_, error)| error.clone())
    }

    /// What counts in the folders that were looked up, each once, in the order of folders.
    pub(super) fn asked(&self) -> Vec<Arc<T>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut dirs: Vec<_> = known.iter().filter(|(_, (_, asked))| asked.load(Ordering::Relaxed)).collect();
        dirs.sort_by_key(|(dir, _)| *dir);
        let mut out: Vec<Arc<T>> = Vec::new();
        for (_, (found, _)) in dirs {
            if out.iter().all(|known| !Arc::ptr_eq(known, found)) {
                out.push(Arc::clone(found));
            }
        }
        out
    }
}
