//! A zero that a kubelet or a container runtime runs with, or does not start because of.

use crate::node::Booted;
use crate::setting::{Meaning, Settled};

use super::case::{Case, Fault, Names, Sentences, refusal};
use super::finding::Finding;

/// Zeros that the kubelet runs with. With `harmful`, only those that do harm or keep it from starting.
pub(super) fn of_kubelet(case: &Case<'_>, booted: &Booted, harmful: bool) -> Vec<Finding> {
    let found = case.settled(booted).filter_map(|settled| {
        let kept = settled.effective == Some(0);
        let meaning = settled.zero()?;
        let fires = match meaning {
            Meaning::Harmful(_) => kept,
            // The kubelet fails before it uses the value.
            Meaning::Refused(_) => kept || harmful,
            Meaning::Replaced => false,
            Meaning::Harmless | Meaning::None => kept && !harmful,
        };
        if !fires {
            return None;
        }
        let setting = settled.winner.as_ref()?;
        let names = Names::of(setting);
        let why = match meaning {
            Meaning::Harmful(why) | Meaning::Refused(why) if harmful => Some(why.to_owned()),
            _ => None,
        };
        let streams = !harmful && setting.field.name == "streamingConnectionIdleTimeout";
        let written = &names.written;
        let headline = match (case.group.running, meaning) {
            (true, _) if streams => "a running kubelet has the streaming idle timeout disabled".to_owned(),
            (true, _) => format!("a running kubelet has `{written}` set to zero"),
            (false, _) if streams => "the streaming idle timeout is disabled".to_owned(),
            (false, Meaning::Refused(_)) if harmful => format!("the kubelet does not start: `{written}` is zero"),
            (false, _) => format!("the kubelet runs with `{written}` set to zero"),
        };
        let sentences = Sentences {
            headline: refusal(booted, setting).unwrap_or(headline),
            help: case.help_for_zero(&names, &setting.by),
            notes: why.into_iter().chain(case.remark()).collect(),
        };
        let fault = Fault { setting, settled: Some(settled), ineffective: false };
        Some(case.find(&fault, case.when(&booted.when, Some(settled)), sentences))
    });
    found.collect()
}

/// Zeros that container runtimes run with.
pub(super) fn of_runtimes(case: &Case<'_>, booted: &Booted) -> Vec<Finding> {
    let found = booted.runtimes.iter().filter_map(|runtime| {
        let settled: &Settled = &runtime.timeout;
        let when = booted.when.and(&runtime.when)?;
        let setting = settled.winner.as_ref().filter(|w| w.is_zero() && case.rule.covers(w.field))?;
        let names = Names::of(setting);
        let mut notes = case.remark();
        notes.push("the container runtime serves these streams, whatever the kubelet's own timeout is".to_owned());
        let headline = format!(
            "idle exec, attach and port-forward streams are never closed: {}'s `{}` is zero",
            names.program, names.written
        );
        let sentences = Sentences { headline, help: case.help_for_zero(&names, &setting.by), notes };
        let fault = Fault { setting, settled: Some(settled), ineffective: false };
        Some(case.find(&fault, case.when(&when, Some(settled)), sentences))
    });
    found.collect()
}
