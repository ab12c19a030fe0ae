//! Programs that are not followed: their possible effect on files, and how they may end.

use std::sync::Arc;

use crate::runtime;
use crate::text::{Span, Traced, Why, holds};

use super::super::disk::{File, absolute};
use super::super::image;
use super::call::Call;
use super::interpreter::Shell;
use super::state::{BoxedRun, ScriptRun};
use super::status::{Flow, Status};

/// Programs that may restart a kubelet.
const MANAGERS: [&str; 6] = ["ansible", "chef", "nsenter", "puppet", "python", "salt"];

/// Programs that edit their file arguments.
const EDITORS: [&str; 10] = ["augtool", "awk", "crudini", "ed", "ex", "gawk", "patch", "sed", "sponge", "yq"];

/// Programs that only read their file arguments.
const READERS: &str = "\
    ansible-inventory ansible-lint awk aws b2sum base64 basename cat cfn-lint chattr cksum cmp column comm crictl ctr cut \
    diff dirname docker egrep envsubst etcdctl expand expr fgrep file find fold getfacl getopt grep head helm hexdump jq \
    kubeconform kubectl kubeval kustomize less ls lsattr md5sum more mount nerdctl nl od openssl paste podman readlink \
    realpath rev setfacl sha1sum sha256sum sha512sum shellcheck sort ssh stat strings systemd-analyze tac tail tar \
    terraform tofu tr uniq wc which yamllint zcat";

/// Programs that run a program of another language.
const INTERPRETERS: [&str; 14] = [
    "perl",
    "python",
    "python2",
    "python3",
    "ruby",
    "node",
    "nodejs",
    "php",
    "lua",
    "deno",
    "bun",
    "tclsh",
    "ansible-playbook",
    "ansible",
];

/// Programs that transform their input in ways that are not modelled.
const FILTERS: [&str; 16] = [
    "awk", "column", "cut", "envsubst", "grep", "head", "jq", "perl", "python3", "sed", "sort", "tail", "tr", "uniq",
    "xargs", "yq",
];

/// Programs that install other programs.
const INSTALLERS: [&str; 14] =
    ["apt", "apt-get", "aws", "cfn-init", "curl", "dnf", "docker", "git", "make", "pip", "pip3", "tar", "wget", "yum"];

/// Programs that create files in the current folder.
const UNPACKERS: [&str; 5] = ["git", "make", "tar", "unzip", "wget"];

/// Programs that replace one file by another, and the file extension of one of them.
const PACKERS: [(&str, &[&str]); 9] = [
    ("bunzip2", &[".bz2"]),
    ("bzip2", &[".bz2"]),
    ("lz4", &[".lz4"]),
    ("lzma", &[".lzma"]),
    ("unlzma", &[".lzma"]),
    ("unxz", &[".xz"]),
    ("unzstd", &[".zst"]),
    ("xz", &[".xz", ".lzma"]),
    ("zstd", &[".zst"]),
];

/// Programs commonly found on machines, other than the modelled ones.
const WELL_KNOWN: &str = "\
    amazon-linux-extras amazon-ssm-agent apt apt-get apt-key arch auditctl augenrules awk aws basename blkid \
    blockdev busctl caller cfn-hup cfn-init cfn-signal chage chkconfig chpasswd chronyc cksum clear cloud-init cmp \
    column comm containerd crictl crontab ctr curl cut date dd debconf-set-selections depmod df diff dig dirname \
    dirs dmesg dmsetup dnf docker dpkg dracut du ec2-metadata efs-utils env envsubst ethtool exportfs expr \
    fallocate fdisk file find fold free fuser gawk getenforce getent git grep groupadd groupmod growpart \
    grub2-mkconfig grubby head host hostname hostnamectl id ifconfig insmod ip ip6tables iptables iptables-save \
    jobs journalctl jq kill killall kubectl last ldconfig locale-gen localectl logger loginctl losetup ls lsblk \
    lscpu lsmod lsof lvcreate make md5sum mdadm mkfs mkfs.ext4 mkfs.xfs mkswap mktemp modprobe mount mount.efs \
    mountpoint nc netstat nfsstat nl node nproc nslookup numactl nvidia-smi nvme od openssl passwd paste perl \
    pgrep ping pip pip3 pkill printenv ps pvcreate python python2 python3 readlink realpath reboot restorecon rev \
    rmmod rngd rpcinfo rpm rsync sed semanage setenforce sha1sum sha256sum showmount shuf shutdown sleep snap sort \
    split ss ssh-keygen stat stty su suspend swapoff sysctl systemd-analyze systemd-run systemd-tmpfiles tac tail \
    tar tee telnet test timedatectl timeout times tput tr traceroute true tuned-adm type udevadm ulimit umount \
    uname uniq unzip update-ca-certificates update-ca-trust update-grub useradd usermod uuidgen vgcreate visudo wc \
    wget which whoami xargs xfs_growfs yes yq yum yum-config-manager zip";

