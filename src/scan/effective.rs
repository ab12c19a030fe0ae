//! The effective configuration of a node group, resolved to places: what `show` prints.

use std::sync::Arc;

use serde_json::Value;

use crate::check::{Control, Outcome, Passage, controls, is_setting, nearest};
use crate::node::{Booted, NodeGroup, Root};
use crate::runtime::Runtime;
use crate::setting::{
    Chosen, ConfigField, Effective, FIELDS, Failure, FailureKind, SetBy, Setting, Settled, Shape, Whole,
    render_duration, shorten,
};
use crate::text::{Place, Span, Texts, without_secrets};
use crate::value::Guard;

use super::note::{Note, Weight, note};

/// One node group under one set of conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownGroup {
    /// Its address.
    pub name: Arc<str>,
    /// What it belongs to.
    pub(crate) root: Root,
    /// The block or key that describes it.
    pub place: Place,
    /// The family of its image, if it is known.
    pub family: Option<&'static str>,
    /// Kubernetes version, such as `1.33`, if the source sets it.
    pub kubernetes: Option<String>,
    /// The conditions of this boot.
    pub(crate) when: Guard,
    /// True if any kubelet configuration was found.
    pub kubelet: bool,
    /// Whether its kubelet starts; `None` if that depends on something unknown.
    pub starts: Option<bool>,
    /// The errors of the kubelet, if it does not start, and those of its container runtime.
    pub why_not: Vec<String>,
    /// Every duration of the kubelet, sorted by field, then the timeouts of container runtimes that are set.
    pub settings: Vec<ShownSetting>,
    /// All fields, if the request asks for them.
    pub(crate) whole: Option<ShownWhole>,
    /// The controls of benchmarks, if the request asks for all fields.
    pub(crate) controls: Vec<ShownControl>,
    /// What could not be resolved.
    pub unknown: Vec<Note>,
}

/// The whole configuration of a kubelet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShownWhole {
    /// What it would answer on `configz` under `kubeletconfig`, as far as it is known. `None` if it does not get that far:
    /// grace periods are only read later.
    pub configuration: Option<serde_json::Value>,
    /// The paths of the fields that are not known, with the reason.
    pub unknown: Vec<(&'static str, String)>,
    /// Every field with its place, sorted by path.
    pub fields: Vec<ShownField>,
    /// Flags that write no field, with their values.
    pub others: Vec<String>,
}

/// A control of a benchmark, judged for a node group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShownControl {
    /// The rule that it is the same as.
    pub rule: &'static str,
    /// Its numbers in CIS EKS and CIS Kubernetes; empty if it has none.
    pub numbers: [&'static str; 2],
    /// What holds if it passes.
    pub title: &'static str,
    /// What it says.
    pub outcome: Outcome,
    /// The settings that decide it.
    pub field: String,
    /// The value, or why it is unknown.
    pub value: String,
    /// Where the value is written.
    pub place: Option<Place>,
}

impl ShownControl {
    fn of(control: Control, own: &Place, texts: &Texts) -> Self {
        let Control { rule, outcome, field, value, at } = control;
        let place = at.map(|at| texts.place(texts.trail(at).origin()).first_line());
        Self {
            rule: &rule.id,
            numbers: ["CIS EKS", "CIS Kubernetes"].map(|benchmark| rule.number_in(benchmark).unwrap_or_default()),
            title: rule.front.control.as_deref().unwrap_or_default(),
            outcome,
            field,
            value,
            place: place.filter(|place| place != own),
        }
    }
}

/// A field of any type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShownField {
    /// The value with its place, in the form of all settings.
    pub setting: ShownSetting,
    /// The value; `None` if there is none, or it is not known.
    pub value: Option<serde_json::Value>,
    /// Why it is not known.
    pub unknown: Option<String>,
}

