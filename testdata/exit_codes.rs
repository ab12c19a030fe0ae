//! What each exit code means, as `docs/ci.md` says it: inputs, arguments and the code.

use std::path::Path;

use crate::command::{run_in, text};

const ZERO: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
const FINE: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=4h'\n";

/// More than the largest script that is read.
const LONG: usize = 1 << 20;

/// Files by name, and what runs with these arguments end with.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a [(&'a str, i32)]);

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    dir
}

fn code(dir: &Path, args: &str) -> (i32, String) {
    let args: Vec<&str> = ["check"].into_iter().chain(args.split_whitespace()).collect();
    let out = run_in(dir, &args, None);
    (out.status.code().unwrap(), format!("{}{}", text(&out.stdout), text(&out.stderr)))
}

fn hold(rows: &[Row<'_>]) {
    for (files, runs) in rows {
        let dir = folder(files);
        for (args, expected) in *runs {
            let (code, log) = code(dir.path(), args);
            assert_eq!(code, *expected, "check {args}\n{log}\n{files:?}");
        }
    }
}

#[test]
fn findings_are_1_and_everything_else_that_was_read_is_0() {
    hold(&[
        (
            &[("fine.sh", FINE), ("zero.sh", ZERO)],
            &[
                (".", 1),
                ("zero.sh", 1),
                ("fine.sh", 0),
                ("--strict fine.sh", 0),
                ("--exit-zero .", 0),
                ("--fail-on never .", 0),
                ("missing.sh", 2),
                ("zero.sh missing.sh", 2),
                ("--format nonsense .", 2),
                ("--config missing.toml .", 2),
                ("--strict --lenient .", 2),
                ("-o no/such/folder .", 2),
            ],
        ),
        (&[("kubelet-lint.toml", "unknown = 1\n"), ("fine.sh", FINE)], &[(".", 2), ("--isolated .", 0)]),
    ]);
}

#[test]
fn a_limit_is_a_problem_while_walking_and_2_for_a_named_file() {
    let long = |start: &str| format!("{start}{}", "#\n".repeat(LONG / 2));
    let (fine, zero) = (long(FINE), long("#!/bin/bash\necho kubelet\n"));
    hold(&[
        (&[("a.sh", &fine)], &[(".", 0), ("--strict .", 2), ("a.sh", 2), ("--lenient a.sh", 2)]),
        (&[("a.sh", &zero), ("zero.sh", ZERO)], &[(".", 1), ("--strict .", 2), ("a.sh zero.sh", 2), ("zero.sh", 1)]),
        // Nothing says that a node comes of it.
        (&[("a.sh", &long("#!/bin/bash\n")), ("fine.sh", FINE)], &[("--strict .", 0), ("a.sh", 0)]),
    ]);
}

#[test]
fn a_syntax_error_is_2_where_a_watched_word_stands() {
    let broken = "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\na: [\n";
    let runs: &[(&str, i32)] = &[(".", 2), ("--lenient .", 0), ("--exit-zero .", 2)];
    let named = |name| [(name, 2), ("--lenient .", 0)];
    let template = format!("{broken}b: {{{{ .Values.b }}}}\n");
    hold(&[
        (&[("k.yaml", broken)], runs),
        (&[("k.yaml", broken)], &named("k.yaml")),
        (&[("k.yaml", &broken.replace("a: [", "\ta: 1"))], runs),
        (&[("k.json", "{\"kind\": \"KubeletConfiguration\", \"a\":")], runs),
        (&[("main.tf", "resource \"aws_launch_template\" \"a\" {\n  user_data = \"\n}\n")], runs),
        (&[("a.sh", "#!/bin/bash\nkubelet --sync-frequency=1m\nif true; then\n")], runs),
        (&[("k.yaml", "kind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\n")], &[(".", 0), ("k.yaml", 2)]),
        (&[("a.toml", "[settings.kubernetes]\nstream_idle_timeout = = 1\nkubelet = 1\n")], runs),
        (&[("k.yaml", broken), ("zero.sh", ZERO)], &[(".", 2), ("--lenient .", 1), ("zero.sh", 1)]),
        // No watched word.
        (&[("k.yaml", "a: [\n"), ("main.tf", "a = \n"), ("fine.sh", FINE)], &[(".", 0), ("main.tf", 0)]),
        // A template is not read, which is no error of its author.
        (&[("k.yaml", &template)], &[(".", 0), ("--strict .", 2), ("k.yaml", 2)]),
        (&[("k.yaml", &template.replace("{{ .Values.b }}", "{% b %}"))], &[(".", 0), ("k.yaml", 2)]),
        (&[("k.yaml", &template.replace("{{ .Values.b }}", "<%= b %>"))], &[(".", 0), ("k.yaml", 2)]),
        (&[("k.yaml", &broken.replace("a: [", "a: [${b}"))], &[(".", 0), ("k.yaml", 2)]),
        // What bash accepts is no syntax error, whatever is modelled.
        (&[("a.sh", &format!("{FINE}coproc A {{ cat; }}\nselect a in b; do echo; done\n"))], &[(".", 0)]),
    ]);
}

#[test]
fn an_unresolved_value_is_2_on_request_where_it_could_hold_a_timeout() {
    let node = |text: &str| {
        let variables = ["args", "ca", "name", "token"].map(|name| format!("variable \"{name}\" {{}}\n")).concat();
        format!("{variables}resource \"aws_launch_template\" \"a\" {{\n  image_id  = var.name\n  {text}\n}}\n")
    };
    let script = |text: &str| node(&format!("user_data = base64encode(\"#!/bin/bash\\n{text}\\n\")"));
    let bootstrap = "/etc/eks/bootstrap.sh ${var.name} --b64-cluster-ca ${var.ca} --apiserver-endpoint ${var.name}";
    let yes: &[(&str, i32)] = &[(".", 0), ("--fail-on-unresolved .", 2), ("--strict .", 0)];
    let no: &[(&str, i32)] = &[("--fail-on-unresolved .", 0)];
    let rows: [(String, _); 8] = [
        (node("user_data = var.args"), yes),
        (script("/etc/eks/bootstrap.sh c --kubelet-extra-args '${var.args}'"), yes),
        (script("/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.args}'"), yes),
        (script(&format!("${{var.args}}\\n{bootstrap}")), yes),
        (script(&format!("echo '${{var.args}}' > /etc/kubernetes/kubelet/kubelet-config.json\\n{bootstrap}")), yes),
        (script(&format!("TOKEN=${{var.token}}\\n{bootstrap}")), no),
        (script(&format!("echo ${{var.ca}} > /etc/ca.crt\\n{bootstrap}")), no),
        (
            script(&format!("{bootstrap} --kubelet-extra-args '--node-labels=a=${{var.name}} --node-ip=${{var.ca}}'")),
            no,
        ),
    ];
    for (file, runs) in &rows {
        hold(&[(&[("main.tf", file)], runs)]);
    }
    let setting = ("kubelet-lint.toml", "fail-on-unresolved = true\n");
    hold(&[(&[setting, ("main.tf", &rows[0].0)], &[(".", 2), ("--isolated .", 0)])]);
}

#[test]
fn nothing_to_check_is_2_only_for_a_folder_and_if_strict() {
    hold(&[(&[("a.txt", "a\n")], &[(".", 0), ("--strict .", 2), ("--strict a.txt", 0)])]);
}

#[test]
fn the_error_wins_and_every_report_is_written() {
    let dir = folder(&[("k.yaml", "kind: KubeletConfiguration\na: [\n"), ("zero.sh", ZERO)]);
    let formats: Vec<_> = kubelet_lint::testing::FORMATS.iter().map(|f| f.name()).collect();
    let args: Vec<_> = formats.iter().map(|name| format!("--format {name} -o out.{name}")).collect();
    let (code, log) = code(dir.path(), &format!("{} .", args.join(" ")));
    assert_eq!(code, 2, "{log}");
    assert!(log.ends_with("error: the input could not be read completely: see the warnings\n"), "{log}");
    for name in formats {
        let report = std::fs::read_to_string(dir.path().join(format!("out.{name}"))).unwrap();
        assert!(report.contains("zero.sh"), "{name}: {report}");
    }
    for name in ["sarif", "json", "html", "markdown"] {
        let report = std::fs::read_to_string(dir.path().join(format!("out.{name}"))).unwrap();
        assert!(report.contains("k.yaml"), "{name}: {report}");
    }
}

#[test]
fn an_environment_variable_that_is_empty_is_not_set() {
    let dir = folder(&[("zero.sh", ZERO)]);
    let run = |name: &str, value: &str, args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kubelet-lint"));
        command.env_clear().env(name, value).current_dir(&dir).arg("check").args(args);
        command.output().unwrap().status.code()
    };
    for name in ["CONFIG", "ISOLATED", "SELECT", "IGNORE", "FORMAT", "FAIL_ON"] {
        let name = format!("KUBELET_LINT_{name}");
        assert_eq!((run(&name, "", &[]), run(&name, " ", &[])), (Some(1), Some(1)), "{name}");
    }
    assert_eq!(run("KUBELET_LINT_FAIL_ON", "never", &[]), Some(0));
    std::fs::write(dir.path().join("own.toml"), "").unwrap();
    let own = &["--config", "own.toml"];
    assert_eq!(run("KUBELET_LINT_ISOLATED", "0", own), Some(1));
    assert_eq!(run("KUBELET_LINT_ISOLATED", "1", own), Some(2));
}
