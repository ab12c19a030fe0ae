//! The tree of a commit, as the version control lists it. How its objects are read is left to the caller.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::finder::holds;

use rayon::prelude::*;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::files::{FileError, MAX_STREAM_BYTES, normal};
use super::hold::order;

/// The most symbolic links that one path is followed through, as in Linux.
const MAX_LINKS: usize = 40;

/// What a path of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A regular file.
    File,
    /// A symbolic link; its object holds the target.
    Link,
    /// A submodule; its id is that of a commit of another repository.
    Module,
}

/// One path of a tree.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// The id of its object: SHA-1 or SHA-256 in hexadecimal.
    pub id: String,
    /// The path relative to the root of the repository.
    pub path: PathBuf,
}

/// The objects of a repository.
pub(crate) trait Objects: std::fmt::Debug + Send + Sync {
    /// Every path of the commit that is checked out; nothing if there is none yet.
    ///
    /// # Errors
    /// One line with what to do.
    fn checked_out(&self) -> Result<Vec<Entry>, String>;

    /// The bytes of a file; `None` if it is larger than [`MAX_STREAM_BYTES`](super::MAX_STREAM_BYTES).
    ///
    /// # Errors
    /// One line with what to do, if the object is missing.
    fn read(&self, id: &str) -> Result<Option<Vec<u8>>, String>;

    /// True if an ignore file of the repository leaves this path (absolute) out.
    fn ignores(&self, path: &Path) -> bool;
}

/// The entries of a commit, sorted by the bytes of their paths, so that what a folder has stands together.
#[derive(Debug, Default)]
struct Tree {
    root: PathBuf,
    entries: Vec<Entry>,
    /// True if there are links or submodules.
    special: bool,
}

impl Tree {
    fn new(root: &Path, mut entries: Vec<Entry>) -> Self {
        // A hostile tree may contain `..`, and may not be sorted.
        entries.retain(|entry| {
            bytes_of(&entry.path).split(|b| *b == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
        });
        entries.sort_by(|a, b| bytes_of(&a.path).cmp(bytes_of(&b.path)));
        let special = entries.iter().any(|entry| entry.kind != EntryKind::File);
        Self { root: root.to_owned(), entries, special }
    }

    /// The path of an absolute one in the tree; `None` if it is not below the root.
    fn inside(&self, path: &Path) -> Option<Vec<u8>> {
        let mut inside = bytes_of(path.strip_prefix(&self.root).ok()?).to_vec();
        if cfg!(windows) {
            inside.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
        }
        Some(inside)
    }

    fn get(&self, path: &Path) -> Option<(EntryKind, &str)> {
        let inside = self.inside(path)?;
        let at = self.entries.binary_search_by(|entry| bytes_of(&entry.path).cmp(&inside)).ok()?;
        Some((self.entries[at].kind, &self.entries[at].id))
    }

    /// The start of the paths in a folder, and the entries that have it.
    fn below(&self, dir: &Path) -> (Vec<u8>, &[Entry]) {
        let Some(mut start) = self.inside(dir) else { return Default::default() };
        if !start.is_empty() {
            start.push(b'/');
        }
        let first = self.entries.partition_point(|entry| bytes_of(&entry.path) < start.as_slice());
        let rest = &self.entries[first..];
        let length = rest.partition_point(|entry| bytes_of(&entry.path).starts_with(&start));
        (start, &rest[..length])
    }

    fn is_folder(&self, path: &Path) -> bool {
        path == self.root || !self.below(path).1.is_empty()
    }
}

fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// Where a path leads in a commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A regular file: the id of its bytes, and its path without links.
    File(&'a str, PathBuf),
    /// A folder, without links.
    Folder(PathBuf),
    /// Into a submodule: the path of the submodule.
    Module(PathBuf),
    /// Out of the repository.
    Outside,
    /// Nowhere: the path without links.
    Missing(PathBuf),
}

/// A commit that the files on disk are compared with.
#[derive(Debug)]
pub(crate) struct Commit {
    root: PathBuf,
    tree: Tree,
    current: OnceLock<Tree>,
    objects: Box<dyn Objects>,
    /// True for what tools fetch or build, which is no part of a change.
    fetched: fn(&Path) -> bool,
    links: Mutex<HashMap<PathBuf, Option<PathBuf>>>,
    failed: Mutex<Option<String>>,
}

impl Commit {
    /// The commit with these paths, in the repository at `root` (absolute, without links).
    pub(crate) fn new(root: &Path, entries: Vec<Entry>, objects: Box<dyn Objects>, fetched: fn(&Path) -> bool) -> Self {
        Self {
            root: root.to_owned(),
            tree: Tree::new(root, entries),
            current: OnceLock::new(),
            objects,
            fetched,
            links: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    /// The root of the repository.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Every regular file, absolute, sorted.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.files_that(|_| true)
    }

    /// The regular files that `is` holds for, absolute, sorted.
    pub(crate) fn files_that(&self, is: impl Fn(&Path) -> bool + Sync) -> Vec<PathBuf> {
        let files = self.tree.entries.par_iter().filter(|entry| entry.kind == EntryKind::File);
        let mut files: Vec<_> = files.map(|entry| self.root.join(&entry.path)).filter(|path| is(path)).collect();
        files.sort_unstable_by(|a, b| order(a, b));
        files
    }

    /// The names of all files and folders.
    pub(crate) fn all_names(&self) -> HashSet<&[u8]> {
        self.tree.entries.iter().flat_map(|entry| bytes_of(&entry.path).split(|b| *b == b'/')).collect()
    }

    /// True if `path` is a regular file.
    pub(crate) fn has_file(&self, path: &Path) -> bool {
        self.tree.get(path).is_some_and(|(kind, _)| kind == EntryKind::File)
    }

    /// Why an object could not be read, if one could not: what was read then is not complete.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fail(&self, message: String) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(message);
    }

