use super::*;
use crate::input::manifests::Manifests;
use crate::input::testing::{read, text_of, written};

/// The steps of the only node group in short, its family, and its gaps.
fn group(list: &str, fields: &str) -> (Vec<String>, Option<Family>, Vec<String>) {
    let fields = format!("    {}\n", fields.replace('\n', "\n    "));
    let text = format!(
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: c, version: '1.31'}}\n{list}:\n  - name: ng\n{fields}"
    );
    let mut out = (Vec::new(), None, Vec::new());
    read(&Manifests, "/c.yaml", &text, |groups, cx| {
        assert!(cx.notes.problems.is_empty(), "{:?} in {text}", cx.notes.problems);
        let [group] = groups else { panic!("one group expected in {text}") };
        assert_eq!((&*group.name, group.minor), (format!("{list}.ng").as_str(), Some(31)));
        assert_eq!(cx.texts.slice(group.place), b"ng");
        out = (
            group.steps.iter().map(say).collect(),
            group.family,
            group.gaps.iter().map(|g| g.why.to_string()).collect(),
        );
    });
    out
}

fn say(step: &Step) -> String {
    match step {
        Step::KubeletConfig(node, name) => format!("{name} {}", node.pairs().len()),
        Step::NodeadmKubeletConfig(node) => format!("nodeadm {}", node.pairs()[0].0.as_str().unwrap_or_default()),
        Step::Script(text) => format!("script {}", text.to_text().trim_end()),
        Step::NodeConfig(text) => format!("NodeConfig {}", text.to_text().lines().count()),
        other => format!("user data {}", text_of(other).to_text().trim_end()),
    }
}

#[test]
fn steps_by_family() {
    let extra = "kubeletExtraConfig: {streamingConnectionIdleTimeout: 0s}";
    let config = "overrideBootstrapCommand: |\n  apiVersion: node.eks.aws/v1alpha1\n  kind: NodeConfig\n";
    let script = "overrideBootstrapCommand: |\n  #!/bin/bash\n  /etc/eks/bootstrap.sh c\n";
    let pre = "preBootstrapCommands: [a, 'b']";
    let cases: [(&str, String, &[&str], Family); 12] = [
        ("nodeGroups", extra.into(), &["nodeadm streamingConnectionIdleTimeout"], Family::Al2023),
        ("nodeGroups", format!("amiFamily: AmazonLinux2023\n{config}{pre}\n{extra}"), &["nodeadm streamingConnectionIdleTimeout", "NodeConfig 2", "script a", "script b"], Family::Al2023),
        ("nodeGroups", format!("amiFamily: AmazonLinux2\n{pre}\n{extra}"), &["script a", "script b", "kubeletExtraConfig 1"], Family::Al2),
        // The part of the bootstrap that merges kubeletExtraConfig is overridden as well.
        ("nodeGroups", format!("amiFamily: AmazonLinux2\n{extra}\n{script}"), &["script #!/bin/bash\n/etc/eks/bootstrap.sh c"], Family::Al2),
        ("nodeGroups", script.to_owned(), &["script #!/bin/bash\n/etc/eks/bootstrap.sh c"], Family::Al2),
        ("nodeGroups", format!("amiFamily: Ubuntu2204\n{extra}"), &["kubeletExtraConfig 1"], Family::Ubuntu),
        ("managedNodeGroups", format!("{config}{pre}"), &["NodeConfig 2", "script a", "script b"], Family::Al2023),
        ("managedNodeGroups", format!("ami: ami-1\namiFamily: AmazonLinux2\n{script}"), &["script #!/bin/bash\n/etc/eks/bootstrap.sh c"], Family::Al2),
        ("nodeGroups", "amiFamily: Bottlerocket\nbottlerocket: {settings: {kubernetes: {shutdown-grace-period: 0s, x.y: [1, 'a\"b']}, motd: true}}".into(),
            &["user data settings.\"kubernetes\".\"shutdown-grace-period\" = \"0s\"\nsettings.\"kubernetes\".\"x.y\" = [1, \"a\\u0022b\"]\nsettings.\"motd\" = true"], Family::Bottlerocket),
        ("nodeGroups", format!("amiFamily: WindowsServer2022FullContainer\n{pre}"), &["user data <powershell>\na\nb\n</powershell>"], Family::Windows),
        ("nodeGroups", "desiredCapacity: 1".into(), &["nodeadm clusterDNS"], Family::Al2023),
        ("nodeGroups", "overrideBootstrapCommand:\nkubeletExtraConfig: ~".into(), &["nodeadm clusterDNS"], Family::Al2023),
    ];
    for (list, fields, steps, family) in cases {
        let (found, of, gaps) = group(list, &fields);
        assert_eq!(
            (found, of, gaps),
            (steps.iter().map(|s| (*s).to_owned()).collect(), Some(family), vec![]),
            "{fields}"
        );
    }
}

#[test]
fn what_eksctl_refuses_or_takes_from_outside_is_a_gap() {
    for (list, fields, want) in [
        (
            "managedNodeGroups",
            "kubeletExtraConfig: {a: 0s}",
            "kubeletExtraConfig, which eksctl rejects here, is not supported",
        ),
        (
            "nodeGroups",
            "amiFamily: Bottlerocket\nkubeletExtraConfig: {a: 0s}",
            "kubeletExtraConfig, which eksctl rejects here, is not supported",
        ),
        ("managedNodeGroups", "launchTemplate: {id: lt-1}", "the launch template is not available here"),
        (
            "managedNodeGroups",
            "amiFamily: AmazonLinux2\npreBootstrapCommands: [ls]",
            "a command without `#!`, which cloud-init does not run, is not supported",
        ),
        ("nodeGroups", "amiFamily: Plan9", "this amiFamily is not supported"),
        (
            "nodeGroups",
            "amiFamily: AmazonLinux2023\noverrideBootstrapCommand: '#!/bin/bash'",
            "a script as overrideBootstrapCommand of AmazonLinux2023, where eksctl reads a NodeConfig, is not supported",
        ),
    ] {
        let (steps, _, gaps) = group(list, fields);
        assert!(steps.is_empty() || steps == ["nodeadm clusterDNS"], "{steps:?}");
        assert_eq!(gaps, [want], "{fields}");
    }
}

#[test]
fn places_lead_through_anchors() {
    let text = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nx-base: &base\n  amiFamily: AmazonLinux2\n  overrideBootstrapCommand: |\n    #!/bin/bash\n    /etc/eks/bootstrap.sh c --kubelet-extra-args '--idle=0s'\nnodeGroups:\n  - <<: *base\n    name: a\n---\napiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nnodeGroups: [{name: b}]\n---\nkind: Other\n";
    read(&Manifests, "/c.yaml", text, |groups, cx| {
        let names: Vec<_> = groups.iter().map(|g| &*g.name).collect();
        assert_eq!(names, ["nodeGroups.a", "nodeGroups.b"]);
        let (steps, place, bytes) = written(&text_of(&groups[0].steps[0]), "0s", cx);
        assert_eq!((steps, place, bytes.as_str()), (vec!["*base".to_owned()], (7, 58), "0s"));
    });
}

#[test]
fn other_documents_stay_silent() {
    for text in
        ["kind: ClusterConfig\napiVersion: other/v1 # eksctl.io/\n", "# eksctl.io/ ClusterConfig\n", "apiVersion: v1\n"]
    {
        read(&Manifests, "/c.yaml", text, |groups, cx| {
            assert!(groups.is_empty() && cx.notes.problems.is_empty() && cx.notes.gaps.is_empty(), "{text}");
        });
    }
}
