//! Inventories: hosts, the groups that they are in, and their variables, in YAML or INI. Sources: ansible/ansible,
//! `lib/ansible/plugins/inventory/{yaml,ini}.py`, `lib/ansible/vars/manager.py` (precedence).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::syntax::{Node, yaml};
use crate::text::{Traced, View, Why, budget};

use super::super::command_files::command_files;
use super::super::unit::normal;
use super::super::yaml_files;
use super::tasks::free_form;

/// The most inventories of a playbook or a role.
const MAX_FILES: usize = 16;
/// The most hosts of an inventory.
const MAX_HOSTS: usize = 1000;
/// The deepest nesting of groups.
const MAX_DEPTH: usize = 16;
/// Keys of the groups of an inventory in YAML.
const KEYS: [&str; 3] = ["hosts", "vars", "children"];

/// A host.
pub(super) struct Host {
    pub(super) name: String,
    pub(super) groups: BTreeSet<String>,
    /// Its place among the hosts that a group lists, and their number.
    places: BTreeMap<String, (usize, usize)>,
    /// Maps of variables; a later one wins.
    pub(super) vars: Vec<Node>,
}

impl Host {
    /// True if a play is for this host, or may be. Source: `lib/ansible/inventory/manager.py`.
    pub(super) fn is_meant(&self, pattern: &str) -> bool {
        let mut inside = false;
        let between = |c| {
            inside = c == '[' || inside && c != ']';
            !inside && matches!(c, ',' | ':')
        };
        let parts = pattern.split(between).map(str::trim);
        let mut parts: Vec<_> =
            parts.map(|part| part.split_at(part.len() - part.trim_start_matches(['!', '&']).len())).collect();
        // Those that add hosts come first, and those that remove some last.
        parts.sort_by_key(|(sign, _)| ["", "&", "!"].iter().position(|s| s == sign));
        let mut meant = parts.first().is_some_and(|(sign, _)| !sign.is_empty());
        for (sign, name) in parts {
            // `masters[0]` is one of a group.
            let (name, part) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
                Some((group, part)) if !group.is_empty() => (group, Some(part)),
                _ => (name, None),
            };
            let is = matches!(name, "all" | "*")
                || name.contains(['*', '[', '~', '{'])
                || self.name == name
                || self.groups.contains(name) && part.is_none_or(|part| self.is_among(name, part));
            meant = match sign {
                "!" => meant && !is,
                "&" => meant && is,
                _ => meant || is,
            };
        }
        meant
    }
}

impl Host {
    /// True if this host is, or may be, among those that a subscript such as `0`, `1:` or `0:2` picks of a group.
    fn is_among(&self, group: &str, subscript: &str) -> bool {
        let Some((place, count)) = self.places.get(group) else { return true };
        let number = |text: &str| {
            let number: isize = text.parse().ok()?;
            Some(if number < 0 { count.saturating_sub(number.unsigned_abs()) } else { number.unsigned_abs() })
        };
        match subscript.split_once(':') {
            Some((from, to)) => {
                number(from).is_none_or(|from| *place >= from) && number(to).is_none_or(|to| *place <= to)
            }
            None => number(subscript).is_none_or(|at| at == *place),
        }
    }
}

/// A group: its variables, groups and hosts.
#[derive(Default)]
struct Group {
    vars: Vec<Node>,
    children: BTreeSet<String>,
    hosts: BTreeMap<String, Vec<Node>>,
    /// The names of the hosts in their order.
    order: Vec<String>,
}

impl Group {
    /// Adds a host, or variables to one.
    fn host(&mut self, name: &str, vars: Option<Node>) {
        if !self.hosts.contains_key(name) {
            self.order.push(name.to_owned());
        }
        self.hosts.entry(name.to_owned()).or_default().extend(vars);
    }
}

type Groups = BTreeMap<String, Group>;

/// The hosts of the inventories in these folders, in folders of inventories below them, and of those that a configuration or a
/// command names; and whether these are all, as far as is known.
pub(super) fn hosts(around: &[PathBuf], cx: &mut Cx<'_>) -> (Vec<Host>, bool) {
    let mut files = named(around, cx);
    for dir in around {
        let named = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("inventory") || name.starts_with("hosts")
        };
        files.extend(cx.files.list(dir).into_iter().filter(named));
        for folder in ["inventory", "inventories"].map(|name| dir.join(name)) {
            files.extend(cx.files.list(&folder));
            let is_vars = |inner: &&PathBuf| inner.ends_with("group_vars") || inner.ends_with("host_vars");
            let inner = cx.files.folders(&folder);
            files.extend(inner.iter().filter(|inner| !is_vars(inner)).flat_map(|inner| cx.files.list(inner)));
        }
    }
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.clone()));
    let (mut out, mut all) = (Vec::new(), true);
    if let Some(more) = files.get(MAX_FILES) {
        limited(more, "inventories", cx);
        all = false;
    }
    for file in files.iter().take(MAX_FILES) {
        let groups = read(file, cx);
        // A program or a service lists further hosts.
        all &= groups.values().any(|group| !group.hosts.is_empty());
        let mut folders = vec![file.parent().unwrap_or(file).to_owned()];
        folders.extend(around.iter().rev().filter(|dir| !folders.contains(dir)).cloned().collect::<Vec<_>>());
        let count = groups.values().map(|group| group.hosts.len()).sum::<usize>();
        if count > MAX_HOSTS {
            limited(file, "hosts of an inventory", cx);
        }
        out.extend(hosts_of(&groups, &folders, cx));
    }
    (out, all)
}

