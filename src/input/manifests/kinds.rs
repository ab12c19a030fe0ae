//! The kinds of documents that are read, one row each, and the words that a text with such a document contains.

use std::sync::LazyLock;

use super::manifest::{Inner, Manifest};
use super::{cluster_api, cluster_class, ignition, karpenter, kops, kubeadm, kubelet, openshift, tools, workloads};
use crate::input::applications::aside;
use crate::input::eksctl;
use crate::node::{Cx, NodeGroup};
use crate::setting::Which;
use crate::text::Finder;

/// One kind of document, or several that one reader knows.
pub(super) struct DocumentKind {
    /// The API group: the part of `apiVersion` before the slash. Empty for the core group.
    group: &'static str,
    /// The kinds of that group.
    kinds: &'static [&'static str],
    /// A word that every such document about a kubelet contains: most files are not even parsed. The default is
    /// the group with its slash.
    word: Option<&'static str>,
    /// Its reader.
    pub(super) reader: DocumentReader,
}

/// What a kind of document contains.
pub(super) enum DocumentReader {
    /// Node groups.
    Groups(fn(&Manifest<'_>, &mut Cx<'_>) -> Vec<NodeGroup>),
    /// Other documents.
    Documents(fn(&Manifest<'_>, &mut Cx<'_>) -> Vec<Inner>),
}

/// The word in texts that concern a kubelet without one of the groups below.
const KUBELET: &str = "kubelet";
/// The group of the kubelet's configuration. Documents that only contain other documents are found by it.
const CONFIGURATION: &str = "kubelet.config.k8s.io/";

/// The rows.
const KINDS: &[DocumentKind] = &[
    row("eksctl.io", &["ClusterConfig"], |m, cx| eksctl::cluster(m.node, cx)),
    row("karpenter.k8s.aws", &["EC2NodeClass", "AWSNodeTemplate"], |m, cx| {
        karpenter::node_class(m, Which::of(cx.given.whole))
    }),
    row("karpenter.sh", &["NodePool", "Provisioner"], |m, cx| karpenter::node_pool(m, Which::of(cx.given.whole))),
    row("kubelet.config.k8s.io", &["KubeletConfiguration"], |m, _| kubelet::configuration(m)),
    row("bootstrap.cluster.x-k8s.io", &["EKSConfig", "EKSConfigTemplate"], |m, _| cluster_api::eks_config(m)),
    row("bootstrap.cluster.x-k8s.io", &["NodeadmConfig", "NodeadmConfigTemplate"], |m, _| {
        cluster_api::nodeadm_config(m)
    }),
    row("bootstrap.cluster.x-k8s.io", &["KubeadmConfig", "KubeadmConfigTemplate"], cluster_api::kubeadm_config),
    row(
        "controlplane.cluster.x-k8s.io",
        &["KubeadmControlPlane", "KubeadmControlPlaneTemplate"],
        cluster_api::kubeadm_config,
    ),
    DocumentKind {
        group: "cluster.x-k8s.io",
        kinds: &["ClusterClass"],
        word: Some("ClusterClass"),
        reader: DocumentReader::Documents(cluster_class::read),
    },
    row("bootstrap.cluster.x-k8s.io", cluster_api::RANCHER.split_at(4).0, |m, _| cluster_api::rancher_config(m)),
    row("controlplane.cluster.x-k8s.io", cluster_api::RANCHER.split_at(4).1, |m, _| cluster_api::rancher_config(m)),
    row("bootstrap.cluster.x-k8s.io", &["TalosConfig", "TalosConfigTemplate"], cluster_api::talos_config),
    row(
        "controlplane.cluster.x-k8s.io",
        &["TalosControlPlane", "TalosControlPlaneTemplate"],
        cluster_api::talos_config,
    ),
    row("kubeadm.k8s.io", &kubeadm::NODES, kubeadm::read),
    row("kind.x-k8s.io", &["Cluster"], kubeadm::kind_cluster),
    row("kops.k8s.io", &["Cluster", "InstanceGroup"], |m, _| kops::read(m)),
    // Before kops 1.16 its group had no domain.
    DocumentKind {
        group: "kops",
        kinds: &["Cluster", "InstanceGroup"],
        word: Some("kops/v1alpha2"),
        reader: DocumentReader::Groups(|m, _| kops::read(m)),
    },
    row("machineconfiguration.openshift.io", &["MachineConfig"], |m, cx| {
        let config = m.node.path(&["spec", "config"]);
        config.and_then(|config| ignition::read(config, &m.name(), m.place(), cx)).into_iter().collect()
    }),
    holder("", &["ConfigMap"], CONFIGURATION, |m, _| workloads::config_map(m)),
    holder("", &["Template"], KUBELET, openshift::template),
    holder("template.openshift.io", &["Template"], KUBELET, openshift::template),
    pods("", &["Pod"]),
    pods("apps", &["DaemonSet", "Deployment", "StatefulSet"]),
    pods("batch", &["Job", "CronJob"]),
    application(aside::KINDS[0]),
    application(aside::KINDS[1]),
    application(aside::KINDS[2]),
    holder("apiextensions.crossplane.io", &["Composition"], "apiextensions.crossplane.io/", workloads::composition),
    holder("kubernetes.crossplane.io", &["Object"], "kubernetes.crossplane.io/", |m, _| workloads::object(m)),
    holder("kubernetes.m.crossplane.io", &["Object"], "kubernetes.m.crossplane.io/", |m, _| workloads::object(m)),
    machines("ec2.aws.upbound.io", &["LaunchTemplate", "Instance"]),
    machines("ec2.aws.m.upbound.io", &["LaunchTemplate", "Instance", "SpotInstanceRequest"]),
    machines("autoscaling.aws.upbound.io", &["LaunchConfiguration"]),
    machines("autoscaling.aws.m.upbound.io", &["LaunchConfiguration"]),
    machines("ec2.aws.crossplane.io", &["LaunchTemplate", "Instance"]),
    machines("ec2.services.k8s.aws", &["LaunchTemplate", "Instance"]),
    row("node.eks.aws", &["NodeConfig"], |m, _| kubelet::node_config(m)),
];

