//! CloudFormation: templates in YAML and JSON, whatever they are called, and what Serverless and the CDK make of theirs.

mod choice;
mod choices;
mod conditions;
mod expand;
mod init;
mod intrinsics;
mod lookups;
mod parameters;
mod reader;
mod resources;
mod scripts;
mod stacks;
mod template;

use std::path::Path;

use crate::node::{Cx, NodeGroup};
use crate::syntax::Node;
use crate::value::{Condition, Guard};

use intrinsics::Given;
use reader::StackReader;
use template::{Template, is_template};

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
        let Some(view) = yaml_files::open(&unit.path, &[&["Resources"], &["AWS::"], WORDS], cx) else {
            return Vec::new();
        };
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
    let mut reader = StackReader::new(path, cx);
    let base = reader.template(document, named);
    let mut ways = Vec::new();
    let without = match beside.as_slice() {
        [] => return base,
        [one] => format!("deployed with {}", one.name),
        _ => "deployed with a parameter file".to_owned(),
    };
    ways.push((Guard::of(Condition::new(without, false)), base));
    for deployment in beside {
        let when = choice::when(format!("deployed with {}", deployment.name));
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

#[cfg(test)]
mod tests;
