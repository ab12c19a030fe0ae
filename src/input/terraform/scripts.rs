//! Scripts that reach a node after it is launched, or make its image: SSM documents and associations, Image Builder
//! components, and provisioners.

use std::sync::Arc;

use crate::node::{NodeGroup, Step};
use crate::syntax::hcl::{Block, Body};
use crate::text::Traced;
use crate::value::{Guard, Kind, Value};

use super::engine::{Engine, Env};
use super::functions::yamldecode;

/// Resources whose attribute is a document, in JSON or YAML, with commands in it.
const DOCUMENTS: &[(&str, &str)] = &[("aws_imagebuilder_component", "data"), ("aws_ssm_document", "content")];

/// Keys of lists of commands: `runCommand` in SSM documents, `commands` in Image Builder components and in the parameters of
/// an association.
const COMMANDS: &[&str] = &["commands", "runCommand"];

/// How deep lists of commands are looked for in a document.
const MAX_DEPTH: usize = 12;

impl Engine<'_, '_> {
    /// What runs on a node because of a resource: a group for each of its instances, with its scripts as steps. None if there
    /// is no script in it that is known.
    pub(super) fn scripts(&mut self, instance: usize, address: &str, block: &Arc<Block>) -> Vec<NodeGroup> {
        let mut groups = Vec::new();
        for (guard, expansion) in self.expand(instance, block) {
            let Some(guard) = self.instances[instance].when.and(&guard) else { continue };
            for (suffix, own) in expansion.instances() {
                for (when, steps) in self.scripts_of(block, &own) {
                    let Some(when) = guard.and(&when) else { continue };
                    if steps.is_empty() {
                        continue;
                    }
                    let mut group = NodeGroup::new(format!("{address}{suffix}"), self.place_of(instance, block, &own));
                    group.when = when;
                    group.steps = steps.into_iter().map(|step| self.step_in_repository(step)).collect();
                    groups.push(group);
                }
            }
        }
        groups
    }

    fn scripts_of(&mut self, block: &Block, own: &Env) -> Vec<(Guard, Vec<Step>)> {
        let kind = block.label(0);
        if let Some((_, attribute)) = DOCUMENTS.iter().find(|(k, _)| *k == kind) {
            let mut out = Vec::new();
            for way in self.ways_of_attribute(&block.body, attribute, own) {
                // JSON is YAML too.
                let at = way.value.at;
                let Ok(document) = yamldecode(self, &[way.value], at, own) else { continue };
                let mut steps = Vec::new();
                commands(&document, 0, &mut steps);
                out.push((way.when, steps));
            }
            return out;
        }
        if kind == "aws_ssm_association" {
            let ways = self.ways_of_attribute(&block.body, "parameters", own);
            return ways
                .into_iter()
                .map(|way| {
                    let mut steps = Vec::new();
                    commands(&way.value, 0, &mut steps);
                    (way.when, steps)
                })
                .collect();
        }
        self.provisioners(&block.body, own)
    }

    /// The commands of `provisioner "remote-exec"`, one script for each.
    fn provisioners(&mut self, body: &Body, own: &Env) -> Vec<(Guard, Vec<Step>)> {
        let mut ways = vec![(Guard::always(), Vec::new())];
        for inner in body.blocks_of("provisioner").filter(|b| b.label(0) == "remote-exec") {
            let Some(inline) = inner.body.attribute("inline") else { continue };
            let value = self.eval_or_hole(&inline.value, own);
            let mut next = Vec::new();
            for (when, value) in value.alternatives() {
                let Some(step) = script(&value) else { continue };
                for (guard, steps) in &ways {
                    if let Some(guard) = guard.and(&when) {
                        let mut steps: Vec<Step> = steps.clone();
                        steps.push(step.clone());
                        next.push((guard, steps));
                    }
                }
            }
            if !next.is_empty() && next.len() <= crate::value::MAX_ALTERNATIVES {
                ways = next;
            }
        }
        ways
    }
}

/// The scripts of all lists of commands in a document, in order.
fn commands(document: &Value, depth: usize, out: &mut Vec<Step>) {
    if depth > MAX_DEPTH {
        return;
    }
    match &document.kind {
        Kind::Map(map) => {
            for key in map.entries.keys() {
                let Some(value) = document.get(key) else { continue };
                match script(&value).filter(|_| COMMANDS.contains(&&**key)) {
                    Some(step) => out.push(step),
                    None => commands(&value, depth + 1, out),
                }
            }
        }
        Kind::List(_) => document.items().iter().for_each(|item| commands(item, depth + 1, out)),
        _ => {}
    }
}

/// A list of lines, or one text, as a script. `None` if a line is not text or too much of it is not known to tell.
fn script(lines: &Value) -> Option<Step> {
    let lines = match &lines.kind {
        Kind::List(_) => lines.items(),
        Kind::Str(_) => vec![lines.clone()],
        _ => return None,
    };
    let mut text = Traced::new();
    for line in &lines {
        text.push(&line.to_traced()?);
        text.push_made(b"\n", line.at);
    }
    (!text.is_empty() && !text.is_hole()).then_some(Step::Script(text))
}
