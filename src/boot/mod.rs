//! The boot of a node: user data and scripts run on a simulated machine; nothing is executed.

mod access;
mod bottlerocket;
mod cloud_config;
mod defaults;
mod disk;
mod effective;
mod file_edit;
mod image;
mod ineffective;
mod kubeadm;
mod machine;
mod node_config;
mod nodeadm;
mod open_unit;
mod outcome;
mod own;
mod packages;
mod print_toml;
mod runtime;
mod shell;
mod unit;
mod user_data;
mod windows;
mod wrapping;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kubelet::Launch;
use crate::kubelet::config::{Document, load};
use crate::node::{BootCx, Booted, Family, Gap, Ineffective, NodeGroup, Reason, Step, Tool, Wrapping};
use crate::runtime::{Name, Runtime};
use crate::setting::Which;
use crate::syntax::{Node, Schema};
use crate::text::{Origin, Traced, Why};
use crate::value::{Condition, Guard};

use access::Right;
use disk::File;
use machine::{Image, Machine};
use outcome::{BootOutcome, MAX_OUTCOMES};

/// Boots a node group. Returns one result for each outcome of the boot; their conditions exclude each other.
pub fn run(group: &NodeGroup, cx: &mut BootCx<'_>) -> Vec<Booted> {
    let (mut out, mut open) = (Vec::new(), vec![(Guard::always(), Cow::Borrowed(group))]);
    while let Some((when, group)) = open.pop() {
        let ways = defaults::groups(&group);
        if !ways.is_empty() && out.len() + open.len() + ways.len() <= MAX_OUTCOMES {
            let with = |(condition, group)| Some((when.and(&Guard::of(condition))?, Cow::Owned(group)));
            open.extend(ways.into_iter().rev().filter_map(with));
            continue;
        }
        for mut booted in once(&group, cx) {
            if let Some(when) = booted.when.and(&when) {
                booted.when = when;
                out.push(booted);
            }
        }
    }
    out
}

