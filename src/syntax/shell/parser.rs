//! Parses commands.

mod compound;
mod simple;
mod test;

use std::sync::Arc;

use crate::text::{Span, View};

use super::super::SyntaxError;
use super::tree::{Body, Command, CommandKind, Connector, Item, List, Pipeline, Script};

/// The largest script that is parsed, in bytes.
pub(crate) const MAX_SCRIPT_BYTES: usize = 1 << 20;

/// How deep commands, substitutions and quotes may nest.
pub(crate) const MAX_DEPTH: usize = 64;

/// The most words of a script; a word takes far more than its bytes.
const MAX_WORDS: usize = 200_000;

const TOO_MANY: &str = "more than 200,000 words";
const TOO_LARGE: &str = "larger than 1 MiB";
const TOO_DEEP: &str = "nested deeper than 64 levels";

/// After this many errors, the rest of the script is skipped.
pub(crate) const MAX_ERRORS: usize = 64;

/// The current command cannot be parsed; the error is already recorded.
pub(super) struct Stop;

pub(super) type Outcome<T> = Result<T, Stop>;

/// A here-document whose body has not been reached.
pub(super) struct Pending {
    pub(super) delimiter: Vec<u8>,
    pub(super) quoted: bool,
    pub(super) strip_tabs: bool,
    pub(super) body: Body,
}

pub(super) struct Parser<'a> {
    pub(super) view: &'a View,
    pub(super) bytes: &'a [u8],
    /// The current offset.
    pub(super) at: usize,
    /// The end of the part that is being parsed.
    pub(super) end: usize,
    pub(super) depth: usize,
    pub(super) pending: Vec<Pending>,
    pub(super) errors: Vec<SyntaxError>,
    /// The number of words so far.
    words: usize,
    /// The first error, if it is a closing keyword without an opening one.
    stray: Option<Span>,
    /// Lines end in CRLF.
    pub(super) crlf: bool,
    /// Set after too many errors: the rest is skipped.
    given_up: bool,
}

/// Words that close a list in command position.
const CLOSERS: [&[u8]; 8] = [b"then", b"else", b"elif", b"fi", b"do", b"done", b"esac", b"}"];

/// Words that begin a compound command.
const OPENERS: [&[u8]; 8] = [b"{", b"if", b"while", b"until", b"for", b"case", b"select", b"[["];

pub(super) fn is_meta(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}

