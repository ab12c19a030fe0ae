//! The contents of `kubelet-lint.toml`. Every unknown key and every invalid value is an error with its place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use crate::check::{Catalogue, Level};
use crate::text::{Place, Source};

use super::values::{Day, ImageFamily, Pattern, RuleId, Time, Version, meant};

/// The prefix of the ids of custom rules, so they never clash with a built-in one.
pub(super) const OWN_PREFIX: &str = "local-";

/// The most patterns of one list: each is compiled, and held against every path.
const MAX_PATTERNS: usize = 1_000;

/// A configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// The configuration that this one adds to, relative to it.
    pub extend: Option<PathBuf>,
    /// The rules to use; if not set, all except opt-in rules.
    pub select: Vec<RuleId>,
    /// Additional rules to use.
    pub extend_select: Vec<RuleId>,
    /// Rules to disable.
    pub ignore: Vec<RuleId>,
    /// Files that are not read on their own.
    #[serde(deserialize_with = "few")]
    pub exclude: Vec<Pattern>,
    /// The lowest level that makes the exit code 1.
    pub fail_on: Option<FailOn>,
    /// True if an unresolved value that could hold a watched setting makes the exit code 2.
    pub fail_on_unresolved: bool,
    /// True if an ignore comment requires a reason.
    pub require_reason: bool,
    /// The folder of custom rules, relative to the configuration; absolute once it is loaded.
    pub own_rules: Option<PathBuf>,
    /// The baseline file, relative to the configuration; absolute once it is loaded.
    pub baseline: Option<PathBuf>,
    /// The levels of rules.
    pub levels: BTreeMap<RuleId, Level>,
    /// Rules that are ignored in some files.
    #[serde(deserialize_with = "by_pattern")]
    pub per_path_ignores: Vec<(Pattern, Vec<RuleId>)>,
    /// Findings that are accepted, with the reason.
    #[serde(deserialize_with = "few")]
    pub exceptions: Vec<Exception>,
    /// What is assumed if the source does not set it.
    pub assume: Assume,
    /// Folders that stand for the sources of Terraform modules, relative to the configuration; absolute once it is loaded.
    pub modules: BTreeMap<String, PathBuf>,
    /// The files of values of root modules of Terraform, by folder, relative to the configuration; absolute once it is loaded.
    pub var_files: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Values that fixes use.
    pub fix: Write,
    /// Options of the rule `long-streaming-idle-timeout`.
    pub long_streaming_idle_timeout: Long,
}

/// A list whose items hold patterns.
fn few<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct List<T>(std::marker::PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut out = Vec::new();
            while let Some(item) = list.next_element()? {
                out.push(item);
                within(out.len())?;
            }
            Ok(out)
        }
    }
    deserializer.deserialize_seq(List(std::marker::PhantomData))
}

/// An error for more than [`MAX_PATTERNS`].
fn within<E: serde::de::Error>(patterns: usize) -> Result<(), E> {
    let message = format_args!("more than {MAX_PATTERNS}: use fewer, with wider patterns");
    if patterns > MAX_PATTERNS { Err(E::custom(message)) } else { Ok(()) }
}

/// A table whose keys are patterns, in the order of the file.
fn by_pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(Pattern, Vec<RuleId>)>, D::Error> {
    struct Table;
    impl<'de> Visitor<'de> for Table {
        type Value = Vec<(Pattern, Vec<RuleId>)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a table of rules by pattern")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Self::Value, A::Error> {
            let mut out = Vec::new();
            while let Some(entry) = table.next_entry()? {
                out.push(entry);
                within(out.len())?;
            }
            Ok(out)
        }
    }
    deserializer.deserialize_map(Table)
}

/// The lowest level that makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Anything at all.
    Note,
    /// Warnings and errors.
    Warning,
    /// Errors.
    Error,
    /// Nothing.
    Never,
}

impl FailOn {
    /// True if a finding of this level makes a run fail.
    pub fn fails(self, level: Level) -> bool {
        match self {
            Self::Note => true,
            Self::Warning => level >= Level::Warning,
            Self::Error => level >= Level::Error,
            Self::Never => false,
        }
    }
}

/// An exception: findings that are accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exception {
    /// The files.
    pub path: Pattern,
    /// The rules.
    pub rules: Vec<RuleId>,
    /// Names of the node groups that it is limited to, with `*` for any text.
    #[serde(default)]
    pub node_groups: Vec<Pattern>,
    /// Why.
    pub reason: Option<String>,
    /// The last day.
    pub until: Option<Spanned<Day>>,
    /// Where the last day stands.
    #[serde(skip)]
    pub(super) expires: Option<Place>,
    /// The file that it stands in, and its number there.
    #[serde(skip)]
    pub(super) home: (PathBuf, usize),
}

