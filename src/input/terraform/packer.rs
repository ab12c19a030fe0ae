//! Packer: what the provisioners of a build leave in an image, in HCL2 (`*.pkr.hcl`) and in the older JSON format. HCL2
//! has Terraform's expressions, with variables and locals of its own. Texts of the JSON format are Go templates, in
//! which `user` variables are filled in (hashicorp/packer, `hcl2template/types.packer_config.go` and
//! `template/parse.go`).

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup, Step, common_release, release_in, under};
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ExprKind, Key, StepKind};
use crate::syntax::{Node, NodeKind, Scalar, json as tree};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Condition, Entry, Guard, Value};

use super::super::ci_values::{MAX_WAYS, PACKER};
use super::super::group_text::print;
use super::super::unit::{FileList, Input, Unit};
use super::super::watched::{Group, KUBELET_WORDS};
use super::super::yaml_values::node_of;
use super::super::{run_documents, yaml_files};
use super::components::{key_text, text_of};
use super::engine::Engine;
use super::images::{family_of_name, minor_in};
use super::json;
use super::lang::env::Env;
use super::scope::{Module, by_name, values_in};
use super::state::Instance;
use super::value_sets::{Sets, Way, called};

/// The most files of values beside builds.
const MAX_FILES: usize = 16;

/// Builds of Packer.
#[derive(Debug)]
pub(in super::super) struct Packer;

impl Input for Packer {
    fn name(&self) -> &'static str {
        "packer"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let mut dirs: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for (n, path) in files.files.iter().enumerate().filter(|(_, path)| is_packer(path)) {
            files.claim(n);
            if let Some(dir) = path.parent() {
                dirs.entry(dir.to_owned()).or_default().push(path.clone());
            }
        }
        let mut units: Vec<Unit> = dirs.into_iter().map(|(path, files)| Unit::of_folder(path, files)).collect();
        units.append(&mut files.with_extension(&["json"], |words| words.has(Group::Builders)));
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
            for block in cx.parsed(parsed).blocks {
                match &*block.kind {
                    "build" => builds.push(block),
                    "source" => sources.push(block),
                    "local" => {
                        let value = block.body.attribute("expression").map(|a| a.value.clone());
                        let local = |value| Attribute { name: block.label(0).into(), name_span: block.header, value };
                        module.locals.extend(by_name(value.map(local).into_iter().collect()));
                    }
                    "variable" | "locals" | "data" => module.take(block),
                    _ => {}
                }
            }
        }
        if builds.is_empty() {
            return Vec::new();
        }
        for path in cx.files.list(&unit.path) {
            let automatic = |n: &str| n.ends_with(".auto.pkrvars.hcl") || n.ends_with(".auto.pkrvars.json");
            if path.file_name().and_then(|n| n.to_str()).is_some_and(automatic) {
                module.values.extend(by_name(values_in(&path, cx)));
            }
        }
        let module = Arc::new(module);
        let build = |way: &Way, cx: &mut Cx<'_>| built(&module, (&builds, &sources), way, cx);
        in_each_way(&module, &build, cx)
    }
}

/// The node groups of builds as each command starts them, and with each file of values that none names.
fn in_each_way(
    module: &Module,
    build: &dyn Fn(&Way, &mut Cx<'_>) -> Vec<NodeGroup>,
    cx: &mut Cx<'_>,
) -> Vec<NodeGroup> {
    let mut out = build(&Way::default(), cx);
    if !cx.given.variables.is_empty() || module.variables.is_empty() {
        return out;
    }
    let prints = |groups: &[NodeGroup], cx: &Cx<'_>| -> Vec<String> {
        groups.iter().map(|group| print(group, &cx.texts)).collect()
    };
    let mut ways = called(&module.dir, module, &PACKER, &mut Sets::new(), cx);
    for path in value_files(&module.dir, module, cx) {
        if !ways.iter().any(|way| way.names(&path)) {
            ways.push(Way::of_file(path));
        }
    }
    let (mut seen, mut more) = (vec![prints(&out, cx)], Vec::new());
    for way in budget::at_most(ways, MAX_WAYS, "sets of values of a build") {
        cx.given.variables = way.files();
        let groups = build(&way, cx);
        cx.given.variables.clear();
        let prints = prints(&groups, cx);
        if !seen.contains(&prints) {
            seen.push(prints);
            let with = Condition::new(format!("built with {}", way.words(&PACKER, cx)), true);
            more.extend(under(groups, &Guard::of(with)));
        }
    }
    if !more.is_empty() {
        out = under(out, &Guard::of(Condition::new("built without a values file", true)));
    }
    out.append(&mut more);
    out
}

