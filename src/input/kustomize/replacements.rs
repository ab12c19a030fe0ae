//! `replacements` and `vars`: a field of one document is written into others.
//!
//! Source: kubernetes-sigs/kustomize `api/filters/replacement/replacement.go`, `api/internal/accumulator/resaccumulator.go`
//! and `api/internal/konfig/builtinpluginconsts/varreference.go`, as in 5.5.

use crate::node::Cx;
use crate::syntax::{Node, NodeKind, Resolved, Schema, Style, resolve};
use crate::text::{Span, Texts, Traced, Why, budget};

use super::super::manifests;
use super::paths;
use super::target::{Names, selects};

/// The deepest nesting of what is put into a field, and of the fields that a variable is looked for in.
const MAX_DEPTH: usize = 60;

/// Applies one replacement. `Err` has its place and what is wrong: Kustomize builds nothing then.
pub(super) fn apply(rule: &Node, own: &mut [Node]) -> Result<(), (Span, String)> {
    let fault = |at: Span, words: &str| (at, format!("a replacement ({words})"));
    let source = rule.get("source").ok_or_else(|| fault(rule.span, "no `source`"))?;
    let value = source_value(source, own).map_err(|words| fault(source.span, words))?;
    let (weight, depth) = value.weight();
    for target in rule.get("targets").map(Node::items).unwrap_or_default() {
        let select = target.get("select").ok_or_else(|| fault(target.span, "no `select`"))?;
        let rejects = target.get("reject").map(Node::items).unwrap_or_default();
        let options = target.get("options");
        let create = options.and_then(|o| o.get("create")).and_then(Node::as_str) == Some("true");
        let fields: Vec<(Vec<String>, Span)> = match target.get("fieldPaths").map(Node::items).unwrap_or_default() {
            [] => vec![(paths::split("metadata.name"), target.span)],
            some => some.iter().map(|p| (paths::split(p.as_str().unwrap_or_default()), p.span)).collect(),
        };
        for document in own.iter_mut() {
            if !selects(select, document, Names::Exact) || rejects.iter().any(|r| selects(r, document, Names::Exact)) {
                continue;
            }
            for (path, at) in &fields {
                let mut done = Ok(());
                // Each copies the value, and may put it into another one.
                if !budget::spend(weight) || depth + path.len() > MAX_DEPTH {
                    return Err(fault(*at, "it takes too much memory, or nests too deeply"));
                }
                let count = paths::each(document, path, create.then_some(&value), &mut |field| {
                    if let Err(words) = set(field, &value, options) {
                        done = Err(fault(*at, words));
                    }
                });
                done?;
                if count == 0 {
                    return Err(fault(*at, "no such field in a target"));
                }
            }
        }
    }
    Ok(())
}

/// The value that a source names, with its `delimiter` applied.
fn source_value(source: &Node, own: &[Node]) -> Result<Node, &'static str> {
    let mut matching = own.iter().filter(|document| selects(source, document, Names::Exact));
    let document = matching.next().ok_or("nothing matches its `source`")?;
    if matching.next().is_some() {
        return Err("several documents match its `source`");
    }
    let path = source.get("fieldPath").and_then(Node::as_str).unwrap_or("metadata.name");
    let value = paths::first(document, &paths::split(path)).ok_or("no such field in its `source`")?;
    let Some((delimiter, index)) = delimited(source.get("options")) else { return Ok(value) };
    let scalar = value.as_scalar().ok_or("a `delimiter` for something that is not text")?;
    let parts = scalar.text.split(delimiter.as_bytes());
    let part = usize::try_from(index).ok().and_then(|n| parts.get(n)).ok_or("no part of this `index`")?;
    Ok(Node::quoted(part.clone(), value.span))
}

/// `delimiter` and `index` of options.
fn delimited(options: Option<&Node>) -> Option<(&str, i64)> {
    let delimiter = options?.get("delimiter").and_then(Node::as_str).filter(|d| !d.is_empty())?;
    let index = options?.get("index").and_then(Node::as_str).and_then(|n| n.parse().ok()).unwrap_or(0);
    Some((delimiter, index))
}

/// Writes a value into a field. A scalar keeps its type.
fn set(field: &mut Node, value: &Node, options: Option<&Node>) -> Result<(), &'static str> {
    let (NodeKind::Scalar(old), Some(new)) = (&mut field.kind, value.as_scalar()) else {
        if value.as_scalar().is_some() && delimited(options).is_some() {
            return Err("a `delimiter` for something that is not text");
        }
        *field = value.clone();
        return Ok(());
    };
    let mut text = new.text.clone();
    if let Some((delimiter, index)) = delimited(options) {
        let mut parts = old.text.split(delimiter.as_bytes());
        match usize::try_from(index) {
            Err(_) => parts.insert(0, text),
            Ok(n) if n >= parts.len() => parts.push(text),
            Ok(n) => parts[n] = text,
        }
        text = Traced::join(&parts, &Traced::made(delimiter, value.span));
    }
    let was_text =
        old.style != Style::Plain || matches!(resolve(old, field.tag.as_deref(), Schema::Kubernetes), Resolved::Str);
    // A field that was just created takes the type of the value.
    let style = if old.style == Style::Plain && old.text.is_empty() { new.style } else { Style::Plain };
    old.style = if was_text { Style::DoubleQuoted } else { style };
    old.text = text;
    field.span = value.span;
    Ok(())
}

