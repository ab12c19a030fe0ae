//! Documents of kubeadm, and of tools that pass them on. Sources: kubernetes/kubernetes
//! `cmd/kubeadm/app/apis/kubeadm/v1beta2` to `v1beta4` (`nodeRegistration.kubeletExtraArgs` is a map, in `v1beta4` a list);
//! kubernetes-sigs/kind `pkg/apis/config/v1alpha4/types.go` (`kubeadmConfigPatches`).

use std::path::Path;

use crate::kubelet::statements::in_words;
use crate::node::kubelet_files::refuses_arguments;
use crate::node::{Cx, Family, NodeGroup, Reason, Step};
use crate::setting::Which;
use crate::syntax::{Node, NodeKind, yaml};
use crate::text::{Span, Traced, Why};

use super::kindless::{is_kubelet_patch, merged_into_containerd};
use super::manifest::Manifest;
use super::placeholder;
use super::setting_paths::flags;
use crate::input::set_values::set_by_patch;
use crate::input::unit::normal;
use crate::input::yaml_files;
use crate::syntax::patches::{json, strategic};

/// Kinds of kubeadm's documents that start a kubelet.
pub(super) const NODES: [&str; 2] = ["InitConfiguration", "JoinConfiguration"];

/// A node that kubeadm sets up: flags from its document, the file from the `KubeletConfiguration` of the same stream.
pub(super) fn read(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    if !NODES.contains(&manifest.kind) {
        return Vec::new();
    }
    let mut group = NodeGroup::new(format!("{} of {}", manifest.kind, manifest.file), manifest.place());
    group.family = Some(Family::Kubeadm);
    let cluster = manifest.other("kubeadm.k8s.io", "ClusterConfiguration");
    group.minor = cluster.and_then(|m| yaml_files::minor(m.node.get("kubernetesVersion")?.as_str()?));
    if let Some(args) = manifest.node.path(&["nodeRegistration", "kubeletExtraArgs"]) {
        let args = accepted_flags(manifest, args, &mut group, cx);
        group.steps.push(Step::KubeletArgs(args));
    }
    if let Some(config) = manifest.other("kubelet.config.k8s.io", "KubeletConfiguration") {
        let patches = patches_beside(manifest, cx);
        let text = if patches.is_empty() {
            config.text()
        } else {
            let patched = |tree: Node, patch: &Node| strategic::apply(&tree, patch).unwrap_or(tree);
            yaml::write(&patches.iter().fold(config.node.clone(), patched))
        };
        group.steps.push(Step::KubeletConfigFile(placeholder::in_text(&text)));
    }
    if group.steps.is_empty() { Vec::new() } else { vec![group] }
}

/// The flags of `kubeletExtraArgs`, if the API version of the document has this form of them.
pub(super) fn accepted_flags(manifest: &Manifest<'_>, args: &Node, group: &mut NodeGroup, cx: &Cx<'_>) -> Vec<Traced> {
    let version = manifest.node.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
    if args.as_scalar().is_some() || !refuses_arguments(version, !args.is_map()) {
        return flags(args);
    }
    group.add_ineffective(in_words(&flags(args), Which::of(cx.given.whole)), &Reason::ArgumentsForm);
    Vec::new()
}

