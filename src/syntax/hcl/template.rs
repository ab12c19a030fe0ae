//! Literals of templates, byte by byte: escapes, strip markers, and the indentation that `<<-` removes.
//!
//! The order of the three is that of Go's `hclsyntax` (`parser_template.go`): a literal is one token per line (in a quoted
//! string: per run of text); `~` trims the one token next to it; then `<<-` removes the smallest indentation of the tokens that
//! still begin a line. So a line whose line break was trimmed keeps the indentation of the line after it.

use std::ops::Range;

use crate::text::{Traced, View};

use super::tree::{Expr, Part};

/// The kind of template, which decides its escapes and how its literals are split into tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TemplateKind {
    /// Between double quotes.
    Quoted,
    /// `<<EOT`.
    Heredoc,
    /// `<<-EOT`.
    Flush,
    /// A template file.
    File,
}

/// A template before its directives are nested.
pub(super) enum Token {
    Literal(Traced),
    Interpolation(Expr),
    If(Expr, crate::text::Span),
    Else,
    EndIf,
    For(Box<ForHead>),
    EndFor,
}

/// The head of a `for` directive.
pub(super) struct ForHead {
    pub(super) key_name: Option<std::sync::Arc<str>>,
    pub(super) value_name: std::sync::Arc<str>,
    pub(super) collection: Expr,
    pub(super) span: crate::text::Span,
}

/// Collects the tokens of a template in order.
pub(super) struct Tokens<'a> {
    view: &'a View,
    kind: TemplateKind,
    list: Vec<Token>,
    trim_next: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(view: &'a View, kind: TemplateKind) -> Self {
        Self { view, kind, list: Vec::new(), trim_next: false }
    }

    /// Literal text at `range` of the source.
    pub(super) fn literal(&mut self, range: Range<usize>) {
        let raw = self.view.bytes.get(range.clone()).unwrap_or_default();
        let mut from = 0;
        while from < raw.len() {
            let to = match self.kind {
                TemplateKind::Quoted => raw.len(),
                _ => raw[from..].iter().position(|b| *b == b'\n').map_or(raw.len(), |n| from + n + 1),
            };
            let mut text = unescape(self.view, range.start + from..range.start + to, self.kind == TemplateKind::Quoted);
            if std::mem::take(&mut self.trim_next) {
                text = text.slice(leading_space(&text)..text.len());
            }
            self.list.push(Token::Literal(text));
            from = to;
        }
    }

    /// A sequence such as `${~ x ~}`. The markers trim the adjacent literals.
    pub(super) fn sequence(&mut self, token: Token, trim_before: bool, trim_after: bool) {
        if trim_before && let Some(Token::Literal(text)) = self.list.last_mut() {
            *text = text.slice(0..text.len() - trailing_space(text));
        }
        self.trim_next = trim_after;
        self.list.push(token);
    }

    /// The template, with nested directives.
    pub(super) fn finish(mut self) -> Vec<Part> {
        if self.kind == TemplateKind::Flush {
            dedent(&mut self.list);
        }
        let mut tokens = self.list.into_iter();
        nest(&mut tokens).0
    }
}

/// What ended a run of parts.
enum End {
    Else,
    Close,
}

/// Directives are balanced and limited in depth; the parser ensures both.
fn nest(tokens: &mut std::vec::IntoIter<Token>) -> (Vec<Part>, End) {
    let mut parts: Vec<Part> = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            Token::Literal(text) => match parts.last_mut() {
                Some(Part::Literal(last)) => last.push(&text),
                _ if text.is_empty() => {}
                _ => parts.push(Part::Literal(text)),
            },
            Token::Interpolation(expr) => parts.push(Part::Interpolation(expr)),
            Token::If(condition, span) => {
                let (then, end) = nest(tokens);
                let otherwise = if matches!(end, End::Else) { nest(tokens).0 } else { Vec::new() };
                parts.push(Part::If { condition, then, otherwise, span });
            }
            Token::For(head) => {
                let (body, _) = nest(tokens);
                let ForHead { key_name, value_name, collection, span } = *head;
                parts.push(Part::For { key_name, value_name, collection, body, span });
            }
            Token::Else => return (parts, End::Else),
            Token::EndIf | Token::EndFor => return (parts, End::Close),
        }
    }
    (parts, End::Close)
}

/// Removes the smallest indentation, counted in characters, as Go's `flushHeredocTemplateParts` does.
fn dedent(tokens: &mut [Token]) {
    let mut least = usize::MAX;
    let mut begins = true;
    let mut adjust = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let text = match token {
            Token::Literal(text) => Some(text),
            _ => None,
        };
        if std::mem::take(&mut begins) {
            match text {
                Some(text) => {
                    let bytes = leading_space(text);
                    // A line of only white space does not count.
                    if bytes < text.len() || text.bytes().last() != Some(&b'\n') {
                        adjust.push(index);
                        least = least.min(chars(&text.bytes()[..bytes]));
                    }
                }
                None => least = 0,
            }
        }
        begins = text.is_some_and(|t| t.bytes().last() == Some(&b'\n'));
    }
    for index in adjust {
        if let Some(Token::Literal(text)) = tokens.get_mut(index) {
            let bytes = String::from_utf8_lossy(text.bytes()).chars().take(least).map(char::len_utf8).sum();
            *text = text.slice(bytes..text.len());
        }
    }
}

fn chars(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).chars().count()
}

/// The number of bytes of white space at the start. Unknown parts never count as white space.
fn leading_space(text: &Traced) -> usize {
    let whole = text.to_text();
    whole.len() - whole.trim_start().len()
}

/// The number of bytes of white space at the end.
fn trailing_space(text: &Traced) -> usize {
    let whole = text.to_text();
    whole.len() - whole.trim_end().len()
}

/// The value of a literal: `$${` and `%%{` are escapes everywhere, backslashes only between quotes.
pub(super) fn unescape(view: &View, range: Range<usize>, quoted: bool) -> Traced {
    let raw = view.bytes.get(range.clone()).unwrap_or_default();
    let mut out = Traced::new();
    let mut plain = 0;
    let mut at = 0;
    while at < raw.len() {
        let (length, value) = match &raw[at..] {
            [b'$', b'$', b'{', ..] => (3, Some("${".to_owned())),
            [b'%', b'%', b'{', ..] => (3, Some("%{".to_owned())),
            [b'\\', rest @ ..] if quoted => escape(rest),
            _ => (1, None),
        };
        if let Some(value) = value {
            view.push_onto(&mut out, range.start + plain..range.start + at);
            view.push_escape(&mut out, value.as_bytes(), range.start + at..range.start + at + length);
            plain = at + length;
        }
        at += length;
    }
    view.push_onto(&mut out, range.start + plain..range.end);
    out
}

/// The length of an escape with its backslash, and its value.
fn escape(rest: &[u8]) -> (usize, Option<String>) {
    let simple = |c: &str| (2, Some(c.to_owned()));
    let hex = |digits: usize| {
        let text = rest.get(1..=digits).and_then(|d| std::str::from_utf8(d).ok());
        let value = text.and_then(|d| u32::from_str_radix(d, 16).ok()).and_then(char::from_u32);
        value.map_or((1, None), |c| (digits + 2, Some(c.to_string())))
    };
    match rest.first() {
        Some(b'n') => simple("\n"),
        Some(b'r') => simple("\r"),
        Some(b't') => simple("\t"),
        Some(b'"') => simple("\""),
        Some(b'\\') => simple("\\"),
        Some(b'u') => hex(4),
        Some(b'U') => hex(8),
        _ => (1, None),
    }
}
