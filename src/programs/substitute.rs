//! Replacements of matches: the `s` of `sed` and `perl`, `sub` and `gsub` of `awk`.

use regex::Captures;

use crate::text::Traced;

/// A part of a replacement.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(Traced),
    /// A group of the match; 0 is all of it.
    Group(usize),
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
