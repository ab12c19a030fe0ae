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
            &[
                ("maxPods", Some(json!(50))),
                ("authentication.anonymous.enabled", Some(json!(false))),
                ("protectKernelDefaults", Some(Value::Null)),
                ("authentication.x509.clientCAFile", Some(json!("/var/lib/rancher/k3s/agent/client-ca.crt"))),
                ("clusterDNS", None),
            ],
        ),
        (
            "old-k3s.sh",
            "#!/bin/bash\ncurl https://get.k3s.io | INSTALL_K3S_VERSION=v1.30.1+k3s1 sh -s - --data-dir /data --kubelet-arg=v=2\n",
            &[
                ("authorization.mode", Some(json!("Webhook"))),
                ("tlsCertFile", None),
                ("featureGates", None),
                ("tlsMinVersion", None),
            ],
        ),
        (
            "rke2-config.yaml",
            "profile: cis\nkubelet-arg: [event-qps=0]\n",
            &[
                ("protectKernelDefaults", Some(json!(true))),
                ("syncFrequency", Some(json!("30s"))),
                ("failSwapOn", Some(json!(false))),
            ],
        ),
        (
            "worker.yaml",
            "machine:\n  kubelet:\n    extraConfig: {maxPods: 50, failSwapOn: true}\n",
            &[
                ("maxPods", Some(json!(50))),
                ("failSwapOn", Some(json!(true))),
                ("rotateCertificates", Some(json!(true))),
                ("tlsMinVersion", Some(json!("VersionTLS13"))),
                ("streamingConnectionIdleTimeout", Some(json!("5m0s"))),
                ("seccompDefault", None),
            ],
        ),
        (
            "ubuntu.tf",
            "resource \"aws_launch_template\" \"w\" {\n  image_id = \"resolve:ssm:/aws/service/canonical/ubuntu/eks/22.04/1.31/stable/\
             current/amd64/hvm/ebs-gp2/ami-id\"\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c \
             --kubelet-extra-args --max-pods=5\")\n}\n",
            &[("maxPods", Some(json!(5))), ("authorization.mode", None), ("eventRecordQPS", None)],
        ),
        (
            "old.tf",
            "resource \"aws_launch_template\" \"w\" {\n  image_id = \"resolve:ssm:/aws/service/eks/optimized-ami/1.29/amazon-linux-2/\
             amazon-eks-node-1.29-v20240117/image_id\"\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c \
             --kubelet-extra-args --max-pods=5\")\n}\n",
            &[
                ("maxPods", Some(json!(5))),
                ("authentication.anonymous.enabled", None),
                ("cgroupDriver", None),
                ("streamingConnectionIdleTimeout", None),
            ],
        ),
        (
            "node.toml",
            "[settings.kubernetes]\ncluster-dns-ip = \"10.0.0.10\"\nmax-pods = 30\nimage-gc-high-threshold-percent = \"70\"\nimage-gc-low-threshold-percent = 60\nsystem-reserved = {cpu = \"1\"}\n",
            &[
                ("clusterDNS", Some(json!(["10.0.0.10"]))),
                ("maxPods", Some(json!(30))),
                ("imageGCHighThresholdPercent", Some(json!(70))),
                ("systemReservedCgroup", Some(json!("/system"))),
                ("authorization.mode", Some(json!("Webhook"))),
                ("podPidsLimit", Some(json!(1_048_576))),
                ("runtimeRequestTimeout", Some(json!("15m0s"))),
                ("kubeReserved", None),
                ("failSwapOn", Some(json!(false))),
            ],
        ),
        (
            "alone.toml",
            "[settings.kubernetes]\nstandalone-mode = true\nreserved-cpus = \"0\"\n",
            &[
                ("authentication.anonymous.enabled", Some(json!(true))),
                ("authorization.mode", Some(json!("AlwaysAllow"))),
                ("authentication.x509.clientCAFile", Some(Value::Null)),
                ("kubeReservedCgroup", Some(Value::Null)),
                ("reservedSystemCPUs", Some(json!("0"))),
            ],
        ),
        (
            "bottlerocket.yaml",
            "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: a}\nspec:\n  amiSelectorTerms: \
             [{alias: bottlerocket@latest}]\n  kubelet: {maxPods: 42, evictionHard: {memory.available: 5%}}\n",
            &[
                ("maxPods", Some(json!(42))),
                ("evictionHard", Some(json!({"memory.available": "5%"}))),
                ("registerWithTaints", None),
            ],
        ),
        (
            "al2.yaml",
            "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: a}\nspec:\n  amiSelectorTerms: \
             [{alias: al2@latest}]\n  kubelet: {systemReserved: {cpu: 100m}, evictionHard: {memory.available: 5%}, podsPerCore: 4}\n",
            &[
                ("systemReserved", Some(json!({"cpu": "100m"}))),
                ("evictionHard", Some(json!({"memory.available": "5%"}))),
                ("podsPerCore", Some(json!(4))),
                ("registerWithTaints", None),
            ],
        ),
        (
            "init.yaml",
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n---\napiVersion: kubeadm.k8s.io/v1beta4\n\
             kind: ClusterConfiguration\nkubernetesVersion: v1.34.1\n---\napiVersion: kubelet.config.k8s.io/v1beta1\n\
             kind: KubeletConfiguration\nrotateCertificates: false\nclusterDomain: a.b\n",
            &[
                ("rotateCertificates", Some(json!(true))),
                ("clusterDomain", Some(json!("a.b"))),
                ("eventBurst", Some(json!(100))),
                ("staticPodPath", Some(json!("/etc/kubernetes/manifests"))),
            ],
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

/// The results of `report --format csv`: the number in CIS EKS, or in CIS Kubernetes where it has none, and the result.
fn controls(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let dir = repository(files);
    let out = text(&run_in(dir.path(), &["report", "--format", "csv"], None).stdout);
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("node_group,cis_eks,cis_kubernetes,control,field,result,value,place,when"));
    let cells = lines.map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    cells.map(|c| (if c[1].is_empty() { c[2].clone() } else { c[1].clone() }, c[5].clone())).collect()
}

