//! The program as a user runs it: exit codes, streams, standard input.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) fn run_in(dir: &Path, args: &[&str], stdin: Option<&[u8]>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubelet-lint"));
    command.args(args).current_dir(dir).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().unwrap();
    if let Some(bytes) = stdin {
        // The program may end without reading all of it.
        let _ = child.stdin.take().unwrap().write_all(bytes);
    }
    child.wait_with_output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const ZERO: &[u8] =
    b"#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
const FINE: &[u8] =
    b"#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=4h'\n";

#[test]
fn exit_codes_are_the_same_in_every_format() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("zero.sh"), ZERO).unwrap();
    std::fs::write(dir.path().join("fine.sh"), FINE).unwrap();
    for format in kubelet_lint::testing::FORMATS.iter().map(|f| f.name()) {
        for (args, code) in [
            (&["zero.sh"][..], 1),
            (&["fine.sh"], 0),
            (&["."], 1),
            (&["zero.sh", "--exit-zero"], 0),
            (&["zero.sh", "--fail-on", "never"], 0),
            (&["zero.sh", "--fail-on", "error"], 1),
            (&["zero.sh", "--ignore", "zero-streaming-idle-timeout"], 0),
            (&["zero.sh", "--select", "replaced-zero"], 0),
            (&["missing.sh"], 2),
            (&["--no-such-option"], 2),
        ] {
            let args = [&["check", "--format", format], args].concat();
            let out = run_in(dir.path(), &args, None);
            assert_eq!(out.status.code(), Some(code), "{args:?}\n{}{}", text(&out.stdout), text(&out.stderr));
        }
    }
}

#[test]
fn junit_counts_as_failures_what_fails_the_run() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("zero.sh"), ZERO).unwrap();
    for (args, failures, skipped) in
        [(&[][..], 1, 0), (&["--fail-on", "never"], 0, 1), (&["--exit-zero"], 1, 0), (&["--fail-on", "error"], 1, 0)]
    {
        let report = text(&run_in(dir.path(), &[&["check", "--format", "junit"], args].concat(), None).stdout);
        let counts = format!("tests=\"1\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"");
        assert!(report.contains(&counts), "{args:?}\n{report}");
        assert_eq!(report.matches("<failure ").count(), failures, "{args:?}\n{report}");
        assert_eq!(report.matches("<skipped ").count(), skipped, "{args:?}\n{report}");
        assert!(report.contains("zero.sh:2:"), "{report}");
    }
}

#[test]
fn a_closed_pipe_does_not_hide_findings() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("zero.sh"), ZERO).unwrap();
    std::fs::write(dir.path().join("fine.sh"), FINE).unwrap();
    for (file, code) in [("zero.sh", 1), ("fine.sh", 0)] {
        // The reading ends are closed before the program starts.
        let (_, out) = std::io::pipe().unwrap();
        let (_, err) = std::io::pipe().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubelet-lint"));
        command.args(["check", "-v", file]).current_dir(dir.path()).env_clear().stdout(out).stderr(err);
        assert_eq!(command.status().unwrap().code(), Some(code), "{file}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("fine.sh"), FINE).unwrap();
    let out = run_in(dir.path(), &["check", "fine.sh", "--output", "nowhere/out.txt"], None);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).starts_with("error: cannot write nowhere/out.txt: "), "{}", text(&out.stderr));
    // A device that is always full.
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else { return };
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubelet-lint"));
    command.args(["check", "fine.sh"]).current_dir(dir.path()).env_clear().stdout(full).stderr(Stdio::piped());
    let out = command.output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).starts_with("error: cannot write to standard output: "), "{}", text(&out.stderr));
}

