//! From units to findings, node groups and notes, and which units are read as a part of others.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::boot;
use crate::check::{delivered, judge, judge_unreached, unresolved};
use crate::fix::Fixer;
use crate::input::{self, FileList, INPUTS, Input, Unit, is_watched};
use crate::node::{Booted, Cx, Gap, Given, NodeGroup, Root, Shared, Step, under};
use crate::policy::Policy;
use crate::text::{Files, LIMIT, Origin, Place, Source, Span, Texts, Watched, budget};

use super::effective::{self, ShownGroup};
use super::fault::caught;
use super::net;
use super::note::{Note, Weight, note, problem, remedy};
use super::request::Progress;
use super::results::Scan;
use super::unread;

/// Stack of a worker in bytes. The readers bound their depth to far less; this is the margin.
pub(crate) const STACK: usize = 8 << 20;

/// The most machines that the scripts of one unit launch.
const MAX_LAUNCHES: usize = 64;

/// What a node group takes of the budget of the unit, besides what its boot does: three times as much with all fields.
const GROUP: usize = 20_000;

/// The budget of a run in which each unit may use all that it may. In one of more units, a part of it is shared out, at least so much to
/// each: then those that need more are read again as long as the budget of the run lasts.
const RUN: usize = 256 * budget::UNIT;
const SHARED: usize = RUN / 4;
const LEAST: usize = budget::UNIT / 16;

/// How many of them are read at once.
const TOGETHER: usize = 32;

/// A unit and the kind of input that reads it.
pub(super) type Claimed = (&'static dyn Input, Unit);

/// The units of a list of files.
pub(super) fn units_of(list: &FileList) -> Vec<Claimed> {
    let units = INPUTS.iter().flat_map(|input| input.claim(list).into_iter().map(move |unit| (*input, unit)));
    units.inspect(|(_, unit)| list.claim_all(unit)).collect()
}

/// Reads units, in parallel when there are several.
pub(super) fn read_units(
    units: &[Claimed],
    progress: &Progress,
    read: impl Fn(&Claimed) -> Unwound + Sync,
) -> Vec<Unwound> {
    // A file may belong to several units, and is read with the first of them.
    let files = units.iter().flat_map(|(_, unit)| &unit.files);
    let files: HashMap<&OsStr, AtomicBool> = files.map(|file| (file.as_os_str(), AtomicBool::new(false))).collect();
    progress.expect(files.len());
    let one = |n: usize, most: usize| {
        if progress.is_cancelled() {
            return (Unwound::default(), 0);
        }
        let unit = &units[n];
        let (out, used) =
            budget::within(most, || caught(|| read(unit)).unwrap_or_else(|why| Unwound::failed(unit, &why)));
        let flags = unit.1.files.iter().filter_map(|file| files.get(file.as_os_str()));
        progress.step(flags.filter(|done| !done.swap(true, Ordering::Relaxed)).count());
        (out, used)
    };
    let pool = OnceCell::new();
    let pool = || pool.get_or_init(|| rayon::ThreadPoolBuilder::new().stack_size(STACK).build().ok()).as_ref();
    let most = match units.len() {
        n if n > RUN / budget::UNIT => LEAST.max(SHARED / n),
        _ => budget::UNIT,
    };
    let mut out = in_parallel(pool, units, (0..units.len()).collect(), |n| one(n, most));
    let mut total: usize = out.iter().map(|(_, used)| used).sum();
    let again: Vec<_> = (0..units.len()).filter(|n| most < budget::UNIT && out[*n].1 >= most).collect();
    for some in again.chunks(TOGETHER) {
        if total > RUN {
            break;
        }
        for (n, done) in some.iter().zip(in_parallel(pool, units, some.to_vec(), |n| one(n, budget::UNIT))) {
            total += done.1;
            out[*n] = done;
        }
    }
    out.into_iter().map(|(unit, _)| unit).collect()
}

/// What `read` gives for some of the units, in their order.
fn in_parallel<'a, T: Send>(
    pool: impl Fn() -> Option<&'a ThreadPool>,
    units: &[Claimed],
    which: Vec<usize>,
    read: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    // The units of one file share its tree, which the thread keeps that has read it.
    let mut files: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for n in &which {
        files.entry(&units[*n].1.path).or_default().push(*n);
    }
    let mut files: Vec<_> = files.into_values().collect();
    if files.len() < 2 {
        return which.into_iter().map(read).collect();
    }
    // Units of one kind are adjacent, and some kinds make up most of the work.
    files.sort_unstable();
    let read = |file: Vec<usize>| file.into_iter().map(|n| (n, read(n))).collect::<Vec<_>>();
    let given = rayon::current_thread_index().is_some();
    let mut out: Vec<_> = match (!given).then(pool).flatten() {
        // The number of threads was given.
        None if given => files.into_par_iter().with_max_len(1).flat_map_iter(read).collect(),
        Some(pool) => pool.install(|| files.into_par_iter().with_max_len(1).flat_map_iter(read).collect()),
        None => files.into_iter().flat_map(read).collect(),
    };
    out.sort_unstable_by_key(|(n, _)| *n);
    out.into_iter().map(|(_, unit)| unit).collect()
}

