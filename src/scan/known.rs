//! Which findings are new: those that the base does not have for the same node group.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::check::Finding;
use crate::setting::{parse_duration, render_duration};
use crate::text::{Earlier, Files};

use super::before::{Before, Known};
use super::results::Scan;

/// What stays the same when a finding moves to another line, file or variable: rule, setting and value.
type What<'a> = (&'a str, &'a str, String);

/// The share of the lines of an old file or folder that a new one must have to be the same under another name.
const ALIKE: usize = 2;

fn what(finding: &Finding) -> What<'_> {
    let raw = finding.raw.trim().trim_matches(['"', '\'']);
    let value = match (parse_duration(raw.as_bytes()), &finding.effective) {
        (Ok(time), _) => render_duration(time),
        (Err(_), Some(effective)) if raw.is_empty() => effective.clone(),
        (Err(_), _) => raw.to_owned(),
    };
    (&finding.rule.id, &finding.field, value)
}

/// The ids of the node groups of a finding; a finding without any is known by its file.
fn ids(finding: &Finding, scan: &Scan) -> BTreeSet<String> {
    if finding.groups.is_empty() {
        return BTreeSet::from([scan.relative(finding.at.place.source.path())]);
    }
    finding.groups.iter().map(|g| g.id()).collect()
}

/// The line at which a finding is, without its indentation.
fn line(finding: &Finding) -> (&Path, &[u8]) {
    let place = &finding.at.place;
    (place.source.path(), place.source.line(place.source.line_of(place.start)).trim_ascii())
}

/// Moves the findings that the base has as well to those that exist. With `named`, only those whose path passes through no such
/// file, and they are dropped.
pub(super) fn part(now: &mut Scan, before: &[(Earlier<'_>, Before)], named: Option<&dyn Fn(&Path) -> bool>) {
    now.compared = named.is_none();
    let findings = std::mem::take(&mut now.findings);
    let all: Vec<BTreeSet<String>> = findings.iter().map(|f| ids(f, now)).collect();
    let mut new = all.clone();
    for (earlier, before) in before {
        Parted { findings: &findings, new: &mut new, left: BTreeMap::new() }.with(before, now, earlier);
    }
    let differs = |finding: &Finding| {
        let paths = finding.passes.iter().map(|p| p.source.path()).chain([finding.at.place.source.path()]);
        paths.into_iter().any(|path| before.iter().all(|(earlier, _)| earlier.differs(path)))
    };
    if named.is_none() {
        now.unreached.retain(differs);
        now.hidden.retain(|(finding, _)| differs(finding));
        now.stale.clear();
    }
    for (mut finding, (all, new)) in findings.into_iter().zip(all.into_iter().zip(new)) {
        if let Some(named) = named {
            let passes = named(finding.at.place.source.path()) || finding.passes.iter().any(|p| named(p.source.path()));
            // What it is new for is all that a change uncovers.
            if !passes {
                finding.groups.retain(|group| new.contains(&group.id()));
            }
            if passes || !new.is_empty() {
                now.findings.push(finding);
            }
            continue;
        }
        if new.is_empty() {
            let differs = differs(&finding);
            now.existing.push((finding, differs));
            continue;
        }
        if new != all {
            let names: Vec<_> = finding.groups.iter().filter(|g| new.contains(&g.id())).map(|g| g.shown()).collect();
            finding.notes.push(format!("new for {}", names.join(", ")));
        }
        now.findings.push(finding);
    }
}

/// The findings of a scan, and for each the ids of the node groups for which it is new so far.
struct Parted<'a> {
    findings: &'a [Finding],
    new: &'a mut [BTreeSet<String>],
    /// What is left of the base: how often each thing was found for a node group.
    left: BTreeMap<(String, What<'a>), Vec<&'a Finding>>,
}

impl<'a> Parted<'a> {
    fn with(mut self, before: &'a Before, now: &Scan, earlier: &Earlier<'_>) {
        for finding in &before.scan.findings {
            for id in ids(finding, &before.scan) {
                self.left.entry((id, what(finding))).or_default().push(finding);
            }
        }
        // The same line is matched before another one.
        for near in [
            (|a: &Finding, b: &Finding| line(a) == line(b)) as fn(&Finding, &Finding) -> bool,
            |a, b| line(a).0 == line(b).0,
            |_, _| true,
        ] {
            for n in 0..self.findings.len() {
                for id in self.new[n].clone() {
                    self.take(n, &id, &id, near);
                }
            }
        }
        let moved = Moved::between(before, now, earlier, &self);
        for (old, new) in moved {
            for n in 0..self.findings.len() {
                if self.new[n].contains(&new) {
                    self.take(n, &new, &old, |_, _| true);
                }
            }
        }
    }

    /// Counts finding `n` as known for the node group `id`, if the base has one for `old`.
    fn take(&mut self, n: usize, id: &str, old: &str, near: fn(&Finding, &Finding) -> bool) {
        let finding = &self.findings[n];
        let Some(left) = self.left.get_mut(&(old.to_owned(), what(finding))) else { return };
        if let Some(at) = left.iter().position(|known| near(known, finding)) {
            left.remove(at);
            self.new[n].remove(id);
        }
    }

    /// What is not matched yet, by node group.
    fn open(&self) -> BTreeMap<&str, BTreeSet<What<'a>>> {
        let mut out: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
        for (finding, new) in self.findings.iter().zip(&*self.new) {
            for id in new {
                out.entry(id).or_default().insert(what(finding));
            }
        }
        out
    }
}

/// Node groups that are the same under another name.
struct Moved<'a> {
    now: &'a Scan,
    earlier: &'a Earlier<'a>,
    /// Whether a new path has half of what an old one had.
    alike: BTreeMap<(String, String), bool>,
    /// The lines of old paths that are gone, and, with `true`, of new ones; `None` for a path that both have.
    lines: BTreeMap<(bool, String), Option<Rc<Lines>>>,
}

