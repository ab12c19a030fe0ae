//! Files of a node's own file system in a repository: the kubelet's unit, its drop-ins and its environment files, as Packer
//! and Ansible copy them to images.
//!
//! A unit with its drop-ins and the environment files below the same root is one node. The root is what stands before a path
//! that is known from nodes, such as `/etc/systemd/system`, or the folder that the files are in.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use crate::node::kubelet_files::{ENVIRONMENT_NAMES, ENVIRONMENTS, KUBEADM_FLAGS, SNAP_ARGS, UNIT_DROPINS};
use crate::node::{Cx, NodeGroup, Step};
use crate::syntax::unit::{self, environment_file, parse};
use crate::text::{Traced, View, budget, placeholder};

use super::unit::{FileList, Input, Unit, name, template_stem};
use super::yaml_files::{self, holds};

/// Folders of systemd's units in repositories, which are not part of a root.
const FOLDERS: &[&str] = &["systemd", "system", "units", "services", "sysconfig", "default", "env"];
/// The most files of one node.
const MAX_FILES: usize = 64;

/// Files of nodes.
#[derive(Debug)]
pub(super) struct NodeFiles;

impl Input for NodeFiles {
    fn name(&self) -> &'static str {
        "node-files"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let mut roots: BTreeMap<PathBuf, BTreeMap<String, Vec<PathBuf>>> = BTreeMap::new();
        for (n, path) in files.files.iter().enumerate().filter(|(_, path)| may_be_located(path)) {
            if let Some(found) = Located::of(path) {
                files.claim(n);
                roots.entry(found.root).or_default().entry(found.service).or_default().push(path.clone());
            }
        }
        let mut units = Vec::new();
        for mut services in roots.into_values() {
            let shared = services.remove("").unwrap_or_default();
            if services.is_empty() {
                services.insert(String::new(), Vec::new());
            }
            for mut files in services.into_values() {
                files.extend(shared.iter().cloned());
                // The unit itself comes before what belongs to it.
                files.sort_by_key(|path| !template_stem(path).ends_with(SERVICE));
                units.extend(files.first().cloned().map(|path| Unit { files, ..Unit::of(&path) }));
            }
        }
        units
    }

    fn judges_what_nothing_delivers(&self) -> bool {
        true
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(found) = Located::of(&unit.path) else { return Vec::new() };
        let mut node = Node { root: found.root, files: BTreeMap::new(), place: None };
        let files: BTreeSet<&PathBuf> = unit.files.iter().collect();
        let around = siblings(&unit.files, &found.service, cx);
        for path in budget::at_most(files.into_iter().chain(&around), MAX_FILES, "files of a node") {
            node.take(path, cx);
        }
        node.group(&unit.path, cx).into_iter().collect()
    }
}

/// The ends of the names of units, of folders with drop-ins, and of drop-ins.
const SERVICE: &str = ".service";
const DROPINS: &str = ".service.d";
const DROPIN: &str = ".conf";

/// True if a file may have a place on a node, by its name: a quick test.
fn may_be_located(path: &Path) -> bool {
    let name = name(path);
    name.starts_with(b"args") || [&b".service"[..], b".conf", b"kube"].iter().any(|part| holds(name, part))
}

/// A file of a repository and where it belongs on a node.
struct Located {
    /// What stands before the path on the node.
    root: PathBuf,
    /// The name of the unit, without `.service`; empty for files that any unit may read.
    service: String,
    /// The absolute path on the node. The unit has the kubelet's name there, whatever it is called.
    path: String,
}

impl Located {
    fn of(path: &Path) -> Option<Self> {
        let name = template_stem(path);
        let dir = path.parent()?;
        let folder = dir.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if let Some(service) = folder.strip_suffix(DROPINS).filter(|_| name.ends_with(DROPIN)) {
            return of_unit(dir.parent()?, service, &format!("{DROPINS}/{name}"));
        }
        if let Some(service) = name.strip_suffix(SERVICE) {
            return of_unit(dir, service, SERVICE);
        }
        // `10-kubeadm.conf` in a folder with files for several places.
        if is_loose_dropin(&name) {
            return of_unit(dir, "kubelet", &format!("{DROPINS}/{name}"));
        }
        if ENVIRONMENT_NAMES.contains(&name.as_str()) {
            let path = ENVIRONMENTS[usize::from(name.contains("sysconfig"))].to_owned();
            return Some(Self { root: flat(dir), service: String::new(), path });
        }
        let whole = dir.join(&name);
        let (own, on_node) = ENVIRONMENTS.iter().chain([&KUBEADM_FLAGS]).chain(&SNAP_ARGS).find_map(|on_node| {
            // The folder must be the same, or the name must tell.
            let length = if *on_node == KUBEADM_FLAGS { 1 } else { 2 };
            let least = tail(on_node, length);
            whole.ends_with(&least).then_some((least, *on_node))
        })?;
        let full = on_node.trim_start_matches('/');
        let length = if whole.ends_with(full) { Path::new(full).iter().count() } else { own.iter().count() };
        let root = whole.ancestors().nth(length)?;
        Some(Self { root: flat(root), service: String::new(), path: on_node.to_owned() })
    }
}