impl ShownWhole {
    fn of(whole: &Whole, effective: &Effective, group: &NodeGroup, texts: &Texts) -> Self {
        let later = |f: &Failure| {
            f.kind == FailureKind::InvalidDuration
                && f.setting.as_ref().is_some_and(|s| s.field.shape == Some(Shape::Map))
        };
        let shown = |value: &Value| without(value, "");
        let fields = whole.fields.iter().map(|c| Chosen { value: c.value.as_ref().map(shown), ..c.clone() }).collect();
        let whole = &Whole { fields, ..whole.clone() };
        let loads = whole.refused.is_empty() && effective.failures.iter().all(later);
        // A whole answer of a kubelet has these, and leaves out what is empty.
        let answered = |path: &str| whole.fields.iter().any(|c| c.field.path == path && c.from == SetBy::Running);
        let is_answer = whole.fields.iter().any(|c| c.from == SetBy::Running);
        let is_whole = ["address", "port", "registryBurst"].into_iter().all(answered);
        Self {
            configuration: loads.then(|| whole.configuration()),
            unknown: whole.unknown().map(|(path, why)| (path, why.to_string())).collect(),
            fields: whole
                .fields
                .iter()
                .map(|c| ShownField::of(c, !is_answer || is_whole && c.field.default.is_none(), group, texts))
                .collect(),
            others: whole.others.iter().map(ToString::to_string).collect(),
        }
    }
}

/// One duration of a node group.
#[derive(Clone, Debug)]
pub struct ShownSetting {
    /// Name of the field, with the key of a map field.
    pub field: String,
    /// Go's rendering of the duration; `None` if it is unknown or not set.
    pub effective: Option<String>,
    /// Who decides it.
    pub from: SetBy,
    /// False if it depends on something unknown.
    pub certain: bool,
    /// Where the value was written.
    pub place: Option<Place>,
    /// The value as written, if the source contains it. Values that the image or EKS set have none.
    pub raw: Option<String>,
    /// Overridden settings: what sets them, the value as written, and where.
    pub shadowed: Vec<(SetBy, String, Place)>,
    /// How the value reaches the node, if the source contains it.
    pub passage: Passage,
}

/// Two are equal if the same is set in the same place, whatever the way to the node: what differs in it alone is shown once.
impl PartialEq for ShownSetting {
    fn eq(&self, other: &Self) -> bool {
        let Self { field, effective, from, certain, place, raw, shadowed, passage: _ } = self;
        (field, effective, from, certain, place, raw, shadowed)
            == (&other.field, &other.effective, &other.from, &other.certain, &other.place, &other.raw, &other.shadowed)
    }
}

/// The words for a field without a value.
const NOT_SET: &str = "not set";

impl ShownSetting {
    /// Its value for people.
    pub fn value(&self) -> &str {
        match &self.effective {
            _ if !self.certain => "unknown",
            Some(value) => value,
            None if self.raw.is_none() => NOT_SET,
            // What is written cannot be read.
            None => "unknown",
        }
    }
}

impl ShownField {
    /// A field; with `speaks`, one without a value is empty.
    fn of(chosen: &Chosen, speaks: bool, group: &NodeGroup, texts: &Texts) -> Self {
        let own = texts.place(texts.trail(group.place).origin()).first_line();
        let written = |at: Span| {
            let place = texts.place(texts.trail(at).origin()).first_line();
            let written = without_secrets(texts.slice(at), 0..0);
            (place != own).then(|| (shorten(String::from_utf8_lossy(&written).trim()), place))
        };
        let value = chosen.value.clone().filter(|_| chosen.unknown.is_none());
        let raw = chosen.at.and_then(written);
        let passage = chosen.at.filter(|_| raw.is_some()).map(|at| Passage::of(at, at, false, texts));
        let empty = speaks && chosen.unknown.is_none();
        let setting = ShownSetting {
            field: chosen.field.path.to_owned(),
            effective: chosen.field.or_zero(value.as_ref()).filter(|_| value.is_some() || empty).map_or_else(
                || empty.then(|| NOT_SET.to_owned()),
                |v| Some(v.as_str().map_or_else(|| v.to_string(), str::to_owned)),
            ),
            from: chosen.from,
            certain: chosen.unknown.is_none(),
            place: raw.as_ref().map(|(_, place)| place.clone()),
            raw: raw.map(|(text, _)| text),
            shadowed: chosen
                .shadowed
                .iter()
                .filter_map(|(from, at)| written(*at).map(|(text, place)| (*from, text, place)))
                .collect(),
            passage: passage.unwrap_or_default(),
        };
        Self { setting, value, unknown: chosen.unknown.as_ref().map(ToString::to_string) }
    }
}

