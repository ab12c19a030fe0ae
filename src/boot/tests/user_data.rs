//! Kinds of user data: its parts, cloud-configs, documents for nodeadm, other families.

use super::world::{As, NODE, boot, check, group, mime};
use crate::boot::run;
use crate::node::{Cx, Family};
use crate::setting::SetBy;
use crate::text::Memory;

#[test]
fn node_configs() {
    let node = |rest: &str| format!("{NODE}{rest}\n");
    let cases = [
        (node("    flags: [\"--streaming-connection-idle-timeout=0\"]"), "zero at 5"),
        (node("    flags:\n    - --v=2\n    - --streaming-connection-idle-timeout\n    - \"0\""), "zero at 8"),
        (node("    flags: [\"--v=2 --streaming-connection-idle-timeout=0s\"]"), "zero at 5"),
        (node("    config: {streamingConnectionIdleTimeout: 0s}"), "replaced at 5"),
        (node("    config: {streamingConnectionIdleTimeout: 0}"), "broken"),
        (node("    config: {streamingConnectionIdleTimeout: 30m}"), "30m0s"),
        (node("    config: {maxPods: 10}"), "default"),
        (
            node(
                "    config: {streamingConnectionIdleTimeout: 4h}\n    flags: [\"--streaming-connection-idle-timeout=0\"]",
            ),
            "zero at 6",
        ),
        (node("    flags: [\"--node-labels=a=⁇\", \"--streaming-connection-idle-timeout=0\"]"), "zero at 5"),
        (node("    flags: [\"--streaming-connection-idle-timeout=0\", \"⁇\"]"), "unknown"),
        ("apiVersion: v1\nkind: ConfigMap\n".to_owned(), "nothing"),
    ];
    let texts: Vec<_> = cases.iter().map(|(t, w)| (t.as_str(), *w)).collect();
    check(None, false, As::NodeConfig, &texts);
    check(None, false, As::UserData, &texts);
    check(Some(Family::Al2023), true, As::NodeConfig, &texts[..9]);
}

#[test]
fn parts_of_user_data() {
    let node = |rest: &str| format!("{NODE}{rest}\n");
    let zero = node("    flags: [\"--streaming-connection-idle-timeout=0\"]");
    let own = "application/node.eks.aws";
    let shell = "text/x-shellscript; charset=\"us-ascii\"";
    let drop_in = "#!/bin/bash\ncat > /etc/kubernetes/kubelet/config.json.d/90-x.conf <<EOF\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\nEOF\n";
    let nested = mime(&[("multipart/mixed; boundary=b", &format!("--b\nContent-Type: {own}\n\n{zero}--b--\n"))], true);
    let cases = [
        (mime(&[(own, &zero)], true), "zero at 11"),
        (mime(&[(own, &zero)], true).replace('\n', "\r\n"), "zero at 11"),
        (mime(&[(own, &zero), (own, &node("    flags: [--streaming-connection-idle-timeout=4h]"))], true), "4h0m0s"),
        (
            mime(
                &[
                    (own, &node("    config: {streamingConnectionIdleTimeout: 0s}")),
                    (own, &node("    config: {streamingConnectionIdleTimeout: 4h}")),
                ],
                true,
            ),
            "4h0m0s",
        ),
        (mime(&[(own, &zero), (own, &node("    config: {streamingConnectionIdleTimeout: 4h}"))], true), "zero at 11"),
        (mime(&[(shell, &zero)], true), "default"),
        (nested, "default"),
        (mime(&[(own, &node("    flags: [--v=2]")), (shell, drop_in)], true), "default"),
        (mime(&[(own, &node("    config: {maxPods: 5}")), (shell, drop_in)], true), "replaced at 20"),
        (
            mime(
                &[
                    (own, &node("    flags: [--v=2]")),
                    (
                        shell,
                        "#!/bin/bash\nexport KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0\n/etc/eks/bootstrap.sh d --kubelet-extra-args --streaming-connection-idle-timeout=0",
                    ),
                ],
                true,
            ),
            "default",
        ),
        (
            mime(
                &[
                    (own, &node("    flags: [--v=2]")),
                    (
                        shell,
                        "#!/bin/bash\necho 'NODEADM_KUBELET_ARGS=--streaming-connection-idle-timeout=0' > /etc/eks/kubelet/environment",
                    ),
                ],
                true,
            ),
            "zero at 17",
        ),
        (
            mime(
                &[
                    (own, &node("    flags: [--v=2]")),
                    (
                        shell,
                        "#!/bin/bash\nsed -i 's/^NODEADM_KUBELET_ARGS=.*/& --streaming-connection-idle-timeout=0/' /etc/eks/kubelet/environment",
                    ),
                ],
                true,
            ),
            "zero at 17",
        ),
        (
            mime(&[(shell, &format!("#!/bin/bash\ncat > /etc/eks/nodeadm.d/x.yaml <<EOF\n{zero}EOF"))], true),
            "zero at 13",
        ),
        (
            mime(
                &[(
                    shell,
                    &format!("#!/bin/bash\ncat > /tmp/x.yaml <<EOF\n{zero}EOF\nnodeadm init -c file:///tmp/x.yaml"),
                )],
                true,
            ),
            "zero at 13",
        ),
        (format!("\n{}", mime(&[(own, &zero)], true)), "default"),
    ];
    let texts: Vec<_> = cases.iter().map(|(t, w)| (t.as_str(), *w)).collect();
    check(Some(Family::Al2023), false, As::UserData, &texts);
    check(Some(Family::Al2023), true, As::UserData, &[(mime(&[(shell, drop_in)], true).as_str(), "replaced at 11")]);
    let unclosed = boot(Some(Family::Al2023), false, As::UserData, &mime(&[(own, &zero)], false));
    assert_eq!(unclosed.verdicts, ["default"]);
    assert!(unclosed.problems[0].contains("nodeadm cannot read"), "{:?}", unclosed.problems);
}

