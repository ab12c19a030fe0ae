//! Argo CD's `ApplicationSet`: the generators `list`, `git` (directories and files), `matrix`, `merge`, and one application for what
//! only a cluster knows. Source: argoproj/argo-cd at v3.5.1, `applicationset/generators` and `applicationset/utils/utils.go`.

use std::path::Path;
use std::sync::Arc;

use crate::input::glob::glob;
use crate::input::set_values::lay;
use crate::input::yaml_values::value_of;
use crate::input::{helm, yaml_files};
use crate::node::{Cx, Gap};
use crate::syntax::patches::strategic;
use crate::syntax::{Node, NodeKind, Scalar, Style};
use crate::text::{Span, Traced, Why, placeholder};
use crate::value::{Condition, Entry, Guard, Kind, Map, Value};

use super::repository::Repository;
use super::restored::restored;

/// The most applications of one generator.
const MAX_GENERATED: usize = 100;
/// The most folders and files that the patterns of one set are held against.
const MAX_STEPS: usize = 20_000;
/// How deep generators nest.
const MAX_DEPTH: usize = 3;

/// What a generator yields, and where there is more.
#[derive(Default)]
pub(super) struct Generated {
    /// Documents of applications, each under a condition.
    pub(super) documents: Vec<(Node, Guard)>,
    /// What is left out.
    pub(super) more: Option<Gap>,
}

/// The parameters of one application: a map, or unknown.
type Parameters = Value;

/// Parameters, what the generator changes in the template, and the conditions under which it yields them.
type Yield = (Parameters, Option<Node>, Guard);

struct Set<'a> {
    tree: &'a Node,
    go: bool,
    place: Span,
    more: Option<Gap>,
    /// Folders that may still be looked at.
    steps: usize,
}

/// The applications of a set.
pub(super) fn read(tree: &Node, cx: &mut Cx<'_>) -> Generated {
    let mut out = Generated::default();
    let Some(spec) = tree.get("spec") else { return out };
    let Some(template) = spec.get("template") else { return out };
    let go = spec.get("goTemplate").and_then(Node::as_str) == Some("true");
    let place = tree.pair("kind").map_or(tree.span, |(key, value)| key.span.to(value.span));
    let mut set = Set { tree, go, place, more: None, steps: MAX_STEPS };
    for generator in spec.get("generators").map(Node::items).unwrap_or_default() {
        for (parameters, over, when) in set.generator(generator, 0, cx) {
            let mut document = template.clone();
            if let Some(over) = over {
                lay(&mut document, over);
            }
            let mut document = set.fill(&document, &parameters, cx);
            if let Some(patch) = spec.get("templatePatch").and_then(Node::as_scalar) {
                document = set.patched(document, &patch.text, &parameters, cx);
            }
            out.documents.push((set.whole(document), when));
        }
    }
    out.more = set.more;
    out
}

