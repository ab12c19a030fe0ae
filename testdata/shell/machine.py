"""A scratch machine that scripts really run on, and what the kubelet on it would read.

Needs root, unshare, and Debian's bash, coreutils, jq, sed, grep, gawk, gzip, xz, perl, gettext-base, python3-yaml. Nothing
outside of a temporary folder is written: each run has mounts, processes and a network of its own.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
STUBS = HERE / "stubs"
CONFIG = "/etc/kubernetes/kubelet/kubelet-config.json"
ENDING = ("ns", "us", "µs", "ms", "s", "m", "h")
DURATION = re.compile(r"[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)")
TIMEOUT = 120

TOOLS = """[ awk base64 basename bash cat chmod chown cp cut date diff dirname egrep envsubst env expr echo false fgrep find fold
gawk grep gunzip gzip head hostname id install ln ls mkdir mktemp mv nl nohup nproc paste perl printf pwd python3 readlink
realpath rm rmdir sed seq setsid sh sort split stat tac tail tee test timeout touch tr true truncate uname uniq wc which
xargs xz yes zcat jq od tar sha256sum md5sum stdbuf getopt rev dd sync ps""".split()
QUIET = """aws yum apt-get dnf amazon-linux-extras cfn-init cfn-signal modprobe sysctl mount swapoff reboot hostnamectl
docker containerd ctr crictl iptables ip logger shutdown udevadm lsblk mkfs.xfs blkid useradd usermod setenforce kubectl
amazon-ssm-agent ssm timedatectl wget""".split()

# The configuration that the AL2 image ships, without what no script here asks for.
AL2_CONFIG = """{
  "kind": "KubeletConfiguration",
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "address": "0.0.0.0",
  "authentication": {
    "anonymous": {
      "enabled": false
    },
    "webhook": {
      "cacheTTL": "2m0s",
      "enabled": true
    }
  },
  "authorization": {
    "mode": "Webhook",
    "webhook": {
      "cacheAuthorizedTTL": "5m0s",
      "cacheUnauthorizedTTL": "30s"
    }
  },
  "clusterDomain": "cluster.local",
  "hairpinMode": "hairpin-veth",
  "readOnlyPort": 0,
  "featureGates": {
    "RotateKubeletServerCertificate": true
  },
  "serializeImagePulls": false,
  "serverTLSBootstrap": true
}
"""
SERVICES = {
    "al2": f"[Unit]\nDescription=kubelet\n\n[Service]\nExecStart=/usr/bin/kubelet --config {CONFIG} $KUBELET_ARGS $KUBELET_EXTRA_ARGS\nRestart=always\n",
    "al2023": "[Service]\nEnvironmentFile=/etc/eks/kubelet/environment\nExecStart=/usr/bin/kubelet $NODEADM_KUBELET_ARGS\n",
    "kubeadm": "[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\n",
    "ubuntu": f"[Service]\nExecStart=/usr/bin/kubelet --config {CONFIG}\n",
}
KUBEADM_DROP_IN = """[Service]
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
EnvironmentFile=-/etc/sysconfig/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
"""
NODE_CONFIG = """apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: demo
    apiServerEndpoint: https://example.com
    certificateAuthority: Y2E=
    cidr: 10.100.0.0/16
"""
EKS_NODE_CONFIG = NODE_CONFIG + "  kubelet:\n    config:\n      maxPods: 29\n"

# Run as root inside of new namespaces: $1 is the template, $2 the log, $3 the script, $4 the steps around it.
ENTER = r"""
set -e
mount --make-rprivate /
R=$(dirname "$2")/root
mkdir -p "$R"
mount -t tmpfs tmpfs "$R"
cp -a "$1"/. "$R"/
mkdir -p "$R/host" "$R/usr/share" "$R/log" "$R/proc" "$R/dev"
mount --bind /usr "$R/host"
mount -o remount,bind,ro "$R/host"
mount --bind /usr/share "$R/usr/share"
for d in /usr/lib/*; do
  n=$(basename "$d")
  [ "$n" = systemd ] || { [ -d "$d" ] && [ ! -L "$d" ] && mkdir "$R/usr/lib/$n" && mount --bind "$d" "$R/usr/lib/$n"; } || cp -a "$d" "$R/usr/lib/"
done
mount --bind "$2" "$R/log"
mount -t proc proc "$R/proc"
for d in null zero random urandom; do touch "$R/dev/$d"; mount --bind "/dev/$d" "$R/dev/$d"; done
ln -s /proc/self/fd "$R/dev/fd"; ln -s /proc/self/fd/0 "$R/dev/stdin"; ln -s /proc/self/fd/1 "$R/dev/stdout"; ln -s /proc/self/fd/2 "$R/dev/stderr"
cp "$3" "$R/run/script"
cp "$4" "$R/run/around"
chmod 755 "$R/run/script"
[ -z "$5" ] || cp "$5" "$R/run/input"
exec chroot "$R" /host/bin/env -i PATH=/stub/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 /host/bin/bash /run/around
"""

# What stands around the script, inside: what the image does before and after it.
BEFORE = {"al2023": "nodeadm config", "al2023-managed": "nodeadm config"}
AFTER = {
    "al2023": "nodeadm run",
    "al2023-managed": "nodeadm run",
    "al2-managed": "bash /etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels=eks.amazonaws.com/nodegroup=ng'",
}
AROUND = """cd /
%s
cp -a /etc /log/etc-before; mkdir -p /log/var/lib; cp -a /var/lib/kubelet /log/kubelet-before 2> /dev/null
cd /root
%s
status=$?
echo $status > /log/status
%s
# Whatever runs on beside this shell, which is the first process, is waited for.
running=(/proc/[0-9]*)
while [ ${#running[@]} -gt 1 ] && [ $SECONDS -lt 10 ]; do /host/bin/sleep 0.05; running=(/proc/[0-9]*); done
/host/bin/sleep 0.05
cp -a /etc /log/etc-after; cp -a /var/lib/kubelet /log/kubelet-after 2> /dev/null
true
"""


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def template(root, family):
    """The files of an image, in a folder."""
    for name in ("usr/bin", "usr/sbin", "usr/lib/systemd/system", "usr/lib64", "tmp", "run", "root", "opt", "var/lib/kubelet", "var/log", "home", "etc/profile.d", "etc/sysconfig", "etc/default", "etc/systemd/system", "usr/local/bin"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    if os.path.exists("/usr/lib64/ld-linux-x86-64.so.2"):
        (root / "usr/lib64/ld-linux-x86-64.so.2").symlink_to("/host/lib64/ld-linux-x86-64.so.2")
    for tool in TOOLS:
        if not os.path.exists(f"/usr/bin/{tool}"):
            sys.exit(f"missing on this machine: {tool}")
        # Debian's alternatives lead through /etc, which is another one inside.
        real = os.path.realpath(f"/usr/bin/{tool}") if tool == "awk" else f"/usr/bin/{tool}"
        (root / "usr/bin" / tool).symlink_to(real.replace("/usr", "/host", 1))
    if family != "ubuntu":
        (root / "usr/bin/sh").unlink()
        (root / "usr/bin/sh").symlink_to("/host/bin/bash")
    (root / "stub/bin").mkdir(parents=True)
    shutil.copy(STUBS / "note", root / "stub/note")
    shutil.copy(STUBS / "quiet", root / "stub/quiet")
    for name in ("curl", "sleep", "sudo", "kubelet", "systemctl", "service", "snap", "kubeadm", "nodeadm", "su", "runuser", "systemd-run", "at"):
        shutil.copy(STUBS / name, root / "usr/bin" / name)
    for name in QUIET:
        (root / "usr/bin" / name).symlink_to("/stub/quiet")
    write(root / "etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
    write(root / "etc/group", "root:x:0:\n")
    write(root / "etc/os-release", 'NAME="Amazon Linux"\nVERSION_ID="2"\nID="amzn"\n')
    base = family.removesuffix("-managed")
    if base in ("al2", "none"):
        shutil.copy(STUBS / "bootstrap.sh", (root / "etc/eks").mkdir() or root / "etc/eks/bootstrap.sh")
        write(root / CONFIG[1:], AL2_CONFIG)
        write(root / "etc/systemd/system/kubelet.service", SERVICES["al2"])
        write(root / "etc/eks/containerd/kubelet-containerd.service", SERVICES["al2"])
    elif base == "al2023":
        write(root / "etc/eks/bootstrap.sh", "#!/bin/bash\necho 'use nodeadm'\nexit 1\n", 0o755)
        (root / "etc/eks/nodeadm.d").mkdir()
        write(root / "etc/systemd/system/kubelet.service", SERVICES["al2023"])
        write(root / "run/user-data.yaml", EKS_NODE_CONFIG if family.endswith("-managed") else NODE_CONFIG)
    elif base == "kubeadm":
        write(root / "usr/lib/systemd/system/kubelet.service", SERVICES["kubeadm"])
        write(root / "usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf", KUBEADM_DROP_IN)
        write(root / "var/lib/kubelet/config.yaml", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n")
    elif base == "ubuntu":
        # Its kubelet is a snap: there is no unit to copy.
        text = re.sub(r"^cp .*kubelet-containerd\.service.*\n", "", (STUBS / "bootstrap.sh").read_text(), flags=re.M)
        at = text.index("mkdir -p /etc/systemd")
        write(root / "etc/eks/bootstrap.sh", text[:at] + 'snap set kubelet-eks node-ip=10.0.0.1 ${KUBELET_EXTRA_ARGS:+args="$KUBELET_EXTRA_ARGS"}\nsnap start kubelet-eks\n', 0o755)
        write(root / CONFIG[1:], AL2_CONFIG)
    else:
        sys.exit(f"unknown family: {family}")
    return root


def run(family, script, around=None, extra=None, verbose=False):
    """Runs a script (bytes) on a machine of a family; gives the folder that holds the log, inside a TemporaryDirectory."""
    folder = tempfile.TemporaryDirectory()
    top = pathlib.Path(folder.name)
    root = template(top / "template", family)
    (top / "log/calls").mkdir(parents=True)
    (top / "script").write_bytes(script)
    for name, data in (extra or {}).items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755)
    middle = "bash /run/script < /dev/null > /log/stdout 2> /log/stderr" if around is None else around
    quiet = " >> /log/harness 2>&1"
    before, after = BEFORE.get(family, "true"), AFTER.get(family, "true")
    (top / "around").write_text(AROUND % (before + quiet, middle, after + quiet))
    (top / "enter").write_text(ENTER)
    words = ["unshare", "--mount", "--pid", "--fork", "--net", "--uts", "--kill-child", "bash", str(top / "enter"), str(root), str(top / "log"), str(top / "script"), str(top / "around"), ""]
    done = subprocess.run(words, capture_output=True, timeout=TIMEOUT, check=False)
    if not (top / "log/status").exists():
        sys.exit(f"the machine did not come up: {done.stderr.decode()}")
    if verbose:
        for name in ("stdout", "stderr", "harness"):
            path = top / "log" / name
            print(f"--- {name}\n{path.read_text(errors='replace') if path.exists() else ''}")
        print(done.stderr.decode())
    return folder, top / "log"


def calls(log):
    """The stub calls in order."""
    out = []
    for path in sorted((log / "calls").iterdir()):
        *argv, env, _ = path.read_bytes().decode(errors="replace").split("\0")
        call = {"argv": argv}
        if env != "=":
            call["KUBELET_EXTRA_ARGS"] = env[1:]
        out.append(call)
    return out


def tree(folder):
    out = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            out[name] = "-> " + os.readlink(path)
        elif path.is_file():
            data = path.read_bytes()
            try:
                out[name] = data.decode()
            except UnicodeDecodeError:
                out[name] = {"hex": data.hex()}
    return out


def usual(name, content):
    """True for what every run of bootstrap.sh leaves."""
    if name.endswith("/10-kubelet-args.conf"):
        return content == "[Service]\nEnvironment='KUBELET_ARGS=--node-ip=10.0.0.1 --v=2'\n"
    return name == CONFIG and content == json.dumps({**json.loads(AL2_CONFIG), "maxPods": 29}, indent=2) + "\n"


def written(log):
    """Files that are not what they were before, but for the usual ones; null for one that is gone."""
    out = {}
    for where, prefix in (("etc", "/etc/"), ("kubelet", "/var/lib/kubelet/")):
        old = tree(log / f"{where}-before") if (log / f"{where}-before").exists() else {}
        new = tree(log / f"{where}-after") if (log / f"{where}-after").exists() else {}
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name) and not usual(prefix + name, new.get(name)):
                out[prefix + name] = new.get(name)
    return out


# What systemd makes of a unit.


def words(text, strict):
    """systemd's words: blanks part them, quotes anywhere hold them together, a backslash takes the next byte. Where it is
    strict, backslashes are C's, and what follows a fault is left out."""
    out, word, quote, i = [], None, None, 0
    escapes = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " ", "\\": "\\", '"': '"', "'": "'"}
    while i < len(text):
        c = text[i]
        if c == "\\" and i + 1 < len(text):
            i += 1
            if strict and text[i] not in escapes:
                return out
            word = (word or "") + (escapes[text[i]] if strict else text[i])
        elif quote:
            if c == quote:
                quote = None
            else:
                word += c
        elif c in "'\"":
            quote, word = c, word or ""
        elif c in " \t\n\r":
            if word is not None:
                out.append(word)
            word = None
        else:
            word = (word or "") + c
        i += 1
    if word is not None and not (strict and quote):
        out.append(word)
    return out


def read_unit(text, unit):
    section = ""
    for line in re.sub(r"\\\n", " ", text).split("\n"):
        line = line.strip()
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and line[0] not in "#;":
            key, value = (part.strip() for part in line.split("=", 1))
            if key in unit:
                if not value:
                    unit[key] = []
                else:
                    unit[key] += [value]


def environment_file(text):
    out = {}
    for line in re.sub(r"\\\n", "", text).split("\n"):
        line = line.strip()
        if line and line[0] not in "#;" and "=" in line:
            key, value = line.split("=", 1)
            value = value.strip()
            if value[:1] in ("'", '"'):
                value = "".join(words(value, False)[:1])
            elif "\\" in value:
                value = re.sub(r"\\(.)", r"\1", value)
            out[key.strip()] = value
    return out


def command(disk):
    """The command line that the service would start with."""
    unit = {"ExecStart": [], "Environment": [], "EnvironmentFile": []}
    folders = [disk / "usr/lib/systemd/system", disk / "etc/systemd/system"]
    for folder in reversed(folders):
        if (folder / "kubelet.service").exists():
            read_unit((folder / "kubelet.service").read_bytes().decode(), unit)
            break
    drop_ins = {}
    for folder in folders:
        for path in sorted((folder / "kubelet.service.d").glob("*.conf")):
            drop_ins[path.name] = path
    for name in sorted(drop_ins):
        read_unit(drop_ins[name].read_bytes().decode(), unit)
    environment = {}
    for value in unit["Environment"]:
        environment.update(word.split("=", 1) for word in words(value.replace("%%", "%"), True) if "=" in word)
    for path in unit["EnvironmentFile"]:
        file = inside(disk, path.lstrip("-"))
        if file.exists():
            environment.update(environment_file(file.read_text()))
        elif not path.startswith("-"):
            return None
    if len(unit["ExecStart"]) != 1:
        return None
    argv = []
    for word in words(unit["ExecStart"][0], True):
        if re.fullmatch(r"\$[A-Za-z_]\w*", word):
            argv += words(environment.get(word[1:], ""), False)
        else:
            argv.append(re.sub(r"\$\{(\w+)\}", lambda m: environment.get(m[1], ""), word).replace("$$", "$"))
    return argv[1:]


# What a kubelet makes of its command line and its files.

FIELDS = {
    "authentication-token-webhook-cache-ttl": "authentication.webhook.cacheTTL",
    "authorization-webhook-cache-authorized-ttl": "authorization.webhook.cacheAuthorizedTTL",
    "authorization-webhook-cache-unauthorized-ttl": "authorization.webhook.cacheUnauthorizedTTL",
    "cpu-cfs-quota-period": "cpuCFSQuotaPeriod",
    "cpu-manager-reconcile-period": "cpuManagerReconcilePeriod",
    "eviction-pressure-transition-period": "evictionPressureTransitionPeriod",
    "file-check-frequency": "fileCheckFrequency",
    "http-check-frequency": "httpCheckFrequency",
    "minimum-image-ttl-duration": "imageMinimumGCAge",
    "node-status-update-frequency": "nodeStatusUpdateFrequency",
    "runtime-request-timeout": "runtimeRequestTimeout",
    "streaming-connection-idle-timeout": "streamingConnectionIdleTimeout",
    "sync-frequency": "syncFrequency",
    "volume-stats-agg-period": "volumeStatsAggPeriod",
}
IN_FILES = [*FIELDS.values(), "nodeStatusReportFrequency", "shutdownGracePeriod", "shutdownGracePeriodCriticalPods"]
SWITCHES = {"fail-swap-on", "protect-kernel-defaults", "register-node", "rotate-certificates", "anonymous-auth", "serialize-image-pulls", "make-iptables-util-chains", "authentication-token-webhook", "rotate-server-certificates"}
OTHERS = {
    "config", "config-dir", "node-labels", "v", "max-pods", "node-ip", "register-with-taints", "kubeconfig",
    "container-runtime-endpoint", "hostname-override", "read-only-port", "event-qps", "feature-gates", "cluster-dns", "cluster-domain",
    "eviction-hard", "kube-reserved", "system-reserved", "cgroup-driver", "root-dir", "image-gc-high-threshold", "image-gc-low-threshold", "cloud-provider",
    "bootstrap-kubeconfig", "pod-infra-container-image", "allowed-unsafe-sysctls", "cpu-manager-policy", "authorization-mode", "client-ca-file",
    "tls-cipher-suites", "resolv-conf", "vmodule",
}  # fmt: skip


LABEL = re.compile(r"([a-z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?=(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")


def flags(argv):
    """The flags of a command line in order; None if it does not parse."""
    out = []
    argv = list(argv)
    while argv:
        word = argv.pop(0)
        if word == "--":
            return out if not argv else None
        if not word.startswith("-"):
            return None
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("--"):
            if not (word.startswith("-v") and re.fullmatch(r"-v=?\d*", word)):
                return None
            if word == "-v":
                argv[:1] = []
            continue
        name = name.replace("_", "-")
        if name in SWITCHES:
            value = value if equals else "true"
        elif name in FIELDS or name in OTHERS:
            if not equals:
                if not argv:
                    return None
                value = argv.pop(0)
            if name == "node-labels" and not all(LABEL.fullmatch(label) for label in value.split(",")):
                return None
        else:
            print(f"a flag that no kubelet has: --{name}", file=sys.stderr)
            return None
        out.append((name, value))
    return out


def inside(disk, path):
    """A file of the scratch machine, through the links that lie there."""
    for _ in range(8):
        file = disk / str(path).lstrip("/")
        if not file.is_symlink():
            return file
        path = os.path.join(os.path.dirname(path), os.readlink(file))
    return file


def document(path):
    """A configuration file as a map; None if the kubelet cannot load it."""
    try:
        tree = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    if not isinstance(tree, dict) or tree.get("kind") != "KubeletConfiguration" or tree.get("apiVersion") != "kubelet.config.k8s.io/v1beta1":
        return None
    return tree


def lookup(tree, name):
    for key in name.split("."):
        if not isinstance(tree, dict) or key not in tree:
            return "", False
        tree = tree[key]
    return tree, True


def starts_with(argv, disk):
    """What a kubelet with this command line settles on: {"starts", "fields"}."""
    failed = {"starts": False, "fields": {}}
    if argv is None or (given := flags(argv)) is None:
        return failed
    fields = {}
    last = dict(given)
    sources = []
    if last.get("config"):
        sources.append(("config", inside(disk, last["config"])))
    if last.get("config-dir"):
        folder = disk / last["config-dir"].lstrip("/")
        sources += [("drop-in", path) for path in sorted(folder.rglob("*.conf"))]
    for origin, path in sources:
        tree = document(path)
        if tree is None:
            return failed
        for name in IN_FILES:
            value, there = lookup(tree, name)
            if not there:
                continue
            if value is None:
                fields.pop(name, None)
            elif not isinstance(value, str) or not DURATION.fullmatch(value):
                return failed
            else:
                fields[name] = {"value": value, "from": origin}
    for name, value in given:
        if name in FIELDS:
            if not DURATION.fullmatch(value):
                return failed
            fields[FIELDS[name]] = {"value": value, "from": "flag"}
    return {"starts": True, "fields": dict(sorted(fields.items()))}


def settled(log, family):
    """What the last kubelet that started runs with, or null; and what one would that started with what lies there now."""
    starts = sorted((log / "starts").iterdir()) if (log / "starts").exists() else []
    if starts:
        disk = starts[-1]
        if (disk / "argv").exists():
            argv = (disk / "argv").read_bytes().decode(errors="replace").split("\0")[:-1]
        elif family == "ubuntu":
            argv = ["--config", CONFIG]
            for path in sorted((disk / "snap").iterdir()) if (disk / "snap").exists() else []:
                if path.name != "args":
                    argv.append(f"--{path.name}={path.read_text()}")
            if (disk / "snap/args").exists():
                argv += words((disk / "snap/args").read_text(), False)
        else:
            argv = command(disk)
        return {"argv": argv, **starts_with(argv, disk)}
    return None
