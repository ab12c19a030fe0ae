use super::*;
use crate::node::{Cx, Step, Wrapping};
use crate::setting::render_duration;
use crate::text::{Memory, Source};

/// What the runtimes of a node group run with that boots with this user data: the value, its line and a condition.
fn boot(family: Option<Family>, merged: bool, text: &str) -> Vec<String> {
    let files = Memory::default();
    let mut cx = Cx::new(&files);
    let id = cx.texts.add_source(Arc::new(Source::new("/user-data", text.as_bytes())));
    let view = cx.texts.view(id);
    let mut group = NodeGroup::new("group", view.span(0..0));
    group.family = family;
    group.minor = Some(33);
    group.merged_by_eks = merged;
    group.steps.push(Step::UserData(view.traced(0..text.len()), Wrapping::Base64OrPlain));
    let mut out = Vec::new();
    for booted in crate::boot::run(&group, &mut cx.boot()) {
        for runtime in &booted.runtimes {
            let when = booted.when.and(&runtime.when).unwrap();
            let value = runtime.timeout.effective.map_or("unknown".to_owned(), render_duration);
            let line =
                runtime.timeout.winner.as_ref().map(|w| cx.texts.place(cx.texts.trail(w.at).origin()).start().line);
            let when: Vec<_> = when.conditions().iter().map(ToString::to_string).collect();
            let when = if when.is_empty() { String::new() } else { format!(" if {}", when.join(", ")) };
            let doubt = if runtime.timeout.unknown.is_some() { "?" } else { "" };
            out.push(format!("{value}{doubt} at {}{when}", line.unwrap_or_default()));
        }
    }
    out
}

const AL2023: Option<Family> = Some(Family::Al2023);
const AL2: Option<Family> = Some(Family::Al2);

/// A message of a `NodeConfig` without any containerd, a script, and perhaps more.
fn message(parts: &[(&str, &str)]) -> String {
    let mut out = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n".to_owned();
    for (kind, body) in parts {
        out.push_str(&format!("--B\nContent-Type: {kind}\n\n{body}\n"));
    }
    out + "--B--\n"
}

fn node_config(spec: &str) -> String {
    format!("apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {spec}")
}

const NODE: &str = "application/node.eks.aws";
const SHELL: &str = "text/x-shellscript";

/// `nodeadm-run.service` comes after cloud-final and restarts containerd, so what scripts write is read.
#[test]
fn scripts_on_amazon_linux_2023_come_before_the_last_start() {
    let config = node_config("{cluster: {name: a}}");
    let table = "[plugins.'io.containerd.grpc.v1.cri']\\nstream_idle_timeout = \"0\"\\n";
    for script in [
        format!("#!/bin/bash\nprintf \"{}\" >> /etc/containerd/config.toml", table.replace('"', "\\\"")),
        "#!/bin/bash\nsystemctl restart containerd\ncat >> /etc/containerd/config.toml <<E\n[plugins.'io.containerd.grpc.v1.cri']\nstream_idle_timeout = '0'\nE".to_owned(),
    ] {
        let text = message(&[(NODE, &config), (SHELL, &script)]);
        let found = boot(AL2023, false, &text);
        assert!(matches!(found.as_slice(), [one] if one.starts_with("0s at") && !one.contains("if")), "{found:?}\n{text}");
    }
}

/// Documents in nodeadm's directory change the spec, so that its second phase writes all files once more.
#[test]
fn a_document_that_a_script_leaves_makes_nodeadm_write_again() {
    let config =
        node_config("{containerd: {config: \"plugins.'io.containerd.grpc.v1.cri'.stream_idle_timeout = '1h'\"}}");
    let zero = config.replace("1h", "0");
    let script = format!("#!/bin/bash\ncat > /etc/eks/nodeadm.d/x.yaml <<'E'\n{zero}\nE");
    assert_eq!(boot(AL2023, false, &message(&[(NODE, &config), (SHELL, &script)])), ["0s at 17"]);
    // What a script made of the file is gone then.
    let other = node_config("{kubelet: {config: {maxPods: 3}}}");
    let script =
        format!("#!/bin/bash\necho > /etc/containerd/config.toml\ncat > /etc/eks/nodeadm.d/x.yaml <<'E'\n{other}\nE");
    assert_eq!(boot(AL2023, false, &message(&[(NODE, &config), (SHELL, &script)])), ["1h0m0s at 9"]);
    let script = "#!/bin/bash\necho > /etc/containerd/config.toml";
    assert_eq!(boot(AL2023, false, &message(&[(NODE, &config), (SHELL, script)])), [""; 0]);
}

