//! A chart on disk.

use std::cell::{Cell, RefCell};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::setting::names;
use crate::syntax::go_template::{Template, parse};
use crate::syntax::{Node, yaml};
use crate::text::{View, Why, budget, holds};
use crate::value::{Kind, Value};

use super::about::{empty_fields, field};
use super::engine::Defines;
use super::functions::FAILS;
use super::packed::{CHART, Sources, is_read};
use super::values::{from_json, map, merged, open_top, overlay, without_nulls};
use super::version::{self, Version};
use crate::input::applications::aside::may_describe;
use crate::input::manifests;
use crate::input::unit::normal;
use crate::input::yaml_files::{self, first_line};
use crate::input::yaml_values::value_of;

/// The deepest nesting of charts.
const MAX_CHARTS: usize = 6;
/// The most templates of one chart.
const MAX_TEMPLATES: usize = 1000;

/// What a chart takes of the budget of the unit, each time that it is used.
const CHART_WORK: usize = 2_500;
/// How often charts are used for one set of values until each time takes [`OFTEN_WORK`]: charts that name each other have no end.
const OFTEN: usize = 500;
const OFTEN_WORK: usize = 200_000;

/// The charts of a unit that were read, each at its depth.
type Loaded = BTreeMap<(PathBuf, usize), Option<Arc<Chart>>>;

/// A chart.
pub(super) struct Chart {
    pub(super) dir: PathBuf,
    /// `Chart.yaml`, as templates see it.
    about: Value,
    /// Its default values.
    values: Value,
    /// The same as Helm 4 takes them, if that differs.
    newer: Option<Value>,
    /// True if two versions of Helm may render it, or a subchart, in two ways.
    pub(super) differs: bool,
    /// True if it calls a function that only Helm 4 has: Helm 3 renders no chart that contains it.
    pub(super) only_four: bool,
    /// True if no values change what it and its subcharts render, apart from those that it may pass on to `absent` ones.
    plain: bool,
    /// True if it, or a subchart, has subcharts that are not in the source.
    lacks: bool,
    /// True if it and its subcharts have no values of their own.
    valueless: bool,
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

/// How the values of a chart with all its subcharts are put together.
pub(super) struct How {
    /// The tags that the values of the whole chart set.
    pub(super) tags: Value,
    pub(super) version: Option<Version>,
    /// How often charts were used so far.
    uses: Cell<usize>,
    /// True if Helm refuses one of the charts, and so renders nothing.
    pub(super) failed: Cell<bool>,
    /// The charts that render the same again, by their addresses.
    rendered: RefCell<BTreeSet<usize>>,
}

impl How {
    pub(super) fn new(tags: Value, version: Option<Version>) -> Self {
        Self { tags, version, uses: Cell::default(), failed: Cell::default(), rendered: RefCell::default() }
    }

    /// True if the chart was rendered before and renders the same again.
    pub(super) fn repeats(&self, chart: &Chart, values: &Value) -> bool {
        chart.is_plain(values) && !self.rendered.borrow_mut().insert(std::ptr::from_ref(chart).addr())
    }

    /// Counts one more use of a chart. False if the unit may not use any more.
    pub(super) fn uses_one(&self) -> bool {
        self.uses.set(self.uses.get() + 1);
        budget::spend(if self.uses.get() > OFTEN { OFTEN_WORK } else { CHART_WORK })
    }
}

/// What is known while a chart and its subcharts are read.
struct Reading<'a> {
    /// The files of the scan.
    files: &'a [PathBuf],
    sources: &'a mut Sources,
    known: Loaded,
}

