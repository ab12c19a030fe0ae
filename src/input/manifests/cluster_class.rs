//! `ClusterClass` of Cluster API: what its patches set in the templates of a cluster, with the variables of each `Cluster` of the
//! stream, or with their defaults. Source: kubernetes-sigs/cluster-api, `api/core/v1beta1/clusterclass_types.go` and
//! `internal/controllers/topology/cluster/patches`.

use crate::input::helm::{values, whole};
use crate::input::set_values::set_by_patch;
use crate::input::watched::KUBELET_WORDS;
use crate::input::yaml_files;
use crate::input::yaml_values::{mapped, node_of, value_of};
use crate::node::Cx;
use crate::syntax::{Node, NodeKind, yaml};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Condition, Guard, Value};

use super::manifest::{Inner, Manifest};

/// The most sets of variables of one class.
const MAX_SETS: usize = 64;

/// Variables with their values.
type Variables = Vec<(Node, Node)>;

/// What the patches of a class set.
pub(super) fn read(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<Inner> {
    let spec = manifest.node.get("spec");
    let list = |key: &str| spec.and_then(|spec| spec.get(key)).map(Node::items).unwrap_or_default();
    let defaults = list("variables").iter().filter_map(|variable| {
        Some((variable.get("name")?.clone(), variable.path(&["schema", "openAPIV3Schema", "default"])?.clone()))
    });
    let defaults: Variables = defaults.collect();
    let mut sets = Vec::new();
    for cluster in manifest.all("cluster.x-k8s.io", "Cluster") {
        sets.extend(of_cluster(cluster, manifest, &defaults));
    }
    // Clusters may be described elsewhere.
    let open = sets.is_empty();
    if open {
        sets.push((String::new(), defaults));
    }
    let mut out = Vec::new();
    for (label, variables) in budget::at_most(&sets, MAX_SETS, "clusters of a class") {
        let dot = mapped(variables, manifest.place(), value_of);
        for patch in list("patches") {
            let name = patch.get("name").and_then(Node::as_str).unwrap_or("?");
            let when = patch.get("enabledIf").and_then(Node::as_scalar).map(|text| text.text.to_text().into_owned());
            let when = when.map(|words| Guard::of(Condition::new(format!("enabledIf: {words}"), true)));
            let when = when.unwrap_or_else(Guard::always);
            for definition in patch.get("definitions").map(Node::items).unwrap_or_default() {
                let Some(document) = document(definition, &dot, cx) else { continue };
                let text = yaml::write(&document);
                if KUBELET_WORDS.iter().any(|word| yaml_files::holds(text.bytes(), word.as_bytes())) {
                    let name = format!("{name} of {}{label}", manifest.name());
                    let why = open.then(|| Why::FromOutside("what a Cluster of this class sets".into()));
                    out.push(Inner::Part(document, name, when.clone(), why));
                }
            }
        }
    }
    out
}

/// The variables of a cluster of the class, and again with what each of its parts overrides.
fn of_cluster(cluster: &Node, class: &Manifest<'_>, defaults: &Variables) -> Vec<(String, Variables)> {
    let topology = cluster.path(&["spec", "topology"]);
    let named = |node: &Node, path: &[&str]| node.path(path).and_then(Node::as_str).map(str::to_owned);
    let own = topology.and_then(|t| named(t, &["class"]).or_else(|| named(t, &["classRef", "name"])));
    let (Some(topology), true) = (topology, own == named(class.node, &["metadata", "name"])) else { return Vec::new() };
    let name = named(cluster, &["metadata", "name"]).unwrap_or_default();
    let over = |variables: &Variables, list: Option<&Node>| {
        let given = list.map(Node::items).unwrap_or_default().iter();
        let given: Variables =
            given.filter_map(|one| Some((one.get("name")?.clone(), one.get("value")?.clone()))).collect();
        let kept = variables.iter().filter(|(key, _)| !given.iter().any(|(name, _)| name.as_str() == key.as_str()));
        kept.cloned().chain(given.iter().cloned()).collect::<Variables>()
    };
    let base = over(defaults, topology.get("variables"));
    let parts = ["machineDeployments", "machinePools"].iter().filter_map(|key| topology.path(&["workers", key]));
    let parts = parts.flat_map(Node::items).chain(topology.get("controlPlane"));
    let overridden = parts.filter_map(|part| {
        let label = named(part, &["name"]).unwrap_or_else(|| "controlPlane".to_owned());
        let list = part.path(&["variables", "overrides"])?;
        Some((format!(" in Cluster/{name}, {label}"), over(&base, Some(list))))
    });
    let overridden: Vec<_> = overridden.collect();
    [(format!(" in Cluster/{name}"), base)].into_iter().chain(overridden).collect()
}

/// A document with what a definition sets.
fn document(definition: &Node, dot: &Value, cx: &mut Cx<'_>) -> Option<Node> {
    let patches = definition.get("jsonPatches")?;
    let operations = patches.items().iter().map(|operation| {
        let mut pairs: Vec<(Node, Node)> = operation.pairs().to_vec();
        if let Some((key, from)) = operation.pair("valueFrom") {
            let word = Node::plain(Traced::made("value", key.span), key.span);
            pairs.push((word, filled(from, dot, cx)));
        }
        Node::map(pairs, operation.span)
    });
    let operations = Node::new(NodeKind::Seq(operations.collect()), patches.span);
    let mut document = set_by_patch(&operations)?;
    let selector = definition.get("selector")?;
    let NodeKind::Map(pairs) = &mut document.kind else { return None };
    pairs.extend(["apiVersion", "kind"].iter().filter_map(|key| selector.pair(key).cloned()));
    Some(document)
}

/// What `valueFrom` takes from the variables.
fn filled(from: &Node, dot: &Value, cx: &mut Cx<'_>) -> Node {
    if let Some(template) = from.get("template").and_then(Node::as_scalar) {
        let missing = Why::NoDefault("a variable of a Cluster".into());
        let text = whole::text(&template.text, &values::open(dot, missing), None, from.span, cx);
        return yaml_files::documents(&cx.made("template", &text, from.span))
            .tree
            .into_iter()
            .next()
            .unwrap_or_else(|| Node::quoted(text, from.span));
    }
    let unknown = |name: &str, at: Span| {
        let why = Why::NoDefault(format!("the variable {} of a Cluster", name.escape_debug()).into());
        Node::plain(Traced::unknown(at, why), at)
    };
    let Some(name) = from.get("variable").and_then(Node::as_str) else { return unknown("?", from.span) };
    let value = name.split('.').try_fold(dot.clone(), |value, key| value.get(key));
    value.map_or_else(|| unknown(name, from.span), |value| node_of(&value))
}
