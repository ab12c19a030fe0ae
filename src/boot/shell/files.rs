//! Redirections, and the programs that read and write files.

use std::sync::Arc;

use crate::syntax::shell::{Command, CommandKind, Redirect, RedirectKind, Target};
use crate::text::{Span, Traced, Why};

use super::super::disk::File;
use super::interpreter::Shell;
use super::state::{BoxedRun, Descriptor, ScriptRun, Sink};
use super::status::Status;

/// Where the output of a command goes.
#[derive(Clone)]
enum Output {
    /// It is not redirected.
    Kept,
    /// It is discarded.
    Dropped,
    /// Into a file.
    File { path: String, append: bool, at: Span },
}

/// The effect of redirections on the descriptors of a command.
struct Wiring {
    output: Output,
    /// The descriptor whose unread rest is standard input.
    input: Option<u32>,
    /// A redirection failed, so the command does not run.
    failed: bool,
}

impl Shell<'_, '_> {
    /// Runs a command with its redirections.
    pub(super) fn redirected(&mut self, command: &Command, mut path: BoxedRun) -> Vec<BoxedRun> {
        let outer_stdin = path.stdin.clone();
        let outer_descriptors = Arc::clone(&path.shell.descriptors);
        let permanent = matches!(&command.kind, CommandKind::Simple { words, .. }
            if words.len() == 1 && words[0].bare().and_then(|t| t.known_str()) == Some("exec"));
        let mut wiring = Wiring { output: Output::Kept, input: None, failed: false };
        for redirect in &command.redirects {
            self.wire(redirect, &mut wiring, &mut path);
            if wiring.failed {
                path.status = Status::NonZero;
                path.code = Some(1);
                path.stdin = outer_stdin;
                path.shell.descriptors = outer_descriptors;
                return vec![path];
            }
        }
        if permanent {
            match wiring.output {
                Output::Kept => {}
                Output::Dropped => path.divert(Sink::Dropped),
                Output::File { path: file, .. } if file.starts_with("/dev/fd/") => {
                    path.readers.retain(|(name, ..)| *name != file);
                    path.divert(Sink::Dropped);
                }
                Output::File { path: file, append, .. } => {
                    path.flush();
                    if !append {
                        path.machine.put(&file, File::Known(Arc::default()));
                    }
                    path.divert(Sink::File(file));
                }
            }
            path.status = Status::Zero;
            return vec![path];
        }
        let restore = |path: &mut BoxedRun| {
            let left = std::mem::replace(&mut path.stdin, outer_stdin.clone());
            let changed = Arc::clone(&path.shell.descriptors);
            path.shell.descriptors = Arc::clone(&outer_descriptors);
            // What a command read from a descriptor that was already open is consumed.
            for (number, descriptor) in changed.iter() {
                if let (Descriptor::In(_), Some(Descriptor::In(old))) = (descriptor, outer_descriptors.get(number))
                    && Descriptor::In(old.clone()) != *descriptor
                {
                    path.open(*number, descriptor.clone());
                }
            }
            if let (Some(number), Some(left)) = (wiring.input, left)
                && path.shell.descriptors.contains_key(&number)
            {
                path.open(number, Descriptor::In(left));
            }
        };
        if let Output::Kept = wiring.output {
            let mut paths = self.kind(command, path);
            paths.iter_mut().for_each(restore);
            return paths;
        }
        if let Output::File { path: file, append: false, .. } = &wiring.output {
            // The file is empty before the command starts, even if the command reads it.
            if matches!(command.kind, CommandKind::Simple { .. }) {
                path.emptied = Some(file.clone());
            } else {
                path.machine.put(file, File::Known(Arc::default()));
            }
        }
        let before = std::mem::take(&mut path.out);
        let sink = std::mem::replace(
            &mut path.shell.sink,
            if matches!(wiring.output, Output::Dropped) { Sink::Dropped } else { Sink::Captured },
        );
        let mut paths = self.kind(command, path);
        for path in &mut paths {
            path.emptied = None;
            let text = std::mem::replace(&mut path.out, before.clone());
            path.shell.sink.clone_from(&sink);
            restore(path);
            if let Output::File { path: file, append, at } = &wiring.output {
                if *append || file.starts_with("/dev/fd/") {
                    path.machine.append(file, &text, *at);
                } else {
                    path.machine.put(file, File::Known(Arc::new(text)));
                }
            }
        }
        paths
    }

