use std::path::PathBuf;

use super::Applications;
use crate::input::unit::{FileList, Input};
use crate::node::Cx;
use crate::text::Memory;

const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: nodes}
spec:
  source: {repoURL: 'https://github.com/org/repo.git', path: nodes}
";
const CLASS: &str = "apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 0s
";

/// The node groups with their conditions, where git has a remote with this address.
fn read(remote: &str) -> Vec<String> {
    let config = format!("[remote \"origin\"]\n\turl = {remote}\n");
    let files = Memory::new([
        ("/.git/config", config.as_bytes()),
        ("/apps/a.yaml", APPLICATION.as_bytes()),
        ("/nodes/k.yaml", CLASS.as_bytes()),
    ]);
    let mut cx = Cx::new(&files);
    let list = FileList::of(["/apps/a.yaml", "/nodes/k.yaml"].map(PathBuf::from).to_vec());
    let groups: Vec<_> = Applications.claim(&list).iter().flat_map(|unit| Applications.read(unit, &mut cx)).collect();
    groups.iter().map(|group| format!("{} if {:?}", group.root.id(&group.name), group.when.conditions())).collect()
}

#[test]
fn a_repository_is_this_one_if_a_remote_agrees() {
    let name = "argocd/nodes: nodes if";
    assert_eq!(read("git@github.com:org/repo"), [format!("{name} []")]);
    assert_eq!(read("git@github.com:org/fork"), [format!("{name} [repoURL is this repository]")]);
}

#[test]
fn a_chart_is_judged_once_for_each_of_ten_applications() {
    let class = "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: a}\nspec: {amiFamily: AL2023, userData: 'kubelet {{ .Values.n }}'}\n";
    let application = |n: usize| {
        let name = format!("metadata: {{name: n{n}}}");
        let application = APPLICATION.replace("metadata: {name: nodes}", &name);
        let values = format!("path: nodes, helm: {{valuesObject: {{n: {n}}}}}");
        (format!("/apps/{n}.yaml"), application.replace("path: nodes", &values))
    };
    let applications: Vec<_> = (0..10).map(application).collect();
    let mut all = vec![("/nodes/Chart.yaml", &b"name: nodes"[..]), ("/nodes/templates/a.yaml", class.as_bytes())];
    all.extend(applications.iter().map(|(path, text)| (path.as_str(), text.as_bytes())));
    let list = FileList::of(all.iter().map(|(path, _)| PathBuf::from(path)).collect());
    let files = Memory::new(all);
    let mut cx = Cx::new(&files);
    let groups: Vec<_> = Applications.claim(&list).iter().flat_map(|unit| Applications.read(unit, &mut cx)).collect();
    assert_eq!(groups.len(), 10);
    assert_eq!(groups[3].root.path(), "argocd/n3");
    assert!(cx.claims.uses.contains(&PathBuf::from("/nodes")));
}
