//! What is said of the source beside its node groups: what is wrong with it, and what was not followed.

use crate::text::{Span, Why};

/// Something that was not followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Where it stands.
    pub at: Span,
    /// Why it was not followed.
    pub why: Why,
}

/// Something wrong with an input: bad syntax, a file that cannot be read. The run goes on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it stands.
    pub at: Span,
    /// What is wrong, one line, lower case, no full stop.
    pub message: String,
}

/// What is said of the source beside its node groups.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// What was wrong with the input.
    pub problems: Vec<Problem>,
    /// What was not followed, outside of any one node group.
    pub gaps: Vec<Gap>,
}

impl Notes {
    /// Notes that something is wrong at `at`. The same note is made once.
    pub fn problem(&mut self, at: Span, message: impl Into<String>) {
        let problem = Problem { at, message: message.into() };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Notes that something at `at` was not followed. The same note is made once.
    pub fn gap(&mut self, at: Span, why: Why) {
        let gap = Gap { at, why };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }
}
