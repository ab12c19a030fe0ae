//! Notes on the source: what is wrong with it, and what could not be resolved.

use crate::syntax::{SyntaxError, TOO_MANY};
use crate::text::{Span, Why, budget};

/// The most problems, and the most gaps, that are kept of one unit: each is held against those before it.
const MAX_NOTES: usize = 10_000;

/// Something that could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Where it is written.
    pub at: Span,
    /// Why it could not be resolved.
    pub why: Why,
}

/// What is wrong with an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Something was not read: a limit was reached, it is a template of another tool, or the node would not read it either.
    Unread,
    /// The program that reads the text refuses it.
    Syntax,
}

/// Something wrong with an input, such as bad syntax or a file that cannot be read. The run continues.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is written.
    pub at: Span,
    /// What is wrong: one line in lower case, without a full stop.
    pub message: String,
    /// The kind of fault.
    pub fault: Fault,
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
    /// Records that something at `at` was not read. Duplicates are dropped.
    pub fn problem(&mut self, at: Span, message: impl Into<String>) {
        self.add(Problem { at, message: message.into(), fault: Fault::Unread });
    }

    /// Records a syntax error, or that a limit of the parser was reached. `words` stand
    /// before the message.
    pub fn syntax(&mut self, error: &SyntaxError, words: &str) {
        // It is true of every later text of the unit, and is said once.
        if error.message == TOO_MANY && self.problems.iter().any(|known| known.message.ends_with(TOO_MANY)) {
            return;
        }
        let fault = if error.is_limit() { Fault::Unread } else { Fault::Syntax };
        self.add(Problem { at: error.at, message: format!("{words}{}", error.message), fault });
    }

    /// Records a problem. Duplicates are dropped.
    pub fn add(&mut self, problem: Problem) {
        if self.problems.len() >= MAX_NOTES {
            budget::reached("problems of one unit");
        } else if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Records that something at `at` could not be resolved. Duplicates are dropped.
    pub fn gap(&mut self, at: Span, why: Why) {
        let gap = Gap { at, why };
        if self.gaps.len() >= MAX_NOTES {
            budget::reached("unresolved values of one unit");
        } else if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }
}
