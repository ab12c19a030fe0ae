//! What the tests that scan share: a scan, a report as text, and a copy of a folder.

use std::path::{Path, PathBuf};

use kubelet_lint::testing::{Look, format as reporter};
use kubelet_lint::{Request, Scan, scan};

/// Scans `paths` as seen from `current`.
pub(crate) fn scan_in(current: &Path, paths: &[&str]) -> Scan {
    scan_with(current, paths, false)
}

/// The same; with `reads_all`, also files that no word says anything about are read.
pub(crate) fn scan_with(current: &Path, paths: &[&str], reads_all: bool) -> Scan {
    let mut request = Request::default();
    request.paths = paths.iter().map(PathBuf::from).collect();
    request.current = current.canonicalize().unwrap();
    (request.no_ignore, request.reads_all) = (true, reads_all);
    scan(&request).unwrap()
}

/// A report as text.
pub(crate) fn render(format: &str, scan: &Scan, look: &Look) -> String {
    let mut out = Vec::new();
    reporter(format).unwrap().write(scan, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Copies a folder without its snapshots.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else if !entry.file_name().to_string_lossy().contains(".snap") {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
