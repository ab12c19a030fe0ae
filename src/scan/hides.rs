//! Findings that a change hides: its configuration or its ignore comments do, and those of the base do not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::Finding;
use crate::policy::{Policy, Why, added};
use crate::text::{Earlier, Files, Place, Source};

use super::base::Base;
use super::before::Before;
use super::note::Weight;
use super::request::Request;
use super::results::Scan;
use super::veil::{Cause, Veil};

/// What the change hides of the findings of `now`, before these are compared with those of the base. `then` is what the policy
/// of the base finds in the same files, if that policy differs.
pub(super) fn veils(
    now: &Scan,
    then: Option<&Scan>,
    (request, base, changed): (&Request, &Base, &[Arc<Source>]),
    before: &[(Earlier<'_>, Before)],
) -> Vec<Veil> {
    let settings = then.and_then(|then| of_settings(now, then, request, (base, changed)));
    let gate = of_gate(now, &request.policy, (base, changed));
    settings.into_iter().chain(gate).chain(of_comments(now, &request.policy, before)).collect()
}

/// The unresolved values that failed a run with the configuration of the base.
fn of_gate(now: &Scan, policy: &Policy, (base, changed): (&Base, &[Arc<Source>])) -> Option<Veil> {
    let is_off = base.policy.settings.fail_on_unresolved && !policy.settings.fail_on_unresolved;
    let n = now.gaps.iter().filter(|gap| gap.weight == Weight::Grave).count();
    let s = if n == 1 { "" } else { "s" };
    let message =
        format!("this pull request turns `fail-on-unresolved` off: {n} unresolved value{s} could hold a timeout");
    let place = Place { source: changed.first()?.clone(), start: 0, end: 0 };
    (is_off && n > 0).then_some(Veil { cause: Cause::Settings, place, message, findings: Vec::new() })
}

/// The findings that the policy of the base reports in what is there now, and the present one does not.
fn of_settings(now: &Scan, then: &Scan, request: &Request, (base, changed): (&Base, &[Arc<Source>])) -> Option<Veil> {
    let (mine, others) = (request.policy.fail_on(), base.policy.fail_on());
    let mut shown: BTreeMap<_, _> = now.findings.iter().map(|f| (f.key(), f.level)).collect();
    // What a comment hides is not hidden by the configuration.
    let commented = now.hidden.iter().filter(|(_, by)| by.why == Why::Comment);
    shown.extend(commented.map(|(f, _)| (f.key(), f.level)));
    let hides = |f: &Finding| match shown.get(&f.key()) {
        Some(level) => others.fails(f.level) && !mine.fails(*level),
        // Another place of the same value.
        None => !now.findings.iter().any(|known| known.overlaps(f) && known.rule.id == f.rule.id),
    };
    let findings = then.findings.iter().filter(|f| hides(f)).cloned().collect();
    let names: BTreeSet<_> = changed.iter().map(|source| now.relative(source.path())).collect();
    let names: Vec<_> = names.into_iter().collect();
    let place = |n: usize| changed.get(n).map(|source| Place { source: source.clone(), start: 0, end: 0 });
    let places: Vec<_> = place(0).into_iter().collect();
    Veil::new(Cause::Settings, &places, &format!("changes {}", names.join(" and ")), findings)
}

/// The findings that an ignore comment hides which the base does not have.
fn of_comments(now: &Scan, policy: &Policy, before: &[(Earlier<'_>, Before)]) -> Option<Veil> {
    let rules = policy.rules();
    let mut new: BTreeMap<&Path, BTreeSet<Place>> = BTreeMap::new();
    let (mut findings, mut places) = (Vec::new(), BTreeSet::new());
    for (finding, by) in now.hidden.iter().filter(|(f, _)| rules.iter().any(|r| r.id == f.rule.id)) {
        let Some(place) = by.place.as_ref().filter(|_| by.why == Why::Comment) else { continue };
        let path = place.source.path();
        let new = new.entry(path).or_insert_with(|| {
            let same = |(earlier, _): &(Earlier<'_>, Before)| !place.source.is_derived() && !earlier.differs(path);
            if before.iter().any(same) {
                return BTreeSet::new();
            }
            let then: Vec<_> = before.iter().flat_map(|(earlier, known)| requests(place, earlier, known)).collect();
            added(&place.source, &then, &policy.catalogue).into_iter().collect()
        });
        if new.contains(place) {
            findings.push(finding.clone());
            places.insert(place.clone());
        }
    }
    let s = if places.len() == 1 { "" } else { "s" };
    let what = format!("adds {} ignore comment{s}", places.len());
    Veil::new(Cause::Comments, &places.into_iter().collect::<Vec<_>>(), &what, findings)
}

/// The texts at the base in which a request may have been: the same file, or one that is gone now; for a text that is not a
/// file, all in which a request hid something.
fn requests(place: &Place, earlier: &Earlier<'_>, before: &Before) -> Vec<Arc<Source>> {
    let path = place.source.path();
    if let (false, Ok(source)) = (place.source.is_derived(), earlier.read(path)) {
        return vec![source];
    }
    let gone = |path: &PathBuf| place.source.is_derived() || earlier.now().read(path).is_err();
    let hiding = before.scan.hidden.iter().filter_map(|(_, by)| by.place.as_ref());
    let sources: BTreeMap<_, _> = hiding.map(|p| (p.source.path().to_owned(), &p.source)).collect();
    sources.into_iter().filter(|(path, _)| gone(path)).map(|(_, source)| source.clone()).collect()
}
