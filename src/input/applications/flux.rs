//! Flux: `HelmRelease` and `Kustomization`. Sources: fluxcd/helm-controller at v1.6.3 and fluxcd/pkg
//! `chartutil/values.go` (`ChartValuesFromReferences`), fluxcd/kustomize-controller at v1.9.4 and fluxcd/pkg
//! `kustomize/kustomize_generator.go`.
//!
//! Values of a chart, the lowest first: its own or, if there are any, its `valuesFiles`; `valuesFrom` in order; `values`; what
//! has a `targetPath`. `postRenderers` change what the chart renders. A `Kustomization` adds its patches and components to the kustomization in its path, or to all files below.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::input::{kustomize, yaml_files};
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::{Span, UNKNOWN_MARK, Why};
use crate::value::{Condition, Guard};

use super::index::{self, Found};
use super::repository::{Repository, file_of};
use super::substitute::{self, Outcome, Variables};
use super::{Application, Template, Values, folder};

/// The condition of what an unset variable leaves empty.
const NOT_STRICT: &str = "Flux is older than 2.9, which refuses unset variables";

/// The condition of what is suspended.
const SUSPENDED: &str = "Flux has applied this, which is suspended now";

/// A document of Flux, and the config maps next to it.
pub(super) struct Document<'a> {
    tree: &'a Node,
    near: &'a [Node],
    place: Span,
}

impl<'a> Document<'a> {
    /// The document, if it is one of Flux.
    pub(super) fn of(tree: &'a Node, near: &'a [Node]) -> Option<Self> {
        let group = tree.get("apiVersion")?.as_str()?;
        let place = tree.pair("kind").map_or(tree.span, |(key, value)| key.span.to(value.span));
        group.contains(".toolkit.fluxcd.io/").then_some(Self { tree, near, place })
    }

    /// The applications that it describes.
    pub(super) fn read(&self, cx: &mut Cx<'_>) -> Vec<Application> {
        let mut out: Vec<Application> = match self.text(&["kind"]) {
            Some("HelmRelease") => self.release(cx).into_iter().collect(),
            Some("Kustomization") => self.kustomization(cx),
            _ => Vec::new(),
        };
        // What was applied before goes on as it is.
        if self.text(&["spec", "suspend"]) == Some("true") {
            let before = Guard::of(Condition::new(SUSPENDED, true));
            out = out.into_iter().filter_map(|one| Some(Application { when: one.when.and(&before)?, ..one })).collect();
        }
        out
    }

    /// The folder whose documents a `Kustomization` delivers.
    pub(super) fn delivers(&self, cx: &mut Cx<'_>) -> Option<PathBuf> {
        let ours = self.text(&["kind"]) == Some("Kustomization");
        let reference = self.tree.path(&["spec", "sourceRef"]);
        if ours { self.repository(reference, cx).folder(&self.path(), cx) } else { None }
    }

