//! One rule applied to one node group: what all predicates share, from a faulty setting to a finding.

use crate::node::{Booted, NodeGroup};
use crate::runtime::{KEY, Name};
use crate::setting::{Failure, FailureKind, Mechanism, SetBy, Setting, Settled, render_duration};
use crate::text::{Place, Span, Texts, Trail};
use crate::value::{Condition, Guard};

use super::finding::{Finding, Frame, GroupRef, Hop};
use super::front::Level;
use super::rule::Rule;

/// The rule and the node group it is applied to.
pub(super) struct Case<'a> {
    pub(super) rule: &'static Rule,
    pub(super) group: &'a NodeGroup,
    pub(super) texts: &'a Texts,
}

/// A faulty setting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault<'a> {
    /// The statement.
    pub(super) setting: &'a Setting,
    /// The settled field, if there is one.
    pub(super) settled: Option<&'a Settled>,
    /// True if no kubelet reads it.
    pub(super) ineffective: bool,
}

/// What a rule reports about a fault.
pub(super) struct Sentences {
    pub(super) headline: String,
    pub(super) help: String,
    pub(super) notes: Vec<String>,
}

/// The name of a setting and the program that reads it.
pub(super) struct Names {
    /// The field, with the key of a map field.
    pub(super) field: String,
    /// The same as written: as a flag or as a key.
    pub(super) written: String,
    /// The program that reads it.
    pub(super) program: &'static str,
    /// The container runtime, if it is one.
    pub(super) runtime: Option<Name>,
    /// A duration to use instead.
    pub(super) suggestion: String,
}

impl Names {
    pub(super) fn of(setting: &Setting) -> Self {
        let field = setting.field;
        let runtime = Name::of(field);
        let name = match &setting.key {
            Some(key) => format!("{}.{key}", field.name),
            None => field.name.to_owned(),
        };
        let written = match &setting.by {
            Mechanism::Flag => format!("--{}", field.flag.unwrap_or(field.name)),
            _ if runtime.is_some() => KEY.to_owned(),
            _ => name.clone(),
        };
        let program = runtime.map_or("the kubelet", Name::words);
        Self { field: name, written, program, runtime, suggestion: suggestion(field.default) }
    }

    /// Where the setting is on the node.
    fn carried(&self, by: &Mechanism) -> String {
        let program = self.program;
        match by {
            Mechanism::Flag => format!("on the node: {program}'s command line"),
            Mechanism::ConfigFile => format!("on the node: {program}'s configuration"),
            Mechanism::DropIn(file) if self.runtime.is_some() => {
                format!("on the node: {program}'s configuration, in {file}")
            }
            Mechanism::DropIn(file) => format!("on the node: the kubelet's drop-in {file}"),
            Mechanism::Running => "the running kubelet's own answer".to_owned(),
        }
    }
}