/// Boots a node group under one answer for each default.
fn once(group: &NodeGroup, cx: &mut BootCx<'_>) -> Vec<Booted> {
    let mut standalone = Standalone::default();
    let mut ineffective = Vec::new();
    let mut runtimes: Vec<Runtime> = Vec::new();
    let mut machine = Machine::new(group.place, group.family, group.minor, group.merged_by_eks);
    match group.tool {
        Some(Tool::KARPENTER) => machine.adds_taints = true,
        tool => machine.tool = tool,
    }
    machine.release.clone_from(&group.release);
    machine.access = cx.whole.then(std::sync::Arc::default);
    let mut outcomes = vec![BootOutcome { when: Guard::always(), machine }];
    for step in &group.steps {
        match step {
            Step::UserData(text, wrapping) => outcomes = user_data::run(group, outcomes, text, *wrapping, cx),
            // Only cloud-init renders templates into scripts.
            Step::Script(text) if user_data::jinja::is_template(text) => {
                outcomes = user_data::run(group, outcomes, text, Wrapping::Plain, cx);
            }
            Step::Script(text) => {
                let name = format!("script of {}", group.name);
                // nodeadm runs before scripts.
                for machine in outcomes.iter_mut().map(|w| &mut w.machine) {
                    if machine.nodeadm.written.is_none() && machine.joins_by_nodeadm() {
                        let documents = machine.nodeadm.all_documents();
                        nodeadm::write(machine, &documents, cx);
                    }
                }
                outcomes = shell::run(outcomes, text, &name, shell::Setting::Script, cx);
            }
            Step::NodeConfig(text) => {
                let name = format!("NodeConfig of {}", group.name);
                for outcome in &mut outcomes {
                    nodeadm::add_document(&mut outcome.machine, text, &name, cx);
                }
            }
            Step::NodeadmKubeletConfig(config) => {
                for outcome in &mut outcomes {
                    outcome.machine.prove_kubelet(Family::Al2023);
                    outcome.machine.adds_taints = true;
                    outcome.machine.nodeadm.documents.push(node_config::document(config.clone()));
                }
            }
            Step::NodeadmKubeletConfigLast(config) => {
                for outcome in &mut outcomes {
                    outcome.machine.prove_kubelet(Family::Al2023);
                    outcome.machine.adds_taints = true;
                    outcome.machine.nodeadm.last_documents.push(node_config::document(config.clone()));
                }
            }
            Step::BottlerocketLast(settings) => {
                let unread = group.steps.iter().any(|step| matches!(step, Step::UserData(..)));
                for machine in outcomes.iter_mut().map(|w| &mut w.machine) {
                    machine.prove_kubelet(Family::Bottlerocket);
                    if machine.bottlerocket.is_some() || !unread {
                        let all = bottlerocket::overlaid(machine.bottlerocket.as_deref(), settings);
                        machine.bottlerocket = Some(std::sync::Arc::new(all));
                    }
                }
            }
            Step::KubeletConfig(tree, _) => {
                let settings = crate::kubelet::statements::misplaced(tree, false, Which::of(cx.whole));
                ineffective
                    .extend(settings.iter().cloned().map(|setting| Ineffective { setting, why: Reason::ConfigKey }));
                for outcome in &mut outcomes {
                    merge_settings(&mut outcome.machine, tree);
                    outcome.machine.record_ineffective(settings.clone(), &Reason::ConfigKey);
                }
            }
            Step::KubeletConfigFile(text) => {
                let id = cx.texts.add_made(format!("configuration of {}", group.name), text, group.place);
                let config = Some(load(&cx.texts.view(id)));
                ineffective::record_ignored_keys(config.as_ref(), group, &mut ineffective, cx);
                standalone.config = config;
            }
            Step::RuntimeConfigFile(name, text) => runtimes.extend(runtime::standalone(*name, text, group, cx)),
            Step::KubeletArgs(argv) => standalone.argv.get_or_insert_default().extend(argv.iter().cloned()),
            Step::RunningConfig(tree) => standalone.running = Some(Document::from_tree(tree.clone(), Schema::Json)),
            Step::File { path, content, encoding, append } => {
                let content = cloud_config::decoded(path, content, encoding);
                for outcome in &mut outcomes {
                    outcome.machine.write(path, &content, *append);
                }
            }
            Step::Access { path, below, rights } => {
                for machine in outcomes.iter_mut().map(|w| &mut w.machine) {
                    for (right, text) in [Right::Mode, Right::Owner].into_iter().zip(rights) {
                        if text.is_some() {
                            machine.set_access((path.clone(), *below), right, text.as_ref(), machine.place);
                        }
                    }
                }
            }
            Step::Edit { path, edit, at } => {
                for outcome in &mut outcomes {
                    file_edit::apply(&mut outcome.machine, path, edit, *at);
                }
            }
            Step::UnknownFile(path, why) => {
                for outcome in &mut outcomes {
                    outcome.machine.put(path, File::Unknown(why.clone()));
                }
            }
            Step::Start => {
                for outcome in &mut outcomes {
                    outcome.machine.start(false);
                }
            }
        }
    }
    let unconditional = |effective, runtimes, ineffective| {
        let (when, family, gaps) = (Guard::always(), group.family, Vec::new());
        let access = BTreeMap::new();
        vec![Booted { when, family, effective, runtimes, gaps, ineffective, access }]
    };
    if let Some(launch) = standalone.launch(&outcomes, group) {
        let effective = own::settled(&launch, || own::of_group(group, &launch), cx);
        return unconditional(Some(effective), Vec::new(), ineffective);
    }
    if !runtimes.is_empty() {
        return unconditional(None, runtimes, Vec::new());
    }
    if group.from_files {
        outcomes = outcomes.into_iter().flat_map(|outcome| open_unit::outcomes(outcome, cx)).collect();
    }
    let outcomes = shell::start_enabled(outcomes, cx);
    let outcomes: Vec<BootOutcome> =
        shell::bootstrap_by_eks(outcomes, cx).into_iter().flat_map(split_by_image_age).collect();
    let outcomes: Vec<BootOutcome> =
        outcomes.into_iter().flat_map(|outcome| packages::of_debian(outcome, cx)).collect();
    let may_split = outcomes.len() * FAMILIES.len() <= MAX_OUTCOMES;
    let mut out = Vec::new();
    for outcome in outcomes {
        let Some(outcome) = assume_kubeadm_unit(outcome, group) else { continue };
        let assumed = may_split && depends_on_family(&outcome.machine, cx);
        let outcomes = if assumed { split_by_family(&outcome) } else { vec![outcome] };
        let mut open: Vec<BootOutcome> = outcomes.into_iter().rev().collect();
        while let Some(outcome) = open.pop() {
            let mut booted = finish(outcome.clone(), group, cx);
            let ways = defaults::outcomes(&outcome, &booted);
            if !ways.is_empty() && out.len() + open.len() + ways.len() <= MAX_OUTCOMES {
                open.extend(ways.into_iter().rev());
                continue;
            }
            if assumed {
                // A setting without effect on one family may be meant for another.
                booted.ineffective.clear();
            }
            out.push(booted);
        }
    }
    out
}

