//! systemd units: what stands in them, and how a command line is made of `ExecStart=` and the environment.
//!
//! Sources: systemd's `src/basic/extract-word.c` (quotes and escapes), `src/basic/env-util.c` (`replace_env_argv`),
//! `src/basic/env-file.c` (environment files), `src/shared/conf-parser.c` (lines), `src/core/load-fragment.c`.

use crate::text::{Traced, View};

/// The most words that are made of one line.
const MAX_WORDS: usize = 4096;

/// What of a service matters for its command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Unit {
    /// `Environment=` assignments, in order.
    pub(super) environment: Vec<(String, Traced)>,
    /// `EnvironmentFile=` paths, in order, without the leading dash.
    pub(super) files: Vec<Traced>,
    /// The words of the last `ExecStart=`, not yet expanded.
    pub(super) exec_start: Vec<Traced>,
}

impl Unit {
    /// Reads a unit file or a drop-in over what was read before.
    pub(super) fn read(&mut self, view: &View) {
        let mut service = false;
        for line in logical_lines(view) {
            let text = line.to_text().into_owned();
            if text.starts_with('[') {
                service = text.trim_end() == "[Service]";
                continue;
            }
            let Some(equals) = text.find('=').filter(|_| service) else { continue };
            let value = trim(&line.slice(equals + 1..line.len()));
            match text[..equals].trim_end() {
                "Environment" if value.is_empty() => self.environment.clear(),
                "Environment" => {
                    self.environment.extend(words(&value, true).into_iter().filter_map(|word| assignment(&word)));
                }
                "EnvironmentFile" if value.is_empty() => self.files.clear(),
                "EnvironmentFile" => {
                    let dash = usize::from(value.bytes().first() == Some(&b'-'));
                    self.files.push(value.slice(dash..value.len()));
                }
                "ExecStart" if value.is_empty() => self.exec_start.clear(),
                "ExecStart"
                    // A second command needs `Type=oneshot`; of a service that runs, the first one counts.
                    if self.exec_start.is_empty() => {
                        self.exec_start = words(&value, true);
                    }
                _ => {}
            }
        }
    }

    /// The command line: `$NAME` that is a word is split into words, `${NAME}` is put in place, `$$` is a dollar sign.
    /// Later assignments win. The program is the first word.
    pub(super) fn command(&self, environment: &[(String, Traced)]) -> Vec<Traced> {
        let value = |name: &str| environment.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v);
        let mut out = Vec::new();
        for (n, word) in self.exec_start.iter().enumerate() {
            let text = word.to_text();
            if let Some(name) = text.strip_prefix('$').filter(|n| is_name(n)) {
                out.extend(value(name).map(|v| words(v, false)).unwrap_or_default());
            } else if n == 0 {
                // Prefixes of the program change how it is started, not with what.
                let skip = text.len() - text.trim_start_matches(['-', '@', ':', '+', '!', '|']).len();
                out.push(word.slice(skip..word.len()));
            } else {
                out.push(expand(word, &value));
            }
            out.truncate(MAX_WORDS);
        }
        out
    }
}

/// The assignments of an environment file.
pub(super) fn environment_file(view: &View) -> Vec<(String, Traced)> {
    let text = String::from_utf8_lossy(&view.bytes).into_owned();
    // Offsets below are those of the bytes; a file that is not UTF-8 has no assignments that systemd would take.
    if text.len() != view.bytes.len() {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (next, entry) = file_assignment(view, text.as_bytes(), at);
        out.extend(entry);
        at = next.max(at + 1);
    }
    out
}

