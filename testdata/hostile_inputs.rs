//! Inputs on which this program once failed, each of a class of its own: it took too long or too much memory, said nothing about
//! what it did not read, or followed a name that it should not. Every input is generated. Whatever it is, the run ends by itself
//! with 0, 1 or 2, every report is whole and safe, and a zero that is in there is found, or a word says what was not read.
#![cfg(unix)]
#![allow(clippy::format_collect, reason = "the inputs are small")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::text;
use crate::hostile::hold;

const BOOT: &str = "/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
const ZERO: &str = "KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0";
const CONFIG: &str =
    "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nruntimeRequestTimeout: 0\n";
const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\n";
/// Any of these says that something was not read.
const WORDS: &[&str] = &["not followed", "warning:", "not fully read", "problem"];

/// One input, and what is expected of it beyond what holds for all.
struct Case {
    name: &'static str,
    build: Box<dyn Fn(&Path)>,
    args: &'static [&'static str],
    codes: &'static [i32],
    /// One of these is said.
    says: &'static [&'static str],
    never: &'static [&'static str],
    /// A zero is in there.
    planted: bool,
}

impl Case {
    fn of(name: &'static str, build: impl Fn(&Path) + 'static) -> Self {
        let build = Box::new(build);
        Self { name, build, args: &["."], codes: &[0, 1, 2], says: &[], never: &[], planted: true }
    }

    fn files(name: &'static str, files: impl Fn() -> Vec<(String, String)> + 'static) -> Self {
        Self::of(name, move |dir| files().iter().for_each(|(name, content)| put(dir, name, content)))
    }

    fn file(name: &'static str, path: &'static str, content: impl Fn() -> String + 'static) -> Self {
        Self::of(name, move |dir| put(dir, path, content()))
    }

    /// A script whose last command gives a kubelet a zero.
    fn script(name: &'static str, body: impl Fn() -> String + 'static) -> Self {
        Self::file(name, "u.sh", move || script(&body()))
    }

    /// A chart with a template that is followed by a configuration.
    fn chart(name: &'static str, template: impl Fn() -> String + 'static) -> Self {
        Self::files(name, move || {
            let template = format!("{}\n---\n{CONFIG}", template());
            list(&[
                ("Chart.yaml", CHART),
                ("values.yaml", "a: 1\n"),
                ("k.yaml", CONFIG),
                ("templates/a.yaml", &template),
            ])
        })
    }

    fn named(self, args: &'static [&'static str]) -> Self {
        Self { args, ..self }
    }

    fn ends(self, codes: &'static [i32]) -> Self {
        Self { codes, ..self }
    }

    fn says(self, says: &'static [&'static str]) -> Self {
        Self { says, ..self }
    }

    fn never(self, never: &'static [&'static str]) -> Self {
        Self { never, ..self }
    }

    fn without_zero(self) -> Self {
        Self { planted: false, ..self }
    }

    fn hold(&self) {
        let dir = tempfile::tempdir().unwrap();
        let (dir, out) = (dir.path().join("in"), dir.path().join("out"));
        fs::create_dir_all(&dir).unwrap();
        fs::create_dir_all(&out).unwrap();
        (self.build)(&dir);
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubelet-lint"));
        command.args(["check", "--verbose", "--color", "never"]).args(self.args).current_dir(&dir).stdin(Stdio::null());
        for format in ["json", "sarif", "gitlab", "junit"] {
            command.args(["--format", format, "--output"]).arg(out.join(format));
        }
        let ended = command.args(["--format", "human"]).output().unwrap();
        let (said, name) = (text(&ended.stdout) + &text(&ended.stderr), self.name);
        let code = ended.status.code().unwrap_or(-1);
        let shown = said.chars().take(3000).collect::<String>();
        assert!(self.codes.contains(&code), "{name}: {:?}: {shown}", ended.status);
        assert!(!said.contains("panicked") && !said.contains("internal error"), "{name}: {shown}");
        hold(name, &said);
        for format in ["json", "sarif", "gitlab", "junit"] {
            let Ok(report) = fs::read_to_string(out.join(format)) else { continue };
            hold(&format!("{name}: {format}"), &report);
            let json = || serde_json::from_str::<serde_json::Value>(&report);
            assert!(format == "junit" || json().is_ok(), "{name}: {format}: {:?}", json().err());
            for word in self.never {
                assert!(!report.contains(word), "{name}: {format} says {word}");
            }
        }
        assert!(self.says.is_empty() || self.says.iter().any(|word| said.contains(word)), "{name}: {shown}");
        assert!(self.never.iter().all(|word| !said.contains(word)), "{name}: {shown}");
        let spoken = code != 0 || WORDS.iter().any(|word| said.contains(word));
        assert!(!self.planted || spoken, "{name}: silent: {shown}");
    }
}

