//! Subcharts that are packed: archives in `charts/`, read as folders. Nothing is written to the disk.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use crate::node::Cx;
use crate::text::{FileError, Source, Span, Traced, View, Why};

use super::ignored::Ignored;
use crate::input::unit::{has_extension, normal};

/// The main file of a chart.
pub(super) const CHART: &str = "Chart.yaml";
/// The most bytes of all archives of a chart, unpacked.
const MAX_BYTES: u64 = 32 << 20;
/// The largest file of an archive that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;
/// The most files of one archive.
const MAX_FILES: usize = 5_000;
/// The most archives of one chart.
const MAX_ARCHIVES: usize = 50;

/// The files of a chart: on the disk, or in archives, whose paths go on inside them.
#[derive(Default)]
pub(super) struct Sources {
    files: BTreeMap<PathBuf, View>,
    /// Archives in archives, and where the outermost one is.
    archives: BTreeMap<PathBuf, (Vec<u8>, Span)>,
    /// The unpacked bytes so far.
    spent: u64,
    /// What the charts leave out, each by its folder.
    ignored: Vec<(PathBuf, Ignored)>,
}

impl Sources {
    /// Reads which files of a chart are no part of it, unless it is a part of another one, whose rules count for it.
    pub(super) fn leave_out(&mut self, chart: &Path, cx: &mut Cx<'_>) {
        let known = |(dir, _): &(PathBuf, Ignored)| dir == chart || chart.starts_with(dir.join("charts"));
        if !self.ignored.iter().any(known) {
            let view = cx.view(&chart.join(".helmignore")).ok();
            let text = view.map(|view| String::from_utf8_lossy(&view.bytes).into_owned()).unwrap_or_default();
            self.ignored.push((normal(chart), Ignored::of(&text)));
        }
    }

    /// True if a chart leaves a file out.
    pub(super) fn leaves_out(&self, path: &Path) -> bool {
        let below = |(dir, rules): &(PathBuf, Ignored)| path.strip_prefix(dir).is_ok_and(|path| rules.holds(path));
        !self.files.contains_key(path) && self.ignored.iter().any(below)
    }

    /// The text of a file.
    pub(super) fn view(&self, path: &Path, cx: &mut Cx<'_>) -> Result<View, FileError> {
        match self.files.get(path) {
            Some(view) => Ok(view.clone()),
            None if self.leaves_out(path) => Err(FileError::Missing),
            None => cx.view(path),
        }
    }

    /// True if there is such a file.
    pub(super) fn holds(&self, path: &Path, cx: &mut Cx<'_>) -> bool {
        self.files.contains_key(path) || !self.leaves_out(path) && cx.peek(path).is_ok()
    }

    /// The files directly in a folder.
    pub(super) fn list(&self, dir: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
        let packed: Vec<_> = self.below(dir).filter(|p| p.parent() == Some(dir)).cloned().collect();
        if !packed.is_empty() {
            return packed;
        }
        cx.files.list(dir).into_iter().filter(|path| !self.leaves_out(path)).collect()
    }

    /// All packed files below a folder.
    pub(super) fn below<'a>(&'a self, dir: &'a Path) -> impl Iterator<Item = &'a PathBuf> {
        self.files.range(dir.to_owned()..).map(|(path, _)| path).take_while(move |path| path.starts_with(dir))
    }

    /// The folders directly in a folder.
    pub(super) fn folders(&self, dir: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
        let inner = self.below(dir).filter_map(|p| p.strip_prefix(dir).ok()).filter(|p| p.components().count() > 1);
        let mut packed: Vec<_> = inner.filter_map(|p| p.components().next()).map(|c| dir.join(c)).collect();
        packed.dedup();
        if packed.is_empty() { cx.files.folders(dir) } else { packed }
    }

    /// True if a folder has a packed chart that is not unpacked yet.
    pub(super) fn packs(&self, folder: &Path, cx: &Cx<'_>) -> bool {
        self.archives.keys().any(|path| path.parent() == Some(folder)) || !archives_in(folder, cx).is_empty()
    }

