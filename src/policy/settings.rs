//! The contents of `kubelet-lint.toml`. Every unknown key and every invalid value is an error with its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use crate::check::{Catalogue, Level, Predicate, Rule};
use crate::collect;
use crate::text::{Disk, FileError, Files, Place, Source, repository_of};

use super::values::{Day, ImageFamily, Pattern, RuleId, Time, Version, meant};

/// The names of configuration files, in order of precedence.
pub const FILE_NAMES: &[&str] = &["kubelet-lint.toml", ".kubelet-lint.toml"];

/// The prefix of the ids of custom rules, so they never clash with a built-in one.
const OWN_PREFIX: &str = "local-";

/// The most custom rules.
const MAX_OWN_RULES: usize = 200;

/// The most patterns of one list: each is compiled, and held against every path.
const MAX_PATTERNS: usize = 1_000;

/// A configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
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
    /// The folder of custom rules, relative to the configuration.
    pub own_rules: Option<PathBuf>,
    /// The baseline file, relative to the configuration.
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

    /// Parses a configuration without custom rules.
    ///
    /// # Errors
    /// If it is not valid TOML, or has unknown keys or invalid values.
    pub fn read(source: &Arc<Source>) -> Result<Self, SettingsError> {
        let settings = Self::parse(source)?;
        settings.check(source, &Catalogue::default())?;
        Ok(settings)
    }

    /// Reads a configuration in `folder`, and its custom rules.
    ///
    /// # Errors
    /// If one of them cannot be read or is invalid.
    pub fn load(source: &Arc<Source>, folder: &Path, from: Reading<'_>) -> Result<(Self, Catalogue), SettingsError> {
        let mut settings = Self::parse(source)?;
        settings.place_paths(source, folder, from)?;
        let rules = match &settings.own_rules {
            Some(own) => own_rules(folder, own, from)?,
            None => Catalogue::default(),
        };
        settings.check(source, &rules)?;
        Ok((settings, rules))
    }

    /// Makes the folders of modules and the files of values absolute. The configuration may be hostile, so they must be inside
    /// the repository.
    fn place_paths(&mut self, source: &Arc<Source>, folder: &Path, from: Reading<'_>) -> Result<(), SettingsError> {
        if self.modules.is_empty() && self.var_files.is_empty() {
            return Ok(());
        }
        let root = collect::root_of(folder, from.current).canonicalize();
        let place = |path: &Path, what: &str, option: &str, is_folder: bool| {
            if from.earlier.is_some() {
                // It may be gone now. What is outside is not read.
                return Ok(folder.join(path).canonicalize().unwrap_or_else(|_| folder.join(path)));
            }
            let shown = path.to_string_lossy();
            let error = |words: String| {
                let message = format!("{what}, {shown}, {words}");
                SettingsError { place: word(source, &shown), message }
            };
            let real = folder.join(path).canonicalize().map_err(|e| match e.kind() {
                std::io::ErrorKind::NotFound => error("does not exist".to_owned()),
                _ => error(format!("cannot be read: {e}")),
            })?;
            if !root.as_ref().is_ok_and(|root| real.starts_with(root)) {
                return Err(error(format!("is outside the repository{option}")));
            }
            match (is_folder, real.is_dir()) {
                (true, false) => Err(error("is not a directory".to_owned())),
                (false, true) => Err(error("is a directory".to_owned())),
                _ => Ok(real),
            }
        };
        for (module, dir) in &mut self.modules {
            let what = format!("the folder of the module `{module}`");
            *dir = place(dir, &what, ": name it with `--module`", true)?;
        }
        for (dir, files) in std::mem::take(&mut self.var_files) {
            let what = format!("a values file of `{}`", dir.display());
            let files = files.iter().map(|file| place(file, &what, ": name it with `--var-file`", false));
            let files = files.collect::<Result<_, _>>()?;
            self.var_files.insert(place(&dir, "the root module", "", true)?, files);
        }
        Ok(())
    }

    /// Every rule that is named must exist.
    fn check(&self, source: &Arc<Source>, rules: &Catalogue) -> Result<(), SettingsError> {
        let lists = [&self.select, &self.extend_select, &self.ignore];
        let named = lists.into_iter().flatten().chain(self.levels.keys());
        let named = named.chain(self.per_path_ignores.iter().flat_map(|(_, rules)| rules));
        let mut named = named.chain(self.exceptions.iter().flat_map(|e| &e.rules));
        match named.find_map(|id| Some((id, id.complaint(rules)?))) {
            Some((id, message)) => Err(SettingsError { place: word(source, id.as_str()), message }),
            None => Ok(()),
        }
    }

    fn parse(source: &Arc<Source>) -> Result<Self, SettingsError> {
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
        for exception in &mut settings.exceptions {
            let day = exception.until.as_ref().map(Spanned::span);
            exception.expires = day.and_then(|day| at(day.start + shift, day.end + shift));
        }
        let long = "long-streaming-idle-timeout";
        let selected = settings.select.iter().chain(&settings.extend_select).any(|r| r.as_str() == long);
        if selected && settings.long_streaming_idle_timeout.limit.is_none() {
            let from = text.find(long).unwrap_or(0) + shift;
            let message = format!("`{long}` needs a limit: set `limit = \"5m\"` under `[{long}]`");
            return Err(SettingsError { place: at(from, from + long.len()), message });
        }
        Ok(settings)
    }

    /// The configuration for `path` (absolute): the nearest one in its folder or above it, up to the root of the repository.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn find(path: &Path, from: Reading<'_>) -> Result<Option<Arc<Source>>, SettingsError> {
        let start = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let found = from.below(start, |files| {
            for dir in start.ancestors().take_while(|d| d.starts_with(files.root())) {
                for name in FILE_NAMES {
                    let file = dir.join(name);
                    match files.read(&file) {
                        Ok(source) => return Ok(Some(source)),
                        Err(FileError::Missing) => {}
                        Err(error) => return Err(unreadable(&file, &error)),
                    }
                }
            }
            Ok(None)
        });
        found.unwrap_or(Ok(None))
    }

    /// A file that a configuration in `folder` names. The configuration may be hostile, so nothing outside the repository
    /// is read.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open_relative(folder: &Path, path: &Path, from: Reading<'_>) -> Result<Arc<Source>, SettingsError> {
        let plain = |e: std::io::Error| SettingsError::plain(format!("cannot read {}: {e}", path.display()));
        let read = from.below(folder, |files| files.read(&folder.join(path)));
        read.map_err(plain)?.map_err(|e| unreadable(path, &e))
    }

    /// A file that a person named on the command line. Where it did not exist earlier, it is the one on disk.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(path: &Path, from: Reading<'_>) -> Result<Arc<Source>, SettingsError> {
        let plain = |e: std::io::Error| {
            let why = match e.kind() {
                std::io::ErrorKind::NotFound => FileError::Missing.to_string(),
                _ => e.to_string(),
            };
            SettingsError::plain(format!("cannot read {}: {why}", path.display()))
        };
        let real = path.canonicalize().map_err(plain)?;
        if repository_of(path).is_some_and(|root| !real.starts_with(root)) {
            return Err(unreadable(path, &FileError::Outside));
        }
        let earlier = from.earlier.filter(|files| real.starts_with(files.root()));
        if let Some(source) = earlier.and_then(|files| files.read(&real).ok()) {
            return Ok(source);
        }
        let root = real.parent().unwrap_or(&real).to_owned();
        Disk::new(&root).map_err(plain)?.read(&real).map_err(|e| unreadable(path, &e))
    }
}

