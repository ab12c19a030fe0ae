//! Paths through a script: merges equal ones and limits their number.

use std::sync::Arc;

use crate::text::{Traced, Why};
use crate::value::{Condition, Guard};

use super::super::machine::File;
use super::super::outcome::MAX_OUTCOMES;
use super::state::BoxedRun;
use super::status::Flow;

/// Merges paths that differ only in their conditions, drops those on which the script itself fails, and limits how many there
/// are.
pub(super) fn settle(mut paths: Vec<BoxedRun>) -> Vec<BoxedRun> {
    if paths.len() < 2 {
        return paths;
    }
    drop_failed(&mut paths);
    join_equal(&mut paths);
    while paths.len() > MAX_OUTCOMES {
        blur(&mut paths);
    }
    paths
}

/// A node whose own script fails is not judged, and the other paths need not mention the failure.
fn drop_failed(paths: &mut Vec<BoxedRun>) {
    let failed = |p: &BoxedRun| p.flow == Flow::Exit { failed: true } && p.machine.start.is_none() && !p.may_have_ended;
    if paths.iter().all(failed) {
        paths.truncate(1);
        return;
    }
    while let Some(index) = paths.iter().position(failed) {
        let gone = paths.remove(index);
        for path in paths.iter_mut() {
            if let Some(when) = union(&path.when, &gone.when) {
                path.when = when;
                break;
            }
        }
    }
}

fn join_equal(paths: &mut Vec<BoxedRun>) {
    'again: loop {
        for first in 0..paths.len() {
            for second in first + 1..paths.len() {
                if let Some(when) = union(&paths[first].when, &paths[second].when)
                    && paths[first].is_equivalent(&paths[second])
                {
                    paths[first].when = when;
                    let gone = paths.remove(second);
                    if gone.last != paths[first].last {
                        paths[first].last = None;
                    }
                    continue 'again;
                }
            }
        }
        return;
    }
}

/// The guard that holds if either one does, if a single guard can express it.
fn union(a: &Guard, b: &Guard) -> Option<Guard> {
    let has = |guard: &Guard, c: &Condition| guard.conditions().contains(c);
    let only_a: Vec<_> = a.conditions().iter().filter(|c| !has(b, c)).collect();
    let only_b: Vec<_> = b.conditions().iter().filter(|c| !has(a, c)).collect();
    match (only_a.as_slice(), only_b.as_slice()) {
        ([], _) => Some(a.clone()),
        (_, []) => Some(b.clone()),
        ([x], [y]) if x.same_question(y) => rebuild(a.conditions().iter().filter(|c| c != x)),
        _ => None,
    }
}

fn rebuild<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Option<Guard> {
    conditions.cloned().try_fold(Guard::always(), |all, c| all.and(&Guard::of(c)))
}

/// Merges the last two paths into one; what differs becomes unknown.
fn blur(paths: &mut Vec<BoxedRun>) {
    let (Some(b), Some(mut a)) = (paths.pop(), paths.pop()) else { return };
    let why = Why::Limit("paths through a script");
    let shared = rebuild(a.when.conditions().iter().filter(|c| b.when.conditions().contains(c)));
    a.when = shared.unwrap_or_default();
    let place = a.machine.place;
    a.blur_variables(&b, &why, place);
    let mut files = (*a.machine.files).clone();
    for path in a.machine.files.keys().chain(b.machine.files.keys()) {
        if a.machine.files.get(path) != b.machine.files.get(path) {
            files.insert(path.clone(), File::Unknown(why.clone()));
        }
    }
    a.machine.files = Arc::new(files);
    if a.machine.start != b.machine.start {
        let argv = Some(Arc::new(vec![Traced::unknown(place, why.clone())]));
        let files = Arc::clone(&a.machine.files);
        a.machine.start = Some(super::super::machine::Start { files, argv });
    }
    if a.machine.runtimes != b.machine.runtimes {
        for name in a.machine.runtimes.keys().chain(b.machine.runtimes.keys()).copied().collect::<Vec<_>>() {
            a.machine.start_runtime(name, true);
        }
    }
    a.machine.has_kubelet |= b.machine.has_kubelet;
    a.machine.image.suggest(b.machine.family());
    a.machine.gap(place, why);
    for gap in &b.machine.gaps {
        a.machine.gap(gap.at, gap.why.clone());
    }
    if b.flow == Flow::Normal {
        a.flow = Flow::Normal;
    }
    paths.push(a);
}
