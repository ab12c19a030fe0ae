//! What was not read is reported in every format that lists problems, and a file that says nothing of a node is not.

use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as ENGINE;
use serde_json::Value;

use crate::command::{run_in, text};

const KUBELET: &str =
    "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\n";

/// The problems of a folder with these files, as `path: message`.
fn problems(dir: &Path, files: &[(&str, Vec<u8>)]) -> Vec<String> {
    for (name, content) in files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let out = run_in(dir, &["check", "--format", "json", "."], None);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    let short = |p: &Value| format!("{}: {}", p["place"]["path"].as_str().unwrap(), p["message"].as_str().unwrap());
    report["problems"].as_array().unwrap().iter().map(short).collect()
}

/// A text with so much behind it that it is larger than this many MiB.
fn large(start: &str, most: usize) -> Vec<u8> {
    format!("{start}{}", "# padding\n".repeat((most << 20) / 10 + 1)).into_bytes()
}

#[test]
fn a_file_that_is_too_large_is_a_problem_if_a_watched_word_stands_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let template = "resource \"aws_launch_template\" \"a\" {\n  user_data = base64encode(file(\"plain.tpl\"))\n}\n";
    let files = [
        ("dashboard.yaml", large("title: requests\n", 16)),
        ("far.yaml", [large("a: b\n", 16), b"kubelet: {}\n".to_vec()].concat()),
        ("k.yaml", large(KUBELET, 16)),
        ("main.tf", template.into()),
        ("notes.md", large("kubelet\n", 16)),
        ("plain.tpl", large("#!/bin/bash\n", 4)),
        ("u.sh", large("#!/bin/bash\nkubelet\n", 4)),
    ];
    let why = |most| format!("cannot be read: larger than {most} MiB: split it or exclude it");
    let expected = [("far.yaml", 16), ("k.yaml", 16), ("plain.tpl", 4), ("u.sh", 4)];
    let expected = expected.map(|(name, most)| format!("{name}: {}", why(most)));
    assert_eq!(problems(dir.path(), &files), expected);
    let out = run_in(dir.path(), &["check", "--strict", "u.sh"], None);
    assert!(text(&out.stderr).starts_with(&format!("warning: u.sh:1:1: {}\n", why(4))), "{}", text(&out.stderr));
    assert_eq!(out.status.code(), Some(2));
    for format in ["sarif", "html", "markdown"] {
        let out = run_in(dir.path(), &["check", "--format", format, "."], None);
        assert_eq!(text(&out.stdout).matches("annot be read: larger than").count(), expected.len(), "{format}");
    }
}

#[test]
fn a_template_of_5_mib_and_a_plan_of_17_mib_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let zero = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args --streaming-connection-idle-timeout=0\n";
    let other = "{\"address\": \"aws_vpc.a\", \"type\": \"aws_vpc\", \"name\": \"a\", \"values\": {\"tag\": \"x\"}},\n";
    let node = "{\"address\": \"aws_instance.a\", \"type\": \"aws_instance\", \"name\": \"a\", \"values\": {\"user_data\": USER}}";
    let node = node.replace("USER", &serde_json::to_string(zero).unwrap());
    let plan = |resources: &str| {
        format!(
            "{{\"format_version\": \"1.2\",\n\"planned_values\": {{\"root_module\": {{\"resources\": [\n{resources}]}}}}}}\n"
        )
    };
    let lines = (17 << 20) / other.len();
    std::fs::write(dir.path().join("plan.json"), plan(&format!("{}{node}", other.repeat(lines)))).unwrap();
    std::fs::write(dir.path().join("k.yaml"), large(KUBELET, 5)).unwrap();
    std::fs::write(
        dir.path().join("cut.json"),
        plan(&format!("{node},{}", other.repeat(30_000))).get(..2 << 20).unwrap_or_default(),
    )
    .unwrap();
    let out = run_in(dir.path(), &["check", "--format", "concise", "k.yaml", "plan.json"], None);
    let (log, line) = (text(&out.stdout), lines + 3);
    assert!(log.contains("k.yaml:3:33: warning[replaced-zero]"), "{log}");
    assert!(log.contains(&format!("plan.json:{line}:187: error[zero-streaming-idle-timeout]")), "{log}");
    assert_eq!((out.status.code(), text(&out.stderr).as_str()), (Some(1), ""));
    let out = run_in(dir.path(), &["check", "cut.json"], None);
    assert!(
        text(&out.stderr).starts_with("warning: cut.json:25574:58: unterminated string literal\nerror: "),
        "{}",
        text(&out.stderr)
    );
    assert_eq!(out.status.code(), Some(2));
    let plan = std::fs::read(dir.path().join("plan.json")).unwrap();
    let out = run_in(dir.path(), &["check", "--format", "concise", "-"], Some(&plan));
    let log = text(&out.stdout);
    assert!(log.starts_with(&format!("<stdin>:{line}:187: ")), "{log}{}", text(&out.stderr));
}

