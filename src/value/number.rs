//! Numbers that remember how they were written, so a rendered digit still has a place.

use std::sync::Arc;

use crate::text::{Span, Traced};

/// A number.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    value: f64,
    /// The literal, if it is written exactly as the number is rendered.
    literal: Option<Arc<Traced>>,
    /// True if its type has fractions, whatever its value.
    floating: bool,
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Number {
    /// A computed number.
    pub(crate) fn new(value: f64) -> Self {
        Self { value, literal: None, floating: false }
    }

    /// A number as it is written; `None` if the text is not one.
    pub(crate) fn parse(literal: Traced) -> Option<Self> {
        let text = literal.known_str()?;
        let value: f64 = text.parse().ok()?;
        if !value.is_finite() {
            return None;
        }
        let plain = render(value) == text;
        Some(Self { value, literal: plain.then(|| Arc::new(literal)), floating: false })
    }

    /// The same number as one of a type with fractions. Some languages print these in another form.
    #[must_use]
    pub(crate) fn floating(self) -> Self {
        Self { floating: true, ..self }
    }

    /// True if its type has fractions.
    pub(crate) fn is_floating(&self) -> bool {
        self.floating
    }

    /// True if it is written down as it is.
    pub(crate) fn is_literal(&self) -> bool {
        self.literal.is_some()
    }

    /// The value.
    pub(crate) fn value(&self) -> f64 {
        self.value
    }

    /// The number as text: the literal itself if it is written that way, else made from `at`.
    pub(crate) fn to_traced(&self, at: Span) -> Traced {
        match &self.literal {
            Some(literal) => Traced::clone(literal),
            None => Traced::made(render(self.value), at),
        }
    }
}

/// The shortest decimal form without exponent, as Terraform renders a number into a string.
fn render(value: f64) -> String {
    format!("{value}")
}
