//! Commands of CI files and provisioners that launch machines or run scripts on them: the boot of the script finds what they
//! launch.

use std::collections::BTreeMap;

use crate::input::watched::{LAUNCH_VERBS, STARTERS};
use crate::input::yaml_files;
use crate::node::{Cx, NodeGroup, Step};
use crate::syntax::{MAX_DEPTH, Node};
use crate::text::{Span, Traced, Why};

use super::conditions;

/// True if a text holds such a command.
pub(super) fn holds_one(bytes: &[u8]) -> bool {
    let has = |word: &str| yaml_files::holds(bytes, word.as_bytes());
    has("aws ") && LAUNCH_VERBS.iter().any(|verb| has(verb))
        || has("k3d ") && has("kubelet-arg")
        || has("kubelet") && STARTERS.iter().any(|words| has(words))
        || has("ssh ") && ["KUBELET_", "kubelet-arg", "kubelet-extra-args"].iter().any(|word| has(word))
}

/// True if a text may have commands that install charts.
pub(super) fn install_charts(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| yaml_files::holds(bytes, word);
    has(b"helm ") && (has(b"install") || has(b"upgrade") || has(b"template"))
        || has(b"werf converge")
        || has(b"werf render")
}

/// The scripts with such commands in a CI file. A list of texts is one script.
pub(super) fn scripts(tree: &Node, depth: usize, out: &mut Vec<(Traced, Span)>, cx: &Cx<'_>) {
    if depth > MAX_DEPTH || conditions::never_runs(tree, cx) {
        return;
    }
    let scalars: Option<Vec<Traced>> =
        tree.items().iter().map(|item| item.as_scalar().map(|scalar| scalar.text.clone())).collect();
    let text = match (tree.as_scalar(), scalars) {
        (Some(scalar), _) => scalar.text.clone(),
        (None, Some(lines)) if !lines.is_empty() => Traced::join(&lines, &Traced::made("\n", tree.span)),
        _ => {
            tree.items().iter().for_each(|item| scripts(item, depth + 1, out, cx));
            tree.pairs().iter().for_each(|(_, value)| scripts(value, depth + 1, out, cx));
            return;
        }
    };
    if holds_one(text.bytes()) {
        out.push((text, tree.span));
    }
}

/// A group that runs a script elsewhere, with the variables that are known.
pub(super) fn group(
    name: &str,
    text: &Traced,
    at: Span,
    variables: &BTreeMap<String, Option<Traced>>,
) -> Option<NodeGroup> {
    if !holds_one(text.bytes()) {
        return None;
    }
    let mut script = Traced::new();
    for (name, value) in variables
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)))
        .filter(|(_, value)| !value.has_unknown())
    {
        script.push_made(format!("export {name}='").as_bytes(), at);
        script.push(&value.replace(b"'", &Traced::made("'\\''", at)));
        script.push_made(b"'\n", at);
    }
    script.push(&without_expressions(text));
    let mut group = NodeGroup::new(format!("commands of {name}"), at);
    group.elsewhere = true;
    group.steps.push(Step::Script(script));
    Some(group)
}

/// The text with the expressions of GitHub's workflows, `${{ }}`, as unknown parts.
pub(super) fn without_expressions(text: &Traced) -> Traced {
    let (bytes, mut out, mut done) = (text.bytes(), Traced::new(), 0);
    while let Some(from) = bytes[done..].windows(3).position(|w| w == b"${{").map(|n| done + n) {
        let Some(to) = bytes[from..].windows(2).position(|w| w == b"}}").map(|n| from + n + 2) else { break };
        out.push(&text.slice(done..from));
        let mark = text.slice(from..to);
        if let Some(span) = mark.span() {
            out.push_unknown(span, Why::FromOutside(mark.to_text().into_owned().into()));
        }
        done = to;
    }
    out.push(&text.slice(done..text.len()));
    out
}
