//! User data: layers taken off, parts walked as cloud-init and nodeadm walk them. Sources: `cloudinit/user_data.py`,
//! `cloudinit/handlers/__init__.py` of canonical/cloud-init at 04eacd06; `nodeadm/internal/configprovider` of
//! awslabs/amazon-eks-ami at 81fec2e8.

use std::collections::BTreeMap;

use crate::decode::base64::{self, Strictness};
use crate::decode::mime::{self, Entity};
use crate::decode::{DecodeError, gzip};
use crate::kubelet::said;
use crate::node::{Cx, Family, NodeGroup, Reason, Wrapping};
use crate::syntax::{toml, yaml};
use crate::text::{Traced, Why};

use super::cloud_config::CloudConfig;
use super::machine::{File, Machine};
use super::{Way, cloud_config, dead, image, nodeadm, shell};

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

/// How many marks of a template may stand above each other.
const MAX_TEMPLATES: usize = 8;

/// What cloud-init does with a part, in the order of a first boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// `#cloud-boothook`
    Hook,
    /// `bootcmd`
    BootCommand,
    /// `write_files`
    Files,
    /// `write_files` with `defer`
    DeferredFiles,
    /// `runcmd`, which becomes a file beside the shell parts
    RunCommand,
}

/// Something that cloud-init does.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// Runs a script; the name is for people.
    Run(Traced, String),
    /// Writes a file, or adds to one.
    Write {
        /// Absolute path.
        path: String,
        /// What is written.
        content: Result<Traced, Why>,
        /// True if it is added.
        append: bool,
    },
}

/// The folders that cloud-init keeps scripts in, in the order in which it runs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Folder {
    PerOnce,
    PerBoot,
    PerInstance,
    User,
}

/// What the parts of one user data come to.
#[derive(Default)]
struct Plan {
    actions: Vec<(Phase, Action)>,
    cloud_configs: Vec<CloudConfig>,
    /// Shell parts by the order of their folders and their file names, which is the order in which they run.
    scripts: BTreeMap<(Folder, String), (Traced, String)>,
    /// How many parts were seen, which names those that have no name.
    parts: usize,
    node_configs: Vec<Traced>,
    gaps: Vec<(crate::text::Span, Why)>,
    /// Documents for nodeadm where nodeadm does not look.
    unread: Vec<(Traced, Reason)>,
    problems: Vec<DecodeError>,
    windows: Option<Traced>,
    bottlerocket: Option<Traced>,
}

/// Boots with user data.
pub(super) fn run(
    group: &NodeGroup,
    mut ways: Vec<Way>,
    text: &Traced,
    wrapping: Wrapping,
    cx: &mut Cx<'_>,
) -> Vec<Way> {
    let mut plan = Plan::default();
    let name = format!("user data of {}", group.name);
    match peel(text, wrapping) {
        Ok(text) => plan.whole(&text, &name),
        Err(error) => plan.problems.push(error),
    }
    for problem in &plan.problems {
        let at = problem.at.unwrap_or(group.place);
        cx.problem(at, problem.message.clone());
        plan.gaps.push((at, Why::NotUnderstood("user data that cannot be decoded".into())));
    }
    let (merged, replaced) = cloud_config::merge(&plan.cloud_configs, &name, group.place, cx);
    for config in merged {
        for (phase, action) in config {
            match action {
                Action::Run(text, label) if phase == Phase::RunCommand => {
                    plan.scripts.insert((Folder::User, "runcmd".to_owned()), (text, label));
                }
                action => plan.actions.push((phase, action)),
            }
        }
    }
    plan.actions.sort_by_key(|(phase, _)| *phase);
    for (script, label) in std::mem::take(&mut plan.scripts).into_values() {
        plan.actions.push((Phase::RunCommand, Action::Run(script, label)));
    }
    for way in &mut ways {
        let machine = &mut way.machine;
        for (at, why) in &plan.gaps {
            machine.gap(*at, why.clone());
        }
        let restarts = |c: &CloudConfig| c.text.to_text().contains("power_state:");
        machine.restarts |= plan.cloud_configs.iter().any(restarts);
        for (text, why) in &plan.unread {
            let id = cx.texts.add_made(format!("NodeConfig in the {name}"), text, group.place);
            let document = yaml::parse(&cx.texts.view(id)).tree.into_iter().next();
            machine.bury(document.map(|d| dead::in_node_config(&d)).unwrap_or_default(), why);
        }
        for (path, text) in &replaced.files {
            let settings = dead::in_file(path, text, group.place, cx);
            machine.bury(settings, &Reason::ListReplaced);
        }
        // Only of commands that are about a kubelet is it known whose flags they name.
        let about = |text: &Traced| ["bootstrap.sh", "/kubelet", "nodeadm"].iter().any(|w| text.to_text().contains(w));
        if about(&replaced.commands) {
            machine.bury(said::anywhere(&replaced.commands), &Reason::ListReplaced);
        }
        for text in &plan.node_configs {
            nodeadm::take(machine, text, &format!("NodeConfig in the {name}"), cx);
        }
        if let Some(settings) = &plan.bottlerocket {
            let id = cx.texts.add_made(name.as_str(), settings, group.place);
            let parsed = toml::parse(&cx.texts.view(id));
            for error in parsed.errors.iter().take(1) {
                cx.problem(error.at, format!("the settings cannot be read: {}", error.message));
                machine.gap(error.at, Why::NotUnderstood("settings that cannot be read".into()));
            }
            if let Some(tree) = parsed.tree {
                machine.see(Some(Family::Bottlerocket));
                machine.bury(super::bottlerocket::unknown(&tree), &Reason::BottlerocketKey);
                machine.bottlerocket = Some(std::sync::Arc::new(tree));
            }
        }
        if let Some(script) = &plan.windows {
            windows(machine, script);
        }
        // nodeadm writes its files before cloud-init starts, so that scripts find them and may change them.
        if machine.joins_by_nodeadm() {
            let documents = machine.node_configs.clone();
            nodeadm::write(machine, &documents, cx);
        }
    }
    for (_, action) in plan.actions {
        match action {
            Action::Run(script, name) => ways = shell::run(ways, &script, &name, shell::Setting::UserData, cx),
            Action::Write { path, content, append } => {
                for way in &mut ways {
                    match &content {
                        Ok(text) if append => way.machine.append(&path, text, text.span().unwrap_or(group.place)),
                        Ok(text) => way.machine.put(&path, File::Known(std::sync::Arc::new(text.clone()))),
                        Err(why) => way.machine.put(&path, File::Unknown(why.clone())),
                    }
                }
            }
        }
    }
    ways
}

