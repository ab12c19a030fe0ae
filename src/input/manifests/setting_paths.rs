//! How tools pass settings to a kubelet, and the places of these settings.

use crate::node::{NodeGroup, Step};
use crate::setting::Field;
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced};

use super::placeholder;
use crate::input::yaml_files;
use crate::node::Gap;

/// How a field passes settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carry {
    /// A map of `KubeletConfiguration` fields, which ends up in the kubelet's file.
    Config,
    /// Flags by name, without dashes: a map, or a list of `{name, value}`.
    Flags,
    /// A list of flags, with or without leading dashes; or one such text.
    Words,
    /// A list of options of k3s with the key `arg`, some of which pass a flag on: `--kubelet-arg=NAME=VALUE`.
    K3s,
    /// A list of options of k0s, one of which passes flags on: `--kubelet-extra-args="…"`.
    K0s,
}

/// A node (or the nodes) that one map describes.
pub(super) struct Part {
    /// The path to the map, with dots between its keys; `[]` is every item of a list. Empty for the document itself.
    at: &'static str,
    /// Fields below it, each a path, and how they pass settings.
    fields: &'static [(&'static str, Carry)],
}

pub(super) const fn part(at: &'static str, fields: &'static [(&'static str, Carry)]) -> Part {
    Part { at, fields }
}

/// The node at a path of keys with dots between them.
pub(super) fn at_path<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    node.path(&path.split('.').collect::<Vec<_>>())
}

/// The node groups of `parts` in a document. `name` is what the document is called.
pub(super) fn groups(
    document: &Node,
    name: &str,
    place: Span,
    parts: &[Part],
    remark: Option<&'static str>,
) -> Vec<NodeGroup> {
    let mut out = Vec::new();
    for part in parts {
        let path: Vec<_> = part.at.split('.').filter(|key| !key.is_empty()).collect();
        for (node, label) in expand(document, &path) {
            let own = label.as_ref().map_or(place, |(_, at)| *at);
            let name = label.map_or_else(|| name.to_owned(), |(label, _)| format!("{name}.{label}"));
            let mut group = NodeGroup::new(name, own);
            group.remark = remark;
            for (path, carry) in part.fields {
                if let Some(field) = at_path(node, path) {
                    add(&mut group, field, *carry, path.rsplit('.').next().unwrap_or_default());
                }
            }
            if !group.steps.is_empty() || !group.gaps.is_empty() {
                out.push(group);
            }
        }
    }
    out
}

/// The nodes at the end of a path; after a list, each has the name or number of its item.
fn expand<'a>(node: &'a Node, path: &[&str]) -> Vec<(&'a Node, Option<(String, Span)>)> {
    let Some((first, rest)) = path.split_first() else { return vec![(node, None)] };
    if *first != "[]" {
        return node.get(first).map(|inner| expand(inner, rest)).unwrap_or_default();
    }
    let mut out = Vec::new();
    for (n, item) in node.items().iter().enumerate() {
        let named = ["name", "role"].iter().find_map(|key| item.get(key)).filter(|n| n.as_str().is_some());
        let label = named.and_then(Node::as_str).map_or_else(|| (n + 1).to_string(), str::to_owned);
        let at = named.map_or(item.span, |n| n.span);
        for (inner, deeper) in expand(item, rest) {
            out.push((inner, Some(deeper.unwrap_or_else(|| (label.clone(), at)))));
        }
    }
    out
}

/// Adds the settings of one field to a node group.
pub(super) fn add(group: &mut NodeGroup, field: &Node, carry: Carry, name: &'static str) {
    if let Some((at, why)) = yaml_files::unknown(field) {
        group.gaps.push(Gap { at, why });
        return;
    }
    match carry {
        Carry::Config if !field.pairs().is_empty() => {
            group.steps.push(Step::KubeletConfig(placeholder::in_tree(field), name));
        }
        Carry::Config => {}
        Carry::Flags => push_args(group, flags(field)),
        Carry::Words => push_args(group, words(field)),
        Carry::K3s => push_args(group, passed_on(field)),
        Carry::K0s => push_args(group, extra_args(field)),
    }
}

fn push_args(group: &mut NodeGroup, args: Vec<Traced>) {
    if !args.is_empty() {
        group.steps.push(Step::KubeletArgs(args));
    }
}

