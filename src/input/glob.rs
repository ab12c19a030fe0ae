//! Patterns of paths.

use globset::{GlobBuilder, GlobMatcher};

/// A pattern as bmatcuk/doublestar and Go's `path.Match` read it: `*` and `?` do not match a `/`, `**` does. `None` if it is not
/// valid.
pub(super) fn glob(pattern: &str) -> Option<GlobMatcher> {
    let built = GlobBuilder::new(pattern).literal_separator(true).empty_alternates(true).build();
    built.ok().map(|glob| glob.compile_matcher())
}

/// A pattern as gobwas/glob reads it without separators: `*` matches a `/` as well. `None` if it is not valid.
pub(super) fn wide(pattern: &str) -> Option<GlobMatcher> {
    let built = GlobBuilder::new(pattern).literal_separator(false).empty_alternates(true).build();
    built.ok().map(|glob| glob.compile_matcher())
}
