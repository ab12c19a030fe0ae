//! A directory of Terraform files: its declarations before evaluation.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use crate::node::{Cx, Problem};
use crate::syntax::hcl::{self, Attribute, Block, Body};
use crate::text::{FileError, Span, TextId, budget};

use super::components::{COMPONENTS, as_module};
use super::json;

/// The declarations of a directory. Blocks are in the order of the file names, then of the source.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The directory, absolute.
    pub(super) dir: PathBuf,
    pub(super) variables: IndexMap<Arc<str>, Arc<Block>>,
    pub(super) locals: IndexMap<Arc<str>, Arc<Attribute>>,
    pub(super) outputs: IndexMap<Arc<str>, Arc<Block>>,
    /// By type and name.
    pub(super) resources: IndexMap<(Arc<str>, Arc<str>), Arc<Block>>,
    /// By type and name.
    pub(super) data: IndexMap<(Arc<str>, Arc<str>), Arc<Block>>,
    /// By type and name.
    pub(super) ephemeral: IndexMap<(Arc<str>, Arc<str>), Arc<Block>>,
    pub(super) calls: IndexMap<Arc<str>, Arc<Block>>,
    /// The version, if this is a model of an external module.
    pub(super) version: Option<String>,
    /// `terraform.tfvars` and `*.auto.tfvars`; used only for a root module. The last value of a name wins.
    pub(super) values: IndexMap<Arc<str>, Arc<Attribute>>,
    /// True if it has a backend or a configured provider: it is applied itself.
    pub(super) applied: bool,
    /// Where its state is kept.
    pub(super) backend: Option<Arc<Block>>,
    /// A file of values that is not text, such as an encrypted one: it may set any variable.
    pub(super) sealed: Option<Arc<str>>,
    /// For a model: inputs that the module does not have or use, and the reasons.
    pub(super) ignored: Vec<(String, Arc<str>)>,
    /// The numbers of the resources that may say something about a node, once they have been looked for.
    pub(super) speaking: OnceLock<Vec<usize>>,
}

/// A module that is shared by all units, with the problems found when it was read.
struct Loaded {
    module: Arc<Module>,
    files: Vec<PathBuf>,
    problems: Vec<Problem>,
}

impl Module {
    /// The module in a directory, read once by the first unit that needs it.
    pub(super) fn shared(dir: &Path, cx: &mut Cx<'_>) -> Arc<Self> {
        // JSON creates texts of its own, which belong to one unit.
        let slot = cx.shared.slot::<Option<Loaded>>(dir);
        let mut own = None;
        let mut load = || {
            let before = std::mem::take(&mut cx.notes.problems);
            let files = files_of(dir, cx);
            let module = Arc::new(Self::of(dir, &files, cx));
            let problems = std::mem::replace(&mut cx.notes.problems, before);
            for problem in &problems {
                cx.notes.add(problem.clone());
            }
            own = Some(Arc::clone(&module));
            let alike = files.iter().all(|path| !is_json(path) && cx.files.read(path).is_ok());
            alike.then_some(Loaded { module, files, problems })
        };
        let loaded = slot.get_or_init(|| budget::aside(&mut load));
        match (own, loaded) {
            (Some(module), _) => module,
            (None, Some(loaded)) => {
                for path in &loaded.files {
                    // It was readable before.
                    let _ = cx.open(path);
                }
                for problem in &loaded.problems {
                    cx.notes.add(problem.clone());
                }
                Arc::clone(&loaded.module)
            }
            (None, None) => Arc::new(Self::load(dir, cx)),
        }
    }

    /// Reads a directory. Unreadable parts are reported as problems or gaps of the unit, and the rest is kept.
    pub(super) fn load(dir: &Path, cx: &mut Cx<'_>) -> Self {
        Self::of(dir, &files_of(dir, cx), cx)
    }