fn put(dir: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn list(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect()
}

fn script(body: &str) -> String {
    format!("#!/bin/bash\n{body}\n{BOOT}")
}

fn hold_all(cases: &[Case]) {
    cases.iter().for_each(Case::hold);
}

fn template(expression: &str) -> String {
    format!(
        "locals {{\n  h = {expression}\n}}\nresource \"aws_launch_template\" \"w\" {{\n  user_data = base64encode(\"#!/bin/bash\\nX='${{local.h}}'\\n{}\\n\")\n}}\n",
        BOOT.trim_end()
    )
}

#[test]
fn scripts_that_grow_or_never_end() {
    hold_all(&[
        Case::script("seq-to-the-last-number", || "seq 9223372036854775806 9223372036854775807".to_owned()),
        Case::script("eval-that-doubles", || "X='X=\"$X$X\"; eval \"$X\"'; eval \"$X\"".to_owned()),
        Case::script("awk-doubles", || "awk 'BEGIN{x=\"a\"; for(i=0;i<100;i++)x=x x; print x}' > /etc/y".to_owned()),
        Case::script("awk-fields", || "awk 'BEGIN{$9000=1; for(i=1;i<9000;i++)$i=i; print}'".to_owned()),
        Case::script("jq-again-and-again", || {
            let one =
                "jq '[range(99999)]|map([range(9)])|flatten|sort|group_by(.)|unique|tostring|length' /etc/x > /etc/y\n";
            format!("echo '[1]' > /etc/x\n{}", one.repeat(250))
        }),
        Case::script("envsubst-grows", || {
            let (long, many) = ("a".repeat(100_000), "$X".repeat(5_000));
            format!("export X={long}\ncat > /etc/x <<'E'\n{many}\nE\nenvsubst < /etc/x > /etc/y")
        }),
        Case::script("pipes", || format!("true{}", " | cat".repeat(100_000))).says(&["commands of a script"]),
        Case::script("programs-that-run-programs", || format!("{}true", "sudo env nice command ".repeat(10_000)))
            .says(&["commands of a script"]),
        Case::script("brackets-without-end", || format!("echo {}'a' {}'a']", "[".repeat(40_000), "[[:".repeat(20_000))),
        Case::script("defaults-in-defaults", || {
            let fields = [("A", "sync"), ("B", "file-check"), ("C", "http-check"), ("D", "node-status-update")];
            let nested = |v: &str| (0..24).fold("1m".to_owned(), |inner, n| format!("${{{v}{n}:-{inner}}}"));
            let options = fields.map(|(v, f)| format!(" --extra-config=kubelet.{f}-frequency={}", nested(v)));
            format!("minikube start{}", options.concat())
        }),
        Case::script("loops-that-ask-in-each-round", || {
            let names: String = (0..200).map(|n| format!(" k{n}")).collect();
            let ask = "if grep -q $k /proc/cmdline; then N=\"$N,$k\"; elif grep -q x$k /etc/x; then break; fi";
            format!("for k in{names}; do {ask}; done\nfor ((k=0;k<200;k++)); do {ask}; done")
        }),
        Case::script("more-patterns-than-fit", || format!("grep -E '{}' /etc/x", "a\n".repeat(100_000))),
        Case::script("braces-without-end", || {
            format!("echo {} {} {}}}", "{".repeat(90_000), "{a$b".repeat(20_000), "{".repeat(40_000))
        }),
        Case::file("powershell-names-without-end", "u.ps1", || {
            let name = "${".repeat(200_000);
            format!(
                "$x = \"{name}\"\n& 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1' -EKSClusterName x -KubeletExtraArgs '--streaming-connection-idle-timeout=0'\n"
            )
        }),
        Case::script("groups-without-end", || format!("case x in {}'a') ;; esac", "@(".repeat(30_000))),
        Case::script("edits-of-one-file", || {
            format!("echo {} > /etc/x\n{}", "a".repeat(100_000), "sed -i 's/a/b/' /etc/x\n".repeat(20_000))
        }),
        Case::script("letters-again-and-again", || {
            format!("X={}\n{}", "a".repeat(50_000), "Y=${X^^}\n".repeat(10_000))
        }),
        Case::script("not-seventy-times", || format!("[[ {}a ]]", "! ".repeat(70))),
        Case::script("quoted-in-quoted", || format!("X={}x{}", "\"$(echo ".repeat(40), ")\"".repeat(40))),
        Case::script("more-lines-than-an-array-has", || {
            format!(
                "mapfile -t A <<'E'\n{}E\nkubelet --streaming-connection-idle-timeout=\"${{A[5000]}}\"",
                "4h\n".repeat(4_999) + "0\n"
            )
        }),
    ]);
}

#[test]
fn values_that_grow() {
    hold_all(&[
        Case::file("replace-nothing", "main.tf", || {
            template(&format!("replace(\"{}\", \"\", \"{}\")", "a".repeat(100_000), "b".repeat(100_000)))
        }),
        Case::files("pulumi-variables-double", || {
            let double: String = (0..60).map(|n| format!("  x{}: ${{x{n}}}${{x{n}}}\n", n + 1)).collect();
            let program = format!(
                "name: x\nruntime: yaml\nvariables:\n  x0: aaaaaaaaaa\n{double}resources:\n  l:\n    type: aws:ec2:LaunchTemplate\n    properties:\n      userData: ${{x60}}\n"
            );
            list(&[("Pulumi.yaml", &program), ("k.yaml", CONFIG)])
        }),
        Case::file("aliases-of-a-long-word", "k.yaml", || {
            let head = CONFIG.replace("runtimeRequestTimeout: 0\n", "");
            let aliases = vec!["*a"; 100_000].join(",");
            format!("{head}a: &a {}\nb: [{aliases}]\nruntimeRequestTimeout: 0\n", "x".repeat(1000))
        }),
        Case::file("300000-keys", "k.yaml", || {
            let keys: String = (0..60_000).map(|n| format!("k{n}: 1\n")).collect();
            CONFIG.replace("runtime", &format!("{keys}runtime"))
        }),
        Case::chart("helm-lists-double", || {
            format!("{{{{ $x := list 1 }}}}{}a: {{{{ $x | toJson }}}}", "{{ $x = concat $x $x }}".repeat(60))
        }),
        Case::chart("helm-replace-grows", || {
            let grows = "{{ $x = $x | replace \"a\" \"aaaaaaaaaa\" }}".repeat(30);
            format!("{{{{ $x := \"aaaaaaaaaa\" }}}}{grows}a: {{{{ $x }}}}")
        }),
        Case::chart("helm-open-actions", || "{{".repeat(50_000)),
        Case::files("kustomize-copies-of-copies", || {
            let patch = |n| {
                format!(
                    "- patch: '[{{\"op\":\"copy\",\"from\":\"/data\",\"path\":\"/data/x{n}\"}}]'\n  target: {{kind: ConfigMap}}\n"
                )
            };
            let patches: String = (0..60).map(patch).collect();
            let map: String = CONFIG.lines().map(|line| format!("    {line}\n")).collect();
            list(&[
                ("kustomization.yaml", &format!("resources: [k.yaml]\npatches:\n{patches}")),
                (
                    "k.yaml",
                    &format!(
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: kubelet}}\ndata:\n  kubelet: |\n{map}"
                    ),
                ),
            ])
        }),
    ]);
}

