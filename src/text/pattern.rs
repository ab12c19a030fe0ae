//! Regular expressions that a file gives: each is compiled once, and none grows without bound.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use regex::Error;
use regex::bytes::{Regex, RegexBuilder};

use super::budget;

/// The largest compiled pattern, in bytes.
const MAX_COMPILED: usize = 1 << 20;
/// The most patterns that are kept.
const MAX_KEPT: usize = 32;
/// What it takes to find out that a pattern is too large.
const TOO_LARGE: usize = 1_000_000;

/// A pattern, or `None` for what is none, or why it is not compiled.
type Compiled = Result<Option<Rc<Regex>>, &'static str>;

thread_local! {
    static KEPT: Kept<String, Compiled> = Kept::default();
}

/// Compiled patterns of this thread, by what they were compiled from.
#[derive(Debug)]
pub(crate) struct Kept<K, V>(RefCell<HashMap<K, V>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// What was compiled from `key`, or what `compile` makes of it now.
    pub(crate) fn get<Q: Eq + Hash + ToOwned<Owned = K> + ?Sized>(&self, key: &Q, compile: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
    {
        let known = self.0.borrow().get(key).cloned();
        known.unwrap_or_else(|| {
            let found = compile();
            let mut kept = self.0.borrow_mut();
            if kept.len() >= MAX_KEPT {
                kept.clear();
            }
            kept.insert(key.to_owned(), found.clone());
            found
        })
    }
}

/// A pattern as the crate `regex` reads it. `None` if it is none, or too large, which is a limit that is named.
pub(crate) fn compiled(pattern: &str) -> Option<Rc<Regex>> {
    let found = KEPT.with(|kept| {
        kept.get(pattern, || match RegexBuilder::new(pattern).size_limit(MAX_COMPILED).build() {
            Ok(regex) => Ok(Some(Rc::new(regex))),
            Err(Error::CompiledTooBig(_)) => Err("size of a regular expression"),
            Err(_) => Ok(None),
        })
    });
    // The same for each unit, whichever came first.
    found.unwrap_or_else(|limit| {
        budget::spend(TOO_LARGE);
        budget::reached(limit);
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compiled_once_and_a_large_one_is_a_limit() {
        let first = compiled("^a+$").expect("a pattern");
        assert!(first.is_match(b"aa") && Rc::ptr_eq(&first, &compiled("^a+$").expect("a pattern")));
        assert!(compiled("(").is_none() && budget::limits().is_empty());
        for _ in 0..2 {
            assert!(compiled("((a{1,999}){1,999}){1,999}").is_none());
            assert_eq!(budget::limits().len(), 1);
        }
    }
}
