//! The linter's own machine-readable format, version 1. Keys may be added to a version, never removed or changed.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::check::{Finding, GroupRef, Level};
use crate::policy::Hidden;
use crate::scan::{Note, Scan};
use crate::text::{Place, without_secrets};

use super::stream::{each, write_json};
use super::{Kind, Look, Reporter};

/// The longest text that is copied from a source, in bytes.
const MAX_TEXT: usize = 4096;

/// The version of the format.
const VERSION: u32 = 1;

/// The JSON format.
pub(super) struct Json;

/// The document, key by key.
#[derive(Serialize)]
struct Report<'a, F, E, S, H, P, U, G> {
    version: u32,
    tool: Value,
    summary: Value,
    configuration: Option<String>,
    configurations: Vec<String>,
    findings: F,
    /// Those that a change has to do with; the others are counted.
    existing: E,
    suppressed: S,
    hidden_by_change: H,
    stale_baseline_entries: &'a [String],
    stale_exceptions: &'a [String],
    problems: P,
    unreached: U,
    gaps: G,
}

impl Reporter for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn kind(&self) -> Kind {
        Kind::Json
    }

    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let report = Report {
            version: VERSION,
            tool: json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")}),
            summary: json!({
                "errors": scan.count(Level::Error),
                "warnings": scan.count(Level::Warning),
                "notes": scan.count(Level::Note),
                "files": scan.files,
                "node_groups": scan.node_groups(),
                "suppressed": scan.hidden.len(),
                "existing": scan.existing.len(),
                "hidden_by_change": scan.veils.iter().map(|veil| veil.findings.len()).sum::<usize>(),
                "excluded_files": scan.coverage.excluded.len(),
                "lowered": scan.lowered,
                "node_groups_partly_read": scan.partly_read(),
            }),
            configuration: scan.configurations.first().map(|(path, _)| scan.relative(path)),
            configurations: scan.configurations.iter().map(|(path, _)| scan.relative(path)).collect(),
            findings: each(scan.findings.iter().map(|f| finding(f, scan))),
            existing: each(scan.existing.iter().filter(|(_, near)| *near).map(|(f, _)| finding(f, scan))),
            suppressed: each(scan.hidden.iter().map(|(f, by)| hidden(f, by, look, scan))),
            hidden_by_change: each(scan.veils.iter().map(|veil| {
                json!({
                    "by": veil.cause.id(),
                    "place": place(&veil.place, scan),
                    "message": veil.message,
                    "findings": veil.findings.iter().map(|f| finding(f, scan)).collect::<Vec<_>>(),
                })
            })),
            stale_baseline_entries: &scan.stale,
            stale_exceptions: &scan.stale_exceptions,
            problems: each(scan.problems.iter().map(|n| note(n, scan))),
            unreached: each(scan.unreached.iter().map(|f| mention(f, scan))),
            gaps: each(scan.gaps.iter().map(|n| note(n, scan))),
        };
        write_json(&report, out)
    }
}

/// A finding, key by key. It is written as it is: values of JSON would take twice the time.
#[derive(Serialize)]
struct Found<'a> {
    rule: &'a str,
    level: &'static str,
    message: &'a str,
    label: &'a str,
    place: Region,
    exact: bool,
    field: &'a str,
    value: &'a str,
    effective: Option<&'a str>,
    siblings: &'a [String],
    certain: bool,
    when: Vec<Vec<String>>,
    node_groups: Vec<Group<'a>>,
    runs: Option<Runs<'a>>,
    hops: Vec<Step<'a>>,
    help: &'a str,
    notes: &'a [String],
    fix: Option<Edit<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    name: &'a str,
    root: &'a str,
    id: String,
    place: Region,
}

#[derive(Serialize)]
struct Runs<'a> {
    place: Region,
    label: &'a str,
    text: String,
}

#[derive(Serialize)]
struct Step<'a> {
    place: Region,
    words: &'a str,
}

#[derive(Serialize)]
struct Edit<'a> {
    place: Region,
    text: &'a str,
}

fn finding<'a>(finding: &'a Finding, scan: &Scan) -> Found<'a> {
    let group =
        |g: &'a GroupRef| Group { name: &g.name, root: g.root.path(), id: g.id(), place: place(&g.place, scan) };
    Found {
        rule: &finding.rule.id,
        level: finding.level.id(),
        message: &finding.headline,
        label: &finding.at.label,
        place: place(&finding.at.place, scan),
        exact: finding.exact,
        field: &finding.field,
        value: &finding.raw,
        effective: finding.effective.as_deref(),
        siblings: &finding.siblings,
        certain: finding.is_certain(),
        when: finding.when.iter().map(|g| g.conditions().iter().map(ToString::to_string).collect()).collect(),
        node_groups: finding.groups.iter().map(group).collect(),
        runs: finding.runs.as_ref().map(|r| Runs {
            place: place(&r.place, scan),
            label: &r.label,
            text: shown(&r.place),
        }),
        hops: finding.hops.iter().map(|h| Step { place: place(&h.place, scan), words: &h.words }).collect(),
        help: &finding.help,
        notes: &finding.notes,
        fix: finding.fix.as_ref().map(|f| Edit { place: place(&f.place, scan), text: &f.text }),
    }
}

/// The text at a place without secrets.
pub(super) fn shown(place: &Place) -> String {
    let text = place.text();
    let short = text.as_bytes().get(..MAX_TEXT).unwrap_or(text.as_bytes());
    String::from_utf8_lossy(&without_secrets(short, 0..0)).into_owned()
}

/// A suppressed finding: its key and what hides it, and all details if requested.
fn hidden(of: &Finding, by: &Hidden, look: &Look, scan: &Scan) -> Value {
    let mut out = json!({
        "rule": of.rule.id, "place": place(&of.at.place, scan), "by": by.why.id(), "reason": by.reason,
        "by_place": by.place.as_ref().map(|p| place(p, scan)),
    });
    if look.suppressed {
        out["finding"] = json!(finding(of, scan));
    }
    out
}

/// A timeout that is not known to reach a node.
fn mention(of: &Finding, scan: &Scan) -> Value {
    json!({"place": place(&of.at.place, scan), "message": of.headline, "field": of.field, "value": of.raw})
}

fn note(note: &Note, scan: &Scan) -> Value {
    json!({"place": place(&note.place, scan), "message": note.message})
}

/// A place: path relative to the root (or the name of a derived text), 1-based lines and columns in characters, ends
/// exclusive, and offsets in bytes.
#[derive(Serialize)]
pub(super) struct Region {
    path: String,
    derived: bool,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    offset: u32,
    end_offset: u32,
}

pub(super) fn place(place: &Place, scan: &Scan) -> Region {
    let (start, end) = (place.start(), place.end());
    let derived = place.source.is_derived();
    let path = place.source.path();
    Region {
        path: if derived { path.to_string_lossy().into_owned() } else { scan.relative(path) },
        derived,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        offset: start.offset,
        end_offset: end.offset,
    }
}