#[test]
fn trees_of_modules_charts_bases_and_stacks() {
    let boots: String = BOOT.lines().map(|line| format!("            {line}\n")).collect();
    hold_all(&[
        Case::files("modules-times-modules", || {
            let call = |to: &str| format!("module \"x\" {{\n source = \"{to}\"\n count = 30\n}}\n");
            let group = format!(
                "resource \"aws_launch_template\" \"w\" {{\n  count = 30\n  user_data = base64encode(\"#!/bin/bash\\n{}\\n\")\n}}\n",
                BOOT.trim_end()
            );
            let (a, b, c) = (call("./m"), call("../n"), call("../o"));
            list(&[("main.tf", &a), ("m/main.tf", &b), ("n/main.tf", &c), ("o/main.tf", &group)])
        }),
        Case::files("helm-charts-of-charts", || {
            let chart = |n: usize| {
                let next = n + 1;
                let one = |j| {
                    format!("- {{name: c{next}, alias: x{j}, version: 1.0.0, repository: \"file://../c{next}\"}}\n")
                };
                let inner: String = (0..4).map(one).collect();
                let about = format!("apiVersion: v2\nname: c{n}\nversion: 1.0.0\ndependencies:\n{inner}");
                [(format!("c{n}/Chart.yaml"), about), (format!("c{n}/templates/k.yaml"), CONFIG.to_owned())]
            };
            (0..10).flat_map(chart).collect()
        }),
        Case::files("kustomize-two-bases-each", || {
            let base = |n: usize| {
                let next = n + 1;
                ["a", "b"].map(|x| {
                    let text = format!("resources: [../b{next}a, ../b{next}b]\nnamePrefix: {x}\n");
                    (format!("b{n}{x}/kustomization.yaml"), text)
                })
            };
            let last = ["a", "b"].map(|x| {
                let names = [("kustomization.yaml", "resources: [k.yaml]\n"), ("k.yaml", CONFIG)];
                names.map(|(name, text)| (format!("b30{x}/{name}"), text.to_owned()))
            });
            (0..30).flat_map(base).chain(last.into_iter().flatten()).collect()
        }),
        Case::files("kustomize-chain-of-60", || {
            let one = |n: usize| (format!("b{n}/kustomization.yaml"), format!("resources: [../b{}]\n", n + 1));
            let last = list(&[("b60/kustomization.yaml", "resources: [k.yaml]\n"), ("b60/k.yaml", CONFIG)]);
            (0..60).map(one).chain(last).collect()
        }),
        Case::files("nested-stacks-of-nested-stacks", move || {
            let stack = |n: usize| {
                let one = |j| {
                    format!(
                        "  S{j}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: s{}.yaml}}}}\n",
                        n + 1
                    )
                };
                (format!("s{n}.yaml"), format!("Resources:\n{}", (0..5).map(one).collect::<String>()))
            };
            let last = format!(
                "Resources:\n  L:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        UserData:\n          Fn::Base64: |\n            #!/bin/bash\n{boots}"
            );
            (0..20).map(stack).chain([("s20.yaml".to_owned(), last)]).collect()
        }),
    ]);
}

