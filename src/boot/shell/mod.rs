//! A shell script read on the machine of the mind: every command that is modelled leaves there what it would leave on a
//! node. A condition that the source cannot decide is followed both ways; ways that come to the same are put together.

mod arithmetic;
mod assign;
mod bootstrap;
mod braces;
mod builtins;
mod conditions;
mod control;
mod expand;
mod fetch;
mod files;
mod parameters;
mod pattern;
mod programs;
mod snap;
mod tools;
mod ways;
mod xargs;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::Parsed;
use crate::syntax::shell::{self, Assignment, Command, CommandKind, Connector, Item, Part, Pipeline, Word};
use crate::text::{Span, Traced, Why};
use crate::value::{Condition, Guard};

use super::Way;
use super::machine::{File, Machine};

pub(super) use bootstrap::by_eks as bootstrap_by_eks;

/// How many commands of one script are followed.
const MAX_STEPS: usize = 20_000;

/// How deep commands, functions and substitutions may nest while they are followed.
const MAX_DEPTH: usize = 40;

/// How often a loop whose condition is known goes round.
const MAX_ROUNDS: usize = 256;

/// The longest condition that is shown, in characters.
const MAX_WORDS: usize = 60;

/// Where a script comes from, which decides what its environment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// cloud-init runs it: the environment is empty but for the system's own variables.
    UserData,
    /// Somebody runs it: the environment is not known.
    Script,
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    /// Its value, or the values of an array.
    values: Arc<Vec<Traced>>,
    array: bool,
    exported: bool,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Zero,
    NonZero,
    /// A program that is not modelled. Scripts are written for programs that work, so `&&` goes on and `||` does not; where
    /// it is a condition by itself, both ways are followed.
    Likely(Arc<str>),
    /// A condition that the source cannot decide, in words.
    Open(Arc<str>),
}

/// Where control goes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Flow {
    Normal,
    Return,
    Exit { failed: bool },
    Break(usize),
    Continue(usize),
}

/// One way through a script, as far as it has come.
#[derive(Clone, Debug)]
struct Run {
    when: Guard,
    machine: Machine,
    variables: Arc<BTreeMap<String, Variable>>,
    functions: Arc<BTreeMap<String, Arc<Command>>>,
    arguments: Arc<Vec<Traced>>,
    /// Set if somebody else gives the arguments, so that they are not known.
    called_from_outside: bool,
    /// What `local` has hidden in the function at hand.
    hidden: Vec<(String, Option<Variable>)>,
    directory: String,
    /// Set if variables that the script does not set may be set all the same.
    open: Option<Why>,
    stdin: Option<Traced>,
    out: Traced,
    status: Status,
    flow: Flow,
    /// `set -e`
    errexit: bool,
    /// `set -u`
    nounset: bool,
    /// `set -o pipefail`
    pipefail: bool,
    /// `set -a`
    allexport: bool,
    /// `set -f`
    noglob: bool,
    /// `set -C`
    noclobber: bool,
    /// How many functions and sourced files are being run, which is what `return` leaves.
    callers: usize,
    /// What `trap … EXIT` has asked for.
    on_exit: Option<Traced>,
    /// The file that a redirection empties once the words of the command are expanded.
    emptied: Option<String>,
    /// Variables that cannot be assigned any more.
    constants: Arc<BTreeSet<String>>,
}

type Path = Box<Run>;

/// Reads scripts.
struct Shell<'a, 'b> {
    cx: &'a mut Cx<'b>,
    steps: usize,
    depth: usize,
    /// How many conditions are being run, in which a failure ends nothing.
    conditions: usize,
    temporary: usize,
}

