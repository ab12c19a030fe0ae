//! Runs the steps of a composite action as a runner of GitHub Actions does, as far as this repository's actions go: `env`,
//! `if`, `run` with bash, outputs, the summary. Steps that use another action are recorded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_yaml::Value;

/// One run of an action.
pub(super) struct Run {
    pub(super) dir: PathBuf,
    pub(super) workspace: PathBuf,
    pub(super) inputs: Vec<(String, String)>,
    /// Contexts such as `github.server_url`.
    pub(super) context: Vec<(String, String)>,
    pub(super) env: Vec<(String, String)>,
}

/// What a step did.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    /// `None` if it was left out, or uses another action.
    pub(super) code: Option<i32>,
    /// What another action was given.
    pub(super) with: Option<BTreeMap<String, String>>,
    pub(super) out: String,
    pub(super) err: String,
}

/// What an action did.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) steps: Vec<Step>,
    pub(super) outputs: BTreeMap<String, String>,
    pub(super) summary: String,
    pub(super) failed: bool,
}

impl Done {
    pub(super) fn step(&self, name: &str) -> &Step {
        self.steps.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no step {name}: {self:#?}"))
    }

    /// Everything that the log shows.
    pub(super) fn log(&self) -> String {
        self.steps.iter().flat_map(|s| [s.out.as_str(), s.err.as_str()]).collect()
    }
}

impl Run {
    pub(super) fn new(action: &Path, workspace: &Path) -> Self {
        Self {
            dir: action.to_owned(),
            workspace: workspace.to_owned(),
            inputs: Vec::new(),
            context: Vec::new(),
            env: Vec::new(),
        }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.inputs.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn context(mut self, name: &str, value: &str) -> Self {
        self.context.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn run(self) -> Done {
        let action: Value =
            serde_yaml::from_str(&std::fs::read_to_string(self.dir.join("action.yml")).unwrap()).unwrap();
        let temp = tempfile::tempdir().unwrap();
        let mut context: BTreeMap<String, String> = self.context.iter().cloned().collect();
        let declared = action["inputs"].as_mapping().unwrap();
        for (name, input) in declared {
            let default = input.get("default").and_then(Value::as_str).unwrap_or_default();
            let default = substitute(default, &context, false);
            context.insert(format!("inputs.{}", name.as_str().unwrap()), default);
        }
        for (name, value) in &self.inputs {
            assert!(declared.contains_key(name.as_str()), "there is no input {name}");
            context.insert(format!("inputs.{name}"), value.clone());
        }
        let summary = temp.path().join("summary");
        std::fs::write(&summary, "").unwrap();
        let (mut steps, mut failed) = (Vec::new(), false);
        for (number, step) in action["runs"]["steps"].as_sequence().unwrap().iter().enumerate() {
            let name = step["name"].as_str().unwrap().to_owned();
            let condition = step["if"].as_str().map(|c| c.trim().trim_start_matches("${{").trim_end_matches("}}"));
            let mut goes = condition.is_none_or(|c| truthy(&evaluate(c, &context, failed)));
            if condition.is_none_or(|c| !["cancelled()", "always()", "failure()"].iter().any(|f| c.contains(f))) {
                goes &= !failed;
            }
            let mut done = Step { name, code: None, with: None, out: String::new(), err: String::new() };
            if goes && step.get("uses").is_some() {
                let with = step["with"].as_mapping().unwrap().iter();
                let with = with
                    .map(|(k, v)| (k.as_str().unwrap().to_owned(), substitute(v.as_str().unwrap(), &context, failed)));
                done.with = Some(with.collect());
            } else if goes {
                assert_eq!(step["shell"], "bash");
                let code = step["run"].as_str().unwrap();
                assert!(!code.contains("${{"), "an expression in a script can be anything: {code}");
                let script = temp.path().join(format!("step{number}.sh"));
                std::fs::write(&script, code).unwrap();
                let output = temp.path().join(format!("output{number}"));
                std::fs::write(&output, "").unwrap();
                let mut command = Command::new("bash");
                command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script).current_dir(&self.workspace);
                command.env_clear().env("PATH", std::env::var("PATH").unwrap()).env("HOME", temp.path());
                command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GITHUB_OUTPUT", &output);
                command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_ACTION_PATH", &self.dir);
                command.env("GITHUB_WORKSPACE", &self.workspace).env("RUNNER_TEMP", temp.path());
                command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").stdin(Stdio::null());
                for (name, value) in step.get("env").and_then(Value::as_mapping).into_iter().flatten() {
                    command.env(name.as_str().unwrap(), substitute(value.as_str().unwrap(), &context, failed));
                }
                command.envs(self.env.iter().cloned());
                let ended = command.output().unwrap();
                done.out = String::from_utf8_lossy(&ended.stdout).into_owned();
                done.err = String::from_utf8_lossy(&ended.stderr).into_owned();
                done.code = ended.status.code();
                failed |= !ended.status.success();
                if let Some(id) = step.get("id").and_then(Value::as_str) {
                    for line in std::fs::read_to_string(&output).unwrap().lines() {
                        let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("no output: {line}"));
                        context.insert(format!("steps.{id}.outputs.{key}"), value.to_owned());
                    }
                }
            }
            steps.push(done);
        }
        let outputs = action["outputs"].as_mapping().unwrap().iter().map(|(name, output)| {
            let value = substitute(output["value"].as_str().unwrap(), &context, failed);
            // What lies in the folder of the run is gone after it.
            let kept = match Path::new(&value).strip_prefix(temp.path()) {
                Ok(_) if Path::new(&value).is_file() => std::fs::read_to_string(&value).unwrap(),
                _ => value,
            };
            (name.as_str().unwrap().to_owned(), kept)
        });
        let outputs = outputs.collect();
        Done { steps, outputs, summary: std::fs::read_to_string(summary).unwrap(), failed }
    }
}

/// A text with its expressions.
fn substitute(text: &str, context: &BTreeMap<String, String>, failed: bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, behind) = after.split_once("}}").unwrap();
        out.push_str(before);
        out.push_str(&evaluate(expression, context, failed));
        rest = behind;
    }
    out + rest
}

