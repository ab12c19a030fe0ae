//! A zero that is passed to a Terraform module which cannot be read. Only that it is written and passed is certain.

use crate::node::Handed;
use crate::setting::Meaning;

use super::case::{Case, Fault, Names, Sentences};
use super::finding::Finding;
use super::front::Level;
use super::predicate::Predicate;

/// The zeros that a group hands over, as far as the rule is about zeros that harm.
pub(super) fn judge(case: &Case<'_>) -> Vec<Finding> {
    if !matches!(case.rule.predicate, Predicate::EffectiveZero | Predicate::HarmfulZero) {
        return Vec::new();
    }
    let harms = |h: &&Handed| matches!(h.setting.field.zero_by_flag, Meaning::Harmful(_) | Meaning::Refused(_));
    let ours = case.group.handed.iter().filter(|h| case.rule.covers(h.setting.field));
    ours.filter(harms).map(|handed| one(case, handed)).collect()
}

fn one(case: &Case<'_>, handed: &Handed) -> Finding {
    let Handed { setting, input, to, advice } = handed;
    let names = Names::of(setting);
    let written = input.as_deref().unwrap_or(&names.written);
    let sentences = Sentences {
        headline: format!("`{written}` is zero where it is passed to {to}, which is not on disk"),
        help: format!("{advice}, or set a non-zero duration such as `{}`", names.suggestion),
        notes: Vec::new(),
    };
    let fault = Fault { setting, settled: None, ineffective: false };
    let mut found = case.find(&fault, Some(case.group.when.clone()), sentences);
    found.level = found.level.min(if input.is_some() { Level::Note } else { Level::Warning });
    // Nothing is known about the node.
    found.runs = None;
    if let Some(last) = found.hops.last_mut() {
        last.words = format!("passed to {to}");
    }
    found
}