/// A subchart.
pub(super) struct Child {
    /// The key of its values.
    pub(super) name: String,
    /// Paths of values that enable or disable it; the first existing one counts.
    conditions: Vec<String>,
    /// Words that enable or disable it together with others.
    tags: Vec<String>,
    /// What its parent takes from its values: the path here, and the one there (empty for the values as a whole).
    imports: Vec<(String, String)>,
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

/// The values in a file, and what Helm 4 makes of several documents in it.
pub(super) fn values_in(path: &Path, sources: &Sources, cx: &mut Cx<'_>) -> Option<(Value, Option<Value>)> {
    let view = sources.view(path, cx).ok()?;
    let parsed = yaml::parse(&view);
    yaml_files::note_errors(&view, &parsed, cx);
    let first = parsed.tree.first()?;
    let newer = version::merged_documents(&parsed.tree).map(|tree| from_json(&value_of(&tree)));
    let values = if first.is_map() {
        from_json(&value_of(first))
    } else if newer.is_some() {
        map([], first.span)
    } else {
        return None;
    };
    Some((values, newer))
}

/// The value at a dotted path.
fn at_path(values: &Value, path: &str) -> Option<Value> {
    path.split('.').try_fold(values.clone(), |value, key| value.get(key))
}

impl Chart {
    /// The chart in a folder; `None` if there is none. `files` are those of the scan.
    pub(super) fn load(dir: &Path, files: &[PathBuf], sources: &mut Sources, cx: &mut Cx<'_>) -> Option<Arc<Self>> {
        Self::shared(dir, 0, &mut Reading { files, sources, known: Loaded::new() }, cx)
    }

    /// The chart in a folder, `depth` levels below another one. It is read once, however many charts name it.
    fn shared(dir: &Path, depth: usize, reading: &mut Reading<'_>, cx: &mut Cx<'_>) -> Option<Arc<Self>> {
        let key = (normal(dir), depth);
        if !reading.known.contains_key(&key) {
            let chart = Self::read(dir, depth, reading, cx).filter(|_| budget::spend(CHART_WORK)).map(Arc::new);
            reading.known.insert(key.clone(), chart);
        }
        reading.known.get(&key).cloned().flatten()
    }

    fn read(dir: &Path, depth: usize, reading: &mut Reading<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        let (files, sources) = (reading.files, &mut *reading.sources);
        sources.leave_out(dir, cx);
        let about = yaml::parse(&sources.view(&dir.join(CHART), cx).ok()?).tree.into_iter().next()?;
        let mut values_files = ["values.yaml", "values.yml"].iter().map(|name| dir.join(name));
        let values_file = values_files.find(|path| sources.holds(path, cx));
        let values = values_file.as_ref().and_then(|path| values_in(path, sources, cx));
        let view = values_file.as_ref().and_then(|path| sources.view(path, cx).ok());
        let telling = |view: &View| manifests::names_one(&view.bytes) || names::are_in(&view.bytes);
        let dynamic = view.as_ref().is_some_and(telling);
        let (values, newer) = values.unwrap_or_else(|| (map([], about.span), None));
        let newer = without_nulls(newer.as_ref().unwrap_or(&values)).or(newer);
        let mut chart = Self {
            dir: dir.to_owned(),
            about: value_of(&about),
            newer,
            differs: false,
            only_four: false,
            plain: false,
            lacks: false,
            valueless: false,
            values,
            values_file,
            templates: templates(dir, files, sources, cx),
            children: Vec::new(),
            absent: Vec::new(),
            library: about.get("type").and_then(Node::as_str) == Some("library"),
            dynamic,
        };
        if depth < MAX_CHARTS {
            chart.add_children(&about, depth, reading, cx);
        } else if about.get("dependencies").is_some()
            || reading.files.iter().any(|file| file.starts_with(dir.join("charts")))
            || reading.sources.packs(&dir.join("charts"), cx)
        {
            budget::reached("depth of charts in charts");
        }
        let is_text = |file: &File| !holds(&file.view.bytes, b"{{");
        let children = || chart.children.iter().map(|child| &child.chart);
        let lacks = !chart.absent.is_empty() || children().any(|chart| chart.lacks);
        let valueless = is_empty(&chart.values) && children().all(|chart| chart.valueless);
        let plain = chart.templates.iter().all(is_text)
            && chart.children.iter().all(|child| child.is_plain() && child.chart.plain)
            && (valueless || !lacks);
        (chart.lacks, chart.valueless, chart.plain) = (lacks, valueless, plain);
        chart.only_four = chart.templates.iter().any(|file| version::is_new(&file.view.bytes));
        chart.differs = chart.only_four
            || chart.newer.is_some()
            || chart.templates.iter().any(|file| version::asks(&file.view.bytes))
            || view.is_some_and(|view| version::asks(&view.bytes))
            || chart.children.iter().any(|child| child.chart.differs);
        Some(chart)
    }

