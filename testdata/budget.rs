//! Inputs that need more memory or steps than a unit may take: each run ends by itself, and names what it did not read.
#![allow(clippy::format_collect, reason = "the inputs are small")]

use std::path::Path;

use crate::command::{run_in, text};

const BOOT: &str = "/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
const CONFIG: &str =
    "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nruntimeRequestTimeout: 0\n";
/// The end of the problem of a unit that takes too much.
const SPENT: &str = "takes more memory or steps than one unit may, so it was not read to its end";

/// What a check of these files prints. It ends by itself, without an internal error.
fn checked(files: &[(String, String)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let out = run_in(dir.path(), &["check", "--verbose", "--color", "never", "."], None);
    let said = text(&out.stdout) + &text(&out.stderr);
    assert!(matches!(out.status.code(), Some(0..=2)), "{:?}: {said}", out.status);
    assert!(!said.contains("panicked") && !said.contains("internal error"), "{said}");
    said
}

fn files(list: &[(&str, String)]) -> Vec<(String, String)> {
    list.iter().map(|(name, content)| ((*name).to_owned(), content.clone())).collect()
}

fn script(body: &str) -> Vec<(String, String)> {
    files(&[("u.sh", format!("#!/bin/bash\n{body}\n{BOOT}"))])
}

fn chart(template: &str) -> Vec<(String, String)> {
    let about = "apiVersion: v2\nname: c\nversion: 1.0.0\n".to_owned();
    files(&[
        ("Chart.yaml", about),
        ("values.yaml", "a: 1\n".to_owned()),
        ("templates/a.yaml", format!("{template}\n---\n{CONFIG}")),
    ])
}

#[test]
fn replacements_that_grow_are_named() {
    let part = |from: &str, to: &str| {
        format!(
            "- source: {{kind: A, fieldPath: {from}}}\n  targets: [{{select: {{kind: A}}, fieldPaths: [{to}.x, {to}.y], \
             options: {{create: true}}}}]\n"
        )
    };
    let rules: String = (0..20).map(|n| if n % 2 == 0 { part("a", "b") } else { part("b", "a") }).collect();
    let said = checked(&files(&[
        ("kustomization.yaml", format!("resources: [a.yaml, k.yaml]\nreplacements:\n{rules}")),
        ("a.yaml", "apiVersion: v1\nkind: A\nmetadata: {name: a}\na: {k: v}\nb: {k: v}\n".to_owned()),
        ("k.yaml", CONFIG.to_owned()),
    ]));
    assert!(said.contains("it takes too much memory, or nests too deeply") || said.contains(SPENT), "{said}");
}

#[test]
fn stacks_that_inherit_and_import_in_circles_are_named() {
    let six = |name: &str| format!("metadata: {{inherits: [{}]}}\n", [name; 6].join(", "));
    let component = |name: &str, base: &str| format!("    {name}:\n      {}", six(base));
    let stack = format!("components:\n  terraform:\n{}{}", component("a", "b"), component("b", "a"));
    let mut list = vec![
        ("atmos.yaml", "stacks: {base_path: stacks}\n".to_owned()),
        ("stacks/s.yaml", stack),
        ("components/terraform/a/main.tf", "variable \"x\" {}\n# kubelet\n".to_owned()),
        ("components/terraform/b/main.tf", "variable \"x\" {}\n# kubelet\n".to_owned()),
    ];
    for name in ["stacks/i.yaml", "stacks/j.yaml", "stacks/k.yaml", "stacks/l.yaml"] {
        list.push((name, "import: [\"*\"]\nvars: {x: kubelet}\n".to_owned()));
    }
    let said = checked(&files(&list));
    assert!(said.contains("components that inherit from each other") && said.contains("the import of *"), "{said}");
    assert!(!said.contains(SPENT), "{said}");
}

#[test]
fn a_script_that_grows_is_named() {
    let grows = [
        "X='X=\"$X$X\"; eval \"$X\"'; eval \"$X\"".to_owned(),
        format!(
            "export X={}\ncat > /etc/x <<'E'\n{}\nE\nenvsubst < /etc/x > /etc/y",
            "a".repeat(100_000),
            "$X".repeat(5_000)
        ),
    ];
    for body in grows {
        let said = checked(&script(&body));
        assert!(said.contains(&format!("u.sh:1:1: {SPENT}")), "{said}");
    }
}

#[test]
fn a_script_within_its_budget_is_followed_past_what_cannot_be() {
    for body in [
        "seq 9223372036854775806 9223372036854775807".to_owned(),
        "awk 'BEGIN{x=\"a\"; for(i=0;i<100;i++)x=x x; print x}' > /etc/y".to_owned(),
        format!("true{}", " | cat".repeat(2_000)),
    ] {
        let said = checked(&script(&body));
        assert!(said.contains("zero-streaming-idle-timeout"), "{body:.60}: {said}");
    }
}

#[test]
fn a_template_that_grows_is_named_or_only_what_grows_is_left_out() {
    let lists = format!("{{{{ $x := list 1 }}}}{}a: {{{{ $x | toJson }}}}", "{{ $x = concat $x $x }}".repeat(60));
    let texts = format!(
        "{{{{ $x := \"aaaaaaaaaa\" }}}}{}a: {{{{ $x }}}}",
        "{{ $x = $x | replace \"a\" \"aaaaaaaaaa\" }}".repeat(30)
    );
    let maps = format!("{{{{ $x := 1 }}}}{}a: {{{{ $x | toJson }}}}", "{{ $x = dict \"a\" $x \"b\" $x }}".repeat(60));
    let deep = format!("{{{{ $x := 1 }}}}{}a: {{{{ $x | toJson }}}}", "{{ $x = list $x }}".repeat(50_000));
    for template in [lists, texts, maps, deep] {
        let said = checked(&chart(&template));
        let found = said.contains("templates/a.yaml:5:24") && said.contains("invalid-duration");
        assert!(found || said.contains("limit reached") || said.contains(SPENT), "{said}");
    }
}

#[test]
fn an_expression_that_grows_is_named() {
    let replaced = format!("replace(\"{}\", \"\", \"{}\")", "a".repeat(100_000), "b".repeat(100_000));
    let said = checked(&files(&[(
        "main.tf",
        format!(
            "locals {{\n  h = {replaced}\n}}\nresource \"aws_launch_template\" \"w\" {{\n  user_data = base64encode(\"#!/bin/bash\\nX='${{local.h}}'\\n{}\")\n}}\n",
            BOOT.trim_end()
        ),
    )]));
    assert!(said.contains("limit reached") || said.contains(SPENT), "{said}");
    let double: String = (0..60).map(|n| format!("  x{}: ${{x{n}}}${{x{n}}}\n", n + 1)).collect();
    let program = format!(
        "name: x\nruntime: yaml\nvariables:\n  x0: aaaaaaaaaa\n{double}resources:\n  l:\n    type: aws:ec2:LaunchTemplate\n    properties:\n      userData: ${{x60}}\n"
    );
    let said = checked(&files(&[("Pulumi.yaml", program)]));
    assert!(said.contains(&format!("Pulumi.yaml:1:1: {SPENT}")), "{said}");
}

#[test]
fn what_is_used_again_is_read_once() {
    let charts = (0..12).flat_map(|n| {
        let one = |alias| {
            format!("- {{name: c{0}, alias: x{alias}, version: 1.0.0, repository: \"file://../c{0}\"}}\n", n + 1)
        };
        let below: String = (0..4).map(one).collect();
        let about = format!("apiVersion: v2\nname: c{n}\nversion: 1.0.0\ndependencies:\n{below}");
        [(format!("c{n}/Chart.yaml"), about), (format!("c{n}/templates/k.yaml"), CONFIG.to_owned())]
    });
    let mut bases: Vec<(String, String)> = (0..20)
        .flat_map(|n| {
            ["a", "b"]
                .map(|x| (format!("b{n}{x}/kustomization.yaml"), format!("resources: [../b{0}a, ../b{0}b]\n", n + 1)))
        })
        .collect();
    for x in ["a", "b"] {
        bases.push((format!("b20{x}/kustomization.yaml"), "resources: [k.yaml]\n".to_owned()));
        bases.push((format!("b20{x}/k.yaml"), CONFIG.to_owned()));
    }
    for files in [charts.collect(), bases] {
        let said = checked(&files);
        assert!(said.contains("invalid-duration") && !said.contains(SPENT), "{said}");
    }
}

#[test]
fn copies_of_copies_are_named() {
    let copy = |n| {
        format!(
            "- patch: '[{{\"op\":\"copy\",\"from\":\"/data\",\"path\":\"/data/x{n}\"}}]'\n  target: {{kind: ConfigMap}}\n"
        )
    };
    let patches: String = (0..60).map(copy).collect();
    let inner: String = CONFIG.lines().map(|line| format!("    {line}\n")).collect();
    let said = checked(&files(&[
        ("kustomization.yaml", format!("resources: [k.yaml]\npatches:\n{patches}")),
        (
            "k.yaml",
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: kubelet}}\ndata:\n  kubelet: |\n{inner}"),
        ),
    ]));
    assert!(said.contains(SPENT), "{said}");
    let nested: String = (0..5)
        .map(|n| format!("  S{n}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: NEXT}}}}\n"))
        .collect();
    let mut stacks: Vec<_> = (0..7)
        .map(|n| (format!("s{n}.yaml"), format!("Resources:\n{}", nested.replace("NEXT", &format!("s{}.yaml", n + 1)))))
        .collect();
    let user_data: String =
        ["#!/bin/bash", BOOT.trim_end()].iter().map(|line| format!("            {line}\n")).collect();
    let template = format!(
        "Resources:\n  L:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        UserData:\n          Fn::Base64: |\n{user_data}"
    );
    stacks.push(("s7.yaml".to_owned(), template));
    let said = checked(&stacks);
    assert!(said.contains(&format!("s0.yaml:1:1: {SPENT}")), "{said}");
}

