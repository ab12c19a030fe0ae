//! The state of one evaluation: the module instances, and the data for the language.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::hcl::{Block, Body, Expr};
use crate::text::{Span, Why};
use crate::value::{Guard, Value};

use super::lang::data::{Data, Evaluation};
use super::lang::env::Env;
use super::lang::outcome::Outcome;
use super::scope::Module;
use super::state::{CalledModule, Expansion, Instance, NodeGroupLink, Stack, UnreadCall};

/// Evaluates the expressions of one unit.
pub(super) struct Engine<'e, 'c> {
    pub(super) cx: &'e mut Cx<'c>,
    /// The directory of the root module, absolute.
    pub(super) root: PathBuf,
    pub(super) modules: BTreeMap<PathBuf, Arc<Module>>,
    pub(super) instances: Vec<Instance>,
    pub(super) evaluation: Evaluation,
    pub(super) expansions: HashMap<(usize, Span), Vec<(Guard, Expansion)>>,
    /// Blocks that are referred to as a whole: by module instance, header, scope and reference.
    pub(super) wholes: HashMap<(usize, Span, Arc<str>, Span), Value>,
    /// Directories of external modules (for models only a name), and the calls that use them.
    pub(super) elsewhere: Vec<(PathBuf, Span)>,
    /// Calls of external modules, with the key of the module: the module they resolve to, and its `path.module`.
    pub(super) called: HashMap<(Span, String), Option<CalledModule>>,
    /// The managed node groups, linked to the launch templates that they use.
    pub(super) links: Vec<NodeGroupLink>,
    /// The headers of stores whose text reaches a node.
    pub(super) used: Vec<Span>,
    /// The files of Terragrunt, while one of them is evaluated.
    pub(super) stack: Option<Stack>,
    /// True for a plan or state, where everything is known except what the resources themselves produce.
    pub(super) planned: bool,
    /// Calls of modules that cannot be read.
    pub(super) unread: Vec<UnreadCall>,
    /// The manifest of `terraform init`, once it has been read.
    pub(super) manifest: Option<Arc<Vec<(String, String)>>>,
}

impl<'e, 'c> Engine<'e, 'c> {
    pub(super) fn new(root: &Path, cx: &'e mut Cx<'c>) -> Self {
        Self {
            cx,
            root: root.to_owned(),
            modules: BTreeMap::new(),
            instances: Vec::new(),
            evaluation: Evaluation::default(),
            expansions: HashMap::new(),
            wholes: HashMap::new(),
            elsewhere: Vec::new(),
            called: HashMap::new(),
            links: Vec::new(),
            used: Vec::new(),
            stack: None,
            planned: false,
            unread: Vec::new(),
            manifest: None,
        }
    }

    /// The module in a directory, parsed once.
    pub(super) fn module(&mut self, dir: &Path) -> Arc<Module> {
        if let Some(known) = self.modules.get(dir) {
            return Arc::clone(known);
        }
        let module = Module::shared(dir, self.cx);
        self.modules.insert(dir.to_owned(), Arc::clone(&module));
        module
    }

    /// This engine as the data for the language.
    pub(super) fn lang(&mut self) -> &mut (dyn Data + '_) {
        self
    }

    /// The value of an expression.
    pub(super) fn eval(&mut self, expr: &Expr, env: &Env) -> Outcome {
        self.lang().eval(expr, env)
    }

    /// The value of an expression; unknown if Terraform rejects it.
    pub(super) fn eval_or_unknown(&mut self, expr: &Expr, env: &Env) -> Value {
        self.lang().eval_or_unknown(expr, env)
    }

    /// The value of an attribute; null if it is not set.
    pub(super) fn argument(&mut self, body: &Body, name: &str, env: &Env, at: Span) -> Outcome {
        body.attribute(name).map_or_else(|| Ok(Value::null(at)), |attribute| self.eval(&attribute.value, env))
    }

    /// The value of an attribute, if it is set; unknown if Terraform rejects it.
    pub(super) fn attribute(&mut self, body: &Body, name: &str, env: &Env) -> Option<Value> {
        body.attribute(name).map(|attribute| self.eval_or_unknown(&attribute.value, env))
    }

    /// The instances of a block: their condition, the suffix of their address, their scope, and the reason if their
    /// number is unknown.
    pub(super) fn instances_of(&mut self, instance: usize, block: &Block) -> Vec<(Guard, String, Env, Option<Why>)> {
        let mut out = Vec::new();
        for (guard, expansion) in self.expand(instance, block) {
            let why = if let Expansion::Maybe(_, why) = &expansion { Some(why.clone()) } else { None };
            out.extend(
                expansion.instances().into_iter().map(|(suffix, env)| (guard.clone(), suffix, env, why.clone())),
            );
        }
        out
    }

    /// True if the limit was reached, so the rest stays unknown.
    pub(super) fn exhausted(&self) -> bool {
        self.evaluation.exhausted()
    }
}
