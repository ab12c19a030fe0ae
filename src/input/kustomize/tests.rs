use super::*;
use crate::input::testing::tree;
use crate::text::Memory;

const NODE: &str =
    "{apiVersion: node.eks.aws/v1alpha1, kind: NodeConfig, metadata: {name: web, namespace: n, labels: {app: a}}}";

#[test]
fn targets() {
    let files = Memory::new([]);
    let mut cx = Cx::new(&files);
    let document = tree(NODE, &mut cx);
    assert_eq!(identity(&document), ("node.eks.aws", "NodeConfig", "web"));
    for (target, want) in [
        ("{}", true),
        ("{kind: NodeConfig}", true),
        ("{kind: Node}", false),
        ("{kind: Node.*, name: w.b}", true),
        ("{name: we}", false),
        ("{group: node.eks.aws, version: v1alpha1}", true),
        ("{version: v1}", false),
        ("{namespace: n}", true),
        ("{labelSelector: app=a}", true),
        ("{labelSelector: app!=a}", false),
        ("{annotationSelector: app=a}", false),
    ] {
        assert_eq!(selects(&tree(target, &mut cx), &document, Names::Patterns), want, "{target}");
    }
}

/// The names and settings of the groups of a kustomization with these files.
fn built(kustomization: &str) -> Vec<String> {
    let pool = b"apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmetadata: {name: k}\na: 1\n";
    let files = Memory::new([("/k/kustomization.yaml", kustomization.as_bytes()), ("/k/k.yaml", pool.as_slice())]);
    let mut cx = Cx::new(&files);
    let groups = Kustomize.read(&Unit::of(Path::new("/k/kustomization.yaml")), &mut cx);
    let text = |step: &crate::node::Step| match step {
        crate::node::Step::KubeletConfigFile(text) => text.to_text().replace('"', ""),
        other => format!("{other:?}"),
    };
    groups.iter().flat_map(|g| &g.steps).map(text).collect()
}

#[test]
fn kustomizations() {
    let has = |kustomization: &str, want: &[&str], not: &str| {
        let out = built(kustomization);
        assert_eq!(out.len(), 1, "{out:?}");
        assert!(want.iter().all(|w| out[0].contains(w)) && (not.is_empty() || !out[0].contains(not)), "{out:?}");
    };
    let patch =
        |patch: &str| format!("resources: [k.yaml]\npatches:\n- target: {{kind: Kubelet.*}}\n  patch: '{patch}'\n");
    has("resources: [k.yaml]\n", &["a: 1"], "");
    has(&patch("{b: 2}"), &["a: 1", "b: 2"], "");
    has(&patch("{a: 5}"), &["a: 5"], "a: 1");
    has(&patch("[{op: remove, path: /a}]"), &["kind"], "a: 1");
    assert!(built(&patch("{$patch: delete}")).is_empty());
    assert!(built("resources: [other.yaml]\n").is_empty());
}
