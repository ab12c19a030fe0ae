//! Files of YAML and JSON that could not be parsed. Not every reader that finds nothing in one says why.

use std::cell::RefCell;
use std::sync::Arc;

use crate::text::{Span, TextId, View};

use super::SyntaxError;

/// The most files of a unit that are remembered.
const MAX_FILES: usize = 64;

/// A broken file: its text, the bytes that were parsed, and the first error.
type Broken = (TextId, Arc<[u8]>, SyntaxError);

thread_local! {
    static BROKEN: RefCell<Vec<Broken>> = const { RefCell::new(Vec::new()) };
}

/// Remembers the first error of a file, or of a copy of it, in place of one that is known.
pub(crate) fn remember(view: &View, errors: &[SyntaxError]) {
    if let (Some(error), Some(file)) = (errors.first(), view.file) {
        let error = SyntaxError { at: Span { text: file, ..error.at }, ..error.clone() };
        BROKEN.with_borrow_mut(|broken| {
            broken.retain(|(id, ..)| *id != file);
            if broken.len() < MAX_FILES {
                broken.push((file, Arc::clone(&view.bytes), error));
            }
        });
    }
}

/// What this thread has remembered since it was asked last.
pub(crate) fn take() -> Vec<Broken> {
    BROKEN.take()
}
