//! Requests to ignore, the configuration, the baseline, what changed, and fixes, as a user meets them.

use std::path::Path;
use std::process::Output;

use kubelet_lint::Source;
use kubelet_lint::testing::Settings;
use serde_json::Value;

use crate::command::{run_in, text};

/// A folder with these files in a repository of its own.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    for (name, content) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    dir
}

fn check(dir: &Path, args: &[&str]) -> Output {
    run_in(dir, &[&["check"], args].concat(), None)
}

/// The findings in short: `path:line rule`.
fn found(dir: &Path, args: &[&str]) -> Vec<String> {
    let out = check(dir, &[&["--format", "json"], args].concat());
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    let short = |f: &Value| {
        format!("{}:{} {}", f["place"]["path"].as_str().unwrap(), f["place"]["line"], f["rule"].as_str().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(short).collect()
}

const ARGS: &str = "--kubelet-extra-args '--streaming-connection-idle-timeout=0'";

#[test]
fn a_request_to_ignore_works_at_every_hop_and_in_every_language() {
    let ask = "kubelet-lint: ignore[zero-streaming-idle-timeout] because";
    let zero = format!("#!/bin/bash\n/etc/eks/bootstrap.sh c {ARGS}\n");
    let variables = |a: &str, b: &str, c: &str| {
        format!(
            "variable \"idle\" {{ {a}\n  default = \"0s\" {b}\n}}\n\nresource \"aws_launch_template\" \"w\" {{ {c}\n  user_data = base64encode(<<-EOT\n    #!/bin/bash\n    IDLE=${{var.idle}}\n    /etc/eks/bootstrap.sh c --kubelet-extra-args \"--streaming-connection-idle-timeout=$IDLE\"\n  EOT\n  )\n}}\n"
        )
    };
    let template = |metadata: &str, above: &str| {
        format!(
            "Resources:\n  N:\n    Type: AWS::EC2::Instance\n{metadata}    Properties:\n{above}      UserData:\n        Fn::Base64: |\n          #!/bin/bash\n          /etc/eks/bootstrap.sh c {ARGS}\n"
        )
    };
    let json = |comment: &str| {
        format!(
            "{{\"resource\": {{\"aws_instance\": {{\"a\": {{{comment}\"user_data\": \"#!/bin/bash\\n/etc/eks/bootstrap.sh c {ARGS}\\n\"}}}}}}}}"
        )
    };
    let document = |annotation: &str, comment: &str| {
        format!(
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n{annotation}streamingConnectionIdleTimeout: 0s{comment}\n"
        )
    };
    let replaced = "kubelet-lint: ignore[replaced-zero] because";
    let joined = |line: &str| {
        format!(
            "{{\"Resources\": {{\"N\": {{\"Type\": \"AWS::EC2::Instance\", \"Properties\": {{\"UserData\": {{\"Fn::Base64\": {{\"Fn::Join\": [\"\", [\n\"#!/bin/bash\\n\",\n{line}\"/etc/eks/bootstrap.sh c {ARGS}\\n\"\n]]}}}}}}}}}}}}\n"
        )
    };
    for (name, bad, good) in [
        ("a.sh", zero.clone(), format!("#!/bin/bash\n# {ask}\n/etc/eks/bootstrap.sh c {ARGS}\n")),
        ("a.sh", zero.clone(), format!("#!/bin/bash\n/etc/eks/bootstrap.sh c {ARGS} # {ask}\n")),
        (
            "a.sh",
            zero.clone(),
            format!(
                "#!/bin/bash\n# kubelet-lint: ignore-file[zero-streaming-idle-timeout]\n/etc/eks/bootstrap.sh c {ARGS}\n"
            ),
        ),
        ("a.sh", zero.clone(), format!("#!/bin/bash\n# {ask}\n/etc/eks/bootstrap.sh c \\\n  {ARGS}\n")),
        ("main.tf", variables("", "", ""), variables(&format!("# {ask}"), "", "")),
        ("main.tf", variables("", "", ""), variables("", &format!("// {ask}"), "")),
        ("main.tf", variables("", "", ""), variables("", "", &format!("/* {ask} */"))),
        (
            "main.tf",
            variables("", "", ""),
            variables("", "", "").replace("    IDLE", &format!("    # {ask}\n    IDLE")),
        ),
        ("main.tf", variables("", "", ""), variables("", "", "").replace("=$IDLE\"", &format!("=$IDLE\" # {ask}"))),
        (
            "main.tf",
            variables("", "", ""),
            variables("", "", "").replace("  user_data", &format!("  # {ask}\n  user_data")),
        ),
        ("t.yaml", template("", ""), template(&format!("    # {ask}\n"), "")),
        ("t.yaml", template("", ""), template("", &format!("      # {ask}\n"))),
        (
            "t.yaml",
            template("", ""),
            template(
                "    Metadata:\n      kubelet-lint:\n        ignore: [\"zero-streaming-idle-timeout: because\"]\n",
                "",
            ),
        ),
        (
            "t.yaml",
            template("", ""),
            template(
                "    Metadata: {kubelet-lint: {ignore: [{rule: zero-streaming-idle-timeout, reason: because}]}}\n",
                "",
            ),
        ),
        ("main.tf.json", json(""), json(&format!("\"//\": \"{ask}\", "))),
        ("t.json", joined(""), joined(&format!("\"# {ask}\\n\",\n"))),
        ("k.yaml", document("", ""), document("", &format!(" # {replaced}"))),
        (
            "k.yaml",
            document("", ""),
            document("metadata:\n  annotations:\n    kubelet-lint/ignore: \"replaced-zero: because\"\n", ""),
        ),
    ] {
        let dir = folder(&[(name, &bad)]);
        assert_eq!(found(dir.path(), &[]).len(), 1, "{name}\n{bad}");
        let dir = folder(&[(name, &good)]);
        assert_eq!(found(dir.path(), &[]), [""; 0], "{name}\n{good}");
        assert_eq!(found(dir.path(), &["--no-ignores"]).len(), 1, "{name}\n{good}");
        let out = check(dir.path(), &[]);
        assert_eq!(out.status.code(), Some(0));
        assert!(text(&out.stdout).contains("1 suppressed by comments"), "{}", text(&out.stdout));
    }
}

#[test]
fn a_comment_in_a_script_that_is_encoded_counts() {
    use base64::Engine;
    let script = format!(
        "#!/bin/bash\n# kubelet-lint: ignore[zero-streaming-idle-timeout] known\n/etc/eks/bootstrap.sh c {ARGS}\n"
    );
    let literal = base64::engine::general_purpose::STANDARD.encode(script);
    let dir = folder(&[(
        "main.tf",
        &format!("resource \"aws_launch_template\" \"w\" {{\n  user_data = \"{literal}\"\n}}\n"),
    )]);
    assert_eq!(found(dir.path(), &[]), [""; 0]);
}

#[test]
fn only_the_node_group_at_the_comment_is_ignored() {
    let group = |name: &str, comment: &str| {
        format!("{comment}resource \"aws_launch_template\" \"{name}\" {{\n  user_data = base64encode(local.boot)\n}}\n")
    };
    let locals =
        format!("locals {{\n  boot = <<-EOT\n    #!/bin/bash\n    /etc/eks/bootstrap.sh c {ARGS}\n  EOT\n}}\n");
    let ask = "# kubelet-lint: ignore[zero-streaming-idle-timeout] debugging\n";
    let dir = folder(&[("main.tf", &format!("{locals}{}{}", group("a", ask), group("b", "")))]);
    let out = check(dir.path(), &["--format", "json"]);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    let names = &report["findings"][0]["node_groups"];
    assert_eq!(names.as_array().unwrap().len(), 1, "{names}");
    assert_eq!(names[0]["name"], "aws_launch_template.b");
    assert_eq!(report["suppressed"][0]["reason"], "debugging");
    assert_eq!(report["suppressed"][0]["by_place"]["line"], 7);
}

#[test]
fn requests_that_do_not_do_what_they_say_are_told() {
    let script = |comment: &str| format!("#!/bin/bash\n{comment}\n/etc/eks/bootstrap.sh c {ARGS}\n");
    for (comment, rules) in [
        ("# kubelet-lint: ignore[zero-streaming-idle-timeout, replaced-zero] two", &["a.sh:2 unused-ignore"][..]),
        (
            "# kubelet-lint: ignore[zero-streaming-idle-timeout] until=2020-01-31 old",
            &["a.sh:2 expired-ignore", "a.sh:3 zero-streaming-idle-timeout"],
        ),
        ("# kubelet-lint: ignore[zero-streaming-idle-timeout] until=9999-12-31 long", &[]),
        (
            "# kubelet-lint: ignore[zero-streaming-idle] typo",
            &["a.sh:2 invalid-ignore", "a.sh:3 zero-streaming-idle-timeout"],
        ),
        ("# kubelet-lint: ignore", &["a.sh:2 invalid-ignore", "a.sh:3 zero-streaming-idle-timeout"]),
    ] {
        let dir = folder(&[("a.sh", &script(comment))]);
        assert_eq!(found(dir.path(), &["."]), rules, "{comment}");
    }
    // With one file alone nobody knows who else uses it.
    let dir = folder(&[("a.sh", "#!/bin/bash\n# kubelet-lint: ignore[replaced-zero]\n/etc/eks/bootstrap.sh c\n")]);
    assert_eq!(found(dir.path(), &["a.sh"]), [""; 0]);
    assert_eq!(found(dir.path(), &["."]), ["a.sh:2 unused-ignore"]);
    assert_eq!(check(dir.path(), &[]).status.code(), Some(0), "it is a note");
    assert_eq!(found(dir.path(), &[".", "--select", "zero-streaming-idle-timeout"]), [""; 0]);
    assert_eq!(found(dir.path(), &[".", "--no-ignores"]), [""; 0]);
}

pub(crate) const ZERO: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";

#[test]
fn the_configuration_says_what_counts() {
    for (settings, code, rules) in [
        ("", 1, &["boot/a.sh:2 zero-streaming-idle-timeout"][..]),
        ("ignore = ['zero-streaming-idle-timeout']", 0, &[]),
        ("select = ['replaced-zero']", 0, &[]),
        ("exclude = ['boot']", 0, &[]),
        ("exclude = ['*.bash']", 1, &["boot/a.sh:2 zero-streaming-idle-timeout"]),
        ("fail-on = 'never'", 0, &["boot/a.sh:2 zero-streaming-idle-timeout"]),
        ("[levels]\nzero-streaming-idle-timeout = 'note'", 0, &["boot/a.sh:2 zero-streaming-idle-timeout"]),
        ("[per-path-ignores]\n'boot/*.sh' = ['zero-streaming-idle-timeout']", 0, &[]),
        ("[[exceptions]]\npath = 'a.sh'\nrules = ['zero-streaming-idle-timeout']\nreason = 'old'", 0, &[]),
        (
            "[[exceptions]]\npath = 'a.sh'\nrules = ['zero-streaming-idle-timeout']\nnode-groups = ['other']",
            1,
            &["boot/a.sh:2 zero-streaming-idle-timeout"],
        ),
    ] {
        let dir = folder(&[("boot/a.sh", ZERO), ("kubelet-lint.toml", settings)]);
        for args in [&["."][..], &["boot"], &["boot/a.sh"]] {
            assert_eq!(found(dir.path(), args), rules, "{settings} {args:?}");
            assert_eq!(check(dir.path(), args).status.code(), Some(code), "{settings} {args:?}");
        }
        assert_eq!(check(dir.path(), &["--isolated"]).status.code(), Some(1), "{settings}");
    }
}

#[test]
fn the_nearest_configuration_counts_and_none_above_the_repository() {
    let dir = folder(&[
        ("repo/boot/a.sh", ZERO),
        ("kubelet-lint.toml", "fail-on = 'never'"),
        ("named.toml", "ignore = ['zero-streaming-idle-timeout']"),
    ]);
    let repo = dir.path().join("repo");
    std::fs::create_dir(repo.join(".git")).unwrap();
    assert_eq!(check(&repo, &["boot"]).status.code(), Some(1));
    std::fs::write(repo.join(".kubelet-lint.toml"), "fail-on = 'never'").unwrap();
    assert_eq!(check(&repo, &["boot"]).status.code(), Some(0));
    // What counts for the run stands above the current folder.
    std::fs::write(repo.join("boot/kubelet-lint.toml"), "").unwrap();
    assert_eq!(check(&repo.join("boot"), &["."]).status.code(), Some(1));
    assert_eq!(check(&repo, &["boot"]).status.code(), Some(0));
    assert_eq!(check(&repo, &["."]).status.code(), Some(0));
    assert_eq!(check(&repo, &["boot", "--config", "../named.toml"]).status.code(), Some(0));
    let out = check(&repo, &["boot", "--config", "nowhere.toml"]);
    assert_eq!(
        (out.status.code(), text(&out.stderr)),
        (Some(2), "error: cannot read nowhere.toml: no such file\n".to_owned())
    );
    // A name that nobody has typed is told with where it comes from.
    std::fs::write(repo.join("boot/kubelet-lint.toml"), "baseline = 'gone.json'").unwrap();
    let told = text(&check(&repo.join("boot"), &["."]).stderr);
    assert!(told.contains("the baseline set in the configuration: cannot read gone.json: "), "{told}");
}

#[test]
fn what_is_wrong_in_the_configuration_is_shown_at_its_place() {
    for (settings, words) in [
        ("\nselct = []\n", "kubelet-lint.toml:2:1: unknown key `selct`: did you mean `select`?"),
        (
            "ignore = ['replaced-zer']",
            "kubelet-lint.toml:1:12: unknown rule `replaced-zer`: did you mean `replaced-zero`?",
        ),
        ("[levels]\nreplaced-zero = 'warn'", "kubelet-lint.toml:2:17: unknown level `warn`: did you mean `warning`?"),
        ("[assume]\nkubernetes = '33'", "kubelet-lint.toml:2:14: `33` is not a valid Kubernetes version"),
        ("[fix]\nstreaming-idle-timeout = '1d'", "kubelet-lint.toml:2:26: `1d` is not a valid duration"),
        (
            "select = ['long-streaming-idle-timeout']",
            "kubelet-lint.toml:1:12: `long-streaming-idle-timeout` needs a limit",
        ),
        ("select = [", "kubelet-lint.toml:1:11: "),
        ("exclude = ['{a']", "kubelet-lint.toml:1:12: invalid pattern `{a`"),
    ] {
        let dir = folder(&[("a.sh", ZERO), ("kubelet-lint.toml", settings)]);
        let out = check(dir.path(), &[]);
        assert_eq!(out.status.code(), Some(2), "{settings}");
        assert!(out.stdout.is_empty());
        let told = text(&out.stderr);
        assert!(told.starts_with(&format!("error: {words}")), "{settings}\n{told}");
        assert!(told.contains("╭─[kubelet-lint.toml"), "{told}");
    }
    let dir = folder(&[("a.sh", ZERO)]);
    let out = check(dir.path(), &["--select", "long-streaming-idle-timeout"]);
    assert_eq!(out.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_configuration_is_not_read_through_a_link_out_of_the_repository() {
    let outside = folder(&[("secret.toml", "secret = 'words'")]);
    let dir = folder(&[("a.sh", ZERO)]);
    std::os::unix::fs::symlink(outside.path().join("secret.toml"), dir.path().join("kubelet-lint.toml")).unwrap();
    let out = check(dir.path(), &[]);
    assert_eq!(out.status.code(), Some(2));
    assert!(!text(&out.stderr).contains("words"), "{}", text(&out.stderr));
}

#[test]
fn the_schema_and_the_program_agree() {
    let schema: Value = serde_json::from_str(include_str!("../schemas/kubelet-lint.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let ids: Vec<_> = kubelet_lint::testing::rules().map(|r| r.id.as_str()).collect();
    let listed: Vec<_> =
        schema["definitions"]["built-in"]["enum"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(ids, listed, "schemas/kubelet-lint.schema.json lists the rules");
    let full = "extend = 'x.toml'\nselect = ['replaced-zero']\nextend-select = []\nignore = ['invalid-duration']\nexclude = ['a/**']\nfail-on = 'error'\nfail-on-unresolved = true\nrequire-reason = true\nown-rules = 'lint'\nbaseline = 'b.json'\n[modules]\n'git::https://x/y' = 'y'\n[var-files]\n'a' = ['b.tfvars']\n[levels]\nreplaced-zero = 'note'\n[per-path-ignores]\n'x/*' = ['replaced-zero']\n[[exceptions]]\npath = 'a'\nrules = ['replaced-zero']\nnode-groups = ['*']\nreason = 'r'\nuntil = '2027-01-31'\n[assume]\nkubernetes = '1.33'\nimage-family = 'al2023'\n[fix]\nstreaming-idle-timeout = '1h30m'\n[long-streaming-idle-timeout]\nlimit = '5m'\n";
    let keys = schema["properties"].as_object().unwrap();
    let parsed: toml::Table = toml::from_str(full).unwrap();
    assert!(keys.keys().all(|k| parsed.contains_key(k)), "every key is tried");
    for (settings, good) in [
        (full, true),
        ("", true),
        ("selct = []", false),
        ("select = ['x']", false),
        ("select = 'replaced-zero'", false),
        ("fail-on = 'warn'", false),
        ("exclude = ['']", false),
        ("require-reason = 1", false),
        ("[levels]\nx = 'note'", false),
        ("[levels]\nreplaced-zero = 'off'", false),
        ("[[exceptions]]\npath = 'a'", false),
        ("[[exceptions]]\nrules = []", false),
        ("[[exceptions]]\npath = 'a'\nrules = []\nuntil = 'soon'", false),
        ("[assume]\nimage-family = 'al3'", false),
        ("[assume]\nkubernetes = '2.0'", false),
        ("[fix]\nstreaming-idle-timeout = '4 hours'", false),
        ("[long-streaming-idle-timeout]\nlimt = '5m'", false),
    ] {
        let source = std::sync::Arc::new(Source::new("/kubelet-lint.toml", settings.as_bytes()));
        let read = Settings::read(&source);
        assert_eq!(read.is_ok(), good, "{settings}: {read:?}");
        let value = toml::from_str::<Value>(settings).unwrap();
        assert_eq!(validator.is_valid(&value), good, "the schema on {settings}");
    }
}

#[test]
fn rules_that_have_to_be_asked_for() {
    let unset = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 5\n";
    for (settings, rules) in [
        ("", &[][..]),
        ("extend-select = ['unset-streaming-idle-timeout']", &["k.yaml:2 unset-streaming-idle-timeout"][..]),
        ("long-streaming-idle-timeout.limit = '5m'", &["k.yaml:2 long-streaming-idle-timeout"]),
        ("long-streaming-idle-timeout.limit = '4h'", &[]),
    ] {
        let dir = folder(&[("k.yaml", unset), ("kubelet-lint.toml", settings)]);
        assert_eq!(found(dir.path(), &[]), rules, "{settings}");
    }
}

#[test]
fn what_the_source_does_not_say_can_be_assumed() {
    let dir = folder(&[
        ("k.yaml", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"),
        ("kubelet-lint.toml", "assume = {kubernetes = '1.31', image-family = 'al2'}"),
    ]);
    let out = run_in(dir.path(), &["show", "--format", "json"], None);
    let value: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (&value["node_groups"][0]["kubernetes"], &value["node_groups"][0]["family"]),
        (&"1.31".into(), &"al2".into())
    );
}

#[test]
fn what_is_known_is_not_told_again() {
    let dir = folder(&[("a.sh", ZERO), ("b.sh", ZERO)]);
    let here = dir.path();
    let out = check(here, &["--write-baseline", "known.json"]);
    assert_eq!((out.status.code(), out.stdout.is_empty()), (Some(0), true));
    let first = std::fs::read(here.join("known.json")).unwrap();
    check(here, &["--write-baseline", "known.json"]);
    assert_eq!(first, std::fs::read(here.join("known.json")).unwrap());
    assert!(!text(&first).contains("line"), "{}", text(&first));
    // Lines may move.
    std::fs::write(here.join("a.sh"), format!("#!/bin/bash\n# more\n\n{}", ZERO.get(12..).unwrap_or_default()))
        .unwrap();
    let out = check(here, &["--baseline", "known.json"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stdout));
    assert!(text(&out.stdout).contains("2 in the baseline"), "{}", text(&out.stdout));
    // Another one in the same file is new, and what is gone is named.
    std::fs::write(here.join("a.sh"), ZERO.replace("=0", "=0 --runtime-request-timeout=0")).unwrap();
    std::fs::write(here.join("b.sh"), "#!/bin/bash\n").unwrap();
    let out = check(here, &["--baseline", "known.json"]);
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(
        text(&out.stderr),
        "warning: stale baseline entry: b.sh: zero-streaming-idle-timeout of streamingConnectionIdleTimeout (no longer found)\n"
    );
    std::fs::write(here.join("kubelet-lint.toml"), "baseline = 'known.json'").unwrap();
    assert!(text(&check(here, &[]).stdout).contains("1 in the baseline"));
    std::fs::write(here.join("known.json"), "{\"version\": 1,\n \"x\": 2}").unwrap();
    let out = check(here, &[]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).starts_with("error: known.json:2:"), "{}", text(&out.stderr));
}

#[test]
fn what_was_not_read_is_not_called_stale() {
    let exception = |path: &str| format!("[[exceptions]]\npath = '{path}'\nrules = ['zero-streaming-idle-timeout']\n");
    let dir = folder(&[("a.sh", ZERO), ("envs/b.sh", ZERO)]);
    let here = dir.path();
    check(here, &["--write-baseline", "known.json"]);
    std::fs::write(here.join("envs/b.sh"), "#!/bin/bash\n").unwrap();
    for (from, args) in
        [(here, ["envs", "--baseline", "known.json"]), (&here.join("envs"), [".", "--baseline", "../known.json"])]
    {
        let told = text(&check(from, &args).stderr);
        assert!(told.contains("entry: envs/b.sh") && !told.contains("entry: a.sh"), "{told}");
    }
    for (path, stale) in
        [("./a.sh", false), ("*.sh", false), ("envs/b.sh", true), ("envs/*/b.sh", true), ("env*/b.sh", false)]
    {
        std::fs::write(here.join("kubelet-lint.toml"), exception(path)).unwrap();
        assert_eq!(text(&check(&here.join("envs"), &[]).stderr).contains("matches no finding"), stale, "{path}");
        let all = text(&check(here, &[]).stderr);
        assert_eq!(all.contains("matches no finding"), path.contains('b'), "{path}: {all}");
    }
    // What is excluded was not read either, nor what uses the rest.
    let excluded = ["--exclude", "envs"];
    assert_eq!(text(&check(here, &[&["--baseline", "known.json"], &excluded[..]].concat()).stderr), "");
    std::fs::write(here.join("kubelet-lint.toml"), exception("envs/b.sh")).unwrap();
    assert_eq!(text(&check(here, &excluded).stderr), "");
    let unused = "# kubelet-lint: ignore[zero-streaming-idle-timeout] known\nresource \"aws_launch_template\" \"w\" {\n  user_data = \"#!/bin/bash\\n/etc/eks/bootstrap.sh c\"\n}\n";
    let main = "module \"n\" {\n  source = \"../modules/nodes\"\n}\n";
    let dir = folder(&[("modules/nodes/a.tf", unused), ("envs/main.tf", main), ("other/b.tf", unused)]);
    let other = ["other/b.tf:1 unused-ignore"];
    assert_eq!(found(dir.path(), &excluded), other);
    assert_eq!(found(dir.path(), &[]).len(), 2);
}

#[test]
fn a_group_stands_for_its_rules_in_a_comment() {
    let ignoring = |group: &str| ZERO.replacen('\n', &format!("\n# kubelet-lint: ignore[{group}] because\n"), 1);
    let dir = folder(&[
        ("a.sh", &*ignoring("cis-eks")),
        ("b.sh", "#!/bin/bash\n# kubelet-lint: ignore[cis-eks] no\n\ntrue\n"),
    ]);
    assert_eq!(found(dir.path(), &[]), ["b.sh:2 unused-ignore"]);
}

pub(crate) const VARIABLES: &str = "variable \"idle\" {\n  default = \"0s\"\n}\n";
pub(crate) const MAIN: &str = "resource \"aws_launch_template\" \"w\" {\n  user_data = base64encode(templatefile(\"${path.module}/boot.sh.tftpl\", {idle = var.idle}))\n}\n";
pub(crate) const TEMPLATE: &str =
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${idle}'\n";

#[test]
fn named_files_select_what_they_have_a_part_in() {
    let dir = folder(&[
        ("m/variables.tf", VARIABLES),
        ("m/main.tf", MAIN),
        ("m/boot.sh.tftpl", TEMPLATE),
        ("m/other.tf", "locals {\n  x = 1\n}\n"),
        ("root/main.tf", "module \"m\" {\n  source = \"../m\"\n}\n"),
        ("z.sh", ZERO),
    ]);
    let zero = "m/variables.tf:2 zero-streaming-idle-timeout";
    for (files, expected) in [
        (&["m/variables.tf"][..], &[zero][..]),
        (&["m/main.tf"], &[zero]),
        (&["m/boot.sh.tftpl"], &[zero]),
        // Without a commit, all that its module has is new.
        (&["m/other.tf"], &[zero]),
        (&["z.sh"], &["z.sh:2 zero-streaming-idle-timeout"]),
        (&["z.sh", "m"], &[zero, "z.sh:2 zero-streaming-idle-timeout"]),
        (&["."], &[zero, "z.sh:2 zero-streaming-idle-timeout"]),
    ] {
        assert_eq!(found(dir.path(), files), expected, "{files:?}");
    }
    // A module is judged by what its callers give it.
    std::fs::write(dir.path().join("root/main.tf"), "module \"m\" {\n  source = \"../m\"\n  idle = \"4h\"\n}\n")
        .unwrap();
    assert_eq!(found(dir.path(), &["m/variables.tf"]), [""; 0]);
}

#[test]
fn a_nested_template_that_is_named_is_judged_by_what_its_parents_give_it() {
    let child = include_str!("cases/cloudformation/ok-nested-stack-overrides/stacks/nodes.yaml");
    let parent = include_str!("cases/cloudformation/ok-nested-stack-overrides/cluster.yaml");
    let dir = folder(&[("stacks/nodes.yaml", child), ("other.yaml", "a: nodes.yaml\n")]);
    assert_eq!(found(dir.path(), &["stacks/nodes.yaml"]), ["stacks/nodes.yaml:2 zero-streaming-idle-timeout"]);
    std::fs::write(dir.path().join("cluster.yaml"), parent).unwrap();
    assert_eq!(found(dir.path(), &["stacks/nodes.yaml"]), [""; 0]);
    std::fs::write(dir.path().join("cluster.yaml"), parent.replace("=4h", "=0")).unwrap();
    // The zero stands in the parent, but passes the file that was named.
    assert_eq!(found(dir.path(), &["stacks/nodes.yaml"]), ["cluster.yaml:7 zero-streaming-idle-timeout"]);
}

#[test]
fn a_fix_writes_a_time_where_the_zero_stands_and_nothing_else() {
    let cases: &[(&str, &str, &str)] = &[
        ("a.sh", ZERO, "timeout=0'>timeout=4h'"),
        (
            "v.tf",
            &format!(
                "{VARIABLES}resource \"aws_instance\" \"a\" {{\n  user_data = \"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${{var.idle}}'\\n\"\n}}\n"
            ),
            "\"0s\">\"4h\"",
        ),
        (
            "k.yaml",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s # why\n",
            ": 0s>: 4h",
        ),
        (
            "k.json",
            "{\"apiVersion\": \"kubelet.config.k8s.io/v1beta1\", \"kind\": \"KubeletConfiguration\", \"streamingConnectionIdleTimeout\": \"0s\"}",
            "\"0s\">\"4h\"",
        ),
        (
            "c.sh",
            "#!/bin/bash\r\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--runtime-request-timeout=0'\r\n",
            "timeout=0>timeout=2m",
        ),
    ];
    for (name, content, change) in cases {
        let dir = folder(&[(name, content)]);
        let path = dir.path().join(name);
        let (from, to) = change.split_once('>').unwrap();
        let expected = content.replacen(from, to, 1);
        assert_ne!(&expected, content);
        let out = check(dir.path(), &["--diff"]);
        assert_eq!(out.status.code(), Some(1));
        assert!(text(&out.stdout).starts_with(&format!("--- a/{name}\n+++ b/{name}\n")), "{}", text(&out.stdout));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), *content, "--diff changes nothing");
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o750)).unwrap();
        let out = check(dir.path(), &["--fix"]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected, "{name}");
        assert_eq!(out.status.code(), Some(0), "{name}: {}", text(&out.stdout));
        assert_eq!(text(&out.stderr), "Fixed 1 problem in 1 file.\n");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o750
        );
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "no file is left behind");
        let again = check(dir.path(), &["--fix"]);
        assert_eq!(text(&again.stderr), "No safe fixes available.\n");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    }
}

