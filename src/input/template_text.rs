//! Text functions of templates. Every byte keeps its place.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use regex::bytes::Regex;

use crate::setting::names;
use crate::text::{Layer, Span, Traced, UNKNOWN_MARK, Whence, Why, holds};
use crate::value::{Kind, Number, Value, equal};

/// A text with every byte mapped, none added or removed.
pub(in crate::input) fn mapped(text: &Traced, change: impl Fn(u8) -> u8) -> Traced {
    let mut out = Traced::new();
    for (range, piece) in text.ranges() {
        let before = &text.bytes()[range];
        let after: Vec<u8> = before.iter().map(|b| change(*b)).collect();
        let whence = match &piece.whence {
            Whence::Same(span) if after != before => Whence::Made(*span),
            other => other.clone(),
        };
        let unknown = matches!(whence, Whence::Unknown(..));
        out.push_piece(if unknown { before } else { &after }, whence, piece.via.clone());
    }
    out
}

/// Every line with leading spaces, as `indent` writes them.
pub(in crate::input) fn indented(text: &Traced, count: usize, at: Span) -> Traced {
    let lead = Traced::made(" ".repeat(count.min(200)), at);
    let mut out = Traced::new();
    for (n, line) in text.split(b"\n").iter().enumerate() {
        if n > 0 {
            out.push_made(b"\n", at);
        }
        out.push(&lead);
        out.push(line);
    }
    out
}

pub(in crate::input) fn trimmed(text: &Traced, cut: &dyn Fn(&u8) -> bool, start: bool, end: bool) -> Traced {
    let bytes = text.bytes();
    let from = if start { bytes.iter().take_while(|b| cut(b)).count() } else { 0 };
    let to = if end { bytes.len() - bytes[from..].iter().rev().take_while(|b| cut(b)).count() } else { bytes.len() };
    text.slice(from..to)
}

/// What may be a setting, or decide what a text is, besides the names of settings.
const TELLING: &[&str] = &["kube", "kind:", "---", "data", "nodeadm", "amiFamily"];

/// True if a text may be a setting, or decide what the text around it is.
pub(in crate::input) fn may_set(text: &[u8]) -> bool {
    names::are_in(text) || TELLING.iter().any(|word| holds(text, word.as_bytes()))
}

/// What stands in the place of one of several texts, if none of them can be a setting. Lines with keys stay, with unknown values;
/// so do comments. Any other text is unknown, and begins and ends as each one does that is not empty.
pub(in crate::input) fn one_of(texts: &[Traced], why: &Why, at: Span) -> Option<Traced> {
    if texts.iter().any(|text| may_set(text.bytes())) {
        return None;
    }
    if let Some(keys) = keys_of(texts, why, at) {
        return Some(keys);
    }
    let mut written = texts.iter().map(Traced::bytes).filter(|text| !text.is_empty());
    let Some(first) = written.next() else { return Some(Traced::new()) };
    let blank = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let (mut start, mut ends) = (&first[..blank(first)], first.ends_with(b"\n"));
    for other in written {
        let same = start.iter().zip(other).take_while(|(a, b)| a == b).count();
        start = &start[..same];
        ends &= other.ends_with(b"\n");
    }
    let mut out = Traced::new();
    out.push_made(start, at);
    out.push_unknown(at, why.clone());
    if ends {
        out.push_made(b"\n", at);
    }
    Some(out)
}

/// The lines of texts in which each line is empty, a comment, a key or flag with a plain value, which becomes unknown, an item, or a
/// key with what is below it.
fn keys_of(texts: &[Traced], why: &Why, at: Span) -> Option<Traced> {
    let mut known: Vec<&[u8]> = Vec::new();
    let mut out = Traced::new();
    for text in texts {
        // The column of a key whose value begins on the next line.
        let mut above = None;
        for line in text.bytes().split_inclusive(|b| *b == b'\n') {
            let (content, column) = (line.trim_ascii(), line.iter().take_while(|b| **b == b' ').count());
            let marked = content.starts_with(UNKNOWN_MARK.as_bytes());
            let below = |key: usize| column > key || column == key && content.starts_with(b"-") || marked;
            let whole = line.ends_with(b"\n") || text.bytes().starts_with(b"\n");
            if let Some(value) = flag_of(line) {
                if !known.contains(&&line[..value.start]) {
                    known.push(&line[..value.start]);
                    out.push_made(&line[..value.start], at);
                    if !value.is_empty() {
                        out.push_unknown(at, why.clone());
                    }
                    out.push_made(&line[value.end..], at);
                }
                above = None;
                continue;
            }
            if content.is_empty() || content.starts_with(b"#") && whole {
                out.push_made(line, at);
                continue;
            } else if above.is_some_and(below) {
                continue;
            }
            // Of a list, one item stands for all.
            let (value, plain) = if content.starts_with(b"- ") { (column + 1, false) } else { value_of(line)? };
            above = (!plain).then_some(column);
            let key = &line[..value];
            if known.contains(&key) {
                continue;
            }
            known.push(key);
            out.push_made(key, at);
            out.push_made(b" ", at);
            out.push_unknown(at, why.clone());
            if line.ends_with(b"\n") {
                out.push_made(b"\n", at);
            }
        }
    }
    Some(out)
}