/// nodeadm's second phase: documents in its directory are laid over those of the user data.
pub(super) fn finish_nodeadm(machine: &mut Machine, cx: &mut Cx<'_>) {
    let files: Vec<_> = machine
        .files
        .range(image::NODEADM_DOCUMENTS.to_owned()..)
        .take_while(|(path, _)| path.starts_with(image::NODEADM_DOCUMENTS))
        .filter(|(path, _)| [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end)))
        .map(|(path, file)| (path.clone(), file.clone()))
        .collect();
    let mut documents = machine.node_configs.clone();
    let mut more = false;
    for (path, file) in files {
        match file {
            File::Known(text) => {
                if let Some(document) = nodeadm::read(machine, &text, &path, cx) {
                    documents.push(document);
                    more = true;
                }
            }
            File::Unknown(why) => {
                let place = machine.place;
                machine.gap(place, why);
            }
            File::Removed => {}
        }
    }
    if machine.start.is_none() && (more || machine.nodeadm.is_none()) {
        nodeadm::write(machine, &documents, cx);
    }
}

/// Takes off what wraps the text as a whole.
fn peel(text: &Traced, wrapping: Wrapping) -> Result<Traced, DecodeError> {
    let mut text = match wrapping {
        Wrapping::Base64 if text.is_hole() && text.original(crate::text::Layer::Base64).is_none() => text.clone(),
        Wrapping::Base64 => base64::decode(text, Strictness::Standard)?,
        Wrapping::Base64OrPlain if looks_wrapped(text) => base64::decode(text, Strictness::Standard)?,
        Wrapping::Base64OrPlain | Wrapping::Plain => text.clone(),
    };
    // What is wrapped twice stays wrapped, but for gzip in base64.
    if wrapping == Wrapping::Plain && looks_wrapped(&text) {
        text = base64::decode(&text, Strictness::Standard)?;
    }
    if gzip::looks_compressed(&text) {
        text = gzip::decode(&text)?;
    }
    Ok(text)
}

/// True if the text is base64 of something, and not a word that happens to consist of its letters.
fn looks_wrapped(text: &Traced) -> bool {
    text.original(crate::text::Layer::Base64).is_some() || text.len() >= 24 && base64::looks_encoded(text)
}

impl Plan {
    fn whole(&mut self, text: &Traced, name: &str) {
        let head = text.bytes().get(..HEADER_BYTES.min(text.len())).unwrap_or_default();
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let versioned = head.contains("mime-version:");
        if versioned || head.starts_with("content-type: multipart/") {
            let entity = mime::parse(text);
            if entity.parts.is_some() {
                self.nodeadm_parts(&entity);
                // cloud-init takes a text without a version for no message at all.
                if versioned {
                    self.entity(&entity, name, 0);
                }
                return;
            }
        }
        if is_node_config(text) {
            self.node_configs.push(text.clone());
        } else {
            self.parts += 1;
            self.text(text, name, "part-001", 0);
        }
    }