const MET: &str = "authentication: {anonymous: {enabled: false}, x509: {clientCAFile: /ca.crt}}\nauthorization: {mode: Webhook}\n\
    readOnlyPort: 0\nstreamingConnectionIdleTimeout: 4h\nmakeIPTablesUtilChains: true\neventRecordQPS: 5\n\
    rotateCertificates: true\nfeatureGates: {RotateKubeletServerCertificate: true}\npodPidsLimit: 1024\n\
    seccompDefault: true\ntlsCertFile: /a\ntlsPrivateKeyFile: /b\ntlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n";

const VIOLATED: &str = "kubelet --anonymous-auth=true --authorization-mode=AlwaysAllow --read-only-port=10255 \
    --streaming-connection-idle-timeout=0 --make-iptables-util-chains=false --rotate-certificates=false \
    --feature-gates=RotateKubeletServerCertificate=false --hostname-override=a --pod-max-pids=-1 \
    --tls-cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256\n";

#[test]
fn the_report_judges_every_control_of_the_benchmarks() {
    let met = controls(&[("kubelet.yaml", &format!("{HEADER}{MET}"))]);
    assert_eq!(met.len(), 19);
    // A file does not say what flags there are, and who may use it.
    let is_open = |number: &str| number == "4.2.7" || number.starts_with("3.1.");
    assert!(met.iter().all(|(number, result)| (result == "pass") != is_open(number)), "{met:?}");
    let violated = controls(&[("user-data.sh", &format!("#!/bin/bash\n{VIOLATED}"))]);
    // No kubelet runs with a negative rate of events, and the script says nothing of files.
    let is_met = |number: &str| number == "3.2.7" || number.starts_with("3.1.");
    assert!(violated.iter().all(|(number, result)| (result == "fail") != is_met(number)), "{violated:?}");
    let unknown =
        controls(&[("k3s.sh", "#!/bin/bash\nk3s agent --kubelet-arg=read-only-port=0 --kubelet-arg=event-qps=$Q\n")]);
    let of = |number: &str| unknown.iter().find(|(n, _)| n == number).map(|(_, result)| result.as_str());
    assert_eq!((of("3.2.1"), of("3.2.4"), of("3.2.7")), (Some("pass"), Some("pass"), Some("unknown")));
}

