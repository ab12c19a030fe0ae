//! Bottlerocket settings that set kubelet durations.
//!
//! Source: bottlerocket-os/bottlerocket-core-kit `packages/kubernetes-1.31/kubelet-config`, the same since 1.24. There is no
//! setting for the streaming timeout.

use crate::kubelet::config::Document;
use crate::kubelet::{Launch, statements};
use crate::node::BootCx;
use crate::setting::{Effective, Setting};
use crate::syntax::{Node, NodeKind, Scalar, Schema, Style};
use crate::text::{Span, Traced, Why};

use super::own;

/// Settings below `settings.kubernetes` and the kubelet fields that the template fills from them.
const SETTINGS: &[(&str, &str)] = &[
    ("container-log-monitor-interval", "containerLogMonitorInterval"),
    ("cpu-manager-reconcile-period", "cpuManagerReconcilePeriod"),
    ("eviction-soft-grace-period", "evictionSoftGracePeriod"),
    ("shutdown-grace-period", "shutdownGracePeriod"),
    ("shutdown-grace-period-for-critical-pods", "shutdownGracePeriodCriticalPods"),
];

/// The same for fields that are not durations and that the template copies as they are.
const OTHERS: &[(&str, &str)] = &[
    ("allowed-unsafe-sysctls", "allowedUnsafeSysctls"),
    ("cluster-domain", "clusterDomain"),
    ("container-log-max-files", "containerLogMaxFiles"),
    ("container-log-max-size", "containerLogMaxSize"),
    ("container-log-max-workers", "containerLogMaxWorkers"),
    ("cpu-cfs-quota-enforced", "cpuCFSQuota"),
    ("cpu-manager-policy", "cpuManagerPolicy"),
    ("event-burst", "eventBurst"),
    ("event-qps", "eventRecordQPS"),
    ("eviction-hard", "evictionHard"),
    ("eviction-max-pod-grace-period", "evictionMaxPodGracePeriod"),
    ("eviction-soft", "evictionSoft"),
    ("image-gc-high-threshold-percent", "imageGCHighThresholdPercent"),
    ("image-gc-low-threshold-percent", "imageGCLowThresholdPercent"),
    ("kube-api-burst", "kubeAPIBurst"),
    ("kube-api-qps", "kubeAPIQPS"),
    ("max-pods", "maxPods"),
    ("memory-manager-policy", "memoryManagerPolicy"),
    ("pod-pids-limit", "podPidsLimit"),
    ("provider-id", "providerID"),
    ("registry-burst", "registryBurst"),
    ("registry-qps", "registryPullQPS"),
    ("seccomp-default", "seccompDefault"),
    ("server-tls-bootstrap", "serverTLSBootstrap"),
    ("single-process-oom-kill", "singleProcessOOMKill"),
    ("topology-manager-policy", "topologyManagerPolicy"),
    ("topology-manager-scope", "topologyManagerScope"),
];

/// Settings that are meant as a kubelet duration and that Bottlerocket does not have: its API refuses unknown keys
/// (`deny_unknown_fields` in bottlerocket-settings-sdk, `settings-extensions/kubernetes/src/lib.rs`).
pub(super) fn unsupported_durations(settings: &Node) -> Vec<Setting> {
    let pairs = settings.path(&["settings", "kubernetes"]).map(Node::pairs).unwrap_or_default();
    let mut out = Vec::new();
    for (key, value) in pairs {
        let Some(name) = key.as_str().filter(|name| !SETTINGS.iter().any(|(known, _)| known == name)) else { continue };
        // Newer versions may add settings for image ages.
        let field = statements::named(name).filter(|field| !field.name.starts_with("image"));
        out.extend(field.and_then(|field| statements::by_key(field, None, key, value)));
    }
    out
}

/// All settings below `settings.kubernetes`. Source: `settings-extensions/kubernetes/src/lib.rs` of
/// bottlerocket-os/bottlerocket-settings-sdk at 2363566c.
const KNOWN: &str = "allowed-unsafe-sysctls api-server authentication-mode bootstrap-token cloud-provider cluster-certificate \
    cluster-dns-ip cluster-domain cluster-name container-log-max-files container-log-max-size container-log-max-workers \
    container-log-monitor-interval cpu-cfs-quota-enforced cpu-manager-policy cpu-manager-policy-options \
    cpu-manager-reconcile-period credential-providers device-ownership-from-security-context event-burst event-qps \
    eviction-hard eviction-max-pod-grace-period eviction-soft eviction-soft-grace-period hostname-override \
    hostname-override-source image-gc-high-threshold-percent image-gc-low-threshold-percent kube-api-burst kube-api-qps \
    kube-reserved log-level max-pods memory-manager-policy memory-manager-reserved-memory memory-swap-behavior node-ip \
    node-labels node-taints pod-infra-container-image pod-pids-limit provider-id registry-burst registry-qps reserved-cpus \
    seccomp-default server-certificate server-key server-tls-bootstrap shutdown-grace-period \
    shutdown-grace-period-for-critical-pods single-process-oom-kill standalone-mode static-pods static-pods-enabled \
    system-reserved topology-manager-policy topology-manager-scope";

/// Places and reasons of keys that Bottlerocket does not know. A single one makes its server refuse all settings.
pub(super) fn unknown_keys(settings: &Node) -> Vec<(Span, Why)> {
    let pairs = settings.path(&["settings", "kubernetes"]).map(Node::pairs).unwrap_or_default();
    let unknown = pairs.iter().filter_map(|(key, _)| Some((key.span, key.as_str()?)));
    let unknown = unknown.filter(|(_, name)| !KNOWN.split_whitespace().any(|known| known == *name));
    let why = |name| {
        format!("Bottlerocket has no setting settings.kubernetes.{name}, and rejects all settings because of it")
    };
    unknown.map(|(at, name)| (at, Why::Invalid(why(name).into()))).collect()
}

/// The kubelet's configuration on a node with these settings (the whole TOML document).
pub(super) fn effective(settings: &Node, minor: Option<u32>, at: Span, cx: &BootCx<'_>) -> Effective {
    let word = |text: &str| Node {
        kind: NodeKind::Scalar(Scalar { text: Traced::made(text, at), style: Style::DoubleQuoted }),
        span: at,
        tag: None,
    };
    let mut pairs = vec![(word("runtimeRequestTimeout"), word("15m"))];
    let kubernetes = settings.path(&["settings", "kubernetes"]);
    for (setting, field) in SETTINGS {
        if let Some((key, value)) = kubernetes.and_then(|k| k.pair(setting)) {
            pairs.push((Node { span: key.span, ..word(field) }, value.clone()));
        }
    }
    if cx.whole {
        for (setting, field) in OTHERS {
            if let Some((key, value)) = kubernetes.and_then(|k| k.pair(setting)) {
                pairs.push((Node { span: key.span, ..word(field) }, value.clone()));
            }
        }
    }
    let tree = Node { kind: NodeKind::Map(pairs), span: at, tag: None };
    let config = Some(Document::from_tree(tree, Schema::Json));
    own::settled(&Launch { config, minor, ..Launch::default() }, own::tool, cx)
}
