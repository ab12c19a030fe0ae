//! Parses awk programs.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::programs::pattern::{NoPattern, Pattern, Syntax};
use crate::text::Traced;

use super::value::{AwkValue, Known, not};

/// How many tokens a program may have.
const MAX_TOKENS: usize = 2_000;

/// A part of a value. The parts of a value are written one after the other.
pub(super) enum Part {
    Value(AwkValue),
    Variable(String),
    /// A field by its number; 0 is the line.
    Field(usize),
    /// So many fields before the last one.
    BeforeLast(usize),
}

/// What a test asks.
pub(super) enum Question {
    Matches(Vec<Part>, Pattern),
    /// The two values, and the operator.
    Compares(Vec<Part>, Vec<Part>, String),
    /// Neither zero nor empty.
    Holds(Vec<Part>),
}

/// A question, and whether the answer must be no.
pub(super) type Test = (Question, bool);

/// A statement.
pub(super) enum Statement {
    Print(Vec<Part>),
    Assign(Part, Vec<Part>),
    /// `gsub` rather than `sub`; the pattern, the replacement, and where.
    Substitute(bool, Pattern, Vec<Part>, Part),
    Next,
    Exit,
}

/// What a program does before the first line, for each line, and after the last one.
#[derive(Default)]
pub(super) struct Program {
    pub(super) begin: Vec<Statement>,
    /// Tests, of which all in one of the lists must hold, and what is done then.
    pub(super) lines: Vec<(Vec<Vec<Test>>, Vec<Statement>)>,
    pub(super) end: Vec<Statement>,
}

/// The tokens of awk in a group; blanks and comments without one.
static TOKENS: LazyLock<Regex> = LazyLock::new(|| {
    let tokens = r#"(?s)[ \t\r]+|\\\n|#[^\n]*|("(?:[^"\\\n]|\\.)*"|/(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\\[\n])+/|[0-9][\w.]*|[A-Za-z_][A-Za-z0-9_]*|&&|\|[|&]|[-+*/%^=!<>]=|!~|\+\+|--|>>|.)"#;
    Regex::new(tokens).unwrap_or_else(|_| unreachable!("the pattern never changes"))
});

/// The variables that have a value in every program.
const VARIABLES: [&str; 6] = ["FS", "OFS", "ORS", "NF", "NR", "FNR"];

/// Variables that change how awk works in ways that are not supported.
const OTHER_VARIABLES: [&str; 12] = [
    "BINMODE",
    "CONVFMT",
    "FIELDWIDTHS",
    "FPAT",
    "IGNORECASE",
    "OFMT",
    "RLENGTH",
    "RS",
    "RSTART",
    "RT",
    "SUBSEP",
    "LINT",
];

/// Parses a program that is called with these variables.
pub(super) fn program<'a>(code: &'a Traced, variables: impl Iterator<Item = &'a str>) -> Known<Program> {
    let text = code.known_str().unwrap_or_default();
    let is_code =
        |found: &regex::Match<'_>| !found.as_str().starts_with([' ', '\t', '\r', '#']) && found.as_str() != "\\\n";
    let tokens: Vec<_> = TOKENS.find_iter(text).filter(is_code).map(|found| found.range()).collect();
    if tokens.len() > MAX_TOKENS {
        return not("an awk program of this length");
    }
    let set = VARIABLES.into_iter().chain(variables).map(str::to_owned).collect();
    let mut parser = AwkParser { code, text, tokens, at: 0, set, used: Vec::new() };
    let mut out = Program::default();
    while !parser.peek().is_empty() {
        if !parser.take(";") && !parser.take("\n") {
            parser.rule(&mut out)?;
        }
    }
    // Words of the language and functions are not set either.
    let other = |name: &&String| !parser.set.contains(name) || OTHER_VARIABLES.contains(&name.as_str());
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

struct AwkParser<'a> {
    code: &'a Traced,
    text: &'a str,
    tokens: Vec<Range<usize>>,
    at: usize,
    /// The names that have a value somewhere in the program, and all that are used.
    set: Vec<String>,
    used: Vec<String>,
}

