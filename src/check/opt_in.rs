//! Opt-in rules: a limit for a duration, and durations that are not set. They also look at node groups that set
//! nothing, so the place may be the node group itself. Settings that depend on something unknown are skipped.

use crate::node::Booted;
use crate::setting::{Settled, render_duration};

use super::case::{Case, Fault, Sentences};
use super::finding::Finding;

/// Durations above `limit`, or with `below` those below it.
pub(super) fn beyond(case: &Case<'_>, booted: &Booted, limit: Option<i64>, below: bool) -> Vec<Finding> {
    let Some(limit) = limit else { return Vec::new() };
    let (side, bound) = if below { ("below", "at least") } else { ("above", "at most") };
    let one = |settled: &Settled| {
        let effective = settled.effective.filter(|n| if below { *n < limit } else { *n > limit })?;
        let (name, effective) = (settled.name(), render_duration(effective));
        let default = if settled.winner.is_some() { "" } else { " by default" };
        let sentences = Sentences {
            headline: format!("`{name}` is {effective}{default}, which is {side} the limit"),
            help: format!("set a duration of {bound} `{}`", render_duration(limit)),
            notes: vec![format!("the limit is {}", render_duration(limit))],
        };
        match &settled.winner {
            Some(setting) => {
                let fault = Fault { setting, settled: Some(settled), ineffective: false };
                Some(case.find(&fault, case.when(&booted.when, Some(settled)), sentences))
            }
            None => {
                let when = case.group.when.and(&booted.when)?;
                Some(case.at_group(settled, when, sentences))
            }
        }
    };
    case.settled(booted).filter(|s| s.unknown.is_none()).filter_map(one).collect()
}

/// Durations that are not set.
pub(super) fn unset(case: &Case<'_>, booted: &Booted) -> Vec<Finding> {
    let one = |settled: &Settled| {
        let default = settled.effective.map(render_duration).unwrap_or_default();
        let sentences = Sentences {
            headline: format!("`{}` is not set: nodes run with the default of {default}", settled.name()),
            help: format!("set the timeout explicitly, even if it is the default of {default}"),
            notes: Vec::new(),
        };
        let when = case.group.when.and(&booted.when)?;
        Some(case.at_group(settled, when, sentences))
    };
    case.settled(booted).filter(|s| s.unknown.is_none() && s.winner.is_none()).filter_map(one).collect()
}
