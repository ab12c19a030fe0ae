//! The context of one unit of work: texts and notes for everyone, command-line values and claims on other units for inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::syntax::{Node, Parsed, SyntaxError};
use crate::text::{FileError, Files, Source, Span, TextId, Texts, Traced, View, Why, holds};

use super::group::NodeGroup;
use super::notes::Notes;
use super::shared::Shared;

/// Terraform variables set on the command line.
#[derive(Clone, Debug)]
pub enum Variable {
    /// The absolute path of a file of values.
    File(PathBuf),
    /// The name of one variable and its value, as a separate text.
    Set(String, Arc<Source>),
}

/// Values that the command line and the configuration add to the source.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Absolute paths of parameter files; a later one overrides an earlier one.
    pub parameters: Vec<PathBuf>,
    /// Values for variables; a later one overrides an earlier one.
    pub variables: Vec<Variable>,
    /// Absolute paths of the files of values of root modules, by the absolute folder of the root module.
    pub var_files: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// The sources of Terraform modules, and the absolute folders that stand for them.
    pub modules: Vec<(String, PathBuf)>,
    /// True if every field of a kubelet is requested, not only durations.
    pub whole: bool,
}

/// What a unit claims about other units and files.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Directories of other units that were read as part of this one, with the inputs that this unit passes. Such a unit is
    /// checked here and not separately, unless it covers this unit in turn.
    pub covers: Vec<PathBuf>,
    /// Files that this unit interprets; they are not read on their own.
    pub uses: Vec<PathBuf>,
    /// Descriptions that reach no node, or none that is known, with the timeouts in them.
    pub unreached: Vec<NodeGroup>,
    /// Values for something that is not in the source, each with what they are, in words.
    pub elsewhere: Vec<(Span, Arc<str>)>,
    /// Documents that describe an application, each with the config maps next to it. They are read after the unit itself.
    pub applications: Vec<(Node, Vec<Node>)>,
}

/// A text that is kept in a store: an object in S3 as `s3://bucket/key`, or a parameter of SSM as `ssm:name`. An unknown part of the bucket
/// is a single character.
#[derive(Clone, Debug)]
pub struct StoredObject {
    /// Its URI.
    pub uri: String,
    /// Its key.
    pub key: String,
    /// What is stored.
    pub content: Traced,
    /// Where it is put there.
    pub at: Span,
    /// The number of the module instance that puts it there.
    pub instance: usize,
}

/// The context in which an input reads one unit.
pub struct Cx<'a> {
    /// All texts of the unit.
    pub texts: Texts,
    /// The only access to the disk.
    pub files: &'a dyn Files,
    /// Values shared by the units of a scan.
    pub shared: Arc<Shared>,
    /// Values that are computed once for this unit.
    pub kept: Arc<Shared>,
    /// Values set on the command line.
    pub given: Given,
    /// Problems and gaps found in the source.
    pub notes: Notes,
    /// What the unit claims about other units and files.
    pub claims: Claims,
    /// No argument of a module that it calls can be a setting.
    pub names_none: bool,
    /// Machines that scripts of this unit launch, with their user data.
    pub launched: Vec<NodeGroup>,
    /// What this unit puts into stores.
    pub stored: Vec<StoredObject>,
    /// Every file read for this unit, in order of first use.
    pub read: Vec<TextId>,
    /// The bytes of a file of this unit as one way through its template leaves them: none added or removed.
    pub shown: Option<(PathBuf, Arc<[u8]>)>,
    /// Files that this unit refers to and that cannot be read.
    pub refused: Vec<(PathBuf, FileError)>,
    seen: BTreeSet<TextId>,
}

