//! Findings about the same thing are one finding that names all node groups.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::check::Finding;
use crate::policy::Hidden;
use crate::text::Place;
use crate::value::MAX_ALTERNATIVES;

/// The findings in the order of the report, merged.
pub(super) fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut by_key: BTreeMap<(Place, String, String), Finding> = BTreeMap::new();
    for finding in findings {
        let (place, rule, field) = finding.key();
        match by_key.entry((place.clone(), rule.to_owned(), field.to_owned())) {
            Entry::Vacant(free) => {
                free.insert(finding);
            }
            Entry::Occupied(mut known) => known.get_mut().absorb(finding),
        }
    }
    let mut out: Vec<Finding> = Vec::new();
    for finding in by_key.into_values() {
        // A value that was encoded with adjacent bytes is found at a slightly wider place.
        match out.iter_mut().rev().take(MAX_ALTERNATIVES).find(|known| known.overlaps(&finding)) {
            Some(known) => known.absorb(finding),
            None => out.push(finding),
        }
    }
    out.iter_mut().for_each(Finding::tidy);
    out
}

/// Suppressed findings: one for each thing and each reason that hides it.
pub(super) fn hidden(findings: Vec<(Finding, Hidden)>) -> Vec<(Finding, Hidden)> {
    let mut by_who: BTreeMap<Hidden, Vec<Finding>> = BTreeMap::new();
    for (finding, who) in findings {
        by_who.entry(who).or_default().push(finding);
    }
    by_who.into_iter().flat_map(|(who, list)| merged(list).into_iter().map(move |f| (f, who.clone()))).collect()
}
