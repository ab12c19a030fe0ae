//! The controls of the CIS benchmarks that are about the kubelet, judged for every node group before it exists. The rules of the
//! benchmarks say what each asks for.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::check::Outcome;
use crate::scan::{Scan, ShownControl, ShownGroup};

use super::Look;
use super::page::{escaped, spot as spot_in_page, write_head};
use super::plain_text::{count, harmless, wrap};
use super::spot::spot;

/// The word for an outcome in every format.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Unknown => "unknown",
        Outcome::NotApplicable => "n/a",
    }
}

/// Every control of every node group.
fn all(scan: &Scan) -> impl Iterator<Item = (&ShownGroup, &ShownControl)> {
    scan.groups.iter().flat_map(|group| group.controls.iter().map(move |control| (group, control)))
}

/// The conditions of a node group.
fn conditions(group: &ShownGroup) -> Vec<String> {
    group.when.conditions().iter().map(ToString::to_string).collect()
}

/// Prints every control for every node group as CSV, one line each.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn controls_csv(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "node_group,cis_eks,cis_kubernetes,control,field,result,value,place,when")?;
    for (group, one) in all(scan) {
        let place = one
            .place
            .as_ref()
            .map(|p| format!("{}:{}:{}", scan.relative(p.source.path()), p.start().line, p.start().column));
        let (id, place, when) =
            (group.root.plain_id(&group.name), place.unwrap_or_default(), conditions(group).join(" and "));
        let [eks, kubernetes] = one.numbers;
        let cells = [&*id, eks, kubernetes, one.title, &one.field, word(one.outcome), &one.value, &place, &when];
        writeln!(out, "{}", cells.map(cell).join(","))?;
    }
    Ok(())
}

/// A cell of CSV (RFC 4180). A text that a spreadsheet would read as a formula begins with a quote.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    let text = text.replace(['\n', '\r'], " ");
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Prints the same as JSON, version 1.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn controls_json(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let number = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let controls: Vec<_> = all(scan)
        .map(|(group, one)| {
            json!({
                "node_group": group.id(),
                "when": conditions(group),
                "cis_eks": number(one.numbers[0]),
                "cis_kubernetes": number(one.numbers[1]),
                "control": one.title,
                "rule": one.rule,
                "field": one.field,
                "result": word(one.outcome),
                "value": one.value,
                "place": one.place.as_ref().map(|place| spot(place, scan)),
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json!({"version": 1, "controls": controls}))?;
    writeln!(out)
}

/// How many controls have each outcome.
fn summary(scan: &Scan) -> String {
    let count = |outcome| all(scan).filter(|(_, one)| one.outcome == outcome).count();
    let (pass, fail) = (count(Outcome::Pass), count(Outcome::Fail));
    format!("{pass} pass, {fail} fail, {} unknown", count(Outcome::Unknown))
}

/// Prints the same for people: each node group with its controls.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn controls_table(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    /// Where the last column begins.
    const LAST: usize = 27;
    for group in &scan.groups {
        writeln!(out, "{} ({})", harmless(&group.shown()), look.spot(&group.place))?;
        for condition in group.when.conditions() {
            writeln!(out, "  only if `{}`", harmless(&condition.to_string()))?;
        }
        if group.controls.iter().all(|one| one.outcome == Outcome::NotApplicable) {
            writeln!(out, "  no kubelet configuration found\n")?;
            continue;
        }
        writeln!(out, "  {:<6}  {:<6}  {:<7}  control", "EKS", "K8s", "result")?;
        for one in &group.controls {
            let [eks, kubernetes] = one.numbers;
            writeln!(out, "  {eks:<6}  {kubernetes:<6}  {:<7}  {}", word(one.outcome), one.title)?;
            if one.outcome != Outcome::Pass {
                let at = one.place.as_ref().map(|p| format!(" at {}", look.spot(p))).unwrap_or_default();
                let words = format!("{}: {}{at}", one.field, harmless(&one.value));
                for line in wrap(&words, look.width.max(60) - LAST) {
                    writeln!(out, "{:LAST$}{line}", "")?;
                }
            }
        }
        writeln!(out)?;
    }
    writeln!(out, "{}.", summary(scan))
}

/// Prints the same as one page that needs nothing else.
///
/// # Errors
/// If `out` cannot be written to.
pub(crate) fn controls_html(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    write_head("Kubelet controls of the CIS benchmarks", look, out)?;
    writeln!(out, "<p>{} in {}.</p>\n</header>", summary(scan), count(scan.node_groups(), "node group"))?;
    writeln!(out, "<main id=\"main\">")?;
    if scan.groups.is_empty() {
        writeln!(out, "<p class=\"verdict\">Nothing to report: no node groups were found. Check the path.</p>")?;
    }
    for (n, group) in scan.groups.iter().enumerate() {
        writeln!(out, "<section aria-labelledby=\"h{n}\">\n<h2 id=\"h{n}\">{}</h2>", escaped(&group.shown()))?;
        writeln!(out, "<p class=\"place\">{}</p>", spot_in_page(&group.place, scan))?;
        for condition in conditions(group) {
            writeln!(out, "<p>Only if <code>{}</code>.</p>", escaped(&condition))?;
        }
        let heads = ["control", "CIS EKS", "CIS Kubernetes", "result", "setting", "value", "set at"];
        let heads = heads.map(|head| format!("<th scope=\"col\">{head}</th>")).concat();
        writeln!(out, "<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>")?;
        for one in &group.controls {
            let class = match one.outcome {
                Outcome::Fail => " class=\"error\"",
                Outcome::Unknown => " class=\"warning\"",
                Outcome::Pass | Outcome::NotApplicable => "",
            };
            let place = one.place.as_ref().map(|place| spot_in_page(place, scan)).unwrap_or_default();
            writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><th>{}</th><th>{}</th><td{class}>{}</td><td>{}</td><td>{}</td><td>{place}</td></tr>",
                escaped(one.title),
                one.numbers[0],
                one.numbers[1],
                word(one.outcome),
                escaped(&one.field),
                escaped(&one.value)
            )?;
        }
        writeln!(out, "</tbody>\n</table>\n</section>")?;
    }
    writeln!(out, "</main>\n</body>\n</html>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula() {
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("-1"), "-1");
    }
}
