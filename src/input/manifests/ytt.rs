//! Values that ytt fills in, such as `idle: #@ data.values.idle`, from the files with `#@data/values` and `#@data/values-schema`
//! beside a template. Source: carvel-dev/ytt, `pkg/workspace/datavalues`.

use std::path::{Path, PathBuf};

use crate::input::unit::has_extension;
use crate::input::yaml_files;
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::{Traced, View, budget};

/// What a value is shown as.
const MARK: &[u8] = b"${data.values.";

/// What begins a file of values, and one with their defaults.
const VALUES: &[u8] = b"#@data/values";
const SCHEMA: &[u8] = b"#@data/values-schema";

/// The most files of values that are read.
const MAX_FILES: usize = 50;

/// The text of a file with the values that are known, and the file that the first one is from.
pub(super) fn rendered(view: &View, path: &Path, cx: &mut Cx<'_>) -> Option<(Traced, PathBuf)> {
    if !yaml_files::holds(&view.bytes, MARK) {
        return None;
    }
    let values = values(path, cx);
    let (mut out, mut done, mut from) = (Traced::new(), 0, None);
    for at in memchr::memmem::find_iter(&view.bytes, MARK) {
        let inner = &view.bytes[at + MARK.len()..];
        let Some(length) = inner.iter().take_while(|b| !b"\n{".contains(b)).position(|b| *b == b'}') else { continue };
        let Ok(name) = std::str::from_utf8(inner[..length].trim_ascii_end()) else { continue };
        // The last file that sets it counts.
        let found = values.iter().rev().find_map(|(file, view, tree)| {
            let value =
                name.split('.').try_fold(tree, |node, key| node.get(key)).filter(|node| node.as_scalar().is_some())?;
            Some((file, view.traced(value.span.start as usize..value.span.end as usize)))
        });
        if let Some((file, value)) = found {
            out.push(&view.traced(done..at));
            out.push(&value);
            done = at + MARK.len() + length + 1;
            from.get_or_insert_with(|| file.clone());
        }
    }
    out.push(&view.traced(done..view.bytes.len()));
    Some((out, from?))
}

/// The values beside a file, in the order in which ytt lays one over the other.
fn values(path: &Path, cx: &mut Cx<'_>) -> Vec<(PathBuf, View, Node)> {
    let mut files: Vec<(bool, PathBuf)> = Vec::new();
    let beside = path.parent().map(|dir| cx.files.list(dir)).unwrap_or_default();
    for file in beside.into_iter().filter(|file| has_extension(file, &["yaml", "yml"])) {
        let text = cx.files.glance(&file).filter(|text| yaml_files::holds(text, VALUES));
        files.extend(text.map(|text| (!yaml_files::holds(&text, SCHEMA), file)));
    }
    files.sort_by_key(|(is_set, _)| *is_set);
    let mut out = Vec::new();
    for (_, file) in budget::at_most(files, MAX_FILES, "files of values of ytt") {
        let Ok(view) = cx.view(&file) else { continue };
        let trees = yaml_files::documents(&view).tree.clone();
        out.extend(trees.into_iter().map(|tree| (file.clone(), view.clone(), tree)));
    }
    out
}
