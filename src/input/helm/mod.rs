//! Helm charts: the rendered templates of a chart with its default values, and with each file of other values
//! next to them.
//!
//! Source: helm/helm `pkg/chart/v2/util` (`values.go`, `coalesce.go`, `dependencies.go`) and `pkg/engine`. Charts below
//! `charts/` and those of the same source that a chart names with `file://` are rendered with the values of the chart around
//! them, and are only checked there. What decides `if`, `with` and `range` are the values; what the source does not know
//! (the cluster, the release), both outcomes are rendered.

mod about;
mod chart;
mod engine;
mod files;
mod functions;
mod helmfile;
mod host;
mod ignored;
mod numbers;
mod packed;
mod print;
mod semver;
mod texts;
mod to_toml;
mod to_yaml;
pub(super) mod values;
mod version;
pub(super) mod whole;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::node::{Cx, NodeGroup};
use crate::syntax::Node;
use crate::text::{Span, Traced, Why, budget, hold};
use crate::value::{Guard, Value};

use super::applications::aside::may_describe;
use super::unit::{FileList, Input, Unit, has_extension, is_named};
use super::watched::Group;
use super::{embedded, manifests, yaml_files, yaml_values};
use chart::{Chart, How};
use engine::Defines;
use files::Folder;
use packed::{CHART, Sources, is_read};
use values::from_json;
pub(super) use values::{merged, open, overlay};
pub(super) use version::{Given, Version, merged_documents};
pub(super) use whole::text;

/// Folders next to the templates that often contain further values.
const VALUES_FOLDERS: &[&str] = &["ci", "values", "env", "envs", "environments"];
/// The most files of a chart that another input uses.
const MAX_FILES: usize = 2_000;
/// The most further values files that are tried.
const MAX_VARIANTS: usize = 96;

/// Charts.
#[derive(Debug)]
pub(super) struct Helm;

impl Input for Helm {
    fn name(&self) -> &'static str {
        "helm"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let charts = files.files.iter().filter(|path| is_named(path, CHART));
        charts.filter_map(|path| path.parent()).filter_map(|dir| claim(dir, files)).collect()
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let holds = |path: &PathBuf| {
            let wanted = |bytes: &[u8]| manifests::may_hold(bytes) || may_describe(bytes);
            is_read(path) && cx.files.read(path).is_ok_and(|source| wanted(&source.bytes()))
        };
        let (dir, files) = (&unit.path, &unit.files);
        // Most charts do not concern a kubelet.
        let packed = !packed::archives_in(&dir.join("charts"), cx).is_empty();
        if !files.iter().any(holds) && !packed && !names_neighbours(dir, cx) {
            return Vec::new();
        }
        let mut sources = Sources::default();
        let Some(chart) = Chart::load(dir, files, &mut sources, cx) else { return Vec::new() };
        cx.claims.covers.extend(chart.below());
        if chart.library {
            return Vec::new();
        }
        let mut run = ChartRun::of(&chart, &sources);
        let own = |own: &Value, _| own.clone();
        let mut out = run.groups(&chart, &Given { with: &own, differs: false }, "", cx);
        for path in budget::at_most(variants(dir, files), MAX_VARIANTS, "files of other values of a chart") {
            let Some((values, newer)) = chart::values_in(&path, &sources, cx) else { continue };
            let name = path.strip_prefix(dir).unwrap_or(&path).display().to_string();
            let with = |own: &Value, version| {
                overlay(own, newer.as_ref().filter(|_| version == Some(Version::Four)).unwrap_or(&values))
            };
            let given = Given { with: &with, differs: newer.is_some() };
            out.extend(run.groups(&chart, &given, &format!(" with {name}"), cx));
            cx.claims.uses.push(path);
        }
        out
    }
}

/// True if a folder has a chart.
pub(super) fn is_chart(dir: &Path, cx: &Cx<'_>) -> bool {
    cx.files.read(&dir.join(CHART)).is_ok()
}

