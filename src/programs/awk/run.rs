//! Runs awk programs.

use std::collections::BTreeMap;

use crate::programs::pattern::Pattern;
use crate::programs::program::{Effects, lines};
use crate::programs::substitute::{self, replaced};
use crate::text::{Span, Traced, Why, budget};

use super::parse::{Part, Program, Question, Statement, Test, pattern};
use super::value::{AwkValue, Known, not};

/// The most steps of a run.
const MAX_STEPS: usize = 200_000;

/// What a step takes of the budget of the unit.
const STEP: usize = 50;

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
    program: &'a Program,
    at: Span,
    variables: BTreeMap<String, AwkValue>,
    /// What separates fields, if that is not a text.
    separator: Option<Pattern>,
    line: AwkValue,
    /// The fields of the line, split on first use.
    fields: Option<Vec<AwkValue>>,
    out: Traced,
    steps: usize,
    work: usize,
}

impl<'a> AwkRun<'a> {
    pub(super) fn new(program: &'a Program, at: Span) -> Self {
        let text = |(name, text): (&str, &str)| (name.to_owned(), AwkValue::text(Traced::made(text, at)));
        let variables = [("FS", " "), ("OFS", " "), ("ORS", "\n")].map(text).into();
        let (line, out) = (AwkValue::default(), Traced::new());
        Self { program, at, variables, separator: None, line, fields: None, out, steps: 0, work: 0 }
    }

    fn charge(&mut self, bytes: usize) -> Known<()> {
        self.steps += 1;
        self.work = self.work.saturating_add(bytes);
        let over = self.steps > MAX_STEPS || self.work > MAX_WORK || self.out.len() > MAX_OUTPUT;
        if over || !budget::spend(STEP + bytes) { Err(Why::limit("steps of an awk program")) } else { Ok(()) }
    }

    /// Runs what comes before the first line; true if no line is read.
    pub(super) fn begin(&mut self) -> Known<bool> {
        let exits = self.block(&self.program.begin)? == Flow::Exit;
        Ok(exits || self.program.lines.is_empty() && self.program.end.is_empty())
    }

