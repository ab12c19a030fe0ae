//! Documents that describe applications: which they are, and how those that a unit comes across are put aside for later.

use crate::input::watched::APPLICATIONS;
use crate::input::yaml_files;
use crate::node::Cx;
use crate::syntax::Node;

/// API groups with a slash, and their kinds.
const KINDS: &[(&str, &[&str])] = &[
    ("argoproj.io/", &["Application", "ApplicationSet"]),
    ("helm.toolkit.fluxcd.io/", &["HelmRelease"]),
    ("kustomize.toolkit.fluxcd.io/", &["Kustomization"]),
];

/// True if a text may describe an application.
pub(in crate::input) fn may_describe(bytes: &[u8]) -> bool {
    APPLICATIONS.iter().any(|group| yaml_files::holds(bytes, group.as_bytes()))
}

/// True if a document describes an application.
pub(in crate::input) fn describes(tree: &Node) -> bool {
    let text = |key: &str| tree.get(key).and_then(Node::as_str).unwrap_or_default();
    KINDS.iter().any(|(group, kinds)| text("apiVersion").starts_with(group) && kinds.contains(&text("kind")))
}

/// Puts the applications among some documents aside, to be read after the unit.
pub(in crate::input) fn put_aside(documents: &[Node], cx: &mut Cx<'_>) {
    for document in documents.iter().filter(|tree| describes(tree)) {
        one_aside(document, documents, cx);
    }
}

/// The same for one such document, with all documents of its stream: it may take values from the config maps among them.
pub(in crate::input) fn one_aside(document: &Node, siblings: &[Node], cx: &mut Cx<'_>) {
    let spec = document.get("spec");
    let lists = [spec.and_then(|s| s.get("valuesFrom")), spec.and_then(|s| s.path(&["postBuild", "substituteFrom"]))];
    let names: Vec<_> =
        lists.into_iter().flatten().flat_map(Node::items).filter_map(|item| item.get("name")?.as_str()).collect();
    let named = |tree: &&Node| {
        tree.get("kind").and_then(Node::as_str) == Some("ConfigMap")
            && tree.path(&["metadata", "name"]).and_then(Node::as_str).is_some_and(|name| names.contains(&name))
    };
    let near = siblings.iter().filter(|_| !names.is_empty()).filter(named).cloned().collect();
    cx.claims.applications.push((document.clone(), near));
}
