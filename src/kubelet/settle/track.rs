//! A field between the steps: its settings, and the current value.

use crate::setting::{Field, Mechanism, Reading, SetBy, Setting, Settled, read_duration};
use crate::syntax::Node;
use crate::text::{Traced, Why};

use super::super::args::Given;
use super::super::config::Document;

/// How a kubelet merges drop-ins, which has changed more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kubelet) enum Merge {
    /// No drop-ins before 1.28.
    None,
    /// 1.28: each drop-in is loaded with its defaults and merged over the earlier result (`mergo.Merge`), unless the vendor has
    /// patched it to do as 1.29 does (kubernetes/kubernetes#121193).
    Loaded,
    /// 1.29 to 1.31: the patch is applied to the kubelet's internal type, whose keys have another case. A null deletes nothing,
    /// and no defaults are set afterwards, so a zero is kept.
    Raw,
    /// Since 1.32: a JSON merge patch (RFC 7386) over the published type, with defaults set again afterwards
    /// (kubernetes/kubernetes#127421, which was not backported).
    Patch,
    /// One of these; where they disagree, the result is unknown.
    Unknown,
}

impl Merge {
    pub(in crate::kubelet) fn of(minor: Option<u32>) -> Self {
        match minor {
            None => Self::Unknown,
            Some(..28) => Self::None,
            Some(28) => Self::Loaded,
            Some(29..=31) => Self::Raw,
            Some(_) => Self::Patch,
        }
    }
}

/// The value of a field between two steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FieldValue {
    Unset,
    Set(i64),
    Unknown(Why),
    Invalid,
}

impl FieldValue {
    pub(super) fn of(reading: &Reading) -> Self {
        match reading {
            Reading::Duration(nanoseconds) => Self::Set(*nanoseconds),
            Reading::Unset => Self::Unset,
            Reading::Unknown(why) => Self::Unknown(why.clone()),
            Reading::Invalid(_) => Self::Invalid,
        }
    }
}

/// A field on its way through the steps.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) value: FieldValue,
    pub(super) from: SetBy,
    /// All settings, in order.
    pub(super) settings: Vec<Setting>,
    /// Which of them decides.
    pub(super) winner: Option<usize>,
    pub(super) unknown: Option<Why>,
}

impl Track {
    pub(super) fn new() -> Self {
        Self { value: FieldValue::Unset, from: SetBy::Default, settings: Vec::new(), winner: None, unknown: None }
    }

    /// A setting that overrides the earlier ones.
    pub(super) fn add(&mut self, setting: Setting, from: SetBy, unknown: Option<Why>) {
        self.value = FieldValue::of(&setting.reading);
        self.from = from;
        self.winner = Some(self.settings.len());
        self.unknown = unknown;
        self.settings.push(setting);
    }

    pub(super) fn settled(self, field: &'static Field, key: Option<String>) -> Settled {
        let Self { value, from, mut settings, winner, unknown } = self;
        let (effective, hidden) = match value {
            FieldValue::Set(nanoseconds) => (Some(nanoseconds), None),
            FieldValue::Unset | FieldValue::Invalid => (None, None),
            FieldValue::Unknown(why) => (None, Some(why)),
        };
        let winner = winner.filter(|n| *n < settings.len()).map(|n| settings.remove(n));
        Settled { field, key, effective, from, winner, shadowed: settings, unknown: hidden.or(unknown) }
    }
}

/// The setting that a flag makes.
pub(super) fn by_flag(field: &'static Field, key: Option<String>, given: &Given, value: Traced) -> Setting {
    let reading = match value.first_unknown() {
        Some((_, why)) => Reading::Unknown(why.clone()),
        None => read_duration(value.bytes()),
    };
    let at = value.span().unwrap_or(given.carrier);
    Setting { field, key, raw: value, reading, at, carrier: given.carrier, by: Mechanism::Flag }
}

/// The setting that a key in a document makes.
pub(super) fn by_key(
    field: &'static Field,
    signal: Option<String>,
    document: &Document,
    (key, value): (&Node, &Node),
    reading: Reading,
    by: Mechanism,
) -> Setting {
    let raw = document.raw(value);
    // The value of an alias is elsewhere in the text than its key.
    let carrier = if value.span.start >= key.span.end { key.span.to(value.span) } else { key.span };
    let at = match value.as_scalar() {
        Some(scalar) => scalar.text.span().unwrap_or(carrier),
        None => value.span,
    };
    Setting { field, key: signal, raw, reading, at, carrier, by }
}
