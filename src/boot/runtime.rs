//! The container runtime of a machine: when it reads its files, and what the image and the join programs write for it.
//!
//! On Amazon Linux 2023 nodeadm writes containerd's configuration before cloud-init runs and restarts containerd after it
//! (`nodeadm-config.service`, `nodeadm-run.service`), so what scripts write in between is read. On Amazon Linux 2
//! `bootstrap.sh` copies `/etc/eks/containerd/containerd-config.toml` over containerd's file and restarts it. Elsewhere only
//! an explicit start is certain. Sources: awslabs/amazon-eks-ami at 81fec2e8 (`nodeadm/internal/containerd`) and 0ab84280
//! (`templates/al2/runtime/bootstrap.sh`).

use std::sync::Arc;

use crate::node::{BootCx, Family, NodeGroup};
use crate::runtime::{Content, Name, Runtime, config_file, settle};
use crate::setting::Setting;
use crate::syntax::Node;
use crate::syntax::toml;
use crate::text::{Traced, Why};
use crate::value::{Condition, Guard};

use super::disk::{File, Files, inside};
use super::machine::{Machine, unknown};
use super::{image, node_config, print_toml};

/// The files of a machine as a runtime sees them.
struct MachineFiles<'a, 'b, 'c> {
    machine: &'a Machine,
    files: &'a Files,
    /// The display name of a standalone file.
    name: Option<String>,
    cx: &'b mut BootCx<'c>,
}

impl MachineFiles<'_, '_, '_> {
    /// What stands in for a configuration of containerd that is not there: the output of a template of k3s, or the imports
    /// that containerd has by default.
    fn template(&self, path: &str) -> Option<File> {
        let made = |text: String| File::Known(Arc::new(Traced::made(text, self.machine.place)));
        if path == image::CONTAINERD {
            let folder = crate::runtime::CONTAINERD_DROPINS;
            let any = inside(self.files, folder).next();
            return any.map(|_| made(format!("version = 3\nimports = [\"{folder}*.toml\"]\n")));
        }
        let folder = crate::runtime::K3S.into_iter().find(|folder| path.strip_prefix(folder) == Some("config.toml"))?;
        // The template for version 3 is used where it exists. Source: k3s-io/k3s `pkg/agent/containerd`.
        let names = ["config-v3.toml.tmpl", "config.toml.tmpl"];
        match names.iter().find_map(|name| self.files.get(&format!("{folder}{name}"))) {
            Some(File::Known(text)) => Some(File::Known(Arc::new(rendered(text)))),
            Some(file) => Some(file.clone()),
            None => Some(made(format!(
                "version = 3\nimports = [\"{folder}config-v3.toml.d/*.toml\", \"{folder}config.toml.d/*.toml\"]\n"
            ))),
        }
    }
}

/// A template of Go with unknown values in the place of its actions. Lines that are only an action are left out.
fn rendered(text: &Traced) -> Traced {
    let mut out = Traced::new();
    for line in text.split(b"\n") {
        let bytes = line.bytes().trim_ascii();
        if bytes.starts_with(b"{{") && bytes.ends_with(b"}}") {
            continue;
        }
        let mut from = 0;
        while let Some(open) = line.bytes()[from..].windows(2).position(|w| w == b"{{") {
            let open = from + open;
            let Some(length) = line.bytes()[open..].windows(2).position(|w| w == b"}}") else { break };
            out.push(&line.slice(from..open));
            from = open + length + 2;
            if let Some(at) = line.slice(open..from).span() {
                out.push_unknown(at, Why::FromOutside("a value of k3s".into()));
            }
        }
        out.push(&line.slice(from..line.len()));
        if let Some(at) = line.span() {
            out.push_made(b"\n", at);
        }
    }
    out
}

