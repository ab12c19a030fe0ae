//! Documents as Kubernetes writes them: an `apiVersion`, a `kind`, and what only the reader of that kind knows.
//!
//! One door for all of them, wherever they stand: in files of their own, in lists, in texts that another kind of input holds
//! ([`in_text`]), in trees ([`in_tree`]) and somewhere among values ([`among`]).

mod carry;
mod cluster_api;
mod ignition;
mod karpenter;
mod kops;
mod kubeadm;
mod kubelet;
mod placeholder;
mod shapes;
mod tools;
mod value;
mod workloads;

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::node::{Cx, NodeGroup};
use crate::syntax::{MAX_DEPTH, Node, yaml};
use crate::text::{Span, Traced, View};

use super::documents::is_user_data;
use super::eksctl;
use super::kind::{FileList, Input, Unit};
use super::stream;

pub(super) use value::{json_of, node_of, quoted, value_of};

/// One kind of document, or several that one reader knows.
struct Kind {
    /// The API group: what stands before the slash of `apiVersion`. Empty for the core group, where nothing does.
    group: &'static str,
    /// The kinds of that group.
    kinds: &'static [&'static str],
    /// A word without which no such document says anything of a kubelet: most files are not even parsed.
    word: &'static str,
    /// Makes node groups of it.
    read: fn(&Manifest<'_>, &mut Cx<'_>) -> Vec<NodeGroup>,
}

/// What a text that says anything of a kubelet without one of the groups below has in it.
const KUBELET: &str = "kubelet";
/// The group of the kubelet's own configuration. Documents that only hold other documents are found by those.
const CONFIGURATION: &str = "kubelet.config.k8s.io/";

