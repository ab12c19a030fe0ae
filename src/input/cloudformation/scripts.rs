//! Scripts outside user data: documents of Systems Manager, and components of Image Builder.

use std::sync::Arc;

use crate::node::{NodeGroup, Step, Wrapping};
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Guard, Kind, Value};

use super::intrinsics::{Evaluator, dynamic_references};
use super::reader::StackReader;
use super::template::{Expr, refers_to};
use crate::input::run_documents::{if_built, if_run, unclear};
use crate::input::watched::KUBELET_WORDS;
use crate::input::yaml_files;

/// The most steps of one document.
const MAX_STEPS: usize = 200;

/// The types of resources that hold scripts.
pub(super) const TYPES: &[&str] =
    &["AWS::SSM::Document", "AWS::SSM::Association", "AWS::ImageBuilder::Component", "AWS::ImageBuilder::ImageRecipe"];

/// The nodes that run the script of a resource, if it concerns a kubelet.
pub(super) fn node_groups(
    mut group: NodeGroup,
    resource: (&str, &Node),
    evaluator: &mut Evaluator<'_>,
    reader: &mut StackReader<'_, '_>,
) -> Vec<NodeGroup> {
    let (name, resource) = resource;
    let kind = resource.get("Type").and_then(Node::as_str).unwrap_or_default();
    let Some(properties) = resource.get("Properties") else { return Vec::new() };
    let value = match kind {
        "AWS::SSM::Document" => {
            let associations = associations(name, properties, evaluator);
            if associations.is_empty() {
                unclear(&mut group, &if_run(name));
            }
            let Some(content) = properties.get("Content") else { return Vec::new() };
            let parameters = associations.first().and_then(|a| a.get("Parameters"));
            document(name, content, parameters, evaluator, reader)
        }
        "AWS::SSM::Association" => {
            let runs = properties.get("Name").and_then(Node::as_str);
            if runs != Some("AWS-RunShellScript") {
                return Vec::new();
            }
            let Some(commands) = properties.path(&["Parameters", "commands"]) else { return Vec::new() };
            Some(lines(commands, evaluator))
        }
        "AWS::ImageBuilder::Component" => {
            unclear(&mut group, &if_built(name));
            let Some(data) = properties.get("Data") else { return Vec::new() };
            component(name, data, evaluator, reader)
        }
        _ => {
            let path = ["AdditionalInstanceConfiguration", "UserDataOverride"];
            let Some(data) = properties.path(&path) else { return Vec::new() };
            unclear(&mut group, &format!("nodes launch from an image of the recipe {name}"));
            let value = evaluator.eval(data.into());
            return finish(&group, &value, &|text| Step::UserData(dynamic_references(text), Wrapping::Base64));
        }
    };
    let Some(value) = value else { return Vec::new() };
    finish(&group, &value, &|text| Step::Script(text.clone()))
}

/// One group for each alternative of the script.
fn finish(group: &NodeGroup, value: &Value, step: &dyn Fn(&Traced) -> Step) -> Vec<NodeGroup> {
    let mut out = Vec::new();
    for (when, value) in value.alternatives() {
        let (Some(when), Some(text)) = (group.when.and(&when), value.to_traced()) else { continue };
        let plain = text.original(crate::text::Layer::Base64).unwrap_or(&text).clone();
        if KUBELET_WORDS.iter().any(|word| yaml_files::holds(plain.bytes(), word.as_bytes())) {
            let mut group = NodeGroup { when, ..group.clone() };
            group.steps.push(step(&text));
            out.push(group);
        }
    }
    out
}

/// The associations of the template that run a document.
fn associations<'t>(name: &str, properties: &Node, evaluator: &Evaluator<'t>) -> Vec<&'t Node> {
    let called = properties.get("Name").and_then(Node::as_str);
    let resources = evaluator.template.resources.iter().map(|(_, r)| r);
    resources
        .filter(|r| r.get("Type").and_then(Node::as_str) == Some("AWS::SSM::Association"))
        .filter_map(|r| r.get("Properties"))
        .filter(|p| {
            p.get("Name")
                .is_some_and(|n| refers_to(n, name) || n.as_str().is_some() && n.tag.is_none() && n.as_str() == called)
        })
        .collect()
}

/// The tree of a document that is written as text, or as a part of the template.
fn tree(
    step: String,
    node: &Node,
    evaluator: &mut Evaluator<'_>,
    reader: &mut StackReader<'_, '_>,
) -> Option<(Option<Arc<Vec<Node>>>, Guard)> {
    if Expr::from(node).call().is_none() && node.is_map() {
        return Some((None, Guard::always()));
    }
    let value = evaluator.eval(node.into());
    let (when, value) = value.alternatives().into_iter().next()?;
    let text = value.to_traced().filter(|t| !t.is_unknown())?;
    let id = reader.cx.texts.add_made(step, &text, node.span);
    Some((Some(reader.parse(id)), when))
}

