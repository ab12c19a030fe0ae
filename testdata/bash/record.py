#!/usr/bin/env python3
"""Runs every script of scripts.txt in bash and writes down what it prints to recorded.json.

The scripts stand between lines of dashes. Each runs in an empty directory, as cloud-init would run it: with an empty
environment. Usage: python3 testdata/bash/record.py
"""
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent


def main():
    cases = []
    for script in (HERE / "scripts.txt").read_text().split("\n----\n"):
        with tempfile.TemporaryDirectory() as scratch:
            ran = subprocess.run(
                ["bash", "-c", script, "script"],
                cwd=scratch,
                env={"PATH": "/usr/bin:/bin", "TMPDIR": scratch},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                timeout=10,
            )
        cases.append({"script": script, "out": ran.stdout})
    (HERE / "recorded.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")


main()
