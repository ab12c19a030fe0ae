//! TOML: one tree, in the order of the source.

use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::text::{Traced, UNKNOWN_MARK, View, budget};

use super::{MAX_DEPTH, Node, NodeKind, Parsed, Scalar, Style, SyntaxError, TOO_DEEP};

/// Replaces an unknown part (with the length of [`UNKNOWN_MARK`]): valid as a value and in a bare key, and harmless inside a
/// string.
const PLACEHOLDER: &str = "111";

/// What a table takes of the budget of the unit, beside its keys and values.
const TABLE: usize = 1536;

/// Parses a TOML text. A broken text yields the valid parts and errors; `None` if it is not UTF-8.
///
/// Tables, dotted keys and inline tables all become maps; numbers, dates and booleans are plain scalars as written. An unknown
/// part may be inside a string, a whole value, in a bare key, or on whole lines. On a line of its own, it becomes a pair with
/// an unknown key and value.
pub(crate) fn parse(view: &View) -> Parsed<Option<Node>> {
    let text = match view.as_str() {
        Ok(text) => text,
        Err(at) => return Parsed { tree: None, errors: vec![SyntaxError::not_utf8(view, at)] },
    };
    // The whole tree is made at once.
    let values = text.bytes().filter(|b| matches!(b, b'=' | b',' | b'[' | b'.')).count();
    if !budget::spend(2 * super::NODE * values + TABLE * tables(text)) {
        return Parsed { tree: None, errors: vec![super::too_many(view.span(0..0))] };
    }
    let known = super::unknowns_as(view, text, PLACEHOLDER);
    let (known, lines) = whole_lines(view, text, known.into_owned());
    let (table, errors) = DeTable::parse_recoverable(&known);
    let mut reader = TomlReader { view, lines, errors: Vec::new() };
    for error in errors.into_iter().take(super::MAX_ERRORS) {
        let end = view.bytes.len();
        let at = error.span().map_or(end..end, |r| r.start.min(end)..r.end.clamp(r.start.min(end), end));
        let message = error.message().lines().next().unwrap_or("not TOML").to_owned();
        reader.errors.push(SyntaxError { at: view.span(at), message });
    }
    let tree = reader.table(table.get_ref(), table.span(), 0);
    Parsed { tree, errors: reader.errors }
}

/// How many tables a text has at most: those with a header, those in braces, and those in keys with dots.
fn tables(text: &str) -> usize {
    let dots = |text: &str| text.matches('.').count();
    let headers = text.lines().filter(|line| line.trim_start().starts_with('[')).map(|line| 1 + dots(line));
    let keys = text.split('=').map(|part| dots(part.rsplit(['\n', ',', '{']).next().unwrap_or_default()));
    headers.chain(keys).sum::<usize>() + text.matches('{').count()
}

/// Turns each line that is a single unknown part into a pair of the same length: an otherwise unused letter as key, `=` and a
/// digit. Returns the text and the offsets of those unknown parts.
fn whole_lines(view: &View, text: &str, mut known: String) -> (String, Vec<usize>) {
    let mut lines = Vec::new();
    if !text.contains(UNKNOWN_MARK) {
        return (known, lines);
    }
    let mut free: Vec<char> = ('a'..='z').chain('A'..='Z').collect();
    free.retain(|c| !text.lines().any(|l| l.trim_start().starts_with(*c)));
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word = line.trim();
        let unknown_at = at + (line.len() - line.trim_start().len());
        at += line.len();
        if word == UNKNOWN_MARK
            && view.unknown_in(&(unknown_at..unknown_at + UNKNOWN_MARK.len())).is_some()
            && let Some(letter) = free.pop()
        {
            known.replace_range(unknown_at..unknown_at + UNKNOWN_MARK.len(), &format!("{letter}=1"));
            lines.push(unknown_at);
        }
    }
    (known, lines)
}

struct TomlReader<'a> {
    view: &'a View,
    /// Offsets of the unknown parts on lines of their own.
    lines: Vec<usize>,
    errors: Vec<SyntaxError>,
}

