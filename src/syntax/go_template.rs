//! Go's `text/template`, as Helm and others use it: a tree of texts and actions. No meaning: what a function gives is the
//! consumer's business. Source: golang/go `src/text/template/parse` (`lex.go`, `parse.go`).

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::text::{Span, Traced, View};

use super::{MAX_DEPTH, SyntaxError, TOO_DEEP};

/// A template and the ones that it defines.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// What it gives by itself.
    pub body: Vec<Part>,
    /// What it defines, by name; of several, the last one.
    pub defines: BTreeMap<String, Arc<Vec<Part>>>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it stands, without what the marks beside it trim.
    Text(Span),
    /// The value of a pipeline, or an assignment.
    Output(Pipeline),
    /// `if` and `else`.
    If(Branch),
    /// `with` and `else`.
    With(Branch),
    /// `range` and `else`; the names are those of `$key, $value :=`.
    Range(Branch),
    /// `template "name" pipeline`.
    Call(Traced, Option<Pipeline>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// A pipeline and what hangs on it.
#[derive(Clone, Debug)]
pub struct Branch {
    /// What is asked or walked over.
    pub pipeline: Pipeline,
    /// Where it holds.
    pub then: Vec<Part>,
    /// Where it does not.
    pub other: Vec<Part>,
}

/// Commands of which each gets the value of the one before as its last argument.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The variables (with `$`) that get the value.
    pub names: Vec<String>,
    /// True for `:=`, false for `=`.
    pub declares: bool,
    /// The commands: operands of which the first may be a function.
    pub commands: Vec<Vec<Operand>>,
    /// All of it.
    pub at: Span,
}

/// An operand and the fields that are asked of it.
#[derive(Clone, Debug)]
pub struct Operand {
    /// What it starts with.
    pub head: Head,
    /// `.a.b` behind it.
    pub fields: Vec<String>,
    /// All of it.
    pub at: Span,
}

/// What an operand starts with.
#[derive(Clone, Debug)]
pub enum Head {
    /// `.`
    Dot,
    /// A variable, with its `$`.
    Variable(String),
    /// A function by its name.
    Function(String),
    /// Text in quotes.
    Text(Traced),
    /// A number.
    Number(Traced),
    /// A truth value.
    Bool(bool),
    /// `nil`.
    Nil,
    /// A pipeline in parentheses.
    Inner(Box<Pipeline>),
}

/// Reads a template.
///
/// # Errors
/// The first fault: such a template gives nothing at all.
pub fn parse(view: &View) -> Result<Template, SyntaxError> {
    let pieces = pieces(view)?;
    let mut parser = Parser { view, pieces, at: 0, defines: BTreeMap::new() };
    let (body, end) = parser.list(0)?;
    match end {
        Stop::Text => Ok(Template { body, defines: parser.defines }),
        Stop::Closed(at) | Stop::Else(at, _) => Err(fault(at, "`end` or `else` without a beginning")),
    }
}

fn fault(at: Span, message: &str) -> SyntaxError {
    SyntaxError { at, message: message.to_owned() }
}

/// A text or an action, before it is known what belongs together.
enum Raw {
    Text(Range<usize>),
    Action(Range<usize>),
}

/// Takes a text apart at its marks, and applies `{{-` and `-}}`.
fn pieces(view: &View) -> Result<Vec<Raw>, SyntaxError> {
    let bytes = &view.bytes;
    let mut out = Vec::new();
    let (mut from, mut trim) = (0, false);
    loop {
        let open = bytes[from..].windows(2).position(|w| w == b"{{").map(|p| from + p);
        let mut end = open.unwrap_or(bytes.len());
        let minus = |at: usize| bytes.get(at) == Some(&b'-');
        let blank = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_whitespace);
        let cut = open.is_some_and(|at| minus(at + 2) && blank(at + 3));
        let mut start = from;
        if trim {
            start += bytes[start..end].iter().take_while(|b| b.is_ascii_whitespace()).count();
        }
        if cut {
            end -= bytes[start..end].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        }
        if start < end {
            out.push(Raw::Text(start..end));
        }
        let Some(open) = open else { return Ok(out) };
        let inner = open + 2 + usize::from(cut);
        let close = close(bytes, inner).ok_or_else(|| fault(view.span(open..open + 2), "`{{` without `}}`"))?;
        trim = close > inner && minus(close - 1) && blank(close.wrapping_sub(2));
        let end = close - usize::from(trim);
        let text = bytes[inner..end].trim_ascii();
        if !text.starts_with(b"/*") {
            out.push(Raw::Action(inner..end));
        }
        from = close + 2;
    }
}

/// The offset of the `}}` that ends an action, with quotes and comments in it.
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
    /// `else`, with what stands behind it.
    Else(Span, Range<usize>),
}

struct Parser<'v> {
    view: &'v View,
    pieces: Vec<Raw>,
    at: usize,
    defines: BTreeMap<String, Arc<Vec<Part>>>,
}