impl Shell<'_, '_> {
    /// A program that is not modelled. With `set -e`, an unknown one may end the script.
    pub(super) fn unmodelled(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let Call { name: base, program: first, words, at: span } = *call;
        let bare = !first.bytes().contains(&b'/');
        if !bare || self.installed || is_among(WELL_KNOWN, base) {
            self.installed |= !bare || INSTALLERS.contains(&base);
            path.unknown_program(first, words, span);
            return vec![path];
        }
        path.unknown_program(first, words, span);
        if self.conditions > 0 || !path.shell.options.errexit || path.shell.open.is_some() || path.flow != Flow::Normal
        {
            return vec![path];
        }
        path.status = Status::Open(Some(format!("there is a program {base}").into()));
        self.may_end(span, path)
    }

    /// Both outcomes of a command that may end the script for a reason outside the node.
    pub(super) fn may_end(&mut self, span: Span, path: BoxedRun) -> Vec<BoxedRun> {
        let mut out = Vec::new();
        for (mut path, exists) in self.decide(path, span, false) {
            path.may_have_ended |= !exists;
            path.code = Some(127);
            out.push(path);
        }
        out
    }
}

impl ScriptRun {
    /// A program that is not modelled: its output is unknown.
    pub(super) fn unknown_program(&mut self, name: &Traced, words: &[Traced], at: Span) {
        let shown = name.to_text().replace(crate::text::UNKNOWN_MARK, "…");
        let shown = shown.rsplit('/').next().unwrap_or_default().to_owned();
        let why = if FILTERS.contains(&shown.as_str()) {
            Why::NotUnderstood(shown.clone().into())
        } else {
            Why::FromOutside(format!("the output of {shown}").into())
        };
        self.out.push_unknown(at, why);
        self.out.push_made(b"\n", at);
        // An unknown script may do anything.
        if name.bytes().contains(&b'/') && shown.contains(".sh") {
            self.machine.restarts = true;
            self.machine.plain = Arc::default();
        }
        self.status = self.not_followed(&Call { name: &shown, program: name, words, at });
    }

    /// The effect of an unfollowed program on files, and how it ends.
    pub(super) fn not_followed(&mut self, call: &Call<'_>) -> Status {
        let Call { name, words, at: span, .. } = *call;
        for word in words.iter().filter(|w| !w.bytes().starts_with(b"-")) {
            match word.known_str() {
                Some(word) if word.contains("://") => {}
                Some(word) => self.machine.touch(self.absolute(word)),
                // An unknown path.
                None if word.bytes().contains(&b'/') => self.machine.touch("/tmp".to_owned()),
                None => {}
            }
        }
        if UNPACKERS.contains(&name) {
            self.machine.touch(self.shell.directory.clone());
        }
        self.machine.restarts |= MANAGERS.iter().any(|m| name.starts_with(m));
        if EDITORS.contains(&name) || is_interpreter(name) {
            let edits = match name {
                "sed" | "perl" | "yq" | "awk" | "gawk" => words.iter().any(|w| {
                    let text = w.to_text();
                    text.starts_with("--in-place")
                        || text.starts_with("--inplace")
                        || text.starts_with("inplace")
                        || text.starts_with('-') && !text.starts_with("--") && text.contains('i')
                        || name.ends_with("awk") && (text.contains("> \"") || text.contains(">\""))
                }),
                _ => true,
            };
            if edits {
                self.edited(call);
            }
        } else if name == "find" && words.iter().any(|w| w.bytes().starts_with(b"-exec")) {
            let relevant = ["/etc/kubernetes", "/etc/eks", "/etc/systemd", "kubelet"];
            if words.iter().any(|w| relevant.iter().any(|n| w.to_text().contains(n))) {
                self.machine.gap(span, Why::NotUnderstood("find with -exec".into()));
            }
        } else if let Some((_, endings)) = PACKERS.iter().find(|(packer, _)| *packer == name) {
            unpacked(call, endings, self);
        } else if !is_among(READERS, name) {
            named(call, self);
        }
        if matches!(name, "grep" | "egrep" | "fgrep" | "test") { Status::Open(None) } else { Status::Likely }
    }

