use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::kubelet::config::load;
use crate::kubelet::{Launch, Own, settle, whole};
use crate::setting::FailureKind;
use crate::text::{Source, Texts};

/// One recorded case.
#[derive(serde::Deserialize)]
struct Case {
    name: String,
    config: Option<String>,
    dropins: BTreeMap<String, String>,
    flags: Vec<String>,
    outcome: Outcome,
}

#[derive(serde::Deserialize)]
struct Outcome {
    starts: bool,
    #[serde(default)]
    changed: BTreeMap<String, Value>,
    #[serde(default)]
    error: String,
}

#[derive(serde::Deserialize)]
struct Field {
    path: String,
    default: Value,
}

#[derive(serde::Deserialize)]
struct Recorded {
    fields: Vec<Field>,
    cases: Vec<Case>,
}

fn recorded() -> Recorded {
    let packed = include_bytes!("../../../testdata/kubelet/kubelet-all-1.36.2.json.gz");
    serde_json::from_reader(flate2::read::GzDecoder::new(&packed[..])).unwrap()
}

fn launch(case: &Case) -> Launch {
    let mut texts = Texts::new();
    let mut add = |name: &str, text: &str| texts.add_source(Arc::new(Source::new(name, text.as_bytes())));
    let file = case.config.iter().map(|_| "--config=/config.yaml");
    let argv: Vec<_> = file.chain(case.flags.iter().map(String::as_str)).map(|f| add("argv", f)).collect();
    let config = case.config.as_ref().map(|text| add("config", text));
    let dropins: Vec<_> = case.dropins.iter().map(|(name, text)| (name.clone(), add(name, text))).collect();
    Launch {
        argv: argv.into_iter().map(|id| texts.traced(texts.view(id).span(0..texts.get(id).bytes.len()))).collect(),
        config: config.map(|id| load(&texts.view(id))),
        dropins: dropins.into_iter().map(|(name, id)| (name, load(&texts.view(id)))).collect(),
        running: None,
        minor: Some(36),
    }
}

/// Every difference between a recorded case and the settled result, as text.
fn differences(case: &Case, fields: &[Field]) -> Vec<String> {
    let launch = launch(case);
    let effective = settle(&launch);
    let whole = whole(&launch, &effective, &Own::default());
    let mut out = Vec::new();
    // The recording ends with validation, and grace periods are read later.
    let later = |f: &crate::setting::Failure| {
        f.kind == FailureKind::InvalidDuration
            && f.setting.as_ref().is_some_and(|s| s.field.name == "evictionSoftGracePeriod")
            && !case.outcome.error.contains("evictionSoftGracePeriod")
    };
    let failures: Vec<_> = effective.failures.iter().filter(|f| !later(f)).chain(&whole.refused).collect();
    if failures.is_empty() != case.outcome.starts {
        out.push(format!("starts: {}, {failures:?}, {}", case.outcome.starts, case.outcome.error));
    }
    if !case.outcome.starts {
        return out;
    }
    let configuration = whole.configuration();
    for field in fields.iter().filter(|f| f.path != "logging") {
        let want = case.outcome.changed.get(&field.path).unwrap_or(&field.default);
        let found = field.path.split('.').try_fold(&configuration, |value, key| value.get(key));
        let found = found.unwrap_or(&Value::Null);
        // The recorded file was in a temporary folder.
        let short = want.as_str().and_then(|w| w.strip_prefix("/tmp/tmp")?.split_once('/')).map(|(_, name)| name);
        let want = &short.map_or_else(|| want.clone(), |name| Value::from(format!("/{name}")));
        if found != want {
            out.push(format!("{}: {found} instead of {want}", field.path));
        }
    }
    out.extend(whole.unknown().map(|(path, why)| format!("{path}: {why}")));
    out
}

#[test]
fn all_recorded_cases_are_settled_as_the_kubelet_does() {
    const JSON_LOGS: &str = "the recorder was built without JSON logs, which every kubelet has";
    /// Cases that differ, with the reason. A case that agrees must not be listed.
    const DIFFERENT: &[(&str, &str)] =
        &[("file logging.format=json", JSON_LOGS), ("two drop-ins logging.format", JSON_LOGS)];
    let Recorded { fields, cases } = recorded();
    assert_eq!((fields.len(), cases.len()), (133, 3_256));
    let mut wrong = Vec::new();
    for case in &cases {
        let differences = differences(case, &fields);
        let listed = DIFFERENT.iter().any(|(name, _)| *name == case.name);
        assert!(!listed || !case.outcome.starts, "{}: a kubelet that starts is no exception", case.name);
        if listed == differences.is_empty() {
            wrong.push(format!("{}: {}", case.name, differences.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}
