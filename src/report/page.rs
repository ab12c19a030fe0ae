//! A report as one HTML page: findings, node groups with what each runs with, and what could not be read.
//! It needs no network and no script. Only the lines at which something was found are copied into it.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::check::{Finding, GroupRef, Level};
use crate::scan::{Note, Scan, ShownGroup, ShownSetting};
use crate::text::{Place, UNKNOWN_MARK};

use super::excerpt::own_line;
use super::plain_text::{count, harmless};
use super::veils::listed;
use super::{Look, Reporter};

/// Characters of a line that are shown before and after the place.
const AROUND: usize = 60;

/// Notes of one kind that the page lists; the others are counted.
const MAX_NOTES: usize = 500;

const STYLE: &str = include_str!("page.css");

/// The format `html` of `check`: the findings as a page.
pub(super) struct Html;

impl Reporter for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
        write_head("kubelet-lint findings", look, out)?;
        write_summary(scan, out)?;
        writeln!(out, "</header>\n<main id=\"main\">")?;
        if scan.findings.is_empty() {
            writeln!(out, "<p class=\"verdict\">{}</p>", verdict(scan))?;
        }
        for veil in &scan.veils {
            let id = veil.cause.id();
            writeln!(out, "<section id=\"hidden-{id}\" aria-labelledby=\"h-hidden-{id}\">")?;
            writeln!(out, "<h2 id=\"h-hidden-{id}\">Warning: {}</h2>\n<ul>", escaped(&veil.message))?;
            for line in listed(veil, scan) {
                writeln!(out, "<li>{}</li>", marked(&line))?;
            }
            writeln!(out, "</ul>\n</section>")?;
        }
        for (n, finding) in scan.findings.iter().enumerate() {
            writeln!(out, "<section aria-label=\"Finding {}\">", n + 1)?;
            write_finding(finding, true, scan, out)?;
            writeln!(out, "</section>")?;
        }
        write_notes(scan, out)?;
        writeln!(out, "</main>\n</body>\n</html>")
    }
}

/// Prints the node groups as one page. Settings at their default are left out unless `all`.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn show_html(scan: &Scan, all: bool, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut groups: Vec<&ShownGroup> = scan.groups.iter().collect();
    groups.dedup_by(|b, a| same(a, b));
    write_head("Effective kubelet configuration", look, out)?;
    write_summary(scan, out)?;
    writeln!(out, "</header>")?;
    if !groups.is_empty() {
        writeln!(out, "<nav aria-label=\"Node groups\">\n<ul>")?;
        for (n, group) in groups.iter().enumerate() {
            let worst = of(scan, group).iter().map(|f| f.level).max();
            let mark = worst.map(|l| format!(" <b class=\"{0}\">{0}</b>", l.id())).unwrap_or_default();
            writeln!(out, "<li><a href=\"#g{n}\">{}</a>{mark}</li>", escaped(&group.shown()))?;
        }
        writeln!(out, "</ul>\n</nav>")?;
    }
    writeln!(out, "<main id=\"main\">")?;
    if groups.is_empty() {
        writeln!(out, "<p class=\"verdict\">{}</p>", verdict(scan))?;
    }
    for (n, group) in groups.iter().enumerate() {
        let name = escaped(&group.shown());
        writeln!(out, "<section id=\"g{n}\" aria-labelledby=\"h{n}\">\n<h2 id=\"h{n}\">{name}</h2>")?;
        for way in scan.groups.iter().filter(|way| same(way, group)) {
            write_group(way, all, scan, out)?;
        }
        for finding in of(scan, group) {
            write_finding(finding, false, scan, out)?;
        }
        writeln!(out, "</section>")?;
    }
    write_notes(scan, out)?;
    writeln!(out, "</main>\n</body>\n</html>")
}

/// Everything up to the summary: the title, and which program looked at which revision. No clock, so two runs give the same
/// bytes.
pub(super) fn write_head(title: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<h1>{title}</h1>"
    )?;
    let revision = look.revision.as_ref().map(|r| format!(" · revision {}", escaped(r))).unwrap_or_default();
    writeln!(out, "<p class=\"place\">kubelet-lint {}{revision}</p>", env!("CARGO_PKG_VERSION"))
}