impl Parser<'_> {
    fn list(&mut self, depth: usize) -> Result<(Vec<Part>, Stop), SyntaxError> {
        let mut out = Vec::new();
        while let Some(piece) = self.pieces.get(self.at) {
            self.at += 1;
            let range = match piece {
                Raw::Text(range) => {
                    out.push(Part::Text(self.view.span(range.clone())));
                    continue;
                }
                Raw::Action(range) => range.clone(),
            };
            let at = self.view.span(range.clone());
            if depth >= MAX_DEPTH {
                return Err(fault(at, TOO_DEEP));
            }
            let (word, rest) = self.first_word(range.clone());
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
                    let Stop::Closed(_) = end else { return Err(fault(at, "no `end`")) };
                    if let Some(known) = name.known_str() {
                        self.defines.insert(known.to_owned(), Arc::new(body));
                    }
                    if word == "block" {
                        out.push(Part::Call(name, with));
                    }
                }
                _ => out.push(Part::Output(self.pipeline(range)?)),
            }
        }
        Ok((out, Stop::Text))
    }

    /// The first word of an action, and what stands behind it.
    fn first_word(&self, range: Range<usize>) -> (String, Range<usize>) {
        let bytes = &self.view.bytes[range.clone()];
        let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let length = bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let word = String::from_utf8_lossy(&bytes[start..start + length]).into_owned();
        (word, range.start + start + length..range.end)
    }

    /// A quoted name and perhaps a pipeline.
    fn named(&self, range: Range<usize>) -> Result<(Traced, Option<Pipeline>), SyntaxError> {
        let mut lexer = Lexer { view: self.view, at: range.start, end: range.end };
        let at = self.view.span(range.clone());
        let Some(Token::Text(name)) = lexer.next()? else { return Err(fault(at, "a name in quotes is missing")) };
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
            Stop::Text => return Err(fault(at, "no `end`")),
            Stop::Closed(_) => Vec::new(),
            Stop::Else(at, rest) => {
                let (word, rest) = self.first_word(rest);
                match word.as_str() {
                    "" => {
                        let (other, Stop::Closed(_)) = self.list(depth + 1)? else { return Err(fault(at, "no `end`")) };
                        other
                    }
                    "if" => vec![Part::If(self.branch(rest, depth + 1)?)],
                    "with" => vec![Part::With(self.branch(rest, depth + 1)?)],
                    _ => return Err(fault(at, "`else` with something behind it")),
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
            return Err(fault(self.view.span(lexer.at..range.end), "not expected here"));
        }
        Ok(pipeline)
    }
}

