//! From files to a configuration: which file counts, and what it extends.

use std::path::Path;
use std::sync::Arc;

use crate::collect;
use crate::text::{Disk, FileError, Files, Source, repository_of};

use super::settings::{Settings, SettingsError, word};

/// The names of configuration files, in order of precedence.
pub(crate) const FILE_NAMES: &[&str] = &["kubelet-lint.toml", ".kubelet-lint.toml"];

/// The most files that make up one configuration.
const MAX_LAYERS: usize = 16;

/// A configuration as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// What it says, with all that it extends.
    pub settings: Settings,
    /// Its file and those that it extends, nearest first, each with what it says itself.
    pub layers: Vec<(Arc<Source>, Settings)>,
}

impl Loaded {
    /// Its files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.layers.iter().map(|(source, _)| source)
    }
}

/// Where the files that control a run are read from: the disk, or a commit of the scanned repository.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// The current directory, absolute.
    pub current: &'a Path,
    /// The files of the commit, if it is one.
    pub earlier: Option<&'a dyn Files>,
}

impl Reading<'_> {
    /// Reads in the repository of `folder`.
    pub(super) fn below<T>(&self, folder: &Path, read: impl FnOnce(&dyn Files) -> T) -> std::io::Result<T> {
        match self.earlier.filter(|files| folder.starts_with(files.root())) {
            Some(files) => Ok(read(files)),
            None => Ok(read(&Disk::new(&collect::root_of(folder, self.current))?)),
        }
    }
}

impl Settings {
    /// Reads a configuration and what it extends. Its own patterns are relative to the folder `patterns`.
    ///
    /// # Errors
    /// If one of the files cannot be read or is invalid.
    pub(crate) fn load(source: &Arc<Source>, patterns: &Path, from: Reading<'_>) -> Result<Loaded, SettingsError> {
        let mut layers: Vec<(Arc<Source>, Self)> = Vec::new();
        let mut all = Vec::new();
        let mut next = Some(Arc::clone(source));
        while let Some(source) = next.take() {
            let (mut settings, keys) = Self::parse(&source)?;
            let folder = source.path().parent().unwrap_or(from.current).to_owned();
            settings.place_paths(&source, &folder, from)?;
            settings.anchor(&folder, if layers.is_empty() { patterns } else { &folder });
            layers.push((Arc::clone(&source), settings.clone()));
            if let Some(path) = &settings.extend {
                let error = |message| SettingsError { place: word(&source, &path.to_string_lossy()), message };
                let other = Self::open_relative(&folder, path, from).map_err(|e| error(e.message))?;
                if layers.iter().any(|(known, _)| known.path() == other.path()) {
                    return Err(error("`extend` leads back to a file that leads here".to_owned()));
                }
                if layers.len() >= MAX_LAYERS {
                    return Err(error(format!("`extend` leads through more than {MAX_LAYERS} files")));
                }
                next = Some(other);
            }
            all.push((settings, keys));
        }
        let mut all = all.into_iter().rev();
        let first = all.next().map(|(settings, _)| settings).unwrap_or_default();
        let settings = all.fold(first, |below, (settings, keys)| settings.over(&keys, below));
        settings.check_limit(layers.iter().map(|(source, own)| (source, own)))?;
        Ok(Loaded { settings, layers })
    }

    /// Makes the folders of modules and the files of values absolute. The configuration may be hostile, so they must be inside
    /// the repository.
    fn place_paths(&mut self, source: &Arc<Source>, folder: &Path, from: Reading<'_>) -> Result<(), SettingsError> {
        if self.modules.is_empty() && self.var_files.is_empty() {
            return Ok(());
        }
        let root = collect::root_of(folder, from.current).canonicalize();
        let place = |path: &Path, what: &str, option: &str, is_folder: bool| {
            if from.earlier.is_some() {
                // It may be gone now. What is outside is not read.
                return Ok(folder.join(path).canonicalize().unwrap_or_else(|_| folder.join(path)));
            }
            let shown = path.to_string_lossy();
            let error = |words: String| {
                let message = format!("{what}, {shown}, {words}");
                SettingsError { place: word(source, &shown), message }
            };
            let real = folder.join(path).canonicalize().map_err(|e| match e.kind() {
                std::io::ErrorKind::NotFound => error("does not exist".to_owned()),
                _ => error(format!("cannot be read: {e}")),
            })?;
            if !root.as_ref().is_ok_and(|root| real.starts_with(root)) {
                return Err(error(format!("is outside the repository{option}")));
            }
            match (is_folder, real.is_dir()) {
                (true, false) => Err(error("is not a directory".to_owned())),
                (false, true) => Err(error("is a directory".to_owned())),
                _ => Ok(real),
            }
        };
        for (module, dir) in &mut self.modules {
            let what = format!("the folder of the module `{module}`");
            *dir = place(dir, &what, ": name it with `--module`", true)?;
        }
        for (dir, files) in std::mem::take(&mut self.var_files) {
            let what = format!("a values file of `{}`", dir.display());
            let files = files.iter().map(|file| place(file, &what, ": name it with `--var-file`", false));
            let files = files.collect::<Result<_, _>>()?;
            self.var_files.insert(place(&dir, "the root module", "", true)?, files);
        }
        Ok(())
    }

