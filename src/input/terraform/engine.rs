//! The state of one evaluation: what is known of each module instance, and what the language can ask for.

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
use super::state::{CalledModule, Expansion, Instance, NodeGroupLink, Stack, StoredObject};

/// Evaluates the expressions of one unit.
pub(super) struct Engine<'e, 'c> {
    pub(super) cx: &'e mut Cx<'c>,
    /// The directory of the root module, absolute.
    pub(super) root: PathBuf,
    pub(super) modules: BTreeMap<PathBuf, Arc<Module>>,
    pub(super) instances: Vec<Instance>,
    pub(super) evaluation: Evaluation,
    pub(super) expansions: HashMap<(usize, Span), Vec<(Guard, Expansion)>>,
    /// Directories of modules from elsewhere (those of models are only names), and the calls that bring them in.
    pub(super) elsewhere: Vec<(PathBuf, Span)>,
    /// Calls of modules from elsewhere, with the key of the module: the module that they lead to, and what `path.module` is in it.
    pub(super) called: HashMap<(Span, String), Option<CalledModule>>,
    /// The managed node groups, and the launch templates that they use.
    pub(super) links: Vec<NodeGroupLink>,
    /// The heads of stores whose text a node gets.
    pub(super) used: Vec<Span>,
    /// Objects that a node may fetch.
    pub(super) objects: Vec<StoredObject>,
    /// The files of Terragrunt, where it is one of these that is evaluated.
    pub(super) stack: Option<Stack>,
    /// True if what is read is a plan or state, where everything is known but what comes with the resources themselves.
    pub(super) planned: bool,
    /// What `terraform init` says it has put on disk, once it was asked for.
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
            elsewhere: Vec::new(),
            called: HashMap::new(),
            links: Vec::new(),
            used: Vec::new(),
            objects: Vec::new(),
            stack: None,
            planned: false,
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

    /// This as what the language asks.
    pub(super) fn lang(&mut self) -> &mut (dyn Data + '_) {
        self
    }

    /// The value of an expression.
    pub(super) fn eval(&mut self, expr: &Expr, env: &Env) -> Outcome {
        self.lang().eval(expr, env)
    }

    /// The value of an expression, a hole where Terraform refuses it.
    pub(super) fn eval_or_unknown(&mut self, expr: &Expr, env: &Env) -> Value {
        self.lang().eval_or_unknown(expr, env)
    }

    /// The value of an attribute, null where there is none.
    pub(super) fn argument(&mut self, body: &Body, name: &str, env: &Env, at: Span) -> Outcome {
        body.attribute(name).map_or_else(|| Ok(Value::null(at)), |attribute| self.eval(&attribute.value, env))
    }

    /// The value of an attribute, a hole where Terraform refuses it.
    pub(super) fn attribute(&mut self, body: &Body, name: &str, env: &Env) -> Option<Value> {
        body.attribute(name).map(|attribute| self.eval_or_unknown(&attribute.value, env))
    }

    /// The instances of a block: under which condition it is there, what follows its address, what its attributes see, and
    /// why it is not known how many there are.
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

    /// True if so much was evaluated that the rest is left unknown.
    pub(super) fn exhausted(&self) -> bool {
        self.evaluation.exhausted()
    }
}
