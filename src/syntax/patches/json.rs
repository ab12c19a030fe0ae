//! JSON patches (RFC 6902), as Kustomize and kubeadm read them.

use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, budget};

/// Applies the operations of a patch to a document, up to the first one that fails.
pub(crate) fn apply(document: &mut Node, patch: &Node) -> Result<(), (Span, String)> {
    for operation in patch.items() {
        let fault = |words: &str| (operation.span, format!("an operation of a patch ({words})"));
        let text = |key: &str| operation.get(key).and_then(Node::as_str);
        let Some(kind) = text("op") else { return Err(fault("no `op`")) };
        let path = pointer(text("path").ok_or_else(|| fault("no `path`"))?);
        let value = operation.get("value").cloned();
        let done = match kind {
            "add" => add(document, &path, value.ok_or_else(|| fault("no `value`"))?, operation.span),
            "replace" => get_mut(document, &path).zip(value).map(|(node, value)| *node = value),
            "remove" => take(document, &path).map(drop),
            "move" | "copy" => {
                let from = pointer(text("from").ok_or_else(|| fault("no `from`"))?);
                let value = if kind == "move" {
                    take(document, &from)
                } else {
                    get_mut(document, &from).filter(|n| budget::spend(n.weight().0)).map(|n| n.clone())
                };
                value.and_then(|value| add(document, &path, value, operation.span))
            }
            "test" => Some(()),
            _ => None,
        };
        done.ok_or_else(|| {
            fault(&format!("`{}` of `{}`", kind.escape_debug(), text("path").unwrap_or_default().escape_debug()))
        })?;
    }
    Ok(())
}

/// Creates an empty map at the end of a path, if nothing is there.
pub(crate) fn ensure(document: &mut Node, path: &[&str], at: Span) {
    let path: Vec<String> = path.iter().map(|p| (*p).to_owned()).collect();
    if get_mut(document, &path).is_none() {
        add(document, &path, Node::map(Vec::new(), at), at);
    }
}

fn pointer(text: &str) -> Vec<String> {
    text.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

fn get_mut<'n>(node: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    let Some((first, rest)) = path.split_first() else { return Some(node) };
    let inner = match &mut node.kind {
        NodeKind::Map(pairs) => &mut pairs.iter_mut().rev().find(|(k, _)| k.is_text(first))?.1,
        NodeKind::Seq(items) => items.get_mut(first.parse::<usize>().ok()?)?,
        NodeKind::Scalar(_) => return None,
    };
    get_mut(inner, rest)
}

fn add(document: &mut Node, path: &[String], value: Node, at: Span) -> Option<()> {
    let Some((last, above)) = path.split_last() else {
        *document = value;
        return Some(());
    };
    match &mut get_mut(document, above)?.kind {
        NodeKind::Map(pairs) => {
            // A patch may have many operations on a map of many keys.
            budget::spend(4 * pairs.len()).then_some(())?;
            if pairs.iter().any(|(k, _)| k.is_text(last)) {
                pairs.retain(|(k, _)| !k.is_text(last));
            }
            pairs.push((Node::quoted(Traced::made(last.as_str(), at), at), value));
        }
        NodeKind::Seq(items) => {
            let n = if last == "-" { items.len() } else { last.parse().ok()? };
            if n > items.len() {
                return None;
            }
            items.insert(n, value);
        }
        NodeKind::Scalar(_) => return None,
    }
    Some(())
}

fn take(document: &mut Node, path: &[String]) -> Option<Node> {
    let (last, above) = path.split_last()?;
    match &mut get_mut(document, above)?.kind {
        NodeKind::Map(pairs) => {
            let n = pairs.iter().rposition(|(k, _)| k.is_text(last))?;
            Some(pairs.remove(n).1)
        }
        NodeKind::Seq(items) => {
            let n: usize = last.parse().ok()?;
            (n < items.len()).then(|| items.remove(n))
        }
        NodeKind::Scalar(_) => None,
    }
}
