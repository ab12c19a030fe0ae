//! Which setting wins.

mod eviction;
mod files;
pub(super) mod gates;
mod grace;
mod track;
mod validate;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::setting::{Effective, FIELDS, Failure, Field, Reading, SetBy, Settled, Shape, shorten};
use crate::text::{Traced, Why};

use super::args::{Args, Pass, parse};
use super::config::Document;
use grace::Grace;
pub(super) use track::Merge;
use track::{FieldValue, Track, by_flag};

/// All inputs that decide what one kubelet runs with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    /// The command line, without the program. Empty if only a configuration is available.
    pub argv: Vec<Traced>,
    /// The file that `--config` names. `None` with a `--config` on the command line means that the file is unknown.
    pub config: Option<Document>,
    /// The files below the directory that `--config-dir` names, by their path relative to it.
    pub dropins: Vec<(String, Document)>,
    /// The configuration reported by the kubelet itself (`configz`), in which flags, files and defaults are already settled.
    pub running: Option<Document>,
    /// Minor version (of 1.x), if it is known.
    pub minor: Option<u32>,
}

/// What one kubelet runs with.
///
/// The steps are those of `NewKubeletCommand` in `cmd/kubelet/app/server.go`:
///
/// 1. The command line is read over the defaults. A word that does not parse ends it.
/// 2. With `--config`, the file is loaded into a new object, with defaults for what is unset or zero; step 1 is dropped.
/// 3. With `--config-dir`, each `*.conf` in the order of a walk is merged over the result. How depends on the version: since
///    1.32 as a JSON merge patch with defaults set once more, from 1.29 to 1.31 without those defaults, which keeps a zero.
///    (1.28 and 1.29 also need an environment variable, which the caller has to check.)
/// 4. The command line is read a second time, over the result. No defaults follow: a zero by flag is kept.
/// 5. The final result is validated, once.
///
/// `effective` with `unknown` set is what holds if the unknown thing does not interfere; without `effective`, nothing is known.
/// An unknown part in a setting that is not a duration does not make the start uncertain.
pub(crate) fn settle(launch: &Launch) -> Effective {
    let mut settler = Settler::new(launch);
    if let Some(running) = &launch.running {
        settler.running(running);
        let settled = settler.finish();
        // It runs, so nothing in it was refused.
        return Effective { starts: Some(true), failures: Vec::new(), ..settled };
    }
    settler.load();
    settler.flags();
    settler.finish()
}

/// Whether a kubelet reads a file of its drop-in directory: decided by its extension, which is case-sensitive.
fn is_dropin(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "conf")
}

/// The drop-ins that a kubelet reads, in the order in which it reads them.
pub(super) fn dropins_of(launch: &Launch) -> Vec<&(String, Document)> {
    let mut dropins: Vec<_> = launch.dropins.iter().filter(|(name, _)| is_dropin(name)).collect();
    dropins.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
    dropins
}

/// The file that a kubelet reads: an unknown one if only its name is known.
pub(super) fn config_of<'a>(launch: &'a Launch, first: &Args) -> Option<Cow<'a, Document>> {
    match (&launch.config, first.config()) {
        (Some(config), _) => Some(Cow::Borrowed(config)),
        (None, Some(path)) => {
            let why = match path.first_unknown() {
                Some((_, why)) => why.clone(),
                None => Why::FromOutside(format!("the file {}", path.to_text().escape_debug()).into()),
            };
            Some(Cow::Owned(Document::unknown(why)))
        }
        (None, None) => None,
    }
}

struct Settler<'a> {
    launch: &'a Launch,
    merge: Merge,
    config: Option<Cow<'a, Document>>,
    /// Drop-ins that are read, in order.
    dropins: Vec<&'a (String, Document)>,
    first: Args,
    /// The pass that decides.
    last: Args,
    tracks: BTreeMap<&'static str, Track>,
    grace: Grace,
    failures: Vec<Failure>,
    doubts: Vec<Why>,
}

impl<'a> Settler<'a> {
    fn new(launch: &'a Launch) -> Self {
        let mut first = parse(&launch.argv, launch.minor, Pass::First);
        let mut failures = std::mem::take(&mut first.failures);
        let mut doubts = first.doubts.clone();
        let (config, dropins) = (config_of(launch, &first), dropins_of(launch));
        let last = if config.is_some() || !launch.dropins.is_empty() || first.config_dir().is_some() {
            let mut last = parse(&launch.argv, launch.minor, Pass::OverFiles);
            for failure in std::mem::take(&mut last.failures) {
                // Failures of the first pass are already reported.
                if !failures.iter().any(|f| f.at == failure.at) {
                    failures.push(failure);
                }
            }
            doubts.extend(last.doubts.iter().cloned());
            last
        } else {
            first.clone()
        };
        Self {
            launch,
            merge: Merge::of(launch.minor),
            config,
            dropins,
            first,
            last,
            tracks: FIELDS.iter().filter(|f| f.shape != Some(Shape::Map)).map(|f| (f.name, Track::new())).collect(),
            grace: Grace::default(),
            failures,
            doubts,
        }
    }

