//! The machine of the mind that scripts and payloads run on: its files, and the kubelet that it starts.

use crate::kubelet::{Effective, config};
use crate::node::{Booted, Cx, Family, Gap};
use crate::syntax::{Node, Schema};
use crate::text::{Span, Traced, View, Why};
use crate::value::Guard;

use super::json::render;
use super::launch::{BOOTSTRAP_CONFIG, Content, Disk, by_command, by_service};
use super::nodeadm::{self, NodeConfigs};

/// The drop-in that `bootstrap.sh` writes its extra arguments to.
const EXTRA_ARGS: &str = "/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf";
/// Where nodeadm looks for more documents before it starts the kubelet.
const NODEADM_D: &str = "/etc/eks/nodeadm.d/";

/// How the kubelet that runs was started. A running kubelet does not see what is written later.
#[derive(Clone, Debug, PartialEq)]
enum Running {
    /// By its service, when the files were these.
    Service(Disk),
    /// By a command line (without the program), when the files were these.
    Command(Vec<Traced>, Disk),
}

/// What a boot has made of a machine so far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Machine {
    /// Files that matter, by absolute path.
    pub(super) disk: Disk,
    /// The family of the image, once it is known.
    pub(super) family: Option<Family>,
    /// Minor version of Kubernetes, if it is known.
    pub(super) minor: Option<u32>,
    /// What nodeadm was told.
    pub(super) nodeadm: NodeConfigs,
    /// What was not followed.
    pub(super) gaps: Vec<Gap>,
    /// Stands for what nobody wrote.
    pub(super) at: Span,
    running: Option<Running>,
}

impl Machine {
    /// A machine before its first boot.
    pub(super) fn new(family: Option<Family>, minor: Option<u32>, at: Span) -> Self {
        Self { disk: Disk::new(), family, minor, nodeadm: NodeConfigs::default(), gaps: Vec::new(), at, running: None }
    }

    /// Writes a file over what is there.
    pub(super) fn write(&mut self, path: &str, content: Traced) {
        self.disk.insert(path.to_owned(), Content::Text(content));
    }

    /// Appends to a file. A file that was not written before is taken to be empty.
    pub(super) fn append(&mut self, path: &str, content: &Traced) {
        match self.disk.get_mut(path) {
            Some(Content::Text(text)) => text.push(content),
            Some(Content::Unknown(..)) => {}
            None => self.write(path, content.clone()),
        }
    }

    /// A file that something changed in a way that is not followed.
    pub(super) fn hide(&mut self, path: &str, at: Span, why: Why) {
        self.disk.insert(path.to_owned(), Content::Unknown(at, why));
    }

