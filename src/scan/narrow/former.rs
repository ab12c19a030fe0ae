//! What the named files said about other files at the base: where a file no longer names another one, a zero in that may count now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::input::reach;
use crate::scan::base::Base;
use crate::text::{Earlier, Files, normal};

/// The most files whose text at the base is read, and the most bytes of one. Who names more names what they lead to as well.
const MAX_FILES: usize = 200;
const MAX_BYTES: usize = 1 << 20;

/// The most words of one file that may be a path.
const MAX_WORDS: usize = 20_000;

/// Files and folders that a text at the base names.
#[derive(Default)]
pub(super) struct Former {
    paths: BTreeSet<PathBuf>,
}

impl Former {
    /// What `files` name at the base, if their text differs now.
    pub(super) fn of<'p>(files: impl Iterator<Item = &'p PathBuf>, base: &Base, disk: &dyn Files) -> Self {
        let earlier = base.files(disk);
        let mut out = Self::default();
        let changed = |file: &&PathBuf| base.commit.has_file(file) && !earlier.is_same_text(file);
        for file in files.take(MAX_FILES).filter(changed) {
            let Ok(then) = earlier.read(file) else { continue };
            let then = then.bytes();
            // What Terraform still names is followed from its text now.
            let now = disk.glance(file).filter(|_| reach::is_code(file)).unwrap_or_default();
            let kept: BTreeSet<&[u8]> = words(&now).collect();
            let dropped = words(&then[..then.len().min(MAX_BYTES)]).filter(|word| !kept.contains(word));
            for word in dropped.take(MAX_WORDS).collect::<BTreeSet<_>>() {
                out.add(word, file, base, &earlier);
            }
        }
        out
    }

    /// Adds what a word in a file names, as a path from a folder around it.
    fn add(&mut self, word: &[u8], file: &Path, base: &Base, earlier: &Earlier<'_>) {
        let root = base.commit.root();
        let Some(word) = std::str::from_utf8(word).ok().map(|word| word.trim_start_matches('/')) else { return };
        // A word of a sentence is seldom a folder elsewhere.
        let anywhere = word.contains(['/', '.']);
        let around = file.ancestors().skip(1).take_while(|dir| dir.starts_with(root));
        let around = around.enumerate().filter(|(n, dir)| anywhere || *n == 0 || *dir == root);
        // Charts are called by the names of their folders.
        let places = around.flat_map(|(_, dir)| [dir.join(word), dir.join("charts").join(word)]);
        for path in places.filter_map(|path| normal(&path)) {
            let other = path.starts_with(root) && !file.starts_with(&path);
            if other && (base.commit.has_file(&path) || earlier.is_dir(&path)) {
                self.paths.insert(path);
                return;
            }
        }
    }

    /// True if a path, or a folder around it, was named.
    pub(super) fn has(&self, path: &Path) -> bool {
        !self.paths.is_empty() && path.ancestors().any(|path| self.paths.contains(path))
    }

    /// The files and folders.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.paths.iter()
    }
}

/// The words of a text that may be paths.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-') || !b.is_ascii();
    text.split(move |b| !part(b)).map(|word| word.strip_suffix(b".").unwrap_or(word)).filter(|word| word.len() > 1)
}
