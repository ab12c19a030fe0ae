//! Values of an expression language as trees.

use crate::syntax::{MAX_DEPTH, Node, NodeKind, Scalar, Style};
use crate::text::{Traced, Why};
use crate::value::{Kind, Value};

/// The value as a tree, as if a person had written it as JSON. What is not known is a hole, and so is what may be one of
/// several things; the map of a value that may have more entries than are listed gets one that is not known.
#[expect(dead_code, reason = "for values of other kinds of input")]
pub(in crate::input) fn node_of(value: &Value) -> Node {
    convert(value, 0)
}

fn convert(value: &Value, depth: usize) -> Node {
    let at = value.at;
    let scalar =
        |text: Traced, style: Style| Node { kind: NodeKind::Scalar(Scalar { text, style }), span: at, tag: None };
    if depth >= MAX_DEPTH {
        return scalar(Traced::hole(at, Why::Limit("depth of a value")), Style::Plain);
    }
    match &value.kind {
        Kind::Null => scalar(Traced::made("null", at), Style::Plain),
        Kind::Str(_) => scalar(value.to_traced().unwrap_or_default(), Style::DoubleQuoted),
        Kind::Bool(_) | Kind::Number(_) | Kind::Unknown(_) => {
            scalar(value.to_traced().unwrap_or_default(), Style::Plain)
        }
        Kind::Either(_) => {
            let why = Why::NotUnderstood("a value that hangs on a condition inside of an object".into());
            scalar(Traced::hole(at, why), Style::Plain)
        }
        Kind::List(_) => {
            let items = value.items().iter().map(|item| convert(item, depth + 1)).collect();
            Node { kind: NodeKind::Seq(items), span: at, tag: None }
        }
        Kind::Map(map) => {
            let mut pairs = Vec::new();
            if let Some(why) = &map.open {
                let hole = scalar(Traced::hole(at, why.clone()), Style::Plain);
                pairs.push((hole.clone(), hole));
            }
            for (name, entry) in &map.entries {
                let text = Traced::made(name.as_bytes(), entry.key);
                let key = Node {
                    kind: NodeKind::Scalar(Scalar { text, style: Style::DoubleQuoted }),
                    span: entry.key,
                    tag: None,
                };
                let inner = entry.value.clone().with_outer(&value.via);
                pairs.push((key, convert(&inner, depth + 1)));
            }
            Node { kind: NodeKind::Map(pairs), span: at, tag: None }
        }
    }
}
