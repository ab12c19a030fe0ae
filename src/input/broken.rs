//! YAML and JSON that no other kind of input takes for its own because it cannot be parsed.

use crate::node::{Cx, NodeGroup};

use super::unit::{FileList, Input, Unit};
use super::{is_watched, manifests, yaml_files};

/// Messages about JSON that some programs accept: with comments and trailing commas, and one value a line.
const DIALECTS: &[&str] = &["not allowed", "more than one JSON value"];

/// Broken files in which a watched word stands. Templates of other tools and dialects of JSON are not broken.
#[derive(Debug)]
pub(super) struct Broken;

impl Input for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.with_extension(&["yaml", "yml", "json"])
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        // The others are read, with their errors, as manifests.
        let ours = |bytes: &[u8]| !bytes.contains(&0) && is_watched(bytes) && !manifests::names_one(bytes);
        if !cx.files.read(&unit.path).is_ok_and(|source| ours(&source.bytes())) {
            return Vec::new();
        }
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        let parsed = yaml_files::documents(&view);
        if let Some(error) = parsed.errors.first()
            && error.template(&view).is_none()
            && !DIALECTS.iter().any(|words| error.message.contains(words))
        {
            cx.notes.syntax(error, "");
        }
        Vec::new()
    }
}
