//! The feature gates that durations depend on (`pkg/features/kube_features.go`).

use super::super::args::is_true;
use super::super::config::PathEntry;
use super::Settler;
use crate::syntax::{Resolved, key_text, resolve};

/// The minor versions since which a gate is open by default.
const OPEN_SINCE: &[(&str, u32)] = &[
    ("CustomCPUCFSQuotaPeriod", 36),
    ("GracefulNodeShutdown", 21),
    ("ImageMaximumGCAge", 30),
    ("KubeletCrashLoopBackOffMax", 35),
];

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
        // Which gates these two open depends on the version in ways that are not modelled.
        if setting_of("AllAlpha").is_some() || setting_of("AllBeta").is_some() {
            return None;
        }
        let since = OPEN_SINCE.iter().find(|(gate, _)| *gate == name).map(|(_, since)| *since)?;
        self.launch.minor.map(|minor| minor >= since)
    }
}
