//! Reads the templates of one unit and the files that they name; each is parsed once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::input::yaml_files;
use crate::node::{Cx, NodeGroup};
use crate::syntax::Node;
use crate::text::{Span, TextId, Traced};

/// The node groups of the documents in a tree, with the name of what applies them.
pub(super) type Among = fn(&Node, &str, &mut Cx<'_>) -> Vec<NodeGroup>;

/// Reads the templates of one unit.
pub(super) struct StackReader<'r, 'f> {
    pub(super) cx: &'r mut Cx<'f>,
    /// The work done for the unit so far, in bytes and steps.
    pub(super) work: usize,
    /// The files of the stacks that are being read, outermost first.
    pub(super) open: Vec<PathBuf>,
    parsed: BTreeMap<TextId, Arc<Vec<Node>>>,
}

impl<'r, 'f> StackReader<'r, 'f> {
    /// Reads the template in the file at `path`, and what it names relative to it.
    pub(super) fn new(path: &Path, cx: &'r mut Cx<'f>) -> Self {
        Self { cx, work: 0, open: vec![path.to_owned()], parsed: BTreeMap::new() }
    }

    /// The documents of a text. Each text is parsed once.
    pub(super) fn parse(&mut self, id: TextId) -> Arc<Vec<Node>> {
        if let Some(known) = self.parsed.get(&id) {
            return Arc::clone(known);
        }
        let view = self.cx.texts.view(id);
        let parsed = yaml_files::documents(&view);
        yaml_files::note_errors(&view, &parsed, self.cx);
        let tree = Arc::new(parsed.tree);
        self.parsed.insert(id, Arc::clone(&tree));
        tree
    }

    /// The node groups of a text with Kubernetes documents, as a list or alone, or with the values of a chart.
    pub(super) fn documents(&mut self, text: &Traced, name: &str, at: Span, among: Among) -> Vec<NodeGroup> {
        let id = self.cx.texts.add_made(format!("documents of {name}"), text, at);
        let tree = self.parse(id);
        tree.iter().flat_map(|node| among(node, name, self.cx)).collect()
    }

    /// The file that a template names relative to itself.
    pub(super) fn sibling(&mut self, name: &Path) -> Option<TextId> {
        let path = self.place(name)?;
        self.cx.open(&path).ok()
    }

    /// The path of what a template names relative to itself.
    pub(super) fn place(&self, name: &Path) -> Option<PathBuf> {
        let text = name.to_str()?;
        let name = text.strip_prefix("file://").unwrap_or(text);
        if name.is_empty() || name.contains("://") {
            return None;
        }
        Some(self.open.last()?.parent()?.join(name))
    }
}
