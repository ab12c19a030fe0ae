//! The resources that contain what a node boots with, and their node groups.

use std::sync::Arc;

use crate::node::{Gap, NodeGroup, Step};
use crate::syntax::hcl::{Block, Body};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Alternative, Guard, Kind, MAX_ALTERNATIVES, Value};

use super::super::standalone::is_user_data;
use super::super::{manifests, yaml_files};
use super::carriers::{Carrier, Contains, NOT_FOLLOWED, holds_documents, is_provisioned, is_store, unwrapped};
use super::data_sources::Nested;
use super::engine::Engine;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::outcome::combined;
use super::scope::Module;
use super::state::UnreadCall;

/// Words that show that a resource concerns the kubelet of a node.
const ABOUT_KUBELETS: &[&str] = &["kubelet", "nodeconfig", "ec2nodeclass", "/etc/eks/"];

/// True if a resource may say something about a node.
fn speaks(block: &Block) -> bool {
    NOT_FOLLOWED.contains(&block.label(0))
        || holds_documents(block)
        || is_store(block)
        || is_provisioned(block)
        || !Carrier::all(block).is_empty()
}

/// The numbers of the resources of a module that may say something about a node. A module may have many instances.
fn speaking(module: &Module) -> &[usize] {
    module.speaking.get_or_init(|| {
        let all = module.resources.values().enumerate();
        all.filter(|(_, block)| speaks(block)).map(|(number, _)| number).collect()
    })
}

/// True if a module declares something that a node boots with, or calls modules that may.
pub(super) fn concerns(module: &Module) -> bool {
    !module.calls.is_empty() || !speaking(module).is_empty() || module.data.values().any(|block| holds_documents(block))
}

/// The alternatives that Terraform accepts: where it fails, there is no node. A single remaining one is unconditional.
fn accepted(ways: Vec<Alternative>) -> Vec<Alternative> {
    let refused = |way: &Alternative| match &way.value.kind {
        Kind::Unknown(why) => matches!(why, Why::Invalid(_)),
        Kind::Str(text) => unwrapped(text).unknowns().any(|(_, _, why)| matches!(why, Why::Invalid(_))),
        _ => false,
    };
    if ways.len() < 2 || ways.iter().all(refused) || !ways.iter().any(refused) {
        return ways;
    }
    let mut left: Vec<Alternative> = ways.into_iter().filter(|way| !refused(way)).collect();
    if let [only] = &mut left[..] {
        only.when = Guard::always();
    }
    left
}

impl Engine<'_, '_> {
    /// The node groups of module instances and of everything that they call, with the notes about them.
    pub(super) fn judged(&mut self, roots: &[usize], place: Span) -> Vec<NodeGroup> {
        let groups = self.node_groups(roots);
        if !self.cx.names_none {
            self.ineffective(&groups);
        }
        if self.exhausted() {
            self.cx.gap(place, Why::limit("steps of evaluation"));
        }
        let (gaps, problems) = (self.cx.notes.gaps.len(), self.cx.notes.problems.len());
        if !self.cx.names_none {
            self.hand_over();
        }
        // What such a module gets is of interest only if it is a zero.
        self.cx.notes.gaps.truncate(gaps);
        self.cx.notes.problems.truncate(problems);
        self.move_notes();
        groups
    }

    /// The node groups of module instances and of everything that they call.
    fn node_groups(&mut self, roots: &[usize]) -> Vec<NodeGroup> {
        let instances = self.all_called(roots);
        self.find_links(&instances);
        self.find_objects(&instances);
        let mut groups = Vec::new();
        let mut stores = Vec::new();
        for instance in instances {
            let module = Arc::clone(&self.instances[instance].module);
            let speaking = speaking(&module).iter().filter_map(|number| module.resources.get_index(*number));
            for ((kind, name), block) in speaking {
                let address = format!("{kind}.{name}");
                if is_store(block) {
                    stores.push((instance, address.clone(), Arc::clone(block)));
                } else {
                    self.described(instance, (&address, block), &mut groups);
                }
                for carrier in Carrier::all(block) {
                    self.carrier(instance, (&address, block), &carrier, &mut groups);
                }
            }
            for ((kind, name), block) in module.data.iter().filter(|(_, block)| holds_documents(block)) {
                let address = self.addressed(instance, &format!("data.{kind}.{name}"));
                groups.append(&mut self.documents_in(instance, &address, block));
            }
        }
        // What reaches a node is checked as a part of it.
        for (instance, address, block) in stores {
            if !self.used.contains(&block.header) {
                self.described(instance, (&address, &block), &mut groups);
                let address = self.addressed(instance, &address);
                groups.append(&mut self.documents_for_commands(instance, &address, &block));
            }
        }
        groups
    }