/// True for the usual names of a drop-in of the kubelet's unit.
fn is_loose_dropin(name: &str) -> bool {
    let number = name.split('-').next().unwrap_or_default();
    let of = name.contains("kubeadm") || name.contains("kubelet");
    of && name.ends_with(DROPIN) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// A file of a unit, with the folder that holds it and the rest of its path behind the unit's name.
fn of_unit(dir: &Path, service: &str, rest: &str) -> Option<Located> {
    let folder = |dropins: &'static str| Some((dropins, Path::new(dropins).parent()?.strip_prefix("/").ok()?));
    // The longest first: `/usr/lib` before `/lib`.
    let known = UNIT_DROPINS.into_iter().rev().filter_map(folder).find(|(_, folder)| dir.ends_with(folder));
    let (root, dropins) = match known {
        Some((dropins, folder)) => (dir.ancestors().nth(folder.iter().count())?.to_owned(), dropins),
        None => (flat(dir), UNIT_DROPINS[UNIT_DROPINS.len() - 1]),
    };
    let base = Path::new(dropins).parent()?.to_str()?;
    Some(Located { root, service: service.to_owned(), path: format!("{base}/kubelet{rest}") })
}

/// The last `length` names of a path.
fn tail(path: &str, length: usize) -> PathBuf {
    let names: Vec<_> = Path::new(path).iter().collect();
    names[names.len().saturating_sub(length)..].iter().collect()
}

/// A folder without what only sorts units and environment files.
fn flat(dir: &Path) -> PathBuf {
    let sorts = |dir: &&Path| !dir.file_name().and_then(|n| n.to_str()).is_some_and(|name| FOLDERS.contains(&name));
    dir.ancestors().find(sorts).unwrap_or(dir).to_owned()
}

/// The files next to those of a unit that belong to it, which may not be among those that were named.
fn siblings(files: &[PathBuf], service: &str, cx: &Cx<'_>) -> Vec<PathBuf> {
    let mut dirs: BTreeSet<PathBuf> = BTreeSet::new();
    for path in files {
        let Some(dir) = path.parent() else { continue };
        dirs.insert(dir.to_owned());
        dirs.insert(dir.join(format!("{service}{DROPINS}")));
        dirs.extend(dir.parent().filter(|_| dir.to_string_lossy().ends_with(DROPINS)).map(Path::to_owned));
    }
    let belongs = |path: &PathBuf| {
        !files.contains(path) && Located::of(path).is_some_and(|l| l.service.is_empty() || l.service == service)
    };
    dirs.iter().flat_map(|dir| cx.files.list(dir)).filter(belongs).collect()
}

/// A node of which some files are known.
struct Node {
    root: PathBuf,
    /// Texts by path on the node.
    files: BTreeMap<String, Traced>,
    place: Option<View>,
}

impl Node {
    fn take(&mut self, path: &Path, cx: &mut Cx<'_>) {
        let Some(located) = Located::of(path) else { return };
        let Some(view) = yaml_files::open(path, &[&["--", "ExecStart"]], cx) else { return };
        // What `systemctl cat` prints is read elsewhere.
        let other = || located.path.ends_with(SERVICE) && located.service != "kubelet" && !starts_kubelet(&view);
        let part = !located.path.ends_with(DROPIN) || holds(&view.bytes, b"[Service]");
        if !view.bytes.starts_with(b"# /") && part && !other() {
            self.put(located.path, view);
        }
    }

    fn put(&mut self, path: String, view: View) {
        if let Entry::Vacant(free) = self.files.entry(path) {
            free.insert(view.traced(0..view.bytes.len()));
            self.place.get_or_insert(view);
        }
    }

    /// The group of the node, if something says what flags its kubelet has.
    fn group(mut self, path: &Path, cx: &mut Cx<'_>) -> Option<NodeGroup> {
        let view = self.place.clone()?;
        for path in self.named(cx) {
            self.read(&path, cx);
        }
        let says = |text: &Traced| holds(text.bytes(), b"ExecStart") || holds(text.bytes(), b"--");
        if !self.files.values().any(says) {
            return None;
        }
        let mut group = NodeGroup::new(yaml_files::shown(path, cx), yaml_files::first_line(&view));
        group.from_files = true;
        let steps = self.files.iter().map(|(path, text)| Step::file(path.clone(), self.filled(text)));
        group.steps.extend(steps);
        group.steps.push(Step::Start);
        Some(group)
    }

    /// A text with its placeholders unknown. systemd fills in variables that a file of the node sets, and its own `%n`.
    fn filled(&self, text: &Traced) -> Traced {
        let sets: HashSet<&[u8]> = self.files.values().flat_map(|text| placeholder::assigned(text.bytes())).collect();
        placeholder::filled(text, |mark| {
            let own = match mark.bytes() {
                [b'$', b'{', name @ .., b'}'] => sets.contains(name),
                [b'%', ..] => mark.len() <= "%n%".len(),
                _ => false,
            };
            own.then(|| mark.clone())
        })
    }

    /// The absolute paths of the files that the unit names: environment files, and the kubelet's configuration.
    fn named(&self, cx: &mut Cx<'_>) -> Vec<String> {
        let mut out = Vec::new();
        for (path, text) in &self.files {
            let at = text.span();
            let Some(at) = at else { continue };
            let view = cx.made(path.as_str(), text, at);
            let values: Vec<Traced> = if path.ends_with(SERVICE) || path.ends_with(DROPIN) {
                out.extend(
                    entries(&view, "EnvironmentFile").map(|value| value.to_text().trim_start_matches('-').to_owned()),
                );
                entries(&view, "ExecStart").chain(entries(&view, "Environment")).collect()
            } else {
                environment_file(&view).into_iter().map(|(_, value)| value).collect()
            };
            for value in values {
                let text = value.to_text().replace(['"', '\''], " ");
                let mut words = text.split([' ', '=']).skip_while(|word| *word != "--config");
                out.extend(words.nth(1).map(str::to_owned));
            }
        }
        out.retain(|path| path.starts_with('/') && !path.contains(['*', '?', '[', '$', '%']) && !path.contains(".."));
        out
    }

    /// Reads a file of the node that the unit names, if the repository has it.
    fn read(&mut self, on_node: &str, cx: &mut Cx<'_>) {
        for path in [self.root.join(on_node.trim_start_matches('/')), self.root.join(tail(on_node, 2))] {
            if !self.files.contains_key(on_node)
                && let Ok(view) = cx.view(&path)
            {
                if self.files.len() >= MAX_FILES {
                    return budget::reached("files of a node");
                }
                cx.claims.uses.push(path);
                self.put(on_node.to_owned(), view);
            }
        }
    }
}

/// The values of a key of the service, in order.
fn entries<'v>(view: &View, key: &'v str) -> impl Iterator<Item = Traced> + use<'v> {
    let ours = move |entry: &unit::Entry| entry.section == "Service" && entry.key == key && !entry.value.is_empty();
    parse(view).into_iter().filter(ours).map(|entry| entry.value)
}

