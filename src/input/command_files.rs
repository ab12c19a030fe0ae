//! Files in which the commands stand that apply what a folder holds: scripts, Makefiles and files of CI systems, beside it, in
//! the folders above it, and in the usual folders of these.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::text::budget;

use super::unit::{is_named, normal};

/// Folders in which commands stand, below a folder and the folders above it.
const COMMANDS: &[&str] = &[
    ".buildkite",
    ".circleci",
    ".github/workflows",
    ".gitlab",
    ".gitlab/ci",
    "bin",
    "ci",
    "deploy",
    "hack",
    "scripts",
    "tools",
];

/// The largest file in which commands are looked for, in bytes.
pub(super) const MAX_COMMANDS: usize = 256 << 10;

/// True for a file that is too large to look for commands in it. Called for one that has some.
pub(super) fn is_too_large(bytes: &[u8]) -> bool {
    let large = bytes.len() > MAX_COMMANDS;
    if large {
        budget::reached("size of a file with commands");
    }
    large
}

/// The names that make itself looks for, in its order.
pub(super) const MAKEFILES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];

/// True for a makefile that make finds by itself.
pub(super) fn is_makefile(path: &Path) -> bool {
    MAKEFILES.iter().any(|name| is_named(path, name))
}

/// True if a file may hold commands, by its name.
pub(super) fn has_commands(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    ends(&[".yml", ".yaml", ".sh", ".bash", ".mk"])
        || is_makefile(path)
        || matches!(name, "Jenkinsfile" | "justfile" | "Justfile" | ".envrc" | ".env")
}

/// The folders in which commands for a folder may stand.
pub(super) fn command_folders(folder: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for dir in folder.ancestors().take_while(|dir| dir.starts_with(cx.files.root())) {
        out.push(dir.to_owned());
        out.extend(COMMANDS.iter().map(|folder| dir.join(folder)).filter(|folder| cx.files.is_dir(folder)));
    }
    out
}

/// The files that may hold commands for a folder.
pub(super) fn command_files(folder: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let folders = command_folders(folder, cx);
    folders.iter().flat_map(|dir| cx.files.list(dir)).filter(|path| has_commands(path)).collect()
}

/// Words before the folder in which commands run: of CI systems, of shells, and of make and Terraform.
const MOVES: [&str; 6] = ["working-directory:", "workingDirectory:", "cd ", "pushd ", "-C ", "-chdir="];

/// The most folders that the commands of one file change to.
const MAX_BASES: usize = 16;
/// The most places that are looked at for them.
const MAX_MOVES: usize = 1_000;

/// The folders from which the commands of a file may name others: its own, the root, and those that they change to.
pub(super) fn bases(bytes: &[u8], file: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let mut out = vec![file.parent().unwrap_or(file).to_owned(), cx.files.root().to_owned()];
    let found =
        MOVES.iter().flat_map(|mark| memchr::memmem::find_iter(bytes, mark.as_bytes()).map(|at| at + mark.len()));
    let ends = |b: &u8| b.is_ascii_whitespace() || b"\"';&|)".contains(b);
    let mut names = BTreeSet::new();
    for at in found.take(MAX_MOVES) {
        let rest = bytes[at..].trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        let name = rest.split(ends).next().and_then(|name| std::str::from_utf8(name).ok());
        names.extend(name.filter(|name| !name.is_empty() && !name.starts_with('/') && !name.contains(['$', '`', '{'])));
    }
    for (base, name) in [0, 1].iter().flat_map(|base| names.iter().map(move |name| (*base, name))) {
        let folder = normal(&out[base].join(name));
        if folder.starts_with(cx.files.root()) && !out.contains(&folder) && cx.files.is_dir(&folder) {
            if out.len() >= MAX_BASES {
                budget::reached("folders that commands change to");
                break;
            }
            out.push(folder);
        }
    }
    out
}
