//! Repairs texts that are not valid YAML but are used as such: two tags on one node, and unknown parts on lines of their own.
//! Each is blanked where the parser fails, without changing offsets, and restored in the tree.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::syntax::{Node, NodeKind, Scalar, Style, SyntaxError};
use crate::text::{UNKNOWN_MARK, View};

/// The most repairs of one text. Each needs another run of the parser.
const MAX_REPAIRS: usize = 32;

/// The parts that were blanked.
#[derive(Default)]
pub(super) struct Repairs {
    /// Tags, by the offset of the tag after each.
    pub(super) tags: BTreeMap<usize, String>,
    /// Offsets of the unknown parts on lines of their own.
    lines: BTreeSet<usize>,
}

impl Repairs {
    /// Blanks the cause of a syntax error. False if it cannot be repaired.
    pub(super) fn add(&mut self, view: &View, text: &mut Cow<'_, str>, errors: &[SyntaxError]) -> bool {
        if self.tags.len() + self.lines.len() >= MAX_REPAIRS {
            return false;
        }
        for error in errors {
            let at = error.at.start as usize;
            if !self.tags.contains_key(&at)
                && let Some(range) = outer_tag(&view.bytes, at)
                && let Some(outer) = text.get(range.clone()).map(str::to_owned)
            {
                text.to_mut().replace_range(range.clone(), &" ".repeat(range.len()));
                self.tags.insert(at, outer);
                return true;
            }
            if let Some(unknown_at) = self.line_before(view, at)
                && text.get(unknown_at..unknown_at + UNKNOWN_MARK.len()) == Some(UNKNOWN_MARK)
            {
                // A comment is valid wherever a line is.
                text.to_mut().replace_range(unknown_at..unknown_at + UNKNOWN_MARK.len(), "#  ");
                self.lines.insert(unknown_at);
                return true;
            }
        }
        false
    }

    /// The last unknown part on a line of its own, at or before the line of `at`, that is not blanked yet.
    fn line_before(&self, view: &View, at: usize) -> Option<usize> {
        let bytes = &view.bytes;
        view.unknown_in(&(0..bytes.len()))?;
        let mut end = at.min(bytes.len());
        end += bytes[end..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - end);
        loop {
            let start = bytes[..end].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
            let line = &bytes[start..end];
            let indent = line.iter().take_while(|b| **b == b' ').count();
            let word = line[indent..].trim_ascii_end();
            let unknown_at = start + indent;
            if word == UNKNOWN_MARK.as_bytes()
                && !self.lines.contains(&unknown_at)
                && view.unknown_in(&(unknown_at..unknown_at + UNKNOWN_MARK.len())).is_some()
            {
                return Some(unknown_at);
            }
            end = start.checked_sub(1)?;
        }
    }

    /// Adds the unknown parts on lines of their own to their maps and lists, as unknown pairs or items.
    pub(super) fn restore(&self, view: &View, tree: &mut [Node]) {
        for unknown_at in &self.lines {
            let last = tree.iter().rposition(|n| (n.span.start as usize) < *unknown_at).unwrap_or(0);
            if let Some(document) = tree.get_mut(last) {
                insert(document, *unknown_at, column(&view.bytes, *unknown_at), view);
            }
        }
    }
}

/// The tag before the one at `at`: a node may have only one tag, but CloudFormation's short tags are often combined.
fn outer_tag(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if bytes.get(at) != Some(&b'!') {
        return None;
    }
    let before = bytes.get(..at)?;
    let end = before.iter().rposition(|b| !matches!(b, b' ' | b'\t'))? + 1;
    let start = before[..end].iter().rposition(|b| !(b.is_ascii_alphanumeric() || *b == b':'))?;
    let found = end < at && start + 1 < end && bytes[start] == b'!' && (start == 0 || bytes[start - 1] != b'!');
    found.then_some(start..end)
}

/// The column of an offset, in bytes.
fn column(bytes: &[u8], at: usize) -> usize {
    at - bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1)
}

/// Adds the unknown part at `unknown_at` to the innermost collection before it that is not indented deeper. A tree is limited
/// in depth, which limits the recursion.
fn insert(node: &mut Node, unknown_at: usize, indent: usize, view: &View) {
    let before = |n: &Node| (n.span.start as usize) < unknown_at;
    let continues = |n: &Node| match &n.kind {
        NodeKind::Scalar(_) => false,
        _ => column(&view.bytes, (n.span.start as usize).min(view.bytes.len())) <= indent,
    };
    let range = unknown_at..unknown_at + UNKNOWN_MARK.len();
    let unknown = || Node {
        kind: NodeKind::Scalar(Scalar { text: view.traced(range.clone()), style: Style::Plain }),
        span: view.span(range.clone()),
        tag: None,
    };
    match &mut node.kind {
        NodeKind::Seq(items) => match items.iter_mut().rposition(|n| before(n)) {
            Some(last) if continues(&items[last]) => insert(&mut items[last], unknown_at, indent, view),
            last => items.insert(last.map_or(0, |l| l + 1), unknown()),
        },
        NodeKind::Map(pairs) => match pairs.iter_mut().rposition(|(key, _)| before(key)) {
            Some(last) if continues(&pairs[last].1) => insert(&mut pairs[last].1, unknown_at, indent, view),
            last => pairs.insert(last.map_or(0, |l| l + 1), (unknown(), unknown())),
        },
        NodeKind::Scalar(_) => {}
    }
}
