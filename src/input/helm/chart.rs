//! A chart on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::go_template::{Template, parse};
use crate::syntax::{Node, yaml};
use crate::text::{View, Why, budget};
use crate::value::{Kind, Value};

use super::engine::Defines;
use super::values::{map, overlay};
use crate::input::applications::aside::may_describe;
use crate::input::manifests;
use crate::input::unit::{has_extension, normal};
use crate::input::yaml_values::value_of;

/// The main file of a chart.
pub(super) const CHART: &str = "Chart.yaml";
/// The deepest nesting of charts.
const MAX_CHARTS: usize = 6;
/// The most templates of one chart.
const MAX_TEMPLATES: usize = 1000;

/// What a chart takes of the budget of the unit, each time that it is used.
pub(super) const CHART_WORK: usize = 1_000;

/// The charts of a unit that were read, each at its depth.
type Loaded = BTreeMap<(PathBuf, usize), Option<Arc<Chart>>>;

/// A chart.
pub(super) struct Chart {
    pub(super) dir: PathBuf,
    /// `Chart.yaml`, as templates see it.
    about: Value,
    /// Its default values.
    pub(super) values: Value,
    /// The file of its default values.
    pub(super) values_file: Option<PathBuf>,
    /// Its templates, by path.
    pub(super) templates: Vec<File>,
    /// Its subcharts.
    pub(super) children: Vec<Child>,
    /// Keys of the values of subcharts that are not in the source.
    pub(super) absent: Vec<String>,
    /// True if it only defines templates for others.
    pub(super) library: bool,
    /// True if its values may contain a document.
    pub(super) dynamic: bool,
}

/// A subchart.
pub(super) struct Child {
    /// The key of its values.
    name: String,
    /// Paths of values that enable or disable it; the first existing one counts.
    conditions: Vec<String>,
    pub(super) chart: Arc<Chart>,
}

/// A template.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) view: View,
    /// `None` if it is not a valid template.
    pub(super) parsed: Option<Template>,
    /// True if it may concern a kubelet.
    pub(super) holds: bool,
}

impl File {
    /// True if it is rendered itself, and not only included by others.
    pub(super) fn is_rendered(&self) -> bool {
        let name = self.path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        !name.starts_with('_') && name != "NOTES.txt"
    }
}

/// The values in a file.
pub(super) fn values_in(path: &Path, cx: &mut Cx<'_>) -> Option<Value> {
    let view = cx.view(path).ok()?;
    let parsed = yaml::parse(&view);
    crate::input::yaml_files::note_errors(&view, &parsed, cx);
    let tree = parsed.tree.first()?;
    tree.is_map().then(|| value_of(tree))
}

impl Chart {
    /// The chart in a folder; `None` if there is none. `files` are those of the scan.
    pub(super) fn load(dir: &Path, files: &[PathBuf], cx: &mut Cx<'_>) -> Option<Arc<Self>> {
        Self::shared(dir, files, 0, &mut Loaded::new(), cx)
    }

    /// The chart in a folder, `depth` levels below another one. It is read once, however many charts name it.
    fn shared(dir: &Path, files: &[PathBuf], depth: usize, known: &mut Loaded, cx: &mut Cx<'_>) -> Option<Arc<Self>> {
        let key = (normal(dir), depth);
        if !known.contains_key(&key) {
            let chart = Self::read(dir, files, depth, known, cx).filter(|_| budget::spend(CHART_WORK)).map(Arc::new);
            known.insert(key.clone(), chart);
        }
        known.get(&key).cloned().flatten()
    }

    fn read(dir: &Path, files: &[PathBuf], depth: usize, known: &mut Loaded, cx: &mut Cx<'_>) -> Option<Self> {
        let source = cx.open(&dir.join(CHART)).ok()?;
        let about = yaml::parse(&cx.texts.view(source)).tree.into_iter().next()?;
        let values_file =
            ["values.yaml", "values.yml"].iter().map(|name| dir.join(name)).find(|path| cx.peek(path).is_ok());
        let values = values_file.as_ref().and_then(|path| values_in(path, cx));
        let dynamic = values_file.iter().any(|p| cx.files.read(p).is_ok_and(|s| manifests::may_hold(&s.bytes())));
        let mut chart = Self {
            dir: dir.to_owned(),
            about: value_of(&about),
            values: values.unwrap_or_else(|| map([], about.span)),
            values_file,
            templates: templates(dir, files, cx),
            children: Vec::new(),
            absent: Vec::new(),
            library: about.get("type").and_then(Node::as_str) == Some("library"),
            dynamic,
        };
        if depth < MAX_CHARTS {
            chart.add_children(&about, files, depth, known, cx);
        }
        Some(chart)
    }

