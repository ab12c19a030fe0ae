//! Brace expansion: `a{b,c}` becomes `ab ac`.

use crate::syntax::shell::Part;
use crate::text::{Traced, Why};

/// The most words that one word may expand to.
const MAX_WORDS: usize = 64;

/// The longest range of numbers.
const MAX_RANGE: i64 = 64;

/// The words that the parts of a word expand to. `None` if there is nothing to expand.
pub(super) fn expand(parts: &[Part]) -> Option<Vec<Vec<Part>>> {
    let bare = |p: &Part| if let Part::Bare(t) = p { Some(t.clone()) } else { None };
    if !parts.iter().filter_map(bare).any(|t| t.bytes().contains(&b'{')) {
        return None;
    }
    let mut done = Vec::new();
    let mut open = vec![parts.to_vec()];
    while let Some(word) = open.pop() {
        if done.len() + open.len() > MAX_WORDS {
            return None;
        }
        match expand_first(&word) {
            Some(words) => open.extend(words.into_iter().rev()),
            None => done.push(word),
        }
    }
    (done.len() > 1).then_some(done)
}

/// Expands the first pair of braces.
fn expand_first(parts: &[Part]) -> Option<Vec<Vec<Part>>> {
    for (index, part) in parts.iter().enumerate() {
        let Part::Bare(text) = part else { continue };
        let bytes = text.bytes();
        let mut from = 0;
        while let Some(found) = bytes[from..].iter().position(|b| *b == b'{') {
            let start = from + found;
            if let Some((items, end)) = pair(text, start) {
                let word = |item: Traced| {
                    let mut word = parts[..index].to_vec();
                    let mut middle = text.slice(0..start);
                    middle.push(&item);
                    middle.push(&text.slice(end..text.len()));
                    word.push(Part::Bare(middle));
                    word.extend_from_slice(&parts[index + 1..]);
                    word
                };
                return Some(items.into_iter().map(word).collect());
            }
            from = start + 1;
        }
        // Braces around other parts, as in `{a,$b}`, are not modelled.
        let closes = |p: &Part| matches!(p, Part::Bare(t) if t.bytes().contains(&b'}'));
        let comma = parts[index..].iter().any(|p| matches!(p, Part::Bare(t) if t.bytes().contains(&b',')));
        if bytes.contains(&b'{')
            && comma
            && parts[index + 1..].iter().any(closes)
            && let Some(span) = text.span()
        {
            let unknown = || vec![Part::Quoted(Traced::unknown(span, Why::NotUnderstood("a brace expansion".into())))];
            return Some(vec![unknown(), unknown()]);
        }
    }
    None
}

/// The items between the braces that open at `start`, and where they end. `None` if it is not a list.
fn pair(text: &Traced, start: usize) -> Option<(Vec<Traced>, usize)> {
    let bytes = text.bytes();
    let mut depth = 0_usize;
    let mut items = Vec::new();
    let mut from = start + 1;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b',' if depth == 1 => {
                items.push(text.slice(from..at));
                from = at + 1;
            }
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    if items.is_empty() {
                        return range(text, from, at);
                    }
                    items.push(text.slice(from..at));
                    return Some((items, at + 1));
                }
            }
            _ => {}
        }
    }
    None
}

/// `{1..3}`
fn range(text: &Traced, from: usize, to: usize) -> Option<(Vec<Traced>, usize)> {
    let part = text.slice(from..to);
    let (first, last) = part.known_str()?.split_once("..")?;
    let (last, step) = last.split_once("..").unwrap_or((last, "1"));
    let (first, last, step): (i64, i64, usize) = (first.parse().ok()?, last.parse().ok()?, step.parse().ok()?);
    if last < first || last.checked_sub(first)? >= MAX_RANGE {
        return None;
    }
    let span = part.span()?;
    Some(((first..=last).step_by(step.max(1)).map(|n| Traced::made(n.to_string(), span)).collect(), to + 1))
}
