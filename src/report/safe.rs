//! The last stop of everything that is printed. Paths, names, values and configuration come from strangers, and what reads the
//! output obeys some of it: a terminal control characters, GitHub's and Azure's runners commands in their logs.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use crate::text::holds;
use crate::text::relative_to;

use super::plain_text::harmless_char;

/// What reads an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// People, a log or a browser.
    Text,
    /// GitHub's runner: lines that start with colons are commands of this program, which has escaped their values.
    Commands,
    /// A program that uses it as it is: a patch, a configuration. Only what no output may have is replaced.
    Exact,
    /// A parser of JSON: what is not safe is escaped, so nothing is lost.
    Json,
}

/// Folders of the machine, which are not named in a report.
#[derive(Clone, Debug, Default)]
pub struct Folders(Vec<(String, String)>);

/// Folders that nodes have, too. If one of them is scanned, its name is no secret, and texts mean that of the node.
const OF_NODES: &[&str] = &["/etc", "/opt", "/run", "/usr", "/var/lib"];

impl Folders {
    /// `folders`, which are absolute, as they are seen from `base`.
    pub fn new(base: &Path, folders: &[&Path]) -> Self {
        let named = |folder: &&&Path| {
            folder.is_absolute() && folder.parent().is_some() && !OF_NODES.iter().any(|node| folder.starts_with(node))
        };
        let mut out: Vec<_> = folders.iter().filter(named).collect();
        out.sort_by_key(|folder| std::cmp::Reverse(folder.as_os_str().len()));
        let shown = |folder: &&&Path| {
            let seen = relative_to(base, folder).to_string_lossy().trim_end_matches('/').to_owned();
            (folder.to_string_lossy().into_owned(), seen)
        };
        Self(out.iter().map(shown).collect())
    }

    /// `text` with paths below the folders as they are seen.
    fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for (folder, seen) in &self.0 {
            if text.contains(folder) {
                text = Cow::Owned(hidden(&text, folder, seen));
            }
        }
        text
    }
}

/// `text` with `seen` in place of `folder`, where it stands as a path.
fn hidden(text: &str, folder: &str, seen: &str) -> String {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    // A full stop may end a sentence.
    let goes_on = |text: &str| part(text.trim_start_matches('.').chars().next());
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(folder) {
        out.push_str(before);
        rest = after;
        if part(out.chars().next_back()) || goes_on(after) {
            out.push_str(folder);
            continue;
        }
        let inner = after.trim_start_matches('/');
        if inner.len() < after.len() && part(inner.chars().next()) {
            out.push_str(seen);
            out.push_str(if seen.is_empty() { "" } else { "/" });
            rest = inner;
        } else {
            out.push_str(if seen.is_empty() { "." } else { seen });
        }
    }
    out.push_str(rest);
    out
}

/// `text` as `kind` can safely read it. Escape sequences of this program, for colours and links, stay if it is `styled`.
pub fn safe<'a>(text: &'a str, kind: Kind, styled: bool, folders: &Folders) -> Cow<'a, str> {
    // Without an early end, many bytes are compared at once.
    let plain = |part: &[u8]| part.iter().fold(true, |all, b| all & matches!(b, b' '..=b'~' | b'\n' | b'\t'));
    let commands =
        holds(text.as_bytes(), b"##") || matches!(kind, Kind::Text | Kind::Exact) && holds(text.as_bytes(), b"::");
    if text.as_bytes().chunks(256).all(plain) && !commands {
        return folders.hide(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        // A patch of a file of Windows has its line ends.
        let end = ["\r\n", "\n"].into_iter().find(|end| line.ends_with(end)).unwrap_or_default();
        let line = line.strip_suffix(end).unwrap_or(line);
        if styled && line.contains('\u{1b}') {
            out.push_str(&styled_line(line, kind, folders));
        } else {
            out.push_str(&plain_line(line, kind, folders));
        }
        out.push_str(end);
    }
    Cow::Owned(out)
}

/// How much is held back until it is made safe, in bytes; more if a single line is longer.
const HELD: usize = 1 << 16;

