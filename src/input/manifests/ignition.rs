//! Ignition, which Flatcar, Fedora CoreOS and OpenShift boot with, and Butane, which people write instead. Sources:
//! coreos/ignition `config/v3_4/types/schema.go`, coreos/butane `base/v0_5/schema.go`; OpenShift's `MachineConfig` holds an
//! Ignition config under `spec.config`.

use std::path::Path;

use crate::decode::{DecodeError, data_url, gzip};
use crate::node::{Cx, Gap, NodeGroup, Step};
use crate::syntax::{Node, Schema, file_mode};
use crate::text::{Span, Traced, Why, budget};

use crate::input::yaml_files;

/// The encoding of a file in a `data:` URL that is compressed.
const GZIP: &str = "data+gzip";

const UNITS: &str = "/etc/systemd/system/";

/// Words in scripts that start a kubelet.
const KUBELETS: [&str; 4] = ["kubelet", "kubeadm", "k3s", "rke2"];

/// How deep configurations refer to others.
const MAX_DEPTH: usize = 8;

/// How many configurations one configuration refers to.
const MAX_OTHERS: usize = 100;

/// A node that boots with the config; `None` if it is not one, or does not concern a kubelet. Configurations that it refers to count, and
/// those that are not here are gaps.
pub(super) fn read(config: &Node, name: &str, place: Span, cx: &mut Cx<'_>) -> Option<NodeGroup> {
    let ignition = config.path(&["ignition", "version"]).is_some();
    let butane = config.get("variant").is_some() && config.get("version").is_some();
    // What Butane was before has no version.
    let older = config.path(&["systemd", "units"]).is_some_and(|units| !units.items().is_empty());
    if !ignition && !butane && !older {
        return None;
    }
    let mut reader = Reader { group: NodeGroup::new(name, place), started: Vec::new(), left: MAX_OTHERS, cx };
    reader.config(config, 0);
    let scripts = reader.scripts();
    let mut group = reader.group;
    let concerns = |path: &str| {
        path.contains("kubelet") || path.contains("/etc/rancher/") || crate::runtime::reads(path).is_some()
    };
    let ours = group
        .steps
        .iter()
        .any(|step| matches!(step, Step::File { path, .. } | Step::UnknownFile(path, _) if concerns(path)));
    let counts = ours || !scripts.is_empty() || !group.gaps.is_empty();
    group.steps.extend(scripts);
    counts.then_some(group)
}

/// Reads a configuration with those that it refers to.
struct Reader<'a, 'b> {
    group: NodeGroup,
    /// Units that run when the machine starts, and their texts.
    started: Vec<(String, Traced)>,
    /// How many more configurations are read.
    left: usize,
    cx: &'a mut Cx<'b>,
}

impl Reader<'_, '_> {
    /// A configuration replaces this one, or is merged over it. Source: `RenderConfig` in `internal/exec/engine.go` of coreos/ignition.
    fn config(&mut self, config: &Node, depth: usize) {
        let others = |key: &str| config.path(&["ignition", "config", key]);
        if let Some(other) = others("replace")
            && self.other(other, depth)
        {
            return;
        }
        self.own(config);
        for key in ["merge", "append"] {
            for other in others(key).map(Node::items).unwrap_or_default() {
                self.other(other, depth);
            }
        }
    }

    /// Reads a configuration that another refers to; false if nothing is named.
    fn other(&mut self, holder: &Node, depth: usize) -> bool {
        let Some(found) = self.contents(holder) else { return false };
        if depth >= MAX_DEPTH || self.left == 0 {
            budget::reached("configurations that Ignition merges");
            return true;
        }
        self.left -= 1;
        let not_read = |error: DecodeError| Why::NotUnderstood(error.message.into());
        let text = match found.and_then(|(text, encoding)| plain(&text, encoding).map_err(not_read)) {
            Ok(text) => text,
            Err(why) => {
                self.gap(holder, why);
                return true;
            }
        };
        let view = self.cx.made("configuration of Ignition", &text, holder.span);
        let parsed = yaml_files::in_either(&view);
        match parsed.tree.first() {
            Some(tree) if parsed.errors.is_empty() => self.config(tree, depth + 1),
            _ => self.gap(holder, Why::NotUnderstood("a configuration of Ignition that cannot be parsed".into())),
        }
        true
    }

    fn gap(&mut self, at: &Node, why: Why) {
        self.group.gaps.push(Gap { at: at.span, why });
    }

