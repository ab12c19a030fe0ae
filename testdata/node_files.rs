//! Files of a node's file system: what is found in them alone and together.

use crate::scanning::scan_in;

const ZERO: &str = "--streaming-connection-idle-timeout=0";
const HALF: &str = "--streaming-connection-idle-timeout=30m";

/// A name, files, and what is found: `path:line rule`, and behind it the condition.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn units_drop_ins_and_environment_files_alone_and_together() {
    let etc = "etc/systemd/system/kubelet.service";
    let uses = "[Service]\nEnvironmentFile=-/etc/default/kubelet\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n";
    let start = "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet Z\n";
    let variable = "[Service]\nEnvironment=\"KUBELET_EXTRA_ARGS=Z\"\n";
    let d = |name: &str| format!("{etc}.d/{name}");
    let (a, b, c) = (d("10-a.conf"), d("20-b.conf"), d("30-c.conf"));
    let rows: &[Row<'_>] = &[
        (
            "a unit in a folder of its own",
            &[("files/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet Z\n")],
            &["files/kubelet.service:2 zero-streaming-idle-timeout"],
        ),
        (
            "a template of a unit",
            &[("kubelet.service.j2", "[Service]\nExecStart=/usr/bin/kubelet Z\n")],
            &["kubelet.service.j2:2 zero-streaming-idle-timeout"],
        ),
        (
            "a continued line",
            &[(etc, "[Service]\nExecStart=/usr/bin/kubelet \\\n  --v=2 \\\n  Z\n")],
            &["etc/systemd/system/kubelet.service:4 zero-streaming-idle-timeout"],
        ),
        (
            "a drop-in of the unit",
            &[(etc, uses), (&a, variable)],
            &["etc/systemd/system/kubelet.service.d/10-a.conf:2 zero-streaming-idle-timeout"],
        ),
        (
            "an environment file wins over a drop-in",
            &[(etc, uses), (&a, variable), ("etc/default/kubelet", "KUBELET_EXTRA_ARGS=H\n")],
            &[],
        ),
        (
            "a later drop-in wins",
            &[(etc, uses), (&a, variable), (&b, "[Service]\nEnvironment=KUBELET_EXTRA_ARGS=H\n")],
            &[],
        ),
        (
            "an earlier drop-in loses",
            &[(&a, "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet H\n"), (&c, start)],
            &["etc/systemd/system/kubelet.service.d/30-c.conf:3 zero-streaming-idle-timeout"],
        ),
        (
            "/etc wins over /usr/lib",
            &[
                ("usr/lib/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet Z\n"),
                (etc, "[Service]\nExecStart=/usr/bin/kubelet H\n"),
            ],
            &[],
        ),
        (
            "a drop-in below /usr/lib",
            &[("usr/lib/systemd/system/kubelet.service.d/10.conf", start)],
            &["usr/lib/systemd/system/kubelet.service.d/10.conf:3 zero-streaming-idle-timeout"],
        ),
        (
            "a drop-in without its empty line",
            &[(&a, "[Service]\nExecStart=/usr/bin/kubelet Z\n")],
            &[
                "etc/systemd/system/kubelet.service.d/10-a.conf:2 zero-streaming-idle-timeout only if `the unit itself has no ExecStart=`",
            ],
        ),
        (
            "two starts",
            &[(etc, "[Service]\nExecStart=/usr/bin/kubelet H\nExecStart=/usr/bin/kubelet Z\n")],
            &[
                "etc/systemd/system/kubelet.service:2 dead-kubelet-setting",
                "etc/systemd/system/kubelet.service:3 dead-kubelet-setting",
            ],
        ),
        (
            "two variables of two files",
            &[(&a, "[Service]\nEnvironment=\"A=Z\"\n"), (&b, "[Service]\nEnvironment=\"B=H\"\n")],
            &[
                "etc/systemd/system/kubelet.service.d/10-a.conf:2 zero-streaming-idle-timeout only if `the unit passes $A`",
            ],
        ),
        (
            "two environments",
            &[("etc/default/kubelet", "X=1\n"), ("etc/sysconfig/kubelet", "KUBELET_ARGS='--v=2 Z'\n")],
            &["etc/sysconfig/kubelet:1 zero-streaming-idle-timeout only if `the unit passes $KUBELET_ARGS`"],
        ),
        ("a comment", &[("etc/default/kubelet", "#KUBELET_EXTRA_ARGS=Z\nKUBELET_EXTRA_ARGS=\n")], &[]),
        ("without flags", &[(&a, "[Service]\nCPUAccounting=true\nMemoryAccounting=true\n")], &[]),
        (
            "the flags of kubeadm",
            &[("var/lib/kubelet/kubeadm-flags.env", "KUBELET_KUBEADM_ARGS=\"--v=2 Z\"\n")],
            &[
                "var/lib/kubelet/kubeadm-flags.env:1 zero-streaming-idle-timeout only if `the unit passes $KUBELET_KUBEADM_ARGS`",
            ],
        ),
        (
            "kubeadm's drop-in and its environment",
            &[
                (
                    &d("10-kubeadm.conf"),
                    "[Service]\nEnvironmentFile=-/etc/sysconfig/kubelet\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n",
                ),
                ("etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS=Z\n"),
            ],
            &["etc/sysconfig/kubelet:1 zero-streaming-idle-timeout"],
        ),
        (
            "an environment of another name",
            &[
                (
                    "root/etc/systemd/system/kubelet.service",
                    "[Service]\nEnvironmentFile=/etc/kubernetes/env\nExecStart=/usr/bin/kubelet $A\n",
                ),
                ("root/etc/kubernetes/env", "A=Z\n"),
                ("etc/kubernetes/env", "A=H\n"),
            ],
            &["root/etc/kubernetes/env:1 zero-streaming-idle-timeout"],
        ),
        (
            "two trees",
            &[
                ("al2/etc/systemd/system/kubelet.service", uses),
                ("al2/etc/default/kubelet", "KUBELET_EXTRA_ARGS=H\n"),
                ("ubuntu/etc/systemd/system/kubelet.service", uses),
                ("ubuntu/etc/default/kubelet", "KUBELET_EXTRA_ARGS=Z\n"),
            ],
            &["ubuntu/etc/default/kubelet:1 zero-streaming-idle-timeout"],
        ),
        (
            "two units of one folder",
            &[
                ("kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet H\n"),
                ("kubelet-containerd.service", "[Service]\nExecStart=/usr/bin/kubelet Z\n"),
                ("containerd.service", "[Service]\nExecStart=/usr/bin/containerd Z\n"),
            ],
            &["kubelet-containerd.service:2 zero-streaming-idle-timeout"],
        ),
        (
            "a snap",
            &[("snap.kubelet-eks.daemon.service.d/10.conf", "[Service]\nEnvironment=KUBELET_ARGS=Z\n")],
            &[
                "snap.kubelet-eks.daemon.service.d/10.conf:2 zero-streaming-idle-timeout only if `the unit passes $KUBELET_ARGS`",
            ],
        ),
        ("the arguments of a snap", &[("var/snap/kubelet-eks/current/args", "--v=2\n# Z\nH\n")], &[]),
        ("a command line with a colon", &[(etc, "[Service]\nEnvironment=A=Z\nExecStart=:/usr/bin/kubelet $A\n")], &[]),
        ("another section", &[(&a, "[Unit]\nExecStart=\nExecStart=/usr/bin/kubelet Z\n")], &[]),
    ];
    for (name, files, expected) in rows {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in *files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.replace('Z', ZERO).replace('H', HALF)).unwrap();
        }
        let base = dir.path().canonicalize().unwrap();
        let found = scan_in(&base, &["."]).findings;
        let found: Vec<String> = found
            .iter()
            .map(|f| {
                let place = &f.at.place;
                let path = place.source.path().strip_prefix(&base).unwrap().display();
                format!("{path}:{} {} {}", place.start().line, f.rule.id, f.condition()).trim_end().to_owned()
            })
            .collect();
        assert_eq!(found, *expected, "{name}");
    }
}
