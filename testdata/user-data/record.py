#!/usr/bin/env python3
"""Gives every blob of blobs.py to the real cloud-init on a scratch machine and writes recorded.json.

Usage: record.py [--all | -v NAME...], run by Debian's own /usr/bin/python3 with the package cloud-init (22.4.2) installed. Blobs
that did not change are not run again, unless --all is given. The machine is the one of ../shell/machine.py.

What nodeadm reads of a blob is put together here, after its `internal/configprovider`; everything else is cloud-init's doing.
"""

import base64
import binascii
import email.message
import gzip
import json
import pathlib
import re
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "shell"))
sys.dont_write_bytecode = True

import blobs  # noqa: E402
import machine  # noqa: E402

OUT = HERE / "recorded.json"
FATAL = b"malformed"


def unwrap(data):
    """Base64 if all of it is, then gzip if it is that."""
    try:
        data = base64.b64decode(re.sub(rb"[\r\n]", b"", data), validate=True) or data
    except (binascii.Error, ValueError):
        pass
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def headers(text):
    """The header fields that a text begins with and where its body starts, as Go's net/textproto reads them; or None."""
    fields, at = {}, 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        bare = line.rstrip(b"\r\n")
        if not bare:
            return fields, at
        if bare[:1] in b" \t":
            if not fields:
                return None
            fields[last] += b" " + bare.strip()
            continue
        name, colon, value = bare.partition(b":")
        if not colon or b" " in name:
            return None
        last = name.lower().decode()
        fields[last] = value.strip()
    return None


def media(value):
    message = email.message.Message()
    message["Content-Type"] = value.decode()
    return message.get_content_type(), message.get_param("boundary")


def node_configs(data):
    """The NodeConfig documents that nodeadm finds in user data, one YAML stream; FATAL if it gives up."""
    data = unwrap(data)
    found = headers(data)
    kind, boundary = media(found[0]["content-type"]) if found and "content-type" in found[0] else ("", None)
    if not kind.startswith("multipart/"):
        # Go takes a whole document or nothing.
        return data.split(b"\n---\n")[0] if b"kind: NodeConfig" in data or b'"NodeConfig"' in data and data[:1] == b"{" else b""
    if boundary == "//" and b'"//"' not in data:
        return FATAL
    mark = b"--" + boundary.encode()
    lines = data[found[1]:].splitlines(keepends=True)
    pieces, closed = [], False
    for line in lines:
        if line.rstrip() == mark + b"--":
            closed = True
            break
        if line.rstrip() == mark:
            pieces.append([])
        elif pieces:
            pieces[-1].append(line)
    out = []
    if not closed:
        return FATAL
    for piece in pieces:
        text = b"".join(piece)
        inner = headers(text)
        if inner is None:
            return FATAL
        if media(inner[0].get("content-type", b"text/plain"))[0].lower() == "application/node.eks.aws":
            out.append(re.split(rb"\r?\n---\r?\n", unwrap(text[inner[1]:]))[0])
    return b"\n---\n".join(out)


def text(value):
    """Without the halves of characters that Python keeps bytes as which are no UTF-8."""
    if isinstance(value, dict):
        return {k: text(v) for k, v in value.items()}
    if isinstance(value, list):
        return [text(v) for v in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def record(case, verbose=False):
    name, (family, data) = case
    extra = {"/run/user-data.bin": data, "/run/boot.py": (HERE / "boot.py").read_bytes()}
    if family == "al2023":
        extra["/run/user-data.yaml"] = node_configs(data)
    around = "/host/bin/python3 /run/boot.py > /log/stdout 2> /log/stderr"
    folder, log = machine.run(family, b"", around, extra, verbose=verbose)
    with folder:
        path = log / "cloud-init.json"
        if not path.exists():
            sys.exit(f"{name}: cloud-init did not come to an end: {(log / 'stderr').read_text()}")
        answer = {
            "family": family,
            "data": base64.b64encode(data).decode(),
            "cloud_init": text(json.loads(path.read_text())),
            "calls": machine.calls(log),
            "files": {k: v for k, v in machine.written(log).items() if not k.startswith("/etc/cloud/")},
            "kubelet": machine.settled(log, family),
        }
        if family == "al2023":
            answer["node_configs"] = extra["/run/user-data.yaml"].decode()
        return name, answer


def main():
    found = blobs.blobs()
    if sys.argv[1:2] == ["-v"]:
        for name in sys.argv[2:]:
            print(json.dumps(record((name, found[name]), True)[1], indent=1))
        return
    known = json.loads(OUT.read_text())["cases"] if OUT.exists() and sys.argv[1:] != ["--all"] else {}
    answers = {}
    for name, (family, data) in found.items():
        old = known.get(name, {})
        if (old.get("family"), old.get("data")) == (family, base64.b64encode(data).decode()):
            answers[name] = old
    with ThreadPoolExecutor(3) as pool:
        answers.update(pool.map(record, ((n, c) for n, c in found.items() if n not in answers)))
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(answers[name], sort_keys=True)}" for name in sorted(answers))
    OUT.write_text(f'{{"cases": {{\n{lines}\n}}}}\n')
    started = sum(1 for a in answers.values() if a["kubelet"] and a["kubelet"]["starts"])
    print(f"{len(answers)} cases, in {started} of them a kubelet runs")


if __name__ == "__main__":
    main()
