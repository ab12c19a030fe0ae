//! The effective configuration of every node group as a table: setting, value, what sets it and where, what is overridden.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::scan::{Scan, ShownGroup, ShownSetting};
use crate::text::Place;

use super::Look;
use super::plain_text::{count, harmless, wrap};

/// One line of the table: four cells, and whether it is about an overridden setting.
struct Row {
    cells: [String; 3],
    written: String,
    lost: bool,
    zero: bool,
}

/// The minimum columns of the last cell next to the others; with less it gets its own lines.
const LAST: usize = 24;

/// The minimum columns of a value.
const MIN_VALUE: usize = 16;

/// Prints the node groups as tables. Settings that are not written are left out unless `all`.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn show_table(scan: &Scan, all: bool, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let bold = style(Style::new().bold(), look);
    let dim = style(AnsiColor::BrightBlack.on_default(), look);
    for group in &scan.groups {
        let about: Vec<_> = group
            .family
            .into_iter()
            .map(str::to_owned)
            .chain(group.kubernetes.as_ref().map(|k| format!("Kubernetes {k}")))
            .collect();
        writeln!(out, "{bold}{}{bold:#}", harmless(&group.shown()))?;
        let about = if about.is_empty() { String::new() } else { format!(", {}", about.join(", ")) };
        writeln!(out, "  {dim}{}{about}{dim:#}", look.spot(&group.place))?;
        if !group.when.is_always() {
            let when: Vec<_> = group.when.conditions().iter().map(|c| format!("`{c}`")).collect();
            indented("only if ", &harmless(&when.join(" and ")), look, out)?;
        }
        if group.starts == Some(false) {
            for why in &group.why_not {
                indented("its kubelet does not start: ", &harmless(why), look, out)?;
            }
        }
        settings(group, all, look, out)?;
        for note in &group.unknown {
            indented("unresolved: ", &format!("{} ({})", harmless(&note.message), look.spot(&note.place)), look, out)?;
        }
        writeln!(out)?;
    }
    let files = count(scan.files, "file");
    match scan.node_groups() {
        0 => writeln!(out, "Nothing to show: no node groups found in {files}."),
        groups => writeln!(out, "{} in {files}.", count(groups, "node group")),
    }
}

fn style(style: Style, look: &Look) -> Style {
    if look.color { style } else { Style::new() }
}

fn indented(word: &str, text: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    for (n, part) in
        wrap(text, look.width.max(40) - 6 - if word.len() > 30 { 0 } else { word.len() }).iter().enumerate()
    {
        if n == 0 { writeln!(out, "  {word}{part}")? } else { writeln!(out, "      {part}")? }
    }
    Ok(())
}

fn settings(group: &ShownGroup, all: bool, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let dim = style(AnsiColor::BrightBlack.on_default(), look);
    if !group.kubelet {
        return writeln!(out, "  no kubelet configuration found");
    }
    let written = |s: &&ShownSetting| all || s.raw.is_some();
    let of: Vec<_> = if all { group.all_settings().collect() } else { group.settings.iter().collect() };
    let rows: Vec<Row> = of.into_iter().filter(written).flat_map(|s| rows(s, look)).collect();
    if !rows.is_empty() {
        table(&rows, look, out)?;
    }
    if !all {
        let (known, unknown): (Vec<_>, Vec<_>) =
            group.settings.iter().filter(|s| s.raw.is_none()).partition(|s| s.certain);
        let known = known.iter().filter(|s| s.effective.is_some()).count();
        let mut rest = Vec::new();
        if known > 0 {
            rest.push(format!("{known} at their default"));
        }
        if !unknown.is_empty() {
            rest.push(format!("{} unknown", unknown.len()));
        }
        if !rest.is_empty() {
            let what = if rows.is_empty() { "settings: " } else { "other settings: " };
            writeln!(out, "  {dim}{what}{} (--all lists them){dim:#}", rest.join(", "))?;
        }
    }
    Ok(())
}

