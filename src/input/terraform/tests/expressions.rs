//! Every recorded expression has the same value, is unknown, or is an error where Terraform reports one.

use super::*;
use crate::input::terraform::lang::env::Env;

/// The start of expressions whose value Terraform knows and this does not. Nothing else may be unknown.
const UNKNOWNS: &[&str] = &[
    // Chosen on the command line.
    "terraform.workspace",
    // Terraform returns no value for an untyped null, either.
    "format(\"%s\", null)",
    "format(\"%v\", null)",
    // Depends on the directory in which Terraform runs.
    "abspath(",
    // Patterns that match across directories.
    "fileset(",
];

/// Parts of random expressions whose value is unknown here.
const RANDOM_UNKNOWNS: &[&str] = &["windows-1252"];

/// Random expressions that still differ from Terraform.
const NOT_YET: &[&str] = &[
    // Maps have no element type here that a default would be checked against.
    r#"lookup(transpose({ a = [for i, x in ["x", "", "y z"] : "${i}${x}" if x != ""], b = ["b", "a", "b"] }), "10.0.0.0/16", "0s")"#,
];

/// Parts of function calls whose result differs from Terraform's or is unknown.
const DIFFERENT: &[&str] = &[
    // Characters that consist of several, which Terraform puts together or counts as one.
    "\\u0301",
    "👍🏽",
    "ǆ",
    "strrev(\"a\\r\\n",
    // More than 15 digits.
    "1/3",
    "12345678901234567890",
    "log(2, 3)",
    "pow(3, 100)",
    // What is infinite, less than nothing, or larger than 64 bits.
    "log(0, 2.5)",
    "cidrsubnet(\"0.0.0.0/0\", -1",
    "format(\"%6.2f|\", -0)",
    "format(\"%+d\", 1e30)",
    // Null in formats; negative numbers of items and networks.
    "format(\"%\", null)",
    ", null",
    "null, ",
    ", -1)",
    // Accepted, though the types differ or half a character is left.
    "matchkeys(",
    "textdecodebase64(\"Y\\nQ==\", \"UTF-16LE\")",
    // IPv6, and character sets that no node uses.
    "::/",
    "Windows-1252",
    "\"UTF-16\"",
    // The root of the file system is the root module here.
    "fileset(\"/\"",
];

/// Text that Terraform refuses and the parser accepts.
const ACCEPTED: &[&str] = &["{ for x in local.l : x => \"${x}-\n\" }", "{ a = max(1,\n 2) +\n 1 }"];

/// The value as JSON; `None` if a part of it is unknown.
fn json(value: &Value) -> Option<Json> {
    Some(match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(b) => Json::Bool(*b),
        Kind::Number(n) => {
            let n = n.value();
            if n.fract() == 0.0 && n.abs() < 1e15 { Json::from(n as i64) } else { Json::from(n) }
        }
        Kind::Str(text) => Json::from(text.known_str()?),
        Kind::List(items) => Json::Array(items.iter().map(json).collect::<Option<_>>()?),
        Kind::Map(map) if map.open.is_none() => Json::Object(
            map.entries.iter().map(|(k, e)| Some((k.to_string(), json(&e.value)?))).collect::<Option<_>>()?,
        ),
        Kind::Map(_) | Kind::Unknown(_) | Kind::Either(_) => return None,
    })
}

/// Checks that every byte that comes from a file is in the file.
fn check_places(value: &Value, texts: &Texts, expr: &str) {
    match &value.kind {
        Kind::Str(text) => check_text(text, texts, expr),
        Kind::List(items) => items.iter().for_each(|v| check_places(v, texts, expr)),
        Kind::Map(map) => map.entries.values().for_each(|e| check_places(&e.value, texts, expr)),
        _ => {}
    }
}

fn check_text(text: &Traced, texts: &Texts, expr: &str) {
    for (range, piece) in text.ranges() {
        if let Whence::Same(span) = &piece.whence {
            assert_eq!(texts.slice(*span), &text.bytes()[range], "{expr}: a place that holds something else");
        }
        let origin = texts.trail(piece.whence.span()).origin();
        assert!(
            matches!(texts.get(origin.text).origin, crate::text::Origin::Source(_)),
            "{expr}: a trail without a file"
        );
    }
}