const CONFIG: &str = "version = 2\nimports = ['/etc/containerd/config.d/*.toml']\n[plugins.'io.containerd.grpc.v1.cri']\nstream_idle_timeout = '0'\n";

#[test]
fn what_amazon_linux_2_reads_hangs_on_bootstrap() {
    let write = |path: &str| format!("cat > {path} <<'E'\n{CONFIG}E\n");
    let own = write("/etc/containerd/config.toml");
    let copied = write("/etc/eks/containerd/containerd-config.toml");
    let bootstrap = "/etc/eks/bootstrap.sh prod\n";
    let run = |script: &str| boot(AL2, false, &format!("#!/bin/bash\n{script}"));
    assert_eq!(run(&format!("{copied}{bootstrap}")), ["0s at 6"]);
    assert_eq!(run(&format!("{own}{bootstrap}")), [""; 0]);
    assert_eq!(run(&format!("{bootstrap}{own}")), ["0s at 7 if containerd is restarted later"]);
    assert_eq!(run(&format!("{bootstrap}{own}systemctl restart containerd\n")), ["0s at 7"]);
    assert_eq!(run(&format!("{bootstrap}{own}reboot\n")), ["0s at 7"]);
    assert_eq!(run(&format!("{copied}{bootstrap}echo > /etc/containerd/config.toml\n")), ["0s at 6"]);
    let dropin = write("/etc/containerd/config.d/a.toml");
    assert_eq!(run(&format!("{dropin}{bootstrap}")), ["0s at 6"]);
    let named = write("/opt/c.toml");
    assert_eq!(run(&format!("{named}/etc/eks/bootstrap.sh prod --containerd-config-file /opt/c.toml\n")), ["0s at 6"]);
    assert_eq!(run(&format!("{copied}/etc/eks/bootstrap.sh prod --container-runtime dockerd\n")), [""; 0]);
    // EKS runs bootstrap.sh itself, after all parts of the user.
    assert_eq!(boot(AL2, true, &message(&[(SHELL, &format!("#!/bin/bash\n{copied}"))])), ["0s at 12"]);
    // So does a script that was edited.
    let edited = "sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS=\"$2 --v=3\"/' /etc/eks/bootstrap.sh\n";
    assert_eq!(run(&format!("{copied}{edited}{bootstrap}")), ["0s at 6"]);
}

#[test]
fn elsewhere_a_start_must_be_seen() {
    let run = |script: &str| {
        boot(None, false, &format!("#!/bin/bash\ncat > /etc/containerd/config.toml <<'E'\n{CONFIG}E\n{script}"))
    };
    assert_eq!(run(""), ["0s at 6 if containerd starts after its configuration is written"]);
    for start in [
        "systemctl restart containerd",
        "systemctl restart containerd.service",
        "sudo systemctl enable --now containerd kubelet",
        "service containerd restart",
        "systemctl stop containerd; systemctl start containerd",
        "shutdown -r now",
    ] {
        assert_eq!(run(start), ["0s at 6"], "{start}");
    }
    // The package has started it already, with what stood in the file before.
    let installed = |start: &str| {
        let install = "apt-get update && apt-get install -y curl containerd.io=1.7.20-1";
        let write = format!("cat > /etc/containerd/config.toml <<'E'\n{CONFIG}E");
        boot(None, false, &format!("#!/bin/bash\n{install}\n{write}\n{start}"))
    };
    assert_eq!(installed("systemctl restart containerd"), ["0s at 7"]);
    for start in ["systemctl start containerd", "systemctl enable --now containerd", ""] {
        assert_eq!(installed(start), ["0s at 7 if containerd is restarted later"], "{start}");
    }
    assert_eq!(run("systemctl enable containerd"), run(""));
    assert_eq!(
        boot(
            None,
            false,
            &format!(
                "#!/bin/bash\nsystemctl start containerd\ncat > /etc/containerd/config.toml <<'E'\n{CONFIG}E\nsystemctl start containerd"
            )
        ),
        ["0s at 7 if containerd is restarted later"]
    );
}

