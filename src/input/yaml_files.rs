//! What the kinds of input that read YAML and JSON documents share.

use std::path::Path;

use crate::node::{Cx, Gap};
use crate::syntax::{Node, Parsed, Style, json, yaml};
use crate::text::{Span, View, Why};

/// Opens the file of a unit, if it holds at least one of the words of every group: most files are turned away without being
/// parsed. A file that cannot be read is no input of ours; the walk that found it tells of it.
pub(super) fn open(path: &Path, groups: &[&[&str]], cx: &mut Cx<'_>) -> Option<View> {
    let source = cx.files.read(path).ok()?;
    let bytes = source.bytes();
    let found = groups.iter().all(|words| words.iter().any(|word| holds(&bytes, word.as_bytes())));
    if found { cx.view(path).ok() } else { None }
}

/// True if `word` stands anywhere in `bytes`.
pub(super) fn holds(bytes: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|b| b == first) {
        if bytes[from + at..].starts_with(word) {
            return true;
        }
        from += at + 1;
    }
    false
}

/// The documents of a text: JSON if it looks like it, else YAML.
pub(super) fn documents(view: &View) -> Parsed<Vec<Node>> {
    let text = view.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&view.bytes);
    let first = text.iter().find(|b| !b.is_ascii_whitespace());
    if matches!(first, Some(b'{' | b'[')) {
        let read = json::parse(view);
        if let Some(tree) = read.tree {
            return Parsed { tree: vec![tree], errors: read.errors };
        }
        // A flow map is YAML, and a stream of JSON objects is read by some tools.
        let again = yaml::parse(view);
        return if again.errors.is_empty() { again } else { Parsed { tree: again.tree, errors: read.errors } };
    }
    yaml::parse(view)
}

/// Notes the faults of a text. Where the text is itself a template of another language, its faults are no one's mistake: it
/// is then told that the file was not followed.
pub(super) fn note_errors<T>(view: &View, parsed: &Parsed<T>, cx: &mut Cx<'_>) {
    let mut told = false;
    for error in &parsed.errors {
        let filled_in = if is_templated(&view.bytes) {
            "`{{ }}` or `{% %}`"
        } else if near_placeholder(view, error.at) {
            "`${ }` or `%{ }`"
        } else {
            match error.unknown(view) {
                Some(why) => cx.gap(error.at, why.clone()),
                None => cx.problem(error.at, error.message.clone()),
            }
            continue;
        };
        // One such fault leads to others, and says enough.
        if !std::mem::replace(&mut told, true) {
            cx.gap(
                error.at,
                Why::NotUnderstood(
                    format!("a file with a placeholder that another tool fills in ({filled_in})").into(),
                ),
            );
        }
    }
}

/// True if a placeholder of Terraform or a shell stands on the line of a fault or on the line before.
fn near_placeholder(view: &View, at: Span) -> bool {
    let bytes = &view.bytes;
    let at = at.range().start.min(bytes.len());
    let start = bytes[..at].rsplit(|b| *b == b'\n').take(2).map(|line| line.len() + 1).sum::<usize>();
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| at + p);
    let lines = &bytes[(at + 1).saturating_sub(start)..end];
    holds(lines, b"${") || holds(lines, b"%{")
}

/// True if the text has marks of Go templates or Jinja in it. CloudFormation's dynamic references look alike and are none.
fn is_templated(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|w| matches!(w, b"{{" | b"{%")) {
        rest = &rest[at..];
        if !rest.starts_with(b"{{resolve:") {
            return true;
        }
        rest = &rest[2..];
    }
    false
}

/// The place and the reason, if nothing is known of a scalar.
pub(super) fn unknown(node: &Node) -> Option<(Span, Why)> {
    let text = &node.as_scalar()?.text;
    text.first_unknown().filter(|_| text.is_unknown()).map(|(at, why)| (at, why.clone()))
}

/// The gap that a scalar leaves of which nothing is known.
pub(super) fn gap(node: &Node) -> Option<Gap> {
    unknown(node).map(|(at, why)| Gap { at, why })
}

/// True for a null, or a value that is left out.
pub(super) fn is_null(node: &Node) -> bool {
    node.as_scalar().is_some_and(|s| {
        s.style == Style::Plain && matches!(s.text.known_str(), Some("" | "~" | "null" | "Null" | "NULL"))
    })
}

/// The minor version in a Kubernetes version such as `1.31` or `v1.31.2`.
pub(super) fn minor(version: &str) -> Option<u32> {
    let version = version.trim();
    let rest = version.strip_prefix('v').unwrap_or(version).strip_prefix("1.")?;
    rest.split(['.', '-', '+']).next()?.parse().ok()
}

/// The path of a file as a person names it: from the root of the scan.
pub(super) fn shown(path: &Path, cx: &Cx<'_>) -> String {
    path.strip_prefix(cx.files.root()).unwrap_or(path).display().to_string()
}
