//! What a boot is known to leave behind, recorded from the real programs, held against what the library says.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use kubelet_lint::testing::{Booted, Cx, Family, Mechanism, Memory, NodeGroup, Span, Step, Traced, Why, run};
use libtest_mimic::Trial;
use serde_json::Value;

/// How an answer of the library relates to the truth.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// It is the truth, without a reserve.
    Agrees,
    /// It does not know, and says why.
    Unknown(String),
    /// It says something else.
    Disagrees(String),
}

/// Where the steps of a case get their texts from.
pub(crate) struct Texts<'a>(&'a mut Cx<'static>);

impl Texts<'_> {
    /// The bytes as a file of this path.
    pub(crate) fn add(&mut self, path: &str, bytes: &[u8]) -> (Traced, Span) {
        let source = kubelet_lint::Source::new(path, bytes);
        let id = self.0.texts.add_source(source.into());
        let view = self.0.texts.view(id);
        (view.traced(0..bytes.len()), view.span(0..bytes.len()))
    }
}

/// Boots a machine of a recorded family with what `steps` gives, and hands each way that the boot may go to `then`.
pub(crate) fn boot(family: &str, steps: impl FnOnce(&mut Texts<'_>) -> (Vec<Step>, Span)) -> Vec<Booted> {
    // No boot reads the disk.
    let files: &'static Memory = Box::leak(Box::new(Memory::default()));
    let mut cx = Cx::new(files);
    let (steps, place) = steps(&mut Texts(&mut cx));
    let mut group = NodeGroup::new("case", place);
    group.steps = steps;
    let base = family.strip_suffix("-managed");
    group.merged_by_eks = base.is_some();
    group.family = match base.unwrap_or(family) {
        "al2" => Some(Family::Al2),
        "al2023" => Some(Family::Al2023),
        "kubeadm" => Some(Family::Kubeadm),
        "ubuntu" => Some(Family::Ubuntu),
        "none" => None,
        other => panic!("unknown family {other}"),
    };
    group.minor = Some(if group.family == Some(Family::Al2023) { 33 } else { 28 });
    let mut ways = run(&group, &mut cx.boot());
    // A problem that is told of counts as a reason not to know.
    for problem in &cx.notes.problems {
        for way in &mut ways {
            let why = Why::NotUnderstood(problem.message.as_str().into());
            way.gaps.push(kubelet_lint::testing::Gap { at: problem.at, why });
        }
    }
    ways
}

/// A value as it was written, and what it was written in.
type Statement = (String, String);

/// What the images say in their configuration by themselves. No case is about it, so it is left out on both sides.
const IMAGE: [(&str, &str); 3] = [
    ("authentication.webhook.cacheTTL", "2m0s"),
    ("authorization.webhook.cacheAuthorizedTTL", "5m0s"),
    ("authorization.webhook.cacheUnauthorizedTTL", "30s"),
];

fn by_image(name: &str, (value, from): &Statement) -> bool {
    from == "config" && IMAGE.contains(&(name, value.as_str()))
}

/// Judges all ways that a boot may go by the recorded kubelet: `null` if none started.
fn judge(truth: &Value, ways: &[Booted]) -> Answer {
    let mut answers: Vec<Answer> = ways.iter().map(|way| judge_way(truth, way)).collect();
    let agree = answers.iter().filter(|a| **a == Answer::Agrees).count();
    match agree {
        n if n == answers.len() && n > 0 => Answer::Agrees,
        n if n > 0 => Answer::Unknown(format!("one of {} ways is right", answers.len())),
        _ => {
            let unknown = answers.iter().position(|a| matches!(a, Answer::Unknown(_))).unwrap_or_default();
            if answers.is_empty() {
                return Answer::Disagrees("there is no way to boot".to_owned());
            }
            answers.swap_remove(unknown)
        }
    }
}

fn judge_way(truth: &Value, way: &Booted) -> Answer {
    let expected: BTreeMap<String, Statement> = truth["fields"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, s)| (name.clone(), (text(&s["value"]), text(&s["from"]))))
        .filter(|(name, statement)| !by_image(name, statement))
        .collect();
    let starts = truth["starts"].as_bool();
    // Without a reason, silence says that nothing was set.
    let silent = |what: String| match way.gaps.first() {
        Some(gap) => Answer::Unknown(gap.why.to_string()),
        None => Answer::Disagrees(what),
    };
    let Some(effective) = &way.effective else {
        return match starts {
            None => Answer::Agrees,
            Some(true) if expected.is_empty() => Answer::Agrees,
            Some(_) => silent(format!("no kubelet was seen, really {truth}")),
        };
    };
    let mut found = BTreeMap::new();
    let mut unknown = None;
    for settled in effective.fields.iter().filter(|s| s.key.is_none()) {
        if let Some(why) = &settled.unknown {
            unknown = Some(why.to_string());
        } else if let Some(winner) = &settled.winner {
            let from = match winner.by {
                Mechanism::Flag => "flag",
                Mechanism::ConfigFile => "config",
                Mechanism::DropIn(_) => "drop-in",
                Mechanism::Running => "running",
            };
            let statement = (winner.raw.to_text().into_owned(), from.to_owned());
            // A null takes away what another file says.
            if !by_image(settled.field.name, &statement) && statement.0 != "null" {
                found.insert(settled.field.name.to_owned(), statement);
            }
        }
    }
    // A duration that no kubelet takes is no value of it.
    match (starts, effective.starts) {
        (Some(false), Some(false)) => return Answer::Agrees,
        (Some(really), Some(said)) if really != said => {
            let failures: Vec<_> = effective.failures.iter().map(|f| f.message.as_str()).collect();
            let what = format!("starts: {said} ({}), really {really}", failures.join("; "));
            return if said { silent(what) } else { Answer::Disagrees(what) };
        }
        (Some(_), None) if starts == Some(false) => return Answer::Unknown("whether it starts".to_owned()),
        _ => {}
    }
    for (name, statement) in &found {
        if expected.get(name) != Some(statement) {
            return Answer::Disagrees(format!("{name} is {statement:?}, really {:?}", expected.get(name)));
        }
    }
    if let Some(why) = unknown {
        return Answer::Unknown(why);
    }
    match expected.iter().find(|(name, _)| !found.contains_key(*name)) {
        Some((name, statement)) => silent(format!("{name} is not seen, really {statement:?}")),
        None => Answer::Agrees,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// One recorded case: what a machine of a family was given, and what its kubelet ended up with.
pub(crate) struct Case {
    /// Its name in the record.
    pub(crate) name: String,
    /// The image of the machine.
    pub(crate) family: String,
    /// The user data.
    pub(crate) data: Vec<u8>,
    /// What the real programs left.
    pub(crate) truth: Value,
}

/// A recorded set of cases, and how to run one.
pub(crate) struct Set {
    /// What the tests of the set are named after.
    pub(crate) name: &'static str,
    /// Cases by group, in the order of the record.
    pub(crate) groups: BTreeMap<String, Vec<Case>>,
    /// Boots a machine of the family with this user data.
    pub(crate) run: fn(family: &str, data: &[u8]) -> Vec<Booted>,
    /// At least this share of the cases, per cent, must be followed to the end.
    pub(crate) known: usize,
    /// Cases that are still read wrongly. The list may only become shorter.
    pub(crate) not_yet: &'static [&'static str],
    /// Of each case every prefix is tried whose length is the number of the case modulo this.
    pub(crate) prefix_step: usize,
}

impl Set {
    /// The tests of the set: for each group that no answer is wrong and that a case may end anywhere, and for all of them
    /// together that enough is known.
    pub(crate) fn trials(self) -> Vec<Trial> {
        let set: &'static Set = Box::leak(Box::new(self));
        let answers: &'static BTreeMap<&str, OnceLock<Tally>> =
            Box::leak(Box::new(set.groups.keys().map(|group| (group.as_str(), OnceLock::new())).collect()));
        let tally = move |group: &str| answers[group].get_or_init(|| set.tally(group));
        let mut trials = Vec::new();
        let mut first = 0;
        for (group, cases) in &set.groups {
            let name = group.replace('-', "_");
            trials.push(Trial::test(format!("{}::{name}::is_as_recorded", set.name), move || {
                let wrong: Vec<_> =
                    tally(group).wrong.iter().filter(|w| !set.not_yet.contains(&w.0.as_str())).collect();
                assert!(wrong.is_empty(), "{} answers are wrong: {wrong:#?}", wrong.len());
                Ok(())
            }));
            trials.push(Trial::test(format!("{}::{name}::may_end_anywhere", set.name), move || {
                set.end_anywhere(cases, first);
                Ok(())
            }));
            first += cases.len();
        }
        trials.push(Trial::test(format!("{}::enough_is_known", set.name), move || {
            let mut all = Tally::default();
            for group in answers.keys() {
                all.join(tally(group));
            }
            let total = all.total();
            assert!(all.agree * 100 >= total * set.known, "of {total} answers {}", all.summary(set.not_yet));
            Ok(())
        }));
        trials
    }

    fn tally(&self, group: &str) -> Tally {
        let mut tally = Tally::default();
        for case in &self.groups[group] {
            tally.add(&case.name, judge(&case.truth, &(self.run)(&case.family, &case.data)));
        }
        tally
    }

    fn end_anywhere(&self, cases: &[Case], first: usize) {
        let step = std::env::var("PREFIX_STEP").ok().and_then(|s| s.parse().ok()).unwrap_or(self.prefix_step).max(1);
        for (number, case) in cases.iter().enumerate() {
            for end in ((first + number) % step..case.data.len()).step_by(step) {
                assert!(!(self.run)(&case.family, &case.data[..end]).is_empty(), "{} up to {end}", case.name);
            }
        }
    }
}

/// Answers, counted.
#[derive(Default)]
struct Tally {
    agree: usize,
    unknown: BTreeMap<String, Vec<String>>,
    wrong: BTreeMap<String, String>,
}

impl Tally {
    fn add(&mut self, name: &str, answer: Answer) {
        match answer {
            Answer::Agrees => self.agree += 1,
            Answer::Unknown(why) => self.unknown.entry(why).or_default().push(name.to_owned()),
            Answer::Disagrees(what) => drop(self.wrong.insert(name.to_owned(), what)),
        }
    }

    fn join(&mut self, other: &Tally) {
        self.agree += other.agree;
        for (why, names) in &other.unknown {
            self.unknown.entry(why.clone()).or_default().extend_from_slice(names);
        }
        self.wrong.extend(other.wrong.clone());
    }

    fn unknown(&self) -> usize {
        self.unknown.values().map(Vec::len).sum()
    }

    fn total(&self) -> usize {
        self.agree + self.unknown() + self.wrong.len()
    }

    /// How many answers there are of each kind, what is not known for which reason, and what of `not_yet` is right by now.
    fn summary(&self, not_yet: &[&str]) -> String {
        let mut out = format!("{} agree, {} unknown, {} wrong", self.agree, self.unknown(), self.wrong.len());
        for (why, names) in &self.unknown {
            out.push_str(&format!("\n  {} {why}: {}", names.len(), names.join(" ")));
        }
        for name in not_yet.iter().filter(|name| !self.wrong.contains_key(**name)) {
            out.push_str(&format!("\n  no longer wrong, to be taken from the list: {name}"));
        }
        out
    }
}

/// Reads a recorded file below `testdata`.
pub(crate) fn recorded(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
