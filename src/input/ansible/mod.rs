//! Ansible: the machine after the tasks of a file, a role or a playbook.
//!
//! Variables come from the defaults and variables of a role, from the play, its files and its roles' parameters, and from
//! `group_vars/all`. Hosts of an inventory, and other files of `group_vars` and `host_vars`, that set a used variable yield a
//! separate node group each, and so does a command that gives some to a playbook, and, without an inventory, each group of hosts
//! that plays are for. Where the hosts of the inventories are all that there are, what holds for none of them is not said.
//! A variable that is not set is unknown, even if a template has a default for it: an inventory may set it.

mod charts;
mod extra_vars;
mod filters;
mod folders;
mod includes;
mod inventory;
mod open_tasks;
mod operators;
mod rendered;
mod tasks;
mod templates;
mod topics;
mod values;
mod vars;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::node::{Cx, NodeGroup, under};
use crate::syntax::documents::in_yaml;
use crate::syntax::{Node, NodeKind};
use crate::text::Why;
use crate::value::{Condition, Guard};

use super::open_conditions::{self, Answers};
use super::unit::{FileList, Input, Unit, has_extension, normal};
use super::watched::{Group, OUTER, TASKS};
use super::yaml_files;
use folders::Folders;
use inventory::Host;
use tasks::TaskRun;

/// The most combinations of open conditions.
const MAX_OUTCOMES: usize = 8;
/// The most variable files that are tried.
const MAX_VARIANTS: usize = 64;
/// Keys that only tasks and plays have.
const KEYS: &[&str] = &[
    "hosts",
    "import_playbook",
    "tasks",
    "block",
    "when",
    "become",
    "notify",
    "copy",
    "template",
    "lineinfile",
    "blockinfile",
    "replace",
    "shell",
    "command",
    "include_tasks",
    "import_tasks",
    "include_role",
    "import_role",
    "roles",
    "set_fact",
    "script",
    "k8s",
    "helm",
    "helm_template",
];

/// Files of tasks and playbooks.
#[derive(Debug)]
pub(super) struct Ansible;