/// Evaluates the expressions of a file: returns the differences, in words, and the unknown values.
fn compare(file: &str) -> (usize, Vec<(String, String)>, Vec<String>) {
    let data: Json = serde_json::from_str(include_str!("../../../../testdata/terraform/expressions.json")).unwrap();
    let cases: Json = serde_json::from_str(file).unwrap();
    let text = |v: &Json| v.as_str().unwrap().to_owned();
    let mut faults = Vec::new();
    let mut unknowns = Vec::new();
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        let expr = text(&case["expr"]);
        let mut files: Vec<(String, String)> =
            data["files"].as_object().unwrap().iter().map(|(k, v)| (format!("/{k}"), text(v))).collect();
        files.push(("/prelude.tf".to_owned(), text(&data["prelude"])));
        files.push(("/case.tf".to_owned(), format!("output \"value\" {{\n  value = {expr}\n}}\n")));
        let files = Memory::new(files.iter().map(|(k, v)| (k.as_str(), v.as_bytes())));
        let mut cx = Cx::new(&files);
        let id = cx.open("/case.tf".as_ref()).unwrap();
        let mut engine = Engine::new("/".as_ref(), &mut cx);
        let at = Span::new(id, 0..0);
        let root = engine.start(at);
        let module = std::sync::Arc::clone(&engine.instances[root].module);
        let outcome = match module.outputs.get("value").and_then(|b| b.body.attribute("value")) {
            Some(output) => engine.eval(&output.value, &Env::of(root)),
            None => engine.output(root, "value", at),
        };
        // An output may depend on a sensitive value only if it is marked; nothing here shows that.
        let refused = case.get("error").is_some();
        match outcome {
            Err(Refused(why)) if !refused => faults.push((expr, format!("invalid: {why}"))),
            Err(_) => {}
            Ok(value) => match json(&value) {
                None if !refused => unknowns.push(expr),
                None => {}
                Some(found) if refused => faults.push((expr, format!("found {found}, Terraform refuses"))),
                Some(found) => {
                    let same = match (&found, &case["value"]) {
                        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
                        (a, b) => a == b,
                    };
                    check_places(&value, &engine.cx.texts, &expr);
                    if !same {
                        faults.push((expr, format!("found    {found}\n  expected {}", case["value"])));
                    }
                }
            },
        }
    }
    (cases.len(), faults, unknowns)
}

fn list(faults: &[(String, String)]) -> String {
    faults.iter().map(|(expr, what)| format!("{expr}\n  {what}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn expressions_have_the_values_that_terraform_gives_them() {
    let (total, mut faults, mut unknowns) = compare(include_str!("../../../../testdata/terraform/expressions.json"));
    faults.retain(|(expr, _)| !ACCEPTED.contains(&expr.as_str()));
    assert!(faults.is_empty(), "{} of {total}:\n{}", faults.len(), list(&faults));
    unknowns.retain(|expr: &String| !UNKNOWNS.iter().any(|start| expr.starts_with(start)));
    assert!(unknowns.is_empty(), "not known: {unknowns:#?}");
}

#[test]
fn random_expressions_have_the_values_that_terraform_gives_them() {
    let (total, mut faults, mut unknowns) = compare(include_str!("../../../../testdata/terraform/random.json"));
    faults.retain(|(expr, _)| !NOT_YET.contains(&expr.as_str()));
    assert!(faults.is_empty(), "{} of {total}:\n{}", faults.len(), list(&faults));
    unknowns.retain(|expr: &String| !RANDOM_UNKNOWNS.iter().any(|part| expr.contains(part)));
    assert!(unknowns.is_empty(), "not known: {unknowns:#?}");
}

#[test]
fn functions_have_the_results_that_terraform_gives_them() {
    let (total, mut faults, mut unknowns) = compare(include_str!("../../../../testdata/terraform/functions.json"));
    let is_different = |expr: &str| DIFFERENT.iter().any(|part| expr.contains(part));
    faults.retain(|(expr, _)| !is_different(expr));
    unknowns.retain(|expr| !is_different(expr));
    assert!(faults.is_empty(), "{} of {total}:\n{}", faults.len(), list(&faults));
    assert!(unknowns.is_empty(), "not known: {unknowns:#?}");
}

#[test]
fn modules_have_the_outputs_that_terraform_gives_them() {
    let data: Json = serde_json::from_str(include_str!("../../../../testdata/terraform/modules.json")).unwrap();
    let mut faults = Vec::new();
    for module in data["modules"].as_array().unwrap() {
        let files = module["files"].as_object().unwrap().iter();
        let files: Vec<(String, &str)> = files.map(|(k, v)| (format!("/{k}"), v.as_str().unwrap())).collect();
        let files = Memory::new(files.iter().map(|(k, v)| (k.as_str(), v.as_bytes())));
        let mut cx = Cx::new(&files);
        let id = cx.open("/main.tf".as_ref()).unwrap();
        let mut engine = Engine::new("/".as_ref(), &mut cx);
        let at = Span::new(id, 0..0);
        let root = engine.start(at);
        for (name, expected) in module["outputs"].as_object().unwrap() {
            let found = engine.output(root, name, at);
            let value = found.as_ref().ok().and_then(json);
            // Numbers are compared as text, because JSON distinguishes 1 and 1.0.
            if value.as_ref().map(ToString::to_string) != Some(expected.to_string()) && value.as_ref() != Some(expected)
            {
                faults.push(format!("{}: {name}\n  found    {found:?}\n  expected {expected}", module["name"]));
            } else if let Ok(value) = found {
                check_places(&value, &engine.cx.texts, name);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
