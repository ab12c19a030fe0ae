//! A zero that is not known to reach a node is listed in every format with such a list, and is a finding on request.

use serde_json::Value;

use crate::command::{run_in, text};

/// A folder with zeros in so many programs that some are counted.
fn programs(count: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..count {
        let code = format!("package n\n\nconst flags{n} = \"--streaming-connection-idle-timeout=0\"\n");
        std::fs::write(dir.path().join(format!("n{n}.go")), code).unwrap();
    }
    dir
}

fn json(dir: &tempfile::TempDir, args: &[&str]) -> (Option<i32>, Value) {
    let out = run_in(dir.path(), &[&["check", "--format", "json"], args].concat(), None);
    (out.status.code(), serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr))))
}

#[test]
fn every_format_lists_them_and_the_exit_code_stays() {
    let dir = programs(12);
    let (code, report) = json(&dir, &["."]);
    assert_eq!(code, Some(0));
    assert_eq!(report["unreached"].as_array().unwrap().len(), 12);
    assert_eq!(report["unreached"][0]["place"]["line"], 3);
    assert_eq!(report["unreached"][0]["field"], "streamingConnectionIdleTimeout");
    assert_eq!(report["findings"].as_array().unwrap().len(), 0);
    for (format, times, rest) in [
        ("human", 5, "note: 7 more such places: see --verbose"),
        ("markdown", 10, "- and 2 more such places"),
        ("html", 12, "Timeouts that no known node uses"),
        ("sarif", 12, "\"level\": \"note\""),
    ] {
        let out = run_in(dir.path(), &["check", "--format", format, "."], None);
        let shown = text(&out.stdout).replace("\n  ", " ");
        assert_eq!(shown.matches("nothing here shows that a node uses it").count(), times, "{format}: {shown}");
        assert!(shown.contains(rest), "{format}: {shown}");
        assert_eq!(out.status.code(), Some(0), "{format}");
    }
    for (format, times) in [("concise", 5), ("github", 5), ("gitlab", 5), ("junit", 5), ("rdjson", 5), ("json", 0)] {
        let told = text(&run_in(dir.path(), &["check", "--format", format, "."], None).stderr).replace("\n  ", " ");
        assert_eq!(told.matches("nothing here shows that a node uses it").count(), times, "{format}: {told}");
    }
}

#[test]
fn a_rule_makes_them_findings() {
    let dir = programs(2);
    let (code, report) = json(&dir, &["--extend-select", "unreached-kubelet-setting", "."]);
    assert_eq!(code, Some(1));
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
    assert_eq!(report["findings"][0]["rule"], "unreached-kubelet-setting");
    assert_eq!(report["unreached"].as_array().unwrap().len(), 0);
}

#[test]
fn only_named_files_are_spoken_of() {
    let dir = programs(3);
    let (_, report) = json(&dir, &["n1.go"]);
    let paths: Vec<_> = report["unreached"].as_array().unwrap().iter().map(|u| u["place"]["path"].clone()).collect();
    assert_eq!(paths, ["n1.go"]);
}

#[test]
fn a_zero_in_a_file_with_a_problem_is_listed_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let broken = "resource \"aws_instance\" \"n\" {\n  user_data = \"--streaming-connection-idle-timeout=0\n";
    std::fs::write(dir.path().join("main.tf"), broken).unwrap();
    let (_, report) = json(&dir, &["."]);
    assert!(!report["problems"].as_array().unwrap().is_empty());
    assert_eq!(report["unreached"].as_array().unwrap().len(), 1);
}

#[test]
fn a_file_of_nothing_but_zeros_is_looked_at_up_to_a_bound() {
    let zero = "'--streaming-connection-idle-timeout=0' ";
    for (name, text) in [
        ("line.go", zero.repeat(90_000)),
        ("lines.go", format!("{zero}\n").repeat(90_000)),
        ("comment.go", format!("/* {} */", format!("{zero}\n").repeat(90_000))),
        ("comments.tf", format!("# {zero}\n").repeat(90_000)),
    ] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
        let (_, report) = json(&dir, &["."]);
        assert!(report["unreached"].as_array().unwrap().len() <= 100, "{name}");
    }
}
