//! An application: a template, values and a name.

use std::path::{Path, PathBuf};

use crate::kubelet::statements;
use crate::node::{Cx, Gap, NodeGroup, Root};
use crate::setting::{Reading, Setting, Which};
use crate::syntax::Node;
use crate::text::{FileError, Span, Traced, Why};
use crate::value::{Guard, Value};

use crate::input::helm::{Given, Version};
use crate::input::set_values::{lay, path_of, put, typed};
use crate::input::unit::normal;
use crate::input::{embedded, helm, kustomize, manifests, yaml_files, yaml_values};

/// What a tool delivers under one name.
#[derive(Debug)]
pub(in crate::input) struct Application {
    /// The name for people, such as `argocd/prod`. Node groups are named after it.
    pub(in crate::input) name: String,
    /// What is filled in.
    pub(in crate::input) template: Template,
    /// What fills it in.
    pub(in crate::input) values: Values,
    /// Changes of what a chart renders, in the form of a kustomization, each with the folder of the files that it names.
    pub(in crate::input) patches: Vec<(PathBuf, Node)>,
    /// The conditions under which all this is applied.
    pub(in crate::input) when: Guard,
}

/// What an application fills in.
#[derive(Debug)]
pub(in crate::input) enum Template {
    /// The chart in a folder.
    Chart(PathBuf),
    /// Documents, the values of external charts among them, and the name of what yields them.
    Documents(Vec<Node>, Vec<Node>, String),
    /// Something that is not in this repository, in words.
    Elsewhere(String),
}

/// Values in layers: a later one wins.
#[derive(Debug)]
pub(in crate::input) struct Values {
    /// All layers so far.
    pub(in crate::input) tree: Node,
    /// The same as Helm 4 takes them, if that differs.
    newer: Option<Node>,
    /// True if the chart's own values do not count.
    pub(in crate::input) alone: bool,
    /// Where the layers are written.
    pub(in crate::input) places: Vec<Span>,
    /// Why other values may be over some of these.
    pub(in crate::input) open: Vec<Gap>,
}

impl Values {
    /// No values; `at` is where the application is described.
    pub(in crate::input) fn new(at: Span) -> Self {
        Self { tree: Node::map(Vec::new(), at), newer: None, alone: false, places: Vec::new(), open: Vec::new() }
    }

    /// Lays a map over the others. Anything else is left out.
    pub(in crate::input) fn lay(&mut self, over: &Node) {
        if over.is_map() {
            self.trees().for_each(|tree| lay(tree, over.clone()));
            self.places.push(over.span);
        }
    }

    fn trees(&mut self) -> impl Iterator<Item = &mut Node> {
        std::iter::once(&mut self.tree).chain(&mut self.newer)
    }

    /// Lays the first document of a file over the others. Helm 4 takes all of them.
    fn first(&mut self, documents: &[Node]) {
        if let Some(all) = helm::merged_documents(documents) {
            lay(self.newer.get_or_insert_with(|| self.tree.clone()), all);
            documents
                .iter()
                .take(1)
                .filter(|first| first.is_map())
                .for_each(|first| lay(&mut self.tree, first.clone()));
            self.places.extend(documents.iter().map(|node| node.span));
        } else if let Some(first) = documents.first() {
            self.lay(first);
        }
    }

    /// Lays the map in a text of YAML over the others. `step` describes the text for people.
    pub(in crate::input) fn text(&mut self, text: &Traced, step: &str, at: Span, cx: &mut Cx<'_>) {
        if let Some((at, why)) = text.first_unknown().filter(|_| text.is_unknown()) {
            return self.open.push(Gap { at, why: why.clone() });
        }
        let view = cx.made(step, text, at);
        let parsed = yaml_files::documents(&view);
        if manifests::names_one(&view.bytes) {
            yaml_files::note_errors(&view, &parsed, cx);
        }
        self.first(&parsed.tree);
        self.places.push(at);
    }

    /// Lays the map in a file over the others; false if there is none. `at` names it.
    pub(in crate::input) fn file(&mut self, path: &Path, at: Span, cx: &mut Cx<'_>) -> bool {
        let path = normal(path);
        match cx.view(&path) {
            Ok(view) => {
                let parsed = yaml_files::documents(&view);
                if let Some(error) = parsed.errors.first() {
                    let why = Why::NotUnderstood("a file of values that is not valid YAML".into());
                    self.open.push(Gap { at: error.at, why });
                }
                self.first(&parsed.tree);
                cx.claims.uses.push(path);
                true
            }
            Err(FileError::Missing) => false,
            Err(_) => {
                self.outside(&format!("the content of {}", yaml_files::shown(&path, cx)), at);
                true
            }
        }
    }

