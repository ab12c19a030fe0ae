//! Changes of files that fix findings, or ask to ignore them. A change is kept only if a second scan shows that it helps and
//! introduces nothing new.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::Finding;
use crate::text::Source;

use super::request::{Request, ScanError};
use super::results::Scan;

/// A change of one file: a range of bytes and its replacement.
pub(crate) type Edit = (u32, u32, String);

/// A file, and the rules to ignore at one of its lines.
type Asked<'a> = (Arc<Source>, Vec<&'a str>);

/// Changes by file.
#[derive(Default)]
pub(crate) struct Changes {
    /// The files as they are, and what changes in each, in order.
    pub files: BTreeMap<PathBuf, (Arc<Source>, Vec<Edit>)>,
}

impl Changes {
    /// The fixes of findings. Conflicting fixes at one place are dropped.
    pub(crate) fn fixing<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut out = Self::default();
        for fix in findings.into_iter().filter_map(|f| f.fix.as_ref()) {
            out.add(&fix.place.source, (fix.place.start, fix.place.end, fix.text.clone()));
        }
        for (_, edits) in out.files.values_mut() {
            edits.sort();
            edits.dedup();
            let overlaps = |a: &Edit, b: &Edit| a.0 < b.1 && b.0 < a.1;
            let all = edits.clone();
            edits.retain(|e| all.iter().all(|o| o == e || !overlaps(o, e)));
        }
        out.files.retain(|_, (_, edits)| !edits.is_empty());
        out
    }

    /// Ignore comments for the findings, each on its own line above the statement.
    pub(crate) fn ignoring<'a>(findings: impl IntoIterator<Item = &'a Finding>, reason: &str) -> Self {
        let mut rules: BTreeMap<(PathBuf, u32), Asked<'_>> = BTreeMap::new();
        for finding in findings.into_iter().filter(|f| !f.groups.is_empty() && takes_comments(&f.at.place.source)) {
            let source = &finding.at.place.source;
            let mut line = source.line_of(finding.at.place.start);
            while line > 0 && source.line(line - 1).trim_ascii_end().ends_with(b"\\") {
                line -= 1;
            }
            let start = source.line_starts()[line];
            let (_, list) =
                rules.entry((source.path().to_owned(), start)).or_insert_with(|| (Arc::clone(source), Vec::new()));
            if !list.contains(&finding.rule.id.as_str()) {
                list.push(&finding.rule.id);
            }
        }
        let mut out = Self::default();
        let reason: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        for ((_, start), (source, rules)) in rules {
            let line = source.line(source.line_of(start));
            let indent: String =
                line.iter().take_while(|b| matches!(b, b' ' | b'\t')).map(|b| char::from(*b)).collect();
            let end = if source.bytes().windows(2).any(|w| w == b"\r\n") { "\r\n" } else { "\n" };
            let comment = format!("{indent}# kubelet-lint: ignore[{}] {reason}", rules.join(", "));
            out.add(&source, (start, start, format!("{}{end}", comment.trim_end())));
        }
        out
    }

    fn add(&mut self, source: &Arc<Source>, edit: Edit) {
        let file = self.files.entry(source.path().to_owned()).or_insert_with(|| (Arc::clone(source), Vec::new()));
        file.1.push(edit);
    }

    /// Keeps the files whose changes help, according to a second scan. `before` is the first one, if it is known.
    ///
    /// # Errors
    /// If a scan fails.
    pub(crate) fn that_help(
        mut self,
        request: &Request,
        before: Option<&Scan>,
        scan: &dyn Fn(&Request) -> Result<Scan, ScanError>,
    ) -> Result<Self, ScanError> {
        if self.files.is_empty() {
            return Ok(self);
        }
        let request = &Request { base: None, ..request.clone() };
        let first = if before.is_none() { Some(scan(request)?) } else { None };
        let Some(before) = before.or(first.as_ref()) else { return Ok(self) };
        if self.helps(request, before, scan)? {
            return Ok(self);
        }
        // Not all help: each file is tried separately.
        let mut good = Self::default();
        for (path, change) in std::mem::take(&mut self.files) {
            let one = Self { files: BTreeMap::from([(path.clone(), change.clone())]) };
            if one.helps(request, before, scan)? {
                good.files.insert(path, change);
            }
        }
        Ok(good)
    }

    /// True if each changed file has fewer findings afterwards, there are no new ones, and nothing has become
    /// unreadable.
    fn helps(
        &self,
        request: &Request,
        before: &Scan,
        scan: &dyn Fn(&Request) -> Result<Scan, ScanError>,
    ) -> Result<bool, ScanError> {
        let mut request = request.clone();
        for (path, (source, edits)) in &self.files {
            request.edited.insert(path, Arc::new(Source::new(path, changed(source, edits))));
        }
        let after = scan(&request)?;
        let (old, new) = (counted(&before.findings), counted(&after.findings));
        let worse = new.iter().any(|(key, n)| old.get(key).copied().unwrap_or(0) < *n);
        let in_file = |path: &Path, list: &[Finding]| list.iter().filter(|f| f.at.place.source.path() == path).count();
        let better = self.files.keys().all(|p| in_file(p, &after.findings) < in_file(p, &before.findings));
        Ok(better && !worse && after.problems.len() <= before.problems.len() && after.gaps.len() <= before.gaps.len())
    }

    /// The number of changes and of changed files.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.files.values().map(|(_, edits)| edits.len()).sum(), self.files.len())
    }
}

/// The number of findings of each kind.
fn counted(findings: &[Finding]) -> BTreeMap<(&str, &Path, &str), usize> {
    let mut out = BTreeMap::new();
    for f in findings {
        *out.entry((f.rule.id.as_str(), f.at.place.source.path(), f.field.as_str())).or_insert(0) += 1;
    }
    out
}

/// The bytes of a file after its changes.
pub(crate) fn changed(source: &Source, edits: &[Edit]) -> Vec<u8> {
    let bytes = source.bytes();
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut done = 0;
    for (start, end, text) in edits {
        out.extend_from_slice(bytes.get(done..*start as usize).unwrap_or_default());
        out.extend_from_slice(text.as_bytes());
        done = *end as usize;
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
    out
}

/// True for files in which a line that starts with `#` is a comment.
fn takes_comments(source: &Source) -> bool {
    let path = source.path().to_string_lossy().to_ascii_lowercase();
    let ends = |list: &[&str]| list.iter().any(|e| path.ends_with(e));
    let json = source.bytes().trim_ascii_start().starts_with(b"{");
    !source.is_derived() && !json && !ends(&[".json", ".bat", ".cmd", ".xml", ".md"])
}
