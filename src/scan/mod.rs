//! The whole pipeline on one screen: paths, files, units, node groups, boots, findings.

mod compare;
mod effective;
mod merge;
mod narrow;
mod overlay;
mod request;
mod stdin;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::boot;
use crate::check::{Finding, Level, Predicate, delivered, judge, judge_unreached};
use crate::collect;
use crate::fix;
use crate::input::{FileList, INPUTS, Input, Unit};
use crate::node::{Booted, Cx, Gap, Given, Problem, Shared, Step};
use crate::policy::{Hidden, Policy, Why, may_ask};
use crate::text::{Disk, Files, Origin, Place, Source, Span, Texts};
use crate::value::MAX_ALTERNATIVES;

use merge::merged;

pub use compare::{Compared, Difference, compare};
pub use effective::{ShownGroup, ShownSetting};
pub use overlay::Edited;
pub use request::{GivenVariable, Progress, Request, ScanError};

/// Stack of a worker in bytes. The readers bound their depth to far less; this is the margin.
const STACK: usize = 8 << 20;

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
    asking: Vec<(Arc<Source>, bool)>,
}

/// Something to tell about a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The place.
    pub place: Place,
    /// One line, lower case, no full stop.
    pub message: String,
}

/// Scans what `request` names.
///
/// # Errors
/// If a path that was named cannot be read, or standard input cannot.
pub fn scan(request: &Request) -> Result<Scan, ScanError> {
    let given = Given { parameters: request.parameter_files()?, variables: request.variables()? };
    let mut total = Scan::default();
    if let Some(text) = &request.stdin {
        let files = stdin::Piped::new(text, request.stdin_name.as_deref(), &request.current)?;
        let list = FileList { files: vec![files.path().to_owned()] };
        total.absorb(scan_files(&list, &files, request, &given, None));
        total.root = collect::root_of(&request.current, &request.current);
    }
    for (root, paths) in request.by_root()? {
        let disk = Disk::new(&root).map_err(|e| ScanError::unreadable(&root, &e.to_string()))?;
        let mut list = FileList::default();
        for path in paths {
            let found = collect::collect(&path, request.no_ignore);
            let wanted = |file: &PathBuf| !request.policy.excludes(file);
            if let Some((at, words)) = found.unreadable.iter().find(|(at, _)| *at == path) {
                return Err(ScanError::unreadable(at, words));
            }
            list.files.extend(found.files.into_iter().filter(wanted));
        }
        let named = narrow::Named::of(request, &root);
        if let Some(named) = &named {
            named.widen(&mut list, request, &disk);
        }
        list.files.sort();
        list.files.dedup();
        for path in request.named_files() {
            if path.starts_with(&root) {
                disk.check(&path).map_err(|e| ScanError::unreadable(&path, &e.to_string()))?;
            }
        }
        let overlay = overlay::Overlay { disk, edited: &request.edited };
        total.absorb(scan_files(&list, &overlay, request, &given, named.as_ref()));
        let disk = &overlay.disk;
        if total.root.as_os_str().is_empty() {
            disk.root().clone_into(&mut total.root);
        }
    }
    total.finish(&request.policy, request.is_complete());
    Ok(total)
}

/// Reads all units of `list`, in parallel when there are several.
fn scan_files(
    list: &FileList,
    files: &dyn Files,
    request: &Request,
    given: &Given,
    named: Option<&narrow::Named>,
) -> Scan {
    let units: Vec<(&dyn Input, Unit)> =
        INPUTS.iter().flat_map(|input| input.claim(list).into_iter().map(move |unit| (*input, unit))).collect();
    let shared = Arc::default();
    request.progress.expect(units.len());
    let one = |(input, unit): &(&dyn Input, Unit)| {
        let out = read_unit(*input, unit, (files, &shared), request, given);
        request.progress.step();
        out
    };
    let results: Vec<Unwound> = match units.as_slice() {
        [] | [_] => units.iter().map(one).collect(),
        _ => match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
            // The units of one kind stand side by side, and those of some kinds are all the work.
            Ok(pool) => pool.install(|| units.par_iter().with_max_len(1).map(one).collect()),
            Err(_) => units.iter().map(one).collect(),
        },
    };
    let claimed: BTreeSet<_> = units.iter().flat_map(|(_, unit)| &unit.files).collect();
    let files = claimed.iter().filter(|path| named.is_none_or(|n| n.has(path))).count();
    let mut total = Scan { files, ..Scan::default() };
    let covered = covered(&results);
    for (result, covered) in results.into_iter().zip(covered) {
        match covered {
            None => total.absorb(result.scan),
            // What is wrong with its files is told all the same.
            Some(Covered::Called) => total.problems.extend(result.scan.problems),
            // By itself it may be no whole text at all.
            Some(Covered::Used) => {}
        }
    }
    if let Some(named) = named {
        named.narrow(&mut total);
    }
    total
}

