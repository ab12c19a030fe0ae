//! `awk`, as far as it stands in pipes: fields and lines that are chosen, changed with `sub` and `gsub`, and printed.

use crate::text::{Span, Traced, Why};

use super::pattern::{NoPattern, Pattern, Syntax};
use super::{Files, Outcome};

/// The most rules of one program.
const MAX_RULES: usize = 64;

/// The most bytes that all lines and fields of a run together may have.
const MAX_WORK: usize = 16 << 20;

/// The longest output, in bytes.
const MAX_OUTPUT: usize = 1 << 20;

type Done<T> = Result<T, Box<Outcome>>;

enum Test {
    Always,
    Match(Term, Pattern, bool),
    Compare(Term, String, Term),
}

enum Term {
    Field(usize),
    Last,
    Line,
    Fields,
    Text(Traced),
    Number(Traced),
}

enum Action {
    Print(Vec<Vec<Term>>),
    Substitute { all: bool, pattern: Pattern, with: Vec<Option<Traced>>, field: usize },
    Assign(usize, Vec<Term>),
    Next,
    Exit,
}

struct Rule {
    tests: Vec<Test>,
    actions: Vec<Action>,
}

/// Runs `awk` with the arguments `argv` (without the program's name).
pub(super) fn run(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Done<Outcome> {
    let mut separator = " ".to_owned();
    let mut variables: Vec<(String, Traced)> = Vec::new();
    let mut words = argv.iter();
    let mut others = Vec::new();
    while let Some(word) = words.next() {
        let text = if others.is_empty() { super::known(word)? } else { "" };
        if !others.is_empty() || !text.starts_with('-') || text == "-" {
            others.push(word);
            continue;
        }
        let mut next = || words.next().ok_or_else(|| Box::new(Outcome::failed(2)));
        match text {
            "-F" => super::known(next()?)?.clone_into(&mut separator),
            "-v" => {
                let word = next()?;
                let end = word.bytes().iter().position(|b| *b == b'=').ok_or_else(|| Box::new(Outcome::failed(2)))?;
                let name = word.slice(0..end).to_text().into_owned();
                if word.bytes().contains(&b'\\') {
                    return Err(super::not_followed("an escape in a variable of awk", word));
                }
                variables.push((name, word.slice(end + 1..word.len())));
            }
            _ if text.starts_with("-F") => text[2..].clone_into(&mut separator),
            _ => return Err(super::not_followed(&format!("awk's option {text}"), word)),
        }
    }
    let (program, names) = others.split_first().ok_or_else(|| Box::new(Outcome::failed(2)))?;
    for name in ["FS", "OFS", "RS", "ORS"] {
        if let Some((_, value)) = variables.iter().find(|(n, _)| n == name) {
            if name == "FS" {
                super::known(value)?.clone_into(&mut separator);
            } else if name != "OFS" {
                return Err(super::not_followed(&format!("awk's {name}"), value));
            }
        }
    }
    let between = variables.iter().find(|(n, _)| n == "OFS").map_or_else(|| Traced::made(" ", at), |(_, v)| v.clone());
    if separator == "t" {
        "\t".clone_into(&mut separator);
    }
    let separator = match separator.as_str() {
        " " => Separator::Blanks,
        "\\t" => Separator::Text("\t".to_owned()),
        one if one.chars().count() == 1 && one != "\\" => Separator::Text(one.to_owned()),
        regex => Separator::Regex(pattern(regex, program)?),
    };
    let rules = Reader { code: program, text: super::known(program)?, at: 0, variables: &variables }.rules()?;
    let texts = super::inputs(names, stdin, files, 2, at)?;
    let mut run = Run { separator, between, at, out: Traced::new(), work: std::cell::Cell::new(0) };
    let mut number = 0;
    for text in &texts {
        let mut lines = text.split(b"\n");
        if lines.last().is_some_and(Traced::is_empty) {
            lines.pop();
        }
        for line in lines {
            number += 1;
            if !run.line(&rules, line, number)? {
                return Ok(Outcome::success(run.out));
            }
        }
    }
    Ok(Outcome::success(run.out))
}

fn pattern(text: &str, place: &Traced) -> Done<Pattern> {
    let syntax = Syntax { extended: true, escapes: true, ..Syntax::default() };
    let text = text.replace("\\/", "/").replace("\\\"", "\"");
    Pattern::new(&text, syntax).map_err(|fault| match fault {
        NoPattern::Refused => Box::new(Outcome::failed(2)),
        NoPattern::Unknown(why) => Box::new(match place.span() {
            Some(at) => Outcome::unknown(why, at),
            None => Outcome::failed(2),
        }),
    })
}

struct Reader<'a> {
    code: &'a Traced,
    text: &'a str,
    at: usize,
    variables: &'a [(String, Traced)],
}

