//! The results of a scan: collected unit by unit, then sorted for the report.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::{Finding, Level, Predicate};
use crate::collect;
use crate::policy::{Coverage, Hidden, Policy, Tree, Why, may_ask};
use crate::text::{Place, Source, quoting_no_secrets, relative_to};
use crate::value::MAX_ALTERNATIVES;

use super::effective::ShownGroup;
use super::merge::{self, merged};
use super::net;
use super::note::{Note, Weight};
use super::veil::Veil;

/// The longest message, in characters.
const MAX_MESSAGE: usize = 1000;

/// The results of a scan.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Findings, sorted by place, then rule. No two are about the same thing.
    pub findings: Vec<Finding>,
    /// True if the findings were compared with those of a commit.
    pub(crate) compared: bool,
    /// Findings that the base has as well, and whether their path passes through a file that differs there.
    pub(crate) existing: Vec<(Finding, bool)>,
    /// Suppressed findings with the reasons, in the same order.
    pub(crate) hidden: Vec<(Finding, Hidden)>,
    /// What the change hides, compared with the base.
    pub(crate) veils: Vec<Veil>,
    /// Stale entries of the baseline, as messages.
    pub stale: Vec<String>,
    /// Exceptions of the configuration that no longer have an effect, as messages.
    pub stale_exceptions: Vec<String>,
    /// The effective configuration of every node group, sorted by place, then name.
    pub groups: Vec<ShownGroup>,
    /// Places in files that mention a zero of which nothing shows that a node uses it; zeros come first. If a rule makes them
    /// findings, they are there instead.
    pub unreached: Vec<Finding>,
    /// Problems of the input.
    pub problems: Vec<Note>,
    /// What could not be resolved.
    pub gaps: Vec<Note>,
    /// The files of the configurations in use: that of the run, then those of folders, with their keys that do not count here.
    pub(crate) configurations: Vec<(PathBuf, Vec<&'static str>)>,
    /// What was read and what the configuration excludes.
    pub(crate) coverage: Coverage,
    /// The number of findings that would fail a run if the configuration did not set levels or `fail-on`.
    pub(crate) lowered: usize,
    /// The number of files that were read.
    pub files: usize,
    /// The directory that places in machine-readable formats are relative to.
    pub root: PathBuf,
    /// Where the settings that reach a kubelet are written.
    pub(crate) delivered: Vec<Place>,
    /// Files that may contain ignore requests, and whether to report on these requests.
    pub(super) asking: Vec<(Arc<Source>, bool)>,
}

impl Scan {
    pub(super) fn absorb(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.groups.extend(other.groups);
        self.problems.extend(other.problems);
        self.gaps.extend(other.gaps);
        self.unreached.extend(other.unreached);
        self.files += other.files;
        self.coverage.excluded.extend(other.coverage.excluded);
        self.coverage.shared.extend(other.coverage.shared);
        self.delivered.extend(other.delivered);
        self.asking.extend(other.asking);
    }

    /// Bounds every message, and hides the secrets that it quotes.
    fn shorten(&mut self) {
        let notes = self.problems.iter_mut().chain(&mut self.gaps);
        notes.for_each(|note| shorten(&mut note.message));
        for finding in self.findings.iter_mut().chain(&mut self.unreached) {
            [&mut finding.headline, &mut finding.help, &mut finding.at.label].into_iter().for_each(shorten);
            finding.notes.iter_mut().for_each(shorten);
            finding.hops.iter_mut().for_each(|hop| shorten(&mut hop.words));
        }
        for group in &mut self.groups {
            group.why_not.iter_mut().for_each(shorten);
            group.unknown.iter_mut().for_each(|note| shorten(&mut note.message));
        }
    }

    /// Drops findings that a setting never reaches a kubelet if it does under some conditions: other rules check it there.
    /// Afterwards nothing counts as delivered.
    pub(super) fn drop_alive(&mut self) {
        let delivered = net::Known::new(&std::mem::take(&mut self.delivered), []);
        self.findings.retain(|f| f.rule.predicate != Predicate::DeadSetting || !delivered.covers(&f.at.place));
    }

