//! The effective configuration of a machine's kubelet.

use crate::kubelet::Launch;
use crate::kubelet::args::{self, Pass};
use crate::kubelet::config::{Document, load};
use crate::node::{BootCx, Family};
use crate::setting::Effective;
use crate::syntax::Schema;
use crate::text::{Traced, Why};

use super::disk::{File, Files, absolute};
use super::machine::{Machine, unknown};
use super::node_config::merged;
use super::unit;
use super::{bottlerocket, image, own};

/// The configuration of the kubelet of `machine`; `None` if the boot does not configure one.
pub(super) fn kubelet(machine: &mut Machine, cx: &mut BootCx<'_>) -> Option<Effective> {
    if !machine.has_kubelet {
        return None;
    }
    if let Some(settings) = &machine.bottlerocket {
        return Some(bottlerocket::effective(settings, machine, cx));
    }
    let (files, argv) = match machine.start.clone() {
        Some(start) => (start.files, start.argv.map(|a| a.to_vec())),
        None => (std::sync::Arc::clone(&machine.files), None),
    };
    let argv = match argv {
        Some(argv) => argv,
        None => match unit::command_line(machine, &files, cx) {
            Ok(argv) => argv,
            Err(why) if machine.merged.is_empty() => {
                machine.gap(machine.place, why);
                return None;
            }
            Err(_) => Vec::new(),
        },
    };
    let read = args::parse(&argv, machine.minor, Pass::First);
    let kubeconfig = read.last("kubeconfig").map(|given| &given.value);
    machine.named = [read.config(), kubeconfig].map(|path| Some(absolute(path?.known_str()?, "/")));
    let mut config = match read.config() {
        Some(path) => file_document(machine, &files, path, cx),
        None => None,
    };
    let mut dropins = match read.config_dir() {
        Some(dir) => directory(machine, &files, dir, cx),
        None => Vec::new(),
    };
    for tree in machine.merged.clone() {
        // The tool applies the settings over the file. If that is unknown, they are like a last drop-in.
        let edited = machine.files.contains_key(image::AL2_CONFIG) || machine.nodeadm.written.is_some();
        let base = config.as_ref().filter(|_| edited).map(Document::tree);
        match base {
            Some(None) => dropins.push(("~.conf".to_owned(), Document::from_tree(tree, Schema::Kubernetes))),
            Some(Some(base)) => config = Some(Document::from_tree(merged(base, &tree), Schema::Kubernetes)),
            None => config = Some(Document::from_tree(tree, Schema::Kubernetes)),
        }
    }
    let launch = Launch { argv, config, dropins, running: None, minor: machine.minor };
    Some(own::settled(&launch, || own::of_machine(machine, &files, &launch), cx))
}

fn file_document(machine: &mut Machine, files: &Files, path: &Traced, cx: &mut BootCx<'_>) -> Option<Document> {
    let path = absolute(path.known_str()?, "/");
    let file = machine.file_among(files, &path)?;
    Some(document(machine, &path, &file, cx))
}

fn document(machine: &mut Machine, path: &str, file: &File, cx: &mut BootCx<'_>) -> Document {
    match file {
        File::Known(text) => {
            if let Some((at, why)) = unknown(text) {
                // Report the command that left the file unknown.
                let command = at != machine.place && !machine.gaps.iter().any(|g| g.at == at);
                if command {
                    machine.gap(at, why.clone());
                }
                return Document::unknown(why.clone());
            }
            let id = cx.texts.add_made(path, text, machine.place);
            load(&cx.texts.view(id))
        }
        File::Unknown(why) => Document::unknown(why.clone()),
        File::Removed => Document::unknown(Why::NotUnderstood("a configuration file that was removed".into())),
    }
}

fn directory(machine: &mut Machine, files: &Files, dir: &Traced, cx: &mut BootCx<'_>) -> Vec<(String, Document)> {
    let Some(dir) = dir.known_str() else { return Vec::new() };
    let dir = format!("{}/", absolute(dir, "/"));
    let mut out = Vec::new();
    let written = machine.nodeadm.written.as_ref().and_then(|w| w.config.clone());
    if machine.family() == Some(Family::Al2023)
        && dir.trim_end_matches('/') == image::NODEADM_DROPINS
        && let name = machine.nodeadm.drop_in(files)
        && !files.contains_key(name)
        && let Some(tree) = written
    {
        out.push((name.trim_start_matches(&dir).to_owned(), Document::from_tree(tree, Schema::Kubernetes)));
    }
    for (path, file) in files.range(dir.clone()..) {
        let Some(name) = path.strip_prefix(&dir) else { break };
        if *file != File::Removed {
            out.push((name.to_owned(), document(machine, path, file, cx)));
        }
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    out
}