impl Reader<'_> {
    #[allow(
        clippy::unnecessary_box_returns,
        reason = "it is the error of functions whose errors are boxed for their size"
    )]
    fn not(&self) -> Box<Outcome> {
        super::not_followed("this program of awk", self.code)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n', ';']).len();
    }

    fn take(&mut self, what: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(what);
        self.at += if found { what.len() } else { 0 };
        found
    }

    fn expect(&mut self, what: &str) -> Done<()> {
        if self.take(what) { Ok(()) } else { Err(self.not()) }
    }

    fn rules(mut self) -> Done<Vec<Rule>> {
        let mut out = Vec::new();
        loop {
            self.space();
            if self.rest().is_empty() {
                return Ok(out);
            }
            if out.len() >= MAX_RULES {
                return Err(self.not());
            }
            let mut tests = Vec::new();
            if !self.rest().starts_with('{') {
                loop {
                    tests.push(self.test()?);
                    if !self.take("&&") {
                        break;
                    }
                }
            }
            self.blanks();
            let actions = if self.take("{") { self.block()? } else { vec![Action::Print(Vec::new())] };
            out.push(Rule { tests, actions });
            self.blanks();
            if !self.rest().is_empty()
                && !self.rest().starts_with([';', '\n'])
                && !self.text[..self.at].trim_end().ends_with('}')
            {
                return Err(self.not());
            }
        }
    }

    fn regex(&mut self) -> Done<Pattern> {
        let start = self.at;
        loop {
            match self.rest().chars().next() {
                Some('/') => break,
                Some('\\') => self.at += 1,
                None | Some('\n') => return Err(self.not()),
                _ => {}
            }
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        }
        let body = self.text.get(start..self.at).unwrap_or_default().to_owned();
        self.at += 1;
        pattern(&body, self.code)
    }

    fn test(&mut self) -> Done<Test> {
        self.blanks();
        if self.take("!/") {
            return Ok(Test::Match(Term::Line, self.regex()?, false));
        }
        if self.take("/") {
            return Ok(Test::Match(Term::Line, self.regex()?, true));
        }
        let left = self.term()?;
        self.blanks();
        for sign in ["!~", "~"] {
            if self.take(sign) {
                self.expect("/")?;
                return Ok(Test::Match(left, self.regex()?, sign == "~"));
            }
        }
        for sign in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.take(sign) {
                let right = self.term()?;
                return Ok(Test::Compare(left, sign.to_owned(), right));
            }
        }
        match left {
            Term::Number(text) if text.known_str() == Some("1") => Ok(Test::Always),
            Term::Fields => {
                let place = self.code.span().ok_or_else(|| self.not())?;
                Ok(Test::Compare(Term::Fields, ">".to_owned(), Term::Number(Traced::made("0", place))))
            }
            _ => Err(self.not()),
        }
    }

    fn term(&mut self) -> Done<Term> {
        self.blanks();
        let start = self.at;
        if self.take("$NF") {
            return Ok(Term::Last);
        }
        if self.take("$") {
            return Ok(Term::Field(self.digits()?));
        }
        if self.take("\"") {
            let start = self.at;
            let mut out = Traced::new();
            let mut done = start;
            loop {
                match self.rest().chars().next() {
                    Some('"') => break,
                    Some('\\') => {
                        out.push(&self.code.slice(done..self.at));
                        let place = self.code.slice(self.at..self.at + 2).span().ok_or_else(|| self.not())?;
                        match self.rest().as_bytes().get(1) {
                            Some(b'n') => out.push_made(b"\n", place),
                            Some(b't') => out.push_made(b"\t", place),
                            Some(b'"' | b'\\' | b'/') => out.push(&self.code.slice(self.at + 1..self.at + 2)),
                            // In what replaces a match it stands for itself.
                            Some(b'&') => out.push(&self.code.slice(self.at..self.at + 2)),
                            _ => return Err(self.not()),
                        }
                        self.at += 2;
                        done = self.at;
                    }
                    Some(c) => self.at += c.len_utf8(),
                    None => return Err(self.not()),
                }
            }
            out.push(&self.code.slice(done..self.at));
            self.at += 1;
            return Ok(Term::Text(out));
        }
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            self.digits()?;
            return Ok(Term::Number(self.code.slice(start..self.at)));
        }
        let length = self.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let name = self.rest().get(..length).unwrap_or_default().to_owned();
        self.at += length;
        match name.as_str() {
            "NR" => Ok(Term::Number(Traced::new())),
            "NF" => Ok(Term::Fields),
            _ => match self.variables.iter().find(|(n, _)| *n == name) {
                Some((_, value)) if !self.rest().starts_with('(') => Ok(Term::Text(value.clone())),
                _ => Err(self.not()),
            },
        }
    }

    fn digits(&mut self) -> Done<usize> {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest().get(..length).and_then(|d| d.parse().ok());
        self.at += length;
        number.filter(|n| *n < 1_000_000).ok_or_else(|| self.not())
    }

    /// Terms that stand beside each other, which are one text.
    fn terms(&mut self) -> Done<Vec<Term>> {
        let mut out = vec![self.term()?];
        loop {
            self.blanks();
            if self.rest().is_empty() || self.rest().starts_with([',', ';', '}', ')', '\n']) {
                return Ok(out);
            }
            out.push(self.term()?);
        }
    }

    fn block(&mut self) -> Done<Vec<Action>> {
        let mut out = Vec::new();
        loop {
            self.space();
            if self.take("}") {
                return Ok(out);
            }
            let length = self.rest().bytes().take_while(u8::is_ascii_alphabetic).count();
            let word = self.rest().get(..length).unwrap_or_default().to_owned();
            match word.as_str() {
                "print" => {
                    self.at += length;
                    let mut list = Vec::new();
                    self.blanks();
                    let brackets = self.take("(");
                    while !self.rest().starts_with(['}', ';', '\n', ')']) && !self.rest().is_empty() {
                        list.push(self.terms()?);
                        self.take(",");
                        self.blanks();
                    }
                    if brackets {
                        self.expect(")")?;
                    }
                    out.push(Action::Print(list));
                }
                "sub" | "gsub" => {
                    self.at += length;
                    self.expect("(")?;
                    self.expect("/")?;
                    let pattern = self.regex()?;
                    self.expect(",")?;
                    let with = self.terms()?;
                    let [Term::Text(with)] = with.as_slice() else { return Err(self.not()) };
                    let field = if self.take(",") {
                        self.expect("$")?;
                        self.digits()?
                    } else {
                        0
                    };
                    self.expect(")")?;
                    out.push(Action::Substitute { all: word == "gsub", pattern, with: parts(with), field });
                }
                "next" | "exit" => {
                    self.at += length;
                    out.push(if word == "next" { Action::Next } else { Action::Exit });
                }
                "" if self.rest().starts_with('$') => {
                    self.at += 1;
                    let field = self.digits()?;
                    self.expect("=")?;
                    if self.rest().starts_with('=') {
                        return Err(self.not());
                    }
                    out.push(Action::Assign(field, self.terms()?));
                }
                _ => return Err(self.not()),
            }
            self.blanks();
            if !self.rest().starts_with(['}', ';', '\n']) {
                return Err(self.not());
            }
        }
    }
}

