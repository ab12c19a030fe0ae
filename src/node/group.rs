//! Node groups, and what a boot of one leaves behind.

use std::sync::Arc;

use crate::runtime::Runtime;
use crate::setting::Effective;
use crate::syntax::Node;
use crate::text::{Layer, Span, Traced, Why};
use crate::value::Guard;

use super::ineffective::Ineffective;
use super::notes::Gap;

/// The families of images, as far as they differ in how a kubelet is configured.
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
    /// Nodes that kubeadm joins.
    Kubeadm,
}

impl Family {
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

/// How the bytes of user data are wrapped when they are handed to EC2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// Base64 is required (launch templates).
    Base64,
    /// Plain, or base64 that is passed on unchanged (instances, launch configurations in Terraform).
    Base64OrPlain,
    /// Plain text only.
    Plain,
}

/// One thing that happens on a node before or while its kubelet starts, in order.
#[derive(Clone, Debug)]
pub enum Step {
    /// User data as EC2 hands it over.
    UserData(Traced, Wrapping),
    /// A shell script that runs on the node.
    Script(Traced),
    /// A `NodeConfig` document for nodeadm, in YAML or JSON.
    NodeConfig(Traced),
    /// Settings that the tool merges into the kubelet's configuration, as a tree; the name is the field they stand in.
    KubeletConfig(Node, &'static str),
    /// Settings that nodeadm gets under `spec.kubelet.config`, as a tree.
    NodeadmKubeletConfig(Node),
    /// As before, but nodeadm lays them over those of all other documents, also those that come by user data.
    NodeadmKubeletConfigLast(Node),
    /// A `KubeletConfiguration` document that a kubelet loads with `--config`.
    KubeletConfigFile(Traced),
    /// The configuration of a container runtime, as its main file.
    RuntimeConfigFile(crate::runtime::Name, Traced),
    /// A kubelet's command line, without the program. Several join to one, in order.
    KubeletArgs(Vec<Traced>),
    /// The configuration that a running kubelet says it has: nothing in it is replaced by a default any more.
    RunningConfig(Node),
    /// A file put on the node.
    File {
        /// Absolute path on the node.
        path: String,
        /// What is in it.
        content: Traced,
        /// How the content is wrapped: a name of cloud-init's `write_files`, or `data` for a `data:` URL.
        encoding: Arc<str>,
        /// True if it is added to what is there.
        append: bool,
    },
    /// A file of the node is changed.
    Edit {
        /// Absolute path on the node.
        path: String,
        /// What is done to it.
        edit: Edit,
        /// What says so.
        at: Span,
    },
    /// A file that is on the node, of which nothing is known: its absolute path.
    UnknownFile(String, Why),
    /// The kubelet starts, if it does not run yet.
    Start,
}

/// A change of a file, as Ansible's modules make it. Patterns are Python's.
#[derive(Clone, Debug)]
pub enum Edit {
    /// A line is there or not.
    Line {
        /// The line that it takes the place of; of several, the last one.
        pattern: Option<String>,
        /// The line.
        line: Option<Traced>,
        /// Where it goes if there is no such line: behind the last line with this, at the end for `EOF`.
        after: Option<String>,
        /// As before, but in front; `BOF` is the beginning.
        before: Option<String>,
        /// All such lines go.
        absent: bool,
        /// Groups of the pattern are put into the line, and nothing is done where there is no such line.
        backrefs: bool,
        /// The first line counts, and not the last.
        first: bool,
    },
    /// Everything that fits a pattern is replaced.
    Replace {
        /// The pattern, for which `^` and `$` mean lines.
        pattern: String,
        /// What takes its place.
        with: Traced,
    },
    /// Lines between two marks.
    Block {
        /// The lines.
        block: Traced,
        /// The marks, with `{mark}` for `BEGIN` and `END`.
        marker: String,
        /// As for a line.
        after: Option<String>,
        /// As for a line.
        before: Option<String>,
        /// It goes.
        absent: bool,
    },
}

impl Step {
    /// A file with this content, as it is.
    pub fn file(path: impl Into<String>, content: Traced) -> Self {
        Self::File { path: path.into(), content, encoding: Arc::from(""), append: false }
    }

    /// The places that the text which runs or is read on the node came from. A file that is only put there is not among them:
    /// nothing says that it is used.
    pub fn places(&self) -> Vec<Span> {
        fn of(text: &Traced) -> Vec<Span> {
            let mut spans: Vec<Span> = text.pieces().iter().map(|piece| piece.whence.span()).collect();
            let encoded = [Layer::Base64, Layer::Gzip].into_iter().filter_map(|layer| text.original(layer));
            spans.extend(encoded.flat_map(of));
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
            | Self::RunningConfig(tree) => vec![tree.span],
            Self::File { .. } | Self::Edit { .. } | Self::UnknownFile(..) | Self::Start => Vec::new(),
        }
    }
}

/// Nodes that boot alike, as one place of the source describes them.
#[derive(Clone, Debug)]
pub struct NodeGroup {
    /// The address that a person looks for, such as `aws_launch_template.workers` or `nodeGroups.ng-1`.
    pub name: Arc<str>,
    /// The block or key that describes it.
    pub place: Span,
    /// The family of its image, if the source says.
    pub family: Option<Family>,
    /// Kubernetes version (minor of 1.x), if the source says.
    pub minor: Option<u32>,
    /// When there is such a node group, or it boots this way.
    pub when: Guard,
    /// What it boots with.
    pub steps: Vec<Step>,
    /// True if EKS adds its own part to the user data (a managed node group without an AMI of its own).
    pub merged_by_eks: bool,
    /// True if it was seen on a node (`configz`, `ps`), and is not what the source says.
    pub running: bool,
    /// What a person must know to understand a finding here: how a tool hands the settings on. A sentence in lower case.
    pub remark: Option<&'static str>,
    /// Inputs of the node group that are not known. They are counted and shown, not guessed.
    pub gaps: Vec<Gap>,
    /// Timeouts in its description that no node gets.
    pub ineffective: Vec<Ineffective>,
}

impl NodeGroup {
    /// A node group of which only its name and place are known.
    pub fn new(name: impl Into<Arc<str>>, place: Span) -> Self {
        Self {
            name: name.into(),
            place,
            family: None,
            minor: None,
            when: Guard::always(),
            steps: Vec::new(),
            merged_by_eks: false,
            running: false,
            remark: None,
            gaps: Vec::new(),
            ineffective: Vec::new(),
        }
    }
}

/// What one boot of a node group leaves behind: the kubelet's effective configuration, and what was seen on the way.
#[derive(Clone, Debug)]
pub struct Booted {
    /// When the boot goes this way.
    pub when: Guard,
    /// The family that the boot was read as.
    pub family: Option<Family>,
    /// What the kubelet runs with; `None` if nothing of a kubelet was seen.
    pub effective: Option<Effective>,
    /// What its container runtimes run with, as far as somebody says something of it.
    pub runtimes: Vec<Runtime>,
    /// What was not followed.
    pub gaps: Vec<Gap>,
    /// Timeouts that were seen and do not reach the kubelet by anything that is known.
    pub ineffective: Vec<Ineffective>,
}