/// The result of reading one unit.
#[derive(Default)]
pub(super) struct Unwound {
    /// The kind of input: one file may be a unit of several kinds.
    pub(super) input: &'static str,
    pub(super) path: PathBuf,
    pub(super) scan: Scan,
    /// True if something that it read or listed differs from the base.
    pub(super) differs: bool,
    /// True if it read a file that was named.
    pub(super) near: bool,
    /// Directories that are checked as a part of this unit.
    covers: Vec<PathBuf>,
    /// Files whose text ends up in what a node group of this unit boots with.
    uses: BTreeSet<PathBuf>,
    /// Files that a node group of this unit with a kubelet has on its nodes.
    delivers: BTreeSet<PathBuf>,
    /// The kind of input counts only as far as nothing delivers its files.
    undelivered: bool,
    /// What it says counts only where no other unit speaks about the same place.
    pub(super) yields: bool,
    /// Where settings and unknown values are written.
    pub(super) known: Vec<Place>,
    /// Values for something that is not in the source, each with what they are, in words.
    pub(super) elsewhere: Vec<(Place, Arc<str>)>,
}

impl Unwound {
    /// A unit that could not be read to its end, because of a fault of this program.
    fn failed((input, unit): &Claimed, why: &str) -> Self {
        let note = Note { weight: Weight::Fault, ..unread::note(&unit.path, why) };
        Self {
            input: input.name(),
            path: unit.path.clone(),
            scan: Scan { problems: vec![note], ..Scan::default() },
            differs: true,
            near: true,
            ..Self::default()
        }
    }
}

impl Scan {
    /// For a unit that yields: drops what is said about known places, node groups that nothing is said about, and problems other
    /// than limits.
    pub(super) fn yield_to(&mut self, known: &net::Known) {
        self.findings.retain(|finding| !known.covers(&finding.at.place));
        self.gaps.retain(|gap| !known.covers(&gap.place));
        self.problems.retain(unread::is_limit);
        // What it boots is only a guess, so it counts for the unit itself alone.
        self.drop_alive();
        self.groups.retain(|group| {
            let mut places = group.settings.iter().filter_map(|setting| setting.place.as_ref()).peekable();
            places.peek().is_some() && !places.any(|place| known.covers(place))
        });
        if self.groups.is_empty() {
            self.gaps.retain(unread::is_limit);
        }
    }
}

/// How a unit is checked as a part of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covered {
    /// The other one calls it, as a module or a nested stack.
    Called,
    /// The other one reads its file as a part of its own text, as a template of user data.
    Used,
}

