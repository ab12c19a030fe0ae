//! Simple commands: assignments, words and redirections.

use super::super::tree::{Assignment, Command, CommandKind, Part, Redirect, RedirectKind, Target, Word};
use super::{Outcome, Parser, Stop, is_meta, is_name, is_name_start};

impl Parser<'_> {
    pub(super) fn simple(&mut self) -> Outcome<Command> {
        let start = self.at;
        let mut assignments = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        let mut redirects = Vec::new();
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            if self.line_break() > 0 {
                break;
            }
            match self.peek() {
                None | Some(b'#') => break,
                Some(byte) if is_meta(byte) && !self.at_process() => break,
                Some(_) => {}
            }
            if words.is_empty()
                && let Some(assignment) = self.assignment()?
            {
                assignments.push(assignment);
                continue;
            }
            let word = if declares(&words) { self.declaration_word()? } else { self.word()? };
            words.push(word);
            if words.len() == 1 && assignments.is_empty() && redirects.is_empty() {
                let mark = self.at;
                self.skip_blanks();
                if self.peek() == Some(b'(') {
                    self.at += 1;
                    self.skip_blanks();
                    let name = words[0].bare().map(|t| t.to_text().into_owned());
                    if let (true, Some(name)) = (self.eat(b")"), name) {
                        let kind = self.nested(|p| p.function_body(name))?;
                        return Ok(Command { kind, redirects, span: self.view.span(start..self.at) });
                    }
                    self.at = mark;
                }
            }
        }
        if words.is_empty() && assignments.is_empty() && redirects.is_empty() {
            self.expected(self.at, "a command");
            return Err(Stop);
        }
        Ok(Command {
            kind: CommandKind::Simple { assignments, words },
            redirects,
            span: self.view.span(start..self.at),
        })
    }

    /// The length of `name=`, `name+=` or the start of `name[`, if there is an assignment here.
    fn assignment_head(&self) -> Option<(usize, u8)> {
        let rest = self.rest();
        if !rest.first().is_some_and(|b| is_name_start(*b)) {
            return None;
        }
        let name = rest.iter().position(|b| !is_name(*b))?;
        match &rest[name..] {
            [b'=', ..] => Some((name, b'=')),
            [b'+', b'=', ..] => Some((name, b'+')),
            [b'[', ..] => Some((name, b'[')),
            _ => None,
        }
    }

    fn assignment(&mut self) -> Outcome<Option<Assignment>> {
        let Some((length, head)) = self.assignment_head() else { return Ok(None) };
        let start = self.at;
        let name = String::from_utf8_lossy(&self.rest()[..length]).into_owned();
        self.at += length;
        let mut subscript = None;
        if head == b'[' {
            let errors = self.errors.len();
            match self.subscript() {
                Ok(word) if self.starts(b"=") || self.starts(b"+=") => subscript = Some(word),
                _ => {
                    self.errors.truncate(errors);
                    self.at = start;
                    return Ok(None);
                }
            }
        }
        let append = self.eat(b"+");
        self.at += 1;
        let value = self.assigned(subscript.is_none())?;
        Ok(Some(Assignment { name, subscript, append, value, span: self.view.span(start..self.at) }))
    }

    /// The value of an assignment, which may be an array or empty.
    fn assigned(&mut self, array: bool) -> Outcome<Word> {
        let start = self.at;
        if array && self.peek() == Some(b'(') {
            let part = self.array()?;
            return Ok(Word { parts: vec![part], span: self.view.span(start..self.at) });
        }
        if self.peek().is_none_or(|b| is_meta(b) && !self.at_process()) || self.line_break() > 0 {
            return Ok(Word { parts: Vec::new(), span: self.view.span(start..start) });
        }
        self.word()
    }

    fn array(&mut self) -> Outcome<Part> {
        let open = self.at;
        self.enter()?;
        self.at += 1;
        let mut words = Vec::new();
        loop {
            self.skip_newlines();
            match self.peek() {
                Some(b')') => {
                    self.at += 1;
                    self.depth -= 1;
                    return Ok(Part::Array(words));
                }
                Some(b'<' | b'>') if self.at_process() => words.push(self.word()?),
                Some(byte) if !is_meta(byte) => words.push(self.word()?),
                _ => {
                    self.error(if self.at >= self.end { open } else { self.at }, "expected `)` at the end of an array");
                    return Err(Stop);
                }
            }
        }
    }

    /// An argument of `declare` and similar builtins, which may assign an array.
    fn declaration_word(&mut self) -> Outcome<Word> {
        let start = self.at;
        if let Some((length, head)) = self.assignment_head()
            && head != b'['
        {
            let skip = length + if head == b'+' { 2 } else { 1 };
            if self.look(skip) == Some(b'(') {
                let name = self.view.traced(start..start + skip);
                self.at += skip;
                let array = self.array()?;
                return Ok(Word { parts: vec![Part::Bare(name), array], span: self.view.span(start..self.at) });
            }
        }
        self.word()
    }

    pub(super) fn redirect(&mut self) -> Outcome<Option<Redirect>> {
        let start = self.at;
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        let mut skip = digits;
        if let [b'{', name @ ..] = self.rest() {
            let length = name.iter().take_while(|b| is_name(**b)).count();
            if length > 0 && name.get(length) == Some(&b'}') && matches!(name.get(length + 1), Some(b'<' | b'>')) {
                skip = length + 2;
            }
        }
        let descriptor = std::str::from_utf8(&self.rest()[..digits]).ok().and_then(|d| d.parse().ok());
        let rest = self.rest().get(skip..).unwrap_or_default();
        let (length, kind) = match rest {
            [b'<' | b'>', b'(', ..] => return Ok(None),
            [b'<', b'<', b'<', ..] => (3, RedirectKind::Here),
            [b'<', b'<', ..] => {
                self.at += skip + 2;
                return self.here(descriptor, start).map(Some);
            }
            [b'<', b'&', ..] => (2, RedirectKind::DuplicateIn),
            [b'<', b'>', ..] => (2, RedirectKind::ReadWrite),
            [b'<', ..] => (1, RedirectKind::Read),
            [b'>', b'>', ..] => (2, RedirectKind::Append),
            [b'>', b'&', ..] => (2, RedirectKind::DuplicateOut),
            [b'>', b'|', ..] => (2, RedirectKind::Write),
            [b'>', ..] => (1, RedirectKind::Write),
            [b'&', b'>', b'>', ..] if skip == 0 => (3, RedirectKind::AppendBoth),
            [b'&', b'>', ..] if skip == 0 => (2, RedirectKind::WriteBoth),
            _ => return Ok(None),
        };
        self.at += skip + length;
        self.skip_blanks();
        let target = Target::Word(self.required_word()?);
        Ok(Some(Redirect { descriptor, kind, target, span: self.view.span(start..self.at) }))
    }
}

/// True if the words so far are a command whose arguments may assign arrays.
fn declares(words: &[Word]) -> bool {
    let name = words.first().and_then(|w| w.bare()).map(|t| t.bytes());
    matches!(name, Some(b"declare" | b"local" | b"export" | b"readonly" | b"typeset" | b"alias" | b"eval"))
}
