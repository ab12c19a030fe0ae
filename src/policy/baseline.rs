//! Findings that are accepted for now: a file without line numbers, which survives unrelated edits.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::check::Finding;
use crate::node::resource;
use crate::text::{Place, Source};

use super::SettingsError;
use super::likeness::{Likeness, hashes};

/// The version of the file format.
const VERSION: u32 = 2;

/// The version in which node groups have no root.
const WITHOUT_ROOTS: u32 = 1;

/// The most that is compared to find the entries of findings that have changed. Findings beyond are new.
const MAX_COMPARED: usize = 16 << 20;

/// What the findings of one entry share.
type Key = (String, String, String);

/// One entry: findings of one rule about one field in one file that affect the same node groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    rule: String,
    path: String,
    field: String,
    count: usize,
    node_groups: Groups,
}

impl Entry {
    /// True if its file was read, and all that launches its node groups.
    fn was_read(&self, tree: &Tree<'_>) -> bool {
        let roots = match &self.node_groups {
            Groups::ByRoot(roots) => Some(roots.keys()),
            Groups::Addresses(_) => None,
        };
        roots.into_iter().flatten().chain([&self.path]).all(|path| (tree.was_read)(path))
    }
}

/// Node groups of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
enum Groups {
    /// Addresses by root.
    ByRoot(BTreeMap<String, BTreeSet<String>>),
    /// Addresses only, in version 1.
    Addresses(BTreeSet<String>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
    /// What the files of the findings look like, so that a renamed file is recognised.
    #[serde(default)]
    files: BTreeMap<String, Likeness>,
}

/// The known findings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    entries: Vec<Entry>,
    files: BTreeMap<String, Likeness>,
    /// True if the file has an older version, in which node groups have no root.
    pub is_old: bool,
}

/// What a baseline asks about the files of a scan.
pub(crate) struct Tree<'a> {
    /// The path of a place, relative to the root of the scan.
    pub relative: &'a dyn Fn(&Place) -> String,
    /// True if there is such a file, or such a folder with files.
    pub exists: &'a dyn Fn(&str) -> bool,
    /// True if the folder of a file, or the folder, was read completely.
    pub was_read: &'a dyn Fn(&str) -> bool,
}

fn key(finding: &Finding, relative: &dyn Fn(&Place) -> String) -> Key {
    (finding.rule.id.clone(), relative(&finding.at.place), finding.field.clone())
}

fn groups(finding: &Finding) -> Groups {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in &finding.groups {
        out.entry(group.root.path().to_owned()).or_default().insert(group.name.to_string());
    }
    Groups::ByRoot(out)
}

impl Groups {
    fn len(&self) -> usize {
        match self {
            Self::ByRoot(roots) => roots.values().map(BTreeSet::len).sum(),
            Self::Addresses(names) => names.len(),
        }
    }

    /// True if all of `others`, which have roots, are among these. Two roots with one address cannot be told apart by an entry
    /// without roots.
    fn include(&self, others: &Self) -> bool {
        let Self::ByRoot(others) = others else { return false };
        match self {
            Self::ByRoot(roots) => {
                others.iter().all(|(root, names)| roots.get(root).is_some_and(|own| names.is_subset(own)))
            }
            Self::Addresses(own) => {
                let mut seen = BTreeSet::new();
                others.values().flatten().all(|name| own.contains(name) && seen.insert(name))
            }
        }
    }

    /// True if each of `others` is among these, or is the same resource of a root that is gone.
    fn include_moved(&self, others: &Self, exists: &dyn Fn(&str) -> bool) -> bool {
        let (Self::ByRoot(roots), Self::ByRoot(others)) = (self, others) else { return false };
        let mut moved = BTreeSet::new();
        for (root, names) in roots.iter().filter(|(root, _)| !exists(root)) {
            moved.extend(names.iter().map(|name| resource(root, name)));
        }
        let known = |root: &str, name: &str| {
            roots.get(root).is_some_and(|own| own.contains(name)) || moved.contains(&resource(root, name))
        };
        others.iter().all(|(root, names)| names.iter().all(|name| known(root, name)))
            && others.is_empty() == roots.is_empty()
    }
}

/// How a finding without an entry of its own may be that of another, from the surest to the least sure.
#[derive(Clone, Copy)]
enum Way {
    /// The same file and some of the node groups.
    Fewer,
    /// The value has moved to another file, but reaches the same node groups.
    Moved,
    /// The file, and with it the root, was renamed.
    Renamed,
}

