//! The format for a terminal: where it is written, what the node runs, what to do.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::check::{Finding, Hop, Level};
use crate::policy::{SettingsError, Why};
use crate::scan::{Scan, Weight};
use crate::text::Place;

use super::excerpt::frame;
use super::plain_text::{count, harmless, wrap};
use super::{Look, Reporter};

/// Node groups that are named in one finding; the others are counted.
const NAMED: usize = 5;

/// Places between the value and the node that are named in one finding; the others are counted.
const STATIONS: usize = 6;

/// Mentioned timeouts that are listed; the others are counted.
const MENTIONED: usize = 5;

/// The human format.
pub(super) struct Human;

impl Reporter for Human {
    fn name(&self) -> &'static str {
        "human"
    }

    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        if look.statistics {
            write_statistics(scan, look, out)?;
            return writeln!(out, "{}", summary(scan, look));
        }
        for (n, finding) in scan.findings.iter().enumerate() {
            // Several faults with one cause, such as a variable used in several flags, are drawn once.
            let before = n.checked_sub(1).and_then(|n| scan.findings.get(n));
            let drawn = before.is_some_and(|b| b.at == finding.at && b.hops.first() == finding.hops.first());
            write_finding(finding, drawn, look, out)?;
            writeln!(out)?;
        }
        mentions(scan, look, out)?;
        if !scan.unreached.is_empty() {
            writeln!(out)?;
        }
        writeln!(out, "{}", summary(scan, look))
    }
}

/// The number of findings of each rule, the most first.
fn write_statistics(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: BTreeMap<&str, (usize, usize, Level)> = BTreeMap::new();
    for finding in &scan.findings {
        let (all, fixable, level) = rules.entry(&finding.rule.id).or_insert((0, 0, finding.level));
        *all += 1;
        *fixable += usize::from(finding.fix.is_some());
        *level = finding.level.max(*level);
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(_, (all, ..))| std::cmp::Reverse(*all));
    let width = rules.first().map_or(0, |(_, (all, ..))| all.to_string().len());
    for (id, (all, fixable, level)) in &rules {
        let fixable = if *fixable > 0 { format!(" ({fixable} fixable)") } else { String::new() };
        let word = paint(&format!("{:<7}", level.id()), level_style(*level), look);
        writeln!(out, "{all:>width$}  {word}  {id}{fixable}")?;
    }
    if rules.is_empty() { Ok(()) } else { writeln!(out) }
}

/// The timeouts that are not known to reach a node, for people to judge.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn mentions(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let named = if look.verbose { usize::MAX } else { MENTIONED };
    let note = paint("note", level_style(Level::Note), look);
    let width = look.width.max(40);
    let listed =
        scan.unreached.iter().take(named).map(|f| format!("{}: {}", look.spot(&f.at.place), harmless(&f.headline)));
    let more = scan.unreached.len().saturating_sub(named);
    let more = (more > 0).then(|| format!("{}: see --verbose", count(more, "more such place")));
    for text in listed.chain(more) {
        for (n, part) in wrap(&format!("note: {text}"), width - 2).iter().enumerate() {
            match part.strip_prefix("note").filter(|_| n == 0) {
                Some(rest) => writeln!(out, "{note}{rest}")?,
                None => writeln!(out, "  {part}")?,
            }
        }
    }
    Ok(())
}

