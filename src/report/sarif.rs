//! SARIF 2.1.0 as GitHub reads it: one run, always all rules, one place per result, and the path of the value as a code flow.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::check::{self, Finding, Frame, GroupRef, Level, Rule};
use crate::policy::Why;
use crate::scan::{Scan, Veil};
use crate::text::Place;

use super::fingerprint::line_hashes;
use super::json::shown;
use super::plain_text::harmless;
use super::stream::{each, write_json};
use super::veils::listed;
use super::{Kind, Look, Reporter};

/// The longest short or full description that GitHub accepts.
const MAX_DESCRIPTION: usize = 1024;

/// The most results that GitHub accepts; it refuses a longer file as a whole.
const MAX_RESULTS: usize = 25_000;

/// The most unresolved values that are listed; the others are counted.
const MAX_GAPS: usize = 1_000;

/// A kind of notification: its id, level, and what it is.
#[derive(Clone, Copy)]
struct Notice {
    id: &'static str,
    level: &'static str,
    words: &'static str,
}

const PROBLEM: Notice =
    Notice { id: "input-problem", level: "warning", words: "A part of the input was not read, or not completely." };
const HIDDEN: Notice = Notice { id: "hidden-by-change", level: "warning", words: "The change hides findings." };
const MORE: Notice = Notice { id: "more-findings", level: "warning", words: "More findings than a report may have." };
const UNREACHED: Notice =
    Notice { id: "unreached-timeout", level: "note", words: "A timeout of zero that no known node uses." };
const UNRESOLVED: Notice =
    Notice { id: "unresolved-value", level: "note", words: "A value that the source does not decide." };

/// The SARIF format.
pub(super) struct Sarif;

#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [R; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<N, R> {
    tool: Value,
    column_kind: &'static str,
    original_uri_base_ids: Value,
    invocations: [Invocation<N>; 1],
    results: R,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<N> {
    execution_successful: bool,
    tool_execution_notifications: N,
}

impl Reporter for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn kind(&self) -> Kind {
        Kind::Json
    }

    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let mut prints = Fingerprints::default();
        let rules = rules(scan);
        // All of them, so that code scanning does not close their alerts.
        let existing = scan.existing.iter().map(|(finding, _)| (finding, Some("unchanged"), None));
        let compared = scan.compared.then_some("new");
        // GitHub shows suppressed results as open alerts, so they are left out by default.
        let hidden = scan.hidden.iter().filter(|_| look.suppressed).map(|(finding, by)| (finding, None, Some(by)));
        let found = scan.findings.iter().map(|finding| (finding, compared, None)).chain(existing).chain(hidden);
        let mut found: Vec<_> = found.collect();
        if found.len() > MAX_RESULTS {
            found.sort_by_key(|(finding, _, _)| Reverse(finding.level));
        }
        let left_out = found.get(MAX_RESULTS).map(|(next, _, _)| {
            let words = format!(
                "{} more findings from here on: GitHub accepts a report of at most 25,000, so those of the lowest level are left out",
                found.len() - MAX_RESULTS
            );
            notification(MORE, &next.at.place, &words, scan)
        });
        found.truncate(MAX_RESULTS);
        let results = found.into_iter().map(|(finding, state, by)| {
            let mut result = result(finding, scan, &rules, &mut prints);
            if let Some(state) = state {
                result["baselineState"] = json!(state);
            }
            if let Some(by) = by {
                let kind = if by.why == Why::Comment { "inSource" } else { "external" };
                result["suppressions"] = json!([{"kind": kind, "justification": harmless(&by.reason)}]);
            }
            result
        });
        let problems = scan.problems.iter().map(|n| notification(PROBLEM, &n.place, &n.message, scan));
        let veils = scan.veils.iter().map(|v| notification(HIDDEN, &v.place, &with_findings(v, scan), scan));
        let unreached = scan.unreached.iter().map(|f| notification(UNREACHED, &f.at.place, &f.headline, scan));
        let gaps = scan.gaps.iter().take(MAX_GAPS).map(|n| notification(UNRESOLVED, &n.place, &n.message, scan));
        let more = scan.gaps.get(MAX_GAPS).map(|next| {
            let words = format!("{} more unresolved values from here on", scan.gaps.len() - MAX_GAPS);
            notification(UNRESOLVED, &next.place, &words, scan)
        });
        let kinds = [PROBLEM, HIDDEN, MORE, UNREACHED, UNRESOLVED].map(|kind| {
            json!({
                "id": kind.id,
                "name": identifier(kind.id),
                "shortDescription": {"text": kind.words},
                "fullDescription": {"text": kind.words},
                "defaultConfiguration": {"level": kind.level},
            })
        });
        let run = Run {
            tool: json!({"driver": {
                "name": "kubelet-lint",
                "fullName": concat!("kubelet-lint ", env!("CARGO_PKG_VERSION")),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|r| rule(r)).collect::<Vec<_>>(),
                "notifications": kinds,
            }}),
            column_kind: "utf16CodeUnits",
            original_uri_base_ids: json!({"%SRCROOT%": {"description": {"text": "The root of the repository."}}}),
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: each(
                    left_out.into_iter().chain(problems).chain(veils).chain(unreached).chain(gaps).chain(more),
                ),
            }],
            results: each(results),
        };
        let schema = "https://json.schemastore.org/sarif-2.1.0.json";
        write_json(&Log { schema, version: "2.1.0", runs: [run] }, out)
    }
}

