//! `#cloud-config`: files and commands. Sources: `cloudinit/config/cc_write_files.py`, `cc_runcmd.py`, `cc_bootcmd.py`,
//! `cloudinit/handlers/cloud_config.py` of canonical/cloud-init at 04eacd06.

mod merge;

use std::collections::BTreeSet;

use crate::decode::base64::{self, Strictness};
use crate::decode::{DecodeError, data_url, gzip};
use crate::node::BootCx;
use crate::syntax::{Node, NodeKind, Parsed, Resolved, Schema, file_mode, json, resolve, yaml};
use crate::text::{Span, Traced, Why};

use super::disk::absolute;
use super::user_data::plan::{Action, Part, Phase};

/// Several cloud-configs merged: the actions, and the places and reasons of gaps.
pub(super) struct Merged {
    pub(super) actions: Vec<(Phase, Action)>,
    pub(super) gaps: Vec<(Span, Why)>,
    /// Paths and contents of files in lists that later lists have replaced.
    pub(super) replaced: Vec<(String, Traced)>,
    /// Commands in lists that later lists have replaced, as one script.
    pub(super) replaced_commands: Traced,
    /// The machine reboots at the end.
    pub(super) restarts: bool,
}

/// Keys whose modules run other programs, which are not followed.
const UNFOLLOWED: [(&str, &str); 5] = [
    ("ansible", "what the cloud-config has ansible do"),
    ("chef", "what the cloud-config has chef do"),
    ("mcollective", "what the cloud-config has mcollective do"),
    ("puppet", "what the cloud-config has puppet do"),
    ("salt_minion", "what the cloud-config has salt do"),
];

/// The tags known to PyYAML's safe loader.
const KNOWN_TAGS: &str = "! !!binary !!bool !!float !!int !!map !!merge !!null !!omap !!pairs !!python/unicode !!seq !!set \
    !!str !!timestamp";