#[test]
fn a_fix_takes_out_a_zero_that_no_kubelet_reads() {
    let config = |settings: &str| {
        format!(
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: a, region: eu-west-1}}\nnodeGroups:\n  - name: a\n    amiFamily: AmazonLinux2\n    ami: ami-1\n    kubeletExtraConfig:\n{settings}    overrideBootstrapCommand: |\n      #!/bin/bash\n      /etc/eks/bootstrap.sh a\n"
        )
    };
    let zero = "      streamingConnectionIdleTimeout: 0s # why\n";
    let dir = folder(&[("e.yaml", &config(&format!("      maxPods: 20\n{zero}")))]);
    assert_eq!(found(dir.path(), &[]), ["e.yaml:10 dead-kubelet-setting"]);
    let out = check(dir.path(), &["--fix"]);
    assert_eq!(text(&out.stderr), "Fixed 1 problem in 1 file.\n");
    assert_eq!(std::fs::read_to_string(dir.path().join("e.yaml")).unwrap(), config("      maxPods: 20\n"));
    // Alone in its map, with a time that somebody wants, or in one line with others it is left alone.
    for left in [
        zero.to_owned(),
        "      maxPods: 20\n      streamingConnectionIdleTimeout: 5m\n".to_owned(),
        "      {maxPods: 20, streamingConnectionIdleTimeout: 0s}\n".to_owned(),
    ] {
        let dir = folder(&[("e.yaml", &config(&left))]);
        assert_eq!(text(&check(dir.path(), &["--fix"]).stderr), "No safe fixes available.\n", "{left}");
        assert_eq!(std::fs::read_to_string(dir.path().join("e.yaml")).unwrap(), config(&left));
    }
}

