//! Kustomize: the result of a kustomization, with its bases, components, patches and generators.
//!
//! Source: kubernetes-sigs/kustomize `api/types` (`kustomization.go`, `patch.go`, `selector.go`, `configmapargs.go`) and
//! `api/internal/target` (the order: resources, components, charts, generators, patches, replacements), as in
//! 5.5. A kustomization that another one includes is only checked there.

mod paths;
mod replacements;
mod target;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::node::{Cx, NodeGroup};
use crate::syntax::patches::{json, strategic as merge};
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Texts, Traced, View, Why, budget};
use crate::value::Value;

use super::applications::aside::may_describe;
use super::unit::{FileList, Input, Unit, normal};
use super::watched::KUBELET_WORDS;
use super::yaml_values::value_of;
use super::{embedded, helm, manifests, template_text, yaml_files};
use target::{Names, identity, selects};

/// The names of kustomization files.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Words in a URL that may provide nodes; other URLs are skipped silently.
const NEAR: [&str; 8] =
    ["karpenter", "kubelet", "nodeadm", "nodeclass", "nodepool", "cluster-api", "machineconfig", "talos"];
/// The deepest nesting of kustomizations.
const MAX_LAYERS: usize = 24;
/// What a kustomization takes of the budget of the unit, each time that it is used.
const LAYER_WORK: usize = 2_000;
/// The same if it has to be read for that.
const LAYER_READ: usize = 60_000;
/// What it takes to compare a document with a target.
const COMPARE: usize = 100;
/// The most documents of one kustomization.
const MAX_DOCUMENTS: usize = 5_000;

/// Kustomizations.
#[derive(Debug)]
pub(super) struct Kustomize;

impl Input for Kustomize {
    fn name(&self) -> &'static str {
        "kustomize"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.named(&NAMES)
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let (mut build, documents) = Build::of(&unit.path, None, false, cx);
        cx.claims.covers.append(&mut build.below);
        if documents.is_empty() && build.values.is_empty() && build.groups.is_empty() {
            if build.removes {
                cx.claims.uses.append(&mut build.files);
            }
            return Vec::new();
        }
        cx.claims.uses.append(&mut build.files);
        let name = unit.path.parent().map(|dir| yaml_files::shown(dir, cx)).unwrap_or_default();
        let name = if name.is_empty() { ".".to_owned() } else { name };
        let mut groups = manifests::in_trees(&documents, &name, cx);
        groups.append(&mut build.groups);
        for values in &build.values {
            groups.append(&mut embedded::in_values(values, &name, cx));
        }
        for group in &mut groups {
            if !group.name.contains(&name) {
                group.name = format!("{} of {name}", group.name).into();
            }
        }
        groups
    }
}

/// The documents of a kustomization and the values of external charts.
type Result = (Vec<Node>, Vec<Node>);

/// What a kustomization yields without further changes, built once: only what concerns a kubelet, and everything.
#[derive(Default)]
struct Kept([OnceLock<Option<Arc<Result>>>; 2]);

/// The documents of the kustomization in a folder, changed by what a tool adds to it: a map with `patches`, `components` and so
/// on; and the values of external charts. `None` if there is no kustomization. It is only checked there. With `everything`, documents
/// that do not concern a kubelet are among them.
pub(super) fn built(dir: &Path, more: Option<&Node>, everything: bool, cx: &mut Cx<'_>) -> Option<Result> {
    let changes = ["patches", "components", "patchesStrategicMerge", "patchesJson6902"];
    if let Some(more) = more.filter(|more| changes.iter().any(|key| more.get(key).is_some())) {
        return build(dir, Some(more), everything, cx);
    }
    let slot = cx.kept.slot::<Kept>(dir);
    let _ = slot.set(Kept::default());
    let kept = &slot.get()?.0[usize::from(everything)];
    if kept.get().is_none() {
        let built = build(dir, None, everything, cx).map(Arc::new);
        let _ = kept.set(built);
    }
    kept.get()?.as_deref().cloned()
}

