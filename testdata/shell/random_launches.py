#!/usr/bin/env python3
"""Holds the linter against the real bash with fresh random scripts that start a kubelet in many ways.

Usage: random_launches.py [--seed N] [--count N] [--bin PATH] [--keep N]. Each script writes a program that starts the kubelet, and starts
that by its name, through another program, or by a unit. With --keep N the first N scripts that start a kubelet and are not unknown are written to
scripts/launches.sh, which record.py then records. See machine.py for what it needs.
"""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
import machine  # noqa: E402

FIELD = "streamingConnectionIdleTimeout"
FLAG = "--streaming-connection-idle-timeout"
VALUES = ["0", "0s", "0m", "5m", "4h", "30m", "1h0m0s", "15s"]
NAMES = ["join", "start-node", "node-up.sh", "go.sh", "boot-node", "kube-start"]


def argument(r, value):
    """Lines before, and the word that says the kubelet's arguments."""
    n = r.randrange(8)
    if n == 0:
        return "", f"'{FLAG}={value}'"
    if n == 1:
        return f"T={value}\n", f'"{FLAG}=$T"'
    if n == 2:
        return f'ARGS=({FLAG}={value} --v=3)\n', '"${ARGS[*]}"'
    if n == 3:
        return f'ARGS="--v=3"\nif [ -n "$ARGS" ]; then ARGS="$ARGS {FLAG}={value}"; else ARGS="--v=2"; fi\n', '"$ARGS"'
    if n == 4:
        return f'ARGS=""\nfor t in 7m 9m {value}; do ARGS="{FLAG}=$t"; done\n', '"$ARGS"'
    if n == 5:
        return f'flag() {{ echo "{FLAG}=$1"; }}\n', f'"$(flag {value})"'
    if n == 6:
        return f'case "{r.choice("ab")}" in a) T={value} ;; *) T=2m ;; esac\n', f'"{FLAG}=${{T:-3m}}"'
    return f'declare -A M=([idle]={value} [other]=8m)\n', f'"{FLAG}=${{M[idle]}}"'


def start(r, value):
    """What the program does: a kubelet that gets the value as a flag or by its file."""
    n = r.randrange(6)
    if n < 3:
        lines, word = argument(r, value)
        return lines + f"/etc/eks/bootstrap.sh demo --kubelet-extra-args {word}\n"
    file = "/etc/kubernetes/kubelet/kubelet-config.json"
    if n == 3:
        return f"F={file}\njq '.{FIELD} = \"{value}\"' $F > /tmp/c && mv /tmp/c $F\n/etc/eks/bootstrap.sh demo\n"
    if n == 4:
        return f"sed -i 's/\"serializeImagePulls\": false,/&\\n  \"{FIELD}\": \"{value}\",/' {file}\n/etc/eks/bootstrap.sh demo\n"
    return f"patch_config() {{ echo \"$(jq --arg t \"$1\" '.{FIELD}=$t' {file})\" > {file}; }}\npatch_config {value}\n/etc/eks/bootstrap.sh demo\n"


def place(r, name, text):
    """Writes the program; its path."""
    folder = r.choice(["/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/opt/node"])
    path = f"{folder}/{name}"
    shebang = r.choice(["#!/bin/bash\n", "#!/usr/bin/env bash\n", "#!/bin/bash\nset -eu\n"])
    here = f"<<'PROGRAM'\n{shebang}{text}PROGRAM\n"
    n = r.randrange(4)
    if n == 0:
        lines = f"cat > /tmp/{name} {here}install -m 755 /tmp/{name} {path}\n"
    elif n == 1:
        lines = f"cat > {path} {here}chmod +x {path}\n"
    elif n == 2:
        lines = f"tee {path} > /dev/null {here}chmod 0755 {path}\n"
    else:
        lines = f"cat > /tmp/{name} {here}cp /tmp/{name} {path} && chmod 755 {path}\n"
    return f"mkdir -p {folder}\n{lines}", path


