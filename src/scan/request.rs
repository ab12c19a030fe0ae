//! What to scan, and with which rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;

use crate::collect;
use crate::node::{Given, Variable};
use crate::policy::{Policy, SettingsError};
use crate::text::{Source, repository_of};

use super::base::Base;
use super::overlay::Edited;
use super::stdin;

/// A scan request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Files and directories, as typed.
    pub paths: Vec<PathBuf>,
    /// The contents of standard input, if it is scanned.
    pub stdin: Option<Vec<u8>>,
    /// The file name of standard input.
    pub stdin_name: Option<PathBuf>,
    /// The current directory, absolute.
    pub current: PathBuf,
    /// Files of CloudFormation parameters, as typed.
    pub parameters: Vec<PathBuf>,
    /// Values for Terraform variables, in the order of the arguments.
    pub(crate) variables: Vec<GivenVariable>,
    /// Sources of Terraform modules and the folders that stand for them, as typed. They may be outside the root.
    pub modules: Vec<(String, PathBuf)>,
    /// Disregard ignore files.
    pub no_ignore: bool,
    /// Which rules count.
    pub policy: Policy,
    /// Keep only findings that involve a named file. Without a named file this has no effect.
    pub only_named: bool,
    /// Files as they would be after a change.
    pub(crate) edited: Edited,
    /// What the findings are compared with: those that it has are known.
    pub(crate) base: Option<Arc<Base>>,
    /// Work out every field of a kubelet, not only durations.
    pub(crate) whole: bool,
    /// Read also files without a word that anything looks for; if files are named, all that a scan of their repository reads. The
    /// result is the same.
    pub reads_all: bool,
    /// The number of threads; without one, as many as there are processors.
    pub jobs: Option<u16>,
    /// Receives the progress of the scan.
    pub(crate) progress: Arc<Progress>,
}

/// The progress of a scan.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    all: AtomicUsize,
    done: AtomicUsize,
    cancelled: AtomicBool,
}

impl Progress {
    /// The number of files read so far, and of all files. Both only grow.
    pub(crate) fn get(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }

    /// Ends the scan early: it fails.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// True if the scan was told to end early.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn expect(&self, files: usize) {
        self.all.fetch_add(files, Ordering::Relaxed);
    }

    pub(super) fn step(&self, files: usize) {
        self.done.fetch_add(files, Ordering::Relaxed);
    }
}

/// One or several values for Terraform variables, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GivenVariable {
    /// `--var-file PATH`
    File(PathBuf),
    /// `--var NAME=VALUE`
    Set(String),
}

/// Why a scan failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanError {
    /// One line for people.
    pub message: String,
    /// The error in a configuration, if that is the reason.
    pub(crate) settings: Option<Box<SettingsError>>,
}

impl From<SettingsError> for ScanError {
    fn from(error: SettingsError) -> Self {
        Self { message: error.message.clone(), settings: Some(Box::new(error)) }
    }
}

impl std::fmt::Display for ScanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ScanError {}

impl ScanError {
    pub(super) fn unreadable(path: &Path, why: &str) -> Self {
        Self::plain(format!("cannot read {}: {why}", path.display()))
    }

    pub(super) fn plain(message: String) -> Self {
        Self { message, settings: None }
    }
}

impl Request {
    /// For these files and folders, as seen from the folder `current`, with the nearest configuration in each folder.
    pub fn new(paths: Vec<PathBuf>, current: &Path) -> Self {
        let current = current.canonicalize().unwrap_or_else(|_| current.to_owned());
        let policy = Policy { now: SystemTime::now(), ..Policy::default() }.nearest(&current);
        Self { paths, current, policy, ..Self::default() }
    }

    fn absolute(&self, path: &Path) -> Result<PathBuf, ScanError> {
        let full = self.current.join(path);
        if self.edited.get(&full).is_some() {
            return Ok(full);
        }
        let real = full.canonicalize().map_err(|e| {
            let why = match e.kind() {
                std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
                std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
                _ => e.to_string(),
            };
            ScanError::unreadable(path, &why)
        })?;
        // What a repository holds may come from a stranger, and so may a link in it.
        match repository_of(&full) {
            Some(root) if !real.starts_with(&root) => {
                Err(ScanError::unreadable(path, "a link leads outside the repository"))
            }
            _ => Ok(real),
        }
    }

    /// The named paths, absolute; missing ones are left out.
    pub(super) fn absolute_paths(&self) -> Vec<PathBuf> {
        self.paths.iter().filter_map(|p| self.absolute(p).ok()).collect()
    }

    /// The folders whose contents were read completely, if nothing but folders was named.
    pub(super) fn complete(&self) -> Vec<PathBuf> {
        let paths = self.absolute_paths();
        if self.stdin.is_none() && paths.iter().all(|p| p.is_dir()) { paths } else { Vec::new() }
    }

    /// The named paths, absolute, by root. Nothing outside the root is read.
    pub(super) fn by_root(&self) -> Result<BTreeMap<PathBuf, Vec<PathBuf>>, ScanError> {
        let mut out: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in &self.paths {
            let absolute = self.absolute(path)?;
            out.entry(collect::root_of(&absolute, &self.current)).or_default().push(absolute);
        }
        Ok(out)
    }

