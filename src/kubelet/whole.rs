//! The whole configuration: every field of the catalogue, settled in the steps that [`settle`](super::settle()) describes.
//!
//! It is only worked out for `show` and reports. Durations are taken from the settled durations; everything else is read,
//! merged and defaulted here. Sources in kubernetes/kubernetes: `cmd/kubelet/app/server.go` for the order,
//! `cmd/kubelet/app/options/options.go` (`applyLegacyDefaults`) for a kubelet without a file,
//! `pkg/kubelet/eviction/defaults_linux.go` for the thresholds of a kubelet with one.

mod flags;
mod read;
mod rules;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::{Args, Pass, parse};
use super::config::{Document, PathEntry};
use super::settle::{Launch, Merge, config_of, dropins_of};
use crate::setting::{
    Chosen, ConfigField, Effective, Failure, FailureKind, FlagOnly, Kind, SetBy, Settled, Whole, render_duration,
};
use crate::syntax::Node;
use crate::text::{Span, Why};
use read::{Read, read};

/// The first minor version (of 1.x) whose default thresholds include the inodes of the image file system.
const IMAGE_INODES_SINCE: u32 = 30;

/// What the image or the tool that starts the kubelet sets itself, apart from what is known of files and flags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    /// Fields that it writes into the kubelet's file.
    pub fields: Vec<OwnField>,
    /// True if nothing in the source changes the file that the image ships.
    pub is_untouched: bool,
    /// Set if it may set any other field as well.
    pub rest: Option<Why>,
    /// True if nothing is known of the file that it ships either.
    pub is_other_file: bool,
    /// The name of the tool, if it refuses files that set what it writes last.
    pub refuses: Option<&'static str>,
}

/// A field that an image or a tool sets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OwnField {
    /// Its path.
    pub path: &'static str,
    /// The value; `None` if only the node knows it.
    pub value: Option<Value>,
    /// True if it is written when the node starts, over what the file has by then.
    pub last: bool,
}

impl Own {
    /// Adds a field, in place of what was known about it.
    pub(crate) fn set(&mut self, path: &'static str, value: Option<Value>, last: bool) {
        self.drop(&[path]);
        self.fields.push(OwnField { path, value, last });
    }

    /// Takes fields out that are not set after all.
    pub(crate) fn drop(&mut self, paths: &[&str]) {
        self.fields.retain(|field| !paths.contains(&field.path));
    }
}

/// The whole configuration of a launch whose durations are settled. `own` is what the image or a tool adds.
pub(crate) fn whole(launch: &Launch, effective: &Effective, own: &Own) -> Whole {
    let mut settler = Settler::new(launch, effective, own);
    if let Some(running) = &launch.running {
        settler.running(running);
    } else {
        settler.load();
        let last = std::mem::take(&mut settler.last);
        settler.flags(&last);
        settler.last = last;
    }
    settler.finish()
}

/// What is wrong in a file: where, and the words of the kubelet.
type Wrong = (Span, String);

/// A field between two steps.
#[derive(Clone, Debug)]
struct Track {
    value: Option<Value>,
    from: SetBy,
    at: Option<Span>,
    unknown: Option<Why>,
    /// Values that lost.
    shadowed: Vec<(SetBy, Span)>,
    /// What sets the keys of a map and the items of a list, and where.
    parts: BTreeMap<String, (SetBy, Span)>,
}

impl Default for Track {
    fn default() -> Self {
        Self {
            value: None,
            from: SetBy::Default,
            at: None,
            unknown: None,
            shadowed: Vec::new(),
            parts: BTreeMap::new(),
        }
    }
}

impl Track {
    /// Another value takes the place of this one.
    fn replace(&mut self, new: Self) {
        let mut shadowed = std::mem::take(&mut self.shadowed);
        shadowed.extend(self.at.map(|at| (self.from, at)));
        let mut parts = std::mem::take(&mut self.parts);
        parts.extend(new.parts);
        *self = Self { shadowed, parts, ..new };
    }