/// The kinds of documents that are read, by group.
const KINDS: &[Kind] = &[
    Kind {
        group: "eksctl.io",
        kinds: &["ClusterConfig"],
        word: "eksctl.io/",
        read: |m, cx| eksctl::cluster(m.node, cx),
    },
    Kind {
        group: "karpenter.k8s.aws",
        kinds: &["EC2NodeClass", "AWSNodeTemplate"],
        word: "karpenter.k8s.aws/",
        read: |m, _| karpenter::node_class(m),
    },
    Kind {
        group: "karpenter.sh",
        kinds: &["NodePool", "Provisioner"],
        word: "karpenter.sh/",
        read: |m, _| karpenter::node_pool(m),
    },
    Kind {
        group: "kubelet.config.k8s.io",
        kinds: &["KubeletConfiguration"],
        word: CONFIGURATION,
        read: |m, _| kubelet::configuration(m),
    },
    Kind {
        group: "bootstrap.cluster.x-k8s.io",
        kinds: &["EKSConfig", "EKSConfigTemplate"],
        word: "bootstrap.cluster.x-k8s.io/",
        read: |m, _| cluster_api::eks_config(m),
    },
    Kind {
        group: "bootstrap.cluster.x-k8s.io",
        kinds: &["NodeadmConfig", "NodeadmConfigTemplate"],
        word: "bootstrap.cluster.x-k8s.io/",
        read: |m, _| cluster_api::nodeadm_config(m),
    },
    Kind {
        group: "bootstrap.cluster.x-k8s.io",
        kinds: &["KubeadmConfig", "KubeadmConfigTemplate"],
        word: "bootstrap.cluster.x-k8s.io/",
        read: cluster_api::kubeadm_config,
    },
    Kind {
        group: "controlplane.cluster.x-k8s.io",
        kinds: &["KubeadmControlPlane", "KubeadmControlPlaneTemplate"],
        word: "controlplane.cluster.x-k8s.io/",
        read: cluster_api::kubeadm_config,
    },
    Kind { group: "kubeadm.k8s.io", kinds: &kubeadm::NODES, word: "kubeadm.k8s.io/", read: |m, _| kubeadm::read(m) },
    Kind { group: "kind.x-k8s.io", kinds: &["Cluster"], word: "kind.x-k8s.io/", read: kubeadm::kind_cluster },
    Kind {
        group: "kops.k8s.io",
        kinds: &["Cluster", "InstanceGroup"],
        word: "kops.k8s.io/",
        read: |m, _| kops::read(m),
    },
    Kind {
        group: "machineconfiguration.openshift.io",
        kinds: &["MachineConfig"],
        word: "machineconfiguration.openshift.io/",
        read: |m, _| {
            let config = m.node.path(&["spec", "config"]);
            config.and_then(|config| ignition::read(config, &m.name(), m.place())).into_iter().collect()
        },
    },
    Kind { group: "", kinds: &["ConfigMap"], word: CONFIGURATION, read: workloads::config_map },
    Kind { group: "", kinds: &["Pod"], word: KUBELET, read: |m, _| workloads::pods(m) },
    Kind {
        group: "apps",
        kinds: &["DaemonSet", "Deployment", "StatefulSet"],
        word: KUBELET,
        read: |m, _| workloads::pods(m),
    },
    Kind { group: "batch", kinds: &["Job", "CronJob"], word: KUBELET, read: |m, _| workloads::pods(m) },
    Kind { group: "helm.toolkit.fluxcd.io", kinds: &["HelmRelease"], word: CONFIGURATION, read: workloads::release },
    Kind { group: "argoproj.io", kinds: &["Application"], word: CONFIGURATION, read: workloads::release },
    Kind {
        group: "ec2.aws.upbound.io",
        kinds: &["LaunchTemplate", "Instance"],
        word: "ec2.aws.upbound.io/",
        read: |m, _| workloads::machines(m),
    },
    Kind {
        group: "ec2.aws.m.upbound.io",
        kinds: &["LaunchTemplate", "Instance", "SpotInstanceRequest"],
        word: "ec2.aws.m.upbound.io/",
        read: |m, _| workloads::machines(m),
    },
    Kind {
        group: "autoscaling.aws.upbound.io",
        kinds: &["LaunchConfiguration"],
        word: "autoscaling.aws.upbound.io/",
        read: |m, _| workloads::machines(m),
    },
    Kind {
        group: "autoscaling.aws.m.upbound.io",
        kinds: &["LaunchConfiguration"],
        word: "autoscaling.aws.m.upbound.io/",
        read: |m, _| workloads::machines(m),
    },
    Kind {
        group: "apiextensions.crossplane.io",
        kinds: &["Composition"],
        word: "apiextensions.crossplane.io/",
        read: workloads::composition,
    },
    Kind {
        group: "ec2.aws.crossplane.io",
        kinds: &["LaunchTemplate", "Instance"],
        word: "ec2.aws.crossplane.io/",
        read: |m, _| workloads::machines(m),
    },
    Kind {
        group: "ec2.services.k8s.aws",
        kinds: &["LaunchTemplate", "Instance"],
        word: "ec2.services.k8s.aws/",
        read: |m, _| workloads::machines(m),
    },
    Kind { group: "node.eks.aws", kinds: &["NodeConfig"], word: "node.eks.aws/", read: |m, _| kubelet::node_config(m) },
];

/// The most documents of one list or tree that are looked at.
const MAX_DOCUMENTS: usize = 10_000;

/// How deep texts with documents may stand in one another.
const MAX_TEXTS: usize = 4;

/// Files of such documents.
#[derive(Debug)]
pub(super) struct Manifests;

impl Input for Manifests {
    fn name(&self) -> &'static str {
        "manifest"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        stream::claim(files, &["yaml", "yml", "json", "conf"])
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Ok(source) = cx.files.read(&unit.path) else { return Vec::new() };
        if !may_hold(&source.bytes()) {
            return Vec::new();
        }
        let Ok(id) = cx.open(&unit.path) else { return Vec::new() };
        let view = cx.texts.view(id);
        if is_user_data(&view.bytes) {
            return Vec::new();
        }
        let name = stream::shown(&unit.path, cx);
        let parsed = stream::documents(&view);
        if names_one(&view.bytes) {
            stream::note_errors(&view, &parsed, cx);
        }
        read_all(&parsed.tree, Some(&view), &name, cx)
    }
}

/// True if a text may hold a document that is read here: a search for a few words, before anything is parsed.
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| any_of(words().chain([KUBELET, "KubeletArgs"])));
    WORDS.as_ref().is_none_or(|words| words.is_match(bytes))
}

/// True if a text names one of the documents that are read here, so that its faults matter. A text that only speaks of a
/// kubelet may be of any kind.
pub(super) fn names_one(bytes: &[u8]) -> bool {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| any_of(words().filter(|word| *word != KUBELET)));
    WORDS.as_ref().is_none_or(|words| words.is_match(bytes))
}

