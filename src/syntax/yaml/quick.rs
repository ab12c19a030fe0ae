//! A reader for the YAML that programs and people write most: block maps and lists, scalars, tags, and flow collections. It gives
//! the tree that the events of the full parser give, in a fraction of the time, or nothing: a text with anything else in it, such
//! as an anchor, a folded scalar or an error, is read by the full parser. Where the rules of YAML are intricate, it gives up. A test
//! holds its trees and places to those of the full parser, also on texts that were changed at random.

use std::ops::Range;

use crate::syntax::{MAX_DEPTH, NODE, Node, NodeKind, Scalar, Style};
use crate::text::{Traced, View, budget};

use super::place;

/// The most documents of one stream that are parsed.
pub(super) const MAX_DOCUMENTS: usize = 10_000;

/// The longest key, in bytes; that of the full parser is longer.
const MAX_KEY: usize = 1000;

/// The documents of a stream; `None` if something in it is not understood here.
pub(super) fn stream(view: &View) -> Option<Vec<Node>> {
    if view.bytes.iter().any(|b| b.is_ascii_control() && !matches!(b, b'\n' | b'\t')) || has_odd_characters(&view.bytes)
    {
        return None;
    }
    let mut reader = Reader { view, bytes: &view.bytes, at: 0, line: 0, column: None, end: 0, depth: 0 };
    let mut out = Vec::new();
    reader.lines(0)?;
    loop {
        reader.end = 0;
        let marked = reader.column.is_none() && reader.bytes[reader.at..].starts_with(b"---");
        if marked {
            reader.rest(reader.at + 3)?;
        }
        match reader.column {
            Some(_) => out.push(reader.root()?),
            None if marked => out.push(reader.missing()),
            None => {}
        }
        match reader.column {
            None if reader.at == reader.bytes.len() => break,
            None if reader.bytes[reader.at..].starts_with(b"---") && out.len() < MAX_DOCUMENTS => {}
            _ => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

/// True if a character stands in the text that may not, or that is no part of a line: controls, byte-order marks.
fn has_odd_characters(bytes: &[u8]) -> bool {
    !bytes.is_ascii()
        && bytes
            .windows(3)
            .any(|w| matches!(w, [0xC2, 0x80..=0x9F, _] | [0xEF, 0xBB, 0xBF] | [0xEF, 0xBF, 0xBE | 0xBF]))
}

struct Reader<'a> {
    view: &'a View,
    bytes: &'a [u8],
    /// The start of the next content, or the end of the document.
    at: usize,
    /// The start of its line.
    line: usize,
    /// Its column; `None` at the end of the document.
    column: Option<usize>,
    /// The end of the last token with content.
    end: usize,
    /// The number of open collections.
    depth: usize,
}

/// What a value is a part of.
#[derive(Clone, Copy)]
struct Parent {
    /// The column of the collection; -1 for a document.
    column: isize,
    /// A map, where a list may stand in the same column, and no collection in the line of the key.
    map: bool,
}

impl Reader<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// True at the end of a line or of the text.
    fn is_end(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b'\n'))
    }

    fn is_blank_or_end(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b'\n' | b' '))
    }

    fn spaces(&self, at: usize) -> usize {
        at + self.bytes[at..].iter().take_while(|b| **b == b' ').count()
    }

    fn line_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |length| at + length)
    }

    fn is_marker(&self, at: usize) -> bool {
        self.bytes.get(at..at + 3).is_some_and(|w| w == b"---" || w == b"...") && self.is_blank_or_end(at + 3)
    }

    /// Goes on to the next content from the start of a line.
    fn lines(&mut self, mut at: usize) -> Option<()> {
        loop {
            let content = self.spaces(at);
            match self.byte(content) {
                Some(b'\n') => at = content + 1,
                Some(b'#') => at = (self.line_end(content) + 1).min(self.bytes.len()),
                Some(b'\t') => return None,
                Some(_) if content > at || !self.is_marker(at) => {
                    (self.at, self.line, self.column) = (content, at, Some(content - at));
                    return Some(());
                }
                _ => {
                    (self.at, self.line, self.column) = (content, at, None);
                    return Some(());
                }
            }
        }
    }

    /// Goes on to the next content after a value that ends at `at`.
    fn rest(&mut self, at: usize) -> Option<()> {
        let end = self.spaces(at);
        match self.byte(end) {
            None => self.lines(end),
            Some(b'\n') => self.lines(end + 1),
            Some(b'#') if end > at => self.lines((self.line_end(end) + 1).min(self.bytes.len())),
            Some(_) => None,
        }
    }

    /// What stands between documents: nothing but a collection, as a scalar there has rules of its own.
    fn root(&mut self) -> Option<Node> {
        let node = self.content(self.at, None, Parent { column: -1, map: false })?;
        (!matches!(node.kind, NodeKind::Scalar(_))).then_some(node)
    }

    /// A value that is left out.
    fn missing(&self) -> Node {
        Node::plain(Traced::new(), self.view.span(self.end..self.end))
    }

    /// The value after a key or a dash.
    fn value(&mut self, at: usize, parent: Parent) -> Option<Node> {
        budget::spend(NODE * (1 + usize::from(parent.map))).then_some(())?;
        let (tag, at) = self.tag(self.spaces(at))?;
        // Before a sign of a comment stands a space here.
        if !self.is_end(at) && self.byte(at) != Some(b'#') {
            return self.content(at, tag, parent);
        }
        self.lines((self.line_end(at) + 1).min(self.bytes.len()))?;
        match self.column {
            Some(column) if column.cast_signed() > parent.column => {
                let (inner, at) = self.tag(self.at)?;
                // A tag in the line of a collection is that of its first part.
                let whole = Parent { map: inner.is_some(), ..parent };
                if inner.is_some() && (tag.is_some() || self.is_end(at)) {
                    return None;
                }
                self.content(at, tag.or(inner), whole)
            }
            Some(column) if column.cast_signed() == parent.column && parent.map && self.is_dash(self.at) => {
                // The full parser reports such a list from its first item on.
                let first = self.spaces(self.at + 1);
                let first = if self.byte(first) == Some(b'#') { self.line_end(first) } else { first };
                self.sequence(column, tag, first)
            }
            _ if tag.is_some() => None,
            _ => Some(self.missing()),
        }
    }

    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == Some(b'-') && self.is_blank_or_end(at + 1)
    }

    /// A tag, or two of them, at `at`, and what follows.
    fn tag(&self, at: usize) -> Option<(Option<String>, usize)> {
        let (mut tag, mut at): (Option<String>, _) = (None, at);
        while self.byte(at) == Some(b'!') {
            let own = self.bytes[at..].strip_prefix(b"!!").map_or(1, |_| 2);
            let name = |b: &&u8| b.is_ascii_alphanumeric() || **b == b':';
            let end = at + own + self.bytes[at + own..].iter().take_while(name).count();
            let text = std::str::from_utf8(&self.bytes[at..end]).ok()?;
            if end == at + own || text.ends_with(':') || !self.is_blank_or_end(end) {
                return None;
            }
            tag = Some(match tag {
                None => text.to_owned(),
                Some(outer) if !outer.contains([' ']) && !outer.starts_with("!!") => format!("{outer} {text}"),
                Some(_) => return None,
            });
            at = self.spaces(end);
        }
        Some((tag, at))
    }

    /// What starts at `at`, in the line of the reader.
    fn content(&mut self, at: usize, tag: Option<String>, parent: Parent) -> Option<Node> {
        let scalar =
            |text, style, span| Node { kind: NodeKind::Scalar(Scalar { text, style }), span, tag: tag.clone() };
        match self.byte(at)? {
            b'-' if self.is_blank_or_end(at + 1) => {
                if parent.map {
                    return None;
                }
                self.at = at;
                self.sequence(at - self.line, tag, at)
            }
            b'[' | b'{' => {
                let mut end = at;
                let mut node = self.flow(&mut end, parent.column)?;
                node.tag = tag;
                self.rest(end)?;
                Some(node)
            }
            b'|' => {
                let (text, range) = self.literal(at, parent.column)?;
                Some(scalar(text, Style::Literal, self.view.span(range)))
            }
            _ if self.key(at).is_some() => {
                if parent.map {
                    return None;
                }
                self.at = at;
                self.mapping(at - self.line, tag)
            }
            b'"' | b'\'' => {
                let (text, style, range) = self.quoted(at, parent.column)?;
                self.rest(range.end)?;
                Some(scalar(text, style, self.view.span(range)))
            }
            _ => {
                let (text, range) = self.plain(at, parent.column)?;
                Some(scalar(text, Style::Plain, self.view.span(range)))
            }
        }
    }

    fn open(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    fn sequence(&mut self, column: usize, tag: Option<String>, start: usize) -> Option<Node> {
        self.open()?;
        let mut items = Vec::new();
        loop {
            let parent = Parent { column: column.cast_signed(), map: false };
            items.push(self.value(self.at + 1, parent)?);
            match self.column {
                Some(next) if next > column => return None,
                Some(next) if next == column && self.is_dash(self.at) => {}
                _ => break,
            }
        }
        self.depth -= 1;
        Some(Node { kind: NodeKind::seq(items), span: self.view.span(start..self.end.max(start)), tag })
    }

    fn mapping(&mut self, column: usize, tag: Option<String>) -> Option<Node> {
        self.open()?;
        let start = self.at;
        let mut pairs = Vec::new();
        loop {
            let (style, range, after) = self.key(self.at)?;
            let inner = if style == Style::Plain { range.clone() } else { range.start + 1..range.end - 1 };
            self.end = self.end.max(range.end);
            let text = self.run(inner, style)?;
            let key = Node { kind: NodeKind::Scalar(Scalar { text, style }), span: self.view.span(range), tag: None };
            pairs.push((key, self.value(after, Parent { column: column.cast_signed(), map: true })?));
            match self.column {
                Some(next) if next > column => return None,
                Some(next) if next == column => {}
                _ => break,
            }
        }
        self.depth -= 1;
        Some(Node { kind: NodeKind::map(pairs), span: self.view.span(start..self.end.max(start)), tag })
    }

    /// The text of one line of a scalar, or of a quoted one of several.
    fn run(&self, range: Range<usize>, style: Style) -> Option<Traced> {
        let bytes = &self.bytes[range.clone()];
        let mark = match style {
            Style::SingleQuoted => b'\'',
            Style::DoubleQuoted => b'\\',
            _ => b'\n',
        };
        if memchr::memchr2(b'\n', mark, bytes).is_none() {
            return Some(self.view.traced(range));
        }
        let text = place::flow(self.view, range, style);
        (!text.has_unknown()).then_some(text)
    }

    /// The style and the place of the key at `at`, and what follows its colon. `None` if there is none in this line.
    fn key(&self, at: usize) -> Option<(Style, Range<usize>, usize)> {
        let (style, end) = match self.byte(at)? {
            b'"' | b'\'' => self.closing(at)?,
            _ => (Style::Plain, self.plain_end(at, false)?),
        };
        let range = at..end;
        let fits = range.len() <= MAX_KEY && memchr::memchr(b'\n', &self.bytes[range.clone()]).is_none();
        let is_key = self.byte(end) == Some(b':') && self.is_blank_or_end(end + 1);
        (fits && is_key && &self.bytes[range.clone()] != b"<<").then_some((style, range, end + 1))
    }

    /// The end of the plain scalar at `at` in its line: before a colon, a comment, or the end. In a flow collection, its signs
    /// end it as well.
    fn plain_end(&self, at: usize, flow: bool) -> Option<usize> {
        let is_sign = |b: u8| matches!(b, b',' | b'[' | b']' | b'{' | b'}');
        match self.byte(at)? {
            b'-' if self.is_blank_or_end(at + 1) || flow && self.byte(at + 1).is_some_and(is_sign) => return None,
            b'?' | b':' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'@' | b'`' | b'%' | b'"' | b'\'' => return None,
            b => {
                if is_sign(b) {
                    return None;
                }
            }
        }
        let mut end = at;
        let mut next = at;
        loop {
            match self.byte(next) {
                None | Some(b'\n') => return Some(end),
                Some(b'\t') => return None,
                Some(b':') if self.is_blank_or_end(next + 1) => return (end == next).then_some(end),
                Some(b':') if flow && self.byte(next + 1).is_some_and(is_sign) => return None,
                Some(b' ') => {
                    next = self.spaces(next);
                    if self.byte(next) == Some(b'#') {
                        return Some(end);
                    }
                }
                Some(b) if flow && is_sign(b) => return Some(end),
                Some(_) => {
                    next += 1;
                    end = next;
                }
            }
        }
    }

    /// A plain scalar outside flow collections, which may have several lines.
    fn plain(&mut self, at: usize, parent: isize) -> Option<(Traced, Range<usize>)> {
        let mut end = self.plain_end(at, false)?;
        if self.byte(end) == Some(b':') {
            return None;
        }
        loop {
            let rest = self.spaces(end);
            if !self.is_end(rest) {
                break;
            }
            let mut line = rest;
            let mut content = rest;
            while self.byte(content) == Some(b'\n') {
                line = content + 1;
                content = self.spaces(line);
            }
            let goes_on = self.byte(content).is_some_and(|b| b != b'#') && (content - line).cast_signed() > parent;
            if !goes_on {
                break;
            }
            // Any sign may start another line of it.
            end = self.continued(content)?;
        }
        let text = self.run(at..end, Style::Plain)?;
        self.end = self.end.max(end);
        self.rest(end)?;
        Some((text, at..end))
    }

    /// The end of a further line of a plain scalar.
    fn continued(&self, at: usize) -> Option<usize> {
        let line = &self.bytes[at..self.line_end(at)];
        let odd = line.contains(&b'\t') || line.ends_with(b":") || line.windows(2).any(|w| w == b": " || w == b" #");
        (!odd).then(|| at + line.trim_ascii_end().len())
    }

    /// The end of the quoted scalar at `at`, after its quote.
    fn closing(&self, at: usize) -> Option<(Style, usize)> {
        let quote = self.byte(at)?;
        let mut next = at + 1;
        loop {
            next += memchr::memchr2(quote, b'\\', self.bytes.get(next..)?)?;
            match (quote, self.byte(next)?) {
                (b'\'', b'\'') if self.byte(next + 1) == Some(b'\'') => next += 2,
                (b'\'', b'\\') => next += 1,
                (b'\'', _) => return Some((Style::SingleQuoted, next + 1)),
                (_, b'"') => return Some((Style::DoubleQuoted, next + 1)),
                _ => {
                    let known = b"0abtnvfreN_LP \"/\\".contains(&self.byte(next + 1)?);
                    let digits = match self.byte(next + 1)? {
                        b'x' => 2,
                        b'u' if !matches!(self.byte(next + 2)?, b'd' | b'D') => 4,
                        _ if known => 0,
                        _ => return None,
                    };
                    next += 2;
                    if !self.bytes.get(next..next + digits)?.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    next += digits;
                }
            }
        }
    }

    fn quoted(&mut self, at: usize, parent: isize) -> Option<(Traced, Style, Range<usize>)> {
        let (style, end) = self.closing(at)?;
        let inner = at + 1..end - 1;
        let mut line = inner.start;
        while let Some(length) = memchr::memchr(b'\n', &self.bytes[line..inner.end]) {
            line += length + 1;
            let content = self.spaces(line);
            let indented = (content - line).cast_signed() > parent && content > line;
            if self.byte(content) == Some(b'\t') || !indented && self.byte(content) != Some(b'\n') {
                return None;
            }
        }
        let text = self.run(inner, style)?;
        self.end = self.end.max(end);
        Some((text, style, at..end))
    }

    /// The literal block scalar whose header is at `at`: its text, and the place of its content.
    fn literal(&mut self, at: usize, parent: isize) -> Option<(Traced, Range<usize>)> {
        let (keeps, strips) = (self.byte(at + 1) == Some(b'+'), self.byte(at + 1) == Some(b'-'));
        let header = at + 1 + usize::from(keeps || strips);
        let blank = self.spaces(header);
        let comment = self.byte(blank) == Some(b'#') && blank > header;
        if !self.is_end(blank) && !comment {
            return None;
        }
        let mut line = (self.line_end(blank) + 1).min(self.bytes.len());
        let mut start = self.spaces(line);
        let mut leading = 0;
        let mut widest = 0;
        while self.byte(start) == Some(b'\n') {
            widest = widest.max(start - line);
            leading += 1;
            line = start + 1;
            start = self.spaces(line);
        }
        let indent = start - line;
        let empty = self.byte(start).is_none() || indent.cast_signed() <= parent || indent == 0;
        if empty || widest > indent || self.byte(start) == Some(b'\t') {
            return None;
        }
        // The lines with content, each with the empty lines before it.
        let mut value = vec![b'\n'; leading];
        let mut breaks = 0;
        let mut next = line;
        loop {
            let content = self.spaces(next).min(next + indent);
            match self.byte(content) {
                Some(b'\n') => {
                    breaks += 1;
                    next = content + 1;
                }
                Some(b'\t') if content < next + indent => return None,
                Some(_) if content == next + indent => {
                    value.extend(std::iter::repeat_n(b'\n', breaks));
                    let end = self.line_end(content);
                    value.extend_from_slice(&self.bytes[content..end]);
                    breaks = usize::from(end < self.bytes.len());
                    next = (end + 1).min(self.bytes.len());
                }
                _ => break,
            }
        }
        let end = self.spaces(next);
        let ends = match () {
            () if keeps => breaks,
            () if strips => 0,
            () => breaks.min(1),
        };
        value.extend(std::iter::repeat_n(b'\n', ends));
        let value = std::str::from_utf8(&value).ok()?;
        let text = place::scalar(self.view, Style::Literal, value, &(start..end));
        self.end = self.end.max(end);
        self.lines(next)?;
        // A comment or a sign that is indented like a part of the scalar has rules of its own.
        let column = self.column.map_or(-1, |column| column.cast_signed());
        (column <= parent).then_some((text, start..end))
    }

    /// What stands at `at` in a flow collection, or the collection itself.
    fn flow(&mut self, at: &mut usize, parent: isize) -> Option<Node> {
        budget::spend(NODE).then_some(())?;
        let (tag, start) = self.tag(*at)?;
        *at = start;
        let kind = match self.byte(start)? {
            open @ (b'[' | b'{') => {
                self.open()?;
                *at += 1;
                let kind = if open == b'[' { self.flow_items(at, parent)? } else { self.flow_pairs(at, parent)? };
                self.end = self.end.max(*at);
                self.depth -= 1;
                kind
            }
            _ => {
                let (text, style, range) = self.flow_scalar(start, parent)?;
                *at = range.end;
                NodeKind::Scalar(Scalar { text, style })
            }
        };
        Some(Node { kind, span: self.view.span(start..*at), tag })
    }

    fn flow_scalar(&mut self, at: usize, parent: isize) -> Option<(Traced, Style, Range<usize>)> {
        if matches!(self.byte(at)?, b'"' | b'\'') {
            return self.quoted(at, parent);
        }
        let end = self.plain_end(at, true)?;
        self.end = self.end.max(end);
        Some((self.view.traced(at..end), Style::Plain, at..end))
    }

    /// Goes on to the next content inside a flow collection.
    fn flow_blanks(&self, at: &mut usize, parent: isize) -> Option<u8> {
        loop {
            let content = self.spaces(*at);
            match self.byte(content)? {
                b'\n' => *at = content + 1,
                b'\t' | b'#' => return None,
                byte => {
                    // In a line of its own it is indented like other content.
                    let own_line = *at > 0 && self.byte(*at - 1) == Some(b'\n');
                    let column = (content - *at).cast_signed();
                    let fits = !own_line || column > parent && !(column == 0 && self.is_marker(content));
                    *at = content;
                    return fits.then_some(byte);
                }
            }
        }
    }

    fn flow_items(&mut self, at: &mut usize, parent: isize) -> Option<NodeKind> {
        let mut items = Vec::new();
        if self.flow_blanks(at, parent)? == b']' {
            *at += 1;
            return Some(NodeKind::seq(items));
        }
        loop {
            self.flow_blanks(at, parent)?;
            items.push(self.flow(at, parent)?);
            let next = self.flow_blanks(at, parent)?;
            *at += 1;
            match next {
                b',' => {}
                b']' => return Some(NodeKind::seq(items)),
                _ => return None,
            }
        }
    }

    fn flow_pairs(&mut self, at: &mut usize, parent: isize) -> Option<NodeKind> {
        let mut pairs = Vec::new();
        if self.flow_blanks(at, parent)? == b'}' {
            *at += 1;
            return Some(NodeKind::map(pairs));
        }
        loop {
            self.flow_blanks(at, parent)?;
            budget::spend(NODE).then_some(())?;
            let (text, style, range) = self.flow_scalar(*at, parent)?;
            let adjacent = style != Style::Plain || self.is_blank_or_end(range.end + 1);
            let one_line = range.len() <= MAX_KEY && memchr::memchr(b'\n', &self.bytes[range.clone()]).is_none();
            if self.byte(range.end) != Some(b':') || !adjacent || !one_line || &self.bytes[range.clone()] == b"<<" {
                return None;
            }
            *at = range.end + 1;
            let key = Node { kind: NodeKind::Scalar(Scalar { text, style }), span: self.view.span(range), tag: None };
            if matches!(self.flow_blanks(at, parent)?, b',' | b'}') {
                return None;
            }
            pairs.push((key, self.flow(at, parent)?));
            let next = self.flow_blanks(at, parent)?;
            *at += 1;
            match next {
                b',' => {}
                b'}' => return Some(NodeKind::map(pairs)),
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests;