/// The built-in rules about durations, followed by the others that have findings.
fn rules(scan: &Scan) -> Vec<&'static Rule> {
    let mut out: Vec<&'static Rule> = check::rules().filter(|rule| rule.is_about_durations()).collect();
    let always = out.len();
    let existing = scan.existing.iter().map(|(finding, _)| finding);
    for finding in scan.findings.iter().chain(existing).chain(scan.hidden.iter().map(|(finding, _)| finding)) {
        if !out.iter().any(|r| r.id == finding.rule.id) {
            out.push(finding.rule);
        }
    }
    if let Some(own) = out.get_mut(always..) {
        own.sort_by(|a, b| a.id.cmp(&b.id));
    }
    out
}

fn rule(rule: &Rule) -> Value {
    let mut properties = Map::new();
    properties.insert("precision".into(), json!(rule.front.precision));
    properties.insert(
        "problem.severity".into(),
        json!(if rule.level == Level::Note { "recommendation" } else { rule.level.id() }),
    );
    if let Some(severity) = &rule.front.security_severity {
        properties.insert("security-severity".into(), json!(severity));
    }
    properties.insert("tags".into(), json!(rule.front.tags.iter().collect::<BTreeSet<_>>()));
    let why = rule.page.section("Why is this bad?").unwrap_or_default();
    let paragraph = why.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    json!({
        "id": rule.id,
        "name": identifier(&rule.id),
        "shortDescription": {"text": cut(&rule.summary)},
        "fullDescription": {"text": cut(&format!("{} {paragraph}", rule.summary))},
        "help": {"text": rule.page.markdown, "markdown": rule.page.markdown},
        "defaultConfiguration": {"level": rule.level.id()},
        "properties": properties,
    })
}

/// `zero-kubelet-timeout` as `ZeroKubeletTimeout`: the name of a rule in SARIF is an identifier that differs from its id.
fn identifier(id: &str) -> String {
    let mut upper = true;
    let mut out = String::new();
    for c in id.chars() {
        if c == '-' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
    }
    out
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_DESCRIPTION).collect()
}

/// A sentence: first letter unchanged, full stop at the end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

