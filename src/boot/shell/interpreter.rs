//! The interpreter of shell scripts: the state it keeps across commands, and how it decides conditions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::node::BootCx;
use crate::text::{Span, Traced};
use crate::value::{Condition, Guard};

use super::asked::{Id, Questions};
use super::state::BoxedRun;
use super::status::{Flow, Status};

/// How deep commands, functions and substitutions may nest.
pub(super) const MAX_DEPTH: usize = 40;

/// The longest condition that is shown, in characters.
const MAX_WORDS: usize = 60;

/// A launch template that a script describes.
pub(super) struct Template {
    /// Its name, if it has one.
    pub(super) name: Option<Traced>,
    /// It names an image.
    pub(super) image: bool,
    /// The place of the command.
    pub(super) at: Span,
}

/// One of the outcomes of a command substitution.
#[derive(Clone)]
pub(super) struct Chosen {
    /// The source of the substitution.
    pub(super) at: Span,
    /// The path at its end.
    pub(super) run: BoxedRun,
}

/// The outcomes of a substitution in the current command.
#[derive(Default)]
pub(super) enum Ways {
    /// They are not followed one by one.
    #[default]
    Closed,
    /// They are, if there are several.
    Open,
    /// The command is to run again with each of these.
    Found(Vec<Chosen>),
}

/// Interprets scripts.
pub(super) struct Shell<'a, 'b> {
    pub(super) cx: &'a mut BootCx<'b>,
    pub(super) steps: usize,
    pub(super) depth: usize,
    /// How many programs are being run, each by another, such as `sudo`.
    pub(super) calls: usize,
    /// How many conditions are being run; a failure inside one does not end the script.
    pub(super) conditions: usize,
    pub(super) temporary: usize,
    /// The script, or one that it runs, looks at the status of the last command.
    pub(super) reads_status: bool,
    /// How many loops are running, also those that call the function which runs.
    pub(super) loops: usize,
    /// Programs were downloaded or installed, so any unknown name may be one of them.
    pub(super) installed: bool,
    /// The next list is the top level of a script.
    pub(super) top: bool,
    /// The command of the top level that is running.
    pub(super) unit: Option<Span>,
    /// Substitutions of the current command whose output depends on a condition.
    pub(super) ways: Ways,
    /// The outcomes that substitutions of the current command have.
    pub(super) chosen: Vec<Chosen>,
    /// Launch templates that were described.
    pub(super) templates: Vec<Template>,
    /// Variables of the user data that a command fills in before.
    pub(super) filled_in: BTreeSet<Box<str>>,
    /// The calls of functions that are running.
    pub(super) site: Id,
    /// The words of conditions that were asked, and what they ask.
    pub(super) questions: BTreeMap<Arc<str>, u64>,
    /// What tests have asked, whatever their words are.
    pub(super) asked: Questions,
}

impl<'a, 'b> Shell<'a, 'b> {
    pub(super) fn new(cx: &'a mut BootCx<'b>) -> Self {
        Self {
            cx,
            steps: 0,
            depth: 0,
            calls: 0,
            conditions: 0,
            temporary: 0,
            reads_status: false,
            loops: 0,
            installed: false,
            top: false,
            unit: None,
            ways: Ways::Closed,
            chosen: Vec::new(),
            templates: Vec::new(),
            filled_in: BTreeSet::new(),
            site: Id::default(),
            questions: BTreeMap::new(),
            asked: Questions::default(),
        }
    }

