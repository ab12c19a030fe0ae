//! Jinja, as Ansible uses it: a tree of texts, tags and expressions. No meaning: what a filter gives is the consumer's business.
//! Source: pallets/jinja `src/jinja2/lexer.py` and `parser.py`, with `trim_blocks` as Ansible sets it.

use std::ops::Range;

use crate::text::{Span, Traced, View};

use super::{MAX_DEPTH, SyntaxError, TOO_DEEP};

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it stands.
    Text(Span),
    /// `{{ … }}`
    Output(Expr),
    /// `if`, `elif` and `else`.
    If(Vec<(Expr, Vec<Self>)>, Vec<Self>),
    /// `for`: the names, what is walked over, what is done, and what is done if there is nothing.
    For(Vec<String>, Expr, Vec<Self>, Vec<Self>),
    /// `set name = …`
    Set(String, Expr),
    /// `set name` with a body.
    SetBody(String, Vec<Self>),
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of it.
    pub at: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Text in quotes.
    Text(Traced),
    /// A number.
    Number(Traced),
    /// A truth value.
    Bool(bool),
    /// `none`.
    None,
    /// A variable.
    Name(String),
    /// `[…]` and `(…, …)`
    List(Vec<Expr>),
    /// `{…}`
    Map(Vec<(Expr, Expr)>),
    /// `a.b`, and `a['b']` where the key is an expression.
    Item(Box<Expr>, Box<Expr>),
    /// `a(…)`
    Call(Box<Expr>, Vec<Expr>),
    /// `a | name(…)`, with the arguments by place; those by name stand with their names.
    Filter(Box<Expr>, String, Vec<(Option<String>, Expr)>),
    /// `a is name(…)`
    Test(Box<Expr>, String, Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// Two operands and the operator between them.
    Binary(Box<Expr>, &'static str, Box<Expr>),
    /// `a if b else c`
    Choice(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
}

/// Reads a template.
///
/// # Errors
/// The first fault, or the first tag that is not read here.
pub fn parse(view: &View) -> Result<Vec<Part>, SyntaxError> {
    let mut parser = Parser { view, pieces: pieces(view)?, at: 0 };
    let (parts, end) = parser.list(0)?;
    match end {
        None => Ok(parts),
        Some((at, _, _)) => Err(fault(at, "a tag without its beginning")),
    }
}

/// Reads an expression that stands alone, as in `when`.
///
/// # Errors
/// The first fault.
pub fn expression(view: &View) -> Result<Expr, SyntaxError> {
    let mut tokens = Tokens::new(view, 0..view.bytes.len())?;
    let expr = tokens.choice(0)?;
    tokens.end()?;
    Ok(expr)
}

/// The deepest nesting of an expression. Each level takes many calls.
const MAX_NESTED: usize = 20;
/// The most words of an expression: operators that stand in a row nest as well.
const MAX_TOKENS: usize = 1_000;

fn fault(at: Span, message: &str) -> SyntaxError {
    SyntaxError { at, message: message.to_owned() }
}

enum Raw {
    Text(Range<usize>),
    Output(Range<usize>),
    Tag(Range<usize>),
}

fn pieces(view: &View) -> Result<Vec<Raw>, SyntaxError> {
    let bytes = &view.bytes;
    let mut out = Vec::new();
    let (mut from, mut trim, mut newline) = (0, false, false);
    // The first line may hold options of the template.
    if bytes.starts_with(b"#jinja2:") {
        from = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| p + 1);
    }
    loop {
        let open = bytes[from..].windows(2).position(|w| matches!(w, b"{{" | b"{%" | b"{#")).map(|p| from + p);
        let mut end = open.unwrap_or(bytes.len());
        let mut start = from;
        if newline {
            start += usize::from(bytes[start..].starts_with(b"\r\n"))
                + usize::from(matches!(bytes.get(start), Some(b'\n' | b'\r')));
            start = start.min(end);
        }
        if trim {
            start += bytes[start..end].iter().take_while(|b| b.is_ascii_whitespace()).count();
        }
        let cut = open.is_some_and(|at| bytes.get(at + 2) == Some(&b'-'));
        if cut {
            end -= bytes[start..end].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        }
        if start < end {
            out.push(Raw::Text(start..end));
        }
        let Some(open) = open else { return Ok(out) };
        let kind = bytes[open + 1];
        let inner = open + 2 + usize::from(cut || kind == b'%' && bytes.get(open + 2) == Some(&b'+'));
        let mark: &[u8] = match kind {
            b'{' => b"}}",
            b'%' => b"%}",
            _ => b"#}",
        };
        let close =
            close(bytes, inner, mark, kind != b'#').ok_or_else(|| fault(view.span(open..open + 2), "not closed"))?;
        trim = close > inner && bytes[close - 1] == b'-';
        let end = close - usize::from(trim || close > inner && kind == b'%' && bytes[close - 1] == b'+');
        newline = kind != b'{';
        from = close + 2;
        match kind {
            b'{' => out.push(Raw::Output(inner..end)),
            b'%' if bytes[inner..end].trim_ascii() == b"raw" => {
                let rest = &bytes[from..];
                let found = rest.windows(2).enumerate().filter(|(_, w)| *w == b"{%").find_map(|(n, _)| {
                    let length = rest[n..].windows(2).position(|w| w == b"%}")?;
                    let word = rest[n + 2..n + length].trim_ascii().trim_ascii_start();
                    let word = word.strip_prefix(b"-").unwrap_or(word);
                    let word = word.strip_suffix(b"-").unwrap_or(word);
                    (word.trim_ascii() == b"endraw").then_some((n, n + length + 2))
                });
                let (length, after) =
                    found.ok_or_else(|| fault(view.span(open..open + 2), "`raw` without `endraw`"))?;
                out.push(Raw::Text(from..from + length));
                from += after;
            }
            b'%' => out.push(Raw::Tag(inner..end)),
            _ => {}
        }
    }
}

fn close(bytes: &[u8], from: usize, mark: &[u8], quotes: bool) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_usize);
    while at + 1 < bytes.len() {
        match bytes[at] {
            _ if bytes[at..].starts_with(mark) && depth == 0 => return Some(at),
            quote @ (b'"' | b'\'') if quotes => {
                at += 1;
                while bytes.get(at).is_some_and(|b| *b != quote) {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'{' if quotes => {
                depth += 1;
                at += 1;
            }
            b'}' if quotes && depth > 0 => {
                depth -= 1;
                at += 1;
            }
            _ => at += 1,
        }
    }
    None
}

type End = Option<(Span, String, Range<usize>)>;

struct Parser<'v> {
    view: &'v View,
    pieces: Vec<Raw>,
    at: usize,
}

