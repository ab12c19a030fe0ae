//! Settings that a boot writes and no kubelet reads. Every setting in a doubtful place is recorded here; once all boots are
//! known, the ones that reach a kubelet after all are removed.

use std::sync::Arc;

use crate::kubelet::args::{self, Pass};
use crate::kubelet::config::{Document, KIND, load};
use crate::kubelet::statements;
use crate::node::kubelet_files::{EXTRA_ARGS, NODEADM_ARGS};
use crate::node::{BootCx, Family, Ineffective, NodeGroup, Reason};
use crate::setting::{Effective, Mechanism, Reading, SetBy, Setting, Which};
use crate::syntax::{Node, unit, yaml};
use crate::text::{Span, Traced, View, holds};

use super::disk::{File, Files};
use super::image;
use super::machine::{Image, Machine, Start};
use super::unit::Unit;
use super::{effective, node_config, unit as service};

/// Files with variables for login shells.
const LOGIN: [&str; 5] = ["/etc/environment", "/etc/profile", "/etc/bashrc", "/root/.bashrc", "/root/.bash_profile"];

/// Records the settings that did not reach the kubelet of a finished boot.
///
/// `from_files`: only files are known, see [`NodeGroup::from_files`].
pub(super) fn record(machine: &mut Machine, from_files: bool, cx: &mut BootCx<'_>) {
    record_document_keys(machine, Which::of(cx.whole));
    record_unread_dropins(machine, cx);
    let before = machine.ineffective.len();
    let direct_start = machine.start.as_ref().is_some_and(|start| start.argv.is_some());
    let eks_image = matches!(machine.family(), Some(Family::Al2 | Family::Al2023 | Family::Ubuntu));
    let certain = matches!(machine.image, Image::Proven(_) | Image::Given(_));
    if machine.has_kubelet && certain && eks_image && machine.bottlerocket.is_none() && !direct_start {
        record_unread_files(machine, cx);
        record_unused_entries(machine, cx);
        record_late_settings(machine, cx);
    } else if from_files && service::has_own_unit(&machine.files) {
        record_unread_files(machine, cx);
        record_unused_entries(machine, cx);
        machine.record_ineffective(unused_variables(machine, cx), &Reason::VariableNotUsed);
    }
    let place = cx.texts.trail(machine.place).origin();
    let texts = &cx.texts;
    let mut number = 0;
    machine.ineffective.retain(|recorded| {
        number += 1;
        // Users cannot fix what the image ships.
        number <= before || texts.trail(recorded.setting.at).origin() != place
    });
}

/// Records the settings of drop-ins of the kubelet's unit that systemd does not read, on any image: see systemd.unit(5).
fn record_unread_dropins(machine: &mut Machine, cx: &mut BootCx<'_>) {
    let which = Which::of(cx.whole);
    let files = machine.files.clone();
    let place = machine.place;
    for (path, file) in files.iter().filter(|(path, _)| path.contains("/systemd/") && path.contains("/kubelet.")) {
        let File::Known(text) = file else { continue };
        let folder = path.rsplit('/').nth(1).unwrap_or_default();
        // Other programs may read what another file names.
        let named = |other: &File| matches!(other, File::Known(t) if !Arc::ptr_eq(t, text) && holds(t.bytes(), path.as_bytes()));
        if text.is_unknown() || files.values().any(named) {
            continue;
        }
        let id = cx.texts.add_made(path.as_str(), text, place);
        let (inside, outside): (Vec<_>, Vec<_>) =
            unit::parse(&cx.texts.view(id)).into_iter().partition(|e| e.section == "Service");
        if image::is_dropin(path) && image::is_conf(path) {
            let outside: Vec<_> =
                outside.into_iter().map(|e| unit::Entry { section: "Service".to_owned(), ..e }).collect();
            machine.record_ineffective(in_unit(&outside, which), &Reason::NoSection);
        } else if image::is_dropin(path) {
            machine.record_ineffective(in_unit(&inside, which), &Reason::NoUnitConf);
        } else if !image::is_of_unit(path) && matches!(folder, "kubelet.d" | "kubelet.conf.d" | "kubelet.service.d") {
            machine.record_ineffective(in_unit(&inside, which), &Reason::UnitFolder);
        }
    }
}

/// Records ineffective keys of nodeadm's documents, and documents for images without nodeadm.
fn record_document_keys(machine: &mut Machine, which: Which) {
    let other = matches!(machine.image, Image::Given(family) if family != Family::Al2023);
    for document in machine.nodeadm.documents.clone() {
        if other {
            machine.record_ineffective(node_config::settings(&document, which), &Reason::NoNodeadm);
            continue;
        }
        record_misplaced_keys(machine, &document, which);
    }
}