/// A chart whose value `idle` reaches a node, and other files.
fn with_chart(name: &'static str, files: impl Fn() -> Vec<(String, String)> + 'static) -> Case {
    let class = "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: pond}\nspec:\n  amiFamily: AL2023\n  userData: |\n    apiVersion: node.eks.aws/v1alpha1\n    kind: NodeConfig\n    spec: {kubelet: {flags: [\"--streaming-connection-idle-timeout={{ .Values.idle }}\"]}}\n";
    Case::files(name, move || {
        let chart =
            [("chart/Chart.yaml", CHART), ("chart/values.yaml", "idle: 4h\n"), ("chart/templates/nc.yaml", class)];
        list(&chart).into_iter().chain(files()).collect()
    })
}

/// The same many times, and a zero behind it: each limit is named.
#[test]
fn the_last_of_many_is_found_or_a_limit_is_named() {
    let install = "helm upgrade z ./chart --set idle";
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    type Many<'a> = &'a dyn Fn(usize, &dyn Fn(usize) -> String) -> String;
    let makefile = move |name, body: fn(Many<'_>) -> String| {
        with_chart(name, move || list(&[("Makefile", &format!("{}\t{install}=$(A)\n", body(&many)))]))
    };
    let module = |given: String| {
        let group = template("\"\"").replace("timeout=0", "timeout=${var.t}");
        let variable = "variable \"t\" {\n default = \"4h\"\n}\n";
        list(&[("main.tf", &format!("{variable}{group}")), ("deploy.sh", &format!("#!/bin/bash\n{given}"))])
    };
    let playbook = |command: String| {
        let play = "- hosts: nodes\n  tasks:\n  - copy: {dest: /etc/default/kubelet, content: \"KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout={{ idle }}\\n\"}\n";
        list(&[("site.yml", play), ("deploy.sh", &format!("#!/bin/bash\n{command}"))])
    };
    let chart = |depth: usize| (format!("c{}/Chart.yaml", "/charts/s".repeat(depth)), CHART.replace("c\n", "s\n"));
    hold_all(&[
        makefile("words-of-a-loop", |many| {
            format!("L = {}0s\nA = 4h\nz:\n\t$(foreach i,$(L),{};)\n", many(2_500, &|n| format!("a{n} ")), "helm upgrade z$(i) ./chart --set idle=$(i)")
        }),
        makefile("targets-with-percent", |many| {
            format!("{}zz%: A = 0s\nA = 4h\nzzz:\n", many(500, &|n| format!("x{n}%: A = 4h\n")))
        })
        .says(&["targets of a makefile with `%`"]),
        makefile("words-times-words", |many| {
            format!("B := {}\n{}A = 0s\nz:\n", many(8_000, &|n| format!("a{n} ")), "C := $(filter $(B),$(B))\n".repeat(20))
        }),
        Case::files("values-of-one-command", move || {
            module(format!("terraform apply {}-var t=0\n", many(300, &|n| format!("-var a{n}=1 "))))
        })
        .says(&["commands with values of one file"]),
        Case::files("values-times-values", move || {
            let all = many(250, &|n| format!("TF_VAR_t={}m\nterraform apply -var t={n}m\n", n + 1));
            module(format!("{all}TF_VAR_t=0 terraform apply\n"))
        })
        .says(&["sets of values of commands"]),
        Case::files("file-with-commands", move || {
            module(format!("{}terraform apply -var t=0\n", "# aaaaaaaaaaaaaaaaaa\n".repeat(15_000)))
        })
        .says(&["size of a file with commands"]),
        Case::files("commands-that-run-a-playbook", move || {
            let all = many(100, &|n| format!("ansible-playbook site.yml -e idle={}m\n", n + 1));
            playbook(format!("{all}ansible-playbook site.yml -e idle=0s\n"))
        })
        .says(&["commands that run a playbook"]),
        Case::files("variables-of-one-command", move || {
            playbook(format!("ansible-playbook site.yml -e '{}idle=0s'\n", many(300, &|n| format!("a{n}=1 "))))
        })
        .says(&["variables of one command"]),
        with_chart("jobs-that-one-job-takes-over", move || {
            let names = many(100, &|n| format!(".j{n},"));
            let jobs = many(100, &|n| format!(".j{}:\n  extends: [{names}]\n", n + 1));
            let first = ".j0:\n  variables:\n    IDLE: 0s\n";
            let last = format!("z:\n  extends: .j100\n  script:\n    - {install}=$IDLE\n");
            list(&[(".gitlab-ci.yml", &format!("{first}{jobs}{last}"))])
        })
        .says(&["jobs that one job takes over"]),
        with_chart("values-that-a-program-makes", || {
            list(&[("Tiltfile", "k8s_yaml(helm('chart', name='z', set=idle_settings()))\n")])
        })
        .ends(&[0])
        .says(&["1 value unresolved"])
        .without_zero(),
        with_chart("words-that-are-no-calls", || {
            let all = format!("{}k8s_yaml(helm('chart', name='z', set=['idle=0s']))\n", "# helm helm\n".repeat(100));
            list(&[("Tiltfile", &all)])
        })
        .ends(&[1]),
        with_chart("releases-of-one-file", move || {
            let task = |name: &str, idle: &str| format!("- task: HelmDeploy@0\n  inputs:\n    command: upgrade\n    chartPath: chart\n    releaseName: {name}\n    overrideValues: idle={idle}\n");
            let all = many(150, &|n| task(&format!("r{n}"), "4h"));
            list(&[("azure-pipelines.yml", &format!("steps:\n{all}{}", task("z", "0s")))])
        })
        .says(&["releases of one file"]),
        with_chart("helmfile-of-itself", || {
            let releases = "releases:\n- {name: z, chart: ./chart, values: [{idle: 0s}]}\n";
            list(&[("helmfile.yaml", &format!("helmfiles: [helmfile.yaml, '*.yaml']\nbases: [helmfile.yaml]\n{releases}"))])
        })
        .ends(&[1]),
        with_chart("helmfile-that-is-no-yaml", || {
            let releases = "releases:\n- name: z\n  chart: ./chart\n  values: [{idle: 0s}]\n";
            list(&[("helmfile.yaml.gotmpl", &format!("{releases}x: {{{{ \"[\" }}}}\n"))])
        })
        .says(&["a helmfile, which is not valid YAML"])
        .without_zero(),
        Case::files("charts-in-charts", move || {
            let last = ("c".to_owned() + &"/charts/s".repeat(9) + "/templates/k.yaml", CONFIG.to_owned());
            (0..10).map(chart).chain([last]).collect()
        })
        .says(&["depth of charts in charts"]),
        Case::chart("templates-again-and-again", || {
            "{{ define \"a\" }}{{ include \"a\" . }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}".to_owned()
        })
        .says(&["steps of a template"]),
        Case::files("pattern-of-a-target", move || {
            let target = "- {target: {kind: '((((a{1,999}){1,999}){1,999}){1,999})|ConfigMap'}, patch: '[{op: add, path: /spec/a, value: b}]'}\n";
            let maps = many(300, &|n| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}}}\n"));
            let all = format!("resources: [k.yaml]\npatches:\n{}", target.repeat(50));
            list(&[("kustomization.yaml", &all), ("k.yaml", &format!("{CONFIG}{maps}"))])
        })
        .says(&["size of a regular expression"]),
        Case::files("fallbacks-of-a-value-of-serverless", || {
            let values = "self:custom.a,".repeat(300_000);
            let resource = format!("Resources:\n    L:\n      Type: AWS::EC2::LaunchTemplate\n      Properties:\n        LaunchTemplateData:\n          UserData: 'kubelet ${{{values}self:custom.b}}'\n");
            list(&[("serverless.yml", &format!("service: x\nprovider: {{name: aws}}\nresources:\n  {resource}"))])
        })
        .without_zero(),
        Case::files("texts-of-a-playbook-double", || {
            let double = "  - set_fact: {x: '{{ x }}{{ x }}'}\n".repeat(60);
            let last = "  - copy: {dest: /etc/default/kubelet, content: \"KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0\\n\"}\n";
            let play = format!("- hosts: nodes\n  tasks:\n  - set_fact: {{x: aaaa}}\n{double}{last}");
            list(&[("site.yml", &play)])
        })
        .says(&["steps or size of a template"]),
        Case::files("tasks-in-tasks", || {
            let blocks: String = (1..70).map(|n| format!("{}- block:\n", "  ".repeat(n))).collect();
            let last = "  - copy: {dest: /etc/default/kubelet, content: \"KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0\\n\"}\n";
            list(&[("site.yml", &format!("- hosts: nodes\n  tasks:\n{last}{blocks}"))])
        })
        .says(&["nested deeper"]),
        Case::files("objects-of-a-bucket", || {
            let last = format!("#!/bin/bash\\n{}\\n", BOOT.trim_end());
            let object = |name: &str| {
                format!("resource \"aws_s3_object\" \"{name}\" {{\n  count = 100\n  bucket = \"b\"\n  key = \"{name}${{count.index}}\"\n  content = count.index == 99 ? \"{last}\" : \"x\"\n}}\n")
            };
            let group = template("\"\"").replace(BOOT.trim_end(), "aws s3 cp s3://b/c99 /tmp/x.sh\\nbash /tmp/x.sh");
            list(&[("main.tf", &["a", "b", "c"].map(object).concat()), ("group.tf", &group)])
        })
        .says(&["limit reached: stored objects"]),
        Case::files("large-files-of-other-kinds", || {
            let lines = "# aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n".repeat(80_000);
            let go = format!("package main\n\nvar args = \"--streaming-connection-idle-timeout=0\"\n\n{}", lines.replace('#', "//"));
            let script = format!("IDLE=0s\nsed -i \"s|@IDLE@|$IDLE|\" c.yaml\neksctl create cluster -f c.yaml\n{lines}");
            let sources = BOOT.replace("timeout=0'", "timeout='$IDLE").replace("/etc", ". ./defaults.env\n/etc");
            let more = [("u.sh", &*format!("#!/bin/bash\n{sources}")), ("defaults.env", &format!("IDLE=0\n{lines}"))];
            list(&[&more[..], &[("nodes.go", &go), ("up.sh", &script)]].concat())
        })
        .says(&[
            "nodes.go:1:1: cannot be read: larger than 4 MiB",
            "up.sh:1:1: cannot be read: larger than 4 MiB",
            "defaults.env:1:1: cannot be read: larger than 4 MiB",
        ])
        .without_zero(),
        Case::file("blocks-in-blocks", "u.ps1", || {
            let blocks = "if ($a) { ".repeat(100) + &"}".repeat(100);
            format!("{blocks}\n& 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1' -EKSClusterName x -KubeletExtraArgs '--streaming-connection-idle-timeout=0'\n")
        })
        .says(&["nesting of a script of PowerShell"]),
    ]);
}

