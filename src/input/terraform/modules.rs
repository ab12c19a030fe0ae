//! Instances of modules, and the instances that `count` and `for_each` make of a block.

use std::path::Path;
use std::sync::Arc;

use crate::syntax::hcl::{Attribute, Block, Expr, ExprKind, StepKind};
use crate::text::{Span, UNKNOWN_MARK, Why};
use crate::value::{Entry, Guard, Kind, Number, Value};

use super::engine::Engine;
use super::lang::convert::{to_key, to_number};
use super::lang::data::Data;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::outcome::{Refused, entries_of, key_and_value};
use super::open_defaults::is_example;
use super::state::{Expansion, Instance};
use crate::input::unit::normal;

/// The most instances of one block that are expanded.
const MAX_EXPANSION: usize = 100;

/// The most module instances of one root module.
const MAX_INSTANCES: usize = 1_000;

/// How deep modules may call modules.
const MAX_MODULE_DEPTH: usize = 12;

/// Words in a call of an external module that show that it concerns what a node boots with.
const CARRIES: &[&str] = &[
    "user_data",
    "userdata",
    "node_group",
    "worker_group",
    "kubelet",
    "bootstrap",
    "nodeadm",
    "cloudinit",
    "launch_template",
];

/// True if a call in small letters concerns what a node boots with.
pub(super) fn carries(text: &str) -> bool {
    CARRIES.iter().any(|word| text.contains(word))
}

/// OpenTofu's switch for a block without `count` and `for_each` (opentofu/opentofu, "The enabled meta-argument").
fn enabled(block: &Block) -> Option<&Attribute> {
    block.body.blocks_of("lifecycle").find_map(|lifecycle| lifecycle.body.attribute("enabled"))
}

impl Engine<'_, '_> {
    /// Adds the instance of the root module.
    pub(super) fn start(&mut self, place: Span) -> usize {
        let root = self.root.clone();
        let module = self.module(&root);
        let given = self.given(&module);
        self.add(Instance { given, ..Instance::new(module, place) })
    }

    pub(super) fn add(&mut self, instance: Instance) -> usize {
        self.instances.push(instance);
        self.instances.len() - 1
    }

    /// The instances that `count` or `for_each` creates from a block, for each undecided condition.
    pub(super) fn expand(&mut self, instance: usize, block: &Block) -> Vec<(Guard, Expansion)> {
        if let Some(known) = self.expansions.get(&(instance, block.header)) {
            return known.clone();
        }
        let env = Env::of(instance);
        // A block that refers to its own instances while they are counted gets an unknown one.
        let circle = Expansion::Maybe(env.clone(), Why::NotUnderstood("a reference to itself".into()));
        self.expansions.insert((instance, block.header), vec![(Guard::always(), circle)]);
        let (count, each) = (block.body.attribute("count"), block.body.attribute("for_each"));
        let mut ways = Vec::new();
        if let Some(asked) = count.or(each) {
            let value = self.eval_or_unknown(&asked.value, &env);
            let words = self.words(asked.value.span);
            // What Terraform rejects launches nothing.
            let mut values = value.alternatives();
            if !values.iter().all(|(_, value)| is_rejected(value)) {
                values.retain(|(_, value)| !is_rejected(value));
            }
            for (guard, value) in values {
                let (more, expansion) = if count.is_some() {
                    self.counted(&value, &env, &format!("{words} > 0"), (block, &guard))
                } else {
                    self.keyed(instance, &value, &env, &format!("{words} has entries"), (block, &guard))
                };
                ways.extend(guard.and(&more).map(|guard| (guard, expansion)));
            }
        } else if let Some(asked) = enabled(block) {
            let value = self.eval_or_unknown(&asked.value, &env);
            match self.lang().truth(&value, &asked.value, &env) {
                Ok(truth) => ways.extend(truth.into_iter().map(|(guard, on)| {
                    (guard, if on { Expansion::Single(env.clone()) } else { Expansion::List(Vec::new()) })
                })),
                Err(_) => ways.push((Guard::always(), Expansion::Single(env))),
            }
        } else {
            ways.push((Guard::always(), Expansion::Single(env)));
        }
        self.expansions.insert((instance, block.header), ways.clone());
        ways
    }

