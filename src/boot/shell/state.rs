//! One path through a script: its machine, and the state of its shell at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::node::kubelet_files::by_end;
use crate::syntax::shell::{Command, List};
use crate::text::{Span, Traced, Why};
use crate::value::Guard;

use super::super::disk::{File, absolute};
use super::super::image;
use super::super::machine::Machine;
use super::status::{Flow, Status};
use super::variable::Variable;

/// Where cloud-init saves a script.
pub(super) const SCRIPT: &str = "/var/lib/cloud/instance/scripts/part-001";

/// The most output that is kept for capture.
const MAX_OUTPUT_BYTES: usize = 4 << 20;

/// Where the output of commands without a redirection goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Sink {
    /// A pipe, a substitution or an enclosing redirection captures it.
    Captured,
    /// To a terminal or a log, which nothing on the node reads.
    #[default]
    Dropped,
    /// This file, which `exec` opened.
    File(String),
}

/// A descriptor numbered 3 or higher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Descriptor {
    /// Open for writing.
    Out(Sink),
    /// Open for reading; this text is left.
    In(Traced),
}

/// A function of the script. Two are equal if they come from the same position in the same text.
#[derive(Clone, Debug)]
pub(super) struct Function(pub(super) Arc<Command>);

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// An alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alias {
    pub(super) value: Traced,
    /// Bash has read the commands up to here when the alias is made, so it only applies after them.
    pub(super) after: Span,
}

/// Options set by `set` and `shopt`.
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
    /// `set -m`
    pub(super) monitor: bool,
    /// `shopt -s lastpipe`
    pub(super) lastpipe: bool,
    /// `shopt -s nullglob`
    pub(super) nullglob: bool,
    /// `shopt -s dotglob`
    pub(super) dotglob: bool,
    /// `shopt -s expand_aliases`
    pub(super) expand_aliases: bool,
}

/// The state of a shell. A subshell works on a copy, which is discarded when it ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ShellState {
    pub(super) variables: Arc<BTreeMap<Arc<str>, Variable>>,
    pub(super) functions: Arc<BTreeMap<String, Function>>,
    /// The functions among them that child shells inherit.
    pub(super) exported_functions: Arc<BTreeSet<String>>,
    /// Exported functions that a program cannot call, but hands on to the shells that it starts.
    pub(super) inherited: Arc<BTreeMap<String, Function>>,
    pub(super) aliases: Arc<BTreeMap<String, Alias>>,
    pub(super) arguments: Arc<Vec<Traced>>,
    /// Set if the caller is not in the source, so the arguments are unknown.
    pub(super) called_from_outside: bool,
    /// The variables that `local` hides in the current function.
    pub(super) hidden: Vec<(String, Option<Variable>)>,
    pub(super) directory: String,
    /// Set if variables may be set outside the script.
    pub(super) open: Option<Why>,
    /// Set if such variables may be in the environment of programs that the script runs.
    pub(super) open_environment: Option<Why>,
    /// `echo` is that of dash, which expands escapes.
    pub(super) dash: bool,
    /// Where output goes that is neither captured nor redirected.
    pub(super) sink: Sink,
    /// Descriptors numbered 3 or higher.
    pub(super) descriptors: Arc<BTreeMap<u32, Descriptor>>,
    /// `$0`
    pub(super) name: Arc<str>,
    pub(super) options: Options,
    /// How many functions and sourced files are running; `return` leaves one.
    pub(super) callers: usize,
    /// How many functions are running; `local` is only valid in one.
    pub(super) functions_running: usize,
    /// How many loops are running that `break` can leave.
    pub(super) loops: usize,
    /// The command of `trap … EXIT`.
    pub(super) on_exit: Option<Traced>,
    /// The command of `trap … ERR`.
    pub(super) on_error: Option<Traced>,
    /// Read-only variables.
    pub(super) constants: Arc<BTreeSet<String>>,
    /// Another shell started this one, and goes on if it fails.
    pub(super) is_inner: bool,
}

/// One path through a script, up to the current command.
#[derive(Clone, Debug)]
pub(super) struct ScriptRun {
    pub(super) when: Guard,
    pub(super) machine: Machine,
    pub(super) shell: ShellState,
    pub(super) stdin: Option<Traced>,
    pub(super) out: Traced,
    /// Process substitutions that receive what was written to their file when the command ends.
    pub(super) readers: Vec<(String, Arc<List>, Span)>,
    pub(super) status: Status,
    /// The exit code after a failure, if known.
    pub(super) code: Option<u8>,
    /// The exit codes of the last pipeline, if known.
    pub(super) codes: Option<Arc<Vec<u8>>>,
    pub(super) flow: Flow,
    /// `$_`: the last word of the previous command, if known.
    pub(super) last: Option<Traced>,
    /// How many commands it has run.
    pub(super) steps: usize,
    /// An unknown program may have ended the script.
    pub(super) may_have_ended: bool,
    /// The file that a redirection empties once the words of the command are expanded.
    pub(super) emptied: Option<String>,
    /// Array arguments of `declare` that it has not read yet.
    pub(super) arrays: Vec<(String, Variable)>,
}

/// A path is large and is passed on at every command.
pub(super) type BoxedRun = Box<ScriptRun>;

