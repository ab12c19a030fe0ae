//! What functions ask of the rendering that calls them.

use crate::node::Cx;
use crate::text::{Span, Traced};
use crate::value::Value;

/// A rendering, as its functions see it.
pub(super) trait Host<'c> {
    /// What the unit has at hand.
    fn cx(&mut self) -> &mut Cx<'c>;

    /// Counts steps; false past the bound.
    fn charge(&mut self, steps: usize) -> bool;

    /// The answer to the condition at a place, which the source does not know.
    fn assume(&mut self, at: Span) -> bool;

    /// What a named template gives.
    fn include(&mut self, name: Option<&str>, dot: Value, at: Span) -> Value;

    /// What a text gives that is itself a template.
    fn template(&mut self, text: &Traced, dot: Value, at: Span) -> Value;
}
