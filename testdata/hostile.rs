//! What a stranger's pull request must not be able to do: speak to the log, write through a link, read what is outside, copy secrets
//! into a report. Limits of time and memory are held by the cases of `testdata/cases`.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::command::{run_in, text};

const ZERO: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
const KUBELET: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    dir
}

fn check(dir: &Path, args: &[&str]) -> Output {
    run_in(dir, &[&["check"], args].concat(), None)
}

/// Everything that every command and format says about a folder: standard output and standard error.
fn all_output(dir: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut add = |args: &[&str]| {
        let ended = run_in(dir, args, None);
        assert!(matches!(ended.status.code(), Some(0..=2)), "{args:?}");
        out.push((args.join(" "), text(&ended.stdout)));
        out.push((format!("{} on standard error", args.join(" ")), text(&ended.stderr)));
    };
    for format in kubelet_lint::testing::FORMATS.iter().map(|f| f.name()) {
        add(&["check", "--verbose", "--format", format, "."]);
    }
    for format in ["table", "text", "json", "html"] {
        add(&["show", "--all", "--format", format]);
    }
    add(&["check", "--diff"]);
    add(&["rules"]);
    add(&["rules", "--format", "json"]);
    out
}

/// Holds an output to what a log may have in it.
pub(crate) fn hold(name: &str, text: &str) {
    let control = |c: char| c != '\n' && c != '\t' && c.is_control();
    let marks = |c: char| matches!(c, '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    assert!(!text.contains(control) && !text.contains(marks), "{name}: {text:?}");
    let low = text.to_ascii_lowercase();
    assert!(!low.contains("##[") && !low.contains("##vso["), "{name}: {text}");
    let command = |line: &str| line.trim_start().starts_with("::");
    let own = |line: &str| name.contains("--format github") && line.starts_with("::") && line.contains(" file=");
    assert!(!text.lines().any(|line| command(line) && !own(line)), "{name}: {text}");
}

const EVIL: &str = "::error::x ##vso[task.setvariable variable=P]y ##[group]z";

#[test]
fn no_output_speaks_to_a_log_or_a_terminal() {
    let eksctl = format!(
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: c, region: r}}\nnodeGroups:\n- name: \"{}name {EVIL}\"\n  kubeletExtraConfig: {{streamingConnectionIdleTimeout: 0}}\n",
        "long-".repeat(12)
    );
    let dir = folder(&[
        ("::error::pwned.sh", ZERO),
        ("a\u{1b}[31mred\u{9b}\u{202e}\r\n::error::b.sh", ZERO),
        ("c.yaml", &eksctl),
        (
            "k.yaml",
            &format!("{KUBELET}runtimeRequestTimeout: 0 # {EVIL}\n# \u{85}\u{2066} {EVIL}\n::error::y: {EVIL}\n"),
        ),
        ("v.yaml", &format!("{KUBELET}runtimeRequestTimeout: \"0{EVIL}\\n::error::\\e[2J\\u202e\"\n")),
        (
            "p.tf",
            &format!(
                "resource \"aws_instance\" \"##vso[x\" {{\n  user_data = file(\"::error::{EVIL}\")\n}}\nmodule \"m\" {{\n  source = \"\u{1b}]0;x\u{7}##[error]\"\n  kubelet = \"--sync-frequency=0\"\n}}\n"
            ),
        ),
        ("broken.json", &format!("{{\"kubelet\": ::error:: {EVIL}\n")),
        ("kubelet-lint.toml", "own-rules = 'lint'\nexclude = ['::error::##vso[x']\n"),
        ("lint/local-a.md", &own_rule()),
    ]);
    for (name, text) in all_output(dir.path()) {
        hold(&name, &text);
    }
    for command in
        [&["explain", "local-a"][..], &["explain", EVIL], &["check", "--format", EVIL], &[EVIL], &["check", EVIL]]
    {
        let out = run_in(dir.path(), command, None);
        hold(&command.join(" "), &text(&out.stdout));
        hold(&command.join(" "), &text(&out.stderr));
    }
    for settings in [
        format!("ignore = [\"{EVIL}\"]\n"),
        format!("'{EVIL}' = 1\n"),
        format!("exclude = [\"\\u001b[31m{EVIL}[\"]\n"),
        format!("[[exceptions]]\npath = '{EVIL}'\nrules = ['replaced-zero']\nreason = '{EVIL}'\n"),
        format!("own-rules = '{EVIL}'\n"),
        format!("baseline = '{EVIL}'\n"),
    ] {
        fs::write(dir.path().join("kubelet-lint.toml"), settings).unwrap();
        for format in ["human", "json", "github"] {
            let out = check(dir.path(), &["--format", format]);
            hold(&format!("--format {format}"), &text(&out.stdout));
            hold("the configuration on standard error", &text(&out.stderr));
        }
    }
}