#[test]
fn what_is_not_certain_is_left_alone() {
    use base64::Engine;
    let literal = base64::engine::general_purpose::STANDARD.encode(ZERO);
    let number = "variable \"idle\" {\n  type    = number\n  default = 0\n}\nresource \"aws_instance\" \"a\" {\n  user_data = \"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'\\n\"\n}\n";
    let unit = "variable \"idle\" {\n  default = \"0\"\n}\nresource \"aws_instance\" \"a\" {\n  user_data = \"#!/bin/bash\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}s'\\n\"\n}\n";
    for content in
        [&format!("resource \"aws_instance\" \"a\" {{\n  user_data_base64 = \"{literal}\"\n}}\n"), number, unit]
    {
        let dir = folder(&[("main.tf", content)]);
        assert_eq!(found(dir.path(), &[]).len(), 1, "{content}");
        check(dir.path(), &["--fix"]);
        assert_eq!(std::fs::read_to_string(dir.path().join("main.tf")).unwrap(), content);
    }
}

#[test]
fn fixes_write_what_the_configuration_says() {
    let dir = folder(&[("a.sh", ZERO), ("kubelet-lint.toml", "fix.streaming-idle-timeout = '30m'")]);
    check(dir.path(), &["--fix"]);
    assert!(std::fs::read_to_string(dir.path().join("a.sh")).unwrap().contains("timeout=30m'"));
}

