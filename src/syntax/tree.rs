//! The tree for YAML, JSON and TOML.

use crate::text::{Span, Traced, View, Why};

/// How a scalar is written, which decides whether it may be something other than text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Unquoted: a YAML plain scalar; a JSON or TOML number, boolean, date or null.
    Plain,
    /// In single quotes (YAML, TOML).
    SingleQuoted,
    /// In double quotes (YAML, JSON, TOML).
    DoubleQuoted,
    /// A block scalar that keeps its line breaks (`|`), or a multi-line TOML string.
    Literal,
    /// A block scalar with folded line breaks (`>`).
    Folded,
}

/// A scalar.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// The value, unescaped, with a map to its source.
    pub text: Traced,
    /// How it is written.
    pub style: Style,
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its kind.
    pub kind: NodeKind,
    /// Its source range, including quotes and brackets; for a block scalar its content, without the header line.
    pub span: Span,
    /// An explicit YAML tag as written, such as `!Sub` or `!!str`. Two tags on one node, which YAML forbids but templates of
    /// CloudFormation have, are separated by a space: `!Base64 !Sub`.
    pub tag: Option<String>,
}

/// The kinds of nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A scalar.
    Scalar(Scalar),
    /// A sequence.
    Seq(Vec<Node>),
    /// Keys and values in the order of the source. Keys may repeat; the consumer decides which one wins.
    Map(Vec<(Node, Node)>),
}

/// A syntax error and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The position that is shown to the user.
    pub at: Span,
    /// One line, lower case, no full stop.
    pub message: String,
}

/// The result of a parser.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// The parsed tree.
    pub tree: T,
    /// The syntax errors.
    pub errors: Vec<SyntaxError>,
}

impl SyntaxError {
    /// The result for a text that is not UTF-8 from the offset `at` on.
    pub(super) fn not_utf8(view: &View, at: usize) -> Self {
        Self { at: view.span(at..at + 1), message: "not UTF-8".to_owned() }
    }

    /// The reason of an unknown part at a syntax error (on the same line, or within the error): the real text may then be
    /// valid.
    pub fn unknown<'a>(&self, view: &'a View) -> Option<&'a Why> {
        let bytes = &view.bytes;
        let at = (self.at.start as usize).min(bytes.len());
        let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
        let to = (self.at.end as usize).clamp(at, bytes.len());
        let end = bytes[to..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| to + p);
        view.unknown_in(&(start..end))
    }
}

impl Node {
    /// A node without a tag.
    pub fn new(kind: NodeKind, span: Span) -> Self {
        Self { kind, span, tag: None }
    }

    /// An unquoted scalar.
    pub fn plain(text: Traced, span: Span) -> Self {
        Self::new(NodeKind::Scalar(Scalar { text, style: Style::Plain }), span)
    }

    /// A quoted scalar, which is always text.
    pub fn quoted(text: Traced, span: Span) -> Self {
        Self::new(NodeKind::Scalar(Scalar { text, style: Style::DoubleQuoted }), span)
    }

    /// A map.
    pub fn map(pairs: Vec<(Node, Node)>, span: Span) -> Self {
        Self::new(NodeKind::Map(pairs), span)
    }

    /// The text of a scalar.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar without unknown parts.
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar().and_then(|s| s.text.known_str())
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            NodeKind::Seq(items) => items,
            _ => &[],
        }
    }

    /// The keys and values of a map; none for anything else.
    pub fn pairs(&self) -> &[(Node, Node)] {
        match &self.kind {
            NodeKind::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The value of a key. The last duplicate wins, as in every consumer here.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pair(key).map(|(_, value)| value)
    }

    /// A key and its value. The last duplicate wins.
    pub fn pair(&self, key: &str) -> Option<&(Node, Node)> {
        self.pairs().iter().rev().find(|(k, _)| k.as_str() == Some(key))
    }

    /// The value at the end of a path of keys.
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The position and the reason if a map may have keys that are not listed: a key has an unknown part, or something unknown
    /// is merged into the map.
    pub fn unknown_keys(&self) -> Option<(Span, &Why)> {
        let unknown = |node: &'_ Node| node.as_scalar().is_some_and(|s| s.text.has_unknown());
        let (key, value) = self.pairs().iter().find(|(k, v)| unknown(k) || k.as_str() == Some("<<") && unknown(v))?;
        [key, value].into_iter().filter_map(Node::as_scalar).find_map(|s| s.text.first_unknown())
    }

    /// True for a map.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, NodeKind::Map(_))
    }
}
