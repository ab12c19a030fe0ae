//! Text functions of templates. Every byte keeps its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use regex::bytes::Regex;

use crate::text::{Layer, Span, Traced, UNKNOWN_MARK, Whence, Why};
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
