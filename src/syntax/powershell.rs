//! The subset of PowerShell that user data uses: assignments, commands and blocks. Sources: `about_Parsing`,
//! `about_Quoting_Rules`, `about_Special_Characters` of PowerShell's documentation.

use crate::text::{Span, Traced, View, budget};

use super::{Parsed, SyntaxError};

mod strings;

/// How deep brackets may nest.
const MAX_DEPTH: usize = 32;
const NESTING: &str = "nesting of a script of PowerShell";

/// The longest name of a variable between braces, in bytes.
const MAX_NAME: usize = 1 << 10;

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statement {
    /// `$name = …`, or `+=`.
    Assign {
        /// In lower case; environment variables are `env:name`.
        name: String,
        /// Of `$name.key = …` and `$name['key'] = …`, in lower case.
        key: Option<String>,
        /// True for `+=`.
        add: bool,
        /// The words after the operator.
        value: Vec<Word>,
        /// Its source range.
        at: Span,
    },
    /// `[Environment]::SetEnvironmentVariable(name, value, 'Machine')`.
    Environment {
        /// Its name.
        name: Word,
        /// Its value.
        value: Vec<Word>,
        /// Its source range.
        at: Span,
    },
    /// A command and its arguments.
    Command {
        /// The words, including a call operator.
        words: Vec<Word>,
        /// Its source range.
        at: Span,
    },
    /// A block after a keyword, such as `try` or `if`.
    Block {
        /// In lower case.
        keyword: String,
        /// Its statements.
        body: Vec<Statement>,
        /// The source range of the keyword.
        at: Span,
    },
    /// Any other statement.
    Other {
        /// Its source text.
        words: Traced,
        /// Its source range.
        at: Span,
    },
}

/// A word of a command or an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Its source range.
    pub at: Span,
    /// True if part of it is quoted.
    pub quoted: bool,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// Text, without quotes.
    Text(Traced),
    /// `$name`, in lower case.
    Variable(String),
    /// `@name`, in lower case.
    Splat(String),
    /// `( … )` or `$( … )`.
    Group(Vec<Word>),
    /// `@( … )`, or comma-separated words.
    List(Vec<Word>),
    /// `@{ … }`.
    Table(Vec<(String, Vec<Word>)>),
    /// An unsupported part, with its name.
    Unknown(Span, &'static str),
}

impl Word {
    /// The text of a word without quotes or variables at its start.
    pub(crate) fn bare(&self) -> Option<&str> {
        match self.parts.first() {
            Some(Part::Text(text)) if !self.quoted || self.parts.len() > 1 => text.as_str(),
            _ => None,
        }
    }

    /// The text after the colon of `-Name:value`.
    #[must_use]
    pub(crate) fn after_colon(&self) -> Self {
        let mut word = self.clone();
        if let Some(Part::Text(text)) = word.parts.first_mut() {
            let colon = text.bytes().iter().position(|b| *b == b':').map_or(text.len(), |n| n + 1);
            *text = text.slice(colon..text.len());
        }
        if word.parts.len() > 1 && matches!(&word.parts[0], Part::Text(text) if text.is_empty()) {
            word.parts.remove(0);
        }
        word
    }
}

/// The statements of a script.
pub(crate) fn parse(view: &View) -> Parsed<Vec<Statement>> {
    let mut parser = Parser { view, at: 0, errors: Vec::new() };
    let tree = parser.statements(None, 0);
    Parsed { tree, errors: parser.errors }
}

struct Parser<'a> {
    view: &'a View,
    at: usize,
    errors: Vec<SyntaxError>,
}