fn build(dir: &Path, more: Option<&Node>, everything: bool, cx: &mut Cx<'_>) -> Option<Result> {
    let path = in_folder(dir, cx)?;
    let (build, documents) = Build::of(&path, more, everything, cx);
    note_open(&build.groups, cx);
    let uses = &mut cx.claims.uses;
    uses.push(path);
    uses.extend(build.below);
    uses.extend(build.files);
    Some((documents, build.values))
}

/// Notes what a chart renders only under a condition: it is no document, and no patch applies to it.
pub(super) fn note_open(groups: &[NodeGroup], cx: &mut Cx<'_>) {
    for group in groups {
        cx.gap(group.place, Why::NotUnderstood("a template of a chart that depends on the cluster".into()));
    }
}

/// Applies what a tool adds to some documents of a folder, as for [`built`].
pub(super) fn changed(dir: &Path, more: &Node, documents: &mut Vec<Node>, cx: &mut Cx<'_>) {
    let mut build = Build { everything: true, ..Build::default() };
    build.change(dir, more, documents, cx);
    cx.claims.uses.extend(build.below.into_iter().chain(build.files));
}

/// True for the name of a kustomization.
pub(super) fn is_one(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| NAMES.contains(&name))
}

/// The kustomization in a folder.
pub(super) fn in_folder(dir: &Path, cx: &Cx<'_>) -> Option<PathBuf> {
    NAMES.iter().map(|name| dir.join(name)).find(|path| cx.files.read(path).is_ok())
}

/// The files that a kustomization names as resources, bases and components; a folder stands for its kustomization.
pub(super) fn direct(path: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let Ok(source) = cx.files.read(path) else { return Vec::new() };
    let folder = path.parent().unwrap_or(path);
    let mut texts = Texts::new();
    let id = texts.add_source(source);
    let trees = yaml_files::documents(&texts.view(id)).tree;
    let lists = ["resources", "bases", "components"].iter().filter_map(|key| trees.first()?.get(key));
    let names = lists.flat_map(Node::items).filter_map(Node::as_str).filter(|name| !name.contains("://"));
    names.map(|name| normal(&folder.join(name))).map(|path| in_folder(&path, cx).unwrap_or(path)).collect()
}

#[derive(Default)]
struct Build {
    /// Documents that do not concern a kubelet are read as well.
    everything: bool,
    /// A document was skipped.
    skipped: bool,
    /// A patch or a generated text concerns a kubelet, or a replacement may.
    patches_hold: bool,
    /// A patch removed a document.
    removes: bool,
    /// The items of `vars`.
    vars: Vec<Node>,
    /// Where they are looked for.
    references: replacements::References,
    /// Node groups of local charts whose output depends on the cluster.
    groups: Vec<NodeGroup>,
    /// Values of external charts, which may contain documents.
    values: Vec<Node>,
    /// Files that were read.
    files: Vec<PathBuf>,
    /// Included kustomizations.
    below: Vec<PathBuf>,
    /// Kustomizations that are being read.
    open: Vec<PathBuf>,
    /// How often one of them was named again.
    circles: usize,
    /// The results of kustomizations, each at its depth: many may share one base.
    known: BTreeMap<(PathBuf, usize), Vec<Node>>,
}

impl Build {
    /// The result of the kustomization in a file, changed by `more`, and what was read for it.
    fn of(path: &Path, more: Option<&Node>, everything: bool, cx: &mut Cx<'_>) -> (Self, Vec<Node>) {
        let mut build = Self { everything, ..Self::default() };
        let mut documents = Vec::new();
        let dir = path.parent().unwrap_or(path).to_owned();
        loop {
            build.layer(path, &mut documents, 0, cx);
            if let Some(more) = more {
                build.change(&dir, more, &mut documents, cx);
            }
            if build.everything || !build.patches_hold || !build.skipped {
                let vars: Vec<_> = build.vars.iter().map(|var| replacements::variable(var, &documents, cx)).collect();
                replacements::fill(&vars, &build.references, &mut documents, &cx.texts);
                return (build, documents);
            }
            // A patch may add kubelet settings to a document that has none, and a replacement may take them from it.
            build = Self { everything: true, ..Self::default() };
            documents.clear();
        }
    }

