//! What is done to a template before its functions are called: `Fn::ForEach` is expanded, and files next to the
//! template are included where `AWS::Include` or rain's `!Rain::Embed` and `!Rain::Include` name them.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use crate::syntax::{Node, NodeKind, Scalar, Style};
use crate::text::{Span, Traced, Whence};
use crate::value::Kind;

use super::intrinsics::{Evaluator, Given, MAX_NESTED};
use super::reader::StackReader;
use super::template::{Expr, Template};

/// The most nodes that the loops of one template may create.
const MAX_NODES: usize = 100_000;

/// The deepest nesting that is visited: from the parsers, loops and files.
const MAX_LEVELS: usize = 200;

/// The template with its loops and included files expanded.
pub(super) fn expand<'n>(document: &'n Node, given: &Given, reader: &mut StackReader<'_, '_>) -> Cow<'n, Node> {
    if !needed(document) {
        return Cow::Borrowed(document);
    }
    let template = Template::new(document);
    let evaluator = Evaluator::with(&template, given.clone(), reader.work);
    let mut expander = Expander { evaluator, reader, nodes: 0 };
    let mut tree = expander.node(document, 0);
    // A transform of the whole template has its own section.
    if let Some((_, transforms)) = document.pair("Transform") {
        let list = if transforms.is_map() { std::slice::from_ref(transforms) } else { transforms.items() };
        for transform in list {
            let included = expander.include(transform.into(), 0);
            if let (NodeKind::Map(pairs), Some(NodeKind::Map(more))) = (&mut tree.kind, included.map(|n| n.kind)) {
                merge(pairs, more);
            }
        }
    }
    let work = expander.evaluator.work;
    reader.work = work;
    Cow::Owned(tree)
}

/// Adds sections to a template; existing entries stay.
fn merge(pairs: &mut Vec<(Node, Node)>, more: Vec<(Node, Node)>) {
    for (key, value) in more {
        let known = pairs.iter_mut().find(|(k, _)| k.as_str().is_some() && k.as_str() == key.as_str());
        match (known, value.kind) {
            (None, kind) => pairs.push((key, Node { kind, ..value })),
            (Some((_, Node { kind: NodeKind::Map(into), .. })), NodeKind::Map(from)) => into.extend(from),
            (Some(_), _) => {}
        }
    }
}

/// True if there is anything to expand. The parsers bound the depth.
fn needed(node: &Node) -> bool {
    if node.tag.as_deref().is_some_and(|t| t.contains("!Rain::") || t.contains("!Transform")) {
        return true;
    }
    match &node.kind {
        NodeKind::Scalar(_) => false,
        NodeKind::Seq(items) => items.iter().any(needed),
        NodeKind::Map(pairs) => pairs.iter().any(|(key, value)| {
            let calls = |k: &str| k.starts_with("Fn::ForEach") || k.contains("Transform") || k.contains("Rain::");
            // Most keys have neither a colon nor this letter.
            let may_call = |text: &[u8]| text.len() > 5 && memchr::memchr2(b':', b'f', text).is_some();
            let key = key.as_scalar().filter(|scalar| may_call(scalar.text.bytes()));
            key.and_then(|key| key.text.known_str()).is_some_and(calls) || needed(value)
        }),
    }
}

struct Expander<'e, 'r, 'c, 'f> {
    evaluator: Evaluator<'e>,
    reader: &'r mut StackReader<'c, 'f>,
    nodes: usize,
}

impl Expander<'_, '_, '_, '_> {
    fn node(&mut self, node: &Node, depth: usize) -> Node {
        self.nodes += 1;
        if depth > MAX_LEVELS || self.nodes > MAX_NODES {
            return node.clone();
        }
        if let Some(made) = self.named_file(node, depth) {
            return made;
        }
        let kind = match &node.kind {
            NodeKind::Scalar(_) => return node.clone(),
            NodeKind::Seq(items) => NodeKind::Seq(items.iter().map(|n| self.node(n, depth + 1)).collect()),
            NodeKind::Map(pairs) => NodeKind::Map(self.map(pairs, depth)),
        };
        Node { kind, span: node.span, tag: node.tag.clone() }
    }

    fn map(&mut self, pairs: &[(Node, Node)], depth: usize) -> Vec<(Node, Node)> {
        let mut out = Vec::new();
        for (key, value) in pairs {
            let name = key.as_str().unwrap_or_default();
            if name.starts_with("Fn::ForEach")
                && let Some(mut made) = self.for_each(value, depth)
            {
                out.append(&mut made);
                continue;
            }
            if name == "Fn::Transform" {
                let one = std::slice::from_ref(value);
                let list = if value.is_map() { one } else { value.items() };
                let included: Option<Vec<_>> = list.iter().map(|n| self.include(n.into(), depth)).collect();
                if let Some(nodes) = included.filter(|nodes| nodes.iter().all(Node::is_map)) {
                    for node in nodes {
                        if let NodeKind::Map(more) = node.kind {
                            out.extend(more);
                        }
                    }
                    continue;
                }
            }
            out.push((key.clone(), self.node(value, depth + 1)));
        }
        out
    }

