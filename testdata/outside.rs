//! References out of the root, of every kind and in every form. What they lead to has a zero, so whatever is read of it is a finding
//! or a count.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::command::{run_in, text};

const SCRIPT: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
const CONFIG: &str =
    "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\n";

/// Files in which `OUT` stands for a way to the folder outside.
const REFERENCES: &[(&str, &str)] = &[
    ("file.tf", "resource \"aws_instance\" \"a\" {\n  user_data = file(\"OUT/s.sh\")\n}\n"),
    ("module-path.tf", "resource \"aws_instance\" \"b\" {\n  user_data = file(\"${path.module}/OUT/s.sh\")\n}\n"),
    ("template.tf", "resource \"aws_instance\" \"c\" {\n  user_data = templatefile(\"OUT/s.sh\", {})\n}\n"),
    ("filebase64.tf", "resource \"aws_instance\" \"d\" {\n  user_data_base64 = filebase64(\"OUT/s.sh\")\n}\n"),
    (
        "fileset.tf",
        "resource \"aws_instance\" \"e\" {\n  for_each  = fileset(\"OUT\", \"*.sh\")\n  user_data = file(\"OUT/${each.key}\")\n}\n",
    ),
    ("module.tf", "module \"m\" {\n  source = \"OUT/tf\"\n}\n"),
    (
        "file-data.tf",
        "data \"local_file\" \"f\" {\n  filename = \"OUT/s.sh\"\n}\nresource \"aws_instance\" \"g\" {\n  user_data = data.local_file.f.content\n}\n",
    ),
    (
        "cloudinit.tf",
        "data \"cloudinit_config\" \"c\" {\n  part {\n    content = file(\"OUT/s.sh\")\n  }\n}\nresource \"aws_instance\" \"h\" {\n  user_data = data.cloudinit_config.c.rendered\n}\n",
    ),
    (
        "decoded.tf",
        "locals {\n  y = yamldecode(file(\"OUT/k.yaml\"))\n}\nresource \"kubernetes_manifest\" \"m\" {\n  manifest = local.y\n}\n",
    ),
    (
        "helm.tf",
        "resource \"helm_release\" \"r\" {\n  name   = \"a\"\n  chart  = \"OUT/chart\"\n  values = [file(\"OUT/k.yaml\")]\n}\n",
    ),
    (
        "provisioner.tf",
        "resource \"null_resource\" \"p\" {\n  provisioner \"remote-exec\" {\n    script = \"OUT/s.sh\"\n  }\n  provisioner \"file\" {\n    source      = \"OUT/k.yaml\"\n    destination = \"/etc/kubernetes/kubelet/kubelet-config.json\"\n  }\n}\n",
    ),
    (
        "tg/terragrunt.hcl",
        "terraform {\n  source = \"OUT/tf\"\n}\ninclude \"root\" {\n  path = \"OUT/tf/terragrunt.hcl\"\n}\ninputs = { kubelet = file(\"OUT/s.sh\") }\n",
    ),
    (
        "packer.pkr.hcl",
        "source \"amazon-ebs\" \"a\" {\n  user_data_file = \"OUT/s.sh\"\n}\nbuild {\n  sources = [\"source.amazon-ebs.a\"]\n  provisioner \"shell\" {\n    script = \"OUT/s.sh\"\n  }\n}\n",
    ),
    (
        "stack.yaml",
        "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: OUT/t.yaml\n",
    ),
    (
        "include.yaml",
        "Resources:\n  I:\n    Fn::Transform:\n      Name: AWS::Include\n      Parameters: {Location: OUT/t.yaml}\n",
    ),
    (
        "kustomize/kustomization.yaml",
        "resources: [OUT/k.yaml, OUT/base]\npatches: [{path: OUT/k.yaml}]\nconfigMapGenerator: [{name: kubelet, files: [kubelet=OUT/k.yaml]}]\ncomponents: [OUT/base]\n",
    ),
    (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {name: d, version: 1.0.0, repository: \"file://OUT/chart\"}\n",
    ),
    (
        "chart/templates/a.yaml",
        "{{ .Files.Get \"OUT/k.yaml\" }}\n---\n{{ range $p, $_ := .Files.Glob \"OUT/*\" }}{{ $.Files.Get $p }}{{ end }}\n",
    ),
    ("helmfile.yaml", "releases:\n- name: a\n  chart: OUT/chart\n  values: [OUT/k.yaml]\n"),
    (
        "argo.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source: {repoURL: ., path: OUT/base, helm: {valueFiles: [OUT/k.yaml]}}\n",
    ),
    (
        "flux.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: OUT/base, sourceRef: {kind: GitRepository, name: a}}\n",
    ),
    (
        "eksctl.yaml",
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c, region: r}\nnodeGroups:\n- name: a\n  preBootstrapCommands: [\". OUT/s.sh\"]\n",
    ),
    (
        "ansible/playbook.yml",
        "- hosts: kubelet\n  vars_files: [OUT/k.yaml]\n  tasks:\n  - copy: {src: OUT/k.yaml, dest: /etc/kubernetes/kubelet/kubelet-config.json}\n  - template: {src: OUT/s.sh, dest: /x}\n  - script: OUT/s.sh\n  - import_tasks: OUT/k.yaml\n",
    ),
    (
        "pulumi/Pulumi.yaml",
        "name: n\nruntime: yaml\nresources:\n  l:\n    type: aws:ec2:Instance\n    properties:\n      userData:\n        fn::readFile: OUT/s.sh\n",
    ),
    (
        "launch.sh",
        "#!/bin/bash\n. OUT/s.sh\nsource OUT/s.sh\naws ec2 run-instances --user-data file://OUT/s.sh\nbash OUT/s.sh # kubelet\ncp OUT/k.yaml /etc/kubernetes/kubelet/kubelet-config.json\n",
    ),
    (
        "ignition.bu",
        "variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n  - path: /etc/kubernetes/kubelet.conf\n    contents: {local: OUT/k.yaml}\nsystemd:\n  units: [{name: kubelet.service, contents_local: OUT/s.sh}]\n",
    ),
    ("make/Makefile", "include OUT/s.sh\nplan:\n\tterraform plan -var-file=OUT/v.tfvars\n"),
    (
        "cloud-config.yaml",
        "#cloud-config\nruncmd: [[bash, OUT/s.sh]]\nwrite_files:\n- {path: /x, content: kubelet, source: {uri: \"file://OUT/s.sh\"}}\n",
    ),
];

/// Links; most of them are files that something looks for by name.
const LINKS: &[(&str, &str)] = &[
    ("link.sh", "s.sh"),
    ("link.yaml", "k.yaml"),
    ("linked", "tf"),
    (".gitignore", "ignore"),
    (".ignore", "ignore"),
    (".git/info/exclude", "ignore"),
    ("terraform.tfvars", "v.tfvars"),
    ("x.auto.tfvars", "v.tfvars"),
    ("chart/values.yaml", "k.yaml"),
    ("chart/templates/b.yaml", "k.yaml"),
    ("chart/charts", "base"),
    ("chart/.helmignore", "ignore"),
    ("kustomize/base", "base"),
    ("user-data.txt", "s.sh"),
    ("10-kubelet.conf", "s.sh"),
];

fn put(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

#[test]
fn nothing_outside_the_root_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (out, root) = (dir.path().join("out"), dir.path().join("root"));
    let instance = format!("resource \"aws_instance\" \"o\" {{\n  user_data = <<E\n{SCRIPT}E\n}}\n");
    for (name, content) in [
        ("s.sh", SCRIPT),
        ("k.yaml", CONFIG),
        ("tf/main.tf", &instance),
        ("tf/terragrunt.hcl", "inputs = { kubelet = \"--sync-frequency=0\" }\n"),
        ("t.yaml", CONFIG),
        ("base/kustomization.yaml", "resources: [k.yaml]\n"),
        ("base/k.yaml", CONFIG),
        ("chart/Chart.yaml", "apiVersion: v2\nname: d\nversion: 1.0.0\n"),
        ("chart/templates/k.yaml", CONFIG),
        ("v.tfvars", "idle = \"0s\"\n"),
        ("ignore", "own.sh\n"),
    ] {
        put(&out.join(name), content);
    }
    put(&root.join(".git/HEAD"), "ref: refs/heads/main\n");
    put(&root.join("own.sh"), SCRIPT);
    let mut kinds = 0;
    for (n, way) in ["../out", "../../out", "../../../out", out.to_str().unwrap()].into_iter().enumerate() {
        for (name, content) in REFERENCES {
            put(&root.join(format!("{n}/{name}")), &content.replace("OUT", way));
            kinds += 1;
        }
    }
    for (name, to) in LINKS {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(out.join(to), path).unwrap();
        kinds += 1;
    }
    put(
        &root.join("idle.tf"),
        "variable \"idle\" {\n  default = \"1h\"\n}\nresource \"aws_instance\" \"z\" {\n  user_data = \"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'\\n\"\n}\n",
    );
    assert!(kinds >= 60, "{kinds}");
    let ended = run_in(&root, &["check", "--format", "json", "."], None);
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| panic!("{}", text(&ended.stderr)));
    let found: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| f["place"]["path"].to_string()).collect();
    // The only zero inside, which an ignore file outside would have hidden.
    assert_eq!(found, ["\"own.sh\""], "{report:#}");
    let show = text(&run_in(&root, &["show", "--format", "json"], None).stdout);
    assert_eq!(show.matches("\"0s\"").count(), 1, "{show}");
    for option in [&["--var-file", "terraform.tfvars"][..], &["link.sh"], &["linked"]] {
        let ended = run_in(&root, &[&["check"], option].concat(), None);
        assert_eq!(ended.status.code(), Some(2), "{option:?}");
    }
}