impl Parser<'_> {
    /// Parts up to a tag that ends or divides something.
    fn list(&mut self, depth: usize) -> Result<(Vec<Part>, End), SyntaxError> {
        let mut out = Vec::new();
        while let Some(piece) = self.pieces.get(self.at) {
            self.at += 1;
            let range = match piece {
                Raw::Text(range) => {
                    out.push(Part::Text(self.view.span(range.clone())));
                    continue;
                }
                Raw::Output(range) => {
                    out.push(Part::Output(self.expr(range.clone())?));
                    continue;
                }
                Raw::Tag(range) => range.clone(),
            };
            let at = self.view.span(range.clone());
            if depth >= MAX_DEPTH {
                return Err(fault(at, TOO_DEEP));
            }
            let bytes = &self.view.bytes[range.clone()];
            let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let length = bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            let word = String::from_utf8_lossy(&bytes[start..start + length]).into_owned();
            let rest = range.start + start + length..range.end;
            match word.as_str() {
                "if" => {
                    let mut branches = Vec::new();
                    let mut condition = self.expr(rest)?;
                    let mut other = Vec::new();
                    loop {
                        let (body, end) = self.list(depth + 1)?;
                        branches.push((condition, body));
                        match end {
                            Some((_, word, rest)) if word == "elif" => condition = self.expr(rest)?,
                            Some((_, word, _)) if word == "else" => {
                                let (body, end) = self.list(depth + 1)?;
                                other = body;
                                expect(end, "endif", at)?;
                                break;
                            }
                            end => {
                                expect(end, "endif", at)?;
                                break;
                            }
                        }
                    }
                    out.push(Part::If(branches, other));
                }
                "for" => {
                    let mut tokens = Tokens::new(self.view, rest)?;
                    let mut names = Vec::new();
                    while let Some(name) = tokens.word() {
                        names.push(name);
                        if !tokens.eat(",") {
                            break;
                        }
                    }
                    if !tokens.eat("in") {
                        return Err(fault(at, "`for` without `in`"));
                    }
                    let over = tokens.or(0)?;
                    tokens.end()?;
                    let (body, end) = self.list(depth + 1)?;
                    let mut other = Vec::new();
                    match end {
                        Some((_, word, _)) if word == "else" => {
                            let (body, end) = self.list(depth + 1)?;
                            other = body;
                            expect(end, "endfor", at)?;
                        }
                        end => expect(end, "endfor", at)?,
                    }
                    out.push(Part::For(names, over, body, other));
                }
                "set" => {
                    let mut tokens = Tokens::new(self.view, rest)?;
                    let name = tokens.word().ok_or_else(|| fault(at, "`set` without a name"))?;
                    if tokens.eat("=") {
                        let value = tokens.choice(0)?;
                        tokens.end()?;
                        out.push(Part::Set(name, value));
                    } else {
                        tokens.end()?;
                        let (body, end) = self.list(depth + 1)?;
                        expect(end, "endset", at)?;
                        out.push(Part::SetBody(name, body));
                    }
                }
                "elif" | "else" | "endif" | "endfor" | "endset" => return Ok((out, Some((at, word, rest)))),
                _ => return Err(fault(at, "a tag that is not read")),
            }
        }
        Ok((out, None))
    }

    fn expr(&self, range: Range<usize>) -> Result<Expr, SyntaxError> {
        let mut tokens = Tokens::new(self.view, range)?;
        let expr = tokens.choice(0)?;
        tokens.end()?;
        Ok(expr)
    }
}

