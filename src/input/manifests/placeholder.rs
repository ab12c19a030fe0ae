//! Placeholders in the settings of a document. Scripts are left alone: `${NAME}` is a variable there.

use crate::syntax::{Node, NodeKind};

pub(super) use crate::text::placeholder::in_text;

/// The tree with each placeholder in its scalars unknown. A tree is bounded in depth by its parser.
pub(in crate::input) fn in_tree(node: &Node) -> Node {
    let mut node = node.clone();
    fill_tree(&mut node);
    node
}

fn fill_tree(node: &mut Node) {
    match &mut node.kind {
        NodeKind::Scalar(scalar) => scalar.text = in_text(&scalar.text),
        NodeKind::Seq(items) => items.iter_mut().for_each(fill_tree),
        NodeKind::Map(pairs) => pairs.iter_mut().for_each(|(key, value)| {
            fill_tree(key);
            fill_tree(value);
        }),
    }
}
