//! Two roots that call one module have two node groups: in every format, in exceptions and in the baseline.

use std::path::Path;

use serde_json::Value;

use crate::command::{run_in, text};

/// A folder with these files in a repository of its own.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    for (name, content) in files {
        write(dir.path(), name, content);
    }
    dir
}

fn write(dir: &Path, name: &str, content: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn json(dir: &Path, args: &[&str]) -> Value {
    let out = run_in(dir, &[args, &["--format", "json"]].concat(), None);
    serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)))
}

/// A report without line breaks.
fn unwrapped(out: &[u8]) -> String {
    text(out).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The identities of the node groups of every finding.
fn ids(report: &Value) -> Vec<String> {
    let groups = report["findings"].as_array().unwrap().iter().flat_map(|f| f["node_groups"].as_array().unwrap());
    groups.map(|g| g["id"].as_str().unwrap().to_owned()).collect()
}

const POOL: &str = "variable \"idle\" {\n  default = \"0s\"\n}\n\nresource \"aws_launch_template\" \"pool\" {\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'\\n\")\n}\n";
const CALL: &str = "module \"pool\" {\n  source = \"../../modules/pool\"\n}\n";
const SAFE: &str = "module \"pool\" {\n  source = \"../../modules/pool\"\n  idle   = \"4h\"\n}\n";

#[test]
fn two_roots_that_call_one_module_have_two_node_groups() {
    let dir = folder(&[("modules/pool/main.tf", POOL), ("envs/prod/main.tf", CALL), ("envs/stage/main.tf", CALL)]);
    let here = dir.path();
    let report = json(here, &["check"]);
    let name = "module.pool.aws_launch_template.pool";
    let all = [format!("envs/prod: {name}"), format!("envs/stage: {name}")];
    assert_eq!(ids(&report), all);
    assert_eq!(report["summary"]["node_groups"], 2);
    let group = &report["findings"][0]["node_groups"][0];
    assert_eq!((&group["name"], &group["root"]), (&name.into(), &"envs/prod".into()));
    let shown = json(here, &["show"]);
    let of = |key: &str| shown["node_groups"].as_array().unwrap().iter().map(|g| g[key].clone()).collect::<Vec<_>>();
    assert_eq!(
        (of("id"), of("root")),
        (all.iter().cloned().map(Value::from).collect(), vec!["envs/prod".into(), "envs/stage".into()])
    );
    for format in ["human", "github", "junit", "markdown", "html", "sarif"] {
        let out = run_in(here, &["check", "--format", format], None);
        assert!(all.iter().all(|id| unwrapped(&out.stdout).contains(id)), "{format}: {}", text(&out.stdout));
    }
    for args in [&["show"][..], &["show", "--format", "table"], &["show", "--format", "html"]] {
        let out = run_in(here, args, None);
        assert!(all.iter().all(|id| unwrapped(&out.stdout).contains(id)), "{args:?}: {}", text(&out.stdout));
    }
    let out = run_in(here, &["check"], None);
    assert!(text(&out.stdout).contains("1 error in 2 node groups, 3 files."), "{}", text(&out.stdout));
    let out = run_in(here, &["check", "--format", "sarif"], None);
    let sarif: Value = serde_json::from_slice(&out.stdout).unwrap();
    let properties = &sarif["runs"][0]["results"][0]["properties"];
    assert_eq!(properties["nodeGroups"], serde_json::json!([name]));
    assert_eq!(properties["nodeGroupIds"], serde_json::json!(all));
}

#[test]
fn the_root_is_left_out_where_it_is_clear() {
    let template = "resource \"aws_launch_template\" \"pool\" {\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c\\n\")\n}\n";
    let stack = "Resources:\n  N:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData:\n        Fn::Base64: |\n          #!/bin/bash\n          /etc/eks/bootstrap.sh c\n";
    let dir = folder(&[("main.tf", template), ("infra/main.tf", template), ("stacks/n.yaml", stack)]);
    let out = run_in(dir.path(), &["show"], None);
    let printed = text(&out.stdout);
    let names: Vec<_> = printed.lines().filter(|l| !l.starts_with(' ') && !l.is_empty()).collect();
    assert_eq!(
        names,
        ["infra: aws_launch_template.pool", "aws_launch_template.pool", "N", "3 node groups in 3 files."]
    );
    let shown = json(dir.path(), &["show"]);
    let roots: Vec<_> = shown["node_groups"].as_array().unwrap().iter().map(|g| g["root"].as_str().unwrap()).collect();
    assert_eq!(roots, ["infra", ".", "stacks/n.yaml"]);
}

#[test]
fn a_pattern_of_an_exception_matches_the_address_or_the_identity() {
    let files = [("modules/pool/main.tf", POOL), ("envs/prod/main.tf", CALL), ("envs/stage/main.tf", SAFE)];
    for (pattern, hidden) in [
        ("module.pool.*", true),
        ("envs/prod: module.pool.aws_launch_template.pool", true),
        ("envs/prod: *", true),
        ("envs/*: *.pool", true),
        ("envs/stage: *", false),
        ("prod: *", false),
    ] {
        let dir = folder(&files);
        let exception = format!(
            "[[exceptions]]\npath = '**'\nrules = ['zero-streaming-idle-timeout']\nnode-groups = ['{pattern}']\n"
        );
        write(dir.path(), "kubelet-lint.toml", &exception);
        assert_eq!(ids(&json(dir.path(), &["check"])).is_empty(), hidden, "{pattern}");
    }
}
