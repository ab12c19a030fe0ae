//! How a script is started, how a command ends, and where control goes next.

use std::sync::Arc;

use crate::text::Span;

use super::asked::{Answer, Asked};

/// How a script is started, which decides its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Setting {
    /// cloud-init runs it: only the system's own variables are set.
    UserData,
    /// A person or another program runs it: the environment is unknown.
    Script,
}

/// How a command ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    Zero,
    NonZero,
    /// A program that is not modelled. Scripts expect programs to succeed, so `&&` continues and `||` does not. As a condition
    /// of its own, both outcomes are followed.
    Likely,
    /// A condition that the source cannot decide: its description, or `None` for its source text.
    Open(Option<Arc<str>>),
    /// A test of which it is known what it asks.
    Asked(Box<Asked>),
    /// This program fails if it cannot read its input.
    Unread(Arc<str>),
}

impl Status {
    /// The status for the result of a condition; `None` leaves it open.
    pub(super) fn of(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::Zero,
            Some(false) => Self::NonZero,
            None => Self::Open(None),
        }
    }

    /// The status for the answer of a test at `at`, with words for it if they are not those of the script.
    pub(super) fn answered(answer: Answer, at: Span, words: Option<Arc<str>>) -> Self {
        match answer {
            Ok(answer) => Self::of(Some(answer)),
            Err(asked) if asked.key.is_some() => Self::Asked(Box::new(asked.written(at, words))),
            Err(_) => Self::Open(words),
        }
    }
}

/// Where control goes next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Flow {
    #[default]
    Normal,
    Return,
    /// An assignment to a read-only variable ends the command that the shell has read, up to its top level.
    Abandon,
    Exit {
        failed: bool,
    },
    Break(usize),
    Continue(usize),
}