    fn of(dir: &Path, files: &[PathBuf], cx: &mut Cx<'_>) -> Self {
        let mut module = Self { dir: dir.to_owned(), ..Self::default() };
        let mut overrides = Vec::new();
        let mut values = Vec::new();
        for path in files {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            match kind_of(name) {
                FileKind::Plain => {
                    if let Some(body) = read(path, cx) {
                        body.blocks.into_iter().for_each(|block| module.take(block));
                    }
                }
                FileKind::Override => overrides.push(path.clone()),
                FileKind::Values => values.push(path.clone()),
                // A folder holds either a stack or a module.
                FileKind::Component if files.iter().all(|path| kind_in(path) != FileKind::Plain) => {
                    let body = read(path, cx);
                    for block in body.map(|body| body.blocks).unwrap_or_default() {
                        if let Some(block) = as_module(block, cx) {
                            module.take(block);
                        }
                    }
                }
                FileKind::Component | FileKind::Other => {}
            }
        }
        for path in overrides {
            if let Some(body) = read(&path, cx) {
                module.override_with(body);
            }
        }
        // `terraform.tfvars` comes first, then `terraform.tfvars.json`, then the others by name.
        let rank = |path: &Path| match path.file_name().and_then(|n| n.to_str()) {
            Some("terraform.tfvars") => 0,
            Some("terraform.tfvars.json") => 1,
            _ => 2,
        };
        values.sort_by_key(|p| (rank(p), p.clone()));
        for path in values {
            if cx.files.read(&path).is_ok_and(|source| !is_text(&source.bytes())) {
                let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                module.sealed = Some(name.into());
            }
            module.values.extend(by_name(values_in(&path, cx)));
        }
        module
    }

    pub(super) fn take(&mut self, block: Block) {
        let label = |number: usize| block.labels.get(number).cloned().unwrap_or_default();
        let (first, both) = (label(0), (label(0), label(1)));
        match &*block.kind {
            "locals" => self.locals.extend(by_name(block.body.attributes)),
            "variable" => drop(self.variables.insert(first, Arc::new(block))),
            "output" => drop(self.outputs.insert(first, Arc::new(block))),
            "module" => drop(self.calls.insert(first, Arc::new(block))),
            "resource" => drop(self.resources.insert(both, Arc::new(block))),
            "data" => drop(self.data.insert(both, Arc::new(block))),
            "ephemeral" => drop(self.ephemeral.insert(both, Arc::new(block))),
            "terraform" => {
                let mut blocks = block.body.blocks.into_iter();
                let backend = blocks.find(|b| matches!(&*b.kind, "backend" | "cloud"));
                self.applied |= backend.is_some();
                self.backend = backend.map(Arc::new).or_else(|| self.backend.take());
            }
            "provider" => self.applied |= !block.body.attributes.is_empty() || !block.body.blocks.is_empty(),
            _ => {}
        }
    }

    /// Applies a body on top of this module: overrides what exists and adds the rest.
    pub(super) fn lay(&mut self, body: Body) {
        for block in self.override_with(body) {
            self.take(block);
        }
    }

    /// Merges an override file like Terraform: attributes by name, nested blocks by type, locals by name. Returns the
    /// blocks that override nothing.
    fn override_with(&mut self, body: Body) -> Vec<Block> {
        let mut left = Vec::new();
        for block in body.blocks {
            if &*block.kind == "locals" {
                self.take(block);
                continue;
            }
            let first: Arc<str> = block.label(0).into();
            let both = (Arc::clone(&first), Arc::from(block.label(1)));
            let base = match &*block.kind {
                "variable" => self.variables.get_mut(&first),
                "output" => self.outputs.get_mut(&first),
                "module" => self.calls.get_mut(&first),
                "resource" => self.resources.get_mut(&both),
                "data" => self.data.get_mut(&both),
                "ephemeral" => self.ephemeral.get_mut(&both),
                _ => None,
            };
            let Some(base) = base else {
                left.push(block);
                continue;
            };
            let base = Arc::make_mut(base);
            for attribute in block.body.attributes {
                match base.body.attributes.iter_mut().find(|a| a.name == attribute.name) {
                    Some(old) => *old = attribute,
                    None => base.body.attributes.push(attribute),
                }
            }
            // Nested blocks are overridden per type, whether written out or made by `dynamic` (hashicorp/terraform,
            // `internal/configs/module_merge_body.go`).
            let of = |block: &Block| match &*block.kind {
                "dynamic" => Arc::from(block.label(0)),
                _ => Arc::clone(&block.kind),
            };
            let overridden: Vec<Arc<str>> = block.body.blocks.iter().map(of).collect();
            base.body.blocks.retain(|old| !overridden.contains(&of(old)));
            base.body.blocks.extend(block.body.blocks);
        }
        left
    }
}

