//! kubeadm's documents, and those of tools that hand them on. Sources: kubernetes/kubernetes
//! `cmd/kubeadm/app/apis/kubeadm/v1beta2` to `v1beta4` (`nodeRegistration.kubeletExtraArgs` is a map, in `v1beta4` a list);
//! kubernetes-sigs/kind `pkg/apis/config/v1alpha4/types.go` (`kubeadmConfigPatches`).

use crate::node::{Cx, Family, NodeGroup, Step};
use crate::syntax::{Node, yaml};
use crate::text::{Span, Traced};

use super::carry::flags;
use super::{Manifest, placeholder};

/// Kinds of kubeadm's documents that start a kubelet.
pub(super) const NODES: [&str; 2] = ["InitConfiguration", "JoinConfiguration"];

/// A node that kubeadm sets up: flags from its document, the file from the `KubeletConfiguration` of the same stream.
pub(super) fn read(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    if !NODES.contains(&manifest.kind) {
        return Vec::new();
    }
    let mut group = NodeGroup::new(format!("{} of {}", manifest.kind, manifest.file), manifest.place());
    group.family = Some(Family::Kubeadm);
    if let Some(args) = manifest.node.path(&["nodeRegistration", "kubeletExtraArgs"]) {
        group.steps.push(Step::KubeletArgs(flags(args)));
    }
    if let Some(config) = manifest.others("kubelet.config.k8s.io").find(|m| m.kind == "KubeletConfiguration") {
        group.steps.push(Step::KubeletConfigFile(placeholder::holes(&config.text())));
    }
    if group.steps.is_empty() { Vec::new() } else { vec![group] }
}

/// True if a kubeadm document of the same stream takes the configuration.
pub(super) fn takes_configuration(manifest: &Manifest<'_>) -> bool {
    manifest.others("kubeadm.k8s.io").any(|m| NODES.contains(&m.kind))
}

/// kind's `Cluster`: patches of kubeadm's documents for all nodes, and for each.
pub(super) fn kind_cluster(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let common = manifest.node.get("kubeadmConfigPatches");
    let nodes = manifest.node.get("nodes").map(Node::items).unwrap_or_default();
    let mut out = Vec::new();
    let mut groups: Vec<(String, Span, Vec<&Node>)> = Vec::new();
    for (n, node) in nodes.iter().enumerate() {
        let role = node.get("role");
        let label = role.and_then(Node::as_str).unwrap_or("node");
        let own = node.get("kubeadmConfigPatches");
        let at = role.map_or(node.span, |r| r.span);
        groups.push((format!("kind {label} {}", n + 1), at, common.into_iter().chain(own).collect()));
    }
    if nodes.is_empty() {
        groups.push(("kind node".to_owned(), manifest.place(), common.into_iter().collect()));
    }
    for (name, at, lists) in groups {
        let mut group = NodeGroup::new(name.clone(), at);
        group.family = Some(Family::Kubeadm);
        for patch in lists.iter().flat_map(|list| list.items()).filter_map(Node::as_scalar) {
            patched(&mut group, &patch.text, &format!("patch of {name}"), cx);
        }
        out.extend((!group.steps.is_empty()).then_some(group));
    }
    out
}

/// A patch of one of kubeadm's documents: it needs no API version.
fn patched(group: &mut NodeGroup, text: &Traced, name: &str, cx: &mut Cx<'_>) {
    let id = cx.texts.add_made(name, text, group.place);
    for document in yaml::parse(&cx.texts.view(id)).tree {
        match document.get("kind").and_then(Node::as_str) {
            Some("KubeletConfiguration") => {
                group.steps.push(Step::KubeletConfig(placeholder::in_tree(&document), "kubeadmConfigPatches"));
            }
            Some(kind) if NODES.contains(&kind) => {
                if let Some(args) = document.path(&["nodeRegistration", "kubeletExtraArgs"]) {
                    group.steps.push(Step::KubeletArgs(flags(args)));
                }
            }
            _ => {}
        }
    }
}
