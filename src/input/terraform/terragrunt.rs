//! Terragrunt: `terragrunt.hcl` passes inputs to a module, merged with the files that it includes. The module is a
//! directory of the repository or a model of an external one.
//!
//! The rules follow gruntwork-io/terragrunt, `config/config_helpers.go` (functions), `config/include.go` (merging) and
//! `config/locals.go`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::node::{Cx, NodeGroup};
use crate::syntax::hcl::{self, Attribute, Body, Call, Step, StepKind};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Entry, Guard, Kind, Map, Value};

use super::super::unit::{FileList, Input, Unit, normal};
use super::engine::Engine;
use super::handed::Unread;
use super::lang::data::Data;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::outcome::{Outcome, Refused};
use super::modules::carries;
use super::resources;
use super::scope::{Module, values_in};
use super::state::{Instance, Stack};

/// Terragrunt keeps what it downloads in its own cache.
const NAME_IT: &str = "name the folder of the module with `--module`";

/// The file with the values that a stack gave to the unit next to it.
const VALUES: &str = "terragrunt.values.hcl";

/// The most files that may include or read one another.
const MAX_CONFIGS: usize = 32;

/// How many parent directories are searched for a file.
const MAX_PARENTS: usize = 64;

/// The depth to which inputs are merged.
const MAX_DEPTH: usize = 32;

/// Modules with the inputs from Terragrunt. It has the name of Terraform, so a module that is called from here is
/// checked through its callers like any other.
#[derive(Debug)]
pub(in super::super) struct Terragrunt;

impl Input for Terragrunt {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.named(&["terragrunt.hcl"])
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        unit.path.parent().map(PathBuf::from).map(|dir| self::unit(&unit.path, &dir, None, cx)).unwrap_or_default()
    }
}

/// The node groups of the unit in a file, which is as if it were in `dir`; `values` are those that a stack gives it.
pub(super) fn unit(file: &Path, dir: &Path, values: Option<Value>, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let judged = |engine: &mut Engine<'_, '_>, root: usize, place| engine.judged(&[root], place);
    applied(file, dir, values, resources::concerns, cx, judged).unwrap_or_default()
}

/// The outputs of the unit in a file.
pub(super) fn outputs(file: &Path, at: Span, cx: &mut Cx<'_>) -> Option<Value> {
    applied(file, file.parent()?, None, |_| true, cx, |engine, root, _| engine.outputs(root, at))
}

/// What comes of the root module that a unit applies; `None` if it is not here, or not `wanted`.
fn applied<T>(
    file: &Path,
    dir: &Path,
    values: Option<Value>,
    wanted: fn(&Module) -> bool,
    cx: &mut Cx<'_>,
    then: impl FnOnce(&mut Engine<'_, '_>, usize, Span) -> T,
) -> Option<T> {
    let own = file.parent().unwrap_or(dir).to_owned();
    let mut engine = Engine::new(dir, cx);
    let beside = own.join(VALUES);
    engine.stack = Some(Stack { dir: dir.to_owned(), values, ..Stack::default() });
    if engine.stack.as_ref().is_some_and(|stack| stack.values.is_none()) && engine.cx.files.read(&beside).is_ok() {
        engine.take_values(&beside);
    }
    let stack = engine.stack_of(file).filter(|stack| !stack.left_out)?;
    let place = stack.place;
    let (mut module, path, target) = match &stack.source {
        None => (Module::load(&own, engine.cx), ".".to_owned(), own),
        Some((source, at)) => match engine.sourced(source, &stack, *at) {
            Some(found) => found,
            None => {
                let advice = if source.starts_with(['.', '/']) { "correct the path of the module" } else { NAME_IT };
                let module = Unread { address: "inputs", words: "the module of this unit", advice, place };
                let mut inputs: Vec<_> = stack.inputs.into_iter().collect();
                inputs.sort_by(|(a, _), (b, _)| a.cmp(b));
                engine.record_handed(&module, &inputs, &Guard::always());
                return None;
            }
        },
    };
    let elsewhere = std::mem::take(&mut engine.elsewhere);
    let mut engine = Engine::new(&target, cx);
    engine.elsewhere = elsewhere;
    let mut given = HashMap::new();
    for (at, text, values) in &stack.generated {
        let id = engine.cx.texts.add_made("generated file", text, *at);
        let parsed = hcl::parse(&engine.cx.texts.view(id));
        let body = engine.cx.parsed(parsed);
        for attribute in body.attributes.into_iter().filter(|_| *values) {
            let value = engine.eval_or_unknown(&attribute.value, &Env::default());
            given.insert(attribute.name, value);
        }
        body.blocks.into_iter().for_each(|block| module.take(block));
    }
    if !wanted(&module) {
        return None;
    }
    for path in &stack.files {
        for attribute in values_in(path, engine.cx) {
            let value = engine.eval_or_unknown(&attribute.value, &Env::default());
            given.insert(attribute.name, value);
        }
    }
    given.extend(engine.given(&module));
    let instance = Instance::new(Arc::new(module), place);
    let root = engine.add(Instance { path, given, environment: stack.inputs, ..instance });
    Some(then(&mut engine, root, place))
}

