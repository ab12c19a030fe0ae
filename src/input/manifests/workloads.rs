//! Built-in kinds of Kubernetes: a kubelet that runs in a container, and documents in a `ConfigMap`.

use crate::node::{Cx, NodeGroup, Step, Wrapping};
use crate::syntax::Node;
use crate::text::{Traced, Why};

use super::manifest::{Inner, Manifest};
use super::placeholder;
use crate::input::containers;
use crate::input::watched::KUBELET_WORDS;
use crate::input::yaml_files;

/// Where the pods of a kind are described.
const PODS: &[(&str, &[&str])] = &[
    ("Pod", &["spec"]),
    ("CronJob", &["spec", "jobTemplate", "spec", "template", "spec"]),
    ("", &["spec", "template", "spec"]),
];

/// A kubelet in a container's command.
pub(super) fn pods(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    let path = PODS.iter().find(|(kind, _)| kind.is_empty() || *kind == manifest.kind).map(|(_, path)| *path);
    let Some(spec) = path.and_then(|path| manifest.node.path(path)) else { return Vec::new() };
    let mut out = Vec::new();
    let containers = ["initContainers", "containers"].iter().filter_map(|key| spec.get(key)).flat_map(Node::items);
    for container in containers {
        let words: Vec<_> = ["command", "args"]
            .iter()
            .filter_map(|key| container.get(key))
            .flat_map(Node::items)
            .filter_map(Node::as_scalar)
            .map(|s| s.text.clone())
            .collect();
        if let Some(script) = on_the_host(&words, spec, container) {
            let mut group = manifest.group();
            group.steps.push(Step::Script(script));
            out.push(group);
        }
        let mut group = manifest.group();
        let Some(argv) = kubelet(&words) else {
            if let Some(script) = containers::script(container) {
                group.steps.push(Step::Script(script));
                out.push(group);
            }
            continue;
        };
        group.complete = true;
        group.steps.push(Step::KubeletArgs(argv));
        out.push(group);
    }
    out
}

/// The arguments of a kubelet, if a command runs one.
fn kubelet(words: &[Traced]) -> Option<Vec<Traced>> {
    // The name of a program is no option, such as `--kubelet-service=kube-system/kubelet`.
    let name = |word: &str| (!word.starts_with('-')).then(|| word.rsplit('/').next().unwrap_or(word).to_owned());
    let base = |word: &Traced| word.known_str().and_then(name);
    let first = base(words.first()?)?;
    let start = match first.as_str() {
        "kubelet" => 1,
        "hyperkube" if base(words.get(1)?)? == "kubelet" => 2,
        _ => return None,
    };
    // `$(NAME)` is filled in from the environment.
    Some(words[start..].iter().map(placeholder::in_text).collect())
}

/// The script of a container that changes its host: in the host's processes, or in folders of the host that it mounts, whose
/// files have their names on the host.
fn on_the_host(words: &[Traced], spec: &Node, container: &Node) -> Option<Traced> {
    let shell = |word: &Traced| {
        let name = word.known_str().map(|word| word.rsplit('/').next().unwrap_or(word));
        name.is_some_and(|name| matches!(name, "sh" | "bash" | "ash"))
    };
    let start = words.iter().position(shell)?;
    let option = |word: &Traced| word.known_str().is_some_and(|w| w.starts_with('-') && w.ends_with('c'));
    let script = words[start..].iter().skip_while(|word| !option(word)).nth(1)?.clone();
    let concerns = |word: &&str| yaml_files::holds(script.bytes(), word.as_bytes());
    if !KUBELET_WORDS.iter().any(concerns) {
        return None;
    }
    let volumes = spec.get("volumes").map(Node::items).unwrap_or_default();
    let of_host = |name: &str| {
        let volume = volumes.iter().find(|volume| volume.get("name").and_then(Node::as_str) == Some(name))?;
        volume.path(&["hostPath", "path"])?.as_str()
    };
    let mounts = container.get("volumeMounts").map(Node::items).unwrap_or_default().iter();
    let mut mounted: Vec<(&str, &str)> = mounts
        .filter_map(|mount| Some((mount.get("mountPath")?.as_str()?, of_host(mount.get("name")?.as_str()?)?)))
        .collect();
    // What runs in the root of the host has the names there.
    let root = |path: &str| {
        let same = |inside: &str| inside.trim_end_matches('/') == path.trim_end_matches('/');
        mounted.iter().any(|(inside, outside)| *outside == "/" && same(inside))
    };
    let chroot = |pair: &[Traced]| {
        pair[0].known_str().is_some_and(|word| word.rsplit('/').next() == Some("chroot"))
            && pair[1].known_str().is_some_and(root)
    };
    if words[..start].windows(2).any(chroot) {
        return Some(script);
    }
    let enters = spec.get("hostPID").and_then(Node::as_str) == Some("true")
        && words.iter().any(|word| yaml_files::holds(word.bytes(), b"nsenter"));
    // A container has files of its own as well.
    mounted.retain(|(inside, _)| yaml_files::holds(script.bytes(), inside.as_bytes()));
    if mounted.is_empty() && !enters {
        return None;
    }
    // The longest name first: it may lie in another one.
    mounted.sort_by_key(|(inside, _)| std::cmp::Reverse(inside.len()));
    on_the_outside(&script, &mounted)
}

