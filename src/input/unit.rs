//! What a kind of input must be able to do. Stands beside the registry so that no kind imports its own list.

use std::path::PathBuf;

use crate::node::{Cx, NodeGroup};

/// The files of a scan: absolute paths, sorted, each once.
#[derive(Clone, Debug, Default)]
pub struct FileList {
    /// The files.
    pub files: Vec<PathBuf>,
}

/// The grain of work: a Terraform root module, a template, a document, a script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// The directory or the one file that the unit is named after.
    pub path: PathBuf,
    /// The files of the scan that belong to it (it may read more: modules, template files).
    pub files: Vec<PathBuf>,
}

/// A kind of input.
pub trait Input: Sync {
    /// The name in machine-readable output, such as `terraform`.
    fn name(&self) -> &'static str;

    /// The units of this kind among the files, by path alone: nothing is read here.
    fn claim(&self, files: &FileList) -> Vec<Unit>;

    /// Reads a unit. A file that turns out to be something else gives no node groups and no problem.
    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup>;
}
