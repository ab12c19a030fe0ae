//! Bottlerocket's settings, as far as they become durations of the kubelet.
//!
//! Source: bottlerocket-os/bottlerocket-core-kit `packages/kubernetes-1.31/kubelet-config`, the same from 1.24 on. There is no
//! setting for the streaming timeout.

use crate::kubelet::config::Document;
use crate::kubelet::{Effective, Launch, Setting, said, settle};
use crate::syntax::{Node, NodeKind, Scalar, Schema, Style};
use crate::text::{Span, Traced};

/// Settings below `settings.kubernetes` and the fields that the template makes of them.
const SETTINGS: &[(&str, &str)] = &[
    ("container-log-monitor-interval", "containerLogMonitorInterval"),
    ("cpu-manager-reconcile-period", "cpuManagerReconcilePeriod"),
    ("eviction-soft-grace-period", "evictionSoftGracePeriod"),
    ("shutdown-grace-period", "shutdownGracePeriod"),
    ("shutdown-grace-period-for-critical-pods", "shutdownGracePeriodCriticalPods"),
];

/// The settings that are meant for a duration of the kubelet and that no Bottlerocket has: its API refuses unknown keys
/// (`deny_unknown_fields` in bottlerocket-settings-sdk, `settings-extensions/kubernetes/src/lib.rs`).
pub(super) fn unknown(settings: &Node) -> Vec<Setting> {
    let pairs = settings.path(&["settings", "kubernetes"]).map(Node::pairs).unwrap_or_default();
    let mut out = Vec::new();
    for (key, value) in pairs {
        let Some(name) = key.as_str().filter(|name| !SETTINGS.iter().any(|(known, _)| known == name)) else { continue };
        // Newer images may get settings for the ages of images.
        let field = said::named(name).filter(|field| !field.name.starts_with("image"));
        out.extend(field.and_then(|field| said::by_key(field, None, key, value)));
    }
    out
}

/// What the kubelet of a node with these settings (the whole TOML document) runs with.
pub(super) fn settled(settings: &Node, minor: Option<u32>, at: Span) -> Effective {
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
    let tree = Node { kind: NodeKind::Map(pairs), span: at, tag: None };
    settle(&Launch {
        argv: Vec::new(),
        config: Some(Document::from_tree(tree, Schema::Json)),
        dropins: Vec::new(),
        minor,
    })
}