/// Values that leave the chart's own as they are.
pub(super) fn no_values(at: Span) -> Value {
    values::map([], at)
}

/// A chart that is read once, with its files; `None` if there is none.
type Loaded = Arc<OnceLock<Option<(Arc<Chart>, Sources)>>>;

/// The chart in a folder.
fn loaded(dir: &Path, cx: &mut Cx<'_>) -> Loaded {
    let slot: Loaded = cx.kept.slot(dir);
    if slot.get().is_none() && is_chart(dir, cx) {
        let mut files = Vec::new();
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop().filter(|_| files.len() < MAX_FILES) {
            files.extend(cx.files.list(&folder));
            folders.extend(cx.files.folders(&folder));
        }
        if files.len() >= MAX_FILES
            && let Ok(view) = cx.view(&dir.join(CHART))
        {
            cx.gap(yaml_files::first_line(&view), Why::limit("files of a chart"));
        }
        files.sort();
        let mut sources = Sources::default();
        let problems = cx.notes.problems.len();
        let chart = Chart::load(dir, &files, &mut sources, cx);
        // Most charts that something applies do not concern a kubelet.
        if !chart.as_ref().is_some_and(|chart| chart.may_concern()) {
            cx.notes.problems.truncate(problems);
        }
        // Only this thread fills the slot.
        let _ = slot.set(chart.map(|chart| (chart, sources)));
    }
    if slot.get().is_some_and(Option::is_some) {
        cx.claims.uses.push(dir.to_owned());
    }
    slot
}

/// The node groups of the chart in a folder, with `values` merged over its own; `None` if there is no chart. It is
/// checked with these values then, and not on its own. `label` is for people.
pub(super) fn rendered(dir: &Path, values: &Value, label: &str, cx: &mut Cx<'_>) -> Option<Vec<NodeGroup>> {
    let with = |own: &Value, _| overlay(own, values);
    filled(dir, &Given { with: &with, differs: false }, label, cx)
}

/// As [`rendered`], with the values that something makes of its own.
pub(super) fn filled(dir: &Path, given: &Given<'_>, label: &str, cx: &mut Cx<'_>) -> Option<Vec<NodeGroup>> {
    let loaded = loaded(dir, cx);
    let (chart, sources) = loaded.get()?.as_ref()?;
    if chart.library {
        return Some(Vec::new());
    }
    Some(ChartRun::of(chart, sources).groups(chart, given, label, cx))
}

/// The same for a tool that changes what a chart renders: its documents, and the node groups of templates of which the source
/// does not decide what they render.
pub(super) fn documents(
    dir: &Path,
    given: &Given<'_>,
    label: &str,
    cx: &mut Cx<'_>,
) -> Option<(Vec<Node>, Vec<NodeGroup>)> {
    let loaded = loaded(dir, cx);
    let (chart, sources) = loaded.get()?.as_ref()?;
    let (mut trees, mut groups) = (Vec::new(), Vec::new());
    if !chart.library {
        for part in ChartRun::of(chart, sources).parts(chart, given, label, cx) {
            match part {
                Part::Text { name, at, text, when, .. } if when.is_always() => {
                    let view = cx.made(name, &text, at);
                    trees.extend(yaml_files::documents(&view).tree);
                }
                other => groups.extend(other.groups(label, cx)),
            }
        }
    }
    Some((trees, groups))
}

/// A part of what a chart renders.
#[derive(Clone, PartialEq)]
enum Part {
    /// The text of a template under conditions.
    Text { file: PathBuf, name: String, at: Span, when: Guard, text: Traced },
    /// Values of a chart that is not here, which it may pass on.
    Values { name: String, tree: Node },
}

impl Part {
    /// The same under one more condition.
    fn under(&self, condition: &Guard) -> Option<Self> {
        match self.clone() {
            Self::Text { file, name, at, when, text } => {
                when.and(condition).map(|when| Self::Text { file, name, at, when, text })
            }
            other @ Self::Values { .. } => Some(other),
        }
    }