/// The inventories that `ansible.cfg` or the option `-i` of a command names.
fn named(around: &[PathBuf], cx: &mut Cx<'_>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut add = |name: &str, dir: &Path, cx: &Cx<'_>| {
        for name in name.split(',').map(|name| name.trim_matches(['"', '\'', ' '])).filter(|name| !name.is_empty()) {
            let found = [dir, cx.files.root()].map(|dir| normal(&dir.join(name)));
            let found = found.into_iter().filter(|path| path.starts_with(cx.files.root()));
            let paths = found.map(|path| if cx.files.is_dir(&path) { cx.files.list(&path) } else { vec![path] });
            out.extend(paths.flatten().filter(|path| cx.files.read(path).is_ok()));
        }
    };
    for dir in around {
        let Some(bytes) = cx.files.glance(&dir.join("ansible.cfg")) else { continue };
        for line in String::from_utf8_lossy(&bytes).lines() {
            if let Some((_, value)) = line.split_once('=').filter(|(key, _)| key.trim() == "inventory") {
                add(value, dir, cx);
            }
        }
    }
    for path in around.first().map(|dir| command_files(dir, cx)).unwrap_or_default() {
        let Some(bytes) = cx.files.glance(&path).filter(|bytes| yaml_files::holds(bytes, b"ansible-playbook")) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        for line in text.lines().filter(|line| line.contains("ansible-playbook")) {
            let words: Vec<&str> = line.split_whitespace().collect();
            for pair in words.windows(2).filter(|pair| matches!(pair[0], "-i" | "--inventory")) {
                add(pair[1], path.parent().unwrap_or(&path), cx);
            }
        }
    }
    out
}

/// Notes at the top of a file that a limit is reached.
fn limited(file: &Path, what: &'static str, cx: &mut Cx<'_>) {
    if let Ok(view) = cx.view(file) {
        cx.gap(yaml_files::first_line(&view), Why::Limit(what));
    }
}

fn read(file: &Path, cx: &mut Cx<'_>) -> Groups {
    let mut groups = Groups::new();
    let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
    match extension.as_str() {
        "yml" | "yaml" => {
            let Ok(view) = cx.view(file) else { return groups };
            for tree in yaml::parse(&view).tree.iter().take(1) {
                for (name, body) in tree.pairs() {
                    let ours = body.pairs().iter().any(|(key, _)| key.as_str().is_some_and(|k| KEYS.contains(&k)));
                    if let Some(name) = name.as_str().filter(|_| ours) {
                        in_yaml(name, body, 0, &mut groups);
                    }
                }
            }
        }
        "" | "ini" | "cfg" => {
            if let Ok(view) = cx.view(file) {
                in_ini(&view, &mut groups);
            }
        }
        _ => {}
    }
    groups
}

fn in_yaml(name: &str, body: &Node, depth: usize, groups: &mut Groups) {
    if depth > MAX_DEPTH {
        return budget::reached("depth of groups of hosts");
    }
    let named = |key: &str| {
        let pairs = body.get(key).map(Node::pairs).unwrap_or_default();
        pairs.iter().filter_map(|(name, value)| Some((name.as_str()?, value)))
    };
    let group = groups.entry(name.to_owned()).or_default();
    group.vars.extend(body.get("vars").filter(|vars| vars.is_map()).cloned());
    group.children.extend(named("children").map(|(child, _)| child.to_owned()));
    for (host, vars) in named("hosts") {
        group.host(host, Some(vars.clone()).filter(Node::is_map));
    }
    for (child, body) in named("children") {
        in_yaml(child, body, depth + 1, groups);
    }
}

