//! What tasks bring in from elsewhere: other tasks, roles and variables.

use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::syntax::{MAX_DEPTH, Node};
use crate::text::{Traced, Why, budget};
use crate::value::Value;

use super::folders::{Folders, files, inside, variables};
use super::tasks::{MAX_TASKS, TaskRun, free_form};
use super::values::printed;
use crate::input::fitting::{fitting, pattern};
use crate::input::unit::{has_extension, normal};
use crate::input::yaml_files;

/// What a role counts among tasks.
const ROLE: usize = 25;
/// The most files that a name with an unknown part stands for.
const MAX_CHOICES: usize = 3;

impl TaskRun {
    pub(super) fn include_tasks(&mut self, value: &Node, folders: &Folders, depth: usize, cx: &mut Cx<'_>) {
        let file = self.vars.value(value.get("file").unwrap_or(value), cx);
        let Some(file) = file.as_known_str().map(|f| f.split(' ').next().unwrap_or(f).to_owned()) else { return };
        let places = [folders.own.join(&file), folders.base.join("tasks").join(&file), folders.base.join(&file)];
        if let Some(path) = places.iter().map(|p| normal(p)).find(|p| cx.files.read(p).is_ok()) {
            self.file(&path, &folders.base.clone(), depth + 1, cx);
        }
    }

    pub(super) fn set_facts(&mut self, value: &Node, cx: &mut Cx<'_>) {
        for (key, value) in value.pairs() {
            let Some(name) = key.as_str().filter(|n| *n != "cacheable") else { continue };
            self.vars.fact(name, value, cx);
        }
        let text = value.as_scalar().map(|scalar| scalar.text.clone()).unwrap_or_default();
        for (name, text) in free_form(&text) {
            self.vars.fact(&name, &Node::quoted(text, value.span), cx);
        }
    }

    /// Variables from a file, or from the files of a folder; with `name`, as a map under that name.
    pub(super) fn include_vars(&mut self, value: &Node, item: &Node, folders: &Folders, cx: &mut Cx<'_>) {
        if let Some(dir) = self.known(value, &["dir"], cx) {
            let places = folders.places("vars", &dir, cx);
            let paths = places.iter().map(|dir| inside(dir, cx)).find(|paths| !paths.is_empty()).unwrap_or_default();
            for path in paths {
                self.facts_of(&path, value, cx);
            }
            return;
        }
        if let Some(names) = item.get("with_first_found") {
            let names = self.vars.value(first_of(names), cx);
            let mut found: Vec<(Option<String>, PathBuf)> = Vec::new();
            for name in names.items() {
                found.extend(Self::choices("vars", &printed(&name, value.span), folders, cx));
                if found.last().is_some_and(|(words, _)| words.is_none()) {
                    break;
                }
            }
            // The first one wins, so it is read last.
            let last = found.pop();
            let others = found.into_iter().rev().filter(|(_, path)| last.as_ref().is_none_or(|(_, last)| last != path));
            let others: Vec<_> = others.collect();
            return self.facts_from(last.into_iter().chain(others), value, cx);
        }
        let file = value.get("file").or_else(|| value.as_scalar().map(|_| value));
        let Some(file) = file.map(|file| (self.vars.value(file, cx), file.span)) else { return };
        let found = Self::choices("vars", &printed(&file.0, file.1), folders, cx);
        self.facts_from(found, value, cx);
    }

    /// The variables of files as facts, of some under a condition.
    fn facts_from(
        &mut self,
        found: impl IntoIterator<Item = (Option<String>, PathBuf)>,
        value: &Node,
        cx: &mut Cx<'_>,
    ) {
        for (words, path) in found {
            self.vars.open.extend(words.clone());
            self.facts_of(&path, value, cx);
            if words.is_some() {
                self.vars.open.pop();
            }
        }
    }

    /// The variables of a file as facts.
    fn facts_of(&mut self, path: &Path, value: &Node, cx: &mut Cx<'_>) {
        let Some(tree) = variables(path, cx) else { return };
        if let Some(name) = self.known(value, &["name"], cx).filter(|_| value.is_map()) {
            return self.vars.fact(&name, &tree, cx);
        }
        for (key, value) in tree.pairs() {
            if let Some(name) = key.as_str() {
                self.vars.fact(name, value, cx);
            }
        }
    }

    /// The files that a name stands for: itself, or, if a part of it is not known, each one that fits, under a condition.
    fn choices(kind: &str, name: &Traced, folders: &Folders, cx: &Cx<'_>) -> Vec<(Option<String>, PathBuf)> {
        if let Some(name) = name.known_str() {
            return folders.find(kind, name, cx).map(|path| (None, path)).into_iter().collect();
        }
        let pattern = pattern(name);
        let wanted = |path: &Path| has_extension(path, &["yml", "yaml", "json"]);
        // Nothing is known of a name that is all unknown.
        let known = pattern.trim_matches(['*', '/', '.']).len() > 1;
        let bases = [folders.base.join(kind), folders.base.clone(), folders.own.clone()];
        let found = bases.iter().map(|base| fitting(base, &pattern, &wanted, cx)).find(|found| !found.is_empty());
        let found = found.filter(|found| known && found.len() <= MAX_CHOICES).unwrap_or_default();
        let words = |path: &PathBuf| format!("the file of variables is {}", yaml_files::shown(path, cx));
        found.into_iter().map(|path| (Some(words(&path)), path)).collect()
    }

