//! From an effective configuration to findings.

use std::collections::BTreeMap;

use crate::node::{Booted, NodeGroup, Reason};
use crate::runtime::Name;
use crate::setting::{Meaning, Mechanism, Setting, Settled, render_duration};
use crate::text::{Place, Span, TextId, Texts, Trail};
use crate::value::{Condition, Guard};

use super::predicate::{self, Hit};
use super::{Finding, Frame, GroupRef, Hop, Level, Predicate, Rule, opt_in};

/// Zero durations in one document from which on it is read as a dump that a program wrote: `kubeadm` writes `0s` for every
/// duration that is not set (kubernetes/kubernetes#117772).
const DUMP: usize = 4;

/// What people choose about the rules themselves.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The longest streaming idle timeout in nanoseconds that is not reported.
    pub limit: Option<i64>,
    /// The streaming idle timeout that fixes write, if it is not the kubelet's default.
    pub write: Option<String>,
}

/// What `rules` say of one boot of `group`. A boot of which nothing is known gives nothing.
pub fn judge(
    rules: &[&'static Rule],
    options: &Options,
    group: &NodeGroup,
    booted: &Booted,
    texts: &Texts,
) -> Vec<Finding> {
    let mut out = judge_all(rules, group, booted, texts);
    out.extend(rules.iter().flat_map(|rule| opt_in::judge(rule, options, group, booted, texts)));
    out
}

fn judge_all(rules: &[&'static Rule], group: &NodeGroup, booted: &Booted, texts: &Texts) -> Vec<Finding> {
    let mut out = Vec::new();
    for rule in rules {
        if rule.predicate == Predicate::DeadSetting {
            let hits = predicate::dead(group, Some(booted));
            let hits = hits.iter().filter(|h| rule.covers(h.setting.field));
            out.extend(hits.map(|hit| find(rule, hit, group, Some(booted), texts)));
            continue;
        }
        for runtime in &booted.runtimes {
            let Some(when) = booted.when.and(&runtime.when) else { continue };
            let booted = Booted {
                when,
                effective: None,
                runtimes: Vec::new(),
                gaps: Vec::new(),
                dead: Vec::new(),
                family: booted.family,
            };
            let hits = rule.predicate.runtime_hits(runtime);
            let hits = hits.iter().filter(|h| rule.covers(h.setting.field));
            out.extend(hits.map(|hit| find(rule, hit, group, Some(&booted), texts)));
        }
        let Some(effective) = &booted.effective else { continue };
        let hits: Vec<_> =
            rule.predicate.hits(effective).into_iter().filter(|h| rule.covers(h.setting.field)).collect();
        if rule.predicate == Predicate::ReplacedZero {
            out.extend(by_document(&hits).into_values().flat_map(|hits| replaced(rule, &hits, group, booted, texts)));
        } else {
            out.extend(hits.iter().map(|hit| find(rule, hit, group, Some(booted), texts)));
        }
    }
    out
}

/// What `rules` say of a description of which nothing reaches a node.
pub fn judge_unreached(rules: &[&'static Rule], group: &NodeGroup, texts: &Texts) -> Vec<Finding> {
    let rules = rules.iter().filter(|r| r.predicate == Predicate::DeadSetting);
    let hits = |rule: &&'static Rule| {
        let rule = *rule;
        let hits = predicate::dead(group, None).into_iter().filter(|h| rule.covers(h.setting.field));
        hits.map(|hit| find(rule, &hit, group, None, texts)).collect::<Vec<_>>()
    };
    rules.flat_map(hits).collect()
}

/// Where what reaches the kubelet of a boot is written. What reaches one kubelet is not dead.
pub fn delivered(booted: &Booted, texts: &Texts) -> Vec<Place> {
    let fields = booted.effective.iter().flat_map(|e| &e.fields).flat_map(|s| s.winner.iter().chain(&s.shadowed));
    let failed = booted.effective.iter().flat_map(|e| &e.failures).filter_map(|f| f.setting.as_ref());
    fields.chain(failed).map(|setting| texts.place(texts.trail(place_of(setting)).origin())).collect()
}

/// The value, or what carries it where it is empty.
fn place_of(setting: &Setting) -> Span {
    if setting.at.is_empty() { setting.carrier } else { setting.at }
}

fn by_document<'h, 'a>(hits: &'h [Hit<'a>]) -> BTreeMap<TextId, Vec<&'h Hit<'a>>> {
    let mut out: BTreeMap<TextId, Vec<&Hit<'_>>> = BTreeMap::new();
    for hit in hits {
        out.entry(hit.setting.at.text).or_default().push(hit);
    }
    out
}

/// One finding for each replaced zero, or a single note where a document has so many that a program must have written them.
fn replaced(rule: &'static Rule, hits: &[&Hit<'_>], group: &NodeGroup, booted: &Booted, texts: &Texts) -> Vec<Finding> {
    let mut findings: Vec<_> = hits.iter().map(|hit| find(rule, hit, group, Some(booted), texts)).collect();
    if findings.len() < DUMP {
        return findings;
    }
    let first = findings.iter().position(|f| f.field == "streamingConnectionIdleTimeout").unwrap_or(0);
    let mut one = findings.swap_remove(first);
    one.level = Level::Note;
    one.headline = format!("{} durations of 0s in this document are replaced by their defaults", findings.len() + 1);
    one.siblings = findings.iter().map(|f| f.field.clone()).collect();
    one.siblings.sort();
    one.notes.insert(0, format!("the others are {}", one.siblings.join(", ")));
    one.notes.push("kubeadm and other programs write 0s for every duration that is not set".into());
    one.help = "remove these lines, or write the times that the nodes should run with".into();
    vec![one]
}

