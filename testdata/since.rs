//! `--since`: git, as it is asked for a base. What is new and what is known are the tests of `testdata/pulls`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{run_in, text};
use crate::policy::{MAIN, TEMPLATE, VARIABLES, ZERO};

fn git(dir: &Path, args: &[&str]) {
    let out = std::process::Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(out.status.success(), "{args:?}: {}", text(&out.stderr));
}

#[test]
fn why_a_revision_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let told = |revision: &str| text(&run_in(dir.path(), &["check", "--since", revision], None).stderr);
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    assert!(told("HEAD").starts_with("error: git refuses to read this repository: "), "{}", told("HEAD"));
    git(dir.path(), &["init", "-q"]);
    assert_eq!(told("HEAD"), "error: unknown revision `HEAD`: there is no commit yet\n");
    git(dir.path(), &["commit", "-qm", "one", "--allow-empty"]);
    assert!(
        told("gone").starts_with("error: unknown revision `gone`: in a shallow or partial clone, "),
        "{}",
        told("gone")
    );
}

#[test]
fn since_a_revision_only_what_changed_counts_and_nothing_runs() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let path = std::env::var("PATH").unwrap();
    let since = |revision: &str| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_kubelet-lint"))
            .args(["check", "--format", "concise", "--since", revision])
            .current_dir(here)
            .env_clear()
            .env("PATH", &path)
            .output()
            .unwrap();
        (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
    };
    assert_eq!(since("HEAD").0, 2, "no repository");
    git(here, &["init", "-q"]);
    for (name, content) in
        [("variables.tf", VARIABLES), ("main.tf", MAIN), ("boot.sh.tftpl", TEMPLATE), ("a b.sh", ZERO)]
    {
        std::fs::write(here.join(name), content).unwrap();
    }
    git(here, &["add", "."]);
    git(here, &["commit", "-qm", "one"]);
    // What a hostile repository would have run.
    let trap = here.join("trapped");
    let program = format!("touch '{}'", trap.display());
    for key in [
        "core.fsmonitor",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.external",
        "diff.x.textconv",
        "core.pager",
        "core.sshCommand",
    ] {
        git(here, &["config", key, &program]);
    }
    std::fs::write(here.join(".gitattributes"), "* filter=x diff=x\n").unwrap();
    assert_eq!(since("HEAD"), (0, String::new(), String::new()));
    // A change that is not committed, in a file that a known value only passes.
    std::fs::write(here.join("main.tf"), format!("# more\n{MAIN}")).unwrap();
    let (code, out, told) = since("HEAD");
    assert_eq!((code, out.as_str()), (0, ""), "{told}");
    std::fs::write(here.join("new.sh"), ZERO).unwrap();
    let (code, out, _) = since("HEAD");
    assert_eq!((code, out.lines().count()), (1, 1), "{out}");
    assert!(out.starts_with("new.sh:"), "{out}");
    assert!(!trap.exists(), "something was run");
    for wrong in ["nowhere", "--output=x", "HEAD:main.tf", ""] {
        let (code, out, err) = since(wrong);
        assert_eq!((code, out.as_str()), (2, ""), "{wrong}: {err}");
    }
}

#[test]
fn a_named_file_that_is_gone_counts_as_deleted() {
    let main = "resource \"aws_launch_template\" \"w\" {\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args --streaming-connection-idle-timeout=${local.idle}\")\n}\n";
    let files = [
        ("main.tf", main),
        ("locals.tf", "locals {\n  idle = \"0s\"\n}\n"),
        ("lab_override.tf", "locals {\n  idle = \"4h\"\n}\n"),
    ];
    let (dir, _) = changed(&files, "main.tf", &format!("{main}# more\n"));
    std::fs::remove_file(dir.path().join("lab_override.tf")).unwrap();
    let check = |args: &[&str]| {
        let out = run_in(dir.path(), &[&["check", "--format", "concise"], args].concat(), None);
        (out.status.code().unwrap(), text(&out.stdout))
    };
    for named in [&["lab_override.tf"][..], &["main.tf", "lab_override.tf"], &["./lab_override.tf", "main.tf"]] {
        let (code, out) = check(&[&["--since", "HEAD"], named].concat());
        assert!(code == 1 && out.starts_with("locals.tf:2:11: error"), "{named:?}: {out}");
    }
    assert_eq!(check(&["--since", "HEAD", "never.tf"]).0, 2, "no commit has it");
    assert_eq!(check(&["lab_override.tf"]).0, 2, "nothing says that it was deleted");
}

