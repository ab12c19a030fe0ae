//! Scripts and files that reach a node after launch or build its image: SSM documents and associations, Image Builder
//! components, and the provisioners of Terraform and Packer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{NodeGroup, Step};
use crate::syntax::hcl::{Block, Body};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Alternative, Guard, Kind, MAX_ALTERNATIVES, Value};

use super::carriers::is_store;
use super::engine::Engine;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::functions::decoding::yamldecode;
use super::lang::functions::files::file;
use super::lang::outcome::{Early, Refused, combined};
use crate::input::run_documents::{self, script};
use crate::input::unit::normal;
use crate::input::watched::KUBELET_WORDS;
use crate::input::{commands, yaml_files};

/// The most files of a folder that a provisioner uploads, and how deep they may lie.
const MAX_UPLOADS: usize = 64;
const MAX_UPLOAD_DEPTH: usize = 6;
/// Resources with an attribute that contains a document with commands, in JSON or YAML.
const DOCUMENTS: &[(&str, &str)] = &[
    ("aws_imagebuilder_component", "data"),
    ("aws_ssm_document", "content"),
    ("azurerm_virtual_machine_extension", "protected_settings"),
    ("azurerm_virtual_machine_extension", "settings"),
    ("azurerm_virtual_machine_scale_set_extension", "protected_settings"),
    ("azurerm_virtual_machine_scale_set_extension", "settings"),
];

/// The steps on a node, for each undecided condition.
type Ways = Vec<(Guard, Vec<Step>)>;

impl Engine<'_, '_> {
    /// What a resource runs on a node: a group for each of its instances, with its scripts as steps. Empty without a
    /// known script.
    pub(super) fn scripts(&mut self, instance: usize, address: &str, block: &Arc<Block>) -> Vec<NodeGroup> {
        let mut groups = Vec::new();
        for (guard, suffix, own, _) in self.instances_of(instance, block) {
            let Some(guard) = self.instances[instance].when.and(&guard) else { continue };
            for inner in block.body.blocks_of("provisioner").filter(|inner| inner.label(0) == "local-exec") {
                if self.at_the_end(&inner.body) {
                    continue;
                }
                let Some(command) = self.attribute(&inner.body, "command", &own) else { continue };
                let environment = self.attribute(&inner.body, "environment", &own);
                let variables = environment.iter().flat_map(|value| match &value.kind {
                    Kind::Map(map) => {
                        let names = map.entries.keys();
                        names.map(|name| (name.to_string(), value.get(name).and_then(|v| v.to_traced()))).collect()
                    }
                    _ => Vec::new(),
                });
                let variables: BTreeMap<_, _> = variables.collect();
                let dir = self.attribute(&inner.body, "working_dir", &own);
                let dir = dir.as_ref().and_then(|dir| dir.as_known_str()).map_or_else(PathBuf::new, PathBuf::from);
                let dir = normal(&self.root.join(dir));
                for (when, value) in command.alternatives() {
                    let Some((when, text)) = guard.and(&when).zip(value.to_traced()) else { continue };
                    let name = format!("{address}{suffix}");
                    for mut group in commands::in_text(&text, (&name, &dir), inner.header, variables.clone(), self.cx) {
                        let Some(when) = when.and(&group.when) else { continue };
                        group.when = when;
                        groups.push(group);
                    }
                }
            }
            let ways = if is_store(block) { self.stored_steps(block, &own) } else { self.scripts_of(block, &own) };
            for (when, steps) in ways {
                let Some(when) = guard.and(&when) else { continue };
                if !steps.iter().any(|step| matches!(step, Step::Script(_) | Step::UserData(..))) {
                    continue;
                }
                let mut group = NodeGroup::new(format!("{address}{suffix}"), self.place_of(instance, block, &own));
                group.when = when;
                group.steps = steps.into_iter().map(|step| self.step_in_repository(step)).collect();
                match block.label(0) {
                    "aws_ssm_document" if !self.is_associated(instance, block) => {
                        run_documents::unclear(&mut group, &run_documents::if_run(address));
                    }
                    "aws_imagebuilder_component" => {
                        run_documents::unclear(&mut group, &run_documents::if_built(address));
                    }
                    _ => {}
                }
                groups.push(group);
            }
        }
        groups
    }

