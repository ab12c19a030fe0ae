#!/usr/bin/env python3
"""Runs every script of scripts/*.sh with the real bash on a scratch machine and writes recorded.json.

Usage: record.py [--all | -v NAME...]. A case begins with a line `#### name family`; what follows is the script. Cases that did not
change are not run again, unless --all is given. With -v cases are run and shown, and nothing is written. See machine.py for
what it needs.
"""

import json
import re
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
import machine  # noqa: E402

OUT = machine.HERE / "recorded.json"


def cases():
    found = {}
    for path in sorted((machine.HERE / "scripts").glob("*.sh")):
        parts = re.split(r"^#### (\S+) (\S+)\n", path.read_text(), flags=re.M)
        for name, family, script in zip(parts[1::3], parts[2::3], parts[3::3]):
            name = f"{path.stem}/{name}"
            if name in found:
                sys.exit(f"twice: {name}")
            found[name] = (family, script)
    return found


def record(case, verbose=False):
    name, (family, script) = case
    folder, log = machine.run(family, script.encode(), verbose=verbose)
    with folder:
        return name, {
            "family": family,
            "crc32": zlib.crc32(script.encode()),
            "status": int((log / "status").read_text()),
            "calls": machine.calls(log),
            "files": machine.written(log),
            "kubelet": machine.settled(log, family),
        }


def main():
    found = cases()
    if sys.argv[1:2] == ["-v"]:
        for name in sys.argv[2:]:
            _, answer = record((name, found[name]), True)
            print(json.dumps(answer, indent=1))
        return
    known = json.loads(OUT.read_text())["cases"] if OUT.exists() and sys.argv[1:] != ["--all"] else {}
    answers = {}
    for name, (family, script) in found.items():
        old = known.get(name, {})
        if (old.get("family"), old.get("crc32")) == (family, zlib.crc32(script.encode())):
            answers[name] = old
    with ThreadPoolExecutor(3) as pool:
        answers.update(pool.map(record, ((n, c) for n, c in found.items() if n not in answers)))
    head = {"node_config": machine.NODE_CONFIG, "cases": answers}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(answers[name], sort_keys=True)}" for name in sorted(answers))
    OUT.write_text(f'{{"node_config": {json.dumps(head["node_config"])},\n"cases": {{\n{lines}\n}}}}\n')
    started = sum(1 for a in answers.values() if a["kubelet"] and a["kubelet"]["starts"])
    print(f"{len(answers)} cases, in {started} of them a kubelet runs")


if __name__ == "__main__":
    main()
