use std::sync::Arc;

use super::*;
use crate::node::{Cx, Wrapping};
use crate::setting::SetBy;
use crate::text::{Memory, Source, TextId, Traced};

/// What a step is made of.
#[derive(Clone, Copy)]
enum As {
    UserData,
    Script,
    NodeConfig,
}

struct World {
    verdicts: Vec<String>,
    problems: Vec<String>,
}

/// Boots a node group with one step and says what becomes of the streaming timeout on each way: `zero at LINE` if the node
/// runs with it, `replaced` if a file says zero and the node runs with the default, `broken`, `default`, a duration,
/// `unknown`, or `nothing` where no kubelet is seen. A condition stands behind it.
fn boot(family: Option<Family>, merged: bool, kind: As, text: &str) -> World {
    let files = Memory::default();
    let mut cx = Cx::new(&files);
    let id = cx.texts.add_source(Arc::new(Source::new("/user-data", text.as_bytes())));
    let whole = traced(&cx, id);
    let mut group = NodeGroup::new("group", cx.texts.view(id).span(0..0));
    group.family = family;
    group.minor = Some(33);
    group.merged_by_eks = merged;
    group.steps.push(match kind {
        As::UserData => Step::UserData(whole, Wrapping::Base64OrPlain),
        As::Script => Step::Script(whole),
        As::NodeConfig => Step::NodeConfig(whole),
    });
    let booted = run(&group, &mut cx.boot());
    let verdicts = booted.iter().map(|b| verdict(b, &cx)).collect();
    World { verdicts, problems: cx.notes.problems.iter().map(|p| p.message.clone()).collect() }
}

/// The text with a hole for every `⁇`.
fn traced(cx: &Cx<'_>, id: TextId) -> Traced {
    let view = cx.texts.view(id);
    let mut out = Traced::new();
    let text = view.as_str().unwrap();
    let mut from = 0;
    for (at, mark) in text.match_indices('⁇') {
        out.push(&view.traced(from..at));
        out.push_hole(view.span(at..at + mark.len()), Why::NoDefault("x".into()));
        from = at + mark.len();
    }
    out.push(&view.traced(from..text.len()));
    out
}

fn verdict(booted: &Booted, cx: &Cx<'_>) -> String {
    let Some(effective) = &booted.effective else {
        return if booted.gaps.is_empty() { "nothing".to_owned() } else { "nothing, gap".to_owned() };
    };
    let field = effective.fields.iter().find(|f| f.field.name == "streamingConnectionIdleTimeout").unwrap();
    let line = field.winner.as_ref().map(|w| {
        let trail = cx.texts.trail_via(w.at, &None);
        let place = cx.texts.place(trail.origin());
        assert!(!place.source.is_derived(), "a trail ends in a file");
        let text = place.text();
        assert!(w.raw.is_empty() || text.contains(&*w.raw.to_text()), "{text} is not {}", w.raw.to_text());
        place.start().line
    });
    let mut out = match (field.effective, field.from, line) {
        _ if effective.starts == Some(false) => "broken".to_owned(),
        (None, ..) => "unknown".to_owned(),
        (Some(_), ..) if field.unknown.is_some() => "unknown".to_owned(),
        (Some(0), SetBy::Flag, Some(line)) => format!("zero at {line}"),
        (Some(0), from, _) => format!("zero by {}", from.id()),
        (Some(_), SetBy::Default, Some(line)) => format!("replaced at {line}"),
        (Some(_), SetBy::Default, None) => "default".to_owned(),
        (Some(n), _, _) => crate::setting::render_duration(n),
    };
    if !booted.when.is_always() {
        let words: Vec<_> = booted.when.conditions().iter().map(ToString::to_string).collect();
        out.push_str(&format!(" if {}", words.join(" and ")));
    }
    out
}