impl<'a> Cx<'a> {
    /// An empty context.
    pub fn new(files: &'a dyn Files) -> Self {
        Self {
            texts: Texts::new(),
            files,
            shared: Arc::default(),
            kept: Arc::default(),
            given: Given::default(),
            notes: Notes::default(),
            claims: Claims::default(),
            names_none: false,
            launched: Vec::new(),
            stored: Vec::new(),
            read: Vec::new(),
            shown: None,
            refused: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Reads a file into the unit's texts.
    ///
    /// # Errors
    /// The same as [`Files::read`].
    pub fn open(&mut self, path: &Path) -> Result<TextId, FileError> {
        let source = self.peek(path)?;
        Ok(self.add(source))
    }

    /// A file that something refers to, before it is known whether it is read as a text.
    ///
    /// # Errors
    /// The same as [`Files::read`]. A file that is there and cannot be read is reported.
    pub fn peek(&mut self, path: &Path) -> Result<Arc<Source>, FileError> {
        let source = self.files.read(path);
        if let Err(error) = &source
            && error.is_unread()
        {
            self.refused.push((path.to_owned(), error.clone()));
        }
        source
    }

    /// Adds a file to the unit's texts.
    pub fn add(&mut self, source: Arc<Source>) -> TextId {
        let id = self.texts.add_source(source);
        if self.seen.insert(id) {
            self.read.push(id);
        }
        id
    }

    /// As [`open`](Self::open), with the bytes of the file.
    ///
    /// # Errors
    /// As [`Files::read`].
    pub fn view(&mut self, path: &Path) -> Result<View, FileError> {
        let view = self.open(path).map(|id| self.texts.view(id))?;
        let shown = self.shown.as_ref().filter(|(file, bytes)| file == path && bytes.len() == view.bytes.len());
        Ok(match shown {
            Some((_, bytes)) => view.with_bytes(Arc::clone(bytes)),
            None => view,
        })
    }

    /// The bytes of a text that `step` made; see [`Texts::add_made`].
    pub fn made(&mut self, step: impl Into<Arc<str>>, text: &Traced, at: Span) -> View {
        let id = self.texts.add_made(step, text, at);
        self.texts.view(id)
    }

    /// See [`Notes::problem`].
    pub fn problem(&mut self, at: Span, message: impl Into<String>) {
        self.notes.problem(at, message);
    }

    /// Returns the parsed tree and reports the syntax errors as problems.
    pub fn parsed<T>(&mut self, parsed: Parsed<T>) -> T {
        for error in &parsed.errors {
            self.notes.syntax(error, "");
        }
        parsed.tree
    }

    /// See [`Notes::gap`].
    pub fn gap(&mut self, at: Span, why: Why) {
        self.notes.gap(at, why);
    }

    /// The part of the context that a boot may use.
    pub fn boot(&mut self) -> BootCx<'_> {
        let whole = self.given.whole;
        let Self { texts, launched, notes, files, read, seen, .. } = self;
        BootCx { texts, launched, whole, notes, files: *files, read, seen }
    }
}

/// The context of a boot, which reads only files that a script names.
pub struct BootCx<'a> {
    /// All texts of the unit.
    pub texts: &'a mut Texts,
    /// Machines that scripts launch, with their user data.
    pub launched: &'a mut Vec<NodeGroup>,
    /// True if every field of a kubelet is requested, not only durations.
    pub whole: bool,
    notes: &'a mut Notes,
    files: &'a dyn Files,
    read: &'a mut Vec<TextId>,
    seen: &'a mut BTreeSet<TextId>,
}

impl BootCx<'_> {
    /// The root of what is scanned.
    pub fn root(&self) -> &Path {
        self.files.root()
    }

    /// A file of the source that a script names, if there is one.
    pub fn view(&mut self, path: &Path) -> Option<View> {
        let id = self.texts.add_source(self.files.read(path).ok()?);
        if self.seen.insert(id) {
            self.read.push(id);
        }
        Some(self.texts.view(id))
    }

    /// True if a file of the source holds one of these words.
    pub(crate) fn holds(&self, path: &Path, words: &[&[u8]]) -> bool {
        self.files.glance(path).is_some_and(|bytes| words.iter().any(|word| holds(&bytes, word)))
    }

    /// The files in a folder of the source and in those below it, down to `depth`, at most `most`.
    pub(crate) fn below(&self, folder: &Path, depth: usize, most: usize) -> Vec<PathBuf> {
        let mut out = self.files.list(folder);
        if depth > 0 {
            for inner in self.files.folders(folder) {
                if out.len() >= most {
                    break;
                }
                out.extend(self.below(&inner, depth - 1, most - out.len()));
            }
        }
        out.truncate(most);
        out
    }

    /// See [`Notes::problem`].
    pub fn problem(&mut self, at: Span, message: impl Into<String>) {
        self.notes.problem(at, message);
    }

    /// Records a syntax error: see [`Notes::syntax`]. A `template` of another tool is only not read.
    pub fn syntax(&mut self, error: &SyntaxError, words: &str, template: bool) {
        if template {
            let words = words.trim_end_matches(": ");
            self.problem(
                error.at,
                format!("{words}, or a template that another tool fills in ({}): check its output", error.message),
            );
        } else {
            self.notes.syntax(error, words);
        }
    }
}
