//! What the source leaves open: choices, and undecided conditions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::node::NodeGroup;
use crate::value::{Condition, Guard, Value};

/// The longest value that a condition shows, in characters.
const MAX_SHOWN: usize = 60;

/// One of the values that may be chosen.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The value; `None` for any other than those listed.
    pub(super) value: Option<Value>,
    /// The condition of this choice; always for the default.
    pub(super) when: Guard,
}

/// The choices made, by the name of a parameter or the description of a key.
pub(super) type Chosen = BTreeMap<String, Choice>;

/// The condition that `name` is `value`.
pub(super) fn is(name: &str, value: &str) -> Guard {
    let one_line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = one_line.chars().take(MAX_SHOWN).collect();
    if shown.len() < one_line.len() {
        shown.push('…');
    }
    if shown.is_empty() {
        shown.push_str("''");
    }
    when(format!("{name} = {shown}"))
}

/// A condition that holds, from its words.
pub(super) fn when(words: impl Into<Arc<str>>) -> Guard {
    Guard::of(Condition::new(words, true))
}

/// Restricts groups to a guard; those that it excludes are dropped.
pub(super) fn restrict(groups: &mut Vec<NodeGroup>, guard: &Guard) {
    groups.retain_mut(|group| group.when.and(guard).map(|both| group.when = both).is_some());
}

/// The answer to a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// Known to hold or not, whatever a deployment chooses.
    Known(bool),
    /// Holds or not by the defaults of parameters, for which a deployment may choose other values.
    Default(bool),
    /// Undecided in the source.
    Open(Condition),
}

impl Answer {
    pub(super) fn not(self) -> Self {
        match self {
            Self::Known(value) => Self::Known(!value),
            Self::Default(value) => Self::Default(!value),
            Self::Open(c) => Self::Open(c.opposite()),
        }
    }

    /// The guard under which the answer is `yes`; `None` if it never is.
    pub(super) fn guard(self, yes: bool) -> Option<Guard> {
        match self {
            Self::Known(value) | Self::Default(value) => (value == yes).then(Guard::always),
            Self::Open(c) => Some(Guard::of(if yes { c } else { c.opposite() })),
        }
    }
}

/// An output that a template exports.
#[derive(Debug)]
pub(super) struct Export {
    /// Its name; `*` stands for what is not known.
    pub(super) name: String,
    pub(super) value: Value,
    /// The template, for people.
    pub(super) file: String,
    /// The value is the same for all deployments.
    pub(super) certain: bool,
}