/// A kubelet whose command line or files are given directly, without a boot.
#[derive(Default)]
struct Standalone {
    argv: Option<Vec<Traced>>,
    config: Option<Document>,
    running: Option<Document>,
}

impl Standalone {
    /// The launch of the kubelet; `None` if a boot decides it.
    fn launch(self, outcomes: &[BootOutcome], group: &NodeGroup) -> Option<Launch> {
        let Self { argv, config, running } = self;
        if argv.is_none() && config.is_none() && running.is_none() {
            return None;
        }
        // A tool may write settings into the file in addition to passing flags.
        let merged = || outcomes.first().and_then(|outcome| outcome.machine.merged.last().cloned());
        let config = config.or_else(|| Some(Document::from_tree(merged()?, Schema::Kubernetes)));
        Some(Launch { argv: argv.unwrap_or_default(), config, running, minor: group.minor, ..Launch::default() })
    }
}

/// Merges settings that a tool applies over the configuration file.
fn merge_settings(machine: &mut Machine, tree: &Node) {
    machine.suggest_kubelet(None);
    machine.adds_taints = true;
    // Each is applied over the ones before it.
    let merged = match machine.merged.last() {
        Some(before) => node_config::merged(before, tree),
        None => tree.clone(),
    };
    machine.merged.push(merged);
}

/// The condition for a node with kubeadm's packages.
const KUBEADM_UNIT_CONDITION: &str = "the kubelet is started by kubeadm's unit";

/// The families that a node may belong to if the source does not set one, each with its condition.
const FAMILIES: [(Family, &str); 3] = [
    (Family::Al2, "the image is Amazon Linux 2"),
    (Family::Al2023, "the image is Amazon Linux 2023"),
    (Family::Kubeadm, KUBEADM_UNIT_CONDITION),
];

/// User data may write files that only kubeadm's unit reads. On nodes with another unit they have no effect, so the outcome
/// depends on the unit.
fn assume_kubeadm_unit(mut outcome: BootOutcome, group: &NodeGroup) -> Option<BootOutcome> {
    let machine = &outcome.machine;
    let user_data = group.steps.iter().any(|step| matches!(step, Step::UserData(..)));
    if user_data && !unit::has_own_unit(&machine.files) && machine.image == Image::Likely(Family::Kubeadm) {
        let condition = Condition::new(KUBEADM_UNIT_CONDITION, true);
        outcome.when = outcome.when.and(&Guard::of(condition))?;
    }
    Some(outcome)
}

/// True if something was written for systemd's kubelet, and its effect depends on the image.
fn depends_on_family(machine: &Machine, cx: &mut BootCx<'_>) -> bool {
    let by_systemd = machine.start.as_ref().is_none_or(|start| start.argv.is_none());
    let files = machine.start.as_ref().map_or_else(|| machine.files.clone(), |start| start.files.clone());
    let drop_in = files.keys().any(|path| image::is_dropin(path));
    let settled = machine.bottlerocket.is_some() || !machine.merged.is_empty() || machine.nodeadm.written.is_some();
    machine.image == Image::Unknown
        && machine.has_kubelet
        && by_systemd
        && drop_in
        && !settled
        && unit::command_line(machine, &files, cx).is_err()
}