/// Merges the parts in order and reads the result.
pub(super) fn merge(parts: &[Part], name: &str, place: Span, cx: &mut BootCx<'_>) -> Merged {
    let mut gaps: Vec<(Span, Why)> = Vec::new();
    let mut merged: Option<Node> = None;
    let mut files: Vec<Node> = Vec::new();
    let mut commands_seen: Vec<Node> = Vec::new();
    for part in parts {
        let (text, header) = match part {
            Part::Document(text, header) => (text, header.as_deref()),
            Part::Patch(text) => (text, None),
        };
        let id = cx.texts.add_made(name, text, place);
        let view = cx.texts.view(id);
        let parsed = match part {
            Part::Document(..) => yaml::parse(&view),
            Part::Patch(_) => {
                let json = json::parse(&view);
                Parsed { tree: json.tree.into_iter().collect(), errors: json.errors }
            }
        };
        // cloud-init skips a part that it cannot parse, and one with several documents.
        if let Some(error) = parsed.errors.first()
            && let Some(why) = error.unknown(&view)
        {
            // The error comes from an unknown part; the rest may be valid.
            gaps.push((error.at, why.clone()));
        } else if let Some(error) = parsed.errors.first() {
            cx.syntax(error, "the cloud-config cannot be read: ", error.template(&view).is_some());
            gaps.push((error.at, Why::NotUnderstood("a cloud-config that cannot be read".into())));
            continue;
        }
        if let Some((at, tag)) = parsed.tree.iter().find_map(unknown_tag) {
            cx.problem(at, format!("the cloud-config cannot be read: cloud-init does not support the tag {tag}"));
            gaps.push((at, Why::NotUnderstood("a cloud-config that cannot be read".into())));
            continue;
        }
        if parsed.tree.len() > 1 {
            let at = parsed.tree[1].span;
            cx.problem(at, "cloud-init does not read a cloud-config with more than one document");
            gaps.push((at, Why::Invalid("a cloud-config with more than one document".into())));
            continue;
        }
        let Some(node) = parsed.tree.into_iter().next() else { continue };
        if let Part::Patch(_) = part {
            let empty = Node { kind: NodeKind::Map(Vec::new()), span: node.span, tag: None };
            match merge::patch(merged.as_ref().unwrap_or(&empty), &node) {
                Some(patched) => merged = Some(patched),
                None => gaps.push((node.span, Why::Invalid("a patch that does not apply to the cloud-config".into()))),
            }
            continue;
        }
        if !node.is_map() {
            if node.as_scalar().is_some_and(|s| s.text.has_unknown()) {
                gaps.extend(unknown_part(&node));
            }
            continue;
        }
        let node = merge::unique_keys(node);
        files.extend(node.get("write_files").map(Node::items).unwrap_or_default().iter().cloned());
        let commands = ["bootcmd", "runcmd"].into_iter().filter_map(|key| node.get(key));
        commands_seen.extend(commands.flat_map(Node::items).cloned());
        let Some(mergers) = merge::Mergers::of(&node, header) else {
            gaps.push((
                node.span,
                Why::Invalid("a cloud-config with a merge strategy that cloud-init does not support".into()),
            ));
            continue;
        };
        gaps.extend(node.unknown_keys().map(|(at, why)| (at, why.clone())));
        let empty = Node { kind: NodeKind::Map(Vec::new()), span: node.span, tag: None };
        merged = Some(mergers.merge(merged.as_ref().unwrap_or(&empty), &node, 0));
    }
    let Some(merged) = merged else {
        let replaced_commands = Traced::new();
        return Merged { actions: Vec::new(), gaps, replaced: Vec::new(), replaced_commands, restarts: false };
    };
    let kept = ["write_files", "bootcmd", "runcmd"].into_iter().filter_map(|key| merged.get(key)).flat_map(Node::items);
    let kept: BTreeSet<Span> = kept.map(|item| item.span).collect();
    files.retain(|item| !kept.contains(&item.span));
    commands_seen.retain(|item| !kept.contains(&item.span));
    let content = |item: &Node| match file_action(item) {
        Ok(Some(Action::Write { path, content: Ok(text), .. })) => Some((path, text)),
        _ => None,
    };
    let replaced = files.iter().filter_map(content).collect();
    let replaced_commands = script(&commands_seen, place).unwrap_or_default();
    let restarts = merged.get("power_state").is_some();
    for (key, what) in UNFOLLOWED {
        if let Some((key, _)) = merged.pair(key) {
            gaps.push((key.span, Why::NotUnderstood(what.into())));
        }
    }
    let mut actions = Vec::new();
    if let Some(files) = merged.get("write_files") {
        write_files(files, &mut actions, &mut gaps);
    }
    for (phase, key) in [(Phase::BootCommand, "bootcmd"), (Phase::RunCommand, "runcmd")] {
        if let Some(list) = merged.get(key) {
            match commands(list, place) {
                Ok(script) => actions.push((phase, Action::Run(script, format!("{key} of the {name}")))),
                Err(gap) => gaps.push(gap),
            }
        }
    }
    if let Some(list) = merged.path(&["snap", "commands"]) {
        // Commands in a map are sorted by key.
        let mut sorted = list.pairs().to_vec();
        sorted.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
        let items = if list.is_map() { sorted.into_iter().map(|(_, v)| v).collect() } else { list.items().to_vec() };
        if let Ok(script) = script(&items, place) {
            actions.push((Phase::SnapCommand, Action::Run(script, format!("snap of the {name}"))));
        }
    }
    Merged { actions, gaps, replaced, replaced_commands, restarts }
}

/// The place and name of a tag that PyYAML's safe loader does not know. It then refuses the document.
fn unknown_tag(node: &Node) -> Option<(Span, String)> {
    if let Some(tag) = node.tag.as_deref()
        && KNOWN_TAGS.split(' ').all(|known| known != tag)
    {
        return Some((node.span, tag.to_owned()));
    }
    match &node.kind {
        NodeKind::Scalar(_) => None,
        NodeKind::Seq(items) => items.iter().find_map(unknown_tag),
        NodeKind::Map(pairs) => pairs.iter().find_map(|(key, value)| unknown_tag(key).or_else(|| unknown_tag(value))),
    }
}

