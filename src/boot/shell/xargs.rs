//! `xargs`: words from standard input become arguments.

use crate::text::{Traced, Why};

use super::call::Call;
use super::interpreter::Shell;
use super::settle::settle;
use super::state::BoxedRun;

/// The most commands that are run.
const MAX_CALLS: usize = 64;

/// How the input is split into arguments.
#[derive(Default)]
struct Options {
    /// The text that each line replaces.
    mark: Option<String>,
    /// The delimiter of arguments, instead of blanks.
    delimiter: Option<u8>,
    /// The number of arguments for each command.
    per_call: Option<usize>,
    /// The number of lines for each command.
    lines: Option<usize>,
    /// Nothing runs without arguments.
    skip_empty: bool,
}

impl Shell<'_, '_> {
    /// Runs the command of `xargs`: once for all words, once for each line with `-I`, or for a fixed number at a time.
    pub(super) fn xargs(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let Call { words, at: span, .. } = *call;
        let Some((options, rest)) = options(words) else { return record_unfollowed(call, path) };
        let input = path.stdin.take().unwrap_or_default();
        let items = match (options.delimiter, &options.mark) {
            (Some(byte), _) => Some(pieces(&input, |b| b == byte)),
            (None, Some(_)) => lines(&input),
            (None, None) => split(&input).map(|lines| lines.into_iter().flatten().collect()),
        };
        let by_line = options.lines.map(|n| (n, split(&input)));
        let (Some(items), false) = (items, input.has_unknown()) else {
            path.stdin = Some(input);
            return record_unfollowed(call, path);
        };
        let command = if rest.is_empty() { vec![Traced::made("echo", span)] } else { rest.to_vec() };
        let chunks = |list: &[Traced], n: usize| list.chunks(n.max(1)).map(<[Traced]>::to_vec).collect::<Vec<_>>();
        let calls: Vec<Vec<Traced>> = match (&options.mark, by_line, options.per_call) {
            (Some(mark), ..) => {
                items.iter().map(|item| command.iter().map(|w| w.replace(mark.as_bytes(), item)).collect()).collect()
            }
            (None, Some((n, Some(lines))), _) => {
                let full: Vec<_> = lines.into_iter().filter(|l| !l.is_empty()).collect();
                full.chunks(n.max(1))
                    .map(|l| command.iter().cloned().chain(l.iter().flatten().cloned()).collect())
                    .collect()
            }
            (None, _, Some(n)) => {
                chunks(&items, n).into_iter().map(|list| command.iter().cloned().chain(list).collect()).collect()
            }
            (None, _, None) if items.is_empty() && options.skip_empty => Vec::new(),
            (None, _, None) => vec![command.iter().cloned().chain(items).collect()],
        };
        if calls.len() > MAX_CALLS {
            path.machine.gap(span, Why::Limit("rounds of a loop"));
        }
        let mut paths = vec![path];
        for call in calls.into_iter().take(MAX_CALLS) {
            let mut next = Vec::new();
            for path in paths {
                next.append(&mut self.call(call.clone(), span, path));
            }
            paths = settle(next);
        }
        paths
    }
}

/// Records a command that is not followed, because it may matter.
fn record_unfollowed(call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
    let words = call.words;
    let names = |w: &Traced| w.to_text().contains("bootstrap.sh") || w.to_text().contains("kubelet");
    let relevant = words.iter().any(|w| names(w) || w.known_str().is_some_and(|file| path.names_kubelet(file)));
    // Unnamed files may be those of a kubelet.
    let edit = |w: &[Traced]| matches!(w[0].known_str(), Some("sed" | "perl")) && w[1].to_text().starts_with("-i");
    if relevant || words.windows(2).any(edit) {
        let unknown = path.stdin.as_ref().and_then(Traced::first_unknown).map(|(at, why)| (at, why.clone()));
        let (at, why) = unknown.unwrap_or((call.at, Why::NotUnderstood("xargs".into())));
        path.machine.gap(at, why);
    }
    path.unknown_program(call.program, words, call.at);
    vec![path]
}

