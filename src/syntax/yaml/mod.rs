//! YAML: one tree per document, with anchors and merge keys resolved.
//!
//! The events come from `granit-parser`, which accepts what PyYAML and libyaml accept. Its values only check the map that
//! [`place`] builds from the bytes, which links every scalar to its source.

mod expand;
mod place;
mod quick;
mod repair;
mod write;

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as Range, StructureStyle, Tag};

use crate::text::{Traced, View, Why, budget};

use super::{MAX_DEPTH, Node, NodeKind, Parsed, Scalar, Style, SyntaxError};
use expand::{Anchors, merge};
use quick::MAX_DOCUMENTS;
use repair::Repairs;

pub(crate) use write::write;

/// The longest implicit key, in characters. YAML allows 1,024; JSON, read as YAML, has no limit.
const MAX_KEY: usize = 1 << 17;

/// Parses a YAML stream: one node for each document. A broken document is left out and reported in the errors.
///
/// Anchors are resolved and merge keys (`<<`) are applied with YAML's precedence: the map's own keys win over merged ones. An
/// alias that cannot be resolved is an unknown value. An empty document is an empty plain scalar. An unknown part on a line of
/// its own is a pair (or an item) of unknown values.
pub(crate) fn parse(view: &View) -> Parsed<Vec<Node>> {
    let text = match view.as_str() {
        Ok(text) => text,
        Err(at) => {
            let errors = vec![SyntaxError::not_utf8(view, at)];
            super::broken::remember(view, &errors);
            return Parsed { tree: Vec::new(), errors };
        }
    };
    let mut spent = false;
    let quick = budget::attempt(|| {
        let tree = quick::stream(view);
        spent = budget::is_spent();
        tree
    });
    let mut parsed = match quick {
        Some(tree) => Parsed { tree, errors: Vec::new() },
        None if spent => Parsed { tree: Vec::new(), errors: vec![super::too_many(view.span(0..0))] },
        None => full(view, text),
    };
    super::tree::seal(view, &mut parsed.tree);
    super::broken::remember(view, &parsed.errors);
    parsed
}

/// Parses a stream with the full parser.
fn full(view: &View, text: &str) -> Parsed<Vec<Node>> {
    let mut text = std::borrow::Cow::Borrowed(text);
    let mut repairs = Repairs::default();
    let mut first = None;
    loop {
        let mut parsed = stream(view, &text, &repairs.tags);
        if repairs.add(view, &mut text, &parsed.errors) {
            first.get_or_insert(parsed);
            continue;
        }
        repairs.restore(view, &mut parsed.tree);
        // A repair that did not help may have changed a block scalar.
        return match first {
            Some(first) if first.errors.len() <= parsed.errors.len() => first,
            _ => parsed,
        };
    }
}

/// Parses a stream with the bytes of the view, except for tags that were removed: `tags` holds these by the offset of the tag
/// after each.
fn stream(view: &View, text: &str, tags: &BTreeMap<usize, String>) -> Parsed<Vec<Node>> {
    let mut options = granit_parser::options! {
        block_scalar_eof_without_line_feed: true,
        simple_key_max_lookahead: MAX_KEY,
    };
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut out = Parsed { tree: Vec::new(), errors: Vec::new() };
    for _ in 0..=MAX_DOCUMENTS {
        let mut builder = Builder::new(view, tags);
        match builder.document(&mut parser) {
            Ok(Some(node)) => {
                out.tree.push(node);
                out.errors.append(&mut builder.errors);
            }
            Ok(None) => return out,
            Err(error) => {
                out.errors.push(error);
                if out.errors.len() >= super::MAX_ERRORS || budget::is_spent() {
                    return out;
                }
                match parser.proceed_next_document() {
                    Ok(true) => {}
                    // An error during the search for the next document is the same error again.
                    Ok(false) | Err(_) => return out,
                }
            }
        }
    }
    let end = view.bytes.len();
    out.errors.push(SyntaxError { at: view.span(end..end), message: "too many documents in one stream".to_owned() });
    out
}

/// An open sequence or map.
struct Frame {
    kind: NodeKind,
    /// The key that has no value yet.
    key: Option<Node>,
    anchor: usize,
    tag: Option<String>,
    start: usize,
    flow: bool,
}

/// Builds one document.
struct Builder<'a> {
    view: &'a View,
    /// Removed tags, by the offset of the tag after each.
    tags: &'a BTreeMap<usize, String>,
    open: Vec<Frame>,
    anchors: Anchors,
    errors: Vec<SyntaxError>,
    /// The end of the last token with content, where a block collection ends.
    end: usize,
}

impl<'a> Builder<'a> {
    fn new(view: &'a View, tags: &'a BTreeMap<usize, String>) -> Self {
        Self { view, tags, open: Vec::new(), anchors: Anchors::default(), errors: Vec::new(), end: 0 }
    }