/// A value without secrets. `key` is its key in a map that people fill, which may say that it is one.
fn without(value: &Value, key: &str) -> Value {
    match value {
        Value::String(text) => {
            let line = if key.is_empty() { text.clone() } else { format!("{key}: {text}") };
            let shown = without_secrets(line.as_bytes(), 0..0);
            let shown = String::from_utf8_lossy(&shown[line.len() - text.len()..]).into_owned();
            Value::String(shown)
        }
        Value::Array(items) => items.iter().map(|item| without(item, key)).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), without(value, key))).collect(),
        other => other.clone(),
    }
}

/// Joins those of one block that differ only in the answer to a condition. They follow each other.
pub(super) fn joined(mut groups: Vec<ShownGroup>) -> Vec<ShownGroup> {
    let (mut run, mut first) = (0, 0);
    while first < groups.len() {
        if !is_of_one_block(&groups[run], &groups[first]) {
            run = first;
        }
        let mut second = first + 1;
        while second < groups.len() && is_of_one_block(&groups[first], &groups[second]) {
            if !join(&mut groups, first, second) {
                second += 1;
                continue;
            }
            // With fewer conditions it may fit to one before it.
            while let Some(before) = (run..first).find(|before| join(&mut groups, *before, first)) {
                first = before;
            }
            second = first + 1;
        }
        first += 1;
    }
    groups
}

fn is_of_one_block(one: &ShownGroup, other: &ShownGroup) -> bool {
    one.place == other.place && one.name == other.name
}

/// Joins two, if they differ only in their conditions and one guard can express both. The second one is gone then.
fn join(groups: &mut Vec<ShownGroup>, first: usize, second: usize) -> bool {
    let (one, other) = (&groups[first], &groups[second]);
    let Some(when) = one.when.or(&other.when).or_else(|| other.when.or(&one.when)) else { return false };
    if (ShownGroup { when: other.when.clone(), ..one.clone() }) != *other {
        return false;
    }
    groups.remove(second);
    groups[first].when = when;
    true
}

impl ShownGroup {
    /// Every setting that is known by name: durations and timeouts of container runtimes, then all other fields.
    pub(crate) fn all_settings(&self) -> impl Iterator<Item = &ShownSetting> {
        let fields = self.whole.iter().flat_map(|whole| &whole.fields).map(|field| &field.setting);
        let others = fields.filter(|f| !self.settings.iter().any(|s| is_of(&s.field, &f.field)));
        self.settings.iter().chain(others)
    }

    /// Keeps one field, or those whose path begins with this one.
    pub(crate) fn keep_field(&mut self, path: &str) {
        let fits = |field: &str| is_of(field, path) || is_of(path, field);
        self.settings.retain(|setting| fits(&setting.field));
        let Some(whole) = &mut self.whole else { return };
        whole.fields.retain(|field| fits(&field.setting.field));
        whole.unknown.retain(|(field, _)| fits(field));
        whole.others.retain(|flag| flag.split('=').next() == Some(path));
        if let Some(configuration) = &mut whole.configuration {
            *configuration = only(configuration, path);
        }
    }

    /// Its identity: root and address.
    pub fn id(&self) -> String {
        self.root.id(&self.name)
    }

    /// Its name for people: its id, or only its address where that is clear.
    pub fn shown(&self) -> String {
        self.root.shown(&self.name, &self.place)
    }

    /// True if both are one node group.
    pub(super) fn is_named_as(&self, other: &Self) -> bool {
        (&self.place, &self.name, &self.root) == (&other.place, &other.name, &other.root)
    }

    /// Both as one, if they are the same node group and differ in the answer to one condition only.
    pub(super) fn joined(&self, other: &Self) -> Option<Self> {
        let when = self.when.or(&other.when)?;
        let same = Self { when: self.when.clone(), ..other.clone() } == *self;
        same.then(|| Self { when, ..self.clone() })
    }

