//! Helm charts: the rendered templates of a chart with its default values, and with each file of other values
//! next to them.
//!
//! Source: helm/helm `pkg/chart/v2/util` (`values.go`, `coalesce.go`, `dependencies.go`) and `pkg/engine`. Charts below
//! `charts/` and those of the same source that a chart names with `file://` are rendered with the values of the chart around
//! them, and are only checked there. What decides `if`, `with` and `range` are the values; what the source does not know
//! (the cluster, the release), both outcomes are rendered.

mod chart;
mod engine;
mod files;
mod functions;
mod host;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup};
use crate::syntax::go_template::parse;
use crate::text::{Span, Traced, Why, budget, hold};
use crate::value::{Guard, Kind, Map, Value};

use super::applications::aside::may_describe;
use super::unit::{FileList, Input, Unit, is_named};
use super::watched::Group;
use super::{manifests, yaml_files, yaml_values};
use chart::{CHART, CHART_WORK, Chart, is_read};
use engine::Defines;
pub(super) use values::overlay;

/// Folders next to the templates that often contain further values.
const VALUES_FOLDERS: &[&str] = &["ci", "values", "env", "envs", "environments"];
/// The most files of a chart that another input uses.
const MAX_FILES: usize = 2_000;
/// The most further values files that are tried.
const MAX_VARIANTS: usize = 32;

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
        if !files.iter().any(holds) && !names_neighbours(dir, cx) {
            return Vec::new();
        }
        let Some(chart) = Chart::load(dir, files, cx) else { return Vec::new() };
        cx.claims.covers.extend(chart.below());
        if chart.library {
            return Vec::new();
        }
        let mut defines = Defines::new();
        chart.defines(&mut defines);
        let mut seen = Seen::default();
        let mut out = Vec::new();
        let mut render = |values: &Value, label: &str, cx: &mut Cx<'_>| {
            let run = ChartRun { defines: &defines, label, whole: dir };
            run.chart(&chart, values, &mut seen, &mut out, cx);
        };
        render(&chart.values, "", cx);
        for path in variants(dir, files).into_iter().take(MAX_VARIANTS) {
            let Some(values) = chart::values_in(&path, cx) else { continue };
            let name = path.strip_prefix(dir).unwrap_or(&path).display().to_string();
            render(&overlay(&chart.values, &values), &format!(" with {name}"), cx);
            cx.claims.uses.push(path);
        }
        out
    }
}

/// The node groups of the chart in a folder, with `values` merged over its own; `None` if there is no chart. It is
/// checked with these values then, and not on its own. `label` is for people.
pub(super) fn rendered(dir: &Path, values: &Value, label: &str, cx: &mut Cx<'_>) -> Option<Vec<NodeGroup>> {
    filled(dir, |own| overlay(own, values), label, cx)
}

/// As [`rendered`], with the values that `with` makes of its own.
pub(super) fn filled(
    dir: &Path,
    with: impl FnOnce(&Value) -> Value,
    label: &str,
    cx: &mut Cx<'_>,
) -> Option<Vec<NodeGroup>> {
    cx.files.read(&dir.join(CHART)).ok()?;
    let slot = cx.kept.slot::<Option<Arc<Chart>>>(dir);
    if slot.get().is_none() {
        let mut files = Vec::new();
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop().filter(|_| files.len() < MAX_FILES) {
            files.extend(cx.files.list(&folder));
            folders.extend(cx.files.folders(&folder));
        }
        files.sort();
        // Only this thread fills the slot.
        let _ = slot.set(Chart::load(dir, &files, cx));
    }
    let chart = slot.get()?.as_ref()?;
    let mut out = Vec::new();
    if !chart.library {
        let mut defines = Defines::new();
        chart.defines(&mut defines);
        let run = ChartRun { defines: &defines, label, whole: dir };
        run.chart(chart, &with(&chart.values), &mut Seen::default(), &mut out, cx);
    }
    cx.claims.uses.push(dir.to_owned());
    Some(out)
}

/// The value, with an unknown one for each key that it does not have, also in the maps inside.
pub(super) fn open(value: &Value, why: Why) -> Value {
    let Kind::Map(map) = &value.kind else { return value.clone() };
    let mut out = Map::clone(map);
    for entry in out.entries.values_mut() {
        entry.value = open(&entry.value, why.clone());
    }
    out.open = out.open.or(Some(why));
    Value { kind: Kind::Map(Arc::new(out)), ..value.clone() }
}

