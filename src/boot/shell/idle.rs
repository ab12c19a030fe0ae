//! What paths through a script can lose without harm when there are too many of them: variables and files that cannot be settings.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::node::Gap;
use crate::setting::{Reading, names, read_duration};
use crate::text::{Span, Traced, Why, holds};

use super::super::disk::{File, Files};
use super::super::image;
use super::super::machine::MAX_GAPS;
use super::maps::different;
use super::state::{BoxedRun, ScriptRun};
use super::variable::Variable;

/// Parts of the paths of files that a kubelet may start with.
const READ: &[&str] = &["/etc/kubernetes/", "kubelet", "kubeadm", "/eks/", "nodeadm", "k3s", "rke2"];

/// Something in which paths differ.
pub(super) enum Detail {
    Variable(Arc<str>, Variable),
    File(String),
    /// What could not be resolved on any of them.
    Gaps(Arc<Vec<Gap>>),
    /// Folders: those that all paths have made are left, and there may be something at any other one.
    Folders {
        made: Arc<BTreeSet<String>>,
        others: BTreeSet<String>,
    },
}

impl Detail {
    /// Makes it unknown on a path: a variable gets these values.
    pub(super) fn forget(&self, path: &mut ScriptRun, values: &Arc<Vec<Traced>>, why: &Why) {
        match self {
            Self::Variable(name, known) => {
                let unknown = Variable::unknown(Some(known), values);
                Arc::make_mut(&mut path.shell.variables).insert(Arc::clone(name), unknown);
            }
            Self::Gaps(all) => path.machine.gaps.clone_from(all),
            Self::Folders { made, others } => {
                path.machine.folders = Arc::clone(made);
                for folder in others {
                    path.machine.touch(folder.clone());
                }
            }
            Self::File(name) => {
                let start = path.machine.start.as_mut().map(|start| &mut start.files);
                for files in
                    [&mut path.machine.files].into_iter().chain(start).chain(path.machine.runtimes.values_mut())
                {
                    Arc::make_mut(files).insert(name.clone(), File::Unknown(why.clone()));
                }
            }
        }
    }
}

/// How likely it is that something matters, and where it was written.
type Rank = (Likely, Option<Span>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likely {
    No,
    /// It is a zero, a path, or an option.
    Little,
    /// It is about Kubernetes.
    More,
}

/// The variables and files that differ between paths and are no settings. First those that look least like one, and of these what
/// was written first: it is most often of no use any more.
pub(super) fn details(paths: &[BoxedRun]) -> Vec<Detail> {
    let Some((first, others)) = paths.split_first() else { return Vec::new() };
    let mut variables = BTreeSet::new();
    let mut files = BTreeSet::new();
    for other in others {
        variables.extend(different(&first.shell.variables, &other.shell.variables));
        files.extend(different(&first.machine.files, &other.machine.files));
        if let (Some(own), Some(other)) = (&first.machine.start, &other.machine.start) {
            files.extend(different(&own.files, &other.files));
        }
    }
    let mut out: Vec<(Rank, Detail)> = Vec::new();
    for name in variables {
        let all: Vec<&Variable> = paths.iter().filter_map(|path| path.shell.variables.get(&name)).collect();
        if let (Some(rank), Some(known)) = (rank(all.iter().flat_map(|v| v.values.iter())), all.first()) {
            out.push((rank, Detail::Variable(name, (*known).clone())));
        }
    }
    for name in files {
        let content = |files: &'_ Files| match files.get(&name) {
            Some(File::Known(text)) => Some(Arc::clone(text)),
            _ => None,
        };
        if image::reader(&name).is_some() || READ.iter().any(|part| name.contains(part)) {
            continue;
        }
        let when = |path: &BoxedRun| {
            [Some(&path.machine.files), path.machine.start.as_ref().map(|start| &start.files)]
                .map(|files| content(files?))
        };
        let all: Vec<Arc<Traced>> = paths.iter().flat_map(when).flatten().collect();
        if let Some(rank) = rank(all.iter().map(|text| &**text)) {
            out.push((rank, Detail::File(name)));
        }
    }
    out.sort_by_key(|(rank, _)| *rank);
    let mut out: Vec<Detail> = out.into_iter().map(|(_, detail)| detail).collect();
    out.extend(gaps(paths).map(Detail::Gaps));
    out.extend(folders(paths));
    out
}

/// All gaps, if some paths lack one.
fn gaps(paths: &[BoxedRun]) -> Option<Arc<Vec<Gap>>> {
    if paths.windows(2).all(|pair| pair[0].machine.gaps == pair[1].machine.gaps) {
        return None;
    }
    let mut known = BTreeSet::new();
    let every = paths.iter().flat_map(|path| path.machine.gaps.iter());
    let all: Vec<Gap> = every.filter(|gap| known.insert(*gap)).cloned().collect();
    let differ = paths.iter().any(|path| path.machine.gaps.len() != all.len());
    (differ && all.len() < MAX_GAPS).then(|| Arc::new(all))
}

/// The folders that some of the paths have not made.
fn folders(paths: &[BoxedRun]) -> Option<Detail> {
    let mut sets = paths.iter().map(|path| &path.machine.folders);
    let first = sets.next()?;
    let (mut made, mut any) = (first.as_ref().clone(), first.as_ref().clone());
    for other in sets.filter(|other| *other != first) {
        made = &made & other;
        any = &any | other;
    }
    let others = &any - &made;
    (!others.is_empty()).then(|| Detail::Folders { made: Arc::new(made), others })
}

/// How much texts look like a setting; `None` if one of them names one.
fn rank<'t>(texts: impl Iterator<Item = &'t Traced>) -> Option<Rank> {
    let mut out: Rank = (Likely::No, None);
    for text in texts {
        let bytes = text.bytes();
        if names::are_in(bytes) {
            return None;
        }
        let little = || matches!(bytes.first(), Some(b'/' | b'-')) || read_duration(bytes) == Reading::Duration(0);
        let likely = if holds(bytes, b"kube") {
            Likely::More
        } else if little() {
            Likely::Little
        } else {
            Likely::No
        };
        out.0 = out.0.max(likely);
        out.1 = out.1.or_else(|| text.span());
    }
    Some(out)
}