/// Flags by name: a map, whose values may be lists, or a list of `{name, value}`.
pub(super) fn flags(field: &Node) -> Vec<Traced> {
    let mut out = Vec::new();
    match &field.kind {
        NodeKind::Map(pairs) => {
            for (key, value) in pairs {
                match &value.kind {
                    NodeKind::Seq(items) => items.iter().for_each(|item| out.extend(flag(key, Some(item)))),
                    _ => out.extend(flag(key, Some(value))),
                }
            }
        }
        NodeKind::Seq(items) => {
            for item in items {
                let Some(name) = item.get("name") else { continue };
                out.extend(flag(name, item.get("value")));
            }
        }
        NodeKind::Scalar(_) => {}
    }
    out
}

/// One flag with its value. A null removes the flag; a missing value leaves it empty.
fn flag(name: &Node, value: Option<&Node>) -> Option<Traced> {
    let key = name.as_scalar()?;
    let mut out = Traced::made("--", name.span);
    let dashes = key.text.bytes().iter().take_while(|b| **b == b'-').count();
    out.push(&key.text.slice(dashes..key.text.len()));
    out.push_made(b"=", name.span);
    if let Some(value) = value {
        let scalar = value.as_scalar().filter(|_| !value.is_null())?;
        out.push(&placeholder::in_text(&scalar.text));
    }
    Some(out)
}

/// The kubelet's flags among options of k3s.
fn passed_on(field: &Node) -> Vec<Traced> {
    let texts = field.items().iter().filter_map(|item| item.get("arg")?.as_scalar());
    let flags = texts.filter_map(|scalar| {
        let value = scalar.text.bytes().strip_prefix(b"--kubelet-arg=")?;
        let mut out = Traced::made("--", scalar.text.span()?);
        out.push(&placeholder::in_text(&scalar.text.slice(scalar.text.len() - value.len()..scalar.text.len())));
        Some(out)
    });
    flags.collect()
}

/// The kubelet's flags among options of k0s. Source: k0sproject/k0s, `pkg/component/worker/kubelet.go`.
fn extra_args(field: &Node) -> Vec<Traced> {
    let texts = field.items().iter().filter_map(Node::as_scalar).filter_map(|scalar| {
        let text = placeholder::in_text(&scalar.text);
        let [b'=' | b' ', value @ ..] = text.bytes().strip_prefix(b"--kubelet-extra-args")? else { return None };
        let value = value.len();
        let value = text.slice(text.len() - value..text.len());
        let quoted = matches!(value.bytes(), [b'"', .., b'"'] | [b'\'', .., b'\'']);
        Some(if quoted { value.slice(1..value.len() - 1) } else { value })
    });
    texts.flat_map(|text| text.words()).collect()
}

/// A list of flags, or one text. The tool adds missing leading dashes.
pub(super) fn words(field: &Node) -> Vec<Traced> {
    let one = std::slice::from_ref(field);
    let items = if field.as_scalar().is_some() { one } else { field.items() };
    let mut out = Vec::new();
    for scalar in items.iter().filter_map(Node::as_scalar).filter(|s| !s.text.is_empty()) {
        let text = placeholder::in_text(&scalar.text);
        if text.is_unknown() {
            out.push(text);
            continue;
        }
        let dashes = text.bytes().iter().take_while(|b| **b == b'-').count();
        let Some(at) = text.span() else { continue };
        let mut word = Traced::made("--", at);
        word.push(&text.slice(dashes..text.len()));
        out.push(word);
    }
    out
}

/// The arguments of a kubelet in a value whose key says that it has some, such as `rke2_kubelet_arg` or `kubeletExtraArgs`, if one
/// of them is a duration.
pub(in crate::input) fn arguments(key: &str, value: &Node) -> Option<Step> {
    const ENDS: &[&str] = &["kubeletarg", "kubeletargs", "kubeletextraargs", "extrakubeletargs", "kubeletflags"];
    let letters = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    if !ENDS.iter().any(|end| letters.ends_with(end)) {
        return None;
    }
    let args = match &value.kind {
        NodeKind::Scalar(scalar) => placeholder::in_text(&scalar.text).words(),
        NodeKind::Seq(items) if !items.iter().any(Node::is_map) => words(value),
        _ => flags(value),
    };
    let name = |arg: &Traced| {
        let text = arg.to_text();
        text.trim_start_matches('-').split('=').next().and_then(Field::by_flag).is_some()
    };
    args.iter().any(name).then_some(Step::KubeletArgs(args))
}