impl ScriptRun {
    /// A new shell.
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
            steps: 0,
            may_have_ended: false,
            emptied: None,
            arrays: Vec::new(),
        })
    }

    /// Drops everything that ends with the script: keeps the machine, and whether the script failed or may have.
    pub(super) fn forget(self) -> BoxedRun {
        let Self { when, mut machine, flow, may_have_ended, .. } = self;
        machine.injected = None;
        let mut fresh = Self::start(when, machine, None);
        fresh.may_have_ended = may_have_ended;
        if flow == (Flow::Exit { failed: true }) {
            fresh.flow = flow;
        }
        fresh
    }

    /// Makes a path absolute, relative to the current folder.
    pub(super) fn absolute(&self, path: &str) -> String {
        absolute(path, &self.shell.directory)
    }

    /// The absolute path of a file that is written. Where only its folder is unknown, the end of the path may tell.
    pub(super) fn target(&self, name: &Traced) -> Option<String> {
        let known = name.known_str().map(|name| self.absolute(name));
        known.or_else(|| {
            let end = name.unknowns().last().map_or(0, |(range, _, _)| range.end);
            by_end(name.slice(end..name.len()).known_str()?)
        })
    }

    /// The name of a file that is read. Where only its folder is unknown, it may be one that lies beside the script.
    pub(super) fn named(&self, name: &Traced) -> Option<String> {
        if let Some(known) = name.known_str() {
            return Some(known.to_owned());
        }
        let end = name.unknowns().last().map_or(0, |(range, _, _)| range.end);
        let folder = SCRIPT.rsplit_once('/').map_or("/", |(folder, _)| folder);
        let beside = absolute(name.slice(end..name.len()).known_str()?.trim_start_matches('/'), folder);
        self.machine.files.contains_key(&beside).then_some(beside)
    }

    /// Records a write to a file with an unknown name.
    pub(super) fn write_unnamed(&mut self, name: &Traced, at: Span) {
        let text = name.to_text();
        let relevant = ["kubelet", "nodeadm", "/etc/eks"].iter().any(|w| text.contains(w));
        if relevant && let Some((_, why)) = name.first_unknown() {
            self.machine.gap(at, why.clone());
        }
    }

    /// A delayed write in the background may happen before or after the next commands of the script.
    pub(super) fn blur_delayed(&mut self, before: &Self, at: Span) {
        let why = Why::NotUnderstood("what a job in the background writes later".into());
        let differs = |(name, file): &(&String, &File)| before.machine.files.get(*name) != Some(*file);
        let names: Vec<String> = self.machine.files.iter().filter(differs).map(|(name, _)| name.clone()).collect();
        for name in names {
            self.machine.gap(at, why.clone());
            self.machine.put(&name, File::Known(Arc::new(Traced::unknown(at, why.clone()))));
        }
    }

    /// Applies what a job in the background leaves behind. A delayed one may run at any later time.
    pub(super) fn leave_job(&mut self, before: &Self, delayed: bool, at: Span) {
        self.leave_subshell(before);
        self.status = Status::Zero;
        if delayed && self.machine.start == before.machine.start {
            self.blur_delayed(before, at);
        }
        self.machine.restarts |= self.machine.start != before.machine.start;
    }

    /// Applies what a subshell leaves behind: files, output and its exit code.
    pub(super) fn leave_subshell(&mut self, before: &Self) {
        self.shell.clone_from(&before.shell);
        self.last.clone_from(&before.last);
        self.end();
        self.flow = Flow::Normal;
    }

    /// Turns an `exit` into the status of the shell that it ends.
    pub(super) fn end(&mut self) {
        if let Flow::Exit { failed } = self.flow {
            self.flow = Flow::Normal;
            self.status = if failed { Status::NonZero } else { Status::Zero };
        } else if self.flow == Flow::Abandon {
            self.flow = Flow::Normal;
        }
    }

    /// True if a round of a loop left the state that `old` had before it. Files that only grew, such as logs, do not count if
    /// no kubelet reads them.
    pub(super) fn repeats(&self, old: &Self) -> bool {
        let more = self.out.bytes().starts_with(old.out.bytes());
        if self.shell != old.shell || self.stdin != old.stdin || !more {
            return false;
        }
        let grew = |name: &String, file: &File| match (file, old.machine.files.get(name)) {
            (File::Known(new), Some(File::Known(old))) => new.bytes().starts_with(old.bytes()),
            _ => false,
        };
        let own = &self.machine.files;
        let same = |(name, file): (&String, &File)| {
            old.machine.files.get(name) == Some(file) || image::reader(name).is_none() && grew(name, file)
        };
        if own.len() != old.machine.files.len() || !own.iter().all(same) {
            return false;
        }
        let mut machine = self.machine.clone();
        machine.files = Arc::clone(&old.machine.files);
        machine == old.machine
    }

    /// True if nothing later can distinguish the two.
    pub(super) fn is_equivalent(&self, other: &Self) -> bool {
        self.status == other.status && self.exit_code() == other.exit_code() && self.is_alike(other)
    }

    /// True if nothing but how the last command ended can distinguish the two.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.flow == other.flow
            && self.shell == other.shell
            && self.machine == other.machine
            && self.out == other.out
            && self.stdin == other.stdin
            && self.readers.len() == other.readers.len()
    }

    /// Passes on new output, unless something captures it.
    pub(super) fn flush(&mut self) {
        match &self.shell.sink {
            Sink::Captured if self.out.len() > MAX_OUTPUT_BYTES => {
                self.out = Traced::unknown(self.machine.place, Why::limit("output of commands"));
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

    /// `exec > file` and similar: redirects all further output.
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

    /// The exit code, if known. A program that is not modelled is assumed to succeed.
    pub(super) fn exit_code(&self) -> Option<u8> {
        match self.status {
            Status::Zero | Status::Likely => Some(0),
            Status::NonZero => self.code,
            Status::Open(_) | Status::Unread(_) | Status::Asked(_) => None,
        }
    }
}