    /// Notes something that was not followed. The same note is made once.
    pub(super) fn gap(&mut self, at: Span, why: Why) {
        let gap = Gap { at, why };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// `systemctl start kubelet`, or with `again` a restart: a start of what runs already changes nothing.
    pub(super) fn start_service(&mut self, again: bool) {
        if again || self.running.is_none() {
            self.running = Some(Running::Service(self.disk.clone()));
        }
    }

    /// A kubelet that is started by hand; `argv` is without the program.
    pub(super) fn start_kubelet(&mut self, argv: Vec<Traced>) {
        self.running = Some(Running::Command(argv, self.disk.clone()));
    }

    /// What `/etc/eks/bootstrap.sh` does once it has read its arguments: it writes the extra arguments, if there are any, to a
    /// drop-in between single quotes, and starts the kubelet (awslabs/amazon-eks-ami `templates/al2/runtime/bootstrap.sh`).
    pub(super) fn bootstrap(&mut self, extra_args: &Traced) {
        self.family.get_or_insert(Family::Al2);
        if !extra_args.is_empty() {
            let mut unit = Traced::made("[Service]\nEnvironment='KUBELET_EXTRA_ARGS=", self.at);
            unit.push(extra_args);
            unit.push_made(b"'\n", self.at);
            self.write(EXTRA_ARGS, unit);
        }
        self.start_service(false);
    }

    /// Settings that eksctl's script merges into the configuration of a `bootstrap.sh` node before it restarts the kubelet.
    pub(super) fn merge_kubelet_config(&mut self, tree: &Node) {
        let mut text = Traced::made(
            format!("{{\"apiVersion\":\"{}\",\"kind\":\"{}\",", config::API_VERSION, config::KIND),
            self.at,
        );
        let rendered = render(tree, Schema::Kubernetes);
        match rendered.bytes().first() {
            Some(b'{') if !tree.pairs().is_empty() => {
                text.push(&rendered.slice(1..rendered.len()));
                self.write(BOOTSTRAP_CONFIG, text);
            }
            _ if rendered.has_hole() => {
                if let Some((at, why)) = rendered.first_hole() {
                    self.hide(BOOTSTRAP_CONFIG, at, why.clone());
                }
            }
            _ => {}
        }
        self.start_service(true);
    }

    /// What nodeadm does with its documents, those in `/etc/eks/nodeadm.d` included when it starts the kubelet.
    pub(super) fn nodeadm_writes(&mut self, cx: &mut Cx<'_>) {
        self.family.get_or_insert(Family::Al2023);
        let (at, minor) = (self.at, self.minor);
        let more: Vec<(String, Content)> = self
            .disk
            .range(NODEADM_D.to_owned()..)
            .take_while(|(path, _)| path.starts_with(NODEADM_D))
            .filter(|(path, _)| [".yaml", ".yml", ".json"].iter().any(|e| path.ends_with(e)))
            .map(|(path, content)| (path.clone(), content.clone()))
            .collect();
        let mut configs = self.nodeadm.clone();
        for (path, content) in more {
            match content {
                Content::Text(text) => {
                    let view = self.view(&path, &text, cx);
                    configs.add(&view, cx);
                }
                Content::Unknown(at, why) => self.gap(at, why),
            }
        }
        for gap in std::mem::take(&mut configs.gaps) {
            self.gap(gap.at, gap.why);
        }
        if configs.any() {
            configs.write(&mut self.disk, at, minor);
        }
    }

    /// True if there are documents in nodeadm's own directory.
    pub(super) fn has_more_for_nodeadm(&self) -> bool {
        self.disk.range(NODEADM_D.to_owned()..).next().is_some_and(|(path, _)| path.starts_with(NODEADM_D))
    }

    /// `text` as a text of its own, under a name for people.
    pub(super) fn view(&self, name: &str, text: &Traced, cx: &mut Cx<'_>) -> View {
        let id = cx.texts.add_made(name, text, text.span().unwrap_or(self.at));
        cx.texts.view(id)
    }

    /// The end of the boot: what the kubelet runs with now.
    pub(super) fn finish(mut self, when: Guard, cx: &mut Cx<'_>) -> Booted {
        let mut effective: Option<Effective> = None;
        let mut gaps = Vec::new();
        let (at, minor) = (self.at, self.minor);
        if let Some(Running::Command(argv, disk)) = self.running.take() {
            effective = Some(by_command(&argv, &disk, self.family, minor, at, cx, &mut gaps));
        } else if let Some((family, disk)) = self.service() {
            let (settled, hidden) = by_service(&disk, family, minor, at, cx);
            effective = Some(settled);
            gaps.extend(hidden);
            self.family = Some(family);
        }
        for gap in gaps {
            self.gap(gap.at, gap.why);
        }
        Booted { when, family: self.family, effective, gaps: self.gaps }
    }

    /// The family and the files of the kubelet's service, if there is anything to say about it.
    fn service(&mut self) -> Option<(Family, Disk)> {
        if let Some(Running::Service(disk)) = self.running.take() {
            return Some((self.family.unwrap_or(Family::Al2), disk));
        }
        // Nothing was seen to start it. An image or EKS itself does, if there is anything for it to read.
        let guess = self.family.or_else(|| family_of(&self.disk))?;
        let touched = self.disk.keys().any(|path| about_kubelet(path));
        touched.then(|| (guess, std::mem::take(&mut self.disk)))
    }
}

/// True for files that the kubelet or its service reads.
fn about_kubelet(path: &str) -> bool {
    const FILES: &[&str] = &[
        BOOTSTRAP_CONFIG,
        nodeadm::CONFIG,
        nodeadm::ENVIRONMENT,
        "/etc/default/kubelet",
        "/etc/sysconfig/kubelet",
        "/etc/systemd/system/kubelet.service",
    ];
    FILES.contains(&path)
        || path.strip_prefix(nodeadm::CONFIG_DIR).is_some_and(|rest| rest.starts_with('/'))
        || path.contains("/systemd/system/kubelet.service.d/")
}

/// The family whose files were written, where the source does not say which it is.
fn family_of(disk: &Disk) -> Option<Family> {
    let any = |test: &dyn Fn(&str) -> bool| disk.keys().any(|path| test(path));
    if any(&|p| p == nodeadm::CONFIG || p == nodeadm::ENVIRONMENT || p.starts_with(nodeadm::CONFIG_DIR)) {
        Some(Family::Al2023)
    } else if any(&|p| p == BOOTSTRAP_CONFIG) {
        Some(Family::Al2)
    } else if any(&|p| p == "/etc/default/kubelet" || p == "/etc/sysconfig/kubelet") {
        Some(Family::Kubeadm)
    } else if any(&about_kubelet) {
        Some(Family::Al2)
    } else {
        None
    }
}
