//! Texts for nodes that stand as strings in YAML of any kind: values of a chart that is elsewhere, variables, documents that are not
//! read here. A string counts if it is itself user data, a script that concerns a kubelet, or a document. Nothing in the source
//! delivers it to a node, so what is found in it holds only if a node boots with it.

use crate::node::{BOOTS_WITH_IT, Cx, NodeGroup, Step, Wrapping, under};
use crate::syntax::{Node, NodeKind, Scalar};
use crate::text::{Traced, budget};
use crate::value::{Condition, Guard};

use super::cloudformation::{is_service, is_template};
use super::standalone::{is_user_data, shebang};
use super::template_text::decoded;
use super::unit::{FileList, Input, Unit, is_named};
use super::watched::{Group, KUBELET_WORDS, is_watched};
use super::{containers, manifests, yaml_files};

/// The shortest text in base64 that may be user data, in bytes.
const MIN_ENCODED: usize = 48;
/// How lines begin that start a kubelet in a script without `#!`.
const STARTS: &[&str] =
    &["/etc/eks/bootstrap.sh ", "/usr/bin/kubelet --", "/usr/local/bin/kubelet --", "exec kubelet --", "kubelet --"];
/// What starts the kubelet of k3s or RKE2.
const INSTALLERS: &[&str] = &["get.k3s.io", "get.rke2.io", "k3d cluster create ", "k3s agent ", "k3s server "];
/// The key of the kubelet's arguments in the configuration of k3s and RKE2.
const KUBELET_ARG: &str = "kubelet-arg";
/// The key of the variables of a play, a role or a task of Ansible.
const VARS: &str = "vars";
/// How deep blocks of tasks are nested.
const MAX_PLAYS: usize = 6;
/// The most strings of one file that are judged.
const MAX_TEXTS: usize = 200;
const TEXTS: &str = "texts for nodes in one file";

/// Such strings in files.
#[derive(Debug)]
pub(super) struct Embedded;

impl Input for Embedded {
    fn name(&self) -> &'static str {
        "string"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let mut units = files.with_extension(&["yaml", "yml"], |words| words.has(Group::Watched));
        // What the CDK passes to its program.
        units.extend(files.each(|path| is_named(path, "cdk.json"), |words| words.has(Group::Watched)));
        units
    }

    fn yields(&self) -> bool {
        true
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[], cx) else { return Vec::new() };
        // The file as a whole is something else.
        if !is_watched(&view.bytes) || is_user_data(&view.bytes) {
            return Vec::new();
        }
        let parsed = yaml_files::in_either(&view);
        let mut variables = Vec::new();
        parsed.tree.iter().for_each(|tree| of_plays(tree, 0, &mut variables));
        let whole = parsed.tree.iter().filter(|tree| !has_reader(tree)).map(|tree| (tree, ""));
        let trees: Vec<_> = whole.chain(variables.into_iter().map(|tree| (tree, VARS))).collect();
        trees.into_iter().flat_map(|(tree, path)| Walk::of(tree, path, false, cx)).collect()
    }
}

/// The variables of plays, of their roles and tasks, which roles from elsewhere may take.
fn of_plays<'t>(tree: &'t Node, depth: usize, out: &mut Vec<&'t Node>) {
    if depth == MAX_PLAYS {
        return;
    }
    for item in tree.items() {
        out.extend(item.get(VARS).filter(|vars| vars.is_map()));
        for inner in ["roles", "tasks", "pre_tasks", "post_tasks", "block"].iter().filter_map(|key| item.get(key)) {
            of_plays(inner, depth + 1, out);
        }
    }
}

/// True for a document that another input reads as a whole: it knows which of its strings reach a node. A list is one of tasks.
fn has_reader(tree: &Node) -> bool {
    // Documents of Systems Manager and components of Image Builder have steps.
    let has_steps = ["mainSteps", "runtimeConfig", "phases"].iter().any(|key| tree.get(key).is_some());
    let of_service = |resources: &Node| is_template(resources) || resources.items().iter().any(is_template);
    !tree.is_map()
        || has_steps
        || is_service(tree) && tree.get("resources").is_some_and(of_service)
        || manifests::is_read(tree)
        || tree.get("AWSTemplateFormatVersion").is_some()
        || is_template(tree)
}

/// The node groups of the strings in a tree, each named after its path. If these are values that something applies (`applied`),
/// documents for a cluster among them reach it.
pub(super) fn in_tree(tree: &Node, applied: bool, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    Walk::of(tree, "", applied, cx)
}

/// The node groups of the values for a chart that is elsewhere: such strings, documents for nodes among them, and documents for a
/// cluster.
pub(super) fn in_values(tree: &Node, name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut walk = Walk { applied: true, documents: false, left: MAX_TEXTS, out: Vec::new() };
    walk.node(tree, "", cx);
    let mut groups = walk.out;
    let documents = manifests::among(tree, name, cx);
    // One place is one text.
    let origin = |group: &NodeGroup| cx.texts.trail(group.place).origin();
    let known: Vec<_> = groups.iter().map(origin).collect();
    groups.extend(documents.into_iter().filter(|group| !known.contains(&origin(group))));
    groups
}

struct Walk {
    applied: bool,
    /// Strings in documents count as well.
    documents: bool,
    left: usize,
    out: Vec<NodeGroup>,
}

