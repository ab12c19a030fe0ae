//! What the README shows is what the program prints.

use std::path::Path;

use kubelet_lint::report::Look;

use crate::scanning::{render, scan_in};

#[test]
fn the_output_in_the_readme_is_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, rest) = readme.split_once("$ kubelet-lint check testdata/demo/terraform\n").unwrap();
    let shown = rest.split("```").next().unwrap();
    let real = render("human", &scan_in(&root, &["testdata/demo/terraform"]), &Look::plain(&root));
    assert_eq!(shown, real);
}

#[test]
fn every_rule_is_named_in_the_readme() {
    let readme = include_str!("../README.md");
    for rule in kubelet_lint::check::RULES.iter() {
        assert!(readme.contains(&format!("`{}`", rule.id)), "{}", rule.id);
    }
}

#[test]
fn the_configuration_in_the_documentation_is_read() {
    let page = include_str!("../docs/configuration.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let source = kubelet_lint::text::Source::new("/kubelet-lint.toml", rest.split("```").next().unwrap().as_bytes());
    let settings = kubelet_lint::policy::Settings::read(&std::sync::Arc::new(source)).unwrap();
    assert_eq!(settings.exceptions.len(), 1);
    assert_eq!(settings.assume.kubernetes, Some(kubelet_lint::policy::Version(33)));
}
