//! Settings of any type, compared with what the page of a rule says.

use std::borrow::Cow;

use serde_json::Value;

use crate::node::{Booted, FileAccess};
use crate::setting::{ConfigField, FailureKind, SetBy, Whole, shorten};
use crate::text::{Span, Why, without_secrets};

use super::case::{Case, Sentences};
use super::comparison::{Answer, compare, text_of};
use super::finding::Finding;
use super::predicate::Predicate;
use super::rule::Rule;
use super::target::Target;

/// What a rule says about one setting of a kubelet.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    /// The name of the setting.
    pub(super) name: String,
    /// The name as it is written where it is set.
    pub(super) written: String,
    /// What the rule says.
    pub(super) verdict: Verdict,
    /// The value for people.
    pub(super) value: String,
    /// What decides it.
    pub(super) from: SetBy,
    /// Where it is written.
    pub(super) at: Option<Span>,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// The rule fires; the items or keys that are at fault, if only some are.
    Fires(Vec<String>),
    /// It does not.
    Silent,
    /// It depends on something unknown.
    Unknown(String),
    /// This version of the kubelet does not have the setting.
    Absent,
}

/// Looks at a setting of a kubelet.
pub(super) fn look(rule: &Rule, target: &Target, booted: &Booted) -> Option<Looked> {
    let whole = booted.effective.as_ref()?.whole.as_deref()?;
    match target {
        Target::Field(field, key) => Some(of_field(rule, field, key.as_deref(), whole)),
        Target::Flag(flag) => Some(of_flag(rule, flag, whole)),
        Target::File(fact) => Some(of_file(rule, fact, booted)),
        // Only rules about what durations mean look at these.
        Target::Duration(_) => None,
    }
}

/// Fields with a flag that does not write them, though the kubelet does the same if either is true (`RunKubelet` in
/// `cmd/kubelet/app/server.go`). `configz` shows the field alone.
const TOGETHER: &[(&str, &str)] = &[("seccompDefault", "seccomp-default")];

fn of_field(rule: &Rule, field: &'static ConfigField, key: Option<&str>, whole: &Whole) -> Looked {
    let name = key.map_or_else(|| field.path.to_owned(), |key| format!("{}.{key}", field.path));
    if let Some(flag) = TOGETHER.iter().find(|(path, _)| *path == field.path).map(|(_, flag)| *flag) {
        let given = whole.others.iter().rev().find(|other| other.name == flag);
        let unset =
            whole.fields.iter().any(|c| c.field.path == field.path && c.unknown.is_none() && c.from == SetBy::Default);
        if let Some(given) = given.filter(|given| given.value == "true" || unset) {
            let truth = Value::Bool(given.value == "true");
            let verdict = verdict_of(compare(&rule.front, &field.kind, Some(&truth), true));
            let (value, at) = (given.value.clone(), Some(given.at));
            return Looked { name, written: format!("--{flag}"), verdict, value, from: SetBy::Flag, at };
        }
        if let Some(why) = &whole.wild {
            let (value, from) = (why.to_string(), SetBy::Flag);
            return Looked {
                written: name.clone(),
                name,
                verdict: Verdict::Unknown(why.to_string()),
                value,
                from,
                at: None,
            };
        }
    }
    let Some(chosen) = whole.fields.iter().find(|c| c.field.path == field.path) else {
        let (value, from) = ("not there".to_owned(), SetBy::Default);
        return Looked { written: name.clone(), name, verdict: Verdict::Absent, value, from, at: None };
    };
    let answer = |value: Option<&Value>| {
        let value = field.or_zero(value);
        let target = Target::Field(field, key.map(str::to_owned));
        let of_key = key.map(|key| value.as_ref().and_then(|map| map.get(key)));
        let set = chosen.from != SetBy::Default && of_key.is_none_or(|v| v.is_some());
        compare(&rule.front, target.kind(), of_key.unwrap_or(value.as_ref()), set)
    };
    let verdict = match (&chosen.unknown, answer(chosen.value.as_ref())) {
        (Some(why), answered) => {
            // Every version may do the same.
            let before = field.before.as_ref().map(|(_, before)| answer(Some(before)));
            let by_version = *why == Why::KubernetesVersion && chosen.from == SetBy::Default;
            if by_version && before.as_ref() == Some(&answered) {
                verdict_of(answered)
            } else {
                Verdict::Unknown(why.to_string())
            }
        }
        (None, answered) => verdict_of(answered),
    };
    let part = match (key, &verdict) {
        (Some(key), _) => Some(key),
        (None, Verdict::Fires(parts)) => parts.first().map(String::as_str),
        _ => None,
    };
    let part = part.and_then(|part| chosen.parts.get(part).copied());
    let (from, at) = match part {
        Some((from, at)) => (from, Some(at)),
        None => (chosen.from, chosen.at),
    };
    let written = match (from, field.flag, key) {
        (SetBy::Flag, Some((flag, _)), None) => format!("--{flag}"),
        _ => name.clone(),
    };
    let value = shown(field.or_zero(chosen.value.as_ref()).as_ref(), key, &verdict);
    Looked { name, written, verdict, value, from, at }
}

