//! The parts of user data, as cloud-init finds them and hands them to what reads them. Sources: `cloudinit/user_data.py`,
//! `cloudinit/handlers` of canonical/cloud-init at 04eacd06; 19.3, which Amazon Linux 2 has, at 073df96e.

use crate::decode::mime::{self, Entity};
use crate::decode::{DecodeError, base64, gzip};
use crate::node::{BootCx, Family, Reason};
use crate::syntax::{Node, Resolved, Schema, resolve, toml, yaml};
use crate::text::{Span, Traced, Why};

use super::super::{node_config, windows};
use super::jinja::{self, Choices};
use super::plan::{Action, Folder, Part, Phase, Plan};

/// Bytes of user data in which cloud-init looks for a MIME header.
const HEADER_BYTES: usize = 4096;

/// The types under which cloud-init decompresses a part.
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

/// How a text may begin and what type it has then, the longest first.
const BEGINNINGS: [(&str, Type); 9] = [
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

/// What a part is, as far as cloud-init has something that reads it.
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
    /// By the name of the media type.
    fn named(name: &str) -> Option<Self> {
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

    /// By what the text begins with, in whatever case and after white space.
    fn of_beginning(text: &Traced) -> Option<Self> {
        let start = text.bytes().trim_ascii_start();
        let begins = |mark: &str| start.get(..mark.len()).is_some_and(|s| s.eq_ignore_ascii_case(mark.as_bytes()));
        BEGINNINGS.iter().find(|(mark, _)| begins(mark)).map(|(_, kind)| *kind)
    }
}

/// A part on its way to what reads it.
struct Piece<'a> {
    text: Traced,
    /// The file name that it has or gets.
    file: String,
    /// For people.
    label: String,
    /// How its header wants it merged.
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
    /// All of the user data, without EC2's base64.
    pub(super) fn whole(&mut self, text: &Traced, name: &str) {
        if windows::claims(text) {
            self.plan.windows = Some(text.clone());
            return;
        }
        let text = match gzip::looks_compressed(text).then(|| gzip::decode(text)) {
            Some(Ok(inner)) => inner,
            // What only looks compressed stays what it is.
            Some(Err(error)) => return self.plan.problems.push(error),
            None => text.clone(),
        };
        let head = text.bytes().get(..HEADER_BYTES.min(text.len())).unwrap_or_default();
        if String::from_utf8_lossy(head).to_ascii_lowercase().contains("mime-version:") {
            let entity = mime::parse(&text);
            return self.entity(&entity, name, 0);
        }
        if self.opaque(&text, name) {
            return;
        }
        if Type::of_beginning(&text).is_some() {
            self.sniffed(None, text, None, None, name, name);
        } else if self.settings(&text) {
            self.plan.bottlerocket = Some(text);
        } else if !node_config::is_document(&text) && !looks_like_mime(&text) {
            let double = text.len() >= 24 && base64::looks_encoded(&text);
            let what = if double {
                "user data that is encoded twice, which this cloud-init leaves as it is"
            } else if !["kubelet", "bootstrap.sh", "nodeadm"].iter().any(|word| text.to_text().contains(word)) {
                return;
            } else {
                "user data whose first line says nothing that cloud-init knows, so that it is not run"
            };
            self.gap(&text, what);
        }
    }

    fn gap(&mut self, text: &Traced, what: &str) {
        if let Some(at) = text.slice(0..text.len().min(1)).span() {
            self.plan.gaps.push((at, Why::NotUnderstood(what.into())));
        }
    }

    /// Text that begins with something unknown may be anything; what follows is read as a script.
    fn opaque(&mut self, text: &Traced, name: &str) -> bool {
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

    /// The parts of a message, nested ones too.
    fn entity(&mut self, entity: &Entity, name: &str, depth: usize) {
        if let Some(parts) = &entity.parts {
            for (number, part) in parts.iter().enumerate() {
                let label = part.file_name().unwrap_or_else(|| format!("part {}", number + 1));
                self.entity(part, &format!("{label} of the {name}"), depth + 1);
            }
            return;
        }
        let essence = entity.media_type().essence;
        if essence.starts_with("multipart/") {
            // A multipart without parts holds nothing.
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
        let carried = matches!(encoded.as_deref(), Some("base64" | "quoted-printable"));
        if !carried && essence.starts_with("text/") && self.family.is_some_and(|f| f != Family::Al2) && has_latin(&body)
        {
            let what = "a part with letters such as \u{fc} that is not encoded, which cloud-init fails to write";
            return self.gap(&body, what);
        }
        let merge =
            ["Merge-Type", "X-Merge-Type"].iter().find_map(|h| entity.exact_header(h).filter(|v| !v.is_empty()));
        let merge = merge.map(|h| h.to_text().into_owned());
        let file = entity.file_name().filter(|f| !f.is_empty());
        // Without a slash Python takes it for plain text.
        let essence = if essence.matches('/').count() == 1 { essence } else { "text/plain".to_owned() };
        self.sniffed(Some(&essence), body, file, merge, name, name);
    }

    /// A part whose type may have to be found out; `None` where nobody said one.
    fn sniffed(
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
        // Versions from 20.3 on look into parts that say to be scripts; the one of Amazon Linux 2 does not.
        let looks = matches!(essence, None | Some("text/plain" | "text/x-not-multipart"))
            || script && self.family != Some(Family::Al2);
        let found = if looks { Type::of_beginning(&text) } else { None };
        let kind = found.or_else(|| essence.and_then(Type::named));
        match kind {
            Some(Type::Include) => self.gap(&text, "user data that is fetched from elsewhere"),
            Some(Type::Archive) => self.archive(&text, label, name),
            kind => {
                self.plan.parts += 1;
                let file = file.unwrap_or_else(|| format!("part-{:03}", self.plan.parts));
                let piece = Piece { text, file, label: label.to_owned(), merge, name };
                match kind {
                    Some(kind) => self.hand(kind, piece),
                    None if piece.text.slice(0..piece.text.len().min(1)).has_unknown() && looks => {
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

    /// `#cloud-config-archive`: a list of parts. What they are is not looked for in their texts, if they say it.
    fn archive(&mut self, text: &Traced, label: &str, name: &str) {
        let id = self.cx.texts.add_made(format!("archive in the {name}"), text, self.place);
        let parsed = yaml::parse(&self.cx.texts.view(id));
        if let Some(error) = parsed.errors.first() {
            self.cx.problem(error.at, format!("the cloud-config archive cannot be read: {}", error.message));
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
                    // A bare number is passed over.
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
                Some(given) => Type::named(given),
                None => Type::of_beginning(&text).or((!bytes).then_some(Type::Config)),
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
                Some(kind) => self.hand(kind, Piece { text, file, label, merge, name }),
                None => {}
            }
        }
    }

    /// Hands a part to what reads its type.
    fn hand(&mut self, kind: Type, piece: Piece<'_>) {
        match kind {
            Type::Archive | Type::Include => {}
            Type::Handler => self.gap(&piece.text, "a part handler"),
            Type::Config => self.plan.cloud_configs.push(Part::Document(piece.text, piece.merge)),
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
                        "a script by frequency, which the cloud-init of Amazon Linux 2 does not know",
                    );
                }
                self.script(folder, &piece);
            }
            Type::Jinja => self.template(piece),
        }
    }

    fn template(&mut self, mut piece: Piece<'_>) {
        let Some(body) = jinja::body(&piece.text) else {
            return self.gap(&piece.text, "a template without its first line, which cloud-init passes over");
        };
        match jinja::render(&body, &mut self.choices) {
            Ok(text) => piece.text = text,
            Err((at, why)) => {
                self.plan.gaps.push((at.unwrap_or(self.place), why));
                return;
            }
        }
        match Type::of_beginning(&piece.text) {
            // What reads a patch is told that it is a template, and reads it as a document, which it is not.
            Some(Type::Patch) => self.gap(&piece.text, "a patch in a template, which cloud-init does not apply"),
            Some(kind @ (Type::Config | Type::Hook | Type::Script(_))) => self.hand(kind, piece),
            _ if piece.text.slice(0..piece.text.len().min(1)).has_unknown() => {
                self.plan.gaps.extend(piece.text.first_unknown().map(|(at, why)| (at, why.clone())));
            }
            _ => self.gap(&piece.text, "a template of something that cloud-init does not know, which it passes over"),
        }
    }

    fn hook(&mut self, piece: &Piece<'_>) {
        let mut text = unix(&piece.text);
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
        let text = unix(&piece.text);
        if node_config::is_document(&text) {
            self.plan.unread.push((text, Reason::PartType));
            return;
        }
        if self.runs(&text) {
            self.plan.scripts.insert((folder, clean(&piece.file)), (text, piece.label.clone()));
        }
    }

    /// The kernel does not run a file without an interpreter, and no version of cloud-init asks a shell to; what starts with a
    /// hole may have one.
    fn runs(&mut self, text: &Traced) -> bool {
        let runs = text.bytes().starts_with(b"#!") || text.slice(0..text.len().min(1)).has_unknown();
        if !runs {
            self.gap(text, "a script whose first two characters are not #!, which the kernel does not run");
        }
        runs
    }
}

/// True if a text has characters from U+0080 to U+00FF. Python's `email` turns the ones of a body that is not encoded into
/// bytes that are no UTF-8, which cloud-init cannot write; it escapes all others beyond ASCII. That of Python 2, on Amazon
/// Linux 2, leaves them alone. Source: `get_payload` in `Lib/email/message.py` of CPython.
fn has_latin(text: &Traced) -> bool {
    text.to_text().chars().any(|c| ('\u{80}'..='\u{ff}').contains(&c))
}

/// A message that says no version, which cloud-init does not take for one; nodeadm does.
fn looks_like_mime(text: &Traced) -> bool {
    let head = String::from_utf8_lossy(text.bytes().get(..64.min(text.len())).unwrap_or_default()).to_ascii_lowercase();
    head.starts_with("content-type: multipart/")
}

/// With Unix line ends, if the first line has others. Source: `dos2unix` in `cloudinit/util.py`.
fn unix(text: &Traced) -> Traced {
    match text.bytes().iter().position(|b| *b == b'\n') {
        Some(end) if end > 0 && text.bytes()[end - 1] == b'\r' => text.replace(b"\r\n", &text.slice(end..end + 1)),
        _ => text.clone(),
    }
}

/// The name that cloud-init gives a file. Source: `clean_filename` in `cloudinit/util.py`.
fn clean(name: &str) -> String {
    let name = name.replace('/', "_");
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.()".contains(*c)).collect()
}

/// A problem with a part as the reason of a gap.
pub(super) fn undecodable(_: &DecodeError) -> Why {
    Why::NotUnderstood("user data that cannot be decoded".into())
}
