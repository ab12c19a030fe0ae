//! Runs awk programs.

use std::collections::BTreeMap;

use crate::programs::pattern::Pattern;
use crate::programs::program::{Outcome, Status, lines};
use crate::programs::substitute::{Part, replaced};
use crate::text::{Span, Traced, Why};

use super::parse::{Expr, Rule, Statement, When, pattern};
use super::value::{AwkValue, Known, not, utf8};

/// The most steps of a run.
const MAX_STEPS: usize = 200_000;

/// The most bytes that all lines and fields of a run together may have.
const MAX_WORK: usize = 16 << 20;

/// The longest output, in bytes.
const MAX_OUTPUT: usize = 1 << 20;

/// How many fields a line may have, and the largest width of `printf`.
const MAX_FIELDS: usize = 10_000;

/// What comes after a statement.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Next,
    Exit,
}

/// A program with its variables and the current line.
pub(super) struct AwkRun<'a> {
    rules: &'a [Rule],
    at: Span,
    variables: BTreeMap<String, AwkValue>,
    line: AwkValue,
    /// The fields of the line, split on first use.
    fields: Option<Vec<AwkValue>>,
    out: Traced,
    status: i32,
    steps: usize,
    work: usize,
    /// Patterns that were compiled from texts.
    patterns: BTreeMap<String, Pattern>,
}

impl<'a> AwkRun<'a> {
    pub(super) fn new(rules: &'a [Rule], at: Span) -> Self {
        let text = |(name, text): (&str, &str)| (name.to_owned(), AwkValue::text(Traced::made(text, at)));
        Self {
            rules,
            at,
            variables: [("FS", " "), ("OFS", " "), ("ORS", "\n")].map(text).into(),
            line: AwkValue::unset(),
            fields: None,
            out: Traced::new(),
            status: 0,
            steps: 0,
            work: 0,
            patterns: BTreeMap::new(),
        }
    }

    fn charge(&mut self, bytes: usize) -> Known<()> {
        self.steps += 1;
        self.work = self.work.saturating_add(bytes);
        let over = self.steps > MAX_STEPS || self.work > MAX_WORK;
        if over { Err(Why::Limit("steps of an awk program")) } else { Ok(()) }
    }

    /// True if there are no `BEGIN` and `END` rules.
    pub(super) fn only_lines(&self) -> bool {
        self.rules.iter().all(|rule| matches!(rule.when, When::Line(_)))
    }

    /// Runs the `BEGIN` or the `END` rules.
    fn begin_or_end_rules(&mut self, begin: bool) -> Known<Flow> {
        let which = |when: &When| if begin { matches!(when, When::Begin) } else { matches!(when, When::End) };
        for body in self.rules.iter().filter(|rule| which(&rule.when)).filter_map(|rule| rule.body.as_ref()) {
            if self.block(body)? == Flow::Exit {
                return Ok(Flow::Exit);
            }
        }
        Ok(Flow::On)
    }

    /// Runs the `BEGIN` rules; true if no line is read.
    pub(super) fn begin(&mut self) -> Known<bool> {
        Ok(self.begin_or_end_rules(true)? == Flow::Exit
            || self.rules.iter().all(|rule| matches!(rule.when, When::Begin)))
    }

    /// Runs the program on its input.
    pub(super) fn run(mut self, texts: &[Traced]) -> Known<Outcome> {
        let mut over = false;
        let mut total = 0;
        for text in texts {
            for (n, line) in lines(text).into_iter().enumerate() {
                if over {
                    break;
                }
                self.charge(line.len())?;
                total += 1;
                self.take_line(line);
                self.variables.insert("NR".to_owned(), AwkValue::count(total, self.at));
                self.variables.insert("FNR".to_owned(), AwkValue::count(n + 1, self.at));
                over = self.line_rules()? == Flow::Exit;
            }
        }
        self.begin_or_end_rules(false)?;
        Ok(Outcome { status: Status::Known(self.status), ..Outcome::success(self.out) })
    }