    /// A file that is named by a tag.
    fn named_file(&mut self, node: &Node, depth: usize) -> Option<Node> {
        // A tag of YAML is the only key of a map in JSON.
        let (outer, inner, name) = match (node.tag.as_deref(), node.pairs()) {
            (Some(tag), _) => match tag.rsplit_once(' ') {
                Some((outer, inner)) => (Some(outer.to_owned()), inner.strip_prefix('!')?, node),
                None => (None, tag.strip_prefix('!')?, node),
            },
            (None, [(key, value)]) => {
                let key = key.as_str()?;
                (None, key.strip_prefix("Fn::").unwrap_or(key), value)
            }
            _ => return None,
        };
        let made = match inner {
            "Rain::Embed" => {
                let id = self.reader.sibling(Path::new(name.as_str()?.trim()))?;
                let view = self.reader.cx.texts.view(id);
                let text = view.traced(0..view.bytes.len());
                Node { kind: scalar(text), span: node.span, tag: None }
            }
            "Rain::Include" => self.file(name.as_str()?.trim(), depth)?,
            "Transform" if node.tag.is_some() => self.include(Expr { tag: None, ..node.into() }, depth)?,
            _ => return None,
        };
        Some(Node { tag: outer.or(made.tag), ..made })
    }

    /// The content of the local file that `AWS::Include` names.
    fn include(&mut self, transform: Expr<'_>, depth: usize) -> Option<Node> {
        let NodeKind::Map(pairs) = transform.kind else { return None };
        let find = |key: &str| pairs.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v);
        if find("Name")?.as_str()? != "AWS::Include" {
            return None;
        }
        let location = self.evaluator.eval(find("Parameters")?.get("Location")?.into());
        self.file(location.as_known_str()?, depth)
    }

    fn file(&mut self, name: &str, depth: usize) -> Option<Node> {
        if depth + 10 > MAX_LEVELS {
            return None;
        }
        let id = self.reader.sibling(Path::new(name))?;
        let tree = self.reader.parse(id);
        // Counting ten levels for each file bounds files that include each other.
        Some(self.node(tree.first()?, depth + 10))
    }

    /// The expanded loop: the entries of its body for each item; `None` if its items are unknown.
    fn for_each(&mut self, argument: &Node, depth: usize) -> Option<Vec<(Node, Node)>> {
        let [name, collection, body] = argument.items() else { return None };
        let name = name.as_str()?;
        let list = self.evaluator.eval(collection.into());
        let Kind::List(_) = list.kind else { return None };
        let items: Option<Vec<Traced>> =
            list.items().iter().map(|v| v.to_traced().filter(|t| !t.has_unknown())).collect();
        let NodeKind::Map(pairs) = &body.kind else { return None };
        let mut out = Vec::new();
        for item in items? {
            let mut loop_ = Substitution { name, item: &item, plain: letters(&item), nodes: &mut self.nodes };
            let written: Vec<_> = pairs.iter().map(|(key, value)| (loop_.node(key, 0), loop_.node(value, 0))).collect();
            if self.nodes > MAX_NODES || !self.evaluator.charge(0) || depth > MAX_LEVELS {
                return None;
            }
            out.append(&mut self.map(&written, depth + 1));
        }
        Some(out)
    }
}

fn scalar(text: Traced) -> NodeKind {
    NodeKind::Scalar(Scalar { text, style: Style::DoubleQuoted })
}

/// The letters and digits of the item, as `&{name}` uses it.
fn letters(item: &Traced) -> Traced {
    let mut out = Traced::new();
    for (n, byte) in item.bytes().iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            out.push(&item.slice(n..n + 1));
        }
    }
    out
}

/// One round of a loop.
struct Substitution<'s> {
    name: &'s str,
    item: &'s Traced,
    plain: Traced,
    nodes: &'s mut usize,
}

impl Substitution<'_> {
    fn node(&mut self, node: &Node, depth: usize) -> Node {
        *self.nodes += 1;
        if *self.nodes > MAX_NODES || depth > MAX_NESTED * 2 {
            return node.clone();
        }
        if let Some(call) = Expr::from(node).call()
            && call.name == "Ref"
            && call.argument.as_str() == Some(self.name)
        {
            let text = self.item.through(node.span, &format!("Ref {}", self.name).into());
            return Node { kind: scalar(text), span: node.span, tag: None };
        }
        let kind = match &node.kind {
            NodeKind::Scalar(Scalar { text, style }) => {
                NodeKind::Scalar(Scalar { text: self.text(text, node.span), style: *style })
            }
            NodeKind::Seq(items) => NodeKind::Seq(items.iter().map(|n| self.node(n, depth + 1)).collect()),
            NodeKind::Map(pairs) => {
                NodeKind::Map(pairs.iter().map(|(k, v)| (self.node(k, depth + 1), self.node(v, depth + 1))).collect())
            }
        };
        Node { kind, span: node.span, tag: node.tag.clone() }
    }

    fn text(&self, text: &Traced, at: Span) -> Traced {
        let mut out = text.clone();
        for (mark, with) in [("$", self.item), ("&", &self.plain)] {
            let reference = format!("{mark}{{{}}}", self.name);
            let found = out.bytes().windows(reference.len()).position(|w| w == reference.as_bytes());
            if let Some(found) = found {
                let place = match out.slice(found..found + reference.len()).pieces().first().map(|p| p.whence.clone()) {
                    Some(Whence::Same(span)) => span,
                    _ => at,
                };
                let step: Arc<str> = reference.as_str().into();
                out = out.replace(reference.as_bytes(), &with.through(place, &step));
            }
        }
        out
    }
}
