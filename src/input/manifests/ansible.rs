//! Ansible's tasks that write files of the kubelet or run commands about it. Source: ansible/ansible, `lib/ansible/modules`
//! (`copy`, `lineinfile`, `blockinfile`, `shell`, `command`). Jinja expressions are holes.

use crate::node::{NodeGroup, Step};
use crate::syntax::{MAX_DEPTH, Node};
use crate::text::{Span, Traced};
use crate::value::{Condition, Guard};

use super::placeholder;

/// Keys that hold further tasks.
const INNER: [&str; 7] = ["pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always"];

/// The machine that the tasks of a file leave behind, if they write anything of a kubelet.
pub(super) fn read(document: &Node, name: &str) -> Option<NodeGroup> {
    let mut tasks = Tasks { steps: Vec::new(), when: Guard::always(), place: None };
    tasks.list(document, 0);
    let mut group = NodeGroup::new(name, tasks.place?);
    group.steps = tasks.steps;
    group.when = tasks.when;
    Some(group)
}

struct Tasks {
    steps: Vec<Step>,
    when: Guard,
    /// The first task that has to do with a kubelet.
    place: Option<Span>,
}

impl Tasks {
    fn list(&mut self, list: &Node, depth: usize) {
        for item in list.items().iter().filter(|_| depth < MAX_DEPTH) {
            for key in INNER {
                if let Some(inner) = item.get(key) {
                    self.list(inner, depth + 1);
                }
            }
            let Some((key, step)) = item.pairs().iter().find_map(|(key, value)| Some((key, step(key, value)?))) else {
                continue;
            };
            self.place.get_or_insert(item.get("name").map_or(key.span, |name| name.span));
            self.steps.push(step);
            // What decides a condition is known only on the machine.
            if let Some(words) = item.get("when").and_then(Node::as_scalar) {
                let condition = Condition { words: words.text.to_text().into_owned().into(), holds: true };
                self.when = self.when.and(&Guard::of(condition)).unwrap_or_default();
            }
        }
    }
}

/// What a module does to a kubelet.
fn step(key: &Node, value: &Node) -> Option<Step> {
    let name = key.as_str()?;
    let module = ["ansible.builtin.", "ansible.legacy."].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name);
    let text = |key: &str| value.get(key).and_then(Node::as_scalar).map(|s| placeholder::jinja(&s.text));
    let path = || {
        let path = ["dest", "path", "destfile", "name"].iter().find_map(|key| value.get(key)).and_then(Node::as_str)?;
        (path.starts_with('/') && path.contains("kubelet")).then(|| path.to_owned())
    };
    let absent = || value.get("state").and_then(Node::as_str) == Some("absent");
    match module {
        "copy" => Some(Step::file(path()?, text("content")?)),
        "lineinfile" | "blockinfile" if !absent() => {
            let mut content = text(if module == "lineinfile" { "line" } else { "block" })?;
            content.push_made(b"\n", value.span);
            Some(Step::File { path: path()?, content, encoding: "".into(), append: true })
        }
        "shell" | "command" => {
            let command = value.as_scalar().map(|s| placeholder::jinja(&s.text)).or_else(|| text("cmd"))?;
            let shown = command.to_text();
            if !["/kubelet", "kubelet.service", "KUBELET_", "bootstrap.sh", "nodeadm"].iter().any(|w| shown.contains(w))
            {
                return None;
            }
            let mut script = Traced::made("#!/bin/sh\n", value.span);
            script.push(&command);
            script.push_made(b"\n", value.span);
            Some(Step::Script(script))
        }
        _ => None,
    }
}