    fn groups(self, label: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let (name, at, when, text) = match self {
            Self::Values { name, tree } => return embedded::in_values(&tree, &name, cx),
            Self::Text { name, at, when, text, .. } => (name, at, when, text),
        };
        let problems = cx.notes.problems.len();
        let mut groups = manifests::in_text(&text, &name, at, cx);
        for group in &mut groups {
            if !label.is_empty() && !group.name.contains(label) {
                group.name = format!("{}{label}", group.name).into();
            }
            // Conditions of the document and of the template are about different things.
            group.when = group.when.and(&when).unwrap_or_default();
        }
        // Invalid YAML from a template is not reported as a mistake.
        for problem in cx.notes.problems.split_off(problems) {
            cx.gap(problem.at, Why::NotUnderstood("the output of a chart's template, which is not valid YAML,".into()));
        }
        groups
    }
}

/// The renderings of each template so far: other values may yield the same again.
type Seen = BTreeMap<PathBuf, Vec<(Guard, Traced)>>;

/// The chart in a folder, unless none of its files has a word that [`Helm::read`] asks for.
fn claim(dir: &Path, files: &FileList) -> Option<Unit> {
    // The files below a folder follow each other.
    let first = files.files.partition_point(|path| hold::order(path, dir).is_lt());
    let count = files.files[first..].iter().take_while(|path| path.starts_with(dir)).count();
    let own = first..first + count;
    own.clone().for_each(|n| files.claim(n));
    let groups = [Group::Documents, Group::Applications, Group::Neighbours];
    let packed = |path: &Path| has_extension(path, &["tgz"]) && path.parent() == Some(&dir.join("charts"));
    let wanted = |n: usize| groups.iter().any(|group| files.words(n).has(*group)) || packed(&files.files[n]);
    own.clone().any(wanted).then(|| Unit::of_folder(dir, files.files[own].to_vec()))
}

/// True if a chart refers to another one of the same source.
fn names_neighbours(dir: &Path, cx: &Cx<'_>) -> bool {
    cx.files.read(&dir.join(CHART)).is_ok_and(|source| yaml_files::holds(&source.bytes(), b"file://"))
}

/// Further values files next to `values.yaml`, for use with `-f`: `values-prod.yaml`, `values.prod.yaml`,
/// `prod-values.yaml`, and every file in `ci/`, `values/` or `environments/`.
fn variants(dir: &Path, files: &[PathBuf]) -> Vec<PathBuf> {
    let named = |path: &&PathBuf| {
        let Ok(below) = path.strip_prefix(dir) else { return false };
        let Some(name) = below.file_name().and_then(|n| n.to_str()) else { return false };
        let Some(stem) = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")) else { return false };
        let parts: Vec<_> = below.iter().filter_map(|p| p.to_str()).collect();
        match parts.as_slice() {
            [_] => stem != "values" && (stem.starts_with("values") || stem.ends_with("values")),
            [folder, _] => VALUES_FOLDERS.contains(folder),
            _ => false,
        }
    };
    files.iter().filter(named).cloned().collect()
}

/// The rendering of a chart and its subcharts.
struct ChartRun<'a> {
    defines: Defines,
    sources: &'a Sources,
    /// The folder of the chart as a whole.
    whole: &'a Path,
    seen: Seen,
    /// Also those that cannot concern a kubelet are rendered.
    all_templates: bool,
}

impl<'a> ChartRun<'a> {
    fn of(chart: &'a Chart, sources: &'a Sources) -> Self {
        Self { defines: chart.defines(), sources, whole: &chart.dir, seen: Seen::new(), all_templates: false }
    }

    /// The node groups with one set of values, as far as other values did not yield the same.
    fn groups(&mut self, chart: &Chart, given: &Given<'_>, label: &str, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        self.parts(chart, given, label, cx).into_iter().flat_map(|part| part.groups(label, cx)).collect()
    }

