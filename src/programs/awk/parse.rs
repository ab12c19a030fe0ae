//! The rules of an awk program.

use crate::programs::pattern::{NoPattern, Pattern, Syntax};
use crate::text::{Span, Traced};

use super::lex::{Token, Word, lex};
use super::tree::{Expr, Function, Program, Statement, Target, When};

/// How deep expressions and blocks may nest.
const MAX_DEPTH: usize = 48;

/// How many operators of one kind may follow each other, in all of a program.
const MAX_LINKS: usize = 512;

/// Why a program is not read: what in it is not modelled.
pub(super) type Fault = &'static str;

type Read<T> = Result<T, Fault>;

const SYNTAX: Fault = "this program of awk";

/// Builtin functions.
const FUNCTIONS: [&str; 14] = [
    "length", "substr", "index", "split", "sub", "gsub", "gensub", "match", "sprintf", "tolower", "toupper", "int",
    "close", "fflush",
];

/// Reads a program.
pub(super) fn program(code: &Traced, at: Span) -> Read<Program> {
    let tokens = lex(code, at).ok_or(SYNTAX)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, links: 0, redirect: false };
    let mut out = Program::default();
    loop {
        parser.ends();
        if *parser.word() == Word::End {
            return Ok(out);
        }
        parser.item(&mut out)?;
    }
}

/// A pattern of awk.
pub(super) fn pattern(text: &str) -> Read<Pattern> {
    let syntax = Syntax { extended: true, escapes: true, ..Syntax::default() };
    let text = text.replace("\\/", "/").replace("\\\"", "\"");
    Pattern::new(&text, syntax).map_err(|fault| match fault {
        NoPattern::Refused => "a regular expression that awk refuses",
        NoPattern::Unknown(_) => "this regular expression",
    })
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    links: usize,
    /// A greater-than sign is where the output goes.
    redirect: bool,
}

