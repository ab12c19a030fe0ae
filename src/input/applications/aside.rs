//! Documents that describe applications: which they are, and how those that a unit comes across are put aside for later.

use std::collections::{BTreeSet, HashMap};

use crate::input::watched::APPLICATIONS;
use crate::input::yaml_files;
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::budget;

/// API groups and their kinds. Their words are [`APPLICATIONS`].
pub(in crate::input) const KINDS: [(&str, &[&str]); 3] = [
    ("argoproj.io", &["Application", "ApplicationSet"]),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"]),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"]),
];

/// True if a text may describe an application.
pub(in crate::input) fn may_describe(bytes: &[u8]) -> bool {
    APPLICATIONS.iter().any(|group| yaml_files::holds(bytes, group.as_bytes()))
}

/// True if a document describes an application.
pub(in crate::input) fn describes(tree: &Node) -> bool {
    let text = |key: &str| tree.get(key).and_then(Node::as_str).unwrap_or_default();
    let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
    KINDS.iter().any(|(known, kinds)| *known == group && kinds.contains(&text("kind")))
}

/// The config maps among some documents, by name.
#[derive(Default)]
pub(in crate::input) struct ConfigMaps<'a>(HashMap<&'a str, Vec<&'a Node>>);

impl<'a> ConfigMaps<'a> {
    pub(in crate::input) fn of(documents: &'a [Node]) -> Self {
        let mut out = Self::default();
        let is_one = |tree: &&Node| tree.get("kind").and_then(Node::as_str) == Some("ConfigMap");
        for tree in documents.iter().filter(is_one) {
            if let Some(name) = tree.path(&["metadata", "name"]).and_then(Node::as_str) {
                out.0.entry(name).or_default().push(tree);
            }
        }
        out
    }
}

/// Puts the applications among some documents, and in lists of documents, aside, to be read after the unit.
pub(in crate::input) fn put_aside(documents: &[Node], cx: &mut Cx<'_>) {
    let near = ConfigMaps::of(documents);
    for document in documents {
        if describes(document) {
            one_aside(document, &near, cx);
        } else if document.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List")) {
            let items = document.get("items").map(Node::items).unwrap_or_default();
            let near = ConfigMaps::of(items);
            items.iter().filter(|tree| describes(tree)).for_each(|tree| one_aside(tree, &near, cx));
        }
    }
}

/// The same for one such document: it may take values from the config maps of its stream.
pub(in crate::input) fn one_aside(document: &Node, near: &ConfigMaps<'_>, cx: &mut Cx<'_>) {
    let spec = document.get("spec");
    let lists = [spec.and_then(|s| s.get("valuesFrom")), spec.and_then(|s| s.path(&["postBuild", "substituteFrom"]))];
    let names: BTreeSet<_> =
        lists.into_iter().flatten().flat_map(Node::items).filter_map(|item| item.get("name")?.as_str()).collect();
    let named = names.into_iter().filter_map(|name| near.0.get(name)).flatten();
    let mut near: Vec<Node> =
        named.filter(|tree| budget::spend(tree.weight().0)).map(|tree| Node::clone(tree)).collect();
    near.sort_by_key(|tree| tree.span.start);
    cx.claims.applications.push((document.clone(), near));
}

#[cfg(test)]
mod tests {
    use super::{APPLICATIONS, KINDS};

    #[test]
    fn files_are_found_by_the_groups() {
        assert_eq!(KINDS.map(|(group, _)| format!("{group}/")).as_slice(), APPLICATIONS);
    }
}
