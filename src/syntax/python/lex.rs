//! Tokens of Python. Strings keep the source of their bytes.

use std::ops::Range;

use crate::text::{Traced, UNKNOWN_MARK, Why};

/// The longest program that is parsed, in bytes.
const MAX_PROGRAM: usize = 1 << 17;

/// A token without its position.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Word {
    Name,
    Number,
    /// A string with its escapes resolved.
    Text(Traced),
    /// A format string.
    Format(Vec<Piece>),
    Sign,
    Line,
    Indent,
    Dedent,
    End,
}

/// A piece of a format string.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Text(Traced),
    Code(Traced),
}

/// A token and its position.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) word: Word,
    pub(crate) range: Range<usize>,
}

pub(crate) fn not(what: &str) -> Why {
    Why::NotUnderstood(format!("python: {what}").into())
}

/// The tokens of a program.
pub(crate) fn lex(code: &Traced) -> Result<Vec<Token>, Why> {
    let text = code.as_str().ok_or_else(|| not("a program that is not UTF-8"))?;
    if text.len() > MAX_PROGRAM {
        return Err(Why::limit("length of a python program"));
    }
    let mut lexer = Lexer { code, text, at: 0, depth: 0, indents: vec![0], out: Vec::new() };
    lexer.run()?;
    Ok(lexer.out)
}

struct Lexer<'a> {
    code: &'a Traced,
    text: &'a str,
    at: usize,
    depth: usize,
    indents: Vec<usize>,
    out: Vec<Token>,
}

const SIGNS: [&str; 41] = [
    "**=", "//=", ">>=", "<<=", "...", "**", "//", "==", "!=", "<=", ">=", "->", "+=", "-=", "*=", "/=", "%=", "|=",
    "&=", ":=", "<<", ">>", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=", "+", "-", "*", "/", "%", "<", ">",
    "|",
];

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, word: Word, start: usize) {
        self.out.push(Token { word, range: start..self.at });
    }

    fn run(&mut self) -> Result<(), Why> {
        let mut fresh = true;
        while self.at < self.text.len() {
            if fresh && self.depth == 0 {
                fresh = false;
                if self.indentation()? {
                    fresh = true;
                    continue;
                }
            }
            let start = self.at;
            let Some(c) = self.rest().chars().next() else { break };
            match c {
                ' ' | '\t' | '\r' => self.at += 1,
                '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                '\n' => {
                    self.at += 1;
                    if self.depth == 0 {
                        self.push(Word::Line, start);
                        fresh = true;
                    }
                }
                '\\' if self.rest().starts_with("\\\n") => self.at += 2,
                '"' | '\'' => self.string("")?,
                c if c.is_ascii_digit() => {
                    let length = self.rest().find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'));
                    self.at += length.unwrap_or(self.rest().len());
                    self.push(Word::Number, start);
                }
                c if (c.is_alphabetic() || c == '_') && !UNKNOWN_MARK.starts_with(c) => {
                    let length = self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_'));
                    let length = length.unwrap_or(self.rest().len());
                    let name = self.rest().get(..length).unwrap_or_default().to_owned();
                    self.at += length;
                    if self.rest().starts_with(['"', '\''])
                        && name.len() < 3
                        && name.chars().all(|c| "rRbBuUfF".contains(c))
                    {
                        self.string(&name.to_lowercase())?;
                    } else {
                        self.push(Word::Name, start);
                    }
                }
                _ => {
                    if let Some((_, why)) = self.code.slice(start..start + c.len_utf8()).first_unknown() {
                        return Err(why.clone());
                    }
                    let sign = SIGNS.iter().find(|s| self.rest().starts_with(**s));
                    let sign = sign.ok_or_else(|| not("a sign"))?;
                    match *sign {
                        "(" | "[" | "{" => self.depth += 1,
                        ")" | "]" | "}" => self.depth = self.depth.saturating_sub(1),
                        _ => {}
                    }
                    self.at += sign.len();
                    self.push(Word::Sign, start);
                }
            }
        }
        let start = self.at;
        self.push(Word::Line, start);
        for _ in 1..self.indents.len() {
            self.push(Word::Dedent, start);
        }
        self.push(Word::End, start);
        Ok(())
    }

    /// Reads the indentation of a line; true if the line is empty.
    fn indentation(&mut self) -> Result<bool, Why> {
        let start = self.at;
        let width = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.at += width;
        if self.rest().starts_with(['\n', '#']) || self.rest().starts_with("\r\n") {
            self.at += self.rest().find('\n').map_or(self.rest().len(), |n| n + 1);
            return Ok(true);
        }
        if self.rest().is_empty() {
            return Ok(true);
        }
        let current = self.indents.last().copied().unwrap_or(0);
        if width > current {
            self.indents.push(width);
            self.push(Word::Indent, start);
        }
        while self.indents.last().is_some_and(|i| *i > width) {
            self.indents.pop();
            self.push(Word::Dedent, start);
        }
        if self.indents.last() != Some(&width) {
            return Err(not("indentation"));
        }
        Ok(false)
    }

    fn string(&mut self, prefix: &str) -> Result<(), Why> {
        let start = self.at;
        let quote: String = self.rest().chars().take(1).collect();
        let triple = quote.repeat(3);
        let quote = if self.rest().starts_with(&triple) { triple } else { quote };
        self.at += quote.len();
        let body = self.at;
        loop {
            let rest = self.rest();
            if rest.is_empty() || quote.len() == 1 && rest.starts_with('\n') {
                return Err(not("a string without an end"));
            }
            if rest.starts_with(&quote) {
                break;
            }
            let mut chars = rest.chars();
            let first = chars.next().map_or(0, char::len_utf8);
            let second = if rest.starts_with('\\') { chars.next().map_or(0, char::len_utf8) } else { 0 };
            self.at += first + second;
        }
        let text = self.code.slice(body..self.at);
        self.at += quote.len();
        if prefix.contains('b') {
            return Err(not("a string of bytes"));
        }
        let raw = prefix.contains('r');
        let word = if prefix.contains('f') {
            Word::Format(pieces(&text, raw)?)
        } else if raw {
            Word::Text(text)
        } else {
            Word::Text(unescape(&text)?)
        };
        self.push(word, start);
        Ok(())
    }
}