    /// Applies one redirection.
    fn wire(&mut self, redirect: &Redirect, wiring: &mut Wiring, path: &mut ScriptRun) {
        let input = |path: &mut ScriptRun, wiring: &mut Wiring, text: Traced| match redirect.descriptor {
            Some(number) if number > 2 => path.open(number, Descriptor::In(text)),
            _ => {
                wiring.input = None;
                path.stdin = Some(text);
            }
        };
        match (&redirect.target, redirect.kind) {
            (Target::Body(body), _) => {
                let text = body.word().map(|w| self.single(w, path)).unwrap_or_default();
                input(path, wiring, text);
            }
            (Target::Word(word), RedirectKind::Here) => {
                let mut text = self.single(word, path);
                text.push_made(b"\n", word.span);
                input(path, wiring, text);
            }
            (Target::Word(word), RedirectKind::Read | RedirectKind::ReadWrite) => {
                let name = self.single(word, path);
                if redirect.kind == RedirectKind::Read && missing(path, &name) {
                    wiring.failed = true;
                    return;
                }
                let text = contents(path, &name, word.span);
                input(path, wiring, text);
            }
            (Target::Word(word), RedirectKind::DuplicateIn) => {
                let from = self.single(word, path);
                let Some(from) = from.known_str() else { return };
                if from == "-" {
                    if let Some(number) = redirect.descriptor {
                        path.close(number);
                    }
                    return;
                }
                if let Some(Descriptor::In(text)) = path.descriptor(from).cloned() {
                    match redirect.descriptor {
                        Some(number) if number > 2 => path.open(number, Descriptor::In(text)),
                        _ => {
                            wiring.input = from.parse().ok();
                            path.stdin = Some(text);
                        }
                    }
                }
            }
            (Target::Word(word), RedirectKind::DuplicateOut) => {
                let to = self.single(word, path);
                let Some(to) = to.known_str() else { return };
                self.duplicate(to, redirect, word.span, wiring, path);
            }
            (Target::Word(word), kind) => {
                let append = matches!(kind, RedirectKind::Append | RedirectKind::AppendBoth);
                let name = self.single(word, path);
                let stdout = matches!(redirect.descriptor, None | Some(1));
                if !stdout && redirect.descriptor.is_none_or(|d| d == 2) {
                    return;
                }
                let output = match name.known_str() {
                    Some("/dev/null" | "/dev/stderr" | "/dev/console" | "/dev/tty") => Output::Dropped,
                    Some("/dev/stdout") => return,
                    _ => match path.target(&name) {
                        Some(file) => Output::File { path: file, append, at: word.span },
                        None => {
                            path.write_unnamed(&name, word.span);
                            Output::Dropped
                        }
                    },
                };
                if !stdout {
                    let sink = match output {
                        Output::File { path: file, append, .. } => {
                            if !append {
                                path.machine.put(&file, File::Known(Arc::default()));
                            }
                            Sink::File(file)
                        }
                        _ => Sink::Dropped,
                    };
                    if let Some(number) = redirect.descriptor {
                        path.open(number, Descriptor::Out(sink));
                    }
                    return;
                }
                let text = self.cx.texts.slice(redirect.span);
                if let Output::File { path: file, append: false, .. } = &output
                    && path.shell.options.noclobber
                    && text.first() == Some(&b'>')
                    && !text.starts_with(b">|")
                    && matches!(path.machine.file(file), Some(File::Known(_)))
                {
                    wiring.failed = true;
                    return;
                }
                // An earlier redirection still empties its file.
                if let Output::File { path: file, append: false, .. } = std::mem::replace(&mut wiring.output, output) {
                    path.machine.put(&file, File::Known(Arc::default()));
                }
            }
        }
    }

    /// `>&1`, `>&2`, `>&3`, `3>&1`, `>& file`
    #[expect(clippy::unused_self, reason = "a method like the other redirections")]
    fn duplicate(&self, to: &str, redirect: &Redirect, at: Span, wiring: &mut Wiring, path: &mut ScriptRun) {
        let number = redirect.descriptor.unwrap_or(1);
        let digits = to.bytes().all(|b| b.is_ascii_digit());
        if to == "-" {
            match number {
                1 => wiring.output = Output::Dropped,
                _ => path.close(number),
            }
            return;
        }
        if !digits {
            if number == 1 && to.len() > 1 {
                wiring.output = Output::File { path: path.absolute(to), append: false, at };
            }
            return;
        }
        let sink = match to {
            "1" => match &wiring.output {
                Output::Kept => Some(path.shell.sink.clone()),
                Output::Dropped => Some(Sink::Dropped),
                Output::File { path: file, .. } => Some(Sink::File(file.clone())),
            },
            "2" => Some(Sink::Dropped),
            _ => match path.descriptor(to) {
                Some(Descriptor::Out(sink)) => Some(sink.clone()),
                _ => None,
            },
        };
        let Some(sink) = sink else { return };
        match (number, sink) {
            (2, _) => {}
            (1, _) if to == "1" => {}
            (1, Sink::Captured) => wiring.output = Output::Kept,
            (1, Sink::Dropped) => wiring.output = Output::Dropped,
            (1, Sink::File(path)) => wiring.output = Output::File { path, append: true, at },
            (number, sink) => path.open(number, Descriptor::Out(sink)),
        }
    }
}

/// The result of reading a file.
pub(super) fn contents(path: &ScriptRun, name: &Traced, at: Span) -> Traced {
    let Some(name) = path.named(name) else {
        return Traced::unknown(at, Why::NotUnderstood("a file with an unknown name".into()));
    };
    let name = name.as_str();
    if name == "/dev/null" {
        return Traced::new();
    }
    if matches!(name, "-" | "/dev/stdin") {
        return path.stdin.clone().unwrap_or_default();
    }
    match path.machine.file(&path.absolute(name)) {
        Some(File::Known(text)) => Traced::clone(&text),
        Some(File::Unknown(why)) => Traced::unknown(at, why),
        Some(File::Removed) => Traced::new(),
        None => Traced::unknown(at, Why::FromOutside(format!("the content of {name}").into())),
    }
}

/// True if there is certainly no such file: it was removed, or no image has files at that path.
pub(super) fn missing(path: &ScriptRun, name: &Traced) -> bool {
    let Some(name) = name.known_str().filter(|n| !n.is_empty() && *n != "-") else { return false };
    let name = path.absolute(name);
    match path.machine.file(&name) {
        Some(file) => file == File::Removed,
        None => path.machine.lacks(&name),
    }
}
