//! Assignments, alone and as arguments of `export` and its like.

use std::sync::Arc;

use crate::syntax::shell::{Assignment, Part, Word};
use crate::text::{Traced, Why};

use super::{Run, Shell, Variable, arithmetic, parameters};

impl Shell<'_, '_> {
    /// Arguments of `export` and its like: what looks like an assignment is not split.
    pub(super) fn declared(&mut self, words: &[Word], path: &mut Run) -> Vec<Traced> {
        let mut out = Vec::new();
        for word in words {
            let assigns = matches!(word.parts.first(), Some(Part::Bare(t)) if t.bytes().contains(&b'='));
            if assigns {
                if let [Part::Bare(name), Part::Array(items)] = word.parts.as_slice() {
                    let name = name.to_text().trim_end_matches(['=', '+']).to_owned();
                    let values = self.fields(items, path);
                    let variable = Variable { values: Arc::new(values), array: true, exported: false };
                    Arc::make_mut(&mut path.variables).insert(name, variable);
                    continue;
                }
                out.push(self.single(word, path));
            } else {
                out.append(&mut self.fields(std::slice::from_ref(word), path));
            }
        }
        out
    }

    pub(super) fn assign(&mut self, assignment: &Assignment, path: &mut Run) {
        let name = &assignment.name;
        let old = path.variables.get(name).cloned();
        let exported = old.as_ref().is_some_and(|v| v.exported);
        if let [Part::Array(items)] = assignment.value.parts.as_slice() {
            let mut values = match &old {
                Some(old) if assignment.append => old.values.to_vec(),
                _ => Vec::new(),
            };
            values.append(&mut self.fields(items, path));
            let variable = Variable { values: Arc::new(values), array: true, exported };
            Arc::make_mut(&mut path.variables).insert(name.clone(), variable);
            return;
        }
        let mut value = self.single(&assignment.value, path);
        if let Some(subscript) = &assignment.subscript {
            let index = self.single(subscript, path);
            let index = index.known_str().and_then(|i| arithmetic::evaluate(i, path));
            let mut values = old.as_ref().map(|v| v.values.to_vec()).unwrap_or_default();
            // An array without gaps is known element by element.
            if let Some(index) = index.and_then(|i| usize::try_from(i).ok())
                && index <= values.len()
                && !assignment.append
            {
                if index == values.len() {
                    values.push(value);
                } else {
                    values[index] = value;
                }
                let variable = Variable { values: Arc::new(values), array: true, exported };
                Arc::make_mut(&mut path.variables).insert(name.clone(), variable);
                return;
            }
            let why = Why::NotUnderstood("an element of an array".into());
            value = Traced::hole(assignment.span, why);
            let variable = Variable { values: Arc::new(vec![value]), array: true, exported };
            Arc::make_mut(&mut path.variables).insert(name.clone(), variable);
            return;
        }
        if assignment.append {
            let mut whole = match self.variable(name, path, assignment.span) {
                parameters::Value::One(before) => before,
                _ => Traced::new(),
            };
            whole.push(&value);
            value = whole;
        }
        path.set(name, value);
    }
}
