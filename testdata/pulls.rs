//! Pull requests: `pulls::SCENE::NAME` commits the folder `testdata/pulls/SCENE/base`, changes it as the entry of that name in
//! `pulls.toml` says, and holds what `check --since`, the hook and the action report against it. A name that begins with `ok`
//! must pass.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use libtest_mimic::Trial;
use serde::Deserialize;

use crate::scanning::copy;

/// A part of a file, and what replaces it.
#[derive(Clone, Debug, Deserialize)]
struct Edit {
    file: String,
    from: String,
    to: String,
}

/// Changes of a tree, in this order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Changes {
    /// New paths by old ones.
    r#move: BTreeMap<String, String>,
    copy: BTreeMap<String, String>,
    remove: Vec<String>,
    edit: Vec<Edit>,
    append: BTreeMap<String, String>,
    write: BTreeMap<String, String>,
    /// Targets by path.
    link: BTreeMap<String, String>,
    /// Files whose lines shall end in CRLF.
    crlf: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
struct Pull {
    name: String,
    /// What is scanned.
    paths: Vec<String>,
    /// Changes that the base has already.
    before: Changes,
    #[serde(flatten)]
    changes: Changes,
    /// Files of the working tree that are never committed.
    untracked: BTreeMap<String, String>,
    /// Files that are named, as pre-commit does, while the changes are not committed yet.
    named: Vec<String>,
    /// Leave the changes in the working tree.
    uncommitted: bool,
    /// Write this baseline before the base is committed.
    baseline: Option<String>,
    /// Further arguments.
    args: Vec<String>,
    /// What the change hides, as the warnings say; each is followed by the places of the findings.
    hides: Vec<String>,
    /// The node groups, or files, with new findings.
    new: BTreeSet<String>,
    /// Those with known findings whose path passes through a changed file.
    existing: BTreeSet<String>,
}

impl Default for Pull {
    fn default() -> Self {
        Self {
            name: String::new(),
            paths: vec![".".to_owned()],
            before: Changes::default(),
            changes: Changes::default(),
            untracked: BTreeMap::new(),
            named: Vec::new(),
            uncommitted: false,
            baseline: None,
            args: Vec::new(),
            hides: Vec::new(),
            new: BTreeSet::new(),
            existing: BTreeSet::new(),
        }
    }
}

#[derive(Deserialize)]
struct Scene {
    pull: Vec<Pull>,
}

impl Changes {
    fn apply(&self, here: &Path) {
        let put = |path: &str, bytes: Vec<u8>| {
            let path = here.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        let read = |path: &str| std::fs::read(here.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        for (from, to) in self.copy.iter().chain(&self.r#move) {
            put(to, read(from));
        }
        for path in self.r#move.keys().chain(&self.remove) {
            std::fs::remove_file(here.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
            // As git does, which knows no empty folders.
            let mut folder = here.join(path);
            while folder.pop() && std::fs::remove_dir(&folder).is_ok() {}
        }
        for Edit { file, from, to } in &self.edit {
            let text = String::from_utf8(read(file)).unwrap();
            assert!(text.contains(from), "{file} does not hold {from}");
            put(file, text.replacen(from, to, 1).into_bytes());
        }
        for (path, more) in &self.append {
            put(path, [read(path), more.clone().into_bytes()].concat());
        }
        for (path, text) in &self.write {
            put(path, text.clone().into_bytes());
        }
        for (path, target) in &self.link {
            #[cfg(unix)]
            std::os::unix::fs::symlink(target, here.join(path)).unwrap();
        }
        for path in &self.crlf {
            put(path, String::from_utf8(read(path)).unwrap().replace('\n', "\r\n").into_bytes());
        }
    }
}

pub(crate) fn trials() -> Vec<Trial> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pulls");
    let mut out = Vec::new();
    for folder in crate::folders(&root) {
        let text = std::fs::read_to_string(folder.join("pulls.toml")).unwrap();
        let scene: Scene = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for pull in scene.pull {
            let group = folder.file_name().unwrap().to_string_lossy().into_owned();
            let name = crate::test_name(&format!("pulls/{group}/{}", pull.name.replace(' ', "-")));
            let base = folder.join("base");
            out.push(Trial::test(name, move || {
                hold(&base, &pull);
                Ok(())
            }));
        }
    }
    let ok = out.iter().filter(|trial| trial.name().contains("::ok_")).count();
    assert!(out.len() >= 60 && ok * 3 >= out.len(), "{} pull requests, {ok} of which pass", out.len());
    out
}

fn run(program: &str, here: &Path, args: &[&str]) -> (i32, String) {
    let out = Command::new(program)
        .args(args)
        .current_dir(here)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stderr);
    (out.status.code().unwrap(), format!("{}{told}", String::from_utf8_lossy(&out.stdout)))
}

