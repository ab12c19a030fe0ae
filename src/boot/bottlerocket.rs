//! Bottlerocket settings of the kubelet.
//!
//! Source: bottlerocket-os/bottlerocket-core-kit `packages/kubernetes-1.*/kubelet-config`; the versions are named in `own.rs`.
//! There is no setting for the streaming timeout.

use serde_json::Value;

use crate::kubelet::config::Document;
use crate::kubelet::{Launch, Own, statements};
use crate::node::BootCx;
use crate::setting::{ConfigField, Effective, Kind, Setting, Which};
use crate::syntax::{Node, NodeKind, Scalar, Schema, Style};
use crate::text::{Span, Traced, Why};

use super::machine::Machine;
use super::own;

/// Settings below `settings.kubernetes` and the kubelet fields that the template fills from them.
const SETTINGS: &[(&str, &str)] = &[
    ("container-log-monitor-interval", "containerLogMonitorInterval"),
    ("cpu-manager-reconcile-period", "cpuManagerReconcilePeriod"),
    ("eviction-soft-grace-period", "evictionSoftGracePeriod"),
    ("image-maximum-gc-age", "imageMaximumGCAge"),
    ("image-minimum-gc-age", "imageMinimumGCAge"),
    ("shutdown-grace-period", "shutdownGracePeriod"),
    ("shutdown-grace-period-for-critical-pods", "shutdownGracePeriodCriticalPods"),
];

/// The same for fields that are not durations and that the template copies as they are.
const OTHERS: &[(&str, &str)] = &[
    ("allowed-unsafe-sysctls", "allowedUnsafeSysctls"),
    ("cluster-dns-ip", "clusterDNS"),
    ("cluster-domain", "clusterDomain"),
    ("container-log-max-files", "containerLogMaxFiles"),
    ("container-log-max-size", "containerLogMaxSize"),
    ("container-log-max-workers", "containerLogMaxWorkers"),
    ("container-runtime-endpoint", "containerRuntimeEndpoint"),
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
    ("max-parallel-image-pulls", "maxParallelImagePulls"),
    ("max-pods", "maxPods"),
    ("pod-pids-limit", "podPidsLimit"),
    ("provider-id", "providerID"),
    ("registry-burst", "registryBurst"),
    ("registry-qps", "registryPullQPS"),
    ("reserved-cpus", "reservedSystemCPUs"),
    ("seccomp-default", "seccompDefault"),
    ("server-tls-bootstrap", "serverTLSBootstrap"),
    ("single-process-oom-kill", "singleProcessOOMKill"),
    ("system-reserved", "systemReserved"),
    ("topology-manager-policy", "topologyManagerPolicy"),
    ("topology-manager-scope", "topologyManagerScope"),
];

/// Settings that are meant for the kubelet and that Bottlerocket does not have: its API refuses unknown keys
/// (`deny_unknown_fields` in bottlerocket-settings-sdk, `settings-extensions/kubernetes/src/lib.rs`).
pub(super) fn unsupported(settings: &Node, which: Which) -> Vec<Setting> {
    let pairs = settings.path(&["settings", "kubernetes"]).map(Node::pairs).unwrap_or_default();
    let mut out = Vec::new();
    for (key, value) in pairs {
        let is_known = |name: &&str| KNOWN.split_whitespace().any(|known| known == *name);
        let Some(name) = key.as_str().filter(|name| !is_known(name)) else { continue };
        out.extend(statements::named(name, which).and_then(|field| statements::by_key(field, None, key, value)));
    }
    out
}

