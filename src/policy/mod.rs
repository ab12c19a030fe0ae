//! Which findings count: selected rules, levels, ignore requests, the baseline, changed files.

mod baseline;
mod coverage;
mod hidden;
mod ignore;
mod likeness;
mod load;
mod near;
mod own;
mod settings;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::check::{self, Catalogue, Finding, Frame, GroupRef, Options, Predicate, Rule};
use crate::collect;
use crate::node::NodeGroup;
use crate::text::{Files, Source};

use near::Near;

pub(crate) use baseline::{Baseline, Tree, write_baseline};
pub(crate) use coverage::Coverage;
pub(crate) use hidden::{Hidden, Why};
pub(crate) use ignore::{added, covering, may_ask};
pub(crate) use load::FILE_NAMES;
pub(crate) use load::Reading;
pub use settings::Settings;
pub(crate) use settings::{Exception, FailOn, SettingsError};
pub use values::Version;
pub(crate) use values::{Pattern, RuleId, no_rule};

/// The policy of a run: which rules count, and what hides a finding.
#[derive(Clone, Debug)]
pub struct Policy {
    /// All rules.
    pub(crate) catalogue: Catalogue,
    /// Ids of the rules to use, from the command line; if empty, those of the settings.
    pub select: Vec<String>,
    /// Ids of additional rules to use.
    pub extend_select: Vec<String>,
    /// Ids of rules to disable, in addition to those of the settings.
    pub ignore: Vec<String>,
    /// The configuration.
    pub(crate) settings: Settings,
    /// Files that are not read on their own, from the command line.
    pub(crate) exclude: Vec<Pattern>,
    /// Count suppressed findings as well.
    pub no_ignores: bool,
    /// The current time, for expiry days.
    pub now: SystemTime,
    /// The baseline.
    pub(crate) baseline: Option<Baseline>,
    /// The lowest level that makes the exit code 1, from the command line.
    pub(crate) fail_on: Option<FailOn>,
    /// The files that it was read from: the configuration, own rules, the baseline.
    pub(crate) sources: Vec<Arc<Source>>,
    /// True if there is a configuration, which is the first of these files.
    pub(crate) configured: bool,
    /// The keys of its configuration that count for a run, and this is not the one of the run.
    pub(crate) unheeded: Vec<&'static str>,
    /// The policies of folders; without them, this one counts everywhere.
    pub(crate) near: Nearest,
}

/// The policies of folders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nearest(Option<Arc<Near<Policy>>>);

impl Default for Policy {
    fn default() -> Self {
        Self {
            catalogue: Catalogue::default(),
            select: Vec::new(),
            extend_select: Vec::new(),
            ignore: Vec::new(),
            settings: Settings::default(),
            exclude: Vec::new(),
            no_ignores: false,
            now: SystemTime::UNIX_EPOCH,
            baseline: None,
            fail_on: None,
            sources: Vec::new(),
            configured: false,
            unheeded: Vec::new(),
            near: Nearest::default(),
        }
    }
}

/// The findings after the policy was applied.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Those that count.
    pub kept: Vec<Finding>,
    /// Those that do not count, and why.
    pub hidden: Vec<(Finding, Hidden)>,
    /// Exceptions of the settings that no longer have an effect, as messages.
    pub stale: Vec<String>,
}

/// The rule that is about every field and flag if its name is selected.
const DEAD_SETTING: &str = "dead-kubelet-setting";

