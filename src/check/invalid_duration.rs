//! A duration that a kubelet or a container runtime cannot read, so the node runs no pods.

use crate::node::Booted;
use crate::runtime::Name;
use crate::setting::{Failure, FailureKind, render_duration};
use crate::value::Guard;

use super::case::{Case, Fault, Names, Sentences};
use super::finding::Finding;

/// The durations of a boot that cannot be parsed.
pub(super) fn judge(case: &Case<'_>, booted: &Booted) -> Vec<Finding> {
    let runtimes = booted.runtimes.iter().filter_map(|r| Some((booted.when.and(&r.when)?, &r.failures)));
    let kubelet = booted.effective.iter().map(|e| (booted.when.clone(), &e.failures));
    let all = runtimes.chain(kubelet);
    all.flat_map(|(when, failures)| failures.iter().filter_map(move |f| one(case, f, &when))).collect()
}

fn one(case: &Case<'_>, failure: &Failure, when: &Guard) -> Option<Finding> {
    let setting = failure.setting.as_ref().filter(|s| case.rule.covers(s.field))?;
    if failure.kind != FailureKind::InvalidDuration {
        return None;
    }
    let names = Names::of(setting);
    let Names { written, program, .. } = &names;
    let mut notes = case.remark();
    notes.push(format!("{program} says: {}", failure.message));
    let fails = match names.runtime {
        Some(Name::Containerd) => "does not load its CRI plugin",
        _ => "does not start",
    };
    let sentences = Sentences {
        headline: format!("{program} {fails}: `{written}` is not a valid duration"),
        help: case.help(&names, write_duration(&setting.raw.to_text(), &names)),
        notes,
    };
    Some(case.find(&Fault { setting, settled: None, ineffective: false }, case.when(when, None), sentences))
}

/// What to write instead of an invalid duration. humantime parses the notations that people use.
fn write_duration(raw: &str, names: &Names) -> String {
    let Names { program, suggestion, .. } = names;
    let meant = humantime::parse_duration(raw)
        .ok()
        .filter(|d| !d.is_zero() && d.subsec_nanos() == 0)
        .and_then(|d| i64::try_from(d.as_nanos()).ok())
        .map(render_duration);
    let digits = !raw.is_empty() && raw != "0" && raw.bytes().all(|b| b.is_ascii_digit());
    match meant {
        Some(meant) => format!("use `\"{meant}\"`; {program} accepts the units h, m, s, ms, us and ns"),
        None if digits => format!("add a unit, such as `\"{raw}s\"`"),
        None => format!("use a string with a unit, such as `\"{suggestion}\"`"),
    }
}