def unit(r, path, name):
    """A unit of the script's own that starts the program."""
    service = name.removesuffix(".sh") + "-unit"
    command = r.choice([path, f"/bin/bash {path}", f"/bin/sh -c {path}", f"/usr/bin/env bash {path}"])
    extra = r.choice(["", "RemainAfterExit=yes\n", "Environment=MODE=node\n"])
    text = f"cat > /etc/systemd/system/{service}.service <<'UNIT'\n[Unit]\nDescription=node\n[Service]\nType=oneshot\n{extra}ExecStart={command}\n[Install]\nWantedBy=multi-user.target\nUNIT\n"
    if r.random() < 0.25:
        text += f"cat > /etc/systemd/system/{service}.timer <<'UNIT'\n[Timer]\nOnActiveSec=1s\n[Install]\nWantedBy=timers.target\nUNIT\nsystemctl daemon-reload\n"
        return text + r.choice([f"systemctl start {service}.timer\n", f"systemctl enable --now {service}.timer\n"])
    if r.random() < 0.2:
        text += f"echo 1 > /etc/{service}-go\ncat > /etc/systemd/system/{service}.path <<'UNIT'\n[Path]\nPathExists=/etc/{service}-go\n[Install]\nWantedBy=multi-user.target\nUNIT\nsystemctl daemon-reload\n"
        return text + r.choice([f"systemctl start {service}.path\n", f"systemctl enable --now {service}.path\n"])
    return text + "systemctl daemon-reload\n" + r.choice([f"systemctl start {service}\n", f"systemctl enable --now {service}.service\n", f"systemctl enable {service}\nsystemctl start {service}.service\n", f"systemctl restart {service}\n"])


def launch(r, path, name):
    """A way to start the program."""
    bare = path if path.startswith("/opt") else name
    # What sudo looks through depends on the image, so that a bare name stays open.
    sure = name if path.startswith("/usr/bin/") else path
    ways = [
        lambda: f"{bare}\n",
        lambda: f"{path}\n",
        lambda: f"bash {path}\n",
        lambda: f"sudo {sure}\n",
        lambda: f"sudo -E bash {path}\n",
        lambda: f"su -c {path}\n",
        lambda: f"su - root -c '{path}'\n",
        lambda: f"su root -c \"{bare}\"\n",
        lambda: f"runuser -u root -- {path}\n",
        lambda: f"runuser -l root -c '{path}'\n",
        lambda: f"systemd-run --wait {path}\n",
        lambda: f"systemd-run --unit=node-{r.randrange(9)} --collect {path}\n",
        lambda: f"systemd-run --scope {path}\n",
        lambda: f"bash -lc '{bare}'\n",
        lambda: f"bash -c \"{bare}\"\n",
        lambda: f"echo '{path}' | at now\n",
        lambda: f"at now <<'JOB'\n{path}\nJOB\n",
        lambda: f"nohup {bare} > /var/log/node.log 2>&1 &\nwait\n",
        lambda: f"nohup {path} &\n",
        lambda: f"env MODE=node {bare}\n",
        lambda: f"exec {bare}\n",
        lambda: f"timeout 300 {bare}\n",
        lambda: f"setsid {path}\n",
        lambda: f"( cd /tmp && {path} )\n",
        lambda: f"P={path}\n\"$P\"\n",
        lambda: f"CMD=(bash {path})\n\"${{CMD[@]}}\"\n",
        lambda: f". {path}\n",
        lambda: f"eval \"{bare}\"\n",
        lambda: f"command {bare}\n",
        lambda: f"shopt -s expand_aliases\nalias up='{path}'\nup\n",
        lambda: f"shopt -s expand_aliases\nalias up='bash -e'\nup {path}\n",
        lambda: f"up() {{ {bare}; }}\nexport -f up\nbash -c up\n",
        lambda: f"up() {{ \"$1\" > /dev/null; }}\nexport -f up\nbash -c 'up {path}'\n",
        lambda: f"python3 - <<'PY'\nimport subprocess\nsubprocess.run(['{path}'], check=True)\nPY\n",
        lambda: f"python3 -c \"import subprocess; subprocess.check_call(['bash', '{path}'])\"\n",
        lambda: f"python3 -c \"import os; os.system('{path}')\"\n",
        lambda: f"export PATH={path.rsplit('/', 1)[0]}:$PATH\n{name}\n",
        lambda: unit(r, path, name),
        lambda: unit(r, path, name),
        lambda: unit(r, path, name),
    ]
    return r.choice(ways)()


