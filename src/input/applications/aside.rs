//! Documents that describe applications: which they are, and how those that a unit comes across are put aside for later.

use crate::input::yaml_files;
use crate::node::Cx;
use crate::syntax::Node;

/// API groups, and their kinds.
const KINDS: &[(&str, &[&str])] = &[("argoproj.io/", &["Application"])];

/// True if a text may describe an application.
pub(in crate::input) fn may_describe(bytes: &[u8]) -> bool {
    KINDS.iter().any(|(group, _)| yaml_files::holds(bytes, group.as_bytes()))
}

/// True if a document describes an application.
fn describes(tree: &Node) -> bool {
    let text = |key: &str| tree.get(key).and_then(Node::as_str).unwrap_or_default();
    KINDS.iter().any(|(group, kinds)| text("apiVersion").starts_with(group) && kinds.contains(&text("kind")))
}

/// Puts the applications among some documents aside, to be read after the unit.
pub(in crate::input) fn put_aside(documents: &[Node], cx: &mut Cx<'_>) {
    for document in documents.iter().filter(|tree| describes(tree)) {
        one_aside(document, documents, cx);
    }
}

/// The same for one such document, with all documents of its stream.
pub(in crate::input) fn one_aside(document: &Node, siblings: &[Node], cx: &mut Cx<'_>) {
    let config_map = |tree: &&Node| tree.get("kind").and_then(Node::as_str) == Some("ConfigMap");
    let near = siblings.iter().filter(config_map).cloned().collect();
    cx.claims.applications.push((document.clone(), near));
}