    /// True for a provisioner that runs only before its resource is destroyed: `when = destroy`.
    fn at_the_end(&self, body: &Body) -> bool {
        let Some(when) = body.attribute("when").map(|attribute| attribute.value.span) else { return false };
        let bytes = &self.cx.texts.get(when.text).bytes;
        let word = bytes.get(when.start as usize..when.end as usize).unwrap_or_default();
        word.trim_ascii().trim_ascii_start().strip_prefix(b"\"").unwrap_or(word).starts_with(b"destroy")
    }

    /// True if an association of the same module runs a document.
    fn is_associated(&mut self, instance: usize, document: &Arc<Block>) -> bool {
        let module = Arc::clone(&self.instances[instance].module);
        let associations = module.resources.iter().filter(|((kind, _), _)| &**kind == "aws_ssm_association");
        associations.into_iter().any(|(_, block)| {
            let instances = self.instances_of(instance, block);
            instances.into_iter().any(|(_, _, own, _)| {
                self.document_of(block, &own).is_some_and(|(found, _)| Arc::ptr_eq(&found, document))
            })
        })
    }

    fn scripts_of(&mut self, block: &Block, own: &Env) -> Ways {
        let kind = block.label(0);
        let documents: Vec<_> = DOCUMENTS.iter().filter(|(k, _)| *k == kind).collect();
        if !documents.is_empty() {
            return documents.into_iter().flat_map(|(_, name)| self.document((block, name), own, None)).collect();
        }
        if kind == "aws_ssm_association" {
            return self.association(block, own);
        }
        if kind == "ssh_resource" {
            let files = block.body.blocks_of("file").flat_map(|file| self.upload(&file.body, own));
            let mut steps: Vec<Step> = files.flat_map(|(_, steps)| steps).collect();
            let commands = self.attribute(&block.body, "commands", own);
            steps.extend(commands.and_then(|lines| script(&lines, &Traced::new())));
            return vec![(Guard::always(), steps)];
        }
        self.provisioners(&block.body, own)
    }

    /// The commands of a document. `given` are values for its parameters.
    fn document(&mut self, (block, attribute): (&Block, &str), own: &Env, given: Option<&Value>) -> Ways {
        let mut out = Vec::new();
        for way in self.ways_of_attribute(&block.body, attribute, own) {
            // JSON is also YAML.
            let at = way.value.at;
            let Ok(document) = yamldecode(self, &[way.value], at, own).or_else(Early::outcome) else { continue };
            out.push((way.when, run_documents::steps(&document, given, at)));
        }
        out
    }

    /// An association runs the commands in its parameters, or a document with these parameters.
    fn association(&mut self, block: &Block, own: &Env) -> Ways {
        let mut given = self.ways_of_attribute(&block.body, "parameters", own);
        if given.is_empty() {
            let value = Value::map(indexmap::IndexMap::new(), block.header);
            given.push(Alternative { when: Guard::always(), value });
        }
        let mut out = Vec::new();
        for way in given {
            let steps = run_documents::lists(&way.value);
            if !steps.is_empty() {
                out.push((way.when, steps));
                continue;
            }
            // A document without parameters is checked on its own.
            let Some((document, env)) = self.document_of(block, own).filter(|_| !is_empty(&way.value)) else {
                continue;
            };
            for (when, steps) in self.document((&document, "content"), &env, Some(&way.value)) {
                if let Some(when) = way.when.and(&when) {
                    out.push((when, steps));
                }
            }
        }
        out
    }

