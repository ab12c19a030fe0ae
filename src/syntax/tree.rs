//! The tree for YAML, JSON and TOML.

use crate::text::{Span, Traced, View, Why, holds};

use super::marks;

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

    /// True for a limit of a parser, as opposed to a fault of the text.
    pub fn is_limit(&self) -> bool {
        ["nested deeper", "larger than", "more than", "too large", "too many"]
            .iter()
            .any(|w| self.message.starts_with(w))
    }

    /// Why it is not known what a configuration says, if a limit of the parser was reached: its program may have none.
    pub fn limit(&self) -> Option<Why> {
        self.is_limit().then_some(Why::limit("size or depth of a configuration"))
    }

    /// The marks of a template of another tool in YAML, JSON or TOML, if the error may come from them: those of Go, Jinja or
    /// ERB anywhere in the text but within a scalar, those of Terraform, a shell or `printf` near the error. CloudFormation's own do not count.
    pub fn template(&self, view: &View) -> Option<&'static str> {
        if marks::may_break(&view.bytes) {
            return Some("`{{ }}`");
        }
        let lines = self.lines(view);
        match () {
            () if holds(&view.bytes, b"{%") => Some("`{% %}`"),
            () if holds(&view.bytes, b"<%") => Some("`<% %>`"),
            () if holds(lines, b"%{") => Some("`%{ }`"),
            () if holds(lines, b"${") => Some("`${ }`"),
            () if lines.windows(2).any(|w| w[0] == b'%' && w[1].is_ascii_alphabetic()) => Some("`%s`"),
            () if in_brackets(lines) => Some("`<name>`"),
            () => None,
        }
    }

    /// True if the error in Terraform may come from marks near it that are not Terraform's.
    pub fn is_near_other_mark(&self, view: &View) -> bool {
        let lines = self.lines(view);
        ["{{", "{%", "<%"].iter().any(|mark| holds(lines, mark.as_bytes()))
    }

    /// True if the error in a script may come from marks of a template near it.
    pub fn is_near_mark(&self, view: &View) -> bool {
        let lines = self.lines(view);
        ["{{", "{%", "<%", "%{"].iter().any(|mark| holds(lines, mark.as_bytes())) || in_brackets(lines)
    }

    /// The line of the error and the line before.
    fn lines<'a>(&self, view: &'a View) -> &'a [u8] {
        let bytes = &view.bytes;
        let at = (self.at.start as usize).min(bytes.len());
        let start = bytes[..at].rsplit(|b| *b == b'\n').take(2).map(|line| line.len() + 1).sum::<usize>();
        let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| at + p);
        &bytes[(at + 1).saturating_sub(start)..end]
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

/// True if a word stands in angle brackets, which is how people write what is to be filled in.
fn in_brackets(line: &[u8]) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b' ');
    line.split(|b| *b == b'<').skip(1).any(|rest| {
        let length = rest.iter().take_while(|b| word(b)).count();
        length > 0 && rest[0].is_ascii_alphabetic() && rest.get(length) == Some(&b'>')
    })
}

impl NodeKind {
    /// A sequence that takes no more memory than its items: a tree may have many.
    pub(super) fn seq(mut items: Vec<Node>) -> Self {
        items.shrink_to_fit();
        Self::Seq(items)
    }

    /// A map that takes no more memory than its pairs.
    pub(super) fn map(mut pairs: Vec<(Node, Node)>) -> Self {
        pairs.shrink_to_fit();
        Self::Map(pairs)
    }
}

/// How a value begins that SOPS has encrypted.
const ENCRYPTED: &[u8] = b"ENC[AES256_GCM,";

/// Makes the values unknown that SOPS has encrypted.
pub(super) fn seal(view: &View, trees: &mut [Node]) {
    if holds(&view.bytes, ENCRYPTED) {
        trees.iter_mut().for_each(Node::seal);
    }
}

impl Node {
    /// Makes encrypted values unknown. A tree is bounded in depth by its parser.
    fn seal(&mut self) {
        match &mut self.kind {
            NodeKind::Scalar(scalar) if scalar.text.bytes().starts_with(ENCRYPTED) => {
                *scalar = Scalar { text: Traced::unknown(self.span, Why::Secret), style: Style::Plain };
            }
            NodeKind::Scalar(_) => {}
            NodeKind::Seq(items) => items.iter_mut().for_each(Self::seal),
            NodeKind::Map(pairs) => pairs.iter_mut().for_each(|(_, value)| value.seal()),
        }
    }

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

    /// True for a scalar that is known to be `text`. A map may have many keys, so what differs is not looked at twice.
    pub fn is_text(&self, text: &str) -> bool {
        self.as_scalar().is_some_and(|s| s.text.bytes() == text.as_bytes() && !s.text.has_unknown())
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
        self.pairs().iter().rev().find(|(k, _)| k.is_text(key))
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

    /// True for null or a missing value.
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|s| {
            s.style == Style::Plain && matches!(s.text.known_str(), Some("" | "~" | "null" | "Null" | "NULL"))
        })
    }

    /// What a copy takes, in bytes, and how deep it nests. A tree is bounded in depth, which bounds the recursion.
    pub fn weight(&self) -> (usize, usize) {
        /// A node without its text.
        const NODE: usize = 128;
        let of = |nodes: &mut dyn Iterator<Item = &Self>| {
            nodes.map(Self::weight).fold((0, 0), |(w, d), (weight, depth)| (w + weight, d.max(depth)))
        };
        let (weight, depth) = match &self.kind {
            NodeKind::Scalar(scalar) => (scalar.text.len() + scalar.text.pieces().len() * NODE, 0),
            NodeKind::Seq(items) => of(&mut items.iter()),
            NodeKind::Map(pairs) => of(&mut pairs.iter().flat_map(|(k, v)| [k, v])),
        };
        (weight + NODE, depth + 1)
    }

    /// True for a map.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, NodeKind::Map(_))
    }
}
