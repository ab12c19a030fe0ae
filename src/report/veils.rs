//! The findings that a change hides, as lines of text.

use crate::scan::{Scan, Veil};

use super::plain_text::{count, harmless};

/// Findings of one veil that are listed; the others are counted.
const MAX_LISTED: usize = 50;

/// One line for each finding: place, rule and headline.
pub(super) fn listed(veil: &Veil, scan: &Scan) -> Vec<String> {
    let mut out: Vec<_> = veil
        .findings
        .iter()
        .take(MAX_LISTED)
        .map(|finding| {
            let (path, line) = (scan.relative(finding.at.place.source.path()), finding.at.place.start().line);
            harmless(&format!("{path}:{line}: {}: {}", finding.rule.id, finding.headline))
        })
        .collect();
    let more = veil.findings.len().saturating_sub(MAX_LISTED);
    out.extend((more > 0).then(|| count(more, "more finding")));
    out
}
