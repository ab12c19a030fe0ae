//! Karpenter for AWS: node classes with their user data, and the kubelet settings of node pools. Source:
//! aws/karpenter-provider-aws, `pkg/apis` at v0.27 (`v1alpha1`, `v1alpha5`), v0.32 (`v1beta1`) and v1.14 (`v1`),
//! `pkg/providers/amifamily/bootstrap` at v1.14.

use crate::kubelet::statements;
use crate::node::{Family, Gap, NodeGroup, Reason, Step, Tool, Wrapping, release_in};
use crate::setting::Which;
use crate::syntax::Node;
use crate::text::{Span, Traced, Why};

use super::manifest::Manifest;
use super::placeholder;
use crate::input::{eksctl, yaml_files};

/// The kubelet settings that Karpenter supports, up to 1.14. The API server drops all others.
const SETTINGS: [&str; 12] = [
    "clusterDNS",
    "cpuCFSQuota",
    "evictionHard",
    "evictionMaxPodGracePeriod",
    "evictionSoft",
    "evictionSoftGracePeriod",
    "imageGCHighThresholdPercent",
    "imageGCLowThresholdPercent",
    "kubeReserved",
    "maxPods",
    "podsPerCore",
    "systemReserved",
];

/// How user data is merged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merged {
    As(Family),
    /// It is passed on unchanged.
    Custom,
}

/// `EC2NodeClass` and `AWSNodeTemplate`.
pub(super) fn node_class(manifest: &Manifest<'_>, which: Which) -> Vec<NodeGroup> {
    let mut group = manifest.group();
    let Some(spec) = manifest.node.get("spec") else { return Vec::new() };
    if let Some((at, why)) = yaml_files::unknown(spec) {
        group.gaps.push(Gap { at, why });
        return vec![group];
    }
    group.release = image_names(spec).next().and_then(release_in);
    let kubelet = spec.get("kubelet").and_then(|node| settings(node, &mut group, which));
    let user_data = spec.get("userData").filter(|n| !n.is_null());
    if user_data.is_none() && kubelet.is_none() && group.ineffective.is_empty() {
        return Vec::new();
    }
    let text = user_data.and_then(Node::as_scalar).map(|s| s.text.clone()).filter(|t| !t.is_empty());
    match family(manifest, spec) {
        Ok(Merged::As(family)) => {
            group.family = Some(family);
            merge(family, text, kubelet.as_ref(), &mut group);
        }
        Ok(Merged::Custom) => group.steps.extend(text.map(|t| Step::UserData(t, Wrapping::Plain))),
        // Without a family, the format is detected from the text.
        Err(unknown) => {
            group.gaps.extend(unknown);
            group.steps.extend(text.map(|t| Step::UserData(t, Wrapping::Plain)));
            group.steps.extend(kubelet.map(|k| Step::KubeletConfig(k, "spec.kubelet")));
        }
    }
    group.tool = Some(Tool::KARPENTER);
    vec![group]
}

/// `NodePool` (until `v1beta1`) and `Provisioner`: only the kubelet's settings, for nodes of any family.
pub(super) fn node_pool(manifest: &Manifest<'_>, which: Which) -> Vec<NodeGroup> {
    let path: &[&str] = match manifest.kind {
        "NodePool" => &["spec", "template", "spec", "kubelet"],
        _ => &["spec", "kubeletConfiguration"],
    };
    let Some(node) = manifest.node.path(path) else { return Vec::new() };
    let mut group = manifest.group();
    if manifest.kind == "NodePool" && !manifest.version.starts_with("v1beta") {
        group.add_ineffective(statements::in_config(node, which), &Reason::KarpenterKey);
        return vec![group];
    }
    match settings(node, &mut group, which) {
        Some(kubelet) => group.steps.push(Step::KubeletConfig(kubelet, "kubelet")),
        None if group.gaps.is_empty() && group.ineffective.is_empty() => return Vec::new(),
        None => {}
    }
    vec![group]
}

