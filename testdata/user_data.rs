//! User data, read here and given to the real cloud-init when it was recorded (`testdata/user-data/record.py`).

use kubelet_lint::node::{Booted, Step, Wrapping};

use crate::truth::{Tally, boot, judge, recorded};

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

#[test]
fn user_data_leaves_what_cloud_init_left() {
    let recorded = recorded("user-data/recorded.json");
    let cases = recorded["cases"].as_object().unwrap();
    assert!(cases.len() >= 60, "only {} blobs were found", cases.len());
    let mut tally = Tally::default();
    for (name, case) in cases {
        let ways = run(case["family"].as_str().unwrap(), case["data"].as_str().unwrap().as_bytes());
        tally.add(name, judge(&case["kubelet"], &ways));
    }
    println!("{}", tally.summary(NOT_YET));
    tally.hold(KNOWN, NOT_YET);
}

#[test]
fn user_data_may_end_anywhere() {
    let recorded = recorded("user-data/recorded.json");
    for (number, case) in recorded["cases"].as_object().unwrap().values().enumerate() {
        let data = case["data"].as_str().unwrap().as_bytes();
        for end in (number % PREFIX_STEP..data.len()).step_by(PREFIX_STEP) {
            assert!(!run(case["family"].as_str().unwrap(), &data[..end]).is_empty());
        }
    }
}