    /// Takes the value of a file; what is wrong with it if the kubelet refuses the file.
    fn take(&mut self, found: Read, from: SetBy, node: &Node) -> Option<Wrong> {
        let items = node.items().iter().filter_map(|item| Some((item.as_str()?, item)));
        let keys = node.pairs().iter().filter_map(|(key, value)| Some((key.as_str()?, value)));
        let parts = items.chain(keys).map(|(name, node)| (name.to_owned(), (from, node.span))).collect();
        let new = Self { from, at: Some(node.span), parts, ..Self::default() };
        let mut wrong = None;
        self.replace(match found {
            Read::Value(value) => Self { value: Some(value), ..new },
            Read::Null => Self { from: SetBy::Default, ..new },
            Read::Unknown(why) => Self { unknown: Some(why), ..new },
            Read::Wrong(span, message) => {
                wrong = Some((span, message));
                Self { unknown: Some(Why::NotUnderstood("a value that the kubelet refuses".into())), ..new }
            }
        });
        wrong
    }
}

struct Settler<'a> {
    launch: &'a Launch,
    effective: &'a Effective,
    own: &'a Own,
    merge: Merge,
    config: Option<Cow<'a, Document>>,
    dropins: Vec<&'a (String, Document)>,
    first: Args,
    last: Args,
    tracks: BTreeMap<&'static str, Track>,
    /// What is wrong in the files, whatever a later file or a flag sets.
    wrong: Vec<Wrong>,
    refused: Vec<Failure>,
}

