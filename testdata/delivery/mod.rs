//! What comes with the program: the action, the hooks, the recipes for CI, the documentation.

mod documentation;
mod hook_files;
mod hooks;
#[cfg(unix)]
mod runner;
mod trust;

#[cfg(unix)]
mod action;
#[cfg(unix)]
mod organisation;
#[cfg(unix)]
mod recipes;

use std::path::{Path, PathBuf};

/// The top of this repository.
fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap()
}

/// A file of this repository.
fn file(name: &str) -> String {
    std::fs::read_to_string(top().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The code blocks of a page of Markdown: the words after the fence, and the code.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else { continue };
        let code = lines.by_ref().take_while(|l| !l.trim_start().starts_with("```"));
        out.push((info.trim().to_owned(), code.fold(String::new(), |all, l| all + l + "\n")));
    }
    out
}

/// A bootstrap script with a zero in it.
#[cfg(unix)]
const ZERO: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
/// The same without one.
#[cfg(unix)]
const FINE: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=4h'\n";

/// Runs git without the configuration of whoever runs the tests, and answers what it prints.
#[cfg(unix)]
fn git(dir: &Path, args: &[&str]) -> String {
    let out = std::process::Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b.c",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}
