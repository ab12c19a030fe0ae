//! Quoted strings and their expansion.

use crate::text::Traced;

use super::{Parser, Part, variable};

impl Parser<'_> {
    /// `'…'` or `"…"`.
    pub(super) fn string(&mut self) -> Vec<Part> {
        let Some(quote) = self.peek() else { return Vec::new() };
        self.at += 1;
        let from = self.at;
        let mut at = from;
        let bytes = &self.view.bytes;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'`' if quote == b'"' => at += 1,
                b if *b == quote && bytes.get(at + 1) == Some(&quote) => at += 1,
                b if *b == quote => break,
                _ => {}
            }
            at += 1;
        }
        let to = at.min(bytes.len());
        self.at = (to + 1).min(bytes.len());
        self.contents(from, to, quote, false)
    }

    /// `@'` up to a line that starts with `'@`.
    pub(super) fn here_string(&mut self) -> Vec<Part> {
        let quote = self.rest().get(1).copied().unwrap_or(b'"');
        let line = self.rest().iter().position(|b| *b == b'\n').map_or(self.rest().len(), |n| n + 1);
        let from = self.at + line;
        let rest = self.view.bytes.get(from..).unwrap_or_default();
        let close = [b'\n', quote, b'@'];
        let first = rest.starts_with(&close[1..]);
        let end = if first { Some(0) } else { rest.windows(3).position(|w| w == close) };
        let Some(end) = end else {
            self.at = self.view.bytes.len();
            return vec![Part::Unknown(self.view.span(from.min(self.at)..self.at), "a here-string without an end")];
        };
        self.at = from + end + if first { 2 } else { 3 };
        let carriage = usize::from(end > 0 && rest[end - 1] == b'\r');
        self.contents(from, from + end - carriage, quote, true)
    }

    /// The content of a string, with expansions.
    fn contents(&mut self, from: usize, to: usize, quote: u8, here: bool) -> Vec<Part> {
        let bytes = self.view.bytes.get(..to).unwrap_or_default();
        let mut parts = Vec::new();
        let mut text = Traced::new();
        let mut at = from;
        while at < to {
            let rest = &bytes[at..];
            match rest {
                [a, b, ..] if *a == quote && *b == quote && !here => {
                    text.push(&self.view.traced(at..at + 1));
                    at += 2;
                }
                [b'`', c, ..] if quote == b'"' => {
                    let control = match c {
                        b'n' => Some(b'\n'),
                        b'r' => Some(b'\r'),
                        b't' => Some(b'\t'),
                        b'0' => Some(0),
                        _ => None,
                    };
                    match control {
                        Some(control) => text.push_made(&[control], self.view.span(at..at + 2)),
                        None => text.push(&self.view.traced(at + 1..at + 2)),
                    }
                    at += 2;
                }
                [b'$', b'(', ..] if quote == b'"' => {
                    let mut depth = 0_usize;
                    let mut end = at + 1;
                    while end < to {
                        match bytes[end] {
                            b'(' => depth += 1,
                            b')' => depth = depth.saturating_sub(1),
                            _ => {}
                        }
                        end += 1;
                        if depth == 0 {
                            break;
                        }
                    }
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    // `$($name)` is the variable.
                    let inner = &bytes[at + 2..end.saturating_sub(1).max(at + 2)];
                    match variable(inner).filter(|(_, length)| *length == inner.len()) {
                        Some((name, _)) => parts.push(Part::Variable(name)),
                        None => parts.push(Part::Unknown(self.view.span(at..end), "a command in a text")),
                    }
                    at = end;
                }
                [b'$', ..] if quote == b'"' && variable(rest).is_some() => {
                    let (name, length) = variable(rest).unwrap_or_default();
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(Part::Variable(name));
                    at += length.max(1);
                }
                _ => {
                    let run = rest[1..].iter().position(|b| matches!(b, b'$' | b'`') || *b == quote);
                    let end = at + run.map_or(rest.len(), |n| n + 1);
                    self.view.push_onto(&mut text, at..end);
                    at = end;
                }
            }
        }
        if !text.is_empty() || parts.is_empty() {
            parts.push(Part::Text(text));
        }
        parts
    }
}
