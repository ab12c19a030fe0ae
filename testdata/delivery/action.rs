//! The action, end to end: what it downloads, what it runs, what it says, and how it ends.

use std::path::Path;

use super::runner::{Done, Run};
use super::{FINE, ZERO, git, top};

const BINARY: &str = env!("CARGO_BIN_EXE_kubelet-lint");

/// A repository with a script that is fine in its first commit, a zero in its second, and another in a folder with a space in
/// its third.
fn workspace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q"]);
    for (name, text) in [("fine.sh", FINE), ("old.sh", ZERO), ("a b/<new>.sh", ZERO)] {
        std::fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
        git(dir.path(), &["add", "."]);
        git(dir.path(), &["commit", "-qm", name]);
    }
    dir
}

fn scan(workspace: &Path) -> Run {
    Run::new(&top(), workspace).with("binary", BINARY)
}

#[test]
fn a_clean_repository_passes() {
    let dir = workspace();
    let done = scan(dir.path()).with("paths", "fine.sh").with("upload-sarif", "true").run();
    assert!(!done.failed, "{done:#?}");
    assert_eq!((done.outputs["findings"].as_str(), done.outputs["exit-code"].as_str()), ("0", "0"));
    // An upload without results closes the alerts that there were.
    let sarif: serde_json::Value = serde_json::from_str(&done.outputs["sarif-file"]).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 0);
    assert!(done.step("Upload to code scanning").with.is_some());
    assert!(done.summary.contains("No findings"), "{}", done.summary);
}

#[test]
fn findings_are_shown_uploaded_and_only_then_fail() {
    let dir = workspace();
    let done = scan(dir.path()).with("upload-sarif", "true").with("category", "x").run();
    assert_eq!(done.step("Scan").code, Some(0));
    assert_eq!(done.step("Upload to code scanning").with.as_ref().unwrap()["category"], "x");
    assert_eq!(done.step("Judge").code, Some(1));
    assert!(done.step("Scan").out.contains("::error file=old.sh,line=2,"), "{}", done.step("Scan").out);
    // The log does not show where a command belongs, so its text does.
    assert!(done.step("Scan").out.contains("::old.sh:2:83: the streaming idle timeout"), "{}", done.step("Scan").out);
    assert!(done.summary.contains("| `old.sh:2:83` |"), "{}", done.summary);
    assert_eq!(done.outputs["findings"], "2");
    let sarif: serde_json::Value = serde_json::from_str(&done.outputs["sarif-file"]).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 2);
    for (name, value, failed) in [("fail-on", "never", false), ("fail-on", "error", true), ("summary", "false", true)] {
        let done = scan(dir.path()).with(name, value).run();
        assert_eq!(done.failed, failed, "{name}: {value}");
        assert_eq!(done.summary.is_empty(), name == "summary");
        assert!(done.step("Upload to code scanning").with.is_none());
    }
    // Without annotations the log has the findings all the same, and no line of it is a command.
    let done = scan(dir.path()).with("annotations", "false").run();
    assert!(done.log().contains("\n- old.sh:2:83: error[zero-streaming-idle-timeout]"), "{}", done.log());
    assert!(!done.log().contains("::error"), "{}", done.log());
}

#[test]
fn input_that_was_not_read_is_shown_and_uploaded_before_the_job_fails() {
    let dir = workspace();
    let base = git(dir.path(), &["rev-parse", "HEAD"]);
    std::fs::write(dir.path().join("k.yaml"), "kind: KubeletConfiguration\na: [\n").unwrap();
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "broken"]);
    for base in ["", &base] {
        let run = scan(dir.path()).with("upload-sarif", "true");
        let done = run.context("github.event.pull_request.base.sha", base).run();
        assert_eq!((done.step("Scan").code, done.step("Judge").code), (Some(0), Some(2)), "{done:#?}");
        assert_eq!((done.outputs["exit-code"].as_str(), done.outputs["findings"].as_str()), ("2", "2"));
        assert!(done.step("Upload to code scanning").with.is_some());
        assert!(done.outputs["sarif-file"].contains("k.yaml"), "{done:#?}");
        assert!(done.summary.contains("- `k.yaml:"), "{}", done.summary);
        assert!(done.log().contains("::error title=kubelet-lint::the input was not read completely"), "{}", done.log());
    }
}