/// Where a key of a line ends, behind its colon, and whether a plain value follows; `None` without a key, or with any other value.
fn value_of(line: &[u8]) -> Option<(usize, bool)> {
    let start = line.iter().take_while(|b| **b == b' ').count();
    let key = |b: &u8| b.is_ascii_alphanumeric() || b"_./-".contains(b);
    let colon = start + line[start..].iter().take_while(|b| key(b)).count();
    let value = line[colon..].strip_prefix(b":")?;
    let text = value.trim_ascii();
    let marked = text.starts_with(UNKNOWN_MARK.as_bytes());
    let plain = |first: &u8| first.is_ascii_alphanumeric() || b"_./".contains(first);
    match text.strip_prefix(b"\"").unwrap_or(text).first() {
        None if colon > start => Some((colon + 1, false)),
        Some(first) if colon > start && value.starts_with(b" ") && (marked || plain(first)) => Some((colon + 1, true)),
        _ => None,
    }
}

/// Where the plain value of a line with one flag stands, such as `--v=2 \`; empty without one.
fn flag_of(line: &[u8]) -> Option<Range<usize>> {
    let start = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let name =
        line[start..].strip_prefix(b"--")?.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let from = (start + 2 + name + 1).min(line.len());
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_./:,@%+=-".contains(b) || UNKNOWN_MARK.as_bytes().contains(b);
    let to = from + line[from..].iter().take_while(|b| plain(b)).count();
    let separated = matches!(line.get(from - 1), Some(b'=' | b' ' | b'\n'));
    (name > 0 && separated && matches!(line[to..].trim_ascii(), b"" | b"\\")).then_some(from..to)
}

/// The answer to a comparison; unknown without one.
pub(in crate::input) fn answered(answer: Option<bool>, at: Span) -> Value {
    match answer {
        Some(answer) => Value::bool(answer, at),
        None => Value::unknown(Why::NotUnderstood("a comparison with something unknown".into()), at),
    }
}

/// Whether a value is equal to one of several; `None` if that is not known.
pub(in crate::input) fn any_equal(value: &Value, others: &[Value]) -> Option<bool> {
    let answers: Vec<_> = others.iter().map(|other| equal(value, other)).collect();
    if answers.contains(&Some(true)) { Some(true) } else { answers.iter().all(Option::is_some).then_some(false) }
}

/// A text in base64, which remembers the text.
pub(in crate::input) fn encoded(text: &Traced, at: Span) -> Value {
    Value::str(base64_of(text, at), at)
}

/// Base64 of a text. Each group of four characters maps to the three bytes it encodes; from the first unknown part on, the rest of the
/// encoded text is unknown, but the original is remembered whole.
pub(in crate::input) fn base64_of(content: &Traced, at: Span) -> Traced {
    // Three bytes make four characters. A place for each group is rarely needed: the original is kept.
    const GROUP: usize = 3;
    const LINE: usize = 19 * GROUP;
    let known = content.unknowns().next().map_or(content.len(), |(r, ..)| r.start);
    let whole = if known == content.len() { known } else { known - known % GROUP };
    let mut out = Traced::new();
    let mut from = 0;
    while from < whole {
        let to = (from + LINE).min(whole);
        let group = content.slice(from..to);
        let encoded = BASE64.encode(group.bytes());
        out.push_piece(encoded.as_bytes(), Whence::Made(group.span().unwrap_or(at)), group.via());
        from = to;
    }
    if let Some((span, why)) = content.first_unknown() {
        out.push_unknown(span, why.clone());
    }
    Traced::encoded(out, Layer::Base64, content.clone())
}

/// The text behind base64; `None` if it is not base64.
pub(in crate::input) fn decoded(text: &Traced, at: Span) -> Option<Value> {
    let text = match text.original(Layer::Base64) {
        Some(original) => original.clone(),
        None => Traced::made(BASE64.decode(text.bytes()).ok()?, text.span().unwrap_or(at)),
    };
    Some(Value::str(text, at))
}

/// A text with every match of a pattern replaced; `$1` in the new text stands for a group, if it `expands`. `None` if an unknown
/// part may match.
pub(in crate::input) fn substituted(
    whole: &Traced,
    pattern: &Regex,
    with: &Traced,
    expands: bool,
    at: Span,
) -> Option<Traced> {
    let anchored = || pattern.as_str().bytes().any(|b| b"^$\\".contains(&b));
    if whole.has_unknown() && (pattern.is_match(UNKNOWN_MARK.as_bytes()) || anchored()) {
        return None;
    }
    let expands = expands && with.bytes().contains(&b'$');
    let (mut out, mut from) = (Traced::new(), 0);
    for captures in pattern.captures_iter(whole.bytes()) {
        let Some(m) = captures.get(0) else { continue };
        out.push(&whole.slice(from..m.start()));
        if expands {
            let mut text = Vec::new();
            captures.expand(with.known_str()?.as_bytes(), &mut text);
            out.push_made(&text, at);
        } else {
            out.push(with);
        }
        from = m.end();
    }
    out.push(&whole.slice(from..whole.len()));
    Some(out)
}

/// A count as a number.
pub(in crate::input) fn counted(n: usize, at: Span) -> Value {
    let n = f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    Value::new(Kind::Number(Number::new(n)), at)
}

/// A number as a count; at least zero.
#[expect(clippy::cast_sign_loss, reason = "nothing below zero is left")]
pub(in crate::input) fn count(n: f64) -> usize {
    n.clamp(0.0, f64::from(u32::MAX)) as usize
}
