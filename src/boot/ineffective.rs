//! Settings that a boot writes and no kubelet reads. What is noted here and reaches the kubelet all the same is taken
//! out where all boots are known, so a note is made of every statement that stands in a doubtful place.

use crate::kubelet::args::{self, Pass};
use crate::kubelet::config::{Document, KIND, load};
use crate::kubelet::statements;
use crate::node::{BootCx, Family, Ineffective, NodeGroup, Reason};
use crate::setting::{Effective, Setting};
use crate::syntax::{Node, unit, yaml};
use crate::text::{Span, Traced, View};

use super::image;
use super::machine::{File, Files, Image, Machine, Start};
use super::unit::Unit;
use super::{effective, node_config, unit as service};

/// Files of which login shells take variables.
const LOGIN: [&str; 5] = ["/etc/environment", "/etc/profile", "/etc/bashrc", "/root/.bashrc", "/root/.bash_profile"];

/// Takes note of what the kubelet of a boot that has ended does not get.
pub(super) fn note(machine: &mut Machine, cx: &mut BootCx<'_>) {
    documents(machine);
    let before = machine.ineffective.len();
    let own = machine.start.as_ref().is_some_and(|start| start.argv.is_some());
    let images = matches!(machine.family(), Some(Family::Al2 | Family::Al2023 | Family::Ubuntu));
    let certain = matches!(machine.image, Image::Proven(_) | Image::Given(_));
    if machine.seen && certain && images && machine.bottlerocket.is_none() && !own {
        written(machine, cx);
        unused(machine, cx);
        late(machine, cx);
    }
    let place = cx.texts.trail(machine.place).origin();
    let texts = &cx.texts;
    let mut number = 0;
    machine.ineffective.retain(|recorded| {
        number += 1;
        // What the image brings is nobody's to mend.
        number <= before || texts.trail(recorded.setting.at).origin() != place
    });
}

/// Keys of the documents for nodeadm that lead nowhere, and documents that nobody reads.
fn documents(machine: &mut Machine) {
    let other = matches!(machine.image, Image::Given(family) if family != Family::Al2023);
    for document in machine.nodeadm.documents.clone() {
        if other {
            machine.record_ineffective(node_config::settings(&document), &Reason::NoNodeadm);
            continue;
        }
        astray(machine, &document);
    }
}

/// Keys of a configuration that stands for itself which a kubelet passes over.
pub(super) fn passed_over(
    config: Option<&Document>,
    group: &NodeGroup,
    ineffective: &mut Vec<Ineffective>,
    cx: &BootCx<'_>,
) {
    // Only a drop-in is named so.
    let place = cx.texts.place(cx.texts.trail(group.place).origin());
    let dropin = place.source.path().extension().is_some_and(|e| e == "conf");
    let settings = config.and_then(Document::tree).map(|tree| statements::misplaced(tree, dropin)).unwrap_or_default();
    ineffective.extend(settings.into_iter().map(|setting| Ineffective { setting, why: Reason::ConfigKey }));
}

/// The settings of a `NodeConfig` that nodeadm passes over: its decoder ignores keys that it does not know
/// (`nodeadm/internal/api/bridge/decode.go`), and refuses values of another type.
fn astray(machine: &mut Machine, document: &Node) {
    let config = document.path(&["spec", "kubelet", "config"]);
    if let Some(config) = config {
        machine.record_ineffective(statements::misplaced(config, true), &Reason::ConfigKey);
    }
    let (mut keys, mut flags, mut variables) = (Vec::new(), Vec::new(), Vec::new());
    statements::walk(document, &mut Vec::new(), &mut |path, key, value| match path {
        // The file of nodeadm is stronger than this environment, and the unit uses nothing else.
        ["spec", "instance", "environment", _, "KUBELET_EXTRA_ARGS" | "NODEADM_KUBELET_ARGS"] => {
            variables.extend(value.as_scalar().map(|scalar| in_words(&scalar.text)).unwrap_or_default());
        }
        ["spec", "kubelet", "config", ..] | ["spec", "containerd" | "instance", ..] => {}
        ["spec", "kubelet", "flags"] => {
            if let Some(scalar) = value.as_scalar() {
                flags.extend(statements::in_words(&unit::words(&scalar.text)));
            }
        }
        ["spec", "kubelet", "flags", name] => {
            let field = statements::named(name.trim_start_matches('-'));
            flags.extend(field.and_then(|f| statements::by_key(f, None, key, value)));
        }
        [.., name] => {
            keys.extend(statements::named(name).and_then(|f| statements::by_key(f, None, key, value)));
            let words = value.items().iter().filter_map(Node::as_scalar).map(|s| s.text.clone());
            keys.extend(statements::in_words(&words.collect::<Vec<_>>()));
        }
        [] => {}
    });
    machine.record_ineffective(keys, &Reason::NodeConfigKey);
    machine.record_ineffective(flags, &Reason::FlagsNotList);
    machine.record_ineffective(variables, &Reason::VariableNotUsed);
}

