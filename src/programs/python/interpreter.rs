//! Python's statements and expressions, evaluated one by one.

use std::collections::BTreeMap;

use crate::programs::document::Data;
use crate::programs::program::{FileLookup, Files};
use crate::syntax::python::{Expr, Statement};
use crate::text::{Span, Traced, Why, budget, holds};

use super::value::{PyValue, Result, Stop, bounded, gap, key, look_up, set, unknown};

/// The most statements and expressions that one program may evaluate.
const MAX_STEPS: usize = 50_000;

/// What a step takes of the budget of the unit.
const STEP: usize = 100;

/// How deep statements, expressions and calls may nest.
const MAX_DEPTH: usize = 80;

/// The most bytes of text, and items of lists, in all values of a program together.
const MAX_WORK: usize = 16 << 20;

/// The state of a program.
pub(super) struct Interpreter<'a> {
    pub(super) at: Span,
    files: Files<'a>,
    pub(super) env: Files<'a>,
    pub(super) stdin: Traced,
    arguments: Vec<Traced>,
    pub(super) stdout: Traced,
    pub(super) writes: BTreeMap<String, Traced>,
    pub(super) removed: Vec<String>,
    /// Commands that the program runs. File changes after the first of them are not followed.
    pub(super) commands: Vec<Vec<Traced>>,
    variables: BTreeMap<String, PyValue>,
    steps: usize,
    work: usize,
    depth: usize,
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(at: Span, stdin: Traced, arguments: Vec<Traced>, files: Files<'a>, env: Files<'a>) -> Self {
        Self {
            at,
            files,
            env,
            stdin,
            arguments,
            stdout: Traced::new(),
            writes: BTreeMap::new(),
            removed: Vec::new(),
            commands: Vec::new(),
            variables: BTreeMap::new(),
            steps: 0,
            work: 0,
            depth: 0,
        }
    }

    /// The current content of a file. `None` if there is none.
    pub(super) fn read(&mut self, path: &str) -> Result<Option<Traced>> {
        self.before_commands()?;
        if let Some(text) = self.writes.get(path) {
            return Ok(Some(text.clone()));
        }
        if self.removed.iter().any(|p| p == path) {
            return Ok(None);
        }
        match (self.files)(path) {
            FileLookup::Content(text) if text.bytes().contains(&b'\r') => gap("a file with carriage returns"),
            FileLookup::Content(text) => Ok(Some(text)),
            FileLookup::Missing => Ok(None),
            FileLookup::Unknown(why) => Err(Stop::Unknown(why)),
        }
    }

    /// The same, for a file that must exist.
    pub(super) fn content(&mut self, path: &str) -> Result<Traced> {
        self.read(path)?.ok_or(Stop::Raise)
    }

    /// Writes a file.
    pub(super) fn leave(&mut self, path: &str, content: Traced) -> Result<()> {
        self.before_commands()?;
        self.charge(content.len())?;
        self.removed.retain(|p| p != path);
        self.writes.insert(path.to_owned(), bounded(content)?);
        Ok(())
    }

    /// File contents are certain only until the program runs a command.
    fn before_commands(&self) -> Result<()> {
        if self.commands.is_empty() { Ok(()) } else { gap("what comes after a command") }
    }

    /// Counts the size of a value or a file.
    pub(super) fn charge(&mut self, weight: usize) -> Result<()> {
        self.work = self.work.saturating_add(weight);
        if self.work > MAX_WORK || !budget::spend(weight) {
            return Err(Stop::Unknown(Why::limit("size of what a python program makes")));
        }
        Ok(())
    }

    /// One step further, and one level deeper.
    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.steps += 1;
        if self.steps > MAX_STEPS || !budget::spend(STEP) || self.stdout.len() > super::value::MAX_TEXT {
            return Err(Stop::Unknown(Why::limit("steps of a python program")));
        }
        if self.depth >= MAX_DEPTH {
            return Err(Stop::Unknown(Why::limit("depth of a python program")));
        }
        self.depth += 1;
        let out = work(self);
        self.depth -= 1;
        out
    }

    pub(super) fn block(&mut self, list: &[Statement]) -> Result<()> {
        list.iter().try_for_each(|statement| self.deeper(|r| r.statement(statement)))
    }

    fn statement(&mut self, statement: &Statement) -> Result<()> {
        match statement {
            Statement::Expr(expr) => drop(self.value(expr)?),
            Statement::Assign(targets, expr) => {
                let value = self.value(expr)?;
                for target in targets {
                    self.assign(target, value.clone())?;
                }
            }
            Statement::Add(target, expr) => {
                let old = self.value(target)?;
                let value = self.value(expr)?;
                if let PyValue::List(_) = &old {
                    self.method(&old, "extend", &[(None, value)])?;
                } else {
                    let value = self.operate("+", &old, &value)?;
                    self.assign(target, value)?;
                }
            }
            Statement::With(items, body) => {
                for (expr, name) in items {
                    let value = self.value(expr)?;
                    if !matches!(value, PyValue::File(_)) {
                        return gap("`with` on something other than a file");
                    }
                    if let Some(name) = name {
                        self.assign(name, value)?;
                    }
                }
                self.block(body)?;
            }
            Statement::For(target, list, body) => {
                let list = self.value(list)?;
                let items = list.items()?;
                let count = items.len();
                for item in items {
                    self.assign(target, item)?;
                    self.deeper(|r| r.block(body))?;
                }
                if !matches!(list, PyValue::File(_)) && list.items()?.len() != count {
                    return gap("a loop over a list that it changes");
                }
            }
            Statement::If(branches, otherwise) => {
                for (condition, body) in branches {
                    if self.value(condition)?.truth()? {
                        return self.block(body);
                    }
                }
                self.block(otherwise)?;
            }
            Statement::Import(module, name) => {
                self.variables.insert(name.clone(), PyValue::Module(module.clone()));
            }
        }
        Ok(())
    }

    fn assign(&mut self, target: &Expr, value: PyValue) -> Result<()> {
        match target {
            Expr::Name(name, _) => drop(self.variables.insert(name.clone(), value)),
            Expr::List(targets) => {
                let items = value.items()?;
                if items.len() != targets.len() {
                    return Err(Stop::Raise);
                }
                for (target, item) in targets.iter().zip(items) {
                    self.assign(target, item)?;
                }
            }
            Expr::Index(base, index) => {
                let base = self.value(base)?;
                let index = self.value(index)?;
                match &base {
                    PyValue::Dict(pairs) => set(&mut pairs.borrow_mut(), key(&index)?, value)?,
                    PyValue::Scalar(Data::Unknown(text)) => return unknown(text),
                    PyValue::Scalar(_) => return Err(Stop::Raise),
                    _ => return gap("an item of this"),
                }
            }
            _ => return gap("this assignment"),
        }
        Ok(())
    }

    pub(super) fn value(&mut self, expr: &Expr) -> Result<PyValue> {
        let value = self.deeper(|r| r.evaluate(expr))?;
        self.charge(value.weight())?;
        Ok(value)
    }

    fn evaluate(&mut self, expr: &Expr) -> Result<PyValue> {
        Ok(match expr {
            Expr::Text(text) => PyValue::text(text.clone()),
            Expr::Number(text) => {
                let plain = |t: &str| t.parse::<i64>().is_ok_and(|n| n.to_string() == t);
                if !text.known_str().is_some_and(plain) {
                    return gap("a number that is not whole");
                }
                PyValue::Scalar(Data::Number(text.clone()))
            }
            Expr::Name(name, place) => self.name(name, place),
            Expr::Format(parts) => {
                let mut out = Traced::new();
                for part in parts {
                    out.push(&self.value(part)?.shown(self.at)?);
                    out = bounded(out)?;
                }
                PyValue::text(out)
            }
            Expr::List(items) => PyValue::list(items.iter().map(|item| self.value(item)).collect::<Result<_>>()?),
            Expr::Dict(items) => {
                let mut pairs = Vec::new();
                for (name, value) in items {
                    let Some(name) = name else { return gap("** in a dictionary") };
                    let name = self.value(name)?;
                    set(&mut pairs, key(&name)?, self.value(value)?)?;
                }
                PyValue::dict(pairs)
            }
            Expr::Attribute(base, name) => match self.value(base)? {
                PyValue::Module(module) if module == "sys" && name == "argv" => {
                    PyValue::texts(self.arguments.iter().cloned())
                }
                PyValue::Module(module) => PyValue::Module(format!("{module}.{name}")),
                _ => return gap(&format!("the attribute {name}")),
            },
            Expr::Call(function, arguments) => self.call(function, arguments)?,
            Expr::Index(base, index) => {
                let base = self.value(base)?;
                let index = self.value(index)?;
                self.item(&base, &index)?
            }
            Expr::Binary(sign, left, right) => {
                let left = self.value(left)?;
                match sign.as_str() {
                    "and" if !left.truth()? => return Ok(left),
                    "or" if left.truth()? => return Ok(left),
                    "and" | "or" => return self.value(right),
                    _ => {}
                }
                let right = self.value(right)?;
                self.operate(sign, &left, &right)?
            }
            Expr::Not(inner) => PyValue::bool(!self.value(inner)?.truth()?, self.at),
            Expr::Choice(condition, value, otherwise) => {
                let chosen = if self.value(condition)?.truth()? { value } else { otherwise };
                self.value(chosen)?
            }
            Expr::NotFollowed(what) => return gap(what),
        })
    }

    fn name(&self, name: &str, place: &Traced) -> PyValue {
        if let Some(value) = self.variables.get(name) {
            return value.clone();
        }
        let at = place.span().unwrap_or(self.at);
        match name {
            "None" => PyValue::none(at),
            "True" => PyValue::bool(true, at),
            "False" => PyValue::bool(false, at),
            "__name__" => PyValue::text(Traced::made("__main__", at)),
            _ => PyValue::Module(name.to_owned()),
        }
    }

    fn item(&mut self, base: &PyValue, index: &PyValue) -> Result<PyValue> {
        match base {
            PyValue::Dict(pairs) => look_up(&pairs.borrow(), key(index)?)?.ok_or(Stop::Raise),
            PyValue::List(list) => {
                let Ok(at) = usize::try_from(index.whole()?) else { return gap("a place counted from the end") };
                list.borrow().get(at).cloned().ok_or(Stop::Raise)
            }
            PyValue::Module(name) if name == "os.environ" => {
                Ok(PyValue::text(self.variable(index)?.ok_or(Stop::Raise)?))
            }
            PyValue::Scalar(Data::Unknown(text)) => unknown(text),
            PyValue::Scalar(Data::Null(_) | Data::Bool(..) | Data::Number(_)) => Err(Stop::Raise),
            _ => gap("an item of this"),
        }
    }

    /// A variable of the environment. `None` if it is not set.
    pub(super) fn variable(&mut self, name: &PyValue) -> Result<Option<Traced>> {
        match (self.env)(name.known()?) {
            FileLookup::Content(text) => Ok(Some(text)),
            FileLookup::Missing => Ok(None),
            FileLookup::Unknown(why) => Err(Stop::Unknown(why)),
        }
    }

    fn operate(&self, sign: &str, left: &PyValue, right: &PyValue) -> Result<PyValue> {
        let truth = |value: bool| Ok(PyValue::bool(value, self.at));
        let null = |v: &PyValue| matches!(v, PyValue::Scalar(Data::Null(_)));
        match (sign, left, right) {
            ("==", ..) => truth(left.equals(right)?),
            ("!=", ..) => truth(!left.equals(right)?),
            ("is" | "is not", PyValue::Scalar(Data::Unknown(text)), _) => unknown(text),
            ("is" | "is not", ..) if null(right) => truth(null(left) == (sign == "is")),
            ("in" | "not in", ..) => truth(contains(right, left)? == (sign == "in")),
            ("+", PyValue::Scalar(Data::Str(a)), PyValue::Scalar(Data::Str(b))) => {
                Ok(PyValue::text(bounded(Traced::join([a, b], &Traced::new()))?))
            }
            ("+", PyValue::List(a), PyValue::List(b)) => {
                Ok(PyValue::list(a.borrow().iter().chain(b.borrow().iter()).cloned().collect()))
            }
            ("+", ..) => match left.whole()?.checked_add(right.whole()?) {
                Some(value) => Ok(PyValue::number(value, self.at)),
                None => gap("a number that is too large"),
            },
            _ => gap(&format!("the operator {sign} of these")),
        }
    }
}

/// Whether `item` is in `whole`.
fn contains(whole: &PyValue, item: &PyValue) -> Result<bool> {
    match whole {
        PyValue::Dict(pairs) => Ok(look_up(&pairs.borrow(), key(item)?)?.is_some()),
        PyValue::List(list) => {
            for other in list.borrow().iter() {
                if other.equals(item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        PyValue::Scalar(Data::Str(text)) => {
            let part = item.known()?;
            let found = holds(text.bytes(), part.as_bytes());
            if !found && text.has_unknown() { unknown(text) } else { Ok(found) }
        }
        PyValue::Scalar(Data::Unknown(text)) => unknown(text),
        _ => gap("in"),
    }
}
