//! What hides a finding, and why.

use crate::text::Place;

/// Why a finding does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// A comment in the source, or its equivalent in data.
    Comment,
    /// The configuration.
    Settings,
    /// The baseline.
    Baseline,
}

impl Why {
    /// The word in machine-readable output.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Settings => "configuration",
            Self::Baseline => "baseline",
        }
    }
}

/// What hides a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hidden {
    /// The kind.
    pub why: Why,
    /// The reason that was given; may be empty.
    pub reason: String,
    /// Its place, if it is in a scanned file.
    pub place: Option<Place>,
}
