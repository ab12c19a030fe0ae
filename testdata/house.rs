//! Which floor may import which: the table of CONTRIBUTING.md, held against the code.

use std::path::{Path, PathBuf};

/// Floors and what each may import, from the ground up.
const FLOORS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("value", &["text"]),
    ("syntax", &["text"]),
    ("decode", &["text"]),
    ("collect", &[]),
    ("programs", &["decode", "syntax", "value", "text"]),
    ("setting", &["value", "text"]),
    ("kubelet", &["setting", "syntax", "value", "text"]),
    ("runtime", &["setting", "syntax", "value", "text"]),
    ("node", &["runtime", "kubelet", "setting", "syntax", "value", "text"]),
    ("input", &["node", "runtime", "kubelet", "setting", "syntax", "value", "text"]),
    ("boot", &["node", "runtime", "kubelet", "programs", "setting", "decode", "syntax", "value", "text"]),
    ("check", &["node", "runtime", "kubelet", "setting", "value", "text"]),
    ("fix", &["check", "setting", "syntax", "text"]),
    ("policy", &["check", "node", "kubelet", "setting", "syntax", "collect", "text"]),
    (
        "scan",
        &[
            "policy", "fix", "check", "boot", "input", "collect", "node", "runtime", "kubelet", "setting", "value",
            "text",
        ],
    ),
    ("report", &["scan", "policy", "check", "text"]),
    ("cli", &["report", "scan", "policy", "check", "text"]),
    ("main", &["cli"]),
];

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The floor that a file stands on.
fn floor(path: &Path, root: &Path) -> String {
    let first = path.strip_prefix(root).unwrap().components().next().unwrap();
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The floors that a line names, in `crate::a` or in `use crate::{a, b::c}`.
fn named(line: &str) -> Vec<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut out = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => out.extend(list.split(['}', ';']).next().unwrap().split(',').map(|p| word(p.trim()))),
            None => out.push(word(rest)),
        }
    }
    out.retain(|w| !w.is_empty());
    out
}

#[test]
fn imports_go_downward_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 30);
    let mut wrong = Vec::new();
    for path in files {
        let floor = floor(&path, &root);
        if floor == "lib"
            || path.file_stem().is_some_and(|s| s == "tests")
            || path.components().any(|c| c.as_os_str() == "tests")
        {
            continue;
        }
        let (_, allowed) = FLOORS
            .iter()
            .find(|(name, _)| *name == floor)
            .unwrap_or_else(|| panic!("{} is on no floor", path.display()));
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code: String = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for line in code.split(';') {
            for name in named(line) {
                if name != floor && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{} ({floor}) imports {name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    // Tables are long by nature.
    let tables = ["field.rs", "flags.rs"];
    for path in files {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(lines <= 700 || tables.contains(&name.as_str()), "{} has {lines} lines", path.display());
    }
}
