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
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let full = std::env::current_dir()?.join(path);
    if is_stream(&full) {
        return stream(&full, bytes);
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
        Some(meta) if !meta.is_file() => stream(&target, bytes),
        meta => replace(&target, bytes, meta.as_ref()),
    }
}

/// True for the name of a stream, such as `/dev/stdout`.
fn is_stream(path: &Path) -> bool {
    STREAMS.iter().any(|stream| path.starts_with(stream))
}

fn stream(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Standard output may be a file to which something was written before.
    File::options().append(true).open(path)?.write_all(bytes)
}

/// Replaces the regular file `path`, which is `old`, or makes one.
///
/// # Errors
/// If it cannot be written; then the old file is as it was.
pub(super) fn replace(path: &Path, bytes: &[u8], old: Option<&fs::Metadata>) -> io::Result<()> {
    let _kept = signals::hold();
    let folder = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = new_file(folder)?;
    file.write_all(bytes)?;
    if let Some(old) = old {
        keep_owner(file.as_file(), old);
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
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

/// A signal that ends the program waits until a file that is being replaced is complete, so nothing is left beside it.
mod signals {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    static BUSY: Mutex<()> = Mutex::new(());

    /// Holds signals back until the guard is dropped.
    pub(super) fn hold() -> MutexGuard<'static, ()> {
        #[cfg(unix)]
        watch();
        BUSY.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(unix)]
    fn watch() {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
            let wait = move || {
                for signal in signals.forever() {
                    let _done = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            };
            let _ = std::thread::Builder::new().spawn(wait);
        });
    }
}