/// Records keys of a standalone configuration that the kubelet ignores.
pub(super) fn record_ignored_keys(
    config: Option<&Document>,
    group: &NodeGroup,
    ineffective: &mut Vec<Ineffective>,
    cx: &BootCx<'_>,
) {
    // Only drop-ins have this suffix.
    let place = cx.texts.place(cx.texts.trail(group.place).origin());
    let dropin = place.source.path().extension().is_some_and(|e| e == "conf");
    let settings = config
        .and_then(Document::tree)
        .map(|tree| statements::misplaced(tree, dropin, Which::of(cx.whole)))
        .unwrap_or_default();
    ineffective.extend(settings.into_iter().map(|setting| Ineffective { setting, why: Reason::ConfigKey }));
}

/// Records settings of a `NodeConfig` that nodeadm ignores: its decoder skips unknown keys
/// (`nodeadm/internal/api/bridge/decode.go`) and refuses values of another type.
fn record_misplaced_keys(machine: &mut Machine, document: &Node, which: Which) {
    let config = document.path(&["spec", "kubelet", "config"]);
    if let Some(config) = config {
        machine.record_ineffective(statements::misplaced(config, true, which), &Reason::ConfigKey);
    }
    let (mut keys, mut flags, mut variables) = (Vec::new(), Vec::new(), Vec::new());
    statements::walk(document, &mut Vec::new(), &mut |path, key, value| match path {
        // nodeadm's file overrides this environment, and the unit uses nothing else.
        ["spec", "instance", "environment", _, EXTRA_ARGS | NODEADM_ARGS] => {
            variables.extend(value.as_scalar().map(|scalar| in_words(&scalar.text, which)).unwrap_or_default());
        }
        ["spec", "kubelet", "config", ..] | ["spec", "containerd" | "instance", ..] => {}
        // nodeadm has gates of its own.
        ["spec", "featureGates", ..] => {}
        ["spec", "kubelet", "flags"] => {
            if let Some(scalar) = value.as_scalar() {
                flags.extend(statements::in_words(&unit::words(&scalar.text), which));
            }
        }
        ["spec", "kubelet", "flags", name] => {
            let field = statements::named(name.trim_start_matches('-'), which);
            flags.extend(field.and_then(|f| statements::by_key(f, None, key, value)));
        }
        [.., name] => {
            keys.extend(statements::named(name, which).and_then(|f| statements::by_key(f, None, key, value)));
            let words = value.items().iter().filter_map(Node::as_scalar).map(|s| s.text.clone());
            keys.extend(statements::in_words(&words.collect::<Vec<_>>(), which));
        }
        [] => {}
    });
    machine.record_ineffective(keys, &Reason::NodeConfigKey);
    machine.record_ineffective(flags, &Reason::FlagsNotList);
    machine.record_ineffective(variables, &Reason::VariableNotUsed);
}

/// All settings in a file, by the kind of file.
pub(super) fn in_file(path: &str, text: &Traced, place: Span, cx: &mut BootCx<'_>) -> Vec<Setting> {
    if text.is_unknown() {
        return Vec::new();
    }
    let which = Which::of(cx.whole);
    let id = cx.texts.add_made(path, text, place);
    let view = cx.texts.view(id);
    if image::is_of_unit(path) {
        return in_unit(&unit::parse(&view), which);
    }
    if path == image::NODEADM_ENVIRONMENT || is_environment(path) {
        return unit::environment_file(&view).iter().flat_map(|(_, value)| in_words(value, which)).collect();
    }
    if path.starts_with("/etc/profile.d/") || LOGIN.contains(&path) {
        return in_profile(&view, which);
    }
    match document(&view, node_config::API, "NodeConfig") {
        Some(tree) => node_config::settings(&tree, which),
        None => in_configuration(&view, which),
    }
}

fn in_words(text: &Traced, which: Which) -> Vec<Setting> {
    statements::in_words(&unit::words(text), which)
}

/// True for the usual environment files of a kubelet.
fn is_environment(path: &str) -> bool {
    image::ENVIRONMENTS.contains(&path)
}

fn in_unit(entries: &[unit::Entry], which: Which) -> Vec<Setting> {
    let mut out = Vec::new();
    for entry in entries.iter().filter(|e| e.section == "Service") {
        match entry.key.as_str() {
            "Environment" => {
                for word in unit::split(&entry.value, unit::Escapes::Strict).0 {
                    if let Some(equals) = word.bytes().iter().position(|b| *b == b'=') {
                        out.extend(in_words(&word.slice(equals + 1..word.len()), which));
                    }
                }
            }
            "ExecStart" => {
                out.extend(statements::in_words(&unit::split(&entry.value, unit::Escapes::Relaxed).0, which));
            }
            _ => {}
        }
    }
    out
}