#[test]
fn utf_16_is_a_problem_if_a_watched_word_stands_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
    let files = [
        ("big.yaml", wide(KUBELET, u16::to_be_bytes)),
        ("little.yaml", wide(&format!("\u{feff}{KUBELET}"), u16::to_le_bytes)),
        ("other.yaml", wide("a: b\n", u16::to_le_bytes)),
    ];
    let expected = ["big.yaml", "little.yaml"].map(|name| format!("{name}: cannot be read: UTF-16: save it as UTF-8"));
    assert_eq!(problems(dir.path(), &files), expected);
    // Standard input was named, as a file may be.
    for (text, code) in [(&files[1].1, 2), (&files[2].1, 0)] {
        assert_eq!(run_in(dir.path(), &["check", "-"], Some(text)).status.code(), Some(code));
    }
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_opened_is_a_problem() {
    let dir = tempfile::tempdir().unwrap();
    let name = "d".repeat(200);
    let nest = format!("for i in $(seq 25); do mkdir {name} && cd {name} || exit 1; done");
    assert!(std::process::Command::new("bash").args(["-c", &nest]).current_dir(dir.path()).status().unwrap().success());
    let found = problems(dir.path(), &[("k.yaml", b"a: b\n".to_vec())]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("d: cannot be read: File name too long"), "{found:?}");
    let out = run_in(dir.path(), &["check", "--strict", "."], None);
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn a_limit_inside_a_file_is_a_problem() {
    let dir = tempfile::tempdir().unwrap();
    let mime = |headers: &str, parts: usize| {
        let part = "--B\nContent-Type: text/x-shellscript\n\n#!/bin/bash\nkubelet\n".repeat(parts);
        format!("Content-Type: multipart/mixed;{headers} boundary=\"B\"\nMIME-Version: 1.0\n\n{part}--B--\n")
            .into_bytes()
    };
    let plan = "{\"format_version\": \"1.2\", \"planned_values\": {\"user_data\": ";
    let mut files = vec![
        ("broken.json".to_owned(), plan.into()),
        ("deep.json".to_owned(), format!("{plan}{}1{}}}}}", "[".repeat(200), "]".repeat(200)).into()),
        ("header.txt".to_owned(), mime(&"\n x=y;".repeat(2000), 1)),
        ("most.txt".to_owned(), mime("", 512)),
        ("nested.sh".to_owned(), format!("#!/bin/bash\n[[ {}a ]]\nkubelet\n", "! ".repeat(70)).into()),
        ("parts.txt".to_owned(), mime("", 513)),
        ("quotes.sh".to_owned(), format!("{}x{}\nkubelet\n", "\"$(echo ".repeat(40), ")\"".repeat(40)).into()),
        ("script.sh".to_owned(), format!("kubelet\n{}", "# padding\n".repeat(120_000)).into()),
    ];
    files.extend((0..26).map(|n| {
        let inner = format!("resources: [../z{}]\n", n + 1);
        (format!("z{n}/kustomization.yaml"), inner.into_bytes())
    }));
    let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.clone())).collect();
    let found = problems(dir.path(), &files);
    for (found, expected) in found.iter().zip([
        "broken.json: expected value",
        "deep.json: nested deeper than",
        "header.txt: cloud-init reads no MIME-Version after 4096 bytes",
        "nested.sh: a script nested deeper than 64 levels, the rest is not read",
        "parts.txt: more than 512 MIME parts",
        "quotes.sh: a script nested deeper than 64 levels, the rest is not read",
        "script.sh: a script larger than 1 MiB, the rest is not read",
        "z24/kustomization.yaml: kustomizations nested deeper than 24 are not read",
    ]) {
        assert!(found.starts_with(expected), "{found}, not {expected}");
    }
    assert_eq!(found.len(), 8, "{found:?}");
}

#[test]
fn what_is_not_searched_of_a_packed_text_is_named_and_fails_no_run() {
    let dir = tempfile::tempdir().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&large("#!/bin/bash\n", 1)).unwrap();
    let text = format!("a: {}\n", ENGINE.encode(packed.finish().unwrap()));
    let name = "only partly read: limit reached: size of a text in base64";
    assert_eq!(problems(dir.path(), &[("packed.yaml", text.into())]), [format!("packed.yaml: {name}")]);
    let out = run_in(dir.path(), &["check", "packed.yaml"], None);
    assert_eq!(crate::command::text(&out.stderr), format!("warning: packed.yaml:1:1: {name}\n"));
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn charts_packed_in_charts_beyond_a_limit_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let about = "apiVersion: v2\nname: s\nversion: 1.0.0\n";
    let config = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    let mut packed = Vec::new();
    for _ in 0..9 {
        let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut archive = tar::Builder::new(gzip);
        for (name, bytes) in [("s/Chart.yaml", about.as_bytes()), ("s/charts/s-1.0.0.tgz", &packed)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, name, bytes).unwrap();
        }
        packed = archive.into_inner().unwrap().finish().unwrap();
    }
    let files =
        [("c/Chart.yaml", about.into()), ("c/templates/k.yaml", config.into()), ("c/charts/s-1.0.0.tgz", packed)];
    let name = "only partly read: limit reached: depth of charts in charts";
    assert_eq!(problems(dir.path(), &files), [format!("c/Chart.yaml: {name}")]);
}

#[test]
fn a_configuration_beyond_a_limit_of_a_parser_is_not_known() {
    let dir = tempfile::tempdir().unwrap();
    let inner = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let config = format!(
        "{{\"apiVersion\": \"kubelet.config.k8s.io/v1beta1\", \"kind\": \"KubeletConfiguration\", \"x\": {inner}}}"
    );
    let script = format!("#!/bin/bash\ncat > /etc/k.json <<'E'\n{config}\nE\nkubelet --config /etc/k.json\n");
    let found = problems(dir.path(), &[("u.sh", script.into())]);
    assert_eq!(found, ["u.sh: limit reached: size or depth of a configuration"]);
    let show = text(&run_in(dir.path(), &["show", "u.sh"], None).stdout);
    assert!(show.contains("unknown") && !show.contains("does not start"), "{show}");
}
