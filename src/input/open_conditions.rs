//! Conditions that a source leaves open. Each is first assumed to hold; then the source is read again with the opposite.

use crate::text::{Span, Texts};
use crate::value::{Condition, Guard};

/// The longest words of a condition, in characters.
const MAX_WORDS: usize = 80;

/// The answers that one reading assumes. Conditions are distinguished by their words.
#[derive(Default)]
pub(super) struct Answers(Vec<Condition>);

impl Answers {
    /// The answer to the condition at a place. A new condition is assumed to hold.
    pub(super) fn assume(&mut self, at: Span, texts: &Texts) -> bool {
        self.assume_that(&String::from_utf8_lossy(texts.slice(at)))
    }

    /// The answer to a condition in words. A new condition is assumed to hold.
    pub(super) fn assume_that(&mut self, words: &str) -> bool {
        self.known(words).unwrap_or_else(|| {
            self.0.push(condition(words));
            true
        })
    }

    /// The answer to a condition that was met before, or that another answer excludes.
    pub(super) fn known(&self, words: &str) -> Option<bool> {
        let condition = condition(words);
        let same = self.0.iter().find(|c| c.same_question(&condition)).map(Condition::holds);
        same.or_else(|| self.0.iter().any(|known| known.excludes(&condition)).then_some(false))
    }

    /// How many conditions were met.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

/// A condition by its words.
fn condition(words: &str) -> Condition {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    Condition::new(words.chars().take(MAX_WORDS).collect::<String>(), true)
}

/// What `read` returns for each combination of answers, at most `limit` of them. True if there are more.
pub(super) fn all<T>(limit: usize, mut read: impl FnMut(&mut Answers) -> T) -> (Vec<(Guard, T)>, bool) {
    let mut open: Vec<Vec<Condition>> = vec![Vec::new()];
    let mut out = Vec::new();
    for _ in 0..limit {
        let Some(assumed) = open.pop() else { return (out, false) };
        let known = assumed.len();
        let mut answers = Answers(assumed);
        let result = read(&mut answers);
        for n in (known..answers.0.len()).rev() {
            let mut other = answers.0[..=n].to_vec();
            other[n] = other[n].opposite();
            open.push(other);
        }
        let when = answers.0.into_iter().try_fold(Guard::always(), |all, one| all.and(&Guard::of(one)));
        out.extend(when.map(|when| (when, result)));
    }
    (out, !open.is_empty())
}