fn unknown_part(node: &Node) -> Option<(Span, Why)> {
    node.as_scalar().and_then(|s| s.text.first_unknown()).map(|(at, why)| (at, why.clone()))
}

/// The script for a list of commands, or the place and reason if there is none.
fn commands(list: &Node, place: Span) -> Result<Traced, (Span, Why)> {
    let NodeKind::Seq(items) = &list.kind else {
        let why = Why::Invalid("commands that are not a list, which cloud-init does not run".into());
        return Err(unknown_part(list).unwrap_or((list.span, why)));
    };
    script(items, place)
}

/// A value as a string, like Python's `str`. `None` if it is not a scalar.
fn word(node: &Node) -> Option<Traced> {
    let scalar = node.as_scalar()?;
    let made = |text: String| Traced::made(text, node.span);
    Some(match resolve(scalar, node.tag.as_deref(), Schema::Python) {
        Resolved::Str => scalar.text.clone(),
        Resolved::Null => made("None".to_owned()),
        Resolved::Bool(true) => made("True".to_owned()),
        Resolved::Bool(false) => made("False".to_owned()),
        Resolved::Int(number) if number.to_string() == scalar.text.to_text() => scalar.text.clone(),
        Resolved::Int(number) => made(number.to_string()),
        Resolved::Float(number) => made(format!("{number:?}")),
    })
}

fn is_true(item: &Node, key: &str) -> bool {
    let Some(node) = item.get(key) else { return false };
    let Some(scalar) = node.as_scalar() else { return false };
    match resolve(scalar, node.tag.as_deref(), Schema::Python) {
        Resolved::Bool(yes) => yes,
        Resolved::Int(number) => number == 1,
        Resolved::Str => {
            let text = scalar.text.to_text().trim().to_lowercase();
            matches!(text.as_str(), "true" | "1" | "on" | "yes")
        }
        _ => false,
    }
}

/// `write_files`, with deferred files last. A file that cannot be written ends the list.
fn write_files(files: &Node, actions: &mut Vec<(Phase, Action)>, gaps: &mut Vec<(Span, Why)>) {
    let NodeKind::Seq(items) = &files.kind else {
        let why = Why::Invalid("write_files that is not a list, which cloud-init ignores".into());
        gaps.push(unknown_part(files).unwrap_or((files.span, why)));
        return;
    };
    for phase in [Phase::Files, Phase::DeferredFiles] {
        for item in items.iter().filter(|i| is_true(i, "defer") == (phase == Phase::DeferredFiles)) {
            if !item.is_map() {
                if let Some(unknown) = unknown_part(item) {
                    gaps.push(unknown);
                    continue;
                }
                gaps.push((
                    item.span,
                    Why::Invalid("a file that is not a map, at which cloud-init stops writing".into()),
                ));
                break;
            }
            match file_action(item) {
                Ok(Some(action)) => actions.push((phase, action)),
                Ok(None) => gaps.extend(item.get("path").and_then(unknown_part)),
                Err(why) => {
                    gaps.push((item.span, why));
                    break;
                }
            }
        }
    }
}

