//! Steps 2 and 3: the configuration file and the drop-ins.

use super::super::config::{API_VERSION, Document, Header, KIND, Lookup, PathEntry};
use super::super::schema::{TYPED, whole};
use super::Settler;
use super::track::{FieldValue, Merge, by_key};
use crate::setting::{FIELDS, Failure, FailureKind, Field, Mechanism, Reading, SetBy, Setting, Shape};
use crate::syntax::Node;
use crate::text::Why;

impl Settler<'_> {
    pub(super) fn load(&mut self) {
        if let Some(config) = self.config.take() {
            self.file(&config);
            self.config = Some(config);
        }
        self.defaults();
        self.dropins();
        self.types();
        // A flag that may name a file is covered by the words that may be flags.
        for (flag, given) in [("config", self.config.is_some()), ("config-dir", !self.dropins.is_empty())] {
            if let Some(why) = self.first.may_be_set_after(flag, None)
                && !given
            {
                for track in FIELDS.iter().filter(|f| f.shape.is_some()).map(|f| f.name) {
                    if let Some(track) = self.tracks.get_mut(track) {
                        track.unknown = Some(why.clone());
                    }
                }
                self.grace.open = Some(why.clone());
            }
        }
    }

    /// A running kubelet runs with what it reports.
    pub(super) fn running(&mut self, config: &Document) {
        for field in FIELDS.iter().filter(|f| f.shape != Some(Shape::Map) && f.shape.is_some()) {
            let found = config.find(field.path(), false);
            let setting = self.statement(field, config, &found, Mechanism::Running, false);
            let Some(track) = self.tracks.get_mut(field.name) else { continue };
            // Fields that it leaves out are unset, or its version does not have them.
            if let Some(setting) = setting.filter(|s| !matches!(s.reading, Reading::Invalid(_))) {
                track.add(setting, SetBy::Running, found.open);
            }
        }
        self.grace_file(config);
    }

    fn file(&mut self, config: &Document) {
        self.headers(config, None);
        for field in FIELDS.iter().filter(|f| f.shape != Some(Shape::Map) && f.shape.is_some()) {
            let found = config.find(field.path(), false);
            if let Some(setting) = self.statement(field, config, &found, Mechanism::ConfigFile, false) {
                let known = self.in_files(field);
                if known {
                    self.judge(&setting);
                }
                let Some(track) = self.tracks.get_mut(field.name) else { continue };
                if known {
                    track.add(setting, SetBy::Config, found.open);
                } else {
                    track.settings.push(setting);
                }
            } else if let Some(track) = self.tracks.get_mut(field.name) {
                track.unknown = found.open;
            }
        }
        self.grace_file(config);
    }

    /// The setting of a field in a document, if there is one.
    pub(super) fn statement(
        &self,
        field: &'static Field,
        document: &Document,
        found: &Lookup<'_>,
        by: Mechanism,
        in_dropin: bool,
    ) -> Option<Setting> {
        let (pair, reading) = match found.entry {
            PathEntry::At(key, value) => ((key, value), document.reading(field, value, in_dropin, self.launch.minor)),
            // A null in a drop-in deletes everything below the key.
            PathEntry::Above(key, value) if in_dropin && document.is_null(value) => ((key, value), Reading::Unset),
            _ => return None,
        };
        Some(by_key(field, None, document, pair, reading, by))
    }

    /// Records a setting that prevents the kubelet from starting, or may do so.
    pub(super) fn judge(&mut self, setting: &Setting) {
        match &setting.reading {
            Reading::Invalid(words) => {
                let name = setting.field.name;
                let key = setting.key.as_ref().map_or_else(String::new, |k| format!("[{}]", k.escape_debug()));
                // A message about the type names the field already.
                let message = if words.contains(name) { words.clone() } else { format!("{name}{key}: {words}") };
                // The loader's own error about the same value says less.
                self.failures.retain(|f| {
                    let inside = |at: crate::text::Span| {
                        at.text == setting.carrier.text
                            && at.start >= setting.carrier.start
                            && at.end <= setting.carrier.end
                    };
                    f.kind != FailureKind::ConfigFile || !f.at.is_some_and(inside)
                });
                self.failures.push(Failure::invalid(setting.clone(), message));
            }
            Reading::Unknown(why) => self.doubts.push(why.clone()),
            Reading::Duration(_) | Reading::Unset => {}
        }
    }

    /// Errors of a document as a whole. `name` is that of a drop-in.
    fn headers(&mut self, document: &Document, name: Option<&str>) {
        self.failures.extend(document.failures.iter().cloned());
        let what = name.map_or("the kubelet configuration file", |_| "the drop-in");
        let mut fail = |message, at| self.failures.push(Failure::file(message, at));
        let whole = document.tree().map(|t| t.span);
        match &document.header {
            Header::Right => {}
            Header::Missing => {
                if document.failures.is_empty() {
                    fail(format!("{what} has no apiVersion and kind"), whole);
                }
            }
            Header::Unknown(why) => self.doubts.push(why.clone()),
            // A few versions require some kind in a drop-in, but accept any.
            Header::Other if name.is_some() && self.merge == Merge::Raw => {}
            Header::Other if name.is_some() && self.merge == Merge::Unknown => self.doubts.push(Why::KubernetesVersion),
            Header::Other => fail(format!("{what} is not a {KIND} of {API_VERSION}"), whole),
        }
        if let (Some(_), Some(at)) = (name, document.duplicate) {
            match self.merge {
                // Drop-ins were loaded like a file, which may repeat a key.
                Merge::Loaded => {}
                Merge::Unknown => self.doubts.push(Why::KubernetesVersion),
                _ => self.failures.push(Failure::file("the drop-in has a duplicate key", Some(at))),
            }
        }
        if let Some(why) = &document.open {
            self.doubts.push(why.clone());
        }
    }

    fn dropins(&mut self) {
        if self.dropins.is_empty() || self.merge == Merge::None {
            return;
        }
        let dropins = self.dropins.clone();
        for (name, document) in &dropins {
            self.headers(document, Some(name));
        }
        for field in FIELDS.iter().filter(|f| f.shape != Some(Shape::Map) && f.shape.is_some()) {
            self.merge_field(field);
        }
        self.grace_dropins();
        if matches!(self.merge, Merge::Patch | Merge::Unknown) {
            self.defaults();
        }
    }

    fn merge_field(&mut self, field: &'static Field) {
        let Some(mut track) = self.tracks.get(field.name).cloned() else { return };
        let known = self.in_files(field);
        let before = track.clone();
        let mut last: Option<Setting> = None;
        for (name, document) in &self.dropins {
            let found = document.find(field.path(), true);
            let by = Mechanism::DropIn(name.clone());
            let loaded = self.merge == Merge::Loaded;
            match self.statement(field, document, &found, by, !loaded) {
                Some(setting) if !known => track.settings.push(setting),
                Some(setting) => {
                    let ignored = self.merge == Merge::Raw && setting.reading == Reading::Unset;
                    if ignored {
                        track.settings.push(setting);
                    } else {
                        last = Some(setting.clone());
                        track.add(setting, SetBy::DropIn, found.open);
                    }
                }
                None => {
                    if let Some(why) = found.open {
                        track.unknown = Some(why);
                    }
                }
            }
        }
        // An error in an earlier drop-in no longer matters once a later one has replaced it.
        if let Some(setting) = &last {
            self.judge(setting);
        }
        let zero = field.shape.is_some_and(Shape::replaces_zero) && track.value == FieldValue::Set(0);
        match self.merge {
            Merge::Unknown if last.is_some() && (zero || track.value == FieldValue::Unset) => {
                track.unknown.get_or_insert(Why::KubernetesVersion);
            }
            // Without the patch, the drop-in's own defaults replace the values of the file.
            Merge::Loaded if known && (zero || track.value == FieldValue::Unset || last.is_none()) => {
                let changes = before.from == SetBy::Config || last.is_some();
                if changes && field.shape != Some(Shape::ZeroDefault) {
                    track
                        .unknown
                        .get_or_insert_with(|| Why::NotUnderstood("how this 1.28 kubelet merges drop-ins".into()));
                }
                if track.value == FieldValue::Unset {
                    track.value = before.value;
                }
            }
            _ => {}
        }
        self.tracks.insert(field.name, track);
    }

    /// Types of settings that are not durations, and numbers that must not be negative.
    fn types(&mut self) {
        let config = self.config.take();
        for typed in TYPED.iter() {
            let path = || typed.path.split('.');
            let mut number: Option<(i128, crate::text::Span)> = None;
            if let Some(config) = &config {
                let found = config.find(path(), false);
                if let PathEntry::At(_, value) = found.entry {
                    if let Some((node, message)) = typed.fault(value, config.schema()) {
                        self.wrong_type(message, node);
                    }
                    number = whole(value, config.schema()).map(|n| (n, value.span)).filter(|_| found.open.is_none());
                }
            }
            let mut last = None;
            if self.merge != Merge::None {
                for (_, document) in &self.dropins {
                    let found = document.find(path(), true);
                    match found.entry {
                        PathEntry::At(_, value) if document.is_null(value) => (number, last) = (None, None),
                        PathEntry::At(_, value) => {
                            last = typed.fault(value, document.schema()).map(|(node, words)| (words, node));
                            number = whole(value, document.schema()).map(|n| (n, value.span));
                        }
                        _ => {}
                    }
                    if found.open.is_some() {
                        (number, last) = (None, None);
                    }
                }
            }
            if let Some((message, node)) = last {
                self.wrong_type(message, node);
            }
            if let (Some(flag), Some((number, at))) = (typed.not_negative, number) {
                let flagged = self.last.last(flag).is_some() || self.last.may_be_set_after(flag, None).is_some();
                if number < 0 && !flagged {
                    let message = format!("{} {number} must not be a negative number", typed.path);
                    self.failures.push(Failure::file(message, Some(at)));
                }
            }
        }
        self.config = config;
    }

    fn wrong_type(&mut self, message: String, node: &Node) {
        let at = node.as_scalar().and_then(|s| s.text.span()).unwrap_or(node.span);
        self.failures.push(Failure::file(message, Some(at)));
    }
}