    fn add_children(&mut self, about: &Node, depth: usize, reading: &mut Reading<'_>, cx: &mut Cx<'_>) {
        let folder = self.dir.join("charts");
        let packed = reading.sources.unpack(&folder, cx);
        let inner: Vec<PathBuf> = reading.sources.below(&folder).cloned().collect();
        let here = reading.files.iter().chain(&inner).filter(|f| f.file_name().is_some_and(|n| n == CHART));
        let here = here.filter_map(|f| f.parent()).filter(|d| d.parent() == Some(&folder)).map(Path::to_owned);
        let here: Vec<PathBuf> = here.chain(packed).collect();
        let mut below: Vec<Arc<Self>> = Vec::new();
        for dir in here {
            below.extend(Self::shared(&dir, depth + 1, reading, cx));
        }
        let mut used = vec![false; below.len()];
        // The older form has a separate file.
        let requirements = reading.sources.view(&self.dir.join("requirements.yaml"), cx).ok();
        let requirements = requirements.and_then(|view| yaml::parse(&view).tree.into_iter().next());
        let lists = [Some(about), requirements.as_ref()];
        for item in lists.into_iter().flatten().filter_map(|d| d.get("dependencies")).flat_map(Node::items) {
            let text = |key: &str| item.get(key).and_then(Node::as_str);
            let words = |key: &str| item.get(key).map(Node::items).unwrap_or_default();
            let Some(name) = text("name") else { continue };
            let key = text("alias").unwrap_or(name).to_owned();
            let known = below.iter().position(|chart| chart.name() == name);
            let chart = match (known, text("repository").and_then(|r| r.strip_prefix("file://"))) {
                (Some(n), _) => {
                    used[n] = true;
                    Some(Arc::clone(&below[n]))
                }
                (None, Some(path)) => Self::shared(&self.dir.join(path), depth + 1, reading, cx),
                (None, None) => None,
            };
            let Some(chart) = chart else {
                self.absent.push(key);
                continue;
            };
            self.children.push(Child {
                name: key,
                conditions: text("condition").unwrap_or_default().split(',').map(|c| c.trim().to_owned()).collect(),
                tags: words("tags").iter().filter_map(Node::as_str).map(str::to_owned).collect(),
                imports: words("import-values").iter().filter_map(import).collect(),
                chart,
            });
        }
        let others = below.into_iter().zip(used).filter(|(_, used)| !used);
        self.children.extend(others.map(|(chart, _)| Child {
            name: chart.name(),
            conditions: Vec::new(),
            tags: Vec::new(),
            imports: Vec::new(),
            chart,
        }));
    }

    /// Its values with the given ones.
    pub(super) fn given(&self, over: Option<&Value>, version: Option<Version>) -> Value {
        over.map_or_else(|| self.own(version).clone(), |over| overlay(self.own(version), over))
    }

    /// Its own values.
    pub(super) fn own(&self, version: Option<Version>) -> &Value {
        self.newer.as_ref().filter(|_| version == Some(Version::Four)).unwrap_or(&self.values)
    }

    /// True if it renders the same with any other values.
    fn is_plain(&self, values: &Value) -> bool {
        self.plain && (!self.lacks || is_empty(values))
    }

