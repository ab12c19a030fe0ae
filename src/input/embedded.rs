//! Texts for nodes that stand as strings in YAML of any kind: values of a chart that is elsewhere, variables, documents that are not
//! read here. A string counts if it is itself user data, a script that concerns a kubelet, or a document. Nothing in the source
//! delivers it to a node, so what is found in it holds only if a node boots with it.

use crate::node::{BOOTS_WITH_IT, Cx, NodeGroup, Step, Wrapping};
use crate::syntax::{Node, NodeKind, Scalar};
use crate::text::budget;
use crate::value::{Condition, Guard};

use super::standalone::{is_user_data, shebang};
use super::unit::{FileList, Input, Unit};
use super::watched::{Group, KUBELET_WORDS};
use super::{manifests, yaml_files};

/// The most strings of one file that are judged.
const MAX_TEXTS: usize = 200;

/// Such strings in files.
#[derive(Debug)]
pub(super) struct Embedded;

impl Input for Embedded {
    fn name(&self) -> &'static str {
        "string"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.with_extension(&["yaml", "yml"], |words| words.has(Group::Kubelet))
    }

    fn yields(&self) -> bool {
        true
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[KUBELET_WORDS], cx) else { return Vec::new() };
        // The file as a whole is something else.
        if is_user_data(&view.bytes) {
            return Vec::new();
        }
        let parsed = yaml_files::in_either(&view);
        parsed.tree.iter().filter(|tree| !has_reader(tree)).flat_map(|tree| in_tree(tree, false, cx)).collect()
    }
}

/// True for a document that another input reads as a whole: it knows which of its strings reach a node. A list is one of tasks.
fn has_reader(tree: &Node) -> bool {
    let resources = tree.get("Resources").map(Node::pairs).unwrap_or_default();
    let is_aws = |(_, resource): &(Node, Node)| {
        resource.get("Type").and_then(Node::as_str).is_some_and(|kind| kind.starts_with("AWS::"))
    };
    !tree.is_map()
        || manifests::is_read(tree)
        || tree.get("AWSTemplateFormatVersion").is_some()
        || resources.iter().any(is_aws)
}

/// The node groups of the strings in a tree, each named after its path. If these are values that something applies (`applied`),
/// documents for a cluster among them reach it.
pub(super) fn in_tree(tree: &Node, applied: bool, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut walk = Walk { applied, left: MAX_TEXTS, out: Vec::new() };
    walk.node(tree, "", cx);
    walk.out
}

struct Walk {
    applied: bool,
    left: usize,
    out: Vec<NodeGroup>,
}

impl Walk {
    /// A tree is bounded in depth by its parser.
    fn node(&mut self, tree: &Node, path: &str, cx: &mut Cx<'_>) {
        match &tree.kind {
            NodeKind::Scalar(scalar) if self.left > 0 => {
                let mut found = self.text(scalar, tree, path, cx);
                self.left -= usize::from(!found.is_empty());
                self.out.append(&mut found);
            }
            // A text has several lines.
            NodeKind::Scalar(scalar) if !scalar.text.bytes().contains(&b'\n') => {}
            NodeKind::Scalar(_) => budget::reached("texts for nodes in one file"),
            NodeKind::Seq(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.node(item, &format!("{path}[{n}]"), cx);
                }
            }
            NodeKind::Map(pairs) => {
                for (key, value) in pairs {
                    let name = key.as_str().unwrap_or("?");
                    let inner = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                    self.node(value, &inner, cx);
                }
            }
        }
    }

    /// The node groups of one string, if it is a text for nodes.
    fn text(&self, scalar: &Scalar, tree: &Node, path: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let bytes = scalar.text.bytes();
        if !bytes.contains(&b'\n') || !KUBELET_WORDS.iter().any(|word| yaml_files::holds(bytes, word.as_bytes())) {
            return Vec::new();
        }
        let step = if is_user_data(bytes) {
            Step::UserData(scalar.text.clone(), Wrapping::Plain)
        } else if shebang(bytes) == Some(true) {
            Step::Script(scalar.text.clone())
        } else if manifests::names_one(bytes) {
            let view = cx.made(path, &scalar.text, tree.span);
            let parsed = yaml_files::documents(&view);
            if !parsed.errors.is_empty() || parsed.tree.iter().any(|tree| tree.get("kind").is_none()) {
                return Vec::new();
            }
            let (nodes, cluster): (Vec<_>, Vec<_>) = parsed.tree.into_iter().partition(manifests::is_for_nodes);
            let mut groups = manifests::in_trees(&cluster, path, cx);
            if !self.applied {
                groups = loose(groups);
            }
            groups.append(&mut loose(manifests::in_trees(&nodes, path, cx)));
            return groups;
        } else {
            return Vec::new();
        };
        let mut group = NodeGroup::new(path, tree.span);
        group.steps.push(step);
        loose(vec![group])
    }
}

/// The node groups, only if a node boots with them.
fn loose(mut groups: Vec<NodeGroup>) -> Vec<NodeGroup> {
    let guard = Guard::of(Condition::new(BOOTS_WITH_IT, true));
    for group in &mut groups {
        group.when = group.when.and(&guard).unwrap_or_else(|| guard.clone());
    }
    groups
}
