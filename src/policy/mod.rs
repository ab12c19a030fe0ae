//! Which findings count: selected rules, levels, ignore requests, the baseline, changed files.

mod baseline;
mod hidden;
mod ignore;
mod likeness;
mod settings;
mod values;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::check::{self, Catalogue, Finding, Frame, GroupRef, Options, Predicate, Rule};
use crate::node::NodeGroup;
use crate::text::Source;

pub use baseline::{Baseline, Tree, write_baseline};
pub use hidden::{Hidden, Why};
pub use ignore::{added, may_ask};
pub use settings::{Assume, Exception, FILE_NAMES, FailOn, Long, Reading, Settings, SettingsError, Write};
pub use values::{Day, ImageFamily, Pattern, RuleId, Time, Version, no_rule};

/// The policy of a run.
#[derive(Clone, Debug)]
pub struct Policy {
    /// All rules.
    pub catalogue: Catalogue,
    /// Ids of the rules to use, from the command line; if empty, those of the settings.
    pub select: Vec<String>,
    /// Ids of additional rules to use.
    pub extend_select: Vec<String>,
    /// Ids of rules to disable, in addition to those of the settings.
    pub ignore: Vec<String>,
    /// The configuration.
    pub settings: Settings,
    /// The folder that its patterns are relative to.
    pub folder: PathBuf,
    /// Count suppressed findings as well.
    pub no_ignores: bool,
    /// The current time, for expiry days.
    pub now: SystemTime,
    /// The baseline.
    pub baseline: Option<Baseline>,
    /// The lowest level that makes the exit code 1, from the command line.
    pub fail_on: Option<FailOn>,
    /// The files that it was read from: the configuration, own rules, the baseline.
    pub sources: Vec<Arc<Source>>,
    /// True if there is a configuration, which is the first of these files.
    pub configured: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            catalogue: Catalogue::default(),
            select: Vec::new(),
            extend_select: Vec::new(),
            ignore: Vec::new(),
            settings: Settings::default(),
            folder: PathBuf::new(),
            no_ignores: false,
            now: SystemTime::UNIX_EPOCH,
            baseline: None,
            fail_on: None,
            sources: Vec::new(),
            configured: false,
        }
    }
}

/// The findings after the policy was applied.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Those that count.
    pub kept: Vec<Finding>,
    /// Those that do not count, and why.
    pub hidden: Vec<(Finding, Hidden)>,
    /// Exceptions of the settings that no longer have an effect, as messages.
    pub stale: Vec<String>,
}

