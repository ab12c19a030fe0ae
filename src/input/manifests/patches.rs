//! Patches of a machine of Talos, which are merged in order. Sources: siderolabs/talos `pkg/machinery/config/configpatcher`,
//! budimanjojo/talhelper `pkg/config`.

use crate::node::Cx;
use crate::syntax::{Node, NodeKind, yaml};
use crate::text::{Span, Traced};

use crate::input::set_values::{PathStep, lay, put};
use crate::input::yaml_files;

/// How deep a single change may be.
const MAX_DEPTH: usize = 12;

/// The documents that patches make, of which one is the machine: each is a document or a list of single changes.
pub(super) fn merged(patches: &[(Traced, Span)], name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<Node> {
    let mut whole = Node { kind: NodeKind::Map(Vec::new()), span: at, tag: None };
    let mut out = Vec::new();
    for (text, place) in patches.iter().filter(|(text, _)| !text.is_unknown()) {
        let view = cx.made(name, text, *place);
        let parsed = yaml_files::documents(&view);
        for tree in parsed.tree {
            match &tree.kind {
                // Documents with a kind of their own are no part of the machine.
                NodeKind::Map(_) if tree.get("kind").is_none() => lay(&mut whole, tree),
                NodeKind::Map(_) => out.push(tree),
                NodeKind::Seq(changes) => changes.iter().for_each(|change| apply(&mut whole, change)),
                NodeKind::Scalar(_) => {}
            }
        }
    }
    out.push(whole);
    out
}

/// One change of a JSON patch that adds or replaces something.
fn apply(tree: &mut Node, change: &Node) {
    let text = |key: &str| change.get(key).and_then(Node::as_str);
    let (Some("add" | "replace"), Some(path), Some(value)) = (text("op"), text("path"), change.get("value")) else {
        return;
    };
    let steps = path.split('/').skip(1).map(|step| PathStep::Name(step.replace("~1", "/").replace("~0", "~")));
    let steps: Vec<_> = steps.take(MAX_DEPTH).collect();
    put(tree, &steps, value.clone(), value.span);
}

/// The patches of a file of talhelper, as each of its nodes gets them: those of all, those of its role, its own. Nodes without
/// patches of their own are one.
pub(super) fn of_talhelper(document: &Node, name: &str) -> Vec<(Vec<(Traced, Span)>, String)> {
    if !["clusterName", "nodes"].iter().all(|key| document.get(key).is_some()) {
        return Vec::new();
    }
    let of = |holder: &Node| -> Vec<(Traced, Span)> {
        let items = holder.get("patches").map(Node::items).unwrap_or_default();
        let texts = items.iter().filter_map(|patch| Some((patch.as_scalar()?.text.clone(), patch.span)));
        // Older versions have them as trees.
        let trees = ["configPatches", "inlinePatch"].iter().filter_map(|key| holder.get(key));
        let trees = trees.map(|patch| (yaml::write(patch), patch.span));
        texts.filter(|(text, _)| !text.bytes().starts_with(b"@")).chain(trees).collect()
    };
    let is =
        |node: &Node, key: &str| node.get(key).and_then(Node::as_str).is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let all = of(document);
    let nodes = document.get("nodes").map(Node::items).unwrap_or_default();
    let mut out = Vec::new();
    for (key, whose, control_plane) in [("worker", " (workers)", false), ("controlPlane", " (control plane)", true)] {
        let of_role = document.get(key).map(of).unwrap_or_default();
        let members = nodes.iter().filter(|node| is(node, "controlPlane") == control_plane);
        let whose = if of_role.is_empty() { "" } else { whose };
        let mut plain = nodes.is_empty();
        // Without a node of the role, its patches are for none.
        for node in members {
            let own = of(node);
            if own.is_empty() && !is(node, "overridePatches") {
                plain = true;
                continue;
            }
            let role = if is(node, "overridePatches") { &[][..] } else { &of_role };
            let host = node.get("hostname").and_then(Node::as_str).unwrap_or("a node");
            out.push(([all.as_slice(), role, &own].concat(), format!("{name} ({host})")));
        }
        let shared = ([all.as_slice(), &of_role].concat(), format!("{name}{whose}"));
        if plain && !out.contains(&shared) {
            out.push(shared);
        }
    }
    out.retain(|(patches, _)| !patches.is_empty());
    out
}
