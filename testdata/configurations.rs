//! The nearest configuration counts, whatever else is named and wherever the program runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::command::{run_in, text};
use crate::policy::{ZERO, folder};

const MODULE: &str = "variable \"idle\" {}\nresource \"aws_launch_template\" \"this\" {\n  user_data = base64encode(<<-EOT\n    #!/bin/bash\n    /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0 --node-status-update-frequency=${var.idle}'\n  EOT\n  )\n}\n";
const CALL: &str = "module \"m\" {\n  source = \"../modules/m\"\n  idle = \"0s\"\n}\n";
const FILE: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\nruntimeRequestTimeout: 0s\n";

/// A repository with three configurations, and one that is not read because its folder is excluded.
pub(crate) const MONOREPO: &[(&str, &str)] = &[
    ("kubelet-lint.toml", "exclude = ['old']\nrequire-reason = true\n[levels]\nreplaced-zero = 'note'\n"),
    ("k.yaml", FILE),
    ("modules/m/main.tf", MODULE),
    ("old/kubelet-lint.toml", "not a configuration"),
    ("old/a.sh", ZERO),
    (
        "a/kubelet-lint.toml",
        "[levels]\nzero-streaming-idle-timeout = 'error'\n[[exceptions]]\npath = 'known/*'\nrules = ['zero-streaming-idle-timeout']\n[assume]\nkubernetes = '1.20'\n",
    ),
    ("a/main.tf", CALL),
    ("a/boot.sh", ZERO),
    ("a/known/boot.sh", ZERO),
    ("a/k.yaml", FILE),
    ("b/.kubelet-lint.toml", "extend = '../a/kubelet-lint.toml'\nignore = ['replaced-zero']\nexclude = ['no.sh']\n"),
    ("b/main.tf", CALL),
    ("b/boot.sh", ZERO),
    ("b/no.sh", ZERO),
    ("b/deep/er/k.yaml", FILE),
    ("b/deep/er/boot.sh", ZERO),
];

/// What is said about each file: rule, level, line, and whether it is suppressed.
pub(crate) type Verdicts = BTreeMap<String, BTreeSet<String>>;

pub(crate) fn verdicts(here: &Path, args: &[&str]) -> Verdicts {
    let out = run_in(here, &[&["check", "--format", "json", "--show-suppressed"], args].concat(), None);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    let mut found = Verdicts::new();
    let mut note = |f: &Value, by: &Value| {
        let words = format!("{} {} {} {by}", f["rule"], f["level"], f["place"]["line"]);
        found.entry(f["place"]["path"].as_str().unwrap().to_owned()).or_default().insert(words);
    };
    report["findings"].as_array().unwrap().iter().for_each(|f| note(f, &Value::Null));
    report["suppressed"].as_array().unwrap().iter().for_each(|s| note(&s["finding"], &s["by"]));
    found
}

