//! Parses words: quotes, escapes and expansions.

use std::sync::Arc;

use crate::text::Traced;

use super::parser::{Outcome, Parser, Stop, is_meta, is_name, is_name_start};
use super::tree::{Item, Operation, Parameter, Part, Word};

/// The context of a text, which decides the meaning of backslashes and quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Inside double quotes.
    Double,
    /// In a here-document; true if leading tabs are removed.
    Here(bool),
    /// In an arithmetic expression.
    Arithmetic,
}

/// The parts of a word, while it is parsed.
#[derive(Default)]
pub(super) struct Parts {
    list: Vec<Part>,
    bare: Traced,
    quoted: Traced,
}

impl Parts {
    fn flush(&mut self) {
        if !self.bare.is_empty() {
            self.list.push(Part::Bare(std::mem::take(&mut self.bare)));
        }
        if !self.quoted.is_empty() {
            self.list.push(Part::Quoted(std::mem::take(&mut self.quoted)));
        }
    }

    pub(super) fn push(&mut self, part: Part) {
        self.flush();
        self.list.push(part);
    }

    pub(super) fn done(mut self) -> Vec<Part> {
        self.flush();
        self.list
    }
}

impl Parser<'_> {
    /// A word up to white space or an operator.
    pub(super) fn word(&mut self) -> Outcome<Word> {
        self.word_until(&|_| false, false, false)
    }

    /// The right side of `=~` or `==` in `[[ … ]]`, where parentheses and bars are part of the pattern.
    pub(super) fn pattern_word(&mut self) -> Outcome<Word> {
        self.word_until(&|_| false, false, true)
    }

    /// True at the parenthesis of an extended pattern, directly after its unquoted first character.
    fn opens_group(parts: &Parts) -> bool {
        matches!(parts.bare.bytes().last(), Some(b'@' | b'?' | b'*' | b'+' | b'!'))
    }

    /// A word up to one of `stops`. With `loose`, it includes white space and operators; with `pattern`, parentheses.
    pub(super) fn word_until(&mut self, stops: &dyn Fn(u8) -> bool, loose: bool, pattern: bool) -> Outcome<Word> {
        self.count()?;
        let start = self.at;
        let mut parts = Parts::default();
        let mut parens = 0_usize;
        while let Some(byte) = self.peek() {
            if stops(byte) && parens == 0 {
                break;
            }
            let brk = self.line_break();
            match byte {
                _ if brk > 0 && !loose && parens == 0 => break,
                b'\\' => {
                    let skip = self.continuation();
                    if skip > 0 {
                        self.at += skip;
                        continue;
                    }
                    if !parts.bare.is_empty() {
                        parts.flush();
                    }
                    let length = self.bytes.get(self.at + 1).map_or(0, |b| width(*b));
                    if length == 0 || self.at + 1 >= self.end {
                        self.quoted(&mut parts, self.at, self.at + 1);
                        continue;
                    }
                    let to = (self.at + 1 + length).min(self.end);
                    self.quoted(&mut parts, self.at + 1, to);
                    // An escape is a separate part, so the bare text around it stays bare.
                    parts.flush();
                }
                b'\'' => parts.push(self.single()?),
                b'"' => parts.push(self.double()?),
                b'`' => parts.push(self.backquoted()?),
                b'$' => match self.dollar(false)? {
                    Some(part) => parts.push(part),
                    None => self.push_bare(&mut parts, 1),
                },
                b'<' | b'>' if !loose && self.look(1) == Some(b'(') && parens == 0 => parts.push(self.process()?),
                // `@(…|…)` and similar.
                b'(' if pattern || !loose && Self::opens_group(&parts) => {
                    parens += 1;
                    self.push_bare(&mut parts, 1);
                }
                b')' if parens > 0 => {
                    parens -= 1;
                    self.push_bare(&mut parts, 1);
                }
                _ if !loose
                    && parens == 0
                    && is_meta(byte)
                    && !(pattern && byte == b'|' && self.look(1) != Some(b'|')) =>
                {
                    break;
                }
                _ => {
                    let length = if brk > 0 { brk } else { 1 };
                    self.push_bare(&mut parts, length);
                }
            }
        }
        if parens > 0 {
            self.error(start, "parentheses of a pattern are not closed");
            return Err(Stop);
        }
        Ok(Word { parts: parts.done(), span: self.view.span(start..self.at) })
    }

    /// Pushes the bytes up to `to` as quoted text; those before `from` are dropped.
    pub(super) fn quoted(&mut self, parts: &mut Parts, from: usize, to: usize) {
        self.view.push_onto(&mut parts.quoted, from..to);
        self.at = to;
    }

    fn push_bare(&mut self, parts: &mut Parts, length: usize) {
        if !parts.quoted.is_empty() {
            parts.flush();
        }
        let from = self.at;
        self.at = (self.at + length).min(self.end);
        // Bytes are pushed in runs, so a long word is one slice.
        while let Some(byte) = self.peek() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b',' | b'+') || byte >= 0x80 {
                self.at += 1;
            } else {
                break;
            }
        }
        // A run may contain stops such as `,` or `-`, but those stop nothing.
        self.view.push_onto(&mut parts.bare, from..self.at);
    }

    fn single(&mut self) -> Outcome<Part> {
        let open = self.at;
        let rest = self.bytes.get(open + 1..self.end).unwrap_or_default();
        let Some(length) = rest.iter().position(|b| *b == b'\'') else {
            return self.unclosed(open, "'");
        };
        self.at = open + 2 + length;
        Ok(Part::Quoted(self.view.traced(open + 1..open + 1 + length)))
    }

    pub(super) fn unclosed<T>(&mut self, open: usize, quote: &str) -> Outcome<T> {
        self.error(open, format!("no closing `{quote}`"));
        self.at = (open + 1).min(self.end);
        Err(Stop)
    }

    pub(super) fn double(&mut self) -> Outcome<Part> {
        let open = self.at;
        self.enter()?;
        self.at += 1;
        let parts = self.text(Mode::Double)?;
        if !self.eat(b"\"") {
            return self.unclosed(open, "\"");
        }
        self.depth -= 1;
        Ok(Part::Double(parts))
    }

    /// Text with only expansions and some escapes, up to the closing quote or the end.
    pub(super) fn text(&mut self, mode: Mode) -> Outcome<Vec<Part>> {
        let mut parts = Parts::default();
        let mut line_start = true;
        while let Some(byte) = self.peek() {
            if let Mode::Here(true) = mode
                && line_start
                && byte == b'\t'
            {
                self.at += 1;
                continue;
            }
            line_start = false;
            match byte {
                b'"' if mode == Mode::Double => break,
                b'\\' => {
                    let skip = self.continuation();
                    if skip > 0 {
                        self.at += skip;
                        line_start = true;
                        continue;
                    }
                    let special = match self.look(1) {
                        Some(b'$' | b'`' | b'\\') => true,
                        Some(b'"') => mode == Mode::Double,
                        _ => false,
                    };
                    let from = if special { self.at + 1 } else { self.at };
                    // The byte after a backslash that is not an escape is read on its own.
                    let to = from + 1;
                    self.quoted(&mut parts, from, to);
                }
                b'`' => parts.push(self.backquoted()?),
                b'$' => match self.dollar(true)? {
                    Some(part) => parts.push(part),
                    None => self.quoted(&mut parts, self.at, self.at + 1),
                },
                _ => {
                    let rest = self.rest();
                    let length = rest
                        .iter()
                        .position(|b| matches!(b, b'"' | b'\\' | b'`' | b'$' | b'\n'))
                        .map_or(rest.len(), |n| n.max(1));
                    let mut to = self.at + length;
                    if rest.get(length - 1) == Some(&b'\n') || rest.get(length) == Some(&b'\n') {
                        let newline = if rest[length - 1] == b'\n' { length - 1 } else { length };
                        to = self.at + newline + 1;
                        line_start = true;
                        if self.crlf && matches!(mode, Mode::Here(_)) && newline > 0 && rest[newline - 1] == b'\r' {
                            self.view.push_onto(&mut parts.quoted, self.at..self.at + newline - 1);
                            self.at += newline;
                        }
                    }
                    self.quoted(&mut parts, self.at, to);
                }
            }
        }
        Ok(parts.done())
    }

    /// The expansion at a `$`; `None` if it is a literal dollar sign.
    pub(super) fn dollar(&mut self, quoted: bool) -> Outcome<Option<Part>> {
        let start = self.at;
        let part = match self.look(1) {
            Some(b'(') => {
                if self.look(2) == Some(b'(')
                    && let Some(end) = self.arithmetic_end(self.at + 3)
                {
                    let parts = self.within(self.at + 3..end, Mode::Arithmetic)?;
                    self.at = end + 2;
                    return Ok(Some(Part::Arithmetic(parts, self.view.span(start..self.at))));
                }
                self.at += 2;
                let list = self.substitution(start)?;
                Part::Command(Arc::new(list), self.view.span(start..self.at))
            }
            Some(b'{') => self.braced(quoted)?,
            Some(b'[') => {
                let Some(end) = self.balanced(self.at + 2, b'[', b']') else { return Ok(None) };
                let parts = self.within(self.at + 2..end, Mode::Arithmetic)?;
                self.at = end + 1;
                Part::Arithmetic(parts, self.view.span(start..self.at))
            }
            Some(b'\'') if !quoted => {
                self.at += 1;
                self.ansi()?
            }
            Some(b'"') if !quoted => {
                self.at += 1;
                self.double()?
            }
            Some(byte) if is_name_start(byte) => {
                let name = self.bytes[self.at + 1..self.end].iter().take_while(|b| is_name(**b)).count();
                self.plain_parameter(1 + name)
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => self.plain_parameter(2),
            _ => return Ok(None),
        };
        Ok(Some(part))
    }

    fn plain_parameter(&mut self, length: usize) -> Part {
        let start = self.at;
        self.at = (start + length).min(self.end);
        let name = String::from_utf8_lossy(&self.bytes[start + 1..self.at]).into_owned();
        let span = self.view.span(start..self.at);
        Part::Parameter(Box::new(Parameter { name, subscript: None, operation: Operation::None, span }))
    }

    /// The commands of `$(…)` or `<(…)`, after the opening parenthesis.
    fn substitution(&mut self, open: usize) -> Outcome<Vec<Item>> {
        self.enter()?;
        let outer = std::mem::take(&mut self.pending);
        let list = self.list();
        self.close_paren(open);
        let inner = std::mem::replace(&mut self.pending, outer);
        self.pending.extend(inner);
        self.depth -= 1;
        Ok(list)
    }

    fn process(&mut self) -> Outcome<Part> {
        let start = self.at;
        self.at += 2;
        let list = self.substitution(start)?;
        Ok(Part::Process(Arc::new(list), self.view.span(start..self.at)))
    }

    /// Parses `range` as a separate text.
    pub(super) fn within(&mut self, range: std::ops::Range<usize>, mode: Mode) -> Outcome<Vec<Part>> {
        self.enter()?;
        let (at, end) = (self.at, self.end);
        let outer = std::mem::take(&mut self.pending);
        self.at = range.start;
        self.end = range.end.min(end);
        let parts = self.text(mode);
        self.pending = outer;
        self.at = at;
        self.end = end;
        self.depth = self.depth.saturating_sub(1);
        parts
    }

    /// The offset of the `))` that closes an arithmetic expression starting at `from`; `None` if there is none.
    pub(super) fn arithmetic_end(&self, from: usize) -> Option<usize> {
        let close = self.balanced(from, b'(', b')')?;
        (self.bytes.get(close + 1) == Some(&b')') && close + 1 < self.end).then_some(close)
    }

    /// The offset of the bracket that closes one opened before `from`. Quotes and escapes are skipped.
    fn balanced(&self, from: usize, open: u8, close: u8) -> Option<usize> {
        let mut depth = 0_usize;
        let mut at = from;
        let mut quote = None;
        while at < self.end {
            let byte = self.bytes[at];
            match (byte, quote) {
                (b'\\', None | Some(b'"')) => at += 1,
                (b, Some(q)) if b == q => quote = None,
                (_, Some(_)) => {}
                (b'\'' | b'"', None) => quote = Some(byte),
                (b, None) if b == open => depth += 1,
                (b, None) if b == close => {
                    if depth == 0 {
                        return Some(at);
                    }
                    depth -= 1;
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// `((…))`, which is known to be closed.
    pub(super) fn arithmetic_word(&mut self) -> Outcome<Word> {
        let start = self.at;
        let Some(end) = self.arithmetic_end(start + 2) else { return self.unclosed(start, "))") };
        let parts = self.within(start + 2..end, Mode::Arithmetic)?;
        self.at = end + 2;
        Ok(Word { parts, span: self.view.span(start + 2..end) })
    }

    /// `[…]` after a name.
    pub(super) fn subscript(&mut self) -> Outcome<Word> {
        let open = self.at;
        self.enter()?;
        self.at += 1;
        let word = self.word_until(&|b| matches!(b, b']' | b'\n'), true, false)?;
        if !self.eat(b"]") {
            return self.unclosed(open, "[");
        }
        self.depth -= 1;
        Ok(word)
    }

    pub(super) fn backquoted(&mut self) -> Outcome<Part> {
        let open = self.at;
        let mut text = Traced::new();
        self.at += 1;
        let mut from = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'`' => {
                    self.view.push_onto(&mut text, from..self.at);
                    self.at += 1;
                    return Ok(Part::Backquoted(text, self.view.span(open..self.at)));
                }
                b'\\' => {
                    if matches!(self.look(1), Some(b'$' | b'`' | b'\\')) {
                        self.view.push_onto(&mut text, from..self.at);
                        from = self.at + 1;
                    }
                    self.at = (self.at + 2).min(self.end);
                }
                _ => self.at += 1,
            }
        }
        self.unclosed(open, "`")
    }

    /// `$'…'`, after the dollar sign.
    fn ansi(&mut self) -> Outcome<Part> {
        let open = self.at;
        let mut text = Traced::new();
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'\'' => {
                    self.at += 1;
                    return Ok(Part::Quoted(text));
                }
                b'\\' if self.look(1).is_some() => {
                    let rest = &self.bytes[self.at + 1..self.end];
                    let (length, bytes) = ansi_escape(rest);
                    let range = self.at..self.at + 1 + length;
                    self.view.push_escape(&mut text, &bytes, range.clone());
                    self.at = range.end;
                }
                _ => {
                    let rest = self.rest();
                    let stop = rest.iter().position(|b| matches!(b, b'\'' | b'\\')).unwrap_or(rest.len());
                    // A backslash at the very end is literal.
                    let length = stop.max(1);
                    self.view.push_onto(&mut text, self.at..self.at + length);
                    self.at += length;
                }
            }
        }
        self.unclosed(open, "'")
    }
}

