//! What is really applied. A chart or a kustomization in a repository is a template; what fills it in is a GitOps tool.
//!
//! # One idea
//!
//! An application is a template, values and a name ([`Application`]). Argo CD, Flux and helmfile only say where the three come
//! from, each in a file of its own here ([`argo`], [`flux`], [`helmfile`], [`bundles`]); [`Application::judged`] does the rest for all of them:
//!
//! | part | what it is |
//! |---|---|
//! | template | a chart of this repository, documents that a kustomization or a folder yields, or something that is elsewhere |
//! | values | layers, the lowest first ([`Values`]); what only the cluster knows leaves them open |
//! | name | `namespace/name` of the document, the root of its node groups: `argocd/prod: EC2NodeClass/pond` |
//!
//! **Claiming.** All files of a scan that describe applications are one unit, so that a chart or a parsed file that ten
//! applications use is read once ([`Cx::kept`]). Whatever an application renders, it claims (`Claims::uses`): that chart or
//! kustomization is not judged on its own, but once per application. Documents of these kinds that another unit yields (the
//! templates of a chart, a here-document, an attribute of Terraform) are put aside in `Claims::applications` and read after that
//! unit, in the same way. What an application renders may describe further applications, up to [`MAX_DEPTH`] levels.
//!
//! **This repository.** A `repoURL` or a `GitRepository` is taken for this repository where its path exists here ([`Repository`]).
//! Findings then say *only if repoURL is this repository*, unless a remote in `.git/config` is the same.
//!
//! **What is elsewhere.** Without the template, the values are looked through: documents and user data among them are judged, only
//! if a node boots with them, and a zero next to a watched name is listed with the name of the application. An application whose
//! values say nothing about nodes is not mentioned.

mod application;
mod argo;
mod argo_sets;
pub(super) mod aside;
mod bundles;
mod flux;
mod folder;
mod helmfile;
mod index;
mod order;
mod repository;
pub(super) mod restored;
mod substitute;
mod tools;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use crate::node::{Cx, NodeGroup};
use crate::syntax::Node;
use crate::text::{Span, Why, budget, hold};

use super::unit::{FileList, Input, Unit, has_extension, is_named};
use super::watched::Group;
use super::{helm, kustomize, yaml_files};

pub(super) use application::{Application, Template, Values};

/// True for the name of a file that describes releases of charts: a helmfile, or what other tools have beside them.
pub(super) fn is_helmfile(path: &Path) -> bool {
    helmfile::is_one(path) || bundles::is_one(path)
}

/// How deep applications deliver applications.
const MAX_DEPTH: usize = 6;
/// The most applications of one unit.
const MAX_APPLICATIONS: usize = 2_000;
/// The most documents that the applications of one unit deliver.
const MAX_DELIVERED: usize = 200_000;

/// The name of the kind of input.
pub(crate) const APPLICATIONS: &str = "application";

/// Files of applications.
#[derive(Debug)]
pub(super) struct Applications;

impl Input for Applications {
    fn name(&self) -> &'static str {
        APPLICATIONS
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let named = |path: &Path| has_extension(path, &["yaml", "yml", "json"]);
        let describes = files.each(named, |words| words.has(Group::Applications));
        let helmfiles = files.each(is_helmfile, |_| true);
        if describes.is_empty() && helmfiles.is_empty() {
            return Vec::new();
        }
        // What they refer to: documents by kind and name, kustomizations, and charts.
        let role = |path: &Path| kustomize::is_one(path) || is_named(path, "Chart.yaml");
        let referred = files.each(named, |words| !words.has(Group::Applications) && words.has(Group::Referred));
        let others = files.each(
            |path| named(path) && role(path),
            |words| !words.has(Group::Applications) && !words.has(Group::Referred),
        );
        let mut ours: Vec<_> =
            [describes, helmfiles, referred, others].into_iter().flatten().map(|unit| unit.path).collect();
        ours.sort_unstable_by(|a, b| hold::order(a, b));
        ours.dedup();
        let Some(first) = ours.first().and_then(|path| path.parent()) else { return Vec::new() };
        let around = first.ancestors().find(|dir| ours.iter().all(|path| path.starts_with(dir)));
        // No other unit has this path. Every node group here belongs to an application, never to this folder.
        vec![Unit::of_folder(around.unwrap_or(first).join(".applications"), ours)]
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        index::over(&unit.files, cx);
        let of_chart = |path: &Path, cx: &Cx<'_>| {
            let mut folders = path.ancestors().skip(1).filter(|dir| dir.ends_with("templates"));
            folders.any(|dir| dir.parent().is_some_and(|dir| helm::is_chart(dir, cx)))
        };
        let files: Vec<_> = unit.files.iter().filter(|path| !of_chart(path, cx)).collect();
        let written = order::written(files.into_iter(), cx);
        let mut reader = Reader::default();
        for seed in order::seeds(written, &unit.files, cx) {
            match seed {
                order::Seed::One(tree, near) => cx.claims.applications.push((tree, near)),
                order::Seed::Kustomization(dir) => {
                    if let Some((documents, _)) = kustomize::built(&dir, None, true, cx) {
                        aside::put_aside(&documents, cx);
                    }
                }
            }
            reader.read(cx);
        }
        for application in helmfile::read(&unit.files, cx).into_iter().chain(bundles::read(&unit.files, cx)) {
            reader.groups.append(&mut application.judged(cx));
        }
        reader.read(cx);
        reader.groups
    }
}