/// One outcome for each family that the node may belong to.
fn split_by_family(outcome: &BootOutcome) -> Vec<BootOutcome> {
    let split = |(family, words): (Family, &'static str)| {
        let condition = Condition::new(words, true);
        let mut outcome = outcome.clone();
        outcome.when = outcome.when.and(&Guard::of(condition))?;
        outcome.machine.image = Image::Likely(family);
        Some(outcome)
    };
    FAMILIES.into_iter().filter_map(split).collect()
}

/// Old images of Amazon Linux 2023 sort nodeadm's drop-in before all others; on new ones some drop-ins come before it. The
/// outcome is split if a drop-in lies between the two names and nodeadm has documents.
fn split_by_image_age(outcome: BootOutcome) -> Vec<BootOutcome> {
    let machine = &outcome.machine;
    let between = || {
        let from = image::OLD_NODEADM_DROPIN.to_owned();
        let mut names = machine.files.range(from..).map(|(path, _)| path.as_str());
        names.next().is_some_and(|name| name > image::OLD_NODEADM_DROPIN && name < image::NODEADM_DROPIN)
    };
    let ambiguous = machine.family() == Some(Family::Al2023)
        && machine.minor.is_none_or(|minor| minor < image::NEW_DROPIN_SINCE)
        && !machine.files.contains_key(image::NODEADM_DROPIN)
        && machine.nodeadm.has_documents()
        && between();
    if !ambiguous {
        return vec![outcome];
    }
    let split = |old: bool| {
        let condition = Condition::new("the image is from before June 2025", old);
        let mut outcome = outcome.clone();
        outcome.when = outcome.when.and(&Guard::of(condition))?;
        outcome.machine.nodeadm.old = old;
        Some(outcome)
    };
    [false, true].into_iter().filter_map(split).collect()
}

/// The end of a boot: nodeadm runs, and the kubelet starts unless it is already running.
fn finish(mut outcome: BootOutcome, group: &NodeGroup, cx: &mut BootCx<'_>) -> Booted {
    let machine = &mut outcome.machine;
    if machine.family() == Some(Family::Al2023) {
        nodeadm::finish(machine, cx);
        if machine.joins_by_nodeadm() || machine.nodeadm.written.is_some() && machine.start.is_none() {
            machine.start_runtime(Name::Containerd, true);
        }
    }
    ineffective::record(machine, group.from_files, cx);
    let runtimes = runtime::effective(machine, cx);
    let mut effective = effective::kubelet(machine, cx);
    if effective.is_none() && !machine.merged.is_empty() {
        // The family is unknown, but the settings reach the configuration file of any family.
        let config = machine.merged.last().map(|t| Document::from_tree(t.clone(), Schema::Kubernetes));
        let launch = Launch { config, minor: machine.minor, ..Launch::default() };
        effective = Some(own::settled(&launch, || own::of_group(group, &launch), cx));
    }
    let access = outcome.machine.access_of_files();
    let Machine { image, gaps, ineffective, .. } = outcome.machine;
    let gaps = Arc::unwrap_or_clone(gaps);
    let gaps = if effective.is_some() || !runtimes.is_empty() || group.steps.is_empty() {
        gaps
    } else {
        relevant_gaps(gaps, cx)
    };
    let family = image.family();
    Booted { when: outcome.when, family, effective, runtimes, gaps, ineffective, access }
}

/// Drops gaps in commands of a boot that does not configure a kubelet. Commands are in made texts; a gap in a file means
/// that the user data as a whole is unknown, and is kept. An edit is a gap only if it concerns a kubelet or a runtime.
fn relevant_gaps(gaps: Vec<Gap>, cx: &BootCx<'_>) -> Vec<Gap> {
    let command = |g: &Gap| matches!(cx.texts.get(g.at.text).origin, Origin::Made { .. });
    let relevant = |g: &Gap| match &g.why {
        Why::NotUnderstood(_) => !command(g),
        _ => true,
    };
    gaps.into_iter().filter(relevant).collect()
}