pub(super) fn find(
    rule: &'static Rule,
    hit: &Hit<'_>,
    group: &NodeGroup,
    booted: Option<&Booted>,
    texts: &Texts,
) -> Finding {
    let setting = hit.setting;
    let way = Way::of(setting, texts);
    let words = Words::of(rule, hit, group);
    let place = way.at.first_line();
    let label = match &way.wrapped {
        Some(step) => format!("{}, inside {step}", words.label),
        None => words.label,
    };
    let runs = way.runs.filter(|runs| !same_line(&place, runs)).map(|place| Frame { place, label: words.carried });
    let mut hops = way.hops;
    let own = texts.place(texts.trail(group.place).origin()).first_line();
    let mut passes = way.passes;
    passes.push(own.clone());
    passes.sort();
    passes.dedup();
    let last = match hit.dead {
        Some(_) => format!("{} does not get it", group.name),
        None => format!("{} boots with it", group.name),
    };
    hops.push(Hop { place: own.clone(), words: last });
    hops.dedup_by(|b, a| a.place == b.place && b.words.is_empty());
    Finding {
        rule,
        level: rule.level_for(setting.field),
        headline: words.headline,
        at: Frame { place, label },
        exact: way.exact,
        runs,
        hops,
        groups: vec![GroupRef { name: group.name.clone(), place: own }],
        when: when(group, booted, hit).map(|g| g.without_scopes()).filter(|g| !g.is_always()).into_iter().collect(),
        help: words.help,
        notes: words.notes,
        field: field_name(setting),
        raw: setting.raw.to_text().into_owned(),
        effective: hit.settled.and_then(|s| s.effective).map(render_duration),
        siblings: Vec::new(),
        passes,
        fix: None,
    }
}

/// What is assumed: the ways that the source leaves open, and that nothing unknown has the last word.
fn when(group: &NodeGroup, booted: Option<&Booted>, hit: &Hit<'_>) -> Option<Guard> {
    if hit.dead.is_some() {
        return hit.when.map_or_else(|| Some(group.when.clone()), |when| group.when.and(when));
    }
    let guard = group.when.and(&booted?.when)?;
    match hit.settled.filter(|s| !s.depends_on_version()).and_then(|s| s.unknown.as_ref()) {
        Some(why) => guard.and(&Guard::of(Condition::new(format!("nothing overrides it: {why}"), true))),
        None => Some(guard),
    }
}

fn field_name(setting: &Setting) -> String {
    match &setting.key {
        Some(key) => format!("{}.{key}", setting.field.name),
        None => setting.field.name.to_owned(),
    }
}

/// True if the line at `a` holds what stands at `b` as it is, so that a second frame would tell nothing.
fn same_line(a: &Place, b: &Place) -> bool {
    let line = String::from_utf8_lossy(a.source.line(a.source.line_of(a.start))).into_owned();
    line.contains(b.first_line().text().trim())
}

