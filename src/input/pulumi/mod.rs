//! Pulumi programs in YAML: launch templates and instances, node groups of the `eks` package, and documents for Kubernetes.
//!
//! Sources: pulumi/pulumi-yaml `pkg/pulumiyaml/syntax` and `ast/expr.go` (the functions), pulumi/pulumi-eks at v3
//! `nodejs/eks/nodes/userdata.ts` (what node groups boot with), and the schemas of `aws` and `eks`. `programs` reports
//! those in other languages.

mod charts;
mod given;
mod node_groups;
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::node::{Cx, NodeGroup, Step, Wrapping, release_in, under};
use crate::syntax::{Node, yaml};
use crate::text::{Traced, budget};
use crate::value::{Condition, Guard, Kind, Value};

use super::group_text::print;
use super::unit::{FileList, Input, Unit};
use super::{manifests, yaml_files, yaml_values};
use program::Program;

/// The file names of a program.
const NAMES: [&str; 4] = ["Pulumi.yaml", "Pulumi.yml", "Main.yaml", "Main.yml"];
/// The most stacks that are tried.
const MAX_STACKS: usize = 16;

/// Programs.
#[derive(Debug)]
pub(super) struct Pulumi;

impl Input for Pulumi {
    fn name(&self) -> &'static str {
        "pulumi"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.named(&NAMES)
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[&["resources"]], cx) else { return Vec::new() };
        let parsed = yaml::parse(&view);
        let Some(tree) = parsed.tree.first() else { return Vec::new() };
        let dir = unit.path.parent().unwrap_or(&unit.path).to_owned();
        let Some(resources) = tree.get("resources") else { return Vec::new() };
        // Other formats have resources as well.
        if tree.get("Resources").is_some() || !resources.pairs().iter().any(|(_, r)| r.get("type").is_some()) {
            return Vec::new();
        }
        yaml_files::note_errors(&view, &parsed, cx);
        let project = tree.get("name").and_then(Node::as_str).unwrap_or_default();
        let stacks = stacks(&dir, project, cx);
        // Without a stack nothing is deployed, but stacks may be kept elsewhere.
        let runs = if stacks.is_empty() { vec![(String::new(), Vec::new())] } else { stacks };
        let several = runs.len() > 1;
        let users = users(resources);
        let file = yaml_files::shown(&unit.path, cx);
        let read = |stack: &str, values: &[(String, Node)], cx: &mut Cx<'_>| {
            let mut program = Program::new(tree, &dir, values);
            let one = |(name, resource): &(Node, Node)| read(&mut program, &users, (name, &file), resource, cx);
            let mut groups: Vec<_> = resources.pairs().iter().flat_map(one).collect();
            for group in groups.iter_mut().filter(|_| several) {
                group.name = format!("{} of stack {stack}", group.name).into();
            }
            groups
        };
        let plain: Vec<_> = runs.iter().map(|(stack, values)| read(stack, values, cx)).collect();
        let print = |groups: &[NodeGroup], cx: &Cx<'_>| groups.iter().map(|g| print(g, &cx.texts)).collect::<Vec<_>>();
        let mut seen: Vec<_> = plain.iter().map(|groups| print(groups, cx)).collect();
        let own = |key: &str| of_project(key, project).to_owned();
        let declares = |key: &str| ["config", "configuration"].iter().any(|all| tree.path(&[all, &own(key)]).is_some());
        let mut more = Vec::new();
        for (words, given) in given::ways(&dir, &declares, cx) {
            let given = given.into_iter().map(|(key, value)| (own(&key), value));
            let given: Vec<_> = given.collect();
            for (stack, values) in &runs {
                let groups = read(stack, &[values.as_slice(), &given].concat(), cx);
                let prints = print(&groups, cx);
                if !seen.contains(&prints) {
                    seen.push(prints);
                    more.extend(under(groups, &Guard::of(Condition::new(format!("run with {words}"), true))));
                }
            }
        }
        let mut out: Vec<_> = plain.into_iter().flatten().collect();
        if !more.is_empty() {
            out = under(out, &Guard::of(Condition::new("run without such a command", true)));
        }
        out.append(&mut more);
        out
    }
}

/// A key of the configuration: those of the program itself start with its name.
fn of_project<'k>(key: &'k str, project: &str) -> &'k str {
    key.strip_prefix(project).and_then(|rest| rest.strip_prefix(':')).unwrap_or(key)
}

/// The stacks next to a program, each with its configuration.
fn stacks(dir: &Path, project: &str, cx: &mut Cx<'_>) -> Vec<(String, Vec<(String, Node)>)> {
    let mut out = Vec::new();
    for path in cx.files.list(dir) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()).map(str::to_owned) else { continue };
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
        let Some(stack) = stem.and_then(|s| s.strip_prefix("Pulumi.")) else { continue };
        if out.len() >= MAX_STACKS {
            budget::reached("stacks of a program");
            break;
        }
        let Ok(view) = cx.view(&path) else { continue };
        let Some(tree) = yaml::parse(&view).tree.into_iter().next() else { continue };
        let mut values = Vec::new();
        for (key, value) in tree.get("config").map(Node::pairs).unwrap_or_default() {
            let Some(key) = key.as_str() else { continue };
            values.push((of_project(key, project).to_owned(), value.clone()));
        }
        out.push((stack.to_owned(), values));
    }
    out
}

/// The parts of a type: package, module and name.
fn parts(kind: &str) -> Option<(&str, &str, &str)> {
    let mut parts = kind.split(':');
    let (package, second, third) = (parts.next()?, parts.next()?, parts.next());
    match third {
        // `aws:ec2/launchTemplate:LaunchTemplate` is the long form.
        Some(name) if package == "aws" || package == "aws-native" => {
            Some((package, second.split('/').next().unwrap_or(second), name))
        }
        Some(name) => Some((package, second, name)),
        None => Some((package, "index", second)),
    }
}