impl Set<'_> {
    /// A filled template as a document: it has the kind and the namespace of the set.
    fn whole(&self, template: Node) -> Node {
        let at = self.place;
        let word = |text: &str| Node::quoted(Traced::made(text, at), at);
        let namespace = self.tree.path(&["metadata", "namespace"]).cloned().unwrap_or_else(|| word("argocd"));
        let mut document = Node::map(
            vec![
                (word("apiVersion"), word("argoproj.io/v1alpha1")),
                (word("kind"), word("Application")),
                (word("metadata"), Node::map(vec![(word("namespace"), namespace)], at)),
            ],
            at,
        );
        lay(&mut document, template);
        if document.path(&["metadata", "name"]).and_then(Node::as_str).is_none()
            && let Some(name) = self.tree.path(&["metadata", "name"])
        {
            lay(
                &mut document,
                Node::map(vec![(word("metadata"), Node::map(vec![(word("name"), name.clone())], at))], at),
            );
        }
        document
    }

    fn generator(&mut self, node: &Node, depth: usize, cx: &mut Cx<'_>) -> Vec<Yield> {
        let Some((key, inner)) = node.pairs().iter().find(|(key, _)| key.as_str() != Some("selector")) else {
            return Vec::new();
        };
        let always = |all: Vec<Parameters>| all.into_iter().map(|one| (one, Guard::always())).collect();
        let mut out = match key.as_str() {
            Some("list") => always(self.list(inner, cx)),
            Some("git") => always(self.git(inner, cx)),
            Some("matrix") if depth < MAX_DEPTH => self.matrix(inner, depth, cx),
            Some("merge") if depth < MAX_DEPTH => self.merge(inner, depth, cx),
            name => {
                let what = format!("what the generator `{}` yields", name.unwrap_or_default().escape_debug());
                let why = Why::FromOutside(what.into());
                self.more = Some(Gap { at: key.span, why: why.clone() });
                let unknown = Value::unknown(why, key.span);
                always(vec![match inner.get("values").filter(|values| values.is_map()) {
                    Some(values) => {
                        let filled = value_of(&self.fill(values, &unknown, cx));
                        both(&unknown, &map([("values", filled)], values.span))
                    }
                    None => unknown,
                }])
            }
        };
        if let Some(selector) = node.get("selector") {
            out.retain(|(parameters, _)| selected(selector, parameters));
        }
        if out.len() > MAX_GENERATED {
            out.truncate(MAX_GENERATED);
            self.more = Some(Gap { at: key.span, why: Why::limit("applications of one generator") });
        }
        let over = inner.get("template").filter(|t| t.is_map());
        out.into_iter().map(|(parameters, when)| (parameters, over.cloned(), when)).collect()
    }

    fn list(&self, node: &Node, cx: &mut Cx<'_>) -> Vec<Parameters> {
        let mut out: Vec<_> = node.get("elements").map(Node::items).unwrap_or_default().iter().map(value_of).collect();
        if let Some(text) = node.get("elementsYaml").and_then(Node::as_scalar) {
            let trees = yaml_files::documents(&cx.made("elements of a generator", &text.text, self.place)).tree;
            out.extend(trees.iter().flat_map(Node::items).map(value_of));
        }
        out
    }

    fn matrix(&mut self, node: &Node, depth: usize, cx: &mut Cx<'_>) -> Vec<(Parameters, Guard)> {
        let [first, second] = node.get("generators").map(Node::items).unwrap_or_default() else { return Vec::new() };
        let mut out = Vec::new();
        for (one, _, when) in self.generator(first, depth + 1, cx) {
            // The second may use what the first yields.
            let second = self.fill(second, &one, cx);
            for (two, _, more) in self.generator(&second, depth + 1, cx) {
                if out.len() > MAX_GENERATED {
                    return out;
                }
                out.extend(when.and(&more).map(|when| (both(&one, &two), when)));
            }
        }
        out
    }

    /// What the first generator yields, changed by what the others yield with the same keys. Where only the cluster knows the keys
    /// of the first, each of the others counts as well, if there is one like it. Source: `applicationset/generators/merge.go`.
    fn merge(&mut self, node: &Node, depth: usize, cx: &mut Cx<'_>) -> Vec<(Parameters, Guard)> {
        let [first, others @ ..] = node.get("generators").map(Node::items).unwrap_or_default() else {
            return Vec::new();
        };
        let names: Vec<&str> =
            node.get("mergeKeys").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).collect();
        let keys = |parameters: &Value| -> Option<Vec<String>> {
            let key = |name: &&str| looked_up(parameters, name)?.to_traced()?.known_str().map(str::to_owned);
            names.iter().map(key).collect()
        };
        let mut out: Vec<(Parameters, Guard)> = Vec::new();
        let mut open = Vec::new();
        for (one, _, when) in self.generator(first, depth + 1, cx) {
            if keys(&one).is_none() {
                open.push((one.clone(), when.clone()));
            }
            out.push((one, when));
        }
        for other in others {
            for (over, _, when) in self.generator(other, depth + 1, cx) {
                let Some(own) = keys(&over) else { continue };
                let known = out.iter_mut().filter(|(one, _)| keys(one).as_ref() == Some(&own));
                let changed = known.map(|(one, _)| *one = both(one, &over)).count();
                if changed > 0 || out.len() > MAX_GENERATED {
                    continue;
                }
                let words = format!("there is one with {} `{}`", names.join(" and "), own.join("` and `"));
                let like = Guard::of(Condition::new(words.escape_debug().to_string(), true));
                for (one, first) in &open {
                    let when = first.and(&when).and_then(|when| when.and(&like));
                    out.extend(when.map(|when| (both(one, &over), when)));
                }
            }
        }
        out
    }

    fn git(&mut self, node: &Node, cx: &mut Cx<'_>) -> Vec<Parameters> {
        let url = node.get("repoURL").and_then(Node::as_str);
        let repository = Repository::of(url, "", self.place, cx);
        let items = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
        let prefix = node.get("pathParamPrefix").and_then(Node::as_str);
        let mut out = Vec::new();
        for (key, files) in [("directories", false), ("files", true)] {
            let excluded: Vec<_> = items(key)
                .iter()
                .filter(|item| is_excluded(item))
                .filter_map(|item| glob(item.get("path")?.as_str()?.trim_matches('/')))
                .collect();
            for item in items(key).iter().filter(|item| !is_excluded(item)) {
                let Some(pattern) = item.get("path").and_then(Node::as_str) else { continue };
                let found = repository.matching(pattern, files, &mut self.steps, cx);
                for (path, at) in found.into_iter().filter(|(path, _)| !excluded.iter().any(|glob| glob.is_match(path)))
                {
                    if out.len() > MAX_GENERATED {
                        return out;
                    }
                    let own = of_path(&path, files, prefix, item.span);
                    if !files {
                        out.push(own);
                        continue;
                    }
                    let Ok(view) = cx.view(&at) else { continue };
                    for tree in yaml_files::documents(&view).tree.iter().take(1) {
                        let several = tree.items();
                        let one = std::slice::from_ref(tree);
                        out.extend(
                            (if tree.is_map() { one } else { several }).iter().map(|tree| both(&value_of(tree), &own)),
                        );
                    }
                }
            }
        }
        if let Some(values) = node.get("values") {
            for parameters in &mut out {
                let filled = value_of(&self.fill(values, parameters, cx));
                *parameters = both(parameters, &map([("values", filled)], values.span));
            }
        }
        out
    }

    /// A part of the template with the parameters filled in.
    fn fill(&self, tree: &Node, parameters: &Value, cx: &mut Cx<'_>) -> Node {
        let kind = match &tree.kind {
            NodeKind::Scalar(scalar) if scalar.text.has_unknown() || yaml_files::holds(scalar.text.bytes(), b"{{") => {
                let why = Why::NotUnderstood("a parameter that the generator does not yield".into());
                let open = if self.go { helm::open(parameters, why) } else { parameters.clone() };
                let text = self.text(&scalar.text, &open, tree.span, cx);
                NodeKind::Scalar(Scalar { text, style: Style::DoubleQuoted })
            }
            NodeKind::Scalar(_) => return tree.clone(),
            NodeKind::Seq(items) => NodeKind::Seq(items.iter().map(|item| self.fill(item, parameters, cx)).collect()),
            NodeKind::Map(pairs) => {
                let mut filled = |node: &Node| self.fill(node, parameters, cx);
                NodeKind::Map(pairs.iter().map(|(k, v)| (filled(k), filled(v))).collect())
            }
        };
        Node { kind, ..tree.clone() }
    }

    fn text(&self, text: &Traced, parameters: &Value, at: Span, cx: &mut Cx<'_>) -> Traced {
        let text = &restored(text, &cx.texts);
        if let Kind::Unknown(why) = &parameters.kind {
            return placeholder::filled(text, |mark| {
                Some(mark.span().map_or_else(Traced::new, |at| Traced::unknown(at, why.clone())))
            });
        }
        if self.go {
            return helm::text(text, parameters, None, at, cx);
        }
        placeholder::filled(text, |mark| {
            let name = mark.known_str()?.strip_prefix("{{")?.strip_suffix("}}")?.trim();
            let value = looked_up(parameters, name)?.to_traced()?;
            Some(mark.span().map_or_else(Traced::new, |at| value.through(at, &Arc::from(name))))
        })
    }

    /// The application changed by `templatePatch`, which is a template of its own. It asks for what not all parameters have.
    fn patched(&self, document: Node, patch: &Traced, parameters: &Value, cx: &mut Cx<'_>) -> Node {
        let text = self.text(patch, parameters, self.place, cx);
        if text.bytes().trim_ascii().is_empty() {
            return document;
        }
        let parsed = yaml_files::documents(&cx.made("templatePatch", &text, self.place));
        let Some(tree) = parsed.tree.first().filter(|_| parsed.errors.is_empty() && !text.has_unknown()) else {
            cx.gap(self.place, Why::NotUnderstood("the `templatePatch` of an application set".into()));
            return document;
        };
        strategic::apply(&document, tree).unwrap_or(document)
    }
}