    /// Sets one value, as `--set` does, or `--set-string` (`string`).
    pub(in crate::input) fn set(&mut self, path: &str, text: &Traced, string: bool, at: Span) {
        match path_of(path).zip(typed(text.clone(), string, at)) {
            Some((path, value)) => self.trees().for_each(|tree| put(tree, &path, value.clone(), at)),
            None => self
                .open
                .push(Gap { at, why: Why::NotUnderstood(format!("the value `{}`", path.escape_debug()).into()) }),
        }
    }

    /// Notes that something outside this repository may set values.
    pub(in crate::input) fn outside(&mut self, what: &str, at: Span) {
        self.open.push(Gap { at, why: Why::FromOutside(what.escape_debug().to_string().into()) });
    }
}

impl Application {
    /// The node groups that the application delivers, named by it.
    pub(in crate::input) fn judged(self, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let (unreached, used) = (cx.claims.unreached.len(), cx.claims.uses.len());
        let mut groups = match &self.template {
            Template::Chart(dir) => {
                let values = yaml_values::value_of(&self.values.tree);
                let newer = self.values.newer.as_ref().map(yaml_values::value_of);
                let alone = self.values.alone;
                let with = |own: &Value, version| {
                    let values = newer.as_ref().filter(|_| version == Some(Version::Four)).unwrap_or(&values);
                    if alone { values.clone() } else { helm::overlay(own, values) }
                };
                let given = Given { with: &with, differs: newer.is_some() };
                if self.patches.is_empty() {
                    helm::filled(dir, &given, "", cx).unwrap_or_default()
                } else {
                    self.patched(dir, &given, cx)
                }
            }
            Template::Documents(documents, values, name) => {
                let groups = manifests::in_trees(documents, name, cx);
                let more = values.iter().flat_map(|values| embedded::in_values(values, name, cx)).collect::<Vec<_>>();
                groups.into_iter().chain(more).collect()
            }
            Template::Elsewhere(what) => self.among_values(what, cx),
        };
        for group in &mut groups {
            group.gaps.extend(self.values.open.iter().cloned());
        }
        // Also if a unit of the same kind delivers it.
        let used = cx.claims.uses[used..].to_vec();
        cx.claims.covers.extend(used);
        let unreached = cx.claims.unreached.iter_mut().skip(unreached);
        for group in groups.iter_mut().chain(unreached) {
            group.root = Root::application(&self.name);
            group.when = group.when.and(&self.when).unwrap_or_default();
        }
        groups
    }

    /// The node groups of what a chart renders, changed by the patches.
    fn patched(&self, dir: &Path, given: &Given<'_>, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some((mut documents, open)) = helm::documents(dir, given, "", cx) else { return Vec::new() };
        kustomize::note_open(&open, cx);
        for (dir, patch) in &self.patches {
            kustomize::changed(dir, patch, &mut documents, cx);
        }
        manifests::in_trees(&documents, &yaml_files::shown(dir, cx), cx)
    }

    /// What the values of a template that is elsewhere, and changes of it, say themselves.
    fn among_values(&self, what: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let mut tree = self.values.tree.clone();
        for (_, patch) in &self.patches {
            lay(&mut tree, patch.clone());
        }
        let tree = &tree;
        let groups = embedded::in_values(tree, &format!("values of {}", self.name), cx);
        // A zero in a form that only the template understands is listed, anything else is not understood.
        let words = format!("the values of {} for {what}, which is not here", self.name);
        let zero = |setting: &Setting| setting.reading == Reading::Duration(0);
        let settings = statements::in_tree(tree, Which::Durations);
        if groups.is_empty()
            && let Some(setting) = settings.iter().find(|setting| !zero(setting))
        {
            cx.gap(setting.at, Why::NotUnderstood(format!("what {what} makes of the values of {}", self.name).into()));
        }
        cx.claims.elsewhere.extend(self.values.places.iter().map(|at| (*at, words.as_str().into())));
        groups
    }
}