fn words() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|k| k.word).chain(tools::TOOLS.iter().map(|t| t.group))
}

fn any_of(words: impl Iterator<Item = &'static str>) -> Option<Regex> {
    Regex::new(&words.map(regex::escape).collect::<Vec<_>>().join("|")).ok()
}

/// The node groups of a text that holds documents and stands in something else. `name` says for people what it is, `at` is
/// the place that stands for it.
pub(super) fn in_text(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    if !may_hold(text.bytes()) {
        return Vec::new();
    }
    let id = cx.texts.add_made(name, text, at);
    let view = cx.texts.view(id);
    let parsed = stream::documents(&view);
    if names_one(&view.bytes) {
        stream::note_errors(&view, &parsed, cx);
    }
    read_all(&parsed.tree, Some(&view), name, cx)
}

/// The node groups of a document that is known as a tree.
pub(super) fn in_tree(tree: &Node, name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    read_all(std::slice::from_ref(tree), None, name, cx)
}

/// Groups of documents that a node reads itself, and nobody hands to a cluster or a tool that makes one.
const OF_NODES: &[&str] = &["kubelet.config.k8s.io", "kubeadm.k8s.io", "node.eks.aws"];

/// The node groups of those documents of a text that are handed to a cluster, or to a tool that makes one.
pub(super) fn for_clusters(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    if !may_hold(text.bytes()) {
        return Vec::new();
    }
    let id = cx.texts.add_made(name, text, at);
    let view = cx.texts.view(id);
    let parsed = stream::documents(&view);
    let meant =
        |tree: &&Node| is_read(tree) && Manifest::of(tree, &[], None, "").is_some_and(|m| !OF_NODES.contains(&m.group));
    let trees: Vec<Node> = parsed.tree.iter().filter(meant).cloned().collect();
    if !trees.is_empty() {
        stream::note_errors(&view, &parsed, cx);
    }
    read_all(&trees, None, name, cx)
}

/// The node groups of documents that are known as trees and stand in one stream.
pub(super) fn in_trees(trees: &[Node], name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    read_all(trees, None, name, cx)
}

/// True if a document is of a kind that is read here.
pub(super) fn is_read(tree: &Node) -> bool {
    Manifest::of(tree, &[], None, "").is_some_and(|m| {
        KINDS.iter().any(|k| k.group == m.group && k.kinds.contains(&m.kind))
            || tools::TOOLS.iter().any(|t| t.group == m.group && t.kinds.contains(&m.kind))
    })
}

/// The node groups of all documents that stand anywhere inside of a tree, such as the values of a chart: as parts of it, or
/// as texts.
pub(super) fn among(tree: &Node, name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    deep_among(tree, name, 0, cx)
}

fn deep_among(tree: &Node, name: &str, texts: usize, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    if Manifest::of(tree, &[], None, name).is_some() {
        return in_tree(tree, name, cx);
    }
    if let Some(scalar) = tree.as_scalar() {
        // A text may hold documents that a chart hands on as they are.
        let bytes = scalar.text.bytes();
        if texts >= MAX_TEXTS || !names_one(bytes) || is_user_data(bytes) {
            return Vec::new();
        }
        let id = cx.texts.add_made(name, &scalar.text, tree.span);
        let parsed = stream::documents(&cx.texts.view(id));
        return parsed.tree.iter().flat_map(|tree| deep_among(tree, name, texts + 1, cx)).collect();
    }
    // A tree is bounded in depth by its parser.
    let inner = tree.items().iter().chain(tree.pairs().iter().map(|(_, value)| value));
    inner.take(MAX_DOCUMENTS).flat_map(|node| deep_among(node, name, texts, cx)).collect()
}

/// The node groups of the documents that stand anywhere inside of a text of values, such as those of a chart.
pub(super) fn values(text: &Traced, name: &str, at: Span, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    if !may_hold(text.bytes()) {
        return Vec::new();
    }
    let id = cx.texts.add_made(name, text, at);
    let view = cx.texts.view(id);
    let parsed = stream::documents(&view);
    if names_one(&view.bytes) {
        stream::note_errors(&view, &parsed, cx);
    }
    parsed.tree.iter().flat_map(|tree| among(tree, name, cx)).collect()
}

