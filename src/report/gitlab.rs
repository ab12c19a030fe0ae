//! GitLab's code quality report: an array of problems, distinguished by fingerprints without line numbers.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;

use crate::check::{Finding, Level};
use crate::scan::Scan;

use super::plain_text::{harmless, sentences};
use super::stream::{each, write_json};
use super::{Kind, Look, Reporter};

/// What counts on each side of a place in a long line, in bytes.
const LONG: usize = 8 << 10;

/// The format for GitLab.
pub(super) struct Gitlab;

impl Reporter for Gitlab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn kind(&self) -> Kind {
        Kind::Json
    }

    fn write(&self, scan: &Scan, _look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let mut used = BTreeMap::new();
        let list = scan.findings.iter().map(|f| {
            let path = scan.relative(f.at.place.source.path());
            json!({
                "description": harmless(&sentences(&[&f.headline, &f.help])),
                "check_name": f.rule.id,
                "fingerprint": fingerprint(f, &path, &mut used),
                "severity": severity(f.level),
                "location": {"path": path, "lines": {"begin": f.at.place.start().line}},
            })
        });
        write_json(&each(list), out)
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "major",
        Level::Warning => "minor",
        Level::Note => "info",
    }
}

/// FNV-1a over what stays the same when lines move; two of the same get numbers.
fn fingerprint(finding: &Finding, path: &str, used: &mut BTreeMap<u64, usize>) -> String {
    let place = &finding.at.place;
    let line = place.near(LONG).0.trim_ascii();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let parts = [finding.rule.id.as_bytes(), path.as_bytes(), finding.field.as_bytes(), line];
    for byte in parts.into_iter().flat_map(|p| p.iter().copied().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let n = used.entry(hash).and_modify(|n| *n += 1).or_insert(1);
    if *n == 1 { format!("{hash:016x}") } else { format!("{hash:016x}-{n}") }
}