/// What replaces a match: texts, and `None` for the match itself.
fn parts(with: &Traced) -> Vec<Option<Traced>> {
    let bytes = with.bytes();
    let (mut at, mut done) = (0, 0);
    let mut out = Vec::new();
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\\' && bytes.get(at + 1) == Some(&b'&') {
            out.push(Some(with.slice(done..at)));
            done = at + 1;
            at += 1;
        } else if *byte == b'&' {
            out.push(Some(with.slice(done..at)));
            out.push(None);
            done = at + 1;
        }
        at += 1;
    }
    out.push(Some(with.slice(done..with.len())));
    out
}

enum Separator {
    Blanks,
    Text(String),
    Regex(Pattern),
}

struct Run {
    separator: Separator,
    between: Traced,
    at: Span,
    out: Traced,
    work: std::cell::Cell<usize>,
}

impl Run {
    /// Counts the bytes that are worked on.
    fn charge(&self, text: &Traced) -> Done<()> {
        self.work.set(self.work.get().saturating_add(1 + text.len()));
        if self.work.get() > MAX_WORK { Err(self.unknown(Why::Limit("steps of an awk program"))) } else { Ok(()) }
    }

    fn unknown(&self, why: Why) -> Box<Outcome> {
        Box::new(Outcome::unknown(why, self.at))
    }