/// Everything that a text says of durations, whatever kind of file it is.
pub(super) fn in_file(path: &str, text: &Traced, place: Span, cx: &mut BootCx<'_>) -> Vec<Setting> {
    if text.is_hole() {
        return Vec::new();
    }
    let id = cx.texts.add_made(path, text, place);
    let view = cx.texts.view(id);
    if image::UNIT_DROPINS.iter().any(|dir| path.starts_with(dir)) || path == image::UNIT {
        return in_unit(&unit::parse(&view));
    }
    if path == image::NODEADM_ENVIRONMENT || is_environment(path) {
        return unit::environment_file(&view).iter().flat_map(|(_, value)| in_words(value)).collect();
    }
    if path.starts_with("/etc/profile.d/") || LOGIN.contains(&path) {
        return in_profile(&view);
    }
    match document(&view, node_config::API, "NodeConfig") {
        Some(tree) => node_config::settings(&tree),
        None => in_configuration(&view),
    }
}

fn in_words(text: &Traced) -> Vec<Setting> {
    statements::in_words(&unit::words(text))
}

/// The variables that somebody hands to a kubelet by files of this name.
fn is_environment(path: &str) -> bool {
    matches!(path, "/etc/sysconfig/kubelet" | "/etc/default/kubelet")
}

fn in_unit(entries: &[unit::Entry]) -> Vec<Setting> {
    let mut out = Vec::new();
    for entry in entries.iter().filter(|e| e.section == "Service") {
        match entry.key.as_str() {
            "Environment" => {
                for word in unit::split(&entry.value, unit::Escapes::Strict).0 {
                    if let Some(equals) = word.bytes().iter().position(|b| *b == b'=') {
                        out.extend(in_words(&word.slice(equals + 1..word.len())));
                    }
                }
            }
            "ExecStart" => out.extend(statements::in_words(&unit::split(&entry.value, unit::Escapes::Relaxed).0)),
            _ => {}
        }
    }
    out
}

/// What the assignments of `KUBELET_EXTRA_ARGS` in a file of login shells say.
fn in_profile(view: &View) -> Vec<Setting> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in view.bytes.split_inclusive(|b| *b == b'\n') {
        let range = at..at + line.len();
        at = range.end;
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start();
        let text = text.strip_prefix("export ").unwrap_or(text).trim_start();
        if !text.starts_with("KUBELET_EXTRA_ARGS=") && !text.starts_with("KUBELET_EXTRA_ARGS+=") {
            continue;
        }
        let line = view.traced(range);
        if let Some(equals) = line.bytes().iter().position(|b| *b == b'=') {
            // The quotes of the value, and then those inside of it.
            let value = unit::words(&line.slice(equals + 1..line.len()));
            out.extend(value.iter().flat_map(in_words));
        }
    }
    out
}

/// The first document of a text, if it is of this kind.
fn document(view: &View, api: &str, kind: &str) -> Option<Node> {
    let tree = yaml::parse(view).tree.into_iter().next()?;
    let is = |key: &str, wanted: &dyn Fn(&str) -> bool| tree.get(key).and_then(Node::as_str).is_some_and(wanted);
    (is("kind", &|k| k == kind) && is("apiVersion", &|v| v.starts_with(api))).then_some(tree)
}

