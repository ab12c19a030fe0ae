//! The folders of this run, which everything that is printed or written has to know.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use crate::report::{Folders, Kind};
use crate::text::normal;

/// The roots of the scan, absolute and without symbolic links.
static ROOTS: RwLock<Vec<PathBuf>> = RwLock::new(Vec::new());

/// Sets the roots of the scan.
pub(super) fn set(roots: Vec<PathBuf>) {
    *ROOTS.write().unwrap_or_else(PoisonError::into_inner) = roots;
}

fn get() -> Vec<PathBuf> {
    ROOTS.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The root that holds the absolute `path` by its name, whatever links are on its way.
pub(super) fn holds(path: &Path) -> Option<PathBuf> {
    let named = normal(path)?;
    get().into_iter().find(|root| named.starts_with(root))
}

/// The folders that an output does not name, if it is not used as it is: paths for people are relative to the current directory, others to the root.
pub(super) fn folders(kind: Kind) -> Folders {
    if kind == Kind::Exact {
        return Folders::default();
    }
    let roots = get();
    let here = std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_default();
    let base = roots.first().filter(|_| kind != Kind::Text).unwrap_or(&here);
    let all: Vec<_> = roots.iter().chain([&here]).map(PathBuf::as_path).collect();
    Folders::new(base, &all)
}