fn own_rule() -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/unset-streaming-idle-timeout.md"))
        .unwrap();
    let page = page.replace("unset-streaming-idle-timeout", "local-a");
    format!(
        "{page}\n::error::x\n\n```\n::error::y ##vso[z]\n\u{1b}[2J\n```\n\n- ::error::z\n\n[a](https://x/\u{202e}##[b])\n"
    )
}

#[test]
fn json_keeps_what_other_formats_replace() {
    let name = "a\u{9b}\u{202e}##[x].sh";
    let dir = folder(&[(name, ZERO)]);
    for format in ["json", "sarif", "gitlab", "rdjson"] {
        let out = text(&check(dir.path(), &["--format", format]).stdout);
        hold(format, &out);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        let path = if format == "sarif" { "a%C2%9B%E2%80%AE%23%23%5Bx%5D.sh" } else { name };
        assert!(value.to_string().contains(path), "{format}: {out}");
    }
}

#[test]
fn colours_are_the_only_escapes_on_a_terminal() {
    let dir = folder(&[("a\u{1b}[8m\u{1b}]8;;http:x.sh", ZERO)]);
    let out = run_in(dir.path(), &["check", "--color", "always"], None);
    let shown = text(&out.stdout);
    assert!(shown.contains("\u{1b}[") && shown.contains("a␛[8m␛]8;;http:x.sh"), "{shown:?}");
    for part in shown.split('\u{1b}').skip(1) {
        let end = part.trim_start_matches(|c: char| c == '[' || c == ';' || c.is_ascii_digit());
        assert!(part.starts_with('[') && end.starts_with('m') && !part.starts_with("[8m"), "{part:?}");
    }
}

#[test]
fn no_report_names_a_folder_of_the_machine() {
    let dir = folder(&[
        (
            "live/terragrunt.hcl",
            "terraform {\n  source = \"${get_repo_root()}//modules/nodes\"\n}\ninputs = { kubelet_args = \"--sync-frequency=0\" }\n",
        ),
        (".git/HEAD", "ref: refs/heads/main\n"),
        (
            "tf/main.tf",
            "resource \"aws_instance\" \"a\" {\n  user_data = \"${abspath(path.root)} ${path.cwd}\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--runtime-request-timeout=${path.cwd}'\\n\"\n}\n",
        ),
        ("live/a.sh", ZERO),
    ]);
    let machine = dir.path().canonicalize().unwrap().to_string_lossy().into_owned();
    for (name, text) in all_output(dir.path()).into_iter().chain(all_output(&dir.path().join("live"))) {
        assert!(!text.contains(&machine), "{name}: {text}");
    }
    // What is named from elsewhere is shown as it is seen from there.
    let out = run_in(&dir.path().join("tf"), &["check", "--format", "concise", "../live"], None);
    assert!(text(&out.stdout).starts_with("../live/a.sh:2:"), "{}", text(&out.stdout));
}

