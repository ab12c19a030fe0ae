//! Reasons why something is unknown.

use std::sync::Arc;

/// How a reason starts that is a limit of this program.
pub(crate) const LIMIT: &str = "limit reached: ";

/// Why something is unknown. Shown to people who list unresolved values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// A variable or parameter without a default, named.
    NoDefault(Arc<str>),
    /// The value comes from outside the source: another resource's attribute, a data source, a pseudo parameter.
    FromOutside(Arc<str>),
    /// An attribute of a declared object that is not available in the source: the address of the object, and the steps below it.
    Attribute(Arc<str>, Arc<str>),
    /// Two versions of Kubernetes do different things, and the source names none.
    KubernetesVersion,
    /// A construct that is not modelled, named.
    NotUnderstood(Arc<str>),
    /// A change of a file that is not modelled: the file and the program.
    Edited(Arc<str>, Arc<str>),
    /// The tool that reads the source refuses this; the words say why, lower case, no full stop.
    Invalid(Arc<str>),
    /// A secret, which is not inspected.
    Secret,
    /// A limit was reached (size, depth, number of alternatives), named.
    Limit(&'static str),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoDefault(name) => write!(f, "{name} has no value in this repository"),
            Self::FromOutside(what) => write!(f, "{what} is not available here"),
            Self::Attribute(of, steps) => write!(f, "{of}{steps} is not available here"),
            Self::KubernetesVersion => f.write_str("the Kubernetes version is unknown"),
            Self::NotUnderstood(what) => write!(f, "{what} is not supported"),
            Self::Edited(file, program) => write!(f, "the edit of {file} by {program} is not supported"),
            Self::Invalid(why) => write!(f, "invalid: {why}"),
            Self::Secret => f.write_str("a secret"),
            Self::Limit(what) => write!(f, "{LIMIT}{what}"),
        }
    }
}

impl Why {
    /// A limit beyond which something is not read. It is remembered for the unit, so that it is named also where the unknown value
    /// leads to nothing.
    pub(crate) fn limit(what: &'static str) -> Self {
        super::budget::reached(what);
        Self::Limit(what)
    }

    /// The name of what is unknown, if it has a distinct one.
    pub fn name(&self) -> Option<Arc<str>> {
        match self {
            Self::NoDefault(name) | Self::FromOutside(name) => Some(Arc::clone(name)),
            Self::Attribute(of, steps) => Some(format!("{of}{steps}").into()),
            Self::KubernetesVersion => Some("the Kubernetes version".into()),
            Self::Edited(..) | Self::NotUnderstood(_) | Self::Invalid(_) | Self::Secret | Self::Limit(_) => None,
        }
    }
}
