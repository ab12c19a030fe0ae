//! Zeros in the arguments of a module that cannot be read: what the module does with them is unknown, but they are written here.

use std::sync::Arc;

use crate::kubelet::statements;
use crate::node::{Handed, NodeGroup};
use crate::setting::names::words_of;
use crate::setting::{FIELDS, Mechanism, Reading, Setting, Which, read_duration};
use crate::text::{Span, Traced};
use crate::value::{Condition, Guard, Kind, Value};

use super::super::yaml_files;
use super::carriers::unwrapped;
use super::engine::Engine;
use super::ineffective::SWITCHES;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::state::UnreadCall;

/// Arguments of a call that are not inputs of the module.
const META: [&str; 6] = ["source", "version", "count", "for_each", "providers", "depends_on"];

/// How many words a setting needs so that an input with all of them is certainly named after it, without the word *kubelet*.
const TELLING: usize = 4;

/// How deep values are searched.
const MAX_DEPTH: usize = 12;

/// A module that cannot be read.
pub(super) struct Unread<'a> {
    /// Its address.
    pub(super) address: &'a str,
    /// What people call it, in a sentence.
    pub(super) words: &'a str,
    /// What to do so that it can be read.
    pub(super) advice: &'static str,
    pub(super) place: Span,
}

/// A text in an argument: the names that lead to it, and when it is passed.
struct Argument {
    path: Vec<Arc<str>>,
    text: Traced,
    when: Guard,
}

impl Engine<'_, '_> {
    /// Records the zeros in the arguments of calls whose modules cannot be read.
    pub(super) fn hand_over(&mut self) {
        for UnreadCall { instance, call, own, when } in std::mem::take(&mut self.unread) {
            let source = self.attribute(&call.body, "source", &Env::of(instance));
            let source = source.as_ref().and_then(Value::as_known_str);
            let local = source.is_some_and(|source| source.starts_with("./") || source.starts_with("../"));
            // Such a module calls itself, or is too deep.
            let from = &self.instances[instance].module.dir;
            if local && source.is_some_and(|source| self.cx.files.is_dir(&from.join(source))) {
                continue;
            }
            let address = self.addressed(instance, &format!("module.{}{}", call.label(0), own.suffix()));
            let tofu = self.cx.texts.place(call.header).source.path().extension().is_some_and(|e| e == "tofu");
            let advice = match (local, tofu) {
                (true, _) => "correct the path of the module",
                (false, true) => "run `tofu init` so that the module is read",
                (false, false) => "run `terraform init` so that the module is read",
            };
            let inputs = call.body.attributes.iter().filter(|a| !META.contains(&&*a.name));
            let arguments: Vec<_> =
                inputs.map(|a| (Arc::clone(&a.name), self.eval_or_unknown(&a.value, &own))).collect();
            let words = format!("`{address}`");
            let module = Unread { address: &address, words: &words, advice, place: call.header };
            self.record_handed(&module, &arguments, &when);
        }
    }

    /// Records the zeros in `arguments` of `module`, which is called under `when`.
    pub(super) fn record_handed(&mut self, module: &Unread<'_>, arguments: &[(Arc<str>, Value)], when: &Guard) {
        let off = |(name, value): &(Arc<str>, Value)| SWITCHES.contains(&&**name) && value.as_bool() == Some(false);
        if arguments.iter().any(off) {
            return;
        }
        let mut found = Vec::new();
        for (name, value) in arguments {
            collect(value, &mut vec![Arc::clone(name)], when, &mut found);
        }
        let passes =
            Guard::of(Condition::new(format!("{} passes it to a kubelet", module.words.replace('`', "")), true));
        for argument in found {
            let Some(when) = argument.when.and(&passes) else { continue };
            let zeros = self.zeros_in(&argument, module.place).into_iter();
            let (to, advice) = (Arc::<str>::from(module.words), module.advice);
            let handed: Vec<_> =
                zeros.map(|(setting, input)| Handed { setting, input, to: Arc::clone(&to), advice }).collect();
            if !handed.is_empty() {
                let mut group = NodeGroup::new(module.address, module.place);
                group.when = when;
                group.handed = handed;
                self.cx.claims.unreached.push(group);
            }
        }
    }

    /// The zeros of one argument: those of flags in its text, and its own if it is named after a setting. For these, the name.
    fn zeros_in(&mut self, argument: &Argument, place: Span) -> Vec<(Setting, Option<Arc<str>>)> {
        let text = unwrapped(&argument.text);
        let at = text.span().unwrap_or(place);
        let name = argument.path.last().map_or("", |name| name);
        let mut out = Vec::new();
        if read_duration(text.bytes()) == Reading::Duration(0) && !text.has_unknown() {
            let words = words_of(name);
            let about = argument.path.iter().any(|name| name.to_lowercase().contains("kubelet"));
            for field in FIELDS {
                let Some(flag) = field.flag else { continue };
                let (mut wanted, count) = (flag.split('-'), flag.split('-').count());
                if (about || count >= TELLING) && wanted.all(|word| words.iter().any(|own| own == word)) {
                    let raw = text.clone();
                    let reading = Reading::Duration(0);
                    let by = Mechanism::Flag;
                    out.push((Setting { field, key: None, raw, reading, at, carrier: at, by }, Some(name.into())));
                }
            }
        } else if yaml_files::holds(text.bytes(), b"--")
            && statements::anywhere(text, Which::Durations).iter().any(Setting::is_zero)
        {
            let id = self.cx.texts.add_made(argument.path.join("."), text, at);
            let view = self.cx.texts.view(id);
            let flags = statements::anywhere(&view.traced(0..view.bytes.len()), Which::Durations);
            let flags: Vec<_> = flags.into_iter().filter(|s| s.by == Mechanism::Flag).collect();
            // The last one of several wins.
            let wins = |n: usize| !flags.iter().skip(n + 1).any(|later| later.field == flags[n].field);
            let kept = (0..flags.len()).filter(|n| flags[*n].is_zero() && wins(*n));
            out.extend(kept.map(|n| (flags[n].clone(), None)));
        }
        out
    }
}

/// False for a text without a digit, which neither is nor contains a zero.
fn may_be_zero(text: &Traced) -> bool {
    text.bytes().iter().any(u8::is_ascii_digit)
}

/// Collects every text and number of a value, except where a switch next to it is off.
fn collect(value: &Value, path: &mut Vec<Arc<str>>, when: &Guard, out: &mut Vec<Argument>) {
    if path.len() > MAX_DEPTH {
        return;
    }
    match &value.kind {
        Kind::Str(_) | Kind::Number(_) => {
            let text = value.to_traced().filter(|text| may_be_zero(unwrapped(text)));
            out.extend(text.map(|text| Argument { path: path.clone(), text, when: when.clone() }));
        }
        Kind::List(_) => value.items().iter().for_each(|item| collect(item, path, when, out)),
        Kind::Either(_) => {
            for (more, value) in value.alternatives() {
                if let Some(when) = when.and(&more) {
                    collect(&value, path, &when, out);
                }
            }
        }
        Kind::Map(map) => {
            let off = |name: &&str| map.entries.get(*name).is_some_and(|e| e.value.as_bool() == Some(false));
            if SWITCHES.iter().any(off) {
                return;
            }
            for name in map.entries.keys() {
                let Some(inner) = value.get(name) else { continue };
                path.push(Arc::clone(name));
                collect(&inner, path, when, out);
                path.pop();
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Unknown(_) => {}
    }
}
