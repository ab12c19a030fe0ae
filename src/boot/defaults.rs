//! Defaults of variables that may be set from outside, such as `${IDLE:-0s}` in a script. The value is unknown, and remembers
//! what it is if the variable is not set. Where a setting depends on it, both outcomes are followed.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::node::{Booted, NodeGroup, Step};
use crate::syntax::{Node, NodeKind};
use crate::text::{Traced, Why};
use crate::value::{Condition, Guard, answered, is_unset, names_with_default};

use super::disk::{File, Files};
use super::machine::Machine;
use super::outcome::BootOutcome;

/// How deep trees are searched.
const MAX_DEPTH: usize = 32;

/// Both outcomes for the first variable that a setting of `booted` depends on and that has a default. Empty if there is none.
pub(super) fn outcomes(outcome: &BootOutcome, booted: &Booted) -> Vec<BootOutcome> {
    let settled = booted.effective.iter().flat_map(|effective| &effective.fields);
    let whys = settled.chain(booted.runtimes.iter().map(|runtime| &runtime.timeout)).filter_map(|s| s.unknown.as_ref());
    let mut names: Vec<&Arc<str>> = whys
        .filter_map(|why| match why {
            Why::FromOutside(name) if name.starts_with('$') => Some(name),
            _ => None,
        })
        .collect();
    names.dedup();
    for name in names {
        let mut unset = outcome.clone();
        let mut choice = Choice { name, set: false, changed: false };
        choice.machine(&mut unset.machine);
        if !choice.changed {
            continue;
        }
        let mut set = outcome.clone();
        Choice { name, set: true, changed: false }.machine(&mut set.machine);
        let condition = is_unset(name);
        let with = |mut outcome: BootOutcome, condition: Condition| {
            outcome.when = outcome.when.and(&Guard::of(condition))?;
            Some(outcome)
        };
        return [with(unset, condition.clone()), with(set, condition.opposite())].into_iter().flatten().collect();
    }
    Vec::new()
}

/// A node group under both answers for a variable that has a default in what its kubelet is given directly. Empty if there is none.
pub(super) fn groups(group: &NodeGroup) -> Vec<(Condition, NodeGroup)> {
    let given = |step: &Step| match step {
        Step::KubeletArgs(words) => words.iter().flat_map(names_with_default).collect(),
        Step::KubeletConfigFile(text) => names_with_default(text),
        _ => Vec::new(),
    };
    let mut names: BTreeSet<Arc<str>> = group.steps.iter().flat_map(given).collect();
    let Some(name) = names.pop_first() else { return Vec::new() };
    let under = |set: bool| {
        let mut choice = Choice { name: &name, set, changed: false };
        let mut group = group.clone();
        for step in &mut group.steps {
            let texts = match step {
                Step::KubeletArgs(words) => words.as_mut_slice(),
                Step::KubeletConfigFile(text) => std::slice::from_mut(text),
                _ => &mut [],
            };
            for text in texts {
                *text = choice.text(text).unwrap_or_else(|| text.clone());
            }
        }
        group
    };
    let unset = is_unset(&name);
    vec![(unset.clone(), under(false)), (unset.opposite(), under(true))]
}

/// The values of a machine under one answer.
struct Choice<'n> {
    name: &'n str,
    /// The variable is set: its value stays unknown.
    set: bool,
    changed: bool,
}

impl Choice<'_> {
    fn machine(&mut self, machine: &mut Machine) {
        self.files(&mut machine.files);
        if let Some(start) = &mut machine.start {
            self.files(&mut start.files);
            if let Some(argv) = &mut start.argv {
                let words = argv.iter().flat_map(|word| match self.text(word) {
                    // Outside of quotes, the shell splits it.
                    Some(text) if word.is_unknown() && !self.set => text.words(),
                    Some(text) => vec![text],
                    None => vec![word.clone()],
                });
                *argv = Arc::new(words.collect());
            }
        }
        for files in machine.runtimes.values_mut() {
            self.files(files);
        }
        let nodeadm = &mut machine.nodeadm;
        for document in nodeadm.documents.iter_mut().chain(&mut nodeadm.last_documents).chain(&mut machine.merged) {
            self.tree(document, 0);
        }
        if let Some(written) = &mut nodeadm.written {
            let written = Arc::make_mut(written);
            if let Some(config) = &mut written.config {
                self.tree(config, 0);
            }
            if let Some(text) = written.text.as_ref().and_then(|text| self.text(text)) {
                written.text = Some(Arc::new(text));
            }
        }
    }

    fn files(&mut self, files: &mut Arc<Files>) {
        let changed: Vec<(String, Traced)> = files
            .iter()
            .filter_map(|(path, file)| match file {
                File::Known(text) => Some((path.clone(), self.text(text)?)),
                File::Unknown(_) | File::Removed => None,
            })
            .collect();
        for (path, text) in changed {
            Arc::make_mut(files).insert(path, File::Known(Arc::new(text)));
        }
    }

    fn tree(&mut self, node: &mut Node, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match &mut node.kind {
            NodeKind::Scalar(scalar) => {
                if let Some(text) = self.text(&scalar.text) {
                    scalar.text = text;
                }
            }
            NodeKind::Seq(items) => items.iter_mut().for_each(|item| self.tree(item, depth + 1)),
            NodeKind::Map(pairs) => pairs.iter_mut().for_each(|(_, value)| self.tree(value, depth + 1)),
        }
    }

    /// The text under the answer, if it depends on it.
    fn text(&mut self, text: &Traced) -> Option<Traced> {
        let out = answered(text, self.name, self.set);
        self.changed |= out.is_some();
        out
    }
}
