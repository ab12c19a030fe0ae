//! The ways in which a repository applies a root module: files of values beside it and in folders of environments, files that
//! commands name after `-var-file`, and the values of `-var` and `TF_VAR_` in files of CI systems. Each way is judged on its own; what differs between
//! them holds only for a part of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup, Variable};
use crate::syntax::hcl;
use crate::text::{Span, Why, budget};
use crate::value::{Condition, Guard, Value};

use super::super::ci_values::{Assigned, Found, MAX_WAYS, TERRAFORM, Tool, commands_in, environments};
use super::super::command_files::{bases, command_folders};
use super::super::fitting::{MAX_FILES, fitting};
use super::super::group_text::print;
use super::super::yaml_files;
use super::engine::Engine;
use super::lang::env::Env;
use super::lang::types::{self, Type};
use super::scope::{FileKind, Module, kind_of, values_in};

/// Folders of files of values, beside a root module and in the folders above it.
const FOLDERS: &[&str] = &["config", "tfvars", "vars"];

/// How deep such a folder is searched.
const MAX_DEPTH: usize = 3;
/// The most ways in which the commands of a repository apply one root module.
const MAX_FOUND: usize = 2_000;

/// One way in which a root module is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Way {
    /// Files of values, in the order in which they are given.
    files: Vec<PathBuf>,
    /// Values from the environment, each with the file that sets it.
    environment: Vec<(PathBuf, Assigned)>,
    /// Values of `-var`, each with the file that sets it; the number is that of the files before it.
    options: Vec<(PathBuf, usize, Assigned)>,
}

impl Way {
    /// Only a file of values.
    pub(super) fn of_file(path: PathBuf) -> Self {
        Self { files: vec![path], ..Self::default() }
    }

    /// Its files of values.
    pub(super) fn files(&self) -> Vec<Variable> {
        self.files.iter().cloned().map(Variable::File).collect()
    }

    /// True if it gives this file.
    pub(super) fn names(&self, path: &PathBuf) -> bool {
        self.files.contains(path)
    }

    /// What it is applied with, for people.
    pub(super) fn words(&self, tool: &Tool, cx: &Cx<'_>) -> String {
        let mut parts: Vec<String> = self.files.iter().map(|path| yaml_files::shown(path, cx)).collect();
        if let Some((path, _, first)) = self.options.first() {
            let names: Vec<_> = self.options.iter().map(|(_, _, a)| format!("{}{}", a.name, a.one_of)).collect();
            parts.push(format!("-var {} in {}:{}", names.join(", "), yaml_files::shown(path, cx), first.line));
        }
        if parts.is_empty()
            && let Some((path, first)) = self.environment.first()
        {
            let names: Vec<_> =
                self.environment.iter().map(|(_, a)| format!("{}{}{}", tool.prefix, a.name, a.one_of)).collect();
            parts.push(format!("{} in {}:{}", names.join(", "), yaml_files::shown(path, cx), first.line));
        }
        parts.join(" and ")
    }

    /// The values of the options, unless a file behind one sets the variable again, and those of the environment. Files are
    /// given from here on.
    pub(super) fn give(
        &self,
        module: &Module,
        tool: &Tool,
        engine: &mut Engine<'_, '_>,
    ) -> [HashMap<Arc<str>, Value>; 2] {
        let environment = self.environment.iter().map(|(path, set)| (path, set));
        let environment = engine.assigned_values(environment, tool.prefix, module);
        let mut options =
            engine.assigned_values(self.options.iter().map(|(path, _, set)| (path, set)), "-var ", module);
        if !tool.in_order {
            return [options, environment];
        }
        // The last of several options for one variable counts.
        for (n, (_, before, option)) in self.options.iter().enumerate() {
            let last = !self.options[n + 1..].iter().any(|(_, _, other)| other.name == option.name);
            let behind = self.files.get(*before..).unwrap_or_default();
            let sets = |path: &PathBuf, cx: &mut Cx<'_>| {
                names_in(path, cx).is_some_and(|names| names.iter().any(|name| **name == *option.name))
            };
            if last && behind.iter().any(|path| sets(path, engine.cx)) {
                options.remove(option.name.as_str());
            }
        }
        [options, environment]
    }
}

pub(super) fn is_values(path: &Path) -> bool {
    path.file_name()
        .and_then(|n| n.to_str())
        .is_some_and(|name| !name.starts_with('.') && (name.ends_with(".tfvars") || name.ends_with(".tfvars.json")))
}

/// True if a folder has Terraform files: its files of values belong to them.
fn is_root(dir: &Path, cx: &Cx<'_>) -> bool {
    let plain =
        |path: &PathBuf| path.file_name().and_then(|n| n.to_str()).is_some_and(|n| kind_of(n) == FileKind::Plain);
    cx.files.list(dir).iter().any(plain)
}

