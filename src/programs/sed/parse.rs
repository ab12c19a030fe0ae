//! Parses scripts of `sed`.

use crate::programs::pattern::{NoPattern, Pattern, Syntax};
use crate::programs::substitute::Part;
use crate::text::{Traced, Why};

/// The most commands of a script.
const MAX_COMMANDS: usize = 2_000;

/// Which lines a command applies to.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// A line's number; 0 only as the start of `0,/re/`.
    Line(usize),
    /// The last line.
    Last,
    /// Lines that match; `None` is the last used pattern.
    Match(Option<Pattern>),
    /// This many more lines, as the end of a range.
    More(usize),
}

/// A substitution.
#[derive(Clone, Debug)]
pub(super) struct Substitution {
    pub(super) pattern: Option<Pattern>,
    pub(super) parts: Vec<Part>,
    pub(super) global: bool,
    pub(super) print: bool,
    /// The first match that is replaced, from 1.
    pub(super) nth: usize,
}

/// The action of a command.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// Runs the following commands up to the one with this index.
    Block(usize),
    End,
    Substitute(Substitution),
    Append(Traced),
    Insert(Traced),
    Change(Traced),
    /// Prints a file after the line.
    Read(String),
    /// To the command with this index, or to the end.
    /// Only after a substitution, if so.
    Branch(bool, Option<usize>),
    Quit(i32),
    /// A command of one letter.
    Letter(char),
}

/// A command.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) from: Option<Address>,
    pub(super) to: Option<Address>,
    pub(super) negated: bool,
    pub(super) action: Action,
}

impl Command {
    /// True for `$a TEXT`.
    pub(super) fn appends(&self) -> bool {
        let last = matches!((&self.from, &self.to), (Some(Address::Last), None)) && !self.negated;
        last && matches!(self.action, Action::Append(_))
    }
}

/// Parses a script.
pub(super) fn script(code: &Traced, extended: bool, zero: bool) -> Result<Vec<Command>, NoPattern> {
    let Some(text) = code.as_str() else { return unknown("a sed script that is not UTF-8") };
    let mut parser =
        ScriptParser { code, text, at: 0, extended, zero, out: Vec::new(), open: Vec::new(), labels: Vec::new() };
    while parser.command()? {
        if parser.out.len() > MAX_COMMANDS {
            return Err(NoPattern::Unknown(Why::limit("commands of a sed script")));
        }
    }
    if !parser.open.is_empty() {
        return Err(NoPattern::Refused);
    }
    let (labels, mut out) = (parser.labels, parser.out);
    for (index, name, target) in labels.iter().filter(|(.., target)| !target) {
        debug_assert!(!target, "only branches are left");
        let found = labels.iter().find(|(_, label, target)| *target && label == name);
        match (found, out.get_mut(*index).map(|c| &mut c.action)) {
            _ if name.is_empty() => {}
            (Some((to, ..)), Some(Action::Branch(_, place))) => *place = Some(*to),
            _ => return unknown("a sed label that is not there"),
        }
    }
    Ok(out)
}

fn unknown<T>(what: &str) -> Result<T, NoPattern> {
    Err(NoPattern::Unknown(Why::NotUnderstood(what.into())))
}

struct ScriptParser<'a> {
    code: &'a Traced,
    text: &'a str,
    at: usize,
    extended: bool,
    /// Lines end with a zero byte, so anchors ignore line ends.
    zero: bool,
    out: Vec<Command>,
    /// The open blocks, by index.
    open: Vec<usize>,
    /// Branches and labels: index, name, whether it is the label.
    labels: Vec<(usize, String, bool)>,
}

