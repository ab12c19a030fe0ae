//! helmfile: the releases of `helmfile.yaml` in each environment. Source: helmfile/helmfile at v1.7.4, `pkg/state`
//! (`state.go`, `create.go`) and `docs/` (environments, values files, templating).
//!
//! The parts of a helmfile between lines of `---` are read in order; each may be a template of Go with the values of the environment
//! so far. Those do not reach a chart. Values of a release, the lowest first: the chart's own, `values` in order, `valuesTemplate`,
//! `set`, `setTemplate`. Its patches change what the chart renders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::input::glob::glob;
use crate::input::set_values::lay;
use crate::input::unit::{self, normal};
use crate::input::yaml_values::value_of;
use crate::input::{helm, yaml_files};
use crate::node::{Cx, Gap};
use crate::syntax::{Node, NodeKind, Scalar};
use crate::text::{FileError, Span, Traced, Why};
use crate::value::{Condition, Entry, Guard, Value};

use super::restored::restored;
use super::{Application, Template, Values};

/// The most environments of one helmfile.
const MAX_ENVIRONMENTS: usize = 20;
/// How deep helmfiles include helmfiles.
const MAX_DEPTH: usize = 4;

/// True for the name of a helmfile.
pub(in crate::input) fn is_one(path: &Path) -> bool {
    let name = unit::name(path);
    let name = name.strip_suffix(b".gotmpl").unwrap_or(name);
    let folder = || path.parent().is_some_and(|dir| dir.ends_with("helmfile.d"));
    matches!(name, b"helmfile.yaml" | b"helmfile.yml")
        || (name.ends_with(b".yaml") || name.ends_with(b".yml")) && folder()
}

/// The applications of the helmfiles among some files. One that another includes is read there.
pub(super) fn read(files: &[PathBuf], cx: &mut Cx<'_>) -> Vec<Application> {
    let all: Vec<&PathBuf> = files.iter().filter(|path| is_one(path)).collect();
    let mut includes: BTreeMap<&PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in &all {
        for tree in as_written(path, cx) {
            includes.entry(path).or_default().extend(inner(&tree, path, files).into_iter().map(|(path, _)| path));
        }
    }
    let included: BTreeSet<PathBuf> = includes.values().flatten().cloned().collect();
    let (first, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|path| !included.contains(*path));
    let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
    // Those that include each other have no first one.
    for path in first.into_iter().chain(rest) {
        if seen.contains(path) {
            continue;
        }
        let mut open = vec![path.clone()];
        while let Some(next) = open.pop() {
            open.extend(includes.get(&next).into_iter().flatten().filter(|inner| !seen.contains(*inner)).cloned());
            seen.insert(next);
        }
        let mut names: Vec<String> = Vec::new();
        let mut trees = as_written(path, cx);
        let more: Vec<_> = trees.iter().flat_map(|tree| bases(tree, path)).collect();
        trees.extend(more.iter().flat_map(|base| as_written(base, cx)));
        for tree in &trees {
            let environments = tree.get("environments").map(Node::pairs).unwrap_or_default();
            names.extend(environments.iter().filter_map(|(key, _)| key.as_str().map(str::to_owned)));
        }
        names.sort();
        names.dedup();
        if names.is_empty() {
            names.push("default".to_owned());
        }
        let several = names.len() > 1;
        for name in names.iter().take(MAX_ENVIRONMENTS) {
            let mut run = Run { environment: name, several, outside: None, skips: None, files, out: &mut out };
            run.file(path, &mut None, None, 0, cx);
        }
        if names.len() > MAX_ENVIRONMENTS
            && let Ok(view) = cx.view(path)
        {
            cx.gap(yaml_files::first_line(&view), Why::limit("environments of a helmfile"));
        }
    }
    out
}

/// The documents of a helmfile before it is filled in.
fn as_written(path: &Path, cx: &mut Cx<'_>) -> Vec<Node> {
    let mut out = Vec::new();
    for part in parts(path, cx) {
        let Some(at) = part.span() else { continue };
        out.extend(yaml_files::documents(&cx.made("helmfile", &part, at)).tree);
    }
    out
}

/// The texts between the lines of `---` of a file.
fn parts(path: &Path, cx: &mut Cx<'_>) -> Vec<Traced> {
    let Ok(view) = cx.view(path) else { return Vec::new() };
    let mut out = Vec::new();
    let (mut from, mut at) = (0, 0);
    for line in view.bytes.split_inclusive(|b| *b == b'\n') {
        if line.trim_ascii_end() == b"---" {
            out.push(view.traced(from..at));
            from = at + line.len();
        }
        at += line.len();
    }
    out.push(view.traced(from..at));
    out.retain(|text| !text.bytes().trim_ascii().is_empty());
    out
}

