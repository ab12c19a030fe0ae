//! Runs scripts: those of a boot, and those that other scripts run.

use std::sync::Arc;

use crate::node::{BootCx, Family};
use crate::syntax::SyntaxError;
use crate::syntax::shell::{self, Item};
use crate::text::{Span, Traced, View, Why, budget, holds};

use super::super::disk::File;
use super::super::image;
use super::super::outcome::BootOutcome;
use super::call::Call;
use super::files::{contents, missing};
use super::filled_in;
use super::interpreter::{MAX_DEPTH, Shell};
use super::launches::{MAX_LAUNCHES, may_print, printed};
use super::repository;
use super::search::in_search_path;
use super::settle::settle;
use super::state::{BoxedRun, Options, ScriptRun, ShellState, Sink};
use super::status::{Flow, Setting, Status};

/// What a tree takes, as a multiple of its text.
const TREE: usize = 4;

/// Runs a script on every outcome of a boot so far.
pub(in super::super) fn run(
    outcomes: Vec<BootOutcome>,
    text: &Traced,
    name: &str,
    setting: Setting,
    cx: &mut BootCx<'_>,
) -> Vec<BootOutcome> {
    let Some(first) = outcomes.first() else { return outcomes };
    let id = cx.texts.add_made(name, text, first.machine.place);
    let view = cx.texts.view(id);
    let parsed = shell::parse(&view);
    for error in parsed.errors.iter().filter(|e| e.is_limit()) {
        cx.problem(error.at, format!("a script {}, the rest is not read: split it", error.message));
    }
    // One syntax error causes others.
    if let Some(error) = parsed.errors.first().filter(|e| !e.is_limit() && is_certain(e, &view)) {
        cx.syntax(error, "a script with a syntax error: ", error.is_near_mark(&view));
    }
    let mut shell = Shell::new(cx);
    shell.reads_status = reads_status(text);
    if setting == Setting::UserData {
        shell.filled_in = filled_in::names(text.bytes());
    }
    let mut out = Vec::new();
    let prints = setting == Setting::Script && may_print(text);
    for outcome in outcomes {
        let open = (setting == Setting::Script).then(|| Why::FromOutside("the environment of the script".into()));
        let mut start = ScriptRun::start(outcome.when, outcome.machine, open);
        if setting == Setting::Script {
            // What happened between two scripts may not be known.
            for certain in Arc::make_mut(&mut start.machine.plain).values_mut() {
                *certain = false;
            }
            repository::place(text, &mut start, shell.cx);
        }
        start.stdin = (setting == Setting::UserData).then(Traced::new);
        let first = text.bytes().split(|b| *b == b'\n').next().unwrap_or_default();
        start.shell.options.expand_aliases = is_sh(text);
        start.shell.options.errexit =
            String::from_utf8_lossy(first).split_whitespace().skip(1).any(|w| w.starts_with('-') && w.contains('e'));
        if prints {
            start.shell.sink = Sink::Captured;
        }
        for error in &parsed.errors {
            start.machine.gap(error.at, broken(error, &view));
        }
        shell.top = true;
        let ended = shell.list(before_error(text, &parsed), start);
        for mut path in shell.leave(ended) {
            shell.record_unused_variable(setting, &mut path);
            if prints {
                let room = MAX_LAUNCHES.saturating_sub(shell.cx.launched.len());
                shell.cx.launched.extend(budget::at_most(printed(&path), room, "machines that a script launches"));
            }
            out.push(path.forget());
        }
    }
    settle(out).into_iter().map(|path| BootOutcome { when: path.when, machine: path.machine }).collect()
}

/// True if a text looks at the status of the last command.
fn reads_status(text: &Traced) -> bool {
    ["$?", "${?"].iter().any(|name| holds(text.bytes(), name.as_bytes()))
}

/// False if an unknown part before a syntax error may hold what is missing, or if bash may accept the text: coprocesses are
/// not modelled, and another shell has another syntax.
fn is_certain(error: &SyntaxError, view: &View) -> bool {
    let before = view.bytes.get(..error.at.range().start).unwrap_or_default();
    let first = before.split(|b| *b == b'\n').next().unwrap_or_default();
    view.unknown_in(&(0..before.len())).is_none()
        && !holds(before, b"coproc")
        && ![&b"zsh"[..], b"ksh", b"fish", b"csh"].iter().any(|shell| holds(first, shell))
}

