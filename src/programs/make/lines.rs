//! Lines of a makefile: statements with their continuations, commands, and the parts of both.

use std::ops::Range;

use crate::text::Traced;

/// A logical line.
pub(super) enum Line {
    /// Without comments, and without white space at its start.
    Statement(Traced),
    /// A command of the rule above, without the tab.
    Command(Traced),
}

impl Line {
    pub(super) fn text(&self) -> &Traced {
        match self {
            Self::Statement(text) | Self::Command(text) => text,
        }
    }
}

/// The lines of a text.
pub(super) struct Lines<'t> {
    text: &'t Traced,
    at: usize,
    prefix: u8,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t Traced) -> Self {
        Self { text, at: 0, prefix: b'\t' }
    }

    /// The range of the next physical line without its end.
    fn physical(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let from = self.at;
        let end = bytes[from..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| from + n);
        self.at = end + 1;
        Some(from..if bytes[from..end].ends_with(b"\r") { end - 1 } else { end })
    }

    fn continues(&self, line: &Range<usize>) -> bool {
        self.text.bytes()[line.clone()].iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
    }

    /// The next logical line. `open` says that commands may follow.
    pub(super) fn next(&mut self, open: bool) -> Option<Line> {
        let bytes = self.text.bytes();
        let mut line = self.physical()?;
        if open && bytes.get(line.start) == Some(&self.prefix) {
            let mut out = self.text.slice(line.start + 1..line.end);
            while self.continues(&line) {
                let end = line.end;
                let Some(next) = self.physical() else { break };
                // The shell joins the lines.
                let start = next.start + usize::from(bytes.get(next.start) == Some(&self.prefix));
                out.push(&self.text.slice(end..next.start));
                out.push(&self.text.slice(start..next.end));
                line = next;
            }
            return Some(Line::Command(out));
        }
        let mut out = Traced::new();
        loop {
            let more = self.continues(&line);
            let part = self.text.slice(line.start..line.end - usize::from(more));
            let part = if more { trimmed(&part) } else { trimmed_start(&part) };
            if let (false, Some(at)) = (out.is_empty() || part.is_empty(), part.span()) {
                out.push_made(b" ", at);
            }
            out.push(&part);
            if !more {
                break;
            }
            let Some(next) = self.physical() else { break };
            line = next;
        }
        let text = trimmed_start(&without_comment(&out));
        if let Some(prefix) = text.bytes().strip_prefix(b".RECIPEPREFIX") {
            self.prefix = prefix.iter().rev().copied().find(|b| !matches!(b, b' ' | b'=' | b':')).unwrap_or(b'\t');
        }
        Some(Line::Statement(text))
    }

    /// The lines up to `endef`, and whether it is there.
    pub(super) fn definition(&mut self) -> (Traced, bool) {
        let bytes = self.text.bytes();
        let (mut depth, mut closed, mut out) = (0_usize, false, self.at..self.at);
        while let Some(line) = self.physical() {
            match word(bytes[line.clone()].trim_ascii_start()) {
                b"define" => depth += 1,
                b"endef" if depth == 0 => {
                    closed = true;
                    break;
                }
                b"endef" => depth -= 1,
                _ => {}
            }
            out.end = line.end;
        }
        (self.text.slice(out), closed)
    }
}

/// The first word.
pub(super) fn word(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| b.is_ascii_whitespace() || *b == b'(').next().unwrap_or_default()
}

/// A text without white space at both ends.
pub(super) fn trimmed(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let start = bytes.len() - bytes.trim_ascii_start().len();
    let end = start + bytes[start..].trim_ascii_end().len();
    text.slice(start..end)
}

/// A text without the white space at its start.
pub(super) fn trimmed_start(text: &Traced) -> Traced {
    text.slice(text.len() - text.bytes().trim_ascii_start().len()..text.len())
}

fn without_comment(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'(' | b'{' => depth += usize::from(at > 0 && bytes[at - 1] == b'$' || depth > 0),
            b')' | b'}' => depth = depth.saturating_sub(1),
            b'#' if depth == 0 => return text.slice(0..at),
            _ => {}
        }
        at += 1;
    }
    text.clone()
}