/// What is assumed if the source does not set it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Assume {
    /// The version of Kubernetes.
    pub kubernetes: Option<Version>,
    /// The family of the image.
    pub image_family: Option<ImageFamily>,
}

/// Values that fixes use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Write {
    /// The streaming idle timeout.
    pub streaming_idle_timeout: Option<Time>,
}

/// Options of the rule `long-streaming-idle-timeout`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Long {
    /// The longest timeout that is not reported.
    pub limit: Option<Time>,
}

/// An error in a configuration or another file that controls a run, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The place, if there is one.
    pub place: Option<Place>,
    /// One line, lower case, no full stop.
    pub message: String,
}

impl SettingsError {
    pub(super) fn plain(message: String) -> Self {
        Self { place: None, message }
    }
}

impl Settings {
    /// Only what decides how files are read; what hides findings is as in the default.
    pub(super) fn reading(&self) -> Self {
        // Everything else that may be set there counts.
        Self {
            extend: None,
            select: Vec::new(),
            extend_select: Vec::new(),
            ignore: Vec::new(),
            exclude: Vec::new(),
            fail_on: None,
            require_reason: false,
            own_rules: None,
            baseline: None,
            levels: BTreeMap::new(),
            per_path_ignores: Vec::new(),
            exceptions: Vec::new(),
            ..self.clone()
        }
    }

    /// Parses a configuration without custom rules, and without what it extends.
    ///
    /// # Errors
    /// If it is not valid TOML, or has unknown keys or invalid values.
    pub fn read(source: &Arc<Source>) -> Result<Self, SettingsError> {
        let (settings, _) = Self::parse(source)?;
        settings.check(source, &Catalogue::default(), false)?;
        settings.check_limit([(source, &settings)])?;
        Ok(settings)
    }

    /// This configuration, which has these `keys`, on top of the one that it extends.
    pub(super) fn over(mut self, keys: &BTreeSet<String>, mut below: Self) -> Self {
        let set = |key: &str| keys.contains(key);
        macro_rules! unless_set {
            ($($key:literal $field:ident)*) => { $(if !set($key) { self.$field = below.$field; })* };
        }
        unless_set! {
            "select" select "ignore" ignore "exclude" exclude "fail-on" fail_on "fail-on-unresolved" fail_on_unresolved
            "require-reason" require_reason "own-rules" own_rules "baseline" baseline
        }
        self.extend_select.append(&mut below.extend_select);
        self.per_path_ignores.append(&mut below.per_path_ignores);
        self.exceptions.append(&mut below.exceptions);
        below.levels.append(&mut self.levels);
        below.modules.append(&mut self.modules);
        below.var_files.append(&mut self.var_files);
        Self {
            levels: below.levels,
            modules: below.modules,
            var_files: below.var_files,
            assume: Assume {
                kubernetes: self.assume.kubernetes.or(below.assume.kubernetes),
                image_family: self.assume.image_family.or(below.assume.image_family),
            },
            fix: Write { streaming_idle_timeout: self.fix.streaming_idle_timeout.or(below.fix.streaming_idle_timeout) },
            long_streaming_idle_timeout: Long {
                limit: self.long_streaming_idle_timeout.limit.or(below.long_streaming_idle_timeout.limit),
            },
            ..self
        }
    }

    /// Makes patterns relative to the folder `patterns`, and the paths of own rules and the baseline to `folder`.
    pub(super) fn anchor(&mut self, folder: &Path, patterns: &Path) {
        let excluded = self.exclude.iter_mut().chain(self.per_path_ignores.iter_mut().map(|(pattern, _)| pattern));
        excluded.chain(self.exceptions.iter_mut().map(|e| &mut e.path)).for_each(|pattern| pattern.anchor(patterns));
        for path in self.own_rules.iter_mut().chain(&mut self.baseline) {
            *path = folder.join(&path);
        }
    }

    /// Every rule that is named must exist. Custom ones may belong to another run (`lenient`).
    pub(super) fn check(&self, source: &Arc<Source>, rules: &Catalogue, lenient: bool) -> Result<(), SettingsError> {
        let lists = [&self.select, &self.extend_select, &self.ignore];
        let named = lists.into_iter().flatten().chain(self.levels.keys());
        let named = named.chain(self.per_path_ignores.iter().flat_map(|(_, rules)| rules));
        let mut named = named.chain(self.exceptions.iter().flat_map(|e| &e.rules));
        let known = |id: &RuleId| lenient && id.as_str().starts_with(OWN_PREFIX);
        match named.find_map(|id| Some((id, id.complaint(rules).filter(|_| !known(id))?))) {
            Some((id, message)) => Err(SettingsError { place: word(source, id.as_str()), message }),
            None => Ok(()),
        }
    }

