//! Paths through a script: merges equal ones and limits their number.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::text::{Traced, Why};
use crate::value::{Condition, Guard};

use super::super::disk::File;
use super::super::machine::Machine;
use super::super::outcome::MAX_OUTCOMES;
use super::idle;
use super::maps::{different, unify};
use super::state::{BoxedRun, ShellState};
use super::status::Flow;

/// The limit on their number.
const TOO_MANY: &str = "paths through a script";

/// Merges paths that differ only in their conditions, drops those on which the script itself fails, and limits how many there
/// are.
pub(super) fn settle(mut paths: Vec<BoxedRun>) -> Vec<BoxedRun> {
    if paths.len() < 2 {
        return paths;
    }
    drop_failed(&mut paths);
    join_equal(&mut paths);
    if paths.len() > MAX_OUTCOMES {
        // Which files programs may have made on one path only is the least that can be forgotten.
        let touched = paths.iter().skip(1).fold(Arc::clone(&paths[0].machine.touched), |all, path| {
            let more = &path.machine.touched;
            if more.is_subset(&all) { all } else { Arc::new(&*all | &**more) }
        });
        // So is which files the system does not run as programs.
        let plain = paths.iter().skip(1).fold(Arc::clone(&paths[0].machine.plain), |all, path| {
            let other = &path.machine.plain;
            let both = |(file, certain): (&String, &bool)| Some((file.clone(), *certain && *other.get(file)?));
            if all == *other { all } else { Arc::new(all.iter().filter_map(both).collect()) }
        });
        for path in &mut paths {
            path.machine.touched = Arc::clone(&touched);
            path.machine.plain = Arc::clone(&plain);
        }
        join_equal(&mut paths);
        forget(&mut paths);
    }
    while paths.len() > MAX_OUTCOMES {
        blur(&mut paths);
    }
    paths
}

/// Makes unknown what differs and cannot be a setting, one after the other, until there are few enough paths.
fn forget(paths: &mut Vec<BoxedRun>) {
    if paths.len() <= MAX_OUTCOMES {
        return;
    }
    let why = Why::Limit(TOO_MANY);
    let value = Arc::new(vec![Traced::unknown(paths[0].machine.place, why.clone())]);
    for detail in idle::details(paths) {
        for path in paths.iter_mut() {
            detail.forget(path, &value, &why);
        }
        join_equal(paths);
        if paths.len() <= MAX_OUTCOMES {
            return;
        }
    }
}