    fn counted(
        &mut self,
        value: &Value,
        env: &Env,
        words: &str,
        (block, guard): (&Block, &Guard),
    ) -> (Guard, Expansion) {
        let own = |index: Value, id: usize| {
            let entry = ("index".into(), Entry { key: index.at, value: index.clone() });
            env.with("count", Value::map([entry].into_iter().collect(), index.at), &format!("[{id}]\0{guard:?}"))
        };
        match to_number(value) {
            Ok(count) => {
                if count > MAX_EXPANSION as f64 {
                    self.cx.gap(block.header, Why::limit("instances of one block"));
                }
                let count = (count.max(0.0) as usize).min(MAX_EXPANSION);
                let all =
                    (0..count).map(|n| own(Value::new(Kind::Number(Number::new(n as f64)), value.at), n)).collect();
                (Guard::always(), Expansion::List(all))
            }
            // `count = null` is like no `count`.
            Err(_) if value.is_null() => (Guard::always(), Expansion::Single(env.clone())),
            Err(_) => {
                let why = match &value.kind {
                    Kind::Unknown(why) => why.clone(),
                    _ => Why::NotUnderstood("this count".into()),
                };
                let condition = self.condition(words.to_owned(), value.at, env);
                let index = Value::unknown(Why::FromOutside("count.index".into()), value.at);
                (Guard::of(condition), Expansion::Maybe(own(index, 0), why))
            }
        }
    }

    fn keyed(
        &mut self,
        instance: usize,
        value: &Value,
        env: &Env,
        words: &str,
        (block, guard): (&Block, &Guard),
    ) -> (Guard, Expansion) {
        // The same key of the same collection is the same `each` in every block.
        let each = block.body.attribute("for_each").map_or(block.header, |a| a.value.span);
        let of = String::from_utf8_lossy(self.cx.texts.slice(each)).into_owned();
        let own = |key: Value, value: Value, id: &str| {
            env.with("each", key_and_value(key, value), &format!("[{id:?}]\0{of}\0{guard:?}"))
        };
        let why = match entries_of(value) {
            Ok((entries, open)) => {
                let is_set = matches!(value.kind, Kind::List(_));
                let mut all: Vec<(Arc<str>, Env)> = Vec::new();
                let mut unnamed = None;
                for (key, item) in entries {
                    // For a set, key and value are both the item.
                    let key = if is_set { item.clone() } else { key };
                    match to_key(&key) {
                        Ok(Some(name)) if all.len() < MAX_EXPANSION => {
                            if !all.iter().any(|(n, _)| *n == name) {
                                all.push((Arc::clone(&name), own(key, item, &name)));
                            }
                        }
                        Ok(Some(_)) => self.cx.gap(block.header, Why::limit("instances of one block")),
                        Ok(None) => {
                            unnamed = Some(Why::NotUnderstood("an unknown key".into()));
                            let text = key.to_traced().map(|text| text.to_text().replace(UNKNOWN_MARK, "?"));
                            let text = text.unwrap_or_else(|| "?".to_owned());
                            let is_taken = text == "?" || all.iter().any(|(known, _)| **known == *text);
                            let id = if is_taken { format!("{text}{}", all.len()) } else { text };
                            all.push((id.as_str().into(), own(key, item, &id)));
                        }
                        Err(Refused(why)) => unnamed = Some(Why::Invalid(why)),
                    }
                }
                if let (true, Some(why)) = (all.is_empty(), open.clone().or_else(|| unnamed.clone())) {
                    why
                } else {
                    if let Some(why) = &open {
                        self.cx.gap(block.header, why.clone());
                    }
                    return (Guard::always(), Expansion::Map(all, open.or(unnamed)));
                }
            }
            Err(why) => why,
        };
        let condition = self.condition(words.to_owned(), value.at, env);
        let name = |part: &str| {
            let labels = block.labels.join(".");
            let address = if &*block.kind == "resource" { labels } else { format!("{}.{labels}", block.kind) };
            Why::FromOutside(format!("{}: each.{part}", self.addressed(instance, &address)).into())
        };
        let key = Value::unknown(name("key"), value.at);
        let item = match &value.kind {
            Kind::Unknown(_) | Kind::Map(_) => Value::unknown(name("value"), value.at),
            _ => Value::unknown(why.clone(), value.at),
        };
        (Guard::of(condition), Expansion::Maybe(own(key, item, "?"), why))
    }

    /// The instance of a called module, if it can be read. `own` is the scope of the arguments.
    pub(super) fn child(&mut self, parent: usize, call: &Arc<Block>, own: &Env) -> Option<usize> {
        let key = (call.header, own.id());
        if let Some(known) = self.instances[parent].children.get(&key) {
            return *known;
        }
        // Set first, so a module that calls itself ends here.
        self.instances[parent].children.insert(key.clone(), None);
        let child = self.make_child(parent, call, own);
        self.instances[parent].children.insert(key, child);
        child
    }

