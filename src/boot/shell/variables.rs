//! The variables of a script: looked up, set and forgotten.

use std::sync::Arc;

use crate::node::Family;
use crate::text::{Span, Traced, Why};

use super::arithmetic;
use super::maps::different;
use super::state::ScriptRun;
use super::status::Status;
use super::variable::{Element, Variable, VariableKind, case};

/// The longest chain of references.
const MAX_REFERENCES: usize = 8;

impl ScriptRun {
    /// An element of `PIPESTATUS` or `BASH_VERSINFO`; `None` for any other array.
    pub(super) fn bash_element(&self, name: &str, index: i64) -> Option<Element> {
        if self.shell.variables.contains_key(name) {
            return None;
        }
        let index = usize::try_from(index);
        match (name, index, &self.codes) {
            ("PIPESTATUS", Ok(index), Some(codes)) => {
                Some(codes.get(index).map_or(Element::Unset, |code| Element::Number((*code).into())))
            }
            // Amazon Linux 2 has bash 4.2, newer images have bash 5.
            ("BASH_VERSINFO", Ok(0), _) => Some(match self.machine.family() {
                Some(Family::Al2) => Element::Number(4),
                Some(Family::Al2023 | Family::Ubuntu) => Element::Number(5),
                _ => Element::Outside,
            }),
            ("PIPESTATUS" | "BASH_VERSINFO", ..) => Some(Element::Outside),
            _ => None,
        }
    }

    /// The name that a reference leads to.
    pub(super) fn resolve<'n>(&'n self, name: &'n str) -> &'n str {
        let mut name = name;
        for _ in 0..MAX_REFERENCES {
            match self.shell.variables.get(name).filter(|v| v.kind == VariableKind::Reference) {
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
        self.shell.variables.get(self.resolve(name))
    }

    pub(super) fn is_map(&self, name: &str) -> bool {
        self.lookup(name).is_some_and(|v| v.kind == VariableKind::Map)
    }

    pub(super) fn set(&mut self, name: &str, value: Traced) {
        let name: Arc<str> = self.resolve(name).into();
        if self.shell.constants.contains(&*name) {
            self.status = Status::NonZero;
            return;
        }
        let all = self.shell.options.allexport;
        let integer = self.shell.variables.get(&*name).is_some_and(|v| v.integer);
        let value = if integer { self.number(value) } else { value };
        let variable = Arc::make_mut(&mut self.shell.variables).entry(name).or_default();
        variable.exported |= all;
        let upper = variable.upper;
        let value = upper.map_or(value.clone(), |upper| case(&value, upper, true, self.machine.place));
        if variable.is_array() && !variable.is_unknown() {
            // The bare name means the first element.
            variable.insert("0", value);
        } else {
            *variable = Variable { upper, integer, ..Variable::plain(value, variable.exported) };
        }
    }

    /// The number that an expression is; itself if it is a number already.
    fn number(&self, text: Traced) -> Traced {
        let at = text.span().unwrap_or(self.machine.place);
        match text.known_str().map(|known| arithmetic::evaluate(known, self)) {
            Some(Some(number)) if text.bytes() == number.to_string().as_bytes() => text,
            Some(Some(number)) => Traced::made(number.to_string(), at),
            _ => Traced::unknown(at, Why::NotUnderstood("arithmetic with an unknown value".into())),
        }
    }

    /// The value after `name+=value`, of what the variable has before.
    pub(super) fn joined(&self, name: &str, mut before: Traced, value: &Traced) -> Traced {
        if self.lookup(name).is_some_and(|v| v.integer) {
            let at = value.span().unwrap_or(self.machine.place);
            before.push_made(if before.is_empty() { b"0+(" } else { b"+(" }, at);
            before.push(value);
            before.push_made(b")", at);
        } else {
            before.push(value);
        }
        before
    }

    pub(super) fn unset(&mut self, name: &str) {
        let variables = Arc::make_mut(&mut self.shell.variables);
        variables.remove(name);
        // What comes from outside is gone as well.
        if self.shell.open.is_some() {
            variables.insert(name.into(), Variable::default());
        }
    }

    /// Sets a whole variable, which stays exported if it was.
    pub(super) fn put(&mut self, name: &str, mut variable: Variable) {
        let name: Arc<str> = self.resolve(name).into();
        if self.shell.constants.contains(&*name) {
            self.status = Status::NonZero;
            return;
        }
        variable.exported |=
            self.shell.options.allexport || self.shell.variables.get(&*name).is_some_and(|v| v.exported);
        Arc::make_mut(&mut self.shell.variables).insert(name, variable);
    }

    pub(super) fn set_element(&mut self, name: &str, key: &str, value: Traced) {
        let mut variable = self.lookup(name).cloned().unwrap_or_default();
        if variable.is_unknown() {
            return;
        }
        let Some(key) = variable.key(key) else { return };
        if variable.kind == VariableKind::Plain && variable.values.is_empty() {
            variable.kind = VariableKind::Array;
        }
        variable.insert(&key, value);
        self.put(name, variable);
    }

    /// An arithmetic command that is not modelled may assign every variable it names.
    pub(super) fn forget_assigned(&mut self, text: &Traced, at: Span) {
        let text = text.to_text().into_owned();
        let names: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        for name in names.into_iter().filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')) {
            let values = Arc::new(vec![Traced::unknown(at, Why::NotUnderstood("arithmetic".into()))]);
            self.put(name, Variable::unknown(self.lookup(name), &values));
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

    /// Variables that differ in `other` become unknown.
    pub(super) fn blur_variables(&mut self, other: &Self, why: &Why, at: Span) {
        let blurred = self.blurred(other, why, at);
        if !blurred.is_empty() {
            Arc::make_mut(&mut self.shell.variables).extend(blurred);
        }
    }

    /// The variables that differ in `other`, as unknown ones.
    pub(super) fn blurred(&self, other: &Self, why: &Why, at: Span) -> Vec<(Arc<str>, Variable)> {
        let (own, others) = (&self.shell.variables, &other.shell.variables);
        let value = Arc::new(vec![Traced::unknown(at, why.clone())]);
        let unknown = |name: Arc<str>| {
            let known = own.get(&name).or_else(|| others.get(&name));
            let variable = Variable::unknown(known, &value);
            (name, variable)
        };
        different(own, others).into_iter().map(unknown).collect()
    }
}
