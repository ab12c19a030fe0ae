//! nodeadm, which joins nodes of Amazon Linux 2023: from `NodeConfig` documents to what it writes for the kubelet. Sources:
//! `nodeadm/internal/api/merge.go`, `nodeadm/internal/kubelet/config.go` and `environment.go` of awslabs/amazon-eks-ami at
//! 81fec2e8.

use std::sync::Arc;

use crate::decode::{DecodeError, mime};
use crate::node::{BootCx, Family, Reason};
use crate::programs::data;
use crate::syntax::{Node, NodeKind, yaml};
use crate::text::{Traced, Why};

use super::machine::{File, Machine, Written};
use super::{image, user_data};

/// The API group of the documents.
pub(super) const API: &str = "node.eks.aws/";

/// The documents that nodeadm finds in user data or in a file of its directory: in the parts of their own type that stand
/// on the top level of a message that Go's reader can read, or the text as a whole. Source: `nodeadm/internal/configprovider`.
pub(super) fn documents_in(text: &Traced) -> (Vec<Traced>, Option<DecodeError>) {
    let text = match user_data::unwrap(text) {
        Ok(text) => text,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let entity = mime::parse(&text);
    let multipart = entity.media_type().essence.starts_with("multipart/");
    if !multipart || entity.headers.is_empty() {
        return if is_document(&text) { (vec![text], None) } else { (Vec::new(), None) };
    }
    let parts = entity.parts.as_deref().unwrap_or_default();
    let own: Vec<_> = parts.iter().filter(|p| p.media_type().essence == "application/node.eks.aws").collect();
    let Some(first) = own.first() else { return (Vec::new(), None) };
    let readable = entity.separated
        && entity.closed
        && entity.media_type().strict
        && parts.iter().all(|p| p.separated && p.media_type().strict);
    if !readable {
        let message = "nodeadm cannot read this MIME message, so the node does not join".to_owned();
        return (Vec::new(), Some(DecodeError { at: first.body.span(), message }));
    }
    let mut out = Vec::new();
    for part in own {
        match user_data::unwrap(&part.body) {
            Ok(text) => out.push(text),
            Err(error) => return (Vec::new(), Some(error)),
        }
    }
    (out, None)
}

/// True for a text that is a `NodeConfig` as a whole.
pub(super) fn is_document(text: &Traced) -> bool {
    let text = text.to_text();
    let mut lines = text.lines();
    text.contains(API)
        && !text.starts_with("#!")
        // Such a document may stand inside of a file that cloud-init writes, or in a part of a message.
        && !text.starts_with("#cloud-")
        && !text.to_ascii_lowercase().starts_with("mime-version:")
        && !text.to_ascii_lowercase().starts_with("content-type:")
        && lines.any(|l| l.contains("kind") && l.contains("NodeConfig") && !l.trim_start().starts_with('#'))
}

/// nodeadm's second phase: documents in its directory are laid over those of the user data.
pub(super) fn finish(machine: &mut Machine, cx: &mut BootCx<'_>) {
    let files: Vec<_> = machine
        .files
        .range(image::NODEADM_DOCUMENTS.to_owned()..)
        .map_while(|(path, file)| Some((path.strip_prefix(image::NODEADM_DOCUMENTS)?, path.clone(), file.clone())))
        .filter(|(name, ..)| {
            let name = name.to_lowercase();
            !name.contains('/') && [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
        })
        .map(|(_, path, file)| (path, file))
        .collect();
    let mut documents = machine.nodeadm_documents();
    let mut more = false;
    for (path, file) in files {
        match file {
            File::Known(text) => {
                let (texts, error) = documents_in(&text);
                if let Some(error) = error {
                    let at = error.at.unwrap_or(machine.place);
                    cx.problem(at, error.message);
                    machine.gap(at, Why::NotUnderstood("a NodeConfig that cannot be decoded".into()));
                }
                // What has a hole where its kind stands is no document to see, but may be one.
                let texts = if texts.is_empty() { vec![Traced::clone(&text)] } else { texts };
                for text in texts {
                    if let Some(document) = read(machine, &text, &path, cx) {
                        documents.push(document);
                        more = true;
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
    // Without new documents nodeadm leaves its files as scripts have changed them.
    let edited = machine.files.contains_key(image::NODEADM_ENVIRONMENT);
    if machine.start.is_none() && (more || machine.nodeadm.is_none() && !edited) {
        write(machine, &documents, cx);
    }
}

/// Reads a document and hands it to nodeadm. False if it is no `NodeConfig`.
pub(super) fn take(machine: &mut Machine, text: &Traced, name: &str, cx: &mut BootCx<'_>) -> bool {
    let Some(node) = read(machine, text, name, cx) else { return false };
    machine.know(Family::Al2023);
    machine.node_configs.push(node);
    true
}

/// The first document of `text`, if it is a `NodeConfig`; only the first one is read.
pub(super) fn read(machine: &mut Machine, text: &Traced, name: &str, cx: &mut BootCx<'_>) -> Option<Node> {
    let id = cx.texts.add_made(name, text, machine.place);
    let view = cx.texts.view(id);
    let parsed = yaml::parse(&view);
    let at = text.span().unwrap_or(machine.place);
    let node = parsed.tree.into_iter().next();
    let kind = node.as_ref().and_then(|n| n.get("kind")).and_then(|n| n.as_str());
    if let Some(error) = parsed.errors.into_iter().next()
        && kind.is_none_or(|k| k == "NodeConfig")
        && text.to_text().contains(API)
    {
        cx.problem(error.at, format!("the NodeConfig cannot be read: {}", error.message));
        machine.gap(error.at, Why::NotUnderstood("a NodeConfig that cannot be read".into()));
        machine.see(Some(Family::Al2023));
        return None;
    }
    let node = node?;
    let version = node.get("apiVersion").and_then(|n| n.as_str())?;
    if node.get("kind").and_then(|n| n.as_str()) != Some("NodeConfig") || !version.starts_with(API) {
        return None;
    }
    if version != "node.eks.aws/v1alpha1" {
        cx.problem(node.get("apiVersion").map_or(at, |n| n.span), format!("nodeadm knows no {version}"));
        machine.gap(at, Why::NotUnderstood(format!("a NodeConfig of {version}").into()));
        machine.bury(super::dead::in_node_config(&node), &Reason::ApiVersion);
        return None;
    }
    Some(node)
}

/// A document that says `config` is the kubelet's configuration.
pub(super) fn document(config: Node) -> Node {
    let span = config.span;
    let key = |name: &str| Node {
        kind: NodeKind::Scalar(crate::syntax::Scalar {
            text: Traced::made(name, span),
            style: crate::syntax::Style::Plain,
        }),
        span,
        tag: None,
    };
    let wrap = |name: &str, node: Node| Node { kind: NodeKind::Map(vec![(key(name), node)]), span, tag: None };
    wrap("spec", wrap("kubelet", wrap("config", config)))
}

/// nodeadm runs: it writes the drop-in, the environment file and containerd's configuration from all documents that it has.
pub(super) fn write(machine: &mut Machine, documents: &[Node], cx: &mut BootCx<'_>) {
    super::runtime::by_nodeadm(machine, documents, cx);
    let place = machine.place;
    let mut config: Option<Node> = None;
    let mut line = Traced::made("NODEADM_KUBELET_ARGS=", place);
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
        if let Some((span, why)) = list.as_scalar().and_then(|s| s.text.first_hole()) {
            flags.push_made(b" ", span);
            flags.push_hole(span, why.clone());
        }
    }
    let config = config.filter(|c| !c.pairs().is_empty() || c.as_scalar().is_some_and(|s| s.text.has_hole()));
    line.push_made(format!("--config={}", image::NODEADM_CONFIG).as_bytes(), place);
    if config.is_some() || machine.merged_by_eks {
        // EKS's own document always sets maxPods, so the directory is read on nodes of managed node groups.
        line.push_made(format!(" --config-dir={}", image::NODEADM_DROPINS).as_bytes(), place);
    }
    line.push(&flags);
    line.push_made(b"\n", place);
    machine.put(image::NODEADM_ENVIRONMENT, File::Known(Arc::new(line)));
    // On nodes that EKS adds its own document for there is a drop-in in any case.
    let own = config.as_ref().filter(|config| matches!(config.kind, NodeKind::Map(_)));
    let written = own.is_some() || machine.merged_by_eks;
    let text = written.then(|| drop_in(own, machine.merged_by_eks, place)).flatten().map(Arc::new);
    machine.nodeadm = Some(Arc::new(Written { config, text }));
}

/// `over` laid over `under`: maps by key, everything else whole. A zero, an empty text and `false` count.
pub(super) fn merged(under: &Node, over: &Node) -> Node {
    let (NodeKind::Map(below), NodeKind::Map(above)) = (&under.kind, &over.kind) else { return over.clone() };
    let mut pairs = below.clone();
    for (key, value) in above {
        let same = |k: &Node| k.as_str().is_some() && k.as_str() == key.as_str();
        match pairs.iter_mut().find(|(k, _)| same(k)) {
            Some(pair) => *pair = (key.clone(), merged(&pair.1, value)),
            None => pairs.push((key.clone(), value.clone())),
        }
    }
    Node { kind: NodeKind::Map(pairs), span: over.span, tag: over.tag.clone() }
}

/// The kubelet's drop-in as nodeadm writes it: keys in the order of their letters, four blanks a level. With `eks` it holds how
/// many pods a node takes, too, which EKS works out. Source: `nodeadm/internal/kubelet/config.go` of awslabs/amazon-eks-ami.
fn drop_in(config: Option<&crate::syntax::Node>, eks: bool, at: crate::text::Span) -> Option<Traced> {
    let made = |text: &str| Traced::made(text, at);
    let mut pairs = match config.map(data::from_node) {
        Some(Some(data::Data::Map(pairs))) => pairs,
        Some(_) => return None,
        None => Vec::new(),
    };
    let head = [("apiVersion", "kubelet.config.k8s.io/v1beta1"), ("kind", "KubeletConfiguration")];
    pairs.retain(|(key, _)| !head.iter().any(|(name, _)| key.bytes() == name.as_bytes()));
    pairs.extend(head.iter().map(|(key, value)| (made(key), data::Data::Str(made(value)))));
    if eks && !pairs.iter().any(|(key, _)| key.bytes() == b"maxPods") {
        pairs.push((made("maxPods"), data::Data::Number(made("29"))));
    }
    let layout = data::Layout {
        indent: Some("    ".to_owned()),
        comma: ",".to_owned(),
        colon: ": ".to_owned(),
        sort_keys: true,
        ascii: false,
    };
    let mut text = data::to_json(&data::Data::Map(pairs), &layout, at).ok()?;
    text.push_made(b"\n", at);
    Some(text)
}
