//! Anchors and merge keys. Copies by aliases are limited: a few lines can expand to billions of nodes.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::syntax::{MAX_DEPTH, Node, NodeKind, Style, SyntaxError};
use crate::text::{Span, budget};

/// The largest total size of the copies of one document, in bytes. See [`Node::weight`].
const MAX_COPIED: usize = 16 << 20;

/// The nodes of anchors.
#[derive(Default)]
pub(super) struct Anchors {
    known: BTreeMap<usize, Anchored>,
    copied: usize,
}

struct Anchored {
    node: Node,
    weight: usize,
    depth: usize,
}

impl Anchors {
    /// Stores the node of an anchor, if the limit allows it.
    pub(super) fn store(&mut self, id: usize, node: &Node) {
        let (weight, depth) = node.weight();
        if self.charge(weight) {
            self.known.insert(id, Anchored { node: node.clone(), weight, depth });
        }
    }

    /// A copy of the node of an anchor, reached by the reference `name` at `at`; `None` beyond a limit.
    pub(super) fn expand(&mut self, id: usize, depth: usize, at: Span, name: &str) -> Option<Node> {
        let anchored = self.known.get(&id)?;
        let weight = anchored.weight;
        if depth + anchored.depth > MAX_DEPTH
            || self.copied.saturating_add(weight) > MAX_COPIED
            || !budget::spend(weight)
        {
            return None;
        }
        let mut node = anchored.node.clone();
        self.copied += weight;
        record_reference(&mut node, at, &name.into());
        Some(node)
    }

    fn charge(&mut self, weight: usize) -> bool {
        let total = self.copied.saturating_add(weight);
        if total <= MAX_COPIED {
            self.copied = total;
        }
        total <= MAX_COPIED
    }
}

/// Records in every scalar that it was reached by a reference.
fn record_reference(node: &mut Node, at: Span, step: &Arc<str>) {
    match &mut node.kind {
        NodeKind::Scalar(scalar) => scalar.text = scalar.text.through(at, step),
        NodeKind::Seq(items) => items.iter_mut().for_each(|n| record_reference(n, at, step)),
        NodeKind::Map(pairs) => pairs.iter_mut().for_each(|(k, v)| {
            record_reference(k, at, step);
            record_reference(v, at, step);
        }),
    }
}

/// Applies the merge keys of a map. Merged pairs come first, so the last duplicate of a key wins: a later map of a merged list
/// loses to an earlier one, and both lose to the map's own keys. Pairs that lose to the map's own keys are left out.
pub(super) fn merge(pairs: Vec<(Node, Node)>, errors: &mut Vec<SyntaxError>) -> Vec<(Node, Node)> {
    if !pairs.iter().any(|(key, _)| is_merge(key)) {
        return pairs;
    }
    let mut own = Vec::new();
    let mut merged: Vec<Vec<(Node, Node)>> = Vec::new();
    for (key, value) in pairs {
        if !is_merge(&key) {
            own.push((key, value));
            continue;
        }
        match value.kind {
            NodeKind::Map(inner) => merged.push(inner),
            NodeKind::Seq(items) => {
                for item in items {
                    match item.kind {
                        NodeKind::Map(inner) => merged.push(inner),
                        kind => own.push(not_merged(key.clone(), Node { kind, ..item }, errors)),
                    }
                }
            }
            kind @ NodeKind::Scalar(_) => own.push(not_merged(key, Node { kind, ..value }, errors)),
        }
    }
    let own_keys: HashSet<Vec<u8>> = own.iter().filter_map(|(key, _)| key_bytes(key)).collect();
    let mut out: Vec<_> = merged.into_iter().rev().flatten().collect();
    out.retain(|(key, _)| key_bytes(key).is_none_or(|k| !own_keys.contains(&k)));
    out.append(&mut own);
    out
}

fn key_bytes(key: &Node) -> Option<Vec<u8>> {
    key.as_str().map(|s| s.as_bytes().to_vec())
}

/// A pair that is kept because its value is not a map. This is an error, unless the value is unknown: then the pair represents
/// unknown keys.
fn not_merged(key: Node, value: Node, errors: &mut Vec<SyntaxError>) -> (Node, Node) {
    if value.as_scalar().is_none_or(|s| !s.text.has_unknown()) {
        errors.push(SyntaxError { at: key.span, message: "`<<` merges only a map or a list of maps".to_owned() });
    }
    (key, value)
}

/// True for the merge key: unquoted, or tagged as one.
fn is_merge(key: &Node) -> bool {
    match (key.as_scalar(), key.tag.as_deref()) {
        (Some(scalar), None) => scalar.style == Style::Plain && scalar.text.known_str() == Some("<<"),
        (Some(scalar), Some("!!merge")) => scalar.text.known_str() == Some("<<"),
        _ => false,
    }
}