impl Input for Ansible {
    fn name(&self) -> &'static str {
        "ansible"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let named = |path: &Path| has_extension(path, &["yaml", "yml"]);
        let mut units = files.each(named, |words| words.has(Group::Tasks));
        // What tasks do to a node may stand in the variables of their role.
        units.append(&mut files.each(|path| named(path) && role_of(path).is_some(), |w| !w.has(Group::Tasks)));
        units
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Ok(source) = cx.files.read(&unit.path) else { return Vec::new() };
        let bytes = source.bytes();
        let holds = |words: &[&str]| words.iter().any(|w| yaml_files::holds(&bytes, w.as_bytes()));
        // The path of a file may be in a variable of the role.
        let role = || {
            let file = |dir: &Path| {
                cx.files.read(&dir.join("defaults/main.yml")).or_else(|_| cx.files.read(&dir.join("vars/main.yml")))
            };
            role_of(&unit.path).and_then(|d| file(d).ok()).is_some_and(|s| yaml_files::holds(&s.bytes(), b"kubelet"))
        };
        if !holds(TASKS) && !holds(OUTER) && !role() {
            return Vec::new();
        }
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        let parsed = in_yaml(&view);
        let is_task = |item: &Node| {
            item.pairs()
                .iter()
                .filter_map(|(k, _)| k.as_str())
                .any(|k| KEYS.contains(&k.rsplit('.').next().unwrap_or(k)))
        };
        let mut lists = parsed.tree.iter().filter(|t| t.items().iter().any(is_task));
        let Some(list) = lists.next() else { return Vec::new() };
        let book = Book::of(&unit.path, list);
        let (mut out, Names { used, missing }) = book.outcomes(list, None, &[], cx);
        // Where files go may be up to the hosts.
        if out.is_empty() && book.role {
            return out;
        }
        let mut variants: Vec<(String, Option<Host>, Vec<Node>)> = Vec::new();
        let mut seen = BTreeSet::new();
        let (hosts, all) = inventory::hosts(book.around(cx), cx);
        let known: BTreeSet<&str> =
            hosts.iter().flat_map(|host| host.groups.iter().chain([&host.name])).map(String::as_str).collect();
        for (path, file, tree) in book.variants(cx) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let sets = tree.pairs().iter().filter_map(|(k, _)| k.as_str()).any(|k| used.contains(k));
            if sets && !known.contains(&*name) {
                variants.push((format!("with {}", yaml_files::shown(&file, cx)), None, vec![tree]));
            }
        }
        // Without an inventory, a host may be meant by one play alone.
        let groups = if hosts.is_empty() && !out.is_empty() { plays_apart(list) } else { Vec::new() };
        for (name, plays) in groups {
            let when = Guard::of(Condition::new(format!("a host is in {name} alone"), true));
            let (groups, _) = book.outcomes(&plays, None, &[], cx);
            out.extend(under(groups, &when).into_iter().map(|group| named(group, &format!("for {name}"))));
        }
        // What holds without any host's variables holds for no host, if all are known and each has some.
        let mut base = hosts.is_empty() || list.items().iter().any(|play| !hosts.iter().any(|h| is_for(play, Some(h))));
        for host in hosts {
            // Hosts with the same plays and values are alike.
            let plays: Vec<bool> = list.items().iter().map(|play| is_for(play, Some(&host))).collect();
            let set = |name: &String| host.vars.iter().rev().find_map(|vars| vars.get(name)).map(|value| value.span);
            let values: Vec<_> = used.iter().map(set).collect();
            let differs = plays.contains(&false) || values.iter().any(Option::is_some);
            base |= !differs;
            if plays.contains(&true) && differs && seen.insert((plays, values)) {
                let vars = host.vars.clone();
                variants.push((format!("for {}", host.name), Some(host), vars));
            }
        }
        let given = if book.role { Vec::new() } else { extra_vars::of(&unit.path, cx) };
        // A playbook does not run without a variable that each command gives to it.
        let needed = missing.iter().any(|name| given.iter().all(|(_, given)| given.contains_key(name)));
        if !base && all || !given.is_empty() && needed {
            out.clear();
        } else if !base {
            let when = Guard::of(Condition::new("a host is in no inventory of the repository", true));
            out = under(out, &when);
        }
        if variants.len() > MAX_VARIANTS {
            cx.gap(list.span, Why::limit("hosts and values of a playbook"));
        }
        for (words, host, vars) in variants.into_iter().take(MAX_VARIANTS) {
            let (groups, _) = book.outcomes(list, host.as_ref(), &vars, cx);
            out.extend(groups.into_iter().map(|group| named(group, &words)));
        }
        for (words, given) in given.into_iter().filter(|(_, given)| given.keys().any(|name| used.contains(name))) {
            let when = Guard::of(Condition::new(format!("run with {words}"), true));
            let (groups, _) = Book { given, ..Book::of(&unit.path, list) }.outcomes(list, None, &[], cx);
            out.extend(under(groups, &when).into_iter().map(|group| named(group, &format!("with {words}"))));
        }
        out
    }
}

/// The most groups of hosts of one playbook that are judged apart.
const MAX_APART: usize = 8;

/// For each group of hosts that a play is for, its plays and those for all hosts. Nothing if all are for the same group. What a
/// template names may be any host, but two templates name different ones.
fn plays_apart(list: &Node) -> Vec<(String, Node)> {
    let of = |play: &Node| play.get("hosts").and_then(Node::as_str).map(str::to_owned);
    let everywhere = |name: &str| matches!(name, "all" | "*");
    let is_open = |name: &str| name.contains("{{");
    let names: BTreeSet<String> = list.items().iter().filter_map(of).filter(|name| !everywhere(name)).collect();
    let plays = |name: String| {
        let any = |own: &str| everywhere(own) || is_open(own) && !is_open(&name);
        let is_for = |play: &&Node| of(play).is_none_or(|own| any(&own) || own == name);
        let items = list.items().iter().filter(is_for).cloned().collect();
        (name, Node { kind: NodeKind::Seq(items), ..list.clone() })
    };
    if names.len() < 2 { Vec::new() } else { names.into_iter().take(MAX_APART).map(plays).collect() }
}

/// A node group with more words in its name.
fn named(mut group: NodeGroup, words: &str) -> NodeGroup {
    group.name = format!("{} {words}", group.name).into();
    group
}

/// The folder of the role that a file of tasks belongs to.
fn role_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|dir| dir.file_name().is_some_and(|name| name == "tasks")).and_then(Path::parent)
}

/// Names of variables that were read, and of those without a value.
#[derive(Default)]
struct Names {
    used: BTreeSet<String>,
    missing: BTreeSet<String>,
}

