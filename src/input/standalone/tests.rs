use super::*;
use crate::input::testing::{read, show};

#[test]
fn scripts() {
    let ours = [
        ("/a.sh", "#!/bin/bash\n/etc/eks/bootstrap.sh c\n"),
        ("/a.bash", "systemctl restart kubelet\n"),
        ("/user-data", "#!/usr/bin/env -S bash -e\nnodeadm init\n"),
        ("/a.txt", "#!/bin/sh -e\nkubelet --x\n"),
    ];
    for (path, text) in ours {
        read(&Scripts, path, text, |groups, cx| {
            assert_eq!(show(groups), [format!("{}: {text}", path.get(1..).unwrap_or_default())]);
            assert!(matches!(groups[0].steps[0], Step::Script(_)));
            assert_eq!(cx.texts.place(groups[0].place).start().line, 1);
        });
    }
    let others = [
        ("/a.sh", "#!/bin/bash\necho hello\n"),
        ("/a.sh", "#!/usr/bin/python3\n# kubelet\n"),
        ("/a.txt", "the kubelet is a program\n"),
        ("/a.py", "#!/bin/bash\nkubelet\n"),
        ("/a.sh", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\nkubelet\n"),
    ];
    for (path, text) in others {
        read(&Scripts, path, text, |groups, _| assert!(groups.is_empty(), "{text}"));
    }
    read(&Scripts, "/a.sh", "#!/bin/bash\n%{ if x }kubelet%{ endif }\n", |groups, cx| {
        assert_eq!((groups.len(), cx.notes.gaps.len()), (0, 1));
    });
}

#[test]
fn user_data() {
    let mime =
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"x\"\n\n--x\n\n#!/bin/bash\nkubelet\n--x--\n";
    let config = "#cloud-config\nwrite_files:\n- {path: /etc/kubernetes/kubelet/config.json, content: x}\n";
    for (path, text) in [("/u.txt", mime), ("/u.sh", mime), ("/u", mime), ("/c.yaml", config), ("/c.cfg", config)] {
        read(&UserData, path, text, |groups, _| {
            assert_eq!(show(groups), [format!("{}: {text}", path.get(1..).unwrap_or_default())]);
            assert!(matches!(groups[0].steps[0], Step::UserData(_, Wrapping::Plain)));
        });
    }
    let toml = "[settings.kubernetes]\nshutdown-grace-period = \"0s\"\n";
    read(&UserData, "/b.toml", toml, |groups, _| {
        assert_eq!((show(groups), groups[0].family), (vec![format!("b.toml: {toml}")], Some(Family::Bottlerocket)));
    });
    let template = "[settings.kubernetes]\ncluster-name = ${name}\n${more}\n[settings.x]\na = 1\n";
    read(&UserData, "/b.toml", template, |groups, cx| {
        assert_eq!((groups.len(), groups[0].steps.len(), cx.notes.problems.len(), cx.notes.gaps.len()), (1, 0, 1, 0));
    });
    let broken = "[settings.kubernetes]\na = ${b}\n\nc = = 1\n";
    read(&UserData, "/b.toml", broken, |_, cx| assert!(!cx.notes.problems.is_empty()));
    for (path, text) in [
        ("/u.txt", "a mail of Content-Type: multipart about the kubelet\n"),
        ("/c.yaml", "#cloud-config\npackages: [vim]\n"),
        ("/c.yaml", "kubelet: x # cloud-config\n"),
        ("/b.toml", "[package]\nname = 'settings kubernetes'\n"),
    ] {
        read(&UserData, path, text, |groups, cx| {
            assert!(groups.is_empty() && cx.notes.problems.is_empty() && cx.notes.gaps.is_empty(), "{text}");
        });
    }
}
