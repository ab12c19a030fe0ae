//! A zero in a file that the kubelet silently replaces with its default.

use std::collections::BTreeMap;

use crate::node::Booted;
use crate::setting::Meaning;
use crate::text::TextId;

use super::case::{Case, Fault, Names, Sentences, refusal};
use super::finding::Finding;
use super::front::Level;

/// With this many zero durations, a document counts as generated: `kubeadm` writes `0s` for every
/// duration that is not set (kubernetes/kubernetes#117772).
const DUMP: usize = 4;

/// One finding for each, or a single note for a generated document.
pub(super) fn judge(case: &Case<'_>, booted: &Booted) -> Vec<Finding> {
    let mut by_document: BTreeMap<TextId, Vec<Finding>> = BTreeMap::new();
    let mut refused = Vec::new();
    for settled in case.settled(booted) {
        let replaced = settled.zero() == Some(Meaning::Replaced) && settled.effective.is_some_and(|n| n != 0);
        let Some(setting) = settled.winner.as_ref().filter(|_| replaced) else { continue };
        let names = Names::of(setting);
        let mut notes = case.remark();
        let failure = refusal(booted, setting);
        if failure.is_none() {
            notes.push("in a file, the kubelet cannot tell a zero from a missing setting".to_owned());
        }
        if settled.depends_on_version() {
            notes.push("Kubernetes 1.29 to 1.31 keep a zero from a drop-in".to_owned());
        }
        let replaces = format!("the kubelet replaces this zero: `{}` is {}", names.field, names.suggestion);
        let headline = failure.clone().unwrap_or(replaces);
        let help = case.help_for_zero(&names, &setting.by);
        let help = if failure.is_some() { format!("correct the file, and {help}") } else { help };
        let sentences = Sentences { headline, help, notes };
        let fault = Fault { setting, settled: Some(settled), ineffective: false };
        let finding = case.find(&fault, case.when(&booted.when, Some(settled)), sentences);
        let of_text = if failure.is_some() { &mut refused } else { by_document.entry(setting.at.text).or_default() };
        of_text.push(finding);
    }
    let dumps = by_document.into_values();
    refused.extend(dumps.flat_map(|findings| if findings.len() < DUMP { findings } else { vec![dump(findings)] }));
    refused
}

/// One finding for all of a document.
fn dump(mut findings: Vec<Finding>) -> Finding {
    let first = findings.iter().position(|f| f.field == "streamingConnectionIdleTimeout").unwrap_or(0);
    let mut one = findings.swap_remove(first);
    one.level = Level::Note;
    one.headline = format!("{} durations of 0s in this document are replaced with their defaults", findings.len() + 1);
    one.siblings = findings.iter().map(|f| f.field.clone()).collect();
    one.siblings.sort();
    one.notes.insert(0, format!("the others are {}", one.siblings.join(", ")));
    one.notes.push("kubeadm and other programs write 0s for every duration that is not set".into());
    one.help = "remove these lines, or set the durations that the nodes should use".into();
    one
}
