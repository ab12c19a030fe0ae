//! Every format renders one scene: an error through modules, a warning with a fix, a condition, a zero in base64, an ignored
//! one, a name that is hostile.

use std::path::Path;

use kubelet_lint::testing::{FORMATS, Look};
use kubelet_lint::{Request, Scan, scan};
use serde_json::Value;

use crate::scanning::{copy, render};

const SCENE: &str = "testdata/scene";

fn scene() -> (tempfile::TempDir, Scan, Look) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(SCENE), dir.path());
    // Names that git cannot keep on every system.
    std::fs::write(
        dir.path().join("a b,c:%0A.sh"),
        "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--runtime-request-timeout=0 --sync-frequency=0'\n",
    )
    .unwrap();
    let current = dir.path().canonicalize().unwrap();
    let mut request = Request::default();
    (request.paths, request.current, request.no_ignore) = (vec![".".into()], current.clone(), true);
    let found = scan(&request).unwrap();
    (dir, found, Look::plain(&current))
}

#[test]
fn every_format_renders_the_scene() {
    let (_dir, found, look) = scene();
    for format in FORMATS {
        let text = render(format.name(), &found, &look);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{}: {text}", format.name());
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/formats"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        // The pages of the rules are not of this test.
        let text = if format.name() == "sarif" { results(&text) } else { text };
        settings.bind(|| insta::assert_snapshot!(format.name(), text));
    }
}

fn results(log: &str) -> String {
    let mut log: Value = serde_json::from_str(log).unwrap();
    let results = &mut log["runs"][0]["results"];
    for result in results.as_array_mut().unwrap() {
        // It changes with every new rule.
        assert!(result.as_object_mut().unwrap().shift_remove("ruleIndex").is_some());
    }
    serde_json::to_string_pretty(results).unwrap()
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../schemas/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (_dir, found, look) = scene();
    for suppressed in [false, true] {
        let look = Look { suppressed, ..look.clone() };
        let report: Value = serde_json::from_str(&render("json", &found, &look)).unwrap();
        let errors: Vec<_> = validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        // The schema names every key that there is.
        let known = schema["definitions"]["finding"]["properties"].as_object().unwrap();
        for finding in report["findings"].as_array().unwrap() {
            assert!(finding.as_object().unwrap().keys().all(|k| known.contains_key(k)), "{finding}");
        }
        assert_eq!(report["suppressed"][0].get("finding").is_some(), suppressed);
    }
}

#[test]
fn suppressed_findings_are_in_sarif_only_if_asked_for() {
    let (_dir, found, look) = scene();
    let report: Value = serde_json::from_str(&render("json", &found, &look)).unwrap();
    assert_eq!(report["summary"]["suppressed"], 1);
    let log: Value = serde_json::from_str(&render("sarif", &found, &look)).unwrap();
    assert!(!log.to_string().contains("\"suppressions\""));
    let look = Look { suppressed: true, ..look };
    let log: Value = serde_json::from_str(&render("sarif", &found, &look)).unwrap();
    let with: Vec<_> =
        log["runs"][0]["results"].as_array().unwrap().iter().filter(|r| r.get("suppressions").is_some()).collect();
    assert_eq!(with.len(), 1);
    assert_eq!(with[0]["suppressions"][0]["kind"], "inSource");
}

#[test]
fn every_finding_is_in_every_format() {
    let (_dir, found, look) = scene();
    assert!(found.findings.len() >= 5, "{}", found.findings.len());
    for (format, mark) in [
        ("concise", "["),
        ("github", "::"),
        ("gitlab", "\"check_name\""),
        ("junit", "<failure "),
        ("rdjson", "\"severity\""),
        ("json", "\"exact\""),
        ("sarif", "\"ruleIndex\""),
    ] {
        let text = render(format, &found, &look);
        let lines = text.lines().filter(|l| if format == "github" { l.starts_with(mark) } else { l.contains(mark) });
        assert_eq!(lines.count(), found.findings.len(), "{format}\n{text}");
    }
    let gitlab: Vec<Value> = serde_json::from_str(&render("gitlab", &found, &look)).unwrap();
    let prints: std::collections::BTreeSet<_> = gitlab.iter().map(|g| g["fingerprint"].to_string()).collect();
    assert_eq!(prints.len(), gitlab.len());
}

#[test]
fn github_shows_ten_of_each_level_and_a_summary_stays_below_its_bound() {
    let dir = tempfile::tempdir().unwrap();
    let line = "/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
    for n in 0..25 {
        std::fs::write(dir.path().join(format!("{n:02}.sh")), format!("#!/bin/bash\n{line}")).unwrap();
    }
    let found = crate::scanning::scan_in(dir.path(), &["."]);
    let look = Look::plain(&dir.path().canonicalize().unwrap());
    let text = render("github", &found, &look);
    assert_eq!(text.lines().filter(|l| l.starts_with("::error ")).count(), 10);
    assert_eq!(text.lines().filter(|l| l.starts_with("- ")).count(), 15);
    let mut many = found;
    let one = many.findings[0].clone();
    many.findings = vec![one; 10_000];
    let text = render("markdown", &many, &look);
    assert!(text.len() < 1 << 20, "{}", text.len());
    assert!(text.contains("omitted here"));
}

#[test]
fn clean_scans_have_reports_too() {
    let dir = tempfile::tempdir().unwrap();
    let found = crate::scanning::scan_in(dir.path(), &["."]);
    let look = Look::plain(dir.path());
    assert_eq!(render("gitlab", &found, &look), "[]\n");
    assert!(render("junit", &found, &look).contains("<testcase classname=\"kubelet-lint\" name=\"no findings\"/>"));
    assert_eq!(render("github", &found, &look), "");
    assert!(render("markdown", &found, &look).contains("Nothing to check"));
}
