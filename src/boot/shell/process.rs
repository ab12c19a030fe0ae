//! Process substitution: `<(…)` and `>(…)`.

use std::sync::Arc;

use crate::syntax::shell::List;
use crate::text::{Span, Traced};

use super::super::machine::File;
use super::interpreter::Shell;
use super::state::{BoxedRun, ScriptRun};

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
