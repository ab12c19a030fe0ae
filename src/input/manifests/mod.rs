//! Kubernetes documents: an `apiVersion`, a `kind`, and contents specific to the kind.
//!
//! A single entry point for all of them, wherever they are: in separate files, in lists, in texts of another kind of input
//! ([`in_text`]), in trees ([`in_tree`]) and somewhere among values ([`among`]).

mod cluster_api;
mod cluster_class;
mod ignition;
mod karpenter;
mod kindless;
mod kinds;
mod kops;
mod kpt;
mod kubeadm;
mod kubelet;
mod manifest;
pub(super) mod openshift;
mod patches;
mod placeholder;
mod setting_paths;
mod tools;
mod workloads;
mod ytt;

use std::path::Path;

use memchr::memmem;

use crate::node::{Cx, Gap, NodeGroup, under};
use crate::syntax::documents::Documents;
use crate::syntax::{MAX_DEPTH, Node, Style};
use crate::text::{Span, Traced, View, budget};
use crate::value::{Condition, Guard};

use super::applications::aside::may_describe;
use super::group_text::print;
use super::standalone::is_user_data;
use super::unit::{FileList, Input, Unit, has_extension};
use super::watched::Group;
use super::yaml_files;
use kinds::{DocumentReader, kind_of};
use manifest::{Inner, Manifest, Stream};

pub(super) use kinds::words;
pub(super) use kinds::{may_hold, names_one};
pub(super) use placeholder::in_tree as without_placeholders;
pub(super) use setting_paths::arguments;

/// The most documents of one list or tree that are looked at.
const MAX_DOCUMENTS: usize = 10_000;

/// The deepest nesting of texts with documents.
const MAX_TEXTS: usize = 4;

/// Groups of documents that a node reads itself, as opposed to a cluster or a tool that creates one.
const OF_NODES: &[&str] = &["kubelet.config.k8s.io", "kubeadm.k8s.io", "node.eks.aws"];

/// Files of such documents.
#[derive(Debug)]
pub(super) struct Manifests;

impl Input for Manifests {
    fn name(&self) -> &'static str {
        "manifest"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let named = |path: &Path| has_extension(path, &["yaml", "yml", "json", "conf"]);
        let mut units = files.each(named, |words| words.has(Group::Documents));
        // The name of a patch says what it is.
        units.append(
            &mut files.each(|path| named(path) && kindless::is_kubelet_patch(path), |w| !w.has(Group::Documents)),
        );
        // A configuration of Ignition may name a kubelet in base64 alone.
        let json = |path: &Path| has_extension(path, &["json"]) && !kindless::is_kubelet_patch(path);
        units.append(&mut files.each(json, |w| w.has(Group::Kubelet) && !w.has(Group::Documents)));
        units
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let patch = kindless::is_kubelet_patch(&unit.path);
        let is_config = |bytes: &[u8]| may_hold(bytes) || memmem::find(bytes, b"\"ignition\"").is_some();
        if !patch && !cx.files.read(&unit.path).is_ok_and(|source| is_config(&source.bytes())) {
            return Vec::new();
        }
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        if is_user_data(&view.bytes) {
            return Vec::new();
        }
        if patch {
            let (name, parsed) = (yaml_files::shown(&unit.path, cx), parsed(&view, cx));
            let hidden = kindless::set_by_later_patches(&unit.path, cx);
            return parsed.tree.iter().filter_map(|tree| kindless::kubelet_patch(tree, &name, &hidden)).collect();
        }
        let groups = in_view(&view, &unit.path, cx);
        let kpt = kpt::rendered(&view, &unit.path, cx).map(|text| (text, "kpt renders the package".to_owned()));
        let filled = kpt.or_else(|| {
            let (text, from) = ytt::rendered(&view, &unit.path, cx)?;
            Some((text, format!("ytt takes the values of {}", yaml_files::shown(&from, cx))))
        });
        let Some((text, words)) = filled else { return groups };
        let name = yaml_files::shown(&unit.path, cx);
        let rendered = in_text(&text, &name, yaml_files::first_line(&view), cx);
        let print = |groups: &[NodeGroup], cx: &Cx<'_>| groups.iter().map(|g| print(g, &cx.texts)).collect::<Vec<_>>();
        if print(&groups, cx) == print(&rendered, cx) {
            return groups;
        }
        let when = |holds| Guard::of(Condition::new(words.as_str(), holds));
        under(rendered, &when(true)).into_iter().chain(under(groups, &when(false))).collect()
    }
}

