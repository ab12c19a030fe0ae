//! The parts of user data, found and dispatched by type like in cloud-init. Sources: `cloudinit/user_data.py`,
//! `cloudinit/handlers` of canonical/cloud-init at 04eacd06; 19.3, which Amazon Linux 2 has, at 073df96e.

use crate::decode::mime::{self, Entity};
use crate::decode::{DecodeError, base64, gzip};
use crate::node::{BootCx, Family, Reason};
use crate::syntax::{Node, Resolved, Schema, resolve, toml, yaml};
use crate::text::{Span, Traced, Why};

use super::super::{node_config, windows};
use super::jinja::{self, Choices};
use super::plan::{Action, Folder, Part, Phase, Plan};

/// The number of bytes in which cloud-init inspects for a MIME header.
const HEADER_BYTES: usize = 4096;

/// The media types for which cloud-init decompresses a part.
const COMPRESSED: [&str; 8] = [
    "application/gzip",
    "application/gzip-compressed",
    "application/gzipped",
    "application/x-compress",
    "application/x-compressed",
    "application/x-gunzip",
    "application/x-gzip",
    "application/x-gzip-compressed",
];

/// Prefixes of a text and the type that each implies, longest first.
const PREFIXES: [(&str, Type); 9] = [
    ("#cloud-config-archive", Type::Archive),
    ("#cloud-config-jsonp", Type::Patch),
    ("## template: jinja", Type::Jinja),
    ("#cloud-boothook", Type::Hook),
    ("#include-once", Type::Include),
    ("#part-handler", Type::Handler),
    ("#cloud-config", Type::Config),
    ("#include", Type::Include),
    ("#!", Type::Script(Folder::User)),
];

/// The type of a part that cloud-init handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Archive,
    Config,
    Handler,
    Hook,
    Include,
    Jinja,
    Patch,
    Script(Folder),
}

impl Type {
    /// The type for a media type.
    fn of_media_type(name: &str) -> Option<Self> {
        Some(match name {
            "text/cloud-boothook" => Self::Hook,
            "text/cloud-config" => Self::Config,
            "text/cloud-config-archive" => Self::Archive,
            "text/cloud-config-jsonp" => Self::Patch,
            "text/jinja2" => Self::Jinja,
            "text/part-handler" => Self::Handler,
            "text/x-include-once-url" | "text/x-include-url" => Self::Include,
            "text/x-shellscript" => Self::Script(Folder::User),
            "text/x-shellscript-per-boot" => Self::Script(Folder::PerBoot),
            "text/x-shellscript-per-instance" => Self::Script(Folder::PerInstance),
            "text/x-shellscript-per-once" => Self::Script(Folder::PerOnce),
            _ => return None,
        })
    }

    /// The type for the prefix of a text, ignoring case and leading white space.
    fn of_prefix(text: &Traced) -> Option<Self> {
        let start = text.bytes().trim_ascii_start();
        let begins = |mark: &str| start.get(..mark.len()).is_some_and(|s| s.eq_ignore_ascii_case(mark.as_bytes()));
        PREFIXES.iter().find(|(mark, _)| begins(mark)).map(|(_, kind)| *kind)
    }
}

/// A part to be dispatched by its type.
struct Piece<'a> {
    text: Traced,
    /// Its own or generated file name.
    file: String,
    /// The display name.
    label: String,
    /// The mergers named in its header.
    merge: Option<String>,
    name: &'a str,
}

/// Reads user data as cloud-init does.
pub(super) struct PartReader<'a, 'b> {
    pub(super) plan: Plan,
    pub(super) choices: Choices,
    pub(super) family: Option<Family>,
    pub(super) place: Span,
    pub(super) cx: &'a mut BootCx<'b>,
}

