//! Files that lie beside a script, by the names in its text.

/// The words of a script that may be relative paths of files: with a dot in the last part, without what only a run knows in
/// front of them.
pub(crate) fn names(bytes: &[u8]) -> Vec<String> {
    let is_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-+/".contains(byte);
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(dot) = memchr::memchr(b'.', &bytes[from..]).map(|dot| from + dot) {
        let start = bytes[from..dot].iter().rposition(|byte| !is_path(byte)).map_or(from, |at| from + at + 1);
        let end = bytes[dot..].iter().position(|byte| !is_path(byte)).map_or(bytes.len(), |length| dot + length);
        from = end;
        let variable = start > 0 && bytes[start - 1] == b'$';
        let word = &bytes[start..end];
        // What remains of `$(dirname "$0")/lib.sh`, `$DIR/lib.sh` and `file://user-data.sh`.
        let start = if variable { word.iter().position(|b| *b == b'/').unwrap_or(word.len()) } else { 0 };
        let Ok(word) = std::str::from_utf8(&word[start..]) else { continue };
        let word = word.trim_start_matches('/');
        let last = word.rsplit('/').next().unwrap_or(word);
        if last.trim_matches('.').contains('.') && !last.ends_with('.') {
            out.push(word.to_owned());
        }
    }
    out
}

/// The words of lines that copy files which may be relative paths of folders, without what only a run knows in front of them.
pub(crate) fn folders(bytes: &[u8]) -> Vec<String> {
    const COPIERS: [&[u8]; 4] = [b"cp", b"install", b"mv", b"rsync"];
    let is_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-+/".contains(byte);
    let mut out = Vec::new();
    let mut starts: Vec<_> = COPIERS.iter().flat_map(|name| memchr::memmem::find_iter(bytes, *name)).collect();
    starts.sort_unstable();
    let mut done = 0;
    for at in starts {
        if at < done {
            continue;
        }
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
        done = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
        let mut words = bytes[start..done].split(|byte| !is_path(byte) && *byte != b'$');
        if !words.any(|word| COPIERS.contains(&word)) {
            continue;
        }
        for word in words.filter(|word| !word.starts_with(b"-")) {
            let Ok(word) = std::str::from_utf8(word) else { continue };
            let word = if word.contains('$') { word.split_once('/').map_or("", |(_, rest)| rest) } else { word };
            let word = word.trim_start_matches('/').trim_end_matches("/.").trim_end_matches('/');
            if !matches!(word, "" | "." | "..") {
                out.push(word.to_owned());
            }
        }
    }
    out
}
