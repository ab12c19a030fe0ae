//! Clusters that a provider creates from blocks of a resource, as the document that the tool behind it reads. Sources:
//! tehcyx/terraform-provider-kind `kind/structure_kind_config.go`, rancher/terraform-provider-rke
//! `rke/structure_rke_cluster.go`, rancher/terraform-provider-rancher2 `rancher2/structure_cluster_v2_rke_config.go`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::node::NodeGroup;
use crate::syntax::hcl::{Block, Body};
use crate::text::Traced;
use crate::value::{Alternative, Entry, Kind, Value};

use super::super::{manifests, yaml_values};
use super::carriers::CLUSTERS;
use super::engine::Engine;
use super::lang::env::Env;
use super::lang::functions::decoding::yamldecode;
use super::lang::outcome::Early;

/// Types of nested blocks that become lists, and the names of the lists.
const LISTS: &[(&str, &str)] = &[("node", "nodes"), ("machine_selector_config", "machine_selector_config")];

/// Attributes whose text is a document.
const TEXTS: &[&str] = &["machine_global_config", "config"];

/// How deep blocks are nested.
const MAX_DEPTH: usize = 6;

impl Engine<'_, '_> {
    /// The node groups of a cluster that a resource describes in blocks.
    pub(super) fn cluster_in(&mut self, instance: usize, address: &str, block: &Arc<Block>) -> Vec<NodeGroup> {
        let Some(cluster) = CLUSTERS.iter().find(|c| c.resource == block.label(0)) else { return Vec::new() };
        let mut out = Vec::new();
        for (guard, suffix, own, _) in self.instances_of(instance, block) {
            let Some(guard) = self.instances[instance].when.and(&guard) else { continue };
            let name = format!("{address}{suffix}");
            let version = self.attribute(&block.body, "kubernetes_version", &own);
            for (when, nested) in self.nested_deep(&block.body, cluster.path, &own) {
                let Some(guard) = guard.and(&when) else { continue };
                for (env, body) in nested.blocks {
                    let value = self.block_as_value(body, cluster.camel, &env, 0);
                    for (when, value) in self.lang().hoist(&value) {
                        let Some(when) = guard.and(&when) else { continue };
                        let value = wrapped(value, cluster.under, version.as_ref());
                        let document = with_head(value, cluster.head);
                        for group in manifests::in_tree(&yaml_values::node_of(&document), &name, self.cx) {
                            let place = self.place_of(instance, block, &own);
                            out.extend(self.group_of_resource(group, &when, &name, place));
                        }
                    }
                }
            }
        }
        out
    }

    /// A block as a map: its attributes, and its nested blocks by their type.
    fn block_as_value(&mut self, body: &Body, camel: bool, env: &Env, depth: usize) -> Value {
        let at = body.span;
        let mut entries = IndexMap::new();
        let renamed = |name: &str| -> Arc<str> { if camel { camel_case(name).into() } else { name.into() } };
        for attribute in &body.attributes {
            let mut value = self.eval_or_unknown(&attribute.value, env);
            if TEXTS.contains(&&*attribute.name) && value.to_traced().is_some() && !value.is_unknown() {
                let read = yamldecode(self, &[value.clone()], value.at, env).or_else(Early::outcome);
                value = read.unwrap_or(value);
            }
            entries.insert(renamed(&attribute.name), Entry { key: attribute.name_span, value });
        }
        let mut kinds: Vec<&str> = Vec::new();
        for inner in &body.blocks {
            let kind = if &*inner.kind == "dynamic" { inner.label(0) } else { &inner.kind };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        for kind in kinds.into_iter().filter(|_| depth < MAX_DEPTH) {
            let list = LISTS.iter().find(|(name, _)| *name == kind);
            let mut ways = Vec::new();
            for (when, nested) in self.nested(body, kind, env) {
                let one = |(env, body): &(Env, &Body)| self.block_as_value(body, camel, env, depth + 1);
                let mut items: Vec<Value> = nested.blocks.iter().map(one).collect();
                let value = match (list, items.pop()) {
                    (None, Some(last)) => last,
                    (None, None) => Value::null(at),
                    (Some(_), last) => Value::list(items.into_iter().chain(last).collect(), at),
                };
                ways.push(Alternative { when, value });
            }
            let key = body.blocks.iter().find(|b| &*b.kind == kind).map_or(at, |b| b.header);
            let name = list.map_or(kind, |(_, name)| name);
            entries.insert(renamed(name), Entry { key, value: Value::either(ways, at) });
        }
        Value::map(entries, at)
    }
}

/// The value below a path of keys, with the version beside the last one.
fn wrapped(value: Value, under: &[&str], version: Option<&Value>) -> Value {
    let at = value.at;
    let mut value = value;
    for (n, key) in under.iter().rev().enumerate() {
        let mut entries = IndexMap::new();
        if let Some(version) = version.filter(|_| n == 0) {
            entries.insert(Arc::from("kubernetesVersion"), Entry { key: version.at, value: version.clone() });
        }
        entries.insert(Arc::from(*key), Entry { key: at, value });
        value = Value::map(entries, at);
    }
    value
}

/// The value with what the document begins with.
fn with_head(value: Value, head: &[(&str, &str)]) -> Value {
    let at = value.at;
    let Kind::Map(map) = &value.kind else { return value };
    let text = |text: &str| Value::str(Traced::made(text, at), at);
    let head = head.iter().map(|(key, word)| (Arc::from(*key), Entry { key: at, value: text(word) }));
    let mut entries: IndexMap<Arc<str>, Entry> = head.collect();
    entries.extend(map.entries.iter().map(|(key, entry)| (Arc::clone(key), entry.clone())));
    Value::map(entries, at)
}

/// `api_version` as `apiVersion`.
fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        out.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}
