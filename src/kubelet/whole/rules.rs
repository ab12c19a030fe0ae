//! Step 5 for fields that are not durations: values that a kubelet reads but refuses.
//!
//! Source: `pkg/kubelet/apis/config/validation/validation.go` of kubernetes/kubernetes, `logs/api/v1/options.go` of
//! component-base. A rule about something unknown says nothing.

use serde_json::Value;

use super::super::settle::gates::{default_of, locked};
use super::Settler;
use super::flags::EFFECTS;
use crate::setting::{ConfigField, FailureKind};

/// The first minor version (of 1.x) that refuses `runOnce`.
const RUN_ONCE_REFUSED: u32 = 36;
/// The size of the smallest range of user ids, of which all others are multiples.
const IDS: i64 = 65_536;

impl Settler<'_> {
    /// Whether a feature gate is open; `None` if that is not known.
    pub(super) fn gate(&self, name: &str) -> Option<bool> {
        let track = self.tracks.get("featureGates")?;
        if track.unknown.is_some() {
            return None;
        }
        let set = |gate: &str| track.value.as_ref().and_then(|gates| gates.get(gate)).and_then(Value::as_bool);
        match set(name) {
            Some(open) => Some(open),
            None => default_of(name, self.launch.minor, ["AllAlpha", "AllBeta"].map(set)),
        }
    }

    fn text(&self, path: &str) -> Option<&str> {
        match self.tracks.get(path) {
            Some(track) if track.value.is_none() && track.unknown.is_none() => Some(""),
            _ => self.known(path)?.as_str(),
        }
    }

    fn truth(&self, path: &str) -> Option<bool> {
        self.known(path)?.as_bool()
    }

    /// Refuses the value of a field; the words follow its path and value.
    fn refuse_field(&mut self, path: &str, words: &str) {
        let track = self.tracks.get(path);
        let shown = track.and_then(|t| t.value.as_ref()).map_or_else(String::new, |v| format!(" {v}"));
        let at = track.and_then(|t| t.at);
        let message = crate::setting::shorten(&format!("{path}{shown} {words}"));
        self.refuse(FailureKind::ConfigFile, message, at);
    }

    pub(super) fn validate(&mut self) {
        self.check_allowed();
        self.check_gates();
        self.check_relations();
        self.check_allocatable();
        self.check_texts();
        self.check_logging();
    }

    fn check_allowed(&mut self) {
        for field in ConfigField::all() {
            // A version without the field ignores it.
            let (Some(allows), Some(true)) = (field.allows, field.exists_in(self.launch.minor)) else { continue };
            let Some(value) = self.known(field.path) else { continue };
            let words = match (allows.split_once(".."), value) {
                (Some((least, most)), Value::Number(number)) => {
                    let number = number.as_i64().unwrap_or_default();
                    let most_number = most.parse().unwrap_or(i64::MAX);
                    if least.parse().is_ok_and(|least: i64| (least..=most_number).contains(&number)) {
                        continue;
                    }
                    match most {
                        "" if least == "0" => "must not be a negative number".to_owned(),
                        "" => format!("must be {least} or more"),
                        _ => format!("must be between {least} and {most}"),
                    }
                }
                (None, Value::String(text)) if !allows.split('|').any(|allowed| allowed == text) => {
                    format!("must be one of {}", allows.replace('|', ", "))
                }
                _ => continue,
            };
            self.refuse_field(field.path, &words);
        }
    }

    fn check_gates(&mut self) {
        if let (Some(Value::Object(gates)), Some(minor)) = (self.known("featureGates"), self.launch.minor) {
            let wrong = gates.iter().find_map(|(gate, open)| {
                let only = locked(gate, minor)?;
                (open.as_bool() == Some(!only)).then_some((gate, only))
            });
            if let Some((gate, only)) = wrong {
                let words = format!("cannot set the feature gate {gate} to {}, which is locked to {only}", !only);
                self.refuse_field("featureGates", &words);
            }
        }
        for (path, gate) in [
            ("serverTLSBootstrap", "RotateKubeletServerCertificate"),
            ("enableSystemLogQuery", "NodeLogQuery"),
            ("logging.options.text.splitStream", "LoggingAlphaOptions"),
            ("logging.options.json.splitStream", "LoggingAlphaOptions"),
        ] {
            if self.truth(path) == Some(true) && self.gate(gate) == Some(false) {
                self.refuse_field(path, &format!("needs the feature gate {gate}"));
            }
        }
        if self.text("memoryReservationPolicy") == Some("TieredReservation") && self.gate("MemoryQoS") == Some(false) {
            self.refuse_field("memoryReservationPolicy", "needs the feature gate MemoryQoS");
        }
        let by_priority = self.known("shutdownGracePeriodByPodPriority").and_then(Value::as_array);
        if by_priority.is_some_and(|list| !list.is_empty()) {
            let duration = |name: &str| self.effective.fields.iter().find(|s| s.field.name == name)?.effective;
            let both = ["shutdownGracePeriod", "shutdownGracePeriodCriticalPods"].map(duration);
            match self.gate("GracefulNodeShutdownBasedOnPodPriority") {
                Some(true) if both.iter().flatten().any(|period| *period > 0) => {
                    self.refuse_field("shutdownGracePeriodByPodPriority", "cannot be set with shutdownGracePeriod");
                }
                Some(false) => self.refuse_field(
                    "shutdownGracePeriodByPodPriority",
                    "needs the feature gate GracefulNodeShutdownBasedOnPodPriority",
                ),
                _ => {}
            }
        }
    }

    fn check_relations(&mut self) {
        if let (Some(low), Some(high)) =
            (self.number("imageGCLowThresholdPercent"), self.number("imageGCHighThresholdPercent"))
            && low >= high
        {
            self.refuse_field(
                "imageGCLowThresholdPercent",
                &format!("must be less than imageGCHighThresholdPercent {high}"),
            );
        }
        if self.text("systemCgroups").is_some_and(|c| !c.is_empty()) && self.text("cgroupRoot") == Some("") {
            self.refuse_field("systemCgroups", "needs cgroupRoot");
        }
        if self.truth("serializeImagePulls") == Some(true)
            && self.number("maxParallelImagePulls").is_some_and(|pulls| pulls > 1)
        {
            self.refuse_field("maxParallelImagePulls", "must not be more than 1 unless serializeImagePulls is false");
        }
        if self.truth("runOnce") == Some(true) && self.launch.minor.is_some_and(|m| m >= RUN_ONCE_REFUSED) {
            self.refuse_field("runOnce", "is no longer supported");
        }
        if self.truth("enableSystemLogQuery") == Some(true) && self.truth("enableSystemLogHandler") == Some(false) {
            self.refuse_field("enableSystemLogQuery", "needs enableSystemLogHandler");
        }
        let factor = self.known("memoryThrottlingFactor").and_then(Value::as_f64);
        if factor.is_some_and(|f| f <= 0.0 || f > 1.0) {
            self.refuse_field("memoryThrottlingFactor", "must be greater than 0 and at most 1");
        }
        if self.number("userNamespaces.idsPerPod").is_some_and(|ids| ids < IDS || ids % IDS != 0) {
            self.refuse_field("userNamespaces.idsPerPod", "must be a multiple of 65536");
        }
    }

    fn check_allocatable(&mut self) {
        const PATH: &str = "enforceNodeAllocatable";
        let Some(Value::Array(list)) = self.known(PATH).cloned() else { return };
        let names: Vec<_> = list.iter().filter_map(Value::as_str).collect();
        let reserved = |path: &str| self.text(path) == Some("");
        let mut words = None;
        for (n, name) in names.iter().enumerate() {
            let fault = match *name {
                "none" if names.len() > 1 => Some("must not have other items with none".to_owned()),
                "none" => continue,
                _ if names.get(..n).is_some_and(|earlier| earlier.contains(name)) => {
                    Some("has an item twice".to_owned())
                }
                "pods" => None,
                "system-reserved" | "system-reserved-compressible" => {
                    reserved("systemReservedCgroup").then(|| "needs systemReservedCgroup".to_owned())
                }
                "kube-reserved" | "kube-reserved-compressible" => {
                    reserved("kubeReservedCgroup").then(|| "needs kubeReservedCgroup".to_owned())
                }
                _ => Some("has an item that no kubelet knows".to_owned()),
            };
            let open = self.truth("cgroupsPerQOS") == Some(false);
            words = words.or(fault).or_else(|| open.then(|| "needs cgroupsPerQOS to be true".to_owned()));
        }
        for kind in ["system-reserved", "kube-reserved"] {
            if names.contains(&kind) && names.contains(&format!("{kind}-compressible").as_str()) {
                words.get_or_insert_with(|| format!("must not have both {kind} and {kind}-compressible"));
            }
        }
        if let Some(words) = words {
            self.refuse_field(PATH, &words);
        }
    }

    fn check_texts(&mut self) {
        let since = |path: &str| ConfigField::by_path(path).and_then(|f| f.exists_in(self.launch.minor)) == Some(true);
        let (policy, swap, endpoint, logs) = (
            since("imagePullCredentialsVerificationPolicy"),
            self.gate("NodeSwap") == Some(true),
            since("containerRuntimeEndpoint"),
            since("podLogsDir"),
        );
        if swap && self.text("memorySwap.swapBehavior").is_some_and(|b| !["", "LimitedSwap", "NoSwap"].contains(&b)) {
            self.refuse_field("memorySwap.swapBehavior", "must be LimitedSwap or NoSwap");
        }
        if policy && self.gate("KubeletEnsureSecretPulledImages") == Some(true) {
            const ALLOWED: [&str; 4] =
                ["NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"];
            let verifies = self.text("imagePullCredentialsVerificationPolicy").map(str::to_owned);
            if verifies.as_ref().is_some_and(|v| !ALLOWED.contains(&v.as_str())) {
                self.refuse_field(
                    "imagePullCredentialsVerificationPolicy",
                    &format!("must be one of {}", ALLOWED.join(", ")),
                );
            }
            let list = self.known("preloadedImagesVerificationAllowlist").and_then(Value::as_array);
            if list.is_some_and(|l| !l.is_empty()) && verifies.is_some_and(|v| v != "NeverVerifyAllowlistedImages") {
                let words = "needs imagePullCredentialsVerificationPolicy NeverVerifyAllowlistedImages";
                self.refuse_field("preloadedImagesVerificationAllowlist", words);
            }
        }
        if endpoint && self.text("containerRuntimeEndpoint") == Some("") {
            self.refuse_field("containerRuntimeEndpoint", "must not be empty");
        }
        if logs && self.text("podLogsDir").is_some_and(|dir| !is_clean(dir)) {
            self.refuse_field("podLogsDir", "must be an absolute path in ASCII without . or ..");
        }
        if let Some(cpus) = self.text("reservedSystemCPUs").filter(|cpus| !cpus.is_empty()) {
            let words = match is_cpu_set(cpus) {
                false => Some("is not a list of CPUs"),
                true if ["systemReservedCgroup", "kubeReservedCgroup"]
                    .iter()
                    .any(|path| self.text(path).is_some_and(|c| !c.is_empty())) =>
                {
                    Some("cannot be used with systemReservedCgroup or kubeReservedCgroup")
                }
                true => None,
            };
            if let Some(words) = words {
                self.refuse_field("reservedSystemCPUs", words);
            }
        }
        if let Some(minor) = self.launch.minor
            && self
                .text("showHiddenMetricsForVersion")
                .is_some_and(|version| !version.is_empty() && *version != format!("1.{}", minor.saturating_sub(1)))
        {
            self.refuse_field("showHiddenMetricsForVersion", "must be the previous minor version");
        }
        let taints = self.known("registerWithTaints").and_then(Value::as_array);
        // A taint may have no effect here (`CheckTaintValidation` in `pkg/util/taints/taints.go`).
        let is_valid = |taint: &Value| {
            let text = |key: &str| taint.get(key).and_then(Value::as_str).unwrap_or_default();
            !text("key").is_empty() && (text("effect").is_empty() || EFFECTS.contains(&text("effect")))
        };
        if taints.is_some_and(|list| !list.iter().all(is_valid)) {
            self.refuse_field("registerWithTaints", "has an invalid taint");
        }
    }

    fn check_logging(&mut self) {
        if self.text("logging.format").is_some_and(|format| !["text", "json"].contains(&format)) {
            self.refuse_field("logging.format", "is not a log format");
        }
        if self.gate("LoggingAlphaOptions") != Some(false) {
            return;
        }
        for path in ["logging.options.text.infoBufferSize", "logging.options.json.infoBufferSize"] {
            if self.text(path).is_some_and(|size| !size.is_empty() && size.chars().any(|c| ('1'..='9').contains(&c))) {
                self.refuse_field(path, "needs the feature gate LoggingAlphaOptions");
            }
        }
    }
}

/// True for an absolute path in its shortest form.
fn is_clean(path: &str) -> bool {
    let mut parts = path.split('/');
    path.is_ascii()
        && parts.next() == Some("")
        && (path == "/" || parts.all(|part| !part.is_empty() && part != "." && part != ".."))
}

/// Whether `cpuset.Parse` in `k8s.io/utils` accepts it, such as `0-3,7`.
fn is_cpu_set(text: &str) -> bool {
    text.split(',').all(|part| match part.split_once('-') {
        Some((first, last)) => {
            let ends = (first.parse::<u32>(), last.parse::<u32>());
            matches!(ends, (Ok(first), Ok(last)) if first <= last)
        }
        None => part.parse::<u32>().is_ok(),
    })
}
