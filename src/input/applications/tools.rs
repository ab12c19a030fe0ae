//! Which tool reads a document.

use std::path::PathBuf;

use crate::node::Cx;
use crate::syntax::Node;

use super::{Application, argo, flux};

/// The applications that a document describes. `near` are the config maps next to it.
pub(super) fn applications(tree: &Node, near: &[Node], cx: &mut Cx<'_>) -> Vec<Application> {
    match flux::Document::of(tree, near) {
        Some(document) => document.read(cx),
        None => argo::read(tree, cx),
    }
}

/// The folder whose documents an application delivers, and whether those below it are among them.
pub(super) fn delivers(tree: &Node, near: &[Node], cx: &mut Cx<'_>) -> Option<(PathBuf, bool)> {
    match flux::Document::of(tree, near) {
        Some(document) => document.delivers(cx).map(|dir| (dir, true)),
        None => argo::delivers(tree, cx),
    }
}