impl crate::runtime::Files for MachineFiles<'_, '_, '_> {
    fn read(&mut self, path: &str) -> Content {
        let template = || self.template(path);
        match self.machine.file_among(self.files, path).filter(|file| *file != File::Removed).or_else(template) {
            Some(File::Known(text)) => {
                if let Some((_, why)) = unknown(&text) {
                    return Content::Unknown(why.clone());
                }
                let name = self.name.clone().unwrap_or_else(|| path.to_owned());
                let id = self.cx.texts.add_made(name, &text, self.machine.place);
                Content::Known(self.cx.texts.view(id))
            }
            Some(File::Unknown(why)) => Content::Unknown(why),
            Some(File::Removed) | None => Content::Missing,
        }
    }

    fn below(&mut self, directory: &str) -> Vec<String> {
        let files = inside(self.files, directory).filter(|(_, file)| **file != File::Removed);
        files.map(|(name, _)| format!("{directory}{name}")).collect()
    }
}

/// The configuration of the container runtimes of `machine` that set a timeout: what they have read, and what they would
/// read after a restart.
pub(super) fn effective(machine: &mut Machine, cx: &mut BootCx<'_>) -> Vec<Runtime> {
    let mut out: Vec<Runtime> = Vec::new();
    for name in Name::ALL {
        let started = machine.runtimes.get(&name).cloned();
        let shared: &Machine = machine;
        let read = |files: &Files, cx: &mut BootCx<'_>| {
            settle(name, &mut MachineFiles { machine: shared, files, name: None, cx })
        };
        let now = started.as_ref().and_then(|files| read(files, cx));
        let files = Arc::clone(&machine.files);
        let later = if started.as_ref() == Some(&files) { None } else { read(&files, cx) };
        let place = |runtime: &Runtime| runtime.timeout.winner.as_ref().map(|w| cx.texts.trail(w.at).origin());
        let same = now.as_ref().zip(later.as_ref()).is_some_and(|(now, later)| place(now) == place(later));
        let later = later.filter(|_| !same).map(|mut runtime| {
            let words = match started {
                Some(_) => format!("{} is restarted later", name.words()),
                None => format!("{} starts after its configuration is written", name.words()),
            };
            runtime.when = Guard::of(Condition::new(words, true));
            runtime
        });
        let mut found: Vec<Runtime> = now.into_iter().chain(later).collect();
        let config = machine.files.get(image::CONTAINERD);
        if name == Name::Containerd
            && machine.family() != Some(Family::Al2023)
            && config.is_none_or(|f| *f == File::Removed)
        {
            let own = crate::runtime::K3S.iter().any(|folder| inside(&machine.files, folder).next().is_some());
            let condition = Condition::new("containerd is 2.2 or newer and has no config.toml", true);
            for runtime in found.iter_mut().filter(|_| !own) {
                runtime.when = runtime.when.and(&Guard::of(condition.clone())).unwrap_or_default();
            }
        }
        out.extend(found);
    }
    for runtime in &mut out {
        for (at, why) in std::mem::take(&mut runtime.gaps) {
            machine.gap(at.unwrap_or(machine.place), why);
        }
    }
    // Text from the image or from a program has the place of the node group.
    let own = cx.texts.trail(machine.place).origin();
    let written = |setting: &Setting| cx.texts.trail(setting.at).origin() != own;
    out.retain(|runtime| runtime.timeout.winner.iter().chain(&runtime.timeout.shadowed).any(written));
    out
}

/// The relevant part of what `containerd config default` prints: one text for 1.x, one for 2.x. Its place is that of the node
/// group, since it is not written in the source.
pub(super) fn default_config(machine: &Machine, new: bool) -> Traced {
    let text = if new { image::CONTAINERD_DEFAULT_2 } else { image::CONTAINERD_DEFAULT_1 };
    Traced::made(text, machine.place)
}

