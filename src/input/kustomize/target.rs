//! What a target selects. Source: kubernetes-sigs/kustomize `api/types/selector.go`, `kyaml/resid`.

use crate::syntax::Node;
use crate::text::pattern::compiled;

/// Group, kind and name of a document.
pub(super) fn identity(tree: &Node) -> (&str, &str, &str) {
    let text = |path: &[&str]| tree.path(path).and_then(Node::as_str).unwrap_or_default();
    let group = text(&["apiVersion"]).rsplit_once('/').map_or("", |(group, _)| group);
    (group, text(&["kind"]), text(&["metadata", "name"]))
}

/// How the names of a target are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// As anchored patterns.
    Patterns,
    /// As they are.
    Exact,
}

/// Whether a target selects a document. Labels are `key=value`.
pub(super) fn selects(target: &Node, tree: &Node, names: Names) -> bool {
    let (group, kind, name) = identity(tree);
    let version = tree.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
    let version = version.rsplit('/').next().unwrap_or_default();
    let matches = |key: &str, have: &str| {
        let Some(want) = target.get(key).and_then(Node::as_str).filter(|w| !w.is_empty()) else { return true };
        want == have
            || names == Names::Patterns
                && compiled(&format!("^(?:{want})$")).is_some_and(|r| r.is_match(have.as_bytes()))
    };
    let marked = |key: &str, path: &[&str]| {
        let Some(want) = target.get(key).and_then(Node::as_str) else { return true };
        let have = tree.path(path);
        want.split(',').filter_map(|one| one.split_once('=')).all(|(k, v)| {
            let value = have.and_then(|h| h.get(k.trim().trim_end_matches('!'))).and_then(Node::as_str);
            (value == Some(v.trim_start_matches('=').trim())) != k.ends_with('!')
        })
    };
    matches("group", group)
        && matches("version", version)
        && matches("kind", kind)
        && matches("name", name)
        && matches("namespace", tree.path(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or_default())
        && marked("labelSelector", &["metadata", "labels"])
        && marked("annotationSelector", &["metadata", "annotations"])
}
