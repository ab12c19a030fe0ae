//! Files that a walk has found: read as they are, and in the order of their paths.

use std::cmp::Ordering;
use std::path::Path;

use super::files::{FileError, fill};

/// Reads a file that a listing of its folder has shown as a regular one, into the start of `to`, which may be used again. The
/// length is returned.
///
/// # Errors
/// If it is no longer a regular file, larger than `most` bytes, or cannot be opened.
pub(crate) fn read(path: &Path, most: u64, to: &mut Vec<u8>) -> Result<usize, FileError> {
    let io = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => FileError::Missing,
        _ => FileError::Io(e.to_string()),
    };
    let file = std::fs::File::open(path).map_err(io)?;
    let meta = file.metadata().map_err(io)?;
    if !meta.is_file() {
        return Err(FileError::NotAFile);
    }
    if meta.len() > most {
        return Err(FileError::TooLarge(most));
    }
    let size = meta.len() as usize;
    if to.len() < size {
        to.resize(size, 0);
    }
    fill(file, &mut to[..size]).map_err(io)
}

/// The order of two absolute paths without `.` and `..`, as that of [`Path`], which compares them name by name and is slower.
pub(crate) fn order(a: &Path, b: &Path) -> Ordering {
    let (a, b) = (a.as_os_str().as_encoded_bytes(), b.as_os_str().as_encoded_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    // What separates names comes before all that may stand in one.
    let next = |of: &[u8]| of.get(same).map(|byte| if *byte == std::path::MAIN_SEPARATOR as u8 { 0 } else { *byte });
    next(a).cmp(&next(b))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::order;

    #[test]
    fn paths_have_the_order_of_their_names() {
        let paths = ["/", "/a", "/a/b", "/a/b/c", "/a-b", "/a.b", "/a/b.c", "/ab", "/ab/c", "/b"].map(Path::new);
        for a in paths {
            for b in paths {
                assert_eq!(order(a, b), a.cmp(b), "{a:?} {b:?}");
            }
        }
    }
}