fn expect(end: End, word: &str, at: Span) -> Result<(), SyntaxError> {
    match end {
        Some((_, have, _)) if have == word => Ok(()),
        _ => Err(fault(at, &format!("no `{word}`"))),
    }
}

#[derive(Clone, Debug)]
enum Token {
    Word(String),
    Number(Traced),
    Text(Traced),
    Sign(&'static str),
}

const SIGNS: [&str; 25] = [
    "==", "!=", "<=", ">=", "//", "**", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "~", "+", "-",
    "*", "/", "%",
];

struct Tokens<'v> {
    view: &'v View,
    list: Vec<(Token, Range<usize>)>,
    at: usize,
    whole: Range<usize>,
}

impl<'v> Tokens<'v> {
    fn new(view: &'v View, range: Range<usize>) -> Result<Self, SyntaxError> {
        let bytes = &view.bytes[..range.end];
        let mut list = Vec::new();
        let mut at = range.start;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let start = at;
            if list.len() >= MAX_TOKENS {
                return Err(fault(view.span(start..start + 1), "an expression that is too long"));
            }
            let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80;
            match rest[0] {
                b if b.is_ascii_whitespace() => at += 1,
                b'0'..=b'9' => {
                    at += rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
                    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
                        at += 1 + bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
                    }
                    list.push((Token::Number(view.traced(start..at)), start..at));
                }
                b if word(&b) => {
                    at += rest.iter().take_while(|b| word(b)).count();
                    list.push((Token::Word(String::from_utf8_lossy(&bytes[start..at]).into_owned()), start..at));
                }
                quote @ (b'"' | b'\'') => {
                    let mut out = Traced::new();
                    at += 1;
                    let mut run = at;
                    loop {
                        match bytes.get(at) {
                            Some(b) if *b == quote => break,
                            Some(b'\\') => {
                                view.push_onto(&mut out, run..at);
                                let escaped = bytes.get(at + 1).copied().unwrap_or(b'\\');
                                let to = (at + 2).min(bytes.len());
                                let made: Vec<u8> = match escaped {
                                    b'n' => vec![b'\n'],
                                    b't' => vec![b'\t'],
                                    b'\\' | b'"' | b'\'' => vec![escaped],
                                    other => vec![b'\\', other],
                                };
                                view.push_escape(&mut out, &made, at..to);
                                at = to;
                                run = at;
                            }
                            Some(_) => at += 1,
                            None => return Err(fault(view.span(start..start + 1), "a quote is not closed")),
                        }
                    }
                    view.push_onto(&mut out, run..at);
                    at += 1;
                    if out.is_empty() {
                        out = Traced::made("", view.span(start..at));
                    }
                    list.push((Token::Text(out), start..at));
                }
                _ => {
                    let sign = SIGNS.iter().find(|s| rest.starts_with(s.as_bytes()));
                    let sign = sign.ok_or_else(|| fault(view.span(start..start + 1), "not expected here"))?;
                    at += sign.len();
                    list.push((Token::Sign(sign), start..at));
                }
            }
        }
        Ok(Self { view, list, at: 0, whole: range })
    }

    fn here(&self) -> usize {
        self.list.get(self.at).map_or(self.whole.end, |(_, r)| r.start)
    }

    fn done(&self) -> usize {
        self.at.checked_sub(1).and_then(|n| self.list.get(n)).map_or(self.whole.start, |(_, r)| r.end)
    }

    fn fault(&self, message: &str) -> SyntaxError {
        fault(self.view.span(self.here()..self.whole.end.max(self.here())), message)
    }

    fn end(&self) -> Result<(), SyntaxError> {
        if self.at < self.list.len() { Err(self.fault("not expected here")) } else { Ok(()) }
    }

    fn is(&self, text: &str) -> bool {
        match self.list.get(self.at) {
            Some((Token::Sign(sign), _)) => *sign == text,
            Some((Token::Word(word), _)) => word == text,
            _ => false,
        }
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Option<String> {
        match self.list.get(self.at) {
            Some((Token::Word(word), _)) => {
                let word = word.clone();
                self.at += 1;
                Some(word)
            }
            _ => None,
        }
    }

    fn make(&self, kind: ExprKind, from: usize) -> Expr {
        Expr { kind, at: self.view.span(from..self.done().max(from)) }
    }

    fn choice(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        if depth >= MAX_NESTED {
            return Err(self.fault(TOO_DEEP));
        }
        let from = self.here();
        let then = self.or(depth)?;
        if !self.eat("if") {
            return Ok(then);
        }
        let condition = self.or(depth)?;
        let other = if self.eat("else") { Some(Box::new(self.choice(depth + 1)?)) } else { None };
        Ok(self.make(ExprKind::Choice(Box::new(then), Box::new(condition), other), from))
    }

    fn or(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        self.joined(depth, &["or"], Self::and)
    }

    fn and(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        self.joined(depth, &["and"], Self::not)
    }

    fn joined(
        &mut self,
        depth: usize,
        signs: &[&'static str],
        inner: fn(&mut Self, usize) -> Result<Expr, SyntaxError>,
    ) -> Result<Expr, SyntaxError> {
        let from = self.here();
        let mut left = inner(self, depth)?;
        while let Some(sign) = signs.iter().find(|s| self.is(s)) {
            self.at += 1;
            let right = inner(self, depth)?;
            left = self.make(ExprKind::Binary(Box::new(left), sign, Box::new(right)), from);
        }
        Ok(left)
    }

    fn not(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        let from = self.here();
        if depth >= MAX_NESTED {
            return Err(self.fault(TOO_DEEP));
        }
        if self.eat("not") {
            let inner = self.not(depth + 1)?;
            return Ok(self.make(ExprKind::Not(Box::new(inner)), from));
        }
        self.comparison(depth)
    }

    fn comparison(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        let from = self.here();
        let mut left = self.sum(depth)?;
        loop {
            let sign = ["==", "!=", "<=", ">=", "<", ">", "in"].into_iter().find(|s| self.is(s));
            if let Some(sign) = sign {
                self.at += 1;
                let right = self.sum(depth)?;
                left = self.make(ExprKind::Binary(Box::new(left), sign, Box::new(right)), from);
            } else if self.is("not") && matches!(self.list.get(self.at + 1), Some((Token::Word(w), _)) if w == "in") {
                self.at += 2;
                let right = self.sum(depth)?;
                let inner = self.make(ExprKind::Binary(Box::new(left), "in", Box::new(right)), from);
                left = self.make(ExprKind::Not(Box::new(inner)), from);
            } else {
                return Ok(left);
            }
        }
    }

    fn sum(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        self.joined(depth, &["+", "-", "~", "*", "/", "%", "//"], Self::postfix)
    }

    fn postfix(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        let from = self.here();
        let mut expr = self.primary(depth)?;
        loop {
            if self.eat(".") {
                let start = self.here();
                let name = match self.list.get(self.at) {
                    Some((Token::Word(word), _)) => Traced::made(word.as_str(), self.view.span(start..start)),
                    Some((Token::Number(text), _)) => text.clone(),
                    _ => return Err(self.fault("a name is missing")),
                };
                self.at += 1;
                let key = self.make(ExprKind::Text(name), start);
                expr = self.make(ExprKind::Item(Box::new(expr), Box::new(key)), from);
            } else if self.eat("[") {
                let key = self.choice(depth + 1)?;
                if !self.eat("]") {
                    return Err(self.fault("`]` is missing"));
                }
                expr = self.make(ExprKind::Item(Box::new(expr), Box::new(key)), from);
            } else if self.eat("(") {
                let args = self.arguments(depth)?.into_iter().map(|(_, e)| e).collect();
                expr = self.make(ExprKind::Call(Box::new(expr), args), from);
            } else if self.eat("|") {
                let name = self.name()?;
                let args = if self.eat("(") { self.arguments(depth)? } else { Vec::new() };
                expr = self.make(ExprKind::Filter(Box::new(expr), name, args), from);
            } else if self.eat("is") {
                let negated = self.eat("not");
                let name = self.name()?;
                let args = if self.eat("(") {
                    self.arguments(depth)?.into_iter().map(|(_, e)| e).collect()
                } else {
                    Vec::new()
                };
                expr = self.make(ExprKind::Test(Box::new(expr), name, args), from);
                if negated {
                    expr = self.make(ExprKind::Not(Box::new(expr)), from);
                }
            } else {
                return Ok(expr);
            }
        }
    }

    /// A name that may have the collection that it comes from in front.
    fn name(&mut self) -> Result<String, SyntaxError> {
        let mut name = self.word().ok_or_else(|| self.fault("a name is missing"))?;
        while self.is(".") {
            self.at += 1;
            name = self.word().ok_or_else(|| self.fault("a name is missing"))?;
        }
        Ok(name)
    }

    fn arguments(&mut self, depth: usize) -> Result<Vec<(Option<String>, Expr)>, SyntaxError> {
        let mut out = Vec::new();
        while !self.eat(")") {
            let named = matches!(self.list.get(self.at + 1), Some((Token::Sign("="), _)));
            let name = if named { self.word() } else { None };
            self.at += usize::from(name.is_some());
            out.push((name, self.choice(depth + 1)?));
            if !self.eat(",") && !self.is(")") {
                return Err(self.fault("`)` is missing"));
            }
        }
        Ok(out)
    }

    fn primary(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        let from = self.here();
        if depth >= MAX_NESTED {
            return Err(self.fault(TOO_DEEP));
        }
        let Some((token, _)) = self.list.get(self.at).cloned() else {
            return Err(self.fault("an expression is missing"));
        };
        self.at += 1;
        let kind = match token {
            Token::Text(text) => ExprKind::Text(text),
            Token::Number(text) => ExprKind::Number(text),
            Token::Word(word) => match word.as_str() {
                "true" | "True" => ExprKind::Bool(true),
                "false" | "False" => ExprKind::Bool(false),
                "none" | "None" => ExprKind::None,
                _ => ExprKind::Name(word),
            },
            Token::Sign("-") => {
                let inner = self.postfix(depth + 1)?;
                let zero = Traced::made("0", self.view.span(from..from));
                ExprKind::Binary(Box::new(self.make(ExprKind::Number(zero), from)), "-", Box::new(inner))
            }
            Token::Sign("(") => {
                let mut items = Vec::new();
                let mut comma = false;
                while !self.eat(")") {
                    items.push(self.choice(depth + 1)?);
                    let more = self.eat(",");
                    comma |= more;
                    if !more && !self.is(")") {
                        return Err(self.fault("`)` is missing"));
                    }
                }
                match items.pop() {
                    Some(one) if items.is_empty() && !comma => {
                        return Ok(Expr { at: self.view.span(from..self.done()), ..one });
                    }
                    last => {
                        items.extend(last);
                        ExprKind::List(items)
                    }
                }
            }
            Token::Sign("[") => {
                let mut items = Vec::new();
                while !self.eat("]") {
                    items.push(self.choice(depth + 1)?);
                    if !self.eat(",") && !self.is("]") {
                        return Err(self.fault("`]` is missing"));
                    }
                }
                ExprKind::List(items)
            }
            Token::Sign("{") => {
                let mut pairs = Vec::new();
                while !self.eat("}") {
                    let key = self.choice(depth + 1)?;
                    if !self.eat(":") {
                        return Err(self.fault("`:` is missing"));
                    }
                    pairs.push((key, self.choice(depth + 1)?));
                    if !self.eat(",") && !self.is("}") {
                        return Err(self.fault("`}` is missing"));
                    }
                }
                ExprKind::Map(pairs)
            }
            Token::Sign(_) => {
                self.at -= 1;
                return Err(self.fault("not expected here"));
            }
        };
        Ok(self.make(kind, from))
    }
}

#[cfg(test)]
mod tests;
