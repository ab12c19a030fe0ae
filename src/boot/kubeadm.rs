//! kubeadm, which joins nodes of self-managed clusters: what it writes for the kubelet. Sources:
//! `cmd/kubeadm/app/phases/kubelet` and `cmd/kubeadm/app/apis/kubeadm/v1beta4` of kubernetes/kubernetes.

use std::sync::Arc;

use crate::kubelet::statements::in_words;
use crate::node::kubelet_files::{KUBEADM_ARGS, refuses_arguments};
use crate::node::{BootCx, Family, Reason};
use crate::setting::Which;
use crate::syntax::patches::{json, strategic};
use crate::syntax::{Node, Schema, key_text, yaml};
use crate::text::{Span, Traced, Why};

use super::disk::{File, absolute};
use super::image;
use super::machine::Machine;

/// Runs `kubeadm join` or `kubeadm init` with its arguments in `directory`.
pub(super) fn run(
    machine: &mut Machine,
    words: &[Traced],
    stdin: Option<&Traced>,
    directory: &str,
    at: Span,
    cx: &mut BootCx<'_>,
) {
    let verb = words.first().and_then(|w| w.known_str());
    if matches!(verb, Some("join" | "init")) {
        machine.prove_kubelet(Family::Kubeadm);
    } else {
        machine.suggest_kubelet(Some(Family::Kubeadm));
    }
    if !matches!(verb, Some("init" | "join")) {
        return;
    }
    let mut patches = option(words, "--patches");
    if let Some(path) = option(words, "--config") {
        let input = stdin.filter(|_| path.known_str() == Some("/dev/stdin"));
        if let Some(text) = input {
            machine.put("/dev/stdin", File::Known(Arc::new(text.clone())));
        }
        match path.known_str().map(|p| absolute(p, directory)) {
            Some(path) => match machine.file(&path) {
                Some(File::Known(text)) => {
                    let named = read(machine, &path, &text, verb == Some("init"), cx);
                    patches = patches.or(named);
                }
                Some(File::Unknown(why)) => put_unknown_flags(machine, at, why),
                Some(File::Removed) | None => {
                    put_unknown_flags(machine, at, Why::FromOutside(format!("the content of {path}").into()));
                }
            },
            None => {
                let why = path.first_unknown().map(|(_, why)| why.clone());
                put_unknown_flags(machine, at, why.unwrap_or(Why::NotUnderstood("a configuration of kubeadm".into())));
            }
        }
    } else {
        // Of what kubeadm writes, scripts edit the ends of the line.
        let line =
            format!("{KUBEADM_ARGS}=\"--container-runtime-endpoint=unix:///var/run/containerd/containerd.sock\"\n");
        machine.put(image::KUBEADM_FLAGS, File::Known(Arc::new(Traced::made(line, at))));
    }
    if let Some(folder) = patches {
        patch(machine, &folder, directory, at, cx);
    }
    machine.start(true);
}

/// The value of an option.
fn option(words: &[Traced], name: &str) -> Option<Traced> {
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word.bytes() == name.as_bytes() {
            return rest.next().cloned();
        }
        let value = word.bytes().strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        if let Some(value) = value {
            return Some(word.slice(word.len() - value.len()..word.len()));
        }
    }
    None
}