#[test]
fn each_file_has_one_verdict_alone_together_and_from_any_folder() {
    let dir = folder(MONOREPO);
    let all = verdicts(dir.path(), &["."]);
    let level = |path: &str, rule: &str| {
        let said = all.get(path).into_iter().flatten().find(|words| words.contains(rule));
        said.map(|words| words.replace('"', "").split(' ').skip(1).step_by(2).collect::<Vec<_>>().join(" "))
    };
    let zero = "zero-streaming-idle-timeout";
    assert_eq!(level("k.yaml", "replaced-zero").as_deref(), Some("note null"), "{all:#?}");
    assert_eq!(level("a/k.yaml", "replaced-zero").as_deref(), Some("warning null"), "{all:#?}");
    assert_eq!(level("b/deep/er/k.yaml", "replaced-zero").as_deref(), Some("warning configuration"), "{all:#?}");
    assert_eq!(level("a/boot.sh", zero).as_deref(), Some("error null"), "{all:#?}");
    assert_eq!(level("b/deep/er/boot.sh", zero).as_deref(), Some("error null"), "{all:#?}");
    assert_eq!(level("a/known/boot.sh", zero).as_deref(), Some("error configuration"), "{all:#?}");
    // The callers of a module judge it.
    assert_eq!(level("modules/m/main.tf", zero).as_deref(), Some("error null"), "{all:#?}");
    assert!(!all.contains_key("b/no.sh") && !all.contains_key("old/a.sh"), "{all:#?}");
    let paths: Vec<_> =
        MONOREPO.iter().map(|(path, _)| *path).filter(|path| path.strip_suffix(".toml").is_none()).collect();
    let same = |found: &Verdicts, path: &str, how: &str| assert_eq!(found.get(path), all.get(path), "{path} {how}");
    for path in &paths {
        same(&verdicts(dir.path(), &[path]), path, "alone");
        let (parent, name) = path.rsplit_once('/').unwrap_or((".", path));
        same(&verdicts(&dir.path().join(parent), &[name]), path, "from its folder");
        same(&verdicts(&dir.path().join("b/deep"), &[&format!("../../{path}")]), path, "from another folder");
    }
    let together = verdicts(dir.path(), &paths);
    for path in &paths {
        same(&together, path, "together");
    }
    let folders = verdicts(&dir.path().join("a"), &["../b", ".", "../modules", "../k.yaml"]);
    for path in &paths {
        same(&folders, path, "by folders");
    }
    // An exception that another folder has as well is not stale.
    let told = text(&run_in(&dir.path().join("b"), &["check"], None).stderr);
    assert!(!told.contains("matches no finding"), "{told}");
}

#[test]
fn what_counts_for_the_run_stands_above_the_current_folder() {
    let dir = folder(&[("a/kubelet-lint.toml", "fail-on = 'never'\nbaseline = 'gone.json'\n"), ("a/boot.sh", ZERO)]);
    let out = run_in(dir.path(), &["check", "a", "--verbose"], None);
    let words = "configuration: a/kubelet-lint.toml: `fail-on`, `baseline` count only in a run from its folder\n";
    assert!(out.status.code() == Some(1) && text(&out.stderr).contains(words), "{}", text(&out.stderr));
    let out = run_in(&dir.path().join("a"), &["check"], None);
    assert!(text(&out.stderr).contains("gone.json"), "{}", text(&out.stderr));
}

#[test]
fn ignores_count_where_the_unit_is_and_where_the_finding_is() {
    let ignore = |pattern: &str| format!("[per-path-ignores]\n'{pattern}' = ['zero-streaming-idle-timeout']\n");
    for (path, pattern, hidden) in
        [("modules", "m/*", true), ("a", "main.tf", true), ("a", "modules/**", false), ("b", "**", false)]
    {
        let settings = ignore(pattern);
        let config = format!("{path}/kubelet-lint.toml");
        let dir =
            folder(&[("modules/m/main.tf", MODULE), ("a/main.tf", CALL), ("b/x.sh", "true"), (&*config, &*settings)]);
        let found = verdicts(dir.path(), &["."]);
        let words = found["modules/m/main.tf"].iter().find(|words| words.contains("zero-streaming")).unwrap();
        assert_eq!(words.ends_with("\"configuration\""), hidden, "{path} {pattern} {found:#?}");
    }
}