    /// As [`Self::coalesced`], as far as what it renders depends on it.
    pub(super) fn effective(&self, values: &Value, how: &How) -> (Value, Vec<bool>) {
        if !self.is_plain(values) {
            return self.coalesced(values, how);
        }
        let inner = self.children.iter().map(|child| (Arc::from(child.name.as_str()), map([], values.at)));
        (map(inner, values.at), vec![true; self.children.len()])
    }

    /// The values with those of its subcharts, and with those that it takes from them (its own come first); and which of its
    /// subcharts are enabled.
    pub(super) fn coalesced(&self, values: &Value, how: &How) -> (Value, Vec<bool>) {
        if !self.children.is_empty() && !how.uses_one() {
            return (values.clone(), vec![false; self.children.len()]);
        }
        let inner: Vec<Value> = self.children.iter().map(|child| child.values(values, how)).collect();
        let at = values.at;
        let named = |on: &[bool]| {
            let all = self.children.iter().zip(&inner).zip(on).filter(|(_, on)| **on);
            map(all.map(|((child, inner), _)| (Arc::from(child.name.as_str()), inner.clone())), at)
        };
        // What decides may be a default of the subchart itself.
        let whole = merged(values, &named(&vec![true; inner.len()]));
        let enabled: Vec<bool> = self.children.iter().map(|child| child.is_enabled(&whole, how)).collect();
        let mut out = merged(values, &named(&enabled));
        for ((child, inner), _) in self.children.iter().zip(&inner).zip(&enabled).filter(|(_, on)| **on) {
            for (from, to) in &child.imports {
                let Some(table) = at_path(inner, from).filter(|t| matches!(t.kind, Kind::Map(_))) else { continue };
                let at = table.at;
                let put = to.rsplit('.').filter(|key| !key.is_empty());
                let table = put.fold(table, |inner, key| map([(Arc::from(key), inner)], at));
                out = overlay(&table, &out);
            }
        }
        (out, enabled)
    }

    /// Its name.
    pub(super) fn name(&self) -> String {
        let folder = || self.dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        self.about.get("name").and_then(|n| n.as_known_str().map(str::to_owned)).unwrap_or_else(folder)
    }

    /// True if it, or a subchart, may concern a kubelet.
    pub(super) fn may_concern(&self) -> bool {
        let own = self.dynamic || self.templates.iter().any(|file| file.holds);
        own || self.children.iter().any(|child| child.chart.may_concern())
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

    /// The named templates of the chart and its subcharts; a parent wins, then the last one.
    pub(super) fn defines(&self) -> Defines {
        let mut out = Defines::new();
        let mut seen: Vec<&Self> = Vec::new();
        let mut open = vec![self];
        while let Some(chart) = open.pop() {
            if seen.iter().any(|known| std::ptr::eq(*known, chart)) {
                continue;
            }
            seen.push(chart);
            for file in chart.templates.iter().rev() {
                for (name, parts) in file.parsed.iter().flat_map(|t| t.defines.iter().rev()) {
                    if let Entry::Vacant(free) = out.entry(name.clone()) {
                        free.insert((file.view.clone(), Arc::clone(parts)));
                    }
                }
            }
            open.extend(chart.children.iter().map(|child| &*child.chart));
        }
        out
    }

    /// The value of `.` in its templates. `full` is Helm's name for the chart: those of its parents, and its own.
    pub(super) fn dot(&self, values: &Value, full: &str, template: &Path, version: Option<Version>) -> Value {
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
        let text = |text: String| Value::str(crate::text::Traced::made(text, at), at);
        let template = template.strip_prefix(&self.dir).unwrap_or(template).display();
        let template = map(
            [
                (Arc::from("Name"), text(format!("{full}/{template}"))),
                (Arc::from("BasePath"), text(format!("{full}/templates"))),
            ],
            at,
        );
        let about = match &self.about.kind {
            Kind::Map(about) => {
                let given = about.entries.iter().map(|(k, e)| (field(k), e.value.clone()));
                let root = (Arc::from("IsRoot"), Value::bool(!full.contains('/'), at));
                // A subchart goes by its alias.
                let own = full.rsplit_once('/').map(|(_, name)| (Arc::from("Name"), text(name.to_owned())));
                let all = map(empty_fields(at).chain(given).chain([root]).chain(own), at);
                // Anything else is a mistake to Helm 3, and nothing to Helm 4.
                if version == Some(Version::Three) { open_top(all, Why::Invalid(FAILS.into())) } else { all }
            }
            _ => self.about.clone(),
        };
        let cluster = map([(Arc::from("HelmVersion"), version::described(version, at))], at);
        let cluster = open_top(cluster, Why::FromOutside("the capabilities of the cluster".into()));
        map(
            [
                (Arc::from("Values"), values.clone()),
                (Arc::from("Chart"), about),
                (Arc::from("Release"), release),
                (Arc::from("Capabilities"), cluster),
                (Arc::from("Template"), template),
                (Arc::from("Files"), outside("all files of a chart")),
                (Arc::from("Subcharts"), outside("templates of other charts")),
            ],
            at,
        )
    }
}

/// True for a map without entries.
fn is_empty(values: &Value) -> bool {
    matches!(&values.kind, Kind::Map(map) if map.entries.is_empty())
}

impl Child {
    /// True if nothing disables it, and its parent takes no values from it.
    fn is_plain(&self) -> bool {
        self.conditions.iter().all(String::is_empty) && self.tags.is_empty() && self.imports.is_empty()
    }

