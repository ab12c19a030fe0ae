//! Terramate: stacks whose files of Terraform are generated from blocks `generate_hcl` and `generate_file` in the folders around them,
//! with `globals` that a lower folder overrides. Source: terramate-io/terramate, "Globals", "Generate HCL", "Generate files".
//!
//! What is generated and committed is read as it is; what is not there is generated here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup, Root};
use crate::syntax::Node;
use crate::syntax::hcl::{self, Attribute, Block, Step, StepKind};
use crate::text::{Span, Traced, Why};
use crate::value::Value;

use super::super::embedded;
use super::super::unit::{FileList, Input, Unit, normal};
use super::engine::Engine;
use super::lang::data::Data;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::outcome::{Outcome, Refused};
use super::scope::Module;
use super::stacks::{applied, ends};
use super::state::Instance;

/// The ends of the names of its files.
const FILES: &[&str] = &[".tm", ".tm.hcl"];

/// The most files, and the most stacks, of one repository.
const MAX_FILES: usize = 512;
const MAX_STACKS: usize = 128;

/// Stacks. The name is that of Terraform, so a folder that files are generated for is checked with them.
#[derive(Debug)]
pub(in super::super) struct Terramate;

impl Input for Terramate {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let ours: Vec<PathBuf> = files.each(|path| ends(path, FILES), |_| true).into_iter().map(|u| u.path).collect();
        let Some(first) = ours.first().and_then(|path| path.parent()) else { return Vec::new() };
        let around = first.ancestors().find(|dir| ours.iter().all(|path| path.starts_with(dir)));
        // No other unit has this path.
        vec![Unit::of_folder(around.unwrap_or(first).join(".terramate"), ours)]
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let mut project = Project::default();
        for path in unit.files.iter().take(MAX_FILES) {
            project.add(path.parent().unwrap_or(path), path, 0, cx);
        }
        let stacks: Vec<(PathBuf, Block)> = project
            .folders
            .iter()
            .filter_map(|(dir, blocks)| Some((dir.clone(), blocks.iter().find(|b| &*b.kind == "stack")?.clone())))
            .collect();
        if let Some((_, block)) = stacks.get(MAX_STACKS) {
            cx.gap(block.header, Why::limit("stacks of Terramate"));
        }
        if let (true, Some((_, block))) = (unit.files.len() > MAX_FILES, stacks.first()) {
            cx.gap(block.header, Why::limit("files of Terramate"));
        }
        stacks.iter().take(MAX_STACKS).flat_map(|(dir, block)| project.stack(dir, block, cx)).collect()
    }
}

/// The blocks of all folders.
#[derive(Default)]
struct Project {
    folders: BTreeMap<PathBuf, Vec<Block>>,
    /// The files that are generated once for all stacks.
    once: BTreeSet<Span>,
}

impl Project {
    /// Adds the blocks of a file to those of a folder, and those that it imports.
    fn add(&mut self, dir: &Path, path: &Path, depth: usize, cx: &mut Cx<'_>) {
        let Ok(id) = cx.open(path) else { return };
        let parsed = hcl::parse(&cx.texts.view(id));
        let body = cx.parsed(parsed);
        for block in body.blocks {
            if &*block.kind != "import" {
                self.folders.entry(dir.to_owned()).or_default().push(block);
                continue;
            }
            let source = block.body.attribute("source").and_then(|a| a.value.as_literal());
            let source = source.as_ref().and_then(Traced::known_str).map(str::to_owned);
            let from = path.parent().unwrap_or(dir);
            let there = source.as_deref().map(|source| match source.strip_prefix('/') {
                Some(source) => normal(&cx.files.root().join(source)),
                None => normal(&from.join(source)),
            });
            let files = there.map(|path| imported(&path, cx)).unwrap_or_default();
            if files.is_empty() || depth > 0 {
                let what = format!("the import of {}", source.as_deref().unwrap_or("?"));
                cx.gap(block.header, Why::NotUnderstood(what.escape_debug().to_string().into()));
                continue;
            }
            for file in files {
                self.add(dir, &file, depth + 1, cx);
            }
        }
    }