#[test]
fn a_job_may_require_nodes_and_known_values() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.txt"), "a\n").unwrap();
    let code = |name: &str, value: &str| scan(dir.path()).with(name, value).run().outputs["exit-code"].clone();
    assert_eq!((code("require-nodes", "false"), code("require-nodes", "true")), ("0".to_owned(), "2".to_owned()));
    let node = "variable \"a\" {}\nresource \"aws_launch_template\" \"a\" {\n  user_data = var.a\n}\n";
    std::fs::write(dir.path().join("main.tf"), node).unwrap();
    assert_eq!(code("require-nodes", "true"), "0");
    assert_eq!(
        (code("fail-on-unresolved", "false"), code("fail-on-unresolved", "true")),
        ("0".to_owned(), "2".to_owned())
    );
    let done = scan(dir.path()).with("require-nodes", "perhaps").run();
    assert_eq!(done.step("Scan").code, Some(2));
}

#[test]
fn a_pull_request_is_judged_by_what_it_changes() {
    let dir = workspace();
    let base = git(dir.path(), &["rev-parse", "HEAD~1"]);
    for event in ["github.event.pull_request.base.sha", "github.event.merge_group.base_sha"] {
        let done = scan(dir.path()).context(event, &base).run();
        assert!(done.failed);
        let log = &done.step("Scan").out;
        assert!(log.contains("::error file=a b/<new>.sh,") && !log.contains("::error file=old.sh"), "{log}");
        assert!(log.contains("(not counted)\n- old.sh:2:83: "), "{log}");
        assert!(
            done.summary.contains("| `a b/<new>.sh:2:83` |") && !done.summary.contains("`old.sh"),
            "{}",
            done.summary
        );
        assert!(done.summary.contains("<pre>\nold.sh:2:83: error"), "{}", done.summary);
        assert_eq!((done.outputs["findings"].as_str(), done.outputs["findings-before"].as_str()), ("2", "1"));
    }
    // A change that brings nothing bad passes, whatever was there before; what was is told without markup.
    std::fs::write(dir.path().join("fine.sh"), FINE.replace("4h", "5h")).unwrap();
    git(dir.path(), &["commit", "-qam", "change"]);
    let base = git(dir.path(), &["rev-parse", "HEAD~1"]);
    let done = scan(dir.path()).context("github.event.pull_request.base.sha", &base).run();
    assert!(!done.failed, "{done:#?}");
    assert!(done.summary.contains("a b/&lt;new>.sh"), "{}", done.summary);
    assert_eq!(done.outputs["findings-before"], "2");
    // Everything counts if that is wanted, or if the base cannot be had.
    let done =
        scan(dir.path()).context("github.event.pull_request.base.sha", &base).with("changed-only", "false").run();
    assert!(done.failed);
    let done = scan(dir.path()).context("github.event.pull_request.base.sha", &"1".repeat(40)).run();
    assert!(
        done.failed && done.log().contains("::notice title=kubelet-lint::could not fetch the base commit"),
        "{}",
        done.log()
    );
    let done = scan(dir.path()).context("github.event.pull_request.base.sha", "--output=x").run();
    assert_eq!((done.step("Scan").code, done.outputs["sarif-file"].as_str()), (Some(2), ""));
}

#[test]
fn what_a_pull_request_hides_is_shown_or_has_no_effect() {
    let dir = workspace();
    let base = git(dir.path(), &["rev-parse", "HEAD"]);
    std::fs::write(dir.path().join("kubelet-lint.toml"), "ignore = ['zero-streaming-idle-timeout']\n").unwrap();
    let new = std::fs::read(dir.path().join("old.sh")).unwrap();
    std::fs::write(dir.path().join("new.sh"), new).unwrap();
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "hide"]);
    let run = |from: &str| {
        let run = scan(dir.path()).with("config-from", from);
        run.context("github.event.pull_request.base.sha", &base).run()
    };
    let done = run("head");
    let words = "this pull request changes kubelet-lint.toml, which hides 3 findings";
    assert!(!done.failed, "{done:#?}");
    assert!(done.log().contains(&format!("::warning file=kubelet-lint.toml,line=1,title=kubelet-lint::{words}%0A")));
    assert!(done.summary.contains(words), "{}", done.summary);
    let done = run("base");
    assert!(done.failed && done.log().contains("::error file=new.sh,"), "{done:#?}");
    assert_eq!(run("fork").step("Scan").code, Some(2));
}