impl Parser<'_> {
    fn word(&self) -> &Word {
        self.tokens.get(self.at).map_or(&Word::End, |t| &t.word)
    }

    fn text(&self) -> Traced {
        self.tokens.get(self.at).map(|t| t.text.clone()).unwrap_or_default()
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.word(), Word::Sign(s) if *s == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Read<()> {
        if self.take(sign) { Ok(()) } else { Err(SYNTAX) }
    }

    fn key(&mut self, key: &str) -> bool {
        let found = matches!(self.word(), Word::Name(n) | Word::Call(n) if n == key);
        self.at += usize::from(found);
        found
    }

    fn lines(&mut self) {
        while *self.word() == Word::Line {
            self.at += 1;
        }
    }

    fn ends(&mut self) {
        while *self.word() == Word::Line || self.is(";") {
            self.at += 1;
        }
    }

    fn name(&mut self) -> Read<String> {
        let Word::Name(name) = self.word() else { return Err(SYNTAX) };
        let name = name.clone();
        self.at += 1;
        Ok(name)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            return Err("an awk program that nests as deep");
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    /// Counts an operator that follows another one.
    fn link(&mut self) -> Read<()> {
        self.links += 1;
        if self.links > MAX_LINKS { Err("an awk program that is as long") } else { Ok(()) }
    }

    fn item(&mut self, out: &mut Program) -> Read<()> {
        if self.key("function") || self.key("func") {
            let (Word::Name(name) | Word::Call(name)) = self.word() else { return Err(SYNTAX) };
            let name = name.clone();
            self.at += 1;
            self.expect("(")?;
            let mut parameters = Vec::new();
            while !self.take(")") {
                parameters.push(self.name()?);
                self.take(",");
                self.lines();
            }
            self.lines();
            let body = self.block()?;
            out.functions.insert(name, Function { parameters, body });
            return Ok(());
        }
        let when = if self.key("BEGIN") {
            When::Begin
        } else if self.key("END") {
            When::End
        } else if self.is("{") {
            When::Always
        } else {
            let first = self.expr()?;
            if self.take(",") {
                self.lines();
                When::Range(first, self.expr()?)
            } else {
                When::If(first)
            }
        };
        let body = if self.is("{") { Some(self.block()?) } else { None };
        if body.is_none() && matches!(when, When::Begin | When::End) {
            return Err(SYNTAX);
        }
        if body.is_none() && !matches!(self.word(), Word::Line | Word::End) && !self.is(";") {
            return Err(SYNTAX);
        }
        out.rules.push((when, body));
        Ok(())
    }

    fn block(&mut self) -> Read<Vec<Statement>> {
        self.expect("{")?;
        let mut out = Vec::new();
        loop {
            self.ends();
            if self.take("}") {
                return Ok(out);
            }
            out.push(self.deeper(Self::statement)?);
        }
    }

    /// What follows a condition: a block, or one statement.
    fn body(&mut self) -> Read<Vec<Statement>> {
        self.lines();
        if self.is("{") {
            return self.block();
        }
        if self.take(";") {
            return Ok(Vec::new());
        }
        Ok(vec![self.deeper(Self::statement)?])
    }

    fn condition(&mut self) -> Read<Expr> {
        self.expect("(")?;
        let out = self.expr()?;
        self.expect(")")?;
        Ok(out)
    }

    fn statement(&mut self) -> Read<Statement> {
        if self.is("{") {
            let body = self.block()?;
            return Ok(Statement::If(Expr::Number(1.0, Traced::new()), body, Vec::new()));
        }
        if self.key("if") {
            let test = self.condition()?;
            let then = self.body()?;
            let before = self.at;
            self.ends();
            if self.key("else") {
                return Ok(Statement::If(test, then, self.body()?));
            }
            self.at = before;
            return Ok(Statement::If(test, then, Vec::new()));
        }
        if self.key("while") {
            let test = self.condition()?;
            return Ok(Statement::While(test, self.body()?));
        }
        if self.key("do") {
            let body = self.body()?;
            self.ends();
            if !self.key("while") {
                return Err(SYNTAX);
            }
            let test = self.condition()?;
            self.end()?;
            return Ok(Statement::Do(body, test));
        }
        if self.key("for") {
            return self.repeat();
        }
        let out = self.simple()?;
        self.end()?;
        Ok(out)
    }

    /// The end of a simple statement.
    fn end(&mut self) -> Read<()> {
        if *self.word() == Word::Line || self.is(";") {
            self.at += 1;
            return Ok(());
        }
        if self.is("}") || *self.word() == Word::End { Ok(()) } else { Err(SYNTAX) }
    }

    fn repeat(&mut self) -> Read<Statement> {
        self.expect("(")?;
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        if let [
            Token { word: Word::Name(name), .. },
            Token { word: Word::Name(of), .. },
            Token { word: Word::Name(array), .. },
            Token { word: Word::Sign(")"), .. },
            ..,
        ] = rest
            && of == "in"
        {
            let (name, array) = (name.clone(), array.clone());
            self.at += 4;
            return Ok(Statement::Each(name, array, self.body()?));
        }
        let first = if self.is(";") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(";")?;
        self.lines();
        let test = if self.is(";") { None } else { Some(self.expr()?) };
        self.expect(";")?;
        self.lines();
        let step = if self.is(")") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(")")?;
        Ok(Statement::For(first, test, step, self.body()?))
    }

    fn simple(&mut self) -> Read<Statement> {
        for (key, formatted) in [("print", false), ("printf", true)] {
            if self.key(key) {
                let list = self.printed()?;
                let target = self.target()?;
                return Ok(if formatted { Statement::Printf(list, target) } else { Statement::Print(list, target) });
            }
        }
        let over = |p: &Self| *p.word() == Word::Line || *p.word() == Word::End || p.is(";") || p.is("}");
        if self.key("delete") {
            let (Word::Name(name) | Word::Call(name)) = self.word() else { return Err(SYNTAX) };
            let name = name.clone();
            self.at += 1;
            let keys = if self.take("[") { self.list("]")? } else { Vec::new() };
            return Ok(Statement::Delete(name, keys));
        }
        for key in ["exit", "return"] {
            if self.key(key) {
                let value = if over(self) { None } else { Some(self.expr()?) };
                return Ok(if key == "exit" { Statement::Exit(value) } else { Statement::Return(value) });
            }
        }
        for (key, out) in [("next", Statement::Next), ("break", Statement::Break), ("continue", Statement::Continue)] {
            if self.key(key) {
                return Ok(out);
            }
        }
        Ok(Statement::Expr(self.expr()?))
    }

    /// What is printed: a list, perhaps in parentheses.
    fn printed(&mut self) -> Read<Vec<Expr>> {
        let over = |p: &Self| {
            matches!(p.word(), Word::Line | Word::End) || [";", "}", ">", ">>", "|", "|&"].iter().any(|s| p.is(s))
        };
        if over(self) {
            return Ok(Vec::new());
        }
        let before = self.at;
        if self.take("(")
            && let Ok(list) = self.list(")")
            && over(self)
        {
            return Ok(list);
        }
        self.at = before;
        let outer = std::mem::replace(&mut self.redirect, true);
        let mut out = vec![self.expr()?];
        while self.take(",") {
            self.lines();
            out.push(self.expr()?);
        }
        self.redirect = outer;
        Ok(out)
    }

    fn target(&mut self) -> Read<Target> {
        if self.is("|") || self.is("|&") {
            return Err("a pipe of awk");
        }
        let append = self.is(">>");
        if !append && !self.is(">") {
            return Ok(Target::Output);
        }
        self.at += 1;
        let outer = std::mem::replace(&mut self.redirect, true);
        let path = self.deeper(Self::sum)?;
        self.redirect = outer;
        Ok(if append { Target::Append(path) } else { Target::File(path) })
    }

    /// Expressions up to a bracket, which is taken. Inside, a greater-than sign compares.
    fn list(&mut self, close: &str) -> Read<Vec<Expr>> {
        let outer = std::mem::replace(&mut self.redirect, false);
        let mut out = Vec::new();
        self.lines();
        while !self.take(close) {
            out.push(self.expr()?);
            self.lines();
            if !self.take(",") && !self.is(close) {
                return Err(SYNTAX);
            }
            self.lines();
        }
        self.redirect = outer;
        Ok(out)
    }

    fn expr(&mut self) -> Read<Expr> {
        self.deeper(Self::assignment)
    }

    fn assignment(&mut self) -> Read<Expr> {
        let left = self.choice()?;
        for (sign, operator) in [
            ("=", None),
            ("+=", Some('+')),
            ("-=", Some('-')),
            ("*=", Some('*')),
            ("/=", Some('/')),
            ("%=", Some('%')),
            ("^=", Some('^')),
            ("**=", Some('^')),
        ] {
            if self.is(sign) {
                if !matches!(left, Expr::Variable(_) | Expr::Field(_) | Expr::Element(..)) {
                    return Err(SYNTAX);
                }
                self.at += 1;
                self.lines();
                let right = self.expr()?;
                return Ok(Expr::Assign(Box::new(left), operator, Box::new(right)));
            }
        }
        Ok(left)
    }

    fn choice(&mut self) -> Read<Expr> {
        let test = self.or()?;
        if !self.take("?") {
            return Ok(test);
        }
        self.lines();
        let then = self.expr()?;
        self.lines();
        self.expect(":")?;
        self.lines();
        let other = self.expr()?;
        Ok(Expr::Choice(Box::new(test), Box::new(then), Box::new(other)))
    }

    fn or(&mut self) -> Read<Expr> {
        let mut left = self.and()?;
        while self.take("||") {
            self.link()?;
            self.lines();
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Read<Expr> {
        let mut left = self.member()?;
        while self.take("&&") {
            self.link()?;
            self.lines();
            left = Expr::And(Box::new(left), Box::new(self.member()?));
        }
        Ok(left)
    }

    fn member(&mut self) -> Read<Expr> {
        let mut left = self.matching()?;
        while self.key("in") {
            self.link()?;
            left = Expr::In(vec![left], self.name()?);
        }
        Ok(left)
    }

    fn matching(&mut self) -> Read<Expr> {
        let mut left = self.comparison()?;
        loop {
            let wanted = self.is("~");
            if !wanted && !self.is("!~") {
                return Ok(left);
            }
            if matches!(left, Expr::Not(_)) {
                return Err("a match after `!` in awk");
            }
            self.at += 1;
            self.link()?;
            let right = self.comparison()?;
            left = Expr::Match(Box::new(left), Box::new(right), wanted);
        }
    }

    fn comparison(&mut self) -> Read<Expr> {
        let left = self.joined()?;
        for sign in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.is(sign) && !(sign == ">" && self.redirect) {
                self.at += 1;
                let right = self.joined()?;
                return Ok(Expr::Compare(Box::new(left), sign, Box::new(right)));
            }
        }
        Ok(left)
    }

    fn joined(&mut self) -> Read<Expr> {
        let mut left = self.sum()?;
        while self.begins_value() {
            self.link()?;
            left = Expr::Join(Box::new(left), Box::new(self.sum()?));
        }
        Ok(left)
    }

    /// True if a value begins here that is joined to the one before it.
    fn begins_value(&self) -> bool {
        match self.word() {
            Word::Number(_) | Word::Text | Word::Call(_) => true,
            Word::Name(name) => name != "in" && name != "getline",
            Word::Sign(sign) => matches!(*sign, "$" | "(" | "!" | "++" | "--"),
            _ => false,
        }
    }

    fn sum(&mut self) -> Read<Expr> {
        let mut left = self.product()?;
        loop {
            let operator = if self.take("+") {
                '+'
            } else if self.take("-") {
                '-'
            } else {
                return Ok(left);
            };
            self.link()?;
            left = Expr::Arithmetic(Box::new(left), operator, Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Read<Expr> {
        let mut left = self.unary()?;
        loop {
            let operator = match self.word() {
                Word::Sign("*") => '*',
                Word::Sign("/") => '/',
                Word::Sign("%") => '%',
                _ => return Ok(left),
            };
            self.at += 1;
            self.link()?;
            left = Expr::Arithmetic(Box::new(left), operator, Box::new(self.unary()?));
        }
    }

    fn unary(&mut self) -> Read<Expr> {
        if self.take("!") {
            return Ok(Expr::Not(Box::new(self.deeper(Self::unary)?)));
        }
        if self.take("-") {
            return Ok(Expr::Negative(Box::new(self.deeper(Self::unary)?)));
        }
        if self.take("+") {
            return Ok(Expr::Positive(Box::new(self.deeper(Self::unary)?)));
        }
        let base = self.postfix()?;
        if self.take("^") || self.take("**") {
            let power = self.deeper(Self::unary)?;
            return Ok(Expr::Arithmetic(Box::new(base), '^', Box::new(power)));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Read<Expr> {
        for (sign, step) in [("++", 1.0), ("--", -1.0)] {
            if self.take(sign) {
                let base = self.primary()?;
                return Ok(Expr::Step(Box::new(base), step, false));
            }
        }
        let base = self.primary()?;
        if matches!(base, Expr::Variable(_) | Expr::Field(_) | Expr::Element(..)) {
            for (sign, step) in [("++", 1.0), ("--", -1.0)] {
                if self.take(sign) {
                    return Ok(Expr::Step(Box::new(base), step, true));
                }
            }
        }
        Ok(base)
    }

    fn primary(&mut self) -> Read<Expr> {
        let word = self.word().clone();
        let text = self.text();
        self.at += 1;
        match word {
            Word::Number(n) => Ok(Expr::Number(n, text)),
            Word::Text => Ok(Expr::Text(text)),
            Word::Regex(body) => Ok(Expr::Regex(pattern(&body)?)),
            Word::Sign("$") => {
                if self.take("++") || self.take("--") {
                    return Err(SYNTAX);
                }
                let which = if self.take("-") {
                    Expr::Negative(Box::new(self.deeper(Self::primary)?))
                } else {
                    self.deeper(Self::primary)?
                };
                Ok(Expr::Field(Box::new(which)))
            }
            Word::Sign("(") => {
                let mut list = self.deeper(|p| p.list(")"))?;
                if list.len() == 1 {
                    let inner = list.remove(0);
                    // In parentheses it is a value, never a place or the left side of a match.
                    return Ok(match inner {
                        Expr::Not(_) => Expr::Join(Box::new(inner), Box::new(Expr::Text(Traced::new()))),
                        inner => inner,
                    });
                }
                if list.is_empty() || !self.key("in") {
                    return Err(SYNTAX);
                }
                Ok(Expr::In(list, self.name()?))
            }
            Word::Name(name) if name == "getline" => Err("getline of awk"),
            Word::Name(name) if name == "length" => Ok(Expr::Call(name, Vec::new())),
            Word::Name(name) => {
                if self.take("[") {
                    return Ok(Expr::Element(name, self.deeper(|p| p.list("]"))?));
                }
                Ok(Expr::Variable(name))
            }
            Word::Call(name) if FUNCTIONS.contains(&name.as_str()) || !is_builtin(&name) => {
                self.expect("(")?;
                Ok(Expr::Call(name, self.deeper(|p| p.list(")"))?))
            }
            Word::Call(_) => Err("a function of awk"),
            _ => Err(SYNTAX),
        }
    }
}

/// Builtin functions that are not modelled.
fn is_builtin(name: &str) -> bool {
    const OTHERS: [&str; 18] = [
        "system", "rand", "srand", "sqrt", "exp", "log", "sin", "cos", "atan2", "strftime", "systime", "mktime",
        "asort", "asorti", "strtonum", "and", "or", "getline",
    ];
    OTHERS.contains(&name)
}
