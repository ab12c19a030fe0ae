//! User data, read here and given to the real cloud-init when it was recorded (`testdata/user-data/record.py`).

use std::collections::BTreeMap;

use kubelet_lint::testing::{Booted, Step, Wrapping};
use libtest_mimic::Trial;

use crate::truth::{Case, Set, boot, recorded};

/// At least this share of the blobs, per cent, must be followed to the end.
const KNOWN: usize = 97;
/// Blobs that are still read wrongly. The list may only become shorter.
const NOT_YET: &[&str] = &[];
/// Of each blob every prefix is tried whose length is the number of the blob modulo this.
const PREFIX_STEP: usize = 37;

fn run(family: &str, data: &[u8]) -> Vec<Booted> {
    boot(family, |texts| {
        let (text, place) = texts.add("/user-data", data);
        (vec![Step::UserData(text, Wrapping::Base64)], place)
    })
}

/// The tests of the recorded user data, grouped by the first word of its names.
pub(crate) fn trials() -> Vec<Trial> {
    let mut recorded = recorded("user-data/recorded.json");
    let cases = recorded["cases"].as_object_mut().unwrap();
    assert!(cases.len() >= 60, "only {} blobs were found", cases.len());
    let mut groups: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for (name, case) in cases {
        // The second round of the record has names that begin with a number.
        let group = name.trim_start_matches("2-").split('-').next().unwrap().to_owned();
        let (family, data) = (case["family"].as_str().unwrap().to_owned(), case["data"].as_str().unwrap().into());
        groups.entry(group).or_default().push(Case { name: name.clone(), family, data, truth: case["kubelet"].take() });
    }
    Set { name: "user_data", groups, run, known: KNOWN, not_yet: NOT_YET, prefix_step: PREFIX_STEP }.trials()
}
