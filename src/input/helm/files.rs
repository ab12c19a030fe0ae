//! `.Files`: the files in the folder of a chart.

use std::path::Path;
use std::sync::Arc;

use crate::text::{FileError, Span, Traced, Why};
use crate::value::Value;

use super::values::map;
use crate::node::Cx;

/// The most files of one pattern.
const MAX_FILES: usize = 1000;

/// A file of the chart.
pub(super) fn file(cx: &mut Cx<'_>, folder: &Path, name: Option<&str>, at: Span) -> Value {
    let Some(name) = name else { return Value::unknown(Why::NotUnderstood("the name of a file".into()), at) };
    let path = folder.join(name.trim_start_matches('/'));
    if path.components().any(|c| matches!(c, std::path::Component::ParentDir)) {
        return Value::str(Traced::made("", at), at);
    }
    match cx.view(&path) {
        Ok(view) => Value::str(view.traced(0..view.bytes.len()), at),
        // Helm returns nothing for a missing file.
        Err(FileError::Missing) => Value::str(Traced::made("", at), at),
        Err(_) => Value::unknown(Why::FromOutside(format!("the file {}", name.escape_debug()).into()), at),
    }
}

/// The files of the chart that match a pattern, by name. Only the last part of the pattern may have wildcards.
pub(super) fn files(cx: &mut Cx<'_>, folder: &Path, pattern: Option<&str>, at: Span) -> Value {
    let Some(pattern) = pattern else { return Value::unknown(Why::NotUnderstood("a pattern of files".into()), at) };
    let (below, last) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    if below.contains(['*', '?', '[', '{']) {
        let why = format!("the files `{}`", pattern.escape_debug());
        return Value::unknown(Why::NotUnderstood(why.into()), at);
    }
    let Ok(glob) = globset::Glob::new(last) else {
        return Value::unknown(Why::NotUnderstood("a pattern of files".into()), at);
    };
    let glob = glob.compile_matcher();
    let mut entries = Vec::new();
    let dir = folder.join(below.trim_start_matches('/'));
    for path in cx.files.list(&dir).into_iter().take(MAX_FILES) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()).filter(|n| glob.is_match(Path::new(n))) else {
            continue;
        };
        let whole = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let content = file(cx, folder, Some(&whole), at);
        entries.push((Arc::from(name), content));
    }
    map(entries, at)
}
