//! What of a play may concern a kubelet: texts, files and commands.

use crate::input::watched::{OUTER, TASKS};
use crate::input::{manifests, yaml_files};
use crate::node::kubelet_files::VARIABLE_PREFIX;
use crate::node::{Cx, NodeGroup, Step};
use crate::setting::names;
use crate::text::{Span, Traced, Why};

/// True if a text may concern a kubelet, or includes others that may.
pub(super) fn may_matter(bytes: &[u8]) -> bool {
    TASKS
        .iter()
        .chain(OUTER)
        .chain(&["set_fact", "include_vars", "script:"])
        .any(|w| yaml_files::holds(bytes, w.as_bytes()))
}

/// The node groups of documents that a task writes. If a part of them is not known, they may be valid on the node.
pub(super) fn written(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let problems = cx.notes.problems.len();
    let groups = manifests::in_text(text, name, at, cx);
    if text.has_unknown() {
        for problem in cx.notes.problems.split_off(problems) {
            let why = Why::NotUnderstood("a document that cannot be read because a part is not known".into());
            cx.gap(problem.at, why);
        }
    }
    groups
}

/// True for documents that a kubelet or kubeadm on the node reads.
pub(super) fn is_for_nodes(bytes: &[u8]) -> bool {
    [&b"KubeletConfiguration"[..], KUBEADM].iter().any(|word| yaml_files::holds(bytes, word))
}

/// The group of the documents of kubeadm.
const KUBEADM: &[u8] = b"kubeadm.k8s.io";

/// True for commands that may concern a kubelet.
pub(super) fn mentions_kubelet(command: &str) -> bool {
    const WORDS: [&str; 11] = [
        "/kubelet",
        "kubelet.service",
        VARIABLE_PREFIX,
        "bootstrap.sh",
        "nodeadm",
        "--kubelet-arg",
        "--kubelet-extra-args",
        "INSTALL_K3S_EXEC",
        "get.k3s.io",
        "get.rke2.io",
        "k3s-install",
    ];
    let kubeadm =
        || command.contains("kubeadm") && ["--config", "--patches"].iter().any(|option| command.contains(option));
    WORDS.iter().any(|w| command.contains(w)) || is_for_nodes(command.as_bytes()) || kubeadm()
}

/// True for files that a kubelet, kubeadm, its start scripts or its container runtime read.
pub(super) fn is_of_kubelet(path: &str) -> bool {
    path.starts_with('/')
        && (path.contains("kubelet")
            || path.contains("kubeadm") && [".yaml", ".yml", ".conf", ".json"].iter().any(|end| path.ends_with(end))
            || path.starts_with("/etc/systemd/system/") && (path.contains("/k3s") || path.contains("/rke2"))
            || path.starts_with("/etc/rancher/")
            || path.starts_with("/etc/eks/")
            || path.starts_with("/etc/containerd/")
            || path.starts_with("/etc/crio/"))
}

/// True for a step that may concern a kubelet.
pub(super) fn is_about_kubelet(step: &Step) -> bool {
    let says = |text: &Traced| names::are_in(text.bytes()) || mentions_kubelet(&text.to_text());
    match step {
        Step::File { path, content, .. } => is_of_kubelet(path) || says(content),
        Step::UnknownFile(path, _) | Step::Access { path, .. } => is_of_kubelet(path),
        Step::Script(text) => says(text),
        _ => true,
    }
}