/// Applies the patches of a folder to the kubelet's configuration. Source: `cmd/kubeadm/app/util/patches`: files are named
/// `kubeletconfiguration[suffix][+patchtype].extension`, in the order of their names, and the type is strategic by default.
fn patch(machine: &mut Machine, folder: &Traced, directory: &str, at: Span, cx: &mut BootCx<'_>) {
    let folder = match (folder.known_str(), folder.first_unknown()) {
        (Some(folder), _) => absolute(folder, directory),
        (None, Some((at, why))) => return machine.gap(at, why.clone()),
        (None, None) => return,
    };
    let prefix = format!("{folder}/kubeletconfiguration");
    let files: Vec<(String, File)> = machine
        .files
        .range(prefix.clone()..)
        .take_while(|(path, _)| path.starts_with(&prefix))
        .map(|(path, file)| (path.clone(), file.clone()))
        .collect();
    let ours = |path: &str| [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    for (path, file) in files.into_iter().filter(|(path, _)| ours(path)) {
        let text = match file {
            File::Known(text) => text,
            File::Unknown(why) => {
                machine.gap(at, why.clone());
                machine.put(image::KUBEADM_CONFIG, File::Unknown(why));
                continue;
            }
            File::Removed => continue,
        };
        let mut read = |name: &str, text: &Traced| {
            let id = cx.texts.add_made(name, text, machine.place);
            let tree = yaml::parse(&cx.texts.view(id)).tree.into_iter().next();
            tree.filter(|tree| tree.is_map() || !tree.items().is_empty())
        };
        let Some(patch) = read(&path, &text) else { continue };
        let before = match machine.files.get(image::KUBEADM_CONFIG) {
            Some(File::Known(text)) => read(image::KUBEADM_CONFIG, text),
            _ => None,
        };
        let base = before.clone().unwrap_or_else(|| Node::map(Vec::new(), patch.span));
        let patched = if path.contains("+json.") {
            let mut tree = base;
            // What a patch replaces is there in the document of the cluster.
            let missing = patch.items().iter().filter_map(|operation| operation.get("path")?.as_str());
            let missing: Vec<&str> = missing.filter_map(|path| path.strip_prefix('/')).collect();
            for name in missing.into_iter().filter(|name| before.is_none() && !name.contains('/')) {
                json::ensure(&mut tree, &[name], patch.span);
            }
            json::apply(&mut tree, &patch).map(|()| tree)
        } else {
            let name = path.clone();
            strategic::apply(&base, &patch).ok_or((patch.span, name))
        };
        match patched {
            Ok(tree) => {
                let mut out = Traced::new();
                if before.is_none() {
                    let why = Why::FromOutside("the kubelet's configuration in the cluster".into());
                    out.push_unknown(at, why);
                    out.push_made(b"\n", at);
                }
                out.push(&yaml::write(&tree));
                machine.put(image::KUBEADM_CONFIG, File::Known(Arc::new(out)));
            }
            Err((at, words)) => machine.gap(at, Why::NotUnderstood(words.into())),
        }
    }
}

/// Of the file of arguments, only the value of its one variable is unknown.
fn put_unknown_flags(machine: &mut Machine, at: Span, why: Why) {
    machine.gap(at, why.clone());
    let mut line = Traced::made(format!("{KUBEADM_ARGS}=\""), at);
    line.push_unknown(at, why);
    line.push_made(b"\"\n", at);
    machine.put(image::KUBEADM_FLAGS, File::Known(Arc::new(line)));
}

/// Reads the documents of a configuration. Extra arguments are written to the file of arguments. With `init`, the kubelet's
/// document becomes its configuration; with `join`, that comes from the cluster. Returns the folder of patches.
fn read(machine: &mut Machine, path: &str, text: &Traced, init: bool, cx: &mut BootCx<'_>) -> Option<Traced> {
    let id = cx.texts.add_made(path, text, machine.place);
    let view = cx.texts.view(id);
    let parsed = yaml::parse(&view);
    for error in parsed.errors.iter().take(1) {
        machine.gap(error.at, Why::NotUnderstood("a configuration of kubeadm that cannot be read".into()));
    }
    let mut line = Traced::made(format!("{KUBEADM_ARGS}=\""), machine.place);
    let mut patches = None;
    for document in &parsed.tree {
        let wanted = if init { "InitConfiguration" } else { "JoinConfiguration" };
        match document.get("kind").and_then(Node::as_str) {
            Some(kind) if kind == wanted => {
                if let Some(arguments) = document.path(&["nodeRegistration", "kubeletExtraArgs"]) {
                    let version = document.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
                    if arguments.as_scalar().is_none() && refuses_arguments(version, !arguments.is_map()) {
                        let mut refused = Traced::new();
                        push_extra_args(arguments, &mut refused);
                        let settings = in_words(&refused.words(), Which::of(cx.whole));
                        machine.record_ineffective(settings, &Reason::ArgumentsForm);
                    } else {
                        push_extra_args(arguments, &mut line);
                    }
                }
                patches = document.path(&["patches", "directory"]).and_then(Node::as_scalar).map(|s| s.text.clone());
            }
            Some("KubeletConfiguration") if init => {
                let document = view.traced(document.span.range());
                machine.put(image::KUBEADM_CONFIG, File::Known(Arc::new(document)));
            }
            _ => {}
        }
    }
    line.push_made(b"\"\n", machine.place);
    machine.put(image::KUBEADM_FLAGS, File::Known(Arc::new(line)));
    patches
}

/// Appends `kubeletExtraArgs`: a map up to v1beta3, a list of names and values since v1beta4.
fn push_extra_args(arguments: &Node, line: &mut Traced) {
    let mut push = |name: &str, value: &Node| {
        line.push_made(format!("--{name}=").as_bytes(), value.span);
        if let Some(scalar) = value.as_scalar() {
            line.push(&scalar.text);
        }
        line.push_made(b" ", value.span);
    };
    for (key, value) in arguments.pairs() {
        if let Some(name) = key_text(key, Schema::Kubernetes) {
            push(&name, value);
        }
    }
    for item in arguments.items() {
        if let (Some(name), Some(value)) = (item.get("name").and_then(Node::as_str), item.get("value")) {
            push(name, value);
        }
    }
    if let Some((at, why)) = arguments.as_scalar().and_then(|s| s.text.first_unknown()) {
        line.push_unknown(at, why.clone());
    }
}
