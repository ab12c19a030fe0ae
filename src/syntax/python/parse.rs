//! The subset of Python's statements and expressions that scripts use to edit files.

use crate::text::{Traced, Why};

use super::lex::{Piece, Token, Word, lex, not};

/// How deep expressions and blocks may nest.
const MAX_DEPTH: usize = 40;

/// The longest chain of operators, or of calls and indexes, in one expression.
const MAX_CHAIN: usize = 64;

/// Keywords, which are not names.
const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// An expression.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Text(Traced),
    Number(Traced),
    Name(String, Traced),
    Format(Vec<Expr>),
    List(Vec<Expr>),
    /// Pairs. Without a key, all pairs of another dictionary.
    Dict(Vec<(Option<Expr>, Expr)>),
    Attribute(Box<Expr>, String),
    Call(Box<Expr>, Vec<Argument>),
    Index(Box<Expr>, Box<Expr>),
    Binary(String, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Syntax that is parsed but not followed, with its name.
    NotFollowed(&'static str),
}

/// An argument of a call, optionally with its name.
pub(crate) type Argument = (Option<String>, Expr);

/// A statement.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    Expr(Expr),
    Assign(Vec<Expr>, Expr),
    /// `+=`.
    Add(Expr, Expr),
    With(Vec<(Expr, Option<Expr>)>, Vec<Statement>),
    For(Expr, Expr, Vec<Statement>),
    If(Vec<(Expr, Vec<Statement>)>, Vec<Statement>),
    Import(String, String),
}

/// Parses a program.
pub(crate) fn program(code: &Traced) -> Result<Vec<Statement>, Why> {
    let tokens = lex(code)?;
    let mut parser = Parser { code, tokens: &tokens, at: 0, depth: 0 };
    let mut out = Vec::new();
    while !parser.is(&Word::End) {
        parser.statement(&mut out)?;
    }
    Ok(out)
}