impl Case<'_> {
    /// The finding about `fault`, which holds under `when`.
    pub(super) fn find(&self, fault: &Fault<'_>, when: Option<Guard>, said: Sentences) -> Finding {
        let own = self.own();
        let setting = fault.setting;
        let names = Names::of(setting);
        let raw = setting.raw.to_text();
        let (label, carried, last) = if fault.ineffective {
            (
                if setting.field.is_duration() { "this timeout" } else { "this setting" },
                "on the node".to_owned(),
                format!("not used by {}", own.shown()),
            )
        } else {
            let label = match raw.as_ref() {
                _ if !setting.is_zero() => "this value",
                "0" | "0s" => "this zero",
                _ => "reads as zero",
            };
            (label, names.carried(&setting.by), format!("used by {}", own.shown()))
        };
        let way = Way::of(place_of(setting), setting.carrier, setting.at.is_empty(), self.texts);
        Finding {
            level: self.level(self.rule.level_for(setting.field)),
            field: names.field,
            raw: raw.into_owned(),
            effective: fault.settled.and_then(|s| s.effective).map(render_duration),
            default: setting.field.default,
            ..self.along(way, (label, carried, last), when, said)
        }
    }

    /// A finding at a value of any type, or with `missing` where it would have to be written.
    pub(super) fn at_value(&self, at: Span, by: SetBy, missing: bool, when: Guard, said: Sentences) -> Finding {
        let shown = self.own().shown();
        let carried = match by {
            SetBy::Flag => "on the node: the kubelet's command line",
            SetBy::DropIn => "on the node: the kubelet's drop-in",
            SetBy::Config | SetBy::Default => "on the node: the kubelet's configuration",
            SetBy::Running => "the running kubelet's own answer",
        };
        let (label, last) = if missing {
            ("not set here", format!("read by {shown}"))
        } else {
            ("this value", format!("used by {shown}"))
        };
        let way = Way::of(at, at, missing, self.texts);
        let found = self.along(way, (label, carried.to_owned(), last), Some(when), said);
        Finding { level: self.level(self.rule.level), runs: found.runs.filter(|_| !missing), ..found }
    }

    /// The level of a finding: what is known of a text that nothing delivers to a node is no error.
    fn level(&self, level: Level) -> Level {
        level.min(if self.group.is_loose() { Level::Warning } else { Level::Error })
    }

    /// A finding at the end of a way. The words are about the place, what runs on the node, and the node group.
    fn along(&self, path: Way, words: (&str, String, String), when: Option<Guard>, said: Sentences) -> Finding {
        let (label, carried, last) = words;
        let own = self.own();
        let place = path.at.first_line();
        let label = match &path.wrapped {
            Some(step) => format!("{label}, inside {step}"),
            None => label.to_owned(),
        };
        let runs = path.runs.filter(|runs| !same_line(&place, runs)).map(|place| Frame { place, label: carried });
        let mut passes = path.passes;
        passes.push(own.place.clone());
        passes.sort();
        passes.dedup();
        let mut hops = path.hops;
        hops.push(Hop { place: own.place.clone(), words: last });
        hops.dedup_by(|b, a| a.place == b.place && b.words.is_empty());
        Finding {
            exact: path.exact,
            runs,
            hops,
            groups: vec![own],
            when: when.map(|g| g.without_scopes()).filter(|g| !g.is_always()).into_iter().collect(),
            help: said.help,
            notes: said.notes,
            passes,
            ..Finding::new(self.rule, said.headline, Frame { place, label })
        }
    }

    /// True if a place is that of the node group: what a tool or an image sets has no other.
    pub(super) fn is_own(&self, at: Span) -> bool {
        self.texts.place(self.texts.trail(at).origin()).first_line() == self.own().place
    }

    /// A finding located at the node group, because the setting is not written anywhere.
    pub(super) fn at_group(&self, settled: &Settled, when: Guard, said: Sentences) -> Finding {
        let own = self.own();
        let place = own.place.clone();
        Finding {
            level: self.rule.level_for(settled.field),
            hops: vec![Hop { place: place.clone(), words: String::new() }],
            groups: vec![own],
            when: Some(when.without_scopes()).filter(|g| !g.is_always()).into_iter().collect(),
            help: said.help,
            notes: said.notes,
            field: settled.name(),
            effective: settled.effective.map(render_duration),
            ..Finding::new(self.rule, said.headline, Frame { place, label: "not set here".to_owned() })
        }
    }

    /// The assumptions of one boot: its conditions, and that nothing unknown overrides the value.
    pub(super) fn when(&self, boot: &Guard, settled: Option<&Settled>) -> Option<Guard> {
        let guard = self.group.when.and(boot)?;
        match settled.filter(|s| !s.depends_on_version()).and_then(|s| s.unknown.as_ref()) {
            Some(why) => guard.and(&Guard::of(Condition::new(format!("nothing overrides it: {why}"), true))),
            None => Some(guard),
        }
    }

    /// The part of the effective configuration that the rule looks at.
    pub(super) fn settled<'b>(&self, booted: &'b Booted) -> impl Iterator<Item = &'b Settled> + use<'b> {
        let rule = self.rule;
        booted.effective.iter().flat_map(|e| &e.fields).filter(move |s| rule.covers(s.field))
    }

    /// Notes that help to understand a finding in this node group.
    pub(super) fn remark(&self) -> Vec<String> {
        self.group.remark.map(str::to_owned).into_iter().collect()
    }

    /// What to do. The advice for a running node differs from `otherwise`.
    pub(super) fn help(&self, names: &Names, otherwise: String) -> String {
        if self.group.running {
            format!(
                "find out what sets it on the node, and set a non-zero duration such as `{}` there",
                names.suggestion
            )
        } else {
            otherwise
        }
    }

    /// What to do about a zero.
    pub(super) fn help_for_zero(&self, names: &Names, by: &Mechanism) -> String {
        let what = if *by == Mechanism::Flag { "flag" } else { "line" };
        self.help(names, format!("set a non-zero duration such as `{}`, or remove the {what}", names.suggestion))
    }

    fn own(&self) -> GroupRef {
        let group = self.group;
        let place = self.texts.place(self.texts.trail(group.place).origin()).first_line();
        GroupRef { name: group.name.clone(), root: group.root.clone(), place }
    }
}