    /// The roots of the named paths that exist, absolute.
    pub(crate) fn roots(&self) -> Vec<PathBuf> {
        let piped = self.stdin.iter().map(|_| self.current.clone());
        let all: BTreeSet<_> =
            self.absolute_paths().into_iter().chain(piped).map(|p| collect::root_of(&p, &self.current)).collect();
        all.into_iter().collect()
    }

    /// The root of the first named path that exists, or that of the current folder.
    pub(crate) fn root(&self) -> PathBuf {
        let first = self.roots().into_iter().next();
        first.filter(|_| self.stdin.is_none()).unwrap_or_else(|| collect::root_of(&self.current, &self.current))
    }

    /// Leaves out named files that the base has and that are gone: a deletion counts with what it changes. If all are gone, the
    /// whole repository is read.
    pub(crate) fn leave_out_deleted(&mut self) {
        let Some(base) = self.base.clone() else { return };
        let named = self.paths.len();
        let current = self.current.clone();
        self.paths.retain(|path| !is_deleted(&current.join(path), &base));
        if self.paths.is_empty() && named > 0 && self.stdin.is_none() {
            self.paths.push(base.commit.root().to_owned());
        }
    }

    /// The named parameter files, absolute.
    pub(super) fn parameter_files(&self) -> Result<Vec<PathBuf>, ScanError> {
        self.parameters.iter().map(|p| self.absolute(p)).collect()
    }

    /// The values and folders that the command line adds to the source.
    pub(super) fn given(&self) -> Result<Given, ScanError> {
        let (parameters, variables) = (self.parameter_files()?, self.variables()?);
        Ok(Given { parameters, variables, var_files: BTreeMap::new(), modules: self.modules()?, whole: self.whole })
    }

    /// The sources of modules and their folders, absolute.
    fn modules(&self) -> Result<Vec<(String, PathBuf)>, ScanError> {
        let typed = self.modules.iter().map(|(source, dir)| match self.absolute(dir) {
            Ok(path) if path.is_dir() => Ok((source.clone(), path)),
            Ok(_) => Err(ScanError::unreadable(dir, "not a directory")),
            Err(error) => Err(error),
        });
        typed.collect()
    }

    /// The values for variables, with files absolute.
    pub(super) fn variables(&self) -> Result<Vec<Variable>, ScanError> {
        let one = |given: &GivenVariable| match given {
            GivenVariable::File(path) => Ok(Variable::File(self.absolute(path)?)),
            GivenVariable::Set(text) => match text.split_once('=') {
                Some((name, value)) if !name.trim().is_empty() => {
                    let name = name.trim().to_owned();
                    let source = Source::new(format!("--var {name}"), value.as_bytes());
                    Ok(Variable::Set(name, Arc::new(source)))
                }
                _ => Err(ScanError::plain(format!("--var {text}: expected NAME=VALUE"))),
            },
        };
        self.variables.iter().map(one).collect()
    }

    /// True if a file is among the named paths, and nothing comes from standard input.
    pub(crate) fn names_files(&self) -> bool {
        self.stdin.is_none() && !self.named_files().is_empty()
    }

    /// True if a folder is among the named paths.
    pub(crate) fn has_folder(&self) -> bool {
        self.absolute_paths().iter().any(|p| p.is_dir())
    }

    /// Standard input, its absolute path among the files, and the one that is shown.
    pub(super) fn piped(&self) -> Option<(&[u8], PathBuf, PathBuf)> {
        let bytes = self.stdin.as_deref()?;
        Some(match &self.stdin_name {
            Some(name) => (bytes, self.current.join(name), self.current.join(name)),
            None => (bytes, self.current.join(stdin::name(bytes)), PathBuf::from(stdin::STDIN)),
        })
    }

    /// The paths of what was named itself, not found in a folder: files, values and standard input; absolute, as in the
    /// places of a scan.
    pub(crate) fn named(&self) -> BTreeSet<PathBuf> {
        let stdin = self.piped().into_iter().flat_map(|(_, path, shown)| [path, shown]);
        let values = self.variables.iter().filter_map(|given| match given {
            GivenVariable::File(path) => self.absolute(path).ok(),
            GivenVariable::Set(_) => None,
        });
        let values = values.chain(self.parameter_files().unwrap_or_default());
        self.absolute_paths().into_iter().chain(values).chain(stdin).collect()
    }

    /// The files (not directories) among the named paths, absolute.
    pub(super) fn named_files(&self) -> Vec<PathBuf> {
        self.absolute_paths().into_iter().filter(|p| !p.is_dir()).collect()
    }
}

/// True for a file of the base that is gone.
fn is_deleted(path: &Path, base: &Base) -> bool {
    if path.symlink_metadata().is_ok() {
        return false;
    }
    let real = |dir: &Path| Some(dir.canonicalize().ok()?.join(path.strip_prefix(dir).ok()?));
    path.ancestors().find_map(real).is_some_and(|file| base.commit.has_file(&file))
}
