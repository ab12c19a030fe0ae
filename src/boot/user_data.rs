//! User data as cloud-init, nodeadm and Bottlerocket take it apart.
//!
//! Sources: canonical/cloud-init `cloudinit/user_data.py` and `cloudinit/handlers/__init__.py` (types and first lines),
//! awslabs/amazon-eks-ami `nodeadm/internal/configprovider` (which parts nodeadm reads).

use crate::decode::base64::{self, Strictness};
use crate::decode::{DecodeError, gzip, mime};
use crate::node::{Cx, Wrapping};
use crate::text::Traced;

/// The media type of a `NodeConfig` part.
const NODE_CONFIG: &str = "application/node.eks.aws";
/// How far cloud-init looks for a MIME header.
const MIME_WINDOW: usize = 4096;

/// What a part of user data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// A script that runs once at the end of the first boot.
    Script,
    /// A script that runs before anything else.
    Boothook,
    /// `#cloud-config`.
    CloudConfig,
    /// A `NodeConfig` document.
    NodeConfig,
    /// TOML settings of Bottlerocket.
    Toml,
    /// `<powershell>`.
    PowerShell,
    /// Something that is named, not followed.
    Unread(&'static str),
    /// Nothing that runs.
    Ignored,
}

/// A part of user data.
#[derive(Clone, Debug)]
pub(super) struct UserDataPart {
    /// What it is.
    pub(super) kind: PartKind,
    /// The file name that it runs under; scripts run in the order of their names.
    pub(super) name: String,
    /// Its text.
    pub(super) text: Traced,
}

/// Takes off what EC2 and the launch template wrap around user data: base64, then gzip.
pub(super) fn unwrap(text: &Traced, wrapping: Wrapping) -> Result<Traced, DecodeError> {
    let encoded = match wrapping {
        Wrapping::Base64 => true,
        Wrapping::Base64OrPlain => base64::looks_encoded(text),
        Wrapping::Plain => false,
    };
    let plain = if encoded { base64::decode(text, Strictness::Standard)? } else { text.clone() };
    if gzip::looks_compressed(&plain) { gzip::decode(&plain) } else { Ok(plain) }
}

/// The parts of user data that is plain by now. What cannot be taken apart is told as a problem.
pub(super) fn parts(text: &Traced, cx: &mut Cx<'_>) -> Vec<UserDataPart> {
    let window = text.slice(0..text.len().min(MIME_WINDOW)).to_text().to_ascii_lowercase();
    if !window.contains("mime-version:") && !window.starts_with("content-type: multipart/") {
        let kind = sniff(text).unwrap_or_else(|| whole(text));
        return vec![UserDataPart { kind, name: "part-001".to_owned(), text: text.clone() }];
    }
    let message = mime::parse(text);
    let mut out = Vec::new();
    walk(&message, true, &mut out, cx);
    out
}

/// What a blob that is no MIME message and has no telling first line is.
fn whole(text: &Traced) -> PartKind {
    let words = text.to_text();
    if words.contains("node.eks.aws/") && words.contains("NodeConfig") {
        PartKind::NodeConfig
    } else if words.lines().any(|l| l.trim_start().starts_with("[settings")) {
        PartKind::Toml
    } else {
        PartKind::Ignored
    }
}

fn walk(entity: &mime::Entity, top: bool, out: &mut Vec<UserDataPart>, cx: &mut Cx<'_>) {
    if let Some(parts) = &entity.parts {
        for part in parts {
            // nodeadm reads the parts of the outermost multipart only; cloud-init goes into nested ones.
            let nested = part.parts.is_some();
            walk(part, top && !nested, out, cx);
        }
        return;
    }
    let mut text = match entity.decoded() {
        Ok(text) => text,
        Err(error) => return fault(error, cx),
    };
    if gzip::looks_compressed(&text) {
        text = match gzip::decode(&text) {
            Ok(text) => text,
            Err(error) => return fault(error, cx),
        };
    }
    let declared = entity.media_type().essence;
    let kind = match declared.as_str() {
        NODE_CONFIG if top => PartKind::NodeConfig,
        NODE_CONFIG => PartKind::Ignored,
        "text/plain" | "text/x-not-multipart" | "" => sniff(&text).unwrap_or(PartKind::Ignored),
        "text/x-shellscript" => PartKind::Script,
        "text/cloud-config" => PartKind::CloudConfig,
        "text/cloud-boothook" => PartKind::Boothook,
        "text/x-include-url" | "text/x-include-once-url" => PartKind::Unread("#include"),
        "text/part-handler" => PartKind::Unread("a part handler"),
        "text/jinja2" => PartKind::Unread("a jinja template"),
        "text/cloud-config-archive" => PartKind::Unread("#cloud-config-archive"),
        "text/cloud-config-jsonp" => PartKind::Unread("#cloud-config-jsonp"),
        _ => PartKind::Ignored,
    };
    let name = entity.file_name().unwrap_or_else(|| format!("part-{:03}", out.len() + 1));
    out.push(UserDataPart { kind, name, text });
}

fn fault(error: DecodeError, cx: &mut Cx<'_>) {
    if let Some(at) = error.at {
        cx.problem(at, error.message);
    }
}

/// What the first line says, compared without regard to case after white space is skipped.
fn sniff(text: &Traced) -> Option<PartKind> {
    let start = text.to_text().trim_start().chars().take(64).collect::<String>().to_ascii_lowercase();
    let kinds: &[(&str, PartKind)] = &[
        ("#cloud-config-archive", PartKind::Unread("#cloud-config-archive")),
        ("#cloud-config-jsonp", PartKind::Unread("#cloud-config-jsonp")),
        ("## template: jinja", PartKind::Unread("a jinja template")),
        ("#cloud-boothook", PartKind::Boothook),
        ("#include", PartKind::Unread("#include")),
        ("#part-handler", PartKind::Unread("a part handler")),
        ("#cloud-config", PartKind::CloudConfig),
        ("#!", PartKind::Script),
        ("<powershell>", PartKind::PowerShell),
        ("<script>", PartKind::PowerShell),
    ];
    kinds.iter().find(|(prefix, _)| start.starts_with(prefix)).map(|(_, kind)| *kind)
}
