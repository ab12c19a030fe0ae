//! Where Ansible looks for files, and files of variables. Sources: ansible/ansible `lib/ansible/parsing/dataloader.py`,
//! `lib/ansible/plugins/vars/host_group_vars.py`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::syntax::{Node, yaml};
use crate::text::budget;

use crate::input::unit::{has_extension, normal};

/// The root of the scan in a path of Ansible's own.
pub(super) const ROOT: &str = "//";

/// The most files of variables in one folder.
const MAX_FILES: usize = 200;
/// How deep folders of variables are nested.
const MAX_NESTED: usize = 4;

/// Where tasks look for files: the folder of the role or of the playbook.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    /// The role or playbook.
    pub(super) base: PathBuf,
    /// The folder of the task file.
    pub(super) own: PathBuf,
}

impl Folders {
    /// The paths of a file.
    pub(super) fn places(&self, kind: &str, name: &str, cx: &Cx<'_>) -> Vec<PathBuf> {
        let places = [
            self.base.join(kind).join(name),
            self.base.join(name),
            self.own.join(kind).join(name),
            self.own.join(name),
        ];
        // From `role_path` or `playbook_dir`.
        let from_root = name.strip_prefix(ROOT).map(|rest| cx.files.root().join(rest.trim_start_matches('/')));
        from_root.into_iter().chain(places).map(|p| normal(&p)).collect()
    }

    pub(super) fn find(&self, kind: &str, name: &str, cx: &Cx<'_>) -> Option<PathBuf> {
        self.places(kind, name, cx).into_iter().find(|p| cx.files.read(p).is_ok())
    }
}

/// The map of variables in a file.
pub(super) fn variables(path: &Path, cx: &mut Cx<'_>) -> Option<Node> {
    let view = cx.view(path).ok()?;
    let parsed = yaml::parse(&view);
    // Here `{{ }}` stands in values: it does not excuse an error.
    if let Some(error) = parsed.errors.first() {
        cx.notes.syntax(error, "");
    }
    parsed.tree.into_iter().next().filter(Node::is_map)
}

/// The maps of variables in a file with this name, and in those of a folder with it.
pub(super) fn files(name: &Path, cx: &mut Cx<'_>) -> Vec<(PathBuf, Node)> {
    let with = |end: &str| {
        let mut path = OsString::from(name);
        path.push(end);
        PathBuf::from(path)
    };
    let mut paths: Vec<PathBuf> = ["", ".yml", ".yaml", ".json"].map(with).into();
    paths.extend(inside(name, cx));
    paths.into_iter().filter_map(|path| variables(&path, cx).map(|tree| (path, tree))).collect()
}

/// The files of variables in a folder.
pub(super) fn inside(folder: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let (mut out, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    for _ in 0..MAX_NESTED {
        out.extend(folders.iter().flat_map(|folder| cx.files.list(folder)));
        folders = folders.iter().flat_map(|folder| cx.files.folders(folder)).collect();
    }
    out.retain(|path| path.extension().is_none() || has_extension(path, &["yml", "yaml", "json"]));
    out.sort();
    budget::at_most(out, MAX_FILES, "files of variables of one folder").collect()
}
