//! Values of a chart that are set one by one, and maps of values laid over each other. Source: helm/helm `pkg/strvals`.

use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, budget};

/// The largest index of a list in the path of a value.
const MAX_INDEX: usize = 1_000;

/// The most steps in the path of a value.
const MAX_PATH: usize = 32;

/// The name of these limits.
const PATH: &str = "the path of a value";

/// Merges a map into another one; any other value replaces what exists. The parser limits the depth.
pub(in crate::input) fn lay(base: &mut Node, over: Node) {
    let both = base.is_map() && over.is_map();
    match (&mut base.kind, over.kind) {
        (NodeKind::Map(pairs), NodeKind::Map(more)) if both => {
            for (key, value) in more {
                match pairs.iter_mut().find(|(k, _)| k.as_str().is_some() && k.as_str() == key.as_str()) {
                    Some((_, known)) if known.is_map() && value.is_map() => lay(known, value),
                    Some(pair) => *pair = (key, value),
                    None => pairs.push((key, value)),
                }
            }
        }
        (_, kind) => *base = Node { kind, span: over.span, tag: over.tag },
    }
}

/// A step of the path of a single value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::input) enum PathStep {
    /// A key.
    Name(String),
    /// An item of a list.
    Index(usize),
}

/// The steps of `a.b\.c[0]`; `None` if it is no path.
pub(in crate::input) fn path_of(name: &str) -> Option<Vec<PathStep>> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => word.push(rest.next()?),
            '.' | '[' => {
                if !word.is_empty() {
                    out.push(PathStep::Name(std::mem::take(&mut word)));
                }
                if c == '[' {
                    let digits: String = rest.by_ref().take_while(|c| *c != ']').collect();
                    let index = digits.parse().ok()?;
                    if index > MAX_INDEX {
                        budget::reached(PATH);
                        return None;
                    }
                    out.push(PathStep::Index(index));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        out.push(PathStep::Name(word));
    }
    if out.len() > MAX_PATH {
        budget::reached(PATH);
    }
    (!out.is_empty() && out.len() <= MAX_PATH).then_some(out)
}

/// The tree of a value as `--set` reads its text, or `--set-string` (`string`); `None` if a comma in it starts another setting.
pub(in crate::input) fn typed(text: Traced, string: bool, at: Span) -> Option<Node> {
    let inner = text.bytes().strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
    if let Some(inner) = inner.filter(|_| !text.has_unknown()) {
        return Some(seq(at_commas(&text.slice(1..1 + inner.len())).into_iter(), at));
    }
    match &at_commas(&text)[..] {
        [only] if string => Some(Node::quoted(only.clone(), at)),
        [only] => Some(Node::plain(only.clone(), at)),
        _ => None,
    }
}

