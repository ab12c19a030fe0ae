//! Variables that may be set from outside and have a default: what a text is with and without them.

use std::sync::Arc;

use crate::text::{Encoded, Layer, Traced, Why};

use super::condition::{Condition, Guard};

/// The condition under which a variable has its default.
pub(crate) fn is_unset(name: &str) -> Condition {
    // `$NAME` of a shell, `$(NAME)` of make.
    let variable = name.trim_start_matches('$').trim_matches(['(', ')']);
    let words = match variable.parse::<usize>() {
        Ok(number) => format!("argument {number} of the script is not given"),
        Err(_) => format!("{variable} is not set"),
    };
    Condition::new(words, true)
}

/// The variables with a default in a text.
pub(crate) fn names_with_default(text: &Traced) -> Vec<Arc<str>> {
    let of = |part: &Encoded| match text.slice(part.range.clone()).first_unknown() {
        Some((_, Why::FromOutside(name))) if part.layer == Layer::Default => Some(Arc::clone(name)),
        _ => None,
    };
    text.encoded_parts().iter().filter_map(of).collect()
}

/// A text if a variable with a default is set, or if it is not; `None` if it does not depend on it.
pub(crate) fn answered(text: &Traced, name: &str, set: bool) -> Option<Traced> {
    let mut out = Traced::new();
    let mut done = 0;
    for part in text.encoded_parts().iter().filter(|part| part.layer == Layer::Default) {
        let value = text.slice(part.range.clone());
        let Some((at, why)) = value.first_unknown() else { continue };
        if !matches!(why, Why::FromOutside(own) if **own == *name) || part.range.start < done {
            continue;
        }
        out.push(&text.slice(done..part.range.start));
        if set {
            out.push_unknown(at, why.clone());
        } else {
            out.push(&part.original);
        }
        done = part.range.end;
    }
    if done == 0 {
        return None;
    }
    out.push(&text.slice(done..text.len()));
    Some(out)
}

/// Words under both answers for each variable that has a default in them, for so many of them.
pub(crate) fn with_both_answers(given: &[Traced], most: usize) -> Vec<(Guard, Vec<Traced>)> {
    let name = given.iter().flat_map(names_with_default).min().filter(|_| most > 0);
    let Some(name) = name else { return vec![(Guard::always(), given.to_vec())] };
    let unset = is_unset(&name);
    let mut out = Vec::new();
    for (set, condition) in [(false, unset.clone()), (true, unset.opposite())] {
        let own = |word: &Traced| answered(word, &name, set).unwrap_or_else(|| word.clone());
        let own: Vec<_> = given.iter().map(own).collect();
        let own = with_both_answers(&own, most - 1).into_iter();
        out.extend(own.filter_map(|(when, own)| Some((Guard::of(condition.clone()).and(&when)?, own))));
    }
    out
}
