//! Go's `text/template`, as Helm and others use it: a tree of texts and actions. Functions are not evaluated here. Source:
//! golang/go `src/text/template/parse` (`lex.go`, `parse.go`).

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::text::{Span, Traced, View};

use super::template::{Escape, Next, Piece, Pieces, Tag, error, first_word, quoted, trimmed};
use super::{MAX_DEPTH, SyntaxError, TOO_DEEP};

/// A template and the templates it defines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    /// Its main body.
    pub body: Vec<Part>,
    /// The templates it defines, by name. The last definition of a name wins.
    pub defines: BTreeMap<String, Arc<Vec<Part>>>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Literal text, trimmed by the markers next to it.
    Text(Span),
    /// The value of a pipeline, or an assignment.
    Output(Pipeline),
    /// `if` and `else`.
    If(Branch),
    /// `with` and `else`.
    With(Branch),
    /// `range` and `else`; the pipeline's names are those of `$key, $value :=`.
    Range(Branch),
    /// `template "name" pipeline`.
    Call(Traced, Option<Pipeline>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// A pipeline and its two branches.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// The condition, or the value to iterate over.
    pub pipeline: Pipeline,
    /// The parts if it is true or not empty.
    pub then: Vec<Part>,
    /// The parts otherwise.
    pub other: Vec<Part>,
}

/// Commands. Each receives the value of the previous one as its last argument.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    /// The variables that are assigned, with `$`.
    pub names: Vec<String>,
    /// True for `:=`, false for `=`.
    pub declares: bool,
    /// The commands: operands, the first of which may be a function.
    pub commands: Vec<Vec<Operand>>,
    /// Its source range.
    pub at: Span,
}

/// An operand and its field accesses.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    /// Its first element.
    pub head: Head,
    /// The following `.a.b`.
    pub fields: Vec<String>,
    /// Its source range.
    pub at: Span,
}

/// The first element of an operand.
#[derive(Clone, Debug)]
pub(crate) enum Head {
    /// `.`
    Dot,
    /// A variable, with its `$`.
    Variable(String),
    /// The name of a function.
    Function(String),
    /// A quoted string.
    Text(Traced),
    /// A number.
    Number(Traced),
    /// A boolean.
    Bool(bool),
    /// `nil`.
    Nil,
    /// A pipeline in parentheses.
    Inner(Box<Pipeline>),
}

/// Parses a template.
///
/// # Errors
/// The first syntax error: Go renders nothing of such a template.
pub(crate) fn parse(view: &View) -> Result<Template, SyntaxError> {
    let mut parser = Parser { view, pieces: Pieces::new(view, pieces(view)?), defines: BTreeMap::new() };
    let (body, end) = parser.list(0)?;
    match end {
        Stop::Text => Ok(Template { body, defines: parser.defines }),
        Stop::Closed(at) | Stop::Else(at, _) => Err(error(at, "`end` or `else` without a beginning")),
    }
}

/// Splits a text at its delimiters, and applies `{{-` and `-}}`.
fn pieces(view: &View) -> Result<Vec<Piece>, SyntaxError> {
    let bytes = &view.bytes;
    let mut out = Vec::new();
    let (mut from, mut trim) = (0, false);
    loop {
        let open = bytes[from..].windows(2).position(|w| w == b"{{").map(|p| from + p);
        let end = open.unwrap_or(bytes.len());
        let minus = |at: usize| bytes.get(at) == Some(&b'-');
        let blank = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_whitespace);
        let cut = open.is_some_and(|at| minus(at + 2) && blank(at + 3));
        out.extend(trimmed(bytes, from..end, trim, cut));
        let Some(open) = open else { return Ok(out) };
        let inner = open + 2 + usize::from(cut);
        let close = close(bytes, inner).ok_or_else(|| error(view.span(open..open + 2), "`{{` without `}}`"))?;
        trim = close > inner && minus(close - 1) && blank(close.wrapping_sub(2));
        let end = close - usize::from(trim);
        let text = bytes[inner..end].trim_ascii();
        if !text.starts_with(b"/*") {
            out.push(Piece::Tag(inner..end));
        }
        from = close + 2;
    }
}

/// The offset of the `}}` that ends an action. Quotes and comments are skipped.
fn close(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    if bytes[from..].trim_ascii_start().starts_with(b"/*") {
        let end = bytes[from..].windows(2).position(|w| w == b"*/")? + from;
        return bytes[end..].windows(2).position(|w| w == b"}}").map(|p| end + p);
    }
    while at < bytes.len() {
        match bytes[at] {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            quote @ (b'"' | b'\'') => {
                at += 1;
                while bytes.get(at).is_some_and(|b| *b != quote && *b != b'\n') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'`' => at += 2 + bytes[at + 1..].iter().position(|b| *b == b'`')?,
            _ => at += 1,
        }
    }
    None
}

/// What ended a list of parts.
enum Stop {
    Text,
    Closed(Span),
    /// `else`, with the text after it.
    Else(Span, Range<usize>),
}

struct Parser<'v> {
    view: &'v View,
    pieces: Pieces<'v>,
    defines: BTreeMap<String, Arc<Vec<Part>>>,
}

