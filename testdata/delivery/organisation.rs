//! Scanning an organisation: listing, sharing out, scanning and joining, with repositories of this machine.

use std::path::Path;

use super::runner::{Done, Run};
use super::{FINE, ZERO, git, top};

/// A folder that stands for GitHub: `acme/*.git`, a `gh` that answers from it and writes down what is uploaded.
fn github() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut repositories = String::new();
    for (name, script, state) in [
        ("clean", FINE, "false\tfalse\t10"),
        ("dirty", ZERO, "false\tfalse\t5000"),
        ("old", ZERO, "true\tfalse\t10"),
        ("fork", ZERO, "false\ttrue\t10"),
        ("sandbox-1", ZERO, "false\tfalse\t10"),
    ] {
        let tree = dir.path().join("acme").join(name);
        std::fs::create_dir_all(&tree).unwrap();
        git(&tree, &["init", "-q"]);
        std::fs::write(tree.join("boot.sh"), script).unwrap();
        git(&tree, &["add", "."]);
        git(&tree, &["commit", "-qm", "x"]);
        std::fs::rename(tree.join(".git"), dir.path().join(format!("acme/{name}.git"))).unwrap();
        repositories += &format!("acme/{name}\tmain\t{state}\n");
    }
    repositories +=
        "acme/gone\tmain\tfalse\tfalse\t1\nacme/../x\tmain\tfalse\tfalse\t1\nacme/empty\t\tfalse\tfalse\t0\n";
    std::fs::write(dir.path().join("repositories"), repositories).unwrap();
    let gh = format!(
        "#!/bin/bash\nset -eu\ncd '{}'\n[[ \"$GH_TOKEN\" == secret ]]\nprintf '%s ' \"$@\" >>calls\nprintf '\\n' >>calls\ncase \"$*\" in\n  *code-scanning*) for last; do :; done; cat \"$last\" >>uploads ;;\n  *orgs/acme/repos*) cat repositories ;;\n  *) exit 1 ;;\nesac\n",
        dir.path().display()
    );
    std::fs::create_dir(dir.path().join("bin")).unwrap();
    let program = dir.path().join("bin/gh");
    std::fs::write(&program, gh).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    dir
}

fn task(github: &Path, workspace: &Path, task: &str) -> Run {
    let path = format!("{}/bin:{}", github.display(), std::env::var("PATH").unwrap());
    Run::new(&top().join("action/organisation"), workspace)
        .context("github.server_url", &format!("file://{}", github.display()))
        .env("PATH", &path)
        .with("task", task)
        .with("token", "secret")
}

fn list(github: &Path, more: &[(&str, &str)]) -> Done {
    let run = task(github, github, "list").with("organisation", "acme");
    more.iter().fold(run, |run, (name, value)| run.with(name, value)).run()
}

/// The names in a matrix, one list for each job.
fn jobs(done: &Done) -> Vec<Vec<String>> {
    let matrix: serde_json::Value = serde_json::from_str(&done.outputs["matrix"]).unwrap();
    let include = matrix["include"].as_array().unwrap();
    include.iter().map(|j| j["repositories"].as_str().unwrap().lines().map(str::to_owned).collect()).collect()
}

#[test]
fn repositories_are_chosen_and_shared_out_by_weight() {
    let github = github();
    let done = list(github.path(), &[("exclude", "sandbox-*"), ("shards", "2")]);
    assert!(!done.failed, "{done:#?}");
    assert_eq!(jobs(&done), [vec!["acme/dirty"], vec!["acme/clean", "acme/gone"]]);
    assert_eq!(done.outputs["repositories"], "3");
    // Never more jobs than repositories.
    let done = list(github.path(), &[("include", "dirt*\nclean"), ("shards", "100")]);
    assert_eq!(jobs(&done), [["acme/dirty"], ["acme/clean"]]);
    let done = list(github.path(), &[("archived", "true"), ("forks", "true")]);
    assert_eq!(done.outputs["repositories"], "6");
    let done = list(github.path(), &[("include", "nothing")]);
    assert_eq!((jobs(&done).len(), done.outputs["repositories"].as_str()), (0, "0"));
    for (name, value) in [
        ("shards", "0"),
        ("shards", "257"),
        ("shards", "$(id)"),
        ("organisation", "../x"),
        ("organisation", "-x"),
        ("archived", "maybe"),
        ("task", "../scan"),
    ] {
        assert!(list(github.path(), &[(name, value)]).failed, "{name}: {value}");
    }
    assert!(list(github.path(), &[("token", "wrong")]).log().contains("with this token"));
}

