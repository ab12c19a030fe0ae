//! CloudFormation: templates in YAML and JSON, whatever they are called, and what Serverless and the CDK make of theirs.

mod choices;
mod conditions;
mod expand;
mod init;
mod intrinsics;
mod lookups;
mod parameters;
mod resources;
mod scripts;
mod stacks;

use std::collections::BTreeMap;
use std::path::Path;

use crate::node::{Cx, NodeGroup};
use crate::syntax::{Node, NodeKind};
use crate::text::Span;
use crate::value::{Condition, Guard};

use intrinsics::Given;
use stacks::Reader;

use super::unit::{FileList, Input, Unit};
use super::yaml_files;

/// Templates of CloudFormation.
#[derive(Debug)]
pub(super) struct CloudFormation;

impl Input for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.with_extension(&["yaml", "yml", "json", "template", "cfn"])
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(id) = yaml_files::open(&unit.path, &[&["Resources"], &["AWS::"], WORDS], cx) else {
            return Vec::new();
        };
        let view = cx.texts.view(id);
        let parsed = yaml_files::documents(&view);
        yaml_files::note_errors(&view, &parsed, cx);
        let mut groups = Vec::new();
        for document in parsed.tree.iter().filter(|d| is_template(d)) {
            groups.append(&mut deployed(&unit.path, document, cx));
        }
        groups
    }
}

/// The words of which a template that launches nodes, or nests one that does, has at least one.
const WORDS: &[&str] = &[
    "UserData",
    "LaunchTemplateData",
    "TemplateURL",
    "TemplateBody",
    "AWS::Serverless::Application",
    "AWS::SSM::",
    "AWS::ImageBuilder::",
    "AWS::Include",
];

/// The node groups of a template, for each way to deploy it that is known.
fn deployed(path: &Path, document: &Node, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let template = Template::new(document);
    let mut named = Given::new();
    for file in cx.given.parameters.clone() {
        for deployment in parameters::read(&file, cx) {
            let ours = deployment.given.into_iter().filter(|(name, _)| template.parameters.contains_key(name.as_str()));
            named.extend(ours);
        }
    }
    let beside = if named.is_empty() { parameters::beside(path, &template, cx) } else { Vec::new() };
    let mut reader = Reader::new(path, cx);
    let base = reader.template(document, named);
    let mut ways = Vec::new();
    let without = match beside.as_slice() {
        [] => return base,
        [one] => format!("deployed with {}", one.name),
        _ => "deployed with a file of parameters".to_owned(),
    };
    ways.push((Guard::of(Condition::new(without, false)), base));
    for deployment in beside {
        let when = choices::when(format!("deployed with {}", deployment.name));
        ways.push((when, reader.template(document, deployment.given)));
    }
    // What is the same however the template is deployed hangs on nothing.
    let count = ways.len();
    let alike = |group: &NodeGroup, ways: &[(Guard, Vec<NodeGroup>)]| {
        let has = |way: &[NodeGroup]| way.iter().any(|g| choices::same(g, group) && g.when == group.when);
        ways.iter().filter(|(_, way)| has(way)).count() == count
    };
    let common: Vec<Vec<bool>> = ways.iter().map(|(_, way)| way.iter().map(|g| alike(g, &ways)).collect()).collect();
    let mut out = Vec::new();
    for (n, ((when, way), common)) in ways.into_iter().zip(common).enumerate() {
        for (mut group, common) in way.into_iter().zip(common) {
            if !common {
                let Some(both) = group.when.and(&when) else { continue };
                group.when = both;
            }
            if n == 0 || !common {
                out.push(group);
            }
        }
    }
    out
}

/// True if the document is a template: it has resources with types, or something that makes them.
fn is_template(document: &Node) -> bool {
    document.get("Resources").is_some_and(|resources| {
        let typed = |r: &Node| r.get("Type").and_then(Node::as_str).is_some_and(|t| t.contains("::"));
        let made = |key: &Node| key.as_str().is_some_and(|k| k.starts_with("Fn::"));
        resources.pairs().iter().any(|(key, resource)| typed(resource) || made(key))
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

    /// True if `cfn-init` is named anywhere.
    fn calls_init(&self) -> bool {
        fn named(node: &Node) -> bool {
            let text = node.as_scalar().is_some_and(|s| yaml_files::holds(s.text.bytes(), b"cfn-init"));
            text || node.items().iter().any(named) || node.pairs().iter().any(|(_, value)| named(value))
        }
        self.resources.iter().any(|(_, resource)| named(resource))
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
