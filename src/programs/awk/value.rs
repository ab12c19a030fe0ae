//! What the expressions of an awk program yield.

use std::cmp::Ordering;

use crate::text::{Span, Traced};

use super::lex::number;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Nothing was put there yet.
    Unset,
    /// A text of the program, or one that it made.
    Text(Traced),
    /// A text from outside, which counts as a number where it looks like one.
    Input(Traced),
    /// A number, and the text that it was read from (empty where there is none).
    Number(f64, Traced),
}

impl Value {
    /// A truth value.
    pub(super) fn truth(holds: bool) -> Self {
        Self::Number(f64::from(u8::from(holds)), Traced::new())
    }

    /// A count.
    pub(super) fn count(n: usize) -> Self {
        Self::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)), Traced::new())
    }

    /// The hole in it, if there is one.
    pub(super) fn hole(&self) -> Option<&crate::text::Why> {
        match self {
            Self::Unset => None,
            Self::Text(text) | Self::Input(text) | Self::Number(_, text) => text.first_hole().map(|(_, why)| why),
        }
    }

    /// As a number: the one at the beginning of a text. Nothing of it may be unknown.
    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Unset => 0.0,
            Self::Number(n, _) => *n,
            Self::Text(text) | Self::Input(text) => leading(&text.to_text()).0,
        }
    }

    /// Where it was written, as far as that is known.
    pub(super) fn place(&self) -> Traced {
        match self {
            Self::Unset => Traced::new(),
            Self::Text(text) | Self::Input(text) | Self::Number(_, text) => text.clone(),
        }
    }

    /// As a text. `at` stands for what nobody wrote.
    pub(super) fn text(&self, at: Span) -> Traced {
        match self {
            Self::Unset => Traced::new(),
            Self::Text(text) | Self::Input(text) => text.clone(),
            Self::Number(n, place) => {
                let shown = shown(*n);
                if place.bytes() == shown.as_bytes() {
                    place.clone()
                } else {
                    Traced::made(shown, place.span().unwrap_or(at))
                }
            }
        }
    }

    /// True if it counts as a number in comparisons.
    fn numeric(&self) -> bool {
        match self {
            Self::Unset | Self::Number(..) => true,
            Self::Text(_) => false,
            Self::Input(text) => leading(&text.to_text()).1,
        }
    }

    /// What a condition makes of it.
    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Unset => false,
            Self::Number(n, _) => *n != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Input(text) => match leading(&text.to_text()) {
                (n, true) => n != 0.0,
                _ => !text.is_empty(),
            },
        }
    }

    /// How it stands to another one: as numbers if both are, else as texts. `None` for what is no number.
    pub(super) fn compare(&self, other: &Self, at: Span) -> Option<Ordering> {
        if self.numeric() && other.numeric() {
            return self.number().partial_cmp(&other.number());
        }
        Some(self.text(at).bytes().cmp(other.text(at).bytes()))
    }
}

/// A number as a count: without its fraction, and never below nothing.
#[allow(clippy::cast_sign_loss, reason = "such a cast keeps to the ends of the range")]
pub(super) fn whole(n: f64) -> usize {
    n as usize
}

/// The number at the beginning of a text, and whether that is all of it.
fn leading(text: &str) -> (f64, bool) {
    let blanks = [' ', '\t', '\n', '\r'];
    let trimmed = text.trim_matches(blanks);
    let sign = usize::from(trimmed.starts_with(['+', '-']));
    let length = trimmed.get(sign..).map_or(0, number);
    let value = trimmed.get(..sign + length).filter(|_| length > 0).and_then(|t| t.parse().ok());
    (value.unwrap_or_default(), length > 0 && sign + length == trimmed.len())
}

/// A number as awk prints it: whole ones in full, others with six digits.
pub(super) fn shown(n: f64) -> String {
    if n.fract() == 0.0 {
        return format!("{n:.0}");
    }
    general(n, 6)
}

/// `%g`.
pub(super) fn general(n: f64, precision: usize) -> String {
    let precision = precision.max(1);
    if n == 0.0 || !n.is_finite() {
        return if n == 0.0 { "0".to_owned() } else { n.to_string() };
    }
    let scientific = format!("{:.*e}", precision - 1, n);
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let plain = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    if exponent < -4 || usize::try_from(exponent).is_ok_and(|e| e >= precision) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", plain(digits), exponent.abs());
    }
    let after = i32::try_from(precision).unwrap_or(i32::MAX).saturating_sub(1).saturating_sub(exponent);
    plain(&format!("{:.*}", usize::try_from(after).unwrap_or_default().min(40), n))
}