#[test]
fn standard_input_is_read_under_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let out = run_in(dir.path(), &["check", "--format", "concise", "-"], Some(ZERO));
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).starts_with("<stdin>:2:"), "{}", text(&out.stdout));
    let out = run_in(dir.path(), &["check", "--format", "concise", "-", "--stdin-filename", "boot/x.sh"], Some(ZERO));
    assert!(text(&out.stdout).starts_with("boot/x.sh:2:"), "{}", text(&out.stdout));
    // What is fine has nothing to say; what is something else says so.
    for (input, told) in [(FINE, false), (&b"x: 1\n"[..], true), (b"", true)] {
        let out = run_in(dir.path(), &["check", "-"], Some(input));
        assert_eq!((out.status.code(), text(&out.stderr).contains("found on standard input")), (Some(0), told));
    }
    assert!(run_in(dir.path(), &["check", "-", "--quiet"], Some(b"")).stderr.is_empty());
}

#[test]
fn a_missing_path_is_named_on_standard_error() {
    let dir = tempfile::tempdir().unwrap();
    let out = run_in(dir.path(), &["check", "missing.tf"], None);
    assert_eq!(text(&out.stderr), "error: cannot read missing.tf: no such file or directory\n");
    assert!(out.stdout.is_empty());
}

#[test]
fn a_report_can_go_to_a_file() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("zero.sh"), ZERO).unwrap();
    let out = run_in(dir.path(), &["check", "--format", "sarif", "-o", "out.sarif", "zero.sh"], None);
    assert_eq!(out.status.code(), Some(1));
    assert!(out.stdout.is_empty());
    assert!(std::fs::read_to_string(dir.path().join("out.sarif")).unwrap().contains("zero-streaming-idle-timeout"));
}

#[test]
fn explain_prints_the_page_and_rules_list_them() {
    let dir = tempfile::tempdir().unwrap();
    let out = run_in(dir.path(), &["explain", "replaced-zero"], None);
    assert!(text(&out.stdout).starts_with("replaced-zero\n\nWhat it does\n\nChecks for zero durations"));
    let out = run_in(dir.path(), &["explain", "replaced-zer"], None);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("replaced-zero"), "{}", text(&out.stderr));
    let out = run_in(dir.path(), &["rules"], None);
    assert!(text(&out.stdout).lines().any(|l| l == "zero-kubelet-timeout (warning)"));
}

#[test]
fn show_has_the_fixed_keys() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("zero.sh"), ZERO).unwrap();
    let out = run_in(dir.path(), &["show", "--format", "json"], None);
    let value: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(value["version"], 1);
    let group = &value["node_groups"][0];
    for key in ["name", "place", "family", "kubernetes", "starts", "why_not", "settings", "unknown"] {
        assert!(group.get(key).is_some(), "{key} is missing");
    }
    let setting = &group["settings"][0];
    assert_eq!(setting["field"], "streamingConnectionIdleTimeout");
    assert_eq!(setting["effective"], "0s");
    assert_eq!(setting["from"], "flag");
    assert_eq!(setting["place"]["path"], "zero.sh");
    assert_eq!((setting["place"]["line"].as_u64(), setting["place"]["column"].as_u64()), (Some(2), Some(83)));
}

#[test]
fn files_of_parameters_take_the_place_of_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let template = "Parameters:\n  Args: {Type: String, Default: --v=2}\nResources:\n  N:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData:\n        Fn::Base64: !Sub \"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '${Args}'\\n\"\n";
    std::fs::write(dir.path().join("t.yaml"), template).unwrap();
    std::fs::create_dir(dir.path().join("env")).unwrap();
    let parameters = r#"[{"ParameterKey": "Args", "ParameterValue": "--streaming-connection-idle-timeout=0"}]"#;
    std::fs::write(dir.path().join("env/prod.json"), parameters).unwrap();
    let check = |args: &[&str]| run_in(dir.path(), &[&["check", "--format", "concise", "t.yaml"], args].concat(), None);
    assert_eq!(check(&[]).status.code(), Some(0));
    let out = check(&["--parameters", "env/prod.json"]);
    assert!(text(&out.stdout).starts_with("env/prod.json:1:"), "{}{}", text(&out.stdout), text(&out.stderr));
    assert_eq!(check(&["--parameters", "missing.json"]).status.code(), Some(2));
}