const fn row(
    group: &'static str,
    kinds: &'static [&'static str],
    read: fn(&Manifest<'_>, &mut Cx<'_>) -> Vec<NodeGroup>,
) -> DocumentKind {
    DocumentKind { group, kinds, word: None, reader: DocumentReader::Groups(read) }
}

const fn holder(
    group: &'static str,
    kinds: &'static [&'static str],
    word: &'static str,
    read: fn(&Manifest<'_>, &mut Cx<'_>) -> Vec<Inner>,
) -> DocumentKind {
    DocumentKind { group, kinds, word: Some(word), reader: DocumentReader::Documents(read) }
}

const fn application((group, kinds): (&'static str, &'static [&'static str])) -> DocumentKind {
    let read = |m: &Manifest<'_>, cx: &mut Cx<'_>| {
        m.put_aside(cx);
        Vec::new()
    };
    DocumentKind { group, kinds, word: Some(CONFIGURATION), reader: DocumentReader::Groups(read) }
}

const fn pods(group: &'static str, kinds: &'static [&'static str]) -> DocumentKind {
    DocumentKind { group, kinds, word: Some(KUBELET), reader: DocumentReader::Groups(|m, _| workloads::pods(m)) }
}

const fn machines(group: &'static str, kinds: &'static [&'static str]) -> DocumentKind {
    row(group, kinds, |m, _| workloads::machines(m))
}

/// The row for a document.
pub(super) fn kind_of(manifest: &Manifest<'_>) -> Option<&'static DocumentKind> {
    KINDS.iter().find(|k| k.group == manifest.group && k.kinds.contains(&manifest.kind))
}

/// The group of words that no other kind of text has.
const OWN: u64 = 1;

/// Looks for the words of such documents.
static FINDER: LazyLock<Finder> = LazyLock::new(|| {
    let own = own_words().map(|word| (word, OWN));
    Finder::new(own.chain(OTHER_WORDS.iter().map(|word| (*word, 0b10))), false)
});

/// True if a text may contain such a document: a search for a few words, before anything is parsed.
pub(in crate::input) fn may_hold(bytes: &[u8]) -> bool {
    FINDER.is_in(bytes)
}

/// True if a text names one of these documents, so its syntax errors matter. A text that only mentions a
/// kubelet may be of any kind.
pub(in crate::input) fn names_one(bytes: &[u8]) -> bool {
    FINDER.groups_in(bytes) & OWN != 0
}

/// The words of texts that may contain such a document.
pub(in crate::input) fn words() -> impl Iterator<Item = &'static str> {
    own_words().chain(OTHER_WORDS.iter().copied())
}

/// Words that other texts have as well.
const OTHER_WORDS: &[&str] = &[KUBELET, "KubeletArgs", "KubeletExtraArgs"];

/// The words of documents that no other kind of text has.
fn own_words() -> impl Iterator<Item = &'static str> {
    static GROUPS: LazyLock<Vec<String>> =
        LazyLock::new(|| KINDS.iter().filter(|k| k.word.is_none()).map(|k| format!("{}/", k.group)).collect());
    let words = KINDS.iter().filter_map(|k| k.word).chain(tools::TOOLS.iter().map(|t| t.group));
    GROUPS.iter().map(String::as_str).chain(words).filter(|word| *word != KUBELET)
}