/// Resolves the escapes of a string.
fn unescape(text: &Traced) -> Result<Traced, Why> {
    let escapes = [(b'n', "\n"), (b't', "\t"), (b'r', "\r"), (b'\\', "\\"), (b'\'', "'"), (b'"', "\""), (b'\n', "")];
    text.unescaped(&escapes, true).ok_or_else(|| not("an escape"))
}

fn pieces(text: &Traced, raw: bool) -> Result<Vec<Piece>, Why> {
    let words = text.as_str().ok_or_else(|| not("a string"))?;
    let mut out = Vec::new();
    let (mut at, mut done) = (0, 0);
    let plain = |range: Range<usize>| {
        let part = text.slice(range);
        Ok::<_, Why>(Piece::Text(if raw { part } else { unescape(&part)? }))
    };
    while let Some(c) = words.get(at..).and_then(|w| w.chars().next()) {
        match c {
            '{' | '}' if words.get(at..).unwrap_or_default().starts_with(&c.to_string().repeat(2)) => {
                out.push(plain(done..at + 1)?);
                at += 2;
                done = at;
            }
            '{' => {
                out.push(plain(done..at)?);
                let length = words.get(at..).unwrap_or_default().find('}').ok_or_else(|| not("a format string"))?;
                let code = text.slice(at + 1..at + length);
                if code.bytes().iter().any(|b| b"!:{\\".contains(b)) {
                    return Err(not("a format string"));
                }
                out.push(Piece::Code(code));
                at += length + 1;
                done = at;
            }
            '\\' if !raw => at += 1 + words.get(at + 1..).unwrap_or_default().chars().next().map_or(0, char::len_utf8),
            c => at += c.len_utf8(),
        }
    }
    out.push(plain(done..words.len())?);
    Ok(out)
}