#[test]
fn the_last_value_for_a_variable_counts() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write(
        "main.tf",
        "variable \"idle\" {\n  type = string\n}\nvariable \"more\" {\n  type = list(string)\n  default = []\n}\nresource \"aws_instance\" \"w\" {\n  user_data = \"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle} ${join(\" \", var.more)}'\\n\"\n}\n",
    );
    write("terraform.tfvars", "idle = \"4h\"\n");
    write("zero.tfvars", "idle = \"0s\"\nunknown = 1\n");
    write("zero.tfvars.json", "{\"idle\": \"0\"}\n");
    write("fine.tfvars", "idle = \"1h\"\n");
    for (args, place) in [
        // Without an option, each file beside the root module is tried.
        (&[][..], Some("zero.tfvars:1:")),
        (&["--var-file", "zero.tfvars"], Some("zero.tfvars:1:")),
        (&["--var-file", "zero.tfvars.json"], Some("zero.tfvars.json:1:")),
        (&["--var", "idle=0s"], Some("--var idle:1:1")),
        (&["--var-file", "zero.tfvars", "--var", "idle=1h"], None),
        (&["--var", "idle=1h", "--var-file", "zero.tfvars"], Some("zero.tfvars:1:")),
        (&["--var-file", "zero.tfvars", "--var-file", "fine.tfvars"], None),
        (&["--var", "idle=0", "--var", "idle=1h"], None),
        (&["--var", "more=[\"--streaming-connection-idle-timeout=0\"]"], Some("--var more:1:")),
        (&["--var", "no_such=0s"], None),
    ] {
        let args = [&["check", "--format", "concise", "."], args].concat();
        let out = run_in(dir.path(), &args, None);
        let shown = text(&out.stdout);
        match place {
            Some(place) => assert!(shown.starts_with(place), "{args:?}: {shown}{}", text(&out.stderr)),
            None => assert!(shown.is_empty(), "{args:?}: {shown}"),
        }
        assert_eq!(out.status.code(), Some(i32::from(place.is_some())), "{args:?}");
    }
    for args in [&["--var", "idle"][..], &["--var", "=1"], &["--var-file", "missing.tfvars"]] {
        let out = run_in(dir.path(), &[&["check", "."], args].concat(), None);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_plan_is_known_on_standard_input() {
    let dir = tempfile::tempdir().unwrap();
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases/terraform/plan-json/plan.json");
    let out = run_in(dir.path(), &["check", "--format", "concise", "-"], Some(&std::fs::read(case).unwrap()));
    assert_eq!(text(&out.stdout).lines().count(), 4, "{}", text(&out.stdout));
    assert!(text(&out.stdout).starts_with("<stdin>:1:"), "{}", text(&out.stdout));
}

#[test]
fn several_reports_of_one_run_go_to_files() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("zero.sh"), ZERO).unwrap();
    let run = |args: &[&str]| run_in(dir.path(), &[&["check", "zero.sh"], args].concat(), None);
    let out =
        run(&["--format", "sarif", "-o", "out.sarif", "--format", "concise", "--format", "junit", "--output", "j.xml"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).starts_with("zero.sh:2:"), "{}", text(&out.stdout));
    assert!(std::fs::read_to_string(dir.path().join("out.sarif")).unwrap().contains("\"2.1.0\""));
    assert!(std::fs::read_to_string(dir.path().join("j.xml")).unwrap().starts_with("<?xml"));
    // With one of each the order is free.
    run(&["-o", "g.json", "--format", "gitlab"]);
    assert!(std::fs::read_to_string(dir.path().join("g.json")).unwrap().starts_with('['));
    for wrong in [
        &["--format", "json", "--format", "concise"][..],
        &["-o", "a", "--format", "json", "--format", "concise"],
        &["--format", "json", "-o", "a", "-o", "b"],
        &["--format", "json", "-o", "a", "--format", "concise", "-o", "a"],
        &["--format", "json", "-o", "no/such/folder"],
    ] {
        let out = run(wrong);
        assert_eq!((out.status.code(), out.stdout.is_empty()), (Some(2), true), "{wrong:?}");
        assert!(text(&out.stderr).starts_with("error: "), "{}", text(&out.stderr));
    }
}

