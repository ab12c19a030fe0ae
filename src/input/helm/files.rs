//! `.Files`: the files in the folder of a chart.

use std::path::Path;
use std::sync::Arc;

use regex::Regex;

use crate::node::Cx;
use crate::text::{FileError, Span, Traced, Why};
use crate::value::{Entry, Kind, Value};

use super::packed::Sources;
use super::values::{map, open};
use crate::input::template_text::encoded;

/// The most files of one pattern.
const MAX_FILES: usize = 1000;

/// The folder of a chart.
pub(super) struct Folder<'a> {
    pub(super) dir: &'a Path,
    pub(super) sources: &'a Sources,
    /// It is the folder of a helmfile.
    pub(super) helmfile: bool,
}

/// True for files that are a part of the chart itself.
fn is_own(name: &str) -> bool {
    name.starts_with("templates/")
        || name.starts_with("charts/")
        || matches!(name, "Chart.yaml" | "Chart.lock" | "values.yaml" | "values.schema.json" | "requirements.yaml")
}

/// A file of the chart. Helm knows it by its path from the chart's folder, and returns nothing for any other one.
pub(super) fn file(cx: &mut Cx<'_>, folder: &Folder<'_>, name: Option<&str>, at: Span) -> Value {
    let Some(name) = name else { return Value::unknown(Why::NotUnderstood("the name of a file".into()), at) };
    let nothing = || Value::str(Traced::made("", at), at);
    if is_own(name) || name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return nothing();
    }
    match folder.sources.view(&folder.dir.join(name), cx) {
        Ok(view) => Value::str(view.traced(0..view.bytes.len()), at),
        Err(FileError::Missing) => nothing(),
        Err(_) => Value::unknown(Why::FromOutside(format!("the file {}", name.escape_debug()).into()), at),
    }
}

/// The lines of a file.
pub(super) fn lines(cx: &mut Cx<'_>, folder: &Folder<'_>, name: Option<&str>, at: Span) -> Value {
    let content = file(cx, folder, name, at);
    let Kind::Str(text) = &content.kind else { return content };
    if text.is_empty() {
        return Value::list(Vec::new(), at);
    }
    let text = text.slice(0..text.len() - usize::from(text.bytes().ends_with(b"\n")));
    Value::list(text.split(b"\n").into_iter().map(|line| Value::str(line, at)).collect(), at)
}

/// The files of the chart that match a pattern, by path. `*` does not match `/`, `**` does.
pub(super) fn files(cx: &mut Cx<'_>, folder: &Folder<'_>, pattern: Option<&str>, at: Span) -> Value {
    let not = || Value::unknown(Why::NotUnderstood("a pattern of files".into()), at);
    let Some(pattern) = pattern.and_then(regex_of) else { return not() };
    let mut entries = Vec::new();
    let mut folders = vec![folder.dir.to_owned()];
    while let Some(dir) = folders.pop() {
        for path in folder.sources.list(&dir, cx) {
            if entries.len() >= MAX_FILES {
                return open(&map(entries, at), Why::limit("files of a pattern"));
            }
            let name = path.strip_prefix(folder.dir).ok().and_then(|p| p.to_str()).map(str::to_owned);
            if let Some(name) = name.filter(|n| pattern.is_match(n) && !is_own(n)) {
                let content = file(cx, folder, Some(&name), at);
                entries.push((Arc::from(name), content));
            }
        }
        folders.extend(folder.sources.folders(&dir, cx));
    }
    map(entries, at)
}

/// A pattern of files as a regular expression. Source: gobwas/glob, with `/` as its separator.
fn regex_of(pattern: &str) -> Option<Regex> {
    let (mut out, mut depth) = ("^".to_owned(), 0);
    let mut chars = pattern.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '*' if chars.next_if_eq(&'*').is_some() => out.push_str(".*"),
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => {
                out.push('[');
                if chars.next_if_eq(&'!').is_some() {
                    out.push('^');
                }
                for inner in chars.by_ref() {
                    if matches!(inner, '[' | '&' | '~' | '\\') {
                        out.push('\\');
                    }
                    out.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
            other => out.push_str(&regex::escape(&other.to_string())),
        }
    }
    Regex::new(&(out + "$")).ok()
}

/// A set of files by their names, for the data of a `ConfigMap` or, in base64, of a `Secret`.
pub(super) fn by_name(files: &Value, encode: bool) -> Value {
    let Kind::Map(inner) = &files.kind else { return files.clone() };
    let entry = |(path, entry): (&Arc<str>, &Entry)| {
        let value = match &entry.value.kind {
            Kind::Str(text) if encode => encoded(text, entry.value.at),
            _ => entry.value.clone(),
        };
        (Arc::from(path.rsplit('/').next().unwrap_or_default()), value)
    };
    map(inner.entries.iter().map(entry), files.at)
}