    fn current(&self) -> &Tree {
        self.current.get_or_init(|| match self.objects.checked_out() {
            Ok(entries) => Tree::new(&self.root, entries),
            Err(message) => {
                self.fail(message);
                Tree::default()
            }
        })
    }

    /// The bytes of an object.
    pub(super) fn read(&self, id: &str) -> Result<Vec<u8>, FileError> {
        match self.objects.read(id) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(FileError::TooLarge(MAX_STREAM_BYTES)),
            Err(message) => {
                self.fail(message);
                Err(FileError::Missing)
            }
        }
    }

    /// The target of the link at `path`, if it stays in the repository.
    fn target(&self, path: &Path, id: &str) -> Option<PathBuf> {
        if let Some(known) = self.links.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return known.clone();
        }
        let target = self.read(id).ok().and_then(|bytes| {
            let target = os_text(&bytes);
            normal(&path.parent()?.join(target)).filter(|p| p.starts_with(&self.root))
        });
        self.links.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), target.clone());
        target
    }

    /// Where `path` (absolute, normal, inside the root) leads.
    pub(super) fn find(&self, path: &Path) -> Found<'_> {
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            // The path of a link, and the rest behind it.
            let mut link = None;
            match self.tree.get(&path) {
                Some((EntryKind::File, id)) => return Found::File(id, path),
                Some((EntryKind::Module, _)) => return Found::Module(path),
                Some((EntryKind::Link, id)) => link = Some((path.clone(), id, PathBuf::new())),
                None if self.tree.is_folder(&path) => return Found::Folder(path),
                None if self.tree.special => {
                    for around in path.ancestors().skip(1).take_while(|p| *p != self.root) {
                        match self.tree.get(around) {
                            Some((EntryKind::Module, _)) => return Found::Module(around.to_owned()),
                            Some((EntryKind::Link, id)) => {
                                let rest = path.strip_prefix(around).unwrap_or(&path).to_owned();
                                link = Some((around.to_owned(), id, rest));
                                break;
                            }
                            Some((EntryKind::File, _)) => break,
                            None => {}
                        }
                    }
                }
                None => {}
            }
            let Some((at, id, rest)) = link else { return Found::Missing(path) };
            match self.target(&at, id) {
                Some(target) if rest.as_os_str().is_empty() => path = target,
                Some(target) => path = target.join(rest),
                None => return Found::Outside,
            }
        }
        Found::Outside
    }

    /// The names in a folder without links: files and links, and folders, each sorted.
    pub(super) fn names(&self, dir: &Path) -> (Vec<&OsStr>, Vec<&OsStr>) {
        let (mut files, mut folders): (Vec<&OsStr>, Vec<&OsStr>) = Default::default();
        let (start, mut entries) = self.tree.below(dir);
        while let Some(entry) = entries.first() {
            let name = &bytes_of(&entry.path)[start.len()..];
            match name.iter().position(|byte| *byte == b'/') {
                None => {
                    files.extend(entry.path.file_name());
                    entries = &entries[1..];
                }
                Some(end) => {
                    let folder = &bytes_of(&entry.path)[..=start.len() + end];
                    let inner = entries.partition_point(|entry| bytes_of(&entry.path).starts_with(folder));
                    let depth = start.split(|byte| *byte == b'/').count() - 1;
                    folders.extend(entry.path.iter().nth(depth));
                    entries = &entries[inner..];
                }
            }
        }
        folders.sort_unstable();
        (files, folders)
    }

    /// True if the submodule at `path` is at the same commit in the tree that is checked out.
    pub(super) fn has_same_module(&self, path: &Path) -> bool {
        self.current().get(path) == self.tree.get(path)
    }

    /// True if `path`, which this commit does not have, is no part of what was committed since either: it was fetched or
    /// built by a tool, or an ignore file leaves it out.
    pub(super) fn is_beside(&self, path: &Path) -> bool {
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        let current = self.current();
        if current.get(path).is_some() || current.is_folder(path) {
            return false;
        }
        inside.ancestors().any(self.fetched) || self.objects.ignores(path)
    }
}

