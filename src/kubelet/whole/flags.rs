//! Values by flag, as `spf13/pflag` and the flag types of component-base read them (`cli/flag` in component-base,
//! `pkg/util/taints/taints.go` and `pkg/util/flag/flags.go` in kubernetes/kubernetes).

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::super::args::{Args, Given, integer, is_true};
use super::read::is_quantity;
use super::{Settler, Track};
use crate::setting::{ByFlag, ConfigField, FailureKind, SetBy, shorten};
use crate::text::Span;

/// What is wrong with a value.
type Fault = String;

/// The effects of taints.
pub(super) const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

impl Settler<'_> {
    /// Applies the command line: step 4, or step 1 for a kubelet without a file.
    pub(super) fn flags(&mut self, args: &Args) {
        for field in ConfigField::all() {
            let Some((flag, kind)) = field.flag.filter(|(_, kind)| *kind != ByFlag::Duration) else { continue };
            let Some(mut track) = self.tracks.remove(field.path) else { continue };
            let before = track.value.clone();
            let below = track.unknown.take();
            let (mut index, mut hidden) = (None, None);
            for given in args.given.iter().filter(|g| g.flag.name == flag) {
                let fault = apply(&mut track, kind, given, index.is_none());
                index = Some(given.index);
                if let (Some(fault), None) = (fault, &given.doubt) {
                    let text = given.value.to_text();
                    let message = shorten(&format!("invalid argument {text:?} for \"--{flag}\" flag: {fault}"));
                    self.refuse(FailureKind::CommandLine, message, Some(given.at));
                }
                let unknown = given.value.first_unknown().map(|(_, why)| why).or(given.doubt.as_ref());
                hidden = unknown.cloned().or(hidden.filter(|_| adds(kind)));
            }
            // Gates of files are kept, and so is what is not known of them.
            track.unknown = hidden.or(below.filter(|_| index.is_none() || kind == ByFlag::Gates));
            if kind == ByFlag::Gates && index.is_some() {
                add_back(&mut track, before);
            }
            if let Some(why) = args.may_be_set_after(flag, index) {
                track.unknown = Some(why.clone());
            }
            self.tracks.insert(field.path, track);
        }
    }
}

/// True if each use of a flag adds to the value.
fn adds(kind: ByFlag) -> bool {
    use ByFlag::{Gates, Headers, List, Map, Memory, Pair, Thresholds, Vmodule};
    matches!(kind, Gates | Headers | List | Map | Memory | Pair | Thresholds | Vmodule)
}

/// Gates of files that no flag names are kept (`kubeletConfigFlagPrecedence`).
fn add_back(track: &mut Track, before: Option<Value>) {
    if let (Some(Value::Object(now)), Some(Value::Object(before))) = (&mut track.value, before) {
        for (gate, open) in before {
            now.entry(gate).or_insert(open);
        }
    }
}

/// Applies one use of a flag; the fault if the kubelet refuses it.
fn apply(track: &mut Track, kind: ByFlag, given: &Given, first: bool) -> Option<Fault> {
    let text = given.value.to_text();
    let before = track.value.take().filter(|_| !first);
    let value = match value(kind, &text, before) {
        Ok(value) => value,
        Err(_) if given.value.has_unknown() => None,
        Err(fault) => return Some(fault),
    };
    track.replace(Track {
        value,
        from: SetBy::Flag,
        at: Some(given.at),
        parts: parts(kind, given),
        ..Track::default()
    });
    None
}

/// Where the parts of a value are, if commas separate them.
fn parts(kind: ByFlag, given: &Given) -> BTreeMap<String, (SetBy, Span)> {
    let Some(text) = given.value.known_str().filter(|_| adds(kind)) else { return BTreeMap::new() };
    let mut start = 0;
    let one = text.split(',').map(|part| {
        let end = start + part.len();
        let (key, from) = match part.find(['=', '<', ':']) {
            Some(sign) if kind != ByFlag::List => (part.get(..sign).unwrap_or_default(), start + sign + 1),
            _ => (part, start),
        };
        let at = given.value.slice(from..end).span().unwrap_or(given.at);
        start = end + 1;
        (key.trim().to_owned(), (SetBy::Flag, at))
    });
    one.collect()
}