/// A file of plays or tasks, and its surroundings.
struct Book {
    path: PathBuf,
    /// The folder of the role or of the playbook.
    base: PathBuf,
    role: bool,
    /// What a command gives to it.
    given: extra_vars::Given,
    around: OnceCell<Vec<PathBuf>>,
}

impl Book {
    fn of(path: &Path, list: &Node) -> Self {
        let dir = path.parent().unwrap_or(path);
        let plays = list.items().iter().any(|p| p.get("hosts").is_some());
        let of_role = |d: &&Path| !plays && d.file_name().is_some_and(|n| n == "tasks" || n == "handlers");
        let tasks = dir.ancestors().take(3).find(of_role);
        let base = tasks.and_then(Path::parent).unwrap_or(dir);
        let (role, given) = (tasks.is_some(), BTreeMap::new());
        Self { path: path.to_owned(), base: base.to_owned(), role, given, around: OnceCell::new() }
    }

    /// Folders that may contain `group_vars` and `host_vars`, the nearest first: also that of an inventory which is not here.
    fn around(&self, cx: &Cx<'_>) -> &[PathBuf] {
        self.around.get_or_init(|| self.look_around(cx))
    }

    fn look_around(&self, cx: &Cx<'_>) -> Vec<PathBuf> {
        let above = self.base.ancestors().take(3);
        let inventories = above.clone().flat_map(|dir| ["inventory", "inventories"].map(|name| dir.join(name)));
        let lists_hosts = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            let bare = path.extension().is_none() && !name.starts_with(b".") && name != b"README";
            bare || has_extension(path, &["ini", "yml", "yaml", "json"])
        };
        let bare =
            |dir: &PathBuf| cx.files.is_dir(&dir.join("group_vars")) && !cx.files.list(dir).iter().any(lists_hosts);
        above.map(Path::to_owned).chain(inventories.filter(bare)).collect()
    }

    /// Files with the variables of some hosts: a path with the name of the hosts, that of the file, and what stands in it.
    fn variants(&self, cx: &mut Cx<'_>) -> Vec<(PathBuf, PathBuf, Node)> {
        let mut out = Vec::new();
        for dir in self.around(cx).iter().flat_map(|dir| ["group_vars", "host_vars"].map(|kind| dir.join(kind))) {
            let ends = |path: &Path| has_extension(path, &["yml", "yaml", "json"]);
            let mut names: Vec<PathBuf> = cx.files.folders(&dir);
            // A host may have any name, but not that of a file for people.
            let other = |path: &PathBuf| {
                has_extension(path, &["md", "txt", "j2", "bak"])
                    || path.ends_with("Makefile")
                    || path.ends_with("README")
            };
            let files = cx.files.list(&dir).into_iter().filter(|path| !other(path));
            names.extend(files.map(|p| if ends(&p) { p.with_extension("") } else { p }));
            names.sort();
            names.dedup();
            for path in names.into_iter().filter(|path| path.file_name().is_some_and(|name| name != "all")) {
                out.extend(folders::files(&path, cx).into_iter().map(|(file, tree)| (path.clone(), file, tree)));
            }
        }
        out
    }

    /// The node groups with these variables of some hosts, for each combination of open conditions; and the names of the
    /// variables that were read.
    fn outcomes(&self, list: &Node, host: Option<&Host>, extra: &[Node], cx: &mut Cx<'_>) -> (Vec<NodeGroup>, Names) {
        let mut names = Names::default();
        let (runs, more) = open_conditions::all(MAX_OUTCOMES, |answers| {
            let mut run = self.run(list, host, extra, std::mem::take(answers), cx);
            names.used.append(&mut run.vars.used);
            names.missing.append(&mut run.vars.missing);
            *answers = std::mem::take(&mut run.vars.answers);
            let mut taken = std::mem::take(&mut run.taken);
            taken.append(&mut run.vars.rendered.named);
            cx.claims.uses.extend(taken.iter().filter(|p| **p != self.path).cloned());
            cx.claims.covers.extend(taken.into_iter().filter(|p| *p != self.path));
            run
        });
        let matters = |run: &TaskRun| !run.groups.is_empty() || run.steps.iter().any(topics::is_about_kubelet);
        if more && runs.iter().any(|(_, run)| matters(run)) {
            cx.gap(list.span, Why::Limit("conditions of a playbook"));
        }
        (runs.into_iter().flat_map(|(when, run)| groups(run, &when, cx)).collect(), names)
    }

    fn run(&self, list: &Node, host: Option<&Host>, extra: &[Node], answers: Answers, cx: &mut Cx<'_>) -> TaskRun {
        let mut run = TaskRun::new(&yaml_files::shown(&self.path, cx), answers);
        let folders = Folders { base: self.base.clone(), own: self.path.parent().unwrap_or(&self.path).to_owned() };
        let own = if self.role { "role_path" } else { "playbook_dir" };
        run.vars.place = Some(list.span);
        run.vars.given.clone_from(&self.given);
        run.vars.folder(own, Some(&self.base), cx);
        // Nearer folders win over those around them.
        for dir in self.around(cx).iter().rev() {
            for (_, tree) in folders::files(&dir.join("group_vars/all"), cx) {
                run.vars.push(Some(&tree));
            }
        }
        for vars in extra {
            run.vars.push(Some(vars));
        }
        if self.role {
            run.role_vars(&self.base, None, 0, cx);
            run.list(list.items(), &folders, 0, cx);
            return run;
        }
        for play in list.items() {
            if let (Some(file), Some(vars)) = (play.get("import_playbook").and_then(Node::as_str), play.get("vars")) {
                self.imported(file, vars, host, &mut run, cx);
                continue;
            }
            if play.get("hosts").is_none() {
                run.list(std::slice::from_ref(play), &folders, 0, cx);
                continue;
            }
            if !is_for(play, host) {
                continue;
            }
            run.if_run(play, cx, |run, cx| read_play(play, run, &folders, cx));
        }
        run
    }
}

