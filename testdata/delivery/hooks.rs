//! The hooks of pre-commit: three ways to the same program, and a pattern that lets through what the program reads.

use serde_yaml::Value;

use super::{file, top};

fn hooks() -> Vec<Value> {
    let all: Value = serde_yaml::from_str(&file(".pre-commit-hooks.yaml")).unwrap();
    all.as_sequence().unwrap().clone()
}

#[test]
fn all_hooks_do_the_same() {
    let hooks = hooks();
    let ids: Vec<_> = hooks.iter().map(|h| (h["id"].as_str().unwrap(), h["language"].as_str().unwrap())).collect();
    assert_eq!(ids, [("kubelet-lint", "python"), ("kubelet-lint-src", "rust"), ("kubelet-lint-system", "system")]);
    for hook in &hooks {
        assert_eq!(hook["require_serial"], true);
        for key in ["entry", "files", "types"] {
            assert_eq!(hook[key], hooks[0][key]);
        }
    }
    // The first takes the wheel of this version.
    assert!(file("setup.py").contains(concat!("\"kubelet-lint==", env!("CARGO_PKG_VERSION"), "\"")));
}

#[test]
fn whatever_can_have_a_finding_reaches_the_hook() {
    let pattern = regex::Regex::new(hooks()[0]["files"].as_str().unwrap()).unwrap();
    let place = regex::Regex::new(r"╭─\[([^/][^\n]*?):\d+:\d+\]").unwrap();
    let (mut missed, mut seen) = (Vec::new(), 0);
    for entry in walkdir::WalkDir::new(top().join("testdata/cases")) {
        let entry = entry.unwrap();
        // What is collected on nodes is no source.
        if entry.file_name() != "out.snap" || entry.path().components().any(|c| c.as_os_str() == "evidence") {
            continue;
        }
        let report = std::fs::read_to_string(entry.path()).unwrap();
        for found in place.captures_iter(&report) {
            // A place on a node is none in the repository, and hooks are not run for archives: they are not text.
            if !entry.path().with_file_name(&found[1]).is_file()
                || std::path::Path::new(&found[1]).extension().is_some_and(|e| e == "tgz")
            {
                continue;
            }
            seen += 1;
            if !pattern.is_match(&found[1]) {
                missed.push(found[1].to_owned());
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(seen > 100, "{seen}");
    for name in ["main.go", "src/lib.rs", "README.md", "logo.png", "package-lock.lock", "app.js", "a.tf.bak"] {
        assert!(!pattern.is_match(name), "{name}");
    }
    for name in [
        "a/user-data",
        "x.TF",
        "n.tf.json",
        "n.tofu",
        "c.template",
        "k.service",
        "u.sh.tftpl",
        "node.bu",
        "a/kubelet-args",
    ] {
        assert!(pattern.is_match(name), "{name}");
    }
}