    /// Nothing of the text may be unknown.
    fn whole(&self, text: &Traced) -> Done<()> {
        match text.first_hole() {
            Some((_, why)) => Err(self.unknown(why.clone())),
            None => Ok(()),
        }
    }

    fn fields(&self, line: &Traced) -> Done<Vec<Traced>> {
        self.whole(line)?;
        self.charge(line)?;
        let bytes = line.bytes();
        Ok(match &self.separator {
            Separator::Text(mark) if line.is_empty() => {
                let _ = mark;
                Vec::new()
            }
            Separator::Text(mark) => line.split(mark.as_bytes()),
            Separator::Blanks => {
                let edge = |n: usize| bytes.get(n).is_none_or(u8::is_ascii_whitespace);
                let starts = (0..bytes.len()).filter(|n| !edge(*n) && (*n == 0 || edge(n - 1)));
                starts.map(|n| line.slice(n..(n..=bytes.len()).find(|e| edge(*e)).unwrap_or(n))).collect()
            }
            Separator::Regex(pattern) => {
                let words = line.as_str().unwrap_or_default();
                let mut out = Vec::new();
                let mut done = 0;
                for found in pattern.all(words).map_err(|why| self.unknown(why))? {
                    let Some(found) = found.get(0).filter(|f| !f.is_empty()) else { continue };
                    out.push(line.slice(done..found.start()));
                    done = found.end();
                }
                out.push(line.slice(done..line.len()));
                out
            }
        })
    }

    fn value(&self, term: &Term, line: &Traced, number: usize) -> Done<Traced> {
        self.charge(line)?;
        Ok(match term {
            Term::Text(text) => text.clone(),
            Term::Number(text) if text.is_empty() => Traced::made(number.to_string(), self.at),
            Term::Number(text) => text.clone(),
            Term::Line | Term::Field(0) => line.clone(),
            Term::Field(n) => self.fields(line)?.get(n - 1).cloned().unwrap_or_default(),
            Term::Last => {
                let fields = self.fields(line)?;
                fields.last().cloned().unwrap_or_default()
            }
            Term::Fields => Traced::made(self.fields(line)?.len().to_string(), self.at),
        })
    }