pub(super) fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl<'a> Parser<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        let bytes: &[u8] = &view.bytes;
        let crlf = bytes.iter().position(|b| *b == b'\n').is_some_and(|n| n > 0 && bytes[n - 1] == b'\r');
        Self {
            view,
            bytes,
            at: 0,
            end: bytes.len(),
            depth: 0,
            pending: Vec::new(),
            errors: Vec::new(),
            words: 0,
            stray: None,
            crlf,
            given_up: false,
        }
    }

    pub(super) fn script(mut self) -> Script {
        let mut list = List::new();
        if self.end > MAX_SCRIPT_BYTES {
            self.error(0, TOO_LARGE);
            list.push(self.bad(0));
            return self.parsed(list);
        }
        if self.bytes.starts_with("\u{FEFF}".as_bytes()) {
            self.at = 3;
        }
        loop {
            list.append(&mut self.list());
            if self.at >= self.end {
                break;
            }
            let start = self.at;
            self.unexpected();
            self.skip_line();
            list.push(self.bad(start));
        }
        self.parsed(list)
    }

    fn parsed(self, tree: List) -> Script {
        let stray = self.stray.filter(|at| self.errors.first().is_some_and(|error| error.at == *at));
        Script { tree, errors: self.errors, stray }
    }

    /// Records that the current token is unexpected.
    pub(super) fn unexpected(&mut self) {
        let stray = self.bare_word() != b"}" && CLOSERS.contains(&self.bare_word());
        let first = self.errors.is_empty();
        let what = self.token_text();
        self.error(self.at, format!("unexpected `{what}`"));
        if first {
            self.stray = self.errors.first().filter(|_| stray).map(|error| error.at);
        }
    }

    /// Records that `what` is missing at `at`.
    pub(super) fn expected(&mut self, at: usize, what: &str) {
        let found = if self.at >= self.end { "the end".to_owned() } else { format!("`{}`", self.token_text()) };
        self.error(at, format!("expected {what}, found {found}"));
    }

    /// Records an error. Only the first one at each offset is kept.
    pub(super) fn error(&mut self, at: usize, message: impl Into<String>) {
        let at = at.min(self.bytes.len());
        if self.errors.len() >= MAX_ERRORS {
            self.given_up = true;
            self.at = self.end;
            return;
        }
        let to = (at + 1).min(self.bytes.len());
        self.errors.push(SyntaxError { at: self.view.span(at..to), message: message.into() });
    }

    fn bad(&self, start: usize) -> Item {
        let span = self.view.span(start..self.at.max(start));
        let command = Command { kind: CommandKind::Bad, redirects: Vec::new(), span };
        Item { first: Pipeline { negated: false, commands: vec![command], span }, rest: Vec::new(), background: false }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.look(0)
    }

    pub(super) fn look(&self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        if at < self.end { self.bytes.get(at).copied() } else { None }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..self.end).unwrap_or_default()
    }

    pub(super) fn starts(&self, what: &[u8]) -> bool {
        self.rest().starts_with(what)
    }

    pub(super) fn eat(&mut self, what: &[u8]) -> bool {
        let is = self.starts(what);
        if is {
            self.at += what.len();
        }
        is
    }

    /// The length of the line break at the current offset, or 0.
    pub(super) fn line_break(&self) -> usize {
        match self.rest() {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] if self.crlf => 2,
            _ => 0,
        }
    }

    /// The length of an escaped line break at the current offset, or 0.
    pub(super) fn continuation(&self) -> usize {
        match self.rest() {
            [b'\\', b'\n', ..] => 2,
            [b'\\', b'\r', b'\n', ..] if self.crlf => 3,
            _ => 0,
        }
    }

    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.continuation() > 0 => self.at += self.continuation(),
                // A carriage return at the very end of a CRLF script ends a line without a line feed.
                Some(b'\r') if self.crlf && self.at + 1 == self.end => self.at += 1,
                _ => break,
            }
        }
    }

    fn skip_comment(&mut self) {
        while self.at < self.end && self.line_break() == 0 {
            self.at += 1;
        }
    }

    /// Skips a line break and reads the here-documents that start after it.
    fn take_line_break(&mut self) -> bool {
        let length = self.line_break();
        if length == 0 {
            return false;
        }
        self.at += length;
        self.read_bodies();
        true
    }

    pub(super) fn skip_newlines(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek() == Some(b'#') {
                self.skip_comment();
            }
            if !self.take_line_break() {
                return;
            }
        }
    }

    /// Skips to the end of the line, without its line break.
    fn skip_line(&mut self) {
        self.skip_comment();
    }

    /// The bare word at the current offset. Quotes and expansions are not read.
    fn bare_word(&self) -> &'a [u8] {
        let rest = self.rest();
        let end = rest
            .iter()
            .position(|b| is_meta(*b) || matches!(b, b'\'' | b'"' | b'`' | b'$' | b'\\'))
            .unwrap_or(rest.len());
        let delimited = rest.get(end).is_none_or(|b| is_meta(*b));
        let word = if delimited { &rest[..end] } else { &[] };
        if self.crlf { word.strip_suffix(b"\r").unwrap_or(word) } else { word }
    }

    fn keyword(&self, word: &[u8]) -> bool {
        self.bare_word() == word
    }

    fn eat_keyword(&mut self, word: &[u8]) -> bool {
        let is = self.keyword(word);
        if is {
            self.at += word.len();
        }
        is
    }

    fn token_text(&self) -> String {
        let word = self.bare_word();
        let shown = if word.is_empty() { self.rest().get(..1).unwrap_or_default() } else { word };
        if shown == b"\n" {
            return "end of line".to_owned();
        }
        String::from_utf8_lossy(shown).chars().take(20).collect()
    }

    /// Reads a required keyword, or records that it is missing.
    fn expect(&mut self, word: &[u8]) -> bool {
        self.skip_newlines();
        if self.eat_keyword(word) {
            return true;
        }
        self.expected(self.at, &format!("`{}`", String::from_utf8_lossy(word)));
        false
    }

    fn at_closer(&self) -> bool {
        match self.peek() {
            None | Some(b')') => true,
            Some(b';') => self.starts(b";;") || self.starts(b";&"),
            _ => CLOSERS.contains(&self.bare_word()),
        }
    }

    /// Commands up to a closing word.
    pub(super) fn list(&mut self) -> List {
        let mut list = List::new();
        loop {
            self.skip_newlines();
            if self.at_closer() || self.given_up {
                return list;
            }
            let start = self.at;
            let depth = self.depth;
            let end = self.end;
            match self.item() {
                Ok(item) => list.push(item),
                Err(Stop) => {
                    self.depth = depth;
                    self.end = end;
                    self.at = self.at.max(start);
                    self.skip_line();
                    list.push(self.bad(start));
                }
            }
        }
    }

    /// At least one command.
    fn nonempty_list(&mut self) -> List {
        let list = self.list();
        if list.is_empty() && !self.given_up {
            self.expected(self.at, "a command");
        }
        list
    }

    fn item(&mut self) -> Outcome<Item> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        let mut background = false;
        loop {
            self.skip_blanks();
            if self.eat(b"&&") {
                self.skip_newlines();
                rest.push((Connector::And, self.pipeline()?));
            } else if self.eat(b"||") {
                self.skip_newlines();
                rest.push((Connector::Or, self.pipeline()?));
            } else {
                break;
            }
        }
        match self.peek() {
            Some(b'&') => {
                background = true;
                self.at += 1;
            }
            Some(b';') if !self.at_closer() => self.at += 1,
            Some(b'#') => {}
            _ if self.line_break() > 0 || self.at_end_of_item() => {}
            _ => {
                self.unexpected();
                return Err(Stop);
            }
        }
        Ok(Item { first, rest, background })
    }

    /// True where an item may end without a separator. A closing word is an argument in most places, but it ends an item after
    /// a compound command, as in bash (`if a; then { b; } fi`).
    fn at_end_of_item(&self) -> bool {
        self.at_closer()
    }

    fn pipeline(&mut self) -> Outcome<Pipeline> {
        let start = self.at;
        let mut negated = false;
        let mut bare = false;
        loop {
            self.skip_blanks();
            if self.eat_keyword(b"!") {
                negated = !negated;
                bare = true;
            } else if self.keyword(b"time") {
                self.at += 4;
                bare = true;
                self.skip_blanks();
                self.eat_keyword(b"-p");
                self.skip_blanks();
                self.eat_keyword(b"--");
            } else {
                break;
            }
        }
        let mut commands = Vec::new();
        if bare && (self.at_closer() || self.line_break() > 0 || matches!(self.peek(), Some(b';' | b'&' | b'#'))) {
            return Ok(Pipeline { negated, commands, span: self.view.span(start..self.at) });
        }
        commands.push(self.command()?);
        loop {
            self.skip_blanks();
            if self.starts(b"||") || !self.eat(b"|") {
                break;
            }
            self.eat(b"&");
            self.skip_newlines();
            if self.eat_keyword(b"!") {
                self.skip_blanks();
            }
            commands.push(self.command()?);
        }
        Ok(Pipeline { negated, commands, span: self.view.span(start..self.at) })
    }

    /// Counts one more word.
    pub(super) fn count(&mut self) -> Outcome<()> {
        self.words += 1;
        if self.words <= MAX_WORDS {
            return Ok(());
        }
        self.error(self.at, TOO_MANY);
        self.at = self.end;
        Err(Stop)
    }

    pub(super) fn enter(&mut self) -> Outcome<()> {
        if self.depth >= MAX_DEPTH {
            self.error(self.at, TOO_DEEP);
            self.at = self.end;
            return Err(Stop);
        }
        self.depth += 1;
        Ok(())
    }

    fn command(&mut self) -> Outcome<Command> {
        self.skip_blanks();
        let start = self.at;
        if self.starts(b"((") && self.arithmetic_end(self.at + 2).is_some() {
            let word = self.arithmetic_word()?;
            return self.finish(CommandKind::Arithmetic(word), start);
        }
        if self.peek() == Some(b'(') {
            self.enter()?;
            self.at += 1;
            let list = self.nonempty_list();
            self.depth -= 1;
            self.close_paren(start);
            return self.finish(CommandKind::Subshell(list), start);
        }
        let kind = match self.bare_word() {
            b"{" => {
                self.at += 1;
                self.nested(|p| {
                    let list = p.nonempty_list();
                    p.expect(b"}");
                    Ok(CommandKind::Group(list))
                })?
            }
            b"if" => self.nested(|p| Ok(p.if_command()))?,
            b"while" | b"until" => self.nested(|p| Ok(p.while_command()))?,
            b"for" | b"select" => self.nested(Self::for_command)?,
            b"case" => self.nested(Self::case_command)?,
            b"[[" => self.nested(Self::test_command)?,
            b"function" => {
                let kind = self.nested(Self::function_command)?;
                return Ok(Command { kind, redirects: Vec::new(), span: self.view.span(start..self.at) });
            }
            b"coproc" => {
                let kind = self.nested(Self::coproc_command)?;
                return Ok(Command { kind, redirects: Vec::new(), span: self.view.span(start..self.at) });
            }
            word if CLOSERS.contains(&word) => {
                self.unexpected();
                return Err(Stop);
            }
            _ => return self.simple(),
        };
        self.finish(kind, start)
    }

    /// `coproc command` or `coproc NAME compound`
    fn coproc_command(&mut self) -> Outcome<CommandKind> {
        self.at += "coproc".len();
        self.skip_blanks();
        let (mark, word) = (self.at, self.bare_word());
        let named = word.first().is_some_and(|b| is_name_start(*b)) && word.iter().all(|b| is_name(*b));
        let mut name = "COPROC".to_owned();
        if named && !OPENERS.contains(&word) {
            self.at += word.len();
            self.skip_blanks();
            if self.peek() == Some(b'(') || OPENERS.contains(&self.bare_word()) {
                name = String::from_utf8_lossy(word).into_owned();
            } else {
                self.at = mark;
            }
        }
        Ok(CommandKind::Coproc { name, body: Arc::new(self.command()?) })
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Outcome<CommandKind>) -> Outcome<CommandKind> {
        self.enter()?;
        let kind = read(self);
        self.depth = self.depth.saturating_sub(1);
        kind
    }

    pub(super) fn close_paren(&mut self, open: usize) {
        self.skip_newlines();
        if !self.eat(b")") {
            self.expected(if self.at >= self.end { open } else { self.at }, "`)`");
        }
    }

    fn finish(&mut self, kind: CommandKind, start: usize) -> Outcome<Command> {
        let mut redirects = Vec::new();
        loop {
            self.skip_blanks();
            match self.redirect()? {
                Some(redirect) => redirects.push(redirect),
                None => break,
            }
        }
        Ok(Command { kind, redirects, span: self.view.span(start..self.at) })
    }
}
