//! How cloud-init combines several cloud-configs: mergers and patches. Sources: `cloudinit/mergers` and
//! `cloudinit/handlers/cloud_config.py` of canonical/cloud-init at 04eacd06; RFC 6902 as python-json-patch reads it.

use crate::syntax::{Node, NodeKind, Resolved, Schema, resolve};
use crate::text::Traced;

/// The deepest nesting of values that is merged.
const MAX_DEPTH: usize = 64;

/// One merger with its options, such as `list(append)`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Merger {
    name: String,
    options: Vec<String>,
}

impl Merger {
    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|o| o == option)
    }
}

/// The mergers set for a document; for each type, the first one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mergers(Vec<Merger>);

impl Mergers {
    /// The mergers used if neither the document nor its header sets any.
    fn default_mergers() -> Self {
        Self::of_text("dict(replace)+list()+str()").unwrap_or_default()
    }

    /// Parses `list(append)+dict(recurse_array)+str()`. `None` if cloud-init refuses it, and with it the document.
    fn of_text(text: &str) -> Option<Self> {
        let mut out = Vec::new();
        for word in text.split('+') {
            let word = word.trim().to_lowercase().replace('-', "_");
            if word.is_empty() {
                continue;
            }
            let (name, options) = word.strip_suffix(')')?.split_once('(')?;
            let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
            if !name.starts_with(starts) || !name.chars().all(|c| starts(c) || c.is_ascii_digit()) {
                return None;
            }
            let options = options.split(',').map(|o| o.trim().to_owned()).filter(|o| !o.is_empty()).collect();
            out.push(Merger { name: name.to_owned(), options });
        }
        Some(Self(out))
    }

    /// Parses the value of `merge_how`: a string, a list of maps, or a list of lists.
    fn of_node(node: &Node) -> Option<Self> {
        if let Some(text) = node.as_str() {
            return Self::of_text(text);
        }
        let mut out = Vec::new();
        for item in node.items() {
            let words = |nodes: &[Node]| nodes.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect();
            if item.is_map() {
                let name = item.get("name")?.as_str()?.replace('-', "_").trim().to_owned();
                out.push(Merger { name, options: words(item.get("settings")?.items()) });
            } else {
                let name = item.items().first()?.as_str()?.to_owned();
                out.push(Merger { name, options: words(&item.items()[1..]) });
            }
        }
        Some(Self(out))
    }

    /// The mergers for a document: its own first, then those of its header. `None` if one is invalid.
    pub(super) fn of(document: &Node, header: Option<&str>) -> Option<Self> {
        let declared = ["merge_how", "merge_type"].iter().find_map(|key| document.get(key).filter(|n| !is_null(n)));
        let mut all = declared.map_or_else(|| Some(Self::default()), Self::of_node)?;
        all.0.extend(Self::of_text(header.unwrap_or_default())?.0);
        if all.0.is_empty() {
            return Some(Self::default_mergers());
        }
        all.0.iter().all(|m| matches!(m.name.as_str(), "dict" | "list" | "str")).then_some(all)
    }

    fn find(&self, name: &str) -> Option<&Merger> {
        self.0.iter().find(|m| m.name == name)
    }

    /// `new` merged into `old`. A type without a merger keeps the old value.
    pub(super) fn merge(&self, old: &Node, new: &Node, depth: usize) -> Node {
        if depth > MAX_DEPTH {
            return old.clone();
        }
        match &old.kind {
            NodeKind::Map(pairs) => match (self.find("dict"), &new.kind) {
                (Some(merger), NodeKind::Map(more)) => self.maps(merger, old, pairs, more, depth),
                _ => old.clone(),
            },
            NodeKind::Seq(items) => match self.find("list") {
                Some(merger) => self.lists(merger, old, items, new, depth),
                None => old.clone(),
            },
            NodeKind::Scalar(scalar) if is_text(old) => match self.find("str") {
                Some(merger) if merger.has("append") && is_text(new) => {
                    let mut joined = old.clone();
                    if let (NodeKind::Scalar(out), Some(more)) = (&mut joined.kind, new.as_scalar()) {
                        let mut text: Traced = scalar.text.clone();
                        text.push(&more.text);
                        out.text = text;
                    }
                    joined
                }
                Some(_) => new.clone(),
                None => old.clone(),
            },
            NodeKind::Scalar(_) => old.clone(),
        }
    }

    fn maps(&self, merger: &Merger, old: &Node, pairs: &[(Node, Node)], more: &[(Node, Node)], depth: usize) -> Node {
        let mut out = pairs.to_vec();
        for (key, value) in more {
            let same = |k: &Node| k.as_str().is_some() && k.as_str() == key.as_str();
            let Some(at) = out.iter().position(|(k, _)| same(k)) else {
                out.push((key.clone(), value.clone()));
                continue;
            };
            if is_null(value) && merger.has("allow_delete") {
                out.remove(at);
                continue;
            }
            let recurses = match &value.kind {
                NodeKind::Seq(_) => merger.has("recurse_array") || merger.has("recurse_list"),
                NodeKind::Map(_) => true,
                NodeKind::Scalar(_) => is_text(value) && merger.has("recurse_str"),
            };
            if merger.has("replace") {
                out[at].1 = value.clone();
            } else if recurses {
                out[at].1 = self.merge(&out[at].1, value, depth + 1);
            }
        }
        Node { kind: NodeKind::Map(out), ..old.clone() }
    }