#[test]
fn much_of_everything() {
    hold_all(&[
        Case::file("plan-of-4000-templates-in-one-line", "plan.json", || {
            use base64::Engine;
            let data = base64::engine::general_purpose::STANDARD.encode(script(""));
            let one = |n| format!("{{\"address\":\"aws_launch_template.w[{n}]\",\"mode\":\"managed\",\"type\":\"aws_launch_template\",\"name\":\"w\",\"index\":{n},\"values\":{{\"user_data\":\"{data}\"}}}}");
            let all = (0..300).map(one).collect::<Vec<_>>().join(",");
            format!("{{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.0\",\"planned_values\":{{\"root_module\":{{\"resources\":[{all}]}}}}}}")
        })
        .says(&["zero-streaming"]),
        Case::files("100000-findings", || {
            let names = "syncFrequency fileCheckFrequency httpCheckFrequency streamingConnectionIdleTimeout nodeStatusUpdateFrequency nodeStatusReportFrequency imageMinimumGCAge volumeStatsAggPeriod cpuManagerReconcilePeriod";
            let zeros: String = names.split(' ').map(|name| format!("{name}: 0\n")).collect();
            let file = vec![format!("{CONFIG}{zeros}"); 60].join("---\n");
            (0..3).map(|n| (format!("k{n}.yaml"), file.clone())).collect()
        })
        .ends(&[1]),
        Case::files("rule-page-of-brackets", || {
            let page = format!("---\na: {}\n---\n# local-a\n", "[".repeat(100_000));
            list(&[("kubelet-lint.toml", "own-rules = \"l\"\n"), ("u.sh", &script("")), ("l/local-a.md", &page)])
        })
        .without_zero(),
        Case::files("50000-patterns", || {
            let all = (0..50_000).map(|n| format!("\"a{n}*b*c*d*e/**/x{n}\"")).collect::<Vec<_>>().join(",");
            list(&[("kubelet-lint.toml", &format!("exclude = [{all}]\n")), ("u.sh", &script(""))])
        })
        .ends(&[2])
        .says(&["more than 1000"]),
        Case::files("gitignore-of-200000-lines", || {
            let all: String = (0..200_000).map(|n| format!("/a{n}/**/b*{n}[a-z]*\n")).collect();
            list(&[(".gitignore", &all), ("u.sh", &script(""))])
        }),
        Case::script("script-of-5-mb", || "# aaaaaaaaaaa\n".repeat(400_000))
            .named(&["--strict", "u.sh"])
            .ends(&[1, 2])
            .says(&["zero-streaming", "MiB"]),
        Case::file("yaml-of-5-mb", "k.yaml", || format!("{CONFIG}{}", "# aaaaaaaaaaa\n".repeat(400_000))),
        Case::of("utf-16-yaml", |dir| {
            let units = "\u{FEFF}".encode_utf16().chain(CONFIG.encode_utf16());
            put(dir, "k.yaml", units.flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        }),
        Case::file("mime-600-parts", "user-data.txt", || {
            let part = "--B\nContent-Type: text/plain\n\nx\n".repeat(600);
            format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"B\"\n\n{part}--B\nContent-Type: text/x-shellscript\n\n{}\n--B--\n", script(""))
        }),
        Case::file("mime-long-header", "user-data.txt", || {
            let header = " x=y;\n".repeat(2_000);
            format!("Content-Type: multipart/mixed;\n{header} boundary=\"B\"\nMIME-Version: 1.0\n\n--B\nContent-Type: text/x-shellscript\n\n{}\n--B--\n", script(""))
        }),
    ]);
}

