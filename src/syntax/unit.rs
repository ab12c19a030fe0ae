//! systemd's unit files and environment files, as `systemd.syntax(7)` and `systemd.exec(5)` describe them.

use crate::text::{Span, Traced, View};

/// One assignment of a unit file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The section, without brackets.
    pub section: String,
    /// The key.
    pub key: String,
    /// The value without white space around it; a continued line is joined by one space.
    pub value: Traced,
    /// The line or lines.
    pub span: Span,
}

/// The assignments of a unit file in order. Other lines are ignored, as in systemd, which only logs a warning.
pub(crate) fn parse(view: &View) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut section = String::new();
    // systemd skips a byte-order mark.
    let mut at = if view.bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    while at < view.bytes.len() {
        let start = at;
        let mut text = Traced::new();
        loop {
            let (end, next) = line(view, at);
            let bytes = view.bytes.get(at..end).unwrap_or_default();
            let comment = matches!(bytes.iter().find(|b| !b.is_ascii_whitespace()), Some(b'#' | b';'));
            at = next;
            if comment {
                // A comment between continued lines does not end them.
                if text.is_empty() || at >= view.bytes.len() {
                    break;
                }
                continue;
            }
            let begin = end - bytes.len();
            if bytes.last() == Some(&b'\\') {
                view.push_onto(&mut text, begin..end - 1);
                text.push_made(b" ", view.span(end - 1..next.max(end)));
                if next < view.bytes.len() {
                    continue;
                }
                break;
            }
            view.push_onto(&mut text, begin..end);
            break;
        }
        let text = trim(&text);
        let bytes = text.bytes();
        if let [b'[', name @ .., b']'] = bytes {
            section = String::from_utf8_lossy(name).into_owned();
        } else if let Some(equals) = bytes.iter().position(|b| *b == b'=') {
            let key = String::from_utf8_lossy(&bytes[..equals]).trim().to_owned();
            let value = trim(&text.slice(equals + 1..bytes.len()));
            entries.push(Entry { section: section.clone(), key, value, span: view.span(start..at) });
        }
    }
    entries
}

/// The end of the line that starts at `at`, without and with its line break.
fn line(view: &View, at: usize) -> (usize, usize) {
    let rest = view.bytes.get(at..).unwrap_or_default();
    let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    let end = if rest[..length].ends_with(b"\r") { length - 1 } else { length };
    (at + end, (at + length + 1).min(view.bytes.len()))
}

/// Trims white space at both ends.
pub(crate) fn trim(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let end = bytes.len() - bytes[start..].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
    text.slice(start..end)
}

/// The meaning of a backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// It escapes the next character: the value of a variable.
    Plain,
    /// It begins a C escape; an invalid one is an error: `Environment=`.
    Strict,
    /// It begins a C escape; an invalid one is kept as written: `ExecStart=`.
    Relaxed,
}

/// The words of a value: split at white space, without the quotes around or inside words. False if the rest could not be read
/// because of an open quote or an invalid escape. As in `extract_first_word` of systemd.
pub(crate) fn split(text: &Traced, escapes: Escapes) -> (Vec<Traced>, bool) {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        at += text.bytes()[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        if at >= text.len() {
            return (out, true);
        }
        let Some((word, next)) = word(text, at, escapes) else { return (out, false) };
        out.push(word);
        at = next;
    }
}

/// The words in the value of a variable.
pub(crate) fn words(text: &Traced) -> Vec<Traced> {
    split(text, Escapes::Plain).0
}

/// The word at `at` and its end.
fn word(text: &Traced, mut at: usize, escapes: Escapes) -> Option<(Traced, usize)> {
    let bytes = text.bytes();
    let mut word = Traced::new();
    let mut quote = None;
    while let Some(byte) = bytes.get(at) {
        match (*byte, quote) {
            (b'\\', _) if at + 1 < bytes.len() => {
                let (kept, length) = match escapes {
                    Escapes::Plain => (at + 1..at + 2, 2),
                    _ => match escape(text, at, &mut word) {
                        Some(length) => (at..at, length),
                        None if escapes == Escapes::Relaxed => (at..at + 2, 2),
                        None => return None,
                    },
                };
                word.push(&text.slice(kept));
                at += length;
                continue;
            }
            (b'\'' | b'"', None) => quote = Some(*byte),
            (b, Some(q)) if b == q => quote = None,
            (b, None) if b.is_ascii_whitespace() => break,
            _ => {
                let rest = &bytes[at..];
                let stops = |b: &u8| matches!(b, b'\\' | b'\'' | b'"') || b.is_ascii_whitespace();
                let run = rest.iter().position(stops).map_or(rest.len(), |n| n.max(1));
                word.push(&text.slice(at..at + run));
                at += run;
                continue;
            }
        }
        at += 1;
    }
    // A value may end inside quotes; a line of a unit may not.
    (quote.is_none() || escapes == Escapes::Plain).then_some((word, at))
}