/// The configuration of a runtime in a standalone file.
pub(super) fn standalone(name: Name, text: &Traced, group: &NodeGroup, cx: &mut BootCx<'_>) -> Option<Runtime> {
    let mut machine = Machine::new(group.place, None, None, false);
    machine.put(config_file(name), File::Known(Arc::new(text.clone())));
    let files = Arc::clone(&machine.files);
    let shown = Some(format!("configuration of {}", group.name));
    let too_large = |runtime: &Runtime| runtime.gaps.iter().any(|(_, why)| matches!(why, Why::Limit(_)));
    settle(name, &mut MachineFiles { machine: &machine, files: &files, name: shown, cx })
        .filter(|runtime| runtime.is_set() || too_large(runtime))
}

/// `bootstrap.sh` installs its copy of containerd's configuration and restarts containerd, if the two differ.
pub(super) fn bootstrap(machine: &mut Machine, named: Option<&Traced>) {
    if machine.family() != Some(Family::Al2) {
        return;
    }
    if let Some(named) = named.filter(|n| !n.is_empty()) {
        let outside = |what: &str| File::Unknown(Why::FromOutside(what.into()));
        let file = match named.known_str() {
            Some(path) => machine.file(path).unwrap_or_else(|| outside(&format!("the content of {path}"))),
            None => outside("the file that --containerd-config-file names"),
        };
        machine.put(image::AL2_CONTAINERD, file);
    }
    let before = machine.file(image::CONTAINERD);
    if let Some(file) = machine.file(image::AL2_CONTAINERD)
        && before.as_ref() != Some(&file)
    {
        machine.put(image::CONTAINERD, file);
        machine.start_runtime(Name::Containerd, true);
    }
    machine.start_runtime(Name::Containerd, false);
}

/// nodeadm writes containerd's configuration: its own, with `spec.containerd.config` of all documents merged over it key by
/// key. Without any `spec.containerd.config` the image's model of the file is used.
pub(super) fn write_nodeadm_config(machine: &mut Machine, documents: &[Node], cx: &mut BootCx<'_>) {
    let place = machine.place;
    let mut over: Option<Node> = None;
    let mut new = false;
    for node in documents.iter().filter_map(|d| d.path(&["spec", "containerd", "config"])) {
        let Some(scalar) = node.as_scalar().filter(|s| !s.text.is_empty()) else { continue };
        if let (true, Some((_, why))) = (scalar.text.is_unknown(), scalar.text.first_unknown()) {
            machine.put(image::CONTAINERD, File::Unknown(why.clone()));
            return;
        }
        let shown = scalar.text.to_text();
        new |= shown.contains("io.containerd.cri.v1.images") || shown.contains("io.containerd.cri.v1.runtime");
        let id = cx.texts.add_made("spec.containerd.config", &scalar.text, place);
        let view = cx.texts.view(id);
        let parsed = toml::parse(&view);
        if let Some(error) = parsed.errors.first() {
            match error.unknown(&view) {
                Some(why) => machine.put(image::CONTAINERD, File::Unknown(why.clone())),
                None => {
                    cx.syntax(error, "nodeadm cannot read spec.containerd.config: ", error.template(&view).is_some());
                    let why = Why::NotUnderstood("a containerd configuration that is not valid TOML".into());
                    machine.gap(error.at, why.clone());
                    machine.put(image::CONTAINERD, File::Unknown(why));
                }
            }
            return;
        }
        if let Some(tree) = parsed.tree {
            over = Some(match over {
                Some(before) => node_config::merged(&before, &tree),
                None => tree,
            });
        }
    }
    let Some(over) = over else {
        // This discards changes by scripts.
        Arc::make_mut(&mut machine.files).remove(image::CONTAINERD);
        return;
    };
    let own = if new { image::NODEADM_CONTAINERD_3 } else { image::NODEADM_CONTAINERD_2 };
    let id = cx.texts.add_made("nodeadm's configuration of containerd", &Traced::made(own, place), place);
    let Some(own) = toml::parse(&cx.texts.view(id)).tree else { return };
    let mut text = Traced::new();
    print_toml::table(&node_config::merged(&own, &over), &Traced::new(), place, &mut text, 0);
    machine.put(image::CONTAINERD, File::Known(Arc::new(text)));
}