/// Why a script with a syntax error is not followed to its end.
fn broken(error: &SyntaxError, view: &View) -> Why {
    match () {
        () if error.is_limit() => Why::NotUnderstood(format!("a script {}", error.message).into()),
        () if is_certain(error, view) => Why::Invalid(format!("a shell syntax error ({})", error.message).into()),
        () => Why::NotUnderstood(format!("a shell syntax error after an unknown part ({})", error.message).into()),
    }
}

/// The commands before a syntax error, which ends the script.
fn before_error<'t>(text: &Traced, parsed: &'t shell::Script) -> &'t [Item] {
    let Some(stray) = parsed.stray.map(|at| at.range().start) else { return &parsed.tree };
    // An unknown part may have opened what the stray word closes.
    if text.slice(0..text.len().min(stray)).has_unknown() {
        return &parsed.tree;
    }
    let count = parsed.tree.iter().take_while(|item| item.first.span.range().start < stray).count();
    parsed.tree.get(..count).unwrap_or_default()
}

/// A shell that a command starts.
#[derive(Clone, Copy)]
pub(super) struct Child<'n> {
    /// The name of its text.
    pub(super) name: &'n str,
    /// Its `$0`.
    pub(super) zero: &'n str,
    /// It is a login shell.
    pub(super) login: bool,
    /// It is started with `-e`.
    pub(super) errexit: bool,
    /// It is started as `sh`.
    pub(super) sh: bool,
}

