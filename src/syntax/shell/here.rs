//! Here-documents.

use crate::text::Traced;

use super::parser::{Outcome, Parser, Pending, Stop, is_meta};
use super::tree::{Body, Part, Redirect, RedirectKind, Target, Word};
use super::word::Mode;

impl Parser<'_> {
    /// Parses the end marker after `<<`. The body is read at the next line break.
    pub(super) fn here(&mut self, descriptor: Option<u32>, start: usize) -> Outcome<Redirect> {
        let strip_tabs = self.eat(b"-");
        self.skip_blanks();
        let from = self.at;
        let mut delimiter = Vec::new();
        let mut quoted = false;
        while let Some(byte) = self.peek() {
            match byte {
                _ if is_meta(byte) || self.line_break() > 0 => break,
                b'\'' | b'"' => {
                    quoted = true;
                    let rest = &self.bytes[self.at + 1..self.end];
                    let Some(length) = rest.iter().position(|b| *b == byte) else {
                        self.error(self.at, format!("no closing `{}`", char::from(byte)));
                        self.at += 1;
                        return Err(Stop);
                    };
                    delimiter.extend_from_slice(&rest[..length]);
                    self.at += length + 2;
                }
                b'\\' => {
                    quoted = true;
                    delimiter.extend(self.look(1));
                    self.at = (self.at + 2).min(self.end);
                }
                _ => {
                    delimiter.push(byte);
                    self.at += 1;
                }
            }
        }
        if self.at == from {
            self.error(from, "expected the end mark of a here-document");
            return Err(Stop);
        }
        let body = Body::default();
        self.pending.push(Pending { delimiter, quoted, strip_tabs, body: body.clone() });
        let span = self.view.span(start..self.at);
        Ok(Redirect { descriptor, kind: RedirectKind::Here, target: Target::Body(body), span })
    }

    /// Reads the pending bodies, at the start of a line.
    pub(super) fn read_bodies(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let mut end = start;
            let mut joined = false;
            while self.at < self.end {
                let rest = self.rest();
                let length = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
                let mut line = &rest[..length];
                line = line.strip_suffix(b"\n").unwrap_or(line);
                if self.crlf {
                    line = line.strip_suffix(b"\r").unwrap_or(line);
                }
                let bare = if pending.strip_tabs {
                    let tabs = line.iter().take_while(|b| **b == b'\t').count();
                    &line[tabs..]
                } else {
                    line
                };
                let closes = !joined && bare == pending.delimiter;
                // A line that ends in a backslash is joined with the next one, even if that is the end marker.
                joined = !pending.quoted && line.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
                self.at += length;
                if closes {
                    break;
                }
                end = self.at;
            }
            let span = self.view.span(start..end);
            let parts = if pending.quoted {
                vec![Part::Quoted(self.plain_body(start..end, pending.strip_tabs))]
            } else {
                self.within(start..end, Mode::Here(pending.strip_tabs)).unwrap_or_default()
            };
            // Each body is read once, so this is never set twice.
            let _ = pending.body.0.set(Word { parts, span });
        }
    }

    fn plain_body(&self, range: std::ops::Range<usize>, strip_tabs: bool) -> Traced {
        let mut out = Traced::new();
        let mut at = range.start;
        while at < range.end {
            let rest = &self.bytes[at..range.end];
            let length = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
            let tabs = if strip_tabs { rest.iter().take_while(|b| **b == b'\t').count() } else { 0 };
            let end = at + length;
            if self.crlf && rest[..length].ends_with(b"\r\n") {
                self.view.push_onto(&mut out, at + tabs..end - 2);
                self.view.push_onto(&mut out, end - 1..end);
            } else {
                self.view.push_onto(&mut out, (at + tabs).min(end)..end);
            }
            at = end;
        }
        out
    }
}