/// The settings in assignments of `KUBELET_EXTRA_ARGS` in a file for login shells.
fn in_profile(view: &View, which: Which) -> Vec<Setting> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in view.bytes.split_inclusive(|b| *b == b'\n') {
        let range = at..at + line.len();
        at = range.end;
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start();
        let text = text.strip_prefix("export ").unwrap_or(text).trim_start();
        let assigned =
            text.strip_prefix(EXTRA_ARGS).is_some_and(|rest| rest.starts_with('=') || rest.starts_with("+="));
        if !assigned {
            continue;
        }
        let line = view.traced(range);
        if let Some(equals) = line.bytes().iter().position(|b| *b == b'=') {
            // First the quotes around the value, then those inside it.
            let value = unit::words(&line.slice(equals + 1..line.len()));
            out.extend(value.iter().flat_map(|text| in_words(text, which)));
        }
    }
    out
}

/// The first document of a text, if it has this API version and kind.
fn document(view: &View, api: &str, kind: &str) -> Option<Node> {
    let tree = yaml::parse(view).tree.into_iter().next()?;
    let is = |key: &str, wanted: &dyn Fn(&str) -> bool| tree.get(key).and_then(Node::as_str).is_some_and(wanted);
    (is("kind", &|k| k == kind) && is("apiVersion", &|v| v.starts_with(api))).then_some(tree)
}

fn in_configuration(view: &View, which: Which) -> Vec<Setting> {
    let has = holds(&view.bytes, KIND.as_bytes());
    let document = load(view);
    document.tree().filter(|_| has).map(|tree| statements::in_config(tree, which)).unwrap_or_default()
}

/// True if the kubelet's unit reads variables from a file.
fn is_named(path: &str, machine: &Machine, started: &Files, cx: &mut BootCx<'_>) -> bool {
    match service::unit(machine, started, cx) {
        service::Unit::Entries(all) => {
            all.iter().any(|e| e.key == "EnvironmentFile" && service::file_path(&e.value).as_deref() == Some(path))
        }
        _ => false,
    }
}

/// Records settings in files that nothing reads on this image.
fn record_unread_files(machine: &mut Machine, cx: &mut BootCx<'_>) {
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
        if is_for_another_image(machine, path) {
            continue;
        }
        let inside = directory.as_ref().is_some_and(|dir| path.starts_with(dir.as_str()));
        let why = if is_environment(path) || path == image::NODEADM_ENVIRONMENT {
            match machine.family() {
                _ if is_named(path, machine, &started, cx) => Reason::VariableNotUsed,
                None => Reason::NotNamed,
                Some(_) => Reason::FileNotRead,
            }
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
        } else if !inside && is_config_path(path) {
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
        if text.is_unknown() {
            continue;
        }
        let id = cx.texts.add_made(path.as_str(), text, place);
        let document = load(&cx.texts.view(id));
        let fold = config.as_ref() != Some(path);
        machine.record_ineffective(
            document.tree().map(|t| statements::misplaced(t, fold, Which::of(cx.whole))).unwrap_or_default(),
            &Reason::ConfigKey,
        );
    }
}

/// True for a file of an EKS image other than the one assumed. If the source does not set the image, the file may be meant
/// for nodes with the other one.
fn is_for_another_image(machine: &Machine, path: &str) -> bool {
    let reader = image::reader(path).and_then(image::ReadBy::family);
    let variable = machine.family() == Some(Family::Al2023) && image::is_dropin(path);
    let other = reader.is_some_and(|family| family != Family::Kubeadm && Some(family) != machine.family());
    !matches!(machine.image, Image::Given(_)) && (other || variable)
}

/// True for the usual paths of kubelet configurations.
fn is_config_path(path: &str) -> bool {
    let ends = [".json", ".yaml", ".yml", ".conf"].iter().any(|end| path.ends_with(end));
    let folders = ["/etc/kubernetes/", "/var/lib/kubelet/", "/etc/eks/"];
    ends && folders.iter().any(|dir| path.starts_with(dir)) && !path.contains("kubeadm")
}

