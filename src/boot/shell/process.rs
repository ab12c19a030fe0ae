//! Process substitution, `<(…)` and `>(…)`, and coprocesses.

use std::sync::Arc;

use crate::syntax::shell::{Command, List};
use crate::text::{Span, Traced, Why};

use super::super::disk::File;
use super::interpreter::Shell;
use super::state::{BoxedRun, Descriptor, ScriptRun, Sink};
use super::status::Status;
use super::variable::Variable;

impl Shell<'_, '_> {
    /// `<(…)` and `>(…)`: the name of a file that holds the output or the input of commands.
    pub(super) fn process(&mut self, list: &Arc<List>, span: Span, path: &mut ScriptRun) -> Traced {
        let name = format!("/dev/fd/63.{}", span.range().start);
        if self.cx.texts.slice(span).first() == Some(&b'>') {
            path.machine.put(&name, File::Known(Arc::default()));
            path.readers.push((name.clone(), Arc::clone(list), span));
        } else {
            let status = (path.status.clone(), path.code);
            let text = self.capture(list, span, path);
            (path.status, path.code) = status;
            path.machine.put(&name, File::Known(Arc::new(text)));
        }
        Traced::made(name, span)
    }

    /// `coproc NAME command`: what it writes before it needs the script's input can be read from its descriptor.
    pub(super) fn coproc(&mut self, name: &str, body: &Arc<Command>, span: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        let before = path.clone();
        let why = || Why::NotUnderstood("what a script writes to its coprocess".into());
        path.stdin = Some(Traced::unknown(span, why()));
        path.out = Traced::new();
        path.shell.sink = Sink::Captured;
        path.shell.on_exit = None;
        let ended = self.command(body, path);
        let mut paths = self.leave(ended);
        for path in &mut paths {
            let text = std::mem::replace(&mut path.out, before.out.clone());
            path.leave_subshell(&before);
            path.stdin.clone_from(&before.stdin);
            path.status = Status::Zero;
            let free = |number: &u32| !path.shell.descriptors.contains_key(number);
            let number = (10..=63).rev().step_by(2).find(free).unwrap_or(63);
            path.open(number, Descriptor::In(text));
            path.open(number - 1, Descriptor::Out(Sink::Dropped));
            let ends = [number, number - 1].map(|n| Traced::made(n.to_string(), span));
            path.put(name, Variable::array(ends.to_vec(), false));
            let process = Traced::unknown(span, Why::FromOutside("the number of a process".into()));
            path.put(&format!("{name}_PID"), Variable::plain(process, false));
        }
        paths
    }

    /// Runs the commands of `>(…)` on what was written for them, starting with reader `from`.
    pub(super) fn feed(&mut self, from: usize, paths: Vec<BoxedRun>) -> Vec<BoxedRun> {
        let mut out = Vec::new();
        for mut path in paths {
            let readers = path.readers.split_off(from.min(path.readers.len()));
            let mut fed = vec![path];
            for (name, list, _) in readers {
                let mut next = Vec::new();
                for mut path in fed {
                    let text = match path.machine.files.get(&name) {
                        Some(File::Known(text)) => Traced::clone(text),
                        _ => Traced::new(),
                    };
                    path.machine.forget(&name);
                    let before = path.clone();
                    path.stdin = Some(text);
                    for mut path in self.subshell(&list, path) {
                        path.stdin.clone_from(&before.stdin);
                        path.status.clone_from(&before.status);
                        path.code = before.code;
                        next.push(path);
                    }
                }
                fed = next;
            }
            out.append(&mut fed);
        }
        out
    }
}