fn check(family: Option<Family>, merged: bool, kind: As, cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, want) in cases {
        let world = boot(family, merged, kind, text);
        let got = world.verdicts.join("; ");
        if got != *want {
            wrong.push(format!("--- {text}\n  want {want}\n  got  {got} {:?}", world.problems));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const ZERO: &str = "--streaming-connection-idle-timeout=0";

fn script(body: &str) -> String {
    format!("#!/bin/bash\n{}\n", body.replace("ZERO", ZERO))
}

fn scripts(family: Option<Family>, merged: bool, cases: &[(&str, &str)]) {
    let texts: Vec<_> = cases.iter().map(|(body, want)| (script(body), *want)).collect();
    let cases: Vec<_> = texts.iter().map(|(t, w)| (t.as_str(), *w)).collect();
    check(family, merged, As::UserData, &cases);
}

#[test]
fn bootstrap_reads_its_options() {
    scripts(
        None,
        false,
        &[
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2 ZERO'", "zero at 2"),
            ("/etc/eks/bootstrap.sh demo \\\n  --kubelet-extra-args \"ZERO\"", "zero at 3"),
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout 0s'", "zero at 2"),
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args=ZERO", "default"),
            ("/etc/eks/bootstrap.sh --kubelet-extra-args=ZERO demo", "default"),
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args --v=2 ZERO", "default"),
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args 'ZERO' --kubelet-extra-args '--v=2'", "default"),
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args 'ZERO' --kubelet-extra-args ''", "default"),
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args 'ZERO --streaming-connection-idle-timeout=4h'", "4h0m0s"),
            (
                "/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=\"0s\"'",
                "zero at 2",
            ),
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=00'", "broken"),
            (
                "/etc/eks/bootstrap.sh ⁇ --apiserver-endpoint ⁇ --kubelet-extra-args '--node-labels=a=⁇ ZERO'",
                "zero at 2",
            ),
            ("/etc/eks/bootstrap.sh ⁇ ⁇", "unknown"),
            ("/etc/eks/bootstrap.sh demo --kubelet-extra-args \"ZERO ⁇\"", "unknown"),
            ("kubectl port-forward x ZERO\n/etc/eks/bootstrap.sh demo", "default"),
            ("kubectl port-forward x ZERO", "nothing"),
            ("kubelet --version", "nothing"),
            ("⁇\n/etc/eks/bootstrap.sh demo", "unknown"),
            ("⁇\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'", "default"),
            ("⁇/etc/eks/bootstrap.sh demo --kubelet-extra-args 'ZERO'", "zero at 2"),
        ],
    );
}

#[test]
fn variables_and_quotes_on_the_way_to_bootstrap() {
    scripts(
        None,
        false,
        &[
            ("export KUBELET_EXTRA_ARGS='ZERO'\n/etc/eks/bootstrap.sh demo", "zero at 2"),
            ("KUBELET_EXTRA_ARGS='ZERO'\n/etc/eks/bootstrap.sh demo", "default"),
            ("KUBELET_EXTRA_ARGS='ZERO' /etc/eks/bootstrap.sh demo", "zero at 2"),
            ("export KUBELET_EXTRA_ARGS=ZERO\n/etc/eks/bootstrap.sh demo --kubelet-extra-args --v=2", "default"),
            ("ARGS=--v=2\nARGS+=' ZERO'\n/etc/eks/bootstrap.sh demo --kubelet-extra-args \"$ARGS\"", "zero at 3"),
            ("A=\"--kubelet-extra-args --v=1 ZERO\"\n/etc/eks/bootstrap.sh demo $A", "default"),
            ("A=\"--kubelet-extra-args ZERO\"\n/etc/eks/bootstrap.sh demo $A", "zero at 2"),
            (
                "T=${X:-0}\n/etc/eks/bootstrap.sh d --kubelet-extra-args --streaming-connection-idle-timeout=$T",
                "zero at 2",
            ),
            ("A=(demo --kubelet-extra-args 'ZERO')\n/etc/eks/bootstrap.sh \"${A[@]}\"", "zero at 2"),
            ("f() {\n local a=$1\n /etc/eks/bootstrap.sh demo --kubelet-extra-args \"$a\"\n}\nf ZERO", "zero at 6"),
            ("bash -c \"/etc/eks/bootstrap.sh demo --kubelet-extra-args 'ZERO'\"", "zero at 2"),
            ("sudo -E env A=b bash -xe /etc/eks/bootstrap.sh demo --kubelet-extra-args ZERO", "zero at 2"),
            ("echo \"/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO\" > /tmp/x.sh\nbash /tmp/x.sh", "zero at 2"),
            (
                "cat <<'EOF' > /opt/x.sh\n#!/bin/bash\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO\nEOF\nchmod +x /opt/x.sh\n/opt/x.sh",
                "zero at 4",
            ),
            ("eval \"/etc/eks/bootstrap.sh d $(echo --kubelet-extra-args) ZERO\"", "zero at 2"),
            (
                "for a in --v=1 ZERO; do ARGS=\"$ARGS $a\"; done\n/etc/eks/bootstrap.sh d --kubelet-extra-args \"$ARGS\"",
                "zero at 2",
            ),
            ("A=$(echo LXN0 | base64 -d)\n/etc/eks/bootstrap.sh d --kubelet-extra-args '--v=1'", "default"),
            ("source /etc/custom.env\n/etc/eks/bootstrap.sh d --kubelet-extra-args \"$ARGS ZERO\"", "zero at 3"),
            ("source /etc/custom.env\n/etc/eks/bootstrap.sh d --kubelet-extra-args \"ZERO $ARGS\"", "unknown"),
        ],
    );
}

#[test]
fn conditions_are_decided_or_kept_apart() {
    scripts(
        None,
        false,
        &[
            (
                "if [ \"$(curl x)\" = y ]; then A=ZERO; else A=--v=2; fi\n/etc/eks/bootstrap.sh d --kubelet-extra-args \"$A\"",
                "zero at 2 if \"$(curl x)\" = y; default if not (\"$(curl x)\" = y)",
            ),
            ("if [ -z \"$A\" ]; then A=ZERO; fi\n/etc/eks/bootstrap.sh d --kubelet-extra-args \"$A\"", "zero at 2"),
            ("if true; then exit 0; fi\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO", "nothing"),
            ("[ \"$(id -u)\" = 0 ] || exit 1\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO", "zero at 3"),
            (
                "if grep -q x /etc/y; then echo hello; fi\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO",
                "zero at 3",
            ),
            ("yum install -y jq || echo no\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO", "zero at 3"),
            ("while ! curl x; do sleep 1; done\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO", "zero at 3"),
            (
                "case a in b) A=--v=1;; a|c) A=ZERO;; esac\n/etc/eks/bootstrap.sh d --kubelet-extra-args \"$A\"",
                "zero at 2",
            ),
            (
                "set -- --x ZERO\nwhile [ $# -gt 0 ]; do case $1 in --x) A=$2; shift;; esac; shift; done\n/etc/eks/bootstrap.sh d --kubelet-extra-args \"$A\"",
                "zero at 2",
            ),
            (
                "n=1\nuntil [ $n -eq 2 ]; do n=$((n + 1)); n=2; done\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO",
                "zero at 4",
            ),
            ("if (( RANDOM > 3 )); then systemctl x; fi\n/etc/eks/bootstrap.sh d", "default"),
        ],
    );
}

#[test]
fn files_that_reach_the_kubelet() {
    let config = "{\"kind\": \"KubeletConfiguration\", \"apiVersion\": \"kubelet.config.k8s.io/v1beta1\",\n\"streamingConnectionIdleTimeout\": VALUE}";
    let with = |value: &str, rest: &str| {
        format!(
            "cat > /etc/kubernetes/kubelet/kubelet-config.json <<EOF\n{}\nEOF\n{rest}",
            config.replace("VALUE", value)
        )
    };
    scripts(
        None,
        false,
        &[
            (&with("\"0s\"", "/etc/eks/bootstrap.sh d"), "replaced at 4"),
            (&with("\"0s\"", "systemctl restart kubelet"), "replaced at 4"),
            (&with("\"0s\"", ""), "replaced at 4"),
            (&with("0", "/etc/eks/bootstrap.sh d"), "broken"),
            (&with("\"1h\"", "/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO"), "zero at 6"),
            (&format!("/etc/eks/bootstrap.sh d\n{}", with("\"1h\"", "")), "default"),
            (&format!("/etc/eks/bootstrap.sh d\n{}", with("\"1h\"", "systemctl restart kubelet")), "1h0m0s"),
            (
                "F=/etc/kubernetes/kubelet/kubelet-config.json\necho \"$(jq '.streamingConnectionIdleTimeout=\"0s\"' $F)\" > $F\n/etc/eks/bootstrap.sh d",
                "replaced at 3",
            ),
            (
                "F=/etc/kubernetes/kubelet/kubelet-config.json\njq '.streamingConnectionIdleTimeout=\"0s\"' $F > /tmp/k && mv /tmp/k $F\n/etc/eks/bootstrap.sh d",
                "replaced at 3",
            ),
            (
                "F=/etc/kubernetes/kubelet/kubelet-config.json\nsudo jq --arg t 0s '.streamingConnectionIdleTimeout = $t' $F | sudo tee /tmp/k; sudo install -m 644 /tmp/k $F\n/etc/eks/bootstrap.sh d",
                "replaced at 3",
            ),
            (
                "F=/etc/kubernetes/kubelet/kubelet-config.json\ncat $F | jq -s '.[0] * {streamingConnectionIdleTimeout: \"0s\"}' > /tmp/k; cat /tmp/k > $F\n/etc/eks/bootstrap.sh d",
                "replaced at 3",
            ),
            (
                "F=/etc/kubernetes/kubelet/kubelet-config.json\njq --argjson t 0 '.streamingConnectionIdleTimeout = $t' $F > /tmp/k; cp /tmp/k $F\n/etc/eks/bootstrap.sh d",
                "broken",
            ),
            ("F=/etc/kubernetes/kubelet/kubelet-config.json\njq . $F > $F\n/etc/eks/bootstrap.sh d", "broken"),
            (
                "F=/etc/kubernetes/kubelet/kubelet-config.json\njq . $F > /tmp/x && mv /tmp/x $F\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO",
                "zero at 4",
            ),
            (
                "sed -i '/\"apiVersion*/a \"streamingConnectionIdleTimeout\": \"0s\",' /etc/kubernetes/kubelet/kubelet-config.json\n/etc/eks/bootstrap.sh d",
                "replaced at 2",
            ),
            (
                "perl -pi -e 'tr/a/b/' /etc/eks/bootstrap.sh\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO",
                "unknown",
            ),
            (
                "sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS=\"$2 ZERO\"/' /etc/eks/bootstrap.sh\n/etc/eks/bootstrap.sh d --kubelet-extra-args '--v=2'",
                "zero at 2",
            ),
            (
                "sed -i '/^KUBELET_EXTRA_ARGS=/a KUBELET_EXTRA_ARGS+=\" ZERO\"' /etc/eks/bootstrap.sh\n/etc/eks/bootstrap.sh ⁇",
                "zero at 2",
            ),
            ("sed 's/a/b/' /etc/eks/bootstrap.sh\n/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO", "zero at 3"),
        ],
    );
}

#[test]
fn units_and_environment_files() {
    scripts(
        Some(Family::Al2),
        false,
        &[
            (
                "cat <<EOF > /etc/systemd/system/kubelet.service.d/40-x.conf\n[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--v=1 ZERO'\nEOF\nsystemctl daemon-reload\nsystemctl restart kubelet",
                "zero at 4",
            ),
            (
                "mkdir -p /etc/systemd/system/kubelet.service.d\nprintf '[Service]\\nEnvironment=\"KUBELET_EXTRA_ARGS=%s\"\\n' ZERO | sudo tee /etc/systemd/system/kubelet.service.d/90-x.conf > /dev/null\n/etc/eks/bootstrap.sh d --kubelet-extra-args --v=2",
                "zero at 3",
            ),
            (
                "echo '[Service]' > /etc/systemd/system/kubelet.service.d/20-x.conf\necho 'Environment=KUBELET_EXTRA_ARGS=ZERO' >> /etc/systemd/system/kubelet.service.d/20-x.conf\n/etc/eks/bootstrap.sh d --kubelet-extra-args --v=2",
                "default",
            ),
            (
                "echo '[Service]\nExecStart=\nExecStart=/usr/bin/kubelet ZERO' > /etc/systemd/system/kubelet.service.d/20-x.conf",
                "zero at 4",
            ),
            ("echo KUBELET_EXTRA_ARGS=ZERO > /etc/sysconfig/kubelet\n/etc/eks/bootstrap.sh d", "default"),
            ("/usr/bin/kubelet ZERO", "zero at 2"),
        ],
    );
    scripts(
        None,
        false,
        &[
            (
                "echo 'KUBELET_EXTRA_ARGS=\"--v=2 ZERO\"' > /etc/default/kubelet\nsystemctl restart kubelet",
                "zero at 2 if the kubelet has the unit of kubeadm",
            ),
            (
                "echo KUBELET_EXTRA_ARGS=--v=2 > /etc/default/kubelet\nsystemctl restart kubelet",
                "unknown if the kubelet has the unit of kubeadm",
            ),
            ("echo KUBELET_EXTRA_ARGS=ZERO > /etc/sysconfig/kubelet\n/etc/eks/bootstrap.sh d", "default"),
            ("yum update -y\necho done > /tmp/x", "nothing"),
        ],
    );
}

#[test]
fn managed_groups_of_amazon_linux_2() {
    scripts(
        Some(Family::Al2),
        true,
        &[
            ("export KUBELET_EXTRA_ARGS=ZERO", "default"),
            ("/etc/eks/bootstrap.sh d --kubelet-extra-args ZERO", "zero at 2"),
            ("echo hello", "default"),
            ("sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS=\"$2 ZERO\"/' /etc/eks/bootstrap.sh", "zero at 2"),
            (
                "cat > /etc/profile.d/bootstrap.sh <<'EOF'\nexport KUBELET_EXTRA_ARGS='ZERO'\nEOF\nsed -i '/^set -o errexit/a\\\\nsource /etc/profile.d/bootstrap.sh' /etc/eks/bootstrap.sh",
                "default",
            ),
        ],
    );
}

const NODE: &str = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n";

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

fn mime(parts: &[(&str, &str)], close: bool) -> String {
    let mut out = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"//\"\n\n".to_owned();
    for (kind, body) in parts {
        out.push_str(&format!("--//\nContent-Type: {kind}\n\n{body}\n"));
    }
    if close {
        out.push_str("--//--\n");
    }
    out
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
    let open = boot(Some(Family::Al2023), false, As::UserData, &mime(&[(own, &zero)], false));
    assert_eq!(open.verdicts, ["default"]);
    assert!(open.problems[0].contains("nodeadm cannot read"), "{:?}", open.problems);
}

/// Two cloud-configs of which the later one has commands of its own.
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
    let id = cx.texts.add_source(Arc::new(Source::new("/user-data", text.as_bytes())));
    let mut group = NodeGroup::new("group", cx.texts.view(id).span(0..0));
    group.family = Some(Family::Al2023);
    group.steps.push(Step::UserData(cx.texts.view(id).traced(0..text.len()), Wrapping::Plain));
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
fn what_cannot_be_decoded_is_told() {
    for text in ["H4sIAAAAAAAAA0vOSCwqSVUozy/KSQEAUxu7dw0AAA", "H4sIAAAAAAAAA0vOSCwqSVUozw=="] {
        let files = Memory::default();
        let mut cx = Cx::new(&files);
        let id = cx.texts.add_source(Arc::new(Source::new("/user-data", text.as_bytes())));
        let mut group = NodeGroup::new("group", cx.texts.view(id).span(0..0));
        group.steps.push(Step::UserData(cx.texts.view(id).traced(0..text.len()), Wrapping::Base64));
        let booted = run(&group, &mut cx.boot());
        assert!(booted[0].effective.is_none());
        assert_eq!(cx.notes.problems.len(), 1, "{text}");
    }
}

#[test]
fn no_prefix_does_harm() {
    let whole = script(
        "set -eu; A=${B:-'x'}; A+=(\"${A[@]}\" {1..3} $((1+(2))))\ncat <<E | sed -i \"s/[a-c]\\(x\\)/&\\1/g\" /etc/eks/bootstrap.sh\n$A\nE\n\
         printf '%s\\n' \"${A//[!a]/$B}\" | base64 -d > /etc/systemd/system/kubelet.service.d/9.conf\n\
         while read -r l; do case $l in a*|é) f() { echo ${A:1:-1}; }; f;; esac; done <<< \"$A\"\nsystemctl restart kubelet",
    );
    let parts = mime(&[("text/x-shellscript", &whole), ("application/node.eks.aws", NODE)], true);
    for text in [&whole, &parts] {
        for end in (0..text.len()).filter(|n| text.is_char_boundary(*n)) {
            boot(Some(Family::Al2), false, As::UserData, &text[..end]);
        }
    }
}

#[test]
fn hostile_scripts_end() {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(|| {
            for body in [
                "f() { f; f; }; f",
                "f() { f | f; }; f",
                "A=a; for i in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9; do A=$A$A; done",
                "while true; do :; done",
                "eval \"$(cat /etc/x)\"; eval 'eval eval eval'",
                "echo 'bash /tmp/x' > /tmp/x; bash /tmp/x",
                &format!("{}echo{}", "if a; then ".repeat(60), "; fi".repeat(60)),
                &"if x; then A=1$A; else A=2$A; fi\n".repeat(40),
                &format!("A={}1{}", "$(echo ".repeat(60), ")".repeat(60)),
            ] {
                boot(None, false, As::UserData, &script(body));
            }
        })
        .unwrap()
        .join()
        .unwrap();
}
