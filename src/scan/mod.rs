//! The whole pipeline: paths, files, units, node groups, boots, findings.

mod area;
mod base;
mod before;
mod beside;
mod changes;
mod comments;
mod compare;
mod effective;
mod fault;
mod hides;
mod kept;
mod known;
mod merge;
mod narrow;
mod net;
mod note;
mod overlay;
mod request;
mod results;
mod search;
mod shared;
mod stdin;
mod units;
mod unread;
mod veil;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::input::Group;
use crate::text::{FileError, Watched};

use area::{Area, areas};
use before::Before;
use units::{Covered, Unwound, covered, read_unit, read_units};

pub(crate) use base::{Base, is_repository};
pub(crate) use changes::{Changes, changed};
pub(crate) use comments::Edit;
pub(crate) use compare::{Compared, compare};
pub(crate) use effective::{ShownControl, ShownWhole, field_complaint};
pub use effective::{ShownGroup, ShownSetting};
pub use fault::{caught, keep_panics_quiet};
pub(crate) use kept::Kept;
pub use note::{Note, Weight};
pub(crate) use request::{GivenVariable, Progress};
pub use request::{Request, ScanError};
pub use results::Scan;
pub(crate) use units::STACK;
pub(crate) use veil::Veil;

/// Takes back as little memory as possible, because the process ends soon.
pub(crate) fn leave() {
    crate::input::leave();
}

/// Scans what `request` names.
///
/// # Errors
/// If a named path or standard input cannot be read, or the base is not complete.
pub fn scan(request: &Request) -> Result<Scan, ScanError> {
    let Some(jobs) = request.jobs else { return scanned(request) };
    match rayon::ThreadPoolBuilder::new().stack_size(STACK).num_threads(jobs.into()).build() {
        Ok(pool) => pool.install(|| scanned(request)),
        Err(_) => scanned(request),
    }
}

fn scanned(request: &Request) -> Result<Scan, ScanError> {
    let given = request.given()?;
    let areas = areas(request, &given)?;
    let mut total = Scan { root: areas.first().map(|area| area.root.clone()).unwrap_or_default(), ..Scan::default() };
    let mut before = Vec::new();
    for area in &areas {
        let base = request.base.as_deref().filter(|base| base.commit.root() == area.files.root());
        let earlier = base.map(|base| base.files(&*area.files));
        let units = area.units();
        let shared = Arc::default();
        let is_named = |path: &Path| area.named.as_ref().is_some_and(|named| named.leads_to(path));
        let mut results = read_units(&units, &request.progress, |(input, unit)| {
            let files = Watched::new(&*area.files, earlier.as_ref()).with_named(&is_named);
            read_unit(*input, unit, (&files, &total.root, &shared), &request.policy, &given)
        });
        if request.progress.is_cancelled() {
            return Err(ScanError::plain("the scan was cancelled".to_owned()));
        }
        if let Some(beside) = &area.beside {
            beside.narrow(&mut results);
        }
        let in_question = |base: &&Base| !base.keeps_named || results.iter().any(|unit| area.has_other_findings(unit));
        if let (Some(base), Some(earlier)) = (base.filter(in_question), earlier) {
            let known = Before::of(base, &earlier, area, (&units, &results), (request, &total.root))?;
            before.push((earlier, known));
        }
        let found = gathered(area, results);
        total.absorb(found);
    }
    if let Some(error) = request.policy.failure() {
        return Err(error.into());
    }
    total.finish(&request.policy, request.complete());
    if let Some(base) = &request.base {
        let policy = || Request { policy: base.policy.clone(), base: None, ..request.clone() };
        if !base.keeps_named {
            let changed = before.first().map(|(earlier, _)| base.changed(&request.policy, earlier)).unwrap_or_default();
            let then = if changed.is_empty() { None } else { Some(scanned(&policy())?) };
            total.veils = hides::veils(&total, then.as_ref(), (request, base, &changed), &before);
        }
        let keeps = |path: &Path| areas.iter().any(|area| area.named.as_ref().is_some_and(|named| named.has(path)));
        known::part(&mut total, &before, base.keeps_named.then_some(&keeps));
    }
    total.lowered = total.findings.iter().filter(|f| request.policy.lowers(f)).count();
    Ok(total)
}

/// What the units of an area have found; units that are read as a part of others count there.
fn gathered(area: &Area, results: Vec<Unwound>) -> Scan {
    let named = area.named.as_ref();
    let files = area.list.claimed().filter(|(path, _)| named.is_none_or(|n| n.has(path))).count();
    let mut total = Scan { files, ..Scan::default() };
    total.coverage.excluded.clone_from(&area.excluded);
    // A plan that is too large to be read as a whole is read as a stream.
    let large = |path: &Path| matches!(area.files.read(path), Err(FileError::TooLarge(_)));
    let read: BTreeSet<PathBuf> =
        results.iter().filter(|r| !r.scan.asking.is_empty() && large(&r.path)).map(|r| r.path.clone()).collect();
    let covered = covered(&results.iter().collect::<Vec<_>>());
    let (mut places, mut elsewhere) = (Vec::new(), Vec::new());
    let mut near = BTreeSet::new();
    // Those that yield come last.
    let (last, first): (Vec<_>, Vec<_>) = results.into_iter().zip(covered).partition(|(result, _)| result.yields);
    let mut spoken: Option<net::Known> = None;
    for (mut result, covered) in first.into_iter().chain(last) {
        if result.yields {
            result.scan.yield_to(spoken.get_or_insert_with(|| net::Known::new(&places, [])));
        }
        match covered {
            None => {
                places.extend(result.known);
                elsewhere.extend(result.elsewhere);
                if result.near {
                    near.extend(result.scan.groups.iter().map(|g| (g.root.clone(), g.name.clone())));
                }
                total.absorb(result.scan);
            }
            // Problems of its files are reported all the same.
            Some(Covered::Called) => total.problems.extend(result.scan.problems),
            // On its own it may be only a part of a text.
            Some(Covered::Used) => {}
        }
    }
    total.coverage.shared = shared::with_excluded(&total.asking, &area.excluded, &*area.files);
    shared::take_back(&mut total.findings, &area.list, &*area.files);
    let unread = area.list.claimed().filter(|(path, words)| words.has(Group::Unread) && !read.contains(*path));
    total.problems.extend(unread.filter_map(|(path, _)| unread::file(path, &*area.files)));
    let told = |path: &Path| named.is_none_or(|named| named.has(path));
    let known = net::Known::new(&places, total.problems.iter().map(|problem| problem.place.source.path()));
    let (unreached, limits) = net::cast(&area.list, &*area.files, &known.with_elsewhere(elsewhere), &told);
    total.unreached = unreached;
    total.problems.extend(limits);
    if let Some(named) = named {
        named.narrow(&mut total, &near);
    }
    total.problems.extend(area.problems.iter().cloned());
    total
}