fn of_flag(rule: &Rule, flag: &'static str, whole: &Whole) -> Looked {
    let given = whole.others.iter().rev().find(|other| other.name == flag);
    let value = given.map(|given| Value::from(given.value.clone()));
    let target = Target::Flag(flag);
    let verdict = match (given, &whole.more) {
        (None, Some(why)) => Verdict::Unknown(why.to_string()),
        _ => verdict_of(compare(&rule.front, target.kind(), value.as_ref(), given.is_some())),
    };
    Looked {
        name: target.name(),
        written: target.name(),
        verdict,
        value: given.map_or_else(|| "not given".to_owned(), |given| shorten(&given.value)),
        from: if given.is_some() { SetBy::Flag } else { SetBy::Default },
        at: given.map(|given| given.at),
    }
}

/// Why the mode or owner of a file is unknown if no user data sets it: the image does, on every node.
const NOT_SET: &str = "the source does not set it";

fn of_file(rule: &Rule, fact: &'static str, booted: &Booted) -> Looked {
    let target = Target::File(fact);
    let what = fact.rsplit('.').next().unwrap_or(fact);
    let Some(FileAccess { path, value, at }) = booted.access.get(fact) else {
        let (name, verdict) = (target.name(), Verdict::Unknown(NOT_SET.to_owned()));
        return Looked {
            written: name.clone(),
            name,
            verdict,
            value: NOT_SET.to_owned(),
            from: SetBy::Default,
            at: None,
        };
    };
    let verdict = match value {
        Some(value) => verdict_of(compare(&rule.front, target.kind(), Some(&Value::from(value.clone())), true)),
        None => Verdict::Unknown(format!("the {what} of {path} is not known")),
    };
    Looked {
        name: target.name(),
        written: format!("{what} of {path}"),
        verdict,
        value: value.clone().unwrap_or_default(),
        from: SetBy::Config,
        at: Some(*at),
    }
}

fn verdict_of(answer: Answer) -> Verdict {
    match answer {
        Answer::Fires(parts) => Verdict::Fires(parts),
        Answer::Silent => Verdict::Silent,
        Answer::Unclear(why) => Verdict::Unknown(why),
    }
}

/// A value for people, without secrets.
fn shown(value: Option<&Value>, key: Option<&str>, verdict: &Verdict) -> String {
    let value = match key {
        Some(key) => value.and_then(|map| map.get(key)),
        None => value,
    };
    let text = match verdict {
        Verdict::Fires(parts) if !parts.is_empty() && key.is_none() => parts.join(", "),
        _ => value.map(text_of).filter(|text| !text.is_empty()).unwrap_or_else(|| "not set".to_owned()),
    };
    shorten(&String::from_utf8_lossy(&without_secrets(text.as_bytes(), 0..0)))
}

/// The settings of a boot that a rule is about and that are at fault.
pub(super) fn judge(case: &Case<'_>, booted: &Booted) -> Vec<Finding> {
    let Some((effective, whole)) = booted.effective.as_ref().and_then(|e| Some((e, e.whole.as_deref()?))) else {
        return Vec::new();
    };
    let starts = effective.starts != Some(false) && whole.refused.is_empty();
    let looked = case.rule.targets().iter().filter_map(|target| look(case.rule, target, booted));
    // A kubelet that does not start has no defaults.
    let looked = looked.filter(|looked| starts || looked.from != SetBy::Default);
    looked.filter_map(|looked| one(case, booted, whole, &looked)).collect()
}

fn one(case: &Case<'_>, booted: &Booted, whole: &Whole, looked: &Looked) -> Option<Finding> {
    let Verdict::Fires(parts) = &looked.verdict else { return None };
    let when = case.when(&booted.when, None)?;
    let written = looked.at.filter(|at| !at.is_empty() && !case.is_own(*at));
    let missing = looked.from == SetBy::Default || written.is_none();
    let writes = whole.writes.filter(|at| looked.from == SetBy::Default && !case.is_own(*at));
    let at = written.or(writes).unwrap_or(case.group.place);
    let said = Sentences {
        headline: headline(case.rule, looked, parts),
        help: help(case, looked, missing),
        notes: case.remark(),
    };
    let raw = if missing { Cow::Borrowed("") } else { String::from_utf8_lossy(case.texts.slice(at)) };
    let found = case.at_value(at, looked.from, missing, when, said);
    let effective = Some(looked.value.clone()).filter(|_| looked.value != "not set" && looked.value != "not given");
    Some(Finding { field: looked.name.clone(), raw: shorten(raw.trim()), effective, ..found })
}