#[test]
fn names_that_lead_elsewhere() {
    let zero = |dir: &Path| put(dir, "u.sh", script(""));
    hold_all(&[
        Case::of("gitignore-is-a-pipe", move |dir| {
            assert!(Command::new("mkfifo").arg(dir.join(".gitignore")).status().unwrap().success());
            zero(dir);
        })
        .says(&["zero-streaming"]),
        Case::of("gitignore-never-ends", move |dir| {
            symlink("/dev/zero", dir.join(".gitignore")).unwrap();
            zero(dir);
        })
        .says(&["zero-streaming"]),
        Case::of("dot-ignore-hides-everything", move |dir| {
            put(dir, ".ignore", "*\n");
            put(dir, ".git/HEAD", "ref: refs/heads/main\n");
            zero(dir);
        })
        .says(&["zero-streaming"]),
        Case::of("file-name-is-a-workflow-command", |dir| put(dir, "::error::pwned.sh", script("")))
            .says(&["zero-streaming"]),
        Case::of("escape-in-a-path", |dir| put(dir, "a\u{1b}[31mred\u{1b}]8;;http:b.sh", script("")))
            .says(&["zero-streaming"]),
        Case::of("named-link-out-of-the-repository", |dir| {
            put(dir, "repo/.git/HEAD", "ref: refs/heads/main\n");
            put(dir, "out/s.sh", script(""));
            symlink("../out/s.sh", dir.join("repo/link.sh")).unwrap();
        })
        .named(&["repo/link.sh"])
        .ends(&[2])
        .says(&["outside"])
        .never(&["zero-streaming-idle-timeout]:"]),
        Case::of("two-reports-for-one-file", zero)
            .named(&["--format", "rdjson", "--output", "x.out", "--format", "concise", "--output", "./x.out", "."])
            .ends(&[2]),
        Case::of("folder-that-cannot-be-read", |dir| {
            put(dir, "secret/u.sh", script(""));
            put(dir, "k.yaml", "a: kubelet\n");
            fs::set_permissions(dir.join("secret"), fs::Permissions::from_mode(0o0)).unwrap();
        })
        .named(&["--strict", "."])
        // The administrator reads every folder.
        .ends(&[1, 2])
        .says(&["secret"]),
    ]);
}

