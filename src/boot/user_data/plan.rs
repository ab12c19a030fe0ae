//! What the parts of user data come to: the actions of cloud-init and the documents of others.

use std::collections::BTreeMap;

use crate::decode::DecodeError;
use crate::node::Reason;
use crate::text::{Span, Traced, Why};

/// What cloud-init does with a part, in the order of a first boot.
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
    /// `runcmd`, which becomes a file beside the shell parts
    RunCommand,
}

/// Something that cloud-init does.
#[derive(Clone, Debug)]
pub(in super::super) enum Action {
    /// Runs a script; the name is for people.
    Run(Traced, String),
    /// Writes a file, or adds to one.
    Write {
        /// Absolute path.
        path: String,
        /// What is written.
        content: Result<Traced, Why>,
        /// True if it is added.
        append: bool,
    },
}

/// The folders that cloud-init keeps scripts in, in the order in which it runs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Folder {
    PerOnce,
    PerBoot,
    PerInstance,
    User,
}

/// A part that goes into the configuration.
#[derive(Clone, Debug)]
pub(in super::super) enum Part {
    /// A document, and how the header of its part wants it merged.
    Document(Traced, Option<String>),
    /// `#cloud-config-jsonp`: a JSON patch of what the parts before it came to; without its first line.
    Patch(Traced),
}

/// What the parts of one user data come to.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) actions: Vec<(Phase, Action)>,
    pub(super) cloud_configs: Vec<Part>,
    /// Shell parts by the order of their folders and their file names, which is the order in which they run.
    pub(super) scripts: BTreeMap<(Folder, String), (Traced, String)>,
    /// How many parts were seen, which names those that have no name.
    pub(super) parts: usize,
    pub(super) node_configs: Vec<Traced>,
    pub(super) gaps: Vec<(Span, Why)>,
    /// Documents for nodeadm where nodeadm does not look.
    pub(super) unread: Vec<(Traced, Reason)>,
    pub(super) problems: Vec<DecodeError>,
    pub(super) windows: Option<Traced>,
    pub(super) bottlerocket: Option<Traced>,
}
