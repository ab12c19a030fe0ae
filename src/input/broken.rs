//! YAML and JSON that no other kind of input takes for its own because it cannot be parsed.

use std::sync::Arc;

use crate::node::{Cx, NodeGroup};
use crate::syntax::{Node, SyntaxError, TOO_MANY, broken};
use crate::text::{Place, TextId};

use super::standalone::is_user_data;
use super::unit::{FileList, Input, Unit, has_extension};
use super::watched::{Group, PLANS, is_watched};
use super::{manifests, yaml_files};

/// Messages about JSON that some programs accept: with comments and trailing commas, and one value a line.
const DIALECTS: &[&str] = &["not allowed", "more than one JSON value"];

/// Kinds of documents that a node reads itself.
const OF_NODES: &[&str] = &["KubeletConfiguration", "NodeConfig", "InitConfiguration", "JoinConfiguration"];

/// Broken files in which a watched word stands. Templates of other tools and dialects of JSON are not broken.
#[derive(Debug)]
pub(super) struct Broken;

impl Input for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.with_extension(&["yaml", "yml", "json"], |words| words.has(Group::Watched))
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        // The others are read, with their errors, as manifests and plans.
        let plan = |bytes: &[u8]| PLANS.iter().any(|word| yaml_files::holds(bytes, word.as_bytes()));
        let ours = |bytes: &[u8]| !bytes.contains(&0) && is_watched(bytes) && !plan(bytes);
        if !cx.files.read(&unit.path).is_ok_and(|source| ours(&source.bytes())) {
            return Vec::new();
        }
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        // MIME is read as such, whatever the name of its file says.
        if is_user_data(&view.bytes) {
            return Vec::new();
        }
        let described = OF_NODES.iter().any(|kind| yaml_files::holds(&view.bytes, kind.as_bytes()));
        // Without a tree, which takes much more memory than the text.
        if !described && serde_json::from_slice::<serde::de::IgnoredAny>(&view.bytes).is_ok() {
            return Vec::new();
        }
        // Other kinds of input that ask for it have the same tree.
        let parsed = yaml_files::in_either(&view);
        if !described && parsed.errors.is_empty() || manifests::names_one(&view.bytes) {
            return Vec::new();
        }
        if let Some(error) = parsed.errors.first()
            && error.template(&view).is_none()
            && !DIALECTS.iter().any(|words| error.message.contains(words))
        {
            cx.notes.syntax(error, "");
        }
        for tree in parsed.tree.iter().filter(|tree| described && tree.get("apiVersion").is_none()) {
            if let Some(kind) = tree.get("kind").and_then(Node::as_str).filter(|kind| OF_NODES.contains(kind)) {
                cx.problem(tree.span, format!("a {kind} without `apiVersion`, which nothing reads: add it"));
            }
        }
        Vec::new()
    }
}

/// Files of YAML and JSON that this thread has read for a unit since the last call and that cannot be parsed to the end: where, and why.
/// Templates of other tools are not broken, nor is what a unit has no budget for.
pub(crate) fn unparsed(cx: &Cx<'_>) -> Vec<(Place, String)> {
    let one = |(id, parsed, error): (TextId, Arc<[u8]>, SyntaxError)| {
        let view = cx.read.contains(&id).then(|| cx.texts.view(id))?;
        let place = cx.texts.place(error.at);
        // Some readers try what a text is with parts of it left out.
        let tried = parsed != view.bytes || is_user_data(&view.bytes);
        let ours = has_extension(place.source.path(), &["json", "yaml", "yml"]) && !tried;
        (ours && error.message != TOO_MANY && (error.is_limit() || error.template(&view).is_none()))
            .then_some((place, error.message))
    };
    broken::take().into_iter().filter_map(one).collect()
}
