//! One setting of one duration, from any mechanism.

use crate::text::{Span, Traced, Why, placeholder};

use super::duration::parse_duration;
use super::field::Field;

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
pub fn read_duration(text: &[u8]) -> Reading {
    match parse_duration(text) {
        Ok(nanoseconds) => Reading::Duration(nanoseconds),
        Err(error) => match placeholder::in_value(text) {
            Some(why) => Reading::Unknown(why),
            None => Reading::Invalid(shorten(error.trim_start_matches("time: "))),
        },
    }
}

/// Text for a message, cut to a readable length.
pub fn shorten(words: &str) -> String {
    const MAX_WORDS: usize = 200;
    match words.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}...", words.get(..end).unwrap_or_default()),
        None => words.to_owned(),
    }
}