fn commit(here: &Path) {
    for args in [
        &["add", "-A"][..],
        &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "a change"],
    ] {
        let (code, told) = run("git", here, args);
        assert_eq!(code, 0, "{args:?}: {told}");
    }
}

/// What the hook reports before the commit, if a changed file of a unit is left to name: what is new, and what names the file.
fn hold_hook(here: &Path, pull: &Pull) {
    let (_, changed) = run("git", here, &["-c", "core.quotePath=false", "status", "--porcelain", "-uall"]);
    let names: Vec<_> =
        changed.lines().filter_map(|line| line.get(3..)).filter(|path| here.join(path).is_file()).collect();
    // A change of the policy alone belongs to no unit.
    if names.iter().all(|path| ["kubelet-lint.toml", "known.json"].contains(path)) {
        return;
    }
    let args = [&["check", "--quiet", "--format", "json"][..], &names].concat();
    let (code, out) = run(env!("CARGO_BIN_EXE_kubelet-lint"), here, &args);
    assert!(code < 2, "{out}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let told = ids(&report["findings"]);
    assert!(told.is_superset(&pull.new), "hook of {names:?}: {told:?} without all of {:?}", pull.new);
    for finding in report["findings"].as_array().unwrap() {
        let new = !ids(&serde_json::json!([finding])).is_disjoint(&pull.new);
        assert!(new || names.iter().any(|name| finding.to_string().contains(name)), "hook: {finding}");
    }
}

/// How the action ends, with the base as the base of a pull request.
#[cfg(unix)]
fn hold_action(here: &Path, pull: &Pull) {
    let out = tempfile::tempdir().unwrap();
    let (output, summary) = (out.path().join("output"), out.path().join("summary"));
    let (_, base) = run("git", here, &["rev-parse", "HEAD~1"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("action/scan.sh");
    let given = |name: &str, usual: &'static str| -> String {
        let mut pairs = pull.args.iter().zip(pull.args.iter().skip(1));
        pairs.find(|(key, _)| *key == name).map_or(usual.to_owned(), |(_, value)| value.clone())
    };
    let done = Command::new("bash")
        .arg(script)
        .current_dir(here)
        .envs([("INPUT_FAIL_ON", given("--fail-on", "warning")), ("INPUT_CONFIG_FROM", given("--config-from", "head"))])
        .envs([("INPUT_CHANGED_ONLY", "true"), ("INPUT_ANNOTATIONS", "true")])
        .envs([("INPUT_SUMMARY", "true"), ("INPUT_PATHS", "."), ("BINARY", env!("CARGO_BIN_EXE_kubelet-lint"))])
        .env("BASE_SHA", base.trim())
        .env("RUNNER_TEMP", out.path())
        .env("GITHUB_OUTPUT", &output)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{e}: {done:?}"));
    let code = format!("exit-code={}", i32::from(!pull.new.is_empty()));
    assert!(read(&output).lines().any(|line| line == code), "action: {}{told}", read(&output));
    let summary = read(&summary);
    let clean =
        summary.contains("No findings") || summary.contains("file excluded") && summary.contains("Nothing to check");
    assert_eq!(clean, pull.new.is_empty(), "{summary}");
    let (hiding, found): (Vec<_>, Vec<_>) =
        told.lines().filter(|line| line.contains(" file=")).partition(|line| line.contains("::this pull request "));
    assert_eq!(found.is_empty(), pull.new.is_empty(), "{told}");
    assert_eq!(hiding.len(), pull.hides.len(), "{told}");
    for veil in &pull.hides {
        let message = veil.split(": ").next().unwrap();
        assert!(summary.contains(message), "{summary}");
    }
}

fn hold(base: &Path, pull: &Pull) {
    let dir = tempfile::tempdir().unwrap();
    let here = &dir.path().canonicalize().unwrap();
    let program = env!("CARGO_BIN_EXE_kubelet-lint");
    copy(base, here);
    pull.before.apply(here);
    if let Some(path) = &pull.baseline {
        assert_eq!(run(program, here, &["check", "--isolated", "--quiet", "--write-baseline", path]).0, 0);
    }
    run("git", here, &["init", "-q", "-b", "main"]);
    commit(here);
    pull.changes.apply(here);
    let revision = if pull.uncommitted || !pull.named.is_empty() {
        "HEAD"
    } else {
        // The hook has no arguments.
        if pull.args.is_empty() {
            hold_hook(here, pull);
        }
        commit(here);
        "HEAD~1"
    };
    Changes { write: pull.untracked.clone(), ..Changes::default() }.apply(here);
    let mut args = vec!["check", "--quiet", "--format", "json"];
    args.extend(pull.args.iter().map(String::as_str));
    if pull.named.is_empty() {
        args.extend(["--since", revision]);
        args.extend(pull.paths.iter().map(String::as_str));
    } else {
        args.extend(pull.named.iter().map(String::as_str));
    }
    let (code, out) = run(program, here, &args);
    assert!(code < 2, "{out}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(ids(&report["findings"]), pull.new, "new: {}", report["summary"]);
    assert_eq!(code, i32::from(!pull.new.is_empty()), "{out}");
    assert_eq!(ids(&report["existing"]), pull.existing, "existing: {}", report["summary"]);
    assert_eq!(hides(&report), pull.hides, "hides");
    assert!(pull.new.is_empty() || !pull.name.starts_with("ok "), "must pass");
    #[cfg(unix)]
    if revision == "HEAD~1" && pull.paths == ["."] {
        hold_action(here, pull);
    }
}

/// What the change hides: each warning with the places of its findings.
fn hides(report: &serde_json::Value) -> Vec<String> {
    let veil = |veil: &serde_json::Value| {
        let spot = |f: &serde_json::Value| format!("{}:{}", f["place"]["path"].as_str().unwrap(), f["place"]["line"]);
        let spots: Vec<_> = veil["findings"].as_array().unwrap().iter().map(spot).collect();
        format!("{}: {}", veil["message"].as_str().unwrap(), spots.join(" "))
    };
    report["hidden_by_change"].as_array().unwrap().iter().map(veil).collect()
}

/// The node groups of findings: those that are named as new, if some are.
fn ids(findings: &serde_json::Value) -> BTreeSet<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let of = |finding: &serde_json::Value| -> Vec<String> {
        let groups = finding["node_groups"].as_array().unwrap();
        let new: Vec<String> = finding["notes"].as_array().unwrap().iter().map(text).collect();
        let new = new.iter().find_map(|note| note.strip_prefix("new for ")).map(str::to_owned);
        let ids: Vec<String> = groups.iter().map(|group| text(&group["id"])).collect();
        match new {
            Some(new) => ids.into_iter().filter(|id| new.split(", ").any(|n| n == id || id.ends_with(n))).collect(),
            None if ids.is_empty() => vec![text(&finding["place"]["path"])],
            None => ids,
        }
    };
    findings.as_array().unwrap().iter().flat_map(of).collect()
}