/// A variable of `vars`.
pub(super) struct Var {
    name: String,
    value: Traced,
}

/// A variable of `vars`, with its value in the documents.
pub(super) fn variable(item: &Node, own: &[Node], cx: &mut Cx<'_>) -> Var {
    let name = item.get("name").and_then(Node::as_str).unwrap_or_default();
    let path = item.path(&["fieldref", "fieldpath"]).or_else(|| item.path(&["fieldref", "fieldPath"]));
    let path = path.and_then(Node::as_str).unwrap_or("metadata.name");
    let refers = |document: &&Node| item.get("objref").is_some_and(|of| refers(of, document));
    let value = own.iter().find(refers).and_then(|document| paths::first(document, &paths::split(path)));
    let known = value.as_ref().and_then(Node::as_scalar).map(|scalar| scalar.text.clone());
    let value = known.unwrap_or_else(|| {
        let why = Why::NotUnderstood(format!("the variable `{}` of a kustomization", name.escape_debug()).into());
        cx.gap(item.span, why.clone());
        Traced::unknown(item.span, why)
    });
    Var { name: name.to_owned(), value }
}

/// True if the `objref` of a variable names a document.
fn refers(of: &Node, document: &Node) -> bool {
    let same = |key: &str| {
        let have = |tree: &Node| tree.get(key).and_then(Node::as_str).map(str::to_owned);
        have(of).is_none_or(|version| have(document) == Some(version))
    };
    same("apiVersion") && selects(of, document, Names::Exact)
}

/// The fields that Kustomize looks for variables in: those of containers, and those that a configuration adds.
pub(super) struct References(Vec<(Option<String>, Vec<String>)>);

impl References {
    /// Adds the `varReference` of a configuration.
    pub(super) fn add(&mut self, configuration: &Node) {
        for item in configuration.get("varReference").map(Node::items).unwrap_or_default() {
            let kind = item.get("kind").and_then(Node::as_str).map(str::to_owned);
            let path = item.get("path").and_then(Node::as_str).unwrap_or_default();
            let path = path.split('/').filter(|p| !p.is_empty()).map(|p| p.trim_end_matches("[]").to_owned());
            self.0.push((kind, path.collect()));
        }
    }
}

impl Default for References {
    fn default() -> Self {
        let mut out = Vec::new();
        for above in ["spec", "spec.template.spec", "spec.jobTemplate.spec.template.spec"] {
            for list in ["containers", "initContainers"] {
                for field in ["args", "command", "env.value"] {
                    out.push((None, paths::split(&format!("{above}.{list}.{field}"))));
                }
            }
        }
        Self(out)
    }
}

/// Puts the variables into the documents.
pub(super) fn fill(vars: &[Var], references: &References, own: &mut [Node], texts: &Texts) {
    if vars.is_empty() {
        return;
    }
    for document in own.iter_mut().filter(|d| manifests::is_read(d)) {
        let kind = document.get("kind").and_then(Node::as_str).unwrap_or_default().to_owned();
        for (of, path) in &references.0 {
            if of.as_ref().is_none_or(|of| *of == kind) {
                below(document, path, &|text| filled(text, vars, texts), 0);
            }
        }
    }
}

/// Puts the variables into the texts at a path. Lists on the way are passed through.
fn below(node: &mut Node, path: &[String], change: &dyn Fn(&Traced) -> Traced, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    match (&mut node.kind, path.split_first()) {
        (NodeKind::Seq(items), _) => items.iter_mut().for_each(|item| below(item, path, change, depth + 1)),
        (NodeKind::Map(pairs), Some((first, rest))) => {
            let found = pairs.iter_mut().filter(|(k, _)| k.as_str() == Some(first));
            found.for_each(|(_, value)| below(value, rest, change, depth + 1));
        }
        (NodeKind::Map(pairs), None) => pairs.iter_mut().for_each(|(_, value)| below(value, path, change, depth + 1)),
        (NodeKind::Scalar(scalar), None) => {
            scalar.text = change(&scalar.text);
        }
        (NodeKind::Scalar(_), Some(_)) => {}
    }
}

/// A text with its `$(NAME)`; `$$` is a `$`, and names that are not known stay.
fn filled(text: &Traced, vars: &[Var], texts: &Texts) -> Traced {
    let value = |name: &[u8]| {
        let name = name.strip_prefix(b"$(")?.strip_suffix(b")")?;
        vars.iter().find(|var| var.name.as_bytes() == name).map(|var| var.value.clone())
    };
    let (bytes, mut out, mut from, mut at) = (text.bytes(), Traced::new(), 0, 0);
    // What looks like a placeholder was read as something unknown.
    let unknowns: Vec<_> = text.unknowns().map(|(range, span, _)| (range, texts.slice(span))).collect();
    while at < bytes.len() {
        let (length, new) = match (unknowns.iter().find(|(range, _)| range.start == at), &bytes[at..]) {
            (Some((range, written)), _) => (range.len(), value(written)),
            (None, [b'$', b'$', ..]) => (2, Some(text.slice(at..at + 1))),
            (None, rest @ [b'$', b'(', ..]) => {
                let length = rest.iter().position(|b| *b == b')').map_or(1, |close| close + 1);
                (length, value(&rest[..length]))
            }
            _ => (1, None),
        };
        if let Some(new) = new {
            out.push(&text.slice(from..at));
            out.push(&new);
            from = at + length;
        }
        at += length;
    }
    out.push(&text.slice(from..text.len()));
    out
}
