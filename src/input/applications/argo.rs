//! Argo CD: `Application` with one source or several. Source: argoproj/argo-cd at v3.5.1,
//! `reposerver/repository/repository.go` (`helmTemplate`, `getResolvedValueFiles`) and `pkg/apis/application/v1alpha1/types.go`.
//!
//! Values of a chart, the lowest first: its own, `valueFiles` in order, `valuesObject` or else `values`, `parameters`,
//! `fileParameters`. The files `.argocd-source.yaml` and `.argocd-source-NAME.yaml` in the folder of a source change it
//! (`mergeSourceParameters`).

use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::syntax::patches::strategic;
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced};
use crate::value::{Condition, Guard};

use crate::input::unit::normal;
use crate::input::{kustomize, yaml_files};

use super::folder::{self, Which};
use super::repository::Repository;
use super::{Application, Template, Values};

/// The most folders that a pattern is held against.
const MAX_FOLDERS: usize = 5_000;
/// The condition that a repository is this one.
const THIS: &str = "repoURL is this repository";

/// The applications of a document: one for each source.
pub(super) fn read(tree: &Node, cx: &mut Cx<'_>) -> Vec<Application> {
    let text = |path: &[&str]| tree.path(path).and_then(Node::as_str);
    let Some(spec) = tree.get("spec") else { return Vec::new() };
    let name = format!(
        "{}/{}",
        text(&["metadata", "namespace"]).unwrap_or("argocd"),
        text(&["metadata", "name"]).unwrap_or("?")
    );
    let place = tree.pair("kind").map_or(tree.span, |(key, value)| key.span.to(value.span));
    let sources: Vec<&Node> = sources(spec).collect();
    let mut out = Vec::new();
    for source in &sources {
        let node = changed(source, tree, place, cx);
        out.extend(Source { node: &node, all: &sources, place }.application(&name, cx));
    }
    out
}

/// The sources of an application: several, one, or the one that a hydrator renders.
fn sources(spec: &Node) -> impl Iterator<Item = &Node> {
    let several = spec.get("sources").map(Node::items).unwrap_or_default();
    let dry = || spec.path(&["sourceHydrator", "drySource"]);
    let one = spec.get("source").or_else(dry).filter(|_| several.is_empty());
    one.into_iter().chain(several)
}

/// A source as the files in its folder change it: not where it is, only what is made of it.
fn changed(source: &Node, application: &Node, place: Span, cx: &mut Cx<'_>) -> Node {
    let text = |key: &str| source.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let repository = Repository::of(text("repoURL"), THIS, place, cx);
    let folder = text("path").filter(|_| text("chart").is_none()).and_then(|path| repository.folder(path, cx));
    let about = |key: &str| application.path(&["metadata", key]).and_then(Node::as_str);
    let (Some(dir), Some(name)) = (folder, about("name")) else { return source.clone() };
    let named = |name: &str| format!(".argocd-source-{name}.yaml");
    let other = about("namespace").map(|namespace| named(&format!("{namespace}_{name}")));
    let mut out = source.clone();
    for file in [".argocd-source.yaml".to_owned(), named(name)].into_iter().chain(other) {
        let Ok(view) = cx.view(&dir.join(file)) else { continue };
        let parsed = yaml_files::documents(&view);
        let Some(NodeKind::Map(pairs)) = parsed.tree.first().map(|tree| &tree.kind) else { continue };
        let fixed = |key: &Node| matches!(key.as_str(), Some("path" | "chart" | "repoURL" | "targetRevision"));
        let patch = Node::map(pairs.iter().filter(|(key, _)| !fixed(key)).cloned().collect(), source.span);
        out = strategic::apply(&out, &patch).unwrap_or(out);
    }
    out
}

/// The folder whose documents an application delivers, unless it is a chart, and which of its files.
pub(super) fn delivers(tree: &Node, cx: &Cx<'_>) -> Option<(PathBuf, Which)> {
    let spec = tree.get("spec")?;
    let found = sources(spec).filter_map(|node| {
        let path = node.get("path")?.as_str()?;
        let url = node.get("repoURL").and_then(Node::as_str);
        let dir = Repository::of(url, THIS, tree.span, cx).folder(path, cx)?;
        let chart = cx.files.read(&dir.join("Chart.yaml")).is_ok();
        (!chart).then(|| (dir, Which::of(node.get("directory"))))
    });
    found.into_iter().next()
}

/// A source of an application.
struct Source<'a> {
    node: &'a Node,
    /// Those next to it.
    all: &'a [&'a Node],
    place: Span,
}

