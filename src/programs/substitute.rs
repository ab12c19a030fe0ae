//! Replacements of matches: the `s` of `sed` and `perl`, `sub` and `gsub` of `awk`.

use regex::Captures;

use crate::text::{Traced, UNKNOWN_MARK};

/// A part of a replacement.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(Traced),
    /// A group of the match; 0 is all of it.
    Group(usize),
}

/// What may stand for an unknown part of a line.
const SAMPLES: [&str; 2] = ["ab-c.d_1", "90m"];

/// True if one of the matches covers an unknown part and what is replaced then depends on this part. `again` does the same to
/// another text.
pub(super) fn is_uncertain<'t>(
    text: &Traced,
    out: &Traced,
    matches: impl IntoIterator<Item = &'t Captures<'t>>,
    again: impl Fn(&Traced) -> Option<Traced>,
) -> bool {
    let covers = |found: &Captures<'_>| found.get(0).is_some_and(|found| found.as_str().contains(UNKNOWN_MARK));
    let Some(at) = text.span().filter(|_| matches.into_iter().any(covers)) else { return false };
    SAMPLES.iter().any(|sample| {
        let with = |text: &Traced| text.to_text().replace(UNKNOWN_MARK, sample);
        again(&Traced::made(with(text), at)).is_none_or(|other| with(&other) != with(out))
    })
}

/// The text with each of the matches replaced, cut once it is longer than `most` bytes.
pub(super) fn replaced<'t>(
    text: &Traced,
    matches: impl IntoIterator<Item = &'t Captures<'t>>,
    parts: &[Part],
    most: usize,
) -> Traced {
    let mut out = Traced::new();
    let mut done = 0;
    for found in matches {
        let Some(whole) = found.get(0) else { continue };
        out.push(&text.slice(done..whole.start()));
        for part in parts {
            match part {
                Part::Text(text) => out.push(text),
                Part::Group(group) => {
                    if let Some(m) = found.get(*group) {
                        out.push(&text.slice(m.range()));
                    }
                }
            }
        }
        done = whole.end();
        if out.len() > most {
            break;
        }
    }
    out.push(&text.slice(done..text.len()));
    out
}