/// The resolved settings of a stack.
struct Settled {
    place: Span,
    source: Option<(String, Span)>,
    /// The directories that the source may be relative to.
    dirs: Vec<PathBuf>,
    inputs: HashMap<Arc<str>, Value>,
    /// What is written beside the module, and whether it is a file of values.
    generated: Vec<(Span, Traced, bool)>,
    /// The files of values in `extra_arguments`, in order.
    files: Vec<PathBuf>,
    /// The variables in `env_vars` of `extra_arguments`, which are stronger than inputs.
    environment: Vec<(Arc<str>, Value)>,
    /// The unit is left out: `skip = true`, or `exclude` for all actions.
    left_out: bool,
}

impl Engine<'_, '_> {
    /// Takes what a stack gave to a unit from the file that Terragrunt writes for it.
    fn take_values(&mut self, path: &Path) {
        let Some((own, body)) = self.config(path).and_then(|own| Some((own, self.config_body(own)?))) else { return };
        let entry = |attribute: &Attribute| {
            let value = self.eval_or_unknown(&attribute.value, &Env::of(own));
            (Arc::clone(&attribute.name), Entry { key: attribute.name_span, value })
        };
        let values = Value::map(body.attributes.iter().map(entry).collect(), body.span);
        if let Some(stack) = &mut self.stack {
            stack.values = Some(values);
        }
    }