fn paint(text: &str, style: Style, look: &Look) -> String {
    if look.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

fn level_style(level: Level) -> Style {
    let color = match level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Note => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

fn write_finding(finding: &Finding, drawn: bool, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let head = format!("{}[{}]", finding.level.id(), finding.rule.id);
    let bold = Style::new().bold();
    for (n, part) in wrap(&format!("{head}: {}", harmless(&finding.headline)), look.width.max(40)).iter().enumerate() {
        match part.strip_prefix(&head).filter(|_| n == 0) {
            Some(rest) => {
                writeln!(out, "{}{}", paint(&head, level_style(finding.level), look), paint(rest, bold, look))?;
            }
            None => writeln!(out, "  {}", paint(part, bold, look))?,
        }
    }
    let spot = look.spot(&finding.at.place);
    let (label, inside) = label(&finding.at.label, look);
    if drawn && !look.verbose {
        writeln!(out, "   --> {spot}, as above")?;
    } else {
        // The lines around one of a plan or state may contain secrets.
        let context = usize::from(!finding.at.place.is_in_state());
        let drawn = frame(&finding.at.place, label, context, look);
        out.write_all(look.linked(drawn, &spot, &finding.at.place).as_bytes())?;
    }
    if let Some(inside) = inside {
        line("inside", &harmless(inside), look, out)?;
    }
    if let Some(runs) = &finding.runs {
        out.write_all(frame(&runs.place, &runs.label, 0, look).as_bytes())?;
    }
    write_way(finding, look, out)?;
    let mut names: Vec<_> = finding.shown_groups().iter().map(|name| harmless(name)).collect();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let mut nodes = names.join(", ");
    if more > 0 {
        nodes.push_str(&format!(" and {more} more"));
    }
    if !nodes.is_empty() {
        line("nodes", &nodes, look, out)?;
    }
    if !finding.is_certain() {
        line("when", &harmless(&finding.condition()), look, out)?;
    }
    for note in &finding.notes {
        line("note", &harmless(note), look, out)?;
    }
    line("help", &harmless(&finding.help), look, out)
}

/// A label and, if it is too long to be shown below its place, the context of the place.
fn label<'a>(label: &'a str, look: &Look) -> (&'a str, Option<&'a str>) {
    match label.split_once(", inside ") {
        Some((short, inside)) if label.chars().count() + 24 > look.width => (short, Some(inside)),
        _ => (label, None),
    }
}

/// The places between the value and the node: those in files, or all of them in verbose output.
fn write_way(finding: &Finding, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let own = finding.at.place.first_line();
    let end = |place: &Place| *place == own || finding.groups.first().is_some_and(|g| g.place == *place);
    let between = |h: &&Hop| !h.place.source.is_derived() && !h.words.is_empty() && !end(&h.place.first_line());
    let mut hops: Vec<_> = finding.hops.iter().filter(|h| look.verbose || between(h)).collect();
    let more = if look.verbose { 0 } else { hops.len().saturating_sub(STATIONS) };
    hops.truncate(hops.len() - more);
    for (n, hop) in hops.iter().enumerate() {
        // The name of a derived text describes what was done.
        let words = if hop.place.source.is_derived() {
            ""
        } else if hop.words.is_empty() {
            "set here"
        } else {
            &hop.words
        };
        let text = format!("{} {}", look.spot(&hop.place), harmless(words));
        if n == 0 { line("via", text.trim_end(), look, out)? } else { continued("via", text.trim_end(), look, out)? }
    }
    if more > 0 {
        continued("via", &format!("and {more} more: see --verbose"), look, out)?;
    }
    Ok(())
}

/// A line below another of the same word.
fn continued(word: &str, text: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let indent = word.len() + 4;
    for part in wrap(text, look.width.max(40) - indent) {
        writeln!(out, "{:indent$}{part}", "")?;
    }
    Ok(())
}

/// A line below the frames, such as `help: write a time`, wrapped with its continuation under its text.
fn line(word: &str, text: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let indent = word.len() + 4;
    let lines = wrap(text, look.width.max(40) - indent);
    for (n, part) in lines.iter().enumerate() {
        if n == 0 {
            let word = paint(&format!("{word}:"), AnsiColor::Cyan.on_default(), look);
            writeln!(out, "  {word} {part}")?;
        } else {
            writeln!(out, "{:indent$}{part}", "")?;
        }
    }
    Ok(())
}

/// The summary line: findings, node groups and files, and what could not be resolved.
pub(super) fn summary(scan: &Scan, look: &Look) -> String {
    let groups = scan.node_groups();
    let seen = if groups == 0 { "no node groups".to_owned() } else { count(groups, "node group") };
    let partly = scan.partly_read();
    let mut hidden = Vec::new();
    if partly > 0 {
        hidden.push(format!("{} only partly resolved", count(partly, "node group")));
    }
    if !scan.gaps.is_empty() {
        hidden.push(format!("{} unresolved", count(scan.gaps.len(), "value")));
    }
    if !scan.problems.is_empty() {
        hidden.push(count(scan.problems.len(), "problem"));
    }
    if !scan.existing.is_empty() {
        let were = if scan.existing.len() == 1 { "was" } else { "were" };
        hidden.push(format!("{} {were} there before", count(scan.existing.len(), "finding")));
    }
    let veiled: usize = scan.veils.iter().map(|veil| veil.findings.len()).sum();
    if veiled > 0 {
        hidden.push(format!("{veiled} hidden by this pull request"));
    }
    for (why, words) in [
        (Why::Comment, "suppressed by comments"),
        (Why::Settings, "suppressed by the configuration"),
        (Why::Baseline, "in the baseline"),
    ] {
        let n = scan.hidden.iter().filter(|(_, h)| h.why == why).count();
        if n > 0 {
            hidden.push(format!("{n} {words}"));
        }
    }
    if scan.lowered > 0 {
        let verb = if scan.lowered == 1 { "does" } else { "do" };
        hidden.push(format!("{} {verb} not fail because of it", scan.lowered));
    }
    let excluded = scan.coverage.excluded.len();
    if excluded > 0 {
        hidden.push(format!("{} excluded", count(excluded, "file")));
    }
    let mut hidden = hidden.join(", ");
    if !hidden.is_empty() {
        let hint = if look.verbose || scan.gaps.is_empty() { "" } else { ": see --verbose" };
        hidden = format!(" ({hidden}{hint})");
    }
    let counts: Vec<_> = [Level::Error, Level::Warning, Level::Note]
        .into_iter()
        .map(|level| (scan.count(level), level.id()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| count(n, word))
        .collect();
    let fixable = scan.findings.iter().filter(|f| f.fix.is_some()).count();
    let hint = if fixable > 0 && look.options { format!(" {fixable} fixable with --fix.") } else { String::new() };
    let mut files = count(scan.files, "file");
    match scan.configurations.as_slice() {
        [] => {}
        [(path, _)] => files.push_str(&format!(", using {}", look.shown(path))),
        many => files.push_str(&format!(", using {}", count(many.len(), "configuration"))),
    }
    if counts.is_empty() && groups == 0 {
        let nothing = paint("Nothing to check", AnsiColor::Yellow.on_default().bold(), look);
        format!("{nothing}: no node groups found in {files}{hidden}.")
    } else if counts.is_empty() {
        let good = paint("No findings", AnsiColor::Green.on_default().bold(), look);
        format!("{good} in {seen}, {files}{hidden}.")
    } else {
        let bad = paint(&counts.join(", "), Style::new().bold(), look);
        format!("{bad} in {seen}, {files}{hidden}.{hint}")
    }
}

/// Shows an error in a file that controls the run, with its place.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn complain(error: &SettingsError, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let head = paint("error", level_style(Level::Error), look);
    let Some(place) = &error.place else {
        return writeln!(out, "{head}: {}", harmless(&error.message));
    };
    writeln!(out, "{head}: {}: {}", look.spot(place), harmless(&error.message))?;
    out.write_all(frame(place, "here", 1, look).as_bytes())
}

/// Why findings have no safe fix, one line for each.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn unfixed(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    for finding in scan.findings.iter().filter(|f| f.fix.is_none() && !f.unfixed.is_empty()) {
        let (spot, id) = (look.spot(&finding.at.place), &finding.rule.id);
        writeln!(
            out,
            "{}: {spot}: {id}: not fixed: {}",
            paint("note", level_style(Level::Note), look),
            finding.unfixed
        )?;
    }
    Ok(())
}

