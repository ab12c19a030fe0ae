//! The values of awk.

use crate::text::{Span, Traced, Why};

/// A known value, or why it is unknown.
pub(super) type Known<T> = Result<T, Why>;

/// An unsupported construct.
pub(super) fn not<T>(what: &str) -> Known<T> {
    Err(Why::NotUnderstood(what.into()))
}

/// A value: its text, and the number that it counts as in comparisons and conditions.
#[derive(Clone)]
pub(super) struct AwkValue {
    pub(super) text: Traced,
    pub(super) number: Option<f64>,
}

impl Default for AwkValue {
    /// The value of an unset variable.
    fn default() -> Self {
        Self { text: Traced::new(), number: Some(0.0) }
    }
}

impl AwkValue {
    /// A text in the program.
    pub(super) fn text(text: Traced) -> Self {
        Self { text, number: None }
    }

    /// A text from outside, which counts as a number if it looks like one.
    pub(super) fn input(text: Traced) -> Self {
        let number = text.known_str().map(|text| text.trim_matches([' ', '\t', '\n', '\r']));
        let number = number.filter(|text| text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)));
        Self { number: number.and_then(|text| text.parse().ok()), text }
    }

    /// A truth value or a count.
    pub(super) fn count(n: usize, at: Span) -> Self {
        Self::input(Traced::made(n.to_string(), at))
    }

    /// The text, which must be fully known.
    pub(super) fn known(&self) -> Known<&str> {
        let why = || self.text.first_unknown().map(|(_, why)| why.clone());
        self.text
            .known_str()
            .ok_or_else(|| why().unwrap_or_else(|| Why::NotUnderstood("bytes that are not UTF-8".into())))
    }
}
