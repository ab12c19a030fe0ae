//! Kubernetes documents in resources: manifests as objects and as text, the values of Helm releases, the data of config
//! maps. Sources: hashicorp/terraform-provider-helm `helm/resource_helm_release.go` (`getValues`), helm/helm
//! `pkg/strvals`, gavinbunney/terraform-provider-kubectl `kubernetes/data_source_kubectl_path_documents.go`.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::kubelet::statements;
use crate::node::{Gap, NodeGroup};
use crate::setting::Which;
use crate::syntax::hcl::{Block, Body};
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Alternative, Entry, Guard, Kind, Value};

use super::super::set_values::{PathStep, lay, path_of, put, seq, typed};
use super::super::{embedded, helm, manifests};
use super::super::{yaml_files, yaml_values};
use super::carriers::{DOCUMENTS, Holds};
use super::data_sources::outside;
use super::engine::Engine;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::functions::files::{files_like, render};
use super::lang::outcome::{Early, Outcome, Refused};
use crate::input::unit::normal;

/// Attributes that set single values of a release, in the order in which the provider applies them: blocks, or lists of
/// objects since version 3.
const SETS: [&str; 3] = ["set", "set_list", "set_sensitive"];

/// Words that show that an unknown text would concern nodes.
const ABOUT_NODES: [&str; 5] = ["kubelet", "nodeconfig", "ec2nodeclass", "karpenter", "/etc/eks/"];

/// The most documents that files are split into.
const MAX_DOCUMENTS: usize = 1_000;

/// The node groups in a resource, and what is unknown in it.
#[derive(Default)]
pub(super) struct ReadDocuments {
    pub(super) groups: Vec<NodeGroup>,
    pub(super) open: Option<(Span, Why)>,
}

impl Engine<'_, '_> {
    /// The node groups that the documents of a resource describe.
    pub(super) fn documents_in(&mut self, instance: usize, address: &str, block: &Arc<Block>) -> Vec<NodeGroup> {
        let Some((_, attribute, holds)) = DOCUMENTS.iter().find(|(kind, ..)| *kind == block.label(0)) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for (guard, suffix, own, maybe) in self.instances_of(instance, block) {
            let Some(guard) = self.instances[instance].when.and(&guard) else { continue };
            let name = format!("{address}{suffix}");
            for (when, read) in self.read_documents(&block.body, (attribute, *holds), &own, &name) {
                let Some(when) = guard.and(&when) else { continue };
                if let Some((at, why)) = read.open
                    && self.is_about_nodes(block)
                {
                    let at = self.in_repository(at);
                    self.cx.gap(at, why);
                }
                for mut group in read.groups {
                    group.gaps.extend(maybe.clone().map(|why| Gap { at: block.header, why }));
                    let place = self.place_of(instance, block, &own);
                    out.extend(self.group_of_resource(group, &when, &name, place));
                }
            }
        }
        out
    }

    fn is_about_nodes(&self, block: &Block) -> bool {
        let text = String::from_utf8_lossy(self.cx.texts.slice(block.span)).to_lowercase();
        ABOUT_NODES.iter().any(|word| text.contains(word))
    }