#[test]
fn a_configuration_that_is_too_large_is_refused() {
    let page = format!("---\na: {}\n---\n# local-a\n", "[".repeat(100_000));
    let said = checked(&files(&[("kubelet-lint.toml", "own-rules = \"l\"\n".to_owned()), ("l/local-a.md", page)]));
    assert!(said.contains("the front matter is larger than 8 KiB"), "{said}");
    let patterns: String = (0..2_000).map(|n| format!("\"a{n}*b\",")).collect();
    let said = checked(&files(&[("kubelet-lint.toml", format!("exclude = [{patterns}]\n"))]));
    assert!(said.contains("more than 1000"), "{said}");
}

#[test]
fn what_holds_itself_again_and_again_is_named() {
    let grows = "{{ $d := dict }}{{ range $i := until 3000 }}{{ $_ := set $d (toString $i) $d }}{{ end }}";
    let said = checked(&chart(&format!("{grows}a: {{{{ $d | toJson }}}}")));
    let found = said.contains("templates/a.yaml:5:24") && said.contains("invalid-duration");
    assert!(found || said.contains("limit reached") || said.contains(SPENT), "{said}");
    let call =
        "& $EKSBootstrapScriptFile -EKSClusterName c -KubeletExtraArgs '--streaming-connection-idle-timeout=0'\n";
    let script = format!("<powershell>\n{}{call}</powershell>\n", "$x = \"$x$x\"\n".repeat(3_000));
    let said = checked(&files(&[("u.ps1", script)]));
    assert!(said.contains(SPENT), "{said}");
}

