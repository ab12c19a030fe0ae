//! Parses the rules of an awk program.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::programs::pattern::{NoPattern, Pattern, Syntax};
use crate::text::Traced;

use super::{AwkValue, Known, not};

/// How deep expressions may nest.
const MAX_DEPTH: usize = 32;

/// How many tokens a program may have.
const MAX_TOKENS: usize = 2_000;

/// An expression.
pub(super) enum Expr {
    Value(AwkValue),
    Regex(Pattern),
    Variable(String),
    Field(Box<Expr>),
    Not(Box<Expr>),
    /// An operator between two values; a blank concatenates, and `=` assigns.
    Binary(&'static str, Box<[Expr; 2]>),
    /// `gsub` rather than `sub`; the pattern, the replacement, and the target.
    Substitute(bool, Box<[Expr; 3]>),
}

/// A statement.
pub(super) enum Statement {
    Expr(Expr),
    Print(Vec<Expr>),
    Printf(Vec<Expr>),
    Next,
    Exit(Option<Expr>),
}

/// When the block of a rule runs.
pub(super) enum When {
    Begin,
    End,
    Line(Expr),
    EveryLine,
}

/// A rule.
pub(super) struct Rule {
    pub(super) when: When,
    pub(super) body: Vec<Statement>,
}

/// The tokens of awk: a text, a regular expression, a number, a name, a sign. Blanks and comments are matched without a group.
static TOKENS: LazyLock<Regex> = LazyLock::new(|| {
    let tokens = r#"(?s)[ \t\r]+|\\\n|#[^\n]*|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<regex>/(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\\[\n])+/)|(?P<number>[0-9][\w.]*)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>&&|\|[|&]|[-+*/%^=!<>]=|!~|\+\+|--|>>|\*\*|.)"#;
    Regex::new(tokens).unwrap_or_else(|_| unreachable!("the pattern never changes"))
});

/// The kinds of tokens.
const KINDS: [&str; 5] = ["text", "regex", "number", "name", "sign"];

/// The binary operators, lowest precedence first. A blank stands for no sign at all.
const LEVELS: [&[&str]; 6] = [&["||"], &["&&"], &["~", "!~"], &["==", "!=", "<=", ">=", "<", ">"], &[" "], &["+", "-"]];

/// The variables that awk itself sets.
const VARIABLES: [&str; 6] = ["FS", "OFS", "ORS", "NF", "NR", "FNR"];

/// Further ones, which are not supported.
const OTHER_VARIABLES: &str = "ARGC ARGIND ARGV BINMODE CONVFMT ENVIRON ERRNO FIELDWIDTHS FILENAME FPAT FUNCTAB \
    IGNORECASE LINT OFMT PROCINFO RLENGTH RS RSTART RT SUBSEP SYMTAB TEXTDOMAIN";

/// Parses a program that is called with these variables.
pub(super) fn rules<'a>(code: &'a Traced, variables: impl Iterator<Item = &'a str>) -> Known<Vec<Rule>> {
    let text = code.known_str().unwrap_or_default();
    let kind =
        |found: &Captures<'_>| KINDS.iter().find_map(|kind| Some(Token { kind, range: found.name(kind)?.range() }));
    let tokens: Vec<_> = TOKENS.captures_iter(text).filter_map(|found| kind(&found)).collect();
    if tokens.len() > MAX_TOKENS {
        return not("an awk program of this length");
    }
    let set = VARIABLES.into_iter().chain(variables).map(str::to_owned).collect();
    let mut parser = AwkParser { code, text, tokens, at: 0, depth: 0, prints: false, set, used: Vec::new() };
    let mut out = Vec::new();
    while !parser.peek().is_empty() {
        if !parser.take(";") && !parser.take("\n") {
            out.push(parser.rule()?);
        }
    }
    // Words of the language and functions are not set either.
    let other = |name: &&String| {
        !parser.set.contains(name) || OTHER_VARIABLES.split_ascii_whitespace().any(|other| other == name.as_str())
    };
    parser.set.iter().chain(&parser.used).find(other).map_or(Ok(out), |name| not(&format!("awk's {name}")))
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

/// The text with its escapes resolved.
pub(super) fn unescaped(text: &Traced) -> Known<Traced> {
    let escapes = [(b'n', "\n"), (b't', "\t"), (b'"', "\""), (b'\\', "\\"), (b'/', "/")];
    text.unescaped(&escapes, false).map_or_else(|| not("an escape of awk"), Ok)
}

struct Token {
    kind: &'static str,
    range: Range<usize>,
}

struct AwkParser<'a> {
    code: &'a Traced,
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// A greater-than sign redirects the output.
    prints: bool,
    /// The names that have a value somewhere in the program, and all that are used.
    set: Vec<String>,
    used: Vec<String>,
}