#[test]
fn a_gate_that_is_not_named_fails_one_benchmark_only() {
    let found = controls(&[("kubelet.yaml", HEADER)]);
    let of = |number: &str| found.iter().find(|(n, _)| n == number).map(|(_, result)| result.as_str());
    assert_eq!((of("3.2.9"), of("4.2.11")), (Some("fail"), Some("pass")));
}

#[test]
fn a_report_of_input_that_was_not_read_fails_and_its_rows_name_their_condition() {
    let dir = repository(&[("kubelet.yaml", &format!("{HEADER}  a: [\n"))]);
    let out = run_in(dir.path(), &["report"], None);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out.stdout));
    let script = "#!/bin/bash\nif curl -f https://h.invalid; then P=1; else P=0; fi\nkubelet --read-only-port=$P\n";
    let dir = repository(&[("user-data.sh", script)]);
    let out = text(&run_in(dir.path(), &["report", "--format", "csv"], None).stdout);
    let ports: Vec<_> = out.lines().filter(|line| line.contains(",readOnlyPort,")).collect();
    assert_eq!(ports.len(), 2, "{out}");
    assert!(ports.iter().all(|line| !line.ends_with(',')), "{out}");
}

#[test]
fn what_is_not_known_below_a_flag_stays_unknown() {
    for (flags, field, known) in [
        ("--config=/etc/k.yaml --feature-gates=A=true", "featureGates", false),
        ("--feature-gates=$(curl y) --feature-gates=A=true", "featureGates", false),
        ("--cluster-dns=$(curl y) --cluster-dns=10.0.0.10", "clusterDNS", false),
        ("--max-pods=$(curl y) --max-pods=10", "maxPods", true),
        ("--config=/etc/k.yaml --max-pods=10", "maxPods", true),
    ] {
        let group = shown(&[("user-data.sh", &format!("#!/bin/bash\nkubelet {flags}\n"))], &["--all"]);
        let unknown = group["unknown_fields"].as_array().unwrap().contains(&json!(field));
        assert_eq!(unknown, !known, "{flags}: {group}");
    }
}

#[test]
fn a_wrong_type_in_a_file_is_refused_whatever_a_flag_sets_later() {
    let write = format!("mkdir -p /etc/k\ncat > /etc/k/c.yaml <<'EOF'\n{HEADER}memoryManagerPolicy: [x]\nEOF\n");
    let script = format!("#!/bin/bash\n{write}kubelet --config=/etc/k/c.yaml --memory-manager-policy=None\n");
    assert_eq!(shown(&[("user-data.sh", &script)], &["--all"])["starts"], json!(false));
    // A taint may have no effect.
    let taint = format!("{HEADER}registerWithTaints: [{{key: a}}]\n");
    assert_eq!(shown(&[("kubelet.yaml", &taint)], &["--all"])["starts"], json!(true));
}

#[test]
fn show_prints_no_secrets() {
    let body = "staticPodURL: https://u:hunter2@h/x\nstaticPodURLHeader: {Authorization: [Bearer hunter2hunter2]}\n";
    let dir = repository(&[("kubelet.yaml", &format!("{HEADER}{body}"))]);
    for args in [["--format", "yaml", "."], ["--all", "--format", "json"], ["--all", "--color", "never"]] {
        let out = text(&run_in(dir.path(), &[&["show"], &args[..]].concat(), None).stdout);
        assert!(out.contains("staticPodURL") && !out.contains("hunter2"), "{args:?}: {out}");
    }
}

#[test]
fn a_report_names_the_place_that_decides() {
    let dir = repository(&[("kubelet.yaml", &format!("{HEADER}readOnlyPort: 10255\n"))]);
    let out = run_in(dir.path(), &["report", "--format", "json"], None);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    let one = report["controls"].as_array().unwrap().iter().find(|c| c["cis_eks"] == "3.2.4").unwrap();
    assert_eq!(
        (&one["result"], &one["value"], &one["cis_kubernetes"]),
        (&json!("fail"), &json!("10255"), &json!("4.2.4"))
    );
    assert_eq!(one["place"], json!({"path": "kubelet.yaml", "line": 3, "column": 15}));
    let table = text(&run_in(dir.path(), &["report"], None).stdout);
    assert!(table.contains("3.2.4   4.2.4   fail     the read-only port is disabled"), "{table}");
    assert!(table.contains("readOnlyPort: 10255 at kubelet.yaml:3:15"), "{table}");
}

