//! Jinja's expressions.

use std::ops::Range;

use crate::text::{Span, Traced, View};

use super::super::template::{Escape, error, quoted};
use super::super::{SyntaxError, TOO_DEEP};

/// An expression.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    /// Its kind.
    pub kind: ExprKind,
    /// Its source range.
    pub at: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    /// A quoted string.
    Text(Traced),
    /// A number.
    Number(Traced),
    /// A boolean.
    Bool(bool),
    /// `none`.
    None,
    /// A variable.
    Name(String),
    /// `[…]` and `(…, …)`
    List(Vec<Expr>),
    /// `{…}`
    Map(Vec<(Expr, Expr)>),
    /// `a.b`, or `a['b']` with an expression as key.
    Item(Box<Expr>, Box<Expr>),
    /// `a[b:c]`
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `a(…)`. Keyword arguments have a name.
    Call(Box<Expr>, Vec<(Option<String>, Expr)>),
    /// `a | name(…)`. Keyword arguments have a name.
    Filter(Box<Expr>, String, Vec<(Option<String>, Expr)>),
    /// `a is name(…)`
    Test(Box<Expr>, String, Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// Two operands and the operator between them.
    Binary(Box<Expr>, &'static str, Box<Expr>),
    /// `a if b else c`
    Choice(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// Not understood.
    Bad,
}

/// Parses a standalone expression, as in `when`.
///
/// # Errors
/// The first syntax error.
pub(crate) fn expression(view: &View) -> Result<Expr, SyntaxError> {
    within(view, 0..view.bytes.len())
}

/// Parses an expression that fills a range of a text.
pub(super) fn within(view: &View, range: Range<usize>) -> Result<Expr, SyntaxError> {
    let mut tokens = Tokens::new(view, range)?;
    let expr = tokens.choice(0)?;
    tokens.end()?;
    Ok(expr)
}

/// The deepest nesting of an expression. Each level takes many calls.
const MAX_NESTED: usize = 20;
/// The most tokens of an expression: chains of operators also nest.
const MAX_TOKENS: usize = 1_000;

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

pub(super) struct Tokens<'v> {
    view: &'v View,
    list: Vec<(Token, Range<usize>)>,
    at: usize,
    whole: Range<usize>,
}

impl<'v> Tokens<'v> {
    pub(super) fn new(view: &'v View, range: Range<usize>) -> Result<Self, SyntaxError> {
        let bytes = &view.bytes[..range.end];
        let mut list = Vec::new();
        let mut at = range.start;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let start = at;
            if list.len() >= MAX_TOKENS {
                return Err(error(view.span(start..start + 1), "an expression that is too long"));
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
                b'"' | b'\'' => {
                    let escape: Escape = |rest| match rest.first().copied().unwrap_or(b'\\') {
                        b'n' => (vec![b'\n'], 1),
                        b't' => (vec![b'\t'], 1),
                        escaped @ (b'\\' | b'"' | b'\'') => (vec![escaped], 1),
                        other => (vec![b'\\', other], 1),
                    };
                    let out;
                    (out, at) = quoted(view, at, range.end, Some(escape))?;
                    list.push((Token::Text(out), start..at));
                }
                _ => {
                    let sign = SIGNS.iter().find(|s| rest.starts_with(s.as_bytes()));
                    let sign = sign.ok_or_else(|| error(view.span(start..start + 1), "not expected here"))?;
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

    fn error(&self, message: &str) -> SyntaxError {
        error(self.view.span(self.here()..self.whole.end.max(self.here())), message)
    }

    pub(super) fn end(&self) -> Result<(), SyntaxError> {
        if self.at < self.list.len() { Err(self.error("not expected here")) } else { Ok(()) }
    }

    fn is(&self, text: &str) -> bool {
        match self.list.get(self.at) {
            Some((Token::Sign(sign), _)) => *sign == text,
            Some((Token::Word(word), _)) => word == text,
            _ => false,
        }
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    pub(super) fn word(&mut self) -> Option<String> {
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

    pub(super) fn choice(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        if depth >= MAX_NESTED {
            return Err(self.error(TOO_DEEP));
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

    pub(super) fn or(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
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
            return Err(self.error(TOO_DEEP));
        }
        if self.eat("not") {
            let inner = self.not(depth + 1)?;
            return Ok(self.make(ExprKind::Not(Box::new(inner)), from));
        }
        self.comparison(depth)
    }

    /// Comparisons: `a < b < c` is `a < b and b < c`.
    fn comparison(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        let from = self.here();
        let mut left = self.sum(depth)?;
        let mut all: Option<Expr> = None;
        loop {
            let sign = ["==", "!=", "<=", ">=", "<", ">", "in"].into_iter().find(|s| self.is(s));
            let negated =
                self.is("not") && matches!(self.list.get(self.at + 1), Some((Token::Word(w), _)) if w == "in");
            let Some(sign) = sign.or(negated.then_some("in")) else { return Ok(all.unwrap_or(left)) };
            self.at += 1 + usize::from(negated);
            let right = self.sum(depth)?;
            let mut one = self.make(ExprKind::Binary(Box::new(left), sign, Box::new(right.clone())), from);
            if negated {
                one = self.make(ExprKind::Not(Box::new(one)), from);
            }
            all = Some(match all {
                Some(before) => self.make(ExprKind::Binary(Box::new(before), "and", Box::new(one)), from),
                None => one,
            });
            left = right;
        }
    }

    fn sum(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        self.joined(depth, &["+", "-"], Self::concatenation)
    }

    fn concatenation(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        self.joined(depth, &["~"], Self::product)
    }

    fn product(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        self.joined(depth, &["*", "/", "%", "//"], Self::power)
    }

    fn power(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        self.joined(depth, &["**"], Self::postfix)
    }

    fn postfix(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        self.trailed(depth, true)
    }

    /// What stands behind an operand; filters and tests count for a sign in front of it as well.
    fn trailed(&mut self, depth: usize, filters: bool) -> Result<Expr, SyntaxError> {
        let from = self.here();
        let mut expr = self.primary(depth)?;
        loop {
            if self.eat(".") {
                let start = self.here();
                let name = match self.list.get(self.at) {
                    Some((Token::Word(word), _)) => Traced::made(word.as_str(), self.view.span(start..start)),
                    Some((Token::Number(text), _)) => text.clone(),
                    _ => return Err(self.error("a name is missing")),
                };
                self.at += 1;
                let key = self.make(ExprKind::Text(name), start);
                expr = self.make(ExprKind::Item(Box::new(expr), Box::new(key)), from);
            } else if self.eat("[") {
                let bound = |tokens: &mut Self| {
                    let open = tokens.is(":") || tokens.is("]");
                    Ok(if open { None } else { Some(Box::new(tokens.choice(depth + 1)?)) })
                };
                let key = bound(self)?;
                let kind = if self.eat(":") {
                    ExprKind::Slice(Box::new(expr), key, bound(self)?)
                } else {
                    ExprKind::Item(Box::new(expr), key.ok_or_else(|| self.error("a key is missing"))?)
                };
                if !self.eat("]") {
                    return Err(self.error("`]` is missing"));
                }
                expr = self.make(kind, from);
            } else if self.eat("(") {
                let args = self.arguments(depth)?;
                expr = self.make(ExprKind::Call(Box::new(expr), args), from);
            } else if filters && self.eat("|") {
                let name = self.name()?;
                let args = if self.eat("(") { self.arguments(depth)? } else { Vec::new() };
                expr = self.make(ExprKind::Filter(Box::new(expr), name, args), from);
            } else if filters && self.eat("is") {
                let negated = self.eat("not");
                let name = self.name()?;
                let args = if self.eat("(") {
                    self.arguments(depth)?.into_iter().map(|(_, e)| e).collect()
                } else if self.starts_argument() {
                    vec![self.primary(depth + 1)?]
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

    /// True if the one argument of a test follows without brackets.
    fn starts_argument(&self) -> bool {
        match self.list.get(self.at) {
            Some((Token::Word(word), _)) => {
                !matches!(word.as_str(), "else" | "or" | "and" | "if" | "is" | "in" | "not" | "recursive")
            }
            Some((Token::Number(_) | Token::Text(_), _)) => true,
            Some((Token::Sign(sign), _)) => matches!(*sign, "[" | "{"),
            None => false,
        }
    }

    /// A name, optionally prefixed by its collection.
    fn name(&mut self) -> Result<String, SyntaxError> {
        let mut name = self.word().ok_or_else(|| self.error("a name is missing"))?;
        while self.is(".") {
            self.at += 1;
            name = self.word().ok_or_else(|| self.error("a name is missing"))?;
        }
        Ok(name)
    }

    fn arguments(&mut self, depth: usize) -> Result<Vec<(Option<String>, Expr)>, SyntaxError> {
        let argument = |p: &mut Self| {
            let named = matches!(p.list.get(p.at + 1), Some((Token::Sign("="), _)));
            let name = if named { p.word() } else { None };
            p.at += usize::from(name.is_some());
            Ok((name, p.choice(depth + 1)?))
        };
        Ok(self.until(")", argument)?.0)
    }

    /// Comma-separated items up to `close`, and whether there was a comma.
    fn until<T>(
        &mut self,
        close: &str,
        item: impl Fn(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<(Vec<T>, bool), SyntaxError> {
        let (mut out, mut comma) = (Vec::new(), false);
        while !self.eat(close) {
            out.push(item(self)?);
            let more = self.eat(",");
            comma |= more;
            if !more && !self.is(close) {
                return Err(self.error(&format!("`{close}` is missing")));
            }
        }
        Ok((out, comma))
    }

    fn primary(&mut self, depth: usize) -> Result<Expr, SyntaxError> {
        let from = self.here();
        if depth >= MAX_NESTED {
            return Err(self.error(TOO_DEEP));
        }
        let Some((token, _)) = self.list.get(self.at).cloned() else {
            return Err(self.error("an expression is missing"));
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
                let inner = self.trailed(depth + 1, false)?;
                let zero = Traced::made("0", self.view.span(from..from));
                ExprKind::Binary(Box::new(self.make(ExprKind::Number(zero), from)), "-", Box::new(inner))
            }
            Token::Sign("(") => {
                let (mut items, comma) = self.until(")", |p| p.choice(depth + 1))?;
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
            Token::Sign("[") => ExprKind::List(self.until("]", |p| p.choice(depth + 1))?.0),
            Token::Sign("{") => {
                let pair = |p: &mut Self| {
                    let key = p.choice(depth + 1)?;
                    if !p.eat(":") {
                        return Err(p.error("`:` is missing"));
                    }
                    Ok((key, p.choice(depth + 1)?))
                };
                ExprKind::Map(self.until("}", pair)?.0)
            }
            Token::Sign(_) => {
                self.at -= 1;
                return Err(self.error("not expected here"));
            }
        };
        Ok(self.make(kind, from))
    }
}