    /// Files named in the arguments, or in a script on standard input, become unknown.
    fn edited(&mut self, call: &Call<'_>) {
        let Call { name: program, words, at: span, .. } = *call;
        let mut text = String::new();
        for word in words.iter().chain(self.stdin.as_ref()) {
            text.push_str(&word.to_text());
            text.push('\n');
        }
        // A program in a file is read, not changed.
        let mut options = words.iter().map(Traced::bytes).take_while(|word| word.starts_with(b"-"));
        let runs_words =
            !program.starts_with("ansible") && options.any(|word| word.iter().any(|b| b"ceinp".contains(b)));
        let mut named = words.iter().filter_map(|w| w.known_str()).map(|w| self.absolute(w));
        let own = named.find(|name| is_interpreter(program) && !runs_words && self.machine.files.contains_key(name));
        if is_interpreter(program) {
            for file in words.iter().filter_map(|w| w.known_str()).filter(|w| !w.starts_with('-')) {
                if let Some(File::Known(code)) = self.machine.files.get(&self.absolute(file)) {
                    text.push_str(&code.to_text());
                }
            }
        }
        let mut names: Vec<String> = self.machine.files.keys().filter(|n| text.contains(n.as_str())).cloned().collect();
        for word in words {
            if let Some(name) = word.known_str().filter(|n| n.starts_with('/')) {
                let name = absolute(name, "/");
                if image::reader(&name).is_some() || name == image::BOOTSTRAP || runtime::reads(&name).is_some() {
                    names.push(name);
                }
            }
        }
        for name in [
            image::AL2_CONFIG,
            image::NODEADM_CONFIG,
            image::NODEADM_ENVIRONMENT,
            image::BOOTSTRAP,
            image::CONTAINERD,
            image::AL2_CONTAINERD,
        ] {
            if text.contains(name) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        names.dedup();
        names.retain(|name| Some(name) != own.as_ref());
        if names.is_empty() && is_interpreter(program) && text.contains("kubelet") {
            let what =
                own.map_or_else(|| format!("an edit by {program}"), |own| format!("what {program} does with {own}"));
            self.machine.gap(span, Why::NotUnderstood(what.into()));
        }
        // In a container runtime's file, only one line matters.
        names.retain(|name| runtime::reads(name).is_none() || text.contains(runtime::KEY));
        for name in names {
            let why = Why::Edited(name.as_str().into(), program.into());
            let ours = image::reader(&name).is_some() || name == image::BOOTSTRAP || runtime::reads(&name).is_some();
            if ours || self.names_kubelet(&name) {
                self.machine.gap(span, why.clone());
            }
            self.machine.put(&name, File::Known(Arc::new(Traced::unknown(span, why))));
        }
    }

    /// Whether what is known of a file names the kubelet, as a script that starts it does.
    pub(super) fn names_kubelet(&self, file: &str) -> bool {
        let known = self.machine.files.get(&self.absolute(file));
        matches!(known, Some(File::Known(text)) if holds(text.bytes(), b"kubelet"))
    }
}

/// A compressed or unpacked file, and the file it becomes.
fn unpacked(call: &Call<'_>, endings: &[&str], path: &mut ScriptRun) {
    let Call { name: program, words, at: span, .. } = *call;
    for word in words.iter().filter_map(|w| w.known_str()).filter(|w| !w.starts_with('-')) {
        let name = path.absolute(word);
        let packed = endings.iter().map(|end| format!("{name}{end}"));
        let plain = endings.iter().filter_map(|end| name.strip_suffix(end).map(str::to_owned));
        let names: Vec<String> = packed.chain(plain).chain([name.clone()]).collect();
        for name in names {
            let why = Why::NotUnderstood(format!("what {program} makes of {name}").into());
            if image::reader(&name).is_some() {
                path.machine.gap(span, why.clone());
            }
            path.machine.put(&name, File::Unknown(why));
        }
    }
}

/// An unknown program may change the files that its arguments name.
fn named(call: &Call<'_>, path: &mut ScriptRun) {
    let Call { name: program, words, at: span, .. } = *call;
    for word in words {
        let text = word.to_text();
        let name = text.rsplit('=').next().unwrap_or_default();
        if !name.starts_with('/') || name.contains(crate::text::UNKNOWN_MARK) {
            continue;
        }
        let name = absolute(name, "/");
        let read = image::reader(&name).is_some() || name == image::BOOTSTRAP;
        if read || path.machine.files.contains_key(&name) {
            let why = Why::NotUnderstood(format!("what {program} does to {name}").into());
            if read {
                path.machine.gap(span, why.clone());
            }
            path.machine.put(&name, File::Unknown(why));
        }
    }
}

/// True for a program that runs a program of another language.
pub(super) fn is_interpreter(name: &str) -> bool {
    INTERPRETERS.contains(&name)
}

/// True for a program that machines have.
pub(super) fn is_well_known(name: &str) -> bool {
    is_among(WELL_KNOWN, name)
}

/// True if a list contains a name.
fn is_among(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|word| word == name)
}
