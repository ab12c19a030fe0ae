//! What functions need from the rendering that calls them.

use std::sync::Arc;

use crate::node::Cx;
use crate::text::{Span, Traced};
use crate::value::{Map, Value};

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

    /// A map was changed: every name for it stands for the new one.
    fn changed(&mut self, old: Arc<Map>, new: Arc<Map>);
}