/// All settings below `settings.kubernetes`. Sources: `settings-extensions/kubernetes/src/lib.rs` of
/// bottlerocket-os/bottlerocket-settings-sdk at 2363566c, and the templates of newer versions.
const KNOWN: &str = "allowed-unsafe-sysctls api-server authentication-mode bootstrap-token cloud-provider cluster-certificate \
    cluster-dns-ip cluster-domain cluster-name container-log-max-files container-log-max-size \
    container-log-max-workers container-log-monitor-interval container-runtime-endpoint cpu-cfs-quota-enforced cpu-manager-policy \
    cpu-manager-policy-options cpu-manager-reconcile-period credential-providers \
    device-ownership-from-security-context event-burst event-qps eviction-hard eviction-max-pod-grace-period \
    eviction-soft eviction-soft-grace-period hostname-override hostname-override-source ids-per-pod \
    image-gc-high-threshold-percent image-gc-low-threshold-percent image-maximum-gc-age image-minimum-gc-age \
    kube-api-burst kube-api-qps kube-reserved log-level max-parallel-image-pulls max-pods memory-manager-policy \
    memory-manager-reserved-memory memory-reservation-policy memory-swap-behavior memory-throttling-factor node-ip node-labels node-taints pod-infra-container-image \
    pod-pids-limit provider-id registry-burst registry-qps reserved-cpus seccomp-default server-certificate \
    server-key server-tls-bootstrap shutdown-grace-period shutdown-grace-period-for-critical-pods \
    single-process-oom-kill standalone-mode static-pods static-pods-enabled system-reserved \
    topology-manager-policy topology-manager-policy-options topology-manager-scope";

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

/// The whole document with `settings.kubernetes` of a tool over those that are there.
pub(super) fn overlaid(before: Option<&Node>, kubernetes: &Node) -> Node {
    let key = |name: &str| Node::plain(Traced::made(name, kubernetes.span), kubernetes.span);
    let old = before.and_then(|all| all.path(&["settings", "kubernetes"])).map(Node::pairs).unwrap_or_default();
    let kept = old.iter().filter(|(key, _)| key.as_str().is_none_or(|name| kubernetes.get(name).is_none()));
    let all = kept.chain(kubernetes.pairs()).cloned().collect();
    let inner = Node::map(vec![(key("kubernetes"), Node::map(all, kubernetes.span))], kubernetes.span);
    Node::map(vec![(key("settings"), inner)], kubernetes.span)
}

/// The kubelet's configuration on a node with these settings (the whole TOML document).
pub(super) fn effective(settings: &Node, machine: &Machine, cx: &BootCx<'_>) -> Effective {
    let (minor, at) = (machine.minor, machine.place);
    let word = |text: &str| Node {
        kind: NodeKind::Scalar(Scalar { text: Traced::made(text, at), style: Style::DoubleQuoted }),
        span: at,
        tag: None,
    };
    let mut pairs = vec![(word("runtimeRequestTimeout"), word("15m"))];
    let kubernetes = settings.path(&["settings", "kubernetes"]);
    let mut copy = |rows: &[(&str, &str)]| {
        for (setting, field) in rows {
            if let Some((key, value)) = kubernetes.and_then(|k| k.pair(setting)) {
                let one = *field == "clusterDNS" && value.as_scalar().is_some();
                // The template writes texts without quotes.
                let plain = ConfigField::by_path(field).is_some_and(|f| matches!(f.kind, Kind::Int(..) | Kind::Bool));
                let value = if plain && let NodeKind::Scalar(scalar) = &value.kind {
                    let scalar = Scalar { style: Style::Plain, ..scalar.clone() };
                    &Node { kind: NodeKind::Scalar(scalar), ..value.clone() }
                } else {
                    value
                };
                let value = if one { Node::new(NodeKind::Seq(vec![value.clone()]), value.span) } else { value.clone() };
                pairs.push((Node { span: key.span, ..word(field) }, value));
            }
        }
    };
    copy(SETTINGS);
    let mut own = Own::default();
    if cx.whole {
        copy(OTHERS);
        own = Own { is_other_file: false, ..own::of_image("bottlerocket", machine) };
        if let Some(kubernetes) = kubernetes {
            derive(kubernetes, &mut own, &mut pairs, &word);
        }
    }
    let tree = Node { kind: NodeKind::Map(pairs), span: at, tag: None };
    let config = Some(Document::from_tree(tree, Schema::Json));
    own::settled(&Launch { config, minor, ..Launch::default() }, || own, cx)
}

