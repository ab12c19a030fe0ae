//! Documents in a cluster that commands patch: `oc patch kubeletconfig workers --type merge -p '{"spec": {…}}'`. What the patch
//! leaves as it is stays unknown, so only what it sets is judged.

use crate::node::{Cx, Step};
use crate::syntax::{Node, yaml};
use crate::text::{Span, Traced, Why};

use super::CommandReader;
use crate::input::set_values::{PathStep, put, set_by_patch};
use crate::input::{manifests, yaml_files};

/// Names of resources, and their group with the version and their kind.
const RESOURCES: &[(&[&str], &str, &str)] = &[
    (&["kubeletconfig", "kubeletconfigs"], "machineconfiguration.openshift.io/v1", "KubeletConfig"),
    (&["ec2nodeclass", "ec2nodeclasses"], "karpenter.k8s.aws/v1", "EC2NodeClass"),
    (&["nodepool", "nodepools"], "karpenter.sh/v1", "NodePool"),
    (&["shoot", "shoots"], "core.gardener.cloud/v1beta1", "Shoot"),
    (&["clusters.provisioning.cattle.io"], "provisioning.cattle.io/v1", "Cluster"),
];

impl CommandReader {
    /// Reads a command that patches a document which nodes are made from.
    pub(super) fn patch(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        let plain = |n: usize| words.get(n).and_then(Traced::known_str);
        if !matches!(plain(0), Some("kubectl" | "oc")) || !words.iter().any(|word| word.bytes() == b"patch") {
            return;
        }
        let resource = |word: &Traced| {
            let text = word.known_str()?.to_ascii_lowercase();
            let (kind, name) = text.split_once('/').unwrap_or((&text, ""));
            let row = RESOURCES.iter().find(|(names, group, _)| {
                names.contains(&kind)
                    || kind
                        .split_once('.')
                        .is_some_and(|(short, rest)| names.contains(&short) && group.starts_with(rest))
            })?;
            Some((row, name.to_owned()))
        };
        let Some((place, ((_, group, kind), name))) =
            words.iter().enumerate().find_map(|(n, word)| Some((n, resource(word)?)))
        else {
            return;
        };
        let name = if name.is_empty() { plain(place + 1).unwrap_or_default().to_owned() } else { name };
        let mut given = None;
        for (n, word) in words.iter().enumerate() {
            match word.bytes() {
                b"-p" | b"--patch" => given = words.get(n + 1).cloned(),
                bytes if bytes.starts_with(b"--patch=") => given = Some(word.slice(b"--patch=".len()..word.len())),
                bytes if bytes.starts_with(b"-p=") => given = Some(word.slice(3..word.len())),
                _ => {}
            }
        }
        let Some(given) = given.filter(|given| given.span().is_some()) else { return };
        let view = cx.made("a patch", &given, at);
        let Some(tree) = yaml_files::documents(&view).tree.first().cloned() else { return };
        let mut tree = set_by_patch(&tree).unwrap_or(tree);
        if !tree.is_map() {
            return;
        }
        let text = |text: &str| Node::quoted(Traced::made(text, at), at);
        let step = |name: &str| PathStep::Name(name.to_owned());
        put(&mut tree, &[step("apiVersion")], text(group), at);
        put(&mut tree, &[step("kind")], text(kind), at);
        put(&mut tree, &[step("metadata"), step("name")], text(&name), at);
        let mut groups = manifests::among(&tree, &self.name.clone(), cx);
        for step in groups.iter_mut().flat_map(|group| &mut group.steps) {
            if let Step::KubeletConfig(tree, _) = step {
                let why = Why::FromOutside("what the cluster has besides a patch".into());
                let mut text = Traced::unknown(at, why);
                text.push_made(b"\n", at);
                text.push(&yaml::write(tree));
                *step = Step::KubeletConfigFile(text);
            }
        }
        self.groups.append(&mut groups);
    }
}