impl Shell<'_, '_> {
    /// Runs the traps that are due when the shell ends.
    pub(super) fn leave(&mut self, paths: Vec<BoxedRun>) -> Vec<BoxedRun> {
        let mut out = Vec::new();
        for mut path in paths {
            let Some(commands) = path.shell.on_exit.take() else {
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

    /// Parses a text and runs it in the current shell.
    pub(super) fn evaluate(&mut self, text: &Traced, name: &str, at: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        // The text is kept, and a tree of it is made.
        if self.depth >= MAX_DEPTH || !budget::spend(TREE * text.weight()) {
            path.machine.gap(at, Why::limit("commands of a script"));
            return vec![path];
        }
        if text.is_unknown() {
            if let Some((_, why)) = text.first_unknown() {
                path.shell.open = Some(why.clone());
            }
            path.status = Status::Likely;
            return vec![path];
        }
        self.reads_status |= reads_status(text);
        let id = self.cx.texts.add_made(name, text, at);
        let view = self.cx.texts.view(id);
        let parsed = shell::parse(&view);
        if let Some(error) = parsed.errors.first() {
            path.machine.gap(error.at, broken(error, &view));
        }
        self.depth += 1;
        let unit = self.unit;
        self.top = true;
        let paths = self.list(&parsed.tree, path);
        self.unit = unit;
        self.depth -= 1;
        paths
    }

    /// `bash -c …`, `bash file`, `… | bash`.
    pub(super) fn shell(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let Call { name: shell, words, at: span, .. } = *call;
        let sh = matches!(shell, "sh" | "dash");
        let mut child = Child { name: "a script from a pipe", zero: shell, login: false, errexit: errexit(words), sh };
        let mut index = 0;
        let mut from_pipe = false;
        while let Some(text) = words.get(index).map(|w| w.to_text().into_owned()) {
            if !text.starts_with('-') && !text.starts_with('+') || text == "-" {
                break;
            }
            index += 1;
            if text == "--" {
                break;
            }
            let letters = !text.starts_with("--") && text.starts_with('-');
            child.login |= text == "--login" || letters && text.contains('l');
            from_pipe |= letters && text.ends_with('s');
            if !text.starts_with("--") && text.contains('c') {
                let Some(code) = words.get(index).cloned() else { break };
                let arguments = words.get(index + 2..).unwrap_or_default().to_vec();
                let zero = words.get(index + 1).map_or_else(|| shell.to_owned(), |w| w.to_text().into_owned());
                let child = Child { name: "a command given to bash -c", zero: &zero, ..child };
                return self.child(&code, child, arguments, span, path);
            }
            if matches!(text.as_str(), "-o" | "+o" | "-O" | "--rcfile" | "--init-file") {
                index += 1;
            }
        }
        let Some(file) = words.get(index).filter(|_| !from_pipe) else {
            // `bash -s -- ARGUMENTS` reads the script from standard input.
            let code = path.stdin.take().unwrap_or_default();
            let arguments = words.get(index..).unwrap_or_default().to_vec();
            return self.child(&code, child, arguments, span, path);
        };
        let arguments = words.get(index + 1..).unwrap_or_default().to_vec();
        let place = file.known_str().map(|f| path.absolute(f));
        if place.as_deref() == Some(image::BOOTSTRAP) {
            return self.bootstrap(&arguments, span, path);
        }
        // A name without a slash that is not in the current folder is searched for.
        let here = place.is_some_and(|file| path.machine.file(&file).is_some());
        let found = file.known_str().filter(|_| !here).and_then(|name| in_search_path(name, &path));
        let file = found.map_or_else(|| file.clone(), |found| Traced::made(found, span));
        let code = contents(&path, &file, span);
        let name = file.to_text().into_owned();
        self.child(&code, Child { name: &name, zero: &name, ..child }, arguments, span, path)
    }

    /// Runs the text of a file as a program, in the shell that its first line names.
    pub(super) fn script(
        &mut self,
        code: &Traced,
        name: &str,
        arguments: Vec<Traced>,
        span: Span,
        path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let first = code.bytes().split(|b| *b == b'\n').next().filter(|l| l.starts_with(b"#!")).unwrap_or_default();
        let first = String::from_utf8_lossy(first).into_owned();
        let flag = |letter| first.split_whitespace().skip(1).any(|w| w.starts_with('-') && w.contains(letter));
        self.child(
            code,
            Child { name, zero: name, login: flag('l'), errexit: flag('e'), sh: false },
            arguments,
            span,
            path,
        )
    }

    /// Runs a script in a new shell, which inherits only what is exported.
    pub(super) fn child(
        &mut self,
        code: &Traced,
        child: Child<'_>,
        arguments: Vec<Traced>,
        span: Span,
        mut path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let before = path.clone();
        if code.is_unknown() {
            path.status = Status::Likely;
            path.machine.restarts = true;
            path.machine.plain = Arc::default();
            if let Some((_, why)) = code.first_unknown()
                && why.to_string().contains("kubelet")
            {
                path.machine.gap(span, why.clone());
            }
            return vec![path];
        }
        let sh = matches!(child.zero, "sh" | "dash") || is_sh(code);
        let dash = path.machine.family() == Some(Family::Ubuntu) && sh;
        let outer = std::mem::take(&mut path.shell);
        let mut variables = outer.variables;
        Arc::make_mut(&mut variables).retain(|_, v| v.exported);
        let mut functions = outer.inherited;
        let exported = outer.functions.iter().filter(|(name, _)| outer.exported_functions.contains(*name));
        Arc::make_mut(&mut functions).extend(exported.map(|(name, body)| (name.clone(), body.clone())));
        let exported_functions = Arc::new(functions.keys().cloned().collect());
        path.shell = ShellState {
            variables,
            functions: if dash { Arc::default() } else { functions },
            exported_functions,
            arguments: Arc::new(arguments),
            name: child.zero.into(),
            dash,
            directory: outer.directory,
            open: outer.open,
            open_environment: outer.open_environment,
            sink: outer.sink,
            descriptors: outer.descriptors,
            options: Options { errexit: child.errexit, expand_aliases: sh, ..Options::default() },
            ..ShellState::default()
        };
        // A condition of the caller does not reach into another process.
        let conditions = std::mem::take(&mut self.conditions);
        // A shell that is not started as `sh` reads this file first.
        let first = path.get("BASH_ENV").filter(|_| !sh && !child.sh).cloned();
        let mut paths = if child.login { self.profile(span, path) } else { vec![path] };
        if let Some(file) = first {
            let words = std::slice::from_ref(&file);
            let call = Call { name: "source", program: &file, words, at: span };
            paths = paths.into_iter().flat_map(|path| self.source(&call, path)).collect();
        }
        let mut out = Vec::new();
        for mut path in paths {
            path.shell.is_inner = true;
            let ended = self.evaluate(code, child.name, span, path);
            for mut path in self.leave(ended) {
                path.leave_subshell(&before);
                out.push(path);
            }
        }
        self.conditions = conditions;
        settle(out)
    }

    /// What a login shell reads first: `/etc/profile`, which reads the files of `/etc/profile.d`, and the one in the home
    /// directory of root. Only what the boot wrote is known.
    pub(super) fn profile(&mut self, span: Span, path: BoxedRun) -> Vec<BoxedRun> {
        let own = |name: &str| matches!(path.machine.files.get(name), Some(File::Known(_)));
        let mut names: Vec<String> = path.machine.listing();
        names.retain(|name| name.starts_with("/etc/profile.d/") && name.strip_suffix(".sh").is_some());
        names.push("/etc/profile".to_owned());
        let home = ["/root/.bash_profile", "/root/.bash_login", "/root/.profile"].into_iter().find(|name| own(name));
        // The image's own file in the home directory reads this one on Amazon Linux.
        let home = home.or(Some("/root/.bashrc").filter(|_| path.machine.family() != Some(Family::Ubuntu)));
        names.extend(home.map(str::to_owned));
        names.retain(|name| own(name));
        let mut paths = vec![path];
        for name in names {
            let mut next = Vec::new();
            for path in paths {
                let Some(File::Known(text)) = path.machine.files.get(&name).cloned() else { continue };
                let text = text.slice(open_head(&text)..text.len());
                for mut path in self.evaluate(&text, &name, span, path) {
                    if path.flow == Flow::Return {
                        path.flow = Flow::Normal;
                    }
                    next.push(path);
                }
            }
            paths = settle(next);
        }
        paths
    }

    /// `source FILE` and `. FILE`
    pub(super) fn source(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let Call { words, at: span, .. } = *call;
        let Some(file) = words.first() else { return vec![path] };
        // A bare name is searched for as programs are, and only then in the current folder.
        let found = file.known_str().and_then(|name| in_search_path(name, &path)).map(|name| Traced::made(name, span));
        let file = found.as_ref().unwrap_or(file);
        let text = contents(&path, file, span);
        if missing(&path, file) {
            path.status = Status::NonZero;
            path.code = Some(1);
            return vec![path];
        }
        let head = open_head(&text);
        if text.is_unknown() || head > 0 {
            // What it sets is unknown, except for variables that the script sets afterwards.
            let name = file.to_text().into_owned();
            let why = Why::FromOutside(format!("what {name} sets").into());
            // A file that the script itself downloaded may well concern what it runs.
            let own = head == 0 && file.known_str().is_some_and(|f| path.machine.files.contains_key(&path.absolute(f)));
            if path.shell.options.allexport || own {
                path.shell.open_environment = Some(why.clone());
            }
            path.shell.open = Some(why);
            path.status = Status::Likely;
            if text.is_unknown() {
                return vec![path];
            }
        }
        let text = text.slice(head..text.len());
        let name = file.to_text().into_owned();
        let outer = Arc::clone(&path.shell.arguments);
        let outside = path.shell.called_from_outside;
        if words.len() > 1 {
            path.shell.called_from_outside = false;
            path.shell.arguments = Arc::new(words[1..].to_vec());
        }
        path.shell.callers += 1;
        let mut paths = self.evaluate(&text, &name, span, path);
        for path in &mut paths {
            path.shell.callers = path.shell.callers.saturating_sub(1);
            path.shell.arguments = Arc::clone(&outer);
            path.shell.called_from_outside = outside;
            if path.flow == Flow::Return {
                path.flow = Flow::Normal;
            }
        }
        paths
    }
}

/// Where what the image has in a file ends, to which a script has appended lines.
fn open_head(text: &Traced) -> usize {
    let head = text.unknowns().next().filter(|(range, ..)| range.start == 0).map_or(0, |(range, ..)| range.end);
    if text.bytes().get(head) == Some(&b'\n') { head } else { 0 }
}

/// True for a script of `/bin/sh`, which expands aliases.
fn is_sh(text: &Traced) -> bool {
    let first = text.bytes().split(|b| *b == b'\n').next().unwrap_or_default();
    first.starts_with(b"#!") && first.trim_ascii_end().ends_with(b"/sh")
}

/// True if the options at the start of `words` include `-e`.
fn errexit(words: &[Traced]) -> bool {
    let options = words.iter().map(|w| w.to_text()).take_while(|w| w.starts_with('-') || w.starts_with('+'));
    options.into_iter().any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains('e'))
}
