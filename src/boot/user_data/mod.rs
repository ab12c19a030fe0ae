//! User data, decoded and read part by part like cloud-init and nodeadm do. Sources: `cloudinit/user_data.py`,
//! `cloudinit/handlers/__init__.py` of canonical/cloud-init at 04eacd06; `nodeadm/internal/configprovider` of
//! awslabs/amazon-eks-ami at 81fec2e8.

pub(super) mod jinja;
mod parts;
pub(super) mod plan;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kubelet::statements;
use crate::node::{BootCx, Family, NodeGroup, Reason, Wrapping};
use crate::setting::Which;
use crate::syntax::{toml, yaml};
use crate::text::{Traced, Why, placeholder};

use super::access::Right;
use super::machine::Machine;
use super::outcome::BootOutcome;
use super::{cloud_config, ineffective, node_config, nodeadm, shell, windows, wrapping};

use jinja::Choices;
use plan::{Action, Folder, Phase, Plan};

/// Boots with user data. For a template condition that the source does not decide, both outcomes are kept.
pub(super) fn run(
    group: &NodeGroup,
    outcomes: Vec<BootOutcome>,
    text: &Traced,
    wrapping: Wrapping,
    cx: &mut BootCx<'_>,
) -> Vec<BootOutcome> {
    let name = format!("user data of {}", group.name);
    let mut pending = vec![Choices::default()];
    let mut out: Vec<BootOutcome> = Vec::new();
    while let Some(choices) = pending.pop() {
        let guard = choices.guard();
        let (plan, choices) = read(group, text, wrapping, &name, choices, cx);
        if let Some(words) = choices.undecided {
            for holds in [false, true] {
                let mut answers = choices.answers.clone();
                answers.insert(Arc::clone(&words), holds);
                pending.push(Choices { answers, undecided: None });
            }
            continue;
        }
        let outcomes = outcomes.iter().filter_map(|outcome| {
            let when = outcome.when.and(&guard)?;
            Some(BootOutcome { when, machine: outcome.machine.clone() })
        });
        for outcome in execute(group, plan, &name, outcomes.collect(), cx) {
            // Merge outcomes with equal machines.
            let same = out.iter_mut().find_map(|other| {
                let when = (other.machine == outcome.machine).then(|| other.when.or(&outcome.when)).flatten()?;
                Some((other, when))
            });
            match same {
                Some((other, when)) => other.when = when,
                None => out.push(outcome),
            }
        }
    }
    out
}

/// Reads the parts under the chosen answers.
fn read(
    group: &NodeGroup,
    text: &Traced,
    wrapping: Wrapping,
    name: &str,
    choices: Choices,
    cx: &mut BootCx<'_>,
) -> (Plan, Choices) {
    let mut reader = parts::PartReader { plan: Plan::default(), choices, family: group.family, place: group.place, cx };
    match wrapping::decode_user_data(text, wrapping) {
        Ok(text) => {
            let (documents, error) = node_config::documents_in(&text);
            reader.plan.node_configs = documents;
            reader.plan.problems.extend(error);
            reader.read_user_data(&text, name);
        }
        Err(error) => match placeholder::in_value(text.bytes()) {
            Some(why) => reader.plan.gaps.push((error.at.unwrap_or(group.place), why)),
            None => reader.plan.problems.push(error),
        },
    }
    (reader.plan, reader.choices)
}

/// Carries out a plan on every outcome.
fn execute(
    group: &NodeGroup,
    mut plan: Plan,
    name: &str,
    mut outcomes: Vec<BootOutcome>,
    cx: &mut BootCx<'_>,
) -> Vec<BootOutcome> {
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
    for outcome in &mut outcomes {
        let machine = &mut outcome.machine;
        for (at, why) in plan.gaps.iter().collect::<BTreeSet<_>>() {
            machine.gap(*at, why.clone());
        }
        machine.restarts |= merged.restarts;
        for (text, why) in &plan.unread {
            let id = cx.texts.add_made(format!("NodeConfig in the {name}"), text, group.place);
            let settings = if *why == Reason::NoInterpreter {
                statements::anywhere(text, Which::of(cx.whole))
            } else {
                let document = yaml::parse(&cx.texts.view(id)).tree.into_iter().next();
                document.map(|d| node_config::settings(&d, Which::of(cx.whole))).unwrap_or_default()
            };
            machine.record_ineffective(settings, why);
        }
        for (path, text) in &merged.replaced {
            let settings = ineffective::in_file(path, text, group.place, cx);
            machine.record_ineffective(settings, &Reason::ListReplaced);
        }
        // Flags in other commands may belong to other programs.
        let replaced = &merged.replaced_commands;
        if ["bootstrap.sh", "/kubelet", "nodeadm"].iter().any(|w| replaced.to_text().contains(w)) {
            machine.record_ineffective(statements::anywhere(replaced, Which::of(cx.whole)), &Reason::ListReplaced);
        }
        for text in &plan.node_configs {
            nodeadm::add_document(machine, text, &format!("NodeConfig in the {name}"), cx);
        }
        if let Some(settings) = &plan.bottlerocket {
            read_bottlerocket_settings(machine, settings, name, cx);
        }
        if let Some(script) = &plan.windows {
            windows::run(machine, script, name, cx);
        }
        // nodeadm writes its files before cloud-init starts, so scripts see them and may change them.
        if machine.joins_by_nodeadm() {
            let documents = machine.nodeadm.all_documents();
            nodeadm::write(machine, &documents, cx);
        }
    }
    let scripts = plan.actions.partition_point(|(phase, _)| *phase < Phase::RunCommand);
    for (n, action) in plan.actions.into_iter().map(|(_, action)| Some(action)).chain([None]).enumerate() {
        if n == scripts {
            outcomes = shell::run_dropped_scripts(outcomes, cx);
        }
        let Some(action) = action else { break };
        match action {
            Action::Run(script, name) => outcomes = shell::run(outcomes, &script, &name, shell::Setting::UserData, cx),
            Action::Write { path, content, append, access: [mode, owner] } => {
                for outcome in &mut outcomes {
                    let machine = &mut outcome.machine;
                    machine.write(&path, &content, append);
                    for (right, text) in [(Right::Mode, &mode), (Right::Owner, &owner)] {
                        machine.set_access((path.clone(), false), right, Some(text), machine.place);
                    }
                }
            }
        }
    }
    outcomes
}

fn read_bottlerocket_settings(machine: &mut Machine, settings: &Traced, name: &str, cx: &mut BootCx<'_>) {
    let id = cx.texts.add_made(name, settings, machine.place);
    let view = cx.texts.view(id);
    let parsed = toml::parse(&view);
    for error in parsed.errors.iter().take(1) {
        cx.syntax(error, "the settings cannot be read: ", error.template(&view).is_some());
        machine.gap(error.at, Why::NotUnderstood("settings that cannot be read".into()));
    }
    if let Some(tree) = parsed.tree {
        machine.suggest_kubelet(Some(Family::Bottlerocket));
        machine
            .record_ineffective(super::bottlerocket::unsupported(&tree, Which::of(cx.whole)), &Reason::BottlerocketKey);
        for (at, why) in super::bottlerocket::unknown_keys(&tree) {
            machine.gap(at, why);
        }
        machine.bottlerocket = Some(Arc::new(tree));
    }
}
