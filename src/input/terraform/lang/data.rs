//! The interface between expressions and a configuration. The language knows nothing about projects: the evaluator of a
//! configuration implements [`Data`], modelled on `lang.Data` of opentofu/opentofu (`internal/lang/data.go`), and keeps
//! one [`Evaluation`] for it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::syntax::SyntaxError;
use crate::syntax::hcl::{Call, Step, Template};
use crate::text::{FileError, Files, Span, TextId, Texts, budget};
use crate::value::Value;

use super::env::Env;
use super::outcome::{Outcome, Refused};

/// The evaluation steps allowed for one unit: one for each expression and one for each 64 bytes handled. The largest
/// real module seen takes 6,000.
const MAX_STEPS: u64 = 500_000;

/// What a step takes of the budget of the unit.
const STEP: usize = 100;

/// The largest text that an expression may produce, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// The most pieces of different origin in one text. Each piece keeps every reference that it passed through.
pub(super) const MAX_PIECES: usize = 20_000;

/// The kinds of blocks that a reference can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Declared {
    Resource,
    Data,
    Ephemeral,
    Module,
}

/// The name of a resource, data source or module call, as written in a reference.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Named<'n> {
    pub(in super::super) what: Declared,
    /// The type; `module` for a module call.
    pub(in super::super) kind: &'n str,
    pub(in super::super) name: &'n str,
    /// The part of the reference up to the name.
    pub(in super::super) at: Span,
}

/// The data that expressions have access to. An `instance` is the number of one use of a module.
pub(in super::super) trait Data {
    /// The state of the evaluation.
    fn evaluation(&mut self) -> &mut Evaluation;

    /// The texts that values come from.
    fn texts(&self) -> &Texts;

    /// Like [`Data::texts`], to add a generated text.
    fn texts_mut(&mut self) -> &mut Texts;

    /// Reports a syntax error in the source; `words` stand before its message.
    fn syntax(&mut self, error: &SyntaxError, words: &str);

    /// Access to the disk.
    fn files(&self) -> &dyn Files;

    /// Opens a file.
    fn open(&mut self, path: &Path) -> Result<TextId, FileError>;

    /// The directory that relative paths start from: the one of the root module.
    fn root(&self) -> &Path;

    /// The address of a module instance: `module.a["b"]`, empty for the root.
    fn address(&self, instance: usize) -> Option<&str>;

    /// The value of `path.module`.
    fn module_path(&self, instance: usize) -> Option<&str>;

    /// `var.name`.
    fn variable(&mut self, instance: usize, name: &str) -> Value;

    /// `local.name`, referenced at `at`.
    fn local(&mut self, instance: usize, name: &str, at: Span) -> Outcome;

    /// A resource, data source or module call, with the steps that follow its name applied.
    fn declared(&mut self, instance: usize, named: &Named<'_>, steps: &[Step], env: &Env) -> Outcome;

    /// The value of a name that only a dialect of the language has. `None` if the dialect does not define it.
    fn other_name(&mut self, _name: &str, _steps: &[Step], _at: Span, _env: &Env) -> Option<Outcome> {
        None
    }

    /// The result of a function that only a dialect of the language has. `None` if the dialect does not define it.
    fn other_function(&mut self, _name: &str, _call: &Call, _at: Span, _env: &Env) -> Option<Outcome> {
        None
    }
}

/// The state of the evaluation of one unit.
#[derive(Debug)]
pub(in super::super) struct Evaluation {
    pub(super) steps: u64,
    pub(super) depth: usize,
    /// True where what Terraform rejects is an unknown part of the value that it stands in.
    pub(super) spares: bool,
    /// The parsed templates, by text.
    pub(in super::super) templates: HashMap<TextId, Result<Arc<Template>, Refused>>,
    /// The conditions seen so far, by the words shown for them. The keys distinguish conditions with the same words.
    pub(super) conditions: BTreeMap<String, Vec<ConditionKey>>,
}

/// The identity of a condition: the whole text, the module instance, and the binding of its names.
pub(super) type ConditionKey = (String, Option<usize>, Arc<str>);

impl Default for Evaluation {
    fn default() -> Self {
        Self { steps: MAX_STEPS, depth: 0, spares: false, templates: HashMap::new(), conditions: BTreeMap::new() }
    }
}

impl Evaluation {
    /// Takes `amount` (bytes or items) from the remaining steps. False if none are left.
    pub(super) fn charge(&mut self, amount: usize) -> bool {
        self.steps = self.steps.saturating_sub(amount as u64 / 64 + 1);
        self.steps > 0 && budget::spend(STEP)
    }

    /// True if the limit was reached, so the rest stays unknown.
    pub(in super::super) fn exhausted(&self) -> bool {
        self.steps == 0
    }
}