#[test]
fn files_of_submodules_are_compared_with_those_of_their_commits() {
    let dir = tempfile::tempdir().unwrap();
    let (inner, here) = (&dir.path().join("inner"), &dir.path().join("outer"));
    for repository in [inner, here] {
        std::fs::create_dir(repository).unwrap();
        git(repository, &["init", "-q"]);
    }
    std::fs::write(inner.join("known.sh"), ZERO).unwrap();
    std::fs::write(inner.join("fine.sh"), ZERO.replace("=0", "=4h")).unwrap();
    git(inner, &["add", "."]);
    git(inner, &["commit", "-qm", "one"]);
    git(here, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "parts/inner"]);
    git(here, &["commit", "-qm", "one"]);
    let since = |revision: &str| {
        let out = run_in(here, &["check", "--format", "concise", "--since", revision], None);
        let lines = text(&out.stdout);
        lines.lines().filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect::<Vec<_>>()
    };
    let new = ["parts/inner/fine.sh"];
    assert_eq!(since("HEAD"), [""; 0]);
    let module = here.join("parts/inner");
    std::fs::write(module.join("fine.sh"), ZERO).unwrap();
    assert_eq!(since("HEAD"), new, "in the work tree");
    git(&module, &["commit", "-qam", "two"]);
    assert_eq!(since("HEAD"), new, "committed in the submodule");
    git(here, &["commit", "-qam", "two"]);
    assert_eq!((since("HEAD"), since("HEAD~1")), (vec![], new.map(str::to_owned).to_vec()), "committed");
    // A commit that the submodule does not have.
    let tree = said(&module, &["rev-parse", "HEAD~1^{tree}"]);
    let of_module = here.join(".git/modules/parts/inner/objects");
    let (start, rest) = tree.split_at(2);
    std::fs::remove_file(of_module.join(start).join(rest)).unwrap();
    assert_eq!(since("HEAD~1").len(), 2);
}

/// A repository with a change, and the id of the object that `path` had before.
fn changed(files: &[(&str, &str)], path: &str, content: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    git(here, &["init", "-q"]);
    for (name, content) in files {
        std::fs::write(here.join(name), content).unwrap();
    }
    git(here, &["add", "."]);
    git(here, &["commit", "-qm", "one"]);
    let id = said(here, &["rev-parse", &format!("HEAD:{path}")]);
    std::fs::write(here.join(path), content).unwrap();
    git(here, &["commit", "-qam", "two"]);
    (dir, id)
}

fn said(dir: &Path, args: &[&str]) -> String {
    let out = std::process::Command::new("git").args(args).current_dir(dir).output().unwrap();
    text(&out.stdout).trim().to_owned()
}

fn object(dir: &Path, id: &str) -> PathBuf {
    dir.join(".git/objects").join(id.get(..2).unwrap_or_default()).join(id.get(2..).unwrap_or_default())
}

#[test]
fn an_object_that_a_clone_lacks_is_an_error_and_never_an_empty_base() {
    let (dir, file) = changed(&[("a.sh", ZERO), ("b.sh", ZERO)], "a.sh", &format!("{ZERO}# more\n"));
    let since = || run_in(dir.path(), &["check", "--format", "concise", "--since", "HEAD~1"], None);
    assert_eq!(since().status.code(), Some(0));
    let tree = said(dir.path(), &["rev-parse", "HEAD~1^{tree}"]);
    for (id, words) in [(file, "cannot read the object"), (tree, "cannot list the files")] {
        std::fs::remove_file(object(dir.path(), &id)).unwrap();
        let out = since();
        let told = text(&out.stderr);
        assert_eq!((out.status.code(), text(&out.stdout).as_str()), (Some(2), ""), "{told}");
        assert!(told.contains(words) && told.contains("fetch-depth: 0"), "{told}");
    }
    // A commit that a shallow clone does not have.
    let out = run_in(dir.path(), &["check", "--since", "HEAD~5"], None);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("fetch-depth: 0"), "{}", text(&out.stderr));
}

