//! The whole pipeline: paths, files, units, node groups, boots, findings.

mod base;
mod before;
mod compare;
mod effective;
mod fault;
mod hides;
mod known;
mod merge;
mod narrow;
mod net;
mod note;
mod overlay;
mod request;
mod results;
mod search;
mod stdin;
mod units;
mod unread;
mod veil;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::collect::{self, Walk};
use crate::input::{FileList, Group, Seen, reach};
use crate::node::Given;
use crate::text::{Disk, FileError, Files, Watched};

use before::Before;
use search::Searcher;
use units::{Covered, Unwound, covered, read_unit, read_units, units_of};

pub use base::Base;
pub use compare::{Compared, Difference, compare};
pub use effective::{ShownField, ShownGroup, ShownSetting, ShownWhole};
pub use fault::{caught, keep_panics_quiet};
pub use note::{Note, Weight};
pub use overlay::Edited;
pub use request::{GivenVariable, Progress, Request, ScanError};
pub use results::{Scan, relative_to};
pub use veil::{Cause, Veil};

/// Scans what `request` names.
///
/// # Errors
/// If a named path or standard input cannot be read, or the base is not complete.
pub fn scan(request: &Request) -> Result<Scan, ScanError> {
    let given = request.given(&request.policy)?;
    let areas = areas(request, &given)?;
    let mut total = Scan { root: areas.first().map(|area| area.root.clone()).unwrap_or_default(), ..Scan::default() };
    let mut before = Vec::new();
    for area in &areas {
        let base = request.base.as_deref().filter(|base| base.commit.root() == area.files.root());
        let earlier = base.map(|base| base.files(&*area.files));
        let units = units_of(&area.list);
        let shared = Arc::default();
        let is_named = |path: &Path| area.named.as_ref().is_some_and(|named| named.has(path));
        let results = read_units(&units, &request.progress, |(input, unit)| {
            let files = Watched::new(&*area.files, earlier.as_ref()).with_named(&is_named);
            read_unit(*input, unit, (&files, &total.root, &shared), &request.policy, &given)
        });
        if let (Some(base), Some(earlier)) = (base, earlier) {
            let known =
                Before::of(base, &earlier, (&area.paths, &area.list), (&units, &results), (request, &total.root))?;
            before.push((earlier, known));
        }
        let found = gathered(area, results);
        total.absorb(found);
    }
    total.finish(&request.policy, request.is_complete());
    if let Some(base) = &request.base {
        let policy = || Request { policy: base.policy.clone(), base: None, ..request.clone() };
        if !base.keeps_named {
            let then = if base.changed.is_empty() { None } else { Some(scan(&policy())?) };
            total.veils = hides::veils(&total, then.as_ref(), (request, base), &before);
        }
        let keeps = |path: &Path| areas.iter().any(|area| area.named.as_ref().is_some_and(|named| named.has(path)));
        known::part(&mut total, &before, base.keeps_named.then_some(&keeps));
    }
    total.lowered = total.findings.iter().filter(|f| request.policy.lowers(f)).count();
    Ok(total)
}

/// Files below one root that are scanned together.
struct Area {
    /// The folder of the repository, or the one that was named.
    root: PathBuf,
    files: Box<dyn Files>,
    /// What was named below it, absolute.
    paths: Vec<PathBuf>,
    list: FileList,
    named: Option<narrow::Named>,
    /// What could not be read while files were looked for.
    problems: Vec<Note>,
    /// The number of files that the configuration excludes.
    excluded: usize,
}

