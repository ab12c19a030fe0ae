//! Modules that are not on disk, read from the folder that the configuration or the command line names.

use std::path::Path;

use serde_json::Value;

use crate::command::{run_in, text};

const SOURCE: &str = "git::https://git.example.com/platform/nodes.git";
const MODULE: &str = "variable \"args\" {\n  default = \"\"\n}\n\nresource \"aws_launch_template\" \"this\" {\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '${var.args}'\\n\")\n}\n";

fn call(source: &str) -> String {
    format!("module \"nodes\" {{\n  source = \"{source}\"\n  args   = \"--streaming-connection-idle-timeout=0\"\n}}\n")
}

/// A repository with these files, next to a folder `outside` with the module.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("repo/.git")).unwrap();
    let files = files.iter().map(|(name, content)| (format!("repo/{name}"), *content));
    for (name, content) in
        files.chain([("outside/main.tf".to_owned(), MODULE), ("outside/sub/main.tf".to_owned(), MODULE)])
    {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    dir
}

/// The findings as `level path:line node-group`.
fn found(dir: &Path, args: &[&str]) -> Vec<String> {
    let out = run_in(&dir.join("repo"), &[&["check", "--format", "json"], args].concat(), None);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    let short = |f: &Value| {
        let (place, text) = (&f["place"], |v: &Value| v.as_str().unwrap().to_owned());
        format!("{} {}:{} {}", text(&f["level"]), text(&place["path"]), place["line"], text(&f["node_groups"][0]["id"]))
    };
    report["findings"].as_array().unwrap().iter().map(short).collect()
}

const READ: [&str; 1] = ["error main.tf:3 .: module.nodes.aws_launch_template.this"];
const UNREAD: [&str; 1] = ["warning main.tf:3 .: module.nodes"];

#[test]
fn a_module_is_read_from_the_folder_in_the_configuration() {
    for (key, source, read) in [
        (SOURCE, SOURCE, true),
        (SOURCE, "git::https://git.example.com/platform/nodes.git?ref=v1.2.0", true),
        (SOURCE, "git::https://git.example.com/platform/nodes.git//sub?ref=v1", true),
        (
            "git::https://git.example.com/platform/nodes.git//sub",
            "git::https://git.example.com/platform/nodes.git//sub/sub",
            true,
        ),
        ("git::https://git.example.com/platform/nodes.git//sub", SOURCE, false),
        (
            "git::https://git.example.com/platform/nodes.git?ref=v1",
            "git::https://git.example.com/platform/nodes.git?ref=v1",
            true,
        ),
        (
            "git::https://git.example.com/platform/nodes.git?ref=v1",
            "git::https://git.example.com/platform/nodes.git?ref=v2",
            false,
        ),
        ("app.terraform.io/acme/nodes/aws", "app.terraform.io/acme/nodes/aws", true),
        (SOURCE, "git::https://git.example.com/platform/nodes-2.git", false),
    ] {
        let settings = format!("[modules]\n'{key}' = 'vendor/nodes'\n");
        let call = call(source);
        let files = [
            ("main.tf", &*call),
            ("kubelet-lint.toml", &settings),
            ("vendor/nodes/main.tf", MODULE),
            ("vendor/nodes/sub/main.tf", MODULE),
        ];
        let dir = folder(&files);
        let expected = if read { READ } else { UNREAD };
        assert_eq!(found(dir.path(), &[]), expected, "{key} {source}");
    }
}