fn rows(setting: &ShownSetting, look: &Look) -> Vec<Row> {
    let value = setting.value().to_owned();
    let spot = |place: &Option<Place>| place.as_ref().map(|p| look.spot(p)).unwrap_or_default();
    let written = match &setting.raw {
        Some(raw) if setting.from.is_default() => {
            format!("{}, replaces `{}`", spot(&setting.place), harmless(raw))
        }
        _ => spot(&setting.place),
    };
    let zero = setting.certain && setting.raw.is_some() && setting.effective.as_deref() == Some("0s");
    let mut out =
        vec![Row { cells: [setting.field.clone(), value, setting.from.to_string()], written, lost: false, zero }];
    out.extend(setting.shadowed.iter().rev().map(|(from, raw, place)| Row {
        cells: ["  overrides".to_owned(), harmless(raw), from.to_string()],
        written: look.spot(place),
        lost: true,
        zero: false,
    }));
    out
}

/// A value in parts of at most this width, as far as it has commas to break it after.
fn in_parts(value: &str, width: usize) -> Vec<&str> {
    let (mut parts, mut start, mut end) = (Vec::new(), 0, 0);
    for piece in value.split_inclusive(',') {
        let next = end + piece.len();
        if end > start && value.get(start..next).is_some_and(|part| part.width() > width) {
            parts.extend(value.get(start..end));
            start = end;
        }
        end = next;
    }
    parts.extend(value.get(start..));
    parts
}

fn table(rows: &[Row], look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let head = ["setting", "value", "source"];
    let wide = |n: usize| rows.iter().map(|r| r.cells[n].width()).chain([head[n].len()]).max().unwrap_or(0).min(44);
    // Long values take more lines rather than wide ones.
    let room = look.width.saturating_sub(wide(0) + wide(2) + 8).max(MIN_VALUE);
    let widths = [wide(0), wide(1).min(room), wide(2)];
    let indent = 2 + widths.iter().map(|w| w + 2).sum::<usize>();
    let next_to = indent + LAST <= look.width;
    let under = style(Style::new().underline(), look);
    let cell = |text: &str, width: usize| format!("{text}{}", " ".repeat(width.saturating_sub(text.width())));
    let line: Vec<_> = head.iter().zip(widths).map(|(h, w)| cell(h, w)).collect();
    writeln!(out, "  {under}{}  set at{under:#}", line.join("  "))?;
    for row in rows {
        let color = match row {
            Row { zero: true, .. } => AnsiColor::Red.on_default().bold(),
            Row { lost: true, .. } => AnsiColor::BrightBlack.on_default(),
            _ => Style::new(),
        };
        let color = style(color, look);
        let mut parts = in_parts(&row.cells[1], widths[1]).into_iter();
        let value = parts.next().unwrap_or_default();
        let cells = [row.cells[0].as_str(), value, row.cells[2].as_str()];
        let cells: Vec<_> = cells.into_iter().zip(widths).map(|(c, w)| cell(c, w)).collect();
        let first = format!("  {color}{}{color:#}", cells.join("  "));
        if parts.len() > 0 {
            writeln!(out, "{}", first.trim_end())?;
            for part in parts {
                writeln!(out, "{:1$}{part}", "", widths[0] + 4)?;
            }
            if !row.written.is_empty() {
                writeln!(out, "      {}", row.written)?;
            }
        } else if row.written.is_empty() {
            writeln!(out, "{}", first.trim_end())?;
        } else if next_to && row.cells.iter().zip(widths).all(|(c, w)| c.width() <= w) {
            let parts = wrap(&row.written, look.width - indent);
            writeln!(out, "{first}  {}", parts[0])?;
            for part in &parts[1..] {
                writeln!(out, "{:indent$}{part}", "")?;
            }
        } else {
            writeln!(out, "{}", first.trim_end())?;
            writeln!(out, "      {}", row.written)?;
        }
    }
    Ok(())
}
