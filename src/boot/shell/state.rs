//! One way through a script: the machine that it leaves, and what its shell holds at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::syntax::shell::{Command, List};
use crate::text::{Span, Traced, Why};
use crate::value::Guard;

use super::super::machine::{File, Machine, absolute};
use super::status::{Flow, Status};
use super::variable::Variable;

/// Where cloud-init puts a script.
const SCRIPT: &str = "/var/lib/cloud/instance/scripts/part-001";

/// The most output that is kept for whoever takes it.
const MAX_OUTPUT_BYTES: usize = 4 << 20;

/// Where the output of commands goes that have no redirection of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Sink {
    /// A pipe, a substitution or a file of a redirection around takes it.
    Captured,
    /// A terminal or a log, which nothing on the node reads.
    #[default]
    Dropped,
    /// This file, which `exec` opened.
    File(String),
}

/// A descriptor from 3 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Descriptor {
    /// It is written to.
    Out(Sink),
    /// It is read, and this is left.
    In(Traced),
}

/// A function of the script. Two are the same if they come from the same place of the same text.
#[derive(Clone, Debug)]
pub(super) struct Function(pub(super) Arc<Command>);

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What `set` and `shopt` turn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
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
    /// `set -E`
    pub(super) errtrace: bool,
    /// `shopt -s nocasematch`
    pub(super) nocasematch: bool,
}

/// What a shell holds: a subshell starts with a copy, and all of it is as before once the subshell has ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ShellState {
    pub(super) variables: Arc<BTreeMap<String, Variable>>,
    pub(super) functions: Arc<BTreeMap<String, Function>>,
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
    /// Where output goes when nobody in the script takes it.
    pub(super) sink: Sink,
    /// Descriptors from 3 on.
    pub(super) descriptors: Arc<BTreeMap<u32, Descriptor>>,
    /// `$0`
    pub(super) name: Arc<str>,
    pub(super) options: Options,
    /// How many functions and sourced files are being run, which is what `return` leaves.
    pub(super) callers: usize,
    /// How many functions are being run, in which `local` has a meaning.
    pub(super) functions_running: usize,
    /// What `trap … EXIT` has asked for.
    pub(super) on_exit: Option<Traced>,
    /// What `trap … ERR` has asked for.
    pub(super) on_error: Option<Traced>,
    /// Variables that cannot be assigned any more.
    pub(super) constants: Arc<BTreeSet<String>>,
}

/// One way through a script, as far as it has come.
#[derive(Clone, Debug)]
pub(super) struct ScriptRun {
    pub(super) when: Guard,
    pub(super) machine: Machine,
    pub(super) shell: ShellState,
    pub(super) stdin: Option<Traced>,
    pub(super) out: Traced,
    /// Process substitutions that get what was written to their file once the command has ended.
    pub(super) readers: Vec<(String, Arc<List>, Span)>,
    pub(super) status: Status,
    /// The exit code where the status is a failure, if it is known.
    pub(super) code: Option<u8>,
    /// The codes of the last pipeline, where they are known.
    pub(super) codes: Option<Arc<Vec<u8>>>,
    pub(super) flow: Flow,
    /// `$_`: the last word of the command before, where it is known.
    pub(super) last: Option<Traced>,
    /// A program that nobody knows may have ended the script.
    pub(super) doubted: bool,
    /// The file that a redirection empties once the words of the command are expanded.
    pub(super) emptied: Option<String>,
    /// Arrays that stand among the arguments of `declare`, until it takes them.
    pub(super) arrays: Vec<(String, Variable)>,
}

/// A way is large and is handed on at every command.
pub(super) type BoxedRun = Box<ScriptRun>;

impl ScriptRun {
    /// A shell that has just started.
    pub(super) fn start(when: Guard, machine: Machine, open: Option<Why>) -> BoxedRun {
        let shell = ShellState {
            called_from_outside: open.is_some(),
            directory: "/".to_owned(),
            open,
            name: SCRIPT.into(),
            ..ShellState::default()
        };
        Box::new(Self {
            when,
            machine,
            shell,
            stdin: None,
            out: Traced::new(),
            readers: Vec::new(),
            status: Status::Zero,
            code: None,
            codes: None,
            flow: Flow::Normal,
            last: None,
            doubted: false,
            emptied: None,
            arrays: Vec::new(),
        })
    }

