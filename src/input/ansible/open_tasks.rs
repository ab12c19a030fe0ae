//! Tasks of which the source does not say whether they run: the playbook is read once for each answer.

use crate::node::Cx;
use crate::syntax::Node;
use crate::value::{Condition, Guard};

use super::tasks::TaskRun;
use super::vars::MAX_ASKED;

impl TaskRun {
    /// Reads a task, a block or a role, unless it is certain that it does not run.
    pub(super) fn if_run(&mut self, item: &Node, cx: &mut Cx<'_>, read: impl FnOnce(&mut Self, &mut Cx<'_>)) {
        let mut open = Vec::new();
        if let Some(when) = item.get("when") {
            match self.vars.condition(when, cx) {
                Some(false) => return,
                Some(true) => {}
                None => open.extend(words(when)),
            }
        }
        open.extend(tag(item));
        self.under((!open.is_empty()).then(|| open.join(" and ")), |run| read(run, cx));
    }

    /// Notes which handlers a task notifies.
    pub(super) fn notify(&mut self, item: &Node) {
        if let Some(names) = item.get("notify") {
            self.notified.extend(names.items().iter().chain([names]).filter_map(Node::as_str).map(str::to_owned));
        }
    }

    /// The condition of a handler that no task notifies by a name that is known.
    pub(super) fn is_not_notified(&self, handler: &Node) -> Option<String> {
        let topics = handler.get("listen").map(|names| names.items().iter().chain([names])).into_iter().flatten();
        let names: Vec<&str> = handler.get("name").into_iter().chain(topics).filter_map(Node::as_str).collect();
        let open = |name: &String| name.contains("{{");
        let notified = self.notified.iter().any(|name| open(name) || names.contains(&name.as_str()));
        let name = names.first().unwrap_or(&"without a name");
        (!notified).then(|| format!("the handler {name} is notified"))
    }

    /// Reads something under a condition. Where it concerns a kubelet, both answers are judged.
    pub(super) fn under(&mut self, words: Option<String>, read: impl FnOnce(&mut Self)) {
        let Some(words) = words else { return read(self) };
        match self.vars.answers.known(&words) {
            Some(true) => return read(self),
            Some(false) => return,
            None => {}
        }
        let before = (self.steps.len(), self.groups.len());
        self.vars.open.push(words.clone());
        read(self);
        self.vars.open.pop();
        if before == (self.steps.len(), self.groups.len()) {
            return;
        }
        if self.vars.answers.count() < MAX_ASKED {
            self.vars.answers.assume_that(&words);
        } else if self.when.conditions().len() < MAX_ASKED {
            // More of them would only be more words.
            self.when = self.when.and(&Guard::of(Condition::new(words, true))).unwrap_or_default();
        }
    }
}

/// The words of a condition; several are joined by `and`.
fn words(when: &Node) -> Option<String> {
    let one = |node: &Node| node.as_scalar().map(|s| s.text.to_text().into_owned());
    match when.items() {
        [] => one(when),
        items => Some(items.iter().filter_map(one).collect::<Vec<_>>().join(" and ")),
    }
}

/// What must be requested to run something with the tag `never`.
fn tag(item: &Node) -> Option<String> {
    let tags = item.get("tags")?;
    let listed = tags.items().iter().filter_map(Node::as_str).chain(tags.as_str());
    let all: Vec<&str> = listed.flat_map(|tags| tags.split(',')).map(str::trim).collect();
    let other = all.iter().find(|tag| **tag != "never").unwrap_or(&"never");
    all.contains(&"never").then(|| format!("run with the tag {other}"))
}