    /// What nodeadm takes: top-level parts of its own type, and only from a message that Go's reader can read.
    fn nodeadm_parts(&mut self, entity: &Entity) {
        let parts = entity.parts.as_deref().unwrap_or_default();
        let own: Vec<_> = parts.iter().filter(|p| p.media_type().essence == "application/node.eks.aws").collect();
        let Some(first) = own.first() else { return };
        let readable = entity.closed && entity.media_type().strict && parts.iter().all(|p| p.separated);
        if !readable {
            let at = first.body.span();
            self.problems.push(DecodeError {
                at,
                message: "nodeadm cannot read this MIME message, so the node does not join".to_owned(),
            });
            return;
        }
        for part in own {
            match inner(&part.body) {
                Ok(text) => self.node_configs.push(text),
                Err(error) => self.problems.push(error),
            }
        }
    }

    /// What cloud-init takes: all parts, nested ones too.
    fn entity(&mut self, entity: &Entity, name: &str, depth: usize) {
        if let Some(parts) = &entity.parts {
            for (number, part) in parts.iter().enumerate() {
                let label = part.file_name().unwrap_or_else(|| format!("part {}", number + 1));
                self.entity(part, &format!("{label} of the {name}"), depth + 1);
            }
            return;
        }
        let essence = entity.media_type().essence;
        self.parts += 1;
        if essence == "application/node.eks.aws" {
            if depth > 1 {
                self.unread.push((entity.body.clone(), Reason::NestedPart));
            }
            return;
        }
        let file = entity.file_name().filter(|f| !f.is_empty()).unwrap_or_else(|| format!("part-{:03}", self.parts));
        let body = match entity.decoded() {
            Ok(body) => body,
            Err(error) => {
                self.problems.push(error);
                return;
            }
        };
        if COMPRESSED.contains(&essence.as_str()) {
            match gzip::decode(&body) {
                Ok(body) => self.text(&body, name, &file, depth.max(1)),
                Err(error) => self.problems.push(error),
            }
            return;
        }
        match essence.as_str() {
            "text/cloud-config" => {
                let how = ["merge-type", "x-merge-type"].iter().find_map(|h| entity.header(h));
                let how = how.map(|h| h.to_text().into_owned());
                self.cloud_configs.push(CloudConfig { text: body, how });
            }
            "text/x-shellscript" => self.script(&body, name, &file, Folder::User),
            "text/x-shellscript-per-boot" => self.script(&body, name, &file, Folder::PerBoot),
            "text/x-shellscript-per-instance" => self.script(&body, name, &file, Folder::PerInstance),
            "text/x-shellscript-per-once" => self.script(&body, name, &file, Folder::PerOnce),
            "text/cloud-boothook" => self.hook(&body, name),
            "text/plain"
            | "text/x-not-multipart"
            | "text/jinja2"
            | "text/cloud-config-archive"
            | "text/cloud-config-jsonp"
            | "text/x-include-url"
            | "text/x-include-once-url"
            | "text/part-handler" => {
                self.text(&body, name, &file, depth.max(1));
            }
            _ if is_node_config(&body) => self.unread.push((body, Reason::PartType)),
            _ => {}
        }
    }

    /// The kernel does not run a file without an interpreter; what starts with a hole may have one.
    fn runs(&mut self, text: &Traced) -> bool {
        let runs = text.bytes().starts_with(b"#!") || text.slice(0..1).has_hole();
        if !runs && let Some(at) = text.slice(0..1).span() {
            let why = "a script whose first two characters are not #!, which the kernel does not run";
            self.gaps.push((at, Why::NotUnderstood(why.into())));
        }
        runs
    }

    fn hook(&mut self, text: &Traced, name: &str) {
        let marker = b"#cloud-boothook";
        let script = match text.bytes().strip_prefix(marker) {
            Some(rest) => {
                let line = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
                text.slice(marker.len() + line..text.len())
            }
            None => text.clone(),
        };
        if self.runs(&script) {
            self.actions.push((Phase::Hook, Action::Run(script, name.to_owned())));
        }
    }

    fn script(&mut self, text: &Traced, name: &str, file: &str, folder: Folder) {
        if text.bytes().trim_ascii_start().starts_with(b"#cloud-config") {
            self.text(text, name, file, 1);
        } else if is_node_config(text) {
            self.unread.push((text.clone(), Reason::PartType));
        } else if self.runs(text) {
            self.scripts.insert((folder, clean(file)), (text.clone(), name.to_owned()));
        }
    }