#[test]
fn secrets_beside_a_finding_are_not_copied() {
    let secrets = [
        ("k.yaml", format!("{KUBELET}token: s3cr3t-before\nruntimeRequestTimeout: 0\npassword: s3cr3t-after\n")),
        ("l.yaml", format!("{KUBELET}x-secret:\n  a: s3cr3t\n  runtimeRequestTimeout: 0\nruntimeRequestTimeout: 0 # password=s3cr3t\n")),
        ("u.sh", "#!/bin/bash\nexport DB_PASSWORD='s3cr3t x'\nkubelet --bootstrap-token=s3cr3t --api-key=\"s3cr3t\" --streaming-connection-idle-timeout=0\ncurl -u me:s3cr3t https://me:s3cr3t@host/ -H 'Authorization: Bearer s3cr3t-s3cr3t'\n".to_owned()),
        ("main.tf", "resource \"aws_launch_template\" \"w\" {\n  user_data = base64encode(\"#!/bin/bash\\nTOKEN=s3cr3t\\n/etc/eks/bootstrap.sh c --client-key=s3cr3t --kubelet-extra-args '--streaming-connection-idle-timeout=0'\\n\")\n  password  = \"s3cr3t\"\n}\n".to_owned()),
    ];
    for (name, content) in &secrets {
        let dir = folder(&[(name, content)]);
        for (output, text) in all_output(dir.path()) {
            // A patch has the line that it changes.
            let patch = output.starts_with("check --diff")
                && content.contains("kubelet-extra-args") | content.contains("# password");
            assert!(patch || output == "check --diff" || !text.contains("s3cr3t"), "{name}: {output}: {text}");
        }
        let out = check(dir.path(), &["--format", "json"]);
        assert!(text(&out.stdout).contains("\"rule\""), "{name} has a finding");
    }
}

#[test]
fn a_message_has_an_end() {
    let long = "x".repeat(100_000);
    let dir = folder(&[
        ("k.yaml", &format!("{KUBELET}runtimeRequestTimeout: \"{long}\"\n")),
        (
            "main.tf",
            &format!(
                "resource \"aws_instance\" \"a\" {{\n  user_data = file(\"{long}\")\n}}\nresource \"aws_instance\" \"{long}\" {{\n  user_data = \"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--sync-frequency=0'\"\n}}\n"
            ),
        ),
    ]);
    for format in ["human", "concise", "github", "markdown", "junit"] {
        let out = check(dir.path(), &["--verbose", "--format", format]);
        for line in text(&out.stdout).lines().chain(text(&out.stderr).lines()) {
            assert!(line.len() < 10_000, "{format}: a line of {} bytes", line.len());
        }
    }
}

