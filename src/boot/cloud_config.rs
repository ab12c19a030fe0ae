//! `#cloud-config`: files that it writes and commands that it runs.
//!
//! Source: canonical/cloud-init `cloudinit/config/cc_write_files.py`, `cc_runcmd.py`, `cc_bootcmd.py` and `cloudinit/util.py`
//! (`shellify`).

use crate::decode::base64::{self, Strictness};
use crate::decode::{DecodeError, gzip};
use crate::node::{Cx, Gap};
use crate::syntax::{Node, NodeKind, Resolved, Schema, resolve, yaml};
use crate::text::{Traced, View, Why};

/// A file that is written.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Absolute path.
    pub(super) path: String,
    /// What is written.
    pub(super) content: Traced,
    /// Whether it is appended to what is there.
    pub(super) append: bool,
}

/// What one part says.
#[derive(Clone, Debug, Default)]
pub(super) struct CloudConfig {
    /// `write_files`, if the part has it. Files that are deferred come last.
    pub(super) files: Option<Vec<File>>,
    /// `bootcmd` as a script.
    pub(super) bootcmd: Option<Traced>,
    /// `runcmd` as a script.
    pub(super) runcmd: Option<Traced>,
    /// What was not followed.
    pub(super) gaps: Vec<Gap>,
}

/// Reads a part.
pub(super) fn read(view: &View, cx: &mut Cx<'_>) -> CloudConfig {
    let mut out = CloudConfig::default();
    let parsed = yaml::parse(view);
    for error in parsed.errors {
        cx.problem(error.at, error.message);
    }
    let Some(tree) = parsed.tree.into_iter().next() else { return out };
    if let Some(list) = tree.get("write_files") {
        let mut files = Vec::new();
        let mut deferred = Vec::new();
        for item in list.items() {
            if let Some(file) = file(item, &mut out.gaps, cx) {
                if truth(item.get("defer")) { deferred.push(file) } else { files.push(file) }
            }
        }
        files.extend(deferred);
        out.files = Some(files);
    }
    out.bootcmd = tree.get("bootcmd").map(|list| script(list, &mut out.gaps));
    out.runcmd = tree.get("runcmd").map(|list| script(list, &mut out.gaps));
    out
}

fn truth(node: Option<&Node>) -> bool {
    let scalar = node.and_then(|n| n.as_scalar().map(|s| (s, n.tag.as_deref())));
    match scalar {
        Some((scalar, tag)) => match resolve(scalar, tag, Schema::Python) {
            Resolved::Bool(value) => value,
            // `util.translate_bool` takes these words too.
            Resolved::Str => matches!(scalar.text.to_text().to_lowercase().as_str(), "true" | "1" | "on" | "yes"),
            Resolved::Int(value) => value == 1,
            _ => false,
        },
        None => false,
    }
}

fn file(item: &Node, gaps: &mut Vec<Gap>, cx: &mut Cx<'_>) -> Option<File> {
    let path = item.get("path")?.as_str()?.to_owned();
    if let Some(source) = item.get("source") {
        gaps.push(Gap { at: source.span, why: Why::FromOutside("a file that is fetched".into()) });
    }
    let content = match item.get("content") {
        Some(node) => node.as_scalar()?.text.clone(),
        None => Traced::new(),
    };
    let encoding = item.get("encoding").and_then(Node::as_str).unwrap_or_default().to_lowercase();
    let decoded = match encoding.as_str() {
        "gz" | "gzip" => gzip::decode(&content),
        "gz+base64" | "gzip+base64" | "gz+b64" | "gzip+b64" => {
            base64::decode(&content, Strictness::Lenient).and_then(|bytes| gzip::decode(&bytes))
        }
        "b64" | "base64" => base64::decode(&content, Strictness::Lenient),
        _ if item.get("content").and_then(|n| n.tag.as_deref()) == Some("!!binary") => {
            base64::decode(&content, Strictness::Lenient)
        }
        _ => Ok(content),
    };
    match decoded {
        Ok(content) => Some(File { path, content, append: truth(item.get("append")) }),
        Err(DecodeError { at, message }) => {
            cx.problem(at.unwrap_or(item.span), message);
            None
        }
    }
}

/// Commands as the shell script that cloud-init makes of them: a list is one command of quoted words, a text is a line.
fn script(list: &Node, gaps: &mut Vec<Gap>) -> Traced {
    let mut out = Traced::made("#!/bin/sh\n", list.span);
    for item in list.items() {
        match &item.kind {
            NodeKind::Scalar(scalar) => out.push(&scalar.text),
            NodeKind::Seq(words) => {
                for (n, word) in words.iter().enumerate() {
                    let Some(scalar) = word.as_scalar() else { continue };
                    out.push_made(if n > 0 { b" '" } else { b"'" }, word.span);
                    let quote = Traced::made("'\\''", word.span);
                    out.push(&scalar.text.replace(b"'", &quote));
                    out.push_made(b"'", word.span);
                }
            }
            NodeKind::Map(_) => {
                gaps.push(Gap { at: item.span, why: Why::NotUnderstood("a command that is a map".into()) });
            }
        }
        out.push_made(b"\n", item.span);
    }
    out
}