/// Messages in addition to the report: problems of the input and, if requested, unresolved values.
///
/// # Errors
/// If `out` cannot be written to.
pub fn notes(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let warning = paint("warning", level_style(Level::Warning), look);
    for problem in &scan.problems {
        writeln!(out, "{warning}: {}: {}", look.spot(&problem.place), harmless(&problem.message))?;
    }
    for veil in &scan.veils {
        writeln!(out, "{warning}: {}", harmless(&veil.message))?;
        for finding in &veil.findings {
            let (spot, id) = (look.spot(&finding.at.place), &finding.rule.id);
            // A line that starts with colons would be a command of GitHub's log, even behind white space.
            writeln!(out, "  - {spot}: {id}: {}", harmless(&finding.headline))?;
        }
    }
    for words in &scan.stale_exceptions {
        writeln!(out, "{warning}: {}", harmless(words))?;
    }
    for entry in &scan.stale {
        writeln!(out, "{warning}: stale baseline entry: {} (no longer found)", harmless(entry))?;
    }
    if look.verbose {
        let hidden = paint("suppressed", level_style(Level::Note), look);
        for (finding, by) in &scan.hidden {
            let who = by.place.as_ref().map_or_else(|| by.why.id().to_owned(), |p| look.spot(p));
            let reason = if by.reason.is_empty() { String::new() } else { format!(": {}", harmless(&by.reason)) };
            writeln!(out, "{hidden}: {}: {} by {who}{reason}", look.spot(&finding.at.place), finding.rule.id)?;
        }
        let known = paint("existing", level_style(Level::Note), look);
        for (finding, _) in scan.existing.iter().filter(|(_, near)| *near) {
            let (spot, id) = (look.spot(&finding.at.place), &finding.rule.id);
            writeln!(out, "{known}: {spot}: {id}: {}", harmless(&finding.headline))?;
        }
        let gap = paint("unresolved", level_style(Level::Note), look);
        // A limit is among the problems above.
        for note in scan.gaps.iter().filter(|note| note.weight < Weight::Grave || !note.is_limit()) {
            let named = look.options && !note.remedy.is_empty();
            let remedy = if named { format!(": {}", note.remedy) } else { String::new() };
            writeln!(out, "{gap}: {}: {}{remedy}", look.spot(&note.place), harmless(&note.message))?;
        }
        let used = paint("configuration", level_style(Level::Note), look);
        for (path, unheeded) in &scan.configurations {
            let keys = unheeded.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let s = if unheeded.len() == 1 { "s" } else { "" };
            let told = if keys.is_empty() { keys } else { format!(": {keys} count{s} only in a run from its folder") };
            writeln!(out, "{used}: {}{told}", look.shown(path))?;
        }
    }
    Ok(())
}