/// The settings that Karpenter supports. Settings among the others are ineffective.
fn settings(node: &Node, group: &mut NodeGroup, which: Which) -> Option<Node> {
    if let Some((at, why)) = yaml_files::unknown(node) {
        group.gaps.push(Gap { at, why });
        return None;
    }
    let (known, others): (Vec<_>, Vec<_>) = node
        .pairs()
        .iter()
        .map(|(key, value)| (key.clone(), placeholder::in_tree(value)))
        .partition(|(key, _)| key.as_str().is_none_or(|name| SETTINGS.contains(&name)));
    group.add_ineffective(statements::in_config(&Node::map(others, node.span), which), &Reason::KarpenterKey);
    (!known.is_empty()).then(|| Node::map(known, node.span))
}

/// The names of images that a node class selects.
fn image_names(spec: &Node) -> impl Iterator<Item = &str> {
    let terms = spec.get("amiSelectorTerms").map(Node::items).unwrap_or_default();
    terms.iter().filter_map(|term| term.get("alias").or_else(|| term.get("name"))?.as_str())
}

/// How the user data is merged; a gap if the family is unknown.
fn family(manifest: &Manifest<'_>, spec: &Node) -> Result<Merged, Option<Gap>> {
    let named = spec.get("amiFamily").filter(|n| !n.is_null());
    let alias = || spec.get("amiSelectorTerms").and_then(|t| t.items().iter().find_map(|item| item.get("alias")));
    let Some(node) = named.or_else(alias) else {
        // The default of `v1alpha1`; later versions require one of the two.
        let old = manifest.kind == "AWSNodeTemplate";
        return if old { Ok(Merged::As(Family::Al2)) } else { Err(None) };
    };
    let text = node.as_scalar().map(|s| placeholder::in_text(&s.text)).unwrap_or_default();
    // The family is the part of an alias before the `@`; the version after it may be a placeholder.
    let name = text.to_text().split('@').next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "al2" => Ok(Merged::As(Family::Al2)),
        "al2023" => Ok(Merged::As(Family::Al2023)),
        "bottlerocket" => Ok(Merged::As(Family::Bottlerocket)),
        "ubuntu" => Ok(Merged::As(Family::Ubuntu)),
        "custom" => Ok(Merged::Custom),
        name if name.starts_with("windows") => Ok(Merged::As(Family::Windows)),
        _ => {
            let why =
                text.first_unknown().map_or(Why::NotUnderstood("this family of images".into()), |(_, why)| why.clone());
            Err(Some(Gap { at: node.span, why }))
        }
    }
}

/// Karpenter's own part comes last, except for settings that it merges into those of the user.
fn merge(family: Family, text: Option<Traced>, kubelet: Option<&Node>, group: &mut NodeGroup) {
    match family {
        Family::Al2023 => {
            group.steps.push(Step::NodeadmKubeletConfigLast(with_taints(kubelet, group.place)));
            group.steps.extend(text.map(|t| Step::UserData(t, Wrapping::Plain)));
        }
        Family::Bottlerocket => {
            group.steps.extend(text.map(|t| Step::UserData(t, Wrapping::Plain)));
            group.steps.extend(kubelet.map(|kubelet| Step::BottlerocketLast(bottlerocket(kubelet))));
        }
        Family::Windows => {
            let at = group.place;
            let mut script = Traced::made("<powershell>\n", at);
            if let Some(text) = &text {
                script.push(text);
                script.push_made(b"\n", at);
            }
            script.push_made(b"& $EKSBootstrapScriptFile -KubeletExtraArgs '", at);
            script.push(&flags(kubelet, at));
            script.push_made(b"'\n</powershell>", at);
            group.steps.push(Step::UserData(script, Wrapping::Plain));
        }
        _ => {
            group.steps.extend(text.map(|t| Step::UserData(t, Wrapping::Plain)));
            let at = group.place;
            let mut script = eksctl::bootstrap_script(at);
            if let Some(address) = kubelet.and_then(|k| k.get("clusterDNS")?.items().first()) {
                script.push_made(b" --dns-cluster-ip '", address.span);
                push_scalar(address, &mut script);
                script.push_made(b"'", address.span);
            }
            script.push_made(b" --kubelet-extra-args '", at);
            script.push(&flags(kubelet, at));
            script.push_made(b"'\n", at);
            group.steps.push(Step::Script(script));
        }
    }
}

