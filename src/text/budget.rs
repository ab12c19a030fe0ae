//! What reading one unit may use, shared by all that reads, evaluates and interprets for it.
//!
//! A thread reads one unit at a time, from its first file to its last boot, so the budget is the thread's: it need not be
//! handed on, and nothing that grows a text can leave it out. Each limit of a call (rounds of a loop, bytes of a text) holds besides.
//! Outside a unit nothing is counted.

use std::cell::Cell;

/// The budget of a unit: one for each byte that is written into a text, and for each step as many as it takes nanoseconds, or
/// bytes of memory. Scripts of 100 KiB in public repositories stay below it.
const UNIT: usize = 128 << 20;

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Gives back what was left before, also after a panic.
struct Before(usize);

impl Drop for Before {
    fn drop(&mut self) {
        LEFT.set(self.0);
    }
}

/// Reads a unit with a budget of its own.
pub fn unit<T>(read: impl FnOnce() -> T) -> T {
    let _before = Before(LEFT.replace(UNIT));
    read()
}

/// Does work that several units share and only the first of them does: it counts for none of them.
pub fn aside<T>(work: impl FnOnce() -> T) -> T {
    let _before = Before(LEFT.replace(usize::MAX));
    work()
}

/// Does work that may come to nothing: then it counts for nothing.
pub fn attempt<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    let before = LEFT.get();
    let done = work();
    if done.is_none() {
        LEFT.set(before);
    }
    done
}

/// Takes `amount` from what is left. False if nothing is left: then the unit is not read any further.
pub fn spend(amount: usize) -> bool {
    let left = LEFT.get().saturating_sub(amount);
    LEFT.set(left);
    left > 0
}

/// True if nothing is left.
pub fn is_spent() -> bool {
    LEFT.get() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_has_a_budget_of_its_own_and_what_is_shared_counts_for_none() {
        assert!(spend(UNIT), "outside a unit nothing is counted");
        unit(|| {
            assert!(spend(UNIT - 1));
            aside(|| assert!(spend(UNIT) && !is_spent()));
            assert!(!is_spent());
            assert!(!spend(1) && is_spent());
            unit(|| assert!(spend(1)));
            assert!(is_spent());
        });
        assert!(!is_spent());
    }
}
