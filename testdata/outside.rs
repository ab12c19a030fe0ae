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

const UNIT: &str = "[Service]\nExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=0\n";

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
        "resource \"null_resource\" \"p\" {\n  provisioner \"remote-exec\" {\n    script = \"OUT/s.sh\"\n    scripts = [\"OUT/s.sh\"]\n  }\n  provisioner \"file\" {\n    source = \"OUT/k.yaml\"\n    destination = \"/etc/kubernetes/kubelet/kubelet-config.json\"\n  }\n  provisioner \"local-exec\" {\n    command = \"bash OUT/s.sh kubelet\"\n  }\n}\n",
    ),
    (
        "tg/terragrunt.hcl",
        "terraform {\n  source = \"OUT/tf\"\n  extra_arguments \"a\" {\n    commands = [\"plan\"]\n    required_var_files = [\"OUT/v.tfvars\"]\n  }\n}\ninclude \"root\" {\n  path = \"OUT/tf/terragrunt.hcl\"\n}\ndependency \"d\" {\n  config_path = \"OUT/tf\"\n}\nlocals {\n  x = read_terragrunt_config(\"OUT/tf/terragrunt.hcl\")\n}\ninputs = { kubelet = file(\"OUT/s.sh\") }\n",
    ),
    (
        "packer.pkr.hcl",
        "source \"amazon-ebs\" \"a\" {\n  user_data_file = \"OUT/s.sh\"\n}\nbuild {\n  sources = [\"source.amazon-ebs.a\"]\n  provisioner \"shell\" {\n    script = \"OUT/s.sh\"\n  }\n  provisioner \"file\" {\n    source = \"OUT/k.yaml\"\n    destination = \"/x\"\n  }\n  provisioner \"ansible\" {\n    playbook_file = \"OUT/role/tasks/main.yml\"\n  }\n}\n",
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
        "resources: [OUT/k.yaml, OUT/base]\nbases: [OUT/base]\ncrds: [OUT/k.yaml]\ngenerators: [OUT/k.yaml]\ntransformers: [OUT/k.yaml]\nconfigurations: [OUT/k.yaml]\nopenapi: {path: OUT/k.yaml}\npatches: [{path: OUT/k.yaml}]\npatchesStrategicMerge: [OUT/k.yaml]\npatchesJson6902: [{path: OUT/k.yaml, target: {kind: A}}]\nreplacements: [{path: OUT/k.yaml}]\nconfigMapGenerator: [{name: kubelet, files: [kubelet=OUT/k.yaml], envs: [OUT/k.yaml]}]\nsecretGenerator: [{name: b, files: [OUT/k.yaml]}]\ncomponents: [OUT/base]\nhelmCharts: [{name: d, valuesFile: OUT/k.yaml}]\nhelmGlobals: {chartHome: OUT}\n",
    ),
    (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {name: d, version: 1.0.0, repository: \"file://OUT/chart\"}\n",
    ),
    (
        "chart/templates/a.yaml",
        "{{ .Files.Get \"OUT/k.yaml\" }}\n---\n{{ range $p, $_ := .Files.Glob \"OUT/*\" }}{{ $.Files.Get $p }}{{ end }}\n{{ .Files.Lines \"OUT/k.yaml\" }}{{ (.Files.Glob \"OUT/**\").AsConfig }}\n",
    ),
    (
        "helmfile.yaml",
        "bases: [OUT/k.yaml]\nhelmfiles: [OUT/k.yaml]\nreleases:\n- name: a\n  chart: OUT/chart\n  values: [OUT/k.yaml]\n  secrets: [OUT/k.yaml]\n",
    ),
    (
        "argo.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source: {repoURL: ., path: OUT/base, helm: {valueFiles: [OUT/k.yaml], fileParameters: [{name: a, path: OUT/k.yaml}]}, directory: {include: \"OUT/*\"}}\n",
    ),
    (
        "flux.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: OUT/base, components: [OUT/base], sourceRef: {kind: GitRepository, name: a}}\n---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec: {chart: {spec: {chart: OUT/chart, valuesFiles: [OUT/k.yaml], sourceRef: {kind: GitRepository, name: a}}}}\n",
    ),
    (
        "eksctl.yaml",
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c, region: r}\nnodeGroups:\n- name: a\n  preBootstrapCommands: [\". OUT/s.sh\"]\n  overrideBootstrapCommand: \"source OUT/s.sh\"\n",
    ),
    (
        "ansible/playbook.yml",
        "- hosts: kubelet\n  vars_files: [OUT/k.yaml]\n  roles: [OUT/role]\n  tasks:\n  - copy: {src: OUT/k.yaml, dest: /etc/kubernetes/kubelet/kubelet-config.json}\n  - template: {src: OUT/s.sh, dest: /x}\n  - script: OUT/s.sh\n  - import_tasks: OUT/k.yaml\n  - include_tasks: OUT/k.yaml\n  - include_vars: OUT/k.yaml\n  - include_role: {name: OUT/role}\n  - shell: \"{{ lookup('file', 'OUT/s.sh') }}\"\n- import_playbook: OUT/k.yaml\n",
    ),
    (
        "pulumi/Pulumi.yaml",
        "name: n\nruntime: yaml\nmain: OUT\nresources:\n  l:\n    type: aws:ec2:Instance\n    properties:\n      userData: {fn::readFile: OUT/s.sh}\n",
    ),
    (
        "launch.sh",
        "#!/bin/bash\n. OUT/s.sh\nsource OUT/s.sh\naws ec2 run-instances --user-data file://OUT/s.sh\nbash OUT/s.sh # kubelet\ncp OUT/k.yaml /etc/kubernetes/kubelet/kubelet-config.json\ncat OUT/k.yaml > /etc/kubernetes/kubelet.conf\nX=$(<OUT/k.yaml); kubelet --config OUT/k.yaml\nfor f in OUT/*; do cat $f; done\nsed s/a/b/ OUT/k.yaml\nenvsubst < OUT/x.tpl > /tmp/x\nln -s OUT/k.yaml /tmp/k\ntar xf OUT/k.yaml\nkubectl apply -f OUT/k.yaml -k OUT/base\nscp OUT/s.sh h:/x\n",
    ),
    (
        "ignition.bu",
        "variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n  - path: /etc/kubernetes/kubelet.conf\n    contents: {local: OUT/k.yaml}\n  trees: [{local: OUT}]\nsystemd:\n  units: [{name: kubelet.service, contents_local: OUT/unit.service}]\n",
    ),
    ("make/Makefile", "include OUT/s.sh\nplan:\n\tterraform plan -var-file=OUT/v.tfvars\n"),
    (
        "cloud-config.yaml",
        "#cloud-config\nruncmd: [[bash, OUT/s.sh]]\nwrite_files:\n- {path: /x, content: kubelet, source: {uri: \"file://OUT/s.sh\"}}\n",
    ),
    ("pathroot.tf", "resource \"aws_instance\" \"b2\" {\n  user_data = file(\"${path.root}/OUT/s.sh\")\n}\n"),
    ("pathcwd.tf", "resource \"aws_instance\" \"b3\" {\n  user_data = file(\"${path.cwd}/OUT/s.sh\")\n}\n"),
    ("abspath.tf", "resource \"aws_instance\" \"b4\" {\n  user_data = file(abspath(\"OUT/s.sh\"))\n}\n"),
    ("pathexpand.tf", "resource \"aws_instance\" \"b5\" {\n  user_data = file(pathexpand(\"~/s.sh\"))\n}\n"),
    (
        "filesha.tf",
        "resource \"aws_instance\" \"d1\" {\n  tags = { a = filesha256(\"OUT/s.sh\") }\n  user_data = fileexists(\"OUT/s.sh\") ? \"#!/bin/bash\\nkubelet --v=0\" : \"\"\n}\n",
    ),
    (
        "filesetup.tf",
        "resource \"aws_instance\" \"e1\" {\n  for_each = fileset(path.module, \"OUT/*.sh\")\n  user_data = file(each.key)\n}\n",
    ),
    (
        "templatedata.tf",
        "data \"template_file\" \"f\" {\n  template = file(\"OUT/x.tpl\")\n}\nresource \"aws_instance\" \"g1\" {\n  user_data = data.template_file.f.rendered\n}\n",
    ),
    (
        "kubectl.tf",
        "resource \"kubectl_manifest\" \"r\" {\n  yaml_body = file(\"OUT/k.yaml\")\n}\ndata \"kubectl_path_documents\" \"d\" {\n  pattern = \"OUT/*.yaml\"\n}\ndata \"kustomization_build\" \"k\" {\n  path = \"OUT/base\"\n}\n",
    ),
    (
        "s3.tf",
        "resource \"aws_s3_object\" \"o\" {\n  bucket = \"b\"\n  key = \"k\"\n  source = \"OUT/s.sh\"\n}\nresource \"aws_instance\" \"s3\" {\n  user_data = \"#!/bin/bash\\naws s3 cp s3://b/k /tmp/k; bash /tmp/k # kubelet\\n\"\n}\n",
    ),
    (
        "ssm.tf",
        "resource \"aws_ssm_document\" \"d\" {\n  document_type = \"Command\"\n  content = file(\"OUT/k.yaml\")\n}\n",
    ),
    ("json/x.tf.json", "{\"resource\":{\"aws_instance\":{\"j\":{\"user_data\":\"${file(\\\"OUT/s.sh\\\")}\"}}}}"),
    ("varfiles/ci.sh", "#!/bin/bash\nterraform -chdir=OUT/tf plan -var-file=OUT/v.tfvars # kubelet\n"),
    (
        "backend.tf",
        "terraform {\n  backend \"local\" {\n    path = \"OUT/plan.json\"\n  }\n}\ndata \"terraform_remote_state\" \"r\" {\n  backend = \"local\"\n  config = { path = \"OUT/plan.json\" }\n}\n",
    ),
    (
        "modulesjson/.terraform/modules/modules.json",
        "{\"Modules\":[{\"Key\":\"m\",\"Source\":\"x/y/z\",\"Dir\":\"OUT/tf\"}]}",
    ),
    ("modulesjson/main.tf", "module \"m\" {\n  source = \"x/y/z\"\n}\n"),
    (
        "tgf/terragrunt.hcl",
        "include \"root\" {\n  path = find_in_parent_folders(\"s.sh\")\n}\nterraform {\n  source = \"${get_repo_root()}/OUT/tf\"\n}\n",
    ),
    (
        "tgs/terragrunt.stack.hcl",
        "unit \"u\" {\n  source = \"OUT/tf\"\n  path = \"OUT/tf\"\n}\nstack \"s\" {\n  source = \"OUT/tf\"\n  path = \"s\"\n}\n",
    ),
    ("stacks/c.tfstack.hcl", "component \"c\" {\n  source = \"OUT/tf\"\n}\n"),
    ("stacks/d.tfdeploy.hcl", "deployment \"d\" {\n  inputs = { kubelet = file(\"OUT/s.sh\") }\n}\n"),
    ("tm/stack.tm.hcl", "stack {}\nimport {\n  source = \"OUT/tf/main.tf\"\n}\n"),
    ("tm/g.tm.hcl", "generate_hcl \"a.tf\" {\n  content {\n    x = tm_file(\"OUT/s.sh\")\n  }\n}\n"),
    ("atmos/atmos.yaml", "base_path: OUT\ncomponents: {terraform: {base_path: OUT/tf}}\nstacks: {base_path: OUT}\n"),
    (
        "atmos/stacks/a.yaml",
        "import: [OUT/stack]\ncomponents: {terraform: {a: {component: OUT/tf, vars: {kubelet: 1}}}}\n",
    ),
    (
        "packer.json",
        "{\"builders\":[{\"type\":\"amazon-ebs\",\"user_data_file\":\"OUT/s.sh\"}],\"provisioners\":[{\"type\":\"shell\",\"script\":\"OUT/s.sh\"},{\"type\":\"file\",\"source\":\"OUT/k.yaml\",\"destination\":\"/etc/kubernetes/kubelet.conf\"}]}",
    ),
    (
        "sam.yaml",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: AWS::Serverless::Application\n    Properties: {Location: OUT/t.yaml}\n",
    ),
    (
        "stackset.yaml",
        "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties: {TemplateURL: \"file://OUT/t.yaml\", TemplateBody: OUT/t.yaml}\n",
    ),
    ("samconfig.toml", "version = 0.1\n[default.deploy.parameters]\ntemplate = \"OUT/t.yaml\"\n"),
    (
        "cfnparams.sh",
        "#!/bin/bash\naws cloudformation deploy --template-file OUT/t.yaml --parameter-overrides file://OUT/base.json # kubelet\n",
    ),
    ("cdk/app.py", "import aws_cdk\nud = open(\"OUT/s.sh\").read() # kubelet\n"),
    (
        "argoset.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n  generators: [{git: {repoURL: ., files: [{path: \"OUT/*.yaml\"}], directories: [{path: \"OUT/*\"}]}}]\n  template: {spec: {source: {repoURL: ., path: \"{{path}}\"}}}\n",
    ),
    (
        "nodeadm.yaml",
        "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {cluster: {name: c}, kubelet: {config: \"file://OUT/k.yaml\", flags: [\"--config=OUT/k.yaml\"]}}\n",
    ),
    (
        "here.sh",
        "#!/bin/bash\ncd OUT && . ./s.sh\nDIR=OUT; source \"$DIR/s.sh\"\nsource \"$(dirname \"$0\")/OUT/s.sh\" # kubelet\n",
    ),
    (
        "home.sh",
        "#!/bin/bash\n. ~/s.sh\nsource $HOME/s.sh\ncat /etc/hostname /etc/passwd > /etc/kubernetes/kubelet.conf\n",
    ),
    ("ci-include.txt", "#include\nfile://OUT/s.sh\nOUT/s.sh\nkubelet\n"),
    (
        "mime.txt",
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"B\"\n\n--B\nContent-Type: text/x-include-url\n\nfile://OUT/s.sh\n--B\nContent-Type: text/cloud-boothook\n\n#!/bin/bash\n. OUT/s.sh # kubelet\n--B--\n",
    ),
    (
        "bottlerocket.toml",
        "[settings.kubernetes]\ncluster-name = \"c\"\n[settings.host-containers.admin]\nsource = \"OUT/s.sh\"\nuser-data = \"OUT/s.sh\"\n",
    ),
    (
        "user.ps1",
        "<powershell>\n. OUT/s.sh\n& $EKSBootstrapScriptFile -EKSClusterName c\nGet-Content OUT/k.yaml\n</powershell>\n",
    ),
    (
        "unit/kubelet.service",
        "[Service]\nEnvironmentFile=OUT/s.sh\nEnvironmentFile=-/etc/hostname\nExecStart=/usr/bin/kubelet --config=OUT/k.yaml --config-dir=OUT $A\n",
    ),
    (
        "crossplane.yaml",
        "apiVersion: ec2.aws.upbound.io/v1beta1\nkind: LaunchTemplate\nmetadata: {name: a}\nspec: {forProvider: {userData: \"file://OUT/s.sh\"}}\n",
    ),
    ("k3s/config.yaml", "kubelet-arg: [\"config=OUT/k.yaml\"]\n"),
    (
        "kubeadm.yaml",
        "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\npatches: {directory: OUT}\nnodeRegistration: {kubeletExtraArgs: {config: OUT/k.yaml}}\n",
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
    ("link.tf", "tf/main.tf"),
    ("kubelet.service", "unit.service"),
    ("kubelet.service.d", "dr"),
    ("group_vars", "role"),
    ("roles", "role"),
    ("helmfile.yaml", "k.yaml"),
    ("atmos.yaml", "stack.yml"),
    ("Makefile", "s.sh"),
    ("samconfig.toml", "t.yaml"),
    (".git/index", "k.yaml"),
    (".terraform", "tf"),
    ("own-rules", "rules"),
    ("etc", "/etc"),
    ("passwd.yaml", "/etc/passwd"),
    ("environment.sh", "/proc/self/environ"),
    ("zero.yaml", "/dev/zero"),
    ("dangling.sh", "nothing"),
];

/// What a configuration names.
const CONFIGURATIONS: &[&str] = &[
    "extend = \"OUT/extended.toml\"\n",
    "own-rules = \"OUT/rules\"\n",
    "baseline = \"OUT/base.json\"\n",
    "[modules]\n\"x/y/z\" = \"OUT/tf\"\n",
    "[var-files]\n\".\" = [\"OUT/v.tfvars\"]\n",
    "own-rules = \"own-rules\"\n",
    "[modules]\n\"x/y/z\" = \"linked\"\n",
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
        ("x.tpl", SCRIPT),
        ("role/tasks/main.yml", "- shell: kubelet --streaming-connection-idle-timeout=0\n"),
        ("unit.service", UNIT),
        ("dr/10.conf", UNIT),
        ("stack.yml", "vars: {kubelet: 1}\n"),
        ("extended.toml", "exclude = [\"**\"]\n"),
        ("rules/local-a.md", "---\nid: local-a\nlevel: error\n---\n# local-a\n"),
        ("base.json", "{\"version\": 1, \"findings\": []}"),
    ] {
        put(&out.join(name), content);
    }
    put(&root.join(".git/HEAD"), "ref: refs/heads/main\n");
    put(&root.join("own.sh"), SCRIPT);
    let mut kinds = 0;
    let ways = ["../out", "../../out", "../../../out", out.to_str().unwrap(), "way"];
    for (n, way) in ways.into_iter().enumerate() {
        for (name, content) in REFERENCES {
            put(&root.join(format!("{n}/{name}")), &content.replace("OUT", way));
            kinds += 1;
        }
        symlink(&out, root.join(format!("{n}/way"))).unwrap();
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
    assert!(kinds >= 370, "{kinds}");
    let ended = run_in(&root, &["check", "--format", "json", "."], None);
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| panic!("{}", text(&ended.stderr)));
    let found: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| f["place"]["path"].to_string()).collect();
    // The only zero inside, which an ignore file outside would have hidden.
    assert_eq!(found, ["\"own.sh\""], "{report:#}");
    let show = text(&run_in(&root, &["show", "--format", "json"], None).stdout);
    assert_eq!(show.matches("\"0s\"").count(), 1, "{show}");
    for option in [&["--var-file", "terraform.tfvars"][..], &["link.sh"], &["linked"], &["etc"], &["0/way/s.sh"]] {
        let ended = run_in(&root, &[&["check"], option].concat(), None);
        assert_eq!(ended.status.code(), Some(2), "{option:?}");
    }
    for configuration in CONFIGURATIONS {
        for way in ["../out", out.to_str().unwrap(), "0/way"] {
            put(&root.join("kubelet-lint.toml"), &configuration.replace("OUT", way));
            let ended = run_in(&root, &["check", "."], None);
            assert_eq!(ended.status.code(), Some(2), "{configuration}{way}");
            assert!(text(&ended.stderr).contains("outside"), "{}", text(&ended.stderr));
        }
    }
}
