//! Runs awk programs.

use std::collections::BTreeMap;

use crate::programs::pattern::Pattern;
use crate::programs::program::{Outcome, Status, lines};
use crate::programs::substitute::{Part, replaced};
use crate::text::{Span, Traced, Why};

use super::parse::{Expr, Rule, Statement, When, pattern};
use super::{AwkValue, Known, not};

/// The most steps of a run.
const MAX_STEPS: usize = 200_000;

/// The most bytes that all lines and fields of a run together may have.
const MAX_WORK: usize = 16 << 20;

/// The longest output, in bytes.
const MAX_OUTPUT: usize = 1 << 20;

/// How many fields a line may have.
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
        let over = self.steps > MAX_STEPS || self.work > MAX_WORK || self.out.len() > MAX_OUTPUT;
        if over { Err(Why::Limit("steps of an awk program")) } else { Ok(()) }
    }

    /// Runs the rules that are for `now`, which is `None` for a line.
    fn run_rules(&mut self, now: Option<&When>) -> Known<Flow> {
        for rule in self.rules {
            let runs = match (&rule.when, now) {
                (When::Line(test), None) => self.eval(test)?.holds()?,
                (When::EveryLine, None) | (When::Begin, Some(When::Begin)) | (When::End, Some(When::End)) => true,
                _ => false,
            };
            let flow = if runs { self.block(&rule.body)? } else { Flow::On };
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    /// Runs the `BEGIN` rules; true if no line is read.
    pub(super) fn begin(&mut self) -> Known<bool> {
        let exits = self.run_rules(Some(&When::Begin))? == Flow::Exit;
        Ok(exits || self.rules.iter().all(|rule| matches!(rule.when, When::Begin)))
    }

    /// Runs the program on its input.
    pub(super) fn run(mut self, texts: &[Traced]) -> Known<Outcome> {
        let numbered = texts.iter().flat_map(|text| lines(text).into_iter().enumerate());
        for (total, (n, line)) in numbered.enumerate() {
            self.charge(line.len())?;
            self.take_line(line);
            self.variables.insert("NR".to_owned(), AwkValue::count(total + 1, self.at));
            self.variables.insert("FNR".to_owned(), AwkValue::count(n + 1, self.at));
            if self.run_rules(None)? == Flow::Exit {
                break;
            }
        }
        self.run_rules(Some(&When::End))?;
        Ok(Outcome { status: Status::Known(self.status), ..Outcome::success(self.out) })
    }

    fn block(&mut self, body: &[Statement]) -> Known<Flow> {
        for statement in body {
            match statement {
                Statement::Expr(expr) => drop(self.eval(expr)?),
                Statement::Print(list) => {
                    let values = self.all(list)?;
                    let text = Traced::join(values.iter().map(|value| &value.text), &self.variable("OFS").text);
                    self.out.push(if list.is_empty() { &self.line.text } else { &text });
                    let end = self.variable("ORS").text;
                    self.out.push(&end);
                }
                Statement::Printf(list) => {
                    let text = self.formatted(list)?;
                    self.out.push(&text);
                }
                Statement::Next => return Ok(Flow::Next),
                Statement::Exit(value) => {
                    if let Some(value) = value {
                        self.status = i32::try_from(self.whole(value, 255)?).unwrap_or(0);
                    }
                    return Ok(Flow::Exit);
                }
            }
        }
        Ok(Flow::On)
    }

    fn all(&mut self, list: &[Expr]) -> Known<Vec<AwkValue>> {
        list.iter().map(|expr| self.eval(expr)).collect()
    }

    /// The output of `printf` for a format and its values: `%s`, `%d` and `%%`.
    fn formatted(&mut self, list: &[Expr]) -> Known<Traced> {
        let mut values = self.all(list)?.into_iter();
        let format = values.next().unwrap_or_default();
        let text = format.known()?;
        let mut out = Traced::new();
        let mut at = 0;
        while let Some(length) = text.get(at..).and_then(|rest| rest.find('%')) {
            out.push(&format.text.slice(at..at + length));
            at += length + 2;
            match text.as_bytes().get(at - 1) {
                Some(b'%') => out.push(&format.text.slice(at - 1..at)),
                Some(conversion @ (b's' | b'd')) => {
                    let Some(value) = values.next() else { return not("printf of awk without a value") };
                    let plain = |text: &str| text.parse::<u32>().is_ok_and(|n| n.to_string() == text);
                    if *conversion == b'd' && !plain(value.known()?) {
                        return not("a number that awk rounds");
                    }
                    out.push(&value.text);
                }
                _ => return not("a format of awk"),
            }
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
        // Compiling takes longer than reading.
        self.charge(text.len() + (1 << 14))?;
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
        let parts: Vec<_> = match separator.known()? {
            _ if words.is_empty() => Vec::new(),
            "" => return not("awk's FS without a text"),
            " " => line.text.words(),
            one if one.chars().count() == 1 && one != "\\" => line.text.split(one.as_bytes()),
            regex => {
                let mut done = 0;
                let found = self.compiled(regex)?.all(words)?;
                let found = found.iter().filter_map(|found| found.get(0)).filter(|found| !found.is_empty());
                let mut parts: Vec<_> = found
                    .map(|found| line.text.slice(std::mem::replace(&mut done, found.end())..found.start()))
                    .collect();
                parts.push(line.text.slice(done..words.len()));
                parts
            }
        };
        if parts.len() > MAX_FIELDS {
            return Err(Why::Limit("fields of awk"));
        }
        self.fields = Some(parts.into_iter().map(AwkValue::input).collect());
        Ok(())
    }

    /// A whole number that is at most `most`: of a field, or an exit status.
    fn whole(&mut self, expr: &Expr, most: usize) -> Known<usize> {
        let number = self
            .eval(expr)?
            .number
            .filter(|n| n.fract() == 0.0)
            .map(|n| format!("{n:.0}"))
            .and_then(|text| text.parse().ok());
        number.filter(|n| *n <= most).map_or_else(|| not("this number of awk"), Ok)
    }

    /// Assigns a value to a variable or field.
    fn assign_to(&mut self, place: &Expr, value: AwkValue) -> Known<()> {
        let which = match place {
            Expr::Variable(name) => return self.assign(name, value),
            Expr::Field(which) => self.whole(which, MAX_FIELDS)?,
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

    fn eval(&mut self, expr: &Expr) -> Known<AwkValue> {
        self.charge(0)?;
        let holds = match expr {
            Expr::Value(value) => return Ok(value.clone()),
            Expr::Regex(pattern) => self.found(pattern, &self.line.clone())?,
            Expr::Variable(name) if name == "NF" => {
                self.split_line()?;
                return Ok(AwkValue::count(self.fields.as_ref().map_or(0, Vec::len), self.at));
            }
            Expr::Variable(name) => return Ok(self.variable(name)),
            Expr::Field(which) => {
                let n = self.whole(which, MAX_FIELDS)?;
                if n == 0 {
                    return Ok(self.line.clone());
                }
                self.split_line()?;
                let field = self.fields.as_ref().and_then(|fields| fields.get(n - 1));
                return Ok(field.cloned().unwrap_or_else(AwkValue::unset));
            }
            Expr::Not(inner) => !self.eval(inner)?.holds()?,
            Expr::Substitute(all, parts) => return self.substitute(*all, parts),
            Expr::Binary("=", sides) => {
                let value = self.eval(&sides[1])?;
                self.assign_to(&sides[0], value.clone())?;
                return Ok(value);
            }
            Expr::Binary(sign, sides) => {
                let left = self.eval(&sides[0])?;
                match *sign {
                    "||" => left.holds()? || self.eval(&sides[1])?.holds()?,
                    "&&" => left.holds()? && self.eval(&sides[1])?.holds()?,
                    "~" | "!~" => {
                        let pattern = self.regex(&sides[1])?;
                        self.found(&pattern, &left)? == (*sign == "~")
                    }
                    " " | "+" | "-" => return self.combined(sign, &left, &sides[1]),
                    _ => {
                        let right = self.eval(&sides[1])?;
                        let order = match (left.number, right.number) {
                            (Some(a), Some(b)) => a.partial_cmp(&b),
                            _ => Some(left.known()?.cmp(right.known()?)),
                        };
                        let Some(order) = order else { return not("this comparison of awk") };
                        match *sign {
                            "==" => order.is_eq(),
                            "!=" => order.is_ne(),
                            "<" => order.is_lt(),
                            "<=" => order.is_le(),
                            ">" => order.is_gt(),
                            _ => order.is_ge(),
                        }
                    }
                }
            }
        };
        Ok(AwkValue::count(usize::from(holds), self.at))
    }

    /// Two values as one text, or the sum or the difference of two whole numbers.
    fn combined(&mut self, sign: &str, left: &AwkValue, right: &Expr) -> Known<AwkValue> {
        let right = self.eval(right)?;
        if sign == " " {
            self.charge(left.text.len() + right.text.len())?;
            return Ok(AwkValue::text(Traced::join([&left.text, &right.text], &Traced::new())));
        }
        let n = left.number.zip(right.number).map(|(a, b)| if sign == "+" { a + b } else { a - b });
        // Others are written differently by the implementations of awk.
        match n.filter(|n| n.fract() == 0.0 && (0.0..1e15).contains(n)) {
            Some(n) => Ok(AwkValue::input(Traced::made(format!("{:.0}", n + 0.0), self.at))),
            None => not("this number of awk"),
        }
    }

    /// The pattern that an expression means.
    fn regex(&mut self, expr: &Expr) -> Known<Pattern> {
        if let Expr::Regex(pattern) = expr {
            return Ok(pattern.clone());
        }
        let value = self.eval(expr)?;
        self.compiled(value.known()?)
    }

    /// Whether a value matches a pattern.
    fn found(&mut self, pattern: &Pattern, value: &AwkValue) -> Known<bool> {
        self.charge(value.text.len())?;
        let found = value.text.as_str().and_then(|text| pattern.find(text));
        if found.as_ref().is_none_or(|range| value.text.slice(range.clone()).has_unknown()) {
            value.known()?;
        }
        Ok(found.is_some())
    }

    /// `sub` and `gsub`: the number of replacements.
    fn substitute(&mut self, all: bool, [pattern, with, target]: &[Expr; 3]) -> Known<AwkValue> {
        let pattern = self.regex(pattern)?;
        let (with, text) = (self.eval(with)?.text, self.eval(target)?.text);
        if with.bytes().contains(&b'\\') {
            return not("a backslash in a replacement of awk");
        }
        let mut parts: Vec<_> =
            with.split(b"&").into_iter().flat_map(|text| [Part::Text(text), Part::Group(0)]).collect();
        parts.pop();
        let Some(words) = text.as_str() else { return not("bytes that are not UTF-8") };
        let mut found = pattern.all(words)?;
        found.truncate(if all { usize::MAX } else { 1 });
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