fn read_all(trees: &[Node], view: Option<&View>, name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut groups = Vec::new();
    for (n, tree) in trees.iter().enumerate() {
        let name = if trees.len() == 1 { name.to_owned() } else { format!("{name} (document {})", n + 1) };
        let whole = view.filter(|_| trees.len() == 1);
        each(tree, trees, view.map(|view| (view, whole.is_some())), &name, 0, &mut groups, cx);
    }
    groups
}

/// Reads a document, or those of a list.
fn each(
    tree: &Node,
    siblings: &[Node],
    view: Option<(&View, bool)>,
    name: &str,
    depth: usize,
    groups: &mut Vec<NodeGroup>,
    cx: &mut Cx<'_>,
) {
    let Some(manifest) = Manifest::of(tree, siblings, view, name) else {
        groups.append(&mut shapes::read(tree, name));
        return;
    };
    if manifest.kind.ends_with("List")
        && let Some(items) = tree.get("items")
    {
        if depth < MAX_DEPTH {
            for item in items.items().iter().take(MAX_DOCUMENTS) {
                each(item, items.items(), None, name, depth + 1, groups, cx);
            }
        }
        return;
    }
    if let Some(kind) = KINDS.iter().find(|k| k.group == manifest.group && k.kinds.contains(&manifest.kind)) {
        groups.append(&mut (kind.read)(&manifest, cx));
    } else {
        groups.append(&mut tools::read(&manifest));
    }
}

/// A document.
pub(super) struct Manifest<'a> {
    /// All of it.
    node: &'a Node,
    /// The documents that it stands among, itself included.
    siblings: &'a [Node],
    /// The API group; empty for the core group.
    group: &'a str,
    /// The version within the group.
    version: &'a str,
    /// The kind.
    kind: &'a str,
    /// What it is called where it has no name of its own: its file, or what it stands in.
    file: &'a str,
    /// The text that it stands in, and whether it is all of that text.
    view: Option<(&'a View, bool)>,
}

impl<'a> Manifest<'a> {
    fn of(node: &'a Node, siblings: &'a [Node], view: Option<(&'a View, bool)>, file: &'a str) -> Option<Self> {
        let kind = node.get("kind")?.as_str()?;
        let api = node.get("apiVersion")?.as_str()?;
        let (group, version) = api.rsplit_once('/').unwrap_or(("", api));
        Some(Self { node, siblings, group, version, kind, file, view })
    }

    /// What people call it: kind and name, as `kubectl get` does.
    fn name(&self) -> String {
        match self.node.path(&["metadata", "name"]).or_else(|| self.node.path(&["metadata", "generateName"])) {
            Some(name) if name.as_str().is_some() => format!("{}/{}", self.kind, name.as_str().unwrap_or_default()),
            _ => format!("{} of {}", self.kind, self.file),
        }
    }

    /// The line that says what it is.
    fn place(&self) -> Span {
        self.node.pair("kind").map_or(self.node.span, |(key, value)| key.span.to(value.span))
    }

    /// A node group that is named after the document.
    fn group(&self) -> NodeGroup {
        NodeGroup::new(self.name(), self.place())
    }

    /// The document as text: as it stands in its file, or written anew.
    fn text(&self) -> Traced {
        let Some((view, only)) = self.view else { return yaml::write(self.node) };
        if only {
            return view.traced(0..view.bytes.len());
        }
        // From the line that it starts in to the end of its content, so that the indentation of its first line is the one of
        // the others.
        let range = self.node.span.range();
        let before = view.bytes.get(..range.start).unwrap_or_default();
        let blank = before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let line = matches!(before.get(..before.len() - blank), None | Some([] | [.., b'\n' | b'\r']));
        view.traced(if line { range.start - blank } else { range.start }..range.end)
    }

    /// Other documents of the same stream, of one group.
    fn others(&self, group: &'static str) -> impl Iterator<Item = Manifest<'a>> {
        let (own, siblings, file) = (self.node.span, self.siblings, self.file);
        siblings
            .iter()
            .filter(move |node| node.span != own)
            .filter_map(move |node| Self::of(node, siblings, None, file))
            .filter(move |m| m.group == group)
    }
}

#[cfg(test)]
mod tests;