    /// Whether the kubelet's files have the field.
    fn in_files(&self, field: &Field) -> bool {
        // The flag is older than the field.
        const FIRST_WITH_LOGGING: u32 = 23;
        let since = if field.shape == Some(Shape::TextOrNanoseconds) { Some(FIRST_WITH_LOGGING) } else { field.since };
        field.shape.is_some() && self.launch.minor.is_none_or(|minor| since.is_none_or(|since| minor >= since))
    }

    /// Sets fields that are unset or, where that looks the same, zero (`SetDefaults_KubeletConfiguration`).
    fn defaults(&mut self) {
        let update = self.tracks.get("nodeStatusUpdateFrequency").map(|t| (t.value.clone(), t.unknown.clone()));
        for field in FIELDS {
            let Some(track) = self.tracks.get_mut(field.name) else { continue };
            let replaces = field.shape.is_some_and(Shape::replaces_zero);
            match track.value {
                FieldValue::Unset => {}
                FieldValue::Set(0) if replaces => {}
                _ => continue,
            }
            track.from = SetBy::Default;
            track.value = field.default.map_or(FieldValue::Unset, FieldValue::Set);
            if field.name == "nodeStatusReportFrequency"
                && let Some((value, unknown)) = &update
            {
                match value {
                    // It follows the other frequency if that one was set.
                    FieldValue::Set(0) | FieldValue::Unset | FieldValue::Invalid => {}
                    other => track.value = other.clone(),
                }
                if track.unknown.is_none() {
                    track.unknown.clone_from(unknown);
                }
            }
        }
    }

    /// Step 4, and the flags that step 1 refuses.
    fn flags(&mut self) {
        for field in FIELDS.iter().filter(|f| f.shape != Some(Shape::Map)) {
            let Some(flag) = field.flag else { continue };
            for given in self.first.given.iter().filter(|g| g.flag.name == flag) {
                let setting = by_flag(field, None, given, given.value.clone());
                match (&setting.reading, &given.doubt) {
                    (Reading::Invalid(words), None) => {
                        let value = given.value.to_text();
                        let message = shorten(&format!("invalid argument {value:?} for \"--{flag}\" flag: {words}"));
                        self.failures.push(Failure::invalid(setting, message));
                    }
                    (Reading::Invalid(_), Some(why)) | (Reading::Unknown(why), _) => self.doubts.push(why.clone()),
                    _ => {}
                }
            }
            // A flag without a field in the configuration keeps its value from the first pass.
            let args = if field.shape.is_none() { &self.first } else { &self.last };
            let Some(track) = self.tracks.get_mut(field.name) else { continue };
            let mut index = None;
            for given in args.given.iter().filter(|g| g.flag.name == flag) {
                index = Some(given.index);
                track.add(by_flag(field, None, given, given.value.clone()), SetBy::Flag, given.doubt.clone());
            }
            if let Some(why) = args.may_be_set_after(flag, index) {
                track.unknown = Some(why.clone());
            }
        }
        self.grace_flags();
    }

    fn finish(mut self) -> Effective {
        self.validate();
        let minor = self.launch.minor;
        let mut fields = Vec::new();
        let mut grace = Some(std::mem::take(&mut self.grace));
        for field in FIELDS {
            if field.shape == Some(Shape::Map) {
                fields.extend(grace.take().unwrap_or_default().settled(field));
                continue;
            }
            let Some(track) = self.tracks.remove(field.name) else { continue };
            if field.since.zip(minor).is_some_and(|(since, minor)| minor < since) {
                // This kubelet does not have the field. Its settings are kept, but they decide nothing.
                if !track.settings.is_empty() {
                    let shadowed = track.settings;
                    fields.push(Settled { shadowed, ..Track::new().settled(field, None) });
                }
                continue;
            }
            fields.push(track.settled(field, None));
        }
        let starts = match (self.failures.is_empty(), self.doubts.is_empty()) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => None,
        };
        Effective { starts, failures: self.failures, fields, whole: None }
    }
}

#[cfg(test)]
mod tests;