    /// The next document; `None` at the end of the stream.
    fn document<'t>(
        &mut self,
        parser: &mut Parser<'t, granit_parser::StrInput<'t>>,
    ) -> Result<Option<Node>, SyntaxError> {
        let mut root = None;
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|e| self.error(&e))?;
            let range = span.byte_range().unwrap_or(0..0);
            let done = match event {
                Event::DocumentEnd => return Ok(root),
                Event::StreamEnd => return Ok(None),
                Event::Alias(id) => Some((self.alias(id, &range), 0)),
                Event::Scalar(value, style, anchor, tag) => {
                    let tag = self.tag(tag.as_deref(), &span);
                    Some((self.scalar(&value, style, tag, range), anchor))
                }
                Event::SequenceStart(style, anchor, tag) => {
                    self.start(NodeKind::Seq(Vec::new()), style, anchor, tag.as_deref(), &span)?;
                    None
                }
                Event::MappingStart(style, anchor, tag) => {
                    self.start(NodeKind::Map(Vec::new()), style, anchor, tag.as_deref(), &span)?;
                    None
                }
                Event::SequenceEnd | Event::MappingEnd => self.finish(&range),
                _ => None,
            };
            if let Some((node, anchor)) = done {
                if !budget::spend(super::NODE) {
                    return Err(super::too_many(node.span));
                }
                if anchor != 0 {
                    self.anchors.store(anchor, &node);
                }
                match self.open.last_mut() {
                    Some(frame) => frame.put(node),
                    None => root = Some(node),
                }
            }
        }
        Ok(None)
    }

    fn start(
        &mut self,
        kind: NodeKind,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: &Range,
    ) -> Result<(), SyntaxError> {
        let range = span.byte_range().unwrap_or(0..0);
        if self.open.len() >= MAX_DEPTH {
            return Err(SyntaxError { at: self.view.span(range), message: super::TOO_DEEP.to_owned() });
        }
        self.open.push(Frame {
            kind,
            key: None,
            anchor,
            tag: self.tag(tag, span),
            start: range.start,
            flow: style == StructureStyle::Flow,
        });
        Ok(())
    }

    fn finish(&mut self, range: &std::ops::Range<usize>) -> Option<(Node, usize)> {
        let frame = self.open.pop()?;
        if frame.flow {
            self.end = self.end.max(range.end);
        }
        let kind = match frame.kind {
            NodeKind::Map(pairs) => NodeKind::map(merge(pairs, &mut self.errors)),
            NodeKind::Seq(items) => NodeKind::seq(items),
            other @ NodeKind::Scalar(_) => other,
        };
        let end = self.end.max(frame.start);
        Some((Node { kind, span: self.view.span(frame.start..end), tag: frame.tag }, frame.anchor))
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, tag: Option<String>, range: std::ops::Range<usize>) -> Node {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        // For a missing plain scalar, the parser reports `~` at the next token.
        let missing = style == Style::Plain && range.is_empty();
        let range = if missing { self.end..self.end } else { range };
        let text = if missing { Traced::new() } else { place::scalar(self.view, style, value, &range) };
        self.end = self.end.max(range.end);
        Node { kind: NodeKind::Scalar(Scalar { text, style }), span: self.view.span(range), tag }
    }

    /// A tag, after the removed tag before it, if any: `!Base64 !Sub`.
    fn tag(&self, tag: Option<&Tag>, span: &Range) -> Option<String> {
        let text = tag_text(tag?);
        let outer = span.tag_start().and_then(|m| m.byte_offset()).and_then(|at| self.tags.get(&at));
        Some(match outer {
            Some(outer) => format!("{outer} {text}"),
            None => text,
        })
    }

    fn alias(&mut self, id: usize, range: &std::ops::Range<usize>) -> Node {
        let at = self.view.span(range.clone());
        self.end = self.end.max(range.end);
        let name = String::from_utf8_lossy(self.view.bytes.get(range.clone()).unwrap_or_default()).into_owned();
        if self.open.iter().any(|f| f.anchor == id) {
            self.errors.push(SyntaxError { at, message: format!("{name} contains itself") });
            return unknown(at, Why::NotUnderstood(name.into()));
        }
        match self.anchors.expand(id, self.open.len(), at, &name) {
            Some(node) => node,
            None => {
                if self.errors.len() < super::MAX_ERRORS {
                    self.errors.push(SyntaxError { at, message: format!("{name} expands beyond the limit") });
                }
                unknown(at, Why::limit("what aliases repeat"))
            }
        }
    }

    fn error(&self, error: &ScanError) -> SyntaxError {
        let at = error.marker().byte_offset().unwrap_or(self.end).min(self.view.bytes.len());
        let message = error.info();
        SyntaxError { at: self.view.span(at..at), message: message.trim_end_matches('.').to_owned() }
    }
}

impl Frame {
    fn put(&mut self, node: Node) {
        match &mut self.kind {
            NodeKind::Seq(items) => items.push(node),
            NodeKind::Map(pairs) => match self.key.take() {
                Some(key) => pairs.push((key, node)),
                None => self.key = Some(node),
            },
            NodeKind::Scalar(_) => {}
        }
    }
}

/// An unknown scalar.
fn unknown(at: crate::text::Span, why: Why) -> Node {
    Node { kind: NodeKind::Scalar(Scalar { text: Traced::unknown(at, why), style: Style::Plain }), span: at, tag: None }
}

/// A tag in its shortest usual form: `!!str` for YAML's own types, otherwise as written.
fn tag_text(tag: &Tag) -> String {
    match tag.suffix_in_namespace("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => tag.original(),
    }
}

#[cfg(test)]
mod tests;