/// The way of a setting's value to the file that it was written in.
struct Way {
    at: Place,
    exact: bool,
    /// The layer that the value is wrapped in where it stands, if it does not stand there as it is.
    wrapped: Option<String>,
    /// The carrier in the text that the node reads.
    runs: Option<Place>,
    hops: Vec<Hop>,
    /// The places in files.
    passes: Vec<Place>,
}

impl Way {
    fn of(setting: &Setting, texts: &Texts) -> Self {
        let value = place_of(setting);
        let trail = texts.trail(value);
        let exact = trail.exact && !setting.at.is_empty();
        let origin = trail.origin();
        let wrapped = if exact { None } else { wrapping(&trail, texts) };
        let hops = trail.hops.iter().rev().map(|hop| Hop { place: texts.place(hop.span), words: hop.step.to_string() });
        let runs = (value.text != origin.text).then(|| texts.place(one_line(setting.carrier, texts)));
        let spans = trail.hops.iter().map(|hop| hop.span).chain([setting.carrier]);
        let passes = spans.map(|span| texts.place(texts.trail(span).origin()).first_line()).collect();
        Self { at: texts.place(origin), exact, wrapped, runs, hops: hops.collect(), passes }
    }
}

/// The name of the derived text that stands right above the file, if what stands in the file is not the text itself.
fn wrapping(trail: &Trail, texts: &Texts) -> Option<String> {
    let made = trail.hops.iter().rev().find(|h| texts.place(h.span).source.is_derived())?;
    Some(made.step.to_string())
}

/// A carrier may be several lines long (a flag and its value as two words); its last line has the value.
fn one_line(span: Span, texts: &Texts) -> Span {
    let bytes = texts.slice(span);
    match bytes.iter().rposition(|b| *b == b'\n') {
        Some(at) if at + 1 < bytes.len() => Span { start: span.start + at as u32 + 1, ..span },
        _ => span,
    }
}

/// The sentences of a finding.
struct Words {
    headline: String,
    label: String,
    carried: String,
    help: String,
    notes: Vec<String>,
}

