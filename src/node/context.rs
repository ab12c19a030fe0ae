//! What one unit of work has at hand, by who uses it: texts and notes (everybody), what the command line gives and what the
//! unit takes over from others (inputs).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::text::{FileError, Files, Source, Span, TextId, Texts, Why};

use super::group::NodeGroup;
use super::notes::Notes;
use super::shared::Shared;

/// What the command line gives to variables of Terraform.
#[derive(Clone, Debug)]
pub enum Variable {
    /// A file of values, absolute.
    File(PathBuf),
    /// The value of one variable, as a text of its own.
    Set(String, Arc<Source>),
}

/// What the command line gives to what is read.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Files of parameters, absolute; a later one overrides an earlier one.
    pub parameters: Vec<PathBuf>,
    /// Values for variables; a later one overrides an earlier one.
    pub variables: Vec<Variable>,
}

/// What a unit says of other units and files.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Directories of other units that were read as a part of this one, with what they are really given here. Such a unit is
    /// judged here and not by itself, unless this unit is itself covered by it.
    pub covers: Vec<PathBuf>,
    /// Files that this unit makes something of, so that they say nothing by themselves.
    pub uses: Vec<PathBuf>,
    /// Descriptions of which nothing reaches a node, with the timeouts in them.
    pub unreached: Vec<NodeGroup>,
}

/// What an input has at hand while it reads one unit.
pub struct Cx<'a> {
    /// All texts of the unit.
    pub texts: Texts,
    /// The only way to the disk.
    pub files: &'a dyn Files,
    /// What the units of a scan have in common.
    pub shared: Arc<Shared>,
    /// What was named for this run.
    pub given: Given,
    /// What is said of the source beside its node groups.
    pub notes: Notes,
    /// What the unit says of other units and files.
    pub claims: Claims,
    /// Every file that was read for this unit, in the order of first use.
    pub read: Vec<TextId>,
    seen: BTreeSet<TextId>,
}

impl<'a> Cx<'a> {
    /// Nothing read yet.
    pub fn new(files: &'a dyn Files) -> Self {
        Self {
            texts: Texts::new(),
            files,
            shared: Arc::default(),
            given: Given::default(),
            notes: Notes::default(),
            claims: Claims::default(),
            read: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Reads a file into the unit's texts.
    ///
    /// # Errors
    /// As [`Files::read`].
    pub fn open(&mut self, path: &Path) -> Result<TextId, FileError> {
        let source = self.files.read(path)?;
        let id = self.texts.add_source(source);
        if self.seen.insert(id) {
            self.read.push(id);
        }
        Ok(id)
    }

    /// As [`Notes::problem`].
    pub fn problem(&mut self, at: Span, message: impl Into<String>) {
        self.notes.problem(at, message);
    }

    /// As [`Notes::gap`].
    pub fn gap(&mut self, at: Span, why: Why) {
        self.notes.gap(at, why);
    }

    /// The part that a boot sees.
    pub fn boot(&mut self) -> BootCx<'_> {
        BootCx { texts: &mut self.texts, notes: &mut self.notes }
    }
}

/// What a boot has at hand: it reads no disk and knows no command line.
pub struct BootCx<'a> {
    /// All texts of the unit.
    pub texts: &'a mut Texts,
    notes: &'a mut Notes,
}

impl BootCx<'_> {
    /// As [`Notes::problem`].
    pub fn problem(&mut self, at: Span, message: impl Into<String>) {
        self.notes.problem(at, message);
    }
}
