//! Python's statements, followed one by one.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::programs::data::Data;
use crate::programs::program::{Files, Found};
use crate::syntax::python::{Expr, Statement, not};
use crate::text::{Span, Traced, Why};

use super::value::{Function, Result, Stop, Value, gap, look_up, set};

/// The most statements and expressions that one program may take.
const MAX_STEPS: usize = 50_000;

/// How deep statements, expressions and calls may nest while they are followed.
const MAX_DEPTH: usize = 80;

/// The longest text that a program may build, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 19;

/// The most bytes of text, and items of lists, that all values of a program together may have.
const MAX_WORK: usize = 16 << 20;

/// A program as far as it has come.
pub(super) struct Run<'a> {
    pub(super) at: Span,
    pub(super) files: Files<'a>,
    pub(super) env: Files<'a>,
    pub(super) stdin: Traced,
    pub(super) arguments: Vec<Traced>,
    pub(super) stdout: Traced,
    pub(super) writes: BTreeMap<String, Traced>,
    pub(super) removed: Vec<String>,
    /// Commands that the program runs. What it does to files after the first of them is not followed.
    pub(super) commands: Vec<Vec<Traced>>,
    scopes: Vec<BTreeMap<String, Value>>,
    steps: usize,
    work: usize,
    depth: usize,
}

