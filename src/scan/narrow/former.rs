//! What the named files said about other files at the base: where a file no longer names another one, a zero in that may count now.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use crate::input::reach;
use crate::scan::base::Base;
use crate::text::{Earlier, Files, normal};

/// The most files whose text at the base is read, and the most bytes of all of them. Who names more names what they lead to as well.
const MAX_FILES: usize = 200;
const MAX_BYTES: usize = 4 << 20;

/// The most words of one file that are the names of others.
const MAX_WORDS: usize = 5_000;

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
        let mut open: Vec<PathBuf> = files.take(MAX_FILES).filter(changed).cloned().collect();
        let names = if open.is_empty() { HashSet::new() } else { base.commit.all_names() };
        let last = |word: &[u8]| memchr::memrchr(b'/', word).map_or(0, |at| at + 1);
        let (mut left, own) = (MAX_BYTES, open.len());
        // What they named may name others.
        for n in 0.. {
            let Some(file) = open.get(n).filter(|_| n < MAX_FILES && left > 0).cloned() else { break };
            let Ok(then) = earlier.read(&file) else { continue };
            let bytes = then.bytes();
            let then = &bytes[..bytes.len().min(left)];
            left -= then.len();
            // What Terraform still names is followed from its text now.
            let now = disk.glance(&file).filter(|_| n < own && reach::is_code(&file)).unwrap_or_default();
            let kept: BTreeSet<&[u8]> = words(&now).collect();
            let counts = |word: &&[u8]| names.contains(&word[last(word)..]) && !kept.contains(word);
            let dropped: BTreeSet<_> = words(then).filter(counts).collect();
            for word in dropped.into_iter().take(MAX_WORDS) {
                if let Some(path) = place(word, &file, base, &earlier)
                    && out.paths.insert(path.clone())
                    && base.commit.has_file(&path)
                {
                    open.push(path);
                }
            }
        }
        out
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

/// What a word in a file names, as a path from a folder around it.
fn place(word: &[u8], file: &Path, base: &Base, earlier: &Earlier<'_>) -> Option<PathBuf> {
    let root = base.commit.root();
    let word = std::str::from_utf8(word).ok()?.trim_start_matches('/');
    // A word of a sentence is seldom a folder elsewhere.
    let anywhere = word.contains(['/', '.']);
    let around = file.ancestors().skip(1).take_while(|dir| dir.starts_with(root));
    let around = around.enumerate().filter(|(n, dir)| anywhere || *n == 0 || *dir == root);
    // Charts are called by the names of their folders, files of Ansible by what stands below these folders.
    let below = |dir: &Path| ["", "charts", "files", "templates"].map(|folder| dir.join(folder).join(word));
    let mut places = around.flat_map(|(_, dir)| below(dir)).filter_map(|path| normal(&path));
    let is_there = |path: &PathBuf| base.commit.has_file(path) || earlier.is_dir(path);
    places.find(|path| path.starts_with(root) && !file.starts_with(path) && is_there(path))
}

/// The words of a text that may be paths.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-') || !b.is_ascii();
    let to_end = |word: &&[u8]| word.iter().rposition(|b| !matches!(b, b'.' | b'/')).map_or(0, |at| at + 1);
    text.split(move |b| !part(b)).map(move |word| &word[..to_end(&word)]).filter(|word| word.len() > 1)
}
