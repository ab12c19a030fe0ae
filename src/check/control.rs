//! What the controls of benchmarks say about a boot: every rule whose page names a control, whether it is in force or not.

use crate::node::Booted;
use crate::setting::SetBy;
use crate::text::Span;

use super::built_in::rules;
use super::rule::Rule;
use super::value::{Looked, Verdict, look};

/// What a control says about a node group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It depends on something unknown, which is never a pass.
    Unknown,
    /// The node group has no kubelet, or its version does not have the setting.
    NotApplicable,
}

/// A control, judged for one boot.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    /// The rule.
    pub rule: &'static Rule,
    /// What it says.
    pub outcome: Outcome,
    /// The settings that decide it.
    pub field: String,
    /// The value, or why it is unknown.
    pub value: String,
    /// Where it is written.
    pub at: Option<Span>,
}

/// Every control, sorted by its number in CIS EKS, and then by that in CIS Kubernetes.
pub(crate) fn controls(booted: &Booted) -> Vec<Control> {
    let with_number = |rule: &&Rule| {
        rule.front.control.is_some() && ["CIS EKS", "CIS Kubernetes"].iter().any(|b| rule.number_in(b).is_some())
    };
    let mut out: Vec<_> = rules().filter(with_number).map(|rule| one(rule, booted)).collect();
    let number = |rule: &Rule, benchmark| {
        let parts = rule.number_in(benchmark).map(|n| n.split('.').map(|p| p.parse().unwrap_or(0)).collect());
        parts.unwrap_or_else(|| vec![u32::MAX])
    };
    out.sort_by_cached_key(|c| -> [Vec<u32>; 2] { ["CIS EKS", "CIS Kubernetes"].map(|b| number(c.rule, b)) });
    out
}

fn one(rule: &'static Rule, booted: &Booted) -> Control {
    let names = rule.front.fields.join(" and ");
    let plain =
        |outcome, value: &str| Control { rule, outcome, field: names.clone(), value: value.to_owned(), at: None };
    let Some((effective, whole)) = booted.effective.as_ref().and_then(|e| Some((e, e.whole.as_deref()?))) else {
        return plain(Outcome::NotApplicable, "no kubelet configuration");
    };
    let mut failures = effective.failures.iter().chain(&whole.refused).map(|f| f.message.as_str()).peekable();
    let starts = effective.starts != Some(false) && failures.peek().is_none();
    let looked: Vec<_> = rule.targets().iter().filter_map(|target| look(rule, target, booted)).collect();
    let fails = |l: &&Looked| matches!(l.verdict, Verdict::Fires(_)) && (starts || l.from != SetBy::Default);
    let of = |outcome, looked: &[&Looked], words: String| Control {
        rule,
        outcome,
        field: looked.iter().map(|l| l.name.as_str()).collect::<Vec<_>>().join(" and "),
        value: words,
        at: looked.first().and_then(|l| l.at),
    };
    let chosen = |keep: &dyn Fn(&&Looked) -> bool| {
        Some(looked.iter().filter(keep).collect::<Vec<_>>()).filter(|l| !l.is_empty())
    };
    let values = |all: &[&Looked]| {
        let mut values: Vec<_> = all.iter().map(|l| l.value.as_str()).collect();
        values.dedup();
        values.join(" and ")
    };
    if let Some(bad) = chosen(&fails) {
        return of(Outcome::Fail, &bad, values(&bad));
    }
    if !starts {
        let why = failures.collect::<Vec<_>>().join("; ");
        return plain(Outcome::Unknown, &format!("its kubelet does not start: {why}"));
    }
    if let Some(unknown) = chosen(&|l| matches!(l.verdict, Verdict::Unknown(_))) {
        let why = unknown.iter().find_map(|l| match &l.verdict {
            Verdict::Unknown(why) => Some(why.clone()),
            _ => None,
        });
        return of(Outcome::Unknown, &unknown, why.unwrap_or_default());
    }
    match chosen(&|l| l.verdict == Verdict::Silent) {
        Some(good) => of(Outcome::Pass, &good, values(&good)),
        None => plain(Outcome::NotApplicable, "this version of the kubelet does not have it"),
    }
}