/// Passes on what is written, line by line, as [`safe`] makes it.
pub(crate) struct Safely<'a> {
    out: &'a mut dyn Write,
    kind: Kind,
    styled: bool,
    folders: &'a Folders,
    held: Vec<u8>,
    /// The length of the complete lines at its start.
    whole: usize,
}

impl<'a> Safely<'a> {
    /// Writes to `out` what `kind` can safely read.
    pub(crate) fn new(out: &'a mut dyn Write, kind: Kind, styled: bool, folders: &'a Folders) -> Self {
        Self { out, kind, styled, folders, held: Vec::new(), whole: 0 }
    }

    /// Passes on what is held back.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.pass(self.held.len())?;
        self.out.flush()
    }

    fn pass(&mut self, length: usize) -> io::Result<()> {
        let rest = self.held.split_off(length);
        let lines = std::mem::replace(&mut self.held, rest);
        self.whole = 0;
        let lines = std::str::from_utf8(&lines).map_or_else(|_| String::from_utf8_lossy(&lines), Cow::Borrowed);
        self.out.write_all(safe(&lines, self.kind, self.styled, self.folders).as_bytes())
    }
}

impl Write for Safely<'_> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if let Some(end) = memchr::memrchr(b'\n', part) {
            self.whole = self.held.len() + end + 1;
        }
        self.held.extend_from_slice(part);
        if self.whole >= HELD {
            self.pass(self.whole)?;
        }
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn plain_line<'a>(line: &'a str, kind: Kind, folders: &Folders) -> Cow<'a, str> {
    let mut line = folders.hide(line);
    let is_safe = |c: char| c == '\t' || harmless_char(c) == c;
    if !line.chars().all(is_safe) {
        let mut clean = String::with_capacity(line.len());
        for c in line.chars() {
            match (is_safe(c), kind) {
                (true, _) => clean.push(c),
                (false, Kind::Json) => {
                    c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| clean.push_str(&format!("\\u{unit:04x}")));
                }
                (false, _) => clean.push(harmless_char(c)),
            }
        }
        line = Cow::Owned(clean);
    }
    if line.contains("##") {
        line = Cow::Owned(without_commands(&line, kind));
    }
    if matches!(kind, Kind::Text | Kind::Exact) && starts_command(&line) {
        line = Cow::Owned(line.replacen("::", ": :", 1));
    }
    line
}

/// A line of text in which this program has put escape sequences.
fn styled_line(line: &str, kind: Kind, folders: &Folders) -> String {
    let mut out = String::with_capacity(line.len());
    let mut in_link = false;
    for (n, part) in line.split('\u{1b}').enumerate() {
        let rest = if n == 0 { Some((0, part)) } else { sequence(part, &mut in_link) };
        let (length, rest) = rest.unwrap_or((0, part));
        if n > 0 {
            out.push(if length > 0 { '\u{1b}' } else { harmless_char('\u{1b}') });
            out.push_str(part.get(..length).unwrap_or_default());
        }
        // A command starts a line also behind colours.
        let shown = plain_line(rest, if out.trim().is_empty() { kind } else { Kind::Commands }, folders);
        out.push_str(&shown);
    }
    if matches!(kind, Kind::Text | Kind::Exact) && starts_command(&anstream::adapter::strip_str(&out).to_string()) {
        out = out.replacen("::", ": :", 1);
    }
    out
}

/// The length of the colour or link at the start of what follows an escape character, and the rest.
fn sequence<'a>(part: &'a str, in_link: &mut bool) -> Option<(usize, &'a str)> {
    if std::mem::take(in_link) {
        return part.strip_prefix('\\').map(|rest| (1, rest));
    }
    if let Some(address) = part.strip_prefix("]8;;") {
        *in_link = address.bytes().all(|b| b.is_ascii_alphanumeric() || b"%/:._~-".contains(&b));
        return in_link.then_some((part.len(), ""));
    }
    let rest =
        part.strip_prefix('[')?.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m')?;
    Some((part.len() - rest.len(), rest))
}

