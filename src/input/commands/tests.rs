use super::Commands;
use crate::input::testing::read;
use crate::node::Step;

/// The names of the groups and the settings of minikube.
fn found(path: &str, text: &str) -> Vec<String> {
    let mut out = Vec::new();
    read(&Commands, path, text, |groups, _| {
        for group in groups {
            let steps = group.steps.iter().map(|step| match step {
                Step::KubeletArgs(args) => args.iter().map(|a| a.to_text().into_owned()).collect::<Vec<_>>().join(" "),
                Step::KubeletConfig(tree, _) => {
                    tree.pairs().iter().filter_map(|(k, v)| Some(format!("{}: {}", k.as_str()?, v.as_str()?))).collect()
                }
                _ => "other".to_owned(),
            });
            out.push(format!("{} | {}", group.name, steps.collect::<Vec<_>>().join(" | ")));
        }
    });
    out
}

#[test]
fn command_lines() {
    for (text, want) in [
        ("minikube start --extra-config=kubelet.a=0s", "--a=0s"),
        ("minikube start --extra-config kubelet.a=1 --extra-config kubelet.a=2", "--a=2"),
        ("minikube start --extra-config=kubelet.runtime-request-timeout=0s", "runtimeRequestTimeout: 0s"),
        ("A=5m\nminikube start --extra-config=kubelet.a=$A", "--a=5m"),
        ("export A=5m\nif x; then minikube start --extra-config=kubelet.a=${A}; fi", "--a=5m"),
        ("ARGS='--extra-config=kubelet.a=1 -v'\nminikube start $ARGS", "--a=1"),
    ] {
        assert_eq!(found("/a.sh", text), [format!("minikube of a.sh | {want}")], "{text}");
    }
    for text in [
        "minikube start --extra-config=apiserver.a=1 # kubelet.",
        "echo minikube start --extra-config=kubelet.a=1",
        "minikube start --extra-config=kubelet.a",
    ] {
        assert!(found("/a.sh", text).is_empty(), "{text}");
    }
    // A variable with two values is unknown.
    assert!(!found("/a.sh", "A=1\nA=2\nminikube start --extra-config=kubelet.a=$A")[0].contains(['1', '2']));
}

#[test]
fn here_documents_and_ci_files() {
    let document = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nspec: {kubelet: {runtimeRequestTimeout: 0s}}\n";
    let names = |path: &str, text: &str| found(path, text).len();
    assert_eq!(names("/a.sh", &format!("kops replace -f - <<EOF\n{document}EOF\n")), 1);
    assert_eq!(names("/a.sh", &format!("ssh host <<'X'\nkops replace -f - <<EOF\n{document}EOF\nX\n")), 1);
    // Documents that a node reads itself are left to the boot.
    let own = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\na: 1\n";
    assert_eq!(names("/a.sh", &format!("cat > /etc/k <<EOF\n{own}EOF\n")), 0);
    let ci = "env: {T: 3m}\nsteps:\n- run: minikube start --extra-config=kubelet.a=$T\n- with: {extra-config: kubelet.b=1}\n";
    assert_eq!(found("/ci.yml", ci), ["minikube of ci.yml | --a=3m", "minikube of ci.yml | --b=1"]);
    assert_eq!(names("/ci.yml", &format!("#cloud-config\n{ci}")), 0);
}
