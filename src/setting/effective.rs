//! What a kubelet ends up running with.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::text::{Span, Why};

use super::catalogue::ConfigField;
use super::setting::SetBy;
use super::settled::{Failure, Settled};

/// The effective configuration of one kubelet, as far as durations go.
#[derive(Clone, Debug, Default)]
pub struct Effective {
    /// Whether the kubelet starts; `None` if that depends on something unknown.
    pub starts: Option<bool>,
    /// Why it does not. All visible reasons, although the kubelet stops at the first.
    pub failures: Vec<Failure>,
    /// Every duration, sorted by name, then key.
    pub fields: Vec<Settled>,
    /// All fields, if they are requested.
    pub whole: Option<Box<Whole>>,
}

/// A field of any type, settled.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The field.
    pub field: &'static ConfigField,
    /// What the kubelet runs with; `None` if there is nothing to show, as for an empty list.
    pub value: Option<Value>,
    /// What decides it.
    pub from: SetBy,
    /// The value that decides, in the text that the node reads.
    pub at: Option<Span>,
    /// What sets the keys of a map and the items of a list, and where.
    pub parts: BTreeMap<String, (SetBy, Span)>,
    /// Values that lost, in the order in which the kubelet reads them.
    pub shadowed: Vec<(SetBy, Span)>,
    /// Set if the value is not known.
    pub unknown: Option<Why>,
}

/// Every field of one kubelet, and what only the fields that are not durations say about its start.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    /// Why it does not start, apart from what is known about durations. All visible reasons.
    pub refused: Vec<Failure>,
    /// The fields that its version has, sorted by path.
    pub fields: Vec<Chosen>,
    /// Fields in its files that its version does not have.
    pub lacking: Vec<(&'static ConfigField, Span)>,
    /// Flags that write no field.
    pub others: Vec<FlagOnly>,
    /// Set if there may be more of them, such as `--hostname-override`.
    pub more: Option<Why>,
    /// Set if an unknown word of the command line may be any flag.
    pub wild: Option<Why>,
    /// Where a setting that is missing would be written: the last file that it reads, or the end of its command line.
    pub writes: Option<Span>,
}

/// A use of a flag that writes no field.
#[derive(Clone, Debug)]
pub struct FlagOnly {
    /// Its name, without dashes.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// The place of the value.
    pub at: Span,
}

impl std::fmt::Display for FlagOnly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "--{}={}", self.name, self.value)
    }
}

impl Whole {
    /// What the kubelet would answer on `configz`, as far as it is known: an object as in a file.
    pub fn configuration(&self) -> Value {
        let mut out = serde_json::Map::new();
        for chosen in self.fields.iter().filter(|c| c.unknown.is_none()) {
            let Some(value) = &chosen.value else { continue };
            let mut object = &mut out;
            let mut names = chosen.field.path.split('.').peekable();
            while let Some(name) = names.next() {
                if names.peek().is_none() {
                    object.insert(name.to_owned(), value.clone());
                    break;
                }
                let inner = object.entry(name).or_insert_with(|| Value::Object(serde_json::Map::new()));
                let Value::Object(inner) = inner else { break };
                object = inner;
            }
        }
        Value::Object(out)
    }

    /// The fields whose value is not known, with the reason.
    pub fn unknown(&self) -> impl Iterator<Item = (&'static str, &Why)> {
        self.fields.iter().filter_map(|c| Some((c.field.path, c.unknown.as_ref()?)))
    }
}
