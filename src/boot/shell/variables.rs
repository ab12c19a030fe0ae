//! Variables: plain ones, arrays, maps, and names that stand for other names.

use std::sync::Arc;

use crate::text::{Span, Traced, Why};

use super::{Run, Status};

/// How many names may lead to each other.
const MAX_REFERENCES: usize = 8;

/// The most elements of an array that are kept apart.
const MAX_ELEMENTS: usize = 4096;

/// The most bytes of an array.
const MAX_BYTES: usize = 4 << 20;

/// What a variable is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text.
    #[default]
    Plain,
    /// An array with numbers as keys.
    Array,
    /// `declare -A`
    Map,
    /// `declare -n`: its text is the name of another one.
    Reference,
}

/// A variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Variable {
    /// Its value, or the values of an array.
    pub(super) values: Arc<Vec<Traced>>,
    /// The keys of the values; `None` for an array without gaps.
    pub(super) keys: Option<Arc<Vec<String>>>,
    pub(super) kind: Kind,
    pub(super) exported: bool,
}

impl Variable {
    pub(super) fn plain(value: Traced, exported: bool) -> Self {
        Self { values: Arc::new(vec![value]), keys: None, kind: Kind::Plain, exported }
    }

    pub(super) fn array(values: Vec<Traced>, exported: bool) -> Self {
        Self { values: Arc::new(values), keys: None, kind: Kind::Array, exported }
    }

    pub(super) fn is_array(&self) -> bool {
        matches!(self.kind, Kind::Array | Kind::Map)
    }

    /// An array of which nothing is known.
    pub(super) fn is_unknown(&self) -> bool {
        self.is_array() && self.keys.is_none() && matches!(self.values.as_slice(), [only] if only.is_hole())
    }

    fn index(&self, key: &str) -> Option<usize> {
        match &self.keys {
            Some(keys) => keys.iter().position(|k| k == key),
            None => key.parse().ok().filter(|n| *n < self.values.len()),
        }
    }

    /// A key as it is kept: a negative number counts from the end.
    pub(super) fn key(&self, key: &str) -> Option<String> {
        if self.kind == Kind::Map {
            return Some(key.to_owned());
        }
        let number: i64 = key.trim().parse().ok()?;
        if number >= 0 {
            return Some(number.to_string());
        }
        let last = match &self.keys {
            Some(keys) => keys.last().and_then(|k| k.parse::<i64>().ok())?,
            None => i64::try_from(self.values.len()).ok()? - 1,
        };
        Some((last + 1 + number).to_string())
    }

    pub(super) fn get(&self, key: &str) -> Option<&Traced> {
        self.values.get(self.index(key)?)
    }

    pub(super) fn keys(&self) -> Vec<String> {
        match &self.keys {
            Some(keys) => keys.to_vec(),
            None => (0..self.values.len()).map(|n| n.to_string()).collect(),
        }
    }

    pub(super) fn insert(&mut self, key: &str, value: Traced) {
        if self.kind == Kind::Plain {
            self.kind = Kind::Array;
        }
        let size = || self.values.iter().map(Traced::len).sum::<usize>();
        if self.values.len() >= MAX_ELEMENTS || value.len() > MAX_BYTES / MAX_ELEMENTS && size() > MAX_BYTES {
            // Too much to keep apart: nothing of it is known any more.
            if let Some(at) = value.span() {
                self.values = Arc::new(vec![Traced::hole(at, Why::Limit("elements of an array"))]);
                self.keys = None;
            }
            return;
        }
        if let Some(at) = self.index(key) {
            Arc::make_mut(&mut self.values)[at] = value;
            return;
        }
        if self.keys.is_none() && self.kind != Kind::Map && key.parse() == Ok(self.values.len()) {
            Arc::make_mut(&mut self.values).push(value);
            return;
        }
        let mut keys = self.keys();
        // Numbers stand in order, words as they came.
        let number = |k: &String| k.parse::<u64>().unwrap_or(u64::MAX);
        let at = match self.kind {
            Kind::Map => keys.len(),
            _ => keys.iter().position(|k| number(k) > number(&key.to_owned())).unwrap_or(keys.len()),
        };
        keys.insert(at, key.to_owned());
        Arc::make_mut(&mut self.values).insert(at, value);
        self.keys = Some(Arc::new(keys));
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Some(at) = self.index(key) {
            let mut keys = self.keys();
            keys.remove(at);
            Arc::make_mut(&mut self.values).remove(at);
            self.keys = Some(Arc::new(keys));
        }
    }
}

