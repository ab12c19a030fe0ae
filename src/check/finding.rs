//! What a person is told. Everything is resolved to places, so that a finding outlives the unit it was made in.

use std::sync::Arc;

use crate::text::Place;
use crate::value::Guard;

use super::rule::{Level, Rule};

/// A finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that made it.
    pub rule: &'static Rule,
    /// How bad it is.
    pub level: Level,
    /// The consequence in one line: lower case, no full stop, complete alone.
    pub headline: String,
    /// Where a person wrote what is at fault; one line.
    pub at: Frame,
    /// True if `at` is the value itself, byte for byte, and not something that it was decoded or computed from.
    pub exact: bool,
    /// The line that the node runs, where it differs from the line at `at`.
    pub runs: Option<Frame>,
    /// The way from where the value was written to the node, both ends included.
    pub hops: Vec<Hop>,
    /// The node groups that it reaches, sorted by name.
    pub groups: Vec<GroupRef>,
    /// When it holds; empty for *always*. Any one of the guards is enough.
    pub when: Vec<Guard>,
    /// What to do, as an action.
    pub help: String,
    /// Facts that help to judge it.
    pub notes: Vec<String>,
    /// Name of the field, with the key of a map field.
    pub field: String,
    /// The value as written.
    pub raw: String,
    /// The duration that the kubelet runs with, in Go's rendering; `None` if it does not start.
    pub effective: Option<String>,
    /// Further fields with the same fault in the same document.
    pub siblings: Vec<String>,
    /// Every place in a file that the value passes, whichever text it was read in: where it was written, each hop, the node
    /// group. Sorted.
    pub passes: Vec<Place>,
    /// A change of the file that mends it for certain, if there is one.
    pub fix: Option<Fix>,
}

/// A change of a file: the bytes at a place, and what is to stand there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The place; it stands in a file.
    pub place: Place,
    /// What is to stand there.
    pub text: String,
}

/// A place with words to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The place.
    pub place: Place,
    /// A short fragment that says what stands there.
    pub label: String,
}

/// One station on the way from the value to the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The place; it may stand in a derived text.
    pub place: Place,
    /// What happens there, in words.
    pub words: String,
}

/// A node group that a finding reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupRef {
    /// Its name.
    pub name: Arc<str>,
    /// The block or key that describes it.
    pub place: Place,
}

impl Finding {
    /// A finding at one place, of which nothing further is said.
    pub fn new(rule: &'static Rule, headline: String, at: Frame) -> Self {
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
            fix: None,
        }
    }

    /// True if it holds whatever the source leaves open.
    pub fn is_certain(&self) -> bool {
        self.when.is_empty()
    }

    /// The conditions in words, such as "only if var.debug"; empty for *always*.
    pub fn condition(&self) -> String {
        if self.when.is_empty() {
            return String::new();
        }
        let ways: Vec<_> = self
            .when
            .iter()
            .map(|guard| guard.conditions().iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(" and "))
            .collect();
        format!("only if {}", ways.join(", or "))
    }

    /// What findings about the same thing have in common, in the order of the report.
    pub fn key(&self) -> (&Place, &str, &str) {
        (&self.at.place, &self.rule.id, &self.field)
    }

    /// True if both are about the same field, and the place of the one holds that of the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (&self.at.place, &other.at.place);
        let within = |a: &Place, b: &Place| a.start <= b.start && b.end <= a.end;
        self.rule.id == other.rule.id
            && self.field == other.field
            && a.source.path() == b.source.path()
            && a.start < b.end
            && (within(a, b) || within(b, a))
    }

    /// Takes in the node groups and conditions of another finding about the same thing.
    pub fn absorb(&mut self, other: Self) {
        if self.is_certain() || other.is_certain() {
            self.when.clear();
        } else {
            self.when.extend(other.when);
            self.when.sort();
            self.when.dedup();
            while let Some((a, b, either)) = joinable(&self.when) {
                self.when.remove(b);
                self.when.remove(a);
                self.when.push(either);
                self.when.sort();
                self.when.dedup();
            }
            // One way that needs nothing makes all others needless.
            if self.when.iter().any(Guard::is_always) {
                self.when.clear();
            }
        }
        self.level = self.level.max(other.level);
        self.passes.extend(other.passes);
        self.passes.sort();
        self.passes.dedup();
        // What mends one and not the other does not mend both.
        if self.fix != other.fix {
            self.fix = None;
        }
        let (mine, others) = (&self.at.place, &other.at.place);
        let narrower = others.end - others.start < mine.end - mine.start;
        if other.exact && !self.exact || other.exact == self.exact && narrower {
            (self.at, self.exact, self.runs, self.hops) = (other.at, other.exact, other.runs, other.hops);
        }
        self.groups.extend(other.groups);
        self.groups.sort();
        self.groups.dedup();
    }
}

/// Two ways that differ in one answer only, and what they come to together.
fn joinable(ways: &[Guard]) -> Option<(usize, usize, Guard)> {
    ways.iter().enumerate().find_map(|(a, one)| {
        ways.iter().enumerate().skip(a + 1).find_map(|(b, two)| Some((a, b, one.or(two).or_else(|| two.or(one))?)))
    })
}
