//! Which application delivers which: one that another application or a kustomization delivers is read as that one delivers it, with
//! its patches and variables.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::input::kustomize;
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::budget;

use super::tools::delivers;
use super::{aside, folder, folder::Which};

/// The most files that all deliveries together are followed to.
const MAX_STEPS: usize = 400_000;

/// An application as it is written in a file, with the config maps next to it.
pub(super) struct Written {
    path: PathBuf,
    tree: Node,
    near: Vec<Node>,
}

/// What starts a reading.
pub(super) enum Seed {
    /// An application.
    One(Node, Vec<Node>),
    /// The kustomization in a folder, which no application delivers.
    Kustomization(PathBuf),
}

/// The applications that files describe.
pub(super) fn written<'f>(files: impl Iterator<Item = &'f PathBuf>, cx: &mut Cx<'_>) -> Vec<Written> {
    let mut out = Vec::new();
    for path in files {
        if !cx.files.read(path).is_ok_and(|source| aside::may_describe(&source.bytes())) {
            continue;
        }
        let Ok(view) = cx.view(path) else { continue };
        aside::put_aside(&crate::input::yaml_files::documents(&view).tree, cx);
        let found = std::mem::take(&mut cx.claims.applications);
        out.extend(found.into_iter().map(|(tree, near)| Written { path: path.clone(), tree, near }));
    }
    out
}

/// What to read, and in which order: what comes first delivers the rest.
pub(super) fn seeds(all: Vec<Written>, files: &[PathBuf], cx: &mut Cx<'_>) -> Vec<Seed> {
    if all.is_empty() {
        return Vec::new();
    }
    let ours: BTreeSet<&Path> = all.iter().map(|one| one.path.as_path()).collect();
    let mut graph = Graph { children: BTreeMap::new(), steps: 0 };
    let folders: Vec<Option<(PathBuf, Which)>> = all.iter().map(|one| delivers(&one.tree, &one.near, cx)).collect();
    let reach: Vec<BTreeSet<PathBuf>> = folders
        .iter()
        .map(|folder| folder.as_ref().map(|(dir, which)| graph.reach(dir, which, cx)).unwrap_or_default())
        .collect();
    // How many applications reach each file.
    let mut reached: HashMap<&Path, usize> = HashMap::new();
    reach.iter().flatten().for_each(|path| *reached.entry(path.as_path()).or_default() += 1);
    // Kustomizations that reach an application, and that nothing else delivers.
    let own = files.iter().filter(|path| kustomize::is_one(path)).filter_map(|path| Some((path, path.parent()?)));
    let kustomizations: Vec<_> = own.map(|(path, dir)| (path, dir, graph.reach(dir, &Which::default(), cx))).collect();
    let included: BTreeSet<&PathBuf> =
        kustomizations.iter().flat_map(|(path, _, reach)| reach.iter().filter(move |inner| inner != path)).collect();
    let roots: Vec<_> = kustomizations
        .iter()
        .filter(|(path, _, files)| {
            !included.contains(path)
                && !reached.contains_key(path.as_path())
                && files.iter().any(|file| ours.contains(file.as_path()))
        })
        .collect();
    let by_root = |path: &Path| roots.iter().any(|(_, _, reach)| reach.contains(path));
    let by_other = |n: usize| {
        let path = all[n].path.as_path();
        reached.get(path).is_some_and(|times| *times > usize::from(reach[n].contains(path)))
    };
    // Lower comes first: what nothing delivers, what delivers something, and the rest if nothing delivers it.
    let rank = |n: usize| match (folders[n].is_some(), by_root(&all[n].path) || by_other(n)) {
        (true, false) => Some(0),
        (true, true) => Some(1),
        (false, false) => Some(2),
        (false, true) => None,
    };
    let mut order: Vec<(i32, usize)> = (0..all.len()).filter_map(|n| Some((rank(n)?, n))).collect();
    order.sort_unstable();
    let mut out: Vec<Seed> = roots.iter().map(|(_, dir, _)| Seed::Kustomization((*dir).to_owned())).collect();
    let mut all: Vec<_> = all.into_iter().map(Some).collect();
    out.extend(order.into_iter().filter_map(|(_, n)| all[n].take()).map(|one| Seed::One(one.tree, one.near)));
    out
}

/// Which files kustomizations name.
struct Graph {
    children: BTreeMap<PathBuf, Vec<PathBuf>>,
    steps: usize,
}

impl Graph {
    fn is_spent(&self) -> bool {
        if self.steps >= MAX_STEPS {
            budget::reached("files that applications deliver");
        }
        self.steps >= MAX_STEPS
    }

    /// The files that the kustomization in a folder reaches, or those in the folder.
    fn reach(&mut self, dir: &Path, which: &Which, cx: &Cx<'_>) -> BTreeSet<PathBuf> {
        let mut out = BTreeSet::new();
        let Some(first) = kustomize::in_folder(dir, cx) else {
            for path in folder::files(dir, which, cx) {
                self.steps += 1;
                if self.is_spent() {
                    break;
                }
                out.insert(path);
            }
            return out;
        };
        let mut open = vec![first];
        while let Some(path) = open.pop().filter(|_| !self.is_spent()) {
            self.steps += 1;
            if !out.insert(path.clone()) {
                continue;
            }
            if kustomize::is_one(&path) {
                let children = self.children.entry(path).or_insert_with_key(|path| kustomize::direct(path, cx));
                open.extend(children.iter().cloned());
            }
        }
        out
    }
}