    /// Applies what a tool adds to the kustomization in a folder.
    fn change(&mut self, dir: &Path, more: &Node, documents: &mut Vec<Node>, cx: &mut Cx<'_>) {
        for item in more.get("components").map(Node::items).unwrap_or_default() {
            self.resource(dir, item, documents, 0, cx);
        }
        self.patches(dir, more, documents, cx);
    }

    /// Adds the result of a kustomization to the documents; a component changes the existing ones.
    fn layer(&mut self, path: &Path, documents: &mut Vec<Node>, depth: usize, cx: &mut Cx<'_>) {
        if self.open.iter().any(|open| open == path) {
            self.circles += 1;
            return;
        }
        if depth > MAX_LAYERS || !budget::spend(LAYER_WORK) {
            return;
        }
        if let Some(known) = self.known.get(&(path.to_owned(), depth)) {
            return add(documents, known.clone(), path, cx);
        }
        if !budget::spend(LAYER_READ) {
            return;
        }
        let (circles, values) = (self.circles, self.values.len() + self.groups.len());
        let Ok(view) = cx.view(path) else { return };
        let parsed = yaml_files::documents(&view);
        let Some(tree) = parsed.tree.into_iter().next() else { return };
        let dir = path.parent().unwrap_or(path).to_owned();
        self.open.push(path.to_owned());
        let component = tree.get("kind").and_then(Node::as_str) == Some("Component");
        let mut own = if component { std::mem::take(documents) } else { Vec::new() };
        for key in ["resources", "bases", "components"] {
            for item in tree.get(key).map(Node::items).unwrap_or_default() {
                self.resource(&dir, item, &mut own, depth, cx);
            }
        }
        // What they take may stand in any document.
        self.patches_hold |= ["replacements", "vars"].iter().any(|key| tree.get(key).is_some());
        self.charts(&dir, &tree, &mut own, cx);
        for (key, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
            for generator in tree.get(key).map(Node::items).unwrap_or_default() {
                self.generate(&dir, generator, kind, &mut own, cx);
            }
        }
        self.patches(&dir, &tree, &mut own, cx);
        // They are applied once all documents are read.
        let complete = self.everything || !self.skipped;
        let rules = if complete { self.listed(&dir, &tree, "replacements", cx) } else { Vec::new() };
        for rule in rules {
            if let Err((at, words)) = replacements::apply(&rule, &mut own)
                && own.iter().any(manifests::is_read)
            {
                cx.gap(at, Why::NotUnderstood(words.into()));
            }
        }
        self.vars.extend(tree.get("vars").map(Node::items).unwrap_or_default().iter().cloned());
        for item in tree.get("configurations").map(Node::items).unwrap_or_default() {
            for configuration in self.file(&dir, item, cx) {
                self.references.add(&configuration);
            }
        }
        self.open.pop();
        if !component && (circles, values) == (self.circles, self.values.len() + self.groups.len()) {
            self.known.insert((path.to_owned(), depth), own.clone());
        }
        add(documents, own, path, cx);
    }

    /// The `helmCharts`: those of the same source are rendered.
    fn charts(&mut self, dir: &Path, tree: &Node, own: &mut Vec<Node>, cx: &mut Cx<'_>) {
        let home = tree.path(&["helmGlobals", "chartHome"]).and_then(Node::as_str).unwrap_or("charts");
        for chart in tree.get("helmCharts").map(Node::items).unwrap_or_default() {
            let text = |key: &str| chart.get(key).and_then(Node::as_str);
            let (name, inline) = (text("name").unwrap_or_default(), chart.get("valuesInline"));
            let more = chart.get("additionalValuesFiles").map(Node::items).unwrap_or_default();
            let home = normal(&dir.join(home));
            let versioned = home.join(format!("{name}-{}", text("version").unwrap_or_default()));
            let place =
                [home.join(name), versioned.join(name)].into_iter().find(|p| !name.is_empty() && helm::is_chart(p, cx));
            let Some(place) = place else {
                self.values.extend(inline.cloned());
                for item in chart.get("valuesFile").into_iter().chain(more) {
                    self.values_file(dir, item, cx);
                }
                continue;
            };
            let inline = inline.map_or_else(|| helm::no_values(chart.span), value_of);
            let file = chart.get("valuesFile").and_then(|item| self.values_of(dir, item, cx));
            let mut values = match (text("valuesMerge"), file) {
                (Some("replace"), _) | (_, None) => inline,
                (Some("merge"), Some(file)) => helm::merged(&inline, &file),
                (_, Some(file)) => helm::merged(&file, &inline),
            };
            for item in more {
                if let Some(file) = self.values_of(dir, item, cx) {
                    values = helm::merged(&values, &file);
                }
            }
            let label = format!(" of {}", yaml_files::shown(dir, cx));
            if let Some((mut trees, mut groups)) = helm::documents(
                &place,
                &helm::Given { with: &|own, _| helm::overlay(own, &values), differs: false },
                &label,
                cx,
            ) {
                own.append(&mut trees);
                self.groups.append(&mut groups);
            }
        }
    }

