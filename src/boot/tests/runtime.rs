//! Container runtimes: which files they have read at the end of a boot.

use super::world::{As, group, mime};
use crate::boot::run;
use crate::node::{Cx, Family};
use crate::setting::render_duration;
use crate::text::Memory;

/// The timeout of each runtime after a boot with this user data: the value, its line and a condition.
fn boot(family: Option<Family>, merged: bool, text: &str) -> Vec<String> {
    let files = Memory::default();
    let mut cx = Cx::new(&files);
    let group = group(&mut cx, family, merged, As::UserData, text);
    let mut out = Vec::new();
    for booted in run(&group, &mut cx.boot()) {
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

fn node_config(spec: &str) -> String {
    format!("apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {spec}")
}

const NODE: &str = "application/node.eks.aws";
const SHELL: &str = "text/x-shellscript";

/// `nodeadm-run.service` runs after cloud-final and restarts containerd, so what scripts write is read.
#[test]
fn scripts_on_amazon_linux_2023_run_before_the_last_start() {
    let config = node_config("{cluster: {name: a}}");
    let table = "[plugins.'io.containerd.grpc.v1.cri']\\nstream_idle_timeout = \"0\"\\n";
    for script in [
        format!("#!/bin/bash\nprintf \"{}\" >> /etc/containerd/config.toml", table.replace('"', "\\\"")),
        "#!/bin/bash\nsystemctl restart containerd\ncat >> /etc/containerd/config.toml <<E\n[plugins.'io.containerd.grpc.v1.cri']\nstream_idle_timeout = '0'\nE".to_owned(),
    ] {
        let text = mime(&[(NODE, &config), (SHELL, &script)], true);
        let found = boot(AL2023, false, &text);
        assert!(matches!(found.as_slice(), [one] if one.starts_with("0s at") && !one.contains("if")), "{found:?}\n{text}");
    }
}

/// Documents in nodeadm's directory change the spec, so its second phase writes all files again.
#[test]
fn a_document_written_by_a_script_makes_nodeadm_write_again() {
    let config =
        node_config("{containerd: {config: \"plugins.'io.containerd.grpc.v1.cri'.stream_idle_timeout = '1h'\"}}");
    let zero = config.replace("1h", "0");
    let script = format!("#!/bin/bash\ncat > /etc/eks/nodeadm.d/x.yaml <<'E'\n{zero}\nE");
    assert_eq!(boot(AL2023, false, &mime(&[(NODE, &config), (SHELL, &script)], true)), ["0s at 17"]);
    // This discards changes that a script made to the file.
    let other = node_config("{kubelet: {config: {maxPods: 3}}}");
    let script =
        format!("#!/bin/bash\necho > /etc/containerd/config.toml\ncat > /etc/eks/nodeadm.d/x.yaml <<'E'\n{other}\nE");
    assert_eq!(boot(AL2023, false, &mime(&[(NODE, &config), (SHELL, &script)], true)), ["1h0m0s at 9"]);
    let script = "#!/bin/bash\necho > /etc/containerd/config.toml";
    assert_eq!(boot(AL2023, false, &mime(&[(NODE, &config), (SHELL, script)], true)), [""; 0]);
}

const CONFIG: &str = "version = 2\nimports = ['/etc/containerd/config.d/*.toml']\n[plugins.'io.containerd.grpc.v1.cri']\nstream_idle_timeout = '0'\n";

#[test]
fn on_amazon_linux_2_the_files_read_depend_on_bootstrap() {
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
    // EKS runs bootstrap.sh after all parts of the user.
    assert_eq!(boot(AL2, true, &mime(&[(SHELL, &format!("#!/bin/bash\n{copied}"))], true)), ["0s at 12"]);
    // The same with an edited bootstrap.sh.
    let edited = "sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS=\"$2 --v=3\"/' /etc/eks/bootstrap.sh\n";
    assert_eq!(run(&format!("{copied}{edited}{bootstrap}")), ["0s at 6"]);
}

#[test]
fn elsewhere_only_an_explicit_start_is_certain() {
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
    // The package has already started it with the previous content of the file.
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
fn unfollowed_edits_of_relevant_settings_are_recorded() {
    let gaps = |script: &str| {
        let files = Memory::default();
        let mut cx = Cx::new(&files);
        let text = format!("#!/bin/bash\n{script}\nsystemctl restart containerd kubelet\n");
        let group = group(&mut cx, Some(Family::Kubeadm), false, As::Script, &text);
        let booted = run(&group, &mut cx.boot());
        booted.iter().flat_map(|b| &b.gaps).any(|g| g.why.to_string().contains("/etc/containerd/config.toml"))
    };
    let file = "/etc/containerd/config.toml";
    assert!(gaps(&format!("sed -i 's/.*stream_idle_timeout.*/stream_idle_timeout = \"0\"/' {file}")));
    assert!(gaps(&format!("python3 -c 'edit(\"{file}\", \"stream_idle_timeout\")'")));
    assert!(!gaps(&format!("sed -i 's/SystemdCgroup = false/SystemdCgroup = true/' {file}")));
    assert!(!gaps(&format!("containerd config default > {file}\nawk -i inplace '{{print}}' {file}")));
}
