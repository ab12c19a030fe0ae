//! Settled durations, and why a kubelet does not start.

use crate::text::{Span, Why};

use super::field::{Field, Meaning};
use super::setting::{SetBy, Setting};

/// One field, settled.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The field.
    pub field: &'static Field,
    /// For `evictionSoftGracePeriod`: the signal.
    pub key: Option<String>,
    /// The duration in nanoseconds that the kubelet runs with; `None` if it is unknown, or there is none.
    pub effective: Option<i64>,
    /// What decides it.
    pub from: SetBy,
    /// The setting that decides, if any. With `from` = `Default` it is a zero (or null) that the kubelet replaced by its
    /// default.
    pub winner: Option<Setting>,
    /// Settings that lost, in the order in which the kubelet reads them.
    pub shadowed: Vec<Setting>,
    /// Set if the effective value depends on something unknown. A value in `effective` then holds if the unknown thing does not
    /// interfere; without one, nothing is known.
    pub unknown: Option<Why>,
}

impl Settled {
    /// Name of the field, with the key of a map field.
    pub fn name(&self) -> String {
        match &self.key {
            Some(key) => format!("{}.{key}", self.field.name),
            None => self.field.name.to_owned(),
        }
    }

    /// True if only the version of Kubernetes is missing: `effective` is then what every version since 1.32 does.
    pub fn depends_on_version(&self) -> bool {
        self.unknown == Some(Why::KubernetesVersion)
    }

    /// What the deciding zero means; `None` if the winner is not a zero, or there is no winner.
    ///
    /// A zero in a drop-in is replaced like one in a file, except from 1.29 to 1.31, where it stays and acts like a zero by
    /// flag. So the meaning depends on the settled field, not on the mechanism alone.
    pub fn zero(&self) -> Option<Meaning> {
        self.winner.as_ref().filter(|w| w.is_zero())?;
        Some(match (self.from, self.field.zero_in_file) {
            (SetBy::Flag, _) => self.field.zero_by_flag,
            (SetBy::Default, _) => Meaning::Replaced,
            (SetBy::Config | SetBy::DropIn | SetBy::Running, Meaning::Replaced) => match self.field.zero_by_flag {
                // A report with every update of the node's status costs little.
                Meaning::None => Meaning::Harmless,
                meaning => meaning,
            },
            (SetBy::Config | SetBy::DropIn | SetBy::Running, meaning) => meaning,
        })
    }
}

/// Why a kubelet does not start.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What kind of fault it is.
    pub kind: FailureKind,
    /// The kubelet's error in short, lower case, no full stop.
    pub message: String,
    /// The setting at fault, if it is about a duration.
    pub setting: Option<Setting>,
    /// The place at fault in the text that the node reads, if there is one.
    pub at: Option<Span>,
}

impl Failure {
    /// A failure that is not about a duration.
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>, at: Option<Span>) -> Self {
        Self { kind, message: message.into(), setting: None, at }
    }

    /// A configuration file or drop-in that cannot be loaded.
    pub(crate) fn file(message: impl Into<String>, at: Option<Span>) -> Self {
        Self::new(FailureKind::ConfigFile, message, at)
    }

    /// A setting is not a valid duration.
    pub(crate) fn invalid(setting: Setting, message: String) -> Self {
        let at = Some(setting.at);
        Self { kind: FailureKind::InvalidDuration, message, setting: Some(setting), at }
    }
}

/// Kinds of start failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A value that is not a duration.
    InvalidDuration,
    /// A duration that validation refuses.
    RefusedDuration,
    /// A command line that does not parse.
    CommandLine,
    /// A configuration file or drop-in that cannot be loaded.
    ConfigFile,
}
