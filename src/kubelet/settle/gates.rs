//! The feature gates that settings depend on (`pkg/features/kube_features.go`).

use memchr::memmem;

use super::super::args::is_true;
use super::super::config::PathEntry;
use super::Settler;
use crate::syntax::{Resolved, key_text, resolve};

/// The gates of 1.24 to 1.36, each with its states since a minor version: `a`lpha, `b`eta, `g`eneral or `d`eprecated; `+` is open
/// and `-` closed by default; `!` cannot be changed; `.` is none. `testdata/kubelet/gates.py` writes it.
const ROWS: &str = concat!("\n", include_str!("../gates.txt"));

/// The first and last minor versions of the rows.
const RANGE: std::ops::RangeInclusive<u32> = 24..=36;

/// Gates that older versions have as well, with the version since which they are open.
const OLDER: [(&str, u32); 2] = [("GracefulNodeShutdown", 21), ("RotateKubeletServerCertificate", 12)];

/// What a version does with a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    stage: u8,
    is_open: bool,
    is_locked: bool,
}

/// The states of a gate.
fn row_of(name: &str) -> Option<&'static str> {
    if name.contains(char::is_whitespace) {
        return None;
    }
    let start = memmem::find(ROWS.as_bytes(), format!("\n{name} ").as_bytes())? + name.len() + 2;
    ROWS.get(start..)?.lines().next()
}

/// The state in a version of the rows; `None` if the version does not have the gate.
fn state_in(row: &str, minor: u32) -> Option<State> {
    let parts = row.split(' ').filter_map(|part| Some((part.get(..2)?.parse::<u32>().ok()?, part.get(2..)?)));
    let (_, state) = parts.take_while(|(since, _)| *since <= minor).last()?;
    let bytes = state.as_bytes();
    let stage = *bytes.first().filter(|stage| **stage != b'.')?;
    Some(State { stage, is_open: bytes.get(1) == Some(&b'+'), is_locked: bytes.get(2) == Some(&b'!') })
}

/// Whether a gate is open if only `AllAlpha` and `AllBeta` may be set; `None` if unknown.
pub(in crate::kubelet) fn default_of(name: &str, minor: Option<u32>, all: [Option<bool>; 2]) -> Option<bool> {
    let row = row_of(name).unwrap_or_default();
    let in_version = |minor: u32| match state_in(row, minor.min(*RANGE.end())) {
        Some(state) => match state.stage {
            b'a' => all[0].unwrap_or(state.is_open),
            b'b' => all[1].unwrap_or(state.is_open),
            _ => state.is_open,
        },
        None => false,
    };
    match minor {
        Some(_) if all != [None; 2] && minor < Some(*RANGE.start()) => None,
        Some(minor) if minor < *RANGE.start() => match state_in(row, *RANGE.start()) {
            Some(state) if state.stage != b'a' => {
                OLDER.iter().find(|(gate, _)| *gate == name).map(|(_, since)| minor >= *since)
            }
            _ => Some(false),
        },
        Some(minor) => Some(in_version(minor)),
        // An unknown version may be older than the rows.
        None => RANGE.into_iter().all(|minor| !in_version(minor)).then_some(false),
    }
}

/// The only value of a gate that a version accepts, if there is only one.
pub(in crate::kubelet) fn locked(name: &str, minor: u32) -> Option<bool> {
    let state = state_in(row_of(name)?, minor).filter(|state| RANGE.contains(&minor) && state.is_locked)?;
    Some(state.is_open)
}

impl Settler<'_> {
    /// Whether a gate is open; `None` if unknown.
    pub(super) fn gate(&self, name: &str) -> Option<bool> {
        let files =
            || self.dropins.iter().rev().map(|(_, d)| (d, true)).chain(self.config.iter().map(|d| (&**d, false)));
        let hidden = self.last.may_be_set_after("feature-gates", None).is_some()
            || files().any(|(d, _)| d.open.is_some())
            || self
                .last
                .given
                .iter()
                .any(|g| g.flag.name == "feature-gates" && (g.value.has_unknown() || g.doubt.is_some()));
        if hidden {
            return None;
        }
        let setting_of = |name: &str| {
            let mut flag = self.last.given.iter().filter(|g| g.flag.name == "feature-gates").filter_map(|given| {
                let text = given.value.to_text();
                let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
                pairs.filter(|(gate, _)| gate.trim() == name).filter_map(|(_, value)| is_true(value.trim())).next_back()
            });
            let file = files().find_map(|(document, fold)| {
                let found = document.find(std::iter::once("featureGates"), fold);
                let PathEntry::At(_, map) = found.entry else { return None };
                let pair =
                    map.pairs().iter().rev().find(|(k, _)| key_text(k, document.schema()).as_deref() == Some(name));
                let value = pair.map(|(_, value)| value)?;
                match value.as_scalar().map(|s| resolve(s, value.tag.as_deref(), document.schema())) {
                    Some(Resolved::Bool(open)) => Some(open),
                    _ => None,
                }
            });
            flag.next_back().or(file)
        };
        if let Some(open) = setting_of(name) {
            return Some(open);
        }
        default_of(name, self.launch.minor, ["AllAlpha", "AllBeta"].map(setting_of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_gates_can_be_read() {
        let names: Vec<_> = ROWS.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
        assert!(names.len() > 350 && names.is_sorted(), "{}", names.len());
        for line in ROWS.lines().skip(1) {
            let mut parts = line.split(' ').skip(1).peekable();
            assert!(parts.peek().is_some(), "{line}");
            for part in parts {
                let (since, state) = part.split_at(2);
                assert!(RANGE.contains(&since.parse().unwrap()), "{line}");
                let known = state == "."
                    || "abgd".contains(state.get(..1).unwrap_or_default())
                        && ["+", "-", "+!", "-!"].contains(&state.get(1..).unwrap_or_default());
                assert!(known, "{line}");
            }
        }
    }

    #[test]
    fn the_state_of_a_gate_depends_on_the_version() {
        let none = [None; 2];
        for (name, minor, all, open) in [
            ("NodeSwap", Some(29), none, Some(false)),
            ("NodeSwap", Some(30), none, Some(true)),
            ("NodeSwap", None, none, None),
            ("MemoryQoS", None, none, Some(false)),
            ("MemoryQoS", Some(33), [Some(true), None], Some(true)),
            ("MemoryQoS", Some(33), [None, Some(true)], Some(false)),
            ("NodeLogQuery", Some(31), none, Some(false)),
            ("NodeLogQuery", Some(31), [None, Some(true)], Some(true)),
            ("GracefulNodeShutdown", Some(20), none, Some(false)),
            ("GracefulNodeShutdownBasedOnPodPriority", Some(23), none, None),
            ("CustomCPUCFSQuotaPeriod", Some(22), none, Some(false)),
        ] {
            assert_eq!(default_of(name, minor, all), open, "{name} {minor:?}");
        }
        assert_eq!([33, 34].map(|minor| locked("KubeletTracing", minor)), [None, Some(true)]);
        assert_eq!(locked("NoSuchGate", 36), None);
    }
}