    /// Runs the program on its input.
    pub(super) fn run(mut self, texts: &[Traced]) -> Known<Effects> {
        let numbered = texts.iter().flat_map(|text| lines(text).into_iter().enumerate());
        'lines: for (total, (n, line)) in numbered.enumerate() {
            self.charge(line.len())?;
            self.take_line(line);
            self.variables.insert("NR".to_owned(), AwkValue::count(total + 1, self.at));
            self.variables.insert("FNR".to_owned(), AwkValue::count(n + 1, self.at));
            for (tests, body) in &self.program.lines {
                let flow = if self.any(tests)? { self.block(body)? } else { Flow::On };
                match flow {
                    Flow::On => {}
                    Flow::Next => break,
                    Flow::Exit => break 'lines,
                }
            }
        }
        self.block(&self.program.end)?;
        Ok(Effects::success(self.out))
    }

    /// True if all tests of one of the lists hold. The rest is not evaluated.
    fn any(&mut self, tests: &[Vec<Test>]) -> Known<bool> {
        'lists: for all in tests {
            for (question, negated) in all {
                if self.answer(question)? == *negated {
                    continue 'lists;
                }
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn answer(&mut self, question: &Question) -> Known<bool> {
        match question {
            Question::Holds(value) => {
                let value = self.value(value)?;
                value.number.map_or_else(|| Ok(!value.known()?.is_empty()), |n| Ok(n != 0.0))
            }
            Question::Matches(value, pattern) => {
                let value = self.value(value)?;
                self.charge(value.text.len())?;
                let found = value.text.as_str().and_then(|text| pattern.find(text));
                if found.as_ref().is_none_or(|range| value.text.slice(range.clone()).has_unknown()) {
                    value.known()?;
                }
                Ok(found.is_some())
            }
            Question::Compares(left, right, sign) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                let order = match (left.number, right.number) {
                    (Some(a), Some(b)) => a.partial_cmp(&b),
                    _ => Some(left.known()?.cmp(right.known()?)),
                };
                let Some(order) = order else { return not("this comparison of awk") };
                Ok(match sign.as_str() {
                    "!=" => order.is_ne(),
                    sign => {
                        sign.contains('=') && order.is_eq()
                            || sign.starts_with('<') && order.is_lt()
                            || sign.starts_with('>') && order.is_gt()
                    }
                })
            }
        }
    }

    fn block(&mut self, body: &[Statement]) -> Known<Flow> {
        for statement in body {
            match statement {
                Statement::Print(value) => {
                    let text = self.value(value)?.text;
                    self.out.push(&text);
                }
                Statement::Assign(place, value) => {
                    let value = self.value(value)?;
                    self.assign_to(place, value)?;
                }
                Statement::Substitute(all, pattern, with, place) => self.substitute(*all, pattern, with, place)?,
                Statement::Next => return Ok(Flow::Next),
                Statement::Exit => return Ok(Flow::Exit),
            }
        }
        Ok(Flow::On)
    }

    /// The value of the parts; several of them are a text.
    fn value(&mut self, parts: &[Part]) -> Known<AwkValue> {
        if let [part] = parts {
            return self.part(part);
        }
        let mut out = Traced::new();
        for part in parts {
            out.push(&self.part(part)?.text);
        }
        self.charge(out.len())?;
        Ok(AwkValue::text(out))
    }

    fn part(&mut self, part: &Part) -> Known<AwkValue> {
        self.charge(0)?;
        Ok(match part {
            Part::Value(value) => value.clone(),
            Part::Variable(name) if name == "NF" => AwkValue::count(self.fields()?.len(), self.at),
            Part::Variable(name) => self.variables.get(name).cloned().unwrap_or_default(),
            Part::Field(0) => self.line.clone(),
            Part::Field(n) => self.fields()?.get(n - 1).cloned().unwrap_or_default(),
            Part::BeforeLast(_) => {
                let place = self.place(part)?;
                return self.part(&place);
            }
        })
    }

    /// A place by its number, if it is counted from the last field.
    fn place(&mut self, part: &Part) -> Known<Part> {
        match part {
            Part::BeforeLast(n) => match self.fields()?.len().checked_sub(*n) {
                Some(n) => Ok(Part::Field(n)),
                None => not("a field of awk before the first"),
            },
            Part::Field(n) => Ok(Part::Field(*n)),
            Part::Variable(name) => Ok(Part::Variable(name.clone())),
            Part::Value(_) => not("this program of awk"),
        }
    }

    /// Assigns a value to a variable or field.
    fn assign_to(&mut self, place: &Part, value: AwkValue) -> Known<()> {
        let which = match self.place(place)? {
            Part::Variable(name) => return self.assign(&name, value),
            Part::Field(0) => {
                self.take_line(value.text);
                return Ok(());
            }
            Part::Field(which) if which <= MAX_FIELDS => which,
            _ => return not("this field of awk"),
        };
        let mut fields = self.fields()?.to_vec();
        fields.resize(which.max(fields.len()), AwkValue::default());
        fields[which - 1] = value;
        let between = self.variables.get("OFS").cloned().unwrap_or_default();
        let line = Traced::join(fields.iter().map(|field| &field.text), &between.text);
        self.charge(line.len())?;
        self.line = AwkValue::input(line);
        self.fields = Some(fields);
        Ok(())
    }

    /// Sets a variable.
    pub(super) fn assign(&mut self, name: &str, value: AwkValue) -> Known<()> {
        if name == "FS" {
            // The current line is split with the old separator.
            self.fields()?;
            let text = value.known()?;
            self.separator = if text.chars().count() < 2 && text != "\\" { None } else { Some(pattern(text)?) };
        }
        self.variables.insert(name.to_owned(), value);
        Ok(())
    }

    fn take_line(&mut self, line: Traced) {
        self.line = AwkValue::input(line);
        self.fields = None;
    }

    /// The fields of the line.
    fn fields(&mut self) -> Known<&[AwkValue]> {
        if self.fields.is_none() {
            self.charge(self.line.text.len())?;
            let separator = self.variables.get("FS").cloned().unwrap_or_default();
            let (text, words) = (&self.line.text, self.line.known()?);
            let parts = match (&self.separator, separator.known()?) {
                _ if words.is_empty() => Vec::new(),
                (None, "") => return not("awk's FS without a text"),
                (None, " ") => text.words(),
                (None, separator) => text.split(separator.as_bytes()),
                (Some(pattern), _) => {
                    let found = pattern.all(words, usize::MAX)?;
                    let found = found.iter().filter_map(|found| found.get(0)).filter(|found| !found.is_empty());
                    let (starts, ends): (Vec<_>, Vec<_>) = found.map(|found| (found.start(), found.end())).unzip();
                    let parts = std::iter::once(0).chain(ends).zip(starts.into_iter().chain([words.len()]));
                    parts.map(|(from, to)| text.slice(from..to)).collect()
                }
            };
            if parts.len() > MAX_FIELDS {
                return Err(Why::limit("fields of awk"));
            }
            self.fields = Some(parts.into_iter().map(AwkValue::input).collect());
        }
        Ok(self.fields.as_deref().unwrap_or_default())
    }

    /// `sub` and `gsub`.
    fn substitute(&mut self, all: bool, pattern: &Pattern, with: &[Part], place: &Part) -> Known<()> {
        let (with, text) = (self.value(with)?.text, self.part(place)?.text);
        if with.bytes().contains(&b'\\') {
            return not("a backslash in a replacement of awk");
        }
        let parts =
            with.split(b"&").into_iter().flat_map(|text| [substitute::Part::Group(0), substitute::Part::Text(text)]);
        let parts: Vec<_> = parts.skip(1).collect();
        let Some(words) = text.as_str() else { return not("bytes that are not UTF-8") };
        let found = pattern.all(words, if all { usize::MAX } else { 1 })?;
        for found in found.iter().filter_map(|found| found.get(0)) {
            AwkValue::text(text.slice(found.range())).known()?;
        }
        if !found.is_empty() {
            let new = replaced(&text, &found, &parts, MAX_OUTPUT);
            self.charge(new.len())?;
            self.assign_to(place, AwkValue::text(new))?;
        }
        Ok(())
    }
}
