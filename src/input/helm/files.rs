//! `.Files`: what lies in the folder of a chart.

use std::path::Path;
use std::sync::Arc;

use crate::text::{FileError, Span, Traced, Why};
use crate::value::Value;

use super::engine::{Engine, map};

/// The most files of one pattern.
const MAX_FILES: usize = 1000;

/// A file of the chart.
pub(super) fn file(engine: &mut Engine<'_, '_>, name: Option<&str>, at: Span) -> Value {
    let Some(name) = name else { return Value::unknown(Why::NotUnderstood("the name of a file".into()), at) };
    let path = engine.folder.join(name.trim_start_matches('/'));
    if path.components().any(|c| matches!(c, std::path::Component::ParentDir)) {
        return Value::str(Traced::made("", at), at);
    }
    match engine.cx.open(&path) {
        Ok(id) => {
            let view = engine.cx.texts.view(id);
            Value::str(view.traced(0..view.bytes.len()), at)
        }
        // Helm gives nothing for a file that is not there.
        Err(FileError::Missing) => Value::str(Traced::made("", at), at),
        Err(_) => Value::unknown(Why::FromOutside(format!("the file {}", name.escape_debug()).into()), at),
    }
}

/// The files of the chart whose names fit a pattern, by name. Only the last part of the pattern may have marks in it.
pub(super) fn files(engine: &mut Engine<'_, '_>, pattern: Option<&str>, at: Span) -> Value {
    let Some(pattern) = pattern else { return Value::unknown(Why::NotUnderstood("a pattern of files".into()), at) };
    let (folder, last) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    if folder.contains(['*', '?', '[', '{']) {
        let why = format!("the files `{}`", pattern.escape_debug());
        return Value::unknown(Why::NotUnderstood(why.into()), at);
    }
    let Ok(glob) = globset::Glob::new(last) else {
        return Value::unknown(Why::NotUnderstood("a pattern of files".into()), at);
    };
    let glob = glob.compile_matcher();
    let mut entries = Vec::new();
    let dir = engine.folder.join(folder.trim_start_matches('/'));
    for path in engine.cx.files.list(&dir).into_iter().take(MAX_FILES) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()).filter(|n| glob.is_match(Path::new(n))) else {
            continue;
        };
        let whole = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let content = file(engine, Some(&whole), at);
        entries.push((Arc::from(name), content));
    }
    map(entries, at)
}
