#!/usr/bin/env python3
"""Which tools report the zero timeouts in the folders beside this script: compare.py [KUBELET_LINT]

Names of folders: in p the kubelet runs with a timeout of zero; in c a configuration file says zero, which the kubelet replaces
with 4h (c02: it does not start); in n nothing must be reported. checkov and trivy are used if they are on the PATH; both run
without the network. A tool counts if one of its findings names the timeout."""
import json, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PATTERN = r"""streaming-?connection-?idle-?timeout["']?[=: ]+["']?0"""
TIMEOUT = re.compile("streaming.?connection.?idle.?timeout|KCV.?0085|CKV_K8S_143", re.I)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, cwd=HERE).stdout


def kubelet_lint(binary, case):
    """The rules that fire; a zero that takes effect or keeps the kubelet from starting counts."""
    findings = json.loads(run(binary, "check", "--isolated", "--no-gitignore", "--format", "json", case))["findings"]
    return sorted({f["rule"] for f in findings})


def checkov(case):
    out = run("checkov", "--directory", case, "--output", "json", "--compact", "--quiet", "--skip-download")
    results = json.loads(out or "[]")
    results = results if isinstance(results, list) else [results]
    failed = [f for r in results for f in r.get("results", {}).get("failed_checks", [])]
    return [f["check_id"] for f in failed if TIMEOUT.search(f["check_id"] + f["check_name"])]


def trivy(case):
    with tempfile.TemporaryDirectory() as cache:
        out = run("trivy", "config", "--quiet", "--format", "json", "--cache-dir", cache, "--skip-check-update", case)
    found = [m for r in json.loads(out or "{}").get("Results", []) for m in r.get("Misconfigurations", [])]
    return [m["ID"] for m in found if TIMEOUT.search(m["ID"] + m["Title"])]


def grep(case):
    return run("grep", "-rEil", PATTERN, case).split()


binary = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "kubelet-lint"
tools = {"kubelet-lint": lambda case: kubelet_lint(binary, case), "grep": grep}
tools |= {name: tool for name, tool in (("checkov", checkov), ("trivy", trivy)) if shutil.which(name)}
cases = sorted(e.name for e in os.scandir(HERE) if e.is_dir())
table = {case: {name: bool(tool(case)) for name, tool in tools.items()} for case in cases}
for case in cases:
    print(f"{case:28}", *(f"{name if table[case][name] else '-':14}" for name in tools))
for kind, text in (("p", "zero in effect"), ("c", "zero in a file"), ("n", "no zero")):
    of = [case for case in cases if case.startswith(kind)]
    print(f"{text:28}", *(f"{sum(table[c][name] for c in of)} of {len(of)}".ljust(14) for name in tools))
