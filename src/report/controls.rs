//! The controls of the CIS benchmarks that are about the kubelet's configuration, judged for every node group before it exists.
//!
//! The table has one row for each control: its number in CIS EKS 1.8.0, its number in CIS Kubernetes 1.12, the field or flag, the
//! test, and what holds if it passes. The tests are those of kube-bench (`cfg/eks-1.8.0/node.yaml` and `cfg/cis-1.12/node.yaml`
//! at a73ce378), on the effective value instead of a text.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::scan::{Scan, ShownGroup, ShownSetting};

use super::Look;
use super::plain_text::harmless;

const ROWS: &str = include_str!("controls.txt");

/// What a control says about a node group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Pass,
    Fail,
    /// It depends on something unknown, which is never a pass.
    Unknown,
    /// The node group has no kubelet, or its version does not have the field.
    NotApplicable,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotApplicable => "n/a",
        }
    }
}

/// A control, judged for one node group.
struct Judged<'a> {
    group: &'a ShownGroup,
    eks: &'static str,
    kubernetes: &'static str,
    field: &'static str,
    title: &'static str,
    verdict: Verdict,
    /// The value, or why it is unknown.
    value: String,
    setting: Option<&'a ShownSetting>,
}

/// Every control for every node group.
fn judged(scan: &Scan) -> Vec<Judged<'_>> {
    let of = |group| ROWS.lines().filter_map(move |row| judge(group, row));
    scan.groups.iter().flat_map(of).collect()
}

fn judge<'a>(group: &'a ShownGroup, row: &'static str) -> Option<Judged<'a>> {
    let mut cells = row.split('|');
    let (eks, kubernetes, field) = (cells.next()?, cells.next()?, cells.next()?);
    let (test, title) = (cells.next()?, cells.next()?);
    let (verdict, value, setting) = verdict(group, field, test);
    Some(Judged { group, eks, kubernetes, field, title, verdict, value, setting })
}

fn verdict<'a>(group: &'a ShownGroup, path: &str, test: &str) -> (Verdict, String, Option<&'a ShownSetting>) {
    let Some(whole) = group.whole.as_ref().filter(|_| group.kubelet) else {
        return (Verdict::NotApplicable, "no kubelet configuration".to_owned(), None);
    };
    if group.starts == Some(false) {
        return (Verdict::Unknown, format!("its kubelet does not start: {}", group.why_not.join("; ")), None);
    }
    if path.starts_with("--") {
        let given = whole.others.iter().find(|flag| flag.split('=').next() == Some(path));
        return match (given, &whole.more) {
            (Some(flag), _) => (Verdict::Fail, flag.clone(), None),
            (None, Some(why)) => (Verdict::Unknown, why.clone(), None),
            (None, None) => (Verdict::Pass, "not given".to_owned(), None),
        };
    }
    let Some(found) = whole.fields.iter().find(|f| f.setting.field == path) else {
        return (Verdict::NotApplicable, "this version of the kubelet does not have it".to_owned(), None);
    };
    let setting = Some(&found.setting);
    if let Some(why) = &found.unknown {
        return (Verdict::Unknown, why.clone(), setting);
    }
    let pass = passes(test, found.value.as_ref(), found.setting.from.is_default());
    let value = found.setting.effective.clone().unwrap_or_else(|| "not set".to_owned());
    (if pass { Verdict::Pass } else { Verdict::Fail }, value, setting)
}

/// Whether a value passes a test.
fn passes(test: &str, value: Option<&Value>, is_default: bool) -> bool {
    let text = value.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).unwrap_or_default();
    let number = || value.map_or(Some(0), Value::as_i64);
    let set = |gate: &str| value.and_then(|gates| gates.get(gate));
    match test.strip_prefix("is ").unwrap_or(test) {
        "set" => !text.is_empty(),
        "unset or true" => is_default || text == "true",
        "0" => number() == Some(0),
        test => match test.split_once(' ') {
            Some(("not", wanted)) => text != wanted,
            Some(("at", least)) => {
                let least = least.strip_prefix("least ").and_then(|l| l.parse().ok()).unwrap_or(i64::MAX);
                number().is_some_and(|n| n >= least)
            }
            Some(("has", gate)) => match gate.strip_prefix("no closed ") {
                Some(gate) => set(gate) != Some(&Value::Bool(false)),
                None => set(gate) == Some(&Value::Bool(true)),
            },
            Some(("within", allowed)) => value.and_then(Value::as_array).is_some_and(|items| {
                let known = |item: &Value| item.as_str().is_some_and(|i| allowed.split(' ').any(|a| a == i));
                !items.is_empty() && items.iter().all(known)
            }),
            _ => text == test,
        },
    }
}

