//! Parameter expansions: `${…}`.

use super::parser::{Outcome, Parser, is_name, is_name_start};
use super::tree::{Operation, Parameter, Part, Word};
use super::word::Parts;

impl Parser<'_> {
    pub(super) fn braced(&mut self, quoted: bool) -> Outcome<Part> {
        let start = self.at;
        self.enter()?;
        self.at += 2;
        let mut prefix = None;
        match self.peek() {
            Some(b'#')
                if self.look(1).is_some_and(|b| is_name(b) || matches!(b, b'@' | b'*' | b'?' | b'$' | b'!' | b'-')) =>
            {
                // `${#-x}` is the number of parameters with a default; it is a length only before a closing brace.
                let special = self.look(1).is_some_and(|b| !is_name(b));
                if !special || self.look(2) == Some(b'}') {
                    prefix = Some(b'#');
                    self.at += 1;
                }
            }
            Some(b'!') if self.look(1).is_some_and(|b| is_name(b) || matches!(b, b'@' | b'*' | b'#')) => {
                prefix = Some(b'!');
                self.at += 1;
            }
            _ => {}
        }
        let name_start = self.at;
        match self.peek() {
            Some(byte) if is_name_start(byte) => {
                while self.peek().is_some_and(is_name) {
                    self.at += 1;
                }
            }
            Some(byte) if byte.is_ascii_digit() => {
                while self.peek().is_some_and(|b| b.is_ascii_digit()) {
                    self.at += 1;
                }
            }
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => self.at += 1,
            _ => {}
        }
        let name = String::from_utf8_lossy(&self.bytes[name_start..self.at]).into_owned();
        let subscript = if self.peek() == Some(b'[') && !name.is_empty() { Some(self.subscript()?) } else { None };
        let mut operation = if name.is_empty() { Operation::Bad } else { self.operation(quoted, start)? };
        if let (Some(prefix), Operation::None) = (prefix, &operation) {
            let all = subscript.as_ref().and_then(|w| w.bare()).is_some_and(|t| matches!(t.bytes(), b"@" | b"*"));
            operation = match prefix {
                b'#' => Operation::Length,
                _ if all => Operation::Names,
                _ => Operation::Indirect,
            };
        } else if prefix.is_some() && !matches!(operation, Operation::Names) {
            operation = Operation::Bad;
        }
        if !self.eat(b"}") {
            // Bash rejects this substitution at run time; its end is still needed.
            let _ = self.word_until(&|b| b == b'}', true, false)?;
            operation = Operation::Bad;
            if !self.eat(b"}") {
                return self.unclosed(start, "}");
            }
        }
        self.depth -= 1;
        let span = self.view.span(start..self.at);
        Ok(Part::Parameter(Box::new(Parameter { name, subscript, operation, span })))
    }

    fn operation(&mut self, quoted: bool, start: usize) -> Outcome<Operation> {
        let value = |p: &mut Self| p.operand(quoted, false, start);
        Ok(match self.rest() {
            [b':', operator @ (b'-' | b'=' | b'?' | b'+'), ..] => {
                self.at += 2;
                Operation::Substitute { operator: *operator, colon: true, word: value(self)? }
            }
            [operator @ (b'-' | b'=' | b'?' | b'+'), ..] => {
                self.at += 1;
                Operation::Substitute { operator: *operator, colon: false, word: value(self)? }
            }
            [mark @ (b'#' | b'%'), rest @ ..] => {
                let longest = rest.first() == Some(mark);
                let suffix = *mark == b'%';
                self.at += 1 + usize::from(longest);
                Operation::Remove { suffix, longest, pattern: self.operand(false, false, start)? }
            }
            [b'/', rest @ ..] => {
                let which = rest.first().copied().filter(|b| matches!(b, b'/' | b'#' | b'%'));
                self.at += 1 + usize::from(which.is_some());
                // A leading slash is part of the pattern.
                let first = which == Some(b'/') && self.peek() == Some(b'/');
                let from = self.at;
                self.at += usize::from(first);
                let mut pattern = self.operand(false, true, start)?;
                if first {
                    pattern.parts.insert(0, Part::Quoted(self.view.traced(from..from + 1)));
                }
                let with = if self.eat(b"/") { Some(self.operand(false, false, start)?) } else { None };
                Operation::Replace { which, pattern, with }
            }
            [b':', ..] => {
                self.at += 1;
                let offset = self.word_until(&|b| matches!(b, b'}' | b':'), true, false)?;
                let length = if self.eat(b":") { Some(self.operand(false, false, start)?) } else { None };
                Operation::Slice { offset, length }
            }
            [mark @ (b'^' | b','), rest @ ..] => {
                let all = rest.first() == Some(mark);
                let upper = *mark == b'^';
                self.at += 1 + usize::from(all);
                let pattern = self.operand(false, false, start)?;
                if pattern.parts.is_empty() { Operation::Case { upper, all } } else { Operation::Bad }
            }
            [b'@', operator, b'}', ..] => {
                self.at += 2;
                Operation::Transform(*operator)
            }
            [b'@' | b'*', b'}', ..] => {
                self.at += 1;
                Operation::Names
            }
            _ => Operation::None,
        })
    }

    /// A word up to the closing brace. Inside double quotes, a single quote in it is literal.
    fn operand(&mut self, quoted: bool, slash: bool, start: usize) -> Outcome<Word> {
        if !quoted {
            return self.word_until(&|b| b == b'}' || (slash && b == b'/'), true, false);
        }
        let from = self.at;
        let mut parts = Parts::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'}' => break,
                b'"' => parts.push(self.double()?),
                b'`' => parts.push(self.backquoted()?),
                b'$' => match self.dollar(true)? {
                    Some(part) => parts.push(part),
                    None => self.quoted(&mut parts, self.at, self.at + 1),
                },
                b'\\' if self.continuation() > 0 => self.at += self.continuation(),
                b'\\' if matches!(self.look(1), Some(b'$' | b'`' | b'\\' | b'"' | b'}')) => {
                    self.quoted(&mut parts, self.at + 1, self.at + 2);
                }
                _ => self.quoted(&mut parts, self.at, self.at + 1),
            }
        }
        if self.at >= self.end {
            return self.unclosed(start, "}");
        }
        Ok(Word { parts: parts.done(), span: self.view.span(from..self.at) })
    }
}
