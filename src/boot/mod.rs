//! What a boot leaves behind: runs user data and scripts on a machine of the mind, without running anything.

mod bottlerocket;
mod cloud_config;
mod json;
mod launch;
mod machine;
mod nodeadm;
mod programs;
mod shell;
mod systemd;
mod user_data;

use crate::kubelet::Effective;
use crate::node::{Booted, Cx, Family, NodeGroup, Step, Wrapping};
use crate::syntax::toml;
use crate::text::{Traced, Why};
use crate::value::{Guard, MAX_ALTERNATIVES};

use machine::Machine;
use nodeadm::NodeConfigs;
use user_data::{PartKind, UserDataPart};

/// Boots a node group. Gives one result for each way that the boot may go; their conditions exclude each other.
pub fn run(group: &NodeGroup, cx: &mut Cx<'_>) -> Vec<Booted> {
    let mut first = Machine::new(group.family, group.minor, group.place);
    let mut settled = None;
    let mut scripts = Vec::new();
    if group.merged_by_eks && group.family == Some(Family::Al2023) {
        first.nodeadm = NodeConfigs::merged_by_eks();
    }
    for step in &group.steps {
        prepare(step, group, &mut first, &mut scripts, &mut settled, cx);
    }
    if let Some(effective) = settled {
        return vec![Booted {
            when: Guard::always(),
            family: Some(Family::Bottlerocket),
            effective: Some(effective),
            gaps: first.gaps,
        }];
    }
    // nodeadm writes the kubelet's files before cloud-init runs any script.
    if first.nodeadm.any() {
        first.nodeadm_writes(cx);
    }
    let mut machines = vec![(Guard::always(), first)];
    for work in &scripts {
        machines = machines.into_iter().flat_map(|(guard, machine)| work.run(guard, machine, group, cx)).collect();
        if machines.len() > MAX_ALTERNATIVES {
            machines.truncate(MAX_ALTERNATIVES);
            for (_, machine) in &mut machines {
                machine.gap(group.place, Why::Limit("ways that a boot may go"));
            }
        }
    }
    machines
        .into_iter()
        .map(|(guard, mut machine)| {
            if machine.family == Some(Family::Al2023) || machine.nodeadm.any() {
                // It looks into its own directory once more, and starts the kubelet when all scripts are done.
                if machine.has_more_for_nodeadm() {
                    machine.nodeadm_writes(cx);
                }
            } else if group.merged_by_eks && group.family == Some(Family::Al2) {
                // The part that EKS appends calls bootstrap.sh with labels of its own.
                machine.bootstrap(&Traced::made("--node-labels=eks.amazonaws.com/nodegroup", group.place));
            }
            machine.finish(guard, cx)
        })
        .collect()
}

/// Something that runs on the machine, in its order.
enum Work {
    Script(String, Traced),
    MergeConfig(crate::syntax::Node),
}

impl Work {
    fn run(&self, guard: Guard, machine: Machine, group: &NodeGroup, cx: &mut Cx<'_>) -> Vec<(Guard, Machine)> {
        match self {
            Self::Script(name, text) => {
                let name = format!("{name} of {}", group.name);
                let ways = shell::run(text, &name, group.place, machine, cx);
                ways.into_iter().filter_map(|(when, machine)| Some((guard.and(&when)?, machine))).collect()
            }
            Self::MergeConfig(tree) => {
                let mut machine = machine;
                machine.merge_kubelet_config(tree);
                vec![(guard, machine)]
            }
        }
    }
}

/// Does at once what happens before any script, and puts scripts in their order.
fn prepare(
    step: &Step,
    group: &NodeGroup,
    machine: &mut Machine,
    scripts: &mut Vec<Work>,
    settled: &mut Option<Effective>,
    cx: &mut Cx<'_>,
) {
    match step {
        Step::UserData(text, wrapping) => {
            user_data(text, *wrapping, group, machine, scripts, settled, cx);
        }
        Step::Script(text) => scripts.push(Work::Script("script".to_owned(), text.clone())),
        Step::NodeConfig(text) => node_config("NodeConfig", text, group, machine, cx),
        Step::KubeletConfig(tree, _) => scripts.push(Work::MergeConfig(tree.clone())),
        Step::NodeadmKubeletConfig(tree) => machine.nodeadm.add_config(tree.clone()),
        Step::KubeletConfigFile(text) => {
            const PATH: &str = "kubelet configuration";
            machine.write(PATH, text.clone());
            machine.start_kubelet(vec![Traced::made(format!("--config={PATH}"), machine.at)]);
        }
        Step::KubeletArgs(argv) => machine.start_kubelet(argv.clone()),
        Step::File { path, content } => machine.write(path, content.clone()),
    }
}

