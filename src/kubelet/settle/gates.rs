//! The feature gates that settings depend on (`pkg/features/kube_features.go`).

use super::super::args::is_true;
use super::super::config::PathEntry;
use super::Settler;
use crate::syntax::{Resolved, key_text, resolve};

/// For a gate that no version opens.
const NEVER: u32 = u32::MAX;

/// The minor versions since which a gate is open by default.
const OPEN_SINCE: &[(&str, u32)] = &[
    ("CustomCPUCFSQuotaPeriod", 36),
    ("GracefulNodeShutdown", 21),
    ("GracefulNodeShutdownBasedOnPodPriority", 24),
    ("ImageMaximumGCAge", 30),
    ("KubeletCrashLoopBackOffMax", 35),
    ("KubeletEnsureSecretPulledImages", 35),
    ("LoggingAlphaOptions", NEVER),
    ("MemoryQoS", NEVER),
    ("NodeLogQuery", 36),
    ("NodeSwap", 30),
    ("RotateKubeletServerCertificate", 12),
];

/// Gates of a kubelet that cannot be closed, with the first and last minor version in which that is known.
const LOCKED: &[(&str, u32, u32)] = &[
    ("KubeletTracing", 34, 36),
    ("MemoryManager", 32, 34),
    ("NodeSwap", 34, 36),
    ("PodLifecycleSleepAction", 34, 36),
    ("RecursiveReadOnlyMounts", 33, 35),
    ("SidecarContainers", 33, 35),
    ("SupplementalGroupsPolicy", 35, 36),
    ("SystemdWatchdog", 35, 36),
];

/// Whether a gate is open by default; `None` if unknown.
pub(in crate::kubelet) fn default_of(name: &str, minor: Option<u32>) -> Option<bool> {
    let since = OPEN_SINCE.iter().find(|(gate, _)| *gate == name).map(|(_, since)| *since)?;
    if since == NEVER {
        return Some(false);
    }
    minor.map(|minor| minor >= since)
}

/// True for a gate that a kubelet refuses to close.
pub(in crate::kubelet) fn is_locked(name: &str, minor: u32) -> bool {
    LOCKED.iter().any(|(gate, first, last)| *gate == name && (*first..=*last).contains(&minor))
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
        // Which gates these two open depends on the version in ways that are not modelled.
        if setting_of("AllAlpha").is_some() || setting_of("AllBeta").is_some() {
            return None;
        }
        default_of(name, self.launch.minor)
    }
}
