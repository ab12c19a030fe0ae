//! From a scan to what an editor marks in its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range, Uri,
};

use crate::check::{Finding, Level, address};
use crate::report::{harmless, sentences};
use crate::scan::{Note, Scan, ScanError, Weight};
use crate::text::Place;

use super::documents::Documents;
use super::position::Unit;

/// The most places that explain one mark.
const MAX_RELATED: usize = 32;

/// Marks by file.
pub(super) type Marks = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// How places are named to the client.
pub(super) struct Naming<'a> {
    pub(super) documents: &'a Documents,
    pub(super) unit: Unit,
}

impl Naming<'_> {
    pub(super) fn address(&self, path: &Path) -> Option<Uri> {
        Uri::from_str(&self.documents.address(path)).ok()
    }

    /// A place in a file.
    pub(super) fn location(&self, place: &Place) -> Option<Location> {
        if !is_in_file(place) {
            return None;
        }
        Some(Location { uri: self.address(place.source.path())?, range: self.unit.range(place) })
    }
}

/// True if a person can go to a place.
pub(super) fn is_in_file(place: &Place) -> bool {
    !place.source.is_derived() && place.source.path().is_absolute()
}

/// Everything that a scan marks.
pub(super) fn marks(scan: &Scan, naming: &Naming<'_>) -> Marks {
    let mut out = Marks::new();
    let mut add = |place: &Place, mark: Diagnostic| {
        if is_in_file(place) {
            out.entry(place.source.path().to_owned()).or_default().push(mark);
        }
    };
    for finding in &scan.findings {
        add(&finding.at.place, mark(finding, naming));
    }
    for problem in &scan.problems {
        let severity = match problem.weight {
            Weight::None => DiagnosticSeverity::INFORMATION,
            Weight::Unread | Weight::Grave => DiagnosticSeverity::WARNING,
            Weight::Fault => DiagnosticSeverity::ERROR,
        };
        add(&problem.place, said(problem, &problem.message, severity, naming));
    }
    for gap in scan.gaps.iter().filter(|gap| gap.weight == Weight::Grave && !gap.is_limit()) {
        let message = format!("not known: {}", gap.message);
        let message = if gap.remedy.is_empty() { message } else { format!("{message}: {}", gap.remedy) };
        add(&gap.place, said(gap, &message, DiagnosticSeverity::HINT, naming));
    }
    out
}

/// What is wrong with a configuration, if that is what a scan failed at.
pub(super) fn failed(error: &ScanError, naming: &Naming<'_>) -> Option<Marks> {
    let settings = error.settings.as_ref()?;
    let place = settings.place.as_ref().filter(|place| is_in_file(place))?;
    let mark = plain(naming.unit.range(place), &settings.message, DiagnosticSeverity::ERROR);
    Some(Marks::from([(place.source.path().to_owned(), vec![mark])]))
}

/// The mark of a finding.
pub(super) fn mark(finding: &Finding, naming: &Naming<'_>) -> Diagnostic {
    let severity = match finding.level {
        Level::Error => DiagnosticSeverity::ERROR,
        Level::Warning => DiagnosticSeverity::WARNING,
        Level::Note => DiagnosticSeverity::INFORMATION,
    };
    let condition = if finding.is_certain() { String::new() } else { format!(", {}", finding.condition()) };
    let headline = format!("{}{condition}", finding.headline);
    let runs = finding.runs.iter().map(|runs| (&runs.place, runs.label.as_str()));
    let hops = finding.hops.iter().map(|hop| (&hop.place, hop.words.as_str()));
    let groups = finding.groups.iter().map(|group| (&group.place, "used by this node group"));
    let mut related: Vec<DiagnosticRelatedInformation> = Vec::new();
    for (place, words) in hops.chain(runs).chain(groups).filter(|(_, words)| !words.is_empty()) {
        let Some(location) = naming.location(place) else { continue };
        if related.len() < MAX_RELATED && related.iter().all(|known| known.location != location) {
            related.push(DiagnosticRelatedInformation { location, message: harmless(words) });
        }
    }
    Diagnostic {
        code: Some(NumberOrString::String(finding.rule.id.clone())),
        code_description: address(finding.rule)
            .and_then(|address| Some(CodeDescription { href: Uri::from_str(&address).ok()? })),
        related_information: Some(related).filter(|related| !related.is_empty()),
        ..plain(naming.unit.range(&finding.at.place), &sentences(&[&headline, &finding.help]), severity)
    }
}

fn said(note: &Note, message: &str, severity: DiagnosticSeverity, naming: &Naming<'_>) -> Diagnostic {
    plain(naming.unit.range(&note.place.first_line()), &sentences(&[message]), severity)
}

fn plain(range: Range, message: &str, severity: DiagnosticSeverity) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(severity),
        source: Some(env!("CARGO_PKG_NAME").to_owned()),
        message: harmless(message),
        ..Diagnostic::default()
    }
}