/// What a way gives to the variables of a module: with more than its environment, and by that.
fn values(module: &Module, way: &Way, engine: &mut Engine<'_, '_>) -> [HashMap<Arc<str>, Value>; 2] {
    let mut given = engine.given(module);
    let [options, environment] = way.give(module, &PACKER, engine);
    given.extend(options);
    [given, environment]
}

/// The node groups of builds with the values that are given.
fn built(module: &Arc<Module>, of: (&[Block], &[Block]), way: &Way, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let (builds, sources) = of;
    let Some(place) = builds.first().map(|build| build.header) else { return Vec::new() };
    let mut engine = Engine::new(&module.dir, cx);
    let [given, environment] = values(module, way, &mut engine);
    let instance = engine.add(Instance { given, environment, ..Instance::new(Arc::clone(module), place) });
    builds.iter().flat_map(|build| engine.build(instance, build, sources)).collect()
}

/// The files of values beside builds, and in the folders there, that set one of their variables.
fn value_files(dir: &Path, module: &Module, cx: &mut Cx<'_>) -> Vec<PathBuf> {
    let named = |path: &PathBuf| {
        path.file_name().and_then(|n| n.to_str()).is_some_and(|n| {
            (n.ends_with(".pkrvars.hcl") || n.ends_with(".pkrvars.json")) && !n.contains(".auto.pkrvars.")
        })
    };
    let folders = std::iter::once(dir.to_owned()).chain(cx.files.folders(dir));
    let files: Vec<PathBuf> = folders.flat_map(|folder| cx.files.list(&folder)).filter(named).collect();
    let sets = |path: &PathBuf| values_in(path, cx).iter().any(|value| module.variables.contains_key(&value.name));
    budget::at_most(files, MAX_FILES, "files of values of a build").filter(sets).collect()
}

fn is_packer(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|name| name.ends_with(".pkr.hcl"))
}

/// One of the machines that a build starts.
struct Machine<'b> {
    /// Its name in provisioners: its type and name.
    key: String,
    /// Its name in `override`.
    name: String,
    /// Its definition: the settings of the build first, then its own.
    bodies: Vec<&'b Body>,
}

/// A machine and what is done on it.
struct Started {
    key: String,
    /// The name of its image in lower case, empty if it is not known.
    image: String,
    body: Body,
    env: Env,
    /// True if what is done depends on the machine, so it is not shared with others.
    alone: bool,
}

/// The machines of a build: its sources by name, including those that it extends.
fn machines<'b>(build: &'b Block, sources: &'b [Block]) -> Vec<Machine<'b>> {
    let declared = |key: &str| sources.iter().find(|s| format!("{}.{}", s.label(0), s.label(1)) == key);
    let mut out: Vec<Machine<'b>> = Vec::new();
    if let Some(ExprKind::List(items)) = build.body.attribute("sources").map(|a| &a.value.kind) {
        for item in items {
            let Some(key) = source_named(item) else { continue };
            let bodies = declared(&key).map(|s| &s.body).into_iter().collect();
            out.push(Machine { name: key.rsplit('.').next().unwrap_or_default().to_owned(), key, bodies });
        }
    }
    for source in build.body.blocks_of("source") {
        let of = source.label(0).trim_start_matches("source.").to_owned();
        let bodies = [&source.body].into_iter().chain(declared(&of).map(|s| &s.body)).collect();
        let local = source.body.attribute("name").and_then(|a| text_of(&a.value));
        let (kind, own) = of.split_once('.').unwrap_or((&of, ""));
        let name = local.unwrap_or_else(|| own.to_owned());
        out.push(Machine { key: format!("{kind}.{name}"), name, bodies });
    }
    out
}

/// `"source.amazon-ebs.x"`, with or without quotes and `source.`.
fn source_named(expr: &Expr) -> Option<String> {
    let text = match &expr.kind {
        ExprKind::Traversal(root, steps) => {
            let ExprKind::Variable(root) = &root.kind else { return None };
            let mut text = root.to_string();
            for step in steps {
                let StepKind::Attr(name) = &step.kind else { return None };
                text.push('.');
                text.push_str(name);
            }
            text
        }
        _ => text_of(expr)?,
    };
    Some(text.strip_prefix("source.").unwrap_or(&text).to_owned())
}

/// The value of `source` inside a provisioner.
fn source_of(key: &str, name: &str, at: Span) -> Value {
    let text = |text: &str| Entry { key: at, value: Value::str(Traced::made(text, at), at) };
    let kind = key.split('.').next().unwrap_or_default();
    Value::map([("name".into(), text(name)), ("type".into(), text(kind))].into_iter().collect(), at)
}