/// The settings in a text of `--set`, such as `a=1,b={2,3}`. Escapes stay.
pub(in crate::input) fn separate(text: &Traced) -> Vec<Traced> {
    let (mut out, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    let mut escaped = false;
    for (at, byte) in text.bytes().iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            // A list is a whole value.
            b'{' if depth > 0 || text.bytes()[..at].ends_with(b"=") => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                out.push(text.slice(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(text.slice(from..text.len()));
    out
}

/// Splits a text at commas; a backslash escapes the next character.
fn at_commas(text: &Traced) -> Vec<Traced> {
    let mut parts = vec![Traced::new()];
    let bytes = text.bytes();
    let (mut from, mut at) = (0, 0);
    let flush = |parts: &mut Vec<Traced>, from: usize, to: usize| {
        if let Some(last) = parts.last_mut() {
            last.push(&text.slice(from..to));
        }
    };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                flush(&mut parts, from, at);
                from = (at + 1).min(bytes.len());
                at += 2;
            }
            b',' => {
                flush(&mut parts, from, at);
                parts.push(Traced::new());
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    flush(&mut parts, from, bytes.len());
    parts
}

/// A list of plain scalars.
pub(in crate::input) fn seq(texts: impl Iterator<Item = Traced>, at: Span) -> Node {
    Node { kind: NodeKind::Seq(texts.map(|text| Node::plain(text, at)).collect()), span: at, tag: None }
}

/// Sets the value at a path, and replaces whatever prevents that.
pub(in crate::input) fn put(node: &mut Node, path: &[PathStep], value: Node, at: Span) {
    let Some((key, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    match key {
        PathStep::Name(name) => {
            if !node.is_map() {
                *node = Node { kind: NodeKind::Map(Vec::new()), span: at, tag: None };
            }
            let NodeKind::Map(pairs) = &mut node.kind else { return };
            if let Some((_, known)) = pairs.iter_mut().find(|(k, _)| k.as_str() == Some(name)) {
                return put(known, rest, value, at);
            }
            let mut inner = Node::plain(Traced::made("null", at), at);
            put(&mut inner, rest, value, at);
            pairs.push((Node::quoted(Traced::made(name.as_bytes(), at), at), inner));
        }
        PathStep::Index(index) => {
            if !matches!(node.kind, NodeKind::Seq(_)) {
                *node = Node { kind: NodeKind::Seq(Vec::new()), span: at, tag: None };
            }
            let NodeKind::Seq(items) = &mut node.kind else { return };
            while items.len() <= *index {
                items.push(Node::plain(Traced::made("null", at), at));
            }
            put(&mut items[*index], rest, value, at);
        }
    }
}

/// What the operations of a JSON patch set, as a document; `None` if a node is no such patch. Items are added at the end of lists;
/// other places in lists are left out.
pub(in crate::input) fn set_by_patch(patch: &Node) -> Option<Node> {
    let mut out = Node::map(Vec::new(), patch.span);
    for operation in patch.items() {
        let text = |key: &str| operation.get(key).and_then(Node::as_str);
        let (verb, path) = (text("op")?, text("path")?.strip_prefix('/')?);
        let (path, adds) = path.strip_suffix("/-").map_or((path, false), |path| (path, true));
        let names: Vec<_> = path.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
        let listed = path.split('/').any(|name| name == "-" || name.bytes().all(|b| b.is_ascii_digit()));
        let keys: Vec<&str> = names.iter().map(String::as_str).collect();
        let end = adds.then(|| out.path(&keys).map_or(0, |list| list.items().len()));
        let steps: Vec<_> = names.into_iter().map(PathStep::Name).chain(end.map(PathStep::Index)).collect();
        if let Some(value) = operation.get("value").filter(|_| matches!(verb, "add" | "replace") && !listed) {
            if steps.len() > MAX_PATH || end.is_some_and(|end| end > MAX_INDEX) {
                budget::reached(PATH);
                continue;
            }
            put(&mut out, &steps, value.clone(), operation.span);
        }
    }
    (!out.pairs().is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{PATH, PathStep, path_of, set_by_patch};
    use crate::syntax::yaml;
    use crate::text::{Source, Texts, budget};

    #[test]
    fn what_is_set_beyond_a_limit_is_named() {
        let set = |path: &str| {
            let patch = format!("[{{op: add, path: {path}, value: 0s}}]");
            let mut texts = Texts::new();
            let id = texts.add_source(Arc::new(Source::new("a.yaml", patch.into_bytes())));
            set_by_patch(&yaml::parse(&texts.view(id)).tree[0]).is_some()
        };
        let named = |set: &dyn Fn() -> bool| budget::unit(|| (set(), budget::limits().contains(PATH)));
        let deep = vec!["a"; 40];
        assert_eq!(named(&|| set("/a/b")), (true, false));
        assert_eq!(named(&|| set(&format!("/{}", deep.join("/")))), (false, true));
        assert_eq!(named(&|| path_of(&deep.join(".")).is_some()), (false, true));
        assert_eq!(named(&|| path_of("a[1001]").is_some()), (false, true));
    }

    #[test]
    fn paths_of_single_values() {
        let name = |n: &str| PathStep::Name(n.to_owned());
        for (text, expected) in [
            ("a", Some(vec![name("a")])),
            ("a.b\\.c[0].d", Some(vec![name("a"), name("b.c"), PathStep::Index(0), name("d")])),
            ("a[1][2]", Some(vec![name("a"), PathStep::Index(1), PathStep::Index(2)])),
            ("a[x]", None),
            ("a[99999]", None),
            ("", None),
            ("a\\", None),
        ] {
            assert_eq!(path_of(text), expected, "{text}");
        }
    }
}
