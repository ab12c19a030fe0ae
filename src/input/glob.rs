//! Patterns of paths.

use globset::{Glob, GlobBuilder, GlobSet};

/// A pattern as bmatcuk/doublestar and Go's `path.Match` read it: `*` and `?` do not match a `/`, `**` does. `None` if it is not
/// valid.
pub(super) fn glob(pattern: &str) -> Option<GlobSet> {
    set_of(GlobBuilder::new(pattern).literal_separator(true).empty_alternates(true).build())
}

/// A pattern as gobwas/glob reads it without separators: `*` matches a `/` as well. `None` if it is not valid.
pub(super) fn wide(pattern: &str) -> Option<GlobSet> {
    set_of(GlobBuilder::new(pattern).literal_separator(false).empty_alternates(true).build())
}

/// A set of one: the matcher of a single pattern panics if the pattern nests too deep for a regular expression.
fn set_of(glob: Result<Glob, globset::Error>) -> Option<GlobSet> {
    GlobSet::builder().add(glob.ok()?).build().ok()
}

#[cfg(test)]
mod tests {
    use super::{glob, wide};

    #[test]
    fn patterns_that_nest_too_deep_are_not_valid() {
        for (depth, valid) in [(10, true), (1_000, false)] {
            let nested = format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
            assert_eq!((glob(&nested).is_some(), wide(&nested).is_some()), (valid, valid), "{depth}");
        }
    }
}