impl Source<'_> {
    fn application(&self, name: &str, cx: &mut Cx<'_>) -> Option<Application> {
        let repository = self.repository(self.node, cx);
        let path = self.text("path");
        let chart = self.text("chart").filter(|chart| !chart.is_empty());
        let folder = path.filter(|_| chart.is_none()).and_then(|path| repository.folder(path, cx));
        let mut when = repository.when.clone();
        if self.node.get("plugin").is_some() {
            let more = Guard::of(Condition::new("the plugin of the source changes nothing", true));
            when = when.and(&more).unwrap_or_default();
        }
        let (mut values, template) = match &folder {
            Some(dir) if cx.files.read(&dir.join("Chart.yaml")).is_ok() => {
                (self.values(Some(dir), &mut when, cx), Template::Chart(dir.clone()))
            }
            Some(dir) => (Values::new(self.place), self.documents(dir, cx)),
            None => {
                when = Guard::always();
                let values = self.values(None, &mut when, cx);
                let what = match (chart, path) {
                    (Some(chart), _) => format!("the chart `{}`", chart.escape_debug()),
                    (None, Some(path)) => format!("`{}` of another repository", path.escape_debug()),
                    (None, None) if self.node.get("path").is_some() => {
                        "a folder whose name is filled in later".to_owned()
                    }
                    (None, None) => return None,
                };
                (values, Template::Elsewhere(what))
            }
        };
        if let Some((key, _)) = self.node.pair("plugin") {
            values.outside("what the plugin of the source makes of it", key.span);
        }
        Some(Application { name: name.to_owned(), template, values, patches: Vec::new(), when })
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.node.get(key).and_then(Node::as_str)
    }

    fn repository(&self, source: &Node, cx: &Cx<'_>) -> Repository {
        Repository::of(source.get("repoURL").and_then(Node::as_str), THIS, self.place, cx)
    }

    /// The documents of a kustomization, or of the files in a folder.
    fn documents(&self, dir: &Path, cx: &mut Cx<'_>) -> Template {
        let name = yaml_files::shown(dir, cx);
        if let Some((documents, values)) = kustomize::built(dir, self.node.get("kustomize"), false, cx) {
            return Template::Documents(documents, values, name);
        }
        let which = Which::of(self.node.get("directory"));
        Template::Documents(folder::documents(dir, &which, false, cx), Vec::new(), name)
    }

    /// The values for the chart in a folder.
    fn values(&self, dir: Option<&Path>, when: &mut Guard, cx: &mut Cx<'_>) -> Values {
        let mut values = Values::new(self.place);
        let Some(helm) = self.node.get("helm") else { return values };
        for item in helm.get("valueFiles").map(Node::items).unwrap_or_default() {
            let Some(name) = item.as_str() else { continue };
            let wild = name.contains(['*', '?', '[']) && !name.contains("://");
            if let Some(paths) = dir.filter(|_| wild).map(|dir| self.value_files(name, dir, cx)) {
                for path in paths {
                    values.file(&path, item.span, cx);
                }
                continue;
            }
            match self.value_file(name, dir, when, cx) {
                Some(path) if values.file(&path, item.span, cx) => {}
                _ if helm.get("ignoreMissingValueFiles").and_then(Node::as_str) == Some("true") => {}
                _ => values.outside(&format!("the content of `{name}`"), item.span),
            }
        }
        let object = helm.get("valuesObject").filter(|node| node.is_map());
        if let Some(object) = object {
            values.lay(object);
        } else if let Some((node, text)) = helm.get("values").and_then(|node| Some((node, node.as_scalar()?))) {
            values.text(&text.text, "values of the application", node.span, cx);
        }
        for parameter in helm.get("parameters").map(Node::items).unwrap_or_default() {
            let string = parameter.get("forceString").and_then(Node::as_str) == Some("true");
            let Some(name) = parameter.get("name").and_then(Node::as_str) else { continue };
            let value = parameter.get("value").and_then(Node::as_scalar).map(|s| s.text.clone());
            let value = value.unwrap_or_else(|| Traced::made("", parameter.span));
            values.set(name, &value, string, parameter.span);
        }
        for parameter in helm.get("fileParameters").map(Node::items).unwrap_or_default() {
            let text = |key: &str| parameter.get(key).and_then(Node::as_str);
            let (Some(name), Some(path)) = (text("name"), text("path")) else { continue };
            let path = self.value_file(path, dir, when, cx);
            match path.and_then(|path| cx.view(&path).ok()) {
                Some(view) => values.set(name, &view.traced(0..view.bytes.len()), true, parameter.span),
                None => values.outside(&format!("the value `{name}`"), parameter.span),
            }
        }
        values
    }

    /// The files that fit a pattern in `valueFiles`, by name.
    fn value_files(&self, pattern: &str, dir: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
        let root = cx.files.root();
        let path = match pattern.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
            Some((_, path)) => root.join(path),
            None if pattern.starts_with('/') => root.join(pattern.trim_start_matches('/')),
            None => dir.join(pattern),
        };
        let path = normal(&path);
        let Some(pattern) = path.strip_prefix(root).ok().and_then(Path::to_str) else { return Vec::new() };
        let found = self.repository(self.node, cx).matching(pattern, true, &mut { MAX_FOLDERS }, cx);
        found.into_iter().map(|(_, path)| path).collect()
    }

    /// The file that an item of `valueFiles` names: below the chart, from the root of the repository (`/`), or of the source with
    /// that name (`$name/`).
    fn value_file(&self, name: &str, dir: Option<&Path>, when: &mut Guard, cx: &Cx<'_>) -> Option<PathBuf> {
        if name.contains("://") {
            return None;
        }
        if let Some((reference, path)) = name.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
            let source = self.all.iter().find(|s| s.get("ref").and_then(Node::as_str) == Some(reference))?;
            let repository = self.repository(source, cx);
            let path = repository.file(path, cx)?;
            *when = when.and(&repository.when)?;
            return Some(path);
        }
        if let Some(path) = name.strip_prefix('/') {
            return self.repository(self.node, cx).file(path, cx);
        }
        dir.map(|dir| dir.join(name))
    }
}
