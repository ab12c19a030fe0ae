//! The types of the fields of `KubeletConfiguration`, except durations: a kubelet whose file has a wrong type does not start.
//!
//! Only fields that every version from 1.20 to 1.36 declares alike are listed, which makes them valid for all of them
//! (`staging/src/k8s.io/kubelet/config/v1beta1/types.go`).

use crate::syntax::{Node, NodeKind, Resolved, Schema, resolve};

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A truth value.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Text.
    Text,
    /// A list of texts.
    Texts,
    /// Texts by key.
    TextMap,
    /// Truth values by key.
    BoolMap,
    /// Other fields.
    Object,
}

/// A field and its type.
pub(super) struct Typed {
    /// Its path.
    pub(super) path: &'static str,
    /// Its type.
    pub(super) holds: Holds,
    /// The flag for the same setting, if the number must not be negative (`validation.go`).
    pub(super) not_negative: Option<&'static str>,
}

const fn typed(path: &'static str, holds: Holds) -> Typed {
    Typed { path, holds, not_negative: None }
}

const fn count(path: &'static str, holds: Holds, flag: &'static str) -> Typed {
    Typed { path, holds, not_negative: Some(flag) }
}

/// The fields, sorted by path. The objects that contain durations are among them.
pub(super) const TYPED: &[Typed] = &[
    typed("address", Holds::Text),
    typed("allowedUnsafeSysctls", Holds::Texts),
    typed("authentication", Holds::Object),
    typed("authentication.anonymous", Holds::Object),
    typed("authentication.anonymous.enabled", Holds::Bool),
    typed("authentication.webhook", Holds::Object),
    typed("authentication.webhook.enabled", Holds::Bool),
    typed("authentication.x509", Holds::Object),
    typed("authentication.x509.clientCAFile", Holds::Text),
    typed("authorization", Holds::Object),
    typed("authorization.mode", Holds::Text),
    typed("authorization.webhook", Holds::Object),
    typed("cgroupDriver", Holds::Text),
    typed("cgroupRoot", Holds::Text),
    typed("cgroupsPerQOS", Holds::Bool),
    typed("clusterDNS", Holds::Texts),
    typed("clusterDomain", Holds::Text),
    typed("containerLogMaxFiles", Holds::Int32),
    typed("containerLogMaxSize", Holds::Text),
    typed("contentType", Holds::Text),
    typed("cpuCFSQuota", Holds::Bool),
    typed("cpuManagerPolicy", Holds::Text),
    typed("enableContentionProfiling", Holds::Bool),
    typed("enableControllerAttachDetach", Holds::Bool),
    typed("enableDebuggingHandlers", Holds::Bool),
    typed("enableServer", Holds::Bool),
    typed("enableSystemLogHandler", Holds::Bool),
    typed("enforceNodeAllocatable", Holds::Texts),
    count("eventBurst", Holds::Int32, "event-burst"),
    count("eventRecordQPS", Holds::Int32, "event-qps"),
    typed("evictionHard", Holds::TextMap),
    typed("evictionMaxPodGracePeriod", Holds::Int32),
    typed("evictionMinimumReclaim", Holds::TextMap),
    typed("evictionSoft", Holds::TextMap),
    typed("failSwapOn", Holds::Bool),
    typed("featureGates", Holds::BoolMap),
    typed("hairpinMode", Holds::Text),
    typed("healthzBindAddress", Holds::Text),
    typed("healthzPort", Holds::Int32),
    typed("imageGCHighThresholdPercent", Holds::Int32),
    typed("imageGCLowThresholdPercent", Holds::Int32),
    typed("iptablesDropBit", Holds::Int32),
    typed("iptablesMasqueradeBit", Holds::Int32),
    typed("kernelMemcgNotification", Holds::Bool),
    count("kubeAPIBurst", Holds::Int32, "kube-api-burst"),
    count("kubeAPIQPS", Holds::Int32, "kube-api-qps"),
    typed("kubeReserved", Holds::TextMap),
    typed("kubeReservedCgroup", Holds::Text),
    typed("kubeletCgroups", Holds::Text),
    typed("makeIPTablesUtilChains", Holds::Bool),
    count("maxOpenFiles", Holds::Int64, "max-open-files"),
    count("maxPods", Holds::Int32, "max-pods"),
    typed("nodeLeaseDurationSeconds", Holds::Int32),
    typed("nodeStatusMaxImages", Holds::Int32),
    typed("oomScoreAdj", Holds::Int32),
    typed("podCIDR", Holds::Text),
    typed("podPidsLimit", Holds::Int64),
    count("podsPerCore", Holds::Int32, "pods-per-core"),
    typed("port", Holds::Int32),
    typed("protectKernelDefaults", Holds::Bool),
    typed("providerID", Holds::Text),
    typed("qosReserved", Holds::TextMap),
    typed("readOnlyPort", Holds::Int32),
    count("registryBurst", Holds::Int32, "registry-burst"),
    count("registryPullQPS", Holds::Int32, "registry-qps"),
    typed("reservedSystemCPUs", Holds::Text),
    typed("resolvConf", Holds::Text),
    typed("rotateCertificates", Holds::Bool),
    typed("runOnce", Holds::Bool),
    typed("serializeImagePulls", Holds::Bool),
    typed("serverTLSBootstrap", Holds::Bool),
    typed("staticPodPath", Holds::Text),
    typed("staticPodURL", Holds::Text),
    typed("systemCgroups", Holds::Text),
    typed("systemReserved", Holds::TextMap),
    typed("systemReservedCgroup", Holds::Text),
    typed("tlsCertFile", Holds::Text),
    typed("tlsCipherSuites", Holds::Texts),
    typed("tlsMinVersion", Holds::Text),
    typed("tlsPrivateKeyFile", Holds::Text),
    typed("topologyManagerPolicy", Holds::Text),
    typed("topologyManagerScope", Holds::Text),
    typed("volumePluginDir", Holds::Text),
];

