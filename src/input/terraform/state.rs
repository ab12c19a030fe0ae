//! What is kept of a configuration while it is evaluated: instances of modules and blocks, links, stored objects, stacks.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::node::Family;
use crate::syntax::hcl::{Block, Body};
use crate::text::{Span, Traced, Why};
use crate::value::{Guard, Value};

use super::lang::env::Env;
use super::lang::outcome::Outcome;
use super::scope::Module;

/// An evaluation that is kept.
#[derive(Clone, Debug)]
pub(super) enum Memo {
    /// Being evaluated: asking for it now is a circle.
    Running,
    Done(Outcome),
}

/// One use of a module.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) module: Arc<Module>,
    /// `module.a["b"].module.c`; empty for the root.
    pub(super) address: String,
    /// What `path.module` is.
    pub(super) path: String,
    /// The names of the calls that lead here, with dots between.
    pub(super) key: String,
    /// The call; for the root the start of its first file.
    pub(super) place: Span,
    /// What the arguments can see, and the call.
    pub(super) caller: Option<(Env, Arc<Block>)>,
    pub(super) when: Guard,
    pub(super) depth: usize,
    /// Values of variables from outside of the directory, which come before those of its tfvars files.
    pub(super) given: HashMap<Arc<str>, Value>,
    /// Values that stand in the environment, which come after those of the tfvars files.
    pub(super) environment: HashMap<Arc<str>, Value>,
    pub(super) locals: HashMap<Arc<str>, Memo>,
    pub(super) variables: HashMap<Arc<str>, Memo>,
    pub(super) outputs: HashMap<Arc<str>, Memo>,
    /// By call and by what tells its instances apart; `None` for a module that is not read.
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

/// The instances of a block. Each sees its own `each` or `count`.
#[derive(Clone, Debug)]
pub(super) enum Expansion {
    Single(Env),
    List(Vec<Env>),
    /// By key, and why there may be more.
    Map(Vec<(Arc<str>, Env)>, Option<Why>),
    /// It is not known how many.
    Maybe(Env, Why),
}

impl Expansion {
    /// True if there is no instance, and it is known that there is none.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Single(_) | Self::Maybe(..) => false,
            Self::List(all) => all.is_empty(),
            Self::Map(all, open) => all.is_empty() && open.is_none(),
        }
    }

    /// The instances with what follows the address of each, such as `[0]`.
    pub(super) fn instances(&self) -> Vec<(String, Env)> {
        match self {
            Self::Single(env) | Self::Maybe(env, _) => vec![(String::new(), env.clone())],
            Self::List(all) => all.iter().enumerate().map(|(n, env)| (format!("[{n}]"), env.clone())).collect(),
            Self::Map(all, _) => all.iter().map(|(key, env)| (format!("[{key:?}]"), env.clone())).collect(),
        }
    }
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LinkTarget {
    /// The address of the template.
    Address(String),
    /// Its name.
    Name(String),
    /// Its id, as a state has it.
    Id(String),
    /// A plan says only that it is not known yet: the one template of the same module instance.
    Beside(usize),
}

/// A managed node group, as one of the launch templates that it may use sees it.
#[derive(Clone, Debug)]
pub(super) struct NodeGroupLink {
    pub(super) to: LinkTarget,
    pub(super) when: Guard,
    pub(super) family: Option<Family>,
    pub(super) minor: Option<u32>,
    /// The address of the node group.
    pub(super) address: Arc<str>,
}

/// An object of S3, as `s3://bucket/key`. What is not known of a bucket is one character that stands for a hole.
#[derive(Clone, Debug)]
pub(super) struct StoredObject {
    pub(super) uri: String,
    pub(super) key: String,
    pub(super) content: Traced,
}

/// What is known of the files of one stack.
#[derive(Debug, Default)]
pub(super) struct Stack {
    /// The directory of the stack's own file.
    pub(super) dir: PathBuf,
    /// The files that were read, and the instances that their expressions are evaluated in.
    pub(super) configs: HashMap<PathBuf, usize>,
    pub(super) bodies: HashMap<usize, Arc<Body>>,
    /// Labels of includes, and the instances of the included files.
    pub(super) includes: Vec<(String, usize)>,
}

/// A module that a call brings in from elsewhere, and what `path.module` is in it.
pub(super) type CalledModule = (Arc<Module>, String);
