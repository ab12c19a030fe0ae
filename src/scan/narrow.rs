//! Files named on the command line: everything that they belong to is read, and only findings that involve them are reported.
//!
//! What is said about a named file is what a scan of its whole repository says about it; `testdata/cases.rs` compares the two for
//! every file of every case. Of the units of the repository only those are read that may read a named file:
//!
//! - For Terraform and what applies it, the index of git says in which folders it is, and the calls in its text which folders lead to
//!   the named ones. No other file is looked at, so this is quick.
//! - For other files, all files are searched as in a scan of the repository. A unit is read if a text of it has the name of a named
//!   file, or of a folder around it, or of a file that does; or if its kind reads files without naming them.
//!
//! What the text of a named file at the base names counts as well: where it no longer does, a zero there may be new.
//!
//! Outside of a repository, only the files in the same folder and the chart around are there.

mod former;
pub(super) mod mentions;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::GroupRef;
use crate::collect::{Only, Walk};
use crate::input::reach::{self, Names};
use crate::input::{FileList, Group, Seen, Unit, callers};
use crate::node::{Given, Root};
use crate::text::{Files, hold, holds};

use super::base::Base;
use super::note::Note;
use super::request::Request;
use super::results::Scan;
use super::search::Searcher;
use super::units::Claimed;

use former::Former;
use mentions::{FirstMentions, Mentions};

/// The file that makes a folder a Helm chart.
const CHART: &str = "Chart.yaml";

/// Files that make a folder a kustomization.
const KUSTOMIZATIONS: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Kinds of input that read files which they do not name: of folders around and beside them, or of paths that are put together.
const LISTING: &[&str] = &["ansible", "application", "makefile", "node-files", "packer", "pulumi"];

/// The paths that were named below one root, if a file is among them.
pub(super) struct Named {
    files: BTreeSet<PathBuf>,
    /// Files that the base has and that are gone: they count as named.
    deleted: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    /// What they name at the base.
    former: Former,
    root: PathBuf,
    /// All units are read.
    everything: bool,
    /// The files whose units are read, if that is known without reading others.
    chosen: Option<HashSet<PathBuf>>,
    /// The search of all files says which ones name one of `files`.
    pub(super) searched: bool,
}

impl Named {
    /// The paths of `request` below `root`; `None` if these are only folders, or everything is to be reported.
    pub(super) fn of(request: &Request, root: &Path, disk: &dyn Files) -> Option<Self> {
        if !request.only_named {
            return None;
        }
        let named: Vec<_> = request
            .absolute_paths()
            .into_iter()
            .chain(request.parameter_files().ok()?)
            .filter(|p| p.starts_with(root))
            .collect();
        let (folders, files): (Vec<_>, BTreeSet<_>) = {
            let (folders, files): (Vec<_>, Vec<_>) = named.into_iter().partition(|p| p.is_dir());
            (folders, files.into_iter().collect())
        };
        if files.is_empty() {
            return None;
        }
        let everything = request.reads_all || !folders.is_empty();
        let (deleted, former, root) = (Vec::new(), Former::default(), root.to_owned());
        let mut named = Self { files, deleted, folders, former, root, everything, chosen: None, searched: false };
        if let Some(base) = named.base(request).filter(|_| !everything) {
            named.former = Former::of(named.files.iter(), base, disk);
        }
        // Where other files are named, a walk shows first what is there.
        if named.are_code() {
            named.look_for_deleted(request, &[], disk);
        }
        Some(named)
    }

    /// Adds the files that the base has and that are gone, if that is not known; `found` are those that a walk has found, sorted.
    pub(super) fn look_for_deleted(&mut self, request: &Request, found: &[PathBuf], disk: &dyn Files) {
        let Some(base) = self.base(request).filter(|_| self.chosen.is_none()) else { return };
        self.deleted = base.deleted(found);
        if !self.everything && !self.deleted.is_empty() {
            self.former = Former::of(self.changed(), base, disk);
        }
    }