impl<'a> Settler<'a> {
    fn new(launch: &'a Launch, effective: &'a Effective, own: &'a Own) -> Self {
        let first = parse(&launch.argv, launch.minor, Pass::First);
        let config = config_of(launch, &first);
        let over_files = config.is_some() || !launch.dropins.is_empty() || first.config_dir().is_some();
        let last = if over_files { parse(&launch.argv, launch.minor, Pass::OverFiles) } else { first.clone() };
        let tracks = fields(launch.minor).filter(|f| !is_duration(f)).map(|f| (f.path, Track::default())).collect();
        let (merge, dropins) = (Merge::of(launch.minor), dropins_of(launch));
        Self {
            launch,
            effective,
            own,
            merge,
            config,
            dropins,
            first,
            last,
            tracks,
            wrong: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// A running kubelet runs with what it reports.
    fn running(&mut self, config: &Document) {
        for (path, track) in &mut self.tracks {
            let Some(field) = ConfigField::by_path(path) else { continue };
            self.wrong.extend(take_from(track, field, config, SetBy::Running));
        }
    }

    /// Steps 1 to 3: the file or the defaults, and the drop-ins.
    fn load(&mut self) {
        if let Some(config) = self.config.take() {
            for (path, track) in &mut self.tracks {
                let Some(field) = ConfigField::by_path(path) else { continue };
                self.wrong.extend(take_from(track, field, &config, SetBy::Config));
            }
            self.config = Some(config);
            if let Some(why) = self.own.rest.as_ref().filter(|_| self.own.is_other_file) {
                self.tracks.values_mut().for_each(|track| track.unknown = Some(why.clone()));
            }
            self.own_fields();
            self.absolute_paths();
            self.defaults();
            self.default_thresholds();
        } else {
            self.defaults();
            self.legacy_defaults();
            self.own_fields();
            if self.first.config_dir().is_some() || !self.dropins.is_empty() {
                let first = std::mem::take(&mut self.first);
                self.flags(&first);
                self.first = first;
            }
        }
        self.merge_dropins();
        for (flag, given) in [("config", self.config.is_some()), ("config-dir", !self.dropins.is_empty())] {
            if let Some(why) = self.first.may_be_set_after(flag, None).filter(|_| !given) {
                self.tracks.values_mut().for_each(|track| track.unknown = Some(why.clone()));
            }
        }
    }

    /// What the image writes into the file.
    fn own_fields(&mut self) {
        for OwnField { path, value, last } in &self.own.fields {
            let Some(track) = self.tracks.get_mut(path) else { continue };
            let written = track.at.is_some() || track.unknown.is_some();
            if written && !last {
                continue;
            }
            if let (Some(tool), Some(at)) = (self.own.refuses, track.at) {
                self.wrong.push((at, format!("{tool} does not allow a configuration that sets {path}")));
            }
            match value.clone().filter(|_| !written || self.own.is_untouched) {
                Some(value) => *track = Track { value: Some(value), from: SetBy::Config, ..Track::default() },
                None => track.unknown = Some(computed()),
            }
        }
    }

    /// Paths in the file are relative to its folder (`resolveRelativePaths` in `configfiles.go`).
    fn absolute_paths(&mut self) {
        let folder = self.first.config().and_then(|path| path.known_str()?.rsplit_once('/')).map(|(folder, _)| folder);
        for field in ConfigField::all().iter().filter(|f| f.is_path) {
            let Some(track) = self.tracks.get_mut(field.path) else { continue };
            let Some(path) = track.value.as_ref().and_then(Value::as_str) else { continue };
            if path.is_empty() || path.starts_with('/') {
                continue;
            }
            match folder.filter(|folder| folder.is_empty() || folder.starts_with('/')) {
                Some(folder) => track.value = Some(json!(format!("{folder}/{path}"))),
                None => track.unknown = Some(Why::FromOutside("the folder of the kubelet configuration file".into())),
            }
        }
    }

    /// Sets fields that are unset or look the same (`SetDefaults_KubeletConfiguration`).
    fn defaults(&mut self) {
        let minor = self.launch.minor;
        let parallel = self.number("maxParallelImagePulls").is_some_and(|pulls| pulls >= 2);
        let pulls_unknown = self.tracks.get("maxParallelImagePulls").and_then(|t| t.unknown.clone());
        let pulled = self.gate("KubeletEnsureSecretPulledImages");
        for (path, track) in &mut self.tracks {
            let Some(field) = ConfigField::by_path(path) else { continue };
            if *path == "podPidsLimit" && track.value.as_ref().and_then(Value::as_i64).is_some_and(|limit| limit < 0) {
                track.value = Some(json!(-1));
            }
            let unset = track.value.as_ref().is_none_or(|v| field.default.is_some() && is_replaced(field, v));
            if !unset || track.unknown.is_some() {
                continue;
            }
            let mut default = field.default_in(minor).cloned();
            match *path {
                "serializeImagePulls" => {
                    default = Some(json!(!parallel));
                    track.unknown.clone_from(&pulls_unknown);
                }
                "imagePullCredentialsVerificationPolicy" if pulled == Some(false) => default = None,
                "imagePullCredentialsVerificationPolicy" if pulled.is_none() => {
                    track.unknown = Some(Why::KubernetesVersion);
                }
                _ => {}
            }
            track.value = default;
            track.from = SetBy::Default;
        }
    }

    /// What `loadConfigFile` adds to a file without thresholds.
    fn default_thresholds(&mut self) {
        let inodes = self.launch.minor.map(|minor| minor >= IMAGE_INODES_SINCE);
        let Some(track) = self.tracks.get_mut("evictionHard") else { return };
        if track.value.is_some() || track.unknown.is_some() {
            return;
        }
        let mut thresholds = json!({"imagefs.available": "15%"});
        if inodes == Some(true)
            && let Value::Object(map) = &mut thresholds
        {
            map.insert("imagefs.inodesFree".to_owned(), json!("5%"));
        }
        if let Value::Object(map) = &mut thresholds {
            for (signal, least) in
                [("memory.available", "100Mi"), ("nodefs.available", "10%"), ("nodefs.inodesFree", "5%")]
            {
                map.insert(signal.to_owned(), json!(least));
            }
        }
        track.value = Some(thresholds);
        track.unknown = inodes.is_none().then_some(Why::KubernetesVersion);
    }

    /// A kubelet without a file is open to everyone.
    fn legacy_defaults(&mut self) {
        for (path, value) in [
            ("authentication.anonymous.enabled", json!(true)),
            ("authentication.webhook.enabled", json!(false)),
            ("authorization.mode", json!("AlwaysAllow")),
            ("readOnlyPort", json!(10255)),
        ] {
            if let Some(track) = self.tracks.get_mut(path) {
                track.value = Some(value);
            }
        }
    }

    fn merge_dropins(&mut self) {
        if self.merge == Merge::None || self.dropins.is_empty() {
            return;
        }
        let dropins = self.dropins.clone();
        for (path, track) in &mut self.tracks {
            let Some(field) = ConfigField::by_path(path) else { continue };
            // The configuration so far is written as JSON, without what is empty.
            if self.merge != Merge::Raw && track.value.as_ref().is_some_and(|v| is_replaced(field, v) || is_empty(v)) {
                track.value = None;
            }
            let mut set = false;
            for (_, document) in &dropins {
                set |= merge(track, field, document, (self.merge, &mut self.wrong));
            }
            if self.merge == Merge::Loaded && (set || track.from != SetBy::Default) {
                track.unknown = Some(Why::NotUnderstood("how this 1.28 kubelet merges drop-ins".into()));
            }
        }
        if self.merge != Merge::Raw {
            self.defaults();
        }
    }

    fn number(&self, path: &str) -> Option<i64> {
        self.known(path)?.as_i64()
    }

    fn known(&self, path: &str) -> Option<&Value> {
        let track = self.tracks.get(path)?;
        track.value.as_ref().filter(|_| track.unknown.is_none())
    }

    fn refuse(&mut self, kind: FailureKind, message: String, at: Option<Span>) {
        let known = |f: &Failure| f.at.is_some() && f.at == at;
        if !self.effective.failures.iter().any(known) && !self.refused.iter().any(known) {
            self.refused.push(Failure::new(kind, message, at));
        }
    }

    fn finish(mut self) -> Whole {
        for (at, message) in std::mem::take(&mut self.wrong) {
            self.refuse(FailureKind::ConfigFile, message, Some(at));
        }
        if self.launch.running.is_none() {
            self.validate();
        }
        let crash_loop = self.gate("KubeletCrashLoopBackOffMax");
        let minor = self.launch.minor;
        let mut out = Vec::new();
        let has_field = |flag: &str| ConfigField::all().iter().any(|f| f.flag.is_some_and(|(name, _)| name == flag));
        let names_file = |flag: &str| matches!(flag, "config" | "config-dir");
        let others = self.first.given.iter().filter(|g| !has_field(g.flag.name) && !names_file(g.flag.name));
        let others = others.map(|g| FlagOnly { name: g.flag.name, value: g.value.to_text().into_owned(), at: g.at });
        let (others, writes) = (others.collect(), self.writes());
        for field in fields(minor) {
            let mut chosen = if is_duration(field) {
                let Some(settled) = self.effective.fields.iter().find(|s| s.field.name == field.path) else { continue };
                let mut chosen = duration(field, settled);
                if chosen.from == SetBy::Default
                    && chosen.unknown.is_none()
                    && let Some(own) = self.own.fields.iter().find(|own| own.path == field.path)
                {
                    (chosen.value, chosen.from) = (own.value.clone(), SetBy::Config);
                    chosen.unknown = own.value.is_none().then(computed);
                }
                chosen
            } else {
                let Some(track) = self.tracks.remove(field.path) else { continue };
                let Track { value, from, at, unknown, shadowed, parts } = track;
                Chosen { field, value, from, at, parts, shadowed, unknown }
            };
            if field.path == "crashLoopBackOff.maxContainerRestartPeriod" && chosen.from == SetBy::Default {
                match crash_loop {
                    Some(true) => {}
                    Some(false) => chosen.value = None,
                    None => chosen.unknown = Some(Why::KubernetesVersion),
                }
            }
            let by_version = minor.is_none() && (field.exists_in(minor).is_none() || field.before.is_some());
            if by_version && chosen.from == SetBy::Default && chosen.value.is_some() && self.launch.running.is_none() {
                chosen.unknown.get_or_insert(Why::KubernetesVersion);
            }
            if let Some(why) = &self.own.rest
                && chosen.from == SetBy::Default
                && chosen.at.is_none()
            {
                chosen.unknown = Some(why.clone());
            }
            chosen.value = chosen.value.filter(|value| !is_left_out(field, value));
            out.push(chosen);
        }
        let wild = self.first.may_be_set_after("seccomp-default", None).cloned();
        let line = || Why::FromOutside("the kubelet's command line".into());
        let more = self.first.may_be_set_after("hostname-override", None).or(self.own.rest.as_ref()).cloned();
        let more = more.or_else(|| self.launch.argv.is_empty().then(line));
        let computes = || Why::FromOutside("what the image passes to the kubelet".into());
        let more = more.or_else(|| (!self.own.fields.is_empty()).then(computes));
        let lacking = self.lacking();
        Whole { refused: self.refused, fields: out, lacking, others, more, wild, writes }
    }

    /// Fields in the files that this version does not have.
    fn lacking(&self) -> Vec<(&'static ConfigField, Span)> {
        let documents = || self.config.as_deref().into_iter().chain(self.dropins.iter().map(|(_, document)| document));
        let missing = ConfigField::all().iter().filter(|field| field.exists_in(self.launch.minor) == Some(false));
        let found = missing.flat_map(|field| {
            documents().filter_map(move |document| match document.find(field.path.split('.'), false).entry {
                PathEntry::At(_, value) => Some((field, value.span)),
                PathEntry::Above(..) | PathEntry::Absent => None,
            })
        });
        found.collect()
    }

    /// Where a setting that is missing would be written.
    fn writes(&self) -> Option<Span> {
        let dropins = self.dropins.iter().rev().map(|(_, document)| document);
        let files = self.launch.running.iter().chain(dropins).chain(self.config.as_deref());
        let file = files.filter_map(Document::tree).map(|tree| tree.span).next();
        file.or_else(|| self.launch.argv.last()?.span())
    }
}

/// The fields that a kubelet has, or may have.
fn fields(minor: Option<u32>) -> impl Iterator<Item = &'static ConfigField> {
    ConfigField::all().iter().filter(move |f| f.exists_in(minor) != Some(false))
}

fn computed() -> Why {
    Why::FromOutside("a value that the node computes".into())
}

fn is_duration(field: &ConfigField) -> bool {
    matches!(field.kind, Kind::Duration | Kind::DurationOrNumber)
}

/// True for a value that counts as unset when defaults are set. An empty list or map is not the same as none.
fn is_replaced(field: &ConfigField, value: &Value) -> bool {
    field.is_unset(value) && !value.is_array() && !value.is_object()
}

/// True for a list or map that is not written as JSON (`omitempty`).
fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// True for a value that `configz` does not show.
fn is_left_out(field: &ConfigField, value: &Value) -> bool {
    let nothing = matches!(field.kind, Kind::Object(_)) && is_empty(value);
    nothing || field.is_unset(value) && field.default.as_ref() != Some(value) && !is_duration(field)
}

/// Takes the value of a file, if it has one; what is wrong with it.
fn take_from(track: &mut Track, field: &ConfigField, document: &Document, from: SetBy) -> Option<Wrong> {
    let found = document.find(field.path.split('.'), false);
    let wrong = match found.entry {
        PathEntry::At(_, value) => {
            track.take(read(value, &field.kind, document.schema(), field.path, None), from, value)
        }
        PathEntry::Above(_, value) if !document.is_null(value) => {
            Some((value.span, format!("{} must be inside an object", field.path)))
        }
        PathEntry::Above(..) | PathEntry::Absent => None,
    };
    // A value that is there may be repeated by an unknown key, but then the file has it twice.
    if !matches!(found.entry, PathEntry::At(..)) {
        track.unknown = found.open.or(track.unknown.take());
    }
    wrong
}

/// Merges the value of a drop-in; true if it has one.
fn merge(track: &mut Track, field: &ConfigField, document: &Document, (how, wrong): (Merge, &mut Vec<Wrong>)) -> bool {
    // The kubelet's internal type has another name for it.
    if how == Merge::Raw && field.path == "resolvConf" {
        return false;
    }
    let found = document.find(field.path.split('.'), true);
    let deletes = how != Merge::Raw;
    let set = match found.entry {
        PathEntry::At(_, value) | PathEntry::Above(_, value) if document.is_null(value) => {
            if deletes {
                wrong.extend(track.take(Read::Null, SetBy::DropIn, value));
            }
            true
        }
        PathEntry::At(_, value) => {
            let base = track.value.clone().unwrap_or(Value::Null);
            let hidden = track.unknown.take().filter(|_| matches!(field.kind, Kind::Map(_) | Kind::Object(_)));
            let new = read(value, &field.kind, document.schema(), field.path, Some(&base));
            wrong.extend(track.take(new, SetBy::DropIn, value));
            track.unknown = track.unknown.take().or(hidden);
            true
        }
        PathEntry::Above(_, value) => {
            wrong.push((value.span, format!("{} must be inside an object", field.path)));
            true
        }
        PathEntry::Absent => false,
    };
    if found.open.is_some() {
        track.unknown = found.open;
    }
    set
}

fn duration(field: &'static ConfigField, settled: &Settled) -> Chosen {
    let written = settled.winner.as_ref().filter(|_| settled.from != SetBy::Default);
    let value = settled.effective.map(|nanoseconds| {
        // A number stays a number.
        let number =
            written.filter(|w| field.kind == Kind::DurationOrNumber && w.by != crate::setting::Mechanism::Flag);
        match number.and_then(|w| w.raw.known_str()?.parse::<i64>().ok()) {
            Some(_) => json!(nanoseconds),
            None => json!(render_duration(nanoseconds)),
        }
    });
    let at = settled.winner.as_ref().map(|w| w.at);
    let shadowed = settled.shadowed.iter().map(|s| (s.by.source(), s.at)).collect();
    Chosen { field, value, from: settled.from, at, parts: BTreeMap::new(), shadowed, unknown: settled.unknown.clone() }
}

#[cfg(test)]
mod tests;
