//! What users trust: no network code, actions by their hashes, no more permissions than a job needs.

use serde_yaml::Value;
use walkdir::WalkDir;

use super::{file, top};

#[test]
fn no_dependency_and_no_line_reaches_for_a_network() {
    let deny: toml::Table = file("deny.toml").parse().unwrap();
    let banned: Vec<_> = deny["bans"]["deny"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(banned.contains(&"hyper") && banned.contains(&"socket2"));
    let lock: toml::Table = file("Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages {
        let name = package["name"].as_str().unwrap();
        assert!(!banned.contains(&name), "{name} is a network crate");
    }
    for entry in WalkDir::new(top().join("src")) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            for word in ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "ToSocketAddrs"] {
                assert!(!text.contains(word), "{} has {word}", entry.path().display());
            }
        }
    }
}

/// The workflows and actions of this repository.
fn workflows() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for folder in [".github/workflows", "action", ""] {
        let depth = if folder.is_empty() { 1 } else { 3 };
        for entry in WalkDir::new(top().join(folder)).max_depth(depth) {
            let path = entry.unwrap().into_path();
            let name = path.strip_prefix(top()).unwrap().display().to_string();
            if name.ends_with("action.yml") || name.starts_with(".github") && path.is_file() {
                out.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    out.sort();
    out.dedup();
    assert!(out.len() >= 6, "{out:?}");
    out
}

#[test]
fn whatever_is_used_is_named_by_its_hash() {
    let mut seen = 0;
    for (name, text) in workflows() {
        for line in text.lines() {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            seen += 1;
            // `$/` is this repository at the commit that runs.
            if used.starts_with("$/") {
                continue;
            }
            let (action, version) = used.split_once(" # v").unwrap_or_else(|| panic!("{name}: {line}"));
            let hash = action.split_once('@').unwrap().1;
            assert!(hash.len() == 40 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{name}: {line}");
            assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{name}: {line}");
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn jobs_have_the_permissions_that_they_name() {
    for (name, text) in workflows() {
        let workflow: Value = serde_yaml::from_str(&text).unwrap();
        let Some(jobs) = workflow.get("jobs").and_then(Value::as_mapping) else { continue };
        assert_eq!(workflow["permissions"].as_mapping().map(serde_yaml::Mapping::len), Some(0), "{name}");
        for (job, body) in jobs {
            let permissions = body["permissions"].as_mapping().unwrap_or_else(|| panic!("{name}: {job:?}"));
            assert!(body.get("timeout-minutes").is_some(), "{name}: {job:?}");
            let writes = permissions.iter().filter(|(_, v)| *v == "write").count();
            let may = matches!(job.as_str(), Some("draft" | "crate" | "wheels" | "image"));
            assert!(writes == 0 || may, "{name}: {job:?}");
            // An expression in a script can be anything that somebody has typed.
            for step in body["steps"].as_sequence().into_iter().flatten() {
                let run = step.get("run").and_then(Value::as_str).unwrap_or_default();
                assert!(!run.contains("${{"), "{name}: {run}");
            }
        }
    }
}

#[test]
fn the_oldest_compiler_is_told_once() {
    let manifest: toml::Table = file("Cargo.toml").parse().unwrap();
    let oldest = manifest["package"]["rust-version"].as_str().unwrap();
    assert!(file("README.md").contains(&format!("a Rust toolchain ({oldest} or newer)")));
    // A release is refused without an address for cargo-binstall, and has the archives under the names that it looks for.
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let name = "{ name }-{ version }-{ target }";
    assert_eq!(
        binstall["pkg-url"].as_str(),
        Some(&*format!("{{ repo }}/releases/download/v{{ version }}/{name}.tar.gz"))
    );
    assert_eq!(binstall["bin-dir"].as_str(), Some(&*format!("{name}/{{ bin }}{{ binary-ext }}")));
    assert!(file(".github/release/pack.sh").contains("name=\"kubelet-lint-$version-$target\""));
}