#[test]
fn comments_that_ignore_can_be_written() {
    let indented = "#!/bin/bash\nif true; then\n  /etc/eks/bootstrap.sh c \\\n    --kubelet-extra-args '--streaming-connection-idle-timeout=0'\nfi\n";
    let dir =
        folder(&[("a.sh", indented), ("variables.tf", VARIABLES), ("main.tf", MAIN), ("boot.sh.tftpl", TEMPLATE)]);
    let out = check(dir.path(), &["--add-ignore=known since spring"]);
    assert_eq!(out.status.code(), Some(0), "{}{}", text(&out.stdout), text(&out.stderr));
    let script = std::fs::read_to_string(dir.path().join("a.sh")).unwrap();
    let line = "  # kubelet-lint: ignore[zero-streaming-idle-timeout] known since spring\n";
    assert_eq!(script, indented.replacen("  /etc", &format!("{line}  /etc"), 1));
    let variables = std::fs::read_to_string(dir.path().join("variables.tf")).unwrap();
    assert_eq!(variables, VARIABLES.replacen("  default", &format!("{line}  default"), 1));
    assert_eq!(check(dir.path(), &[]).status.code(), Some(0));
    let json = "{\"kind\": \"KubeletConfiguration\", \"apiVersion\": \"kubelet.config.k8s.io/v1beta1\", \"syncFrequency\": \"0s\"}";
    let dir = folder(&[("k.json", json)]);
    let told = "No place for a comment at 1 finding: use `exceptions` in the configuration.\n";
    assert_eq!(text(&check(dir.path(), &["--add-ignore"]).stderr), told);
}

