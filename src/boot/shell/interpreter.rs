//! The interpreter of shell scripts: what it carries from command to command, and how it decides between two ways.

use std::sync::Arc;

use crate::node::BootCx;
use crate::text::Span;
use crate::value::{Condition, Guard};

use super::state::BoxedRun;
use super::status::Status;

/// How deep commands, functions and substitutions may nest while they are followed.
pub(super) const MAX_DEPTH: usize = 40;

/// The longest condition that is shown, in characters.
const MAX_WORDS: usize = 60;

/// Reads scripts.
pub(super) struct Shell<'a, 'b> {
    pub(super) cx: &'a mut BootCx<'b>,
    pub(super) steps: usize,
    pub(super) depth: usize,
    /// How many conditions are being run, in which a failure ends nothing.
    pub(super) conditions: usize,
    pub(super) temporary: usize,
    /// Programs were fetched or installed, so that any name may be one.
    pub(super) installed: bool,
}

impl<'a, 'b> Shell<'a, 'b> {
    pub(super) fn new(cx: &'a mut BootCx<'b>) -> Self {
        Self { cx, steps: 0, depth: 0, conditions: 0, temporary: 0, installed: false }
    }

    /// The source of `span` as a condition that people read: without the brackets of a test, and shortened in its middle, for
    /// what decides stands at both ends.
    pub(super) fn words(&self, span: Span) -> Arc<str> {
        let text = String::from_utf8_lossy(self.cx.texts.slice(span)).replace(crate::text::UNKNOWN_MARK, "…");
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        let brackets = [("[ ", " ]"), ("[[ ", " ]]"), ("(( ", " ))")];
        let inner = brackets.iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
        // Brackets of one comparison only.
        let one = |inner: &&str| !inner.contains(" ]") && !inner.contains("[ ") && !inner.starts_with(['-', '!']);
        let text = inner.filter(one).unwrap_or(&text);
        let count = text.chars().count();
        if count > MAX_WORDS {
            let start: String = text.chars().take(MAX_WORDS / 2).collect();
            let end: String = text.chars().skip(count - (MAX_WORDS / 2 - 1)).collect();
            return format!("{start}…{end}").into();
        }
        text.into()
    }

    /// Both answers of a condition, or the one that is known. With `hopeful`, a program that is not modelled succeeds.
    pub(super) fn decide(&mut self, mut path: BoxedRun, span: Span, hopeful: bool) -> Vec<(BoxedRun, bool)> {
        let words = match &path.status {
            Status::Zero => return vec![(path, true)],
            Status::NonZero => return vec![(path, false)],
            Status::Likely if hopeful => return vec![(path, true)],
            Status::Likely | Status::Open(None) => self.words(span),
            Status::Open(Some(words)) => Arc::clone(words),
            Status::Unread(program) => format!("there is no fault in what {program} reads").into(),
        };
        // What is denied twice over reads badly, and is the same condition as without.
        let (words, denied) = match words.strip_prefix("! ") {
            Some(rest) => (Arc::from(rest.trim_start()), true),
            None => (words, false),
        };
        let mut out = Vec::new();
        let fork = |path: &BoxedRun, holds: bool| {
            let condition = Condition::new(Arc::clone(&words), holds != denied);
            let when = path.when.and(&Guard::of(condition))?;
            let mut path = path.clone();
            path.when = when;
            path.status = if holds { Status::Zero } else { Status::NonZero };
            Some((path, holds))
        };
        out.extend(fork(&path, true));
        out.extend(fork(&path, false));
        if out.is_empty() {
            path.status = Status::Zero;
            out.push((path, true));
        }
        out
    }
}