    fn line_rules(&mut self) -> Known<Flow> {
        for rule in self.rules {
            let runs = match &rule.when {
                When::Line(Some(test)) => self.eval(test)?.holds()?,
                When::Line(None) => true,
                When::Begin | When::End => false,
            };
            let flow = match &rule.body {
                _ if !runs => continue,
                None => self.block(&[Statement::Print(Vec::new())])?,
                Some(body) => self.block(body)?,
            };
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn block(&mut self, body: &[Statement]) -> Known<Flow> {
        for statement in body {
            match statement {
                Statement::Expr(expr) => drop(self.eval(expr)?),
                Statement::Print(list) => {
                    let values = self.all(list)?;
                    let texts = values.iter().map(|value| &value.text);
                    let text = Traced::join(texts, &self.variable("OFS").text);
                    self.out.push(if list.is_empty() { &self.line.text } else { &text });
                    let end = self.variable("ORS").text;
                    self.out.push(&end);
                }
                Statement::Printf(list) => {
                    let text = self.formatted(list)?;
                    self.out.push(&text);
                }
                Statement::If(test, then, other) => {
                    let flow = self.eval(test)?.holds()?;
                    let flow = self.block(if flow { then } else { other })?;
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
                Statement::Next => return Ok(Flow::Next),
                Statement::Exit(value) => {
                    if let Some(value) = value {
                        self.status = (self.eval(value)?.as_number()? as i64 & 255) as i32;
                    }
                    return Ok(Flow::Exit);
                }
            }
            if self.out.len() > MAX_OUTPUT {
                return Err(Why::Limit("output of awk"));
            }
        }
        Ok(Flow::On)
    }

    fn all(&mut self, list: &[Expr]) -> Known<Vec<AwkValue>> {
        list.iter().map(|expr| self.eval(expr)).collect()
    }

    /// The output of `printf` for a format and its values: `%s`, `%d` and `%%`, perhaps with a width.
    fn formatted(&mut self, list: &[Expr]) -> Known<Traced> {
        let mut values = self.all(list)?.into_iter();
        let format = values.next().unwrap_or_default();
        let text = format.known()?;
        let mut out = Traced::new();
        let mut at = 0;
        while let Some(length) = text.get(at..).and_then(|rest| rest.find('%')) {
            out.push(&format.text.slice(at..at + length));
            at += length + 1;
            let rest = text.get(at..).unwrap_or_default();
            let size = rest.bytes().take_while(|b| b"-0123456789".contains(b)).count();
            let (size, conversion) = (rest.get(..size).unwrap_or_default(), rest.as_bytes().get(size));
            let value = match conversion {
                Some(b'%') if size.is_empty() => AwkValue::text(format.text.slice(at..at + 1)),
                Some(b's' | b'd' | b'i') => {
                    values.next().ok_or(()).or_else(|()| not("printf of awk without a value"))?
                }
                _ => return not("a format of awk"),
            };
            let value = match conversion {
                Some(b'd' | b'i') => AwkValue::number(value.as_number()?.trunc(), &value.text, self.at).text,
                _ => value.text,
            };
            let left = size.starts_with('-');
            let width = size.trim_start_matches('-').parse().unwrap_or(0);
            if size.trim_start_matches('-').starts_with('0')
                || width > MAX_FIELDS
                || width > 0 && !value.bytes().is_ascii()
            {
                return not("a format of awk");
            }
            let fill = Traced::made(" ".repeat(width.saturating_sub(value.len())), self.at);
            out.push(if left { &value } else { &fill });
            out.push(if left { &fill } else { &value });
            at += size.len() + 1;
        }
        out.push(&format.text.slice(at..text.len()));
        Ok(out)
    }

    fn variable(&self, name: &str) -> AwkValue {
        self.variables.get(name).cloned().unwrap_or_else(AwkValue::unset)
    }

    /// Sets a variable.
    pub(super) fn assign(&mut self, name: &str, value: AwkValue) -> Known<()> {
        match name {
            "NF" | "NR" | "FNR" => return not("a count of awk that is set"),
            // The current line was already split with the old separator.
            "FS" => self.split_line()?,
            _ => {}
        }
        self.variables.insert(name.to_owned(), value);
        Ok(())
    }

    fn compiled(&mut self, text: &str) -> Known<Pattern> {
        if let Some(pattern) = self.patterns.get(text) {
            return Ok(pattern.clone());
        }
        let made = pattern(text)?;
        self.patterns.insert(text.to_owned(), made.clone());
        Ok(made)
    }

    fn take_line(&mut self, line: Traced) {
        self.line = AwkValue::input(line);
        self.fields = None;
    }

    /// Splits the line at separators.
    fn split_line(&mut self) -> Known<()> {
        if self.fields.is_some() {
            return Ok(());
        }
        let (line, separator) = (self.line.clone(), self.variable("FS"));
        self.charge(line.text.len())?;
        let words = line.known()?;
        let mut parts = Vec::new();
        match separator.known()? {
            _ if words.is_empty() => {}
            "" => return not("awk's FS without a text"),
            " " => {
                let mut at = 0;
                for word in words.split([' ', '\t', '\n']) {
                    if !word.is_empty() {
                        parts.push(line.text.slice(at..at + word.len()));
                    }
                    at += word.len() + 1;
                }
            }
            one if one.chars().count() == 1 && one != "\\" => parts = line.text.split(one.as_bytes()),
            regex => {
                let mut done = 0;
                let found = self.compiled(regex)?.all(words)?;
                for found in found.iter().filter_map(|found| found.get(0)).filter(|found| !found.is_empty()) {
                    parts.push(line.text.slice(done..found.start()));
                    done = found.end();
                }
                parts.push(line.text.slice(done..words.len()));
            }
        }
        if parts.len() > MAX_FIELDS {
            return Err(Why::Limit("fields of awk"));
        }
        self.fields = Some(parts.into_iter().map(AwkValue::input).collect());
        Ok(())
    }

    /// The field number that an expression names.
    fn index(&mut self, which: &Expr) -> Known<usize> {
        let n = self.eval(which)?.as_number()?;
        if n < 0.0 {
            return not("this field of awk");
        }
        #[allow(clippy::cast_sign_loss, reason = "it is not below zero")]
        let n = n as usize;
        if n <= MAX_FIELDS { Ok(n) } else { not("this field of awk") }
    }

    /// Assigns a value to a variable or field.
    fn assign_to(&mut self, place: &Expr, value: AwkValue) -> Known<()> {
        let which = match place {
            Expr::Variable(name) => return self.assign(name, value),
            Expr::Field(which) => self.index(which)?,
            _ => return not("this program of awk"),
        };
        if which == 0 {
            self.take_line(value.text);
            return Ok(());
        }
        self.split_line()?;
        let mut fields = self.fields.take().unwrap_or_default();
        fields.resize(which.max(fields.len()), AwkValue::unset());
        if let Some(field) = fields.get_mut(which - 1) {
            *field = value;
        }
        let line = Traced::join(fields.iter().map(|field| &field.text), &self.variable("OFS").text);
        self.charge(line.len())?;
        self.line = AwkValue::input(line);
        self.fields = Some(fields);
        Ok(())
    }

    fn truth(&self, holds: bool) -> AwkValue {
        AwkValue::count(usize::from(holds), self.at)
    }

    fn eval(&mut self, expr: &Expr) -> Known<AwkValue> {
        self.charge(0)?;
        Ok(match expr {
            Expr::Text(text) => AwkValue::text(text.clone()),
            Expr::Number(n, text) => AwkValue::number(*n, text, self.at),
            Expr::Regex(pattern) => {
                let line = self.line.clone();
                self.found(pattern, &line)?
            }
            Expr::Variable(name) if name == "NF" => {
                self.split_line()?;
                AwkValue::count(self.fields.as_ref().map_or(0, Vec::len), self.at)
            }
            Expr::Variable(name) => self.variable(name),
            Expr::Field(which) => match self.index(which)? {
                0 => self.line.clone(),
                n => {
                    self.split_line()?;
                    let field = self.fields.as_ref().and_then(|fields| fields.get(n - 1));
                    field.cloned().unwrap_or_else(AwkValue::unset)
                }
            },
            Expr::Group(list) => match list.as_slice() {
                [inner] => self.eval(inner)?,
                _ => return not("this program of awk"),
            },
            Expr::Not(inner) => {
                let holds = self.eval(inner)?.holds()?;
                self.truth(!holds)
            }
            Expr::Negative(inner) => {
                let value = self.eval(inner)?;
                AwkValue::number(-value.as_number()?, &value.text, self.at)
            }
            Expr::Assign(place, value) => {
                let value = self.eval(value)?;
                self.assign_to(place, value.clone())?;
                value
            }
            Expr::Choice(parts) => {
                let [test, then, other] = parts.as_ref();
                let holds = self.eval(test)?.holds()?;
                self.eval(if holds { then } else { other })?
            }
            Expr::Binary(sign, sides) => {
                let [left, right] = sides.as_ref();
                let left = self.eval(left)?;
                match *sign {
                    "||" if left.holds()? => self.truth(true),
                    "&&" if !left.holds()? => self.truth(false),
                    "||" | "&&" => {
                        let holds = self.eval(right)?.holds()?;
                        self.truth(holds)
                    }
                    "~" | "!~" => {
                        let pattern = self.regex(right)?;
                        let found = self.found(&pattern, &left)?;
                        if *sign == "~" { found } else { self.truth(!found.holds()?) }
                    }
                    operator => {
                        let right = self.eval(right)?;
                        self.binary(operator, &left, &right)?
                    }
                }
            }
            Expr::Call(name, arguments) => self.call(name, arguments)?,
        })
    }

    /// A binary operator.
    fn binary(&mut self, operator: &str, left: &AwkValue, right: &AwkValue) -> Known<AwkValue> {
        if operator == " " {
            self.charge(left.text.len() + right.text.len())?;
            return Ok(AwkValue::text(Traced::join([&left.text, &right.text], &Traced::new())));
        }
        let truth = |holds| Ok(self.truth(holds));
        let arithmetic = |n| {
            let place = if left.text.is_empty() { &right.text } else { &left.text };
            Ok(AwkValue::number(n, place, self.at))
        };
        match operator {
            "==" => truth(left.compare(right)?.is_eq()),
            "!=" => truth(left.compare(right)?.is_ne()),
            "<" => truth(left.compare(right)?.is_lt()),
            "<=" => truth(left.compare(right)?.is_le()),
            ">" => truth(left.compare(right)?.is_gt()),
            ">=" => truth(left.compare(right)?.is_ge()),
            "+" => arithmetic(left.as_number()? + right.as_number()?),
            "-" => arithmetic(left.as_number()? - right.as_number()?),
            "*" => arithmetic(left.as_number()? * right.as_number()?),
            _ if right.as_number()? == 0.0 => not("a division by zero of awk"),
            "/" => arithmetic(left.as_number()? / right.as_number()?),
            _ => arithmetic(left.as_number()? % right.as_number()?),
        }
    }

    /// The pattern that an expression means.
    fn regex(&mut self, expr: &Expr) -> Known<Pattern> {
        match expr {
            Expr::Regex(pattern) => Ok(pattern.clone()),
            Expr::Group(list) if matches!(list.as_slice(), [Expr::Regex(_)]) => not("this program of awk"),
            _ => {
                let value = self.eval(expr)?;
                self.compiled(value.known()?)
            }
        }
    }

    /// Whether a value matches a pattern.
    fn found(&mut self, pattern: &Pattern, value: &AwkValue) -> Known<AwkValue> {
        self.charge(value.text.len())?;
        let found = pattern.find(utf8(&value.text)?);
        if found.as_ref().is_none_or(|range| value.text.slice(range.clone()).has_unknown()) {
            value.known()?;
        }
        Ok(self.truth(found.is_some()))
    }

    /// `int`, `sub` and `gsub`.
    fn call(&mut self, name: &str, arguments: &[Expr]) -> Known<AwkValue> {
        let line = Expr::Field(Box::new(Expr::Number(0.0, Traced::new())));
        let (pattern, with, target) = match (name, arguments) {
            ("int", [value]) => {
                let value = self.eval(value)?;
                return Ok(AwkValue::number(value.as_number()?.trunc(), &value.text, self.at));
            }
            ("sub" | "gsub", [pattern, with]) => (pattern, with, &line),
            ("sub" | "gsub", [pattern, with, target]) => (pattern, with, target),
            _ => return not("a function of awk"),
        };
        let pattern = self.regex(pattern)?;
        let parts = parts(&self.eval(with)?.text);
        let text = self.eval(target)?.text;
        let mut found = pattern.all(utf8(&text)?)?;
        found.truncate(if name == "sub" { 1 } else { usize::MAX });
        for found in found.iter().filter_map(|found| found.get(0)) {
            AwkValue::text(text.slice(found.range())).known()?;
        }
        if !found.is_empty() {
            let new = replaced(&text, &found, &parts, MAX_OUTPUT)?;
            self.charge(new.len())?;
            self.assign_to(target, AwkValue::text(new))?;
        }
        Ok(AwkValue::count(found.len(), self.at))
    }
}

/// The parts of a replacement.
fn parts(with: &Traced) -> Vec<Part> {
    let bytes = with.bytes();
    let (mut at, mut done) = (0, 0);
    let mut out = Vec::new();
    while let Some(byte) = bytes.get(at) {
        let escaped = *byte == b'\\' && (bytes[at..].starts_with(b"\\&") || bytes[at..].starts_with(b"\\\\&"));
        if escaped || *byte == b'&' {
            out.push(Part::Text(with.slice(done..at)));
            done = at + 1;
        }
        if *byte == b'&' {
            out.push(Part::Group(0));
        }
        at += 1 + usize::from(escaped);
    }
    out.push(Part::Text(with.slice(done..with.len())));
    out
}
