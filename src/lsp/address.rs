//! Paths as addresses of files, and back.

use std::path::{Path, PathBuf};

/// The path in the address of a file; `None` for other addresses.
pub(super) fn path(address: &str) -> Option<PathBuf> {
    let rest = address.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.as_bytes();
    while let [first, after @ ..] = left {
        left = after;
        match (first, after) {
            (b'?' | b'#', _) => break,
            (b'%', [a, b, more @ ..]) => {
                let digit = |c: &u8| char::from(*c).to_digit(16);
                bytes.push((digit(a)? * 16 + digit(b)?) as u8);
                left = more;
            }
            _ => bytes.push(*first),
        }
    }
    if !bytes.starts_with(b"/") || bytes.contains(&0) {
        return None;
    }
    #[cfg(unix)]
    return Some(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&bytes).into());
    // A path of Windows has a slash before its drive.
    #[cfg(not(unix))]
    String::from_utf8(bytes).ok().map(|text| PathBuf::from(text.trim_start_matches('/')))
}

/// The path that a file is known by: without links, also if it is not there yet.
pub(super) fn real(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = path.canonicalize() {
        return Some(real);
    }
    Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
}

/// A folder that is open: as the client names it, and without links.
pub(super) fn folder(address: &str) -> Option<(PathBuf, PathBuf)> {
    let named = path(address)?;
    let real = named.canonicalize().ok()?;
    Some((named, real))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::path;
    use crate::report::file_address;

    #[cfg(unix)]
    #[test]
    fn an_address_leads_to_its_path_and_back() {
        for text in ["/a/b.tf", "/a b/c#d.tf", "/ü/%41", "/a+b/c:d?e", "/"] {
            assert_eq!(path(&file_address(&PathBuf::from(text))), Some(PathBuf::from(text)), "{text}");
        }
        for (address, wanted) in [
            ("file:///a%2Fb", Some("/a/b")),
            ("file://localhost/a", Some("/a")),
            ("file:///a#b", Some("/a")),
            ("file://host/a", None),
            ("file:///a%", Some("/a%")),
            ("file:///a%zz", None),
            ("file:///a%00", None),
            ("untitled:a", None),
            ("", None),
        ] {
            assert_eq!(path(address), wanted.map(PathBuf::from), "{address}");
        }
    }
}
