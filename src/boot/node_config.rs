//! `NodeConfig` documents, the input of nodeadm: where they are found, and what they set for the kubelet. Source:
//! `nodeadm/internal/configprovider` and `nodeadm/internal/api` of awslabs/amazon-eks-ami at 81fec2e8.

use crate::decode::{DecodeError, mime};
use crate::kubelet::statements;
use crate::node::{BootCx, Family, Reason};
use crate::setting::{Setting, Which};
use crate::syntax::{Node, NodeKind, unit, yaml};
use crate::text::{Traced, Why};

use super::machine::Machine;
use super::wrapping::decode_document;

/// The API group of the documents.
pub(super) const API: &str = "node.eks.aws/";

/// The documents that nodeadm finds in user data or in a file of its directory: top-level parts of their type in a message
/// that Go can parse, or the text as a whole. Source: `nodeadm/internal/configprovider`.
pub(super) fn documents_in(text: &Traced) -> (Vec<Traced>, Option<DecodeError>) {
    let text = match decode_document(text) {
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
        match decode_document(&part.body) {
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
    (text.contains(API) || !text.contains("apiVersion"))
        && !text.starts_with("#!")
        // The document may be inside a file that cloud-init writes, or in a MIME part.
        && !text.starts_with("#cloud-")
        && !text.to_ascii_lowercase().starts_with("mime-version:")
        && !text.to_ascii_lowercase().starts_with("content-type:")
        && lines.any(|l| l.contains("kind") && l.contains("NodeConfig") && !l.trim_start().starts_with('#'))
}

/// The first document of `text`, if it is a `NodeConfig`. nodeadm ignores all others.
pub(super) fn read(machine: &mut Machine, text: &Traced, name: &str, cx: &mut BootCx<'_>) -> Option<Node> {
    if text.is_unknown() {
        if let Some((at, why)) = text.first_unknown() {
            machine.gap(at, why.clone());
        }
        return None;
    }
    let id = cx.texts.add_made(name, text, machine.place);
    let view = cx.texts.view(id);
    let parsed = yaml::parse(&view.without_placeholders());
    let at = text.span().unwrap_or(machine.place);
    let node = parsed.tree.into_iter().next();
    let kind = node.as_ref().and_then(|n| n.get("kind")).and_then(|n| n.as_str());
    if let Some(error) = parsed.errors.into_iter().next()
        && kind.is_none_or(|k| k == "NodeConfig")
        && text.to_text().contains(API)
    {
        cx.syntax(&error, "the NodeConfig cannot be read: ", error.template(&view).is_some());
        machine.gap(error.at, Why::NotUnderstood("a NodeConfig that cannot be read".into()));
        machine.suggest_kubelet(Some(Family::Al2023));
        return None;
    }
    let node = node?;
    let version = node.get("apiVersion").map(|n| n.as_str().unwrap_or_default());
    if node.get("kind").and_then(|n| n.as_str()) != Some("NodeConfig") || version.is_some_and(|v| !v.starts_with(API)) {
        return None;
    }
    if version != Some("node.eks.aws/v1alpha1") {
        let of = version.map_or("without apiVersion".to_owned(), |version| format!("of {version}"));
        cx.problem(node.get("apiVersion").map_or(at, |n| n.span), format!("nodeadm does not read a NodeConfig {of}"));
        machine.gap(at, Why::NotUnderstood(format!("a NodeConfig {of}").into()));
        machine.record_ineffective(settings(&node, Which::of(cx.whole)), &Reason::ApiVersion);
        return None;
    }
    Some(node)
}

/// A document with `config` as the kubelet's configuration.
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

/// `over` merged over `under`: maps by key, everything else as a whole. A zero, an empty string and `false` also override.
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

/// The settings that nodeadm reads from a document.
pub(super) fn settings(document: &Node, which: Which) -> Vec<Setting> {
    let Some(kubelet) = document.path(&["spec", "kubelet"]) else { return Vec::new() };
    let mut out = kubelet.get("config").map(|config| statements::in_config(config, which)).unwrap_or_default();
    let items = kubelet.get("flags").map(Node::items).unwrap_or_default();
    out.extend(
        items.iter().filter_map(Node::as_scalar).flat_map(|s| statements::in_words(&unit::words(&s.text), which)),
    );
    out
}
