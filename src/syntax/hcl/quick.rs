//! A reader for the HCL that people write most. It gives the tree that the grammar gives, in a fraction of the time, or nothing: a
//! text with anything else in it, such as a directive, a character that is unusual in a name, or an error, is read by the grammar.
//! Where the two may differ, it gives up. A test holds its trees to those of the grammar, also for texts that were changed at random.

mod collections;
mod strings;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use crate::text::View;

use super::names::name;
use super::tree::{
    Attribute, Binary, Block, Body, Call, Conditional, Expr, ExprKind, Late, Step, StepKind, Template, Unary,
};

/// How deep expressions and blocks may be nested; the grammar allows more.
const MAX_DEPTH: usize = 40;

/// The most operators of one attribute; the grammar allows more.
const MAX_OPERATORS: usize = 100;

/// The tree of a file; `None` if something in it is not understood here, or it may have more than `most` entries in one object.
/// Values are only checked, and read when they are needed.
pub(super) fn body(view: &View, most: usize) -> Option<Body> {
    let text = &view.bytes;
    if memchr::memchr2_iter(b'\n', b',', text).count() > most || memchr::memchr2(b'\r', 0, text).is_some() {
        return None;
    }
    let mut reader = Reader::new(view, 0, false);
    let mut body = reader.structures(&Arc::new(view.clone()))?;
    body.span = view.span(0..text.len());
    (reader.at == text.len()).then_some(body)
}

/// The tree of a template file; `None` if something in it is not understood here.
pub(super) fn template(view: &View) -> Option<Template> {
    if memchr::memchr2(b'\r', 0, &view.bytes).is_some() {
        return None;
    }
    Reader::new(view, 0, true).file()
}

/// The value at an offset, which has been checked.
fn value(view: &View, at: usize) -> Expr {
    let missing = || Expr { kind: ExprKind::Null, span: view.span(at..at) };
    Reader::new(view, at, true).expr().unwrap_or_else(missing)
}

struct Reader<'a> {
    view: &'a View,
    text: &'a [u8],
    at: usize,
    /// The number of open expressions and blocks.
    depth: usize,
    /// The number of operators of the attribute so far.
    operators: usize,
    /// Line breaks mean nothing here.
    free: bool,
    /// Values are built, not only checked.
    build: bool,
    /// The names in all open bodies and objects.
    names: Vec<&'a [u8]>,
}

impl<'a> Reader<'a> {
    fn new(view: &'a View, at: usize, build: bool) -> Self {
        let names = Vec::new();
        Self { view, text: &view.bytes, at, depth: 0, operators: 0, free: false, build, names }
    }

    /// What is built, if anything is.
    fn made(&self, kind: impl FnOnce() -> ExprKind) -> ExprKind {
        if self.build { kind() } else { ExprKind::Null }
    }

    /// True if none of the names after the first `known` repeats; they are dropped. Quotes do not count.
    fn are_distinct(&mut self, known: usize) -> bool {
        let names = &mut self.names[known..];
        for name in names.iter_mut() {
            *name = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name);
        }
        names.sort_unstable();
        let distinct = names.windows(2).all(|pair| pair[0] != pair[1]);
        self.names.truncate(known);
        distinct
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn starts(&self, with: &[u8]) -> bool {
        with.iter().enumerate().all(|(ahead, byte)| self.peek(ahead) == *byte)
    }

