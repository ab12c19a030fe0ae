//! Expressions of Pulumi's YAML: references and functions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::{MAX_DEPTH, Node, NodeKind};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Kind, Value};

use crate::input::template_text::{decoded, encoded};
use crate::input::yaml_values::{json_of, mapped, value_of};

/// What an expression takes of the budget of the unit.
const STEP: usize = 100;

/// A program with the values of one stack.
pub(super) struct Program<'t> {
    tree: &'t Node,
    dir: PathBuf,
    stack: Vec<(String, Node)>,
    /// Variables that are being read.
    open: Vec<String>,
}

impl<'t> Program<'t> {
    pub(super) fn new(tree: &'t Node, dir: &Path, stack: &[(String, Node)]) -> Self {
        Self { tree, dir: dir.to_owned(), stack: stack.to_vec(), open: Vec::new() }
    }

    /// The folder that paths start from.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, node: &Node, cx: &mut Cx<'_>) -> Value {
        self.expression(node, 0, cx)
    }

    fn expression(&mut self, node: &Node, depth: usize, cx: &mut Cx<'_>) -> Value {
        let at = node.span;
        if depth >= MAX_DEPTH || !budget::spend(STEP) {
            return Value::unknown(Why::limit("depth of an expression"), at);
        }
        match &node.kind {
            NodeKind::Scalar(scalar) => {
                if scalar.text.bytes().windows(2).any(|w| w == b"${" || w == b"$$") {
                    self.interpolated(&scalar.text, at, depth, cx)
                } else {
                    value_of(node)
                }
            }
            NodeKind::Seq(items) => {
                let items = items.iter().map(|item| self.expression(item, depth + 1, cx)).collect();
                Value::list(items, at)
            }
            NodeKind::Map(pairs) => {
                if let [(key, argument)] = pairs.as_slice()
                    && let Some(name) =
                        key.as_str().filter(|k| k.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("fn::")))
                {
                    let name = name.get(4..).unwrap_or_default().to_ascii_lowercase();
                    return self.function(&name, argument, at, depth, cx);
                }
                mapped(pairs, at, |value| self.expression(value, depth + 1, cx))
            }
        }
    }

    /// A text with references. If it is a single reference, the result has the type of its target.
    fn interpolated(&mut self, text: &Traced, at: Span, depth: usize, cx: &mut Cx<'_>) -> Value {
        let bytes = text.bytes();
        let mut out = Traced::new();
        let (mut run, mut n) = (0, 0);
        while n < bytes.len() {
            let rest = &bytes[n..];
            if rest.starts_with(b"$${") || rest.starts_with(b"$$") {
                out.push(&text.slice(run..n + 1));
                n += 2;
                run = n;
            } else if rest.starts_with(b"${") {
                let Some(length) = rest.iter().position(|b| *b == b'}') else { break };
                let path = String::from_utf8_lossy(&rest[2..length]).into_owned();
                let place = text.slice(n..n + length + 1).span().unwrap_or(at);
                let value = self.reference(&path, place, depth, cx);
                if n == 0 && length + 1 == bytes.len() {
                    return value;
                }
                out.push(&text.slice(run..n));
                match value.to_traced() {
                    Some(inner) => out.push(&inner),
                    None => out.push_unknown(place, Why::NotUnderstood("a list or map in a text".into())),
                }
                n += length + 1;
                run = n;
            } else {
                n += 1;
            }
        }
        out.push(&text.slice(run..bytes.len()));
        Value::str(out, at)
    }

    fn reference(&mut self, path: &str, at: Span, depth: usize, cx: &mut Cx<'_>) -> Value {
        let parts: Vec<String> =
            path.split(['.', '[', ']']).filter(|p| !p.is_empty()).map(|p| p.trim_matches('"').to_owned()).collect();
        let outside = || Value::unknown(Why::FromOutside(path.to_owned().into()), at);
        let Some((first, rest)) = parts.split_first() else { return outside() };
        if self.open.contains(first) {
            return outside();
        }
        let found = self.tree.get("variables").and_then(|v| v.get(first)).cloned();
        let mut value = if let Some(node) = found {
            self.open.push(first.clone());
            let value = self.expression(&node, depth + 1, cx);
            self.open.pop();
            value
        } else if let Some(value) = self.configured(first, at) {
            value
        } else {
            return outside();
        };
        for part in rest {
            let inner = part.parse().ok().and_then(|n: usize| value.item(n)).or_else(|| value.get(part));
            match inner {
                Some(inner) => value = inner,
                None if value.is_unknown() => return value,
                None => return outside(),
            }
        }
        value.through(at, &Arc::from(path))
    }

    /// The value of a configuration key from the stack or the program.
    fn configured(&self, name: &str, at: Span) -> Option<Value> {
        let declared = ["config", "configuration"].iter().find_map(|key| self.tree.get(key)?.get(name));
        if let Some((_, node)) = self.stack.iter().rev().find(|(key, _)| key == name) {
            return Some(match node.get("secure") {
                Some(_) => Value::unknown(Why::Secret, at),
                None => value_of(node),
            });
        }
        let declared = declared?;
        let given =
            if declared.is_map() { declared.get("value").or_else(|| declared.get("default")) } else { Some(declared) };
        Some(match given {
            Some(node) => value_of(node),
            None => Value::unknown(Why::NoDefault(format!("the configuration key {name}").into()), at),
        })
    }

    fn function(&mut self, name: &str, argument: &Node, at: Span, depth: usize, cx: &mut Cx<'_>) -> Value {
        let path =
            |program: &Self, value: &Value| value.as_known_str().map(|p| program.dir.join(p.trim_start_matches("./")));
        match name {
            "tobase64" | "frombase64" => {
                let value = self.expression(argument, depth + 1, cx);
                let found = match value.to_traced() {
                    Some(text) if name == "tobase64" => Some(encoded(&text, at)),
                    Some(text) => decoded(&text, at),
                    None => None,
                };
                found.unwrap_or_else(|| not_understood(name, at))
            }
            "readfile" | "fileasset" => {
                let value = self.expression(argument, depth + 1, cx);
                let Some(path) = path(self, &value) else { return not_understood(name, at) };
                match cx.view(&path) {
                    Ok(view) => Value::str(view.traced(0..view.bytes.len()), at),
                    Err(error) => Value::unknown(Why::FromOutside(format!("a file ({error})").into()), at),
                }
            }
            "stringasset" | "secret" => self.expression(argument, depth + 1, cx),
            "tojson" => {
                let value = self.expression(argument, depth + 1, cx);
                Value::str(json_of(&value), at)
            }
            "join" => {
                let [separator, list] = argument.items() else { return not_understood(name, at) };
                let (separator, list) =
                    (self.expression(separator, depth + 1, cx), self.expression(list, depth + 1, cx));
                if let Kind::Unknown(why) = &list.kind {
                    return Value::unknown(why.clone(), at);
                }
                let parts: Option<Vec<Traced>> = list.items().iter().map(Value::to_traced).collect();
                match (separator.to_traced(), parts) {
                    (Some(separator), Some(parts)) => Value::str(Traced::join(&parts, &separator), at),
                    _ => not_understood(name, at),
                }
            }
            "split" => {
                let [separator, text] = argument.items() else { return not_understood(name, at) };
                let (separator, text) =
                    (self.expression(separator, depth + 1, cx), self.expression(text, depth + 1, cx));
                match (separator.as_known_str(), text.to_traced()) {
                    (Some(separator), Some(text)) => {
                        let parts = text.split(separator.as_bytes());
                        Value::list(parts.into_iter().map(|part| Value::str(part, at)).collect(), at)
                    }
                    _ => not_understood(name, at),
                }
            }
            "select" => {
                let [index, list] = argument.items() else { return not_understood(name, at) };
                let (index, list) = (self.expression(index, depth + 1, cx), self.expression(list, depth + 1, cx));
                let n = index.to_traced().and_then(|t| t.known_str().and_then(|t| t.parse::<usize>().ok()));
                n.and_then(|n| list.item(n)).unwrap_or_else(|| not_understood(name, at))
            }
            "invoke" => Value::unknown(Why::FromOutside("a value from the cloud provider".into()), at),
            _ => not_understood(name, at),
        }
    }
}

fn not_understood(name: &str, at: Span) -> Value {
    Value::unknown(Why::NotUnderstood(format!("the function `fn::{}`", name.escape_debug()).into()), at)
}
