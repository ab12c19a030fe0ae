//! A shell script read on the machine of the mind: every command that is modelled leaves there what it would leave on a
//! node. A condition that the source cannot decide is followed both ways; ways that come to the same are put together.

mod arithmetic;
mod assign;
mod bootstrap;
mod braces;
mod builtins;
mod conditions;
mod control;
mod descriptors;
mod expand;
mod fetch;
mod files;
mod find;
mod parameters;
mod pattern;
mod print;
mod programs;
mod reading;
mod snap;
mod state;
mod tools;
mod unmodelled;
mod variables;
mod ways;
mod xargs;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::node::BootCx;
use crate::syntax::Parsed;
use crate::syntax::shell::{self, Assignment, Command, CommandKind, Connector, Item, Part, Pipeline, Word};
use crate::text::{Span, Traced, Why};
use crate::value::{Condition, Guard};

use super::machine::File;
use super::way::{MAX_WAYS, Way};
use descriptors::Sink;
use state::Run;
use variables::Variable;

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

type Path = Box<Run>;

/// Reads scripts.
struct Shell<'a, 'b> {
    cx: &'a mut BootCx<'b>,
    steps: usize,
    depth: usize,
    /// How many conditions are being run, in which a failure ends nothing.
    conditions: usize,
    temporary: usize,
    /// Arrays that stand among the arguments of `declare`, until it takes them.
    arrays: Vec<(String, Variable)>,
    /// Programs were fetched or installed, so that any name may be one.
    installed: bool,
}

