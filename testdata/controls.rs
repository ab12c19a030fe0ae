//! The controls of the benchmarks: a repository with all of them violated and one with all of them met, in twelve kinds of input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{run_in, text};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/controls").join(name)
}

/// The results of `report`, a letter for each control, by the first folder of the node group.
fn results(name: &str) -> BTreeMap<String, String> {
    let out = run_in(&folder(name), &["report", "--format", "json", "."], None);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    let mut all = BTreeMap::<String, String>::new();
    for one in report["controls"].as_array().unwrap() {
        let group = one["node_group"].as_str().unwrap().split_once(&format!("controls/{name}/")).unwrap().1;
        let kind = group.split(['/', ':']).next().unwrap().to_owned();
        all.entry(kind).or_default().push_str(one["result"].as_str().unwrap().get(..1).unwrap_or_default());
    }
    all
}

#[test]
fn controls_that_are_violated_fail_in_every_kind_of_input() {
    // 3.1.1 to 3.1.4 and 3.2.1 to 3.2.9 of CIS EKS, then 4.2.7, 4.2.9 and 4.2.11 to 4.2.14 of CIS Kubernetes.
    let found = results("violated");
    assert_eq!(found.len(), 12);
    for (kind, letters) in &found {
        let want = match kind.as_str() {
            // It has settings for a few fields only, and none for the gate.
            "bottlerocket" => "uuuuuufufuuuuff",
            // Flags are not known, and the file itself cannot set the timeout to zero.
            "kubelet" => "ffffuffffufffff",
            // kubeadm turns the rotation of certificates on when it writes the file.
            "kubeadm" => "fffffffufffffff",
            // What the file on the node says is not known.
            "cluster-api" => "ffffffffuffuffu",
            _ => "fffffffffffffff",
        };
        let files = if kind == "cloud-config" { "ffff" } else { "uuuu" };
        assert_eq!(letters, &format!("{files}{want}"), "{kind}");
    }
}

#[test]
fn controls_that_are_met_pass_and_what_is_unknown_does_not() {
    let found = results("met");
    assert_eq!(found.len(), 12);
    for (kind, letters) in &found {
        if kind == "bottlerocket" {
            // It has no setting for the gate, and does not name a certificate by itself.
            assert_eq!(letters, "uuuuppppppppfufpppp");
            continue;
        }
        assert!(!letters.contains('f'), "{kind}: {letters}");
        let (files, letters) = letters.split_at(4);
        assert_eq!(files, if kind == "cloud-config" { "pppp" } else { "uuuu" }, "{kind}");
        let unknown = letters.matches('u').count();
        let most = match kind.as_str() {
            // What the file on the node says of gates is not known.
            "cluster-api" => 2,
            // Whether the image or the tool passes `--hostname-override`.
            _ => 1,
        };
        assert!(unknown <= most, "{kind}: {letters}");
    }
}