fn node_config(name: &str, text: &Traced, group: &NodeGroup, machine: &mut Machine, cx: &mut Cx<'_>) {
    if let Some(gap) = nodeadm::hidden(text) {
        machine.gap(gap.at, gap.why);
        return;
    }
    let view = machine.view(&format!("{name} of {}", group.name), text, cx);
    machine.nodeadm.add(&view, cx);
}

fn user_data(
    text: &Traced,
    wrapping: Wrapping,
    group: &NodeGroup,
    machine: &mut Machine,
    scripts: &mut Vec<Work>,
    settled: &mut Option<Effective>,
    cx: &mut Cx<'_>,
) {
    if text.is_hole() {
        if let Some((at, why)) = text.first_hole() {
            machine.gap(at, why.clone());
        }
        return;
    }
    let plain = match user_data::unwrap(text, wrapping) {
        Ok(plain) => plain,
        Err(error) => {
            match text.first_hole() {
                // What is not known may be what is wrong.
                Some((at, why)) => machine.gap(at, why.clone()),
                None => cx.problem(error.at.unwrap_or(group.place), error.message),
            }
            return;
        }
    };
    if plain.is_hole()
        && let Some((at, why)) = plain.first_hole()
    {
        machine.gap(at, why.clone());
        return;
    }
    let parts = user_data::parts(&plain, cx);
    let mut files = Vec::new();
    let mut late: Vec<(String, Traced)> = Vec::new();
    let mut early = Vec::new();
    for UserDataPart { kind, name, text } in parts {
        match kind {
            PartKind::Script => late.push((name, text)),
            PartKind::Boothook => early.push(text),
            PartKind::NodeConfig => node_config("NodeConfig", &text, group, machine, cx),
            PartKind::CloudConfig => {
                let view = machine.view(&format!("cloud-config of {}", group.name), &text, cx);
                let config = cloud_config::read(&view, cx);
                for gap in config.gaps {
                    machine.gap(gap.at, gap.why);
                }
                // A later part replaces the lists of an earlier one.
                if let Some(written) = config.files {
                    files = written;
                }
                early.extend(config.bootcmd);
                if let Some(runcmd) = config.runcmd {
                    late.retain(|(name, _)| name != "runcmd");
                    late.push(("runcmd".to_owned(), runcmd));
                }
            }
            PartKind::Toml => {
                let view = machine.view(&format!("settings of {}", group.name), &text, cx);
                let parsed = toml::parse(&view);
                for error in parsed.errors {
                    cx.problem(error.at, error.message);
                }
                *settled = parsed.tree.map(|tree| bottlerocket::settled(&tree, group.minor, group.place));
            }
            PartKind::PowerShell => {
                machine.family.get_or_insert(Family::Windows);
                note(&text, "a PowerShell script", machine);
            }
            PartKind::Unread(what) => note(&text, what, machine),
            PartKind::Ignored => {}
        }
    }
    scripts.extend(early.into_iter().map(|text| Work::Script("boothook".to_owned(), text)));
    for file in files {
        if file.append {
            machine.append(&file.path, &file.content);
        } else {
            machine.write(&file.path, file.content);
        }
    }
    late.sort_by(|a, b| a.0.cmp(&b.0));
    let single = late.len() == 1;
    scripts.extend(late.into_iter().map(|(name, text)| {
        let name = if single { "user data".to_owned() } else { format!("{name} in the user data") };
        Work::Script(name, text)
    }));
}

fn note(text: &Traced, what: &str, machine: &mut Machine) {
    if let Some(at) = text.span() {
        machine.gap(at, Why::NotUnderstood(what.into()));
    }
}