    /// The values in a file for a chart of the same source.
    fn values_of(&mut self, dir: &Path, item: &Node, cx: &mut Cx<'_>) -> Option<Value> {
        let tree = self.file(dir, item, cx).into_iter().next()?;
        tree.is_map().then(|| value_of(&tree))
    }

    /// A values file for an external chart.
    fn values_file(&mut self, dir: &Path, item: &Node, cx: &mut Cx<'_>) {
        let Some(name) = item.as_str().filter(|n| !n.contains("://")) else { return };
        let path = normal(&dir.join(name));
        if !cx.peek(&path).is_ok_and(|source| manifests::may_hold(&source.bytes())) {
            return;
        }
        let Ok(view) = cx.view(&path) else { return };
        let parsed = yaml_files::documents(&view);
        self.files.push(path);
        self.values.extend(parsed.tree);
    }

    /// A file of documents, or a folder with a kustomization.
    fn resource(&mut self, dir: &Path, item: &Node, own: &mut Vec<Node>, depth: usize, cx: &mut Cx<'_>) {
        let Some(name) = item.as_str() else { return };
        if name.contains("://") || name.contains("?ref=") {
            let lower = name.to_ascii_lowercase();
            if NEAR.iter().any(|word| lower.contains(word)) {
                cx.gap(item.span, Why::FromOutside("the content of this URL".into()));
            }
            return;
        }
        let path = normal(&dir.join(name));
        if let Some(inner) = in_folder(&path, cx) {
            if depth == MAX_LAYERS {
                let message = format!("kustomizations nested deeper than {MAX_LAYERS} are not read: nest fewer");
                return cx.problem(item.span, message);
            }
            if self.below.len() < MAX_DOCUMENTS {
                self.below.push(inner.clone());
            }
            self.layer(&inner, own, depth + 1, cx);
            return;
        }
        let Ok(source) = cx.peek(&path) else { return };
        if !self.everything && !manifests::may_hold(&source.bytes()) && !may_describe(&source.bytes()) {
            self.skipped = true;
            return;
        }
        let Ok(view) = cx.view(&path) else { return };
        let parsed = yaml_files::documents(&view);
        if manifests::may_hold(&view.bytes) {
            yaml_files::note_errors(&view, &parsed, cx);
        }
        self.files.push(path);
        for tree in parsed.tree {
            let list = tree.get("kind").and_then(Node::as_str).is_some_and(|k| k.ends_with("List"));
            match tree.get("items").filter(|_| list) {
                Some(items) => own.extend(items.items().iter().cloned()),
                None => own.push(tree),
            }
        }
    }

    /// The items of a list, and those of the files that its items name with `path`.
    fn listed(&mut self, dir: &Path, tree: &Node, key: &str, cx: &mut Cx<'_>) -> Vec<Node> {
        let mut out = Vec::new();
        for item in tree.get(key).map(Node::items).unwrap_or_default() {
            match item.get("path") {
                Some(path) => {
                    for inner in self.file(dir, path, cx) {
                        match inner.kind {
                            NodeKind::Seq(items) => out.extend(items),
                            _ => out.push(inner),
                        }
                    }
                }
                None => out.push(item.clone()),
            }
        }
        out
    }