impl Policy {
    /// The rules in force, sorted by id.
    pub fn rules(&self) -> Vec<&'static Rule> {
        let Settings { select, ignore, .. } = &self.settings;
        self.catalogue.iter().filter(|rule| self.chooses(rule, select, ignore)).collect()
    }

    /// The rules in force, and those of the default that the configuration leaves out: their findings are counted.
    pub fn judged(&self) -> Vec<&'static Rule> {
        let Settings { select, ignore, .. } = &self.settings;
        let judged = |rule: &&Rule| self.chooses(rule, select, ignore) || self.chooses(rule, &[], &[]);
        self.catalogue.iter().filter(judged).collect()
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
    pub fn needs_all_fields(&self) -> bool {
        self.judged().iter().any(|rule| !rule.is_about_durations())
    }

    /// What the command line says, with the default configuration.
    fn of_arguments(&self) -> Self {
        Self {
            select: self.select.clone(),
            extend_select: self.extend_select.clone(),
            ignore: self.ignore.clone(),
            folder: self.folder.clone(),
            no_ignores: self.no_ignores,
            now: self.now,
            fail_on: self.fail_on,
            ..Self::default()
        }
    }

    /// The same, but its configuration hides nothing.
    #[must_use]
    pub fn open(&self) -> Self {
        let extend_select = self.settings.extend_select.clone();
        let settings = Settings { extend_select, ..self.settings.reading() };
        Self { settings, catalogue: self.catalogue.clone(), ..self.of_arguments() }
    }

    /// The lowest level that makes a run fail.
    pub fn fail_on(&self) -> FailOn {
        self.fail_on.or(self.settings.fail_on).unwrap_or(FailOn::Warning)
    }

    /// True if a finding fails no run only because the configuration sets levels or `fail-on`.
    pub fn lowers(&self, finding: &Finding) -> bool {
        let usual = self.fail_on.unwrap_or(FailOn::Warning);
        let set = self.settings.levels.keys().any(|id| id.names(finding.rule));
        let level = if set { finding.rule.level.max(finding.level) } else { finding.level };
        usual.fails(level) && !self.fail_on().fails(finding.level)
    }

    /// True if both find the same in the same files, whatever they hide afterwards.
    pub fn reads_like(&self, other: &Self) -> bool {
        let (mine, others) = (self.judged(), other.judged());
        self.settings.reading() == other.settings.reading()
            && mine.len() == others.len()
            && mine.iter().zip(&others).all(|(a, b)| {
                (&a.id, &a.page.markdown, format!("{:?}", a.front))
                    == (&b.id, &b.page.markdown, format!("{:?}", b.front))
            })
    }

    /// The error in the selection of rules, if there is one.
    pub fn complaint(&self) -> Option<String> {
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
    pub fn options(&self) -> Options {
        Options {
            limit: self.settings.long_streaming_idle_timeout.limit.as_ref().map(|t| t.nanoseconds),
            write: self.settings.fix.streaming_idle_timeout.as_ref().map(|t| t.text.clone()),
        }
    }

    /// Fills in what the source does not set.
    pub fn assume(&self, group: &mut NodeGroup) {
        group.minor = group.minor.or(self.settings.assume.kubernetes.map(|v| v.0));
        group.family = group.family.or(self.settings.assume.image_family.map(|f| f.0));
    }

    /// True if a file is not to be read on its own.
    pub fn excludes(&self, path: &Path) -> bool {
        let matches = |path: PathBuf| self.settings.exclude.iter().any(|p| p.matches(&path));
        !self.settings.exclude.is_empty() && matches(self.relative(path))
    }

    fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.folder).unwrap_or(path).to_owned()
    }

    /// Decides for each finding whether it counts, and adds findings about ignore requests. `sources` are the files that were
    /// read and may contain such requests, and whether to report on these; `complete` means that all files were read.
    pub fn judge(&self, findings: Vec<Finding>, sources: &[(Arc<Source>, bool)], complete: bool) -> Verdict {
        let mut out = Verdict::default();
        let mut ignores = ignore::Ignores::read(sources, &self.catalogue);
        let rules = self.rules();
        let mut used = BTreeSet::new();
        for finding in findings {
            let hidden = if self.no_ignores {
                None
            } else {
                ignores.hides(&finding, &self.catalogue, self.now).or_else(|| self.hides(&finding, &mut used))
            };
            let off = || {
                let off =
                    finding.rule.predicate != Predicate::Unreached && rules.iter().all(|r| r.id != finding.rule.id);
                let reason = "the rule is off".to_owned();
                off.then_some(Hidden { why: Why::Settings, reason, place: None })
            };
            let hidden = hidden.or_else(off);
            self.sort(finding, hidden, &mut out);
        }
        if !self.no_ignores {
            for finding in ignores.reported(&rules, complete, self.settings.require_reason, self.now) {
                let hidden = self.hides(&finding, &mut used);
                self.sort(finding, hidden, &mut out);
            }
            self.stale(&rules, &mut used, complete, &mut out);
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

    /// The exceptions without effect: they have expired or, if all files were read, match nothing. Expired ones are findings if
    /// all files were read, else warnings: the configuration is not one of the named files.
    fn stale(&self, rules: &[&'static Rule], used: &mut BTreeSet<usize>, complete: bool, out: &mut Verdict) {
        let rule = check::rule("expired-ignore").filter(|rule| rules.iter().any(|r| r.id == rule.id));
        for (n, exception) in self.settings.exceptions.iter().enumerate() {
            let names: Vec<_> = exception.rules.iter().map(RuleId::as_str).collect();
            let what = format!("the exception for {} in `{}`", names.join(", "), exception.path.as_str());
            let day = exception.until.as_ref().map(|day| *day.get_ref()).filter(|day| day.is_over(self.now));
            match (day, rule, &exception.expires) {
                (Some(day), Some(rule), Some(place)) if complete => {
                    let frame = Frame { place: place.clone(), label: "its last day".to_owned() };
                    let finding = Finding {
                        raw: place.text(),
                        exact: true,
                        help: "fix the findings it hid and remove it, or set a later date".to_owned(),
                        ..Finding::new(rule, format!("{what} expired on {day}"), frame)
                    };
                    let hidden = self.hides(&finding, used);
                    self.sort(finding, hidden, out);
                }
                (Some(day), Some(_), _) => out.stale.push(format!("{what} expired on {day}")),
                (None, ..) if complete && !used.contains(&n) => out.stale.push(format!("{what} matches no finding")),
                _ => {}
            }
        }
    }

    /// The entry of the settings that hides `finding`; the number of a matching exception is added to `used`.
    fn hides(&self, finding: &Finding, used: &mut BTreeSet<usize>) -> Option<Hidden> {
        let path = self.relative(finding.at.place.source.path());
        let named = |rules: &[RuleId]| rules.iter().any(|r| r.names(finding.rule));
        if self.settings.per_path_ignores.iter().any(|(pattern, rules)| named(rules) && pattern.matches(&path)) {
            return Some(Hidden { why: Why::Settings, reason: String::new(), place: None });
        }
        let applies = |e: &Exception| {
            let group = |of: &GroupRef| {
                let named = |g: &Pattern| g.matches(Path::new(&*of.name)) || g.matches_text(&of.id());
                e.node_groups.is_empty() || e.node_groups.iter().any(named)
            };
            named(&e.rules)
                && e.path.matches(&path)
                && e.until.as_ref().is_none_or(|day| !day.get_ref().is_over(self.now))
                && (finding.groups.is_empty() || finding.groups.iter().all(group))
        };
        let matching: Vec<_> = self.settings.exceptions.iter().enumerate().filter(|(_, e)| applies(e)).collect();
        used.extend(matching.iter().map(|(n, _)| *n));
        let reason = matching.first()?.1.reason.clone().unwrap_or_default();
        Some(Hidden { why: Why::Settings, reason, place: None })
    }
}
