//! Containers that run a kubelet: k3s, RKE2, k0s or a kubelet itself, as a service of compose or of a CI system, or in a pod.

use crate::syntax::Node;
use crate::text::Traced;

/// Programs that start a kubelet.
const PROGRAMS: &[&str] = &["k3s", "rke2", "k0s", "kubelet", "hyperkube"];

/// Programs that are the entry point of an image of their name.
const ENTRIES: &[&str] = &["k3s", "rke2"];

/// The command line of a container, if it starts a kubelet. Compose fills in variables as a shell does.
pub(super) fn script(container: &Node) -> Option<Traced> {
    let image = ["image", "name"].iter().find_map(|key| container.get(key)?.as_scalar())?;
    let mut line = Traced::new();
    for node in ["entrypoint", "command", "args"].iter().filter_map(|key| container.get(key)) {
        let alone = node.as_scalar().map(|scalar| scalar.text.clone());
        let words = node.items().iter().filter_map(Node::as_scalar).map(|scalar| in_quotes(&scalar.text));
        for word in alone.into_iter().chain(words) {
            line.push(&word);
            line.push_made(b" ", node.span);
        }
    }
    let at = line.span()?;
    let text = line.to_text().into_owned();
    let first = text.split_whitespace().next()?.trim_matches('"');
    let starts = |word: &str| !word.starts_with('-') && PROGRAMS.contains(&word.rsplit('/').next().unwrap_or(word));
    // A shell may be the entry point.
    let given = container.get("entrypoint").is_some() && text.split([' ', '"', '\n', ';']).any(starts);
    if !starts(first) && !given {
        let name = image.text.to_text().into_owned();
        let name = name.rsplit('/').next().unwrap_or_default();
        let name = name.split([':', '@']).next().unwrap_or_default();
        // Any other entry point starts something else.
        let program = ENTRIES.iter().find(|program| **program == name && container.get("entrypoint").is_none())?;
        let mut whole = Traced::made(format!("{program} "), at);
        whole.push(&line);
        line = whole;
    }
    let mut out = Traced::made("#!/bin/sh\n", at);
    out.push(&line);
    out.push_made(b"\n", at);
    Some(out)
}

/// The command line of some words.
pub(super) fn line(words: &[Traced]) -> Option<Traced> {
    let between = Traced::made(" ", words.first()?.span()?);
    Some(Traced::join(&words.iter().map(in_quotes).collect::<Vec<_>>(), &between))
}

/// A word in quotes in which a shell fills in variables.
fn in_quotes(word: &Traced) -> Traced {
    let Some(at) = word.span() else { return Traced::new() };
    let mut out = Traced::made("\"", at);
    let mut text = word.clone();
    for sign in ["\\", "\"", "`"] {
        text = text.replace(sign.as_bytes(), &Traced::made(format!("\\{sign}"), at));
    }
    out.push(&text);
    out.push_made(b"\"", at);
    out
}
