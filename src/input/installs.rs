//! Charts that something installs as `helm upgrade --install` does: commands, tasks of Ansible and other tools around Helm. The
//! values, the lowest first: the chart's own, files in order, maps, `--set-json`, `--set`, `--set-string`. Source: helm/helm,
//! `pkg/cli/values/options.go` (`MergeValues`).

use std::path::{Path, PathBuf};

use crate::node::{Cx, Gap};
use crate::syntax::Node;
use crate::text::{Span, Traced, UNKNOWN_MARK, Why, budget};
use crate::value::Guard;

use super::applications::{Application, Template, Values};
use super::fitting::{fitting, pattern};
use super::set_values::{path_of, put, separate};
use super::unit::{has_extension, normal};
use super::{helm, yaml_files};

/// The most sets of values that one command stands for.
const MAX_SETS: usize = 32;

/// The most files, and the most single values, of one command.
pub(super) const MAX_GIVEN: usize = 200;

/// The values that one chart is installed with.
#[derive(Default)]
pub(super) struct Install {
    /// Files of values, in order.
    pub(super) files: Vec<Traced>,
    /// Maps behind them.
    pub(super) maps: Vec<Node>,
    /// Single values with the place of their option: of `--set`, and of `--set-string`.
    pub(super) plain: Vec<Traced>,
    pub(super) strings: Vec<Traced>,
    /// Single values in JSON, and those that are the content of a file.
    pub(super) json: Vec<Traced>,
    pub(super) contents: Vec<Traced>,
    /// Why other values may be over these.
    pub(super) open: Vec<Gap>,
}

/// A file that a program edits in place, and what does so where.
pub(super) type Edited = (PathBuf, String, Span);

/// Where and what a chart is.
pub(super) struct Installed<'a> {
    /// The release and what installs it, for people.
    pub(super) name: String,
    /// The folder of the chart, or in words what is not here.
    pub(super) chart: Result<&'a Path, String>,
    /// The folders that paths may start from.
    pub(super) bases: &'a [PathBuf],
    pub(super) edited: &'a [Edited],
}

impl Install {
    /// The same, and what other values give.
    pub(super) fn add(&mut self, other: Self) {
        self.files.extend(other.files);
        self.maps.extend(other.maps);
        self.plain.extend(other.plain);
        self.strings.extend(other.strings);
        self.json.extend(other.json);
        self.contents.extend(other.contents);
        self.open.extend(other.open);
    }

    /// What is installed: once for each set of files of values that the paths may stand for.
    pub(super) fn applications(&self, of: &Installed<'_>, at: Span, cx: &mut Cx<'_>) -> Vec<Application> {
        let mut sets: Vec<Vec<Option<PathBuf>>> = vec![Vec::new()];
        let files: Vec<_> = budget::at_most(&self.files, MAX_GIVEN, "files of values of one command").collect();
        for file in &files {
            let found = values_files(file, of.bases, cx);
            // A file that only a run can name may be one of several.
            let found = if found.is_empty() { vec![None] } else { found.into_iter().map(Some).collect() };
            let same = sets.len() == found.len() && found.len() > 1;
            let with = |set: &Vec<Option<PathBuf>>, path: &Option<PathBuf>| {
                set.iter().chain([path]).cloned().collect::<Vec<_>>()
            };
            sets = if same {
                sets.iter().zip(&found).map(|(set, path)| with(set, path)).collect()
            } else {
                sets.iter().flat_map(|set| found.iter().map(|path| with(set, path))).collect()
            };
            if sets.len() > MAX_SETS {
                cx.gap(at, Why::limit("files of values of one command"));
                sets.truncate(MAX_SETS);
            }
        }
        let several = sets.len() > 1;
        let mut out = Vec::new();
        for set in sets {
            let mut values = Values::new(at);
            for (path, file) in set.iter().zip(&files) {
                let at = file.span().unwrap_or(at);
                if path.as_ref().is_none_or(|path| !values.file(path, at, cx)) {
                    let shown = file.to_text().replace(UNKNOWN_MARK, "…");
                    values.outside(&format!("the content of `{shown}`"), at);
                }
            }
            let own = of.chart.as_ref().ok().map(|dir| dir.join("values.yaml"));
            for (path, program, at) in of.edited {
                if own.as_ref() == Some(path) || set.contains(&Some(path.clone())) {
                    values.outside(&format!("what {program} makes of {}", yaml_files::shown(path, cx)), *at);
                }
            }
            self.maps.iter().for_each(|map| values.lay(map));
            values.open.extend(self.open.iter().cloned());
            for (given, is_json) in self.json.iter().map(|v| (v, true)).chain(self.contents.iter().map(|v| (v, false)))
            {
                let at = given.span().unwrap_or(at);
                match single(given, is_json, of.bases, at, cx) {
                    Some(tree) => values.lay(&tree),
                    None => values.outside("a value that is set by JSON or by a file", at),
                }
            }
            let single = self.plain.iter().map(|v| (v, false)).chain(self.strings.iter().map(|v| (v, true)));
            let single = single.flat_map(|(all, string)| separate(all).into_iter().map(move |s| (s, string)));
            for (setting, string) in budget::at_most(single, MAX_GIVEN, "values of one command") {
                let at = setting.span().unwrap_or(at);
                let equals = setting.bytes().iter().position(|b| *b == b'=');
                let equals = equals.or(setting.has_unknown().then_some(0));
                let Some(equals) = equals else { continue };
                match setting.slice(0..equals).known_str().filter(|path| !path.is_empty()) {
                    Some(path) => values.set(path, &setting.slice(equals + 1..setting.len()), string, at),
                    None => values.outside("a value under a name that is not known", at),
                }
            }
            let shown: Vec<_> = set.iter().flatten().map(|path| yaml_files::shown(path, cx)).collect();
            let with = if several { format!(" with {}", shown.join(" and ")) } else { String::new() };
            let template = match &of.chart {
                Ok(dir) => Template::Chart(dir.to_path_buf()),
                Err(words) => Template::Elsewhere(words.clone()),
            };
            let name = format!("{}{with}", of.name);
            out.push(Application { name, template, values, patches: Vec::new(), when: Guard::always() });
        }
        out
    }
}