impl ScriptParser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn skip(&mut self, what: fn(char) -> bool) {
        while self.peek().is_some_and(what) {
            self.next();
        }
    }

    fn blanks(&mut self) {
        self.skip(|c| c == ' ' || c == '\t');
    }

    fn number(&mut self) -> Result<usize, NoPattern> {
        let start = self.at;
        self.skip(|c| c.is_ascii_digit());
        let digits = self.text.get(start..self.at).unwrap_or_default();
        digits.parse().or_else(|_| unknown("this number in a sed script"))
    }

    /// Reads one command; false at the end.
    fn command(&mut self) -> Result<bool, NoPattern> {
        self.skip(|c| c.is_ascii_whitespace() || c == ';');
        let Some(first) = self.peek() else { return Ok(false) };
        if first == '#' {
            self.skip(|c| c != '\n');
            return Ok(true);
        }
        let from = self.address()?;
        let mut to = None;
        self.blanks();
        if from.is_some() && self.peek() == Some(',') {
            self.next();
            self.blanks();
            to = match self.peek() {
                Some('+') => {
                    self.next();
                    Some(Address::More(self.number()?))
                }
                Some('~') => return unknown("a sed address with a step"),
                _ => self.address()?,
            };
            if to.is_none() {
                return Err(NoPattern::Refused);
            }
        }
        if matches!(from, Some(Address::Line(0))) && !matches!(to, Some(Address::Match(_))) {
            return Err(NoPattern::Refused);
        }
        self.blanks();
        let mut negated = false;
        while self.peek() == Some('!') {
            self.next();
            self.blanks();
            negated = true;
        }
        let addressed = from.is_some();
        let Some(letter) = self.next() else { return Err(NoPattern::Refused) };
        let action = match letter {
            '{' => {
                self.open.push(self.out.len());
                Action::Block(usize::MAX)
            }
            '}' => {
                let (Some(open), false) = (self.open.pop(), addressed) else { return Err(NoPattern::Refused) };
                let end = self.out.len();
                if let Some(Action::Block(place)) = self.out.get_mut(open).map(|c| &mut c.action) {
                    *place = end;
                }
                self.end()?;
                Action::End
            }
            's' => Action::Substitute(self.substitution()?),
            'a' => Action::Append(self.lines()?),
            'i' => Action::Insert(self.lines()?),
            'c' => Action::Change(self.lines()?),
            'b' | 't' | ':' => {
                self.blanks();
                let start = self.at;
                self.skip(|c| !c.is_ascii_whitespace() && c != ';');
                let name = self.text.get(start..self.at).unwrap_or_default().to_owned();
                if letter == ':' && (addressed || name.is_empty() || name.contains('}')) {
                    return Err(NoPattern::Refused);
                }
                if name.contains('}') {
                    return unknown("a sed label beside a brace");
                }
                self.labels.push((self.out.len(), name, letter == ':'));
                if letter == ':' { Action::End } else { Action::Branch(letter == 't', None) }
            }
            'q' => {
                self.blanks();
                let status = if self.peek().is_some_and(|c| c.is_ascii_digit()) { self.number()? } else { 0 };
                self.end()?;
                Action::Quit(i32::try_from(status & 0xff).unwrap_or(0))
            }
            'd' | 'D' | 'p' | 'P' | 'n' | 'N' | 'h' | 'H' | 'g' | 'G' | 'x' => {
                self.end()?;
                Action::Letter(letter)
            }
            'r' => Action::Read(self.file()?),
            'e' | 'F' | 'l' | 'Q' | 'R' | 'T' | 'v' | 'w' | 'W' | 'y' | 'z' | '=' => {
                return unknown(&format!("sed's command {letter}"));
            }
            _ => return Err(NoPattern::Refused),
        };
        self.out.push(Command { from, to, negated, action });
        Ok(true)
    }

    /// Only the end of the command may follow.
    fn end(&mut self) -> Result<(), NoPattern> {
        self.blanks();
        match self.peek() {
            None | Some('\n' | ';' | '}' | '#') => Ok(()),
            _ => Err(NoPattern::Refused),
        }
    }

    /// The name of a file, which is the rest of the line.
    fn file(&mut self) -> Result<String, NoPattern> {
        self.blanks();
        let start = self.at;
        self.skip(|c| c != '\n');
        let name = self.code.slice(start..self.at);
        if let Some((_, why)) = name.first_unknown() {
            return Err(NoPattern::Unknown(why.clone()));
        }
        if name.is_empty() { Err(NoPattern::Refused) } else { Ok(name.to_text().into_owned()) }
    }

    fn address(&mut self) -> Result<Option<Address>, NoPattern> {
        Ok(Some(match self.peek() {
            Some('$') => {
                self.next();
                Address::Last
            }
            Some(c) if c.is_ascii_digit() => {
                let line = self.number()?;
                self.blanks();
                if self.peek() == Some('~') {
                    return unknown("a sed address with a step");
                }
                Address::Line(line)
            }
            Some(c @ ('/' | '\\')) => {
                self.next();
                let mark = if c == '\\' { self.next().ok_or(NoPattern::Refused)? } else { c };
                let text = self.regex(mark)?;
                let mut syntax = self.syntax();
                loop {
                    match self.peek() {
                        Some('I') => syntax.ignore_case = true,
                        Some('M') => syntax.lines = true,
                        _ => break,
                    }
                    self.next();
                }
                Address::Match(pattern(&text, syntax)?)
            }
            _ => return Ok(None),
        }))
    }

    fn syntax(&self) -> Syntax {
        Syntax { extended: self.extended, escapes: true, ..Syntax::default() }
    }

    /// The bytes up to an unescaped `mark`, which is skipped.
    fn delimited(&mut self, mark: char) -> Result<std::ops::Range<usize>, NoPattern> {
        if mark == '\n' || mark == '\\' {
            return Err(NoPattern::Refused);
        }
        let start = self.at;
        loop {
            let before = self.at;
            match self.next() {
                None => return Err(NoPattern::Refused),
                Some(c) if c == mark => return Ok(start..before),
                Some('\\') => drop(self.next()),
                Some(_) => {}
            }
        }
    }

    fn regex(&mut self, mark: char) -> Result<String, NoPattern> {
        let range = self.delimited(mark)?;
        if let Some((_, why)) = self.code.slice(range.clone()).first_unknown() {
            return Err(NoPattern::Unknown(why.clone()));
        }
        let raw = self.text.get(range).unwrap_or_default();
        // Newer releases look for the end only outside of brackets.
        if open_bracket(raw) {
            return unknown("a sed delimiter in brackets");
        }
        if raw.contains('\n') {
            return unknown("a line end in a sed pattern");
        }
        let mut out = String::new();
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some(escaped) if escaped == mark => {
                        let special = ".*[]^$".contains(mark) || self.extended && "|+?(){}".contains(mark);
                        if special || mark.is_ascii_alphanumeric() {
                            return unknown("a sed delimiter that is an operator");
                        }
                        out.push(mark);
                    }
                    Some(escaped) => {
                        out.push('\\');
                        out.push(escaped);
                    }
                    None => out.push('\\'),
                },
                c => out.push(c),
            }
        }
        Ok(out)
    }

    fn substitution(&mut self) -> Result<Substitution, NoPattern> {
        let mark = self.next().ok_or(NoPattern::Refused)?;
        let text = self.regex(mark)?;
        let range = self.delimited(mark)?;
        let parts = self.replacement(range, mark)?;
        let mut syntax = self.syntax();
        let (mut global, mut print, mut nth) = (false, false, None);
        loop {
            match self.peek() {
                Some('g') => global = true,
                Some('p') => print = true,
                Some('i' | 'I') => syntax.ignore_case = true,
                Some('m' | 'M') => syntax.lines = !self.zero,
                Some('e' | 'w') => return unknown("a flag of sed's s that runs a command or writes a file"),
                Some('1'..='9') if nth.is_none() => {
                    nth = Some(self.number()?);
                    continue;
                }
                _ => break,
            }
            self.next();
        }
        self.end()?;
        let pattern = pattern(&text, syntax)?;
        let most = parts.iter().map(|p| if let Part::Group(n) = p { *n } else { 0 }).max().unwrap_or(0);
        if pattern.as_ref().is_some_and(|p| p.groups() < most) {
            return Err(NoPattern::Refused);
        }
        Ok(Substitution { pattern, parts, global, print, nth: nth.unwrap_or(1) })
    }

    fn replacement(&self, range: std::ops::Range<usize>, mark: char) -> Result<Vec<Part>, NoPattern> {
        let mut parts = Vec::new();
        let mut text = Traced::new();
        let (mut at, end) = (range.start, range.end);
        let flush = |text: &mut Traced, parts: &mut Vec<Part>| {
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(text)));
            }
        };
        while at < end {
            let Some(c) = self.text.get(at..end).and_then(|t| t.chars().next()) else { break };
            let next = at + c.len_utf8();
            match c {
                '&' => {
                    flush(&mut text, &mut parts);
                    parts.push(Part::Group(0));
                    at = next;
                }
                '\n' => return Err(NoPattern::Refused),
                '\\' => {
                    let Some(escaped) = self.text.get(next..end).and_then(|t| t.chars().next()) else {
                        return Err(NoPattern::Refused);
                    };
                    let after = next + escaped.len_utf8();
                    let made: &[u8] = match escaped {
                        '0'..='9' => {
                            flush(&mut text, &mut parts);
                            parts.push(Part::Group(escaped as usize - '0' as usize));
                            b""
                        }
                        c if c == mark && (c == '&' || c.is_ascii_alphanumeric()) => {
                            return unknown("a sed delimiter that is an operator");
                        }
                        'n' => b"\n",
                        't' => b"\t",
                        c if c.is_ascii_alphabetic() => return unknown(&format!("\\{c} in what sed puts in")),
                        _ => {
                            text.push(&self.code.slice(next..after));
                            b""
                        }
                    };
                    if let Some(span) = self.code.slice(at..after).span() {
                        text.push_made(made, span);
                    }
                    at = after;
                }
                _ => {
                    text.push(&self.code.slice(at..next));
                    at = next;
                }
            }
        }
        flush(&mut text, &mut parts);
        Ok(parts)
    }

    /// The text of `a`, `i` and `c`, with its line end.
    fn lines(&mut self) -> Result<Traced, NoPattern> {
        self.blanks();
        if self.peek() == Some('\\') {
            self.next();
            let after = self.at;
            self.blanks();
            match self.peek() {
                Some('\n') => drop(self.next()),
                // The backslash keeps the blanks that follow it.
                Some(_) => self.at = after,
                None => return unknown("sed's a, i or c without a text"),
            }
        }
        if self.peek().is_none() {
            return Err(NoPattern::Refused);
        }
        let mut out = Traced::new();
        loop {
            let start = self.at;
            let Some(c) = self.next() else { break };
            match c {
                '\n' => {
                    out.push(&self.code.slice(start..self.at));
                    return Ok(out);
                }
                '\\' => {
                    let at = self.at;
                    let Some(escaped) = self.next() else { break };
                    match escaped {
                        't' | 'n' => {
                            if let Some(span) = self.code.slice(start..self.at).span() {
                                out.push_made(if escaped == 't' { b"\t" } else { b"\n" }, span);
                            }
                        }
                        c if c.is_ascii_alphanumeric() => return unknown(&format!("\\{c} in a text of sed")),
                        _ => out.push(&self.code.slice(at..self.at)),
                    }
                }
                _ => out.push(&self.code.slice(start..self.at)),
            }
        }
        if let Some(span) = self.code.slice(self.text.len().saturating_sub(1)..self.text.len()).span() {
            out.push_made(b"\n", span);
        }
        Ok(out)
    }
}

/// True if a bracket expression is open at the end of a pattern.
fn open_bracket(text: &str) -> bool {
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'[' => {
                bytes.next_if_eq(&b'^');
                bytes.next_if_eq(&b']');
                if !bytes.any(|b| b == b']') {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// A pattern; `None` for the empty one, which means the last used pattern.
fn pattern(text: &str, syntax: Syntax) -> Result<Option<Pattern>, NoPattern> {
    if text.is_empty() { Ok(None) } else { Pattern::new(text, syntax).map(Some) }
}
