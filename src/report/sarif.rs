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

/// A result, key by key. It is written as it is: values of JSON would take several times the time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Text<String>,
    locations: [Location; 1],
    partial_fingerprints: Fingerprint,
    properties: Properties<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[Change<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_flows: Option<[CodeFlow; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_locations: Option<Vec<Location>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[Suppression; 1]>,
}

#[derive(Serialize)]
struct Text<T> {
    text: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

/// Lines and columns count from 1; a column is a UTF-16 code unit.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprint {
    primary_location_line_hash: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    field: &'a str,
    value: &'a str,
    effective: Option<&'a str>,
    certain: bool,
    node_groups: BTreeSet<&'a str>,
    node_group_ids: BTreeSet<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    description: Text<String>,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: Artifact,
    replacements: [Replacement<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    thread_flows: [ThreadFlow; 1],
}

#[derive(Serialize)]
struct ThreadFlow {
    locations: Vec<ThreadLocation>,
}

#[derive(Serialize)]
struct ThreadLocation {
    location: Location,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Notification {
    descriptor: Descriptor,
    level: &'static str,
    message: Text<String>,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct Descriptor {
    id: &'static str,
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
            result.baseline_state = state;
            result.suppressions = by.map(|by| {
                let kind = if by.why == Why::Comment { "inSource" } else { "external" };
                [Suppression { kind, justification: harmless(&by.reason) }]
            });
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

fn result<'a>(finding: &'a Finding, scan: &Scan, rules: &[&Rule], prints: &mut Fingerprints) -> Outcome<'a> {
    let names = finding.shown_groups();
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
    let fixes = finding.fix.as_ref().map(|fix| {
        let Physical { artifact_location, region: deleted_region } = physical(&fix.place, scan, false);
        let replacements = [Replacement { deleted_region, inserted_content: Text { text: &*fix.text } }];
        let artifact_changes = [ArtifactChange { artifact_location, replacements }];
        [Change { description: Text { text: sentence(&finding.help) }, artifact_changes }]
    });
    // A derived text is not in a file, so it cannot be opened.
    let stations: Vec<_> = stations(finding).into_iter().filter(|f| !f.place.source.is_derived()).collect();
    let (code_flows, related_locations) = if stations.len() > 1 {
        let locations = stations.iter().map(|f| ThreadLocation { location: location(f, scan, None) }).collect();
        let related = stations.iter().enumerate().skip(1).map(|(n, f)| location(f, scan, Some(n)));
        (Some([CodeFlow { thread_flows: [ThreadFlow { locations }] }]), Some(related.collect()))
    } else {
        (None, None)
    };
    Outcome {
        rule_id: &finding.rule.id,
        rule_index: rules.iter().position(|r| r.id == finding.rule.id),
        kind: "fail",
        level: finding.level.id(),
        message: Text { text: harmless(&message) },
        locations: [Location { physical: physical(&finding.at.place, scan, true), message: None, id: None }],
        partial_fingerprints: prints.of(finding, scan),
        properties: Properties {
            field: &finding.field,
            value: &finding.raw,
            effective: finding.effective.as_deref(),
            certain: finding.is_certain(),
            node_groups: finding.groups.iter().map(|g| &*g.name).collect(),
            node_group_ids: finding.groups.iter().map(GroupRef::id).collect(),
        },
        fixes,
        code_flows,
        related_locations,
        baseline_state: None,
        suppressions: None,
    }
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

fn location(frame: &Frame, scan: &Scan, id: Option<usize>) -> Location {
    let message = Some(Text { text: harmless(&frame.label) });
    Location { physical: physical(&frame.place, scan, false), message, id }
}

fn physical(place: &Place, scan: &Scan, snippet: bool) -> Physical {
    let (start, end) = (place.start(), place.end());
    Physical {
        artifact_location: Artifact { uri: uri(&scan.relative(place.source.path())), uri_base_id: "%SRCROOT%" },
        region: Region {
            start_line: start.line,
            start_column: start.utf16,
            end_line: end.line,
            end_column: end.utf16,
            snippet: snippet.then(|| Text { text: shown(place) }),
        },
    }
}

/// The message of a veil with the places and rules of its findings.
fn with_findings(veil: &Veil, scan: &Scan) -> String {
    format!("{}: {}", veil.message, listed(veil, scan).join("; "))
}

fn notification(kind: Notice, place: &Place, message: &str, scan: &Scan) -> Notification {
    Notification {
        descriptor: Descriptor { id: kind.id },
        level: kind.level,
        message: Text { text: harmless(&sentence(message)) },
        locations: [Location { physical: physical(place, scan, false), message: None, id: None }],
    }
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
    fn of(&mut self, finding: &Finding, scan: &Scan) -> Fingerprint {
        let place = &finding.at.place;
        let path = scan.relative(place.source.path());
        let hashes = self.lines.entry(path.clone()).or_insert_with(|| line_hashes(&place.source.bytes()));
        let hash = hashes.get(place.source.line_of(place.start)).cloned().unwrap_or_default();
        let n = self.used.entry((finding.rule.id.clone(), path, hash.clone())).or_default();
        *n += 1;
        Fingerprint { primary_location_line_hash: if *n == 1 { hash } else { format!("{hash}-{n}") } }
    }
}
