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

/// The findings of a run against the baseline that `before` had: their identities, and the messages beside the report.
fn against(before: &[(&str, &str)], change: impl FnOnce(&Path)) -> (Vec<String>, String) {
    let dir = folder(before);
    let here = dir.path();
    run_in(here, &["check", "--write-baseline", "known.json"], None);
    change(here);
    let out = run_in(here, &["check", "--baseline", "known.json", "--format", "json"], None);
    let report = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    (ids(&report), text(&out.stderr))
}

const NAME: &str = "module.pool.aws_launch_template.pool";

#[test]
fn a_known_zero_of_one_root_does_not_hide_that_of_another() {
    let before = [("modules/pool/main.tf", POOL), ("envs/stage/main.tf", CALL), ("envs/prod/main.tf", SAFE)];
    assert_eq!(against(&before, |_| {}).0, [""; 0]);
    // prod gets the zero that stage has, in a shared module.
    let both = [format!("envs/prod: {NAME}"), format!("envs/stage: {NAME}")];
    assert_eq!(against(&before, |dir| write(dir, "envs/prod/main.tf", CALL)).0, both);
    // And in a file of its own, which is a copy, or has moved out of stage.
    let own = POOL.replace("\"0s\"", "\"4h\"");
    let before = [("envs/stage/pool.tf", POOL), ("envs/stage/main.tf", "\n"), ("envs/prod/pool.tf", &own)];
    let prod = ["envs/prod: aws_launch_template.pool"];
    assert_eq!(against(&before, |dir| write(dir, "envs/prod/pool.tf", POOL)).0, prod);
    let moved = |dir: &Path| std::fs::rename(dir.join("envs/stage/pool.tf"), dir.join("envs/prod/new.tf")).unwrap();
    let before = [("envs/stage/pool.tf", POOL), ("envs/stage/main.tf", "\n"), ("envs/prod/main.tf", "\n")];
    assert_eq!(against(&before, moved).0, prod);
}

#[test]
fn an_entry_follows_a_rename() {
    let rename = |from: &'static str, to: &'static str| {
        move |dir: &Path| {
            std::fs::create_dir_all(dir.join(to).parent().unwrap()).unwrap();
            std::fs::rename(dir.join(from), dir.join(to)).unwrap();
        }
    };
    let script = "#!/bin/bash\nset -eu\nexport A=1\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
    let stack = "Resources:\n  N:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData:\n        Fn::Base64: |\n          #!/bin/bash\n          /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
    let root = [("envs/stage/pool.tf", POOL), ("envs/prod/main.tf", "\n")];
    let none = [""; 0];
    // The file, the root with it, a script, a template.
    assert_eq!(against(&root, rename("envs/stage/pool.tf", "envs/stage/node.tf")).0, none);
    assert_eq!(against(&root, rename("envs/stage", "envs/staging")).0, none);
    assert_eq!(against(&[("a.sh", script)], rename("a.sh", "boot/b.sh")).0, none);
    assert_eq!(against(&[("a.yaml", stack)], rename("a.yaml", "b.yaml")).0, none);
    // The value moves to another file of the root.
    let (name, rest) = POOL.split_once("\n\n").unwrap();
    let split = |dir: &Path| {
        write(dir, "envs/stage/pool.tf", rest);
        write(dir, "envs/stage/variables.tf", name);
    };
    assert_eq!(against(&root, split).0, none);
    // A copy is not a rename, nor is another file under the same address.
    let copy = |dir: &Path| write(dir, "b.sh", script);
    assert_eq!(against(&[("a.sh", script)], copy).0, ["b.sh: b.sh"]);
    let other = "#!/bin/bash\necho one\necho two\necho three\n/etc/eks/bootstrap.sh d --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
    let replaced = |dir: &Path| {
        std::fs::remove_file(dir.join("a.sh")).unwrap();
        write(dir, "b.sh", other);
    };
    let (found, told) = against(&[("a.sh", script)], replaced);
    assert_eq!(found, ["b.sh: b.sh"]);
    assert!(told.contains("stale baseline entry: a.sh"), "{told}");
    // Another resource.
    let renamed = |dir: &Path| write(dir, "envs/stage/pool.tf", &POOL.replace("\"pool\"", "\"node\""));
    assert_eq!(against(&root, renamed).0, ["envs/stage: aws_launch_template.node"]);
}

#[test]
fn a_baseline_without_roots_is_still_read() {
    let old = |names: &str, path: &str, count: usize| {
        format!(
            "{{\"version\": 1, \"findings\": [{{\"rule\": \"zero-streaming-idle-timeout\", \"path\": \"{path}\", \"field\": \"streamingConnectionIdleTimeout\", \"count\": {count}, \"node-groups\": [\"{names}\"]}}]}}"
        )
    };
    let run = |files: &[(&str, &str)], known: &str| {
        let dir = folder(files);
        write(dir.path(), "known.json", known);
        let out = run_in(dir.path(), &["check", "--baseline", "known.json", "--format", "json"], None);
        (ids(&serde_json::from_slice(&out.stdout).unwrap()), text(&out.stderr))
    };
    let (module, stage, prod) =
        (("modules/pool/main.tf", POOL), ("envs/stage/main.tf", CALL), ("envs/prod/main.tf", CALL));
    let (found, told) = run(&[module, stage], &old(NAME, "modules/pool/main.tf", 1));
    assert_eq!(found, [""; 0]);
    assert!(told.contains("version 1, which does not tell environments apart: write it again"), "{told}");
    // It does not say which of two roots it means.
    assert_eq!(run(&[module, stage, prod], &old(NAME, "modules/pool/main.tf", 1)).0.len(), 2);
    assert_eq!(run(&[module, stage], &old(NAME, "modules/node/main.tf", 1)).0.len(), 1);
}

#[test]
fn paths_of_a_baseline_that_lead_out_are_not_looked_at() {
    let dir = folder(&[(
        "a.sh",
        "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n",
    )]);
    run_in(dir.path(), &["check", "--write-baseline", "known.json"], None);
    let known = std::fs::read_to_string(dir.path().join("known.json")).unwrap();
    for path in ["../gone.sh", "/gone.sh"] {
        write(dir.path(), "known.json", &known.replace("a.sh", path));
        assert_eq!(ids(&json(dir.path(), &["check", "--baseline", "known.json"])), ["a.sh: a.sh"]);
    }
}