    /// A `ConfigMap` or a `Secret` of files and texts.
    fn generate(&mut self, dir: &Path, generator: &Node, kind: &str, own: &mut Vec<Node>, cx: &mut Cx<'_>) {
        let at = generator.span;
        let word = |text: &str| Node::quoted(Traced::made(text, at), at);
        let mut data: Vec<(Node, Traced, Span)> = Vec::new();
        for item in generator.get("files").map(Node::items).unwrap_or_default() {
            let Some(text) = item.as_str() else { continue };
            let (key, file) = match text.split_once('=') {
                Some((key, file)) => (key, file),
                None => (text.rsplit('/').next().unwrap_or(text), text),
            };
            if let Some(view) = self.generated_from(dir, file, cx) {
                let key = Node::quoted(Traced::made(key, item.span), item.span);
                data.push((key, view.traced(0..view.bytes.len()), item.span));
            }
        }
        let envs = generator.get("envs").map(Node::items).unwrap_or_default();
        for item in envs.iter().chain(generator.get("env")) {
            let Some(view) = item.as_str().and_then(|file| self.generated_from(dir, file, cx)) else { continue };
            for line in view.traced(0..view.bytes.len()).split(b"\n") {
                let start = line.bytes().iter().take_while(|b| b.is_ascii_whitespace()).count();
                let line = line.slice(start..line.len());
                let end = line.len() - usize::from(line.bytes().ends_with(b"\r"));
                let line = line.slice(0..end);
                if !line.bytes().starts_with(b"#") {
                    data.extend(pair(&line, item.span).map(|(key, value)| (key, value, item.span)));
                }
            }
        }
        for item in generator.get("literals").map(Node::items).unwrap_or_default() {
            let Some((key, value)) = item.as_scalar().and_then(|s| pair(&s.text, item.span)) else { continue };
            let value = template_text::trimmed(&value, &|b| matches!(b, b'"' | b'\''), true, true);
            data.push((key, value, item.span));
        }
        if data.is_empty() {
            return;
        }
        let data = data.into_iter().map(|(key, value, at)| {
            let value = if kind == "Secret" { template_text::base64_of(&value, at) } else { value };
            (key, Node::quoted(value, at))
        });
        let data = Node::map(data.collect(), at);
        let name = generator.get("name").and_then(Node::as_str).unwrap_or_default();
        // `merge` and `replace` change an existing one.
        let behavior = generator.get("behavior").and_then(Node::as_str).unwrap_or_default();
        let map = |pairs| Node::map(pairs, at);
        if !budget::spend(COMPARE * own.len()) {
            return;
        }
        let known = own.iter_mut().find(|d| behavior != "create" && identity(d) == ("", kind, name));
        if let Some(known) = known {
            if behavior == "replace" {
                *known = merge::without(known, "data");
            }
            *known = merge::apply(known, &map(vec![(word("data"), data)])).unwrap_or_else(|| map(Vec::new()));
            return;
        }
        let metadata = map(vec![(word("name"), word(name))]);
        own.push(map(vec![
            (word("apiVersion"), word("v1")),
            (word("kind"), word(kind)),
            (word("metadata"), metadata),
            (word("data"), data),
        ]));
    }

    /// A file of a generator, if it may matter.
    fn generated_from(&mut self, dir: &Path, file: &str, cx: &mut Cx<'_>) -> Option<View> {
        let path = normal(&dir.join(file));
        let source = cx.peek(&path).ok()?;
        // A document that says nothing itself may run a script.
        let concerns = KUBELET_WORDS.iter().any(|word| yaml_files::holds(&source.bytes(), word.as_bytes()));
        self.patches_hold |= concerns;
        if !self.everything && !concerns && !manifests::may_hold(&source.bytes()) {
            self.skipped = true;
            return None;
        }
        self.files.push(path.clone());
        cx.view(&path).ok()
    }

