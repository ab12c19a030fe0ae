//! What rules can look for in an effective configuration.

use serde::Deserialize;

use crate::kubelet::{Effective, FailureKind, Meaning, Setting, Settled};

/// When a rule fires. A page names one of these in its front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Predicate {
    /// The kubelet runs with a zero, whatever that means for the field.
    EffectiveZero,
    /// The kubelet runs with a zero that does harm, or does not start because of it.
    HarmfulZero,
    /// A zero in a file is silently replaced by the default.
    ReplacedZero,
    /// The kubelet cannot read a duration and does not start.
    InvalidDuration,
}

/// One thing that a predicate found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<'a> {
    /// The statement at fault.
    pub(super) setting: &'a Setting,
    /// What became of its field, if it was settled.
    pub(super) settled: Option<&'a Settled>,
    /// What the kubelet says of the value, if it does not start because of it.
    pub(super) complaint: Option<&'a str>,
}

impl Predicate {
    /// Everything in `effective` that this predicate looks for. A value of which nothing is known is left out.
    pub(super) fn hits(self, effective: &Effective) -> Vec<Hit<'_>> {
        match self {
            Self::InvalidDuration => effective
                .failures
                .iter()
                .filter(|f| f.kind == FailureKind::InvalidDuration)
                .filter_map(|f| {
                    let setting = f.setting.as_ref()?;
                    Some(Hit { setting, settled: None, complaint: Some(&f.message) })
                })
                .collect(),
            _ => effective.fields.iter().filter_map(|s| self.hit(s)).collect(),
        }
    }

    fn hit(self, settled: &Settled) -> Option<Hit<'_>> {
        let meaning = settled.zero()?;
        let kept = settled.effective == Some(0);
        let found = match self {
            Self::EffectiveZero => kept && meaning != Meaning::Replaced,
            Self::HarmfulZero => match meaning {
                Meaning::Harmful(_) => kept,
                // The kubelet does not get as far as running with it.
                Meaning::Refused(_) => true,
                Meaning::Replaced | Meaning::Harmless | Meaning::None => false,
            },
            Self::ReplacedZero => meaning == Meaning::Replaced && settled.effective.is_some_and(|n| n != 0),
            Self::InvalidDuration => false,
        };
        let setting = settled.winner.as_ref()?;
        found.then_some(Hit { setting, settled: Some(settled), complaint: None })
    }
}
