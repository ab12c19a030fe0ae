//! Outputs of other roots of the repository: what `terraform_remote_state` reads from the state of one, and `dependency` of
//! Terragrunt from another unit.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::node::Cx;
use crate::syntax::hcl::{Block, Body, Step, StepKind};
use crate::text::{Span, Why};
use crate::value::{Entry, Kind, Map, Value};

use super::super::everywhere;
use super::super::unit::{has_extension, normal};
use super::super::yaml_files::{holds, shown};
use super::backends::{self, BACKENDS, Config, NAMES, PLACES, is_kind, may_be_same, same, written};
use super::data_sources::outside;
use super::engine::Engine;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::outcome::{Outcome, Refused, both_ways, either};
use super::scope::Module;
use super::terragrunt;
use super::value_sets::ways_to_apply;

/// How many roots may lead to another by their states.
const MAX_NESTED: usize = 4;

/// The outputs of a root, and whether other values may be given to it. While they are read they are unknown, so that roots may read
/// each other.
struct Outputs(Mutex<(Value, bool)>);

/// How many roots are being read for another.
#[derive(Default)]
struct Nested(AtomicUsize);

impl Engine<'_, '_> {
    /// All outputs of a module instance.
    pub(super) fn outputs(&mut self, instance: usize, at: Span) -> Value {
        let module = Arc::clone(&self.instances[instance].module);
        let open = Why::FromOutside("an output that is not declared".into());
        let mut map = Map { open: Some(open), ..Map::default() };
        for (name, block) in &module.outputs {
            let outcome = self.output(instance, name, at);
            let value = outcome.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), at));
            let value = value.through(block.header, &format!("output.{name}").into());
            map.entries.insert(Arc::clone(name), Entry { key: block.header, value });
        }
        self.bounded(Value::new(Kind::Map(Arc::new(map)), at))
    }

    /// `outputs` of a `terraform_remote_state` whose state belongs to a root of the repository.
    pub(super) fn remote_outputs(&mut self, block: &Arc<Block>, address: &str, own: &Env, at: Span) -> Outcome {
        let kind = self.argument(&block.body, "backend", own, at)?;
        let config = self.argument(&block.body, "config", own, at)?;
        let asked = flat(&config);
        let found = kind.as_known_str().map(|kind| self.root_with(kind, &asked)).unwrap_or_default();
        let unknown = || outside(address, "outputs", at);
        let [(dir, certain)] = &found[..] else { return Ok(unknown()) };
        let of_terragrunt = |cx: &mut Cx<'_>| (terragrunt::outputs(dir, at, cx).unwrap_or_else(unknown), false);
        let (value, open) = outputs_of(dir, at, self.cx, |cx| {
            if has_extension(dir, &["hcl"]) {
                return of_terragrunt(cx);
            }
            let mut engine = Engine::new(dir, cx);
            let root = engine.start(at);
            let module = Arc::clone(&engine.instances[root].module);
            let value = engine.outputs(root, at);
            (value, ways_to_apply(dir, &module, at, cx).is_some())
        });
        let dir = shown(dir, self.cx);
        let words = match (certain, open) {
            (true, false) => return Ok(value),
            (true, true) => format!("{dir} is applied without further values"),
            (false, _) => format!("{address} is the state of {dir}"),
        };
        let condition = self.condition(words, at, own);
        let ways = both_ways(&condition).into_iter();
        either(ways.map(|(when, holds)| (when, Ok(if holds { value.clone() } else { unknown() }))).collect(), at)
    }

    /// The roots of the repository whose state is in such a place, each with whether all that says so is known.
    fn root_with(&mut self, kind: &str, asked: &Config) -> Vec<(PathBuf, bool)> {
        let state = asked.get("path").filter(|_| kind == "local").map(|path| normal(&self.root.join(path)));
        // Without a backend, the state is beside the code.
        let beside =
            state.as_ref().filter(|state| state.ends_with("terraform.tfstate")).and_then(|state| state.parent());
        if let Some(dir) = beside.filter(|dir| dir.starts_with(self.cx.files.root())) {
            let module = Module::shared(dir, self.cx);
            if !module.outputs.is_empty()
                && module.backend.as_ref().is_none_or(|backend| backend.body.attributes.is_empty())
            {
                return vec![(dir.to_owned(), true)];
            }
        }
        let Some(name) = NAMES.iter().find_map(|name| asked.get(*name)) else { return Vec::new() };
        let name = name.rsplit('/').next().filter(|_| kind == "local").unwrap_or(name).to_owned();
        let files = everywhere::files(&BACKENDS, &|bytes| holds(bytes, name.as_bytes()), self.cx);
        let mut dirs: Vec<PathBuf> = files.iter().filter_map(|path| path.parent()).map(PathBuf::from).collect();
        dirs.dedup();
        dirs.retain(|dir| *dir != self.root);
        let mut out = Vec::new();
        for dir in dirs {
            let module = Module::shared(&dir, self.cx);
            let Some(backend) = module.backend.as_ref().filter(|backend| is_kind(backend, kind)) else { continue };
            let own = written(&backend.body);
            let fits = match &state {
                Some(state) => own.get("path").is_some_and(|path| normal(&dir.join(path)) == *state),
                None => may_be_same(&own, asked),
            };
            if fits {
                let certain = state.is_some() || same(&own, asked, PLACES);
                out.push((dir, certain));
            }
        }
        if out.is_empty() && state.is_none() {
            let given = backends::configured(kind, asked, &name, self.cx);
            let units = backends::of_terragrunt(kind, asked, self.cx);
            out.extend(given.into_iter().chain(units).filter(|dir| *dir != self.root).map(|dir| (dir, false)));
        }
        out
    }

    /// `dependency.name`, the outputs of another unit of Terragrunt. `None` if they are not in the repository.
    pub(super) fn dependency(&mut self, steps: &[Step], at: Span, env: &Env) -> Option<Outcome> {
        let [Step { kind: StepKind::Attr(label), .. }, Step { kind: StepKind::Attr(outputs), .. }, rest @ ..] = steps
        else {
            return None;
        };
        let stack = self.stack.as_ref().filter(|_| &**outputs == "outputs")?;
        let dir = stack.dir.clone();
        let mut bodies: Vec<_> = stack.bodies.iter().map(|(n, body)| (*n, Arc::clone(body))).collect();
        bodies.sort_by_key(|(n, _)| (Some(*n) != env.instance, *n));
        let named = |body: &Body| body.blocks_of("dependency").find(|block| block.label(0) == &**label).cloned();
        let (instance, block) = bodies.iter().find_map(|(n, body)| Some((*n, named(body)?)))?;
        let own = Env::of(instance);
        let skipped =
            self.attribute(&block.body, "skip_outputs", &own).is_some_and(|skip| skip.as_bool() == Some(true));
        let words = self.words(at);
        let value = if skipped {
            self.attribute(&block.body, "mock_outputs", &own)?
        } else {
            let path = self.attribute(&block.body, "config_path", &own)?;
            let path = normal(&dir.join(path.as_known_str()?));
            let file = if has_extension(&path, &["hcl"]) { path } else { path.join("terragrunt.hcl") };
            self.cx.files.read(&file).ok()?;
            let (value, _) = outputs_of(&file, at, self.cx, |cx| {
                (terragrunt::outputs(&file, at, cx).unwrap_or_else(|| Value::null(at)), false)
            });
            if value.is_null() {
                return None;
            }
            value
        };
        Some(self.lang().walk(value, rest, env).map(|value| value.through(at, &words.into())))
    }
}

