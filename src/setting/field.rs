//! The catalogue of the kubelet's durations.
//!
//! Sources (Kubernetes 1.36): `staging/src/k8s.io/kubelet/config/v1beta1/types.go` for paths and declarations,
//! `pkg/kubelet/apis/config/v1beta1/defaults.go` for defaults, `cmd/kubelet/app/options/options.go` for flags,
//! `pkg/kubelet/apis/config/validation/validation.go` for refused values; the harm follows from the code that uses the value.

use super::duration::{HOUR, MILLISECOND, MINUTE, SECOND};

/// How a field is declared in the kubelet's configuration types; decides what happens to a zero in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A plain duration with a default: a zero in a file looks the same as *unset* and is replaced.
    Value,
    /// A pointer: only *unset* is replaced, a zero is kept.
    Pointer,
    /// A plain duration whose default is zero.
    ZeroDefault,
    /// `evictionSoftGracePeriod`: a map from signal to duration text.
    Map,
    /// `logging.flushFrequency`: duration text or whole nanoseconds; a zero is replaced.
    TextOrNanoseconds,
    /// Not a duration.
    Other,
}

/// What a zero means for a field when set via one mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The kubelet silently uses its default instead.
    Replaced,
    /// The kubelet runs with the zero, which does harm; the sentence says how, starting in lower case.
    Harmful(&'static str),
    /// The kubelet runs with the zero, which is a normal choice.
    Harmless,
    /// The kubelet does not start.
    Refused(&'static str),
    /// The setting cannot be set this way.
    None,
}

/// One duration setting of the kubelet, or any other where every setting is looked for.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// Path in `KubeletConfiguration`, such as `authentication.webhook.cacheTTL`; the flag's name if there is only a flag.
    pub name: &'static str,
    /// Name of the flag, without dashes.
    pub flag: Option<&'static str>,
    /// Declaration in the configuration types; `None` if it is only a flag.
    pub shape: Option<Shape>,
    /// Built-in default in nanoseconds; `None` where there is none.
    pub default: Option<i64>,
    /// What a zero set by flag means.
    pub zero_by_flag: Meaning,
    /// What a zero in the configuration file or a drop-in means.
    pub zero_in_file: Meaning,
    /// First minor version (of 1.x) that has the field or flag, if it came after 1.10.
    pub since: Option<u32>,
}

impl Field {
    /// The field of a flag, by its name without dashes; `_` counts as `-`, as in the kubelet's flag parser.
    pub fn by_flag(name: &str) -> Option<&'static Self> {
        let name = name.replace('_', "-");
        FIELDS.iter().find(|f| f.flag == Some(name.as_str()))
    }

    /// The field of a path in `KubeletConfiguration`, or of a setting that is only a flag, by its name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FIELDS.binary_search_by(|f| f.name.cmp(name)).ok().and_then(|n| FIELDS.get(n))
    }

    /// True for a duration.
    pub fn is_duration(&self) -> bool {
        Self::by_name(self.name).is_some()
    }

    /// The keys from the root of `KubeletConfiguration` to the field; none for a setting that is only a flag.
    pub fn path(&self) -> impl Iterator<Item = &'static str> {
        self.shape.map(|_| self.name.split('.')).into_iter().flatten()
    }
}

impl Shape {
    /// True if a zero in a file, which looks the same as *unset*, is replaced by the default.
    pub fn replaces_zero(self) -> bool {
        matches!(self, Self::Value | Self::TextOrNanoseconds)
    }
}

/// A plain duration of the configuration with a flag.
const fn value(name: &'static str, flag: &'static str, default: i64, zero_by_flag: Meaning) -> Field {
    Field {
        name,
        flag: Some(flag),
        shape: Some(Shape::Value),
        default: Some(default),
        zero_by_flag,
        zero_in_file: Meaning::Replaced,
        since: None,
    }
}