#[test]
fn known_findings_are_marked_in_every_format() {
    let (dir, _) = changed(&[("a.sh", ZERO), ("b.sh", ZERO)], "a.sh", &format!("# more\n{ZERO}"));
    std::fs::write(dir.path().join("c.sh"), ZERO).unwrap();
    let since = |args: &[&str]| {
        let out = run_in(dir.path(), &[&["check", "--since", "HEAD~1"], args].concat(), None);
        assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
        (text(&out.stdout), text(&out.stderr))
    };
    let log: Value = serde_json::from_str(&since(&["--format", "sarif"]).0).unwrap();
    let states: Vec<_> = log["runs"][0]["results"].as_array().unwrap().iter().map(|r| &r["baselineState"]).collect();
    assert_eq!(states, ["new", "unchanged", "unchanged"]);
    let report: Value = serde_json::from_str(&since(&["--format", "json"]).0).unwrap();
    assert_eq!(report["existing"].as_array().unwrap().len(), 1, "only those of changed files");
    assert_eq!(report["existing"][0]["place"]["path"], "a.sh");
    assert_eq!(report["summary"]["existing"], 2);
    let (human, told) = since(&["--verbose"]);
    assert!(human.contains("2 findings were there before"), "{human}");
    assert!(told.contains("existing: a.sh:3:") && !told.contains("existing: b.sh"), "{told}");
    for format in ["github", "gitlab", "junit", "concise", "markdown", "rdjson"] {
        let (out, _) = since(&["--format", format]);
        assert!(out.contains("c.sh") && !out.contains("a.sh") && !out.contains("b.sh"), "{format}: {out}");
    }
}

#[test]
fn what_a_change_hides_is_a_warning_in_every_format() {
    let (dir, _) = changed(&[("a.sh", ZERO), ("::error::b.sh", ZERO)], "a.sh", &format!("# more\n{ZERO}"));
    let off = "ignore = ['zero-streaming-idle-timeout', 'zero-kubelet-timeout', 'replaced-zero']\n";
    std::fs::write(dir.path().join("kubelet-lint.toml"), off).unwrap();
    std::fs::write(
        dir.path().join("c.sh"),
        ZERO.replacen('\n', "\n# kubelet-lint: ignore-file[zero-streaming-idle-timeout] known\n", 1),
    )
    .unwrap();
    let warning = "his pull request changes kubelet-lint.toml, which hides 2 findings";
    let since = |args: &[&str]| {
        let out = run_in(dir.path(), &[&["check", "--since", "HEAD~1"], args].concat(), None);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        (text(&out.stdout), text(&out.stderr))
    };
    for format in ["human", "json", "sarif", "github", "junit", "rdjson", "markdown", "html"] {
        let (out, told) = since(&["--format", format]);
        assert!(told.contains(&format!("warning: t{warning}\n  - ")), "{format}: {told}");
        assert!(told.contains("\n  - a.sh:3:") && told.contains("\n  - ::error::b.sh:2:"), "{format}: {told}");
        let log = format!("{told}{out}");
        let mut commands = log.lines().map(str::trim_start).filter(|line| line.starts_with("::"));
        assert!(
            commands.all(|line| line.starts_with("::warning file=kubelet-lint.toml,")
                || line.starts_with("::warning file=c.sh,")),
            "{log}"
        );
        let words = if format == "human" { "2 hidden by this pull request" } else { warning };
        assert!(out.contains(words), "{format}: {out}");
        assert!(format == "human" || out.contains("b.sh"), "{format}: {out}");
    }
    let log: Value = serde_json::from_str(&since(&["--format", "sarif"]).0).unwrap();
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(told["level"], "warning");
    assert!(since(&["--format", "github"]).0.starts_with("::warning file=kubelet-lint.toml,line=1,"));
    let (human, _) = since(&[]);
    assert!(human.contains("using kubelet-lint.toml") && human.contains("suppressed by the configuration"), "{human}");
    let out = run_in(dir.path(), &["check", "--since", "HEAD~1", "--config-from", "base"], None);
    assert!(!text(&out.stderr).contains("kubelet-lint.toml"), "{}", text(&out.stderr));
    assert_eq!(run_in(dir.path(), &["check", "--config-from", "base"], None).status.code(), Some(2));
}

