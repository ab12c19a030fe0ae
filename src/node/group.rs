//! Node groups, and the result of booting one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::runtime::Runtime;
use crate::setting::{Effective, Setting};
use crate::syntax::Node;
use crate::text::{Span, Traced, Why};
use crate::value::Guard;

use super::handed::Handed;
use super::ineffective::{Ineffective, Reason};
use super::notes::Gap;
use super::root::Root;
use super::tool::Tool;

/// Image families, distinguished by how their kubelet is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Amazon Linux 2: `/etc/eks/bootstrap.sh`.
    Al2,
    /// Amazon Linux 2023: `nodeadm`.
    Al2023,
    /// Bottlerocket: TOML settings.
    Bottlerocket,
    /// Ubuntu's EKS images: `bootstrap.sh` and a snap.
    Ubuntu,
    /// Windows: `Start-EKSBootstrap.ps1`.
    Windows,
    /// Nodes joined by kubeadm.
    Kubeadm,
}

impl Family {
    /// The family behind an AMI type of EKS, such as `AL2023_x86_64_STANDARD`.
    pub fn of_ami_type(kind: &str) -> Option<Self> {
        const PREFIXES: &[(&str, Family)] = &[
            ("AL2023_", Family::Al2023),
            ("AL2_", Family::Al2),
            ("BOTTLEROCKET_", Family::Bottlerocket),
            ("WINDOWS_", Family::Windows),
        ];
        PREFIXES.iter().find(|(prefix, _)| kind.starts_with(prefix)).map(|(_, family)| *family)
    }

    /// The name in machine-readable output.
    pub fn id(self) -> &'static str {
        match self {
            Self::Al2 => "al2",
            Self::Al2023 => "al2023",
            Self::Bottlerocket => "bottlerocket",
            Self::Ubuntu => "ubuntu",
            Self::Windows => "windows",
            Self::Kubeadm => "kubeadm",
        }
    }
}

/// How user data is encoded when it is passed to EC2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// Base64 is required (launch templates).
    Base64,
    /// Plain text, or base64 that is passed on unchanged (instances, launch configurations in Terraform).
    Base64OrPlain,
    /// Plain text only.
    Plain,
}

/// One step on a node before or while its kubelet starts. Steps are in order.
#[derive(Clone, Debug)]
pub enum Step {
    /// User data as it is passed to EC2.
    UserData(Traced, Wrapping),
    /// A shell script that runs on the node.
    Script(Traced),
    /// A `NodeConfig` document for nodeadm, in YAML or JSON.
    NodeConfig(Traced),
    /// Settings that the tool merges into the kubelet's configuration, as a tree, and the name of the field that holds them.
    KubeletConfig(Node, &'static str),
    /// Settings that are passed to nodeadm under `spec.kubelet.config`, as a tree.
    NodeadmKubeletConfig(Node),
    /// The same, but nodeadm applies them over all other documents, including those in user data.
    NodeadmKubeletConfigLast(Node),
    /// Settings of Bottlerocket that a tool sets over those in the user data: the tree of `settings.kubernetes`.
    BottlerocketLast(Node),
    /// A `KubeletConfiguration` document that a kubelet loads with `--config`.
    KubeletConfigFile(Traced),
    /// The configuration of a container runtime, as its main file.
    RuntimeConfigFile(crate::runtime::Name, Traced),
    /// A kubelet's command line, without the program. Several are joined in order.
    KubeletArgs(Vec<Traced>),
    /// The configuration reported by a running kubelet. Defaults are already applied.
    RunningConfig(Node),
    /// A file put on the node.
    File {
        /// Absolute path on the node.
        path: String,
        /// The content, still encoded.
        content: Traced,
        /// The encoding: a name from cloud-init's `write_files`, or `data` for a `data:` URL.
        encoding: Arc<str>,
        /// True if the content is appended to the file.
        append: bool,
    },
    /// Who may use a file on the node.
    Access {
        /// Absolute path on the node.
        path: String,
        /// True if files below it are changed as well.
        below: bool,
        /// The mode and the owner as `chmod` and `chown` take them.
        rights: [Option<Traced>; 2],
    },
    /// A change to a file on the node.
    Edit {
        /// Absolute path on the node.
        path: String,
        /// The change.
        edit: Edit,
        /// The source of the change.
        at: Span,
    },
    /// The absolute path of a file on the node whose content is unknown.
    UnknownFile(String, Why),
    /// The kubelet starts, unless it is already running.
    Start,
}

/// A change to a file, as made by Ansible's modules. Patterns are Python regular expressions.
#[derive(Clone, Debug)]
pub enum Edit {
    /// A line is present or absent.
    Line {
        /// The line to replace; if several match, the last one.
        pattern: Option<String>,
        /// The line.
        line: Option<Traced>,
        /// Where to insert it if no line matches: after the last line that matches this, or at the end for `EOF`.
        after: Option<String>,
        /// The same, but before the line; `BOF` is the beginning.
        before: Option<String>,
        /// All matching lines are removed.
        absent: bool,
        /// Groups of the pattern are inserted into the line, and nothing changes if no line matches.
        backrefs: bool,
        /// The first matching line is used instead of the last.
        first: bool,
    },
    /// Every match of a pattern is replaced.
    Replace {
        /// The pattern, in which `^` and `$` match at line ends.
        pattern: String,
        /// The replacement.
        with: Traced,
    },
    /// Lines between two markers.
    Block {
        /// The lines.
        block: Traced,
        /// The markers, with `{mark}` for `BEGIN` and `END`.
        marker: String,
        /// The same as for a line.
        after: Option<String>,
        /// The same as for a line.
        before: Option<String>,
        /// The block is removed.
        absent: bool,
    },
}

impl Step {
    /// A file with this unencoded content.
    pub fn file(path: impl Into<String>, content: Traced) -> Self {
        Self::File { path: path.into(), content, encoding: Arc::from(""), append: false }
    }

