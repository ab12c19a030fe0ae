//! What paths through a script can lose without harm when there are too many of them: variables and files that cannot be settings.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::setting::{Reading, names, read_duration};
use crate::text::{Span, Traced, Why};

use super::super::image;
use super::super::machine::{File, Files};
use super::settle::different;
use super::state::{BoxedRun, ScriptRun};
use super::variable::Variable;

/// Parts of the paths of files that a node may start with.
const FOLDERS: &[&str] = &["kube", "/eks", "nodeadm", "k3s", "rke2"];

/// A variable or a file in which paths differ.
pub(super) enum Detail {
    Variable(Arc<str>, Variable),
    File(String),
}

impl Detail {
    /// Makes it unknown on a path: a variable gets these values.
    pub(super) fn forget(&self, path: &mut ScriptRun, values: &Arc<Vec<Traced>>, why: &Why) {
        match self {
            Self::Variable(name, known) => {
                let unknown = Variable::unknown(Some(known), values);
                Arc::make_mut(&mut path.shell.variables).insert(Arc::clone(name), unknown);
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
type Rank = (bool, Option<Span>);

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
        let all: Vec<Arc<Traced>> = paths.iter().filter_map(|path| content(&path.machine.files)).collect();
        let read = image::reader(&name).is_some() || FOLDERS.iter().any(|part| name.contains(part));
        if let Some(rank) = rank(all.iter().map(|text| &**text)).filter(|_| !read) {
            out.push((rank, Detail::File(name)));
        }
    }
    out.sort_by_key(|(rank, _)| *rank);
    out.into_iter().map(|(_, detail)| detail).collect()
}

/// How much texts look like a setting; `None` if one of them names one.
fn rank<'t>(texts: impl Iterator<Item = &'t Traced>) -> Option<Rank> {
    let mut out: Rank = (false, None);
    for text in texts {
        let bytes = text.bytes();
        if names::are_in(bytes) || memchr::memmem::find(bytes, b"kube").is_some() {
            return None;
        }
        let zero = read_duration(bytes) == Reading::Duration(0);
        out.0 |= zero || bytes.starts_with(b"/") || bytes.starts_with(b"-");
        out.1 = out.1.or_else(|| text.span());
    }
    Some(out)
}