    /// The module instances and everything that they call: callers before callees, calls in source order.
    fn all_called(&mut self, roots: &[usize]) -> Vec<usize> {
        let mut out = Vec::new();
        let mut pending: Vec<usize> = roots.iter().rev().copied().collect();
        while let Some(instance) = pending.pop() {
            out.push(instance);
            let module = Arc::clone(&self.instances[instance].module);
            let mut children = Vec::new();
            for call in module.calls.values() {
                let ways = self.expand(instance, call);
                // A call without instances still covers its module, unless it only waits for an input.
                if ways.iter().any(|(_, e)| !e.is_empty()) || !self.waits_for_input(instance, call) {
                    self.cover(instance, call);
                }
                for (guard, expansion) in ways {
                    for (_, own) in expansion.instances() {
                        // A module that exists only under some conditions is checked under these.
                        let Some(when) = self.instances[instance].when.and(&guard) else { continue };
                        let Some(child) = self.child(instance, call, &own) else {
                            if self.brought_in_by(call.header.text).is_none() {
                                self.unread.push(UnreadCall { instance, call: Arc::clone(call), own, when });
                            }
                            continue;
                        };
                        if !children.contains(&child) {
                            self.instances[child].when = when;
                            children.push(child);
                        }
                    }
                }
            }
            pending.extend(children.into_iter().rev());
        }
        out
    }

    /// Adds what a resource brings to nodes other than as user data.
    fn described(&mut self, instance: usize, (address, block): (&str, &Arc<Block>), groups: &mut Vec<NodeGroup>) {
        if holds_documents(block) {
            let address = self.addressed(instance, address);
            groups.append(&mut self.documents_in(instance, &address, block));
            groups.append(&mut self.cluster_in(instance, &address, block));
        }
        if !is_provisioned(block) && !NOT_FOLLOWED.contains(&block.label(0)) {
            return;
        }
        let text = String::from_utf8_lossy(self.cx.texts.slice(block.span)).into_owned();
        let about = |text: &str| ABOUT_KUBELETS.iter().any(|word| text.to_lowercase().contains(word));
        let address = self.addressed(instance, address);
        let mut found = self.scripts(instance, &address, block);
        found.retain(|group| {
            let mut texts = group.steps.iter().filter_map(|step| match step {
                Step::Script(text) | Step::UserData(text, _) | Step::File { content: text, .. } => Some(text),
                _ => None,
            });
            // A group without a text is that of a document.
            texts.next().is_none_or(|first| about(&first.to_text()) || texts.any(|text| about(&text.to_text())))
        });
        // A resource that concerns kubelets, but has no known script, is reported where there is one.
        if found.is_empty() && about(&text) && !self.instances_of(instance, block).is_empty() {
            let at = self.in_repository(block.header);
            self.cx.gap(at, Why::NotUnderstood(format!("{address}, which is about kubelets,").into()));
        }
        groups.append(&mut found);
    }

    /// The alternatives of what a carrier contains, without null.
    fn ways_of_carrier(&mut self, body: &Body, carrier: &Carrier, env: &Env) -> Vec<Alternative> {
        let mut ways = self.ways_of_attribute(body, carrier.attribute, env);
        let Some(key) = carrier.key else {
            // A map is another carrier.
            ways.retain(|way| !matches!(way.value.kind, Kind::Map(_)));
            return ways;
        };
        let mut out = Vec::new();
        for way in ways {
            for (when, value) in way.value.get(key).iter().flat_map(Value::alternatives) {
                if let Some(when) = way.when.and(&when).filter(|_| !value.is_null()) {
                    out.push(Alternative { when, value });
                }
            }
        }
        out
    }

