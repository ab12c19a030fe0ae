//! The packages of a node: those of Debian and of Red Hat have different drop-ins of kubeadm, which name different files with
//! variables. Sources: the page "Configuring each kubelet in your cluster using kubeadm" of Kubernetes; kubernetes/release#3279,
//! which says which packages for Debian name the file of Red Hat.

use std::sync::Arc;

use crate::node::kubelet_files::ENVIRONMENTS;
use crate::node::{BootCx, Family, Reason};
use crate::text::holds;
use crate::value::{Condition, Guard};

use super::disk::File;
use super::machine::Machine;
use super::outcome::BootOutcome;
use super::{image, ineffective};

/// The minor versions whose packages for Debian may name the file of Red Hat.
const MISTAKEN: std::ops::RangeInclusive<u32> = 24..=28;

/// What happens if such a package is installed.
const CONDITION: &str = "kubeadm is an early package of 1.24 to 1.28, which reads /etc/sysconfig/kubelet on Debian";

/// The outcomes of a boot that writes the file of Red Hat on Debian: only few packages read it there.
pub(super) fn of_debian(outcome: BootOutcome, cx: &mut BootCx<'_>) -> Vec<BootOutcome> {
    let machine = &outcome.machine;
    let [_, path] = ENVIRONMENTS;
    let Some(File::Known(text)) = machine.files.get(path).filter(|_| misplaced(machine, path)).cloned() else {
        return vec![outcome];
    };
    let with = |old: bool| {
        let mut outcome = outcome.clone();
        if machine.minor.is_none_or(|minor| MISTAKEN.contains(&minor)) {
            outcome.when = outcome.when.and(&Guard::of(Condition::new(CONDITION, old)))?;
        } else if old {
            return None;
        }
        Some(outcome)
    };
    let mut read = with(false);
    if let Some(BootOutcome { machine, .. }) = &mut read {
        let settings = ineffective::in_file(path, &text, machine.place, cx);
        machine.record_ineffective(settings, &Reason::NotNamed);
        Arc::make_mut(&mut machine.files).remove(path);
        if let Some(start) = &mut machine.start {
            Arc::make_mut(&mut start.files).remove(path);
        }
    }
    read.into_iter().chain(with(true)).collect()
}

/// True if nothing but the packages for Red Hat reads a file, and the boot uses those for Debian.
fn misplaced(machine: &Machine, path: &str) -> bool {
    let files = &machine.files;
    let names = |(name, file): (&String, &File)| match file {
        File::Known(text) => image::is_of_unit(name) && holds(text.bytes(), path.as_bytes()),
        File::Unknown(_) => image::is_of_unit(name),
        File::Removed => false,
    };
    machine.family() == Some(Family::Kubeadm)
        && files.contains_key(image::DEBIAN)
        && !files.contains_key(image::RED_HAT)
        && !files.iter().any(names)
}