#[test]
fn a_configuration_extends_one_inside_the_repository() {
    let outside = tempfile::tempdir().unwrap();
    let other = outside.path().join("other.toml");
    std::fs::write(&other, "ignore = ['zero-streaming-idle-timeout']").unwrap();
    let other = format!("extend = '{}'", other.display());
    for (files, code, words) in [
        (&[("kubelet-lint.toml", "extend = 'x.toml'"), ("x.toml", "fail-on = 'never'")][..], 0, ""),
        (&[("kubelet-lint.toml", "extend = 'x.toml'\nfail-on = 'note'"), ("x.toml", "fail-on = 'never'")], 1, ""),
        (
            &[
                ("kubelet-lint.toml", "extend = 'x.toml'"),
                ("x.toml", "extend = 'y/y.toml'"),
                ("y/y.toml", "exclude = ['./a.sh']"),
            ],
            1,
            "",
        ),
        (&[("kubelet-lint.toml", "extend = 'y/y.toml'"), ("y/y.toml", "exclude = ['a.sh']")], 0, ""),
        (
            &[("kubelet-lint.toml", "extend = 'x/x.toml'"), ("x/x.toml", "extend = '../kubelet-lint.toml'")],
            2,
            "error: x/x.toml:1:11: `extend` leads back",
        ),
        (
            &[("kubelet-lint.toml", "extend = 'kubelet-lint.toml'")],
            2,
            "error: kubelet-lint.toml:1:11: `extend` leads back",
        ),
        (&[("kubelet-lint.toml", "\nextend = 'gone.toml'")], 2, "error: kubelet-lint.toml:2:11: cannot read "),
        (&[("kubelet-lint.toml", "extend = 'x.toml'"), ("x.toml", "unknown = 1")], 2, "error: x.toml:1:1: unknown key"),
        (&[("kubelet-lint.toml", &other)], 2, "error: kubelet-lint.toml:1:11: cannot read "),
        (&[("kubelet-lint.toml", "extend = '../../../etc/passwd'")], 2, "error: kubelet-lint.toml:1:11: cannot read "),
    ] {
        let dir = folder(&[files, &[("a.sh", ZERO)]].concat());
        let out = run_in(dir.path(), &["check"], None);
        let told = text(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{files:?} {told}");
        assert!(told.starts_with(words) && !told.contains("root:"), "{files:?} {told}");
    }
    // A long way ends.
    let files: Vec<_> = (0..40).map(|n| (format!("{n}.toml"), format!("extend = '{}.toml'", n + 1))).collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let dir = folder(&[&files[..], &[("a.sh", ZERO), ("kubelet-lint.toml", "extend = '0.toml'")]].concat());
    let told = text(&run_in(dir.path(), &["check"], None).stderr);
    assert!(told.contains("`extend` leads through more than 16 files"), "{told}");
}

#[test]
fn a_wrong_configuration_of_a_folder_is_an_error_with_its_place() {
    let dir = folder(&[("a/kubelet-lint.toml", "select = ['replaced-zer']"), ("a/boot.sh", ZERO), ("b/boot.sh", ZERO)]);
    for args in [&["check", "."][..], &["check", "a/boot.sh"], &["show", "a"]] {
        let out = run_in(dir.path(), args, None);
        let told = text(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{args:?} {told}");
        assert!(told.starts_with("error: a/kubelet-lint.toml:1:12: unknown rule `replaced-zer`"), "{args:?} {told}");
    }
    assert_eq!(run_in(dir.path(), &["check", "b"], None).status.code(), Some(1));
    assert_eq!(run_in(dir.path(), &["check", ".", "--exclude", "a"], None).status.code(), Some(1));
}

#[test]
fn settings_are_shown_with_the_file_that_says_so() {
    let dir = folder(MONOREPO);
    let shown = |here: &str, args: &[&str]| {
        let out = run_in(&dir.path().join(here), &[&["check", "--show-settings"], args].concat(), None);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text(&out.stdout).lines().map(words).collect::<Vec<_>>()
    };
    let b = shown(".", &["b/deep/er/k.yaml", "--fail-on", "error", "--extend-select", "unset-streaming-idle-timeout"]);
    for line in [
        "# b/deep/er/k.yaml: b/.kubelet-lint.toml",
        "select = [] # default",
        "extend-select = [\"unset-streaming-idle-timeout\"] # command line",
        "ignore = [\"replaced-zero\"] # b/.kubelet-lint.toml",
        "fail-on = \"error\" # command line",
        "require-reason = false # default",
        "levels.zero-streaming-idle-timeout = \"error\" # a/kubelet-lint.toml",
        "assume.kubernetes = \"1.20\" # a/kubelet-lint.toml",
    ] {
        assert!(b.iter().any(|said| said == line), "{line}\n{b:#?}");
    }
    let all = shown("a", &["../k.yaml", "../old/a.sh", "."]);
    for line in ["# ../k.yaml: ../kubelet-lint.toml", "# excluded", "# .: kubelet-lint.toml"] {
        assert!(all.iter().any(|said| said == line), "{line}\n{all:#?}");
    }
}

#[test]
fn a_configuration_to_begin_with_says_nothing_and_replaces_none() {
    let dir = folder(&[("a.sh", ZERO)]);
    let plain = run_in(dir.path(), &["check", "--format", "concise"], None);
    assert_eq!(run_in(dir.path(), &["init"], None).status.code(), Some(0));
    let path = dir.path().join("kubelet-lint.toml");
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(run_in(dir.path(), &["check", "--format", "concise"], None), plain);
    // Every example in it is valid.
    std::fs::write(dir.path().join("known.json"), "{}").unwrap();
    let is_key = |line: &&str| line.starts_with('[') || line.contains(" = ");
    let keys = written.lines().filter_map(|line| line.strip_prefix("# ")).filter(is_key).collect::<Vec<_>>().join("\n");
    let source = kubelet_lint::Source::new(path.clone(), keys.as_bytes());
    let settings = kubelet_lint::testing::Settings::read(&std::sync::Arc::new(source)).unwrap();
    assert_eq!(settings.exceptions.len(), 1, "{keys}");
    for name in ["kubelet-lint.toml", ".kubelet-lint.toml"] {
        std::fs::remove_file(&path).ok();
        std::fs::write(dir.path().join(name), "mine").unwrap();
        let out = run_in(dir.path(), &["init"], None);
        assert_eq!(out.status.code(), Some(2));
        assert_eq!(std::fs::read_to_string(dir.path().join(name)).unwrap(), "mine");
        std::fs::remove_file(dir.path().join(name)).unwrap();
    }
    let schema: Value = serde_json::from_slice(&run_in(dir.path(), &["schema"], None).stdout).unwrap();
    // Without a repository there is no address, and none may be told.
    let address = schema["$id"].as_str();
    let version = format!("/raw/v{}/schemas/kubelet-lint.schema.json", env!("CARGO_PKG_VERSION"));
    assert_eq!(address.is_some(), !env!("CARGO_PKG_REPOSITORY").is_empty());
    assert!(address.is_none_or(|address| address.ends_with(&version) && !address.contains("OWNER")), "{address:?}");
    let kept: Value = serde_json::from_str(include_str!("../schemas/kubelet-lint.schema.json")).unwrap();
    assert!(kept["$id"].as_str().unwrap().ends_with(&version), "{}", kept["$id"]);
}

#[test]
fn options_for_every_day_do_what_they_say() {
    let dir = folder(&[("a.sh", ZERO), ("b/a.sh", ZERO), ("k.yaml", FILE)]);
    let out = run_in(dir.path(), &["check", "--statistics"], None);
    let told = text(&out.stdout);
    assert!(told.contains("2  error    zero-streaming-idle-timeout"), "{told}");
    assert!(told.contains("2  warning  replaced-zero") && !told.contains("-->"), "{told}");
    let short = |args: &[&str]| text(&run_in(dir.path(), &[&["check", "-f", "concise"], args].concat(), None).stdout);
    let all = short(&[]);
    for jobs in ["1", "2", "7"] {
        assert_eq!(short(&["--jobs", jobs]), all);
    }
    assert_eq!(run_in(dir.path(), &["check", "--jobs", "0"], None).status.code(), Some(2));
    assert_eq!(short(&["--exclude", "b,*.yaml"]).lines().count(), 1);
    assert_eq!(short(&["--exclude", "./b"]).lines().count(), all.lines().count() - 1);
    assert_eq!(run_in(dir.path(), &["check", "--exclude", "{"], None).status.code(), Some(2));
}
