//! The interface of a kind of input. Separate from the registry, so no kind imports the list of all.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::node::{Cx, NodeGroup};
use crate::text::{Files, hold};

use super::watched::Words;

/// The modules that a file of Terraform calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Their folders, as written.
    pub(super) local: Vec<Box<str>>,
    /// Some are from elsewhere.
    pub(super) elsewhere: bool,
    /// A source that is not understood, or a module with a model.
    pub(super) open: bool,
    /// A source that is not understood: it may be any folder.
    pub(super) computed: bool,
}

/// What a look at a file has found.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The words in it.
    pub words: Words,
    /// What it calls, if it is a file of Terraform.
    pub calls: Option<Box<Calls>>,
}

impl Seen {
    /// Nothing is known about it.
    pub const ANY: Self = Self { words: Words::ANY, calls: None };
}

/// What need not be looked at in Terraform.
#[derive(Debug, Default)]
pub struct Quiet {
    /// Folders that say nothing about a node.
    pub folders: HashSet<PathBuf>,
    /// Other folders, in which no argument of a module can be a setting.
    pub arguments: HashSet<PathBuf>,
}

/// The files of a scan: absolute paths, sorted, each once.
#[derive(Debug, Default)]
pub struct FileList {
    /// The files.
    pub files: Vec<PathBuf>,
    /// Which words stand in each; nothing if that is not known, and then any may.
    words: Vec<Words>,
    /// What files of Terraform call, by their number.
    calls: HashMap<usize, Calls>,
    /// Folders of Terraform that say nothing about a node.
    quiet: Quiet,
    /// Which files some kind of input claims by their path.
    claimed: Vec<AtomicBool>,
}

impl FileList {
    /// Files of which nothing but the path is known.
    pub fn of(files: Vec<PathBuf>) -> Self {
        let claimed = files.iter().map(|_| AtomicBool::new(false)).collect();
        Self { files, claimed, ..Self::default() }
    }

    /// Files and the words in them, in any order.
    pub fn searched(mut files: Vec<(PathBuf, Seen)>) -> Self {
        if !files.is_sorted_by(|(a, _), (b, _)| hold::order(a, b).is_lt()) {
            files.sort_by(|(a, _), (b, _)| hold::order(a, b));
            files.dedup_by(|(a, _), (b, _)| a == b);
        }
        let mut calls = HashMap::new();
        let mut words = Vec::with_capacity(files.len());
        let mut paths = Vec::with_capacity(files.len());
        for (n, (path, seen)) in files.into_iter().enumerate() {
            paths.push(path);
            words.push(seen.words);
            calls.extend(seen.calls.map(|found| (n, *found)));
        }
        Self { words, calls, ..Self::of(paths) }
    }

    /// What is known about a file, if it is among these.
    pub fn seen(&self, path: &Path) -> Option<Seen> {
        let number = self.files.binary_search_by(|known| hold::order(known, path)).ok()?;
        Some(Seen { words: self.words(number), calls: self.calls(number).cloned().map(Box::new) })
    }

    /// The words in a file; any if it is not among these.
    pub fn words_of(&self, path: &Path) -> Words {
        self.files.binary_search_by(|known| hold::order(known, path)).map_or(Words::ANY, |number| self.words(number))
    }

    /// The words in the file with this number.
    pub fn words(&self, number: usize) -> Words {
        self.words.get(number).copied().unwrap_or(Words::ANY)
    }

    /// What the file with this number calls, if it is one of Terraform that was read.
    pub(super) fn calls(&self, number: usize) -> Option<&Calls> {
        self.calls.get(&number)
    }

    /// Leaves out folders of Terraform.
    pub fn dismiss(&mut self, quiet: Quiet) {
        self.quiet = quiet;
    }

    /// True for a folder of Terraform that is left out.
    pub(super) fn is_dismissed(&self, dir: &Path) -> bool {
        self.quiet.folders.contains(dir)
    }

    /// True for a folder of Terraform in which no argument of a module can be a setting.
    pub(super) fn names_none(&self, dir: &Path) -> bool {
        self.quiet.arguments.contains(dir)
    }

    /// The files that some kind of input has claimed by their path, whether or not it reads them, with their words.
    pub fn claimed(&self) -> impl Iterator<Item = (&PathBuf, Words)> {
        let claimed = self.claimed.iter().enumerate().filter(|(_, claimed)| claimed.load(Ordering::Relaxed));
        claimed.map(|(n, _)| (&self.files[n], self.words(n)))
    }

    /// Notes that a kind of input claims the files of a unit.
    pub fn claim_all(&self, unit: &Unit) {
        for path in &unit.files {
            if let Ok(number) = self.files.binary_search_by(|known| hold::order(known, path)) {
                self.claim(number);
            }
        }
    }

    /// Notes that a kind of input claims the file with this number.
    pub(super) fn claim(&self, number: usize) {
        self.claimed[number].store(true, Ordering::Relaxed);
    }

