//! Git's ignore files, as git reads them (`dir.c`): `.gitignore` of each folder from the repository down, and `.git/info/exclude`.
//! Outside a repository they do not count: files that git tracks are all there is in an archive or a copy without `.git`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::text::hold;

/// The name of an ignore file.
pub(super) const FILE: &str = ".gitignore";

/// The largest ignore file that is read, in bytes: about ten thousand patterns.
const MAX_BYTES: u64 = 256 << 10;

/// The rules of a folder, with those of the folders above it.
#[derive(Debug)]
pub(super) struct Rules {
    own: Option<Gitignore>,
    /// Those of `.git/info/exclude`, which count less.
    exclude: Option<Gitignore>,
    /// True if a repository begins here: rules above it do not count.
    git: bool,
    /// True if the folder is in a repository.
    inside: bool,
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// The rules of `dir`, which has an ignore file (`file`) and is a repository (`git`). `unread` receives the files that cannot
    /// be read, and what follows.
    pub(super) fn of(
        dir: &Path,
        (file, git): (bool, bool),
        above: Option<Arc<Self>>,
        unread: &mut Vec<(PathBuf, String)>,
    ) -> Self {
        let mut read = |path: PathBuf| match patterns(dir, &path) {
            Ok(rules) => rules,
            Err(why) => {
                let told = "cannot be read, so what it names is scanned";
                unread.push((path, format!("{told}: {why}")));
                None
            }
        };
        let within = git || above.as_ref().is_some_and(|above| above.inside);
        let own = if file && within { read(dir.join(FILE)) } else { None };
        // A `.git` file names a folder outside, of which only the index is read.
        let info = dir.join(".git/info");
        let held = |path: &Path, is: fn(&std::fs::Metadata) -> bool| path.symlink_metadata().is_ok_and(|m| is(&m));
        let inside = git
            && held(&dir.join(".git"), std::fs::Metadata::is_dir)
            && held(&info, std::fs::Metadata::is_dir)
            && held(&info.join("exclude"), std::fs::Metadata::is_file);
        let exclude = if inside { read(info.join("exclude")) } else { None };
        Self { own, exclude, git, inside: within, above }
    }

    /// True if the rules leave out a file or folder directly in the folder, or in one below it that has no rules of its own.
    pub(super) fn ignore(&self, path: &Path, folder: bool) -> bool {
        let (mut own, mut exclude) = (Match::None, Match::None);
        let mut next = Some(self);
        while let Some(rules) = next {
            let matched = |rules: &Option<Gitignore>| {
                rules.as_ref().map_or(Match::None, |rules| rules.matched(path, folder).map(|_| ()))
            };
            own = own.or(matched(&rules.own));
            exclude = exclude.or(matched(&rules.exclude));
            next = rules.above.as_deref().filter(|_| !rules.git && own.is_none());
        }
        own.or(exclude).is_ignore()
    }
}

/// The patterns of a file that was found as a regular one; `None` if there are none.
fn patterns(dir: &Path, file: &Path) -> Result<Option<Gitignore>, String> {
    let mut bytes = Vec::new();
    let length = hold::read(file, MAX_BYTES, &mut bytes).map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&bytes[..length]);
    let mut builder = GitignoreBuilder::new(dir);
    for line in text.trim_start_matches('\u{feff}').lines() {
        // As in git, a line that is not a pattern says nothing.
        let _ = builder.add_line(None, line);
    }
    let rules = builder.build().map_err(|_| "its patterns are too many".to_owned())?;
    Ok((!rules.is_empty()).then_some(rules))
}