#[test]
fn edits_that_are_not_followed_are_told_where_they_matter() {
    let gaps = |script: &str| {
        let files = Memory::default();
        let mut cx = Cx::new(&files);
        let text = format!("#!/bin/bash\n{script}\nsystemctl restart containerd kubelet\n");
        let id = cx.texts.add_source(Arc::new(Source::new("/user-data", text.as_bytes())));
        let view = cx.texts.view(id);
        let mut group = NodeGroup::new("group", view.span(0..0));
        group.family = Some(Family::Kubeadm);
        group.steps.push(Step::Script(view.traced(0..text.len())));
        let booted = crate::boot::run(&group, &mut cx.boot());
        booted.iter().flat_map(|b| &b.gaps).any(|g| g.why.to_string().contains("/etc/containerd/config.toml"))
    };
    let file = "/etc/containerd/config.toml";
    assert!(gaps(&format!("sed -i 's/.*stream_idle_timeout.*/stream_idle_timeout = \"0\"/' {file}")));
    assert!(gaps(&format!("python3 -c 'edit(\"{file}\", \"stream_idle_timeout\")'")));
    assert!(!gaps(&format!("sed -i 's/SystemdCgroup = false/SystemdCgroup = true/' {file}")));
    assert!(!gaps(&format!("containerd config default > {file}\nawk -i inplace '{{print}}' {file}")));
}

proptest::proptest! {
    /// What nodeadm writes reads back as what it was made of.
    #[test]
    fn a_table_reads_back_as_it_was_printed(
        text in "(\\[[a-c](\\.'[a-c. ]{1,2}')?\\]\n|[d-g] = ('[a-z \\\\\"]{0,3}'|\"(\\\\n|\\\\t|'|é){0,3}\"|[0-9]|true|\\['x', 2\\]|\\{x = 'y', z.w = 1\\})\n){0,6}",
    ) {
        let files = Memory::default();
        let mut cx = Cx::new(&files);
        let id = cx.texts.add_source(Arc::new(Source::new("/x.toml", text.as_bytes())));
        let parsed = toml::parse(&cx.texts.view(id));
        proptest::prop_assume!(parsed.errors.is_empty());
        let tree = parsed.tree.unwrap();
        let mut out = Traced::new();
        let at = cx.texts.view(id).span(0..0);
        print(&tree, &Traced::new(), at, &mut out, 0);
        let made = cx.texts.add_made("printed", &out, at);
        let again = toml::parse(&cx.texts.view(made));
        proptest::prop_assert!(again.errors.is_empty(), "{}", out.to_text());
        proptest::prop_assert_eq!(shape(&tree), shape(&again.tree.unwrap()), "{}", out.to_text());
    }
}

/// Keys and values without their order and places.
fn shape(node: &Node) -> String {
    match &node.kind {
        NodeKind::Scalar(scalar) => format!("{:?}{}", scalar.style == Style::Plain, scalar.text.to_text()),
        NodeKind::Seq(items) => items.iter().map(shape).collect::<Vec<_>>().join(","),
        NodeKind::Map(pairs) => {
            let mut pairs: Vec<_> = pairs
                .iter()
                .map(|(key, value)| format!("{:?}: {}", key.as_scalar().map(|k| k.text.to_text()), shape(value)))
                .collect();
            pairs.sort();
            format!("{{{}}}", pairs.join("; "))
        }
    }
}