    /// The document that an association names, if it is in the same module.
    fn document_of(&mut self, block: &Block, own: &Env) -> Option<(Arc<Block>, Env)> {
        let name = self.attribute(&block.body, "name", own)?;
        let instance = own.instance?;
        let module = Arc::clone(&self.instances.get(instance)?.module);
        for ((kind, label), document) in module.resources.iter().filter(|((kind, _), _)| &**kind == "aws_ssm_document")
        {
            let address = self.addressed(instance, &format!("{kind}.{label}"));
            for (_, _, env, _) in self.instances_of(instance, document) {
                let address = format!("{address}{}", env.suffix());
                let fits = match &name.kind {
                    Kind::Unknown(Why::Attribute(of, _)) => **of == *address,
                    Kind::Str(text) => {
                        let own = self.attribute(&document.body, "name", &env);
                        text.known_str().is_some() && own.as_ref().and_then(Value::as_known_str) == text.known_str()
                    }
                    _ => false,
                };
                if fits {
                    return Some((Arc::clone(document), env));
                }
            }
        }
        None
    }

    /// The steps of provisioners, in order: `remote-exec` and `file` of Terraform, `shell` and `file` of Packer.
    pub(super) fn provisioners(&mut self, body: &Body, own: &Env) -> Ways {
        let mut ways: Ways = vec![(Guard::always(), Vec::new())];
        for inner in body.blocks_of("provisioner") {
            let next = match inner.label(0) {
                "remote-exec" | "shell" => self.shell(&inner.body, own),
                "file" => self.upload(&inner.body, own),
                _ => continue,
            };
            if next.is_empty() {
                continue;
            }
            let product = combined(&ways, &next, |steps, more| [&steps[..], more].concat());
            if product.len() <= MAX_ALTERNATIVES {
                ways = product;
            } else {
                self.cx.gap(inner.header, Why::Limit("alternatives of one resource"));
            }
        }
        ways
    }

    /// `inline`, `script` or `scripts`, with the environment that Packer sets.
    fn shell(&mut self, body: &Body, own: &Env) -> Ways {
        let mut environment = Traced::new();
        if let Some(attribute) = body.attribute("environment_vars") {
            for pair in self.eval_or_unknown(&attribute.value, own).items().iter().filter_map(Value::to_traced) {
                let Some(at) = pair.bytes().iter().position(|b| *b == b'=') else { continue };
                export(&mut environment, &pair.slice(0..at), &pair.slice(at + 1..pair.len()), attribute.value.span);
            }
        }
        if let Some(attribute) = body.attribute("env") {
            let value = self.eval_or_unknown(&attribute.value, own);
            if let Kind::Map(map) = &value.kind {
                for (name, entry) in &map.entries {
                    let Some(text) = entry.value.to_traced() else { continue };
                    let name = Traced::made(name.as_bytes(), entry.key);
                    export(&mut environment, &name, &text, attribute.value.span);
                }
            }
        }
        let mut out = Vec::new();
        for name in ["inline", "script", "scripts"] {
            let Some(value) = self.attribute(body, name, own) else { continue };
            for (when, value) in value.alternatives() {
                let steps = if name == "inline" {
                    script(&value, &environment).into_iter().collect()
                } else {
                    let files = if matches!(value.kind, Kind::List(_)) { value.items() } else { vec![value] };
                    files.iter().filter_map(|path| self.script_file(path, &environment, own)).collect::<Vec<_>>()
                };
                if !steps.is_empty() {
                    out.push((when, steps));
                }
            }
        }
        out
    }

    fn script_file(&mut self, path: &Value, environment: &Traced, own: &Env) -> Option<Step> {
        let mut text = environment.clone();
        text.push(&self.content(path, own)?);
        Some(Step::Script(text))
    }

    /// The content of a file of the repository. An unreadable file is reported as a gap.
    fn content(&mut self, path: &Value, own: &Env) -> Option<Traced> {
        let at = path.at;
        let mut content = file(self, std::slice::from_ref(path), at, own).or_else(Early::outcome);
        // Packer runs in its own directory or in the root of the repository.
        if content.as_ref().map_or(true, |value| matches!(value.kind, Kind::Unknown(Why::Invalid(_))))
            && let Some(name) = path.as_known_str()
        {
            let whole = self.cx.files.root().join(name);
            let there = Value::str(Traced::made(whole.to_string_lossy().as_bytes(), at), at);
            if let Ok(found) = file(self, &[there], at, own)
                && !found.is_unknown()
            {
                content = Ok(found);
            }
        }
        let why = match content.map(|value| value.to_traced()) {
            Ok(Some(text)) if !text.is_unknown() => return Some(text),
            Ok(text) => text.and_then(|t| t.first_unknown().map(|(_, why)| why.clone())),
            Err(Refused(why)) => Some(Why::Invalid(why)),
        };
        let at = self.in_repository(at);
        self.cx.gap(at, why.unwrap_or(Why::NotUnderstood("a file of a provisioner".into())));
        None
    }

