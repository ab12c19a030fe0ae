//! The effective configuration of every node group: which settings win and which are overridden.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::scan::{Note, Scan, ShownGroup, ShownSetting, ShownWhole};

use super::Look;
use super::plain_text::{count, harmless, wrap};
use super::spot::spot;

/// Prints the node groups for people. Settings at their default are left out unless `all`.
///
/// # Errors
/// If `out` cannot be written to.
pub fn show_text(scan: &Scan, all: bool, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let bold = if look.color { Style::new().bold() } else { Style::new() };
    let dim = if look.color { AnsiColor::BrightBlack.on_default() } else { Style::new() };
    for group in &scan.groups {
        let about: Vec<_> = group.family.into_iter().map(str::to_owned).chain(group.kubernetes.clone()).collect();
        let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
        writeln!(out, "{bold}{}{bold:#}{about} {dim}{}{dim:#}", harmless(&group.shown()), look.spot(&group.place))?;
        if !group.when.is_always() {
            let when: Vec<_> = group.when.conditions().iter().map(|c| format!("`{c}`")).collect();
            wrapped("only if ", &harmless(&when.join(" and ")), look, out)?;
        }
        if !group.kubelet && group.settings.is_empty() {
            writeln!(out, "  no kubelet configuration found")?;
        }
        for why in &group.why_not {
            wrapped("does not start: ", &harmless(why), look, out)?;
        }
        let mut defaults = 0;
        let mut hidden = 0;
        for setting in &group.settings {
            if setting.raw.is_none() && !setting.certain && !all {
                hidden += 1;
                continue;
            }
            if setting.raw.is_none() && setting.certain && !all {
                defaults += usize::from(setting.effective.is_some());
                continue;
            }
            write_setting(setting, look, out)?;
        }
        if hidden > 0 {
            writeln!(out, "  {} unknown", count(hidden, "setting"))?;
        }
        if defaults > 0 {
            writeln!(out, "  {dim}{} left at the default: see --all{dim:#}", count(defaults, "setting"))?;
        }
        for note in &group.unknown {
            wrapped("unresolved: ", &format!("{} ({})", harmless(&note.message), look.spot(&note.place)), look, out)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}.", count(scan.node_groups(), "node group"))
}

fn wrapped(word: &str, text: &str, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let indent = word.len() + 2;
    for (n, part) in wrap(text, look.width.max(40) - indent).iter().enumerate() {
        if n == 0 {
            writeln!(out, "  {word}{part}")?;
        } else {
            writeln!(out, "{:indent$}{part}", "")?;
        }
    }
    Ok(())
}

fn write_setting(setting: &ShownSetting, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let value = setting.value();
    let spot = setting.place.as_ref().map(|p| format!(" at {}", look.spot(p))).unwrap_or_default();
    let by = match (&setting.raw, setting.from) {
        (Some(raw), from) if from.is_default() => format!("default, replaces `{}`{spot}", harmless(raw)),
        (_, from) => format!("{from}{spot}"),
    };
    writeln!(out, "  {} = {value}", setting.field)?;
    wrapped("  by ", &by, look, out)?;
    for (from, raw, place) in &setting.shadowed {
        wrapped("  over ", &format!("{from} `{}` at {}", harmless(raw), look.spot(place)), look, out)?;
    }
    Ok(())
}

/// Prints the node groups as JSON, version 1. Settings at their default are left out unless `all`.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn show_json(scan: &Scan, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let groups: Vec<_> = scan.groups.iter().map(|g| group_json(g, all, scan)).collect();
    serde_json::to_writer_pretty(&mut *out, &json!({"version": 1, "node_groups": groups}))?;
    writeln!(out)
}

fn group_json(group: &ShownGroup, all: bool, scan: &Scan) -> Value {
    let settings = group.settings.iter().filter(|s| all || s.raw.is_some() || !s.certain);
    let mut out = json!({
        "name": &*group.name,
        "root": group.root.path(),
        "id": group.id(),
        "place": spot(&group.place, scan),
        "family": group.family,
        "kubernetes": group.kubernetes,
        "when": group.when.conditions().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "kubelet": group.kubelet,
        // With a grace period that it cannot read, it accepts its configuration and exits when it begins to manage pods.
        "starts": if loaded(group).is_some() && group.starts == Some(false) { Some(true) } else { group.starts },
        "why_not": if group.why_not.is_empty() { Value::Null } else { json!(group.why_not.join("; ")) },
        "settings": settings.map(|s| json!({
            "field": s.field,
            "effective": if s.certain { json!(s.effective) } else { Value::Null },
            "from": s.from.id(),
            "certain": s.certain,
            "value": s.raw,
            "place": s.place.as_ref().map(|p| spot(p, scan)),
            "shadowed": s.shadowed.iter().map(|(from, raw, place)| json!({
                "from": from.id(), "value": raw, "place": spot(place, scan),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "unknown": group.unknown.iter().map(|Note { place, message, .. }| json!({
            "place": spot(place, scan), "why": message,
        })).collect::<Vec<_>>(),
    });
    if let (Some((whole, configuration)), true, Value::Object(out)) = (loaded(group), all, &mut out) {
        out.insert("configuration".to_owned(), configuration.clone());
        let unknown: Vec<_> = whole.unknown.iter().map(|(path, _)| *path).collect();
        out.insert("unknown_fields".to_owned(), json!(unknown));
    }
    out
}

/// The whole configuration of a node group, unless its kubelet certainly does not load it.
fn loaded(group: &ShownGroup) -> Option<(&ShownWhole, &Value)> {
    let whole = group.whole.as_ref()?;
    Some((whole, whole.configuration.as_ref()?))
}

/// Prints the configuration of each node group as a file that a kubelet accepts, one YAML document each. What is not known,
/// and flags that write no field, are comments.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn show_yaml(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let shown = scan.groups.iter().filter(|g| g.kubelet || !g.settings.is_empty());
    for (n, group) in shown.enumerate() {
        if n > 0 {
            writeln!(out, "---")?;
        }
        let mut comment = |text: String| writeln!(out, "# {}", harmless(&text).replace(['\n', '\r'], " "));
        comment(format!("{} ({})", group.shown(), look.spot(&group.place)))?;
        for condition in group.when.conditions() {
            comment(format!("only if `{condition}`"))?;
        }
        for why in &group.why_not {
            comment(format!("does not start: {why}"))?;
        }
        let Some((whole, configuration)) = loaded(group) else { continue };
        for flag in &whole.others {
            comment(format!("flag without a field: {flag}"))?;
        }
        for (path, why) in &whole.unknown {
            comment(format!("unknown: {path}: {why}"))?;
        }
        let mut document = serde_json::Map::new();
        document.insert("apiVersion".to_owned(), json!("kubelet.config.k8s.io/v1beta1"));
        document.insert("kind".to_owned(), json!("KubeletConfiguration"));
        if let Value::Object(fields) = configuration {
            document.extend(fields.clone());
        }
        let text = serde_yaml::to_string(&document).map_err(io::Error::other)?;
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}
