//! Who hides a finding, and why.

use crate::text::Place;

/// Why a finding does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A comment in the source, or what stands for one.
    Comment,
    /// The configuration.
    Settings,
    /// It is known.
    Baseline,
}

impl Why {
    /// The word in machine-readable output.
    pub fn id(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Settings => "configuration",
            Self::Baseline => "baseline",
        }
    }
}

/// Who hides a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// What kind of thing.
    pub why: Why,
    /// The reason that a person gave; may be empty.
    pub reason: String,
    /// Where it stands, if it stands in a file that was scanned.
    pub place: Option<Place>,
}
