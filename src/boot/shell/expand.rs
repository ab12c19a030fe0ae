//! From words to arguments.

use std::slice;
use std::sync::Arc;

use crate::syntax::shell::{CommandKind, Item, Part, RedirectKind, Target, Word};
use crate::text::{Span, Traced, Why};

use super::super::disk::File;
use super::super::image;
use super::interpreter::{Chosen, MAX_DEPTH, Shell, Ways};
use super::parameters::Expansion;
use super::pattern::{self, Token};
use super::state::{BoxedRun, ScriptRun, Sink};
use super::status::Status;
use super::{braces, files};

/// The longest word that is built, in bytes.
const MAX_WORD_BYTES: usize = 1 << 20;

/// The most bytes of the parts of a word, and of all words of a command.
const MAX_CHUNKS_BYTES: usize = 4 << 20;

/// The most outputs of a substitution that are followed one by one.
const MAX_WAYS: usize = 4;

/// A part of an expanded word.
enum Chunk {
    /// Is kept unchanged.
    Fixed(Traced),
    /// Is split at white space.
    Splittable(Traced),
    /// Unquoted text of the script, in which glob characters are active.
    Bare(Traced),
    /// A word ends here and the next one begins.
    Cut,
}

impl Chunk {
    fn len(&self) -> usize {
        match self {
            Self::Fixed(text) | Self::Splittable(text) | Self::Bare(text) => text.len(),
            Self::Cut => 0,
        }
    }
}

impl Shell<'_, '_> {
    /// The arguments that words expand to.
    pub(super) fn fields(&mut self, words: &[Word], path: &mut ScriptRun) -> Vec<Traced> {
        let mut out = Vec::new();
        let expanded: Vec<_> = words.iter().map(|w| (w, braces::expand(&w.parts))).collect();
        let mut size = 0;
        let words = expanded.iter().flat_map(|(w, many)| many.as_deref().unwrap_or(slice::from_ref(&w.parts)));
        for parts in words {
            if let Some(text) = plain(parts).filter(|text| size + text.len() <= MAX_CHUNKS_BYTES) {
                size += text.len();
                out.push(text.clone());
                continue;
            }
            let mut chunks = Vec::new();
            self.chunks(parts, false, path, &mut chunks);
            size += chunks.iter().map(Chunk::len).sum::<usize>();
            if size > MAX_CHUNKS_BYTES {
                out.push(Traced::unknown(path.machine.place, Why::limit("length of a command")));
                break;
            }
            if let Some(mut names) = names(&chunks, path) {
                out.append(&mut names);
                continue;
            }
            let mut current: Option<Traced> = None;
            for chunk in chunks {
                match chunk {
                    Chunk::Fixed(text) | Chunk::Bare(text) => current.get_or_insert_default().push(&text),
                    Chunk::Cut => out.extend(current.take()),
                    Chunk::Splittable(text) => split(&text, path.separators(), &mut current, &mut out),
                }
            }
            out.extend(current);
        }
        out
    }

    /// The expansion of a word that is not split.
    pub(super) fn single(&mut self, word: &Word, path: &mut ScriptRun) -> Traced {
        self.joined(&word.parts, false, path)
    }

    fn joined(&mut self, parts: &[Part], quoted: bool, path: &mut ScriptRun) -> Traced {
        let mut chunks = Vec::new();
        self.chunks(parts, quoted, path, &mut chunks);
        let mut out = Traced::new();
        for chunk in chunks {
            match chunk {
                Chunk::Fixed(text) | Chunk::Splittable(text) | Chunk::Bare(text) => out.push(&text),
                Chunk::Cut => out.push_made(b" ", path.machine.place),
            }
        }
        if out.len() > MAX_WORD_BYTES {
            return Traced::unknown(path.machine.place, Why::limit("length of a word"));
        }
        out
    }

    /// A word as a pattern. Quoted characters are literal.
    pub(super) fn pattern(&mut self, word: &Word, path: &mut ScriptRun) -> Vec<Token> {
        let mut chunks = Vec::new();
        self.chunks(&word.parts, false, path, &mut chunks);
        let mut units = Vec::new();
        for chunk in chunks {
            match chunk {
                Chunk::Fixed(text) => pattern::literal(&text, &mut units),
                Chunk::Splittable(text) | Chunk::Bare(text) => pattern::marked(&text, &mut units),
                Chunk::Cut => units.push(Token::Byte(b' ')),
            }
        }
        pattern::compile(&units)
    }