/// True if a unit starts a kubelet, and not only something with this word in its name or its arguments.
fn starts_kubelet(view: &View) -> bool {
    entries(view, "ExecStart").any(|value| {
        let text = value.to_text().into_owned();
        let mut words = text.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or_default());
        let program = words.next().unwrap_or_default().trim_start_matches(['-', '+', '!', ':', '@']);
        program == "kubelet" || matches!(program, "hyperkube" | "env") && words.any(|word| word == "kubelet")
    })
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::Located;

    #[test]
    fn files_have_a_root_and_a_place_on_the_node() {
        for (path, expected) in [
            ("/r/kubelet.service", Some(("/r", "kubelet", "/etc/systemd/system/kubelet.service"))),
            (
                "/r/files/systemd/kubelet.service.j2",
                Some(("/r/files", "kubelet", "/etc/systemd/system/kubelet.service")),
            ),
            (
                "/r/rootfs/etc/systemd/system/kubelet.service.d/10-args.conf",
                Some(("/r/rootfs", "kubelet", "/etc/systemd/system/kubelet.service.d/10-args.conf")),
            ),
            (
                "/r/usr/lib/systemd/system/snap.kubelet-eks.daemon.service.d/a.conf.tpl",
                Some(("/r", "snap.kubelet-eks.daemon", "/usr/lib/systemd/system/kubelet.service.d/a.conf")),
            ),
            ("/r/x/etc/sysconfig/kubelet", Some(("/r/x", "", "/etc/sysconfig/kubelet"))),
            ("/r/files/default/kubelet", Some(("/r/files", "", "/etc/default/kubelet"))),
            ("/r/kubeadm-flags.env", Some(("/r", "", "/var/lib/kubelet/kubeadm-flags.env"))),
            ("/r/var/snap/microk8s/current/args/kubelet", Some(("/r", "", "/var/snap/microk8s/current/args/kubelet"))),
            ("/r/args/kubelet", Some(("/r", "", "/var/snap/microk8s/current/args/kubelet"))),
            ("/r/templates/kubelet.env.j2", Some(("/r/templates", "", "/etc/default/kubelet"))),
            ("/r/kubelet", None),
            ("/r/kubelet.conf", None),
        ] {
            let found = Located::of(Path::new(path)).map(|l| (l.root, l.service, l.path));
            let expected = expected.map(|(a, b, c)| (PathBuf::from(a), b.to_owned(), c.to_owned()));
            assert_eq!(found, expected, "{path}");
        }
    }
}