#[test]
fn the_groups_of_rules_find_what_the_report_says() {
    let check = |name: &str, args: &[&str]| {
        let out = run_in(&folder(name), &[&["check", "--format", "json"], args, &["."]].concat(), None);
        serde_json::from_slice::<Value>(&out.stdout).unwrap()
    };
    let both = ["--select", "cis-eks,cis-kubernetes"];
    let met = check("met", &both);
    let places = met["findings"].as_array().unwrap().iter().map(|f| f["place"]["path"].as_str().unwrap());
    assert!(places.into_iter().all(|path| path.contains("bottlerocket")), "{met}");
    let found = check("violated", &both);
    let findings = found["findings"].as_array().unwrap();
    for kind in ["launch-template", "managed-group", "cloudformation", "eksctl", "karpenter", "cloud-config", "kubeadm"]
    {
        let of_kind = findings.iter().filter(|f| f["place"]["path"].as_str().unwrap().contains(kind));
        let rules: std::collections::BTreeSet<_> = of_kind.map(|f| f["rule"].as_str().unwrap()).collect();
        let wanted = match kind {
            "cloud-config" => 20,
            "kubeadm" => 15,
            _ => 16,
        };
        assert_eq!(rules.len(), wanted, "{kind}: {rules:?}");
    }
    // Without a word in the configuration, only timeouts are looked at.
    let plain = check("violated", &[]);
    let rules = plain["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap());
    assert!(rules.into_iter().all(|rule| rule == "zero-streaming-idle-timeout"), "{plain}");
    let one = check("violated", &["--select", "cis-eks", "--ignore", "open-read-only-port"]);
    assert!(!one.to_string().contains("\"open-read-only-port\""), "{one}");
    let one = check("violated", &["--ignore", "cis-eks", "--extend-select", "open-read-only-port"]);
    let rules = one["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap());
    assert!(rules.into_iter().all(|rule| rule == "open-read-only-port"), "{one}");
}

/// A repository with one file, which it may change.
fn repository(name: &str, content: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    std::fs::write(dir.path().join(name), content).unwrap();
    dir
}

const HEADER: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

#[test]
fn a_fix_writes_the_value_that_the_page_names() {
    let script = "#!/bin/bash\nPORT=10255\n/etc/eks/bootstrap.sh c --kubelet-extra-args \"--anonymous-auth=true --authorization-mode=AlwaysAllow --read-only-port=$PORT\"\n";
    let dir = repository("boot.sh", script);
    let out = run_in(dir.path(), &["check", "--select", "cis-eks", "--fix", "."], None);
    let fixed = std::fs::read_to_string(dir.path().join("boot.sh")).unwrap();
    let want = script.replace("true", "false").replace("AlwaysAllow", "Webhook").replace("10255", "0");
    assert_eq!(fixed, want, "{}", text(&out.stderr));
    let config = format!("{HEADER}featureGates: {{RotateKubeletServerCertificate: false, A: false}}\n");
    let dir = repository("kubelet.yaml", &config);
    run_in(dir.path(), &["check", "--select", "disabled-server-certificate-rotation", "--fix", "."], None);
    let fixed = std::fs::read_to_string(dir.path().join("kubelet.yaml")).unwrap();
    assert_eq!(fixed, config.replacen("false", "true", 1));
}

#[test]
fn a_missing_setting_is_reported_where_it_would_be_written_and_an_unknown_one_is_named() {
    let at = |name: &str, content: &str| {
        let dir = repository(name, content);
        let args = ["check", "--select", "unset-seccomp-default", "--format", "json", "."];
        let report: Value = serde_json::from_slice(&run_in(dir.path(), &args, None).stdout).unwrap();
        let lines = report["findings"].as_array().unwrap().iter().map(|f| f["place"]["line"].to_string());
        (lines.collect::<Vec<_>>().join(","), report["gaps"].to_string())
    };
    let file = format!("#!/bin/bash\ncat > /k.yaml <<'EOF'\n{HEADER}EOF\nkubelet --config=/k.yaml --v=2\n");
    assert_eq!(at("boot.sh", &file).0, "3");
    assert_eq!(at("boot.sh", "#!/bin/bash\nkubelet --v=2\n").0, "2");
    assert_eq!(at("boot.sh", "#!/bin/bash\nkubelet --seccomp-default\n").0, "");
    let (found, unresolved) = at("boot.sh", "#!/bin/bash\nkubelet --config=/etc/other.yaml --v=2\n");
    assert_eq!(found, "");
    assert!(unresolved.contains("`seccompDefault`: the file /etc/other.yaml"), "{unresolved}");
}

#[test]
fn a_kubelet_that_does_not_start_is_a_finding_on_request() {
    for (body, line) in [("maxPods: many\n", Some(3)), ("maxPods: 5\n", None), ("syncFrequency: 5\n", None)] {
        let dir = repository("kubelet.yaml", &format!("{HEADER}{body}"));
        let args = ["check", "--select", "kubelet-does-not-start", "--format", "json", "."];
        let report: Value = serde_json::from_slice(&run_in(dir.path(), &args, None).stdout).unwrap();
        let found = report["findings"].as_array().unwrap().iter().map(|f| f["place"]["line"].as_u64().unwrap());
        assert_eq!(found.collect::<Vec<_>>(), line.into_iter().collect::<Vec<u64>>(), "{body}");
    }
}

#[test]
fn the_page_of_the_report_escapes_what_a_repository_names() {
    let source = "resource \"aws_launch_template\" \"w\" {\n  for_each = { \"<script>alert(1)</script>\" = 1 }\n  user_data = base64encode(\"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--authorization-mode=<b>'\")\n}\n";
    let dir = repository("main.tf", source);
    for command in [&["report"][..], &["show", "--all"]] {
        let out = run_in(dir.path(), &[command, &["--format", "html", "."]].concat(), None);
        let page = text(&out.stdout);
        assert!(page.contains("&lt;script&gt;") && page.contains("&lt;b&gt;"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<b>\""), "{page}");
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn show_prints_one_field_of_every_node_group() {
    let dir = repository("kubelet.yaml", &format!("{HEADER}readOnlyPort: 10255\nfeatureGates: {{A: true}}\n"));
    let shown = |field: &str| {
        let out = run_in(dir.path(), &["show", "--field", field, "--format", "json", "."], None);
        (out.status.code(), text(&out.stdout), text(&out.stderr))
    };
    for (field, want) in [
        ("readOnlyPort", serde_json::json!({"readOnlyPort": 10255})),
        ("featureGates.A", serde_json::json!({"featureGates": {"A": true}})),
        ("authentication.anonymous", serde_json::json!({"authentication": {"anonymous": {"enabled": false}}})),
    ] {
        let report: Value = serde_json::from_str(&shown(field).1).unwrap();
        assert_eq!(report["node_groups"][0]["configuration"], want, "{field}");
    }
    let table = text(&run_in(dir.path(), &["show", "--field", "readOnlyPort", "."], None).stdout);
    assert!(table.contains("10255") && !table.contains("syncFrequency"), "{table}");
    let (code, _, told) = shown("readOnlyPrt");
    assert_eq!(
        (code, told.as_str()),
        (Some(2), "error: no kubelet has the field `readOnlyPrt`: did you mean `readOnlyPort`?\n")
    );
}

#[test]
fn the_last_mode_of_a_file_counts_and_only_if_it_is_known() {
    for (lines, fires) in [
        ("chmod 777 /etc/kubernetes/k.yaml", true),
        ("chmod 777 /etc/kubernetes/k.yaml; chmod 600 /etc/kubernetes/k.yaml", false),
        ("chmod -R 0755 /etc/kubernetes", true),
        ("chmod $MODE /etc/kubernetes/k.yaml", false),
        ("chmod 777 /etc/kubernetes/k.yaml; chmod o-w /etc/kubernetes/k.yaml", true),
        ("chmod 646 /etc/kubernetes/k.yaml; chmod o-w /etc/kubernetes/k.yaml", false),
        ("chmod 777 /etc/kubernetes/k.yaml; mv /tmp/k.yaml /etc/kubernetes/k.yaml", false),
        ("chmod 777 /etc/kubernetes/other.yaml", false),
        ("install -o root -m 0666 /tmp/k.yaml /etc/kubernetes/k.yaml", true),
        ("install -m 644 /tmp/k.yaml /etc/kubernetes/", false),
        ("install -Dm666 /tmp/k.yaml /etc/kubernetes/k.yaml", true),
        ("install -t /etc/kubernetes --mode=0666 /tmp/k.yaml", true),
        ("install /tmp/k.yaml /etc/kubernetes/k.yaml", true),
        ("chmod 666 /etc/kubernetes/a.yaml; cp -p /etc/kubernetes/a.yaml /etc/kubernetes/k.yaml", true),
        ("chmod 666 /etc/kubernetes/a.yaml; mv /etc/kubernetes/a.yaml /etc/kubernetes/k.yaml", true),
        ("ln -s /srv/kubelet.yaml /etc/kubernetes/k.yaml; chmod 666 /srv/kubelet.yaml", true),
    ] {
        let dir = repository("boot.sh", &format!("#!/bin/bash\n{lines}\nkubelet --config=/etc/kubernetes/k.yaml\n"));
        let args = ["check", "--select", "open-kubelet-config", "--format", "concise", "."];
        let out = text(&run_in(dir.path(), &args, None).stdout);
        assert_eq!(out.contains("boot.sh:2:"), fires, "{lines}: {out}");
    }
}

/// The result of one control, and what it says about the value.
fn result(name: &str, content: &str, number: &str) -> (String, String) {
    let dir = repository(name, content);
    let report: Value =
        serde_json::from_slice(&run_in(dir.path(), &["report", "--format", "json", "."], None).stdout).unwrap();
    let all = report["controls"].as_array().unwrap();
    let one = all.iter().find(|one| one["cis_eks"] == number || one["cis_kubernetes"] == number).unwrap();
    (one["result"].as_str().unwrap().to_owned(), one["value"].as_str().unwrap().to_owned())
}

#[test]
fn an_earlier_mode_or_owner_is_no_pass_once_the_file_is_replaced() {
    let script = |lines: &str| format!("#!/bin/bash\n{lines}\nkubelet --config=/etc/kubernetes/k.yaml\n");
    for (lines, number, want) in [
        ("chmod 600 /etc/kubernetes/k.yaml; cp -a /tmp/k.yaml /etc/kubernetes/k.yaml", "3.1.3", "unknown"),
        ("chmod 600 /etc/kubernetes/k.yaml; ln -sf /srv/k.yaml /etc/kubernetes/k.yaml", "3.1.3", "unknown"),
        ("chmod 600 /etc/kubernetes/k.yaml; cp /tmp/k.yaml /etc/kubernetes/k.yaml", "3.1.3", "pass"),
        ("chown root:root /etc/kubernetes/k.yaml; chgrp kube /etc/kubernetes/k.yaml", "3.1.4", "fail"),
        ("chgrp root /etc/kubernetes/k.yaml", "3.1.4", "unknown"),
        ("install -o root -g kube -m 600 /tmp/k.yaml /etc/kubernetes/k.yaml", "3.1.4", "fail"),
        ("install -o root -g root -m 600 /tmp/k.yaml /etc/kubernetes/k.yaml", "3.1.4", "pass"),
        (
            "chown root:root /etc/kubernetes/k.yaml; install -m 600 /tmp/k.yaml /etc/kubernetes/k.yaml",
            "3.1.4",
            "unknown",
        ),
    ] {
        assert_eq!(result("boot.sh", &script(lines), number).0, want, "{lines}");
    }
}

#[test]
fn other_tools_set_modes_and_owners_too() {
    let unit = "[Service]\\nExecStart=/usr/bin/kubelet --config=/etc/kubernetes/kubelet.yaml\\n";
    let config = HEADER.replace('\n', "\\n");
    let playbook = |arguments: &str| {
        format!(
            "- hosts: all\n  tasks:\n    - copy:\n        dest: /etc/kubernetes/kubelet.yaml\n        content: \"{config}\"\n{arguments}    - copy: {{dest: /etc/systemd/system/kubelet.service, content: \"{unit}\"}}\n"
        )
    };
    for (arguments, number, want) in [
        ("        mode: '0666'\n", "3.1.3", "fail"),
        ("        mode: 0600\n", "3.1.3", "pass"),
        ("        mode: u=rw,g=r,o=\n", "3.1.3", "pass"),
        ("        owner: kube\n        group: kube\n", "3.1.4", "fail"),
        ("    - file: {path: /etc/kubernetes/kubelet.yaml, mode: '0606'}\n", "3.1.3", "fail"),
        ("", "3.1.3", "unknown"),
    ] {
        assert_eq!(result("play.yml", &playbook(arguments), number).0, want, "{arguments}");
    }
    let user_data = |more: &str| {
        format!(
            "#cloud-config\nwrite_files:\n- path: /etc/kubernetes/kubelet.yaml\n  content: \"{config}\"\n{more}runcmd:\n- kubelet --config=/etc/kubernetes/kubelet.yaml\n"
        )
    };
    for (more, want) in [("", "pass"), ("  permissions: '0666'\n", "fail"), ("  permissions: 438\n", "fail")] {
        assert_eq!(result("user-data.yaml", &user_data(more), "3.1.3").0, want, "{more}");
    }
}

#[test]
fn what_another_release_of_an_image_sets_is_unknown() {
    let source = |release: &str| {
        format!(
            "resource \"aws_launch_template\" \"w\" {{\n  image_id = \"resolve:ssm:/aws/service/bottlerocket/aws-k8s-1.33/x86_64/{release}/image_id\"\n  user_data = base64encode(\"[settings.kubernetes]\\nmax-pods = 20\\n\")\n}}\n"
        )
    };
    for (release, want) in [("latest", "pass"), ("1.64.0", "pass"), ("1.20.3", "unknown"), ("1.99.0", "unknown")] {
        let (result, value) = result("main.tf", &source(release), "3.2.1");
        assert_eq!(result, want, "{release}");
        assert_eq!(value.contains(&format!("release {release}")), want == "unknown", "{value}");
    }
}