/// Records settings in the kubelet's unit that it does not use.
fn record_unused_entries(machine: &mut Machine, cx: &mut BootCx<'_>) {
    let files = match &machine.start {
        Some(start) => start.files.clone(),
        None => machine.files.clone(),
    };
    let place = machine.place;
    let names = files.keys().filter(|path| **path == image::UNIT || image::is_conf(path) && image::is_dropin(path));
    let names = names.cloned().collect::<Vec<_>>();
    if starts_twice(machine, &files, cx) {
        for path in &names {
            let Some(File::Known(text)) = files.get(path) else { continue };
            let id = cx.texts.add_made(path.as_str(), text, place);
            let starts: Vec<_> = unit::parse(&cx.texts.view(id)).into_iter().filter(|e| e.key == "ExecStart").collect();
            machine.record_ineffective(in_unit(&starts, Which::of(cx.whole)), &Reason::TwoStarts);
        }
    }
    // Where nothing says what the image is, a later file is meant to replace an earlier one.
    let names = if machine.family().is_some() { names } else { Vec::new() };
    for path in names {
        let Some(File::Known(text)) = files.get(&path) else { continue };
        if is_for_another_image(machine, &path) {
            continue;
        }
        let id = cx.texts.add_made(path.as_str(), text, place);
        let (starts, variables): (Vec<_>, Vec<_>) =
            unit::parse(&cx.texts.view(id)).into_iter().partition(|e| e.key == "ExecStart");
        let variables = in_unit(&variables, Which::of(cx.whole));
        let uses = machine.family() == Some(Family::Al2023)
            && variables_named(&files, &path, format!("{EXTRA_ARGS}=").as_bytes());
        machine.record_ineffective(variables, if uses { &Reason::NoSuchVariable } else { &Reason::VariableNotUsed });
        machine.record_ineffective(in_unit(&starts, Which::of(cx.whole)), &Reason::StartReplaced);
    }
}

/// The settings in variables that no `ExecStart` of the unit passes.
fn unused_variables(machine: &Machine, cx: &mut BootCx<'_>) -> Vec<Setting> {
    let Unit::Entries(entries) = service::unit(machine, &machine.files, cx) else { return Vec::new() };
    let starts: Vec<_> = entries.iter().filter(|e| e.key == "ExecStart").map(|e| e.value.to_text()).collect();
    let passed =
        |name: &str| starts.iter().any(|s| s.contains(&format!("${name}")) || s.contains(&format!("${{{name}}}")));
    let unused = |entry: &&unit::Entry| {
        let words = unit::split(&entry.value, unit::Escapes::Strict).0;
        words.iter().filter_map(service::assignment).all(|(name, _)| !passed(&name))
    };
    let entries: Vec<_> = entries.iter().filter(|e| e.key == "Environment").filter(unused).cloned().collect();
    in_unit(&entries, Which::of(cx.whole))
}

/// True if more than one `ExecStart` remains, which systemd refuses except in oneshot units.
fn starts_twice(machine: &Machine, files: &Files, cx: &mut BootCx<'_>) -> bool {
    let Unit::Entries(entries) = service::unit(machine, files, cx) else { return false };
    let (mut starts, mut oneshot) = (0, false);
    for entry in entries.iter().filter(|e| e.section == "Service") {
        match entry.key.as_str() {
            "ExecStart" if entry.value.is_empty() => starts = 0,
            "ExecStart" => starts += 1,
            "Type" => oneshot = entry.value.known_str() == Some("oneshot"),
            _ => {}
        }
        if entry.value.is_unknown() {
            return false;
        }
    }
    starts > 1 && !oneshot
}

fn variables_named(files: &Files, path: &str, name: &[u8]) -> bool {
    let Some(File::Known(text)) = files.get(path) else { return false };
    holds(text.bytes(), name)
}

/// Records settings that a kubelet would read if it started now, but that the running one has not read.
fn record_late_settings(machine: &mut Machine, cx: &mut BootCx<'_>) {
    let Some(start) = &machine.start else { return };
    // A file with these words may be run later and restart the kubelet.
    let mentions_restart = |text: &Traced| {
        let has = |word: &[u8]| holds(text.bytes(), word);
        has(b"restart") && has(b"kubelet")
    };
    let later = |file: &File| matches!(file, File::Known(text) if mentions_restart(text));
    if start.files == machine.files || machine.restarts || machine.files.values().any(later) {
        return;
    }
    let mut now = machine.clone();
    now.start = Some(Start { files: machine.files.clone(), argv: None });
    let Some(effective) = effective::kubelet(&mut now, cx) else { return };
    let settings = statements(&effective, cx);
    machine.record_ineffective(settings, &Reason::NotRestarted);
}

/// All known settings of a kubelet.
fn statements(effective: &Effective, cx: &BootCx<'_>) -> Vec<Setting> {
    let all = effective.fields.iter().flat_map(|f| f.winner.iter().chain(&f.shadowed));
    let durations = all.filter(|s| !s.raw.has_unknown() && !s.raw.is_empty()).cloned();
    let others = effective.whole.iter().flat_map(|whole| &whole.fields).filter_map(|chosen| {
        let field = Which::All.by_path(chosen.field.path).filter(|field| !field.is_duration())?;
        let by = if chosen.from == SetBy::Flag { Mechanism::Flag } else { Mechanism::ConfigFile };
        let at = chosen.at.filter(|at| !at.is_empty() && chosen.unknown.is_none())?;
        let raw = cx.texts.view(at.text).traced(at.range());
        Some(Setting { field, key: None, raw, reading: Reading::Unset, at, carrier: at, by })
    });
    durations.chain(others).collect()
}
