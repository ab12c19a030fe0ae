//! Whether a command of a script runs, and whether it changes a cluster.

use crate::input::job_scopes::is_off;
use crate::node::Cx;
use crate::syntax::Node;
use crate::syntax::shell::{Command, CommandKind, Item, List, Pipeline, Redirect, RedirectKind, Target, Word};
use crate::text::{Span, Traced};

/// The longest words of a condition, in characters.
const MAX_WORDS: usize = 80;

/// Verbs of `kubectl` that bring nothing to a cluster, and those that do.
const IDLE: &[&str] = &["delete", "describe", "diff", "explain", "get"];
const ACTIVE: &[&str] = &["apply", "create", "replace"];
/// Programs that look at documents.
const CHECKS: &[&str] = &[
    "conftest",
    "datree",
    "diff",
    "egrep",
    "fgrep",
    "grep",
    "kube-linter",
    "kube-score",
    "kubeconform",
    "kubeval",
    "pluto",
    "polaris",
    "popeye",
    "sort",
    "wc",
    "yamllint",
];

/// The text of a condition for people.
pub(super) fn words(at: Span, cx: &Cx<'_>) -> String {
    let text = String::from_utf8_lossy(cx.texts.slice(at)).split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(MAX_WORDS).collect()
}

/// Where the commands of a list are.
pub(super) fn span_of(list: &List) -> Option<Span> {
    let last = list.last()?;
    Some(list.first()?.first.span.to(last.rest.last().map_or(last.first.span, |(_, pipeline)| pipeline.span)))
}

/// True for a job or a step of a CI system that is switched off.
pub(super) fn never_runs(tree: &Node, cx: &Cx<'_>) -> bool {
    // As written: an expression is not known in the tree.
    tree.get("if").is_some_and(|node| is_off(cx.texts.slice(node.span)))
}

/// The words of a command that are plain.
fn plain(command: &Command) -> Vec<&str> {
    let CommandKind::Simple { words, .. } = &command.kind else { return Vec::new() };
    words.iter().filter_map(Word::bare).filter_map(Traced::known_str).collect()
}

/// True if a pipeline only tests something.
pub(super) fn is_test(pipeline: &Pipeline) -> bool {
    let [command] = pipeline.commands.as_slice() else { return false };
    matches!(command.kind, CommandKind::Test(_) | CommandKind::Arithmetic(_))
        || matches!(program(command), Some("[" | "test"))
}

/// The first word of a command, if it is written as it is.
fn program(command: &Command) -> Option<&str> {
    let CommandKind::Simple { words, .. } = &command.kind else { return None };
    words.first()?.bare()?.known_str()
}

/// How `true` and `false` end.
pub(super) fn constant(pipeline: &Pipeline) -> Option<bool> {
    let [command] = pipeline.commands.as_slice() else { return None };
    match plain(command)[..] {
        ["true" | ":"] => Some(!pipeline.negated),
        ["false"] => Some(pipeline.negated),
        _ => None,
    }
}

/// True for `if false`.
pub(super) fn is_false(list: &List) -> bool {
    let [item] = list.as_slice() else { return false };
    item.rest.is_empty() && constant(&item.first) == Some(false)
}

/// True if nothing after it in its list runs: `exit 0`.
pub(super) fn leaves(item: &Item) -> bool {
    let [command] = item.first.commands.as_slice() else { return false };
    let unasked = item.rest.is_empty() && !item.background;
    unasked && matches!(program(command), Some("exit" | "return"))
}

/// True for a command that does nothing with its input: `: <<EOF`, `cat >&2 <<EOF`.
pub(super) fn discards(command: &Command) -> bool {
    let away = |redirect: &Redirect| {
        let Target::Word(word) = &redirect.target else { return false };
        let target = word.bare().and_then(Traced::known_str);
        match redirect.kind {
            RedirectKind::Write => target == Some("/dev/null"),
            RedirectKind::DuplicateOut => target == Some("2"),
            _ => false,
        }
    };
    match program(command) {
        Some(":" | "true") => true,
        Some("cat") => command.redirects.iter().any(away),
        _ => false,
    }
}

/// True for a command that runs its input as commands.
pub(super) fn runs(kind: &CommandKind) -> bool {
    let CommandKind::Simple { words, .. } = kind else { return false };
    let known =
        |word: &Word| word.bare().and_then(Traced::known_str).map(|w| w.rsplit('/').next().unwrap_or(w).to_owned());
    words.iter().take(3).filter_map(known).any(|w| matches!(w.as_str(), "bash" | "sh" | "ssh" | "su" | "sudo" | "zsh"))
}

/// True if the last command of a pipeline takes documents and brings none to a cluster: `kubectl delete -f -`, a dry run.
pub(super) fn changes_nothing(commands: &[Command]) -> bool {
    let Some(words) = commands.last().map(plain) else { return false };
    let Some(at) = words.iter().position(|word| matches!(word.rsplit('/').next(), Some("kubectl" | "oc"))) else {
        return false;
    };
    let has = |some: &[&str]| words[at..].iter().any(|word| some.contains(word));
    let dry = |word: &&str| word.strip_prefix("--dry-run").is_some_and(|rest| rest != "=none" && rest != "=false");
    has(IDLE) && !has(ACTIVE) || words[at..].iter().any(dry)
}

/// True if a pipeline only looks at what Helm renders.
pub(super) fn checks_a_chart(commands: &[Command]) -> bool {
    let checks = |command: &Command| {
        let program = plain(command).first().and_then(|word| word.rsplit('/').next());
        program.is_some_and(|program| CHECKS.contains(&program)) && command.redirects.is_empty()
    };
    let [first, rest @ ..] = commands else { return false };
    !rest.is_empty() && plain(first).starts_with(&["helm", "template"]) && rest.iter().all(checks)
}

/// True if the text around a function names it elsewhere, too.
pub(super) fn is_called(name: &str, function: Span, cx: &Cx<'_>) -> bool {
    let text = cx.texts.view(function.text);
    let part = |at: Option<usize>| {
        at.and_then(|at| text.bytes.get(at)).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    let whole = |at: &usize| !part(at.checked_sub(1)) && !part(Some(at + name.len()));
    memchr::memmem::find_iter(&text.bytes, name.as_bytes()).filter(whole).nth(1).is_some()
}