    /// The first file of several that there is, for a task with it.
    pub(super) fn first_found(&mut self, names: &Node, folders: &Folders, cx: &mut Cx<'_>) -> Value {
        let value = self.vars.value(first_of(names), cx);
        for name in value.items() {
            let found = |name: &str| {
                let kinds = ["vars", "templates", "files", "tasks"];
                kinds.iter().any(|kind| folders.find(kind, name, cx).is_some())
            };
            match name.as_known_str() {
                Some(known) if found(known) => return name,
                Some(_) => {}
                // A file with such a name would come first.
                None => {
                    let name = printed(&name, names.span);
                    let kinds = ["vars", "templates", "files", "tasks"];
                    if kinds.iter().any(|kind| !Self::choices(kind, &name, folders, cx).is_empty()) {
                        break;
                    }
                }
            }
        }
        Value::unknown(Why::NotUnderstood("the first of several files".into()), names.span)
    }

    /// The variables of files that a play names: a text, or several of which the first one counts that there is.
    pub(super) fn vars_files(&mut self, play: &Node, folders: &Folders, cx: &mut Cx<'_>) {
        let Some(names) = play.get("vars_files") else { return };
        let names = if names.as_scalar().is_some() { std::slice::from_ref(names) } else { names.items() };
        for item in names {
            let value = self.vars.value(item, cx);
            let several = if item.as_scalar().is_some() { vec![value] } else { value.items() };
            for name in several {
                let found = Self::choices("vars", &printed(&name, item.span), folders, cx);
                let known = found.iter().any(|(words, _)| words.is_none());
                for (words, path) in found {
                    match words {
                        None => {
                            let tree = variables(&path, cx);
                            self.vars.push(tree.as_ref());
                        }
                        Some(words) => {
                            self.vars.open.push(words);
                            self.facts_of(&path, item, cx);
                            self.vars.open.pop();
                        }
                    }
                }
                if known {
                    break;
                }
            }
        }
    }

    /// A role with its variables, after the roles that it depends on.
    pub(super) fn role(
        &mut self,
        role: &str,
        from: &str,
        params: Option<&Node>,
        folders: &Folders,
        depth: usize,
        cx: &mut Cx<'_>,
    ) {
        let places = folders.base.ancestors().take(4).flat_map(|dir| [dir.join("roles").join(role), dir.join(role)]);
        let has = |dir: &PathBuf| {
            ["yml", "yaml"].iter().any(|e| {
                let file = |name: String| cx.files.read(&dir.join(name)).is_ok();
                file(format!("tasks/{from}.{e}")) || file(format!("meta/main.{e}"))
            })
        };
        // Roles that depend on each other have no end.
        self.tasks += ROLE;
        let may = depth < MAX_DEPTH && self.tasks <= MAX_TASKS;
        if !may {
            return budget::reached("roles of a playbook");
        }
        let Some(dir) = places.map(|d| normal(&d)).find(has) else { return };
        let layers = self.vars.depth();
        let outer = self.vars.folder("role_path", Some(&dir), cx);
        self.role_vars(&dir, params, depth, cx);
        for extension in ["yml", "yaml"] {
            let path = dir.join(format!("tasks/{from}.{extension}"));
            if cx.files.read(&path).is_ok() {
                self.file(&path, &dir, depth + 1, cx);
            }
        }
        self.vars.truncate(layers);
        self.vars.folder("role_path", outer.as_deref(), cx);
    }

    /// The variables of a role: its defaults below all existing layers, its variables and parameters above. The roles that it
    /// depends on run before it.
    pub(super) fn role_vars(&mut self, dir: &Path, params: Option<&Node>, depth: usize, cx: &mut Cx<'_>) {
        for (_, tree) in files(&dir.join("defaults/main"), cx) {
            self.vars.push_below(&tree);
        }
        for (_, tree) in files(&dir.join("vars/main"), cx) {
            self.vars.push(Some(&tree));
        }
        if params.is_some() {
            self.vars.push(params);
        }
        for (_, tree) in files(&dir.join("meta/main"), cx) {
            let folders = Folders { base: dir.to_owned(), own: dir.to_owned() };
            for item in tree.get("dependencies").map(Node::items).unwrap_or_default() {
                self.named_role(item, &folders, depth + 1, cx);
            }
        }
    }

    /// A role of a play, or one that another depends on: a name, or a map with parameters.
    pub(super) fn named_role(&mut self, role: &Node, folders: &Folders, depth: usize, cx: &mut Cx<'_>) {
        let keys = ["role", "name", "src"];
        let name = role.as_str().or_else(|| keys.iter().find_map(|key| role.get(key)).and_then(Node::as_str));
        if let Some(name) = name.filter(|_| depth < MAX_DEPTH).map(str::to_owned) {
            let params = role.get("vars").or(Some(role)).filter(|r| r.is_map());
            self.if_run(role, cx, |run, cx| run.role(&name, "main", params, folders, depth, cx));
        }
    }
}

/// The names of files in an argument of the plugin that takes the first one that there is.
fn first_of(names: &Node) -> &Node {
    names.get("files").or_else(|| names.items().iter().find_map(|item| item.get("files"))).unwrap_or(names)
}
