//! `NodeConfig` documents, and what nodeadm writes for the kubelet from them.
//!
//! Sources: awslabs/amazon-eks-ami `nodeadm/internal/api/merge.go` (order and merging), `nodeadm/internal/kubelet/config.go`
//! (the drop-in, and when `--config-dir` is given), `environment.go` (`NODEADM_KUBELET_ARGS`).

use std::collections::BTreeMap;

use crate::kubelet::config;
use crate::node::{Cx, Gap};
use crate::syntax::{Node, NodeKind, Schema, json, key_text, yaml};
use crate::text::{Span, Traced, View, Why};

use super::json::render;
use super::launch::{Content, Disk};

/// The API group of a `NodeConfig`; its version follows a slash.
const GROUP: &str = "node.eks.aws/";
/// The kind of the document.
const KIND: &str = "NodeConfig";
/// The kubelet's configuration file.
pub(super) const CONFIG: &str = "/etc/kubernetes/kubelet/config.json";
/// The directory of drop-ins beside it.
pub(super) const CONFIG_DIR: &str = "/etc/kubernetes/kubelet/config.json.d";
/// The drop-in that `spec.kubelet.config` becomes.
const DROP_IN: &str = "/etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf";
/// The environment of the kubelet's service.
pub(super) const ENVIRONMENT: &str = "/etc/eks/kubelet/environment";
/// First minor version that nodeadm gives the drop-in to; before, it merges into the configuration file.
const DROP_IN_SINCE: u32 = 28;
/// First minor version that nodeadm gives shutdown periods of its own.
const SHUTDOWN_SINCE: u32 = 34;

/// What all documents together say about the kubelet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct NodeConfigs {
    config: Option<Node>,
    flags: Vec<Traced>,
    /// True if EKS has a document of its own that sets something in the kubelet's configuration.
    by_eks: bool,
    /// What was not followed.
    pub(super) gaps: Vec<Gap>,
    seen: bool,
}

impl NodeConfigs {
    /// Starts with the document that EKS puts before those of a managed node group: it sets `maxPods`, so the directory of
    /// drop-ins is in force.
    pub(super) fn merged_by_eks() -> Self {
        Self { by_eks: true, seen: true, ..Self::default() }
    }

    /// True if there was any document.
    pub(super) fn any(&self) -> bool {
        self.seen
    }

    /// Takes in the next document. Only the first one of a stream is read. Returns false if it is no `NodeConfig`.
    pub(super) fn add(&mut self, view: &View, cx: &mut Cx<'_>) -> bool {
        let Some(tree) = first_document(view, cx) else {
            if let Some(why) = view.hole_in(&(0..view.bytes.len())).cloned() {
                self.gaps.push(Gap { at: view.span(0..view.bytes.len()), why });
            }
            return false;
        };
        let word = |key: &str| tree.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        if word("kind") != KIND || !word("apiVersion").starts_with(GROUP) {
            return false;
        }
        self.seen = true;
        if let Some(kubelet) = tree.path(&["spec", "kubelet"]) {
            if let Some(hole) = kubelet.as_scalar().and_then(|s| s.text.first_hole()) {
                self.gaps.push(Gap { at: hole.0, why: hole.1.clone() });
            }
            if let Some(config) = kubelet.get("config") {
                self.add_config(config.clone());
            }
            if let Some(flags) = kubelet.get("flags") {
                self.flags.extend(flags.items().iter().filter_map(Node::as_scalar).map(|s| s.text.clone()));
                if let Some(scalar) = flags.as_scalar().filter(|s| s.text.has_hole()) {
                    self.flags.push(scalar.text.clone());
                }
            }
        }
        true
    }

    /// Takes in settings that stand under `spec.kubelet.config` of some document.
    pub(super) fn add_config(&mut self, config: Node) {
        self.seen = true;
        self.config = Some(match self.config.take() {
            Some(base) => merge(base, &config, 0),
            None => config,
        });
    }

