//! Boots a node group with one step and shows its streaming timeout.

use std::sync::Arc;

use crate::boot::run;
use crate::node::{Booted, Cx, Family, NodeGroup, Step, Wrapping};
use crate::setting::SetBy;
use crate::text::{Memory, Source, TextId, Traced, Why};

/// The kind of a step.
#[derive(Clone, Copy)]
pub(super) enum As {
    UserData,
    /// User data that must be base64.
    Encoded,
    Script,
    NodeConfig,
}

/// A node group with one step made from `text`.
pub(super) fn group(cx: &mut Cx<'_>, family: Option<Family>, merged: bool, kind: As, text: &str) -> NodeGroup {
    let id = cx.texts.add_source(Arc::new(Source::new("/user-data", text.as_bytes())));
    let whole = traced(cx, id);
    let mut group = NodeGroup::new("group", cx.texts.view(id).span(0..0));
    group.family = family;
    group.minor = Some(33);
    group.merged_by_eks = merged;
    group.steps.push(match kind {
        As::UserData => Step::UserData(whole, Wrapping::Base64OrPlain),
        As::Encoded => Step::UserData(whole, Wrapping::Base64),
        As::Script => Step::Script(whole),
        As::NodeConfig => Step::NodeConfig(whole),
    });
    group
}

pub(super) struct World {
    pub(super) verdicts: Vec<String>,
    pub(super) problems: Vec<String>,
}

/// Boots a node group with one step and shows the streaming timeout of each outcome: `zero at LINE` if the node runs with it,
/// `replaced` if a file sets zero and the node runs with the default, `broken`, `default`, a duration, `unknown`, or
/// `nothing` if no kubelet is configured. A condition follows it.
pub(super) fn boot(family: Option<Family>, merged: bool, kind: As, text: &str) -> World {
    let files = Memory::default();
    let mut cx = Cx::new(&files);
    let group = group(&mut cx, family, merged, kind, text);
    let booted = run(&group, &mut cx.boot());
    let verdicts = booted.iter().map(|b| verdict(b, &cx)).collect();
    World { verdicts, problems: cx.notes.problems.iter().map(|p| p.message.clone()).collect() }
}

/// The text with an unknown part for every `⁇`.
fn traced(cx: &Cx<'_>, id: TextId) -> Traced {
    let view = cx.texts.view(id);
    let mut out = Traced::new();
    let text = view.as_str().unwrap();
    let mut from = 0;
    for (at, mark) in text.match_indices('⁇') {
        out.push(&view.traced(from..at));
        out.push_unknown(view.span(at..at + mark.len()), Why::NoDefault("x".into()));
        from = at + mark.len();
    }
    out.push(&view.traced(from..text.len()));
    out
}

fn verdict(booted: &Booted, cx: &Cx<'_>) -> String {
    let Some(effective) = &booted.effective else {
        return if booted.gaps.is_empty() { "nothing".to_owned() } else { "nothing, gap".to_owned() };
    };
    let field = effective.fields.iter().find(|f| f.field.name == "streamingConnectionIdleTimeout").unwrap();
    let line = field.winner.as_ref().map(|w| {
        let trail = cx.texts.trail_via(w.at, &None);
        let place = cx.texts.place(trail.origin());
        assert!(!place.source.is_derived(), "a trail ends in a file");
        let text = place.text();
        assert!(w.raw.is_empty() || text.contains(&*w.raw.to_text()), "{text} is not {}", w.raw.to_text());
        place.start().line
    });
    let mut out = match (field.effective, field.from, line) {
        _ if effective.starts == Some(false) => "broken".to_owned(),
        (None, ..) => "unknown".to_owned(),
        (Some(_), ..) if field.unknown.is_some() => "unknown".to_owned(),
        (Some(0), SetBy::Flag, Some(line)) => format!("zero at {line}"),
        (Some(0), from, _) => format!("zero by {}", from.id()),
        (Some(_), SetBy::Default, Some(line)) => format!("replaced at {line}"),
        (Some(_), SetBy::Default, None) => "default".to_owned(),
        (Some(n), _, _) => crate::setting::render_duration(n),
    };
    if !booted.when.is_always() {
        let words: Vec<_> = booted.when.conditions().iter().map(ToString::to_string).collect();
        out.push_str(&format!(" if {}", words.join(" and ")));
    }
    out
}

pub(super) fn check(family: Option<Family>, merged: bool, kind: As, cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, want) in cases {
        let world = boot(family, merged, kind, text);
        let got = world.verdicts.join("; ");
        if got != *want {
            wrong.push(format!("--- {text}\n  want {want}\n  got  {got} {:?}", world.problems));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(super) const ZERO: &str = "--streaming-connection-idle-timeout=0";

pub(super) fn script(body: &str) -> String {
    format!("#!/bin/bash\n{}\n", body.replace("ZERO", ZERO))
}

pub(super) fn scripts(family: Option<Family>, merged: bool, cases: &[(&str, &str)]) {
    let texts: Vec<_> = cases.iter().map(|(body, want)| (script(body), *want)).collect();
    let cases: Vec<_> = texts.iter().map(|(t, w)| (t.as_str(), *w)).collect();
    check(family, merged, As::UserData, &cases);
}

pub(super) const NODE: &str = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n";

pub(super) fn mime(parts: &[(&str, &str)], close: bool) -> String {
    let mut out = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"//\"\n\n".to_owned();
    for (kind, body) in parts {
        out.push_str(&format!("--//\nContent-Type: {kind}\n\n{body}\n"));
    }
    if close {
        out.push_str("--//--\n");
    }
    out
}
