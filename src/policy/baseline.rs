//! Findings that are accepted for now: a file without line numbers, which survives unrelated edits.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::check::Finding;
use crate::text::{Place, Source};

use super::SettingsError;

/// The version of the file format.
const VERSION: u32 = 1;

/// What the findings of one entry share.
type Key = (String, String, String);

/// One entry: findings of one rule about one field in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    rule: String,
    path: String,
    field: String,
    count: usize,
    node_groups: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

/// The known findings.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    entries: BTreeMap<Key, (usize, BTreeSet<String>)>,
}

fn key(finding: &Finding, relative: &dyn Fn(&Place) -> String) -> Key {
    (finding.rule.id.clone(), relative(&finding.at.place), finding.field.clone())
}

fn groups(finding: &Finding) -> BTreeSet<String> {
    finding.groups.iter().map(|g| g.name.to_string()).collect()
}

impl Baseline {
    /// Parses a baseline file.
    ///
    /// # Errors
    /// If it is not a valid baseline file.
    pub fn read(source: &Arc<Source>) -> Result<Self, SettingsError> {
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
        if file.version != VERSION {
            return Err(SettingsError::plain(format!(
                "the baseline has version {}, but version {VERSION} is required: write it again with --write-baseline",
                file.version
            )));
        }
        let mut out = Self::default();
        for entry in file.findings {
            let known = out.entries.entry((entry.rule, entry.path, entry.field)).or_default();
            known.0 += entry.count;
            known.1.extend(entry.node_groups);
        }
        Ok(out)
    }

    /// Splits findings into new and known ones, and lists the stale entries. A
    /// finding that affects an additional node group is new.
    pub fn part(
        &self,
        findings: Vec<Finding>,
        relative: &dyn Fn(&Place) -> String,
    ) -> (Vec<Finding>, Vec<Finding>, Vec<String>) {
        let mut left = self.entries.clone();
        let (mut new, mut known) = (Vec::new(), Vec::new());
        for finding in findings {
            match left.get_mut(&key(&finding, relative)) {
                Some((count, names)) if *count > 0 && groups(&finding).is_subset(names) => {
                    *count -= 1;
                    known.push(finding);
                }
                _ => new.push(finding),
            }
        }
        let stale = left.into_iter().filter(|(_, (count, _))| *count > 0).map(|((rule, path, field), (count, _))| {
            let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
            let field = if field.is_empty() { field } else { format!(" of {field}") };
            format!("{path}: {rule}{field}{times}")
        });
        (new, known, stale.collect())
    }
}

/// Writes findings as a baseline: sorted, without line numbers, the same bytes for the same findings.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write_baseline(
    findings: &[Finding],
    relative: &dyn Fn(&Place) -> String,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut entries: BTreeMap<Key, (usize, BTreeSet<String>)> = BTreeMap::new();
    for finding in findings {
        let entry = entries.entry(key(finding, relative)).or_default();
        entry.0 += 1;
        entry.1.extend(groups(finding));
    }
    let findings = entries
        .into_iter()
        .map(|((rule, path, field), (count, node_groups))| Entry { rule, path, field, count, node_groups })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &File { version: VERSION, findings })?;
    writeln!(out)
}