/// A duration that can be set only in a file.
const fn file_only(name: &'static str, shape: Shape, default: i64, zero_in_file: Meaning, since: u32) -> Field {
    Field {
        name,
        flag: None,
        shape: Some(shape),
        default: Some(default),
        zero_by_flag: Meaning::None,
        zero_in_file,
        since: Some(since),
    }
}

const QUOTA_PERIOD: Meaning =
    Meaning::Refused("a CPU quota period must be between 1ms and 1s, so the kubelet does not start");
const SOFT_GRACE: Meaning =
    Meaning::Harmful("pods are evicted at once when the soft threshold is met, as if it were a hard one");

/// Every field, sorted by name.
pub(crate) const FIELDS: &[Field] = &[
    value(
        "authentication.webhook.cacheTTL",
        "authentication-token-webhook-cache-ttl",
        2 * MINUTE,
        Meaning::Harmful(
            "authentications are not cached, so every request to the kubelet causes one to the API server",
        ),
    ),
    value(
        "authorization.webhook.cacheAuthorizedTTL",
        "authorization-webhook-cache-authorized-ttl",
        5 * MINUTE,
        Meaning::Harmful("permissions are not cached, so every request to the kubelet causes one to the API server"),
    ),
    value(
        "authorization.webhook.cacheUnauthorizedTTL",
        "authorization-webhook-cache-unauthorized-ttl",
        30 * SECOND,
        Meaning::Harmful("denials are not cached, so every denied request causes one to the API server"),
    ),
    file_only(
        "containerLogMonitorInterval",
        Shape::Pointer,
        10 * SECOND,
        Meaning::Refused(
            "the interval for monitoring container logs must be 3s or more, so the kubelet does not start",
        ),
        30,
    ),
    Field {
        name: "cpuCFSQuotaPeriod",
        flag: Some("cpu-cfs-quota-period"),
        shape: Some(Shape::Pointer),
        default: Some(100 * MILLISECOND),
        zero_by_flag: QUOTA_PERIOD,
        zero_in_file: QUOTA_PERIOD,
        since: Some(12),
    },
    value(
        "cpuManagerReconcilePeriod",
        "cpu-manager-reconcile-period",
        10 * SECOND,
        Meaning::Harmful("the CPU manager, if enabled, reconciles in a tight loop and keeps a core busy"),
    ),
    file_only(
        "crashLoopBackOff.maxContainerRestartPeriod",
        Shape::Pointer,
        300 * SECOND,
        Meaning::Refused("the maximum restart backoff must be between 1s and 300s, so the kubelet does not start"),
        32,
    ),
    value(
        "evictionPressureTransitionPeriod",
        "eviction-pressure-transition-period",
        5 * MINUTE,
        Meaning::Harmful("the node never reports memory, disk or PID pressure, so pods keep being scheduled onto it"),
    ),
    Field {
        name: "evictionSoftGracePeriod",
        flag: Some("eviction-soft-grace-period"),
        shape: Some(Shape::Map),
        default: None,
        zero_by_flag: SOFT_GRACE,
        zero_in_file: SOFT_GRACE,
        since: None,
    },
    value(
        "fileCheckFrequency",
        "file-check-frequency",
        20 * SECOND,
        Meaning::Harmful("the kubelet crashes if it has a directory of static pods"),
    ),
    value(
        "httpCheckFrequency",
        "http-check-frequency",
        20 * SECOND,
        Meaning::Harmful("the kubelet requests static pods in a tight loop if it has a URL for them"),
    ),
    file_only("imageMaximumGCAge", Shape::ZeroDefault, 0, Meaning::Harmless, 29),
    value(
        "imageMinimumGCAge",
        "minimum-image-ttl-duration",
        2 * MINUTE,
        Meaning::Harmful("an image can be removed between its download and its first use"),
    ),
    Field {
        name: "logging.flushFrequency",
        flag: Some("log-flush-frequency"),
        shape: Some(Shape::TextOrNanoseconds),
        default: Some(5 * SECOND),
        zero_by_flag: Meaning::Refused("the log flush interval must be positive, so the kubelet does not start"),
        zero_in_file: Meaning::Replaced,
        since: None,
    },
    Field {
        name: "minimum-container-ttl-duration",
        flag: Some("minimum-container-ttl-duration"),
        shape: None,
        default: Some(0),
        zero_by_flag: Meaning::Harmless,
        zero_in_file: Meaning::None,
        since: None,
    },
    file_only("nodeStatusReportFrequency", Shape::Value, 5 * MINUTE, Meaning::Replaced, 13),
    value(
        "nodeStatusUpdateFrequency",
        "node-status-update-frequency",
        10 * SECOND,
        Meaning::Harmful(
            "the kubelet updates the node's status in a tight loop, and its heartbeat requests never time out",
        ),
    ),
    value(
        "runtimeRequestTimeout",
        "runtime-request-timeout",
        2 * MINUTE,
        Meaning::Harmful("every call to the container runtime times out before it is made, so the kubelet exits"),
    ),
    file_only("shutdownGracePeriod", Shape::ZeroDefault, 0, Meaning::Harmless, 20),
    file_only("shutdownGracePeriodCriticalPods", Shape::ZeroDefault, 0, Meaning::Harmless, 20),
    value(
        "streamingConnectionIdleTimeout",
        "streaming-connection-idle-timeout",
        4 * HOUR,
        Meaning::Harmful("idle streaming connections stay open forever, which the CIS benchmarks forbid"),
    ),
    value(
        "syncFrequency",
        "sync-frequency",
        MINUTE,
        Meaning::Harmful("the kubelet refuses a sync interval of zero and exits, so the node never joins"),
    ),
    value(
        "volumeStatsAggPeriod",
        "volume-stats-agg-period",
        MINUTE,
        Meaning::Harmful("volumes are not measured, so pods that exceed the size limit of an emptyDir are not evicted"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_catalogue_is_sorted_and_lists_every_flag_once() {
        assert!(FIELDS.windows(2).all(|w| w[0].name < w[1].name));
        let flags: Vec<_> = FIELDS.iter().filter_map(|f| f.flag).collect();
        assert_eq!(flags.iter().collect::<BTreeSet<_>>().len(), flags.len());
        for field in FIELDS {
            assert_eq!(field.flag.is_none(), field.zero_by_flag == Meaning::None, "{}", field.name);
            assert_eq!(field.shape.is_none(), field.zero_in_file == Meaning::None, "{}", field.name);
            assert_eq!(field.default.is_none(), field.shape == Some(Shape::Map), "{}", field.name);
            let replaced = field.zero_in_file == Meaning::Replaced;
            assert_eq!(field.shape.is_some_and(Shape::replaces_zero), replaced, "{}", field.name);
        }
    }

    #[test]
    fn harm_is_one_sentence_that_starts_in_lower_case() {
        for field in FIELDS {
            for meaning in [field.zero_by_flag, field.zero_in_file] {
                if let Meaning::Harmful(words) | Meaning::Refused(words) = meaning {
                    let first = words.chars().next().unwrap();
                    assert!(first.is_lowercase() && !words.ends_with('.') && words.len() < 120, "{words}");
                }
            }
        }
    }

    #[test]
    fn fields_are_found_by_flag_and_by_path() {
        for field in FIELDS {
            assert_eq!(Field::by_name(field.name), Some(field));
            if let Some(flag) = field.flag {
                assert_eq!(Field::by_flag(flag), Some(field));
                assert_eq!(Field::by_flag(&flag.replace('-', "_")), Some(field));
            }
        }
        assert_eq!(Field::by_flag("Streaming-connection-idle-timeout"), None);
        assert_eq!(Field::by_flag("streamingConnectionIdleTimeout"), None);
        assert_eq!(Field::by_name("streamingconnectionidletimeout"), None);
        assert_eq!(
            Field::by_name("authentication.webhook.cacheTTL").unwrap().path().collect::<Vec<_>>(),
            ["authentication", "webhook", "cacheTTL"]
        );
        assert_eq!(Field::by_name("minimum-container-ttl-duration").unwrap().path().count(), 0);
    }
}