    /// True unless the values, or the tags, disable it.
    fn is_enabled(&self, values: &Value, how: &How) -> bool {
        let plain = |value: Value| matches!(value.kind, Kind::Bool(_)).then(|| value.as_bool()).flatten();
        let tagged: Vec<bool> = self.tags.iter().filter_map(|tag| how.tags.get(tag).and_then(plain)).collect();
        let tagged = tagged.is_empty() || tagged.contains(&true);
        let mut paths = self.conditions.iter().filter(|c| !c.is_empty());
        paths.find_map(|path| at_path(values, path).and_then(plain)).unwrap_or(tagged)
    }

    /// The values of the subchart, from the values of its parent.
    fn values(&self, above: &Value, how: &How) -> Value {
        let values = self.chart.given(above.get(&self.name).as_ref(), how.version);
        let global = above.get("global").unwrap_or_else(|| map([], above.at));
        let at = global.at;
        let values = overlay(&values, &map([(Arc::from("global"), global)], at));
        self.chart.coalesced(&values, how).0
    }
}

/// An item of `import-values`.
fn import(item: &Node) -> Option<(String, String)> {
    if let Some(name) = item.as_str() {
        return Some((format!("exports.{name}"), String::new()));
    }
    let text = |key: &str| item.get(key).and_then(Node::as_str).map(str::to_owned);
    Some((text("child")?, text("parent").filter(|parent| parent != ".").unwrap_or_default()))
}

/// The templates of a chart.
fn templates(dir: &Path, files: &[PathBuf], sources: &Sources, cx: &mut Cx<'_>) -> Vec<File> {
    let folder = dir.join("templates");
    let mut paths: Vec<PathBuf> = files.iter().filter(|f| f.starts_with(&folder)).cloned().collect();
    paths.extend(sources.below(&folder).cloned());
    if paths.is_empty() {
        paths = cx.files.list(&folder);
    }
    let mut out = Vec::new();
    let paths = paths.into_iter().filter(|p| is_read(p));
    for path in budget::at_most(paths, MAX_TEMPLATES, "templates of a chart") {
        if sources.leaves_out(&path) {
            if let Ok(view) = cx.view(&path)
                && manifests::may_hold(&view.bytes)
            {
                cx.gap(
                    first_line(&view),
                    Why::FromOutside("what applies this file, which the chart leaves out,".into()),
                );
                cx.claims.uses.push(path);
            }
            continue;
        }
        let Ok(view) = sources.view(&path, cx) else { continue };
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