    /// The rule with a limit has one, if one of the `files` selects it. Together they are this configuration.
    pub(super) fn check_limit<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a Arc<Source>, &'a Self)>,
    ) -> Result<(), SettingsError> {
        let long = "long-streaming-idle-timeout";
        let selects = |of: &Self| of.select.iter().chain(&of.extend_select).any(|r| r.as_str() == long);
        match files.into_iter().find(|(_, of)| selects(of)) {
            Some((source, _)) if selects(self) && self.long_streaming_idle_timeout.limit.is_none() => {
                let message = format!("`{long}` needs a limit: set `limit = \"5m\"` under `[{long}]`");
                Err(SettingsError { place: word(source, long), message })
            }
            _ => Ok(()),
        }
    }

    /// The configuration in one file, and the keys that it sets.
    pub(super) fn parse(source: &Arc<Source>) -> Result<(Self, BTreeSet<String>), SettingsError> {
        let bytes = source.bytes();
        let at = |from: usize, to: usize| {
            Some(Place { source: Arc::clone(source), start: from as u32, end: to.max(from) as u32 }.first_line())
        };
        let text = std::str::from_utf8(&bytes).map_err(|e| SettingsError {
            place: at(e.valid_up_to(), e.valid_up_to() + 1),
            message: "not UTF-8".into(),
        })?;
        // A byte order mark is ignored.
        let (text, shift) = match text.strip_prefix('\u{FEFF}') {
            Some(rest) => (rest, 3),
            None => (text, 0),
        };
        let mut settings: Self = toml::from_str(text).map_err(|e| SettingsError {
            place: e.span().and_then(|s| at(s.start + shift, s.end + shift)),
            message: explained(e.message()),
        })?;
        for (n, exception) in settings.exceptions.iter_mut().enumerate() {
            let day = exception.until.as_ref().map(Spanned::span);
            exception.expires = day.and_then(|day| at(day.start + shift, day.end + shift));
            exception.home = (source.path().to_owned(), n);
        }
        let keys = toml::from_str::<toml::Table>(text).map(|table| table.into_iter().map(|(key, _)| key).collect());
        Ok((settings, keys.unwrap_or_default()))
    }
}

/// The first place where a configuration contains a word on its own.
pub(super) fn word(source: &Arc<Source>, word: &str) -> Option<Place> {
    let bytes = source.bytes();
    let part = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let alone = |n: &usize| {
        bytes.get(*n..)?.starts_with(word.as_bytes()).then_some(())?;
        let before = n.checked_sub(1).and_then(|n| bytes.get(n));
        (!part(before) && !part(bytes.get(n + word.len()))).then_some(())
    };
    let at = (0..bytes.len()).find(|n| alone(n).is_some()).filter(|_| !word.is_empty())?;
    Some(Place { source: Arc::clone(source), start: at as u32, end: (at + word.len()) as u32 }.first_line())
}

/// The message of the parser, with the most similar name instead of a list of all.
pub(super) fn explained(message: &str) -> String {
    let mut lines = message.lines();
    let first = lines.next().unwrap_or_default();
    for (start, what) in [("unknown field `", "key"), ("unknown variant `", "value")] {
        // The parser may name the key before it.
        let rest = first.split_once(start).filter(|(key, _)| key.is_empty() || key.ends_with(": "));
        let Some((word, rest)) = rest.and_then(|(_, rest)| rest.split_once('`')) else { continue };
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let what = if known.contains(&"warning") { "level" } else { what };
        if matches!(word, "off" | "none" | "disabled" | "ignore") && known.contains(&"warning") {
            return format!("unknown level `{word}`: to disable a rule, add it to `ignore`");
        }
        // Names of levels in other linters.
        let other = [("info", "note"), ("hint", "note"), ("warn", "warning"), ("high", "error"), ("critical", "error")];
        let other = other.iter().find(|(theirs, ours)| *theirs == word && known.contains(ours)).map(|(_, ours)| *ours);
        return match other.or_else(|| meant(word, known.iter().copied())) {
            Some(near) => format!("unknown {what} `{word}`: did you mean `{near}`?"),
            None if !known.is_empty() && known.len() <= 5 => {
                format!("unknown {what} `{word}` (expected {})", known.join(", "))
            }
            None => format!("unknown {what} `{word}`"),
        };
    }
    let first = first.trim_end_matches('.');
    let Some((got, expected)) = first.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
    else {
        return first.to_owned();
    };
    match (got.strip_prefix("string "), got, expected) {
        (Some(text), _, "a sequence") => format!("expected a list, such as [{text}]"),
        (_, _, "a sequence") => "expected a list".to_owned(),
        (_, _, "a map") => "expected a table of keys and values".to_owned(),
        // A date without quotes is a value of its own in TOML.
        (_, "map", "text") => "expected text in quotes, such as \"2027-03-31\"".to_owned(),
        (_, _, "text") => "expected text in quotes".to_owned(),
        _ => first.to_owned(),
    }
}