    /// Reads the file of a stack and the files that it includes.
    fn stack_of(&mut self, path: &Path) -> Option<Settled> {
        let own = self.config(path)?;
        let body = self.config_body(own)?;
        let place = Span { end: body.span.start, ..body.span };
        let own_dir = self.stack.as_ref()?.dir.clone();
        let mut dirs = vec![path.parent()?.to_owned()];
        if own_dir != dirs[0] {
            dirs.push(own_dir);
        }
        let mut layers = Vec::new();
        for include in body.blocks_of("include") {
            let Some(attribute) = include.body.attribute("path") else { continue };
            let value = self.eval_or_unknown(&attribute.value, &Env::of(own));
            let Some(target) = value.as_known_str().map(|p| normal(&dirs[0].join(p))) else {
                self.cx.gap(attribute.value.span, Why::NotUnderstood("this include".into()));
                continue;
            };
            let Some(instance) = self.config(&target) else {
                self.cx.gap(attribute.value.span, Why::FromOutside("the included file".into()));
                continue;
            };
            if let Some(stack) = &mut self.stack {
                stack.includes.push((include.label(0).to_owned(), instance));
            }
            let strategy = self.attribute(&include.body, "merge_strategy", &Env::of(own));
            let strategy = strategy.as_ref().and_then(Value::as_known_str).unwrap_or("shallow").to_owned();
            if strategy != "no_merge" {
                dirs.extend(target.parent().map(PathBuf::from));
                layers.push((instance, strategy == "deep"));
            }
        }
        layers.push((own, layers.iter().any(|(_, deep)| *deep)));
        let mut settled = Settled {
            place,
            source: None,
            dirs,
            inputs: HashMap::new(),
            generated: Vec::new(),
            files: Vec::new(),
            environment: Vec::new(),
            left_out: false,
        };
        let mut all: Option<Value> = None;
        for (instance, deep) in layers {
            let Some(body) = self.config_body(instance) else { continue };
            let env = Env::of(instance);
            if let Some(value) = self.attribute(&body, "inputs", &env) {
                all = Some(match all {
                    Some(before) => merged(&before, &value, if deep { MAX_DEPTH } else { 1 }),
                    None => value,
                });
            }
            let source = body.blocks_of("terraform").find_map(|b| b.body.attribute("source"));
            if let Some(source) = source {
                let value = self.eval_or_unknown(&source.value, &env);
                match value.as_known_str() {
                    Some(known) => settled.source = Some((known.to_owned(), source.value.span)),
                    None => {
                        self.cx.gap(source.value.span, Why::NotUnderstood("the source of this stack".into()));
                        return None;
                    }
                }
            }
            let holds = |value: Option<Value>| value.is_some_and(|value| value.as_bool() == Some(true));
            // Terragrunt takes `skip` from the unit's own file only.
            settled.left_out |= instance == own && holds(self.attribute(&body, "skip", &env));
            for exclude in body.blocks_of("exclude") {
                let actions = self.attribute(&exclude.body, "actions", &env);
                let applies = actions.iter().flat_map(Value::items).any(|action| {
                    action.as_known_str().is_some_and(|a| matches!(a, "all" | "all_except_output" | "apply"))
                });
                settled.left_out |= applies && holds(self.attribute(&exclude.body, "if", &env));
            }
            for extra in body.blocks_of("terraform").flat_map(|block| block.body.blocks_of("extra_arguments")) {
                let variables = self.attribute(&extra.body, "env_vars", &env);
                if let Some(Value { kind: Kind::Map(map), .. }) = &variables {
                    let named =
                        map.entries.iter().filter_map(|(key, entry)| Some((key.strip_prefix("TF_VAR_")?, entry)));
                    let through = |(name, entry): (&str, &Entry)| {
                        (name.into(), entry.value.clone().through(entry.key, &format!("TF_VAR_{name}").into()))
                    };
                    settled.environment.extend(named.map(through));
                }
                for key in ["arguments", "required_var_files", "optional_var_files"] {
                    let list = self.attribute(&extra.body, key, &env);
                    let words =
                        list.iter().flat_map(Value::items).filter_map(|word| word.as_known_str().map(str::to_owned));
                    for word in words.collect::<Vec<_>>() {
                        let file = word.trim_start_matches('-').strip_prefix("var-file=");
                        let Some(file) = file.or(Some(word.as_str()).filter(|_| key != "arguments")) else { continue };
                        // Terraform runs in the folder of the unit, or in a copy of the module.
                        settled.files.push(normal(&settled.dirs[0].join(file)));
                    }
                }
            }
            for block in body.blocks_of("generate") {
                let Some(contents) = block.body.attribute("contents") else { continue };
                let value = self.eval_or_unknown(&contents.value, &env);
                if let Some(text) = value.to_traced().filter(|t| !t.is_unknown()) {
                    let path = self.attribute(&block.body, "path", &env);
                    let path = path.as_ref().and_then(Value::as_known_str).unwrap_or_default();
                    let values = path.ends_with(".auto.tfvars") || path.ends_with("terraform.tfvars");
                    settled.generated.push((contents.value.span, text, values));
                }
            }
        }
        // Inputs that come from elsewhere are unknown here.
        if let Some(value) = all
            && let Kind::Map(map) = &value.kind
        {
            for (name, entry) in &map.entries {
                if let Some(value) = value.get(name) {
                    let value = value.through(entry.key, &format!("inputs.{name}").into());
                    settled.inputs.insert(Arc::clone(name), value);
                }
            }
        }
        settled.inputs.extend(std::mem::take(&mut settled.environment));
        Some(settled)
    }

    /// The module that a source names, its `path.module`, and its directory.
    fn sourced(&mut self, source: &str, stack: &Settled, at: Span) -> Option<(Module, String, PathBuf)> {
        if source.starts_with(['.', '/']) {
            let plain = source.split('?').next().unwrap_or(source).replace("//", "/");
            let found = stack.dirs.iter().map(|dir| normal(&dir.join(&plain)));
            let root = self.cx.files.root().to_owned();
            let found = found.filter(|dir| dir.starts_with(&root)).find(|dir| self.has_module(dir));
            let Some(dir) = found else {
                self.cx.gap(at, Why::FromOutside(format!("the directory {source}").into()));
                return None;
            };
            if !self.cx.claims.covers.contains(&dir) {
                self.cx.claims.covers.push(dir.clone());
            }
            let module = Module::load(&dir, self.cx);
            return Some((module, ".".to_owned(), dir));
        }
        if let Some(dir) = self.mapped(source, at) {
            return Some((Module::load(&dir, self.cx), ".".to_owned(), dir));
        }
        let version = source.split_once('?').and_then(|(_, query)| {
            query.split('&').find_map(|pair| pair.strip_prefix("version=").or_else(|| pair.strip_prefix("ref=")))
        });
        let version = Some(version.unwrap_or_default().to_owned());
        match self.model(source, version, &[], at) {
            Some(module) => Some((module, ".".to_owned(), self.root.clone())),
            None => {
                let stack = self.stack.as_ref()?;
                let name = stack.dir.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
                let mut texts = stack.bodies.values().map(|body| self.cx.texts.slice(body.span));
                if texts.any(|text| carries(&String::from_utf8_lossy(text).to_lowercase())) {
                    self.not_read(at, &name, source);
                }
                None
            }
        }
    }

