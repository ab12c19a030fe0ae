//! The files that are open in the editor, as they are there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::TextDocumentContentChangeEvent;

use crate::report::file_address;
use crate::text::Source;

use super::address;
use super::position::Unit;

/// An open file.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Its address, as the client writes it.
    pub(super) address: String,
    pub(super) version: i32,
    pub(super) source: Arc<Source>,
    /// The folder in which a person would run the program for it.
    pub(super) home: PathBuf,
}

/// The open files by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    pub(super) open: BTreeMap<PathBuf, Document>,
    /// The folders that are open: as the client names them, and without links.
    pub(super) folders: Vec<(PathBuf, PathBuf)>,
}

impl Documents {
    /// The path of the file with this address, without links.
    pub(super) fn path(&self, address: &str) -> Option<PathBuf> {
        let known = self.open.iter().find(|(_, document)| document.address == address);
        known.map(|(path, _)| path.clone()).or_else(|| address::real(&address::path(address)?))
    }

    /// Opens a file, and answers which folder it is judged from.
    pub(super) fn open(&mut self, address: &str, version: i32, text: String) -> Option<PathBuf> {
        let path = self.path(address)?;
        let home = home(&self.folders, &path);
        let source = Arc::new(Source::new(&path, text.into_bytes()));
        self.open.insert(path, Document { address: address.to_owned(), version, source, home: home.clone() });
        Some(home)
    }

    /// Finds out again from which folder each file is judged.
    pub(super) fn settle(&mut self) {
        let folders = &self.folders;
        self.open.iter_mut().for_each(|(path, document)| document.home = home(folders, path));
    }

    /// Applies changes to an open file.
    pub(super) fn change(
        &mut self,
        address: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        unit: Unit,
    ) -> Option<PathBuf> {
        let path = self.path(address)?;
        let document = self.open.get_mut(&path)?;
        for change in changes {
            let text = match change.range {
                None => change.text,
                Some(range) => {
                    let source = &document.source;
                    let mut text = String::from_utf8_lossy(&source.bytes()).into_owned();
                    let start = unit.offset(source, range.start) as usize;
                    let end = (unit.offset(source, range.end) as usize).max(start);
                    text.replace_range(start..end, &change.text);
                    text
                }
            };
            document.source = Arc::new(Source::new(&path, text.into_bytes()));
        }
        document.version = version;
        Some(document.home.clone())
    }

    /// Closes a file.
    pub(super) fn close(&mut self, address: &str) -> Option<PathBuf> {
        let path = self.path(address)?;
        self.open.remove(&path).map(|document| document.home)
    }

    /// The address of a file: that of an open one, and what is in an open folder, as the client writes it.
    pub(super) fn address(&self, path: &Path) -> String {
        if let Some(document) = self.open.get(path) {
            return document.address.clone();
        }
        let inside = |(named, real): &(PathBuf, PathBuf)| Some(named.join(path.strip_prefix(real).ok()?));
        file_address(&self.folders.iter().find_map(inside).unwrap_or_else(|| path.to_owned()))
    }

    /// Those that are judged from a folder.
    pub(super) fn of<'a>(&'a self, home: &'a Path) -> impl Iterator<Item = (&'a PathBuf, &'a Document)> {
        self.open.iter().filter(move |(_, document)| document.home == home)
    }
}

/// The folder that is open around a file, or the one that it is in.
fn home(folders: &[(PathBuf, PathBuf)], path: &Path) -> PathBuf {
    let around = folders.iter().map(|(_, real)| real).filter(|folder| path.starts_with(folder));
    let nearest = around.max_by_key(|folder| folder.as_os_str().len()).map(PathBuf::as_path);
    nearest.or(path.parent()).unwrap_or(path).to_owned()
}
