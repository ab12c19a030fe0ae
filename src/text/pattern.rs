//! Regular expressions that a file gives: each is compiled once, and none grows without bound.

use std::cell::RefCell;
use std::collections::HashMap;
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
    static KEPT: RefCell<HashMap<String, Compiled>> = RefCell::new(HashMap::new());
}

/// A pattern as the crate `regex` reads it. `None` if it is none, or too large, which is a limit that is named.
pub(crate) fn compiled(pattern: &str) -> Option<Rc<Regex>> {
    let known = KEPT.with_borrow(|kept| kept.get(pattern).cloned());
    let found = known.unwrap_or_else(|| {
        let found = match RegexBuilder::new(pattern).size_limit(MAX_COMPILED).build() {
            Ok(regex) => Ok(Some(Rc::new(regex))),
            Err(Error::CompiledTooBig(_)) => Err("size of a regular expression"),
            Err(_) => Ok(None),
        };
        KEPT.with_borrow_mut(|kept| {
            if kept.len() >= MAX_KEPT {
                kept.clear();
            }
            kept.insert(pattern.to_owned(), found.clone());
        });
        found
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
