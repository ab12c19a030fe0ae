//! Values written out as JSON text.

use crate::text::{Span, Traced};

use super::value::{MAX_LEVELS, Val, made};

/// How output is laid out.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// One level of indentation; `None` puts all on one line.
    pub(super) indent: Option<String>,
    /// Keys in the order of their bytes.
    pub(super) sort_keys: bool,
    /// Nothing but ASCII.
    pub(super) ascii: bool,
}

/// The value on one line, as `tojson` gives it.
pub(super) fn compact(val: &Val) -> Traced {
    text(val, &Layout { indent: None, sort_keys: false, ascii: false })
}

/// The value in `layout`, without a line end.
pub(super) fn text(val: &Val, layout: &Layout) -> Traced {
    // The place of what nobody wrote: brackets, commas, indentation.
    let mut out = Traced::new();
    if let Some(at) = made(" ").span() {
        Printer { layout, at }.write(val, 0, &mut out);
    }
    out
}

struct Printer<'a> {
    layout: &'a Layout,
    at: Span,
}

impl Printer<'_> {
    fn line(&self, level: u32, out: &mut Traced) {
        if let Some(indent) = &self.layout.indent {
            let mut line = String::from("\n");
            for _ in 0..level.min(MAX_LEVELS) {
                line.push_str(indent);
            }
            out.push_made(line.as_bytes(), self.at);
        }
    }

    fn write(&self, val: &Val, level: u32, out: &mut Traced) {
        match val {
            Val::Null(text) | Val::Bool(_, text) | Val::Number(_, text) | Val::Hole(text) => out.push(text),
            Val::Str(text) => self.string(text, out),
            Val::Arr(arr) => {
                out.push_made(b"[", self.at);
                for (n, item) in arr.items.iter().enumerate() {
                    if n > 0 {
                        out.push_made(b",", self.at);
                    }
                    self.line(level + 1, out);
                    self.write(item, level + 1, out);
                }
                if !arr.items.is_empty() {
                    self.line(level, out);
                }
                out.push_made(b"]", self.at);
            }
            Val::Obj(obj) => {
                let mut pairs: Vec<_> = obj.pairs.iter().collect();
                if self.layout.sort_keys {
                    pairs.sort_by(|a, b| a.0.cmp(b.0));
                }
                out.push_made(b"{", self.at);
                for (n, (_, (key, value))) in pairs.iter().enumerate() {
                    if n > 0 {
                        out.push_made(b",", self.at);
                    }
                    self.line(level + 1, out);
                    self.string(key, out);
                    let colon: &[u8] = if self.layout.indent.is_some() { b": " } else { b":" };
                    out.push_made(colon, self.at);
                    self.write(value, level + 1, out);
                }
                if !pairs.is_empty() {
                    self.line(level, out);
                }
                out.push_made(b"}", self.at);
            }
        }
    }

    fn string(&self, text: &Traced, out: &mut Traced) {
        let at = text.span().unwrap_or(self.at);
        out.push_made(b"\"", at);
        for (range, piece) in text.ranges() {
            let bytes = text.bytes().get(range.clone()).unwrap_or_default();
            if matches!(piece.whence, crate::text::Whence::Hole(..)) {
                out.push(&text.slice(range));
                continue;
            }
            let part = String::from_utf8_lossy(bytes);
            // A piece that is no text by itself is the rest of a character; it is rare and its place is that of the string.
            let exact = part.len() == bytes.len();
            let mut done = 0;
            for (n, c) in part.char_indices() {
                let Some(escaped) = self.escape(c) else { continue };
                let start = range.start + n;
                if exact {
                    out.push(&text.slice(range.start + done..start));
                    let place = text.slice(start..start + c.len_utf8()).span().unwrap_or(at);
                    out.push_made(escaped.as_bytes(), place);
                } else {
                    out.push_made(part.get(done..n).unwrap_or_default().as_bytes(), at);
                    out.push_made(escaped.as_bytes(), at);
                }
                done = n + c.len_utf8();
            }
            if exact {
                out.push(&text.slice(range.start + done..range.end));
            } else {
                out.push_made(part.get(done..).unwrap_or_default().as_bytes(), at);
            }
        }
        out.push_made(b"\"", at);
    }

    fn escape(&self, c: char) -> Option<String> {
        Some(match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            '\t' => "\\t".to_owned(),
            '\r' => "\\r".to_owned(),
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            '\0'..='\u{1f}' | '\u{7f}' => format!("\\u{:04x}", u32::from(c)),
            _ if self.layout.ascii && !c.is_ascii() => {
                let units: Vec<_> = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
                units.concat()
            }
            _ => return None,
        })
    }
}