    fn read_documents(
        &mut self,
        body: &Body,
        (attribute, holds): (&str, Holds),
        own: &Env,
        name: &str,
    ) -> Vec<(Guard, ReadDocuments)> {
        match holds {
            Holds::Values => return self.release(body, own, name),
            Holds::Template => return self.stack_template(body, own, name),
            _ => {}
        }
        let Some(value) = self.attribute(body, attribute, own) else { return Vec::new() };
        let mut out = Vec::new();
        for (when, value) in self.lang().hoist(&value) {
            let mut read = ReadDocuments::default();
            match (&value.kind, holds) {
                (Kind::Unknown(why), _) => read.open = Some((value.at, why.clone())),
                (Kind::Map(_), Holds::Object) => {
                    read.groups = manifests::in_tree(&yaml_values::node_of(&value), name, self.cx);
                }
                (Kind::Map(map), Holds::Texts) => {
                    for key in map.entries.keys() {
                        let Some(text) = value.get(key) else { continue };
                        self.text_with_documents(&text, &format!("{key} of {name}"), &mut read);
                    }
                }
                (Kind::List(_), Holds::Patches) => {
                    let patches = value.items();
                    if let Some(patch) = patches.iter().find(|patch| patch.to_traced().is_some_and(|t| t.is_unknown()))
                    {
                        let why = patch.to_traced().and_then(|text| text.first_unknown().map(|(_, why)| why.clone()));
                        read.open = why.map(|why| (patch.at, why));
                    }
                    let texts = patches.iter().filter_map(|patch| Some((patch.to_traced()?, patch.at)));
                    read.groups = manifests::merged_patches(&texts.collect::<Vec<_>>(), name, value.at, self.cx);
                }
                (Kind::List(_), Holds::Text) => {
                    for text in value.items() {
                        self.text_with_documents(&text, name, &mut read);
                    }
                }
                (Kind::Str(_), Holds::Text) => self.text_with_documents(&value, name, &mut read),
                _ => {}
            }
            out.push((when, read));
        }
        out
    }

    fn text_with_documents(&mut self, value: &Value, name: &str, read: &mut ReadDocuments) {
        let Some(text) = value.to_traced() else { return };
        if let Some((at, why)) = text.first_unknown().filter(|_| text.is_unknown()) {
            read.open = Some((at, why.clone()));
        }
        read.groups.append(&mut manifests::in_text(&text, name, value.at, self.cx));
    }

    /// The values of a release: texts merged in order, then single values on top.
    fn release(&mut self, body: &Body, own: &Env, name: &str) -> Vec<(Guard, ReadDocuments)> {
        let at = body.span;
        let mut parts = vec![self.attribute(body, "values", own).unwrap_or_else(|| Value::list(Vec::new(), at))];
        for kind in SETS {
            parts.extend(self.attribute(body, kind, own));
            let mut ways = Vec::new();
            for (when, nested) in self.nested(body, kind, own) {
                let mut items = Vec::new();
                for (env, set) in &nested.blocks {
                    let mut entries = IndexMap::new();
                    for attribute in &set.attributes {
                        let value = self.eval_or_unknown(&attribute.value, env);
                        entries.insert(Arc::clone(&attribute.name), Entry { key: attribute.name_span, value });
                    }
                    items.push(Value::map(entries, at));
                }
                ways.push(Alternative { when, value: Value::list(items, at) });
            }
            parts.push(Value::either(ways, at));
        }
        let chart = self.chart_of(body, own);
        if chart.is_none() && !parts.iter().any(speaks) {
            return Vec::new();
        }
        let whole = Value::list(parts, at);
        let mut out = Vec::new();
        for (when, parts) in self.lang().hoist(&whole) {
            let parts = parts.items();
            let Some((values, sets)) = parts.split_first() else { continue };
            let mut read = ReadDocuments::default();
            let mut tree = Node { kind: NodeKind::Map(Vec::new()), span: at, tag: None };
            if let Kind::Unknown(why) = &values.kind {
                read.open = Some((values.at, why.clone()));
            }
            for value in values.items() {
                let Some(text) = value.to_traced() else { continue };
                match text.first_unknown().filter(|_| text.is_unknown()) {
                    Some((at, why)) => {
                        read.open = Some((at, why.clone()));
                        let node = Node::plain(Traced::unknown(at, why.clone()), at);
                        lay(&mut tree, Node { kind: NodeKind::Map(vec![(node.clone(), node)]), span: at, tag: None });
                    }
                    None => self.lay_values(&mut tree, &text, name, value.at),
                }
            }
            for set in sets.iter().flat_map(Value::items) {
                match setting(&set) {
                    Some((path, value, at)) => put(&mut tree, &path, value, at),
                    None => read.open = Some((set.at, Why::NotUnderstood(format!("a value of {name}").into()))),
                }
            }
            if let Some(dir) = &chart {
                let values = yaml_values::value_of(&tree);
                let groups = helm::rendered(dir, &values, &format!(" of {name}"), self.cx);
                read.groups = groups.unwrap_or_default();
                for group in &mut read.groups {
                    group.gaps.extend(read.open.clone().map(|(at, why)| Gap { at, why }));
                }
                out.push((when, read));
                continue;
            }
            read.groups = embedded::in_values(&tree, name, self.cx);
            // A kubelet setting in a form that only the chart understands.
            if read.groups.is_empty()
                && let Some(setting) = statements::in_tree(&tree, Which::Durations).first()
            {
                read.open =
                    Some((setting.at, Why::NotUnderstood(format!("what the chart of {name} makes of it").into())));
            }
            out.push((when, read));
        }
        out
    }

