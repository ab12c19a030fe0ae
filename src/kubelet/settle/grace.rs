//! The grace periods of `evictionSoftGracePeriod`, by signal.

use std::collections::BTreeMap;

use crate::setting::{Field, SetBy, Setting, Settled};
use crate::text::Why;

use super::track::{FieldValue, Track};

/// The grace periods by signal.
#[derive(Clone, Debug, Default)]
pub(super) struct Grace {
    by_signal: BTreeMap<String, Track>,
    /// Set if there may be other signals, or other periods.
    pub(super) open: Option<Why>,
}

/// The most signals that are tracked. The kubelet has about ten.
const MAX_SIGNALS: usize = 64;

impl Grace {
    /// One entry for each signal; one without a signal if there are none.
    pub(super) fn settled(self, field: &'static Field) -> Vec<Settled> {
        let open = self.open;
        if self.by_signal.is_empty() {
            return vec![Settled { unknown: open, ..Track::new().settled(field, None) }];
        }
        let settle = |(signal, track): (String, Track)| {
            let settled = track.settled(field, Some(signal));
            Settled { unknown: settled.unknown.or_else(|| open.clone()), ..settled }
        };
        self.by_signal.into_iter().map(settle).collect()
    }

    /// Every signal with a known period, the setting that decides it, and whether something unknown may change it.
    pub(super) fn periods(&self) -> impl Iterator<Item = (&Setting, &FieldValue, bool)> {
        self.by_signal.values().filter_map(|track| {
            let setting = track.winner.and_then(|n| track.settings.get(n))?;
            Some((setting, &track.value, track.unknown.is_some() || self.open.is_some()))
        })
    }

    /// The track of a signal, unless there are too many.
    pub(super) fn track(&mut self, signal: String) -> Option<&mut Track> {
        if self.by_signal.len() >= MAX_SIGNALS && !self.by_signal.contains_key(&signal) {
            self.open = Some(Why::limit("eviction signals"));
            return None;
        }
        Some(self.by_signal.entry(signal).or_insert_with(Track::new))
    }

    /// Drops all earlier settings, because `from` replaces them.
    pub(super) fn clear(&mut self, from: SetBy) {
        for track in self.by_signal.values_mut() {
            (track.value, track.from, track.winner, track.unknown) = (FieldValue::Unset, from, None, None);
        }
        self.open = None;
    }
}