/// One file; `None` if it has no path.
fn file_action(item: &Node) -> Result<Option<Action>, Why> {
    let Some(path) = item.get("path").and_then(Node::as_str).filter(|p| !p.is_empty()) else { return Ok(None) };
    let path = absolute(path, "/");
    let append = is_true(item, "append");
    // The defaults of `cloudinit/config/cc_write_files.py`.
    let mode = item.get("permissions").and_then(|node| file_mode(node, Schema::Python));
    let owner = item.get("owner").and_then(Node::as_scalar).map(|scalar| scalar.text.clone());
    let access = [(mode, "644"), (owner, "root:root")];
    let access = access.map(|(given, default)| given.unwrap_or_else(|| Traced::made(default, item.span)));
    let content = item.get("content");
    if content.is_none() && item.get("source").is_some() {
        let content = Err(Why::FromOutside(format!("the source of {path}").into()));
        return Ok(Some(Action::Write { path, content, append, access }));
    }
    let text = match content {
        None => Traced::new(),
        Some(node) => match node.as_scalar().map(|s| (s, resolve(s, node.tag.as_deref(), Schema::Python))) {
            Some((scalar, Resolved::Str)) => scalar.text.clone(),
            _ => {
                return Err(Why::Invalid(
                    format!("the content of {path} is not text, at which cloud-init stops").into(),
                ));
            }
        },
    };
    let encoding = item.get("encoding").and_then(|n| n.as_str()).unwrap_or_default().to_lowercase();
    let from_base64 = |t: &Traced| base64::decode(t, Strictness::Python);
    let content = match encoding.trim() {
        "gz" | "gzip" => binary(content, text).and_then(|t| gzip::decode(&t)),
        "gz+base64" | "gzip+base64" | "gz+b64" | "gzip+b64" => from_base64(&text).and_then(|t| gzip::decode(&t)),
        "b64" | "base64" => from_base64(&text),
        _ => binary(content, text),
    };
    match content {
        Ok(text) => Ok(Some(Action::Write { path, content: Ok(text), append, access })),
        Err(error) => {
            Err(Why::Invalid(format!("{path} cannot be decoded, at which cloud-init stops: {}", error.message).into()))
        }
    }
}

/// The decoded content of a file, for encodings named by tools that pass files to cloud-init or write them directly. Unknown
/// names mean no encoding, like in cloud-init.
pub(super) fn decoded(path: &str, text: &Traced, encoding: &str) -> Result<Traced, Why> {
    let from_base64 = |t: &Traced| base64::decode(t, Strictness::Lenient);
    let content = match encoding.to_ascii_lowercase().trim() {
        "gz" | "gzip" => gzip::decode(text),
        "gz+base64" | "gzip+base64" | "gz+b64" | "gzip+b64" => from_base64(text).and_then(|t| gzip::decode(&t)),
        "b64" | "base64" => from_base64(text),
        "data" => data_url::decode(text),
        "data+gzip" => data_url::decode(text).and_then(|t| gzip::decode(&t)),
        _ => Ok(text.clone()),
    };
    content.map_err(|error| Why::NotUnderstood(format!("{path}: {}", error.message).into()))
}

/// The bytes of `!!binary`, or else the text itself.
fn binary(node: Option<&Node>, text: Traced) -> Result<Traced, DecodeError> {
    match node {
        Some(node) if node.tag.as_deref() == Some("!!binary") => base64::decode(&text, Strictness::Python),
        _ => Ok(text),
    }
}

/// The script that cloud-init writes for a list of commands: a list is one command of quoted words, a string is a line. Null
/// is skipped; any other item means that no script is written. Source: `shellify` in `cloudinit/util.py`.
fn script(items: &[Node], place: Span) -> Result<Traced, (Span, Why)> {
    let mut out = Traced::made("#!/bin/sh\n", place);
    for item in items {
        match &item.kind {
            NodeKind::Scalar(scalar) => match resolve(scalar, item.tag.as_deref(), Schema::Python) {
                Resolved::Str => out.push(&scalar.text),
                Resolved::Null => continue,
                _ => return Err((item.span, invalid_command())),
            },
            NodeKind::Seq(words) => {
                for (number, part) in words.iter().enumerate() {
                    if number > 0 {
                        out.push_made(b" ", part.span);
                    }
                    out.push_made(b"'", part.span);
                    match word(part) {
                        Some(word) => out.push(&word.replace(b"'", &Traced::made("'\\''", part.span))),
                        // Python prints a nested list in its own notation, which is not a usable word.
                        None => out.push_unknown(part.span, Why::NotUnderstood("a list within a command".into())),
                    }
                    out.push_made(b"'", part.span);
                }
            }
            NodeKind::Map(_) => return Err((item.span, invalid_command())),
        }
        out.push_made(b"\n", item.span);
    }
    Ok(out)
}

fn invalid_command() -> Why {
    Why::Invalid("a command that is neither a string nor a list, for which cloud-init skips the whole list".into())
}