    /// What is rendered with one set of values, as far as it is new.
    fn parts(&mut self, chart: &Chart, given: &Given<'_>, label: &str, cx: &mut Cx<'_>) -> Vec<Part> {
        let mut parts;
        if chart.differs || given.differs {
            let three = self.all(chart, given, Some(Version::Three), label, cx);
            let four = self.all(chart, given, Some(Version::Four), label, cx);
            let only = |these: &[Part], others: &[Part], version: Version| {
                let when = version.guard();
                let part = |part: &Part| if others.contains(part) { Some(part.clone()) } else { part.under(&when) };
                these.iter().filter_map(part).collect::<Vec<_>>()
            };
            parts = only(&three, &four, Version::Three);
            parts.extend(only(&four, &three, Version::Four).into_iter().filter(|part| !three.contains(part)));
        } else {
            parts = self.all(chart, given, None, label, cx);
        }
        parts.retain(|part| match part {
            Part::Text { file, when, text, .. } => {
                let known = self.seen.entry(file.clone()).or_default();
                let new = !known.contains(&(when.clone(), text.clone()));
                if new {
                    known.push((when.clone(), text.clone()));
                }
                new
            }
            Part::Values { .. } => true,
        });
        parts
    }

    fn all(
        &self,
        chart: &Chart,
        given: &Given<'_>,
        version: Option<Version>,
        label: &str,
        cx: &mut Cx<'_>,
    ) -> Vec<Part> {
        let mut out = Vec::new();
        let values = from_json(&(given.with)(chart.own(version), version));
        let tags = values.get("tags").unwrap_or_else(|| Value::null(values.at));
        let how = How::new(tags, version);
        self.chart(chart, &chart.name(), &values, &how, label, &mut out, cx);
        if how.failed.get() {
            out.clear();
        }
        out
    }

    #[expect(clippy::too_many_arguments, reason = "one call for a subchart, with what differs there")]
    fn chart(
        &self,
        chart: &Chart,
        name: &str,
        values: &Value,
        how: &How,
        label: &str,
        out: &mut Vec<Part>,
        cx: &mut Cx<'_>,
    ) {
        if how.repeats(chart, values) || !how.uses_one() {
            return;
        }
        if chart.only_four && how.version == Some(Version::Three) {
            how.failed.set(true);
        }
        let (values, enabled) = &chart.effective(values, how);
        // The values may contain whole documents.
        let dynamic = self.all_templates
            || chart.dynamic
            || self.defines.values().any(|(view, _)| manifests::may_hold(&view.bytes));
        let templates = chart.templates.iter().filter(|t| !chart.library && t.is_rendered() && (dynamic || t.holds));
        for template in templates {
            let Some(parsed) = &template.parsed else { continue };
            let dot = chart.dot(values, name, &template.path, how.version);
            let folder = Folder { dir: &chart.dir, sources: self.sources, helmfile: false };
            let (outcomes, more) = engine::outcomes(&template.view, &parsed.body, &dot, &folder, &self.defines, cx);
            let at = template.view.span(0..template.view.bytes.iter().position(|b| *b == b'\n').unwrap_or(0));
            if more {
                cx.gap(at, Why::Limit("paths through a template"));
            }
            let shown = template.path.strip_prefix(self.whole).unwrap_or(&template.path).display();
            let file = &template.path;
            let part =
                |(when, text)| Part::Text { file: file.clone(), name: format!("{shown}{label}"), at, when, text };
            out.extend(outcomes.into_iter().map(part));
            cx.claims.uses.push(template.path.clone());
        }
        cx.claims.uses.extend(chart.values_file.clone());
        for (child, _) in chart.children.iter().zip(enabled).filter(|(_, on)| **on) {
            if let Some(inner) = values.get(&child.name) {
                let name = format!("{name}/charts/{}", child.name);
                self.chart(&child.chart, &name, &inner, how, label, out, cx);
            }
        }
        // The values of a missing chart may contain documents that it passes on.
        for name in &chart.absent {
            if let Some(inner) = values.get(name) {
                out.push(Part::Values { name: format!("values of {name}{label}"), tree: yaml_values::node_of(&inner) });
            }
        }
    }
}

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests;
