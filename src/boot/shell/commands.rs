//! Lists, pipelines and commands: control flow from one to the next.

use std::sync::Arc;

use crate::syntax::shell::{Assignment, Command, CommandKind, Connector, Item, Part, Pipeline, Word};
use crate::text::{Span, Traced, Why, budget};

use super::super::disk::File;
use super::super::outcome::MAX_OUTCOMES;
use super::interpreter::{MAX_DEPTH, Shell, Ways};
use super::settle::settle;
use super::state::{BoxedRun, Function, Sink};
use super::status::{Flow, Status};

/// The most substitutions of one command whose outcomes are followed one by one.
const MAX_FORKS: usize = 2;

/// How many commands are followed on one path through a script.
const MAX_STEPS: usize = 20_000;

/// The same on all paths together.
const MAX_ALL_STEPS: usize = 5 * MAX_STEPS;

/// What a command takes of the budget of the unit.
const STEP: usize = 500;

impl Shell<'_, '_> {
    pub(super) fn list(&mut self, list: &[Item], path: BoxedRun) -> Vec<BoxedRun> {
        let top = std::mem::take(&mut self.top);
        let mut paths = vec![path];
        for (number, item) in list.iter().enumerate() {
            if top {
                self.unit = Some(item.first.span.to(item.rest.last().map_or(item.first.span, |(_, p)| p.span)));
            }
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
                if top && path.flow == Flow::Abandon {
                    path.flow = Flow::Normal;
                }
                // What comes next has a status of its own.
                if number + 1 < list.len() && path.flow == Flow::Normal && !self.reads_status {
                    path.status = Status::Zero;
                }
            }
            paths = settle(next);
        }
        paths
    }

    fn item(&mut self, item: &Item, path: BoxedRun) -> Vec<BoxedRun> {
        let before = item.background.then(|| path.clone());
        let last = item.rest.len();
        let base = path.when.clone();
        let mut paths = self.guarded(&item.first, last > 0, path);
        let (mut left, mut whole) = (&item.first, item.first.span);
        for (index, (connector, right)) in item.rest.iter().enumerate() {
            let (decided, mut next) = self.decide_all(paths, &base, (left.span, whole), true);
            for (path, zero) in decided {
                if zero == (*connector == Connector::And) {
                    next.append(&mut self.guarded(right, index + 1 < last, path));
                } else {
                    next.push(path);
                }
            }
            paths = settle(next);
            (left, whole) = (right, whole.to(right.span));
        }
        if let Some(before) = before {
            let sleeps = self.cx.texts.slice(item.first.span).windows(6).any(|w| w == b"sleep ");
            for path in &mut paths {
                path.leave_job(&before, sleeps, item.first.span);
            }
        }
        paths
    }

    /// Runs a pipeline. A failure ends the script where `set -e` applies.
    fn guarded(&mut self, pipeline: &Pipeline, condition: bool, path: BoxedRun) -> Vec<BoxedRun> {
        self.conditions += usize::from(condition || pipeline.negated);
        let mut paths = self.pipeline(pipeline, path);
        self.conditions -= usize::from(condition || pipeline.negated);
        if self.conditions == 0 && !condition && !pipeline.negated {
            paths = self.failed(paths);
        }
        paths
    }

    /// An unhandled failure runs the trap for errors and, with `set -e`, ends the script.
    fn failed(&mut self, paths: Vec<BoxedRun>) -> Vec<BoxedRun> {
        let mut out = Vec::new();
        for mut path in paths {
            if path.flow != Flow::Normal || path.status != Status::NonZero {
                out.push(path);
                continue;
            }
            let code = path.code;
            let trap = path.shell.on_error.clone().filter(|_| path.shell.callers == 0 || path.shell.options.errtrace);
            let ended = match trap {
                Some(commands) => {
                    path.shell.on_error = None;
                    let at = commands.span().unwrap_or(path.machine.place);
                    let mut paths = self.evaluate(&commands, "a trap", at, path);
                    for path in paths.iter_mut().filter(|p| p.flow == Flow::Normal) {
                        path.shell.on_error = Some(commands.clone());
                        path.status = Status::NonZero;
                        path.code = code;
                    }
                    paths
                }
                None => vec![path],
            };
            for mut path in ended {
                if path.shell.options.errexit && path.flow == Flow::Normal {
                    path.flow = Flow::Exit { failed: true };
                }
                out.push(path);
            }
        }
        out
    }

    fn pipeline(&mut self, pipeline: &Pipeline, path: BoxedRun) -> Vec<BoxedRun> {
        let mut paths = match pipeline.commands.as_slice() {
            [] => vec![path],
            [one] => {
                let mut paths = self.command(one, path);
                let own = matches!(
                    one.kind,
                    CommandKind::Simple { .. }
                        | CommandKind::Test(_)
                        | CommandKind::Arithmetic(_)
                        | CommandKind::Subshell(_)
                );
                for path in paths.iter_mut().filter(|_| own) {
                    path.codes = path.exit_code().map(|code| Arc::new(vec![code]));
                }
                paths
            }
            several => self.piped(several, path),
        };
        if pipeline.negated {
            for path in &mut paths {
                path.code = Some(1);
                path.status = match std::mem::replace(&mut path.status, Status::Zero) {
                    Status::Zero => Status::NonZero,
                    Status::NonZero => Status::Zero,
                    // The condition shown is that of the whole pipeline, including the exclamation mark.
                    Status::Likely | Status::Open(_) | Status::Unread(_) => Status::Open(None),
                    Status::Asked(asked) => Status::Asked(Box::new(asked.opposite())),
                };
            }
        }
        paths
    }

    /// Commands joined by pipes. Each runs in its own subshell, so variables do not change.
    fn piped(&mut self, commands: &[Command], mut path: BoxedRun) -> Vec<BoxedRun> {
        let with = |mut codes: Vec<Option<u8>>, code| {
            codes.push(code);
            codes
        };
        let before = path.clone();
        let last_is_here = before.shell.options.lastpipe && !before.shell.options.monitor;
        path.out = Traced::new();
        path.shell.sink = Sink::Captured;
        path.shell.is_inner = true;
        let mut paths = vec![(path, Vec::new())];
        for (number, command) in commands.iter().enumerate() {
            // Each of the rest would only report the limit again.
            if self.steps > MAX_ALL_STEPS || paths.iter().all(|(path, _)| path.steps > MAX_STEPS) {
                break;
            }
            let mut next = Vec::new();
            for (mut path, codes) in paths {
                path.shell.on_exit = None;
                if number > 0 {
                    path.stdin = Some(std::mem::take(&mut path.out));
                    path.leave_subshell(&before);
                    path.shell.is_inner = true;
                    path.shell.sink = Sink::Captured;
                    path.shell.on_exit = None;
                }
                path.status = Status::Zero;
                let here = last_is_here && number + 1 == commands.len();
                let mut ended = self.command(command, path);
                if !here {
                    ended = self.leave(ended);
                    for path in &mut ended {
                        path.end();
                    }
                }
                let (last, others) = (ended.pop(), ended);
                for path in others {
                    let code = path.exit_code();
                    next.push((path, with(codes.clone(), code)));
                }
                // Most have one end, and a pipeline may be long.
                next.extend(last.map(|path| (path.exit_code(), path)).map(|(code, path)| (path, with(codes, code))));
            }
            // Merged paths are limited in number like all others.
            paths = budget::at_most(next, MAX_OUTCOMES, "outcomes of a pipeline").collect();
        }
        let mut out = Vec::new();
        for (mut path, codes) in paths {
            let mut text = before.out.clone();
            text.push(&path.out);
            path.out = text;
            path.stdin.clone_from(&before.stdin);
            if before.shell.options.pipefail
                && path.status == Status::Zero
                && let Some(code) = codes.iter().rev().find_map(|c| c.filter(|c| *c > 0))
            {
                path.status = Status::NonZero;
                path.code = Some(code);
            }
            path.codes = codes.into_iter().collect::<Option<Vec<u8>>>().map(Arc::new);
            if last_is_here {
                path.shell.is_inner = before.shell.is_inner;
                path.shell.sink.clone_from(&before.shell.sink);
                path.shell.on_exit.clone_from(&before.shell.on_exit);
            } else {
                path.leave_subshell(&before);
            }
            out.push(path);
        }
        out
    }

    pub(super) fn command(&mut self, command: &Command, mut path: BoxedRun) -> Vec<BoxedRun> {
        self.steps += 1;
        path.steps += 1;
        if path.steps > MAX_STEPS || self.steps > MAX_ALL_STEPS || self.depth >= MAX_DEPTH || !budget::spend(STEP) {
            path.machine.gap(command.span, Why::limit("commands of a script"));
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

    pub(super) fn kind(&mut self, command: &Command, mut path: BoxedRun) -> Vec<BoxedRun> {
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
                self.unknown_rounds(body, command.span, path)
            }
            CommandKind::For { name, items, body, .. } => self.for_command(name, items.as_deref(), body, path),
            CommandKind::ForArithmetic { header, body } => self.for_arithmetic(header, body, command.span, path),
            CommandKind::While { until, condition, body } => self.while_command(*until, condition, body, path),
            CommandKind::Function { name, body } => {
                Arc::make_mut(&mut path.shell.functions).insert(name.clone(), Function(Arc::clone(body)));
                path.status = Status::Zero;
                vec![path]
            }
            CommandKind::Coproc { name, body } => self.coproc(name, body, command.span, path),
            CommandKind::Test(test) => {
                let answer = self.test(test, &mut path);
                path.status = Status::answered(answer, command.span, None);
                path.code = Some(1);
                vec![path]
            }
            CommandKind::Arithmetic(word) => {
                path.code = Some(1);
                let text = self.single(word, &mut path);
                path.status = Status::of(path.count(&text, command.span).map(|v| v != 0));
                vec![path]
            }
            CommandKind::Bad => vec![path],
        }
    }

    pub(super) fn subshell(&mut self, list: &[Item], path: BoxedRun) -> Vec<BoxedRun> {
        let before = path.clone();
        let mut path = path;
        path.shell.on_exit = None;
        path.shell.loops = 0;
        path.shell.is_inner = true;
        let ended = self.list(list, path);
        let mut paths = self.leave(ended);
        for path in &mut paths {
            path.flush();
            path.leave_subshell(&before);
        }
        paths
    }

    /// Runs a command. If the output of a substitution in it depends on a condition, it runs once for each output.
    fn simple(&mut self, span: Span, assignments: &[Assignment], words: &[Word], path: BoxedRun) -> Vec<BoxedRun> {
        let mut all = assignments.iter().map(|a| &a.value).chain(words);
        if !all.any(|word| word.parts.iter().any(substitutes)) {
            return self.once(span, assignments, words, path);
        }
        let outer = (std::mem::take(&mut self.ways), std::mem::take(&mut self.chosen));
        let mut out = Vec::new();
        let mut pending = vec![Vec::new()];
        while let Some(chosen) = pending.pop() {
            self.ways = if chosen.len() < MAX_FORKS { Ways::Open } else { Ways::Closed };
            self.chosen.clone_from(&chosen);
            let mut paths = self.once(span, assignments, words, path.clone());
            match std::mem::take(&mut self.ways) {
                Ways::Found(ways) => {
                    pending.extend(ways.into_iter().rev().map(|way| [chosen.clone(), vec![way]].concat()));
                }
                _ => out.append(&mut paths),
            }
        }
        (self.ways, self.chosen) = outer;
        out
    }

    fn once(&mut self, span: Span, assignments: &[Assignment], words: &[Word], mut path: BoxedRun) -> Vec<BoxedRun> {
        let name = words.first().and_then(|w| w.bare()).and_then(|t| t.known_str()).unwrap_or_default();
        if let Some(text) = self.aliased(name, span, assignments, words, &path) {
            let aliases = Arc::clone(&path.shell.aliases);
            // An alias is not expanded within itself.
            Arc::make_mut(&mut path.shell.aliases).remove(name);
            let mut paths = self.evaluate(&text, "an alias", span, path);
            for path in &mut paths {
                path.shell.aliases = Arc::clone(&aliases);
            }
            return paths;
        }
        let declares = matches!(name, "export" | "declare" | "local" | "readonly" | "typeset");
        // Words are expanded before the assignments in front of them are made.
        let mut fields = if declares {
            let (fields, arrays) = self.declared(words, &mut path);
            path.arrays = arrays;
            fields
        } else {
            self.fields(words, &mut path)
        };
        if fields.len() == 1
            && matches!(name, "exit" | "return")
            && let Some(code) = path.exit_code()
        {
            // Without a number, it uses the status of the previous command.
            fields.push(Traced::made(code.to_string(), span));
        }
        if path.flow != Flow::Normal || matches!(self.ways, Ways::Found(_)) {
            return vec![path];
        }
        if let Some(file) = path.emptied.take() {
            path.machine.put(&file, File::Known(Arc::default()));
        }
        let before: Vec<_> = if words.is_empty() {
            Vec::new()
        } else {
            assignments.iter().map(|a| (a.name.clone(), path.shell.variables.get(a.name.as_str()).cloned())).collect()
        };
        for assignment in assignments {
            if !words.is_empty() && path.shell.constants.contains(&assignment.name) {
                // Bash prints an error and runs the command without it.
                continue;
            }
            if path.shell.constants.contains(path.resolve(&assignment.name)) {
                path.status = Status::NonZero;
                path.code = Some(1);
                path.flow = Flow::Abandon;
                return vec![path];
            }
            self.assign(assignment, &mut path);
            if !words.is_empty() {
                // An assignment before a command is only in that command's environment.
                if let Some(variable) = Arc::make_mut(&mut path.shell.variables).get_mut(assignment.name.as_str()) {
                    variable.exported = true;
                }
            }
        }
        if matches!(self.ways, Ways::Found(_)) {
            return vec![path];
        }
        // What the command runs has substitutions of its own.
        self.ways = Ways::Closed;
        self.chosen.clear();
        if words.is_empty() {
            if !assignments.iter().any(|a| a.value.parts.iter().any(substitutes)) {
                path.status = Status::Zero;
            }
            return vec![path];
        }
        path.status = Status::Zero;
        path.code = Some(1);
        let mut splits = false;
        if matches!(name, "[" | "test") {
            splits = words.iter().flat_map(|word| &word.parts).any(is_split) && fields.iter().any(Traced::has_unknown);
            fields = fields.into_iter().map(|value| self.assumed(value, &path)).collect();
        }
        let mut paths = self.call(fields, span, path);
        if splits {
            for path in &mut paths {
                if let Status::Asked(asked) = &mut path.status {
                    **asked = std::mem::take(&mut **asked).unquoted();
                }
            }
        }
        for path in paths.iter_mut().filter(|_| !before.is_empty()) {
            let variables = Arc::make_mut(&mut path.shell.variables);
            for (name, old) in before.iter().rev() {
                match old {
                    Some(old) => variables.insert(name.as_str().into(), old.clone()),
                    None => variables.remove(name.as_str()),
                };
            }
        }
        paths
    }
}

/// True for what is split into words.
fn is_split(part: &Part) -> bool {
    matches!(part, Part::Parameter(_) | Part::Command(..) | Part::Backquoted(..))
}

/// True for a command substitution, alone or in double quotes.
fn substitutes(part: &Part) -> bool {
    match part {
        Part::Command(..) | Part::Backquoted(..) => true,
        Part::Double(parts) => parts.iter().any(|part| matches!(part, Part::Command(..) | Part::Backquoted(..))),
        _ => false,
    }
}
