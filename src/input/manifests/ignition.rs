//! Ignition, which Flatcar, Fedora CoreOS and OpenShift boot with, and Butane, which people write instead. Sources:
//! coreos/ignition `config/v3_4/types/schema.go`, coreos/butane `base/v0_5/schema.go`; OpenShift's `MachineConfig` holds an
//! Ignition config under `spec.config`.

use crate::node::{NodeGroup, Step};
use crate::syntax::{Node, Schema, file_mode};
use crate::text::{Span, Traced};

const UNITS: &str = "/etc/systemd/system/";

/// A node that boots with the config; `None` if it is not one, or does not concern a kubelet.
pub(super) fn read(config: &Node, name: &str, place: Span) -> Option<NodeGroup> {
    let ignition = config.path(&["ignition", "version"]).is_some();
    let butane = config.get("variant").is_some() && config.get("version").is_some();
    // What Butane was before has no version.
    let older = config.path(&["systemd", "units"]).is_some_and(|units| !units.items().is_empty());
    if !ignition && !butane && !older {
        return None;
    }
    let mut group = NodeGroup::new(name, place);
    for file in config.path(&["storage", "files"]).map(Node::items).unwrap_or_default() {
        let Some(path) = file.get("path").and_then(Node::as_str) else { continue };
        if let Some(contents) = file.get("contents") {
            group.steps.extend(step(path, contents, false));
        }
        group.steps.push(access(path, file));
        for part in file.get("append").map(Node::items).unwrap_or_default() {
            group.steps.extend(step(path, part, true));
        }
    }
    for unit in config.path(&["systemd", "units"]).map(Node::items).unwrap_or_default() {
        let Some(name) = unit.get("name").and_then(Node::as_str) else { continue };
        // A link to nothing, which systemd does not start.
        if unit.get("mask").and_then(Node::as_str) == Some("true") {
            group.steps.push(Step::file(format!("{UNITS}{name}"), Traced::new()));
            continue;
        }
        let mut put = |path: String, holder: &Node| {
            if let Some(text) = holder.get("contents").and_then(Node::as_scalar) {
                group.steps.push(Step::file(path, text.text.clone()));
            }
        };
        put(format!("{UNITS}{name}"), unit);
        for dropin in unit.get("dropins").map(Node::items).unwrap_or_default() {
            if let Some(inner) = dropin.get("name").and_then(Node::as_str) {
                put(format!("{UNITS}{name}.d/{inner}"), dropin);
            }
        }
    }
    let concerns = |path: &str| {
        path.contains("kubelet") || path.contains("/etc/rancher/") || crate::runtime::reads(path).is_some()
    };
    let ours = group.steps.iter().any(|step| matches!(step, Step::File { path, .. } if concerns(path)));
    ours.then_some(group)
}

/// Who may use a file. By default, only root writes it (`internal/exec/util/file.go` in coreos/ignition).
fn access(path: &str, file: &Node) -> Step {
    let mode = file.get("mode").and_then(|mode| file_mode(mode, Schema::Kubernetes));
    let name = |kind: &str| {
        let node = file.get(kind)?;
        node.get("name").or_else(|| node.get("id"))?.as_scalar().map(|scalar| scalar.text.clone())
    };
    let root = || Traced::made("root", file.span);
    let mut owner = name("user").unwrap_or_else(root);
    owner.push_made(b":", file.span);
    owner.push(&name("group").unwrap_or_else(root));
    let mode = mode.unwrap_or_else(|| Traced::made("644", file.span));
    Step::Access { path: path.to_owned(), below: false, rights: [Some(mode), Some(owner)] }
}

/// A file, from a `data:` URL or inline.
fn step(path: &str, contents: &Node, append: bool) -> Option<Step> {
    let text = |key: &str| contents.get(key).and_then(Node::as_scalar).map(|s| s.text.clone());
    let (content, encoding) = match text("inline") {
        Some(inline) => (inline, ""),
        None if contents.get("compression").and_then(Node::as_str) == Some("gzip") => (text("source")?, "data+gzip"),
        None => (text("source")?, "data"),
    };
    Some(Step::File { path: path.to_owned(), content, encoding: encoding.into(), append })
}