fn in_ini(view: &View, groups: &mut Groups) {
    let whole = view.traced(0..view.bytes.len());
    let mut section = ("ungrouped".to_owned(), String::new());
    for line in whole.split(b"\n") {
        let Some(text) = line.known_str() else { continue };
        let start = text.len() - text.trim_start().len();
        let line = line.slice(start..start + text.trim().len());
        let text = text.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            continue;
        }
        if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let (name, kind) = inner.split_once(':').unwrap_or((inner, ""));
            section = (name.to_owned(), kind.to_owned());
            continue;
        }
        let group = groups.entry(section.0.clone()).or_default();
        match section.1.as_str() {
            "children" => {
                group.children.insert(text.to_owned());
            }
            "vars" => {
                let Some((name, value)) = text.split_once('=') else { continue };
                let from = text.len() - value.trim_start().len();
                group.vars.extend(variables([(name.trim().to_owned(), line.slice(from..line.len()))]));
            }
            _ => {
                let name = text.split_whitespace().next().unwrap_or_default();
                let given = free_form(&line.slice(name.len()..line.len()));
                group.host(name, variables(given));
            }
        }
    }
}

/// A map of variables with texts. Quotes around a text are not a part of it.
fn variables(pairs: impl IntoIterator<Item = (String, Traced)>) -> Option<Node> {
    let mut out = Vec::new();
    for (name, text) in pairs {
        let quoted = matches!(text.bytes(), [b'"', .., b'"'] | [b'\'', .., b'\'']);
        let text = if quoted { text.slice(1..text.len() - 1) } else { text };
        if let Some(at) = text.span() {
            out.push((Node::plain(Traced::made(name, at), at), Node::quoted(text, at)));
        }
    }
    let at = out.first()?.1.span;
    Some(Node::map(out, at))
}

/// The hosts of an inventory. `folders` may contain `group_vars` and `host_vars`; a later one wins.
fn hosts_of(groups: &Groups, folders: &[PathBuf], cx: &mut Cx<'_>) -> Vec<Host> {
    // How far each group is from the outermost one; the variables of inner groups win.
    let mut depths: BTreeMap<&str, usize> = groups.keys().map(|name| (name.as_str(), 1)).chain([("all", 0)]).collect();
    for _ in 0..MAX_DEPTH {
        for (name, group) in groups {
            let depth = depths.get(name.as_str()).copied().unwrap_or_default();
            for child in &group.children {
                let known = depths.entry(child).or_default();
                *known = (*known).max(depth + 1).min(MAX_DEPTH);
            }
        }
    }
    let mut places: BTreeMap<&str, BTreeMap<String, (usize, usize)>> = BTreeMap::new();
    for (name, group) in groups {
        for (place, host) in group.order.iter().enumerate() {
            places.entry(host).or_default().insert(name.clone(), (place, group.order.len()));
        }
    }
    let names: BTreeSet<&String> = groups.values().flat_map(|group| group.hosts.keys()).collect();
    let names: Vec<_> = budget::at_most(names, MAX_HOSTS, "hosts of an inventory").collect();
    let mut given: BTreeMap<(&str, &str), Vec<Node>> = BTreeMap::new();
    let mut out = Vec::new();
    for host in names {
        let mut own: BTreeSet<String> = ["all".to_owned()].into();
        own.extend(groups.iter().filter(|(_, group)| group.hosts.contains_key(host)).map(|(name, _)| name.clone()));
        for depth in 0..=MAX_DEPTH {
            let known = own.len();
            let holds = |group: &Group| group.children.iter().any(|child| own.contains(child));
            let parents: Vec<_> = groups.iter().filter(|(_, g)| holds(g)).map(|(name, _)| name.clone()).collect();
            own.extend(parents);
            if own.len() == known {
                break;
            }
            if depth == MAX_DEPTH {
                budget::reached("depth of groups of hosts");
            }
        }
        let mut order: Vec<&str> = depths.keys().copied().filter(|name| own.contains(*name)).collect();
        order.sort_by_key(|name| depths.get(name));
        let files = |kind: &'static str, name: &'_ str, cx: &mut Cx<'_>| -> Vec<Node> {
            let inner = |dir: &PathBuf| dir.join(kind).join(name);
            folders.iter().flat_map(|dir| super::folders::files(&inner(dir), cx)).map(|(_, tree)| tree).collect()
        };
        let mut vars: Vec<Node> =
            order.iter().filter_map(|name| groups.get(*name)).flat_map(|g| g.vars.clone()).collect();
        for name in &order {
            let known = given.entry(("group_vars", name)).or_insert_with(|| files("group_vars", name, cx));
            vars.extend(known.iter().cloned());
        }
        vars.extend(groups.values().filter_map(|group| group.hosts.get(host)).flatten().cloned());
        vars.extend(files("host_vars", host, cx));
        let places = places.remove(host.as_str()).unwrap_or_default();
        out.push(Host { name: host.clone(), groups: own, places, vars });
    }
    out
}