/// Two cloud-configs, the second with its own commands.
fn two_cloud_configs(merge: &str) -> String {
    let first = "#cloud-config\nruncmd:\n- /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n";
    let second = format!("#cloud-config\n{merge}runcmd:\n- echo hello\n");
    mime(&[("text/cloud-config", first), ("text/cloud-config", &second)], true)
}

#[test]
fn cloud_configs() {
    check(
        Some(Family::Al2),
        false,
        As::UserData,
        &[
            (
                "#cloud-config\nruncmd:\n- echo hello\n- [/etc/eks/bootstrap.sh, demo, --kubelet-extra-args, --streaming-connection-idle-timeout=0]\n",
                "zero at 4",
            ),
            (
                "#cloud-config\nruncmd:\n- /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n",
                "zero at 3",
            ),
            (
                "#cloud-config\nwrite_files:\n- path: /opt/x.sh\n  content: |\n    /etc/eks/bootstrap.sh d --kubelet-extra-args --streaming-connection-idle-timeout=0\nruncmd:\n- bash /opt/x.sh\n",
                "zero at 5",
            ),
            (&two_cloud_configs(""), "nothing"),
            (&two_cloud_configs("merge_how: list(append)+dict()+str()\n"), "zero at 9"),
            ("#cloud-config\npackages: [jq]\n", "nothing"),
        ],
    );
    let encoded = {
        use base64::Engine;
        let text = format!("{NODE}    flags: [\"--streaming-connection-idle-timeout=0\"]\n");
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let text = format!(
        "#cloud-config\nwrite_files:\n- path: /etc/eks/nodeadm.d/50.yaml\n  encoding: b64\n  content: {encoded}\n"
    );
    let files = Memory::default();
    let mut cx = Cx::new(&files);
    let group = group(&mut cx, Some(Family::Al2023), false, As::UserData, &text);
    let booted = run(&group, &mut cx.boot());
    let field =
        booted[0].effective.as_ref().unwrap().fields.iter().find(|f| f.field.name == "streamingConnectionIdleTimeout");
    let field = field.unwrap();
    assert_eq!((field.effective, field.from), (Some(0), SetBy::Flag));
    let origin = cx.texts.place(cx.texts.trail(field.winner.as_ref().unwrap().at).origin());
    assert_eq!(origin.start().line, 5);
}

#[test]
fn other_families() {
    check(
        None,
        false,
        As::UserData,
        &[
            (
                "<powershell>\n[string]$EKSBootstrapScriptFile = \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\"\n& $EKSBootstrapScriptFile -EKSClusterName demo -KubeletExtraArgs '--streaming-connection-idle-timeout=0'\n</powershell>",
                "zero at 3",
            ),
            ("<powershell>\nWrite-Host hello\n</powershell>", "nothing"),
            ("⁇", "nothing, gap"),
        ],
    );
    check(
        None,
        false,
        As::Script,
        &[
            (
                "#!/bin/sh\n/etc/eks/bootstrap.sh \"$1\" --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n",
                "zero at 2",
            ),
            ("#!/bin/sh\n/etc/eks/bootstrap.sh demo --kubelet-extra-args \"$2\"\n", "unknown"),
            (
                "#!/bin/sh\nf() { /etc/eks/bootstrap.sh demo --kubelet-extra-args \"$1\"; }\nf --streaming-connection-idle-timeout=0\n",
                "zero at 3",
            ),
            ("#!/bin/sh\necho --streaming-connection-idle-timeout=0\n", "nothing"),
        ],
    );
}

#[test]
fn text_that_cannot_be_decoded_is_a_problem() {
    for text in ["H4sIAAAAAAAAA0vOSCwqSVUozy/KSQEAUxu7dw0AAA", "H4sIAAAAAAAAA0vOSCwqSVUozw=="] {
        let files = Memory::default();
        let mut cx = Cx::new(&files);
        let group = group(&mut cx, None, false, As::Encoded, text);
        let booted = run(&group, &mut cx.boot());
        assert!(booted[0].effective.is_none());
        assert_eq!(cx.notes.problems.len(), 1, "{text}");
    }
}
