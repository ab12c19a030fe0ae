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

impl Reporter for Rdjson {
    fn name(&self) -> &'static str {
        "rdjson"
    }

    fn kind(&self) -> Kind {
        Kind::Json
    }

    fn write(&self, scan: &Scan, _look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let veils = scan.veils.iter().map(|veil| {
            json!({
                "message": format!("{}\n{}", sentences(&[&harmless(&veil.message)]), listed(veil, scan).join("\n")),
                "location": {"path": scan.relative(veil.place.source.path()), "range": range(&veil.place)},
                "severity": "WARNING",
            })
        });
        let report = Report {
            source: json!({"name": env!("CARGO_PKG_NAME")}),
            diagnostics: each(scan.findings.iter().map(|f| diagnostic(f, scan)).chain(veils)),
        };
        write_json(&report, out)
    }
}

fn diagnostic(finding: &Finding, scan: &Scan) -> Value {
    let condition = if finding.is_certain() { String::new() } else { format!(", {}", finding.condition()) };
    let mut out = json!({
        "message": harmless(&sentences(&[&format!("{}{condition}", finding.headline), &finding.help])),
        "location": {"path": scan.relative(finding.at.place.source.path()), "range": range(&finding.at.place)},
        "severity": match finding.level {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        },
        "code": {"value": finding.rule.id},
    });
    if let Some(fix) = &finding.fix {
        out["suggestions"] = json!([{"range": range(&fix.place), "text": fix.text}]);
    }
    out
}

fn range(place: &Place) -> Value {
    let point = |offset: u32| {
        let line = place.source.line_of(offset);
        let start = place.source.line_starts().get(line).copied().unwrap_or(offset);
        json!({"line": line + 1, "column": offset.saturating_sub(start) + 1})
    };
    json!({"start": point(place.start), "end": point(place.end)})
}