impl<'a> Run<'a> {
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
            scopes: vec![BTreeMap::new()],
            steps: 0,
            work: 0,
            depth: 0,
        }
    }

    /// The content of a file, as the program has left it so far. `None` if there is none.
    pub(super) fn read(&mut self, path: &str) -> Result<Option<Traced>> {
        self.before_commands()?;
        if let Some(text) = self.writes.get(path) {
            return Ok(Some(text.clone()));
        }
        if self.removed.iter().any(|p| p == path) {
            return Ok(None);
        }
        match (self.files)(path) {
            Found::Content(text) => Ok(Some(text)),
            Found::Missing => Ok(None),
            Found::Unknown(why) => Err(Stop::Unknown(why)),
        }
    }

    /// Files are as the program leaves them only as long as it runs no command.
    pub(super) fn before_commands(&self) -> Result<()> {
        if self.commands.is_empty() { Ok(()) } else { gap("what comes after a command") }
    }

    fn step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.stdout.len() > MAX_TEXT {
            return Err(Stop::Unknown(Why::Limit("steps of a python program")));
        }
        Ok(())
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Stop::Unknown(Why::Limit("depth of a python program")));
        }
        self.depth += 1;
        let out = work(self);
        self.depth -= 1;
        out
    }

    pub(super) fn block(&mut self, list: &[Statement]) -> Result<()> {
        for statement in list {
            self.step()?;
            self.deeper(|r| r.statement(statement))?;
        }
        Ok(())
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
            Statement::Augment(target, sign, expr) => {
                let old = self.value(target)?;
                let value = self.value(expr)?;
                match (&old, sign.as_str(), &value) {
                    (Value::List(list), "+", _) => {
                        let mut items = value.items()?;
                        list.borrow_mut().append(&mut items);
                    }
                    (Value::Dict(_), "|", _) => drop(self.method(&old, "update", &[(None, value)])?),
                    _ => {
                        let value = self.operate(sign, &old, &value)?;
                        self.assign(target, value)?;
                    }
                }
            }
            Statement::Delete(targets) => {
                for target in targets {
                    self.delete(target)?;
                }
            }
            Statement::With(items, body) => {
                for (expr, name) in items {
                    let value = self.value(expr)?;
                    if !matches!(value, Value::File(_)) {
                        return gap("with something that is no file");
                    }
                    if let Some(name) = name {
                        self.assign(name, value)?;
                    }
                }
                self.block(body)?;
            }
            Statement::For(target, list, body) => {
                let items = self.value(list)?.items()?;
                for item in items {
                    self.step()?;
                    self.assign(target, item)?;
                    match self.block(body) {
                        Err(Stop::Break) => break,
                        Ok(()) | Err(Stop::Continue) => {}
                        Err(stop) => return Err(stop),
                    }
                }
            }
            Statement::While(condition, body) => {
                while self.value(condition)?.truth()? {
                    self.step()?;
                    match self.block(body) {
                        Err(Stop::Break) => break,
                        Ok(()) | Err(Stop::Continue) => {}
                        Err(stop) => return Err(stop),
                    }
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
            Statement::Try(body, handler, last) => {
                let depth = self.depth;
                let scopes = self.scopes.len();
                let mut end = self.block(body);
                if let (Err(Stop::Raise), Some(handler)) = (&end, handler) {
                    self.depth = depth;
                    self.scopes.truncate(scopes.max(1));
                    end = self.block(handler);
                }
                self.block(last)?;
                end?;
            }
            Statement::Def(name, parameters, body) => {
                let function = Function { parameters: parameters.clone(), body: body.clone() };
                self.set(name, Value::Function(Rc::new(function)));
            }
            Statement::Return(expr) => {
                let value = match expr {
                    Some(expr) => self.value(expr)?,
                    None => Value::none(self.at),
                };
                return Err(Stop::Return(value));
            }
            Statement::Import(module, name) => self.set(name, Value::Module(module.clone())),
            Statement::Raise(Some(Expr::Name(name, _))) if name == "SystemExit" => return Err(Stop::Exit(0)),
            Statement::Raise(Some(value @ Expr::Call(function, _))) => {
                if matches!(&**function, Expr::Name(name, _) if name == "SystemExit") {
                    self.value(value)?;
                }
                return Err(Stop::Raise);
            }
            Statement::Raise(_) => return Err(Stop::Raise),
            Statement::Break => return Err(Stop::Break),
            Statement::Continue => return Err(Stop::Continue),
            Statement::Pass => {}
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), value);
        }
    }

    fn assign(&mut self, target: &Expr, value: Value) -> Result<()> {
        match target {
            Expr::Name(name, _) => self.set(name, value),
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
                    Value::Dict(pairs) => set(&mut pairs.borrow_mut(), key(&index)?, value)?,
                    Value::List(list) => {
                        let mut list = list.borrow_mut();
                        let at = position(index.whole()?, list.len()).ok_or(Stop::Raise)?;
                        if let Some(place) = list.get_mut(at) {
                            *place = value;
                        }
                    }
                    Value::Scalar(Data::Hole(_)) => {
                        return Err(Stop::Unknown(base.unknown().unwrap_or_else(|| not("a value"))));
                    }
                    Value::Scalar(Data::Null(_) | Data::Bool(..) | Data::Number(_) | Data::Str(_)) => {
                        return Err(Stop::Raise);
                    }
                    _ => return gap("an item of this"),
                }
            }
            _ => return gap("this assignment"),
        }
        Ok(())
    }

    fn delete(&mut self, target: &Expr) -> Result<()> {
        match target {
            Expr::Name(name, _) => {
                if let Some(scope) = self.scopes.last_mut() {
                    scope.remove(name);
                }
            }
            Expr::Index(base, index) => {
                let base = self.value(base)?;
                let index = self.value(index)?;
                match &base {
                    Value::Dict(pairs) => {
                        let mut pairs = pairs.borrow_mut();
                        let key = key(&index)?;
                        look_up(&pairs, key)?.ok_or(Stop::Raise)?;
                        pairs.retain(|(k, _)| k.bytes() != key.bytes());
                    }
                    Value::List(list) => {
                        let mut list = list.borrow_mut();
                        let at = position(index.whole()?, list.len()).ok_or(Stop::Raise)?;
                        list.remove(at);
                    }
                    _ => return gap("del of this"),
                }
            }
            _ => return gap("del of this"),
        }
        Ok(())
    }

    pub(super) fn value(&mut self, expr: &Expr) -> Result<Value> {
        self.step()?;
        let value = self.deeper(|r| r.evaluate(expr))?;
        self.charge(value.weight())?;
        Ok(value)
    }

    /// Counts what a value or a file takes.
    pub(super) fn charge(&mut self, weight: usize) -> Result<()> {
        self.work = self.work.saturating_add(weight);
        if self.work > MAX_WORK {
            Err(Stop::Unknown(Why::Limit("size of what a python program makes")))
        } else {
            Ok(())
        }
    }

    fn evaluate(&mut self, expr: &Expr) -> Result<Value> {
        Ok(match expr {
            Expr::Text(text) => Value::text(text.clone()),
            Expr::Number(text) => {
                let plain = |t: &str| {
                    let digits = t.trim_start_matches('-');
                    digits == "0" || !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
                };
                if !text.known_str().is_some_and(plain) {
                    return gap("a number that is not whole");
                }
                Value::Scalar(Data::Number(text.clone()))
            }
            Expr::Name(name, place) => self.name(name, place),
            Expr::Format(parts) => {
                let mut out = Traced::new();
                for part in parts {
                    let value = self.value(part)?;
                    out.push(&value.shown(self.at)?);
                    out = Self::bounded(out)?;
                }
                Value::text(out)
            }
            Expr::List(items) => Value::list(items.iter().map(|item| self.value(item)).collect::<Result<_>>()?),
            Expr::Dict(items) => {
                let mut pairs = Vec::new();
                for (name, value) in items {
                    let value = self.value(value)?;
                    match name {
                        Some(name) => {
                            let name = self.value(name)?;
                            set(&mut pairs, key(&name)?, value)?;
                        }
                        None => {
                            let Value::Dict(more) = value else { return gap("** of this") };
                            for (name, value) in more.borrow().iter() {
                                set(&mut pairs, name, value.clone())?;
                            }
                        }
                    }
                }
                Value::dict(pairs)
            }
            Expr::Attribute(base, name) => match self.value(base)? {
                Value::Module(module) if module == "sys" && name == "argv" => {
                    Value::list(self.arguments.iter().cloned().map(Value::text).collect())
                }
                Value::Module(module) => Value::Module(format!("{module}.{name}")),
                Value::Path(path)
                    if matches!(name.as_str(), "parent" | "name" | "stem" | "suffix") && !path.has_hole() =>
                {
                    let words = path.to_text().into_owned();
                    let words = words.trim_end_matches('/');
                    let base = words.rfind('/').map_or(0, |n| n + 1);
                    let dot = words[base..].rfind('.').filter(|n| *n > 0).map_or(words.len(), |n| base + n);
                    match name.as_str() {
                        "parent" if base == 0 => Value::Path(Traced::made(".", self.at)),
                        "parent" => Value::Path(path.slice(0..(base - 1).max(1))),
                        "name" => Value::text(path.slice(base..words.len())),
                        "stem" => Value::text(path.slice(base..dot)),
                        _ => Value::text(path.slice(dot..words.len())),
                    }
                }
                _ => return gap(&format!("the attribute {name}")),
            },
            Expr::Call(function, arguments) => self.call(function, arguments)?,
            Expr::Index(base, index) => {
                let base = self.value(base)?;
                let index = self.value(index)?;
                match &base {
                    Value::Module(module) => self.module_item(module, &index)?,
                    _ => Self::item(&base, &index)?,
                }
            }
            Expr::Slice(base, from, to) => {
                let base = self.value(base)?;
                let mut end = |expr: &Option<Box<Expr>>| match expr {
                    Some(expr) => Ok(Some(self.value(expr)?.whole()?)),
                    None => Ok::<_, Stop>(None),
                };
                let (from, to) = (end(from)?, end(to)?);
                slice(&base, from, to)?
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
            Expr::Not(inner) => {
                let truth = self.value(inner)?.truth()?;
                Value::bool(!truth, self.at)
            }
            Expr::Choice(condition, value, otherwise) => {
                if self.value(condition)?.truth()? {
                    self.value(value)?
                } else {
                    self.value(otherwise)?
                }
            }
            Expr::Each(value, targets, list, conditions) => {
                let items = self.value(list)?.items()?;
                let mut out = Vec::new();
                'items: for item in items {
                    for target in targets {
                        self.assign(target, item.clone())?;
                    }
                    for condition in conditions {
                        if !self.value(condition)?.truth()? {
                            continue 'items;
                        }
                    }
                    out.push(self.value(value)?);
                }
                Value::list(out)
            }
        })
    }

    fn name(&self, name: &str, place: &Traced) -> Value {
        let scopes = [self.scopes.last(), self.scopes.first()];
        if let Some(value) = scopes.into_iter().flatten().find_map(|s| s.get(name)) {
            return value.clone();
        }
        let at = place.span().unwrap_or(self.at);
        match name {
            "None" => Value::none(at),
            "True" => Value::bool(true, at),
            "False" => Value::bool(false, at),
            "__name__" => Value::text(Traced::made("__main__", at)),
            _ => Value::Module(name.to_owned()),
        }
    }

    /// Calls a function of the program.
    pub(super) fn enter(&mut self, function: &Function, values: Vec<(Option<String>, Value)>) -> Result<Value> {
        let mut scope = BTreeMap::new();
        let mut names = function.parameters.iter();
        for (name, value) in values {
            match name {
                Some(name) => drop(scope.insert(name, value)),
                None => {
                    let (name, _) = names.next().ok_or(Stop::Raise)?;
                    scope.insert(name.clone(), value);
                }
            }
        }
        for (name, default) in &function.parameters {
            if scope.contains_key(name) {
                continue;
            }
            let default = default.as_ref().ok_or(Stop::Raise)?;
            let value = self.value(default)?;
            scope.insert(name.clone(), value);
        }
        self.scopes.push(scope);
        let end = self.block(&function.body);
        self.scopes.pop();
        match end {
            Ok(()) => Ok(Value::none(self.at)),
            Err(Stop::Return(value)) => Ok(value),
            Err(stop) => Err(stop),
        }
    }

    fn item(base: &Value, index: &Value) -> Result<Value> {
        match base {
            Value::Dict(pairs) => look_up(&pairs.borrow(), key(index)?)?.ok_or(Stop::Raise),
            Value::List(list) => {
                let list = list.borrow();
                let at = position(index.whole()?, list.len()).ok_or(Stop::Raise)?;
                list.get(at).cloned().ok_or(Stop::Raise)
            }
            Value::Scalar(Data::Hole(_)) => Err(Stop::Unknown(base.unknown().unwrap_or_else(|| not("a value")))),
            Value::Scalar(Data::Null(_) | Data::Bool(..) | Data::Number(_)) => Err(Stop::Raise),
            _ => gap("an item of this"),
        }
    }

    fn operate(&self, sign: &str, left: &Value, right: &Value) -> Result<Value> {
        let truth = |value: bool| Ok(Value::bool(value, self.at));
        match sign {
            "==" => truth(left.equals(right)?),
            "!=" => truth(!left.equals(right)?),
            "is" | "is not" => {
                let null = |v: &Value| matches!(v, Value::Scalar(Data::Null(_)));
                match (left, right) {
                    (Value::Scalar(Data::Hole(_)), _) => truth(left.equals(right)?),
                    (_, right) if null(right) => truth(null(left) == (sign == "is")),
                    _ => gap("is"),
                }
            }
            "in" | "not in" => truth(contains(right, left)? == (sign == "in")),
            "+" => match (left, right) {
                (Value::Scalar(Data::Str(a)), Value::Scalar(Data::Str(b))) => {
                    let mut out = a.clone();
                    out.push(b);
                    Ok(Value::text(Self::bounded(out)?))
                }
                (Value::List(a), Value::List(b)) => {
                    if a.borrow().len() + b.borrow().len() > MAX_STEPS {
                        return Err(Stop::Unknown(Why::Limit("length of a list of python")));
                    }
                    Ok(Value::list(a.borrow().iter().chain(b.borrow().iter()).cloned().collect()))
                }
                _ => self.number(left, right, i64::checked_add),
            },
            "-" => self.number(left, right, i64::checked_sub),
            "*" => self.number(left, right, i64::checked_mul),
            "<" => truth(left.whole()? < right.whole()?),
            ">" => truth(left.whole()? > right.whole()?),
            "<=" => truth(left.whole()? <= right.whole()?),
            ">=" => truth(left.whole()? >= right.whole()?),
            "/" => match left {
                Value::Path(base) => {
                    let mut out = base.clone();
                    out.push_made(b"/", self.at);
                    out.push(right.as_text()?);
                    Ok(Value::Path(out))
                }
                _ => gap("a division"),
            },
            "|" => match (left, right) {
                (Value::Module(a), Value::Module(b)) => Ok(Value::Module(format!("{a}|{b}"))),
                (Value::Dict(a), Value::Dict(b)) => {
                    let mut out = a.borrow().clone();
                    for (name, value) in b.borrow().iter() {
                        set(&mut out, name, value.clone())?;
                    }
                    Ok(Value::dict(out))
                }
                _ => gap("`|` of these"),
            },
            "%" => match left {
                Value::Scalar(Data::Str(format)) => {
                    let values = if matches!(right, Value::List(_)) { right.items()? } else { vec![right.clone()] };
                    self.percent(format, &values)
                }
                _ => gap("a remainder"),
            },
            _ => gap(&format!("the operator {sign}")),
        }
    }

    fn number(&self, left: &Value, right: &Value, work: fn(i64, i64) -> Option<i64>) -> Result<Value> {
        match work(left.whole()?, right.whole()?) {
            Some(value) => Ok(Value::number(value, self.at)),
            None => gap("a number that is too large"),
        }
    }

    fn percent(&self, format: &Traced, values: &[Value]) -> Result<Value> {
        let mut out = Traced::new();
        let mut values = values.iter();
        let mut done = 0;
        let bytes = format.bytes();
        while let Some(at) = bytes.get(done..).and_then(|b| b.iter().position(|b| *b == b'%')).map(|n| done + n) {
            out.push(&format.slice(done..at));
            match bytes.get(at + 1) {
                Some(b'%') => out.push(&format.slice(at..at + 1)),
                Some(b's' | b'd') => out.push(&values.next().ok_or(Stop::Raise)?.shown(self.at)?),
                _ => return gap("this % format"),
            }
            out = Self::bounded(out)?;
            done = at + 2;
        }
        out.push(&format.slice(done..format.len()));
        Ok(Value::text(Self::bounded(out)?))
    }

    pub(super) fn bounded(text: Traced) -> Result<Traced> {
        if text.len() > MAX_TEXT { Err(Stop::Unknown(Why::Limit("length of a text of python"))) } else { Ok(text) }
    }
}