/// Runs a script on every way of a boot.
pub(super) fn run(ways: Vec<Way>, text: &Traced, name: &str, setting: Setting, cx: &mut Cx<'_>) -> Vec<Way> {
    let Some(first) = ways.first() else { return ways };
    let id = cx.texts.add_made(name, text, first.machine.place);
    let view = cx.texts.view(id);
    let parsed = shell::parse(&view);
    let mut shell = Shell { cx, steps: 0, depth: 0, conditions: 0, temporary: 0 };
    let mut out = Vec::new();
    for way in ways {
        let open = (setting == Setting::Script).then(|| Why::FromOutside("the environment of the script".into()));
        let mut start = Run::start(way.when, way.machine, open);
        let first = text.bytes().split(|b| *b == b'\n').next().unwrap_or_default();
        start.errexit =
            String::from_utf8_lossy(first).split_whitespace().skip(1).any(|w| w.starts_with('-') && w.contains('e'));
        for error in &parsed.errors {
            start.machine.gap(error.at, Why::NotUnderstood(format!("shell syntax ({})", error.message).into()));
        }
        let ended = shell.list(before_error(text, &parsed), start);
        for mut path in shell.leave(ended) {
            shell.unheard(setting, &mut path);
            path.forget();
            out.push(path);
        }
    }
    ways::settle(out).into_iter().map(|path| Way { when: path.when, machine: path.machine }).collect()
}

/// The commands that bash runs before it finds a word where it cannot stand, which ends the script.
fn before_error<'t>(text: &Traced, parsed: &'t Parsed<Vec<Item>>) -> &'t [Item] {
    let stray = ["fi", "done", "esac", "then", "do", "else", "elif"].map(|w| format!("unexpected `{w}`"));
    let Some(error) = parsed.errors.first().filter(|e| stray.contains(&e.message)) else { return &parsed.tree };
    // What is not known may have begun what the word ends.
    if text.slice(0..text.len().min(error.at.range().start)).has_hole() {
        return &parsed.tree;
    }
    let count = parsed.tree.iter().take_while(|item| item.first.span.range().start < error.at.range().start).count();
    parsed.tree.get(..count).unwrap_or_default()
}

impl Run {
    /// A shell that has just started.
    fn start(when: Guard, machine: Machine, open: Option<Why>) -> Path {
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
            stdin: None,
            out: Traced::new(),
            status: Status::Zero,
            flow: Flow::Normal,
            errexit: false,
            nounset: false,
            pipefail: false,
            allexport: false,
            noclobber: false,
            noglob: false,
            callers: 0,
            on_exit: None,
            emptied: None,
            constants: Arc::default(),
        })
    }

    /// Forgets everything that ends with the script.
    fn forget(&mut self) {
        self.variables = Arc::default();
        self.functions = Arc::default();
        self.arguments = Arc::default();
        self.called_from_outside = false;
        self.hidden.clear();
        "/".clone_into(&mut self.directory);
        self.open = None;
        self.stdin = None;
        self.errexit = false;
        self.nounset = false;
        self.pipefail = false;
        self.allexport = false;
        self.noclobber = false;
        self.noglob = false;
        self.callers = 0;
        self.on_exit = None;
        self.constants = Arc::default();
        self.out = Traced::new();
        self.status = Status::Zero;
        self.machine.injected = None;
        if self.flow != (Flow::Exit { failed: true }) {
            self.flow = Flow::Normal;
        }
    }

    fn set(&mut self, name: &str, value: Traced) {
        if self.constants.contains(name) {
            self.status = Status::NonZero;
            return;
        }
        let exported = self.allexport || self.variables.get(name).is_some_and(|v| v.exported);
        let variables = Arc::make_mut(&mut self.variables);
        variables.insert(name.to_owned(), Variable { values: Arc::new(vec![value]), array: false, exported });
    }

    /// An arithmetic command that is not modelled may assign every variable that it names.
    fn forget_counted(&mut self, text: &Traced, at: Span) {
        let text = text.to_text().into_owned();
        let names: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        for name in names.into_iter().filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')) {
            self.set(name, Traced::hole(at, Why::NotUnderstood("arithmetic".into())));
        }
    }

    /// The value of a plain variable, if the script has set it.
    fn get(&self, name: &str) -> Option<&Traced> {
        self.variables.get(name).and_then(|v| v.values.first())
    }
}

impl Shell<'_, '_> {
    /// The source of `span`, shortened for people.
    fn words(&self, span: Span) -> Arc<str> {
        let text = String::from_utf8_lossy(self.cx.texts.slice(span)).replace(crate::text::HOLE, "…");
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        if text.chars().count() > MAX_WORDS {
            let cut: String = text.chars().take(MAX_WORDS - 1).collect();
            return format!("{cut}…").into();
        }
        text.into()
    }

