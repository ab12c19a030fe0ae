//! Texts that a configuration stores for nodes or tools to read: S3 objects, SSM parameters, local files. User data
//! that fetches an object finds the content under the object's address.

use std::collections::HashMap;
use std::sync::Arc;

use crate::node::{NodeGroup, Step, StoredObject, Wrapping};
use crate::syntax::hcl::{Block, Body};
use crate::text::{Traced, budget};
use crate::value::{Condition, Guard, Value};

use super::super::manifests;
use super::super::standalone::is_user_data;
use super::carriers::{STORES, unwrapped};
use super::engine::Engine;
use super::lang::env::Env;
use super::lang::functions::files::file;
use super::lang::outcome::Early;

const PARAMETER: &str = "aws_ssm_parameter";

/// The most stored objects that a node may fetch.
const MAX_OBJECTS: usize = 256;

/// How many encodings around a text are looked through.
const MAX_LAYERS: usize = 4;

/// A text and what is encoded in it.
fn layers_of(text: &Traced, layers: usize, out: &mut Vec<String>) {
    out.push(text.to_text().into_owned());
    for part in text.encoded_parts().iter().filter(|_| layers > 0) {
        layers_of(&part.original, layers - 1, out);
    }
}

impl Engine<'_, '_> {
    /// The alternatives of a stored text.
    fn stored(&mut self, body: &Body, kind: &str, own: &Env) -> Vec<(Guard, Traced)> {
        let Some((_, texts, files)) = STORES.iter().find(|(k, ..)| *k == kind) else { return Vec::new() };
        let mut out = Vec::new();
        for name in *texts {
            for way in self.ways_of_attribute(body, name, own) {
                if let Some(text) = way.value.to_traced() {
                    out.push((way.when, unwrapped(&text).clone()));
                }
            }
        }
        for name in *files {
            for way in self.ways_of_attribute(body, name, own) {
                let at = way.value.at;
                if let Ok(content) = file(self, &[way.value], at, own).or_else(Early::outcome)
                    && let Some(text) = content.to_traced()
                {
                    out.push((way.when, text));
                }
            }
        }
        out
    }

    /// Finds the S3 objects and SSM parameters that module instances declare.
    pub(super) fn find_objects(&mut self, instances: &[usize]) {
        let mut out = Vec::new();
        for kind in [PARAMETER, "aws_s3_object", "aws_s3_bucket_object"] {
            for (instance, _, block, env) in self.all_of(instances, kind) {
                let part = |engine: &mut Self, name: &str| {
                    engine.attribute(&block.body, name, &env)?.to_traced().map(|text| text.to_text().into_owned())
                };
                let (uri, key) = if kind == PARAMETER {
                    let name = self.attribute(&block.body, "name", &env).and_then(|name| name.to_traced());
                    let Some(name) = name.and_then(|name| name.known_str().map(str::to_owned)) else { continue };
                    (format!("ssm:{name}"), name)
                } else {
                    let (Some(bucket), Some(key)) = (part(self, "bucket"), part(self, "key")) else { continue };
                    let key = key.trim_start_matches('/').to_owned();
                    (format!("s3://{bucket}/{key}"), key)
                };
                if out.len() >= MAX_OBJECTS {
                    budget::reached("stored objects");
                    break;
                }
                if let [(_, content)] = &self.stored(&block.body, kind, &env)[..] {
                    out.push(StoredObject { uri, key, content: content.clone(), at: block.header, instance });
                }
            }
        }
        self.cx.stored = out;
    }

    /// The objects that user data of a module instance mentions, as files that exist on the node. Of several with one name, it is
    /// that of the same instance.
    pub(super) fn fetched(&mut self, user_data: &Traced, instance: Option<usize>) -> Vec<Step> {
        if self.cx.stored.is_empty() {
            return Vec::new();
        }
        let mut out = Vec::new();
        let mut open = vec![unwrapped(user_data)];
        let mut named: HashMap<&str, Vec<&StoredObject>> = HashMap::new();
        for object in &self.cx.stored {
            named.entry(&object.uri).or_default().push(object);
        }
        let is_the_one = |one: &&StoredObject| {
            let named = &named[one.uri.as_str()];
            let own: Vec<_> = named.iter().copied().filter(|o| Some(o.instance) == instance).collect();
            let own = if own.is_empty() { named } else { &own };
            own.iter().any(|o| o.instance == one.instance)
                && own.iter().all(|o| o.content.bytes() == one.content.bytes())
        };
        let mut left: Vec<&StoredObject> = self.cx.stored.iter().filter(is_the_one).collect();
        // What is fetched may fetch more.
        while let Some(text) = open.pop() {
            let mut layers = Vec::new();
            layers_of(text, MAX_LAYERS, &mut layers);
            left.retain(|o| {
                let store = if o.uri.starts_with("ssm:") { "ssm" } else { "s3" };
                let named = layers.iter().any(|text| text.contains(store) && text.contains(&o.key));
                if named {
                    // What a script runs is judged on its own, too: it may be run in other ways.
                    let read = store == "ssm" && layers.iter().any(|text| text.contains("get-parameter"));
                    self.used.extend(Some(o.at).filter(|_| read));
                    out.push(Step::file(o.uri.clone(), o.content.clone()));
                    open.push(&o.content);
                }
                !named
            });
        }
        out
    }