/// A script with the names that files have on the host.
fn on_the_outside(script: &Traced, mounted: &[(&str, &str)]) -> Option<Traced> {
    let place = script.span()?;
    let folder = |path: &str| format!("{}/", path.trim_end_matches('/'));
    let mounted: Vec<_> = mounted.iter().map(|(inside, outside)| (folder(inside), folder(outside))).collect();
    let (mut out, mut done, mut at) = (Traced::new(), 0, 0);
    let bytes = script.bytes();
    while at < bytes.len() {
        let inner = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || b"_-./".contains(&bytes[at - 1]));
        match mounted.iter().find(|(inside, _)| !inner && bytes[at..].starts_with(inside.as_bytes())) {
            Some((inside, outside)) => {
                out.push(&script.slice(done..at));
                out.push(&Traced::made(outside.clone(), place));
                at += inside.len();
                done = at;
            }
            None => at += 1,
        }
    }
    out.push(&script.slice(done..bytes.len()));
    Some(out)
}

/// Documents in a `ConfigMap`.
pub(super) fn config_map(manifest: &Manifest<'_>) -> Vec<Inner> {
    let data = manifest.node.get("data").map(Node::pairs).unwrap_or_default();
    let texts = data.iter().filter_map(|(key, value)| {
        let name = format!("{} of {}", key.as_str()?, manifest.name());
        Some(Inner::Text(value.as_scalar()?.text.clone(), name, value.span))
    });
    texts.collect()
}

/// Launch templates and instances of Crossplane's providers and of AWS Controllers for Kubernetes. Sources:
/// crossplane-contrib/provider-upjet-aws `apis/ec2`, aws-controllers-k8s/ec2-controller `apis/v1alpha1`.
pub(super) fn machines(manifest: &Manifest<'_>) -> Vec<NodeGroup> {
    let spec = manifest.node.get("spec");
    let places: [&[&str]; 5] = [
        &["forProvider", "userData"],
        &["forProvider", "userDataBase64"],
        &["data", "userData"],
        &["launchTemplateData", "userData"],
        &["userData"],
    ];
    let texts = places.iter().filter_map(|path| spec?.path(path)?.as_scalar());
    texts
        .filter(|scalar| !scalar.text.is_empty())
        .map(|scalar| {
            let mut group = manifest.group();
            group.steps.push(Step::UserData(scalar.text.clone(), Wrapping::Base64OrPlain));
            group
        })
        .collect()
}

/// The resources of a Crossplane composition, unless a patch sets their user data. Source: crossplane/crossplane
/// `apis/apiextensions/v1`, and crossplane-contrib/function-patch-and-transform for pipelines.
pub(super) fn composition(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<Inner> {
    let spec = manifest.node.get("spec");
    let steps = spec.and_then(|s| s.get("pipeline")).map(Node::items).unwrap_or_default();
    let inner = steps.iter().filter_map(|step| step.path(&["input", "resources"]));
    let resources = spec.and_then(|s| s.get("resources")).into_iter().chain(inner).flat_map(Node::items);
    let mut out = Vec::new();
    for resource in resources {
        let patches = resource.get("patches").map(Node::items).unwrap_or_default();
        let filled = |path: &str| path.contains("userData") || path.contains("manifest");
        let place = |patch: &Node| {
            let path = patch
                .get("toFieldPath")
                .or_else(|| patch.get("fromFieldPath"))
                .filter(|p| p.as_str().is_some_and(filled));
            path.map(|p| p.span)
        };
        if let Some(at) = patches.iter().find_map(place) {
            cx.gap(at, Why::FromOutside("what a patch of a composition fills in".into()));
        } else if let Some(base) = resource.get("base") {
            out.push(Inner::Tree(base.clone(), manifest.name()));
        }
    }
    out
}
