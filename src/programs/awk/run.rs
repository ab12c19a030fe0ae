//! An awk program at work.

use std::collections::BTreeMap;

use crate::programs::pattern::Pattern;
use crate::programs::program::{Files, Found, Outcome, Status, inputs, known, not_followed};
use crate::text::{Span, Traced, Why};

use super::parse::pattern;
use super::tree::{Expr, Program, Statement, Target, When};
use super::value::{Value, whole};
use super::{Done, assignment};

/// The most steps of a run.
const MAX_STEPS: usize = 200_000;

/// The most bytes that all lines and fields of a run together may have.
const MAX_WORK: usize = 16 << 20;

/// The longest output, in bytes.
const MAX_OUTPUT: usize = 1 << 20;

/// How deep functions may call each other.
const MAX_CALLS: usize = 16;

/// How many fields a line may have.
pub(super) const MAX_FIELDS: usize = 10_000;

/// What comes after a statement.
pub(super) enum Flow {
    On,
    Next,
    Break,
    Continue,
    Return(Value),
    Exit,
}

pub(super) struct Machine<'a> {
    program: &'a Program,
    pub(super) at: Span,
    files: Files<'a>,
    env: Files<'a>,
    pub(super) variables: BTreeMap<String, Value>,
    pub(super) arrays: BTreeMap<String, BTreeMap<String, Value>>,
    /// Variables of the functions that run, the innermost last.
    locals: Vec<BTreeMap<String, Value>>,
    pub(super) line: Value,
    /// The fields of the line, once somebody asked for them.
    pub(super) fields: Option<Vec<Value>>,
    out: Traced,
    writes: Vec<(String, Traced)>,
    steps: usize,
    work: usize,
    status: i32,
    patterns: BTreeMap<String, Pattern>,
    /// Rules with a range that is open.
    open: Vec<bool>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(program: &'a Program, at: Span, files: Files<'a>, env: Files<'a>) -> Self {
        let made = |text: &str| Value::Text(Traced::made(text, at));
        let defaults = [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("RS", "\n"), ("SUBSEP", "\x1c")];
        let mut variables: BTreeMap<String, Value> =
            defaults.iter().map(|(name, text)| ((*name).to_owned(), made(text))).collect();
        for name in ["NR", "FNR", "NF", "RSTART"] {
            variables.insert(name.to_owned(), Value::count(0));
        }
        variables.insert("RLENGTH".to_owned(), Value::Number(-1.0, Traced::new()));
        Self {
            program,
            at,
            files,
            env,
            variables,
            arrays: BTreeMap::new(),
            locals: Vec::new(),
            line: Value::Unset,
            fields: None,
            out: Traced::new(),
            writes: Vec::new(),
            steps: 0,
            work: 0,
            status: 0,
            patterns: BTreeMap::new(),
            open: vec![false; program.rules.len()],
        }
    }

    pub(super) fn unknown(&self, why: Why) -> Box<Outcome> {
        Box::new(Outcome::unknown(why, self.at))
    }

    pub(super) fn not(&self, what: &str) -> Box<Outcome> {
        self.unknown(Why::NotUnderstood(what.into()))
    }

    /// Nothing of the value may be unknown.
    pub(super) fn whole(&self, value: &Value) -> Done<()> {
        value.hole().map_or(Ok(()), |why| Err(self.unknown(why.clone())))
    }

    pub(super) fn charge(&mut self, bytes: usize) -> Done<()> {
        self.steps += 1;
        self.work = self.work.saturating_add(bytes);
        if self.steps > MAX_STEPS || self.work > MAX_WORK {
            return Err(self.unknown(Why::Limit("steps of an awk program")));
        }
        Ok(())
    }

    /// Runs the program over the files that are named, or the standard input.
    pub(super) fn run(mut self, names: &[&Traced], stdin: Option<&Traced>) -> Done<Outcome> {
        let program = self.program;
        let bodies = |which: fn(&When) -> bool| {
            program.rules.iter().filter(move |(when, _)| which(when)).filter_map(|(_, body)| body.as_ref())
        };
        let mut over = false;
        for body in bodies(|when| matches!(when, When::Begin)) {
            over = matches!(self.block(body)?, Flow::Exit);
            if over {
                break;
            }
        }
        let reads = program.rules.iter().any(|(when, _)| !matches!(when, When::Begin));
        if reads && !over {
            self.input(names, stdin)?;
        }
        for body in bodies(|when| matches!(when, When::End)) {
            if matches!(self.block(body)?, Flow::Exit) {
                break;
            }
        }
        let mut done = Outcome::success(self.out);
        done.status = Status::Known(self.status);
        done.writes = self.writes;
        Ok(done)
    }

    /// Follows the rules on all input.
    fn input(&mut self, names: &[&Traced], stdin: Option<&Traced>) -> Done<()> {
        let mut files: Vec<&Traced> = Vec::new();
        let mut set: Vec<(usize, (String, Traced))> = Vec::new();
        for name in names {
            match assignment(name) {
                Some(pair) => set.push((files.len(), pair)),
                None => files.push(name),
            }
        }
        let texts = inputs(&files, stdin, self.files, 2, self.at)?;
        for (n, text) in texts.iter().enumerate() {
            self.set_before(n, &set)?;
            if let Some(name) = files.get(n) {
                self.assign("FILENAME", Value::Text((*name).clone()))?;
            }
            self.assign("FNR", Value::count(0))?;
            for record in self.records(text)? {
                self.charge(record.len())?;
                self.take_line(record);
                for count in ["NR", "FNR"] {
                    let next = self.variable(count).number() + 1.0;
                    self.variables.insert(count.to_owned(), Value::Number(next, Traced::new()));
                }
                if self.rules()? {
                    return Ok(());
                }
            }
        }
        self.set_before(texts.len(), &set)
    }

    fn set_before(&mut self, n: usize, set: &[(usize, (String, Traced))]) -> Done<()> {
        for (_, (name, value)) in set.iter().filter(|(at, _)| *at == n) {
            self.assign(name, Value::Input(value.clone()))?;
        }
        Ok(())
    }

    /// Follows the rules on the line; true if the program ends.
    fn rules(&mut self) -> Done<bool> {
        let program = self.program;
        for (n, (when, body)) in program.rules.iter().enumerate() {
            let runs = match when {
                When::Begin | When::End => false,
                When::Always => true,
                When::If(test) => self.test(test)?,
                When::Range(from, to) => {
                    let inside = self.open.get(n).copied().unwrap_or_default() || self.test(from)?;
                    let ends = inside && self.test(to)?;
                    if let Some(open) = self.open.get_mut(n) {
                        *open = inside && !ends;
                    }
                    inside
                }
            };
            if !runs {
                continue;
            }
            let flow = match body {
                Some(body) => self.block(body)?,
                None => {
                    self.print(&[], &Target::Output)?;
                    Flow::On
                }
            };
            match flow {
                Flow::Next => break,
                Flow::Exit => return Ok(true),
                _ => {}
            }
        }
        Ok(false)
    }

    fn test(&mut self, expr: &Expr) -> Done<bool> {
        let value = self.eval(expr)?;
        self.whole(&value)?;
        Ok(value.holds())
    }

    pub(super) fn block(&mut self, body: &[Statement]) -> Done<Flow> {
        for statement in body {
            match self.statement(statement)? {
                Flow::On => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::On)
    }

    fn statement(&mut self, statement: &Statement) -> Done<Flow> {
        self.charge(0)?;
        match statement {
            Statement::Expr(expr) => {
                self.eval(expr)?;
            }
            Statement::Print(list, target) => self.print(list, target)?,
            Statement::Printf(list, target) => {
                let values = list.iter().map(|e| self.eval(e)).collect::<Done<Vec<_>>>()?;
                let text = self.formatted(&values)?;
                self.write(&text, target)?;
            }
            Statement::If(test, then, other) => {
                let body = if self.test(test)? { then } else { other };
                return self.block(body);
            }
            Statement::While(test, body) => {
                while self.test(test)? {
                    if let Some(flow) = self.turn(body)? {
                        return Ok(flow);
                    }
                }
            }
            Statement::Do(body, test) => loop {
                if let Some(flow) = self.turn(body)? {
                    return Ok(flow);
                }
                if !self.test(test)? {
                    break;
                }
            },
            Statement::For(first, test, step, body) => {
                if let Some(first) = first {
                    self.statement(first)?;
                }
                while test.as_ref().map_or(Ok(true), |t| self.test(t))? {
                    if let Some(flow) = self.turn(body)? {
                        return Ok(flow);
                    }
                    if let Some(step) = step {
                        self.statement(step)?;
                    }
                }
            }
            Statement::Each(name, array, body) => {
                let keys: Vec<String> = self.arrays.get(array).into_iter().flatten().map(|(k, _)| k.clone()).collect();
                if keys.len() > 1 {
                    return Err(self.not("the order of an awk array"));
                }
                for key in keys {
                    self.assign(name, Value::Input(Traced::made(key, self.at)))?;
                    if let Some(flow) = self.turn(body)? {
                        return Ok(flow);
                    }
                }
            }
            Statement::Delete(array, keys) => {
                let key = self.key(keys)?;
                if let Some(array) = self.arrays.get_mut(array) {
                    if keys.is_empty() {
                        array.clear();
                    } else {
                        array.remove(&key);
                    }
                }
            }
            Statement::Return(value) => {
                let value = value.as_ref().map_or(Ok(Value::Unset), |e| self.eval(e))?;
                return Ok(Flow::Return(value));
            }
            Statement::Exit(value) => {
                if let Some(value) = value {
                    let value = self.eval(value)?;
                    self.whole(&value)?;
                    self.status = (value.number() as i64 & 255) as i32;
                }
                return Ok(Flow::Exit);
            }
            Statement::Next => return Ok(Flow::Next),
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    /// One turn of a loop; what ends it, if anything does.
    fn turn(&mut self, body: &[Statement]) -> Done<Option<Flow>> {
        self.charge(0)?;
        Ok(match self.block(body)? {
            Flow::On | Flow::Continue => None,
            Flow::Break => Some(Flow::On),
            flow => Some(flow),
        })
    }

    fn print(&mut self, list: &[Expr], target: &Target) -> Done<()> {
        let mut texts = Vec::new();
        for expr in list {
            texts.push(self.eval(expr)?.text(self.at));
        }
        let between = self.variable("OFS").text(self.at);
        let mut text = if list.is_empty() { self.line.text(self.at) } else { Traced::join(&texts, &between) };
        text.push(&self.variable("ORS").text(self.at));
        self.write(&text, target)
    }

    fn write(&mut self, text: &Traced, target: &Target) -> Done<()> {
        let (path, append) = match target {
            Target::Output => (None, false),
            Target::File(path) => (Some(path), false),
            Target::Append(path) => (Some(path), true),
        };
        let path = match path {
            Some(path) => Some(known(&self.eval(path)?.text(self.at))?.to_owned()),
            None => None,
        };
        match path.as_deref() {
            Some("/dev/stderr") => {}
            None | Some("/dev/stdout" | "-") => self.out.push(text),
            Some(path) => {
                if !self.writes.iter().any(|(p, _)| p == path) {
                    let before = if append {
                        match (self.files)(path) {
                            Found::Content(text) => text,
                            Found::Missing => Traced::new(),
                            Found::Unknown(why) => return Err(self.unknown(why)),
                        }
                    } else {
                        Traced::new()
                    };
                    self.writes.push((path.to_owned(), before));
                }
                if let Some((_, file)) = self.writes.iter_mut().find(|(p, _)| p == path) {
                    file.push(text);
                }
            }
        }
        let written = self.out.len() + self.writes.iter().map(|(_, t)| t.len()).sum::<usize>();
        if written > MAX_OUTPUT { Err(self.unknown(Why::Limit("output of awk"))) } else { Ok(()) }
    }

    // What the program remembers.

    pub(super) fn variable(&self, name: &str) -> Value {
        let local = self.locals.last().and_then(|l| l.get(name));
        local.or_else(|| self.variables.get(name)).cloned().unwrap_or(Value::Unset)
    }

    /// Sets a variable.
    pub(super) fn assign(&mut self, name: &str, value: Value) -> Done<()> {
        if name == "NF" {
            let mut fields = self.fields()?;
            self.whole(&value)?;
            let count = whole(value.number());
            if count > MAX_FIELDS {
                return Err(self.unknown(Why::Limit("fields of awk")));
            }
            fields.resize(count, Value::Unset);
            self.rejoin(fields);
            return Ok(());
        }
        if matches!(name, "FPAT" | "FIELDWIDTHS" | "IGNORECASE" | "CONVFMT" | "OFMT") {
            return Err(self.not(&format!("awk's {name}")));
        }
        match self.locals.last_mut().and_then(|l| l.get_mut(name)) {
            Some(local) => *local = value,
            None => {
                self.variables.insert(name.to_owned(), value);
            }
        }
        Ok(())
    }

    /// The subscript that expressions make.
    pub(super) fn key(&mut self, keys: &[Expr]) -> Done<String> {
        let mut out = Vec::new();
        for key in keys {
            let value = self.eval(key)?;
            self.whole(&value)?;
            out.push(value.text(self.at).to_text().into_owned());
        }
        Ok(out.join(&self.variable("SUBSEP").text(self.at).to_text()))
    }

    pub(super) fn compiled(&mut self, text: &str) -> Done<Pattern> {
        if let Some(pattern) = self.patterns.get(text) {
            return Ok(pattern.clone());
        }
        let made = pattern(text).map_err(|what| self.not(what))?;
        self.patterns.insert(text.to_owned(), made.clone());
        Ok(made)
    }

    pub(super) fn user_function(&self, name: &str) -> bool {
        self.program.functions.contains_key(name)
    }

    // Expressions.

    pub(super) fn eval(&mut self, expr: &Expr) -> Done<Value> {
        self.charge(0)?;
        Ok(match expr {
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Number(n, text) => Value::Number(*n, text.clone()),
            Expr::Regex(pattern) => {
                let line = self.line.clone();
                Value::truth(self.found(pattern, &line)?)
            }
            Expr::Variable(name) if name == "NF" => Value::count(self.fields()?.len()),
            Expr::Variable(name) => self.variable(name),
            Expr::Field(which) => {
                let n = self.index(which)?;
                self.field(n)?
            }
            Expr::Element(array, keys) => {
                let key = self.key(keys)?;
                if array == "ENVIRON" {
                    match (self.env)(&key) {
                        Found::Content(text) => Value::Input(text),
                        Found::Missing => Value::Unset,
                        Found::Unknown(why) => Value::Input(Traced::hole(self.at, why)),
                    }
                } else if matches!(array.as_str(), "ARGV" | "PROCINFO" | "SYMTAB") {
                    return Err(self.not(&format!("awk's {array}")));
                } else {
                    self.arrays.entry(array.clone()).or_default().entry(key).or_insert(Value::Unset).clone()
                }
            }
            Expr::Assign(to, operator, value) => {
                let value = self.eval(value)?;
                let value = match operator {
                    Some(operator) => {
                        let old = self.eval(to)?;
                        self.arithmetic(&old, *operator, &value)?
                    }
                    None => value,
                };
                self.put(to, value.clone())?;
                value
            }
            Expr::Choice(test, then, other) => {
                let which = if self.test(test)? { then } else { other };
                self.eval(which)?
            }
            Expr::Or(a, b) => Value::truth(self.test(a)? || self.test(b)?),
            Expr::And(a, b) => Value::truth(self.test(a)? && self.test(b)?),
            Expr::In(keys, array) => {
                let key = self.key(keys)?;
                Value::truth(self.arrays.get(array).is_some_and(|a| a.contains_key(&key)))
            }
            Expr::Match(text, pattern, wanted) => {
                let text = self.eval(text)?;
                let pattern = self.regex(pattern)?;
                Value::truth(self.found(&pattern, &text)? == *wanted)
            }
            Expr::Compare(a, sign, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                self.whole(&a)?;
                self.whole(&b)?;
                let order = a.compare(&b, self.at);
                Value::truth(order.is_some_and(|order| match *sign {
                    "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                }))
            }
            Expr::Join(a, b) => {
                let mut text = self.eval(a)?.text(self.at);
                text.push(&self.eval(b)?.text(self.at));
                self.charge(text.len())?;
                Value::Text(text)
            }
            Expr::Arithmetic(a, operator, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                self.arithmetic(&a, *operator, &b)?
            }
            Expr::Not(a) => Value::truth(!self.test(a)?),
            Expr::Negative(a) | Expr::Positive(a) => {
                let value = self.eval(a)?;
                self.whole(&value)?;
                let sign = if matches!(expr, Expr::Negative(_)) { -1.0 } else { 1.0 };
                let n = sign * value.number() + 0.0;
                Value::Number(n, value.place())
            }
            Expr::Step(place, step, old) => {
                let before = self.eval(place)?;
                self.whole(&before)?;
                let now = Value::Number(before.number() + step, before.place());
                self.put(place, now.clone())?;
                if *old { Value::Number(before.number(), before.place()) } else { now }
            }
            Expr::Call(name, arguments) => self.call(name, arguments)?,
        })
    }

    fn index(&mut self, which: &Expr) -> Done<usize> {
        let value = self.eval(which)?;
        self.whole(&value)?;
        let n = value.number();
        if n < 0.0 {
            return Err(Box::new(Outcome::failed(2)));
        }
        Ok(whole(n))
    }

    /// Puts a value where an expression names a place.
    pub(super) fn put(&mut self, place: &Expr, value: Value) -> Done<()> {
        match place {
            Expr::Variable(name) => self.assign(name, value),
            Expr::Field(which) => {
                let n = self.index(which)?;
                self.set_field(n, value)
            }
            Expr::Element(array, keys) => {
                let key = self.key(keys)?;
                self.arrays.entry(array.clone()).or_default().insert(key, value);
                Ok(())
            }
            _ => Err(self.not("this program of awk")),
        }
    }

    /// The pattern that an expression stands for.
    pub(super) fn regex(&mut self, expr: &Expr) -> Done<Pattern> {
        if let Expr::Regex(pattern) = expr {
            return Ok(pattern.clone());
        }
        let value = self.eval(expr)?;
        self.whole(&value)?;
        let text = value.text(self.at).to_text().into_owned();
        self.compiled(&text)
    }

    fn found(&mut self, pattern: &Pattern, value: &Value) -> Done<bool> {
        let text = value.text(self.at);
        self.charge(text.len())?;
        let Some(words) = text.as_str() else { return Err(not_followed("bytes that are not UTF-8", &text)) };
        let found = pattern.find(words);
        if text.has_hole() && found.as_ref().is_none_or(|f| text.slice(f.clone()).has_hole()) {
            self.whole(value)?;
        }
        Ok(found.is_some())
    }

    fn arithmetic(&self, a: &Value, operator: char, b: &Value) -> Done<Value> {
        self.whole(a)?;
        self.whole(b)?;
        let (left, right) = (a.number(), b.number());
        let n = match operator {
            '+' => left + right,
            '-' => left - right,
            '*' => left * right,
            '/' | '%' if right == 0.0 => return Err(self.not("a division by zero of awk")),
            '/' => left / right,
            '%' => left % right,
            _ => left.powf(right),
        };
        // A zero that comes of a negative number would be printed with its sign.
        let n = if n == 0.0 { 0.0 } else { n };
        let place = a.place();
        Ok(Value::Number(n, if place.is_empty() { b.place() } else { place }))
    }

    /// Runs a function of the program.
    pub(super) fn function(&mut self, name: &str, arguments: &[Expr]) -> Done<Value> {
        let program = self.program;
        let Some(function) = program.functions.get(name) else { return Err(self.not("this program of awk")) };
        if self.locals.len() >= MAX_CALLS || arguments.len() > function.parameters.len() {
            return Err(self.not("a function of awk"));
        }
        let mut locals = BTreeMap::new();
        for (n, parameter) in function.parameters.iter().enumerate() {
            let value = match arguments.get(n) {
                Some(Expr::Variable(array)) if self.arrays.contains_key(array) => {
                    return Err(self.not("an array that a function of awk takes"));
                }
                Some(argument) => self.eval(argument)?,
                None => Value::Unset,
            };
            locals.insert(parameter.clone(), value);
        }
        self.locals.push(locals);
        let flow = self.block(&function.body);
        self.locals.pop();
        match flow? {
            Flow::Return(value) => Ok(value),
            Flow::On => Ok(Value::Unset),
            _ => Err(self.not("a jump out of a function of awk")),
        }
    }
}
