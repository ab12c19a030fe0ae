//! The options of a program, read as `getopt_long` reads them.

use crate::text::{Traced, UNKNOWN_MARK};

use super::program::{Done, Effects, known, not_followed};

/// The arguments of a program.
pub(super) struct Arguments<'a> {
    program: &'a str,
    words: std::slice::Iter<'a, Traced>,
    /// The current word, and how far it was read.
    word: Option<(&'a Traced, usize)>,
    /// The exit status if the value of an option is missing.
    usage: i32,
    /// Nothing after the first operand is an option.
    operands_last: bool,
    /// An operand. It may have unknown parts.
    pub(super) operands: Vec<&'a Traced>,
}

impl<'a> Arguments<'a> {
    /// The arguments of a program, which exits with the status `usage` if the value of an option is missing.
    pub(super) fn new(program: &'a str, argv: &'a [Traced], usage: i32) -> Self {
        Self { program, words: argv.iter(), word: None, usage, operands_last: false, operands: Vec::new() }
    }

    /// Options come before the first operand only.
    pub(super) fn with_operands_last(mut self) -> Self {
        self.operands_last = true;
        self
    }

    /// The next option without its dashes: a letter, a count or a long name. `None` at the end.
    pub(super) fn next(&mut self) -> Done<Option<&'a str>> {
        if let Some((word, at)) = self.word.filter(|(word, at)| *at < word.len()) {
            let text = word.as_str().unwrap_or_default();
            if text.starts_with("--") {
                return Err(self.refused());
            }
            let rest = text.get(at..).unwrap_or_default();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let end = at + rest.chars().next().map_or(0, char::len_utf8).max(digits);
            self.word = Some((word, end));
            return Ok(text.get(at..end));
        }
        while let Some(word) = self.words.next() {
            let Some(text) = word.as_str() else { return known(word).map(Some) };
            if text == "--" {
                self.operands.extend(self.words.by_ref());
            } else if !text.starts_with('-') || text == "-" {
                self.operands.push(word);
                if self.operands_last {
                    self.operands.extend(self.words.by_ref());
                }
            } else if let Some(long) = text.strip_prefix("--") {
                let end = 2 + long.find('=').unwrap_or(long.len());
                self.word = Some((word, end));
                return Ok(text.get(2..end));
            } else {
                self.word = Some((word, 1));
                return self.next();
            }
        }
        Ok(None)
    }

    /// The rest of the option's word, if there is any.
    pub(super) fn rest(&mut self) -> Option<Traced> {
        let (word, at) = self.word.filter(|(word, at)| *at < word.len())?;
        self.word = Some((word, word.len()));
        Some(word.slice(at + usize::from(word.bytes().starts_with(b"--"))..word.len()))
    }

    /// The value of the option.
    pub(super) fn value(&mut self) -> Done<Traced> {
        let value = self.rest().or_else(|| self.words.next().cloned());
        value.ok_or_else(|| Box::new(Effects::failed(self.usage)))
    }

    /// The outcome of an option that is not modelled.
    #[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed")]
    pub(super) fn refused(&self) -> Box<Effects> {
        let Some((word, at)) = self.word else { return Box::new(Effects::failed(self.usage)) };
        let text = word.to_text();
        let (dash, option) = match text.strip_prefix("--") {
            Some(long) => ("--", long.split('=').next().unwrap_or_default()),
            None => (
                "-",
                text.get(..at)
                    .and_then(|t| t.chars().next_back())
                    .map_or("", |c| text.get(at - c.len_utf8()..at).unwrap_or_default()),
            ),
        };
        if option.contains(UNKNOWN_MARK)
            && let Err(unknown) = known(word)
        {
            return unknown;
        }
        not_followed(&format!("{}'s option {dash}{option}", self.program), word)
    }
}
