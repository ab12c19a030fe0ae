//! `evictionSoftGracePeriod`: a duration for each signal.

use super::super::args::Given;
use super::super::config::{Document, PathEntry};
use super::super::schema::json_type;
use super::Settler;
use super::track::{Merge, by_flag, by_key};
use crate::setting::{Failure, FailureKind, Field, Mechanism, Reading, SetBy};
use crate::text::{Traced, Why};

const NAME: &str = "evictionSoftGracePeriod";
const FLAG: &str = "eviction-soft-grace-period";

fn field() -> Option<&'static Field> {
    Field::by_name(NAME)
}

impl Settler<'_> {
    pub(super) fn grace_file(&mut self, config: &Document) {
        self.grace_document(config, Mechanism::ConfigFile, SetBy::Config);
    }

    pub(super) fn grace_dropins(&mut self) {
        for (name, document) in self.dropins.clone() {
            self.grace_document(document, Mechanism::DropIn(name.clone()), SetBy::DropIn);
        }
    }

    fn grace_document(&mut self, document: &Document, by: Mechanism, from: SetBy) {
        let Some(field) = field() else { return };
        let in_dropin = from == SetBy::DropIn;
        let found = document.find(field.path(), in_dropin);
        self.grace.open = found.open.or(self.grace.open.take());
        let PathEntry::At(_, map) = found.entry else { return };
        if document.is_null(map) {
            if in_dropin && self.merge != Merge::Raw && self.merge != Merge::Loaded {
                self.grace.clear(from);
            }
            return;
        }
        if !map.is_map() {
            if let Some((_, why)) = map.as_scalar().and_then(|s| s.text.first_unknown()) {
                self.grace.open = Some(why.clone());
                self.doubts.push(why.clone());
            } else {
                let at = document.raw(map).span();
                let is = json_type(map, document.schema()).unwrap_or("value");
                let message = format!("cannot unmarshal {is} into {NAME} of type map[string]string");
                self.failures.push(Failure::file(message, at));
            }
            return;
        }
        for (key, value) in map.pairs() {
            let Some(signal) = crate::syntax::key_text(key, document.schema()) else {
                if let Some((_, why)) = key.as_scalar().and_then(|s| s.text.first_unknown()) {
                    self.grace.open = Some(why.clone());
                }
                continue;
            };
            let reading = document.reading(field, value, in_dropin, self.launch.minor);
            let setting = by_key(field, Some(signal.clone()), document, (key, value), reading, by.clone());
            let Some(track) = self.grace.track(signal) else { break };
            let deletes = setting.reading == Reading::Unset;
            if deletes && matches!(self.merge, Merge::Raw | Merge::Loaded) {
                track.settings.push(setting);
            } else {
                let unknown = (deletes && self.merge == Merge::Unknown).then_some(Why::KubernetesVersion);
                track.add(setting, from, unknown);
            }
        }
    }

    /// The flag replaces the whole map; repeated flags add up (`MapStringString.Set` in component-base).
    pub(super) fn grace_flags(&mut self) {
        let Some(field) = field() else { return };
        let args = std::mem::take(&mut self.last);
        let mut index = None;
        for given in args.given.iter().filter(|g| g.flag.name == FLAG) {
            if index.is_none() {
                self.grace.clear(SetBy::Flag);
            }
            index = Some(given.index);
            if let Some(why) = &given.doubt {
                self.grace.open = Some(why.clone());
            }
            self.grace_pairs(field, given);
        }
        if let Some(why) = args.may_be_set_after(FLAG, index) {
            self.grace.open = Some(why.clone());
        }
        self.last = args;
    }

    fn grace_pairs(&mut self, field: &'static Field, given: &Given) {
        for pair in given.value.split(b",").into_iter().filter(|p| !p.is_empty()) {
            let equals = pair.bytes().iter().position(|b| *b == b'=');
            let signal = trim(&pair.slice(0..equals.unwrap_or(pair.len())));
            if let Some((_, why)) = signal.first_unknown() {
                self.grace.open = Some(why.clone());
                self.doubts.push(why.clone());
                continue;
            }
            let Some(equals) = equals else {
                let message = format!("invalid argument for \"--{FLAG}\" flag: malformed pair, expect string=string");
                match &given.doubt {
                    None => self.failures.push(Failure::new(FailureKind::CommandLine, message, pair.span())),
                    Some(why) => self.doubts.push(why.clone()),
                }
                continue;
            };
            let value = trim(&pair.slice(equals + 1..pair.len()));
            let signal = signal.to_text().into_owned();
            let setting = by_flag(field, Some(signal.clone()), given, value);
            let Some(track) = self.grace.track(signal) else { break };
            track.add(setting, SetBy::Flag, given.doubt.clone());
        }
    }
}

/// The bytes without white space at both ends.
fn trim(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(start, |n| n + 1);
    text.slice(start..end)
}
