"""The user data that is recorded: name -> (family, bytes as cloud-init gets them).

What the cloud-init 19.3 of Amazon Linux 2 does otherwise than a newer one is recorded for Ubuntu."""

import base64
import gzip
import quopri
import sys

import layers

IDLE = "--streaming-connection-idle-timeout"
BOOT = "/etc/eks/bootstrap.sh demo --kubelet-extra-args"
CONFIG = "/etc/kubernetes/kubelet/kubelet-config.json"


def shell(value, more=""):
    return f"#!/bin/bash\n{more}{BOOT} '{IDLE}={value}'\n"


def node_config(flags=(), config=None, cluster=False):
    lines = ["apiVersion: node.eks.aws/v1alpha1", "kind: NodeConfig", "spec:"]
    if cluster or not (flags or config):
        lines += ["  cluster:", "    name: demo", "    apiServerEndpoint: https://example.com", "    certificateAuthority: Y2E=", "    cidr: 10.100.0.0/16"]
    if flags or config:
        lines.append("  kubelet:")
    if config:
        lines.append("    config:")
        lines += [f"      {key}: {value}" for key, value in config.items()]
    if flags:
        lines.append("    flags:")
        lines += [f"    - {flag}" for flag in flags]
    return "\n".join(lines) + "\n"


def zipped(text):
    return gzip.compress(text if isinstance(text, bytes) else text.encode(), mtime=0)


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def part(kind, body, name=None, encoding=None, headers=(), disposition="attachment"):
    data = body if isinstance(body, bytes) else body.encode()
    lines = [f"Content-Type: {kind}"]
    if encoding:
        lines.append(f"Content-Transfer-Encoding: {encoding}")
    if name:
        lines.append(f'Content-Disposition: {disposition}; filename="{name}"')
    lines += headers
    if encoding == "base64":
        data = base64.encodebytes(data)
    elif encoding == "quoted-printable":
        data = quopri.encodestring(data)
    return "\n".join(lines).encode() + b"\n\n" + data


def mime(*parts, boundary="==BOUNDARY==", close=True, kind="multipart/mixed", version=True, before=b"", preamble=b""):
    head = before + f'Content-Type: {kind}; boundary="{boundary}"\n'.encode()
    if version:
        head = before + b"MIME-Version: 1.0\n" + head[len(before):]
    out = head + b"\n" + preamble
    for piece in parts:
        out += f"--{boundary}\n".encode() + piece + (b"" if piece.endswith(b"\n") else b"\n")
    return out + (f"--{boundary}--\n".encode() if close else b"")


SHELL = 'text/x-shellscript; charset="us-ascii"'
CLOUD = 'text/cloud-config; charset="us-ascii"'
NODE = "application/node.eks.aws"
JQ = f"jq '.streamingConnectionIdleTimeout=\"6m\"' {CONFIG} > /tmp/k && mv /tmp/k {CONFIG}"
ENV = "/etc/profile.d/idle.sh"
KUBELET_JSON = '{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","streamingConnectionIdleTimeout":"6m"}'
LIST = "list(append)+dict(recurse_array)+str()"


def write_files(*items):
    out = "#cloud-config\nwrite_files:\n"
    for item in items:
        out += "".join(("- " if n == 0 else "  ") + line + "\n" for n, line in enumerate(item))
    return out