    /// The source places of text that runs or is read on the node. A file that is only written is not included, since it may
    /// never be used.
    pub fn places(&self) -> Vec<Span> {
        fn of(text: &Traced) -> Vec<Span> {
            let mut spans: Vec<Span> = text.pieces().iter().map(|piece| piece.whence.span()).collect();
            spans.extend(text.encoded_parts().iter().flat_map(|part| of(&part.original)));
            spans
        }
        match self {
            Self::UserData(text, _)
            | Self::Script(text)
            | Self::NodeConfig(text)
            | Self::KubeletConfigFile(text)
            | Self::RuntimeConfigFile(_, text) => of(text),
            Self::KubeletArgs(words) => words.iter().flat_map(of).collect(),
            Self::KubeletConfig(tree, _)
            | Self::NodeadmKubeletConfig(tree)
            | Self::NodeadmKubeletConfigLast(tree)
            | Self::BottlerocketLast(tree)
            | Self::RunningConfig(tree) => vec![tree.span],
            Self::File { .. } | Self::Access { .. } | Self::Edit { .. } | Self::UnknownFile(..) | Self::Start => {
                Vec::new()
            }
        }
    }
}

/// The condition for what nothing in the source delivers to a node.
pub(crate) const BOOTS_WITH_IT: &str = "a node boots with it";

/// Nodes that boot the same way, as described in one place of the source.
#[derive(Clone, Debug)]
pub struct NodeGroup {
    /// The address that users know it by, such as `aws_launch_template.workers` or `nodeGroups.ng-1`.
    pub name: Arc<str>,
    /// What it belongs to. It is filled in when its unit was read.
    pub root: Root,
    /// The block or key that describes it.
    pub place: Span,
    /// The family of its image, if the source sets it.
    pub family: Option<Family>,
    /// Kubernetes version (minor of 1.x), if the source sets it.
    pub minor: Option<u32>,
    /// The release of its image, if the source names one. Without one, it is one of the latest.
    pub release: Option<Arc<str>>,
    /// The condition under which the node group exists, or boots with these steps.
    pub when: Guard,
    /// The steps of its boot.
    pub steps: Vec<Step>,
    /// True if EKS adds its own part to the user data (a managed node group without a custom AMI).
    pub merged_by_eks: bool,
    /// True if only files of the node are known, and nothing says how it starts its kubelet: the kubelet's unit or what it reads.
    pub from_files: bool,
    /// True if its steps run on another machine, such as one of a CI system: only what they launch counts.
    pub elsewhere: bool,
    /// True if it was observed on a node (`configz`, `ps`) instead of read from source code.
    pub running: bool,
    /// True if its steps are all that its kubelet gets: no tool adds settings of its own.
    pub complete: bool,
    /// The tool that starts its kubelet, if the source says which.
    pub tool: Option<Tool>,
    /// Background for its findings: how a tool passes the settings on. A sentence in lower case.
    pub remark: Option<&'static str>,
    /// Unknown inputs of the node group. They are counted and shown, not guessed.
    pub gaps: Vec<Gap>,
    /// Timeouts in its description that reach no node.
    pub ineffective: Vec<Ineffective>,
    /// Zeros in its description that are passed to a module which cannot be read.
    pub handed: Vec<Handed>,
}

/// Those of some node groups that are there under one more condition. One that contradicts it is never there.
pub(crate) fn under(groups: impl IntoIterator<Item = NodeGroup>, when: &Guard) -> Vec<NodeGroup> {
    groups.into_iter().filter_map(|group| Some(NodeGroup { when: group.when.and(when)?, ..group })).collect()
}

impl NodeGroup {
    /// A node group with only a name and a place.
    pub fn new(name: impl Into<Arc<str>>, place: Span) -> Self {
        Self {
            name: name.into(),
            root: Root::default(),
            place,
            family: None,
            minor: None,
            release: None,
            when: Guard::always(),
            steps: Vec::new(),
            merged_by_eks: false,
            from_files: false,
            elsewhere: false,
            running: false,
            complete: false,
            tool: None,
            remark: None,
            gaps: Vec::new(),
            ineffective: Vec::new(),
            handed: Vec::new(),
        }
    }

