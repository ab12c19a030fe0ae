//! Field paths of Kustomize. Source: kubernetes-sigs/kustomize `kyaml/utils/pathsplitter.go` (`SmarterPathSplitter`) and
//! `kyaml/yaml/match.go` (`PathMatcher`).

use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, budget};

/// The most fields that one path selects.
const MAX_FIELDS: usize = 1_000;

/// The parts of a dotted path: `\.` is a dot within a part, and so is one in brackets.
pub(super) fn split(path: &str) -> Vec<String> {
    let (mut parts, mut part, mut in_brackets) = (Vec::new(), String::new(), false);
    let mut chars = path.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' if chars.peek() == Some(&'.') => part.extend(chars.next()),
            '.' if !in_brackets => parts.push(std::mem::take(&mut part)),
            _ => {
                in_brackets = char == '[' || in_brackets && char != ']';
                part.push(char);
            }
        }
    }
    parts.push(part);
    parts.retain(|p| !p.is_empty());
    parts
}

/// Calls `change` on every field at a path and returns how many there are. `create` is what to put at a missing field of a map.
pub(super) fn each(
    node: &mut Node,
    path: &[String],
    create: Option<&Node>,
    change: &mut dyn FnMut(&mut Node),
) -> usize {
    let Some((first, rest)) = path.split_first() else {
        change(node);
        return 1;
    };
    let at = node.span;
    if let (NodeKind::Scalar(scalar), Some(value)) = (&node.kind, create)
        && matches!(scalar.text.known_str(), Some("" | "~" | "null"))
    {
        *node = if first.starts_with('[') {
            Node::new(NodeKind::Seq(Vec::new()), value.span)
        } else {
            Node::map(Vec::new(), value.span)
        };
    }
    let mut inner = |nodes: &mut dyn Iterator<Item = &mut Node>| {
        budget::at_most(nodes, MAX_FIELDS, "fields of a path").map(|n| each(n, rest, create, change)).sum::<usize>()
    };
    let condition = first.strip_prefix('[').and_then(|f| f.strip_suffix(']')).and_then(|f| f.split_once('='));
    match (&mut node.kind, condition) {
        (NodeKind::Seq(items), _) if first == "*" => inner(&mut items.iter_mut()),
        (NodeKind::Map(pairs), _) if first == "*" => inner(&mut pairs.iter_mut().map(|(_, value)| value)),
        (NodeKind::Seq(items), Some((key, value))) => {
            let fits = |item: &Node| {
                let field = if key.is_empty() { Some(item) } else { item.get(key) };
                field.and_then(Node::as_str) == Some(value)
            };
            if let Some(new) = create
                && !items.iter().any(&fits)
            {
                let word = |text: &str| Node::quoted(Traced::made(text, new.span), new.span);
                items.push(Node::map(vec![(word(key), word(value))], new.span));
            }
            inner(&mut items.iter_mut().filter(|item| fits(item)))
        }
        (NodeKind::Seq(items), None) => match first.parse::<usize>() {
            Ok(n) => inner(&mut items.get_mut(n).into_iter()),
            Err(_) => 0,
        },
        (NodeKind::Map(pairs), None) => {
            if let Some(new) = create
                && !pairs.iter().any(|(k, _)| k.as_str() == Some(first))
            {
                pairs.push((key(first, new.span), empty(rest, new, at)));
            }
            inner(
                &mut pairs
                    .iter_mut()
                    .rev()
                    .find(|(k, _)| k.as_str() == Some(first))
                    .map(|(_, value)| value)
                    .into_iter(),
            )
        }
        _ => 0,
    }
}

fn key(name: &str, at: Span) -> Node {
    Node::quoted(Traced::made(name, at), at)
}

/// What is created above the rest of a path.
fn empty(rest: &[String], value: &Node, at: Span) -> Node {
    match rest.first() {
        None => Node::plain(Traced::new(), value.span),
        Some(next) if next.starts_with('[') => Node::new(NodeKind::Seq(Vec::new()), at),
        Some(_) => Node::map(Vec::new(), at),
    }
}

/// The first field at a path.
pub(super) fn first(node: &Node, path: &[String]) -> Option<Node> {
    if !budget::spend(node.weight().0) {
        return None;
    }
    let mut found = None;
    // The path is only read: what it selects is copied.
    each(&mut node.clone(), path, None, &mut |field| {
        found.get_or_insert_with(|| field.clone());
    });
    found
}
