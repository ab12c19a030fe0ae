//! Packer: what the provisioners of a build leave in an image, in HCL2 (`*.pkr.hcl`) and in the older JSON form. Expressions of
//! HCL2 are those of Terraform, with variables and locals of their own; texts of the JSON form are Go templates, of which `user`
//! variables are filled in (hashicorp/packer, `hcl2template/types.packer_config.go` and `template/parse.go`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup, Step};
use crate::syntax::hcl::{self, Attribute, Block, Body};
use crate::syntax::{Node, NodeKind, Scalar, json as tree};
use crate::text::{Span, Traced, Why};

use super::super::documents::KUBELET_WORDS;
use super::super::kind::{FileList, Input, Unit};
use super::super::stream;
use super::engine::{Engine, Env};
use super::images::{family_of_name, minor_in};
use super::json;
use super::modules::Instance;
use super::scope::{Module, values_in};

/// Builds of Packer.
#[derive(Debug)]
pub(in super::super) struct Packer;

impl Input for Packer {
    fn name(&self) -> &'static str {
        "packer"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let mut dirs: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in files.files.iter().filter(|p| is_packer(p)) {
            if let Some(dir) = path.parent() {
                dirs.entry(dir.to_owned()).or_default().push(path.clone());
            }
        }
        let mut units: Vec<Unit> = dirs.into_iter().map(|(path, files)| Unit { path, files }).collect();
        units.append(&mut stream::claim(files, &["json"]));
        units
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        if unit.path == *unit.files.first().unwrap_or(&unit.path) {
            return legacy(&unit.path, cx);
        }
        let mut module = Module { dir: unit.path.clone(), ..Module::default() };
        let mut builds = Vec::new();
        let mut sources = Vec::new();
        for path in &unit.files {
            let Ok(id) = cx.open(path) else { continue };
            let parsed = hcl::parse(&cx.texts.view(id));
            for error in parsed.errors {
                cx.problem(error.at, error.message);
            }
            let mut body = parsed.tree;
            for block in std::mem::take(&mut body.blocks) {
                match &*block.kind {
                    "build" => builds.push(block),
                    "source" => sources.push(block),
                    "local" => {
                        let expression = block.body.attribute("expression").map(|a| a.value.clone());
                        if let Some(value) = expression {
                            let name: Arc<str> = block.label(0).into();
                            let attribute = Attribute { name: Arc::clone(&name), name_span: block.header, value };
                            module.locals.insert(name, Arc::new(attribute));
                        }
                    }
                    "variable" | "locals" | "data" => {
                        module.take(Body { attributes: Vec::new(), blocks: vec![block], span: body.span });
                    }
                    _ => {}
                }
            }
        }
        if builds.is_empty() {
            return Vec::new();
        }
        for path in cx.files.list(&unit.path) {
            if path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.ends_with(".auto.pkrvars.hcl")) {
                let values = values_in(&path, cx).into_iter();
                module.values.extend(values.map(|a| (Arc::clone(&a.name), Arc::new(a))));
            }
        }
        let place = builds[0].header;
        let mut engine = Engine::new(&unit.path, cx);
        let given = engine.given(&module);
        let mut instance = Instance::new(Arc::new(module), place);
        instance.given = given;
        let instance = engine.add(instance);
        builds.iter().flat_map(|build| engine.build(instance, build, &sources)).collect()
    }
}

fn is_packer(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|name| name.ends_with(".pkr.hcl"))
}

impl Engine<'_, '_> {
    fn build(&mut self, instance: usize, build: &Block, sources: &[Block]) -> Vec<NodeGroup> {
        let env = Env::of(instance);
        let text = |engine: &mut Self, body: &Body, name: &str| {
            let value = body.attribute(name).map(|a| engine.eval_or_hole(&a.value, &env))?;
            value.to_traced().map(|text| text.to_text().into_owned())
        };
        // What the images of all sources have in common.
        let mut images = Vec::new();
        for source in sources {
            let mut names = Vec::new();
            for filter in source.body.blocks_of("source_ami_filter") {
                let filters = filter.body.attribute("filters").map(|a| self.eval_or_hole(&a.value, &env));
                names.extend(filters.and_then(|f| f.get("name")).and_then(|n| n.to_traced()));
            }
            let name = names.first().map(|t| t.to_text().to_lowercase()).unwrap_or_default();
            images.push((family_of_name(&name), minor_in(&name)));
        }
        let name = text(self, &build.body, "name").map_or_else(|| "build".to_owned(), |name| format!("build.{name}"));
        let mut group = NodeGroup::new(name, build.header);
        if let Some((family, minor)) = images.first() {
            group.family = family.filter(|f| images.iter().all(|(other, _)| *other == Some(*f)));
            group.minor = minor.filter(|m| images.iter().all(|(_, other)| *other == Some(*m)));
        }
        self.provisioned(&build.body, &env, &group)
    }

