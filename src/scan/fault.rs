//! A panic is a fault of this program. It ends the unit in which it happens, not the run.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

thread_local! {
    /// Where the last panic of this thread began.
    static AT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From now on a panic prints nothing; [`caught`] answers where it began. For the program itself, as this is for the whole process.
pub fn keep_panics_quiet() {
    set_hook(Box::new(|info| {
        let at = info.location().map(ToString::to_string).unwrap_or_default();
        AT.with_borrow_mut(|last| *last = at);
    }));
}

/// Runs `work`.
///
/// # Errors
/// If it panics: a message for people, one line, lower case, no full stop.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let at = AT.with_borrow_mut(std::mem::take);
        let at = if at.is_empty() { at } else { format!(" at {at}") };
        format!("kubelet-lint failed{at}: this is a bug, please report it")
    })
}