    fn lists(&self, merger: &Merger, old: &Node, items: &[Node], new: &Node, depth: usize) -> Node {
        let method = ["append", "prepend", "replace", "no_replace"].into_iter().find(|m| merger.has(m));
        let method = method.unwrap_or("replace");
        let NodeKind::Seq(more) = &new.kind else {
            // Python would split a string into its letters.
            return if method == "replace" { new.clone() } else { old.clone() };
        };
        let mut out = items.to_vec();
        match method {
            "append" => out.extend(more.iter().cloned()),
            "prepend" => drop(out.splice(0..0, more.iter().cloned())),
            "no_replace" => {}
            _ => {
                for (old, new) in out.iter_mut().zip(more) {
                    let recurses = match &new.kind {
                        NodeKind::Seq(_) => merger.has("recurse_array") || merger.has("recurse_list"),
                        NodeKind::Map(_) => merger.has("recurse_dict"),
                        NodeKind::Scalar(_) => is_text(new) && merger.has("recurse_str"),
                    };
                    *old = if recurses { self.merge(old, new, depth + 1) } else { new.clone() };
                }
            }
        }
        Node { kind: NodeKind::Seq(out), ..old.clone() }
    }
}

fn is_null(node: &Node) -> bool {
    node.as_scalar().is_some_and(|s| resolve(s, node.tag.as_deref(), Schema::Python) == Resolved::Null)
}

fn is_text(node: &Node) -> bool {
    node.as_scalar().is_some_and(|s| resolve(s, node.tag.as_deref(), Schema::Python) == Resolved::Str)
}

/// A map with unique keys, like a Python dict: each key has its last value at its first position.
pub(super) fn unique_keys(node: Node) -> Node {
    let NodeKind::Map(pairs) = node.kind else { return node };
    let mut out: Vec<(Node, Node)> = Vec::new();
    for (key, value) in pairs {
        match out.iter_mut().find(|(k, _)| k.as_str().is_some() && k.as_str() == key.as_str()) {
            Some(pair) => *pair = (key, value),
            None => out.push((key, value)),
        }
    }
    Node { kind: NodeKind::Map(out), ..node }
}

/// A document with a patch applied. `None` if an operation fails, which leaves the document unchanged.
pub(super) fn patch(document: &Node, operations: &Node) -> Option<Node> {
    let NodeKind::Seq(operations) = &operations.kind else { return None };
    let mut out = document.clone();
    for operation in operations {
        let path = pointer(operation.get("path")?.as_str()?)?;
        let from = operation.get("from").and_then(Node::as_str).map(pointer);
        match operation.get("op")?.as_str()? {
            "add" => add(&mut out, &path, operation.get("value")?.clone())?,
            "remove" => drop(remove(&mut out, &path)?),
            "replace" => *find_mut(&mut out, &path)? = operation.get("value")?.clone(),
            "move" => {
                let value = remove(&mut out, &from??)?;
                add(&mut out, &path, value)?;
            }
            "copy" => {
                let value = find_mut(&mut out, &from??)?.clone();
                add(&mut out, &path, value)?;
            }
            "test" => {
                let value = operation.get("value")?;
                if !same(find_mut(&mut out, &path)?, value) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    Some(out)
}

/// The keys of a JSON pointer.
fn pointer(text: &str) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    Some(text.strip_prefix('/')?.split('/').map(|k| k.replace("~1", "/").replace("~0", "~")).collect())
}

fn index(key: &str, length: usize) -> Option<usize> {
    let plain = key == "0" || !key.starts_with('0') && key.bytes().all(|b| b.is_ascii_digit());
    key.parse().ok().filter(|n| plain && *n < length)
}

fn find_mut<'n>(node: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    path.iter().try_fold(node, |node, key| match &mut node.kind {
        NodeKind::Map(pairs) => pairs.iter_mut().rev().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v),
        NodeKind::Seq(items) => index(key, items.len()).and_then(|n| items.get_mut(n)),
        NodeKind::Scalar(_) => None,
    })
}

fn add(node: &mut Node, path: &[String], value: Node) -> Option<()> {
    let Some((last, parents)) = path.split_last() else {
        *node = value;
        return Some(());
    };
    let parent = find_mut(node, parents)?;
    match &mut parent.kind {
        NodeKind::Map(pairs) => match pairs.iter_mut().rev().find(|(k, _)| k.as_str() == Some(last)) {
            Some(pair) => pair.1 = value,
            None => {
                let scalar = crate::syntax::Scalar {
                    text: Traced::made(last.as_bytes(), value.span),
                    style: crate::syntax::Style::DoubleQuoted,
                };
                let key = Node { kind: NodeKind::Scalar(scalar), span: value.span, tag: None };
                pairs.push((key, value));
            }
        },
        NodeKind::Seq(items) => {
            let at = if last == "-" { items.len() } else { index(last, items.len() + 1)? };
            items.insert(at, value);
        }
        NodeKind::Scalar(_) => return None,
    }
    Some(())
}

fn remove(node: &mut Node, path: &[String]) -> Option<Node> {
    let (last, parents) = path.split_last()?;
    let parent = find_mut(node, parents)?;
    match &mut parent.kind {
        NodeKind::Map(pairs) => {
            let at = pairs.iter().rposition(|(k, _)| k.as_str() == Some(last))?;
            Some(pairs.remove(at).1)
        }
        NodeKind::Seq(items) => index(last, items.len()).map(|n| items.remove(n)),
        NodeKind::Scalar(_) => None,
    }
}

/// True if two values are equal.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (NodeKind::Scalar(a), NodeKind::Scalar(b)) => {
            a.text.bytes() == b.text.bytes() && is_text(one) == is_text(other)
        }
        (NodeKind::Seq(a), NodeKind::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (NodeKind::Map(a), NodeKind::Map(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.iter().any(|(l, w)| k.as_str() == l.as_str() && same(v, w)))
        }
        _ => false,
    }
}
