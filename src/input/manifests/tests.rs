use super::*;
use crate::input::testing::{read, show, text_of, written};
use crate::node::{Family, Step};

const KUBELET: &str =
    "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\n";
const NODE: &str =
    "---\n  apiVersion: node.eks.aws/v1alpha1\n  kind: NodeConfig\n  spec: {kubelet: {flags: [--idle=0s]}}\n";

#[test]
fn one_document() {
    read(&Manifests, "/etc/kubelet.yaml", KUBELET, |groups, cx| {
        assert_eq!(show(groups), [format!("etc/kubelet.yaml: {KUBELET}")]);
        assert!(matches!(groups[0].steps[0], Step::KubeletConfigFile(_)));
        assert_eq!(cx.texts.slice(groups[0].place), b"kind: KubeletConfiguration");
        let (_, place, bytes) = written(&text_of(&groups[0].steps[0]), "0s", cx);
        assert_eq!((place, bytes.as_str()), ((3, 33), "0s"));
    });
    let json =
        r#"{"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1", "syncFrequency": "0s"}"#;
    read(&Manifests, "/k.json", json, |groups, _| assert_eq!(show(groups), [format!("k.json: {json}")]));
}

#[test]
fn several_documents_each_count() {
    let text =
        format!("kind: Other\n---\n{KUBELET}{NODE}---\n{{kind: NodeConfig, apiVersion: node.eks.aws/v1alpha1}}\n");
    read(&Manifests, "/all.yml", &text, |groups, cx| {
        let names: Vec<_> = groups.iter().map(|g| (&*g.name, g.family)).collect();
        assert_eq!(
            names,
            [
                ("all.yml (document 2)", None),
                ("all.yml (document 3)", Some(Family::Al2023)),
                ("all.yml (document 4)", Some(Family::Al2023))
            ]
        );
        assert_eq!(text_of(&groups[0].steps[0]).as_str(), Some(KUBELET.trim_end()));
        // The first line keeps the same indentation as the others.
        assert_eq!(text_of(&groups[1].steps[0]).as_str(), NODE.strip_prefix("---\n").map(str::trim_end));
        let (_, place, bytes) = written(&text_of(&groups[1].steps[0]), "0s", cx);
        assert_eq!((place, bytes.as_str()), ((9, 35), "0s"));
    });
}

#[test]
fn other_documents_stay_silent() {
    for text in [
        "kind: KubeletConfiguration\napiVersion: other/v1\n# kubelet.config.k8s.io/\n",
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nkind: NodeConfig\napiVersion: node.eks.aws/v1alpha1\n",
        "kind: ConfigMap\napiVersion: v1\ndata: {k: 'kind: KubeletConfiguration kubelet.config.k8s.io/'}\n",
        "",
    ] {
        read(&Manifests, "/x.yaml", text, |groups, cx| {
            assert!(groups.is_empty() && cx.notes.problems.is_empty() && cx.notes.gaps.is_empty(), "{text}");
        });
    }
}

#[test]
fn a_broken_document_does_not_hide_the_others() {
    read(&Manifests, "/x.yaml", &format!("a: [}}\n---\n{KUBELET}"), |groups, cx| {
        assert_eq!((groups.len(), cx.notes.problems.len()), (1, 1));
    });
    read(&Manifests, "/x.yaml", &format!("{KUBELET}{{{{- if .x }}}}\na: 1\n"), |groups, cx| {
        assert_eq!((groups.len(), cx.notes.problems.len(), cx.notes.gaps.len()), (0, 1, 0));
    });
}