/// Reads a C escape at `at` and returns its length; `None` if it is invalid. Source: `cunescape_one` of systemd.
fn escape(text: &Traced, at: usize, out: &mut Traced) -> Option<usize> {
    let rest = text.bytes().get(at + 1..)?;
    let number = |digits: usize, radix: u32, skip: usize| {
        let digits = rest.get(skip..skip + digits)?;
        let value = u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?;
        (value > 0).then_some(value)
    };
    let (length, made): (usize, Vec<u8>) = match rest.first()? {
        b'a' => (2, vec![7]),
        b'b' => (2, vec![8]),
        b'f' => (2, vec![12]),
        b'n' => (2, vec![b'\n']),
        b'r' => (2, vec![b'\r']),
        b't' => (2, vec![b'\t']),
        b'v' => (2, vec![11]),
        b's' => (2, vec![b' ']),
        b'\\' | b'"' | b'\'' => {
            out.push(&text.slice(at + 1..at + 2));
            return Some(2);
        }
        b'x' => (4, vec![u8::try_from(number(2, 16, 1)?).ok()?]),
        b'u' => (6, char::from_u32(number(4, 16, 1)?)?.to_string().into_bytes()),
        b'U' => (10, char::from_u32(number(8, 16, 1)?)?.to_string().into_bytes()),
        b'0'..=b'7' => (4, vec![u8::try_from(number(3, 8, 0)?).ok()?]),
        _ => return None,
    };
    let span = text.slice(at..at + length).span()?;
    out.push_made(&made, span);
    Some(length)
}

/// The assignments of an environment file (`EnvironmentFile=`), in order. Source: `parse_env_file_internal` of systemd.
pub(crate) fn environment_file(view: &View) -> Vec<(String, Traced)> {
    let bytes = &view.bytes;
    let newline = |b: u8| matches!(b, b'\n' | b'\r');
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if matches!(byte, b'#' | b';') {
            // A backslash continues a comment on the next line.
            while let Some(b) = bytes.get(at).copied().filter(|b| !newline(*b)) {
                at += if b == b'\\' { 2 } else { 1 };
            }
            continue;
        }
        let start = at;
        while bytes.get(at).is_some_and(|b| !newline(*b) && *b != b'=') {
            at += 1;
        }
        if bytes.get(at) != Some(&b'=') {
            continue;
        }
        let name = String::from_utf8_lossy(&bytes[start..at]).trim_end().to_owned();
        at += 1;
        let (value, next) = file_value(view, at);
        at = next;
        if is_variable(&name) {
            out.push((name, value));
        }
    }
    out
}

/// The value at `at` and the end of its line.
fn file_value(view: &View, mut at: usize) -> (Traced, usize) {
    let bytes = &view.bytes;
    let newline = |b: u8| matches!(b, b'\n' | b'\r');
    let mut value = Traced::new();
    // The length of the value without trailing white space.
    let mut kept = 0;
    let mut started = false;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b if newline(b) => break,
            b'\'' | b'"' if !started => {
                at += 1;
                while let Some(b) = bytes.get(at).copied().filter(|b| *b != byte) {
                    let taken = bytes.get(at + 1).copied();
                    if b == b'\\' && byte == b'"' && taken.is_some() {
                        match taken {
                            Some(b'"' | b'\\' | b'`' | b'$') => view.push_onto(&mut value, at + 1..at + 2),
                            Some(b'\n') => {}
                            _ => view.push_onto(&mut value, at..at + 2),
                        }
                        at += 2;
                        continue;
                    }
                    view.push_onto(&mut value, at..at + 1);
                    at += 1;
                }
                kept = value.len();
            }
            b'\\' => {
                started = true;
                at += 1;
                if bytes.get(at).is_some_and(|b| !newline(*b)) {
                    view.push_onto(&mut value, at..at + 1);
                    kept = value.len();
                }
            }
            b if b.is_ascii_whitespace() && !started => {}
            b => {
                started = true;
                view.push_onto(&mut value, at..at + 1);
                if !b.is_ascii_whitespace() {
                    kept = value.len();
                }
            }
        }
        at += 1;
    }
    (value.slice(0..kept), at)
}

/// True for a valid variable name, as in `env_name_is_valid` of systemd.
pub(crate) fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::text::{Source, Texts};

    fn view(text: &str) -> View {
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::new(Source::new("/f", text.as_bytes())));
        texts.view(id)
    }

    #[test]
    fn entries_comments_and_continued_lines() {
        let view = view("# c\n[Service]\nExecStart=\nExecStart = /a \\\n# between\n  --b\r\n;x=y\nEnvironment='A=b'");
        let got: Vec<_> =
            parse(&view).iter().map(|e| format!("{}.{}={}", e.section, e.key, e.value.to_text())).collect();
        assert_eq!(got, ["Service.ExecStart=", "Service.ExecStart=/a    --b", "Service.Environment='A=b'"]);
    }

    #[test]
    fn words_lose_their_quotes() {
        for (text, want) in [
            ("a  b", vec!["a", "b"]),
            ("'a b' c\"d e\"", vec!["a b", "cd e"]),
            (r"a\ b c\'d", vec!["a b", "c'd"]),
            ("'' a", vec!["", "a"]),
            ("'open", vec!["open"]),
            ("", vec![]),
        ] {
            let view = view(text);
            let got: Vec<_> = words(&view.traced(0..text.len())).iter().map(|w| w.to_text().into_owned()).collect();
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn environment_files() {
        let view = view("# c\nA=1 2\nB='x y' z\nC=a\"b\nnothing\n");
        let got: Vec<_> = environment_file(&view).iter().map(|(n, v)| format!("{n}:{}", v.to_text())).collect();
        assert_eq!(got, ["A:1 2", "B:x yz", "C:a\"b"]);
    }
}