    /// Forgets everything that ends with the script: all but the machine, and that a script failed or may have.
    pub(super) fn forget(self) -> BoxedRun {
        let Self { when, mut machine, flow, doubted, .. } = self;
        machine.injected = None;
        let mut fresh = Self::start(when, machine, None);
        fresh.doubted = doubted;
        if flow == (Flow::Exit { failed: true }) {
            fresh.flow = flow;
        }
        fresh
    }

    /// A path as it is from the folder at hand.
    pub(super) fn absolute(&self, path: &str) -> String {
        absolute(path, &self.shell.directory)
    }

    /// Something was written to a file whose name is not known.
    pub(super) fn unnamed(&mut self, name: &Traced, at: Span) {
        let text = name.to_text();
        let near = ["kubelet", "nodeadm", "/etc/eks"].iter().any(|w| text.contains(w));
        if near && let Some((_, why)) = name.first_unknown() {
            self.machine.gap(at, why.clone());
        }
    }

    /// What was written in the background after a while may come before or after what the script does next.
    pub(super) fn late(&mut self, before: &Self, at: Span) {
        let why = Why::NotUnderstood("what a job in the background writes later".into());
        let differs = |(name, file): &(&String, &File)| before.machine.files.get(*name) != Some(*file);
        let names: Vec<String> = self.machine.files.iter().filter(differs).map(|(name, _)| name.clone()).collect();
        for name in names {
            self.machine.gap(at, why.clone());
            self.machine.put(&name, File::Known(Arc::new(Traced::unknown(at, why.clone()))));
        }
    }

    /// What a shell of its own leaves behind when it ends: files, output and its exit code.
    pub(super) fn leave_subshell(&mut self, before: &Self) {
        self.shell.clone_from(&before.shell);
        self.last.clone_from(&before.last);
        self.end();
        self.flow = Flow::Normal;
    }

    /// An `exit` becomes the status of the shell that it ends.
    pub(super) fn end(&mut self) {
        if let Flow::Exit { failed } = self.flow {
            self.flow = Flow::Normal;
            self.status = if failed { Status::NonZero } else { Status::Zero };
        }
    }

    /// True if nothing that comes after tells the two apart.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.flow == other.flow
            && self.shell == other.shell
            && self.machine == other.machine
            && self.out == other.out
            && self.stdin == other.stdin
            && self.readers.len() == other.readers.len()
    }

    /// Hands on what was written since the last time, if nobody around takes it.
    pub(super) fn flush(&mut self) {
        match &self.shell.sink {
            Sink::Captured if self.out.len() > MAX_OUTPUT_BYTES => {
                self.out = Traced::unknown(self.machine.place, Why::Limit("output of commands"));
            }
            Sink::Captured => {}
            Sink::Dropped => self.out = Traced::new(),
            Sink::File(_) if self.out.is_empty() => {}
            Sink::File(file) => {
                let file = file.clone();
                let text = std::mem::take(&mut self.out);
                let at = text.span().unwrap_or(self.machine.place);
                self.machine.append(&file, &text, at);
            }
        }
    }

    /// `exec > file` and its like: from here on output goes elsewhere.
    pub(super) fn divert(&mut self, sink: Sink) {
        if self.shell.sink == Sink::Captured && !self.out.is_empty() {
            return;
        }
        self.flush();
        self.shell.sink = sink;
    }

    pub(super) fn descriptor(&self, text: &str) -> Option<&Descriptor> {
        self.shell.descriptors.get(&text.parse().ok()?)
    }

    pub(super) fn open(&mut self, number: u32, descriptor: Descriptor) {
        Arc::make_mut(&mut self.shell.descriptors).insert(number, descriptor);
    }

    pub(super) fn close(&mut self, number: u32) {
        if self.shell.descriptors.contains_key(&number) {
            Arc::make_mut(&mut self.shell.descriptors).remove(&number);
        }
    }

    /// The exit code, if it is known. A program that is not modelled is taken to succeed.
    pub(super) fn exit_code(&self) -> Option<u8> {
        match self.status {
            Status::Zero | Status::Likely => Some(0),
            Status::NonZero => self.code,
            Status::Open(_) | Status::Unread(_) => None,
        }
    }
}
