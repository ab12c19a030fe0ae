//! CloudFormation: templates in YAML and JSON, whatever they are called, and what Serverless and the CDK make of theirs.

mod conditions;
mod intrinsics;
mod resources;

use std::collections::BTreeMap;

use crate::node::{Cx, NodeGroup};
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, TextId};

use super::kind::{FileList, Input, Unit};
use super::stream;

/// Templates of CloudFormation.
#[derive(Debug)]
pub(super) struct CloudFormation;

impl Input for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        stream::claim(files, &["yaml", "yml", "json", "template", "cfn"])
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let words: [&[&str]; 3] = [&["Resources"], &["AWS::"], &["UserData", "LaunchTemplateData"]];
        let Some(id) = stream::open(&unit.path, &words, cx) else { return Vec::new() };
        node_groups(id, cx)
    }
}

/// The node groups of the templates in a text.
fn node_groups(id: TextId, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let view = cx.texts.view(id);
    let parsed = stream::documents(&view);
    stream::note_errors(&view, &parsed, cx);
    let mut groups = Vec::new();
    for document in &parsed.tree {
        if is_template(document) {
            groups.append(&mut resources::node_groups(&Template::new(document), cx));
        }
    }
    groups
}

/// True if the document is a template: it has resources with types.
fn is_template(document: &Node) -> bool {
    document.get("Resources").is_some_and(|resources| {
        resources.pairs().iter().any(|(_, r)| r.get("Type").and_then(Node::as_str).is_some_and(|t| t.contains("::")))
    })
}

/// The sections of a template that intrinsics refer to.
struct Template<'a> {
    parameters: BTreeMap<&'a str, &'a Node>,
    conditions: BTreeMap<&'a str, &'a Node>,
    mappings: BTreeMap<&'a str, &'a Node>,
    resources: &'a [(Node, Node)],
    names: BTreeMap<&'a str, &'a Node>,
}

impl<'a> Template<'a> {
    fn new(document: &'a Node) -> Self {
        let section = |name| -> BTreeMap<&'a str, &'a Node> {
            let pairs = document.get(name).map(Node::pairs).unwrap_or_default();
            pairs.iter().filter_map(|(key, value)| Some((key.as_str()?, value))).collect()
        };
        Self {
            parameters: section("Parameters"),
            conditions: section("Conditions"),
            mappings: section("Mappings"),
            resources: document.get("Resources").map(Node::pairs).unwrap_or_default(),
            names: section("Resources"),
        }
    }
}

/// An expression: a node, or what is left of it when the first of its tags is taken off.
#[derive(Clone, Copy)]
struct Expr<'a> {
    kind: &'a NodeKind,
    span: Span,
    tag: Option<&'a str>,
}

/// A call of a function: the name without `Fn::`, and the argument.
struct Call<'a> {
    name: &'a str,
    argument: Expr<'a>,
}

impl<'a> From<&'a Node> for Expr<'a> {
    fn from(node: &'a Node) -> Self {
        Self { kind: &node.kind, span: node.span, tag: node.tag.as_deref() }
    }
}

impl<'a> Expr<'a> {
    /// The call that the expression makes, if it makes one: a short tag, or a map with a function's name as its only key.
    /// A tag of two names (`!Base64 !Sub`) is one call inside of another.
    fn call(self) -> Option<Call<'a>> {
        if let Some(tag) = self.tag.and_then(|t| t.strip_prefix('!')).filter(|t| !t.is_empty() && !t.starts_with('!')) {
            let (name, inner) = match tag.split_once(' ') {
                Some((name, inner)) => (name, Some(inner)),
                None => (tag, None),
            };
            return Some(Call { name, argument: Expr { tag: inner, ..self } });
        }
        let NodeKind::Map(pairs) = self.kind else { return None };
        let [(key, argument)] = pairs.as_slice() else { return None };
        let key = key.as_str()?;
        let name = if key == "Ref" || key == "Condition" { key } else { key.strip_prefix("Fn::")? };
        Some(Call { name, argument: argument.into() })
    }

    /// The items of a list; none for anything else.
    fn items(self) -> &'a [Node] {
        match self.kind {
            NodeKind::Seq(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar that is known whole.
    fn as_str(self) -> Option<&'a str> {
        match self.kind {
            NodeKind::Scalar(scalar) => scalar.text.known_str(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