    fn text(&self, path: &[&str]) -> Option<&'a str> {
        self.tree.path(path).and_then(Node::as_str)
    }

    /// The path of a `Kustomization`, with a mark that no path has where it is not known.
    fn path(&self) -> Cow<'a, str> {
        let path = self.tree.path(&["spec", "path"]).and_then(Node::as_scalar);
        path.map_or(Cow::Borrowed("."), |scalar| scalar.text.to_text())
    }

    fn name(&self) -> String {
        let name = self.text(&["metadata", "name"]).unwrap_or("?");
        match self.text(&["metadata", "namespace"]) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        }
    }

    /// The repository that a reference means.
    fn repository(&self, reference: Option<&Node>, cx: &mut Cx<'_>) -> Repository {
        let text = |key: &str| reference.and_then(|r| r.get(key)).and_then(Node::as_str);
        let (kind, name) = (text("kind").unwrap_or("GitRepository"), text("name").unwrap_or("?"));
        let namespace = text("namespace").or_else(|| self.text(&["metadata", "namespace"]));
        let from = file_of(self.place, &cx.texts);
        let source = match index::find(kind, name, namespace, from.as_deref(), cx) {
            Found::One(tree) => tree.get("spec").cloned(),
            _ => None,
        };
        let of = |key: &str| source.as_ref().and_then(|source| source.get(key)).and_then(Node::as_str);
        let words = format!("{kind}/{name} is this repository");
        // The root of an artifact is some folder of what it was made from.
        let root = self.path().trim_matches(['.', '/']).is_empty() && self.text(&["kind"]) == Some("Kustomization");
        if root && matches!(kind, "OCIRepository" | "Bucket") {
            return Repository::elsewhere();
        }
        let repository = Repository::of(of("url"), &words, self.place, cx);
        // What alone is taken of it is not here.
        let mut kept =
            of("ignore").unwrap_or_default().lines().filter_map(|line| line.trim().strip_prefix("!/")).peekable();
        let here = |path: &str| path.contains('*') || repository.has(path.trim_end_matches('/'), cx);
        if kept.peek().is_some() && !kept.any(here) { Repository::elsewhere() } else { repository }
    }

    /// What a release says about its chart: itself, or a `HelmChart` of the repository that it refers to.
    fn chart(&self, cx: &mut Cx<'_>) -> Option<Node> {
        if let Some(own) = self.tree.path(&["spec", "chart", "spec"]) {
            return Some(own.clone());
        }
        let text = |key: &str| self.text(&["spec", "chartRef", key]);
        let namespace = text("namespace").or_else(|| self.text(&["metadata", "namespace"]));
        let from = file_of(self.place, &cx.texts);
        match index::find(text("kind")?, text("name")?, namespace, from.as_deref(), cx) {
            Found::One(tree) if text("kind") == Some("HelmChart") => tree.get("spec").cloned(),
            _ => None,
        }
    }

    fn release(&self, cx: &mut Cx<'_>) -> Option<Application> {
        let spec = self.tree.get("spec")?;
        let chart = self.chart(cx);
        let about = |path: &[&str]| chart.as_ref().and_then(|chart| chart.path(path));
        let name = about(&["chart"]).and_then(Node::as_str);
        let source = about(&["sourceRef"]);
        let kind = source.and_then(|source| source.get("kind")).and_then(Node::as_str).unwrap_or_default();
        let mut when = Guard::always();
        let mut values = Values::new(self.place);
        let mut dir = None;
        if let Some(path) = name.filter(|_| matches!(kind, "GitRepository" | "Bucket")) {
            let repository = self.repository(source, cx);
            dir = repository.folder(path, cx).filter(|dir| cx.files.read(&dir.join("Chart.yaml")).is_ok());
            if dir.is_some() {
                when = repository.when.clone();
                let files = about(&["valuesFiles"]).map(Node::items).unwrap_or_default();
                let files: Vec<_> = if files.is_empty() {
                    about(&["valuesFile"]).into_iter().collect()
                } else {
                    files.iter().collect()
                };
                values.alone = !files.is_empty();
                let skips = about(&["ignoreMissingValuesFiles"]).and_then(Node::as_str) == Some("true");
                for item in files {
                    let path = item.as_str().and_then(|name| repository.file(name, cx));
                    if !path.is_some_and(|path| values.file(&path, item.span, cx)) && !skips {
                        values.outside("a file of values", item.span);
                    }
                }
            }
        }
        for item in spec.get("valuesFrom").map(Node::items).unwrap_or_default() {
            self.values_from(item, spec, &mut values, &mut when, cx);
        }
        if let Some(inline) = spec.get("values") {
            values.lay(inline);
        }
        for item in spec.get("valuesFrom").map(Node::items).unwrap_or_default() {
            self.target_path(item, &mut values, cx);
        }
        let referred = || {
            let text = |key: &str| self.text(&["spec", "chartRef", key]);
            Some(format!("the chart of {}/{}", text("kind")?, text("name")?).escape_debug().to_string())
        };
        let template = match (dir, name) {
            (Some(dir), _) => Template::Chart(dir),
            (None, Some(chart)) => Template::Elsewhere(format!("the chart `{}`", chart.escape_debug())),
            (None, None) => Template::Elsewhere(referred().unwrap_or_else(|| "a chart from elsewhere".to_owned())),
        };
        let renderers = spec.get("postRenderers").map(Node::items).unwrap_or_default().iter();
        let folder =
            file_of(self.place, &cx.texts).and_then(|file| Some(file.parent()?.to_owned())).unwrap_or_default();
        let patches =
            renderers.filter_map(|one| one.get("kustomize")).map(|one| (folder.clone(), one.clone())).collect();
        Some(Application { name: self.name(), template, values, patches, when })
    }

    /// Lays the values of one reference over the others.
    fn values_from(&self, item: &Node, spec: &Node, values: &mut Values, when: &mut Guard, cx: &mut Cx<'_>) {
        if item.get("targetPath").is_some() {
            return;
        }
        let (kind, name) = reference(item);
        let key = item.get("valuesKey").and_then(Node::as_str).unwrap_or("values.yaml");
        match self.config_map(kind, name, cx) {
            Found::One(map) => {
                if let Some(text) = map.get("data").and_then(|data| data.get(key)).and_then(Node::as_scalar) {
                    values.text(&text.text, &format!("{key} of ConfigMap/{name}"), item.span, cx);
                }
            }
            Found::Missing if is_optional(item) && kind == "ConfigMap" => {}
            _ => {
                values.outside(&format!("what {kind}/{name} sets"), item.span);
                // `values` win over it, the chart's own do not.
                if spec.get("values").is_none() {
                    assume(when, &format!("{kind}/{name} sets no other value"));
                }
            }
        }
    }

    /// Sets the value that has a place in the values.
    fn target_path(&self, item: &Node, values: &mut Values, cx: &mut Cx<'_>) {
        let Some(path) = item.get("targetPath").and_then(Node::as_str) else { return };
        let (kind, name) = reference(item);
        let key = item.get("valuesKey").and_then(Node::as_str).unwrap_or("values.yaml");
        let map = match self.config_map(kind, name, cx) {
            Found::One(map) => map,
            Found::Missing if is_optional(item) && kind == "ConfigMap" => return,
            _ => {
                let why = Why::FromOutside(format!("what {kind}/{name} sets").escape_debug().to_string().into());
                return values.set(path, &crate::text::Traced::unknown(item.span, why), true, item.span);
            }
        };
        if let Some(text) = map.get("data").and_then(|data| data.get(key)).and_then(Node::as_scalar) {
            let literal = item.get("literal").and_then(Node::as_str) == Some("true");
            values.set(path, &text.text, literal, item.span);
        }
    }

    fn config_map(&self, kind: &str, name: &str, cx: &mut Cx<'_>) -> Found {
        if kind != "ConfigMap" {
            return Found::Missing;
        }
        let named = |tree: &&Node| tree.path(&["metadata", "name"]).and_then(Node::as_str) == Some(name);
        if let Some(tree) = self.near.iter().find(named) {
            return Found::One(tree.clone());
        }
        let from = file_of(self.place, &cx.texts);
        index::find(kind, name, self.text(&["metadata", "namespace"]), from.as_deref(), cx)
    }

    fn kustomization(&self, cx: &mut Cx<'_>) -> Vec<Application> {
        let Some(spec) = self.tree.get("spec") else { return Vec::new() };
        let repository = self.repository(spec.get("sourceRef"), cx);
        let mut when = repository.when.clone();
        let Some(dir) = repository.folder(&self.path(), cx) else {
            // What its patches say themselves.
            let mut values = Values::new(self.place);
            values.lay(&Node::map(spec.pair("patches").cloned().into_iter().collect(), self.place));
            let template = Template::Elsewhere(format!(
                "`{}` of another repository",
                self.path().replace(UNKNOWN_MARK, "?").escape_debug()
            ));
            return vec![Application {
                name: self.name(),
                template,
                values,
                patches: Vec::new(),
                when: Guard::always(),
            }];
        };
        let name = yaml_files::shown(&dir, cx);
        let (mut documents, values) =
            kustomize::built(&dir, Some(spec), true, cx).unwrap_or_else(|| (folder::below(&dir, spec, cx), Vec::new()));
        let (mut failing, mut fails) = (Vec::new(), Guard::always());
        if let Some(post) = spec.get("postBuild") {
            let variables = self.variables(post, &mut when, cx);
            let always = spec.path(&["postBuild", "substituteStrategy"]).and_then(Node::as_str) == Some("Always");
            if always || !variables.is_empty() {
                for document in std::mem::take(&mut documents) {
                    let mut out = Outcome::default();
                    let filled =
                        if is_disabled(&document) { document } else { variables.fill(&document, &cx.texts, &mut out) };
                    let list = if out.unset.is_some() { &mut failing } else { &mut documents };
                    list.push(filled);
                }
            }
        }
        assume(&mut fails, NOT_STRICT);
        let more = Application {
            name: self.name(),
            template: Template::Documents(failing, Vec::new(), name.clone()),
            values: Values::new(self.place),
            patches: Vec::new(),
            when: when.and(&fails).unwrap_or_default(),
        };
        let first = Application {
            name: self.name(),
            template: Template::Documents(documents, values, name),
            values: Values::new(self.place),
            patches: Vec::new(),
            when,
        };
        vec![first, more]
    }

    /// The variables of a `Kustomization`: those of `substituteFrom` in order, then its own.
    fn variables(&self, post: &Node, when: &mut Guard, cx: &mut Cx<'_>) -> Variables {
        let mut out = Variables::default();
        for item in post.get("substituteFrom").map(Node::items).unwrap_or_default() {
            let (kind, name) = reference(item);
            match self.config_map(kind, name, cx) {
                Found::One(map) => out.add(map.get("data")),
                Found::Missing if is_optional(item) && kind == "ConfigMap" => {}
                _ => {
                    let what = format!("{kind}/{name}").escape_debug().to_string();
                    if !out.known.is_empty() {
                        assume(when, &format!("{what} sets no other value"));
                    }
                    out.outside = Some(what);
                }
            }
        }
        out.add(post.get("substitute"));
        out
    }
}

impl Variables {
    fn add(&mut self, map: Option<&Node>) {
        for (key, value) in map.map(Node::pairs).unwrap_or_default() {
            if let Some((name, scalar)) = key.as_str().zip(value.as_scalar()) {
                self.known.insert(name.to_owned(), substitute::value(scalar));
            }
        }
    }
}

/// Kind and name of a reference to values.
fn reference(item: &Node) -> (&str, &str) {
    let text = |key: &str| item.get(key).and_then(Node::as_str).unwrap_or("?");
    (text("kind"), text("name"))
}

fn is_optional(item: &Node) -> bool {
    item.get("optional").and_then(Node::as_str) == Some("true")
}

/// True if a label or an annotation keeps Flux from filling in variables.
fn is_disabled(tree: &Node) -> bool {
    const KEY: &str = "kustomize.toolkit.fluxcd.io/substitute";
    ["labels", "annotations"]
        .iter()
        .any(|list| tree.path(&["metadata", list, KEY]).and_then(Node::as_str) == Some("disabled"))
}

fn assume(when: &mut Guard, words: &str) {
    let more = Guard::of(Condition::new(words, true));
    *when = when.and(&more).unwrap_or_default();
}
