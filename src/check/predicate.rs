//! What rules can look for in an effective configuration.

use serde::Deserialize;

use crate::node::{Booted, Ineffective, NodeGroup, Reason};
use crate::runtime::Runtime;
use crate::setting::{Effective, Failure, FailureKind, Meaning, Setting, Settled};
use crate::value::Guard;

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
    /// A kubelet or a container runtime cannot read a duration, and the node does not run pods.
    InvalidDuration,
    /// A duration is written where it never reaches the kubelet.
    DeadSetting,
    /// A container runtime runs with a zero.
    RuntimeZero,
    /// The kubelet runs with a duration above a limit that people set.
    AboveLimit,
    /// The kubelet runs with a duration below a limit that people set, zero included where it is kept.
    BelowLimit,
    /// Nobody wrote the duration, so the kubelet runs with its built-in default.
    Unset,
    /// A comment that asks to ignore something, and does not do what it says. Nothing on a node shows that.
    Comment,
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
    /// Why it reaches no kubelet, if it does not.
    pub(super) dead: Option<&'a Reason>,
    /// When it stands there.
    pub(super) when: Option<&'a Guard>,
}

/// What of a boot never reaches its kubelet. What hangs on things that are not known is left out.
pub(super) fn dead<'a>(group: &'a NodeGroup, booted: Option<&'a Booted>) -> Vec<Hit<'a>> {
    let fields = || booted.and_then(|b| b.effective.as_ref()).into_iter().flat_map(|e| &e.fields);
    let hit = |dead: &'a Ineffective, when: Option<&'a Guard>| {
        let Ineffective { setting, why } = dead;
        let settled = fields().find(|s| s.field == setting.field && (s.key == setting.key || setting.key.is_none()));
        let known = settled.is_some_and(|s| s.unknown.is_none() || s.depends_on_version());
        let hit = Hit { setting, settled, complaint: None, dead: Some(why), when };
        (known || !why.hangs_on_the_rest()).then_some(hit)
    };
    let own = group.dead.iter().filter_map(|d| hit(d, None));
    own.chain(booted.into_iter().flat_map(|b| b.dead.iter().filter_map(|d| hit(d, Some(&b.when))))).collect()
}

impl Predicate {
    /// Everything in `effective` that this predicate looks for. A value of which nothing is known is left out.
    pub(super) fn hits(self, effective: &Effective) -> Vec<Hit<'_>> {
        match self {
            Self::InvalidDuration => invalid(&effective.failures),
            // These are asked elsewhere: of a runtime, or of a whole node group.
            Self::RuntimeZero | Self::AboveLimit | Self::BelowLimit | Self::Unset | Self::Comment => Vec::new(),
            _ => effective.fields.iter().filter_map(|s| self.hit(s)).collect(),
        }
    }

    /// The same for what a container runtime runs with.
    pub(super) fn runtime_hits(self, runtime: &Runtime) -> Vec<Hit<'_>> {
        let settled = &runtime.timeout;
        match self {
            Self::InvalidDuration => invalid(&runtime.failures),
            Self::RuntimeZero => {
                let winner = settled.winner.as_ref().filter(|w| w.is_zero());
                winner
                    .map(|setting| Hit { setting, settled: Some(settled), complaint: None, dead: None, when: None })
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
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
            Self::InvalidDuration
            | Self::DeadSetting
            | Self::RuntimeZero
            | Self::AboveLimit
            | Self::BelowLimit
            | Self::Unset
            | Self::Comment => false,
        };
        let setting = settled.winner.as_ref()?;
        found.then_some(Hit { setting, settled: Some(settled), complaint: None, dead: None, when: None })
    }
}

fn invalid(failures: &[Failure]) -> Vec<Hit<'_>> {
    let failures = failures.iter().filter(|f| f.kind == FailureKind::InvalidDuration);
    failures
        .filter_map(|f| {
            Some(Hit {
                setting: f.setting.as_ref()?,
                settled: None,
                complaint: Some(&f.message),
                dead: None,
                when: None,
            })
        })
        .collect()
}
