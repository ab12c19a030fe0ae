//! Cluster API's bootstrap documents. Sources: kubernetes-sigs/cluster-api at ae7ff047 (`api/bootstrap/kubeadm`, `v1beta1` and
//! `v1beta2`: `kubeletExtraArgs` is a map in the former and a list in the latter), kubernetes-sigs/cluster-api-provider-aws at
//! 2cf09d78 (`bootstrap/eks/api/v1beta2`, `bootstrap/eks/internal/userdata`).

use crate::node::kubelet_files::{KUBEADM_ARGS, KUBEADM_FLAGS};
use crate::node::{Cx, Family, Gap, NodeGroup, Step};
use crate::syntax::{Node, yaml};
use crate::text::{Span, Traced, Why};

use super::kindless;
use super::kubeadm::accepted_flags;
use super::manifest::Manifest;
use super::placeholder;
use super::setting_paths::{flags, words};
use crate::input::set_values::{lay, set_by_patch};
use crate::input::yaml_files;

/// The specification of a document or of the template in it.
fn specification<'a>(manifest: &Manifest<'a>) -> Option<&'a Node> {
    let spec = manifest.node.get("spec")?;
    if manifest.kind.ends_with("Template") { spec.path(&["template", "spec"]) } else { Some(spec) }
}

/// `EKSConfig` and `EKSConfigTemplate`: one script of cloud-init with `bootstrap.sh` in it.
pub(super) fn eks_config(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    let Some(spec) = specification(manifest) else { return Vec::new() };
    let mut group = manifest.group();
    let at = group.place;
    files(spec, &mut group);
    let mut script = Traced::made("#!/bin/sh\n", at);
    commands(spec.get("preBootstrapCommands"), &mut script);
    match spec.get("boostrapCommandOverride").and_then(Node::as_scalar).filter(|s| !s.text.is_empty()) {
        Some(command) => script.push(&command.text),
        None => script.push_made(b"/etc/eks/bootstrap.sh", at),
    }
    script.push_made(b" ", at);
    script.push_unknown(at, Why::FromOutside("the name of the cluster".into()));
    if let Some(args) = spec.get("kubeletExtraArgs").map(flags).filter(|a| !a.is_empty()) {
        script.push_made(b" --kubelet-extra-args '", at);
        push_joined(&args, &mut script, at);
        script.push_made(b"'", at);
    }
    script.push_made(b"\n", at);
    commands(spec.get("postBootstrapCommands"), &mut script);
    group.steps.push(Step::Script(script));
    vec![group]
}

/// `NodeadmConfig` and `NodeadmConfigTemplate`: a `NodeConfig` and a script.
pub(super) fn nodeadm_config(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    let Some(spec) = specification(manifest) else { return Vec::new() };
    let mut group = manifest.group();
    group.family = Some(Family::Al2023);
    let at = group.place;
    let mut config = Node::map(Vec::new(), at);
    if let Some((key, value)) = spec.pair("kubelet") {
        config = Node::map(vec![(key.clone(), placeholder::in_tree(value))], value.span);
    }
    let word = |text: &str| Node::plain(Traced::made(text, at), at);
    let node_config = Node::map(
        vec![
            (word("apiVersion"), word("node.eks.aws/v1alpha1")),
            (word("kind"), word("NodeConfig")),
            (word("spec"), config),
        ],
        at,
    );
    group.steps.push(Step::NodeConfig(yaml::write(&node_config)));
    files(spec, &mut group);
    if let Some(list) = spec.get("preNodeadmCommands") {
        let mut script = Traced::made("#!/bin/bash\n", at);
        commands(Some(list), &mut script);
        group.steps.push(Step::Script(script));
    }
    vec![group]
}

