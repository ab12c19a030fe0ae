//! Module arguments that never reach a node: timeouts in inputs that a version of a well-known module does not have or
//! does not use as called, and in inputs that an available module never mentions.
//!
//! Everything that reaches a node is known byte for byte, so nothing is listed here: a timeout in an argument is
//! ineffective if none of its bytes are in what a node boots with.

use std::path::Path;
use std::sync::Arc;

use crate::kubelet::statements;
use crate::node::{Ineffective, NodeGroup, Reason, Step};
use crate::setting::{Setting, Which};
use crate::text::{Layer, Place, Traced, budget};
use crate::value::{Kind, Value};

use super::carriers::unwrapped;
use super::engine::Engine;

/// Words in the names of inputs that are for the kubelets of nodes.
const MEANT: [&str; 9] =
    ["args", "bootstrap", "kubelet", "nodeadm", "options", "user_data", "userdata", "worker_groups", "workers"];

/// Inputs that turn off a module or a part of it.
pub(super) const SWITCHES: [&str; 3] = ["create", "create_eks", "enabled"];

/// How deep values are searched.
const MAX_DEPTH: usize = 12;

/// A text in an argument, with the names that lead to it.
struct TextInArgument {
    path: Vec<Arc<str>>,
    text: Traced,
}

impl Engine<'_, '_> {
    /// Records the timeouts in arguments of modules of which nothing is in `groups`.
    pub(super) fn ineffective(&mut self, groups: &[NodeGroup]) {
        let which = Which::of(self.cx.given.whole);
        let mut reached: Option<Vec<Place>> = None;
        for number in 0..self.instances.len() {
            let Some((env, call, module)) = self.instances.get(number).and_then(|instance| {
                let (env, call) = instance.caller.clone()?;
                (self.brought_in_by(call.header.text).is_none()).then(|| (env, call, instance.module.clone()))
            }) else {
                continue;
            };
            let model = !module.dir.is_absolute();
            let mut texts = Vec::new();
            let mut off = false;
            for attribute in &call.body.attributes {
                let name = &attribute.name;
                let known = module.variables.contains_key(name)
                    || module.ignored.iter().any(|(key, _)| key.split('.').next() == Some(&**name));
                if !known {
                    continue;
                }
                let value = self.eval_or_unknown(&attribute.value, &env);
                off |= SWITCHES.contains(&&**name) && value.as_bool() != Some(true);
                collect(&value, &mut vec![Arc::clone(name)], &mut texts);
            }
            if off {
                continue;
            }
            texts.retain(|s| s.path.iter().any(|name| is_meant(name)));
            if !model {
                // An available module may use any input that it mentions.
                texts.retain(|s| !statements::anywhere(&s.text, which).is_empty());
                let caller = env.instance.and_then(|i| self.instances.get(i)).map(|i| i.module.dir.clone());
                texts.retain(|s| !self.is_named_outside(caller.as_deref(), input_of(&s.path)));
            }
            let mut dead: Vec<Ineffective> = Vec::new();
            for TextInArgument { path, text } in texts {
                if statements::anywhere(&text, which).is_empty() {
                    continue;
                }
                let at = text.span().unwrap_or(call.header);
                let id = self.cx.texts.add_made(path.join("."), &text, at);
                let view = self.cx.texts.view(id);
                let why = reason(&module.ignored, &path);
                for setting in statements::anywhere(&view.traced(0..view.bytes.len()), which) {
                    let reached = reached.get_or_insert_with(|| self.reached(groups));
                    if !self.is_in(&setting, reached) {
                        dead.push(Ineffective { setting, why: why.clone() });
                    }
                }
            }
            let instance = &self.instances[number];
            // An unknown value decides what its nodes get.
            let prefix = format!("{}.", instance.address);
            let open = |g: &NodeGroup| {
                (*g.name == *instance.address || g.name.starts_with(&prefix))
                    && (!g.gaps.is_empty() || g.steps.iter().any(is_open))
            };
            let launches = groups.iter().any(|g| g.name.starts_with(&prefix));
            if dead.is_empty() || groups.iter().any(open) || !launches && !model {
                continue;
            }
            if !launches {
                // An output may reach nodes in another module, but an input that does not exist cannot.
                dead.retain(|d| !matches!(d.why, Reason::NotPassedOn(_)));
            }
            if dead.is_empty() {
                continue;
            }
            let mut group = NodeGroup::new(instance.address.as_str(), call.header);
            group.when = instance.when.clone();
            group.ineffective = dead;
            self.cx.claims.unreached.push(group);
        }
    }

