//! `xargs`: words from standard input become arguments.

use crate::text::{Span, Traced, Why};

use super::{Path, Shell, ways};

/// The most commands that are run.
const MAX_CALLS: usize = 64;

impl Shell<'_, '_> {
    /// Runs the command of `xargs` once for all words, or once for each line with `-I`.
    pub(super) fn xargs(&mut self, name: &Traced, words: &[Traced], span: Span, mut path: Path) -> Vec<Path> {
        let mut rest = words;
        let mut replaced: Option<String> = None;
        while let Some(option) = rest.first().map(|w| w.to_text().into_owned()).filter(|w| w.starts_with('-')) {
            rest = &rest[1..];
            match option.as_str() {
                "-r" | "--no-run-if-empty" | "-t" | "--" => {}
                "-I" => {
                    replaced = rest.first().and_then(|w| w.known_str()).map(str::to_owned);
                    rest = rest.get(1..).unwrap_or_default();
                }
                text if text.starts_with("-I") => replaced = Some(text[2..].to_owned()),
                _ => return vec![self.unfollowed(name, words, span, path)],
            }
        }
        let input = path.stdin.take().unwrap_or_default();
        if input.has_hole() || input.bytes().iter().any(|b| b"'\"\\".contains(b)) {
            path.stdin = Some(input);
            return vec![self.unfollowed(name, words, span, path)];
        }
        let command = if rest.is_empty() { vec![Traced::made("echo", span)] } else { rest.to_vec() };
        let Some(mark) = replaced.filter(|m| !m.is_empty()) else {
            let mut command = command;
            command.extend(pieces(&input, |b| b.is_ascii_whitespace()));
            return self.call(command, span, path);
        };
        let lines = pieces(&input, |b| b == b'\n');
        if lines.len() > MAX_CALLS {
            path.machine.gap(span, Why::Limit("rounds of a loop"));
        }
        let mut paths = vec![path];
        for line in lines.into_iter().take(MAX_CALLS) {
            let line = crate::syntax::unit::trim(&line);
            let command: Vec<Traced> = command.iter().map(|w| w.replace(mark.as_bytes(), &line)).collect();
            let mut next = Vec::new();
            for path in paths {
                next.append(&mut self.call(command.clone(), span, path));
            }
            paths = ways::settle(next);
        }
        paths
    }

    /// The command may be one that matters, so that it is told of.
    fn unfollowed(&mut self, name: &Traced, words: &[Traced], span: Span, mut path: Path) -> Path {
        if words.iter().any(|w| w.to_text().contains("bootstrap.sh") || w.to_text().contains("kubelet")) {
            path.machine.gap(span, Why::NotUnderstood("xargs".into()));
        }
        self.unknown_program(name, words, span, path)
    }
}

fn pieces(text: &Traced, cut: impl Fn(u8) -> bool) -> Vec<Traced> {
    let bytes = text.bytes();
    let mut out = Vec::new();
    let mut from = 0;
    for at in 0..=bytes.len() {
        if bytes.get(at).is_none_or(|b| cut(*b)) {
            if at > from {
                out.push(text.slice(from..at));
            }
            from = at + 1;
        }
    }
    out
}
