//! What a scan found out: put together unit by unit, then into the order of the report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::{Finding, Level, Predicate};
use crate::policy::{Hidden, Policy, Why, may_ask};
use crate::text::{Place, Source};
use crate::value::MAX_ALTERNATIVES;

use super::effective::ShownGroup;
use super::merge::{self, merged};
use super::note::Note;

/// Everything that a scan found out.
#[derive(Debug, Default)]
pub struct Scan {
    /// Findings, sorted by place, then rule. No two are about the same thing.
    pub findings: Vec<Finding>,
    /// Findings that do not count, and why, in the same order.
    pub hidden: Vec<(Finding, Hidden)>,
    /// What the baseline knows and nobody found any more, in words.
    pub stale: Vec<String>,
    /// Exceptions of the configuration that have no effect any more, in words.
    pub stale_exceptions: Vec<String>,
    /// The effective configuration of every node group, sorted by place, then name.
    pub groups: Vec<ShownGroup>,
    /// What was wrong with the input.
    pub problems: Vec<Note>,
    /// What was not followed.
    pub gaps: Vec<Note>,
    /// How many files some kind of input looked at.
    pub files: usize,
    /// The directory that places in machine-readable formats are relative to.
    pub root: PathBuf,
    /// Where what reaches some kubelet is written.
    pub delivered: Vec<Place>,
    /// Files that may have requests to ignore findings in them, and whether something is to be said of these requests.
    pub(super) asking: Vec<(Arc<Source>, bool)>,
}

impl Scan {
    pub(super) fn absorb(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.groups.extend(other.groups);
        self.problems.extend(other.problems);
        self.gaps.extend(other.gaps);
        self.files += other.files;
        self.delivered.extend(other.delivered);
        self.asking.extend(other.asking);
    }

    /// Puts everything into the order of the report and says each thing once.
    pub(super) fn finish(&mut self, policy: &Policy, complete: bool) {
        let delivered = std::mem::take(&mut self.delivered);
        let alive = |at: &Place| {
            delivered.iter().any(|d| d.source.path() == at.source.path() && d.start < at.end && at.start < d.end)
        };
        // What is dead on one way and reaches the kubelet on another is not told: another rule judges it there.
        self.findings.retain(|f| f.rule.predicate != Predicate::DeadSetting || !alive(&f.at.place));
        // A request to ignore may stand on the way to one node group and not on that to another, so it is asked before
        // findings about the same thing are one.
        self.asking.sort_by(|(a, _), (b, _)| a.path().cmp(b.path()));
        self.asking.dedup_by(|(again, told), (source, tell)| {
            let same = again.path() == source.path();
            *tell |= same && *told;
            same
        });
        self.asking.retain(|(source, _)| may_ask(&source.bytes()));
        let verdict = policy.judge(std::mem::take(&mut self.findings), &self.asking, complete);
        self.findings = merged(verdict.kept);
        self.hidden = merge::hidden(verdict.hidden);
        self.stale_exceptions = verdict.stale;
        if let Some(baseline) = &policy.baseline {
            let root = self.root.clone();
            let relative = |place: &Place| relative(&root, place.source.path());
            let (new, known, stale) = baseline.part(std::mem::take(&mut self.findings), &relative);
            self.findings = new;
            let hidden = Hidden { why: Why::Baseline, reason: String::new(), place: None };
            self.hidden.extend(known.into_iter().map(|f| (f, hidden.clone())));
            self.stale = if complete { stale } else { Vec::new() };
        }
        self.hidden.sort_by(|(a, _), (b, _)| a.key().cmp(&b.key()));
        self.groups.sort_by(|a, b| (&a.place, &a.name, &a.when).cmp(&(&b.place, &b.name, &b.when)));
        let mut joined: Vec<ShownGroup> = Vec::new();
        for group in self.groups.drain(..) {
            match joined.iter_mut().rev().take(MAX_ALTERNATIVES).find_map(|known| Some((known.joined(&group)?, known)))
            {
                Some((both, known)) => *known = both,
                None => joined.push(group),
            }
        }
        self.groups = joined;
        for notes in [&mut self.problems, &mut self.gaps] {
            notes.sort();
            notes.dedup();
        }
    }

    /// The files that findings and what hides them have a part in, each once.
    pub fn sources(&self) -> Vec<Arc<Source>> {
        let findings = self.findings.iter().chain(self.hidden.iter().map(|(f, _)| f));
        let places = findings.flat_map(|f| f.passes.iter().chain([&f.at.place]));
        let sources: BTreeMap<_, _> = places.map(|p| (p.source.path(), &p.source)).collect();
        sources.into_values().map(Arc::clone).collect()
    }

    /// Takes out findings in which no file has a part that `changed` says has changed.
    pub fn retain_changed(&mut self, changed: &dyn Fn(&Path) -> bool) {
        let keep = |f: &Finding| changed(f.at.place.source.path()) || f.passes.iter().any(|p| changed(p.source.path()));
        self.findings.retain(keep);
        self.hidden.retain(|(f, _)| keep(f));
        self.stale.clear();
    }

    /// How many findings are of `level`.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|f| f.level == level).count()
    }

    /// How many node groups there are; alternatives of one count once.
    pub fn node_groups(&self) -> usize {
        let names: BTreeSet<_> = self.groups.iter().map(|g| (&g.place, &g.name)).collect();
        names.len()
    }

    /// How many node groups have something in them that was not followed.
    pub fn partly_read(&self) -> usize {
        let names: BTreeSet<_> =
            self.groups.iter().filter(|g| !g.unknown.is_empty()).map(|g| (&g.place, &g.name)).collect();
        names.len()
    }

    /// `path` relative to the root of the scan, with forward slashes.
    pub fn relative(&self, path: &Path) -> String {
        relative(&self.root, path)
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
