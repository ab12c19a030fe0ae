//! Replacements of matches: the `s` of `sed` and `perl`, `sub` and `gsub` of `awk`.

use regex::Captures;

use crate::text::{Traced, Why};

/// A part of a replacement.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(Traced),
    /// A group of the match; 0 is all of it.
    Group(usize),
    /// From here on letters are upper (`U`) or lower case (`L`), only the next one is (`u`, `l`), or they are unchanged (`E`).
    Case(char),
}

/// The text with each of the matches replaced, cut once it is longer than `most` bytes.
pub(super) fn replaced<'t>(
    text: &Traced,
    matches: impl IntoIterator<Item = &'t Captures<'t>>,
    parts: &[Part],
    most: usize,
) -> Result<Traced, Why> {
    let mut out = Traced::new();
    let mut done = 0;
    for found in matches {
        let Some(whole) = found.get(0) else { continue };
        out.push(&text.slice(done..whole.start()));
        let mut case = LetterCase::default();
        for part in parts {
            match part {
                Part::Text(text) => case.push(&mut out, text)?,
                Part::Group(group) => {
                    if let Some(m) = found.get(*group) {
                        case.push(&mut out, &text.slice(m.range()))?;
                    }
                }
                Part::Case(letter) => case.turn(*letter),
            }
        }
        done = whole.end();
        if out.len() > most {
            break;
        }
    }
    out.push(&text.slice(done..text.len()));
    Ok(out)
}

/// The case of letters in a replacement.
#[derive(Default)]
struct LetterCase {
    /// All following letters.
    all: Option<char>,
    /// The next letter.
    next: Option<char>,
}

impl LetterCase {
    fn turn(&mut self, letter: char) {
        match letter {
            'u' | 'l' => self.next = Some(letter),
            'E' => (self.all, self.next) = (None, None),
            _ => (self.all, self.next) = (Some(letter), None),
        }
    }

    fn push(&mut self, out: &mut Traced, text: &Traced) -> Result<(), Why> {
        if self.all.is_none() && self.next.is_none() || text.is_empty() {
            out.push(text);
            return Ok(());
        }
        if text.has_unknown() || !text.bytes().is_ascii() {
            return Err(Why::NotUnderstood("the case of letters that are not known".into()));
        }
        for (n, byte) in text.bytes().iter().enumerate() {
            let one = text.slice(n..n + 1);
            let other = match self.next.take().or(self.all) {
                Some('u' | 'U') => byte.to_ascii_uppercase(),
                Some(_) => byte.to_ascii_lowercase(),
                None => *byte,
            };
            match one.span() {
                Some(span) if other != *byte => out.push_made(&[other], span),
                _ => out.push(&one),
            }
        }
        Ok(())
    }
}