/// Where the files that control a run are read from: the disk, or a commit of the scanned repository.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The current directory, absolute.
    pub current: &'a Path,
    /// The files of the commit, if it is one.
    pub earlier: Option<&'a dyn Files>,
}

impl Reading<'_> {
    /// Reads in the repository of `folder`.
    fn below<T>(&self, folder: &Path, read: impl FnOnce(&dyn Files) -> T) -> std::io::Result<T> {
        match self.earlier.filter(|files| folder.starts_with(files.root())) {
            Some(files) => Ok(read(files)),
            None => Ok(read(&Disk::new(&collect::root_of(folder, self.current))?)),
        }
    }
}

/// The first place where a configuration contains a word on its own.
fn word(source: &Arc<Source>, word: &str) -> Option<Place> {
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

/// The rules of a folder: each Markdown file is the page of one. The configuration may be hostile, so nothing outside
/// the repository is read.
fn own_rules(folder: &Path, own: &Path, from: Reading<'_>) -> Result<Catalogue, SettingsError> {
    let unread =
        |why: &str| SettingsError::plain(format!("cannot read the folder of custom rules, {}: {why}", own.display()));
    from.below(folder, |files| own_rules_in(&folder.join(own), own, files, &unread))
        .map_err(|e| unread(&e.to_string()))?
}

fn own_rules_in(
    at: &Path,
    own: &Path,
    disk: &dyn Files,
    unread: &dyn Fn(&str) -> SettingsError,
) -> Result<Catalogue, SettingsError> {
    let shown = own.display();
    if !disk.is_dir(at) {
        if matches!(disk.read(at), Err(FileError::Outside)) {
            return Err(SettingsError::plain(format!(
                "the folder of custom rules, {shown}, is outside the repository"
            )));
        }
        return Err(unread("no such folder"));
    }
    let mut files = disk.list(at);
    files.retain(|path| path.extension().is_some_and(|e| e == "md"));
    if files.len() > MAX_OWN_RULES {
        return Err(SettingsError::plain(format!("{shown} has more than {MAX_OWN_RULES} rules")));
    }
    let mut rules = Vec::new();
    for path in files {
        let source = disk.read(&path).map_err(|e| unreadable(&own.join(path.file_name().unwrap_or_default()), &e))?;
        let bytes = source.bytes();
        let place = |line: Option<usize>| {
            let start = source.line_starts().get(line?.saturating_sub(1)).copied()?;
            Some(Place { source: Arc::clone(&source), start, end: bytes.len() as u32 }.first_line())
        };
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| SettingsError { place: place(Some(1)), message: "the rule page is not UTF-8".into() })?;
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let rule = Rule::read_own(&id, text).map_err(|e| SettingsError {
            place: place(e.line.or(Some(1))),
            message: format!("the rule `{id}` cannot be used: {}", explained(&e.message)),
        })?;
        if !id.starts_with(OWN_PREFIX) {
            let message = format!("the rule `{id}` cannot be used: its name must start with `{OWN_PREFIX}`");
            return Err(SettingsError { place: place(Some(1)), message });
        }
        if rule.predicate == Predicate::Comment {
            let message = format!("the rule `{id}` cannot be used: `comment` is for the built-in rules");
            return Err(SettingsError { place: place(Some(1)), message });
        }
        if matches!(rule.predicate, Predicate::AboveLimit | Predicate::BelowLimit) && rule.front.limit.is_none() {
            let message = format!("the rule `{id}` cannot be used: it needs a `limit`, such as `limit: 30m`");
            return Err(SettingsError { place: place(Some(1)), message });
        }
        rules.push(rule);
    }
    Catalogue::with(rules).map_err(|id| SettingsError::plain(format!("duplicate rule `{id}`: rename {shown}/{id}.md")))
}

fn unreadable(path: &Path, error: &FileError) -> SettingsError {
    SettingsError::plain(format!("cannot read {}: {error}", path.display()))
}

/// The message of the parser, with the most similar name instead of a list of all.
fn explained(message: &str) -> String {
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