/// What came of a unit.
struct Unwound {
    /// The kind of input: one file may be a unit of several.
    input: &'static str,
    path: PathBuf,
    scan: Scan,
    /// Directories that are judged through this unit.
    covers: Vec<PathBuf>,
    /// Files whose text ends up in what a node group of this unit boots with.
    uses: BTreeSet<PathBuf>,
}

/// How a unit is judged through another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Covered {
    /// The other one calls it, as a module or a nested stack.
    Called,
    /// The other one reads its file as a part of its own text, as a template of user data.
    Used,
}

/// Which units are judged through others: those that a unit reaches which nobody covers. Of units that cover each other in a
/// circle the first one stays.
fn covered(units: &[Unwound]) -> Vec<Option<Covered>> {
    let mut by_path: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for (n, unit) in units.iter().enumerate() {
        by_path.entry(unit.path.as_path()).or_default().push(n);
    }
    let at = |path: &Path| by_path.get(path).into_iter().flatten().copied();
    let direct = |n: usize| -> Vec<(usize, Covered)> {
        let Unwound { input, path, covers, uses, .. } = &units[n];
        let called = covers.iter().flat_map(|to| at(to)).filter(|m| units[*m].input == *input && *m != n);
        // A file may be read as several kinds of input, none of which uses the others.
        let used = uses.iter().filter(|to| *to != path).flat_map(|to| at(to)).filter(|m| units[*m].input != *input);
        called.map(|m| (m, Covered::Called)).chain(used.map(|m| (m, Covered::Used))).collect()
    };
    let mut out = vec![None; units.len()];
    let named: BTreeSet<usize> = (0..units.len()).flat_map(direct).map(|(m, _)| m).collect();
    let mut stays = vec![false; units.len()];
    let roots = (0..units.len()).filter(|n| !named.contains(n)).chain(0..units.len());
    for root in roots {
        if stays[root] || out[root].is_some() {
            continue;
        }
        stays[root] = true;
        let mut open = vec![root];
        while let Some(n) = open.pop() {
            for (m, how) in direct(n) {
                if !stays[m] && out[m].is_none() {
                    out[m] = Some(how);
                    open.push(m);
                }
            }
        }
    }
    out
}

/// From one unit to findings with places. The texts of the unit end here.
fn read_unit(
    input: &dyn Input,
    unit: &Unit,
    (files, shared): (&dyn Files, &Arc<Shared>),
    request: &Request,
    given: &Given,
) -> Unwound {
    let mut cx = Cx::new(files);
    cx.shared = Arc::clone(shared);
    cx.given = given.clone();
    let rules = request.policy.rules();
    let options = request.policy.options();
    let mut out = Scan::default();
    let mut uses = BTreeSet::new();
    for mut group in input.read(unit, &mut cx) {
        request.policy.assume(&mut group);
        uses.extend(cx.texts.files_of(group.steps.iter().flat_map(Step::places)));
        let mut boots = boot::run(&group, &mut cx.boot());
        for booted in &mut boots {
            tell_unknown(booted, group.place);
        }
        for booted in &boots {
            let mut findings = judge(&rules, &options, &group, booted, &cx.texts);
            // What was seen on a running node is not a source that could be fixed.
            for finding in findings.iter_mut().filter(|_| !group.running) {
                finding.fix = fix::fix(finding, &options);
            }
            out.findings.extend(findings);
            out.delivered.extend(delivered(booted, &cx.texts));
            out.gaps.extend(gaps(&booted.gaps, &cx.texts));
        }
        out.gaps.extend(gaps(&group.gaps, &cx.texts));
        out.groups.extend(boots.iter().map(|booted| ShownGroup::of(&group, booted, &cx.texts)));
    }
    uses.extend(std::mem::take(&mut cx.claims.uses));
    for group in &cx.claims.unreached {
        out.findings.extend(judge_unreached(&rules, group, &cx.texts));
    }
    out.delivered.sort();
    out.delivered.dedup();
    out.gaps.extend(gaps(&cx.notes.gaps, &cx.texts));
    out.problems.extend(cx.notes.problems.iter().map(|p: &Problem| note(p.at, p.message.clone(), &cx.texts)));
    let sources = cx.read.iter().filter_map(|id| match &cx.texts.get(*id).origin {
        Origin::Source(source) => Some(source),
        Origin::Made { .. } => None,
    });
    out.asking.extend(sources.map(|s| (Arc::clone(s), true)));
    Unwound { input: input.name(), path: unit.path.clone(), scan: out, covers: cx.claims.covers, uses }
}