/// The commands of a document, as one script.
fn document(
    name: &str,
    content: &Node,
    parameters: Option<&Node>,
    evaluator: &mut Evaluator<'_>,
    reader: &mut StackReader<'_, '_>,
) -> Option<Value> {
    let (made, _) = tree(format!("document {name}"), content, evaluator, reader)?;
    let root = made.as_deref().map_or(Some(content), |list| list.first())?;
    let mut scripts = Vec::new();
    let steps = root.get("mainSteps").map(Node::items).unwrap_or_default();
    for step in budget::at_most(steps, MAX_STEPS, "steps of a document") {
        if step.get("action").and_then(Node::as_str) == Some("aws:runShellScript")
            && let Some(commands) = step.path(&["inputs", "runCommand"])
        {
            scripts.push(lines(commands, evaluator));
        }
    }
    // Schema 1.2 has one plug-in with a list of properties.
    if let Some(properties) = root.path(&["runtimeConfig", "aws:runShellScript", "properties"]) {
        let one = std::slice::from_ref(properties);
        let list = if properties.is_map() { one } else { properties.items() };
        for item in budget::at_most(list, MAX_STEPS, "steps of a document") {
            scripts.extend(item.get("runCommand").map(|commands| lines(commands, evaluator)));
        }
    }
    let given = parameters.map(|p| evaluator.eval(p.into()));
    let declared = root.get("parameters").map(|p| evaluator.eval(p.into()));
    let at = content.span;
    Some(evaluator.lift(&scripts, at, &mut |this, scripts| {
        let mut out = Traced::made("#!/bin/sh\n", at);
        for script in scripts {
            out.push(&script.to_traced().unwrap_or_default());
            out.push_made(b"\n", at);
        }
        let text = placeholders(&out, given.as_ref(), declared.as_ref());
        this.text(text, at)
    }))
}

/// Commands as the lines of a script.
fn lines(commands: &Node, evaluator: &mut Evaluator<'_>) -> Value {
    let at = commands.span;
    let value = evaluator.eval(commands.into());
    evaluator.lift(&[value], at, &mut |this, one| match &one[0].kind {
        Kind::List(_) => {
            let items = one[0].items();
            this.lift(&items, at, &mut |this, items| {
                let mut out = Traced::new();
                for item in items.iter().filter(|v| !v.is_null()) {
                    let unknown =
                        || Traced::unknown(item.at, Why::NotUnderstood("a command that is not a string".into()));
                    out.push(&item.to_traced().unwrap_or_else(unknown));
                    out.push_made(b"\n", item.at);
                }
                this.text(out, at)
            })
        }
        _ => one[0].clone(),
    })
}

/// The text with the parameters of a document replaced: by the values of an association, or their defaults.
fn placeholders(text: &Traced, given: Option<&Value>, declared: Option<&Value>) -> Traced {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let mut rest = 0;
    let mut from = 0;
    while let Some(start) = bytes.get(from..).and_then(|b| b.windows(2).position(|w| w == b"{{")).map(|p| from + p) {
        let Some(length) = bytes[start..].windows(2).position(|w| w == b"}}") else { break };
        let end = start + length + 2;
        from = start + 2;
        let Some(name) = text.slice(start + 2..end - 2).known_str().map(|s| s.trim().to_owned()) else { continue };
        let Some(place) = text.slice(start..end).span() else { continue };
        let known = given.and_then(|g| g.get(&name));
        let declaration = declared.and_then(|d| d.get(&name));
        // Other programs use the same braces in formats; only declared names are parameters.
        if declaration.is_none() && known.is_none() {
            continue;
        }
        let value = known.or_else(|| declaration.and_then(|d| d.get("default")));
        out.push(&text.slice(rest..start));
        let step: Arc<str> = format!("{{{{ {name} }}}}").into();
        let one = value.map(|v| match &v.kind {
            Kind::List(items) if items.len() == 1 => v.item(0).unwrap_or(v),
            _ => v,
        });
        match one.and_then(|v| v.to_traced()) {
            Some(value) => out.push(&value.through(place, &step)),
            None => out.push_unknown(place, Why::NoDefault(format!("parameter {name} of the document").into())),
        }
        rest = end;
        from = end;
    }
    out.push(&text.slice(rest..bytes.len()));
    out
}

/// The commands of a component, as one script.
fn component(
    name: &str,
    data: &Node,
    evaluator: &mut Evaluator<'_>,
    reader: &mut StackReader<'_, '_>,
) -> Option<Value> {
    let (made, _) = tree(format!("component {name}"), data, evaluator, reader)?;
    let root = made.as_deref().map_or(Some(data), |list| list.first())?;
    let at: Span = data.span;
    let mut out = Traced::made("#!/bin/bash\n", at);
    let phases = root.get("phases").map(Node::items).unwrap_or_default();
    let steps = phases.iter().flat_map(|p| p.get("steps").map(Node::items).unwrap_or_default());
    for step in budget::at_most(steps, MAX_STEPS, "steps of a component") {
        if !matches!(step.get("action").and_then(Node::as_str), Some("ExecuteBash")) {
            continue;
        }
        let commands = step.path(&["inputs", "commands"]).map(Node::items).unwrap_or_default();
        for command in commands {
            if let NodeKind::Scalar(scalar) = &command.kind {
                out.push(&scalar.text);
                out.push_made(b"\n", command.span);
            }
        }
    }
    Some(evaluator.text(out, at))
}