/// In a text, `+` stands where the comment is to be, with how it begins; no `+` if there is no place.
#[test]
fn comments_stand_where_they_change_nothing() {
    let flag = "--kubelet-extra-args '--streaming-connection-idle-timeout=0'";
    let config = "\"kind\": \"KubeletConfiguration\", \"apiVersion\": \"kubelet.config.k8s.io/v1beta1\",\n  \"streamingConnectionIdleTimeout\": \"0s\"";
    let document = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    let rows = [
        // A comment would break the JSON that the script writes.
        (
            "json.sh",
            format!(
                "#!/bin/bash\n+# cat > /etc/kubernetes/kubelet.json <<'EOF'\n{{\n  {config}\n}}\nEOF\nkubelet --config /etc/kubernetes/kubelet.json\n"
            ),
        ),
        (
            "yaml.sh",
            format!(
                "#!/bin/bash\ncat > /etc/kubernetes/kubelet.yaml <<'EOF'\n{document}+# streamingConnectionIdleTimeout: 0s\nEOF\nkubelet --config /etc/kubernetes/kubelet.yaml\n"
            ),
        ),
        ("continued.sh", format!("#!/bin/bash\n+# /etc/eks/bootstrap.sh c \\\n  --use-max-pods false \\\n  {flag}\n")),
        // A comment in a folded text would hide the rest of the command.
        (
            "folded.yaml",
            format!("#cloud-config\nruncmd:\n+# - >-\n  /etc/eks/bootstrap.sh c\n  {flag}\n  --use-max-pods false\n"),
        ),
        ("ytt.yaml", format!("#@ load(\"@ytt:data\", \"data\")\n{document}+#! streamingConnectionIdleTimeout: 0s\n")),
        ("config.json", format!("{{{config}}}\n")),
        (
            "k.service",
            "[Service]\n+# ExecStart=/usr/bin/kubelet \\\n  --v=2 \\\n  --streaming-connection-idle-timeout=0\n".to_owned(),
        ),
        (
            "quoted.sh",
            "#!/bin/bash\nbash -c '\n+# /etc/eks/bootstrap.sh c \\\n  --kubelet-extra-args \"--streaming-connection-idle-timeout=0\"\n'\n".to_owned(),
        ),
    ];
    for (name, marked) in rows {
        let wanted = marked.lines().map(|line| match line.trim_start().strip_prefix('+') {
            Some(rest) => {
                let (comment, rest) = rest.split_once(' ').unwrap_or_default();
                format!("{comment} kubelet-lint: ignore[RULE] we don't, $(yet)\n{rest}\n")
            }
            None => format!("{line}\n"),
        });
        let wanted: String = wanted.collect();
        let plain: String = wanted.split_inclusive('\n').filter(|line| !line.contains("ignore[")).collect();
        let dir = folder(&[(name, &plain)]);
        let before = text_of(dir.path(), name);
        let out = check(dir.path(), &["--add-ignore=we don't, $(yet)"]);
        let after = text_of(dir.path(), name);
        assert_eq!(before, plain, "{name}");
        let rules = ["zero-streaming-idle-timeout", "replaced-zero"];
        let after = rules.iter().fold(after, |after, rule| after.replace(rule, "RULE"));
        let wanted = wanted.replace('$', " ");
        let quoted = wanted.replace("don't", "dont");
        assert!(after == wanted || after == quoted, "{name}:\n{after}\n{}", text(&out.stderr));
        assert_eq!(check(dir.path(), &[]).status.code(), Some(i32::from(wanted == plain)), "{name}");
    }
}

