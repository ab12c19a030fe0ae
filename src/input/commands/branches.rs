//! Commands that run only under a condition.

use super::{CommandReader, Follows, conditions};
use crate::node::{Cx, under};
use crate::syntax::shell::{Connector, List, Pipeline};
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
        self.within(|reader| reader.list(list, depth, cx));
        self.hold(groups, when);
        for name in self.first_set.drain(before.min(self.first_set.len())..) {
            self.variables.insert(name, None);
        }
    }

    /// Reads a branch or a function.
    pub(super) fn within(&mut self, read: impl FnOnce(&mut Self)) {
        self.branches += 1;
        let around = std::mem::replace(&mut self.branch, self.branches);
        read(self);
        self.branch = around;
    }

    /// The commands of a list, up to one that leaves it.
    pub(super) fn list(&mut self, list: &List, depth: usize, cx: &mut Cx<'_>) {
        for item in list {
            let mut guard = Guard::always();
            let mut before = &item.first;
            self.piped(before, &guard, depth, cx);
            for (connector, pipeline) in &item.rest {
                // `true || …`, `false && …`
                if conditions::constant(before) == Some(*connector == Connector::Or) {
                    continue;
                }
                // Whether a test holds is not known; other commands succeed.
                if conditions::is_test(before) {
                    let holds = *connector == Connector::And;
                    guard = guard.and(&self.condition(before.span, holds, cx)).unwrap_or(guard);
                }
                if *connector == Connector::And && guard.is_always() {
                    self.piped(pipeline, &guard, depth, cx);
                } else {
                    self.within(|reader| reader.piped(pipeline, &guard, depth, cx));
                }
                before = pipeline;
            }
            if conditions::leaves(item) {
                return;
            }
        }
    }

    /// A pipeline that runs under a condition.
    fn piped(&mut self, pipeline: &Pipeline, when: &Guard, depth: usize, cx: &mut Cx<'_>) {
        if conditions::checks_a_chart(&pipeline.commands) {
            return;
        }
        let before = self.groups.len();
        for command in &pipeline.commands {
            self.command(command, depth, cx);
        }
        if !matches!(self.follows, Follows::Only(_)) {
            self.pipeline(&pipeline.commands, cx);
        }
        self.is_read_by(&pipeline.commands);
        if conditions::changes_nothing(&pipeline.commands) {
            self.groups.truncate(before);
        }
        self.hold(before, when);
    }
}
