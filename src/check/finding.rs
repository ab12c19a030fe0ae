//! Findings. Everything is resolved to places, so a finding outlives its unit.

use std::path::Path;
use std::sync::Arc;

use crate::node::Root;
use crate::text::Place;
use crate::value::{Condition, Guard};

use super::front::Level;
use super::rule::Rule;

/// The most ways to reach a node that are simplified.
const MAX_WAYS: usize = 64;

/// The most steps in which it is found out whether a finding holds always.
const MAX_STEPS: usize = 256;

/// The most guards that are named, those with the fewest conditions.
const SHOWN_WAYS: usize = 8;

/// A finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that produced it.
    pub rule: &'static Rule,
    /// Its level.
    pub level: Level,
    /// The consequence in one line: lower case, no full stop, understandable on its own.
    pub headline: String,
    /// Where the fault is written; one line.
    pub at: Frame,
    /// True if `at` is the value itself, byte for byte, and not the source it was decoded or computed from.
    pub(crate) exact: bool,
    /// The line that the node runs, where it differs from the line at `at`.
    pub runs: Option<Frame>,
    /// The path of the value from where it is written to the node, both ends included.
    pub hops: Vec<Hop>,
    /// The affected node groups, sorted by name.
    pub groups: Vec<GroupRef>,
    /// When it applies; empty for *always*. Any one of the guards is enough.
    pub(crate) when: Vec<Guard>,
    /// What to do, as an action.
    pub help: String,
    /// Facts that help to assess it.
    pub notes: Vec<String>,
    /// Name of the field, with the key of a map field.
    pub field: String,
    /// The value as written.
    pub raw: String,
    /// The duration that the kubelet runs with, in Go's rendering; `None` if it does not start.
    pub effective: Option<String>,
    /// Further fields with the same fault in the same document.
    pub(crate) siblings: Vec<String>,
    /// Every place in a file that the value passes: where it is written, each hop, the node
    /// group. Sorted.
    pub passes: Vec<Place>,
    /// The default of the field in nanoseconds, if it has one.
    pub(crate) default: Option<i64>,
    /// A safe fix, if there is one.
    pub fix: Option<Fix>,
    /// Why there is none, as a part of a sentence.
    pub(crate) unfixed: &'static str,
    /// The folder whose configuration judges it, if that is not the one of its file.
    pub(crate) home: Option<Arc<Path>>,
}

/// A change of a file: a place and its replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The place, in a file.
    pub place: Place,
    /// The replacement.
    pub text: String,
}

/// A place with a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The place.
    pub place: Place,
    /// A short fragment that describes the place.
    pub label: String,
}

/// One step on the path from the value to the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The place; it may be in a derived text.
    pub place: Place,
    /// A description of the step.
    pub words: String,
}

/// A node group that a finding affects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupRef {
    /// Its address.
    pub name: Arc<str>,
    /// What it belongs to.
    pub(crate) root: Root,
    /// The block or key that describes it.
    pub place: Place,
}

impl GroupRef {
    /// Its identity: root and address.
    pub fn id(&self) -> String {
        self.root.id(&self.name)
    }

    /// Its name for people: its id, or only its address where that is clear.
    pub fn shown(&self) -> String {
        self.root.shown(&self.name, &self.place)
    }
}

impl Finding {
    /// The affected node groups for people, each once.
    pub fn shown_groups(&self) -> Vec<String> {
        let mut names: Vec<_> = self.groups.iter().map(GroupRef::shown).collect();
        names.dedup();
        names
    }

    /// A finding at one place, without any details.
    pub(crate) fn new(rule: &'static Rule, headline: String, at: Frame) -> Self {
        Self {
            rule,
            level: rule.level,
            headline,
            passes: vec![at.place.clone()],
            at,
            exact: false,
            runs: None,
            hops: Vec::new(),
            groups: Vec::new(),
            when: Vec::new(),
            help: String::new(),
            notes: Vec::new(),
            field: String::new(),
            raw: String::new(),
            effective: None,
            siblings: Vec::new(),
            default: None,
            fix: None,
            unfixed: "",
            home: None,
        }
    }

    /// True if it applies under all conditions.
    pub fn is_certain(&self) -> bool {
        self.when.is_empty()
    }

    /// The conditions as text, such as "only if var.debug"; empty for *always*.
    pub fn condition(&self) -> String {
        if self.when.is_empty() {
            return String::new();
        }
        let mut guards: Vec<_> = self.when.iter().map(Guard::conditions).collect();
        let more = guards.len().saturating_sub(SHOWN_WAYS);
        if more > 0 {
            guards.sort_by_key(|conditions| conditions.len());
        }
        let words = |guard: &&[Condition]| guard.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(" and ");
        let mut ways: Vec<_> = guards.iter().take(SHOWN_WAYS).map(words).collect();
        if more > 0 {
            ways.push(format!("in {more} other cases"));
        }
        format!("only if {}", ways.join(", or "))
    }

    /// The key that findings about the same thing share, in the order of the report.
    pub(crate) fn key(&self) -> (&Place, &str, &str) {
        (&self.at.place, &self.rule.id, &self.field)
    }

    /// True if both are about the same field, and one place contains the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (&self.at.place, &other.at.place);
        let within = |a: &Place, b: &Place| a.start <= b.start && b.end <= a.end;
        self.rule.id == other.rule.id
            && self.field == other.field
            && a.source.path() == b.source.path()
            && a.start < b.end
            && (within(a, b) || within(b, a))
    }

    /// Adds the node groups and conditions of another finding about the same thing; [`Self::tidy`] follows the last one.
    pub(crate) fn absorb(&mut self, other: Self) {
        if self.is_certain() || other.is_certain() {
            self.when.clear();
        } else {
            self.when.extend(other.when);
            self.when.sort();
            self.when.dedup();
            while self.when.len() <= MAX_WAYS
                && let Some((a, b, either)) = joinable(&self.when)
            {
                self.when.remove(b);
                self.when.remove(a);
                self.when.push(either);
                self.when.sort();
                self.when.dedup();
            }
            // An unconditional guard makes all others redundant.
            if self.when.iter().any(Guard::is_always) {
                self.when.clear();
            }
        }
        self.level = self.level.max(other.level);
        self.passes.extend(other.passes);
        // A fix of only one of them does not fix both.
        if self.fix != other.fix {
            (self.fix, self.unfixed) = (None, "node groups read the value in two ways");
        }
        let (mine, others) = (&self.at.place, &other.at.place);
        let narrower = others.end - others.start < mine.end - mine.start;
        if other.exact && !self.exact || other.exact == self.exact && narrower {
            (self.at, self.exact, self.runs, self.hops) = (other.at, other.exact, other.runs, other.hops);
        }
        self.groups.extend(other.groups);
    }

    /// Sorts what it has from others. Once is enough, however many they were.
    pub(crate) fn tidy(&mut self) {
        let mut steps = MAX_STEPS;
        if Guard::leave_nothing(&self.when, &mut steps) {
            self.when.clear();
        }
        self.passes.sort();
        self.passes.dedup();
        self.groups.sort();
        self.groups.dedup();
    }
}

/// Two guards that differ in one answer only, and their union.
fn joinable(ways: &[Guard]) -> Option<(usize, usize, Guard)> {
    ways.iter().enumerate().find_map(|(a, one)| {
        ways.iter().enumerate().skip(a + 1).find_map(|(b, two)| Some((a, b, one.or(two).or_else(|| two.or(one))?)))
    })
}