#[test]
fn the_summary_counts_what_the_configuration_leaves_out() {
    for (configuration, words) in [
        ("ignore = ['zero-streaming-idle-timeout']", "(1 suppressed by the configuration)"),
        ("select = ['replaced-zero']", "(1 suppressed by the configuration)"),
        ("fail-on = 'never'", "(1 does not fail because of it)"),
        ("[levels]\nzero-streaming-idle-timeout = 'note'", "(1 does not fail because of it)"),
        ("exclude = ['a.sh']", "(1 file excluded)"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.sh"), ZERO).unwrap();
        std::fs::write(dir.path().join("kubelet-lint.toml"), configuration).unwrap();
        let out = run_in(dir.path(), &["check"], None);
        let told = text(&out.stdout);
        assert_eq!(out.status.code(), Some(0), "{configuration}: {told}");
        assert!(told.contains("using kubelet-lint.toml") && told.contains(words), "{configuration}: {told}");
    }
}

#[test]
fn a_configuration_of_a_folder_is_that_of_the_base_if_the_base_decides() {
    let dir = tempfile::tempdir().unwrap();
    let (here, path) = (dir.path(), std::env::var("PATH").unwrap());
    let write = |name: &str, content: &str| {
        std::fs::create_dir_all(here.join(name).parent().unwrap()).unwrap();
        std::fs::write(here.join(name), content).unwrap();
    };
    let since = |more: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_kubelet-lint"))
            .args(["check", "--since", "HEAD", "--format", "concise"])
            .args(more)
            .current_dir(here)
            .env_clear()
            .env("PATH", &path)
            .output()
            .unwrap();
        (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
    };
    git(here, &["init", "-q"]);
    write("b/kubelet-lint.toml", "[levels]\nzero-streaming-idle-timeout = 'note'\n");
    write("README.md", "x");
    git(here, &["add", "."]);
    git(here, &["commit", "-qm", "x"]);
    for name in ["a/x.sh", "b/x.sh"] {
        write(name, ZERO);
    }
    write("a/kubelet-lint.toml", "ignore = ['zero-streaming-idle-timeout']\n");
    std::fs::remove_file(here.join("b/kubelet-lint.toml")).unwrap();
    let (code, out, told) = since(&[]);
    assert_eq!((code, out.lines().count()), (1, 1), "{out}{told}");
    assert!(out.starts_with("b/x.sh:2:"), "{out}");
    assert!(told.contains("changes a/kubelet-lint.toml") && told.contains("which hides 1 finding"), "{told}");
    let (code, out, told) = since(&["--config-from", "base"]);
    assert_eq!((code, out.lines().count()), (1, 2), "{out}{told}");
    assert!(out.contains("a/x.sh:2:83: error[") && out.contains("b/x.sh:2:83: note["), "{out}");
    // A configuration that was not valid decides nothing, unless it is asked to.
    write("a/kubelet-lint.toml", "wrong = 1\n");
    git(here, &["add", "a/kubelet-lint.toml"]);
    git(here, &["commit", "-qm", "y"]);
    write("a/kubelet-lint.toml", "");
    assert_eq!(since(&[]).0, 1);
    let (code, _, told) = since(&["--config-from", "base"]);
    assert!(code == 2 && told.starts_with("error: a/kubelet-lint.toml:1:1: unknown key"), "{told}");
}
