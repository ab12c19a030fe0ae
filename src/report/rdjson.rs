//! Reviewdog's JSON (`proto/rdf/reviewdog.proto` of reviewdog/reviewdog): columns are bytes from 1, ends exclusive.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::check::{Finding, Level};
use crate::scan::Scan;
use crate::text::Place;

use super::plain_text::{harmless, sentences};
use super::stream::{each, write_json};
use super::veils::listed;
use super::{Kind, Look, Reporter};

/// The format for reviewdog.
pub(super) struct Rdjson;

#[derive(Serialize)]
struct Report<D> {
    source: Value,
    diagnostics: D,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<[Suggestion<'a>; 1]>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: u32,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

impl Reporter for Rdjson {
    fn name(&self) -> &'static str {
        "rdjson"
    }

    fn kind(&self) -> Kind {
        Kind::Json
    }

    fn write(&self, scan: &Scan, _look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let veils = scan.veils.iter().map(|veil| Diagnostic {
            message: format!("{}\n{}", sentences(&[&harmless(&veil.message)]), listed(veil, scan).join("\n")),
            location: location(&veil.place, scan),
            severity: "WARNING",
            code: None,
            suggestions: None,
        });
        let report = Report {
            source: json!({"name": env!("CARGO_PKG_NAME")}),
            diagnostics: each(scan.findings.iter().map(|f| diagnostic(f, scan)).chain(veils)),
        };
        write_json(&report, out)
    }
}

fn diagnostic<'a>(finding: &'a Finding, scan: &Scan) -> Diagnostic<'a> {
    let condition = if finding.is_certain() { String::new() } else { format!(", {}", finding.condition()) };
    Diagnostic {
        message: harmless(&sentences(&[&format!("{}{condition}", finding.headline), &finding.help])),
        location: location(&finding.at.place, scan),
        severity: match finding.level {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        },
        code: Some(Code { value: &finding.rule.id }),
        suggestions: finding.fix.as_ref().map(|fix| [Suggestion { range: range(&fix.place), text: &fix.text }]),
    }
}

fn location(place: &Place, scan: &Scan) -> Location {
    Location { path: scan.relative(place.source.path()), range: range(place) }
}

fn range(place: &Place) -> Range {
    let point = |offset: u32| {
        let line = place.source.line_of(offset);
        let start = place.source.line_starts().get(line).copied().unwrap_or(offset);
        Point { line: line + 1, column: offset.saturating_sub(start) + 1 }
    };
    Range { start: point(place.start), end: point(place.end) }
}