    /// The instance for a file of Terragrunt, read once.
    pub(super) fn config(&mut self, path: &Path) -> Option<usize> {
        let stack = self.stack.as_ref()?;
        if let Some(known) = stack.configs.get(path) {
            return Some(*known);
        }
        if stack.configs.len() >= MAX_CONFIGS {
            budget::reached("files of Terragrunt that one unit reads");
            return None;
        }
        let id = self.cx.open(path).ok()?;
        let parsed = hcl::parse(&self.cx.texts.view(id));
        let body = self.cx.parsed(parsed);
        let mut module = Module { dir: path.parent()?.to_owned(), ..Module::default() };
        body.blocks_of("locals").for_each(|block| module.take(block.clone()));
        let instance = self.add(Instance::new(Arc::new(module), Span { end: body.span.start, ..body.span }));
        let stack = self.stack.as_mut()?;
        stack.configs.insert(path.to_owned(), instance);
        stack.bodies.insert(instance, Arc::new(body));
        Some(instance)
    }

    pub(super) fn config_body(&self, instance: usize) -> Option<Arc<Body>> {
        self.stack.as_ref()?.bodies.get(&instance).map(Arc::clone)
    }

    /// The values that a file exposes to its readers: its locals and inputs.
    fn exposed(&mut self, instance: usize, at: Span) -> Outcome {
        let Some(body) = self.config_body(instance) else { return Err(Refused::new("no such file")) };
        let env = Env::of(instance);
        let mut locals = IndexMap::new();
        for block in body.blocks_of("locals") {
            for attribute in &block.body.attributes {
                let value = self.local(instance, &attribute.name, attribute.name_span);
                let value = value.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), at));
                locals.insert(Arc::clone(&attribute.name), Entry { key: attribute.name_span, value });
            }
        }
        let mut map = Map { open: Some(Why::FromOutside("a file of Terragrunt".into())), ..Map::default() };
        map.entries.insert("locals".into(), Entry { key: at, value: Value::map(locals, at) });
        if let Some(inputs) = body.attribute("inputs") {
            let value = self.eval_or_unknown(&inputs.value, &env);
            map.entries.insert("inputs".into(), Entry { key: inputs.name_span, value });
        }
        Ok(self.bounded(Value::new(Kind::Map(Arc::new(map)), at)))
    }

    /// `include.label.locals.x`, or `include.locals.x` for an include without a label. `None` if this is not a
    /// reference to an include.
    pub(super) fn included(&mut self, steps: &[Step], at: Span, env: &Env) -> Option<Outcome> {
        let Some(StepKind::Attr(first)) = steps.first().map(|s| &s.kind) else { return None };
        let includes = &self.stack.as_ref()?.includes;
        let labelled = includes.iter().find(|(label, _)| **label == **first).map(|(_, instance)| (*instance, 1));
        let (instance, skip) =
            labelled.or_else(|| includes.iter().find(|(l, _)| l.is_empty()).map(|(_, i)| (*i, 0)))?;
        let words = self.words(at);
        let value = self.exposed(instance, at).and_then(|value| self.lang().walk(value, &steps[skip..], env));
        Some(value.map(|value| value.through(at, &words.into())))
    }

    /// `values.x`, which a stack gives to a unit. `None` if this is not a file of Terragrunt.
    pub(super) fn given_by_stack(&mut self, steps: &[Step], at: Span, env: &Env) -> Option<Outcome> {
        let value = self.stack.as_ref()?.values.clone();
        let value = value.unwrap_or_else(|| outside("what a stack gives to this unit", at));
        let words = self.words(at);
        let value = self.lang().walk(value, steps, env);
        Some(value.map(|value| value.through(at, &words.into())))
    }

    /// The result of a function that only Terragrunt has. `None` if it does not exist.
    pub(super) fn terragrunt_function(&mut self, name: &str, call: &Call, at: Span, env: &Env) -> Option<Outcome> {
        let child = self.stack.as_ref()?.dir.clone();
        let root = self.cx.files.root().to_owned();
        let here = env.instance.and_then(|i| self.instances.get(i)).map_or(child.clone(), |i| i.module.dir.clone());
        let text = |path: &Path| Ok(Value::str(Traced::made(path.to_string_lossy().as_bytes(), at), at));
        let args: Vec<Value> = call.args.iter().map(|a| self.eval_or_unknown(a, env)).collect();
        let known = |n: usize| args.get(n).and_then(Value::as_known_str).map(str::to_owned);
        let outcome = match name {
            "get_terragrunt_dir" | "get_original_terragrunt_dir" | "get_working_dir" => text(&child),
            "get_parent_terragrunt_dir" => {
                let label = known(0);
                let parent = self.stack.as_ref()?.includes.iter().find(|(l, _)| label.as_ref().is_none_or(|x| x == l));
                // In a file that is included, it is the folder of that file.
                let parent = parent.and_then(|(_, i)| self.instances.get(*i)).filter(|_| here == child);
                text(&parent.map_or(here, |i| i.module.dir.clone()))
            }
            "get_repo_root" => text(&root),
            "get_path_from_repo_root" => text(&relative(&root, &child)),
            "get_path_to_repo_root" => text(&relative(&child, &root)),
            "path_relative_to_include" => {
                let dir = self.include_dir(&here);
                text(&relative(&dir, &child))
            }
            "path_relative_from_include" => {
                let dir = self.include_dir(&here);
                text(&relative(&child, &dir))
            }
            "find_in_parent_folders" => {
                let wanted = known(0);
                let names = match &wanted {
                    Some(name) => vec![name.as_str()],
                    None if args.is_empty() => vec!["terragrunt.hcl", "root.hcl"],
                    None => return Some(Ok(outside(name, at))),
                };
                let parents = child.ancestors().skip(1).take(MAX_PARENTS).take_while(|dir| dir.starts_with(&root));
                let found = parents.flat_map(|dir| names.iter().map(move |name| dir.join(name))).find(|path| {
                    let dir = path.parent().unwrap_or(path);
                    self.cx.files.is_dir(path) || self.cx.files.list(dir).binary_search(path).is_ok()
                });
                match (found, args.get(1)) {
                    (Some(path), _) => text(&path),
                    (None, Some(default)) => Ok(default.clone()),
                    (None, None) => Err(Refused::new("there is no such file in the folders above")),
                }
            }
            "get_env" => match args.get(1) {
                Some(default) => Ok(default.clone()),
                None => Ok(outside(&known(0).unwrap_or_else(|| name.to_owned()), at)),
            },
            "read_terragrunt_config" => {
                let Some(path) = known(0) else { return Some(Ok(outside(name, at))) };
                match (self.config(&normal(&here.join(path))), args.get(1)) {
                    (Some(instance), _) => self.exposed(instance, at),
                    (None, Some(default)) => Ok(default.clone()),
                    (None, None) => Ok(outside("a file of Terragrunt", at)),
                }
            }
            _ if name.starts_with("get_") || matches!(name, "run_cmd" | "sops_decrypt_file" | "read_tfvars_file") => {
                Ok(outside(name, at))
            }
            _ => return None,
        };
        Some(outcome)
    }

    /// The directory of the file that a stack includes: the current one if it is included, else the first one.
    fn include_dir(&self, here: &Path) -> PathBuf {
        let Some(stack) = &self.stack else { return here.to_owned() };
        if here != stack.dir {
            return here.to_owned();
        }
        let first = stack.includes.first().and_then(|(_, i)| self.instances.get(*i));
        first.map_or_else(|| here.to_owned(), |i| i.module.dir.clone())
    }
}