impl PartReader<'_, '_> {
    /// The whole user data, after EC2's base64 is decoded.
    pub(super) fn read_user_data(&mut self, text: &Traced, name: &str) {
        if windows::is_user_data(text) {
            self.plan.windows = Some(text.clone());
            return;
        }
        let text = match gzip::looks_compressed(text).then(|| gzip::decode(text)) {
            Some(Ok(inner)) => inner,
            // What only inspects compressed is left as it is.
            Some(Err(error)) => return self.plan.problems.push(error),
            None => text.clone(),
        };
        let head = text.bytes().get(..HEADER_BYTES.min(text.len())).unwrap_or_default();
        if String::from_utf8_lossy(head).to_ascii_lowercase().contains("mime-version:") {
            let entity = mime::parse(&text);
            return self.entity(&entity, name, 0);
        }
        if text.len() > HEADER_BYTES && mime::parse(&text).header("mime-version").is_some() {
            let message = format!("cloud-init reads no MIME-Version after {HEADER_BYTES} bytes: shorten the headers");
            self.plan.problems.push(DecodeError { at: text.span(), message });
        }
        if self.read_unknown_start(&text, name) {
            return;
        }
        if Type::of_prefix(&text).is_some() {
            self.detect(None, text, None, None, name, name);
        } else if self.settings(&text) {
            self.plan.bottlerocket = Some(text);
        } else if !node_config::is_document(&text) && !looks_like_mime(&text) {
            let twice = text.len() >= 24 && base64::looks_encoded(&text);
            let what = if twice {
                "user data that is encoded twice, which this cloud-init leaves as it is"
            } else if !["kubelet", "bootstrap.sh", "nodeadm"].iter().any(|word| text.to_text().contains(word))
                || is_talos(&text)
            {
                return;
            } else if is_ignition(&text) {
                "a configuration of Ignition"
            } else {
                if !text.slice(0..text.len().min(1)).has_unknown() {
                    self.plan.unread.push((text.clone(), Reason::NoInterpreter));
                }
                "user data with a first line that cloud-init does not recognise, so it is not run"
            };
            self.gap(&text, what);
        }
    }

    fn gap(&mut self, text: &Traced, what: &str) {
        if let Some(at) = text.slice(0..text.len().min(1)).span() {
            self.plan.gaps.push((at, Why::NotUnderstood(what.into())));
        }
    }

    /// Text that begins with an unknown part may be of any type. It is read as a script.
    fn read_unknown_start(&mut self, text: &Traced, name: &str) -> bool {
        let blank = text.len() - text.bytes().trim_ascii_start().len();
        if !text.slice(blank..(blank + 1).min(text.len())).has_unknown() {
            return false;
        }
        self.plan.gaps.extend(text.first_unknown().map(|(at, why)| (at, why.clone())));
        if !text.is_unknown() {
            self.plan.scripts.insert((Folder::User, "part-001".to_owned()), (text.clone(), name.to_owned()));
        }
        true
    }

    /// True for Bottlerocket's settings.
    fn settings(&mut self, text: &Traced) -> bool {
        let shown = text.to_text();
        let table = |l: &str| l.trim_start().trim_start_matches('[').trim_start().starts_with("settings");
        if !shown.lines().any(|l| table(l) && (l.trim_start().starts_with('[') || l.contains('='))) {
            return false;
        }
        let id = self.cx.texts.add_made("settings", text, self.place);
        let tree = toml::parse(&self.cx.texts.view(id)).tree;
        shown.lines().any(|l| l.trim_start().starts_with("[settings"))
            || tree.is_some_and(|t| t.get("settings").is_some())
    }