impl TomlReader<'_> {
    fn too_deep(&mut self, span: Range<usize>) {
        self.errors.push(SyntaxError { at: self.view.span(span), message: TOO_DEEP.to_owned() });
    }

    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>, depth: usize) -> Option<Node> {
        if depth >= MAX_DEPTH {
            self.too_deep(span);
            return None;
        }
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, value)| (key.span().start, value.span().start));
        let mut pairs = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let at = key.span();
            if self.lines.contains(&at.start) {
                let unknown_at = at.start..at.start + UNKNOWN_MARK.len();
                let node = self.scalar(self.view.traced(unknown_at.clone()), Style::Plain, unknown_at);
                pairs.push((node.clone(), node));
            } else {
                let key = self.string(key.get_ref(), at);
                pairs.push((key, self.value(value, depth + 1)?));
            }
        }
        Some(Node { kind: NodeKind::map(pairs), span: self.view.span(span), tag: None })
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Option<Node> {
        let span = value.span();
        match value.get_ref() {
            DeValue::String(text) => Some(self.string(text, span)),
            DeValue::Table(table) => self.table(table, span, depth),
            DeValue::Array(items) => {
                if depth >= MAX_DEPTH {
                    self.too_deep(span);
                    return None;
                }
                let items = items.iter().map(|v| self.value(v, depth + 1)).collect::<Option<_>>()?;
                Some(Node { kind: NodeKind::seq(items), span: self.view.span(span), tag: None })
            }
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
                Some(self.scalar(self.view.traced(span.clone()), Style::Plain, span))
            }
        }
    }

    fn scalar(&self, text: Traced, style: Style, span: Range<usize>) -> Node {
        Node { kind: NodeKind::Scalar(Scalar { text, style }), span: self.view.span(span), tag: None }
    }

    /// The string or key at `span`, including quotes. `value` is the parser's result: if the map yields other bytes, `value` is
    /// used, mapped to the whole.
    fn string(&self, value: &str, span: Range<usize>) -> Node {
        let view = self.view;
        let raw = view.bytes.get(span.clone()).unwrap_or_default();
        let (style, text) = if raw.starts_with(b"\"\"\"") {
            (Style::Literal, unescape(view, inner(view, &span, 3), true))
        } else if raw.starts_with(b"'''") {
            (Style::Literal, view.traced(inner(view, &span, 3)))
        } else if raw.starts_with(b"\"") {
            (Style::DoubleQuoted, unescape(view, inner(view, &span, 1), false))
        } else if raw.starts_with(b"'") {
            (Style::SingleQuoted, view.traced(inner(view, &span, 1)))
        } else {
            (Style::Plain, view.traced(span.clone()))
        };
        if text.has_unknown() || text.bytes() == value.as_bytes() {
            return self.scalar(text, style, span);
        }
        let mut whole = Traced::new();
        view.push_escape(&mut whole, value.as_bytes(), span.clone());
        self.scalar(whole, style, span)
    }
}

/// The content of a string with `quotes` characters on either side. The first line break of a multi-line string is not part of
/// it.
fn inner(view: &View, span: &Range<usize>, quotes: usize) -> Range<usize> {
    let end = span.end.saturating_sub(quotes);
    let mut start = span.start + quotes;
    if quotes == 3 {
        start += match (view.bytes.get(start), view.bytes.get(start + 1)) {
            (Some(b'\n'), _) => 1,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => 0,
        };
    }
    start..end.max(start)
}

fn unescape(view: &View, range: Range<usize>, multi_line: bool) -> Traced {
    let bytes = &view.bytes;
    let mut out = Traced::new();
    let end = range.end.min(bytes.len());
    let mut run = range.start;
    let mut at = run;
    while at < end {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        view.push_onto(&mut out, run..at);
        let hex = |digits: usize| {
            let code = bytes.get(at + 2..at + 2 + digits).and_then(|d| std::str::from_utf8(d).ok());
            let code = code.and_then(|d| u32::from_str_radix(d, 16).ok()).and_then(char::from_u32);
            (code.unwrap_or(char::REPLACEMENT_CHARACTER), 2 + digits)
        };
        let (c, length) = match bytes.get(at + 1) {
            Some(b'b') => ('\u{8}', 2),
            Some(b't') => ('\t', 2),
            Some(b'n') => ('\n', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'r') => ('\r', 2),
            Some(b'e') => ('\u{1b}', 2),
            Some(b'x') => hex(2),
            Some(b'u') => hex(4),
            Some(b'U') => hex(8),
            Some(b' ' | b'\t' | b'\r' | b'\n') if multi_line => {
                at += 1;
                while at < end && bytes[at].is_ascii_whitespace() {
                    at += 1;
                }
                run = at;
                continue;
            }
            Some(c) if c.is_ascii() => (char::from(*c), 2),
            _ => (char::REPLACEMENT_CHARACTER, 1),
        };
        view.push_escape(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes(), at..(at + length).min(end));
        at += length;
        run = at;
    }
    view.push_onto(&mut out, run.min(end)..end);
    out
}

#[cfg(test)]
mod tests;
