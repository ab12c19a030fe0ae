//! What the source leaves open: values that are chosen, and conditions that are not decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::node::NodeGroup;
use crate::value::{Condition, Guard, Value};

/// The longest value that a condition shows, in characters.
const MAX_SHOWN: usize = 60;

/// One of the values that may be chosen.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The value; `None` for any other than those that are listed.
    pub(super) value: Option<Value>,
    /// When it is this one; nothing for the default.
    pub(super) when: Guard,
}

/// What is chosen, by the name of a parameter or the words for a key.
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

/// A condition in words that holds.
pub(super) fn when(words: impl Into<Arc<str>>) -> Guard {
    Guard::of(Condition::new(words, true))
}

/// Restricts groups to a guard; those that it excludes are dropped.
pub(super) fn restrict(groups: &mut Vec<NodeGroup>, guard: &Guard) {
    groups.retain_mut(|group| group.when.and(guard).map(|both| group.when = both).is_some());
}

/// The answer of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// It holds, or does not.
    Known(bool),
    /// The source cannot decide it.
    Open(Condition),
}

impl Answer {
    pub(super) fn not(self) -> Self {
        match self {
            Self::Known(value) => Self::Known(!value),
            Self::Open(c) => Self::Open(c.opposite()),
        }
    }

    /// What must hold for the answer to be `yes`; `None` if it cannot be.
    pub(super) fn guard(self, yes: bool) -> Option<Guard> {
        match self {
            Self::Known(value) => (value == yes).then(Guard::always),
            Self::Open(c) => Some(Guard::of(if yes { c } else { c.opposite() })),
        }
    }
}
