//! What the rules are, for people who ask.

use std::io::{self, Write};

use serde_json::json;

use crate::check::{Catalogue, Rule};

use super::plain_text::wrap;

/// Prints the page of a rule.
///
/// # Errors
/// If `out` cannot be written to.
pub fn explain(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", rule.page.markdown.trim_end())
}

/// Prints all rules with their level and summary.
///
/// # Errors
/// If `out` cannot be written to.
pub fn list_rules(rules: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
    for rule in rules.iter() {
        let asked = if rule.front.opt_in { ", has to be asked for" } else { "" };
        writeln!(out, "{} ({}{asked})", rule.id, rule.level.id())?;
        for line in wrap(&rule.summary, 76) {
            writeln!(out, "    {line}")?;
        }
    }
    writeln!(out, "\n`kubelet-lint explain RULE` tells more of one.")
}

/// Prints all rules as JSON.
///
/// # Errors
/// If `out` cannot be written to.
pub fn list_rules_json(rules: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<_> = rules
        .iter()
        .map(|r| {
            json!({
                "id": r.id, "level": r.level.id(), "summary": r.summary, "benchmarks": r.front.benchmarks,
                "tags": r.front.tags, "since": r.front.since, "opt_in": r.front.opt_in, "page": r.page.markdown,
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json!({"version": 1, "rules": rules}))?;
    writeln!(out)
}