/// Which units are checked as a part of others: those that an uncovered unit reaches. If units cover each other in a
/// cycle, the first one stays.
pub(super) fn covered(units: &[&Unwound]) -> Vec<Option<Covered>> {
    let mut by_path: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for (n, unit) in units.iter().enumerate() {
        by_path.entry(unit.path.as_path()).or_default().push(n);
    }
    let at = |path: &Path| by_path.get(path).into_iter().flatten().copied();
    let direct = |n: usize| -> Vec<(usize, Covered)> {
        let Unwound { input, path, covers, uses, delivers, .. } = units[n];
        let called = covers.iter().flat_map(|to| at(to)).filter(|m| units[*m].input == *input && *m != n);
        // A file may be read as several kinds of input, none of which uses the others.
        let used = uses.iter().filter(|to| *to != path).flat_map(|to| at(to)).filter(|m| units[*m].input != *input);
        let files = delivers.iter().flat_map(|to| at(to)).filter(|m| units[*m].undelivered && *m != n);
        called.map(|m| (m, Covered::Called)).chain(used.chain(files).map(|m| (m, Covered::Used))).collect()
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

/// From one unit to findings with places. The texts of the unit are dropped here.
pub(super) fn read_unit(
    input: &dyn Input,
    unit: &Unit,
    (files, home, shared): (&Watched<'_>, &Path, &Arc<Shared>),
    policy: &Policy,
    given: &Given,
) -> Unwound {
    budget::unit(|| within_budget(input, unit, (files, home, shared), policy, given))
}

/// Limits that are reached where nothing is left of the budget.
const OF_BUDGET: &[&str] = &["keys and values of one unit", "size of a value", "what one unit may take"];

fn within_budget(
    input: &dyn Input,
    unit: &Unit,
    (files, home, shared): (&Watched<'_>, &Path, &Arc<Shared>),
    policy: &Policy,
    given: &Given,
) -> Unwound {
    let mut cx = Cx::new(files);
    cx.shared = Arc::clone(shared);
    let folder: Arc<Path> = unit.home(files).into();
    let near = policy.within(&folder);
    let policy = near.as_deref().unwrap_or(policy);
    let modules = policy.settings.modules.iter().map(|(source, dir)| (source.clone(), dir.clone()));
    let (modules, var_files) = (modules.chain(given.modules.clone()).collect(), policy.settings.var_files.clone());
    let whole = given.whole || policy.needs_all_fields();
    let given = &Given { var_files, modules, whole, ..given.clone() };
    cx.given = given.clone();
    let rules = policy.judged();
    let options = policy.options();
    let mut fixer = Fixer::new(&options);
    let mut out = Scan::default();
    let (mut uses, mut delivers) = (BTreeSet::new(), BTreeSet::new());
    let mut known = Vec::new();
    let groups = input::read(input, unit, &mut cx);
    let root = root_of(unit, files, home);
    let mut groups: VecDeque<NodeGroup> = groups.into();
    let mut launches = 0;
    while let Some(mut group) = groups.pop_front() {
        own(&mut group, &root);
        policy.assume(&mut group);
        let places: Vec<Span> = group.steps.iter().flat_map(Step::places).collect();
        // A node group without texts stands in the file that describes it.
        uses.extend(cx.texts.files_of(if places.is_empty() { vec![group.place] } else { places }));
        let mut boots = boot::run(&group, &mut cx.boot());
        if !budget::spend(if given.whole { 3 * GROUP } else { GROUP }) {
            // Of what was read in part, nothing is certain.
            break;
        }
        let launched = std::mem::take(&mut cx.launched);
        launches += launched.len();
        if launches > MAX_LAUNCHES {
            budget::reached("machines that scripts launch");
        }
        // What a script launches depends on what the script depends on.
        groups.extend(under(launched.into_iter().filter(|_| launches <= MAX_LAUNCHES), &group.when));
        if group.elsewhere {
            continue;
        }
        if boots.iter().any(|booted| booted.effective.is_some()) {
            let texts = group.steps.iter().filter_map(|step| match step {
                Step::File { content, .. } => Some(content.pieces().iter().map(|piece| piece.whence.span())),
                _ => None,
            });
            delivers.extend(cx.texts.files_of(texts.flatten()));
        }
        for booted in &mut boots {
            report_unknown(booted, group.place);
        }
        for booted in &boots {
            let mut findings = judge(&rules, &options, &group, booted, &cx.texts);
            let sources: Vec<_> = if findings.is_empty() { Vec::new() } else { sources(&cx).cloned().collect() };
            // Data from a running node is not a source that could be fixed.
            for finding in findings.iter_mut().filter(|_| !group.running) {
                match fixer.fix(finding, &sources) {
                    Ok(fix) => finding.fix = Some(fix),
                    Err(why) => finding.unfixed = why,
                }
            }
            out.findings.extend(findings);
            out.delivered.extend(delivered(&group, booted, &cx.texts));
            out.gaps.extend(gaps(&booted.gaps, booted.kubelet(), &cx.texts));
            let unknown = unresolved(&rules, booted).into_iter();
            out.gaps.extend(unknown.map(|words| note(group.place, words, Weight::Grave, &cx.texts)));
            known.extend(net::origins(net::settings(&group, booted), &cx.texts));
            known.extend(net::unknowns(&booted.gaps, &cx.texts));
        }
        known.extend(net::unknowns(&group.gaps, &cx.texts));
        out.gaps.extend(gaps(&group.gaps, boots.iter().any(Booted::kubelet), &cx.texts));
        out.groups.extend(boots.iter().map(|booted| ShownGroup::of(&group, booted, (given.whole, &cx.texts))));
    }
    out.groups = effective::joined(out.groups);
    uses.extend(std::mem::take(&mut cx.claims.uses));
    for group in &mut cx.claims.unreached {
        own(group, &root);
        out.findings.extend(judge_unreached(&rules, &options, group, &cx.texts));
        let settings = group.ineffective.iter().map(|i| &i.setting).chain(group.handed.iter().map(|h| &h.setting));
        known.extend(net::origins(settings, &cx.texts));
    }
    known.extend(net::unknowns(&cx.notes.gaps, &cx.texts));
    let elsewhere = std::mem::take(&mut cx.claims.elsewhere);
    let elsewhere =
        elsewhere.into_iter().map(|(at, words)| (cx.texts.place(cx.texts.trail(at).origin()), words)).collect();
    out.delivered.sort();
    out.delivered.dedup();
    out.findings.iter_mut().for_each(|finding| finding.home = Some(Arc::clone(&folder)));
    out.gaps.extend(gaps(&cx.notes.gaps, true, &cx.texts));
    out.problems.extend(cx.notes.problems.iter().map(|p| problem(p, &cx.texts)));
    let named: BTreeSet<PathBuf> = out.problems.iter().map(|p| p.place.source.path().to_owned()).collect();
    let broken = input::unparsed(&cx).into_iter().filter(|(place, _)| !named.contains(place.source.path()));
    out.problems.extend(broken.map(|(place, message)| Note { place, message, weight: Weight::Unread, remedy: "" }));
    let first = unit.files.first().unwrap_or(&unit.path);
    // Where it is known what a limit makes unknown, that place says it.
    let grave = out.gaps.iter().filter(|gap| gap.weight == Weight::Grave);
    let said: BTreeSet<&str> = grave.map(|gap| gap.message.as_str()).collect();
    let spent = budget::is_spent();
    let mut limits = budget::limits();
    limits.retain(|what| !(said.contains(&*format!("{LIMIT}{what}")) || spent && OF_BUDGET.contains(what)));
    out.problems.extend(limits.into_iter().map(|what| unread::limit(first, what)));
    if spent {
        out.problems.push(unread::budget(unit));
    }
    out.problems.extend(cx.refused.iter().map(|(path, error)| unread::note(path, &error.problem())));
    // Of its own files, those are named that say something.
    let others = files.large().into_iter().filter(|path| *path != unit.path && !unit.files.contains(path));
    out.problems.extend(others.filter_map(|path| unread::large(&path, files)));
    out.asking.extend(sources(&cx).map(|s| (Arc::clone(s), true)));
    let undelivered = input.judges_what_nothing_delivers();
    let (path, covers, differs) = (unit.path.clone(), std::mem::take(&mut cx.claims.covers), files.differs());
    let near = files.near();
    Unwound {
        input: input.name(),
        path,
        scan: out,
        differs,
        near,
        covers,
        uses,
        delivers,
        undelivered,
        yields: input.yields(),
        known,
        elsewhere,
    }
}

/// Gives a node group the root of its unit, unless it belongs to an application.
fn own(group: &mut NodeGroup, root: &Root) {
    if group.root == Root::default() {
        group.root = root.clone();
    }
}

/// The files that a unit has read.
fn sources<'a>(cx: &'a Cx<'_>) -> impl Iterator<Item = &'a Arc<Source>> {
    cx.read.iter().filter_map(|id| match &cx.texts.get(*id).origin {
        Origin::Source(source) => Some(source),
        Origin::Made { .. } => None,
    })
}

/// What the node groups of a unit belong to. A file is named as its text is, which may come from standard input.
fn root_of(unit: &Unit, files: &dyn Files, home: &Path) -> Root {
    match unit.root() {
        (folder, true) => Root::folder(folder, home),
        (file, false) => Root::file(files.read(file).as_ref().map_or(file, |source| source.path()), home),
    }
}

/// Unknown values that settings depend on are gaps, even if the boot did not record them. `place` is the fallback.
fn report_unknown(booted: &mut Booted, place: Span) {
    let runtimes = booted.runtimes.iter().map(|r| &r.timeout);
    let settled = booted.effective.iter().flat_map(|e| &e.fields).chain(runtimes);
    for settled in settled.filter(|s| !s.depends_on_version()) {
        if let Some(why) = settled.unknown.as_ref().filter(|why| booted.gaps.iter().all(|g| g.why != **why)) {
            let at = settled.winner.as_ref().map_or(place, |s| s.at);
            booted.gaps.push(Gap { at, why: why.clone() });
        }
    }
}

/// What could not be resolved, with whether it could hold a watched setting: parts of arguments and files that cannot are
/// not recorded at all, so in a node with a kubelet (`kubelet`) all of it could. Elsewhere a value could that is missing,
/// but a construct only in a text with a watched word.
fn gaps<'a>(gaps: &'a [Gap], kubelet: bool, texts: &'a Texts) -> impl Iterator<Item = Note> + 'a {
    gaps.iter().map(move |gap| {
        let could = kubelet || gap.why.name().is_some() || is_watched(&texts.view(gap.at.text).bytes);
        let note = note(gap.at, gap.why.to_string(), if could { Weight::Grave } else { Weight::None }, texts);
        Note { remedy: remedy(&gap.why, note.place.source.path()), ..note }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::{
        Claimed, Covered, FileList, Progress, RUN, Scan, TOGETHER, Unwound, Weight, budget, covered, read_units,
        units_of,
    };

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
                    covers: covers.iter().map(PathBuf::from).collect(),
                    ..Unwound::default()
                })
                .collect();
            let expected: Vec<_> = expected.iter().map(|called| called.then_some(Covered::Called)).collect();
            assert_eq!(covered(&units.iter().collect::<Vec<_>>()), expected);
        }
    }

    #[test]
    fn a_panic_is_a_problem_of_its_unit() {
        let list = FileList::of(vec![PathBuf::from("/a/x.sh"), PathBuf::from("/a/y.sh")]);
        let units = units_of(&list);
        assert!(units.len() > 1);
        let read = |unit: &Claimed| {
            assert!(!unit.1.path.ends_with("x.sh"), "as a fault would");
            Unwound::failed(unit, "read")
        };
        let out = read_units(&units, &Progress::default(), read);
        for unit in out {
            let problem = &unit.scan.problems[0];
            assert_eq!(problem.message.contains("this is a bug"), unit.path.ends_with("x.sh"), "{}", problem.message);
            assert_eq!(problem.weight, Weight::Fault);
        }
    }

    #[test]
    fn many_units_that_need_all_they_may_share_the_budget_of_the_run() {
        let whole = |files: usize| {
            let units = units_of(&FileList::of((0..files).map(|n| PathBuf::from(format!("/a/{n:04}.sh"))).collect()));
            assert!(units.len() >= files);
            let read = |unit: &Claimed| {
                let ends = budget::unit(|| budget::spend(budget::UNIT - 1));
                Unwound { yields: ends, ..Unwound::failed(unit, "read") }
            };
            let out = read_units(&units, &Progress::default(), read);
            let whole = out.iter().take_while(|unit| unit.yields).count();
            assert!(out.iter().skip(whole).all(|unit| !unit.yields), "the first ones are read again");
            (whole, out.len())
        };
        let (some, all) = whole(9);
        assert_eq!(some, all);
        let (some, all) = whole(600);
        assert!(some > TOGETHER && some < all && some <= RUN / budget::UNIT + TOGETHER, "{some} of {all}");
    }

    #[test]
    fn a_file_whose_text_another_unit_uses_is_judged_there() {
        let unit = |input, path: &str, covers: &[&str], uses: &[&str]| Unwound {
            input,
            path: PathBuf::from(path),
            scan: Scan::default(),
            differs: false,
            near: false,
            covers: covers.iter().map(PathBuf::from).collect(),
            uses: uses.iter().map(PathBuf::from).collect(),
            delivers: BTreeSet::new(),
            undelivered: false,
            yields: false,
            known: Vec::new(),
            elsewhere: Vec::new(),
        };
        let units = [
            unit("terraform", "a", &["b"], &["a/main.tf", "b/boot.sh"]),
            unit("terraform", "b", &[], &["b/boot.sh"]),
            unit("script", "b/boot.sh", &[], &["b/boot.sh"]),
            unit("user-data", "b/boot.sh", &[], &[]),
            unit("script", "c.sh", &[], &["c.sh"]),
        ];
        let used = Some(Covered::Used);
        assert_eq!(covered(&units.iter().collect::<Vec<_>>()), [None, Some(Covered::Called), used, used, None]);
    }
}
