//! The interface of a kind of input. Separate from the registry, so no kind imports the list of all.

use std::path::{Component, Path, PathBuf};

use crate::node::{Cx, NodeGroup};

/// The files of a scan: absolute paths, sorted, each once.
#[derive(Clone, Debug, Default)]
pub struct FileList {
    /// The files.
    pub files: Vec<PathBuf>,
}

impl FileList {
    /// One unit for each file that `ours` accepts.
    fn each(&self, ours: impl Fn(&Path) -> bool) -> Vec<Unit> {
        self.files.iter().filter(|path| ours(path)).map(|path| Unit::of(path)).collect()
    }

    /// One unit for each file with one of the names. Such a file stands for its folder.
    pub(super) fn named(&self, names: &[&str]) -> Vec<Unit> {
        let named = |path: &Path| path.file_name().and_then(|n| n.to_str()).is_some_and(|n| names.contains(&n));
        let mut units = self.each(named);
        for unit in &mut units {
            unit.folder = true;
        }
        units
    }

    /// One unit for each file whose name ends in one of `extensions` (lower case, without the dot).
    pub(super) fn with_extension(&self, extensions: &[&str]) -> Vec<Unit> {
        self.each(|path| has_extension(path, extensions))
    }

    /// Those with one of the extensions, without any, or with a generic text extension.
    pub(super) fn texts(&self, extensions: &[&str]) -> Vec<Unit> {
        const ANY_TEXT: &[&str] = &["txt", "text", "mime", "userdata", "user-data", "user_data", "mimetext"];
        self.each(|path| path.extension().is_none() || has_extension(path, extensions) || has_extension(path, ANY_TEXT))
    }
}

/// True if the file name ends in one of `extensions`, in any case.
pub(super) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.iter().any(|x| x.eq_ignore_ascii_case(e)))
}

/// The ends of the names of templates.
pub(super) const TEMPLATES: &[&str] =
    &["tpl", "tftpl", "tmpl", "gotmpl", "j2", "jinja", "jinja2", "erb", "in", "template", "mustache"];

/// The name of a file without the end that says that it is a template.
pub(super) fn template_stem(path: &Path) -> String {
    let stem = if has_extension(path, TEMPLATES) { path.file_stem() } else { path.file_name() };
    stem.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// One unit of work: a Terraform root module, a template, a document, a script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// The directory or the one file that the unit is named after.
    pub path: PathBuf,
    /// The files of the scan that belong to it (it may read more: modules, template files).
    pub files: Vec<PathBuf>,
    /// True if its node groups belong to a folder: the path, or the folder of the one file.
    pub folder: bool,
}

impl Unit {
    /// A folder with these files.
    pub(super) fn of_folder(path: impl Into<PathBuf>, files: Vec<PathBuf>) -> Self {
        Self { path: path.into(), files, folder: true }
    }

    /// What its node groups belong to, and whether that is a folder.
    pub fn root(&self) -> (&Path, bool) {
        let parent = || self.path.parent().unwrap_or(&self.path);
        (if self.folder && self.files == [self.path.as_path()] { parent() } else { &self.path }, self.folder)
    }

    /// A file that is a unit on its own.
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), files: vec![path.to_owned()], folder: false }
    }
}

/// A kind of input.
pub trait Input: Sync {
    /// The name in machine-readable output, such as `terraform`.
    fn name(&self) -> &'static str;

    /// The units of this kind among the files, by path alone: nothing is read here.
    fn claim(&self, files: &FileList) -> Vec<Unit>;

    /// True if its units count only as far as nothing else delivers their files to a node.
    fn judges_what_nothing_delivers(&self) -> bool {
        false
    }

    /// Reads a unit. A file that turns out to be something else yields no node groups and no problem.
    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup>;
}

/// `path` without `.` and `..`.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
