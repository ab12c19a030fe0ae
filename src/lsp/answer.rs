//! Answers about a place in an open file: what is in effect there and how it got there, where a value is written, and fixes.

use std::fmt::Write;
use std::path::Path;

use lsp_types::{CodeActionKind, Location, Range};
use serde_json::{Value, json};

use crate::check::{Finding, Hop};
use crate::report::{harmless, sentences};
use crate::scan::{Changes, Edit, Scan, ScanError, ShownGroup, ShownSetting, scan};
use crate::text::{Place, Source, relative_to};

use super::publish::{Naming, is_in_file, mark};
use super::work::Found;

/// The most settings that one answer shows.
const MAX_SHOWN: usize = 12;

/// The most findings for which changes are tried at once: each takes two scans.
const MAX_TRIED: usize = 4;

/// A cursor in a file, or what is selected there.
pub(super) struct Spot<'a> {
    pub(super) path: &'a Path,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Spot<'_> {
    fn touches(&self, place: &Place) -> bool {
        place.start <= self.end && self.start <= place.end && place.source.path() == self.path && is_in_file(place)
    }

    /// How many bytes the smallest of these places has that touch it.
    fn nearest<'p>(&self, places: impl IntoIterator<Item = &'p Place>) -> Option<u32> {
        places.into_iter().filter(|place| self.touches(place)).map(|place| place.end - place.start).min()
    }

    /// The settings that are written, overridden or passed on here; those that fit closest.
    fn settings<'s>(&self, scan: &'s Scan) -> Vec<(&'s ShownGroup, &'s ShownSetting)> {
        let all = scan.groups.iter().flat_map(|group| group.all_settings().map(move |setting| (group, setting)));
        let near = all.filter_map(|(group, setting)| {
            let lost = setting.shadowed.iter().map(|(_, _, place)| place);
            let size = self.nearest(setting.place.iter().chain(&setting.passage.passes).chain(lost))?;
            Some((size, (group, setting)))
        });
        let near: Vec<_> = near.collect();
        let least = near.iter().map(|(size, _)| *size).min();
        near.into_iter().filter(|(size, _)| Some(*size) == least).map(|(_, found)| found).collect()
    }

    /// The findings that are written or passed on here; those that are written here first.
    fn findings<'s>(&self, scan: &'s Scan) -> Vec<&'s Finding> {
        let mut out: Vec<_> = scan.findings.iter().filter(|f| self.nearest(&f.passes).is_some()).collect();
        out.sort_by_key(|finding| !self.touches(&finding.at.place));
        out
    }
}

/// What is in effect at a spot, as plain text: what stands in the files is not to be read as markup.
pub(super) fn hover(found: &Found, spot: &Spot<'_>) -> Option<String> {
    let scan = &found.scan;
    let spelled = Spelled { current: &found.request.current };
    let mut parts = Vec::new();
    for finding in scan.findings.iter().filter(|finding| spot.touches(&finding.at.place)) {
        let condition = if finding.is_certain() { String::new() } else { format!(", {}", finding.condition()) };
        let headline = format!("{}{condition}", finding.headline);
        let notes = finding.notes.iter().map(String::as_str);
        let all: Vec<&str> = [headline.as_str(), &finding.help].into_iter().chain(notes).collect();
        parts.push(format!("{}[{}]: {}", finding.level.id(), finding.rule.id, sentences(&all)));
    }
    let settings = spot.settings(scan);
    parts.extend(settings.iter().take(MAX_SHOWN).map(|(group, setting)| spelled.setting(group, setting)));
    if settings.len() > MAX_SHOWN {
        parts.push(format!("and {} more", settings.len() - MAX_SHOWN));
    }
    for gap in scan.gaps.iter().filter(|gap| spot.touches(&gap.place)).take(MAX_SHOWN) {
        let remedy = if gap.remedy.is_empty() { String::new() } else { format!(": {}", gap.remedy) };
        parts.push(format!("not known: {}{remedy}", gap.message));
    }
    if parts.is_empty() {
        let groups = scan.groups.iter().filter(|group| spot.touches(&group.place)).take(MAX_SHOWN);
        parts.extend(groups.map(of_group));
    }
    (!parts.is_empty()).then(|| parts.iter().map(|part| lines(part)).collect::<Vec<_>>().join("\n\n"))
}

/// Text with its own line ends, and no other characters that are not shown.
fn lines(text: &str) -> String {
    text.lines().map(harmless).collect::<Vec<_>>().join("\n")
}

/// Words for people.
struct Spelled<'a> {
    current: &'a Path,
}