#[test]
fn help_fits_and_the_manual_and_the_completions_name_every_command() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["--help"][..], &["check", "--help"], &["show", "--help"], &["check", "-h"]] {
        let out = run_in(dir.path(), args, None);
        let text = text(&out.stdout);
        assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    }
    let man = text(&run_in(dir.path(), &["man"], None).stdout);
    assert!(
        man.contains(".TH kubelet-lint") && man.contains("COMMAND CHECK") && man.contains("write\\-baseline"),
        "{man}"
    );
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = text(&run_in(dir.path(), &["completions", shell], None).stdout);
        for word in ["explain", "completions", "baseline"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let check = std::process::Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn();
    if let Ok(mut bash) = check {
        let script = run_in(dir.path(), &["completions", "bash"], None).stdout;
        bash.stdin.take().unwrap().write_all(&script).unwrap();
        assert!(bash.wait().unwrap().success());
    }
}

#[test]
fn show_is_a_table_or_a_page_that_needs_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let hostile = text(ZERO).replace(" c ", " '<script>alert(1)</script>' ");
    std::fs::write(dir.path().join("<b>.sh"), hostile).unwrap();
    let table = text(&run_in(dir.path(), &["show"], None).stdout);
    assert!(table.contains("  streamingConnectionIdleTimeout  0s     flag    <b>.sh:2:"), "{table}");
    assert!(table.lines().all(|l| l.chars().count() <= 80), "{table}");
    let out = run_in(dir.path(), &["show", "--format", "html", "-o", "page.html"], None);
    assert!(out.stdout.is_empty());
    let page = std::fs::read_to_string(dir.path().join("page.html")).unwrap();
    assert!(page.contains("&lt;b&gt;.sh") && page.contains("<mark>0</mark>"), "{page}");
    for foreign in ["<script", "<b>.sh", "http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn show_against_tells_where_source_and_node_differ() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.sh"), FINE).unwrap();
    let configz = |value: &str| {
        format!(r#"{{"kubeletconfig": {{"streamingConnectionIdleTimeout": "{value}", "syncFrequency": "1m0s"}}}}"#)
    };
    let ps = "root 2461 1 2 Nov24 ? 00:31:07 /usr/bin/kubelet --streaming-connection-idle-timeout=0\n";
    std::fs::write(dir.path().join("other.json"), configz("0s")).unwrap();
    std::fs::write(dir.path().join("same.json"), configz("4h0m0s")).unwrap();
    std::fs::write(dir.path().join("ps.txt"), ps).unwrap();
    std::fs::write(dir.path().join("empty.json"), "{}").unwrap();
    for (against, code) in [("other.json", 1), ("same.json", 0), ("ps.txt", 1), ("empty.json", 2), ("missing", 2)] {
        for format in ["text", "table", "json"] {
            let out = run_in(dir.path(), &["show", "main.sh", "--against", against, "--format", format], None);
            assert_eq!(out.status.code(), Some(code), "{against} {format}: {}{}", text(&out.stdout), text(&out.stderr));
        }
    }
    let args = ["show", "main.sh", "--against", "-", "--format", "json"];
    let out = run_in(dir.path(), &args, Some(configz("0s").as_bytes()));
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let differences = json["comparisons"][0]["differences"].as_array().unwrap();
    assert_eq!((out.status.code(), differences.len()), (Some(1), 1));
    assert_eq!(differences[0]["field"], "streamingConnectionIdleTimeout");
    assert_eq!(differences[0]["source"]["effective"], "4h0m0s");
    assert_eq!(differences[0]["source"]["place"]["line"], 2);
    assert_eq!(differences[0]["node"]["effective"], "0s");
    let out = run_in(dir.path(), &["show", "-", "--against", "-"], Some(FINE));
    assert_eq!(out.status.code(), Some(2));
}
