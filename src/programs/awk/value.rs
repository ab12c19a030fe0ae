//! The values of awk's expressions.

use std::cmp::Ordering;

use crate::text::{Span, Traced, Why};

/// Numbers from here on are not written: the implementations of awk write them differently.
const MAX_WRITTEN: f64 = 1e15;

/// A known value, or why it is unknown.
pub(super) type Known<T> = Result<T, Why>;

/// An unsupported construct.
pub(super) fn not<T>(what: &str) -> Known<T> {
    Err(Why::NotUnderstood(what.into()))
}

/// The characters of a text that may have unknown parts.
pub(super) fn utf8(text: &Traced) -> Known<&str> {
    text.as_str().ok_or_else(|| Why::NotUnderstood("bytes that are not UTF-8".into()))
}

/// A value: its text, and the number that it counts as in comparisons and conditions.
#[derive(Clone, Default)]
pub(super) struct AwkValue {
    pub(super) text: Traced,
    pub(super) number: Option<f64>,
}

impl AwkValue {
    /// The value of an unset variable.
    pub(super) fn unset() -> Self {
        Self { text: Traced::new(), number: Some(0.0) }
    }

    /// A text in the program.
    pub(super) fn text(text: Traced) -> Self {
        Self { text, number: None }
    }

    /// A text from outside, which counts as a number if it looks like one.
    pub(super) fn input(text: Traced) -> Self {
        let number = if text.has_unknown() { (0.0, false) } else { leading(&text.to_text()) };
        Self { number: number.1.then_some(number.0), text }
    }

    /// A number, computed from `place` or written there.
    pub(super) fn number(n: f64, place: &Traced, at: Span) -> Self {
        // A zero computed from a negative number would be printed with its sign.
        let n = n + 0.0;
        let at = place.span().unwrap_or(at);
        let shown = format!("{n:.0}");
        let text = if n.fract() != 0.0 || n.abs() >= MAX_WRITTEN {
            Traced::unknown(at, Why::NotUnderstood("a number that awk rounds".into()))
        } else if place.bytes() == shown.as_bytes() {
            place.clone()
        } else {
            Traced::made(shown, at)
        };
        Self { text, number: Some(n) }
    }

    /// A truth value or a count.
    pub(super) fn count(n: usize, at: Span) -> Self {
        Self::number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)), &Traced::new(), at)
    }

    /// The text, which must be fully known.
    pub(super) fn known(&self) -> Known<&str> {
        self.text.first_unknown().map_or_else(|| utf8(&self.text), |(_, why)| Err(why.clone()))
    }

    /// As a number: the one at the beginning of a text.
    pub(super) fn as_number(&self) -> Known<f64> {
        self.number.map_or_else(|| Ok(leading(self.known()?).0), Ok)
    }

    /// Its truth value as a condition.
    pub(super) fn holds(&self) -> Known<bool> {
        self.number.map_or_else(|| Ok(!self.known()?.is_empty()), |n| Ok(n != 0.0))
    }

    /// Its order relative to another one: as numbers if both are, else as texts.
    pub(super) fn compare(&self, other: &Self) -> Known<Ordering> {
        match (self.number, other.number) {
            (Some(a), Some(b)) => a.partial_cmp(&b).map_or_else(|| not("text that is not a number to awk"), Ok),
            _ => Ok(self.known()?.cmp(other.known()?)),
        }
    }
}

/// The number at the beginning of a text, and whether it is all of it.
fn leading(text: &str) -> (f64, bool) {
    let trimmed = text.trim_matches([' ', '\t', '\n', '\r']);
    let sign = usize::from(trimmed.starts_with(['+', '-']));
    let length = trimmed.get(sign..).map_or(0, number_length);
    let value = trimmed.get(..sign + length).filter(|_| length > 0).and_then(|t| t.parse().ok());
    (value.unwrap_or_default(), length > 0 && sign + length == trimmed.len())
}

/// The length of the decimal number at the beginning of a text.
pub(super) fn number_length(text: &str) -> usize {
    let digits = |from: usize| text.bytes().skip(from).take_while(u8::is_ascii_digit).count();
    let whole = digits(0);
    let mut length = whole;
    if text.as_bytes().get(length) == Some(&b'.') && (whole > 0 || digits(1) > 0) {
        length += 1 + digits(length + 1);
    }
    if length > 0 && matches!(text.as_bytes().get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.as_bytes().get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    length
}

#[cfg(test)]
mod tests {
    use super::number_length;

    #[test]
    fn numbers_are_read_as_far_as_they_go() {
        for (text, length) in [("12s", 2), ("1.5m", 3), (".5", 2), ("1e3x", 3), ("1e", 1), (".", 0), ("x", 0)] {
            assert_eq!(number_length(text), length, "{text}");
        }
    }
}