/// The helmfiles that a helmfile includes, also by a pattern that fits some of `files`, each with what it passes.
fn inner<'n>(tree: &'n Node, path: &Path, files: &[PathBuf]) -> Vec<(PathBuf, Option<&'n Node>)> {
    let dir = path.parent().unwrap_or(path);
    let items = tree.get("helmfiles").map(Node::items).unwrap_or_default();
    let path_of = |item: &'n Node| item.as_str().or_else(|| item.get("path")?.as_str());
    let named = items.iter().filter_map(|item| Some((path_of(item)?, item.get("values"))));
    let mut out = Vec::new();
    for (name, values) in named.filter(|(name, _)| !name.contains("::")) {
        let at = normal(&dir.join(name));
        match name.contains('*').then(|| glob(&at.to_string_lossy())).flatten() {
            Some(pattern) => {
                let fits = files.iter().filter(|file| *file != path && pattern.is_match(file));
                out.extend(fits.map(|file| (file.clone(), values)));
            }
            None => out.push((at, values)),
        }
    }
    out
}

/// The files that a helmfile is laid over.
fn bases<'n>(tree: &'n Node, path: &'n Path) -> impl Iterator<Item = PathBuf> + use<'n> {
    let dir = path.parent().unwrap_or(path);
    let names = tree.get("bases").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str);
    names.filter(|name| !name.contains("::")).map(|name| normal(&dir.join(name)))
}

/// A reading of a helmfile for one environment.
struct Run<'a> {
    environment: &'a str,
    /// True if there are other environments.
    several: bool,
    /// Why values of the environment may be missing here.
    outside: Option<Why>,
    /// Files of values that are missing are no mistake.
    skips: Option<bool>,
    /// All helmfiles.
    files: &'a [PathBuf],
    out: &'a mut Vec<Application>,
}

/// What `missingFileHandler` says.
fn skips(node: Option<&Node>) -> Option<bool> {
    let handler = node?.get("missingFileHandler").and_then(Node::as_str)?;
    Some(matches!(handler, "Warn" | "Info" | "Debug"))
}

