#!/usr/bin/env python3
"""Runs `make -n all` on every makefile of makefiles.txt and writes down what it prints to recorded.json.

The makefiles stand between lines of dashes. `==== NAME` begins another file beside the makefile. Each runs in an empty directory
and with an empty environment. Usage: python3 testdata/make/record.py
"""
import json
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent


def main():
    cases = []
    for text in (HERE / "makefiles.txt").read_text().split("\n----\n"):
        parts = re.split(r"^==== (.*)\n", text.rstrip("\n") + "\n", flags=re.M)
        files = {"Makefile": parts[0], **dict(zip(parts[1::2], parts[2::2]))}
        with tempfile.TemporaryDirectory() as scratch:
            for name, content in files.items():
                path = pathlib.Path(scratch) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            ran = subprocess.run(
                ["make", "-n", "--no-print-directory", "all"],
                cwd=scratch,
                env={"PATH": "/usr/bin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                timeout=10,
            )
        assert ran.returncode == 0, (text, ran.stderr)
        cases.append({"files": files, "prints": ran.stdout})
    (HERE / "recorded.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")


main()