impl Parser<'_> {
    fn rest(&self) -> &[u8] {
        self.view.bytes.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn is_at(&self, what: &str) -> bool {
        self.rest().get(..what.len()).is_some_and(|r| r.eq_ignore_ascii_case(what.as_bytes()))
    }

    fn span(&self, from: usize) -> Span {
        self.view.span(from..self.at.max(from))
    }

    fn traced(&self, from: usize, to: usize) -> Traced {
        self.view.traced(from..to.max(from))
    }

    /// Blanks, comments and continued lines; also line breaks if `lines` is set.
    fn blanks(&mut self, lines: bool) {
        loop {
            let rest = self.rest();
            match rest {
                [b' ' | b'\t', ..] => self.at += 1,
                [b'\r' | b'\n', ..] if lines => self.at += 1,
                [b'\r', b'\n', ..] if lines => self.at += 2,
                [b'`', b'\n', ..] => self.at += 2,
                [b'`', b'\r', b'\n', ..] => self.at += 3,
                [b'#', ..] => self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
                [b'<', b'#', ..] => {
                    let end = rest.windows(2).position(|w| w == b"#>");
                    self.at += end.map_or(rest.len(), |n| n + 2);
                }
                _ => return,
            }
        }
    }

    fn statements(&mut self, close: Option<u8>, depth: usize) -> Vec<Statement> {
        let mut out = Vec::new();
        loop {
            self.blanks(true);
            match self.peek() {
                None => return out,
                Some(b) if Some(b) == close => {
                    self.at += 1;
                    return out;
                }
                Some(b';' | b'}' | b')' | b'|') => self.at += 1,
                Some(_) => {
                    let before = self.at;
                    self.statement(&mut out, depth);
                    if self.at == before {
                        self.at += 1;
                    }
                }
            }
        }
    }

    /// `.key` or `['key']` behind a variable.
    fn key(&mut self) -> Option<String> {
        let rest = self.rest();
        let (key, length) = if let Some(rest) = rest.strip_prefix(b".") {
            let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            (&rest[..length], length + 1)
        } else {
            let inner = rest.strip_prefix(b"[")?;
            let quote = *inner.first().filter(|b| matches!(b, b'"' | b'\''))?;
            let length = inner[1..].iter().take(MAX_NAME).position(|b| *b == quote)?;
            inner.get(length + 2).filter(|b| **b == b']')?;
            (&inner[1..=length], length + 4)
        };
        let key = String::from_utf8_lossy(key).to_ascii_lowercase();
        self.at += length;
        Some(key)
    }

    fn statement(&mut self, out: &mut Vec<Statement>, depth: usize) {
        let start = self.at;
        if depth > MAX_DEPTH {
            budget::reached(NESTING);
            self.errors.push(SyntaxError { at: self.view.span(start..start + 1), message: "deep nesting".to_owned() });
            self.at = self.view.bytes.len();
            return;
        }
        // A type before a variable, or a static method.
        if self.peek() == Some(b'[') {
            if let Some(statement) = self.environment(start) {
                out.push(statement);
                return;
            }
            let close = self.rest().iter().position(|b| *b == b']').map_or(1, |n| n + 1);
            self.at += close;
            self.blanks(false);
        }
        if self.peek() == Some(b'$')
            && let Some((name, length)) = variable(self.rest())
        {
            let before = self.at;
            self.at += length;
            let key = self.key();
            self.blanks(false);
            let add = self.is_at("+=");
            if add || self.peek() == Some(b'=') {
                self.at += if add { 2 } else { 1 };
                let value = self.words(depth, true);
                out.push(Statement::Assign { name, key, add, value, at: self.span(start) });
                return;
            }
            self.at = before;
        }
        let word = self.rest().iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let keyword = String::from_utf8_lossy(&self.rest()[..word]).to_ascii_lowercase();
        let keywords = [
            "begin", "catch", "do", "else", "elseif", "end", "filter", "finally", "for", "foreach", "function", "if",
            "param", "process", "switch", "trap", "try", "until", "while", "workflow",
        ];
        if keywords.contains(&keyword.as_str()) {
            self.at += word;
            // The words between the keyword and its block.
            loop {
                self.blanks(true);
                match self.peek() {
                    Some(b'(') => self.skip_brackets(),
                    Some(b'{') => {
                        let at = self.span(start);
                        self.at += 1;
                        let body = self.statements(Some(b'}'), depth + 1);
                        out.push(Statement::Block { keyword, body, at });
                        return;
                    }
                    Some(b'\n' | b';' | b'}') | None => return,
                    Some(_) if keyword == "param" => return,
                    Some(_) => self.at += 1,
                }
            }
        }
        let words = self.words(depth, false);
        let at = self.span(start);
        if let [only] = words.as_slice()
            && let [Part::Group(_) | Part::Unknown(..)] = only.parts.as_slice()
        {
            out.push(Statement::Other { words: self.traced(start, self.at), at });
            return;
        }
        if !words.is_empty() {
            out.push(Statement::Command { words, at });
        }
    }

    fn environment(&mut self, start: usize) -> Option<Statement> {
        let rest = String::from_utf8_lossy(self.rest()).to_ascii_lowercase();
        let head = ["[environment]::setenvironmentvariable(", "[system.environment]::setenvironmentvariable("];
        let length = head.iter().find(|h| rest.starts_with(**h)).map(|h| h.len())?;
        self.at += length;
        let mut arguments: Vec<Vec<Word>> = Vec::new();
        loop {
            arguments.push(self.operands(b")", 1));
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b')') => {
                    self.at += 1;
                    break;
                }
                _ => break,
            }
        }
        let scope = arguments.get(2).and_then(|w| w.first()).map(|w| self.traced(w.at.range().start, w.at.range().end));
        let machine = scope.is_some_and(|s| s.to_text().to_ascii_lowercase().contains("machine"));
        let mut arguments = arguments.into_iter();
        let name = arguments.next()?.into_iter().next()?;
        let value = arguments.next()?;
        let at = self.span(start);
        Some(if machine {
            Statement::Environment { name, value, at }
        } else {
            Statement::Other { words: Traced::new(), at }
        })
    }

    /// Skips brackets and their content.
    fn skip_brackets(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' | b'{' => depth += 1,
                b')' | b'}' => depth = depth.saturating_sub(1),
                b'\'' | b'"' => {
                    self.string();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// The words up to the end of the statement.
    fn words(&mut self, depth: usize, value: bool) -> Vec<Word> {
        let mut out = Vec::new();
        loop {
            self.blanks(false);
            // A statement continues after an operator at the end of a line.
            if out.last().is_some_and(|w: &Word| value && w.bare() == Some("+")) {
                self.blanks(true);
            }
            match self.peek() {
                None | Some(b'\r' | b'\n' | b';' | b'}' | b')') => return out,
                Some(b'|') => {
                    // The result of a pipe is unknown.
                    let at = self.span(self.at);
                    let end = self.rest().iter().position(|b| *b == b'\n').unwrap_or(self.rest().len());
                    self.at += end;
                    if value {
                        return vec![Word { parts: vec![Part::Unknown(at, "a pipe")], at, quoted: false }];
                    }
                    return out;
                }
                Some(b'{') => {
                    self.skip_brackets();
                }
                Some(b',') => {
                    self.at += 1;
                    self.blanks(true);
                    let next = self.word(depth, value);
                    if let (Some(last), Some(next)) = (out.last_mut(), next) {
                        comma(last, next);
                    }
                }
                Some(_) => out.extend(self.word_or_byte(depth, value)),
            }
        }
    }

    /// The words up to a comma or one of the bytes in `close`, across lines.
    fn operands(&mut self, close: &[u8], depth: usize) -> Vec<Word> {
        let mut out = Vec::new();
        loop {
            self.blanks(true);
            match self.peek() {
                None | Some(b',') => return out,
                Some(b) if close.contains(&b) => return out,
                Some(_) => out.extend(self.word_or_byte(depth, true)),
            }
        }
    }

    /// One word; if there is none, skips a byte.
    fn word_or_byte(&mut self, depth: usize, value: bool) -> Option<Word> {
        let before = self.at;
        let word = self.word(depth, value);
        if word.is_none() {
            self.at = self.at.max(before + 1);
        }
        word
    }

    /// One word. In a `value`, signs are literal.
    fn word(&mut self, depth: usize, value: bool) -> Option<Word> {
        let start = self.at;
        let mut parts: Vec<Part> = Vec::new();
        let mut quoted = false;
        if depth > MAX_DEPTH {
            budget::reached(NESTING);
            self.at = self.view.bytes.len();
            return None;
        }
        while let Some(byte) = self.peek() {
            let from = self.at;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b',' | b')' | b'}' | b'|' | b'{' => break,
                b'`' => {
                    if matches!(self.rest().get(1), Some(b'\r' | b'\n')) {
                        break;
                    }
                    self.at += 2;
                    parts.push(Part::Text(self.traced(from + 1, self.at.min(self.view.bytes.len()))));
                }
                b'\'' | b'"' => {
                    quoted = true;
                    parts.extend(self.string());
                }
                b'@' if parts.is_empty() => match self.rest().get(1) {
                    Some(b'\'' | b'"') => {
                        quoted = true;
                        parts.extend(self.here_string());
                    }
                    Some(b'(') => {
                        self.at += 2;
                        let mut items = Vec::new();
                        loop {
                            let words = self.operands(b");", depth + 1);
                            items.extend(words);
                            match self.peek() {
                                Some(b')') | None => break,
                                Some(_) => self.at += 1,
                            }
                        }
                        self.at = (self.at + 1).min(self.view.bytes.len());
                        parts.push(Part::List(items));
                    }
                    Some(b'{') => {
                        self.at += 2;
                        parts.push(Part::Table(self.table(depth + 1)));
                    }
                    _ => {
                        let name: Vec<u8> = self.rest()[1..].iter().copied().take_while(|b| is_name(*b)).collect();
                        self.at += 1 + name.len();
                        parts.push(Part::Splat(String::from_utf8_lossy(&name).to_ascii_lowercase()));
                    }
                },
                b'$' if self.is_at("$(") => {
                    self.at += 2;
                    parts.push(Part::Group(self.group(depth + 1)));
                }
                b'$' => match variable(self.rest()) {
                    Some((name, length)) => {
                        self.at += length;
                        // A property or an index of the variable.
                        if matches!(self.peek(), Some(b'[')) || value && self.peek() == Some(b'.') {
                            let end =
                                self.rest().iter().position(|b| b.is_ascii_whitespace() || matches!(b, b';' | b','));
                            self.at += end.unwrap_or(self.rest().len());
                            parts.push(Part::Unknown(self.span(from), "a property"));
                        } else {
                            parts.push(Part::Variable(name));
                        }
                    }
                    None => {
                        self.at += 1;
                        parts.push(Part::Text(self.traced(from, self.at)));
                    }
                },
                b'(' => {
                    self.at += 1;
                    parts.push(Part::Group(self.group(depth + 1)));
                }
                b'+' if value && parts.is_empty() => {
                    self.at += 1;
                    parts.push(Part::Text(self.traced(from, self.at)));
                    break;
                }
                b'+' if value => break,
                _ => {
                    let stops = b" \t\r\n;,)}|{`'\"$(";
                    let rest = self.rest();
                    let run = rest.iter().position(|b| stops.contains(b) || value && *b == b'+');
                    self.at += run.unwrap_or(rest.len()).max(1);
                    parts.push(Part::Text(self.traced(from, self.at)));
                }
            }
        }
        (!parts.is_empty()).then(|| Word { parts, at: self.span(start), quoted })
    }

    /// The content of an open bracket.
    fn group(&mut self, depth: usize) -> Vec<Word> {
        let start = self.at;
        let words = self.operands(b")", depth);
        if self.peek() == Some(b')') {
            self.at += 1;
            // A command in brackets is not run.
            let command =
                words.first().and_then(Word::bare).is_some_and(|b| b != "+" && b.contains(|c: char| c.is_alphabetic()));
            if !command {
                return words;
            }
        } else {
            let mut depth = 1_usize;
            while let (Some(byte), true) = (self.peek(), depth > 0) {
                match byte {
                    b'(' => depth += 1,
                    b')' => depth -= 1,
                    _ => {}
                }
                self.at += 1;
            }
        }
        let at = self.span(start);
        vec![Word { parts: vec![Part::Unknown(at, "a command in brackets")], at, quoted: false }]
    }

    /// `key = value` up to the closing brace of the table.
    fn table(&mut self, depth: usize) -> Vec<(String, Vec<Word>)> {
        let mut out = Vec::new();
        loop {
            self.blanks(true);
            match self.peek() {
                None => return out,
                Some(b'}') => {
                    self.at += 1;
                    return out;
                }
                Some(b';') => self.at += 1,
                Some(_) => {
                    let start = self.at;
                    let stop =
                        self.rest().iter().position(|b| matches!(b, b'=' | b'\n' | b'}')).unwrap_or(self.rest().len());
                    self.at += stop;
                    if self.peek() != Some(b'=') {
                        self.at = self.at.max(start + 1);
                        continue;
                    }
                    let key = self.traced(start, self.at).to_text().trim().trim_matches(['\'', '"']).to_owned();
                    self.at += 1;
                    out.push((key, self.words(depth, true)));
                }
            }
        }
    }
}

/// Appends a word after a comma to the previous one.
fn comma(last: &mut Word, next: Word) {
    let at = last.at.to(next.at);
    if let [Part::List(items)] = last.parts.as_mut_slice() {
        items.push(next);
    } else {
        let first = last.clone();
        last.parts = vec![Part::List(vec![first, next])];
    }
    last.at = at;
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The name of the variable at the start of a text, in lower case, and its length.
fn variable(text: &[u8]) -> Option<(String, usize)> {
    let rest = text.strip_prefix(b"$")?;
    let lower = |name: &[u8]| String::from_utf8_lossy(name).to_ascii_lowercase();
    if let Some(inner) = rest.strip_prefix(b"{") {
        let end = inner.iter().take(MAX_NAME).position(|b| *b == b'}')?;
        return Some((lower(&inner[..end]), end + 3));
    }
    let mut length = rest.iter().take_while(|b| is_name(**b)).count();
    if rest.get(length) == Some(&b':') && rest.get(length + 1).is_some_and(|b| is_name(*b)) && length > 0 {
        length += 1 + rest[length + 1..].iter().take_while(|b| is_name(**b)).count();
    }
    if length == 0 {
        return None;
    }
    let name = lower(&rest[..length]);
    // Scopes are ignored.
    let bare = ["script:", "global:", "local:", "private:"].iter().find_map(|s| name.strip_prefix(s));
    Some((bare.map_or_else(|| name.clone(), str::to_owned), length + 1))
}