/// Runs a script on every way of a boot.
pub(super) fn run(ways: Vec<Way>, text: &Traced, name: &str, setting: Setting, cx: &mut BootCx<'_>) -> Vec<Way> {
    let Some(first) = ways.first() else { return ways };
    let id = cx.texts.add_made(name, text, first.machine.place);
    let view = cx.texts.view(id);
    let parsed = shell::parse(&view);
    let mut shell = Shell { cx, steps: 0, depth: 0, conditions: 0, temporary: 0, arrays: Vec::new(), installed: false };
    let mut out = Vec::new();
    for way in ways {
        let open = (setting == Setting::Script).then(|| Why::FromOutside("the environment of the script".into()));
        let mut start = Run::start(way.when, way.machine, open);
        start.stdin = (setting == Setting::UserData).then(Traced::new);
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

impl Shell<'_, '_> {
    /// The source of `span` as a condition that people read: without the brackets of a test, and shortened in its middle, for
    /// what decides stands at both ends.
    fn words(&self, span: Span) -> Arc<str> {
        let text = String::from_utf8_lossy(self.cx.texts.slice(span)).replace(crate::text::HOLE, "…");
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        let brackets = [("[ ", " ]"), ("[[ ", " ]]"), ("(( ", " ))")];
        let inner = brackets.iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
        // Brackets of one comparison only.
        let one = |inner: &&str| !inner.contains(" ]") && !inner.contains("[ ") && !inner.starts_with(['-', '!']);
        let text = inner.filter(one).unwrap_or(&text);
        let count = text.chars().count();
        if count > MAX_WORDS {
            let start: String = text.chars().take(MAX_WORDS / 2).collect();
            let end: String = text.chars().skip(count - (MAX_WORDS / 2 - 1)).collect();
            return format!("{start}…{end}").into();
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
            for path in &mut next {
                path.flush();
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
            paths = self.failed(paths);
        }
        paths
    }

    /// What a failure that nobody looks at sets off: the trap for errors, and the end of the script with `set -e`.
    fn failed(&mut self, paths: Vec<Path>) -> Vec<Path> {
        let mut out = Vec::new();
        for mut path in paths {
            if path.flow != Flow::Normal || path.status != Status::NonZero {
                out.push(path);
                continue;
            }
            let code = path.code;
            let trap = path.on_error.clone().filter(|_| path.callers == 0 || path.errtrace);
            let ended = match trap {
                Some(commands) => {
                    path.on_error = None;
                    let at = commands.span().unwrap_or(path.machine.place);
                    let mut paths = self.evaluate(&commands, "a trap", at, path);
                    for path in paths.iter_mut().filter(|p| p.flow == Flow::Normal) {
                        path.on_error = Some(commands.clone());
                        path.status = Status::NonZero;
                        path.code = code;
                    }
                    paths
                }
                None => vec![path],
            };
            for mut path in ended {
                if path.errexit && path.flow == Flow::Normal {
                    path.flow = Flow::Exit { failed: true };
                }
                out.push(path);
            }
        }
        out
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
        // What is denied twice over reads badly, and is the same condition as without.
        let (words, denied) = match words.strip_prefix("! ") {
            Some(rest) => (Arc::from(rest.trim_start()), true),
            None => (words, false),
        };
        let mut out = Vec::new();
        let fork = |path: &Path, holds: bool| {
            let condition = Condition::new(Arc::clone(&words), holds != denied);
            let when = path.when.and(&Guard::of(condition))?;
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
                path.code = Some(1);
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
        path.sink = Sink::Captured;
        let mut paths = vec![(path, Vec::new())];
        for (number, command) in commands.iter().enumerate() {
            let mut next = Vec::new();
            for (mut path, codes) in paths {
                path.on_exit = None;
                if number > 0 {
                    path.stdin = Some(std::mem::take(&mut path.out));
                    path.leave_subshell(&before);
                    path.sink = Sink::Captured;
                    path.on_exit = None;
                }
                path.status = Status::Zero;
                let ended = self.command(command, path);
                for mut path in self.leave(ended) {
                    if let Flow::Exit { failed } = path.flow {
                        path.flow = Flow::Normal;
                        path.status = if failed { Status::NonZero } else { Status::Zero };
                    }
                    let mut codes = codes.clone();
                    codes.push(path.exit_code());
                    next.push((path, codes));
                }
            }
            // What is not told apart any more is bounded as all ways are.
            next.truncate(MAX_WAYS);
            paths = next;
        }
        let mut out = Vec::new();
        for (mut path, codes) in paths {
            let mut text = before.out.clone();
            text.push(&path.out);
            path.out = text;
            path.stdin.clone_from(&before.stdin);
            if before.pipefail
                && path.status == Status::Zero
                && let Some(code) = codes.iter().rev().find_map(|c| c.filter(|c| *c > 0))
            {
                path.status = Status::NonZero;
                path.code = Some(code);
            }
            path.codes = codes.into_iter().collect::<Option<Vec<u8>>>().map(Arc::new);
            path.leave_subshell(&before);
            out.push(path);
        }
        out
    }

    fn command(&mut self, command: &Command, mut path: Path) -> Vec<Path> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.depth >= MAX_DEPTH {
            path.machine.gap(command.span, Why::Limit("commands of a script"));
            path.flow = Flow::Exit { failed: false };
            return vec![path];
        }
        self.depth += 1;
        let readers = path.readers.len();
        let mut paths =
            if command.redirects.is_empty() { self.kind(command, path) } else { self.redirected(command, path) };
        if paths.iter().any(|p| p.readers.len() > readers) {
            paths = self.feed(readers, paths);
        }
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
            CommandKind::ForArithmetic { header, body } => self.for_arithmetic(header, body, command.span, path),
            CommandKind::While { until, condition, body } => self.while_command(*until, condition, body, path),
            CommandKind::Function { name, body } => {
                Arc::make_mut(&mut path.functions).insert(name.clone(), Arc::clone(body));
                path.status = Status::Zero;
                vec![path]
            }
            CommandKind::Test(test) => {
                let answer = self.test(test, &mut path);
                path.status = conditions::status(answer);
                path.code = Some(1);
                vec![path]
            }
            CommandKind::Arithmetic(word) => {
                path.code = Some(1);
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
            path.flush();
            path.leave_subshell(&before);
        }
        paths
    }

    fn simple(&mut self, span: Span, assignments: &[Assignment], words: &[Word], mut path: Path) -> Vec<Path> {
        let name = words.first().and_then(|w| w.bare()).and_then(|t| t.known_str()).unwrap_or_default();
        let declares = matches!(name, "export" | "declare" | "local" | "readonly" | "typeset");
        // The words are expanded before what is assigned in front of them.
        let mut fields = if declares {
            let (fields, arrays) = self.declared(words, &mut path);
            self.arrays = arrays;
            fields
        } else {
            self.fields(words, &mut path)
        };
        if fields.len() == 1
            && matches!(name, "exit" | "return")
            && let Some(code) = path.exit_code()
        {
            // Without a number it is the status of the command before.
            fields.push(Traced::made(code.to_string(), span));
        }
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
        path.code = Some(1);
        path.codes = None;
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
