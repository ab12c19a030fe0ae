//! Stacks of Terraform: components are modules, and each deployment gives the variables of the stack values. Source: HashiCorp,
//! "Terraform Stacks" (`.tfcomponent.hcl`, formerly `.tfstack.hcl`, and `.tfdeploy.hcl`).

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup};
use crate::syntax::hcl;
use crate::text::{Span, Why};
use crate::value::{Kind, Value};

use super::super::unit::{FileList, Input, Unit};
use super::components::{COMPONENTS, as_module};
use super::engine::Engine;
use super::lang::env::Env;
use super::scope::Module;
use super::state::Instance;

/// The end of the names of files with deployments.
const DEPLOYMENTS: &str = ".tfdeploy.hcl";

/// The most deployments of one stack.
const MAX_DEPLOYMENTS: usize = 64;

/// Stacks. The name is that of Terraform, so a module that is called from here is checked through its callers.
#[derive(Debug)]
pub(in super::super) struct Stacks;

impl Input for Stacks {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let ours = |path: &Path| ends(path, COMPONENTS) || ends(path, &[DEPLOYMENTS]);
        let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for unit in files.each(ours, |_| true) {
            let folder = unit.path.parent().unwrap_or(&unit.path).to_owned();
            folders.entry(folder).or_default().push(unit.path);
        }
        folders.into_iter().map(|(folder, files)| Unit::of_folder(folder, files)).collect()
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let mut module = Module { dir: unit.path.clone(), ..Module::default() };
        let mut deployments = Module { dir: unit.path.clone(), ..Module::default() };
        let mut asked = Vec::new();
        let mut place = None;
        for path in &unit.files {
            let Ok(id) = cx.open(path) else { continue };
            let parsed = hcl::parse(&cx.texts.view(id));
            let body = cx.parsed(parsed);
            let first = Span { end: body.span.start, ..body.span };
            let components = ends(path, COMPONENTS);
            for block in body.blocks {
                match &*block.kind {
                    "locals" if !components => deployments.take(block),
                    "deployment" if !components => asked.push(block),
                    _ if !components => {}
                    kind => {
                        if matches!(kind, "component" | "stack") {
                            place.get_or_insert(first);
                        }
                        if let Some(block) = as_module(block, cx) {
                            module.take(block);
                        }
                    }
                }
            }
        }
        let Some(place) = place else { return Vec::new() };
        let module = Arc::new(module);
        if asked.is_empty() {
            return applied(&module, None, HashMap::new(), place, cx);
        }
        if asked.len() > MAX_DEPLOYMENTS {
            cx.gap(place, Why::limit("deployments of a stack"));
        }
        let deployments = Arc::new(deployments);
        let mut out = Vec::new();
        for block in asked.iter().take(MAX_DEPLOYMENTS) {
            let mut engine = Engine::new(&unit.path, cx);
            let own = engine.add(Instance::new(Arc::clone(&deployments), place));
            // One that is to be destroyed launches nothing.
            let destroyed = engine.attribute(&block.body, "destroy", &Env::of(own));
            if destroyed.is_some_and(|value| value.as_bool() == Some(true)) {
                continue;
            }
            let inputs = engine.attribute(&block.body, "inputs", &Env::of(own));
            let values = inputs.map(|inputs| values_of(&inputs, &format!("deployment.{}", block.label(0))));
            out.append(&mut applied(&module, Some(block.label(0)), values.unwrap_or_default(), place, cx));
        }
        out
    }
}

/// True for a file whose name has one of these ends.
pub(super) fn ends(path: &Path, with: &[&str]) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|name| with.iter().any(|end| name.ends_with(end)))
}

/// The entries of a map of inputs, for the variables that they set.
pub(super) fn values_of(inputs: &Value, step: &str) -> HashMap<Arc<str>, Value> {
    let Kind::Map(map) = &inputs.kind else { return HashMap::new() };
    let through = |(name, entry): (&Arc<str>, &crate::value::Entry)| {
        let value = inputs.get(name)?.through(entry.key, &format!("{step}.{name}").into());
        Some((Arc::clone(name), value))
    };
    map.entries.iter().filter_map(through).collect()
}

/// The node groups of a root module that something applies with values, named after that.
pub(super) fn applied(
    module: &Arc<Module>,
    name: Option<&str>,
    values: HashMap<Arc<str>, Value>,
    place: Span,
    cx: &mut Cx<'_>,
) -> Vec<NodeGroup> {
    if !super::resources::concerns(module) {
        return Vec::new();
    }
    let mut engine = Engine::new(&module.dir, cx);
    let mut given = values;
    given.extend(engine.given(module));
    let root = engine.add(Instance { given, ..Instance::new(Arc::clone(module), place) });
    let mut groups = engine.judged(&[root], place);
    if let Some(name) = name {
        for group in &mut groups {
            group.name = format!("{name}: {}", group.name).into();
        }
    }
    groups
}