#[test]
fn what_is_written_is_neither_obeyed_nor_copied() {
    let name = "long-".repeat(12);
    hold_all(&[
        Case::file("pulumi-key-inside-a-letter", "Pulumi.yaml", || {
            format!("name: n\nruntime: yaml\nresources:\n  l:\n    type: aws:ec2:LaunchTemplate\n    properties:\n      userData:\n        \"fn:\u{e9}::toBase64\": x\n---\n{CONFIG}")
        }),
        Case::files("configuration-ignores-the-rule", || {
            list(&[("kubelet-lint.toml", "ignore = [\"zero-streaming-idle-timeout\"]\n"), ("u.sh", &script(""))])
        })
        .without_zero()
        .says(&["by the configuration"]),
        Case::file("name-wraps-into-a-workflow-command", "c.yaml", move || {
            format!("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: c, region: r}}\nnodeGroups:\n- name: \"{name}name ::error::pwned\"\n  kubeletExtraConfig: {{streamingConnectionIdleTimeout: 0}}\n")
        })
        .says(&["invalid-duration"]),
        Case::file("azure-command-beside-the-zero", "k.yaml", || {
            format!("{} # ##vso[task.setvariable variable=PATH]/tmp/evil\n", CONFIG.trim_end())
        })
        .says(&["invalid-duration"]),
        Case::files("azure-command-in-the-configuration", || {
            let settings = "ignore = [\"##vso[task.setvariable variable=PATH]x\"]\n";
            list(&[("kubelet-lint.toml", settings), ("u.sh", &script(""))])
        })
        .ends(&[2]),
        Case::of("path-of-the-checkout-in-a-message", |dir| {
            put(dir, "live/terragrunt.hcl", "terraform {\n  source = \"${get_repo_root()}//modules/nodes\"\n}\ninputs = { kubelet_args = \"--sync-frequency=0\" }\n");
            put(dir, ".git/HEAD", "ref: refs/heads/main\n");
        })
        .never(&["/in/modules", "/in//modules"]),
        Case::file("secret-on-the-next-line", "k.yaml", || {
            CONFIG.replace("runtime", "token: s3cr3t-before\nruntime") + "password: s3cr3t-after\n"
        })
        .says(&["invalid-duration"])
        .never(&["s3cr3t-before", "s3cr3t-after"]),
    ]);
}

