//! Files that a path with placeholders stands for, such as `envs/$ENV.yaml`. Each `*` in a pattern stands for any text in a name.

use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::text::{Traced, budget};

use super::unit::normal;

/// The most files that one pattern stands for.
pub(super) const MAX_FILES: usize = 256;

/// True if a name fits a pattern in which `*` stands for any text.
pub(super) fn fits(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut last = "";
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
        last = part;
    }
    rest.is_empty() || pattern.ends_with('*') || (pattern.contains('*') && name.ends_with(last))
}

/// A path as a pattern: `*` stands for what is not known.
pub(super) fn pattern(path: &Traced) -> String {
    let (mut out, mut done) = (String::new(), 0);
    for (range, ..) in path.unknowns() {
        out.push_str(&path.slice(done..range.start).to_text());
        out.push('*');
        done = range.end;
    }
    out.push_str(&path.slice(done..path.len()).to_text());
    out
}

/// The files below the root of the scan that a path with placeholders stands for, from a folder.
pub(super) fn fitting(base: &Path, pattern: &str, wanted: &dyn Fn(&Path) -> bool, cx: &Cx<'_>) -> Vec<PathBuf> {
    let mut dirs = vec![base.to_owned()];
    let mut parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let Some(name) = parts.pop() else { return Vec::new() };
    for part in parts {
        let mut next = Vec::new();
        for dir in &dirs {
            if part.contains('*') {
                let folders = cx.files.folders(dir).into_iter();
                next.extend(folders.filter(|f| f.file_name().and_then(|n| n.to_str()).is_some_and(|n| fits(n, part))));
            } else {
                next.push(normal(&dir.join(part)));
            }
        }
        dirs = budget::at_most(next, MAX_FILES, "folders of a pattern").collect();
    }
    let files = dirs.iter().filter(|dir| dir.starts_with(cx.files.root())).flat_map(|dir| cx.files.list(dir));
    let named =
        |path: &PathBuf| wanted(path) && path.file_name().and_then(|n| n.to_str()).is_some_and(|n| fits(n, name));
    budget::at_most(files.filter(named), MAX_FILES, "files of a pattern").collect()
}