    /// The files and units of a configuration itself.
    fn own(&mut self, config: &Node) {
        for file in config.path(&["storage", "files"]).map(Node::items).unwrap_or_default() {
            let Some(path) = file.get("path").and_then(Node::as_str) else { continue };
            if let Some(contents) = file.get("contents") {
                self.file(path, contents, false);
            }
            self.group.steps.push(access(path, file));
            for part in file.get("append").map(Node::items).unwrap_or_default() {
                self.file(path, part, true);
            }
        }
        for unit in config.path(&["systemd", "units"]).map(Node::items).unwrap_or_default() {
            let Some(name) = unit.get("name").and_then(Node::as_str) else { continue };
            // A link to nothing, which systemd does not start.
            if unit.get("mask").and_then(Node::as_str) == Some("true") {
                self.group.steps.push(Step::file(format!("{UNITS}{name}"), Traced::new()));
                continue;
            }
            self.unit(format!("{UNITS}{name}"), unit);
            if ["enabled", "enable"].iter().any(|key| unit.get(key).and_then(Node::as_str) == Some("true"))
                && let Some(text) = unit.get("contents").and_then(Node::as_scalar).map(|scalar| &scalar.text)
                && let Some(name) = name.strip_suffix(".service").filter(|name| *name != "kubelet")
            {
                self.started.push((name.to_owned(), text.clone()));
            }
            for dropin in unit.get("dropins").map(Node::items).unwrap_or_default() {
                if let Some(inner) = dropin.get("name").and_then(Node::as_str) {
                    self.unit(format!("{UNITS}{name}.d/{inner}"), dropin);
                }
            }
        }
    }

    /// The scripts that start a kubelet and that other units run when the machine starts.
    fn scripts(&self) -> Vec<Step> {
        let runs = |path: &str| self.started.iter().find(|(_, unit)| yaml_files::holds(unit.bytes(), path.as_bytes()));
        let mut out = Vec::new();
        for step in &self.group.steps {
            let Step::File { path, content, encoding, .. } = step else { continue };
            let Some((unit, text)) = runs(path).filter(|_| !path.starts_with(UNITS)) else { continue };
            let names = |text: &Traced| KUBELETS.iter().any(|word| yaml_files::holds(text.bytes(), word.as_bytes()));
            if plain(content, encoding).is_ok_and(|inner| names(&inner)) {
                let at = text.span().unwrap_or(self.group.place);
                out.push(Step::Script(Traced::made(format!("systemctl start {unit}\n"), at)));
            }
        }
        out
    }

    fn unit(&mut self, path: String, holder: &Node) {
        if let Some(text) = holder.get("contents").and_then(Node::as_scalar) {
            self.group.steps.push(Step::file(path, text.text.clone()));
        } else if let Some(local) = holder.get("contents_local").and_then(Node::as_str) {
            let found = self.local(local, holder);
            self.put(&path, found.map(|text| (text, "")), false);
        }
    }

    fn file(&mut self, path: &str, contents: &Node, append: bool) {
        if let Some(found) = self.contents(contents) {
            self.put(path, found, append);
        }
    }

    fn put(&mut self, path: &str, found: Result<(Traced, &str), Why>, append: bool) {
        let path = path.to_owned();
        self.group.steps.push(match found {
            Ok((content, encoding)) => Step::File { path, content, encoding: encoding.into(), append },
            Err(why) => Step::UnknownFile(path, why),
        });
    }

    /// A text and its encoding: inline, from a file beside a Butane configuration, a `data:` URL, or what the repository stores.
    fn contents(&mut self, holder: &Node) -> Option<Result<(Traced, &'static str), Why>> {
        let text = |key: &str| holder.get(key).and_then(Node::as_scalar).map(|s| s.text.clone());
        if let Some(inline) = text("inline") {
            return Some(Ok((inline, "")));
        }
        if let Some(local) = holder.get("local").and_then(Node::as_str) {
            return Some(self.local(local, holder).map(|text| (text, "")));
        }
        let source = text("source").filter(|source| !source.is_empty())?;
        if source.bytes().starts_with(b"data:") {
            let packed = holder.get("compression").and_then(Node::as_str) == Some("gzip");
            return Some(Ok((source, if packed { GZIP } else { "data" })));
        }
        let shown = source.to_text();
        let stored = self.cx.stored.iter().find(|object| object.uri == shown);
        Some(match (stored, source.first_unknown()) {
            (Some(object), _) => Ok((object.content.clone(), "")),
            (None, Some((_, why))) => Err(why.clone()),
            (None, None) => Err(Why::FromOutside(shown.as_ref().into())),
        })
    }

    /// A file that Butane reads: its folder is an argument, so those above the configuration and beside it are tried.
    fn local(&mut self, local: &str, holder: &Node) -> Result<Traced, Why> {
        let outside = || Why::FromOutside(format!("the file {local}").into());
        let config = self.cx.texts.files_of([holder.span]).into_iter().next().ok_or_else(outside)?;
        let folder = config.parent().ok_or_else(outside)?;
        let root = self.cx.files.root().to_owned();
        let above = folder.ancestors().take_while(|dir| dir.starts_with(&root)).map(Path::to_owned);
        let tried: Vec<_> = above.chain(self.cx.files.folders(folder)).map(|dir| dir.join(local)).collect();
        let view = tried.iter().find_map(|path| self.cx.view(path).ok()).ok_or_else(outside)?;
        Ok(view.traced(0..view.bytes.len()))
    }
}

/// A text without its encoding.
fn plain(text: &Traced, encoding: &str) -> Result<Traced, DecodeError> {
    match encoding {
        "data" => data_url::decode(text),
        GZIP => data_url::decode(text).and_then(|text| gzip::decode(&text)),
        _ => Ok(text.clone()),
    }
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