#[test]
fn each_repository_has_a_report_and_all_are_joined() {
    let (github, work) = (github(), tempfile::tempdir().unwrap());
    let scan = |names: &str| {
        task(github.path(), work.path(), "scan")
            .with("binary", env!("CARGO_BIN_EXE_kubelet-lint"))
            .with("repositories", names)
            .with("upload-sarif", "true")
            .run()
    };
    // A finding fails nothing here: the join does.
    let done = scan("acme/clean\nacme/dirty");
    assert!(!done.failed, "{done:#?}");
    assert!(done.log().contains("- boot.sh:2:83: error[zero-streaming-idle-timeout]"), "{}", done.log());
    let report = std::fs::read_to_string(work.path().join("reports/acme+dirty.sarif")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["runs"][0]["automationDetails"]["id"], "acme/dirty/");
    let head = git(&github.path().join("acme/dirty.git"), &["rev-parse", "HEAD"]);
    assert_eq!(report["runs"][0]["versionControlProvenance"][0]["revisionId"], head.as_str());
    // What is uploaded is the whole report, packed as the interface wants it.
    let uploads = std::fs::read_to_string(github.path().join("uploads")).unwrap();
    let upload: Vec<serde_json::Value> =
        serde_json::Deserializer::from_str(&uploads).into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(
        (upload.len(), upload[1]["commit_sha"].as_str(), upload[1]["ref"].as_str()),
        (2, Some(head.as_str()), Some("refs/heads/main"))
    );
    let packed =
        base64::Engine::decode(&base64::prelude::BASE64_STANDARD, upload[1]["sarif"].as_str().unwrap()).unwrap();
    let mut sarif = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut sarif).unwrap();
    assert!(sarif.contains("zero-streaming-idle-timeout") && !sarif.contains("automationDetails"), "{sarif}");

    let join = || task(github.path(), work.path(), "collect").run();
    let done = join();
    assert_eq!((done.step("Run the task").code, done.outputs["findings"].as_str()), (Some(1), "1"), "{done:#?}");
    assert!(done.summary.contains("/acme/dirty) | 1 |  |  | 0 | 0 | scanned | ["), "{}", done.summary);
    assert!(done.summary.contains("There is no last report to compare with."), "{}", done.summary);
    let place =
        format!("| [acme/dirty boot.sh:2](file://{}/acme/dirty/blob/{head}/boot.sh#L2) |", github.path().display());
    assert!(done.summary.contains(&format!("{place} zero-streaming-idle-timeout | error |  |\n")), "{}", done.summary);
    let all = std::fs::read_to_string(work.path().join("reports/all.sarif")).unwrap();
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(all["runs"].as_array().unwrap().len(), 2);
    // One that cannot be had does not stop the others, and is not clean.
    let done = scan("acme/gone\nacme/clean");
    assert!(!done.failed, "{done:#?}");
    let done = join();
    assert_eq!(done.step("Run the task").code, Some(2));
    assert!(done.summary.contains("**1 could not be scanned.**"), "{}", done.summary);
    assert!(done.summary.contains("/acme/gone) | | | | | | not cloned | |"), "{}", done.summary);
    assert!(done.log().contains("1 of 3 repositories could not be scanned"), "{}", done.log());
    // One that is not read completely has its findings in the table, and is not clean either.
    let tree = work.path().join("half");
    git(work.path(), &["clone", "-q", github.path().join("acme/dirty.git").to_str().unwrap(), "half"]);
    std::fs::write(tree.join("k.yaml"), "kind: KubeletConfiguration\na: [\n").unwrap();
    git(&tree, &["add", "."]);
    git(&tree, &["commit", "-qm", "x"]);
    std::fs::rename(tree.join(".git"), github.path().join("acme/half.git")).unwrap();
    std::fs::remove_file(work.path().join("reports/acme+gone.tsv")).unwrap();
    assert!(!scan("acme/half").failed);
    let done = join();
    assert!(done.summary.contains("/acme/half) | 1 |  |  | 1 | 0 | not read completely |"), "{}", done.summary);
    assert!(done.log().contains("1 of 3 repositories could not be read completely"), "{}", done.log());
    assert_eq!(done.step("Run the task").code, Some(2));
    for hostile in ["../x", "-x/y", "a/..", "a/b;id", "a/$(id)", "a"] {
        assert_eq!(scan(hostile).step("Run the task").code, Some(2), "{hostile}");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(task(github.path(), elsewhere.path(), "collect").run().failed);
}