impl<'a> AwkParser<'a> {
    /// The token here; empty at the end.
    fn peek(&self) -> &'a str {
        self.tokens.get(self.at).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
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
            "," => "a range of lines in awk",
            _ => "this program of awk",
        })
    }

    fn rule(&mut self, program: &mut Program) -> Known<()> {
        if self.take("BEGIN") {
            program.begin.append(&mut self.block()?);
        } else if self.take("END") {
            program.end.append(&mut self.block()?);
        } else {
            let tests = if self.peek() == "{" { vec![Vec::new()] } else { self.tests()? };
            program.lines.push((tests, if self.ends() { vec![self.printed()?] } else { self.block()? }));
        }
        Ok(())
    }

    fn tests(&mut self) -> Known<Vec<Vec<Test>>> {
        let mut out = vec![vec![self.test()?]];
        loop {
            let either = self.take("||");
            if !either && !self.take("&&") {
                return Ok(out);
            }
            while self.take("\n") {}
            let test = self.test()?;
            match out.last_mut().filter(|_| !either) {
                Some(all) => all.push(test),
                None => out.push(vec![test]),
            }
        }
    }

    fn test(&mut self) -> Known<Test> {
        let negated = self.take("!");
        if self.peek().len() > 1 && self.peek().starts_with('/') {
            return Ok((Question::Matches(vec![Part::Field(0)], self.pattern()?), negated));
        }
        let value = self.value()?;
        let sign = self.peek();
        Ok(match sign {
            // The exclamation mark would belong to the first value only.
            "~" | "!~" | "==" | "!=" | "<" | "<=" | ">" | ">=" if negated => return self.fault(),
            "~" | "!~" => {
                self.at += 1;
                (Question::Matches(value, self.pattern()?), sign == "!~")
            }
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                self.at += 1;
                (Question::Compares(value, self.value()?, sign.to_owned()), false)
            }
            _ => (Question::Holds(value), negated),
        })
    }

    /// A regular expression, or a text that is one.
    fn pattern(&mut self) -> Known<Pattern> {
        let token = self.peek();
        match token.as_bytes() {
            [b'/', .., b'/'] => {
                self.at += 1;
                pattern(token.get(1..token.len() - 1).unwrap_or_default())
            }
            [b'"', ..] => pattern(&unescaped(&self.inside())?.to_text()),
            _ => not("a pattern of awk that is not written in the program"),
        }
    }

    /// The text in quotes here, which is skipped.
    fn inside(&mut self) -> Traced {
        let range = self.tokens.get(self.at).map_or(0..0, |range| range.start + 1..range.end - 1);
        self.at += 1;
        self.code.slice(range)
    }

    /// True where a statement may end.
    fn ends(&self) -> bool {
        matches!(self.peek(), ";" | "\n" | "}" | "")
    }

    fn block(&mut self) -> Known<Vec<Statement>> {
        self.expect("{")?;
        let mut out = Vec::new();
        while !self.take("}") {
            if !self.take(";") && !self.take("\n") {
                out.push(self.statement()?);
                if !self.ends() {
                    return self.fault();
                }
            }
        }
        Ok(out)
    }

    fn statement(&mut self) -> Known<Statement> {
        Ok(if self.take("print") {
            self.printed()?
        } else if self.take("printf") {
            self.formatted()?
        } else if self.take("next") {
            Statement::Next
        } else if self.take("exit") {
            Statement::Exit
        } else if matches!(self.peek(), "sub" | "gsub") {
            let all = self.take("gsub") || !self.take("sub");
            self.expect("(")?;
            let pattern = self.pattern()?;
            self.expect(",")?;
            let with = self.value()?;
            let place = if self.take(",") { self.place()? } else { Part::Field(0) };
            self.expect(")")?;
            Statement::Substitute(all, pattern, with, place)
        } else {
            let place = self.place()?;
            self.expect("=")?;
            Statement::Assign(place, self.value()?)
        })
    }

    /// What can be assigned to.
    fn place(&mut self) -> Known<Part> {
        let place = self.part()?;
        match &place {
            Part::Value(_) => return self.fault(),
            Part::Variable(name) if matches!(name.as_str(), "NF" | "NR" | "FNR") => {
                return not("a count of awk that is set");
            }
            Part::Variable(name) => self.set.push(name.clone()),
            _ => {}
        }
        Ok(place)
    }

    /// What `print` writes, with the separators.
    fn printed(&mut self) -> Known<Statement> {
        let mut out = Vec::new();
        for value in self.list()? {
            out.extend((!out.is_empty()).then(|| Part::Variable("OFS".to_owned())));
            out.extend(value);
        }
        if out.is_empty() {
            out.push(Part::Field(0));
        }
        out.push(Part::Variable("ORS".to_owned()));
        Ok(Statement::Print(out))
    }

    /// What `printf` writes: a format with `%s`, and its values.
    fn formatted(&mut self) -> Known<Statement> {
        let mut values = self.list()?.into_iter();
        let format = values.next().unwrap_or_default();
        let [Part::Value(format)] = format.as_slice() else { return not("this printf of awk") };
        let mut out = Vec::new();
        for (n, part) in format.text.split(b"%").into_iter().enumerate() {
            if n > 0 {
                let Some(value) = values.next().filter(|_| part.bytes().starts_with(b"s")) else {
                    return not("a format of awk");
                };
                out.extend(value);
            }
            out.push(Part::Value(AwkValue::text(part.slice(usize::from(n > 0)..part.len()))));
        }
        Ok(Statement::Print(out))
    }

    /// Values with commas between them, perhaps in parentheses.
    fn list(&mut self) -> Known<Vec<Vec<Part>>> {
        let brackets = self.take("(");
        let mut out = Vec::new();
        if brackets || !self.ends() {
            out.push(self.value()?);
        }
        while self.take(",") {
            while self.take("\n") {}
            out.push(self.value()?);
        }
        if brackets {
            self.expect(")")?;
        }
        Ok(out)
    }

    fn value(&mut self) -> Known<Vec<Part>> {
        let mut out = vec![self.part()?];
        while self.peek().starts_with(|c: char| c.is_ascii_alphanumeric() || "\"_$".contains(c)) {
            out.push(self.part()?);
        }
        Ok(out)
    }

    fn part(&mut self) -> Known<Part> {
        let token = self.peek();
        if token.starts_with('"') {
            return Ok(Part::Value(AwkValue::text(unescaped(&self.inside())?)));
        }
        self.at += 1;
        if token == "$" {
            let brackets = self.take("(");
            let mut part = match self.part()? {
                Part::Value(AwkValue { text, number: Some(_) }) => Part::Field(text.to_text().parse().unwrap_or(0)),
                Part::Variable(name) if name == "NF" => Part::BeforeLast(0),
                _ => return not("this field of awk"),
            };
            if brackets && self.take("-") {
                part = match (part, self.part()?) {
                    (Part::BeforeLast(_), Part::Value(AwkValue { text, .. })) => {
                        Part::BeforeLast(text.to_text().parse().or_else(|_| not("this field of awk"))?)
                    }
                    _ => return not("this field of awk"),
                };
            }
            if brackets {
                self.expect(")")?;
            }
            return Ok(part);
        }
        match token.as_bytes().first() {
            // Numbers other than whole ones are printed in another way than they are written.
            Some(b'0'..=b'9') if token.parse::<u32>().is_ok_and(|n| n.to_string() == token) => {
                let range = self.tokens.get(self.at - 1).cloned().unwrap_or_default();
                Ok(Part::Value(AwkValue::input(self.code.slice(range))))
            }
            Some(b'A'..=b'Z' | b'a'..=b'z' | b'_') if matches!(self.peek(), "(" | "[") => {
                not(&format!("awk's {token}{}", self.peek()))
            }
            Some(b'A'..=b'Z' | b'a'..=b'z' | b'_') => {
                self.used.push(token.to_owned());
                Ok(Part::Variable(token.to_owned()))
            }
            _ => {
                self.at -= 1;
                self.fault()
            }
        }
    }
}