impl Book {
    /// The plays of another playbook with the variables that this one gives to it.
    fn imported(&self, file: &str, vars: &Node, host: Option<&Host>, run: &mut TaskRun, cx: &mut Cx<'_>) {
        let path = normal(&self.base.join(file));
        let Ok(view) = cx.view(&path) else { return };
        let folders = Folders { base: path.parent().unwrap_or(&path).to_owned(), own: self.base.clone() };
        let layers = run.vars.depth();
        run.vars.push(Some(vars));
        for play in in_yaml(&view).tree.iter().flat_map(Node::items).filter(|play| is_for(play, host)) {
            run.if_run(play, cx, |run, cx| read_play(play, run, &folders, cx));
        }
        run.vars.truncate(layers);
        run.taken.push(path);
    }
}

/// The tasks and roles of a play.
fn read_play(play: &Node, run: &mut TaskRun, folders: &Folders, cx: &mut Cx<'_>) {
    let layers = run.vars.depth();
    run.vars.push(play.get("vars"));
    run.vars.folders = Some(folders.clone());
    run.vars_files(play, folders, cx);
    for key in ["pre_tasks", "roles", "tasks", "post_tasks", "handlers"] {
        let Some(items) = play.get(key) else { continue };
        if key == "handlers" {
            for handler in items.items() {
                let words = run.is_not_notified(handler);
                run.under(words, |run| run.list(std::slice::from_ref(handler), folders, 0, cx));
            }
            continue;
        }
        if key != "roles" {
            run.list(items.items(), folders, 0, cx);
            continue;
        }
        for role in items.items() {
            run.named_role(role, folders, 0, cx);
        }
    }
    run.vars.truncate(layers);
}

/// True if a play is for a host, or may be. Without a known host, it may be for any.
fn is_for(play: &Node, host: Option<&Host>) -> bool {
    match (host, play.get("hosts").map(|hosts| (hosts.as_str(), hosts.items()))) {
        (Some(host), Some((Some(pattern), _))) => host.is_meant(pattern),
        (Some(host), Some((None, items))) => {
            items.is_empty() || items.iter().filter_map(Node::as_str).any(|item| host.is_meant(item))
        }
        _ => true,
    }
}

/// The result of a run.
fn groups(run: TaskRun, when: &Guard, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut out = run.groups;
    if let Some(place) = run.place.filter(|_| !run.steps.is_empty()) {
        // A lone configuration: assume that a kubelet reads it, wherever it is.
        let alone = run.steps.len() == 1;
        if let (true, [(path, text)]) = (alone, run.configurations.as_slice()) {
            let name = format!("{path} of {}", run.name);
            out.append(&mut topics::written(text, &name, place, cx));
        }
        let mut group = NodeGroup::new(run.name, place);
        group.steps = run.steps;
        group.when = run.when;
        out.push(group);
    }
    under(out, when)
}

#[cfg(test)]
mod tests;
