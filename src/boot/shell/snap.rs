//! `snap`, which holds the kubelet's options on Ubuntu's images: each option set for `kubelet-eks` is a flag, and `args` is
//! appended verbatim. Source: `/etc/eks/bootstrap.sh` of Canonical's EKS images, and the kubelet wrapper in
//! charmed-kubernetes/snap-kubelet.

use std::sync::Arc;

use crate::node::Family;
use crate::node::kubelet_files::{EXTRA_ARGS, OWN_ARGS};
use crate::text::{Span, Traced, Why};

use super::super::disk::File;
use super::super::image;
use super::call::Call;
use super::state::ScriptRun;

/// The drop-in that represents the options; the image's unit uses both variables.
const OPTIONS: &str = "/etc/systemd/system/kubelet.service.d/20-snap-options.conf";

/// Runs `snap`. False if it concerns another snap.
pub(super) fn run(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let Call { words, at: span, .. } = *call;
    let operands: Vec<&Traced> =
        words.iter().filter(|w| !matches!(w.known_str(), Some("--classic" | "--no-wait"))).collect();
    let [verb, name, pairs @ ..] = operands.as_slice() else { return false };
    if !name.known_str().is_some_and(|n| n == "kubelet-eks" || n.starts_with("kubelet-eks.")) {
        return false;
    }
    path.machine.prove_kubelet(Family::Ubuntu);
    match verb.known_str() {
        Some("start") => path.machine.start(false),
        Some("restart") => path.machine.start(true),
        Some("stop") => path.machine.start = None,
        Some("set") => {
            for pair in pairs {
                set(pair, span, path);
            }
        }
        Some("unset") => path.machine.gap(span, Why::NotUnderstood("snap unset of the kubelet's options".into())),
        _ => {}
    }
    true
}

fn set(pair: &Traced, span: Span, path: &mut ScriptRun) {
    let end = pair.bytes().iter().position(|b| *b == b'=');
    let parts = end.map(|end| (pair.slice(0..end), pair.slice(end + 1..pair.len())));
    let Some((key, value)) = parts.filter(|(key, value)| key.known_str().is_some() && !value.bytes().contains(&b'\''))
    else {
        path.machine.gap(span, Why::NotUnderstood("snap set of the kubelet's options in this form".into()));
        return;
    };
    let mut name = key.known_str().unwrap_or_default();
    while let Some(rest) = name.strip_prefix('-') {
        name = rest;
    }
    if name == "args" {
        let file = drop_in(EXTRA_ARGS, &value, span);
        path.machine.put(image::EXTRA_ARGS, File::Known(Arc::new(file)));
        return;
    }
    let mut flags = Traced::new();
    if let Some(File::Known(before)) = path.machine.files.get(OPTIONS) {
        let quotes: Vec<usize> =
            before.bytes().iter().enumerate().filter(|(_, b)| **b == b'\'').map(|(n, _)| n).collect();
        if let [start, end] = quotes.as_slice() {
            flags.push(&before.slice(start + OWN_ARGS.len() + 2..*end));
            flags.push_made(b" ", span);
        }
    }
    flags.push_made(b"--", span);
    flags.push(&key.slice(key.len() - name.len()..key.len()));
    flags.push_made(b"=", span);
    flags.push(&value);
    let file = drop_in(OWN_ARGS, &flags, span);
    path.machine.put(OPTIONS, File::Known(Arc::new(file)));
}

fn drop_in(variable: &str, value: &Traced, span: Span) -> Traced {
    let mut out = Traced::made(format!("[Service]\nEnvironment='{variable}="), span);
    out.push(value);
    out.push_made(b"'\n", span);
    out
}
