//! Built-in kinds of Kubernetes: a kubelet that runs in a container, and documents in a `ConfigMap`.

use crate::node::{Cx, NodeGroup, Step, Wrapping};
use crate::syntax::Node;
use crate::text::{Traced, Why};

use super::manifest::{Inner, Manifest};
use super::placeholder;
use crate::input::containers;
use crate::input::set_values::{path_of, put};
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
        let files = config_files(spec, container, manifest.all("", "ConfigMap"));
        if let Some((script, files)) = on_the_host(&words, spec, container, files) {
            let mut group = manifest.group();
            group.steps.extend(files.into_iter().map(|file| Step::file(file.path, file.text)));
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

/// A file of a config map that a container has.
struct ConfigFile {
    /// Where the config map is mounted.
    folder: String,
    path: String,
    text: Traced,
}

/// The files of config maps that a container mounts.
fn config_files(spec: &Node, container: &Node, maps: &[&Node]) -> Vec<ConfigFile> {
    let text = |node: &'_ Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let items = |node: &'_ Node, key: &str| node.get(key).map(Node::items).unwrap_or_default().to_vec();
    let mut out = Vec::new();
    for mount in items(container, "volumeMounts") {
        let (Some(volume), Some(folder)) = (text(&mount, "name"), text(&mount, "mountPath")) else { continue };
        let Some(volume) = items(spec, "volumes").into_iter().find(|v| text(v, "name").as_ref() == Some(&volume))
        else {
            continue;
        };
        let projected = volume.get("projected").map(|projected| items(projected, "sources")).unwrap_or_default();
        for source in std::iter::once(&volume).chain(&projected).filter_map(|source| source.get("configMap")) {
            let name = text(source, "name");
            let named = |map: &&&Node| map.path(&["metadata", "name"]).and_then(Node::as_str) == name.as_deref();
            let data = maps.iter().find(named).and_then(|map| map.get("data")).map(Node::pairs).unwrap_or_default();
            for (key, value) in data {
                let (Some(key), Some(value)) = (key.as_str(), value.as_scalar()) else { continue };
                let item = items(source, "items").into_iter().find(|item| text(item, "key").as_deref() == Some(key));
                let file = item.and_then(|item| text(&item, "path")).unwrap_or_else(|| key.to_owned());
                let path = match text(&mount, "subPath") {
                    None => format!("{}/{file}", folder.trim_end_matches('/')),
                    Some(only) if only == file => folder.clone(),
                    Some(_) => continue,
                };
                out.push(ConfigFile { folder: folder.clone(), path, text: value.text.clone() });
            }
        }
    }
    out
}

/// The script of a container that changes its host: in the host's processes, or in folders of the host that it mounts, whose
/// files have their names on the host; with the files of config maps that it names.
fn on_the_host(
    words: &[Traced],
    spec: &Node,
    container: &Node,
    mut files: Vec<ConfigFile>,
) -> Option<(Traced, Vec<ConfigFile>)> {
    let shell = |word: &Traced| {
        let name = word.known_str().map(|word| word.rsplit('/').next().unwrap_or(word));
        name.is_some_and(|name| matches!(name, "sh" | "bash" | "ash"))
    };
    let start = words.iter().position(shell).unwrap_or(words.len());
    let option = |word: &Traced| word.known_str().is_some_and(|w| w.starts_with('-') && w.ends_with('c'));
    let given = words[start..].iter().skip_while(|word| !option(word)).nth(1).cloned();
    let script = given.clone().or_else(|| containers::line(words))?;
    files.retain(|file| yaml_files::holds(script.bytes(), file.folder.as_bytes()));
    if given.is_none() && files.is_empty() {
        return None;
    }
    let holds = |word: &str, files: &[ConfigFile]| {
        let holds = |text: &Traced| yaml_files::holds(text.bytes(), word.as_bytes());
        holds(&script) || files.iter().any(|file| holds(&file.text))
    };
    if !KUBELET_WORDS.iter().any(|word| holds(word, &files)) {
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
        return Some((script, files));
    }
    let enters = spec.get("hostPID").and_then(Node::as_str) == Some("true")
        && (words.iter().any(|word| yaml_files::holds(word.bytes(), b"nsenter")) || holds("nsenter", &files));
    // A container has files of its own as well.
    mounted.retain(|(inside, _)| holds(inside, &files));
    if mounted.is_empty() && !enters {
        return None;
    }
    // The longest name first: it may lie in another one.
    mounted.sort_by_key(|(inside, _)| std::cmp::Reverse(inside.len()));
    for file in &mut files {
        file.text = on_the_outside(&file.text, &mounted).unwrap_or_default();
    }
    Some((on_the_outside(&script, &mounted)?, files))
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

/// The document that Crossplane applies to a cluster. Source: crossplane-contrib/provider-kubernetes `apis/object`.
pub(super) fn object(manifest: &Manifest<'_>) -> Vec<Inner> {
    let document = manifest.node.path(&["spec", "forProvider", "manifest"]);
    document.map(|tree| Inner::Tree(tree.clone(), manifest.name())).into_iter().collect()
}

/// The resources of a Crossplane composition. What a patch fills in is unknown, wherever it is; names and labels are no settings.
/// Source: crossplane/crossplane `apis/apiextensions/v1`, and crossplane-contrib/function-patch-and-transform for pipelines.
pub(super) fn composition(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<Inner> {
    let spec = manifest.node.get("spec");
    let steps = spec.and_then(|s| s.get("pipeline")).map(Node::items).unwrap_or_default();
    let holders: Vec<&Node> = spec.into_iter().chain(steps.iter().filter_map(|step| step.get("input"))).collect();
    let all = |key: &str| holders.iter().filter_map(|holder| holder.get(key)).flat_map(Node::items).collect::<Vec<_>>();
    let sets = all("patchSets");
    let text = |node: &'_ Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let mut out = Vec::new();
    'resources: for resource in all("resources") {
        let Some(mut base) = resource.get("base").cloned() else { continue };
        let patches = resource.get("patches").map(Node::items).unwrap_or_default().iter().flat_map(|patch| {
            let is_meant =
                |set: &&&Node| text(set, "name").is_some_and(|name| text(patch, "patchSetName") == Some(name));
            let set = sets.iter().find(is_meant).and_then(|set| set.get("patches")).map(Node::items);
            set.unwrap_or(std::slice::from_ref(patch))
        });
        for patch in patches {
            let to = patch.get("toFieldPath").or_else(|| patch.get("fromFieldPath"));
            let Some((path, at)) = to.and_then(|to| Some((to.as_str()?, to.span))) else { continue };
            // Some patches only read the resource, and fill in the composite or the environment.
            let reads = text(patch, "type").is_some_and(|kind| kind.contains("To"));
            if reads || path.split(['.', '[']).any(|part| part == "metadata") {
                continue;
            }
            let why = || Why::FromOutside("what a patch of a composition fills in".into());
            let is_whole = path.ends_with("manifest") || path.ends_with("manifest.spec");
            match path_of(path).filter(|_| !is_whole) {
                Some(steps) => put(&mut base, &steps, Node::plain(Traced::unknown(at, why()), at), at),
                None if is_whole || path.contains("userData") || path.contains("manifest") => {
                    cx.gap(at, why());
                    continue 'resources;
                }
                None => {}
            }
        }
        out.push(Inner::Tree(base, manifest.name()));
    }
    out
}
