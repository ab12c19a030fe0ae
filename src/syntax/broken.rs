//! Files of YAML that could not be parsed. Who reads one may take it for empty, and need not say so.

use std::cell::RefCell;
use std::sync::Arc;

use crate::text::{TextId, View};

use super::SyntaxError;

/// The most files of a unit that are remembered.
const MAX_FILES: usize = 64;

/// A broken file: its text, the bytes that were parsed, and the first error.
type Broken = (TextId, Arc<[u8]>, SyntaxError);

thread_local! {
    static BROKEN: RefCell<Vec<Broken>> = const { RefCell::new(Vec::new()) };
}

/// Remembers the first error of a file.
pub(super) fn remember(view: &View, errors: &[SyntaxError]) {
    if let Some(error) = errors.first().filter(|_| view.is_source()) {
        BROKEN.with_borrow_mut(|broken| {
            if broken.len() < MAX_FILES && !broken.iter().any(|(id, ..)| *id == view.id) {
                broken.push((view.id, Arc::clone(&view.bytes), error.clone()));
            }
        });
    }
}

/// What this thread has remembered since it was asked last.
pub(crate) fn take() -> Vec<Broken> {
    BROKEN.take()
}
