//! Scripts that join a node: options, variables, conditions and files.

use super::world::scripts;
use crate::node::Family;

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
fn variables_and_quotes_in_calls_of_bootstrap() {
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
                "zero at 2 if the kubelet is started by kubeadm's unit",
            ),
            (
                "echo KUBELET_EXTRA_ARGS=--v=2 > /etc/default/kubelet\nsystemctl restart kubelet",
                "unknown if the kubelet is started by kubeadm's unit",
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
