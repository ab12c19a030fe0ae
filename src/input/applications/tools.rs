//! Which tool reads a document.

use std::path::PathBuf;

use crate::node::{Cx, Gap};
use crate::syntax::Node;

use super::{Application, argo, argo_sets, flux};

/// The applications that a document describes, and what is left out of them. `near` are the config maps next to it.
pub(super) fn applications(tree: &Node, near: &[Node], cx: &mut Cx<'_>) -> (Vec<Application>, Option<Gap>) {
    if let Some(document) = flux::Document::of(tree, near) {
        return (document.read(cx), None);
    }
    if tree.get("kind").and_then(Node::as_str) != Some("ApplicationSet") {
        return (argo::read(tree, cx), None);
    }
    let generated = argo_sets::read(tree, cx);
    (generated.documents.iter().flat_map(|tree| argo::read(tree, cx)).collect(), generated.more)
}

/// The folder whose documents an application delivers, and whether those below it are among them.
pub(super) fn delivers(tree: &Node, near: &[Node], cx: &mut Cx<'_>) -> Option<(PathBuf, bool)> {
    match flux::Document::of(tree, near) {
        Some(document) => document.delivers(cx).map(|dir| (dir, true)),
        None => argo::delivers(tree, cx),
    }
}