#[test]
fn a_link_where_a_report_goes_is_replaced() {
    let outside = folder(&[("victim", "mine"), ("folder/victim", "mine")]);
    let dir = folder(&[("u.sh", ZERO)]);
    symlink(outside.path().join("victim"), dir.path().join("out.json")).unwrap();
    symlink(outside.path().join("folder"), dir.path().join("sub")).unwrap();
    for args in [&["--format", "json", "--output", "out.json"][..], &["--write-baseline", "out.json"]] {
        let _ = fs::remove_file(dir.path().join("out.json"));
        symlink(outside.path().join("victim"), dir.path().join("out.json")).unwrap();
        let out = check(dir.path(), args);
        assert!(matches!(out.status.code(), Some(0 | 1)), "{args:?}: {}", text(&out.stderr));
        assert!(fs::symlink_metadata(dir.path().join("out.json")).unwrap().is_file());
    }
    // A folder on the way may be a link, too.
    let out = check(dir.path(), &["--format", "json", "--output", "sub/victim"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("outside the repository"), "{}", text(&out.stderr));
    let show = run_in(dir.path(), &["show", "--format", "json", "-o", "sub/victim"], None);
    assert_eq!(show.status.code(), Some(2));
    for victim in ["victim", "folder/victim"] {
        assert_eq!(fs::read_to_string(outside.path().join(victim)).unwrap(), "mine");
    }
    // A link elsewhere is somebody's own.
    symlink("folder/victim", outside.path().join("link")).unwrap();
    let link = outside.path().join("link");
    check(dir.path(), &["--format", "json", "--output", link.to_str().unwrap()]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(outside.path().join("folder/victim")).unwrap().starts_with('{'));
    assert_eq!(fs::read_dir(outside.path().join("folder")).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn an_old_report_keeps_its_mode_and_a_new_one_is_an_ordinary_file() {
    let dir = folder(&[("u.sh", ZERO), ("old.json", "{}")]);
    fs::set_permissions(dir.path().join("old.json"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(dir.path().join("plain"), "").unwrap();
    for name in ["old.json", "new.json"] {
        check(dir.path(), &["--format", "json", "--output", name]);
    }
    let mode = |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("old.json"), mode("new.json")), (0o640, mode("plain")));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4, "nothing is left beside them");
}

#[test]
fn two_reports_never_share_a_file() {
    let dir = folder(&[("u.sh", ZERO), ("a", ""), ("sub/x", "")]);
    fs::hard_link(dir.path().join("a"), dir.path().join("b")).unwrap();
    symlink("a", dir.path().join("c")).unwrap();
    for (one, two) in [("x.out", "./x.out"), ("x.out", "sub/../x.out"), ("a", "b"), ("a", "c"), ("/dev/stdout", "")] {
        let mut args = vec!["--format", "json", "--output", one, "--format", "sarif"];
        if !two.is_empty() {
            args.extend(["--output", two]);
        }
        let out = check(dir.path(), &args);
        assert_eq!(out.status.code(), Some(2), "{one} {two}: {}", text(&out.stderr));
        assert_eq!(fs::read_to_string(dir.path().join("a")).unwrap(), "");
    }
    // Streams are written directly; nothing is lost in /dev/null.
    let out = check(
        dir.path(),
        &[
            "--format",
            "json",
            "--output",
            "/dev/null",
            "--format",
            "sarif",
            "--output",
            "/dev/null",
            "--format",
            "concise",
            "--output",
            "/dev/stdout",
        ],
    );
    assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
    assert!(text(&out.stdout).starts_with("u.sh:2:"), "{}", text(&out.stdout));
}

#[test]
fn what_cannot_be_replaced_stays_as_it_was() {
    let dir = folder(&[("u.sh", ZERO), ("taken/x", "")]);
    let out = check(dir.path(), &["--format", "json", "--output", "taken"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).starts_with("error: cannot write taken: "), "{}", text(&out.stderr));
    // A disk that is full: no file may grow.
    let many = documents(200);
    let dir = folder(&[("k.yaml", &many), ("known.json", "old"), ("u.sh", ZERO)]);
    for args in ["--write-baseline known.json", "--format sarif --output known.json"] {
        let command = format!("trap '' XFSZ; ulimit -f 4; exec {} check {args} .", env!("CARGO_BIN_EXE_kubelet-lint"));
        let out =
            Command::new("bash").args(["-c", &command]).current_dir(dir.path()).stdin(Stdio::null()).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{args}: {}", text(&out.stderr));
        assert_eq!(fs::read_to_string(dir.path().join("known.json")).unwrap(), "old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "nothing is left beside it");
    }
}

#[test]
fn a_rename_that_is_refused_leaves_the_old_file() {
    let dir = folder(&[("u.sh", ZERO), ("known.json", "old")]);
    let binary = env!("CARGO_BIN_EXE_kubelet-lint");
    // Nothing takes the place of a file that is mounted, but only the administrator can mount one. Others cannot make a file in a
    // folder that is read-only.
    let mount = "mount --bind known.json known.json && mount --bind u.sh u.sh && exec \"$0\" \"$@\"";
    let mounted = |args: &[&str]| {
        Command::new("unshare").args(["-m", "sh", "-c", mount]).args(args).current_dir(dir.path()).output()
    };
    let mounts = mounted(&["true"]).is_ok_and(|out| out.status.success());
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let refuses = mounts || tempfile::tempfile_in(dir.path()).is_err();
    for args in [&["--format", "json", "--output", "known.json"][..], &["--write-baseline", "known.json"], &["--fix"]] {
        let args = [&["check"], args].concat();
        let out =
            if mounts { mounted(&[&[binary], &args[..]].concat()).unwrap() } else { run_in(dir.path(), &args, None) };
        let said = text(&out.stderr);
        assert!(!refuses || out.status.code() == Some(2) && said.contains("cannot write"), "{args:?}: {said}");
    }
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    if refuses {
        assert_eq!(fs::read_to_string(dir.path().join("known.json")).unwrap(), "old");
        assert_eq!(fs::read_to_string(dir.path().join("u.sh")).unwrap(), ZERO);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside them");
}

#[test]
fn a_named_link_out_of_the_repository_is_refused() {
    let dir = folder(&[
        ("out/s.sh", ZERO),
        ("out/v.tfvars", "a = 1\n"),
        ("out/c.toml", ""),
        ("repo/a.sh", ZERO),
        ("repo/.git/HEAD", ""),
    ]);
    for (name, to) in
        [("link.sh", "../out/s.sh"), ("dir", "../out"), ("v.tfvars", "../out/v.tfvars"), ("c.toml", "../out/c.toml")]
    {
        symlink(to, dir.path().join("repo").join(name)).unwrap();
    }
    symlink("a.sh", dir.path().join("repo/inside.sh")).unwrap();
    symlink("repo", dir.path().join("door")).unwrap();
    for args in [
        &["repo/link.sh"][..],
        &["repo/dir"],
        &["repo/dir/s.sh"],
        &["repo/../repo/link.sh"],
        &["door/link.sh"],
        &["--fix", "repo/link.sh"],
        &["repo", "--var-file", "repo/v.tfvars"],
        &["repo", "--parameters", "repo/v.tfvars"],
        &["repo", "--config", "repo/c.toml"],
        &["repo", "--baseline", "repo/c.toml"],
    ] {
        let out = check(dir.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(text(&out.stderr).contains("outside"), "{args:?}: {}", text(&out.stderr));
        assert!(out.stdout.is_empty(), "{args:?}");
    }
    assert_eq!(fs::read_to_string(dir.path().join("out/s.sh")).unwrap(), ZERO);
    for args in [&["repo/inside.sh"][..], &["door/a.sh"], &["door"], &["repo"]] {
        assert_eq!(check(dir.path(), args).status.code(), Some(1), "{args:?}");
    }
}

#[test]
fn a_file_with_two_names_is_not_fixed() {
    let dir = folder(&[("a.sh", ZERO), ("b.sh", ZERO)]);
    fs::hard_link(dir.path().join("a.sh"), dir.path().join("other")).unwrap();
    let out = check(dir.path(), &["--fix"]);
    assert!(
        text(&out.stderr).contains("warning: a.sh: not written: it has more than one hard link\n"),
        "{}",
        text(&out.stderr)
    );
    assert!(text(&out.stderr).contains("Fixed 1 problem in 1 file."), "{}", text(&out.stderr));
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(fs::read_to_string(dir.path().join("a.sh")).unwrap(), ZERO);
    assert_ne!(fs::read_to_string(dir.path().join("b.sh")).unwrap(), ZERO);
}

/// A template with a parameter.
fn template(parameter: &str, value: &str) -> String {
    format!(
        "Parameters:\n  T: {parameter}\nResources:\n  L:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        UserData:\n          Fn::Base64: !Sub |\n            #!/bin/bash\n            /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout={value}'\n"
    )
}

fn terraform(variable: &str, more: &str) -> String {
    format!(
        "variable \"idle\" {{\n{variable}}}\nresource \"aws_instance\" \"a\" {{\n  user_data = \"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${{var.idle}}'\\n\"\n{more}}}\n"
    )
}

#[test]
fn a_fix_changes_no_value_that_something_else_uses() {
    let script = |body: &str| format!("#!/bin/bash\n{body}\n");
    let boot = |value: &str| {
        format!("/etc/eks/bootstrap.sh c --kubelet-extra-args \"--streaming-connection-idle-timeout={value}\"")
    };
    let left = [
        ("u.sh", script(&format!("T=0\nkubectl scale deploy/a --replicas=$T\nsleep $T\n{}", boot("$T")))),
        ("u.sh", script(&format!("T=0; sleep ${{T}}s\n{}", boot("$T")))),
        ("u.sh", script(&format!("T=0\nU=$T\n[ \"$U\" = 0 ] && echo off\n{}", boot("$U")))),
        ("u.sh", script(&format!("A=x0\n{}", boot("${A:1}")))),
        ("u.sh", script(&format!("A=00\n{}", boot("${A:1}")))),
        ("u.sh", script(&format!("T=0\nsleep ${{T:-5}}\n{}", boot("$T")))),
        ("u.sh", script(&format!("T=0\necho ${{T:0:1}} > /etc/x\n{}", boot("$T")))),
        ("u.sh", script(&format!("T=0\ncat > /etc/other <<E\nx=$T\nE\n{}", boot("$T")))),
        ("u.sh", script(&format!("export T=0\n/opt/program\n{}", boot("$T")))),
        ("u.sh", script(&format!("for t in 0; do\nsleep $t\n{}\ndone", boot("$t")))),
        ("t.yaml", template("{Type: Number, Default: 0, MaxValue: 3}", "${T}")),
        ("t.yaml", template("{Type: String, Default: '0', AllowedPattern: '^[0-9]$'}", "${T}")),
        ("t.yaml", template("\n    Type: String\n    MaxLength: 1\n    Default: '0'", "${T}")),
        ("t.yaml", template("\n    Type: String\n    AllowedValues: ['0', '1']\n    Default: '0'", "${T}")),
        (
            "t.yaml",
            template("{Type: String, Default: '0'}", "${T}")
                .replace("    Properties", "    Metadata: {a: !Ref T}\n    Properties"),
        ),
        ("main.tf", terraform("  default = \"0\"\n", "  tags = { idle = var.idle }\n")),
        (
            "main.tf",
            terraform(
                "  default = \"0\"\n  validation {\n    condition     = length(var.idle) < 2\n    error_message = \"x\"\n  }\n",
                "",
            ),
        ),
        ("main.tf", terraform("  type = number\n  default = \"0\"\n", "")),
        (
            "main.tf",
            terraform("", "  tags = local.all\n").replace("var.idle", "local.all.idle")
                + "locals {\n  all = { idle = \"0\", b = \"1\" }\n}\n",
        ),
    ];
    for (name, content) in &left {
        let dir = folder(&[(name, content)]);
        let out = check(dir.path(), &["--diff"]);
        assert_eq!(out.status.code(), Some(1), "{content}");
        assert!(out.stdout.is_empty() && text(&out.stderr).contains(": not fixed: "), "{content}{}", text(&out.stderr));
        check(dir.path(), &["--fix"]);
        assert_eq!(fs::read_to_string(dir.path().join(name)).unwrap(), *content);
    }
    let fixed = [
        ("u.sh", script(&format!("T=0\n{}", boot("$T"))), "T=0>T=4h"),
        ("u.sh", script(&format!("export T='0' # idle\n{}", boot("${T}"))), "'0'>'4h'"),
        ("t.yaml", template("{Type: String, Default: '0'}", "${T}"), "'0'>'4h'"),
        ("t.yaml", template("\n    Type: String\n    Description: idle\n    Default: '0'", "${T}"), "'0'>'4h'"),
        ("main.tf", terraform("  type    = string\n  default = \"0\"\n", ""), "\"0\">\"4h\""),
        ("k.yaml", format!("{KUBELET}streamingConnectionIdleTimeout: 0\n"), ": 0>: \"4h\""),
        ("k.yaml", format!("{KUBELET}runtimeRequestTimeout: 30\n"), ": 30>: \"30s\""),
    ];
    for (name, content, change) in &fixed {
        let (from, to) = change.split_once('>').unwrap();
        let dir = folder(&[(name, content)]);
        let report = text(&check(dir.path(), &[]).stdout);
        assert!(report.contains("1 fixable with --fix"), "{content}{report}");
        let out = check(dir.path(), &["--fix"]);
        assert_eq!(
            fs::read_to_string(dir.path().join(name)).unwrap(),
            content.replacen(from, to, 1),
            "{}",
            text(&out.stderr)
        );
    }
}

#[test]
fn a_fix_changes_no_value_that_files_of_other_nodes_use() {
    let boot = "/etc/eks/bootstrap.sh c --kubelet-extra-args --streaming-connection-idle-timeout=$IDLE\n";
    let node = format!("#!/bin/bash\n. ./env.sh\n{boot}");
    let play = |role: &str| format!("- hosts: all\n  roles: [{role}]\n");
    let task = "- copy:\n    dest: /etc/kubernetes/kubelet/config.json\n    content: '{\"apiVersion\": \"kubelet.config.k8s.io/v1beta1\", \"kind\": \"KubeletConfiguration\", \"streamingConnectionIdleTimeout\": \"{{ idle }}\"}'\n- shell: kubelet --config /etc/kubernetes/kubelet/config.json\n";
    let ansible = [
        ("group_vars/all.yml", "idle: 0s\n".to_owned()),
        ("k.yml", play("k")),
        ("o.yml", play("o")),
        ("roles/k/tasks/main.yml", task.to_owned()),
    ];
    let terraform = terraform("  default = \"1h\"\n", "");
    let values = "idle = \"0s\"\n".to_owned();
    let other = |text: &str| ("o.sh", format!("#!/bin/bash\nsource ./env.sh\n{text}\n"));
    let sourced =
        |other: (&'static str, String)| vec![("env.sh", "IDLE=0\n".to_owned()), ("k.sh", node.clone()), other];
    let played = |text: &str| [&ansible[..], &[("roles/o/tasks/main.yml", text.to_owned())]].concat();
    let applied = |text: &str| {
        vec![("all.auto.tfvars", values.clone()), ("main.tf", terraform.clone()), ("other/o.tf", text.to_owned())]
    };
    for (files, fixed) in [
        (sourced(other("sleep $IDLE")), false),
        (sourced(other("sleep 1")), true),
        (sourced(other(boot)), true),
        (sourced(("o.sh", "#!/bin/bash\nsleep $IDLE\n".to_owned())), true),
        ([sourced(other("X=1")), vec![("p.sh", "#!/bin/bash\n. ./o.sh\nsleep $IDLE\n".to_owned())]].concat(), false),
        (played("- shell: sleep {{ idle }}\n"), false),
        (played("- shell: sleep 1\n"), true),
        (applied("resource \"time_sleep\" \"a\" {\n  create_duration = var.idle\n}\n"), false),
        (applied("resource \"time_sleep\" \"a\" {\n  create_duration = \"1s\"\n}\n"), true),
    ] {
        let files: Vec<_> = files.iter().map(|(name, content)| (*name, content.as_str())).collect();
        let dir = folder(&files);
        let out = check(dir.path(), &["--diff"]);
        assert_eq!(out.stdout.is_empty(), !fixed, "{files:?}{}{}", text(&out.stdout), text(&out.stderr));
        let says = text(&out.stderr).contains(": not fixed: something else may use the value");
        assert_eq!(says, !fixed, "{files:?}{}", text(&out.stderr));
    }
}

/// As many documents of a kubelet with a zero.
fn documents(count: u32) -> String {
    let one = |n| format!("---\n{KUBELET}runtimeRequestTimeout: 0\nmetadata: {{name: k{n}}}\n");
    (0..count).map(one).collect::<Vec<_>>().concat()
}

#[test]
fn a_patch_fits_a_file_that_names_the_checkout() {
    let dir = folder(&[("u.sh", "")]);
    let root = dir.path().canonicalize().unwrap();
    let root = root.display();
    let script = format!("#!/bin/bash\ncd {root}\nkubelet --root-dir={root}/k --streaming-connection-idle-timeout=0\n");
    std::fs::write(dir.path().join("u.sh"), &script).unwrap();
    let patch = text(&check(dir.path(), &["--diff"]).stdout);
    let kept = format!("-kubelet --root-dir={root}/k --streaming-connection-idle-timeout=0\n");
    assert!(patch.contains(&kept) && patch.contains(&format!(" cd {root}\n")), "{patch}");
}

#[test]
fn a_signal_leaves_nothing_beside_a_report() {
    let many = documents(400);
    let dir = folder(&[("k.yaml", &many), ("old.json", "old")]);
    for wait in [20, 60, 120, 250] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubelet-lint"));
        command.args(["check", "--format", "json", "-o", "old.json"]).current_dir(dir.path());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        child.wait().unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside it");
        let report = fs::read_to_string(dir.path().join("old.json")).unwrap();
        assert!(report == "old" || serde_json::from_str::<serde_json::Value>(&report).is_ok(), "half of a report");
    }
}