impl<'a> AwkParser<'a> {
    fn kind(&self) -> &'static str {
        self.tokens.get(self.at).map_or("", |token| token.kind)
    }

    /// The text of the token here; empty at the end.
    fn peek(&self) -> &'a str {
        self.tokens.get(self.at).and_then(|token| self.text.get(token.range.clone())).unwrap_or_default()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Known<()> {
        if self.take(word) { Ok(()) } else { self.fault() }
    }

    fn fault<T>(&self) -> Known<T> {
        not(match self.peek() {
            "|" | "|&" => "a pipe of awk",
            ">" | ">>" => "a file that awk writes",
            "[" => "an array of awk",
            "," => "a range of lines in awk",
            _ => "this program of awk",
        })
    }

    fn rule(&mut self) -> Known<Rule> {
        let when = match self.peek() {
            "BEGIN" => When::Begin,
            "END" => When::End,
            "{" => When::EveryLine,
            _ => When::Line(self.expr()?),
        };
        self.at += usize::from(matches!(when, When::Begin | When::End));
        if matches!(when, When::Line(_)) && self.ends() {
            return Ok(Rule { when, body: vec![Statement::Print(Vec::new())] });
        }
        self.expect("{")?;
        let mut body = Vec::new();
        while !self.take("}") {
            if !self.take(";") && !self.take("\n") {
                body.push(self.statement()?);
            }
        }
        Ok(Rule { when, body })
    }

    /// True where a statement may end.
    fn ends(&self) -> bool {
        matches!(self.peek(), ";" | "\n" | "}" | "")
    }

    fn statement(&mut self) -> Known<Statement> {
        let word = self.peek();
        self.at += usize::from(matches!(word, "print" | "printf" | "next" | "exit"));
        let statement = match word {
            "print" => Statement::Print(self.printed()?),
            "printf" => Statement::Printf(self.printed()?),
            "next" => Statement::Next,
            "exit" if self.ends() => Statement::Exit(None),
            "exit" => Statement::Exit(Some(self.expr()?)),
            _ => Statement::Expr(self.expr()?),
        };
        if self.ends() { Ok(statement) } else { self.fault() }
    }

    /// The printed values: a list, perhaps in parentheses.
    fn printed(&mut self) -> Known<Vec<Expr>> {
        let start = self.at;
        self.prints = true;
        let mut out = Vec::new();
        if self.take("(") {
            out = self.list()?;
            self.expect(")")?;
        }
        if !self.ends() {
            self.at = start;
            out = self.list()?;
        }
        self.prints = false;
        Ok(out)
    }

    /// Expressions with commas between them.
    fn list(&mut self) -> Known<Vec<Expr>> {
        let mut out = vec![self.expr()?];
        while self.take(",") {
            while self.take("\n") {}
            out.push(self.expr()?);
        }
        Ok(out)
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Known<Expr>) -> Known<Expr> {
        if self.depth >= MAX_DEPTH {
            return not("an awk program of this depth");
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    fn expr(&mut self) -> Known<Expr> {
        self.deeper(|parser| {
            let left = parser.binary(0)?;
            if matches!(left, Expr::Variable(_) | Expr::Field(_)) && parser.take("=") {
                if let Expr::Variable(name) = &left {
                    parser.set.push(name.clone());
                }
                return Ok(Expr::Binary("=", Box::new([left, parser.expr()?])));
            }
            Ok(left)
        })
    }

    fn binary(&mut self, level: usize) -> Known<Expr> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let here = self.peek();
            let operator = match operators.iter().find(|operator| **operator == here) {
                Some(&">") if self.prints => return self.fault(),
                Some(&("~" | "!~")) if matches!(left, Expr::Not(_)) => return not("a match after `!` in awk"),
                Some(operator) => operator,
                None if operators.contains(&" ") && self.begins_value() => " ",
                None => return Ok(left),
            };
            self.at += usize::from(operator != " ");
            while matches!(operator, "&&" | "||") && self.take("\n") {}
            left = Expr::Binary(operator, Box::new([left, self.binary(level + 1)?]));
            if operators.contains(&"==") {
                return Ok(left);
            }
        }
    }

    /// True if a value begins here that is concatenated to the one before it.
    fn begins_value(&self) -> bool {
        matches!(self.kind(), "text" | "number" | "name") || matches!(self.peek(), "$" | "(")
    }

    /// A value; what may follow a dollar sign is one too.
    fn unary(&mut self) -> Known<Expr> {
        let (kind, word) = (self.kind(), self.peek());
        let range = self.tokens.get(self.at).map_or(0..0, |token| token.range.clone());
        let inside = || self.code.slice(range.start + 1..range.end - 1);
        Ok(match (kind, word) {
            ("text", _) => {
                let text = unescaped(&inside())?;
                self.at += 1;
                Expr::Value(AwkValue::text(text))
            }
            ("regex", _) => {
                let pattern = pattern(&inside().to_text())?;
                self.at += 1;
                Expr::Regex(pattern)
            }
            // Numbers other than whole ones are printed in another way than they are written.
            ("number", _) if word.parse::<u32>().is_ok_and(|n| n.to_string() == word) => {
                self.at += 1;
                Expr::Value(AwkValue::input(self.code.slice(range)))
            }
            ("sign", "!") => {
                self.at += 1;
                Expr::Not(Box::new(self.deeper(Self::unary)?))
            }
            ("sign", "$") => {
                self.at += 1;
                let which = self.deeper(Self::unary)?;
                Expr::Field(Box::new(if matches!(which, Expr::Not(_)) { return self.fault() } else { which }))
            }
            ("sign", "(") => {
                self.at += 1;
                let inner = self.expr()?;
                self.expect(")")?;
                if matches!(inner, Expr::Regex(_)) { return self.fault() } else { inner }
            }
            ("name", "sub" | "gsub") => {
                self.at += 1;
                self.expect("(")?;
                let mut parts = self.list()?;
                self.expect(")")?;
                if parts.len() == 2 {
                    parts.push(Expr::Field(Box::new(Expr::Value(AwkValue::unset()))));
                }
                let parts: [Expr; 3] = parts.try_into().or_else(|_| not("this call of awk"))?;
                if !matches!(parts[2], Expr::Variable(_) | Expr::Field(_)) {
                    return not("this call of awk");
                }
                Expr::Substitute(word == "gsub", Box::new(parts))
            }
            ("name", _) => {
                self.at += 1;
                self.used.push(word.to_owned());
                if matches!(self.peek(), "(" | "[") {
                    return not(&format!("awk's {word}{}", self.peek()));
                }
                Expr::Variable(word.to_owned())
            }
            _ => return self.fault(),
        })
    }
}
