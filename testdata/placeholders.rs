//! A placeholder that another tool fills in is not a value, in any carrier.

use crate::scanning::scan_in;

/// How tools write placeholders.
const PLACEHOLDERS: &[&str] = &[
    "${IDLE}",
    "$IDLE",
    "$(IDLE)",
    "{{ idle }}",
    "{{idle}}",
    "{{ .Values.idle }}",
    "[[ idle ]]",
    "<IDLE>",
    "__IDLE__",
    "@IDLE@",
    "#{IDLE}#",
    "#{IDLE}",
    "%IDLE%",
    "((idle))",
    "${var.idle}",
    "<%= idle %>",
    "{{ idle }}s",
];

/// Files with a value that is a placeholder, by name.
const CARRIERS: &[(&str, &str)] = &[
    (
        "k.yaml",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: X\n",
    ),
    (
        "quoted.yaml",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: \"X\"\n",
    ),
    (
        "k.json",
        "{\"apiVersion\": \"kubelet.config.k8s.io/v1beta1\", \"kind\": \"KubeletConfiguration\", \"streamingConnectionIdleTimeout\": \"X\"}",
    ),
    (
        "bare.json",
        "{\"apiVersion\": \"kubelet.config.k8s.io/v1beta1\", \"kind\": \"KubeletConfiguration\", \"streamingConnectionIdleTimeout\": X}",
    ),
    (
        "eksctl.yaml",
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: a, region: b}\nnodeGroups:\n- name: a\n  kubeletExtraConfig:\n    streamingConnectionIdleTimeout: X\n",
    ),
    (
        "node.yaml",
        "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    flags:\n    - --streaming-connection-idle-timeout=X\n",
    ),
    ("k3s.yaml", "kubelet-arg:\n- streaming-connection-idle-timeout=X\n"),
    ("containerd.toml", "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\n  stream_idle_timeout = \"X\"\n"),
    ("a/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=X\n"),
    (
        "b/kubelet.service.d/10.conf",
        "[Service]\nEnvironment=\"KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=X\"\n",
    ),
    ("c/etc/default/kubelet", "KUBELET_EXTRA_ARGS=\"--streaming-connection-idle-timeout=X --v=2\"\n"),
    ("d/etc/default/kubelet", "KUBELET_EXTRA_ARGS=X\n"),
];

/// Scripts, in which a shell reads some of these itself.
const SCRIPTS: &[(&str, &str)] = &[
    ("flags.sh", "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=X'\n"),
    (
        "file.sh",
        "#!/bin/bash\ncat > /etc/kubernetes/kubelet/kubelet-config.json <<'EOF'\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: X\nEOF\n/etc/eks/bootstrap.sh c\n",
    ),
];

#[test]
fn a_placeholder_is_an_unknown_value_in_every_carrier() {
    let dir = tempfile::tempdir().unwrap();
    for (n, placeholder) in PLACEHOLDERS.iter().enumerate() {
        let shell_reads = placeholder.starts_with(['$', '<', '%', '(']);
        for (name, text) in CARRIERS.iter().chain(if shell_reads { &[] } else { SCRIPTS }) {
            let path = dir.path().join(format!("p{n}")).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.replace('X', placeholder)).unwrap();
        }
    }
    let found: Vec<_> = scan_in(dir.path(), &["."]).findings;
    let found: Vec<_> = found.iter().map(|f| format!("{} {:?}", f.rule.id, f.at.place)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_value_next_to_a_placeholder_still_counts() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in
        CARRIERS.iter().chain(SCRIPTS).filter(|(name, _)| !name.starts_with('d') && *name != "bare.json")
    {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace('X', "0s").replace("name: a", "name: \"${NAME}\"")).unwrap();
    }
    let found = scan_in(dir.path(), &["."]).findings.len();
    assert_eq!(found, CARRIERS.len() - 2 + SCRIPTS.len());
}