fn text_of(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).unwrap()
}

#[test]
fn an_unused_comment_can_be_taken_away() {
    let fine = ZERO.replace("=0", "=4h");
    let own = fine.replacen("/etc", "# kubelet-lint: ignore[zero-streaming-idle-timeout] old\n/etc", 1);
    let behind = fine.replacen("'\n", "' # kubelet-lint: ignore[zero-streaming-idle-timeout] old\n", 1);
    for content in [&own, &behind] {
        let dir = folder(&[("a.sh", content)]);
        check(dir.path(), &["--fix"]);
        assert_eq!(std::fs::read_to_string(dir.path().join("a.sh")).unwrap(), fine);
    }
}

#[test]
fn exceptions_without_effect_are_named() {
    let rule = "rules = ['zero-streaming-idle-timeout']";
    let settings = format!(
        "[[exceptions]]\npath = 'a.sh'\n{rule}\n[[exceptions]]\npath = 'b.sh'\n{rule}\n[[exceptions]]\npath = 'a.*'\n{rule}\nuntil = '2020-01-31'\n"
    );
    let dir = folder(&[("a.sh", ZERO), ("kubelet-lint.toml", &settings)]);
    let out = check(dir.path(), &[]);
    assert_eq!(out.status.code(), Some(1), "an expired exception is a warning");
    let words = "warning: the exception for zero-streaming-idle-timeout in";
    assert_eq!(text(&out.stderr), format!("{words} `b.sh` matches no finding\n"));
    assert_eq!(found(dir.path(), &[]), ["kubelet-lint.toml:10 expired-ignore"]);
    for format in kubelet_lint::testing::FORMATS.iter().map(|f| f.name()) {
        let report = text(&check(dir.path(), &["--format", format]).stdout);
        assert!(report.contains("expired on 2020-01-31") && report.contains("kubelet-lint.toml"), "{format}\n{report}");
    }
    assert_eq!(check(dir.path(), &["--ignore", "expired-ignore"]).status.code(), Some(0));
    let out = check(dir.path(), &["a.sh"]);
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), format!("{words} `a.*` expired on 2020-01-31\n")));
    // What it hid counts again.
    let settings = format!("\u{FEFF}[[exceptions]]\npath = 'a.sh'\n{rule}\nuntil = '2020-01-01'");
    let dir = folder(&[("a.sh", ZERO), ("kubelet-lint.toml", &settings)]);
    let both = ["a.sh:2 zero-streaming-idle-timeout", "kubelet-lint.toml:4 expired-ignore"];
    assert_eq!(found(dir.path(), &[]), both);
}

