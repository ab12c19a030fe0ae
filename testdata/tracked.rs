//! Only git's ignore files hide a file, and none hides one that git tracks.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::command::{run_in, text};

const ZERO: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";

fn git(dir: &Path, args: &[&str]) {
    let out = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(out.status.success(), "git {args:?}: {}", text(&out.stderr));
}

fn write(dir: &Path, name: &str, content: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// A repository that tracks `boot/a.sh`, which `.gitignore` names, and has an untracked `boot/new.sh` as well.
fn repository(dir: &Path, init: &[&str]) {
    std::fs::create_dir_all(dir).unwrap();
    git(dir, &[&["init", "-q"], init].concat());
    for (name, content) in
        [("boot/a.sh", ZERO), ("boot/new.sh", ZERO), (".gitignore", "boot/\n"), ("b/c.sh", "#!/bin/bash\n")]
    {
        write(dir, name, content);
    }
    git(dir, &["add", "-f", "boot/a.sh", ".gitignore", "b"]);
    git(dir, &["commit", "-qm", "first"]);
}

/// The paths of the findings, and the problems.
fn found(dir: &Path, args: &[&str]) -> (Vec<String>, Vec<String>) {
    let out = run_in(dir, &[&["check", "--format", "json"], args].concat(), None);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    let list = |key: &str, of: &dyn Fn(&Value) -> String| report[key].as_array().unwrap().iter().map(of).collect();
    (
        list("findings", &|f| f["place"]["path"].as_str().unwrap().to_owned()),
        list("problems", &|p| p["message"].as_str().unwrap().to_owned()),
    )
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_tracked_file_is_read_whatever_gitignore_says() {
    let dir = tempfile::tempdir().unwrap();
    let here = &dir.path().join("plain");
    repository(here, &[]);
    assert_eq!(found(here, &[]), (vec!["boot/a.sh".to_owned()], nothing()));
    // What is named is read.
    assert_eq!(found(here, &["boot"]).0, ["boot/a.sh", "boot/new.sh"]);
    assert_eq!(found(here, &["b"]).0, nothing());
    assert_eq!(found(here, &["--no-gitignore"]).0, ["boot/a.sh", "boot/new.sh"]);
    write(here, "kubelet-lint.toml", "exclude = ['boot']");
    assert_eq!(found(here, &[]), (nothing(), nothing()));
    std::fs::remove_file(here.join("kubelet-lint.toml")).unwrap();
    // Folders that tools fill are skipped even if they are tracked, and symbolic links are not followed.
    write(here, "node_modules/x/a.sh", ZERO);
    git(here, &["add", "-f", "node_modules"]);
    assert_eq!(found(here, &[]).0, ["boot/a.sh"]);
    #[cfg(unix)]
    {
        write(dir.path(), "elsewhere/a.sh", ZERO);
        std::fs::remove_dir_all(here.join("boot")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), here.join("boot")).unwrap();
        assert_eq!(found(here, &[]), (nothing(), nothing()));
    }
}

#[test]
fn every_version_of_the_index_is_read() {
    let dir = tempfile::tempdir().unwrap();
    for (name, init, change) in [
        ("two", &[][..], &["update-index", "--index-version", "2"][..]),
        ("three", &[], &["add", "-f", "-N", "boot/new.sh"]),
        ("four", &[], &["update-index", "--index-version", "4"]),
        ("sha256", &["--object-format=sha256"], &["status"]),
    ] {
        let here = &dir.path().join(name);
        repository(here, init);
        git(here, change);
        let more: &[&str] = if name == "three" { &["boot/a.sh", "boot/new.sh"] } else { &["boot/a.sh"] };
        assert_eq!(found(here, &[]), (more.iter().map(ToString::to_string).collect(), nothing()), "{name}");
    }
}

#[test]
fn work_trees_and_submodules_have_their_index_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let here = &dir.path().join("plain");
    repository(here, &[]);
    git(here, &["worktree", "add", "-q", "../tree"]);
    let tree = &dir.path().join("tree");
    write(tree, "boot/new.sh", ZERO);
    assert_eq!(found(tree, &[]), (vec!["boot/a.sh".to_owned()], nothing()));
    // The folder that a file of the repository names counts only if it names the repository in turn.
    let other = &dir.path().join("other");
    std::fs::create_dir(other).unwrap();
    std::fs::copy(tree.join(".git"), other.join(".git")).unwrap();
    std::fs::copy(tree.join(".gitignore"), other.join(".gitignore")).unwrap();
    write(other, "boot/a.sh", ZERO);
    let told = "git's index cannot be read, so tracked files that `.gitignore` names are left out: `.git` is no folder, and names none that names this one in turn: pass `--no-gitignore`";
    assert_eq!(found(other, &[]), (nothing(), vec![told.to_owned()]));
    let outer = &dir.path().join("outer");
    repository(outer, &[]);
    git(outer, &["submodule", "--quiet", "add", "../plain", "parts/inner"]);
    assert_eq!(found(outer, &[]).0, ["boot/a.sh", "parts/inner/boot/a.sh"]);
    assert_eq!(found(&outer.join("parts/inner"), &[]).0, ["boot/a.sh"]);
    // A submodule is tracked as well.
    write(outer, ".gitignore", "boot/\nparts/\n");
    assert_eq!(found(outer, &[]).0, ["boot/a.sh", "parts/inner/boot/a.sh"]);
    // Since a commit, one is as it was if its files are, whatever commit it is at.
    git(outer, &["commit", "-qam", "two"]);
    let since = |revision: &str| run_in(outer, &["check", "--since", revision], None).status.code();
    assert_eq!(since("HEAD"), Some(0));
    git(&outer.join("parts/inner"), &["commit", "-qm", "more", "--allow-empty"]);
    git(outer, &["commit", "-qam", "three"]);
    assert_eq!((since("HEAD"), since("HEAD~1")), (Some(0), Some(0)));
    write(&outer.join("parts/inner"), "boot/b.sh", ZERO);
    git(&outer.join("parts/inner"), &["add", "-f", "boot/b.sh"]);
    git(&outer.join("parts/inner"), &["commit", "-qm", "zero"]);
    git(outer, &["commit", "-qam", "four"]);
    assert_eq!((since("HEAD"), since("HEAD~1")), (Some(0), Some(1)));
}

