//! What reading one unit may use, shared by all that reads, evaluates and interprets for it.
//!
//! A thread reads one unit at a time, from its first file to its last boot, so the budget is the thread's: it need not be
//! handed on, and nothing that grows a text can leave it out. Each limit of a call (rounds of a loop, bytes of a text) holds besides.
//! Outside a unit nothing is counted.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// The budget of a unit: one for each byte that is written into a text, and for each step as many as it takes nanoseconds, or
/// bytes of memory. Scripts of 100 KiB in public repositories stay below it.
pub(crate) const UNIT: usize = 128 << 20;

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
    /// What the next unit may use, and what the last one has used.
    static MOST: Cell<usize> = const { Cell::new(UNIT) };
    static USED: Cell<usize> = const { Cell::new(0) };
    static REACHED: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// Gives back what was left before, also after a panic.
struct Before(usize, BTreeSet<&'static str>);

impl Drop for Before {
    fn drop(&mut self) {
        LEFT.set(self.0);
        REACHED.set(std::mem::take(&mut self.1));
    }
}

/// Reads a unit with a budget of its own.
pub(crate) fn unit<T>(read: impl FnOnce() -> T) -> T {
    let most = MOST.get();
    let _before = Before(LEFT.replace(most), REACHED.take());
    let done = read();
    USED.set(most.saturating_sub(LEFT.get()));
    done
}

/// Reads a unit with a budget of at most `most`, and says how much of it was used. `read` does not panic.
pub(crate) fn within<T>(most: usize, read: impl FnOnce() -> T) -> (T, usize) {
    USED.set(0);
    let before = MOST.replace(most);
    let done = read();
    MOST.set(before);
    (done, USED.get())
}

/// True if the unit has less than a unit may have when there are few.
pub(crate) fn is_share() -> bool {
    MOST.get() < UNIT
}

/// Does work that several units share and only the first of them does: it counts for none of them, and may take
/// half as much again as one of them.
pub(crate) fn aside<T>(work: impl FnOnce() -> T) -> T {
    let _before = Before(LEFT.replace(UNIT + UNIT / 2), REACHED.with_borrow(BTreeSet::clone));
    work()
}

/// Does work that may come to nothing: then it counts for nothing.
pub(crate) fn attempt<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    let before = LEFT.get();
    let done = work();
    if done.is_none() {
        LEFT.set(before);
    }
    done
}

/// Remembers a limit beyond which something of the unit is not read, so that it can be named.
pub(crate) fn reached(what: &'static str) {
    REACHED.with_borrow_mut(|reached| reached.insert(what));
}

/// The first `most` items. If there are more, the limit is remembered.
pub(crate) fn at_most<T>(
    items: impl IntoIterator<Item = T>,
    most: usize,
    what: &'static str,
) -> impl Iterator<Item = T> {
    let mut left = most;
    items.into_iter().take_while(move |_| {
        if left == 0 {
            reached(what);
            return false;
        }
        left -= 1;
        true
    })
}

/// The limits that were remembered since the unit began.
pub(crate) fn limits() -> BTreeSet<&'static str> {
    REACHED.take()
}

/// Takes `amount` from what is left. False if nothing is left: then the unit is not read any further.
pub(crate) fn spend(amount: usize) -> bool {
    let left = LEFT.get().saturating_sub(amount);
    LEFT.set(left);
    left > 0
}

/// What is left.
pub(crate) fn left() -> usize {
    LEFT.get()
}

/// True if nothing is left.
pub(crate) fn is_spent() -> bool {
    left() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_has_a_budget_of_its_own_and_what_is_shared_counts_for_none() {
        assert!(spend(UNIT), "outside a unit nothing is counted");
        unit(|| {
            assert!(spend(UNIT - 1));
            aside(|| assert!(spend(UNIT) && !is_spent() && !spend(UNIT)));
            assert!(!is_spent());
            assert!(!spend(1) && is_spent());
            unit(|| assert!(spend(1)));
            assert!(is_spent());
        });
        assert!(!is_spent());
    }

    #[test]
    fn a_unit_of_many_has_a_share_and_says_what_it_used() {
        let read = || unit(|| (spend(80), is_share(), is_spent()));
        assert_eq!(within(100, read), ((true, true, false), 80));
        assert_eq!(within(80, read), ((false, true, true), 80));
        assert_eq!(within(UNIT, read), ((true, false, false), 80));
        assert!(!is_share());
    }

    #[test]
    fn what_is_left_out_is_remembered_for_the_unit_alone() {
        let found = unit(|| {
            assert_eq!(at_most(0..3, 3, "whole").count(), 3);
            assert_eq!(at_most(0..4, 3, "things").count(), 3);
            aside(|| reached("shared"));
            unit(|| reached("inner"));
            limits()
        });
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["things"]);
        assert!(limits().is_empty());
    }
}
