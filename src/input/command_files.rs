//! Files in which the commands stand that apply what a folder holds: scripts, Makefiles and files of CI systems, beside it, in
//! the folders above it, and in the usual folders of these.

use std::path::{Path, PathBuf};

use crate::node::Cx;

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

/// True if a file may hold commands, by its name.
pub(super) fn has_commands(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    ends(&[".yml", ".yaml", ".sh", ".bash", ".mk"])
        || matches!(
            name,
            "Makefile" | "GNUmakefile" | "makefile" | "Jenkinsfile" | "justfile" | "Justfile" | ".envrc" | ".env"
        )
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