    /// One unit for each file that `ours` accepts by its path. A file without the words that `wanted` asks for is claimed, but
    /// not read: the kind of input would find nothing in it.
    pub(super) fn each(&self, ours: impl Fn(&Path) -> bool, wanted: impl Fn(Words) -> bool) -> Vec<Unit> {
        let mut out = Vec::new();
        for (n, path) in self.files.iter().enumerate() {
            let wanted = wanted(self.words(n));
            if (wanted || !self.claimed[n].load(Ordering::Relaxed)) && ours(path) {
                self.claim(n);
                if wanted {
                    out.push(Unit::of(path));
                }
            }
        }
        out
    }

    /// One unit for each file with one of the names. Such a file stands for its folder.
    pub(super) fn named(&self, names: &[&str]) -> Vec<Unit> {
        let named = |path: &Path| names.iter().any(|name| is_named(path, name));
        let mut units = self.each(named, |_| true);
        for unit in &mut units {
            unit.folder = true;
        }
        units
    }

    /// One unit for each file whose name ends in one of `extensions` (lower case, without the dot), with `wanted` words.
    pub(super) fn with_extension(&self, extensions: &[&str], wanted: impl Fn(Words) -> bool) -> Vec<Unit> {
        self.each(|path| has_extension(path, extensions), wanted)
    }

    /// Those with one of the extensions, without any, or with a generic text extension, with `wanted` words.
    pub(super) fn texts(&self, extensions: &[&str], wanted: impl Fn(Words) -> bool) -> Vec<Unit> {
        self.each(|path| is_text(path, extensions), wanted)
    }
}

/// True for a name with one of the extensions, without any, or with a generic text extension.
pub(super) fn is_text(path: &Path, extensions: &[&str]) -> bool {
    const ANY_TEXT: &[&str] = &["txt", "text", "mime", "userdata", "user-data", "user_data", "mimetext"];
    extension(path).is_none_or(|own| extensions.iter().chain(ANY_TEXT).any(|e| own.eq_ignore_ascii_case(e.as_bytes())))
}

/// What stands between folders in a path.
const SEPARATOR: u8 = std::path::MAIN_SEPARATOR as u8;

/// The name of a file, which is at the end of its path. It is found from there, because that is quick.
pub(super) fn name(path: &Path) -> &[u8] {
    let path = path.as_os_str().as_encoded_bytes();
    let start = path.iter().rposition(|byte| *byte == SEPARATOR).map_or(0, |at| at + 1);
    &path[start..]
}

/// True if a file has this name.
pub(super) fn is_named(path: &Path, wanted: &str) -> bool {
    let before = path.as_os_str().as_encoded_bytes().strip_suffix(wanted.as_bytes());
    before.is_some_and(|before| before.last().is_none_or(|byte| *byte == SEPARATOR))
}

/// What follows the last dot of a name that does not begin with it.
fn extension(path: &Path) -> Option<&[u8]> {
    let path = path.as_os_str().as_encoded_bytes();
    let dot = path.iter().rposition(|byte| matches!(*byte, b'.' | SEPARATOR))?;
    let is_dot = path[dot] == b'.' && dot > 0 && path[dot - 1] != SEPARATOR;
    is_dot.then(|| &path[dot + 1..])
}

/// True if the file name ends in one of `extensions`, in any case.
pub(super) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    extension(path).is_some_and(|own| extensions.iter().any(|e| own.eq_ignore_ascii_case(e.as_bytes())))
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
    /// True if no argument of a module that it calls can be a setting.
    pub names_none: bool,
}

impl Unit {
    /// A folder with these files.
    pub(super) fn of_folder(path: impl Into<PathBuf>, files: Vec<PathBuf>) -> Self {
        Self { path: path.into(), files, folder: true, names_none: false }
    }

    /// What its node groups belong to, and whether that is a folder.
    pub fn root(&self) -> (&Path, bool) {
        let parent = || self.path.parent().unwrap_or(&self.path);
        (if self.folder && self.files == [self.path.as_path()] { parent() } else { &self.path }, self.folder)
    }

    /// The folder that it is in. A text from standard input is where its name says.
    pub fn home(&self, files: &dyn Files) -> PathBuf {
        match self.root() {
            (folder, true) => folder.to_owned(),
            (file, false) => {
                let source = files.read(file);
                let path = source.as_ref().map_or(file, |source| source.path());
                path.parent().unwrap_or(path).to_owned()
            }
        }
    }

    /// A file that is a unit on its own.
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), files: vec![path.to_owned()], folder: false, names_none: false }
    }
}

/// A kind of input.
pub trait Input: Sync {
    /// The name in machine-readable output, such as `terraform`.
    fn name(&self) -> &'static str;

    /// The units of this kind among the files, by their paths and the words in them: nothing is read here. A file without a word
    /// that [`read`](Self::read) asks for anyway is no unit.
    fn claim(&self, files: &FileList) -> Vec<Unit>;

    /// True if its units count only as far as nothing else delivers their files to a node.
    fn judges_what_nothing_delivers(&self) -> bool {
        false
    }

    /// True if what it finds counts only where no other input speaks about the same place.
    fn yields(&self) -> bool {
        false
    }

    /// Reads a unit. A file that turns out to be something else yields no node groups and no problem.
    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup>;
}

/// `path` with `.` and `..` resolved by text. A `..` that cannot be resolved stays.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if matches!(out.components().next_back(), Some(Component::Normal(_))) {
                    out.pop();
                } else if !out.has_root() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}