/// The outputs of another root, worked out once for a unit, with whether other values may be given to it. What is said about that root
/// is said where it is judged itself.
fn outputs_of(
    path: &Path,
    at: Span,
    cx: &mut Cx<'_>,
    read: impl FnOnce(&mut Cx<'_>) -> (Value, bool),
) -> (Value, bool) {
    let slot = cx.kept.slot::<Outputs>(path);
    let fresh = slot.get().is_none();
    let unknown = |why| (Value::unknown(why, at), false);
    let outputs = slot.get_or_init(|| Outputs(Mutex::new(unknown(Why::NotUnderstood("a reference to itself".into())))));
    if fresh {
        let nested = cx.kept.slot::<Nested>(Path::new(""));
        let nested = nested.get_or_init(Nested::default);
        let kept = (cx.notes.clone(), cx.claims.clone(), std::mem::take(&mut cx.given.variables));
        let found = match nested.0.fetch_add(1, Ordering::Relaxed) {
            0..MAX_NESTED => read(cx),
            _ => unknown(Why::Limit("roots that read the state of others")),
        };
        nested.0.fetch_sub(1, Ordering::Relaxed);
        (cx.notes, cx.claims, cx.given.variables) = kept;
        *outputs.0.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
    outputs.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The known texts in a map and the maps in it.
fn flat(value: &Value) -> Config {
    let Kind::Map(map) = &value.kind else { return Config::new() };
    let one = |(key, entry): (&Arc<str>, &Entry)| match entry.value.as_known_str() {
        Some(text) => Config::from([(key.to_string(), text.to_owned())]),
        None => flat(&entry.value),
    };
    map.entries.iter().flat_map(one).collect()
}
