//! What a shell holds at one moment, and what is left of it when it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::syntax::shell::{self, Command};
use crate::text::{Span, Traced, Why};
use crate::value::Guard;

use super::super::machine::{File, Machine};
use super::descriptors::{Descriptor, Sink};
use super::variables::Variable;
use super::{Flow, Path, Status};

/// Where cloud-init puts a script.
const SCRIPT: &str = "/var/lib/cloud/instance/scripts/part-001";

/// One way through a script, as far as it has come.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) when: Guard,
    pub(super) machine: Machine,
    pub(super) variables: Arc<BTreeMap<String, Variable>>,
    pub(super) functions: Arc<BTreeMap<String, Arc<Command>>>,
    pub(super) arguments: Arc<Vec<Traced>>,
    /// Set if somebody else gives the arguments, so that they are not known.
    pub(super) called_from_outside: bool,
    /// What `local` has hidden in the function at hand.
    pub(super) hidden: Vec<(String, Option<Variable>)>,
    pub(super) directory: String,
    /// Set if variables that the script does not set may be set all the same.
    pub(super) open: Option<Why>,
    /// Set if such variables may stand in the environment of what the script runs.
    pub(super) open_environment: Option<Why>,
    /// `echo` is that of dash, which follows escapes.
    pub(super) dash: bool,
    pub(super) stdin: Option<Traced>,
    pub(super) out: Traced,
    /// Where `out` goes when nobody in the script takes it.
    pub(super) sink: Sink,
    /// Descriptors from 3 on.
    pub(super) descriptors: Arc<BTreeMap<u32, Descriptor>>,
    /// Process substitutions that get what was written to their file once the command has ended.
    pub(super) readers: Vec<(String, Arc<shell::List>, Span)>,
    pub(super) status: Status,
    /// The exit code where the status is a failure, if it is known.
    pub(super) code: Option<u8>,
    /// The codes of the last pipeline, where they are known.
    pub(super) codes: Option<Arc<Vec<u8>>>,
    pub(super) flow: Flow,
    /// `$_`: the last word of the command before, where it is known.
    pub(super) last: Option<Traced>,
    /// `$0`
    pub(super) name: Arc<str>,
    /// `set -e`
    pub(super) errexit: bool,
    /// `set -u`
    pub(super) nounset: bool,
    /// `set -o pipefail`
    pub(super) pipefail: bool,
    /// `set -a`
    pub(super) allexport: bool,
    /// `set -f`
    pub(super) noglob: bool,
    /// `set -C`
    pub(super) noclobber: bool,
    /// How many functions and sourced files are being run, which is what `return` leaves.
    pub(super) callers: usize,
    /// How many functions are being run, in which `local` has a meaning.
    pub(super) functions_running: usize,
    /// A program that nobody knows may have ended the script.
    pub(super) doubted: bool,
    /// What `trap … EXIT` has asked for.
    pub(super) on_exit: Option<Traced>,
    /// What `trap … ERR` has asked for.
    pub(super) on_error: Option<Traced>,
    /// `set -E`
    pub(super) errtrace: bool,
    /// `shopt -s nocasematch`
    pub(super) nocasematch: bool,
    /// The file that a redirection empties once the words of the command are expanded.
    pub(super) emptied: Option<String>,
    /// Variables that cannot be assigned any more.
    pub(super) constants: Arc<BTreeSet<String>>,
}

impl Run {
    /// A shell that has just started.
    pub(super) fn start(when: Guard, machine: Machine, open: Option<Why>) -> Path {
        Box::new(Self {
            when,
            machine,
            variables: Arc::default(),
            functions: Arc::default(),
            arguments: Arc::default(),
            called_from_outside: open.is_some(),
            hidden: Vec::new(),
            directory: "/".to_owned(),
            open,
            open_environment: None,
            dash: false,
            stdin: None,
            out: Traced::new(),
            sink: Sink::Dropped,
            descriptors: Arc::default(),
            readers: Vec::new(),
            status: Status::Zero,
            code: None,
            codes: None,
            flow: Flow::Normal,
            last: None,
            name: SCRIPT.into(),
            errexit: false,
            nounset: false,
            pipefail: false,
            allexport: false,
            noclobber: false,
            noglob: false,
            callers: 0,
            functions_running: 0,
            doubted: false,
            on_exit: None,
            on_error: None,
            errtrace: false,
            nocasematch: false,
            emptied: None,
            constants: Arc::default(),
        })
    }

    /// Forgets everything that ends with the script.
    pub(super) fn forget(&mut self) {
        self.variables = Arc::default();
        self.functions = Arc::default();
        self.arguments = Arc::default();
        self.called_from_outside = false;
        self.hidden.clear();
        "/".clone_into(&mut self.directory);
        self.open = None;
        self.open_environment = None;
        self.dash = false;
        self.stdin = None;
        self.errexit = false;
        self.nounset = false;
        self.pipefail = false;
        self.allexport = false;
        self.noclobber = false;
        self.noglob = false;
        self.callers = 0;
        self.functions_running = 0;
        self.on_exit = None;
        self.on_error = None;
        self.errtrace = false;
        self.nocasematch = false;
        self.sink = Sink::Dropped;
        self.descriptors = Arc::default();
        self.readers.clear();
        self.code = None;
        self.codes = None;
        self.last = None;
        self.name = SCRIPT.into();
        self.constants = Arc::default();
        self.out = Traced::new();
        self.status = Status::Zero;
        self.machine.injected = None;
        if self.flow != (Flow::Exit { failed: true }) {
            self.flow = Flow::Normal;
        }
    }
}

impl Run {
    /// What was written in the background after a while may come before or after what the script does next.
    pub(super) fn late(&mut self, before: &Self, at: Span) {
        let why = Why::NotUnderstood("what a job in the background writes later".into());
        let differs = |(name, file): &(&String, &File)| before.machine.files.get(*name) != Some(*file);
        let names: Vec<String> = self.machine.files.iter().filter(differs).map(|(name, _)| name.clone()).collect();
        for name in names {
            self.machine.gap(at, why.clone());
            self.machine.put(&name, File::Known(Arc::new(Traced::hole(at, why.clone()))));
        }
    }

    /// What a shell of its own leaves behind when it ends: files, output and its exit code.
    pub(super) fn leave_subshell(&mut self, before: &Self) {
        self.variables = Arc::clone(&before.variables);
        self.functions = Arc::clone(&before.functions);
        self.arguments = Arc::clone(&before.arguments);
        self.called_from_outside = before.called_from_outside;
        self.hidden.clone_from(&before.hidden);
        self.directory.clone_from(&before.directory);
        self.open.clone_from(&before.open);
        self.open_environment.clone_from(&before.open_environment);
        self.dash = before.dash;
        self.errexit = before.errexit;
        self.nounset = before.nounset;
        self.pipefail = before.pipefail;
        self.allexport = before.allexport;
        self.noclobber = before.noclobber;
        self.noglob = before.noglob;
        self.callers = before.callers;
        self.functions_running = before.functions_running;
        self.on_exit.clone_from(&before.on_exit);
        self.on_error.clone_from(&before.on_error);
        self.errtrace = before.errtrace;
        self.nocasematch = before.nocasematch;
        self.sink.clone_from(&before.sink);
        self.descriptors = Arc::clone(&before.descriptors);
        self.name = Arc::clone(&before.name);
        self.last.clone_from(&before.last);
        self.constants = Arc::clone(&before.constants);
        if let Flow::Exit { failed } = self.flow {
            self.status = if failed { Status::NonZero } else { Status::Zero };
        }
        self.flow = Flow::Normal;
    }
}