impl Spelled<'_> {
    /// A setting of a node group, and how its value got there.
    fn setting(&self, group: &ShownGroup, setting: &ShownSetting) -> String {
        let mut out = format!("{}, {}", one(setting), group.shown());
        if !group.when.is_always() {
            let when: Vec<_> = group.when.conditions().iter().map(|c| format!("`{c}`")).collect();
            let _ = write!(out, "\n  only if {}", when.join(" and "));
        }
        for hop in &setting.passage.hops {
            let _ = write!(out, "\n  via {}", self.hop(hop));
        }
        for (by, raw, place) in &setting.shadowed {
            let _ = write!(out, "\n  overrides `{raw}` ({by}), {}", self.spot(place));
        }
        out
    }

    fn hop(&self, hop: &Hop) -> String {
        let words = if hop.words.is_empty() { "set here" } else { &hop.words };
        if is_in_file(&hop.place) { format!("{} {words}", self.spot(&hop.place)) } else { words.to_owned() }
    }

    fn spot(&self, place: &Place) -> String {
        let start = place.start();
        let path = relative_to(self.current, place.source.path());
        format!("{}:{}:{}", path.to_string_lossy(), start.line, start.column)
    }
}

/// A node group with what the source sets.
fn of_group(group: &ShownGroup) -> String {
    let mut out = group.shown();
    for why in &group.why_not {
        let _ = write!(out, "\n  does not start: {why}");
    }
    let set: Vec<_> = group.all_settings().filter(|s| s.raw.is_some() || !s.certain && !s.from.is_default()).collect();
    for setting in set.iter().take(MAX_SHOWN) {
        let _ = write!(out, "\n  {}", one(setting));
    }
    if set.len() > MAX_SHOWN {
        let _ = write!(out, "\n  and {} more", set.len() - MAX_SHOWN);
    }
    if !group.kubelet && set.is_empty() {
        out.push_str("\n  no kubelet configuration found");
    }
    out
}

/// A setting in one line.
fn one(setting: &ShownSetting) -> String {
    let value = match &setting.effective {
        Some(value) if setting.certain => format!("`{value}`"),
        Some(value) => format!("`{value}`, if nothing unknown overrides it"),
        None if setting.certain => "not set".to_owned(),
        None => "not known".to_owned(),
    };
    let instead = match &setting.raw {
        Some(raw) if setting.from.is_default() => format!(" in place of `{raw}`"),
        _ => String::new(),
    };
    format!("{}: {value} ({}{instead})", setting.field, setting.from)
}

/// The places that wrote the values at a spot.
pub(super) fn definition(found: &Found, spot: &Spot<'_>, naming: &Naming<'_>) -> Vec<Location> {
    let findings = spot.findings(&found.scan).into_iter().map(|finding| &finding.at.place);
    let settings = spot.settings(&found.scan).into_iter().filter_map(|(_, setting)| setting.place.as_ref());
    let mut out: Vec<Location> = Vec::new();
    for location in settings.chain(findings).filter_map(|place| naming.location(place)) {
        if out.len() < MAX_SHOWN && !out.contains(&location) {
            out.push(location);
        }
    }
    out
}

/// The findings at a spot for which changes may be offered.
pub(super) fn changeable<'f>(found: &'f Found, spot: &Spot<'_>) -> Vec<&'f Finding> {
    let here = found.scan.findings.iter().filter(|finding| spot.touches(&finding.at.place));
    here.take(MAX_TRIED).collect()
}

/// The changes for findings that a second scan confirms: the fix, and a comment that ignores it.
///
/// # Errors
/// If a scan fails.
pub(super) fn actions(found: &Found, findings: &[Finding], naming: &Naming<'_>) -> Result<Value, ScanError> {
    let mut out = Vec::new();
    for finding in findings {
        let fixing = finding.fix.as_ref().map(|fix| {
            let (old, new) = (fix.place.text(), fix.text.trim().to_owned());
            let title =
                if new.is_empty() { "Remove this line".to_owned() } else { format!("Replace `{old}` by `{new}`") };
            (title, Changes::fixing([finding]))
        });
        let ignoring = (format!("Ignore {} here", finding.rule.id), Changes::ignoring([finding], ""));
        for (n, (title, changes)) in fixing.into_iter().chain([ignoring]).enumerate() {
            let changes = changes.that_help(&found.request, Some(&found.scan), &scan)?;
            if changes.files.is_empty() {
                continue;
            }
            let edits = changes.files.iter().filter_map(|(path, (source, edits))| {
                let edits: Vec<Value> = edits.iter().map(|edit| edited(source, edit, naming)).collect();
                Some((naming.address(path)?.as_str().to_owned(), json!(edits)))
            });
            out.push(json!({
                "title": harmless(&title),
                "kind": CodeActionKind::QUICKFIX,
                "isPreferred": n == 0 && finding.fix.is_some(),
                "diagnostics": [mark(finding, naming)],
                "edit": {"changes": edits.collect::<serde_json::Map<_, _>>()},
            }));
        }
    }
    Ok(Value::Array(out))
}

fn edited(source: &Source, (start, end, text): &Edit, naming: &Naming<'_>) -> Value {
    let at = |offset: u32| naming.unit.position(source, offset);
    json!({"range": Range { start: at(*start), end: at(*end) }, "newText": text})
}
