//! How long a scan takes: `cargo bench --bench scan`, which ends with the table of docs/speed.md (`testdata/speed.sh`). Numbers are for
//! people; no test depends on them.

use std::path::{Path, PathBuf};
use std::process::Command;

use kubelet_lint::{Request, Scan, scan};

fn main() {
    divan::main();
    // Without the name of a bench: only what cargo adds.
    if std::env::args().skip(1).eq(["--bench"]) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/speed.sh");
        let ended = Command::new(script).arg(env!("CARGO_BIN_EXE_kubelet-lint")).status().expect("bash starts");
        assert!(ended.success(), "the table is not complete");
    }
}

fn check(current: &Path, path: &str) -> Scan {
    scan(&Request::new(vec![PathBuf::from(path)], current)).expect("it can be read")
}

/// One small file, as an editor or a hook asks for.
#[divan::bench]
fn one_file(bencher: divan::Bencher<'_, '_>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo");
    bencher.bench(|| check(&root, "eksctl/cluster.yaml"));
}

/// The demo: four kinds of input.
#[divan::bench]
fn demo(bencher: divan::Bencher<'_, '_>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo");
    bencher.bench(|| check(&root, "."));
}

/// A repository of `n` Terraform files, ten to a directory, one launch template in each directory.
#[divan::bench(args = [100, 1000], sample_count = 10)]
fn terraform(bencher: divan::Bencher<'_, '_>, n: usize) {
    let dir = tempfile::tempdir().expect("a folder for the bench");
    for d in 0..n / 10 {
        let folder = dir.path().join(format!("env-{d}"));
        std::fs::create_dir(&folder).expect("a folder");
        for f in 0..10 {
            let text = if f == 0 { template(d) } else { filler(d * 10 + f) };
            std::fs::write(folder.join(format!("part-{f}.tf")), text).expect("a file");
        }
    }
    bencher.bench(|| check(dir.path(), "."));
}

fn template(n: usize) -> String {
    format!(
        "variable \"idle\" {{\n  default = \"4h\"\n}}\n\nresource \"aws_launch_template\" \"t{n}\" {{\n  user_data = base64encode(<<-EOT\n    #!/bin/bash\n    /etc/eks/bootstrap.sh c{n} --kubelet-extra-args '--streaming-connection-idle-timeout=${{var.idle}}'\n  EOT\n  )\n}}\n"
    )
}

fn filler(n: usize) -> String {
    let mut text = String::new();
    for k in 0..12 {
        text.push_str(&format!(
            "resource \"aws_security_group_rule\" \"r{n}_{k}\" {{\n  type        = \"ingress\"\n  from_port   = {k}\n  to_port     = {}\n  protocol    = \"tcp\"\n  cidr_blocks = [\"10.{k}.0.0/16\", var.cidr]\n  description = \"rule ${{var.name}}-{k}\"\n}}\n\n",
            k + 1
        ));
    }
    text
}