fn result(finding: &Finding, scan: &Scan, rules: &[&Rule], prints: &mut Fingerprints) -> Value {
    let names = finding.shown_groups();
    let addresses: BTreeSet<_> = finding.groups.iter().map(|g| &*g.name).collect();
    let mut message = sentence(&finding.headline);
    if !names.is_empty() {
        message.push_str(&format!(" Node groups: {}.", names.join(", ")));
    }
    if !finding.is_certain() {
        message.push_str(&format!(" This holds {}.", finding.condition()));
    }
    for note in &finding.notes {
        message.push_str(&format!(" {}", sentence(note)));
    }
    message.push_str(&format!(" {}", sentence(&finding.help)));
    let index = rules.iter().position(|r| r.id == finding.rule.id);
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "kind": "fail",
        "level": finding.level.id(),
        "message": {"text": harmless(&message)},
        "locations": [{"physicalLocation": physical(&finding.at.place, scan, true)}],
        "partialFingerprints": prints.of(finding, scan),
        "properties": {
            "field": finding.field,
            "value": finding.raw,
            "effective": finding.effective,
            "certain": finding.is_certain(),
            "nodeGroups": addresses,
            "nodeGroupIds": finding.groups.iter().map(GroupRef::id).collect::<BTreeSet<_>>(),
        },
    });
    if let Some(fix) = &finding.fix {
        let mut region = physical(&fix.place, scan, false);
        result["fixes"] = json!([{
            "description": {"text": sentence(&finding.help)},
            "artifactChanges": [{
                "artifactLocation": region["artifactLocation"].take(),
                "replacements": [{"deletedRegion": region["region"].take(), "insertedContent": {"text": fix.text}}],
            }],
        }]);
    }
    // A derived text is not in a file, so it cannot be opened.
    let stations: Vec<_> = stations(finding).into_iter().filter(|f| !f.place.source.is_derived()).collect();
    if stations.len() > 1 {
        let flow: Vec<_> = stations.iter().map(|f| json!({"location": location(f, scan, None)})).collect();
        result["codeFlows"] = json!([{"threadFlows": [{"locations": flow}]}]);
        let related: Vec<_> =
            stations.iter().skip(1).enumerate().map(|(n, f)| location(f, scan, Some(n + 1))).collect();
        result["relatedLocations"] = json!(related);
    }
    result
}

/// The places that the value passes, from where it was written to the node groups.
fn stations(finding: &Finding) -> Vec<Frame> {
    let mut out = vec![finding.at.clone()];
    for hop in &finding.hops {
        let label = if hop.words.is_empty() { finding.at.label.clone() } else { hop.words.clone() };
        out.push(Frame { place: hop.place.first_line(), label });
    }
    for group in &finding.groups {
        out.push(Frame { place: group.place.clone(), label: format!("used by {}", group.shown()) });
    }
    let mut seen = BTreeSet::new();
    out.retain(|f| seen.insert(f.place.clone()));
    out
}

fn location(frame: &Frame, scan: &Scan, id: Option<usize>) -> Value {
    let mut location = json!({
        "physicalLocation": physical(&frame.place, scan, false),
        "message": {"text": harmless(&frame.label)},
    });
    if let Some(id) = id {
        location["id"] = json!(id);
    }
    location
}

fn physical(place: &Place, scan: &Scan, snippet: bool) -> Value {
    let (start, end) = (place.start(), place.end());
    let mut region = json!({
        "startLine": start.line, "startColumn": start.utf16,
        "endLine": end.line, "endColumn": end.utf16,
    });
    if snippet {
        region["snippet"] = json!({"text": shown(place)});
    }
    json!({
        "artifactLocation": {"uri": uri(&scan.relative(place.source.path())), "uriBaseId": "%SRCROOT%"},
        "region": region,
    })
}

/// The message of a veil with the places and rules of its findings.
fn with_findings(veil: &Veil, scan: &Scan) -> String {
    format!("{}: {}", veil.message, listed(veil, scan).join("; "))
}

fn notification(kind: Notice, place: &Place, message: &str, scan: &Scan) -> Value {
    json!({
        "descriptor": {"id": kind.id},
        "level": kind.level,
        "message": {"text": harmless(&sentence(message))},
        "locations": [{"physicalLocation": physical(place, scan, false)}],
    })
}

/// A relative path as a relative URI reference (RFC 3986): all but unreserved characters and slashes are escaped.
pub(super) fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out.trim_start_matches('/').to_owned()
}

/// Fingerprints of results. GitHub shows two results of a rule with one line hash as one, so later ones get a mark.
#[derive(Default)]
struct Fingerprints {
    lines: BTreeMap<String, Vec<String>>,
    used: BTreeMap<(String, String, String), usize>,
}

impl Fingerprints {
    fn of(&mut self, finding: &Finding, scan: &Scan) -> Value {
        let place = &finding.at.place;
        let path = scan.relative(place.source.path());
        let hashes = self.lines.entry(path.clone()).or_insert_with(|| line_hashes(&place.source.bytes()));
        let hash = hashes.get(place.source.line_of(place.start)).cloned().unwrap_or_default();
        let n = self.used.entry((finding.rule.id.clone(), path, hash.clone())).or_default();
        *n += 1;
        let print = if *n == 1 { hash } else { format!("{hash}-{n}") };
        json!({ "primaryLocationLineHash": print })
    }
}
