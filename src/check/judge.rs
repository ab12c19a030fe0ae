//! From an effective configuration to findings. Each predicate has its own file.

use crate::node::{Booted, NodeGroup};
use crate::setting::SetBy;
use crate::text::{Place, Span, Texts};

use super::case::{Case, place_of};
use super::finding::Finding;
use super::predicate::Predicate;
use super::rule::Rule;
use super::{handed, ineffective, invalid_duration, opt_in, replaced_zero, value, zero};

/// Options of the rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// The longest streaming idle timeout in nanoseconds that is not reported.
    pub limit: Option<i64>,
    /// The streaming idle timeout that fixes write, if it is not the kubelet's default.
    pub write: Option<String>,
    /// True if the rule about settings without effect is about every field and flag, not only durations.
    pub every_setting: bool,
}

/// The findings of `rules` for one boot of `group`. A boot without any known setting has none.
pub(crate) fn judge(
    rules: &[&'static Rule],
    options: &Options,
    group: &NodeGroup,
    booted: &Booted,
    texts: &Texts,
) -> Vec<Finding> {
    let one = |rule: &&'static Rule| {
        let case = Case { rule, group, texts };
        let limit = || rule.limit().or(options.limit);
        match rule.predicate {
            Predicate::EffectiveZero => zero::of_kubelet(&case, booted, false),
            Predicate::HarmfulZero => zero::of_kubelet(&case, booted, true),
            Predicate::RuntimeZero => zero::of_runtimes(&case, booted),
            Predicate::ReplacedZero => replaced_zero::judge(&case, booted),
            Predicate::InvalidDuration => invalid_duration::judge(&case, booted),
            Predicate::DeadSetting => ineffective::judge(&case, Some(booted), options.every_setting),
            Predicate::AboveLimit if rule.is_about_durations() => opt_in::beyond(&case, booted, limit(), false),
            Predicate::BelowLimit if rule.is_about_durations() => opt_in::beyond(&case, booted, limit(), true),
            Predicate::Unset if rule.is_about_durations() => opt_in::unset(&case, booted),
            Predicate::AboveLimit | Predicate::BelowLimit | Predicate::Unset => value::judge(&case, booted),
            Predicate::Equals | Predicate::OneOf | Predicate::Contains | Predicate::MoreOpen => {
                value::judge(&case, booted)
            }
            Predicate::DoesNotStart => value::failures(&case, booted),
            // These cannot be seen on a node.
            Predicate::Comment | Predicate::Unreached => Vec::new(),
        }
    };
    rules.iter().flat_map(one).collect()
}

/// The findings of `rules` for a description that reaches no node, or none that is known.
pub(crate) fn judge_unreached(
    rules: &[&'static Rule],
    options: &Options,
    group: &NodeGroup,
    texts: &Texts,
) -> Vec<Finding> {
    let one = |rule: &&'static Rule| {
        let case = Case { rule, group, texts };
        if rule.predicate == Predicate::DeadSetting {
            ineffective::judge(&case, None, options.every_setting)
        } else {
            handed::judge(&case)
        }
    };
    rules.iter().flat_map(one).collect()
}

/// Where the settings that reach the kubelet of a boot are written. A setting that reaches one kubelet is not ineffective.
pub(crate) fn delivered(group: &NodeGroup, booted: &Booted, texts: &Texts) -> Vec<Place> {
    let fields = booted.effective.iter().flat_map(|e| &e.fields).flat_map(|s| s.winner.iter().chain(&s.shadowed));
    let failed = booted.effective.iter().flat_map(|e| &e.failures).filter_map(|f| f.setting.as_ref());
    // Of other settings, only what counts, and not what the image ships, which has the place of the node group.
    let place = |at: Span| texts.place(texts.trail(at).origin());
    let own = place(group.place).first_line();
    let whole = booted.effective.iter().filter_map(|effective| effective.whole.as_deref());
    let others = whole.flat_map(|whole| {
        let fields = whole.fields.iter().filter(|c| c.from != SetBy::Default);
        let parts = fields.clone().flat_map(|c| c.parts.values().map(|(_, at)| *at));
        fields.filter_map(|c| c.at).chain(parts).chain(whole.others.iter().map(|other| other.at))
    });
    let others = others.filter(|at| place(*at).first_line() != own && ineffective::is_literal(texts, *at));
    fields.chain(failed).map(place_of).chain(others).map(place).collect()
}
