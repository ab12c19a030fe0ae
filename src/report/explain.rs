//! Descriptions of the rules.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use serde_json::json;

use crate::check::{Catalogue, Rule};

use super::Look;
use super::plain_text::{harmless, wrap};

/// The widest lines that are comfortable to read.
const MAX_WIDTH: usize = 100;

/// The prefix of a line of code.
const CODE: &str = "    ";

/// Prints the page of a rule, wrapped to the terminal.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn explain(rule: &Rule, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut printer = Printer { look, out, text: String::new(), marker: "", link: None, open: false };
    for event in Parser::new_ext(&rule.page.markdown, Options::ENABLE_TABLES) {
        printer.event(event)?;
    }
    printer.paragraph()
}

/// Prints Markdown as text for a terminal.
struct Printer<'a> {
    look: &'a Look,
    out: &'a mut dyn Write,
    /// The block so far, without line breaks of its own.
    text: String,
    /// The prefix of the first line of the block: the bullet of a list item.
    marker: &'static str,
    /// The target of the link that is open.
    link: Option<String>,
    /// True once something was printed.
    open: bool,
}

impl Printer<'_> {
    fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Start(Tag::Heading { .. }) => self.gap()?,
            Event::End(TagEnd::Heading(_)) => {
                let heading = std::mem::take(&mut self.text);
                let style = self.style(Style::new().bold().underline());
                writeln!(self.out, "{style}{heading}{style:#}\n")?;
                self.open = false;
            }
            Event::Start(Tag::Item) => self.marker = "- ",
            Event::Start(Tag::CodeBlock(kind)) => {
                self.paragraph()?;
                self.gap()?;
                self.marker = CODE;
                // The file name after the language.
                if let CodeBlockKind::Fenced(info) = kind
                    && let Some(name) = info.split(' ').nth(1)
                {
                    let dim = self.style(AnsiColor::BrightBlack.on_default());
                    writeln!(self.out, "  {dim}{}{dim:#}", harmless(name))?;
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                let code = std::mem::take(&mut self.text);
                self.marker = "";
                let style = self.style(AnsiColor::Green.on_default());
                for line in code.lines() {
                    writeln!(self.out, "{}", format!("{CODE}{style}{}{style:#}", harmless(line)).trim_end())?;
                }
                self.open = true;
            }
            Event::Start(Tag::Link { dest_url, .. }) => self.link = Some(dest_url.to_string()),
            Event::End(TagEnd::Link) => {
                if let Some(target) = self.link.take().filter(|t| t.contains("://")) {
                    self.text.push_str(&format!(" <{}>", harmless(&target)));
                }
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead) => self.paragraph()?,
            Event::End(TagEnd::TableCell) => self.text.push_str("  "),
            Event::Text(text) if self.marker == CODE => self.text.push_str(&text),
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => self.text.push_str(&harmless(&text)),
            Event::Code(code) => {
                let style = self.style(AnsiColor::Cyan.on_default());
                // A line never breaks inside code.
                let code = harmless(&code).replace(' ', "\u{a0}");
                self.text.push_str(&format!("{style}`{code}`{style:#}"));
            }
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            _ => {}
        }
        Ok(())
    }

    /// An empty line between blocks.
    fn gap(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.open) { writeln!(self.out) } else { Ok(()) }
    }

    /// Prints the text of a paragraph or list item, if there is any.
    fn paragraph(&mut self) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        let marker = std::mem::take(&mut self.marker);
        if text.trim().is_empty() {
            return Ok(());
        }
        if marker.is_empty() {
            self.gap()?;
        }
        let width = self.look.width.clamp(40, MAX_WIDTH) - marker.len();
        for (n, line) in wrap(text.trim(), width).iter().enumerate() {
            let lead = if n == 0 { marker } else { CODE.get(..marker.len()).unwrap_or_default() };
            writeln!(self.out, "{lead}{}", line.replace('\u{a0}', " "))?;
        }
        self.open = true;
        Ok(())
    }

    fn style(&self, style: Style) -> Style {
        if self.look.color { style } else { Style::new() }
    }
}

/// Prints the rules of a group with their numbers in benchmarks.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn explain_group(group: &str, rules: &Catalogue, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "The rules of the group {group}: use them with `--select {group}`.\n")?;
    list(rules.iter().filter(|rule| rule.is_in(group)), true, look, out)?;
    writeln!(out, "\nRun `kubelet-lint explain RULE` for details.")
}

/// Prints all rules with their level and summary.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn list_rules(rules: &Catalogue, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    list(rules.iter(), false, look, out)?;
    writeln!(out, "\nRun `kubelet-lint explain RULE` for details.")?;
    let groups: Vec<_> = rules.groups().into_iter().collect();
    writeln!(out, "Groups of rules: {}.", groups.join(", "))
}

fn list<'r>(rules: impl Iterator<Item = &'r Rule>, numbers: bool, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    for rule in rules {
        let opt_in = if rule.front.opt_in { ", opt-in" } else { "" };
        let bold = if look.color { Style::new().bold() } else { Style::new() };
        writeln!(out, "{bold}{}{bold:#} ({}{opt_in})", rule.id, rule.level.id())?;
        for line in wrap(&rule.summary, look.width.clamp(40, MAX_WIDTH) - 4) {
            writeln!(out, "    {line}")?;
        }
        if numbers && !rule.front.benchmarks.is_empty() {
            writeln!(out, "    {}", rule.front.benchmarks.join(", "))?;
        }
    }
    Ok(())
}

/// Prints all rules as JSON.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn list_rules_json(rules: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<_> = rules
        .iter()
        .map(|r| {
            json!({
                "id": r.id, "level": r.level.id(), "summary": r.summary, "benchmarks": r.front.benchmarks,
                "tags": r.front.tags, "since": r.front.since, "groups": r.front.groups, "opt_in": r.front.opt_in, "page": r.page.markdown,
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json!({"version": 1, "rules": rules}))?;
    writeln!(out)
}
