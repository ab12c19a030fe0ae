//! Strategic merge patches. Source: kubernetes-sigs/kustomize `kyaml/yaml/merge2`, kubernetes/apimachinery
//! `pkg/util/strategicpatch`: maps are merged, `null` removes a key, `$patch` replaces or deletes. Lists are replaced, except
//! those of pods, whose items have keys.

use crate::syntax::{MAX_DEPTH, Node, NodeKind};

/// Lists of Kubernetes' own kinds that are merged by a key of their items.
const KEYED: &[(&str, &str)] = &[
    ("containers", "name"),
    ("initContainers", "name"),
    ("env", "name"),
    ("volumes", "name"),
    ("volumeMounts", "mountPath"),
];
const PATCH: &str = "$patch";

/// The patched document; `None` if the patch deletes it.
pub(crate) fn apply(base: &Node, patch: &Node) -> Option<Node> {
    let core =
        base.get("apiVersion").and_then(Node::as_str).is_some_and(|v| matches!(v, "v1" | "apps/v1" | "batch/v1"));
    merge(base, patch, core, 0)
}

fn merge(base: &Node, patch: &Node, core: bool, depth: usize) -> Option<Node> {
    let directive = patch.get(PATCH).and_then(Node::as_str);
    if directive == Some("delete") {
        return None;
    }
    let (NodeKind::Map(below), NodeKind::Map(above)) = (&base.kind, &patch.kind) else { return Some(patch.clone()) };
    if directive == Some("replace") || depth >= MAX_DEPTH {
        return Some(without(patch, PATCH));
    }
    let mut pairs = below.clone();
    for (key, value) in above {
        let Some(name) = key.as_str() else {
            pairs.push((key.clone(), value.clone()));
            continue;
        };
        if name.starts_with('$') {
            continue;
        }
        if value.is_null() {
            pairs.retain(|(k, _)| k.as_str() != Some(name));
            continue;
        }
        let at = pairs.iter().rposition(|(k, _)| k.as_str() == Some(name));
        let merged = match at.map(|n| &pairs[n].1) {
            Some(known) => match KEYED.iter().find(|(list, _)| core && *list == name) {
                Some((_, by)) => Some(items(known, value, by, depth)),
                None => merge(known, value, core, depth + 1),
            },
            None => Some(value.clone()),
        };
        match (at, merged) {
            (Some(n), Some(node)) => pairs[n] = (key.clone(), node),
            (None, Some(node)) => pairs.push((key.clone(), node)),
            (Some(n), None) => {
                pairs.remove(n);
            }
            (None, None) => {}
        }
    }
    Some(Node { kind: NodeKind::Map(pairs), span: base.span, tag: base.tag.clone() })
}

/// Merges lists whose items have a key.
fn items(base: &Node, patch: &Node, by: &str, depth: usize) -> Node {
    let mut out = base.items().to_vec();
    for item in patch.items() {
        let key = item.get(by).and_then(Node::as_str);
        match out.iter().position(|known| key.is_some() && known.get(by).and_then(Node::as_str) == key) {
            Some(n) => match merge(&out[n], item, true, depth + 1) {
                Some(merged) => out[n] = merged,
                None => {
                    out.remove(n);
                }
            },
            None => out.push(item.clone()),
        }
    }
    Node { kind: NodeKind::Seq(out), ..base.clone() }
}

/// The tree without the key at a dotted path.
pub(crate) fn without(node: &Node, path: &str) -> Node {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let NodeKind::Map(pairs) = &node.kind else { return node.clone() };
    let pairs = pairs
        .iter()
        .filter(|(k, _)| !(rest.is_empty() && k.as_str() == Some(first)))
        .map(|(k, v)| (k.clone(), if k.as_str() == Some(first) { without(v, rest) } else { v.clone() }))
        .collect();
    Node { kind: NodeKind::Map(pairs), ..node.clone() }
}
