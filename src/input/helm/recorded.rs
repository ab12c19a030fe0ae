//! Every recorded expression and chart renders what Helm renders, or has an unknown part where it is not known.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value as Json;

use super::chart::Chart;
use super::packed::Sources;
use super::values::{from_json, overlay};
use super::version::{Given, Version};
use super::{ChartRun, Part};
use crate::input::yaml_values::value_of;
use crate::node::Cx;
use crate::syntax::yaml;
use crate::text::{Layer, Memory, Traced, Whence};
use crate::value::Value;

/// Parts of expressions whose value is unknown, at least in part: what only a cluster, a release, a clock or chance decides, and
/// what is not modelled.
const UNKNOWN: &[&str] = &[
    ".Capabilities.KubeVersion",
    ".Release.",
    "lookup ",
    // They put the name of the release into a text.
    "nodes.labels",
    "nodes.script",
    "ago ",
    "bcrypt ",
    "date ",
    "dateInZone ",
    "derivePassword ",
    "genPrivateKey ",
    "htpasswd ",
    "(now)",
    "now ",
    "randAlpha ",
    "shuffle ",
    "uuidv4",
    // The words of an error.
    "!!",
    "\"- a\"",
    "\"3\"",
    "\"a: [\"",
    "\"bad\"",
    "fromJson .Values.jsonList",
    "$files.Get",
    "%#v",
    "%[2]s",
    "1e21",
    "abbrevboth",
    "durationRound",
    // Only a part of the version of Helm is known, and Helm 3 has no such field.
    "\">=3.8.0\" .Capabilities",
    "regexFind \"[0-9]+\" .Capabilities",
    "regexReplaceAll \"^v",
    ".Chart.Nope",
    "b32enc",
    "js ",
    "swapcase",
    "urlJoin",
    "urlParse",
    "urlquery",
    "wrap",
];

/// Expressions that still differ from Helm.
const NOT_YET: &[&str] = &[
    // The same key in another form.
    r#"{{ toYaml (dict "a\nb" 1) }}"#,
];

/// An archive with these files.
fn packed(files: &Json) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in bytes_of(files) {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, &content[..]).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Files by path. What is an object is an archive of files.
fn bytes_of(files: &Json) -> Vec<(String, Vec<u8>)> {
    let content = |content: &Json| content.as_str().map_or_else(|| packed(content), |text| text.as_bytes().to_vec());
    files.as_object().unwrap().iter().map(|(name, inner)| (name.clone(), content(inner))).collect()
}

/// All outcomes of the templates of a chart that are not empty: path, text, and whether it is certain.
fn rendered(files: &[(String, Vec<u8>)], values: Option<&Json>) -> Vec<(String, Traced, bool)> {
    let paths: Vec<_> = files.iter().map(|(name, content)| (format!("/c/{name}"), content)).collect();
    let files = Memory::new(paths.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    let list: Vec<PathBuf> = paths.iter().map(|(name, _)| name.into()).collect();
    let mut cx = Cx::new(&files);
    let mut sources = Sources::default();
    let chart = Chart::load(Path::new("/c"), &list, &mut sources, &mut cx).unwrap();
    let given = values.map(|values| {
        let at = chart.own(None).at;
        let text = Traced::made(values.to_string(), at);
        from_json(&value_of(&yaml::parse(&cx.made("values", &text, at)).tree[0]))
    });
    let with =
        |own: &Value, _: Option<Version>| given.as_ref().map_or_else(|| own.clone(), |given| overlay(own, given));
    let mut run = ChartRun::of(&chart, &sources);
    run.all_templates = true;
    let parts = run.parts(&chart, &Given { with: &with, differs: false }, "", &mut cx);
    let mut out = Vec::new();
    for part in parts {
        let Part::Text { name, text, when, .. } = part else { continue };
        for (range, piece) in text.ranges() {
            if let Whence::Same(span) = &piece.whence {
                assert_eq!(cx.texts.slice(*span), &text.bytes()[range], "{name}: a place that holds something else");
            }
        }
        if !text.bytes().trim_ascii().is_empty() {
            out.push((name, text, when.is_always()));
        }
    }
    out
}

/// True if the text is the other one, but for its unknown parts.
fn fits(text: &Traced, wanted: &str) -> bool {
    let mut pattern = regex::escape("");
    let mut from = 0;
    let bytes = text.bytes();
    for (range, ..) in text.unknowns() {
        pattern += &regex::escape(&String::from_utf8_lossy(&bytes[from..range.start]));
        pattern += "(?s:.*)";
        from = range.end;
    }
    pattern += &regex::escape(&String::from_utf8_lossy(&bytes[from..]));
    regex::Regex::new(&format!("^{pattern}$")).unwrap().is_match(wanted)
}

#[test]
fn expressions_render_what_helm_renders() {
    let data: Json = serde_json::from_str(include_str!("../../../testdata/helm/expressions.json")).unwrap();
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    let mut left: BTreeSet<&str> = NOT_YET.iter().copied().collect();
    let cases = data["cases"].as_array().unwrap();
    for case in cases {
        let Some(wanted) = case["value"].as_str() else { continue };
        let expr = case["expr"].as_str().unwrap();
        let mut files = bytes_of(&data["files"]);
        files.push(("templates/case.yaml".to_owned(), expr.as_bytes().to_vec()));
        let outcomes: Vec<_> =
            rendered(&files, None).into_iter().filter(|(name, ..)| name.ends_with("case.yaml")).collect();
        let blank = outcomes.is_empty() && wanted.trim().is_empty();
        let text = |(_, text, _): &(String, Traced, bool)| text.to_text().into_owned();
        if !blank && !outcomes.iter().any(|(_, text, _)| fits(text, wanted)) {
            if !left.remove(expr) {
                wrong.push(format!(
                    "{expr}\n  found {:?}\n  Helm  {wanted:?}",
                    outcomes.iter().map(text).collect::<Vec<_>>()
                ));
            }
        } else if outcomes.iter().any(|(_, text, _)| text.has_unknown()) {
            let allowed = UNKNOWN.iter().any(|part| expr.contains(part));
            // What is known beside an unknown part is not lost.
            let whole = |text: &Traced| text.original(Layer::Base64).unwrap_or(text).to_text().into_owned();
            let lost = wanted.contains("0s") && !outcomes.iter().any(|(_, text, _)| whole(text).contains("0s"));
            if !allowed || lost {
                unknown.push(expr);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(unknown.is_empty(), "not known: {unknown:#?}");
    assert!(left.is_empty(), "these are known and right: {left:#?}");
}

#[test]
fn charts_render_what_helm_renders() {
    let data: Json = serde_json::from_str(include_str!("../../../testdata/helm/charts.json")).unwrap();
    let mut wrong = Vec::new();
    for case in data["charts"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let Some(wanted) = case["rendered"].as_object() else { continue };
        let found = rendered(&bytes_of(&case["files"]), case.get("values"));
        let texts: Vec<_> = found.iter().map(|(_, text, _)| text).collect();
        for (path, wanted) in wanted {
            let wanted = wanted.as_str().unwrap();
            if !texts.iter().any(|text| fits(text, wanted)) {
                let texts: Vec<_> = texts.iter().map(|t| t.to_text()).collect();
                wrong.push(format!("{name}: {path}\n  found {texts:?}\n  Helm  {wanted:?}"));
            }
        }
        if found.iter().any(|(_, text, certain)| *certain && !wanted.values().any(|w| fits(text, w.as_str().unwrap())))
        {
            wrong.push(format!("{name}: renders more than Helm"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
