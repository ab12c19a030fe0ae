//! systemd's unit files and environment files, as `systemd.syntax(7)` and `systemd.exec(5)` describe them.

use crate::text::{Span, Traced, View};

/// One assignment of a unit file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The section, without brackets.
    pub section: String,
    /// The key.
    pub key: String,
    /// The value without white space around it; a continued line is joined by one space.
    pub value: Traced,
    /// The line or lines.
    pub span: Span,
}

/// The assignments of a unit file in order. Lines that are no assignments are ignored, as systemd does after a warning.
pub fn parse(view: &View) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut section = String::new();
    let mut at = 0;
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
            if bytes.last() == Some(&b'\\') && next < view.bytes.len() {
                view.push_onto(&mut text, begin..end - 1);
                text.push_made(b" ", view.span(end - 1..next));
                continue;
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

/// Without white space at both ends.
pub fn trim(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let end = bytes.len() - bytes[start..].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
    text.slice(start..end)
}

/// The words of a value: split at white space; quotes that start a word or stand in it are taken off; a backslash takes the
/// next character for itself, or stands for a control character if `escapes` is set. As `extract_first_word` does.
pub fn words(text: &Traced, escapes: bool) -> Vec<Traced> {
    let bytes = text.bytes();
    let mut out = Vec::new();
    let mut word: Option<Traced> = None;
    let mut quote = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let current = word.get_or_insert_default();
        match (*byte, quote) {
            (b'\\', _) if at + 1 < bytes.len() => {
                let control = match bytes[at + 1] {
                    b'n' => Some(b'\n'),
                    b't' => Some(b'\t'),
                    b's' => Some(b' '),
                    _ => None,
                };
                match control.filter(|_| escapes) {
                    Some(control) => {
                        let escape = text.slice(at..at + 2);
                        if let Some(span) = escape.span() {
                            current.push_made(&[control], span);
                        }
                    }
                    None => current.push(&text.slice(at + 1..at + 2)),
                }
                at += 1;
            }
            (b'\'' | b'"', None) => quote = Some(*byte),
            (b, Some(q)) if b == q => quote = None,
            (b, None) if b.is_ascii_whitespace() => {
                // A word that was only begun by this white space is none.
                if let Some(word) = word.take()
                    && (!word.is_empty() || at > 0 && matches!(bytes[at - 1], b'\'' | b'"'))
                {
                    out.push(word);
                }
            }
            _ => {
                let rest = &bytes[at..];
                let run = rest
                    .iter()
                    .position(|b| matches!(b, b'\\' | b'\'' | b'"') || b.is_ascii_whitespace())
                    .map_or(rest.len(), |n| n.max(1));
                current.push(&text.slice(at..at + run));
                at += run - 1;
            }
        }
        at += 1;
    }
    if let Some(word) = word
        && (!word.is_empty() || matches!(bytes.last(), Some(b'\'' | b'"')))
    {
        out.push(word);
    }
    out
}

/// The assignments of an environment file (`EnvironmentFile=`), in order.
pub fn environment_file(view: &View) -> Vec<(String, Traced)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < view.bytes.len() {
        let (end, next) = line(view, at);
        let text = trim(&view.traced(at..end));
        at = next;
        let bytes = text.bytes();
        let Some(equals) = bytes.iter().position(|b| *b == b'=') else { continue };
        if matches!(bytes.first(), Some(b'#' | b';')) {
            continue;
        }
        let name = String::from_utf8_lossy(&bytes[..equals]).trim().to_owned();
        let mut value = trim(&text.slice(equals + 1..bytes.len()));
        // A value that starts with a quote ends at the next one; elsewhere quotes stand for themselves.
        if let Some(quote @ (b'\'' | b'"')) = value.bytes().first().copied() {
            let close = value.bytes()[1..].iter().position(|b| *b == quote);
            value = value.slice(1..close.map_or(value.len(), |n| n + 1));
        }
        out.push((name, value));
    }
    out
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
            let got: Vec<_> =
                words(&view.traced(0..text.len()), false).iter().map(|w| w.to_text().into_owned()).collect();
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn environment_files() {
        let view = view("# c\nA=1 2\nB='x y' z\nC=a\"b\nnothing\n");
        let got: Vec<_> = environment_file(&view).iter().map(|(n, v)| format!("{n}:{}", v.to_text())).collect();
        assert_eq!(got, ["A:1 2", "B:x y", "C:a\"b"]);
    }
}
