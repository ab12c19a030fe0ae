//! The recipes of `docs/ci.md`: each block is what it says it is, and its command lines give the report that it promises.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use serde_yaml::Value as Yaml;

use super::{ZERO, blocks, file};

fn recipe(name: &str) -> String {
    let page = file("docs/ci.md");
    let found = blocks(&page).into_iter().find(|(info, _)| info.split_whitespace().nth(1) == Some(name));
    found.unwrap_or_else(|| panic!("no recipe {name}")).1
}

fn yaml(name: &str) -> Yaml {
    serde_yaml::from_str(&recipe(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A folder with a zero, and one with programs that the recipes install: `terraform` shows a plan, `reviewdog` keeps what it
/// reads.
fn scratch() -> (tempfile::TempDir, tempfile::TempDir) {
    let (work, bin) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(work.path().join("boot.sh"), ZERO).unwrap();
    let plan = super::top().join("testdata/cases/terraform/plan-json/plan.json");
    for (name, text) in [
        ("kubelet-lint", format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_kubelet-lint"))),
        ("pip", "[ \"$*\" = 'install --quiet kubelet-lint==0.1.0' ]".to_owned()),
        ("pipx", "[ \"$*\" = 'install kubelet-lint==0.1.0' ]".to_owned()),
        ("terraform", format!("[ \"$1\" != show ] || cat '{}'", plan.display())),
        ("reviewdog", "printf '%s\\n' \"$@\" >reviewdog.args; cat >reviewdog.in".to_owned()),
    ] {
        let path = bin.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    (work, bin)
}

/// Runs a script as a shell of a CI system does; the exit code, and what it prints.
fn run(work: &Path, bin: &Path, script: &str) -> (i32, String) {
    let out = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(work)
        .env_clear()
        .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()))
        .env("BUILD_ARTIFACTSTAGINGDIRECTORY", work)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    (out.status.code().unwrap(), format!("{text}{}", String::from_utf8_lossy(&out.stderr)))
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn is_sarif(path: &Path) {
    let log = json(path);
    assert_eq!((log["version"].as_str(), log["runs"][0]["results"].as_array().unwrap().len()), (Some("2.1.0"), 1));
}

#[test]
fn every_block_is_of_its_language() {
    let page = file("docs/ci.md");
    let mut named = 0;
    for (info, code) in blocks(&page) {
        let mut words = info.split_whitespace();
        if words.next() == Some("yaml") {
            let read: Result<Yaml, _> = serde_yaml::from_str(&code);
            assert!(read.is_ok(), "{info}: {read:?}");
        }
        named += usize::from(words.next().is_some());
    }
    assert_eq!(named, 11);
    let short: Vec<_> = blocks(&file("README.md")).into_iter().filter(|(info, _)| info == "yaml").collect();
    assert_eq!(short.len(), 2);
    for (_, code) in &short {
        let _: Yaml = serde_yaml::from_str(code).unwrap();
    }
    // What the README shows is the recipe in short: the same versions, the same permissions.
    let long = recipe("github/kubelet-lint.yml");
    for line in short[0].1.lines().filter(|l| l.contains("uses: ")) {
        assert!(long.contains(line.trim()), "{line}");
    }
    let short: Yaml = serde_yaml::from_str(&short[0].1).unwrap();
    let long: Yaml = serde_yaml::from_str(&long).unwrap();
    let job = |w: &Yaml| w["jobs"]["kubelet-lint"]["permissions"].clone();
    assert_eq!(job(&short), job(&long));
}

#[test]
fn what_is_installed_is_this_version() {
    let page = file("docs/ci.md");
    let mut seen = 0;
    for (at, _) in page.match_indices("kubelet-lint==") {
        assert!(
            page.get(at + 14..).unwrap_or_default().starts_with(env!("CARGO_PKG_VERSION")),
            "{}",
            page.get(at..at + 20).unwrap_or_default()
        );
        seen += 1;
    }
    assert!(seen >= 5);
    assert!(page.contains(concat!("rev: v", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn gitlab() {
    for (name, exit) in [("gitlab/code-quality.yml", 1), ("gitlab/sarif.yml", 0)] {
        let (work, bin) = scratch();
        let job = &yaml(name)["kubelet-lint"];
        let script: Vec<_> = job["script"].as_sequence().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
        let (code, log) = run(work.path(), bin.path(), &script.join("\n"));
        assert_eq!(code, exit, "{log}");
        assert!(log.contains("error[zero-streaming-idle-timeout]"), "{log}");
        let reports = job["artifacts"]["reports"].as_mapping().unwrap();
        for (kind, path) in reports {
            let path = work.path().join(path.as_str().unwrap());
            if kind == "sarif" {
                is_sarif(&path);
                continue;
            }
            let report = json(&path);
            let first = &report[0];
            assert_eq!((report.as_array().unwrap().len(), first["location"]["path"].as_str()), (1, Some("boot.sh")));
            for key in ["description", "check_name", "fingerprint", "severity"] {
                assert!(first[key].is_string(), "{key}");
            }
        }
        assert_eq!(reports.len(), 1);
    }
}

#[test]
fn azure_devops() {
    let (work, bin) = scratch();
    let pipeline = yaml("azure/azure-pipelines.yml");
    let scripts = pipeline["steps"].as_sequence().unwrap().iter().filter_map(|s| s.get("bash")?.as_str());
    let (code, log) = run(work.path(), bin.path(), &scripts.collect::<Vec<_>>().join("\n"));
    assert_eq!(code, 1, "{log}");
    is_sarif(&work.path().join("kubelet-lint.sarif"));
}

#[test]
fn jenkins() {
    let (work, bin) = scratch();
    let pipeline = recipe("jenkins/Jenkinsfile");
    let scripts: Vec<_> = pipeline.lines().filter_map(|l| l.trim().strip_prefix("sh '")?.strip_suffix('\'')).collect();
    assert_eq!(scripts.len(), 1);
    let (code, log) = run(work.path(), bin.path(), scripts[0]);
    assert_eq!(code, 0, "{log}");
    is_sarif(&work.path().join("kubelet-lint.sarif"));
    let junit = std::fs::read_to_string(work.path().join("kubelet-lint.xml")).unwrap();
    assert!(junit.contains("<failure"), "{junit}");
    for file in ["'kubelet-lint.sarif'", "'kubelet-lint.xml'"] {
        assert!(pipeline.contains(file));
    }
}

#[test]
fn reviewdog() {
    let (work, bin) = scratch();
    let workflow = yaml("github/reviewdog.yml");
    let steps = workflow["jobs"]["kubelet-lint"]["steps"].as_sequence().unwrap();
    let script: Vec<_> = steps.iter().filter_map(|s| s.get("run")?.as_str()).collect();
    let (code, log) = run(work.path(), bin.path(), &script.join("\n"));
    assert_eq!(code, 0, "{log}");
    assert!(std::fs::read_to_string(work.path().join("reviewdog.args")).unwrap().starts_with("-f=rdjson\n"));
    let report = json(&work.path().join("reviewdog.in"));
    assert_eq!(report["diagnostics"][0]["location"]["path"], "boot.sh");
}

#[test]
fn megalinter() {
    let (work, bin) = scratch();
    let plugins = yaml("megalinter/.mega-linter.yml");
    assert!(plugins["PLUGINS"][0].as_str().unwrap().ends_with("/kubelet-lint.megalinter-descriptor.yml"));
    let linter = &yaml("megalinter/kubelet-lint.megalinter-descriptor.yml")["linters"][0];
    let words = |key: &str| -> Vec<String> {
        linter[key].as_sequence().unwrap().iter().map(|w| w.as_str().unwrap().to_owned()).collect()
    };
    let args = [words("cli_lint_extra_args"), words("cli_sarif_args")].concat().join(" ");
    let command = format!("{} {args}", linter["cli_executable"].as_str().unwrap());
    let (code, log) = run(work.path(), bin.path(), &command.replace("{{SARIF_OUTPUT_FILE}}", "out.sarif"));
    assert_eq!(code, 1, "{log}");
    is_sarif(&work.path().join("out.sarif"));
    // Without SARIF its lines are shown.
    let command = format!("kubelet-lint {}", words("cli_lint_extra_args").join(" "));
    let (code, log) = run(work.path(), bin.path(), &command);
    assert!(code == 1 && log.contains("error[zero-streaming-idle-timeout]"), "{log}");
}

#[test]
fn terraform_plans() {
    let (work, bin) = scratch();
    let (code, log) = run(work.path(), bin.path(), &recipe("terraform/plan.sh"));
    assert!(code == 1 && log.contains("[<stdin>:1:"), "{log}");
}

#[test]
fn github_workflows_give_the_action_only_what_it_knows() {
    let known = |file_name: &str, key: &str| {
        let file: Yaml = serde_yaml::from_str(&file(file_name)).unwrap();
        let inputs = if key.is_empty() { &file["inputs"] } else { &file["on"][key]["inputs"] };
        inputs.as_mapping().unwrap().keys().map(|k| k.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let workflow = yaml("github/kubelet-lint.yml");
    let steps = workflow["jobs"]["kubelet-lint"]["steps"].as_sequence().unwrap();
    let step = steps.iter().find(|s| s["uses"] == "OWNER/kubelet-lint@COMMIT").unwrap();
    for (name, _) in step["with"].as_mapping().unwrap() {
        assert!(known("action.yml", "").contains(&name.as_str().unwrap().to_owned()), "{name:?}");
    }
    let workflow = yaml("github/organisation.yml");
    for (name, _) in workflow["jobs"]["organisation"]["with"].as_mapping().unwrap() {
        let inputs = known(".github/workflows/organisation.yml", "workflow_call");
        assert!(inputs.contains(&name.as_str().unwrap().to_owned()), "{name:?}");
    }
}