/// `KubeadmConfig`, `KubeadmControlPlane` and their templates.
pub(super) fn kubeadm_config(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let Some(mut spec) = specification(manifest) else { return Vec::new() };
    if manifest.kind.starts_with("KubeadmControlPlane") {
        match spec.get("kubeadmConfigSpec") {
            Some(inner) => spec = inner,
            None => return Vec::new(),
        }
    }
    let named: Vec<_> = [("init", "initConfiguration"), ("join", "joinConfiguration")]
        .iter()
        .filter_map(|(label, key)| Some((*label, spec.get(key)?)))
        .collect();
    // Without either, the first machine still runs `kubeadm init` and the others join.
    let ways = if named.is_empty() { vec![("node", spec)] } else { named };
    let several = ways.len() > 1;
    let mut out = Vec::new();
    for (label, way) in ways {
        let mut group = manifest.group();
        if several {
            group.name = format!("{}.{label}", group.name).into();
        }
        kubeadm(spec, (manifest, way), &mut group, cx);
        out.push(group);
    }
    out
}

fn kubeadm(spec: &Node, (manifest, way): (&Manifest<'_>, &Node), group: &mut NodeGroup, cx: &mut Cx<'_>) {
    let at = group.place;
    group.family = Some(Family::Kubeadm);
    files(spec, group);
    for key in ["bootCommands", "preKubeadmCommands"] {
        script(spec.get(key), group);
    }
    let args = way.path(&["nodeRegistration", "kubeletExtraArgs"]);
    let args = args.map(|args| accepted_flags(manifest, args, group, cx)).unwrap_or_default();
    // The flags that kubeadm adds do not concern durations.
    let mut line = Traced::made(format!("{KUBEADM_ARGS}=\""), at);
    push_joined(&args, &mut line, at);
    line.push_made(b"\"\n", at);
    group.steps.push(Step::file(KUBEADM_FLAGS, line));
    patches(spec, way, group, cx);
    group.steps.push(Step::Start);
    script(spec.get("postKubeadmCommands"), group);
}

/// kubeadm applies the files of its patch directory to what it writes.
fn patches(spec: &Node, way: &Node, group: &mut NodeGroup, cx: &mut Cx<'_>) {
    let Some(directory) = way.path(&["patches", "directory"]).and_then(Node::as_str) else { return };
    for item in spec.get("files").map(Node::items).unwrap_or_default() {
        let path = item.get("path").and_then(Node::as_str).unwrap_or_default();
        let Some(name) = path.strip_prefix(directory).map(|rest| rest.trim_start_matches('/')) else { continue };
        if name.starts_with("kubeletconfiguration")
            && item.get("encoding").is_none()
            && let Some(content) = item.get("content").and_then(Node::as_scalar)
        {
            let trees = yaml::parse(&cx.made(format!("patch of {}", group.name), &content.text, group.place)).tree;
            let trees = trees.iter().map(placeholder::in_tree);
            group.steps.extend(trees.map(|tree| Step::KubeletConfig(tree, "patches")));
        }
    }
}

/// The kinds of the bootstrap providers of k3s and RKE2, then those of their control planes.
pub(super) const RANCHER: [&str; 8] = [
    "KThreesConfig",
    "KThreesConfigTemplate",
    "RKE2Config",
    "RKE2ConfigTemplate",
    "KThreesControlPlane",
    "KThreesControlPlaneTemplate",
    "RKE2ControlPlane",
    "RKE2ControlPlaneTemplate",
];

/// The bootstrap providers of k3s and RKE2: cloud-init writes `config.yaml` and the files, and runs the commands around the installer.
/// Sources: k3s-io/cluster-api-k3s, `bootstrap/api/v1beta2/kthreesconfig_types.go` and `pkg/cloudinit`;
/// rancher/cluster-api-provider-rke2, `bootstrap/api/v1beta1/rke2config_types.go` and `pkg/cloudinit`.
pub(super) fn rancher_config(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    let Some(spec) = specification(manifest) else { return Vec::new() };
    let spec = spec.get("kthreesConfigSpec").unwrap_or(spec);
    let (product, upper, path) = if manifest.kind.starts_with("RKE2") {
        ("rke2", "RKE2", &["agentConfig", "kubelet", "extraArgs"][..])
    } else {
        ("k3s", "K3s", &["agentConfig", "kubeletArgs"][..])
    };
    let arguments = spec.path(path);
    let [before, behind] = ["pre", "post"].map(|when| spec.get(&format!("{when}{upper}Commands")));
    if arguments.is_none() && [spec.get("files"), before, behind].iter().flatten().all(|list| list.items().is_empty()) {
        return Vec::new();
    }
    let mut group = manifest.group();
    let at = group.place;
    if let Some((at, why)) = arguments.and_then(yaml_files::unknown) {
        group.gaps.push(Gap { at, why });
    }
    let mut config = Traced::made("write-kubeconfig-mode: \"0640\"\n", at);
    for (n, word) in arguments.map(words).unwrap_or_default().into_iter().enumerate() {
        if n == 0 {
            config.push_made(b"kubelet-arg:\n", at);
        }
        config.push_made(b"  - ", at);
        config.push(&yaml::write(&Node::plain(word, at)));
    }
    group.steps.push(Step::file(format!("/etc/rancher/{product}/config.yaml"), config));
    files(spec, &mut group);
    let role = if manifest.kind.contains("ControlPlane") { "server" } else { "agent" };
    let mut script = Traced::made("#!/bin/sh\n", at);
    commands(before, &mut script);
    let install = match product {
        "k3s" => format!("curl -sfL https://get.k3s.io | sh -s - {role}\n"),
        _ => format!("curl -sfL https://get.rke2.io | sh -\nsystemctl enable --now rke2-{role}\n"),
    };
    script.push_made(install.as_bytes(), at);
    commands(behind, &mut script);
    group.steps.push(Step::Script(script));
    vec![group]
}

fn script(list: Option<&Node>, group: &mut NodeGroup) {
    if list.is_none_or(|l| l.items().is_empty()) {
        return;
    }
    let mut text = Traced::made("#!/bin/sh\n", group.place);
    commands(list, &mut text);
    group.steps.push(Step::Script(text));
}

/// Lines of a list of commands.
fn commands(list: Option<&Node>, script: &mut Traced) {
    for item in list.map(Node::items).unwrap_or_default() {
        if let Some(command) = item.as_scalar() {
            script.push(&command.text);
            script.push_made(b"\n", item.span);
        }
    }
}

/// `files`: each with its path, content and encoding.
fn files(spec: &Node, group: &mut NodeGroup) {
    for item in spec.get("files").map(Node::items).unwrap_or_default() {
        let Some(path) = item.get("path").and_then(Node::as_str) else { continue };
        let Some(content) = item.get("content").and_then(Node::as_scalar) else {
            if let Some(from) = item.get("contentFrom") {
                let why = Why::FromOutside(format!("the content of {}", path.escape_debug()).into());
                group.gaps.push(Gap { at: from.span, why });
            }
            continue;
        };
        group.steps.push(Step::File {
            path: path.to_owned(),
            content: content.text.clone(),
            encoding: item.get("encoding").and_then(Node::as_str).unwrap_or_default().into(),
            append: item.get("append").and_then(Node::as_str) == Some("true"),
        });
    }
}

fn push_joined(args: &[Traced], out: &mut Traced, at: Span) {
    for (n, arg) in args.iter().enumerate() {
        if n > 0 {
            out.push_made(b" ", at);
        }
        out.push(arg);
    }
}

/// The documents of Talos: its configuration, with the patches for it laid over each other. Source: siderolabs
/// `cluster-api-bootstrap-provider-talos`, `api/v1alpha3/talosconfig_types.go`.
pub(super) fn talos_config(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let Some(spec) = specification(manifest) else { return Vec::new() };
    let spec = spec.path(&["controlPlaneConfig", "controlplane"]).unwrap_or(spec);
    let mut config = Node::map(Vec::new(), manifest.place());
    let mut merge = |node: &Node, config: &mut Node| {
        let Some(scalar) = node.as_scalar() else { return };
        let view = cx.made("a configuration of Talos", &scalar.text, node.span);
        yaml_files::documents(&view).tree.iter().for_each(|tree| lay(config, tree.clone()));
    };
    if let Some(data) = spec.get("data") {
        merge(data, &mut config);
    }
    if let Some(patch) = spec.get("configPatches").and_then(set_by_patch) {
        lay(&mut config, patch);
    }
    for patch in spec.get("strategicPatches").map(Node::items).unwrap_or_default() {
        merge(patch, &mut config);
    }
    kindless::read(&config, &manifest.name(), cx)
}