    /// The parts of a message, including nested ones.
    fn entity(&mut self, entity: &Entity, name: &str, depth: usize) {
        if entity.cut {
            let message = format!("more than {} MIME parts, the rest is not read: use fewer", mime::MAX_MIME_PARTS);
            self.plan.problems.push(DecodeError { at: entity.body.span(), message });
        }
        if let Some(parts) = &entity.parts {
            for (number, part) in parts.iter().enumerate() {
                let label = part.file_name().unwrap_or_else(|| format!("part {}", number + 1));
                self.entity(part, &format!("{label} of the {name}"), depth + 1);
            }
            return;
        }
        let essence = entity.media_type().essence;
        if essence.starts_with("multipart/") {
            // A multipart without parts is empty.
            return self.gap(&entity.body, "a multipart in which no boundary is found");
        }
        if essence == "application/node.eks.aws" {
            self.plan.parts += 1;
            if depth > 1 {
                self.plan.unread.push((entity.body.clone(), Reason::NestedPart));
            }
            return;
        }
        let body = match entity.decoded() {
            Ok(body) => body,
            Err(error) => return self.plan.problems.push(error),
        };
        if essence.starts_with("message/") {
            return self.gap(&body, "a message within a message");
        }
        let encoded = entity.header("content-transfer-encoding").map(|v| v.to_text().trim().to_ascii_lowercase());
        let is_encoded = matches!(encoded.as_deref(), Some("base64" | "quoted-printable"));
        if !is_encoded
            && essence.starts_with("text/")
            && self.family.is_some_and(|f| f != Family::Al2)
            && has_latin1(&body)
        {
            let what = "a part with letters such as \u{fc} that is not encoded, which cloud-init fails to write";
            return self.gap(&body, what);
        }
        let merge =
            ["Merge-Type", "X-Merge-Type"].iter().find_map(|h| entity.exact_header(h).filter(|v| !v.is_empty()));
        let merge = merge.map(|h| h.to_text().into_owned());
        let file = entity.file_name().filter(|f| !f.is_empty());
        // Python reads a type without a slash as plain text.
        let essence = if essence.matches('/').count() == 1 { essence } else { "text/plain".to_owned() };
        self.detect(Some(&essence), body, file, merge, name, name);
    }

    /// Dispatches a part whose type may need to be detected; `None` if no type is declared.
    fn detect(
        &mut self,
        essence: Option<&str>,
        text: Traced,
        file: Option<String>,
        merge: Option<String>,
        label: &str,
        name: &str,
    ) {
        let mut text = text;
        let mut essence = essence;
        if essence.is_some_and(|e| COMPRESSED.contains(&e)) {
            match gzip::decode(&text) {
                Ok(inner) => text = inner,
                Err(error) => return self.plan.problems.push(error),
            }
            essence = None;
        }
        let script = essence == Some("text/x-shellscript");
        // Since 20.3 cloud-init also inspects parts declared as scripts; the version on Amazon Linux 2 does not.
        let inspects = matches!(essence, None | Some("text/plain" | "text/x-not-multipart"))
            || script && self.family != Some(Family::Al2);
        let found = if inspects { Type::of_prefix(&text) } else { None };
        let kind = found.or_else(|| essence.and_then(Type::of_media_type));
        match kind {
            Some(Type::Include) => self.gap(&text, "user data that is fetched from elsewhere"),
            Some(Type::Archive) => self.archive(&text, label, name),
            kind => {
                self.plan.parts += 1;
                let file = file.unwrap_or_else(|| format!("part-{:03}", self.plan.parts));
                let piece = Piece { text, file, label: label.to_owned(), merge, name };
                match kind {
                    Some(kind) => self.dispatch(kind, piece),
                    None if piece.text.slice(0..piece.text.len().min(1)).has_unknown() && inspects => {
                        self.plan.gaps.extend(piece.text.first_unknown().map(|(at, why)| (at, why.clone())));
                        if !piece.text.is_unknown() {
                            self.script(Folder::User, &piece);
                        }
                    }
                    None if node_config::is_document(&piece.text) => {
                        self.plan.unread.push((piece.text, Reason::PartType));
                    }
                    None => {}
                }
            }
        }
    }

