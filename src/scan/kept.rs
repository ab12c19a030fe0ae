//! What a server remembers of the files of a repository from one scan to the next, as long as they stay as they are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use crate::input::Seen;
use crate::text::{hold, most_bytes};

/// The most text that is remembered, in bytes.
const MAX_BYTES: usize = 64 << 20;

/// A file that was changed so recently may change again without a newer time.
const SETTLED: Duration = Duration::from_secs(2);

/// What tells that a file is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
    /// Its number, and when its number or its mode changed, where the system tells.
    more: [i64; 3],
}

impl Stamp {
    /// Of a regular file; `None` if nothing should be remembered of it.
    fn of(path: &Path) -> Option<Self> {
        let meta = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
        let modified = meta.modified().ok()?;
        let settled = SystemTime::now().duration_since(modified).is_ok_and(|age| age > SETTLED);
        #[cfg(unix)]
        let more = {
            use std::os::unix::fs::MetadataExt;
            [meta.ino().cast_signed(), meta.ctime(), meta.ctime_nsec()]
        };
        #[cfg(not(unix))]
        let more = [0; 3];
        settled.then_some(Self { modified, length: meta.len(), more })
    }
}

/// Which look at a file it was.
#[derive(Clone, Copy, Debug)]
pub(super) enum Look {
    /// For all words.
    Words = 0,
    /// For the calls of Terraform only.
    Calls = 1,
}

#[derive(Debug)]
struct Entry {
    stamp: Stamp,
    text: Option<Arc<[u8]>>,
    seen: [Option<Seen>; 2],
}

/// Texts of files that walks have found, and what was seen in them.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    files: RwLock<HashMap<PathBuf, Entry>>,
    bytes: AtomicUsize,
}

impl Kept {
    /// The text of a file, if it is remembered.
    pub(super) fn text(&self, path: &Path) -> Option<Arc<[u8]>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let entry = files.get(path)?;
        let text = entry.text.as_ref()?;
        (Stamp::of(path)? == entry.stamp).then(|| Arc::clone(text))
    }

    /// What a look at a file that a walk has found says, from memory if it can. `None` if the file cannot be read.
    pub(super) fn look(&self, path: &Path, which: Look, look: impl FnOnce(&[u8]) -> Seen) -> Option<Seen> {
        let stamp = Stamp::of(path);
        if let Some(stamp) = stamp {
            let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
            let entry = files.get(path).filter(|entry| entry.stamp == stamp);
            if let Some(seen) = entry.and_then(|entry| entry.seen[which as usize].clone()) {
                return Some(seen);
            }
        }
        let mut text = Vec::new();
        let length = hold::read(path, most_bytes(path), &mut text).ok()?;
        text.truncate(length);
        let seen = look(&text);
        // It may have changed while it was read.
        if let Some(stamp) = stamp.filter(|stamp| Stamp::of(path) == Some(*stamp)) {
            let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
            let size = |entry: &Entry| entry.text.as_ref().map_or(0, |text| text.len());
            if let Some(old) = files.get(path).filter(|old| old.stamp != stamp).map(size) {
                self.bytes.fetch_sub(old, Ordering::Relaxed);
                files.remove(path);
            }
            let entry = files.entry(path.to_owned()).or_insert(Entry { stamp, text: None, seen: [None, None] });
            if entry.text.is_none() && self.bytes.load(Ordering::Relaxed) + length <= MAX_BYTES {
                self.bytes.fetch_add(length, Ordering::Relaxed);
                entry.text = Some(text.into());
            }
            entry.seen[which as usize] = Some(seen.clone());
        }
        Some(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_of_a_file_ends_when_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let write = |text: &str, age: u64| {
            std::fs::write(&path, text).unwrap();
            let file = std::fs::File::options().append(true).open(&path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        };
        let kept = Kept::default();
        let looks = |which| {
            let looked = std::cell::Cell::new(String::new());
            kept.look(&path, which, |text| {
                looked.set(String::from_utf8_lossy(text).into_owned());
                Seen::ANY
            });
            looked.take()
        };
        write("one", 10);
        assert_eq!([looks(Look::Words), looks(Look::Words), looks(Look::Calls)], ["one", "", "one"]);
        assert_eq!(kept.text(&path).as_deref(), Some(&b"one"[..]));
        write("two", 9);
        assert_eq!(kept.text(&path), None);
        assert_eq!([looks(Look::Words), looks(Look::Words)], ["two", ""]);
        assert_eq!(kept.bytes.load(Ordering::Relaxed), 3);
        // It may change again without a newer time.
        write("new", 0);
        assert_eq!([looks(Look::Words), looks(Look::Words)], ["new", "new"]);
        std::fs::remove_file(&path).unwrap();
        assert!(kept.text(&path).is_none() && kept.look(&path, Look::Words, |_| Seen::ANY).is_none());
    }
}
