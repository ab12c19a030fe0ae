//! JUnit's XML, which most build servers show: one test case for each finding, one that passes if there is none. A finding below
//! the level of `--fail-on` is a test that was skipped.

use std::io::{self, Write};

use crate::check::Finding;
use crate::scan::Scan;

use super::plain_text::harmless;
use super::veils::listed;
use super::{Look, Reporter};

/// The format for build servers.
pub(super) struct Junit;

impl Reporter for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let all = scan.findings.len().max(1);
        let n = scan.findings.iter().filter(|f| look.fail_on.fails(f.level)).count();
        let skipped = scan.findings.len() - n;
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(out, "<testsuites tests=\"{all}\" failures=\"{n}\">")?;
        write!(out, "  <testsuite name=\"kubelet-lint\" tests=\"{all}\" failures=\"{n}\" errors=\"0\"")?;
        writeln!(out, " skipped=\"{skipped}\">")?;
        if scan.findings.is_empty() {
            writeln!(out, "    <testcase classname=\"kubelet-lint\" name=\"no findings\"/>")?;
        }
        for finding in &scan.findings {
            case(finding, scan, look, out)?;
        }
        for veil in &scan.veils {
            let lines: Vec<_> = listed(veil, scan).iter().map(|line| format!("\n- {}", escaped(line))).collect();
            writeln!(out, "    <system-out>warning: {}{}</system-out>", escaped(&veil.message), lines.concat())?;
        }
        writeln!(out, "  </testsuite>")?;
        writeln!(out, "</testsuites>")
    }
}

fn case(finding: &Finding, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let path = scan.relative(finding.at.place.source.path());
    let start = finding.at.place.start();
    let mut text = format!("{path}:{}:{}: {}", start.line, start.column, finding.headline);
    let names = finding.shown_groups();
    if !names.is_empty() {
        text.push_str(&format!("\nnodes: {}", names.join(", ")));
    }
    if !finding.is_certain() {
        text.push_str(&format!("\nwhen: {}", finding.condition()));
    }
    for note in &finding.notes {
        text.push_str(&format!("\nnote: {note}"));
    }
    text.push_str(&format!("\nhelp: {}", finding.help));
    writeln!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\">",
        escaped(&path),
        escaped(&finding.rule.id),
        escaped(&path),
        start.line
    )?;
    let (level, headline) = (finding.level.id(), escaped(&finding.headline));
    let text = text.lines().map(escaped).collect::<Vec<_>>().join("\n");
    if look.fail_on.fails(finding.level) {
        writeln!(out, "      <failure type=\"{level}\" message=\"{headline}\">{text}</failure>")?;
    } else {
        writeln!(out, "      <skipped message=\"{level}: {headline}\"/>")?;
        writeln!(out, "      <system-out>{text}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

/// Text that XML 1.0 accepts, in attributes and elsewhere.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in harmless(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