/// The default in the usual notation, or an example.
pub(crate) fn suggestion(default: Option<i64>) -> String {
    let seconds = default.filter(|d| *d > 0 && d % 1_000_000_000 == 0).map(|d| d.cast_unsigned() / 1_000_000_000);
    match seconds {
        // Go reads what humantime writes for whole hours, minutes and seconds, but not days, and no spaces.
        Some(s) if s < 86_400 => {
            humantime::format_duration(std::time::Duration::from_secs(s)).to_string().replace(' ', "")
        }
        _ => "10s".to_owned(),
    }
}

/// That the kubelet does not load the document of a setting, and why, if that is certain.
pub(super) fn refusal(booted: &Booted, setting: &Setting) -> Option<String> {
    let effective = booted.effective.as_ref().filter(|effective| effective.starts == Some(false))?;
    let of_document = |failure: &&Failure| {
        failure.kind == FailureKind::ConfigFile && failure.at.is_some_and(|at| at.text == setting.carrier.text)
    };
    let failure = effective.failures.iter().find(of_document)?;
    Some(format!("the kubelet does not start: {}", failure.message))
}

/// The value, or its flag or key if the value is empty.
pub(super) fn place_of(setting: &Setting) -> Span {
    if setting.at.is_empty() { setting.carrier } else { setting.at }
}

/// True if the line at `a` contains the text at `b`, so a second frame would add nothing.
fn same_line(a: &Place, b: &Place) -> bool {
    /// What is looked at on each side of the place in a long line, in bytes.
    const LONG: usize = 64 << 10;
    String::from_utf8_lossy(a.near(LONG).0).contains(b.first_line().text().trim())
}

/// How a value reaches a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// The path from where it is written to the text that the node reads.
    pub hops: Vec<Hop>,
    /// Every place in a file that it passes, sorted.
    pub passes: Vec<Place>,
}

impl Passage {
    /// Of the value in its carrier; with `made`, it has no bytes of its own.
    pub(crate) fn of(value: Span, carrier: Span, made: bool, texts: &Texts) -> Self {
        let Way { hops, mut passes, .. } = Way::of(value, carrier, made, texts);
        passes.sort();
        passes.dedup();
        Self { hops, passes }
    }
}

/// The path of a setting's value back to the file where it is written.
struct Way {
    at: Place,
    exact: bool,
    /// The encoding of the value in the file, if it is not written there literally.
    wrapped: Option<String>,
    /// The carrier in the text that the node reads.
    runs: Option<Place>,
    hops: Vec<Hop>,
    /// The places in files.
    passes: Vec<Place>,
}

impl Way {
    /// The way of a value, which is in its carrier; with `made`, it has no bytes of its own.
    fn of(value: Span, carrier: Span, made: bool, texts: &Texts) -> Self {
        let trail = texts.trail(value);
        let exact = trail.exact && !made;
        let origin = trail.origin();
        let wrapped = if exact { None } else { wrapping(&trail, texts) };
        let hops = trail.hops.iter().rev().map(|hop| Hop { place: texts.place(hop.span), words: hop.step.to_string() });
        let runs = (value.text != origin.text).then(|| texts.place(one_line(carrier, texts)));
        let spans = trail.hops.iter().map(|hop| hop.span).chain([carrier]);
        let passes = spans.map(|span| texts.place(texts.trail(span).origin()).first_line()).collect();
        Self { at: texts.place(origin), exact, wrapped, runs, hops: hops.collect(), passes }
    }
}

/// The name of the derived text directly above the file, if the file does not contain that text literally.
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
