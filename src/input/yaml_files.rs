//! Helpers for the kinds of input that read YAML and JSON documents.

use std::path::Path;

use crate::node::{Cx, Gap};
use crate::syntax::{Node, Parsed};
use crate::text::{Span, View, Why};

pub(super) use crate::syntax::documents::{documents, in_either};
pub(super) use crate::text::holds;

/// Opens the file of a unit, if it contains at least one word of every group: most files are skipped without being
/// parsed. An unreadable file is reported by the walk that found it.
pub(super) fn open(path: &Path, groups: &[&[&str]], cx: &mut Cx<'_>) -> Option<View> {
    let source = cx.files.read(path).ok()?;
    let bytes = source.bytes();
    let found = groups.iter().all(|words| words.iter().any(|word| holds(&bytes, word.as_bytes())));
    if found { cx.view(path).ok() } else { None }
}

/// Records the syntax errors of a text. A template of another tool is not wrong: it is only not read.
pub(super) fn note_errors<T>(view: &View, parsed: &Parsed<T>, cx: &mut Cx<'_>) {
    for error in &parsed.errors {
        match (error.template(view), error.unknown(view)) {
            (Some(marks), _) => {
                let words = format!("a template ({marks}) that another tool fills in, not read: check its output");
                // One such error causes others.
                return cx.problem(error.at, words);
            }
            (None, Some(why)) => cx.gap(error.at, why.clone()),
            (None, None) => cx.notes.syntax(error, ""),
        }
    }
}

/// The place and the reason, if a scalar is unknown.
pub(super) fn unknown(node: &Node) -> Option<(Span, Why)> {
    let text = &node.as_scalar()?.text;
    text.first_unknown().filter(|_| text.is_unknown()).map(|(at, why)| (at, why.clone()))
}

/// The gap of an unknown scalar.
pub(super) fn gap(node: &Node) -> Option<Gap> {
    unknown(node).map(|(at, why)| Gap { at, why })
}

/// The minor version in a Kubernetes version such as `1.31` or `v1.31.2`.
pub(super) fn minor(version: &str) -> Option<u32> {
    let version = version.trim();
    let rest = version.strip_prefix('v').unwrap_or(version).strip_prefix("1.")?;
    rest.split(['.', '-', '+']).next()?.parse().ok()
}

/// The first non-empty line.
pub(super) fn first_line(view: &View) -> Span {
    let bytes = view.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&view.bytes);
    let skipped = view.bytes.len() - bytes.len();
    let start = skipped + bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let length = view.bytes[start..].iter().position(|b| matches!(b, b'\r' | b'\n'));
    view.span(start..length.map_or(view.bytes.len(), |l| start + l))
}

/// The path of a file relative to the root of the scan.
pub(super) fn shown(path: &Path, cx: &Cx<'_>) -> String {
    path.strip_prefix(cx.files.root()).unwrap_or(path).display().to_string()
}
