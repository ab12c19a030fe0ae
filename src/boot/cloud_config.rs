//! `#cloud-config`: files and commands. Sources: `cloudinit/config/cc_write_files.py`, `cc_runcmd.py`, `cc_bootcmd.py`,
//! `cloudinit/handlers/cloud_config.py` of canonical/cloud-init at 04eacd06.

use crate::decode::base64::{self, Strictness};
use crate::decode::gzip;
use crate::node::Cx;
use crate::syntax::{Node, Resolved, Schema, resolve, yaml};
use crate::text::{Span, Traced, Why};

use super::machine::absolute;
use super::user_data::{Action, Phase};

/// What several cloud-configs come to. A later list replaces an earlier one, unless the later document asks for lists to be
/// appended.
pub(super) fn merge(texts: &[Traced], name: &str, place: Span, cx: &mut Cx<'_>) -> Vec<Vec<(Phase, Action)>> {
    let mut files: Vec<Node> = Vec::new();
    let mut boot: Vec<Node> = Vec::new();
    let mut run: Vec<Node> = Vec::new();
    for text in texts {
        let id = cx.texts.add_made(name, text, place);
        let view = cx.texts.view(id);
        let parsed = yaml::parse(&view);
        for error in parsed.errors.iter().take(1) {
            cx.problem(error.at, format!("the cloud-config cannot be read: {}", error.message));
        }
        let Some(root) = parsed.tree.into_iter().next() else { continue };
        let how = ["merge_how", "merge_type"].iter().find_map(|key| root.get(key));
        let append = how.is_some_and(|node| {
            let text = view.traced(node.span.range());
            text.to_text().contains("append")
        });
        for (key, list) in [("write_files", &mut files), ("bootcmd", &mut boot), ("runcmd", &mut run)] {
            let Some(node) = root.get(key) else { continue };
            if !append {
                list.clear();
            }
            list.extend(node.items().iter().cloned());
        }
    }
    let mut out = vec![files.iter().filter_map(write).collect()];
    for (phase, items, key) in [(Phase::BootCommand, &boot, "bootcmd"), (Phase::RunCommand, &run, "runcmd")] {
        if !items.is_empty() {
            out.push(vec![(phase, Action::Run(script(items, place), format!("{key} of the {name}")))]);
        }
    }
    out
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
