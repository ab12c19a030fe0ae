//! One line per finding, for editors and `grep`: `path:line:column: level[rule] headline`. With `--verbose`, known findings
//! follow as `path:line:column: existing level[rule] headline`.

use std::io::{self, Write};

use crate::scan::Scan;

use super::plain_text::harmless;
use super::{Look, Reporter};

/// The concise format.
pub(super) struct Concise;

impl Reporter for Concise {
    fn name(&self) -> &'static str {
        "concise"
    }

    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let known = scan.existing.iter().filter(|_| look.verbose).map(|(finding, _)| ("existing ", finding));
        for (what, finding) in scan.findings.iter().map(|finding| ("", finding)).chain(known) {
            let condition = finding.condition();
            let condition = if condition.is_empty() { condition } else { format!(", {condition}") };
            let spot = look.spot(&finding.at.place);
            // At the start of a line colons would be a command of GitHub's log; this way the path still leads to the file.
            let spot = if spot.trim_start().starts_with("::") { format!("./{spot}") } else { spot };
            let text = harmless(&format!("{}{condition}", finding.headline));
            writeln!(out, "{spot}: {what}{}[{}] {text}", finding.level.id(), finding.rule.id)?;
        }
        Ok(())
    }
}