/// The number of bytes of the character that starts with `byte`.
fn width(byte: u8) -> usize {
    match byte {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
        _ => 1,
    }
}

/// The value of an escape in `$'…'`, and its length after the backslash.
fn ansi_escape(rest: &[u8]) -> (usize, Vec<u8>) {
    let digits = |from: usize, most: usize, radix: u32| {
        let count = rest[from..].iter().take(most).take_while(|b| char::from(**b).is_digit(radix)).count();
        let text = std::str::from_utf8(&rest[from..from + count]).unwrap_or_default();
        (count, u32::from_str_radix(text, radix).unwrap_or_default())
    };
    match rest {
        [b'x', ..] => match digits(1, 2, 16) {
            (0, _) => (1, b"\\x".to_vec()),
            (count, value) => (1 + count, vec![value as u8]),
        },
        [mark @ (b'u' | b'U'), ..] => match digits(1, if *mark == b'u' { 4 } else { 8 }, 16) {
            (0, _) => (1, vec![b'\\', *mark]),
            (count, value) => {
                let c = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
                (1 + count, c.to_string().into_bytes())
            }
        },
        [b'0'..=b'7', ..] => {
            let (count, value) = digits(0, 3, 8);
            (count, vec![value as u8])
        }
        [b'c', control, ..] => (2, vec![control & 0x1f]),
        [byte, ..] => {
            let plain = match byte {
                b'a' => 7,
                b'b' => 8,
                b'e' | b'E' => 27,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 11,
                b'\\' | b'\'' | b'"' | b'?' => *byte,
                _ => return (1, vec![b'\\', *byte]),
            };
            (1, vec![plain])
        }
        [] => (0, b"\\".to_vec()),
    }
}
