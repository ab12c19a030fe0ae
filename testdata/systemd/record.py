#!/usr/bin/env python3
"""Starts the kubelet of every set of units in units.py under a real systemd and writes the words that it got to recorded.json.

Usage: record.py, as root, with systemd 252 (Debian's). systemd runs as the first process of namespaces of its own; nothing
outside of a temporary folder is written. `null` means that no kubelet was started.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import units  # noqa: E402

DUMP = """#!/bin/bash -p
name=$(grep -o 'c[0-9]*\\.service' /proc/self/cgroup | head -1)
if (( $# )); then printf '%s\\0' "$@"; fi > "$OUT/$name.new"; mv "$OUT/$name.new" "$OUT/$name"
"""
ENTER = """
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /etc/systemd/system
mount -t tmpfs tmpfs /usr/lib/systemd/system
mkdir -p /run/lock /run/systemd/system
cp -a "$1/root/." /
touch /usr/bin/kubelet
mount --bind "$1/dump" /usr/bin/kubelet
exec env -i container=test PATH="$PATH" /lib/systemd/systemd --system --unit=case.target --log-target=console --log-level=warning --show-status=0 < /dev/null
"""


def main():
    top = pathlib.Path(tempfile.mkdtemp(dir="/var/tmp"))
    out = top / "out"
    out.mkdir()
    dump = top / "dump"
    dump.write_text(DUMP.replace("$OUT", str(out)))
    dump.chmod(0o755)
    names = sorted(units.UNITS)
    system = top / "root/run/systemd/system"
    system.mkdir(parents=True)
    services = [f"c{n}.service" for n in range(len(names))]
    system.joinpath("case.target").write_text("[Unit]\nDefaultDependencies=no\n" + "".join(f"Wants={s}\n" for s in services))
    for number, name in enumerate(names):
        for path, text in units.UNITS[name].items():
            path = path.replace("kubelet.service", f"c{number}.service")
            if "/systemd/" in path:
                text = re.sub(r"EnvironmentFile=(\s*-?)/", rf"EnvironmentFile=\1/run/envs/{number}/", text)
            else:
                path = f"/run/envs/{number}{path}"
            file = top / "root" / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        extra = top / f"root/usr/lib/systemd/system/c{number}.service.d/00-.conf"
        extra.parent.mkdir(parents=True, exist_ok=True)
        extra.write_text("[Unit]\nDefaultDependencies=no\n")
    (top / "enter").write_text(ENTER)
    created = not os.path.exists("/usr/bin/kubelet")
    words = ["unshare", "-m", "-p", "-f", "-C", "-u", "-i", "-n", "--kill-child", "bash", str(top / "enter"), str(top)]
    log = (top / "log").open("w")
    running = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    last, since = -1, time.time()
    while time.time() - since < 8 and running.poll() is None:
        found = len(list(out.glob("*.service")))
        if found != last:
            last, since = found, time.time()
        time.sleep(0.2)
    running.send_signal(signal.SIGKILL)
    running.wait()
    if created and os.path.exists("/usr/bin/kubelet"):
        os.unlink("/usr/bin/kubelet")
    answers = {}
    for number, name in enumerate(names):
        path = out / f"c{number}.service"
        argv = path.read_bytes().decode().split("\0")[:-1] if path.exists() else None
        answers[name] = {"files": units.UNITS[name], "argv": argv}
    if "-v" in sys.argv:
        print((top / "log").read_text())
    shutil.rmtree(top)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(answers[name])}" for name in names)
    (HERE / "recorded.json").write_text(f'{{"cases": {{\n{lines}\n}}}}\n')
    print(f"{len(answers)} cases, in {sum(1 for a in answers.values() if a['argv'] is not None)} of them a kubelet runs")


if __name__ == "__main__":
    main()