    /// The group with what the provisioners do, if they have to do with a kubelet.
    fn provisioned(&mut self, body: &Body, env: &Env, group: &NodeGroup) -> Vec<NodeGroup> {
        let about = |text: &Traced| KUBELET_WORDS.iter().any(|word| stream::holds(text.bytes(), word.as_bytes()));
        let mut out = Vec::new();
        for (when, steps) in self.provisioners(body, env) {
            let ours = steps.iter().any(|step| match step {
                Step::Script(text) => about(text),
                Step::File { path, content, .. } => about(content) || path.contains("kubelet"),
                _ => false,
            });
            if ours {
                out.push(NodeGroup { when, steps, ..group.clone() });
            }
        }
        out
    }
}

/// A template in the JSON form.
fn legacy(path: &Path, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let Some(id) = stream::open(path, &[&["\"provisioners\""], &["\"builders\""]], cx) else { return Vec::new() };
    let parsed = tree::parse(&cx.texts.view(id));
    let Some(root) = parsed.tree else { return Vec::new() };
    let Some((key, provisioners)) = root.pair("provisioners") else { return Vec::new() };
    if root.get("builders").is_none() || provisioners.items().is_empty() {
        return Vec::new();
    }
    for error in parsed.errors {
        cx.problem(error.at, error.message);
    }
    let variables = root.get("variables").map_or(&[][..], Node::pairs);
    let variables: BTreeMap<&str, &Node> =
        variables.iter().filter_map(|(name, value)| Some((name.as_str()?, value))).collect();
    let blocks = provisioners.items().iter().filter_map(|item| {
        let kind = item.get("type").and_then(Node::as_str)?;
        let attributes = item.pairs().iter().filter_map(|(key, value)| {
            let value = json::literal(&filled(value, &variables));
            Some(Attribute { name: key.as_str()?.into(), name_span: key.span, value })
        });
        let body = Body { attributes: attributes.collect(), blocks: Vec::new(), span: item.span };
        Some(Block { kind: "provisioner".into(), labels: vec![kind.into()], header: item.span, body, span: item.span })
    });
    let body = Body { attributes: Vec::new(), blocks: blocks.collect(), span: root.span };
    let name = stream::shown(path, cx);
    let group = NodeGroup::new(name, key.span);
    let dir = path.parent().map(PathBuf::from).unwrap_or_default();
    let mut engine = Engine::new(&dir, cx);
    let module = Module { dir, ..Module::default() };
    let instance = engine.add(Instance::new(Arc::new(module), group.place));
    engine.provisioned(&body, &Env::of(instance), &group)
}

/// A value with the variables that it names filled in. The depth is bounded by the parser.
fn filled(node: &Node, variables: &BTreeMap<&str, &Node>) -> Node {
    let kind = match &node.kind {
        NodeKind::Scalar(scalar) => {
            NodeKind::Scalar(Scalar { text: filled_text(&scalar.text, variables, node.span), style: scalar.style })
        }
        NodeKind::Seq(items) => NodeKind::Seq(items.iter().map(|item| filled(item, variables)).collect()),
        NodeKind::Map(pairs) => {
            NodeKind::Map(pairs.iter().map(|(key, value)| (key.clone(), filled(value, variables))).collect())
        }
    };
    Node { kind, ..node.clone() }
}

/// `{{user `name`}}` and `{{template_dir}}` filled in; what else stands in braces stays.
fn filled_text(text: &Traced, variables: &BTreeMap<&str, &Node>, at: Span) -> Traced {
    let mut out = Traced::new();
    let (bytes, mut from) = (text.bytes(), 0);
    while let Some(start) = bytes[from..].windows(2).position(|w| w == b"{{").map(|p| from + p) {
        let Some(end) = bytes[start..].windows(2).position(|w| w == b"}}").map(|p| start + p) else { break };
        out.push(&text.slice(from..start));
        let inner = String::from_utf8_lossy(&bytes[start + 2..end]).trim().to_owned();
        let user = inner.strip_prefix("user").map(|name| name.trim().trim_matches(['`', '"']).to_owned());
        match user {
            Some(name) => match variables.get(name.as_str()).and_then(|v| v.as_scalar()) {
                // A null must be given from outside.
                Some(scalar) if !scalar.text.bytes().is_empty() && scalar.text.as_str() != Some("null") => {
                    out.push(&scalar.text);
                }
                Some(scalar) if scalar.text.bytes().is_empty() => {}
                _ => out.push_hole(at, Why::NoDefault(format!("the variable {name}").into())),
            },
            None if inner == "template_dir" => out.push_made(b".", at),
            None => out.push(&text.slice(start..end + 2)),
        }
        from = end + 2;
    }
    out.push(&text.slice(from..text.len()));
    out
}
