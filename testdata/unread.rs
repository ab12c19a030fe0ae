//! What was not read is reported in every format that lists problems, and a file that says nothing of a node is not.

use std::path::Path;

use serde_json::Value;

use crate::command::{run_in, text};

const KUBELET: &str =
    "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\n";

/// The problems of a folder with these files, as `path: message`.
fn problems(dir: &Path, files: &[(&str, Vec<u8>)]) -> Vec<String> {
    for (name, content) in files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let out = run_in(dir, &["check", "--format", "json", "."], None);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    let short = |p: &Value| format!("{}: {}", p["place"]["path"].as_str().unwrap(), p["message"].as_str().unwrap());
    report["problems"].as_array().unwrap().iter().map(short).collect()
}

/// A text with so much behind it that it is too large.
fn large(start: &str) -> Vec<u8> {
    format!("{start}{}", "# padding\n".repeat(500_000)).into_bytes()
}

#[test]
fn a_file_that_is_too_large_is_a_problem_if_a_watched_word_stands_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("dashboard.yaml", large("title: requests\n")),
        ("far.yaml", [large("a: b\n"), b"kubelet: {}\n".to_vec()].concat()),
        ("k.yaml", large(KUBELET)),
        ("notes.md", large("kubelet\n")),
        ("p.json", large("{\"format_version\": \"1.2\", \"user_data_base64\": \"IyE=\"}")),
        ("u.sh", large("#!/bin/bash\nkubelet\n")),
    ];
    let why = "cannot be read: larger than 4 MiB: split it or exclude it";
    let expected = ["far.yaml", "k.yaml", "p.json", "u.sh"].map(|name| format!("{name}: {why}"));
    assert_eq!(problems(dir.path(), &files), expected);
    let out = run_in(dir.path(), &["check", "--strict", "u.sh"], None);
    assert!(text(&out.stderr).starts_with(&format!("warning: u.sh:1:1: {why}\n")), "{}", text(&out.stderr));
    assert_eq!(out.status.code(), Some(2));
    for format in ["sarif", "html"] {
        let out = run_in(dir.path(), &["check", "--format", format, "."], None);
        assert_eq!(text(&out.stdout).matches("arger than 4 MiB").count(), expected.len(), "{format}");
    }
}

#[test]
fn utf_16_is_a_problem_if_a_watched_word_stands_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
    let files = [
        ("big.yaml", wide(KUBELET, u16::to_be_bytes)),
        ("little.yaml", wide(&format!("\u{feff}{KUBELET}"), u16::to_le_bytes)),
        ("other.yaml", wide("a: b\n", u16::to_le_bytes)),
    ];
    let expected = ["big.yaml", "little.yaml"].map(|name| format!("{name}: cannot be read: UTF-16: save it as UTF-8"));
    assert_eq!(problems(dir.path(), &files), expected);
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_opened_is_a_problem() {
    let dir = tempfile::tempdir().unwrap();
    let name = "d".repeat(200);
    let nest = format!("for i in $(seq 25); do mkdir {name} && cd {name} || exit 1; done");
    assert!(std::process::Command::new("bash").args(["-c", &nest]).current_dir(dir.path()).status().unwrap().success());
    let found = problems(dir.path(), &[("k.yaml", b"a: b\n".to_vec())]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("d: cannot be read: File name too long"), "{found:?}");
    let out = run_in(dir.path(), &["check", "--strict", "."], None);
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn a_limit_inside_a_file_is_a_problem() {
    let dir = tempfile::tempdir().unwrap();
    let mime = |headers: &str, parts: usize| {
        let part = "--B\nContent-Type: text/x-shellscript\n\n#!/bin/bash\nkubelet\n".repeat(parts);
        format!("Content-Type: multipart/mixed;{headers} boundary=\"B\"\nMIME-Version: 1.0\n\n{part}--B--\n")
            .into_bytes()
    };
    let plan = "{\"format_version\": \"1.2\", \"planned_values\": {\"user_data\": ";
    let mut files = vec![
        ("broken.json".to_owned(), plan.into()),
        ("deep.json".to_owned(), format!("{plan}{}1{}}}}}", "[".repeat(200), "]".repeat(200)).into()),
        ("header.txt".to_owned(), mime(&"\n x=y;".repeat(2000), 1)),
        ("most.txt".to_owned(), mime("", 512)),
        ("nested.sh".to_owned(), format!("#!/bin/bash\n[[ {}a ]]\nkubelet\n", "! ".repeat(70)).into()),
        ("parts.txt".to_owned(), mime("", 513)),
        ("quotes.sh".to_owned(), format!("{}x{}\nkubelet\n", "\"$(echo ".repeat(40), ")\"".repeat(40)).into()),
        ("script.sh".to_owned(), format!("kubelet\n{}", "# padding\n".repeat(120_000)).into()),
    ];
    files.extend((0..26).map(|n| {
        let inner = format!("resources: [../z{}]\n", n + 1);
        (format!("z{n}/kustomization.yaml"), inner.into_bytes())
    }));
    let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.clone())).collect();
    let found = problems(dir.path(), &files);
    for (found, expected) in found.iter().zip([
        "broken.json: expected value",
        "deep.json: nested deeper than",
        "header.txt: cloud-init reads no MIME-Version after 4096 bytes",
        "nested.sh: a script nested deeper than 64 levels, the rest is not read",
        "parts.txt: more than 512 MIME parts",
        "quotes.sh: a script nested deeper than 64 levels, the rest is not read",
        "script.sh: a script larger than 1 MiB, the rest is not read",
        "z24/kustomization.yaml: kustomizations nested deeper than 24 are not read",
    ]) {
        assert!(found.starts_with(expected), "{found}, not {expected}");
    }
    assert_eq!(found.len(), 8, "{found:?}");
}
