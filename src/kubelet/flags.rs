//! Every flag that any kubelet has had.
//!
//! How a word on the command line is read depends on the flag before it: one that needs a value takes the next word, whatever
//! it is. Source: the flag sets that `cmd/kubelet/app/options` builds in Kubernetes 1.20, 1.21 and 1.23 to 1.36, with those of
//! cAdvisor, klog and component-base that it registers. For a change in 1.22 or 1.23, 1.22 is listed with both sides. Flags
//! removed before 1.20 are kept, because old repositories still pass them.

use Takes::{Duration, Integer, LibrarySwitch, Number, Switch, Text};

/// What a flag does with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A truth value, only after `=`; the flag alone means true.
    Switch,
    /// Like [`Switch`](Self::Switch), from a library that the kubelet links. When the command line is read over a configuration
    /// file, the kubelet replaces these flags with stand-ins that need a value, so there the flag takes the next word.
    LibrarySwitch,
    /// A duration.
    Duration,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Anything else: text, lists, `key=value` pairs.
    Text,
}

/// A flag of the kubelet.
#[derive(Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its name, without dashes.
    pub name: &'static str,
    /// What it does with its value.
    pub takes: Takes,
    /// First minor version (of 1.x) that has it, if it came after 1.20.
    pub since: Option<u32>,
    /// Last minor version that has it, if 1.36 does not.
    pub until: Option<u32>,
}

/// The first minor version (of 1.x) for which the list is complete.
const FIRST_LISTED: u32 = 20;

impl Flag {
    const fn new(name: &'static str, takes: Takes) -> Self {
        Self { name, takes, since: None, until: None }
    }

    const fn since(self, minor: u32) -> Self {
        Self { since: Some(minor), ..self }
    }

    const fn until(self, minor: u32) -> Self {
        Self { until: Some(minor), ..self }
    }

    /// The flag of a name without dashes; `_` counts as `-` (`WordSepNormalizeFunc` in component-base).
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.replace('_', "-");
        FLAGS.binary_search_by(|f| f.name.cmp(&name)).ok().and_then(|n| FLAGS.get(n))
    }

    /// Whether a kubelet of this minor version has the flag; `None` if that depends on an unknown version.
    pub fn exists_in(&self, minor: Option<u32>) -> Option<bool> {
        match minor {
            None if self.since.is_none() && self.until.is_none() => Some(true),
            None => None,
            Some(minor) if minor < FIRST_LISTED => self.since.is_some_and(|s| minor < s).then_some(false),
            Some(minor) => Some(self.since.is_none_or(|s| minor >= s) && self.until.is_none_or(|u| minor <= u)),
        }
    }
}

