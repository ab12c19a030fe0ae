//! A document with an `apiVersion` and a `kind`, as passed to the readers of kinds.

use std::collections::HashMap;

use crate::input::applications::aside::{self, ConfigMaps};
use crate::node::{Cx, NodeGroup};
use crate::syntax::{Node, yaml};
use crate::text::{Span, Traced, View, Why};
use crate::value::Guard;

/// The documents of one stream.
pub(super) struct Stream<'a> {
    /// The config maps.
    maps: ConfigMaps<'a>,
    /// Those of each API group and kind; a stream may have thousands, and each looks for others.
    kinds: HashMap<(&'a str, &'a str), Vec<&'a Node>>,
}

impl<'a> Stream<'a> {
    pub(super) fn of(nodes: &'a [Node]) -> Self {
        let mut kinds: HashMap<_, Vec<&Node>> = HashMap::new();
        for manifest in nodes.iter().filter_map(|node| Manifest::of(node, None, None, "")) {
            kinds.entry((manifest.group, manifest.kind)).or_default().push(manifest.node);
        }
        Self { maps: ConfigMaps::of(nodes), kinds }
    }

    /// The documents of an API group and kind.
    fn of_kind(&self, group: &'static str, kind: &'static str) -> &[&'a Node] {
        self.kinds.get(&(group, kind)).map_or(&[], Vec::as_slice)
    }
}

/// A document.
pub(super) struct Manifest<'a> {
    /// All of it.
    pub(super) node: &'a Node,
    /// The documents of the same stream, including itself; `None` if it is looked at alone.
    siblings: Option<&'a Stream<'a>>,
    /// The API group; empty for the core group.
    pub(super) group: &'a str,
    /// The version within the group.
    pub(super) version: &'a str,
    /// The kind.
    pub(super) kind: &'a str,
    /// The fallback for its name: its file, or what contains it.
    pub(super) file: &'a str,
    /// The text that contains it, and whether it is the whole text.
    pub(super) view: Option<(&'a View, bool)>,
}

impl<'a> Manifest<'a> {
    pub(super) fn of(
        node: &'a Node,
        siblings: Option<&'a Stream<'a>>,
        view: Option<(&'a View, bool)>,
        file: &'a str,
    ) -> Option<Self> {
        let kind = node.get("kind")?.as_str()?;
        let api = node.get("apiVersion")?.as_str()?;
        let (group, version) = api.rsplit_once('/').unwrap_or(("", api));
        Some(Self { node, siblings, group, version, kind, file, view })
    }

    /// Its name for people: kind and name, as in `kubectl get`.
    pub(super) fn name(&self) -> String {
        match self.node.path(&["metadata", "name"]).or_else(|| self.node.path(&["metadata", "generateName"])) {
            Some(name) if name.as_str().is_some() => format!("{}/{}", self.kind, name.as_str().unwrap_or_default()),
            _ => format!("{} of {}", self.kind, self.file),
        }
    }

    /// The line with its kind.
    pub(super) fn place(&self) -> Span {
        self.node.pair("kind").map_or(self.node.span, |(key, value)| key.span.to(value.span))
    }

    /// A node group that is named after the document.
    pub(super) fn group(&self) -> NodeGroup {
        NodeGroup::new(self.name(), self.place())
    }

    /// The document as text: as in its file, or serialised.
    pub(super) fn text(&self) -> Traced {
        let Some((view, only)) = self.view else { return yaml::write(self.node) };
        if only {
            return view.traced(0..view.bytes.len());
        }
        // From the start of its first line to the end of its content, so the indentation of its first line matches
        // the others.
        let range = self.node.span.range();
        let before = view.bytes.get(..range.start).unwrap_or_default();
        let blank = before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let line = matches!(before.get(..before.len() - blank), None | Some([] | [.., b'\n' | b'\r']));
        view.traced(if line { range.start - blank } else { range.start }..range.end)
    }

    /// Puts it aside, with the config maps of the same stream.
    pub(super) fn put_aside(&self, cx: &mut Cx<'_>) {
        match self.siblings {
            Some(stream) => aside::one_aside(self.node, &stream.maps, cx),
            None => aside::one_aside(self.node, &ConfigMaps::default(), cx),
        }
    }

    /// The documents of the same stream with a group and kind.
    pub(super) fn all(&self, group: &'static str, kind: &'static str) -> &[&'a Node] {
        self.siblings.map_or(&[], |stream| stream.of_kind(group, kind))
    }

    /// The first other document of the same stream with a group and kind.
    pub(super) fn other(&self, group: &'static str, kind: &'static str) -> Option<Manifest<'a>> {
        let others = self.siblings?.of_kind(group, kind);
        let other = others.iter().find(|node| node.span != self.node.span)?;
        Self::of(other, self.siblings, None, self.file)
    }
}

/// The documents inside a document.
pub(super) enum Inner {
    /// Documents as a text, with what it is for people and its place.
    Text(Traced, String, Span),
    /// A tree that contains documents.
    Tree(Node, String),
    /// A document with the name of its node groups, where it counts, and why more may be set in it.
    Part(Node, String, Guard, Option<Why>),
}