fn truthy(value: &str) -> bool {
    !value.is_empty() && value != "false"
}

/// An expression of names, texts, `!`, `==`, `!=`, `&&` and `||`, and functions of a step's state.
fn evaluate(expression: &str, context: &BTreeMap<String, String>, failed: bool) -> String {
    let any = |word: &str| -> Vec<String> { expression.split(word).map(str::to_owned).collect() };
    // No text that the actions compare holds an operator.
    for (operator, and) in [("||", false), ("&&", true)] {
        let parts = any(operator);
        if parts.len() > 1 {
            let mut value = String::new();
            for part in parts {
                value = evaluate(&part, context, failed);
                if truthy(&value) != and {
                    return value;
                }
            }
            return value;
        }
    }
    for operator in ["==", "!="] {
        if let [left, right] = &any(operator)[..] {
            let same = evaluate(left, context, failed).eq_ignore_ascii_case(&evaluate(right, context, failed));
            return (same == (operator == "==")).to_string();
        }
    }
    let word = expression.trim();
    if let Some(rest) = word.strip_prefix('!') {
        return (!truthy(&evaluate(rest, context, failed))).to_string();
    }
    if let Some(text) = word.strip_prefix('\'') {
        return text.trim_end_matches('\'').to_owned();
    }
    match word {
        "always()" => "true".to_owned(),
        "cancelled()" => "false".to_owned(),
        "failure()" => failed.to_string(),
        "success()" => (!failed).to_string(),
        name => {
            let known = ["inputs.", "steps.", "github."].iter().any(|p| name.starts_with(p));
            assert!(known, "no context {name}");
            context.get(name).cloned().unwrap_or_default()
        }
    }
}
