//! The state of a configuration during evaluation: instances of modules and blocks, links, stacks.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::node::Family;
use crate::syntax::hcl::{Block, Body};
use crate::text::{Span, Why};
use crate::value::{Guard, Value};

use super::lang::env::Env;
use super::lang::outcome::Outcome;
use super::scope::Module;

/// A cached evaluation.
#[derive(Clone, Debug)]
pub(super) enum Memo {
    /// Being evaluated: a reference to it now is a cycle.
    Running,
    Done(Outcome),
}

/// One use of a module.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) module: Arc<Module>,
    /// `module.a["b"].module.c`; empty for the root.
    pub(super) address: String,
    /// The value of `path.module`.
    pub(super) path: String,
    /// The names of the calls that lead here, joined by dots.
    pub(super) key: String,
    /// The call; for the root module the start of its first file.
    pub(super) place: Span,
    /// The scope of the arguments, and the call.
    pub(super) caller: Option<(Env, Arc<Block>)>,
    pub(super) when: Guard,
    pub(super) depth: usize,
    /// Values of variables from outside the directory, which override those of its tfvars files.
    pub(super) given: HashMap<Arc<str>, Value>,
    /// Values from the environment, which the tfvars files override.
    pub(super) environment: HashMap<Arc<str>, Value>,
    pub(super) locals: HashMap<Arc<str>, Memo>,
    pub(super) variables: HashMap<Arc<str>, Memo>,
    pub(super) outputs: HashMap<Arc<str>, Memo>,
    /// By call and by the id of its scope; `None` for a module that is not read.
    pub(super) children: HashMap<(Span, Arc<str>), Option<usize>>,
}

impl Instance {
    pub(super) fn new(module: Arc<Module>, place: Span) -> Self {
        Self {
            module,
            address: String::new(),
            path: ".".to_owned(),
            key: String::new(),
            place,
            caller: None,
            when: Guard::always(),
            depth: 0,
            given: HashMap::new(),
            environment: HashMap::new(),
            locals: HashMap::new(),
            variables: HashMap::new(),
            outputs: HashMap::new(),
            children: HashMap::new(),
        }
    }
}

/// A call of a module that cannot be read.
pub(super) struct UnreadCall {
    pub(super) instance: usize,
    pub(super) call: Arc<Block>,
    /// The scope of the arguments.
    pub(super) own: Env,
    pub(super) when: Guard,
}

/// The instances of a block, each with its own `each` or `count`.
#[derive(Clone, Debug)]
pub(super) enum Expansion {
    Single(Env),
    List(Vec<Env>),
    /// By key, and the reason if there may be more.
    Map(Vec<(Arc<str>, Env)>, Option<Why>),
    /// Their number is unknown.
    Maybe(Env, Why),
}

impl Expansion {
    /// True if there certainly is no instance.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Single(_) | Self::Maybe(..) => false,
            Self::List(all) => all.is_empty(),
            Self::Map(all, open) => all.is_empty() && open.is_none(),
        }
    }

    /// The instances with the suffix of each address, such as `[0]`.
    pub(super) fn instances(&self) -> Vec<(String, Env)> {
        match self {
            Self::Single(env) | Self::Maybe(env, _) => vec![(String::new(), env.clone())],
            Self::List(all) => all.iter().enumerate().map(|(n, env)| (format!("[{n}]"), env.clone())).collect(),
            Self::Map(all, _) => all.iter().map(|(key, env)| (format!("[{key:?}]"), env.clone())).collect(),
        }
    }
}

/// The target of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LinkTarget {
    /// The address of the template.
    Address(String),
    /// Its name.
    Name(String),
    /// Its id, as recorded in a state.
    Id(String),
    /// A plan only says that it is not known yet: the one template in the same module instance.
    Beside(usize),
}

/// A managed node group and one of the launch templates that it may use.
#[derive(Clone, Debug)]
pub(super) struct NodeGroupLink {
    pub(super) to: LinkTarget,
    pub(super) when: Guard,
    pub(super) family: Option<Family>,
    pub(super) minor: Option<u32>,
    /// The release of its image, if it is set.
    pub(super) release: Option<Arc<str>>,
    /// The address of the node group.
    pub(super) address: Arc<str>,
}

/// The files of one stack.
#[derive(Debug, Default)]
pub(super) struct Stack {
    /// The directory of the stack's own file.
    pub(super) dir: PathBuf,
    /// The files that were read, and the instances in which their expressions are evaluated.
    pub(super) configs: HashMap<PathBuf, usize>,
    pub(super) bodies: HashMap<usize, Arc<Body>>,
    /// What a stack gives to this unit.
    pub(super) values: Option<Value>,
    /// Labels of includes, and the instances of the included files.
    pub(super) includes: Vec<(String, usize)>,
}

/// An external module, and its `path.module`.
pub(super) type CalledModule = (Arc<Module>, String);
