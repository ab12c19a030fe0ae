//! `/etc/eks/bootstrap.sh` of the Amazon Linux 2 images, and what else starts a kubelet. Source:
//! `templates/al2/runtime/bootstrap.sh` of awslabs/amazon-eks-ami at 0ab84280.

use std::sync::Arc;

use crate::node::Family;
use crate::text::{Span, Traced, Why};

use super::super::image;
use super::super::machine::{File, Machine};
use super::{Path, Status};

/// The options of the script; each takes the next word, `--help` ends it.
const OPTIONS: [&str; 20] = [
    "--apiserver-endpoint",
    "--aws-api-retry-attempts",
    "--b64-cluster-ca",
    "--cluster-id",
    "--container-runtime",
    "--containerd-config-file",
    "--dns-cluster-ip",
    "--docker-config-json",
    "--enable-docker-bridge",
    "--enable-local-outpost",
    "--ip-family",
    "--kubelet-extra-args",
    "--local-disks",
    "--mount-bpf-fs",
    "--pause-container-account",
    "--pause-container-version",
    "--service-ipv4-cidr",
    "--service-ipv6-cidr",
    "--use-max-pods",
    "--docker-bridge",
];

/// Runs the script with `arguments`.
pub(super) fn run(arguments: &[Traced], at: Span, mut path: Path) -> Path {
    path.status = Status::Zero;
    if matches!(path.machine.family, Some(Family::Al2023 | Family::Bottlerocket | Family::Windows)) {
        // Amazon Linux 2023 has a script of this name that only says that it does nothing.
        path.status = Status::NonZero;
        return path;
    }
    let mut extra: Option<Traced> = None;
    let mut positional = 0;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.known_str() {
            Some("-h" | "--help") => return path,
            Some("--kubelet-extra-args") => extra = rest.next().cloned(),
            Some(option) if OPTIONS.contains(&option) => {
                rest.next();
            }
            _ => {
                positional += 1;
                // A word of which nothing is known may be options; the first one is taken for the cluster's name.
                if word.is_hole()
                    && positional > 1
                    && let Some((span, why)) = word.first_hole()
                {
                    extra = Some(Traced::hole(span, why.clone()));
                }
            }
        }
    }
    let extra = extra.filter(|e| !e.is_empty()).or_else(|| {
        path.variables.get("KUBELET_EXTRA_ARGS").filter(|v| v.exported).and_then(|v| v.values.first().cloned())
    });
    let mut extra = extra.unwrap_or_else(|| {
        // Commands that are not known may have exported the variable.
        path.machine.injected.clone().map_or_else(Traced::new, |why| Traced::hole(at, why))
    });
    if path.machine.files.contains_key(image::BOOTSTRAP) {
        let why = Why::NotUnderstood("a bootstrap.sh that was changed".into());
        path.machine.gap(at, why.clone());
        extra.push_made(b" ", at);
        extra.push_hole(at, why);
    }
    join(&mut path.machine, &extra, at);
    path
}

/// EKS's own part of the user data of a managed node group, which comes last.
pub(in super::super) fn by_eks(machine: &mut Machine) {
    let place = machine.place;
    let mut extra = Traced::made("--node-labels=", place);
    extra.push_hole(place, Why::FromOutside("what EKS adds to the user data".into()));
    if machine.files.contains_key(image::BOOTSTRAP) {
        let why = Why::NotUnderstood("a bootstrap.sh that was changed".into());
        machine.gap(place, why.clone());
        extra.push_made(b" ", place);
        extra.push_hole(place, why);
    }
    join(machine, &extra, place);
}

/// What the script leaves: the drop-in, if there are extra arguments, and a kubelet that runs.
fn join(machine: &mut Machine, extra: &Traced, at: Span) {
    machine.see(Some(Family::Al2));
    if !extra.is_empty() {
        let mut text = Traced::made("[Service]\nEnvironment='KUBELET_EXTRA_ARGS=", at);
        text.push(extra);
        text.push_made(b"'\n", at);
        machine.put(image::EXTRA_ARGS, File::Known(Arc::new(text)));
    }
    machine.start(false);
}
