//! Files without a kind, recognised by their unique keys.

use std::path::Path;

use crate::kubelet::statements;
use crate::node::{Cx, Ineffective, NodeGroup, Reason, Step, Tool};
use crate::runtime;
use crate::setting::Field;
use crate::syntax::Node;
use crate::text::Traced;

use super::setting_paths::{Carry, Part, add, at_path, groups, part};
use super::{ignition, placeholder};
use crate::input::set_values::set_by_patch;
use crate::input::{run_documents, yaml_files};

/// A kind of file.
struct Shape {
    /// Paths of keys; one of them must exist.
    keys: &'static [&'static str],
    /// Where settings are.
    parts: &'static [Part],
}

const RKE: &[(&str, Carry)] = &[("extra_args", Carry::Flags)];

/// The rows, each with the source of its keys.
const SHAPES: &[Shape] = &[
    // k3s-io/k3s and rancher/rke2, `config.yaml` and files below `config.yaml.d`; `+` appends to the list of an earlier file.
    Shape {
        keys: &["kubelet-arg", "kubelet-arg+"],
        parts: &[part("", &[("kubelet-arg", Carry::Words), ("kubelet-arg+", Carry::Words)])],
    },
    // rancher/rke 1.8, `types/rke_types.go`, and the same inside Rancher's cluster templates.
    Shape {
        keys: &["services.kubelet.extra_args", "rancher_kubernetes_engine_config.services.kubelet.extra_args"],
        parts: &[part("services.kubelet", RKE), part("rancher_kubernetes_engine_config.services.kubelet", RKE)],
    },
    // siderolabs/talos at ad882317, `pkg/machinery/config/types/v1alpha1`; patches have the same keys.
    Shape {
        keys: &["machine.kubelet.extraArgs", "machine.kubelet.extraConfig", "machine.files"],
        parts: &[part("machine.kubelet", &[("extraConfig", Carry::Config), ("extraArgs", Carry::Flags)])],
    },
    // canonical/microk8s at d099c907, `microk8s-resources/microk8s.default.yaml`.
    Shape { keys: &["extraKubeletArgs"], parts: &[part("", &[("extraKubeletArgs", Carry::Flags)])] },
];

/// The node groups of a document without a kind; none if its shape is unknown.
pub(super) fn read(document: &Node, name: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    // A JSON patch of the configuration of Talos.
    let built = set_by_patch(document).filter(|built| built.get("machine").is_some());
    let document = built.as_ref().unwrap_or(document);
    for shape in SHAPES {
        let found = shape.keys.iter().find_map(|path| {
            at_path(document, path)?;
            document.pair(path.split('.').next()?)
        });
        if let Some((key, _)) = found {
            let mut out = groups(document, name, key.span, shape.parts, None);
            match (key.as_str(), out.first_mut()) {
                (Some("kubelet-arg" | "kubelet-arg+"), Some(group)) => {
                    group.ineffective = among_keys(document);
                    let mut tool = Tool::of_k3s_file(name);
                    let flags = document.pairs().iter().filter_map(|(key, value)| {
                        let text = value.as_scalar().map(|s| placeholder::in_text(&s.text));
                        tool.k3s_option(key.as_str()?, text.as_ref(), key.span)
                    });
                    let flags: Vec<_> = flags.collect();
                    if !flags.is_empty() {
                        group.steps.insert(0, Step::KubeletArgs(flags));
                    }
                    group.tool = Some(tool);
                }
                (Some("machine"), Some(group)) => {
                    let unregistered = at_path(document, "machine.kubelet.skipNodeRegistration").is_some();
                    group.tool = Some(Tool::talos(unregistered));
                    let image = at_path(document, "machine.kubelet.image").and_then(Node::as_str);
                    let version = image.and_then(|image| image.rsplit_once(':'));
                    group.minor = version.and_then(|(_, version)| yaml_files::minor(version));
                }
                _ => {}
            }
            out.extend(talos_runtime(document).map(|step| {
                let mut group = NodeGroup::new(format!("containerd of {name}"), key.span);
                group.steps.push(step);
                group
            }));
            return out;
        }
    }
    if let Some(group) = run_documents::read(document, name) {
        return vec![group];
    }
    kubespray(document, name)
        .or_else(|| configz(document, name))
        .or_else(|| ignition::read(document, name, document.span, cx))
        .into_iter()
        .collect()
}

/// Files of Talos that its containerd merges into its configuration.
fn talos_runtime(document: &Node) -> impl Iterator<Item = Step> {
    let files = at_path(document, "machine.files").map(Node::items).unwrap_or_default();
    let merged = files.iter().filter(|file| {
        file.get("path").and_then(Node::as_str).is_some_and(|path| path.starts_with("/etc/cri/conf.d/"))
    });
    let texts = merged.filter_map(|file| Some(&file.get("content")?.as_scalar()?.text));
    texts.filter_map(merged_into_containerd)
}

/// A text with the timeout that is merged into a configuration of containerd in version 2 or later.
pub(super) fn merged_into_containerd(text: &Traced) -> Option<Step> {
    if !yaml_files::holds(text.bytes(), runtime::KEY.as_bytes()) {
        return None;
    }
    let text = placeholder::in_text(text);
    let names_version = text.split(b"\n").iter().any(|line| line.bytes().trim_ascii_start().starts_with(b"version"));
    let mut out = Traced::new();
    if let Some(at) = text.span().filter(|_| !names_version) {
        out.push_made(b"version = 2\n", at);
    }
    out.push(&text);
    Some(Step::RuntimeConfigFile(runtime::Name::Containerd, out))
}

