//! The plan made from the parts of user data: actions of cloud-init, and documents for other programs.

use std::collections::BTreeMap;

use crate::decode::DecodeError;
use crate::node::Reason;
use crate::text::{Span, Traced, Why};

/// The phases of cloud-init in the order of a first boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Phase {
    /// `#cloud-boothook`
    Hook,
    /// `bootcmd`
    BootCommand,
    /// `write_files`
    Files,
    /// `commands` of `snap`
    SnapCommand,
    /// `write_files` with `defer`
    DeferredFiles,
    /// `runcmd`, which becomes a file next to the shell parts
    RunCommand,
}

/// An action of cloud-init.
#[derive(Clone, Debug)]
pub(in super::super) enum Action {
    /// Runs a script, which has a display name.
    Run(Traced, String),
    /// Writes or appends to a file.
    Write {
        /// Absolute path.
        path: String,
        /// The content.
        content: Result<Traced, Why>,
        /// True to append to the file.
        append: bool,
        /// The mode and the owner.
        access: [Traced; 2],
    },
}

/// The directories of cloud-init's scripts, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Folder {
    PerOnce,
    PerBoot,
    PerInstance,
    User,
}

/// A part that is merged into the cloud-config.
#[derive(Clone, Debug)]
pub(in super::super) enum Part {
    /// A document, and the mergers named in the header of its part.
    Document(Traced, Option<String>),
    /// `#cloud-config-jsonp`: a JSON patch for the merged parts before it, without its first line.
    Patch(Traced),
}

/// The plan for one user data.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) actions: Vec<(Phase, Action)>,
    pub(super) cloud_configs: Vec<Part>,
    /// Shell parts by directory and file name, which is the order in which they run.
    pub(super) scripts: BTreeMap<(Folder, String), (Traced, String)>,
    /// The number of parts so far, used to name parts without a name.
    pub(super) parts: usize,
    pub(super) node_configs: Vec<Traced>,
    pub(super) gaps: Vec<(Span, Why)>,
    /// Documents for nodeadm in places that nodeadm does not read.
    pub(super) unread: Vec<(Traced, Reason)>,
    pub(super) problems: Vec<DecodeError>,
    pub(super) windows: Option<Traced>,
    pub(super) bottlerocket: Option<Traced>,
}
