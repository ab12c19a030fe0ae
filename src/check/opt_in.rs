//! Rules that are used only by those who ask for them: a limit for the streaming idle timeout, and that it is set at all.
//! They look at node groups where nobody may have written anything, so that the place may be the node group itself.

use crate::node::{Booted, NodeGroup};
use crate::setting::{Settled, render_duration};
use crate::text::Texts;

use super::judge::find;
use super::predicate::Hit;
use super::{Finding, Frame, GroupRef, Hop, Options, Predicate, Rule};

/// What `rule` says of one boot, if it is one of these rules. What hangs on something unknown gives nothing.
pub(super) fn judge(
    rule: &'static Rule,
    options: &Options,
    group: &NodeGroup,
    booted: &Booted,
    texts: &Texts,
) -> Vec<Finding> {
    let Some(effective) = &booted.effective else { return Vec::new() };
    let settled = effective.fields.iter().filter(|s| rule.covers(s.field) && s.unknown.is_none());
    settled
        .filter_map(|settled| match rule.predicate {
            Predicate::AboveLimit | Predicate::BelowLimit => beyond(rule, options, settled, group, booted, texts),
            Predicate::Unset => unset(rule, settled, group, booted, texts),
            _ => None,
        })
        .collect()
}

fn beyond(
    rule: &'static Rule,
    options: &Options,
    settled: &Settled,
    group: &NodeGroup,
    booted: &Booted,
    texts: &Texts,
) -> Option<Finding> {
    let limit = rule.limit().or(options.limit)?;
    let below = rule.predicate == Predicate::BelowLimit;
    let (side, bound) = if below { ("below", "at least") } else { ("above", "at most") };
    let effective = settled.effective.filter(|n| if below { *n < limit } else { *n > limit })?;
    let help = format!("write a time of {bound} `{}`", render_duration(limit));
    let note = format!("the limit is {}", render_duration(limit));
    let Some(setting) = &settled.winner else {
        let headline =
            format!("`{}` is {} by default, which is {side} the limit", name(settled), render_duration(effective));
        let mut finding = at_group(rule, settled, headline, "nothing here sets it", group, booted, texts)?;
        (finding.help, finding.notes) = (help, vec![note]);
        return Some(finding);
    };
    let hit = Hit { setting, settled: Some(settled), complaint: None, dead: None, when: None };
    let mut finding = find(rule, &hit, group, Some(booted), texts);
    finding.headline = format!("`{}` is {}, which is {side} the limit", name(settled), render_duration(effective));
    (finding.help, finding.notes) = (help, vec![note]);
    Some(finding)
}

fn unset(rule: &'static Rule, settled: &Settled, group: &NodeGroup, booted: &Booted, texts: &Texts) -> Option<Finding> {
    if settled.winner.is_some() {
        return None;
    }
    let headline = format!("nobody sets `{}`", name(settled));
    let mut finding = at_group(rule, settled, headline, "its nodes run with the default", group, booted, texts)?;
    let default = settled.effective.map(render_duration).unwrap_or_default();
    finding.help = format!("write the time that is wanted, also where it is the default of {default}");
    Some(finding)
}

fn name(settled: &Settled) -> String {
    match &settled.key {
        Some(key) => format!("{}.{key}", settled.field.name),
        None => settled.field.name.to_owned(),
    }
}

/// A finding whose place is the node group, because nobody wrote anything.
fn at_group(
    rule: &'static Rule,
    settled: &Settled,
    headline: String,
    label: &str,
    group: &NodeGroup,
    booted: &Booted,
    texts: &Texts,
) -> Option<Finding> {
    let place = texts.place(texts.trail(group.place).origin()).first_line();
    let guard = group.when.and(&booted.when)?.without_scopes();
    Some(Finding {
        rule,
        level: rule.level_for(settled.field),
        headline,
        at: Frame { place: place.clone(), label: label.to_owned() },
        exact: false,
        runs: None,
        hops: vec![Hop { place: place.clone(), words: String::new() }],
        groups: vec![GroupRef { name: group.name.clone(), place: place.clone() }],
        when: Some(guard).filter(|g| !g.is_always()).into_iter().collect(),
        help: String::new(),
        notes: Vec::new(),
        field: name(settled),
        raw: String::new(),
        effective: settled.effective.map(render_duration),
        siblings: Vec::new(),
        passes: vec![place],
        fix: None,
    })
}