    fn patches(&mut self, dir: &Path, tree: &Node, own: &mut Vec<Node>, cx: &mut Cx<'_>) {
        let count = own.len();
        for item in tree.get("patchesStrategicMerge").map(Node::items).unwrap_or_default() {
            let patches = match item.as_scalar() {
                Some(text) if text.text.bytes().contains(&b'\n') => self.inline(&text.text, item.span, cx),
                Some(_) => self.file(dir, item, cx),
                // Helmfile writes them as they are.
                None => vec![item.clone()],
            };
            apply(&patches, None, own, item.span, cx);
        }
        for key in ["patchesJson6902", "patches"] {
            for item in tree.get(key).map(Node::items).unwrap_or_default() {
                let patches = match (item.get("path"), item.get("patch").map(|node| (node, node.as_scalar()))) {
                    (Some(path), _) => self.file(dir, path, cx),
                    (None, Some((_, Some(text)))) => self.inline(&text.text, item.span, cx),
                    (None, Some((node, None))) => vec![node.clone()],
                    (None, None) => self.file(dir, item, cx),
                };
                apply(&patches, item.get("target"), own, item.span, cx);
            }
        }
        self.removes |= own.len() < count;
    }

    fn file(&mut self, dir: &Path, name: &Node, cx: &mut Cx<'_>) -> Vec<Node> {
        let Some(path) = name.as_str().map(|n| normal(&dir.join(n))) else { return Vec::new() };
        let Ok(view) = cx.view(&path) else {
            let why = format!("the patch {}", name.as_str().unwrap_or_default().escape_debug());
            cx.gap(name.span, Why::FromOutside(why.into()));
            return Vec::new();
        };
        self.patches_hold |= manifests::may_hold(&view.bytes);
        self.files.push(path);
        yaml_files::documents(&view).tree
    }

    fn inline(&mut self, text: &Traced, at: Span, cx: &mut Cx<'_>) -> Vec<Node> {
        self.patches_hold |= manifests::may_hold(text.bytes());
        yaml_files::documents(&cx.made("patch", text, at)).tree
    }
}

/// Adds the documents of a kustomization. One that comes by two ways, unchanged, is one.
fn add(documents: &mut Vec<Node>, own: Vec<Node>, path: &Path, cx: &mut Cx<'_>) {
    if documents.is_empty() {
        *documents = own;
    } else {
        for document in own {
            let same = |known: &Node| known.span == document.span && *known == document;
            if documents.len() <= MAX_DOCUMENTS && !documents.iter().any(same) {
                documents.push(document);
            }
        }
    }
    if documents.len() > MAX_DOCUMENTS {
        documents.truncate(MAX_DOCUMENTS);
        if let Ok(view) = cx.view(path) {
            cx.problem(view.span(0..0), format!("more than {MAX_DOCUMENTS} documents: the others are not read"));
        }
    }
}

/// `KEY=VALUE` as a key and its value.
fn pair(text: &Traced, at: Span) -> Option<(Node, Traced)> {
    let equals = text.bytes().iter().position(|b| *b == b'=')?;
    Some((Node::quoted(text.slice(0..equals), at), text.slice(equals + 1..text.len())))
}

/// Applies patches: those of a target to what it selects, others to the document of the same kind and name.
fn apply(patches: &[Node], target: Option<&Node>, own: &mut Vec<Node>, at: Span, cx: &mut Cx<'_>) {
    for patch in patches {
        if !budget::spend(COMPARE * own.len()) {
            return;
        }
        let operations = matches!(patch.kind, NodeKind::Seq(_));
        let mut removed = Vec::new();
        for (n, document) in own.iter_mut().enumerate() {
            let meant = match target {
                Some(target) => selects(target, document, Names::Patterns),
                None => !operations && identity(patch) == identity(document),
            };
            if !meant {
                continue;
            }
            if operations {
                if let Err((at, words)) = json::apply(document, patch)
                    && manifests::is_read(document)
                {
                    cx.gap(at, Why::NotUnderstood(words.into()));
                }
            } else {
                // A patch with a target needs no name, and does not set one.
                let patch = if target.is_some() { merge::without(patch, "metadata.name") } else { patch.clone() };
                match merge::apply(document, &patch) {
                    Some(tree) => *document = tree,
                    None => removed.push(n),
                }
            }
        }
        if let Some((place, why)) = yaml_files::unknown(patch) {
            cx.gap(if place.is_empty() { at } else { place }, why);
        }
        for n in removed.into_iter().rev() {
            own.remove(n);
        }
    }
}

#[cfg(test)]
mod tests;
