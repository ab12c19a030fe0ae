//! The hooks pass on every file that a reader claims.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kubelet_lint::testing::{FileList, INPUTS};
use regex::Regex;

/// The words in quotes of a text that may be names of files or ends of names.
fn words(text: &str, out: &mut BTreeSet<String>) {
    let word = Regex::new(r#""/?\.?([A-Za-z0-9][A-Za-z0-9._-]*)""#).unwrap();
    out.extend(word.captures_iter(text).map(|c| c[1].to_owned()));
}

#[test]
fn every_file_that_a_reader_claims_is_passed_on_by_the_hooks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = BTreeSet::new();
    for folder in ["src/input", "src/node"] {
        for entry in walkdir::WalkDir::new(root.join(folder)) {
            let path = entry.unwrap().into_path();
            if path.extension().is_some_and(|e| e == "rs") {
                words(&std::fs::read_to_string(path).unwrap(), &mut all);
            }
        }
    }
    // Each word as an end, as a whole name, and as a name in folders that have a meaning.
    let names = all.iter().flat_map(|word| {
        [format!("x.{word}"), word.clone(), format!("kubelet.service.d/{word}"), format!("sysconfig/{word}")]
    });
    let claims = |path: &PathBuf| {
        let list = FileList::of(vec![path.clone()]);
        INPUTS.iter().any(|input| !input.claim(&list).is_empty())
    };
    let claimed: Vec<_> = names.map(|name| PathBuf::from("/r").join(name)).filter(claims).collect();
    assert!(claimed.len() > 100, "{}", claimed.len());
    let hooks = std::fs::read_to_string(root.join(".pre-commit-hooks.yaml")).unwrap();
    let patterns = hooks.lines().filter_map(|line| line.trim().strip_prefix("files: "));
    let patterns: Vec<_> = patterns.map(|p| Regex::new(p.trim_matches('\'')).unwrap()).collect();
    assert_eq!(patterns.len(), 3);
    for path in claimed {
        let shown = path.to_str().unwrap().trim_start_matches("/r/");
        assert!(patterns.iter().all(|p| p.is_match(shown)), "add {shown} to `files` in .pre-commit-hooks.yaml");
    }
}
