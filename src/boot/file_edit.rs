//! Changes to files as made by Ansible. Source: ansible/ansible `lib/ansible/modules/lineinfile.py`, `replace.py` and
//! `blockinfile.py`.

use std::rc::Rc;
use std::sync::Arc;

use regex::bytes::{Captures, Regex};

use crate::node::Edit;
use crate::text::pattern::compiled;
use crate::text::{Span, Traced, UNKNOWN_MARK, Why};

use super::disk::File;
use super::machine::Machine;

/// Changes a file of the machine.
pub(super) fn apply(machine: &mut Machine, path: &str, edit: &Edit, at: Span) {
    let text = match machine.file(path) {
        Some(File::Unknown(_)) => return,
        Some(File::Known(text)) => text,
        None if machine.lacks(path) => Arc::new(Traced::new()),
        Some(File::Removed) => Arc::new(Traced::new()),
        // The image ships the file with unknown content.
        None => return edit_image_file(machine, path, edit, at),
    };
    let file = match changed(&text, edit, at) {
        Some(text) => File::Known(Arc::new(text)),
        None => File::Unknown(Why::NotUnderstood("a change of a file".into())),
    };
    machine.put(path, file);
}

fn edit_image_file(machine: &mut Machine, path: &str, edit: &Edit, at: Span) {
    match edit {
        Edit::Line { line: Some(line), absent: false, backrefs: false, .. } => {
            let mut line = line.clone();
            line.push_made(b"\n", at);
            machine.append(path, &line, at);
        }
        Edit::Block { block, absent: false, .. } => {
            let mut block = block.clone();
            block.push_made(b"\n", at);
            machine.append(path, &block, at);
        }
        Edit::Line { absent: true, .. } | Edit::Block { absent: true, .. } => {}
        Edit::Line { .. } | Edit::Replace { .. } => {
            machine.put(path, File::Unknown(Why::FromOutside(format!("what the image has in {path}").into())));
        }
    }
}

/// The text after a change; `None` if it is unknown.
fn changed(text: &Traced, edit: &Edit, at: Span) -> Option<Traced> {
    match edit {
        Edit::Line { pattern, line, after, before, absent, backrefs, first } => {
            let pattern = pattern.as_deref().map(regex).map_or(Some(None), |r| r.map(Some))?;
            let mut lines = lines(text);
            let same = |known: &Traced| line.as_ref().is_some_and(|l| l.bytes() == known.bytes());
            let matches = |known: &Traced| pattern.as_ref().is_some_and(|p| p.is_match(known.bytes()));
            // An unknown line may match.
            let may_match = |known: &Traced| known.is_unknown() && pattern.is_some();
            if *absent {
                lines.retain(|l| if pattern.is_some() { !matches(l) } else { !same(l) });
                return Some(joined(&lines, at));
            }
            let line = line.as_ref()?;
            let mut found = (0..lines.len()).filter(|n| matches(&lines[*n]));
            let found = if *first { found.next() } else { found.next_back() };
            if let Some(n) = found {
                lines[n] = match (backrefs, &pattern) {
                    (true, Some(pattern)) => expanded(&lines[n], pattern, line)?,
                    _ => line.clone(),
                };
                return Some(joined(&lines, at));
            }
            if *backrefs {
                return if lines.iter().any(may_match) { None } else { Some(text.clone()) };
            }
            if lines.iter().any(same) {
                return Some(text.clone());
            }
            let index = insert_index(&lines, after.as_deref(), before.as_deref(), *first)?;
            lines.insert(index, line.clone());
            Some(joined(&lines, at))
        }
        Edit::Replace { pattern, with } => {
            let pattern = compiled(&format!("(?m){}", from_python(pattern)))?;
            let mut out = Traced::new();
            let mut from = 0;
            for found in pattern.captures_iter(text.bytes()) {
                let whole = found.get(0)?;
                if whole.start() == whole.end() && whole.as_bytes().is_empty() && with.is_empty() {
                    continue;
                }
                out.push(&text.slice(from..whole.start()));
                out.push(&groups(text, &found, with)?);
                from = whole.end();
            }
            out.push(&text.slice(from..text.len()));
            Some(out)
        }
        Edit::Block { block, marker, after, before, absent } => {
            let (begin, end) = (marker.replace("{mark}", "BEGIN"), marker.replace("{mark}", "END"));
            let mut lines = lines(text);
            let find = |mark: &str| lines.iter().position(|l| l.bytes().trim_ascii() == mark.as_bytes());
            let mut at_line = None;
            if let (Some(from), Some(to)) = (find(&begin), find(&end))
                && from < to
            {
                lines.drain(from..=to);
                at_line = Some(from);
            }
            if !*absent {
                let n = match at_line {
                    Some(n) => n,
                    None => insert_index(&lines, after.as_deref(), before.as_deref(), false)?,
                };
                let mut new = vec![Traced::made(begin, at)];
                new.extend(self::lines(block));
                new.push(Traced::made(end, at));
                lines.splice(n..n, new);
            }
            Some(joined(&lines, at))
        }
    }
}