/// A pipeline up to its end or a closing parenthesis.
fn pipeline(lexer: &mut Lexer<'_>, depth: usize) -> Result<Pipeline, SyntaxError> {
    lexer.blanks();
    let start = lexer.at;
    if depth >= MAX_DEPTH {
        return Err(fault(lexer.view.span(start..start + 1), TOO_DEEP));
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
                let last = commands.last_mut().and_then(|c| c.last_mut()).filter(|_| !gap);
                match last {
                    // `(pipeline).field`
                    Some(operand) => {
                        operand.fields.extend(fields);
                        operand.at = operand.at.to(at(lexer.at));
                        end = lexer.at;
                        continue;
                    }
                    None => {
                        let operand = Operand { head: Head::Dot, fields, at: at(lexer.at) };
                        commands.last_mut().into_iter().for_each(|c| c.push(operand.clone()));
                        end = lexer.at;
                        continue;
                    }
                }
            }
            Token::Open => {
                let inner = pipeline(lexer, depth + 1)?;
                match lexer.next()? {
                    Some(Token::Close) => Head::Inner(Box::new(inner)),
                    _ => return Err(fault(at(lexer.at), "a parenthesis is not closed")),
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
        return Err(fault(at, "a command is missing"));
    }
    Ok(Pipeline { names, declares, commands, at })
}

enum Token {
    Open,
    Close,
    Pipe,
    /// `.` alone (no fields) or `.a.b`.
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

    /// `$a, $b :=` or `$a =`, if they stand here.
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
            b'"' | b'`' | b'\'' => self.text(byte).map(Some),
            b'0'..=b'9' | b'-' | b'+' | b'.' => {
                self.at += 1;
                while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+')) {
                    self.at += 1;
                }
                Ok(Some(Token::Number(self.view.traced(start..self.at))))
            }
            b if b.is_ascii_alphabetic() || b == b'_' || b >= 0x80 => Ok(Some(Token::Word(self.word()))),
            _ => Err(fault(self.view.span(start..start + 1), "not expected here")),
        }
    }

    fn text(&mut self, quote: u8) -> Result<Token, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let mut out = Traced::new();
        let mut run = self.at;
        loop {
            match self.peek() {
                Some(b) if b == quote => break,
                Some(b'\\') if quote != b'`' => {
                    self.view.push_onto(&mut out, run..self.at);
                    let from = self.at;
                    let escaped = self.view.bytes[..self.end].get(self.at + 1).copied().unwrap_or(b'\\');
                    let byte = match escaped {
                        b'n' => b'\n',
                        b't' => b'\t',
                        b'r' => b'\r',
                        other => other,
                    };
                    self.at = (self.at + 2).min(self.end);
                    self.view.push_escape(&mut out, &[byte], from..self.at);
                    run = self.at;
                }
                Some(_) => self.at += 1,
                None => return Err(fault(self.view.span(start..start + 1), "a quote is not closed")),
            }
        }
        self.view.push_onto(&mut out, run..self.at);
        self.at += 1;
        if out.is_empty() {
            out = Traced::made("", self.view.span(start..self.at));
        }
        Ok(Token::Text(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::testing::file;

    /// What a template says in short.
    fn said(parts: &[Part], view: &View) -> String {
        let text = |span: &Span| String::from_utf8_lossy(&view.bytes[span.range()]).into_owned();
        let branch = |word: &str, b: &Branch| {
            format!("{word}({}){{{}}}{{{}}}", pipe(&b.pipeline), said(&b.then, view), said(&b.other, view))
        };
        fn pipe(p: &Pipeline) -> String {
            let commands: Vec<_> =
                p.commands.iter().map(|c| c.iter().map(operand).collect::<Vec<_>>().join(" ")).collect();
            let names = if p.names.is_empty() { String::new() } else { format!("{}:=", p.names.join(",")) };
            format!("{names}{}", commands.join("|"))
        }
        fn operand(o: &Operand) -> String {
            let head = match &o.head {
                Head::Dot => ".".to_owned(),
                Head::Variable(name) | Head::Function(name) => name.clone(),
                Head::Text(text) => format!("{:?}", text.to_text()),
                Head::Number(text) => text.to_text().into_owned(),
                Head::Bool(value) => value.to_string(),
                Head::Nil => "nil".to_owned(),
                Head::Inner(inner) => format!("({})", pipe(inner)),
            };
            format!("{head}[{}]", o.fields.join("."))
        }
        let part = |part: &Part| match part {
            Part::Text(span) => format!("{:?}", text(span)),
            Part::Output(pipeline) => format!("<{}>", pipe(pipeline)),
            Part::If(b) => branch("if", b),
            Part::With(b) => branch("with", b),
            Part::Range(b) => branch("range", b),
            Part::Call(name, with) => format!("call {} {}", name.to_text(), with.iter().map(pipe).collect::<String>()),
            Part::Break => "break".to_owned(),
            Part::Continue => "continue".to_owned(),
        };
        parts.iter().map(part).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parts() {
        for (given, expected) in [
            ("a {{ .Values.x }} b", r#""a " <.[Values.x]> " b""#),
            ("a\n{{- .x -}}\n b", r#""a" <.[x]> "b""#),
            ("{{ default \"a}}\" $.y | quote }}", r#"<default[] "a}}"[] $[y]|quote[]>"#),
            (
                "{{if and .a (not .b)}}1{{else if eq .c 2}}2{{else}}3{{end}}",
                r#"if(and[] .[a] (not[] .[b])[]){"1"}{if(eq[] .[c] 2[]){"2"}{"3"}}"#,
            ),
            ("{{/* a }} b */}}x{{- /* c */ -}} y", r#""x" "y""#),
            ("{{range $k, $v := .m}}{{$k}}{{break}}{{end}}", "range($k,$v:=.[m]){<$k[]> break}{}"),
            ("{{ (index .a 0).b }}", "<(index[] .[a] 0[])[b]>"),
            ("{{ define \"x\" }}y{{ end }}{{ template \"x\" . }}", "call x .[]"),
            ("{{ $x := `a` }}{{ $x = 1 }}", r#"<$x:="a"[]> <$x:=1[]>"#),
            ("{{ . }}{{ $ }}", "<.[]> <$[]>"),
            ("{ {x} }}", r#""{ {x} }}""#),
        ] {
            let (_texts, view) = file(given.as_bytes());
            let template = parse(&view).unwrap_or_else(|e| panic!("{given}: {e:?}"));
            assert_eq!(said(&template.body, &view), expected, "{given}");
        }
    }

    #[test]
    fn faults() {
        let deep = "{{if .a}}".repeat(1000);
        let nested = format!("{{{{ {}", "(".repeat(1000));
        for given in [
            "{{ .x",
            "{{ if }}",
            "{{ if .a }}",
            "{{ end }}",
            "{{ \"a }}",
            "{{ a b) }}",
            "{{ | a }}",
            "{{}}",
            &deep,
            &nested,
        ] {
            let (_texts, view) = file(given.as_bytes());
            assert!(parse(&view).is_err(), "{given}");
        }
    }
}
