//! Units of k3s and RKE2 in a repository, with the kubelet's arguments on their command line.

use crate::node::{Cx, NodeGroup, Step};

use super::unit::{FileList, Input, Unit, template_stem};
use super::watched::Group;
use super::yaml_files;

/// Units of k3s and RKE2.
#[derive(Debug)]
pub(super) struct K3sUnits;

impl Input for K3sUnits {
    fn name(&self) -> &'static str {
        "k3s-unit"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let unit = |name: &str| (name.starts_with("k3s") || name.starts_with("rke2")) && name.ends_with(".service");
        files.each(|path| unit(&template_stem(path)), |words| words.has(Group::Kubelet))
    }

    fn judges_what_nothing_delivers(&self) -> bool {
        true
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[&["ExecStart"], &["--kubelet-arg"]], cx) else {
            return Vec::new();
        };
        if yaml_files::holds(&view.bytes, b"{{") {
            return Vec::new();
        }
        let has = |word: &str| yaml_files::holds(&view.bytes, word.as_bytes());
        let name = match (has("rke2 server"), has("rke2 agent"), has("k3s agent")) {
            (true, ..) => "rke2-server",
            (_, true, _) => "rke2-agent",
            (.., true) => "k3s-agent",
            _ => "k3s",
        };
        let mut group = NodeGroup::new(yaml_files::shown(&unit.path, cx), yaml_files::first_line(&view));
        let path = format!("/etc/systemd/system/{name}.service");
        group.steps.push(Step::file(path, view.traced(0..view.bytes.len())));
        vec![group]
    }
}