    /// The node groups of what is generated for a stack, unless it is there.
    fn stack(&mut self, dir: &Path, block: &Block, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let root = cx.files.root().to_owned();
        let above: Vec<&Path> = dir.ancestors().take_while(|above| above.starts_with(&root)).collect();
        let blocks: Vec<Block> =
            above.iter().rev().filter_map(|above| self.folders.get(*above)).flatten().cloned().collect();
        let mut wanted = Vec::new();
        for block in blocks.iter().filter(|block| matches!(&*block.kind, "generate_hcl" | "generate_file")) {
            let absolute = block.label(0).strip_prefix('/').map(|name| normal(&root.join(name)));
            let file = absolute.unwrap_or_else(|| normal(&dir.join(block.label(0))));
            let context =
                block.body.attribute("context").map(|attribute| cx.texts.slice(attribute.value.span).to_vec());
            let fresh = context.as_deref() != Some(b"root") || self.once.insert(block.header);
            if fresh && cx.files.read(&file).is_err() {
                wanted.push((block, file));
            }
        }
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut module = Module::load(dir, cx);
        names(&mut module, dir, block, &blocks, cx);
        for (block, _) in &wanted {
            for attribute in block.body.blocks_of("lets").flat_map(|lets| &lets.body.attributes) {
                let name: Arc<str> = format!("let.{}", attribute.name).into();
                if module
                    .locals
                    .insert(name, Arc::new(attribute.clone()))
                    .is_some_and(|old| old.value != attribute.value)
                {
                    cx.gap(attribute.name_span, Why::NotUnderstood("names in `lets` that blocks share".into()));
                    return Vec::new();
                }
            }
        }
        let known = Arc::new(module);
        let mut engine = Engine::new(dir, cx);
        let own = engine.add(Instance::new(Arc::clone(&known), block.header));
        let env = Env::of(own);
        let mut texts = Vec::new();
        wanted.retain(|(block, file)| {
            let condition = block.body.attribute("condition").map(|a| engine.eval_or_unknown(&a.value, &env));
            let on = condition.as_ref().is_none_or(|value| value.as_bool() == Some(true));
            if condition.is_some_and(|value| value.as_bool().is_none())
                || block.body.blocks_of("stack_filter").next().is_some()
            {
                engine.cx.gap(block.header, Why::NotUnderstood("whether Terramate generates this".into()));
                return false;
            }
            if let Some(content) = block.body.attribute("content").filter(|_| on) {
                let value = engine.eval_or_unknown(&content.value, &env);
                texts.push((file.clone(), content.value.span, value));
            }
            on
        });
        drop(engine);
        let mut module = Module::load(dir, cx);
        module.locals.extend(known.locals.iter().map(|(name, value)| (Arc::clone(name), Arc::clone(value))));
        for inner in wanted.iter().flat_map(|(block, _)| block.body.blocks_of("content")).flat_map(|c| &c.body.blocks) {
            if &*inner.kind == "tm_dynamic" {
                cx.gap(inner.header, Why::NotUnderstood("blocks that `tm_dynamic` makes".into()));
            }
            module.take(inner.clone());
        }
        let mut groups = Vec::new();
        for (file, at, value) in texts {
            let shown = crate::input::yaml_files::shown(&file, cx);
            let Some(text) = value.to_traced().filter(|text| !text.is_unknown()) else {
                cx.gap(at, Why::NotUnderstood(format!("the content of {shown}").into()));
                continue;
            };
            if ends(&file, &[".tf", ".tofu"]) {
                let parsed = hcl::parse(&cx.made(shown, &text, at));
                cx.parsed(parsed).blocks.into_iter().for_each(|block| module.take(block));
            } else {
                let tree = Node::map(vec![(Node::quoted(Traced::made(shown, at), at), Node::quoted(text, at))], at);
                groups.append(&mut embedded::in_tree(&tree, true, cx));
            }
        }
        cx.claims.covers.push(dir.to_owned());
        let name = dir.strip_prefix(&root).unwrap_or(dir).display().to_string();
        let unreached = cx.claims.unreached.len();
        groups.append(&mut applied(&Arc::new(module), None, HashMap::new(), block.header, cx));
        for group in groups.iter_mut().chain(cx.claims.unreached.iter_mut().skip(unreached)) {
            group.root = Root::application(&name);
        }
        groups
    }
}