    /// The configuration for `path` (absolute): the nearest one in its folder or above it, up to the root of the repository. One in
    /// a folder that a configuration above it excludes does not count.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn find(path: &Path, from: Reading<'_>) -> Result<Option<Arc<Source>>, SettingsError> {
        let start = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let all = from.below(start, |files| {
            let folders = start.ancestors().take_while(|dir| dir.starts_with(files.root()));
            folders.filter_map(|dir| directly_in(dir, files).transpose()).collect::<Result<Vec<_>, _>>()
        });
        let mut found: Option<Arc<Source>> = None;
        for source in all.unwrap_or(Ok(Vec::new()))?.into_iter().rev() {
            let folder = |source: &Source| source.path().parent().unwrap_or(start).to_owned();
            if let Some(above) = &found {
                let settings = Self::load(above, &folder(above), from)?.settings;
                if settings.exclude.iter().any(|pattern| pattern.matches(&folder(&source))) {
                    continue;
                }
            }
            found = Some(source);
        }
        Ok(found)
    }

    /// The configuration directly in the folder `dir`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn find_in(dir: &Path, from: Reading<'_>) -> Result<Option<Arc<Source>>, SettingsError> {
        from.below(dir, |files| directly_in(dir, files)).unwrap_or(Ok(None))
    }

    /// A file that a configuration in `folder` names. The configuration may be hostile, so nothing outside the repository
    /// is read.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open_relative(folder: &Path, path: &Path, from: Reading<'_>) -> Result<Arc<Source>, SettingsError> {
        let plain = |e: std::io::Error| SettingsError::plain(format!("cannot read {}: {e}", path.display()));
        let read = from.below(folder, |files| files.read(&folder.join(path)));
        read.map_err(plain)?.map_err(|e| unreadable(path, &e))
    }

    /// A file that a person named on the command line. Where it did not exist earlier, it is the one on disk.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open(path: &Path, from: Reading<'_>) -> Result<Arc<Source>, SettingsError> {
        let plain = |e: std::io::Error| {
            let why = match e.kind() {
                std::io::ErrorKind::NotFound => FileError::Missing.to_string(),
                _ => e.to_string(),
            };
            SettingsError::plain(format!("cannot read {}: {why}", path.display()))
        };
        let real = path.canonicalize().map_err(plain)?;
        if repository_of(path).is_some_and(|root| !real.starts_with(root)) {
            return Err(unreadable(path, &FileError::Outside));
        }
        let earlier = from.earlier.filter(|files| real.starts_with(files.root()));
        if let Some(source) = earlier.and_then(|files| files.read(&real).ok()) {
            return Ok(source);
        }
        let root = real.parent().unwrap_or(&real).to_owned();
        Disk::new(&root).map_err(plain)?.read(&real).map_err(|e| unreadable(path, &e))
    }
}

fn directly_in(dir: &Path, files: &dyn Files) -> Result<Option<Arc<Source>>, SettingsError> {
    for name in FILE_NAMES {
        let file = dir.join(name);
        match files.read(&file) {
            Ok(source) => return Ok(Some(source)),
            Err(FileError::Missing) => {}
            Err(error) => return Err(unreadable(&file, &error)),
        }
    }
    Ok(None)
}

pub(super) fn unreadable(path: &Path, error: &FileError) -> SettingsError {
    SettingsError::plain(format!("cannot read {}: {error}", path.display()))
}