fn in_configuration(view: &View) -> Vec<Setting> {
    let holds = view.bytes.windows(KIND.len()).any(|w| w == KIND.as_bytes());
    let document = load(view);
    document.tree().filter(|_| holds).map(statements::in_config).unwrap_or_default()
}

/// Files that nobody reads on this image.
fn written(machine: &mut Machine, cx: &mut BootCx<'_>) {
    let files = machine.files.clone();
    let started = machine.start.as_ref().map_or_else(|| files.clone(), |start| start.files.clone());
    let place = machine.place;
    let Some(argv) = service::command_line(&machine.clone(), &started, cx).into_iter().next() else { return };
    let read = args::parse(&argv, machine.minor, Pass::First);
    let directory = read.config_dir().and_then(|d| d.known_str()).map(|d| format!("{}/", d.trim_end_matches('/')));
    let config = read.config().and_then(|c| c.known_str()).map(str::to_owned);
    let unknown = read.config().is_some_and(|c| c.known_str().is_none())
        || read.config_dir().is_some_and(|c| c.known_str().is_none());
    for (path, file) in files.iter() {
        let File::Known(text) = file else { continue };
        if of_another_image(machine, path) {
            continue;
        }
        let inside = directory.as_ref().is_some_and(|dir| path.starts_with(dir.as_str()));
        let why = if is_environment(path) || path == image::NODEADM_ENVIRONMENT {
            Reason::FileNotRead
        } else if path.starts_with("/etc/profile.d/") || LOGIN.contains(&path.as_str()) {
            if machine.family() == Some(Family::Al2023) { Reason::NoSuchVariable } else { Reason::LoginShells }
        } else if path.starts_with(image::NODEADM_DOCUMENTS) {
            match (machine.family(), image::is_document(path)) {
                (Some(Family::Al2023), false) => Reason::DocumentEnding,
                (Some(Family::Al2), _) if machine.image == Image::Given(Family::Al2) => Reason::NoNodeadm,
                _ => continue,
            }
        } else if unknown || config.as_ref() == Some(path) {
            continue;
        } else if inside && !image::is_conf(path) {
            Reason::NoConfEnding
        } else if !inside && path.starts_with(image::NODEADM_DROPINS) {
            if machine.family() != Some(Family::Al2023) || !image::is_conf(path) {
                Reason::ConfigNotRead
            } else {
                Reason::DirectoryNotRead
            }
        } else if !inside && is_configuration(path) {
            Reason::ConfigNotRead
        } else {
            continue;
        };
        let settings = in_file(path, text, place, cx);
        machine.record_ineffective(settings, &why);
    }
    for path in
        config.iter().chain(files.keys().filter(|p| directory.as_ref().is_some_and(|d| p.starts_with(d.as_str()))))
    {
        let Some(File::Known(text)) = started.get(path).or_else(|| files.get(path)) else { continue };
        if text.is_hole() {
            continue;
        }
        let id = cx.texts.add_made(path.as_str(), text, place);
        let document = load(&cx.texts.view(id));
        let fold = config.as_ref() != Some(path);
        machine.record_ineffective(
            document.tree().map(|t| statements::misplaced(t, fold)).unwrap_or_default(),
            &Reason::ConfigKey,
        );
    }
}

/// True for a file of another EKS image than this one seems to be. Where the source does not say which image it is, such a file
/// may be there for nodes of that one.
fn of_another_image(machine: &Machine, path: &str) -> bool {
    let reader = image::sight(path).and_then(image::ReadBy::family);
    let variable =
        machine.family() == Some(Family::Al2023) && image::UNIT_DROPINS.iter().any(|dir| path.starts_with(dir));
    let other = reader.is_some_and(|family| family != Family::Kubeadm && Some(family) != machine.family());
    !matches!(machine.image, Image::Given(_)) && (other || variable)
}

