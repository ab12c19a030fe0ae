//! Container runtimes: the timeout after which containerd and CRI-O close an idle `exec`, `attach` or `port-forward` stream.
//! Since dockershim was removed, the runtime serves these streams, so this is the timeout that closes them
//! (`k8s.io/cri-streaming`, which both runtimes use; before it `pkg/kubelet/cri/streaming`).
//!
//! A zero means that no idle stream is ever closed: `SetIdleTimeout(0)` stops the timer of the connection
//! (`moby/spdystream/connection.go`, `monitor`). Independent of inputs and payloads.

mod containerd;
mod crio;
#[cfg(test)]
mod tests;
mod timeout;

use crate::syntax::Node;

pub(crate) use timeout::{Content, Files, KEY, Name, Runtime};

/// What `name` runs with on a node with these files, if it starts now; `None` if it is not configured there for Kubernetes.
pub(crate) fn settle(name: Name, files: &mut dyn Files) -> Option<Runtime> {
    match name {
        Name::Containerd => {
            let own = K3S.iter().find(|folder| !files.below(folder).is_empty());
            let main = own.map_or(containerd::CONFIG.to_owned(), |folder| format!("{folder}config.toml"));
            containerd::settle(&main, files)
        }
        Name::Crio => crio::settle(files),
    }
}

/// The runtime that a TOML document configures, if it has the timeout: in the CRI plugin's table (containerd) or `crio.api`.
pub(crate) fn recognise(document: &Node) -> Option<(Name, &Node)> {
    let crio = document.path(&["crio", "api"]).and_then(|api| api.pair(KEY));
    let plugin = |plugin: &&str| document.path(&["plugins", plugin])?.pair(KEY);
    let containerd = || containerd::PLUGINS.iter().find_map(plugin);
    crio.map(|pair| (Name::Crio, &pair.0)).or_else(|| containerd().map(|pair| (Name::Containerd, &pair.0)))
}

/// The main configuration file of a runtime.
pub(crate) fn config_file(name: Name) -> &'static str {
    match name {
        Name::Containerd => containerd::CONFIG,
        Name::Crio => crio::CONFIG,
    }
}

/// The folders in which k3s and RKE2 write the configuration of their own containerd, and the templates for it.
pub(crate) const K3S: [&str; 2] =
    ["/var/lib/rancher/k3s/agent/etc/containerd/", "/var/lib/rancher/rke2/agent/etc/containerd/"];

/// The folder that containerd 2.2 and newer reads without a configuration file.
pub(crate) const CONTAINERD_DROPINS: &str = "/etc/containerd/conf.d/";

/// True if a runtime reads a file of this path, or its other files may import it.
pub(crate) fn reads(path: &str) -> Option<Name> {
    if K3S.iter().any(|folder| path.starts_with(folder))
        || path.starts_with("/etc/containerd/")
        || path == "/etc/eks/containerd/containerd-config.toml"
    {
        return Some(Name::Containerd);
    }
    let crio = path == crio::CONFIG || path == crio::ENVIRONMENT;
    let crio = crio || path.starts_with(crio::DROPINS) || path.starts_with(crio::UNIT_DROPINS);
    crio.then_some(Name::Crio)
}