    /// Runs what was to run when the shell ends.
    fn leave(&mut self, paths: Vec<Path>) -> Vec<Path> {
        let mut out = Vec::new();
        for mut path in paths {
            let Some(commands) = path.on_exit.take() else {
                out.push(path);
                continue;
            };
            let flow = std::mem::replace(&mut path.flow, Flow::Normal);
            let at = commands.span().unwrap_or(path.machine.place);
            for mut path in self.evaluate(&commands, "a trap", at, path) {
                if path.flow == Flow::Normal {
                    path.flow = flow.clone();
                }
                out.push(path);
            }
        }
        out
    }

    fn list(&mut self, list: &[Item], path: Path) -> Vec<Path> {
        let mut paths = vec![path];
        for item in list {
            let mut next = Vec::new();
            for path in paths {
                if path.flow == Flow::Normal {
                    next.append(&mut self.item(item, path));
                } else {
                    next.push(path);
                }
            }
            paths = ways::settle(next);
        }
        paths
    }

    fn item(&mut self, item: &Item, path: Path) -> Vec<Path> {
        let before = item.background.then(|| path.clone());
        let last = item.rest.len();
        let mut paths = self.guarded(&item.first, last > 0, path);
        let mut left = &item.first;
        for (index, (connector, right)) in item.rest.iter().enumerate() {
            let mut next = Vec::new();
            for path in paths {
                if path.flow != Flow::Normal {
                    next.push(path);
                    continue;
                }
                for (path, zero) in self.decide(path, left.span, true) {
                    if zero == (*connector == Connector::And) {
                        next.append(&mut self.guarded(right, index + 1 < last, path));
                    } else {
                        next.push(path);
                    }
                }
            }
            paths = ways::settle(next);
            left = right;
        }
        if let Some(before) = before {
            let waits = self.cx.texts.slice(item.first.span).windows(6).any(|w| w == b"sleep ");
            for path in &mut paths {
                path.leave_subshell(&before);
                path.status = Status::Zero;
                if waits && path.machine.start == before.machine.start {
                    path.late(&before, item.first.span);
                }
                path.machine.restarts |= path.machine.start != before.machine.start;
            }
        }
        paths
    }

    /// Runs a pipeline. Where `set -e` counts, a failure ends the script.
    fn guarded(&mut self, pipeline: &Pipeline, condition: bool, path: Path) -> Vec<Path> {
        self.conditions += usize::from(condition || pipeline.negated);
        let mut paths = self.pipeline(pipeline, path);
        self.conditions -= usize::from(condition || pipeline.negated);
        if self.conditions == 0 && !condition && !pipeline.negated {
            for path in &mut paths {
                if path.errexit && path.flow == Flow::Normal && path.status == Status::NonZero {
                    path.flow = Flow::Exit { failed: true };
                }
            }
        }
        paths
    }

    /// Both answers of a condition, or the one that is known. With `hopeful`, a program that is not modelled succeeds.
    fn decide(&mut self, mut path: Path, span: Span, hopeful: bool) -> Vec<(Path, bool)> {
        let words = match &path.status {
            Status::Zero => return vec![(path, true)],
            Status::NonZero => return vec![(path, false)],
            Status::Likely(_) if hopeful => return vec![(path, true)],
            Status::Likely(words) | Status::Open(words) => Arc::clone(words),
        };
        let words = if words.is_empty() { self.words(span) } else { words };
        let mut out = Vec::new();
        let fork = |path: &Path, holds: bool| {
            let when = path.when.and(&Guard::of(Condition { words: Arc::clone(&words), holds }))?;
            let mut path = path.clone();
            path.when = when;
            path.status = if holds { Status::Zero } else { Status::NonZero };
            Some((path, holds))
        };
        out.extend(fork(&path, true));
        out.extend(fork(&path, false));
        if out.is_empty() {
            path.status = Status::Zero;
            out.push((path, true));
        }
        out
    }

    fn pipeline(&mut self, pipeline: &Pipeline, path: Path) -> Vec<Path> {
        let mut paths = match pipeline.commands.as_slice() {
            [] => vec![path],
            [one] => self.command(one, path),
            several => self.piped(several, path),
        };
        if pipeline.negated {
            for path in &mut paths {
                path.status = match std::mem::replace(&mut path.status, Status::Zero) {
                    Status::Zero => Status::NonZero,
                    Status::NonZero => Status::Zero,
                    // The words stay those of the whole pipeline, the exclamation mark included.
                    Status::Likely(_) | Status::Open(_) => Status::Open("".into()),
                };
            }
        }
        paths
    }