    /// `#cloud-config-archive`: a list of parts. Their types are detected only if not declared.
    fn archive(&mut self, text: &Traced, label: &str, name: &str) {
        let id = self.cx.texts.add_made(format!("archive in the {name}"), text, self.place);
        let view = self.cx.texts.view(id);
        let parsed = yaml::parse(&view);
        if let Some(error) = parsed.errors.first() {
            self.cx.syntax(error, "the cloud-config archive cannot be read: ", error.template(&view).is_some());
            self.plan.gaps.push((error.at, Why::NotUnderstood("a cloud-config archive that cannot be read".into())));
            return;
        }
        let Some(root) = parsed.tree.first() else { return };
        for (number, entry) in root.items().iter().enumerate() {
            let empty = Node { kind: crate::syntax::NodeKind::Map(Vec::new()), span: entry.span, tag: None };
            let (content, entry) = if entry.is_map() { (entry.get("content"), entry) } else { (Some(entry), &empty) };
            let scalar = content.and_then(|n| n.as_scalar().map(|s| (s, n.tag.as_deref())));
            let mut text = match scalar {
                None => Traced::new(),
                Some((scalar, tag)) => match resolve(scalar, tag, Schema::Python) {
                    Resolved::Str => scalar.text.clone(),
                    // A plain number is ignored.
                    _ => continue,
                },
            };
            let bytes = scalar.is_some_and(|(_, tag)| tag == Some("!!binary"));
            if bytes {
                match base64::decode(&text, base64::Strictness::Python) {
                    Ok(inner) => text = inner,
                    Err(error) => return self.plan.problems.push(error),
                }
            }
            let given = entry.get("type").and_then(Node::as_str).filter(|t| !t.is_empty());
            let kind = match given {
                Some(given) => Type::of_media_type(given),
                None => Type::of_prefix(&text).or((!bytes).then_some(Type::Config)),
            };
            let merge = ["Merge-Type", "X-Merge-Type"].iter().find_map(|h| entry.get(h)?.as_str().map(str::to_owned));
            self.plan.parts += 1;
            let file = entry.get("filename").and_then(Node::as_str).map(str::to_owned);
            let file = file.unwrap_or_else(|| format!("part-{:03}", self.plan.parts));
            let label = format!("part {} of the archive in the {label}", number + 1);
            match kind {
                Some(Type::Include | Type::Archive) => {
                    self.gap(&text, "an archive or an include within an archive, which cloud-init does not read");
                }
                Some(kind) => self.dispatch(kind, Piece { text, file, label, merge, name }),
                None => {}
            }
        }
    }

    /// Dispatches a part by its type.
    fn dispatch(&mut self, kind: Type, piece: Piece<'_>) {
        match kind {
            Type::Archive | Type::Include => {}
            Type::Handler => self.gap(&piece.text, "a part handler"),
            Type::Config => {
                // cloud-init ignores its keys.
                if node_config::is_document(&piece.text) {
                    self.plan.unread.push((piece.text.clone(), Reason::PartType));
                }
                self.plan.cloud_configs.push(Part::Document(piece.text, piece.merge));
            }
            Type::Patch => {
                let blank = piece.text.len() - piece.text.bytes().trim_ascii_start().len();
                let mark = "#cloud-config-jsonp";
                let given = piece.text.bytes()[blank..].starts_with(mark.as_bytes());
                let start = blank + if given { mark.len() } else { 0 };
                self.plan.cloud_configs.push(Part::Patch(piece.text.slice(start..piece.text.len())));
            }
            Type::Hook => self.hook(&piece),
            Type::Script(folder) => {
                if folder != Folder::User && self.family == Some(Family::Al2) {
                    return self.gap(
                        &piece.text,
                        "a script by frequency, which the cloud-init of Amazon Linux 2 does not support",
                    );
                }
                self.script(folder, &piece);
            }
            Type::Jinja => self.template(piece),
        }
    }

    fn template(&mut self, mut piece: Piece<'_>) {
        let Some(body) = jinja::body(&piece.text) else {
            return self.gap(&piece.text, "a template without its first line, which cloud-init ignores");
        };
        match jinja::render(&body, &mut self.choices) {
            Ok(text) => piece.text = text,
            Err((at, why)) => {
                self.plan.gaps.push((at.unwrap_or(self.place), why));
                return;
            }
        }
        match Type::of_prefix(&piece.text) {
            // The handler sees the type of a template, so it reads the patch as a document, which fails.
            Some(Type::Patch) => self.gap(&piece.text, "a patch in a template, which cloud-init does not apply"),
            Some(kind @ (Type::Config | Type::Hook | Type::Script(_))) => self.dispatch(kind, piece),
            _ if piece.text.slice(0..piece.text.len().min(1)).has_unknown() => {
                self.plan.gaps.extend(piece.text.first_unknown().map(|(at, why)| (at, why.clone())));
            }
            _ => self.gap(&piece.text, "a template of an unsupported type, which cloud-init ignores"),
        }
    }

