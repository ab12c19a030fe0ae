//! Stacks inside stacks: nested stacks, Serverless applications and stack sets, with their parameters.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::node::NodeGroup;
use crate::syntax::Node;
use crate::text::{TextId, Traced, Why, budget};
use crate::value::{Guard, Kind};

use super::choice::{restrict, when};
use super::expand::expand;
use super::intrinsics::{Evaluator, Given};
use super::reader::StackReader;
use super::resources;
use super::template::{Template, is_template};
use crate::input::yaml_files;

/// The deepest nesting of stacks.
const MAX_STACKS: usize = 8;

/// What a nested stack takes of the budget of the unit.
pub(super) const STACK_WORK: usize = 50_000;

impl StackReader<'_, '_> {
    /// The node groups of a template that is deployed with `given`.
    ///
    /// `open` names those of `given` that follow from defaults, for which a deployment may choose other values.
    pub(super) fn template(&mut self, document: &Node, given: Given, open: BTreeSet<String>) -> Vec<NodeGroup> {
        let document = expand(document, &given, self);
        let template = Template::new(&document);
        let mut evaluator = Evaluator::with(&template, given, self.work);
        evaluator.open = open;
        let imports = yaml_files::holds(&self.cx.texts.view(document.span.text).bytes, b"ImportValue");
        let before = imports.then(|| (self.cx.notes.clone(), self.cx.claims.clone()));
        let groups = resources::node_groups(&mut evaluator, self);
        self.work = evaluator.work;
        // Only what reaches a node is looked for elsewhere.
        let exports = if evaluator.imports.is_empty() { Vec::new() } else { self.exports(&evaluator.imports) };
        let Some(before) = before.filter(|_| !exports.is_empty()) else { return groups };
        (self.cx.notes, self.cx.claims) = before;
        let (given, open) = (evaluator.given, evaluator.open);
        evaluator = Evaluator::with(&template, given, self.work);
        (evaluator.open, evaluator.exports) = (open, exports.into());
        let groups = resources::node_groups(&mut evaluator, self);
        self.work = evaluator.work;
        groups
    }

    /// The node groups of the stack that a resource makes.
    pub(super) fn nested(&mut self, name: &str, resource: &Node, evaluator: &mut Evaluator<'_>) -> Vec<NodeGroup> {
        if !budget::spend(STACK_WORK) {
            return Vec::new();
        }
        let Some(properties) = resource.get("Properties") else { return Vec::new() };
        let body = properties.get("TemplateBody");
        let url = properties.get("TemplateURL").or_else(|| properties.get("Location"));
        let Some(source) = body.or(url) else { return Vec::new() };
        let (found, guard) = if body.is_some() {
            (self.text_of(name, source, evaluator).map(|id| (id, None)), Guard::always())
        } else {
            match self.file_of(source, evaluator) {
                Some((id, path, guard)) => (Some((id, Some(path))), guard),
                None => (None, Guard::always()),
            }
        };
        let Some((id, path)) = found else { return Vec::new() };
        if self.open.len() >= MAX_STACKS {
            self.cx.gap(source.span, Why::limit("nested stacks"));
            return Vec::new();
        }
        let tree = self.parse(id);
        let Some(document) = tree.iter().find(|d| is_template(d)) else { return Vec::new() };
        let ways = ways(properties, evaluator);
        if let Some(path) = path {
            if self.open.contains(&path) {
                self.cx.gap(source.span, Why::NotUnderstood("a stack that nests itself".into()));
                return Vec::new();
            }
            // If the file is only probably the right one, it is also checked on its own.
            if guard.is_always() && !self.cx.claims.covers.contains(&path) {
                self.cx.claims.covers.push(path.clone());
            }
            self.open.push(path);
        } else {
            let here = self.open.last().cloned().unwrap_or_default();
            self.open.push(here);
        }
        self.work = evaluator.work;
        let mut groups = Vec::new();
        let several = ways.len() > 1;
        for (n, (given, open)) in ways.into_iter().enumerate() {
            let mut found = self.template(document, given, open);
            for group in &mut found {
                let which = if several { format!("[{n}]") } else { String::new() };
                group.name = format!("{name}{which}/{}", group.name).into();
            }
            groups.append(&mut found);
        }
        evaluator.work = self.work;
        self.open.pop();
        restrict(&mut groups, &guard);
        groups
    }

    /// The template in a property.
    fn text_of(&mut self, name: &str, source: &Node, evaluator: &mut Evaluator<'_>) -> Option<TextId> {
        // A template with alternatives has too many variants; the parts that differ become unknown.
        let value = evaluator.eval(source.into());
        match value.to_traced() {
            Some(text) if !text.is_unknown() => {
                Some(self.cx.texts.add_made(format!("TemplateBody of {name}"), &text, source.span))
            }
            _ => {
                let why = match value.kind {
                    Kind::Unknown(why) => why,
                    _ => Why::NotUnderstood("a template that is not a string".into()),
                };
                self.cx.gap(source.span, why);
                None
            }
        }
    }