    /// True if nothing in the source delivers its text to a node.
    pub fn is_loose(&self) -> bool {
        self.when.conditions().iter().any(|c| c.holds() && &**c.words() == BOOTS_WITH_IT)
    }

    /// Records settings that no kubelet reads, all for one reason.
    pub fn add_ineffective(&mut self, settings: Vec<Setting>, why: &Reason) {
        self.ineffective.extend(settings.into_iter().map(|setting| Ineffective { setting, why: why.clone() }));
    }
}

/// One outcome of booting a node group: the kubelet's effective configuration, and what was found during the boot.
#[derive(Clone, Debug)]
pub struct Booted {
    /// The condition under which the boot has this outcome.
    pub when: Guard,
    /// The image family assumed for the boot.
    pub family: Option<Family>,
    /// The kubelet's configuration; `None` if the boot does not configure a kubelet.
    pub effective: Option<Effective>,
    /// The configuration of its container runtimes, where something sets it.
    pub runtimes: Vec<Runtime>,
    /// What could not be resolved.
    pub gaps: Vec<Gap>,
    /// Timeouts that do not reach the kubelet by any known route.
    pub ineffective: Vec<Ineffective>,
    /// Who may use the kubelet's files, by a name of `FILE_FACTS`, where the boot sets it.
    pub access: BTreeMap<&'static str, FileAccess>,
}

/// Modes and owners of the file that `--config` names, and of the one that `--kubeconfig` names.
pub(crate) const FILE_FACTS: [&str; 4] = ["config.mode", "config.owner", "kubeconfig.mode", "kubeconfig.owner"];

/// The mode or the owner of a file of the kubelet.
#[derive(Clone, Debug)]
pub struct FileAccess {
    /// Its path on the node.
    pub path: String,
    /// Octal digits, or user and group; `None` if it is unknown.
    pub value: Option<String>,
    /// Where it is written.
    pub at: Span,
}

impl Booted {
    /// True if it configures a kubelet or a container runtime.
    pub fn kubelet(&self) -> bool {
        self.effective.is_some() || !self.runtimes.is_empty()
    }
}