#[test]
fn metadata_and_annotations_take_a_day_and_refuse_unknown_keys() {
    let zero = "zero-streaming-idle-timeout";
    let template = |metadata: &str| {
        format!(
            "Resources:\n  N:\n    Type: AWS::EC2::Instance\n    Metadata:\n      kubelet-lint: {metadata}\n    Properties:\n      UserData:\n        Fn::Base64: |\n          #!/bin/bash\n          /etc/eks/bootstrap.sh c {ARGS}\n"
        )
    };
    for (metadata, rule) in [
        (format!("{{ignore: [{zero}], until: 9999-12-31, reason: known}}"), ""),
        (format!("{{ignore: ['{zero}: until=9999-12-31 known']}}"), ""),
        (format!("{{ignore: [{{rule: {zero}, until: 9999-12-31}}], until: 2020-01-31, reason: known}}"), ""),
        (format!("{{ignore: [{zero}], until: 2020-01-31}}"), "expired-ignore"),
        (format!("{{ignore: ['{zero}'], until: soon}}"), "invalid-ignore"),
        (format!("{{ignore: [{zero}], until: [9999-12-31]}}"), "invalid-ignore"),
        (format!("{{ignore: [{zero}], untill: 9999-12-31}}"), "invalid-ignore"),
        (format!("{{ignore: [{{rule: {zero}, why: known}}]}}"), "invalid-ignore"),
        ("{reason: known}".to_owned(), "invalid-ignore"),
    ] {
        let dir = folder(&[("t.yaml", &template(&metadata))]);
        let out = found(dir.path(), &[]);
        let expected = [format!("t.yaml:5 {rule}"), format!("t.yaml:10 {zero}")];
        let expected = if rule.is_empty() { &[][..] } else { &expected };
        assert_eq!(out, expected, "{metadata}");
        if rule.is_empty() && metadata.contains("known") {
            assert_eq!(check(dir.path(), &["-v"]).status.code(), Some(0));
            let words = text(&check(dir.path(), &["-v"]).stderr);
            assert!(words.contains(": known"), "{metadata}: {words}");
        }
    }
    // Each of several maps counts.
    let both = format!("{{ignore: [{{rule: replaced-zero}}, {{rule: {zero}}}]}}");
    assert_eq!(found(folder(&[("t.yaml", &template(&both))]).path(), &[]), ["t.yaml:5 unused-ignore"]);
    let document = |value: &str| {
        format!(
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmetadata:\n  annotations:\n    kubelet-lint/ignore: \"{value}\"\nstreamingConnectionIdleTimeout: 0s\n"
        )
    };
    for (value, rules) in [
        ("replaced-zero: until=9999-12-31 known", &[][..]),
        ("replaced-zero until=9999-12-31: known", &[]),
        ("replaced-zero until=2020-01-31: known", &["k.yaml:5 expired-ignore", "k.yaml:6 replaced-zero"]),
        ("replaced-zero: until=soon", &["k.yaml:5 invalid-ignore", "k.yaml:6 replaced-zero"]),
    ] {
        assert_eq!(found(folder(&[("k.yaml", &document(value))]).path(), &[]), rules, "{value}");
    }
}