/// Adds what expressions may refer to: globals, the lowest folder last, and what Terramate says about the stack.
fn names(module: &mut Module, dir: &Path, stack: &Block, blocks: &[Block], cx: &mut Cx<'_>) {
    for block in blocks.iter().filter(|block| &*block.kind == "globals") {
        let path: String = block.labels.iter().flat_map(|label| [&**label, "."]).collect();
        for attribute in &block.body.attributes {
            module.locals.insert(format!("global.{path}{}", attribute.name).into(), Arc::new(attribute.clone()));
        }
    }
    let root = cx.files.root().to_owned();
    let inner = dir.strip_prefix(&root).unwrap_or(dir);
    let base = inner.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let to_root = inner.iter().map(|_| "..").collect::<Vec<_>>().join("/");
    let at = stack.header;
    let mut add = |name: &str, expr: hcl::Expr| {
        let attribute = Attribute { name: name.into(), name_span: at, value: expr.into() };
        module.locals.insert(name.into(), Arc::new(attribute));
    };
    let texts = [
        ("terramate.stack.name", base.clone()),
        ("terramate.stack.path.absolute", format!("/{}", inner.display())),
        ("terramate.stack.path.relative", inner.display().to_string()),
        ("terramate.stack.path.basename", base),
        ("terramate.stack.path.to_root", to_root),
        (
            "terramate.root.path.fs.basename",
            root.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        ),
    ];
    for (name, text) in texts {
        let view = cx.made(name, &Traced::made(format!("{text:?}").replace("${", "$${"), at), at);
        if let Ok(expr) = hcl::parse_expression(&view) {
            add(name, expr);
        }
    }
    for name in ["name", "id", "description", "tags"] {
        if let Some(attribute) = stack.body.attribute(name) {
            add(&format!("terramate.stack.{name}"), attribute.value.clone().into_expr());
        }
    }
}

/// The files that an import names.
fn imported(path: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    if !path.starts_with(cx.files.root()) {
        return Vec::new();
    }
    if cx.files.read(path).is_ok() {
        return vec![path.to_owned()];
    }
    let (dir, all) = match path.file_name() {
        Some(name) if name.to_string_lossy().contains('*') => (path.parent().unwrap_or(path), true),
        _ => (path, cx.files.is_dir(path)),
    };
    cx.files.list(dir).into_iter().filter(|file| all && ends(file, FILES)).collect()
}

impl Engine<'_, '_> {
    /// The value of a name of Terramate: the longest part of the reference that is one.
    pub(super) fn terramate_name(&mut self, name: &str, steps: &[Step], at: Span, env: &Env) -> Option<Outcome> {
        let instance = env.instance?;
        let module = Arc::clone(&self.instances.get(instance)?.module);
        if !module.locals.contains_key("terramate.stack.path.absolute") {
            return None;
        }
        let (mut path, mut found) = (name.to_owned(), None);
        for (n, step) in steps.iter().enumerate() {
            let StepKind::Attr(key) = &step.kind else { break };
            path = format!("{path}.{key}");
            if module.locals.contains_key(path.as_str()) {
                found = Some((path.clone(), n + 1));
            }
        }
        let Some((path, count)) = found else {
            if name == "global" && steps.iter().all(|step| matches!(step.kind, StepKind::Attr(_))) {
                return Some(Err(Refused::new(format!("there is no {}", self.words(at)))));
            }
            let why = Why::NotUnderstood(self.words(at).into());
            return Some(Ok(Value::unknown(why, at)));
        };
        Some(self.local(instance, &path, at).and_then(|value| {
            let value = value.through(at, &path.as_str().into());
            self.lang().walk(value, &steps[count..], env)
        }))
    }
}
