//! What the README says is what the program does.

use std::path::Path;

use crate::scanning::scan_in;

/// What is reported for the inputs that README.md compares tools with: how many are reported of how many, by the first letter of
/// their names.
#[test]
fn the_comparison_in_the_readme_is_measured() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let mut counts = std::collections::BTreeMap::<char, (usize, usize)>::new();
    for entry in std::fs::read_dir(root.join("testdata/peers")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let found = !scan_in(&path, &["."]).findings.is_empty();
            let (reported, all) = counts.entry(name.chars().next().unwrap()).or_default();
            *reported += usize::from(found);
            *all += 1;
        }
    }
    let of = |letter: char| counts[&letter];
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let head =
        format!("zero in effect ({}) | zero in a file ({}) | false alarms ({})", of('p').1, of('c').1, of('n').1);
    let row = format!("| kubelet-lint | {} | {} | {} |", of('p').0, of('c').0, of('n').0);
    assert!(readme.contains(&head) && readme.contains(&row), "{head}\n{row}");
    assert_eq!((of('p'), of('c'), of('n')), ((23, 23), (7, 7), (0, 4)));
}

#[test]
fn every_rule_is_named_in_the_readme() {
    let readme = include_str!("../README.md");
    for rule in kubelet_lint::testing::rules() {
        assert!(readme.contains(&format!("`{}`", rule.id)), "{}", rule.id);
    }
}

#[test]
fn the_configuration_in_the_documentation_is_read() {
    let page = include_str!("../docs/configuration.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let source = kubelet_lint::Source::new("/kubelet-lint.toml", rest.split("```").next().unwrap().as_bytes());
    let settings = kubelet_lint::testing::Settings::read(&std::sync::Arc::new(source)).unwrap();
    assert_eq!(settings.exceptions.len(), 1);
    assert_eq!(settings.assume.kubernetes, Some(kubelet_lint::testing::Version(33)));
}
