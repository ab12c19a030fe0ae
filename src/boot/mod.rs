//! What a boot leaves behind: runs user data and scripts on a machine of the mind, without running anything.

mod bottlerocket;
mod cloud_config;
mod effective;
mod file_edit;
mod image;
mod ineffective;
mod kubeadm;
mod machine;
mod node_config;
mod nodeadm;
mod outcome;
mod print_toml;
mod runtime;
mod shell;
mod unit;
mod user_data;
mod windows;
mod wrapping;

#[cfg(test)]
mod tests;

use crate::kubelet::config::{Document, load};
use crate::kubelet::{Launch, settle};
use crate::node::{BootCx, Booted, Family, Gap, Ineffective, NodeGroup, Reason, Step, Wrapping};
use crate::runtime::{Name, Runtime};
use crate::syntax::{Node, Schema};
use crate::text::{Origin, Traced, Why};
use crate::value::{Condition, Guard};

use machine::{File, Image, Machine};
use outcome::{MAX_OUTCOMES, Outcome};

/// Boots a node group. Gives one result for each outcome that the boot may go; their conditions exclude each other.
pub fn run(group: &NodeGroup, cx: &mut BootCx<'_>) -> Vec<Booted> {
    let mut alone = Alone::default();
    let mut ineffective = Vec::new();
    let mut runtimes: Vec<Runtime> = Vec::new();
    let machine = Machine::new(group.place, group.family, group.minor, group.merged_by_eks);
    let mut outcomes = vec![Outcome { when: Guard::always(), machine }];
    for step in &group.steps {
        match step {
            Step::UserData(text, wrapping) => outcomes = user_data::run(group, outcomes, text, *wrapping, cx),
            // Nothing but cloud-init makes a script of a template.
            Step::Script(text) if user_data::jinja::is_template(text) => {
                outcomes = user_data::run(group, outcomes, text, Wrapping::Plain, cx);
            }
            Step::Script(text) => {
                let name = format!("script of {}", group.name);
                // nodeadm runs before scripts do.
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
                    nodeadm::take(&mut outcome.machine, text, &name, cx);
                }
            }
            Step::NodeadmKubeletConfig(config) => {
                for outcome in &mut outcomes {
                    outcome.machine.know(Family::Al2023);
                    outcome.machine.nodeadm.documents.push(node_config::document(config.clone()));
                }
            }
            Step::NodeadmKubeletConfigLast(config) => {
                for outcome in &mut outcomes {
                    outcome.machine.know(Family::Al2023);
                    outcome.machine.nodeadm.last_documents.push(node_config::document(config.clone()));
                }
            }
            Step::KubeletConfig(tree, _) => {
                let settings = crate::kubelet::statements::misplaced(tree, false);
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
                ineffective::passed_over(config.as_ref(), group, &mut ineffective, cx);
                alone.config = config;
            }
            Step::RuntimeConfigFile(name, text) => runtimes.extend(runtime::alone(*name, text, group, cx)),
            Step::KubeletArgs(argv) => alone.argv.get_or_insert_default().extend(argv.iter().cloned()),
            Step::RunningConfig(tree) => alone.running = Some(Document::from_tree(tree.clone(), Schema::Json)),
            Step::File { path, content, encoding, append } => {
                let content = cloud_config::decoded(path, content, encoding);
                for outcome in &mut outcomes {
                    outcome.machine.write(path, &content, *append);
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
    if let Some(launch) = alone.launch(&outcomes, group) {
        return vec![Booted {
            when: Guard::always(),
            family: group.family,
            effective: Some(settle(&launch)),
            runtimes: Vec::new(),
            gaps: Vec::new(),
            ineffective,
        }];
    }
    if !runtimes.is_empty() {
        return vec![Booted {
            when: Guard::always(),
            family: group.family,
            effective: None,
            runtimes,
            gaps: Vec::new(),
            ineffective: Vec::new(),
        }];
    }
    let outcomes: Vec<Outcome> = shell::bootstrap_by_eks(outcomes, cx).into_iter().flat_map(by_image_age).collect();
    let few = outcomes.len() * FAMILIES.len() <= MAX_OUTCOMES;
    let mut out = Vec::new();
    for outcome in outcomes {
        let Some(outcome) = doubted(outcome, group) else { continue };
        let assumed = few && is_open(&outcome.machine, cx);
        let outcomes = if assumed { by_family(&outcome) } else { vec![outcome] };
        for outcome in outcomes {
            let mut booted = finish(outcome, group, cx);
            if assumed {
                // What leads nowhere on one of them may be meant for another.
                booted.ineffective.clear();
            }
            out.push(booted);
        }
    }
    out
}

/// A kubelet of which the command line or the files are given as such, without a boot.
#[derive(Default)]
struct Alone {
    argv: Option<Vec<Traced>>,
    config: Option<Document>,
    running: Option<Document>,
}

impl Alone {
    /// What is settled; `None` if a boot decides.
    fn launch(self, outcomes: &[Outcome], group: &NodeGroup) -> Option<Launch> {
        let Self { argv, config, running } = self;
        if argv.is_none() && config.is_none() && running.is_none() {
            return None;
        }
        // Settings that a tool puts into the file, beside flags that it passes.
        let merged = || outcomes.first().and_then(|outcome| outcome.machine.merged.last().cloned());
        let config = config.or_else(|| Some(Document::from_tree(merged()?, Schema::Kubernetes)));
        Some(Launch { argv: argv.unwrap_or_default(), config, running, minor: group.minor, ..Launch::default() })
    }
}

/// Settings that a tool lays over the configuration file.
fn merge_settings(machine: &mut Machine, tree: &Node) {
    machine.see(None);
    // Of several, each is laid over those before it.
    let whole = match machine.merged.last() {
        Some(before) => node_config::merged(before, tree),
        None => tree.clone(),
    };
    machine.merged.push(whole);
}

/// What is said of a node that kubeadm's packages were put on.
const UNIT_OF_KUBEADM: &str = "the kubelet has the unit of kubeadm";

/// The families of which a node may be where the source does not say, and what is said of each.
const FAMILIES: [(Family, &str); 3] = [
    (Family::Al2, "the image is of Amazon Linux 2"),
    (Family::Al2023, "the image is of Amazon Linux 2023"),
    (Family::Kubeadm, UNIT_OF_KUBEADM),
];

/// What only the unit of kubeadm reads may stand in the user data of nodes that have another one, where it does nothing.
fn doubted(mut outcome: Outcome, group: &NodeGroup) -> Option<Outcome> {
    let machine = &outcome.machine;
    let user_data = group.steps.iter().any(|step| matches!(step, Step::UserData(..)));
    if user_data && machine.image == Image::Likely(Family::Kubeadm) {
        let condition = Condition::new(UNIT_OF_KUBEADM, true);
        outcome.when = outcome.when.and(&Guard::of(condition))?;
    }
    Some(outcome)
}

/// True if something was written for systemd's kubelet, and it hangs on the image what comes of it.
fn is_open(machine: &Machine, cx: &mut BootCx<'_>) -> bool {
    let by_systemd = machine.start.as_ref().is_none_or(|start| start.argv.is_none());
    let files = machine.start.as_ref().map_or_else(|| machine.files.clone(), |start| start.files.clone());
    let drop_in = files.keys().any(|path| image::UNIT_DROPINS.iter().any(|folder| path.starts_with(folder)));
    let settled = machine.bottlerocket.is_some() || !machine.merged.is_empty() || machine.nodeadm.written.is_some();
    machine.image == Image::Unknown
        && machine.seen
        && by_systemd
        && drop_in
        && !settled
        && unit::command_line(machine, &files, cx).is_err()
}

/// A outcome for each family that the node may be of.
fn by_family(outcome: &Outcome) -> Vec<Outcome> {
    let side = |(family, words): (Family, &'static str)| {
        let condition = Condition::new(words, true);
        let mut outcome = outcome.clone();
        outcome.when = outcome.when.and(&Guard::of(condition))?;
        outcome.machine.image = Image::Likely(family);
        Some(outcome)
    };
    FAMILIES.into_iter().filter_map(side).collect()
}

/// Old images of Amazon Linux 2023 name nodeadm's drop-in so that all others come after it, new ones so that some come before.
/// Both are told apart where a drop-in stands between them and nodeadm has something to say.
fn by_image_age(outcome: Outcome) -> Vec<Outcome> {
    let machine = &outcome.machine;
    let between = || {
        let from = image::OLD_NODEADM_DROPIN.to_owned();
        let mut names = machine.files.range(from..).map(|(path, _)| path.as_str());
        names.next().is_some_and(|name| name > image::OLD_NODEADM_DROPIN && name < image::NODEADM_DROPIN)
    };
    let open = machine.family() == Some(Family::Al2023)
        && machine.minor.is_none_or(|minor| minor < image::NEW_DROPIN_SINCE)
        && !machine.files.contains_key(image::NODEADM_DROPIN)
        && machine.nodeadm.has_documents()
        && between();
    if !open {
        return vec![outcome];
    }
    let side = |old: bool| {
        let condition = Condition::new("the image is from before June 2025", old);
        let mut outcome = outcome.clone();
        outcome.when = outcome.when.and(&Guard::of(condition))?;
        outcome.machine.nodeadm.old = old;
        Some(outcome)
    };
    [false, true].into_iter().filter_map(side).collect()
}

/// The end of a boot: nodeadm runs, and the kubelet starts if it does not run yet.
fn finish(mut outcome: Outcome, group: &NodeGroup, cx: &mut BootCx<'_>) -> Booted {
    let machine = &mut outcome.machine;
    if machine.family() == Some(Family::Al2023) {
        nodeadm::finish(machine, cx);
        if machine.joins_by_nodeadm() || machine.nodeadm.written.is_some() && machine.start.is_none() {
            machine.start_runtime(Name::Containerd, true);
        }
    }
    ineffective::note(machine, cx);
    let runtimes = runtime::effective(machine, cx);
    let mut effective = effective::kubelet(machine, cx);
    if effective.is_none() && !machine.merged.is_empty() {
        // The family is not known, but the settings reach the configuration file of whatever it is.
        let config = machine.merged.last().map(|t| Document::from_tree(t.clone(), Schema::Kubernetes));
        effective = Some(settle(&Launch { config, minor: machine.minor, ..Launch::default() }));
    }
    let Machine { image, gaps, ineffective, .. } = outcome.machine;
    let gaps = if effective.is_some() || !runtimes.is_empty() || group.steps.is_empty() {
        gaps
    } else {
        only_of_interest(gaps, cx)
    };
    let family = image.family();
    Booted { when: outcome.when, family, effective, runtimes, gaps, ineffective }
}

/// Of a boot that has nothing to do with a kubelet, what was not followed in its commands is of no interest. Commands stand in
/// texts of their own; what stands in a file is the user data as a whole, of which nothing is known then.
fn only_of_interest(gaps: Vec<Gap>, cx: &BootCx<'_>) -> Vec<Gap> {
    let command = |g: &Gap| matches!(cx.texts.get(g.at.text).origin, Origin::Made { .. });
    let of_interest = |g: &Gap| match &g.why {
        Why::NotUnderstood(_) => !command(g),
        // A container runtime serves streams also where nothing is seen of a kubelet.
        Why::Edited(file, _) => !command(g) || crate::runtime::reads(file).is_some(),
        _ => true,
    };
    gaps.into_iter().filter(of_interest).collect()
}