    /// A text whose first line says what it is.
    fn text(&mut self, text: &Traced, name: &str, file: &str, depth: usize) {
        let blank = text.len() - text.bytes().trim_ascii_start().len();
        let body = text.slice(blank..text.len());
        let line = body.bytes().split(|b| *b == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).to_ascii_lowercase();
        let at = body.slice(0..line.len().max(1)).span();
        let mut gap = |what: &str| {
            if let Some(at) = at {
                self.gaps.push((at, Why::NotUnderstood(what.into())));
            }
        };
        if line.starts_with("## template: jinja") {
            let rest = body.slice((line.len() + 1).min(body.len())..body.len());
            let shown = rest.to_text();
            if ["{{", "{%", "{#"].iter().any(|m| shown.contains(m)) || depth > MAX_TEMPLATES {
                gap("a jinja template");
            } else {
                self.text(&rest, name, file, depth + 1);
            }
        } else if line.starts_with("#cloud-config-archive") {
            gap("a cloud-config archive");
        } else if line.starts_with("#cloud-config-jsonp") {
            gap("a patch of a cloud-config");
            // What the patch leaves of the other parts is not known.
            self.cloud_configs.clear();
        } else if line.starts_with("#cloud-config") {
            self.cloud_configs.push(CloudConfig { text: body, how: None });
        } else if line.starts_with("#include") {
            gap("user data that is fetched from elsewhere");
        } else if line.starts_with("#part-handler") {
            gap("a part handler");
        } else if line.starts_with("#cloud-boothook") {
            self.hook(&body, name);
        } else if line.starts_with("#!") {
            self.script(text, name, file, Folder::User);
        } else if line.contains("<powershell>") {
            self.windows = Some(body);
        } else if body.slice(0..1).has_hole() {
            let why = body.first_hole().map(|(at, why)| (at, why.clone()));
            self.gaps.extend(why);
            if !body.is_hole() {
                self.scripts.insert((Folder::User, clean(file)), (body, name.to_owned()));
            }
        } else if depth == 0 && body.to_text().lines().any(|l| l.trim_start().starts_with("[settings")) {
            self.bottlerocket = Some(body);
        } else if depth > 0 && is_node_config(&body) {
            self.unread.push((body, Reason::PartType));
        }
    }
}

/// The name that cloud-init gives a file.
fn clean(name: &str) -> String {
    let name = name.replace('/', "_");
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.()".contains(*c)).collect()
}

/// nodeadm looks into a part for base64 and gzip, whatever its header says.
fn inner(body: &Traced) -> Result<Traced, DecodeError> {
    let mut text = if looks_wrapped(body) { base64::decode(body, Strictness::Standard)? } else { body.clone() };
    if gzip::looks_compressed(&text) {
        text = gzip::decode(&text)?;
    }
    Ok(text)
}

fn is_node_config(text: &Traced) -> bool {
    let text = text.to_text();
    let mut lines = text.lines();
    text.contains(nodeadm::API)
        && !text.starts_with("#!")
        // Such a document may stand inside of a file that cloud-init writes.
        && !text.starts_with("#cloud-config")
        && lines.any(|l| l.contains("kind") && l.contains("NodeConfig") && !l.trim_start().starts_with('#'))
}

/// `Start-EKSBootstrap.ps1 -KubeletExtraArgs '…'`. Anything else in the script is not followed.
fn windows(machine: &mut Machine, script: &Traced) {
    let text = script.to_text().into_owned();
    let lower = text.to_ascii_lowercase();
    let at = script.span().unwrap_or(machine.place);
    machine.family = machine.family.or(Some(Family::Windows));
    if !lower.contains("start-eksbootstrap.ps1") && !lower.contains("eksbootstrapscriptfile") {
        if lower.contains("kubelet") {
            machine.gap(at, Why::NotUnderstood("a PowerShell script".into()));
        }
        return;
    }
    machine.see(Some(Family::Windows));
    let mut argv = Vec::new();
    if let Some(found) = lower.rfind("-kubeletextraargs") {
        let from = found + "-kubeletextraargs".len();
        let rest = &text.as_bytes()[from..];
        let skip = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b':')).count();
        match rest.get(skip) {
            Some(quote @ (b'\'' | b'"')) => {
                let start = from + skip + 1;
                let length = text.as_bytes()[start..].iter().position(|b| b == quote);
                let value = script.slice(start..length.map_or(script.len(), |n| start + n));
                if *quote == b'"' && value.bytes().contains(&b'$') {
                    argv.push(Traced::hole(at, Why::NotUnderstood("a PowerShell variable".into())));
                } else {
                    argv.extend(crate::syntax::unit::words(&value, false));
                }
            }
            _ => argv.push(Traced::hole(at, Why::NotUnderstood("a PowerShell expression".into()))),
        }
    }
    machine.start = Some(super::machine::Start {
        files: std::sync::Arc::clone(&machine.files),
        argv: Some(std::sync::Arc::new(argv)),
    });
}
