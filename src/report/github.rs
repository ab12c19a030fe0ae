//! Workflow commands of GitHub Actions: each finding is shown next to its line.
//!
//! The escapes are those of `@actions/core` (`src/command.ts` of actions/toolkit). GitHub shows ten annotations of each level
//! for a step (`docs/problem-matchers.md` of actions/toolkit); the rest is only in the log.

use std::io::{self, Write};

use crate::check::{Finding, Level};
use crate::scan::Scan;

use super::plain_text::harmless;
use super::veils::listed;
use super::{Kind, Look, Reporter};

/// Annotations of one level that GitHub shows.
const SHOWN: usize = 10;

/// The format for GitHub Actions.
pub(super) struct Github;

impl Reporter for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn kind(&self) -> Kind {
        Kind::Commands
    }

    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let mut rest = Vec::new();
        for level in [Level::Error, Level::Warning, Level::Note] {
            let all: Vec<_> = scan.findings.iter().filter(|f| f.level == level).collect();
            for finding in all.iter().take(SHOWN) {
                writeln!(out, "{}", command(finding, scan))?;
            }
            rest.extend(all.into_iter().skip(SHOWN));
        }
        for veil in &scan.veils {
            let (path, line) = (scan.relative(veil.place.source.path()), veil.place.start().line);
            let text = format!("{}\n{}", harmless(&veil.message), listed(veil, scan).join("\n"));
            writeln!(out, "::warning file={},line={line},title=kubelet-lint::{}", property(&path), data(&text))?;
        }
        if !rest.is_empty() {
            writeln!(out, "{} more, which GitHub does not show as annotations:", rest.len())?;
        }
        for finding in rest {
            // A line that starts with colons would be a command, even behind white space.
            let spot = look.spot(&finding.at.place);
            writeln!(out, "- {spot}: {}[{}] {}", finding.level.id(), finding.rule.id, harmless(&finding.headline))?;
        }
        Ok(())
    }
}

fn command(finding: &Finding, scan: &Scan) -> String {
    let word = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let (start, end) = (finding.at.place.start(), finding.at.place.end());
    let path = scan.relative(finding.at.place.source.path());
    // The log shows the message alone, so it names the place.
    let place = format!("{path}:{}:{}", start.line, start.column);
    let mut message = harmless(&format!("{place}: {}", finding.headline));
    if !finding.groups.is_empty() {
        let names: Vec<_> = finding.shown_groups().iter().map(|name| harmless(name)).collect();
        message.push_str(&format!("\nnodes: {}", names.join(", ")));
    }
    if !finding.is_certain() {
        message.push_str(&format!("\nwhen: {}", harmless(&finding.condition())));
    }
    for note in &finding.notes {
        message.push_str(&format!("\nnote: {}", harmless(note)));
    }
    message.push_str(&format!("\nhelp: {}", harmless(&finding.help)));
    format!(
        "::{word} file={},line={},endLine={},col={},endColumn={},title={}::{}",
        property(&path),
        start.line,
        end.line,
        start.column,
        end.column,
        property(&finding.rule.id),
        data(&message)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
    }
}