    /// The configuration of one boot of `group`.
    pub(super) fn of(group: &NodeGroup, booted: &Booted, (judged, texts): (bool, &Texts)) -> Self {
        let effective = booted.effective.as_ref();
        let whole = effective.and_then(|e| e.whole.as_deref());
        let refused = whole.map(|w| w.refused.as_slice()).unwrap_or_default();
        let gaps = group.gaps.iter().chain(&booted.gaps);
        let mut unknown: Vec<_> = gaps.map(|gap| note(gap.at, gap.why.to_string(), Weight::None, texts)).collect();
        unknown.sort();
        unknown.dedup();
        let place = texts.place(texts.trail(group.place).origin()).first_line();
        let controls = if judged { controls(booted) } else { Vec::new() };
        Self {
            name: Arc::clone(&group.name),
            root: group.root.clone(),
            controls: controls.into_iter().map(|control| ShownControl::of(control, &place, texts)).collect(),
            place,
            family: booted.family.or(group.family).map(|f| f.id()),
            kubernetes: group.minor.map(|minor| format!("1.{minor}")),
            when: group.when.and(&booted.when).unwrap_or_default().without_scopes(),
            kubelet: effective.is_some(),
            starts: if refused.is_empty() { effective.and_then(|e| e.starts) } else { Some(false) },
            why_not: effective
                .iter()
                .flat_map(|e| &e.failures)
                .chain(refused)
                .map(|f| f.message.clone())
                .chain(booted.runtimes.iter().flat_map(|r| {
                    r.failures.iter().map(|f| format!("{} of {}: {}", crate::runtime::KEY, r.name.words(), f.message))
                }))
                .collect(),
            settings: effective
                .iter()
                .flat_map(|e| &e.fields)
                .map(|s| ShownSetting::of(s, group, texts))
                .chain(booted.runtimes.iter().map(|r| ShownSetting::of_runtime(r, group, texts)))
                .collect(),
            whole: effective.and_then(|e| Some(ShownWhole::of(e.whole.as_deref()?, e, group, texts))),
            unknown,
        }
    }
}

impl ShownSetting {
    /// The timeout of a container runtime. Assumptions make it uncertain.
    fn of_runtime(runtime: &Runtime, group: &NodeGroup, texts: &Texts) -> Self {
        let shown = Self::of(&runtime.timeout, group, texts);
        Self { certain: shown.certain && runtime.when.is_always(), ..shown }
    }

    fn of(settled: &Settled, group: &NodeGroup, texts: &Texts) -> Self {
        let place = |s: &Setting| {
            let at = if s.at.is_empty() { s.carrier } else { s.at };
            texts.place(texts.trail(at).origin()).first_line()
        };
        // A value that is not written has the place of the node group.
        let own = texts.place(texts.trail(group.place).origin()).first_line();
        let written = |s: &&Setting| place(s) != own;
        Self {
            field: settled.name(),
            effective: settled.effective.map(render_duration),
            from: settled.from,
            certain: settled.unknown.is_none(),
            place: settled.winner.as_ref().filter(written).map(place),
            raw: settled.winner.as_ref().filter(written).map(|s| s.raw.to_text().into_owned()),
            shadowed: settled
                .shadowed
                .iter()
                .filter(written)
                .map(|s| (s.by.source(), s.raw.to_text().into_owned(), place(s)))
                .collect(),
            passage: settled
                .winner
                .as_ref()
                .filter(written)
                .map(|s| Passage::of(if s.at.is_empty() { s.carrier } else { s.at }, s.carrier, s.at.is_empty(), texts))
                .unwrap_or_default(),
        }
    }
}

/// The part of an object below a path, with the objects around it.
fn only(value: &Value, path: &str) -> Value {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let mut out = serde_json::Map::new();
    if let Some(inner) = value.get(name) {
        // A key of a map may contain dots.
        let inner = rest.filter(|_| inner.is_object()).map_or_else(|| inner.clone(), |rest| only(inner, rest));
        out.insert(name.to_owned(), inner);
    } else if let Some(inner) = value.get(path) {
        out.insert(path.to_owned(), inner.clone());
    }
    Value::Object(out)
}

/// What is wrong with the path of a field: no kubelet has one that begins with it.
pub(crate) fn field_complaint(path: &str) -> Option<String> {
    let known = ConfigField::all().iter().map(|f| f.path).chain(FIELDS.iter().map(|f| f.name));
    if known.into_iter().any(|field| is_of(field, path)) || is_setting(path) {
        return None;
    }
    let near = nearest(path).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
    Some(format!("no kubelet has the field `{path}`{near}"))
}

/// True if a setting is a field, or a key of one that is a map.
fn is_of(setting: &str, field: &str) -> bool {
    setting == field || setting.strip_prefix(field).is_some_and(|key| key.starts_with('.'))
}