    /// The directory of the chart of a release, if it is in the repository.
    fn chart_of(&mut self, body: &Body, own: &Env) -> Option<PathBuf> {
        let repository = self.attribute(body, "repository", own);
        if repository.is_some_and(|r| !r.is_null() && r.as_known_str() != Some("")) {
            return None;
        }
        let chart = self.attribute(body, "chart", own)?;
        let chart = chart.as_known_str()?;
        // Terraform takes it from where it runs, which may be a copy of the module.
        let own = own.instance.map(|instance| self.instances[instance].module.dir.clone());
        let dirs = [Some(self.root.clone()), own].into_iter().flatten().map(|dir| normal(&dir.join(chart)));
        let files = &self.cx.files;
        dirs.into_iter().find(|dir| dir.starts_with(files.root()) && files.read(&dir.join("Chart.yaml")).is_ok())
    }

    /// Merges a text of values into the known ones. Only its first document is used.
    fn lay_values(&mut self, tree: &mut Node, text: &Traced, name: &str, at: Span) {
        let id = self.cx.texts.add_made(format!("values of {name}"), text, at);
        let view = self.cx.texts.view(id);
        let parsed = yaml_files::documents(&view);
        if manifests::names_one(&view.bytes) {
            yaml_files::note_errors(&view, &parsed, self.cx);
        }
        if let Some(over) = parsed.tree.into_iter().next() {
            lay(tree, over);
        }
    }

    /// `documents` or `manifests` of the data sources that split YAML files.
    pub(super) fn kubectl_documents(&mut self, block: &Arc<Block>, own: &Env, name: &str, at: Span) -> Outcome {
        let names = ["pattern", "content", "vars", "sensitive_vars", "disable_template"];
        let parts = names.map(|name| self.argument(&block.body, name, own, at));
        let parts = parts.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.lift(&parts, at, &mut |engine, args| {
            let mut texts = Vec::new();
            if let Some(text) = args[1].to_traced() {
                texts.push(text);
            } else if let Some(pattern) = args[0].as_known_str() {
                let Some(paths) = files_like(engine, pattern) else {
                    return Ok(Value::unknown(Why::NotUnderstood(format!("the pattern {pattern}").into()), at));
                };
                for path in paths {
                    let Ok(id) = engine.cx.open(&path) else { continue };
                    let view = engine.cx.texts.view(id);
                    if !engine.charge(view.bytes.len() * 8) {
                        return Ok(Value::unknown(Why::limit("steps of evaluation"), at));
                    }
                    if args[4].as_bool() == Some(true) {
                        texts.push(view.traced(0..view.bytes.len()));
                        continue;
                    }
                    let mut entries = IndexMap::new();
                    for vars in &args[2..4] {
                        if let Kind::Map(map) = &vars.kind {
                            let outer = &vars.via;
                            entries.extend(map.entries.iter().map(|(k, e)| {
                                let value = e.value.clone().with_outer(outer);
                                (Arc::clone(k), Entry { key: e.key, value })
                            }));
                        }
                    }
                    let rendered =
                        render(engine, id, &Value::map(entries, at), at, own, "rendered").or_else(Early::outcome)?;
                    let Some(text) = rendered.to_traced() else {
                        return Ok(Value::unknown(
                            Why::NotUnderstood("a template that depends on a condition".into()),
                            at,
                        ));
                    };
                    texts.push(text);
                }
            } else {
                return Ok(outside(&block.labels.join("."), name, at));
            }
            if let Some((_, why)) = texts.iter().filter(|t| t.is_unknown()).find_map(Traced::first_unknown) {
                return Ok(Value::unknown(why.clone(), at));
            }
            let documents = budget::at_most(texts.iter().flat_map(apart), MAX_DOCUMENTS, "documents of one file");
            let documents: Vec<Value> = documents.map(|text| Value::str(text, at)).collect();
            let value = match name {
                "documents" => Value::list(documents, at),
                "manifests" => Value::map(engine.by_link(documents), at),
                _ => return Err(Refused::new(format!("there is no {name}"))),
            };
            Ok(engine.bounded(value))
        })
    }