/// Where the configurations of kubelets usually are.
fn is_configuration(path: &str) -> bool {
    let ends = [".json", ".yaml", ".yml", ".conf"].iter().any(|end| path.ends_with(end));
    let folders = ["/etc/kubernetes/", "/var/lib/kubelet/", "/etc/eks/"];
    ends && folders.iter().any(|dir| path.starts_with(dir)) && !path.contains("kubeadm")
}

/// What the kubelet's unit says and does not use.
fn unused(machine: &mut Machine, cx: &mut BootCx<'_>) {
    let files = match &machine.start {
        Some(start) => start.files.clone(),
        None => machine.files.clone(),
    };
    let place = machine.place;
    let names = files.keys().filter(|path| {
        **path == image::UNIT || image::is_conf(path) && image::UNIT_DROPINS.iter().any(|dir| path.starts_with(dir))
    });
    let names = names.cloned().collect::<Vec<_>>();
    if starts_twice(machine, &files, cx) {
        for path in &names {
            let Some(File::Known(text)) = files.get(path) else { continue };
            let id = cx.texts.add_made(path.as_str(), text, place);
            let starts: Vec<_> = unit::parse(&cx.texts.view(id)).into_iter().filter(|e| e.key == "ExecStart").collect();
            machine.record_ineffective(in_unit(&starts), &Reason::TwoStarts);
        }
    }
    for path in names {
        let Some(File::Known(text)) = files.get(&path) else { continue };
        if of_another_image(machine, &path) {
            continue;
        }
        let id = cx.texts.add_made(path.as_str(), text, place);
        let (starts, variables): (Vec<_>, Vec<_>) =
            unit::parse(&cx.texts.view(id)).into_iter().partition(|e| e.key == "ExecStart");
        let variables = in_unit(&variables);
        let uses = machine.family() == Some(Family::Al2023) && variables_named(&files, &path, b"KUBELET_EXTRA_ARGS=");
        machine.record_ineffective(variables, if uses { &Reason::NoSuchVariable } else { &Reason::VariableNotUsed });
        machine.record_ineffective(in_unit(&starts), &Reason::StartReplaced);
    }
}

/// True if more than one command line is left, which systemd refuses for all units but those that run once.
fn starts_twice(machine: &Machine, files: &Files, cx: &mut BootCx<'_>) -> bool {
    let Unit::Entries(entries) = service::unit(machine, files, cx) else { return false };
    let (mut starts, mut once) = (0, false);
    for entry in entries.iter().filter(|e| e.section == "Service") {
        match entry.key.as_str() {
            "ExecStart" if entry.value.is_empty() => starts = 0,
            "ExecStart" => starts += 1,
            "Type" => once = entry.value.known_str() == Some("oneshot"),
            _ => {}
        }
        if entry.value.is_hole() {
            return false;
        }
    }
    starts > 1 && !once
}

fn variables_named(files: &Files, path: &str, name: &[u8]) -> bool {
    let Some(File::Known(text)) = files.get(path) else { return false };
    text.bytes().windows(name.len()).any(|w| w == name)
}

/// What a kubelet would read that started now, and that the running one has not read.
fn late(machine: &mut Machine, cx: &mut BootCx<'_>) {
    let Some(start) = &machine.start else { return };
    // A file that says such words may be run later.
    let says = |text: &Traced| {
        let has = |word: &[u8]| text.bytes().windows(word.len()).any(|w| w == word);
        has(b"restart") && has(b"kubelet")
    };
    let later = |file: &File| matches!(file, File::Known(text) if says(text));
    if start.files == machine.files || machine.restarts || machine.files.values().any(later) {
        return;
    }
    let mut now = machine.clone();
    now.start = Some(Start { files: machine.files.clone(), argv: None });
    let Some(effective) = effective::kubelet(&mut now, cx) else { return };
    machine.record_ineffective(statements(&effective), &Reason::NotRestarted);
}

/// Everything that is said to a kubelet, with what is not known left out.
fn statements(effective: &Effective) -> Vec<Setting> {
    let said = effective.fields.iter().flat_map(|f| f.winner.iter().chain(&f.shadowed));
    said.filter(|s| !s.raw.has_hole() && !s.raw.is_empty()).cloned().collect()
}
