//! kubeadm, which joins nodes of self-managed clusters: what it writes for the kubelet. Sources:
//! `cmd/kubeadm/app/phases/kubelet` and `cmd/kubeadm/app/apis/kubeadm/v1beta4` of kubernetes/kubernetes.

use std::sync::Arc;

use crate::node::kubelet_files::KUBEADM_ARGS;
use crate::node::{BootCx, Family};
use crate::syntax::{Node, Schema, key_text, yaml};
use crate::text::{Span, Traced, Why};

use super::image;
use super::machine::{File, Machine, absolute};

/// Runs `kubeadm join` or `kubeadm init` with its arguments in `directory`.
pub(super) fn run(machine: &mut Machine, words: &[Traced], directory: &str, at: Span, cx: &mut BootCx<'_>) {
    let verb = words.first().and_then(|w| w.known_str());
    if matches!(verb, Some("join" | "init")) {
        machine.prove_kubelet(Family::Kubeadm);
    } else {
        machine.suggest_kubelet(Some(Family::Kubeadm));
    }
    if !matches!(verb, Some("init" | "join")) {
        return;
    }
    if let Some(path) = config(words) {
        match path.known_str().map(|p| absolute(p, directory)) {
            Some(path) => match machine.file(&path) {
                Some(File::Known(text)) => read(machine, &path, &text, verb == Some("init"), cx),
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
    }
    machine.start(true);
}

/// The value of `--config`.
fn config(words: &[Traced]) -> Option<Traced> {
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word.bytes() == b"--config" {
            return rest.next().cloned();
        }
        if word.bytes().starts_with(b"--config=") {
            return Some(word.slice("--config=".len()..word.len()));
        }
    }
    None
}

fn put_unknown_flags(machine: &mut Machine, at: Span, why: Why) {
    machine.gap(at, why.clone());
    machine.put(image::KUBEADM_FLAGS, File::Unknown(why));
}

/// Reads the documents of a configuration. Extra arguments are written to the file of arguments. With `init`, the kubelet's
/// document becomes its configuration; with `join`, that comes from the cluster.
fn read(machine: &mut Machine, path: &str, text: &Traced, init: bool, cx: &mut BootCx<'_>) {
    let id = cx.texts.add_made(path, text, machine.place);
    let view = cx.texts.view(id);
    let parsed = yaml::parse(&view);
    for error in parsed.errors.iter().take(1) {
        machine.gap(error.at, Why::NotUnderstood("a configuration of kubeadm that cannot be read".into()));
    }
    let mut line = Traced::made(format!("{KUBEADM_ARGS}=\""), machine.place);
    for document in &parsed.tree {
        let wanted = if init { "InitConfiguration" } else { "JoinConfiguration" };
        match document.get("kind").and_then(Node::as_str) {
            Some(kind) if kind == wanted => {
                if let Some(arguments) = document.path(&["nodeRegistration", "kubeletExtraArgs"]) {
                    push_extra_args(arguments, &mut line);
                }
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
