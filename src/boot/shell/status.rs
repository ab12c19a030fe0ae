//! What a script starts from, how a command ends and where control goes after it.

use std::sync::Arc;

/// Where a script comes from, which decides what its environment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Setting {
    /// cloud-init runs it: the environment is empty but for the system's own variables.
    UserData,
    /// Somebody runs it: the environment is not known.
    Script,
}

/// How a command ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    Zero,
    NonZero,
    /// A program that is not modelled. Scripts are written for programs that work, so `&&` goes on and `||` does not; where
    /// it is a condition by itself, both ways are followed.
    Likely,
    /// A condition that the source cannot decide: its words, or none for those of the source.
    Open(Option<Arc<str>>),
    /// This program fails if it cannot read what it is told to do.
    Unread(Arc<str>),
}

impl Status {
    /// The status for the answer to a question, which is open if it has none.
    pub(super) fn of(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::Zero,
            Some(false) => Self::NonZero,
            None => Self::Open(None),
        }
    }
}

/// Where control goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Flow {
    #[default]
    Normal,
    Return,
    Exit {
        failed: bool,
    },
    Break(usize),
    Continue(usize),
}
