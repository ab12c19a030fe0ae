//! containerd: its configuration file and the files that it imports. Sources: containerd `cmd/containerd/server/config/config.go`
//! (`LoadConfig`, `resolveImports`, `mergeConfig`, `v1Migrate`) on `release/1.6` to `release/2.3`, `plugins/cri/cri.go`,
//! `internal/cri/config/streaming.go`.
//!
//! - The key is in the table of the CRI plugin. The table's name is `cri` in version 1 of the format (which applies to a file
//!   without `version`) and `io.containerd.grpc.v1.cri` in versions 2, 3 and 4. Most of the plugin's keys moved to other tables
//!   in version 3; this one did not.
//! - The files are merged in breadth-first order: the main file, its imports, their imports. A later file wins. Since
//!   containerd 2.0 tables are merged key by key; before that, a plugin's table replaces the one of an earlier file completely.

use std::collections::{BTreeSet, VecDeque};

use crate::syntax::{Node, toml};
use crate::text::{Why, budget};

use super::timeout::{Content, Files, KEY, Name, Runtime, Track, version_of};

/// The file that containerd reads without `--config`.
pub(super) const CONFIG: &str = "/etc/containerd/config.toml";

/// The names of the CRI plugin, the older one last.
pub(super) const PLUGINS: [&str; 2] = ["io.containerd.grpc.v1.cri", "cri"];

/// The most files that are followed.
const MAX_FILES: usize = 64;

/// The version numbers in the files.
#[derive(Default)]
struct Versions {
    /// Some file sets 2 or above, so containerd 1.x treats the whole as version 2.
    named: bool,
    /// Some file sets 3 or above, which no containerd before 2.0 reads.
    new: bool,
    /// The winner is under the long name in a file without a version.
    depends: bool,
}

/// What containerd runs with; see [`super::settle`].
pub(super) fn settle(main: &str, files: &mut dyn Files) -> Option<Runtime> {
    let mut track = Track::new(Name::Containerd);
    let mut versions = Versions::default();
    let mut loaded = BTreeSet::new();
    let mut pending = VecDeque::from([main.to_owned()]);
    let mut replaced = false;
    while let Some(path) = pending.pop_front() {
        if loaded.contains(&path) {
            continue;
        }
        if loaded.len() >= MAX_FILES {
            budget::reached("files that containerd imports");
            break;
        }
        loaded.insert(path.clone());
        let is_main = path == main;
        let view = match files.read(&path) {
            Content::Known(view) => view,
            Content::Unknown(why) => {
                if is_main {
                    track.gap(None, why.clone());
                }
                track.doubt(why);
                continue;
            }
            Content::Missing if is_main => return None,
            Content::Missing => {
                track.doubt(Why::FromOutside(format!("the content of {path}").into()));
                continue;
            }
        };
        let parsed = toml::parse(&view.without_placeholders());
        if let Some(error) = parsed.errors.first() {
            let why = match error.unknown(&view).cloned().or_else(|| error.limit()) {
                Some(why) => why,
                None => Why::Invalid(
                    format!("{path} is not valid TOML, so containerd does not start: {}", error.message).into(),
                ),
            };
            track.gap(Some(error.at), why.clone());
            track.settings.clear();
            track.doubt(why);
            continue;
        }
        let Some(tree) = parsed.tree else { continue };
        if is_disabled(&tree) {
            return None;
        }
        let version = tree.get("version").and_then(Node::as_str).and_then(|v| v.parse::<u32>().ok()).unwrap_or(0);
        versions.named |= version >= 2;
        versions.new |= version >= 3;
        let table = section(&tree, version);
        match table.and_then(|(table, _)| table.pair(KEY)) {
            Some(pair) => {
                let long = table.is_some_and(|(_, name)| name == PLUGINS[0]);
                track.add_key(pair, &view, (!is_main).then_some(path.as_str()));
                versions.depends = long && version < 2;
                replaced = false;
                if version == 0
                    && let Some(why) = hidden(&tree).filter(|_| long)
                {
                    // The unknown part may contain the version, and more.
                    versions.depends = false;
                    track.doubt(why);
                }
            }
            None => {
                replaced |= table.is_some() && !track.settings.is_empty();
                if let Some(why) = hidden(&tree) {
                    track.doubt(why);
                }
            }
        }
        pending.extend(imports(&tree, &path, files));
    }
    if replaced && !versions.new && track.unknown.is_none() {
        track.doubt(version_of(
            "whether containerd is older than 2.0, where the table of an imported file replaces the whole table,",
        ));
    }
    if versions.depends && !versions.named && track.unknown.is_none() {
        track.doubt(version_of("whether containerd is 2.0 or newer, or a file that imports this one has version = 2,"));
    }
    Some(track.settled())
}

/// The table of the CRI plugin in a file of this version, and its name there.
fn section(tree: &Node, version: u32) -> Option<(&Node, &'static str)> {
    let plugins = tree.get("plugins")?;
    let names = if version < 2 { &PLUGINS[..] } else { &PLUGINS[..1] };
    names.iter().find_map(|name| Some((plugins.get(name)?, *name)))
}

/// True if the CRI plugin is disabled, as in Docker's package of containerd.
fn is_disabled(tree: &Node) -> bool {
    let list = tree.get("disabled_plugins").map(Node::items).unwrap_or_default();
    list.iter().filter_map(Node::as_str).any(|id| PLUGINS.contains(&id))
}

/// Why an unknown part may contain the key: it replaces whole lines.
fn hidden(tree: &Node) -> Option<Why> {
    if let Some((_, why)) = tree.unknown_keys() {
        return Some(why.clone());
    }
    tree.pairs().iter().find_map(|(_, value)| hidden(value))
}

/// The files that a file imports. A pattern that matches nothing gives none; a path without `*` is not a pattern.
fn imports(tree: &Node, parent: &str, files: &mut dyn Files) -> Vec<String> {
    let mut out = Vec::new();
    let directory = parent.rsplit_once('/').map_or("", |(dir, _)| dir);
    let list = tree.get("imports").map(Node::items).unwrap_or_default();
    for import in list.iter().filter_map(Node::as_str) {
        let path = if import.starts_with('/') { import.to_owned() } else { format!("{directory}/{import}") };
        let path = clean(&path);
        if !path.contains('*') {
            out.push(path);
            continue;
        }
        let fixed = path.split('*').next().and_then(|p| p.rsplit_once('/')).map_or("", |(dir, _)| dir).to_owned();
        let found = files.below(&format!("{fixed}/"));
        out.extend(found.into_iter().filter(|file| matches(&path, file)));
    }
    out
}

/// `filepath.Clean` of an absolute path.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// `filepath.Match`, without character classes: `*` and `?` match anything but `/`.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<char>, Vec<char>) = (pattern.chars().collect(), path.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < path.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some('?') if path[t] != '/' => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            Some(c) if *c == path[t] => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            _ => {}
        }
        match star {
            Some((at, from)) if path[from] != '/' => {
                star = Some((at, from + 1));
                (p, t) = (at + 1, from + 1);
            }
            _ => return false,
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|c| *c == '*')
}