impl Words {
    fn of(rule: &Rule, hit: &Hit<'_>, group: &NodeGroup) -> Self {
        let setting = hit.setting;
        let field = setting.field;
        let raw = setting.raw.to_text();
        let name = field_name(setting);
        let shown = match &setting.by {
            Mechanism::Flag => format!("--{}", field.flag.unwrap_or(field.name)),
            _ => name.clone(),
        };
        let runtime = Name::of(field);
        let (program, configuration) = match runtime {
            None => ("the kubelet", "the kubelet's configuration".to_owned()),
            Some(name) => (name.words(), format!("{}'s configuration", name.words())),
        };
        let shown =
            if runtime.is_some() && setting.by != Mechanism::Flag { crate::runtime::KEY.to_owned() } else { shown };
        let carried = match &setting.by {
            _ if hit.dead.is_some() => "as the node has it".to_owned(),
            Mechanism::Flag => format!("on the node: {program}'s command line"),
            Mechanism::ConfigFile => format!("on the node: {configuration}"),
            Mechanism::DropIn(file) if runtime.is_some() => format!("on the node: {configuration}, in {file}"),
            Mechanism::DropIn(file) => format!("on the node: the kubelet's drop-in {file}"),
            Mechanism::Running => "the running kubelet's own answer".to_owned(),
        };
        let mut notes = Vec::new();
        let remove = match &setting.by {
            Mechanism::Flag => "remove the flag",
            _ => "remove the line",
        };
        let suggestion = suggestion(field.default);
        let label = if hit.dead.is_some() {
            "this timeout".to_owned()
        } else if setting.is_zero() {
            zero_label(&raw)
        } else {
            "this value".to_owned()
        };
        let meaning = hit.settled.and_then(Settled::zero);
        if let Some(Meaning::Harmful(why) | Meaning::Refused(why)) = meaning
            && rule.predicate == Predicate::HarmfulZero
        {
            notes.push(why.to_owned());
        }
        notes.extend(group.remark.map(str::to_owned));
        let headline = match (rule.predicate, meaning) {
            (Predicate::EffectiveZero, _) if group.running && field.name == "streamingConnectionIdleTimeout" => {
                "a running kubelet has its streaming idle timeout disabled".to_owned()
            }
            (Predicate::EffectiveZero | Predicate::HarmfulZero, _) if group.running => {
                format!("a running kubelet has `{shown}` at zero")
            }
            (Predicate::EffectiveZero, _) if field.name == "streamingConnectionIdleTimeout" => {
                "the streaming idle timeout is disabled".to_owned()
            }
            (Predicate::HarmfulZero, Some(Meaning::Refused(_))) => {
                format!("the kubelet does not start: `{shown}` is zero")
            }
            (Predicate::EffectiveZero | Predicate::HarmfulZero, _) => {
                format!("the kubelet runs with `{shown}` at zero")
            }
            (Predicate::ReplacedZero, _) => {
                notes.push("in a file the kubelet cannot tell a zero from a setting that is missing".to_owned());
                if hit.settled.is_some_and(Settled::depends_on_version) {
                    notes.push("Kubernetes 1.29 to 1.31 keep a zero that comes by drop-in".to_owned());
                }
                format!("`{name}` is {suggestion}, not zero")
            }
            (Predicate::DeadSetting, _) => {
                let why = hit.dead.map(Reason::message).unwrap_or_default();
                let reaches = match hit.dead {
                    Some(Reason::NotRestarted) => "does not reach the running kubelet",
                    _ => "never reaches the kubelet",
                };
                format!("`{shown}` {reaches}: {why}")
            }
            (Predicate::RuntimeZero, _) => {
                notes.push("the runtime serves these streams, whatever the kubelet's own timeout is".to_owned());
                format!("idle exec, attach and port-forward streams are never closed: {program}'s `{shown}` is zero")
            }
            (Predicate::AboveLimit | Predicate::BelowLimit, _) => {
                let effective = hit.settled.and_then(|s| s.effective).map(render_duration).unwrap_or_default();
                let side = if rule.predicate == Predicate::BelowLimit { "below" } else { "above" };
                format!("`{shown}` is {effective}, which is {side} the limit")
            }
            (Predicate::Unset | Predicate::Comment, _) => format!("nobody sets `{shown}`"),
            (Predicate::InvalidDuration, _) => {
                notes.push(format!("{program} says: {}", hit.complaint.unwrap_or("not a duration")));
                let fails =
                    if runtime == Some(Name::Containerd) { "does not load its CRI plugin" } else { "does not start" };
                format!("{program} {fails}: `{shown}` is no duration")
            }
        };
        let help = match rule.predicate {
            _ if group.running => {
                format!("find what sets it on the node, and write a time there, such as `{suggestion}`")
            }
            Predicate::InvalidDuration => write_duration(&raw, &suggestion, program),
            Predicate::DeadSetting => hit.dead.map(Reason::help).unwrap_or_default().to_owned(),
            _ => format!("write a time, such as `{suggestion}`, or {remove}"),
        };
        Self { headline, label, carried, help, notes }
    }
}

fn zero_label(raw: &str) -> String {
    match raw {
        "0" | "0s" => "this zero".to_owned(),
        _ => "reads as zero".to_owned(),
    }
}

/// The default as a person would write it, or an example.
pub fn suggestion(default: Option<i64>) -> String {
    let seconds = default.filter(|d| *d > 0 && d % 1_000_000_000 == 0).map(|d| d.cast_unsigned() / 1_000_000_000);
    match seconds {
        // Go reads what humantime writes for whole hours, minutes and seconds, but not days, and no spaces.
        Some(s) if s < 86_400 => {
            humantime::format_duration(std::time::Duration::from_secs(s)).to_string().replace(' ', "")
        }
        _ => "10s".to_owned(),
    }
}

/// What to write instead of something that is no duration. What people would understand, humantime reads.
fn write_duration(raw: &str, suggestion: &str, program: &str) -> String {
    let meant = humantime::parse_duration(raw)
        .ok()
        .filter(|d| !d.is_zero() && d.subsec_nanos() == 0)
        .and_then(|d| i64::try_from(d.as_nanos()).ok())
        .map(render_duration);
    let digits = !raw.is_empty() && raw != "0" && raw.bytes().all(|b| b.is_ascii_digit());
    match meant {
        Some(meant) => format!("write `\"{meant}\"`; {program} knows h, m, s, ms, us and ns"),
        None if digits => format!("write a unit, such as `\"{raw}s\"`"),
        None => format!("write a time with its unit as text, such as `\"{suggestion}\"`"),
    }
}