    fn add_children(&mut self, about: &Node, files: &[PathBuf], depth: usize, known: &mut Loaded, cx: &mut Cx<'_>) {
        let folder = self.dir.join("charts");
        let mut below: Vec<PathBuf> = files
            .iter()
            .filter(|f| f.file_name().is_some_and(|n| n == CHART))
            .filter_map(|f| f.parent())
            .filter(|d| d.parent() == Some(&folder))
            .map(Path::to_owned)
            .collect();
        // The older form has a separate file.
        let requirements = cx.open(&self.dir.join("requirements.yaml")).ok();
        let requirements = requirements.and_then(|id| yaml::parse(&cx.texts.view(id)).tree.into_iter().next());
        let lists = [Some(about), requirements.as_ref()];
        for item in lists.into_iter().flatten().filter_map(|d| d.get("dependencies")).flat_map(Node::items) {
            let text = |key: &str| item.get(key).and_then(Node::as_str);
            let Some(name) = text("name") else { continue };
            let key = text("alias").unwrap_or(name).to_owned();
            let mut dir = folder.join(name);
            if let Some(path) = text("repository").and_then(|r| r.strip_prefix("file://"))
                && !below.contains(&dir)
            {
                dir = self.dir.join(path);
            }
            below.retain(|d| *d != dir);
            let conditions = text("condition").unwrap_or_default().split(',').map(|c| c.trim().to_owned()).collect();
            match Self::shared(&dir, files, depth + 1, known, cx) {
                Some(chart) => self.children.push(Child { name: key, conditions, chart }),
                None => self.absent.push(key),
            }
        }
        for dir in below {
            let Some(chart) = Self::shared(&dir, files, depth + 1, known, cx) else { continue };
            let name = chart.name();
            self.children.push(Child { name, conditions: Vec::new(), chart });
        }
    }

    fn name(&self) -> String {
        let folder = || self.dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        self.about.get("name").and_then(|n| n.as_known_str().map(str::to_owned)).unwrap_or_else(folder)
    }

    /// The folders of all subcharts.
    pub(super) fn below(&self) -> BTreeSet<PathBuf> {
        let mut out = BTreeSet::new();
        let mut seen = Vec::new();
        let mut open = vec![self];
        while let Some(chart) = open.pop() {
            for child in &chart.children {
                if !seen.iter().any(|known| Arc::ptr_eq(known, &child.chart)) {
                    seen.push(Arc::clone(&child.chart));
                    out.insert(normal(&child.chart.dir));
                    open.push(&child.chart);
                }
            }
        }
        out
    }

    /// The named templates of the chart and its subcharts; a parent wins.
    pub(super) fn defines(&self, out: &mut Defines) {
        for child in self.children.iter().filter(|_| budget::spend(CHART_WORK)) {
            child.chart.defines(out);
        }
        for file in &self.templates {
            for (name, parts) in file.parsed.iter().flat_map(|t| &t.defines) {
                out.insert(name.clone(), (file.view.clone(), Arc::clone(parts)));
            }
        }
    }

    /// The value of `.` in its templates.
    pub(super) fn dot(&self, values: &Value) -> Value {
        let at = self.about.at;
        let outside = |what: &str| Value::unknown(Why::FromOutside(what.into()), at);
        let release = map(
            [
                (Arc::from("Name"), outside("the name of the release")),
                (Arc::from("Namespace"), outside("the namespace of the release")),
                (Arc::from("Service"), Value::str(crate::text::Traced::made("Helm", at), at)),
                (Arc::from("IsInstall"), outside("whether a release is installed or upgraded")),
                (Arc::from("IsUpgrade"), outside("whether a release is installed or upgraded")),
                (Arc::from("Revision"), outside("the revision of the release")),
            ],
            at,
        );
        let about = match &self.about.kind {
            Kind::Map(about) => map(about.entries.iter().map(|(k, e)| (capital(k), e.value.clone())), at),
            _ => self.about.clone(),
        };
        map(
            [
                (Arc::from("Values"), values.clone()),
                (Arc::from("Chart"), about),
                (Arc::from("Release"), release),
                (Arc::from("Capabilities"), outside("the capabilities of the cluster")),
                (Arc::from("Template"), outside("the name of a template")),
                (Arc::from("Subcharts"), outside("templates of other charts")),
            ],
            at,
        )
    }
}

/// `name` as the Go field: with a capital letter.
fn capital(name: &str) -> Arc<str> {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect::<String>().into()
}

impl Child {
    /// The values of the subchart, from the values of its parent; `None` if these disable it.
    pub(super) fn values(&self, above: &Value) -> Option<Value> {
        for path in self.conditions.iter().filter(|c| !c.is_empty()) {
            let found = path.split('.').try_fold(above.clone(), |value, key| value.get(key));
            if let Some(on) = found.and_then(|v| v.as_bool()) {
                if !on {
                    return None;
                }
                break;
            }
        }
        let mut values = self.chart.values.clone();
        if let Some(own) = above.get(&self.name) {
            values = overlay(&values, &own);
        }
        if let Some(global) = above.get("global") {
            let at = global.at;
            values = overlay(&values, &map([(Arc::from("global"), global)], at));
        }
        Some(values)
    }
}

/// True for files of a chart that are templates or values.
pub(super) fn is_read(path: &Path) -> bool {
    has_extension(path, &["yaml", "yml", "tpl", "json", "txt", "sh", "toml", "conf"])
}

/// The templates of a chart.
fn templates(dir: &Path, files: &[PathBuf], cx: &mut Cx<'_>) -> Vec<File> {
    let folder = dir.join("templates");
    let mut paths: Vec<PathBuf> = files.iter().filter(|f| f.starts_with(&folder)).cloned().collect();
    if paths.is_empty() {
        paths = cx.files.list(&folder);
    }
    let mut out = Vec::new();
    for path in paths.into_iter().filter(|p| is_read(p)).take(MAX_TEMPLATES) {
        let Ok(view) = cx.view(&path) else { continue };
        let holds = manifests::may_hold(&view.bytes) || may_describe(&view.bytes);
        let parsed = parse(&view);
        if let Err(error) = &parsed
            && holds
        {
            cx.gap(error.at, Why::NotUnderstood("a template of a chart".into()));
        }
        out.push(File { path, view, parsed: parsed.ok(), holds });
    }
    out
}
