//! Where output goes and input comes from beyond a single command: `exec > file`, `3>&1`, `read <&3`, `<(…)` and `>(…)`.

use std::sync::Arc;

use crate::syntax::shell::List;
use crate::text::{Span, Traced, Why};

use super::super::machine::File;
use super::{Path, Run, Shell, Status};

/// The most output that is kept for whoever takes it.
const MAX_OUTPUT_BYTES: usize = 4 << 20;

/// Where the output of commands goes that have no redirection of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    /// A pipe, a substitution or a file of a redirection around takes it.
    Captured,
    /// A terminal or a log, which nothing on the node reads.
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

impl Run {
    /// Hands on what was written since the last time, if nobody around takes it.
    pub(super) fn flush(&mut self) {
        match &self.sink {
            Sink::Captured if self.out.len() > MAX_OUTPUT_BYTES => {
                self.out = Traced::hole(self.machine.place, Why::Limit("output of commands"));
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
        if self.sink == Sink::Captured && !self.out.is_empty() {
            return;
        }
        self.flush();
        self.sink = sink;
    }

    pub(super) fn descriptor(&self, text: &str) -> Option<&Descriptor> {
        self.descriptors.get(&text.parse().ok()?)
    }

    pub(super) fn open(&mut self, number: u32, descriptor: Descriptor) {
        Arc::make_mut(&mut self.descriptors).insert(number, descriptor);
    }

    pub(super) fn close(&mut self, number: u32) {
        if self.descriptors.contains_key(&number) {
            Arc::make_mut(&mut self.descriptors).remove(&number);
        }
    }

    /// The exit code, if it is known. A program that is not modelled is taken to succeed.
    pub(super) fn exit_code(&self) -> Option<u8> {
        match self.status {
            Status::Zero | Status::Likely(_) => Some(0),
            Status::NonZero => self.code,
            Status::Open(_) => None,
        }
    }
}

impl Shell<'_, '_> {
    /// `<(…)` and `>(…)`: the name of a file that stands for the output or the input of commands.
    pub(super) fn process(&mut self, list: &Arc<List>, span: Span, path: &mut Run) -> Traced {
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

    /// Gives commands of `>(…)` what was written for them; those that stand in `path` from `from` on.
    pub(super) fn feed(&mut self, from: usize, paths: Vec<Path>) -> Vec<Path> {
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