/// The settings that become flags or settings of Bottlerocket, with both names, and what stands in a flag between a key and its
/// value.
const NAMES: &[(&str, &str, &str, &str)] = &[
    ("clusterDNS", "", "cluster-dns-ip", ""),
    ("cpuCFSQuota", "cpu-cfs-quota", "cpu-cfs-quota-enforced", ""),
    ("evictionHard", "eviction-hard", "eviction-hard", "<"),
    ("evictionMaxPodGracePeriod", "eviction-max-pod-grace-period", "eviction-max-pod-grace-period", ""),
    ("evictionSoft", "eviction-soft", "eviction-soft", "<"),
    ("evictionSoftGracePeriod", "eviction-soft-grace-period", "eviction-soft-grace-period", "="),
    ("imageGCHighThresholdPercent", "image-gc-high-threshold", "image-gc-high-threshold-percent", ""),
    ("imageGCLowThresholdPercent", "image-gc-low-threshold", "image-gc-low-threshold-percent", ""),
    ("kubeReserved", "kube-reserved", "kube-reserved", "="),
    ("maxPods", "max-pods", "max-pods", ""),
    ("podsPerCore", "pods-per-core", "", ""),
    ("systemReserved", "system-reserved", "system-reserved", "="),
];

/// The flags that Karpenter writes for its settings.
fn flags(kubelet: Option<&Node>, at: Span) -> Traced {
    let mut out = Traced::made("--node-labels=\"karpenter.sh/registered=true\"", at);
    for (field, flag, _, sign) in NAMES.iter().filter(|(_, flag, ..)| !flag.is_empty()) {
        let Some((key, value)) = kubelet.and_then(|kubelet| kubelet.pair(field)) else { continue };
        if value.as_scalar().is_none() && value.pairs().is_empty() {
            continue;
        }
        out.push_made(format!(" --{flag}=").as_bytes(), key.span);
        if value.as_scalar().is_some() {
            push_scalar(value, &mut out);
            continue;
        }
        out.push_made(b"\"", key.span);
        for (n, (name, value)) in value.pairs().iter().enumerate() {
            if n > 0 {
                out.push_made(b",", key.span);
            }
            push_scalar(name, &mut out);
            out.push_made(sign.as_bytes(), name.span);
            push_scalar(value, &mut out);
        }
        out.push_made(b"\"", key.span);
    }
    out
}

/// The Bottlerocket settings that Karpenter writes for its settings.
fn bottlerocket(kubelet: &Node) -> Node {
    let rows = NAMES.iter().filter(|(_, _, setting, _)| !setting.is_empty());
    let pairs = rows.filter_map(|(field, _, setting, _)| {
        let (key, value) = kubelet.pair(field)?;
        let value = if *field == "clusterDNS" { value.items().first()? } else { value };
        Some((Node::plain(Traced::made(*setting, key.span), key.span), value.clone()))
    });
    Node::map(pairs.collect(), kubelet.span)
}

fn push_scalar(node: &Node, out: &mut Traced) {
    if let Some(scalar) = node.as_scalar() {
        out.push(&scalar.text);
    }
}

/// Karpenter's configuration always has taints, so nodeadm always writes a drop-in.
fn with_taints(kubelet: Option<&Node>, at: Span) -> Node {
    let taints = Node::plain(Traced::unknown(at, Why::FromOutside("the taints of the nodes".into())), at);
    let mut pairs = kubelet.map(|node| node.pairs().to_vec()).unwrap_or_default();
    pairs.push((Node::plain(Traced::made("registerWithTaints", at), at), taints));
    Node::map(pairs, at)
}
