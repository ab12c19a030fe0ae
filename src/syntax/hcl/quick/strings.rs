//! Strings between quotes and here-documents, with what they interpolate.

use super::super::template::{TemplateKind, Token, Tokens};
use super::super::tree::{ExprKind, Template};
use super::Reader;

impl Reader<'_> {
    /// A string between quotes.
    pub(super) fn quoted(&mut self) -> Option<ExprKind> {
        self.at += 1;
        let mut tokens = Tokens::new(self.view, TemplateKind::Quoted);
        let mut from = self.at;
        loop {
            match self.peek(0) {
                b'"' => break,
                b'\\' => self.at += self.escape()?,
                b'\n' | 0 => return None,
                b'$' | b'%' if self.is_escaped() => self.at += 3,
                b'%' if self.peek(1) == b'{' => return None,
                b'$' if self.peek(1) == b'{' => {
                    self.literal(&mut tokens, from);
                    self.interpolation(&mut tokens)?;
                    from = self.at;
                }
                _ => self.at += 1,
            }
        }
        self.literal(&mut tokens, from);
        self.at += 1;
        Some(ExprKind::Template(Template { parts: tokens.finish() }))
    }

    fn literal(&self, tokens: &mut Tokens<'_>, from: usize) {
        if self.build && from < self.at {
            tokens.literal(from..self.at);
        }
    }

    /// True before `$${` and `%%{`.
    fn is_escaped(&self) -> bool {
        self.peek(1) == self.peek(0) && self.peek(2) == b'{'
    }

    /// The length of an escape after a backslash, with it.
    fn escape(&self) -> Option<usize> {
        let hex = |digits: usize| {
            let text = std::str::from_utf8(self.text.get(self.at + 2..self.at + 2 + digits)?).ok()?;
            let all = text.bytes().all(|b| b.is_ascii_hexdigit());
            let value = u32::from_str_radix(text, 16).ok().and_then(char::from_u32);
            (all && value.is_some()).then_some(digits + 2)
        };
        match self.peek(1) {
            b'n' | b'r' | b't' | b'\\' | b'"' => Some(2),
            b'u' => hex(4),
            b'U' => hex(8),
            _ => None,
        }
    }

    /// `${x}`, with its strip markers.
    fn interpolation(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        self.at += 2;
        let before = self.take(b'~').is_some();
        let inner = self.inside(true, |reader| {
            reader.skip(true)?;
            let inner = reader.expr()?;
            reader.skip(true)?;
            Some(inner)
        })?;
        let after = self.take(b'~').is_some();
        self.take(b'}')?;
        if self.build {
            tokens.sequence(Token::Interpolation(inner), before, after);
        }
        Some(())
    }

    /// The rest of the text as a template file.
    pub(super) fn file(&mut self) -> Option<Template> {
        let mut tokens = Tokens::new(self.view, TemplateKind::File);
        let mut from = self.at;
        while let Some(next) = memchr::memchr2(b'$', b'%', &self.text[self.at..]) {
            self.at += next;
            if self.is_escaped() {
                self.at += 3;
            } else if self.peek(1) != b'{' {
                self.at += 1;
            } else if self.peek(0) == b'$' {
                self.literal(&mut tokens, from);
                self.interpolation(&mut tokens)?;
                from = self.at;
            } else {
                return None;
            }
        }
        self.at = self.text.len();
        self.literal(&mut tokens, from);
        Some(Template { parts: tokens.finish() })
    }

    pub(super) fn heredoc(&mut self) -> Option<ExprKind> {
        if self.peek(1) != b'<' {
            return None;
        }
        self.at += 2;
        let flush = self.take(b'-').is_some();
        let word = self.ident()?;
        let word = &self.text[word];
        let mut tokens = Tokens::new(self.view, if flush { TemplateKind::Flush } else { TemplateKind::Heredoc });
        self.take(b'\n')?;
        let mut from = self.at;
        // An empty one is a case of its own.
        if self.end_of_heredoc(word).ok()?.is_some() {
            return None;
        }
        loop {
            match self.peek(0) {
                b'\n' => {
                    self.at += 1;
                    if let Some(end) = self.end_of_heredoc(word).ok()? {
                        self.literal(&mut tokens, from);
                        self.at = end;
                        return Some(ExprKind::Template(Template { parts: tokens.finish() }));
                    }
                }
                b'$' | b'%' if self.is_escaped() => self.at += 3,
                b'%' if self.peek(1) == b'{' => return None,
                b'$' if self.peek(1) == b'{' => {
                    self.literal(&mut tokens, from);
                    self.interpolation(&mut tokens)?;
                    from = self.at;
                }
                b'$' | b'%' => self.at += 1,
                _ => {
                    let rest = &self.text[self.at..];
                    self.at += memchr::memchr3(b'\n', b'$', b'%', rest)?;
                }
            }
        }
    }

    /// The place after the end mark in this line, if it is one. A failure if the text ends, or for white space of other kinds.
    fn end_of_heredoc(&self, word: &[u8]) -> Result<Option<usize>, ()> {
        if self.at >= self.text.len() {
            return Err(());
        }
        let line = std::str::from_utf8(&self.text[self.at..self.line_end()]).map_err(|_| ())?;
        let inner = line.trim();
        if inner.as_bytes() != word {
            return Ok(None);
        }
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let plain = line.trim_matches([' ', '\t']).len() == inner.len();
        plain.then_some(Some(self.at + indent + word.len())).ok_or(())
    }
}