fn write_summary(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let levels = [Level::Error, Level::Warning, Level::Note].map(|level| (level, scan.count(level)));
    let found: Vec<_> = levels
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(level, n)| format!("<b class=\"{0}\">{1}</b>", level.id(), count(n, level.id())))
        .collect();
    let found = if found.is_empty() { "No findings".to_owned() } else { found.join(", ") };
    write!(out, "<p>{found} in {}, {}.", count(scan.node_groups(), "node group"), count(scan.files, "file"))?;
    if !scan.problems.is_empty() {
        write!(out, " <a href=\"#problems\">{} with the input</a>.", count(scan.problems.len(), "problem"))?;
    }
    if !scan.gaps.is_empty() {
        write!(out, " <a href=\"#unresolved\">{} unresolved</a>.", count(scan.gaps.len(), "value"))?;
    }
    if !scan.unreached.is_empty() {
        write!(out, " <a href=\"#unreached\">{} that no known node uses</a>.", count(scan.unreached.len(), "timeout"))?;
    }
    if !scan.existing.is_empty() {
        write!(out, " {} from before.", count(scan.existing.len(), "finding"))?;
    }
    let paths: Vec<_> = scan.configurations.iter().map(|(path, _)| escaped(&scan.relative(path))).collect();
    if !paths.is_empty() {
        let s = if paths.len() == 1 { "" } else { "s" };
        write!(out, " Configuration{s}: <code>{}</code>.", paths.join("</code>, <code>"))?;
    }
    if scan.lowered > 0 {
        write!(out, " {} not failing because of it.", count(scan.lowered, "finding"))?;
    }
    let excluded = scan.coverage.excluded.len();
    if excluded > 0 {
        write!(out, " {} excluded.", count(excluded, "file"))?;
    }
    if !scan.hidden.is_empty() {
        write!(out, " {} suppressed.", count(scan.hidden.len(), "finding"))?;
    }
    writeln!(out, "</p>")
}

/// What an empty page means: it must not look clean where nothing was checked.
fn verdict(scan: &Scan) -> &'static str {
    match (scan.node_groups(), scan.problems.is_empty()) {
        (0, _) => "Nothing to check: no node groups were found. Check the path.",
        (_, false) => "No findings, but some of the input could not be read.",
        _ => "No findings.",
    }
}

/// What was not read and what is unknown.
fn write_notes(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let of = |notes: &[Note]| notes.iter().map(|n| (n.place.clone(), n.message.clone())).collect();
    let unreached = scan.unreached.iter().map(|f| (f.at.place.clone(), f.headline.clone())).collect();
    let kinds: [(_, _, Vec<(Place, String)>); 3] = [
        ("problems", "Problems with the input", of(&scan.problems)),
        ("unreached", "Timeouts that no known node uses", unreached),
        ("unresolved", "Unresolved values", of(&scan.gaps)),
    ];
    for (id, title, notes) in kinds.into_iter().filter(|(_, _, notes)| !notes.is_empty()) {
        writeln!(out, "<section id=\"{id}\" aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{title}</h2>\n<ul>")?;
        for (place, message) in notes.iter().take(MAX_NOTES) {
            writeln!(out, "<li>{} {}</li>", marked(message), spot(place, scan))?;
        }
        if notes.len() > MAX_NOTES {
            writeln!(out, "<li>and {} more</li>", notes.len() - MAX_NOTES)?;
        }
        writeln!(out, "</ul>\n</section>")?;
    }
    Ok(())
}

/// The findings that affect a node group.
fn of<'a>(scan: &'a Scan, group: &ShownGroup) -> Vec<&'a Finding> {
    let is = |g: &GroupRef| (&g.root, &g.name, &g.place) == (&group.root, &group.name, &group.place);
    scan.findings.iter().filter(|f| f.groups.iter().any(is)).collect()
}

/// True for two sets of conditions of one node group.
fn same(a: &ShownGroup, b: &ShownGroup) -> bool {
    (&a.root, &a.name, &a.place) == (&b.root, &b.name, &b.place)
}

fn write_group(group: &ShownGroup, all: bool, scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let family = group.family.map(str::to_owned);
    let about: Vec<_> =
        family.into_iter().chain(group.kubernetes.as_ref().map(|k| format!("Kubernetes {k}"))).collect();
    let about = if about.is_empty() { String::new() } else { format!(" · {}", escaped(&about.join(", "))) };
    writeln!(out, "<p class=\"place\">{}{about}</p>", spot(&group.place, scan))?;
    if !group.when.is_always() {
        let when: Vec<_> =
            group.when.conditions().iter().map(|c| format!("<code>{}</code>", escaped(&c.to_string()))).collect();
        writeln!(out, "<p>Only if {}.</p>", when.join(" and "))?;
    }
    if group.starts == Some(false) {
        writeln!(out, "<p class=\"error\">Its kubelet does not start: {}.</p>", escaped(&group.why_not.join("; ")))?;
    }
    if !group.kubelet {
        writeln!(out, "<p>No kubelet configuration found.</p>")?;
    }
    let shown: Vec<_> =
        if all { group.all_settings().collect() } else { group.settings.iter().filter(|s| s.raw.is_some()).collect() };
    if !shown.is_empty() {
        writeln!(
            out,
            "<table>\n<thead><tr><th scope=\"col\">setting</th><th scope=\"col\">value</th><th scope=\"col\">source</th><th scope=\"col\">set at</th></tr></thead>\n<tbody>"
        )?;
        for setting in shown {
            write_setting(setting, scan, out)?;
        }
        writeln!(out, "</tbody>\n</table>")?;
    }
    let rest = group.settings.iter().filter(|s| s.raw.is_none() && s.certain && s.effective.is_some()).count();
    if rest > 0 && !all {
        writeln!(out, "<p class=\"place\">{} at their default.</p>", count(rest, "other setting"))?;
    }
    if !group.unknown.is_empty() {
        writeln!(out, "<details>\n<summary>{} unresolved</summary>\n<ul>", count(group.unknown.len(), "value"))?;
        for note in &group.unknown {
            writeln!(out, "<li>{} {}</li>", marked(&note.message), spot(&note.place, scan))?;
        }
        writeln!(out, "</ul>\n</details>")?;
    }
    Ok(())
}