fn value(kind: ByFlag, text: &str, before: Option<Value>) -> Result<Option<Value>, Fault> {
    let number = |least: i64, most: i64| match integer(text) {
        Some(number) if number >= least.into() && number <= most.into() => Ok(Some(json!(number as i64))),
        Some(_) => Err("value out of range".to_owned()),
        None => Err("invalid syntax".to_owned()),
    };
    match kind {
        ByFlag::Bool => is_true(text).map(|truth| Some(json!(truth))).ok_or_else(|| "invalid syntax".to_owned()),
        ByFlag::Int32 => number(i32::MIN.into(), i32::MAX.into()),
        ByFlag::Int64 => number(i64::MIN, i64::MAX),
        ByFlag::Level => number(0, u32::MAX.into()),
        ByFlag::Text | ByFlag::Duration => Ok(Some(json!(text))),
        ByFlag::Ip if text.trim().parse::<IpAddr>().is_ok() => Ok(Some(json!(text))),
        ByFlag::Ip if text.is_empty() => Ok(Some(json!(""))),
        ByFlag::Ip => Err(format!("{text:?} is not a valid IP address")),
        ByFlag::Quantity if is_quantity(text) => Ok(Some(json!(text))),
        ByFlag::Quantity => Err("it is not a quantity".to_owned()),
        ByFlag::List => {
            let items = text.split(',').filter(|_| !text.is_empty()).map(|item| json!(item));
            Ok(Some(Value::Array(list(before).into_iter().chain(items).collect())))
        }
        ByFlag::Map => pairs(text.split(',').filter(|p| !p.is_empty()), "=", before, &|v| Ok(json!(v))),
        ByFlag::Pair => pairs(std::iter::once(text), "=", before, &|v| Ok(json!(v))),
        ByFlag::Thresholds => pairs(text.split(',').filter(|p| !p.is_empty()), "<", before, &|v| Ok(json!(v))),
        ByFlag::Gates => pairs(text.split(',').filter(|p| !p.is_empty()), "=", before, &|v| {
            is_true(v).map(|open| json!(open)).ok_or_else(|| format!("invalid value {v:?}"))
        }),
        ByFlag::Taints if text.is_empty() => Ok(None),
        ByFlag::Taints => {
            let taints: Option<Vec<_>> = text.split(',').map(|t| taint(t.trim())).collect();
            taints.map(|t| Some(Value::Array(t))).ok_or_else(|| format!("invalid taint spec: {text}"))
        }
        ByFlag::Headers => headers(text, before),
        ByFlag::Memory if text.is_empty() => Ok(before),
        ByFlag::Memory => memory(text, before),
        ByFlag::Vmodule => vmodule(text, before),
    }
}

fn list(before: Option<Value>) -> Vec<Value> {
    match before {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn object(before: Option<Value>) -> Map<String, Value> {
    match before {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn pairs<'t>(
    parts: impl Iterator<Item = &'t str>,
    sign: &str,
    before: Option<Value>,
    read: &dyn Fn(&str) -> Result<Value, Fault>,
) -> Result<Option<Value>, Fault> {
    let mut out = object(before);
    for part in parts {
        let Some((key, value)) = part.split_once(sign) else {
            return Err(format!("malformed pair, expect key{sign}value"));
        };
        out.insert(key.trim().to_owned(), read(value.trim())?);
    }
    Ok(Some(Value::Object(out)))
}

fn taint(text: &str) -> Option<Value> {
    let (left, effect) = text.split_once(':')?;
    let (key, value) = left.split_once('=').unwrap_or((left, ""));
    if key.is_empty() || value.contains('=') || !EFFECTS.contains(&effect) {
        return None;
    }
    let mut out = Map::new();
    out.insert("key".to_owned(), json!(key));
    if !value.is_empty() {
        out.insert("value".to_owned(), json!(value));
    }
    out.insert("effect".to_owned(), json!(effect));
    Some(Value::Object(out))
}

fn headers(text: &str, before: Option<Value>) -> Result<Option<Value>, Fault> {
    let mut out = object(before);
    for part in text.split(',').filter(|p| !p.is_empty()) {
        let Some((name, value)) = part.split_once(':') else {
            return Err("malformed pair, expect string:string".to_owned());
        };
        let values = out.entry(name.trim()).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(json!(value));
        }
    }
    Ok(Some(Value::Object(out)))
}

fn memory(text: &str, before: Option<Value>) -> Result<Option<Value>, Fault> {
    let wrong = || format!("the reserved memory has incorrect format, expected numaNodeID:type=quantity, got {text}");
    let mut out = list(before);
    for part in text.split(';') {
        let (node, limits) = part.split_once(':').ok_or_else(wrong)?;
        let node: i32 = node.trim().parse().map_err(|_| wrong())?;
        let mut map = Map::new();
        for limit in limits.split(',') {
            let (kind, quantity) = limit.split_once('=').ok_or_else(wrong)?;
            if !is_quantity(quantity.trim()) {
                return Err(wrong());
            }
            map.insert(kind.trim().to_owned(), json!(quantity.trim()));
        }
        out.push(json!({"numaNode": node, "limits": map}));
    }
    Ok(Some(Value::Array(out)))
}

fn vmodule(text: &str, before: Option<Value>) -> Result<Option<Value>, Fault> {
    let mut out = list(before);
    for part in text.split(',').filter(|p| !p.is_empty()) {
        let level = part.split_once('=').and_then(|(pattern, level)| Some((pattern, level.parse::<u32>().ok()?)));
        let Some((pattern, level)) = level.filter(|(pattern, _)| !pattern.is_empty()) else {
            return Err(format!("{part:?} does not have the pattern=N format"));
        };
        out.push(json!({"filePattern": pattern, "verbosity": level}));
    }
    Ok(Some(Value::Array(out)))
}