def blobs():
    out = {}

    def add(name, data, family="al2"):
        if name in out:
            raise ValueError(name)
        out[name] = (family, data if isinstance(data, bytes) else data.encode())

    run = f"\nruncmd:\n- {BOOT} '--v=2'\n"

    # One script, wrapped in ever more layers.
    add("plain", shell("0"))
    add("plain-sh", shell("0").replace("/bin/bash", "/bin/sh"))
    add("plain-crlf", shell("0").replace("\n", "\r\n"))
    add("plain-leading-blank-line", "\n" + shell("0"))
    add("plain-leading-spaces", "  " + shell("0"))
    add("plain-no-interpreter", f"{BOOT} '{IDLE}=0'\n")
    add("plain-other-interpreter", f"#!/usr/bin/python3\nimport subprocess\nsubprocess.run(['/etc/eks/bootstrap.sh', 'demo'])\n")
    add("gzip", zipped(shell("0")))
    add("gzip-mime", zipped(mime(part(SHELL, shell("0")))))
    add("base64-twice", b64(shell("0")))
    add("base64-twice-mime", b64(mime(part(SHELL, shell("0")))))
    add("gzip-twice", zipped(zipped(shell("0"))))
    add("boothook", "#cloud-boothook\n" + shell("0"))
    add("boothook-without-interpreter", f"#cloud-boothook\n{BOOT} '{IDLE}=0'\n")
    add("upper-case-cloud-config", "#CLOUD-CONFIG\nruncmd:\n- " + BOOT + f" '{IDLE}=0'\n")
    add("include", "#include\nhttps://example.com/boot.sh\n")
    add("part-handler", "#part-handler\n\ndef list_types():\n    return []\n\ndef handle_part(data, ctype, filename, payload):\n    pass\n")

    # MIME.
    add("mime", mime(part(SHELL, shell("0"))))
    add("mime-crlf", mime(part(SHELL, shell("5m"))).replace(b"\n", b"\r\n"))
    add("mime-boundary-slashes", mime(part(SHELL, shell("0")), boundary="//"))
    add("mime-no-close", mime(part(SHELL, shell("0")), close=False))
    add("mime-leading-blank-line", b"\n" + mime(part(SHELL, shell("0"))))
    add("mime-preamble", mime(part(SHELL, shell("0")), preamble=b"This is a message.\n"))
    add("mime-no-version", mime(part(SHELL, shell("0")), version=False))
    add("mime-version-last", mime(part(SHELL, shell("0")), version=False).replace(b"\n\n", b"\nMIME-Version: 1.0\n\n", 1))
    add("mime-from-line", b"From nobody Thu Jan  1 00:00:00 1970\n" + mime(part(SHELL, shell("0"))))
    add("mime-folded-header", mime(part(SHELL, shell("0"))).replace(b"multipart/mixed; boundary", b"multipart/mixed;\n boundary"))
    add("mime-lower-case", mime(part(SHELL, shell("0"))).replace(b"MIME-Version", b"mime-version").replace(b"Content-Type", b"content-type"))
    add("mime-no-blank-line-in-part", mime(b"Content-Type: text/x-shellscript\n" + shell("0").encode()))
    add("mime-unquoted-boundary", mime(part(SHELL, shell("0"))).replace(b'"==BOUNDARY=="', b"==BOUNDARY=="))
    add("mime-epilogue", mime(part(SHELL, shell("0"))) + b"\ntrailing words\n")
    add("mime-alternative", mime(part(SHELL, shell("0")), kind="multipart/alternative"))
    for encoding in ("7bit", "8bit", "binary", "base64", "quoted-printable", "BASE64"):
        body = part(SHELL, shell("0"), encoding=encoding)
        if encoding == "BASE64":
            body = part(SHELL, shell("0"), encoding="base64").replace(b": base64", b": BASE64")
        add(f"mime-encoding-{encoding}", mime(body))
    add("mime-encoding-unknown", mime(part(SHELL, shell("0"), encoding="x-odd")))
    add("mime-encoding-base64-broken", mime(part(SHELL, "#!!!", encoding="7bit").replace(b"7bit", b"base64")))
    add("mime-part-gzip-type", mime(part("application/gzip", zipped(shell("0")), encoding="base64")))
    add("mime-part-x-gzip-type", mime(part("application/x-gzip", zipped(shell("0")), encoding="base64")))
    add("mime-part-gzip-under-shell-type", mime(part(SHELL, zipped(shell("0")), encoding="base64")))
    add("mime-part-gzip-octets", mime(part("application/octet-stream", zipped(shell("0")), encoding="base64")))
    add("mime-part-plain-sniffed", mime(part("text/plain", shell("0"))))
    add("mime-part-plain-cloud-config", mime(part("text/plain", f"#cloud-config\nruncmd:\n- {BOOT} '{IDLE}=0'\n")))
    add("mime-part-no-type", mime(b"\n" + shell("0").encode()))
    add("mime-part-unknown-type", mime(part("text/x-odd", shell("0")), part(SHELL, shell("5m"))))
    add("mime-part-shell-type-of-cloud-config", mime(part("text/x-shellscript", f"#cloud-config\nruncmd:\n- {BOOT} '{IDLE}=0'\n")), "ubuntu")
    add("mime-part-cloud-type-of-shell", mime(part(CLOUD, shell("0")), part(SHELL, shell("5m"))))
    add("mime-part-without-interpreter", mime(part(SHELL, f"{BOOT} '{IDLE}=0'\n")))
    add("mime-part-leading-blank-line", mime(part(SHELL, "\n" + shell("0"))))
    add("mime-part-boothook", mime(part("text/cloud-boothook", shell("0")), part(SHELL, shell("5m"))))
    add("mime-nested", mime(part('multipart/mixed; boundary="IN"', b"--IN\n" + part(SHELL, shell("0")) + b"--IN--\n")))
    add("mime-nested-message", mime(part("message/rfc822", mime(part(SHELL, shell("0")), boundary="IN"))))
    add("mime-two-scripts", mime(part(SHELL, shell("0")), part(SHELL, shell("5m"))))
    add("mime-names-turn-order", mime(part(SHELL, shell("0"), "b.sh"), part(SHELL, shell("5m"), "a.sh")))
    add("mime-name-before-numbered", mime(part(SHELL, shell("0")), part(SHELL, shell("5m"), "00-first.sh")))
    add("mime-name-after-numbered", mime(part(SHELL, shell("0"), "z.sh"), part(SHELL, shell("5m"))))
    add("mime-same-name", mime(part(SHELL, shell("0"), "a.sh"), part(SHELL, shell("5m"), "a.sh")))
    add("mime-name-inline", mime(part(SHELL, shell("0"), "b.sh", disposition="inline"), part(SHELL, shell("5m"), "a.sh", disposition="inline")))
    add("mime-name-in-type", mime(part('text/x-shellscript; name="b.sh"', shell("0")), part('text/x-shellscript; name="a.sh"', shell("5m"))))
    add("mime-name-with-a-folder", mime(part(SHELL, shell("0"), "x/b.sh"), part(SHELL, shell("5m"), "x/a.sh")))
    add("mime-ten-parts", mime(*[part(SHELL, f"#!/bin/bash\necho {n} >> /tmp/n\n") for n in range(10)], part(SHELL, shell("7m"))))
    add("mime-env-file-between", mime(part(SHELL, f"#!/bin/bash\necho 'export KUBELET_EXTRA_ARGS={IDLE}=0' > {ENV}\n"), part(SHELL, f"#!/bin/bash\n. {ENV}\n/etc/eks/bootstrap.sh demo\n")))
    add("mime-env-does-not-carry", mime(part(SHELL, f"#!/bin/bash\nexport KUBELET_EXTRA_ARGS={IDLE}=0\n"), part(SHELL, "#!/bin/bash\n/etc/eks/bootstrap.sh demo\n")))
    add("mime-first-fails", mime(part(SHELL, "#!/bin/bash\nset -e\nfalse\n" + shell("0")), part(SHELL, shell("5m"))))
    add("mime-jinja", mime(part("text/jinja2", "## template: jinja\n" + shell("0"))))

    # cloud-config.
    add("runcmd-text", f"#cloud-config\nruncmd:\n- {BOOT} '{IDLE}=0'\n")
    add("runcmd-list", f'#cloud-config\nruncmd:\n- ["/etc/eks/bootstrap.sh", "demo", "--kubelet-extra-args", "--v=2 {IDLE}=0"]\n')
    add("runcmd-list-no-expansion", f'#cloud-config\nruncmd:\n- ["/etc/eks/bootstrap.sh", "demo", "--kubelet-extra-args", "--cluster-domain=$HOME {IDLE}=5m"]\n')
    add("runcmd-list-single-quote", f"#cloud-config\nruncmd:\n- [sh, -c, \"{BOOT} '{IDLE}=0'\"]\n")
    add("runcmd-list-bash-c", f"#cloud-config\nruncmd:\n- [bash, -c, 'X={IDLE}=0; {BOOT} \"$X\"']\n")
    add("runcmd-list-with-a-number", f"#cloud-config\nruncmd:\n- [sleep, 1]\n- {BOOT} '{IDLE}=0'\n")
    add("runcmd-block-text", f"#cloud-config\nruncmd:\n- |\n  set -e\n  X='{IDLE}=0'\n  {BOOT} \"$X\"\n")
    add("runcmd-folded-text", f"#cloud-config\nruncmd:\n- >\n  {BOOT}\n  '{IDLE}=0'\n")
    add("runcmd-set-e-holds", f"#cloud-config\nruncmd:\n- set -e\n- 'false'\n- {BOOT} '{IDLE}=0'\n")
    add("runcmd-boolean-item", f"#cloud-config\nruncmd:\n- false\n- {BOOT} '{IDLE}=0'\n")
    add("runcmd-one-shell", f"#cloud-config\nruncmd:\n- export KUBELET_EXTRA_ARGS='{IDLE}=0'\n- /etc/eks/bootstrap.sh demo\n")
    add("runcmd-one-shell-lists", f"#cloud-config\nruncmd:\n- [cd, /etc/eks]\n- ./bootstrap.sh demo --kubelet-extra-args '{IDLE}=0'\n")
    add("runcmd-null-item", f"#cloud-config\nruncmd:\n- null\n- {BOOT} '{IDLE}=0'\n", "ubuntu")
    add("runcmd-whole-text", f"#cloud-config\nruncmd: {BOOT} '{IDLE}=0'\n")
    add("runcmd-edit-and-restart", f"#cloud-config\nruncmd:\n- /etc/eks/bootstrap.sh demo\n- {JQ}\n- [systemctl, restart, kubelet]\n")
    add("bootcmd", f"#cloud-config\nbootcmd:\n- {BOOT} '{IDLE}=0'\n")
    add("bootcmd-before-files", f"#cloud-config\nbootcmd:\n- echo x > /tmp/x\nwrite_files:\n- path: {CONFIG}\n  content: '{KUBELET_JSON}'\n" + run)
    add("bootcmd-list", f"#cloud-config\nbootcmd:\n- [cloud-init-per, once, x, true]\n" + run.replace("--v=2", f"{IDLE}=0"))
    add("write-files-plain", write_files([f"path: {CONFIG}", f"content: '{KUBELET_JSON}'"]) + run)
    add("write-files-block", write_files([f"path: {CONFIG}", "permissions: '0644'", "owner: root:root", "content: |", f"    {KUBELET_JSON}"]) + run)
    for name in ("b64", "base64"):
        add(f"write-files-{name}", write_files([f"path: {CONFIG}", f"encoding: {name}", f"content: {b64(KUBELET_JSON)}"]) + run)
    for name in ("gz+b64", "gzip+base64", "gz+base64", "gzip+b64"):
        add(f"write-files-{name.replace('+', '-')}", write_files([f"path: {CONFIG}", f"encoding: {name}", f"content: {b64(zipped(KUBELET_JSON))}"]) + run)
    for name in ("gz", "gzip"):
        add(f"write-files-{name}-binary", write_files([f"path: {CONFIG}", f"encoding: {name}", f"content: !!binary {b64(zipped(KUBELET_JSON))}"]) + run)
    add("write-files-binary-tag", write_files([f"path: {CONFIG}", f"content: !!binary {b64(KUBELET_JSON)}"]) + run)
    add("write-files-unknown-encoding", write_files([f"path: {CONFIG}", "encoding: rot13", f"content: '{KUBELET_JSON}'"]) + run)
    add("write-files-text-plain", write_files([f"path: {CONFIG}", "encoding: text/plain", f"content: '{KUBELET_JSON}'"]) + run)
    add("write-files-upper-case-encoding", write_files([f"path: {CONFIG}", "encoding: B64", f"content: {b64(KUBELET_JSON)}"]) + run)
    add("write-files-b64-folded", write_files([f"path: {CONFIG}", "encoding: b64", "content: |", *["    " + b64(KUBELET_JSON)[n:n + 40] for n in range(0, len(b64(KUBELET_JSON)), 40)]]) + run)
    add("write-files-twice", write_files([f"path: {CONFIG}", "content: none"], [f"path: {CONFIG}", f"content: '{KUBELET_JSON}'"]) + run)
    half = len(KUBELET_JSON) // 2
    add("write-files-append", write_files([f"path: {CONFIG}", f"content: '{KUBELET_JSON[:half]}'"], [f"path: {CONFIG}", "append: true", f"content: '{KUBELET_JSON[half:]}'"]) + run)
    add("write-files-defer", write_files([f"path: {CONFIG}", "defer: true", f"content: '{KUBELET_JSON}'"]) + run)
    add("write-files-no-content", write_files(["path: /tmp/empty"], [f"path: {CONFIG}", f"content: '{KUBELET_JSON}'"]) + run)
    add("write-files-no-path", write_files(["content: x"], [f"path: {CONFIG}", f"content: '{KUBELET_JSON}'"]) + run)
    add("write-files-script", write_files(["path: /opt/go.sh", "permissions: '0755'", "content: |", "    #!/bin/bash", f"    {BOOT} '{IDLE}=0'"]) + "runcmd:\n- /opt/go.sh\n")
    add("write-files-script-not-run", write_files(["path: /opt/go.sh", "permissions: '0755'", "content: |", "    #!/bin/bash", f"    {BOOT} '{IDLE}=0'"]) + "runcmd:\n- /etc/eks/bootstrap.sh demo\n")
    add("write-files-drop-in", write_files(["path: /etc/systemd/system/kubelet.service.d/40-x.conf", "content: |", "    [Service]", f"    Environment='KUBELET_EXTRA_ARGS={IDLE}=0'"]) + "runcmd:\n- /etc/eks/bootstrap.sh demo\n")
    add("cloud-config-broken-yaml", "#cloud-config\nruncmd: [\n")
    add("cloud-config-anchors", f"#cloud-config\nx: &c {BOOT} '{IDLE}=0'\nruncmd:\n- *c\n")
    add("cloud-config-duplicate-key", f"#cloud-config\nruncmd:\n- echo\nruncmd:\n- {BOOT} '{IDLE}=0'\n")
    add("cloud-config-jinja", f"## template: jinja\n#cloud-config\nruncmd:\n- {BOOT} '--node-labels=r={{{{ v1.region }}}} {IDLE}=0'\n")
    add("shell-jinja", "## template: jinja\n" + shell("0"))

    # Several cloud-configs.
    first, second = f"#cloud-config\nruncmd:\n- {BOOT} '{IDLE}=0'\n", f"#cloud-config\nruncmd:\n- {BOOT} '{IDLE}=5m'\n"
    add("merge-replaces", mime(part(CLOUD, first), part(CLOUD, second)))
    add("merge-other-keys", mime(part(CLOUD, first), part(CLOUD, "#cloud-config\npackages:\n- jq\n")))
    add("merge-type-header", mime(part(CLOUD, first), part(CLOUD, second, headers=[f"Merge-Type: {LIST}"])))
    add("merge-x-type-header", mime(part(CLOUD, first), part(CLOUD, second, headers=[f"X-Merge-Type: {LIST}"])))
    add("merge-how-text", mime(part(CLOUD, first), part(CLOUD, second + f"merge_how: {LIST}\n")))
    add("merge-how-list", mime(part(CLOUD, first), part(CLOUD, second + "merge_how:\n- name: list\n  settings: [append]\n- name: dict\n  settings: [no_replace, recurse_list]\n")))
    add("merge-how-in-the-first", mime(part(CLOUD, first + f"merge_how: {LIST}\n"), part(CLOUD, second)))
    add("merge-prepend", mime(part(CLOUD, first), part(CLOUD, second + "merge_how: list(prepend)+dict(recurse_array)+str()\n")))
    add("merge-no-replace", mime(part(CLOUD, first), part(CLOUD, second + "merge_how: dict()+list()+str()\n")))
    add("merge-shell-before-runcmd", mime(part(CLOUD, first), part(SHELL, shell("5m"))))
    add("merge-shell-named-after-runcmd", mime(part(CLOUD, first), part(SHELL, shell("5m"), "z.sh")))
    add("merge-files-and-script", mime(part(CLOUD, write_files([f"path: {CONFIG}", f"content: '{KUBELET_JSON}'"])), part(SHELL, "#!/bin/bash\n/etc/eks/bootstrap.sh demo\n")))
    add("merge-files-replaced", mime(part(CLOUD, write_files([f"path: {CONFIG}", f"content: '{KUBELET_JSON}'"])), part(CLOUD, write_files(["path: /tmp/x", "content: x"])), part(SHELL, "#!/bin/bash\n/etc/eks/bootstrap.sh demo\n")))
    add("jsonp", mime(part(CLOUD, first), part("text/cloud-config-jsonp", '#cloud-config-jsonp\n[{"op":"replace","path":"/runcmd","value":["true"]}]\n')))
    add("archive-texts", "#cloud-config-archive\n- |\n  " + shell("0").replace("\n", "\n  ") + "\n")
    add("archive-maps", "#cloud-config-archive\n- type: text/x-shellscript\n  filename: b.sh\n  content: |\n    " + shell("0").replace("\n", "\n    ") + "\n- type: text/cloud-config\n  content: |\n    #cloud-config\n    packages: [jq]\n")
    add("archive-in-mime", mime(part("text/cloud-config-archive", "#cloud-config-archive\n- content: |\n    " + shell("0").replace("\n", "\n    ") + "\n")))

    # Nodes that EKS adds its own part to.
    add("managed-mime", mime(part(SHELL, f"#!/bin/bash\n{JQ}\n")), "al2-managed")
    add("managed-sed", mime(part(SHELL, f"#!/bin/bash\nsed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS=\"$2 {IDLE}=0\"/' /etc/eks/bootstrap.sh\n")), "al2-managed")
    add("managed-export-dead", mime(part(SHELL, f"#!/bin/bash\nexport KUBELET_EXTRA_ARGS={IDLE}=0\n")), "al2-managed")
    add("managed-own-bootstrap", mime(part(SHELL, shell("0"))), "al2-managed")

    # nodeadm.
    n = "al2023"
    zero = node_config([f"{IDLE}=0"], cluster=True)
    add("node-plain", zero, n)
    add("node-json", '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"cluster":{"name":"demo"},"kubelet":{"flags":["' + IDLE + '=0"]}}}', n)
    add("node-gzip", zipped(zero), n)
    add("node-base64-twice", b64(zero), n)
    add("node-mime", mime(part(NODE, zero)), n)
    add("node-mime-type-case", mime(part("Application/Node.EKS.aws; charset=utf-8", zero)), n)
    add("node-mime-part-base64", mime(part(NODE, b64(zero))), n)
    add("node-mime-part-gzip-base64", mime(part(NODE, b64(zipped(zero)))), n)
    add("node-mime-encoding-ignored", mime(part(NODE, zero, encoding="base64")), n)
    add("node-mime-two-flags", mime(part(NODE, zero), part(NODE, node_config([f"{IDLE}=4h"]))), n)
    add("node-mime-two-configs", mime(part(NODE, node_config(config={"streamingConnectionIdleTimeout": "0s"}, cluster=True)), part(NODE, node_config(config={"streamingConnectionIdleTimeout": "4h"}))), n)
    add("node-mime-flag-and-config", mime(part(NODE, zero), part(NODE, node_config(config={"streamingConnectionIdleTimeout": "4h"}))), n)
    add("node-config", node_config(config={"streamingConnectionIdleTimeout": "6m"}, cluster=True), n)
    add("node-config-number", node_config(config={"streamingConnectionIdleTimeout": "0"}, cluster=True), n)
    add("node-flags-two-in-one", node_config([f"--v=2 {IDLE}=0"], cluster=True), n)
    add("node-flags-two-items", node_config([IDLE, '"0"'], cluster=True), n)
    add("node-and-script", mime(part(NODE, node_config()), part(SHELL, f"#!/bin/bash\nsed -i 's/$/ {IDLE}=0/' /etc/eks/kubelet/environment\n")), n)
    add("node-and-script-bootstrap-dead", mime(part(NODE, node_config()), part(SHELL, shell("0"))), n)
    add("node-and-files", mime(part(NODE, node_config()), part(CLOUD, write_files(["path: /etc/eks/nodeadm.d/50.yaml", "encoding: b64", f"content: {b64(node_config([IDLE + '=0']))}"]))), n)
    add("node-and-files-replaced", mime(part(NODE, node_config()), part(CLOUD, write_files(["path: /etc/eks/nodeadm.d/50.yaml", "encoding: b64", f"content: {b64(node_config([IDLE + '=0']))}"])), part(CLOUD, write_files(["path: /tmp/x", "content: x"]))), n)
    add("node-and-drop-in", mime(part(NODE, node_config(config={"maxPods": 20}, cluster=True)), part(SHELL, "#!/bin/bash\necho '" + KUBELET_JSON + "' > /etc/kubernetes/kubelet/config.json.d/90-x.conf\n")), n)
    add("node-nested-is-dead", mime(part(NODE, node_config()), part('multipart/mixed; boundary="IN"', b"--IN\n" + part(NODE, zero) + b"--IN--\n")), n)
    add("node-as-shell-is-dead", mime(part(NODE, node_config()), part(SHELL, zero)), n)
    add("node-no-close-is-fatal", mime(part(NODE, zero), close=False), n)
    add("node-leading-blank-line", b"\n" + mime(part(NODE, zero)), n)
    add("node-multi-document", mime(part(NODE, node_config() + "---\n" + zero)), n)
    add("node-crlf", mime(part(NODE, zero)).replace(b"\n", b"\r\n"), n)
    add("node-typo-in-version", zero.replace("v1alpha1", "v1alpha"), n)
    layers.more(add, sys.modules[__name__])
    return out
