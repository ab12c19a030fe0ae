//! Scripts, read here and run by the real bash when they were recorded (`testdata/shell/record.py`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use kubelet_lint::testing::{Booted, Step, Wrapping};
use libtest_mimic::Trial;

use crate::truth::{Case, Set, boot, recorded};

/// At least this share of the scripts, per cent, must be followed to the end.
const KNOWN: usize = 96;
/// Scripts that are still read wrongly. The list may only become shorter.
const NOT_YET: &[&str] = &[];
/// Of each script every prefix is tried whose length is the number of the script modulo this. `PREFIX_STEP=1` tries all, which
/// takes many minutes.
const PREFIX_STEP: usize = 17;

/// The configuration that nodeadm gets on Amazon Linux 2023.
static NODE_CONFIG: OnceLock<String> = OnceLock::new();

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
fn run(family: &str, script: &[u8]) -> Vec<Booted> {
    boot(family, |texts| {
        let mut steps = Vec::new();
        if family == "al2023" {
            let node_config = NODE_CONFIG.get().unwrap().as_bytes();
            steps.push(Step::NodeConfig(texts.add("/node-config.yaml", node_config).0));
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

/// The tests of the recorded scripts, one group for each file.
pub(crate) fn trials() -> Vec<Trial> {
    let mut recorded = recorded("shell/recorded.json");
    NODE_CONFIG.set(recorded["node_config"].as_str().unwrap().to_owned()).unwrap();
    let cases = recorded["cases"].as_object_mut().unwrap();
    let mut groups: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let mut seen = 0;
    for (name, (family, script)) in scripts() {
        let case = cases.get_mut(&name).unwrap_or_else(|| panic!("run record.py: {name} was not recorded"));
        let mut crc = flate2::Crc::new();
        crc.update(script.as_bytes());
        assert_eq!(case["crc32"].as_u64(), Some(u64::from(crc.sum())), "run record.py: {name} was changed");
        let group = name.split('/').next().unwrap().to_owned();
        let truth = case["kubelet"].take();
        groups.entry(group).or_default().push(Case { name, family, data: script.into_bytes(), truth });
        seen += 1;
    }
    assert_eq!((seen >= 400, seen), (true, cases.len()), "run record.py: the scripts are not those that were recorded");
    Set { name: "scripts", groups, run, known: KNOWN, not_yet: NOT_YET, prefix_step: PREFIX_STEP }.trials()
}
