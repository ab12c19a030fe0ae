//! Documents that a kubelet or nodeadm reads itself.

use crate::node::{Family, NodeGroup, Step};

use super::manifest::Manifest;
use super::{kubeadm, placeholder};

/// `KubeletConfiguration`: a kubelet that loads it with `--config`.
pub(super) fn configuration(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    if kubeadm::takes_configuration(manifest) {
        return Vec::new();
    }
    let mut group = NodeGroup::new(manifest.file, manifest.place());
    group.complete = true;
    group.steps.push(Step::KubeletConfigFile(placeholder::in_text(&manifest.text())));
    vec![group]
}

/// nodeadm's `NodeConfig`.
pub(super) fn node_config(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    let mut group = NodeGroup::new(manifest.file, manifest.place());
    group.family = Some(Family::Al2023);
    group.steps.push(Step::NodeConfig(placeholder::in_text(&manifest.text())));
    vec![group]
}