#[test]
fn the_base_of_a_shallow_checkout_is_fetched() {
    let origin = workspace();
    git(origin.path(), &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let base = git(origin.path(), &["rev-parse", "HEAD~1"]);
    let dir = tempfile::tempdir().unwrap();
    let from = format!("file://{}", origin.path().display());
    git(dir.path(), &["clone", "-q", "--depth", "1", &from, "tree"]);
    let done = scan(&dir.path().join("tree")).context("github.event.pull_request.base.sha", &base).run();
    assert_eq!(done.outputs["findings-before"], "1", "{done:#?}");
}

#[test]
fn paths_may_be_several_and_have_spaces() {
    let dir = workspace();
    let done = scan(dir.path()).with("paths", "a b\r\n\n  \nfine.sh\n").run();
    assert_eq!((done.failed, done.outputs["findings"].as_str()), (true, "1"), "{done:#?}");
    assert!(!scan(dir.path()).with("paths", "schemas").run().outputs["exit-code"].starts_with('1'));
}

#[test]
fn values_files_may_be_several() {
    let dir = tempfile::tempdir().unwrap();
    let node = "variable \"a\" {}\nvariable \"b\" {}\nresource \"aws_launch_template\" \"a\" {\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.a}${var.b}'\\n\")\n}\n";
    for (name, text) in [("main.tf", node), ("values/a b.tfvars", "a = \"0\"\n"), ("values/c.tfvars", "b = \"s\"\n")] {
        std::fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    for files in ["", "values/a b.tfvars"] {
        assert_eq!(scan(dir.path()).with("var-file", files).run().outputs["findings"], "0", "{files}");
    }
    let done = scan(dir.path()).with("var-file", "values/a b.tfvars\r\n\nvalues/c.tfvars\n").run();
    assert_eq!((done.failed, done.outputs["findings"].as_str()), (true, "1"), "{done:#?}");
}

#[test]
fn hostile_inputs_are_words_and_nothing_else() {
    let dir = workspace();
    let mark = dir.path().join("mark");
    let hostile = format!("x'\"; touch {0}; $(touch {0}) `touch {0}`\n::error::told\r\n--exit-zero", mark.display());
    for name in [
        "paths",
        "config",
        "var-file",
        "fail-on",
        "changed-only",
        "annotations",
        "summary",
        "version",
        "binary",
        "category",
    ] {
        for value in [hostile.as_str(), "--exit-zero", "-", "$HOME", "::error::told"] {
            let mut run = Run::new(&top(), dir.path()).with(name, value).with("upload-sarif", "true");
            if name != "binary" && name != "version" {
                run = run.with("binary", BINARY);
            }
            let done = run.run();
            // The zero of this repository is still found, or the run says that it cannot go on.
            assert!(done.failed, "{name}: {value}: {done:#?}");
            assert!(!mark.exists(), "{name}: {value}");
            let told = done.log().lines().any(|l| l.trim_start().starts_with("::error::told"));
            assert!(!told, "{name}: {value}: {}", done.log());
        }
    }
    let done = scan(dir.path()).with("upload-sarif", "perhaps").run();
    assert_eq!(done.step("Scan").code, Some(2));
}

#[test]
fn without_a_report_nothing_is_uploaded() {
    let dir = workspace();
    for base in ["", "1234"] {
        let run = Run::new(&top(), dir.path()).with("binary", "true").with("upload-sarif", "true");
        let done = run.context("github.event.pull_request.base.sha", base).run();
        assert!(done.log().contains("::error title=kubelet-lint::the scan wrote no report"), "{}", done.log());
        assert!(done.step("Upload to code scanning").with.is_none() && done.failed);
        assert_eq!(done.outputs["sarif-file"], "");
    }
}

#[test]
fn a_program_may_be_named_from_the_workspace() {
    let dir = workspace();
    std::fs::create_dir(dir.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(BINARY, dir.path().join("bin/kl")).unwrap();
    let done = Run::new(&top(), dir.path()).with("binary", "bin/kl").run();
    assert_eq!(done.outputs["findings"], "2", "{done:#?}");
}

#[test]
fn file_names_give_the_log_no_commands() {
    let dir = workspace();
    std::fs::write(dir.path().join("::error::told"), ZERO).unwrap();
    std::fs::write(dir.path().join("x\n::error::told"), ZERO).unwrap();
    for annotations in ["true", "false"] {
        let done = scan(dir.path()).with("annotations", annotations).run();
        assert_eq!(done.outputs["findings"], "4", "{done:#?}");
        assert!(!done.log().lines().any(|l| l.trim_start().starts_with("::error::told")), "{}", done.log());
    }
}

/// A copy of the action that pins an archive, and the mirror that has it.
fn release(dir: &Path) -> (std::path::PathBuf, String) {
    let action = dir.join("kubelet-lint");
    std::fs::create_dir(&action).unwrap();
    std::fs::copy(top().join("action.yml"), action.join("action.yml")).unwrap();
    std::fs::create_dir(action.join("action")).unwrap();
    for script in ["install.sh", "scan.sh"] {
        std::fs::copy(top().join("action").join(script), action.join("action").join(script)).unwrap();
    }
    let mut lines = String::new();
    for version in ["1.2.3", "1.10.0"] {
        let name = format!("kubelet-lint-{version}-x86_64-unknown-linux-musl");
        let folder = dir.join(&name);
        std::fs::create_dir(&folder).unwrap();
        let program = folder.join("kubelet-lint");
        std::fs::write(&program, format!("#!/bin/sh\n# {version}\nexec '{BINARY}' \"$@\"\n")).unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::create_dir_all(dir.join(format!("mirror/v{version}"))).unwrap();
        let archive = dir.join(format!("mirror/v{version}/{name}.tar.gz"));
        let tar = std::process::Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(dir).arg(&name).status();
        assert!(tar.unwrap().success());
        let sum = <sha2::Sha256 as sha2::Digest>::digest(std::fs::read(&archive).unwrap());
        let sum = sum.iter().fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
        lines += &format!("{sum}  {name}.tar.gz\n");
    }
    std::fs::write(action.join("action/checksums.txt"), lines).unwrap();
    (action, format!("file://{}/mirror", dir.display()))
}

#[test]
fn only_what_is_pinned_is_run() {
    let (dir, tree) = (tempfile::tempdir().unwrap(), workspace());
    let (action, mirror) = release(dir.path());
    let run = || Run::new(&action, tree.path()).env("KUBELET_LINT_DOWNLOAD", &mirror).with("upload-sarif", "true");
    let install = "Install kubelet-lint";
    let done = run().run();
    assert_eq!((done.step(install).out.as_str(), done.outputs["findings"].as_str()), ("kubelet-lint 1.10.0\n", "2"));
    let done = run().with("version", "1.2.3").run();
    assert_eq!((done.step(install).out.as_str(), done.outputs["findings"].as_str()), ("kubelet-lint 1.2.3\n", "2"));
    let stops = |done: &Done, words: &str| {
        assert_eq!(done.step(install).code, Some(2), "{done:#?}");
        assert!(done.log().contains(words), "{}", done.log());
        // Nothing is uploaded that is not there.
        assert!(done.step("Upload to code scanning").with.is_none());
        assert_eq!((done.failed, done.outputs["sarif-file"].as_str()), (true, ""));
    };
    stops(&run().with("version", "9.9.9").run(), "does not pin version 9.9.9");
    stops(&run().with("version", "latest").run(), "invalid version latest");
    stops(&run().env("RUNNER_ARCH", "RISCV").run(), "no prebuilt binary for Linux on RISCV");
    stops(&run().env("KUBELET_LINT_DOWNLOAD", "file:///nowhere").run(), "could not download");
    // One byte more.
    let archive = dir.path().join("mirror/v1.10.0/kubelet-lint-1.10.0-x86_64-unknown-linux-musl.tar.gz");
    let mut bytes = std::fs::read(&archive).unwrap();
    bytes.push(0);
    std::fs::write(&archive, bytes).unwrap();
    stops(&run().run(), "checksum mismatch for");
    // A commit before the first release.
    std::fs::write(action.join("action/checksums.txt"), "").unwrap();
    stops(&run().run(), "does not pin a release");
}

#[test]
fn what_is_pinned_here_are_archives_with_their_sums() {
    for line in super::file("action/checksums.txt").lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert!(sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()), "{line}");
        assert!(name.starts_with("kubelet-lint-") && name.ends_with(".tar.gz"), "{line}");
    }
}