/// Reads one line (or what its quotes and backslashes make of it) from `at`; gives the offset of the next one.
fn file_assignment(view: &View, bytes: &[u8], at: usize) -> (usize, Option<(String, Traced)>) {
    let end_of_line = |from: usize| bytes[from..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| from + n);
    let start = bytes[at..].iter().position(|b| !b" \t\r".contains(b)).map_or(bytes.len(), |n| at + n);
    let line_end = end_of_line(start);
    if start == bytes.len() || matches!(bytes[start], b'#' | b';' | b'\n') {
        return (line_end + 1, None);
    }
    let Some(equals) = bytes[start..line_end].iter().position(|b| *b == b'=').map(|n| start + n) else {
        return (line_end + 1, None);
    };
    let name = String::from_utf8_lossy(&bytes[start..equals]).trim().to_owned();
    let mut value = Traced::new();
    // Bytes of `value` behind which white space is kept because it was quoted or escaped.
    let mut solid = 0;
    let mut quote = None;
    // Quotes count only at the start of the value and right behind other quotes; white space there is skipped.
    let mut fresh = true;
    let mut i = equals + 1;
    while i < bytes.len() {
        let byte = bytes[i];
        match (quote, byte) {
            (None, b'\n') => break,
            (None, b' ' | b'\t' | b'\r') if fresh => {}
            (None, b'\'' | b'"') if fresh => quote = Some(byte),
            (Some(q), _) if byte == q => {
                quote = None;
                solid = value.len();
            }
            (None | Some(b'"'), b'\\') => {
                i += 1;
                let Some(next) = bytes.get(i) else { break };
                fresh = quote.is_some();
                if *next != b'\n' {
                    // Inside double quotes a backslash stays before what needs none.
                    let from = if quote.is_some() && !b"\"\\`$".contains(next) { i - 1 } else { i };
                    view.push_onto(&mut value, from..i + 1);
                    solid = value.len();
                }
            }
            _ => {
                fresh = quote.is_some();
                view.push_onto(&mut value, i..i + 1);
                if quote.is_some() {
                    solid = value.len();
                }
            }
        }
        i += 1;
    }
    let kept = value.bytes().iter().rposition(|b| !b" \t\r".contains(b)).map_or(0, |n| n + 1).max(solid);
    (end_of_line(i.min(bytes.len())) + 1, Some((name, value.slice(0..kept))))
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `NAME=value` of an `Environment=` word. `%%` is a per cent sign; other specifiers are rare there and stay as they are.
fn assignment(word: &Traced) -> Option<(String, Traced)> {
    let equals = word.bytes().iter().position(|b| *b == b'=')?;
    let name = String::from_utf8_lossy(&word.bytes()[..equals]).into_owned();
    let value = word.slice(equals + 1..word.len());
    let value = match value.bytes().windows(2).position(|w| w == b"%%") {
        Some(at) => value.replace(b"%%", &value.slice(at..at + 1)),
        None => value,
    };
    is_name(&name).then_some((name, value))
}

fn expand<'v>(word: &Traced, value: &impl Fn(&str) -> Option<&'v Traced>) -> Traced {
    let bytes = word.bytes();
    let mut out = Traced::new();
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != b'$' {
            at += 1;
            continue;
        }
        if bytes.get(at + 1) == Some(&b'$') {
            out.push(&word.slice(from..at + 1));
            at += 2;
            from = at;
            continue;
        }
        let close = bytes[at..].iter().position(|b| *b == b'}').map(|n| at + n);
        let name = close
            .filter(|_| bytes.get(at + 1) == Some(&b'{'))
            .and_then(|close| std::str::from_utf8(&bytes[at + 2..close]).ok().filter(|n| is_name(n)));
        match (name, close) {
            (Some(name), Some(close)) => {
                out.push(&word.slice(from..at));
                if let Some(value) = value(name) {
                    out.push(value);
                }
                at = close + 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    out.push(&word.slice(from..bytes.len()));
    out
}

fn trim(text: &Traced) -> Traced {
    let solid = |b: &u8| !b.is_ascii_whitespace();
    let start = text.bytes().iter().position(solid).unwrap_or(text.len());
    let end = text.bytes().iter().rposition(solid).map_or(start, |n| n + 1);
    text.slice(start..end)
}

/// Lines without comments, put together where a backslash ends one; the backslash becomes a space.
fn logical_lines(view: &View) -> Vec<Traced> {
    let mut out = Vec::new();
    let mut open: Option<Traced> = None;
    let mut start = 0;
    for line in view.bytes.split_inclusive(|b| *b == b'\n') {
        let end = start + line.iter().rposition(|b| !b"\r\n".contains(b)).map_or(0, |n| n + 1);
        let first = view.bytes[start..end].iter().position(|b| !b" \t".contains(b)).map_or(end, |n| start + n);
        let comment = first < end && matches!(view.bytes[first], b'#' | b';');
        let begin = if open.is_some() { start } else { first };
        start += line.len();
        // A comment in the middle of a continued line does not end it.
        if comment || (begin == end && open.is_none()) {
            continue;
        }
        let mut text = open.take().unwrap_or_default();
        if end > begin && view.bytes[end - 1] == b'\\' {
            view.push_onto(&mut text, begin..end - 1);
            view.push_escape(&mut text, b" ", end - 1..end);
            open = Some(text);
        } else {
            view.push_onto(&mut text, begin..end);
            out.push(text);
        }
    }
    out.extend(open);
    out
}

/// The words of a text as systemd splits it: at white space, quotes taken off. With `escapes`, a backslash writes special
/// characters as in C; without, it only makes the next character plain.
pub(super) fn words(text: &Traced, escapes: bool) -> Vec<Traced> {
    let bytes = text.bytes();
    let mut out = Vec::new();
    let mut word: Option<Traced> = None;
    let mut quote = None;
    let mut at = 0;
    while at < bytes.len() && out.len() < MAX_WORDS {
        let byte = bytes[at];
        let mut len = 1;
        match (quote, byte) {
            (None, b' ' | b'\t' | b'\n' | b'\r') => out.extend(word.take()),
            // Quotes count only where a word starts or inside one alike: systemd takes them anywhere.
            (None, b'\'' | b'"') => {
                quote = Some(byte);
                word.get_or_insert_default();
            }
            (Some(q), _) if byte == q => quote = None,
            (_, b'\\') if at + 1 < bytes.len() => {
                let (made, used) = escape(&bytes[at + 1..], escapes);
                len = 1 + used;
                let word = word.get_or_insert_default();
                match made {
                    Some(made) => match text.slice(at..at + len).span() {
                        Some(span) => word.push_made(&made, span),
                        None => word.push(&text.slice(at + 1..at + len)),
                    },
                    None => word.push(&text.slice(at + 1..at + len)),
                }
            }
            _ => word.get_or_insert_default().push(&text.slice(at..at + 1)),
        }
        at += len;
    }
    out.extend(word);
    out
}

/// What stands behind a backslash: the bytes it writes (`None` for the plain character itself) and how many bytes it took.
fn escape(rest: &[u8], c_style: bool) -> (Option<Vec<u8>>, usize) {
    let plain = (None, 1);
    if !c_style {
        return plain;
    }
    let number = |digits: &[u8], radix: u32| {
        std::str::from_utf8(digits)
            .ok()
            .and_then(|d| u32::from_str_radix(d, radix).ok())
            .and_then(|n| u8::try_from(n).ok())
    };
    match rest[0] {
        b'a' => (Some(vec![7]), 1),
        b'b' => (Some(vec![8]), 1),
        b'f' => (Some(vec![12]), 1),
        b'n' => (Some(vec![b'\n']), 1),
        b'r' => (Some(vec![b'\r']), 1),
        b't' => (Some(vec![b'\t']), 1),
        b'v' => (Some(vec![11]), 1),
        b's' => (Some(vec![b' ']), 1),
        b'x' => match rest.get(1..3).and_then(|d| number(d, 16)) {
            Some(byte) => (Some(vec![byte]), 3),
            None => plain,
        },
        b'0'..=b'7' => match rest.get(0..3).and_then(|d| number(d, 8)) {
            Some(byte) => (Some(vec![byte]), 3),
            None => plain,
        },
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, environment_file, words};
    use crate::text::{Source, Texts, Traced, View};
    use std::sync::Arc;

    fn view(text: &str) -> View {
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::new(Source::new("/a", text.as_bytes())));
        texts.view(id)
    }

    fn shown(words: &[Traced]) -> Vec<String> {
        words.iter().map(|w| w.to_text().into_owned()).collect()
    }

    #[test]
    fn words_are_split_as_systemd_does() {
        for (text, escapes, expected) in [
            ("a b", true, &["a", "b"][..]),
            ("  a\tb  ", true, &["a", "b"]),
            ("'a b' \"c d\"e", true, &["a b", "c de"]),
            ("''", true, &[""]),
            (r"a\ b", true, &["a b"]),
            (r"a\x20b\tc", true, &["a b\tc"]),
            (r"a\tb", false, &["atb"]),
            ("--x='0'", false, &["--x=0"]),
            ("", true, &[]),
        ] {
            let view = view(text);
            assert_eq!(shown(&words(&view.traced(0..text.len()), escapes)), expected, "{text:?}");
        }
    }

    #[test]
    fn a_variable_that_is_a_word_is_split_and_one_in_braces_is_not() {
        let unit_text = "[Unit]\nExecStart=/bin/no\n[Service]\n# c\nEnvironment='A=--x=1 --y=2' B=z\nExecStart=-/usr/bin/kubelet \\\n  $A ${A} p${B}q $$C $NONE\n";
        let mut unit = Unit::default();
        unit.read(&view(unit_text));
        let words = unit.command(&unit.environment);
        assert_eq!(shown(&words), ["/usr/bin/kubelet", "--x=1", "--y=2", "--x=1 --y=2", "pzq", "$C"]);
    }

    #[test]
    fn a_drop_in_replaces_the_command_only_after_an_empty_one() {
        let mut unit = Unit::default();
        unit.read(&view("[Service]\nExecStart=/bin/a 1\n"));
        unit.read(&view("[Service]\nExecStart=/bin/b 2\n"));
        assert_eq!(shown(&unit.exec_start), ["/bin/a", "1"]);
        unit.read(&view("[Service]\nExecStart=\nExecStart=/bin/c 3\n"));
        assert_eq!(shown(&unit.exec_start), ["/bin/c", "3"]);
    }

    #[test]
    fn environment_files() {
        let text = "# c\n; c\nA=1\nB= two words  \nC='it is' \"quoted\"\nD=a\\\nb\nE=\"x\\\"y\\z\"\nnothing\n F=6\n";
        let read: Vec<_> =
            environment_file(&view(text)).into_iter().map(|(n, v)| format!("{n}={}", v.to_text())).collect();
        assert_eq!(read, ["A=1", "B=two words", "C=it isquoted", "D=ab", "E=x\"y\\z", "F=6"]);
    }

    #[test]
    fn no_prefix_of_a_unit_panics() {
        let text = "[Service]\nEnvironment='A=\\x20 %%' \"B=c\\\n d\"\nExecStart=-/k $A ${B} \\\nEnvironmentFile=-/x\n";
        for end in 0..=text.len() {
            let mut unit = Unit::default();
            unit.read(&view(&text[..end]));
            unit.command(&unit.environment);
            environment_file(&view(&text[..end]));
        }
    }
}