/// The options, and the command that follows them.
fn options(words: &[Traced]) -> Option<(Options, &[Traced])> {
    let mut out = Options::default();
    let mut rest = words;
    while let Some(option) = rest.first().map(|w| w.to_text().into_owned()).filter(|w| w.starts_with('-')) {
        rest = rest.get(1..)?;
        let mut value = |short: &str| -> Option<String> {
            if option.len() > short.len() {
                return Some(option.get(short.len()..).unwrap_or_default().to_owned());
            }
            let value = rest.first()?.known_str()?.to_owned();
            rest = rest.get(1..)?;
            Some(value)
        };
        match option.as_str() {
            "--" => break,
            "-r" | "--no-run-if-empty" => out.skip_empty = true,
            "-t" | "-x" | "--verbose" | "--exit" => {}
            "-0" | "--null" => out.delimiter = Some(0),
            "-i" => out.mark = Some("{}".to_owned()),
            text if text.starts_with("-I") => out.mark = Some(value("-I")?).filter(|m| !m.is_empty()),
            text if text.starts_with("-n") => out.per_call = Some(value("-n")?.parse().ok()?),
            text if text.starts_with("-L") => out.lines = Some(value("-L")?.parse().ok()?),
            text if text.starts_with("-P") => drop(value("-P")?),
            text if text.starts_with("--max-args=") => {
                out.per_call = Some(text.get("--max-args=".len()..).unwrap_or_default().parse().ok()?);
            }
            text if text.starts_with("-d") => {
                out.delimiter = Some(match value("-d")?.as_str() {
                    "\\n" => b'\n',
                    "\\t" => b'\t',
                    "\\0" => 0,
                    one if one.len() == 1 => *one.as_bytes().first()?,
                    _ => return None,
                });
            }
            _ => return None,
        }
    }
    Some((out, rest))
}

/// Lines without leading blanks or quotes.
fn lines(text: &Traced) -> Option<Vec<Traced>> {
    let plain = !text.bytes().iter().any(|b| b"'\"\\".contains(b));
    let cut = |line: &Traced| {
        let blanks = line.bytes().iter().take_while(|b| b.is_ascii_whitespace()).count();
        line.slice(blanks..line.len())
    };
    if plain {
        return Some(text.split(b"\n").iter().map(cut).filter(|line| !line.is_empty()).collect());
    }
    let mut out = Vec::new();
    for line in text.split(b"\n").iter().map(cut).filter(|line| !line.is_empty()) {
        out.push(unquoted(&line, |_| false)?.into_iter().next()?);
    }
    Some(out)
}

/// The words of each line.
fn split(text: &Traced) -> Option<Vec<Vec<Traced>>> {
    text.split(b"\n").iter().map(|line| unquoted(line, |b| b.is_ascii_whitespace())).collect()
}

/// The words of a line. Quotes keep them together, a backslash escapes the next byte. `None` if a quote is not closed.
fn unquoted(text: &Traced, cut: impl Fn(u8) -> bool) -> Option<Vec<Traced>> {
    let bytes = text.bytes();
    let mut out = Vec::new();
    let mut word: Option<Traced> = None;
    let mut quote = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        match (quote, byte) {
            (Some(mark), _) if byte == mark => quote = None,
            (None, b'\'' | b'"') => {
                quote = Some(byte);
                word.get_or_insert_default();
            }
            (None, b'\\') => {
                at += 1;
                word.get_or_insert_default().push(&text.slice(at..(at + 1).min(bytes.len())));
            }
            (None, _) if cut(byte) => out.extend(word.take()),
            _ => word.get_or_insert_default().push(&text.slice(at..at + 1)),
        }
        at += 1;
    }
    out.extend(word);
    quote.is_none().then_some(out)
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