    /// The source of `span` as a readable condition: without the brackets of a test, and shortened in the middle, because the
    /// ends matter most.
    pub(super) fn words(&self, span: Span) -> Arc<str> {
        let text = String::from_utf8_lossy(self.cx.texts.slice(span)).replace(crate::text::UNKNOWN_MARK, "…");
        // A backslash of its own continues a line.
        let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
        let text = words.join(" ");
        let brackets = [("[ ", " ]"), ("[[ ", " ]]"), ("(( ", " ))")];
        let inner = brackets.iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
        // Removes the brackets only around a single comparison.
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

    /// Both results of a condition, or the known one. With `assume_success`, a program that is not modelled succeeds.
    pub(super) fn decide(&mut self, path: BoxedRun, span: Span, assume_success: bool) -> Vec<(BoxedRun, bool)> {
        let words = match &path.status {
            Status::Zero => return vec![(path, true)],
            Status::NonZero => return vec![(path, false)],
            Status::Likely if assume_success => return vec![(path, true)],
            Status::Likely | Status::Open(None) => self.words(span),
            Status::Open(Some(words)) => Arc::clone(words),
            Status::Unread(program) => format!("there is no fault in what {program} reads").into(),
            Status::Asked(asked) => {
                let condition = self.condition_of(&asked.clone(), span, &path);
                return split(path, &condition);
            }
        };
        let condition = self.question(words, span, &path);
        split(path, &condition)
    }
}

impl Shell<'_, '_> {
    /// Both results of what several paths end with that `base` leads to, and the paths on which control goes elsewhere. Where the others
    /// differ in nothing else, it is one condition, whatever it consists of: that at `whole`.
    pub(super) fn decide_all(
        &mut self,
        paths: Vec<BoxedRun>,
        base: &Guard,
        (span, whole): (Span, Span),
        assume_success: bool,
    ) -> (Vec<(BoxedRun, bool)>, Vec<BoxedRun>) {
        let (paths, gone): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.flow == Flow::Normal);
        let all: Vec<_> = paths.into_iter().flat_map(|path| self.decide(path, span, assume_success)).collect();
        let joined = if gone.is_empty() { self.as_one(&all, base, whole) } else { None };
        (joined.unwrap_or(all), gone)
    }

    /// One condition instead of several, if they differ in nothing else.
    fn as_one(&mut self, out: &[(BoxedRun, bool)], base: &Guard, span: Span) -> Option<Vec<(BoxedRun, bool)>> {
        if out.len() < 3 {
            return None;
        }
        let of = |holds: bool| out.iter().filter(move |(_, answer)| *answer == holds).map(|(path, _)| path);
        let alike = |holds: bool| of(holds).zip(of(holds).skip(1)).all(|(a, b)| a.is_alike(b));
        if !alike(true) || !alike(false) {
            return None;
        }
        let with = |path: &BoxedRun, when: Guard, status| {
            let mut path = path.clone();
            (path.when, path.status) = (when, status);
            path
        };
        let (yes, no) = (of(true).next(), of(false).next());
        let (Some(yes), Some(no)) = (yes, no) else {
            let (path, holds) = out.first()?;
            return Some(vec![(with(path, base.clone(), path.status.clone()), *holds)]);
        };
        let condition = self.question(self.words(span), span, &with(yes, base.clone(), Status::Open(None)));
        let [when, otherwise] = [condition.clone(), condition.opposite()].map(|c| base.and(&Guard::of(c)));
        let ways = [(when, yes, Status::Zero, true), (otherwise, no, Status::NonZero, false)];
        Some(
            ways.into_iter()
                .filter_map(|(when, path, status, holds)| Some((with(path, when?, status), holds)))
                .collect(),
        )
    }
}

/// Both answers to a condition, as far as the path leaves them open.
fn split(mut path: BoxedRun, condition: &Condition) -> Vec<(BoxedRun, bool)> {
    let yes = path.when.and(&Guard::of(condition.clone()));
    let no = path.when.and(&Guard::of(condition.opposite()));
    let taken = |mut path: BoxedRun, when: Guard, holds: bool| {
        path.when = when;
        path.status = if holds { Status::Zero } else { Status::NonZero };
        (path, holds)
    };
    match (yes, no) {
        (Some(yes), Some(no)) => vec![taken(path.clone(), yes, true), taken(path, no, false)],
        (Some(yes), None) => vec![taken(path, yes, true)],
        (None, Some(no)) => vec![taken(path, no, false)],
        (None, None) => {
            path.status = Status::Zero;
            vec![(path, true)]
        }
    }
}