/// True for the name of a patch that kubeadm applies to the kubelet's configuration:
/// `kubeletconfiguration[suffix][+type].extension`. Source: `cmd/kubeadm/app/util/patches` of kubernetes/kubernetes.
pub(super) fn is_kubelet_patch(path: &Path) -> bool {
    path.file_name().unwrap_or_default().as_encoded_bytes().starts_with(b"kubeletconfiguration")
}

/// The settings that the patches after this one set: they are applied in the order of their names.
pub(super) fn set_by_later_patches(path: &Path, cx: &mut Cx<'_>) -> Vec<String> {
    let all = cx.files.list(path.parent().unwrap_or(path));
    let later = all.into_iter().filter(|other| is_kubelet_patch(other) && other.as_path() > path);
    let mut out = Vec::new();
    for other in later {
        let Ok(view) = cx.view(&other) else { continue };
        for tree in yaml_files::documents(&view).tree {
            let built = set_by_patch(&tree);
            let pairs = built.as_ref().unwrap_or(&tree).pairs().iter();
            // A map is merged with what is there.
            let whole = pairs.filter(|(_, value)| !value.is_map());
            out.extend(whole.filter_map(|(key, _)| key.as_str().map(str::to_owned)));
        }
    }
    out
}

/// The node group of such a patch, without the settings in `hidden`.
pub(super) fn kubelet_patch(document: &Node, name: &str, hidden: &[String]) -> Option<NodeGroup> {
    let built = set_by_patch(document);
    let document = built.as_ref().unwrap_or(document);
    let (first, _) = document.pairs().first()?;
    let mut group = NodeGroup::new(name, first.span);
    let shown = document.pairs().iter().filter(|(key, _)| !hidden.iter().any(|h| key.as_str() == Some(h)));
    let document = Node::map(shown.cloned().collect(), document.span);
    group.steps.push(Step::KubeletConfig(placeholder::in_tree(&document), "patches"));
    Some(group)
}

/// Kubelet flags next to `kubelet-arg` instead of in it.
fn among_keys(document: &Node) -> Vec<Ineffective> {
    let flag = |key: &Node| key.as_str().and_then(Field::by_flag);
    let settings = document.pairs().iter().filter_map(|(k, v)| statements::by_key(flag(k)?, None, k, v));
    settings.map(|setting| Ineffective { setting, why: Reason::NoKubeletArg }).collect()
}

/// The answer of `/api/v1/nodes/NAME/proxy/configz`: the effective configuration of a running kubelet.
fn configz(document: &Node, name: &str) -> Option<NodeGroup> {
    let (key, config) = document.pair("kubeletconfig")?;
    if !config.is_map() || document.pairs().len() != 1 {
        return None;
    }
    let mut group = NodeGroup::new(format!("the kubelet of {name}"), key.span);
    group.running = true;
    group.steps.push(Step::RunningConfig(config.clone()));
    Some(group)
}

/// Kubespray's variables. Source: kubernetes-sigs/kubespray at 46dbdd39, `docs/ansible/vars.md` and
/// `roles/kubernetes/node/templates`.
fn kubespray(document: &Node, name: &str) -> Option<NodeGroup> {
    const TIMEOUT: &str = "kubelet_streaming_connection_idle_timeout";
    const FREQUENCY: &str = "kubelet_status_update_frequency";
    // The second of each is the form of older versions for nodes that are not control planes.
    const CONFIG: [&str; 2] = ["kubelet_config_extra_args", "kubelet_node_config_extra_args"];
    const FLAGS: [&str; 2] = ["kubelet_custom_flags", "kubelet_node_custom_flags"];
    let keys = [TIMEOUT, FREQUENCY].into_iter().chain(CONFIG).chain(FLAGS);
    let (first, _) = keys.into_iter().find_map(|key| document.pair(key))?;
    let mut group = NodeGroup::new(name, first.span);
    let mut pairs: Vec<_> = CONFIG
        .iter()
        .filter_map(|key| document.get(key))
        .flat_map(|node| placeholder::in_tree(node).pairs().to_vec())
        .collect();
    // The template quotes this one, but not the other one.
    if let Some((key, value)) = document.pair(FREQUENCY) {
        let text = value.as_scalar().map(|s| placeholder::in_text(&s.text)).unwrap_or_default();
        let name = Node::plain(Traced::made("nodeStatusUpdateFrequency", key.span), key.span);
        pairs.insert(0, (name, Node::quoted(text, value.span)));
    }
    if let Some((key, value)) = document.pair(TIMEOUT) {
        group.gaps.extend(yaml_files::gap(value));
        // The template writes the text without quotes after the name of the field.
        let text = value.as_scalar().map(|s| placeholder::in_text(&s.text)).unwrap_or_default();
        let name = Node::plain(Traced::made("streamingConnectionIdleTimeout", key.span), key.span);
        pairs.push((name, Node::plain(text, value.span)));
    }
    if !pairs.is_empty() {
        group.steps.push(Step::KubeletConfig(Node::map(pairs, first.span), "kubespray"));
    }
    for key in FLAGS {
        if let Some(flags) = document.get(key) {
            add(&mut group, flags, Carry::Words, key);
        }
    }
    (!group.steps.is_empty() || !group.gaps.is_empty()).then_some(group)
}