/// True if GitHub's runner would look for a command in the line: it ignores white space before one.
fn starts_command(line: &str) -> bool {
    line.trim_start().starts_with("::")
}

/// `##[` and `##vso[` start commands anywhere in a line.
fn without_commands(line: &str, kind: Kind) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('#') {
        out.push_str(before);
        out.push('#');
        rest = after;
        let Some(word) = after.strip_prefix('#') else { continue };
        let name = word.get(..3).filter(|name| name.eq_ignore_ascii_case("vso")).unwrap_or_default();
        if word.get(name.len()..).is_some_and(|word| word.starts_with('[')) {
            out.push_str(&if kind == Kind::Json { format!("#{name}\\u005b") } else { format!("# {name}[") });
            rest = word.get(name.len() + 1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;

    use super::{Folders, Kind, Safely, safe};

    fn text(line: &str) -> String {
        safe(line, Kind::Text, false, &Folders::default()).into_owned()
    }

    #[test]
    fn no_line_is_a_command() {
        for (line, shown) in [
            ("::error::x", ": :error::x"),
            ("a\n \u{a0}\t::error::x\n", "a\n \u{a0}\t: :error::x\n"),
            ("a ##vso[x] ###[y] ##VSO[z] ## [", "a ## vso[x] ### [y] ## VSO[z] ## ["),
            ("a::b #[ ##a[", "a::b #[ ##a["),
            ("\u{1b}[31mx\u{9b}\u{202e}\r", "␛[31mx\u{FFFD}\u{FFFD}␍"),
        ] {
            assert_eq!(text(line), shown);
        }
        assert_eq!(safe("::error file=a::##[b", Kind::Commands, false, &Folders::default()), "::error file=a::## [b");
    }

    #[test]
    fn what_is_written_in_parts_is_as_safe_as_the_whole() {
        let whole = "a\u{9b}b ##vso[x]\n  ::error::x\n".repeat(9000) + "::last";
        let (mut out, folders) = (Vec::new(), Folders::default());
        let mut safely = Safely::new(&mut out, Kind::Text, false, &folders);
        whole.as_bytes().chunks(7).for_each(|part| safely.write_all(part).unwrap());
        safely.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), text(&whole));
    }

    #[test]
    fn json_loses_nothing() {
        let value = serde_json::json!({"a": "\u{7f}\u{9b}\u{202e}\u{e0041} ##vso[x ##[y"});
        let written = value.to_string();
        let shown = safe(&written, Kind::Json, false, &Folders::default());
        assert!(shown.is_ascii() && !shown.contains("##["), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn only_colours_and_links_pass_to_a_terminal() {
        let kept = "\u{1b}[1;31ma\u{1b}[0m \u{1b}]8;;file:///a/b\u{1b}\\b\u{1b}]8;;\u{1b}\\";
        assert_eq!(safe(kept, Kind::Text, true, &Folders::default()), kept);
        let shown = safe("\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}[1m::error::x", Kind::Text, true, &Folders::default());
        assert_eq!(shown, "␛[2J␛]0;x␇\u{1b}[1m::error::x");
        assert_eq!(safe(" \u{1b}[1m::a::b", Kind::Text, true, &Folders::default()), " \u{1b}[1m: :a::b");
    }

    #[test]
    fn folders_of_the_machine_are_not_named() {
        let folders =
            Folders::new(Path::new("/home/x/repo/a"), &[Path::new("/home/x/repo"), Path::new("/home/x/repo/a")]);
        for (text, shown) in [
            ("read /home/x/repo/a/b.tf", "read b.tf"),
            ("the directory /home/x/repo//modules is", "the directory ../modules is"),
            ("/home/x/repo/a: in /home/x/repo.", ".: in ..."),
            ("/home/x/repository and /mnt/home/x/repo.old", "/home/x/repository and /mnt/home/x/repo.old"),
        ] {
            assert_eq!(safe(text, Kind::Text, false, &folders), shown);
        }
        assert_eq!(safe("/etc/a", Kind::Text, false, &Folders::new(Path::new("/"), &[Path::new("/etc")])), "/etc/a");
    }
}
