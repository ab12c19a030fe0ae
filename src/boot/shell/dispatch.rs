//! Finds out what a command runs: a function of the script, a file that it wrote, or a modelled program.

use std::sync::Arc;

use crate::kubelet::statements;
use crate::node::Reason;
use crate::setting::Which;
use crate::text::{Span, Traced, Why};

use super::super::disk::File;
use super::super::image;
use super::call::Call;
use super::interpreter::{MAX_DEPTH, Shell};
use super::registry::{self, Model};
use super::search::in_search_path;
use super::started;
use super::state::BoxedRun;
use super::status::{Flow, Status};
use super::unmodelled::is_interpreter;

impl Shell<'_, '_> {
    /// Runs a command with expanded words.
    pub(super) fn call(&mut self, mut words: Vec<Traced>, span: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        if words.is_empty() {
            return vec![path];
        }
        path.last = words.last().cloned();
        let first = words.remove(0);
        let Some(name) = first.known_str().map(str::to_owned) else {
            if let Some((at, why)) = first.first_unknown().filter(|_| first.slice(0..1).has_unknown()) {
                // Unknown text in command position may be any command.
                path.machine.gap(at, why.clone());
                path.machine.injected = Some(why.clone());
                if first.bytes().ends_with(image::BOOTSTRAP.as_bytes()) {
                    return self.bootstrap(&words, span, path);
                }
            }
            path.unknown_program(&first, &words, span);
            return vec![path];
        };
        if let Some(body) = path.shell.functions.get(&name).cloned() {
            return self.function(&body.0, words, span, path);
        }
        self.call_program(&name, &first, words, span, path)
    }

    /// Runs a builtin or a program, even if a function has the same name.
    pub(super) fn call_program(
        &mut self,
        name: &str,
        first: &Traced,
        words: Vec<Traced>,
        span: Span,
        mut path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let found = in_search_path(name, &path);
        if found.is_none() && !self.installed && path.is_elsewhere(name) {
            path.status = Status::NonZero;
            path.code = Some(127);
            return vec![path];
        }
        let name = found.unwrap_or_else(|| name.to_owned());
        if name.contains('/') {
            let place = path.absolute(&name);
            if place == image::BOOTSTRAP {
                return self.bootstrap(&words, span, path);
            }
            match path.machine.files.get(&place).cloned() {
                Some(File::Known(text)) => {
                    let (runs, mut out) = self.permitted(&place, &text, span, path);
                    let Some(path) = runs else { return out };
                    let Some(interpreter) = interpreter(&text) else {
                        out.append(&mut self.script(&text, &place, words, span, path));
                        return out;
                    };
                    let mut all = vec![Traced::made(place, span)];
                    all.extend(words);
                    let program = Traced::made(interpreter, span);
                    let call = Call { name: interpreter, program: &program, words: &all, at: span };
                    out.append(&mut self.modelled(&call, path));
                    return out;
                }
                Some(File::Removed) => {
                    path.status = Status::NonZero;
                    path.code = Some(127);
                    return vec![path];
                }
                _ => {}
            }
        }
        let base = name.rsplit('/').next().unwrap_or_default();
        self.modelled(&Call { name: base, program: first, words: &words, at: span }, path)
    }

    /// The path on which the system runs a file as a program, and the one on which it refuses to: the boot did not make the
    /// file executable.
    fn permitted(
        &mut self,
        place: &str,
        text: &Traced,
        at: Span,
        mut path: BoxedRun,
    ) -> (Option<BoxedRun>, Vec<BoxedRun>) {
        path.status = match path.machine.refuses(place) {
            None => return (Some(path), Vec::new()),
            Some(true) => Status::NonZero,
            Some(false) => Status::Open(Some(format!("the image lets {place} run as a program").into())),
        };
        let (runs, mut refused): (Vec<_>, Vec<_>) =
            self.decide(path, at, false).into_iter().partition(|(_, runs)| *runs);
        for (path, _) in &mut refused {
            path.code = Some(126);
            let settings = statements::anywhere(text, Which::of(self.cx.whole));
            path.machine.record_ineffective(settings, &Reason::NotExecutable);
        }
        (runs.into_iter().next().map(|(path, _)| path), refused.into_iter().map(|(path, _)| path).collect())
    }

    /// Runs the modelled builtin or program, if there is one. Many run others.
    fn modelled(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        if self.calls >= MAX_DEPTH {
            path.machine.gap(call.at, Why::limit("commands of a script"));
            path.flow = Flow::Exit { failed: false };
            return vec![path];
        }
        self.calls += 1;
        let paths = self.run_model(call, path);
        self.calls -= 1;
        paths
    }

    fn run_model(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        if is_interpreter(call.name) || call.name == "xargs" {
            // Any file may become executable.
            path.machine.plain = Arc::default();
        }
        match registry::find(call.name) {
            Some(Model::Command(run)) => run(self, call, path).unwrap_or_else(|path| self.unmodelled(call, path)),
            Some(Model::Builtin(run)) => {
                path.status = Status::Zero;
                run(call, &mut path);
                vec![path]
            }
            Some(Model::Machine(run)) => {
                path.status = Status::Zero;
                if run(self, call, &mut path) { vec![path] } else { self.unmodelled(call, path) }
            }
            Some(Model::Filter(_)) | None
                if (is_interpreter(call.name) || started::is_awk(call.name))
                    && started::is_only_commands(call, &path) =>
            {
                path.status = Status::Zero;
                self.literal_commands(call, path)
            }
            Some(Model::Filter(run)) => {
                path.status = Status::Zero;
                let commands = self.filter(*run, call, &mut path);
                if !commands.is_empty() {
                    return self.start_all(commands, call.at, path);
                }
                if matches!(path.status, Status::Likely) && is_interpreter(call.name) {
                    return self.literal_commands(call, path);
                }
                let ends = self.conditions == 0 && path.shell.options.errexit;
                if ends && matches!(path.status, Status::Unread(_)) { self.may_end(call.at, path) } else { vec![path] }
            }
            None if is_interpreter(call.name) => {
                path.unknown_program(call.program, call.words, call.at);
                self.literal_commands(call, path)
            }
            None => self.unmodelled(call, path),
        }
    }
}

/// The program that runs a script by its first line, if it is not a shell.
fn interpreter(text: &Traced) -> Option<&'static str> {
    let first = text.bytes().split(|b| *b == b'\n').next().filter(|l| l.starts_with(b"#!"))?;
    let first = String::from_utf8_lossy(first).into_owned();
    ["python", "perl", "ruby", "node", "awk"].into_iter().find(|name| first.contains(name))
}
