//! Values that only a deployment chooses, where the template lists the options: the allowed values of a
//! parameter, and the keys of a mapping that an unknown value selects.

use crate::node::{Gap, NodeGroup, Step};
use crate::text::{Layer, Span, Traced, Why};
use crate::value::{Guard, MAX_ALTERNATIVES};

use super::choice::{Choice, Chosen};
use super::intrinsics::Evaluator;

impl Evaluator<'_> {
    /// Records a choice for `name`, unless it is already made or recorded.
    pub(super) fn want(&mut self, name: &str, choices: Vec<Choice>) {
        if choices.len() > 1 && !self.chosen.contains_key(name) && !self.wanted.iter().any(|(n, _)| n == name) {
            self.wanted.push((name.to_owned(), choices));
        }
    }

    /// The result of `run` with the defaults, and then with every other choice that makes a difference.
    pub(super) fn explore(&mut self, at: Span, run: &mut dyn FnMut(&mut Self) -> Vec<NodeGroup>) -> Vec<NodeGroup> {
        let (base, wanted) = self.attempt(&Chosen::new(), run);
        let mut groups = joined(base);
        if wanted.is_empty() {
            return groups;
        }
        let (outcomes, whole) = match self.all_outcomes(&wanted, run) {
            Some(outcomes) => (outcomes, true),
            None => (self.single_ways(&wanted, run), false),
        };
        let mut others: Vec<(Guard, Vec<NodeGroup>)> =
            outcomes.into_iter().map(|(when, way)| (when, joined(way))).collect();
        if let [(_, first), rest @ ..] = others.as_mut_slice()
            && whole
            && rest.iter().all(|(_, way)| same_all(way, first))
        {
            // The nodes boot alike for every choice.
            return std::mem::take(first);
        }
        let undecided = |(_, choices): &(String, Vec<Choice>)| !choices.iter().any(|c| c.when.is_always());
        if whole && wanted.iter().any(undecided) {
            // Without a default, each deployment makes one of the choices, which decide more conditions.
            groups.retain(|group| {
                group.when.is_always() || others.iter().any(|(_, way)| way.iter().any(|other| same(group, other)))
            });
        }
        let defaults = groups.len();
        for (when, way) in others {
            for mut group in way {
                // The result of the defaults is already included, possibly under another condition.
                if groups.iter().take(defaults).any(|known| same(known, &group)) {
                    continue;
                }
                if let Some(both) = group.when.and(&when) {
                    group.when = both;
                    groups.push(group);
                }
            }
        }
        if !whole && groups.is_empty() {
            self.lenient = true;
            groups = self.attempt(&Chosen::new(), run).0;
            self.lenient = false;
        }
        if !whole && let Some(group) = groups.first_mut() {
            group.gaps.push(Gap { at, why: Why::Limit("values of parameters that are tried together") });
        }
        groups
    }

    fn attempt(
        &mut self,
        chosen: &Chosen,
        run: &mut dyn FnMut(&mut Self) -> Vec<NodeGroup>,
    ) -> (Vec<NodeGroup>, Vec<(String, Vec<Choice>)>) {
        let before = std::mem::replace(&mut self.chosen, chosen.clone());
        let wanted = std::mem::take(&mut self.wanted);
        let answers = std::mem::take(&mut self.answers);
        let groups = run(self);
        self.answers = answers;
        self.chosen = before;
        (groups, std::mem::replace(&mut self.wanted, wanted))
    }

    /// Every possible combination; `None` if there are too many.
    fn all_outcomes(
        &mut self,
        wanted: &[(String, Vec<Choice>)],
        run: &mut dyn FnMut(&mut Self) -> Vec<NodeGroup>,
    ) -> Option<Vec<(Guard, Vec<NodeGroup>)>> {
        let mut out = Vec::new();
        let mut open = vec![(Chosen::new(), wanted.to_vec())];
        while let Some((chosen, wanted)) = open.pop() {
            let Some((name, choices)) = wanted.into_iter().next() else { continue };
            for choice in choices {
                let mut chosen = chosen.clone();
                chosen.insert(name.clone(), choice);
                let (groups, more) = self.attempt(&chosen, run);
                if more.is_empty() {
                    out.push((guard(&chosen)?, groups));
                } else {
                    open.push((chosen, more));
                }
                if out.len() + open.len() > MAX_ALTERNATIVES {
                    return None;
                }
            }
        }
        Some(out)
    }

    /// Each choice on its own, with defaults for everything else.
    fn single_ways(
        &mut self,
        wanted: &[(String, Vec<Choice>)],
        run: &mut dyn FnMut(&mut Self) -> Vec<NodeGroup>,
    ) -> Vec<(Guard, Vec<NodeGroup>)> {
        let mut out = Vec::new();
        for (name, choice) in wanted.iter().flat_map(|(name, list)| list.iter().map(move |c| (name, c))) {
            if out.len() >= MAX_ALTERNATIVES {
                break;
            }
            if choice.when.is_always() {
                continue;
            }
            let chosen = Chosen::from([(name.clone(), choice.clone())]);
            out.push((choice.when.clone(), self.attempt(&chosen, run).0));
        }
        out
    }
}

fn guard(chosen: &Chosen) -> Option<Guard> {
    chosen.values().try_fold(Guard::always(), |all, choice| all.and(&choice.when))
}

/// The groups; those that boot alike under opposite conditions are merged.
pub(super) fn joined(mut groups: Vec<NodeGroup>) -> Vec<NodeGroup> {
    let pair = |groups: &[NodeGroup]| {
        groups.iter().enumerate().find_map(|(a, one)| {
            groups.iter().enumerate().skip(a + 1).find_map(|(b, two)| {
                let opposite = || one.when.or(&two.when).or_else(|| two.when.or(&one.when));
                if same(one, two) && one.when != two.when { Some((a, b, opposite()?)) } else { None }
            })
        })
    };
    while let Some((a, b, when)) = pair(&groups) {
        groups[a].when = when;
        groups.remove(b);
    }
    groups
}

fn same_all(a: &[NodeGroup], b: &[NodeGroup]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b) && a.when == b.when)
}

/// True if two groups are the same nodes and boot with the same bytes.
pub(super) fn same(a: &NodeGroup, b: &NodeGroup) -> bool {
    let gaps = |group: &NodeGroup| group.gaps.iter().map(|g| g.why.clone()).collect::<Vec<_>>();
    (&a.name, a.place, a.family, a.minor) == (&b.name, b.place, b.family, b.minor)
        && a.steps.len() == b.steps.len()
        && a.steps.iter().zip(&b.steps).all(|(a, b)| same_step(a, b))
        && gaps(a) == gaps(b)
}

fn same_step(a: &Step, b: &Step) -> bool {
    match (a, b) {
        (Step::UserData(a, x), Step::UserData(b, y)) => x == y && same_text(a, b),
        (Step::Script(a), Step::Script(b)) => same_text(a, b),
        (Step::File { path: x, content: a, .. }, Step::File { path: y, content: b, .. }) => x == y && same_text(a, b),
        _ => false,
    }
}

fn same_text(a: &Traced, b: &Traced) -> bool {
    let plain = |t: &'_ Traced| t.original(Layer::Base64).unwrap_or(t).clone();
    let (a, b) = (plain(a), plain(b));
    let unknowns = |t: &Traced| t.unknowns().map(|(range, _, _)| range).collect::<Vec<_>>();
    a.bytes() == b.bytes() && unknowns(&a) == unknowns(&b)
}