    /// A word as the regular expression of `=~`. Quoted characters are literal. `None` if it is unknown.
    pub(super) fn regex(&mut self, word: &Word, path: &mut ScriptRun) -> Option<String> {
        let mut chunks = Vec::new();
        self.chunks(&word.parts, false, path, &mut chunks);
        let mut out = String::new();
        for chunk in chunks {
            match chunk {
                Chunk::Fixed(text) => out.push_str(&regex::escape(text.known_str()?)),
                Chunk::Splittable(text) | Chunk::Bare(text) => out.push_str(text.known_str()?),
                Chunk::Cut => out.push(' '),
            }
        }
        Some(out)
    }

    /// Parts of an arithmetic expression.
    pub(super) fn expression(&mut self, parts: &[Part], path: &mut ScriptRun) -> Traced {
        self.joined(parts, true, path)
    }

    fn chunks(&mut self, parts: &[Part], quoted: bool, path: &mut ScriptRun, out: &mut Vec<Chunk>) {
        if self.depth >= MAX_DEPTH {
            out.push(Chunk::Fixed(Traced::unknown(path.machine.place, Why::limit("depth of a word"))));
            return;
        }
        self.depth += 1;
        let mut size = 0;
        for (index, part) in parts.iter().enumerate() {
            let from = out.len();
            self.chunk(part, index == 0, quoted, path, out);
            size += out.iter().skip(from).map(Chunk::len).sum::<usize>();
            if size > MAX_CHUNKS_BYTES {
                out.push(Chunk::Fixed(Traced::unknown(path.machine.place, Why::limit("length of a word"))));
                break;
            }
        }
        self.depth -= 1;
    }

    fn chunk(&mut self, part: &Part, first: bool, quoted: bool, path: &mut ScriptRun, out: &mut Vec<Chunk>) {
        let value = |text: Traced| if quoted { Chunk::Fixed(text) } else { Chunk::Splittable(text) };
        match part {
            Part::Bare(text) => out.push(Chunk::Bare(tilde(text, first && !quoted))),
            Part::Quoted(text) => out.push(Chunk::Fixed(text.clone())),
            Part::Double(parts) => {
                let before = out.len();
                self.chunks(parts, true, path, out);
                let many =
                    parts.iter().any(|p| matches!(p, Part::Parameter(p) if p.name == "@" || p.subscript.is_some()));
                if out.len() == before && !many {
                    out.push(Chunk::Fixed(Traced::new()));
                }
            }
            Part::Parameter(parameter) => match self.parameter(parameter, quoted, path) {
                Expansion::One(text) => out.push(value(text)),
                Expansion::Unset => {
                    if quoted {
                        out.push(Chunk::Fixed(Traced::new()));
                    }
                }
                Expansion::Many(list) => {
                    for (index, text) in list.into_iter().enumerate() {
                        if index > 0 {
                            out.push(Chunk::Cut);
                        }
                        out.push(value(text));
                    }
                }
            },
            Part::Command(list, span) => {
                let text = self.substitute(list, *span, path);
                out.push(value(text));
            }
            Part::Backquoted(text, span) => {
                let id = self.cx.texts.add_made("a command in backquotes", text, *span);
                let list = crate::syntax::shell::parse(&self.cx.texts.view(id)).tree;
                let text = self.substitute(&list, *span, path);
                out.push(value(text));
            }
            Part::Arithmetic(parts, span) => {
                let text = self.joined(parts, true, path);
                out.push(Chunk::Fixed(path.count(&text, *span).map_or_else(
                    || Traced::unknown(*span, Why::NotUnderstood("arithmetic".into())),
                    |v| Traced::made(v.to_string(), *span),
                )));
            }
            Part::Process(list, span) => out.push(Chunk::Fixed(self.process(list, *span, path))),
            Part::Array(_) => {}
        }
    }