/// A node whose own script fails is not judged, and the other paths need not mention the failure.
fn drop_failed(paths: &mut Vec<BoxedRun>) {
    let failed = |p: &BoxedRun| {
        let own = p.machine.start.is_none() && !p.may_have_ended && !p.shell.is_inner;
        own && p.flow == Flow::Exit { failed: true }
    };
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

/// What shows at once that no single guard can express two others.
struct Mark {
    /// How many conditions there are, and how many of them hold.
    counts: (usize, usize),
    /// The sum of the hashes of the questions, and of those that hold.
    sums: (usize, usize),
    /// The answer to the question that came up last.
    last: Option<Condition>,
}

/// The hash of a question: the sums of different ones differ.
fn hash(condition: &Condition) -> usize {
    let mixed = (condition.number() + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as usize);
    (mixed ^ mixed >> (usize::BITS / 2)).wrapping_mul(0x94D0_49BB_1331_11EB_u64 as usize)
}

impl Mark {
    fn of(when: &Guard) -> Self {
        let conditions = when.conditions();
        let mut mark = Self { counts: (conditions.len(), 0), sums: (0, 0), last: None };
        for condition in conditions {
            let hash = hash(condition);
            mark.sums.0 = mark.sums.0.wrapping_add(hash);
            if condition.holds() {
                mark.counts.1 += 1;
                mark.sums.1 = mark.sums.1.wrapping_add(hash);
            }
        }
        mark.last = conditions.iter().max_by_key(|c| c.number()).cloned();
        mark
    }

    /// False if the two differ in more than the answer to one question, and neither has all conditions of the other.
    fn may_join(&self, when: &Guard, other: &Self, other_when: &Guard) -> bool {
        let has = |when: &Guard, last: &Option<Condition>| {
            last.as_ref().is_none_or(|last| when.conditions().binary_search(last).is_ok())
        };
        match self.counts.0.cmp(&other.counts.0) {
            Ordering::Equal => self.sums == other.sums || self.sums.0 == other.sums.0 && self.differs_once(other, when),
            Ordering::Less => has(other_when, &self.last),
            Ordering::Greater => has(when, &other.last),
        }
    }

    /// False if guards with the same questions differ in more than one answer; `when` is that of this mark.
    fn differs_once(&self, other: &Self, when: &Guard) -> bool {
        let one = match self.counts.1.abs_diff(other.counts.1) {
            1 if self.counts.1 > other.counts.1 => self.sums.1.wrapping_sub(other.sums.1),
            1 => other.sums.1.wrapping_sub(self.sums.1),
            _ => return false,
        };
        when.conditions().iter().any(|condition| hash(condition) == one)
    }
}

/// Joins pairs until none is left. A pair that cannot be joined is not tried again, unless one of the two has changed.
fn join_equal(paths: &mut Vec<BoxedRun>) {
    let mut marks: Vec<Mark> = paths.iter().map(|path| Mark::of(&path.when)).collect();
    let mut first = 0;
    while first < paths.len() {
        let mut second = first + 1;
        while second < paths.len() {
            if !join(paths, &mut marks, first, second) {
                second += 1;
                continue;
            }
            // With fewer conditions it may equal one before it.
            while let Some(before) = (0..first).find(|before| join(paths, &mut marks, *before, first)) {
                first = before;
            }
            second = first + 1;
        }
        first += 1;
    }
}

/// Joins two paths, if they differ only in their conditions and one guard can express both. The second one is gone then.
fn join(paths: &mut Vec<BoxedRun>, marks: &mut Vec<Mark>, first: usize, second: usize) -> bool {
    if paths[first].flow != paths[second].flow || paths[first].status != paths[second].status {
        return false;
    }
    if !marks[first].may_join(&paths[first].when, &marks[second], &paths[second].when) {
        return false;
    }
    let Some(when) = union(&paths[first].when, &paths[second].when) else { return false };
    if !paths[first].is_equivalent(&paths[second]) {
        return false;
    }
    marks[first] = Mark::of(&when);
    marks.remove(second);
    paths[first].when = when;
    let gone = paths.remove(second);
    if gone.last != paths[first].last {
        paths[first].last = None;
    }
    true
}

/// The guard that holds if either one does, if a single guard can express it.
fn union(a: &Guard, b: &Guard) -> Option<Guard> {
    // Both are sorted.
    let (mut left, mut right) = (a.conditions(), b.conditions());
    let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
    while let ([x, after_x @ ..], [y, after_y @ ..]) = (left, right) {
        // Most are the same, which takes less to find out than which comes first.
        match if x == y { Ordering::Equal } else { x.cmp(y) } {
            Ordering::Equal => (left, right) = (after_x, after_y),
            Ordering::Less => {
                only_a.push(x);
                left = after_x;
            }
            Ordering::Greater => {
                only_b.push(y);
                right = after_y;
            }
        }
        if !only_a.is_empty() && !only_b.is_empty() && only_a.len() + only_b.len() > 2 {
            return None;
        }
    }
    only_a.extend(left);
    only_b.extend(right);
    match (only_a.as_slice(), only_b.as_slice()) {
        ([], _) => Some(a.clone()),
        (_, []) => Some(b.clone()),
        ([x], [y]) if x.same_question(y) => Some(a.only(|c| c != *x)),
        _ => None,
    }
}

/// Merges the last path with one that goes on as it does, if there is one. Variables, files and output that differ become unknown,
/// and are named where something uses them; what may happen on one of the two may happen. Any other difference is named at once.
fn blur(paths: &mut Vec<BoxedRun>) {
    let Some(mut b) = paths.pop() else { return };
    let alike = paths.iter().rposition(|path| path.flow == b.flow);
    let Some(alike) = alike.or(paths.len().checked_sub(1)) else { return };
    let mut a = paths.remove(alike);
    let why = Why::Limit(TOO_MANY);
    a.when = a.when.common(&b.when);
    let place = a.machine.place;
    let variables = a.blurred(&b, &why, place);
    unify(&mut a.shell.variables, &mut b.shell.variables, variables);
    let files = different(&a.machine.files, &b.machine.files).into_iter();
    let files = files.map(|path| (path, File::Unknown(why.clone()))).collect();
    unify(&mut a.machine.files, &mut b.machine.files, files);
    // A folder that one of them has made may be there.
    let folders = &*a.machine.folders ^ &*b.machine.folders;
    let touched: Vec<String> = (&*b.machine.touched - &*a.machine.touched).into_iter().chain(folders).collect();
    if !touched.is_empty() {
        for path in touched {
            a.machine.touch(path);
        }
        a.machine.folders = Arc::new(&*a.machine.folders & &*b.machine.folders);
    }
    if a.out != b.out {
        a.out = Traced::unknown(place, why.clone());
    }
    for (own, other) in [
        (&mut a.shell.open, &b.shell.open),
        (&mut a.shell.open_environment, &b.shell.open_environment),
        (&mut a.machine.injected, &b.machine.injected),
    ] {
        *own = own.take().or_else(|| other.clone());
    }
    a.machine.has_kubelet |= b.machine.has_kubelet;
    a.machine.restarts |= b.machine.restarts;
    // Both began as one path, with the same gaps.
    let same = a.machine.gaps.iter().zip(b.machine.gaps.iter()).take_while(|(own, other)| own == other).count();
    let gaps = b.machine.gaps[same..].to_vec();
    b.machine = Machine {
        files: Arc::clone(&a.machine.files),
        folders: Arc::clone(&a.machine.folders),
        touched: Arc::clone(&a.machine.touched),
        has_kubelet: a.machine.has_kubelet,
        restarts: a.machine.restarts,
        injected: a.machine.injected.clone(),
        gaps: Arc::clone(&a.machine.gaps),
        ..b.machine
    };
    b.shell = ShellState {
        variables: Arc::clone(&a.shell.variables),
        open: a.shell.open.clone(),
        open_environment: a.shell.open_environment.clone(),
        ..b.shell
    };
    b.out = a.out.clone();
    if !a.is_equivalent(&b) {
        a.machine.gap(place, why.clone());
    }
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
    a.machine.image.suggest(b.machine.family());
    for gap in gaps {
        a.machine.gap(gap.at, gap.why);
    }
    if b.flow == Flow::Normal {
        a.flow = Flow::Normal;
    }
    paths.push(a);
}

#[cfg(test)]
mod tests {
    use crate::value::{Condition, Guard};

    use super::Mark;

    #[test]
    fn guards_that_differ_in_one_answer_may_join() {
        let guard = |answers: &[bool]| {
            let of = |(n, holds): (usize, &bool)| Guard::of(Condition::within("settle", format!("c{n}"), *holds));
            answers.iter().enumerate().map(of).fold(Guard::always(), |all, one| all.and(&one).unwrap())
        };
        let (yes, no) = (true, false);
        for (a, b, expected) in [
            (&[yes, no, yes][..], &[yes, no, yes][..], true),
            (&[yes, no, yes], &[yes, yes, yes], true),
            (&[no, no, no], &[no, no, yes], true),
            (&[yes, no, yes], &[no, yes, yes], false),
            (&[yes, yes, yes], &[no, no, yes], false),
            (&[yes, no], &[yes, no, yes], true),
            (&[yes, no], &[yes, yes, yes], false),
        ] {
            let (a, b) = (guard(a), guard(b));
            assert_eq!(Mark::of(&a).may_join(&a, &Mark::of(&b), &b), expected, "{a:?} {b:?}");
            assert_eq!(Mark::of(&b).may_join(&b, &Mark::of(&a), &a), expected, "{b:?} {a:?}");
        }
    }
}