/// What the template makes of settings that it does not copy as they are.
fn derive(kubernetes: &Node, own: &mut Own, pairs: &mut Vec<(Node, Node)>, word: &dyn Fn(&str) -> Node) {
    let given = |name: &str| kubernetes.get(name);
    let text = |name: &str| given(name).map(|node| node.as_str());
    let mut add = |(key, _): &(Node, Node), field: &str, value: Node| {
        pairs.push((Node { span: key.span, ..word(field) }, value));
    };
    match text("standalone-mode") {
        None | Some(Some("false")) => {}
        Some(alone) => {
            let open = |value: Value| alone.map(|_| value);
            own.set("address", open("127.0.0.1".into()), false);
            own.set("authentication.anonymous.enabled", open(true.into()), false);
            own.set("authentication.webhook.enabled", open(false.into()), false);
            own.set("authorization.mode", open("AlwaysAllow".into()), false);
            own.set("authentication.x509.clientCAFile", open("".into()), false);
        }
    }
    // Clusters outside of AWS join with a token, and their variants have another default.
    if text("authentication-mode").is_some_and(|mode| mode != Some("aws")) || given("bootstrap-token").is_some() {
        own.set("serverTLSBootstrap", None, false);
    }
    if ["server-certificate", "server-key"].iter().all(|name| given(name).is_some()) {
        own.drop(&["serverTLSBootstrap"]);
        own.set("tlsCertFile", Some("/etc/kubernetes/pki/kubelet-server.crt".into()), false);
        own.set("tlsPrivateKeyFile", Some("/etc/kubernetes/pki/private/kubelet-server.key".into()), false);
    }
    match text("static-pods-enabled") {
        None | Some(Some("true")) => {}
        Some(Some(_)) => own.drop(&["staticPodPath"]),
        Some(None) => own.set("staticPodPath", None, false),
    }
    if given("reserved-cpus").is_some() {
        own.drop(&["kubeReservedCgroup"]);
    } else if given("system-reserved").is_some() {
        own.set("systemReservedCgroup", Some("/system".into()), false);
    }
    if let Some(pair @ (key, reserved)) = kubernetes.pair("kube-reserved")
        && ["cpu", "memory"].iter().all(|name| reserved.get(name).is_some())
    {
        let mut all = reserved.pairs().to_vec();
        if reserved.get("ephemeral-storage").is_none() {
            all.push((word("ephemeral-storage"), word("1Gi")));
        }
        add(pair, "kubeReserved", Node::map(all, key.span));
    }
    if let Some(pair @ (key, options)) = kubernetes.pair("cpu-manager-policy-options") {
        let all = options.items().iter().map(|option| (option.clone(), Node { span: option.span, ..word("true") }));
        add(pair, "cpuManagerPolicyOptions", Node::map(all.collect(), key.span));
    }
    if let Some(pair @ (key, behaviour)) = kubernetes.pair("memory-swap-behavior") {
        let swap = (word("swapBehavior"), behaviour.clone());
        add(pair, "memorySwap", Node::map(vec![swap], key.span));
    }
    if let Some(pair @ (key, level)) = kubernetes.pair("log-level") {
        let verbosity = (word("verbosity"), level.clone());
        add(pair, "logging", Node::map(vec![verbosity], key.span));
    }
    if given("topology-manager-policy-options").is_some() {
        own.set("topologyManagerPolicyOptions", None, false);
    }
    // The policy counts only if memory is reserved.
    if given("memory-manager-reserved-memory").is_some_and(|memory| !memory.pairs().is_empty()) {
        own.set("reservedMemory", None, false);
        own.set("memoryManagerPolicy", None, false);
    }
}