fn outside(name: &str, at: Span) -> Value {
    Value::unknown(Why::FromOutside(name.into()), at)
}

/// The relative path from one directory to another.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let mut out = PathBuf::new();
    for _ in from.components().skip(common) {
        out.push("..");
    }
    out.extend(to.components().skip(common));
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}

/// Merges maps, `depth` levels deep; a deep merge also concatenates lists.
fn merged(below: &Value, above: &Value, depth: usize) -> Value {
    match (&below.kind, &above.kind) {
        (Kind::Map(a), Kind::Map(b)) if depth > 0 => {
            let mut map = Map { open: b.open.clone().or_else(|| a.open.clone()), ..Map::default() };
            for (name, entry) in &a.entries {
                let value = below.get(name).unwrap_or_else(|| entry.value.clone());
                map.entries.insert(Arc::clone(name), Entry { key: entry.key, value });
            }
            for (name, entry) in &b.entries {
                let value = above.get(name).unwrap_or_else(|| entry.value.clone());
                let value = match map.entries.get(name) {
                    Some(before) => merged(&before.value, &value, depth - 1),
                    None => value,
                };
                map.entries.insert(Arc::clone(name), Entry { key: entry.key, value });
            }
            Value::new(Kind::Map(Arc::new(map)), above.at)
        }
        (Kind::List(_), Kind::List(_)) if depth > 0 && depth < MAX_DEPTH => {
            let items = below.items().into_iter().chain(above.items()).collect();
            Value::list(items, above.at)
        }
        _ => above.clone(),
    }
}