    /// The output of commands, without trailing line breaks. Their changes to files remain.
    fn substitute(&mut self, list: &[Item], span: Span, path: &mut ScriptRun) -> Traced {
        if let [item] = list
            && let ([], [command]) = (item.rest.as_slice(), item.first.commands.as_slice())
            && let CommandKind::Simple { assignments, words } = &command.kind
            && assignments.is_empty()
            && words.is_empty()
            && let [redirect] = command.redirects.as_slice()
            && let (RedirectKind::Read, Target::Word(word)) = (redirect.kind, &redirect.target)
        {
            let name = self.single(word, path);
            let text = files::contents(path, &name, span);
            let length = text.bytes().iter().rev().take_while(|b| **b == b'\n').count();
            return text.slice(0..text.len() - length);
        }
        let out = self.capture(list, span, path);
        let length = out.bytes().iter().rev().take_while(|b| **b == b'\n').count();
        out.slice(0..out.len() - length)
    }

    /// The output of commands. Their changes to files remain.
    pub(super) fn capture(&mut self, list: &[Item], span: Span, path: &mut ScriptRun) -> Traced {
        if let Some(chosen) = self.chosen.iter().find(|chosen| chosen.at == span) {
            let ScriptRun { when, machine, status, code, out, .. } = *chosen.run.clone();
            path.when = when;
            path.machine = machine;
            (path.status, path.code) = (status, code);
            return out;
        }
        let mut inner: BoxedRun = Box::new(path.clone());
        inner.shell.on_exit = None;
        inner.shell.is_inner = true;
        inner.emptied = None;
        inner.out = Traced::new();
        inner.shell.sink = Sink::Captured;
        inner.shell.hidden = Vec::new();
        inner.readers = Vec::new();
        // bash turns `set -e` off in a substitution.
        inner.shell.options.errexit = false;
        inner.status = Status::Zero;
        let outer = (std::mem::take(&mut self.ways), std::mem::take(&mut self.chosen));
        let ended = self.list(list, inner);
        let mut paths = self.leave(ended);
        (self.ways, self.chosen) = outer;
        for path in &mut paths {
            path.end();
        }
        let differ = paths.iter().skip(1).any(|other| other.out != paths[0].out);
        let known = |run: &BoxedRun| !run.out.has_unknown() && !run.out.bytes().trim_ascii().is_empty();
        if differ && paths.iter().any(known) && paths.len() <= MAX_WAYS && matches!(self.ways, Ways::Open) {
            self.ways = Ways::Found(paths.iter().map(|run| Chosen { at: span, run: run.clone() }).collect());
        }
        let Some(first) = paths.pop() else { return Traced::new() };
        let mut out = first.out.clone();
        if paths.iter().any(|p| p.out != first.out) {
            out = Traced::unknown(span, Why::NotUnderstood("output that depends on a condition".into()));
        }
        let mut machine = first.machine.clone();
        for other in &paths {
            if other.machine.start != machine.start || other.machine.nodeadm != machine.nodeadm {
                machine.gap(span, Why::NotUnderstood("a substitution that depends on a condition".into()));
            }
            let mut files = (*machine.files).clone();
            for (name, file) in other.machine.files.iter() {
                if machine.files.get(name) != Some(file) {
                    let why = Why::NotUnderstood("a file written under a condition in a substitution".into());
                    files.insert(name.clone(), File::Known(Arc::new(Traced::unknown(span, why))));
                }
            }
            machine.files = Arc::new(files);
        }
        path.machine = machine;
        path.status = first.status.clone();
        path.code = first.code;
        if paths.iter().any(|p| p.status != first.status) {
            path.status = Status::Open(None);
        }
        out
    }
}

impl ScriptRun {
    /// The characters of `IFS`, at which words are split.
    pub(super) fn separators(&self) -> &[u8] {
        self.get("IFS").filter(|v| !v.has_unknown()).map_or(b" \t\n", |v| v.bytes())
    }
}

/// The text of a word in which nothing is expanded, as of most.
fn plain(parts: &[Part]) -> Option<&Traced> {
    match parts {
        [Part::Quoted(text)] => Some(text),
        [Part::Bare(text)] if !text.bytes().starts_with(b"~") && !is_glob(text) => Some(text),
        _ => None,
    }
}