    /// The blocks at the end of a path of types of blocks.
    pub(super) fn nested_deep<'b>(
        &mut self,
        body: &'b Body,
        path: &[impl AsRef<str>],
        env: &Env,
    ) -> Vec<(Guard, Nested<'b>)> {
        let mut ways = vec![(Guard::always(), Nested { blocks: vec![(env.clone(), body)], open: None })];
        for kind in path {
            let mut next = Vec::new();
            for (guard, nested) in ways {
                let mut inner: Vec<(Guard, Nested<'b>)> =
                    vec![(guard, Nested { blocks: Vec::new(), open: nested.open })];
                for (env, body) in nested.blocks {
                    let more = self.nested(body, kind.as_ref(), &env);
                    inner = combined(&inner, &more, |known, more| Nested {
                        blocks: [&known.blocks[..], &more.blocks].concat(),
                        open: known.open.clone().or_else(|| more.open.clone()),
                    });
                    inner = budget::at_most(inner, MAX_ALTERNATIVES, "alternatives of a block").collect();
                }
                next.extend(inner);
            }
            ways = next;
        }
        ways
    }

    fn carrier(
        &mut self,
        instance: usize,
        (address, block): (&str, &Arc<Block>),
        carrier: &Carrier,
        groups: &mut Vec<NodeGroup>,
    ) {
        let address = self.addressed(instance, address);
        let wrapping = carrier.wrapping(block.label(0));
        for (guard, suffix, own, maybe) in self.instances_of(instance, block) {
            let Some(guard) = self.instances[instance].when.and(&guard) else { continue };
            let mut group = NodeGroup::new(format!("{address}{suffix}"), self.place_of(instance, block, &own));
            let at = self.in_repository(block.header);
            group.gaps.extend(maybe.map(|why| Gap { at, why }));
            let bodies = self.nested_deep(&block.body, &carrier.nested, &own);
            for (more, nested) in bodies {
                let Some(guard) = guard.and(&more) else { continue };
                let mut group = group.clone();
                group.gaps.extend(nested.open.map(|why| Gap { at, why }));
                for (own, body) in nested.blocks {
                    for way in accepted(self.ways_of_carrier(body, carrier, &own)) {
                        let Some(when) = guard.and(&way.when) else { continue };
                        let text = way.value.to_traced().unwrap_or_else(|| {
                            Traced::unknown(way.value.at, Why::Invalid("user data that is not a string".into()))
                        });
                        let mut other = self.without_cloud_init(&text, &group, &when, own.instance);
                        if !other.is_empty() {
                            groups.append(&mut other);
                            continue;
                        }
                        let plain = unwrapped(&text);
                        let boots =
                            is_user_data(plain.bytes()) || plain.bytes().starts_with(b"#!") || plain.is_unknown();
                        if carrier.contains == Contains::Snippet && !boots {
                            continue;
                        }
                        let edits = yaml_files::holds(unwrapped(&text).bytes(), b"/etc/eks/bootstrap.sh");
                        let images = self.images((block, body), &format!("{address}{suffix}"), &own, edits);
                        let mut steps = self.fetched(&text, own.instance);
                        steps.push(match carrier.contains {
                            Contains::Script => Step::Script(unwrapped(&text).clone()),
                            Contains::UserData | Contains::Base64 | Contains::Snippet => Step::UserData(text, wrapping),
                        });
                        for (more, image) in &images {
                            let Some(when) = when.and(more) else { continue };
                            let name = match &image.of {
                                Some(of) => format!("{} of {of}", group.name).into(),
                                None => Arc::clone(&group.name),
                            };
                            groups.push(NodeGroup {
                                name,
                                when,
                                family: image.family,
                                minor: image.minor,
                                release: image.release.clone(),
                                merged_by_eks: image.merged_by_eks,
                                steps: steps.iter().map(|s| self.step_in_repository(s.clone())).collect(),
                                ..group.clone()
                            });
                        }
                    }
                }
            }
        }
    }

    /// User data that is a configuration of Talos, Ignition or Butane, which systems without cloud-init read.
    fn without_cloud_init(
        &mut self,
        text: &Traced,
        group: &NodeGroup,
        when: &Guard,
        instance: Option<usize>,
    ) -> Vec<NodeGroup> {
        let text = unwrapped(text);
        let first = text.bytes().trim_ascii_start();
        let other = [&b"#!"[..], b"#cloud", b"MIME-", b"Content-"].iter().any(|start| first.starts_with(start));
        let starts = |line: &[u8]| [&b"machine:"[..], b"variant:", b"systemd:"].iter().any(|s| line.starts_with(s));
        let json = first.starts_with(b"{") && yaml_files::holds(first, b"\"ignition\"");
        if other || !json && !first.split(|b| *b == b'\n').any(starts) {
            return Vec::new();
        }
        let found = manifests::of_machine(text, &group.name, group.place, self.cx);
        if !found.is_empty() {
            let named = self.cx.stored.iter().filter(|object| yaml_files::holds(text.bytes(), object.uri.as_bytes()));
            self.used.extend(named.map(|object| object.at));
        }
        let fetched = self.fetched(text, instance);
        let own = |node: NodeGroup| {
            let when = node.when.and(when)?;
            let gaps = [&group.gaps[..], &node.gaps].concat();
            let steps = [&fetched[..], &node.steps].concat();
            Some(NodeGroup { when, gaps, steps, place: group.place, ..node })
        };
        found.into_iter().filter_map(own).collect()
    }
}
