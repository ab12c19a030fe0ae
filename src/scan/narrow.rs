//! Files named on the command line: everything that they belong to is read, and only findings that involve them are reported.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::GroupRef;
use crate::collect::Walk;
use crate::input::FileList;
use crate::node::Root;
use crate::text::Files;

use super::note::Note;
use super::request::Request;
use super::results::Scan;

/// The most files of a repository that are searched for uses of a named file.
const MAX_NEIGHBOURS: usize = 50_000;

/// Extensions of Terraform files, which read others: modules, templates.
const READERS: &[&str] = &[".tf", ".tofu", ".tf.json", ".tofu.json"];

/// The file that makes a folder a Helm chart.
const CHART: &str = "Chart.yaml";

/// Files that make a folder a kustomization.
const KUSTOMIZATIONS: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Extensions of CloudFormation templates.
const TEMPLATES: &[&str] = &["yaml", "yml", "json", "template"];

/// What a template with nested stacks contains.
const NESTING: &[&str] = &["AWS::CloudFormation::Stack", "AWS::Serverless::Application", "AWS::Include"];

/// How many levels of nested stacks are followed upwards.
const MAX_NESTING: usize = 4;

/// Further extensions of files that belong to a Terraform module.
const VALUES: &[&str] = &[".tfvars", ".tfvars.json"];

/// The paths that were named below one root, if a file is among them.
pub(super) struct Named {
    files: BTreeSet<PathBuf>,
    /// Files that the base has and that are gone: they count as named.
    deleted: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    root: PathBuf,
}

impl Named {
    /// The paths of `request` below `root`; `None` if these are only folders, or everything is to be reported.
    pub(super) fn of(request: &Request, root: &Path) -> Option<Self> {
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
        let base = request.base.as_ref().filter(|base| base.commit.root() == root);
        let deleted = base.map(|base| base.deleted()).unwrap_or_default();
        Some(Self { files, deleted, folders, root: root.to_owned() })
    }

    /// Adds the Terraform files that may use a named file: those of the same folder, and in a repository all of them,
    /// because a module is checked with the inputs of its callers. If no Terraform file is named, and none contains the
    /// name of a named file, nothing is added.
    pub(super) fn widened(&self, list: FileList, request: &Request, files: &dyn Files) -> FileList {
        let mut out = list.files.clone();
        self.widen(&mut out, request, files);
        out.retain(|path| list.files.binary_search(path).is_err());
        list.with(out)
    }

    fn widen(&self, list: &mut Vec<PathBuf>, request: &Request, files: &dyn Files) {
        let repository = self.root.join(".git").exists();
        let mut more = Vec::new();
        if repository {
            more = self.collect(&self.root, request);
        }
        if !repository || more.len() > MAX_NEIGHBOURS {
            let folders: BTreeSet<_> = self.files.iter().filter_map(|f| f.parent()).collect();
            more = folders.into_iter().flat_map(siblings).collect();
        }
        self.widen_charts(&more, list, request);
        self.widen_stacks(&more, list, request, files);
        let ends = |path: &Path, list: &[&str]| list.iter().any(|e| path.to_string_lossy().ends_with(e));
        more.retain(|path| ends(path, READERS) && !request.policy.excludes(path));
        if !self.changed().any(|path| ends(path, READERS) || ends(path, VALUES)) {
            let names: Vec<_> = self.changed().filter_map(|p| p.file_name()?.to_str()).collect();
            let mentions = |path: &PathBuf| {
                files.read(path).is_ok_and(|source| {
                    let text = source.bytes();
                    let text = String::from_utf8_lossy(&text);
                    names.iter().any(|name| text.contains(name))
                })
            };
            if !more.iter().any(mentions) {
                return;
            }
        }
        list.extend(more);
    }

    /// The files below a folder.
    fn collect(&self, dir: &Path, request: &Request) -> Vec<PathBuf> {
        let found = Walk { root: &self.root, ignored: request.no_ignore, look: &|_| () }.collect(dir);
        found.files.into_iter().map(|(path, ())| path).collect()
    }

    /// Adds the whole charts that a named file belongs to and, if it belongs to a kustomization, all kustomizations: any
    /// of them may change it.
    fn widen_charts(&self, more: &[PathBuf], list: &mut Vec<PathBuf>, request: &Request) {
        let around = |path: &Path| {
            path.ancestors().skip(1).take_while(|d| d.starts_with(&self.root)).map(Path::to_owned).collect::<Vec<_>>()
        };
        let folders: BTreeSet<PathBuf> = self.changed().flat_map(|f| around(f)).collect();
        let wanted = |file: &PathBuf| !request.policy.excludes(file);
        for chart in folders.iter().filter(|d| d.join(CHART).is_file()) {
            list.extend(self.collect(chart, request).into_iter().filter(wanted));
        }
        let kustomization = |path: &&PathBuf| {
            path.file_name().and_then(|n| n.to_str()).is_some_and(|name| KUSTOMIZATIONS.contains(&name))
        };
        if folders.iter().any(|d| KUSTOMIZATIONS.iter().any(|name| d.join(name).is_file())) {
            list.extend(more.iter().filter(kustomization).filter(|f| wanted(f)).cloned());
        }
    }

    /// Adds the CloudFormation templates that nest a named one, and their parents: a nested template
    /// is checked with the parameters of its parents.
    fn widen_stacks(&self, more: &[PathBuf], list: &mut Vec<PathBuf>, request: &Request, files: &dyn Files) {
        let template = |path: &Path| path.extension().and_then(|e| e.to_str()).is_some_and(|e| TEMPLATES.contains(&e));
        let holds = |path: &Path, words: &[&str]| {
            files.read(path).is_ok_and(|source| {
                let text = source.bytes();
                let text = String::from_utf8_lossy(&text);
                words.iter().any(|word| text.contains(word))
            })
        };
        let nested = |path: &&PathBuf| template(path) && holds(path, &["AWS::"]) && holds(path, &["Parameters"]);
        let mut children: Vec<PathBuf> = self.files.iter().filter(nested).cloned().collect();
        if children.is_empty() {
            return;
        }
        let parents: Vec<&PathBuf> = more.iter().filter(|path| template(path) && holds(path, NESTING)).collect();
        for _ in 0..MAX_NESTING {
            let names: Vec<String> =
                children.iter().filter_map(|p| Some(p.file_name()?.to_str()?.to_owned())).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let new = |path: &&&PathBuf| {
                !self.files.contains(**path)
                    && !list.contains(*path)
                    && !request.policy.excludes(path)
                    && holds(path, &names)
            };
            let found: Vec<PathBuf> = parents.iter().filter(new).map(|path| (*path).clone()).collect();
            if found.is_empty() {
                return;
            }
            list.extend(found.iter().cloned());
            children = found;
        }
    }

    fn changed(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().chain(&self.deleted)
    }

    /// True if `path` or a folder around it was named.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.files.contains(path) || self.folders.iter().any(|d| path.starts_with(d))
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

fn siblings(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut out: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
    out.sort();
    out
}