/// True unless labels that are known keep a selector from selecting the parameters.
fn selected(selector: &Node, parameters: &Value) -> bool {
    let text = |key: &str| looked_up(parameters, key)?.to_traced()?.known_str().map(str::to_owned);
    let open = |key: &str| match &parameters.kind {
        Kind::Map(map) => looked_up(parameters, key).map_or(map.open.is_some(), |value| value.is_unknown()),
        _ => true,
    };
    let labels = selector.get("matchLabels").map(Node::pairs).unwrap_or_default();
    let label = |(key, want): &(Node, Node)| match key.as_str().zip(want.as_str()) {
        Some((key, want)) => open(key) || text(key).as_deref() == Some(want),
        None => true,
    };
    let expression = |item: &Node| {
        let Some(key) = item.get("key").and_then(Node::as_str).filter(|key| !open(key)) else { return true };
        let have = text(key);
        let values = item.get("values").map(Node::items).unwrap_or_default();
        let among = have.as_deref().is_some_and(|have| values.iter().any(|value| value.as_str() == Some(have)));
        match item.get("operator").and_then(Node::as_str) {
            Some("In") => among,
            Some("NotIn") => !among,
            Some("Exists") => have.is_some(),
            Some("DoesNotExist") => have.is_none(),
            _ => true,
        }
    };
    let expressions = selector.get("matchExpressions").map(Node::items).unwrap_or_default();
    labels.iter().all(label) && expressions.iter().all(expression)
}