/// What settings hang on is a gap, also where the boot has made no note of it. `place` stands for what has no place.
fn tell_unknown(booted: &mut Booted, place: Span) {
    let runtimes = booted.runtimes.iter().map(|r| &r.timeout);
    let settled = booted.effective.iter().flat_map(|e| &e.fields).chain(runtimes);
    for settled in settled.filter(|s| !s.depends_on_version()) {
        if let Some(why) = settled.unknown.as_ref().filter(|why| booted.gaps.iter().all(|g| g.why != **why)) {
            let at = settled.winner.as_ref().map_or(place, |s| s.at);
            booted.gaps.push(Gap { at, why: why.clone() });
        }
    }
}

fn gaps<'a>(gaps: &'a [Gap], texts: &'a Texts) -> impl Iterator<Item = Note> + 'a {
    gaps.iter().map(|gap| note(gap.at, gap.why.to_string(), texts))
}

/// A note at the place in a file that `at` leads to.
fn note(at: Span, message: String, texts: &Texts) -> Note {
    Note { place: texts.place(texts.trail(at).origin()).first_line(), message }
}

impl Scan {
    fn absorb(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.groups.extend(other.groups);
        self.problems.extend(other.problems);
        self.gaps.extend(other.gaps);
        self.files += other.files;
        self.delivered.extend(other.delivered);
        self.asking.extend(other.asking);
    }

    /// Puts everything into the order of the report and says each thing once.
    fn finish(&mut self, policy: &Policy, complete: bool) {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::{Covered, Scan, Unwound, covered};

    #[test]
    fn a_module_is_judged_through_its_callers_and_a_circle_through_its_first() {
        for (units, expected) in [
            (&[("a", &["b"][..]), ("b", &["c"]), ("c", &[])][..], &[false, true, true][..]),
            (&[("a", &[]), ("b", &["a"])], &[true, false]),
            (&[("a", &["b"]), ("b", &["a"])], &[false, true]),
            (&[("a", &["a"])], &[false]),
            (&[("a", &["b"]), ("b", &["a"]), ("c", &["b"])], &[true, true, false]),
        ] {
            let units: Vec<_> = units
                .iter()
                .map(|(path, covers)| Unwound {
                    input: "terraform",
                    path: PathBuf::from(path),
                    scan: Scan::default(),
                    covers: covers.iter().map(PathBuf::from).collect(),
                    uses: BTreeSet::new(),
                })
                .collect();
            let expected: Vec<_> = expected.iter().map(|called| called.then_some(Covered::Called)).collect();
            assert_eq!(covered(&units), expected);
        }
    }

    #[test]
    fn a_file_whose_text_another_unit_uses_is_judged_there() {
        let unit = |input, path: &str, covers: &[&str], uses: &[&str]| Unwound {
            input,
            path: PathBuf::from(path),
            scan: Scan::default(),
            covers: covers.iter().map(PathBuf::from).collect(),
            uses: uses.iter().map(PathBuf::from).collect(),
        };
        let units = [
            unit("terraform", "a", &["b"], &["a/main.tf", "b/boot.sh"]),
            unit("terraform", "b", &[], &["b/boot.sh"]),
            unit("script", "b/boot.sh", &[], &["b/boot.sh"]),
            unit("user-data", "b/boot.sh", &[], &[]),
            unit("script", "c.sh", &[], &["c.sh"]),
        ];
        let used = Some(Covered::Used);
        assert_eq!(covered(&units), [None, Some(Covered::Called), used, used, None]);
    }
}
