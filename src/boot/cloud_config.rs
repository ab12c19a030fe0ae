//! `#cloud-config`: files and commands. Sources: `cloudinit/config/cc_write_files.py`, `cc_runcmd.py`, `cc_bootcmd.py`,
//! `cloudinit/handlers/cloud_config.py` of canonical/cloud-init at 04eacd06.

use crate::decode::base64::{self, Strictness};
use crate::decode::gzip;
use crate::node::Cx;
use crate::syntax::{Node, Resolved, Schema, resolve, yaml};
use crate::text::{Span, Traced, Why};

use super::machine::absolute;
use super::user_data::{Action, Phase};

/// A cloud-config, and how the header of its part wants it merged.
#[derive(Clone, Debug)]
pub(super) struct CloudConfig {
    /// The document.
    pub(super) text: Traced,
    /// `list(append)+dict(recurse_array)+str()` and its like.
    pub(super) how: Option<String>,
}

/// What is done for one key, and when.
type Plan = Vec<(Phase, Action)>;

/// What would be done if no later document replaced its list.
pub(super) struct Replaced {
    /// Files with their content.
    pub(super) files: Vec<(String, Traced)>,
    /// Commands as a script.
    pub(super) commands: Traced,
}

/// What becomes of a list that stands in an earlier document too. Source: `cloudinit/mergers` of canonical/cloud-init.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Merge {
    Replace,
    Keep,
    Append,
    Prepend,
}

impl Merge {
    fn read(how: &str) -> Self {
        let mut section = "";
        let (mut dict, mut list) = (Vec::new(), Vec::new());
        for word in how.split(|c: char| !c.is_ascii_lowercase() && c != '_').filter(|w| !w.is_empty()) {
            match word {
                "dict" | "list" | "str" => section = word,
                "name" | "settings" => {}
                option if section == "dict" => dict.push(option),
                option if section == "list" => list.push(option),
                _ => {}
            }
        }
        if dict.contains(&"replace") {
            Self::Replace
        } else if !dict.contains(&"recurse_array") && !dict.contains(&"recurse_list") {
            Self::Keep
        } else if list.contains(&"append") {
            Self::Append
        } else if list.contains(&"prepend") {
            Self::Prepend
        } else if list.contains(&"replace") {
            Self::Replace
        } else {
            Self::Keep
        }
    }
}

/// What several cloud-configs come to. A later list replaces an earlier one, unless the later document asks for lists to be
/// appended.
/// Gives what is done, and what is not because its list is replaced.
pub(super) fn merge(texts: &[CloudConfig], name: &str, place: Span, cx: &mut Cx<'_>) -> (Vec<Plan>, Replaced) {
    let mut replaced: Vec<Node> = Vec::new();
    let mut commands: Vec<Node> = Vec::new();
    let mut files: Vec<Node> = Vec::new();
    let mut boot: Vec<Node> = Vec::new();
    let mut run: Vec<Node> = Vec::new();
    for CloudConfig { text, how } in texts {
        let id = cx.texts.add_made(name, text, place);
        let view = cx.texts.view(id);
        let parsed = yaml::parse(&view);
        for error in parsed.errors.iter().take(1) {
            cx.problem(error.at, format!("the cloud-config cannot be read: {}", error.message));
        }
        let Some(root) = parsed.tree.into_iter().next() else { continue };
        let inner = ["merge_how", "merge_type"].iter().find_map(|key| root.get(key));
        let inner = inner.map(|node| view.traced(node.span.range()).to_text().into_owned());
        let merge = how.as_ref().or(inner.as_ref()).map_or(Merge::Replace, |how| Merge::read(how));
        for (key, list) in [("write_files", &mut files), ("bootcmd", &mut boot), ("runcmd", &mut run)] {
            let Some(node) = root.get(key) else { continue };
            let items = node.items().iter().cloned();
            let lost = if key == "write_files" { &mut replaced } else { &mut commands };
            match merge {
                Merge::Keep if !list.is_empty() => lost.extend(items),
                Merge::Replace | Merge::Keep => {
                    let before = std::mem::replace(list, items.collect());
                    lost.extend(before);
                }
                Merge::Append => list.extend(items),
                Merge::Prepend => drop(list.splice(0..0, items)),
            }
        }
    }
    let mut out = vec![files.iter().filter_map(write).collect()];
    for (phase, items, key) in [(Phase::BootCommand, &boot, "bootcmd"), (Phase::RunCommand, &run, "runcmd")] {
        if !items.is_empty() && items.iter().all(is_command) {
            out.push(vec![(phase, Action::Run(script(items, place), format!("{key} of the {name}")))]);
        }
    }
    let content = |item: &Node| match write(item)? {
        (_, Action::Write { path, content: Ok(text), .. }) => Some((path, text)),
        _ => None,
    };
    let commands = script(&commands, place);
    (out, Replaced { files: replaced.iter().filter_map(content).collect(), commands })
}

/// cloud-init refuses a list of commands with an item that is neither a text nor a list.
fn is_command(item: &Node) -> bool {
    let scalar = item.as_scalar().map(|s| resolve(s, item.tag.as_deref(), Schema::Python));
    !matches!(scalar, Some(Resolved::Bool(_)))
}

fn write(item: &Node) -> Option<(Phase, Action)> {
    let path = absolute(item.get("path")?.as_str()?, "/");
    let yes = |key: &str| {
        item.get(key).and_then(|n| n.as_scalar().map(|s| resolve(s, n.tag.as_deref(), Schema::Python)))
            == Some(Resolved::Bool(true))
    };
    let phase = if yes("defer") { Phase::DeferredFiles } else { Phase::Files };
    let text = match item.get("content") {
        Some(node) => node.as_scalar().map(|s| s.text.clone())?,
        None if item.get("source").is_some() => {
            let content = Err(Why::FromOutside(format!("the source of {path}").into()));
            return Some((phase, Action::Write { path, content, append: yes("append") }));
        }
        None => Traced::new(),
    };
    let encoding = item.get("encoding").and_then(|n| n.as_str()).unwrap_or_default().to_ascii_lowercase();
    let unbase = |t: &Traced| base64::decode(t, Strictness::Lenient);
    let content = match encoding.trim() {
        "gz" | "gzip" => gzip::decode(&text),
        "gz+base64" | "gzip+base64" | "gz+b64" | "gzip+b64" => unbase(&text).and_then(|t| gzip::decode(&t)),
        "b64" | "base64" => unbase(&text),
        _ if item.get("content").is_some_and(|n| n.tag.as_deref() == Some("!!binary")) => unbase(&text),
        _ => Ok(text),
    };
    let content = content.map_err(|error| Why::NotUnderstood(format!("{path}: {}", error.message).into()));
    Some((phase, Action::Write { path, content, append: yes("append") }))
}

/// The script that cloud-init writes for a list of commands: a list is one command of quoted words, a text is a line as it is.
fn script(items: &[Node], place: Span) -> Traced {
    let mut out = Traced::made("#!/bin/sh\n", place);
    for item in items {
        if let Some(scalar) = item.as_scalar() {
            out.push(&scalar.text);
        } else {
            for word in item.items() {
                let Some(scalar) = word.as_scalar() else { continue };
                out.push_made(b"'", word.span);
                out.push(&scalar.text.replace(b"'", &Traced::made("'\\''", word.span)));
                out.push_made(b"' ", word.span);
            }
        }
        out.push_made(b"\n", item.span);
    }
    out
}