/// True if `bytes` are those of the object `id`, possibly with other line ends: git may convert these.
pub(super) fn is_object(id: &str, bytes: &[u8]) -> bool {
    if object_id(bytes, id.len()) == id {
        return true;
    }
    let mut other = Vec::with_capacity(bytes.len());
    let has_both = holds(bytes, b"\r\n");
    for (n, byte) in bytes.iter().enumerate() {
        match byte {
            b'\r' if has_both && bytes.get(n + 1) == Some(&b'\n') => {}
            b'\n' if !has_both => other.extend_from_slice(b"\r\n"),
            byte => other.push(*byte),
        }
    }
    object_id(&other, id.len()) == id
}

/// The id that git gives a file, as long as `length`.
fn object_id(bytes: &[u8], length: usize) -> String {
    let head = format!("blob {}\0", bytes.len());
    if length == 64 {
        format!("{:x}", Sha256::new_with_prefix(head).chain_update(bytes).finalize())
    } else {
        format!("{:x}", Sha1::new_with_prefix(head).chain_update(bytes).finalize())
    }
}

/// Bytes of a tree as a path.
#[cfg(unix)]
fn os_text(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// Bytes of a tree as a path.
#[cfg(not(unix))]
fn os_text(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

impl Entry {
    /// The entries in the output of `git ls-tree -r -z`: mode, kind and id, a tab, the path, and a null byte.
    pub(crate) fn listed(bytes: &[u8]) -> Vec<Self> {
        let one = |line: &[u8]| {
            let tab = line.iter().position(|b| *b == b'\t')?;
            let mut words = std::str::from_utf8(&line[..tab]).ok()?.split(' ');
            let kind = match words.next()? {
                "120000" => EntryKind::Link,
                "160000" => EntryKind::Module,
                mode if mode.starts_with("100") => EntryKind::File,
                _ => return None,
            };
            Some(Self { kind, id: words.nth(1)?.to_owned(), path: os_text(&line[tab + 1..]) })
        };
        bytes.split(|b| *b == 0).filter_map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, EntryKind, is_object};

    #[test]
    fn a_file_is_known_by_its_id_whatever_its_line_ends() {
        // `printf 'a\\nb\\n' | git hash-object --stdin`, and the same in a repository with SHA-256.
        let short = "422c2b7ab3b3c668038da977e4e93a5fc623169c";
        let long = "55531aae34a8648f19a1cde6a3484432efea398cd705d5e4b201fd0fc1f8ded7";
        assert!(is_object(short, b"a\nb\n"));
        assert!(is_object(short, b"a\r\nb\r\n"));
        assert!(!is_object(short, b"a\rb\n"));
        assert!(is_object(long, b"a\nb\n"));
        assert!(!is_object(long, b"a\n"));
    }

    #[test]
    fn the_list_of_a_tree_is_read() {
        let listed = b"100644 blob aa\ta b.tf\x00120000 blob bb\tl\x00160000 commit cc\tm\x00nonsense\x00";
        let entries = Entry::listed(listed);
        let kinds: Vec<_> = entries.iter().map(|e| (e.kind, e.id.as_str(), e.path.to_str().unwrap())).collect();
        let wanted = [(EntryKind::File, "aa", "a b.tf"), (EntryKind::Link, "bb", "l"), (EntryKind::Module, "cc", "m")];
        assert_eq!(kinds, wanted);
    }
}
