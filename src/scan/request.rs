//! What is to be scanned, and with which rules.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::collect;
use crate::node::Variable;
use crate::policy::Policy;
use crate::text::Source;

use super::Edited;

/// A scan to be made.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Files and directories, as typed.
    pub paths: Vec<PathBuf>,
    /// What came on standard input, if it is to be scanned.
    pub stdin: Option<Vec<u8>>,
    /// The name that standard input is to be read under.
    pub stdin_name: Option<PathBuf>,
    /// The current directory, absolute.
    pub current: PathBuf,
    /// Files of CloudFormation parameters, as typed.
    pub parameters: Vec<PathBuf>,
    /// Values for variables of Terraform, in the order in which they were typed.
    pub variables: Vec<GivenVariable>,
    /// Do not obey ignore files.
    pub no_ignore: bool,
    /// Which rules count.
    pub policy: Policy,
    /// Keep only findings that a named file has a part in. Without a named file this does nothing.
    pub only_named: bool,
    /// Files as they would be after a change.
    pub edited: Edited,
    /// Is told how far the scan has come.
    pub progress: Arc<Progress>,
}

/// How far a scan has come, for whoever waits for it.
#[derive(Debug, Default)]
pub struct Progress {
    all: AtomicUsize,
    done: AtomicUsize,
}

impl Progress {
    /// How many units have been read so far, and how many there are. Both only grow.
    pub fn get(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }

    pub(super) fn expect(&self, units: usize) {
        self.all.fetch_add(units, Ordering::Relaxed);
    }

    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// A value for a variable of Terraform, or several, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenVariable {
    /// `--var-file PATH`
    File(PathBuf),
    /// `--var NAME=VALUE`
    Set(String),
}

/// Why a scan could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanError {
    /// One line for people.
    pub message: String,
}

impl std::fmt::Display for ScanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ScanError {}

impl ScanError {
    pub(super) fn unreadable(path: &Path, why: &str) -> Self {
        Self { message: format!("cannot read {}: {why}", path.display()) }
    }
}

impl Request {
    fn absolute(&self, path: &Path) -> Result<PathBuf, ScanError> {
        self.current.join(path).canonicalize().map_err(|e| {
            let why = match e.kind() {
                std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
                std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
                _ => e.to_string(),
            };
            ScanError::unreadable(path, &why)
        })
    }

    /// The named paths, absolute; those that are not there are left out.
    pub(super) fn absolute_paths(&self) -> Vec<PathBuf> {
        self.paths.iter().filter_map(|p| self.absolute(p).ok()).collect()
    }

    /// True if folders were named, so that what is below them was read whole.
    pub(super) fn is_complete(&self) -> bool {
        self.stdin.is_none() && self.absolute_paths().iter().all(|p| p.is_dir())
    }

    /// The named paths, absolute, by the root that nothing outside of is read for them.
    pub(super) fn by_root(&self) -> Result<BTreeMap<PathBuf, Vec<PathBuf>>, ScanError> {
        let mut out: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in &self.paths {
            let absolute = self.absolute(path)?;
            out.entry(collect::root_of(&absolute, &self.current)).or_default().push(absolute);
        }
        Ok(out)
    }

    /// The named files of parameters, absolute.
    pub(super) fn parameter_files(&self) -> Result<Vec<PathBuf>, ScanError> {
        self.parameters.iter().map(|p| self.absolute(p)).collect()
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
                _ => Err(ScanError { message: format!("--var {text}: expected NAME=VALUE") }),
            },
        };
        self.variables.iter().map(one).collect()
    }

    /// The files (not directories) among the named paths, absolute.
    pub(super) fn named_files(&self) -> Vec<PathBuf> {
        self.absolute_paths().into_iter().filter(|p| !p.is_dir()).collect()
    }
}