/// The place of a byte outside of references to variables.
fn outside(bytes: &[u8], found: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut at, mut open) = (0, Vec::new());
    while at < bytes.len() {
        match bytes[at] {
            b'$' => match bytes.get(at + 1) {
                Some(b'(') => open.push(b')'),
                Some(b'{') => open.push(b'}'),
                _ => {}
            },
            b'(' if open.last() == Some(&b')') && (at == 0 || bytes[at - 1] != b'$') => open.push(b')'),
            b'{' if open.last() == Some(&b'}') && (at == 0 || bytes[at - 1] != b'$') => open.push(b'}'),
            b if open.last() == Some(&b) => drop(open.pop()),
            _ => {}
        }
        if open.is_empty() && found(at) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// An assignment as it is written.
pub(super) struct Assigned {
    pub(super) name: Traced,
    pub(super) sign: &'static str,
    pub(super) value: Traced,
    pub(super) fixed: bool,
}

/// The assignment that a line is, and whether it exports the variable.
pub(super) fn assignment(text: &Traced) -> Option<(Assigned, bool)> {
    let (mut rest, mut exports, mut fixed) = (text.clone(), false, false);
    loop {
        let word = word(rest.bytes()).to_vec();
        let after = trimmed_start(&rest.slice(word.len()..rest.len()));
        // `export = 1` sets a variable of this name.
        if !matches!(word.as_slice(), b"export" | b"override" | b"private") || is_sign(after.bytes()) {
            break;
        }
        exports |= word == b"export";
        fixed |= word == b"override";
        rest = after;
    }
    let bytes = rest.bytes();
    let equals = outside(bytes, |at| bytes[at] == b'=' || bytes[at] == b':' && !starts_sign(&bytes[at..]))?;
    if bytes[equals] != b'=' {
        return None;
    }
    let signs = ["::=", ":=", "?=", "+=", "!="];
    let sign = signs.into_iter().find(|sign| bytes[..=equals].ends_with(sign.as_bytes())).unwrap_or("=");
    let name = trimmed(&rest.slice(0..equals + 1 - sign.len()));
    if name.is_empty() || outside(name.bytes(), |at| name.bytes()[at].is_ascii_whitespace()).is_some() {
        return None;
    }
    let value = trimmed_start(&rest.slice(equals + 1..rest.len()));
    let sign = if sign == "::=" { ":=" } else { sign };
    Some((Assigned { name, sign, value, fixed }, exports))
}

fn starts_sign(bytes: &[u8]) -> bool {
    [&b":="[..], b"::=", b":::="].iter().any(|sign| bytes.starts_with(sign))
        || bytes.starts_with(b"::") && starts_sign(&bytes[1..])
}

fn is_sign(bytes: &[u8]) -> bool {
    [&b"="[..], b":=", b"::=", b"?=", b"+=", b"!="].iter().any(|sign| bytes.starts_with(sign))
}

/// The targets of a rule, and what follows the colon.
pub(super) fn rule(text: &Traced) -> Option<(Traced, Traced)> {
    let bytes = text.bytes();
    let colon = outside(bytes, |at| bytes[at] == b':')?;
    Some((text.slice(0..colon), trimmed_start(&text.slice(colon + 1..text.len()))))
}

/// What stands before a semicolon, and the command behind it.
pub(super) fn at_semicolon(text: &Traced) -> (Traced, Option<Traced>) {
    let bytes = text.bytes();
    match outside(bytes, |at| bytes[at] == b';') {
        Some(at) => (text.slice(0..at), Some(trimmed(&text.slice(at + 1..text.len())))),
        None => (text.clone(), None),
    }
}

/// `(a,b)`, `"a" "b"`, `'a' 'b'`
pub(super) fn two(text: &Traced) -> Option<(Traced, Traced)> {
    let bytes = text.bytes();
    if bytes.first() == Some(&b'(') {
        let inner = text.slice(1..bytes.len() - usize::from(bytes.last() == Some(&b')')));
        let comma = outside(inner.bytes(), |at| inner.bytes()[at] == b',')?;
        return Some((inner.slice(0..comma), inner.slice(comma + 1..inner.len())));
    }
    let quote = *bytes.first()?;
    let end = 1 + bytes.get(1..)?.iter().position(|b| *b == quote)?;
    let rest = trimmed(&text.slice(end + 1..text.len()));
    let quote = *rest.bytes().first()?;
    let close = 1 + rest.bytes().get(1..)?.iter().position(|b| *b == quote)?;
    Some((text.slice(1..end), rest.slice(1..close)))
}

/// The arguments of a function, at commas outside of references.
pub(super) fn arguments(text: &Traced) -> Vec<Traced> {
    let (mut out, mut rest) = (Vec::new(), text.clone());
    while let Some(comma) = {
        let bytes = rest.bytes();
        outside(bytes, |at| bytes[at] == b',')
    } {
        out.push(rest.slice(0..comma));
        rest = rest.slice(comma + 1..rest.len());
    }
    out.push(rest);
    out
}

/// The commands of an expanded recipe line: one for each line that no backslash continues.
pub(super) fn commands(text: &Traced) -> Vec<Traced> {
    let (mut out, mut from) = (Vec::new(), 0);
    let bytes = text.bytes();
    for at in 0..bytes.len() {
        if bytes[at] == b'\n' && bytes[..at].iter().rev().take_while(|b| **b == b'\\').count() % 2 == 0 {
            out.push(text.slice(from..at));
            from = at + 1;
        }
    }
    out.push(text.slice(from..bytes.len()));
    out
}

/// A command without what make itself reads in front of it.
pub(super) fn unmarked(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b'@' | b'-' | b'+')).count();
    text.slice(start..text.len())
}
