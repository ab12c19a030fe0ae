//! Whether values are equal, regardless of where they were written.

use crate::text::Traced;

use super::kind::{Kind, Value};

/// A language's own comparison of two values: equal, different, or unknown (`Some(None)`).
pub(crate) type Own<'a> = &'a dyn Fn(&Value, &Value) -> Option<Option<bool>>;

/// Whether two values are equal; `None` if unknown. Values of different kinds are never equal.
pub(crate) fn equal(a: &Value, b: &Value) -> Option<bool> {
    equal_but(a, b, &|_, _| None)
}

/// The same for a language with its own comparison, which comes first, at every depth.
pub(crate) fn equal_but(a: &Value, b: &Value, own: Own<'_>) -> Option<bool> {
    if let Some(answer) = own(a, b) {
        return answer;
    }
    match (&a.kind, &b.kind) {
        (Kind::Unknown(_) | Kind::Either(_), _) | (_, Kind::Unknown(_) | Kind::Either(_)) => None,
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => Some(a == b),
        (Kind::Str(a), Kind::Str(b)) => equal_text(a, b),
        (Kind::List(x), Kind::List(y)) => {
            if x.len() != y.len() {
                return Some(false);
            }
            all(x.iter().zip(y.iter()).map(|(a, b)| equal_but(a, b, own)))
        }
        (Kind::Map(x), Kind::Map(y)) => {
            if x.open.is_some() || y.open.is_some() {
                return None;
            }
            if x.entries.len() != y.entries.len() {
                return Some(false);
            }
            let other = |key, a: &Value| y.entries.get(key).map_or(Some(false), |b| equal_but(a, &b.value, own));
            all(x.entries.iter().map(|(key, a)| other(key, &a.value)))
        }
        _ => Some(false),
    }
}

fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

/// Texts with unknown parts differ for certain if the known parts of their ends differ.
fn equal_text(a: &Traced, b: &Traced) -> Option<bool> {
    if !a.has_unknown() && !b.has_unknown() {
        return Some(a.bytes() == b.bytes());
    }
    let ends = |t: &Traced| {
        let first = t.unknowns().next().map_or(t.len(), |(r, ..)| r.start);
        let last = t.unknowns().last().map_or(0, |(r, ..)| r.end);
        (t.bytes()[..first].to_vec(), t.bytes()[last..].to_vec(), t.has_unknown())
    };
    let ((a_start, a_end, a_unknown), (b_start, b_end, b_unknown)) = (ends(a), ends(b));
    let start = a_start.len().min(b_start.len());
    let end = a_end.len().min(b_end.len());
    if a_start[..start] != b_start[..start] || a_end[a_end.len() - end..] != b_end[b_end.len() - end..] {
        return Some(false);
    }
    // The known part of one must match the other.
    let known = |t: &Traced| t.len() - t.unknowns().map(|(r, ..)| r.len()).sum::<usize>();
    if (!a_unknown && known(b) > a.len()) || (!b_unknown && known(a) > b.len()) {
        return Some(false);
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::text::{Source, Span, Texts, Why};

    #[test]
    fn places_of_values_make_no_difference() {
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::new(Source::new("/x", &b"a b a b"[..])));
        let at = |n: u32| Span { text: id, start: n, end: n };
        let text = |word: &str, n| Value::new(Kind::Str(Traced::made(word, at(n))), at(n));
        let list = |items: Vec<Value>, n| Value::new(Kind::List(Arc::new(items.into())), at(n));
        let unknown = Value::new(Kind::Unknown(Why::FromOutside("x".into())), at(0));
        let a = list(vec![text("a", 1), text("b", 2)], 3);
        assert_eq!(equal(&a, &list(vec![text("a", 4), text("b", 5)], 6)), Some(true));
        assert_eq!(equal(&a, &list(vec![text("a", 4), text("c", 5)], 6)), Some(false));
        assert_eq!(equal(&a, &list(vec![text("a", 4)], 6)), Some(false));
        assert_eq!(equal(&a, &list(vec![text("a", 4), unknown.clone()], 6)), None);
        assert_eq!(equal(&a, &list(vec![unknown, text("c", 5)], 6)), Some(false));
    }
}
