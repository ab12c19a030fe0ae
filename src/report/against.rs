//! Where the source and running nodes differ.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::scan::{Compared, Scan, ShownSetting, compare};

use super::Look;
use super::plain_text::{count, harmless, wrap};
use super::spot::spot;

/// Prints for people where the node groups of `source` and the kubelets of `nodes` differ. True if any do.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn against_text(source: &Scan, nodes: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<bool> {
    let bold = if look.color { Style::new().bold() } else { Style::new() };
    let dim = if look.color { AnsiColor::BrightBlack.on_default() } else { Style::new() };
    let compared = compare(source, nodes);
    for one in &compared {
        writeln!(out, "{bold}{}{bold:#} {dim}{}{dim:#}", harmless(&one.group.shown()), look.spot(&one.group.place))?;
        if !one.group.when.is_always() {
            let when: Vec<_> = one.group.when.conditions().iter().map(|c| format!("`{c}`")).collect();
            lines("only if ", &when.join(" and "), look, out)?;
        }
        lines("against ", &one.node.shown(), look, out)?;
        for difference in &one.differences {
            writeln!(out, "  {bold}{}{bold:#}", difference.source.field)?;
            lines("  source: ", &described(difference.source, look), look, out)?;
            lines("  node:   ", &described(difference.node, look), look, out)?;
        }
        let known = if one.differences.is_empty() { "no differences" } else { "the others are the same" };
        let unknown = if one.unknown.is_empty() {
            String::new()
        } else {
            format!(", {} unknown on one side", count(one.unknown.len(), "setting"))
        };
        writeln!(out, "  {dim}{known} ({}{unknown}){dim:#}\n", count(one.same, "equal setting"))?;
    }
    let differ = compared.iter().filter(|c| !c.differences.is_empty()).count();
    writeln!(out, "{} of {} differ.", differ, count(compared.len(), "comparison"))?;
    Ok(differ > 0)
}

fn lines(word: &str, text: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let width = look.width.max(40).saturating_sub(word.len() + 2);
    for (n, part) in wrap(&harmless(text), width).iter().enumerate() {
        if n == 0 { writeln!(out, "  {word}{part}")? } else { writeln!(out, "  {:1$}{part}", "", word.len())? }
    }
    Ok(())
}

fn described(setting: &ShownSetting, look: &Look) -> String {
    let value = setting.effective.as_deref().unwrap_or("none");
    let spot = setting.place.as_ref().map(|p| format!(" at {}", look.spot(p))).unwrap_or_default();
    format!("{value} ({}{spot})", setting.from)
}

/// Prints the same as JSON, version 1. True if any differ.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn against_json(source: &Scan, nodes: &Scan, out: &mut dyn Write) -> io::Result<bool> {
    let compared = compare(source, nodes);
    let all: Vec<_> = compared.iter().map(|one| comparison(one, source, nodes)).collect();
    serde_json::to_writer_pretty(&mut *out, &json!({"version": 1, "comparisons": all}))?;
    writeln!(out)?;
    Ok(compared.iter().any(|c| !c.differences.is_empty()))
}

fn comparison(one: &Compared<'_>, source: &Scan, nodes: &Scan) -> Value {
    let side = |s: &ShownSetting, scan: &Scan| json!({"effective": s.effective, "from": s.from.id(), "value": s.raw, "place": s.place.as_ref().map(|p| spot(p, scan))});
    json!({
        "node_group": {
            "name": &*one.group.name,
            "root": one.group.root.path(),
            "id": one.group.id(),
            "place": spot(&one.group.place, source),
            "when": one.group.when.conditions().iter().map(ToString::to_string).collect::<Vec<_>>(),
        },
        "node": {"name": &*one.node.name, "root": one.node.root.path(), "id": one.node.id(), "place": spot(&one.node.place, nodes)},
        "differences": one.differences.iter().map(|d| json!({
            "field": d.source.field,
            "source": side(d.source, source),
            "node": side(d.node, nodes),
        })).collect::<Vec<_>>(),
        "same": one.same,
        "unknown": one.unknown,
    })
}
