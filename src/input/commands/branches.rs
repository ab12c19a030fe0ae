//! Commands that run only under a condition.

use super::{CommandReader, conditions};
use crate::node::{Cx, under};
use crate::syntax::shell::List;
use crate::text::Span;
use crate::value::{Condition, Guard};

impl CommandReader {
    /// The node groups since `from` hold under a condition.
    pub(super) fn hold(&mut self, from: usize, when: &Guard) {
        let own = self.groups.split_off(from);
        self.groups.extend(under(own, when));
    }

    /// The condition at a place.
    pub(super) fn condition(&self, at: Span, holds: bool, cx: &Cx<'_>) -> Guard {
        Guard::of(Condition::within(self.name.as_str(), conditions::words(at, cx), holds))
    }

    /// Commands that run or not: what only they set is unknown behind them.
    pub(super) fn perhaps(&mut self, list: &List, when: &Guard, depth: usize, cx: &mut Cx<'_>) {
        let (before, groups) = (self.first_set.len(), self.groups.len());
        self.list(list, depth, cx);
        self.hold(groups, when);
        for name in self.first_set.drain(before.min(self.first_set.len())..) {
            self.variables.insert(name, None);
        }
    }
}
