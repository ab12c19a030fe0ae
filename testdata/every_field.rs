//! `show` with every field of the kubelet: as JSON, and as a file that a kubelet accepts.

use std::path::Path;

use serde_json::{Value, json};

use crate::command::{run_in, text};

const HEADER: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

/// The only node group of a repository with these files, which runs Kubernetes 1.36.
fn shown(files: &[(&str, &str)], args: &[&str]) -> Value {
    let dir = repository(files);
    let out = run_in(dir.path(), &[&["show", "--format", "json"], args].concat(), None);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    let groups = report["node_groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1, "{report}");
    groups[0].clone()
}

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(Path::join(dir.path(), name), text).unwrap();
    write("kubelet-lint.toml", "[assume]\nkubernetes = \"1.36\"\n");
    for (name, text) in files {
        write(name, text);
    }
    dir
}

fn script() -> String {
    format!(
        "#!/bin/bash\nmkdir -p /etc/k/conf.d\n\
         cat > /etc/k/config.yaml <<'EOF'\n{HEADER}maxPods: 0\nevictionHard: {{memory.available: 5%}}\n\
         featureGates: {{A: true}}\nclusterDNS: [10.0.0.10]\nresolvConf: \"\"\ntlsCertFile: pki/kubelet.crt\nEOF\n\
         cat > /etc/k/conf.d/10-a.conf <<'EOF'\n{HEADER}evictionHard: {{nodefs.available: 10%}}\nclusterDNS: [10.0.0.11]\nEOF\n\
         kubelet --config=/etc/k/config.yaml --config-dir=/etc/k/conf.d --feature-gates=B=false --read-only-port=10255 \
         --system-reserved=cpu=100m --node-ip=10.0.0.1 --provider-id=\"$ID\"\n"
    )
}

#[test]
fn every_field_is_settled_from_file_drop_in_and_flags() {
    let script = script();
    let group = shown(&[("user-data.sh", &script)], &["--all"]);
    let found = &group["configuration"];
    for (path, want) in [
        ("/maxPods", json!(110)),
        ("/evictionHard", json!({"memory.available": "5%", "nodefs.available": "10%"})),
        ("/featureGates", json!({"A": true, "B": false})),
        ("/clusterDNS", json!(["10.0.0.11"])),
        ("/resolvConf", json!("")),
        ("/tlsCertFile", json!("/etc/k/pki/kubelet.crt")),
        ("/readOnlyPort", json!(10255)),
        ("/systemReserved", json!({"cpu": "100m"})),
        ("/authentication/anonymous/enabled", json!(false)),
        ("/streamingConnectionIdleTimeout", json!("4h0m0s")),
        ("/logging/format", json!("text")),
    ] {
        assert_eq!(found.pointer(path), Some(&want), "{path} in {found}");
    }
    assert_eq!(found.get("providerID"), None);
    assert_eq!((&group["unknown_fields"], &group["starts"]), (&json!(["providerID"]), &json!(true)));
    assert_eq!(shown(&[("user-data.sh", &script)], &[]).get("configuration"), None);
}

#[test]
fn the_yaml_is_a_file_that_a_kubelet_accepts() {
    let dir = repository(&[("user-data.sh", &script())]);
    let out = text(&run_in(dir.path(), &["show", "--format", "yaml"], None).stdout);
    for comment in ["# flag without a field: --node-ip=10.0.0.1\n", "# unknown: providerID: "] {
        assert!(out.contains(comment), "{out}");
    }
    let mut document: Value = serde_yaml::from_str(&out).unwrap();
    assert_eq!(document["kind"], "KubeletConfiguration");
    let object = document.as_object_mut().unwrap();
    object.remove("kind");
    object.remove("apiVersion");
    assert_eq!(document, shown(&[("user-data.sh", &script())], &["--all"])["configuration"]);
    // The same configuration in a file is settled to itself.
    let again = shown(&[("kubelet.yaml", &out)], &["--all"]);
    assert_eq!((&again["configuration"], &again["unknown_fields"]), (&document, &json!([])));
}

#[test]
fn a_refused_field_is_named_and_hides_the_configuration() {
    for (body, why) in [
        ("maxPods: -1", "maxPods -1 must not be a negative number"),
        ("maxPods: many", "cannot unmarshal string into maxPods of type int32"),
        ("memorySwap: [a]", "memorySwap.swapBehavior must be inside an object"),
        ("registerWithTaints: [{key: 5}]", "cannot unmarshal number into registerWithTaints of type string"),
        ("featureGates: {NodeSwap: false}", "cannot set the feature gate NodeSwap to false, which is locked to true"),
    ] {
        let group = shown(&[("kubelet.yaml", &format!("{HEADER}{body}\n"))], &["--all"]);
        assert_eq!((&group["starts"], group.get("configuration")), (&json!(false), None), "{body}");
        assert!(group["why_not"].as_str().unwrap().contains(why), "{group}");
    }
}

#[test]
fn what_images_and_tools_set_themselves_is_known_or_unknown() {
    /// A file, its text, and fields of its node with their values; without one, the value is unknown.
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, Option<Value>)]);
    let cases: &[Case] = &[
        (
            "node.yaml",
            "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    config: {clusterDomain: a.b}\n",
            &[
                ("clusterDomain", Some(json!("a.b"))),
                ("readOnlyPort", Some(Value::Null)),
                ("serverTLSBootstrap", Some(json!(true))),
                ("hairpinMode", Some(json!("hairpin-veth"))),
                ("maxPods", None),
            ],
        ),
        (
            "al2.sh",
            "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--max-pods=50'\n",
            &[
                ("maxPods", Some(json!(50))),
                ("protectKernelDefaults", Some(json!(true))),
                ("cgroupDriver", Some(json!("systemd"))),
                ("clusterDNS", None),
            ],
        ),
        (
            "k3s.sh",
            "#!/bin/bash\nk3s agent --kubelet-arg=max-pods=50\n",
            &[("maxPods", Some(json!(50))), ("authentication.anonymous.enabled", None), ("clusterDNS", None)],
        ),
    ];
    for (name, source, fields) in cases {
        let group = shown(&[(name, source)], &["--all"]);
        for (path, want) in *fields {
            let unknown = group["unknown_fields"].as_array().unwrap().contains(&json!(path));
            let found = path.split('.').fold(&group["configuration"], |value, key| &value[key]);
            assert_eq!((unknown, found), (want.is_none(), want.as_ref().unwrap_or(&Value::Null)), "{path} of {name}");
        }
    }
}