/// The files of values below a folder that no other root module has.
fn below(dir: &Path, depth: usize, out: &mut Vec<PathBuf>, cx: &Cx<'_>) {
    if depth > MAX_DEPTH || out.len() >= MAX_FILES || is_root(dir, cx) {
        return;
    }
    out.extend(cx.files.list(dir).into_iter().filter(|path| is_values(path)));
    for folder in cx.files.folders(dir) {
        below(&folder, depth + 1, out, cx);
    }
}

/// Files of values in the folders of environments of a folder, found once for all units.
struct InFolders(Vec<PathBuf>);

/// The files of values in the folders of environments of a folder.
fn in_folders(dir: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let slot = cx.shared.slot::<InFolders>(dir);
    let search = || {
        let mut out = Vec::new();
        for folder in cx.files.folders(dir) {
            let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if name.starts_with("env") || FOLDERS.contains(&name) {
                below(&folder, 0, &mut out, cx);
            }
        }
        InFolders(out)
    };
    slot.get_or_init(search).0.clone()
}

/// The ways in which a command applies a root module: one for each combination of its files, where a placeholder stands for
/// the same in all of them as far as the numbers of files agree.
fn ways_of(root: &Path, file: &Path, patterns: &[String], tool: &Tool, cx: &Cx<'_>) -> Vec<Vec<PathBuf>> {
    let mut out: Vec<Vec<PathBuf>> = vec![Vec::new()];
    let is_values = |path: &Path| tool.has_values(path);
    for pattern in patterns {
        let mut found = fitting(root, pattern, &is_values, cx);
        // A placeholder at the start may be any folder.
        if let Some(rest) = pattern.strip_prefix("*/") {
            let bases = [root, file.parent().unwrap_or(root), cx.files.root()];
            found.extend(bases.iter().flat_map(|base| fitting(base, rest, &is_values, cx)));
        }
        found.sort();
        found.dedup();
        if found.is_empty() {
            continue;
        }
        let with = |files: &Vec<PathBuf>, path: &PathBuf| files.iter().chain([path]).cloned().collect::<Vec<_>>();
        let same = out.len() == found.len() && out.len() > 1;
        out = if same {
            out.iter().zip(&found).map(|(files, path)| with(files, path)).collect()
        } else {
            let all = out.iter().flat_map(|files| found.iter().map(|path| with(files, path)));
            budget::at_most(all, MAX_FILES, "combinations of files of values").collect()
        };
    }
    out.retain(|files| !files.is_empty());
    out
}

/// The names of the variables that a file sets; `None` if it is not read to its end.
fn names_in(path: &Path, cx: &mut Cx<'_>) -> Option<Vec<Arc<str>>> {
    let before = cx.notes.clone();
    let found = values_in(path, cx);
    let whole = cx.notes.problems.len() == before.problems.len();
    // A file that is not read to its end is named.
    if whole {
        cx.notes = before;
    }
    whole.then(|| found.into_iter().map(|attribute| attribute.name).collect())
}

/// The names that each file of values sets, if it is read to its end.
pub(super) type Sets = HashMap<PathBuf, Option<Vec<Arc<str>>>>;

/// The ways in which commands apply a root module or build an image.
pub(super) fn called(root: &Path, module: &Module, tool: &'static Tool, sets: &mut Sets, cx: &mut Cx<'_>) -> Vec<Way> {
    let mut out: Vec<Way> = Vec::new();
    let declares = |name: &Arc<str>| module.variables.contains_key(name);
    let mut commands: Found = Vec::new();
    for dir in command_folders(root, cx) {
        commands.extend(commands_in(&dir, tool, cx));
    }
    for (file, commands) in &commands {
        let environments = environments(file, commands, &|name| module.variables.contains_key(name));
        let mut named: Vec<Way> = Vec::new();
        for call in &commands.calls {
            let declared = call.options.iter().filter(|(_, a)| module.variables.contains_key(a.name.as_str()));
            let options: Vec<_> = declared.map(|(before, a)| (file.clone(), *before, a.clone())).collect();
            let mut files = ways_of(root, file, &call.files, tool, cx);
            files.retain(|files| {
                files.iter().any(|path| {
                    let names = sets.entry(path.clone()).or_insert_with(|| names_in(path, cx));
                    names.as_ref().is_some_and(|names| names.iter().any(declares))
                })
            });
            if files.is_empty() && !options.is_empty() && commands.runs {
                files.push(Vec::new());
            }
            let way = |files| Way { files, environment: Vec::new(), options: options.clone() };
            named.extend(files.into_iter().map(way));
        }
        let applies = |name: &std::ffi::OsStr| name == ".envrc" || name == ".env" || name == "atlantis.yaml";
        let runs = commands.runs || file.file_name().is_some_and(applies);
        if named.is_empty() && runs {
            out.extend(environments.into_iter().map(|environment| Way { environment, ..Way::default() }));
            continue;
        }
        for way in named {
            let plain = if environments.is_empty() { vec![Vec::new()] } else { environments.clone() };
            out.extend(plain.into_iter().map(|environment| Way { environment, ..way.clone() }));
            if out.len() > MAX_FOUND {
                return budget::at_most(out, MAX_FOUND, "sets of values of commands").collect();
            }
        }
    }
    out
}