#[test]
fn a_file_of_a_node_that_is_too_large_is_named() {
    let keys: String = (0..110_000).map(|n| format!("a{n} = 1\n")).collect();
    let table = "[plugins.\"io.containerd.grpc.v1.cri\"]\nstream_idle_timeout = \"0s\"\n";
    let said = checked(&files(&[("config.toml", format!("version = 2\n{keys}{table}"))]));
    assert!(said.contains("limit reached"), "{said}");
}

#[test]
fn what_differs_between_too_many_paths_is_named_where_a_kubelet_reads_it() {
    let undecided = |body: &str| -> Vec<(String, String)> {
        let part = |n| format!("if [ \"$M{n}\" = x ]; then\n  {}\nfi\n", body.replace('@', &format!("{n}")));
        script(&(0..12).map(part).collect::<String>())
    };
    for body in [
        "V@=a; export W@=b; A+=(@)",
        "mkdir -p /opt/a@; cp /tmp/a@ /opt/b@; rm -f /etc/c@",
        "echo @ >> /etc/a.conf",
        "docker run -e V=@ x",
    ] {
        let said = checked(&undecided(body));
        assert!(!said.contains("limit reached"), "{body}: {said}");
        assert!(said.contains("error[zero-streaming-idle-timeout]") && !said.contains("unresolved"), "{body}: {said}");
    }
    for (body, end) in [
        ("ARGS=\"$ARGS --v=@\"", "/etc/eks/bootstrap.sh c --kubelet-extra-args \"$ARGS\""),
        ("echo --v=@ >> /args", "/etc/eks/bootstrap.sh c --kubelet-extra-args \"$(cat /args)\""),
        ("f@() { echo @; }", ""),
    ] {
        let mut files = undecided(body);
        files[0].1 = files[0].1.replace(BOOT, end);
        files[0].1.push_str("\nsystemctl restart kubelet\n");
        let said = checked(&files);
        assert!(said.contains("limit reached: paths through a script"), "{body}: {said}");
    }
}
