//! What a rule can look for in an effective configuration.

use serde::Deserialize;

/// When a rule fires. A page names one of these in its front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Predicate {
    /// The kubelet runs with a zero, harmful or not.
    EffectiveZero,
    /// The kubelet runs with a zero that does harm, or does not start because of it.
    HarmfulZero,
    /// The kubelet silently replaces a zero in a file with the default.
    ReplacedZero,
    /// A kubelet or container runtime cannot parse a duration, so the node runs no pods.
    InvalidDuration,
    /// A duration is written where it never reaches the kubelet.
    DeadSetting,
    /// A container runtime runs with a zero.
    RuntimeZero,
    /// The kubelet runs with a duration above a configured limit.
    AboveLimit,
    /// The kubelet runs with a duration below a configured limit; a zero counts if the kubelet keeps it.
    BelowLimit,
    /// The setting is not set, so the kubelet uses its built-in default, if it has one.
    Unset,
    /// The kubelet runs with a value. In a list, one item is enough.
    Equals,
    /// The kubelet runs with one of some values. In a list, one item is enough.
    OneOf,
    /// A list has an item, a map a key, or a text a part.
    Contains,
    /// A file has permissions that a limit in octal digits does not have.
    MoreOpen,
    /// The kubelet does not start, for another reason than a duration that it cannot parse.
    DoesNotStart,
    /// A file mentions a zero, and nothing shows that a node uses it. This cannot be seen on a node.
    Unreached,
    /// An ignore comment that has no effect. This cannot be seen on a node.
    Comment,
}