/// The ways in which the repository applies a root module, other than without values.
fn ways(root: &Path, module: &Module, place: Span, cx: &mut Cx<'_>) -> Vec<Way> {
    let top = cx.files.root().to_owned();
    let mut sets = Sets::new();
    let mut out = called(root, module, &TERRAFORM, &mut sets, cx);
    let declares = |name: &Arc<str>| module.variables.contains_key(name);
    // Files that no command names are tried on their own.
    let mut beside: Vec<PathBuf> = cx.files.list(root).into_iter().filter(|path| is_values(path)).collect();
    beside.retain(|path| path.file_name().and_then(|n| n.to_str()).is_some_and(|n| kind_of(n) == FileKind::Other));
    beside.extend(in_folders(root, cx));
    let own = beside.len();
    let above = root.ancestors().skip(1).take_while(|dir| dir.starts_with(&top));
    beside.extend(above.flat_map(|dir| in_folders(dir, cx)).collect::<Vec<_>>());
    for (n, path) in beside.into_iter().enumerate() {
        if out.iter().any(|way| way.files.contains(&path)) {
            continue;
        }
        let names = sets.entry(path.clone()).or_insert_with(|| names_in(&path, cx));
        let Some(names) = names.as_ref().filter(|names| !names.is_empty()) else { continue };
        if names.iter().all(declares) || (n < own && names.iter().any(declares)) {
            out.push(Way { files: vec![path], ..Way::default() });
        }
    }
    let mut seen = HashSet::new();
    let mut unique: Vec<Way> = out.into_iter().filter(|way| seen.insert(way.clone())).collect();
    if unique.len() > MAX_WAYS {
        let message =
            format!("{} of {} sets of values for this folder were not tried", unique.len() - MAX_WAYS, unique.len());
        cx.problem(place, message);
        unique.truncate(MAX_WAYS);
    }
    unique
}

/// Names the files of values that commands in a folder apply its root module with and that are not in the repository: they may set
/// any of its variables.
pub(super) fn name_missing(root: &Path, module: &Module, cx: &mut Cx<'_>) {
    if module.variables.is_empty() || !cx.given.variables.is_empty() {
        return;
    }
    let folders = command_folders(root, cx);
    let all: Found = folders.iter().flat_map(|dir| commands_in(dir, &TERRAFORM, cx)).collect();
    for (file, commands) in all.iter().filter(|(_, commands)| commands.runs && !commands.named.is_empty()) {
        let Ok(view) = cx.view(file) else { continue };
        let folder = file.parent().unwrap_or(file);
        let bases = bases(&view.bytes, file, cx);
        // The root of the repository is where commands run only if nothing else is named.
        let runs_here = folder == root || bases.iter().skip(2).any(|base| base == root);
        if !(runs_here || bases.len() == 2 && cx.files.root() == root) {
            continue;
        }
        for (n, (path, at)) in commands.named.iter().enumerate() {
            if commands.named[..n].iter().any(|(known, _)| known == path) {
                continue;
            }
            let rest = path.strip_prefix("*/").unwrap_or(path);
            if !bases.iter().any(|base| !fitting(base, rest, &is_values, cx).is_empty()) {
                let why = Why::FromOutside(format!("the values file {}", path.escape_debug()).into());
                cx.gap(view.span(*at..*at + 1), why);
            }
        }
    }
}

/// The ways in which the repository applies a root module with values; `None` if there is none, or if the command line gives
/// values.
pub(super) fn ways_to_apply(root: &Path, module: &Module, place: Span, cx: &mut Cx<'_>) -> Option<Vec<Way>> {
    if module.variables.is_empty() || !cx.given.variables.is_empty() {
        return None;
    }
    Some(ways(root, module, place, cx)).filter(|ways| !ways.is_empty())
}

