//! Tools that are described by a few paths: one row each.

use super::manifest::Manifest;
use super::setting_paths::{Carry, Part, groups, part};
use crate::node::{NodeGroup, Step};
use crate::setting::{FIELDS, Field, Shape};
use crate::syntax::{Node, Resolved, Schema, resolve};

/// Documents of one tool.
pub(super) struct Tool {
    /// The API group.
    pub(super) group: &'static str,
    /// The kinds.
    kinds: &'static [&'static str],
    /// Where settings are.
    parts: &'static [Part],
    /// A note about how the tool applies them.
    remark: Option<&'static str>,
    /// The note if a duration is written as a number, which the tool itself refuses.
    typed: Option<&'static str>,
}

const fn tool(
    group: &'static str,
    kinds: &'static [&'static str],
    parts: &'static [Part],
    [remark, typed]: [Option<&'static str>; 2],
) -> Tool {
    Tool { group, kinds, parts, remark, typed }
}

/// The rows, each with the source of its paths.
pub(super) const TOOLS: &[Tool] = &[
    // aws/eks-anywhere at aebd9a06, `pkg/api/v1alpha1/cluster_types.go`.
    tool(
        "anywhere.eks.amazonaws.com",
        &["Cluster"],
        &[
            part("spec.controlPlaneConfiguration", &[("kubeletConfiguration", Carry::Config)]),
            part("spec.workerNodeGroupConfigurations.[]", &[("kubeletConfiguration", Carry::Config)]),
        ],
        [None, None],
    ),
    // gardener/gardener at b312835d, `pkg/apis/core/v1beta1/types_shoot.go`.
    tool(
        "core.gardener.cloud",
        &["Shoot"],
        &[
            part("spec.kubernetes", &[("kubelet", Carry::Config)]),
            part("spec.provider.workers.[]", &[("kubernetes.kubelet", Carry::Config)]),
        ],
        [
            Some("without this line Gardener sets 5m; with a zero the kubelet falls back to its own default"),
            Some("Gardener itself rejects a number here, so no such node is created"),
        ],
    ),
    // openshift/machine-config-operator at 7ff337a4, `machineconfiguration/v1/types.go` of openshift/api.
    tool(
        "machineconfiguration.openshift.io",
        &["KubeletConfig"],
        &[part("spec", &[("kubeletConfig", Carry::Config)])],
        [None, Some("OpenShift itself rejects a number here, so the nodes keep their previous value")],
    ),
    // rancher/rancher, `pkg/apis/rke.cattle.io/v1/rke_types.go` (provisioning of k3s and RKE2).
    tool(
        "provisioning.cattle.io",
        &["Cluster"],
        &[
            part("spec.rkeConfig.machineGlobalConfig", &[("kubelet-arg", Carry::Words)]),
            part("spec.rkeConfig.machineSelectorConfig.[]", &[("config.kubelet-arg", Carry::Words)]),
        ],
        [None, None],
    ),
    // k3d-io/k3d, `pkg/config/v1alpha5/types.go`.
    tool("k3d.io", &["Simple"], &[part("options.k3s", &[("extraArgs", Carry::K3s)])], [None, None]),
    // rancher/rancher, `pkg/apis/management.cattle.io/v3` with `rke_types.go` of rancher/rke (RKE clusters that Rancher makes).
    tool(
        "management.cattle.io",
        &["Cluster", "ClusterTemplateRevision"],
        &[
            part("spec.rancherKubernetesEngineConfig.services.kubelet", &[("extraArgs", Carry::Flags)]),
            part("spec.clusterConfig.rancherKubernetesEngineConfig.services.kubelet", &[("extraArgs", Carry::Flags)]),
        ],
        [None, None],
    ),
    // k0sproject/k0s, `pkg/apis/k0s/v1beta1/clusterconfig_types.go`.
    tool(
        "k0s.k0sproject.io",
        &["ClusterConfig"],
        &[part("spec.workerProfiles.[]", &[("values", Carry::Config)])],
        [None, None],
    ),
    // k0sproject/k0smotron, `api/bootstrap/v1beta1/k0s_types.go` and `api/controlplane/v1beta1/k0s_types.go`.
    tool(
        "bootstrap.cluster.x-k8s.io",
        &["K0sWorkerConfig", "K0sWorkerConfigTemplate"],
        &[part("spec", &[("args", Carry::K0s)]), part("spec.template.spec", &[("args", Carry::K0s)])],
        [None, None],
    ),
    tool(
        "controlplane.cluster.x-k8s.io",
        &["K0sControlPlane", "K0sControlPlaneTemplate"],
        &[
            part("spec.k0sConfigSpec", &[("args", Carry::K0s)]),
            part("spec.template.spec.k0sConfigSpec", &[("args", Carry::K0s)]),
        ],
        [None, None],
    ),
    // k0sproject/k0sctl, `pkg/apis/k0sctl.k0sproject.io/v1beta1`.
    tool(
        "k0sctl.k0sproject.io",
        &["Cluster"],
        &[
            part("spec.k0s.config.spec.workerProfiles.[]", &[("values", Carry::Config)]),
            part("spec.hosts.[]", &[("installFlags", Carry::K0s)]),
        ],
        [None, None],
    ),
];

/// The row for a document.
pub(super) fn tool_of(manifest: &Manifest<'_>) -> Option<&'static Tool> {
    TOOLS.iter().find(|t| t.group == manifest.group && t.kinds.contains(&manifest.kind))
}

/// The node groups of a document that a row describes.
pub(super) fn read(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    let Some(tool) = tool_of(manifest) else { return Vec::new() };
    let mut groups = groups(manifest.node, &manifest.name(), manifest.place(), tool.parts, tool.remark);
    for group in groups.iter_mut().filter(|_| tool.typed.is_some()) {
        let trees = group.steps.iter().filter_map(|step| match step {
            Step::KubeletConfig(tree, _) => Some(tree),
            _ => None,
        });
        if trees.into_iter().any(has_number) {
            group.remark = tool.typed;
        }
    }
    groups
}

/// True if a duration of the kubelet is written as a number.
fn has_number(tree: &Node) -> bool {
    let number = |node: &Node| {
        node.as_scalar().is_some_and(|s| {
            matches!(resolve(s, node.tag.as_deref(), Schema::Kubernetes), Resolved::Int(_) | Resolved::Float(_))
        })
    };
    let plain = |f: &&Field| matches!(f.shape, Some(Shape::Value | Shape::Pointer | Shape::ZeroDefault));
    FIELDS.iter().filter(plain).any(|field| {
        let path: Vec<_> = field.path().collect();
        tree.path(&path).is_some_and(number)
    })
}