def around(r, text):
    """The launch inside of a function, a branch, a loop."""
    n = r.randrange(9)
    if "exec " in text or "<<" in text or n > 5:
        return text
    if n == 0:
        return f"main() {{\n{text}}}\nmain \"$@\"\n"
    if n == 1:
        return f"if [ ! -e /etc/node-is-up ]; then\n{text}fi\n"
    if n == 2:
        return f"for i in 1 2 3; do\nif [ $i -eq 2 ]; then\n{text}fi\ndone\n"
    if n == 3:
        return f"MODE={r.choice(['node', 'other'])}\nif [[ $MODE == node ]]; then\n{text}fi\n"
    if n == 4:
        return f"i=0\nwhile [ $i -lt 2 ]; do i=$((i + 1)); done\n[ $i = 2 ] && {{\n{text}}}\n"
    return f"case x in y) true ;; x)\n{text};;\nesac\n"


def script(seed):
    r = random.Random(seed)
    name = r.choice(NAMES)
    lines, path = place(r, name, start(r, r.choice(VALUES)))
    return r.choice(["#!/bin/bash\n", "#!/bin/bash\nset -euo pipefail\n", "#!/bin/bash -x\n", "#!/bin/bash\nset -e\n"]) + lines + around(r, launch(r, path, name))


def verdict(text, binary):
    folder, log = machine.run("al2", text.encode())
    with folder:
        kubelet = machine.settled(log, "al2")
    truth = kubelet["fields"].get(FIELD, {}).get("value") if kubelet and kubelet["starts"] else None
    with tempfile.TemporaryDirectory() as top:
        file = pathlib.Path(top) / "user-data.sh"
        file.write_text(text)
        done = subprocess.run([binary, "show", "--format", "json", str(file)], capture_output=True, check=False)
    groups = json.loads(done.stdout)["node_groups"] if done.stdout else []
    found = [s for g in groups for s in g["settings"] if s["field"] == FIELD]
    unknown = [u for g in groups for u in g["unknown"]]
    seen = {s["value"] for s in found}
    if any(g["when"] for g in groups):
        return "unknown", kubelet
    if seen == {truth} and all(s["certain"] for s in found) or (not seen and truth is None and not unknown):
        return "agrees", kubelet
    if unknown or any(not s["certain"] for s in found):
        return "unknown", kubelet
    if not seen:
        return "silent", kubelet
    return "wrong", kubelet


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--bin", default=str(machine.HERE.parent.parent / "target/debug/kubelet-lint"))
    parser.add_argument("--keep", type=int, default=0)
    parser.add_argument("--show", default="wrong,silent")
    options = parser.parse_args()
    texts = [script(f"{options.seed}/{i}") for i in range(options.count)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda text: verdict(text, options.bin), texts))
    for i, (text, (answer, kubelet)) in enumerate(zip(texts, answers)):
        if answer in options.show.split(","):
            print(f"==== {answer} {i}: {kubelet and kubelet['fields'].get(FIELD)}\n{text}")
    print(dict(collections.Counter(answer for answer, _ in answers)), "of", len(set(texts)), "scripts;", sum(1 for _, k in answers if k), "started a kubelet")
    if options.keep:
        kept = [(i, text) for i, (text, (answer, kubelet)) in enumerate(zip(texts, answers)) if kubelet and answer != "unknown"][: options.keep]
        out = "".join(f"#### random-{i} al2\n{text}" for i, text in kept)
        (machine.HERE / "scripts/launches.sh").write_text(out)


if __name__ == "__main__":
    main()