    /// The folders of the charts that are packed in a folder. Each archive has one.
    pub(super) fn unpack(&mut self, folder: &Path, cx: &mut Cx<'_>) -> Vec<PathBuf> {
        let inner: Vec<_> = self.archives.keys().filter(|path| path.parent() == Some(folder)).cloned().collect();
        let mut out = Vec::new();
        for (n, path) in archives_in(folder, cx).into_iter().chain(inner).enumerate() {
            if n >= MAX_ARCHIVES {
                if let Ok(view) = cx.view(&folder.with_file_name(CHART)) {
                    cx.gap(view.span(0..0), Why::limit("packed charts"));
                }
                break;
            }
            let (bytes, outer) = match self.archives.remove(&path) {
                Some((bytes, at)) => (bytes, Some(at)),
                None => match cx.peek(&path) {
                    Ok(source) => (source.bytes().to_vec(), None),
                    Err(_) => continue,
                },
            };
            let (files, whole) = read(&bytes, MAX_BYTES.saturating_sub(self.spent));
            // An archive has no lines. It is shown as one, of the names of its files, each of which stands for its content.
            let names: Vec<_> = files.iter().map(|(name, _)| name.display().to_string()).collect();
            let at = outer.unwrap_or_else(|| {
                let id = cx.add(Arc::new(Source::new(path.clone(), names.join(" ").into_bytes())));
                cx.claims.uses.push(path.clone());
                cx.texts.view(id).span(0..0)
            });
            if !whole {
                cx.gap(at, Why::Limit("size of a packed chart, or it is damaged"));
            }
            let mut start = 0;
            for ((name, content), shown) in files.into_iter().zip(names) {
                self.spent += content.len() as u64;
                let at = outer.unwrap_or_else(|| Span::new(at.text, start..start + shown.len()));
                start += shown.len() + 1;
                let mut parts = name.components();
                if parts.next().is_some() && parts.as_path() == Path::new(CHART) {
                    out.extend(name.parent().map(|dir| path.join(dir)));
                }
                if has_extension(&name, &["tgz"]) {
                    self.archives.insert(path.join(name), (content, at));
                    continue;
                }
                let step = format!("{shown} in {}", path.file_name().unwrap_or_default().display());
                let view = cx.made(step, &Traced::made(content, at), at);
                self.files.insert(path.join(name), view);
            }
        }
        out
    }
}

/// True for files of a chart that are templates or values.
pub(super) fn is_read(path: &Path) -> bool {
    has_extension(path, &["yaml", "yml", "tpl", "json", "txt", "sh", "toml", "conf"])
}

/// The archives in a folder.
pub(super) fn archives_in(folder: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let mut files = cx.files.list(folder);
    files.retain(|path| has_extension(path, &["tgz"]));
    files
}

/// The files of an archive that may matter, by path; at most `most` bytes are unpacked. False if it was not read completely.
fn read(bytes: &[u8], most: u64) -> (Vec<(PathBuf, Vec<u8>)>, bool) {
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes).take(most));
    let (mut out, mut whole) = (Vec::new(), true);
    let Ok(entries) = archive.entries() else { return (out, false) };
    for entry in entries {
        let Ok(mut entry) = entry else { return (out, false) };
        if out.len() >= MAX_FILES {
            return (out, false);
        }
        let Ok(path) = entry.path().map(|p| p.into_owned()) else { continue };
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let ours = is_read(&path) || has_extension(&path, &["tgz"]);
        if !plain || !entry.header().entry_type().is_file() || !ours {
            continue;
        }
        if entry.size() > MAX_FILE {
            whole = false;
            continue;
        }
        let mut content = Vec::new();
        if entry.read_to_end(&mut content).is_err() {
            return (out, false);
        }
        out.push((path, content));
    }
    (out, whole)
}