#[test]
fn values_of_other_files_that_never_end() {
    hold_all(&[
        Case::file("variables-of-serverless-without-end", "serverless.yml", || {
            let resources = "Resources: {W: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {UserData: {Fn::Base64: \"#!/bin/bash\\n";
            let open = "${self:custom.".repeat(40_000);
            format!("service: s\nprovider: {{name: aws}}\nresources:\n  {resources}{BOOT}# {open}\"}}}}}}}}}}\n")
        }),
        Case::files("values-of-ytt-without-end", || {
            let template =
                format!("#@ load(\"@ytt:data\", \"data\")\n---\n{CONFIG}x: {}\n", "${data.values.".repeat(80_000));
            list(&[("t.yaml", &template), ("v.yaml", "#@data/values\n---\na: 1\n"), ("u.sh", &script(""))])
        }),
        Case::file("facts-under-many-conditions", "play.yml", || {
            let fact = |n| format!("    - set_fact: {{a: x{n}}}\n      when: v{n}\n");
            let task = |n| format!("    - copy: {{content: '{ZERO}', dest: /etc/default/kubelet}}\n      when: w{n}\n");
            let facts: String = (0..2_000).map(fact).chain((0..2_000).map(task)).collect();
            format!("- hosts: nodes\n  tasks:\n{facts}    - copy: {{content: 'A={{{{ a }}}}', dest: /etc/default/kubelet}}\n")
        })
        .says(&["conditions of a playbook"]),
        Case::of("states-folders-and-commands", |dir| {
            let state = |n| {
                format!(
                    "data \"terraform_remote_state\" \"n{n}\" {{\n  backend = \"s3\"\n  config = {{\n    key = \"k{n}\"\n  }}\n}}\n"
                )
            };
            let moves: String = (0..80).map(|n| format!("(cd r{n} && terraform plan)\n")).collect();
            let mut nodes = template("\"x\"");
            for n in 0..80 {
                nodes += &state(n);
                nodes += &format!("output \"o{n}\" {{\n  value = data.terraform_remote_state.n{n}.outputs.idle\n}}\n");
                put(
                    dir,
                    &format!("r{n}/main.tf"),
                    "terraform {\n  backend \"s3\" {}\n}\noutput \"idle\" {\n  value = \"0s\"\n}\n",
                );
                let command = format!("cd r{n} && terraform init -backend-config=key=k{n}\n{moves}");
                put(dir, &format!("s{n}.sh"), command);
            }
            put(dir, "nodes/main.tf", nodes);
        }),
    ]);
}