/// Attributes by their names.
pub(super) fn by_name(attributes: Vec<Attribute>) -> impl Iterator<Item = (Arc<str>, Arc<Attribute>)> {
    attributes.into_iter().map(|attribute| (Arc::clone(&attribute.name), Arc::new(attribute)))
}

/// The files of a directory that belong to its module, by name.
fn files_of(dir: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let files = cx.files.list(dir);
    let counts = |path: &&PathBuf| {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { return false };
        // OpenTofu reads `x.tofu` instead of an `x.tf` next to it.
        let tofu = name.strip_suffix(".tf").map(|stem| format!("{stem}.tofu"));
        let tofu = tofu.or_else(|| name.strip_suffix(".tf.json").map(|stem| format!("{stem}.tofu.json")));
        kind_of(name) != FileKind::Other
            && tofu.is_none_or(|tofu| files.binary_search(&path.with_file_name(tofu)).is_err())
    };
    files.iter().filter(counts).cloned().collect()
}

/// The kinds of files in a Terraform directory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Plain,
    Override,
    Values,
    /// Components of a stack.
    Component,
    Other,
}

/// The kind of a file, from its name.
pub(super) fn kind_of(name: &str) -> FileKind {
    // Terraform ignores hidden files and editor backups.
    if name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#')) {
        return FileKind::Other;
    }
    let plain = name.strip_suffix(".json").unwrap_or(name);
    if let Some(stem) = plain.strip_suffix(".tf").or_else(|| plain.strip_suffix(".tofu")) {
        return if stem == "override" || stem.ends_with("_override") { FileKind::Override } else { FileKind::Plain };
    }
    if COMPONENTS.iter().any(|end| name.ends_with(end)) {
        return FileKind::Component;
    }
    if plain == "terraform.tfvars" || plain.ends_with(".auto.tfvars") { FileKind::Values } else { FileKind::Other }
}

fn kind_in(path: &Path) -> FileKind {
    path.file_name().and_then(|n| n.to_str()).map_or(FileKind::Other, kind_of)
}

/// The values for variables in a file.
pub(super) fn values_in(path: &Path, cx: &mut Cx<'_>) -> Vec<Attribute> {
    let attributes = if is_json(path) {
        open(path, cx).and_then(|id| json::values(id, cx))
    } else {
        read(path, cx).map(|body| body.attributes)
    };
    attributes.unwrap_or_default()
}

fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "json")
}

fn open(path: &Path, cx: &mut Cx<'_>) -> Option<TextId> {
    match cx.open(path) {
        Ok(id) => Some(id),
        Err(error) => {
            unreadable(path, &error, cx);
            None
        }
    }
}

fn read(path: &Path, cx: &mut Cx<'_>) -> Option<Body> {
    let id = open(path, cx)?;
    if is_json(path) {
        return json::body(id, cx);
    }
    let view = cx.texts.view(id);
    let parsed = hcl::parse(&view);
    for error in &parsed.errors {
        let filled_in = error.is_near_other_mark(&view);
        cx.boot().syntax(error, if filled_in { "the file cannot be read: " } else { "" }, filled_in);
    }
    Some(parsed.tree)
}

/// An unreadable file has no text to point into, so an empty one with its name is added.
fn unreadable(path: &Path, error: &FileError, cx: &mut Cx<'_>) {
    let id = cx.texts.add_source(Arc::new(crate::text::Source::new(path, Vec::new())));
    cx.problem(Span::new(id, 0..0), error.problem());
}