#[test]
fn a_report_is_compared_with_the_last_one() {
    let (github, work) = (github(), tempfile::tempdir().unwrap());
    let scan = |names: &str| {
        let run = task(github.path(), work.path(), "scan").with("binary", env!("CARGO_BIN_EXE_kubelet-lint"));
        assert!(!run.with("repositories", names).run().failed);
    };
    let join = || {
        task(github.path(), work.path(), "collect")
            .with("artifact", "kubelet-lint")
            .env("GITHUB_REPOSITORY", "acme/ci")
            .run()
    };
    // What the fake program answers with: the address of the artifact, then its bytes.
    let gh = std::fs::read_to_string(github.path().join("bin/gh")).unwrap();
    let gh = gh.replace(
        "  *) exit 1",
        "  *actions/artifacts?name=*) echo https://x/repos/acme/ci/actions/artifacts/1/zip ;;\n  *artifacts/1/zip*) cat last.zip ;;\n  *) exit 1",
    );
    std::fs::write(github.path().join("bin/gh"), gh).unwrap();
    scan("acme/dirty\nacme/clean");
    // A damaged archive is no report.
    std::fs::write(github.path().join("last.zip"), "no archive").unwrap();
    assert!(join().summary.contains("There is no last report to compare with."));
    let zip = std::process::Command::new("python3")
        .args(["-c", "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z:\n  [z.write(sys.argv[2] + n, n) for n in ('all.sarif', 'all.table')]"])
        .arg(github.path().join("last.zip"))
        .arg(format!("{}/reports/", work.path().display()))
        .status();
    assert!(zip.unwrap().success());
    let same = join();
    assert!(same.summary.contains("0 new and 0 gone since the last report."), "{}", same.summary);
    assert_eq!(same.outputs["findings-new"], "0");
    // A zero that went, one that came, and a repository that is not scanned now, whose findings are not gone.
    scan("acme/sandbox-1");
    let tree = work.path().join("tree");
    git(work.path(), &["clone", "-q", github.path().join("acme/dirty.git").to_str().unwrap(), "tree"]);
    std::fs::write(tree.join("boot.sh"), FINE).unwrap();
    git(&tree, &["commit", "-qam", "x"]);
    git(&github.path().join("acme/dirty.git"), &["config", "receive.denyCurrentBranch", "ignore"]);
    git(&tree, &["push", "-q", "origin", "HEAD:main"]);
    scan("acme/dirty");
    let done = join();
    assert!(done.summary.contains("1 new and 1 gone since the last report."), "{}", done.summary);
    assert!(done.summary.contains("/acme/dirty) | 0 | 0 | 1 | 0 | 0 | scanned |"), "{}", done.summary);
    assert!(done.summary.contains("/acme/sandbox-1) | 1 | 1 | 0 | 0 | 0 | scanned |"), "{}", done.summary);
    assert!(done.summary.contains("| zero-streaming-idle-timeout | error | yes |"), "{}", done.summary);
    assert_eq!(done.outputs["findings-new"], "1");
}

#[test]
fn the_workflow_gives_the_action_only_what_it_knows() {
    let action: serde_yaml::Value = serde_yaml::from_str(&super::file("action/organisation/action.yml")).unwrap();
    let workflow: serde_yaml::Value = serde_yaml::from_str(&super::file(".github/workflows/organisation.yml")).unwrap();
    let mut tasks = Vec::new();
    for (name, job) in workflow["jobs"].as_mapping().unwrap() {
        let permissions: Vec<_> = job["permissions"].as_mapping().unwrap().iter().collect();
        let reads = [(&"actions".into(), &"read".into())];
        assert_eq!(permissions, if name == "collect" { &reads[..] } else { &[] });
        for step in job["steps"].as_sequence().unwrap() {
            if step.get("uses").and_then(|u| u.as_str()) != Some("$/action/organisation") {
                continue;
            }
            for (name, _) in step["with"].as_mapping().unwrap() {
                assert!(action["inputs"].get(name).is_some(), "{name:?}");
            }
            tasks.push(step["with"]["task"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(tasks, ["list", "scan", "collect"]);
    // Started by hand it takes the same.
    let inputs =
        |event: &str| workflow["on"][event]["inputs"].as_mapping().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(inputs("workflow_call"), inputs("workflow_dispatch"));
}
