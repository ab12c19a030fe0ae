//! Findings that a change hides, as the reports show them.

use crate::check::Finding;
use crate::text::Place;

/// What hides findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The configuration, own rules or the baseline.
    Settings,
    /// Ignore comments, or their equivalent in data.
    Comments,
}

impl Cause {
    /// The word in machine-readable output.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Settings => "configuration",
            Self::Comments => "comment",
        }
    }
}

/// Findings that a change hides.
#[derive(Clone, Debug)]
pub(crate) struct Veil {
    /// What hides them.
    pub cause: Cause,
    /// Its place.
    pub place: Place,
    /// One line, lower case, no full stop.
    pub message: String,
    /// The findings in the order of the report; none if it hides unresolved values.
    pub findings: Vec<Finding>,
}

impl Veil {
    /// Those that `places` hide, if there are any; `what` says what the pull request does.
    pub(super) fn new(cause: Cause, places: &[Place], what: &str, findings: Vec<Finding>) -> Option<Self> {
        let n = findings.len();
        let s = if n == 1 { "" } else { "s" };
        let verb = if cause == Cause::Comments && places.len() > 1 { "hide" } else { "hides" };
        let message = format!("this pull request {what}, which {verb} {n} finding{s}");
        let place = places.first()?.clone();
        (n > 0).then_some(Self { cause, place, message, findings })
    }
}