/// The text of a key.
pub(super) fn key(value: &Value) -> Result<&Traced> {
    match value {
        Value::Scalar(Data::Str(text)) => Ok(text),
        Value::Scalar(Data::Hole(_)) => Err(Stop::Unknown(value.unknown().unwrap_or_else(|| not("a value")))),
        _ => gap("a key that is no text"),
    }
}

/// The place of an index in a list.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let at = if index < 0 { index + length } else { index };
    usize::try_from(at).ok().filter(|_| at < length)
}

fn slice(base: &Value, from: Option<i64>, to: Option<i64>) -> Result<Value> {
    let bound = |index: i64, length: usize| {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        usize::try_from(if index < 0 { index + length } else { index }.clamp(0, length)).unwrap_or(0)
    };
    let range = |length: usize| {
        let start = from.map_or(0, |i| bound(i, length));
        start..to.map_or(length, |i| bound(i, length)).max(start)
    };
    match base {
        Value::List(list) => {
            let list = list.borrow();
            Ok(Value::list(list.get(range(list.len())).unwrap_or_default().to_vec()))
        }
        Value::Scalar(Data::Str(text)) if text.bytes().is_ascii() => Ok(Value::text(text.slice(range(text.len())))),
        _ => gap("a slice of this"),
    }
}

/// Whether `item` is in `whole`.
fn contains(whole: &Value, item: &Value) -> Result<bool> {
    match whole {
        Value::Dict(pairs) => Ok(look_up(&pairs.borrow(), key(item)?)?.is_some()),
        Value::List(list) => {
            for other in list.borrow().iter() {
                if other.equals(item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Scalar(Data::Str(text)) => {
            let part = item.known()?;
            let found = part.is_empty() || text.bytes().windows(part.len()).any(|w| w == part.as_bytes());
            match text.first_hole() {
                Some((_, why)) if !found => Err(Stop::Unknown(why.clone())),
                _ => Ok(found),
            }
        }
        Value::Scalar(Data::Hole(_)) => Err(Stop::Unknown(whole.unknown().unwrap_or_else(|| not("a value")))),
        _ => gap("in"),
    }
}