    /// The base of the named files.
    fn base<'r>(&self, request: &'r Request) -> Option<&'r Base> {
        request.base.as_deref().filter(|base| base.commit.root() == self.root)
    }

    /// Folders below `root`.
    pub(super) fn folders(paths: &[PathBuf], root: &Path) -> Self {
        let (files, deleted, former) = (BTreeSet::new(), Vec::new(), Former::default());
        let (folders, root) = (paths.to_vec(), root.to_owned());
        Self { files, deleted, folders, former, root, everything: true, chosen: None, searched: false }
    }

    /// What names one of the files, if there are few.
    pub(super) fn first_mentions(&self) -> Option<FirstMentions> {
        let files: Vec<PathBuf> = self.files.iter().cloned().collect();
        FirstMentions::of(&files, &self.root).filter(|_| !self.everything)
    }

    fn changed(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().chain(&self.deleted)
    }

    /// True if the named files are below a repository.
    pub(super) fn in_repository(&self) -> bool {
        self.root.join(".git").exists()
    }

    /// True if only Terraform, or what configures how it is applied, is named in a repository.
    pub(super) fn are_code(&self) -> bool {
        let code = |path: &PathBuf| reach::is_code(path) || callers::is_config(path) && !callers::is_atmos(path);
        let leads = |path: &PathBuf| code(path) || path.is_dir();
        !self.everything && self.changed().all(code) && self.former.paths().all(leads) && self.in_repository()
    }

    /// What may have to do with the named files, if these are Terraform: the folders that call theirs, with what these call, and the
    /// files of Terragrunt and stacks that name one of them. The second list has files that are not read.
    pub(super) fn terraform(
        &mut self,
        request: &Request,
        given: &Given,
        disk: &dyn Files,
    ) -> (Vec<(PathBuf, Seen)>, Vec<PathBuf>) {
        let wanted = |path: &Path| reach::is_code(path) || callers::is_config(path);
        let look = |path: &Path| match wanted(path) {
            false => None,
            true if request.policy.excludes(path) => Some(None),
            true => Some(Some(Searcher::calls(path, &request.edited))),
        };
        let only = Only::of(&self.root, &wanted);
        let enter = |dir: &Path, has: &dyn Fn(&str) -> bool| request.policy.pass(dir, has);
        let walk =
            Walk { root: &self.root, ignored: request.no_ignore, look: &look, only: only.as_ref(), enter: &enter };
        let found = walk.collect(&self.root);
        let (mut files, mut left_out) = (Vec::new(), found.left_out);
        left_out.retain(|path| reach::is_code(path));
        for (path, seen) in found.files {
            match seen {
                Some(Some(seen)) => files.push((path, seen)),
                Some(None) if reach::is_code(&path) => left_out.push(path),
                _ => {}
            }
        }
        // A file that git ignores may be named.
        let own = self.files.iter().filter(|path| !request.policy.excludes(path));
        files.extend(own.map(|path| (path.clone(), Searcher::calls(path, &request.edited))));
        let all = FileList::searched(files);
        let configs: Vec<&PathBuf> = all.files.iter().filter(|path| callers::is_config(path)).collect();
        let changed: BTreeSet<PathBuf> = self.changed().cloned().collect();
        let folders = |paths: &mut dyn Iterator<Item = &PathBuf>| -> HashSet<PathBuf> {
            paths.filter_map(|path| path.parent()).map(Path::to_owned).collect()
        };
        let mut targets = folders(&mut changed.iter());
        let formerly =
            |path: &PathBuf| if reach::is_code(path) { path.parent().unwrap_or(path).to_owned() } else { path.clone() };
        targets.extend(self.former.paths().map(formerly));
        // Terraform may read a file of Terragrunt by its name.
        let names = Names::of(changed.iter().filter(|path| callers::is_config(path)), &all);
        let code = |path: &&PathBuf| reach::is_code(path);
        if changed.iter().any(|path| callers::is_config(path)) {
            let reads = |path: &&PathBuf| {
                let dir = path.parent().unwrap_or(path);
                disk.glance(path).is_none_or(|text| names.are_in(&text, dir))
            };
            let readers: Vec<&PathBuf> = all.files.par_iter().filter(code).filter(reads).collect();
            targets.extend(folders(&mut readers.into_iter()));
        }
        let fetched = changed.iter().any(|path| path.iter().any(|part| part == ".terraform"));
        let dirs = callers::calling(
            &all,
            &left_out,
            targets.clone(),
            fetched || !given.modules.is_empty() || !request.policy.elsewhere().1.is_empty(),
        );
        let mut chosen = callers::configs(&configs, &changed, &dirs, disk);
        // Those of one folder may be a unit.
        targets.extend(folders(&mut chosen.iter()));
        let is_in = |folders: &HashSet<PathBuf>, path: &Path| path.parent().is_some_and(|dir| folders.contains(dir));
        chosen.extend(configs.iter().filter(|path| is_in(&targets, path)).map(|path| (*path).clone()));
        chosen.extend(all.files.iter().filter(|path| is_in(&dirs, path)).filter(code).cloned());
        let below = callers::called(&all, &dirs);
        let near = |path: &&PathBuf| chosen.contains(*path) || is_in(&below, path);
        let searcher = Searcher::default();
        let look = |path: &PathBuf| (path.clone(), searcher.look(path, &request.edited));
        let out = all.files.par_iter().filter(near).map(look).collect();
        self.chosen = Some(chosen);
        (out, left_out)
    }

    /// The folders in which files are searched that may have to do with the named ones.
    pub(super) fn around(&self) -> Vec<PathBuf> {
        if self.in_repository() {
            return vec![self.root.clone()];
        }
        self.above().into_iter().filter(|dir| dir.join(CHART).is_file()).collect()
    }

    /// The files beside the named ones, where these are in no repository.
    pub(super) fn beside(&self) -> Vec<PathBuf> {
        if self.in_repository() {
            return Vec::new();
        }
        let folders: BTreeSet<_> = self.files.iter().filter_map(|f| f.parent()).collect();
        folders.into_iter().flat_map(siblings).collect()
    }

    /// The folders around the named files.
    fn above(&self) -> BTreeSet<PathBuf> {
        self.changed()
            .flat_map(|path| path.ancestors().skip(1).take_while(|dir| dir.starts_with(&self.root)))
            .map(Path::to_owned)
            .collect()
    }

    /// Those of the units that may have to do with the named files.
    pub(super) fn users(&self, units: Vec<Claimed>, list: &FileList, files: &dyn Files) -> Vec<Claimed> {
        if self.everything {
            return units;
        }
        let users = match &self.chosen {
            Some(chosen) => Users { reached: chosen.clone(), ..Users::default() },
            None => self.search(&units, list, files),
        };
        let formerly = |unit: &Unit| self.former.has(&unit.path) || unit.files.iter().any(|file| self.former.has(file));
        units.into_iter().filter(|unit| users.has(unit) || formerly(&unit.1)).collect()
    }

    fn search(&self, units: &[Claimed], list: &FileList, files: &dyn Files) -> Users {
        let mut reached: HashSet<PathBuf> = self.changed().cloned().collect();
        let mut dirs = HashSet::new();
        let passes = |n: usize, path: &Path| {
            let words = list.words(n);
            words.has(Group::NamesOthers)
                || reach::is_code(path) && (words.has(Group::Reads) || words.has(Group::Lists))
                || callers::is_config(path)
        };
        let mut open: Vec<&PathBuf> =
            list.files.iter().enumerate().filter(|(n, p)| passes(*n, p)).map(|(_, p)| p).collect();
        open.extend(units.iter().flat_map(|(_, unit)| &unit.files));
        open.sort_unstable_by(|a, b| hold::order(a, b));
        open.dedup();
        open.retain(|path| !reached.contains(*path));
        let mut fresh: Vec<PathBuf> = reached.iter().cloned().collect();
        // The search of all files has looked for the names of the first ones.
        let mut searched = self.searched && self.deleted.is_empty();
        while !fresh.is_empty() && !open.is_empty() {
            let (mentions, names) = (Mentions::of(&fresh, &self.root), Names::of(&fresh, list));
            let mentioned = |path: &&PathBuf| {
                if searched && !list.words_of(path).has(Group::Mentioned) {
                    return false;
                }
                let dir = path.parent().unwrap_or(path);
                let Some(text) = files.glance(path) else { return true };
                mentions.are_in(&text) || reach::is_code(path) && names.are_in(&text, dir)
            };
            let (hit, rest): (Vec<&PathBuf>, Vec<&PathBuf>) = open.into_par_iter().partition(mentioned);
            fresh = hit.into_iter().cloned().collect();
            reached.extend(fresh.iter().cloned());
            open = rest;
            searched = false;
        }
        for (n, path) in list.files.iter().enumerate().filter(|(_, path)| reach::is_code(path)) {
            if reached.contains(path) || list.words(n).has(Group::Lists) {
                dirs.extend(path.parent().map(Path::to_owned));
            }
        }
        let dirs = callers::calling(list, &[], dirs, false);
        let applied = self.files.iter().any(|path| {
            let words = list.seen(path).map(|seen| seen.words);
            reach::is_terraform(path) && !reach::is_code(path) || words.is_none_or(|words| words.has(Group::Applied))
        });
        let above = self.above();
        let package = above.iter().any(|dir| dir.join("Kptfile").is_file());
        let kustomized = above.iter().any(|dir| KUSTOMIZATIONS.iter().any(|name| dir.join(name).is_file()));
        let texts: Vec<_> = self.files.iter().filter_map(|path| files.glance(path)).collect();
        let listed = |text: &Arc<[u8]>| holds(text, b"ParameterKey");
        let context = texts.iter().any(listed)
            || self.files.iter().any(|path| {
                let folder = path.parent().and_then(Path::file_name);
                path.ends_with("cdk.json") || folder.is_some_and(|name| name == "params" || name == "parameters")
            });
        Users { reached, dirs: Some(dirs), applied, above, kustomized, package, context, texts }
    }

    /// True if `path` or a folder around it was named.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.files.contains(path) || self.folders.iter().any(|d| path.starts_with(d))
    }

    /// True for what was named, or was named by such a file at the base.
    pub(super) fn leads_to(&self, path: &Path) -> bool {
        self.has(path) || self.former.has(path)
    }

    /// Drops everything that does not involve a named path or one of the node groups of `near`.
    pub(super) fn narrow(&self, scan: &mut Scan, near: &BTreeSet<(Root, Arc<str>)>) {
        let has = |path: &Path| self.has(path);
        let is_near = |g: &GroupRef| near.contains(&(g.root.clone(), g.name.clone()));
        scan.findings.retain(|f| {
            let passes = || f.passes.iter().any(|p| has(p.source.path()));
            has(f.at.place.source.path()) || passes() || f.groups.iter().any(is_near)
        });
        scan.unreached.retain(|f| has(f.at.place.source.path()));
        let touches = |note: &Note| has(note.place.source.path());
        scan.problems.retain(touches);
        scan.gaps.retain(touches);
        // Requests in other files still hide findings, but are not reported on.
        for (source, tell) in &mut scan.asking {
            *tell = has(source.path());
        }
        let involved: BTreeSet<_> =
            scan.findings.iter().flat_map(|f| &f.groups).map(|g| (g.root.clone(), g.name.clone())).collect();
        scan.groups.retain(|g| {
            has(g.place.source.path())
                || g.settings.iter().any(|s| s.place.iter().any(|p| has(p.source.path())))
                || near.contains(&(g.root.clone(), g.name.clone()))
                || involved.contains(&(g.root.clone(), g.name.clone()))
        });
    }
}

