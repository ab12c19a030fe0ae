//! eksctl's `ClusterConfig` (`eksctl.io/v1alpha5`): the kubelet settings of its node groups, as eksctl 0.231 renders them
//! for each family of images (`pkg/nodebootstrap`).

mod bottlerocket;

use std::sync::Arc;

use crate::kubelet::statements;
use crate::node::{Cx, Family, Gap, NodeGroup, Reason, Step, Wrapping, release_in};
use crate::setting::Which;
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, UNKNOWN_MARK, Why};

use super::yaml_files;

pub(super) use bottlerocket::user_data as bottlerocket;

/// The node groups of one cluster.
pub(super) fn cluster(document: &Node, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let minor = document.path(&["metadata", "version"]).and_then(Node::as_str).and_then(yaml_files::minor);
    let mut groups = Vec::new();
    for (list, managed) in [("nodeGroups", false), ("managedNodeGroups", true)] {
        let Some(items) = document.get(list) else { continue };
        if let Some((at, why)) = yaml_files::unknown(items) {
            cx.gap(at, why);
        }
        for (n, item) in items.items().iter().enumerate() {
            if let Some((at, why)) = yaml_files::unknown(item) {
                cx.gap(at, why);
                continue;
            }
            let name = item.get("name");
            let label = name.and_then(Node::as_str).map_or_else(|| (n + 1).to_string(), str::to_owned);
            let mut group = NodeGroup::new(format!("{list}.{label}"), name.map_or(item.span, |n| n.span));
            group.minor = minor;
            node_group(&mut group, item, managed, Which::of(cx.given.whole));
            groups.push(group);
        }
    }
    groups
}

/// What a node group boots with.
fn node_group(group: &mut NodeGroup, item: &Node, managed: bool, which: Which) {
    let overriding = text(item.get("overrideBootstrapCommand"), group);
    let family = match item.get("amiFamily") {
        None => Some(default_family(overriding.as_ref(), group.minor)),
        Some(node) => node.as_str().and_then(family),
    };
    group.family = family;
    group.merged_by_eks = managed && item.get("ami").is_none();
    group.release = item.get("releaseVersion").and_then(Node::as_str).and_then(release_in);
    if let Some(id) = item.get("launchTemplate").map(|t| t.get("id").unwrap_or(t)) {
        let why = Why::FromOutside("the launch template".into());
        group.gaps.push(Gap { at: id.span, why });
    }
    let mut commands = Vec::new();
    for command in item.get("preBootstrapCommands").map(Node::items).unwrap_or_default() {
        commands.extend(text(Some(command), group));
    }
    let mut extra = item.get("kubeletExtraConfig").filter(|n| n.is_map());
    group.gaps.extend(item.get("kubeletExtraConfig").and_then(yaml_files::gap));
    if let Some(node) = extra
        && (managed || matches!(family, Some(Family::Bottlerocket | Family::Windows)))
    {
        let why = Why::NotUnderstood("kubeletExtraConfig, which eksctl rejects here,".into());
        group.gaps.push(Gap { at: node.span, why });
        let why = if managed { Reason::ManagedExtraConfig } else { Reason::FamilyExtraConfig };
        group.add_ineffective(statements::in_config(node, which), &why);
        extra = None;
    }
    // eksctl passes it on in the form of each family, over everything else.
    let pods = |name: &str, over: Option<&Node>| {
        let (key, value) = item.pair("maxPodsPerNode")?;
        let others = over.map(Node::pairs).unwrap_or_default().iter();
        let mut pairs: Vec<_> = others.filter(|(key, _)| key.as_str() != Some(name)).cloned().collect();
        pairs.push((Node::plain(Traced::made(name, key.span), key.span), value.clone()));
        Some(Node::map(pairs, over.map_or(key.span, |node| node.span)))
    };
    match family {
        Some(Family::Al2023) => {
            // nodeadm writes the kubelet's files before any script runs, and starts the kubelet after them all.
            if !group.merged_by_eks {
                let config = extra.filter(|n| !n.pairs().is_empty()).cloned();
                group.steps.push(Step::NodeadmKubeletConfig(config.unwrap_or_else(|| cluster_dns(group.place))));
            }
            group.steps.extend(pods("maxPods", None).map(Step::NodeadmKubeletConfig));
            match overriding {
                Some(script) if is_script(&script) => {
                    let why = Why::NotUnderstood(
                        "a script as overrideBootstrapCommand of AmazonLinux2023, where eksctl reads a NodeConfig,"
                            .into(),
                    );
                    group.gaps.extend(script.span().map(|at| Gap { at, why }));
                    group.add_ineffective(statements::anywhere(&script, which), &Reason::ScriptAsNodeConfig);
                }
                Some(document) => group.steps.push(Step::NodeConfig(document)),
                None => {}
            }
            group.steps.extend(commands.into_iter().map(Step::Script));
        }
        Some(Family::Al2 | Family::Ubuntu) => {
            for command in commands {
                script(command, managed && family == Some(Family::Al2), group);
            }
            match overriding {
                Some(command) if managed && family == Some(Family::Al2) => script(command, true, group),
                // The script that merges kubeletExtraConfig is part of the overridden bootstrap.
                Some(script) => {
                    group.steps.push(Step::Script(script));
                    if let Some(node) = extra {
                        group.add_ineffective(statements::in_config(node, which), &Reason::BootstrapOverridden);
                    }
                }
                None => {
                    let all = extra.map(|node| pods("maxPods", Some(node)).unwrap_or_else(|| node.clone()));
                    group.steps.extend(all.map(|node| Step::KubeletConfig(node, "kubeletExtraConfig")));
                }
            }
        }
        Some(Family::Bottlerocket) => {
            if let Some(settings) = item.path(&["bottlerocket", "settings"]) {
                match bottlerocket::user_data(settings) {
                    Ok(toml) => {
                        group.steps.push(Step::UserData(toml, Wrapping::Plain));
                        group.steps.extend(pods("max-pods", None).map(Step::BottlerocketLast));
                    }
                    Err((at, why)) => group.gaps.push(Gap { at, why }),
                }
            }
        }
        Some(Family::Windows) if !commands.is_empty() => {
            let mut script = Traced::made("<powershell>\n", item.span);
            for command in &commands {
                script.push(command);
                script.push_made(b"\n", item.span);
            }
            script.push_made(b"</powershell>\n", item.span);
            group.steps.push(Step::UserData(script, Wrapping::Plain));
        }
        Some(Family::Windows | Family::Kubeadm) => {}
        None => {
            let at = item.get("amiFamily").map_or(item.span, |n| n.span);
            let why = match item.get("amiFamily").and_then(yaml_files::unknown) {
                Some((_, why)) => why,
                None => Why::NotUnderstood("this amiFamily".into()),
            };
            group.gaps.push(Gap { at, why });
        }
    }
}