#[test]
fn all_fields_are_listed_and_compared_with_a_node() {
    let dir = repository(&[("kubelet.yaml", &format!("{HEADER}maxPods: 50\n"))]);
    let table = text(&run_in(dir.path(), &["show", "--all"], None).stdout);
    assert!(table.contains("maxPods") && table.contains("kubelet.yaml:3:10"), "{table}");
    for (pods, pattern, code) in [(50, "kube*", 0), (60, "kubelet.yaml", 1), (50, "other*", 2)] {
        let node = format!("{{\"kubeletconfig\": {{\"maxPods\": {pods}}}}}");
        let args = ["show", "--against", "-", "--node-group", pattern, "--format", "json", "."];
        let out = run_in(dir.path(), &args, Some(node.as_bytes()));
        assert_eq!(out.status.code(), Some(code), "{}{}", text(&out.stdout), text(&out.stderr));
    }
}

/// The lines of the findings of `dead-kubelet-setting`, without and with its name selected, and the messages.
fn dead(name: &str, content: &str) -> (Vec<u64>, Vec<u64>, String) {
    let dir = repository(&[("kubelet-lint.toml", "[assume]\nkubernetes = \"1.30\"\n"), (name, content)]);
    let lines = |args: &[&str]| {
        let out = run_in(dir.path(), &[&["check", "--format", "json"], args].concat(), None);
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        let lines = findings.iter().map(|f| f["place"]["line"].as_u64().unwrap()).collect();
        (lines, findings.iter().map(|f| f["message"].to_string()).collect::<String>())
    };
    let (named, messages) = lines(&["--select", "dead-kubelet-setting"]);
    (lines(&[]).0, named, messages)
}

#[test]
fn settings_of_every_type_without_effect_are_reported_if_the_rule_is_named() {
    let header = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    let with_config = |body: &str, flags: &str| {
        format!("#!/bin/bash\ncat > /k.yaml <<'EOF'\n{header}{body}EOF\nkubelet --config=/k.yaml {flags}\n")
    };
    let class = "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: a}\nspec:\n  amiSelectorTerms: [{alias: al2023@latest}]\n  kubelet:\n    maxPods: 10\n    readOnlyPort: 0\n";
    let node = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  featureGates: {InstanceIdNodeName: true}\n  cluster: {name: a, cidr: 10.0.0.0/16}\n  kubelet:\n    maxPods: 10\n    config: {maxPods: 20}\n    flags: [--node-labels=a=b]\n";
    for (name, content, want, words) in [
        (
            "boot.sh",
            "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args=--read-only-port=0\n".to_owned(),
            &[2][..],
            "read-only-port",
        ),
        (
            "boot.sh",
            "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--max-pods=10\n--max-pods=20'\n".to_owned(),
            &[2, 3],
            "the arguments contain a line break",
        ),
        (
            "boot.sh",
            "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--max-pods=10 --max-pods=20'\n".to_owned(),
            &[2],
            "replaces it",
        ),
        (
            "boot.sh",
            with_config("maxPods: 30\n", "--max-pods=40"),
            &[5],
            "a flag on the kubelet's command line replaces it",
        ),
        ("boot.sh", with_config("maxPods: 30\n", "--max-pods=30"), &[], ""),
        ("boot.sh", with_config("maxPods: 30\n", "$MORE --max-pods=40"), &[5], ""),
        ("boot.sh", with_config("maxPods: 30\n", "--max-pods=40 $MORE"), &[], ""),
        ("boot.sh", with_config("featureGates: {NodeSwap: true}\n", "--feature-gates=MemoryQoS=true"), &[], ""),
        ("boot.sh", with_config("failCgroupV1: true\n", ""), &[5], "this version of the kubelet does not have it"),
        ("kubelet.yaml", format!("{header}readonlyport: 0\nmaxPods: 3\n"), &[3], "ignores a key of this name"),
        ("class.yaml", class.to_owned(), &[8], "Karpenter"),
        ("node.yaml", node.to_owned(), &[7], "nodeadm ignores a key in this place"),
    ] {
        let (plain, named, messages) = dead(name, &content);
        assert_eq!((plain.as_slice(), named.as_slice()), (&[][..], want), "{content}\n{messages}");
        assert!(messages.contains(words), "{content}\n{messages}");
    }
    let dir = repository(&[("kubelet.yaml", &format!("{header}readonlyport: 0\nmaxpods: 5\n"))]);
    run_in(dir.path(), &["check", "--select", "dead-kubelet-setting", "--fix", "."], None);
    let fixed = std::fs::read_to_string(dir.path().join("kubelet.yaml")).unwrap();
    assert_eq!(fixed, format!("{header}maxpods: 5\n"));
}