fn read(
    program: &mut Program<'_>,
    users: &Users<'_>,
    (name, file): (&Node, &str),
    resource: &Node,
    cx: &mut Cx<'_>,
) -> Vec<NodeGroup> {
    let label = name.as_str().unwrap_or("resource");
    let Some((package, module, kind)) = resource.get("type").and_then(Node::as_str).and_then(parts) else {
        return Vec::new();
    };
    let Some(properties) = resource.get("properties") else { return Vec::new() };
    let at = name.span;
    let mut group = NodeGroup::new(format!("{kind} {label}"), at);
    match (package, module, kind) {
        (
            "aws" | "aws-native",
            "ec2",
            "LaunchTemplate" | "Instance" | "SpotInstanceRequest" | "LaunchConfiguration",
        )
        | ("aws-native", "autoscaling", "LaunchConfiguration") => {
            let properties = properties.get("launchTemplateData").unwrap_or(properties);
            let template = kind == "LaunchTemplate";
            for key in ["userData", "userDataBase64"] {
                let Some(node) = properties.get(key) else { continue };
                let value = program.value(node, cx);
                let Some(text) = text(&value) else { continue };
                let wrapping =
                    if template || key == "userDataBase64" { Wrapping::Base64 } else { Wrapping::Base64OrPlain };
                group.steps.push(Step::UserData(text, wrapping));
            }
            if group.steps.is_empty() {
                return Vec::new();
            }
            used_by(
                program,
                users.get(label).map(Vec::as_slice).unwrap_or_default(),
                properties.get("imageId").is_some(),
                &mut group,
                cx,
            );
            vec![group]
        }
        ("eks", "index", "NodeGroup" | "NodeGroupV2" | "ManagedNodeGroup" | "Cluster") => {
            let properties = properties.get("nodeGroupOptions").filter(|_| kind == "Cluster").unwrap_or(properties);
            node_groups::read(program, properties, kind == "ManagedNodeGroup", &mut group, cx);
            // Node groups without kubelet settings are left out.
            if group.steps.is_empty() && group.ineffective.is_empty() && group.gaps.is_empty() {
                Vec::new()
            } else {
                vec![group]
            }
        }
        ("kubernetes", "yaml" | "yaml/v2", _) => {
            let mut out = Vec::new();
            let value = properties.get("yaml").map(|y| program.value(y, cx));
            let one = value.iter().filter(|v| matches!(v.kind, Kind::Str(_))).cloned();
            for text in value.iter().flat_map(Value::items).chain(one).filter_map(|v| text(&v)) {
                out.append(&mut manifests::in_text(&text, label, at, cx));
            }
            if let Some(objects) = properties.get("objs").map(|o| program.value(o, cx)) {
                out.append(&mut manifests::among(&yaml_values::node_of(&objects), label, cx));
            }
            out
        }
        ("kubernetes", "helm.sh/v3" | "helm.sh/v4", _) => {
            charts::read(program, properties, (format!("{label} of {file}"), at), cx)
        }
        ("kubernetes", module, kind) => {
            let value = program.value(properties, cx);
            let Kind::Map(map) = &value.kind else { return Vec::new() };
            let mut map = map.as_ref().clone();
            let mut put = |key: &str, text: &str| {
                let value = Value::str(Traced::made(text, at), at);
                map.entries.entry(Arc::from(key)).or_insert(crate::value::Entry { key: at, value });
            };
            put("apiVersion", module.strip_prefix("core/").unwrap_or(module));
            put("kind", kind);
            let whole = value.replaced(Kind::Map(Arc::new(map)));
            manifests::in_tree(&yaml_values::node_of(&whole), label, cx)
        }
        _ => Vec::new(),
    }
}

/// The properties of the EKS node groups that name a launch template, by its label.
type Users<'a> = BTreeMap<&'a str, Vec<&'a Node>>;

fn users(resources: &Node) -> Users<'_> {
    let mut out = Users::new();
    for (_, resource) in resources.pairs() {
        let kind = resource.get("type").and_then(Node::as_str).and_then(parts);
        let (Some(("aws" | "aws-native", "eks", "NodeGroup" | "Nodegroup")), Some(properties)) =
            (kind, resource.get("properties"))
        else {
            continue;
        };
        let link = properties.get("launchTemplate");
        let texts = ["id", "name", "launchTemplateId"].iter().filter_map(|k| link?.get(k)?.as_str());
        let labels = texts.filter_map(|text| Some(text.strip_prefix("${")?.split_once(['.', '['])?.0));
        for label in labels.collect::<BTreeSet<_>>() {
            out.entry(label).or_default().push(properties);
        }
    }
    out
}

/// What is known about a launch template from the EKS node groups that use it.
fn used_by(program: &mut Program<'_>, users: &[&Node], image: bool, group: &mut NodeGroup, cx: &mut Cx<'_>) {
    for properties in users {
        group.merged_by_eks |= !image;
        let release = properties.get("releaseVersion").map(|n| program.value(n, cx));
        group.release = release.as_ref().and_then(Value::as_known_str).and_then(release_in);
        let image_type = properties.get("amiType").map(|n| program.value(n, cx));
        group.family = match image_type.as_ref().and_then(Value::as_known_str) {
            Some(name) => node_groups::family(name),
            // EKS takes Amazon Linux 2 up to 1.29 and Amazon Linux 2023 after that.
            None => group.family,
        };
    }
}

/// The text of a value that has one.
fn text(value: &Value) -> Option<Traced> {
    match value.kind {
        Kind::Str(_) | Kind::Unknown(_) => value.to_traced(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
