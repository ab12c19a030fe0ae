//! kOps: `Cluster` and `InstanceGroup`. Source: kubernetes/kops at 268927e2, `pkg/apis/kops/v1alpha2/componentconfig.go` and
//! `instancegroup.go`. Fields with a flag in the tables become flags, so a zero stays; others go into the
//! kubelet's file.

use crate::node::{NodeGroup, Step, Wrapping};
use crate::syntax::{Node, Resolved, Schema, resolve};
use crate::text::Traced;

use super::manifest::Manifest;
use super::placeholder;
use crate::input::yaml_files;

/// Durations that become flags.
const FLAGS: &[(&str, &str)] = &[
    ("authenticationTokenWebhookCacheTtl", "authentication-token-webhook-cache-ttl"),
    ("cpuCFSQuotaPeriod", "cpu-cfs-quota-period"),
    ("evictionPressureTransitionPeriod", "eviction-pressure-transition-period"),
    ("evictionSoftGracePeriod", "eviction-soft-grace-period"),
    ("nodeStatusUpdateFrequency", "node-status-update-frequency"),
    ("runtimeRequestTimeout", "runtime-request-timeout"),
    ("streamingConnectionIdleTimeout", "streaming-connection-idle-timeout"),
    ("volumeStatsAggPeriod", "volume-stats-agg-period"),
];

/// Flags that a zero leaves out (`flag-empty:"0s"`).
const ZERO_IS_NONE: &[&str] = &["evictionPressureTransitionPeriod"];

/// Durations that go into the file.
const FILE: &[&str] =
    &["imageMinimumGCAge", "imageMaximumGCAge", "shutdownGracePeriod", "shutdownGracePeriodCriticalPods"];

const REMARK: &str = "kOps passes this field to the kubelet as a flag, so a zero stays a zero";

/// A `Cluster` on its own, or an `InstanceGroup` with the settings of its cluster.
pub(super) fn read(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    if manifest.kind == "InstanceGroup" {
        return instance_group(manifest).into_iter().collect();
    }
    // If there are instance groups, they determine the result.
    if other(manifest, "InstanceGroup").is_some() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for key in ["kubelet", "controlPlaneKubelet", "masterKubelet"] {
        let Some((name, settings)) = manifest.node.get("spec").and_then(|spec| spec.pair(key)) else { continue };
        let mut group = NodeGroup::new(format!("{}.{key}", manifest.name()), name.span);
        layers(&mut group, &[settings]);
        out.extend((!group.steps.is_empty() || !group.gaps.is_empty()).then_some(group));
    }
    out
}

/// Another document of kOps in the same stream. Before kops 1.16 its group had no domain.
fn other<'a>(manifest: &Manifest<'a>, kind: &'static str) -> Option<Manifest<'a>> {
    ["kops.k8s.io", "kops"].into_iter().find_map(|group| manifest.other(group, kind))
}

fn instance_group(manifest: &Manifest<'_>) -> Option<NodeGroup> {
    let spec = manifest.node.get("spec")?;
    let mut group = manifest.group();
    let role = spec.get("role").and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
    if role == "bastion" {
        return None;
    }
    let cluster = other(manifest, "Cluster");
    let of_cluster = |key: &str| cluster.as_ref().and_then(|c| c.node.path(&["spec", key]));
    let mut all: Vec<&Node> = Vec::new();
    all.extend(of_cluster("kubelet"));
    if matches!(role.as_str(), "master" | "controlplane" | "control-plane" | "apiserver") {
        all.extend(of_cluster("masterKubelet").or_else(|| of_cluster("controlPlaneKubelet")));
    }
    all.extend(spec.get("kubelet"));
    layers(&mut group, &all);
    if group.steps.is_empty() {
        for part in spec.get("additionalUserData").map(Node::items).unwrap_or_default() {
            let Some(content) = part.get("content").and_then(Node::as_scalar) else { continue };
            group.steps.push(match part.get("type").and_then(Node::as_str) {
                Some(kind) if kind.contains("shellscript") => Step::Script(content.text.clone()),
                _ => Step::UserData(content.text.clone(), Wrapping::Plain),
            });
        }
    }
    Some(group)
}

/// Adds the settings of several maps; later ones win.
fn layers(group: &mut NodeGroup, all: &[&Node]) {
    let mut args: Vec<Traced> = Vec::new();
    let mut file: Vec<(Node, Node)> = Vec::new();
    for layer in all {
        group.gaps.extend(yaml_files::gap(layer));
    }
    let last = |name: &str| all.iter().rev().find_map(|layer| layer.pair(name));
    for (field, flag) in FLAGS {
        let Some((key, value)) = last(field) else { continue };
        // kOps itself parses the durations; an invalid one does not reach a node.
        let Some(text) =
            value.as_scalar().filter(|s| resolve(s, value.tag.as_deref(), Schema::Kubernetes) == Resolved::Str)
        else {
            continue;
        };
        if ZERO_IS_NONE.contains(field) && text.text.known_str().is_some_and(|t| t.trim_end_matches('s') == "0") {
            continue;
        }
        let mut word = Traced::made(format!("--{flag}="), key.span);
        word.push(&placeholder::in_text(&text.text));
        args.push(word);
    }
    for name in FILE {
        if let Some((key, value)) = last(name) {
            file.push((key.clone(), placeholder::in_tree(value)));
        }
    }
    if !file.is_empty() {
        let span = file[0].0.span;
        group.steps.push(Step::KubeletConfig(Node::map(file, span), "kubelet"));
    }
    if !args.is_empty() {
        group.remark = Some(REMARK);
        group.steps.push(Step::KubeletArgs(args));
    }
}
