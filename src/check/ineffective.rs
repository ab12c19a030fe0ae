//! A setting that is written where no kubelet reads it. The explanations and advice are part of the reasons
//! (`node::Reason`).

use crate::node::{Booted, Ineffective, Reason};
use crate::setting::{Chosen, Field, Kind, Mechanism, Reading, SetBy, Setting, Settled, Which};
use crate::text::{Span, Texts};
use crate::value::Guard;

use super::case::{Case, Fault, Names, Sentences};
use super::finding::Finding;

/// The settings of a node group and of its boot that no kubelet reads: durations, or with `every` all of them. Settings that depend
/// on unknown values are left out.
pub(super) fn judge(case: &Case<'_>, booted: Option<&Booted>, every: bool) -> Vec<Finding> {
    let own = case.group.ineffective.iter().map(|d| (d, None));
    let all = own.chain(booted.into_iter().flat_map(|b| b.ineffective.iter().map(|d| (d, Some(&b.when)))));
    let mut out: Vec<_> = all.filter_map(|(ineffective, when)| one(case, ineffective, booted, when, every)).collect();
    let covered = |field: &Field| covers(case, field, every);
    if let Some(booted) = booted {
        let replaced = replaced(case, booted).into_iter().filter(|found| covered(found.setting.field));
        out.extend(replaced.filter_map(|found| one(case, &found, Some(booted), Some(&booted.when), every)));
    }
    out
}

/// True if the rule is about a field. Without a word in the configuration, only durations count.
fn covers(case: &Case<'_>, field: &Field, every: bool) -> bool {
    let named = !case.rule.front.fields.is_empty();
    case.rule.covers(field) && (named || every || field.is_duration())
}

/// Values of other settings than durations that the kubelet reads and does not use: later ones replace them, or its version does
/// not have the field.
fn replaced(case: &Case<'_>, booted: &Booted) -> Vec<Ineffective> {
    let Some(whole) = booted.effective.as_ref().and_then(|effective| effective.whole.as_deref()) else {
        return Vec::new();
    };
    let setting = |path: &str, by: SetBy, at: Span| {
        let field = Which::All.by_path(path).filter(|field| !field.is_duration())?;
        let by = if by == SetBy::Flag { Mechanism::Flag } else { Mechanism::ConfigFile };
        let raw = case.texts.view(at.text).traced(at.range());
        (!at.is_empty() && !case.is_own(at)).then(|| Setting {
            field,
            key: None,
            raw,
            reading: Reading::Unset,
            at,
            carrier: at,
            by,
        })
    };
    let mut out = Vec::new();
    for chosen in whole.fields.iter().filter(|c| c.unknown.is_none() && c.from != SetBy::Default) {
        // Their keys and items may be added to each other.
        if matches!(chosen.field.kind, Kind::Map(_) | Kind::List(_)) {
            continue;
        }
        let counts = chosen.at.map(|at| case.texts.slice(at));
        for (by, at) in chosen.shadowed.iter().filter(|(_, at)| Some(case.texts.slice(*at)) != counts) {
            let setting = setting(chosen.field.path, *by, *at);
            out.extend(setting.map(|setting| Ineffective { setting, why: Reason::SetAgain(chosen.from) }));
        }
    }
    for (field, at) in &whole.lacking {
        let setting = setting(field.path, SetBy::Config, *at);
        out.extend(setting.map(|setting| Ineffective { setting, why: Reason::NotInVersion }));
    }
    out
}

/// What a boot settles about the field of a setting.
fn settled<'b>(booted: &'b Booted, setting: &Setting) -> Option<&'b Settled> {
    let mut fields = booted.effective.iter().flat_map(|effective| &effective.fields);
    fields.find(|s| s.field == setting.field && (s.key == setting.key || setting.key.is_none()))
}

/// True if nothing else than the version of the kubelet is unknown about a field.
fn is_known(settled: &Settled) -> bool {
    settled.unknown.is_none() || settled.depends_on_version()
}

/// True if a duration that a boot found without effect may reach the kubelet through something unknown.
pub(crate) fn is_open(found: &Ineffective, booted: &Booted) -> bool {
    found.why.requires_known_field() && !settled(booted, &found.setting).is_some_and(is_known)
}

/// True if a value is written where it comes from. What an image sets comes from a whole command, or from the node group.
pub(super) fn is_literal(texts: &Texts, at: Span) -> bool {
    !texts.slice(texts.trail(at).origin()).iter().any(u8::is_ascii_whitespace)
}

fn one(
    case: &Case<'_>,
    found: &Ineffective,
    booted: Option<&Booted>,
    when: Option<&Guard>,
    every: bool,
) -> Option<Finding> {
    let Ineffective { setting, why } = found;
    let effective = booted.and_then(|b| b.effective.as_ref());
    let settled = booted.and_then(|booted| settled(booted, setting));
    let whole = effective.and_then(|e| e.whole.as_deref()).filter(|_| !setting.field.is_duration());
    let chosen = whole.and_then(|whole| whole.fields.iter().find(|c| c.field.path == setting.field.name));
    let known = match (whole, chosen) {
        _ if setting.field.is_duration() => settled.is_some_and(is_known),
        (_, Some(chosen)) => chosen.unknown.is_none(),
        (whole, None) => whole.is_some_and(|whole| whole.more.is_none()),
    };
    // The kubelet reads a value that a later one replaces.
    let origin = |at: Span| case.texts.trail(at).origin();
    let reads = |c: &Chosen| {
        c.at.into_iter().chain(c.shadowed.iter().map(|(_, at)| *at)).any(|at| origin(at) == origin(setting.at))
    };
    if chosen.is_some_and(reads) && !matches!(why, Reason::SetAgain(_) | Reason::NotInVersion) {
        return None;
    }
    let written = setting.field.is_duration() || is_literal(case.texts, setting.at);
    if !written || !covers(case, setting.field, every) || !known && why.requires_known_field() {
        return None;
    }
    let names = Names::of(setting);
    let reaches = match why {
        Reason::NotRestarted => "does not reach the running kubelet",
        Reason::SetAgain(_) => "has no effect",
        _ => "never reaches the kubelet",
    };
    let help = match why {
        Reason::BottlerocketKey if !setting.field.is_duration() => "remove it: it cannot be set on Bottlerocket",
        why => why.help(),
    };
    let sentences = Sentences {
        headline: format!("`{}` {reaches}: {}", names.written, why.message()),
        help: case.help(&names, help.to_owned()),
        notes: case.remark(),
    };
    let group = &case.group.when;
    let when = when.map_or_else(|| Some(group.clone()), |when| group.and(when));
    Some(case.find(&Fault { setting, settled, ineffective: true }, when, sentences))
}