fn is_excluded(item: &Node) -> bool {
    item.get("exclude").and_then(Node::as_str) == Some("true")
}

fn map<const N: usize>(entries: [(&str, Value); N], at: Span) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (Arc::from(key), Entry { key: at, value }));
    Value::map(entries.collect(), at)
}

/// The entries of two maps; the second wins, except that maps in both are one.
fn both(first: &Value, second: &Value) -> Value {
    match (&first.kind, &second.kind) {
        (Kind::Map(_), Kind::Map(_)) => helm::overlay(first, second),
        (Kind::Unknown(_), Kind::Map(inner)) | (Kind::Map(inner), Kind::Unknown(_)) => {
            let why = [first, second].into_iter().find_map(|value| match &value.kind {
                Kind::Unknown(why) => Some(why.clone()),
                _ => None,
            });
            Value { kind: Kind::Map(Arc::new(Map { open: why, ..Map::clone(inner) })), ..first.clone() }
        }
        _ => first.clone(),
    }
}

/// The parameters of a folder, or of a file: those of its folder and its name.
fn of_path(path: &Path, is_file: bool, prefix: Option<&str>, at: Span) -> Value {
    let text = |text: &str| Value::str(Traced::made(text, at), at);
    let normalized =
        |name: &str| name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "-");
    let dir = if is_file { path.parent().unwrap_or(path) } else { path };
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let (base, file) = (name(dir), name(path));
    let segments = dir.iter().map(|part| text(&part.to_string_lossy())).collect();
    let mut entries = vec![
        ("path", text(&dir.to_string_lossy())),
        ("basename", text(&base)),
        ("basenameNormalized", text(&normalized(&base))),
        ("segments", Value::list(segments, at)),
    ];
    if is_file {
        entries.push(("filename", text(&file)));
        entries.push(("filenameNormalized", text(&normalized(&file))));
    }
    let entries = entries.into_iter().map(|(key, value)| (Arc::from(key), Entry { key: at, value }));
    let own = map([("path", Value::map(entries.collect(), at))], at);
    match prefix {
        Some(prefix) => map([(prefix, own)], at),
        None => own,
    }
}

/// The parameter of a name as it stands between `{{ }}` without `goTemplate`: `path`, `path.basename`, `path[0]`, `a.b`.
fn looked_up(parameters: &Value, name: &str) -> Option<Value> {
    if let Some(value) = parameters.get(name)
        && value.get("segments").is_none()
    {
        return Some(value);
    }
    if let Some((list, index)) = name.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
        return parameters.get(list)?.get("segments")?.item(index.parse().ok()?);
    }
    let value = name.split('.').try_fold(parameters.clone(), |value, key| value.get(key))?;
    if value.get("segments").is_some() { value.get("path") } else { Some(value) }
}
