//! What expressions ask for. The language knows nothing of projects: whoever evaluates a configuration implements [`Data`], as
//! `lang.Data` of opentofu/opentofu (`internal/lang/data.go`) has it, and keeps one [`Evaluation`] for it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::syntax::hcl::{Call, Step, Template};
use crate::text::{FileError, Files, Span, TextId, Texts};
use crate::value::Value;

use super::env::Env;
use super::outcome::{Outcome, Refused};

/// Expressions that one unit may evaluate, counting a step for each and one for each 64 bytes handled. The largest real module
/// seen takes 6,000.
const MAX_STEPS: u64 = 500_000;

/// The largest text that an expression may yield, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// The most pieces of different origin in one text: each of them remembers every reference that it passed.
pub(super) const MAX_PIECES: usize = 20_000;

/// What a block declares that can be referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Declared {
    Resource,
    Data,
    Ephemeral,
    Module,
}

/// A resource, data source or module call, as a reference names it.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Named<'n> {
    pub(in super::super) what: Declared,
    /// The type; of a call `module`.
    pub(in super::super) kind: &'n str,
    pub(in super::super) name: &'n str,
    /// The reference up to the name.
    pub(in super::super) at: Span,
}

/// What expressions can ask for. An `instance` is one use of a module, by number.
pub(in super::super) trait Data {
    /// What is kept while expressions are evaluated.
    fn evaluation(&mut self) -> &mut Evaluation;

    /// The texts that values lead to.
    fn texts(&self) -> &Texts;

    /// As [`Data::texts`], to add one that is made here.
    fn texts_mut(&mut self) -> &mut Texts;

    /// Notes that something that is written is broken.
    fn problem(&mut self, at: Span, message: String);

    /// The door to the disk.
    fn files(&self) -> &dyn Files;

    /// Opens a file.
    fn open(&mut self, path: &Path) -> Result<TextId, FileError>;

    /// The directory that relative paths start from: that of the root module.
    fn root(&self) -> &Path;

    /// The address of a module instance: `module.a["b"]`, empty for the root.
    fn address(&self, instance: usize) -> Option<&str>;

    /// What `path.module` is.
    fn module_path(&self, instance: usize) -> Option<&str>;

    /// `var.name`.
    fn variable(&mut self, instance: usize, name: &str) -> Value;

    /// `local.name`, asked for at a place.
    fn local(&mut self, instance: usize, name: &str, at: Span) -> Outcome;

    /// A resource, data source or module call, and what the steps that follow its name lead to.
    fn declared(&mut self, instance: usize, named: &Named<'_>, steps: &[Step], env: &Env) -> Outcome;

    /// What a dialect of the language means by a name. `None` where it means nothing else.
    fn other_name(&mut self, _name: &str, _steps: &[Step], _at: Span, _env: &Env) -> Option<Outcome> {
        None
    }

    /// A function that only a dialect of the language has. `None` if it has none of that name.
    fn other_function(&mut self, _name: &str, _call: &Call, _at: Span, _env: &Env) -> Option<Outcome> {
        None
    }
}

/// What is kept while the expressions of one unit are evaluated.
#[derive(Debug)]
pub(in super::super) struct Evaluation {
    pub(super) steps: u64,
    pub(super) depth: usize,
    /// The templates that were read, by their texts.
    pub(in super::super) templates: HashMap<TextId, Result<Arc<Template>, Refused>>,
    /// The conditions that were met, by their words: what tells those of the same words apart.
    pub(super) conditions: BTreeMap<String, Vec<ConditionKey>>,
}

/// A condition: the whole text, the module instance, and the binding of its names.
pub(super) type ConditionKey = (String, Option<usize>, Arc<str>);

impl Default for Evaluation {
    fn default() -> Self {
        Self { steps: MAX_STEPS, depth: 0, templates: HashMap::new(), conditions: BTreeMap::new() }
    }
}

impl Evaluation {
    /// Takes `amount` (bytes or items) from what is allowed. False if nothing is left.
    pub(super) fn charge(&mut self, amount: usize) -> bool {
        self.steps = self.steps.saturating_sub(amount as u64 / 64 + 1);
        self.steps > 0
    }

    /// True if so much was evaluated that the rest is left unknown.
    pub(in super::super) fn exhausted(&self) -> bool {
        self.steps == 0
    }
}
