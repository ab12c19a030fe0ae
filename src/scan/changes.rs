//! Changes of files that fix findings, or ask to ignore them. A change is kept only if a second scan shows that it helps and
//! introduces nothing new.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::Finding;
use crate::text::Source;

use super::comments::{self, Edit, Spot};
use super::effective::ShownGroup;
use super::request::{Request, ScanError};
use super::results::Scan;

/// The most scans that look for the places of comments.
const MAX_SCANS: usize = 200;

/// Changes by file.
#[derive(Default)]
pub(crate) struct Changes {
    /// The files as they are, and what changes in each, in order.
    pub files: BTreeMap<PathBuf, (Arc<Source>, Vec<Edit>)>,
    /// Where comments are wanted; those that help become changes of files.
    spots: Vec<Spot>,
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

    /// Ignore comments for the findings, each on a line of its own above the statement.
    pub(crate) fn ignoring<'a>(findings: impl IntoIterator<Item = &'a Finding>, reason: &str) -> Self {
        Self { spots: comments::spots(findings, reason), ..Self::default() }
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
        if self.files.is_empty() && self.spots.is_empty() {
            return Ok(self);
        }
        let request = &Request { base: None, ..request.clone() };
        let first = if before.is_none() { Some(scan(request)?) } else { None };
        let Some(before) = before.or(first.as_ref()) else { return Ok(self) };
        if !self.spots.is_empty() {
            return comments_that_help(&self.spots, &|changes| changes.helps(request, before, scan, true));
        }
        if self.helps(request, before, scan, false)? {
            return Ok(self);
        }
        // Not all help: each file is tried separately.
        let mut good = Self::default();
        for (path, change) in std::mem::take(&mut self.files) {
            let one = Self { files: BTreeMap::from([(path.clone(), change.clone())]), ..Self::default() };
            if one.helps(request, before, scan, false)? {
                good.files.insert(path, change);
            }
        }
        Ok(good)
    }

    /// True if each changed file has fewer findings afterwards, there are no new ones, and nothing has become
    /// unreadable. With `quiet`, all findings are still there, hidden or not, and nodes run with the same.
    fn helps(
        &self,
        request: &Request,
        before: &Scan,
        scan: &dyn Fn(&Request) -> Result<Scan, ScanError>,
        quiet: bool,
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
        let all = |scan: &Scan| {
            let hidden: Vec<_> = scan.hidden.iter().map(|(finding, _)| finding.clone()).collect();
            let mut all: BTreeMap<String, usize> = BTreeMap::new();
            for (key, n) in counted(&scan.findings).into_iter().chain(counted(&hidden)) {
                *all.entry(format!("{key:?}")).or_default() += n;
            }
            all
        };
        let same = || all(before) == all(&after) && nodes(before) == nodes(&after);
        if quiet && !same() {
            return Ok(false);
        }
        Ok(better && !worse && after.problems.len() <= before.problems.len() && after.gaps.len() <= before.gaps.len())
    }

    /// The number of changes and of changed files.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.files.values().map(|(_, edits)| edits.len()).sum(), self.files.len())
    }
}

/// The comments of `spots` that help. All are tried together, those that do not help in halves, and one alone above the next line.
fn comments_that_help(
    spots: &[Spot],
    helps: &dyn Fn(&Changes) -> Result<bool, ScanError>,
) -> Result<Changes, ScanError> {
    let with = |chosen: &[(usize, usize)]| {
        let mut out = Changes::default();
        for (spot, n) in chosen {
            let spot = &spots[*spot];
            out.add(&spot.source, spot.tries[*n].clone());
        }
        for (_, edits) in out.files.values_mut() {
            edits.sort();
        }
        out
    };
    let mut good = Vec::new();
    let mut open: Vec<Vec<(usize, usize)>> = vec![(0..spots.len()).map(|spot| (spot, 0)).collect()];
    let mut scans = 0;
    while let Some(mut chosen) = open.pop() {
        chosen.retain(|(spot, n)| *n < spots[*spot].tries.len());
        scans += usize::from(!chosen.is_empty());
        if chosen.is_empty() || scans > MAX_SCANS {
            continue;
        }
        if helps(&with(&chosen))? {
            good.push(chosen);
        } else if let [(spot, n)] = chosen[..] {
            open.push(vec![(spot, n + 1)]);
        } else {
            let rest = chosen.split_off(chosen.len() / 2);
            open.extend([chosen, rest]);
        }
    }
    let all = with(&good.concat());
    // One alone is known to help.
    if good.len() < 2 || helps(&all)? {
        return Ok(all);
    }
    Ok(with(&good.into_iter().max_by_key(Vec::len).unwrap_or_default()))
}

/// What nodes run with, without places.
fn nodes(scan: &Scan) -> Vec<String> {
    let shown = |group: &ShownGroup| {
        let settings = group.settings.iter().map(|s| (&s.field, &s.effective, s.from, s.certain, &s.raw));
        let settings: Vec<_> = settings.collect();
        format!("{:?}", (&group.name, group.root.path(), group.starts, &group.why_not, group.unknown.len(), settings))
    };
    scan.groups.iter().map(shown).collect()
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
