//! One setting of one duration, from any mechanism.

use crate::text::{Span, Traced, Why, placeholder};

use super::duration::parse_duration;
use super::field::Field;

/// What decides a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetBy {
    /// The command line.
    Flag,
    /// A drop-in.
    DropIn,
    /// The configuration file.
    Config,
    /// Reported by the running kubelet itself, whatever its source.
    Running,
    /// The built-in default. Also if it replaced a zero in a file.
    Default,
}

impl SetBy {
    /// The word in machine-readable output.
    pub fn id(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::DropIn => "drop-in",
            Self::Config => "config",
            Self::Running => "running",
            Self::Default => "default",
        }
    }

    /// True if nothing decides it.
    pub fn is_default(self) -> bool {
        self == Self::Default
    }
}

impl std::fmt::Display for SetBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

/// How a setting reaches the kubelet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mechanism {
    /// On the command line.
    Flag,
    /// In the file named by `--config`.
    ConfigFile,
    /// In a drop-in of this name in the directory named by `--config-dir`.
    DropIn(String),
    /// Reported by a running kubelet itself.
    Running,
}

impl Mechanism {
    /// What decides a field that is set this way.
    pub fn source(&self) -> SetBy {
        match self {
            Self::Flag => SetBy::Flag,
            Self::ConfigFile => SetBy::Config,
            Self::DropIn(_) => SetBy::DropIn,
            Self::Running => SetBy::Running,
        }
    }
}

/// How the kubelet reads a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A duration in nanoseconds.
    Duration(i64),
    /// `null`: a drop-in that deletes the key, or a pointer that stays unset.
    Unset,
    /// Unknown.
    Unknown(Why),
    /// A value that the kubelet rejects: it does not start. The words are the kubelet's own, shortened.
    Invalid(String),
}

/// A setting of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The field.
    pub field: &'static Field,
    /// For `evictionSoftGracePeriod`: the signal.
    pub key: Option<String>,
    /// The value as written, without quotes that its mechanism removes.
    pub raw: Traced,
    /// How the kubelet reads it.
    pub reading: Reading,
    /// The value in the text that the node reads. For an empty value, the place of its carrier.
    pub at: Span,
    /// The flag or key, with the value, in the text that the node reads.
    pub carrier: Span,
    /// How it reaches the kubelet.
    pub by: Mechanism,
}

impl Setting {
    /// True if the kubelet reads a zero.
    pub fn is_zero(&self) -> bool {
        self.reading == Reading::Duration(0)
    }
}

/// How the kubelet reads the text of a duration, without the name of Go's package.
pub(crate) fn read_duration(text: &[u8]) -> Reading {
    match parse_duration(text) {
        Ok(nanoseconds) => Reading::Duration(nanoseconds),
        Err(error) => match placeholder::in_value(text) {
            Some(why) => Reading::Unknown(why),
            None => Reading::Invalid(shorten(error.trim_start_matches("time: "))),
        },
    }
}

/// Text for a message, cut to a readable length.
pub(crate) fn shorten(words: &str) -> String {
    const MAX_WORDS: usize = 200;
    match words.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}...", words.get(..end).unwrap_or_default()),
        None => words.to_owned(),
    }
}