#[test]
fn an_index_that_cannot_be_read_is_a_problem() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    repository(here, &[]);
    let whole = std::fs::read(here.join(".git/index")).unwrap();
    let told = vec![
        "git's index cannot be read, so tracked files that `.gitignore` names are left out: it is damaged, or split into several files: pass `--no-gitignore`".to_owned(),
    ];
    for cut in (0..whole.len()).step_by(13) {
        std::fs::write(here.join(".git/index"), &whole[..cut]).unwrap();
        assert_eq!(found(here, &[]), (nothing(), told.clone()), "{cut}");
    }
    let hostile = |from: &[u8], to: &[u8]| {
        let at = whole.windows(from.len()).position(|w| w == from).unwrap();
        [&whole[..at], to, &whole[at + from.len()..]].concat()
    };
    for bytes in [
        hostile(b"boot/a.sh", b"../../a.s"),
        hostile(b"boot/a.sh", b"/oot/a.sh"),
        hostile(b"boot/a.sh", b".git/a.sh"),
        hostile(b"DIRC\0\0\0\x02\0\0\0\x03", b"DIRC\0\0\0\x04\0\0\0\x03"),
        hostile(b"DIRC\0\0\0\x02\0\0\0\x03", b"DIRC\0\0\0\x02\xFF\xFF\xFF\xFF"),
        hostile(b"DIRC\0\0\0\x02\0\0\0\x03", b"DIRC\0\0\0\x05\0\0\0\x03"),
    ] {
        std::fs::write(here.join(".git/index"), bytes).unwrap();
        assert_eq!(found(here, &[]), (nothing(), told.clone()));
    }
    std::fs::write(here.join(".git/index"), whole).unwrap();
    git(here, &["update-index", "--split-index"]);
    assert_eq!(found(here, &[]), (nothing(), told));
}

#[test]
fn without_a_repository_all_files_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    write(here, "boot/a.sh", ZERO);
    write(here, ".gitignore", "boot/\n");
    assert_eq!(found(here, &[]), (vec!["boot/a.sh".to_owned()], nothing()));
    // A repository in a folder has its own rules.
    std::fs::create_dir_all(here.join("inner/.git")).unwrap();
    write(here, "inner/boot/b.sh", ZERO);
    write(here, "inner/.gitignore", "boot/\n");
    assert_eq!(found(here, &[]), (vec!["boot/a.sh".to_owned()], nothing()));
}

#[test]
fn ignore_files_of_other_tools_do_not_count() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    write(dir.path(), "a.sh", ZERO);
    write(dir.path(), ".ignore", "a.sh\n");
    assert_eq!(found(dir.path(), &[]).0, ["a.sh"]);
    write(dir.path(), ".gitignore", "a.sh\n");
    assert_eq!(found(dir.path(), &[]).0, nothing());
}

#[test]
fn a_named_module_is_judged_through_all_callers_whether_or_not_git_knows_them() {
    let module = "variable \"idle\" {\n  default = \"0s\"\n}\nresource \"aws_launch_template\" \"w\" {\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'\\n\")\n}\n";
    let call = |idle: &str| format!("module \"n\" {{\n  source = \"../../modules/nodes\"\n  idle   = \"{idle}\"\n}}\n");
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    git(here, &["init", "-q"]);
    for (name, content) in [
        ("modules/nodes/main.tf", module),
        ("live/prod/main.tf", &call("4h")),
        ("other/deep/a.md", "none\n"),
        (".gitignore", "/fetched/\n"),
    ] {
        write(here, name, content);
    }
    git(here, &["add", "."]);
    git(here, &["commit", "-qm", "first"]);
    let named = || found(here, &["modules/nodes/main.tf"]);
    assert_eq!(named(), (nothing(), nothing()));
    // In a folder that git knows, beside one, in one of a new tree, and in one that it ignores.
    for (name, expected) in [
        ("live/prod/more.tf", &["live/prod/more.tf"][..]),
        ("live/new/main.tf", &["live/new/main.tf", "live/prod/more.tf"]),
        ("new/tree/main.tf", &["live/new/main.tf", "live/prod/more.tf", "new/tree/main.tf"]),
        ("fetched/tree/main.tf", &["live/new/main.tf", "live/prod/more.tf", "new/tree/main.tf"]),
    ] {
        let text = call("0").replace("\"n\"", &format!("\"{}\"", name.replace(['/', '.'], "_")));
        write(here, name, &text);
        assert_eq!(named(), (expected.iter().map(|path| (*path).to_owned()).collect(), nothing()), "{name}");
    }
    write(here, "kubelet-lint.toml", "exclude = ['*.tf']");
    assert_eq!(named(), (nothing(), nothing()));
}