fn areas(request: &Request, given: &Given) -> Result<Vec<Area>, ScanError> {
    // Those of the arguments, which come last, may be outside the root.
    let outside = given.modules.iter().skip(request.policy.settings.modules.len()).map(|(_, dir)| dir.clone());
    let mut out = Vec::new();
    if let Some(text) = &request.stdin {
        let files = stdin::Piped::new(text, request.stdin_name.as_deref(), &request.current)?;
        let paths = vec![files.path().to_owned()];
        out.push(Area {
            root: collect::root_of(&request.current, &request.current),
            list: FileList::of(paths.clone()),
            files: Box::new(files),
            paths,
            named: None,
            problems: Vec::new(),
            excluded: 0,
        });
    }
    for (root, paths) in request.by_root()? {
        let disk = Disk::new(&root).map_err(|e| ScanError::unreadable(&root, &e.to_string()))?;
        let disk = disk.and_below(outside.clone());
        let mut files = Vec::new();
        let mut problems = Vec::new();
        let mut excluded = BTreeSet::new();
        let mut left_out = Vec::new();
        // A base is another state of the same files.
        let searches = !request.reads_all && request.base.is_none();
        let searcher = Searcher::default();
        let look = |path: &Path| match request.policy.excludes(path) {
            true => None,
            false if searches && !request.edited.has(path) => Some(searcher.look(path)),
            false => Some(Seen::ANY),
        };
        // The search is not worth it for one file.
        let take = |path: &Path| (!request.policy.excludes(path)).then_some(Seen::ANY);
        for path in &paths {
            let look: &(dyn Fn(&Path) -> Option<Seen> + Sync) = if path.is_dir() { &look } else { &take };
            let found = Walk { root: disk.root(), ignored: request.no_ignore, look }.collect(path);
            left_out.extend(found.left_out.into_iter().filter(|path| reach::is_terraform(path)));
            for (path, seen) in found.files {
                match seen {
                    Some(seen) => files.push((path, seen)),
                    None => drop(excluded.insert(path)),
                }
            }
            let unread = found.unreadable.into_iter().filter(|(at, _)| !request.policy.excludes(at));
            problems.extend(unread.map(|(at, words)| unread::note(&at, &FileError::Io(words).problem())));
            problems.extend(found.ignorance.iter().map(|(at, message)| unread::note(at, message)));
        }
        let mut list = FileList::searched(files);
        // Values of the command line and folders for modules from elsewhere may bring anything anywhere.
        let plain = given.variables.is_empty() && given.var_files.is_empty() && given.modules.is_empty();
        if searches && plain {
            left_out.extend(excluded.iter().filter(|path| reach::is_terraform(path)).cloned());
            let quiet = reach::dismissed(&list, &left_out, &disk);
            list.dismiss(quiet);
        }
        let named = narrow::Named::of(request, disk.root());
        if let Some(named) = &named {
            list = named.widened(list, request, &disk);
        }
        for path in request.named_files() {
            if path.starts_with(&root) {
                match disk.check(&path) {
                    Ok(()) => {}
                    Err(error @ FileError::Io(_)) => problems.push(unread::note(&path, &error.problem())),
                    Err(error) => return Err(ScanError::unreadable(&path, &error.to_string())),
                }
            }
        }
        let root = disk.root().to_owned();
        let files = Box::new(overlay::Overlay { disk, edited: request.edited.clone() });
        out.push(Area { root, files, paths, list, named, problems, excluded: excluded.len() });
    }
    Ok(out)
}

/// What the units of an area have found; units that are read as a part of others count there.
fn gathered(area: &Area, results: Vec<Unwound>) -> Scan {
    let named = area.named.as_ref();
    let files = area.list.claimed().filter(|(path, _)| named.is_none_or(|n| n.has(path))).count();
    let mut total = Scan { files, excluded: area.excluded, ..Scan::default() };
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
    let unread = area.list.claimed().filter(|(path, words)| words.has(Group::Unread) && !read.contains(*path));
    total.problems.extend(unread.filter_map(|(path, _)| unread::file(path, &*area.files)));
    let known = net::Known::new(&places, total.problems.iter().map(|problem| problem.place.source.path()));
    total.unreached = net::cast(&area.list, &*area.files, &known.with_elsewhere(elsewhere));
    if let Some(named) = named {
        named.narrow(&mut total, &near);
    }
    total.problems.extend(area.problems.iter().cloned());
    total
}
