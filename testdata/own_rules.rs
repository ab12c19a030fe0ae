//! Rules that people write: a page in a folder that the configuration names.

use std::path::Path;

use serde_json::Value;

use crate::command::{run_in, text};

const PAGE: &str = "---\nid: local-short-idle\nlevel: error\npredicate: above-limit\nlimit: 30m\nfields: [streamingConnectionIdleTimeout]\ntags: [ours]\n---\n# local-short-idle\n\n## What it does\n\nChecks for streams that may be idle for more than half an hour.\n\n## Why is this bad?\n\nOur auditors say so.\n";
const SCRIPT: &str = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=1h --sync-frequency=10s'\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    std::fs::create_dir(dir.path().join("lint")).unwrap();
    for (name, content) in [("kubelet-lint.toml", "own-rules = 'lint'\n"), ("a.sh", SCRIPT)].iter().chain(files) {
        std::fs::write(dir.path().join(name), content).unwrap();
    }
    dir
}

fn concise(dir: &Path, args: &[&str]) -> String {
    let out = run_in(dir, &[&["check", "--format", "concise"], args].concat(), None);
    text(&out.stdout) + &text(&out.stderr)
}

#[test]
fn a_page_is_a_rule() {
    let dir = folder(&[("lint/local-short-idle.md", PAGE)]);
    let found = concise(dir.path(), &[]);
    assert!(found.contains("a.sh:2:"), "{found}");
    assert!(
        found.contains("error[local-short-idle] `streamingConnectionIdleTimeout` is 1h0m0s, which is above the limit"),
        "{found}"
    );
    assert!(!concise(dir.path(), &["--ignore", "local-short-idle"]).contains("local-short-idle"));
    assert!(!concise(dir.path(), &["--select", "replaced-zero"]).contains("local-short-idle"));
    assert!(concise(dir.path(), &["--select", "local-short-idle"]).contains("local-short-idle"));
    assert!(concise(dir.path(), &["--select", "local-shirt-idle"]).contains("did you mean `local-short-idle`?"));
    // Without the configuration nobody knows of it.
    assert!(!concise(dir.path(), &["--isolated"]).contains("local-short-idle"));

    let out = run_in(dir.path(), &["check", "--format", "sarif"], None);
    let log: Value = serde_json::from_slice(&out.stdout).unwrap();
    let run = &log["runs"][0];
    let index = usize::try_from(run["results"][0]["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "local-short-idle");

    let ignored = SCRIPT.replace("=10s'", "=10s' # kubelet-lint: ignore[local-short-idle] agreed");
    std::fs::write(dir.path().join("a.sh"), ignored).unwrap();
    assert!(!concise(dir.path(), &[]).contains("a.sh:2"), "{}", concise(dir.path(), &[]));
    std::fs::write(dir.path().join("kubelet-lint.toml"), "own-rules = 'lint'\n[levels]\nlocal-short-idle = 'note'\n")
        .unwrap();
    std::fs::write(dir.path().join("a.sh"), SCRIPT).unwrap();
    assert!(concise(dir.path(), &[]).contains("note[local-short-idle]"));
}

#[test]
fn its_page_is_explained_and_listed() {
    let dir = folder(&[("lint/local-short-idle.md", PAGE)]);
    let out = run_in(dir.path(), &["explain", "local-short-idle"], None);
    assert!(text(&out.stdout).contains("Our auditors say so."), "{}", text(&out.stderr));
    assert!(text(&run_in(dir.path(), &["rules"], None).stdout).contains("local-short-idle (error)"));
    let out = run_in(dir.path(), &["rules", "--format", "json"], None);
    let rules: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(rules["rules"].as_array().unwrap().iter().any(|r| r["id"] == "local-short-idle"));
}

#[test]
fn below_a_limit_a_zero_counts_too() {
    let page = PAGE
        .replace("above-limit", "below-limit")
        .replace("streamingConnectionIdleTimeout", "syncFrequency, fileCheckFrequency");
    let script = SCRIPT.replace("--sync-frequency=10s", "--sync-frequency=10s --file-check-frequency=0");
    let dir = folder(&[("lint/local-short-idle.md", &page), ("a.sh", &script)]);
    let found = concise(dir.path(), &["--select", "local-short-idle"]);
    assert!(found.contains("`syncFrequency` is 10s, which is below the limit"), "{found}");
    assert!(found.contains("`fileCheckFrequency` is 0s, which is below the limit"), "{found}");
}

#[test]
fn what_is_wrong_with_a_page_is_told_at_its_place() {
    let changed = |from: &str, to: &str| PAGE.replace(from, to);
    for (page, wanted) in [
        (
            changed("level: error", "level: fatal"),
            "lint/local-short-idle.md:3:1: the rule `local-short-idle` cannot be used",
        ),
        (changed("predicate: above-limit", "predicate: above"), "lint/local-short-idle.md:4:1: the rule"),
        (
            changed("fields: [streamingConnectionIdleTimeout]", "fields: [streamingConnectionIdleTimout]"),
            "lint/local-short-idle.md:6:1: the rule `local-short-idle` cannot be used: unknown kubelet setting \
             `streamingConnectionIdleTimout`: did you mean `streamingConnectionIdleTimeout`?",
        ),
        (changed("limit: 30m", "limit: 30 minutes"), "`30 minutes` is not a positive duration"),
        (changed("limit: 30m\n", ""), "it needs a `limit`"),
        (
            changed("id: local-short-idle", "id: local-other"),
            "the id is `local-other`, but the file is named `local-short-idle`",
        ),
        (changed("## What it does", "## What"), "the page needs text under `## What it does`"),
        (changed("tags: [ours]", "colour: red"), "colour"),
        ("no front matter\n".to_owned(), "a rule page must start with front matter"),
        ("---\nid: x\n".to_owned(), "the front matter is not closed"),
        (changed("above-limit\nlimit: 30m", "comment"), "`comment` is for the built-in rules"),
    ] {
        let dir = folder(&[("lint/local-short-idle.md", &page)]);
        let out = run_in(dir.path(), &["check"], None);
        let told = text(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{page}\n{told}");
        assert!(told.contains(wanted), "{page}\n{told}");
    }
    let dir = folder(&[("lint/short-idle.md", &PAGE.replace("local-short-idle", "short-idle"))]);
    let out = run_in(dir.path(), &["check"], None);
    assert!(text(&out.stderr).contains("its name must start with `local-`"), "{}", text(&out.stderr));
    for (settings, wanted) in [
        ("own-rules = 'nothing'", "cannot read the folder of custom rules, nothing"),
        ("own-rules = '/etc'", "is outside the repository"),
    ] {
        let dir = folder(&[("kubelet-lint.toml", settings)]);
        let out = run_in(dir.path(), &["check"], None);
        assert_eq!(out.status.code(), Some(2));
        assert!(text(&out.stderr).contains(wanted), "{}", text(&out.stderr));
    }
}
