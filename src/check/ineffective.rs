//! A duration that is written where no kubelet reads it. The explanations and advice are part of the reasons
//! (`node::Reason`).

use crate::node::{Booted, Ineffective, Reason};
use crate::value::Guard;

use super::case::{Case, Fault, Names, Sentences};
use super::finding::Finding;

/// The settings of a node group and of its boot that no kubelet reads. Settings that depend on unknown values are left out.
pub(super) fn judge(case: &Case<'_>, booted: Option<&Booted>) -> Vec<Finding> {
    let own = case.group.ineffective.iter().map(|d| (d, None));
    let all = own.chain(booted.into_iter().flat_map(|b| b.ineffective.iter().map(|d| (d, Some(&b.when)))));
    all.filter_map(|(ineffective, when)| one(case, ineffective, booted, when)).collect()
}

fn one(case: &Case<'_>, found: &Ineffective, booted: Option<&Booted>, when: Option<&Guard>) -> Option<Finding> {
    let Ineffective { setting, why } = found;
    let mut fields = booted.and_then(|b| b.effective.as_ref()).into_iter().flat_map(|e| &e.fields);
    let settled = fields.find(|s| s.field == setting.field && (s.key == setting.key || setting.key.is_none()));
    let known = settled.is_some_and(|s| s.unknown.is_none() || s.depends_on_version());
    if !case.rule.covers(setting.field) || !known && why.requires_known_field() {
        return None;
    }
    let names = Names::of(setting);
    let reaches = match why {
        Reason::NotRestarted => "does not reach the running kubelet",
        _ => "never reaches the kubelet",
    };
    let sentences = Sentences {
        headline: format!("`{}` {reaches}: {}", names.written, why.message()),
        help: case.help(&names, why.help().to_owned()),
        notes: case.remark(),
    };
    let group = &case.group.when;
    let when = when.map_or_else(|| Some(group.clone()), |when| group.and(when));
    Some(case.find(&Fault { setting, settled, ineffective: true }, when, sentences))
}