/// Prints every control for every node group as CSV, one line each.
///
/// # Errors
/// If `out` cannot be written to.
pub fn controls_csv(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "node_group,cis_eks,cis_kubernetes,control,field,result,value,place,when")?;
    for one in judged(scan) {
        let place = one
            .setting
            .and_then(|s| s.place.as_ref())
            .map(|p| format!("{}:{}:{}", scan.relative(p.source.path()), p.start().line, p.start().column));
        let id = one.group.id();
        let place = place.unwrap_or_default();
        let when: Vec<_> = one.group.when.conditions().iter().map(ToString::to_string).collect();
        let when = when.join(" and ");
        let cells =
            [&*id, one.eks, one.kubernetes, one.title, one.field, one.verdict.word(), &one.value, &place, &when];
        let cells = cells.map(cell);
        writeln!(out, "{}", cells.join(","))?;
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
pub fn controls_json(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let number = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let place = |one: &Judged<'_>| {
        let place = one.setting?.place.as_ref()?;
        let start = place.start();
        Some(json!({"path": scan.relative(place.source.path()), "line": start.line, "column": start.column}))
    };
    let controls: Vec<_> = judged(scan)
        .iter()
        .map(|one| {
            json!({
                "node_group": one.group.id(),
                "when": one.group.when.conditions().iter().map(ToString::to_string).collect::<Vec<_>>(),
                "cis_eks": number(one.eks),
                "cis_kubernetes": number(one.kubernetes),
                "control": one.title,
                "field": one.field,
                "result": one.verdict.word(),
                "value": one.value,
                "place": place(one),
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json!({"version": 1, "controls": controls}))?;
    writeln!(out)
}

/// Prints the same for people: each node group with its controls.
///
/// # Errors
/// If `out` cannot be written to.
pub fn controls_table(scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let all = judged(scan);
    for results in all.chunk_by(|a, b| std::ptr::eq(a.group, b.group)) {
        let Some(Judged { group, .. }) = results.first() else { continue };
        writeln!(out, "{} ({})", harmless(&group.shown()), look.spot(&group.place))?;
        for condition in group.when.conditions() {
            writeln!(out, "  only if `{}`", harmless(&condition.to_string()))?;
        }
        writeln!(out, "  {:<6}  {:<6}  {:<7}  control", "EKS", "K8s", "result")?;
        for one in results {
            let (word, title) = (one.verdict.word(), one.title);
            writeln!(out, "  {:<6}  {:<6}  {word:<7}  {title}", one.eks, one.kubernetes)?;
            if one.verdict != Verdict::Pass {
                let spot = one.setting.and_then(|s| s.place.as_ref()).map(|p| format!(" at {}", look.spot(p)));
                writeln!(out, "  {:25}{}: {}{}", "", one.field, harmless(&one.value), spot.unwrap_or_default())?;
            }
        }
        writeln!(out)?;
    }
    let count = |verdict| all.iter().filter(|one| one.verdict == verdict).count();
    let (pass, fail) = (count(Verdict::Pass), count(Verdict::Fail));
    writeln!(out, "{pass} pass, {fail} fail, {} unknown.", count(Verdict::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_tested_as_a_benchmark_says() {
        let cases = [
            ("is false", json!(false), false, true),
            ("is false", json!(true), false, false),
            ("is not AlwaysAllow", json!("Webhook"), false, true),
            ("is not AlwaysAllow", json!("AlwaysAllow"), true, false),
            ("is set", json!("/ca.crt"), false, true),
            ("is set", json!(""), false, false),
            ("is 0", Value::Null, false, false),
            ("is 0", json!(10255), true, false),
            ("is unset or true", json!(false), false, false),
            ("is unset or true", json!(false), true, true),
            ("is at least 1", json!(-1), true, false),
            ("is at least 0", json!(0), false, true),
            ("has A", json!({"A": true}), false, true),
            ("has A", json!({"A": false}), false, false),
            ("is within A B", json!(["A"]), false, true),
            ("is within A B", json!(["A", "C"]), false, false),
        ];
        for (test, value, is_default, want) in cases {
            assert_eq!(passes(test, Some(&value), is_default), want, "{test} {value}");
        }
        assert!(passes("is 0", None, true) && !passes("is set", None, true) && !passes("is within A", None, true));
        assert!(ROWS.lines().all(|row| row.split('|').count() == 5));
    }

    #[test]
    fn cells_are_quoted_and_no_formula() {
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("-1"), "-1");
    }
}