impl Policy {
    /// The rules in force, sorted by id.
    pub(crate) fn rules(&self) -> Vec<&'static Rule> {
        let Settings { select, ignore, .. } = &self.settings;
        self.possible().filter(|rule| self.chooses(rule, select, ignore)).collect()
    }

    /// The rules in force, and those of the default that the configuration leaves out: their findings are counted.
    pub(crate) fn judged(&self) -> Vec<&'static Rule> {
        let Settings { select, ignore, .. } = &self.settings;
        let judged = |rule: &&Rule| self.chooses(rule, select, ignore) || self.chooses(rule, &[], &[]);
        self.possible().filter(judged).collect()
    }

    /// The rules that may be in force: without a selection, only those that are on by default.
    fn possible(&self) -> Box<dyn Iterator<Item = &'static Rule> + '_> {
        let Settings { select, extend_select, long_streaming_idle_timeout, .. } = &self.settings;
        let chosen =
            !self.select.is_empty() || !self.extend_select.is_empty() || long_streaming_idle_timeout.limit.is_some();
        if chosen || !select.is_empty() || !extend_select.is_empty() {
            Box::new(self.catalogue.iter())
        } else {
            Box::new(self.catalogue.by_default())
        }
    }

    /// Whether a rule is in force if the configuration selects and ignores these.
    fn chooses(&self, rule: &Rule, select: &[RuleId], ignore: &[RuleId]) -> bool {
        let limit = self.settings.long_streaming_idle_timeout.limit.is_some();
        let all = self.select.is_empty() && select.is_empty();
        let mut chosen = all && (!rule.front.opt_in || limit && rule.id == "long-streaming-idle-timeout");
        // The id of a rule is more exact than a group that it is in.
        for is_meant in [Rule::is_in, |rule: &Rule, name: &str| rule.id == name] {
            let named = |list: &[String]| list.iter().any(|name| is_meant(rule, name));
            let set = |list: &[RuleId]| list.iter().any(|name| is_meant(rule, name.as_str()));
            // Those of the command line replace those of the configuration.
            let selected = if self.select.is_empty() { set(select) } else { named(&self.select) };
            chosen |= selected || named(&self.extend_select) || set(&self.settings.extend_select);
            chosen &= !named(&self.ignore) && !set(ignore);
        }
        chosen
    }

    /// True if a rule that is judged needs every field of a kubelet, not only durations.
    pub(crate) fn needs_all_fields(&self) -> bool {
        self.every_setting() || self.judged().iter().any(|rule| !rule.is_about_durations())
    }

    /// True if `dead-kubelet-setting` is selected by its name: it is then about every field and flag.
    fn every_setting(&self) -> bool {
        let Settings { select, extend_select, .. } = &self.settings;
        let selected = if self.select.is_empty() { select.as_slice() } else { &[] };
        let typed = self.select.iter().chain(&self.extend_select).map(String::as_str);
        typed.chain(selected.iter().chain(extend_select).map(RuleId::as_str)).any(|id| id == DEAD_SETTING)
    }

    /// What the command line says, with the default configuration.
    fn of_arguments(&self) -> Self {
        Self {
            select: self.select.clone(),
            extend_select: self.extend_select.clone(),
            ignore: self.ignore.clone(),
            exclude: self.exclude.clone(),
            no_ignores: self.no_ignores,
            now: self.now,
            fail_on: self.fail_on,
            ..Self::default()
        }
    }

    /// The policy for what is in the folder `dir`, if it is not this one: that of the nearest configuration, with what is said for
    /// the run.
    pub(crate) fn within(&self, dir: &Path) -> Option<Arc<Self>> {
        let near = self.near.0.as_ref()?;
        let from = Reading { current: &near.current, earlier: None };
        Some(near.get(dir, &|dir, above| self.of_folder(dir, above, from), true))
    }

    /// What the configuration directly in `dir` says, unless the folder is excluded by what is said `above`.
    fn of_folder(&self, dir: &Path, above: &Self, from: Reading<'_>) -> Result<Option<Self>, SettingsError> {
        let is_there = |name: &&str| from.earlier.is_some() || dir.join(name).symlink_metadata().is_ok();
        if !FILE_NAMES.iter().any(is_there) || above.leaves_out(dir) {
            return Ok(None);
        }
        let Some(source) = Settings::find_in(dir, from)? else { return Ok(None) };
        let loaded = Settings::load(&source, dir, from)?;
        loaded.check(&self.catalogue, true)?;
        let sources = loaded.files().cloned().collect();
        let Settings { fail_on, fail_on_unresolved, own_rules, baseline, .. } = &loaded.settings;
        let mut unheeded = Vec::new();
        if self.sources.first().is_none_or(|run| run.path() != source.path()) {
            let set = [fail_on.is_some(), *fail_on_unresolved, own_rules.is_some(), baseline.is_some()];
            let keys = ["fail-on", "fail-on-unresolved", "own-rules", "baseline"];
            unheeded.extend(keys.into_iter().zip(set).filter(|(_, set)| *set).map(|(key, _)| key));
        }
        Ok(Some(Self { sources, configured: true, unheeded, ..self.with_settings(loaded.settings) }))
    }

    /// What is said for the run, with other settings.
    fn with_settings(&self, settings: Settings) -> Self {
        let settings = Settings {
            fail_on: self.settings.fail_on,
            fail_on_unresolved: self.settings.fail_on_unresolved,
            own_rules: None,
            baseline: None,
            ..settings
        };
        Self { settings, catalogue: self.catalogue.clone(), ..self.of_arguments() }
    }

    /// The same, where the nearest configuration counts in each folder. What the fields of this one say counts everywhere, so they
    /// are set before.
    #[must_use]
    pub fn nearest(self, current: &Path) -> Self {
        let near = Near::new(self.with_settings(Settings::default()), current, collect::root_of(current, current));
        Self { near: Nearest(Some(Arc::new(near))), ..self }
    }

    /// The same with the configurations of a commit, which are in `dirs`, sorted; and the error in one of them. Such a one counts
    /// as if it was not there.
    #[must_use]
    pub(crate) fn nearest_in(
        self,
        files: &dyn Files,
        dirs: &[PathBuf],
        current: &Path,
    ) -> (Self, Option<SettingsError>) {
        let mut near = Near::new(self.with_settings(Settings::default()), current, files.root().to_owned());
        let from = Reading { current, earlier: Some(files) };
        for dir in dirs {
            near.get(dir, &|dir, above| self.of_folder(dir, above, from), false);
        }
        let error = near.failure();
        near.seal();
        (Self { near: Nearest(Some(Arc::new(near))), ..self }, error)
    }

    /// Also reads configurations below the folder `root`.
    pub(crate) fn enter(&self, root: &Path) {
        if let Some(near) = &self.near.0 {
            near.enter(root);
        }
    }

    /// Takes note of a folder below one that was entered; `has` tests for what is directly in it. Most folders have no configuration,
    /// and then none is looked for.
    pub(crate) fn pass(&self, dir: &Path, has: &dyn Fn(&str) -> bool) {
        if let Some(near) = &self.near.0
            && !has(".git")
            && !FILE_NAMES.iter().any(|name| has(name))
        {
            near.pass(dir);
        }
    }

    /// The error in a configuration of a folder, if there is one.
    pub(crate) fn failure(&self) -> Option<SettingsError> {
        self.near.0.as_ref()?.failure()
    }

    /// The policies that count in a folder that was looked up, or this one if it counts everywhere.
    pub(crate) fn in_use(&self) -> Vec<Arc<Self>> {
        self.near.0.as_ref().map_or_else(|| vec![Arc::new(self.clone())], |near| near.asked())
    }

    /// The files of values and the folders of modules that any configuration names.
    pub(crate) fn elsewhere(&self) -> (BTreeMap<PathBuf, Vec<PathBuf>>, BTreeMap<String, PathBuf>) {
        let mut out = (BTreeMap::new(), BTreeMap::new());
        for policy in self.in_use() {
            out.0.extend(policy.settings.var_files.clone());
            out.1.extend(policy.settings.modules.clone());
        }
        out
    }

    /// The configurations that count, each with its keys that count only if the program runs in its folder: that of the run, if it
    /// says something for it, then those of folders.
    pub(crate) fn configurations(&self) -> Vec<(PathBuf, Vec<&'static str>)> {
        let Settings { fail_on, fail_on_unresolved, own_rules, baseline, .. } = &self.settings;
        let speaks = self.near.0.is_none() || fail_on.is_some() || *fail_on_unresolved || own_rules.is_some();
        let own = self.sources.first().filter(|_| self.configured && (speaks || baseline.is_some())).cloned();
        let near = self.near.0.iter().flat_map(|near| near.asked()).filter(|policy| policy.configured);
        let mut out: Vec<_> = own.into_iter().map(|source| (source.path().to_owned(), Vec::new())).collect();
        for policy in near {
            let path = policy.sources.first().map(|source| source.path().to_owned()).unwrap_or_default();
            if out.iter().all(|(known, _)| *known != path) {
                out.push((path, policy.unheeded.clone()));
            }
        }
        out
    }

    /// The same, but its configuration hides nothing.
    #[must_use]
    pub(crate) fn open(&self) -> Self {
        let extend_select = self.settings.extend_select.clone();
        let settings = Settings { extend_select, ..self.settings.reading() };
        Self { settings, catalogue: self.catalogue.clone(), ..self.of_arguments() }
    }

    /// The lowest level that makes a run fail.
    pub(crate) fn fail_on(&self) -> FailOn {
        self.fail_on.or(self.settings.fail_on).unwrap_or(FailOn::Warning)
    }

    /// True if a finding fails no run only because the configuration sets levels or `fail-on`.
    pub(crate) fn lowers(&self, finding: &Finding) -> bool {
        let usual = self.fail_on.unwrap_or(FailOn::Warning);
        let near = self.within(home(finding));
        let set = near.as_deref().unwrap_or(self).settings.levels.keys().any(|id| id.names(finding.rule));
        let level = if set { finding.rule.level.max(finding.level) } else { finding.level };
        usual.fails(level) && !self.fail_on().fails(finding.level)
    }

    /// True if both find the same in the same files, whatever they hide afterwards.
    pub(crate) fn reads_like(&self, other: &Self) -> bool {
        let (mine, others) = (self.judged(), other.judged());
        self.settings.reading() == other.settings.reading()
            && mine.len() == others.len()
            && mine.iter().zip(&others).all(|(a, b)| {
                std::ptr::eq(*a, *b)
                    || (&a.id, &a.page.markdown, format!("{:?}", a.front))
                        == (&b.id, &b.page.markdown, format!("{:?}", b.front))
            })
    }

    /// The error in the selection of rules, if there is one.
    pub(crate) fn complaint(&self) -> Option<String> {
        let typed = self.select.iter().chain(&self.extend_select).chain(&self.ignore);
        if let Some(unknown) = typed.into_iter().find(|id| !self.catalogue.has(id)) {
            return Some(no_rule(unknown, &self.catalogue));
        }
        let long = "long-streaming-idle-timeout";
        let selected = self.select.iter().chain(&self.extend_select).any(|r| r == long);
        (selected && self.settings.long_streaming_idle_timeout.limit.is_none())
            .then(|| format!("`{long}` needs a limit: set `limit` under `[{long}]` in kubelet-lint.toml"))
    }

    /// The options of the rules.
    pub(crate) fn options(&self) -> Options {
        Options {
            limit: self.settings.long_streaming_idle_timeout.limit.as_ref().map(|t| t.nanoseconds),
            write: self.settings.fix.streaming_idle_timeout.as_ref().map(|t| t.text.clone()),
            every_setting: self.every_setting(),
        }
    }

    /// Fills in what the source does not set.
    pub(crate) fn assume(&self, group: &mut NodeGroup) {
        group.minor = group.minor.or(self.settings.assume.kubernetes.map(|v| v.0));
        group.family = group.family.or(self.settings.assume.image_family.map(|f| f.0));
    }

    /// True if a file is not to be read on its own.
    pub(crate) fn excludes(&self, path: &Path) -> bool {
        let near = self.within(parent(path));
        near.as_deref().unwrap_or(self).leaves_out(path)
    }

    /// True if a file or folder matches a pattern of this policy.
    fn leaves_out(&self, path: &Path) -> bool {
        self.settings.exclude.iter().chain(&self.exclude).any(|pattern| pattern.matches(path))
    }

    /// Decides for each finding whether it counts, and adds findings about ignore requests. `sources` are the files that were
    /// read and may contain such requests, and whether to report on these.
    pub(crate) fn judge(
        &self,
        findings: Vec<Finding>,
        sources: &[(Arc<Source>, bool)],
        coverage: &Coverage,
    ) -> Verdict {
        let mut out = Verdict::default();
        let mut ignores = ignore::Ignores::read(sources, &self.catalogue);
        let mut seats = Seats::default();
        let mut used = BTreeSet::new();
        for finding in findings {
            let hidden = if self.no_ignores {
                None
            } else {
                let asked = ignores.hides(&finding, &self.catalogue, self.now);
                asked.or_else(|| self.hides(&finding, &mut seats, &mut used))
            };
            let (policy, rules) = seats.of(self, home(&finding));
            let off = || {
                let off =
                    finding.rule.predicate != Predicate::Unreached && rules.iter().all(|r| r.id != finding.rule.id);
                let reason = "the rule is off".to_owned();
                off.then_some(Hidden { why: Why::Settings, reason, place: None })
            };
            let hidden = hidden.or_else(off);
            policy.unwrap_or(self).sort(finding, hidden, &mut out);
        }
        if !self.no_ignores {
            let found = ignores.reported(coverage, self.now, &mut |path| {
                let (policy, rules) = seats.of(self, parent(path));
                (rules.clone(), policy.unwrap_or(self).settings.require_reason)
            });
            for finding in found {
                let hidden = self.hides(&finding, &mut seats, &mut used);
                seats.of(self, home(&finding)).0.unwrap_or(self).sort(finding, hidden, &mut out);
            }
            self.stale(&mut seats, &mut used, coverage, &mut out);
        }
        out
    }

    fn sort(&self, mut finding: Finding, hidden: Option<Hidden>, out: &mut Verdict) {
        let levels = || self.settings.levels.iter();
        let own = levels().find(|(id, _)| id.as_str() == finding.rule.id);
        let level = own.or_else(|| levels().find(|(id, _)| id.names(finding.rule)));
        if let Some((_, level)) = level {
            // A finding below the level of its rule is less than certain, and stays below.
            let lowered = finding.level < finding.rule.level;
            finding.level = if lowered { finding.level.min(*level) } else { *level };
        }
        match hidden {
            Some(hidden) => out.hidden.push((finding, hidden)),
            None => out.kept.push(finding),
        }
    }

    /// The exceptions without effect: they have expired or, if all that they can match was read, match nothing. Expired ones
    /// are findings if folders were read, else warnings: the configuration is not one of the named files.
    fn stale(&self, seats: &mut Seats, used: &mut BTreeSet<Number>, coverage: &Coverage, out: &mut Verdict) {
        let near = self.near.0.as_ref().map(|near| near.asked()).unwrap_or_default();
        let policies: Vec<_> = if self.near.0.is_some() { near.iter().map(|p| &**p).collect() } else { vec![self] };
        let mut told = BTreeSet::new();
        // One of a folder beside the current one is only read as far as what is here has to do with it.
        let is_beside = |dir: &Path| {
            let here = self.near.0.as_ref().map(|near| &near.current);
            here.is_some_and(|here| !dir.starts_with(here) && !here.starts_with(dir))
        };
        let all = policies.iter().flat_map(|policy| policy.settings.exceptions.iter().map(move |e| (policy, e)));
        for (policy, exception) in all {
            // One of a file that is extended may have its effect elsewhere.
            let own = policy.sources.first();
            let is_others = own.is_some_and(|own| own.path() != exception.home.0 || is_beside(parent(own.path())));
            if is_others || !told.insert(exception.home.clone()) {
                continue;
            }
            let (_, rules) = seats.of(self, parent(&exception.home.0));
            let rule = check::rule("expired-ignore").filter(|rule| rules.iter().any(|r| r.id == rule.id));
            let names: Vec<_> = exception.rules.iter().map(RuleId::as_str).collect();
            let what = format!("the exception for {} in `{}`", names.join(", "), exception.path.as_str());
            let day = exception.until.as_ref().map(|day| *day.get_ref()).filter(|day| day.is_over(self.now));
            match (day, rule, &exception.expires) {
                (Some(day), Some(rule), Some(place)) if !coverage.complete.is_empty() => {
                    let frame = Frame { place: place.clone(), label: "its last day".to_owned() };
                    let finding = Finding {
                        raw: place.text(),
                        exact: true,
                        help: "fix the findings it hid and remove it, or set a later date".to_owned(),
                        ..Finding::new(rule, format!("{what} expired on {day}"), frame)
                    };
                    let hidden = self.hides(&finding, seats, used);
                    seats.of(self, home(&finding)).0.unwrap_or(self).sort(finding, hidden, out);
                }
                (Some(day), Some(_), _) => out.stale.push(format!("{what} expired on {day}")),
                (None, ..) if exception.path.was_read(coverage) && !used.contains(&exception.home) => {
                    out.stale.push(format!("{what} matches no finding"));
                }
                _ => {}
            }
        }
    }

    /// The entry of the settings that hides `finding`; the number of a matching exception is added to `used`. `per-path-ignores`
    /// count where the finding is judged and where it is.
    fn hides(&self, finding: &Finding, seats: &mut Seats, used: &mut BTreeSet<Number>) -> Option<Hidden> {
        let path = finding.at.place.source.path();
        let named = |rules: &[RuleId]| rules.iter().any(|r| r.names(finding.rule));
        for dir in [home(finding), parent(path)] {
            let ignores = &seats.of(self, dir).0.unwrap_or(self).settings.per_path_ignores;
            if ignores.iter().any(|(pattern, rules)| named(rules) && pattern.matches(path)) {
                return Some(Hidden { why: Why::Settings, reason: String::new(), place: None });
            }
        }
        let applies = |e: &&Exception| {
            let group = |of: &GroupRef| {
                let named = |g: &Pattern| g.matches(Path::new(&*of.name)) || g.matches_text(&of.id());
                e.node_groups.is_empty() || e.node_groups.iter().any(named)
            };
            named(&e.rules)
                && e.path.matches(path)
                && e.until.as_ref().is_none_or(|day| !day.get_ref().is_over(self.now))
                && (finding.groups.is_empty() || finding.groups.iter().all(group))
        };
        let policy = seats.of(self, home(finding)).0.unwrap_or(self);
        let matching: Vec<_> = policy.settings.exceptions.iter().filter(applies).collect();
        used.extend(matching.iter().map(|exception| exception.home.clone()));
        let reason = matching.first()?.reason.clone().unwrap_or_default();
        Some(Hidden { why: Why::Settings, reason, place: None })
    }
}

/// What identifies an exception: its file, and its number there.
type Number = (PathBuf, usize);

/// The folder whose configuration judges a finding.
fn home(finding: &Finding) -> &Path {
    finding.home.as_deref().unwrap_or_else(|| parent(finding.at.place.source.path()))
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// The policies of folders, with their rules in force.
#[derive(Default)]
struct Seats(Vec<(Option<Arc<Policy>>, Vec<&'static Rule>)>);

impl Seats {
    /// The policy for what is in `dir`, unless it is `run` itself, and its rules.
    fn of(&mut self, run: &Policy, dir: &Path) -> (Option<&Policy>, &Vec<&'static Rule>) {
        let near = run.within(dir);
        let same = |known: &Option<Arc<Policy>>| known.as_ref().map(Arc::as_ptr) == near.as_ref().map(Arc::as_ptr);
        let n = self.0.iter().position(|(known, _)| same(known)).unwrap_or_else(|| {
            let rules = near.as_deref().unwrap_or(run).rules();
            self.0.push((near, rules));
            self.0.len() - 1
        });
        let (policy, rules) = &self.0[n];
        (policy.as_deref(), rules)
    }
}