/// The patches of the kubelet's configuration in the folder that a document names, if it is in the repository.
fn patches_beside(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<Node> {
    let directory = manifest.node.path(&["patches", "directory"]).and_then(Node::as_str);
    let Some(directory) = directory.filter(|directory| !directory.starts_with('/')) else { return Vec::new() };
    let place = cx.texts.place(cx.texts.trail(manifest.place()).origin());
    let folder = normal(&place.source.path().parent().unwrap_or(Path::new("")).join(directory));
    let mut out = Vec::new();
    for file in cx.files.list(&folder).into_iter().filter(|file| is_kubelet_patch(file)) {
        let Ok(view) = cx.view(&file) else { continue };
        out.extend(yaml_files::documents(&view).tree.into_iter().map(|tree| set_by_patch(&tree).unwrap_or(tree)));
    }
    out
}

/// True if a kubeadm document of the same stream takes the configuration.
pub(super) fn takes_configuration(manifest: &Manifest<'_>) -> bool {
    NODES.iter().any(|kind| manifest.other("kubeadm.k8s.io", kind).is_some())
}

/// kind's `Cluster`: patches of kubeadm's documents for all nodes, and for each; patches of containerd's configuration.
/// Source: kubernetes-sigs/kind `pkg/cluster/internal/create/actions/config/config.go` (the patches of the cluster come first,
/// then those of the node, of each the merge patches first) and `pkg/internal/patch` (arguments are merged by name).
pub(super) fn kind_cluster(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let nodes = manifest.node.get("nodes").map(Node::items).unwrap_or_default();
    let mut out = Vec::new();
    let mut groups: Vec<(String, Span, Vec<&Node>, bool)> = Vec::new();
    let mut first = true;
    for (n, node) in nodes.iter().enumerate() {
        let role = node.get("role");
        let label = role.and_then(Node::as_str).unwrap_or("node");
        let at = role.map_or(node.span, |r| r.span);
        // The first control plane is made with `kubeadm init`, everything else joins it.
        let init = first && label == "control-plane";
        first &= !init;
        groups.push((format!("kind {label} {}", n + 1), at, vec![manifest.node, node], init));
    }
    if nodes.is_empty() {
        groups.push(("kind node".to_owned(), manifest.place(), vec![manifest.node], true));
    }
    for (name, at, layers, init) in groups {
        let mut group = NodeGroup::new(name.clone(), at);
        group.family = Some(Family::Kubeadm);
        let mut documents = KindNode { node: None, config: None };
        for layer in layers {
            documents.patch(layer, init, &name, at, cx);
        }
        if let Some(config) = documents.config {
            group.steps.push(Step::KubeletConfig(placeholder::in_tree(&config), "kubeadmConfigPatches"));
        }
        let args = documents.node.as_ref().and_then(|n| n.path(&["nodeRegistration", "kubeletExtraArgs"]));
        if let Some(args) = args.map(flags).filter(|a| !a.is_empty()) {
            group.steps.push(Step::KubeletArgs(args));
        }
        out.extend((!group.steps.is_empty()).then_some(group));
    }
    for patch in manifest.node.get("containerdConfigPatches").map(Node::items).unwrap_or_default() {
        let Some(step) = patch.as_scalar().and_then(|scalar| merged_into_containerd(&scalar.text)) else { continue };
        let mut group = NodeGroup::new(format!("containerd of {}", manifest.name()), manifest.place());
        group.steps.push(step);
        out.push(group);
    }
    out
}

/// The documents of one kind node, as far as patches change them.
struct KindNode {
    node: Option<Node>,
    config: Option<Node>,
}

impl KindNode {
    /// The patches of one layer. A patch needs no API version.
    fn patch(&mut self, layer: &Node, init: bool, name: &str, at: Span, cx: &mut Cx<'_>) {
        let own = if init { NODES[0] } else { NODES[1] };
        for patch in layer.get("kubeadmConfigPatches").map(Node::items).unwrap_or_default() {
            let Some(text) = patch.as_scalar() else { continue };
            for document in read_patch(&text.text, name, at, cx) {
                let target = match document.get("kind").and_then(Node::as_str) {
                    Some("KubeletConfiguration") => &mut self.config,
                    Some(kind) if kind == own => &mut self.node,
                    _ => continue,
                };
                *target = match target.take() {
                    Some(base) => strategic::apply(&base, &joined(&base, document)),
                    None => Some(document),
                };
            }
        }
        for patch in layer.get("kubeadmConfigPatchesJSON6902").map(Node::items).unwrap_or_default() {
            let Some(text) = patch.get("patch").and_then(Node::as_scalar) else { continue };
            let target = match patch.get("kind").and_then(Node::as_str) {
                Some("KubeletConfiguration") => &mut self.config,
                Some(kind) if kind == own => &mut self.node,
                _ => continue,
            };
            for operations in read_patch(&text.text, name, at, cx) {
                let document = target.get_or_insert_with(|| Node::map(Vec::new(), patch.span));
                // kind creates the maps above a field.
                let above: &[&[&str]] = &[&["nodeRegistration"], &["nodeRegistration", "kubeletExtraArgs"]];
                for path in above.iter().filter(|_| patch.get("kind").and_then(Node::as_str) == Some(own)) {
                    json::ensure(document, path, patch.span);
                }
                if let Err((at, words)) = json::apply(document, &operations) {
                    cx.gap(at, Why::NotUnderstood(words.into()));
                }
            }
        }
    }
}

/// The documents of a patch.
fn read_patch(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<Node> {
    yaml_files::documents(&cx.made(format!("patch of {name}"), text, at)).tree
}

/// The patch with the existing arguments before its own: they are merged by name, and of several
/// equal ones the last wins.
fn joined(base: &Node, mut patch: Node) -> Node {
    const PATH: [&str; 2] = ["nodeRegistration", "kubeletExtraArgs"];
    let Some(NodeKind::Seq(before)) = base.path(&PATH).map(|n| n.kind.clone()) else { return patch };
    let mut node = &mut patch;
    for key in PATH {
        let NodeKind::Map(pairs) = &mut node.kind else { return patch };
        let Some((_, inner)) = pairs.iter_mut().rev().find(|(k, _)| k.as_str() == Some(key)) else { return patch };
        node = inner;
    }
    if let NodeKind::Seq(items) = &mut node.kind {
        items.splice(0..0, before);
    }
    patch
}