/// The body with the provisioners that run on one machine, with its overrides. `only` and `except` are plain names
/// (hashicorp/packer, `hcl2template/types.build.hcl_post-processor.go`, `template/template.go`).
fn for_machine(body: &Body, key: &str, name: &str) -> Body {
    let named = |block: &Block, list: &str| -> Option<Vec<String>> {
        match &block.body.attribute(list)?.value.kind {
            ExprKind::List(items) => Some(items.iter().filter_map(text_of).collect()),
            _ => None,
        }
    };
    let runs = |block: &&Block| match (named(block, "only"), named(block, "except")) {
        (Some(only), _) if !only.is_empty() => only.iter().any(|n| n == key),
        (_, Some(except)) => !except.iter().any(|n| n == key),
        _ => true,
    };
    let own = |block: &Block| {
        let mut block = block.clone();
        let Some(ExprKind::Object(entries)) = block.body.attribute("override").map(|a| a.value.kind.clone()) else {
            return block;
        };
        let fits = |(n, _): &&(Key, Expr)| key_text(n).is_some_and(|n| n == name || n == key);
        let Some((_, Expr { kind: ExprKind::Object(more), .. })) = entries.iter().find(fits) else { return block };
        for (key, value) in more {
            let Some(attribute) = key_text(key) else { continue };
            block.body.attributes.retain(|a| *a.name != *attribute);
            let name_span = value.span;
            block.body.attributes.push(Attribute { name: attribute.into(), name_span, value: value.clone().into() });
        }
        block
    };
    let blocks = body.blocks_of("provisioner").filter(runs).map(own).collect();
    Body { attributes: Vec::new(), blocks, span: body.span }
}

impl Engine<'_, '_> {
    fn build(&mut self, instance: usize, build: &Block, sources: &[Block]) -> Vec<NodeGroup> {
        let env = Env::of(instance);
        let name = self.attribute(&build.body, "name", &env);
        let name =
            name.and_then(|n| n.as_known_str().map(|n| format!("build.{n}"))).unwrap_or_else(|| "build".to_owned());
        let mut machines = machines(build, sources);
        if machines.is_empty() {
            machines.push(Machine { key: String::new(), name: String::new(), bodies: Vec::new() });
        }
        let mut started = Vec::new();
        for Machine { key, name, bodies } in machines {
            let env = env.with("source", source_of(&key, &name, build.header), &key);
            let image = bodies.iter().find_map(|body| self.image_of(body, &env)).unwrap_or_default();
            let body = for_machine(&build.body, &key, &name);
            let alone = body.blocks.iter().any(|b| yaml_files::holds(self.cx.texts.slice(b.span), b"source."));
            started.push(Started { key, image, body, env, alone });
        }
        self.done_on(started, &name, build.header)
    }

    /// The node groups of the machines of a build. Machines on which the same is done are reported once.
    fn done_on(&mut self, machines: Vec<Started>, name: &str, place: Span) -> Vec<NodeGroup> {
        let mut ways: Vec<(NodeGroup, Started)> = Vec::new();
        for machine in machines {
            let mut group = NodeGroup::new(name, place);
            group.minor = minor_in(&machine.image);
            group.family = family_of_name(&machine.image);
            group.release = release_in(&machine.image);
            let same = |(g, other): &&mut (NodeGroup, Started)| {
                g.family == group.family && g.minor == group.minor && other.body == machine.body && !machine.alone
            };
            match ways.iter_mut().find(same) {
                Some((first, other)) => {
                    first.release = common_release([first.release.take(), group.release]);
                    other.key = format!("{}, {}", other.key, machine.key);
                }
                None => ways.push((group, machine)),
            }
        }
        let several = ways.len() > 1;
        let mut out = Vec::new();
        for (mut group, machine) in ways {
            if several {
                group.name = format!("{name} ({})", machine.key).into();
            }
            out.extend(self.provisioned(&machine.body, &machine.env, &group));
        }
        out
    }

    /// The name of a machine's source image in lower case, if a filter names it.
    fn image_of(&mut self, body: &Body, env: &Env) -> Option<String> {
        for filter in body.blocks_of("source_ami_filter") {
            let filters = self.attribute(&filter.body, "filters", env);
            if let Some(name) = filters.and_then(|f| f.get("name")).and_then(|n| n.to_traced()) {
                return Some(name.to_text().to_lowercase());
            }
        }
        None
    }