struct Parser<'a> {
    code: &'a Traced,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn is(&self, word: &Word) -> bool {
        self.tokens.get(self.at).is_none_or(|t| t.word == *word)
    }

    fn text(&self) -> &str {
        let plain = |t: &&Token| matches!(t.word, Word::Name | Word::Sign | Word::Number);
        let token = self.tokens.get(self.at).filter(plain);
        token.and_then(|t| self.code.as_str()?.get(t.range.clone())).unwrap_or_default()
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.text() == text;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, text: &str) -> Result<(), Why> {
        if self.take(text) { Ok(()) } else { Err(not(&format!("a program with a missing `{text}`"))) }
    }

    fn name(&mut self) -> Result<String, Why> {
        if !self.is(&Word::Name) {
            return Err(not("a program with a missing name"));
        }
        let name = self.text().to_owned();
        self.at += 1;
        Ok(name)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Why>) -> Result<T, Why> {
        if self.depth >= MAX_DEPTH {
            return Err(Why::limit("depth of a python program"));
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    fn block(&mut self) -> Result<Vec<Statement>, Why> {
        self.expect(":")?;
        let mut out = Vec::new();
        if !self.is(&Word::Line) {
            self.simple_line(&mut out)?;
            return Ok(out);
        }
        self.at += 1;
        if !self.is(&Word::Indent) {
            return Err(not("a block that is not indented"));
        }
        self.at += 1;
        while !self.is(&Word::Dedent) && !self.is(&Word::End) {
            self.deeper(|p| p.statement(&mut out))?;
        }
        self.at += usize::from(self.is(&Word::Dedent));
        Ok(out)
    }

    fn statement(&mut self, out: &mut Vec<Statement>) -> Result<(), Why> {
        if self.is(&Word::Line) {
            self.at += 1;
            return Ok(());
        }
        let keyword = self.text().to_owned();
        if !matches!(keyword.as_str(), "with" | "for" | "if") {
            return self.simple_line(out);
        }
        self.at += 1;
        out.push(match keyword.as_str() {
            "with" => {
                let mut items = Vec::new();
                loop {
                    let value = self.expr()?;
                    let name = if self.take("as") { Some(self.postfix()?) } else { None };
                    items.push((value, name));
                    if !self.take(",") {
                        break;
                    }
                }
                Statement::With(items, self.block()?)
            }
            "for" => {
                let target = self.targets()?;
                self.expect("in")?;
                let list = self.exprs()?;
                Statement::For(target, list, self.block()?)
            }
            _ => {
                let mut branches = vec![(self.expr()?, self.block()?)];
                while self.take("elif") {
                    branches.push((self.expr()?, self.block()?));
                }
                Statement::If(branches, if self.take("else") { self.block()? } else { Vec::new() })
            }
        });
        Ok(())
    }

    fn simple_line(&mut self, out: &mut Vec<Statement>) -> Result<(), Why> {
        loop {
            self.simple(out)?;
            let more = self.take(";");
            if self.is(&Word::Line) {
                self.at += 1;
                return Ok(());
            }
            if !more {
                return Err(not(&format!("a statement with `{}` in it", self.text())));
            }
        }
    }

    fn simple(&mut self, out: &mut Vec<Statement>) -> Result<(), Why> {
        if matches!(self.text(), "import" | "from") {
            return self.import(out);
        }
        if self.take("pass") {
            return Ok(());
        }
        let first = self.exprs()?;
        if self.take("+=") {
            out.push(Statement::Add(first, self.exprs()?));
            return Ok(());
        }
        let mut all = vec![first];
        while self.take("=") {
            all.push(self.exprs()?);
        }
        let Some(last) = all.pop() else { return Ok(()) };
        out.push(if all.is_empty() { Statement::Expr(last) } else { Statement::Assign(all, last) });
        Ok(())
    }

    fn import(&mut self, out: &mut Vec<Statement>) -> Result<(), Why> {
        let from = if self.take("from") { Some(self.dotted()?) } else { None };
        self.expect("import")?;
        let brackets = from.is_some() && self.take("(");
        loop {
            let name = self.dotted()?;
            let first = name.split('.').next().unwrap_or_default().to_owned();
            let alias = if self.take("as") { Some(self.name()?) } else { None };
            out.push(match (&from, alias) {
                (Some(module), alias) => Statement::Import(format!("{module}.{name}"), alias.unwrap_or(name)),
                (None, Some(alias)) => Statement::Import(name, alias),
                (None, None) => Statement::Import(first.clone(), first),
            });
            if !self.take(",") {
                return if brackets { self.expect(")") } else { Ok(()) };
            }
        }
    }

    fn dotted(&mut self) -> Result<String, Why> {
        let mut name = self.name()?;
        while self.take(".") {
            name = format!("{name}.{}", self.name()?);
        }
        Ok(name)
    }

    /// An expression, or several separated by commas, which form a list.
    fn exprs(&mut self) -> Result<Expr, Why> {
        let first = self.expr()?;
        if self.text() != "," {
            return Ok(first);
        }
        let mut list = vec![first];
        while self.take(",") {
            if self.is(&Word::Line) || matches!(self.text(), "=" | ")" | ":") {
                break;
            }
            list.push(self.expr()?);
        }
        Ok(Expr::List(list))
    }

    /// The names of a loop.
    fn targets(&mut self) -> Result<Expr, Why> {
        let first = self.postfix()?;
        let mut list = vec![first];
        while self.take(",") {
            list.push(self.postfix()?);
        }
        Ok(if list.len() > 1 { Expr::List(list) } else { list.remove(0) })
    }

    fn expr(&mut self) -> Result<Expr, Why> {
        self.deeper(|p| {
            let value = p.binary(0)?;
            if p.take("if") {
                let condition = p.binary(0)?;
                p.expect("else")?;
                let otherwise = p.expr()?;
                return Ok(Expr::Choice(Box::new(condition), Box::new(value), Box::new(otherwise)));
            }
            Ok(value)
        })
    }

    /// Binary operators, weakest first.
    fn binary(&mut self, level: usize) -> Result<Expr, Why> {
        const LEVELS: [&[&str]; 6] = [
            &["or"],
            &["and"],
            &["==", "!=", "<", ">", "<=", ">=", "in", "is", "not"],
            &["|"],
            &["+", "-"],
            &["*", "/", "%", "//"],
        ];
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        if level == 2 && self.take("not") {
            let inner = self.deeper(|p| p.binary(2))?;
            return Ok(Expr::Not(Box::new(inner)));
        }
        let mut left = self.binary(level + 1)?;
        let mut count = 0;
        while signs.contains(&self.text()) {
            count += 1;
            if count > MAX_CHAIN {
                return Err(Why::limit("length of a python expression"));
            }
            let mut sign = self.text().to_owned();
            self.at += 1;
            if sign == "not" {
                self.expect("in")?;
                "not in".clone_into(&mut sign);
            } else if sign == "is" && self.take("not") {
                "is not".clone_into(&mut sign);
            }
            if level == 2 && count > 1 {
                return Err(not("a comparison of more than two"));
            }
            let right = self.binary(level + 1)?;
            left = Expr::Binary(sign, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Why> {
        if self.text() == "-" {
            let start = self.tokens.get(self.at).map_or(0, |t| t.range.start);
            self.at += 1;
            if !self.is(&Word::Number) {
                return Err(not("a negation"));
            }
            let end = self.tokens.get(self.at).map_or(start, |t| t.range.end);
            self.at += 1;
            return Ok(Expr::Number(self.code.slice(start..end)));
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Result<Expr, Why> {
        let mut value = self.atom()?;
        let mut count = 0;
        loop {
            count += 1;
            if count > MAX_CHAIN {
                return Err(Why::limit("length of a python expression"));
            }
            if self.take(".") {
                let name = self.name()?;
                value = Expr::Attribute(Box::new(value), name);
            } else if self.take("(") {
                let arguments = self.arguments()?;
                value = Expr::Call(Box::new(value), arguments);
            } else if self.take("[") {
                value = self.deeper(|p| p.subscript(value))?;
            } else {
                return Ok(value);
            }
        }
    }

    fn subscript(&mut self, value: Expr) -> Result<Expr, Why> {
        let index = if self.text() == ":" { None } else { Some(self.expr()?) };
        if let Some(index) = index
            && self.take("]")
        {
            return Ok(Expr::Index(Box::new(value), Box::new(index)));
        }
        self.expect(":")?;
        if self.text() != "]" {
            self.expr()?;
        }
        self.expect("]")?;
        Ok(Expr::NotFollowed("a slice"))
    }

    fn arguments(&mut self) -> Result<Vec<Argument>, Why> {
        let mut out = Vec::new();
        while !self.take(")") {
            let named = self.is(&Word::Name)
                && self.tokens.get(self.at + 1).is_some_and(|t| {
                    t.word == Word::Sign && self.code.bytes().get(t.range.clone()) == Some(b"=".as_slice())
                });
            let name = if named { Some(self.name()?) } else { None };
            if named {
                self.expect("=")?;
            }
            let value = self.expr()?;
            out.push((name, self.each(value)?));
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(out)
    }

    /// The rest of a comprehension, if there is one.
    fn each(&mut self, value: Expr) -> Result<Expr, Why> {
        if !self.take("for") {
            return Ok(value);
        }
        self.targets()?;
        self.expect("in")?;
        self.binary(0)?;
        while self.take("if") {
            self.binary(0)?;
        }
        Ok(Expr::NotFollowed("a comprehension"))
    }

    fn atom(&mut self) -> Result<Expr, Why> {
        let Some(token) = self.tokens.get(self.at) else { return Err(not("a program that ends too soon")) };
        let place = self.code.slice(token.range.clone());
        match &token.word {
            Word::Text(_) | Word::Format(_) => {
                let mut parts = Vec::new();
                while let Some(Token { word, .. }) = self.tokens.get(self.at) {
                    match word {
                        Word::Text(text) => parts.push(Expr::Text(text.clone())),
                        Word::Format(pieces) => {
                            for piece in pieces.clone() {
                                parts.push(match piece {
                                    Piece::Text(text) => Expr::Text(text),
                                    Piece::Code(code) => self.deeper(|p| inner(&code, p.depth))?,
                                });
                            }
                        }
                        _ => break,
                    }
                    self.at += 1;
                }
                Ok(match (parts.len(), parts.pop()) {
                    (1, Some(one @ Expr::Text(_))) => one,
                    (_, last) => {
                        parts.extend(last);
                        Expr::Format(parts)
                    }
                })
            }
            Word::Number => {
                self.at += 1;
                Ok(Expr::Number(place))
            }
            Word::Name if KEYWORDS.contains(&self.text()) => Err(not(&format!("`{}`", self.text()))),
            Word::Name => Ok(Expr::Name(self.name()?, place)),
            _ => match self.text() {
                "(" => {
                    self.at += 1;
                    if self.take(")") {
                        return Ok(Expr::List(Vec::new()));
                    }
                    let value = self.exprs()?;
                    let value = self.each(value)?;
                    self.expect(")")?;
                    Ok(value)
                }
                "[" => {
                    self.at += 1;
                    let mut list = Vec::new();
                    while !self.take("]") {
                        let value = self.expr()?;
                        list.push(self.each(value)?);
                        if !self.take(",") {
                            self.expect("]")?;
                            break;
                        }
                    }
                    Ok(Expr::List(list))
                }
                "{" => {
                    self.at += 1;
                    let mut pairs = Vec::new();
                    while !self.take("}") {
                        let key = if self.take("**") { None } else { Some(self.expr()?) };
                        if key.is_some() {
                            self.expect(":")?;
                        }
                        pairs.push((key, self.expr()?));
                        if !self.take(",") {
                            self.expect("}")?;
                            break;
                        }
                    }
                    Ok(Expr::Dict(pairs))
                }
                other => Err(not(&format!("`{other}` where a value was expected"))),
            },
        }
    }
}

/// An expression in a format string.
fn inner(code: &Traced, depth: usize) -> Result<Expr, Why> {
    let tokens = lex(code)?;
    let mut parser = Parser { code, tokens: &tokens, at: 0, depth };
    let value = parser.expr()?;
    if parser.is(&Word::Line) { Ok(value) } else { Err(not("a format string")) }
}