/// The node groups of the applications that were put aside, and of those that these deliver.
pub(super) fn read_all(cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut reader = Reader::default();
    reader.read(cx);
    reader.groups
}

/// A document, the config maps next to it, and the documents that deliver it, each with its name: the nearest last.
type Open = (Node, Vec<Node>, Vec<(Span, String)>);

/// What an application that another one delivers takes of the budget of the unit.
const APPLICATION: usize = 4_000;

#[derive(Default)]
struct Reader {
    groups: Vec<NodeGroup>,
    /// The documents that were read.
    seen: BTreeSet<Span>,
    /// The names so far, each with the document and what delivers it.
    names: BTreeMap<String, (Span, String)>,
    /// The number of documents that were read.
    count: usize,
    /// The number of documents that were delivered.
    delivered: usize,
}

impl Reader {
    /// Reads what was put aside. What a document delivers is read after it, unless it is one of those that deliver it.
    fn read(&mut self, cx: &mut Cx<'_>) {
        let mut open: VecDeque<Open> = taken(cx)
            .filter(|(tree, _)| !self.seen.contains(&tree.span))
            .map(|(t, near)| (t, near, Vec::new()))
            .collect();
        while let Some((tree, near, above)) = open.pop_front() {
            if self.count >= MAX_APPLICATIONS || self.delivered > MAX_DELIVERED {
                return cx.gap(tree.span, Why::Limit("applications"));
            }
            if above.iter().any(|(span, _)| *span == tree.span) {
                continue;
            }
            self.count += 1;
            self.seen.insert(tree.span);
            let (applications, more) = tools::applications(&tree, &near, cx);
            let before = self.groups.len();
            for mut application in applications {
                let parent = above.last().map(|(_, name)| name.as_str()).unwrap_or_default();
                self.name(&mut application, tree.span, parent, cx);
                let deeper = [above.as_slice(), &[(tree.span, application.name.clone())]].concat();
                if let Template::Documents(documents, ..) = &application.template {
                    self.delivered += documents.len();
                }
                self.groups.append(&mut application.judged(cx));
                let mut inner = taken(cx);
                if !budget::spend(APPLICATION * inner.len()) {
                    return cx.gap(tree.span, Why::Limit("applications"));
                }
                if deeper.len() <= MAX_DEPTH {
                    open.extend(inner.map(|(tree, near)| (tree, near, deeper.clone())));
                } else if let Some((tree, _)) = inner.next() {
                    cx.gap(tree.span, Why::limit("applications that deliver each other"));
                }
            }
            // Most have nothing to do with nodes.
            if let Some(more) = more.filter(|_| self.groups.len() > before) {
                cx.gap(more.at, more.why);
            }
        }
    }

    /// Tells an application apart from another one of the same name, by what delivers it or by its file.
    fn name(&mut self, application: &mut Application, document: Span, parent: &str, cx: &Cx<'_>) {
        let own = (document, parent.to_owned());
        if *self.names.entry(application.name.clone()).or_insert_with(|| own.clone()) == own {
            return;
        }
        application.name = match repository::file_of(document, &cx.texts) {
            _ if !parent.is_empty() => format!("{} of {parent}", application.name),
            Some(file) => format!("{} of {}", application.name, yaml_files::shown(&file, cx)),
            None => return,
        };
    }
}

/// What was put aside.
fn taken(cx: &mut Cx<'_>) -> std::vec::IntoIter<(Node, Vec<Node>)> {
    std::mem::take(&mut cx.claims.applications).into_iter()
}

#[cfg(test)]
mod tests;