    /// Commands joined by pipes. Each runs in a shell of its own, so variables are as before afterwards.
    fn piped(&mut self, commands: &[Command], mut path: Path) -> Vec<Path> {
        let before = path.clone();
        path.out = Traced::new();
        let mut failed = false;
        let mut paths = vec![path];
        for (number, command) in commands.iter().enumerate() {
            let mut next = Vec::new();
            for mut path in paths {
                path.on_exit = None;
                if number > 0 {
                    failed |= path.status == Status::NonZero;
                    path.stdin = Some(std::mem::take(&mut path.out));
                    path.variables = Arc::clone(&before.variables);
                }
                path.flow = Flow::Normal;
                next.append(&mut self.command(command, path));
            }
            paths = next;
        }
        for path in &mut paths {
            let mut out = before.out.clone();
            out.push(&path.out);
            path.out = out;
            path.stdin.clone_from(&before.stdin);
            if before.pipefail && failed && path.status == Status::Zero {
                path.status = Status::NonZero;
            }
            path.leave_subshell(&before);
        }
        paths
    }

    fn command(&mut self, command: &Command, mut path: Path) -> Vec<Path> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.depth >= MAX_DEPTH {
            path.machine.gap(command.span, Why::Limit("commands of a script"));
            path.flow = Flow::Exit { failed: false };
            return vec![path];
        }
        self.depth += 1;
        let paths =
            if command.redirects.is_empty() { self.kind(command, path) } else { self.redirected(command, path) };
        self.depth -= 1;
        paths
    }

    fn kind(&mut self, command: &Command, mut path: Path) -> Vec<Path> {
        match &command.kind {
            CommandKind::Simple { assignments, words } => self.simple(command.span, assignments, words, path),
            CommandKind::Group(list) => self.list(list, path),
            CommandKind::Subshell(list) => self.subshell(list, path),
            CommandKind::If { branches, otherwise } => self.if_command(branches, otherwise.as_deref(), path),
            CommandKind::Case { subject, arms } => self.case_command(subject, arms, path),
            CommandKind::For { select: true, body, .. } => {
                if path.stdin.as_ref().is_some_and(Traced::is_empty) {
                    path.status = Status::NonZero;
                    return vec![path];
                }
                self.maybe(body, command.span, path)
            }
            CommandKind::For { name, items, body, .. } => self.for_command(name, items.as_deref(), body, path),
            CommandKind::ForArithmetic { body, .. } => self.maybe(body, command.span, path),
            CommandKind::While { until, condition, body } => self.while_command(*until, condition, body, path),
            CommandKind::Function { name, body } => {
                Arc::make_mut(&mut path.functions).insert(name.clone(), Arc::clone(body));
                path.status = Status::Zero;
                vec![path]
            }
            CommandKind::Test(test) => {
                let answer = self.test(test, &mut path);
                path.status = conditions::status(answer);
                vec![path]
            }
            CommandKind::Arithmetic(word) => {
                let text = self.single(word, &mut path);
                let value = text.known_str().and_then(|t| arithmetic::perform(t, &mut path, command.span));
                path.status = conditions::status(value.map(|v| v != 0));
                if value.is_none() {
                    path.forget_counted(&text, command.span);
                }
                vec![path]
            }
            CommandKind::Bad => vec![path],
        }
    }

    fn subshell(&mut self, list: &[Item], path: Path) -> Vec<Path> {
        let before = path.clone();
        let mut path = path;
        path.on_exit = None;
        let ended = self.list(list, path);
        let mut paths = self.leave(ended);
        for path in &mut paths {
            path.leave_subshell(&before);
        }
        paths
    }

    fn simple(&mut self, span: Span, assignments: &[Assignment], words: &[Word], mut path: Path) -> Vec<Path> {
        let name = words.first().and_then(|w| w.bare()).and_then(|t| t.known_str()).unwrap_or_default();
        let declares = matches!(name, "export" | "declare" | "local" | "readonly" | "typeset");
        // The words are expanded before what is assigned in front of them.
        let fields = if declares { self.declared(words, &mut path) } else { self.fields(words, &mut path) };
        if path.flow != Flow::Normal {
            return vec![path];
        }
        if let Some(file) = path.emptied.take() {
            path.machine.put(&file, File::Known(Arc::default()));
        }
        let before: Vec<_> = if words.is_empty() {
            Vec::new()
        } else {
            assignments.iter().map(|a| (a.name.clone(), path.variables.get(&a.name).cloned())).collect()
        };
        for assignment in assignments {
            self.assign(assignment, &mut path);
            if !words.is_empty() {
                // What stands before a command is in its environment and nowhere else.
                if let Some(variable) = Arc::make_mut(&mut path.variables).get_mut(&assignment.name) {
                    variable.exported = true;
                }
            }
        }
        if words.is_empty() {
            let substitutes = |p: &Part| match p {
                Part::Command(..) | Part::Backquoted(..) => true,
                Part::Double(parts) => parts.iter().any(|p| matches!(p, Part::Command(..) | Part::Backquoted(..))),
                _ => false,
            };
            if !assignments.iter().any(|a| a.value.parts.iter().any(substitutes)) {
                path.status = Status::Zero;
            }
            return vec![path];
        }
        path.status = Status::Zero;
        let mut paths = self.call(fields, span, path);
        for path in paths.iter_mut().filter(|_| !before.is_empty()) {
            let variables = Arc::make_mut(&mut path.variables);
            for (name, old) in before.iter().rev() {
                match old {
                    Some(old) => variables.insert(name.clone(), old.clone()),
                    None => variables.remove(name),
                };
            }
        }
        paths
    }

    /// Reads and runs a text as commands of the shell at hand.
    fn evaluate(&mut self, text: &Traced, name: &str, at: Span, mut path: Path) -> Vec<Path> {
        if self.depth >= MAX_DEPTH {
            path.machine.gap(at, Why::Limit("commands of a script"));
            return vec![path];
        }
        if text.is_hole() {
            if let Some((_, why)) = text.first_hole() {
                path.open = Some(why.clone());
            }
            path.status = Status::Likely("".into());
            return vec![path];
        }
        let id = self.cx.texts.add_made(name, text, at);
        let parsed = shell::parse(&self.cx.texts.view(id));
        if let Some(error) = parsed.errors.first() {
            path.machine.gap(error.at, Why::NotUnderstood(format!("shell syntax ({})", error.message).into()));
        }
        self.depth += 1;
        let paths = self.list(&parsed.tree, path);
        self.depth -= 1;
        paths
    }
}

