//! Scripts, read here and run by the real bash when they were recorded (`testdata/shell/record.py`).

use std::collections::BTreeMap;
use std::path::Path;

use kubelet_lint::node::{Booted, Step, Wrapping};

use crate::truth::{Tally, boot, judge, recorded};

/// At least this share of the scripts, per cent, must be followed to the end.
const KNOWN: usize = 97;
/// Scripts that are still read wrongly. The list may only become shorter.
const NOT_YET: &[&str] = &[];
/// Of each script every prefix is tried whose length is the number of the script modulo this. `PREFIX_STEP=1` tries all, which
/// takes many minutes.
const PREFIX_STEP: usize = 17;

/// Name, family and text of every script below `testdata/shell/scripts`.
fn scripts() -> BTreeMap<String, (String, String)> {
    let mut out = BTreeMap::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/shell/scripts")).unwrap() {
        let path = entry.unwrap().path();
        let topic = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut current: Option<(String, String, String)> = None;
        let text = std::fs::read_to_string(&path).unwrap();
        let mut keep = |case: Option<(String, String, String)>| {
            if let Some((name, family, script)) = case {
                out.insert(format!("{topic}/{name}"), (family, script));
            }
        };
        for line in text.split_inclusive('\n') {
            if let Some(header) = line.strip_prefix("#### ") {
                let (name, family) = header.trim_end().split_once(' ').unwrap();
                keep(current.replace((name.to_owned(), family.to_owned(), String::new())));
            } else if let Some((_, _, script)) = &mut current {
                script.push_str(line);
            }
        }
        keep(current);
    }
    out
}

/// Runs a script as user data, which is how it was run when it was recorded: with nothing in the environment.
fn run(family: &str, script: &[u8], node_config: &str) -> Vec<Booted> {
    boot(family, |texts| {
        let mut steps = Vec::new();
        if family == "al2023" {
            steps.push(Step::NodeConfig(texts.add("/node-config.yaml", node_config.as_bytes()).0));
        }
        // EKS takes the user data of a managed node group in parts.
        let mut whole = Vec::new();
        if family.ends_with("-managed") {
            whole.extend_from_slice(b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"==PART==\"\n\n");
            whole.extend_from_slice(b"--==PART==\nContent-Type: text/x-shellscript; charset=\"us-ascii\"\n\n");
            whole.extend_from_slice(script);
            whole.extend_from_slice(b"\n--==PART==--\n");
        } else {
            whole.extend_from_slice(script);
        }
        let (text, place) = texts.add("/script.sh", &whole);
        steps.push(Step::UserData(text, Wrapping::Plain));
        (steps, place)
    })
}

#[test]
fn scripts_leave_what_bash_left() {
    let recorded = recorded("shell/recorded.json");
    let node_config = recorded["node_config"].as_str().unwrap();
    let scripts = scripts();
    let cases = recorded["cases"].as_object().unwrap();
    assert!(scripts.len() >= 400, "only {} scripts were found", scripts.len());
    assert!(scripts.keys().eq(cases.keys()), "run record.py: the scripts are not those that were recorded");
    let mut tally = Tally::default();
    for (name, (family, script)) in &scripts {
        let case = &cases[name];
        let mut crc = flate2::Crc::new();
        crc.update(script.as_bytes());
        assert_eq!(case["crc32"].as_u64(), Some(u64::from(crc.sum())), "run record.py: {name} was changed");
        tally.add(name, judge(&case["kubelet"], &run(family, script.as_bytes(), node_config)));
    }
    println!("{}", tally.summary(NOT_YET));
    tally.hold(KNOWN, NOT_YET);
}

#[test]
fn a_script_may_end_anywhere() {
    let step = std::env::var("PREFIX_STEP").ok().and_then(|s| s.parse().ok()).unwrap_or(PREFIX_STEP).max(1);
    for (number, (family, script)) in scripts().values().enumerate() {
        for end in (number % step..script.len()).step_by(step) {
            assert!(!run(family, &script.as_bytes()[..end], "").is_empty());
        }
    }
}
