//! Values that files use which were not read with the node group: a fix changes such a value only if it is for a node there too.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use crate::check::{Finding, Predicate};
use crate::fix;
use crate::input::reach::is_terraform;
use crate::input::{FileList, Group};
use crate::node::beside;
use crate::policy::may_ask;
use crate::text::{Files, Source, holds};

/// The most files that are looked at for one value.
const MAX_FILES: usize = 100;

/// The most excluded files that are looked at.
const MAX_EXCLUDED: usize = 1000;

/// The most bytes and paths that are looked at for all values of a run.
const MAX_WORK: usize = 64 << 20;

/// Folders of variables of Ansible, which tasks beside the folder use without its name.
const VARIABLES: &[&str] = &["defaults", "group_vars", "host_vars", "vars"];

/// The files with ignore requests that an excluded file may use: it is in the same folder, or names the file or its folder.
pub(super) fn with_excluded(
    asking: &[(Arc<Source>, bool)],
    excluded: &BTreeSet<PathBuf>,
    files: &dyn Files,
) -> BTreeSet<PathBuf> {
    let mut unsure: Vec<_> =
        asking.iter().filter(|(s, tell)| *tell && may_ask(&s.bytes())).map(|(s, _)| s.path()).collect();
    let mut out = BTreeSet::new();
    for (n, path) in excluded.iter().enumerate() {
        if unsure.is_empty() {
            break;
        }
        let text = if n < MAX_EXCLUDED { files.glance(path) } else { None };
        let uses = |used: &Path| {
            let folder = used.parent();
            let mut names = [used.file_name(), folder.and_then(Path::file_name)].into_iter().flatten();
            folder == path.parent()
                || text.as_ref().is_none_or(|text| names.any(|n| memmem::find(text, n.as_encoded_bytes()).is_some()))
        };
        out.extend(unsure.extract_if(.., |used| uses(used)).map(Path::to_owned));
    }
    out
}

/// Takes back the fixes of values that something else may use.
pub(super) fn take_back(findings: &mut [Finding], list: &FileList, files: &dyn Files) {
    let mut others = Others { list, files, left: MAX_WORK, by_name: OnceCell::new() };
    // The line of a setting without effect has no other use.
    let fixed = findings.iter_mut().filter(|f| f.fix.is_some() && f.rule.predicate != Predicate::DeadSetting);
    for finding in fixed {
        let Some(name) = fix::name_of(finding) else { continue };
        let judged = match others.of(finding, &name) {
            Some(sources) if sources.is_empty() => continue,
            Some(sources) => fix::only_node_uses(finding, &sources),
            None => Err(fix::SHARED),
        };
        if let Err(why) = judged {
            (finding.fix, finding.unfixed) = (None, why);
        }
    }
}

struct Others<'a> {
    list: &'a FileList,
    files: &'a dyn Files,
    left: usize,
    /// The files that may source others, by the names of these.
    by_name: OnceCell<HashMap<String, Vec<&'a Path>>>,
}

impl<'a> Others<'a> {
    /// Files that may use the value with this name and are not on its way to the node. `None` if there are too many.
    fn of(&mut self, finding: &Finding, name: &str) -> Option<Vec<Arc<Source>>> {
        let path = finding.at.place.source.path();
        let is_variables = |dir: &&Path| dir.file_name().is_some_and(|n| VARIABLES.iter().any(|v| n == *v));
        let candidates = if path.extension().is_some_and(|end| end == "tfvars") {
            self.below(path.parent()?, is_terraform)?
        } else if let Some(variables) = path.ancestors().skip(1).take(2).find(is_variables) {
            self.below(variables.parent()?, |_| true)?
        } else {
            self.sourcing(path)?
        };
        let mut out = Vec::new();
        let passed = |other: &Path| other == path || finding.passes.iter().any(|p| p.source.path() == other);
        for other in candidates.into_iter().filter(|other| !passed(other)) {
            let bytes = self.files.glance(other).unwrap_or_default();
            self.left = self.left.checked_sub(bytes.len())?;
            if holds(&bytes, name.as_bytes()) {
                out.extend(self.files.read(other).ok());
            }
            if out.len() > MAX_FILES {
                return None;
            }
        }
        Some(out)
    }

    fn below(&mut self, folder: &Path, ours: impl Fn(&Path) -> bool) -> Option<Vec<&'a Path>> {
        self.left = self.left.checked_sub(self.list.files.len())?;
        let files = self.list.files.iter().map(PathBuf::as_path);
        Some(files.filter(|other| other.starts_with(folder) && ours(other)).collect())
    }

    /// Files that may source the file, or one that does.
    fn sourcing(&self, path: &Path) -> Option<Vec<&'a Path>> {
        let by_name = self.by_name.get_or_init(|| self.index());
        let named = |path: &Path| path.file_name().and_then(OsStr::to_str).and_then(|name| by_name.get(name));
        let mut out: BTreeSet<&'a Path> = BTreeSet::new();
        let mut open: Vec<&'a Path> = named(path).cloned().unwrap_or_default();
        while let Some(next) = open.pop() {
            if out.len() > MAX_FILES {
                return None;
            }
            if out.insert(next) {
                open.extend(named(next).into_iter().flatten());
            }
        }
        Some(out.into_iter().collect())
    }

    fn index(&self) -> HashMap<String, Vec<&'a Path>> {
        let mut out: HashMap<String, Vec<&'a Path>> = HashMap::new();
        let list = self.list;
        let naming = list.files.iter().enumerate().filter(|(n, _)| list.words(*n).has(Group::NamesOthers));
        for (_, path) in naming {
            let bytes = self.files.glance(path).unwrap_or_default();
            let names = beside::names(&bytes).into_iter();
            let names: BTreeSet<_> = names.map(|name| name.rsplit_once('/').map_or(name, |(_, last)| last)).collect();
            for name in names {
                out.entry(name.to_owned()).or_default().push(path);
            }
        }
        out
    }
}
