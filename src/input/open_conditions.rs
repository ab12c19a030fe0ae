//! Conditions that a source leaves open. Each is first assumed to hold; then the source is read again with the opposite. If that takes
//! too many readings, what no setting depends on is left unknown instead.

use std::collections::VecDeque;

use crate::text::{Span, Texts, budget};
use crate::value::{Condition, Guard};

/// The longest words of a condition that are shown, in characters.
const MAX_WORDS: usize = 80;

/// How often a condition may be negated for the same question to be seen in it.
const MAX_NOT: usize = 8;

/// The answers that one reading assumes. Conditions are distinguished by their words.
#[derive(Default)]
pub(super) struct Answers {
    assumed: Vec<Condition>,
    /// There are too many conditions.
    too_many: bool,
}

impl Answers {
    /// The answer to the condition at a place. A new condition is assumed to hold.
    pub(super) fn assume(&mut self, at: Span, texts: &Texts) -> bool {
        self.assume_that(&String::from_utf8_lossy(texts.slice(at)))
    }

    /// The answer to a condition in words. A new condition is assumed to hold.
    pub(super) fn assume_that(&mut self, words: &str) -> bool {
        self.known(words).unwrap_or_else(|| {
            self.assumed.push(condition(words));
            true
        })
    }

    /// The answer to a condition that was met before, or that another answer excludes.
    pub(super) fn known(&self, words: &str) -> Option<bool> {
        let condition = condition(words);
        let same = self.assumed.iter().find(|c| c.same_question(&condition)).map(|c| c.holds() == condition.holds());
        same.or_else(|| self.assumed.iter().any(|known| known.excludes(&condition)).then_some(!condition.holds()))
    }

    /// How many conditions were met.
    pub(super) fn count(&self) -> usize {
        self.assumed.len()
    }

    /// True if a condition is better left open where it changes no setting.
    pub(super) fn may_leave_open(&self, at: Span, texts: &Texts) -> bool {
        self.too_many && self.known(&String::from_utf8_lossy(texts.slice(at))).is_none()
    }

    /// Forgets the conditions that were met after the first ones.
    pub(super) fn forget(&mut self, count: usize) {
        self.assumed.truncate(count);
    }
}

/// A condition by its words. Long ones are shown without their middle.
fn condition(words: &str) -> Condition {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut inner, mut holds) = (bare(&words), true);
    for _ in 0..MAX_NOT {
        let Some(negated) = inner.strip_prefix("not ").and_then(one) else { break };
        (inner, holds) = (negated, !holds);
    }
    let length = inner.chars().count();
    if length <= MAX_WORDS {
        return Condition::new(inner, holds);
    }
    let (start, end) = (inner.chars().take(MAX_WORDS / 2), inner.chars().skip(length - MAX_WORDS / 2));
    let shown: String = start.chain(['…']).chain(end).collect();
    Condition::within(inner, shown, holds)
}

/// What `not` negates, if it is the whole rest: a name, or what parentheses surround.
fn one(rest: &str) -> Option<&str> {
    let inner = bare(rest);
    let name = |b: u8| b.is_ascii_alphanumeric() || b"._$-".contains(&b);
    (inner.len() < rest.len() || rest.bytes().all(name)).then_some(inner)
}

/// Words without the parentheses that surround all of them.
fn bare(words: &str) -> &str {
    let mut depth = 0_usize;
    let closes = |(_, b): &(usize, u8)| {
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    let first_closed = words.bytes().enumerate().find(closes).map(|(at, _)| at + 1);
    let inner = words.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|_| first_closed == Some(words.len())).map_or(words, str::trim)
}

/// What `read` returns for each combination of answers. If there are more than `limit`, conditions may be left open. True if there are
/// still too many.
pub(super) fn all<T>(limit: usize, mut read: impl FnMut(&mut Answers) -> T) -> (Vec<(Guard, T)>, bool) {
    let (out, more) = some(limit, false, &mut read);
    if more { some(limit * MORE, true, &mut read) } else { (out, false) }
}

/// How many times as many readings there may be where conditions may be left open.
const MORE: usize = 4;

/// The same, where `too_many` says that some conditions may be left open. Then one answer is changed at a time, so that each
/// condition comes up with both, and half of the budget is left for what is read.
fn some<T>(limit: usize, too_many: bool, read: &mut impl FnMut(&mut Answers) -> T) -> (Vec<(Guard, T)>, bool) {
    let mut open = VecDeque::from([Vec::new()]);
    let mut out = Vec::new();
    let before = budget::left();
    for _ in 0..limit {
        if too_many && budget::left() < before / 2 {
            break;
        }
        let Some(assumed) = (if too_many { open.pop_front() } else { open.pop_back() }) else { break };
        let known = assumed.len();
        let mut answers = Answers { assumed, too_many };
        let result = read(&mut answers);
        for n in (known..answers.assumed.len()).rev() {
            let mut other = answers.assumed[..=n].to_vec();
            other[n] = other[n].opposite();
            open.push_back(other);
        }
        let when = answers.assumed.into_iter().try_fold(Guard::always(), |all, one| all.and(&Guard::of(one)));
        out.extend(when.map(|when| (when, result)));
        if !too_many && out.len() + open.len() > limit {
            // It is sure that there are more, and all is read again.
            break;
        }
    }
    (out, !open.is_empty())
}
