//! The places that a value passed.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Span, budget};

/// One place that a value passed on its way outward: a reference to a variable, an argument of a module call.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// The reference.
    pub at: Span,
    /// What it is, in words, such as `var.idle`.
    pub step: Arc<str>,
    /// The place passed before this one, closer to where the value was written.
    pub inner: Via,
}

impl Drop for Link {
    /// Unlinks in a loop: a chain may be long, and a recursive drop would use the stack.
    fn drop(&mut self) {
        let mut next = self.inner.take();
        while let Some(link) = next {
            match Arc::try_unwrap(link) {
                Ok(mut link) => next = link.inner.take(),
                Err(_) => break,
            }
        }
    }
}

/// The places that a value passed, outermost first; `None` when it is used where it is written.
pub(crate) type Via = Option<Arc<Link>>;

/// What a reference takes of the budget of the unit, with the copy of what it is for.
const LINK: usize = 72;

/// The places of `inner`, and then those of `outer`.
pub(crate) fn beyond(inner: Via, outer: &Via) -> Via {
    if inner.is_none() {
        return outer.clone();
    }
    let mut links: SmallVec<[_; 8]> = SmallVec::new();
    let mut next = outer.as_ref();
    while let Some(link) = next {
        links.push(link);
        next = link.inner.as_ref();
    }
    budget::spend(LINK * links.len());
    let pass = |inner, link: &Arc<Link>| Some(Arc::new(Link { at: link.at, step: Arc::clone(&link.step), inner }));
    links.into_iter().rev().fold(inner, pass)
}