impl Parser<'_> {
    fn list(&mut self, depth: usize) -> Result<(Vec<Part>, Stop), SyntaxError> {
        let mut out = Vec::new();
        while let Some(next) = self.pieces.next(depth)? {
            let Tag { at, whole, word, rest } = match next {
                Next::Text(span) => {
                    out.push(Part::Text(span));
                    continue;
                }
                Next::Output(range) => {
                    out.push(Part::Output(self.pipeline(range)?));
                    continue;
                }
                Next::Tag(tag) => tag,
            };
            match word.as_str() {
                "end" => return Ok((out, Stop::Closed(at))),
                "else" => return Ok((out, Stop::Else(at, rest))),
                "if" => out.push(Part::If(self.branch(rest, depth)?)),
                "with" => out.push(Part::With(self.branch(rest, depth)?)),
                "range" => out.push(Part::Range(self.branch(rest, depth)?)),
                "break" => out.push(Part::Break),
                "continue" => out.push(Part::Continue),
                "template" => {
                    let (name, with) = self.named(rest)?;
                    out.push(Part::Call(name, with));
                }
                "define" | "block" => {
                    let (name, with) = self.named(rest)?;
                    let (body, end) = self.list(depth + 1)?;
                    let Stop::Closed(_) = end else { return Err(error(at, "no `end`")) };
                    if let Some(known) = name.known_str() {
                        self.defines.insert(known.to_owned(), Arc::new(body));
                    }
                    if word == "block" {
                        out.push(Part::Call(name, with));
                    }
                }
                _ => out.push(Part::Output(self.pipeline(whole)?)),
            }
        }
        Ok((out, Stop::Text))
    }

    /// A quoted name and an optional pipeline.
    fn named(&self, range: Range<usize>) -> Result<(Traced, Option<Pipeline>), SyntaxError> {
        let mut lexer = Lexer { view: self.view, at: range.start, end: range.end };
        let at = self.view.span(range.clone());
        let Some(Token::Text(name)) = lexer.next()? else { return Err(error(at, "a name in quotes is missing")) };
        lexer.blanks();
        let rest = lexer.at..range.end;
        let with = if rest.is_empty() { None } else { Some(self.pipeline(rest)?) };
        Ok((name, with))
    }

    fn branch(&mut self, range: Range<usize>, depth: usize) -> Result<Branch, SyntaxError> {
        let at = self.view.span(range.clone());
        let pipeline = self.pipeline(range)?;
        let (then, end) = self.list(depth + 1)?;
        let other = match end {
            Stop::Text => return Err(error(at, "no `end`")),
            Stop::Closed(_) => Vec::new(),
            Stop::Else(at, rest) => {
                let (word, rest) = first_word(self.view, rest);
                match word.as_str() {
                    "" => {
                        let (other, Stop::Closed(_)) = self.list(depth + 1)? else { return Err(error(at, "no `end`")) };
                        other
                    }
                    "if" => vec![Part::If(self.branch(rest, depth + 1)?)],
                    "with" => vec![Part::With(self.branch(rest, depth + 1)?)],
                    _ => return Err(error(at, "`else` with something behind it")),
                }
            }
        };
        Ok(Branch { pipeline, then, other })
    }

    fn pipeline(&self, range: Range<usize>) -> Result<Pipeline, SyntaxError> {
        let mut lexer = Lexer { view: self.view, at: range.start, end: range.end };
        let pipeline = pipeline(&mut lexer, 0)?;
        lexer.blanks();
        if lexer.at < range.end {
            return Err(error(self.view.span(lexer.at..range.end), "not expected here"));
        }
        Ok(pipeline)
    }
}

/// A pipeline up to its end or a closing parenthesis.
fn pipeline(lexer: &mut Lexer<'_>, depth: usize) -> Result<Pipeline, SyntaxError> {
    lexer.blanks();
    let start = lexer.at;
    if depth >= MAX_DEPTH {
        return Err(error(lexer.view.span(start..start + 1), TOO_DEEP));
    }
    let (names, declares) = lexer.names();
    let mut commands: Vec<Vec<Operand>> = vec![Vec::new()];
    let mut end = lexer.at;
    loop {
        let before = lexer.at;
        lexer.blanks();
        let gap = lexer.at > before;
        let from = lexer.at;
        let view = lexer.view;
        let at = |to: usize| view.span(from..to);
        let Some(token) = lexer.next()? else { break };
        let head = match token {
            Token::Close => {
                lexer.at = from;
                break;
            }
            Token::Pipe => {
                commands.push(Vec::new());
                continue;
            }
            Token::Fields(fields) => {
                end = lexer.at;
                // `(pipeline).field`
                match commands.last_mut().and_then(|c| c.last_mut()).filter(|_| !gap) {
                    Some(operand) => {
                        operand.fields.extend(fields);
                        operand.at = operand.at.to(at(end));
                    }
                    None => {
                        let operand = Operand { head: Head::Dot, fields, at: at(end) };
                        commands.last_mut().into_iter().for_each(|c| c.push(operand.clone()));
                    }
                }
                continue;
            }
            Token::Open => {
                let inner = pipeline(lexer, depth + 1)?;
                match lexer.next()? {
                    Some(Token::Close) => Head::Inner(Box::new(inner)),
                    _ => return Err(error(at(lexer.at), "a parenthesis is not closed")),
                }
            }
            Token::Text(text) => Head::Text(text),
            Token::Number(text) => Head::Number(text),
            Token::Variable(name) => Head::Variable(name),
            Token::Word(word) => match word.as_str() {
                "true" => Head::Bool(true),
                "false" => Head::Bool(false),
                "nil" => Head::Nil,
                _ => Head::Function(word),
            },
        };
        end = lexer.at;
        let operand = Operand { head, fields: Vec::new(), at: at(end) };
        commands.last_mut().into_iter().for_each(|c| c.push(operand.clone()));
    }
    let at = lexer.view.span(start..end.max(start));
    if commands.iter().any(Vec::is_empty) {
        return Err(error(at, "a command is missing"));
    }
    Ok(Pipeline { names, declares, commands, at })
}