/// The start of a script that joins a node of Amazon Linux 2 to its cluster.
pub(super) fn bootstrap_script(at: Span) -> Traced {
    let mut script = Traced::made("#!/bin/bash\n/etc/eks/bootstrap.sh ", at);
    script.push_unknown(at, Why::FromOutside("the name of the cluster".into()));
    script
}

/// Adds a script. As a part of MIME user data, which eksctl creates for managed node groups of AmazonLinux2, it runs only if it
/// has a `#!` line; else it is a command of a cloud-config.
fn script(command: Traced, part: bool, group: &mut NodeGroup) {
    if part
        && !command.is_unknown()
        && !command.bytes().starts_with(b"#!")
        && !command.bytes().starts_with(UNKNOWN_MARK.as_bytes())
    {
        let why = Why::NotUnderstood("a command without `#!`, which cloud-init does not run,".into());
        group.gaps.extend(command.span().map(|at| Gap { at, why }));
    } else {
        group.steps.push(Step::Script(command));
    }
}

/// The kubelet configuration in eksctl's NodeConfig, without which a drop-in would not be read.
fn cluster_dns(at: Span) -> Node {
    let value = Node::plain(Traced::unknown(at, Why::FromOutside("the cluster's DNS address".into())), at);
    let list = Node::new(NodeKind::Seq(vec![value]), at);
    Node::map(vec![(Node::plain(Traced::made("clusterDNS", at), at), list)], at)
}

/// The text of a field. An unknown value becomes a gap.
fn text(node: Option<&Node>, group: &mut NodeGroup) -> Option<Traced> {
    let node = node?;
    if let Some((at, why)) = yaml_files::unknown(node) {
        group.gaps.push(Gap { at, why });
        return None;
    }
    let scalar = node.as_scalar()?;
    (!node.is_null() && !scalar.text.is_empty()).then(|| scalar.text.clone())
}

/// The family with this name in eksctl; `None` for an unknown name.
fn family(name: &str) -> Option<Family> {
    Some(match name {
        "AmazonLinux2023" => Family::Al2023,
        "AmazonLinux2" => Family::Al2,
        "Bottlerocket" | "BottlerocketFips" => Family::Bottlerocket,
        _ if name.starts_with("Ubuntu") => Family::Ubuntu,
        _ if name.starts_with("Windows") => Family::Windows,
        _ => return None,
    })
}

/// The first minor version whose node groups eksctl may give AmazonLinux2023 to without being asked: 0.219, which does so for
/// all, is younger than the last day of 1.28 on EKS, and older ones gave it only to later versions.
const AL2023_SINCE: u32 = 29;

/// The family if none is set: AmazonLinux2023 today, AmazonLinux2 in older versions of eksctl. A bootstrap command that
/// is a script was written for the latter, since it fails on the former.
fn default_family(overriding: Option<&Traced>, minor: Option<u32>) -> Family {
    let old = minor.is_some_and(|minor| minor < AL2023_SINCE);
    if old || overriding.is_some_and(is_script) { Family::Al2 } else { Family::Al2023 }
}

/// True if a bootstrap command is a script and not a NodeConfig.
fn is_script(text: &Traced) -> bool {
    let text: Arc<str> = text.to_text().into();
    text.trim_start().starts_with("#!") || !text.contains("NodeConfig") && !text.contains("node.eks.aws")
}

#[cfg(test)]
mod tests;
