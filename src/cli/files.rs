//! The one place that writes files: beside the target, then renamed, so that there is the old file or the new one and never half of
//! one. Devices and pipes are written directly.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::roots;

/// The names of standard output.
const STDOUT: &[&str] = &["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Names of open streams, and folders of such names. They may lead to a file to which something was written before.
const STREAMS: &[&str] = &["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"];

/// Writes a file that was named on the command line, relative to the current directory. A symbolic link inside a scanned repository
/// is replaced, because a stranger may have put it there; others are followed.
///
/// # Errors
/// If it cannot be written, or a folder on its way leads out of a scanned repository; then the old file is as it was.
pub(super) fn write_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let full = std::env::current_dir()?.join(path);
    if is_stream(&full) {
        return stream(&full, fill);
    }
    let missing = || io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file");
    let (folder, name) = (full.parent().ok_or_else(missing)?, full.file_name().ok_or_else(missing)?);
    let real = folder.canonicalize()?.join(name);
    let mut target = real.clone();
    match roots::holds(&full) {
        Some(root) if !real.starts_with(&root) => {
            return Err(io::Error::other("it is outside the repository: a link on its way leads there"));
        }
        Some(_) => {}
        // A link to a file that does not exist yet has no real path.
        None => {
            target = real.canonicalize().unwrap_or_else(|_| fs::read_link(&real).map_or(real, |to| folder.join(to)));
        }
    }
    let meta = target.symlink_metadata().ok().filter(|meta| !meta.is_symlink());
    match meta {
        Some(meta) if meta.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        Some(meta) if !meta.is_file() => stream(&target, fill),
        meta => replace(&target, meta.as_ref(), fill),
    }
}

/// True for the name of a stream, such as `/dev/stdout`.
fn is_stream(path: &Path) -> bool {
    STREAMS.iter().any(|stream| path.starts_with(stream))
}

fn stream(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // Standard output may be a file to which something was written before.
    fill(&mut File::options().append(true).open(path)?)
}

/// Replaces the regular file `path`, which is `old`, or makes one, with what `fill` writes.
///
/// # Errors
/// If it cannot be written; then the old file is as it was.
pub(super) fn replace(
    path: &Path,
    old: Option<&fs::Metadata>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = signals::made(|| new_file(folder))?;
    fill(&mut file)?;
    if let Some(old) = old {
        keep_owner(file.as_file(), old);
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    signals::gone(|| file.persist(path).map(drop).map_err(|e| e.error))
}

/// Makes the regular file `path`. An existing one, or a link, stays.
///
/// # Errors
/// If there is one, or it cannot be written.
pub(super) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = signals::made(|| new_file(folder))?;
    file.write_all(bytes)?;
    signals::gone(|| file.persist_noclobber(path).map(drop).map_err(|e| e.error))
}

#[cfg(unix)]
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    // What the umask leaves, as for any new file.
    tempfile::Builder::new().prefix(".kubelet-lint-").permissions(fs::Permissions::from_mode(0o666)).tempfile_in(folder)
}

#[cfg(not(unix))]
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".kubelet-lint-").tempfile_in(folder)
}

/// Gives a file the owner of the old one, where the system allows it.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// True if the file has another name, which a rename would leave with the old contents.
#[cfg(unix)]
pub(super) fn has_more_names(meta: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(meta) > 1
}

#[cfg(not(unix))]
pub(super) fn has_more_names(_: &fs::Metadata) -> bool {
    false
}

/// What a path names, for comparison: an existing file by its identity, a new one by its folder and name. `None` stands for standard
/// output as a path does. Terminals and `/dev/null` take any number of outputs.
pub(super) fn identity(path: Option<&Path>) -> Option<Identity> {
    let path = match path {
        Some(path) if STDOUT.iter().any(|name| path == Path::new(name)) => None,
        path => path,
    };
    let Some(path) = path else { return Some(stdout()) };
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() => Some(Identity::of(&meta, path)),
        Ok(_) => None,
        Err(_) => {
            let folder = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let name = path.file_name().unwrap_or_default();
            Some(Identity::Named(folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(name)))
        }
    }
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// Device and number of a file.
    #[cfg(unix)]
    File(u64, u64),
    Named(PathBuf),
    Stdout,
}

impl Identity {
    #[cfg(unix)]
    fn of(meta: &fs::Metadata, _: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self::File(meta.dev(), meta.ino())
    }

    #[cfg(not(unix))]
    fn of(_: &fs::Metadata, path: &Path) -> Self {
        Self::Named(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    }
}

fn stdout() -> Identity {
    let stdout = Path::new("/dev/stdout");
    match fs::metadata(stdout) {
        Ok(meta) if meta.is_file() => Identity::of(&meta, stdout),
        _ => Identity::Stdout,
    }
}

/// A signal that ends the program first removes the file that is being written, so nothing is left beside its target.
mod signals {
    use std::io;
    use std::path::PathBuf;
    use std::sync::{Mutex, PoisonError};

    use tempfile::NamedTempFile;

    /// The file that is being written.
    static BESIDE: Mutex<Option<PathBuf>> = Mutex::new(None);

    /// Makes a file, and removes it if a signal comes.
    pub(super) fn made(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
        #[cfg(unix)]
        watch();
        let mut beside = BESIDE.lock().unwrap_or_else(PoisonError::into_inner);
        let file = make()?;
        *beside = Some(file.path().to_owned());
        Ok(file)
    }

    /// Ends with the file, while no signal comes between.
    pub(super) fn gone<T>(end: impl FnOnce() -> T) -> T {
        let mut beside = BESIDE.lock().unwrap_or_else(PoisonError::into_inner);
        let out = end();
        *beside = None;
        out
    }

    #[cfg(unix)]
    fn watch() {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
            let wait = move || {
                for signal in signals.forever() {
                    let beside = BESIDE.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(path) = &*beside {
                        let _ = std::fs::remove_file(path);
                    }
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            };
            let _ = std::thread::Builder::new().spawn(wait);
        });
    }
}