enum Token {
    Open,
    Close,
    Pipe,
    /// `.` alone (no fields), or `.a.b`.
    Fields(Vec<String>),
    Variable(String),
    Word(String),
    Text(Traced),
    Number(Traced),
}

struct Lexer<'v> {
    view: &'v View,
    at: usize,
    end: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<u8> {
        self.view.bytes[..self.end].get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// `$a, $b :=` or `$a =`, if present.
    fn names(&mut self) -> (Vec<String>, bool) {
        let before = self.at;
        let mut names = Vec::new();
        loop {
            self.blanks();
            if self.peek() != Some(b'$') {
                break;
            }
            names.push(self.word());
            self.blanks();
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        let rest = &self.view.bytes[self.at..self.end];
        if !names.is_empty() {
            if rest.starts_with(b":=") {
                self.at += 2;
                return (names, true);
            }
            if rest.starts_with(b"=") {
                self.at += 1;
                return (names, false);
            }
        }
        self.at = before;
        (Vec::new(), false)
    }

    /// A `$` and letters, digits and `_`.
    fn word(&mut self) -> String {
        let start = self.at;
        if self.peek() == Some(b'$') {
            self.at += 1;
        }
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.view.bytes[start..self.at]).into_owned()
    }

    fn next(&mut self) -> Result<Option<Token>, SyntaxError> {
        self.blanks();
        let start = self.at;
        let Some(byte) = self.peek() else { return Ok(None) };
        match byte {
            b'(' | b')' | b'|' => {
                self.at += 1;
                Ok(Some(match byte {
                    b'(' => Token::Open,
                    b')' => Token::Close,
                    _ => Token::Pipe,
                }))
            }
            b'.' if !self.view.bytes[..self.end].get(start + 1).is_some_and(u8::is_ascii_digit) => {
                let mut fields = Vec::new();
                while self.peek() == Some(b'.') {
                    self.at += 1;
                    let word = self.word();
                    if word.is_empty() {
                        break;
                    }
                    fields.push(word);
                }
                Ok(Some(Token::Fields(fields)))
            }
            b'$' => Ok(Some(Token::Variable(self.word()))),
            b'"' | b'`' => self.text(byte).map(Some),
            b'\'' => {
                self.text(byte)?;
                Ok(Some(Token::Number(self.view.traced(start..self.at))))
            }
            b'0'..=b'9' | b'-' | b'+' | b'.' => {
                self.at += 1;
                while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+')) {
                    self.at += 1;
                }
                Ok(Some(Token::Number(self.view.traced(start..self.at))))
            }
            b if b.is_ascii_alphabetic() || b == b'_' || b >= 0x80 => Ok(Some(Token::Word(self.word()))),
            _ => Err(error(self.view.span(start..start + 1), "not expected here")),
        }
    }

    fn text(&mut self, quote: u8) -> Result<Token, SyntaxError> {
        let (text, end) = quoted(self.view, self.at, self.end, (quote != b'`').then_some(escape as Escape))?;
        self.at = end;
        Ok(Token::Text(text))
    }
}

/// An escape in a text, after its backslash. One that names a character by its number may be wrong: then it is the next byte.
fn escape(rest: &[u8]) -> (Vec<u8>, usize) {
    let number = |skip: usize, length: usize, radix: u32| {
        let digits = std::str::from_utf8(rest.get(skip..skip + length)?).ok()?;
        let made = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
        Some((made.to_string().into_bytes(), skip + length))
    };
    let first = rest.first().copied().unwrap_or(b'\\');
    let by_number = match first {
        b'x' => number(1, 2, 16),
        b'u' => number(1, 4, 16),
        b'U' => number(1, 8, 16),
        b'0'..=b'7' => number(0, 3, 8),
        _ => None,
    };
    let plain = match first {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        other => other,
    };
    by_number.unwrap_or_else(|| (vec![plain], 1))
}

#[cfg(test)]
mod tests;
