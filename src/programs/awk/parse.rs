//! Parses the rules of an awk program.

use crate::programs::pattern::{NoPattern, Pattern, Syntax};
use crate::text::Traced;

use super::value::{Known, not, number_length};

/// How deep expressions and blocks may nest.
const MAX_DEPTH: usize = 32;

/// How many operators and operands a program may have.
const MAX_TERMS: usize = 512;

/// An expression.
pub(super) enum Expr {
    Text(Traced),
    Number(f64, Traced),
    Regex(Pattern),
    Variable(String),
    Field(Box<Expr>),
    /// The contents of parentheses; several only as the list of a `print`.
    Group(Vec<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    /// An operator between two values; a blank concatenates.
    Binary(&'static str, Box<[Expr; 2]>),
    /// The target, and the value.
    Assign(Box<Expr>, Box<Expr>),
    Choice(Box<[Expr; 3]>),
    Call(String, Vec<Expr>),
}

/// A statement.
pub(super) enum Statement {
    Expr(Expr),
    Print(Vec<Expr>),
    Printf(Vec<Expr>),
    If(Expr, Vec<Statement>, Vec<Statement>),
    Next,
    Exit(Option<Expr>),
}

/// When the block of a rule runs.
pub(super) enum When {
    Begin,
    End,
    Line(Option<Expr>),
}

/// A rule; without a block it prints the line.
pub(super) struct Rule {
    pub(super) when: When,
    pub(super) body: Option<Vec<Statement>>,
}

/// All operators and brackets of awk, the longest first.
const OPERATORS: [&str; 44] = [
    "**=", "&&", "||", "==", "!=", "<=", ">=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", ">>", "|&",
    "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", "<", ">", "|", "?", ":", "~", "$", "=",
    "&", "\n",
];

/// The binary operators, lowest precedence first.
const LEVELS: [&[&str]; 7] =
    [&["||"], &["&&"], &["~", "!~"], &["==", "!=", "<=", ">=", "<", ">"], &[" "], &["+", "-"], &["*", "/", "%"]];

/// Names that are not variables of the program, and that are not supported.
const OTHERS: &str = "BEGIN BEGINFILE END ENDFILE break case continue default delete do else exit for func function \
    getline if in next nextfile print printf return switch while and asort asorti atan2 close compl cos exp fflush \
    gensub gsub index int isarray length log lshift match mktime or patsplit rand rshift sin split sprintf sqrt srand \
    strftime strtonum sub substr system systime tolower toupper typeof xor ARGC ARGIND ARGV BINMODE CONVFMT ENVIRON \
    ERRNO FIELDWIDTHS FILENAME FPAT FUNCTAB IGNORECASE LINT OFMT PROCINFO RLENGTH RS RSTART RT SUBSEP SYMTAB TEXTDOMAIN";

/// Parses a program.
pub(super) fn rules(code: &Traced) -> Known<Vec<Rule>> {
    let text = code.known_str().unwrap_or_default();
    let mut parser = AwkParser { code, text, at: 0, depth: 0, terms: 0, prints: false };
    let mut out = Vec::new();
    loop {
        parser.skip(";\n");
        if parser.at >= text.len() {
            return Ok(out);
        }
        out.push(parser.rule()?);
    }
}

/// A pattern of awk.
pub(super) fn pattern(text: &str) -> Known<Pattern> {
    let syntax = Syntax { extended: true, escapes: true, ..Syntax::default() };
    let text = text.replace("\\/", "/").replace("\\\"", "\"");
    Pattern::new(&text, syntax).or_else(|fault| match fault {
        NoPattern::Refused => not("a regular expression that awk refuses"),
        NoPattern::Unknown(why) => Err(why),
    })
}

/// Refuses names that are not variables of the program.
pub(super) fn variable(name: &str) -> Known<()> {
    let other = OTHERS.split_ascii_whitespace().any(|other| other == name);
    if other { not(&format!("awk's {name}")) } else { Ok(()) }
}

/// The text with its escapes resolved.
pub(super) fn unescaped(text: &Traced) -> Known<Traced> {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let (mut done, mut at) = (0, 0);
    while let Some(length) = bytes.iter().skip(at).position(|b| *b == b'\\') {
        at += length;
        out.push(&text.slice(done..at));
        let escape = text.slice(at..at + 2);
        match (escape.bytes(), escape.span()) {
            (b"\\n", Some(span)) => out.push_made(b"\n", span),
            (b"\\t", Some(span)) => out.push_made(b"\t", span),
            (b"\\\"" | b"\\\\" | b"\\/", _) => out.push(&escape.slice(1..2)),
            // In a replacement it is literal.
            (b"\\&", _) => out.push(&escape),
            _ => return not("an escape of awk"),
        }
        at += 2;
        done = at;
    }
    out.push(&text.slice(done..bytes.len()));
    Ok(out)
}

struct AwkParser<'a> {
    code: &'a Traced,
    text: &'a str,
    at: usize,
    depth: usize,
    terms: usize,
    /// A greater-than sign redirects the output.
    prints: bool,
}

impl<'a> AwkParser<'a> {
    /// Skips blanks, comments, and `;` and line ends if requested.
    fn skip(&mut self, ends: &str) {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            self.at += match rest.chars().next() {
                Some(' ' | '\t' | '\r') => 1,
                Some('\\') if rest.starts_with("\\\n") => 2,
                Some('#') => rest.find('\n').unwrap_or(rest.len()),
                Some(c) if ends.contains(c) => 1,
                _ => return,
            };
        }
    }

