//! nodeadm, which joins nodes of Amazon Linux 2023: what it writes for the kubelet from `NodeConfig` documents. Sources:
//! `nodeadm/internal/api/merge.go`, `nodeadm/internal/kubelet/config.go` and `environment.go` of awslabs/amazon-eks-ami at
//! 81fec2e8.

use std::sync::Arc;

use crate::node::kubelet_files::NODEADM_ARGS;
use crate::node::{BootCx, Family};
use crate::programs::document;
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, Why};

use super::disk::File;
use super::machine::{Machine, Written};
use super::node_config::{documents_in, merged, read};
use super::{image, runtime};

/// The first minor version whose kubelet nodeadm gives a drop-in to; before, it merges the settings into the file.
const DROP_INS_SINCE: u32 = 29;

/// nodeadm's second phase: documents in its directory are merged over those in the user data.
pub(super) fn finish(machine: &mut Machine, cx: &mut BootCx<'_>) {
    let files: Vec<_> = machine
        .files
        .range(image::NODEADM_DOCUMENTS.to_owned()..)
        .map_while(|(path, file)| Some((path.strip_prefix(image::NODEADM_DOCUMENTS)?, path.clone(), file.clone())))
        .filter(|(name, ..)| !name.contains('/') && image::is_document(&name.to_lowercase()))
        .map(|(_, path, file)| (path, file))
        .collect();
    let mut documents = machine.nodeadm.all_documents();
    let mut found = false;
    for (path, file) in files {
        match file {
            File::Known(text) => {
                let (texts, error) = documents_in(&text);
                if let Some(error) = error {
                    let at = error.at.unwrap_or(machine.place);
                    cx.problem(at, error.message);
                    machine.gap(at, Why::NotUnderstood("a NodeConfig that cannot be decoded".into()));
                }
                // With an unknown `kind` it may still be a document.
                let texts = if texts.is_empty() { vec![Traced::clone(&text)] } else { texts };
                for text in texts {
                    if let Some(document) = read(machine, &text, &path, cx) {
                        documents.push(document);
                        found = true;
                    }
                }
            }
            File::Unknown(why) => {
                let place = machine.place;
                machine.gap(place, why);
            }
            File::Removed => {}
        }
    }
    // Without new documents nodeadm keeps its files, including changes by scripts.
    let edited = machine.files.contains_key(image::NODEADM_ENVIRONMENT);
    if machine.start.is_none() && (found || machine.nodeadm.written.is_none() && !edited) {
        write(machine, &documents, cx);
    }
}

/// Reads a document and adds it to nodeadm's. False if it is not a `NodeConfig`.
pub(super) fn add_document(machine: &mut Machine, text: &Traced, name: &str, cx: &mut BootCx<'_>) -> bool {
    let Some(node) = read(machine, text, name, cx) else { return false };
    machine.prove_kubelet(Family::Al2023);
    machine.nodeadm.documents.push(node);
    true
}

/// Runs nodeadm, which writes the drop-in, the environment file and containerd's configuration from all its documents.
pub(super) fn write(machine: &mut Machine, documents: &[Node], cx: &mut BootCx<'_>) {
    runtime::write_nodeadm_config(machine, documents, cx);
    let place = machine.place;
    let mut config: Option<Node> = None;
    let mut line = Traced::made(format!("{NODEADM_ARGS}="), place);
    let mut flags = Traced::new();
    for document in documents {
        let Some(kubelet) = document.path(&["spec", "kubelet"]) else { continue };
        if let Some(given) = kubelet.get("config") {
            config = Some(match config {
                Some(before) => merged(&before, given),
                None => given.clone(),
            });
        }
        let Some(list) = kubelet.get("flags") else { continue };
        for item in list.items() {
            if let Some(scalar) = item.as_scalar() {
                flags.push_made(b" ", item.span);
                flags.push(&scalar.text);
            }
        }
        if let Some((span, why)) = list.as_scalar().and_then(|s| s.text.first_unknown()) {
            flags.push_made(b" ", span);
            flags.push_unknown(span, why.clone());
        }
    }
    let mut config = config.filter(|c| !c.pairs().is_empty() || c.as_scalar().is_some_and(|s| s.text.has_unknown()));
    let dropins = machine.minor.is_none_or(|minor| minor >= DROP_INS_SINCE);
    if !dropins {
        machine.merged.extend(config.take());
    }
    line.push_made(format!("--config={}", image::NODEADM_CONFIG).as_bytes(), place);
    if config.is_some() || machine.merged_by_eks && dropins {
        // EKS's own document always sets maxPods, so nodes of managed node groups read the directory.
        line.push_made(format!(" --config-dir={}", image::NODEADM_DROPINS).as_bytes(), place);
    }
    line.push(&flags);
    line.push_made(b"\n", place);
    machine.put(image::NODEADM_ENVIRONMENT, File::Known(Arc::new(line)));
    // If EKS adds its own document, there is always a drop-in.
    let own = config.as_ref().filter(|config| matches!(config.kind, NodeKind::Map(_)));
    let written = own.is_some() || machine.merged_by_eks && dropins;
    let text = written.then(|| drop_in(own, machine.merged_by_eks, place)).flatten().map(Arc::new);
    machine.nodeadm.written = Some(Arc::new(Written { config, text }));
}

/// The kubelet's drop-in as nodeadm writes it: sorted keys, indented by four spaces. With `eks` it also has `maxPods`, which
/// EKS computes. Source: `nodeadm/internal/kubelet/config.go` of awslabs/amazon-eks-ami.
fn drop_in(config: Option<&Node>, eks: bool, at: Span) -> Option<Traced> {
    let made = |text: &str| Traced::made(text, at);
    let mut pairs = match config.map(document::from_node) {
        Some(Some(document::Data::Map(pairs))) => pairs,
        Some(_) => return None,
        None => Vec::new(),
    };
    let head = [("apiVersion", "kubelet.config.k8s.io/v1beta1"), ("kind", "KubeletConfiguration")];
    pairs.retain(|(key, _)| !head.iter().any(|(name, _)| key.bytes() == name.as_bytes()));
    pairs.extend(head.iter().map(|(key, value)| (made(key), document::Data::Str(made(value)))));
    if eks && !pairs.iter().any(|(key, _)| key.bytes() == b"maxPods") {
        pairs.push((made("maxPods"), document::Data::Number(made("29"))));
    }
    let layout = document::Layout {
        indent: Some("    ".to_owned()),
        comma: ",".to_owned(),
        colon: ": ".to_owned(),
        sort_keys: true,
        ascii: false,
        delete: false,
    };
    let mut text = document::to_json(&document::Data::Map(pairs), &layout, at).ok()?;
    text.push_made(b"\n", at);
    Some(text)
}
