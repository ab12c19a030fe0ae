//! A timeout that a file mentions, and that is not known to reach a node. Nothing on a node shows it, so it is found in text.

use crate::setting::Field;
use crate::text::Place;

use super::built_in::rule;
use super::finding::{Finding, Frame};

/// The rule that makes it a finding.
const RULE: &str = "unreached-kubelet-setting";

/// The finding about a name with its value, as shown and the value alone, at `place`. `among` is what it is a part of, in words.
///
/// # Panics
/// Never: the rule is built in.
pub(crate) fn mentioned(place: Place, field: &Field, (shown, raw): (&str, &str), among: Option<&str>) -> Finding {
    let rule = rule(RULE).unwrap_or_else(|| panic!("internal error: no rule {RULE}"));
    let headline = match among {
        Some(among) => format!("mentions `{shown}` in {among}: nothing here shows that a node uses it"),
        None => format!("mentions `{shown}`, but nothing here shows that a node uses it"),
    };
    let frame = Frame { place, label: "no known node uses this".to_owned() };
    Finding {
        exact: true,
        field: field.name.to_owned(),
        raw: raw.to_owned(),
        help: "find out what reads this file; if a node gets it, set a non-zero duration".to_owned(),
        ..Finding::new(rule, headline, frame)
    }
}