impl Run {
    /// The name that a name stands for.
    pub(super) fn resolve<'n>(&'n self, name: &'n str) -> &'n str {
        let mut name = name;
        for _ in 0..MAX_REFERENCES {
            match self.variables.get(name).filter(|v| v.kind == Kind::Reference) {
                Some(reference) => match reference.values.first().and_then(Traced::known_str) {
                    Some(next) if next != name => name = next,
                    _ => break,
                },
                None => break,
            }
        }
        name
    }

    pub(super) fn lookup(&self, name: &str) -> Option<&Variable> {
        self.variables.get(self.resolve(name))
    }

    pub(super) fn is_map(&self, name: &str) -> bool {
        self.lookup(name).is_some_and(|v| v.kind == Kind::Map)
    }

    pub(super) fn set(&mut self, name: &str, value: Traced) {
        let name = self.resolve(name).to_owned();
        if self.constants.contains(&name) {
            self.status = Status::NonZero;
            return;
        }
        let all = self.allexport;
        let variable = Arc::make_mut(&mut self.variables).entry(name).or_default();
        variable.exported |= all;
        if variable.is_array() && !variable.is_unknown() {
            // The first element is what the bare name means.
            variable.insert("0", value);
        } else {
            *variable = Variable::plain(value, variable.exported);
        }
    }

    /// Puts a whole variable, which keeps whether it is exported.
    pub(super) fn put(&mut self, name: &str, mut variable: Variable) {
        let name = self.resolve(name).to_owned();
        if self.constants.contains(&name) {
            self.status = Status::NonZero;
            return;
        }
        variable.exported |= self.allexport || self.variables.get(&name).is_some_and(|v| v.exported);
        Arc::make_mut(&mut self.variables).insert(name, variable);
    }

    pub(super) fn set_element(&mut self, name: &str, key: &str, value: Traced) {
        let mut variable = self.lookup(name).cloned().unwrap_or_default();
        if variable.is_unknown() {
            return;
        }
        let Some(key) = variable.key(key) else { return };
        if variable.kind == Kind::Plain && variable.values.is_empty() {
            variable.kind = Kind::Array;
        }
        variable.insert(&key, value);
        self.put(name, variable);
    }

    /// An arithmetic command that is not modelled may assign every variable that it names.
    pub(super) fn forget_counted(&mut self, text: &Traced, at: Span) {
        let text = text.to_text().into_owned();
        let names: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        for name in names.into_iter().filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')) {
            let why = Why::NotUnderstood("arithmetic".into());
            self.put(name, Variable::plain(Traced::hole(at, why), false));
        }
    }

    /// The value of a plain variable, if the script has set it.
    pub(super) fn get(&self, name: &str) -> Option<&Traced> {
        let variable = self.lookup(name)?;
        if variable.is_array() { variable.get("0") } else { variable.values.first() }
    }

    /// An element of an array or a map.
    pub(super) fn element(&self, name: &str, key: &str) -> Option<&Traced> {
        let variable = self.lookup(name)?;
        if variable.is_unknown() {
            return variable.values.first();
        }
        variable.get(&variable.key(key)?)
    }

    /// Variables that differ in `other` are not known any more.
    pub(super) fn blur_variables(&mut self, other: &Self, why: &Why, at: Span) {
        if Arc::ptr_eq(&self.variables, &other.variables) {
            return;
        }
        let mut variables = (*self.variables).clone();
        for name in self.variables.keys().chain(other.variables.keys()) {
            let (a, b) = (self.variables.get(name), other.variables.get(name));
            if a != b {
                let exported = a.or(b).is_some_and(|v| v.exported);
                let array = a.or(b).is_some_and(Variable::is_array);
                let hole = Traced::hole(at, why.clone());
                let variable =
                    if array { Variable::array(vec![hole], exported) } else { Variable::plain(hole, exported) };
                variables.insert(name.clone(), variable);
            }
        }
        self.variables = Arc::new(variables);
    }
}