    /// Writes what nodeadm writes, over what is there. `at` stands for what nobody wrote.
    pub(super) fn write(&self, disk: &mut Disk, at: Span, minor: Option<u32>) {
        let made = |text: &str| Content::Text(Traced::made(text, at));
        let shutdown = match minor {
            Some(SHUTDOWN_SINCE..) => ",\"shutdownGracePeriod\":\"2m30s\",\"shutdownGracePeriodCriticalPods\":\"30s\"",
            _ => "",
        };
        let header = format!("{{\"apiVersion\":\"{}\",\"kind\":\"{}\"", config::API_VERSION, config::KIND);
        disk.insert(CONFIG.to_owned(), made(&format!("{header}{shutdown}}}")));
        let mut args = format!("--config={CONFIG}");
        // A map with nothing in it is as good as none.
        let given = self.config.as_ref().filter(|c| !(c.is_map() && c.pairs().is_empty()));
        if given.is_some() || self.by_eks {
            args.push_str(&format!(" --config-dir={CONFIG_DIR}"));
        }
        if let Some(config) = given {
            let path = if minor.is_some_and(|m| m < DROP_IN_SINCE) { CONFIG } else { DROP_IN };
            disk.insert(path.to_owned(), Content::Text(with_header(&header, &render(config, Schema::Kubernetes), at)));
        }
        let mut line = Traced::made(format!("NODEADM_KUBELET_ARGS={args}"), at);
        for flag in &self.flags {
            line.push_made(b" ", at);
            line.push(flag);
        }
        line.push_made(b"\n", at);
        disk.insert(ENVIRONMENT.to_owned(), Content::Text(line));
    }
}

/// The entries of a rendered map behind the header that nodeadm gives it. Something that is no map stays as it is.
fn with_header(header: &str, rendered: &Traced, at: Span) -> Traced {
    let Some(rest) = rendered.bytes().strip_prefix(b"{") else { return rendered.clone() };
    let mut out = Traced::made(format!("{header},"), at);
    out.push(&rendered.slice(rendered.len() - rest.len()..rendered.len()));
    out
}

/// The first document of YAML or JSON, with its faults told as problems.
fn first_document(view: &View, cx: &mut Cx<'_>) -> Option<Node> {
    let start = view.bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let (tree, errors) = if view.bytes[start] == b'{' {
        let parsed = json::parse(view);
        (parsed.tree, parsed.errors)
    } else {
        let parsed = yaml::parse(view);
        (parsed.tree.into_iter().next(), parsed.errors)
    };
    if tree.is_none()
        && let Some(error) = errors.into_iter().next()
    {
        cx.problem(error.at, error.message);
    }
    tree
}

/// `over` laid over `base`: maps entry by entry, anything else replaced, zeros and empty values included.
fn merge(base: Node, over: &Node, depth: usize) -> Node {
    let NodeKind::Map(pairs) = &over.kind else { return over.clone() };
    let NodeKind::Map(mut merged) = base.kind else { return over.clone() };
    if depth > crate::syntax::MAX_DEPTH {
        return over.clone();
    }
    let index: BTreeMap<String, usize> =
        merged.iter().enumerate().filter_map(|(n, (k, _))| Some((key_text(k, Schema::Kubernetes)?, n))).collect();
    for (key, value) in pairs {
        let known = key_text(key, Schema::Kubernetes).and_then(|text| index.get(&text).copied());
        match known.and_then(|n| merged.get_mut(n)) {
            Some(entry) => *entry = (key.clone(), merge(entry.1.clone(), value, depth + 1)),
            None => merged.push((key.clone(), value.clone())),
        }
    }
    Node { kind: NodeKind::Map(merged), ..over.clone() }
}

/// What is said of a document that is expected to be one and is not known.
pub(super) fn hidden(text: &Traced) -> Option<Gap> {
    text.is_hole().then(|| text.first_hole()).flatten().map(|(at, why): (Span, &Why)| Gap { at, why: why.clone() })
}
