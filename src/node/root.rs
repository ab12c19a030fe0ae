//! What a node group belongs to: with its address it tells one node group from every other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::text::Place;

/// The longest name that is shown, in characters.
const MAX_SHOWN: usize = 300;

/// The owner of node groups: the folder of a Terraform root module, a Terragrunt unit, a chart, a kustomization or a project, the
/// one file that is a template, document or script, or an application. Two roots that call one module have two node groups.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Root {
    path: Arc<str>,
    /// The absolute path, if it is a file.
    file: Option<PathBuf>,
}

impl Default for Root {
    fn default() -> Self {
        Self { path: Arc::from("."), file: None }
    }
}

impl Root {
    /// A folder below `scan`, the root of the scan.
    pub fn folder(path: &Path, scan: &Path) -> Self {
        Self { path: relative(path, scan), file: None }
    }

    /// A file below `scan`, the root of the scan.
    pub fn file(path: &Path, scan: &Path) -> Self {
        Self { path: relative(path, scan), file: Some(path.to_owned()) }
    }

    /// An application: what a tool delivers under this name, such as `argocd/prod`.
    pub fn application(name: &str) -> Self {
        Self { path: Arc::from(name), file: None }
    }

    /// Its path, relative to the root of the scan, with forward slashes; `.` is the root of the scan itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The identity of the node group with the address `name`, such as `envs/prod: aws_launch_template.workers`.
    pub fn id(&self, name: &str) -> String {
        format!("{}: {name}", self.path)
    }

    /// The shortest name that tells the node group with the address `name` from all others: the address, if it names the root.
    pub fn plain_id(&self, name: &str) -> String {
        if &*self.path == "." || without(&self.path, name).is_some() { name.to_owned() } else { self.id(name) }
    }

    /// A node group for people: its id, or only its address where that is clear: the root is the root of the scan, or it is
    /// the file in which the node group is described at `place`, or the address names it.
    pub fn shown(&self, name: &str, place: &Place) -> String {
        let clear = &*self.path == "."
            || self.file.as_deref().is_some_and(|file| file == place.source.path())
            || without(&self.path, name).is_some();
        let shown = if clear { name.to_owned() } else { self.id(name) };
        match shown.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => format!("{}…", shown.get(..end).unwrap_or_default()),
            None => shown,
        }
    }
}

/// What an address names apart from its root: the same for one resource in two roots.
pub(crate) fn resource(root: &str, name: &str) -> String {
    without(root, name).unwrap_or_else(|| name.to_owned())
}

/// An address that names its root, with `.` in place of the root.
fn without(root: &str, name: &str) -> Option<String> {
    let after = name.strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with(' '));
    let before = || name.strip_suffix(root).filter(|rest| rest.ends_with(" of "));
    after.map(|rest| format!(".{rest}")).or_else(|| before().map(|rest| format!("{rest}.")))
}

fn relative(path: &Path, scan: &Path) -> Arc<str> {
    let path = path.strip_prefix(scan).unwrap_or(path).to_string_lossy();
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    Arc::from(if path.is_empty() { "." } else { &path })
}