    /// True if a call creates no instance only because its `count` or `for_each` depends on a variable that is an empty
    /// collection, left for callers to fill. A switch that is off is not such a variable.
    pub(super) fn waits_for_input(&mut self, instance: usize, call: &Block) -> bool {
        let module = Arc::clone(&self.instances[instance].module);
        let mut open: Vec<Arc<str>> = Vec::new();
        let mut locals: Vec<Arc<str>> = Vec::new();
        let mut next: Vec<&Expr> =
            ["count", "for_each"].iter().filter_map(|name| call.body.attribute(name)).map(|a| &*a.value).collect();
        while let Some(expr) = next.pop() {
            let mut names = Vec::new();
            expr.visit(&mut |e| {
                if let ExprKind::Traversal(root, steps) = &e.kind
                    && let ExprKind::Variable(root) = &root.kind
                    && let Some(StepKind::Attr(name)) = steps.first().map(|s| &s.kind)
                {
                    names.push((Arc::clone(root), Arc::clone(name)));
                }
            });
            for (root, name) in names {
                let seen = if &*root == "var" { &mut open } else { &mut locals };
                if !matches!(&*root, "var" | "local") || seen.contains(&name) || seen.len() >= MAX_EXPANSION {
                    continue;
                }
                seen.push(Arc::clone(&name));
                next.extend(module.locals.get(&name).filter(|_| &*root == "local").map(|a| &*a.value));
            }
        }
        open.iter().any(|name| match &self.variable(instance, name).kind {
            Kind::List(items) => items.is_empty(),
            Kind::Map(map) => map.entries.is_empty(),
            Kind::Null => true,
            _ => false,
        })
    }

    /// True if a directory has files: that of a submodule which is not checked out is empty.
    pub(super) fn has_module(&self, dir: &Path) -> bool {
        self.cx.files.is_dir(dir) && !self.cx.files.list(dir).is_empty()
    }

    /// Records that this unit covers the directory of a local module.
    pub(super) fn cover(&mut self, parent: usize, call: &Block) {
        let Some(source) = self.attribute(&call.body, "source", &Env::of(parent)) else { return };
        let Some(source) = source.as_known_str().filter(|s| s.starts_with("./") || s.starts_with("../")) else {
            return;
        };
        let dir = normal(&self.instances[parent].module.dir.join(source));
        // An example does not replace what others may make of a module.
        if is_example(&self.root, self.cx.files.root()) && !is_example(&dir, self.cx.files.root()) {
            return;
        }
        if dir != self.root && dir.starts_with(self.cx.files.root()) && !self.cx.claims.covers.contains(&dir) {
            self.cx.claims.covers.push(dir);
        }
    }

    fn make_child(&mut self, parent: usize, call: &Arc<Block>, own: &Env) -> Option<usize> {
        let name = call.label(0).to_owned();
        let source = call.body.attribute("source")?;
        let place = source.value.span;
        let source = self.eval_or_unknown(&source.value, &Env::of(parent));
        let Some(source) = source.as_known_str() else {
            self.cx.gap(place, Why::NotUnderstood(format!("the source of module.{name}").into()));
            return None;
        };
        let from = &self.instances[parent];
        if from.depth >= MAX_MODULE_DEPTH || self.instances.len() >= MAX_INSTANCES {
            self.cx.gap(place, Why::limit("modules that call modules"));
            return None;
        }
        let key = if from.key.is_empty() { name.clone() } else { format!("{}.{name}", from.key) };
        let (from_dir, from_path) = (from.module.dir.clone(), from.path.clone());
        let (depth, address) = (from.depth + 1, self.addressed(parent, &format!("module.{name}{}", own.suffix())));
        let (module, path) = if source.starts_with("./") || source.starts_with("../") {
            let dir = normal(&from_dir.join(source));
            if !self.has_module(&dir) {
                self.cx.gap(place, Why::FromOutside(format!("the directory {source} of module.{name}").into()));
                return None;
            }
            self.cover(parent, call);
            (self.module(&dir), normal(&Path::new(&from_path).join(source)).to_string_lossy().into_owned())
        } else {
            match self.called.get(&(call.header, key.clone())).cloned() {
                Some(known) => known?,
                None => {
                    let found = self.registry_module(source, call, &key, parent);
                    self.called.insert((call.header, key.clone()), found.clone());
                    if found.is_none() {
                        let text = String::from_utf8_lossy(self.cx.texts.slice(call.span)).to_lowercase();
                        if carries(&text) {
                            self.not_read(place, &name, source);
                        }
                    }
                    found?
                }
            }
        };
        let when = self.instances[parent].when.clone();
        let (address, caller) = (address.to_string(), Some((own.clone(), Arc::clone(call))));
        Some(self.add(Instance { address, path, key, caller, when, depth, ..Instance::new(module, place) }))
    }
}

/// True for a value with which Terraform stops.
fn is_rejected(value: &Value) -> bool {
    matches!(value.kind, Kind::Unknown(Why::Invalid(_)))
}
