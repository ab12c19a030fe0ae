//! A command with expanded words.

use crate::text::{Span, Traced};

/// The call of a builtin or a program.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// Its name, without directories.
    pub(super) name: &'a str,
    /// The word that names it.
    pub(super) program: &'a Traced,
    /// Its arguments.
    pub(super) words: &'a [Traced],
    /// The source of the command.
    pub(super) at: Span,
}

impl<'a> Call<'a> {
    /// True if an option is given, separately or in a group of letters.
    pub(super) fn flag(&self, short: char, long: &str) -> bool {
        self.words.iter().any(|w| {
            let text = w.to_text();
            text == long || text.starts_with('-') && !text.starts_with("--") && text.contains(short)
        })
    }

    /// The arguments that are not options.
    pub(super) fn operands(&self) -> Vec<&'a Traced> {
        self.words.iter().filter(|w| !w.bytes().starts_with(b"-") || w.len() == 1).collect()
    }

    /// True if one of the arguments is one of these.
    pub(super) fn has(&self, these: &[&str]) -> bool {
        self.words.iter().any(|w| w.known_str().is_some_and(|w| these.contains(&w)))
    }

    /// True if one of the arguments begins with this.
    pub(super) fn has_prefix(&self, start: &str) -> bool {
        self.words.iter().any(|word| word.bytes().starts_with(start.as_bytes()))
    }

    /// The first argument, if known.
    pub(super) fn first(&self) -> Option<&'a str> {
        self.words.first()?.known_str()
    }
}