    /// Goes past a byte.
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek(0) == byte).then(|| self.at += 1)
    }

    fn span(&self, from: usize) -> crate::text::Span {
        self.view.span(from..self.at)
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |n| self.at + n)
    }

    /// Goes past blanks and comments, and past line breaks if `lines` is true.
    fn skip(&mut self, lines: bool) -> Option<()> {
        loop {
            match self.peek(0) {
                b' ' | b'\t' => self.at += 1,
                b'\n' if lines => self.at += 1,
                b'#' if lines => self.at = self.line_end(),
                b'/' if lines && self.peek(1) == b'/' => self.at = self.line_end(),
                b'/' if self.peek(1) == b'*' => {
                    let end = memchr::memmem::find(&self.text[self.at + 2..], b"*/")?;
                    self.at += end + 4;
                }
                _ => return Some(()),
            }
        }
    }

    fn blanks(&mut self) -> Option<()> {
        self.skip(self.free)
    }

    /// Goes past what may follow a value on its line, and the end of the line.
    fn end_line(&mut self) -> Option<()> {
        self.skip(false)?;
        if self.peek(0) == b'#' || self.starts(b"//") {
            self.at = self.line_end();
        }
        if self.at == self.text.len() { Some(()) } else { self.take(b'\n') }
    }

    /// The range of a name.
    fn ident(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        if !is_start(self.peek(0)) {
            return None;
        }
        while is_continue(self.peek(0)) {
            self.at += 1;
        }
        // It may go on with other letters.
        self.peek(0).is_ascii().then_some(start..self.at)
    }

    fn named(&self, range: &Range<usize>) -> Arc<str> {
        name(std::str::from_utf8(&self.text[range.clone()]).unwrap_or_default())
    }

    /// Reads one level deeper, where line breaks mean nothing or not.
    fn inside<T>(&mut self, free: bool, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = std::mem::replace(&mut self.free, free);
        self.depth += 1;
        let out = if self.depth > MAX_DEPTH { None } else { read(self) };
        self.depth -= 1;
        self.free = before;
        out
    }

    /// Attributes and blocks, up to what is none of them.
    fn structures(&mut self, view: &Arc<View>) -> Option<Body> {
        let (start, known) = (self.at, self.names.len());
        let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: self.view.span(0..0) };
        loop {
            self.skip(true)?;
            if !is_start(self.peek(0)) {
                body.span = self.span(start);
                return self.are_distinct(known).then_some(body);
            }
            let first = self.ident()?;
            self.skip(false)?;
            if self.peek(0) == b'=' {
                self.names.push(&self.text[first.clone()]);
                body.attributes.push(self.attribute(&first, view)?);
            } else {
                body.blocks.push(self.block(&first, view)?);
            }
            self.end_line()?;
        }
    }

    /// The rest of an attribute, from its `=` on.
    fn attribute(&mut self, name: &Range<usize>, view: &Arc<View>) -> Option<Attribute> {
        self.take(b'=')?;
        self.skip(false)?;
        self.operators = 0;
        let at = self.at;
        self.expr()?;
        let value = Late::new(view, at..self.at, value);
        Some(Attribute { name: self.named(name), name_span: self.view.span(name.clone()), value })
    }

    /// The rest of a block, from its labels on.
    fn block(&mut self, kind: &Range<usize>, view: &Arc<View>) -> Option<Block> {
        let mut labels = Vec::new();
        let mut header = kind.clone();
        while self.peek(0) != b'{' {
            let start = self.at;
            let range = if self.take(b'"').is_some() {
                let length =
                    self.text[self.at..].iter().position(|b| matches!(b, b'"' | b'\\' | b'\n' | b'$' | b'%'))?;
                self.at += length;
                self.take(b'"')?;
                start + 1..self.at - 1
            } else {
                self.ident()?
            };
            labels.push(name(std::str::from_utf8(&self.text[range]).ok()?));
            header.end = self.at;
            self.skip(false)?;
        }
        self.take(b'{')?;
        let body = self.inside(false, |reader| reader.block_body(view))?;
        self.take(b'}')?;
        Some(Block {
            kind: self.named(kind),
            labels,
            header: self.view.span(header),
            body,
            span: self.span(kind.start),
        })
    }

    fn block_body(&mut self, view: &Arc<View>) -> Option<Body> {
        self.skip(false)?;
        if self.peek(0) == b'#' || self.starts(b"//") {
            self.at = self.line_end();
        }
        if self.peek(0) == b'\n' {
            return self.structures(view);
        }
        let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: self.view.span(0..0) };
        if self.peek(0) != b'}' {
            let first = self.ident()?;
            self.skip(false)?;
            body.attributes.push(self.attribute(&first, view)?);
            self.skip(false)?;
        }
        Some(body)
    }

    /// An expression. White space after it is left.
    fn expr(&mut self) -> Option<Expr> {
        let start = self.at;
        let condition = self.operation(0)?;
        let end = self.at;
        self.blanks()?;
        if self.take(b'?').is_none() {
            self.at = end;
            return Some(condition);
        }
        self.blanks()?;
        let then = self.nested()?;
        self.blanks()?;
        self.take(b':')?;
        self.blanks()?;
        let otherwise = self.nested()?;
        let kind = self.made(|| ExprKind::Conditional(Box::new(Conditional { condition, then, otherwise })));
        Some(Expr { kind, span: self.span(start) })
    }

    /// An expression inside another one.
    fn nested(&mut self) -> Option<Expr> {
        self.inside(self.free, Self::expr)
    }

    /// Terms with operators of at least this precedence between them.
    fn operation(&mut self, least: u8) -> Option<Expr> {
        let start = self.at;
        let first = self.term()?;
        let mut chain = Vec::new();
        loop {
            let end = self.at;
            self.blanks()?;
            let Some((operator, precedence, length)) = self.operator().filter(|(_, own, _)| *own >= least) else {
                self.at = end;
                break;
            };
            self.at += length;
            self.operators += 1;
            if self.operators > MAX_OPERATORS {
                return None;
            }
            self.blanks()?;
            let operand = self.operation(precedence + 1)?;
            if self.build {
                chain.push((operator, operand));
            }
        }
        if chain.is_empty() {
            return Some(first);
        }
        Some(Expr { kind: ExprKind::Binary(Box::new(first), chain), span: self.span(start) })
    }

    /// The operator here, its precedence, and its length.
    fn operator(&self) -> Option<(Binary, u8, usize)> {
        Some(match (self.peek(0), self.peek(1)) {
            (b'|', b'|') => (Binary::Or, 1, 2),
            (b'&', b'&') => (Binary::And, 2, 2),
            (b'=', b'=') => (Binary::Eq, 3, 2),
            (b'!', b'=') => (Binary::NotEq, 3, 2),
            (b'<', b'=') => (Binary::LessEq, 4, 2),
            (b'>', b'=') => (Binary::GreaterEq, 4, 2),
            (b'<', _) => (Binary::Less, 4, 1),
            (b'>', _) => (Binary::Greater, 4, 1),
            (b'+', _) => (Binary::Add, 5, 1),
            (b'-', _) => (Binary::Sub, 5, 1),
            (b'*', _) => (Binary::Mul, 6, 1),
            (b'/', next) if !matches!(next, b'/' | b'*') => (Binary::Div, 6, 1),
            (b'%', _) => (Binary::Mod, 6, 1),
            _ => return None,
        })
    }

    /// A value with the steps after it.
    fn term(&mut self) -> Option<Expr> {
        let start = self.at;
        let kind = match self.peek(0) {
            b'"' => self.quoted()?,
            b'0'..=b'9' => self.number(start)?,
            b'-' if self.peek(1).is_ascii_digit() => {
                self.at += 1;
                self.number(start)?
            }
            sign @ (b'-' | b'!') => {
                self.at += 1;
                // Blanks after it are a case of their own.
                let inner = self.inside(self.free, Self::term)?;
                let sign = if sign == b'-' { Unary::Neg } else { Unary::Not };
                self.made(|| ExprKind::Unary(sign, Box::new(inner)))
            }
            b'[' => {
                self.at += 1;
                let list = self.inside(true, Self::list)?;
                self.take(b']')?;
                list
            }
            b'{' => {
                self.at += 1;
                let object = self.object()?;
                self.take(b'}')?;
                object
            }
            b'(' => {
                self.at += 1;
                let inner = self.inside(true, |reader| {
                    reader.skip(true)?;
                    let inner = reader.expr()?;
                    reader.skip(true)?;
                    Some(inner)
                })?;
                self.take(b')')?;
                self.made(|| ExprKind::Paren(Box::new(inner)))
            }
            b'<' => self.heredoc()?,
            _ => self.word()?,
        };
        let value = Expr { kind, span: self.span(start) };
        let mut steps = Vec::new();
        loop {
            let end = self.at;
            self.blanks()?;
            let step = match self.peek(0) {
                b'.' if self.peek(1) != b'.' => self.attribute_step()?,
                b'[' => self.index_step()?,
                _ => {
                    self.at = end;
                    break;
                }
            };
            if self.build {
                steps.push(step);
            }
        }
        if steps.is_empty() {
            return Some(value);
        }
        Some(Expr { kind: ExprKind::Traversal(Box::new(value), steps), span: self.span(start) })
    }

    fn attribute_step(&mut self) -> Option<Step> {
        let start = self.at;
        self.at += 1;
        let kind = if self.take(b'*').is_some() {
            StepKind::AttrSplat
        } else if self.peek(0).is_ascii_digit() {
            let index = self.at;
            self.digits();
            let plain = self.at - index < 16 && (self.text[index] != b'0' || self.at - index == 1);
            let kind = plain.then(|| self.made(|| ExprKind::Number(self.view.traced(index..self.at))))?;
            StepKind::Index(Expr { kind, span: self.span(index) })
        } else {
            let range = self.ident()?;
            if self.build { StepKind::Attr(self.named(&range)) } else { StepKind::AttrSplat }
        };
        Some(Step { kind, span: self.span(start) })
    }

    fn index_step(&mut self) -> Option<Step> {
        let start = self.at;
        self.at += 1;
        let kind = self.inside(true, |reader| {
            reader.skip(true)?;
            let kind = if reader.take(b'*').is_some() { StepKind::FullSplat } else { StepKind::Index(reader.expr()?) };
            reader.skip(true)?;
            Some(kind)
        })?;
        self.take(b']')?;
        Some(Step { kind, span: self.span(start) })
    }

    fn digits(&mut self) {
        self.at += self.text[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
    }

    /// A number that begins at `start`, from its first digit on.
    fn number(&mut self, start: usize) -> Option<ExprKind> {
        self.digits();
        let digits = self.at - start;
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.digits();
        }
        let goes_on = is_continue(self.peek(0)) && self.peek(0) != b'-' || matches!(self.peek(0), b'.' | 0x80..);
        (digits < 16 && !goes_on).then(|| self.made(|| ExprKind::Number(self.view.traced(start..self.at))))
    }

    /// A name, or a call.
    fn word(&mut self) -> Option<ExprKind> {
        let range = self.ident()?;
        let end = self.at;
        self.blanks()?;
        if self.peek(0) == b'(' {
            self.at += 1;
            let (args, expand) = self.inside(true, Self::arguments)?;
            self.take(b')')?;
            let name_span = self.view.span(range.clone());
            return Some(self.made(|| ExprKind::Call(Call { name: self.named(&range), name_span, args, expand })));
        }
        if self.starts(b"::") {
            return None;
        }
        self.at = end;
        Some(match &self.text[range.clone()] {
            b"null" => ExprKind::Null,
            b"true" => ExprKind::Bool(true),
            b"false" => ExprKind::Bool(false),
            _ => self.made(|| ExprKind::Variable(self.named(&range))),
        })
    }

    fn arguments(&mut self) -> Option<(Vec<Expr>, bool)> {
        let mut args = Vec::new();
        loop {
            self.skip(true)?;
            if self.peek(0) == b')' {
                return Some((args, false));
            }
            let arg = self.nested()?;
            if self.build {
                args.push(arg);
            }
            self.skip(true)?;
            if self.starts(b"...") {
                self.at += 3;
                self.skip(true)?;
                return Some((args, true));
            }
            if self.peek(0) != b')' {
                self.take(b',')?;
            }
        }
    }
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_continue(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}
