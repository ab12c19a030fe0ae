//! What functions need from the rendering that calls them.

use crate::node::Cx;
use crate::text::{Span, Traced};
use crate::value::Value;

/// A rendering, as its functions see it.
pub(super) trait Host<'c> {
    /// The context of the unit.
    fn cx(&mut self) -> &mut Cx<'c>;

    /// Counts steps; false past the limit.
    fn charge(&mut self, steps: usize) -> bool;

    /// The assumed answer to the undecided condition at a place.
    fn assume(&mut self, at: Span) -> bool;

    /// The result of a named template.
    fn include(&mut self, name: Option<&str>, dot: Value, at: Span) -> Value;

    /// The result of a text that is itself a template.
    fn template(&mut self, text: &Traced, dot: Value, at: Span) -> Value;
}
