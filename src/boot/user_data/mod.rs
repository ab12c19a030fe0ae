//! User data: layers taken off, parts walked as cloud-init and nodeadm walk them. Sources: `cloudinit/user_data.py`,
//! `cloudinit/handlers/__init__.py` of canonical/cloud-init at 04eacd06; `nodeadm/internal/configprovider` of
//! awslabs/amazon-eks-ami at 81fec2e8.

mod jinja;
mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::decode::base64::{self, Strictness};
use crate::decode::{DecodeError, gzip};
use crate::kubelet::statements;
use crate::node::{BootCx, Family, NodeGroup, Reason, Wrapping};
use crate::syntax::{toml, yaml};
use crate::text::{Layer, Span, Traced, Why};
use crate::value::{Condition, Guard};

use super::cloud_config::Part;
use super::machine::{File, Machine};
use super::way::Way;
use super::{cloud_config, dead, nodeadm, shell, windows};

use jinja::Choices;

/// What cloud-init does with a part, in the order of a first boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// `#cloud-boothook`
    Hook,
    /// `bootcmd`
    BootCommand,
    /// `write_files`
    Files,
    /// `commands` of `snap`
    SnapCommand,
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
    cloud_configs: Vec<Part>,
    /// Shell parts by the order of their folders and their file names, which is the order in which they run.
    scripts: BTreeMap<(Folder, String), (Traced, String)>,
    /// How many parts were seen, which names those that have no name.
    parts: usize,
    node_configs: Vec<Traced>,
    gaps: Vec<(Span, Why)>,
    /// Documents for nodeadm where nodeadm does not look.
    unread: Vec<(Traced, Reason)>,
    problems: Vec<DecodeError>,
    windows: Option<Traced>,
    bottlerocket: Option<Traced>,
}

/// Boots with user data. A condition of a template that the source cannot decide is followed both ways.
pub(super) fn run(
    group: &NodeGroup,
    ways: Vec<Way>,
    text: &Traced,
    wrapping: Wrapping,
    cx: &mut BootCx<'_>,
) -> Vec<Way> {
    let name = format!("user data of {}", group.name);
    let mut open = vec![Choices::default()];
    let mut out: Vec<Way> = Vec::new();
    while let Some(choices) = open.pop() {
        let guard = guard(&choices);
        let (plan, choices) = read(group, text, wrapping, &name, choices, cx);
        if let Some(words) = choices.asked {
            for holds in [false, true] {
                let mut answers = choices.answers.clone();
                answers.insert(Arc::clone(&words), holds);
                open.push(Choices { answers, asked: None });
            }
            continue;
        }
        let ways = ways.iter().filter_map(|way| {
            let when = way.when.and(&guard)?;
            Some(Way { when, machine: way.machine.clone() })
        });
        for way in follow(group, plan, &name, ways.collect(), cx) {
            // Ways that come to the same are one.
            let same = out.iter_mut().find_map(|other| {
                let when = (other.machine == way.machine).then(|| other.when.or(&way.when)).flatten()?;
                Some((other, when))
            });
            match same {
                Some((other, when)) => other.when = when,
                None => out.push(way),
            }
        }
    }
    out
}

fn guard(choices: &Choices) -> Guard {
    let conditions = choices
        .answers
        .iter()
        .map(|(words, holds)| Guard::of(Condition { words: format!("the template's {words}").into(), holds: *holds }));
    conditions.fold(Guard::always(), |all, one| all.and(&one).unwrap_or(all))
}

/// Reads the parts under the answers that were chosen.
fn read(
    group: &NodeGroup,
    text: &Traced,
    wrapping: Wrapping,
    name: &str,
    choices: Choices,
    cx: &mut BootCx<'_>,
) -> (Plan, Choices) {
    let mut reader = parts::Reader { plan: Plan::default(), choices, family: group.family, place: group.place, cx };
    match peel(text, wrapping) {
        Ok(text) => {
            let (documents, error) = nodeadm::documents_in(&text);
            reader.plan.node_configs = documents;
            reader.plan.problems.extend(error);
            reader.whole(&text, name);
        }
        Err(error) => reader.plan.problems.push(error),
    }
    (reader.plan, reader.choices)
}

