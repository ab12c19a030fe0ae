//! The paths that git tracks, from its index. A tracked file is a part of the repository, whatever `.gitignore` says.
//!
//! Format: `Documentation/gitformat-index.adoc` of git, versions 2, 3 and 4. No git is started: only this one file is read, and what
//! says where it is.

use std::io::Read;
use std::path::{Path, PathBuf};

/// The largest index that is read, in bytes: about a million files.
const MAX_INDEX: u64 = 128 << 20;

/// The largest file that says where something is, in bytes.
const MAX_POINTER: u64 = 64 << 10;

/// The longest path, in bytes.
const MAX_NAME: usize = 4096;

/// Lengths of an object id: SHA-1 and SHA-256.
const ID_LENGTHS: [usize; 2] = [20, 32];

/// Bytes of an entry before its object id.
const BEFORE_ID: usize = 40;

/// Bytes of its flags, which follow the id.
const FLAGS: usize = 2;

/// The flag of an entry that has two more bytes of flags.
const EXTENDED: u16 = 0x4000;

/// What a repository tracks, relative to it.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    /// Regular files.
    pub(super) files: Vec<PathBuf>,
    /// Folders of submodules.
    pub(super) submodules: Vec<PathBuf>,
}

/// What the repository in `root` tracks; `None` if there is no index.
///
/// # Errors
/// If the index cannot be read or found, with the reason.
pub(super) fn tracked(root: &Path) -> Option<Result<Tracked, String>> {
    root.join(".git").symlink_metadata().ok()?;
    let Some(dir) = git_dir(root) else {
        return Some(Err("`.git` is no folder, and names none that names this one in turn".to_owned()));
    };
    let bytes = match read(&dir.join("index"), MAX_INDEX)? {
        Ok(bytes) => bytes,
        Err(why) => return Some(Err(why)),
    };
    let paths = ID_LENGTHS.iter().find_map(|length| entries(&bytes, *length));
    Some(paths.ok_or_else(|| "it is damaged, or split into several files".to_owned()))
}

/// A regular file up to `limit`; `None` if there is none.
fn read(path: &Path, limit: u64) -> Option<Result<Vec<u8>, String>> {
    let meta = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    if meta.len() > limit {
        return Some(Err(format!("it is larger than {} MiB", limit >> 20)));
    }
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    Some(read.map(|_| bytes).map_err(|e| e.to_string()))
}

fn text(path: &Path) -> Option<String> {
    String::from_utf8(read(path, MAX_POINTER)?.ok()?).ok()
}

/// The folder with the index of the repository in `root`. In a work tree or submodule, `.git` is a file that names it; it counts only
/// if that folder names `root` in turn, so a file of the repository cannot lead elsewhere.
pub(super) fn git_dir(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.symlink_metadata().ok()?.is_dir() {
        return Some(git);
    }
    let dir = text(&git)?;
    let dir = root.join(dir.strip_prefix("gitdir:")?.trim()).canonicalize().ok()?;
    let root = root.canonicalize().ok()?;
    let is_root = |path: &Path| dir.join(path).canonicalize().is_ok_and(|path| path == root);
    let of_work_tree =
        || text(&dir.join("gitdir")).is_some_and(|path| Path::new(path.trim()).parent().is_some_and(is_root));
    let of_submodule = || {
        let config = text(&dir.join("config")).unwrap_or_default();
        let value = |line: &str| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "worktree").then(|| value.trim().trim_matches('"').to_owned())
        };
        config.lines().find_map(value).is_some_and(|path| is_root(Path::new(&path)))
    };
    (of_work_tree() || of_submodule()).then_some(dir)
}

/// The paths in an index whose object ids have `id` bytes; `None` if it is not one.
fn entries(bytes: &[u8], id: usize) -> Option<Tracked> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let version = number(4)?;
    if !bytes.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let (mut at, mut name, mut out) = (12, Vec::new(), Tracked::default());
    let mut all = 0;
    for _ in 0..number(8)? {
        let start = at;
        let mode = number(at + 24)?;
        at += BEFORE_ID + id;
        let flags = u16::from_be_bytes(bytes.get(at..at + FLAGS)?.try_into().ok()?);
        at += if version > 2 && flags & EXTENDED != 0 { 2 * FLAGS } else { FLAGS };
        if version == 4 {
            let (dropped, next) = offset(bytes, at)?;
            at = next;
            name.truncate(name.len().checked_sub(dropped)?);
        } else {
            name.clear();
        }
        let length = bytes.get(at..)?.iter().position(|b| *b == 0)?;
        name.extend_from_slice(&bytes[at..at + length]);
        at += length + 1;
        if version < 4 {
            // Up to eight zeros fill the entry to a multiple of eight bytes.
            at = start + (at - start).div_ceil(8) * 8;
        }
        // Names of version 4 share what they have in common.
        all += name.len() as u64;
        if name.len() > MAX_NAME || all > MAX_INDEX {
            return None;
        }
        match mode >> 12 {
            0o10 => out.files.push(path(&name)?),
            0o16 => out.submodules.push(path(&name)?),
            // Symbolic links, and folders that are not checked out.
            0o12 | 0o4 => {}
            _ => return None,
        }
    }
    // What follows are extensions; one of them says that the entries are only changes to those of another file.
    while at + 8 + id <= bytes.len() {
        if bytes.get(at..at + 4)? == b"link" {
            return None;
        }
        at = at.checked_add(8)?.checked_add(number(at + 4)? as usize)?;
    }
    (at + id == bytes.len()).then_some(out)
}

/// A number of version 4 and where it ends: seven bits a byte, the last one without the eighth bit; each byte that continues adds one.
fn offset(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *bytes.get(at)?;
    let mut value = usize::from(byte & 0x7F);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7F))?;
    }
    Some((value, at + 1))
}

/// A path of an index. It never leads out of its repository or into `.git`; where it does, the index is damaged.
fn path(name: &[u8]) -> Option<PathBuf> {
    let sound = |part: &[u8]| !part.is_empty() && part != b"." && part != b".." && !part.eq_ignore_ascii_case(b".git");
    if !name.split(|b| *b == b'/').all(sound) {
        return None;
    }
    #[cfg(unix)]
    return Some(PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name)));
    #[cfg(not(unix))]
    String::from_utf8(name.to_vec()).ok().filter(|name| !name.contains(['\\', ':'])).map(PathBuf::from)
}
