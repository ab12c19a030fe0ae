//! Assignments, alone and as arguments of `export` and similar builtins.

use crate::syntax::shell::{Assignment, Part, Word};
use crate::text::{Span, Traced, Why};

use super::interpreter::Shell;
use super::state::ScriptRun;
use super::variable::{Variable, VariableKind};
use super::{arithmetic, parameters};

impl Shell<'_, '_> {
    /// Arguments of `export` and similar builtins: assignments are not split. Arrays are returned separately, with their names.
    pub(super) fn declared(&mut self, words: &[Word], path: &mut ScriptRun) -> (Vec<Traced>, Vec<(String, Variable)>) {
        let mut out = Vec::new();
        let mut arrays = Vec::new();
        let maps =
            words.iter().skip(1).filter_map(|w| w.bare()?.known_str()).any(|w| w.starts_with('-') && w.contains('A'));
        for word in words {
            let assigns = matches!(word.parts.first(), Some(Part::Bare(t)) if t.bytes().contains(&b'='));
            if assigns {
                if let [Part::Bare(name), Part::Array(items)] = word.parts.as_slice() {
                    let append = name.bytes().ends_with(b"+=");
                    let bare = name.to_text().trim_end_matches(['=', '+']).to_owned();
                    let old = path.lookup(&bare).cloned();
                    let map = maps || old.as_ref().is_some_and(|v| v.kind == VariableKind::Map);
                    let start = old.filter(|_| append);
                    arrays.push((bare.clone(), self.array(items, start, map, path)));
                    let length = bare.len();
                    out.push(name.slice(0..length));
                    continue;
                }
                out.push(self.single(word, path));
            } else {
                out.append(&mut self.fields(std::slice::from_ref(word), path));
            }
        }
        (out, arrays)
    }

    /// The elements in the parentheses of an array, appended to those of `old`.
    fn array(&mut self, items: &[Word], old: Option<Variable>, map: bool, path: &mut ScriptRun) -> Variable {
        let mut variable = old.unwrap_or_default();
        variable.kind = if map { VariableKind::Map } else { VariableKind::Array };
        let mut pending: Option<Traced> = None;
        for item in items {
            if let Some((key, value)) = self.keyed(item, map, path) {
                variable.insert(&key, value);
                continue;
            }
            let unread = matches!(item.parts.first(), Some(Part::Bare(text)) if text.bytes().starts_with(b"["));
            if map && unread {
                let why = Why::NotUnderstood("a key of an array".into());
                return Variable {
                    kind: VariableKind::Map,
                    ..Variable::array(vec![Traced::unknown(item.span, why)], false)
                };
            }
            for value in self.fields(std::slice::from_ref(item), path) {
                if map {
                    // Alternating keys and values.
                    match pending.take() {
                        None => pending = Some(value),
                        Some(key) => variable.insert(&key.to_text(), value),
                    }
                    continue;
                }
                let next = match &variable.keys {
                    Some(keys) => keys.last().and_then(|k| k.parse::<usize>().ok()).map_or(0, |n| n + 1),
                    None => variable.values.len(),
                };
                variable.insert(&next.to_string(), value);
            }
        }
        variable
    }

    /// `[key]=value`
    fn keyed(&mut self, item: &Word, map: bool, path: &mut ScriptRun) -> Option<(String, Traced)> {
        let Some(Part::Bare(first)) = item.parts.first() else { return None };
        if first.bytes().first() != Some(&b'[')
            || !item.parts.iter().any(|p| matches!(p, Part::Bare(t) if t.as_str().is_some_and(|t| t.contains("]="))))
        {
            return None;
        }
        let whole = self.single(item, path);
        let text = whole.bytes();
        let close = text.windows(2).position(|w| w == b"]=")?;
        let key = whole.slice(1..close);
        let key = key.known_str()?.to_owned();
        let key = if map { key } else { arithmetic::evaluate(&key, path)?.to_string() };
        Some((key, whole.slice(close + 2..whole.len())))
    }

    pub(super) fn assign(&mut self, assignment: &Assignment, path: &mut ScriptRun) {
        let name = &assignment.name;
        let old = path.lookup(name).cloned();
        if let [Part::Array(items)] = assignment.value.parts.as_slice() {
            let map = old.as_ref().is_some_and(|v| v.kind == VariableKind::Map);
            let variable = self.array(items, old.filter(|_| assignment.append), map, path);
            path.put(name, variable);
            return;
        }
        let mut value = self.single(&assignment.value, path);
        if let Some(subscript) = &assignment.subscript {
            let index = self.single(subscript, path);
            let key = match &old {
                Some(old) if old.kind == VariableKind::Map => index.known_str().map(str::to_owned),
                _ => index.known_str().and_then(|i| arithmetic::evaluate(i, path)).map(|n| n.to_string()),
            };
            let known = !old.as_ref().is_some_and(Variable::is_unknown);
            let Some(key) = key.filter(|_| known) else {
                let why = Why::NotUnderstood("an element of an array".into());
                path.put(name, Variable::array(vec![Traced::unknown(assignment.span, why)], false));
                return;
            };
            if assignment.append {
                let mut whole = path.element(name, &key).cloned().unwrap_or_default();
                whole.push(&value);
                value = whole;
            }
            path.set_element(name, &key, value);
            return;
        }
        if assignment.append {
            value = self.appended(name, &value, assignment.span, path);
        }
        path.set(name, value);
    }

    /// The value of a variable after `name+=value`.
    pub(super) fn appended(&mut self, name: &str, value: &Traced, span: Span, path: &ScriptRun) -> Traced {
        let before = match self.variable(name, path, span) {
            parameters::Expansion::One(before) => before,
            _ => Traced::new(),
        };
        path.joined(name, before, value)
    }
}
