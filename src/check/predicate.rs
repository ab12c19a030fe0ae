//! What rules can look for in an effective configuration.

use serde::Deserialize;

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