/// Does what a plan says on every way.
fn follow(group: &NodeGroup, mut plan: Plan, name: &str, mut ways: Vec<Way>, cx: &mut BootCx<'_>) -> Vec<Way> {
    for problem in &plan.problems {
        let at = problem.at.unwrap_or(group.place);
        cx.problem(at, problem.message.clone());
        plan.gaps.push((at, parts::undecodable(problem)));
    }
    let merged = cloud_config::merge(&plan.cloud_configs, name, group.place, cx);
    plan.gaps.extend(merged.gaps);
    for (phase, action) in merged.actions {
        match action {
            Action::Run(text, label) if phase == Phase::RunCommand => {
                plan.scripts.insert((Folder::User, "runcmd".to_owned()), (text, label));
            }
            action => plan.actions.push((phase, action)),
        }
    }
    plan.actions.sort_by_key(|(phase, _)| *phase);
    for (script, label) in std::mem::take(&mut plan.scripts).into_values() {
        plan.actions.push((Phase::RunCommand, Action::Run(script, label)));
    }
    for way in &mut ways {
        let machine = &mut way.machine;
        for (at, why) in plan.gaps.iter().collect::<BTreeSet<_>>() {
            machine.gap(*at, why.clone());
        }
        machine.restarts |= merged.restarts;
        for (text, why) in &plan.unread {
            let id = cx.texts.add_made(format!("NodeConfig in the {name}"), text, group.place);
            let document = yaml::parse(&cx.texts.view(id)).tree.into_iter().next();
            machine.bury(document.map(|d| dead::in_node_config(&d)).unwrap_or_default(), why);
        }
        for (path, text) in &merged.replaced {
            let settings = dead::in_file(path, text, group.place, cx);
            machine.bury(settings, &Reason::ListReplaced);
        }
        // Only of commands that are about a kubelet is it known whose flags they name.
        let lost = &merged.replaced_commands;
        if ["bootstrap.sh", "/kubelet", "nodeadm"].iter().any(|w| lost.to_text().contains(w)) {
            machine.bury(statements::anywhere(lost), &Reason::ListReplaced);
        }
        for text in &plan.node_configs {
            nodeadm::take(machine, text, &format!("NodeConfig in the {name}"), cx);
        }
        if let Some(settings) = &plan.bottlerocket {
            self::settings(machine, settings, name, cx);
        }
        if let Some(script) = &plan.windows {
            windows::run(machine, script, name, cx);
        }
        // nodeadm writes its files before cloud-init starts, so that scripts find them and may change them.
        if machine.joins_by_nodeadm() {
            let documents = machine.nodeadm_documents();
            nodeadm::write(machine, &documents, cx);
        }
    }
    for (_, action) in plan.actions {
        match action {
            Action::Run(script, name) => ways = shell::run(ways, &script, &name, shell::Setting::UserData, cx),
            Action::Write { path, content, append } => {
                for machine in ways.iter_mut().map(|w| &mut w.machine) {
                    match &content {
                        Ok(text) if append => machine.append(&path, text, text.span().unwrap_or(group.place)),
                        Ok(text) => machine.put(&path, File::Known(Arc::new(text.clone()))),
                        Err(why) => machine.put(&path, File::Unknown(why.clone())),
                    }
                }
            }
        }
    }
    ways
}

fn settings(machine: &mut Machine, settings: &Traced, name: &str, cx: &mut BootCx<'_>) {
    let id = cx.texts.add_made(name, settings, machine.place);
    let parsed = toml::parse(&cx.texts.view(id));
    for error in parsed.errors.iter().take(1) {
        cx.problem(error.at, format!("the settings cannot be read: {}", error.message));
        machine.gap(error.at, Why::NotUnderstood("settings that cannot be read".into()));
    }
    if let Some(tree) = parsed.tree {
        machine.see(Some(Family::Bottlerocket));
        machine.bury(super::bottlerocket::unknown(&tree), &Reason::BottlerocketKey);
        for (at, why) in super::bottlerocket::refused(&tree) {
            machine.gap(at, why);
        }
        machine.bottlerocket = Some(Arc::new(tree));
    }
}

/// Takes off what wraps the text as a whole on its way to EC2.
fn peel(text: &Traced, wrapping: Wrapping) -> Result<Traced, DecodeError> {
    match wrapping {
        Wrapping::Base64 if text.is_hole() && text.original(Layer::Base64).is_none() => Ok(text.clone()),
        Wrapping::Base64 => base64::decode(text, Strictness::Standard),
        Wrapping::Base64OrPlain | Wrapping::Plain if looks_wrapped(text) => base64::decode(text, Strictness::Standard),
        Wrapping::Base64OrPlain | Wrapping::Plain => Ok(text.clone()),
    }
}

/// True for a text whose first line says that it is a template.
pub(super) fn is_template(text: &Traced) -> bool {
    jinja::body(text).is_some()
}

/// True if the text is base64 of something, and not a word that happens to consist of its letters.
pub(super) fn looks_wrapped(text: &Traced) -> bool {
    text.original(Layer::Base64).is_some() || text.len() >= 24 && base64::looks_encoded(text)
}

/// What nodeadm takes off a text, whatever is said of it: base64, then gzip.
pub(super) fn unwrap(text: &Traced) -> Result<Traced, DecodeError> {
    let text = if looks_wrapped(text) { base64::decode(text, Strictness::Standard)? } else { text.clone() };
    if gzip::looks_compressed(&text) { gzip::decode(&text) } else { Ok(text) }
}
