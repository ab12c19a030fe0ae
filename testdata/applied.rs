//! Folders that are named alone are judged as the applications of their repository apply them.

use std::path::Path;

use serde_json::Value;

use crate::command::{run_in, text};

const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: NAME}\nspec:\n  source:\n    repoURL: https://github.com/org/repo\n    path: charts/NAME\n    helm: {parameters: [{name: idle, value: VALUE}]}\n";
const CLASS: &str = "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: pond}\nspec:\n  amiFamily: AL2023\n  userData: |\n    apiVersion: node.eks.aws/v1alpha1\n    kind: NodeConfig\n    spec: {kubelet: {flags: [\"--streaming-connection-idle-timeout={{ .Values.idle }}\"]}}\n";

/// A repository with two charts, each with an application that overrides its value.
fn repository(dir: &Path) {
    let write = |name: &str, content: &str| {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    write(".git/HEAD", "ref: refs/heads/main\n");
    for (name, own, applied) in [("fixed", "0s", "4h"), ("broken", "4h", "0s")] {
        write(&format!("charts/{name}/Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"));
        write(&format!("charts/{name}/values.yaml"), &format!("idle: {own}\n"));
        write(&format!("charts/{name}/templates/class.yaml"), CLASS);
        write(&format!("apps/{name}.yaml"), &APPLICATION.replace("NAME", name).replace("VALUE", applied));
    }
}

/// The places of the findings.
fn found(dir: &Path, args: &[&str]) -> Vec<String> {
    let out = run_in(dir, &[&["check", "--format", "json", "--no-gitignore"], args].concat(), None);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    let place = |f: &Value| format!("{}:{}", f["place"]["path"].as_str().unwrap(), f["place"]["line"]);
    report["findings"].as_array().unwrap().iter().map(place).collect()
}

#[test]
fn what_an_application_delivers_is_judged_with_it() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    for (named, want) in [
        (&["charts/fixed"][..], &[][..]),
        (&["charts/broken"], &["apps/broken.yaml:8"]),
        (&["charts/fixed", "charts/broken"], &["apps/broken.yaml:8"]),
        (&["."], &["apps/broken.yaml:8"]),
    ] {
        assert_eq!(found(folder.path(), named), want, "{named:?}");
    }
}