/// The consequence, and the setting with its value.
fn headline(rule: &Rule, looked: &Looked, parts: &[String]) -> String {
    let Looked { written, value, from, .. } = looked;
    let is = match (value.as_str(), from) {
        ("not set" | "not given", _) => format!("`{written}` is {value}"),
        (_, _) if !parts.is_empty() => format!("`{written}` has `{value}`"),
        (_, SetBy::Default) => format!("`{written}` is `{value}` by default"),
        _ => format!("`{written}` is `{value}`"),
    };
    let limit = match rule.predicate {
        Predicate::AboveLimit => ", which is above the limit",
        Predicate::BelowLimit => ", which is below the limit",
        _ => "",
    };
    match &rule.front.says {
        Some(says) => format!("{says}: {is}"),
        None => format!("{is}{limit}"),
    }
}

/// What to do.
fn help(case: &Case<'_>, looked: &Looked, missing: bool) -> String {
    let front = &case.rule.front;
    let name = if missing { &looked.name } else { &looked.written };
    let value = front.value.as_ref().map(|v| v.0.as_str()).unwrap_or_default();
    let limit = front.limit.as_ref().map(|v| v.0.as_str()).unwrap_or_default();
    let action = match (front.predicate, front.not) {
        _ if front.fix.is_some() => {
            format!("set `{name}` to `{}`", front.fix.as_ref().map(|v| v.0.as_str()).unwrap_or_default())
        }
        (Predicate::Unset, false) => format!("set `{name}`"),
        (Predicate::Unset, true) => format!("remove `{name}`"),
        (Predicate::AboveLimit, false) | (Predicate::BelowLimit, true) => format!("set `{name}` to at most `{limit}`"),
        (Predicate::BelowLimit, false) | (Predicate::AboveLimit, true) => {
            format!("set `{name}` to at least `{limit}`")
        }
        (Predicate::MoreOpen, _) => format!("set the {name} to `{limit}` or less"),
        (Predicate::Equals, true) if name.contains(' ') => format!("set the {name} to `{value}`"),
        (Predicate::Equals, true) => format!("set `{name}` to `{value}`"),
        (Predicate::Contains, true) => format!("add `{value}` to `{name}`"),
        (Predicate::Contains, false) => format!("remove `{value}` from `{name}`"),
        (Predicate::OneOf, true) => {
            let values: Vec<_> = front.values.iter().take(4).map(|v| format!("`{}`", v.0)).collect();
            let more = if front.values.len() > values.len() { " and others that the rule names" } else { "" };
            format!("use only {}{more}", values.join(", "))
        }
        _ => format!("set `{name}` to another value"),
    };
    if case.group.running { format!("find out what sets it on the node, and {action} there") } else { action }
}

/// What the rules would have to know of a boot, and do not: the settings, and why not.
pub(crate) fn unresolved(rules: &[&'static Rule], booted: &Booted) -> Vec<String> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    let compares = |rule: &&&Rule| !rule.is_about_durations() && rule.predicate != Predicate::DeadSetting;
    for rule in rules.iter().filter(compares) {
        for looked in rule.targets().iter().filter_map(|target| look(rule, target, booted)) {
            let Verdict::Unknown(why) = looked.verdict else { continue };
            if why == NOT_SET {
                continue;
            }
            let name = format!("`{}`", looked.name);
            match out.iter_mut().find(|(known, _)| *known == why) {
                Some((_, names)) if names.contains(&name) => {}
                Some((_, names)) => names.push(name),
                None => out.push((why, vec![name])),
            }
        }
    }
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names.join(", ")
    };
    out.into_iter().map(|(why, names)| format!("{}: {why}", sorted(names))).collect()
}

/// Why the kubelet of a boot does not start, unless another rule is about it.
pub(super) fn failures(case: &Case<'_>, booted: &Booted) -> Vec<Finding> {
    let Some(effective) = &booted.effective else { return Vec::new() };
    let refused = effective.whole.iter().flat_map(|whole| &whole.refused);
    let all = effective.failures.iter().chain(refused).filter(|f| f.kind != FailureKind::InvalidDuration);
    let one = |failure: &crate::setting::Failure| {
        let when = case.when(&booted.when, None)?;
        let at = failure.at.filter(|at| !at.is_empty());
        let said = Sentences {
            headline: format!("the kubelet does not start: {}", failure.message),
            help: "change or remove what the kubelet refuses".to_owned(),
            notes: case.remark(),
        };
        let by = match failure.kind {
            FailureKind::CommandLine => SetBy::Flag,
            _ => SetBy::Config,
        };
        let found = case.at_value(at.unwrap_or(case.group.place), by, at.is_none(), when, said);
        let first = failure.message.split(' ').next().and_then(ConfigField::by_path).map(|field| field.path);
        let field = failure.setting.as_ref().map(|s| s.field.name).or(first).unwrap_or_default().to_owned();
        Some(Finding { field, ..found })
    };
    all.filter_map(one).collect()
}