    fn rest(&mut self) -> &'a str {
        self.skip("");
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The longest operator here.
    fn operator(&mut self) -> &'static str {
        let rest = self.rest();
        OPERATORS.iter().find(|operator| rest.starts_with(**operator)).copied().unwrap_or_default()
    }

    fn take(&mut self, operator: &str) -> bool {
        let found = self.operator() == operator;
        self.at += if found { operator.len() } else { 0 };
        found
    }

    fn expect(&mut self, operator: &str) -> Known<()> {
        if self.take(operator) { Ok(()) } else { self.fault() }
    }

    fn fault<T>(&mut self) -> Known<T> {
        not(match (self.operator(), self.prints) {
            ("|" | "|&", _) => "a pipe of awk",
            (">" | ">>", true) => "a file that awk writes",
            ("[", _) => "an array of awk",
            (",", _) => "a range of lines in awk",
            _ => "this program of awk",
        })
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        if rest.starts_with(|c: char| c.is_ascii_digit()) { "" } else { rest.get(..length).unwrap_or_default() }
    }

    fn key(&mut self, key: &str) -> bool {
        let found = self.word() == key;
        self.at += if found { key.len() } else { 0 };
        found
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Known<T>) -> Known<T> {
        self.terms += 1;
        if self.depth >= MAX_DEPTH || self.terms > MAX_TERMS {
            return not("an awk program of this length");
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    fn rule(&mut self) -> Known<Rule> {
        let when = if self.key("BEGIN") {
            When::Begin
        } else if self.key("END") {
            When::End
        } else if self.operator() == "{" {
            When::Line(None)
        } else {
            When::Line(Some(self.expr()?))
        };
        let body = if self.operator() == "{" { Some(self.block()?) } else { None };
        match (&when, &body) {
            (_, Some(_)) => Ok(Rule { when, body }),
            (When::Line(_), None) if self.ends() => Ok(Rule { when, body }),
            _ => self.fault(),
        }
    }

    /// True where a statement may end.
    fn ends(&mut self) -> bool {
        matches!(self.operator(), ";" | "\n" | "}") || self.rest().is_empty()
    }

    fn block(&mut self) -> Known<Vec<Statement>> {
        self.expect("{")?;
        let mut out = Vec::new();
        loop {
            self.skip(";\n");
            if self.take("}") {
                return Ok(out);
            }
            out.push(self.deeper(Self::statement)?);
        }
    }

    /// The body of a condition: a block, or one statement.
    fn body(&mut self) -> Known<Vec<Statement>> {
        self.skip("\n");
        if self.operator() == "{" {
            return self.block();
        }
        Ok(if self.operator() == ";" { Vec::new() } else { vec![self.deeper(Self::statement)?] })
    }

    fn statement(&mut self) -> Known<Statement> {
        let statement = if self.key("if") {
            self.expect("(")?;
            let test = self.expr()?;
            self.expect(")")?;
            let then = self.body()?;
            let before = self.at;
            self.skip(";\n");
            if !self.key("else") {
                self.at = before;
                return Ok(Statement::If(test, then, Vec::new()));
            }
            return Ok(Statement::If(test, then, self.body()?));
        } else if self.key("printf") {
            Statement::Printf(self.printed()?)
        } else if self.key("print") {
            Statement::Print(self.printed()?)
        } else if self.key("next") {
            Statement::Next
        } else if self.key("exit") {
            Statement::Exit(if self.ends() { None } else { Some(self.expr()?) })
        } else {
            Statement::Expr(self.expr()?)
        };
        if self.ends() { Ok(statement) } else { self.fault() }
    }

    /// The printed values: a list, perhaps in parentheses.
    fn printed(&mut self) -> Known<Vec<Expr>> {
        self.prints = true;
        let mut out = if self.ends() { Vec::new() } else { self.list()? };
        if !self.ends() {
            return self.fault();
        }
        self.prints = false;
        Ok(match out.pop() {
            Some(Expr::Group(list)) if out.is_empty() => list,
            last => out.into_iter().chain(last).collect(),
        })
    }

    /// Expressions with commas between them.
    fn list(&mut self) -> Known<Vec<Expr>> {
        let mut out = vec![self.expr()?];
        while self.take(",") {
            self.skip("\n");
            out.push(self.expr()?);
        }
        Ok(out)
    }

    /// A list in parentheses. Inside, a greater-than sign compares.
    fn group(&mut self) -> Known<Vec<Expr>> {
        self.expect("(")?;
        let outer = std::mem::take(&mut self.prints);
        let out = self.list()?;
        self.expect(")")?;
        self.prints = outer;
        Ok(out)
    }

    fn expr(&mut self) -> Known<Expr> {
        self.deeper(Self::assignment)
    }

    fn assignment(&mut self) -> Known<Expr> {
        let left = self.binary(0)?;
        if self.take("?") {
            let then = self.expr()?;
            self.expect(":")?;
            return Ok(Expr::Choice(Box::new([left, then, self.expr()?])));
        }
        if matches!(left, Expr::Variable(_) | Expr::Field(_)) && self.take("=") {
            return Ok(Expr::Assign(Box::new(left), Box::new(self.expr()?)));
        }
        Ok(left)
    }

    fn binary(&mut self, level: usize) -> Known<Expr> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let here = self.operator();
            let operator = match operators.iter().find(|operator| **operator == here) {
                Some(_) if here == ">" && self.prints => return Ok(left),
                Some(_) if operators.contains(&"~") && matches!(left, Expr::Not(_)) => {
                    return not("a match after `!` in awk");
                }
                Some(operator) => operator,
                None if operators.contains(&" ") && self.begins_value() => " ",
                None => return Ok(left),
            };
            self.at += operator.trim().len();
            if matches!(operator, "&&" | "||") {
                self.skip("\n");
            }
            self.terms += 1;
            left = Expr::Binary(operator, Box::new([left, self.binary(level + 1)?]));
            if operators.contains(&"==") {
                return Ok(left);
            }
        }
    }

    /// True if a value begins here that is concatenated to the one before it.
    fn begins_value(&mut self) -> bool {
        let rest = self.rest();
        rest.starts_with(['"', '$', '(']) || number_length(rest) > 0 || !self.word().is_empty()
    }

    fn unary(&mut self) -> Known<Expr> {
        if self.take("!") {
            return Ok(Expr::Not(Box::new(self.deeper(Self::unary)?)));
        }
        if self.take("-") {
            return Ok(Expr::Negative(Box::new(self.deeper(Self::unary)?)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Known<Expr> {
        let rest = self.rest();
        let length = number_length(rest);
        if length > 0 {
            let value = rest.get(..length).and_then(|digits| digits.parse().ok()).unwrap_or_default();
            self.at += length;
            return Ok(Expr::Number(value, self.code.slice(self.at - length..self.at)));
        }
        match rest.chars().next() {
            Some('"') => {
                let inner = self.quoted('"')?;
                unescaped(&inner).map(Expr::Text)
            }
            Some('/') => Ok(Expr::Regex(pattern(&self.quoted('/')?.to_text())?)),
            Some('$') => {
                self.at += 1;
                Ok(Expr::Field(Box::new(self.deeper(Self::primary)?)))
            }
            Some('(') => Ok(Expr::Group(self.group()?)),
            _ => {
                let name = self.word().to_owned();
                if name.is_empty() {
                    return self.fault();
                }
                self.at += name.len();
                if matches!(name.as_str(), "sub" | "gsub" | "int") && self.operator() == "(" {
                    return Ok(Expr::Call(name, self.group()?));
                }
                variable(&name)?;
                if self.text.get(self.at..).is_some_and(|rest| rest.starts_with('(')) {
                    return not("a function of awk");
                }
                if self.operator() == "[" { self.fault() } else { Ok(Expr::Variable(name)) }
            }
        }
    }

    /// The text between two delimiters, which are skipped; a regular expression may contain a slash in brackets.
    fn quoted(&mut self, mark: char) -> Known<Traced> {
        let start = self.at + 1;
        let (mut escaped, mut brackets) = (false, false);
        for (n, c) in self.text.get(start..).unwrap_or_default().char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => break,
                '[' if mark == '/' => brackets = true,
                ']' if mark == '/' => brackets = false,
                c if c == mark && !brackets => {
                    self.at = start + n + 1;
                    return Ok(self.code.slice(start..start + n));
                }
                _ => {}
            }
        }
        not("this program of awk")
    }
}