/// Every flag, sorted by name.
pub(super) const FLAGS: &[Flag] = &[
    Flag::new("add-dir-header", LibrarySwitch).until(25),
    Flag::new("address", Text),
    Flag::new("allow-privileged", Switch).until(19),
    Flag::new("allowed-unsafe-sysctls", Text),
    Flag::new("alsologtostderr", LibrarySwitch).until(25),
    Flag::new("anonymous-auth", Switch),
    Flag::new("api-servers", Text).until(19),
    Flag::new("application-metrics-count-limit", Integer),
    Flag::new("auth-path", Text).until(19),
    Flag::new("authentication-token-webhook", Switch),
    Flag::new("authentication-token-webhook-cache-ttl", Duration),
    Flag::new("authorization-mode", Text),
    Flag::new("authorization-webhook-cache-authorized-ttl", Duration),
    Flag::new("authorization-webhook-cache-unauthorized-ttl", Duration),
    Flag::new("azure-container-registry-config", Text).until(29),
    Flag::new("babysit-daemons", Switch).until(19),
    Flag::new("boot-id-file", Text),
    Flag::new("bootstrap-checkpoint-path", Text).until(19),
    Flag::new("bootstrap-kubeconfig", Text),
    Flag::new("cadvisor-port", Integer).until(19),
    Flag::new("cert-dir", Text),
    Flag::new("cgroup-driver", Text),
    Flag::new("cgroup-root", Text),
    Flag::new("cgroups-per-qos", Switch),
    Flag::new("chaos-chance", Number).until(22),
    Flag::new("client-ca-file", Text),
    Flag::new("cloud-config", Text).until(33),
    Flag::new("cloud-provider", Text),
    Flag::new("cluster-dns", Text),
    Flag::new("cluster-domain", Text),
    Flag::new("cni-bin-dir", Text).until(23),
    Flag::new("cni-cache-dir", Text).until(23),
    Flag::new("cni-conf-dir", Text).until(23),
    Flag::new("config", Text),
    Flag::new("config-dir", Text).since(28),
    Flag::new("configure-cbr0", Switch).until(19),
    Flag::new("container-hints", Text),
    Flag::new("container-log-max-files", Integer),
    Flag::new("container-log-max-size", Text),
    Flag::new("container-runtime", Text).until(26),
    Flag::new("container-runtime-endpoint", Text),
    Flag::new("containerd", Text),
    Flag::new("containerd-namespace", Text),
    Flag::new("containerized", Switch).until(19),
    Flag::new("contention-profiling", Switch),
    Flag::new("cpu-cfs-quota", Switch),
    Flag::new("cpu-cfs-quota-period", Duration),
    Flag::new("cpu-manager-policy", Text),
    Flag::new("cpu-manager-policy-options", Text).since(22),
    Flag::new("cpu-manager-reconcile-period", Duration),
    Flag::new("docker", Text).until(23),
    Flag::new("docker-disable-shared-pid", Switch).until(19),
    Flag::new("docker-endpoint", Text).until(23),
    Flag::new("docker-env-metadata-whitelist", Text).until(23),
    Flag::new("docker-exec-handler", Text).until(19),
    Flag::new("docker-only", LibrarySwitch).until(23),
    Flag::new("docker-root", Text).until(23),
    Flag::new("docker-tls", LibrarySwitch).until(23),
    Flag::new("docker-tls-ca", Text).until(23),
    Flag::new("docker-tls-cert", Text).until(23),
    Flag::new("docker-tls-key", Text).until(23),
    Flag::new("dynamic-config-dir", Text).until(23),
    Flag::new("enable-cadvisor-json-endpoints", Switch).until(20),
    Flag::new("enable-controller-attach-detach", Switch),
    Flag::new("enable-cri", Switch).until(19),
    Flag::new("enable-custom-metrics", Switch).until(19),
    Flag::new("enable-debugging-handlers", Switch),
    Flag::new("enable-load-reader", LibrarySwitch),
    Flag::new("enable-server", Switch),
    Flag::new("enforce-node-allocatable", Text),
    Flag::new("event-burst", Integer),
    Flag::new("event-qps", Integer),
    Flag::new("event-storage-age-limit", Text),
    Flag::new("event-storage-event-limit", Text),
    Flag::new("eviction-hard", Text),
    Flag::new("eviction-max-pod-grace-period", Integer),
    Flag::new("eviction-minimum-reclaim", Text),
    Flag::new("eviction-pressure-transition-period", Duration),
    Flag::new("eviction-soft", Text),
    Flag::new("eviction-soft-grace-period", Text),
    Flag::new("exit-on-lock-contention", Switch),
    Flag::new("experimental-allocatable-ignore-eviction", Switch),
    Flag::new("experimental-allowed-unsafe-sysctls", Text).until(19),
    Flag::new("experimental-bootstrap-kubeconfig", Text).until(22),
    Flag::new("experimental-cgroups-per-qos", Switch).until(19),
    Flag::new("experimental-check-node-capabilities-before-mount", Switch).until(23),
    Flag::new("experimental-cri", Switch).until(19),
    Flag::new("experimental-dockershim", Switch).until(19),
    Flag::new("experimental-dockershim-root-directory", Text).until(23),
    Flag::new("experimental-fail-swap-on", Switch).until(19),
    Flag::new("experimental-flannel-overlay", Switch).until(19),
    Flag::new("experimental-kernel-memcg-notification", Switch).until(24),
    Flag::new("experimental-logging-sanitization", Switch).until(23),
    Flag::new("experimental-mounter-path", Text),
    Flag::new("experimental-nvidia-gpus", Integer).until(19),
    Flag::new("experimental-qos-reserved", Text).until(19),
    Flag::new("fail-cgroupv1", Switch).since(31),
    Flag::new("fail-swap-on", Switch),
    Flag::new("feature-gates", Text),
    Flag::new("file-check-frequency", Duration),
    Flag::new("global-housekeeping-interval", Duration),
    Flag::new("google-json-key", Text).until(19),
    Flag::new("hairpin-mode", Text),
    Flag::new("healthz-bind-address", Text),
    Flag::new("healthz-port", Integer),
    Flag::new("help", Switch),
    Flag::new("host-ipc-sources", Text).until(19),
    Flag::new("host-network-sources", Text).until(19),
    Flag::new("host-pid-sources", Text).until(19),
    Flag::new("hostname-override", Text),
    Flag::new("housekeeping-interval", Duration),
    Flag::new("http-check-frequency", Duration),
    Flag::new("image-credential-provider-bin-dir", Text),
    Flag::new("image-credential-provider-config", Text),
    Flag::new("image-gc-high-threshold", Integer),
    Flag::new("image-gc-low-threshold", Integer),
    Flag::new("image-pull-progress-deadline", Duration).until(23),
    Flag::new("image-service-endpoint", Text),
    Flag::new("init-config-dir", Text).until(19),
    Flag::new("iptables-drop-bit", Integer).until(30),
    Flag::new("iptables-masquerade-bit", Integer).until(30),
    Flag::new("keep-terminated-pod-volumes", Switch).until(30),
    Flag::new("kernel-memcg-notification", Switch),
    Flag::new("kube-api-burst", Integer),
    Flag::new("kube-api-content-type", Text),
    Flag::new("kube-api-qps", Integer),
    Flag::new("kube-reserved", Text),
    Flag::new("kube-reserved-cgroup", Text),
    Flag::new("kubeconfig", Text),
    Flag::new("kubelet-cgroups", Text),
    Flag::new("local-storage-capacity-isolation", Switch).since(25),
    Flag::new("lock-file", Text),
    Flag::new("log-backtrace-at", Text).until(25),
    Flag::new("log-cadvisor-usage", LibrarySwitch),
    Flag::new("log-dir", Text).until(25),
    Flag::new("log-file", Text).until(25),
    Flag::new("log-file-max-size", Integer).until(25),
    Flag::new("log-flush-frequency", Duration),
    Flag::new("log-json-info-buffer-size", Text).since(22),
    Flag::new("log-json-split-stream", Switch).since(22),
    Flag::new("log-text-info-buffer-size", Text).since(30),
    Flag::new("log-text-split-stream", Switch).since(30),
    Flag::new("logging-format", Text),
    Flag::new("logtostderr", LibrarySwitch).until(25),
    Flag::new("low-diskspace-threshold-mb", Integer).until(19),
    Flag::new("machine-id-file", Text),
    Flag::new("make-iptables-util-chains", Switch),
    Flag::new("manifest-url", Text),
    Flag::new("manifest-url-header", Text),
    Flag::new("master-service-namespace", Text).until(26),
    Flag::new("max-housekeeping-interval", Duration).since(24),
    Flag::new("max-open-files", Integer),
    Flag::new("max-pods", Integer),
    Flag::new("maximum-dead-containers", Integer),
    Flag::new("maximum-dead-containers-per-container", Integer),
    Flag::new("memory-manager-policy", Text).since(21),
    Flag::new("minimum-container-ttl-duration", Duration),
    Flag::new("minimum-image-ttl-duration", Duration),
    Flag::new("network-plugin", Text).until(23),
    Flag::new("network-plugin-dir", Text).until(19),
    Flag::new("network-plugin-mtu", Integer).until(23),
    Flag::new("node-ip", Text),
    Flag::new("node-labels", Text),
    Flag::new("node-status-max-images", Integer),
    Flag::new("node-status-update-frequency", Duration),
    Flag::new("non-masquerade-cidr", Text).until(23),
    Flag::new("one-output", LibrarySwitch).until(25),
    Flag::new("oom-score-adj", Integer),
    Flag::new("outofdisk-transition-frequency", Duration).until(19),
    Flag::new("pod-cidr", Text),
    Flag::new("pod-infra-container-image", Text).until(34),
    Flag::new("pod-manifest-path", Text),
    Flag::new("pod-max-pids", Integer),
    Flag::new("pods-per-core", Integer),
    Flag::new("port", Integer),
    Flag::new("protect-kernel-defaults", Switch),
    Flag::new("provider-id", Text),
    Flag::new("qos-reserved", Text),
    Flag::new("read-only-port", Integer),
    Flag::new("really-crash-for-testing", Switch).until(23),
    Flag::new("reconcile-cidr", Switch).until(19),
    Flag::new("redirect-container-streaming", Switch).until(22),
    Flag::new("register-node", Switch),
    Flag::new("register-schedulable", Switch).until(33),
    Flag::new("register-with-taints", Text),
    Flag::new("registry-burst", Integer),
    Flag::new("registry-qps", Integer),
    Flag::new("require-kubeconfig", Switch).until(19),
    Flag::new("reserved-cpus", Text),
    Flag::new("reserved-memory", Text).since(21),
    Flag::new("resolv-conf", Text),
    Flag::new("resource-container", Text).until(19),
    Flag::new("rkt-api-endpoint", Text).until(19),
    Flag::new("rkt-path", Text).until(19),
    Flag::new("rkt-stage1-image", Text).until(19),
    Flag::new("root-dir", Text),
    Flag::new("rotate-certificates", Switch),
    Flag::new("rotate-server-certificates", Switch),
    Flag::new("runonce", Switch),
    Flag::new("runtime-cgroups", Text),
    Flag::new("runtime-request-timeout", Duration),
    Flag::new("seccomp-default", Switch).since(22),
    Flag::new("seccomp-profile-root", Text).until(22),
    Flag::new("serialize-image-pulls", Switch),
    Flag::new("skip-headers", LibrarySwitch).until(25),
    Flag::new("skip-log-headers", LibrarySwitch).until(25),
    Flag::new("stderrthreshold", Text).until(25),
    Flag::new("storage-driver-buffer-duration", Duration),
    Flag::new("storage-driver-db", Text),
    Flag::new("storage-driver-host", Text),
    Flag::new("storage-driver-password", Text),
    Flag::new("storage-driver-secure", LibrarySwitch),
    Flag::new("storage-driver-table", Text),
    Flag::new("storage-driver-user", Text),
    Flag::new("streaming-connection-idle-timeout", Duration),
    Flag::new("sync-frequency", Duration),
    Flag::new("system-cgroups", Text),
    Flag::new("system-container", Text).until(19),
    Flag::new("system-reserved", Text),
    Flag::new("system-reserved-cgroup", Text),
    Flag::new("tls-cert-file", Text),
    Flag::new("tls-cipher-suites", Text),
    Flag::new("tls-min-version", Text),
    Flag::new("tls-private-key-file", Text),
    Flag::new("topology-manager-policy", Text),
    Flag::new("topology-manager-policy-options", Text).since(26),
    Flag::new("topology-manager-scope", Text),
    Flag::new("v", Integer),
    Flag::new("version", LibrarySwitch),
    Flag::new("vmodule", Text),
    Flag::new("volume-plugin-dir", Text),
    Flag::new("volume-stats-agg-period", Duration),
    Flag::new("windows-priorityclass", Text),
    Flag::new("windows-service", Switch),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::FIELDS;

    #[test]
    fn the_list_is_sorted_and_holds_every_flag_of_the_catalogue() {
        assert!(FLAGS.windows(2).all(|w| w[0].name < w[1].name));
        for name in FIELDS.iter().filter_map(|f| f.flag) {
            let flag = Flag::find(name).unwrap();
            assert!((flag.since, flag.until) == (None, None), "{name}");
            assert_eq!(flag.takes == Takes::Duration, name != "eviction-soft-grace-period", "{name}");
        }
    }

    #[test]
    fn a_flag_belongs_to_the_versions_that_have_it() {
        let cases: &[(&str, Option<u32>, Option<bool>)] = &[
            ("streaming_connection_idle_timeout", None, Some(true)),
            ("streaming-connection-idle-timeout", Some(20), Some(true)),
            ("config-dir", Some(27), Some(false)),
            ("config-dir", Some(28), Some(true)),
            ("config-dir", None, None),
            ("container-runtime", Some(26), Some(true)),
            ("container-runtime", Some(27), Some(false)),
            ("logtostderr", Some(26), Some(false)),
            ("allow-privileged", Some(14), None),
            ("allow-privileged", Some(30), Some(false)),
        ];
        for (name, minor, want) in cases {
            assert_eq!(Flag::find(name).unwrap().exists_in(*minor), *want, "{name} in {minor:?}");
        }
        assert_eq!(Flag::find("no-such-flag"), None);
    }
}
