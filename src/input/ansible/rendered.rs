//! What is known while templates of Jinja are rendered.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::syntax::jinja::{Macro, Part};
use crate::text::View;

/// What is known while templates are rendered.
#[derive(Default)]
pub(super) struct Rendered {
    /// The templates, each included by the one before.
    pub(super) open: Vec<PathBuf>,
    /// Macros by name, with the text of their template.
    pub(super) macros: BTreeMap<String, (View, Arc<Macro>)>,
    /// Blocks that replace those of the template that is extended.
    pub(super) blocks: BTreeMap<String, (View, Arc<Vec<Part>>)>,
    /// All templates that others named.
    pub(super) named: Vec<PathBuf>,
    pub(super) depth: usize,
}