    /// The places of everything that nodes boot with.
    fn reached(&self, groups: &[NodeGroup]) -> Vec<Place> {
        let mut out = Vec::new();
        for step in groups.iter().flat_map(|g| &g.steps) {
            let (Step::UserData(text, _) | Step::Script(text) | Step::NodeConfig(text)) = step else { continue };
            for piece in unwrapped(text).pieces() {
                out.push(self.cx.texts.place(self.cx.texts.trail(piece.whence.span()).origin()));
            }
        }
        out
    }

    /// True if a name occurs in a module other than the one in `caller`, outside the headers of variables, or in a
    /// template.
    fn is_named_outside(&self, caller: Option<&Path>, name: &str) -> bool {
        let modules = self.modules.values().filter(|m| Some(&*m.dir) != caller);
        let blocks = modules.flat_map(|m| {
            let outputs = m.outputs.values().chain(m.resources.values()).chain(m.data.values());
            let spans = outputs.chain(m.ephemeral.values()).chain(m.calls.values()).map(|b| b.span);
            let spans = spans.chain(m.locals.values().map(|a| a.value.span));
            spans.chain(m.variables.values().map(|b| b.body.span))
        });
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        let holds = |text: &[u8]| text.split(|b| !is_name(b)).any(|word| word == name.as_bytes());
        blocks.into_iter().any(|span| holds(self.cx.texts.slice(span)))
            || self.evaluation.templates.keys().any(|id| holds(&self.cx.texts.get(*id).bytes))
    }

    fn is_in(&self, setting: &Setting, reached: &[Place]) -> bool {
        let at = self.cx.texts.place(self.cx.texts.trail(setting.at).origin());
        reached.iter().any(|r| r.source.path() == at.source.path() && r.start < at.end && at.start < r.end)
    }
}

fn is_meant(name: &str) -> bool {
    MEANT.iter().any(|word| name.contains(word))
}

/// True if what a node boots with is entirely unknown.
fn is_open(step: &Step) -> bool {
    match step {
        Step::UserData(text, _) | Step::Script(text) | Step::NodeConfig(text) => {
            text.original(Layer::Base64).unwrap_or(text).is_unknown()
        }
        _ => false,
    }
}

/// Collects every text of a value, except where a switch next to it is off.
fn collect(value: &Value, path: &mut Vec<Arc<str>>, out: &mut Vec<TextInArgument>) {
    if path.len() > MAX_DEPTH {
        return budget::reached("depth of an argument of a module");
    }
    match &value.kind {
        Kind::Str(_) => out.extend(value.to_traced().map(|text| TextInArgument { path: path.clone(), text })),
        Kind::List(_) => value.items().iter().for_each(|item| collect(item, path, out)),
        Kind::Map(map) => {
            let off = |name: &&str| map.entries.get(*name).is_some_and(|e| e.value.as_bool() != Some(true));
            if map.open.is_some() || SWITCHES.iter().any(off) {
                return;
            }
            for name in map.entries.keys() {
                let Some(inner) = value.get(name) else { continue };
                path.push(Arc::clone(name));
                collect(&inner, path, out);
                path.pop();
            }
        }
        _ => {}
    }
}

/// The reason that a model has for an input, by its name alone or by its path.
fn reason(ignored: &[(String, Arc<str>)], path: &[Arc<str>]) -> Reason {
    let first = path.first().map_or("", |name| name);
    let last = input_of(path);
    let fits = |key: &str| match key.split_once('.') {
        Some((list, name)) => list == first && name == last,
        None => key == first || key == last,
    };
    let found = ignored.iter().find(|(key, _)| fits(key)).map(|(_, why)| why);
    match found {
        Some(why) => Reason::Ignored(format!("this version of the module ignores `{last}`: {why}").into()),
        None => Reason::NotPassedOn(last.into()),
    }
}

/// The input that a text is for: the innermost name with such a word, because what an input contains has names of its
/// own.
fn input_of(path: &[Arc<str>]) -> &str {
    path.iter().rev().find(|name| is_meant(name)).or(path.last()).map_or("", |name| name)
}