impl Moved<'_> {
    /// Pairs of ids, the old one first: each old one is gone, each new one was not there, and they share a finding.
    fn between(before: &Before, now: &Scan, earlier: &Earlier<'_>, parted: &Parted<'_>) -> Vec<(String, String)> {
        let mut moved = Moved { now, earlier, alike: BTreeMap::new(), lines: BTreeMap::new() };
        let groups: BTreeMap<String, Known> = now.groups.iter().map(Known::of).collect();
        let open = parted.open();
        let left = parted.left.iter().filter(|(_, left)| !left.is_empty());
        let gone: BTreeSet<&String> = left.map(|((id, _), _)| id).collect();
        let mut pairs = Vec::new();
        for (new, wanted) in &open {
            for old in gone.iter().copied() {
                let shared = wanted
                    .iter()
                    .filter(|w| parted.left.get(&(old.clone(), (*w).clone())).is_some_and(|l| !l.is_empty()));
                let shared = shared.count();
                if shared == 0 {
                    continue;
                }
                let once = match (before.groups.get(old), groups.get(*new)) {
                    (Some(a), Some(b)) => {
                        if groups.contains_key(old) || before.groups.contains_key(*new) {
                            continue;
                        }
                        match moved.same(a, b) {
                            Some(once) => once,
                            None => continue,
                        }
                    }
                    (None, None) if moved.file(old, new) => true,
                    _ => continue,
                };
                pairs.push((shared, once, old.clone(), (*new).to_owned()));
            }
        }
        // Those that share most come first; each id is used once.
        pairs.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.2, &a.3).cmp(&(&b.2, &b.3))));
        let (mut used, mut out) = (BTreeSet::new(), Vec::new());
        for (_, once, old, new) in pairs {
            if used.contains(&(true, new.clone())) || once && used.contains(&(false, old.clone())) {
                continue;
            }
            used.extend([(true, new.clone()), (false, old.clone())]);
            out.push((old, new));
        }
        out
    }

    /// Whether `b` may be what `a` was, and if so whether only one may be.
    fn same(&mut self, a: &Known, b: &Known) -> Option<bool> {
        // Some addresses name their root.
        let bare = |known: &Known| known.name.replace(known.root.path(), "");
        let alike = a.name == b.name || bare(a) == bare(b);
        if a.root == b.root || alike && self.file(a.root.path(), b.root.path()) {
            return Some(true);
        }
        // Without its callers, a module or a layer stands for itself.
        let called = alike || a.name.strip_suffix(&*b.name).is_some_and(|rest| rest.ends_with('.'));
        let own = a.file == b.file && b.file.starts_with(self.now.root.join(b.root.path()));
        (called && own).then_some(false)
    }

    /// True if the path `old` is gone, and `new` was not there and has half of its lines.
    fn file(&mut self, old: &str, new: &str) -> bool {
        let key = (old.to_owned(), new.to_owned());
        if let Some(known) = self.alike.get(&key) {
            return *known;
        }
        let alike = self.lines(old, false).zip(self.lines(new, true)).is_some_and(|(old, new)| {
            let all: usize = old.values().sum();
            let both: usize = old.iter().map(|(line, n)| new.get(line).copied().unwrap_or_default().min(*n)).sum();
            both * ALIKE >= all
        });
        self.alike.insert(key, alike);
        alike
    }

    /// The lines of a path that only the base has, or, for a `new` one, only the scan.
    fn lines(&mut self, path: &str, new: bool) -> Option<Rc<Lines>> {
        let (full, earlier) = (self.now.root.join(path), self.earlier);
        let read = || {
            let (own, other): (&dyn Files, &dyn Files) =
                if new { (earlier.now(), earlier) } else { (earlier, earlier.now()) };
            let there = other.is_dir(&full) || other.read(&full).is_ok();
            (!there).then(|| Rc::new(lines(own, &full)))
        };
        self.lines.entry((new, path.to_owned())).or_insert_with(read).clone()
    }
}

/// Lines, each by a number that is made from it, and how often it is there.
type Lines = BTreeMap<u64, usize>;

/// How often each line stands in a file, or in the files directly in a folder. Empty lines do not count.
fn lines(files: &dyn Files, path: &Path) -> Lines {
    let list: Vec<PathBuf> = if files.is_dir(path) { files.list(path) } else { vec![path.to_owned()] };
    let mut out = BTreeMap::new();
    for source in list.iter().filter_map(|file| files.read(file).ok()) {
        for line in source.bytes().split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
            let mut number = DefaultHasher::new();
            number.write(line);
            *out.entry(number.finish()).or_default() += 1;
        }
    }
    out
}