    /// `source` or `content`, put at `destination`.
    fn upload(&mut self, body: &Body, own: &Env) -> Ways {
        let text =
            |engine: &mut Self, name: &str| engine.attribute(body, name, own).filter(|v| v.as_known_str().is_some());
        if text(self, "direction").is_some_and(|d| d.as_known_str() == Some("download")) {
            return Vec::new();
        }
        let Some(destination) = text(self, "destination") else { return Vec::new() };
        let source = text(self, "source");
        if let (Some(source), Some(path)) = (source.as_ref().and_then(Value::as_known_str), destination.as_known_str())
            && let Some(steps) = self.folder(source, path)
        {
            return vec![(Guard::always(), steps)];
        }
        let content = match &source {
            Some(source) => self.content(source, own),
            None => self.attribute(body, "content", own).and_then(|content| content.to_traced()),
        };
        let (Some(content), Some(path)) = (content, destination.as_known_str()) else { return Vec::new() };
        // In a directory the file keeps its name.
        let base =
            source.as_ref().and_then(|s| s.as_known_str()?.rsplit('/').next().map(str::to_owned)).unwrap_or_default();
        let path = match path {
            "/tmp" | "/root" | "/opt" | "/etc" => format!("{path}/{base}"),
            path if path.ends_with('/') => format!("{path}{base}"),
            path => path.to_owned(),
        };
        vec![(Guard::always(), vec![Step::file(path, content)])]
    }

    /// The scripts of a folder, and its files about kubelets, put below `destination`: with the name of the folder unless `source`
    /// ends with a slash. `None` if it is no folder.
    fn folder(&mut self, source: &str, destination: &str) -> Option<Vec<Step>> {
        let files = self.cx.files;
        let mut bases = [self.root.as_path(), files.root()].into_iter().map(|base| normal(&base.join(source)));
        let base = bases.find(|dir| dir.starts_with(files.root()) && files.is_dir(dir))?;
        let name = base.file_name().filter(|_| !source.ends_with('/')).unwrap_or_default();
        let target = Path::new(destination).join(name);
        let (mut open, mut out) = (vec![base.clone()], Vec::new());
        while let Some(dir) = open.pop() {
            if dir.components().count() - base.components().count() < MAX_UPLOAD_DEPTH {
                open.extend(files.folders(&dir));
            }
            for path in files.list(&dir) {
                let about = |bytes: &[u8]| KUBELET_WORDS.iter().any(|word| yaml_files::holds(bytes, word.as_bytes()));
                let ours = files.glance(&path).is_some_and(|bytes| bytes.starts_with(b"#!") || about(&bytes));
                let Some(view) = ours.then(|| self.cx.view(&path).ok()).flatten() else { continue };
                if out.len() >= MAX_UPLOADS {
                    budget::reached("files that a provisioner uploads");
                    return Some(out);
                }
                let inner = path.strip_prefix(&base).unwrap_or(&path);
                out.push(Step::file(target.join(inner).to_string_lossy(), view.traced(0..view.bytes.len())));
            }
        }
        Some(out)
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(&value.kind, Kind::Map(map) if map.entries.is_empty() && map.open.is_none())
}

/// Writes the line `export NAME='value'`.
fn export(out: &mut Traced, name: &Traced, value: &Traced, at: Span) {
    out.push_made(b"export ", at);
    out.push(name);
    out.push_made(b"='", at);
    out.push(&value.replace(b"'", &Traced::made("'\\''", at)));
    out.push_made(b"'\n", at);
}
