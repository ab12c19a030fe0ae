//! `--fix`, `--diff` and `--add-ignore`: a change is written only if the file has not changed since it was read.

use std::path::PathBuf;

use crate::report::{Folders, Kind, Look, harmless, safe};
use crate::scan::{Changes, Scan, changed};
use crate::text::without_secrets;

use super::files::{has_more_names, replace};
use super::stop::Stop;

/// Why a file that was changed in the meantime is left alone.
pub(super) const CHANGED: &str = "changed while it was read";

/// The lines that a patch shows before and after a change.
const AROUND: usize = 3;

impl Changes {
    /// The changes as a patch.
    pub(super) fn diff(&self, found: &Scan, look: &Look) -> String {
        let mut out = String::new();
        for (path, (source, edits)) in &self.files {
            let bytes = source.bytes();
            let (old, new) = (String::from_utf8_lossy(&bytes).into_owned(), changed(source, edits));
            let new = String::from_utf8_lossy(&new).into_owned();
            let name = found.relative(path);
            let name = harmless(&name);
            let patch = |around: usize| {
                similar::TextDiff::from_lines(&old, &new)
                    .unified_diff()
                    .context_radius(around)
                    .header(&format!("a/{name}"), &format!("b/{name}"))
                    .to_string()
            };
            // Lines beside a change that a log must not have are left out, so that the patch still fits.
            let is_fine = |text: &str| {
                safe(text, Kind::Exact, false, &Folders::default()) == text
                    && text.lines().all(|line| without_secrets(line.as_bytes(), 0..0) == line.as_bytes())
            };
            let text = Some(patch(AROUND)).filter(|text| is_fine(text)).unwrap_or_else(|| patch(0));
            out.push_str(&if look.color { painted(&text) } else { text });
        }
        out
    }

    /// Writes the changed files, and answers which were left alone and why. Their changes are dropped.
    pub(super) fn write(&mut self) -> Result<Vec<(PathBuf, &'static str)>, Stop> {
        let mut left = Vec::new();
        for (path, (source, edits)) in &self.files {
            let meta = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file);
            let Some(meta) = meta.filter(|_| std::fs::read(path).ok().as_deref() == Some(&*source.bytes())) else {
                left.push((path.clone(), CHANGED));
                continue;
            };
            if has_more_names(&meta) {
                left.push((path.clone(), "has more than one hard link"));
                continue;
            }
            replace(path, Some(&meta), |out| out.write_all(&changed(source, edits)))
                .map_err(|e| Stop::Failed(format!("cannot write {}: {e}", path.display())))?;
        }
        self.files.retain(|path, _| left.iter().all(|(kept, _)| kept != path));
        Ok(left)
    }
}

fn painted(diff: &str) -> String {
    use anstyle::AnsiColor;
    let mut out = String::new();
    for line in diff.split_inclusive('\n') {
        let text = line.trim_end_matches('\n');
        let style = match text.as_bytes().first() {
            Some(b'+') => AnsiColor::Green.on_default(),
            Some(b'-') => AnsiColor::Red.on_default(),
            Some(b'@') => AnsiColor::Cyan.on_default(),
            _ => anstyle::Style::new(),
        };
        out.push_str(&format!("{style}{text}{style:#}\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::text::Source;

    use super::*;

    #[test]
    fn a_file_that_was_changed_since_it_was_read_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            (path.clone(), (Arc::new(Source::new(path, bytes.to_vec())), vec![(2, 4, "4h".to_owned())]))
        };
        let mut changes = Changes::default();
        changes.files = [write("a", b"x=0s\n"), write("b", b"y=0s\n")].into();
        std::fs::write(dir.path().join("a"), "x=0s # new\n").unwrap();
        let left = changes.write().map_err(|_| "a file cannot be written").unwrap();
        assert_eq!(left, [(dir.path().join("a"), CHANGED)]);
        assert_eq!(changes.count(), (1, 1));
        assert_eq!(std::fs::read(dir.path().join("a")).unwrap(), b"x=0s # new\n");
        assert_eq!(std::fs::read(dir.path().join("b")).unwrap(), b"y=4h\n");
    }
}
