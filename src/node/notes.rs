//! Notes on the source: what is wrong with it, and what could not be resolved.

use crate::text::{Span, Why};

/// Something that could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Where it is written.
    pub at: Span,
    /// Why it could not be resolved.
    pub why: Why,
}

/// Something wrong with an input, such as bad syntax or a file that cannot be read. The run continues.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is written.
    pub at: Span,
    /// What is wrong: one line in lower case, without a full stop.
    pub message: String,
}

/// Notes on the source, outside its node groups.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// What is wrong with the input.
    pub problems: Vec<Problem>,
    /// What could not be resolved, outside any single node group.
    pub gaps: Vec<Gap>,
}

impl Notes {
    /// Records a problem at `at`. Duplicates are dropped.
    pub fn problem(&mut self, at: Span, message: impl Into<String>) {
        let problem = Problem { at, message: message.into() };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Records that something at `at` could not be resolved. Duplicates are dropped.
    pub fn gap(&mut self, at: Span, why: Why) {
        let gap = Gap { at, why };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }
}