    /// Sorts everything for the report and removes duplicates. Only what is in the folders `complete` is said to have no effect.
    pub(super) fn finish(&mut self, policy: &Policy, complete: Vec<PathBuf>) {
        self.coverage.complete = complete;
        self.shorten();
        self.drop_alive();
        // An ignore request may be on the path to one node group and not to another, so it is applied before
        // findings about the same thing are merged.
        self.asking.extend(self.unreached.iter().map(|f| (Arc::clone(&f.at.place.source), true)));
        self.asking.sort_by(|(a, _), (b, _)| a.path().as_os_str().cmp(b.path().as_os_str()));
        self.asking.dedup_by(|(again, told), (source, tell)| {
            let same = again.path() == source.path();
            *tell |= same && *told;
            same
        });
        self.asking.retain(|(source, _)| may_ask(&source.bytes()));
        // Where no rule makes them findings, they stay what they are.
        let rules = |f: &Finding| {
            let near = f.at.place.source.path().parent().and_then(|dir| policy.within(dir));
            let mut rules = near.as_deref().unwrap_or(policy).rules();
            rules.retain(|rule| rule.predicate == Predicate::Unreached);
            rules
        };
        let mut findings = std::mem::take(&mut self.findings);
        for f in std::mem::take(&mut self.unreached) {
            let rules = rules(&f);
            let covered = rules.iter().filter(|rule| rule.covers_name(&f.field));
            findings.extend(covered.map(|rule| Finding { rule, level: rule.level, ..f.clone() }));
            if rules.is_empty() {
                findings.push(f);
            }
        }
        let mut verdict = policy.judge(findings, &self.asking, &self.coverage);
        let mention = |f: &Finding| f.rule.predicate == Predicate::Unreached && rules(f).is_empty();
        (self.unreached, verdict.kept) = verdict.kept.into_iter().partition(mention);
        self.findings = merged(verdict.kept);
        self.configurations = policy.configurations();
        self.hidden = merge::hidden(verdict.hidden);
        self.stale_exceptions = verdict.stale;
        if let Some(baseline) = &policy.baseline {
            let root = self.root.clone();
            let relative = |place: &Place| relative(&root, place.source.path());
            let was_read = |path: &str| self.coverage.has(&root.join(path));
            let exists = |path: &str| collect::is_there(&root, path);
            let tree = Tree { relative: &relative, exists: &exists, was_read: &was_read };
            let (new, known, stale) = baseline.part(std::mem::take(&mut self.findings), &tree);
            self.findings = new;
            let hidden = Hidden { why: Why::Baseline, reason: String::new(), place: None };
            self.hidden.extend(known.into_iter().map(|f| (f, hidden.clone())));
            self.stale = stale;
        }
        self.hidden.sort_by(|(a, _), (b, _)| a.key().cmp(&b.key()));
        self.groups.sort_by(|a, b| (&a.place, &a.name, &a.root, &a.when).cmp(&(&b.place, &b.name, &b.root, &b.when)));
        let mut joined: Vec<ShownGroup> = Vec::new();
        for group in self.groups.drain(..) {
            let same = joined.iter_mut().rev().take(MAX_ALTERNATIVES).take_while(|known| known.is_named_as(&group));
            match same.into_iter().find_map(|known| Some((known.joined(&group)?, known))) {
                Some((both, known)) => *known = both,
                None => joined.push(group),
            }
        }
        self.groups = joined;
        // What this program does not follow is its own lack, and no property of the source.
        let mut limits: Vec<_> = self.gaps.iter().filter(|gap| gap.weight == Weight::Grave && gap.is_limit()).collect();
        limits.sort();
        // The first place of a file where one is reached says it: what follows is often reached with it.
        let mut told = BTreeSet::new();
        limits.retain(|gap| told.insert((gap.place.source.path(), &gap.message)));
        let limits: Vec<_> = limits.iter().map(|gap| Note { weight: Weight::Unread, ..(*gap).clone() }).collect();
        self.problems.extend(limits);
        // A syntax error is said once, also where another reader has seen other parts of the file.
        let grave = self.problems.iter().filter(|p| p.weight == Weight::Grave);
        let grave: BTreeSet<_> = grave.map(|p| (p.place.source.path().to_owned(), p.message.clone())).collect();
        let again = |p: &Note| {
            p.weight == Weight::Unread && grave.contains(&(p.place.source.path().to_owned(), p.message.clone()))
        };
        self.problems.retain(|problem| !again(problem));
        for notes in [&mut self.problems, &mut self.gaps] {
            notes.sort();
            // The last one weighs most.
            notes.dedup_by(|next, kept| {
                let same = next.place == kept.place && next.message == kept.message;
                if same {
                    kept.weight = next.weight;
                }
                same
            });
        }
    }

    /// The number of findings with `level`.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|f| f.level == level).count()
    }

    /// The number of node groups; alternatives of one count once.
    pub fn node_groups(&self) -> usize {
        let names: BTreeSet<_> = self.groups.iter().map(|g| (&g.root, &g.name, &g.place)).collect();
        names.len()
    }

    /// The number of node groups that are only partly resolved.
    pub(crate) fn partly_read(&self) -> usize {
        let names: BTreeSet<_> =
            self.groups.iter().filter(|g| !g.unknown.is_empty()).map(|g| (&g.root, &g.name, &g.place)).collect();
        names.len()
    }

    /// `path` relative to the root of the scan, with forward slashes.
    pub(crate) fn relative(&self, path: &Path) -> String {
        relative(&self.root, path)
    }
}

/// Bounds a message, and hides the secrets that it quotes.
fn shorten(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        // A value that is cut stays between backticks.
        message.push_str(if message.matches('`').count() % 2 == 1 { "…`" } else { "…" });
    }
    if let Cow::Owned(shown) = quoting_no_secrets(message) {
        *message = shown;
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let path = relative_to(root, path);
    let shown = path.to_string_lossy();
    if cfg!(windows) { shown.replace('\\', "/") } else { shown.into_owned() }
}
