use super::*;
use crate::syntax::testing::file;
use crate::syntax::yaml;

/// A compact form of a scalar's value.
fn compact(text: &str, schema: Schema) -> String {
    let (_, view) = file(format!("- {text}\n").as_bytes());
    let parsed = yaml::parse(&view);
    let node = &parsed.tree[0].items()[0];
    match resolve(node.as_scalar().unwrap(), node.tag.as_deref(), schema) {
        Resolved::Null => "null".to_owned(),
        Resolved::Bool(value) => value.to_string(),
        Resolved::Int(value) => format!("int {value}"),
        Resolved::Float(value) => format!("float {value}"),
        Resolved::Str => "str".to_owned(),
    }
}

#[test]
fn scalars_by_reader() {
    // Text, its value to sigs.k8s.io/yaml, its value to PyYAML 6.0.3.
    let cases = [
        ("", "null", "null"),
        ("~", "null", "null"),
        ("Null", "null", "null"),
        ("nULL", "str", "str"),
        ("on", "true", "true"),
        ("Off", "false", "false"),
        ("yes", "true", "true"),
        ("y", "true", "str"),
        ("N", "false", "str"),
        ("true", "true", "true"),
        ("tRue", "str", "str"),
        ("0", "int 0", "int 0"),
        ("00", "int 0", "int 0"),
        ("-0", "int 0", "int 0"),
        ("+12", "int 12", "int 12"),
        ("017", "int 15", "int 15"),
        ("018", "float 18", "str"),
        ("0o17", "int 15", "str"),
        ("0x1F", "int 31", "int 31"),
        ("0X1F", "int 31", "str"),
        ("0b11", "int 3", "int 3"),
        ("-0b11", "int -3", "int -3"),
        ("1_000", "int 1000", "int 1000"),
        ("_1", "str", "str"),
        ("1:30", "str", "int 90"),
        ("1:30.5", "str", "float 90.5"),
        ("1e3", "float 1000", "str"),
        ("1.0e+3", "float 1000", "float 1000"),
        ("1.0e3", "float 1000", "str"),
        ("1.", "float 1", "float 1"),
        (".5", "float 0.5", "float 0.5"),
        ("+.5", "float 0.5", "str"),
        (".", "str", "str"),
        (".inf", "float inf", "float inf"),
        ("-.INF", "float -inf", "float -inf"),
        (".nan", "float NaN", "float NaN"),
        ("inf", "str", "str"),
        ("0s", "str", "str"),
        ("4h0m0s", "str", "str"),
        ("2001-01-01", "str", "str"),
        ("0x", "str", "str"),
        ("-", "str", "str"),
        ("--1", "str", "str"),
        ("18446744073709551615", "int 18446744073709551615", "int 18446744073709551615"),
        ("18446744073709551616", "float 18446744073709552000", "int 18446744073709551616"),
        ("'0'", "str", "str"),
        ("\"true\"", "str", "str"),
        ("!!str 0", "str", "str"),
        ("!!int '3'", "int 3", "int 3"),
        ("!!float 3", "float 3", "float 3"),
        ("! 3", "str", "int 3"),
        ("! '3'", "str", "int 3"),
        ("!Sub 3", "str", "str"),
    ];
    for (text, kubernetes, python) in cases {
        // A lone dash would be a list.
        let text = if text == "-" { "!!int '-'" } else { text };
        assert_eq!(compact(text, Schema::Kubernetes), kubernetes, "{text:?} to Kubernetes");
        assert_eq!(compact(text, Schema::Python), python, "{text:?} to Python");
    }
    for (text, json) in [
        ("null", "null"),
        ("true", "true"),
        ("-1", "int -1"),
        ("1.5", "float 1.5"),
        ("1e3", "float 1000"),
        ("1_000", "str"),
        ("0o17", "str"),
        ("-inf", "str"),
        ("1979-05-27", "str"),
    ] {
        assert_eq!(compact(text, Schema::Json), json, "{text:?} to JSON");
    }
}

#[test]
fn keys_by_reader() {
    let (_, view) = file(b"on: 1\n017: 1\n~: 1\n'no': 1\nk: 1\n[x]: 1\n");
    let node = yaml::parse(&view).tree.remove(0);
    let keys = |schema| -> Vec<_> { node.pairs().iter().map(|(k, _)| key_text(k, schema)).collect() };
    let some = |s: &str| Some(s.to_owned());
    assert_eq!(keys(Schema::Kubernetes), [some("true"), some("15"), None, some("no"), some("k"), None]);
    assert_eq!(keys(Schema::Python), [some("on"), some("017"), some("~"), some("no"), some("k"), None]);
}