    fn holds(&self, test: &Test, line: &Traced, number: usize) -> Done<bool> {
        Ok(match test {
            Test::Always => true,
            Test::Match(term, pattern, wanted) => {
                let text = self.value(term, line, number)?;
                let words = text.as_str().ok_or_else(|| super::not_followed("bytes that are not UTF-8", &text))?;
                let found = pattern.find(words);
                if text.has_hole() && found.as_ref().is_none_or(|f| text.slice(f.clone()).has_hole()) {
                    self.whole(&text)?;
                }
                found.is_some() == *wanted
            }
            Test::Compare(left, sign, right) => {
                let (a, b) = (self.value(left, line, number)?, self.value(right, line, number)?);
                self.whole(&a)?;
                self.whole(&b)?;
                let numeric = |term: &Term| !matches!(term, Term::Text(_));
                let parsed = |t: &Traced| t.to_text().trim().parse::<f64>().ok();
                let order = match (parsed(&a), parsed(&b)) {
                    (Some(a), Some(b)) if numeric(left) && numeric(right) => a.partial_cmp(&b),
                    _ => Some(a.bytes().cmp(b.bytes())),
                };
                let Some(order) = order else { return Ok(false) };
                match sign.as_str() {
                    "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                }
            }
        })
    }

    /// Follows the rules on one line; false if the program ends.
    fn line(&mut self, rules: &[Rule], line: Traced, number: usize) -> Done<bool> {
        let mut line = line;
        for rule in rules {
            let mut holds = true;
            for test in &rule.tests {
                holds = holds && self.holds(test, &line, number)?;
            }
            if !holds {
                continue;
            }
            for action in &rule.actions {
                match action {
                    Action::Print(list) => {
                        let mut texts = Vec::new();
                        for terms in list {
                            let mut text = Traced::new();
                            for term in terms {
                                text.push(&self.value(term, &line, number)?);
                            }
                            texts.push(text);
                        }
                        if list.is_empty() {
                            self.out.push(&line);
                        } else {
                            self.out.push(&Traced::join(&texts, &self.between));
                        }
                        self.out.push_made(b"\n", self.at);
                        if self.out.len() > MAX_OUTPUT {
                            return Err(self.unknown(Why::Limit("output of awk")));
                        }
                    }
                    Action::Substitute { all, pattern, with, field } => {
                        let old = self.value(&Term::Field(*field), &line, number)?;
                        let new = self.substituted(&old, pattern, with, *all)?;
                        if new.bytes() != old.bytes() {
                            line = self.assigned(&line, *field, new)?;
                        }
                    }
                    Action::Assign(field, terms) => {
                        let mut text = Traced::new();
                        for term in terms {
                            text.push(&self.value(term, &line, number)?);
                        }
                        line = self.assigned(&line, *field, text)?;
                    }
                    Action::Next => return Ok(true),
                    Action::Exit => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    /// The line with another text in one of its fields: it is put together anew.
    fn assigned(&self, line: &Traced, field: usize, text: Traced) -> Done<Traced> {
        let Some(index) = field.checked_sub(1) else { return Ok(text) };
        let mut fields = self.fields(line)?;
        if index > 1_000 {
            return Err(self.unknown(Why::Limit("fields of awk")));
        }
        while fields.len() <= index {
            fields.push(Traced::new());
        }
        if let Some(place) = fields.get_mut(index) {
            *place = text;
        }
        Ok(Traced::join(&fields, &self.between))
    }

    fn substituted(&self, text: &Traced, pattern: &Pattern, with: &[Option<Traced>], all: bool) -> Done<Traced> {
        let words = text.as_str().ok_or_else(|| super::not_followed("bytes that are not UTF-8", text))?;
        let mut out = Traced::new();
        let mut done = 0;
        let found = pattern.all(words).map_err(|why| self.unknown(why))?;
        for found in found.iter().filter_map(|c| c.get(0)).take(if all { usize::MAX } else { 1 }) {
            out.push(&text.slice(done..found.start()));
            for part in with {
                match part {
                    Some(part) => out.push(part),
                    None => out.push(&text.slice(found.range())),
                }
            }
            done = found.end();
            if out.len() > MAX_OUTPUT {
                return Err(self.unknown(Why::Limit("output of awk")));
            }
        }
        out.push(&text.slice(done..text.len()));
        Ok(out)
    }
}