/// The map with what `--set-json` or `--set-file` sets.
fn single(given: &Traced, is_json: bool, bases: &[PathBuf], at: Span, cx: &mut Cx<'_>) -> Option<Node> {
    if is_json && given.bytes().starts_with(b"{") {
        return yaml_files::documents(&cx.made("--set-json", given, at)).tree.first().cloned();
    }
    let equals = given.bytes().iter().position(|b| *b == b'=')?;
    let path = path_of(given.slice(0..equals).known_str()?)?;
    let value = given.slice(equals + 1..given.len());
    let value = if is_json {
        yaml_files::documents(&cx.made("--set-json", &value, at)).tree.first().cloned()?
    } else {
        let view = cx.view(files(&value, bases, &|_| true, cx).first()?).ok()?;
        Node::quoted(view.traced(0..view.bytes.len()), at)
    };
    let mut out = Node::map(Vec::new(), at);
    put(&mut out, &path, value, at);
    Some(out)
}

/// The files of values that a path stands for.
pub(super) fn values_files(path: &Traced, bases: &[PathBuf], cx: &Cx<'_>) -> Vec<PathBuf> {
    files(path, bases, &|path| has_extension(path, &["yaml", "yml", "json"]), cx)
}

fn files(path: &Traced, bases: &[PathBuf], wanted: &dyn Fn(&Path) -> bool, cx: &Cx<'_>) -> Vec<PathBuf> {
    let pattern = pattern(path);
    // A placeholder in front is most often the folder of the script.
    let rest = pattern.strip_prefix("*/").unwrap_or(&pattern);
    let found = |base: &PathBuf| {
        let mut found = fitting(base, rest, wanted, cx);
        found.sort();
        Some(found).filter(|found| !found.is_empty())
    };
    bases.iter().find_map(found).unwrap_or_default()
}

/// The folder of a chart, from one of some folders.
pub(super) fn chart(name: &Traced, bases: &[PathBuf], cx: &Cx<'_>) -> Option<PathBuf> {
    let pattern = pattern(name);
    // What comes first is most often the folder of the repository.
    let filled_in = pattern.strip_prefix('$').and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    let rest = filled_in.or_else(|| pattern.strip_prefix("*/")).unwrap_or(&pattern);
    let mut paths = bases.iter().map(|base| normal(&base.join(rest)));
    paths.find(|path| !rest.contains('*') && path.starts_with(cx.files.root()) && helm::is_chart(path, cx))
}
