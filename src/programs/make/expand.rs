//! References to variables and functions.

use std::sync::Arc;

use crate::text::{Span, Traced, UNKNOWN_MARK, Why, budget};

use super::functions::substituted;
use super::{Automatic, Make, lines};

/// The deepest nesting of references.
const MAX_DEPTH: usize = 60;
/// The most bytes of one expansion.
const MAX_BYTES: usize = 1 << 16;

impl Make<'_> {
    /// A text with its references replaced.
    pub(super) fn expand(&mut self, text: &Traced) -> Traced {
        let bytes = text.bytes();
        if !bytes.contains(&b'$') {
            return text.clone();
        }
        if self.depth >= MAX_DEPTH || !budget::spend(20 + bytes.len()) {
            budget::reached("references in a makefile");
            return text
                .span()
                .map_or_else(Traced::new, |at| Traced::unknown(at, Why::limit("references in a makefile")));
        }
        self.depth += 1;
        let (mut out, mut done, mut at) = (Traced::new(), 0, 0);
        while let Some(dollar) = bytes[at..].iter().position(|b| *b == b'$').map(|n| at + n) {
            out.push(&text.slice(done..dollar));
            let end = match bytes.get(dollar + 1) {
                Some(b'$') => {
                    out.push(&text.slice(dollar..dollar + 1));
                    dollar + 2
                }
                Some(open @ (b'(' | b'{')) => {
                    let closed = close(bytes, dollar + 1, *open);
                    if closed.is_none() {
                        self.fault(text, "make refuses this: a reference is not closed");
                    }
                    let end = closed.unwrap_or(bytes.len());
                    let inner = text.slice(dollar + 2..end);
                    let at = text.slice(dollar..(end + 1).min(bytes.len())).span();
                    if let Some(at) = at {
                        let value = self.reference(&inner, at);
                        out.push(&value);
                    }
                    (end + 1).min(bytes.len())
                }
                Some(_) => {
                    let name = text.slice(dollar + 1..dollar + 2).to_text().into_owned();
                    if let Some(at) = text.slice(dollar..dollar + 2).span() {
                        let value = self.value_of(&name, at);
                        out.push(&value);
                    }
                    dollar + 2
                }
                None => dollar + 1,
            };
            done = end;
            at = end;
            if out.len() > MAX_BYTES {
                budget::reached("size of a text of a makefile");
                break;
            }
        }
        out.push(&text.slice(done.min(bytes.len())..bytes.len()));
        self.depth -= 1;
        out
    }

    /// What stands between the brackets of a reference.
    fn reference(&mut self, inner: &Traced, at: Span) -> Traced {
        let word = lines::word(inner.bytes());
        if word.len() < inner.len()
            && inner.bytes()[word.len()].is_ascii_whitespace()
            && let Ok(name) = std::str::from_utf8(word)
        {
            let rest = lines::trimmed_start(&inner.slice(word.len()..inner.len()));
            if let Some(value) = self.function(name, &rest, at) {
                return value;
            }
        }
        // `$(NAME:a=b)`
        let colon = inner.bytes().iter().position(|b| *b == b':');
        if let Some(colon) = colon
            && let Some(equals) = inner.bytes()[colon..].iter().position(|b| *b == b'=').map(|n| colon + n)
        {
            let name = self.expand(&inner.slice(0..colon)).to_text().into_owned();
            let (from, to) = (inner.slice(colon + 1..equals), inner.slice(equals + 1..inner.len()));
            let (from, to) = (self.expand(&from), self.expand(&to));
            let value = self.value_of(&name, at);
            return substituted(&from, &to, &value, at);
        }
        let name = self.expand(inner);
        match name.known_str().map(str::to_owned) {
            Some(name) => self.value_of(&name, at),
            None => {
                let shown = name.to_text().replace(UNKNOWN_MARK, "…");
                Traced::unknown(at, Why::FromOutside(format!("$({shown})").into()))
            }
        }
    }

    /// The value of a variable.
    pub(super) fn value_of(&mut self, name: &str, at: Span) -> Traced {
        let step: Arc<str> = format!("$({name})").into();
        if let Some(variable) = self.variables.get(name).cloned() {
            let value = if variable.recursive { self.expand(&variable.value) } else { variable.value };
            return if variable.weak { Traced::with_default(at, &step, &value) } else { value.through(at, &step) };
        }
        let own = |text: &str| Traced::made(text, at);
        match name {
            "MAKE" => return own("make"),
            "CURDIR" | "PWD" => return own("."),
            "MAKEFILE_LIST" => return own("./Makefile"),
            "SHELL" => return own("/bin/sh"),
            "MAKEFLAGS" | "MFLAGS" | "MAKEOVERRIDES" | "MAKELEVEL" => return Traced::new(),
            _ => {}
        }
        if let Some(value) = self.automatic.as_ref().and_then(|automatic| automatic.value(name, at)) {
            return value;
        }
        Traced::unknown(at, Why::FromOutside(step))
    }
}

impl Automatic {
    /// `$@`, `$<` and the like.
    fn value(&self, name: &str, at: Span) -> Option<Traced> {
        let (kind, part) = name.split_at_checked(1)?;
        let all = || Traced::join(&self.needs, &Traced::made(" ", at));
        let value = match kind {
            "@" => self.target.clone(),
            "<" => self.needs.first().cloned().unwrap_or_default(),
            "^" | "+" | "?" => all(),
            _ => return None,
        };
        let slash = value.bytes().iter().rposition(|b| *b == b'/');
        match part {
            "" => Some(value),
            "D" => Some(slash.map_or_else(|| Traced::made(".", at), |slash| value.slice(0..slash))),
            "F" => Some(value.slice(slash.map_or(0, |slash| slash + 1)..value.len())),
            _ => None,
        }
    }
}

/// The place of the bracket that closes the one at `open`.
fn close(bytes: &[u8], open: usize, bracket: u8) -> Option<usize> {
    let other = if bracket == b'(' { b')' } else { b'}' };
    let mut depth = 0_usize;
    for (n, byte) in bytes.iter().enumerate().skip(open) {
        if *byte == bracket {
            depth += 1;
        } else if *byte == other {
            depth -= 1;
            if depth == 0 {
                return Some(n);
            }
        }
    }
    None
}
