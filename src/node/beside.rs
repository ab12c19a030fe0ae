//! Files that lie beside a script, by the names in its text.

/// The words of a script that may be relative paths of files: with a dot in the last part, without what only a run knows in
/// front of them.
pub(crate) fn names(bytes: &[u8]) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(dot) = memchr::memchr(b'.', &bytes[from..]).map(|dot| from + dot) {
        let start = bytes[from..dot].iter().rposition(|byte| !is_path(*byte)).map_or(from, |at| from + at + 1);
        let end = bytes[dot..].iter().position(|byte| !is_path(*byte)).map_or(bytes.len(), |length| dot + length);
        from = end;
        let mut word = &bytes[start..end];
        // What remains of `$(dirname "$0")/lib.sh`, `$DIR/lib.sh` and `file://user-data.sh`.
        if start > 0 && bytes[start - 1] == b'$' {
            word = memchr::memchr(b'/', word).map_or(&[], |slash| &word[slash..]);
        }
        let slashes = word.iter().take_while(|byte| **byte == b'/').count();
        let word = &word[slashes..];
        let last = memchr::memrchr(b'/', word).map_or(word, |slash| &word[slash + 1..]);
        let dots = last.iter().take_while(|byte| **byte == b'.').count();
        if last[dots..].contains(&b'.') && !last.ends_with(b".") {
            out.extend(std::str::from_utf8(word));
        }
    }
    out
}

fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'/')
}

/// The words of lines that copy files which may be relative paths of folders, without what only a run knows in front of them.
pub(crate) fn folders(bytes: &[u8]) -> Vec<String> {
    const COPIERS: [&[u8]; 4] = [b"cp", b"install", b"mv", b"rsync"];
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
        let mut words = bytes[start..done].split(|byte| !is_path(*byte) && *byte != b'$');
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