impl Run<'_> {
    /// Reads a helmfile, with the values of the environment so far and those that another helmfile passes.
    fn file(&mut self, path: &Path, state: &mut Option<Values>, passed: Option<&Node>, depth: usize, cx: &mut Cx<'_>) {
        let dir = path.parent().unwrap_or(path).to_owned();
        for part in parts(path, cx) {
            let Some(at) = part.span() else { continue };
            // What another helmfile passes is there from the start, and wins in the end.
            if state.is_none() && passed.is_some() {
                self.list(passed, &dir, state.insert(Values::new(at)), None, cx);
            }
            let known = value_of(&state.get_or_insert_with(|| Values::new(at)).tree);
            self.outside = state.as_ref().and_then(|state| state.open.first()).map(|gap| gap.why.clone());
            let text = self.filled(&part, (&known, &dir), None, at, cx);
            let near = [&b"chart: ."[..], b"chart: \"."].iter().any(|word| yaml_files::holds(part.bytes(), word));
            if let Some((_, why)) = text.first_unknown().filter(|_| near && text.is_unknown()) {
                cx.gap(at, why.clone());
            }
            let parsed = yaml_files::documents(&cx.made("helmfile", &text, at));
            match parsed.errors.first() {
                Some(error) if text == part => cx.notes.syntax(error, ""),
                Some(_) if near || text.has_unknown() => {
                    cx.gap(at, Why::NotUnderstood("a helmfile, which is not valid YAML when it is filled in,".into()));
                }
                _ => {}
            }
            for tree in &parsed.tree {
                let deep = depth >= MAX_DEPTH;
                if deep && (bases(tree, path).next().is_some() || !inner(tree, path, self.files).is_empty()) {
                    cx.gap(tree.span, Why::limit("helmfiles that include each other"));
                }
                for base in bases(tree, path).filter(|_| !deep) {
                    self.file(&base, state, None, depth + 1, cx);
                }
                let values = state.get_or_insert_with(|| Values::new(at));
                self.list(tree.get("values"), &dir, values, None, cx);
                let own = tree.get("environments").and_then(|all| all.get(self.environment));
                self.skips = skips(own).or_else(|| skips(Some(tree)));
                self.list(own.and_then(|own| own.get("values")), &dir, values, None, cx);
                if let Some((key, _)) = own.and_then(|own| own.pair("secrets")) {
                    values.outside("what `secrets` of an environment sets", key.span);
                }
                if let Some(passed) = passed {
                    self.list(Some(passed), &dir, values, None, cx);
                }
                for release in tree.get("releases").map(Node::items).unwrap_or_default() {
                    self.skips = skips(Some(release)).or_else(|| skips(Some(tree)));
                    self.release(release, tree, &dir, values, cx);
                }
                for (path, passed) in inner(tree, path, self.files).into_iter().filter(|_| !deep) {
                    self.file(&path, &mut None, passed, depth + 1, cx);
                }
            }
        }
    }

    /// A text with the templates in it filled in.
    fn filled(
        &self,
        text: &Traced,
        (values, dir): (&Value, &Path),
        release: Option<&Node>,
        at: Span,
        cx: &mut Cx<'_>,
    ) -> Traced {
        // A parser takes what stands in braces for unknown.
        let text = &restored(text, &cx.texts);
        if !yaml_files::holds(text.bytes(), b"{{") {
            return text.clone();
        }
        let word = |text: &str| Value::str(Traced::made(text, at), at);
        let map = |entries: Vec<(&str, Value)>| {
            let entries = entries.into_iter().map(|(key, value)| (Arc::from(key), Entry { key: at, value }));
            Value::map(entries.collect(), at)
        };
        // helmfile refuses a value that is not there, so it comes from elsewhere.
        let missing = || Why::NoDefault("a value of the environment".into());
        let values = &helm::open(values, self.outside.clone().unwrap_or_else(missing));
        let environment = map(vec![("Name", word(self.environment)), ("Values", values.clone())]);
        let field = |key: &str| release.and_then(|r| r.get(key)).map_or_else(|| word(""), value_of);
        let names = [
            ("Name", "name"),
            ("Namespace", "namespace"),
            ("Chart", "chart"),
            ("Labels", "labels"),
            ("KubeContext", "kubeContext"),
        ];
        let about = map(names.map(|(name, key)| (name, field(key))).to_vec());
        let dot = map(vec![
            ("Values", values.clone()),
            ("StateValues", values.clone()),
            ("Environment", environment),
            ("Release", about),
            ("Namespace", Value::unknown(Why::FromOutside("the namespace on the command line".into()), at)),
        ]);
        helm::text(text, &dot, Some(dir), at, cx)
    }

    /// The templates that stand in a tree filled in for a release.
    fn filled_tree(&self, node: &Node, about: (&Value, &Path), release: &Node, cx: &mut Cx<'_>) -> Node {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) => {
                let text = self.filled(&scalar.text, about, Some(release), node.span, cx);
                NodeKind::Scalar(Scalar { text, style: scalar.style })
            }
            NodeKind::Seq(items) => {
                NodeKind::Seq(items.iter().map(|item| self.filled_tree(item, about, release, cx)).collect())
            }
            NodeKind::Map(pairs) => NodeKind::Map(
                pairs.iter().map(|(key, value)| (key.clone(), self.filled_tree(value, about, release, cx))).collect(),
            ),
        };
        Node { kind, ..node.clone() }
    }

    /// Lays maps, and files of values, over some values.
    fn list(
        &self,
        items: Option<&Node>,
        dir: &Path,
        into: &mut Values,
        release: Option<(&Node, &Value)>,
        cx: &mut Cx<'_>,
    ) {
        for item in items.map(Node::items).unwrap_or_default() {
            let Some(scalar) = item.as_scalar() else {
                into.lay(item);
                continue;
            };
            let known = release.map_or_else(|| value_of(&into.tree), |(_, values)| values.clone());
            let node = release.map(|(node, _)| node);
            let scalar =
                &Scalar { text: self.filled(&scalar.text, (&known, dir), node, item.span, cx), style: scalar.style };
            let Some(name) = scalar.text.known_str().filter(|name| !name.contains("::")) else {
                into.outside("a file of values", item.span);
                continue;
            };
            let path = normal(&dir.join(name));
            if !name.ends_with(".gotmpl") {
                if !into.file(&path, item.span, cx) && self.skips != Some(true) {
                    into.outside(&format!("the content of `{name}`"), item.span);
                }
                continue;
            }
            match cx.view(&path) {
                Ok(view) => {
                    let text = view.traced(0..view.bytes.len());
                    let text = self.filled(&text, (&known, dir), node, item.span, cx);
                    into.text(&text, name, item.span, cx);
                }
                Err(FileError::Missing) if self.skips == Some(true) => {}
                Err(_) => into.outside(&format!("the content of `{name}`"), item.span),
            }
        }
    }

    fn release(&mut self, node: &Node, tree: &Node, dir: &Path, state: &Values, cx: &mut Cx<'_>) {
        let mut whole = Node::map(Vec::new(), node.span);
        let templates = node.get("inherit").map(Node::items).unwrap_or_default();
        for name in templates.iter().filter_map(|item| item.get("template")?.as_str()) {
            if let Some(template) = tree.path(&["templates", name]) {
                lay(&mut whole, template.clone());
            }
        }
        lay(&mut whole, node.clone());
        let known = value_of(&state.tree);
        for key in ["name", "namespace", "chart"] {
            if let Some((own, value)) = whole.pair(key).cloned() {
                let value = self.filled_tree(&value, (&known, dir), &whole, cx);
                lay(&mut whole, Node::map(vec![(own, value)], node.span));
            }
        }
        let text = |key: &str| whole.get(key).and_then(Node::as_str);
        let condition =
            text("condition").map(|path| path.split('.').try_fold(known.clone(), |value, key| value.get(key)));
        if text("installed") == Some("false") || condition.flatten().is_some_and(|on| on.as_bool() == Some(false)) {
            return;
        }
        let place = node.pair("name").map_or(node.span, |(key, value)| key.span.to(value.span));
        let mut name = text("name").unwrap_or("?").to_owned();
        if let Some(namespace) = text("namespace") {
            name = format!("{namespace}/{name}");
        }
        if self.several {
            name = format!("{name} ({})", self.environment);
        }
        let mut values = Values::new(place);
        values.open.extend(state.open.iter().cloned());
        self.list(whole.get("values"), dir, &mut values, Some((&whole, &known)), cx);
        let of_release = |key: &str, run: &Self, cx: &mut Cx<'_>| {
            whole.get(key).map(|node| run.filled_tree(node, (&known, dir), &whole, cx))
        };
        let more = of_release("valuesTemplate", self, cx);
        self.list(more.as_ref(), dir, &mut values, Some((&whole, &known)), cx);
        let templates = of_release("setTemplate", self, cx);
        for (list, string) in [(whole.get("set"), false), (whole.get("setString"), true), (templates.as_ref(), false)] {
            for item in list.map(Node::items).unwrap_or_default() {
                let Some(path) = item.get("name").and_then(Node::as_str) else { continue };
                if let Some(name) = item.get("file").and_then(Node::as_str) {
                    match cx.view(&normal(&dir.join(name))) {
                        Ok(view) => values.set(path, &view.traced(0..view.bytes.len()), true, item.span),
                        Err(_) => values.outside(&format!("the content of `{name}`"), item.span),
                    }
                    continue;
                }
                let several = item.get("values").map(Node::items).unwrap_or_default();
                for (n, value) in several.iter().enumerate().filter_map(|(n, value)| Some((n, value.as_scalar()?))) {
                    values.set(&format!("{path}[{n}]"), &value.text, string, item.span);
                }
                match item.get("value").and_then(Node::as_scalar) {
                    _ if !several.is_empty() => {}
                    Some(value) => values.set(path, &value.text, string, item.span),
                    None => values.open.push(Gap {
                        at: item.span,
                        why: Why::NotUnderstood(format!("the value `{}`", path.escape_debug()).into()),
                    }),
                }
            }
        }
        let mut when = Guard::always();
        if let Some((key, _)) = whole.pair("secrets") {
            values.outside("what `secrets` of a release sets", key.span);
            when = Guard::of(Condition::new("its secrets set no other value", true));
        }
        let mut patches = Vec::new();
        for (theirs, ours) in [("strategicMergePatches", "patchesStrategicMerge"), ("jsonPatches", "patchesJson6902")] {
            if let Some((key, list)) = whole.pair(theirs) {
                let name = Node::quoted(Traced::made(ours, key.span), key.span);
                patches.push((dir.to_owned(), Node::map(vec![(name, list.clone())], key.span)));
            }
        }
        if let Some((key, _)) = whole.pair("transformers") {
            values.open.push(Gap { at: key.span, why: Why::NotUnderstood("a transformer of helmfile".into()) });
        }
        let chart = text("chart").unwrap_or_default();
        let local = normal(&dir.join(chart));
        let template = if !chart.is_empty() && cx.files.read(&local.join("Chart.yaml")).is_ok() {
            Template::Chart(local)
        } else {
            Template::Elsewhere(format!("the chart `{}`", chart.escape_debug()))
        };
        self.out.push(Application { name, template, values, patches, when });
    }
}