impl Baseline {
    /// Parses a baseline file, also one of version 1.
    ///
    /// # Errors
    /// If it is not a valid baseline file.
    pub(crate) fn read(source: &Arc<Source>) -> Result<Self, SettingsError> {
        let bytes = source.bytes();
        let file: File = serde_json::from_slice(&bytes).map_err(|e| {
            let starts = source.line_starts();
            let line = starts.get(e.line().saturating_sub(1)).copied().unwrap_or(0);
            let at = (line + e.column().saturating_sub(1) as u32).min(bytes.len() as u32);
            let words = e.to_string();
            let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(w, _)| w);
            SettingsError {
                place: Some(Place { source: Arc::clone(source), start: at, end: at }),
                message: format!("not a kubelet-lint baseline: {words}"),
            }
        })?;
        if !(WITHOUT_ROOTS..=VERSION).contains(&file.version) {
            return Err(SettingsError::plain(format!(
                "the baseline has version {}, but version {VERSION} is required: write it again with --write-baseline",
                file.version
            )));
        }
        Ok(Self { entries: file.findings, files: file.files, is_old: file.version == WITHOUT_ROOTS })
    }

    /// Splits findings into new and known ones, and lists the stale entries. A finding that affects a node group which its
    /// entry does not name is new; so is one in another file, unless the value has moved on its way to the same node groups, or
    /// the file and the root of the node group were renamed.
    pub(crate) fn part(&self, findings: Vec<Finding>, tree: &Tree<'_>) -> (Vec<Finding>, Vec<Finding>, Vec<String>) {
        let mut left: Vec<usize> = self.entries.iter().map(|e| e.count).collect();
        let sizes: Vec<usize> = self.entries.iter().map(|e| e.node_groups.len()).collect();
        // Most findings have an entry of their own; the others are compared with those of their topic.
        let mut by_groups: HashMap<(&str, &str, &str, &Groups), Vec<usize>> = HashMap::new();
        let mut by_topic: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (n, entry) in self.entries.iter().enumerate().rev() {
            by_groups.entry((&entry.rule, &entry.path, &entry.field, &entry.node_groups)).or_default().push(n);
            by_topic.entry((&entry.rule, &entry.field)).or_default().push(n);
        }
        let seen: Vec<_> = findings.iter().map(|f| (key(f, tree.relative), groups(f))).collect();
        let mut known = vec![false; findings.len()];
        for (n, ((rule, path, field), groups)) in seen.iter().enumerate() {
            let Some(same) = by_groups.get_mut(&(rule.as_str(), path.as_str(), field.as_str(), groups)) else {
                continue;
            };
            while let Some(entry) = same.last().copied().filter(|_| !known[n]) {
                known[n] = left[entry] > 0;
                left[entry] = left[entry].saturating_sub(1);
                if left[entry] == 0 {
                    same.pop();
                }
            }
        }
        let (there, lines) = (RefCell::new(HashMap::new()), RefCell::new(HashMap::new()));
        let exists = |path: &str| {
            let known = there.borrow().get(path).copied();
            known.unwrap_or_else(|| *there.borrow_mut().entry(path.to_owned()).or_insert_with(|| (tree.exists)(path)))
        };
        let mut compared = 0;
        for way in [Way::Fewer, Way::Moved, Way::Renamed] {
            for (n, ((rule, path, field), groups)) in
                seen.iter().enumerate().filter(|(n, _)| !known[*n]).collect::<Vec<_>>()
            {
                let topic = by_topic.get(&(rule.as_str(), field.as_str())).into_iter().flatten().copied().rev();
                let size = groups.len();
                let fits = |entry: &Entry| match way {
                    Way::Fewer => entry.path == *path && entry.node_groups.include(groups),
                    Way::Moved => !self.is_old && size > 0 && entry.node_groups.include(groups),
                    Way::Renamed => {
                        let source = &findings[n].at.place.source;
                        entry.node_groups.include_moved(groups, &exists)
                            && !exists(&entry.path)
                            && self.files.get(&entry.path).is_some_and(|old| {
                                let mut lines = lines.borrow_mut();
                                old.is_like(lines.entry(source.path()).or_insert_with(|| hashes(&source.bytes())))
                            })
                    }
                };
                let fitting = topic.filter(|e| {
                    compared += 1 + size + sizes[*e];
                    left[*e] > 0 && compared < MAX_COMPARED && fits(&self.entries[*e])
                });
                if let Some(entry) = fitting.min_by_key(|e| sizes[*e]) {
                    left[entry] -= 1;
                    known[n] = true;
                }
                if compared >= MAX_COMPARED {
                    break;
                }
            }
        }
        let mut stale: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
        for (entry, count) in self.entries.iter().zip(left).filter(|(e, count)| *count > 0 && e.was_read(tree)) {
            *stale.entry((&entry.path, &entry.rule, &entry.field)).or_default() += count;
        }
        let stale = stale.into_iter().map(|((path, rule, field), count)| {
            let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
            let field = if field.is_empty() { String::new() } else { format!(" of {field}") };
            format!("{path}: {rule}{field}{times}")
        });
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (finding, known) in findings.into_iter().zip(known) {
            if known { old.push(finding) } else { new.push(finding) }
        }
        (new, old, stale.collect())
    }
}

/// Writes findings as a baseline: sorted, without line numbers, the same bytes for the same findings.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn write_baseline(
    findings: &[Finding],
    relative: &dyn Fn(&Place) -> String,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut entries: BTreeMap<(Key, Groups), usize> = BTreeMap::new();
    let mut files = BTreeMap::new();
    for finding in findings {
        let key = key(finding, relative);
        files.entry(key.1.clone()).or_insert_with(|| Likeness::of(&finding.at.place.source.bytes()));
        *entries.entry((key, groups(finding))).or_default() += 1;
    }
    let findings = entries
        .into_iter()
        .map(|(((rule, path, field), node_groups), count)| Entry { rule, path, field, count, node_groups })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &File { version: VERSION, findings, files })?;
    writeln!(out)
}
