//! Tools of which a few paths are all there is to know: one row each.

use super::Manifest;
use super::carry::{Carry, Part, groups};
use crate::node::NodeGroup;

/// Documents of one tool.
pub(super) struct Tool {
    /// The API group.
    pub(super) group: &'static str,
    /// The kinds.
    pub(super) kinds: &'static [&'static str],
    /// Where settings stand.
    parts: &'static [Part],
    /// What a person must know of the way they go.
    remark: Option<&'static str>,
}

/// The rows. Where the paths come from stands above each.
pub(super) const TOOLS: &[Tool] = &[
    // aws/eks-anywhere at aebd9a06, `pkg/api/v1alpha1/cluster_types.go`.
    Tool {
        group: "anywhere.eks.amazonaws.com",
        kinds: &["Cluster"],
        parts: &[
            Part { at: &["spec", "controlPlaneConfiguration"], fields: &[(&["kubeletConfiguration"], Carry::Config)] },
            Part {
                at: &["spec", "workerNodeGroupConfigurations", "[]"],
                fields: &[(&["kubeletConfiguration"], Carry::Config)],
            },
        ],
        remark: None,
    },
    // gardener/gardener at b312835d, `pkg/apis/core/v1beta1/types_shoot.go`.
    Tool {
        group: "core.gardener.cloud",
        kinds: &["Shoot"],
        parts: &[
            Part { at: &["spec", "kubernetes"], fields: &[(&["kubelet"], Carry::Config)] },
            Part { at: &["spec", "provider", "workers", "[]"], fields: &[(&["kubernetes", "kubelet"], Carry::Config)] },
        ],
        remark: Some("without this line Gardener sets 5m; with a zero the kubelet falls back to its own default"),
    },
    // openshift/machine-config-operator at 7ff337a4, `machineconfiguration/v1/types.go` of openshift/api.
    Tool {
        group: "machineconfiguration.openshift.io",
        kinds: &["KubeletConfig"],
        parts: &[Part { at: &["spec"], fields: &[(&["kubeletConfig"], Carry::Config)] }],
        remark: None,
    },
    // rancher/rancher, `pkg/apis/rke.cattle.io/v1/rke_types.go` (provisioning of k3s and RKE2).
    Tool {
        group: "provisioning.cattle.io",
        kinds: &["Cluster"],
        parts: &[
            Part { at: &["spec", "rkeConfig", "machineGlobalConfig"], fields: &[(&["kubelet-arg"], Carry::Words)] },
            Part {
                at: &["spec", "rkeConfig", "machineSelectorConfig", "[]"],
                fields: &[(&["config", "kubelet-arg"], Carry::Words)],
            },
        ],
        remark: None,
    },
    // k0sproject/k0s, `pkg/apis/k0s/v1beta1/clusterconfig_types.go`.
    Tool {
        group: "k0s.k0sproject.io",
        kinds: &["ClusterConfig"],
        parts: &[Part { at: &["spec", "workerProfiles", "[]"], fields: &[(&["values"], Carry::Config)] }],
        remark: None,
    },
    // k0sproject/k0sctl, `pkg/apis/k0sctl.k0sproject.io/v1beta1`.
    Tool {
        group: "k0sctl.k0sproject.io",
        kinds: &["Cluster"],
        parts: &[Part {
            at: &["spec", "k0s", "config", "spec", "workerProfiles", "[]"],
            fields: &[(&["values"], Carry::Config)],
        }],
        remark: None,
    },
];

/// The node groups of a document that a row describes.
pub(super) fn read(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    let row = TOOLS.iter().find(|t| t.group == manifest.group && t.kinds.contains(&manifest.kind));
    let Some(tool) = row else { return Vec::new() };
    groups(manifest.node, &manifest.name(), manifest.place(), tool.parts, tool.remark)
}