    /// The group with the steps of the provisioners, if they concern a kubelet.
    fn provisioned(&mut self, body: &Body, env: &Env, group: &NodeGroup) -> Vec<NodeGroup> {
        let about = |text: &Traced| KUBELET_WORDS.iter().any(|word| yaml_files::holds(text.bytes(), word.as_bytes()));
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

/// Reads a template in the JSON format.
fn legacy(path: &Path, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let Some(view) = yaml_files::open(path, &[&["\"provisioners\""], &["\"builders\""]], cx) else { return Vec::new() };
    let parsed = tree::parse(&view);
    let Some(root) = parsed.tree else { return Vec::new() };
    let Some((_, provisioners)) = root.pair("provisioners") else { return Vec::new() };
    if root.get("builders").is_none() || provisioners.items().is_empty() {
        return Vec::new();
    }
    for error in parsed.errors {
        cx.notes.syntax(&error, "");
    }
    let own = root.get("variables").map_or(&[][..], Node::pairs);
    let mut module = Module { dir: path.parent().map(PathBuf::from).unwrap_or_default(), ..Module::default() };
    for (name, value) in own.iter().filter_map(|(key, value)| Some((key.as_str()?, value))) {
        let body = Body { attributes: Vec::new(), blocks: Vec::new(), span: value.span };
        let block =
            Block { kind: "variable".into(), labels: vec![name.into()], header: value.span, body, span: value.span };
        module.variables.insert(name.into(), Arc::new(block));
    }
    let (module, name) = (Arc::new(module), yaml_files::shown(path, cx));
    let build = |way: &Way, cx: &mut Cx<'_>| {
        let mut engine = Engine::new(&module.dir, cx);
        let [given, _] = values(&module, way, &mut engine);
        let given: Vec<_> = given.iter().map(|(name, value)| (name, node_of(value))).collect();
        let own = own.iter().filter_map(|(name, value)| Some((name.as_str()?, value)));
        let variables = own.chain(given.iter().map(|(name, value)| (&***name, value))).collect();
        with_variables(&root, &variables, &module, &name, &mut engine)
    };
    in_each_way(&module, &build, cx)
}

/// The node groups of a template in the JSON format with these variables.
fn with_variables(
    root: &Node,
    variables: &BTreeMap<&str, &Node>,
    module: &Arc<Module>,
    name: &str,
    engine: &mut Engine<'_, '_>,
) -> Vec<NodeGroup> {
    let Some((key, provisioners)) = root.pair("provisioners") else { return Vec::new() };
    let blocks = provisioners.items().iter().filter_map(|item| {
        let kind = item.get("type").and_then(Node::as_str)?;
        let attributes = item.pairs().iter().filter_map(|(key, value)| {
            let value = json::literal(&filled(value, variables));
            Some(Attribute { name: key.as_str()?.into(), name_span: key.span, value: value.into() })
        });
        let body = Body { attributes: attributes.collect(), blocks: Vec::new(), span: item.span };
        Some(Block { kind: "provisioner".into(), labels: vec![kind.into()], header: item.span, body, span: item.span })
    });
    let body = Body { attributes: Vec::new(), blocks: blocks.collect(), span: root.span };
    let instance = engine.add(Instance::new(Arc::clone(module), key.span));
    let env = Env::of(instance);
    let started = |key: &str, image: &str, body| {
        let (key, image) = (key.to_owned(), image.to_lowercase());
        Started { key, image, body, env: env.clone(), alone: false }
    };
    // A builder without a name is called by its type.
    let mut machines = Vec::new();
    for builder in root.get("builders").map_or(&[][..], Node::items) {
        let Some(called) = builder.get("name").or_else(|| builder.get("type")).and_then(Node::as_str) else { continue };
        let image = builder.path(&["source_ami_filter", "filters", "name"]).and_then(Node::as_str);
        machines.push(started(called, image.unwrap_or_default(), for_machine(&body, called, called)));
    }
    if machines.is_empty() {
        machines.push(started("", "", body));
    }
    engine.done_on(machines, name, key.span)
}

/// A value with its variables filled in. The parser limits the depth.
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

/// Fills in `{{user `name`}}` and `{{template_dir}}`; other text in braces stays.
fn filled_text(text: &Traced, variables: &BTreeMap<&str, &Node>, at: Span) -> Traced {
    run_documents::filled(text, |inner| {
        let Some(name) = inner.strip_prefix("user").map(|name| name.trim().trim_matches(['`', '"'])) else {
            return (inner == "template_dir").then(|| Traced::made(".", at));
        };
        Some(match variables.get(name).and_then(|v| v.as_scalar()) {
            // A null must be set from outside.
            Some(scalar) if scalar.text.as_str() != Some("null") => scalar.text.clone(),
            _ => Traced::unknown(at, Why::NoDefault(format!("the variable {name}").into())),
        })
    })
}
