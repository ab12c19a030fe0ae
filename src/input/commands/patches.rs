//! Documents in a cluster that commands patch: `oc patch kubeletconfig workers --type merge -p '{"spec": {…}}'`. What the patch
//! leaves as it is stays unknown, so only what it sets is judged. Commands that patch the configuration of a machine of Talos, or
//! set fields of a cluster of kOps.

use crate::node::{Cx, Step};
use crate::setting::Field;
use crate::syntax::{Node, NodeKind, yaml};
use crate::text::{Span, Traced, Why};

use super::CommandReader;
use crate::input::set_values::{PathStep, path_of, put, set_by_patch};
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
    /// Reads a command that sets something of the machines that a tool makes.
    pub(super) fn tools(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        match words.first().and_then(Traced::known_str).map(|program| program.rsplit('/').next().unwrap_or(program)) {
            Some("talosctl") => self.talos(words, at, cx),
            Some("kops") => self.kops(words, at, cx),
            Some("oc") => self.process(words, at, cx),
            _ => {}
        }
    }

    /// The patches that talosctl gives to machines: those of all, with those of each role. Source: siderolabs/talos,
    /// `cmd/talosctl/cmd/mgmt/gen/config.go`.
    fn talos(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        let mut of = |names: &[&str]| -> Vec<(Traced, Span)> {
            let given = options(words, names).into_iter();
            let read = |text: Traced| {
                let file = text.bytes().strip_prefix(b"@").map(|file| text.slice(text.len() - file.len()..text.len()));
                Some((file.map_or(Some(text), |file| Some(self.file(&file, cx)?.0))?, at))
            };
            given.filter_map(read).collect()
        };
        let all = of(&["--config-patch", "--patch", "-p"]);
        let of_role = [("control plane", "--config-patch-control-plane"), ("workers", "--config-patch-worker")];
        let roles = of_role.map(|(role, option)| (role, of(&[option])));
        let name = format!("talosctl of {}", self.name);
        if !all.is_empty() && roles.iter().any(|(_, own)| own.is_empty()) {
            self.groups.append(&mut manifests::merged_patches(&all, &name, at, cx));
        }
        for (role, own) in roles.into_iter().filter(|(_, own)| !own.is_empty()) {
            let patches = [all.clone(), own].concat();
            self.groups.append(&mut manifests::merged_patches(&patches, &format!("{name} ({role})"), at, cx));
        }
    }

    /// The fields that kops sets in a cluster or a group of instances. Source: kubernetes/kops, `pkg/commands/set_cluster.go`.
    fn kops(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        let mut tree = Node { kind: NodeKind::Map(Vec::new()), span: at, tag: None };
        // `kops set cluster NAME spec.field=value` has no option before the field.
        let sets = words.iter().any(|word| word.bytes() == b"set");
        let bare = words.iter().filter(|word| sets && !word.bytes().starts_with(b"-")).cloned();
        for given in options(words, &["--set", "--override"]).into_iter().chain(bare) {
            let Some(equals) = given.bytes().iter().position(|b| *b == b'=') else { continue };
            let path = given.slice(0..equals);
            let path = path.known_str().map(|path| path.strip_prefix("cluster.").unwrap_or(path));
            let Some(path) = path.filter(|path| path.starts_with("spec.")).and_then(path_of) else { continue };
            let value = given.slice(equals + 1..given.len());
            // kops reads a duration from any text, also from `0`.
            let is_duration = matches!(path.last(), Some(PathStep::Name(name)) if Field::by_name(name).is_some());
            put(&mut tree, &path, if is_duration { Node::quoted(value, at) } else { Node::plain(value, at) }, at);
        }
        if tree.pairs().is_empty() {
            return;
        }
        let of_group = words.iter().any(|word| matches!(word.bytes(), b"ig" | b"instancegroup" | b"instancegroups"));
        let kind = if of_group { "InstanceGroup" } else { "Cluster" };
        let text = |text: &str| Node::quoted(Traced::made(text, at), at);
        let step = |name: &str| PathStep::Name(name.to_owned());
        put(&mut tree, &[step("apiVersion")], text("kops.k8s.io/v1alpha2"), at);
        put(&mut tree, &[step("kind")], text(kind), at);
        put(&mut tree, &[step("metadata"), step("name")], text(&format!("kops of {}", self.name)), at);
        self.groups.append(&mut manifests::among(&tree, &self.name.clone(), cx));
    }

    /// The objects of a template of OpenShift as a command fills it in: `oc process -f nodes.yaml -p IDLE=0s`.
    fn process(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        let Some(place) = words.iter().position(|word| word.bytes() == b"process") else { return };
        let file = options(words, &["-f", "--filename"]).pop();
        let Some((text, _)) = file.and_then(|file| self.file(&file, cx)) else { return };
        let given = options(words, &["-p", "--param"]).into_iter();
        let given = given.chain(words[place..].iter().filter(|word| !word.bytes().starts_with(b"-")).cloned());
        let pair = |text: Traced| {
            let equals = text.bytes().iter().position(|b| *b == b'=')?;
            Some((text.slice(0..equals).known_str()?.to_owned(), text.slice(equals + 1..text.len())))
        };
        let given: Vec<_> = given.filter_map(pair).collect();
        let name = self.name.clone();
        let view = cx.made("a template", &text, at);
        for tree in yaml_files::documents(&view).tree.iter().filter(|_| !given.is_empty()) {
            let objects = manifests::openshift::objects(tree, &given, cx);
            self.groups.append(&mut manifests::in_trees(&objects, &name, cx));
        }
    }

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
        let given = options(words, &["-p", "--patch"]).pop();
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

/// What a command gives to options, in order: `--patch TEXT`, `--patch=TEXT`.
fn options(words: &[Traced], names: &[&str]) -> Vec<Traced> {
    let mut out = Vec::new();
    for (n, word) in words.iter().enumerate() {
        for name in names {
            match word.bytes().strip_prefix(name.as_bytes()) {
                Some([]) => out.extend(words.get(n + 1).cloned()),
                Some([b'=', value @ ..]) => out.push(word.slice(word.len() - value.len()..word.len())),
                _ => {}
            }
        }
    }
    out
}
