//! A table for a step summary or a comment.

use std::io::{self, Write};

use crate::scan::Scan;

use super::human::summary;
use super::plain_text::{count, harmless};
use super::sarif::uri;
use super::veils::listed;
use super::{Look, Reporter};

/// GitHub accepts 1 MiB for a step; other tools may have written before.
const MAX_BYTES: usize = 900 << 10;

/// The most problems that are listed; the others are counted.
const MAX_PROBLEMS: usize = 50;

/// The most unresolved values that are listed; the others are counted.
const MAX_GAPS: usize = 100;

/// Node groups that are named in one line; the others are counted.
const NAMED: usize = 3;

/// Mentioned timeouts that are listed; the others are counted.
const MENTIONED: usize = 10;

/// The format for step summaries.
pub(super) struct Markdown;

impl Reporter for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        let plain = Look { color: false, verbose: true, ..look.clone() };
        writeln!(out, "## kubelet-lint\n")?;
        writeln!(out, "{}", escaped(&summary(scan, &plain)))?;
        if !scan.problems.is_empty() {
            writeln!(out, "\nNot read completely:\n")?;
        }
        for problem in scan.problems.iter().take(MAX_PROBLEMS) {
            let line = problem.place.start().line;
            let path = scan.relative(problem.place.source.path());
            let spot = linked(&format!("{path}:{line}"), &path, line, look);
            writeln!(out, "- {spot}: {}", escaped(&problem.message))?;
        }
        if let Some(more) = scan.problems.len().checked_sub(MAX_PROBLEMS).filter(|more| *more > 0) {
            writeln!(out, "- and {more} more")?;
        }
        for veil in &scan.veils {
            writeln!(out, "\n**Warning: {}:**\n", escaped(&veil.message))?;
            for line in listed(veil, scan) {
                writeln!(out, "- {}", escaped(&line))?;
            }
        }
        if scan.findings.is_empty() {
            write_unreached(scan, look, out)?;
            return write_unresolved(scan, look, out);
        }
        writeln!(out, "\n| level | place | what | node groups | what to do |")?;
        writeln!(out, "|---|---|---|---|---|")?;
        let mut size = 0;
        for (n, finding) in scan.findings.iter().enumerate() {
            let start = finding.at.place.start();
            let path = scan.relative(finding.at.place.source.path());
            let mut names: Vec<_> = finding.shown_groups().iter().map(|name| code(name)).collect();
            let more = names.len().saturating_sub(NAMED);
            names.truncate(NAMED);
            if more > 0 {
                names.push(format!("{more} more"));
            }
            let condition = if finding.is_certain() { String::new() } else { format!(", {}", finding.condition()) };
            let line = format!(
                "| {} | {} | {} ({}) | {} | {} |",
                finding.level.id(),
                linked(&format!("{path}:{}:{}", start.line, start.column), &path, start.line, look),
                escaped(&format!("{}{condition}", finding.headline)),
                code(&finding.rule.id),
                names.join(", "),
                escaped(&finding.help)
            );
            size += line.len() + 1;
            if size > MAX_BYTES {
                return writeln!(out, "\nand {} more, omitted here", scan.findings.len() - n);
            }
            writeln!(out, "{line}")?;
        }
        write_unreached(scan, look, out)?;
        write_unresolved(scan, look, out)
    }
}

/// The values that are not resolved, as a list that is closed at first.
fn write_unresolved(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    if scan.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n<details><summary>{} unresolved</summary>\n", count(scan.gaps.len(), "value"))?;
    for note in scan.gaps.iter().take(MAX_GAPS) {
        let (path, line) = (scan.relative(note.place.source.path()), note.place.start().line);
        let remedy = if note.remedy.is_empty() { String::new() } else { format!(": {}", escaped(note.remedy)) };
        let spot = linked(&format!("{path}:{line}"), &path, line, look);
        writeln!(out, "- {spot}: {}{remedy}", escaped(&note.message))?;
    }
    if let Some(more) = scan.gaps.len().checked_sub(MAX_GAPS).filter(|more| *more > 0) {
        writeln!(out, "- and {more} more")?;
    }
    writeln!(out, "\n</details>")
}

/// A place as a link to its line, if the address of the files is known.
fn linked(spot: &str, path: &str, line: u32, look: &Look) -> String {
    match &look.source_url {
        Some(url) => format!("[{}]({}/{}#L{line})", code(spot), url.trim_end_matches('/'), uri(path)),
        None => code(spot),
    }
}

/// The timeouts that are not known to reach a node, as a list.
fn write_unreached(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    if !scan.unreached.is_empty() {
        writeln!(out)?;
    }
    for finding in scan.unreached.iter().take(MENTIONED) {
        let path = scan.relative(finding.at.place.source.path());
        let line = finding.at.place.start().line;
        let spot = linked(&format!("{path}:{line}"), &path, line, look);
        writeln!(out, "- {spot} {}", escaped(&finding.headline))?;
    }
    match scan.unreached.len().saturating_sub(MENTIONED) {
        0 => Ok(()),
        more => writeln!(out, "- and {more} more such places"),
    }
}

/// Text in which only pairs of backticks are markup; messages put them around values.
fn escaped(text: &str) -> String {
    let text = harmless(text);
    let parts: Vec<_> = text.split('`').collect();
    // A single backtick is literal.
    if parts.len() % 2 == 0 {
        return plain(&text);
    }
    parts.iter().enumerate().map(|(n, part)| if n % 2 == 1 { code(part) } else { plain(part) }).collect()
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '@' | '>' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text as code. In a table a bar ends the cell even in code.
fn code(text: &str) -> String {
    let text = harmless(text).replace('`', "'").replace('|', "\\|");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}
