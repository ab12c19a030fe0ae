//! Which tool reads a document.

use std::path::PathBuf;

use crate::node::{Cx, Gap};
use crate::syntax::Node;

use super::folder::Which;
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
    let mut out = Vec::new();
    for (tree, when) in &generated.documents {
        for mut application in argo::read(tree, cx) {
            let Some(both) = application.when.and(when) else { continue };
            application.when = both;
            out.push(application);
        }
    }
    (out, generated.more)
}

/// The folder whose documents an application delivers, and which of its files.
pub(super) fn delivers(tree: &Node, near: &[Node], cx: &mut Cx<'_>) -> Option<(PathBuf, Which)> {
    match flux::Document::of(tree, near) {
        Some(document) => document.delivers(cx).map(|dir| (dir, Which::below())),
        None => argo::delivers(tree, cx),
    }
}
