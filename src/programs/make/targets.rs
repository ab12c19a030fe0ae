//! Targets of rules, and the goals that they fit.

use std::collections::BTreeMap;

use crate::text::budget;

/// The most targets with `%` that are looked at.
const MAX_PATTERNS: usize = 100;

/// Numbers by the targets that they are for.
pub(super) struct ByTarget<'a> {
    named: BTreeMap<&'a str, Vec<usize>>,
    patterns: Vec<(&'a str, usize)>,
}

impl<'a> ByTarget<'a> {
    pub(super) fn new(of: impl Iterator<Item = (&'a str, usize)>) -> Self {
        let mut out = Self { named: BTreeMap::new(), patterns: Vec::new() };
        for (target, n) in of {
            if target.contains('%') {
                out.patterns.push((target, n));
            } else {
                out.named.entry(target).or_default().push(n);
            }
        }
        out.patterns = budget::at_most(out.patterns, MAX_PATTERNS, "targets of a makefile with `%`").collect();
        out
    }

    /// The numbers for a goal.
    pub(super) fn of(&self, goal: &str) -> Vec<usize> {
        let patterns = self.patterns.iter().filter(|(pattern, _)| fits(pattern, goal)).map(|(_, n)| *n);
        let mut out: Vec<usize> = self.named.get(goal).into_iter().flatten().copied().chain(patterns).collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// True if a target of a rule is a goal, or a pattern for it.
pub(crate) fn fits(target: &str, goal: &str) -> bool {
    match target.split_once('%') {
        Some((before, after)) => {
            goal.len() >= before.len() + after.len() && goal.starts_with(before) && goal.ends_with(after)
        }
        None => target == goal,
    }
}