/// The node groups of a root module with each of the sets of values of the repository. `plain` are those without any.
pub(super) fn with_values(
    root: &Path,
    module: &Module,
    (plain, ways): (Vec<NodeGroup>, Vec<Way>),
    place: Span,
    cx: &mut Cx<'_>,
) -> Vec<NodeGroup> {
    let prints = |groups: &[NodeGroup], cx: &Cx<'_>| {
        let mut out: BTreeMap<Arc<str>, Vec<String>> = BTreeMap::new();
        for group in groups {
            out.entry(Arc::clone(&group.name)).or_default().push(print(group, &cx.texts));
        }
        out
    };
    let base = prints(&plain, cx);
    let mut runs = Vec::new();
    let mut given: Vec<Vec<Arc<str>>> = Vec::new();
    for way in ways {
        let unreached = cx.claims.unreached.len();
        cx.given.variables = way.files();
        let mut engine = Engine::new(root, cx);
        let start = engine.start(place);
        let [options, environment] = way.give(module, &TERRAFORM, &mut engine);
        let own = &mut engine.instances[start];
        own.given.extend(options);
        given.push(own.given.keys().chain(environment.keys()).cloned().collect());
        own.environment = environment;
        let groups = engine.judged(&[start], place);
        cx.given.variables.clear();
        cx.claims.unreached.truncate(unreached);
        let prints = prints(&groups, cx);
        runs.push((way.words(&TERRAFORM, cx), groups, prints));
    }
    // What is the same in all of them does not depend on the values.
    let mut differs: Vec<Arc<str>> = Vec::new();
    for (_, _, found) in &runs {
        let names = found.keys().chain(base.keys());
        differs.extend(names.filter(|name| base.get(*name) != found.get(*name)).cloned());
    }
    differs.sort();
    differs.dedup();
    let under = |group: &mut NodeGroup, words: String| {
        if let Some(when) = group.when.and(&Guard::of(Condition::new(words, true))) {
            group.when = when;
        }
    };
    // Without a value that every way gives, Terraform does not apply at all.
    let required = module.variables.iter().filter(|(name, block)| {
        block.body.attribute("default").is_none() && !module.values.contains_key(*name) && module.sealed.is_none()
    });
    let mut out = plain;
    if required.into_iter().any(|(name, _)| given.iter().all(|names| names.contains(name))) {
        out.retain(|group| !differs.contains(&group.name));
    }
    for group in out.iter_mut().filter(|group| differs.contains(&group.name)) {
        under(group, "applied without a values file".to_owned());
    }
    // Sets of values with the same result are one.
    for name in &differs {
        let mut results: Vec<(&Vec<String>, Vec<&str>, usize)> = Vec::new();
        for (n, (words, _, found)) in runs.iter().enumerate() {
            let Some(print) = found.get(name) else { continue };
            match results.iter_mut().find(|(known, ..)| *known == print) {
                Some((_, all, _)) => all.push(words),
                None => results.push((print, vec![words], n)),
            }
        }
        for (_, words, n) in results {
            for group in runs[n].1.iter().filter(|group| group.name == *name) {
                let mut group = group.clone();
                under(&mut group, format!("applied with {}", listed(&words)));
                out.push(group);
            }
        }
    }
    out
}

/// Up to three of several, and the number of the others.
fn listed(words: &[&str]) -> String {
    match words {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} or {} others", rest.len())
        }
        _ => words.join(" or "),
    }
}

impl Engine<'_, '_> {
    /// Values of the environment or of options, whose name begins with `mark`. What something else fills in is unknown.
    fn assigned_values<'a>(
        &mut self,
        all: impl Iterator<Item = (&'a PathBuf, &'a Assigned)>,
        mark: &str,
        module: &Module,
    ) -> HashMap<Arc<str>, Value> {
        let mut out = HashMap::new();
        for (path, assigned) in all {
            let Ok(view) = self.cx.view(path) else { continue };
            let at = view.span(assigned.value.clone());
            let text = view.traced(assigned.value.clone());
            let kind = module.variables.get(assigned.name.as_str()).and_then(|v| v.body.attribute("type"));
            let kind = kind.map(|a| types::parse(&a.value, 0));
            let value = if !assigned.known {
                Value::unknown(Why::FromOutside(format!("{mark}{}", assigned.name).into()), at)
            } else if matches!(kind, None | Some(Type::Text | Type::Number | Type::Bool)) {
                Value::str(text, at)
            } else {
                let view = self.cx.made(format!("{mark}{}", assigned.name), &text, at);
                match hcl::parse_expression(&view) {
                    Ok(expr) => self.eval_or_unknown(&expr, &Env::default()),
                    Err(_) => Value::unknown(Why::NotUnderstood(format!("{mark}{}", assigned.name).into()), at),
                }
            };
            out.insert(assigned.name.as_str().into(), value);
        }
        out
    }
}
