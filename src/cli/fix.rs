//! `--fix`, `--diff` and `--add-ignore`: changes of files. A change is kept only if a second scan shows that it helps and
//! introduces nothing new, and it is written only if the file has not changed since it was read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::Finding;
use crate::report::{Folders, Kind, Look, harmless, safe};
use crate::scan::{Edited, Request, Scan};
use crate::text::{Source, without_secrets};

use super::files::{has_more_names, replace};
use super::request::scanned;
use super::stop::Stop;

/// Why a file that was changed in the meantime is left alone.
pub(super) const CHANGED: &str = "changed while it was read";

/// The lines that a patch shows before and after a change.
const AROUND: usize = 3;

/// A change of one file: a range of bytes and its replacement.
type Edit = (u32, u32, String);

/// A file, and the rules to ignore at one of its lines.
type Asked<'a> = (Arc<Source>, Vec<&'a str>);

/// Changes by file.
pub(super) struct Changes {
    files: BTreeMap<PathBuf, (Arc<Source>, Vec<Edit>)>,
}

impl Changes {
    /// The fixes of findings. Conflicting fixes at one place are dropped.
    pub(super) fn fixing(found: &Scan) -> Self {
        let mut out = Self { files: BTreeMap::new() };
        for fix in found.findings.iter().filter_map(|f| f.fix.as_ref()) {
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
    pub(super) fn ignoring(found: &Scan, reason: &str) -> Self {
        let mut rules: BTreeMap<(PathBuf, u32), Asked<'_>> = BTreeMap::new();
        for finding in found.findings.iter().filter(|f| !f.groups.is_empty() && takes_comments(&f.at.place.source)) {
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
        let mut out = Self { files: BTreeMap::new() };
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

    /// Keeps the files whose changes help, according to a second scan.
    pub(super) fn that_help(mut self, request: &Request) -> Result<Self, Stop> {
        if self.files.is_empty() {
            return Ok(self);
        }
        let request = &Request { base: None, ..request.clone() };
        let before = &scanned(request)?;
        if self.helps(request, before)? {
            return Ok(self);
        }
        // Not all help: each file is tried separately.
        let mut good = Self { files: BTreeMap::new() };
        for (path, change) in std::mem::take(&mut self.files) {
            let one = Self { files: BTreeMap::from([(path.clone(), change.clone())]) };
            if one.helps(request, before)? {
                good.files.insert(path, change);
            }
        }
        Ok(good)
    }

    /// True if each changed file has fewer findings afterwards, there are no new ones, and nothing has become
    /// unreadable.
    fn helps(&self, request: &Request, before: &Scan) -> Result<bool, Stop> {
        let mut edited = Edited::default();
        for (path, (source, edits)) in &self.files {
            edited.insert(path, changed(source, edits));
        }
        let request = Request { edited, ..request.clone() };
        let after = scanned(&request)?;
        let (old, new) = (counted(&before.findings), counted(&after.findings));
        let worse = new.iter().any(|(key, n)| old.get(key).copied().unwrap_or(0) < *n);
        let in_file = |path: &Path, list: &[Finding]| list.iter().filter(|f| f.at.place.source.path() == path).count();
        let better = self.files.keys().all(|p| in_file(p, &after.findings) < in_file(p, &before.findings));
        Ok(better && !worse && after.problems.len() <= before.problems.len() && after.gaps.len() <= before.gaps.len())
    }

    /// The number of changes and of changed files.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.files.values().map(|(_, edits)| edits.len()).sum(), self.files.len())
    }

    /// The changes as a patch.
    pub(super) fn diff(&self, found: &Scan, look: &Look) -> String {
        let mut out = String::new();
        for (path, (source, edits)) in &self.files {
            let bytes = source.bytes();
            let (old, new) = (String::from_utf8_lossy(&bytes).into_owned(), changed(source, edits));
            let new = String::from_utf8_lossy(&new).into_owned();
            let name = found.relative(path);
            let name = harmless(&name);
            let patch = |around: usize| {
                similar::TextDiff::from_lines(&old, &new)
                    .unified_diff()
                    .context_radius(around)
                    .header(&format!("a/{name}"), &format!("b/{name}"))
                    .to_string()
            };
            // Lines beside a change that a log must not have are left out, so that the patch still fits.
            let is_fine = |text: &str| {
                safe(text, Kind::Exact, false, &Folders::default()) == text
                    && text.lines().all(|line| without_secrets(line.as_bytes(), 0..0) == line.as_bytes())
            };
            let text = Some(patch(AROUND)).filter(|text| is_fine(text)).unwrap_or_else(|| patch(0));
            out.push_str(&if look.color { painted(&text) } else { text });
        }
        out
    }

    /// Writes the changed files, and answers which were left alone and why. Their changes are dropped.
    pub(super) fn write(&mut self) -> Result<Vec<(PathBuf, &'static str)>, Stop> {
        let mut left = Vec::new();
        for (path, (source, edits)) in &self.files {
            let meta = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file);
            let Some(meta) = meta.filter(|_| std::fs::read(path).ok().as_deref() == Some(&*source.bytes())) else {
                left.push((path.clone(), CHANGED));
                continue;
            };
            if has_more_names(&meta) {
                left.push((path.clone(), "has more than one hard link"));
                continue;
            }
            replace(path, Some(&meta), |out| out.write_all(&changed(source, edits)))
                .map_err(|e| Stop::Failed(format!("cannot write {}: {e}", path.display())))?;
        }
        self.files.retain(|path, _| left.iter().all(|(kept, _)| kept != path));
        Ok(left)
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

fn changed(source: &Source, edits: &[Edit]) -> Vec<u8> {
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

fn painted(diff: &str) -> String {
    use anstyle::AnsiColor;
    let mut out = String::new();
    for line in diff.split_inclusive('\n') {
        let text = line.trim_end_matches('\n');
        let style = match text.as_bytes().first() {
            Some(b'+') => AnsiColor::Green.on_default(),
            Some(b'-') => AnsiColor::Red.on_default(),
            Some(b'@') => AnsiColor::Cyan.on_default(),
            _ => anstyle::Style::new(),
        };
        out.push_str(&format!("{style}{text}{style:#}\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_since_it_was_read_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            (path.clone(), (Arc::new(Source::new(path, bytes.to_vec())), vec![(2, 4, "4h".to_owned())]))
        };
        let mut changes = Changes { files: [write("a", b"x=0s\n"), write("b", b"y=0s\n")].into() };
        std::fs::write(dir.path().join("a"), "x=0s # new\n").unwrap();
        let left = changes.write().map_err(|_| "a file cannot be written").unwrap();
        assert_eq!(left, [(dir.path().join("a"), CHANGED)]);
        assert_eq!(changes.count(), (1, 1));
        assert_eq!(std::fs::read(dir.path().join("a")).unwrap(), b"x=0s # new\n");
        assert_eq!(std::fs::read(dir.path().join("b")).unwrap(), b"y=4h\n");
    }
}