    fn hook(&mut self, piece: &Piece<'_>) {
        let mut text = unix_line_ends(&piece.text);
        if let Some(rest) = text.bytes().strip_prefix(b"#cloud-boothook") {
            text = text.slice(text.len() - rest.len()..text.len());
        }
        let blank = text.len() - text.bytes().trim_ascii_start().len();
        let text = text.slice(blank..text.len());
        if self.runs(&text) {
            self.plan.actions.push((Phase::Hook, Action::Run(text, piece.name.to_owned())));
        }
    }

    fn script(&mut self, folder: Folder, piece: &Piece<'_>) {
        let text = unix_line_ends(&piece.text);
        if node_config::is_document(&text) {
            self.plan.unread.push((text, Reason::PartType));
            return;
        }
        if self.runs(&text) {
            self.plan.scripts.insert((folder, clean_filename(&piece.file)), (text, piece.label.clone()));
        }
    }

    /// True if the kernel runs the text. It does not run a file without an interpreter, and no cloud-init passes that to a
    /// shell. A text with an unknown start may have one.
    fn runs(&mut self, text: &Traced) -> bool {
        let runs = text.bytes().starts_with(b"#!") || text.slice(0..text.len().min(1)).has_unknown();
        if !runs {
            self.plan.unread.push((text.clone(), Reason::NoInterpreter));
            self.gap(text, "a script that does not begin with #!, which the kernel does not run,");
        }
        runs
    }
}

/// True if a text has characters from U+0080 to U+00FF. In a body that is not encoded, Python's `email` turns them into
/// invalid UTF-8, which cloud-init cannot write; it escapes all other characters beyond ASCII. Python 2, on Amazon Linux 2,
/// keeps them. Source: `get_payload` in `Lib/email/message.py` of CPython.
fn has_latin1(text: &Traced) -> bool {
    text.to_text().chars().any(|c| ('\u{80}'..='\u{ff}').contains(&c))
}

/// True for a configuration of Talos, which has no cloud-init.
fn is_talos(text: &Traced) -> bool {
    let shown = text.to_text();
    ["machine:", "version: v1alpha1"].iter().all(|start| shown.lines().any(|line| line.starts_with(start)))
}

/// True for a configuration of Ignition, or one of Butane, which a system without cloud-init reads.
fn is_ignition(text: &Traced) -> bool {
    let shown = text.to_text();
    let json = shown.trim_start().starts_with('{') && shown.contains("\"ignition\"");
    json || shown.lines().any(|line| line.starts_with("variant:") || line.starts_with("systemd:"))
}

/// True for a message without a MIME version, which nodeadm reads as MIME and cloud-init does not.
fn looks_like_mime(text: &Traced) -> bool {
    let head = String::from_utf8_lossy(text.bytes().get(..64.min(text.len())).unwrap_or_default()).to_ascii_lowercase();
    head.starts_with("content-type: multipart/")
}

/// Converts to Unix line ends if the first line ends with CR LF. Source: `dos2unix` in `cloudinit/util.py`.
fn unix_line_ends(text: &Traced) -> Traced {
    match text.bytes().iter().position(|b| *b == b'\n') {
        Some(end) if end > 0 && text.bytes()[end - 1] == b'\r' => text.replace(b"\r\n", &text.slice(end..end + 1)),
        _ => text.clone(),
    }
}

/// The name that cloud-init gives a file. Source: `clean_filename` in `cloudinit/util.py`.
fn clean_filename(name: &str) -> String {
    let name = name.replace('/', "_");
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.()".contains(*c)).collect()
}

/// The reason of a gap for a part that cannot be decoded.
pub(super) fn undecodable(_: &DecodeError) -> Why {
    Why::NotUnderstood("user data that cannot be decoded".into())
}