/// The documents of a file.
fn in_view(view: &View, path: &Path, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let name = yaml_files::shown(path, cx);
    let parsed = parsed(view, cx);
    read_all(&parsed.tree, Some(view), &name, cx)
}

/// Files of Ignition and of Butane, if nothing else delivers them.
#[derive(Debug)]
pub(super) struct Ignition;

impl Input for Ignition {
    fn name(&self) -> &'static str {
        "ignition"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        // The word may stand in a text that is packed.
        let groups = [Group::Documents, Group::Kubelet, Group::Boots, Group::Packed];
        files.with_extension(&["bu", "fcc", "ign"], |words| groups.into_iter().any(|group| words.has(group)))
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        in_view(&view, &unit.path, cx)
    }

    fn judges_what_nothing_delivers(&self) -> bool {
        true
    }
}

/// The documents of a text. Its syntax errors are reported if it names a known kind and is not a script.
fn parsed(view: &View, cx: &mut Cx<'_>) -> Documents {
    let parsed = yaml_files::in_either(view);
    if !parsed.errors.is_empty() && names_one(&view.bytes) && !view.bytes.starts_with(b"#!") {
        yaml_files::note_errors(view, &parsed, cx);
    }
    parsed
}

/// An embedded text as a text of its own, if it may contain a document.
fn opened(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Option<View> {
    (may_hold(text.bytes()) || may_describe(text.bytes())).then(|| cx.made(name, text, at))
}

/// The node groups of an embedded text with documents. `name` describes it for people, `at` is
/// its place.
pub(super) fn in_text(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let Some(view) = opened(text, name, at, cx) else { return Vec::new() };
    let parsed = parsed(&view, cx);
    read_all(&parsed.tree, Some(&view), name, cx)
}

/// The node groups of user data without cloud-init, which may be no more than a reference to a configuration.
pub(super) fn of_machine(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let view = cx.made(name, text, at);
    let parsed = parsed(&view, cx);
    read_all(&parsed.tree, Some(&view), name, cx)
}

/// The node groups of a document given as a tree.
pub(super) fn in_tree(tree: &Node, name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    read_all(std::slice::from_ref(tree), None, name, cx)
}

/// The node groups of patches of a machine of Talos.
pub(super) fn merged_patches(patches: &[(Traced, Span)], name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let trees = patches::merged(patches, name, at, cx);
    trees.iter().flat_map(|tree| in_tree(tree, name, cx)).collect()
}

/// True for a document that a node reads itself.
pub(super) fn is_for_nodes(tree: &Node) -> bool {
    Manifest::of(tree, None, None, "").is_some_and(|m| OF_NODES.contains(&m.group))
}

/// The node groups of those documents of a text that are meant for a cluster, or for a tool that creates one.
pub(super) fn for_clusters(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let Some(view) = opened(text, name, at, cx) else { return Vec::new() };
    let parsed = yaml_files::documents(&view);
    let meant = |tree: &&Node| is_read(tree) && !is_for_nodes(tree);
    let trees: Vec<Node> = parsed.tree.iter().filter(meant).cloned().collect();
    if !trees.is_empty() {
        yaml_files::note_errors(&view, &parsed, cx);
    }
    read_all(&trees, None, name, cx)
}

/// The node groups of documents of one stream given as trees.
pub(super) fn in_trees(trees: &[Node], name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    read_all(trees, None, name, cx)
}

/// True if a document is of a known kind.
pub(super) fn is_read(tree: &Node) -> bool {
    Manifest::of(tree, None, None, "").is_some_and(|m| kind_of(&m).is_some() || tools::tool_of(&m).is_some())
}

/// The node groups of all documents anywhere in a tree, such as the values of a chart: as parts of it, or
/// as texts.
pub(super) fn among(tree: &Node, name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    deep_among(tree, name, 0, cx)
}

fn deep_among(tree: &Node, name: &str, texts: usize, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    if Manifest::of(tree, None, None, name).is_some() {
        return in_tree(tree, name, cx);
    }
    if let Some(scalar) = tree.as_scalar() {
        // A text may contain documents that a chart passes on unchanged.
        let bytes = scalar.text.bytes();
        if !names_one(bytes) || is_user_data(bytes) {
            return Vec::new();
        }
        if texts >= MAX_TEXTS {
            budget::reached("depth of documents in texts");
            return Vec::new();
        }
        let parsed = yaml_files::documents(&cx.made(name, &scalar.text, tree.span));
        // A document that is plain words has nothing in it that this text has not.
        let documents = parsed.tree.iter().filter(|tree| tree.as_scalar().is_none_or(|s| s.style != Style::Plain));
        return documents.flat_map(|tree| deep_among(tree, name, texts + 1, cx)).collect();
    }
    // A tree is bounded in depth by its parser.
    let inner = tree.items().iter().chain(tree.pairs().iter().map(|(_, value)| value));
    budget::at_most(inner, MAX_DOCUMENTS, "documents in values")
        .flat_map(|node| deep_among(node, name, texts, cx))
        .collect()
}

fn read_all(trees: &[Node], view: Option<&View>, name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut groups = Vec::new();
    let stream = Stream::of(trees);
    for (n, tree) in trees.iter().enumerate() {
        let name = if trees.len() == 1 { name.to_owned() } else { format!("{name} (document {})", n + 1) };
        let whole = view.filter(|_| trees.len() == 1);
        each(tree, &stream, view.map(|view| (view, whole.is_some())), &name, 0, &mut groups, cx);
    }
    groups
}

/// Reads a document, or those of a list.
fn each(
    tree: &Node,
    siblings: &Stream<'_>,
    view: Option<(&View, bool)>,
    name: &str,
    depth: usize,
    groups: &mut Vec<NodeGroup>,
    cx: &mut Cx<'_>,
) {
    let Some(manifest) = Manifest::of(tree, Some(siblings), view, name) else {
        for (patches, name) in patches::of_talhelper(tree, name) {
            let at = patches.last().map_or(tree.span, |(_, at)| *at);
            groups.append(&mut merged_patches(&patches, &name, at, cx));
        }
        groups.append(&mut kindless::read(tree, name, cx));
        return;
    };
    if manifest.kind.ends_with("List")
        && let Some(items) = tree.get("items")
    {
        if depth >= MAX_DEPTH {
            return budget::reached("depth of lists of documents");
        }
        let stream = Stream::of(items.items());
        for item in budget::at_most(items.items(), MAX_DOCUMENTS, "documents of a list") {
            each(item, &stream, None, name, depth + 1, groups, cx);
        }
        return;
    }
    match kind_of(&manifest).map(|kind| &kind.reader) {
        Some(DocumentReader::Groups(read)) => groups.append(&mut read(&manifest, cx)),
        Some(DocumentReader::Documents(read)) => {
            for inner in read(&manifest, cx) {
                groups.append(&mut held(&inner, cx));
            }
        }
        None => groups.append(&mut tools::read(&manifest)),
    }
}

/// The node groups of what a document holds.
fn held(inner: &Inner, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    match inner {
        Inner::Text(text, name, at) => in_text(text, name, *at, cx),
        Inner::Tree(tree, name) => among(tree, name, cx),
        Inner::Part(tree, name, when, open) => {
            let mut groups = in_tree(tree, name, cx);
            for group in &mut groups {
                group.name = name.as_str().into();
                group.gaps.extend(open.iter().map(|why| Gap { at: group.place, why: why.clone() }));
            }
            under(groups, when)
        }
    }
}

#[cfg(test)]
mod tests;