    /// The template in a separate file, and the condition under which it is this file.
    fn file_of(&mut self, source: &Node, evaluator: &mut Evaluator<'_>) -> Option<(TextId, PathBuf, Guard)> {
        let value = evaluator.eval(source.into());
        let Some(text) = value.to_traced() else {
            self.cx.gap(source.span, Why::FromOutside("a template in a registry".into()));
            return None;
        };
        if let Some(path) = text.known_str().and_then(|s| self.place(Path::new(s))) {
            return match self.cx.open(&path) {
                Ok(id) => Some((id, path, Guard::always())),
                Err(error) => {
                    self.cx.gap(
                        source.span,
                        Why::FromOutside(format!("the template {} ({error})", text.to_text()).into()),
                    );
                    None
                }
            };
        }
        let found = self.uploaded(&text);
        if found.is_none() {
            let why = match text.first_unknown() {
                Some((_, why)) if text.is_unknown() => why.clone(),
                _ => Why::FromOutside("the template at a URL".into()),
            };
            self.cx.gap(source.span, why);
        }
        found
    }

    /// The file that was probably uploaded to a URL: one whose path, relative to here or to a directory above, is
    /// the end of the URL.
    pub(super) fn uploaded(&mut self, url: &Traced) -> Option<(TextId, PathBuf, Guard)> {
        let known = url.unknowns().last().map_or(0, |(range, _, _)| range.end);
        let end = url.slice(known..url.len());
        let end = end.as_str()?.split(['?', '#']).next()?.trim_start_matches('/').to_owned();
        let end = end.split_once("://").map_or(end.as_str(), |(_, rest)| rest);
        let parts: Vec<_> = end.split('/').filter(|p| !p.is_empty() && *p != "..").collect();
        let dir = self.open.last()?.parent()?.to_owned();
        for skipped in 0..parts.len().min(MAX_STACKS) {
            let rest: PathBuf = parts[skipped..].iter().collect();
            for above in dir.ancestors().take_while(|d| d.starts_with(self.cx.files.root())).take(MAX_STACKS) {
                let path = above.join(&rest);
                if let Ok(id) = self.cx.open(&path) {
                    let shown = yaml_files::shown(&path, self.cx);
                    return Some((id, path, when(format!("{shown} is what was uploaded as {}", rest.display()))));
                }
            }
        }
        None
    }
}

/// The parameters that are passed to a stack, and the names of those that follow from defaults; for a stack set, those of each
/// group of its instances.
fn ways(properties: &Node, evaluator: &mut Evaluator<'_>) -> Vec<(Given, BTreeSet<String>)> {
    let (mut given, mut open) = (Given::new(), BTreeSet::new());
    if let Some(parameters) = properties.get("Parameters") {
        pass(parameters, evaluator, &mut given, &mut open);
    }
    let instances = properties.get("StackInstancesGroup").map(Node::items).unwrap_or_default();
    let mut ways = Vec::new();
    let mut seen = Vec::new();
    for instance in budget::at_most(instances, MAX_STACKS, "groups of stack instances") {
        let (mut given, mut open) = (given.clone(), open.clone());
        let own = instance.get("ParameterOverrides");
        if let Some(parameters) = own {
            pass(parameters, evaluator, &mut given, &mut open);
        }
        let own = own.map(|node| node.span);
        if !seen.contains(&own) {
            seen.push(own);
            ways.push((given, open));
        }
    }
    if ways.is_empty() { vec![(given, open)] } else { ways }
}

/// Adds parameters that are passed to a stack.
fn pass(parameters: &Node, evaluator: &mut Evaluator<'_>, given: &mut Given, open: &mut BTreeSet<String>) {
    // A stack set has a list.
    let listed = parameters.items().iter().filter_map(|p| Some((p.get("ParameterKey")?, p.get("ParameterValue")?)));
    for (key, node) in listed.chain(parameters.pairs().iter().map(|(key, value)| (key, value))) {
        let Some(name) = key.as_str() else { continue };
        let outer = std::mem::take(&mut evaluator.by_default);
        let value = evaluator.eval(node.into());
        let by_default = std::mem::replace(&mut evaluator.by_default, outer);
        if value.is_null() {
            continue;
        }
        if by_default {
            open.insert(name.to_owned());
        } else {
            open.remove(name);
        }
        given.insert(name.to_owned(), value);
    }
}
