//! Brace expansion: `a{b,c}` becomes `ab ac`.

use crate::syntax::shell::Part;
use crate::text::{Traced, Why};

/// The most words that one word may expand to.
const MAX_WORDS: usize = 256;

/// The most bytes and parts of one word that are looked at.
const MAX_WORK: usize = 1 << 20;

/// The longest range.
const MAX_RANGE: u64 = 256;

/// The words that the parts of a word expand to. `None` if there is nothing to expand.
pub(super) fn expand(parts: &[Part]) -> Option<Vec<Vec<Part>>> {
    let mut bare = parts.iter().filter_map(|part| if let Part::Bare(text) = part { Some(text) } else { None });
    let first = bare.clone().next();
    if !bare.any(|text| text.bytes().contains(&b'{')) {
        return None;
    }
    let mut done = Vec::new();
    let mut open = vec![parts.to_vec()];
    let mut expanded = false;
    let mut left = MAX_WORK;
    while let Some(word) = open.pop() {
        let words = expand_first(&word, &mut left);
        if done.len() + open.len() > MAX_WORDS || left == 0 {
            let at = first?.span()?;
            return Some(vec![vec![Part::Quoted(Traced::unknown(at, Why::limit("words of a brace expansion")))]; 2]);
        }
        match words {
            Some(words) => {
                expanded = true;
                open.extend(words.into_iter().rev());
            }
            None => done.push(word),
        }
    }
    expanded.then_some(done)
}

/// Expands the first pair of braces, if that does not take more work than is `left`.
fn expand_first(parts: &[Part], left: &mut usize) -> Option<Vec<Vec<Part>>> {
    for (index, part) in parts.iter().enumerate() {
        let Part::Bare(text) = part else { continue };
        let bytes = text.bytes();
        let mut from = 0;
        while let Some(found) = bytes[from..].iter().position(|b| *b == b'{') {
            let start = from + found;
            let Some(last) = memchr::memrchr(b'}', &bytes[start..]) else { break };
            *left = left.saturating_sub(last + parts.len());
            if *left == 0 {
                return None;
            }
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
        if !bytes.contains(&b'{') {
            continue;
        }
        *left = left.saturating_sub(parts.len());
        if *left == 0 {
            return None;
        }
        // Braces around other parts, as in `{a,$b}`, are not modelled.
        let closes = |p: &Part| matches!(p, Part::Bare(t) if t.bytes().contains(&b'}'));
        let comma = parts[index..].iter().any(|p| matches!(p, Part::Bare(t) if t.bytes().contains(&b',')));
        if comma
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

/// `{1..3}`, `{5..0}`, `{08..10}`, `{a..e..2}`
fn range(text: &Traced, from: usize, to: usize) -> Option<(Vec<Traced>, usize)> {
    let part = text.slice(from..to);
    let (first, last) = part.known_str()?.split_once("..")?;
    let (last, step) = last.split_once("..").unwrap_or((last, "1"));
    let step = step.parse::<i64>().ok()?.unsigned_abs().max(1);
    let letter = |t: &str| match t.as_bytes() {
        [one] if one.is_ascii_alphabetic() => Some(i64::from(*one)),
        _ => None,
    };
    let letters = letter(first).zip(letter(last));
    let (start, end) = match letters {
        Some(ends) => ends,
        None => (first.parse().ok()?, last.parse().ok()?),
    };
    let (distance, span) = (i64::abs_diff(start, end), part.span()?);
    if distance / step >= MAX_RANGE {
        let why = Why::NotUnderstood("a brace expansion".into());
        return Some((vec![Traced::unknown(span, why.clone()), Traced::unknown(span, why)], to + 1));
    }
    // A zero in front makes all numbers as wide as the widest.
    let padded =
        |t: &str| t.trim_start_matches(['-', '+']).starts_with('0') && t.trim_start_matches(['-', '+']).len() > 1;
    let width = if padded(first) || padded(last) { first.len().max(last.len()) } else { 0 };
    let item = |n: u64| {
        let moved = i64::try_from(n * step).unwrap_or_default();
        let value = if end < start { start - moved } else { start + moved };
        let shown = match (letters, u8::try_from(value)) {
            (Some(_), Ok(byte)) => char::from(byte).to_string(),
            _ => format!("{value:0width$}"),
        };
        Traced::made(shown, span)
    };
    Some(((0..=distance / step).map(item).collect(), to + 1))
}
