#!/usr/bin/env python3
"""Writes src/kubelet/gates.txt: the feature gates that a kubelet knows, by minor version.

    testdata/kubelet/gates.py 24=FOLDER 25=FOLDER ... > src/kubelet/gates.txt

Each FOLDER is the folder `k8s.io` of that version: `vendor/k8s.io` of a project that vendors k8s.io/kubernetes, or a folder
with `kubernetes` (the repository) next to what is in its `staging/src/k8s.io`. Of several folders of one version the first
decides, and the others add gates that it does not have: releases of one minor version may add some. Used, in this order:
v1.24.4, v1.26.1, v1.27.3, v1.28.4, v1.29.3, v1.30.3 and v1.31.1 as vendored by ceph/ceph-csi (release-v3.7 to v3.12, devel),
and v1.25.10 to v1.36.3 as vendored by openshift/microshift (release-4.12 to 4.23).
"""

import re
import sys
from pathlib import Path

PACKAGES = [
    "kubernetes/pkg/features",
    "apiserver/pkg/features",
    "apiextensions-apiserver/pkg/features",
    "controller-manager/pkg/features",
    "client-go/features",
    "component-base/logs/api/v1",
    "component-base/metrics/features",
    "component-base/zpages/features",
]
CONST = re.compile(r'^\s*(\w+)\s+(?:featuregate\.)?Feature\s*=\s*"(\w+)"', re.M)
ASSIGNED = re.compile(r'^\s*(\w+)\s*=\s*(?:featuregate\.)?Feature\("(\w+)"\)', re.M)
ENTRY = re.compile(r"^\s*(?:\w+\.)?(\w+):\s*\{((?:[^{}]|\{[^{}]*\})*)\}", re.M)
SPEC = re.compile(r"\{[^{}]*\}")


# OpenShift opens it; Kubernetes does not before 1.36.
CARRIED = "NodeLogQuery"


def state(spec):
    """`a-`: alpha and closed, `b+`: beta and open, `g+!`: cannot be changed."""
    stage = re.search(r"PreRelease:\s*(?:featuregate\.)?(\w+)", spec)
    stage = {"Alpha": "a", "Beta": "b", "GA": "g", "Deprecated": "d", "PreAlpha": None}[stage[1]] if stage else "g"
    if stage is None:
        return None
    value = "+" if re.search(r"Default:\s*(?:true|contextualLoggingDefault)", spec) else "-"
    return stage + value + ("!" if re.search(r"LockToDefault:\s*(?:true|contextualLoggingDefault)", spec) else "")


def read(folder, minor):
    names, bodies = {}, []
    for package in PACKAGES:
        for path in sorted(Path(folder, package).glob("*.go")):
            if path.name.endswith("_test.go") or "openshift" in path.name:
                continue
            text = re.sub(r"//.*", "", path.read_text())
            names.update(CONST.findall(text))
            names.update(ASSIGNED.findall(text))
            bodies.append(text)
    gates = {}
    for text in bodies:
        for name, body in ENTRY.findall(text):
            if name not in names or "Default:" not in body:
                continue
            found = None
            if "version." in body:
                for spec in SPEC.findall(body):
                    since = re.search(r'(?:MustParse|MajorMinor)\(["]?1[., ]\s*(\d+)', spec)
                    if since and int(since[1]) <= minor:
                        found = state(spec)
            else:
                found = state(body)
            if found:
                gates[names[name]] = found
    if minor < 36 and CARRIED in gates:
        gates[CARRIED] = gates[CARRIED].replace("+", "-")
    return gates


def main():
    known = {}
    for minor, folder in (arg.split("=", 1) for arg in sys.argv[1:]):
        gates = known.setdefault(int(minor), {})
        for name, found in read(folder, int(minor)).items():
            gates.setdefault(name, found)
    known = dict(sorted(known.items()))
    for name in sorted(set().union(*known.values())):
        parts, before = [], None
        for minor in known:
            now = known[minor].get(name, ".")
            if now != before and not (before is None and now == "."):
                parts.append(f"{minor}{now}")
                before = now
        print(name, *parts)


main()