impl Run {
    /// What was written in the background after a while may come before or after what the script does next.
    fn late(&mut self, before: &Self, at: Span) {
        let why = Why::NotUnderstood("what a job in the background writes later".into());
        let differs = |(name, file): &(&String, &File)| before.machine.files.get(*name) != Some(*file);
        let names: Vec<String> = self.machine.files.iter().filter(differs).map(|(name, _)| name.clone()).collect();
        for name in names {
            self.machine.gap(at, why.clone());
            self.machine.put(&name, File::Unknown(why.clone()));
        }
    }

    /// What a shell of its own leaves behind when it ends: files, output and its exit code.
    fn leave_subshell(&mut self, before: &Self) {
        self.variables = Arc::clone(&before.variables);
        self.functions = Arc::clone(&before.functions);
        self.arguments = Arc::clone(&before.arguments);
        self.called_from_outside = before.called_from_outside;
        self.hidden.clone_from(&before.hidden);
        self.directory.clone_from(&before.directory);
        self.open.clone_from(&before.open);
        self.errexit = before.errexit;
        self.nounset = before.nounset;
        self.pipefail = before.pipefail;
        self.allexport = before.allexport;
        self.noclobber = before.noclobber;
        self.noglob = before.noglob;
        self.callers = before.callers;
        self.on_exit.clone_from(&before.on_exit);
        self.constants = Arc::clone(&before.constants);
        if let Flow::Exit { failed } = self.flow {
            self.status = if failed { Status::NonZero } else { Status::Zero };
        }
        self.flow = Flow::Normal;
    }
}
