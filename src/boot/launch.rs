//! From the files on a machine to the kubelet that its service starts.

use std::collections::BTreeMap;

use crate::kubelet::args::{Pass, parse};
use crate::kubelet::config::{self, Document};
use crate::kubelet::{Effective, Launch, settle};
use crate::node::{Cx, Family, Gap};
use crate::text::{Span, Traced, Why};

use super::nodeadm;
use super::systemd::{Unit, environment_file};

/// What is in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// A text, possibly with holes.
    Text(Traced),
    /// Something that is not known; the span is what made it so.
    Unknown(Span, Why),
}

/// The files that matter, by absolute path.
pub(super) type Disk = BTreeMap<String, Content>;

/// Where systemd looks for units that a person wrote.
pub(super) const UNITS: &str = "/etc/systemd/system";
/// The file that a `bootstrap.sh` node's kubelet is configured by.
pub(super) const BOOTSTRAP_CONFIG: &str = "/etc/kubernetes/kubelet/kubelet-config.json";

/// The service as the image ships it (awslabs/amazon-eks-ami `kubelet-containerd.service`, `kubelet.service`; kubernetes/release
/// `10-kubeadm.conf`).
fn service(family: Family) -> &'static str {
    match family {
        Family::Al2023 => {
            "[Service]\nEnvironmentFile=/etc/eks/kubelet/environment\nExecStart=/usr/bin/kubelet $NODEADM_KUBELET_ARGS\n"
        }
        Family::Kubeadm => {
            "[Service]\n\
             Environment=\"KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml\"\n\
             EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\n\
             EnvironmentFile=-/etc/default/kubelet\n\
             EnvironmentFile=-/etc/sysconfig/kubelet\n\
             ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS\n"
        }
        Family::Al2 | Family::Ubuntu | Family::Bottlerocket | Family::Windows => {
            "[Service]\n\
             ExecStart=/usr/bin/kubelet --config /etc/kubernetes/kubelet/kubelet-config.json $KUBELET_ARGS $KUBELET_EXTRA_ARGS\n"
        }
    }
}

/// Configuration files that the image ships. They set no duration to anything but its default.
fn shipped(family: Family, path: &str) -> bool {
    match family {
        Family::Al2023 => path == nodeadm::CONFIG,
        Family::Al2 | Family::Ubuntu => path == BOOTSTRAP_CONFIG,
        _ => false,
    }
}

/// What the kubelet of a machine with these files runs with, started by its service. `at` stands for what nobody wrote.
pub(super) fn by_service(
    disk: &Disk,
    family: Family,
    minor: Option<u32>,
    at: Span,
    cx: &mut Cx<'_>,
) -> (Effective, Vec<Gap>) {
    let mut gaps = Vec::new();
    let mut unit = Unit::default();
    let own = format!("{UNITS}/kubelet.service");
    let mut hidden: Option<(Span, Why)> = None;
    match disk.get(&own) {
        Some(content) => read_unit(&own, content, &mut unit, &mut hidden, at, cx),
        None => {
            let text = Content::Text(Traced::made(service(family), at));
            read_unit("kubelet.service of the image", &text, &mut unit, &mut hidden, at, cx);
        }
    }
    // Drop-ins go by file name, wherever they lie; /etc wins over /usr/lib when the names are equal.
    let mut drop_ins: BTreeMap<&str, (&String, &Content)> = BTreeMap::new();
    for dir in [
        "/usr/lib/systemd/system/kubelet.service.d/",
        "/lib/systemd/system/kubelet.service.d/",
        "/etc/systemd/system/kubelet.service.d/",
    ] {
        for (path, content) in disk {
            let name = path.strip_prefix(dir).filter(|n| !n.contains('/'));
            if let Some(name) = name.filter(|n| n.strip_suffix(".conf").is_some()) {
                drop_ins.insert(name, (path, content));
            }
        }
    }
    for (path, content) in drop_ins.into_values() {
        read_unit(path, content, &mut unit, &mut hidden, at, cx);
    }
    let mut environment = unit.environment.clone();
    for path in unit.files.clone() {
        let Some(path) = path.known_str() else { continue };
        match disk.get(path) {
            Some(Content::Text(text)) => {
                let id = cx.texts.add_made(path, text, at);
                environment.extend(environment_file(&cx.texts.view(id)));
            }
            Some(Content::Unknown(span, why)) => hidden = Some((*span, why.clone())),
            None => {}
        }
    }
    let mut words = unit.command(&environment);
    if !words.is_empty() {
        words.remove(0);
    }
    if let Some((span, why)) = hidden {
        // A unit or environment that is not known may add any words.
        words.push(Traced::hole(span, why.clone()));
        gaps.push(Gap { at: span, why });
    }
    let effective = by_command(&words, disk, Some(family), minor, at, cx, &mut gaps);
    (effective, gaps)
}

fn read_unit(
    name: &str,
    content: &Content,
    unit: &mut Unit,
    hidden: &mut Option<(Span, Why)>,
    at: Span,
    cx: &mut Cx<'_>,
) {
    match content {
        Content::Text(text) => {
            let id = cx.texts.add_made(name, text, at);
            unit.read(&cx.texts.view(id));
        }
        Content::Unknown(span, why) => *hidden = Some((*span, why.clone())),
    }
}

/// What a kubelet with this command line (without the program) runs with on a machine with these files.
pub(super) fn by_command(
    argv: &[Traced],
    disk: &Disk,
    family: Option<Family>,
    minor: Option<u32>,
    at: Span,
    cx: &mut Cx<'_>,
    gaps: &mut Vec<Gap>,
) -> Effective {
    let args = parse(argv, minor, Pass::First);
    let config = args.config().and_then(Traced::known_str).and_then(|path| {
        let shipped = family.is_some_and(|f| shipped(f, path));
        match disk.get(path) {
            Some(content) => Some(document(path, content, at, cx, gaps)),
            None if shipped => {
                let text = format!("{{\"apiVersion\":\"{}\",\"kind\":\"{}\"}}", config::API_VERSION, config::KIND);
                Some(document(
                    "kubelet configuration of the image",
                    &Content::Text(Traced::made(text, at)),
                    at,
                    cx,
                    gaps,
                ))
            }
            None => None,
        }
    });
    let mut dropins = Vec::new();
    if let Some(dir) = args.config_dir().and_then(Traced::known_str) {
        let prefix = format!("{}/", dir.trim_end_matches('/'));
        for (path, content) in disk.range(prefix.clone()..) {
            let Some(name) = path.strip_prefix(&prefix) else { break };
            dropins.push((name.to_owned(), document(path, content, at, cx, gaps)));
        }
    }
    settle(&Launch { argv: argv.to_vec(), config, dropins, minor })
}

fn document(path: &str, content: &Content, at: Span, cx: &mut Cx<'_>, gaps: &mut Vec<Gap>) -> Document {
    match content {
        Content::Text(text) => {
            let id = cx.texts.add_made(path, text, at);
            config::load(&cx.texts.view(id))
        }
        Content::Unknown(span, why) => {
            gaps.push(Gap { at: *span, why: why.clone() });
            Document::unknown(why.clone())
        }
    }
}