#[test]
fn a_folder_outside_the_repository_must_be_named_on_the_command_line() {
    let call = call(SOURCE);
    let dir = folder(&[("main.tf", &call), ("nodes/main.tf", MODULE)]);
    assert_eq!(found(dir.path(), &[]), UNREAD);
    let given = |folder: &str| format!("{SOURCE}={folder}");
    assert_eq!(found(dir.path(), &["--module", &given("../outside")]), READ);
    assert_eq!(found(dir.path(), &["--module", &given("nodes")]), READ);
    assert_eq!(found(dir.path(), &["--module", &given("../outside/sub"), "."]), READ);
    // Nothing but this folder is read.
    let above = "variable \"args\" {}\nmodule \"up\" {\n  source = \"../\"\n  args   = var.args\n}\n";
    std::fs::create_dir(dir.path().join("outside/inner")).unwrap();
    std::fs::write(dir.path().join("outside/inner/main.tf"), above).unwrap();
    assert_eq!(found(dir.path(), &["--module", &given("../outside/inner")]), [""; 0]);
    let unit = format!(
        "terraform {{\n  source = \"{SOURCE}?ref=v1\"\n}}\ninputs = {{\n  args = \"--streaming-connection-idle-timeout=0\"\n}}\n"
    );
    let dir = folder(&[("live/terragrunt.hcl", &unit)]);
    assert_eq!(found(dir.path(), &[]), ["warning live/terragrunt.hcl:5 live: inputs"]);
    let read = ["error live/terragrunt.hcl:5 live: aws_launch_template.this"];
    assert_eq!(found(dir.path(), &["--module", &given("../outside")]), read);
    for (args, words) in [
        (vec!["--module", "nodes"], "expected SOURCE=DIR"),
        (vec!["--module", "nodes=gone"], "cannot read gone: no such file or directory"),
    ] {
        let out = run_in(&dir.path().join("repo"), &[vec!["check"], args].concat(), None);
        assert_eq!(out.status.code(), Some(2));
        assert!(text(&out.stderr).contains(words), "{}", text(&out.stderr));
    }
    for (folder_of, words) in [
        ("../outside", "../outside, is outside the repository: name it with `--module`"),
        ("gone", "gone, does not exist"),
        ("main.tf", "main.tf, is not a directory"),
    ] {
        let settings = format!("[modules]\n'{SOURCE}' = '{folder_of}'\n");
        let dir = folder(&[("main.tf", &call), ("kubelet-lint.toml", &settings)]);
        let out = run_in(&dir.path().join("repo"), &["check"], None);
        assert_eq!(out.status.code(), Some(2));
        assert!(text(&out.stderr).contains(words), "{}", text(&out.stderr));
    }
}

#[test]
fn a_root_module_has_the_values_files_of_the_configuration() {
    let root = MODULE.replace("default = \"\"", "type = string");
    let zero = "args = \"--streaming-connection-idle-timeout=0\"\n";
    let fine = "args = \"\"\n";
    for (files, args, expected) in [
        ("['../values/zero.tfvars']", &[][..], &["error values/zero.tfvars:1 tf/a: aws_launch_template.this"][..]),
        ("['../values/zero.tfvars', '../values/fine.tfvars']", &[], &[]),
        ("['../values/zero.tfvars']", &["--var-file", "values/fine.tfvars"], &[]),
        ("[]", &[], &[]),
    ] {
        let settings = format!("[var-files]\na = {files}\n");
        let files = [
            ("tf/a/main.tf", &*root),
            ("tf/b/main.tf", &*root),
            ("tf/kubelet-lint.toml", &settings),
            ("values/zero.tfvars", zero),
            ("values/fine.tfvars", fine),
        ];
        let dir = folder(&files);
        assert_eq!(found(dir.path(), &[args, &["--config", "tf/kubelet-lint.toml"]].concat()), expected, "{settings}");
    }
    // A default that the file overrides is no finding, and other files are not tried.
    let root = MODULE.replace("default = \"\"", "default = \"--streaming-connection-idle-timeout=0\"");
    let settings = "[var-files]\n'.' = ['fine.tfvars']\n";
    let files = [("main.tf", &*root), ("kubelet-lint.toml", settings), ("fine.tfvars", fine), ("other.tfvars", zero)];
    assert_eq!(found(folder(&files).path(), &[]), [""; 0]);
    for (settings, words) in [
        ("a = ['x.tfvars']", "the root module, a, does not exist"),
        ("'.' = ['gone.tfvars']", "a values file of `.`, gone.tfvars, does not exist"),
        ("'.' = ['../outside/main.tf']", "../outside/main.tf, is outside the repository: name it with `--var-file`"),
        ("'.' = ['../repo']", "a values file of `.`, ../repo, is a directory"),
    ] {
        let settings = format!("[var-files]\n{settings}\n");
        let dir = folder(&[("main.tf", &*root), ("kubelet-lint.toml", &settings), ("x.tfvars", fine)]);
        let out = run_in(&dir.path().join("repo"), &["check"], None);
        assert_eq!(out.status.code(), Some(2));
        assert!(text(&out.stderr).contains(words), "{}", text(&out.stderr));
    }
}

#[test]
fn a_level_in_the_configuration_does_not_make_a_guess_an_error() {
    let call = call(SOURCE);
    for (level, expected) in [("error", "warning"), ("note", "note")] {
        let settings = format!("[levels]\nzero-streaming-idle-timeout = '{level}'\n");
        let dir = folder(&[("main.tf", &call), ("kubelet-lint.toml", &settings)]);
        assert_eq!(found(dir.path(), &[]), [format!("{expected} main.tf:3 .: module.nodes")]);
    }
}