/// A text that is a template of Go, with `dot` as `.`. It is unknown where it depends on what is not known.
pub(super) fn text(text: &Traced, dot: &Value, at: Span, cx: &mut Cx<'_>) -> Traced {
    let view = cx.made("template", text, at);
    let unknown = |words: &str| Traced::unknown(at, Why::NotUnderstood(words.to_owned().into()));
    let Ok(parsed) = parse(&view) else { return unknown("a text that is not a template") };
    let (mut outcomes, _) = engine::outcomes(&view, &parsed.body, dot, cx.files.root(), &Defines::new(), cx);
    match outcomes.pop() {
        Some((_, text)) if outcomes.is_empty() => text,
        _ => unknown("a template that depends on a condition"),
    }
}

/// What was rendered so far: other values may yield the same again.
#[derive(Default)]
struct Seen {
    /// The values of each chart, for each set of values of the whole.
    values: BTreeMap<(PathBuf, String), Vec<Value>>,
    /// The renderings of each template.
    texts: BTreeMap<PathBuf, Vec<(Guard, Traced)>>,
}

/// The chart in a folder, unless none of its files has a word that [`Helm::read`] asks for.
fn claim(dir: &Path, files: &FileList) -> Option<Unit> {
    // The files below a folder follow each other.
    let first = files.files.partition_point(|path| hold::order(path, dir).is_lt());
    let count = files.files[first..].iter().take_while(|path| path.starts_with(dir)).count();
    let own = first..first + count;
    own.clone().for_each(|n| files.claim(n));
    let groups = [Group::Documents, Group::Applications, Group::Neighbours];
    let wanted = |n| groups.iter().any(|group| files.words(n).has(*group));
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

/// The rendering of a chart and its subcharts with one set of values.
struct ChartRun<'a> {
    defines: &'a Defines,
    /// Distinguishes the set of values from others, for people.
    label: &'a str,
    /// The folder of the chart as a whole.
    whole: &'a Path,
}

impl ChartRun<'_> {
    fn chart(&self, chart: &Chart, values: &Value, seen: &mut Seen, out: &mut Vec<NodeGroup>, cx: &mut Cx<'_>) {
        // A chart may be used many times with the same values, and so may those below it.
        let known = seen.values.entry((chart.dir.clone(), self.label.to_owned())).or_default();
        if known.contains(values) || !budget::spend(CHART_WORK * (1 + known.len())) {
            return;
        }
        known.push(values.clone());
        let dot = chart.dot(values);
        // The values may contain whole documents.
        let dynamic = chart.dynamic || self.defines.values().any(|(view, _)| manifests::may_hold(&view.bytes));
        for template in chart.templates.iter().filter(|t| t.is_rendered() && (dynamic || t.holds)) {
            let Some(parsed) = &template.parsed else { continue };
            let (outcomes, more) = engine::outcomes(&template.view, &parsed.body, &dot, &chart.dir, self.defines, cx);
            let at = template.view.span(0..template.view.bytes.iter().position(|b| *b == b'\n').unwrap_or(0));
            if more {
                cx.gap(at, Why::Limit("paths through a template"));
            }
            let known = seen.texts.entry(template.path.clone()).or_default();
            for (when, text) in outcomes {
                if known.contains(&(when.clone(), text.clone())) {
                    continue;
                }
                let shown = template.path.strip_prefix(self.whole).unwrap_or(&template.path).display();
                let name = format!("{shown}{}", self.label);
                let problems = cx.notes.problems.len();
                for mut group in manifests::in_text(&text, &name, at, cx) {
                    if !self.label.is_empty() && !group.name.contains(self.label) {
                        group.name = format!("{}{}", group.name, self.label).into();
                    }
                    // Conditions of the document and of the template are about different things.
                    group.when = group.when.and(&when).unwrap_or_default();
                    out.push(group);
                }
                // Invalid YAML from a template is not reported as a mistake.
                for problem in cx.notes.problems.split_off(problems) {
                    cx.gap(
                        problem.at,
                        Why::NotUnderstood("the output of a chart's template, which is not valid YAML,".into()),
                    );
                }
                known.push((when, text));
            }
            cx.claims.uses.push(template.path.clone());
        }
        cx.claims.uses.extend(chart.values_file.clone());
        for child in &chart.children {
            if let Some(inner) = child.values(values) {
                self.chart(&child.chart, &inner, seen, out, cx);
            }
        }
        // The values of a missing chart may contain documents that it passes on.
        for name in &chart.absent {
            if let Some(inner) = values.get(name) {
                let tree = yaml_values::node_of(&inner);
                out.extend(manifests::among(&tree, &format!("values of {name}{}", self.label), cx));
            }
        }
    }
}

#[cfg(test)]
mod tests;
