//! What images and tools set in the kubelet's file themselves, apart from what the source says: `image/own-settings.json`.
//!
//! A `null` in it is a value that only the node knows. Sources: awslabs/amazon-eks-ami, `templates/al2/runtime/bootstrap.sh`
//! and `kubelet-config.json` before b2289030, which removed them (the same from
//! v20250821 to v20260304, the last release with them), and `nodeadm/internal/kubelet/config.go` at 81fec2e8 (the same from v20260304
//! to v20260724); kubernetes/kubernetes 1.36,
//! `cmd/kubeadm/app/componentconfigs/kubelet.go` (`Default`); bottlerocket-os/bottlerocket-core-kit,
//! `packages/kubernetes-1.*/kubelet-config` in v14.3.0 to v16.3.0, the kits of Bottlerocket 1.61.0 to 1.65.0: at e641ab8e (1.36),
//! 218c5bf1 (1.35), 4516c403 (1.34) and 097546f3 (1.30 to 1.33); `CHANGELOG.md` of the kit names no later change of what they set;
//! k3s-io/k3s, `pkg/daemons/agent/agent.go` and `agent_linux.go` since 1.32; rancher/rke2, `pkg/executor/staticpod` at 6ce1a801;
//! siderolabs/talos, `internal/app/machined/pkg/controllers/k8s/kubelet_spec.go` at ad882317 and in v1.13.9. Where their versions
//! differ, the value is `null`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::kubelet::args::{Pass, parse};
use crate::kubelet::{Launch, Own, settle, whole};
use crate::node::{BootCx, Family, NodeGroup, Step, Tool};
use crate::setting::{ConfigField, Effective};
use crate::text::Why;

use super::disk::Files;
use super::image;
use super::machine::{Image, Machine};

/// A part of what one tool sets, for some versions.
#[derive(serde::Deserialize)]
struct Layer {
    since: Option<u32>,
    until: Option<u32>,
    /// Set if it is written when the node starts, over what the file has by then.
    #[serde(default)]
    last: bool,
    /// Set if these versions may set other fields, which are not known. Without a field, nothing is known of them.
    #[serde(default)]
    rest: bool,
    fields: BTreeMap<String, Value>,
}

static SETTINGS: LazyLock<BTreeMap<String, Vec<Layer>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("image/own-settings.json")).unwrap_or_default());

/// The releases of images whose settings are known: the first and the last. Others may set anything.
const RELEASES: [(&str, &str, &str); 3] =
    [("al2", "20250821", "20260304"), ("al2023", "20260304", "20260724"), ("bottlerocket", "1.61.0", "1.65.0")];

/// The address that the model of `bootstrap.sh` stands in for the node's own.
const STAND_IN: &str = "--node-ip=192.0.2.1";

/// The configuration of a launch: its durations, and all fields if the scan asks for them.
pub(super) fn settled(launch: &Launch, own: impl FnOnce() -> Own, cx: &BootCx<'_>) -> Effective {
    let mut effective = settle(launch);
    if cx.whole {
        let mut all = whole(launch, &effective, &own());
        all.others.retain(|flag| flag.to_string() != STAND_IN);
        effective.whole = Some(Box::new(all));
    }
    effective
}

/// What a tool adds to the files and flags of a node group without a boot.
pub(super) fn of_group(group: &NodeGroup, launch: &Launch) -> Own {
    if launch.running.is_some() || group.complete {
        return Own::default();
    }
    if let Some(tool) = &group.tool {
        return of_tool(tool, launch.minor);
    }
    let file = group.steps.iter().any(|step| matches!(step, Step::KubeletConfigFile(_)));
    if group.family != Some(Family::Kubeadm) || !file {
        return tool();
    }
    // kubeadm itself writes what comes last, whatever the document says.
    Own { is_untouched: true, ..named("kubeadm", launch.minor) }
}