    /// The steps of a stored text that boots or runs on its own.
    pub(super) fn stored_steps(&mut self, block: &Block, own: &Env) -> Vec<(Guard, Vec<Step>)> {
        let ways = self.stored(&block.body, block.label(0), own);
        let mut step = |text: Traced| {
            let first = text.bytes().split(|b| *b == b'\n').next().unwrap_or_default();
            let shell = first.starts_with(b"#!") && first.ends_with(b"sh");
            let data = is_user_data(text.bytes());
            let mut steps = if data || shell { self.fetched(&text, own.instance) } else { Vec::new() };
            match (data, shell) {
                (true, _) => steps.push(Step::UserData(text, Wrapping::Plain)),
                (_, true) => steps.push(Step::Script(text)),
                _ => {}
            }
            steps
        };
        ways.into_iter().map(|(when, text)| (when, step(text))).collect()
    }

    /// The node groups of the documents in a file on the machine that runs Terraform, which a command there passes to a tool.
    pub(super) fn documents_for_commands(
        &mut self,
        instance: usize,
        address: &str,
        block: &Arc<Block>,
    ) -> Vec<NodeGroup> {
        if !matches!(block.label(0), "local_file" | "local_sensitive_file") {
            return Vec::new();
        }
        let mut out = Vec::new();
        for (guard, suffix, own, _) in self.instances_of(instance, block) {
            let Some(guard) = self.instances[instance].when.and(&guard) else { continue };
            for (when, text) in self.stored(&block.body, block.label(0), &own) {
                let Some(when) = guard.and(&when).filter(|_| manifests::may_hold(text.bytes())) else { continue };
                let name = format!("{address}{suffix}");
                let found = manifests::for_clusters(&text, &name, block.header, self.cx);
                if found.is_empty() {
                    continue;
                }
                let path = self.attribute(&block.body, "filename", &own).and_then(|path| path.to_traced());
                let path = path.map(|path| path.to_text().into_owned()).unwrap_or_default();
                let file = path.rsplit('/').next().unwrap_or_default().to_owned();
                let runs = !file.is_empty() && self.local_commands().iter().any(|command| command.contains(&file));
                let read = Condition::new(format!("a command reads {path}"), true);
                let read = if runs { Guard::always() } else { Guard::of(read) };
                for mut group in found {
                    let Some(both) = group.when.and(&read) else { continue };
                    group.when = both;
                    let place = self.place_of(instance, block, &own);
                    out.extend(self.group_of_resource(group, &when, &name, place));
                }
            }
        }
        out
    }

    /// The commands that run on the machine that runs Terraform.
    fn local_commands(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for instance in 0..self.instances.len() {
            let module = Arc::clone(&self.instances[instance].module);
            for block in module.resources.values() {
                for inner in block.body.blocks_of("provisioner").filter(|inner| inner.label(0) == "local-exec") {
                    for (_, _, env, _) in self.instances_of(instance, block) {
                        let command = self.attribute(&inner.body, "command", &env);
                        let ways = command.iter().flat_map(Value::alternatives);
                        out.extend(ways.filter_map(|(_, way)| Some(way.to_traced()?.to_text().into_owned())));
                    }
                }
            }
        }
        out
    }

    /// The value of the SSM parameter that a data source looks up, if the same configuration stores it; of several with one name,
    /// that of the same module instance.
    pub(super) fn parameter_named(&mut self, name: &str, own: Option<usize>) -> Option<Value> {
        let instances: Vec<usize> = (0..self.instances.len()).collect();
        let mut found = Vec::new();
        for (instance, _, block, env) in self.all_of(&instances, PARAMETER) {
            if self.attribute(&block.body, "name", &env).is_some_and(|own| own.as_known_str() == Some(name)) {
                found.push((instance, block, env));
            }
        }
        if found.iter().any(|(instance, ..)| Some(*instance) == own) {
            found.retain(|(instance, ..)| Some(*instance) == own);
        } else if found.iter().any(|(instance, ..)| *instance != found[0].0) {
            return None;
        }
        let (_, block, env) = found.into_iter().next()?;
        let value = block.body.attribute("value").or_else(|| block.body.attribute("insecure_value"))?;
        self.used.push(block.header);
        Some(self.eval_or_unknown(&value.value, &env))
    }
}