    /// Documents by the key that the provider uses: a path of kind and name. One with an unknown name has its number as
    /// key.
    fn by_link(&mut self, documents: Vec<Value>) -> IndexMap<Arc<str>, Entry> {
        let mut out = IndexMap::new();
        for (number, document) in documents.into_iter().enumerate() {
            let at = document.at;
            let mut link = None;
            if let Some(text) = document.to_traced() {
                let id = self.cx.texts.add_made("documents", &text, at);
                let view = self.cx.texts.view(id);
                link = yaml_files::documents(&view).tree.first().and_then(|tree| {
                    let part = |path: &[&str]| tree.path(path).and_then(Node::as_str).map(str::to_owned);
                    let space =
                        part(&["metadata", "namespace"]).map_or_else(String::new, |s| format!("/namespaces/{s}"));
                    let kind = part(&["kind"])?.to_lowercase();
                    Some(format!("/apis/{}{space}/{kind}s/{}", part(&["apiVersion"])?, part(&["metadata", "name"])?))
                });
            }
            let key = link.unwrap_or_else(|| format!("document {number}"));
            out.insert(key.into(), Entry { key: at, value: document });
        }
        out
    }
}

/// True if a text inside a value may contain a document, or is unknown.
fn speaks(value: &Value) -> bool {
    match &value.kind {
        Kind::Str(text) => text.is_unknown() || manifests::may_hold(text.bytes()),
        Kind::Unknown(_) => true,
        Kind::List(items) => items.iter().any(speaks),
        Kind::Map(map) => map.entries.values().any(|e| speaks(&e.value)),
        Kind::Either(ways) => ways.iter().any(|way| speaks(&way.value)),
        _ => false,
    }
}

/// The path and the value of a `set` or `set_list`, and where it is written.
fn setting(set: &Value) -> Option<(Vec<PathStep>, Node, Span)> {
    let path = path_of(set.get("name")?.as_known_str()?)?;
    let value = set.get("value")?;
    let kind = set.get("type").and_then(|kind| kind.as_known_str().map(str::to_owned));
    let node = match &value.kind {
        Kind::List(_) => seq(value.items().iter().filter_map(Value::to_traced), value.at),
        Kind::Null => Node::plain(Traced::made("null", value.at), value.at),
        _ => {
            let text = value.to_traced()?;
            match kind.as_deref() {
                Some("literal") => Node::quoted(text, value.at),
                kind => typed(text, kind == Some("string"), value.at)?,
            }
        }
    };
    Some((path, node, value.at))
}

/// The documents of a YAML stream that are not empty.
fn apart(text: &Traced) -> Vec<Traced> {
    let bytes = text.bytes();
    let mut out = Vec::new();
    let (mut from, mut at) = (0, 0);
    let mut push = |from: usize, to: usize| {
        let blank = |line: &[u8]| line.trim_ascii_start().is_empty() || line.trim_ascii_start().starts_with(b"#");
        if !bytes[from..to].split(|b| *b == b'\n').all(blank) {
            out.push(text.slice(from..to));
        }
    };
    while at < bytes.len() {
        let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| at + n + 1);
        let line = bytes[at..end].trim_ascii_end();
        if line == b"---" || line.starts_with(b"--- ") {
            push(from, at);
            from = end;
        }
        at = end;
    }
    push(from, bytes.len());
    out
}
