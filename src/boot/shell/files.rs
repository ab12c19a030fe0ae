//! Redirections, and the programs that read and write files.

use std::sync::Arc;

use crate::syntax::shell::{Command, CommandKind, RedirectKind, Target};
use crate::text::{Span, Traced, Why};

use super::super::machine::{File, absolute};
use super::{Path, Run, Shell, Status};

/// Where the output of a command goes.
struct Output {
    path: String,
    append: bool,
    at: Span,
}

impl Shell<'_, '_> {
    /// Runs a command with its redirections.
    pub(super) fn redirected(&mut self, command: &Command, mut path: Path) -> Vec<Path> {
        let mut output: Option<Output> = None;
        let mut dropped = false;
        let outer_stdin = path.stdin.clone();
        for redirect in &command.redirects {
            match (&redirect.target, redirect.kind) {
                (Target::Body(body), _) => {
                    let text = body.word().map(|w| self.single(w, &mut path)).unwrap_or_default();
                    path.stdin = Some(text);
                }
                (Target::Word(word), RedirectKind::Here) => {
                    let mut text = self.single(word, &mut path);
                    text.push_made(b"\n", word.span);
                    path.stdin = Some(text);
                }
                (Target::Word(word), RedirectKind::Read) => {
                    let name = self.single(word, &mut path);
                    let text = contents(&path, &name, word.span);
                    path.stdin = Some(text);
                }
                (Target::Word(word), RedirectKind::DuplicateOut) => {
                    let to = self.single(word, &mut path);
                    match (redirect.descriptor, to.known_str()) {
                        (None | Some(1), Some("2")) => {
                            output = None;
                            dropped = true;
                        }
                        (None, Some(file)) if !file.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
                            output =
                                Some(Output { path: absolute(file, &path.directory), append: false, at: word.span });
                        }
                        _ => {}
                    }
                }
                (Target::Word(word), kind) => {
                    let stdout = matches!(redirect.descriptor, None | Some(1));
                    let writes = matches!(
                        kind,
                        RedirectKind::Write | RedirectKind::Append | RedirectKind::WriteBoth | RedirectKind::AppendBoth
                    );
                    if !writes || !stdout {
                        continue;
                    }
                    let append = matches!(kind, RedirectKind::Append | RedirectKind::AppendBoth);
                    let name = self.single(word, &mut path);
                    dropped = false;
                    if path.noclobber && !append && self.cx.texts.slice(redirect.span).first() == Some(&b'>') {
                        let file = name.known_str().map(|n| absolute(n, &path.directory));
                        let forced = self.cx.texts.slice(redirect.span).starts_with(b">|");
                        let there = file.is_some_and(|f| matches!(path.machine.file(&f), Some(File::Known(_))));
                        if there && !forced {
                            path.status = Status::NonZero;
                            path.stdin.clone_from(&outer_stdin);
                            return vec![path];
                        }
                    }
                    match name.known_str() {
                        Some("/dev/null" | "/dev/stderr") => {
                            output = None;
                            dropped = true;
                        }
                        Some("/dev/stdout") => {}
                        Some(name) => {
                            // An earlier redirection empties its file all the same.
                            if let Some(before) = output.take().filter(|o| !o.append) {
                                path.machine.put(&before.path, File::Known(Arc::default()));
                            }
                            output = Some(Output { path: absolute(name, &path.directory), append, at: word.span });
                        }
                        None => {
                            self.unnamed(&name, word.span, &mut path);
                            output = None;
                            dropped = true;
                        }
                    }
                }
            }
        }
        if output.is_none() && !dropped {
            let mut paths = self.kind(command, path);
            for path in &mut paths {
                path.stdin.clone_from(&outer_stdin);
            }
            return paths;
        }
        if let Some(output) = output.as_ref().filter(|o| !o.append) {
            // The file is empty before the command begins, whatever the command reads.
            if matches!(command.kind, CommandKind::Simple { .. }) {
                path.emptied = Some(output.path.clone());
            } else {
                path.machine.put(&output.path, File::Known(Arc::default()));
            }
        }
        let before = std::mem::take(&mut path.out);
        let mut paths = self.kind(command, path);
        for path in &mut paths {
            path.emptied = None;
            let text = std::mem::replace(&mut path.out, before.clone());
            path.stdin.clone_from(&outer_stdin);
            if let Some(output) = &output {
                if output.append {
                    path.machine.append(&output.path, &text, output.at);
                } else {
                    path.machine.put(&output.path, File::Known(Arc::new(text)));
                }
            }
        }
        paths
    }

    /// Something was written to a file whose name is not known.
    #[expect(clippy::unused_self, reason = "read beside the other writes")]
    pub(super) fn unnamed(&self, name: &Traced, at: Span, path: &mut Run) {
        let text = name.to_text();
        let near = ["kubelet", "nodeadm", "/etc/eks"].iter().any(|w| text.contains(w));
        if near && let Some((_, why)) = name.first_hole() {
            path.machine.gap(at, why.clone());
        }
    }
}

/// What reading a file gives.
pub(super) fn contents(path: &Run, name: &Traced, at: Span) -> Traced {
    let Some(name) = name.known_str() else {
        return Traced::hole(at, Why::NotUnderstood("a file whose name is not known".into()));
    };
    if name == "/dev/null" {
        return Traced::new();
    }
    if matches!(name, "-" | "/dev/stdin") {
        return path.stdin.clone().unwrap_or_default();
    }
    match path.machine.file(&absolute(name, &path.directory)) {
        Some(File::Known(text)) => Traced::clone(&text),
        Some(File::Unknown(why)) => Traced::hole(at, why),
        Some(File::Removed) => Traced::new(),
        None => Traced::hole(at, Why::FromOutside(format!("what stands in {name}").into())),
    }
}

/// True if there is no such file for certain: it was removed, or stands where no image has files.
pub(super) fn missing(path: &Run, name: &Traced) -> bool {
    let Some(name) = name.known_str().filter(|n| !n.is_empty() && *n != "-") else { return false };
    let name = absolute(name, &path.directory);
    match path.machine.file(&name) {
        Some(file) => file == File::Removed,
        None => name.rfind('/') == Some(0),
    }
}
