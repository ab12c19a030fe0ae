//! SARIF: valid, and every place in it can be read again in the file.

use std::path::Path;

use kubelet_lint::Level;
use kubelet_lint::testing::Look;
use serde_json::Value;

use crate::scanning::{copy, render, scan_in};

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("report/sarif-2.1.0.json")).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// The text of a region, whose columns count UTF-16 units.
fn region(root: &Path, physical: &Value) -> String {
    let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
    let path = root.join(percent(uri));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let number = |key: &str| physical["region"][key].as_u64().unwrap() as usize;
    assert_eq!(number("startLine"), number("endLine"), "a region is one line");
    let line = text.split('\n').nth(number("startLine") - 1).unwrap().trim_end_matches('\r');
    let units: Vec<u16> = line.trim_start_matches('\u{FEFF}').encode_utf16().collect();
    String::from_utf16(&units[number("startColumn") - 1..number("endColumn") - 1]).unwrap()
}

fn percent(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes().iter();
    while let Some(byte) = rest.next() {
        if *byte == b'%' {
            let hex: Vec<u8> = rest.by_ref().take(2).copied().collect();
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// SARIF of a folder in a repository of its own, in a folder whose name needs escaping.
fn sarif_of(from: &Path) -> (tempfile::TempDir, Value) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    let inner = dir.path().join("näh: 1");
    std::fs::create_dir(&inner).unwrap();
    copy(from, &inner);
    let found = scan_in(&inner, &["."]);
    let text = render("sarif", &found, &Look::plain(&inner));
    let again = render("sarif", &scan_in(&inner, &["."]), &Look::plain(&inner));
    assert_eq!(text, again, "two runs give the same bytes");
    (dir, serde_json::from_str(&text).unwrap())
}

#[test]
fn the_demo_is_valid_and_its_regions_are_true() {
    let (dir, log) = sarif_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo"));
    let errors: Vec<_> = validator().iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    // Rules about other settings than durations are listed where they have findings.
    assert_eq!(rules.len(), kubelet_lint::testing::rules().filter(|r| r.is_about_durations()).count());
    for rule in rules {
        // An identifier that is not the id: rules SARIF1001 and SARIF2012 of Microsoft's validator.
        let (id, name) = (rule["id"].as_str().unwrap(), rule["name"].as_str().unwrap());
        assert!(
            name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(char::is_alphanumeric),
            "{name}"
        );
        assert_eq!(name.to_lowercase(), id.replace('-', ""));
    }
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 5, "{}", results.len());
    let mut prints = std::collections::BTreeSet::new();
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(region(dir.path(), physical), physical["region"]["snippet"]["text"].as_str().unwrap());
        assert_eq!(region(dir.path(), physical), result["properties"]["value"].as_str().unwrap());
        assert!(prints.insert((result["ruleId"].to_string(), result["partialFingerprints"].to_string())));
        for related in result["relatedLocations"].as_array().into_iter().flatten() {
            assert!(!region(dir.path(), &related["physicalLocation"]).is_empty());
        }
    }
    let flows = results.iter().filter(|r| r["codeFlows"].is_array()).count();
    assert!(flows >= 1);
}

#[test]
fn a_clean_scan_still_has_results_and_rules() {
    let dir = tempfile::tempdir().unwrap();
    let text = render("sarif", &scan_in(dir.path(), &["."]), &Look::plain(dir.path()));
    let log: Value = serde_json::from_str(&text).unwrap();
    assert!(validator().is_valid(&log));
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
}

#[test]
fn no_report_has_more_results_than_github_accepts() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo");
    let mut found = scan_in(&demo, &["."]);
    let one = found.findings.swap_remove(0);
    let of = |level, n: usize| {
        let mut finding = one.clone();
        finding.level = level;
        std::iter::repeat_n(finding, n)
    };
    found.findings = of(Level::Note, 3).chain(of(Level::Error, 24_999)).collect();
    let log: Value = serde_json::from_str(&render("sarif", &found, &Look::plain(&demo))).unwrap();
    let levels = |level: &str| {
        let results = log["runs"][0]["results"].as_array().unwrap();
        results.iter().filter(|result| result["level"] == *level).count()
    };
    assert_eq!((levels("error"), levels("note")), (24_999, 1));
    let notices = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let more: Vec<_> = notices.iter().filter(|notice| notice["descriptor"]["id"] == "more-findings").collect();
    assert_eq!(more.len(), 1);
    assert!(more[0]["message"]["text"].as_str().unwrap().starts_with("2 more findings"), "{}", more[0]);
}