fn write_setting(setting: &ShownSetting, scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let value = setting.value();
    let zero = setting.raw.is_some() && value == "0s";
    let place = setting.place.as_ref().map(|p| format!("{}{}", spot(p, scan), line(p))).unwrap_or_default();
    writeln!(
        out,
        "<tr><th scope=\"row\">{}</th><td{}>{}</td><td>{}</td><td>{place}</td></tr>",
        escaped(&setting.field),
        if zero { " class=\"error\"" } else { "" },
        escaped(value),
        setting.from
    )?;
    for (from, raw, place) in setting.shadowed.iter().rev() {
        let at = format!("{}{}", spot(place, scan), line(place));
        writeln!(
            out,
            "<tr class=\"lost\"><th scope=\"row\">overrides</th><td>{}</td><td>{from}</td><td>{at}</td></tr>",
            escaped(raw)
        )?;
    }
    Ok(())
}

fn write_finding(finding: &Finding, named: bool, scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let level = finding.level.id();
    writeln!(
        out,
        "<details class=\"finding\" open>\n<summary><b class=\"{level}\">{level}</b> {} <code class=\"rule\">{}</code></summary>",
        marked(&finding.headline),
        escaped(&finding.rule.id)
    )?;
    if !finding.is_certain() {
        writeln!(out, "<p>Applies {}.</p>", marked(&finding.condition()))?;
    }
    if named && !finding.groups.is_empty() {
        let names: Vec<_> = finding.shown_groups().iter().map(|name| escaped(name)).collect();
        writeln!(out, "<p>Node groups: <code>{}</code></p>", names.join("</code>, <code>"))?;
    }
    writeln!(out, "<ol>")?;
    let mut seen = BTreeSet::new();
    let own = (&finding.at.place, finding.at.label.as_str());
    let hops = finding.hops.iter().map(|h| (&h.place, h.words.as_str()));
    let runs = finding.runs.iter().map(|r| (&r.place, r.label.as_str()));
    // The text that the node runs comes before the last hop, which is the node group.
    let before = finding.hops.len().saturating_sub(1);
    for (place, words) in std::iter::once(own).chain(hops.clone().take(before)).chain(runs).chain(hops.skip(before)) {
        let first = place.first_line();
        if seen.insert((first.source.path().to_owned(), first.start, first.end)) {
            // The name of a derived text already describes what was done.
            let words = if first.source.is_derived() && first.source.path().as_os_str() == words { "" } else { words };
            writeln!(out, "<li>{} {}{}</li>", marked(words), spot(&first, scan), line(&first))?;
        }
    }
    writeln!(out, "</ol>")?;
    for note in &finding.notes {
        writeln!(out, "<p><strong>Note:</strong> {}.</p>", marked(note))?;
    }
    writeln!(out, "<p><strong>Help:</strong> {}.</p>\n</details>", marked(&finding.help))
}

pub(super) fn spot(place: &Place, scan: &Scan) -> String {
    let start = place.start();
    let path = if place.source.is_derived() {
        place.source.path().to_string_lossy().into_owned()
    } else {
        scan.relative(place.source.path())
    };
    format!("<span class=\"place\">{}:{}:{}</span>", escaped(&path), start.line, start.column)
}

/// The line of a place, cut around it, with the place marked.
fn line(place: &Place) -> String {
    let (text, from, to) = own_line(place);
    let part = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (before, mark, after) = (part(&text[..from]), part(&text[from..to]), part(&text[to..]));
    let skip = before.chars().count().saturating_sub(AROUND);
    let lead: String = before.chars().skip(skip).collect();
    let lead = if skip > 0 { format!("…{lead}") } else { lead.trim_start().to_owned() };
    let cut = |s: &str| {
        let short: String = s.chars().take(AROUND).collect();
        if short.len() < s.len() { format!("{short}…") } else { short }
    };
    format!("<pre>{}<mark>{}</mark>{}</pre>", escaped(&lead), escaped(&cut(&mark)), escaped(&cut(&after)))
}

/// A message, with the text between backticks as code.
fn marked(text: &str) -> String {
    let parts: Vec<_> = text.split('`').collect();
    if parts.len() % 2 == 0 {
        return escaped(text);
    }
    let part = |(n, part): (usize, &&str)| {
        if n % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) }
    };
    parts.iter().enumerate().map(part).collect()
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in harmless(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if UNKNOWN_MARK.starts_with(c) => out.push_str("<i>&lt;unknown&gt;</i>"),
            c => out.push(c),
        }
    }
    out
}
