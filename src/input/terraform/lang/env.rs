//! The names in scope of an expression.

use std::sync::Arc;

use crate::value::{Map, Value};

use super::convert::extend;

/// The scope of an expression.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Env {
    /// The module instance; none inside templates and tfvars files.
    pub(in super::super) instance: Option<usize>,
    pub(in super::super) names: Names,
}

/// Bound names, innermost first.
pub(in super::super) type Names = Option<Arc<Bound>>;

/// Names bound by `for`, `each`, `count` or the arguments of a template.
#[derive(Debug)]
pub(in super::super) struct Bound {
    pub(in super::super) what: Binding,
    /// Distinguishes bindings of the same names, such as the iterations of a loop.
    pub(in super::super) id: Arc<str>,
    pub(in super::super) next: Names,
}

#[derive(Debug)]
pub(in super::super) enum Binding {
    One(Arc<str>, Value),
    All(Arc<Map>),
}

impl Env {
    pub(in super::super) fn of(instance: usize) -> Self {
        Self { instance: Some(instance), names: None }
    }

    /// This scope with one more name.
    pub(in super::super) fn with(&self, name: impl Into<Arc<str>>, value: Value, id: &str) -> Self {
        let outer = self.id();
        let id = if outer.is_empty() { Arc::from(id) } else { format!("{outer}, {id}").into() };
        let bound = Bound { what: Binding::One(name.into(), value), id, next: self.names.clone() };
        Self { instance: self.instance, names: Some(Arc::new(bound)) }
    }

    pub(in super::super) fn id(&self) -> Arc<str> {
        self.names.as_ref().map_or_else(Arc::default, |n| Arc::clone(&n.id))
    }

    /// `[0]` or `["key"]`: the index that `count` or `each` has here.
    pub(in super::super) fn suffix(&self) -> String {
        let id = self.id();
        match id.split_once('\0') {
            Some((suffix, _)) if suffix.starts_with('[') && suffix != "[\"?\"]" => suffix.to_owned(),
            _ => String::new(),
        }
    }

    pub(in super::super) fn lookup(&self, name: &str) -> Option<Value> {
        let mut next = self.names.as_ref();
        while let Some(bound) = next {
            match &bound.what {
                Binding::One(n, value) if &**n == name => return Some(value.clone()),
                Binding::All(map) => {
                    if let Some(entry) = map.entries.get(name) {
                        return Some(entry.value.clone());
                    }
                    if let Some(why) = &map.open {
                        let at = map.entries.values().next()?.key;
                        return Some(Value::unknown(extend(why, &format!(".{name}")), at));
                    }
                }
                Binding::One(..) => {}
            }
            next = bound.next.as_ref();
        }
        None
    }
}