/// What decides which units may have to do with named files.
#[derive(Default)]
struct Users {
    /// The named files, and those that name one of them.
    reached: HashSet<PathBuf>,
    /// Folders of Terraform that do, if more than these files count.
    dirs: Option<HashSet<PathBuf>>,
    /// Values that any Terraform may be applied with are named.
    applied: bool,
    /// The folders around the named files.
    above: BTreeSet<PathBuf>,
    /// They may belong to a kustomization.
    kustomized: bool,
    /// They may set values of a package of kpt.
    package: bool,
    /// The context of the CDK is named, or a file of parameters, which counts for templates in other folders.
    context: bool,
    /// The texts of the named files.
    texts: Vec<Arc<[u8]>>,
}

impl Users {
    fn has(&self, (input, unit): &Claimed) -> bool {
        if unit.files.iter().any(|file| self.reached.contains(file)) {
            return true;
        }
        let Some(dirs) = &self.dirs else { return false };
        let kind = input.name();
        if kind == "terraform" {
            return self.applied || dirs.contains(&unit.path) || unit.files.iter().any(|file| callers::is_whole(file));
        }
        let own = || unit.path.file_name().map(|name| name.as_encoded_bytes());
        let named = || own().is_some_and(|name| self.texts.iter().any(|text| holds(text, name)));
        let folder = if unit.files == [unit.path.clone()] { unit.path.parent() } else { Some(unit.path.as_path()) };
        folder.is_some_and(|folder| self.above.contains(folder))
            || LISTING.contains(&kind)
            || kind == "kustomize" && self.kustomized
            || kind == "manifest" && self.package
            || kind == "cloudformation" && (self.context || named())
    }
}

fn siblings(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut out: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
    out.sort();
    out
}