/// What an image or a tool adds on a booted machine, whose kubelet was started with a command line.
pub(super) fn of_machine(machine: &Machine, files: &Files, launch: &Launch) -> Own {
    if let Some(tool) = &machine.tool {
        return of_tool(tool, launch.minor);
    }
    if launch.argv.is_empty() {
        return tool();
    }
    let read = parse(&launch.argv, launch.minor, Pass::First);
    let mut own = match (read.config().and_then(|path| path.known_str()), machine.family()) {
        // It has a file of its own.
        (Some(image::AL2_CONFIG), Some(Family::Ubuntu)) => Own { is_other_file: true, ..tool() },
        (Some(image::AL2_CONFIG), _) if files.contains_key(image::OWN_ARGS) || !machine.merged.is_empty() => {
            let mut own = of_image("al2", machine);
            own.is_untouched = !files.contains_key(image::AL2_CONFIG);
            if read.last("reserved-cpus").is_some() {
                own.fields.retain(|f| !matches!(f.path, "systemReservedCgroup" | "kubeReservedCgroup"));
            }
            if !machine.merged.is_empty() {
                // What the tool merges comes after the script of the image.
                own.fields.iter_mut().for_each(|f| f.last = false);
            }
            own
        }
        (Some(image::NODEADM_CONFIG), Some(Family::Al2023)) => {
            let mut own = of_image("al2023", machine);
            if files.contains_key(image::NODEADM_CONFIG) {
                // A file that scripts have changed may have lost what nodeadm wrote.
                own.fields.iter_mut().for_each(|f| f.value = None);
            }
            own
        }
        (Some(image::KUBEADM_CONFIG), _) if machine.image == Image::Proven(Family::Kubeadm) => {
            named("kubeadm", launch.minor)
        }
        _ => Own::default(),
    };
    if machine.adds_taints {
        own.set("registerWithTaints", None, true);
    }
    own
}

/// A tool of which only what the source passes to it is known.
pub(super) fn tool() -> Own {
    Own { rest: Some(Why::FromOutside("what the tool that starts the kubelet sets".into())), ..Own::default() }
}

/// What a tool sets if it starts the kubelet itself.
fn of_tool(started_by: &Tool, minor: Option<u32>) -> Own {
    if !SETTINGS.contains_key(started_by.name) {
        return tool();
    }
    let mut own = named(started_by.name, minor);
    own.is_untouched = true;
    // `ProtectedConfigurationFields` in `pkg/machinery/kubelet/kubelet.go` of siderolabs/talos.
    own.refuses = (started_by.name == "talos").then_some("Talos");
    for field in own.fields.iter_mut().filter(|f| started_by.changed.contains(&f.path)) {
        field.value = None;
    }
    own
}

/// What the release of an image sets that a machine runs.
pub(super) fn of_image(name: &str, machine: &Machine) -> Own {
    let parts = |text: &str| text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>();
    match machine.release.as_deref() {
        Some(release)
            if !RELEASES.iter().any(|(of, first, last)| {
                *of == name
                    && parts(release)
                        .is_some_and(|r| parts(first).is_some_and(|f| f <= r) && parts(last).is_some_and(|l| r <= l))
            }) =>
        {
            let why = format!("what release {} of the image sets", release.escape_debug());
            Own { rest: Some(Why::FromOutside(why.into())), is_other_file: true, ..Own::default() }
        }
        _ => named(name, machine.minor),
    }
}

/// What a tool or image of this name sets in a minor version. A later part replaces what an earlier one says about a field.
pub(super) fn named(name: &str, minor: Option<u32>) -> Own {
    let mut own = Own::default();
    for layer in SETTINGS.get(name).into_iter().flatten() {
        let applies = minor.map(|m| layer.since.is_none_or(|s| m >= s) && layer.until.is_none_or(|u| m <= u));
        let always = layer.since.is_none() && layer.until.is_none();
        if applies == Some(false) {
            continue;
        }
        if layer.rest && applies == Some(true) {
            own.rest = tool().rest;
            if layer.fields.is_empty() {
                own.fields.clear();
            }
        }
        for (path, value) in &layer.fields {
            let Some(field) = ConfigField::by_path(path) else { continue };
            let value = Some(value.clone()).filter(|v| !v.is_null() && (always || applies == Some(true)));
            own.set(field.path, value, layer.last);
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_an_image_sets_is_one_of_the_kubelet() {
        assert_eq!(
            SETTINGS.keys().collect::<Vec<_>>(),
            ["al2", "al2023", "bottlerocket", "k3s", "kubeadm", "rke2", "talos"]
        );
        for (name, layers) in SETTINGS.iter() {
            for path in layers.iter().flat_map(|layer| layer.fields.keys()) {
                assert!(ConfigField::by_path(path).is_some(), "{path} of {name}");
            }
        }
    }

    #[test]
    fn what_an_image_sets_depends_on_the_version() {
        let of = |name: &str, minor, path: &str| {
            let found = named(name, minor).fields.into_iter().find(|f| f.path == path)?;
            Some((found.value, found.last))
        };
        assert_eq!(of("al2", Some(27), "kubeAPIQPS"), None);
        assert_eq!(of("al2", Some(26), "kubeAPIQPS"), Some((Some(10.into()), true)));
        assert_eq!(of("al2", None, "kubeAPIQPS"), Some((None, true)));
        assert_eq!(of("al2", Some(30), "readOnlyPort"), Some((Some(0.into()), false)));
        assert_eq!(of("al2023", Some(33), "maxPods"), Some((None, false)));
    }
}