/// The JSON type of the node, as Go's decoder names it. `None` if it is unknown, and for null, which every field accepts.
pub(super) fn json_type(node: &Node, schema: Schema) -> Option<&'static str> {
    match &node.kind {
        NodeKind::Seq(_) => Some("array"),
        NodeKind::Map(_) => Some("object"),
        NodeKind::Scalar(scalar) if scalar.text.has_unknown() => None,
        NodeKind::Scalar(scalar) => match resolve(scalar, node.tag.as_deref(), schema) {
            Resolved::Null => None,
            Resolved::Bool(_) => Some("bool"),
            Resolved::Int(_) | Resolved::Float(_) => Some("number"),
            Resolved::Str => Some("string"),
        },
    }
}

/// The value of a node that is a whole number.
pub(super) fn whole(node: &Node, schema: Schema) -> Option<i128> {
    let scalar = node.as_scalar().filter(|s| !s.text.has_unknown())?;
    match resolve(scalar, node.tag.as_deref(), schema) {
        Resolved::Int(whole) => Some(whole),
        Resolved::Float(value) => whole_float(value),
        _ => None,
    }
}

/// The whole number that Go writes for a float without an exponent, and which can then be read as an integer.
pub(super) fn whole_float(value: f64) -> Option<i128> {
    const FIRST_WITH_EXPONENT: f64 = 1e21;
    let is_whole = value.fract() == 0.0 && value.abs() < FIRST_WITH_EXPONENT;
    is_whole.then(|| format!("{value:.0}").parse().ok()).flatten()
}

impl Typed {
    /// The error in a value: the node and the message. `None` for a valid or unknown value.
    pub(super) fn fault<'a>(&self, node: &'a Node, schema: Schema) -> Option<(&'a Node, String)> {
        let path = self.path;
        let wrong = |node: &'a Node, is: &str, kind: &str| {
            Some((node, format!("cannot unmarshal {is} into {path} of type {kind}")))
        };
        let is = json_type(node, schema)?;
        match (self.holds, is) {
            (Holds::Bool, "bool") | (Holds::Text, "string") | (Holds::Object, "object") => None,
            (Holds::Int32, "number") => match whole(node, schema).map(i32::try_from) {
                Some(Ok(_)) => None,
                _ => wrong(node, "number", "int32"),
            },
            (Holds::Int64, "number") => match whole(node, schema).map(i64::try_from) {
                Some(Ok(_)) => None,
                _ => wrong(node, "number", "int64"),
            },
            (Holds::Texts, "array") => {
                let (node, is) = find_other(node.items().iter(), "string", schema)?;
                wrong(node, is, "string")
            }
            (Holds::TextMap, "object") => {
                let (node, is) = find_other(node.pairs().iter().map(|(_, v)| v), "string", schema)?;
                wrong(node, is, "string")
            }
            (Holds::BoolMap, "object") => {
                let (node, is) = find_other(node.pairs().iter().map(|(_, v)| v), "bool", schema)?;
                wrong(node, is, "bool")
            }
            (Holds::Bool, is) => wrong(node, is, "bool"),
            (Holds::Text, is) => wrong(node, is, "string"),
            (Holds::Int32, is) => wrong(node, is, "int32"),
            (Holds::Int64, is) => wrong(node, is, "int64"),
            (Holds::Texts, is) => wrong(node, is, "[]string"),
            (Holds::TextMap, is) => wrong(node, is, "map[string]string"),
            (Holds::BoolMap, is) => wrong(node, is, "map[string]bool"),
            (Holds::Object, is) => wrong(node, is, "object"),
        }
    }
}

/// The first value of another type, if any.
fn find_other<'a>(
    mut values: impl Iterator<Item = &'a Node>,
    kind: &str,
    schema: Schema,
) -> Option<(&'a Node, &'static str)> {
    values.find_map(|v| json_type(v, schema).filter(|is| *is != kind).map(|is| (v, is)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_lists_the_objects_that_contain_durations() {
        assert!(TYPED.windows(2).all(|w| w[0].path < w[1].path));
        for name in ["authentication", "authentication.webhook", "authorization", "authorization.webhook"] {
            assert!(TYPED.iter().any(|t| t.path == name && t.holds == Holds::Object), "{name}");
        }
        for flag in TYPED.iter().filter_map(|t| t.not_negative) {
            assert!(crate::kubelet::flags::Flag::find(flag).is_some(), "{flag}");
        }
    }
}
