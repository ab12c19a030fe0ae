//! The cases of `testdata/cloudformation`: expressions evaluated by moto and cfn-lint, and whole templates.

use std::path::PathBuf;

use serde_json::Value as Json;

use super::*;
use crate::node::Step;
use crate::text::{Layer, Memory, Origin, Texts, Traced, Whence};

fn texts(value: &Json) -> Vec<String> {
    value.as_array().map(|list| list.iter().map(text).collect()).unwrap_or_default()
}

fn text(value: &Json) -> String {
    value.as_str().unwrap().to_owned()
}

/// Every byte with a place in a file is there, and every path back ends in a file.
fn check_places(text: &Traced, texts: &Texts, name: &str) {
    for (range, piece) in text.ranges() {
        if let Whence::Same(span) = &piece.whence {
            assert_eq!(texts.slice(*span), &text.bytes()[range], "{name}: a place that holds something else");
        }
        let origin = texts.trail(piece.whence.span()).origin();
        assert!(matches!(texts.get(origin.text).origin, Origin::Source(_)), "{name}: a way back without a file");
    }
    if let Some(original) = text.original(Layer::Base64) {
        check_places(original, texts, name);
    }
}

fn check_groups(groups: &[NodeGroup], texts: &Texts, name: &str) {
    for step in groups.iter().flat_map(|g| &g.steps) {
        match step {
            Step::UserData(text, _) | Step::Script(text) | Step::File { content: text, .. } => {
                check_places(text, texts, name);
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// The groups in short, files included.
fn shown(groups: &[NodeGroup]) -> Vec<String> {
    let mut out = show(groups);
    for (line, group) in out.iter_mut().zip(groups) {
        for step in &group.steps {
            if let Step::File { path, content, .. } = step {
                line.push_str(&format!(" + {path}: {}", plain(content)));
            }
        }
    }
    out
}

#[test]
fn expressions_have_the_values_that_other_tools_give_them() {
    let data: Json =
        serde_json::from_str(include_str!("../../../../testdata/cloudformation/expressions.json")).unwrap();
    let cases = data["cases"].as_array().unwrap();
    assert!(cases.len() >= 120, "only {} cases", cases.len());
    let mut faults = Vec::new();
    for case in cases {
        let expr = text(&case["expr"]);
        let template = format!(
            "{}Resources:\n  Other: {{Type: 'AWS::S3::Bucket'}}\n  N:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData: {expr}\n",
            text(&data["prelude"])
        );
        read(&CloudFormation, "/t.yaml", &template, |groups, cx| {
            assert!(cx.notes.problems.is_empty(), "{expr}: {:?}", cx.notes.problems);
            check_groups(groups, &cx.texts, &expr);
            let found = shown(groups);
            if found != texts(&case["want"]) {
                faults.push(serde_json::json!({"expr": expr, "want": found}).to_string());
            }
            // Every value known to another tool is known here, and is the same.
            if let Some(value) = case["moto"].as_str() {
                let always: Vec<_> = groups.iter().filter(|g| g.when.is_always()).collect();
                let ours = always.first().and_then(|g| g.steps.first()).map(|s| plain(&text_of(s)));
                if ours.as_deref() != Some(value) {
                    faults.push(format!("{expr}: moto has {value:?}, found {found:?}"));
                }
            }
            // Its resolver lists impossible values as well: it does not evaluate conditions.
            let listed = texts(&case["cfn-lint"]);
            let steps = groups.iter().flat_map(|g| &g.steps).map(|s| plain(&text_of(s)));
            for text in steps.filter(|t| !t.contains('?')) {
                if !listed.is_empty() && !listed.contains(&text) {
                    faults.push(format!("{expr}: cfn-lint lists {listed:?}, found {text:?}"));
                }
            }
        });
    }
    assert!(faults.is_empty(), "{} differ; found:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn templates_give_the_node_groups_that_are_expected() {
    let data: Json = serde_json::from_str(include_str!("../../../../testdata/cloudformation/templates.json")).unwrap();
    let mut faults = Vec::new();
    for case in data["cases"].as_array().unwrap() {
        let name = text(&case["name"]);
        let files: Vec<(String, String)> =
            case["files"].as_object().unwrap().iter().map(|(k, v)| (format!("/{k}"), text(v))).collect();
        let memory = Memory::new(files.iter().map(|(k, v)| (k.as_str(), v.as_bytes())));
        let mut cx = Cx::new(&memory);
        cx.given.parameters = texts(&case["parameters"]).iter().map(|p| PathBuf::from(format!("/{p}"))).collect();
        let list = FileList::of(vec![PathBuf::from(&files[0].0)]);
        let units = CloudFormation.claim(&list);
        let groups: Vec<_> = units.iter().flat_map(|unit| CloudFormation.read(unit, &mut cx)).collect();
        check_groups(&groups, &cx.texts, &name);
        let mut found = shown(&groups);
        found.extend(cx.notes.gaps.iter().map(|g| format!("! {}", g.why)));
        found.extend(cx.notes.problems.iter().map(|p| format!("!! {}", p.message)));
        if found != texts(&case["want"]) {
            faults.push(serde_json::json!({"name": name, "want": found}).to_string());
        }
        for place in case["places"].as_array().into_iter().flatten() {
            let [word, path, line, column, steps] = place.as_array().unwrap().as_slice() else {
                panic!("{name}: places")
            };
            let word = text(word);
            let holder = groups.iter().flat_map(|g| &g.steps).find_map(|step| {
                let text = match step {
                    Step::File { content, .. } => content.clone(),
                    step => text_of(step),
                };
                text.to_text().contains(&word).then_some(text)
            });
            let Some(holder) = holder else {
                faults.push(format!("{name}: nothing holds {word}"));
                continue;
            };
            let (passed, (at_line, at_column), bytes) = written(&holder, &word, &cx);
            let at = holder.to_text().find(&word).unwrap();
            let trail = cx.texts.trail_of(&holder.slice(at..at + word.len())).unwrap();
            let file = cx.texts.place(trail.origin()).source.path().to_string_lossy().into_owned();
            let found = serde_json::json!([bytes, file, at_line, at_column, passed]);
            if found != serde_json::json!([word, format!("/{}", text(path)), line, column, steps]) {
                faults.push(format!("{name}: {found}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} differ; found:\n{}", faults.len(), faults.join("\n"));
}
