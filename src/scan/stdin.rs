//! Standard input as a file among files.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::collect;
use crate::text::{Disk, FileError, Files, MAX_DATA_BYTES, Source};

use super::ScanError;
use super::request::STDIN;

/// The disk, with one file from standard input.
pub(super) struct Piped {
    disk: Disk,
    path: PathBuf,
    source: Arc<Source>,
}

impl Piped {
    /// `bytes` under `name`; without one, under a name that suits the content.
    pub(super) fn new(bytes: &[u8], name: Option<&Path>, current: &Path) -> Result<Self, ScanError> {
        let root = collect::root_of(current, current);
        let disk = Disk::new(&root).map_err(|e| ScanError::unreadable(&root, &e.to_string()))?;
        let path = match name {
            Some(name) => current.join(name),
            None => current.join(format!("<stdin>.{}", extension(bytes))),
        };
        let shown = if name.is_some() { path.clone() } else { PathBuf::from(STDIN) };
        Ok(Self { disk, source: Arc::new(Source::new(shown, bytes)), path })
    }

    /// Its absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The extension that a file with this content would have.
fn extension(bytes: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let block = |word: &str| {
        text.lines().any(|l| l.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '{'])) && l.contains('{'))
    };
    // The output of `ps`, `systemctl cat` and `/proc` for a kubelet.
    let listed =
        |l: &str| l.contains("kubelet --") && l.split_whitespace().nth(1).is_some_and(|w| w.parse::<u32>().is_ok());
    if text.starts_with("#!") {
        "sh"
    } else if text.starts_with("# /") || text.contains('\0') || text.lines().any(listed) {
        "txt"
    } else if text.starts_with('{') {
        "json"
    } else if ["resource", "module", "variable", "locals", "data", "terraform", "provider"].iter().any(|w| block(w)) {
        "tf"
    } else {
        "yaml"
    }
}

impl Files for Piped {
    fn read(&self, path: &Path) -> Result<Arc<Source>, FileError> {
        match () {
            () if path != self.path => self.disk.read(path),
            () if self.source.bytes().len() as u64 > MAX_DATA_BYTES => Err(FileError::TooLarge(MAX_DATA_BYTES)),
            () => Ok(Arc::clone(&self.source)),
        }
    }

    fn stream(&self, path: &Path) -> Result<(PathBuf, Box<dyn Read>), FileError> {
        if path != self.path {
            return self.disk.stream(path);
        }
        Ok((self.source.path().to_owned(), Box::new(Cursor::new(self.source.bytes()))))
    }

    fn glance(&self, path: &Path) -> Option<Arc<[u8]>> {
        if path == self.path { Some(self.source.bytes()) } else { self.disk.glance(path) }
    }

    fn list(&self, dir: &Path) -> Vec<PathBuf> {
        let mut names = self.disk.list(dir);
        if self.path.parent() == Some(dir) && !names.contains(&self.path) {
            names.push(self.path.clone());
            names.sort();
        }
        names
    }

    fn folders(&self, dir: &Path) -> Vec<PathBuf> {
        self.disk.folders(dir)
    }

    fn is_dir(&self, dir: &Path) -> bool {
        self.disk.is_dir(dir)
    }

    fn root(&self) -> &Path {
        self.disk.root()
    }

    fn large_file_holds(&self, path: &Path, wanted: &dyn Fn(&[u8]) -> bool) -> bool {
        if path == self.path { wanted(&self.source.bytes()) } else { self.disk.large_file_holds(path, wanted) }
    }
}