#[test]
fn talos_refuses_a_configuration_that_sets_what_it_sets_itself() {
    let source = "machine:\n  kubelet:\n    extraConfig: {maxPods: 50, authorization: {mode: AlwaysAllow}}\n";
    let group = shown(&[("worker.yaml", source)], &["--all"]);
    assert_eq!(group["starts"], json!(false));
    assert!(group["why_not"].as_str().unwrap().contains("Talos does not allow"), "{group}");
}

#[test]
fn a_kubelet_that_exits_later_accepts_its_configuration() {
    let group = shown(&[("kubelet.yaml", &format!("{HEADER}evictionSoftGracePeriod: {{a: b}}\n"))], &["--all"]);
    assert_eq!(
        (&group["starts"], &group["configuration"]["evictionSoftGracePeriod"]),
        (&json!(true), &json!({"a": "b"}))
    );
    assert!(group["why_not"].as_str().unwrap().contains("evictionSoftGracePeriod"), "{group}");
}

#[test]
fn fields_without_a_value_are_not_unknown() {
    let dir = repository(&[("kubelet.yaml", &format!("{HEADER}tlsCipherSuites: [{}]\n", ["TLS_A"; 9].join(", ")))]);
    let table = text(&run_in(dir.path(), &["show", "--all", "."], None).stdout);
    for (field, value) in [("readOnlyPort", "0"), ("protectKernelDefaults", "false"), ("clusterDNS", "not set")] {
        let line = table.lines().find(|line| line.trim_start().starts_with(&format!("{field} "))).unwrap();
        assert!(line.contains(&format!(" {value} ")), "{line}");
    }
    let list: Vec<_> = table.lines().filter(|line| line.contains("TLS_A")).collect();
    assert!(list.len() > 1 && list.iter().all(|line| line.chars().count() <= 100), "{table}");
}

#[test]
fn what_a_whole_answer_of_a_node_leaves_out_is_empty_there() {
    let source = format!("{HEADER}readOnlyPort: 10255\ntlsCertFile: /a\nclusterDNS: [10.0.0.10]\n");
    let mut answer = shown(&[("kubelet.yaml", &source)], &["--all"])["configuration"].clone();
    let dir = repository(&[("kubelet.yaml", &source)]);
    let differences = |answer: &Value| {
        let args = ["show", "--against", "-", "--format", "json", "."];
        let answer = json!({"kubeletconfig": answer}).to_string();
        let out = run_in(dir.path(), &args, Some(answer.as_bytes()));
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        let all = report["comparisons"][0]["differences"].as_array().unwrap().clone();
        let all: Vec<_> = all.iter().map(|d| d["field"].as_str().unwrap().to_owned()).collect();
        (out.status.code(), all.join(" "))
    };
    assert_eq!(differences(&answer), (Some(0), String::new()));
    for name in ["readOnlyPort", "tlsCertFile", "clusterDNS"] {
        answer.as_object_mut().unwrap().shift_remove(name);
    }
    assert_eq!(differences(&answer), (Some(1), "clusterDNS readOnlyPort tlsCertFile".to_owned()));
    // Of a part of an answer, nothing is said about what is missing.
    answer.as_object_mut().unwrap().shift_remove("registryBurst");
    assert_eq!(differences(&answer).0, Some(0));
}