impl Walk {
    fn of(tree: &Node, path: &str, applied: bool, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let mut walk = Self { applied, documents: true, left: MAX_TEXTS, out: Vec::new() };
        walk.node(tree, path, cx);
        walk.out
    }

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
            NodeKind::Scalar(_) => budget::reached(TEXTS),
            NodeKind::Seq(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.node(item, &format!("{path}[{n}]"), cx);
                }
            }
            NodeKind::Map(_) if !self.documents && manifests::is_read(tree) => {}
            NodeKind::Map(_) if container(tree, path).is_some() => {
                if self.left == 0 {
                    return budget::reached(TEXTS);
                }
                self.left -= 1;
                self.out.extend(container(tree, path));
            }
            // The configuration of k3s or RKE2, which a role or a chart writes.
            NodeKind::Map(_) if !path.is_empty() && tree.get(KUBELET_ARG).is_some_and(|args| !args.is_map()) => {
                self.out.append(&mut loose(manifests::in_tree(tree, path, cx)));
            }
            NodeKind::Map(pairs) => {
                for (key, value) in pairs {
                    let name = key.as_str().unwrap_or("?");
                    let inner = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                    match manifests::arguments(name, value).filter(|_| self.left > 0) {
                        Some(step) => {
                            self.left -= 1;
                            let mut group = NodeGroup::new(inner, key.span);
                            group.steps.push(step);
                            self.out.append(&mut loose(vec![group]));
                        }
                        None => self.node(value, &inner, cx),
                    }
                }
            }
        }
    }

    /// The node groups of one string, if it is a text for nodes. A text has several lines, is in base64, or is a command.
    fn text(&self, scalar: &Scalar, tree: &Node, path: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let inner = encoded(scalar, tree);
        let text = inner.as_ref().unwrap_or(&scalar.text);
        let bytes = text.bytes();
        if !KUBELET_WORDS.iter().any(|word| yaml_files::holds(bytes, word.as_bytes())) {
            return Vec::new();
        }
        let several = bytes.contains(&b'\n');
        let step = if (several || inner.is_some()) && is_user_data(bytes) {
            let wrapping = if inner.is_some() { Wrapping::Base64 } else { Wrapping::Plain };
            Step::UserData(scalar.text.clone(), wrapping)
        } else if (several && shebang(bytes) == Some(true)) || starts_kubelet(bytes) {
            Step::Script(text.clone())
        // Whether a host of an inventory has such a variable is known.
        } else if are_options(bytes) && !path.contains(".vars.") {
            let mut command = Traced::made("k3s server ", tree.span);
            text.split(b"\n").iter().for_each(|line| {
                command.push(line);
                command.push_made(b" ", tree.span);
            });
            Step::Script(command)
        } else if !several && !bytes.starts_with(b"kubelet-arg:") {
            return Vec::new();
        } else if yaml_files::holds(bytes, KUBELET_ARG.as_bytes()) {
            // The configuration of k3s or RKE2, as a text.
            let view = cx.made(path, text, tree.span);
            let parsed = yaml_files::in_either(&view);
            let ours = |tree: &&Node| tree.get(KUBELET_ARG).is_some_and(|args| !args.is_map());
            let trees: Vec<_> = parsed.tree.iter().filter(ours).cloned().collect();
            return loose(manifests::in_trees(&trees, path, cx));
        } else if manifests::names_one(bytes) {
            let view = cx.made(path, text, tree.span);
            let parsed = yaml_files::in_either(&view);
            if !parsed.errors.is_empty() || parsed.tree.iter().any(|tree| tree.get("kind").is_none()) {
                return Vec::new();
            }
            let (nodes, cluster): (Vec<_>, Vec<_>) = parsed.tree.iter().cloned().partition(manifests::is_for_nodes);
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

/// The node group of a container that runs a kubelet. Compose and CI systems start their services, others may not.
fn container(tree: &Node, path: &str) -> Option<NodeGroup> {
    let mut group = NodeGroup::new(path, tree.span);
    group.steps.push(Step::Script(containers::script(tree)?));
    let starts = path.split('.').any(|key| key.split('[').next() == Some("services"));
    if starts { Some(group) } else { loose(vec![group]).pop() }
}

/// The text of a string in base64, if it is long enough for user data.
fn encoded(scalar: &Scalar, tree: &Node) -> Option<Traced> {
    let bytes = scalar.text.bytes().trim_ascii_end();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n');
    if bytes.len() < MIN_ENCODED || scalar.text.has_unknown() || !bytes.iter().all(plain) {
        return None;
    }
    let mut text = Traced::new();
    for line in scalar.text.slice(0..bytes.len()).split(b"\n") {
        text.push(&line);
    }
    decoded(&text, tree.span)?.to_traced().filter(|text| std::str::from_utf8(text.bytes()).is_ok())
}

/// True if a line of a text is a command that starts a kubelet.
fn starts_kubelet(bytes: &[u8]) -> bool {
    let has = |word: &str| yaml_files::holds(bytes, word.as_bytes());
    let starts = |line: &[u8]| STARTS.iter().any(|start| line.trim_ascii_start().starts_with(start.as_bytes()));
    bytes.split(|byte| *byte == b'\n').any(starts) || has(KUBELET_ARG) && INSTALLERS.iter().any(|word| has(word))
}

/// True for options of k3s or RKE2 that pass some on to the kubelet.
fn are_options(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    (start.starts_with(b"--") || start.starts_with(b"{{")) && yaml_files::holds(bytes, b"--kubelet-arg")
}

/// The node groups, only if a node boots with them.
fn loose(groups: Vec<NodeGroup>) -> Vec<NodeGroup> {
    under(groups, &Guard::of(Condition::new(BOOTS_WITH_IT, true)))
}