/// True for unquoted text with a character that may start a pattern.
fn is_glob(text: &Traced) -> bool {
    text.bytes().iter().any(|b| b"*?[(".contains(b))
}

/// The names of known files that match a word with `*`, `?`, `[` or `@(…)`. `None` if there are none.
fn names(chunks: &[Chunk], path: &ScriptRun) -> Option<Vec<Traced>> {
    let marks = |c: &Chunk| matches!(c, Chunk::Bare(text) if is_glob(text));
    if path.shell.options.noglob || !chunks.iter().any(marks) {
        return None;
    }
    let mut units = Vec::new();
    let mut at = None;
    for chunk in chunks {
        match chunk {
            Chunk::Bare(text) => {
                at = at.or_else(|| text.span());
                pattern::marked(text, &mut units);
            }
            Chunk::Fixed(text) => pattern::literal(text, &mut units),
            Chunk::Splittable(text) if text.bytes().iter().all(|b| !b" \t\n*?[".contains(b)) => {
                pattern::literal(text, &mut units);
            }
            Chunk::Splittable(_) | Chunk::Cut => return None,
        }
    }
    let tokens = pattern::compile(&units);
    if tokens.contains(&Token::Unknown) {
        return None;
    }
    let relative = tokens.first() != Some(&Token::Byte(b'/'));
    let folder = format!("{}/", path.shell.directory.trim_end_matches('/'));
    let slashes = tokens.iter().filter(|t| **t == Token::Byte(b'/')).count();
    let names = path.machine.listing();
    let names = names.iter().filter_map(|name| if relative { name.strip_prefix(&folder) } else { Some(name.as_str()) });
    // A wildcard does not match a slash, or a dot at the start.
    let matches = |name: &&str| {
        name.matches('/').count() == slashes
            && (path.shell.options.dotglob || !name.rsplit('/').next().is_some_and(|n| n.starts_with('.')))
            && pattern::whole(&tokens, name.as_bytes())
    };
    let span = at?;
    let found: Vec<Traced> = names.filter(matches).map(|name| Traced::made(name, span)).collect();
    if found.is_empty() && path.shell.options.nullglob {
        // Without files that match, the word is left out; where the image may have some, it is unknown.
        let prefix: Vec<u8> =
            tokens.iter().map_while(|t| if let Token::Byte(b) = t { Some(*b) } else { None }).collect();
        let prefix = String::from_utf8_lossy(&prefix).into_owned();
        let folder = match prefix.rsplit_once('/') {
            Some(("", _)) => "/".to_owned(),
            Some((folder, _)) => path.absolute(folder),
            None => path.shell.directory.clone(),
        };
        let machine = &path.machine;
        let made = machine.folders.contains(&folder) && image::folder(machine.family(), &folder) != Some(true);
        let why = Why::FromOutside(format!("which files the image has in {folder}").into());
        return Some(if made || machine.lacks(&format!("{folder}/x")) {
            Vec::new()
        } else {
            vec![Traced::unknown(span, why)]
        });
    }
    (!found.is_empty()).then_some(found)
}

/// Splits at `separators`. The first and last pieces join the text around them.
pub(super) fn split(text: &Traced, separators: &[u8], current: &mut Option<Traced>, out: &mut Vec<Traced>) {
    let bytes = text.bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().position(|b| separators.contains(b)).unwrap_or(bytes.len() - at);
        if length > 0 {
            current.get_or_insert_default().push(&text.slice(at..at + length));
            at += length;
        }
        if at < bytes.len() {
            // Consecutive white space separates once; every other separator counts.
            if !bytes[at].is_ascii_whitespace() {
                current.get_or_insert_default();
            }
            out.extend(current.take());
            at += 1;
        }
    }
}

fn tilde(text: &Traced, first: bool) -> Traced {
    let bytes = text.bytes();
    if !first || bytes.first() != Some(&b'~') || !matches!(bytes.get(1), None | Some(b'/')) {
        return text.clone();
    }
    let mut out = Traced::new();
    if let Some(span) = text.slice(0..1).span() {
        out.push_made(b"/root", span);
    }
    out.push(&text.slice(1..text.len()));
    out
}