/// The index at which a new line is inserted.
fn insert_index(lines: &[Traced], after: Option<&str>, before: Option<&str>, first: bool) -> Option<usize> {
    if let Some(before) = before {
        if before == "BOF" {
            return Some(0);
        }
        let pattern = regex(before)?;
        let mut found = (0..lines.len()).filter(|n| pattern.is_match(lines[*n].bytes()));
        return Some(if first { found.next() } else { found.next_back() }.unwrap_or(lines.len()));
    }
    match after {
        None | Some("EOF") => Some(lines.len()),
        Some(after) => {
            let pattern = regex(after)?;
            let mut found = (0..lines.len()).filter(|n| pattern.is_match(lines[*n].bytes()));
            Some(if first { found.next() } else { found.next_back() }.map_or(lines.len(), |n| n + 1))
        }
    }
}

fn regex(pattern: &str) -> Option<Rc<Regex>> {
    compiled(&from_python(pattern))
}

/// Converts a Python pattern to the syntax of `regex`: `\Z` is the end of the text.
fn from_python(pattern: &str) -> String {
    pattern.replace("\\Z", "\\z")
}

/// `with`, with the groups that `pattern` matches in a line.
fn expanded(line: &Traced, pattern: &Regex, with: &Traced) -> Option<Traced> {
    let found = pattern.captures(line.bytes())?;
    groups(line, &found, with)
}

/// `with`, with `\1` and `\g<1>` replaced by the groups of a match in `text`.
fn groups(text: &Traced, found: &Captures<'_>, with: &Traced) -> Option<Traced> {
    let bytes = with.bytes();
    let mut out = Traced::new();
    let (mut run, mut n) = (0, 0);
    while n < bytes.len() {
        let rest = &bytes[n..];
        let (name, length) = match rest {
            [b'\\', b'g', b'<', ..] => {
                let end = rest.iter().position(|b| *b == b'>')?;
                (String::from_utf8_lossy(&rest[3..end]).into_owned(), end + 1)
            }
            [b'\\', digit @ b'0'..=b'9', ..] => (char::from(*digit).to_string(), 2),
            [b'\\', b'n', ..] => {
                out.push(&with.slice(run..n));
                out.push_made(b"\n", with.slice(n..n + 2).span()?);
                n += 2;
                run = n;
                continue;
            }
            _ => {
                n += 1;
                continue;
            }
        };
        out.push(&with.slice(run..n));
        let group = match name.parse::<usize>() {
            Ok(number) => found.get(number),
            Err(_) => found.name(&name),
        };
        if let Some(group) = group {
            out.push(&text.slice(group.start()..group.end()));
        }
        n += length;
        run = n;
    }
    out.push(&with.slice(run..bytes.len()));
    // A group must not cut the mark of an unknown part in two.
    let broken = out.bytes().contains(&UNKNOWN_MARK.as_bytes()[0]) && out.as_str().is_none();
    if broken { None } else { Some(out) }
}

fn lines(text: &Traced) -> Vec<Traced> {
    let mut lines = text.split(b"\n");
    if lines.last().is_some_and(Traced::is_empty) {
        lines.pop();
    }
    lines
}

fn joined(lines: &[Traced], at: Span) -> Traced {
    let mut out = Traced::new();
    for line in lines {
        out.push(line);
        out.push_made(b"\n", at);
    }
    out
}
